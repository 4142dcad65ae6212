/*
 * bench_sync [DIR [CLIENTS [POLL_SECONDS]]]: how soon many sync clients are on a new
 * version that one static server has.  Every client has a data directory of its own and
 * looks on its own jittered schedule, as the service does; a bounded number of threads
 * plays them, each round by sync_once() with a new connection.  Clients and server share
 * this machine, and 1,200 disks are one here: in the field each has its own.
 *
 *	begin	all fetch version 1 from nothing, as fast as they can
 *	poll	all look on schedule; after one interval version 2 is published (metadata
 *		and a delta of 30 kB); until the last has it
 *	rush	version 3 is published and all look at once
 */
#include <sys/resource.h>
#include <sys/stat.h>

#include <errno.h>
#include <ftw.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "lists/sync.h"
#include "lists/tufkit.h"

#include "fileserver.h"

#define CLIENTS	1200
#define POLL_S	20
#define THREADS	16
#define JITTER	20	/* per cent */
#define PATH	1024

struct client {
	char data[PATH];
	double due;
	double reached;		/* when it had the version that is waited for */
	int busy;
};

/* What all threads share. */
static struct {
	pthread_mutex_t lock;
	struct client *client;
	size_t n, left;		/* clients, and those that lack the version */
	uint32_t version;
	double poll;		/* 0: look once only */
	uint64_t random;
	double late, longest, spent;
	size_t rounds, errors;
	uint64_t bytes;
	char err[SYNC_ERROR_MAX];
} all = { .lock = PTHREAD_MUTEX_INITIALIZER, .random = 88172645463325252u };

static char dir[PATH];
static char anchor[PATH + 64];
static struct fileserver server;

static double
now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ((double)ts.tv_sec + (double)ts.tv_nsec / 1e9);
}

static int64_t
utc(void)
{

	return ((int64_t)time(NULL));
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

static void __attribute__((noreturn))
die(const char *why)
{

	fprintf(stderr, "bench_sync: %s: %s\n", why, strerror(errno));
	exit(EXIT_FAILURE);
}

static void
rest(double s)
{
	struct timespec ts = { .tv_sec = (time_t)s };

	ts.tv_nsec = (long)((s - (double)ts.tv_sec) * 1e9);
	if (s > 0)
		(void)nanosleep(&ts, NULL);
}

/* A number from 0 up to below 1; the lock is held. */
static double
chance(void)
{

	all.random ^= all.random << 13;
	all.random ^= all.random >> 7;
	all.random ^= all.random << 17;
	return ((double)(all.random >> 11) / 9007199254740992.0);
}

/* The client that is due next, or NULL; the lock is held. */
static struct client *
next(void)
{
	struct client *best = NULL;
	size_t i;

	for (i = 0; i < all.n; i++)
		if (!all.client[i].busy && all.client[i].due >= 0 &&
		    (best == NULL || all.client[i].due < best->due))
			best = &all.client[i];
	return (best);
}

/* Note what a round came to; the lock is held. */
static void
note(struct client *c, double began, const struct sync_result *r, int rc,
    const char *err)
{
	double end = now();

	c->busy = 0;
	all.rounds++;
	all.bytes += r->bytes;
	all.spent += end - began;
	if (end - began > all.longest)
		all.longest = end - began;
	if (rc != 0 && all.errors++ == 0)
		snprintf(all.err, sizeof(all.err), "%s", err);
	if (rc == 0 && r->targets >= all.version && c->reached == 0) {
		c->reached = end;
		all.left--;
	}
	c->due = all.poll > 0 ? end + all.poll * (1 + JITTER / 100.0 *
	    (2 * chance() - 1)) : rc == 0 ? -1 : end;
}

/* A thread: play whoever is due. */
static void *
play(void *arg)
{
	struct sync_options o = { .source = { server.address }, .nsources = 1,
		.root = anchor, .now = utc };
	char err[SYNC_ERROR_MAX];
	struct sync_result r;
	struct client *c;
	double began;
	int rc;

	(void)arg;
	pthread_mutex_lock(&all.lock);
	while (all.left > 0) {
		if ((c = next()) == NULL || c->due > (began = now())) {
			pthread_mutex_unlock(&all.lock);
			rest(0.01);
			pthread_mutex_lock(&all.lock);
			continue;
		}
		c->busy = 1;
		if (began - c->due > all.late)
			all.late = began - c->due;
		pthread_mutex_unlock(&all.lock);
		o.data = c->data;
		rc = sync_once(&o, &r, err);
		pthread_mutex_lock(&all.lock);
		note(c, began, &r, rc, err);
	}
	pthread_mutex_unlock(&all.lock);
	return (NULL);
}

/* Wait for a version: begin the threads, and publish in `after` seconds. */
static double
phase(uint32_t version, double poll, double after, void (*publish)(void))
{
	pthread_t thread[THREADS];
	double begin;
	size_t i;

	all.left = all.n;
	all.version = version;
	all.poll = poll;
	all.late = all.longest = all.spent = 0;
	all.rounds = all.errors = 0;
	all.bytes = 0;
	begin = now();
	for (i = 0; i < all.n; i++) {
		all.client[i].due = begin + poll * chance();
		all.client[i].reached = 0;
	}
	for (i = 0; i < THREADS; i++)
		if (pthread_create(&thread[i], NULL, play, NULL) != 0)
			die("thread");
	rest(after);
	if (publish != NULL) {
		begin = now();
		publish();
	}
	for (i = 0; i < THREADS; i++)
		pthread_join(thread[i], NULL);
	return (begin);
}

/* The repository is made in DIR/stage and goes to DIR/repo file by file. */
static struct tufkit *kit;

static void
copy_file(const char *from, const char *to)
{
	char temp[2 * PATH];
	size_t len;
	char *p = tufkit_read(from, &len);
	FILE *f;

	snprintf(temp, sizeof(temp), "%s.tmp", to);
	if (p == NULL || (f = fopen(temp, "we")) == NULL ||
	    fwrite(p, 1, len, f) != len || fclose(f) != 0 ||
	    rename(temp, to) != 0)
		die(to);
	free(p);
}

static int
mirror_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	char to[2 * PATH];

	(void)st;
	(void)ftw;
	snprintf(to, sizeof(to), "%s/repo%s", dir, path + strlen(kit->dir));
	if (type == FTW_D)
		(void)mkdir(to, 0755);
	else if (access(to, F_OK) != 0)
		copy_file(path, to);
	return (0);
}

/* Have the server serve it; the timestamp goes last. */
static void
mirror(void)
{
	char to[2 * PATH];

	if (nftw(kit->dir, mirror_one, 16, FTW_PHYS) != 0)
		die(kit->dir);
	snprintf(to, sizeof(to), "%s/repo/metadata/timestamp.json", dir);
	copy_file(tufkit_path(kit, "metadata/timestamp.json"), to);
}

/* Put a file of `len` bytes that no packer makes shorter into the repository. */
static void
add(const char *name, size_t len, json_t *custom)
{
	uint64_t z = len;
	uint8_t *p = malloc(len);
	size_t i;

	if (p == NULL)
		die("malloc");
	for (i = 0; i < len; i++) {
		z = z * 6364136223846793005u + 1442695040888963407u;
		p[i] = (uint8_t)(z >> 56);
	}
	tufkit_target(kit, name, p, len, custom);
	free(p);
}

/* A file of the list. */
static void
add_list(int from, int version, size_t len)
{
	char name[64], root[65];

	snprintf(root, sizeof(root), "%064d", version);
	snprintf(name, sizeof(name), "lists/sanction/%d-%d.zst", from, version);
	add(name, len, json_pack("{s:s,s:s,s:s,s:i,s:i,s:i,s:i,s:s}", "kind",
	    from == 0 && version == 1 ? "snapshot" : "delta", "list",
	    "sanction", "subject", "person", "from", from, "version", version,
	    "epoch", 1, "count", 2000, "root", root));
}

static void
publish_next(void)
{
	static int version = 1;

	version++;
	add_list(1, version, 30000);
	tufkit_publish(kit);
	mirror();
}

static void
make_repository(void)
{
	char stage[PATH + 16];

	snprintf(stage, sizeof(stage), "%s/stage", dir);
	if (mkdir(stage, 0755) != 0)
		die(stage);
	kit = tufkit_new(stage, utc());
	add("policy/p1.policy", 8000, json_pack("{s:s,s:s}", "kind", "policy",
	    "policy", "p1"));
	add("outlets/1.csv", 100000, json_pack("{s:s,s:i}", "kind", "outlets",
	    "version", 1));
	add_list(0, 1, 48000);
	tufkit_publish(kit);
	mirror();
	snprintf(anchor, sizeof(anchor), "%s/root.json", dir);
	copy_file(tufkit_path(kit, "metadata/1.root.json"), anchor);
}

/* What a daemon has once it adopted version 1; one stands for all. */
static void
make_adopted(void)
{
	static const char *const file[][2] = {
		{ "metadata/1.root.json", "root.json" },
		{ "metadata/1.snapshot.json", "snapshot.json" },
		{ "metadata/1.targets.json", "targets.json" },
		{ "metadata/timestamp.json", "timestamp.json" }
	};
	char to[2 * PATH];
	size_t i;
	FILE *f;

	snprintf(to, sizeof(to), "%s/adopted", dir);
	if (mkdir(to, 0755) != 0)
		die(to);
	for (i = 0; i < sizeof(file) / sizeof(file[0]); i++) {
		snprintf(to, sizeof(to), "%s/adopted/%s", dir, file[i][1]);
		copy_file(tufkit_path(kit, file[i][0]), to);
	}
	snprintf(to, sizeof(to), "%s/trusted", dir);
	if ((f = fopen(to, "we")) == NULL || fputs("1\n", f) < 0 ||
	    fclose(f) != 0)
		die(to);
}

/* Let every client's daemon have version 1. */
static void
adopt(void)
{
	char from[2 * PATH], to[2 * PATH];
	size_t i;

	make_adopted();
	for (i = 0; i < all.n; i++) {
		snprintf(from, sizeof(from), "%s/adopted", dir);
		snprintf(to, sizeof(to), "%s/lists/trusted.1",
		    all.client[i].data);
		if (symlink(from, to) != 0)
			die(to);
		snprintf(from, sizeof(from), "%s/trusted", dir);
		snprintf(to, sizeof(to), "%s/lists/trusted",
		    all.client[i].data);
		if (symlink(from, to) != 0)
			die(to);
	}
}

static int
by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x < y ? -1 : x > y);
}

/* Print a phase; return the seconds that the last client took. */
static double
tell(const char *name, double begin, double used)
{
	double *took = calloc(all.n, sizeof(*took)), last;
	size_t i;

	if (took == NULL)
		die("calloc");
	for (i = 0; i < all.n; i++)
		took[i] = all.client[i].reached - begin;
	qsort(took, all.n, sizeof(*took), by_size);
	last = took[all.n - 1];
	printf("sync phase=%s clients=%zu median_s=%.2f p99_s=%.2f last_s=%.2f "
	    "rounds=%zu errors=%zu kB=%.0f round_ms=%.1f longest_ms=%.0f "
	    "late_ms=%.0f client_cpu_ms=%.2f\n", name, all.n, took[all.n / 2],
	    took[all.n * 99 / 100], last, all.rounds, all.errors,
	    (double)all.bytes / 1e3, all.spent / (double)all.rounds * 1e3,
	    all.longest * 1e3, all.late * 1e3, used / (double)all.rounds * 1e3);
	if (all.errors > 0)
		printf("sync first_error: %s\n", all.err);
	fflush(stdout);
	free(took);
	return (last);
}

/* Make the clients' directories. */
static void
make_clients(size_t n)
{
	size_t i;

	all.n = n;
	if ((all.client = calloc(n, sizeof(*all.client))) == NULL)
		die("calloc");
	for (i = 0; i < n; i++) {
		snprintf(all.client[i].data, sizeof(all.client[i].data),
		    "%.900s/c%04zu", dir, i);
		if (mkdir(all.client[i].data, 0700) != 0)
			die(all.client[i].data);
	}
}

int
main(int argc, char **argv)
{
	const char *tmp = argc > 1 ? argv[1] : getenv("TMPDIR");
	int n = argc > 2 ? atoi(argv[2]) : CLIENTS;
	double poll = argc > 3 ? atof(argv[3]) : POLL_S, used, begin, last;
	double busy, rush;
	char repo[PATH + 16];

	if (n < 1 || n > 100000 || poll < 0.1)
		die("usage: bench_sync [DIR [CLIENTS [POLL_SECONDS]]]");
	(void)setenv("no_proxy", "127.0.0.1", 1);
	snprintf(dir, sizeof(dir), "%s/lk-sync.XXXXXX",
	    tmp != NULL ? tmp : "/tmp");
	if (mkdtemp(dir) == NULL)
		die(dir);
	make_repository();
	make_clients((size_t)n);
	snprintf(repo, sizeof(repo), "%s/repo", dir);
	if (fileserver_start(&server, repo) != 0)
		die("server");
	used = cpu();
	begin = phase(1, 0, 0, NULL);
	(void)tell("begin", begin, cpu() - used);
	adopt();
	used = cpu();
	begin = phase(2, poll, poll, publish_next);
	last = tell("poll", begin, cpu() - used);
	publish_next();
	used = cpu();
	begin = phase(3, 0, 0, NULL);
	rush = tell("rush", begin, cpu() - used);
	fileserver_stop(&server, &busy);
	printf("sync server_cpu_s=%.2f rush_clients_per_s=%.0f\n", busy,
	    n / rush);
	printf("target %d sync clients on a new version, poll %g s | %.1f s | "
	    "<= %g s (two intervals) | %s\n", n, poll, last, 2 * poll,
	    last <= 2 * poll ? "ok" : "missed");
	tufkit_free(kit);
	tufkit_rmtree(dir);
	free(all.client);
	return (0);
}
