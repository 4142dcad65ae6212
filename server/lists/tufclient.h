#ifndef LIANGKA_TUFCLIENT_H_
#define LIANGKA_TUFCLIENT_H_

/*
 * The client workflow of TUF (specification section 5) over any source of files and a
 * directory of trusted metadata (root.json, timestamp.json, snapshot.json,
 * targets.json; each replaced atomically as soon as it is verified, so that a kill at
 * any point leaves a state to go on from).
 *
 * Threads: one at a time per struct.
 */

#include <stddef.h>
#include <stdint.h>

#include "tuf.h"

struct disk;
struct tufclient;

/* Where files come from.  get reads `path` ("2.root.json", "timestamp.json", ...) of at
 * most max bytes into *data (for free()).  Return 0; 1 when there is no such file; -1
 * with a sentence in err (TUF_ERROR_MAX bytes) for anything else. */
struct tufclient_source {
	int (*get)(void *arg, const char *path, size_t max, void **data,
	    size_t *len, char *err);
	void *arg;
};

/**
 * tufclient_open(dir, disk, o, err): Load what is trusted in dir (at least root.json).
 * tufclient_close(c): NULL is allowed.  tufclient_tuf(c): what is trusted now.
 */
struct tufclient *tufclient_open(const char *dir, const struct disk *disk,
    const struct tuf_options *o, struct tuf_error *err);
void tufclient_close(struct tufclient *c);
struct tuf *tufclient_tuf(struct tufclient *c);

/**
 * tufclient_refresh(c, source, now, err): Walk roots, then timestamp, snapshot, targets.
 * Return 0 when all is fresh and trusted (also when nothing was new), else -1; what was
 * good before the error is trusted and stored.
 */
int tufclient_refresh(struct tufclient *c, const struct tufclient_source *s,
    int64_t now, struct tuf_error *err);

/**
 * tufclient_target_path(c, g, path, cap): Write the path of a target below the targets'
 * base: with consistent snapshots the digest stands before the last part.
 */
int tufclient_target_path(struct tufclient *c, const struct tuf_target *g,
    char *path, size_t cap);

#endif /* !LIANGKA_TUFCLIENT_H_ */
