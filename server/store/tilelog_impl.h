#ifndef LIANGKA_TILELOG_IMPL_H_
#define LIANGKA_TILELOG_IMPL_H_

/*
 * What the files of tilelog share.
 *
 * Invariants, true between two calls:
 *  1. level[L].n is the width of the rightmost tile of level L; it is 256 for at
 *     most one L, whose tile could not be written yet, and the levels below are
 *     empty then.
 *  2. Level L + 1 holds one hash per tile of level L that was written full.
 *  3. The bundle holds the entries whose hashes level 0 holds.
 *  4. All that `head` covers is on disk and synced, and is not written again.
 */

#include <stddef.h>
#include <stdint.h>

#include "disk.h"
#include "tile.h"
#include "tilelog.h"

#define TILELOG_PATH	4096
#define TILELOG_FEW	16	/* files that even a backlog has synced one by one */
#define TILELOG_OPEN	64	/* files held open while they are written back */
#define TILELOG_DIRS	(4 * TILELOG_FEW)

/* The rightmost tile of one level. */
struct tilelog_level {
	unsigned n;			/* hashes in it, 256: to be written */
	unsigned shown;			/* width that head names, of this tile */
	uint8_t hash[TILE_WIDTH][MERKLE_LEN];
};

/* Files written since the last publication. */
struct tilelog_unsynced {
	size_t files;
	int loose;			/* some are written back, not synced */
	int fd[TILELOG_OPEN];		/* the newest of them, oldest first */
	size_t nfd;
	char dir[TILELOG_DIRS][TILE_PATH_MAX];	/* below the log, "" is it */
	size_t ndir;			/* TILELOG_DIRS + 1: too many */
};

struct tilelog {
	const struct disk *disk;
	char *dir;
	int dirfd;
	void (*step)(void *arg, const char *name);
	void *step_arg;
	struct note_signer *signer;	/* named by the origin */
	const struct note_signer **signers;
	size_t nsigners;
	struct checkpoint head;		/* published; its origin always holds */
	int published;			/* there is a checkpoint */
	uint64_t size;
	struct tilelog_level level[TILE_LEVELS];
	uint8_t *bundle;
	size_t bundle_len;
	size_t bundle_cap;
	struct tilelog_unsynced unsynced;
	int backlog;
	int failed;
	char error[TILELOG_ERROR_MAX];
};

/**
 * tilelog_step(l, name): Tell the tests what comes next.
 */
void tilelog_step(struct tilelog *l, const char *name);

/**
 * tilelog_path(path, l, name): Write the path of a file of the log.
 */
void tilelog_path(char path[TILELOG_PATH], const struct tilelog *l,
    const char *name);

/**
 * tilelog_fail(l, what, name): Keep a sentence about errno and return TILELOG_FULL if
 * it says that there is no room, else TILELOG_FAILED, which is latched.
 * tilelog_fail_sync(l, what, name): the same of a sync: always TILELOG_FAILED.
 */
int tilelog_fail(struct tilelog *l, const char *what, const char *name);
int tilelog_fail_sync(struct tilelog *l, const char *what, const char *name);

/**
 * tilelog_write(l, name, p, n): Write a file whole, at once, and its directories.
 * Return TILELOG_OK, _FULL or _FAILED.  It is durable after tilelog_sync(l).
 * tilelog_forget(l): Close what is held open for that.
 */
int tilelog_write(struct tilelog *l, const char *name, const void *p,
    size_t n);
int tilelog_sync(struct tilelog *l);
void tilelog_forget(struct tilelog *l);

/**
 * tilelog_flush(l): Write the full tiles that are not written yet.
 */
int tilelog_flush(struct tilelog *l);

/**
 * tilelog_reserve(l, len): Have room for len more bytes in the bundle.  Return 0 or
 * -1.
 */
int tilelog_reserve(struct tilelog *l, size_t len);

/**
 * tilelog_clear_partials(l, from, to): Remove the partial tiles of the tiles that a
 * tree of size `to` has full and one of size `from` has not.
 * tilelog_sweep(l): the same for all that head has full.
 */
void tilelog_clear_partials(struct tilelog *l, uint64_t from, uint64_t to);
void tilelog_sweep(struct tilelog *l);

#endif /* !LIANGKA_TILELOG_IMPL_H_ */
