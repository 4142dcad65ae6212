/* Keys with a name: how they are made, told apart, and become signers. */
#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "keys/keydisk.h"
#include "keys/keymake.h"
#include "keys/signkey.h"

#define CREATED	1795323600	/* 2026-11-22T05:00:00Z */
#define HOUR	3600

static char dir[64], key[128], pub[160];
static struct keyfile_error err;

static const struct {
	enum keyfile_kind kind;
	enum keyfile_algorithm algorithm;
	const char *name;
	unsigned type;
} all[] = {
	{ KEYFILE_LOG, KEYFILE_ED25519, "a/bank.example/branch/0571", 0x01 },
	{ KEYFILE_LOG, KEYFILE_SM2_SM3, "bank.example/branch/0571", 0xff },
	{ KEYFILE_WITNESS, KEYFILE_ED25519, "centre.example/w1", 0x04 },
	{ KEYFILE_STAFF, KEYFILE_ED25519, "\xe7\x8e\x8b\xe4\xba\x94", 0x01 },
	{ KEYFILE_ROOT, KEYFILE_ED25519, "centre.example/root-1", 0x01 },
	{ KEYFILE_TARGETS, KEYFILE_ED25519, "targets", 0x01 },
	{ KEYFILE_SNAPSHOT, KEYFILE_ED25519, "snapshot", 0x01 },
	{ KEYFILE_TIMESTAMP, KEYFILE_ED25519, "timestamp", 0x01 },
};

static void
setup(void)
{

	(void)strcpy(dir, "/tmp/lk-signkey-XXXXXX");
	cr_assert_not_null(mkdtemp(dir));
	(void)snprintf(key, sizeof(key), "%s/k", dir);
	(void)snprintf(pub, sizeof(pub), "%s/k.pub", dir);
}

static void
teardown(void)
{

	(void)unlink(key);
	(void)unlink(pub);
	(void)rmdir(dir);
}

/* Try to make a key from the bytes start, start + 1, ... */
static int
try(struct keyfile *k, enum keyfile_kind kind, enum keyfile_algorithm algorithm,
    const char *name, uint8_t start, int64_t expires)
{
	const struct keymake m = { .kind = kind, .algorithm = algorithm,
		.name = name, .epoch = 1, .created = CREATED,
		.expires = expires };
	uint8_t secret[KEYFILE_SECRET_LEN];

	for (size_t i = 0; i < sizeof(secret); i++)
		secret[i] = (uint8_t)(start + i);
	return (keymake(k, &m, secret, &err));
}

static void
make(struct keyfile *k, enum keyfile_kind kind, enum keyfile_algorithm algorithm,
    const char *name, uint8_t start)
{

	cr_assert_eq(try(k, kind, algorithm, name, start, CREATED + HOUR), 0,
	    "%s", err.text);
}

static void
refuse(enum keyfile_kind kind, enum keyfile_algorithm algorithm,
    const char *name, const char *words)
{
	static const struct keyfile zero;
	struct keyfile k;

	cr_assert_eq(try(&k, kind, algorithm, name, 1, KEYMAKE_NEVER), -1);
	cr_assert_eq(err.fault, KEYFILE_BAD);
	cr_assert_not_null(strstr(err.text, words), "%s", err.text);
	cr_assert_arr_eq(&k, &zero, sizeof(zero));
}

TestSuite(signkey, .init = setup, .fini = teardown);

Test(signkey, every_kind_signs_and_is_verified)
{
	static const char text[] = "a text\n";
	const struct note_signer *signers[1];
	const struct note_verifier *keys[1];
	char note[1024], why[NOTE_ERROR_MAX];
	struct note_verifier v;
	struct note_signer s;
	struct keyfile k;
	struct note n;
	size_t len;

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		make(&k, all[i].kind, all[i].algorithm, all[i].name, 1);
		cr_assert_eq(k.epoch, 0);
		cr_assert_eq(keydisk_write(&k, key, &err), 0, "%s", err.text);
		cr_assert_eq(signkey_load(&s, key, all[i].kind, CREATED, &err),
		    0, "%s", err.text);
		cr_assert_eq(s.public.type, all[i].type);
		cr_assert_str_eq(s.public.name, all[i].name);
		cr_assert_eq(signkey_verifier_load(&v, k.public, &err), 0,
		    "%s", err.text);
		cr_assert_arr_eq(v.key, s.public.key, sizeof(v.key));
		cr_assert_eq(v.id, s.public.id);
		(void)unlink(key);
		if (all[i].type == NOTE_COSIGNATURE)
			continue;
		signers[0] = &s;
		keys[0] = &v;
		len = note_sign(note, sizeof(note), text, sizeof(text) - 1,
		    signers, 1);
		cr_assert(len > 0);
		cr_assert_eq(note_parse(&n, note, len, why), 0, "%s", why);
		cr_assert_eq(note_verify(&n, keys, 1, why), 1, "%s", why);
		note_signer_wipe(&s);
	}
}

Test(signkey, what_does_not_fit_is_refused)
{
	char longer[300];

	memset(longer, 'a', sizeof(longer));
	longer[256] = '\0';
	refuse(KEYFILE_ROOT, 0, NULL, "needs a name");
	refuse(KEYFILE_ROOT, 0, "", "the name is empty");
	refuse(KEYFILE_ROOT, 0, longer, "longer than 255");
	refuse(KEYFILE_ROOT, 0, "a b", "a blank or a '+'");
	refuse(KEYFILE_ROOT, 0, "a+b", "a blank or a '+'");
	refuse(KEYFILE_ROOT, 0, "a\xe3\x80\x80" "b", "a blank or a '+'");
	refuse(KEYFILE_ROOT, 0, "a\nb", "a blank or a '+'");
	refuse(KEYFILE_ROOT, 0, "a\033b", "does not show");
	refuse(KEYFILE_ROOT, 0, "a\xe2\x80\xae" "b", "does not show");
	refuse(KEYFILE_ROOT, 0, "a\xff", "not UTF-8");
	refuse(KEYFILE_ROOT, 0, "\xc0\x80", "not UTF-8");
	refuse(KEYFILE_ROOT, KEYFILE_SM2_SM3, "a", "not for that algorithm");
	refuse(KEYFILE_LOG, KEYFILE_HMAC_SHA256, "a", "not for that algorithm");
	refuse(KEYFILE_LOG, 0, "bank.example", "<domain>/branch/<node>");
	refuse(KEYFILE_LOG, 0, "bank.example/branch/", "<domain>/branch/");
	refuse(KEYFILE_LOG, 0, "/branch/x", "<domain>/branch/<node>");
	refuse(KEYFILE_LOG, 0, "a/branches/x", "<domain>/branch/<node>");
	refuse(KEYFILE_LOG, 0, "a/branch/x/y", "<domain>/branch/<node>");
	longer[65] = '\0';
	refuse(KEYFILE_SEAL, 0, longer, "more than 64 characters");
}

Test(signkey, a_scalar_out_of_range_is_no_key)
{
	const struct keymake m[] = {
		{ .kind = KEYFILE_SEAL, .name = "s", .created = CREATED,
		  .expires = KEYMAKE_NEVER },
		{ .kind = KEYFILE_LOG, .algorithm = KEYFILE_SM2_SM3,
		  .name = "a/branch/b", .created = CREATED,
		  .expires = KEYMAKE_NEVER },
	};
	uint8_t secret[KEYFILE_SECRET_LEN];
	struct keyfile k;

	for (int i = 0; i < 2; i++) {
		memset(secret, 0, sizeof(secret));
		cr_assert_eq(keymake(&k, &m[i], secret, &err), 1);
		memset(secret, 0xff, sizeof(secret));
		cr_assert_eq(keymake(&k, &m[i], secret, &err), 1);
		secret[0] = 0;
		cr_assert_eq(keymake(&k, &m[i], secret, &err), 0);
	}
}

Test(signkey, an_expired_key_does_not_sign)
{
	static const struct note_signer zero;
	struct note_signer s;
	struct keyfile k;

	make(&k, KEYFILE_STAFF, 0, "zhang.san", 1);
	cr_assert_eq(keydisk_write(&k, key, &err), 0);
	cr_assert_eq(signkey_load(&s, key, KEYFILE_STAFF, CREATED + HOUR - 1,
	    &err), 0, "%s", err.text);
	cr_assert_eq(signkey_load(&s, key, KEYFILE_STAFF, CREATED + HOUR, &err),
	    -1);
	cr_assert_eq(err.fault, KEYFILE_EXPIRED);
	cr_assert_not_null(strstr(err.text, "/k: the staff key expired at "
	    "2026-11-22T06:00:00Z"), "%s", err.text);
	cr_assert_arr_eq(&s, &zero, sizeof(zero));
	cr_assert_eq(signkey_load(&s, key, KEYFILE_ROOT, CREATED, &err), -1);
	cr_assert_not_null(strstr(err.text, "holds a key of kind staff where "
	    "one of kind root is needed"), "%s", err.text);
	cr_assert_eq(chmod(key, 0440), 0);
	cr_assert_eq(signkey_load(&s, key, KEYFILE_STAFF, CREATED, &err), -1);
	cr_assert_eq(err.fault, KEYFILE_DENIED);
}

Test(signkey, a_public_half_of_another_key_is_refused)
{
	struct note_signer s;
	struct keyfile a, b;

	make(&a, KEYFILE_STAFF, 0, "zhang.san", 1);
	make(&b, KEYFILE_STAFF, 0, "zhang.san", 2);
	memcpy(a.public, b.public, sizeof(a.public));
	cr_assert_eq(keyfile_finish(&a, &err), 0);
	cr_assert_eq(signkey_from(&s, &a, "k", CREATED, &err), -1);
	cr_assert_not_null(strstr(err.text, "does not belong to the secret"),
	    "%s", err.text);
	cr_assert_eq(keyfile_make(&a, KEYFILE_TOKEN_LIST, 1, CREATED,
	    b.secret), 0);
	cr_assert_eq(signkey_from(&s, &a, "k", CREATED, &err), -1);
	cr_assert_not_null(strstr(err.text, "makes no signatures"), "%s",
	    err.text);
}

Test(signkey, verifier_keys_are_read_from_files)
{
	const struct note_verifier *two[2];
	struct note_verifier v, w;
	char line[NOTE_VKEY_MAX + 1], longer[700];
	struct keyfile k;
	int n;

	make(&k, KEYFILE_WITNESS, 0, "centre.example/w1", 1);
	n = snprintf(line, sizeof(line), "%s\n", k.public);
	cr_assert_eq(keydisk_write_public(line, (size_t)n, pub, &err), 0);
	cr_assert_eq(signkey_verifier_load(&v, pub, &err), 0, "%s", err.text);
	cr_assert_eq(signkey_verifier_load(&w, k.public, &err), 0, "%s",
	    err.text);
	cr_assert_arr_eq(&v, &w, sizeof(v));
	two[0] = &v;
	two[1] = &w;
	cr_assert_eq(signkey_distinct(two, 1, &err), 0);
	cr_assert_eq(signkey_distinct(two, 2, &err), -1);
	cr_assert_not_null(strstr(err.text, "one name and id"), "%s",
	    err.text);

	cr_assert_eq(unlink(pub), 0);
	cr_assert_eq(keydisk_write_public(line, (size_t)n - 1, pub, &err), 0);
	cr_assert_eq(signkey_verifier_load(&v, pub, &err), -1);
	cr_assert_not_null(strstr(err.text, "one line"), "%s", err.text);
	cr_assert_eq(unlink(pub), 0);
	cr_assert_eq(keydisk_write(&k, key, &err), 0);
	cr_assert_eq(signkey_verifier_load(&v, key, &err), -1);
	cr_assert_eq(signkey_verifier_load(&v, pub, &err), -1);
	cr_assert_eq(err.fault, KEYFILE_ABSENT);
	cr_assert_eq(signkey_verifier_load(&v, "a+12345678+AAAA", &err), -1);
	cr_assert_eq(err.fault, KEYFILE_BAD);
	memset(longer, 'a', sizeof(longer));
	longer[sizeof(longer) - 1] = '\0';
	longer[5] = '+';
	cr_assert_eq(signkey_verifier_load(&v, longer, &err), -1);
}
