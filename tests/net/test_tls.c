/* Links over TLS: who is let in, who is not and what is said then, bytes. */
#include <criterion/criterion.h>

#include <sys/socket.h>
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tlskit.h"

static struct tlskit k;
static struct tls_context *city, *branch;
static struct tls *above, *below;	/* the two ends: server and client */
static int fd[2];			/* theirs */

static void
set_up(void)
{

	tlskit_open(&k, "the authority");
	tlskit_node(&k, "city", -10, 300);
	tlskit_node(&k, "b017", -10, 300);
	city = tlskit_context(&k, "city", TLS_SERVER);
	branch = tlskit_context(&k, "b017", TLS_CLIENT);
}

/* Hang up. */
static void
hang_up(void)
{

	tls_close(above);
	tls_close(below);
	above = below = NULL;
	if (fd[0] > 0)
		(void)close(fd[0]);
	if (fd[1] > 0)
		(void)close(fd[1]);
	fd[0] = fd[1] = -1;
}

static void
tear_down(void)
{

	hang_up();
	cr_expect_eq(tls_handshaking(), 0);
	tls_context_free(city);
	tls_context_free(branch);
	tlskit_close(&k);
}

TestSuite(tls, .init = set_up, .fini = tear_down, .timeout = 60);

/* Connect two ends; NULL: that one is the test's own. */
static void
connect_ends(struct tls_context *server, struct tls_context *client,
    const char *wanted)
{

	cr_assert_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, fd), 0);
	above = below = NULL;
	if (server != NULL)
		cr_assert_not_null(above = tls_open(server, fd[0], NULL));
	if (client != NULL)
		cr_assert_not_null(below = tls_open(client, fd[1], wanted));
}

/* Let both shake hands, and each hear what the other thought of it. */
static void
shake(void)
{
	char byte;
	int i;

	for (i = 0; i < 6; i++) {
		(void)tls_handshake(below);
		(void)tls_handshake(above);
	}
	(void)tls_read(below, &byte, 1);
	(void)tls_read(above, &byte, 1);
}

/* They know each other. */
static void
expect_link(const char *node_below, const char *node_above)
{

	shake();
	cr_assert(tls_ready(above), "%s", tls_error(above));
	cr_assert(tls_ready(below), "%s", tls_error(below));
	cr_expect_str_eq(tls_peer_node(above), node_below);
	cr_expect_str_eq(tls_peer_node(below), node_above);
}

/* They do not: what each says of it. */
#define EXPECT_NONE(above_says, below_says, kind) do {			\
	shake();							\
	cr_expect(!tls_ready(above) && !tls_ready(below));		\
	cr_expect_str_eq(tls_error(above), above_says);			\
	cr_expect_str_eq(tls_error(below), below_says);			\
	cr_expect_eq(tls_fault(above), kind);				\
	cr_expect_eq(tls_fault(below), kind);				\
	cr_expect_str_eq(tls_peer_node(above), "");			\
} while (0)

/* Make everything that was sent arrive: n bytes from one end to the other. */
static void
carry(struct tls *from, struct tls *to, size_t n, uint8_t seed)
{
	uint8_t *sent = malloc(n), *got = malloc(n);
	size_t out = 0, in = 0, i;
	ssize_t rc;

	cr_assert(sent != NULL && got != NULL);
	for (i = 0; i < n; i++)
		sent[i] = (uint8_t)(seed + i * 7 + i / 251);
	while (in < n) {
		rc = out < n ? tls_write(from, sent + out, n - out) : 0;
		cr_assert(rc > 0 || out == n || errno == EAGAIN, "%s",
		    tls_error(from));
		out += rc > 0 ? (size_t)rc : 0;
		do {
			rc = tls_read(to, got + in, n - in < 1000 ? n - in :
			    1000);
			cr_assert(rc > 0 || errno == EAGAIN, "%s",
			    tls_error(to));
			in += rc > 0 ? (size_t)rc : 0;
		} while (in < n && tls_pending(to) > 0);
	}
	cr_expect_arr_eq(got, sent, n);
	free(sent);
	free(got);
}

Test(tls, links_two_nodes)
{
	char buf[100];
	uint8_t print[32];

	connect_ends(city, branch, "city");
	cr_expect_eq(tls_handshaking(), 2);
	cr_expect_eq(tls_read(above, buf, sizeof(buf)), -1);
	cr_expect_eq(errno, EAGAIN);
	cr_expect_eq(tls_write(below, "early", 5), -1);
	cr_expect_eq(errno, EAGAIN);
	cr_expect_str_eq(tls_peer_node(above), "");
	expect_link("b017", "city");
	cr_expect_eq(tls_handshaking(), 0);
	cr_expect_eq(tls_peer_ends(above), TLSKIT_NOW + 300 * TLSKIT_DAY);
	memcpy(print, tls_context_own(branch)->print, sizeof(print));
	cr_expect_arr_eq(tls_peer_fingerprint(above), print, sizeof(print));
	cr_expect_eq(tls_write(below, "hello", 5), 5);
	cr_expect_eq(tls_read(above, buf, sizeof(buf)), 5);
	cr_expect_eq(memcmp(buf, "hello", 5), 0);
	cr_expect_eq(tls_read(above, buf, sizeof(buf)), -1);
	cr_expect_eq(errno, EAGAIN);
	cr_expect_eq(tls_write(above, "well met", 8), 8);
	cr_expect_eq(tls_read(below, buf, 4), 4);
	cr_expect_gt(tls_pending(below), 0);
	cr_expect_eq(tls_read(below, buf, sizeof(buf)), 4);
	cr_expect_eq(tls_pending(below), 0);
	tls_close(below);
	below = NULL;
	cr_expect_eq(tls_read(above, buf, sizeof(buf)), 0);
	cr_expect_eq(tls_read(above, buf, sizeof(buf)), 0);
	cr_expect_str_eq(tls_error(above), "");
}

Test(tls, carries_much_and_in_pieces)
{
	connect_ends(city, branch, "city");
	expect_link("b017", "city");
	carry(below, above, 1, 1);
	carry(above, below, 3 << 20, 2);
	carry(below, above, 100000, 3);
	carry(below, above, 16384, 4);
	carry(below, above, 16385, 5);
}

Test(tls, takes_new_keys_while_it_talks)
{
	struct tls_files f = tlskit_files(&k, "b017");
	char err[TLS_ERROR_MAX];
	int i;

	f.rekey = 3;
	tls_context_free(branch);
	branch = tls_context_load(&f, TLS_CLIENT, err, sizeof(err));
	cr_assert_not_null(branch, "%s", err);
	connect_ends(city, branch, "city");
	expect_link("b017", "city");
	for (i = 0; i < 50; i++) {
		carry(below, above, 500, (uint8_t)i);
		carry(above, below, 700, (uint8_t)i);
	}
	carry(below, above, 1 << 20, 9);
}

Test(tls, refuses_an_expired_certificate)
{
	struct tls_files f;
	char err[TLS_ERROR_MAX];

	/* Its own clock is behind, else it would not have begun. */
	tlskit_node(&k, "b017", -10, -2);
	f = tlskit_files(&k, "b017");
	f.now = TLSKIT_NOW - 3 * TLSKIT_DAY;
	tls_context_free(branch);
	branch = tls_context_load(&f, TLS_CLIENT, err, sizeof(err));
	cr_assert_not_null(branch, "%s", err);
	connect_ends(city, branch, "city");
	EXPECT_NONE("the certificate of node b017 has expired: it ended "
	    "2026-11-20T06:00:00Z and it is 2026-11-22T06:00:00Z here",
	    "the other side refuses us: our certificate has expired by its "
	    "clock", TLS_CERTIFICATE);
	errno = 0;
	cr_expect_eq(tls_write(below, "x", 1), -1);
	cr_expect_eq(errno, EPROTO);
	cr_expect_eq(tls_read(above, err, 1), -1);
	cr_expect_eq(errno, EPROTO);
}

Test(tls, refuses_one_that_is_not_valid_yet)
{
	struct tls_files f;
	char err[TLS_ERROR_MAX];

	tlskit_node(&k, "city", 2, 300);
	f = tlskit_files(&k, "city");
	f.now = TLSKIT_NOW + 3 * TLSKIT_DAY;
	tls_context_free(city);
	city = tls_context_load(&f, TLS_SERVER, err, sizeof(err));
	cr_assert_not_null(city, "%s", err);
	connect_ends(city, branch, "city");
	EXPECT_NONE("the other side refuses us: our certificate is not valid "
	    "yet by its clock, or not of the node it wants; its own log says "
	    "which", "the certificate of node city is not valid yet: it begins "
	    "2026-11-24T06:00:00Z and it is 2026-11-22T06:00:00Z here",
	    TLS_CERTIFICATE);
}

Test(tls, refuses_another_node_than_the_one_it_wants)
{
	tlskit_node(&k, "county", -10, 300);
	tls_context_free(city);
	city = tlskit_context(&k, "county", TLS_SERVER);
	connect_ends(city, branch, "city");
	EXPECT_NONE("the other side refuses us: our certificate is not valid "
	    "yet by its clock, or not of the node it wants; its own log says "
	    "which", "wrong name: the other side is node county, not city",
	    TLS_CERTIFICATE);
}

Test(tls, refuses_its_own_name)
{
	tls_context_free(branch);
	branch = tlskit_context(&k, "city", TLS_CLIENT);
	connect_ends(city, branch, "city");
	shake();
	cr_expect_str_eq(tls_error(below), "wrong name: the other side calls "
	    "itself city, which is this node");
}

Test(tls, refuses_another_authority)
{
	struct tlskit other;

	tlskit_open(&other, "another authority");
	tlskit_node(&other, "b017", -10, 300);
	tls_context_free(branch);
	branch = tlskit_context(&other, "b017", TLS_CLIENT);
	connect_ends(city, branch, "city");
	shake();
	cr_expect(!tls_ready(above) && !tls_ready(below));
	cr_expect_str_eq(tls_error(below), "the certificate of node city is "
	    "of an unknown authority, not of ours");
	cr_expect_str_eq(tls_error(above), "the other side refuses us: our "
	    "certificate is of an authority it does not know");
	tlskit_close(&other);
}

Test(tls, takes_either_authority_while_it_changes)
{
	char both[2 * NODECERT_PEM_MAX], err[TLS_ERROR_MAX];
	struct tls_files f;
	struct tlskit other;

	tlskit_open(&other, "the next authority");
	tlskit_node(&other, "b017", -10, 300);
	(void)snprintf(both, sizeof(both), "%s%s", k.ca, other.ca);
	tlskit_put(&k, "ca.crt", both);
	tlskit_put(&other, "ca.crt", both);
	f = tlskit_files(&other, "b017");
	tls_context_free(branch);
	branch = tls_context_load(&f, TLS_CLIENT, err, sizeof(err));
	cr_assert_not_null(branch, "%s", err);
	tls_context_free(city);
	city = tlskit_context(&k, "city", TLS_SERVER);
	connect_ends(city, branch, "city");
	expect_link("b017", "city");
	tlskit_close(&other);
}

Test(tls, looks_into_the_list_of_each_authority)
{
	char both[4 * NODECERT_PEM_MAX], err[TLS_ERROR_MAX], list[4096];
	char revoked[300];
	struct tls_files f;
	struct tlskit other;
	FILE *in;
	size_t n;
	int i;

	tlskit_open(&other, "the next authority");
	tlskit_node(&other, "b017", -10, 300);
	tlskit_node(&other, "b018", -10, 300);
	tlskit_revoke(&other, "b018", 20);
	tlskit_revoke(&k, NULL, 30);
	n = 0;
	for (i = 0; i < 2; i++) {
		in = fopen(tlskit_path(i == 0 ? &k : &other, "revoked.crl"),
		    "r");
		cr_assert_not_null(in);
		n += fread(list + n, 1, sizeof(list) - 1 - n, in);
		(void)fclose(in);
	}
	list[n] = '\0';
	tlskit_put(&k, "revoked.crl", list);
	(void)snprintf(both, sizeof(both), "%s%s", k.ca, other.ca);
	tlskit_put(&k, "ca.crt", both);
	tlskit_put(&other, "ca.crt", both);
	f = tlskit_files(&k, "city");
	(void)snprintf(revoked, sizeof(revoked), "%s", tlskit_path(&k,
	    "revoked.crl"));
	f.revoked = revoked;
	tls_context_free(city);
	city = tls_context_load(&f, TLS_SERVER, err, sizeof(err));
	cr_assert_not_null(city, "%s", err);
	cr_expect_eq(tls_context_revoked_ends(city), TLSKIT_NOW +
	    20 * TLSKIT_DAY);
	tls_context_free(branch);
	branch = tlskit_context(&other, "b017", TLS_CLIENT);
	connect_ends(city, branch, "city");
	expect_link("b017", "city");
	hang_up();
	tls_context_free(branch);
	branch = tlskit_context(&other, "b018", TLS_CLIENT);
	connect_ends(city, branch, "city");
	shake();
	cr_expect_not_null(strstr(tls_error(above), "has been revoked"), "%s",
	    tls_error(above));
	tlskit_close(&other);
}

Test(tls, refuses_a_revoked_one)
{
	struct tls_files f = tlskit_files(&k, "city");
	char err[TLS_ERROR_MAX], revoked[300];

	tlskit_revoke(&k, "b017", 30);
	(void)snprintf(revoked, sizeof(revoked), "%s", tlskit_path(&k,
	    "revoked.crl"));
	f.revoked = revoked;
	tls_context_free(city);
	city = tls_context_load(&f, TLS_SERVER, err, sizeof(err));
	cr_assert_not_null(city, "%s", err);
	cr_expect_eq(tls_context_revoked_ends(city), TLSKIT_NOW +
	    30 * TLSKIT_DAY);
	connect_ends(city, branch, "city");
	EXPECT_NONE("the certificate of node b017 (serial number "
	    "62303137000000000000000000000000) has been revoked",
	    "the other side refuses us: our certificate has been revoked",
	    TLS_CERTIFICATE);
	hang_up();
	/* The others go on. */
	tlskit_node(&k, "b018", -10, 300);
	tls_context_free(branch);
	branch = tlskit_context(&k, "b018", TLS_CLIENT);
	connect_ends(city, branch, "city");
	expect_link("b018", "city");
}

Test(tls, keeps_old_links_over_a_renewal)
{
	struct tls *old_above, *old_below;
	int old_fd[2];

	connect_ends(city, branch, "city");
	expect_link("b017", "city");
	old_above = above;
	old_below = below;
	memcpy(old_fd, fd, sizeof(fd));
	tlskit_node(&k, "city", -1, 365);
	tls_context_free(city);
	city = tlskit_context(&k, "city", TLS_SERVER);
	connect_ends(city, branch, "city");
	expect_link("b017", "city");
	cr_expect_eq(tls_peer_ends(below), TLSKIT_NOW + 365 * TLSKIT_DAY);
	cr_expect_eq(tls_peer_ends(old_below), TLSKIT_NOW + 300 * TLSKIT_DAY);
	carry(old_below, old_above, 50000, 1);
	carry(below, above, 50000, 2);
	hang_up();
	above = old_above;
	below = old_below;
	memcpy(fd, old_fd, sizeof(fd));
	carry(above, below, 50000, 3);
}

/* The context of the city once more, at a moment and with or without a list. */
static struct tls_context *
again(int day, const char *revoked)
{
	struct tls_files f = tlskit_files(&k, "city");
	char err[TLS_ERROR_MAX];
	struct tls_context *c;

	f.now = TLSKIT_NOW + day * TLSKIT_DAY;
	f.revoked = revoked;
	c = tls_context_load(&f, TLS_SERVER, err, sizeof(err));
	cr_assert_not_null(c, "%s", err);
	return (c);
}

Test(tls, knows_whom_it_would_let_in_no_longer)
{
	struct tls_context *c;
	char list[300];

	tlskit_node(&k, "city", -10, 900);
	connect_ends(city, branch, "city");
	expect_link("b017", "city");
	cr_expect(tls_good_still(above, city));
	cr_expect(tls_good_still(below, branch));
	c = again(299, NULL);
	cr_expect(tls_good_still(above, c));
	tls_context_free(c);
	cr_expect_str_eq(tls_error(above), "");
	tlskit_revoke(&k, "b017", 5);
	(void)snprintf(list, sizeof(list), "%s", tlskit_path(&k,
	    "revoked.crl"));
	c = again(0, list);
	cr_expect(!tls_good_still(above, c));
	tls_context_free(c);
	cr_expect_not_null(strstr(tls_error(above), "has been revoked"), "%s",
	    tls_error(above));
	hang_up();
	connect_ends(city, branch, "city");
	expect_link("b017", "city");
	c = again(301, NULL);
	cr_expect(!tls_good_still(above, c));
	tls_context_free(c);
	cr_expect_not_null(strstr(tls_error(above), "node b017 has expired: it "
	    "ended 2027-09-18T06:00:00Z and it is 2027-09-19T06:00:00Z here"),
	    "%s", tls_error(above));
}

/* An end of the test's own, for what ours would never do. */
static SSL *
stranger(const SSL_METHOD *method, int f, SSL_CTX **c)
{
	SSL *s;

	*c = SSL_CTX_new(method);
	cr_assert_not_null(*c);
	cr_assert_eq(SSL_CTX_use_certificate_file(*c, tlskit_path(&k,
	    method == TLS_client_method() ? "b017.crt" : "city.crt"),
	    SSL_FILETYPE_PEM), 1);
	cr_assert_eq(SSL_CTX_use_PrivateKey_file(*c, tlskit_path(&k,
	    method == TLS_client_method() ? "b017.key" : "city.key"),
	    SSL_FILETYPE_PEM), 1);
	cr_assert_eq(fcntl(f, F_SETFL, O_NONBLOCK), 0);
	s = SSL_new(*c);
	cr_assert_not_null(s);
	cr_assert_eq(SSL_set_fd(s, f), 1);
	if (method == TLS_client_method())
		SSL_set_connect_state(s);
	else
		SSL_set_accept_state(s);
	return (s);
}

/* Let it and ours shake hands. */
static void
meet(struct tls *t, SSL *s)
{
	char byte;
	int i;

	for (i = 0; i < 6; i++) {
		(void)SSL_do_handshake(s);
		(void)tls_handshake(t);
	}
	(void)SSL_read(s, &byte, 1);
	(void)tls_read(t, &byte, 1);
}

static const unsigned char ours[] = "\x09" TLS_ALPN, odd[] = "\x02h2\x08http/1.1";

/* New keys so many times, then so many bytes. */
static void
renew(SSL *s, int times, int bytes)
{
	int i;

	for (i = 0; i < times; i++) {
		cr_assert_eq(SSL_key_update(s, SSL_KEY_UPDATE_NOT_REQUESTED),
		    1);
		cr_assert_eq(SSL_do_handshake(s), 1);
	}
	if (bytes > 0)
		cr_assert_eq(SSL_write(s, "bytes", bytes), bytes);
}

Test(tls, ends_links_that_only_renew_their_keys)
{
	SSL_CTX *c;
	char buf[64];
	SSL *s;
	int i, n;

	connect_ends(city, NULL, NULL);
	s = stranger(TLS_client_method(), fd[1], &c);
	(void)SSL_set_alpn_protos(s, ours, sizeof(ours) - 1);
	meet(above, s);
	cr_assert(tls_ready(above), "%s", tls_error(above));
	/* In between there is something: that takes longer, and is heard. */
	for (i = 0; i < 10; i++)
		renew(s, 20, 5);
	for (i = n = 0; i < 50; i += n)
		cr_assert_gt(n = (int)tls_read(above, buf, sizeof(buf)), 0);
	cr_assert_eq(i, 50);
	cr_assert_eq(tls_read(above, buf, sizeof(buf)), -1);
	cr_assert_eq(errno, EAGAIN);
	renew(s, 40, 0);
	cr_assert_eq(tls_read(above, buf, sizeof(buf)), -1);
	cr_assert_eq(errno, EPROTO);
	cr_assert_str_eq(tls_error(above), "the other side keeps asking for "
	    "new keys");
	SSL_free(s);
	SSL_CTX_free(c);
}

Test(tls, refuses_clients_without_a_certificate)
{
	SSL_CTX *c;
	SSL *s;

	connect_ends(city, NULL, NULL);
	s = stranger(TLS_client_method(), fd[1], &c);
	(void)SSL_set_alpn_protos(s, ours, sizeof(ours) - 1);
	SSL_certs_clear(s);
	meet(above, s);
	cr_expect(!tls_ready(above));
	cr_expect_str_eq(tls_error(above), "the other side showed no "
	    "certificate");
	cr_expect_eq(tls_fault(above), TLS_CERTIFICATE);
	SSL_free(s);
	SSL_CTX_free(c);
}

Test(tls, refuses_clients_of_another_protocol)
{
	const struct {
		const unsigned char *names;
		unsigned len;
	} all[] = { { NULL, 0 }, { odd, sizeof(odd) - 1 } };
	SSL_CTX *c;
	size_t i;
	SSL *s;

	for (i = 0; i < 2; i++) {
		connect_ends(city, NULL, NULL);
		s = stranger(TLS_client_method(), fd[1], &c);
		(void)SSL_set_alpn_protos(s, all[i].names, all[i].len);
		meet(above, s);
		cr_expect(!tls_ready(above));
		cr_expect_str_eq(tls_error(above), "the other side does not "
		    "speak liangka/1");
		cr_expect_eq(tls_fault(above), TLS_PROTOCOL);
		SSL_free(s);
		SSL_CTX_free(c);
		hang_up();
	}
}

Test(tls, refuses_servers_of_another_protocol)
{
	SSL_CTX *c;
	SSL *s;

	connect_ends(NULL, branch, "city");
	s = stranger(TLS_server_method(), fd[0], &c);
	meet(below, s);
	cr_expect(!tls_ready(below));
	cr_expect_str_eq(tls_error(below), "the other side does not speak "
	    "liangka/1");
	SSL_free(s);
	SSL_CTX_free(c);
}

Test(tls, speaks_no_older_version)
{
	SSL_CTX *c;
	SSL *s;

	connect_ends(city, NULL, NULL);
	s = stranger(TLS_client_method(), fd[1], &c);
	(void)SSL_set_alpn_protos(s, ours, sizeof(ours) - 1);
	(void)SSL_set_max_proto_version(s, TLS1_2_VERSION);
	meet(above, s);
	cr_expect_str_eq(tls_error(above), "no common protocol: the other "
	    "side does not speak TLS 1.3");
	SSL_free(s);
	SSL_CTX_free(c);
	hang_up();
	connect_ends(NULL, branch, "city");
	s = stranger(TLS_server_method(), fd[0], &c);
	(void)SSL_set_max_proto_version(s, TLS1_2_VERSION);
	meet(below, s);
	cr_expect_str_eq(tls_error(below), "no common protocol: the other side "
	    "speaks no version of TLS that we do");
	SSL_free(s);
	SSL_CTX_free(c);
}

/* Which of a stranger's tickets came. */
static int tickets;

static int
count(SSL *s, SSL_SESSION *session)
{

	(void)s;
	(void)session;
	tickets++;
	return (0);
}

Test(tls, hands_out_no_tickets)
{
	SSL_CTX *c;
	SSL *s;

	connect_ends(city, NULL, NULL);
	s = stranger(TLS_client_method(), fd[1], &c);
	(void)SSL_CTX_set_session_cache_mode(c, SSL_SESS_CACHE_CLIENT);
	SSL_CTX_sess_set_new_cb(c, count);
	(void)SSL_set_alpn_protos(s, ours, sizeof(ours) - 1);
	meet(above, s);
	cr_assert(tls_ready(above), "%s", tls_error(above));
	cr_expect_eq(tls_write(above, "x", 1), 1);
	meet(above, s);
	cr_expect_eq(tickets, 0);
	cr_expect_eq(SSL_session_reused(s), 0);
	cr_expect_str_eq(SSL_get_version(s), "TLSv1.3");
	cr_expect_str_eq(SSL_get_cipher(s), "TLS_AES_256_GCM_SHA384");
	SSL_free(s);
	SSL_CTX_free(c);
}

/* How many new keys a stranger was told of. */
static int updates;

static void
watch(int sent, int version, int type, const void *buf, size_t len, SSL *s,
    void *arg)
{

	(void)version;
	(void)s;
	(void)arg;
	updates += !sent && type == SSL3_RT_HANDSHAKE && len > 0 &&
	    *(const uint8_t *)buf == SSL3_MT_KEY_UPDATE;
}

Test(tls, takes_a_new_key_after_so_many_records)
{
	struct tls_files f = tlskit_files(&k, "city");
	char err[TLS_ERROR_MAX], byte;
	SSL_CTX *c;
	SSL *s;
	int i;

	f.rekey = 3;
	tls_context_free(city);
	city = tls_context_load(&f, TLS_SERVER, err, sizeof(err));
	cr_assert_not_null(city, "%s", err);
	connect_ends(city, NULL, NULL);
	s = stranger(TLS_client_method(), fd[1], &c);
	(void)SSL_set_alpn_protos(s, ours, sizeof(ours) - 1);
	SSL_set_msg_callback(s, watch);
	meet(above, s);
	for (i = 0; i < 10; i++) {
		cr_expect_eq(tls_write(above, "x", 1), 1);
		cr_expect_eq(SSL_read(s, &byte, 1), 1);
	}
	cr_expect_eq(updates, 3);
	SSL_free(s);
	SSL_CTX_free(c);
}

Test(tls, waits_for_the_rest_of_a_record)
{
	uint8_t record[300];
	char buf[100];
	ssize_t n;
	int wire[2];

	/* The client's record is caught and handed on by halves. */
	connect_ends(city, branch, "city");
	expect_link("b017", "city");
	cr_assert_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, wire), 0);
	cr_assert_eq(dup2(wire[0], fd[1]), fd[1]);
	cr_expect_eq(tls_write(below, "a whole record", 14), 14);
	n = recv(wire[1], record, sizeof(record), 0);
	cr_assert_gt(n, 14);
	cr_assert_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, wire), 0);
	cr_assert_eq(dup2(wire[0], fd[0]), fd[0]);
	for (ssize_t i = 0; i < n - 1; i++) {
		cr_assert_eq(send(wire[1], &record[i], 1, 0), 1);
		cr_assert_eq(tls_read(above, buf, sizeof(buf)), -1);
		cr_assert_eq(errno, EAGAIN);
		cr_assert_eq(tls_pending(above), 0);
	}
	cr_assert_eq(send(wire[1], &record[n - 1], 1, 0), 1);
	cr_expect_eq(tls_read(above, buf, sizeof(buf)), 14);
	cr_expect_eq(memcmp(buf, "a whole record", 14), 0);
}

Test(tls, finds_an_altered_record)
{
	uint8_t record[300];
	char buf[100];
	int wire[2];
	ssize_t n;

	connect_ends(city, branch, "city");
	expect_link("b017", "city");
	cr_assert_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, wire), 0);
	cr_assert_eq(dup2(wire[0], fd[1]), fd[1]);
	cr_expect_eq(tls_write(below, "a whole record", 14), 14);
	n = recv(wire[1], record, sizeof(record), 0);
	cr_assert_eq(dup2(wire[0], fd[0]), fd[0]);
	record[9] ^= 1;
	cr_assert_eq(send(wire[1], record, (size_t)n, 0), n);
	cr_expect_eq(tls_read(above, buf, sizeof(buf)), -1);
	cr_expect_eq(errno, EPROTO);
	cr_expect_str_eq(tls_error(above), "a record was altered on the way");
	cr_expect(!tls_ready(above));
	cr_expect_eq(tls_write(above, "x", 1), -1);
	cr_expect_eq(errno, EPROTO);
}

Test(tls, tells_of_an_end_behind_the_last_bytes)
{
	char buf[100];

	/* Its end comes with the bytes, garbage behind them too. */
	connect_ends(city, branch, "city");
	expect_link("b017", "city");
	cr_expect_eq(tls_write(below, "farewell", 8), 8);
	tls_close(below);
	below = NULL;
	cr_expect_eq(tls_read(above, buf, sizeof(buf)), 8);
	cr_expect_eq(tls_pending(above), 1);
	cr_expect_eq(tls_read(above, buf, sizeof(buf)), 0);
	cr_expect_eq(tls_pending(above), 0);
	hang_up();
	connect_ends(city, branch, "city");
	expect_link("b017", "city");
	cr_expect_eq(tls_write(below, "farewell", 8), 8);
	cr_assert_eq(send(fd[1], "\x17\x03\x03\x00\x02xx", 7, 0), 7);
	cr_expect_eq(tls_read(above, buf, sizeof(buf)), 8);
	cr_expect_eq(tls_pending(above), 1);
	cr_expect_eq(tls_read(above, buf, sizeof(buf)), -1);
	cr_expect_eq(errno, EPROTO);
}

Test(tls, takes_no_garbage)
{
	static const char *const all[] = { "GET / HTTP/1.1\r\nHost: x\r\n\r\n",
		"LK01 this is no TLS at all, it is a frame of ours",
		"\x16\x03\x01\xff\xff\x01\xff\xff\xff" };
	char buf[16];
	size_t i;

	for (i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		connect_ends(city, NULL, NULL);
		cr_assert_gt(send(fd[1], all[i], strlen(all[i]), 0), 0);
		cr_expect_eq(tls_read(above, buf, sizeof(buf)), -1);
		cr_expect_eq(errno, EPROTO, "%zu: %s", i, tls_error(above));
		cr_expect_neq(tls_error(above)[0], '\0');
		cr_expect_eq(tls_fault(above), TLS_PROTOCOL);
		hang_up();
	}
}

Test(tls, notices_who_goes_away)
{
	char buf[16];
	int i;

	/* At each step of the handshake. */
	for (i = 0; i < 3; i++) {
		connect_ends(city, branch, "city");
		cr_expect_eq(tls_handshake(below), 0);
		if (i > 0)
			cr_expect_eq(tls_handshake(above), 0);
		if (i > 1)
			cr_expect_eq(tls_handshake(below), 1);
		if (i == 2)	/* its last flight is lost with it */
			(void)recv(fd[0], buf, 1, 0);
		(void)close(fd[1]);
		fd[1] = -1;
		while (tls_read(above, buf, sizeof(buf)) == -1 &&
		    errno == EAGAIN)
			;
		cr_expect(errno == ECONNRESET || errno == EPIPE ||
		    errno == EPROTO, "%d: %s", i, strerror(errno));
		cr_expect(!tls_ready(above));
		cr_expect_neq(tls_error(above)[0], '\0');
		hang_up();
	}
	connect_ends(city, branch, "city");
	expect_link("b017", "city");
	(void)close(fd[1]);
	fd[1] = -1;
	errno = 0;
	cr_expect_eq(tls_read(above, buf, sizeof(buf)), -1);
	cr_expect_eq(errno, ECONNRESET);
	cr_expect_eq(tls_fault(above), TLS_GONE);
	cr_expect_str_eq(tls_error(above), "the other side went away without "
	    "a word");
	/* Writing to it raises no signal. */
	hang_up();
	connect_ends(city, branch, "city");
	expect_link("b017", "city");
	(void)close(fd[1]);
	fd[1] = -1;
	cr_expect_eq(tls_write(above, "x", 1), -1);
	cr_expect_eq(errno, EPIPE);
}
