/*
 * bench_append WAL DIR COUNT: how fast the write-ahead log alone takes entries: those that
 * stand in WAL, up to 200,000 of them, appended again and again to a new log in DIR until it
 * has COUNT.  As the daemon does it: gathered, handed to the log's thread, which writes and
 * syncs, collected when it says so.  Nothing is parsed, applied or printed.
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "store/wal.h"

#define HELD 200000
#define ROUND 128		/* entries of a turn, as uplink.c has them in a batch */

static struct {
	uint8_t *p;
	size_t len;
} held[HELD];

/* Seconds of the steady clock. */
static double
now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ((double)ts.tv_sec + (double)ts.tv_nsec / 1e9);
}

/* Read what is there; return how many. */
static size_t
read_all(const char *dir)
{
	struct wal_reader *r;
	struct wal_entry e;
	char err[512];
	size_t n = 0;

	r = wal_reader_open(NULL, dir, 0, 0, err, sizeof(err));
	if (r == NULL) {
		fprintf(stderr, "bench_append: %s\n", err);
		return (0);
	}
	while (n < HELD && wal_reader_next(r, UINT64_MAX, &e) == 1) {
		if ((held[n].p = malloc(e.len)) == NULL)
			break;
		memcpy(held[n].p, e.entry, e.len);
		held[n++].len = e.len;
	}
	wal_reader_close(r);
	return (n);
}

/* Wait until the log has done something. */
static int
wait_for(struct wal *w)
{
	struct pollfd p = {.fd = wal_eventfd(w), .events = POLLIN};

	if (poll(&p, 1, 10000) <= 0 || wal_failed(w, NULL, 0))
		return (-1);
	(void)wal_collect(w);
	return (wal_submit(w) == WAL_FAILED ? -1 : 0);
}

/* Append so many. */
static int
append(struct wal *w, size_t n, uint64_t count)
{
	uint64_t seq = wal_next_seq(w), last = seq + count - 1;
	int rc = WAL_OK;

	while (seq <= last) {
		rc = wal_append(w, seq, held[seq % n].p, held[seq % n].len,
		    NULL, 0);
		if (rc == WAL_OK && ++seq % ROUND != 0)
			continue;
		if (rc != WAL_OK && rc != WAL_BUSY)
			return (-1);
		if (wal_submit(w) == WAL_FAILED)
			return (-1);
		if (rc == WAL_BUSY && wait_for(w) < 0)
			return (-1);
	}
	while (wal_durable(w) < last)
		if (wal_submit(w) == WAL_FAILED || wait_for(w) < 0)
			return (-1);
	return (0);
}

int
main(int argc, char **argv)
{
	struct wal_options o = {.node = 1};
	struct wal *w;
	char err[512], why[256] = "";
	uint64_t count, bytes = 0;
	double t;
	size_t n, i;

	if (argc != 4 || (count = strtoul(argv[3], NULL, 10)) == 0) {
		fprintf(stderr, "usage: bench_append WAL DIR COUNT\n");
		return (64);
	}
	if ((n = read_all(argv[1])) == 0)
		return (EXIT_FAILURE);
	for (i = 0; i < n; i++)
		bytes += held[i].len;
	o.dir = argv[2];
	if ((w = wal_open(&o, NULL, NULL, 0, err, sizeof(err))) == NULL) {
		fprintf(stderr, "bench_append: %s\n", err);
		return (EXIT_FAILURE);
	}
	t = now();
	if (append(w, n, count) < 0) {
		(void)wal_failed(w, why, sizeof(why));
		fprintf(stderr, "bench_append: %s\n", why);
		return (EXIT_FAILURE);
	}
	t = now() - t;
	printf("append entries=%lu bytes=%.0f s=%.2f rate=%.0f\n",
	    (unsigned long)count, (double)bytes / (double)n, t,
	    (double)count / t);
	return (wal_close(w) == 0 ? EXIT_SUCCESS : EXIT_FAILURE);
}
