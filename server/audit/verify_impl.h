#ifndef LIANGKA_VERIFY_IMPL_H_
#define LIANGKA_VERIFY_IMPL_H_

/* What the files verify*.c share. */

#include "store/tile.h"
#include "store/tiles.h"

#include "package_impl.h"
#include "verify.h"

/* What is wrong with an entry by itself; a and b are numbers for the sentence. */
enum verify_fault {
	VERIFY_FINE,
	VERIFY_MALFORMED,	/* a: the byte */
	VERIFY_SEQ,		/* a: the one it bears */
	VERIFY_YEAR,		/* a: the year of its t */
	VERIFY_NOT_LOG,		/* entry 0 is not of kind `log` */
	VERIFY_LOG_INSIDE,
	VERIFY_REF,		/* a: what it refers to */
	VERIFY_NO_REF,
	VERIFY_FLAGS,		/* a: the bits that do not belong there */
	VERIFY_ENGINE,		/* a: the number */
	VERIFY_CODE,		/* a: decision, b: floor */
	VERIFY_NO_POLICY,	/* a decision or `policy` without version or hash */
	VERIFY_NODE,		/* a node's name is none */
	VERIFY_STEP,		/* a: the code of `node` */
	VERIFY_TOLD,		/* told by another node, or not, where it cannot be so */
	VERIFY_ABOVE		/* an answer of the node above that is none */
};

/* One entry, as far as the rules that look at its neighbours need it. */
struct verify_line {
	size_t off;		/* in the bundle's file, of its length */
	size_t len;		/* of the text, at off + 2 */
	int64_t t;
	uint64_t seq;
	uint64_t a, b;
	uint8_t fault;
	uint8_t kind;
	char policy[32];	/* of a decision or `policy` */
	char hash[68];		/* of `policy` */
	char from[16];		/* the node that told it */
	uint64_t from_seq;	/* as its own entry of this number; 0: nobody did */
	uint64_t from_base;	/* `from` has joined: it counts from here on; 0: no */
};

/* One bundle on its way through the threads. */
struct verify_bundle {
	uint64_t index;
	uint64_t base;		/* of the log */
	int64_t year_from;	/* journal times of its year: from here */
	int64_t year_until;	/* on, until before here */
	unsigned first;		/* entries before it are only hashed */
	unsigned want;		/* entries that it should hold */
	unsigned n;		/* entries that it holds, up to `want` */
	size_t len, cap, end;	/* end: behind entry n - 1 */
	uint8_t *p;
	uint8_t leaf[TILE_WIDTH][MERKLE_LEN];
	struct verify_line line[TILE_WIDTH];
	struct entry e;
};

/**
 * verify_bundle_work(b): Hash and read the entries of a bundle: all but its inputs
 * (index to want, len, p) is filled in.
 */
void verify_bundle_work(struct verify_bundle *b);

/* Two threads that work on bundles: the caller's and one more. */
struct verify_pool;

/**
 * verify_pool_new(alone): Return a pool, or NULL.  When no thread can be made, or
 * `alone`, the caller's does all.  verify_pool_free(p): NULL is allowed.
 * verify_pool_next(p): A bundle to be filled, or NULL when all are under way.
 * verify_pool_put(p): Give the bundle of verify_pool_next() to the threads.
 * verify_pool_take(p): Wait for the oldest one; NULL when none is under way.
 * verify_pool_done(p): It may be used again.
 * verify_pool_drop(p): Wait for all that are under way and forget them.
 */
struct verify_pool *verify_pool_new(int alone);
void verify_pool_free(struct verify_pool *p);
struct verify_bundle *verify_pool_next(struct verify_pool *p);
void verify_pool_put(struct verify_pool *p);
struct verify_bundle *verify_pool_take(struct verify_pool *p);
void verify_pool_done(struct verify_pool *p);
void verify_pool_drop(struct verify_pool *p);

/* How far a node is that has told us of its entries. */
struct verify_told {
	char node[16];
	uint64_t seq;
};

/* A tile as far as it is believed. */
struct verify_tile {
	uint64_t index;
	int known;		/* it was looked for */
	unsigned n;		/* hashes, 0: there is none to believe */
	uint8_t hash[TILE_WIDTH][MERKLE_LEN];
};

#define VERIFY_POLICIES 64	/* hashes of policy files found good */

struct verify {
	struct package *p;
	const struct verify_options *o;
	struct verify_pool *pool;
	uint64_t findings;
	int stop;		/* no more is wanted, or possible */
	int broken;		/* the reason is outside of the package */
	/* the log at hand */
	size_t i;
	struct verify_log log;
	const struct package_log *l;
	struct tiles *tiles;
	uint64_t size;
	int year, n;
	int rooted;		/* its tiles yield the signed root */
	struct verify_tile tile[TILE_LEVELS];
	/* what goes on from one entry, and from one log, to the next */
	int started;		/* an entry was seen: t and kind are known */
	int64_t t;
	int kind;
	int due;
	char policy[32];	/* in force, "": not known */
	int first;		/* no log is before the first one at hand */
	struct verify_told *told; /* sorted by name */
	size_t ntold;
	/* policy files found good or told of */
	size_t npolicies;
	char policies[VERIFY_POLICIES][68];
	struct entry e;
};

/* The place of a finding. */
struct verify_place {
	const char *path;	/* below the log; NULL: `file` as it is */
	const char *file;
	uint64_t seq;
	int64_t index;
	int64_t offset;
};

/**
 * verify_find(v, place, zh, en, ...): Tell of a finding; both formats take the same
 * arguments.
 */
void verify_find(struct verify *v, const struct verify_place *place,
    const char *zh, const char *en, ...)
    __attribute__((format(printf, 3, 5), format(printf, 4, 5)));

/**
 * verify_remark(v, zh, en, ...): Tell of something that is no finding.
 */
void verify_remark(struct verify *v, const char *zh, const char *en, ...)
    __attribute__((format(printf, 2, 4), format(printf, 3, 4)));

/**
 * verify_unread(v): A read of v->tiles failed: is the package at fault?  Return 1
 * when it is (a finding has been told), 0 when the run ends.
 * verify_read_begin(v): Call it before the read.
 */
void verify_read_begin(struct verify *v);
int verify_unread(struct verify *v);

/**
 * verify_log_check(v, i): Verify one log, all five steps.
 */
void verify_log_check(struct verify *v, size_t i);

/**
 * verify_seen_check(v, seen): Does the log continue what the state remembers (or NULL),
 * the caller's head, and the one that a witness left?
 * verify_seen_signers(n, out): Write down the good signatures of a verified note.
 * Return how many.
 */
void verify_seen_check(struct verify *v, const struct verify_seen *seen);
size_t verify_seen_signers(const struct note *n, struct verify_signer *out);

/**
 * verify_tree_begin(v): Forget the tiles of another log, and see whether those on the
 * right edge yield the signed root; where not, tell which do not fit.
 * verify_tree_seen(v, seen): Is this head a beginning of the log?  Return 1 if so.
 * verify_tree_leaves(v, b): Point at the hashes of a bundle's entries as its tile has
 * them, once that is compared with its parent; NULL when there are none.
 */
void verify_tree_begin(struct verify *v);
int verify_tree_seen(struct verify *v, const struct checkpoint *seen);
const uint8_t (*verify_tree_leaves(struct verify *v,
    const struct verify_bundle *b))[MERKLE_LEN];

/**
 * verify_rules_year(b, year): Set the bounds of the year, 0: any time is good.
 * verify_rules_entry(b, i, e): Judge an entry by itself, into its line.
 * verify_rules_line(v, l, place): Judge it among its neighbours, and tell what is wrong.
 * verify_rules_first(v, text, len, place): Judge what entry 0 says of the logs.
 */
void verify_rules_entry(struct verify_bundle *b, unsigned i,
    const struct entry *e);
void verify_rules_year(struct verify_bundle *b, int year);
void verify_rules_line(struct verify *v, const struct verify_line *l,
    const struct verify_place *at);
void verify_rules_first(struct verify *v, const char *text, size_t len,
    const struct verify_place *place);

/**
 * verify_told_entry(l, e): Judge what an entry says of other nodes, by itself, into its
 * line.  verify_told_line(v, l, place): was it told once, and in order?
 * verify_told_forget(v): entries are missing before this one: begin anew.
 */
void verify_told_entry(struct verify_line *l, const struct entry *e);
void verify_told_line(struct verify *v, const struct verify_line *l,
    const struct verify_place *at);
void verify_told_forget(struct verify *v);

#endif /* !LIANGKA_VERIFY_IMPL_H_ */
