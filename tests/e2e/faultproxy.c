#include <criterion/criterion.h>

#include <sys/eventfd.h>
#include <sys/socket.h>

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "faultproxy.h"

#define LINES 256
#define PIECE 16384
#define HELD_MAX (1 << 20)	/* bytes on their way before it is not read */

/* Bytes on their way. */
struct piece {
	struct piece *next;
	int64_t due;		/* monotonic us */
	size_t from, len;
	uint8_t bytes[PIECE];
};

/* One direction of one connection. */
struct half {
	struct piece *first, **last;
	size_t held;
	int64_t due;		/* of the last piece: order is kept */
	int64_t free_at;	/* when the rate lets the next bytes go */
	int ended;		/* the sender has */
	int told;		/* and the receiver knows */
};

struct line {
	int fd[2];		/* who connected, and where to; -1: no line */
	struct half half[2];
};

struct faultproxy {
	pthread_t thread;
	pthread_mutex_t lock;
	int listener, wake, port;
	int stop, to, refuse, delay, jitter, rate, reset_now;
	enum faultproxy_does does[2];
	int64_t cut;		/* bytes until then, -1: no */
	int cut_reset;
	unsigned cuts, taken, seed;
	uint64_t up;
	struct line line[LINES];
};

/* Monotonic microseconds. */
static int64_t
now_us(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return ((int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000);
}

/* A socket address of this machine. */
static struct sockaddr_in
local(int port)
{
	struct sockaddr_in in = { .sin_family = AF_INET };

	in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	in.sin_port = htons((uint16_t)port);
	return (in);
}

/* Close a line. */
static void
drop(struct line *l, int reset)
{
	const struct linger hard = { 1, 0 };
	struct piece *x;
	int i;

	for (i = 0; i < 2; i++) {
		if (reset && l->fd[i] != -1)
			(void)setsockopt(l->fd[i], SOL_SOCKET, SO_LINGER,
			    &hard, sizeof(hard));
		if (l->fd[i] != -1)
			(void)close(l->fd[i]);
		l->fd[i] = -1;
		while ((x = l->half[i].first) != NULL) {
			l->half[i].first = x->next;
			free(x);
		}
	}
}

/* Take a connection. */
static void
take(struct faultproxy *p)
{
	struct sockaddr_in to = local(p->to);
	struct line *l = NULL;
	int fd, one = 1, i;

	fd = accept4(p->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (fd == -1)
		return;
	p->taken++;
	for (i = 0; i < LINES && l == NULL; i++)
		if (p->line[i].fd[0] == -1)
			l = &p->line[i];
	if (l == NULL) {
		(void)close(fd);
		return;
	}
	memset(l->half, 0, sizeof(l->half));
	l->half[0].last = &l->half[0].first;
	l->half[1].last = &l->half[1].first;
	l->fd[0] = fd;
	l->fd[1] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (p->refuse || connect(l->fd[1], (struct sockaddr *)&to,
	    sizeof(to)) != 0) {
		drop(l, 1);
		return;
	}
	for (i = 0; i < 2; i++)
		(void)setsockopt(l->fd[i], IPPROTO_TCP, TCP_NODELAY, &one,
		    sizeof(one));
}

/* Take bytes from who sends; the line may be gone after that. */
static void
gather(struct faultproxy *p, struct line *l, int way)
{
	struct half *h = &l->half[way];
	struct piece *x = malloc(sizeof(*x));
	ssize_t n;
	int64_t due = now_us() + (int64_t)p->delay * 1000;

	if (x == NULL)
		abort();
	n = recv(l->fd[way], x->bytes, PIECE, MSG_DONTWAIT);
	if (n <= 0 || p->does[way] == FAULTPROXY_SWALLOW) {
		if (n == 0)
			h->ended = 1;
		else if (n < 0 && errno != EAGAIN && errno != EINTR)
			drop(l, 1);
		free(x);
		return;
	}
	if (p->jitter > 0)
		due += ((int64_t)(rand_r(&p->seed) % (2 * p->jitter + 1)) -
		    p->jitter) * 1000;
	x->next = NULL;
	x->due = h->due = due > h->due ? due : h->due;
	x->from = 0;
	x->len = (size_t)n;
	*h->last = x;
	h->last = &x->next;
	h->held += x->len;
}

/* How many bytes of a piece may go now? */
static size_t
allowed(struct faultproxy *p, struct half *h, int way, int64_t now)
{
	size_t n = h->first->len - h->first->from;

	if (h->first->due > now || h->free_at > now)
		return (0);
	if (p->rate > 0 && n > (size_t)p->rate / 20 + 1)
		n = (size_t)p->rate / 20 + 1;
	if (way == FAULTPROXY_UP && p->cut >= 0 && (int64_t)n > p->cut)
		n = (size_t)p->cut;
	return (n);
}

/* Give bytes to who receives; the line may be gone after that. */
static void
deliver(struct faultproxy *p, struct line *l, int way)
{
	struct half *h = &l->half[way];
	int64_t now = now_us();
	struct piece *x;
	ssize_t n;
	size_t len;

	while ((x = h->first) != NULL && (len = allowed(p, h, way, now)) > 0) {
		n = send(l->fd[!way], x->bytes + x->from, len,
		    MSG_NOSIGNAL | MSG_DONTWAIT);
		if (n < 0 && errno == EAGAIN)
			return;
		if (n < 0) {
			drop(l, 1);
			return;
		}
		x->from += (size_t)n;
		h->held -= (size_t)n;
		if (p->rate > 0)
			h->free_at = now + n * 1000000 / p->rate;
		if (way == FAULTPROXY_UP) {
			p->up += (uint64_t)n;
			if (p->cut >= 0 && (p->cut -= n) == 0) {
				p->cut = -1;
				p->cuts++;
				drop(l, p->cut_reset);
				return;
			}
		}
		if (x->from < x->len)
			continue;
		if ((h->first = x->next) == NULL)
			h->last = &h->first;
		free(x);
	}
	if (h->first == NULL && h->ended && !h->told) {
		(void)shutdown(l->fd[!way], SHUT_WR);
		h->told = 1;
	}
	if (l->half[0].told && l->half[1].told)
		drop(l, 0);
}

/* Which events does a line wait for, and until when? */
static void
watch(struct faultproxy *p, struct line *l, struct pollfd *f, int *ms)
{
	int64_t now = now_us(), at;
	struct half *h;
	int way;

	for (way = 0; way < 2; way++) {
		f[way].fd = l->fd[way];
		f[way].events = f[way].revents = 0;
	}
	for (way = 0; l->fd[0] != -1 && way < 2; way++) {
		h = &l->half[way];
		if (p->does[way] != FAULTPROXY_STOP && !h->ended &&
		    h->held < HELD_MAX)
			f[way].events |= POLLIN;
		if (h->first == NULL || p->does[way] != FAULTPROXY_CARRY)
			continue;
		at = h->first->due > h->free_at ? h->first->due : h->free_at;
		if (at <= now)
			f[!way].events |= POLLOUT;
		else if ((at - now) / 1000 + 1 < *ms)
			*ms = (int)((at - now) / 1000 + 1);
	}
	/* A reset would be told again and again while nothing is read. */
	for (way = 0; way < 2; way++)
		if (f[way].events == 0)
			f[way].fd = -1;
}

/* Look at one line after poll(2). */
static void
serve(struct faultproxy *p, struct line *l, const struct pollfd *f)
{
	int way;

	if (l->fd[0] == -1)
		return;
	if (p->reset_now) {
		drop(l, 1);
		return;
	}
	for (way = 0; way < 2 && l->fd[0] != -1; way++)
		if ((f[way].revents & (POLLIN | POLLERR | POLLHUP)) != 0 &&
		    p->does[way] != FAULTPROXY_STOP && !l->half[way].ended)
			gather(p, l, way);
	for (way = 0; way < 2 && l->fd[0] != -1; way++)
		if (p->does[way] == FAULTPROXY_CARRY)
			deliver(p, l, way);
}

/* The thread. */
static void *
run(void *arg)
{
	static __thread struct pollfd f[2 + 2 * LINES];
	struct faultproxy *p = arg;
	uint64_t rung;
	int i, ms;

	(void)pthread_mutex_lock(&p->lock);
	while (!p->stop) {
		ms = 1000;
		f[0] = (struct pollfd){ p->listener, POLLIN, 0 };
		f[1] = (struct pollfd){ p->wake, POLLIN, 0 };
		for (i = 0; i < LINES; i++)
			watch(p, &p->line[i], &f[2 + 2 * i], &ms);
		(void)pthread_mutex_unlock(&p->lock);
		(void)poll(f, 2 + 2 * LINES, ms);
		(void)pthread_mutex_lock(&p->lock);
		if (f[1].revents != 0)
			(void)!read(p->wake, &rung, sizeof(rung));
		for (i = 0; i < LINES; i++)
			serve(p, &p->line[i], &f[2 + 2 * i]);
		p->reset_now = 0;
		if (f[0].revents != 0)
			take(p);
	}
	for (i = 0; i < LINES; i++)
		drop(&p->line[i], 1);
	(void)pthread_mutex_unlock(&p->lock);
	return (NULL);
}

/* Begin to carry. */
struct faultproxy *
faultproxy_open(int to)
{
	struct faultproxy *p = calloc(1, sizeof(*p));
	struct sockaddr_in in = local(0);
	socklen_t len = sizeof(in);
	int i;

	cr_assert_not_null(p);
	for (i = 0; i < LINES; i++)
		p->line[i].fd[0] = p->line[i].fd[1] = -1;
	p->to = to;
	p->cut = -1;
	p->seed = 1;
	p->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC |
	    SOCK_NONBLOCK, 0);
	cr_assert(p->listener >= 0 && bind(p->listener,
	    (struct sockaddr *)&in, len) == 0 && listen(p->listener, 64) == 0 &&
	    getsockname(p->listener, (struct sockaddr *)&in, &len) == 0);
	p->port = ntohs(in.sin_port);
	cr_assert((p->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) >= 0);
	cr_assert_eq(pthread_mutex_init(&p->lock, NULL), 0);
	cr_assert_eq(pthread_create(&p->thread, NULL, run, p), 0);
	return (p);
}

int
faultproxy_port(const struct faultproxy *p)
{

	return (p->port);
}

/* Let the thread see what was changed under lock. */
static void
changed(struct faultproxy *p)
{
	const uint64_t one = 1;

	(void)!write(p->wake, &one, sizeof(one));
	(void)pthread_mutex_unlock(&p->lock);
}

void
faultproxy_close(struct faultproxy *p)
{

	(void)pthread_mutex_lock(&p->lock);
	p->stop = 1;
	changed(p);
	(void)pthread_join(p->thread, NULL);
	(void)close(p->listener);
	(void)close(p->wake);
	(void)pthread_mutex_destroy(&p->lock);
	free(p);
}

void
faultproxy_to(struct faultproxy *p, int port)
{

	(void)pthread_mutex_lock(&p->lock);
	p->to = port;
	changed(p);
}

void
faultproxy_set(struct faultproxy *p, enum faultproxy_way way,
    enum faultproxy_does does)
{

	(void)pthread_mutex_lock(&p->lock);
	p->does[way] = does;
	changed(p);
}

void
faultproxy_both(struct faultproxy *p, enum faultproxy_does does)
{

	faultproxy_set(p, FAULTPROXY_UP, does);
	faultproxy_set(p, FAULTPROXY_DOWN, does);
}

void
faultproxy_refuse(struct faultproxy *p, int on)
{

	(void)pthread_mutex_lock(&p->lock);
	p->refuse = on;
	changed(p);
}

void
faultproxy_delay(struct faultproxy *p, int ms, int jitter)
{

	(void)pthread_mutex_lock(&p->lock);
	p->delay = ms;
	p->jitter = jitter;
	changed(p);
}

void
faultproxy_rate(struct faultproxy *p, int bytes)
{

	(void)pthread_mutex_lock(&p->lock);
	p->rate = bytes;
	changed(p);
}

void
faultproxy_reset(struct faultproxy *p)
{

	(void)pthread_mutex_lock(&p->lock);
	p->reset_now = 1;
	changed(p);
}

void
faultproxy_cut(struct faultproxy *p, int64_t bytes, int reset)
{

	(void)pthread_mutex_lock(&p->lock);
	p->cut = bytes;
	p->cut_reset = reset;
	changed(p);
}

unsigned
faultproxy_cuts(struct faultproxy *p)
{
	unsigned n;

	(void)pthread_mutex_lock(&p->lock);
	n = p->cuts;
	(void)pthread_mutex_unlock(&p->lock);
	return (n);
}

unsigned
faultproxy_taken(struct faultproxy *p)
{
	unsigned n;

	(void)pthread_mutex_lock(&p->lock);
	n = p->taken;
	(void)pthread_mutex_unlock(&p->lock);
	return (n);
}

uint64_t
faultproxy_up(struct faultproxy *p)
{
	uint64_t n;

	(void)pthread_mutex_lock(&p->lock);
	n = p->up;
	(void)pthread_mutex_unlock(&p->lock);
	return (n);
}
