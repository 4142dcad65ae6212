#ifndef LIANGKA_TALLY_H_
#define LIANGKA_TALLY_H_

/*
 * Decisions counted twice, as they were and as they would be, by a key such as an
 * outlet or an area.  Memory grows with the keys, up to a bound; what comes beyond is
 * counted together.
 *
 * Threads: one at a time per struct.
 */

#include <stddef.h>
#include <stdint.h>

#define TALLY_KEY 72		/* bytes of a key with its NUL */
#define TALLY_ROWS 65536	/* keys, at most */

/* Held: LK_REVIEW or stricter. */
struct tally_sum {
	uint64_t decisions;
	uint64_t was_held;
	uint64_t is_held;
	uint64_t held;		/* passed or limited then, held or refused now */
	uint64_t released;	/* the other way round */
	uint64_t changed;	/* any other decision than then */
};

struct tally_row {
	char key[TALLY_KEY];
	struct tally_sum n;
};

struct tally;

/**
 * tally_new(): Make an empty one.  Return NULL when out of memory.  tally_free(t): NULL
 * is allowed.
 */
struct tally *tally_new(void);
void tally_free(struct tally *t);

/**
 * tally_count(n, was, is): Add one decision, LK_PASS and so on, to a sum.
 */
void tally_count(struct tally_sum *n, int32_t was, int32_t is);

/**
 * tally_at(t, key): Return the sum of a key, which is made when it is new and cut when
 * it is longer than a row holds; with TALLY_ROWS keys or without memory that of all
 * the others, whose key is "".  It is good until the next call.
 */
struct tally_sum *tally_at(struct tally *t, const char *key);

/**
 * tally_rows(t, n): Return the rows and their number in *n, those with the most
 * decisions that are held or released anew first, then those with the most changes,
 * then by key; good until the next call.
 */
const struct tally_row *tally_rows(struct tally *t, size_t *n);

#endif /* !LIANGKA_TALLY_H_ */
