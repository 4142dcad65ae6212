#include <criterion/criterion.h>

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "branch.h"

/* Open one more handle. */
int32_t
branch_handle(struct branch *b, const char *name, const char *more,
    uint32_t flags)
{
	char path[256], text[1024];
	const char *conf = daemon_write_plugin_conf(b->d, name);
	static unsigned made;
	int32_t handle;
	size_t n;
	FILE *f;

	cr_assert_not_null(f = fopen(conf, "re"));
	n = fread(text, 1, sizeof(text) - 1, f);
	text[n] = '\0';
	cr_assert_eq(fclose(f), 0);
	(void)snprintf(path, sizeof(path), "%s/%s.%u.conf", daemon_dir(b->d),
	    name, made++);
	cr_assert_not_null(f = fopen(path, "we"));
	(void)fprintf(f, "%s%s", text, more);
	cr_assert_eq(fclose(f), 0);
	handle = b->h.lk_open(path, flags);
	if (handle <= 0) {
		(void)b->h.lk_message(0, NULL, LK_TEXT_TELLER, 0, text,
		    sizeof(text), 0);
		cr_assert_fail("lk_open: %d: %s", handle, text);
	}
	return (handle);
}

/* Start all. */
void
branch_open(struct branch *b, const struct daemon_setup *setup)
{

	memset(b, 0, sizeof(*b));
	host_load(&b->h);
	b->d = daemon_start(setup);
	b->zh = branch_handle(b, "bank", "", 0);
	b->en = branch_handle(b, "bank", "", LK_OPEN_ENGLISH);
	b->gb = branch_handle(b, "bank", "", LK_OPEN_GB18030);
}

/* End all. */
void
branch_close(struct branch *b)
{

	cr_expect_eq(b->h.lk_close(b->zh), LK_OK);
	cr_expect_eq(b->h.lk_close(b->en), LK_OK);
	cr_expect_eq(b->h.lk_close(b->gb), LK_OK);
	daemon_stop_and_check(b->d);
}

/* Fill in a request of somebody new. */
void
branch_request(struct branch *b, struct lk_request *r, const char *txn)
{

	host_request(r, b->person++, LK_PRODUCT_BANK1, txn);
}

/* Check. */
int32_t
branch_check(struct branch *b, int32_t handle, const struct lk_request *r,
    struct lk_result *a)
{
	int32_t rc;

	memset(a, 0, sizeof(*a));
	a->size = sizeof(*a);
	rc = b->h.lk_check(handle, r, a, BRANCH_MS);
	cr_assert_eq(a->size, sizeof(*a));
	if (rc == LK_OK)
		return (rc);
	cr_assert_eq(a->decision, LK_REVIEW, "code %d: decision %d", rc,
	    a->decision);
	cr_assert_eq(a->allowed, LK_REVIEW);
	cr_assert_eq(a->seq, 0);
	cr_assert_str_eq(a->leaf, "");
	cr_assert_str_eq(a->decision_id, "");
	return (rc);
}

/* Are there Han characters (U+3000 and above) in it? */
int
branch_is_chinese(const char *s)
{

	for (; *s != '\0'; s++)
		if ((unsigned char)*s >= 0xe3 && (unsigned char)*s < 0xf5)
			return (1);
	return (0);
}

/* Is it all ASCII, and more than a word? */
int
branch_is_ascii(const char *s)
{
	int spaces = 0;

	for (; *s != '\0'; s++) {
		if ((unsigned char)*s >= 0x7f || (unsigned char)*s < 0x20)
			return (0);
		spaces += *s == ' ';
	}
	return (spaces > 0);
}

/* Be refused in both languages. */
void
branch_refused(struct branch *b, const struct lk_request *r, int code,
    const char *field)
{
	struct lk_result a;
	int32_t rc;

	rc = branch_check(b, b->zh, r, &a);
	cr_expect_eq(rc, code, "%s: code %d, not %d: %s", field, rc, code,
	    a.message);
	cr_expect(branch_is_chinese(a.message), "%s: %s", field, a.message);
	cr_expect_not_null(strstr(a.message, field), "%s is not named: %s",
	    field, a.message);
	rc = branch_check(b, b->en, r, &a);
	cr_expect_eq(rc, code, "%s: code %d, not %d: %s", field, rc, code,
	    a.message);
	cr_expect(branch_is_ascii(a.message), "%s: %s", field, a.message);
	cr_expect_not_null(strstr(a.message, field), "%s is not named: %s",
	    field, a.message);
	cr_expect_eq(a.flags & LK_R_FALLBACK, 0);
	branch_answers(b);
}

/* Be answered. */
void
branch_answers(struct branch *b)
{
	struct lk_request r;
	struct lk_result a;
	char txn[32];

	(void)snprintf(txn, sizeof(txn), "next-%d-%u", (int)getpid(),
	    b->person);
	branch_request(b, &r, txn);
	cr_assert_eq(branch_check(b, b->zh, &r, &a), LK_OK, "%s", a.message);
	cr_assert_eq(a.decision, LK_PASS, "decision %d: %s", a.decision,
	    a.message);
	cr_assert_gt(a.seq, 0);
	cr_assert_eq(strlen(a.leaf), 64);
}
