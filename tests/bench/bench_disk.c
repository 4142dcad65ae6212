/*
 * bench_disk DIR [COUNT]: the floor of one durable record: how long pwrite of
 * 4 KiB and fdatasync take in a file that was filled with zeros before.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "hist.h"

#define BLOCK 4096
#define BLOCKS 2048		/* 8 MiB */

/* Nanoseconds of the steady clock. */
static uint64_t
now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ((uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec);
}

/* Measure. */
static int
measure(int fd, unsigned count, struct hist *h)
{
	static char block[BLOCK];
	uint64_t t;
	unsigned i;

	for (i = 0; i < BLOCKS; i++)
		if (pwrite(fd, block, BLOCK, (off_t)i * BLOCK) != BLOCK)
			return (-1);
	if (fsync(fd) < 0)
		return (-1);
	memset(block, 0x5a, BLOCK);
	for (i = 0; i < count; i++) {
		t = now();
		if (pwrite(fd, block, BLOCK, (off_t)(i % BLOCKS) * BLOCK) !=
		    BLOCK || fdatasync(fd) < 0)
			return (-1);
		hist_add(h, now() - t);
	}
	return (0);
}

int
main(int argc, char **argv)
{
	static struct hist h;
	char path[4096];
	int fd, rc;

	if (argc < 2 || argc > 3) {
		fprintf(stderr, "usage: bench_disk DIR [COUNT]\n");
		return (64);
	}
	snprintf(path, sizeof(path), "%s/disk.XXXXXX", argv[1]);
	if ((fd = mkostemp(path, O_CLOEXEC)) < 0) {
		fprintf(stderr, "bench_disk: %s: %s\n", path, strerror(errno));
		return (EXIT_FAILURE);
	}
	unlink(path);
	rc = measure(fd, argc > 2 ? (unsigned)atoi(argv[2]) : 2000, &h);
	if (rc < 0)
		fprintf(stderr, "bench_disk: %s: %s\n", path, strerror(errno));
	close(fd);
	if (rc < 0)
		return (EXIT_FAILURE);
	printf("disk p50=%.1f p99=%.1f max=%.1f\n",
	    (double)hist_at(&h, .5) / 1e3, (double)hist_at(&h, .99) / 1e3,
	    (double)h.max / 1e3);
	return (EXIT_SUCCESS);
}
