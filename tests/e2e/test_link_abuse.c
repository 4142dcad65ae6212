/* Strangers and bad nodes at the port for links, and two branches after one person. */
#include <criterion/criterion.h>

#include <sys/socket.h>

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/err.h>
#include <openssl/ssl.h>

#include "city.h"
#include "net/tls.h"

#define IDLE 200

TestSuite(link_abuse, .timeout = 95);

static struct city *c;
static struct city_node *city, *b;

static void
open_two(void)
{

	c = city_two(&city, &b);
	city_start(city);
	city_start(b);
	city_linked(b, 0);
	cr_assert_eq(city_open(b, 0)->flags & LK_R_OFFLINE, 0);
}

/* Connect to the city's port. */
static int
dial(void)
{
	struct sockaddr_in in = { .sin_family = AF_INET };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	in.sin_port = htons((uint16_t)city->port);
	cr_assert(fd >= 0 && connect(fd, (struct sockaddr *)&in, sizeof(in)) ==
	    0);
	return (fd);
}

/* Wait until it hangs up; return how many bytes it sent first. */
static size_t
hung_up(int fd)
{
	struct pollfd p = { fd, POLLIN, 0 };
	char buf[4096];
	size_t sent = 0;
	ssize_t n;

	do {
		cr_assert_eq(poll(&p, 1, 30000), 1, "it does not hang up");
		if ((n = recv(fd, buf, sizeof(buf), 0)) > 0)
			sent += (size_t)n;
	} while (n > 0);
	(void)close(fd);
	return (sent);
}

/* Neither our wire without TLS, nor a browser, nor noise gets anything of ours. */
Test(link_abuse, no_tls)
{
	static const char http[] = "GET / HTTP/1.1\r\nHost: city\r\n\r\n";
	uint8_t buf[4096], id[WIRE_ID] = { 1 };
	struct wire_out o;
	unsigned i, seed = 1;
	size_t k;
	int fd;

	open_two();
	fd = dial();
	cr_assert_gt(send(fd, http, sizeof(http) - 1, MSG_NOSIGNAL), 0);
	cr_assert_leq(hung_up(fd), 7, "more than an alert was said");
	wire_out_init(&o, buf, sizeof(buf));
	wire_begin(&o, WIRE_HELLO, id);
	wire_put_u32(&o, WIRE_T_VERSION_MIN, WIRE_VERSION);
	wire_put_u32(&o, WIRE_T_VERSION_MAX, WIRE_VERSION);
	(void)wire_end(&o);
	fd = dial();
	cr_assert_eq(send(fd, buf, o.len, MSG_NOSIGNAL), (ssize_t)o.len);
	cr_assert_leq(hung_up(fd), 7, "plain text was answered");
	for (i = 0; i < 50; i++) {
		for (k = 0; k < sizeof(buf); k++)
			buf[k] = (uint8_t)rand_r(&seed);
		/* Half of them begin like a handshake. */
		if (i & 1)
			memcpy(buf, "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
			    11);
		fd = dial();
		(void)send(fd, buf, sizeof(buf), MSG_NOSIGNAL);
		(void)shutdown(fd, SHUT_WR);
		cr_assert_leq(hung_up(fd), 7);
	}
	city_say(city, "a link from below was refused", 0);
	cr_assert_eq(city_open(b, 1)->flags & LK_R_OFFLINE, 0);
	cr_assert_eq(city_links(b), 1);
	city_end(c);
}

/* A client of TLS that shows no certificate, or speaks what is older than 1.3. */
static void
stranger(int version, const char *protocol)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());
	char buf[64];
	SSL *ssl;
	int fd, rc;

	cr_assert_not_null(ctx);
	cr_assert_eq(SSL_CTX_set_max_proto_version(ctx, version), 1);
	cr_assert_not_null(ssl = SSL_new(ctx));
	if (protocol != NULL)
		cr_assert_eq(SSL_set_alpn_protos(ssl,
		    (const unsigned char *)protocol,
		    (unsigned)strlen(protocol)), 0);
	fd = dial();
	cr_assert_eq(SSL_set_fd(ssl, fd), 1);
	/* In TLS 1.3 the client learns it with the first bytes that it reads. */
	rc = SSL_connect(ssl);
	if (rc == 1)
		rc = SSL_read(ssl, buf, sizeof(buf));
	cr_assert_leq(rc, 0, "it was let in");
	ERR_clear_error();
	SSL_free(ssl);
	SSL_CTX_free(ctx);
	(void)close(fd);
}

Test(link_abuse, no_certificate)
{
	unsigned said;

	open_two();
	(void)signal(SIGPIPE, SIG_IGN);
	stranger(TLS1_3_VERSION, "\x09liangka/1");
	city_say(city, "a link from below was refused", 0);
	said = city_said(city, "a link from below was refused");
	stranger(TLS1_3_VERSION, NULL);
	stranger(TLS1_3_VERSION, "\x02h2");
	stranger(TLS1_2_VERSION, "\x09liangka/1");
	cr_assert_geq(said, 1);
	cr_assert_eq(city_open(b, 1)->flags & LK_R_OFFLINE, 0);
	city_end(c);
}

/* Two hundred that connect and say nothing: who is linked is served, new ones link. */
Test(link_abuse, idle_handshakes)
{
	int fd[IDLE];
	unsigned i;

	open_two();
	for (i = 0; i < IDLE; i++)
		fd[i] = dial();
	for (i = 10; i < 40; i++)
		cr_assert_eq(city_open(b, i)->flags & LK_R_OFFLINE, 0);
	city_stop(b, SIGKILL);
	city_start(b);
	city_linked(b, 1);
	cr_assert_eq(city_open(b, 50)->flags & LK_R_OFFLINE, 0);
	for (i = 0; i < IDLE; i++)
		cr_assert_eq(hung_up(fd[i]), 0);
	city_end(c);
}

/* A link of our own, as b01 or whom the files name. */
static struct tls *
shake_hands(struct city_node *n, int *fd)
{
	const struct tls_files f = { .certificate = n->crt, .key = n->key,
		.ca = c->ca, .domain = "t.example", .node = n->id };
	struct tls_context *ctx;
	struct pollfd p;
	struct tls *t;
	char err[512];
	int rc;

	ctx = tls_context_load(&f, TLS_CLIENT, err, sizeof(err));
	cr_assert_not_null(ctx, "%s", err);
	*fd = dial();
	(void)fcntl(*fd, F_SETFL, O_NONBLOCK);
	cr_assert_not_null(t = tls_open(ctx, *fd, "city"));
	tls_context_free(ctx);
	while ((rc = tls_handshake(t)) == 0) {
		p = (struct pollfd){ *fd, POLLIN, 0 };
		if (tls_wants_write(t))
			p.events |= POLLOUT;
		cr_assert_eq(poll(&p, 1, 10000), 1);
	}
	cr_assert_eq(rc, 1, "%s", tls_error(t));
	return (t);
}

/* Send a frame and read its reply; return the code, or 1 when it hung up. */
static int
ask(struct tls *t, int fd, struct wire_out *o)
{
	static uint8_t in[WIRE_HEADER + WIRE_BODY_MAX];
	struct wire_header h;
	struct wire_fields f;
	size_t have = 0;
	struct pollfd p;
	ssize_t n;

	(void)wire_end(o);
	cr_assert_eq(tls_write(t, o->buf, o->len), (ssize_t)o->len);
	for (;;) {
		n = tls_read(t, in + have, sizeof(in) - have);
		if (n == 0 || (n < 0 && errno != EAGAIN))
			return (1);
		if (n > 0)
			have += (size_t)n;
		if (have >= WIRE_HEADER && wire_header_read(&h, in) == WIRE_OK
		    && have >= WIRE_HEADER + h.length)
			break;
		p = (struct pollfd){ fd, POLLIN, 0 };
		if (n < 0)
			cr_assert_eq(poll(&p, 1, 10000), 1);
	}
	cr_assert_eq(wire_fields_read(&f, in + WIRE_HEADER, h.length), WIRE_OK);
	return ((int)wire_u32(&f, WIRE_T_ERROR, 0));
}

/* A node that does not say who it is first, and asks all the same. */
Test(link_abuse, nothing_before_join)
{
	static const unsigned types[] = { WIRE_CONSULT, WIRE_EVENTS, WIRE_BEAT,
		WIRE_PULL, WIRE_FLEET, WIRE_CHECK, WIRE_STATUS };
	uint8_t buf[1024], id[WIRE_ID] = { 1 };
	struct city_node *b2;
	struct wire_out o;
	struct tls *t;
	size_t i;
	int fd, rc;

	c = city_two(&city, &b);
	b2 = city_node(c, "b02", city);
	city_start(city);
	city_start(b);
	city_linked(b, 0);
	for (i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		t = shake_hands(b2, &fd);
		/* Not even HELLO. */
		wire_out_init(&o, buf, sizeof(buf));
		wire_begin(&o, types[i], id);
		rc = ask(t, fd, &o);
		cr_assert(rc == 1 || rc == LK_E_VERSION, "%u: %d", types[i],
		    rc);
		tls_close(t);
		(void)close(fd);
		t = shake_hands(b2, &fd);
		wire_out_init(&o, buf, sizeof(buf));
		wire_begin(&o, WIRE_HELLO, id);
		wire_put_u32(&o, WIRE_T_VERSION_MIN, WIRE_VERSION);
		wire_put_u32(&o, WIRE_T_VERSION_MAX, WIRE_VERSION);
		cr_assert_eq(ask(t, fd, &o), LK_OK);
		wire_out_init(&o, buf, sizeof(buf));
		wire_begin(&o, types[i], id);
		rc = ask(t, fd, &o);
		cr_assert(rc == LK_E_STATE || rc == LK_E_DENIED ||
		    rc == LK_E_UNSUPPORTED || rc == LK_E_ARG ||
		    rc == LK_E_INPUT, "%u: %d", types[i], rc);
		if (types[i] == WIRE_CONSULT || types[i] == WIRE_EVENTS)
			cr_assert_eq(rc, LK_E_STATE, "%u: %d", types[i], rc);
		tls_close(t);
		(void)close(fd);
	}
	cr_assert_eq(city_open(b, 1)->flags & LK_R_OFFLINE, 0);
	city_start(b2);
	city_linked(b2, 0);
	city_end(c);
}

/* One of those who race. */
struct racer {
	struct city_node *n;
	pthread_barrier_t *start;
	unsigned from, to;
	struct city_answer **got;
};

static void *
race(void *arg)
{
	struct racer *r = arg;
	unsigned i;

	for (i = r->from; i < r->to; i++) {
		(void)pthread_barrier_wait(r->start);
		r->got[i - r->from] = city_check(r->n, i, 20000);
	}
	return (NULL);
}

/*
 * Two institutions, one person, at the same moment: whoever comes second is held, as if
 * both counters stood in one bank.  Both may not pass.
 */
Test(link_abuse, two_after_one_person)
{
	enum { PERSONS = 150 };
	static struct city_answer *got[2][PERSONS];
	pthread_barrier_t start;
	struct city_node *n[2];
	struct racer r[2];
	pthread_t thread[2];
	unsigned i, both = 0;

	c = city_new();
	city = city_node(c, "city", NULL);
	n[0] = city_node(c, "b01", city);
	n[1] = city_node(c, "b02", city);
	for (i = 0; i < 2; i++)
		(void)snprintf(n[i]->extra, sizeof(n[i]->extra),
		    "deadline = 5s\n");
	for (i = 0; i < 3; i++)
		city_start(&c->node[i]);
	city_linked(n[0], 0);
	city_linked(n[1], 0);
	cr_assert_eq(pthread_barrier_init(&start, NULL, 2), 0);
	for (i = 0; i < 2; i++) {
		r[i] = (struct racer){ n[i], &start, 1000, 1000 + PERSONS,
			got[i] };
		cr_assert_eq(pthread_create(&thread[i], NULL, race, &r[i]), 0);
	}
	for (i = 0; i < 2; i++)
		(void)pthread_join(thread[i], NULL);
	for (i = 0; i < PERSONS; i++) {
		cr_assert(got[0][i] != NULL && got[1][i] != NULL);
		cr_assert_eq((got[0][i]->flags | got[1][i]->flags) &
		    LK_R_OFFLINE, 0);
		both += got[0][i]->decision == LK_PASS &&
		    got[1][i]->decision == LK_PASS;
	}
	cr_assert_eq(both, 0, "%u persons passed at both", both);
	for (i = 0; i < PERSONS; i++) {
		if (got[0][i]->decision < LK_REVIEW)
			city_issue(n[0], got[0][i]);
		if (got[1][i]->decision < LK_REVIEW)
			city_issue(n[1], got[1][i]);
	}
	(void)pthread_barrier_destroy(&start);
	city_end(c);
}
