/* The text of key files of every kind: written once and for all, refused when any
 * byte differs. */
#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "keys/keyfile.h"
#include "keys/keymake.h"

#define CREATED	1795323600	/* 2026-11-22T05:00:00Z */
#define DAY	86400
#define DIGITS	"000102030405060708090a0b0c0d0e0f" \
	"101112131415161718191a1b1c1d1e1f"

static const struct {
	struct keymake make;
	const char *text;
} all[] = {
	{ { .kind = KEYFILE_LOG, .name = "bank.example/branch/0571",
	    .created = CREATED, .expires = CREATED + DAY },
	  "liangka-key 1\nkind log\nalgorithm ed25519\n"
	  "name bank.example/branch/0571\ncreated 2026-11-22T05:00:00Z\n"
	  "expires 2026-11-23T05:00:00Z\n"
	  "public bank.example/branch/0571+02ccc65a+"
	  "AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4\n"
	  "id 068cc30ba1d9d2e5\nsecret " DIGITS "\n" },
	{ { .kind = KEYFILE_SEAL, .name = "c.example/seal",
	    .created = CREATED, .expires = KEYMAKE_NEVER },
	  "liangka-key 1\nkind seal\nalgorithm ecdh-p256\n"
	  "name c.example/seal\ncreated 2026-11-22T05:00:00Z\n"
	  "expires never\n"
	  "public 047a593180860c4037c83c12749845c8ee1424dd297fadcb895e358255d2"
	  "c7d2b2a8ca25580f2626fe579062ff1b99ff91c24a0da06fb32b5be20148c9249f"
	  "5650\nid 51862df767735fad\n-----BEGIN PRIVATE KEY-----\n"
	  "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgAAECAwQFBgcICQoL\n"
	  "DA0ODxAREhMUFRYXGBkaGxwdHh+hRANCAAR6WTGAhgxAN8g8EnSYRcjuFCTdKX+t\n"
	  "y4leNYJV0sfSsqjKJVgPJib+V5Bi/xuZ/5HCSg2gb7MrW+IBSMkkn1ZQ\n"
	  "-----END PRIVATE KEY-----\n" },
	{ { .kind = KEYFILE_TOKEN_LIST, .algorithm = KEYFILE_HMAC_SM3,
	    .epoch = 7, .created = CREATED, .expires = KEYMAKE_NEVER },
	  "liangka-key 1\nkind token-list\nalgorithm hmac-sm3\nepoch 7\n"
	  "created 2026-11-22T05:00:00Z\nexpires never\n"
	  "id 80edad59f8ef20a2\nsecret " DIGITS "\n" },
};

static struct keyfile_error err;

static void
make(struct keyfile *k, const struct keymake *m)
{
	uint8_t secret[KEYFILE_SECRET_LEN];

	for (size_t i = 0; i < sizeof(secret); i++)
		secret[i] = (uint8_t)i;
	cr_assert_eq(keymake(k, m, secret, &err), 0, "%s", err.text);
}

/* Parse exactly len bytes, of which ASan sees the end. */
static int
parse(const char *text, size_t len, struct keyfile *k)
{
	char *exact = malloc(len > 0 ? len : 1);
	int rc;

	cr_assert_not_null(exact);
	memcpy(exact, text, len);
	rc = keyfile_parse(k, "k", exact, len, &err);
	free(exact);
	return (rc);
}

/* Refuse the i-th text with one part replaced. */
static void
refuse_with(size_t i, const char *part, const char *instead, const char *words)
{
	static const struct keyfile zero;
	const char *at = strstr(all[i].text, part);
	char text[2 * KEYFILE_TEXT_MAX];
	struct keyfile k;
	int n;

	cr_assert_not_null(at, "%s", part);
	n = snprintf(text, sizeof(text), "%.*s%s%s", (int)(at - all[i].text),
	    all[i].text, instead, at + strlen(part));
	cr_assert_eq(parse(text, (size_t)n, &k), -1, "%s", text);
	cr_assert_eq(err.fault, KEYFILE_BAD);
	cr_assert_not_null(strstr(err.text, words), "\"%s\" not in \"%s\"",
	    words, err.text);
	cr_assert_arr_eq(&k, &zero, sizeof(k));
}

Test(keyfile_kinds, the_written_formats_stay)
{
	char text[KEYFILE_TEXT_MAX];
	struct keyfile k, back;
	size_t len;

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		make(&k, &all[i].make);
		len = keyfile_print(&k, text);
		cr_assert_eq(len, strlen(text));
		cr_assert_str_eq(text, all[i].text);
		cr_assert_eq(parse(text, len, &back), 0, "%s", err.text);
		cr_assert_arr_eq(&k, &back, sizeof(k));
	}
}

Test(keyfile_kinds, every_truncation_and_flipped_bit_is_refused)
{
	char text[KEYFILE_TEXT_MAX];
	struct keyfile k;
	size_t n;

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		n = strlen(all[i].text);
		for (size_t len = 0; len < n; len++)
			cr_assert_eq(parse(all[i].text, len, &k), -1, "%zu",
			    len);
		for (size_t bit = 0; bit < 8 * n; bit++) {
			memcpy(text, all[i].text, n);
			text[bit / 8] = (char)(text[bit / 8] ^ 1 << bit % 8);
			cr_assert_eq(parse(text, n, &k), -1, "bit %zu", bit);
			cr_assert_null(strstr(err.text, "AAECAw"));
			cr_assert_null(strstr(err.text, "00010203"));
		}
	}
}

Test(keyfile_kinds, every_kind_has_its_words)
{
	static const enum keyfile_kind kinds[] = { KEYFILE_TOKEN_PERSON,
		KEYFILE_TOKEN_LIST, KEYFILE_LOG, KEYFILE_WITNESS, KEYFILE_STAFF,
		KEYFILE_ROOT, KEYFILE_TARGETS, KEYFILE_SNAPSHOT,
		KEYFILE_TIMESTAMP, KEYFILE_SEAL };
	const char *word;
	unsigned a;

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		word = keyfile_kind_name(kinds[i]);
		cr_assert_eq(keyfile_kind_find(word, strlen(word)), kinds[i]);
		cr_assert_eq(keyfile_kind_find(word, strlen(word) - 1), 0);
		for (a = 0; keyfile_kind_algorithm(kinds[i], a) != 0; a++) {
			word = keyfile_algorithm_name(
			    keyfile_kind_algorithm(kinds[i], a));
			cr_assert_eq(keyfile_algorithm_find(word, strlen(word)),
			    keyfile_kind_algorithm(kinds[i], a));
		}
		cr_assert(a >= 1);
	}
	cr_assert_eq(keyfile_kind_find("", 0), 0);
	cr_assert_eq(keyfile_algorithm_find("rsa", 3), 0);
}

Test(keyfile_kinds, faults_of_a_signing_key)
{

	refuse_with(0, "kind log", "kind witness", ":9: the id does not");
	refuse_with(0, "ed25519", "hmac-sha256", ":3: a key of this kind");
	refuse_with(0, "ed25519", "sm2-sm3", ":9: the id does not match");
	refuse_with(0, "name bank", "epoch bank", ":4: expected \"name\"");
	refuse_with(0, "name bank.example/branch/0571", "name bank",
	    ":4: the name of a log's key");
	refuse_with(0, "name bank", "name b nk", ":4: the name holds a blank");
	refuse_with(0, "name bank", "name b\xff", ":4: the name is not UTF-8");
	refuse_with(0, "name bank", "name bang", ":7: not the public half");
	refuse_with(0, "0571+02", "0571-02", ":7: not the public half");
	refuse_with(0, "02ccc65a", "02cc 65a", ":7: not the public half");
	refuse_with(0, "02ccc65a", "02ccc65b", ":9: the id does not match");
	refuse_with(0, "2026-11-23", "2026-11-24", ":9: the id does not match");
	refuse_with(0, "2026-11-23", "2026-11-22", ":6: neither \"never\"");
	refuse_with(0, "2026-11-23T05:00:00Z", "Never", ":6: neither \"never\"");
	refuse_with(0, "expires 2026-11-23T05:00:00Z\n", "",
	    ":6: expected \"expires\"");
	refuse_with(0, "secret ", "secret  ", ":9: the secret is not 64");
	refuse_with(0, "1e1f\n", "1e1f\n\n", ":9: something follows");
}

Test(keyfile_kinds, faults_of_a_sealing_key)
{
	static const char block[] = ":9: what follows is not exactly the PEM";

	refuse_with(1, "public 04", "public 4", ":7: not the public half");
	refuse_with(1, "public 04", "public 05", block);
	refuse_with(1, "public 047a", "public 047A", ":7: not the public half");
	refuse_with(1, "BEGIN PRIVATE", "BEGIN private", block);
	refuse_with(1, "MIGH", "MIGI", block);
	refuse_with(1, "AAEC", "AAED", ":9: the id does not match");
	refuse_with(1, "ICQoL\nDA", "ICQoLDA\n", block);
	refuse_with(1, "SMkkn1ZQ", "SMkkn1Z=", block);
	refuse_with(1, "KEY-----\n", "KEY----- \n", block);
	refuse_with(1, "-----END PRIVATE KEY-----\n", "-----END PRIVATE KEY-----",
	    block);
	refuse_with(1, "-----END PRIVATE KEY-----\n",
	    "-----END PRIVATE KEY-----\n\n", block);
	refuse_with(1, "c.example/seal", "c.example/sea1",
	    ":9: the id does not match");
}

Test(keyfile_kinds, a_file_from_before_the_first_release_is_told_apart)
{
	static const char text[] = "liangka-key 1\nkind token-person\n"
	    "algorithm hmac-sha256\nepoch 1\ncreated 2026-11-22T05:00:00Z\n"
	    "id bd73fb056fb1aa05\nsecret " DIGITS "\n";
	struct keyfile k;

	cr_assert_eq(parse(text, sizeof(text) - 1, &k), -1);
	cr_assert_str_eq(err.text, "k:6: the line \"expires\" is missing: the "
	    "key is from before the first release; make a new one");
}

Test(keyfile_kinds, a_key_ends_at_its_second)
{
	struct keyfile k;

	make(&k, &all[0].make);
	cr_assert_eq(keyfile_expired(&k, 0), 0);
	cr_assert_eq(keyfile_expired(&k, CREATED + DAY - 1), 0);
	cr_assert_eq(keyfile_expired(&k, CREATED + DAY), 1);
	cr_assert_eq(keyfile_fresh(&k, "f", CREATED + DAY - 1, &err), 0);
	cr_assert_eq(keyfile_fresh(&k, "f", CREATED + DAY, &err), -1);
	cr_assert_eq(err.fault, KEYFILE_EXPIRED);
	cr_assert_str_eq(err.text, "f: the log key expired at "
	    "2026-11-23T05:00:00Z; make its successor with \"liangka-keys "
	    "rotate\"");
	make(&k, &all[1].make);
	cr_assert_eq(keyfile_expired(&k, INT64_MAX), 0);
}

Test(keyfile_kinds, times_are_read_as_they_are_written)
{
	static const int64_t times[] = { 946684800, 951782400, CREATED,
		4102444799, 253402300799 };
	char text[KEYFILE_CREATED_LEN + 1];
	int64_t t;

	for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
		cr_assert_eq(keyfile_time_print(text, times[i]), 0);
		cr_assert_eq(keyfile_time_parse(&t, text, strlen(text)), 0);
		cr_assert_eq(t, times[i], "%s", text);
	}
	cr_assert_eq(keyfile_time_print(text, 946684799), -1);
	cr_assert_eq(keyfile_time_print(text, 253402300800), -1);
	cr_assert_eq(keyfile_time_print(text, INT64_MAX), -1);
	cr_assert_eq(keyfile_time_print(text, INT64_MIN), -1);
}
