#ifndef TESTS_LISTS_SYNCKIT_H_
#define TESTS_LISTS_SYNCKIT_H_

/*
 * What tests of sync need: a repository of small lists, a data directory, and a reader
 * of incoming/ that believes nothing, as the daemon does.
 */

#include <stddef.h>
#include <stdint.h>

#include "lists/sync.h"

#include "synchttpd.h"
#include "tufkit.h"

#define SYNCKIT_NOW INT64_C(1795327200)

struct synckit {
	char *base;			/* private directory */
	struct tufkit *repo;		/* base/repo */
	struct synchttpd *http;		/* NULL until synckit_serve() */
	char data[256];
	char root[256];			/* the anchor */
	struct sync_options o;		/* from base/repo as a directory */
	struct sync_result r;		/* of the last round */
	char err[SYNC_ERROR_MAX];
	uint32_t poll[64];		/* waits of a service */
	size_t npoll;
};

extern int64_t synckit_now;	/* what sync takes for the time */

/**
 * synckit_new(): A repository with version 1 of a list "sanction" and a policy,
 * published as targets version 1.  synckit_free(k).
 * synckit_serve(k): Serve the repository; it becomes the only source.
 */
struct synckit *synckit_new(void);
void synckit_free(struct synckit *k);
void synckit_serve(struct synckit *k);

/**
 * synckit_snapshot(k, list, version, len), synckit_delta(k, list, from, version, len):
 * Put a file of len bytes into the next publication.  Return its path below targets/ in
 * a static buffer of four that take turns.
 * synckit_policy(k, version): put another policy in place of the last.
 * synckit_drop_lists(k, list): take all files of a list out.
 */
const char *synckit_snapshot(struct synckit *k, const char *list,
    uint32_t version, size_t len);
const char *synckit_delta(struct synckit *k, const char *list, uint32_t from,
    uint32_t version, size_t len);
void synckit_policy(struct synckit *k, const char *version);
void synckit_drop_lists(struct synckit *k, const char *list);

/**
 * synckit_once(k): One round into k->r and k->err.
 * synckit_whole(k): Read incoming/ as the daemon does, from the anchor on: the version
 * of the targets when all is verified and every file of `files` (below targets/, NULL at
 * the end) is there whole; 0 when there is no timestamp yet; -1 else, said on stderr.
 * synckit_adopted(k): Make what is in incoming/ the daemon's generation.
 */
int synckit_once(struct synckit *k);
int synckit_whole(struct synckit *k, const char *const *files);
void synckit_adopted(struct synckit *k);

/**
 * synckit_path(k, path), synckit_has(k, path): A path below base, and is it there?  The
 * buffer is one of four that take turns.
 * synckit_incoming(k, path): Is that below incoming/ there?
 */
const char *synckit_path(const struct synckit *k, const char *path);
int synckit_has(const struct synckit *k, const char *path);
int synckit_incoming(const struct synckit *k, const char *path);

#endif /* !TESTS_LISTS_SYNCKIT_H_ */
