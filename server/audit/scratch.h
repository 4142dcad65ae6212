#ifndef LIANGKA_SCRATCH_H_
#define LIANGKA_SCRATCH_H_

/*
 * A private state to fold journal entries into, as the daemon does, which leaves
 * nothing behind.
 *
 * Threads: one at a time per struct; the state has a thread of its own.
 */

#include <stddef.h>
#include <stdint.h>

struct apply;
struct entry;
struct state;

#define SCRATCH_ERROR_MAX 512

struct scratch {
	struct state *state;	/* NULL: not open */
	struct apply *apply;
	uint64_t last;		/* seq of the last entry folded */
};

/**
 * scratch_open(s, tmp, overlay_bytes, err): Make an empty state in a directory of its
 * own under tmp (NULL: /tmp), which has no name any more when this returns.
 * Return 0, or -1 with a sentence in err (SCRATCH_ERROR_MAX bytes).
 */
int scratch_open(struct scratch *s, const char *tmp, uint64_t overlay_bytes,
    char *err);

/**
 * scratch_fold(s, e, err): Apply an entry; seqs rise.  No leaf hash is kept.  Return 0
 * or -1 with a sentence.
 */
int scratch_fold(struct scratch *s, const struct entry *e, char *err);

/**
 * scratch_close(s): Free it; one that is not open is allowed.
 */
void scratch_close(struct scratch *s);

#endif /* !LIANGKA_SCRATCH_H_ */
