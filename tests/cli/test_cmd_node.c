/* How a node comes to its certificate: ca, invite, enroll, sign, install, renew and
 * revoke, as people type them on two machines. */
#include <criterion/criterion.h>

#include <sys/stat.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "keys/hex.h"
#include "keys/nodecert.h"
#include "keys/nodecrl.h"
#include "keys/nodecsr.h"

#include "clitest.h"
#include "jsonok.h"

#define DONE(r, want) do {						\
	const struct cli_run *r_ = (r);					\
	cr_assert_eq(r_->rc, 0, "%d %s%s", r_->rc, r_->out, r_->err);	\
	cr_assert_not_null(strstr(r_->out, want), "%s", r_->out);	\
} while (0)
#define FAILS(r, code, want) do {					\
	const struct cli_run *r_ = (r);					\
	cr_assert_eq(r_->rc, code, "%d %s%s", r_->rc, r_->out, r_->err); \
	cr_assert_not_null(strstr(r_->err, want), "%s", r_->err);	\
} while (0)
#define NODE "--node", "b017", "--domain", "bank.example"

static char dir[200];
static char ca[256], link_dir[256], ca_crt[256], csr[256], crt[256];

static void
set_up(void)
{
	const char *tmp = getenv("TMPDIR");

	(void)snprintf(dir, sizeof(dir), "%.150s/lk-node-XXXXXX",
	    tmp != NULL ? tmp : "/tmp");
	cr_assert_not_null(mkdtemp(dir));
	(void)snprintf(ca, sizeof(ca), "%s/ca", dir);
	(void)snprintf(link_dir, sizeof(link_dir), "%s/link", dir);
	(void)snprintf(ca_crt, sizeof(ca_crt), "%s/ca/ca.crt", dir);
	(void)snprintf(csr, sizeof(csr), "%s/link/link.csr", dir);
	(void)snprintf(crt, sizeof(crt), "%s/b017.crt", dir);
}

static void
tear_down(void)
{
	char command[300];

	(void)snprintf(command, sizeof(command), "rm -rf '%s'", dir);
	cr_expect_eq(system(command), 0);
}

TestSuite(cli_node, .init = set_up, .fini = tear_down, .timeout = 60);

/* What a file holds. */
static const char *
text_of(const char *in, const char *name)
{
	static char text[2][16384];
	static int turn;
	char path[400], *p = text[turn++ % 2];
	FILE *f;

	(void)snprintf(path, sizeof(path), "%s/%s", in, name);
	f = fopen(path, "r");
	cr_assert_not_null(f, "%s", path);
	p[fread(p, 1, sizeof(text[0]) - 1, f)] = '\0';
	(void)fclose(f);
	return (p);
}

/* The permissions of a file there. */
static unsigned
mode_of(const char *in, const char *name)
{
	char path[400];
	struct stat st;

	(void)snprintf(path, sizeof(path), "%s/%s", in, name);
	return (stat(path, &st) == 0 ? st.st_mode & 07777u : 0);
}

/* Make the authority. */
static void
make_ca(void)
{

	DONE(cli(NULL, "node", "ca", "--dir", ca, "--domain", "bank.example",
	    NULL), "The authority of bank.example is made");
}

/* Invite b017 and return the code, as one hears it. */
static const char *
invite(void)
{
	static char code[64];
	const struct cli_run *r;
	const char *p;

	r = cli(NULL, "node", "invite", "b017", "--ca", ca, "--json", NULL);
	DONE(r, "\"code\":\"");
	cr_assert(jsonok(r->out), "%s", r->out);
	p = strstr(r->out, "\"code\":\"") + 8;
	(void)snprintf(code, sizeof(code), "%.35s\n", p);
	return (code);
}

/* All the way to a certificate that is in place. */
static void
enroll(void)
{

	DONE(cli(invite(), "node", "enroll", "-", NODE, "--dir", link_dir,
	    NULL), "does not leave this machine");
	DONE(cli(NULL, "node", "sign", csr, "--ca", ca, "--out", crt, NULL),
	    "Signed: node b017");
	DONE(cli(NULL, "node", "install", crt, "--ca", ca_crt, "--dir",
	    link_dir, NULL), "In place: node b017");
}

/* The certificate that is in place now. */
static struct nodecert
present(void)
{
	struct keyfile_error err;
	struct nodecert c;

	cr_assert_eq(nodecert_check(&c, text_of(link_dir, "link.crt"),
	    text_of(link_dir, "ca.crt"), CLI_NOW / 1000, &err), 0, "%s",
	    err.text);
	cr_expect(nodecert_match(text_of(link_dir, "link.crt"),
	    text_of(link_dir, "link.key")));
	return (c);
}

Test(cli_node, walks_the_whole_path)
{
	struct nodecert c;

	make_ca();
	enroll();
	c = present();
	cr_expect_str_eq(c.node, "b017");
	cr_expect_str_eq(c.domain, "bank.example");
	cr_expect_eq(c.begins, CLI_NOW / 1000 - 3600);
	cr_expect_eq(c.ends, CLI_NOW / 1000 + 365 * 86400);
	cr_expect_eq(mode_of(link_dir, "link.key"), 0600);
	cr_expect_eq(mode_of(ca, "ca.key"), 0600);
	cr_expect_eq(mode_of(link_dir, "."), 0700);
	cr_expect_eq(mode_of(ca, "invited/b017"), 0);
}

Test(cli_node, makes_an_authority_once)
{
	const struct cli_run *r;
	struct nodecrl c;
	struct keyfile_error err;
	struct nodecert own;

	FAILS(cli(NULL, "node", "ca", "--dir", ca, "--domain", "Bank", NULL),
	    64, "a domain is of a-z");
	r = cli(NULL, "node", "ca", "--dir", ca, "--domain", "bank.example",
	    "--days", "100", "--json", NULL);
	DONE(r, "\"domain\":\"bank.example\"");
	cr_assert(jsonok(r->out), "%s", r->out);
	FAILS(cli(NULL, "node", "ca", "--dir", ca, "--domain", "bank.example",
	    NULL), 1, "never overwritten");
	cr_assert_eq(nodecert_read(&own, text_of(ca, "ca.crt"), &err), 0);
	cr_expect_eq(own.ends, CLI_NOW / 1000 + 100 * 86400);
	cr_assert_eq(nodecrl_read(&c, text_of(ca, "revoked.crl"),
	    text_of(ca, "ca.crt"), &err), 0, "%s", err.text);
	cr_expect(c.number == 1 && c.count == 0);
	cr_expect_eq(c.ends, CLI_NOW / 1000 + 90 * 86400);
	FAILS(cli(NULL, "node", "invite", "b017", "--ca", dir, NULL), 66,
	    "\"liangka node ca\" makes it");
	/* Nothing outlasts its authority. */
	DONE(cli(invite(), "node", "enroll", "-", NODE, "--dir", link_dir,
	    NULL), "The request");
	FAILS(cli(NULL, "node", "sign", csr, "--ca", ca, NULL), 65,
	    "longer than that of the authority");
	DONE(cli(NULL, "node", "sign", csr, "--ca", ca, "--days", "100", NULL),
	    "BEGIN CERTIFICATE");
}

Test(cli_node, takes_a_code_once)
{
	char first[64];

	make_ca();
	(void)snprintf(first, sizeof(first), "%s", invite());
	cr_expect_eq(mode_of(ca, "invited/b017"), 0600);
	DONE(cli(first, "node", "enroll", "-", NODE, "--dir", link_dir, NULL),
	    "link.csr");
	DONE(cli(NULL, "node", "sign", csr, "--ca", ca, NULL),
	    "BEGIN CERTIFICATE");
	FAILS(cli(NULL, "node", "sign", csr, "--ca", ca, NULL), 1,
	    "node b017 is not invited");
	/* A later invitation wants its own code. */
	cr_expect_str_neq(invite(), first);
	FAILS(cli(NULL, "node", "sign", csr, "--ca", ca, NULL), 1,
	    "another one-time code");
	/* The key stays over a second attempt. */
	(void)snprintf(first, sizeof(first), "%s", text_of(link_dir,
	    "link.key"));
	DONE(cli(invite(), "node", "enroll", "-", NODE, "--dir", link_dir,
	    NULL), "link.csr");
	cr_expect_eq(strncmp(first, text_of(link_dir, "link.key"),
	    sizeof(first) - 1), 0);
	DONE(cli(NULL, "node", "sign", csr, "--ca", ca, NULL),
	    "BEGIN CERTIFICATE");
}

Test(cli_node, hears_what_was_misheard)
{
	char code[64];

	make_ca();
	(void)snprintf(code, sizeof(code), "%s", invite());
	code[13] = code[13] == '7' ? '8' : '7';
	FAILS(cli(code, "node", "enroll", "-", NODE, "--dir", link_dir, NULL),
	    64, "group 3 of the one-time code is wrong");
	cr_expect_eq(mode_of(link_dir, "link.key"), 0);
	FAILS(cli(NULL, "node", "enroll", "what", NODE, "--dir", link_dir,
	    NULL), 64, "six groups of five");
	code[strcspn(code, "\n")] = '\0';
	FAILS(cli(NULL, "node", "enroll", code, NODE, "--dir", link_dir, NULL),
	    64, "group 3");
}

Test(cli_node, lets_codes_end)
{
	char path[400], text[512];
	const char *s;
	FILE *f;

	make_ca();
	DONE(cli(invite(), "node", "enroll", "-", NODE, "--dir", link_dir,
	    NULL), "link.csr");
	s = text_of(ca, "invited/b017");
	cr_assert_not_null(strstr(s, "ends 2026-11-29T06:00:00Z\n"), "%s", s);
	(void)snprintf(text, sizeof(text), "%.*s2026-11-22T05:59:59Z%s",
	    (int)(strstr(s, "ends ") + 5 - s), s, strstr(s, "ends ") + 25);
	(void)snprintf(path, sizeof(path), "%s/invited/b017", ca);
	f = fopen(path, "w");
	cr_assert_not_null(f);
	(void)fputs(text, f);
	(void)fclose(f);
	FAILS(cli(NULL, "node", "sign", csr, "--ca", ca, NULL), 1,
	    "the one-time code of node b017 ended 2026-11-22 13:59:59 +08:00");
	f = fopen(path, "w");
	cr_assert_not_null(f);
	(void)fputs("liangka-invitation 1\nnode b018\n", f);
	(void)fclose(f);
	FAILS(cli(NULL, "node", "sign", csr, "--ca", ca, NULL), 65,
	    "is damaged");
	/* Whoever is taken back is not invited either. */
	(void)invite();
	FAILS(cli(NULL, "node", "revoke", "b017", "--ca", ca, "--reason",
	    "cessation", NULL), 1, "no certificate in its time");
	cr_expect_eq(mode_of(ca, "invited/b017"), 0);
}

Test(cli_node, signs_for_its_own_domain_only)
{
	char other[256];

	make_ca();
	(void)snprintf(other, sizeof(other), "%s/other", dir);
	DONE(cli(NULL, "node", "ca", "--dir", other, "--domain",
	    "other.example", NULL), "other.example");
	DONE(cli(invite(), "node", "enroll", "-", NODE, "--dir", link_dir,
	    NULL), "link.csr");
	FAILS(cli(NULL, "node", "sign", csr, "--ca", other, NULL), 1,
	    "the request is of the domain bank.example; this authority signs "
	    "for other.example");
	FAILS(cli(NULL, "node", "sign", ca_crt, "--ca", ca, NULL), 65,
	    "holds no certificate request");
	FAILS(cli(NULL, "node", "sign", "/nowhere", "--ca", ca, NULL), 66,
	    "/nowhere");
}

Test(cli_node, renews)
{
	struct nodecert before, after;

	make_ca();
	enroll();
	before = present();
	DONE(cli(NULL, "node", "renew", "--dir", link_dir, NULL),
	    "link.key.new");
	cr_expect_eq(mode_of(link_dir, "link.key.new"), 0600);
	(void)present();	/* what is in use is untouched */
	DONE(cli(NULL, "node", "sign", csr, "--ca", ca, "--days", "400",
	    "--out", crt, NULL), "Signed: node b017");
	DONE(cli(NULL, "node", "install", crt, "--dir", link_dir, NULL),
	    "In place");
	after = present();
	cr_expect_str_neq(after.serial, before.serial);
	cr_expect_eq(after.ends, CLI_NOW / 1000 + 400 * 86400);
	cr_expect_arr_neq(after.point, before.point, sizeof(after.point));
	cr_expect_eq(mode_of(link_dir, "link.key.new"), 0);
	cr_expect_eq(mode_of(link_dir, "link.key"), 0600);
	/* Again: that changes nothing. */
	DONE(cli(NULL, "node", "install", crt, "--dir", link_dir, NULL),
	    "In place");
	FAILS(cli(NULL, "node", "enroll", "-", NODE, "--dir", link_dir, NULL),
	    1, "there is a certificate already");
}

Test(cli_node, renews_nothing_that_was_revoked)
{
	const struct cli_run *r;
	struct nodecert c;
	struct nodecrl list;
	struct keyfile_error err;

	make_ca();
	enroll();
	c = present();
	DONE(cli(NULL, "node", "renew", "--dir", link_dir, NULL), "link.csr");
	r = cli(NULL, "node", "revoke", "b017", "--ca", ca, "--reason",
	    "key-compromise", "--json", NULL);
	DONE(r, c.serial);
	cr_assert(jsonok(r->out), "%s", r->out);
	cr_expect_eq(nodecrl_holds(text_of(ca, "revoked.crl"), text_of(ca,
	    "ca.crt"), c.serial, &err), 1);
	FAILS(cli(NULL, "node", "sign", csr, "--ca", ca, NULL), 1,
	    "of node b017 has been revoked");
	DONE(cli(NULL, "node", "revoke", c.serial, "--ca", ca, "--reason",
	    "superseded", NULL), "Revocation list 3 holds 1");
	DONE(cli(NULL, "node", "revoke", "--renew", "--ca", ca, "--days", "5",
	    NULL), "Revocation list 4 holds 1");
	cr_assert_eq(nodecrl_read(&list, text_of(ca, "revoked.crl"),
	    text_of(ca, "ca.crt"), &err), 0);
	cr_expect_eq(list.ends, CLI_NOW / 1000 + 5 * 86400);
	FAILS(cli(NULL, "node", "revoke", "b017", "--ca", ca, "--reason",
	    "anger", NULL), 64, "say key-compromise");
	FAILS(cli(NULL, "node", "revoke", "b018", "--ca", ca, "--reason",
	    "cessation", NULL), 1, "no certificate in its time");
	FAILS(cli(NULL, "node", "revoke", "--ca", ca, "--reason", "cessation",
	    NULL), 64, "serial number");
}

Test(cli_node, renews_for_the_holder_of_the_key_only)
{
	static const uint8_t secret[NODECERT_SECRET_LEN] = { 7, 7, 7 };
	struct nodecert_term t = { .begins = CLI_NOW / 1000,
		.ends = CLI_NOW / 1000 + 86400 };
	char key[NODECERT_PEM_MAX], own[NODECERT_PEM_MAX];
	char forged[NODECERT_PEM_MAX], text[NODECERT_PEM_MAX], path[400];
	struct keyfile_error err;
	struct nodecert c, mine;
	FILE *f;

	/* Somebody makes a certificate of the same name and number himself. */
	make_ca();
	enroll();
	c = present();
	cr_assert_gt(nodecert_key(key, secret), 0);
	cr_assert_gt(nodecert_ca(own, key, "bank.example", &t, &err), 0);
	cr_assert_eq(nodecert_read(&mine, own, &err), 0);
	cr_assert_eq(hex_decode(t.serial, c.serial, sizeof(t.serial)), 0);
	cr_assert_gt(nodecert_issue(forged, own, key, "b017", mine.point, &t,
	    &err), 0, "%s", err.text);
	cr_assert_gt(nodecsr_renew(text, key, forged, key, &err), 0, "%s",
	    err.text);
	(void)snprintf(path, sizeof(path), "%s/forged.csr", dir);
	f = fopen(path, "w");
	cr_assert_not_null(f);
	(void)fputs(text, f);
	(void)fclose(f);
	FAILS(cli(NULL, "node", "sign", path, "--ca", ca, NULL), 1,
	    "not made with the key of the certificate it renews");
	/* Nor does a number do that nobody has. */
	t.serial[5] ^= 1;
	cr_assert_gt(nodecert_issue(forged, own, key, "b017", mine.point, &t,
	    &err), 0, "%s", err.text);
	cr_assert_gt(nodecsr_renew(text, key, forged, key, &err), 0);
	f = fopen(path, "w");
	cr_assert_not_null(f);
	(void)fputs(text, f);
	(void)fclose(f);
	FAILS(cli(NULL, "node", "sign", path, "--ca", ca, NULL), 1,
	    "was issued to node b017");
}

Test(cli_node, installs_nothing_strange)
{
	char other[256], stray[300];

	make_ca();
	enroll();
	/* Another node's. */
	(void)snprintf(other, sizeof(other), "%s/elsewhere", dir);
	DONE(cli(invite(), "node", "enroll", "-", NODE, "--dir", other, NULL),
	    "link.csr");
	(void)snprintf(stray, sizeof(stray), "%s/link.csr", other);
	DONE(cli(NULL, "node", "sign", stray, "--ca", ca, "--out", crt, NULL),
	    "Signed");
	FAILS(cli(NULL, "node", "install", crt, "--dir", link_dir, NULL), 65,
	    "not for a private key of this machine");
	/* Another authority's. */
	(void)snprintf(other, sizeof(other), "%s/ca2", dir);
	DONE(cli(NULL, "node", "ca", "--dir", other, "--domain",
	    "bank.example", NULL), "bank.example");
	(void)snprintf(stray, sizeof(stray), "%s/ca.crt", other);
	FAILS(cli(NULL, "node", "install", crt, "--ca", stray, "--dir",
	    link_dir, NULL), 65, "not signed by this authority");
	(void)present();
}

Test(cli_node, warns_of_a_second_certificate)
{
	const struct cli_run *r;

	make_ca();
	enroll();
	r = cli(NULL, "node", "invite", "b017", "--ca", ca, NULL);
	DONE(r, "One-time code of node b017");
	cr_expect_not_null(strstr(r->err, "has 1 certificate(s) in their "
	    "time"), "%s", r->err);
	FAILS(cli(NULL, "node", "invite", "B017", "--ca", ca, NULL), 64,
	    "a node id is 1 to 12");
}
