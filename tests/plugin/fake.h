#ifndef TESTS_PLUGIN_FAKE_H_
#define TESTS_PLUGIN_FAKE_H_

/*
 * A daemon that does what a test tells it to: one thread accepts, one thread per
 * connection runs the test's script.  Header only, for each test is one program.
 */

#include <sys/socket.h>
#include <sys/un.h>

#include <criterion/criterion.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "plugin.h"
#include "plugin/wire.h"

struct fake;
typedef void fake_script(struct fake *, int fd, int nth);

struct fake {
	char dir[64];
	char path[96];
	char conf[96];
	int listener;
	pthread_t thread;
	fake_script *script;
	_Atomic int accepted; /* connections so far */
	_Atomic int hellos;
	_Atomic int frames; /* requests other than HELLO */
	_Atomic int eofs;   /* hang-ups seen by fake_read */
	_Atomic int cancels;
	_Atomic int gate;   /* for scripts that wait */
};

struct fake_frame {
	struct wire_header head;
	struct wire_fields f;
	uint8_t body[WIRE_BODY_MAX];
};

/* Read exactly len bytes.  Return 0, or -1 at the end. */
static inline int
fake_bytes(int fd, uint8_t *p, size_t len)
{
	ssize_t n;

	for (; len > 0; p += n, len -= (size_t)n)
		if ((n = read(fd, p, len)) <= 0)
			return (-1);
	return (0);
}

/* Read one frame. */
static inline int
fake_read(struct fake *k, int fd, struct fake_frame *r)
{
	uint8_t head[WIRE_HEADER];

	if (fake_bytes(fd, head, sizeof(head)) != 0) {
		k->eofs++;
		return (-1);
	}
	cr_assert_eq(wire_header_read(&r->head, head), WIRE_OK);
	cr_assert_eq(fake_bytes(fd, r->body, r->head.length), 0);
	cr_assert_eq(wire_fields_read(&r->f, r->body, r->head.length),
	    WIRE_OK);
	if (r->head.type != WIRE_HELLO)
		k->frames++;
	if (r->head.type == WIRE_CANCEL)
		k->cancels++;
	return (0);
}

/* Begin the reply to a frame. */
static inline void
fake_begin(struct wire_out *o, void *buf, size_t cap,
    const struct fake_frame *r)
{

	wire_out_init(o, buf, cap);
	wire_begin(o, r->head.type | WIRE_REPLY, r->head.id);
}

/* Send what was written. */
static inline void
fake_send(int fd, struct wire_out *o)
{

	cr_assert_eq(wire_end(o), 0);
	(void)send(fd, o->buf, o->len, MSG_NOSIGNAL);
}

/* Answer HELLO. */
static inline int
fake_hello(struct fake *k, int fd)
{
	static _Thread_local struct fake_frame r;
	struct wire_out o;
	uint8_t buf[256];

	if (fake_read(k, fd, &r) != 0)
		return (-1);
	cr_assert_eq(r.head.type, WIRE_HELLO);
	k->hellos++;
	fake_begin(&o, buf, sizeof(buf), &r);
	wire_put_u32(&o, WIRE_T_VERSION_MAX, WIRE_VERSION);
	wire_put_text(&o, WIRE_T_NODE, "fake");
	fake_send(fd, &o);
	return (0);
}

/* Write a result with its receipt. */
static inline void
fake_result(struct wire_out *o, int32_t decision)
{
	uint8_t leaf[32];

	memset(leaf, 0xa5, sizeof(leaf));
	wire_put_u32(o, WIRE_T_DECISION, (uint32_t)decision);
	wire_put_u64(o, WIRE_T_SEQ, 7);
	wire_put_bytes(o, WIRE_T_LEAF, leaf, sizeof(leaf));
	wire_put_text(o, WIRE_T_DECISION_ID, "D-1");
	wire_put_text(o, WIRE_T_MESSAGE, "good");
}

/* Answer a request with a decision. */
static inline void
fake_answer(int fd, const struct fake_frame *r, int32_t decision)
{
	struct wire_out o;
	uint8_t buf[512];

	fake_begin(&o, buf, sizeof(buf), r);
	fake_result(&o, decision);
	fake_send(fd, &o);
}

/* The script of a daemon that passes everything. */
static inline void
fake_good(struct fake *k, int fd, int nth)
{
	static _Thread_local struct fake_frame r;

	(void)nth;
	if (fake_hello(k, fd) != 0)
		return;
	while (fake_read(k, fd, &r) == 0)
		fake_answer(fd, &r, LK_PASS);
}

struct fake_connection {
	struct fake *k;
	int fd, nth;
};

/* Run the script on one connection. */
static inline void *
fake_serve(void *arg)
{
	struct fake_connection c = *(struct fake_connection *)arg;

	free(arg);
	c.k->script(c.k, c.fd, c.nth);
	close(c.fd);
	return (NULL);
}

/* Accept until the listener is shut down. */
static inline void *
fake_accept(void *arg)
{
	struct fake *k = arg;
	struct fake_connection *c;
	pthread_t t;
	int fd;

	while ((fd = accept(k->listener, NULL, NULL)) >= 0) {
		c = malloc(sizeof(*c));
		c->k = k;
		c->fd = fd;
		c->nth = k->accepted++;
		pthread_create(&t, NULL, fake_serve, c);
		pthread_detach(t);
	}
	return (NULL);
}

/* Write the configuration: the socket and these further lines. */
static inline void
fake_conf(struct fake *k, const char *lines)
{
	FILE *f = fopen(k->conf, "w");

	cr_assert_not_null(f);
	fprintf(f, "socket = \"%s\"\nserver_uid = %u\nbranch = \"B1\"\n"
	    "teller = \"T1\"\ntimeout = 5s\nlanguage = en\n%s", k->path,
	    (unsigned)getuid(), lines);
	fclose(f);
}

/* Make the place and the socket; with a script, also serve. */
static inline void
fake_start(struct fake *k, fake_script *script, const char *lines)
{
	struct sockaddr_un sa;
	const char *tmp = getenv("TMPDIR");

	memset(k, 0, sizeof(*k));
	snprintf(k->dir, sizeof(k->dir), "%s/lkXXXXXX",
	    tmp != NULL && strlen(tmp) < 40 ? tmp : "/tmp");
	cr_assert_not_null(mkdtemp(k->dir));
	snprintf(k->path, sizeof(k->path), "%s/s", k->dir);
	snprintf(k->conf, sizeof(k->conf), "%s/c", k->dir);
	fake_conf(k, lines);
	k->script = script;
	k->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	memset(&sa, 0, sizeof(sa));
	sa.sun_family = AF_UNIX;
	memcpy(sa.sun_path, k->path, strlen(k->path));
	cr_assert_eq(bind(k->listener, (struct sockaddr *)&sa, sizeof(sa)), 0);
	cr_assert_eq(listen(k->listener, script != NULL ? 64 : 0), 0);
	if (script != NULL)
		pthread_create(&k->thread, NULL, fake_accept, k);
}

/* Stop accepting and remove the place. */
static inline void
fake_stop(struct fake *k)
{

	shutdown(k->listener, SHUT_RDWR);
	if (k->script != NULL)
		pthread_join(k->thread, NULL);
	close(k->listener);
	unlink(k->path);
	unlink(k->conf);
	rmdir(k->dir);
}

/* Open a handle to it. */
static inline int32_t
fake_open(struct fake *k)
{
	char why[1024];
	int32_t h = lk_open(k->conf, 0);

	if (h <= 0)
		lk_message(0, NULL, 0, 0, why, sizeof(why), 0);
	cr_assert_gt(h, 0, "%s", h <= 0 ? why : "");
	return (h);
}

/* A request that is in order. */
static inline struct lk_request
fake_request(const char *txn)
{
	struct lk_request rq;

	memset(&rq, 0, sizeof(rq));
	rq.size = sizeof(rq);
	rq.id_type = LK_ID_RESIDENT;
	rq.product = LK_PRODUCT_BANK1;
	rq.held_here = -1;
	strcpy(rq.id_no, "11010519491231002X");
	strcpy(rq.txn_id, txn);
	return (rq);
}

/* Check with a result full of rubbish, as a host may leave it. */
static inline int32_t
fake_check(int32_t h, const char *txn, struct lk_result *r, int32_t timeout)
{
	struct lk_request rq = fake_request(txn);

	memset(r, 0xee, sizeof(*r));
	r->decision = LK_PASS;
	r->size = sizeof(*r);
	return (lk_check(h, &rq, r, timeout));
}

#endif /* !TESTS_PLUGIN_FAKE_H_ */
