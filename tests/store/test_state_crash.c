#include <sys/stat.h>
#include <sys/wait.h>

#include <fcntl.h>

#include "state_model.h"

#define TXN_RECORDS	40

/* Where a child process ends: at the n-th commit of its checkpoint thread. */
struct death {
	int commits;
	bool after;
};

static void
die(void *arg, enum state_point point, uint64_t seq)
{
	struct death *d = arg;

	(void)seq;
	if (point == (d->after ? STATE_COMMITTED : STATE_COMMITS) &&
	    --d->commits == 0)
		_exit(99);
}

/* In a child: replay, play on to seq, checkpoint, and perhaps die in it. */
static int
run(const char *dir, uint64_t seed, uint64_t seq, int commits, bool after)
{
	struct death d = { commits, after };
	struct state_options o = { .dir = dir, .txn_records = TXN_RECORDS,
	    .hash_seed = seq, .probe = die, .probe_arg = &d };
	struct model *m = calloc(1, sizeof(*m));
	int status;
	pid_t pid;

	if ((pid = fork()) == 0) {
		struct state *s = model_open(&o);
		m->seed = seed;
		m->seq = seq;
		model_replay(m, s);
		_exit(state_checkpoint_now(s, seq, 0) == 0 ? 0 : 1);
	}
	free(m);
	cr_assert_eq(waitpid(pid, &status, 0), pid);
	cr_assert(WIFEXITED(status), "status %#x", (unsigned)status);
	return (WEXITSTATUS(status));
}

/* Here: open, replay what is missing, compare. */
static uint64_t
recover(const char *dir, const struct model *m)
{
	struct state_options o = { .dir = dir, .txn_records = TXN_RECORDS };
	struct state *s = model_open(&o);
	uint64_t ahead = state_horizon(s) - state_seq(s);

	model_replay(m, s);
	model_compare(m, s, "recovered");
	state_close(s);
	return (ahead);
}

Test(state_crash, replays_from_every_commit)
{
	uint64_t seen = 0;
	int rc = 99;

	/* One more transaction each time, dying before or after it. */
	for (int n = 1; rc == 99; n++) {
		for (int after = 0; after < 2; after++) {
			struct model *m = calloc(1, sizeof(*m));
			char *dir = model_dir();

			m->seed = 11;
			while (m->seq < 150)
				model_apply(m);
			cr_assert_eq(run(dir, 11, 150, 0, false), 0);
			while (m->seq < 400)
				model_apply(m);
			rc = run(dir, 11, 400, n, after != 0);
			cr_assert(rc == 99 || rc == 0);
			uint64_t ahead = recover(dir, m);
			cr_assert(ahead == 0 || ahead == 250);
			seen += ahead != 0;
			model_clean(dir);
			free(m);
		}
	}
	cr_assert_geq(seen, 10, "no checkpoint was cut short");
}

Test(state_crash, survives_crash_upon_crash)
{
	struct model *m = calloc(1, sizeof(*m));
	char *dir = model_dir();
	uint64_t x = 5, cut = 0;

	m->seed = 12;
	for (int round = 0; round < 60; round++) {
		for (uint64_t n = model_random(&x) % 120; n > 0; n--)
			model_apply(m);
		int rc = run(dir, 12, m->seq, (int)(1 + model_random(&x) % 5),
		    model_random(&x) % 2 != 0);
		cr_assert(rc == 99 || rc == 0, "child: %d", rc);
		cut += recover(dir, m) != 0;
	}
	cr_assert_geq(cut, 20);
	cr_assert_eq(run(dir, 12, m->seq, 0, false), 0);
	cr_assert_eq(recover(dir, m), 0);
	model_clean(dir);
	free(m);
}

/* Records a..z at entry 1, all in LMDB. */
static void
alphabet(const char *dir)
{
	struct state_options o = { .dir = dir };
	struct state *s = model_open(&o);

	for (char key = 'a'; key <= 'z'; key++)
		memset(state_put(s, 1, &key, 1, 1, 8), key, 8);
	cr_assert_eq(state_applied(s, 1), 0);
	cr_assert_eq(state_checkpoint_now(s, 1, 0), 0);
	state_close(s);
}

/*
 * In a child: entry 2 deletes a, 3 changes the rest, 4 (if wanted) makes a
 * anew; checkpoint in sevenths and die after some.
 */
static void
alphabet_cut(const char *dir, uint64_t last, int commits)
{
	struct death d = { commits, true };
	struct state_options o = { .dir = dir, .txn_records = 4,
	    .probe = die, .probe_arg = &d };
	int status;
	pid_t pid;

	if ((pid = fork()) == 0) {
		struct state *s = model_open(&o);
		if (state_fresh(s, 1, "a", 1, 2))
			state_delete(s, 1, "a", 1, 2);
		state_applied(s, 2);
		for (char key = 'b'; key <= 'z'; key++)
			if (state_fresh(s, 1, &key, 1, 3))
				state_put(s, 1, &key, 1, 3, 9);
		state_applied(s, 3);
		if (last == 4) {
			for (char key = 'a'; key <= 'z'; key++)
				state_put(s, 1, &key, 1, 4, 10);
			state_applied(s, 4);
		}
		_exit(state_checkpoint_now(s, last, 0) == 0 ? 0 : 1);
	}
	cr_assert_eq(waitpid(pid, &status, 0), pid);
	cr_assert_eq(WEXITSTATUS(status), 99);
}

Test(state_crash, keeps_the_seq_of_what_a_cut_checkpoint_deleted)
{
	char *dir = model_dir();
	struct state_options o = { .dir = dir };
	struct state_stats st;
	uint64_t last;

	alphabet(dir);
	alphabet_cut(dir, 3, 3);
	struct state *s = model_open(&o);
	cr_assert_eq(state_seq(s), 1);
	cr_assert_eq(state_horizon(s), 3);
	cr_assert_null(state_get(s, 1, "a", 1, NULL, &last));
	cr_assert_eq(last, 2, "entry 2 would be applied to nothing");
	cr_assert_not_null(state_get(s, 1, "b", 1, NULL, &last));
	cr_assert_eq(last, 3);
	cr_assert_not_null(state_get(s, 1, "z", 1, NULL, &last));
	cr_assert_eq(last, 1);

	/* Nothing is frozen below the horizon. */
	cr_assert_eq(state_applied(s, 2), 0);
	cr_assert_eq(state_tick(s, 3, 0), 0);
	cr_assert_eq(state_tick(s, 3, 1 << 20), 0);
	state_stats(s, &st);
	cr_assert_not(st.frozen);
	cr_assert_eq(state_checkpoint_now(s, 3, 0), -1);

	/* What does not fit there never will: that is a failure. */
	cr_assert_not(state_room(s, 1, (size_t)1 << 40));
	cr_assert(state_failed(s, NULL, 0));
	state_close(s);
	model_clean(dir);
}

Test(state_crash, forgets_marks_that_a_whole_checkpoint_overtook)
{
	char *dir = model_dir();
	struct state_options o = { .dir = dir };
	uint64_t last;

	alphabet(dir);
	alphabet_cut(dir, 3, 3);	/* Leaves a mark of a at 2. */
	alphabet_cut(dir, 4, 7);	/* Whole, but dies before unmarking. */
	struct state *s = model_open(&o);
	cr_assert_eq(state_seq(s), 4);
	cr_assert_eq(state_horizon(s), 4);
	cr_assert_not_null(state_get(s, 1, "a", 1, NULL, &last),
	    "an old mark hides a new record");
	cr_assert_eq(last, 4);
	cr_assert_eq(state_applied(s, 5), 0);
	cr_assert_eq(state_checkpoint_now(s, 5, 0), 0);
	struct state_stats st;
	state_stats(s, &st);
	cr_assert_eq(st.lmdb_records, 26, "marks are left: %d",
	    (int)st.lmdb_records);
	state_close(s);
	model_clean(dir);
}

/* Copy state.mdb with one bit flipped (or none, beyond its end). */
static void
copy_flipped(const char *from, const char *to, size_t at)
{
	char path[4096];
	struct stat sb;
	int fd;

	snprintf(path, sizeof(path), "%s/state.mdb", from);
	cr_assert_geq(fd = open(path, O_RDONLY), 0);
	cr_assert_eq(fstat(fd, &sb), 0);
	uint8_t *p = malloc((size_t)sb.st_size);
	cr_assert_eq(read(fd, p, (size_t)sb.st_size), sb.st_size);
	close(fd);
	if (at < (size_t)sb.st_size * 8)
		p[at / 8] ^= (uint8_t)(1 << at % 8);
	snprintf(path, sizeof(path), "%s/state.mdb", to);
	cr_assert_geq(fd = open(path, O_CREAT | O_TRUNC | O_WRONLY, 0600), 0);
	cr_assert_eq(write(fd, p, (size_t)sb.st_size), sb.st_size);
	close(fd);
	free(p);
}

/* Find the value of record i in the file; its place in bits. */
static size_t
place_of(const char *dir, int i)
{
	char path[4096], want[64];
	struct stat sb;
	int fd;

	snprintf(path, sizeof(path), "%s/state.mdb", dir);
	cr_assert_geq(fd = open(path, O_RDONLY), 0);
	cr_assert_eq(fstat(fd, &sb), 0);
	char *p = malloc((size_t)sb.st_size);
	cr_assert_eq(read(fd, p, (size_t)sb.st_size), sb.st_size);
	close(fd);
	int n = sprintf(want, "the value of record %04d", i);
	char *q = memmem(p, (size_t)sb.st_size, want, (size_t)n);
	cr_assert_not_null(q);
	size_t at = (size_t)(q - p) * 8;
	free(p);
	return (at);
}

/*
 * In a child, since LMDB may crash: read every record of a damaged file.
 * 0 = all as written, 1 = told of the damage, 2 = wrong without a word.
 */
static int
read_all(const char *dir)
{
	struct state_options o = { .dir = dir };
	char err[256], key[16], want[64];
	struct state *s;
	size_t len;

	if ((s = state_open(&o, err, sizeof(err))) == NULL)
		return (1);
	for (int i = 0; i < 500; i++) {
		sprintf(key, "%04d", i);
		sprintf(want, "the value of record %04d", i);
		const char *p = state_get(s, 7, key, 4, &len, NULL);
		if (state_failed(s, err, sizeof(err)))
			return (strstr(err, "kind 7") != NULL ? 1 : 3);
		if (p == NULL || len != strlen(want) ||
		    memcmp(p, want, len) != 0)
			return (2);
	}
	return (0);
}

static int
read_all_forked(const char *dir)
{
	int status;
	pid_t pid;

	if ((pid = fork()) == 0)
		_exit(read_all(dir));
	cr_assert_eq(waitpid(pid, &status, 0), pid);
	return (WIFEXITED(status) ? WEXITSTATUS(status) : 1);
}

Test(state_crash, notices_a_flipped_bit_in_a_record)
{
	char *dir = model_dir(), *copy = model_dir();
	struct state_options o = { .dir = dir };
	struct state *s = model_open(&o);
	char key[16], value[64];
	uint64_t x = 77;

	for (int i = 0; i < 500; i++) {
		sprintf(key, "%04d", i);
		int n = sprintf(value, "the value of record %04d", i);
		memcpy(state_put(s, 7, key, 4, 1, (size_t)n), value,
		    (size_t)n);
	}
	cr_assert_eq(state_applied(s, 1), 0);
	cr_assert_eq(state_checkpoint_now(s, 1, 0), 0);
	state_close(s);

	copy_flipped(dir, copy, SIZE_MAX);
	cr_assert_eq(read_all_forked(copy), 0);
	for (int round = 0; round < 40; round++) {
		/* Check, seq and length stand 32 bytes before the value. */
		size_t at = place_of(dir, (int)(model_random(&x) % 500));

		at = at - 32 * 8 + model_random(&x) % ((32 + 24) * 8);
		copy_flipped(dir, copy, at);
		cr_assert_eq(read_all_forked(copy), 1, "bit %zu", at);
	}
	model_clean(copy);
	model_clean(dir);
}
