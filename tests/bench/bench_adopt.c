/*
 * bench_adopt --socket S --server PID --version V --log FILE [load options] --
 * COMMAND...: put the load on a liangkad, which logs to FILE, and measure it before, while the command (liangka sync) runs,
 * while the daemon verifies, builds and takes over what came, until version V of the
 * targets is in force, and afterwards, while it looks back at what it decided.  Prints
 * one line for all of it; times in microseconds where nothing else is said.
 *
 *	--before S	seconds before the command (3)
 *	--after S	at most so many afterwards (3)
 */
#include <sys/stat.h>
#include <sys/wait.h>

#include <dirent.h>
#include <errno.h>
#include <getopt.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "load.h"
#include "plugin/wire.h"
#include "status.h"

#define BUSY	2000000u	/* ns of CPU: more than a look that finds nothing */
#define LIMIT	600		/* s until an adoption has failed */

enum phase { WARM, BEFORE, SYNC, WAIT, ADOPT, AFTER, PHASES };

struct adopt {
	struct load_options o;
	struct load l;
	struct hist phases[PHASES];
	double seconds[PHASES];
	double began;		/* the present phase */
	atomic_int phase;
	atomic_int stop;
	double before, after;
	const char *log;	/* of the daemon */
	long log_end;		/* before the command */
	uint64_t version;
	pid_t server;
	pid_t adopter;		/* id of its thread, or 0 */
	int fd;			/* for STATUS */
	int failed;
	double handover, look_back; /* seconds */
	uint64_t cpu;		/* ns that the adopter used */
	unsigned long rss_before, rss_max, rss_after; /* KiB */
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

/* Begin the next phase. */
static void
enter(struct adopt *a, enum phase p)
{
	double t = now();

	a->seconds[atomic_load(&a->phase)] = t - a->began;
	a->began = t;
	atomic_store(&a->phase, (int)p);
}

/* A number behind a word in a file of a thread below /proc. */
static unsigned long
proc(const struct adopt *a, pid_t thread, const char *file, const char *word)
{
	char path[96], line[512];
	unsigned long v = 0;
	size_t n = strlen(word);
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/task/%d/%s", (int)a->server,
	    (int)thread, file);
	if ((f = fopen(path, "re")) == NULL)
		return (0);
	while (fgets(line, sizeof(line), f) != NULL)
		if (strncmp(line, word, n) == 0) {
			v = strtoul(line + n, NULL, 10);
			break;
		}
	fclose(f);
	return (v);
}

/* Find the thread that adopts by its name. */
static void
find_adopter(struct adopt *a)
{
	struct dirent *e;
	char path[64], name[32];
	FILE *f;
	DIR *d;

	snprintf(path, sizeof(path), "/proc/%d/task", (int)a->server);
	if ((d = opendir(path)) == NULL)
		return;
	while (a->adopter == 0 && (e = readdir(d)) != NULL) {
		snprintf(path, sizeof(path), "/proc/%d/task/%.16s/comm",
		    (int)a->server, e->d_name);
		if ((f = fopen(path, "re")) == NULL)
			continue;
		if (fgets(name, sizeof(name), f) != NULL &&
		    strcmp(name, "adopter\n") == 0)
			a->adopter = (pid_t)atoi(e->d_name);
		fclose(f);
	}
	closedir(d);
}

/* The thread of the load. */
static void *
drive(void *arg)
{
	struct adopt *a = arg;

	if (load_run(&a->o, &a->l) < 0 && a->l.errors == 0) {
		a->failed = 1;
		atomic_store(&a->stop, 1);
	}
	return (NULL);
}

/* Run the command. */
static int
run(struct adopt *a, char **argv)
{
	struct stat st;
	int status;
	pid_t pid;

	if (stat(a->log, &st) != 0)
		return (-1);
	a->log_end = (long)st.st_size;
	enter(a, SYNC);
	if ((pid = fork()) == 0) {
		execv(argv[0], argv);
		perror(argv[0]);
		_exit(127);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return (-1);
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
		fprintf(stderr, "bench_adopt: %s failed\n", argv[0]);
		return (-1);
	}
	enter(a, WAIT);
	return (0);
}

/* Keep the greatest RssAnon. */
static unsigned long
resident(struct adopt *a)
{
	unsigned long rss = proc(a, a->server, "status", "RssAnon:");

	if (rss > a->rss_max)
		a->rss_max = rss;
	return (rss);
}

/* Wait until the version is in force. */
static int
adopt(struct adopt *a)
{
	uint64_t idle = proc(a, a->adopter, "schedstat", "");
	uint8_t buf[STATUS_BYTES];
	struct wire_fields f;
	double began = now();
	unsigned turn;

	for (turn = 0; !atomic_load(&a->stop); turn++) {
		a->cpu = proc(a, a->adopter, "schedstat", "") - idle;
		if (atomic_load(&a->phase) == WAIT && a->cpu > BUSY)
			enter(a, ADOPT);
		if (turn % 10 == 0) {
			(void)resident(a);
			if (status_get(a->fd, buf, &f) < 0 ||
			    now() - began > LIMIT)
				break;
			if (wire_u64(&f, WIRE_T_LIST_VERSION, 0) >=
			    a->version) {
				a->handover = now() - began;
				return (0);
			}
		}
		nap(2);
	}
	fprintf(stderr, "bench_adopt: version %lu did not come into force\n",
	    (unsigned long)a->version);
	return (-1);
}

/* Does the daemon's log say that it has looked at earlier decisions? */
static int
looked_back(const struct adopt *a)
{
	char line[1024];
	int found = 0;
	FILE *f;

	if ((f = fopen(a->log, "re")) == NULL)
		return (0);
	if (fseek(f, a->log_end, SEEK_SET) == 0)
		while (!found && fgets(line, sizeof(line), f) != NULL)
			found = strstr(line, "have been looked at") != NULL;
	fclose(f);
	return (found);
}

/* Wait until the daemon has looked back; 0 where that takes too long. */
static void
look_back(struct adopt *a)
{
	double began = now();

	while (now() - began < a->after && !atomic_load(&a->stop)) {
		(void)resident(a);
		if (a->look_back == 0 && looked_back(a)) {
			a->look_back = now() - began;
			break;
		}
		nap(100);
	}
	a->rss_after = resident(a);
}

/* Read the command line; what is not ours is the load's. */
static char **
arguments(struct adopt *a, int argc, char **argv)
{
	char *load[32] = {argv[0]};
	int i, n = 1;

	a->before = a->after = 3;
	for (i = 1; i + 1 < argc && strcmp(argv[i], "--") != 0; i += 2) {
		if (strcmp(argv[i], "--before") == 0)
			a->before = atof(argv[i + 1]);
		else if (strcmp(argv[i], "--after") == 0)
			a->after = atof(argv[i + 1]);
		else if (strcmp(argv[i], "--log") == 0)
			a->log = argv[i + 1];
		else if (strcmp(argv[i], "--version") == 0)
			a->version = strtoul(argv[i + 1], NULL, 10);
		else if (n + 2 < (int)(sizeof(load) / sizeof(load[0]))) {
			load[n++] = argv[i];
			load[n++] = argv[i + 1];
		}
	}
	if (i + 1 >= argc || a->version == 0 || a->log == NULL ||
	    load_args(&a->o, n, load) < 0 ||
	    a->o.server == 0) {
		fprintf(stderr, "usage: bench_adopt --socket S --server PID "
		    "--version V --log FILE [--before S] [--after S] [load] "
		    "-- COMMAND...\n");
		return (NULL);
	}
	return (argv + i + 1);
}

/* Print one line. */
static void
print(const struct adopt *a)
{
	static const char *const name[PHASES] = {"warm", "before", "sync",
	    "wait", "adopt", "after"};
	int i;

	printf("adopt connections=%u rate=%.0f handover_s=%.2f look_back_s=%.2f "
	    "cpu_ms=%.0f rss_before=%lu rss_max=%lu rss_after=%lu errors=%lu",
	    a->o.connections, a->o.rate, a->handover, a->look_back,
	    (double)a->cpu / 1e6, a->rss_before, a->rss_max, a->rss_after,
	    (unsigned long)a->l.errors);
	for (i = BEFORE; i < PHASES; i++) {
		const struct hist *h = &a->phases[i];

		printf(" %s_s=%.2f %s_rate=%.0f %s_p50=%.1f %s_p99=%.1f "
		    "%s_p999=%.1f %s_max=%.1f", name[i], a->seconds[i], name[i],
		    a->seconds[i] > 0 ? (double)h->count / a->seconds[i] : 0,
		    name[i], (double)hist_at(h, .5) / 1e3, name[i],
		    (double)hist_at(h, .99) / 1e3, name[i],
		    (double)hist_at(h, .999) / 1e3, name[i],
		    (double)h->max / 1e3);
	}
	printf("\n");
}

int
main(int argc, char **argv)
{
	static struct adopt a;
	char **command = arguments(&a, argc, argv);
	pthread_t thread;
	int rc = -1;

	if (command == NULL)
		return (64);
	a.server = a.o.server;
	a.o.seconds = LIMIT * 3;
	a.o.stop = &a.stop;
	a.o.phases = a.phases;
	a.o.phase = &a.phase;
	find_adopter(&a);
	if (a.adopter == 0 || (a.fd = load_connect(a.o.socket)) < 0) {
		fprintf(stderr, "bench_adopt: the daemon has no lists\n");
		return (EXIT_FAILURE);
	}
	a.began = now();
	if (pthread_create(&thread, NULL, drive, &a) != 0)
		return (EXIT_FAILURE);
	nap(1000);
	enter(&a, BEFORE);
	nap((long)(a.before * 1000));
	a.rss_before = resident(&a);
	if (run(&a, command) == 0 && adopt(&a) == 0) {
		enter(&a, AFTER);
		look_back(&a);
		enter(&a, WARM);
		rc = 0;
	}
	atomic_store(&a.stop, 1);
	pthread_join(thread, NULL);
	close(a.fd);
	if (rc == 0 && !a.failed)
		print(&a);
	return (rc == 0 && !a.failed ? EXIT_SUCCESS : EXIT_FAILURE);
}
