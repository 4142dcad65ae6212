#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "load.h"
#include "plugin.h"
#include "plugin/wire.h"
#include "request.h"

#define IN_BYTES 8192		/* no reply to a CHECK is longer */
#define EVENTS 256
#define SILENCE 10000		/* ms until a server counts as dead */

struct conn {
	int fd;
	uint64_t sent;		/* ns */
	uint64_t id;
	size_t got;
	uint8_t in[IN_BYTES];
};

struct running {
	const struct load_options *o;
	struct load *l;
	struct request q;
	struct conn *conns;
	struct conn **idle;	/* with a rate: those with nothing under way */
	unsigned nidle;
	uint64_t dice;
	uint64_t due;		/* when the next application comes, ns */
	uint64_t heard;		/* when a reply came last, ns */
	uint8_t *seen;		/* one bit for each person */
	int ep;
	int measuring;
	int saved;		/* a reply, to o->reply */
	unsigned under_way;
};

/* Nanoseconds of the steady clock. */
static uint64_t
now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ((uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec);
}

/* CPU seconds that a process has used. */
static double
cpu_of(pid_t pid)
{
	char path[64], line[1024], *p;
	unsigned long u = 0, s = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%ld/stat", (long)pid);
	if (pid == 0 || (f = fopen(path, "re")) == NULL)
		return (0);
	p = fgets(line, sizeof(line), f) != NULL ? strrchr(line, ')') : NULL;
	if (p != NULL)
		sscanf(p + 1, " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u "
		    "%lu %lu", &u, &s);
	fclose(f);
	return ((double)(u + s) / (double)sysconf(_SC_CLK_TCK));
}

/* Receive one whole frame, waiting. */
static int
receive_frame(int fd, uint8_t *in, size_t cap)
{
	struct wire_header h;
	size_t got = 0, want = WIRE_HEADER;
	ssize_t n;

	while (got < want) {
		if ((n = recv(fd, in + got, want - got, 0)) <= 0)
			return (-1);
		got += (size_t)n;
		if (got == WIRE_HEADER && wire_header_read(&h, in) != WIRE_OK)
			return (-1);
		if (got == WIRE_HEADER)
			want += h.length;
		if (want > cap)
			return (-1);
	}
	return (0);
}

/* Connect and exchange HELLO. */
int
load_connect(const char *path)
{
	struct sockaddr_un sa = {.sun_family = AF_UNIX};
	struct timeval tv = {.tv_sec = 5};
	uint8_t frame[REQUEST_MAX];
	size_t len;
	int fd;

	if (strlen(path) >= sizeof(sa.sun_path)) {
		errno = ENAMETOOLONG;
		return (-1);
	}
	strcpy(sa.sun_path, path);
	if ((fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) < 0)
		return (-1);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv));
	len = request_hello(frame);
	errno = EPROTO;
	if (connect(fd, (struct sockaddr *)&sa, sizeof(sa)) < 0 ||
	    send(fd, frame, len, MSG_NOSIGNAL) != (ssize_t)len ||
	    receive_frame(fd, frame, sizeof(frame)) < 0) {
		close(fd);
		return (-1);
	}
	return (fd);
}

/* Send the next application, which came at a moment, over a connection. */
static int
ask(struct running *r, struct conn *c, uint64_t came)
{
	struct request *q = &r->q;
	uint8_t *byte, bit;

	request_next(q);
	if (r->seen != NULL) {
		byte = &r->seen[q->person / 8];
		bit = (uint8_t)(1u << q->person % 8);
		if ((*byte & bit) == 0)
			*byte |= bit;
	}
	c->id = q->count;
	c->sent = came;
	if (send(c->fd, q->frame, q->len, MSG_NOSIGNAL) != (ssize_t)q->len) {
		perror("send");
		return (-1);
	}
	r->under_way++;
	return (0);
}

/* Find the two numbers that matter in a reply. */
static int
verdict(const uint8_t *p, size_t len, int32_t *error, int32_t *decision)
{
	size_t at = 0, n;
	unsigned tag, have = 0;
	int32_t v;

	*error = *decision = -1;
	while (at + 4 <= len && have != 3) {
		tag = (unsigned)p[at] | (unsigned)p[at + 1] << 8;
		n = (size_t)p[at + 2] | (size_t)p[at + 3] << 8;
		at += 4;
		if (n > len - at)
			return (-1);
		if ((tag == WIRE_T_ERROR || tag == WIRE_T_DECISION) && n == 4) {
			memcpy(&v, p + at, 4);
			*(tag == WIRE_T_ERROR ? error : decision) = v;
			have |= tag == WIRE_T_ERROR ? 1 : 2;
			if (tag == WIRE_T_ERROR && v != 0)
				return (0);
		}
		at += n;
	}
	return (have == 3 ? 0 : -1);
}

/* Tell the first error. */
static void
complain(struct running *r, const uint8_t *body, size_t len, int32_t error)
{
	struct wire_fields f;
	char text[1024] = "";

	if (r->l->errors++ > 0)
		return;
	if (wire_fields_read(&f, body, len) == WIRE_OK)
		wire_copy(&f, WIRE_T_MESSAGE, text, sizeof(text));
	fprintf(stderr, "%s: error %d: %s\n", r->o->socket, error, text);
}

/* Keep a reply for the echo server. */
static void
save(struct running *r, const uint8_t *frame, size_t len)
{
	FILE *f;

	if (r->o->reply == NULL || r->saved)
		return;
	r->saved = 1;
	if ((f = fopen(r->o->reply, "we")) == NULL ||
	    fwrite(frame, 1, len, f) != len || fclose(f) != 0)
		perror(r->o->reply);
}

/* Take what came over a connection. */
static int
answer(struct running *r, struct conn *c)
{
	struct load *l = r->l;
	struct wire_header h;
	int32_t error, decision;
	uint64_t id, took;
	ssize_t n;

	n = recv(c->fd, c->in + c->got, sizeof(c->in) - c->got, MSG_DONTWAIT);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return (0);
	if (n <= 0) {
		fprintf(stderr, "%s: the server hung up\n", r->o->socket);
		return (-1);
	}
	c->got += (size_t)n;
	if (c->got < WIRE_HEADER)
		return (0);
	if (wire_header_read(&h, c->in) != WIRE_OK ||
	    WIRE_HEADER + h.length > sizeof(c->in))
		goto garbage;
	if (c->got < WIRE_HEADER + h.length)
		return (0);
	took = now() - c->sent;
	memcpy(&id, h.id, sizeof(id));
	if (c->got > WIRE_HEADER + h.length || id != c->id ||
	    h.type != (WIRE_CHECK | WIRE_REPLY) || verdict(c->in + WIRE_HEADER,
	    h.length, &error, &decision) < 0)
		goto garbage;
	r->under_way--;
	r->heard = c->sent + took;
	l->all++;
	if (error != 0)
		complain(r, c->in + WIRE_HEADER, h.length, error);
	else if (decision == LK_PASS)
		save(r, c->in, c->got);
	if (r->o->phases != NULL && error == 0)
		hist_add(&r->o->phases[atomic_load_explicit(r->o->phase,
		    memory_order_relaxed)], took);
	if (r->measuring && error == 0) {
		hist_add(&l->latency, took);
		l->reply_bytes += c->got;
		l->decisions[decision == LK_PASS ? 0 : decision == LK_LIMIT ?
		    1 : decision == LK_REVIEW ? 2 : 3]++;
	}
	c->got = 0;
	return (1);
garbage:
	fprintf(stderr, "%s: not a reply to the request\n", r->o->socket);
	return (-1);
}

/* With a rate: send what has come, while there are connections for it. */
static int
pace(struct running *r)
{

	while (r->nidle > 0 && r->due <= now()) {
		if (ask(r, r->idle[--r->nidle], r->due) < 0)
			return (-1);
		/* Moments that know nothing of each other. */
		r->dice = r->dice * UINT64_C(0x5851f42d4c957f2d) + 1;
		r->due += (uint64_t)(-log(((double)(r->dice >> 11) + .5) *
		    0x1p-53) / r->o->rate * 1e9);
	}
	return (0);
}

/* A connection has nothing under way any more: use it again. */
static int
again(struct running *r, struct conn *c)
{

	if (r->o->rate <= 0)
		return (ask(r, c, now()));
	r->idle[r->nidle++] = c;
	return (0);
}

/* Wait for replies, or until the next application comes. */
static int
await(struct running *r, struct epoll_event *ev, int last)
{
	uint64_t t = now(), ns = SILENCE * UINT64_C(1000000);
	struct timespec ts;
	int n;

	if (!last && r->nidle > 0)
		ns = r->due > t ? r->due - t : 0;
	ts = (struct timespec){.tv_sec = (time_t)(ns / 1000000000),
	    .tv_nsec = (long)(ns % 1000000000)};
	n = epoll_pwait2(r->ep, ev, EVENTS, &ts, NULL);
	if (n == 0 && r->under_way > 0 &&
	    now() - r->heard >= SILENCE * UINT64_C(1000000)) {
		fprintf(stderr, "%s: no answer for %d s\n", r->o->socket,
		    SILENCE / 1000);
		return (-1);
	}
	return (n < 0 ? 0 : n);
}

/* Is the time over? */
static int
over(const struct running *r, uint64_t until)
{

	return (now() >= until || (r->o->stop != NULL &&
	    atomic_load_explicit(r->o->stop, memory_order_relaxed)));
}

/* Go on until the time has passed and, if `last`, all replies have come. */
static int
turn(struct running *r, uint64_t until, int last)
{
	struct epoll_event ev[EVENTS];
	int i, n, rc;

	while (last ? r->under_way > 0 : !over(r, until)) {
		if ((n = await(r, ev, last)) < 0)
			return (-1);
		for (i = 0; i < n; i++) {
			rc = answer(r, ev[i].data.ptr);
			if (rc > 0 && !last)
				rc = again(r, ev[i].data.ptr);
			if (rc < 0)
				return (-1);
		}
		if (!last && pace(r) < 0)
			return (-1);
	}
	return (0);
}

/* Open all connections. */
static int
connect_all(struct running *r)
{
	struct epoll_event ev = {.events = EPOLLIN};
	unsigned i;

	r->conns = calloc(r->o->connections, sizeof(*r->conns));
	r->idle = calloc(r->o->connections, sizeof(*r->idle));
	if (r->conns == NULL || r->idle == NULL ||
	    (r->ep = epoll_create1(EPOLL_CLOEXEC)) < 0)
		return (-1);
	for (i = 0; i < r->o->connections; i++)
		r->conns[i].fd = -1;
	for (i = 0; i < r->o->connections; i++) {
		r->conns[i].fd = load_connect(r->o->socket);
		ev.data.ptr = &r->conns[i];
		if (r->conns[i].fd < 0 || epoll_ctl(r->ep, EPOLL_CTL_ADD,
		    r->conns[i].fd, &ev) < 0)
			return (-1);
	}
	return (0);
}

/* Map the file that remembers who was met. */
static int
map_seen(struct running *r)
{
	size_t size = r->o->people / 8 + 1;
	int fd, ok;

	if (r->o->seen == NULL)
		return (0);
	fd = open(r->o->seen, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0)
		return (-1);
	ok = ftruncate(fd, (off_t)size) == 0;
	r->seen = ok ? mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd,
	    0) : MAP_FAILED;
	close(fd);
	if (r->seen == MAP_FAILED)
		r->seen = NULL;
	return (r->seen != NULL ? 0 : -1);
}

/* Warm up, measure, take the last replies. */
static int
measure(struct running *r)
{
	struct load *l = r->l;
	uint64_t began = now();
	unsigned i;

	/* Else the kernel may wake us 50 us later than we asked. */
	(void)prctl(PR_SET_TIMERSLACK, 1);
	r->due = r->heard = r->dice = began;
	for (i = 0; i < r->o->connections; i++)
		if (again(r, &r->conns[i]) < 0)
			return (-1);
	if (turn(r, began + (uint64_t)(r->o->warm * 1e9), 0) < 0)
		return (-1);
	r->measuring = 1;
	began = now();
	l->server_cpu = -cpu_of(r->o->server);
	l->client_cpu = -(double)clock() / CLOCKS_PER_SEC;
	if (turn(r, began + (uint64_t)(r->o->seconds * 1e9), 0) < 0)
		return (-1);
	l->seconds = (double)(now() - began) / 1e9;
	l->server_cpu += cpu_of(r->o->server);
	l->client_cpu += (double)clock() / CLOCKS_PER_SEC;
	r->measuring = 0;
	return (turn(r, 0, 1));
}

/* Do it. */
int
load_run(const struct load_options *o, struct load *l)
{
	struct running *r = calloc(1, sizeof(*r));
	int rc = -1;
	unsigned i;

	memset(l, 0, sizeof(*l));
	if (r == NULL)
		return (-1);
	r->o = o;
	r->l = l;
	r->ep = -1;
	request_init(&r->q, o->people, o->tellers, o->outlets, o->run);
	l->request_bytes = r->q.len;
	if (connect_all(r) < 0 || map_seen(r) < 0)
		fprintf(stderr, "%s: %s\n", o->socket, strerror(errno));
	else
		rc = measure(r);
	for (i = 0; r->seen != NULL && i <= o->people / 8; i++)
		l->met += (uint32_t)__builtin_popcount(r->seen[i]);
	if (r->seen != NULL)
		munmap(r->seen, o->people / 8 + 1);
	for (i = 0; r->conns != NULL && i < o->connections; i++)
		if (r->conns[i].fd >= 0)
			close(r->conns[i].fd);
	if (r->ep >= 0)
		close(r->ep);
	free(r->conns);
	free(r->idle);
	free(r);
	return (rc < 0 || l->errors > 0 ? -1 : 0);
}
