#include <sys/eventfd.h>

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "store/jstream.h"

#include "uplink_impl.h"

#define WAKE_US 5000		/* the thread is woken no more often */

/* Start the thread. */
struct uplink *
uplink_open(const struct uplink_options *o, char *err, size_t errlen)
{
	const struct jstream_options so = { .data = o->data, .node = o->node };
	const struct headsource_options ho = { .data = o->data,
		.node = o->log, .witness = o->witness, .path = o->cosigned };
	char why[HEADSOURCE_ERROR_MAX] = "out of memory";
	struct uplink *u;
	sigset_t all, old;
	int rc;

	if ((u = calloc(1, sizeof(*u))) == NULL)
		goto fail;
	u->o = *o;
	u->o.log = NULL; /* not needed later */
	u->fd = -1;
	if ((u->stream = jstream_open(&so)) == NULL || (o->log != NULL &&
	    (u->heads = headsource_open(&ho, why)) == NULL) ||
	    (u->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) == -1)
		goto fail;
	(void)pthread_mutex_init(&u->lock, NULL);
	(void)pthread_cond_init(&u->wake, NULL);
	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_SETMASK, &all, &old);
	rc = pthread_create(&u->thread, NULL, uplink_run, u);
	(void)pthread_sigmask(SIG_SETMASK, &old, NULL);
	if (rc == 0) {
		u->started = 1;
		return (u);
	}
	(void)snprintf(why, sizeof(why), "no thread: %s", strerror(rc));
fail:
	(void)snprintf(err, errlen, "%s", why);
	uplink_close(u);
	return (NULL);
}

/* Throw away what was made; under lock, or when there is no thread. */
static void
discard(struct uplink *u)
{

	for (; u->nready > 0; u->nready--) {
		free(u->ready[u->first]);
		u->first = (u->first + 1) % UPLINK_BATCHES;
	}
}

/* End it. */
void
uplink_close(struct uplink *u)
{

	if (u == NULL)
		return;
	if (u->started) {
		(void)pthread_mutex_lock(&u->lock);
		u->stop = 1;
		(void)pthread_cond_signal(&u->wake);
		(void)pthread_mutex_unlock(&u->lock);
		(void)pthread_join(u->thread, NULL);
		(void)pthread_cond_destroy(&u->wake);
		(void)pthread_mutex_destroy(&u->lock);
	}
	discard(u);
	headsource_close(u->heads);
	jstream_close(u->stream);
	if (u->fd != -1)
		(void)close(u->fd);
	free(u);
}

/* Make batches from here on. */
void
uplink_start(struct uplink *u, uint64_t cursor, const uint8_t *leaf)
{

	(void)pthread_mutex_lock(&u->lock);
	discard(u);
	u->running = u->fresh = 1;
	u->cursor = u->after = cursor;
	atomic_store(&u->looked, cursor);
	u->has_leaf = leaf != NULL;
	if (leaf != NULL)
		memcpy(u->leaf, leaf, sizeof(u->leaf));
	(void)pthread_cond_signal(&u->wake);
	(void)pthread_mutex_unlock(&u->lock);
}

/* Make none. */
void
uplink_stop(struct uplink *u)
{

	(void)pthread_mutex_lock(&u->lock);
	discard(u);
	u->running = 0;
	(void)pthread_mutex_unlock(&u->lock);
}

/* How large batches are. */
void
uplink_entries(struct uplink *u, unsigned n)
{

	atomic_store(&u->entries, n);
}

/* So much is durable now. */
void
uplink_durable(struct uplink *u, uint64_t seq)
{
	struct timespec ts;
	int64_t now;

	if (seq > atomic_load_explicit(&u->durable, memory_order_relaxed))
		atomic_store(&u->durable, seq);
	if (!atomic_load(&u->idle))
		return;
	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	now = (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
	if (now - u->woken_us < WAKE_US)
		return;
	u->woken_us = now;
	(void)pthread_mutex_lock(&u->lock);
	atomic_store(&u->idle, 0);
	(void)pthread_cond_signal(&u->wake);
	(void)pthread_mutex_unlock(&u->lock);
}

/* What is not told yet? */
uint64_t
uplink_queued(struct uplink *u)
{
	uint64_t durable = atomic_load(&u->durable);
	uint64_t looked = atomic_load(&u->looked), n = 0;
	unsigned i;

	(void)pthread_mutex_lock(&u->lock);
	for (i = 0; i < u->nready; i++)
		n += u->ready[(u->first + i) % UPLINK_BATCHES]->n;
	(void)pthread_mutex_unlock(&u->lock);
	return (n + (looked < durable ? durable - looked : 0));
}

/* Return the descriptor. */
int
uplink_fd(const struct uplink *u)
{

	return (u->fd);
}

/* What it says is heard. */
void
uplink_quiet(struct uplink *u)
{
	uint64_t n;

	while (read(u->fd, &n, sizeof(n)) == -1 && errno == EINTR)
		;
}

/* The next batch. */
struct uplink_batch *
uplink_batch(struct uplink *u)
{
	struct uplink_batch *b;

	(void)pthread_mutex_lock(&u->lock);
	b = u->nready > 0 ? u->ready[u->first] : NULL;
	(void)pthread_mutex_unlock(&u->lock);
	return (b);
}

/* It was sent. */
void
uplink_sent(struct uplink *u)
{

	(void)pthread_mutex_lock(&u->lock);
	if (u->nready > 0) {
		free(u->ready[u->first]);
		u->first = (u->first + 1) % UPLINK_BATCHES;
		u->nready--;
		(void)pthread_cond_signal(&u->wake);
	}
	(void)pthread_mutex_unlock(&u->lock);
}

/* What happened? */
enum uplink_news
uplink_news(struct uplink *u, char *why, size_t len)
{
	enum uplink_news news;

	(void)pthread_mutex_lock(&u->lock);
	news = u->news;
	u->news = UPLINK_NONE;
	(void)snprintf(why, len, "%s", u->why);
	(void)pthread_mutex_unlock(&u->lock);
	return (news);
}

/* Have a head proven. */
void
uplink_head_want(struct uplink *u)
{

	(void)pthread_mutex_lock(&u->lock);
	if (!u->head_ready) {
		u->head_wanted = 1;
		(void)pthread_cond_signal(&u->wake);
	}
	(void)pthread_mutex_unlock(&u->lock);
}

/* Take it. */
size_t
uplink_head(struct uplink *u, uint8_t *buf, size_t cap)
{
	size_t len = 0;

	(void)pthread_mutex_lock(&u->lock);
	if (u->head_ready && u->head_len <= cap) {
		len = u->head_len;
		memcpy(buf, u->request, len);
	}
	u->head_ready = 0;
	(void)pthread_mutex_unlock(&u->lock);
	return (len);
}

/* What became of it. */
void
uplink_head_answer(struct uplink *u, int status, const uint8_t *body,
    size_t len)
{

	if (len > sizeof(u->head_answer))
		return;
	(void)pthread_mutex_lock(&u->lock);
	u->head_status = status;
	if (len > 0)
		memcpy(u->head_answer, body, len);
	u->head_answer_len = len;
	u->head_answered = 1;
	(void)pthread_cond_signal(&u->wake);
	(void)pthread_mutex_unlock(&u->lock);
}

/* Find out the address. */
void
uplink_resolve(struct uplink *u)
{

	(void)pthread_mutex_lock(&u->lock);
	u->resolve = 1;
	u->resolved = 0;
	(void)pthread_cond_signal(&u->wake);
	(void)pthread_mutex_unlock(&u->lock);
}

/* Take it. */
int
uplink_address(struct uplink *u, struct sockaddr_storage *ss, socklen_t *len,
    char *why, size_t size)
{
	int rc;

	(void)pthread_mutex_lock(&u->lock);
	rc = u->resolved;
	*ss = u->address;
	*len = u->address_len;
	if (rc < 0)
		(void)snprintf(why, size, "%s", u->resolve_why);
	(void)pthread_mutex_unlock(&u->lock);
	return (rc);
}
