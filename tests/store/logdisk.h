#ifndef LOGDISK_H_
#define LOGDISK_H_

/*
 * The real disk for the tests of those who write log/: it can fail or kill the
 * process at any step, and it watches over the order of a publication, in which
 * nothing may be named before all is synced.
 */

#include <pthread.h>
#include <stddef.h>

#include "store/disk.h"

#define LOGDISK_PATH	1024
#define LOGDISK_DIRTY	8192

enum logdisk_step {	/* Steps that change the disk */
	LOGDISK_OPEN, LOGDISK_WRITE, LOGDISK_SYNC, LOGDISK_RENAME, LOGDISK_UNLINK,
	LOGDISK_MKDIR, LOGDISK_ANY
};

struct logdisk {
	struct disk disk;
	pthread_mutex_t lock;
	char dir[LOGDISK_PATH];		/* private, removed by logdisk_free() */
	const char *only;		/* count steps on paths that hold it */

	enum logdisk_step fail_step;	/* fail the fail_at-th of these ... */
	long fail_at;			/* ... counted down; 0: never */
	int fail_errno;			/* 0: a short write */
	long fail_for;			/* so many more after it, -1: all */
	long kill_at;			/* SIGKILL at this step, 0: never */
	long steps;
	long failures;			/* that were played */
	long syncfs;			/* calls */
	int full;			/* space() says 0 */

	char *dirty[LOGDISK_DIRTY];	/* files and directories not synced */
	size_t ndirty;
	char *open[256];		/* paths by descriptor */
	int early;			/* a checkpoint was named too early */
	char what[LOGDISK_PATH];	/* what was not synced then */
};

/**
 * logdisk_new(): Make a disk with a private directory.  logdisk_free(d): remove it.
 */
struct logdisk *logdisk_new(void);
void logdisk_free(struct logdisk *d);

/**
 * logdisk_path(d, name): The path of a file in the directory, in a static buffer of
 * four that take turns.
 */
const char *logdisk_path(const struct logdisk *d, const char *name);

/**
 * logdisk_empty(d): Remove what is in the directory.
 */
void logdisk_empty(struct logdisk *d);

/**
 * logdisk_read(path, len): Read a whole file, a NUL behind it; the caller frees it.
 * NULL when it is not there.  logdisk_write(path, p, len): Write one.
 * logdisk_exists(path): Is it there?
 */
char *logdisk_read(const char *path, size_t *len);
void logdisk_write(const char *path, const void *p, size_t len);
int logdisk_exists(const char *path);

/**
 * logdisk_flip(path, at): Change a byte of a file.
 */
void logdisk_flip(const char *path, size_t at);

/**
 * logdisk_same(a, b): Do two directories hold the same files?  The first that differs
 * is named on stderr.
 */
int logdisk_same(const char *a, const char *b);

#endif /* !LOGDISK_H_ */
