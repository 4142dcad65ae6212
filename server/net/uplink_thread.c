#include <sys/resource.h>
#include <sys/syscall.h>

#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "keys/sha256.h"
#include "store/jstream.h"

#include "uplink_impl.h"

#define NICE 5

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
void *
uplink_run(void *arg)
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
