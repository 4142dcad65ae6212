/*
 * bench_list [DIR]: lists of one and of ten million (BENCH_LIST_MAX) records, beside
 * what could not be done faster, in the same run:
 *
 *	build	 against decompressing, hashing, appending and syncing the same
 *		 records, into a plain file and into an LMDB file
 *	look-up	 against a bare mdb_get of the same records, by tokens and by
 *		 buckets, in LMDB files made here: ours are not such files
 *	delta	 a thousand changes on the large list, against its full build
 *	memory	 what a process grows by that opens the list and looks it up
 *
 * Medians of five rounds, three where there are ten million.
 */
#include <sys/stat.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "keys/sha256.h"
#include "lists/listfile.h"
#include "store/disk.h"
#include "store/listrun.h"

#include "listdata.h"
#include "listfloor.h"

#define SMALL	1000000u
#define LARGE	10000000u
#define ROUNDS	5
#define QUERIES	1000000u
#define DELTA	1000u
#define PIECE	((size_t)4 << 20)

static char dir[300];
static char err[LISTFILE_ERROR_MAX];

static int
by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x < y ? -1 : x > y);
}

static double
median(double *v, int n)
{

	qsort(v, (size_t)n, sizeof(*v), by_size);
	return (v[n / 2]);
}

static const char *
file(const char *name)
{
	static char path[4][400];
	static int turn;

	turn = (turn + 1) % 4;
	(void)snprintf(path[turn], sizeof(path[turn]), "%s/%s", dir, name);
	return (path[turn]);
}

/* Read a file, so that it is in the page cache, and hash it. */
static uint64_t
warm(const char *path, uint8_t digest[32])
{
	uint8_t *buf = malloc(PIECE);
	uint64_t len = 0;
	struct sha256 h;
	ssize_t n;
	int fd = open(path, O_RDONLY);

	sha256_init(&h);
	while ((n = read(fd, buf, PIECE)) > 0) {
		sha256_update(&h, buf, (size_t)n);
		len += (uint64_t)n;
	}
	sha256_final(&h, digest);
	(void)close(fd);
	free(buf);
	return (len);
}

static void
target(const char *what, double figure, const char *unit, double most)
{

	(void)printf("target %s | %.*f%s | <= %.*f%s | %s\n", what,
	    most < 1 ? 3 : 2, figure, unit, most < 1 ? 2 : 1, most, unit,
	    figure <= most ? "ok" : "missed");
	(void)fflush(stdout);
}

/* Build a list of n records, in turn with the floors; the list, and the seconds. */
static struct list *
build(const char *name, const struct listrec *r, size_t n, int rounds,
    double *seconds)
{
	struct listfile_header h = { .kind = LISTFILE_SNAPSHOT, .records = n,
		.info = { .id = "bench", .epoch = 1, .version = 1,
		.bits = listrec_bits(n) } };
	struct listfile_want w = { .id = "bench", .kind = LISTFILE_SNAPSHOT,
		.epoch = 1, .version = 1, .count = n };
	double flat[ROUNDS], lmdb[ROUNDS], took[ROUNDS], ratio[ROUNDS], t;
	char what[128], snap[400], base[400];
	struct list *l = NULL;
	uint8_t digest[32];

	(void)snprintf(snap, sizeof(snap), "%s.snap", file(name));
	(void)snprintf(base, sizeof(base), "%s.list", file(name));
	t = listdata_now();
	if (listfile_write(&disk_real, dir, strrchr(snap, '/') + 1, &h, r,
	    err) != 0)
		listdata_die(err);
	t = listdata_now() - t;
	memcpy(w.root, h.info.root, sizeof(w.root));
	w.length = warm(snap, digest);
	w.sha256 = digest;
	(void)printf("list records=%zu file_mb=%.1f of=%.1f write_s=%.2f\n", n,
	    (double)w.length / 1e6, (double)n * 24 / 1e6, t);
	for (int i = 0; i < rounds; i++) {
		list_close(l);
		flat[i] = listfloor_build(snap, file("floor"), h.info.bits, 0);
		(void)unlink(file("floor"));
		t = listdata_now();
		if ((l = listfile_build(snap, &w, base, &disk_real,
		    err)) == NULL)
			listdata_die(err);
		took[i] = listdata_now() - t;
		lmdb[i] = listfloor_build(snap, file("floor.mdb"),
		    h.info.bits, 1);
		ratio[i] = took[i] / flat[i];
		(void)printf("list build records=%zu plain_s=%.3f lmdb_s=%.3f "
		    "ours_s=%.3f ratio=%.2f\n", n, flat[i], lmdb[i], took[i],
		    ratio[i]);
	}
	t = median(ratio, rounds);
	*seconds = median(took, rounds);
	(void)snprintf(what, sizeof(what), "build a list of %zuM / decompress, "
	    "SHA-256, append to a plain file, sync", n / 1000000);
	target(what, t, "", 2.5);
	(void)snprintf(what, sizeof(what), "build a list of %zuM / decompress, "
	    "SHA-256, MDB_APPEND by buckets, sync", n / 1000000);
	target(what, *seconds / median(lmdb, rounds), "", 2.5);
	(void)unlink(snap);
	return (l);
}

/* ns of a look-up. */
static double
time_list(const struct list *l, const struct token *q, size_t *hits)
{
	struct listrec r;
	double t;

	*hits = 0;
	t = listdata_now();
	for (size_t i = 0; i < QUERIES; i++) {
		int rc = list_get(l, &q[i], &r);

		if (rc < 0)
			listdata_die("list_get failed");
		*hits += (size_t)rc;
	}
	return ((listdata_now() - t) * 1e9 / QUERIES);
}

/* A full layer over l: its records are new ones. */
static struct list *
layer(struct list *l, const struct listrec *r, size_t n)
{
	struct listrec *d = listdata_make(LIST_LAYER_MAX), *all;
	struct list_info info = *list_info(l);
	struct listfile_header h = { .kind = LISTFILE_SNAPSHOT, .info = info };
	struct list *m;

	/* The root that must come out, by writing the snapshot. */
	all = malloc((n + LIST_LAYER_MAX) * sizeof(*all));
	h.records = listrun_apply(all, r, n, d, LIST_LAYER_MAX);
	if (listfile_write(&disk_real, dir, "next", &h, all, err) != 0)
		listdata_die(err);
	free(all);
	(void)unlink(file("next"));
	h.info.version++;
	if ((m = list_layer(l, &h.info, d, LIST_LAYER_MAX, err)) == NULL)
		listdata_die(err);
	free(d);
	return (m);
}

static void
look_up(struct list *l, const struct listrec *r, size_t n)
{
	struct token *hit = malloc(QUERIES * sizeof(*hit)),
	    *miss = malloc(QUERIES * sizeof(*miss));
	double v[8][ROUNDS], bare[2], mixed;
	struct list *m = layer(l, r, n);
	size_t hits;
	char what[128];

	for (size_t i = 0; i < QUERIES; i++) {
		hit[i] = r[listdata_draw() % n].token;
		miss[i] = listdata_token();
	}
	listfloor_tokens(file("tokens.mdb"), r, n);
	for (int i = 0; i < ROUNDS; i++) {
		v[0][i] = listfloor_get(file("tokens.mdb"), hit, QUERIES, 0);
		v[1][i] = listfloor_get(file("tokens.mdb"), miss, QUERIES, 0);
		v[2][i] = listfloor_get(file("floor.mdb"), hit, QUERIES,
		    list_info(l)->bits);
		v[3][i] = time_list(l, hit, &hits);
		if (hits != QUERIES)
			listdata_die("a record is missing");
		v[4][i] = time_list(l, miss, &hits);
		v[5][i] = time_list(m, hit, &hits);
		v[6][i] = time_list(m, miss, &hits);
		(void)printf("list get mdb_hit=%.0f mdb_miss=%.0f "
		    "mdb_bucket=%.0f hit=%.0f miss=%.0f layer_hit=%.0f "
		    "layer_miss=%.0f ns\n", v[0][i], v[1][i], v[2][i], v[3][i],
		    v[4][i], v[5][i], v[6][i]);
	}
	bare[0] = median(v[0], ROUNDS);
	bare[1] = median(v[1], ROUNDS);
	(void)snprintf(what, sizeof(what), "look-up in %zuM, listed, 64k in the "
	    "layer / mdb_get of the token", n / 1000000);
	target(what, median(v[5], ROUNDS) / bare[0], "", 2);
	(void)snprintf(what, sizeof(what), "look-up in %zuM, not listed, 64k in "
	    "the layer / mdb_get of the token", n / 1000000);
	target(what, median(v[6], ROUNDS) / bare[1], "", 2);
	mixed = 0.99 * median(v[6], ROUNDS) + 0.01 * median(v[5], ROUNDS);
	(void)snprintf(what, sizeof(what), "look-up in %zuM, one in a hundred "
	    "listed / mdb_get of the bucket", n / 1000000);
	target(what, mixed / median(v[2], ROUNDS), "", 2);
	list_close(m);
	(void)unlink(file("tokens.mdb"));
	free(hit);
	free(miss);
}

/* A thousand changes: half of them new, a quarter altered, a quarter gone. */
static void
delta(struct list *l, const struct listrec *r, size_t n, double full)
{
	struct listrec *d = malloc(DELTA * sizeof(*d)), *all;
	struct listfile_header h = { .kind = LISTFILE_SNAPSHOT,
		.info = *list_info(l) };
	struct listfile_want w = { .id = "bench", .kind = LISTFILE_DELTA,
		.epoch = 1, .version = 2, .from = 1 };
	double took[ROUNDS * 5], t;
	struct stat st;

	for (size_t i = 0; i < DELTA; i++) {
		d[i] = listdata_record();
		if (i % 2 == 0)
			d[i].token = r[listdata_draw() % n].token;
		if (i % 4 == 0)
			d[i].flags[0] = LISTREC_GONE;
	}
	qsort(d, DELTA, sizeof(*d), listdata_order);
	all = malloc((n + DELTA) * sizeof(*all));
	h.records = listrun_apply(all, r, n, d, DELTA);
	if (listfile_write(&disk_real, dir, "next", &h, all, err) != 0)
		listdata_die(err);
	free(all);
	(void)unlink(file("next"));
	h.kind = LISTFILE_DELTA;
	h.from = 1;
	h.info.version = 2;
	h.records = DELTA;
	if (listfile_write(&disk_real, dir, "delta", &h, d, err) != 0 ||
	    stat(file("delta"), &st) != 0)
		listdata_die(err);
	w.count = h.info.count;
	memcpy(w.root, h.info.root, sizeof(w.root));
	for (int i = 0; i < ROUNDS * 5; i++) {
		struct list *m;

		t = listdata_now();
		if ((m = listfile_apply(l, file("delta"), &w, err)) == NULL)
			listdata_die(err);
		took[i] = listdata_now() - t;
		list_close(m);
	}
	t = median(took, ROUNDS * 5);
	(void)printf("list delta records=%u bytes=%lld ms=%.2f full_s=%.3f\n",
	    DELTA, (long long)st.st_size, t * 1e3, full);
	target("a delta of 1000 / the full build, per cent", t / full * 100, "",
	    1);
	target("bytes of that delta file, kB", (double)st.st_size / 1000, "",
	    30);
	(void)unlink(file("delta"));
	free(d);
}

/* A figure of /proc/self/status, kB. */
static long
status(const char *name)
{
	char line[128];
	long kb = 0;
	FILE *f = fopen("/proc/self/status", "r");

	if (f == NULL)
		listdata_die("no /proc");
	while (fgets(line, sizeof(line), f) != NULL)
		if (strncmp(line, name, strlen(name)) == 0)
			kb = atol(line + strlen(name) + 1);
	(void)fclose(f);
	return (kb);
}

/* In a process of its own: what does it grow by?  Look-ups included. */
static void
memory(const char *path)
{
	struct token *q = malloc(QUERIES * sizeof(*q));
	long anon, all;
	struct list *l;
	size_t hits;

	for (size_t i = 0; i < QUERIES; i++)
		q[i] = listdata_token();
	anon = status("RssAnon:");
	all = status("VmRSS:");
	if ((l = list_open(path, 1, err)) == NULL)
		listdata_die(err);
	(void)time_list(l, q, &hits);
	anon = status("RssAnon:") - anon;
	all = status("VmRSS:") - all;
	(void)printf("list memory records=%llu anon_kb=%ld rss_kb=%ld\n",
	    (unsigned long long)list_info(l)->count, anon, all);
	target("resident memory of an open list, bytes a record",
	    (double)(all > anon ? all : anon) * 1024 /
	    (double)list_info(l)->count, "", 2);
	list_close(l);
	free(q);
}

int
main(int argc, char **argv)
{
	const char *most = getenv("BENCH_LIST_MAX"),
	    *tmp = argc > 1 ? argv[1] : getenv("TMPDIR");
	size_t n = most != NULL ? strtoull(most, NULL, 10) : LARGE;
	char command[1000], base[400];
	struct listrec *r;
	struct list *l;
	double seconds;

	if (argc == 3 && strcmp(argv[1], "--memory") == 0) {
		memory(argv[2]);
		return (0);
	}
	if (n < SMALL)
		listdata_die("BENCH_LIST_MAX is less than a million");
	(void)snprintf(dir, sizeof(dir), "%s/lk-list.XXXXXX",
	    tmp != NULL ? tmp : "/tmp");
	if (mkdtemp(dir) == NULL)
		listdata_die("cannot make a directory");
	r = listdata_make(SMALL);
	list_close(build("small", r, SMALL, ROUNDS, &seconds));
	free(r);
	r = listdata_make(n);
	l = build("large", r, n, n > 5000000 ? 3 : ROUNDS, &seconds);
	look_up(l, r, n);
	delta(l, r, n, seconds);
	(void)snprintf(base, sizeof(base), "%s", list_path(l));
	list_close(l);
	free(r);
	(void)snprintf(command, sizeof(command), "'%s' --memory '%s'", argv[0],
	    base);
	if (system(command) != 0)
		listdata_die("no memory was measured");
	(void)snprintf(command, sizeof(command), "rm -rf '%s'", dir);
	return (system(command) != 0);
}
