#include <criterion/criterion.h>

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "keys/keydisk.h"
#include "keys/sha256.h"
#include "lists/centre.h"

#include "centrekit.h"

/* Write K_list. */
void
centrekit_key(const char *path)
{
	uint8_t secret[KEYFILE_SECRET_LEN];
	struct keyfile_error err;
	struct keyfile k;

	memset(secret, 0x5a, sizeof(secret));
	cr_assert_eq(keyfile_make(&k, KEYFILE_TOKEN_LIST, 1, CENTREKIT_NOW -
	    86400, secret), 0);
	cr_assert_eq(keydisk_write(&k, path, &err), 0, "%s", err.text);
	keyfile_wipe(&k);
}

/* Make a centre. */
void
centrekit_make(char dir[200])
{
	const char *tmp = getenv("TMPDIR");
	char err[CENTRE_ERROR_MAX], path[300];

	(void)snprintf(dir, 200, "%s/centre-XXXXXX", tmp != NULL ? tmp :
	    "/tmp");
	cr_assert_not_null(mkdtemp(dir));
	cr_assert_eq(centre_make(dir, "afc.example.gov.cn", err), 0, "%s", err);
	(void)snprintf(path, sizeof(path), "%s/list.key", dir);
	centrekit_key(path);
}

/* Remove one thing. */
static int
gone(const char *path, const struct stat *st, int flag, struct FTW *w)
{

	(void)st;
	(void)flag;
	(void)w;
	return (remove(path));
}

/* Remove a centre. */
void
centrekit_remove(const char *dir)
{

	cr_assert_eq(nftw(dir, gone, 16, FTW_DEPTH | FTW_PHYS), 0);
}

/* A token. */
struct token
centrekit_token(uint64_t n)
{
	uint8_t hash[SHA256_LEN];
	struct token t;

	sha256_leaf(hash, &n, sizeof(n));
	memcpy(t.b, hash, sizeof(t.b));
	return (t);
}
