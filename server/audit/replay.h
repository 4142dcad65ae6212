#ifndef LIANGKA_REPLAY_H_
#define LIANGKA_REPLAY_H_

/*
 * Every decision of a journal, decided once more.
 *
 *	A	from the facts that its own entry states, by the policy that the
 *		last `policy` entry before it names, and compared with what the
 *		entry says: decision, floor, needs, by, offer, profile, hits,
 *		lifted, shadow, hits_total, reason, policy, engine, expires, due
 *	B	the journal is folded through the daemon's own apply_entry() into
 *		an empty state, and before each decision every fact is counted
 *		anew from that state and compared with the entry's, and so is the
 *		reservation that it replaces
 *
 * A decision that a sandbox's magic number asked for (SANDBOX flag and reason) has
 * its rule hits compared, its outcome not; they are counted apart.
 *
 * Where the node above was asked, its answer stands in the entry and is combined with
 * what our own rules say, as the daemon does; whether it was right shows in its own
 * journal.  What a node below asked us about is a decision of ours.  What it decided and
 * told us is folded like everything else, and not judged: it shows in the node's journal.
 *
 * What the journal cannot tell is taken from the entry and counted apart: `age`
 * (the birth date is in the document alone), `area_local` (the document's area and
 * the outlet's, which the configuration names), and how long a reservation lasts
 * where the configuration overrides the policy.
 *
 * Threads: one at a time per struct.  The state has a thread of its own.
 */

#include <stddef.h>
#include <stdint.h>

#define REPLAY_A 1u
#define REPLAY_B 2u

struct replay;

/* One thing that is not as the entry says; the texts live during the call. */
struct replay_difference {
	uint64_t seq;
	const char *field;	/* "decision", or a fact: "institutions(7d)" */
	const char *journal;	/* what stands there */
	const char *replayed;	/* what it should be */
	unsigned mode;		/* REPLAY_A or REPLAY_B */
};

struct replay_options {
	unsigned modes;		/* REPLAY_A | REPLAY_B */
	uint64_t from, to;	/* only decisions of these seqs; 0: no bound */
	const char *tmp;	/* where B may make its state; NULL: /tmp */
	uint64_t overlay_bytes;	/* of B's state; 0: 1 GiB */
	/* Return the policy file with this SHA-256 for free(), or NULL. */
	char *(*policy)(void *arg, const char *hash, size_t *len);
	/* Take a difference. */
	void (*differs)(void *arg, const struct replay_difference *d);
	void *arg;		/* of both */
};

struct replay_counts {
	uint64_t entries;	/* of all kinds */
	uint64_t decisions;	/* decided or counted anew */
	uint64_t forced;	/* of these, by a sandbox's magic number */
	uint64_t unknown;	/* not replayed: their policy is not there */
	uint64_t told;		/* left alone: made by nodes below */
	uint64_t facts;		/* counted anew (B) */
	uint64_t inputs;	/* age and area_local, taken as they stand (B) */
	uint64_t ttl;		/* reservations as the configuration has them (A) */
	uint64_t differences;
};

#define REPLAY_ERROR_MAX 512	/* SCRATCH_ERROR_MAX */

/**
 * replay_open(o, err): Begin.  The options are copied.  Return the replay, or NULL
 * with a sentence in err (REPLAY_ERROR_MAX bytes).
 */
struct replay *replay_open(const struct replay_options *o, char *err);

/**
 * replay_entry(r, text, len, seq, err): Take the next entry as stored; entries come
 * in order of seq.  B begins with entry 1 and has no gap.  Return 0, whatever
 * differs, or -1 with a sentence when replay cannot go on: the entry is not
 * well-formed, entries are missing, the private state failed.
 */
int replay_entry(struct replay *r, const char *text, size_t len, uint64_t seq,
    char *err);

/**
 * replay_counts(r): What was done so far; it lives as long as r.
 */
const struct replay_counts *replay_counts(const struct replay *r);

/**
 * replay_close(r): Free r, which may be NULL.
 */
void replay_close(struct replay *r);

#endif /* !LIANGKA_REPLAY_H_ */
