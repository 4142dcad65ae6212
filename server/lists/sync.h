#ifndef LIANGKA_SYNC_H_
#define LIANGKA_SYNC_H_

/*
 * Fetch the repository into incoming/: metadata by the TUF workflow, then the target
 * files that this node still needs, resumed where a download broke off; everything is
 * verified as it comes and incoming/metadata/timestamp.json is written last, which is
 * what the daemon looks for.  Sources: https://, http:// (signed content needs no TLS,
 * but who asks then shows), file://, or a directory (a mounted stick).
 *
 * Threads: one at a time per struct.
 */

#include <stddef.h>
#include <stdint.h>

#include "tuf.h"

#define SYNC_ERROR_MAX	1024
#define SYNC_SOURCES_MAX 4

struct sync_options {
	const char *source[SYNC_SOURCES_MAX]; /* tried in turn */
	size_t nsources;
	const char *data;	/* the daemon's data directory: <data>/lists/incoming */
	const char *root;	/* trust anchor: root.json */
	const char *ca;		/* CA file for https, or NULL */
	const char *cert, *key;	/* client certificate, or NULL */
	const char *report;	/* where the node's status goes (PUT, or a directory) */
	uint32_t poll_ms;	/* service: between two looks, default 20 s */
	uint32_t jitter_pct;	/* of poll_ms, default 20 */
	uint32_t backoff_max_ms; /* after failures it doubles up to this: 10 min */
	uint32_t timeout_ms;	/* of one request */
	int64_t (*now)(void);	/* UTC seconds */
	uint32_t (*random)(void *arg);
	void *random_arg;
};

/* What one round did; also kept as <data>/lists/incoming/sync.status. */
struct sync_result {
	int changed;		/* something new was handed over */
	uint32_t targets;	/* version now in incoming/ */
	uint64_t files, bytes, resumed_bytes;
};

/**
 * sync_once(o, r, err): One round.  Return 0, or -1 with a sentence in err.
 * sync_service(o, stop, tell, arg): Rounds until *stop is not 0; tell() gets each
 * result or error and the ms until the next.
 */
int sync_once(const struct sync_options *o, struct sync_result *r, char *err);
int sync_service(const struct sync_options *o, const volatile int *stop,
    void (*tell)(void *arg, const struct sync_result *r, const char *err,
    uint32_t next_ms), void *arg);

/* sync.status: what the daemon's status shows of it. */
struct sync_status {
	int64_t last_attempt, last_success; /* UTC seconds, 0: never */
	uint32_t targets;
	char source[256];
	char last_error[SYNC_ERROR_MAX];	/* "" once it went well again */
};

/**
 * sync_status_read(data, s): 0 or -1 (none yet, or not readable).
 */
int sync_status_read(const char *data, struct sync_status *s);

#endif /* !LIANGKA_SYNC_H_ */
