/*
 * bench_catchup SOCKET PID EVENTS RATE SECONDS COMMAND...: check at a liangkad at a moderate
 * pace, start a node below it that has so many entries to tell, and measure until they are
 * taken; that node is ended then.  Prints one line: entries a second, the times of the checks
 * before and during that, in microseconds, and what the catching up cost the daemon of CPU.
 */
#include <sys/wait.h>

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "load.h"
#include "status.h"

#define LIMIT 900		/* s */

enum phase { WARM, BEFORE, JOINING, DURING, AFTER, PHASES };

struct catchup {
	struct load_options o;
	struct load l;
	struct hist phases[PHASES];
	atomic_int phase, stop;
	int failed;
	int fd;			/* for STATUS */
	uint64_t first;		/* entries that are no checks, before */
	uint64_t events;
	double seconds, cpu;
};

/* Seconds of the steady clock. */
static double
now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ((double)ts.tv_sec + (double)ts.tv_nsec / 1e9);
}

/* Let milliseconds pass. */
static void
nap(long ms)
{
	struct timespec ts = {ms / 1000, ms % 1000 * 1000000};

	nanosleep(&ts, NULL);
}

/* CPU seconds that a process has used. */
static double
cpu_of(pid_t pid)
{
	char path[64], line[1024], *p;
	unsigned long u = 0, s = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%ld/stat", (long)pid);
	if ((f = fopen(path, "re")) == NULL)
		return (0);
	p = fgets(line, sizeof(line), f) != NULL ? strrchr(line, ')') : NULL;
	if (p != NULL)
		sscanf(p + 1, " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u "
		    "%lu %lu", &u, &s);
	fclose(f);
	return ((double)(u + s) / (double)sysconf(_SC_CLK_TCK));
}

/* The thread of the load. */
static void *
drive(void *arg)
{
	struct catchup *c = arg;

	if (load_run(&c->o, &c->l) < 0)
		c->failed = 1;
	atomic_store(&c->stop, 1);
	return (NULL);
}

/* How many entries of the daemon's journal are no checks? */
static int
taken(struct catchup *c, uint64_t *n)
{
	uint8_t buf[STATUS_BYTES];
	struct wire_fields f;

	if (status_get(c->fd, buf, &f) < 0)
		return (-1);
	/* What is counted and not durable yet is missing there. */
	*n = wire_u64(&f, WIRE_T_SEQ, 0) - wire_u64(&f, WIRE_T_CHECKS, 0);
	*n = (int64_t)*n > (int64_t)c->first ? *n - c->first : 0;
	return (0);
}

/* Watch until all is taken. */
static int
watch(struct catchup *c, uint64_t want)
{
	double began = now(), start = 0, cpu = 0;
	uint64_t n, first = 0;

	while (now() - began < LIMIT && !atomic_load(&c->stop)) {
		nap(5);
		if (taken(c, &n) < 0)
			return (-1);
		/* A start and a join are some entries too. */
		if (start == 0 && n > 16) {
			atomic_store(&c->phase, DURING);
			start = now();
			cpu = cpu_of(c->o.server);
			first = n;
		}
		if (start > 0 && n >= want) {
			atomic_store(&c->phase, AFTER);
			c->seconds = now() - start;
			c->cpu = cpu_of(c->o.server) - cpu;
			c->events = n - first;
			return (0);
		}
	}
	fprintf(stderr, "bench_catchup: the entries were not taken\n");
	return (-1);
}

/* Start the node below, watch, end it. */
static int
run(struct catchup *c, uint64_t want, char **argv)
{
	pid_t pid;
	int rc;

	atomic_store(&c->phase, JOINING);
	if ((pid = fork()) == 0) {
		execv(argv[0], argv);
		perror(argv[0]);
		_exit(127);
	}
	if (pid < 0)
		return (-1);
	rc = watch(c, want);
	(void)kill(pid, SIGTERM);
	(void)waitpid(pid, NULL, 0);
	return (rc);
}

/* Print one line. */
static void
print(const struct catchup *c)
{
	const struct hist *b = &c->phases[BEFORE], *d = &c->phases[DURING];

	printf("catchup events=%lu s=%.2f rate=%.0f cpu_us=%.2f before_p50=%.1f "
	    "before_p99=%.1f during_p50=%.1f during_p99=%.1f during_max=%.1f "
	    "checks=%lu errors=%lu\n", (unsigned long)c->events, c->seconds,
	    (double)c->events / c->seconds, c->cpu / (double)c->events * 1e6,
	    (double)hist_at(b, .5) / 1e3, (double)hist_at(b, .99) / 1e3,
	    (double)hist_at(d, .5) / 1e3, (double)hist_at(d, .99) / 1e3,
	    (double)d->max / 1e3, (unsigned long)d->count,
	    (unsigned long)c->l.errors);
}

int
main(int argc, char **argv)
{
	static struct catchup c;
	pthread_t thread;
	char name[9];
	int rc;

	if (argc < 7) {
		fprintf(stderr, "usage: bench_catchup SOCKET PID EVENTS RATE "
		    "SECONDS COMMAND...\n");
		return (64);
	}
	snprintf(name, sizeof(name), "%08x", (unsigned)time(NULL));
	c.o = (struct load_options){.socket = argv[1], .connections = 16,
	    .seconds = LIMIT * 2, .people = 1000000, .tellers = 60000,
	    .outlets = 1200, .run = name, .server = (pid_t)atol(argv[2]),
	    .rate = atof(argv[4]), .stop = &c.stop, .phases = c.phases,
	    .phase = &c.phase};
	if ((c.fd = load_connect(argv[1])) < 0 || taken(&c, &c.first) < 0 ||
	    pthread_create(&thread, NULL, drive, &c) != 0) {
		fprintf(stderr, "bench_catchup: the daemon does not answer\n");
		return (EXIT_FAILURE);
	}
	nap(500);
	atomic_store(&c.phase, BEFORE);
	nap((long)(atof(argv[5]) * 1000));
	rc = run(&c, strtoul(argv[3], NULL, 10), argv + 6);
	atomic_store(&c.stop, 1);
	pthread_join(thread, NULL);
	close(c.fd);
	if (rc == 0)
		print(&c);
	return (rc == 0 && !c.failed ? EXIT_SUCCESS : EXIT_FAILURE);
}
