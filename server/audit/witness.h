#ifndef LIANGKA_WITNESS_H_
#define LIANGKA_WITNESS_H_

/*
 * A witness of logs (C2SP tlog-witness): it cosigns (tlog-cosignature, Ed25519) the
 * head of a log when that continues what it cosigned before, and never two heads of
 * which one is not a beginning of the other.
 *
 * Its state is a directory:
 *	<SHA-256 of the origin, hex>/checkpoint	the newest head, with the log's and
 *						our signature (a web server may serve
 *						the directory as it is: the
 *						specification's monitoring prefix)
 *	<...>/lock				locked while a head is judged
 *	evidence/<...>.seen, .offered		two signed heads that contradict
 *						each other
 * Any number of processes may use it at once.  A daemon that witnesses many nodes keeps
 * the heads in witness_heads.h instead; then the directory is its own.
 *
 * Threads: any; a struct witness is not changed by its calls.  With `heads` one at a
 * time.
 */

#include <stddef.h>
#include <stdint.h>

#include "store/checkpoint.h"
#include "store/merkle.h"

#define WITNESS_ERROR_MAX	1536
#define WITNESS_PROOF_MAX	63	/* lines of a consistency proof */
#define WITNESS_REQUEST_MAX	(CHECKPOINT_MAX + 64 * 46)
#define WITNESS_ANSWER_MAX	1024
#define WITNESS_EVIDENCE_MAX	512	/* pairs kept; a log that lies often is
					 * not to fill our disk */

struct witness_heads;

/* What the answer is, by its number in HTTP. */
enum witness_status {
	WITNESS_COSIGNED = 200,
	WITNESS_MALFORMED = 400,
	WITNESS_UNSIGNED = 403,	/* no good signature of the log's key */
	WITNESS_UNKNOWN = 404,	/* no key for this origin */
	WITNESS_CONFLICT = 409,	/* old size is not what we saw last */
	WITNESS_INCONSISTENT = 422,
	WITNESS_FAILED = 500	/* our own disk */
};

struct witness {
	const char *dir;		/* exists, writable */
	const struct note_signer *signer; /* of type NOTE_COSIGNATURE */
	const struct note_verifier *const *logs; /* keys of logs or nodes */
	size_t nlogs;
	struct witness_heads *heads;	/* NULL: a file for each log */
	/* For tests: called once the state of the origin is locked. */
	void (*locked)(void *arg);
	void *locked_arg;
};

struct witness_answer {
	enum witness_status status;
	char body[WITNESS_ANSWER_MAX];	/* terminated; of 200 and 409 as specified,
					 * else a sentence and a newline */
	size_t len;
	struct checkpoint offered;	/* as far as it could be read */
	struct checkpoint seen;		/* what we had cosigned, size 0: nothing */
	int evidence;			/* both heads were kept */
	char error[WITNESS_ERROR_MAX];	/* what is wrong, for a person */
};

/**
 * witness_add(w, time, body, len, a):
 * Answer the add-checkpoint request at body.  time is Unix seconds, above 0.  A head
 * is persisted before it is answered for: with `heads` that is the caller's part, who
 * lets no answer out before witness_heads_sync() has returned 0.  Return 0 when it was cosigned, else -1;
 * *a is filled in either case.
 */
int witness_add(const struct witness *w, uint64_t time, const char *body,
    size_t len, struct witness_answer *a);

/**
 * witness_request(out, cap, old, proof, n, note, note_len):
 * Write the body of such a request.  Return its length, or 0 when it does not fit.
 */
size_t witness_request(char *out, size_t cap, uint64_t old,
    const uint8_t (*proof)[MERKLE_LEN], size_t n, const char *note,
    size_t note_len);

/**
 * witness_seen(w, origin, c, text, cap, err):
 * Read the head that was cosigned last into *c, and the whole note into text (of cap
 * >= CHECKPOINT_MAX + 2, terminated; NULL: not wanted).  Return its length; 0 when there is none; or -1
 * with a sentence in err (WITNESS_ERROR_MAX bytes).
 */
long witness_seen(const struct witness *w, const char *origin,
    struct checkpoint *c, char *text, size_t cap, char *err);

/**
 * witness_accuse(w, origin, offered, len, err):
 * Keep a signed head that contradicts what we cosigned, and that, as evidence.  Return
 * 0, or -1 with a sentence.
 */
int witness_accuse(const struct witness *w, const char *origin,
    const char *offered, size_t len, char *err);

/**
 * witness_knows(w, origin): Is there a key for logs of this origin?
 */
int witness_knows(const struct witness *w, const char *origin);

#endif /* !LIANGKA_WITNESS_H_ */
