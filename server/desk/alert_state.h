#ifndef LIANGKA_ALERT_STATE_H_
#define LIANGKA_ALERT_STATE_H_

/*
 * How far telling has come: the file `state`, replaced whole (written beside, synced,
 * renamed) so that a kill at any moment leaves the old or the new one.
 *
 *	liangka alert state v1
 *	node bank.example/branch/b017
 *	since 1795312800000	older alerts are not told
 *	read 81234		every entry up to it was looked at
 *	oldest 80990		no alert below it waits to be taken
 *	tells 3 512		tells.3 holds so many records that count
 *	receiver 410 county-duty	all records below 410 are done with,
 *	aside 17 1795312800000	but for this one, to be tried again then
 *	sum <SHA-256 of the lines above, hex>
 *
 * `aside` lines belong to the receiver before them.  Nodes have no spaces in their
 * names.
 *
 * Threads: one at a time per struct.
 */

#include <stddef.h>
#include <stdint.h>

#include "alert.h"
#include "alert_routing.h"

struct disk;

#define ALERT_ASIDE_MAX 32
#define ALERT_STATE_ERROR_MAX 1024
#define ALERT_STATE_MAX (1u << 20)	/* bytes of the file */

/* A record that was refused, and is tried again by itself. */
struct alert_aside {
	uint64_t i;		/* of the record */
	int64_t next;		/* UTC ms */
};

/* How far one receiver has come. */
struct alert_cursor {
	char name[ALERT_NAME_MAX];
	uint64_t i;
	struct alert_aside aside[ALERT_ASIDE_MAX];
	size_t naside;
};

struct alert_state {
	char node[ALERT_NODE_MAX];	/* "": not known yet */
	int64_t since;			/* UTC ms */
	uint64_t read;
	uint64_t oldest;
	uint64_t gen, count;		/* of the queue */
	struct alert_cursor *cursor;
	size_t ncursors;
};

/**
 * alert_state_parse(s, text, len): Read the text.  Return 0, or -1 with *s empty.
 * alert_state_print(s, len): Return the text for free(), or NULL when out of memory.
 * alert_state_free(s): Free what it holds and empty it.
 */
int alert_state_parse(struct alert_state *s, const char *text, size_t len);
char *alert_state_print(const struct alert_state *s, size_t *len);
void alert_state_free(struct alert_state *s);

/**
 * alert_state_load(s, dir, err): Read dir/state.  Return 0, 1 when there is none, or -1
 * with a sentence in err (ALERT_STATE_ERROR_MAX bytes).
 * alert_state_save(s, d, dir, err): Replace it.  Return 0 or -1.
 * alert_state_lock(d, dir, err): Make the directory (mode 0700) where it is missing, see
 * that nobody else may reach it and lock it.  Return the lock, for close(), -1, or -2
 * when another holds it.
 */
int alert_state_load(struct alert_state *s, const char *dir, char *err);
int alert_state_save(const struct alert_state *s, const struct disk *d,
    const char *dir, char *err);
int alert_state_lock(const struct disk *d, const char *dir, char *err);

/**
 * alert_state_cursor(s, name): Find a cursor, or NULL.  alert_state_add(s, name, i): add
 * one that stands at record i; NULL when out of memory.
 */
struct alert_cursor *alert_state_cursor(struct alert_state *s,
    const char *name);
struct alert_cursor *alert_state_add(struct alert_state *s, const char *name,
    uint64_t i);

#endif /* !LIANGKA_ALERT_STATE_H_ */
