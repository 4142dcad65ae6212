#ifndef SEALED_INDEX_H_
#define SEALED_INDEX_H_

/* Where in a file the record of a number stands; a sorted list. */

#include <stddef.h>
#include <stdint.h>

#define SEALED_NOWHERE	UINT64_MAX	/* erased */

struct sealed_index_item {
	uint64_t id;
	uint64_t off;
	int fresh;		/* written by this run */
};

struct sealed_index {
	struct sealed_index_item *item;
	size_t n, room;
};

/**
 * sealed_index_add(x, id, off, fresh): Add a number, unless it is there; cheap when
 * it is above all others.  Return 0, or -1 with errno ENOMEM.
 * sealed_index_find(x, id): Return its item, valid until the next addition, or NULL.
 * sealed_index_clear(x): Empty it and free what it holds.
 */
int sealed_index_add(struct sealed_index *x, uint64_t id, uint64_t off,
    int fresh);
struct sealed_index_item *sealed_index_find(const struct sealed_index *x,
    uint64_t id);
void sealed_index_clear(struct sealed_index *x);

#endif /* !SEALED_INDEX_H_ */
