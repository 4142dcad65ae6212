/* Certificates of nodes, requests for them and revocation lists, also as openssl's own
 * tool sees them. */
#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "keys/hex.h"
#include "keys/nodecert.h"
#include "keys/nodecode.h"
#include "keys/nodecrl.h"
#include "keys/nodecsr.h"

#define NOW	INT64_C(1795327200)	/* 2026-11-22T06:00:00Z */
#define DAY	86400
#define DOMAIN	"bank.example/zhejiang"

static char ca_key[NODECERT_PEM_MAX], ca[NODECERT_PEM_MAX];
static char key[NODECERT_PEM_MAX], other_key[NODECERT_PEM_MAX];
static char cert[NODECERT_PEM_MAX], csr[NODECERT_PEM_MAX];
static const uint8_t code[NODECODE_LEN] = { 0x01, 0x23, 0x45, 0x67, 0x89, 0xab,
	0xcd, 0xef, 0x10, 0x32, 0x54, 0x76, 0x98, 0xba, 0xdc };
static struct keyfile_error err;

/* A key whose bytes follow from start. */
static void
make_key(char pem[NODECERT_PEM_MAX], uint8_t start)
{
	uint8_t secret[NODECERT_SECRET_LEN];

	for (size_t i = 0; i < sizeof(secret); i++)
		secret[i] = (uint8_t)(start + i);
	cr_assert_gt(nodecert_key(pem, secret), 0);
}

/* A time and a number. */
static struct nodecert_term
term(int64_t begins, int64_t ends, uint8_t serial)
{
	struct nodecert_term t = { .begins = begins, .ends = ends };

	memset(t.serial, serial, sizeof(t.serial));
	return (t);
}

/* A certificate of the node b017 for the request in csr. */
static void
issue(const struct nodecert_term *t)
{
	struct nodecsr r;

	cr_assert_eq(nodecsr_read(&r, csr, strlen(csr), &err), 0, "%s",
	    err.text);
	cr_assert_gt(nodecert_issue(cert, ca, ca_key, r.node, r.point, t,
	    &err), 0, "%s", err.text);
}

static void
setup(void)
{
	struct nodecert_term t = term(NOW - DAY, NOW + 3650 * (int64_t)DAY, 1);

	make_key(ca_key, 1);
	make_key(key, 50);
	make_key(other_key, 90);
	cr_assert_gt(nodecert_ca(ca, ca_key, DOMAIN, &t, &err), 0, "%s",
	    err.text);
	cr_assert_gt(nodecsr_enroll(csr, key, DOMAIN, "b017", code, &err), 0,
	    "%s", err.text);
	t = term(NOW, NOW + 365 * DAY, 0x8f);
	issue(&t);
}

TestSuite(nodecert, .init = setup);

/* Is openssl's own program here?  It is not part of what a build needs. */
static void
want_openssl(void)
{

	if (system("openssl version >/dev/null 2>&1") != 0)
		cr_skip_test("skipped: no openssl program");
}

/* What openssl prints of a text that is given to it. */
static const char *
openssl(const char *args, const char *text)
{
	static char out[16384];
	char command[400], path[] = "/tmp/lk-nodecert-XXXXXX";
	size_t n;
	FILE *f;
	int fd;

	want_openssl();
	fd = mkstemp(path);
	cr_assert_geq(fd, 0);
	cr_assert_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	(void)close(fd);
	(void)snprintf(command, sizeof(command), "openssl %s -in %s 2>&1", args,
	    path);
	f = popen(command, "r");
	cr_assert_not_null(f);
	n = fread(out, 1, sizeof(out) - 1, f);
	out[n] = '\0';
	(void)pclose(f);
	(void)unlink(path);
	return (out);
}

Test(nodecert, says_what_it_holds)
{
	struct nodecert c;

	cr_assert_eq(nodecert_check(&c, cert, ca, NOW, &err), 0, "%s",
	    err.text);
	cr_expect_str_eq(c.domain, DOMAIN);
	cr_expect_str_eq(c.node, "b017");
	/* The highest bit is off and the next one on. */
	cr_expect_str_eq(c.serial, "4f8f8f8f8f8f8f8f8f8f8f8f8f8f8f8f");
	cr_expect_eq(c.begins, NOW);
	cr_expect_eq(c.ends, NOW + 365 * DAY);
	cr_assert_eq(nodecert_read(&c, ca, &err), 0, "%s", err.text);
	cr_expect_str_eq(c.domain, DOMAIN);
	cr_expect_str_eq(c.node, "");
	cr_expect(nodecert_match(cert, key));
	cr_expect(!nodecert_match(cert, other_key));
}

Test(nodecert, is_what_openssl_expects)
{
	const char *s = openssl("x509 -noout -text", cert);

	cr_expect_not_null(strstr(s, "Version: 3"), "%s", s);
	cr_expect_not_null(strstr(s, "URI:liangka://" DOMAIN "/node/b017"),
	    "%s", s);
	cr_expect_not_null(strstr(s, "CA:FALSE"), "%s", s);
	cr_expect_not_null(strstr(s, "TLS Web Server Authentication, TLS Web "
	    "Client Authentication"), "%s", s);
	cr_expect_not_null(strstr(s, "ecdsa-with-SHA256"), "%s", s);
	s = openssl("x509 -noout -text", ca);
	cr_expect_not_null(strstr(s, "CA:TRUE, pathlen:0"), "%s", s);
	cr_expect_not_null(strstr(s, "Certificate Sign, CRL Sign"), "%s", s);
	s = openssl("req -noout -verify", csr);
	cr_expect_not_null(strstr(s, "verify OK"), "%s", s);
	s = openssl("pkey -noout -check", key);
	cr_expect_not_null(strstr(s, "valid"), "%s", s);
}

Test(nodecert, tells_too_early_from_too_late)
{
	struct nodecert c;

	cr_expect_eq(nodecert_check(&c, cert, ca, NOW + 365 * DAY, &err), 0);
	cr_expect_eq(nodecert_check(&c, cert, ca, NOW + 365 * DAY + 1, &err),
	    -1);
	cr_expect_eq(err.fault, KEYFILE_EXPIRED);
	cr_expect_str_eq(err.text, "the certificate has expired: it ended "
	    "2027-11-22T06:00:00Z and it is 2027-11-22T06:00:01Z here");
	cr_expect_str_eq(c.node, "");
	cr_expect_eq(nodecert_check(&c, cert, ca, NOW - 1, &err), -1);
	cr_expect_str_eq(err.text, "the certificate is not valid yet: it "
	    "begins 2026-11-22T06:00:00Z and it is 2026-11-22T05:59:59Z here");
}

Test(nodecert, knows_its_own_authority)
{
	struct nodecert_term t = term(NOW - DAY, NOW + 3650 * (int64_t)DAY, 1);
	char stranger[NODECERT_PEM_MAX];
	struct nodecert c;

	/* The same name and number, another key. */
	cr_assert_gt(nodecert_ca(stranger, other_key, DOMAIN, &t, &err), 0);
	cr_expect_eq(nodecert_check(&c, cert, stranger, NOW, &err), -1);
	cr_expect_not_null(strstr(err.text, "not signed by this authority"),
	    "%s", err.text);
	cr_assert_gt(nodecert_ca(stranger, ca_key, "bank.example", &t, &err),
	    0);
	cr_expect_eq(nodecert_check(&c, cert, stranger, NOW, &err), -1);
	cr_expect_not_null(strstr(err.text, "of the domain " DOMAIN), "%s",
	    err.text);
	cr_expect_eq(nodecert_check(&c, ca, ca, NOW, &err), -1);
	cr_expect_not_null(strstr(err.text, "not a node's"), "%s", err.text);
	cr_expect_eq(nodecert_check(&c, cert, cert, NOW, &err), -1);
	cr_expect_eq(nodecert_check(&c, "", ca, NOW, &err), -1);
	cr_expect_eq(nodecert_check(&c, key, ca, NOW, &err), -1);
}

Test(nodecert, signs_nothing_that_would_not_hold)
{
	struct nodecert_term t = term(NOW, NOW + 3651 * (int64_t)DAY, 2);
	char pem[NODECERT_PEM_MAX];
	struct nodecsr r;

	cr_assert_eq(nodecsr_read(&r, csr, strlen(csr), &err), 0);
	cr_expect_eq(nodecert_issue(pem, ca, ca_key, "b017", r.point, &t,
	    &err), 0);
	cr_expect_not_null(strstr(err.text, "longer than that of the "
	    "authority"), "%s", err.text);
	t = term(NOW, NOW, 2);
	cr_expect_eq(nodecert_issue(pem, ca, ca_key, "b017", r.point, &t,
	    &err), 0);
	t = term(NOW, NOW + DAY, 2);
	cr_expect_eq(nodecert_issue(pem, ca, other_key, "b017", r.point, &t,
	    &err), 0);
	cr_expect_not_null(strstr(err.text, "not that of the authority"), "%s",
	    err.text);
	cr_expect_eq(nodecert_issue(pem, ca, ca_key, "-b", r.point, &t, &err),
	    0);
	cr_expect_eq(nodecert_issue(pem, cert, key, "b018", r.point, &t,
	    &err), 0);
	cr_expect_not_null(strstr(err.text, "that of node b017"), "%s",
	    err.text);
	r.point[60] ^= 1;	/* no longer on the curve */
	cr_expect_eq(nodecert_issue(pem, ca, ca_key, "b017", r.point, &t,
	    &err), 0);
	cr_expect_eq(nodecert_ca(pem, ca_key, "Bank", &t, &err), 0);
	cr_expect_eq(pem[0], '\0');
}

Test(nodecert, draws_keys_that_are_none_again)
{
	uint8_t secret[NODECERT_SECRET_LEN];
	char pem[NODECERT_PEM_MAX];

	memset(secret, 0, sizeof(secret));
	cr_expect_eq(nodecert_key(pem, secret), 0);
	memset(secret, 0xff, sizeof(secret));
	cr_expect_eq(nodecert_key(pem, secret), 0);
}

Test(nodecert, knows_good_names)
{
	cr_expect(nodecert_good_node("b017"));
	cr_expect(nodecert_good_node("a-b-c-d-e-f1"));
	cr_expect(!nodecert_good_node(""));
	cr_expect(!nodecert_good_node("a-b-c-d-e-f12"));
	cr_expect(!nodecert_good_node("B017"));
	cr_expect(!nodecert_good_node("b017-"));
	cr_expect(!nodecert_good_node("b/17"));
	cr_expect(nodecert_good_domain("bank.example/zj"));
	cr_expect(!nodecert_good_domain(""));
	cr_expect(!nodecert_good_domain("bank example"));
}

Test(nodecert, proves_requests_by_a_code)
{
	uint8_t wrong[NODECODE_LEN];
	struct nodecsr r;

	cr_assert_eq(nodecsr_read(&r, csr, strlen(csr), &err), 0, "%s",
	    err.text);
	cr_expect_str_eq(r.domain, DOMAIN);
	cr_expect_str_eq(r.node, "b017");
	cr_expect_eq(r.proof, NODECSR_CODE);
	cr_expect_eq(nodecsr_proved(&r, code, &err), 0, "%s", err.text);
	memcpy(wrong, code, sizeof(wrong));
	wrong[14] ^= 1;
	cr_expect_eq(nodecsr_proved(&r, wrong, &err), -1);
	cr_expect_not_null(strstr(err.text, "another one-time code"), "%s",
	    err.text);
	r.point[40] ^= 1;	/* another key than the one the code was for */
	cr_expect_eq(nodecsr_proved(&r, code, &err), -1);
	cr_expect_eq(nodecsr_renewed(&r, cert, &err), -1);
}

Test(nodecert, renews_by_the_present_key)
{
	struct nodecert_term t = term(NOW, NOW + 30 * DAY, 7);
	char renewal[NODECERT_PEM_MAX], elsewhere[NODECERT_PEM_MAX];
	struct nodecsr r;

	cr_assert_gt(nodecsr_renew(renewal, other_key, cert, key, &err), 0,
	    "%s", err.text);
	cr_assert_eq(nodecsr_read(&r, renewal, strlen(renewal), &err), 0, "%s",
	    err.text);
	cr_expect_eq(r.proof, NODECSR_RENEWAL);
	cr_expect_str_eq(r.serial, "4f8f8f8f8f8f8f8f8f8f8f8f8f8f8f8f");
	cr_expect_eq(nodecsr_renewed(&r, cert, &err), 0, "%s", err.text);
	cr_expect_eq(nodecsr_proved(&r, code, &err), -1);
	r.bytes[20] ^= 1;
	cr_expect_eq(nodecsr_renewed(&r, cert, &err), -1);
	cr_expect_not_null(strstr(err.text, "not made with the key"), "%s",
	    err.text);
	r.bytes[20] ^= 1;
	/* A certificate of the same number for another node. */
	memcpy(t.serial, "\x8f\x8f\x8f\x8f\x8f\x8f\x8f\x8f\x8f\x8f\x8f\x8f\x8f"
	    "\x8f\x8f\x8f", sizeof(t.serial));
	cr_assert_gt(nodecert_issue(elsewhere, ca, ca_key, "b018", r.point, &t,
	    &err), 0, "%s", err.text);
	cr_expect_eq(nodecsr_renewed(&r, elsewhere, &err), -1);
	/* Who lacks the present key cannot even ask. */
	cr_expect_eq(nodecsr_renew(renewal, other_key, cert, other_key, &err),
	    0);
	cr_expect_not_null(strstr(err.text, "present key is not"), "%s",
	    err.text);
}

Test(nodecert, refuses_requests_that_were_altered)
{
	char text[NODECERT_PEM_MAX];
	struct nodecsr r;
	size_t len = strlen(csr), refused = 0, n = 0;

	/* Any one character of the base 64 turned into another. */
	for (size_t i = sizeof("-----BEGIN CERTIFICATE REQUEST-----");
	    i < len - 40; i++) {
		memcpy(text, csr, len + 1);
		if (text[i] == '\n' || text[i] == '=')
			continue;
		text[i] = text[i] == 'A' ? 'B' : 'A';
		n++;
		refused += nodecsr_read(&r, text, len, &err) != 0;
	}
	cr_expect_eq(refused, n, "%zu of %zu", refused, n);
	for (size_t i = 0; i < len - 30; i += 7)
		cr_expect_eq(nodecsr_read(&r, csr, i, &err), -1);
}

Test(nodecert, refuses_requests_of_other_makers)
{
	static const char *const commands[] = {
		/* no name, no proof; another curve; more than a name; RSA */
		"-newkey ec -pkeyopt ec_paramgen_curve:P-256 -subj /CN=b017",
		"-newkey ec -pkeyopt ec_paramgen_curve:P-384 -subj /CN=b017",
		"-newkey ec -pkeyopt ec_paramgen_curve:P-256 -subj /CN=b017 "
		    "-addext subjectAltName=URI:liangka://bank.example/node/"
		    "b017",
		"-newkey ec -pkeyopt ec_paramgen_curve:P-256 -subj /CN=b017 "
		    "-addext subjectAltName=URI:liangka://bank.example/node/"
		    "b017,DNS:city -addext basicConstraints=CA:TRUE",
		"-newkey rsa:2048 -subj /CN=b017",
	};
	char command[500], text[NODECERT_PEM_MAX];
	struct nodecsr r;
	size_t n;
	FILE *f;

	want_openssl();
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		(void)snprintf(command, sizeof(command), "openssl req -new "
		    "-nodes -keyout /dev/null %s 2>/dev/null", commands[i]);
		f = popen(command, "r");
		cr_assert_not_null(f);
		n = fread(text, 1, sizeof(text) - 1, f);
		(void)pclose(f);
		cr_assert_gt(n, 200);
		cr_expect_eq(nodecsr_read(&r, text, n, &err), -1);
		cr_expect_eq(r.node[0], '\0');
	}
}

Test(nodecert, revokes)
{
	const struct nodecrl_item items[] = {
		{ "4f8f8f8f8f8f8f8f8f8f8f8f8f8f8f8f", NODECRL_KEY_COMPROMISE },
		{ "0a", NODECRL_UNSPECIFIED },
	};
	char *first, *second, *third;
	struct nodecrl c;
	const char *s;

	first = nodecrl_make(ca, ca_key, NULL, NULL, 0, NOW, NOW + DAY, &err);
	cr_assert_not_null(first, "%s", err.text);
	cr_assert_eq(nodecrl_read(&c, first, ca, &err), 0, "%s", err.text);
	cr_expect(c.number == 1 && c.count == 0 && c.begins == NOW &&
	    c.ends == NOW + DAY);
	cr_expect_eq(nodecrl_holds(first, ca, items[0].serial, &err), 0);
	second = nodecrl_make(ca, ca_key, first, items, 2, NOW + 5, NOW + DAY,
	    &err);
	cr_assert_not_null(second, "%s", err.text);
	cr_expect_eq(nodecrl_holds(second, ca, items[0].serial, &err), 1);
	cr_expect_eq(nodecrl_holds(second, ca, "0b", &err), 0);
	cr_expect_eq(nodecrl_holds(second, ca, "xx", &err), -1);
	/* Again: it is not there twice, and keeps its date and reason. */
	third = nodecrl_make(ca, ca_key, second, items, 1, NOW + 90,
	    NOW + DAY, &err);
	cr_assert_not_null(third, "%s", err.text);
	cr_assert_eq(nodecrl_read(&c, third, ca, &err), 0);
	cr_expect(c.number == 3 && c.count == 2);
	s = openssl("crl -noout -text", third);
	cr_expect_not_null(strstr(s, "Key Compromise"), "%s", s);
	cr_expect_not_null(strstr(s, "Revocation Date: Nov 22 06:00:05 2026"),
	    "%s", s);
	free(third);
	free(second);
	free(first);
}

Test(nodecert, takes_no_list_of_others)
{
	struct nodecert_term t = term(NOW - DAY, NOW + 3650 * (int64_t)DAY, 1);
	char stranger[NODECERT_PEM_MAX];
	struct nodecrl c;
	char *list;

	cr_assert_gt(nodecert_ca(stranger, other_key, DOMAIN, &t, &err), 0);
	cr_expect_null(nodecrl_make(ca, other_key, NULL, NULL, 0, NOW,
	    NOW + DAY, &err));
	cr_expect_null(nodecrl_make(ca, ca_key, NULL, NULL, 0, NOW, NOW,
	    &err));
	list = nodecrl_make(stranger, other_key, NULL, NULL, 0, NOW, NOW + DAY,
	    &err);
	cr_assert_not_null(list, "%s", err.text);
	cr_expect_eq(nodecrl_read(&c, list, ca, &err), -1);
	cr_expect_not_null(strstr(err.text, "not signed by this authority"),
	    "%s", err.text);
	cr_expect_eq(nodecrl_holds(list, ca, "01", &err), -1);
	cr_expect_null(nodecrl_make(ca, ca_key, list, NULL, 0, NOW, NOW + DAY,
	    &err));
	free(list);
}

Test(nodecert, writes_codes_for_the_telephone)
{
	uint8_t back[NODECODE_LEN];
	char text[NODECODE_TEXT], typed[80];

	nodecode_print(text, code);
	cr_expect_str_eq(text, "04HM3-ASW90-NF6YE-Y41J2-AHV9D-HEPWK",
	    "%s", text);
	cr_expect_eq(nodecode_read(back, text), 0);
	cr_expect_arr_eq(back, code, sizeof(back));
	(void)snprintf(typed, sizeof(typed), " o4hm3 asw9o%snf6yey4LJ2-ahv9d-"
	    "hepwk ", "  ");
	cr_expect_eq(nodecode_read(back, typed), 0);
	cr_expect_arr_eq(back, code, sizeof(back));
	cr_expect_eq(nodecode_read(back, ""), -1);
	cr_expect_eq(nodecode_read(back, "04HMA-SW9NP"), -1);
	text[0] = 'U';
	cr_expect_eq(nodecode_read(back, text), -1);
	cr_expect_eq(back[3], 0);
}

Test(nodecert, finds_what_was_misheard)
{
	static const char all[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
	uint8_t back[NODECODE_LEN];
	char text[NODECODE_TEXT], s[NODECODE_TEXT];
	size_t i, k, n = 0;

	nodecode_print(text, code);
	for (i = 0; text[i] != '\0'; i++) {
		if (text[i] == '-')
			continue;
		for (k = 0; k < 32; k++) {
			memcpy(s, text, sizeof(s));
			s[i] = all[k];
			if (s[i] == text[i])
				continue;
			n += nodecode_read(back, s) == (int)(i / 6) + 1;
		}
		memcpy(s, text, sizeof(s));
		if (text[i + 1] != '-' && text[i + 1] != '\0' &&
		    text[i] != text[i + 1]) {
			s[i] = text[i + 1];
			s[i + 1] = text[i];
			cr_expect_eq(nodecode_read(back, s), (int)(i / 6) + 1);
		}
	}
	cr_expect_eq(n, 30 * 31);
	memcpy(s, text, sizeof(s));	/* two groups in the wrong order */
	memcpy(s, text + 6, 5);
	memcpy(s + 6, text, 5);
	cr_expect_eq(nodecode_read(back, s), 1);
}
