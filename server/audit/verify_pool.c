#include <pthread.h>
#include <stdlib.h>

#include "keys/sha256.h"

#include "verify_impl.h"

#define BUNDLES 8u	/* under way at once */

enum step { FREE, READY, BUSY, DONE };

/* A ring: [tail, head) is under way, oldest first. */
struct verify_pool {
	pthread_t thread;
	int threaded;
	int quit;
	pthread_mutex_t lock;
	pthread_cond_t put;	/* something became READY, or quit */
	pthread_cond_t done;
	enum step step[BUNDLES];
	struct verify_bundle *bundle[BUNDLES];
	unsigned head, tail;
};

/* Hash and read the entries of a bundle. */
void
verify_bundle_work(struct verify_bundle *b)
{
	const uint8_t *text;
	struct verify_line *l;
	size_t off = 0, at, len;

	b->n = 0;
	b->end = 0;
	while (b->n < b->want) {
		l = &b->line[b->n];
		l->off = off;
		if (tile_bundle_next(b->p, b->len, &off, &text, &len) != 1)
			break;
		l->len = len;
		l->fault = VERIFY_FINE;
		sha256_leaf(b->leaf[b->n], text, len);
		if (b->n >= b->first) {
			if (entry_parse(&b->e, (const char *)text, len, &at) !=
			    0) {
				l->fault = VERIFY_MALFORMED;
				l->a = at;
			} else
				verify_rules_entry(b, b->n, &b->e);
		}
		b->n++;
		b->end = off;
	}
}

/* Find the oldest bundle that nobody works on; with the lock held. */
static unsigned
find_ready(const struct verify_pool *p)
{
	unsigned i;

	for (i = p->tail; i != p->head; i++)
		if (p->step[i % BUNDLES] == READY)
			return (i % BUNDLES);
	return (BUNDLES);
}

/* Work on one bundle; with the lock held, which is let go meanwhile. */
static void
work(struct verify_pool *p, unsigned i)
{

	p->step[i] = BUSY;
	(void)pthread_mutex_unlock(&p->lock);
	verify_bundle_work(p->bundle[i]);
	(void)pthread_mutex_lock(&p->lock);
	p->step[i] = DONE;
	(void)pthread_cond_signal(&p->done);
}

/* The second thread. */
static void *
run(void *arg)
{
	struct verify_pool *p = arg;
	unsigned i;

	(void)pthread_mutex_lock(&p->lock);
	while (!p->quit) {
		if ((i = find_ready(p)) < BUNDLES)
			work(p, i);
		else
			(void)pthread_cond_wait(&p->put, &p->lock);
	}
	(void)pthread_mutex_unlock(&p->lock);
	return (NULL);
}

/* Make a pool. */
struct verify_pool *
verify_pool_new(int alone)
{
	struct verify_pool *p;
	unsigned i;

	if ((p = calloc(1, sizeof(*p))) == NULL)
		goto err0;
	for (i = 0; i < BUNDLES; i++)
		if ((p->bundle[i] = calloc(1, sizeof(**p->bundle))) == NULL)
			goto err1;
	if (pthread_mutex_init(&p->lock, NULL) != 0)
		goto err1;
	if (pthread_cond_init(&p->put, NULL) != 0)
		goto err2;
	if (pthread_cond_init(&p->done, NULL) != 0)
		goto err3;
	p->threaded = !alone && pthread_create(&p->thread, NULL, run, p) == 0;
	return (p);

err3:
	(void)pthread_cond_destroy(&p->put);
err2:
	(void)pthread_mutex_destroy(&p->lock);
err1:
	for (i = 0; i < BUNDLES; i++)
		free(p->bundle[i]);
	free(p);
err0:
	return (NULL);
}

/* End it. */
void
verify_pool_free(struct verify_pool *p)
{
	unsigned i;

	if (p == NULL)
		return;
	if (p->threaded) {
		(void)pthread_mutex_lock(&p->lock);
		p->quit = 1;
		(void)pthread_cond_signal(&p->put);
		(void)pthread_mutex_unlock(&p->lock);
		(void)pthread_join(p->thread, NULL);
	}
	(void)pthread_cond_destroy(&p->done);
	(void)pthread_cond_destroy(&p->put);
	(void)pthread_mutex_destroy(&p->lock);
	for (i = 0; i < BUNDLES; i++) {
		free(p->bundle[i]->p);
		free(p->bundle[i]);
	}
	free(p);
}

/* A bundle to be filled: FREE ones are the caller's. */
struct verify_bundle *
verify_pool_next(struct verify_pool *p)
{

	return (p->head - p->tail < BUNDLES ? p->bundle[p->head % BUNDLES] :
	    NULL);
}

/* Give it to the threads. */
void
verify_pool_put(struct verify_pool *p)
{

	(void)pthread_mutex_lock(&p->lock);
	p->step[p->head % BUNDLES] = READY;
	p->head++;
	(void)pthread_cond_signal(&p->put);
	(void)pthread_mutex_unlock(&p->lock);
}

/* Wait for the oldest, doing what is to be done meanwhile. */
struct verify_bundle *
verify_pool_take(struct verify_pool *p)
{
	unsigned i, oldest = p->tail % BUNDLES;

	if (p->tail == p->head)
		return (NULL);
	(void)pthread_mutex_lock(&p->lock);
	while (p->step[oldest] != DONE) {
		if ((i = find_ready(p)) < BUNDLES)
			work(p, i);
		else
			(void)pthread_cond_wait(&p->done, &p->lock);
	}
	(void)pthread_mutex_unlock(&p->lock);
	return (p->bundle[oldest]);
}

/* The oldest may be used again. */
void
verify_pool_done(struct verify_pool *p)
{

	(void)pthread_mutex_lock(&p->lock);
	p->step[p->tail % BUNDLES] = FREE;
	p->tail++;
	(void)pthread_mutex_unlock(&p->lock);
}

/* Forget all that are under way. */
void
verify_pool_drop(struct verify_pool *p)
{

	while (verify_pool_take(p) != NULL)
		verify_pool_done(p);
}
