#ifndef LIANGKA_SYNC_H_
#define LIANGKA_SYNC_H_

/*
 * Fetch the repository into incoming/: metadata by the TUF workflow, then the target
 * files that this node still needs, resumed where a download broke off; everything is
 * verified as it comes and incoming/metadata/timestamp.json is written last, which is
 * what the daemon looks for.  Sources: https://, http:// (signed content needs no TLS,
 * but who asks then shows), file://, or a directory (a mounted stick); below each are
 * metadata/ and targets/, as in the repository.
 *
 *	<data>/lists/incoming/metadata/	 N.root.json from the anchor on, N.snapshot.json,
 *				N.targets.json, timestamp.json
 *	<data>/lists/incoming/targets/	 <dir>/<sha256>.<name>; ".part" behind: not whole
 *	<data>/lists/incoming/sync-trusted/ what sync itself trusts, and "anchor", the
 *				SHA-256 of the root file that it began with
 *	<data>/lists/incoming/sync.status see below
 *	<data>/lists/sync.lock	one at a time
 *	<data>/lists/trusted.<n>/ read only, to see which versions of lists the daemon
 *				has; while <data>/lists/whole exists it is not looked at and
 *				all that a new node needs is fetched
 *	<data>/lists/status	written by the daemon: nodestatus.h
 *
 * incoming/ may be deleted at any time.  A kill at any step leaves what the next round
 * goes on from.
 *
 * Threads: any, for different data directories.
 */

#include <stddef.h>
#include <stdint.h>

#include "tuf.h"

#define SYNC_ERROR_MAX	1024
#define SYNC_SOURCES_MAX 4
#define SYNC_POLL_MS	20000
#define SYNC_JITTER_PCT	20
#define SYNC_BACKOFF_MS	600000

struct disk;

struct sync_options {
	const char *source[SYNC_SOURCES_MAX]; /* tried in turn */
	size_t nsources;
	const char *data;	/* the daemon's data directory: <data>/lists/incoming */
	const char *root;	/* trust anchor: root.json */
	const char *ca;		/* CA file for https, or NULL */
	const char *cert, *key;	/* client certificate, or NULL */
	const char *report;	/* where the node's status goes (PUT, or a directory) */
	uint32_t poll_ms;	/* service: between two looks, 0: 20 s */
	uint32_t jitter_pct;	/* of poll_ms, up or down; 0: none */
	uint32_t backoff_max_ms; /* after failures it doubles up to this, 0: 10 min */
	uint32_t timeout_ms;	/* of a small request, and of silence; 0: 30 s */
	int64_t (*now)(void);	/* UTC seconds */
	uint32_t (*random)(void *arg); /* NULL: no jitter */
	void *random_arg;
	const struct disk *disk; /* NULL: disk_real */
	int whole;		/* fetch all that a new node needs */
	/* Wait for ms, or less when there is reason to look; NULL: sleep. */
	void (*wait)(void *arg, uint32_t ms);
	void *wait_arg;
};

/* Why a round failed; of several sources the gravest. */
enum sync_fault {
	SYNC_FINE,
	SYNC_BUSY,		/* another sync is at work here */
	SYNC_AWAY,		/* not reached, cut off, a file is not there */
	SYNC_LOCAL,		/* our own disk, anchor, memory */
	SYNC_REFUSED,		/* what came is not signed, old, expired, altered */
	SYNC_FAULTS
};

/* What one round did; also kept as <data>/lists/incoming/sync.status. */
struct sync_result {
	int changed;		/* something new was handed over */
	enum sync_fault fault;
	uint32_t targets;	/* version now in incoming/ */
	uint64_t files, bytes, resumed_bytes;
	size_t source;		/* index of the one that served */
	int reported;		/* the node's status was sent */
	char report_error[SYNC_ERROR_MAX]; /* why it could not be, or "" */
};

/**
 * sync_once(o, r, err): One round.  Return 0, or -1 with a sentence in err
 * (SYNC_ERROR_MAX bytes) that says what is wrong with each source.
 * sync_service(o, stop, tell, arg): Rounds until *stop is not 0; tell() gets each
 * result or error (NULL: it went well) and the ms until the next.  A transfer ends
 * within a second of *stop.  Return 0, or -1 when it could not begin, which tell() is
 * told.
 */
int sync_once(const struct sync_options *o, struct sync_result *r, char *err);
int sync_service(const struct sync_options *o, const volatile int *stop,
    void (*tell)(void *arg, const struct sync_result *r, const char *err,
    uint32_t next_ms), void *arg);

/* sync.status: what the daemon's status shows of it. */
struct sync_status {
	int64_t last_attempt, last_success; /* UTC seconds, 0: never */
	uint32_t targets;
	char source[256];	/* without user and password */
	enum sync_fault fault;	/* of the last attempt */
	char last_error[SYNC_ERROR_MAX];	/* "" once it went well again */
};

/**
 * sync_status_read(data, s): 0 or -1 (none yet, or not readable).
 * sync_status_parse(s, text, len): 0, or -1 with *s zeroed.  sync_status_print(s, text,
 * cap): its length, or 0.
 */
int sync_status_read(const char *data, struct sync_status *s);
int sync_status_parse(struct sync_status *s, const char *text, size_t len);
size_t sync_status_print(const struct sync_status *s, char *text, size_t cap);

#endif /* !LIANGKA_SYNC_H_ */
