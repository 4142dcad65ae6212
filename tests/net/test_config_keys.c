/* What --check-config finds wrong with the keys themselves. */
#include <criterion/criterion.h>

#include <sys/stat.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "keys/keydisk.h"
#include "keys/keymake.h"
#include "net/config.h"

static char dir[64], file[128], key[2][128], logkey[128], sm2key[128];
static const char *more = "", *profile = "standard";
static enum keyfile_algorithm algorithm;
static char told[CONF_MAX_MESSAGE];

static void
report(void *arg, const struct conf_error *e)
{

	(void)arg;
	if (told[0] == '\0')
		(void)snprintf(told, sizeof(told), "%s", e->message);
}

static const struct conf_sink sink = { report, NULL };

/* Write a key that was made a day ago. */
static void
write_key(const char *path, enum keyfile_kind kind, uint32_t epoch, int64_t expires)
{
	const struct keymake m = { .kind = kind, .epoch = epoch,
		.algorithm = algorithm,
		.name = kind == KEYFILE_LOG ? "d/branch/n" : "n",
		.created = (int64_t)time(NULL) - 86400, .expires = expires };
	uint8_t secret[KEYFILE_SECRET_LEN] = { 1, (uint8_t)epoch };
	struct keyfile_error err;
	struct keyfile k;

	(void)unlink(path);
	cr_assert_eq(keymake(&k, &m, secret, &err), 0, "%s", err.text);
	cr_assert_eq(keydisk_write(&k, path, &err), 0, "%s", err.text);
}

static void
setup(void)
{

	(void)strcpy(dir, "/tmp/lk-config-keys-XXXXXX");
	cr_assert_not_null(mkdtemp(dir));
	(void)snprintf(file, sizeof(file), "%s/t.conf", dir);
	for (int i = 0; i < 2; i++)
		(void)snprintf(key[i], sizeof(key[i]), "%s/%d.key", dir, i);
	(void)snprintf(logkey, sizeof(logkey), "%s/log.key", dir);
	(void)snprintf(sm2key, sizeof(sm2key), "%s/sm2.key", dir);
	write_key(logkey, KEYFILE_LOG, 0, KEYMAKE_NEVER);
}

static void
teardown(void)
{

	(void)unlink(file);
	(void)unlink(key[0]);
	(void)unlink(key[1]);
	(void)unlink(logkey);
	(void)unlink(sm2key);
	(void)rmdir(dir);
}

/* Look the configuration with both keys over; the words of the first error. */
static const char *
check(void)
{
	struct config *c;
	char err[512];
	FILE *f = fopen(file, "we");

	cr_assert_not_null(f);
	(void)fprintf(f, "[daemon]\nnode = n\nprofile = %s\n"
	    "data = \"%s/d\"\n"
	    "token_key = \"%s\", \"%s\"\npolicy = \"%s\"\n"
	    "[institution b]\nsocket = \"%s/s\"\n"
	    "[log]\ndomain = d\nkey = \"%s\"%s\n", profile, dir, key[0], key[1], key[0],
	    dir, logkey, more);
	cr_assert_eq(fclose(f), 0);
	told[0] = '\0';
	c = config_load(file, CONFIG_READ_KEYS, &sink, err, sizeof(err));
	config_free(c);
	return (told);
}

TestSuite(config_keys, .init = setup, .fini = teardown);

Test(config_keys, good_ones_are_taken)
{

	write_key(key[0], KEYFILE_TOKEN_PERSON, 1, KEYMAKE_NEVER);
	write_key(key[1], KEYFILE_TOKEN_PERSON, 2, (int64_t)time(NULL) + 86400);
	cr_expect_str_eq(check(), "");
}

Test(config_keys, wrong_ones_are_told)
{

	write_key(key[0], KEYFILE_TOKEN_PERSON, 1, KEYMAKE_NEVER);
	write_key(key[1], KEYFILE_TOKEN_PERSON, 2, (int64_t)time(NULL) - 60);
	cr_expect_not_null(strstr(check(), "1.key: the token-person key "
	    "expired at "), "%s", told);
	write_key(key[1], KEYFILE_TOKEN_PERSON, 1, KEYMAKE_NEVER);
	cr_expect_not_null(strstr(check(), "same epoch"), "%s", told);
	write_key(key[1], KEYFILE_TOKEN_LIST, 2, KEYMAKE_NEVER);
	cr_expect_not_null(strstr(check(), "token-person"), "%s", told);
	write_key(key[1], KEYFILE_STAFF, 0, KEYMAKE_NEVER);
	cr_expect_not_null(strstr(check(), "token-person"), "%s", told);
	write_key(key[1], KEYFILE_TOKEN_PERSON, 2, KEYMAKE_NEVER);
	cr_assert_eq(chmod(key[1], 0440), 0);
	cr_expect_not_null(strstr(check(), "chmod 0400"), "%s", told);
}

Test(config_keys, a_profile_wants_its_algorithms)
{
	char other[160];

	write_key(key[0], KEYFILE_TOKEN_PERSON, 1, KEYMAKE_NEVER);
	write_key(key[1], KEYFILE_TOKEN_PERSON, 2, KEYMAKE_NEVER);
	profile = "gm";
	cr_expect_not_null(strstr(check(), "hmac-sm3"), "%s", told);
	algorithm = KEYFILE_HMAC_SM3;
	write_key(key[0], KEYFILE_TOKEN_PERSON, 1, KEYMAKE_NEVER);
	write_key(key[1], KEYFILE_TOKEN_PERSON, 2, KEYMAKE_NEVER);
	cr_expect_not_null(strstr(check(), "sm2-sm3 too"), "%s", told);
	algorithm = KEYFILE_SM2_SM3;
	write_key(sm2key, KEYFILE_LOG, 0, KEYMAKE_NEVER);
	(void)snprintf(other, sizeof(other), ", \"%s\"", sm2key);
	more = other;
	cr_expect_str_eq(check(), "");
	profile = "standard";
	cr_expect_not_null(strstr(check(), "profile = gm alone"), "%s", told);
	algorithm = 0;
	write_key(sm2key, KEYFILE_LOG, 0, KEYMAKE_NEVER);
	cr_expect_not_null(strstr(check(), "there are 2"), "%s", told);
}

Test(config_keys, a_log_key_whose_time_is_over_is_told)
{

	write_key(key[0], KEYFILE_TOKEN_PERSON, 1, KEYMAKE_NEVER);
	write_key(key[1], KEYFILE_TOKEN_PERSON, 2, KEYMAKE_NEVER);
	write_key(logkey, KEYFILE_LOG, 0, (int64_t)time(NULL) - 60);
	cr_expect_not_null(strstr(check(), "log.key: the log key expired"),
	    "%s", told);
}
