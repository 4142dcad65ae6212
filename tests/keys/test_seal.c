/* Sealing: what the centre alone can read, also with openssl's own tool. */
#include <criterion/criterion.h>

#include <sys/stat.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "keys/keydisk.h"
#include "keys/keymake.h"
#include "keys/seal.h"
#include "keys/seal_cert.h"

#define CREATED	1795323600	/* 2026-11-22T05:00:00Z */

static char dir[64], key[128], other[128], cert[128], file[128];
static struct keyfile_error fault;
static char err[SEAL_ERROR_MAX];

/* Make a sealing key whose bytes follow from start, and its certificate. */
static void
make(const char *path, const char *crt, uint8_t start, int64_t expires)
{
	const struct keymake m = { .kind = KEYFILE_SEAL,
		.name = "centre.example/seal", .created = CREATED,
		.expires = expires };
	uint8_t secret[KEYFILE_SECRET_LEN];
	char pem[SEAL_CERT_PEM_MAX];
	struct keyfile k;
	size_t len;

	for (size_t i = 0; i < sizeof(secret); i++)
		secret[i] = (uint8_t)(start + i);
	cr_assert_eq(keymake(&k, &m, secret, &fault), 0, "%s", fault.text);
	cr_assert_eq(keydisk_write(&k, path, &fault), 0, "%s", fault.text);
	if (crt == NULL)
		return;
	len = seal_cert_make(pem, &k, &fault);
	cr_assert(len > 0, "%s", fault.text);
	cr_assert_eq(keydisk_write_public(pem, len, crt, &fault), 0, "%s",
	    fault.text);
}

static void
setup(void)
{

	(void)strcpy(dir, "/tmp/lk-seal-XXXXXX");
	cr_assert_not_null(mkdtemp(dir));
	(void)snprintf(key, sizeof(key), "%s/seal.key", dir);
	(void)snprintf(other, sizeof(other), "%s/other.key", dir);
	(void)snprintf(cert, sizeof(cert), "%s/seal.crt", dir);
	(void)snprintf(file, sizeof(file), "%s/file", dir);
	make(key, cert, 1, KEYMAKE_NEVER);
	make(other, NULL, 2, KEYMAKE_NEVER);
}

static void
teardown(void)
{

	(void)unlink(key);
	(void)unlink(other);
	(void)unlink(cert);
	(void)unlink(file);
	(void)rmdir(dir);
}

/* Write the file. */
static void
put(const void *bytes, size_t len)
{
	FILE *f = fopen(file, "wb");

	cr_assert_not_null(f);
	cr_assert_eq(fwrite(bytes, 1, len, f), len);
	cr_assert_eq(fclose(f), 0);
}

/* Make a data key. */
static struct seal_key *
data_key(const uint8_t **cms, size_t *len)
{
	struct seal_cert *c = seal_cert_load(cert, err);
	struct seal_key *k;

	cr_assert_not_null(c, "%s", err);
	k = seal_key_new(c, err);
	cr_assert_not_null(k, "%s", err);
	seal_cert_free(c);
	*cms = seal_key_wrapped(k, len);
	cr_assert(*len > 100 && *len < 1024, "%zu", *len);
	return (k);
}

TestSuite(seal, .init = setup, .fini = teardown);

Test(seal, what_was_sealed_is_opened)
{
	static const char text[] = "{\"seq\":7,\"id_type\":1}";
	uint8_t sealed[sizeof(text) + SEAL_OVERHEAD], again[sizeof(sealed)];
	uint8_t opened[sizeof(text)], secret[SEAL_KEY_LEN];
	const uint8_t *cms;
	struct seal_key *k;
	size_t len;

	k = data_key(&cms, &len);
	cr_assert_eq(seal_close(sealed, k, text, sizeof(text), "ad", 2),
	    sizeof(sealed));
	cr_assert_eq(seal_close(again, k, text, sizeof(text), "ad", 2),
	    sizeof(again));
	cr_assert_arr_neq(sealed, again, 12);
	cr_assert_arr_neq(sealed + 12, again + 12, sizeof(text));
	cr_assert_eq(seal_unwrap(secret, cms, len, key, err), 0, "%s", err);
	cr_assert_eq(seal_open(opened, secret, sealed, sizeof(sealed), "ad", 2),
	    (int64_t)sizeof(text));
	cr_assert_str_eq((char *)opened, text);
	cr_assert_eq(seal_open(opened, secret, again, sizeof(again), "ad", 2),
	    (int64_t)sizeof(text));

	/* An empty text without associated data is one too. */
	cr_assert_eq(seal_close(sealed, k, "", 0, NULL, 0), SEAL_OVERHEAD);
	cr_assert_eq(seal_open(opened, secret, sealed, SEAL_OVERHEAD, NULL, 0),
	    0);
	seal_key_free(k);
	seal_key_free(NULL);
	seal_cert_free(NULL);
}

Test(seal, every_altered_bit_and_foreign_data_is_refused)
{
	static const uint8_t zero[5];
	uint8_t sealed[5 + SEAL_OVERHEAD], opened[5], secret[SEAL_KEY_LEN];
	const uint8_t *cms;
	struct seal_key *k;
	size_t len;

	k = data_key(&cms, &len);
	cr_assert_eq(seal_unwrap(secret, cms, len, key, err), 0, "%s", err);
	cr_assert_eq(seal_close(sealed, k, "hello", 5, "seq 7", 5),
	    sizeof(sealed));
	for (size_t i = 0; i < 8 * sizeof(sealed); i++) {
		sealed[i / 8] ^= (uint8_t)(1 << i % 8);
		memset(opened, 'x', sizeof(opened));
		cr_assert_eq(seal_open(opened, secret, sealed, sizeof(sealed),
		    "seq 7", 5), -1, "bit %zu", i);
		cr_assert_arr_eq(opened, zero, sizeof(zero));
		sealed[i / 8] ^= (uint8_t)(1 << i % 8);
	}
	cr_assert_eq(seal_open(opened, secret, sealed, sizeof(sealed), "seq 8",
	    5), -1);
	cr_assert_eq(seal_open(opened, secret, sealed, sizeof(sealed), NULL, 0),
	    -1);
	for (size_t n = 0; n < sizeof(sealed); n++)
		cr_assert_eq(seal_open(opened, secret, sealed, n, "seq 7", 5),
		    -1, "%zu bytes", n);
	secret[0] ^= 1;
	cr_assert_eq(seal_open(opened, secret, sealed, sizeof(sealed), "seq 7",
	    5), -1);
	seal_key_free(k);
}

Test(seal, each_data_key_is_new)
{
	const uint8_t *cms[2];
	uint8_t a[SEAL_KEY_LEN], b[SEAL_KEY_LEN];
	struct seal_key *k[2];
	size_t len[2];

	k[0] = data_key(&cms[0], &len[0]);
	k[1] = data_key(&cms[1], &len[1]);
	cr_assert_eq(seal_unwrap(a, cms[0], len[0], key, err), 0);
	cr_assert_eq(seal_unwrap(b, cms[1], len[1], key, err), 0);
	cr_assert_arr_neq(a, b, sizeof(a));
	seal_key_free(k[0]);
	seal_key_free(k[1]);
}

Test(seal, a_data_key_opens_for_the_centre_alone)
{
	static const uint8_t zero[SEAL_KEY_LEN];
	uint8_t secret[SEAL_KEY_LEN], copy[SEAL_CMS_MAX];
	const uint8_t *cms;
	struct seal_key *k;
	size_t len;

	k = data_key(&cms, &len);
	cr_assert_eq(seal_unwrap(secret, cms, len, other, err), -1);
	cr_assert_not_null(strstr(err, "other.key: does not open this data "
	    "key"), "%s", err);
	cr_assert_arr_eq(secret, zero, sizeof(zero));
	for (size_t n = 0; n < len; n += 7) {
		cr_assert_eq(seal_unwrap(secret, cms, n, key, err), -1);
		cr_assert_not_null(strstr(err, "no CMS EnvelopedData"), "%s",
		    err);
	}
	memcpy(copy, cms, len);
	copy[len] = 0;
	cr_assert_eq(seal_unwrap(secret, copy, len + 1, key, err), -1);
	cr_assert_eq(seal_unwrap(secret, copy, SEAL_CMS_MAX + 1, key, err), -1);
	cr_assert_eq(seal_unwrap(secret, cms, len, cert, err), -1);
	cr_assert_not_null(strstr(err, "seal.crt"), "%s", err);
	seal_key_free(k);
}

Test(seal, openssl_reads_the_data_key)
{
	uint8_t ours[SEAL_KEY_LEN], theirs[SEAL_KEY_LEN + 1];
	const uint8_t *cms;
	struct seal_key *k;
	char line[640];
	size_t len;
	FILE *f;

	if (system("openssl version >/dev/null 2>&1") != 0)
		cr_skip_test("skipped: no openssl program");
	k = data_key(&cms, &len);
	put(cms, len);
	cr_assert_eq(seal_unwrap(ours, cms, len, key, err), 0);
	for (int recip = 0; recip < 2; recip++) {
		(void)snprintf(line, sizeof(line), "openssl cms -decrypt "
		    "-inform DER -inkey %s %s %s -in %s", key,
		    recip ? "-recip" : "", recip ? cert : "", file);
		f = popen(line, "r");
		cr_assert_not_null(f);
		cr_assert_eq(fread(theirs, 1, sizeof(theirs), f),
		    SEAL_KEY_LEN);
		cr_assert_eq(pclose(f), 0);
		cr_assert_arr_eq(ours, theirs, SEAL_KEY_LEN);
	}
	/* Key agreement with SHA-256, and nothing weaker, wraps it. */
	(void)snprintf(line, sizeof(line), "openssl cms -cmsout -print "
	    "-inform DER -in %s | grep -q dhSinglePass-stdDH-sha256kdf-scheme",
	    file);
	cr_assert_eq(system(line), 0);
	(void)snprintf(line, sizeof(line), "openssl x509 -in %s -noout -text | "
	    "grep -q 'Subject: CN = centre.example/seal'", cert);
	cr_assert_eq(system(line), 0);
	(void)snprintf(line, sizeof(line), "openssl verify -CAfile %s "
	    "-partial_chain %s >/dev/null", cert, cert);
	cr_assert_eq(system(line), 0);
	seal_key_free(k);
}

Test(seal, a_certificate_says_who_and_until_when)
{
	struct seal_cert_info info;
	struct seal_cert *c;
	char crt[160], k[160];

	cr_assert_eq(seal_cert_read(&info, cert, &fault), 0, "%s", fault.text);
	cr_assert_str_eq(info.name, "centre.example/seal");
	cr_assert_str_eq(info.created, "2026-11-22T05:00:00Z");
	cr_assert_str_eq(info.expires, "never");
	c = seal_cert_load(cert, err);
	cr_assert_not_null(c, "%s", err);
	cr_assert_eq(seal_cert_fresh(c, CREATED, err), 0, "%s", err);
	cr_assert_eq(seal_cert_fresh(c, CREATED + 4000000000, err), 0);
	cr_assert_eq(seal_cert_fresh(c, CREATED - 1, err), -1);
	cr_assert_not_null(strstr(err, "not valid yet"), "%s", err);
	seal_cert_free(c);

	(void)snprintf(k, sizeof(k), "%s/s.key", dir);
	(void)snprintf(crt, sizeof(crt), "%s/s.crt", dir);
	make(k, crt, 3, CREATED + 3600);
	cr_assert_eq(seal_cert_read(&info, crt, &fault), 0, "%s", fault.text);
	cr_assert_str_eq(info.expires, "2026-11-22T06:00:00Z");
	c = seal_cert_load(crt, err);
	cr_assert_eq(seal_cert_fresh(c, CREATED + 3599, err), 0);
	cr_assert_eq(seal_cert_fresh(c, CREATED + 3600, err), -1);
	cr_assert_not_null(strstr(err, "has expired"), "%s", err);
	seal_cert_free(c);
	(void)unlink(k);
	(void)unlink(crt);
}

Test(seal, other_files_are_no_certificate)
{
	static const char words[] = "-----BEGIN CERTIFICATE-----\nAAAA\n"
	    "-----END CERTIFICATE-----\n";
	char line[640];

	cr_assert_null(seal_cert_load(file, err));
	cr_assert_not_null(strstr(err, "cannot open"), "%s", err);
	put("", 0);
	cr_assert_null(seal_cert_load(file, err));
	cr_assert_not_null(strstr(err, "holds no certificate"), "%s", err);
	put(words, sizeof(words) - 1);
	cr_assert_null(seal_cert_load(file, err));
	cr_assert_null(seal_cert_load(key, err));
	cr_assert_null(seal_cert_load(dir, err));
	cr_assert_not_null(strstr(err, "not a regular file"), "%s", err);
	(void)snprintf(line, sizeof(line), "openssl req -x509 -newkey ec "
	    "-pkeyopt ec_paramgen_curve:P-384 -nodes -subj /CN=x -keyout "
	    "/dev/null -out %s 2>/dev/null", file);
	if (system(line) == 0) {
		cr_assert_null(seal_cert_load(file, err));
		cr_assert_not_null(strstr(err, "not of a P-256 key"), "%s",
		    err);
	}
}

Test(seal, a_name_of_64_characters_fits)
{
	struct keymake m = { .kind = KEYFILE_SEAL, .created = CREATED,
		.expires = KEYMAKE_NEVER };
	const uint8_t secret[KEYFILE_SECRET_LEN] = { 1 };
	struct seal_cert_info info;
	char pem[SEAL_CERT_PEM_MAX], name[3 * 64 + 1] = "";
	struct keyfile k;
	size_t len;

	for (int i = 0; i < 64; i++)
		(void)strcat(name, "\xe4\xb8\xad");
	m.name = name;
	cr_assert_eq(keymake(&k, &m, secret, &fault), 0, "%s", fault.text);
	len = seal_cert_make(pem, &k, &fault);
	cr_assert(len > 0, "%s", fault.text);
	put(pem, len);
	cr_assert_eq(seal_cert_read(&info, file, &fault), 0, "%s", fault.text);
	cr_assert_str_eq(info.name, name);
}

Test(seal, a_certificate_of_another_maker_will_do)
{
	struct seal_cert_info info;
	struct seal_cert *c;
	char line[640];

	(void)snprintf(line, sizeof(line), "openssl req -x509 -newkey ec "
	    "-pkeyopt ec_paramgen_curve:P-256 -nodes -subj '/CN=The Centre' "
	    "-days 10 -keyout /dev/null -out %s 2>/dev/null", file);
	if (system(line) != 0)
		cr_skip_test("skipped: no openssl program");
	cr_assert_eq(seal_cert_read(&info, file, &fault), 0, "%s", fault.text);
	cr_assert_str_eq(info.name, "The Centre");
	c = seal_cert_load(file, err);
	cr_assert_not_null(c, "%s", err);
	seal_key_free(seal_key_new(c, err));
	seal_cert_free(c);
	(void)snprintf(line, sizeof(line), "openssl req -x509 -newkey ec "
	    "-pkeyopt ec_paramgen_curve:P-256 -nodes -subj '/O=no name' "
	    "-days 10 -keyout /dev/null -out %s 2>/dev/null", file);
	cr_assert_eq(system(line), 0);
	cr_assert_eq(seal_cert_read(&info, file, &fault), -1);
	cr_assert_not_null(strstr(fault.text, "no common name"), "%s",
	    fault.text);
}
