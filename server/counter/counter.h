#ifndef LIANGKA_COUNTER_H_
#define LIANGKA_COUNTER_H_

/*
 * What a branch asks, answered: the life of an opening from check to confirm,
 * cancel, retire and void; a teller's alarm; the review of a held case; intake.
 * Each request becomes at most one journal entry, and its reply says by when it
 * may leave.  No socket and no loop is known here, so a test can drive it whole.
 *
 * Threads: one thread makes every call.
 */

#include <stddef.h>
#include <stdint.h>

#include "plugin/wire.h"

#include "grant.h"

struct adopted;
struct counter;
struct counter_staff;
struct above_answer;
struct above_options;
struct journal;
struct policy;
struct seal_cert;
struct token_keys;

#define COUNTER_RETENTION_MS (INT64_C(3653) * 86400000) /* ten years */

struct counter_options {
	struct journal *journal;	/* not owned */
	const struct token_keys *keys;	/* not owned */
	const char *node;
	const char *version;		/* of the daemon */
	int sandbox;
	int64_t reservation_ms;		/* PASS and LIMIT are kept so long */
	int64_t review_ms;		/* a held case waits so long */
	int64_t approve_ms;		/* an approved case is kept so long */
	uint32_t checks_per_minute;	/* of one teller; 0 = no limit */
	uint32_t persons_per_day;	/* distinct, of one teller; 0 = none */
	const struct outlet_area *outlets; /* sorted; not owned */
	size_t noutlets;
	const struct seal_cert *seal;	/* the centre's; not owned; NULL: */
					/* identities are not kept at all */
	int64_t seal_retention_ms;	/* no erasing before; 0: ten years */
	const struct counter_staff *staff; /* see staff.h; not owned */
	size_t nstaff;
	/* lists: neither lists_none nor keys: the policy may not ask for any */
	int lists_none;			/* `use = none` */
	const struct token_keys *list_keys; /* K_list; not owned */
	int64_t lists_soft_ms;		/* see listing.h */
	int64_t lists_hard_ms;
	const struct above_options *above; /* the node above; NULL: none; not owned */
	const char *token_key;		/* "epoch:id" of the newest, which nodes must */
					/* share; not owned */
};

/* How lists came to be, or did not: told by the status. */
struct counter_news {
	int64_t tried_ms;		/* last look that found something, UTC ms */
	int64_t adopted_ms;		/* last adoption that went well */
	char error[512];		/* why the last one did not; "" */
	int64_t sync_tried_ms;		/* liangka sync: last round */
	int64_t sync_ms;		/* last that went well */
	char sync_source[128];
	char sync_error[256];
	int sync_refused;		/* what it found was not as signed */
};

/* When the reply that was written may leave. */
struct counter_done {
	uint64_t wait_seq;	/* not before this entry is durable; 0 = now */
	uint32_t delay_ms;	/* sandbox: so much later */
	int drop;		/* sandbox: never (the frame is discarded) */
	int close;		/* close the connection after it */
	int joined;		/* the node below has joined */
	char cut[16];		/* node below whose links are to be closed, "": none */
	unsigned work;		/* so many entries of another node were taken: see conn.h */
	int ask;		/* no reply but a question to the node above was written: */
				/* counter_answer_with() when it is answered */
	uint32_t ask_ms;	/* how long to wait for that */
};

/* The link to the node above. */
enum above_link {
	ABOVE_NONE,		/* there is no such node */
	ABOVE_DOWN = WIRE_ABOVE_DOWN,
	ABOVE_UP = WIRE_ABOVE_UP,
	ABOVE_PROBING = WIRE_ABOVE_PROBING
};

/* What the loop knows and status reports. */
struct counter_load {
	uint32_t connections;
};

/**
 * counter_open(o, err, errlen): Make a counter.  The options are copied, what they
 * point to is not.  It answers UNAVAIL until counter_policy() gave it a policy.
 * Return NULL with a sentence in err.
 */
struct counter *counter_open(const struct counter_options *o, char *err,
    size_t errlen);

/**
 * counter_close(c): Write what is still to be written (refused requests) and free
 * c.  The journal stays open.
 */
void counter_close(struct counter *c);

/**
 * counter_policy(c, p, hash): Put the policy p into force, whose file has the
 * SHA-256 `hash`; c owns p from then on.  Writes a policy entry unless the same
 * file is in force already.  Return LK_OK or the error of journal_write(); the old
 * policy then stays and p is the caller's.
 */
int counter_policy(struct counter *c, struct policy *p,
    const uint8_t hash[32]);

/**
 * counter_lists(c, a, p, hash, old): Put the generation a of lists and registers into
 * force, and with it the policy p (NULL: the one in force stays) whose file has the
 * SHA-256 `hash`: writes a `list` entry for each list and register that changed and a
 * policy entry, then serves them.  Whoever is answered from them waits for an entry behind
 * these (I1).  Return LK_OK, with *old the generation before, or NULL, for adopt_free()
 * and free(); a (from malloc) and p are c's then.  Else the error of journal_write(), with
 * nothing changed.
 * counter_lists_served(c): What is in force, or NULL.
 * counter_news(c, n): Take note of what the status is to say.
 */
int counter_lists(struct counter *c, struct adopted *a, struct policy *p,
    const uint8_t hash[32], struct adopted **old);
const struct adopted *counter_lists_served(const struct counter *c);
void counter_news(struct counter *c, const struct counter_news *n);

/**
 * counter_work(c, n): Do up to n look-ups of what new lists mean for old decisions (see
 * retro.h).  Return nonzero while there is more.
 */
int counter_work(struct counter *c, unsigned n);

/**
 * counter_answer(c, peer, h, f, out, done): Answer one request of `peer`: header
 * h, fields f.  Writes exactly one reply frame to out, which must have at least
 * 16 KiB of room, and says in *done when it may leave.
 */
void counter_answer(struct counter *c, const struct peer *peer,
    const struct wire_header *h, const struct wire_fields *f,
    struct wire_out *out, struct counter_done *done);

/**
 * counter_answer_with(c, peer, h, f, above, out, done): The same, where the node above was
 * asked (done->ask) and has answered, or is known not to.
 */
void counter_answer_with(struct counter *c, const struct peer *peer,
    const struct wire_header *h, const struct wire_fields *f,
    const struct above_answer *above, struct wire_out *out,
    struct counter_done *done);

/**
 * counter_whoami(c, out): Add to a frame who this node is and how far: of JOIN and BEAT.
 * counter_joined_above(c, f): The node above has answered JOIN: note which log it keeps, so that
 * what it says after it lost its disk is not taken for old.
 * counter_pulled_to(c): The last entry of the node above that was taken in.
 * counter_pulled(c, f): Take in what the node above says, a reply to PULL.  Return how
 * many entries that were, or -1 when there is no room now, or they are none.
 * counter_hold(c): The node above has found that we were wound back: record nothing from
 * now on, over starts too, until a new generation begins.  counter_held(c): is it so?
 */
void counter_whoami(struct counter *c, struct wire_out *out);
int counter_joined_above(struct counter *c, const struct wire_fields *f);
uint64_t counter_pulled_to(struct counter *c);
int counter_pulled(struct counter *c, const struct wire_fields *f);
int counter_hold(struct counter *c);
int counter_held(const struct counter *c);

/**
 * counter_link(c, node, up): The link of a node below was made, or is gone.
 * counter_link_refused(c, node, why): It was refused.
 * counter_cosigned(c, node, status, body, len, size): A head of its log was judged: status
 * as enum witness_status, with the body of that answer and the size of the head.
 * counter_above(c, state, counts): How the link to the node above is, for the status:
 * counts as fleet.h has it, which is copied.  counter_above_why(c, why): why it is down, or
 * does not answer; "": all is well.
 */
void counter_link(struct counter *c, const char *node, int up);
void counter_link_refused(struct counter *c, const char *node,
    const char *why);
void counter_cosigned(struct counter *c, const char *node, int status,
    const char *body, size_t len, uint64_t size);
void counter_above(struct counter *c, enum above_link state,
    const char *counts);
void counter_above_why(struct counter *c, const char *why);

/**
 * counter_counts(c, checks, offline): How many applications were decided since the start,
 * and how many of those without the word of the node above.
 */
void counter_counts(const struct counter *c, uint64_t *checks,
    uint64_t *offline);

/**
 * counter_refuse(c, peer, h, code, text, out): Write a reply that only says no,
 * e.g. to a frame that could not be read: LK_E_ code and a text.
 */
void counter_refuse(struct counter *c, const struct peer *peer,
    const struct wire_header *h, int code, const char *text,
    struct wire_out *out);

/**
 * counter_tick(c, load): Do what is due; call it about once a second.
 */
void counter_tick(struct counter *c, const struct counter_load *load);

#endif /* !LIANGKA_COUNTER_H_ */
