#include <stdlib.h>
#include <string.h>

#include "sealed_index.h"

/* Where the number is, or would be. */
static size_t
place(const struct sealed_index *x, uint64_t id)
{
	size_t lo = 0, hi = x->n, mid;

	if (hi > 0 && x->item[hi - 1].id < id)
		return (hi);
	while (lo < hi) {
		mid = lo + (hi - lo) / 2;
		if (x->item[mid].id < id)
			lo = mid + 1;
		else
			hi = mid;
	}
	return (lo);
}

/* Add a number. */
int
sealed_index_add(struct sealed_index *x, uint64_t id, uint64_t off, int fresh)
{
	struct sealed_index_item *p;
	size_t i = place(x, id), room;

	if (i < x->n && x->item[i].id == id)
		return (0);
	if (x->n == x->room) {
		room = x->room != 0 ? 2 * x->room : 64;
		if ((p = realloc(x->item, room * sizeof(*p))) == NULL)
			return (-1);
		x->item = p;
		x->room = room;
	}
	memmove(&x->item[i + 1], &x->item[i], (x->n - i) * sizeof(*x->item));
	x->item[i] = (struct sealed_index_item){ id, off, fresh };
	x->n++;
	return (0);
}

/* Find a number. */
struct sealed_index_item *
sealed_index_find(const struct sealed_index *x, uint64_t id)
{
	size_t i = place(x, id);

	return (i < x->n && x->item[i].id == id ? &x->item[i] : NULL);
}

/* Empty it. */
void
sealed_index_clear(struct sealed_index *x)
{

	free(x->item);
	memset(x, 0, sizeof(*x));
}
