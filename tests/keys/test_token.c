/* Tokens: the written format, the labels, the epochs. */
#include <criterion/criterion.h>

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "keys/keydisk.h"
#include "keys/keymake.h"
#include "keys/token.h"

#define CREATED	1795323600	/* 2026-11-22T05:00:00Z */

/* A key file whose secret is start, start + 1, ... */
static void
make_file(struct keyfile *k, uint32_t epoch, uint8_t start)
{
	uint8_t secret[KEYFILE_SECRET_LEN];

	for (size_t i = 0; i < sizeof(secret); i++)
		secret[i] = (uint8_t)(start + i);
	cr_assert_eq(keyfile_make(k, KEYFILE_TOKEN_PERSON, epoch, CREATED,
	    secret), 0);
}

static struct token_keys *
make_keys(uint32_t epoch, uint8_t start)
{
	struct token_keys *keys;
	struct keyfile k;
	char err[256];

	make_file(&k, epoch, start);
	keys = token_keys_from(&k, 1, err, sizeof(err));
	cr_assert_not_null(keys, "%s", err);
	return (keys);
}

static void
expect(const struct token *t, const char *want)
{
	char text[TOKEN_HEX_LEN + 1];

	token_hex(t, text);
	cr_assert_str_eq(text, want);
}

Test(token, the_written_format_stays)
{
	struct token_keys *keys = make_keys(1, 0);
	struct token t;

	token_make(&t, keys, 0, TOKEN_PERSON, "111010519491231002X", 19);
	expect(&t, "ce542d64efce665547d08a1119d4b318");
	token_make(&t, keys, 0, TOKEN_PHONE, "13800138000", 11);
	expect(&t, "21f81f7f1f7567b4630f7ddb803a5bf9");
	token_make(&t, keys, 0, TOKEN_CONTENT, NULL, 0);
	expect(&t, "d5f75ad90fa54ad2dc2c929c1295c9e3");
	token_keys_free(keys);
}

Test(token, every_label_and_length_equals_the_library_hmac)
{
	struct token_keys *keys = make_keys(1, 0);
	uint8_t secret[KEYFILE_SECRET_LEN], text[64 + 200], mac[32];
	struct token t;
	unsigned n;

	for (size_t i = 0; i < sizeof(secret); i++)
		secret[i] = (uint8_t)i;
	for (int label = 0; label < TOKEN_LABELS; label++) {
		const char *name = token_label_name((enum token_label)label);

		memset(text, 0, sizeof(text));
		text[0] = (uint8_t)strlen(name);
		memcpy(text + 1, name, strlen(name));
		for (size_t len = 0; len <= 200; len++) {
			if (len > 0)
				text[63 + len] = (uint8_t)(len * 31);
			cr_assert_not_null(HMAC(EVP_sha256(), secret,
			    sizeof(secret), text, 64 + len, mac, &n));
			token_make(&t, keys, 0, (enum token_label)label,
			    text + 64, len);
			cr_assert_arr_eq(t.b, mac, TOKEN_LEN);
		}
	}
	token_keys_free(keys);
}

Test(token, labels_are_distinct_and_separate)
{
	struct token_keys *keys = make_keys(1, 0);
	struct token t[TOKEN_LABELS];

	for (int i = 0; i < TOKEN_LABELS; i++) {
		token_make(&t[i], keys, 0, (enum token_label)i, "same", 4);
		for (int j = 0; j < i; j++) {
			cr_assert_not(token_equal(&t[i], &t[j]));
			cr_assert_str_neq(
			    token_label_name((enum token_label)i),
			    token_label_name((enum token_label)j));
		}
	}
	token_keys_free(keys);
}

Test(token, a_stream_equals_the_whole)
{
	static const char text[] = "institution=1;product=20;txn=0001;"
	    "a request is longer than one block of the hash, on purpose";
	struct token_keys *keys = make_keys(1, 9);
	struct token_stream s, zero;
	struct token whole, t;

	memset(&zero, 0, sizeof(zero));
	token_make(&whole, keys, 0, TOKEN_CONTENT, text, sizeof(text));
	for (size_t a = 0; a <= sizeof(text); a++) {
		token_begin(&s, keys, 0, TOKEN_CONTENT);
		token_update(&s, text, a);
		token_update(&s, text + a, sizeof(text) - a);
		token_final(&s, &t);
		cr_assert(token_equal(&t, &whole), "cut at %zu", a);
		cr_assert_arr_eq(&s.state, &zero.state, sizeof(s.state));
	}
	token_begin(&s, keys, 0, TOKEN_CONTENT);
	token_update(&s, text, 5);
	token_drop(&s);
	cr_assert_arr_eq(&s.state, &zero.state, sizeof(s.state));
	token_keys_free(keys);
}

Test(token, epochs_are_kept_newest_first)
{
	static const uint32_t order[] = { 3, 9, 1, 4 };
	struct keyfile k[TOKEN_EPOCHS_MAX];
	struct token_keys *keys, *one;
	struct token a, b;
	char err[256];

	for (unsigned i = 0; i < 4; i++)
		make_file(&k[i], order[i], (uint8_t)order[i]);
	keys = token_keys_from(k, 4, err, sizeof(err));
	cr_assert_not_null(keys, "%s", err);
	cr_assert_eq(token_keys_count(keys), 4);
	cr_assert_eq(token_keys_epoch(keys, 0), 9);
	cr_assert_eq(token_keys_epoch(keys, 1), 4);
	cr_assert_eq(token_keys_epoch(keys, 2), 3);
	cr_assert_eq(token_keys_epoch(keys, 3), 1);
	cr_assert_eq(token_keys_find(keys, 3), 2);
	cr_assert_eq(token_keys_find(keys, 2), -1);
	cr_assert_str_eq(token_keys_id(keys, 0), k[1].id);
	for (unsigned i = 0; i < 4; i++) {
		one = make_keys(7, (uint8_t)token_keys_epoch(keys, i));
		token_make(&a, keys, i, TOKEN_PERSON, "x", 1);
		token_make(&b, one, 0, TOKEN_PERSON, "x", 1);
		cr_assert(token_equal(&a, &b), "index %u", i);
		token_keys_free(one);
	}
	token_keys_free(keys);
}

Test(token, an_epoch_given_twice_is_refused)
{
	struct keyfile k[2];
	char err[256];

	make_file(&k[0], 2, 0);
	make_file(&k[1], 2, 5);
	cr_assert_null(token_keys_from(k, 2, err, sizeof(err)));
	cr_assert_not_null(strstr(err, "epoch 2 is given twice"), "%s", err);
	cr_assert_not_null(strstr(err, k[1].id), "%s", err);
}

Test(token, too_few_and_too_many_keys_are_refused)
{
	static const char *const paths[] = { "a", "b", "c", "d", "e" };
	struct keyfile k[TOKEN_EPOCHS_MAX + 1];
	char err[256];

	for (unsigned i = 0; i <= TOKEN_EPOCHS_MAX; i++)
		make_file(&k[i], i + 1, 0);
	cr_assert_null(token_keys_from(k, TOKEN_EPOCHS_MAX + 1, err,
	    sizeof(err)));
	cr_assert_not_null(strstr(err, "5 token keys given"), "%s", err);
	cr_assert_null(token_keys_load(NULL, 0, err, sizeof(err)));
	cr_assert_not_null(strstr(err, "0 token keys given"), "%s", err);
	cr_assert_null(token_keys_load(paths, 5, err, sizeof(err)));
	token_keys_free(NULL);
}

Test(token, keys_are_loaded_from_files)
{
	char dir[] = "/tmp/lk-token-XXXXXX", one[64], two[64], err[256];
	const char *const paths[] = { one, two };
	struct token_keys *keys;
	struct keyfile_error e;
	struct keyfile k;

	cr_assert_not_null(mkdtemp(dir));
	(void)snprintf(one, sizeof(one), "%s/one", dir);
	(void)snprintf(two, sizeof(two), "%s/two", dir);
	make_file(&k, 1, 0);
	cr_assert_eq(keydisk_write(&k, one, &e), 0);
	cr_assert_null(token_keys_load(paths, 2, err, sizeof(err)));
	cr_assert_not_null(strstr(err, "/two: cannot open"), "%s", err);
	make_file(&k, 2, 1);
	cr_assert_eq(keydisk_write(&k, two, &e), 0);
	keys = token_keys_load(paths, 2, err, sizeof(err));
	cr_assert_not_null(keys, "%s", err);
	cr_assert_eq(token_keys_count(keys), 2);
	cr_assert_str_eq(token_keys_id(keys, 0), k.id);
	token_keys_free(keys);
	(void)unlink(one);
	(void)unlink(two);
	cr_assert_eq(rmdir(dir), 0);
}

/* Make a key of the gm profile. */
static void
make_gm(struct keyfile *k, uint32_t epoch, int64_t expires)
{
	const struct keymake m = { .kind = KEYFILE_TOKEN_PERSON,
		.algorithm = KEYFILE_HMAC_SM3, .epoch = epoch,
		.created = CREATED, .expires = expires };
	uint8_t secret[KEYFILE_SECRET_LEN];
	struct keyfile_error e;

	for (size_t i = 0; i < sizeof(secret); i++)
		secret[i] = (uint8_t)i;
	cr_assert_eq(keymake(k, &m, secret, &e), 0, "%s", e.text);
}

Test(token, the_gm_profile_uses_hmac_sm3)
{
	uint8_t text[64 + 11] = { 16 }, mac[32];
	struct token_keys *keys;
	struct token_stream s;
	struct token t, piece;
	struct keyfile k[2];
	char err[256];
	unsigned n;

	make_gm(&k[0], 1, KEYMAKE_NEVER);
	keys = token_keys_from(k, 1, err, sizeof(err));
	cr_assert_not_null(keys, "%s", err);
	cr_assert(token_keys_gm(keys));
	memcpy(text + 1, "liangka/v1/phone", 16);
	memcpy(text + 64, "13800138000", 11);
	cr_assert_not_null(HMAC(EVP_sm3(), k[0].secret, KEYFILE_SECRET_LEN,
	    text, sizeof(text), mac, &n));
	token_make(&t, keys, 0, TOKEN_PHONE, "13800138000", 11);
	cr_assert_arr_eq(t.b, mac, TOKEN_LEN);
	token_begin(&s, keys, 0, TOKEN_PHONE);
	token_update(&s, "13800", 5);
	token_update(&s, "138000", 6);
	token_final(&s, &piece);
	cr_assert(token_equal(&t, &piece));
	token_keys_free(keys);

	/* A region on its way from one to the other has both. */
	make_file(&k[1], 2, 0);
	keys = token_keys_from(k, 2, err, sizeof(err));
	cr_assert_not_null(keys, "%s", err);
	cr_assert_not(token_keys_gm(keys));
	token_make(&piece, keys, 1, TOKEN_PHONE, "13800138000", 11);
	cr_assert(token_equal(&t, &piece));
	token_make(&piece, keys, 0, TOKEN_PHONE, "13800138000", 11);
	cr_assert_arr_eq(piece.b, "\x21\xf8\x1f\x7f\x1f\x75\x67\xb4\x63\x0f"
	    "\x7d\xdb\x80\x3a\x5b\xf9", TOKEN_LEN);
	token_keys_free(keys);
}

Test(token, an_expired_key_is_told)
{
	struct token_keys *keys;
	struct keyfile k[2];
	char err[256];

	make_file(&k[0], 1, 0);
	make_gm(&k[1], 2, CREATED + 60);
	keys = token_keys_from(k, 2, err, sizeof(err));
	cr_assert_not_null(keys, "%s", err);
	cr_assert_eq(token_keys_fresh(keys, CREATED + 59, err, sizeof(err)), 0);
	cr_assert_eq(token_keys_fresh(keys, CREATED + 60, err, sizeof(err)),
	    -1);
	cr_assert_not_null(strstr(err, "epoch 2 expired at "
	    "2026-11-22T05:01:00Z"), "%s", err);
	cr_assert_not_null(strstr(err, k[1].id), "%s", err);
	token_keys_free(keys);
}

Test(token, one_key_twice_and_keys_of_other_kinds_are_refused)
{
	uint8_t secret[KEYFILE_SECRET_LEN] = { 0 };
	struct keyfile k[2];
	char err[256];

	make_file(&k[0], 1, 0);
	k[1] = k[0];
	cr_assert_null(token_keys_from(k, 2, err, sizeof(err)));
	cr_assert_not_null(strstr(err, "is given twice"), "%s", err);
	cr_assert_eq(keyfile_make(&k[1], KEYFILE_TOKEN_LIST, 2, CREATED,
	    secret), 0);
	cr_assert_null(token_keys_from(k, 2, err, sizeof(err)));
	cr_assert_not_null(strstr(err, "not of kind token-person"), "%s", err);
}

Test(token, loaded_keys_are_read_only)
{
	struct token_keys *keys = make_keys(1, 0);
	int fd = open("/dev/zero", O_RDONLY);

	cr_assert(fd >= 0);
	cr_assert_eq(read(fd, keys, 1), -1);
	cr_assert_eq(errno, EFAULT);
	(void)close(fd);
	token_keys_free(keys);
}

Test(token, loaded_keys_stay_out_of_core_dumps)
{
	struct token_keys *keys = make_keys(1, 0);
	FILE *f = fopen("/proc/self/smaps", "r");
	unsigned long from, to;
	int inside = 0, seen = 0;
	char line[512];

	if (f == NULL)
		cr_skip("skipped: no /proc");
	while (fgets(line, sizeof(line), f) != NULL) {
		if (sscanf(line, "%lx-%lx ", &from, &to) == 2)
			inside = from <= (unsigned long)keys &&
			    (unsigned long)keys < to;
		if (inside && strncmp(line, "VmFlags:", 8) == 0) {
			seen = 1;
			cr_assert_not_null(strstr(line, " dd"), "%s", line);
		}
	}
	(void)fclose(f);
	cr_assert(seen);
	token_keys_free(keys);
}

static void *
many(void *arg)
{
	struct token t;

	for (unsigned i = 0; i < 2000; i++) {
		token_make(&t, arg, 0, TOKEN_PHONE, "13800138000", 11);
		if (t.b[0] != 0x21 || t.b[15] != 0xf9)
			return (arg);
	}
	return (NULL);
}

Test(token, threads_share_one_set_of_keys)
{
	struct token_keys *keys = make_keys(1, 0);
	pthread_t thread[4];
	void *bad;

	for (int i = 0; i < 4; i++)
		cr_assert_eq(pthread_create(&thread[i], NULL, many, keys), 0);
	for (int i = 0; i < 4; i++) {
		cr_assert_eq(pthread_join(thread[i], &bad), 0);
		cr_assert_null(bad);
	}
	token_keys_free(keys);
}

Test(token, digits_there_and_back)
{
	static const char good[] = "00ff7f80123456789abcdef0fedcba98";
	struct token t, zero;

	memset(&zero, 0, sizeof(zero));
	cr_assert_eq(token_unhex(&t, good, 32), 0);
	expect(&t, good);
	cr_assert_eq(token_unhex(&t, good, 31), -1);
	cr_assert(token_equal(&t, &zero));
	cr_assert_eq(token_unhex(&t, good, 33), -1);
	cr_assert_eq(token_unhex(&t, "00FF7f80123456789abcdef0fedcba98", 32),
	    -1);
	cr_assert(token_equal(&t, &zero));
}

Test(token, equality_sees_every_byte)
{
	struct token a, b;

	memset(&a, 0x55, sizeof(a));
	for (unsigned i = 0; i < TOKEN_LEN; i++) {
		b = a;
		cr_assert(token_equal(&a, &b));
		b.b[i] ^= 0x80;
		cr_assert_not(token_equal(&a, &b));
	}
}
