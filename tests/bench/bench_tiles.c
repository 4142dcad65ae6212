/*
 * bench_tiles [DIR [ENTRIES [ROUNDS]]]: how fast a backlog of the write-ahead log is
 * integrated, synced and published, against the bare leaf hashing of the same entries
 * on one core in the same run.  Prints every round and the median; cpu= is the same
 * ratio of processor times, which others on the machine disturb less.
 *
 * Every round writes into a directory of its own, which ext4 is asked to put elsewhere
 * on the disk, and nothing is removed before the end: before it makes a file, ext4
 * passes over every inode of the block group that was freed within the last minutes,
 * and the thousands that an earlier round or run had freed would be all that is
 * measured.
 */
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <linux/fs.h>

#include <fcntl.h>
#include <ftw.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "keys/sha256.h"
#include "store/entry.h"
#include "store/integrator.h"
#include "store/tilelog.h"
#include "store/wal.h"

#define ENTRIES	300000
#define ROUNDS	5
#define ROUNDS_MAX 99
#define WAIT_MS	600000
#define NODE	1
#define KEY	"bench.example/branch/bench"
#define ORIGIN	KEY "/decisions/2026.1"

/* All entries, one after the other. */
static struct {
	uint8_t *text;
	size_t *at;		/* where each begins; at[n] is the end */
	int n;
} all;

static char dir[1024];
static struct note_signer signer;
static const struct note_signer *signers[1] = { &signer };

static double
now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ((double)ts.tv_sec + (double)ts.tv_nsec / 1e9);
}

/* Processor seconds of this process. */
static double
cpu(void)
{
	struct rusage r;

	getrusage(RUSAGE_SELF, &r);
	return ((double)(r.ru_utime.tv_sec + r.ru_stime.tv_sec) +
	    (double)(r.ru_utime.tv_usec + r.ru_stime.tv_usec) / 1e6);
}

static void
die(const char *why)
{

	fprintf(stderr, "bench_tiles: %s\n", why);
	exit(EXIT_FAILURE);
}

/* A decision as a busy day makes them. */
static void
make_decision(struct entry *e, int i)
{
	int k;

	entry_clear(e, ENTRY_DECISION);
	snprintf(e->inst, sizeof(e->inst), "icbc");
	snprintf(e->outlet, sizeof(e->outlet), "hz-%04d", i % 1200);
	snprintf(e->teller, sizeof(e->teller), "t%06d", i % 9000);
	snprintf(e->terminal, sizeof(e->terminal), "w%05d", i % 3000);
	snprintf(e->txn, sizeof(e->txn), "20261122-%09d", i);
	memcpy(&e->person, &i, sizeof(i));
	memcpy((char *)&e->digest + 4, &i, sizeof(i));
	memcpy((char *)&e->phone + 8, &i, sizeof(i));
	memcpy((char *)&e->address + 4, &i, sizeof(i));
	snprintf(e->hits, sizeof(e->hits), i % 9 == 0 ? "HF-7D,HF-30D" : "");
	e->epoch = 1;
	e->quantity = 1;
	e->held_here = i % 4;
	snprintf(e->policy, sizeof(e->policy), "2026-11");
	e->engine = 1;
	e->nfacts = 60;
	for (k = 0; k < 60; k++)
		e->facts[k] = (i + k) % 7;
	e->decision = i % 50 == 0 ? 10 : 0;
	e->expires = INT64_C(1795312800000) + i;
}

/* Print all entries. */
static void
make_all(int n)
{
	static struct entry e;
	size_t len = 0;
	int i;

	all.n = n;
	all.text = malloc((size_t)n * 1024 + ENTRY_MAX);
	all.at = malloc(((size_t)n + 1) * sizeof(*all.at));
	if (all.text == NULL || all.at == NULL)
		die("out of memory");
	for (i = 0; i < n; i++) {
		if (i == 0) {
			entry_clear(&e, ENTRY_LOG);
			e.base = 1;
			snprintf(e.log, sizeof(e.log), ORIGIN);
		} else
			make_decision(&e, i);
		e.seq = (uint64_t)i + 1;
		e.t = INT64_C(1795312800000) + i;
		all.at[i] = len;
		len += entry_print(&e, (char *)all.text + len, 1024);
		if (len == all.at[i])
			die("an entry is too long");
	}
	all.at[n] = len;
}

/* Write them all to the write-ahead log. */
static struct wal *
fill_wal(void)
{
	static char path[1100], err[1024];
	struct wal_options o = { .dir = path, .node = NODE };
	struct pollfd p = { .events = POLLIN };
	struct wal *w;
	int i, rc;

	snprintf(path, sizeof(path), "%s/wal", dir);
	if ((w = wal_open(&o, NULL, NULL, 0, err, sizeof(err))) == NULL)
		die(err);
	p.fd = wal_eventfd(w);
	for (i = 0; i < all.n;) {
		rc = wal_append(w, (uint64_t)i + 1, all.text + all.at[i],
		    all.at[i + 1] - all.at[i], NULL, 0);
		if (rc == WAL_OK) {
			i++;
			continue;
		}
		if (wal_submit(w) == WAL_FAILED || wal_failed(w, err, sizeof(err)))
			die(err);
		poll(&p, 1, 1000);
		wal_collect(w);
	}
	while (wal_durable(w) < (uint64_t)all.n) {
		(void)wal_submit(w);
		poll(&p, 1, 1000);
		wal_collect(w);
	}
	return (w);
}

/* Have the directories below spread over the disk, where the file system can. */
static void
spread(const char *path)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC), flags;

	if (fd == -1)
		return;
	if (ioctl(fd, FS_IOC_GETFLAGS, &flags) == 0) {
		flags |= FS_TOPDIR_FL;
		(void)ioctl(fd, FS_IOC_SETFLAGS, &flags);
	}
	close(fd);
}

static int
remove_one(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{

	(void)st;
	(void)flag;
	(void)ftw;
	return (remove(path));
}

/* Make an empty directory for a measurement, with nothing still to be written. */
static void
fresh(char path[1100], const char *name)
{
	static int n;

	/* The name chooses the block group: no two runs have the same. */
	snprintf(path, 1100, "%s/%s.%d%s", dir, name, n++, strrchr(dir, '.'));
	if (mkdir(path, 0700) != 0)
		die("cannot make a directory");
	sync();
}

/* Seconds that the bare leaf hashes take. */
static double
hash_all(void)
{
	uint8_t leaf[SHA256_LEN], sum = 0;
	double begin = now();
	int i;

	for (i = 0; i < all.n; i++) {
		sha256_leaf(leaf, all.text + all.at[i],
		    all.at[i + 1] - all.at[i]);
		sum ^= leaf[0];
	}
	return (now() - begin + (sum == 1 ? 1e-9 : 0));
}

/* Seconds until the whole backlog is in the signed log. */
static double
integrate(struct wal *w)
{
	char data[1100], to[1110], err[8192];
	struct integrator_options o = { .data = data, .wal = w,
		.wal_node = NODE, .signers = signers, .nsigners = 1 };
	struct checkpoint head;
	struct integrator *i;
	double begin, took;

	fresh(data, "data");
	snprintf(to, sizeof(to), "%s/wal", data);
	if (symlink("../wal", to) != 0)
		die("cannot make a link");
	begin = now();
	if ((i = integrator_open(&o, err, sizeof(err))) == NULL)
		die(err);
	if (integrator_wait(i, (uint64_t)all.n, WAIT_MS, &head) != 0)
		die(integrator_failed(i, err, sizeof(err)) ? err : "too slow");
	took = now() - begin;
	if (head.size != (uint64_t)all.n)
		die("not all of it was integrated");
	if (integrator_close(i) != 0)
		die("the integrator did not close");
	return (took);
}

/* Seconds of the writer alone, the entries lying in memory. */
static double
write_tiles(void)
{
	char path[1100], err[TILELOG_ERROR_MAX];
	struct tilelog_options o = { .dir = path, .origin = ORIGIN,
		.signers = signers, .nsigners = 1 };
	struct tilelog *l;
	double begin;
	int i;

	fresh(path, "tiles");
	begin = now();
	if ((l = tilelog_open(&o, err, sizeof(err))) == NULL)
		die(err);
	for (i = 0; i < all.n; i++)
		if (tilelog_add(l, all.text + all.at[i], all.at[i + 1] -
		    all.at[i]) != TILELOG_OK)
			die(tilelog_error(l));
	if (tilelog_publish(l) != TILELOG_OK)
		die(tilelog_error(l));
	begin = now() - begin;
	tilelog_close(l);
	return (begin);
}

static int
by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x < y ? -1 : x > y);
}

int
main(int argc, char **argv)
{
	const char *tmp = argc > 1 ? argv[1] : getenv("TMPDIR");
	int n = argc > 2 ? atoi(argv[2]) : ENTRIES, r;
	int rounds = argc > 3 ? atoi(argv[3]) : ROUNDS;
	double ratio[ROUNDS_MAX], cpus[ROUNDS_MAX], bare, took, tiles, c;
	const uint8_t secret[32] = { 1 };
	struct wal *w;

	if (n < 1 || rounds < 1 || rounds > ROUNDS_MAX)
		die("usage: bench_tiles [DIR [ENTRIES [ROUNDS]]]");
	snprintf(dir, sizeof(dir), "%s/lk-tiles.XXXXXX",
	    tmp != NULL ? tmp : "/tmp");
	if (mkdtemp(dir) == NULL)
		die("cannot make a directory");
	spread(dir);
	if (note_signer_make(&signer, KEY, NOTE_ED25519, secret) != 0)
		die("no key");
	make_all(n);
	w = fill_wal();
	printf("tiles entries=%d bytes=%.0f\n", n,
	    (double)all.at[n] / n);
	for (r = 0; r < rounds; r++) {
		c = cpu();
		bare = hash_all();
		cpus[r] = cpu() - c;
		c = cpu();
		took = integrate(w);
		cpus[r] /= cpu() - c;
		tiles = write_tiles();
		ratio[r] = bare / took;
		printf("tiles leaf_per_s=%.0f integrated_per_s=%.0f "
		    "ratio=%.3f cpu=%.3f writer_alone=%.3f\n", n / bare,
		    n / took, ratio[r], cpus[r], bare / tiles);
	}
	qsort(ratio, (size_t)rounds, sizeof(ratio[0]), by_size);
	printf("target integration / bare leaf hashing of %d entries | %.3f | "
	    ">= 0.18 | %s\n", n, ratio[rounds / 2],
	    ratio[rounds / 2] >= 0.18 ? "ok" : "missed");
	(void)wal_close(w);
	(void)nftw(dir, remove_one, 32, FTW_DEPTH | FTW_PHYS);
	return (0);
}
