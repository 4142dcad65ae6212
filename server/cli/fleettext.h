#ifndef LIANGKA_FLEETTEXT_H_
#define LIANGKA_FLEETTEXT_H_

/*
 * Nodes below, as people and programs read them.
 */

#include <stddef.h>
#include <stdint.h>

struct fleetlist_node;
struct tool;

#define FLEETTEXT_CELL 512
#define FLEETTEXT_CELLS 10

/* Against what a node is held: ours. */
struct fleettext_ours {
	const char *version;
	const char *policy;
	uint64_t lists;
	int64_t now;		/* ms */
};

/* A row of the table. */
struct fleettext {
	char cell[FLEETTEXT_CELLS][FLEETTEXT_CELL];
	int differs;		/* a version is marked: it is not ours */
};

/**
 * fleettext_heads(t): The titles of the cells.
 * fleettext_row(t, row, n, o): Write the row of a node.
 */
const char *const *fleettext_heads(const struct tool *t);
void fleettext_row(const struct tool *t, struct fleettext *row,
    const struct fleetlist_node *n, const struct fleettext_ours *o);

/**
 * fleettext_whole(t, n, o): Write all about one node, a line each.
 * fleettext_json(t, n, o): write it as a line of JSON.
 */
void fleettext_whole(const struct tool *t, const struct fleetlist_node *n,
    const struct fleettext_ours *o);
void fleettext_json(const struct tool *t, const struct fleetlist_node *n,
    const struct fleettext_ours *o);

/**
 * fleettext_counts(t, counts, buf): Write how often the node above was asked and how often
 * it did not answer, as counter/fleet.h counts it: FLEETTEXT_CELL bytes.
 */
const char *fleettext_counts(const struct tool *t, const char *counts,
    char *buf);

/**
 * fleettext_age(t, ms, buf): Write for how long, e.g. "3 s", "5 min", "2 h", "4 d".
 */
#define FLEETTEXT_AGE 32
const char *fleettext_age(const struct tool *t, int64_t ms,
    char buf[FLEETTEXT_AGE]);

#endif /* !LIANGKA_FLEETTEXT_H_ */
