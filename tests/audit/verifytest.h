#ifndef TESTS_AUDIT_VERIFYTEST_H_
#define TESTS_AUDIT_VERIFYTEST_H_

/* A verification inside a test, what it said, and ways to tamper with files. */

#include <stddef.h>
#include <stdint.h>

#include "audit/verify.h"

#include "makelog.h"

struct verifytest {
	int rc;
	uint64_t findings;
	struct verify_finding first;
	size_t nlogs;
	struct verify_log log[4];
	char remarks[2048];	/* all of them, one a line */
	enum package_fault fault; /* when rc is -1, or the package does not open */
	char error[PACKAGE_ERROR_MAX];
	/* what verifytest_run() is given */
	struct verify_options o;
	const struct note_verifier *key[4];
};

/**
 * verifytest_run(v, where, m): Verify a place with the key of m (NULL: with the keys
 * and options that are in *v already).
 */
void verifytest_run(struct verifytest *v, const char *where,
    const struct makelog *m);

/**
 * verifytest_good(where, m): It must be good.
 * verifytest_bad(where, m, file, index, text): The first finding must be in this file,
 * at this entry of its log (-1: none), with this text in its reason.
 */
void verifytest_good(const char *where, const struct makelog *m);
void verifytest_bad(const char *where, const struct makelog *m,
    const char *file, int64_t index, const char *text);

/**
 * verifytest_temp(path): Make a private directory; its name is written to path.
 * verifytest_load(path, len): A whole file, for free().
 * verifytest_store(path, p, len): Write it.
 * verifytest_flip(path, off): Change a byte; off < 0 counts from the end.
 * verifytest_entry(p, len, i, entry_len): Where entry i begins in a bundle, its length
 * bytes included in neither.
 */
void verifytest_temp(char path[200]);
uint8_t *verifytest_load(const char *path, size_t *len);
void verifytest_store(const char *path, const void *p, size_t len);
void verifytest_flip(const char *path, long off);
size_t verifytest_entry(const uint8_t *p, size_t len, unsigned i,
    size_t *entry_len);

#endif /* !TESTS_AUDIT_VERIFYTEST_H_ */
