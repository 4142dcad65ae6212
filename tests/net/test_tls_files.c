/* What a link is made from: files that are refused, and what is said of them. */
#include <criterion/criterion.h>

#include <sys/stat.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "keys/nodecrl.h"

#include "tlskit.h"

static struct tlskit k;
static char err[TLS_ERROR_MAX];

static void
set_up(void)
{

	tlskit_open(&k, "the authority");
	tlskit_node(&k, "city", -10, 300);
	tlskit_node(&k, "b017", -10, 300);
}

static void
tear_down(void)
{

	tlskit_close(&k);
}

TestSuite(tls_files, .init = set_up, .fini = tear_down, .timeout = 60);

/* It is refused, and this is said. */
static void
refuse(const struct tls_files *f, const char *why)
{
	struct tls_context *c;

	err[0] = '\0';
	c = tls_context_load(f, TLS_SERVER, err, sizeof(err));
	cr_expect_null(c, "taken, not: %s", why);
	cr_expect_not_null(strstr(err, why), "%s\nnot: %s", err, why);
	tls_context_free(c);
}

Test(tls_files, counts_the_days)
{
	struct tls_context *c = tlskit_context(&k, "city", TLS_SERVER);

	cr_expect_eq(tls_context_days(c, 0), 300);
	cr_expect_eq(tls_context_days(c, TLSKIT_NOW + 290 * TLSKIT_DAY), 10);
	cr_expect_eq(tls_context_days(c, TLSKIT_NOW + 290 * TLSKIT_DAY + 1),
	    9);
	cr_expect_eq(tls_context_days(c, TLSKIT_NOW + 300 * TLSKIT_DAY), 0);
	cr_expect_eq(tls_context_days(c, TLSKIT_NOW + 300 * TLSKIT_DAY + 1),
	    -1);
	cr_expect_eq(tls_context_revoked_ends(c), 0);
	cr_expect_str_eq(tls_context_own(c)->node, "city");
	tls_context_free(tls_context_ref(c));
	cr_expect_str_eq(tls_context_own(c)->domain, TLSKIT_DOMAIN);
	tls_context_free(c);
}

Test(tls_files, wants_the_right_names)
{
	struct tls_files f = tlskit_files(&k, "city");

	f.node = "county";
	refuse(&f, "city.crt: is of node city; this node is county");
	f.node = "city";
	f.domain = "other.example";
	refuse(&f, "is of node city of the domain bank.example; this node is "
	    "of other.example");
}

Test(tls_files, wants_the_right_key)
{
	struct tls_files f = tlskit_files(&k, "city"), g;

	g = tlskit_files(&k, "b017");
	f.key = g.key;
	refuse(&f, "b017.key: is not the private key of the certificate");
	f = tlskit_files(&k, "city");
	cr_assert_eq(chmod(f.key, 0640), 0);
	refuse(&f, "mode 0640 lets others at the key");
	cr_assert_eq(unlink(f.key), 0);
	refuse(&f, "cannot open the key file");
	cr_assert_eq(symlink(g.key, f.key), 0);
	refuse(&f, "is a symbolic link");
	cr_assert_eq(unlink(f.key), 0);
	tlskit_put(&k, "city.key", "no key");
	refuse(&f, "holds no private key");
}

Test(tls_files, tells_the_dates)
{
	struct tls_files f;

	tlskit_node(&k, "city", -10, -1);
	f = tlskit_files(&k, "city");
	refuse(&f, "city.crt: the certificate of node city has expired: it "
	    "ended 2026-11-21T06:00:00Z and it is 2026-11-22T06:00:00Z here");
	tlskit_node(&k, "city", 1, 10);
	refuse(&f, "the certificate of node city is not valid yet: it begins "
	    "2026-11-23T06:00:00Z and it is 2026-11-22T06:00:00Z here");
	tlskit_node(&k, "city", -10, 3000);
	f.now = TLSKIT_NOW + 4000 * (int64_t)TLSKIT_DAY;
	refuse(&f, "the certificate of the authority has expired");
}

Test(tls_files, wants_its_own_authority)
{
	struct tls_files f = tlskit_files(&k, "city"), g;
	struct tlskit other;

	g = tlskit_files(&k, "b017");
	f.ca = g.certificate;
	refuse(&f, "holds the certificate of node b017, not of an authority");
	tlskit_open(&other, "another authority");
	g = tlskit_files(&other, "city");
	f = tlskit_files(&k, "city");
	f.ca = g.ca;
	refuse(&f, "city.crt: the certificate of node city is of an unknown "
	    "authority, not of ours");
	f = tlskit_files(&k, "city");
	f.certificate = f.ca;
	refuse(&f, "is the certificate of an authority, not of a node");
	tlskit_put(&k, "ca.crt", "");
	f = tlskit_files(&k, "city");
	refuse(&f, "holds no certificate in PEM");
	f.ca = "/nowhere/ca.crt";
	refuse(&f, "/nowhere/ca.crt: cannot open");
	tlskit_close(&other);
}

Test(tls_files, wants_a_good_revocation_list)
{
	struct tls_files f = tlskit_files(&k, "city");
	struct keyfile_error e;
	struct tls_context *c;
	struct tlskit other;
	char path[300], both[2 * NODECERT_PEM_MAX];
	char *list;

	(void)snprintf(path, sizeof(path), "%s", tlskit_path(&k,
	    "revoked.crl"));
	f.revoked = path;
	refuse(&f, "revoked.crl: cannot open");
	tlskit_put(&k, "revoked.crl", "nothing");
	refuse(&f, "holds no revocation list");
	tlskit_revoke(&k, NULL, -1);
	refuse(&f, "the list is outdated: it ended 2026-11-21T06:00:00Z");
	tlskit_revoke(&k, "city", 5);
	refuse(&f, "the certificate of node city (serial number "
	    "63697479000000000000000000000000) has been revoked");
	tlskit_revoke(&k, "b017", 5);
	c = tls_context_load(&f, TLS_CLIENT, err, sizeof(err));
	cr_assert_not_null(c, "%s", err);
	cr_expect_eq(tls_context_revoked_ends(c), TLSKIT_NOW + 5 * TLSKIT_DAY);
	tls_context_free(c);
	tlskit_open(&other, "another authority");
	list = nodecrl_make(other.ca, other.ca_key, NULL, NULL, 0,
	    TLSKIT_NOW - 1, TLSKIT_NOW + 1, &e);
	cr_assert_not_null(list, "%s", e.text);
	tlskit_put(&k, "revoked.crl", list);
	refuse(&f, "the list is not signed by the authority");
	free(list);
	/* Two authorities, and the list of one. */
	(void)snprintf(both, sizeof(both), "%s%s", k.ca, other.ca);
	tlskit_put(&k, "ca.crt", both);
	tlskit_revoke(&k, NULL, 5);
	refuse(&f, "revoked.crl: lacks the list of an authority in");
	tlskit_close(&other);
}
