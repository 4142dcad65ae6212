#ifndef LIANGKA_LIST_IMPL_H_
#define LIANGKA_LIST_IMPL_H_

/* What the files of list*.c share. */

#include "list.h"
#include "listbase.h"
#include "listtree.h"

struct list {
	struct list_info info;
	struct listbase *base;		/* held */
	struct listtree tree;		/* of base and layer */
	struct listrec *layer;		/* ascending; GONE ones stand in the base */
	size_t nlayer;
};

/**
 * list_layer_of(l, i, n): The records of the layer that are of bucket i.
 */
const struct listrec *list_layer_of(const struct list *l, uint32_t i,
    size_t *n);

#endif /* !LIANGKA_LIST_IMPL_H_ */
