#ifndef LIANGKA_EVENTBATCH_H_
#define LIANGKA_EVENTBATCH_H_

/*
 * Entries of a journal on their way to another node: in the field ENTRIES one behind the
 * other, each a u16 length (little-endian) and so many bytes of a printed entry without
 * what its own journal alone needs.  Pure.
 *
 * Threads: any, on different structs.
 */

#include <stddef.h>
#include <stdint.h>

struct entry;

#define EVENTBATCH_MAX 60000	/* bytes of a batch */

struct eventbatch {
	uint8_t *buf;		/* EVENTBATCH_MAX bytes of the caller's */
	size_t len;
	unsigned n;
	uint64_t last;		/* seq of the last one */
};

/**
 * eventbatch_wanted(e, above): Has the node `above` to be told of an entry of ours?
 * Openings and what becomes of them, alarms, cases and alerts: yes; dry runs, what it
 * told us itself, and what concerns this node alone: no.
 */
int eventbatch_wanted(const struct entry *e, const char *above);

/**
 * eventbatch_add(b, e): Add an entry, stripped of facts, texts and what a node above
 * cannot use; e is changed.  Return 0, or -1 when it does not fit any more.
 */
int eventbatch_add(struct eventbatch *b, struct entry *e);

/**
 * eventbatch_next(buf, len, pos, e): Read the entry at *pos and move on; it is stripped as
 * by eventbatch_add(), whoever wrote it.  Return 1, 0 at the end, or -1 when the bytes are
 * none.
 */
int eventbatch_next(const uint8_t *buf, size_t len, size_t *pos,
    struct entry *e);

#endif /* !LIANGKA_EVENTBATCH_H_ */
