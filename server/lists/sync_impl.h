#ifndef LIANGKA_SYNC_IMPL_H_
#define LIANGKA_SYNC_IMPL_H_

/* What the files of sync share; nobody else includes it. */

#include <stddef.h>
#include <stdint.h>

#include "keys/sha256.h"

#include "httpget.h"
#include "sync.h"
#include "sync_need.h"

#define SYNC_PATH_MAX	2048
#define SYNC_PART	".part"
#define SYNC_STATUS_MAX	4096	/* bytes of sync.status */

struct tufclient;

/* The last timestamp.json of a source, so that it need not be sent again. */
struct sync_stamp {
	char etag[HTTPGET_ETAG_MAX];
	void *data;
	size_t len;
};

struct sync {
	const struct sync_options *o;
	const struct disk *disk;
	const volatile int *stop;
	struct httpget *http;
	char lists[SYNC_PATH_MAX];	/* <data>/lists */
	char incoming[SYNC_PATH_MAX];
	char metadata[SYNC_PATH_MAX];
	char targets[SYNC_PATH_MAX];
	char trusted[SYNC_PATH_MAX];	/* sync's own */
	struct sync_stamp stamp[SYNC_SOURCES_MAX];
	struct tuf *anchor;		/* the root to begin with */
	void *anchor_text;
	size_t anchor_len;
	uint8_t sent[SHA256_LEN];	/* of the node's status that was sent last */
	/* of the round under way */
	struct sync_result *r;
	enum sync_fault fault;	/* of the source at hand */
	uint64_t kept;		/* bytes that wait in parts for the next round */
};

/**
 * sync_fail(err, format, ...): Write a sentence and return -1.
 * sync_path(out, dir, name): Write dir/name; 0, or -1 when it is too long.
 * sync_read(path, max, data, len): Read a file of at most max bytes, for free(): 0, 1
 * when it is not there, -1 with errno.
 * sync_same(path, data, len): Does a file hold exactly this?
 */
int sync_fail(char *err, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
int sync_path(char out[SYNC_PATH_MAX], const char *dir, const char *name);
int sync_read(const char *path, size_t max, void **data, size_t *len);
int sync_same(const char *path, const void *data, size_t len);

/**
 * sync_state_open(s, err): Name and make the directories and lock them: the descriptor
 * of the lock, -1, or -2 when another has it.
 * sync_state_trust(s, err): Open sync's own trusted metadata, begun from the anchor
 * where there is none or the anchor is another.
 * sync_state_had(s): What the daemon has, verified, or NULL.
 */
int sync_state_open(struct sync *s, char *err);
struct tufclient *sync_state_trust(struct sync *s, char *err);
struct tufclient *sync_state_had(struct sync *s);

/**
 * sync_source_get(s, i, path, ask, reply, err): As httpget_get, from source i, whatever
 * it is.
 * sync_source_read(s, i, path, max, data, len, err): A small file of metadata/, for
 * free(): 0, 1 (absent) or -1.
 * sync_source_shown(s, i, out): Source i as messages may name it.
 * sync_source_dir(where, out): The directory that file://... or a path names: 0 or -1.
 */
int sync_source_dir(const char *where, char out[SYNC_PATH_MAX]);
enum httpget_answer sync_source_get(struct sync *s, size_t i, const char *path,
    const struct httpget_ask *ask, struct httpget_reply *reply, char *err);
int sync_source_read(struct sync *s, size_t i, const char *path, size_t max,
    void **data, size_t *len, char *err);
const char *sync_source_shown(const struct sync *s, size_t i, char out[256]);

/**
 * sync_fetch(s, i, g, path, err): See that targets/<path> is this target, by fetching
 * what is missing of it.  0 or -1.
 */
int sync_fetch(struct sync *s, size_t i, const struct tuf_target *g,
    const char *path, char *err);

/* Paths below targets/ that stay. */
struct sync_keep {
	char **path;
	size_t n, cap;
};

/**
 * sync_keep_add(k, path): Copy a path: 0 or -1.  sync_keep_has(k, path, len).
 * sync_keep_free(k).
 */
int sync_keep_add(struct sync_keep *k, const char *path);
int sync_keep_has(const struct sync_keep *k, const char *path, size_t len);
void sync_keep_free(struct sync_keep *k);

/**
 * sync_handover_due(s, t, k): Does incoming/ lack anything of what t trusts, or of the
 * files of k?
 * sync_handover(s, i, t, err): Put the roots (from source i where they are missing) and
 * the metadata there, the timestamp last.
 * sync_prune(s, t, k): Remove what is neither metadata of t nor a file of k.
 */
int sync_handover_due(struct sync *s, const struct tuf *t,
    const struct sync_need *need, const struct sync_keep *k);
int sync_handover(struct sync *s, size_t i, const struct tuf *t, char *err);
void sync_prune(struct sync *s, const struct tuf *t, const struct sync_keep *k);

/**
 * sync_round(s, r, err): One round, the lock being held or not: 0 or -1.
 * sync_report(s): Send the node's status, if there is one and it is another than the
 * one that was sent last; r->report_error says why it could not be.
 * sync_status_note(s, err): Write sync.status (err NULL: it went well).
 */
int sync_round(struct sync *s, struct sync_result *r, char *err);
void sync_report(struct sync *s);
void sync_status_note(struct sync *s, const char *err);

#endif /* !LIANGKA_SYNC_IMPL_H_ */
