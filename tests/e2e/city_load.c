#include <criterion/criterion.h>

#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "city.h"

#define PATIENT_MS 20000
#define THREADS 8

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

/* Monotonic milliseconds. */
static int64_t
now_ms(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return ((int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000);
}

/* Keep an answer. */
static struct city_answer *
note(struct city_node *n, const struct lk_result *r, unsigned person,
    int64_t ms)
{
	struct city_answer *a;

	(void)pthread_mutex_lock(&lock);
	a = n->ngot < CITY_ANSWERS ? &n->got[n->ngot++] : NULL;
	(void)pthread_mutex_unlock(&lock);
	if (a == NULL)
		abort();
	a->seq = r->seq;
	a->decision = r->decision;
	a->flags = r->flags;
	a->person = person;
	a->ms = (unsigned)ms;
	memcpy(a->leaf, r->leaf, sizeof(a->leaf));
	memcpy(a->id, r->decision_id, sizeof(a->id));
	return (a);
}

/* Ask once. */
static int
ask(struct city_node *n, unsigned person, const char *txn,
    struct lk_result *r, int timeout_ms)
{
	struct lk_request q;

	host_request(&q, person, LK_PRODUCT_BANK1, txn);
	/* What one outlet may pass on its own word in a day is limited. */
	(void)snprintf(q.branch, sizeof(q.branch), "%u%03u", person / 100000,
	    person % 499);
	memset(r, 0, sizeof(*r));
	r->size = sizeof(*r);
	return (n->city->h.lk_check(n->handle, &q, r, timeout_ms));
}

/* A new transaction. */
static void
new_txn(struct city_node *n, char txn[64])
{

	(void)pthread_mutex_lock(&lock);
	(void)snprintf(txn, 64, "%s-%u", n->id, n->txn++);
	(void)pthread_mutex_unlock(&lock);
}

struct city_answer *
city_check(struct city_node *n, unsigned person, int timeout_ms)
{
	int64_t from = now_ms();
	struct lk_result r;
	char txn[64];

	new_txn(n, txn);
	if (ask(n, person, txn, &r, timeout_ms) != LK_OK) {
		cr_assert_eq(r.decision, LK_REVIEW);
		return (NULL);
	}
	return (note(n, &r, person, now_ms() - from));
}

/* Issue; again and again until it is known.  Return nonzero then. */
static int
issue(struct city_node *n, struct city_answer *a, const atomic_int *stop)
{
	int64_t until = now_ms() + PATIENT_MS;
	char card[64];
	int32_t rc;

	(void)snprintf(card, sizeof(card), "6222%s%s", n->id, a->id);
	while ((rc = n->city->h.lk_confirm(n->handle, a->id, card, 0, 0,
	    2000)) != LK_OK && rc != LK_E_STATE) {
		if (now_ms() > until || (stop != NULL && atomic_load(stop) > 1))
			return (0);
		(void)poll(NULL, 0, 2);
	}
	a->issued = 1;
	return (1);
}

void
city_issue(struct city_node *n, struct city_answer *a)
{

	cr_assert(issue(n, a, NULL), "%s: a confirmation was not taken: %s",
	    n->id, daemon_log(n->d));
}

struct city_answer *
city_open(struct city_node *n, unsigned person)
{
	struct city_answer *a = city_check(n, person, PATIENT_MS);

	cr_assert_not_null(a, "%s did not answer: %s", n->id,
	    daemon_log(n->d));
	if (a->decision < LK_REVIEW)
		city_issue(n, a);
	return (a);
}

struct city_load {
	struct city_node *n;
	atomic_int stop;	/* 2: at once */
	atomic_uint answered, person;
	unsigned threads;
	pthread_t thread[THREADS];
};

/* Open accounts until told to stop. */
static void *
work(void *arg)
{
	struct city_load *l = arg;
	struct city_answer *a;
	struct lk_result r;
	unsigned person;
	int64_t from;
	char txn[64];
	int rc;

	while (atomic_load(&l->stop) == 0) {
		person = atomic_fetch_add(&l->person, 1);
		new_txn(l->n, txn);
		do {
			from = now_ms();
			rc = ask(l->n, person, txn, &r, 3000);
			if (rc != LK_OK && r.decision != LK_REVIEW)
				abort();
			if (rc != LK_OK)
				(void)poll(NULL, 0, 2);
		} while (rc != LK_OK && atomic_load(&l->stop) < 2);
		if (rc != LK_OK)
			break;
		a = note(l->n, &r, person, now_ms() - from);
		if (a->decision < LK_REVIEW)
			(void)issue(l->n, a, &l->stop);
		atomic_fetch_add(&l->answered, 1);
		(void)poll(NULL, 0, 1);
	}
	return (NULL);
}

struct city_load *
city_load(struct city_node *n, unsigned threads, unsigned person)
{
	struct city_load *l = calloc(1, sizeof(*l));

	cr_assert(l != NULL && threads <= THREADS);
	l->n = n;
	l->threads = threads;
	atomic_store(&l->person, person);
	for (unsigned i = 0; i < threads; i++)
		cr_assert_eq(pthread_create(&l->thread[i], NULL, work, l), 0);
	return (l);
}

unsigned
city_load_count(const struct city_load *l)
{

	return (atomic_load(&l->answered));
}

void
city_load_wait(const struct city_load *l, unsigned n)
{
	unsigned want = city_load_count(l) + n;
	int i;

	for (i = 0; city_load_count(l) < want; i++) {
		cr_assert_lt(i, CITY_WAIT_S * 500, "%s: no progress at %u: %s",
		    l->n->id, city_load_count(l), daemon_log(l->n->d));
		(void)poll(NULL, 0, 2);
	}
}

void
city_unload(struct city_load *l)
{

	atomic_store(&l->stop, 1);
	for (unsigned i = 0; i < l->threads; i++)
		(void)pthread_join(l->thread[i], NULL);
	free(l);
}
