#ifndef LIANGKA_CENTRE_PUBLISHED_H_
#define LIANGKA_CENTRE_PUBLISHED_H_

/*
 * What the centre has published of a list: the records of a version, out of the files in
 * repo/.
 *
 * Threads: one at a time.
 */

#include <stddef.h>
#include <stdint.h>

#include "store/listrec.h"

#include "centre.h"

/* One version of a list. */
struct centre_published {
	struct list_info info;
	struct listrec *r;	/* info.count of them, ascending */
	size_t n;
	uint32_t targets_version;
	char *targets;		/* the signed targets file that names it, as it is */
	size_t targets_len;
};

/**
 * centre_published_load(c, id, version, p, err): Load a version of a list, 0: the newest.
 * Files are checked against what was signed, and the root is computed.  Return 0, for
 * centre_published_free(); 1 when there is no such version (err says which there are);
 * -1.
 * centre_published_version(c, id, version, err): The newest version that is published,
 * 0: none.  Return 0 or -1.
 * centre_published_free(p): A zeroed one is allowed.
 */
int centre_published_load(const struct centre *c, const char *id,
    uint32_t version, struct centre_published *p, char *err);
int centre_published_version(const struct centre *c, const char *id,
    uint32_t *version, char *err);
void centre_published_free(struct centre_published *p);

/* What would change from one set of records to another. */
struct centre_change {
	uint64_t before, after;	/* records */
	uint64_t added, removed, changed, cleared;
};

/**
 * centre_compare(before, nbefore, after, nafter, ch, each, arg): Count the changes and
 * call each(arg, old, new) for each, in the order of tokens; old or new is NULL where
 * there is none; its non-zero return ends and is returned.
 */
int centre_compare(const struct listrec *before, size_t nbefore,
    const struct listrec *after, size_t nafter, struct centre_change *ch,
    int (*each)(void *arg, const struct listrec *before,
    const struct listrec *after), void *arg);

#endif /* !LIANGKA_CENTRE_PUBLISHED_H_ */
