#ifndef LIANGKA_SYNC_NEED_H_
#define LIANGKA_SYNC_NEED_H_

/*
 * Which target files a node needs: sync fetches these, and adoption applies the same
 * ones in the same order, by the same rule.
 *
 * Threads: any.
 */

#include <stddef.h>
#include <stdint.h>

#include "tuf.h"

#define SYNC_NEED_LISTS	64
#define SYNC_NEED_MAX	256	/* files of all */

/**
 * sync_need_version(t, list, version, epoch): Write the newest version of a list that
 * the trusted targets name, and the epoch of its tokens.  Return 0, or -1 when they name
 * no such list.
 */
int sync_need_version(const struct tuf *t, const char *list, uint32_t *version,
    uint32_t *epoch);

/**
 * sync_need_list(t, list, have, epoch, out, err): Which files lead from version `have`
 * (0: none) of this epoch to the newest: none; one delta, the shortest that may be
 * applied; or the newest snapshot and, where it is older, the shortest delta on it.
 * Write them to out in this order and return how many; -1 with a sentence in err
 * (TUF_ERROR_MAX bytes) when no way leads there.
 */
int sync_need_list(const struct tuf *t, const char *list, uint32_t have,
    uint32_t epoch, struct tuf_target out[2], char *err);

/* All that a node needs. */
struct sync_need {
	size_t n;
	struct tuf_target g[SYNC_NEED_MAX];
};

/**
 * sync_need_all(t, had, need, err): All files that t's targets make necessary for a node
 * whose lists are those that `had` names (NULL: it has none): policy, registers, lists.
 * Return 0, or -1 with a sentence in err.
 */
int sync_need_all(const struct tuf *t, const struct tuf *had,
    struct sync_need *need, char *err);

#endif /* !LIANGKA_SYNC_NEED_H_ */
