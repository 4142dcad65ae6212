#ifndef LIANGKA_HEADSOURCE_H_
#define LIANGKA_HEADSOURCE_H_

/*
 * The heads of this node's logs for the node above, which witnesses them: makes
 * add-checkpoint requests (C2SP tlog-witness) with proofs from the tiles, and keeps the
 * cosignatures that come back:
 *
 *	<data>/log/<year>.<n>/checkpoint.cosigned	of each log
 *	<witness>	the newest of all: the file that ahead_check() and
 *			store/witnessed.h compare with at the next start
 *
 * The logs are gone through from the oldest: at the turn of the year, and when a
 * generation begins, the last head of the old log is cosigned before the first of the
 * new one.  The first request of a run is made even when nothing is new: whether the
 * whole disk was wound back only the node above can tell.  A log that contradicts what
 * was witnessed holds this node, until a raised generation begins behind all of that.
 *
 * Threads: any, one at a time per struct; it reads and writes files, so never the loop.
 */

#include <stddef.h>
#include <stdint.h>

#include "audit/witness.h"
#include "keys/note.h"

struct disk;
struct headsource;

#define HEADSOURCE_BODY_MAX WITNESS_REQUEST_MAX
#define HEADSOURCE_ERROR_MAX 2048

struct headsource_options {
	const char *data;		/* the data directory: log/ is in it */
	const char *node;		/* <domain>/branch/<node>: name of our key */
	const struct note_verifier *witness; /* of the node above; NULL: not
					 * known, what it says is kept unverified */
	const char *path;		/* <witness>, see above; "" or NULL: none */
	const struct disk *disk;	/* NULL: the real one */
};

/* What becomes of a question or an answer; 0 and above are lengths of a body. */
enum {
	HEADSOURCE_NOTHING = 0,		/* nothing new since */
	HEADSOURCE_FAILED = -1,		/* unreadable, refused: tell, try later */
	HEADSOURCE_BEHIND = -2,		/* this disk lacks what was witnessed, or
					 * has another history: hold the node */
	HEADSOURCE_LATER = -3		/* entries that the witness has seen are
					 * recovered but not yet published here */
};

/**
 * headsource_open(o, err): Prepare.  The options are copied but for disk.  Return NULL
 * with a sentence in err (HEADSOURCE_ERROR_MAX bytes) when out of memory or a path is
 * too long.  headsource_close(s): NULL is allowed.
 */
struct headsource *headsource_open(const struct headsource_options *o,
    char *err);
void headsource_close(struct headsource *s);

/**
 * headsource_body(s, end, out, cap, err):
 * Write the request for the oldest log whose newest published head is not cosigned;
 * cap is HEADSOURCE_BODY_MAX.  end is the seq behind the last durable entry (as
 * struct witnessed's).  Return its length, or one of the above with a sentence in err.
 * That our tiles yield the roots, and that the proof holds, has been checked.
 */
long headsource_body(struct headsource *s, uint64_t end, char *out, size_t cap,
    char *err);

/**
 * headsource_answer(s, end, status, body, len, err):
 * Take the answer to the last body.  200: verify the cosignature and keep it, as above.
 * 409: the next body begins where the node above stands, unless that is beyond our
 * log.  422: it says that our log has forked.  Return 1 when headsource_body() may have
 * another body at once (a 409, or an older log was cosigned), 0 when the newest head
 * was cosigned, or one of the negative codes above.  With 0 and 1 err is "" but when
 * <witness> could not be written.  A disconnect needs no call.
 */
int headsource_answer(struct headsource *s, uint64_t end,
    enum witness_status status, const char *body, size_t len, char *err);

/* What was cosigned last, and on whose word this node is behind. */
struct headsource_state {
	struct checkpoint cosigned;	/* newest log; size 0: none */
	uint64_t time;			/* Unix seconds by the witness's clock */
	char behind_log[CHECKPOINT_ORIGIN_MAX];	/* "": not behind */
	uint64_t behind_size;		/* that the witness has seen of it */
	uint64_t behind_end;		/* the seq behind the last of them */
};

/**
 * headsource_state(s, st): Tell.
 */
void headsource_state(const struct headsource *s, struct headsource_state *st);

#endif /* !LIANGKA_HEADSOURCE_H_ */
