#ifndef LIANGKA_FLEETLIST_H_
#define LIANGKA_FLEETLIST_H_

/*
 * The nodes below, as the daemon tells them (WIRE_FLEET); lines as counter/fleet.h has
 * them.  What stands in the texts comes from those nodes: width_put() them.
 */

#include <stddef.h>
#include <stdint.h>

struct service;
struct tool;

/* A cosigned head is no older: a node that nobody asks writes its clock each minute. */
#define FLEETLIST_FRESH_MS 90000

enum fleetlist_state {		/* as enum record_node_status */
	FLEETLIST_ACTIVE, FLEETLIST_RETIRED, FLEETLIST_AWAITED, FLEETLIST_HELD,
	FLEETLIST_STATES
};

struct fleetlist_node {
	char node[16];
	int32_t state;		/* enum fleetlist_state */
	int32_t up;		/* linked */
	int64_t beat;		/* ms; 0: not since the daemon's start */
	uint64_t cursor;	/* the last of its entries that was taken */
	uint64_t last;		/* the last that it has, 0: not known */
	int64_t taken;		/* ms */
	uint64_t events;	/* how many were taken */
	char version[32];
	char policy[32];
	uint64_t lists;
	char counts[256];
	char origin[192];	/* of its log */
	uint64_t head_size;	/* of the last cosigned head; 0: not since the start */
	int64_t head_t;
	char head_why[128];	/* why the last head was not cosigned, "" */
	char why[256];		/* why its last join or batch was refused, "" */
};

struct fleetlist {
	struct fleetlist_node *v;
	size_t n;
	int64_t now;		/* the daemon's, ms */
};

/**
 * fleetlist_get(t, s, l): Ask the daemon for all of them, by name, into the zeroed *l.
 * Return 0 or an LK_E_ code, with the daemon's text, if any, in s->message.
 * fleetlist_free(l): free them.
 */
int fleetlist_get(const struct tool *t, struct service *s,
    struct fleetlist *l);
void fleetlist_free(struct fleetlist *l);

/**
 * fleetlist_read(line, len, n): Read one line without its newline.  Return 0, or -1 when
 * it is none.
 */
int fleetlist_read(const char *line, size_t len, struct fleetlist_node *n);

/**
 * fleetlist_count(counts, name, v): Find "name=NUMBER" among counts.  Return 0, or -1 when
 * it is not there.
 * fleetlist_open(counts): Is its breaker open: does it answer without its node above?
 */
int fleetlist_count(const char *counts, const char *name, uint64_t *v);
int fleetlist_open(const char *counts);

/**
 * fleetlist_lag(n): How many of its entries may still be missing here: what it says, else
 * all behind the last one taken, which counts those that are never told.
 * fleetlist_fresh(n, now): Was a head of its cosigned in the last 90 s?
 * fleetlist_well(n, now): Is it as it should be: linked and fresh; or not expected to be?
 */
uint64_t fleetlist_lag(const struct fleetlist_node *n);
int fleetlist_fresh(const struct fleetlist_node *n, int64_t now);
int fleetlist_well(const struct fleetlist_node *n, int64_t now);

#endif /* !LIANGKA_FLEETLIST_H_ */
