#include <sys/resource.h>
#include <sys/wait.h>

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdatomic.h>

#include "state_model.h"

/* Wait for the checkpoint thread to ask for a tick. */
static void
wait_call(struct state *s)
{
	struct pollfd p = { .fd = state_eventfd(s), .events = POLLIN };

	cr_assert_eq(poll(&p, 1, 20000), 1, "the thread does not call");
}

/* Tick until the pending checkpoint is whole. */
static void
finish(struct state *s, uint64_t durable)
{
	int rc;

	while ((rc = state_tick(s, durable, 0)) == 0)
		wait_call(s);
	cr_assert_eq(rc, 1);
}

/* Put one record with an entry of its own. */
static void
put(struct state *s, uint8_t kind, const char *key, uint64_t seq,
    const void *value, size_t len)
{
	void *p = state_put(s, kind, key, strlen(key), seq, len);

	cr_assert_not_null(p);
	memcpy(p, value, len);
	cr_assert_eq(state_applied(s, seq), 0);
}

Test(state, agrees_with_model)
{
	struct state_options o = { .dir = model_dir(), .interval_ms = 50,
	    .overlay_bytes = 4 << 20, .txn_records = 64 };
	struct model *m = calloc(1, sizeof(*m));
	uint64_t x = 7, ms = 0, durable = 0;

	m->seed = 1;
	struct state *s = model_open(&o);
	for (int step = 0; step < 3000; step++) {
		while (!state_room(s, MODEL_EFFECTS,
		    MODEL_EFFECTS * MODEL_VALUE)) {
			durable = m->seq;
			cr_assert_neq(state_tick(s, durable, ms), -1);
		}
		model_apply(m);
		model_play(m, s, m->seq);
		if (model_random(&x) % 4 == 0)
			durable = m->seq - model_random(&x) % 3;
		cr_assert_neq(state_tick(s, durable, ++ms), -1);
		if (step % 100 == 50)
			model_compare(m, s, "running");
		if (model_random(&x) % 300 != 0)
			continue;

		/* Sometimes in order, sometimes from wherever LMDB is. */
		if (model_random(&x) % 3 == 0) {
			cr_assert_eq(state_checkpoint_now(s, m->seq, ms), 0);
			cr_assert_eq(state_seq(s), m->seq);
			model_compare(m, s, "checkpoint");
		}
		state_close(s);
		o.hash_seed = model_random(&x);
		s = model_open(&o);
		model_replay(m, s);
		durable = m->seq;
		model_compare(m, s, "opened again");
	}
	cr_assert_eq(state_checkpoint_now(s, m->seq, ms), 0);
	state_close(s);
	s = model_open(&o);
	cr_assert_eq(state_seq(s), m->seq);
	cr_assert_eq(state_horizon(s), m->seq);
	model_compare(m, s, "end");
	state_close(s);
	model_clean((char *)(uintptr_t)o.dir);
	free(m);
}

Test(state, layers_answer_newest_first)
{
	struct state_options o = { .dir = model_dir(), .interval_ms = 10 };
	struct state *s = model_open(&o);
	uint64_t last;
	size_t len;

	put(s, 1, "base", 1, "one", 3);
	put(s, 1, "gone", 2, "two", 3);
	cr_assert_eq(state_checkpoint_now(s, 2, 0), 0);
	put(s, 1, "base", 3, "three", 5);
	cr_assert_eq(state_delete(s, 1, "gone", 4, 4), 0);
	cr_assert_eq(state_applied(s, 4), 0);
	cr_assert_eq(state_tick(s, 0, 10), 0);	/* Frozen: nothing durable. */

	struct state_stats st;
	state_stats(s, &st);
	cr_assert(st.frozen && st.seq == 2 && st.applied == 4);
	cr_assert_eq(memcmp(state_get(s, 1, "base", 4, &len, &last), "three",
	    5), 0);
	cr_assert(len == 5 && last == 3);
	cr_assert_null(state_get(s, 1, "gone", 4, &len, &last));
	cr_assert(len == 0 && last == 4, "a mark keeps its seq");
	cr_assert_not(state_fresh(s, 1, "gone", 4, 4));
	cr_assert(state_fresh(s, 1, "gone", 4, 5));

	/* Grown from the frozen value, revived from the mark. */
	char *p = state_put(s, 1, "base", 4, 5, 8);
	cr_assert_eq(memcmp(p, "three\0\0\0", 8), 0);
	p = state_put(s, 1, "gone", 4, 5, 4);
	cr_assert_eq(memcmp(p, "\0\0\0\0", 4), 0, "old bytes come back");
	cr_assert_eq(state_applied(s, 5), 0);
	cr_assert_eq(state_delete(s, 1, "none", 4, 6), 0);
	cr_assert_null(state_get(s, 1, "none", 4, &len, &last));
	cr_assert_eq(last, 0, "deleting nothing leaves nothing");
	cr_assert_eq(state_applied(s, 6), 0);

	cr_assert_eq(state_tick(s, 4, 11), 0);
	finish(s, 4);
	cr_assert_eq(state_seq(s), 4);
	cr_assert_eq(state_checkpoint_now(s, 6, 12), 0);
	cr_assert_eq(memcmp(state_get(s, 1, "base", 4, &len, &last),
	    "three\0\0\0", 8), 0);
	cr_assert(len == 8 && last == 5);
	state_close(s);
	model_clean((char *)(uintptr_t)o.dir);
}

Test(state, makes_what_was_not_there)
{
	struct state_options o = { .dir = model_dir(), .interval_ms = 10 };
	struct state *s = model_open(&o);
	uint64_t last;
	size_t len;
	char *p;

	put(s, 1, "old", 1, "one", 3);
	cr_assert_eq(state_checkpoint_now(s, 1, 0), 0);
	state_expect(s, 1, "new", 3);
	p = state_make(s, 1, "new", 3, 2, 5);
	cr_assert_eq(memcmp(p, "\0\0\0\0\0", 5), 0);
	memcpy(p, "two", 3);
	p = state_make(s, 1, "new", 3, 2, 4);	/* Again, by the same entry. */
	cr_assert_eq(memcmp(p, "two\0", 4), 0);
	cr_assert_eq(state_applied(s, 2), 0);
	cr_assert_eq(memcmp(state_get(s, 1, "new", 3, &len, &last), "two\0",
	    4), 0);
	cr_assert(len == 4 && last == 2);
	cr_assert_null(state_make(s, 1, "late", 4, 2, 1));
	cr_assert(state_failed(s, NULL, 0));
	state_close(s);
	model_clean((char *)(uintptr_t)o.dir);
}

Test(state, freezes_by_time_and_by_size)
{
	struct state_options o = { .dir = model_dir(), .interval_ms = 1000,
	    .overlay_bytes = 1 << 20 };
	struct state *s = model_open(&o);
	struct state_stats st;
	uint64_t seq = 0;
	char key[32];

	put(s, 1, "a", ++seq, "x", 1);
	cr_assert_eq(state_tick(s, 1, 5000), 0);
	cr_assert_eq(state_tick(s, 1, 5999), 0);
	state_stats(s, &st);
	cr_assert_not(st.frozen);
	cr_assert_eq(state_tick(s, 1, 6000), 0);
	state_stats(s, &st);
	cr_assert(st.frozen, "not frozen after the interval");
	finish(s, 1);
	cr_assert_eq(state_checkpoint_now(s, 1, 6000), 0);	/* Dropped. */

	do {
		sprintf(key, "%u", (unsigned)++seq);
		cr_assert(state_room(s, 1, 1000));
		memset(state_put(s, 1, key, strlen(key), seq, 1000), 1, 1000);
		cr_assert_eq(state_applied(s, seq), 0);
		cr_assert_neq(state_tick(s, 0, 6000), -1);
		state_stats(s, &st);
	} while (!st.frozen && seq < 2000);
	cr_assert(seq > 300 && seq < 600, "frozen at %u", (unsigned)seq);

	/* An entry that is under way is never cut in two. */
	finish(s, seq);
	cr_assert_not_null(state_put(s, 1, "b", 1, ++seq, 1));
	cr_assert_eq(state_tick(s, seq, 99999), 0);
	state_stats(s, &st);
	cr_assert_not(st.frozen);
	cr_assert_eq(state_checkpoint_now(s, seq, 99999), -1);
	cr_assert_not(state_failed(s, NULL, 0));
	state_close(s);
	model_clean((char *)(uintptr_t)o.dir);
}

/* What the probe of the I3 test sees. */
struct watch {
	_Atomic(uint64_t) durable;
	_Atomic(int) early;
	_Atomic(int) commits;
	sem_t first;
};

static void
watch(void *arg, enum state_point point, uint64_t seq)
{
	struct watch *w = arg;

	if (point == STATE_COMMITS) {
		w->commits++;
		if (w->durable < seq)
			w->early++;
	}
	if (point == STATE_COMMITS || point == STATE_WAITS)
		sem_post(&w->first);
}

Test(state, commits_nothing_before_it_is_durable)
{
	struct watch w = { 0 };
	struct state_options o = { .dir = model_dir(), .interval_ms = 10,
	    .txn_records = 4, .probe = watch, .probe_arg = &w };
	struct state *s = model_open(&o);
	char key[8];

	sem_init(&w.first, 0, 0);
	cr_assert_eq(state_tick(s, 0, 0), 0);
	for (uint64_t seq = 1; seq <= 20; seq++) {
		sprintf(key, "%u", (unsigned)seq);
		put(s, 1, key, seq, "x", 1);
	}
	w.durable = 19;
	cr_assert_eq(state_tick(s, 19, 10), 0);	/* Frozen at 20. */
	sem_wait(&w.first);		/* It waits, or wrongly commits. */
	cr_assert_eq(state_tick(s, 19, 11), 0);
	cr_assert_eq(w.commits, 0);
	w.durable = 20;
	cr_assert_eq(state_tick(s, 20, 12), 0);
	finish(s, 20);
	cr_assert_eq(w.early, 0);
	cr_assert_eq(w.commits, 5);
	cr_assert_eq(state_checkpoint_now(s, 19, 13), -1);
	state_close(s);
	model_clean((char *)(uintptr_t)o.dir);
}

/* Stops the thread between two transactions. */
struct stop {
	sem_t stopped;
	sem_t go;
};

static void
stop(void *arg, enum state_point point, uint64_t seq)
{
	struct stop *t = arg;

	(void)seq;
	if (point != STATE_COMMITTED)
		return;
	sem_post(&t->stopped);
	sem_wait(&t->go);
}

Test(state, never_shows_half_a_checkpoint)
{
	struct stop t;
	struct state_options o = { .dir = model_dir(), .interval_ms = 10,
	    .overlay_bytes = 16 << 20, .map_bytes = 1 << 17,
	    .txn_records = 100 };
	struct model *m = calloc(1, sizeof(*m));
	struct state *s = model_open(&o);
	int rc, rounds = 0;

	/* A base of which the next checkpoint changes and deletes much. */
	m->seed = 3;
	for (int i = 0; i < 300; i++) {
		model_apply(m);
		model_play(m, s, m->seq);
	}
	cr_assert_eq(state_checkpoint_now(s, m->seq, 0), 0);
	state_close(s);

	sem_init(&t.stopped, 0, 0);
	sem_init(&t.go, 0, 0);
	o.probe = stop;
	o.probe_arg = &t;
	s = model_open(&o);
	for (int i = 0; i < 300; i++) {
		model_apply(m);
		model_play(m, s, m->seq);
	}
	cr_assert_eq(state_tick(s, m->seq, 0), 0);
	cr_assert_eq(state_tick(s, m->seq, 10), 0);
	do {
		struct pollfd p = { .fd = state_eventfd(s), .events = POLLIN };

		/* Meanwhile life goes on in the active overlay. */
		while (sem_trywait(&t.stopped) == 0) {
			model_compare(m, s, "between transactions");
			model_apply(m);
			model_play(m, s, m->seq);
			rounds++;
			sem_post(&t.go);
		}
		poll(&p, 1, 1);
		cr_assert_neq(rc = state_tick(s, m->seq, 11), -1);
	} while (rc == 0);
	cr_assert_geq(rounds, 4);
	model_compare(m, s, "taken over");
	for (int i = 0; i < 100; i++)
		sem_post(&t.go);
	cr_assert_eq(state_checkpoint_now(s, m->seq, 12), 0);
	model_compare(m, s, "end");
	state_close(s);
	model_clean((char *)(uintptr_t)o.dir);
	free(m);
}

Test(state, is_busy_only_while_a_checkpoint_is_pending)
{
	struct state_options o = { .dir = model_dir(), .interval_ms = 1 << 30,
	    .overlay_bytes = 1 << 20 };
	struct state *s = model_open(&o);
	struct state_stats st;
	uint64_t seq = 0;
	char key[16];

	/* Nothing becomes durable, so both halves fill up. */
	while (state_room(s, 2, 2000)) {
		for (int i = 0; i < 2; i++) {
			sprintf(key, "%u", (unsigned)(seq * 2) + (unsigned)i);
			cr_assert_not_null(state_put(s, 1, key, strlen(key),
			    seq + 1, 1000));
		}
		cr_assert_eq(state_applied(s, ++seq), 0);
		cr_assert_eq(state_tick(s, 0, 0), 0);
	}
	state_stats(s, &st);
	cr_assert(st.frozen && st.overlay_bytes <= st.overlay_budget &&
	    st.overlay_bytes > st.overlay_budget / 100 * 95);
	cr_assert_eq(st.overlay_records, 2 * seq);
	cr_assert_eq(st.seq, 0);
	cr_assert_null(state_put(s, 1, "big", 3, seq + 1, 60000));
	cr_assert_null(state_get(s, 1, "big", 3, NULL, NULL));
	cr_assert_not(state_failed(s, NULL, 0), "full is not failed");

	cr_assert_eq(state_tick(s, seq, 0), 0);
	finish(s, seq);
	cr_assert(state_room(s, 2, 2000));
	cr_assert_eq(state_checkpoint_now(s, seq, 0), 0);
	state_stats(s, &st);
	cr_assert_eq(st.lmdb_records, 2 * seq);
	cr_assert_eq(st.overlay_records, 0);
	state_close(s);
	model_clean((char *)(uintptr_t)o.dir);
}

Test(state, grows_its_map)
{
	struct state_options o = { .dir = model_dir(), .map_bytes = 65536,
	    .txn_records = 300 };
	struct state *s = model_open(&o);
	struct state_stats st;
	uint8_t value[2000];
	char key[16];

	for (uint64_t seq = 1; seq <= 2000; seq++) {
		sprintf(key, "%u", (unsigned)seq);
		memset(value, (int)seq, sizeof(value));
		put(s, 1, key, seq, value, sizeof(value));
	}
	cr_assert_eq(state_checkpoint_now(s, 2000, 0), 0);
	state_stats(s, &st);
	cr_assert_gt(st.lmdb_bytes, 4000000);
	cr_assert_geq(st.map_bytes, st.lmdb_bytes);
	cr_assert_eq(st.map_alarm, st.lmdb_bytes * 10 > st.map_bytes * 6);
	cr_assert_eq(st.lmdb_records, 2000);

	/* A smaller wish at the next start does no harm. */
	state_close(s);
	s = model_open(&o);
	for (uint64_t seq = 1; seq <= 2000; seq++) {
		size_t len;
		sprintf(key, "%u", (unsigned)seq);
		const uint8_t *p = state_get(s, 1, key, strlen(key), &len,
		    NULL);
		cr_assert(p != NULL && len == sizeof(value) &&
		    p[1999] == (uint8_t)seq);
	}
	put(s, 1, "one more", 2001, "x", 1);
	cr_assert_eq(state_checkpoint_now(s, 2001, 0), 0);
	state_close(s);
	model_clean((char *)(uintptr_t)o.dir);
}

Test(state, returns_every_size_aligned)
{
	struct state_options o = { .dir = model_dir() };
	struct state *s = model_open(&o);
	static uint8_t value[STATE_VALUE_MAX];
	uint8_t key[32] = { 0 };
	uint64_t seq = 0;
	size_t len;

	/* Around the sizes at which LMDB gives a value its own pages, too. */
	for (size_t n = 0; n < 5000; n += n < 1900 ? 37 : 1) {
		key[0] = (uint8_t)(n >> 8);
		key[1] = (uint8_t)n;
		memcpy(state_put(s, 9, key, 2 + n % 31, ++seq, n), value, n);
		cr_assert_eq(state_applied(s, seq), 0);
	}
	cr_assert_not_null(state_put(s, 9, "max", 3, ++seq, STATE_VALUE_MAX));
	cr_assert_eq(state_applied(s, seq), 0);
	cr_assert_eq(state_checkpoint_now(s, seq, 0), 0);
	for (size_t n = 0; n < 5000; n += n < 1900 ? 37 : 1) {
		key[0] = (uint8_t)(n >> 8);
		key[1] = (uint8_t)n;
		const void *p = state_get(s, 9, key, 2 + n % 31, &len, NULL);
		cr_assert(p != NULL && len == n && (uintptr_t)p % 8 == 0,
		    "size %zu", n);
	}
	cr_assert_not_null(state_get(s, 9, "max", 3, &len, NULL));
	cr_assert_eq(len, STATE_VALUE_MAX);
	state_close(s);
	model_clean((char *)(uintptr_t)o.dir);
}

static int
collect(void *arg, const struct state_record *r)
{
	struct text *t = arg;

	text_add(t, (const char *)r->key, r->keylen);
	text_add(t, "=", 1);
	text_add(t, r->value, r->len);
	text_add(t, " ", 1);
	return (r->len == 4 ? 77 : 0);
}

static bool
skip(void *arg, const struct state_record *r)
{

	(void)arg;
	return (r->kind == 2);
}

Test(state, walks_and_dumps_over_layers)
{
	struct state_options o = { .dir = model_dir(), .interval_ms = 10 };
	struct state *s = model_open(&o);
	struct text t = { 0 };

	put(s, 1, "zz", 1, "1", 1);
	put(s, 2, "b", 2, "2", 1);
	put(s, 2, "d", 3, "3", 1);
	put(s, 3, "a", 4, "stop", 4);
	put(s, 3, "b", 5, "", 0);
	cr_assert_eq(state_checkpoint_now(s, 5, 0), 0);
	put(s, 2, "c", 6, "4", 1);
	put(s, 2, "b", 7, "5", 1);
	cr_assert_eq(state_tick(s, 0, 20), 0);
	put(s, 2, "aa", 8, "6", 1);
	put(s, 2, "a", 9, "7", 1);
	cr_assert_eq(state_delete(s, 2, "d", 1, 10), 0);
	cr_assert_eq(state_applied(s, 10), 0);

	cr_assert_eq(state_each(s, 2, collect, &t), 0);
	cr_assert_str_eq(t.p, "a=7 b=5 c=4 aa=6 ");
	t.len = 0;
	cr_assert_eq(state_each(s, 3, collect, &t), 77);
	cr_assert_str_eq(t.p, "a=stop ");
	cr_assert_eq(state_each(s, 4, collect, &t), 0);
	t.len = 0;
	cr_assert_eq(state_dump(s, text_add, skip, &t), 0);
	cr_assert_str_eq(t.p, "01 7a7a 1 31\n03 61 4 73746f70\n03 62 5 -\n");
	free(t.p);
	state_close(s);
	model_clean((char *)(uintptr_t)o.dir);
}

/* Checkpoint under a file size limit; the number of the failed test, or 0. */
static int
under_limit(const struct state_options *o)
{
	struct rlimit lim = { 40000, 40000 };
	struct state *s = model_open(o);
	char why[256], key[16];

	signal(SIGXFSZ, SIG_IGN);
	setrlimit(RLIMIT_FSIZE, &lim);
	for (uint64_t seq = 1; seq <= 200; seq++) {
		sprintf(key, "%u", (unsigned)seq);
		put(s, 1, key, seq, o, sizeof(*o));
		if (seq == 10 && state_checkpoint_now(s, seq, 0) != 0)
			return (1);
	}
	if (state_checkpoint_now(s, 200, 0) != -1)
		return (2);
	if (!state_failed(s, why, sizeof(why)) || strstr(why, "free") == NULL)
		return (3);
	lim.rlim_cur = RLIM_INFINITY;
	if (state_room(s, 1, 1) || state_applied(s, 201) != -1 ||
	    state_put(s, 1, "a", 1, 201, 1) != NULL ||
	    state_get(s, 1, "1", 1, NULL, NULL) != NULL ||
	    state_fresh(s, 1, "1", 1, 500) ||
	    state_tick(s, 300, 99) != -1 ||
	    state_checkpoint_now(s, 200, 0) != -1)
		return (4);
	if (state_seq(s) != 10)
		return (5);
	state_close(s);
	return (0);
}

Test(state, latches_a_failed_commit)
{
	struct state_options o = { .dir = model_dir() };
	int status;
	pid_t pid;

	if ((pid = fork()) == 0)
		_exit(under_limit(&o));
	cr_assert_eq(waitpid(pid, &status, 0), pid);
	cr_assert_eq(status, 0, "status %#x", (unsigned)status);
	struct state *s = model_open(&o);
	cr_assert_eq(state_seq(s), 10);
	cr_assert_not_null(state_get(s, 1, "10", 2, NULL, NULL));
	state_close(s);
	model_clean((char *)(uintptr_t)o.dir);
}

Test(state, latches_entries_out_of_order)
{
	struct state_options o = { .dir = model_dir() };
	struct state *s = model_open(&o);
	char why[256];

	put(s, 5, "a", 7, "x", 1);
	cr_assert_null(state_put(s, 5, "a", 1, 7, 1));
	cr_assert(state_failed(s, why, sizeof(why)));
	cr_assert_not_null(strstr(why, "kind 5"));
	state_close(s);

	s = model_open(&o);
	cr_assert_eq(state_applied(s, 3), 0);
	cr_assert_eq(state_applied(s, 3), -1);
	cr_assert(state_failed(s, NULL, 0));
	state_close(s);
	model_clean((char *)(uintptr_t)o.dir);
}

Test(state, reports_why_it_does_not_open)
{
	struct state_options o = { .dir = "/nonexistent/state" };
	char err[256] = "";

	cr_assert_null(state_open(&o, err, sizeof(err)));
	cr_assert_not_null(strstr(err, "No such file"), "%s", err);
	o.overlay_bytes = 1000;
	cr_assert_null(state_open(&o, err, sizeof(err)));
	cr_assert_not_null(strstr(err, "1 MiB"), "%s", err);
}
