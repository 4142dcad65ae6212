#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "overlay.h"

#define BITS	11			/* Of the prefix in one pass. */
#define PASSES	6			/* 6 * 11 >= 64. */
#define SLOTS	(1u << BITS)
#define FEW	256			/* Not worth counting. */

/* Order two items by key: the first two bytes of a key fix its size. */
static int
item_cmp(const void *a, const void *b)
{
	const struct overlay_item *x = a, *y = b;

	if (x->prefix != y->prefix)
		return (x->prefix < y->prefix ? -1 : 1);
	return (memcmp(x->r->body, y->r->body, x->r->keysize));
}

/* Return the digit of a prefix that a pass looks at. */
static unsigned
digit(uint64_t prefix, unsigned pass)
{

	return ((unsigned)(prefix >> (pass * BITS)) & (SLOTS - 1));
}

/* Count all digits of all passes. */
static void
count(const struct overlay_item *items, size_t n, size_t at[PASSES][SLOTS])
{

	memset(at, 0, PASSES * sizeof(at[0]));
	for (size_t i = 0; i < n; i++)
		for (unsigned p = 0; p < PASSES; p++)
			at[p][digit(items[i].prefix, p)]++;
}

/* Turn the counts of a pass into where each digit begins. */
static void
begins(size_t at[SLOTS])
{
	size_t sum = 0, n;

	for (unsigned d = 0; d < SLOTS; d++) {
		n = at[d];
		at[d] = sum;
		sum += n;
	}
}

/* Order by prefix alone, the lowest digit first; each pass keeps what it finds. */
static int
by_prefix(struct overlay_item *items, size_t n)
{
	struct overlay_item *from = items, *to, *spare;
	size_t (*at)[SLOTS];

	at = malloc(PASSES * sizeof(*at));
	spare = malloc(n * sizeof(*spare));
	if (at == NULL || spare == NULL) {
		free(at);
		free(spare);
		return (-1);
	}
	count(items, n, at);
	to = spare;
	for (unsigned p = 0; p < PASSES; p++) {
		/* One digit for all: there is nothing to order. */
		if (at[p][digit(from[0].prefix, p)] == n)
			continue;
		begins(at[p]);
		for (size_t i = 0; i < n; i++)
			to[at[p][digit(from[i].prefix, p)]++] = from[i];
		struct overlay_item *t = from;
		from = to;
		to = t;
	}
	if (from != items)
		memcpy(items, from, n * sizeof(*items));
	free(at);
	free(spare);
	return (0);
}

/* Sort by prefix, then each run of equal ones by what follows. */
void
overlay_order(struct overlay_item *items, size_t n)
{
	size_t i, end;

	if (n < FEW || by_prefix(items, n) == -1) {
		qsort(items, n, sizeof(*items), item_cmp);
		return;
	}
	for (i = 0; i < n; i = end) {
		for (end = i + 1; end < n &&
		    items[end].prefix == items[i].prefix; end++)
			continue;
		if (end - i > 1)
			qsort(&items[i], end - i, sizeof(*items), item_cmp);
	}
}
