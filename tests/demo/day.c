#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "day_row.h"
#include "person.h"

/* One of the threads, and the people it serves. */
struct server {
	struct day *day;
	unsigned number;
	pthread_t thread;
};

/* The line of a race: nobody leaves before it opens. */
struct line {
	pthread_mutex_t lock;
	pthread_cond_t opened;
	int open;
};

/* One who waits there. */
struct racer {
	struct day *day;
	struct day_answer *answer;
	struct line *line;
	pthread_t thread;
};

/*
 * FNV-1a over the normal form of the number; what one ring does keeps its order too,
 * whoever of it comes.
 */
static uint64_t
person_hash(const struct plan_row *r)
{
	uint64_t hash = 0xcbf29ce484222325u;
	char key[48];

	if (r->ring[0] != '\0')
		snprintf(key, sizeof(key), "%s", r->ring);
	else
		person_key(key, r->id_type, r->id_no);
	for (const char *p = key; *p != '\0'; p++)
		hash = (hash ^ (uint8_t)*p) * 0x100000001b3u;
	return (hash);
}

/* Rows of the day, in the order of the clock. */
int
day_prepare(struct day *d, struct host *host, const struct plan *plan)
{
	memset(d, 0, sizeof(*d));
	d->host = host;
	d->answers = calloc(plan->count + 1, sizeof(*d->answers));
	if (d->answers == NULL) {
		fprintf(stderr, "demo-play: out of memory\n");
		return (-1);
	}
	for (size_t i = 0; i < plan->count; i++) {
		const struct plan_row *r = &plan->rows[i];
		if (r->kind < PLAN_CHECK)
			continue;
		if (host_open(host, r->institution) < 0)
			return (-1);
		d->answers[d->count].row = r;
		d->answers[d->count++].person = person_hash(r);
	}
	d->until = d->count;
	return (0);
}

/* Rows stand in the order of the clock. */
void
day_part(struct day *d, int64_t from, int64_t until, int64_t seconds)
{
	size_t i = 0;

	while (i < d->count && d->answers[i].row->when < from)
		i++;
	d->from = i;
	while (i < d->count && d->answers[i].row->when < until)
		i++;
	d->until = i;
	d->spread_ns = seconds * 1000000000;
}

/* Nanoseconds that never go back. */
static int64_t
now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ((int64_t)ts.tv_sec * 1000000000 + ts.tv_nsec);
}

/* Wait until it is the turn of a row. */
static void
await_turn(const struct day *d, size_t i)
{
	int64_t turn, rest = (int64_t)(d->until - d->from);

	if (d->spread_ns == 0)
		return;
	turn = d->began_ns + d->spread_ns / rest * (int64_t)(i - d->from) -
	    now_ns();
	if (turn <= 0)
		return;
	struct timespec ts = {turn / 1000000000, turn % 1000000000};
	nanosleep(&ts, NULL);
}

/* Wait, then ask. */
static void *
race_run(void *arg)
{
	struct racer *r = arg;

	pthread_mutex_lock(&r->line->lock);
	while (!r->line->open)
		pthread_cond_wait(&r->line->opened, &r->line->lock);
	pthread_mutex_unlock(&r->line->lock);
	day_row(r->day, r->answer);
	return (NULL);
}

/*
 * Run the race whose first row is `first`.  Who gets no thread of his own is
 * asked for by this one.
 */
static void
race(struct day *d, struct day_answer *first)
{
	struct line line = {.open = 0};
	struct racer r[DAY_RACERS];
	unsigned n = 0, started = 0;

	for (struct day_answer *a = first; a < d->answers + d->count; a++) {
		if (n < DAY_RACERS && strcmp(a->row->race, first->row->race) == 0)
			r[n++] = (struct racer){d, a, &line, 0};
	}
	pthread_mutex_init(&line.lock, NULL);
	pthread_cond_init(&line.opened, NULL);
	while (started < n && pthread_create(&r[started].thread, NULL,
	    race_run, &r[started]) == 0)
		started++;
	pthread_mutex_lock(&line.lock);
	line.open = 1;
	pthread_cond_broadcast(&line.opened);
	pthread_mutex_unlock(&line.lock);
	for (unsigned i = started; i < n; i++)
		day_row(d, r[i].answer);
	for (unsigned i = 0; i < started; i++)
		pthread_join(r[i].thread, NULL);
	pthread_cond_destroy(&line.opened);
	pthread_mutex_destroy(&line.lock);
}

/* Does an earlier row begin the race of this one? */
static int
race_begun(const struct day *d, const struct day_answer *a)
{
	for (const struct day_answer *b = d->answers; b < a; b++) {
		if (strcmp(b->row->race, a->row->race) == 0)
			return (1);
	}
	return (0);
}

/* Serve one's own people in order. */
static void *
serve(void *arg)
{
	struct server *s = arg;
	struct day *d = s->day;

	for (size_t i = d->from; i < d->until; i++) {
		struct day_answer *a = &d->answers[i];
		if (a->person % DAY_THREADS != s->number)
			continue;
		await_turn(d, i);
		if (a->row->race[0] == '\0')
			day_row(d, a);
		else if (!race_begun(d, a))
			race(d, a);
	}
	return (NULL);
}

/* Start the threads, wait for them. */
int
day_play(struct day *d)
{
	struct server s[DAY_THREADS];
	unsigned started = 0;

	d->began_ns = now_ns();
	for (; started < DAY_THREADS; started++) {
		s[started].day = d;
		s[started].number = started;
		if (pthread_create(&s[started].thread, NULL, serve,
		    &s[started]) != 0)
			break;
	}
	for (unsigned i = 0; i < started; i++)
		pthread_join(s[i].thread, NULL);
	d->ns = now_ns() - d->began_ns;
	if (started == DAY_THREADS)
		return (0);
	fprintf(stderr, "demo-play: cannot start threads\n");
	return (-1);
}

/* The handles belong to the host. */
void
day_free(struct day *d)
{

	free(d->answers);
	memset(d, 0, sizeof(*d));
}
