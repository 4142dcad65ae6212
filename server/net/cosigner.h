#ifndef LIANGKA_COSIGNER_H_
#define LIANGKA_COSIGNER_H_

/*
 * Cosigns the heads of the nodes below: a thread of low priority judges the
 * add-checkpoint requests that the loop hands over (audit/witness.h), makes what it
 * cosigned durable, many at a time, and offers the answers.
 *
 * Its state is <data>/witness/; a witness must never forget what it has cosigned, so
 * it belongs into every backup of a parent, and an old copy of it is put back only
 * where nothing newer exists.
 *
 * Threads: the loop makes every call.
 */

#include <stddef.h>
#include <stdint.h>

#include "audit/witness.h"
#include "keys/note.h"

struct cosigner;
struct disk;

#define COSIGNER_QUEUE		2048	/* requests that wait */
#define COSIGNER_BYTES		(8u << 20) /* and all of their bytes */
#define COSIGNER_PAUSE_MS	500	/* from one sync to the next */

struct cosigner_options {
	const char *dir;		/* <data>/witness, made if it is absent */
	const struct note_signer *signer; /* of type NOTE_COSIGNATURE; copied */
	const struct disk *disk;	/* NULL: the real one */
	unsigned pause_ms;		/* 0: none; the daemon's is above */
	unsigned queue;			/* 0: COSIGNER_QUEUE */
};

/**
 * cosigner_open(o, err, errlen): Read what was cosigned before and start the thread.
 * Return NULL with a sentence: the state is damaged, used by another process, or not to
 * be written, or the signer is no cosigner.
 * cosigner_close(c): Stop the thread after the batch at hand; requests that wait are
 * dropped.  NULL is allowed.
 */
struct cosigner *cosigner_open(const struct cosigner_options *o, char *err,
    size_t errlen);
void cosigner_close(struct cosigner *c);

/**
 * cosigner_add(c, log, body, len, time, tag): Have an add-checkpoint request judged.
 * log is the key of the node's log (its name is <domain>/branch/<node>), which is
 * copied, as the body is; time is Unix seconds; tag comes back with the answer.  A node
 * has at most one request here.  Return 0, or -1 when it has one already, or there is
 * no room: it may ask again with its next beat.
 */
int cosigner_add(struct cosigner *c, const struct note_verifier *log,
    const char *body, size_t len, uint64_t time, uint64_t tag);

/* An answer. */
struct cosigner_answer {
	uint64_t tag;
	const char *node;		/* name of the key of its log */
	enum witness_status status;
	const char *body;		/* goes to the node; of `len` bytes */
	size_t len;
	uint64_t offered;		/* size of the head, as far as it was read */
	uint64_t seen;			/* what had been cosigned before */
	int evidence;			/* two heads that contradict each other
					 * are in <dir>/evidence/ */
	const char *error;		/* for our own log, "" with 200; may hold
					 * text of the peer */
};

/**
 * cosigner_fd(c): becomes readable when there are answers.
 * cosigner_collect(c, fn, arg): Call fn for each; what it points to lives that long.
 * fn may call cosigner_add().
 */
int cosigner_fd(const struct cosigner *c);
void cosigner_collect(struct cosigner *c,
    void (*fn)(void *arg, const struct cosigner_answer *a), void *arg);

/* What is known of a node's newest log, for the fleet's table. */
struct cosigner_seen {
	struct checkpoint head;		/* cosigned last; size 0: none yet */
	uint64_t time;			/* of that cosignature, Unix seconds */
	int32_t refused;		/* status of the last answer since the
					 * start, 0 when it was 200 */
	uint64_t refused_time;
	uint64_t contradictions;	/* since the start: answers 422 */
};

/**
 * cosigner_seen(c, node, s): Tell of the node whose log's key has this name.  Return 0,
 * or -1 with *s zeroed when nothing is known of it.  What is told was collected.
 */
int cosigner_seen(const struct cosigner *c, const char *node,
    struct cosigner_seen *s);

#endif /* !LIANGKA_COSIGNER_H_ */
