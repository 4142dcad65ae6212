/*
 * bench_watch SOCKET PID SECONDS: ask a liangkad for its STATUS twenty times a
 * second and print what it came to: checkpoints that ended (then the overlay
 * shrinks), the greatest overlay and RssAnon, the size of the state.  Ends early,
 * with its figures, on SIGTERM.  With 0 seconds: wait until the daemon is ready.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "load.h"
#include "plugin/wire.h"
#include "status.h"

#define PERIOD 50000000		/* ns */
#define PATIENCE 60		/* s until a daemon must be ready */

struct watch {
	uint64_t asked;
	uint64_t checkpoints;
	uint64_t overlay, overlay_max;
	uint64_t state_bytes;
	uint64_t checks;
	uint64_t seq;
	unsigned long rss, rss_max; /* KiB */
	uint32_t ready;
};

static volatile sig_atomic_t stopped;

/* SIGTERM. */
static void
stop(int number)
{

	(void)number;
	stopped = 1;
}

/* Let a period pass. */
static void
nap(void)
{
	struct timespec ts = {0, PERIOD};

	nanosleep(&ts, NULL);
}

/* Anonymous resident memory in KiB. */
static unsigned long
rss_of(long pid)
{
	char path[64], line[256];
	unsigned long v = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%ld/status", pid);
	if ((f = fopen(path, "re")) == NULL)
		return (0);
	while (fgets(line, sizeof(line), f) != NULL)
		if (sscanf(line, "RssAnon: %lu", &v) == 1)
			break;
	fclose(f);
	return (v);
}

/* Ask once. */
static int
ask(int fd, struct watch *w)
{
	uint8_t buf[STATUS_BYTES];
	struct wire_fields f;

	if (status_get(fd, buf, &f) < 0)
		return (-1);
	uint64_t overlay = wire_u64(&f, WIRE_T_OVERLAY_BYTES, 0);
	w->asked++;
	w->checkpoints += overlay < w->overlay;
	w->overlay = overlay;
	if (overlay > w->overlay_max)
		w->overlay_max = overlay;
	w->state_bytes = wire_u64(&f, WIRE_T_STATE_BYTES, 0);
	w->checks = wire_u64(&f, WIRE_T_CHECKS, 0);
	w->seq = wire_u64(&f, WIRE_T_SEQ, 0);
	w->ready = wire_u32(&f, WIRE_T_READY, 0);
	return (0);
}

/* Wait until the daemon is ready. */
static int
await(const char *path, long pid)
{
	struct watch w = {0};
	time_t end = time(NULL) + PATIENCE;
	int fd;

	while (time(NULL) < end && (pid == 0 || kill((pid_t)pid, 0) == 0)) {
		if ((fd = load_connect(path)) >= 0) {
			int rc = ask(fd, &w);
			close(fd);
			if (rc == 0 && w.ready)
				return (EXIT_SUCCESS);
		}
		nap();
	}
	fprintf(stderr, "bench_watch: %s: the daemon is not ready\n", path);
	return (EXIT_FAILURE);
}

int
main(int argc, char **argv)
{
	struct sigaction sa = {.sa_handler = stop};
	struct watch w = {0};
	int fd;

	if (argc != 4) {
		fprintf(stderr, "usage: bench_watch SOCKET PID SECONDS\n");
		return (64);
	}
	long pid = atol(argv[2]);
	time_t end = time(NULL) + atoi(argv[3]);
	if (atoi(argv[3]) == 0)
		return (await(argv[1], pid));
	sigaction(SIGTERM, &sa, NULL);
	if ((fd = load_connect(argv[1])) < 0) {
		fprintf(stderr, "bench_watch: %s: %s\n", argv[1],
		    strerror(errno));
		return (EXIT_FAILURE);
	}
	while (!stopped && time(NULL) < end && ask(fd, &w) == 0) {
		w.rss = rss_of(pid);
		if (w.rss > w.rss_max)
			w.rss_max = w.rss;
		nap();
	}
	close(fd);
	printf("watch asked=%lu checkpoints=%lu overlay_max=%lu rss=%lu "
	    "rss_max=%lu state_bytes=%lu checks=%lu seq=%lu\n",
	    (unsigned long)w.asked, (unsigned long)w.checkpoints,
	    (unsigned long)w.overlay_max, w.rss, w.rss_max,
	    (unsigned long)w.state_bytes, (unsigned long)w.checks,
	    (unsigned long)w.seq);
	return (w.asked > 0 ? EXIT_SUCCESS : EXIT_FAILURE);
}
