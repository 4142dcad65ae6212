#ifndef LIANGKA_ADOPT_PLAN_H_
#define LIANGKA_ADOPT_PLAN_H_

/*
 * Which of the files that signed targets name are needed, and how a list comes out of
 * them: by deltas upon what is held, else from a snapshot (and deltas upon that).  The
 * node's daemon and `liangka sync` ask the same question here.  No I/O.
 *
 * Threads: any; what was loaded never changes.
 */

#include <stddef.h>
#include <stdint.h>

#include "tuf.h"

#define ADOPT_TARGETS_MAX 4096	/* target files in one targets.json */
#define ADOPT_PATH_MAX	1024
#define ADOPT_POLICY_MAX (1u << 20)	/* bytes of a policy */

/* What targets name, checked for sense; targets of other kinds are left out. */
struct adopt_targets {
	struct tuf_target *at;
	size_t n;
	char (*list)[24];		/* ids of the lists, sorted */
	size_t nlists;
	const struct tuf_target *policy, *outlets, *campaigns; /* or NULL */
};

/* How one list is made.  step[0] may be a snapshot; all others are deltas. */
struct adopt_plan {
	struct tuf_target result;	/* a target that names version, root, count */
	struct tuf_target *step;	/* for free(), by adopt_plan_free() */
	size_t nsteps;			/* 0: what is held is the newest already */
	int whole;			/* from a snapshot, not upon what is held */
	uint64_t bytes;			/* of all steps */
};

/* What the node has of a list; version 0: nothing. */
struct adopt_held {
	uint32_t epoch, version;
};

/**
 * adopt_targets_load(s, t, err): Read the trusted targets of t.  Return 0, or -1 with a
 * sentence in err (ADOPT_ERROR_MAX bytes): a field is missing or contradicts another, a
 * path leads out of the directory.
 * adopt_targets_free(s): Free it; s may be zeros.
 */
int adopt_targets_load(struct adopt_targets *s, const struct tuf *t, char *err);
void adopt_targets_free(struct adopt_targets *s);

/**
 * adopt_plan(s, list, held, epochs, n, whole, p, err): Plan how to make the newest
 * version of a list, of the epoch that is held if it goes on, else of the highest of
 * the n epochs that the node has keys of.  With `whole` what is held is not built upon.
 * Return 0 with *p; -1 with a sentence.
 * adopt_plan_find(s, list, epoch): A target that names the newest version of the list
 * under that epoch, or NULL.
 */
int adopt_plan(const struct adopt_targets *s, const char *list,
    const struct adopt_held *held, const uint32_t *epochs, size_t n, int whole,
    struct adopt_plan *p, char *err);
void adopt_plan_free(struct adopt_plan *p);
const struct tuf_target *adopt_plan_find(const struct adopt_targets *s,
    const char *list, uint32_t epoch);

/**
 * adopt_target_path(g, path): Write "<dir>/<sha256>.<name>", where a target lies below
 * targets/, in ADOPT_PATH_MAX bytes.
 */
void adopt_target_path(const struct tuf_target *g, char path[ADOPT_PATH_MAX]);

#endif /* !LIANGKA_ADOPT_PLAN_H_ */
