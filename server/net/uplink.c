#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/syscall.h>

#include <errno.h>
#include <netdb.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "counter/eventbatch.h"
#include "keys/sha256.h"
#include "store/entry.h"
#include "store/jstream.h"

#include "headsource.h"
#include "uplink.h"

#define NICE 5
#define WAKE_US 5000		/* the thread is woken no more often */

struct uplink {
	struct uplink_options o;
	int fd;
	int started;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t wake;
	int64_t woken_us;		/* the loop's */
	atomic_uint_least64_t durable;
	atomic_uint entries;		/* of a batch */
	atomic_int idle;		/* the thread waits for more to be durable */
	atomic_uint_least64_t looked;	/* at entries up to here */
	/* the thread's own */
	struct jstream *stream;
	struct headsource *heads;
	struct entry e;
	uint8_t buf[EVENTBATCH_MAX];
	uint8_t request[HEADSOURCE_BODY_MAX];
	/* under lock */
	int stop;
	int running;			/* batches are wanted */
	int fresh;			/* and the stream has to be set first */
	uint64_t cursor;
	int has_leaf;
	uint8_t leaf[32];
	struct uplink_batch *ready[UPLINK_BATCHES];
	unsigned first, nready;
	uint64_t after;
	enum uplink_news news;
	char why[HEADSOURCE_ERROR_MAX];
	int head_wanted, head_ready, head_answered;
	size_t head_len;
	int head_status;
	uint8_t head_answer[WITNESS_ANSWER_MAX];
	size_t head_answer_len;
	int resolve, resolved;		/* resolved: 1, -1 */
	struct sockaddr_storage address;
	socklen_t address_len;
	char resolve_why[256];
};

/* Tell the loop. */
static void
ring(struct uplink *u)
{
	const uint64_t one = 1;

	while (write(u->fd, &one, sizeof(one)) == -1 && errno == EINTR)
		;
}

/* Note what happened; under lock. */
static void
say(struct uplink *u, enum uplink_news news, const char *why)
{

	u->news = news;
	(void)snprintf(u->why, sizeof(u->why), "%s", why);
	u->running = 0;
	ring(u);
}

/* Find out the address; called and left under lock. */
static void
resolve(struct uplink *u)
{
	const struct addrinfo hints = { .ai_socktype = SOCK_STREAM };
	struct addrinfo *list = NULL;
	char host[256];
	const char *colon = strrchr(u->o.address, ':');
	size_t n = (size_t)(colon - u->o.address), from = 0;
	int rc;

	u->resolve = 0;
	(void)pthread_mutex_unlock(&u->lock);
	if (n >= 2 && u->o.address[0] == '[' && u->o.address[n - 1] == ']') {
		from = 1;
		n -= 2;
	}
	(void)snprintf(host, sizeof(host), "%.*s", (int)n,
	    u->o.address + from);
	rc = getaddrinfo(host, colon + 1, &hints, &list);
	(void)pthread_mutex_lock(&u->lock);
	if (rc == 0 && list->ai_addrlen <= sizeof(u->address)) {
		memcpy(&u->address, list->ai_addr, list->ai_addrlen);
		u->address_len = list->ai_addrlen;
		u->resolved = 1;
	} else {
		(void)snprintf(u->resolve_why, sizeof(u->resolve_why),
		    "%s: %s", u->o.address, gai_strerror(rc));
		u->resolved = -1;
	}
	if (rc == 0)
		freeaddrinfo(list);
	ring(u);
}

/*
 * Set the stream behind the cursor, once the entry there is the one that the node above
 * has.  -1: it is not, or cannot be read.
 */
static enum uplink_news
set_stream(struct uplink *u, uint64_t cursor, const uint8_t *leaf, char *why,
    size_t size)
{
	uint8_t hash[32];
	const uint8_t *p;
	uint64_t seq;
	size_t len;
	int rc;

	if (cursor != 0 && leaf != NULL) {
		jstream_seek(u->stream, cursor);
		rc = jstream_next(u->stream, atomic_load(&u->durable), &seq,
		    &p, &len);
		if (rc < 0) {
			(void)snprintf(why, size, "%s",
			    jstream_error(u->stream));
			return (UPLINK_FAILED);
		}
		if (rc == 1)
			sha256_leaf(hash, p, len);
		if (rc == 0 || seq != cursor || memcmp(hash, leaf, 32) != 0) {
			(void)snprintf(why, size, "entry %llu is not the one "
			    "that the node above has", (unsigned long long)
			    cursor);
			return (UPLINK_BEHIND);
		}
	}
	jstream_seek(u->stream, cursor + 1);
	return (UPLINK_NONE);
}

/* Gather entries.  Return how many, -1 when the journal cannot be read. */
static int
gather(struct uplink *u, struct eventbatch *b, uint8_t leaf[32])
{
	uint64_t durable = atomic_load(&u->durable), seq;
	const uint8_t *p;
	size_t len;
	int rc;

	while (b->n < atomic_load(&u->entries) && (rc = jstream_next(u->stream, durable,
	    &seq, &p, &len)) != 0) {
		if (rc < 0)
			return (-1);
		if (entry_parse(&u->e, (const char *)p, len, NULL) != 0)
			return (-1);
		if (!eventbatch_wanted(&u->e, u->o.above))
			continue;
		if (eventbatch_add(b, &u->e) != 0) {
			jstream_seek(u->stream, seq);
			break;
		}
		sha256_leaf(leaf, p, len);
	}
	atomic_store(&u->looked, jstream_at(u->stream) - 1);
	return ((int)b->n);
}

/* Make a batch; called and left under lock.  Return 0 when there is nothing to make. */
static int
make(struct uplink *u)
{
	static const uint8_t id[WIRE_ID];
	struct eventbatch b = { .buf = u->buf };
	struct uplink_batch *batch;
	enum uplink_news news = UPLINK_NONE;
	uint64_t cursor = u->cursor;
	int fresh = u->fresh, has_leaf = u->has_leaf, n;
	uint8_t leaf[32], at[32];
	struct wire_out o;
	char why[1024] = "";

	memcpy(at, u->leaf, sizeof(at));
	u->fresh = 0;
	(void)pthread_mutex_unlock(&u->lock);
	if (fresh)
		news = set_stream(u, cursor, has_leaf ? at : NULL, why,
		    sizeof(why));
	n = news == UPLINK_NONE ? gather(u, &b, leaf) : 0;
	if (n < 0) {
		news = UPLINK_FAILED;
		(void)snprintf(why, sizeof(why), "%s",
		    jstream_error(u->stream));
	}
	batch = n > 0 ? malloc(sizeof(*batch)) : NULL;
	(void)pthread_mutex_lock(&u->lock);
	if (u->fresh || !u->running) {
		/* Asked for something else meanwhile. */
		free(batch);
		return (1);
	}
	if (news != UPLINK_NONE || (n > 0 && batch == NULL)) {
		say(u, news != UPLINK_NONE ? news : UPLINK_FAILED,
		    news != UPLINK_NONE ? why : "out of memory");
		return (1);
	}
	if (n == 0)
		return (0);
	wire_out_init(&o, batch->frame, sizeof(batch->frame));
	wire_begin(&o, WIRE_EVENTS, id);
	wire_put_u64(&o, WIRE_T_AFTER, u->after);
	wire_put_bytes(&o, WIRE_T_LEAF, leaf, sizeof(leaf));
	wire_put_bytes(&o, WIRE_T_ENTRIES, b.buf, b.len);
	(void)wire_end(&o);
	batch->after = u->after;
	batch->last = u->after = b.last;
	batch->n = b.n;
	batch->len = o.len;
	u->ready[(u->first + u->nready++) % UPLINK_BATCHES] = batch;
	ring(u);
	return (1);
}

/* What the witness above said of our head; called and left under lock. */
static void
head_answer(struct uplink *u)
{
	char err[HEADSOURCE_ERROR_MAX];
	int rc;

	u->head_answered = 0;
	(void)pthread_mutex_unlock(&u->lock);
	rc = headsource_answer(u->heads, atomic_load(&u->durable) + 1,
	    (enum witness_status)u->head_status,
	    (const char *)u->head_answer, u->head_answer_len, err);
	(void)pthread_mutex_lock(&u->lock);
	if (rc == HEADSOURCE_BEHIND)
		say(u, UPLINK_BEHIND, err);
	else if (rc == HEADSOURCE_FAILED) {
		u->news = UPLINK_FAILED;
		(void)snprintf(u->why, sizeof(u->why), "%s", err);
		ring(u);
	}
}

/* Have our newest head proven; called and left under lock. */
static void
head_make(struct uplink *u)
{
	char err[HEADSOURCE_ERROR_MAX] = "";
	long n;

	u->head_wanted = 0;
	(void)pthread_mutex_unlock(&u->lock);
	n = headsource_body(u->heads, atomic_load(&u->durable) + 1,
	    (char *)u->request, sizeof(u->request), err);
	(void)pthread_mutex_lock(&u->lock);
	if (n > 0) {
		u->head_len = (size_t)n;
		u->head_ready = 1;
		ring(u);
	} else if (n == HEADSOURCE_BEHIND)
		say(u, UPLINK_BEHIND, err);
	else if (n == HEADSOURCE_FAILED) {
		u->news = UPLINK_FAILED;
		(void)snprintf(u->why, sizeof(u->why), "%s", err);
		ring(u);
	}
}

/* The thread. */
static void *
run(void *arg)
{
	struct uplink *u = arg;

	(void)setpriority(PRIO_PROCESS, (id_t)syscall(SYS_gettid), NICE);
	(void)pthread_mutex_lock(&u->lock);
	while (!u->stop) {
		if (u->resolve)
			resolve(u);
		else if (u->head_answered && u->heads != NULL)
			head_answer(u);
		else if (u->head_wanted && !u->head_ready && u->heads != NULL)
			head_make(u);
		else if (!u->running || u->nready == UPLINK_BATCHES)
			(void)pthread_cond_wait(&u->wake, &u->lock);
		else {
			/* Whatever becomes durable from here on wakes us. */
			atomic_store(&u->idle, 1);
			if (make(u) == 0 && atomic_load(&u->idle) &&
			    !u->resolve && !u->head_wanted &&
			    !u->head_answered && !u->stop && !u->fresh)
				(void)pthread_cond_wait(&u->wake, &u->lock);
		}
	}
	(void)pthread_mutex_unlock(&u->lock);
	return (NULL);
}

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
	rc = pthread_create(&u->thread, NULL, run, u);
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
