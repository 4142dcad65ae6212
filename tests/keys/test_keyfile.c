/* The text of a key file: one spelling, every other one refused with its line. */
#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "keys/keyfile.h"

#define CREATED	1795323600	/* 2026-11-22T05:00:00Z */
#define SECRET	"000102030405060708090a0b0c0d0e0f" \
	"101112131415161718191a1b1c1d1e1f"
#define HEAD	"liangka-key 1\nkind token-person\nalgorithm hmac-sha256\n"

static const char good[] = HEAD
    "epoch 1\ncreated 2026-11-22T05:00:00Z\nexpires never\n"
    "id 9fdf3e6221bd7662\n"
    "secret " SECRET "\n";

static int
parse(const char *text, size_t len, struct keyfile *k,
    struct keyfile_error *err)
{
	char *copy = malloc(len + 1);	/* so that ASan sees the end */
	char *exact;
	int rc;

	cr_assert_not_null(copy);
	exact = realloc(copy, len > 0 ? len : 1);
	cr_assert_not_null(exact);
	memcpy(exact, text, len);
	rc = keyfile_parse(k, "k", exact, len, err);
	free(exact);
	return (rc);
}

/* Refuse text, with these words in the message, and keep nothing of it. */
static void
refuse(const char *text, const char *words)
{
	static const struct keyfile zero;
	struct keyfile_error err;
	struct keyfile k;

	memset(&k, 0x5a, sizeof(k));
	cr_assert_eq(parse(text, strlen(text), &k, &err), -1, "%s", text);
	cr_assert_eq(err.fault, KEYFILE_BAD);
	cr_assert_not_null(strstr(err.text, words), "\"%s\" not in \"%s\"",
	    words, err.text);
	cr_assert_arr_eq(&k, &zero, sizeof(k));
}

/* Refuse the good file with one part replaced. */
static void
refuse_with(const char *part, const char *instead, const char *words)
{
	const char *at = strstr(good, part);
	char text[1024];

	cr_assert_not_null(at);
	(void)snprintf(text, sizeof(text), "%.*s%s%s", (int)(at - good), good,
	    instead, at + strlen(part));
	refuse(text, words);
}

Test(keyfile, the_written_format_stays)
{
	uint8_t secret[KEYFILE_SECRET_LEN];
	char text[KEYFILE_TEXT_MAX];
	struct keyfile_error err;
	struct keyfile k, back;

	for (size_t i = 0; i < sizeof(secret); i++)
		secret[i] = (uint8_t)i;
	cr_assert_eq(keyfile_make(&k, KEYFILE_TOKEN_PERSON, 1, CREATED,
	    secret), 0);
	cr_assert_eq(keyfile_print(&k, text), sizeof(good) - 1);
	cr_assert_str_eq(text, good);
	cr_assert_eq(parse(good, sizeof(good) - 1, &back, &err), 0, "%s",
	    err.text);
	cr_assert_eq(back.kind, KEYFILE_TOKEN_PERSON);
	cr_assert_eq(back.algorithm, KEYFILE_HMAC_SHA256);
	cr_assert_eq(back.epoch, 1);
	cr_assert_str_eq(back.created, "2026-11-22T05:00:00Z");
	cr_assert_str_eq(back.expires, "never");
	cr_assert_str_eq(back.id, "9fdf3e6221bd7662");
	cr_assert_arr_eq(back.secret, secret, sizeof(secret));
}

Test(keyfile, bounds_of_a_new_key)
{
	static const uint8_t secret[KEYFILE_SECRET_LEN];
	struct keyfile k;

	cr_assert_eq(keyfile_make(&k, KEYFILE_TOKEN_PERSON, 0, CREATED,
	    secret), -1);
	cr_assert_eq(keyfile_make(&k, KEYFILE_TOKEN_PERSON, 65536, CREATED,
	    secret), -1);
	cr_assert_eq(keyfile_make(&k, KEYFILE_TOKEN_PERSON, 1, 946684799,
	    secret), -1);
	cr_assert_eq(keyfile_make(&k, KEYFILE_TOKEN_PERSON, 1, 253402300800,
	    secret), -1);
	cr_assert_eq(keyfile_make(&k, KEYFILE_TOKEN_PERSON, 65535,
	    253402300799, secret), 0);
	cr_assert_str_eq(k.created, "9999-12-31T23:59:59Z");
}

Test(keyfile, the_id_depends_on_every_part)
{
	uint8_t secret[KEYFILE_SECRET_LEN] = { 0 };
	struct keyfile a, b;

	(void)keyfile_make(&a, KEYFILE_TOKEN_PERSON, 1, CREATED, secret);
	(void)keyfile_make(&b, KEYFILE_TOKEN_PERSON, 2, CREATED, secret);
	cr_assert_str_neq(a.id, b.id);
	(void)keyfile_make(&b, KEYFILE_TOKEN_PERSON, 1, CREATED + 1, secret);
	cr_assert_str_neq(a.id, b.id);
	secret[31] = 1;
	(void)keyfile_make(&b, KEYFILE_TOKEN_PERSON, 1, CREATED, secret);
	cr_assert_str_neq(a.id, b.id);
}

Test(keyfile, every_truncation_is_refused)
{
	struct keyfile_error err;
	struct keyfile k;

	for (size_t len = 0; len < sizeof(good) - 1; len++) {
		cr_assert_eq(parse(good, len, &k, &err), -1, "%zu", len);
		cr_assert_eq(err.fault, KEYFILE_BAD);
		cr_assert_not_null(strstr(err.text, "copy it again"));
	}
}

Test(keyfile, every_flipped_bit_is_refused)
{
	struct keyfile_error err;
	char text[sizeof(good)];
	struct keyfile k;

	for (size_t i = 0; i < sizeof(good) - 1; i++) {
		for (int bit = 0; bit < 8; bit++) {
			memcpy(text, good, sizeof(good));
			text[i] = (char)(text[i] ^ (1 << bit));
			cr_assert_eq(parse(text, sizeof(good) - 1, &k, &err),
			    -1, "byte %zu bit %d", i, bit);
		}
	}
}

Test(keyfile, faults_are_named_with_their_line)
{
	char long_text[KEYFILE_TEXT_MAX + 2] = "";

	(void)memset(long_text, 'x', sizeof(long_text) - 1);
	refuse(long_text, "k: too long for a key file");
	refuse("", "k:1: the file ends in or before the line \"liangka-key\"");
	refuse("-----BEGIN PRIVATE KEY-----\n", "k:1: expected \"liangka-key\"");
	refuse_with("liangka-key 1", "\xef\xbb\xbfliangka-key 1", "k:1:");
	refuse_with("liangka-key 1", "liangka-key 2",
	    "k:1: the format is not version 1");
	refuse_with("token-person", "token-city", "k:2: unknown kind of key");
	refuse_with("hmac-sha256", "hmac-md5", "k:3: unknown algorithm");
	refuse_with("kind token", "kind  token", "k:2:");
	refuse_with("kind token", "kind\ttoken", "k:2:");
	refuse_with("token-person\n", "token-person \n", "k:2:");
	refuse_with("epoch 1\n", "\nepoch 1\n", "k:4:");
	refuse_with("epoch 1\n", "", "k:4: expected \"epoch\"");
	refuse_with("epoch 1\n", "epoch 1\nepoch 1\n", "k:5:");
	refuse_with("epoch 1\n", "epoch 0\n", "k:4: the epoch is not");
	refuse_with("epoch 1\n", "epoch 01\n", "k:4: the epoch is not");
	refuse_with("epoch 1\n", "epoch 65536\n", "k:4: the epoch is not");
	refuse_with("epoch 1\n", "epoch -1\n", "k:4: the epoch is not");
	refuse_with("epoch 1\n", "epoch 4294967297\n", "k:4: the epoch is not");
	refuse_with("9fdf", "9FDF", "k:7: the id is not 16");
	refuse_with("9fdf", "9fd", "k:7: the id is not 16");
	refuse_with("0a0b", "0A0B", "k:8: the secret is not 64");
	refuse_with("0a0b", "0a0", "k:8: the secret is not 64");
	refuse_with("0a0b", "0a0c", "k:8: the id does not match");
	refuse_with("1e1f\n", "1e1f\n\n", "k:8: something follows");
	refuse_with("1e1f\n", "1e1f\nx", "k:8: something follows");
	refuse_with("token-person\n", "token-person\r\n",
	    "k:2: the line ends in CR LF");
}

Test(keyfile, only_real_times)
{
	static const char *const bad[] = {
		"2026-02-29T05:00:00Z", "2026-13-01T05:00:00Z",
		"2026-00-01T05:00:00Z", "2026-04-31T05:00:00Z",
		"2026-11-00T05:00:00Z", "2026-11-22T24:00:00Z",
		"2026-11-22T05:60:00Z", "2026-11-22T05:00:60Z",
		"2026-11-22T05:00:00z", "2026-11-22 05:00:00Z",
		"2026-11-22T05:00:0Z", "1999-11-22T05:00:00Z",
		"2100-02-29T05:00:00Z", "2026-1a-22T05:00:00Z",
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		refuse_with("2026-11-22T05:00:00Z", bad[i],
		    "k:5: not a time such as");
	/* These exist, so only the id tells that they were put in. */
	refuse_with("2026-11-22", "2028-02-29", "k:8: the id does not match");
	refuse_with("2026-11-22", "2000-02-29", "k:8: the id does not match");
}

Test(keyfile, long_files_are_refused)
{
	char text[KEYFILE_TEXT_MAX + 2];

	memset(text, 'a', sizeof(text));
	text[sizeof(text) - 1] = '\0';
	refuse(text, "too long");
}

Test(keyfile, messages_never_repeat_the_file)
{
	/* Lines moved about put the secret where something else belongs. */
	static const char *const moved[] = {
		"secret " SECRET "\n", "liangka-key " SECRET "\n",
		"liangka-key 1\nkind " SECRET "\n",
		HEAD "epoch " SECRET "\n", HEAD SECRET "\n",
		HEAD "epoch 1\ncreated " SECRET "\n",
		HEAD "epoch 1\ncreated 2026-11-22T05:00:00Z\nid " SECRET "\n",
	};
	struct keyfile_error err;
	struct keyfile k;

	for (size_t i = 0; i < sizeof(moved) / sizeof(moved[0]); i++) {
		cr_assert_eq(parse(moved[i], strlen(moved[i]), &k, &err), -1);
		cr_assert_null(strstr(err.text, "0001"), "%s", err.text);
		cr_assert_null(strstr(err.text, "1e1f"), "%s", err.text);
	}
}
