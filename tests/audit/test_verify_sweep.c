/* One altered byte, anywhere: it is found, or lies where it does not matter. */

#include <criterion/criterion.h>

#include <sys/stat.h>

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "verifytest.h"

#define FILES 64
#define STEP 401	/* of the bytes of a long bundle every 401st is tried */

static char logs[200];
static struct makelog m;
static char files[FILES][300];
static size_t nfiles;

/* Take a file. */
static int
take(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{

	(void)st;
	(void)ftw;
	if (flag == FTW_F && nfiles < FILES)
		(void)snprintf(files[nfiles++], sizeof(files[0]), "%s", path);
	return (0);
}

/* The only file of a package that a verifier with a key of his own does not read. */
static int
matters(const char *path)
{
	const char *name = strrchr(path, '/') + 1;

	return (strcmp(name, "vkey") != 0);
}

/* Flip bytes of one file; how many. */
static unsigned
sweep(const char *path)
{
	struct verifytest v = { .o.alone = 1 };
	const char *below = path + strlen(logs) + 1;
	size_t len, i, step;
	unsigned n = 0;
	uint8_t *p = verifytest_load(path, &len);

	step = strstr(path, "/entries/") != NULL && len > 20000 ? STEP :
	    len > 2000 ? 61 : len > 500 ? 2 : 1;
	for (i = 0; i < len; i += step, n++) {
		p[i] ^= (uint8_t)(1u << i % 7);
		verifytest_store(path, p, len);
		verifytest_run(&v, logs, &m);
		if (!matters(path)) {
			cr_expect_eq(v.findings, 0, "%s byte %zu", path, i);
		} else if (v.rc != 0) {
			/* `logs` cannot be read: the package does not open. */
			cr_expect_eq(v.fault, PACKAGE_DAMAGED, "%s byte %zu: "
			    "%s", path, i, v.error);
			cr_expect_str_eq(below, "logs");
		} else if (strcmp(below, "logs") == 0) {
			cr_expect_geq(v.findings, 1, "%s byte %zu", path, i);
		} else {
			cr_expect_eq(v.findings, 1, "%s byte %zu", path, i);
			cr_expect_str_eq(v.first.file, below, "%s byte %zu: %s "
			    "is blamed: %s", below, i, v.first.file,
			    v.first.en);
		}
		p[i] ^= (uint8_t)(1u << i % 7);
	}
	verifytest_store(path, p, len);
	free(p);
	return (n);
}

Test(sweep, every_altered_byte_is_found_where_it_is)
{
	unsigned n = 0;
	size_t i;

	verifytest_temp(logs);
	makelog_open(&m, logs);
	makelog_fill(&m, 280);
	makelog_turn(&m);
	makelog_fill(&m, 6);
	makelog_close(&m);
	cr_assert_eq(nftw(logs, take, 16, FTW_PHYS), 0);
	cr_assert_lt(nfiles, (size_t)FILES);
	verifytest_good(logs, &m);
	for (i = 0; i < nfiles; i++)
		n += sweep(files[i]);
	if (getenv("SWEEP_SHOW") != NULL)
		(void)fprintf(stderr, "%u bytes in %zu files\n", n, nfiles);
	cr_expect_geq(n, 2000, "only %u bytes were tried", n);
	verifytest_good(logs, &m);
	makelog_remove(logs);
}
