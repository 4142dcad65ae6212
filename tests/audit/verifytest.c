#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/tile.h"

#include "verifytest.h"

/* Keep the first finding. */
static void
finding(void *arg, const struct verify_finding *f)
{
	struct verifytest *v = arg;

	if (v->first.file[0] == '\0')
		v->first = *f;
	cr_expect_neq(f->zh[0], '\0');
}

/* Keep a remark. */
static void
remark(void *arg, const char *zh, const char *en)
{
	struct verifytest *v = arg;
	size_t n = strlen(v->remarks);

	(void)zh;
	(void)snprintf(v->remarks + n, sizeof(v->remarks) - n, "%s\n", en);
}

/* Keep a log. */
static void
take_log(void *arg, const struct verify_log *l)
{
	struct verifytest *v = arg;

	if (v->nlogs < 4)
		v->log[v->nlogs++] = *l;
}

/* Verify. */
void
verifytest_run(struct verifytest *v, const char *where,
    const struct makelog *m)
{
	const struct package_options po = { .damaged = 1, .timeout_ms = 400 };
	struct package *p;

	v->findings = 0;
	v->nlogs = 0;
	v->remarks[0] = v->error[0] = '\0';
	memset(&v->first, 0, sizeof(v->first));
	v->o.arg = v;
	v->o.finding = finding;
	v->o.remark = remark;
	v->o.log = take_log;
	if (m != NULL) {
		v->key[0] = &m->signer.public;
		v->o.keys = v->key;
		v->o.nkeys = 1;
	}
	if ((p = package_open_with(where, &po, &v->fault, v->error)) == NULL) {
		v->rc = -1;
		return;
	}
	if ((v->rc = verify_run(p, &v->o, &v->findings)) != 0) {
		v->fault = package_fault(p);
		(void)snprintf(v->error, sizeof(v->error), "%s",
		    package_error(p));
	}
	package_close(p);
}

/* It must be good. */
void
verifytest_good(const char *where, const struct makelog *m)
{
	struct verifytest v = { .rc = 0 };

	verifytest_run(&v, where, m);
	cr_assert_eq(v.rc, 0, "%s", v.error);
	cr_assert_eq(v.findings, 0, "%s: entry %lld: %s", v.first.file,
	    (long long)v.first.index, v.first.en);
}

/* It must not. */
void
verifytest_bad(const char *where, const struct makelog *m, const char *file,
    int64_t index, const char *text)
{
	struct verifytest v = { .rc = 0 };

	verifytest_run(&v, where, m);
	cr_assert_eq(v.rc, 0, "%s", v.error);
	cr_assert_eq(v.findings, 1);
	cr_expect_str_eq(v.first.file, file, "%s: %s", v.first.file,
	    v.first.en);
	cr_expect_eq(v.first.index, index, "%s: entry %lld: %s", v.first.file,
	    (long long)v.first.index, v.first.en);
	cr_expect_not_null(strstr(v.first.en, text), "%s: %s", v.first.file,
	    v.first.en);
}

/* A private directory. */
void
verifytest_temp(char path[200])
{
	const char *tmp = getenv("TMPDIR");

	(void)snprintf(path, 200, "%s/verify.XXXXXX", tmp != NULL ? tmp :
	    "/tmp");
	cr_assert_not_null(mkdtemp(path));
}

/* Read a file. */
uint8_t *
verifytest_load(const char *path, size_t *len)
{
	FILE *f = fopen(path, "r");
	uint8_t *p;

	cr_assert_not_null(f, "%s", path);
	cr_assert_eq(fseek(f, 0, SEEK_END), 0);
	*len = (size_t)ftell(f);
	rewind(f);
	cr_assert_not_null(p = malloc(*len + 1));
	cr_assert_eq(fread(p, 1, *len, f), *len);
	(void)fclose(f);
	return (p);
}

/* Write one. */
void
verifytest_store(const char *path, const void *p, size_t len)
{
	FILE *f = fopen(path, "w");

	cr_assert_not_null(f, "%s", path);
	cr_assert_eq(fwrite(p, 1, len, f), len);
	(void)fclose(f);
}

/* Change a byte. */
void
verifytest_flip(const char *path, long off)
{
	size_t len;
	uint8_t *p = verifytest_load(path, &len);

	p[off < 0 ? (long)len + off : off] ^= 1;
	verifytest_store(path, p, len);
	free(p);
}

/* Find an entry. */
size_t
verifytest_entry(const uint8_t *p, size_t len, unsigned i, size_t *entry_len)
{
	const uint8_t *text = p;
	size_t off = 0;

	for (i++; i > 0; i--)
		cr_assert_eq(tile_bundle_next(p, len, &off, &text, entry_len),
		    1);
	return ((size_t)(text - p));
}
