/*
 * bench_verify [DIR [ENTRIES [ROUNDS]]]: how fast a signed log is verified whole,
 * against the bare leaf hashing of the same entries on one core in the same run; and
 * what a day's increment costs on top of logs of several sizes.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "audit/verify.h"
#include "keys/sha256.h"
#include "store/tile.h"
#include "store/tiles.h"

/* The writer of made-up logs belongs to the tests of audit/. */
#include "audit/makelog.c"

#define ENTRIES 300000
#define ROUNDS	5
#define ROUNDS_MAX 99
#define DAY_ENTRIES 5000
#define TARGET	0.15

static double
now(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return ((double)ts.tv_sec + (double)ts.tv_nsec / 1e9);
}

/* Tell of a finding: there must be none. */
static void
finding(void *arg, const struct verify_finding *f)
{

	(void)arg;
	(void)fprintf(stderr, "bench_verify: %s: %s\n", f->file, f->en);
	exit(EXIT_FAILURE);
}

/* Seconds to verify the logs in dir. */
static double
verify(const char *dir, const struct makelog *m, struct verify_state *s,
    int alone)
{
	const struct package_options po = { .damaged = 1 };
	const struct note_verifier *key = &m->signer.public;
	const struct verify_options o = { .keys = &key, .nkeys = 1,
		.state = s, .alone = alone, .finding = finding };
	char err[PACKAGE_ERROR_MAX];
	enum package_fault fault;
	struct package *p;
	uint64_t found;
	double begin = now();

	if ((p = package_open_with(dir, &po, &fault, err)) == NULL)
		die(err);
	if (verify_run(p, &o, &found) != 0)
		die(package_error(p));
	package_close(p);
	return (now() - begin);
}

/* All entry bundles of the newest log, in memory. */
struct bundles {
	size_t n;
	uint8_t **p;
	size_t *len;
};

/* Read them. */
static struct bundles
read_bundles(const struct makelog *m)
{
	struct tiles_dir td = { .dir = NULL };
	struct tiles_source src = { tiles_dir_get, &td };
	struct bundles b;
	char dir[300];
	const uint8_t *p;
	struct tiles *t;
	size_t i;

	(void)snprintf(dir, sizeof(dir), "%s/%d.%d", m->dir, m->year, m->n);
	td.dir = dir;
	b.n = (size_t)((m->head.size + TILE_WIDTH - 1) / TILE_WIDTH);
	b.p = calloc(b.n, sizeof(*b.p));
	b.len = calloc(b.n, sizeof(*b.len));
	if (b.p == NULL || b.len == NULL ||
	    (t = tiles_open(&src, m->head.size)) == NULL)
		die("out of memory");
	for (i = 0; i < b.n; i++) {
		if (tiles_bundle(t, i, &p, &b.len[i]) != 0)
			die(tiles_error(t));
		if ((b.p[i] = malloc(b.len[i])) == NULL)
			die("out of memory");
		memcpy(b.p[i], p, b.len[i]);
	}
	tiles_close(t);
	return (b);
}

/* Seconds that the bare leaf hashes take. */
static double
hash_all(const struct bundles *b)
{
	uint8_t leaf[SHA256_LEN], sum = 0;
	const uint8_t *text;
	double begin = now();
	size_t i, off, len;

	for (i = 0; i < b->n; i++)
		for (off = 0; tile_bundle_next(b->p[i], b->len[i], &off, &text,
		    &len) == 1;) {
			sha256_leaf(leaf, text, len);
			sum ^= leaf[0];
		}
	return (now() - begin + (sum == 1 ? 1e-9 : 0));
}

static int
by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x < y ? -1 : x > y);
}

/* The middle of some figures. */
static double
median(double *v, int n)
{

	qsort(v, (size_t)n, sizeof(*v), by_size);
	return (v[n / 2]);
}

/* Verify all of a log, in turn with hashing its entries. */
static void
whole(const char *dir, uint64_t n, int rounds)
{
	double ratio[ROUNDS_MAX], alone[ROUNDS_MAX], bare, took, one, size = 0;
	struct bundles b;
	struct makelog m;
	size_t k;
	int r;

	makelog_open(&m, dir);
	makelog_fill(&m, n - 3);
	makelog_close(&m);
	b = read_bundles(&m);
	for (k = 0; k < b.n; k++)
		size += (double)b.len[k];
	(void)verify(dir, &m, NULL, 0);
	(void)printf("verify entries=%llu bytes=%.0f\n",
	    (unsigned long long)m.head.size, size / (double)m.head.size - 2);
	for (r = 0; r < rounds; r++) {
		bare = hash_all(&b);
		took = verify(dir, &m, NULL, 0);
		one = verify(dir, &m, NULL, 1);
		ratio[r] = bare / took;
		alone[r] = bare / one;
		(void)printf("verify leaf_per_s=%.0f verified_per_s=%.0f "
		    "ratio=%.3f one_thread=%.3f\n", (double)n / bare,
		    (double)n / took, ratio[r], alone[r]);
	}
	took = median(ratio, rounds);
	(void)printf("verify median ratio=%.3f one_thread=%.3f\n", took,
	    median(alone, rounds));
	(void)printf("target verify / bare leaf hashing | %.3f | >= %.2f | "
	    "%s\n", took, TARGET, took >= TARGET ? "ok" : "missed");
	for (k = 0; k < b.n; k++)
		free(b.p[k]);
	free(b.p);
	free(b.len);
	makelog_remove(dir);
}

/* Verify the increment of a day on top of n entries, several days in turn. */
static double
increment(const char *dir, uint64_t n, int rounds)
{
	struct verify_state s = { 0, NULL };
	double took[ROUNDS_MAX], all;
	struct makelog m;
	int r;

	makelog_open(&m, dir);
	makelog_fill(&m, n - 3);
	makelog_publish(&m);
	all = verify(dir, &m, &s, 0);
	for (r = 0; r < rounds; r++) {
		makelog_fill(&m, DAY_ENTRIES);
		makelog_publish(&m);
		took[r] = verify(dir, &m, &s, 0);
	}
	makelog_close(&m);
	verify_state_free(&s);
	(void)printf("verify base=%llu whole_ms=%.1f increment=%d "
	    "increment_ms=%.2f\n", (unsigned long long)n, all * 1e3,
	    DAY_ENTRIES, median(took, rounds) * 1e3);
	makelog_remove(dir);
	return (took[rounds / 2]);
}

int
main(int argc, char **argv)
{
	const char *tmp = argc > 1 ? argv[1] : getenv("TMPDIR");
	uint64_t n = argc > 2 ? strtoull(argv[2], NULL, 10) : ENTRIES;
	int rounds = argc > 3 ? atoi(argv[3]) : ROUNDS;
	double small, large;
	char dir[200];

	if (n < 1000 || rounds < 1 || rounds > ROUNDS_MAX)
		die("usage: bench_verify [DIR [ENTRIES [ROUNDS]]]");
	(void)snprintf(dir, sizeof(dir), "%s/lk-verify.XXXXXX",
	    tmp != NULL ? tmp : "/tmp");
	if (mkdtemp(dir) == NULL)
		die("cannot make a directory");
	whole(dir, n, rounds);
	small = increment(dir, 10000, rounds);
	(void)increment(dir, 100000, rounds);
	large = increment(dir, 1000000, rounds);
	(void)printf("target %d new entries: on 1M / on 10k entries | %.2f "
	    "(%.1f, %.1f ms) | <= 2 | %s\n", DAY_ENTRIES, large / small,
	    large * 1e3, small * 1e3, large <= 2 * small ? "ok" : "missed");
	return (0);
}
