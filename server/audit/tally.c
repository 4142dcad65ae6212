#include <stdlib.h>
#include <string.h>

#include "plugin.h"

#include "tally.h"

#define FIRST 64	/* places of a new table, a power of 2 */

struct tally {
	struct tally_row *row;
	uint32_t *place;	/* index of a row + 1; 0: free */
	size_t n, cap;		/* rows, places */
	struct tally_row rest;
	int sorted;		/* places are not those of the rows any more */
};

/* Make an empty one. */
struct tally *
tally_new(void)
{
	struct tally *t = calloc(1, sizeof(*t));

	if (t == NULL)
		return (NULL);
	t->cap = FIRST;
	t->place = calloc(t->cap, sizeof(t->place[0]));
	t->row = calloc(t->cap / 2, sizeof(t->row[0]));
	if (t->place == NULL || t->row == NULL) {
		tally_free(t);
		return (NULL);
	}
	return (t);
}

/* Free it. */
void
tally_free(struct tally *t)
{

	if (t == NULL)
		return;
	free(t->row);
	free(t->place);
	free(t);
}

/* Where a key belongs: its place, or a free one. */
static uint32_t *
find(const struct tally *t, const char *key)
{
	uint64_t h = UINT64_C(0xcbf29ce484222325);
	size_t i;

	for (i = 0; key[i] != '\0'; i++)
		h = (h ^ (uint8_t)key[i]) * UINT64_C(0x100000001b3);
	for (i = (h ^ h >> 32) & (t->cap - 1); t->place[i] != 0;
	    i = (i + 1) & (t->cap - 1))
		if (strcmp(t->row[t->place[i] - 1].key, key) == 0)
			break;
	return (&t->place[i]);
}

/* Give every row its place anew. */
static void
settle(struct tally *t)
{
	size_t i;

	memset(t->place, 0, t->cap * sizeof(t->place[0]));
	for (i = 0; i < t->n; i++)
		*find(t, t->row[i].key) = (uint32_t)i + 1;
	t->sorted = 0;
}

/* Twice as many places; nonzero when there is no memory. */
static int
grow(struct tally *t)
{
	struct tally_row *row;
	uint32_t *place;

	if ((row = realloc(t->row, t->cap * sizeof(*row))) == NULL)
		return (-1);
	t->row = row;
	if ((place = realloc(t->place, 2 * t->cap * sizeof(*place))) == NULL)
		return (-1);
	t->place = place;
	t->cap *= 2;
	settle(t);
	return (0);
}

/* The sum of a key. */
struct tally_sum *
tally_at(struct tally *t, const char *key)
{
	struct tally_row *r;
	char cut[TALLY_KEY];
	uint32_t *place;

	if (strlen(key) >= sizeof(cut)) {
		memcpy(cut, key, sizeof(cut) - 1);
		cut[sizeof(cut) - 1] = '\0';
		key = cut;
	}
	if (t->sorted)
		settle(t);
	if (*(place = find(t, key)) != 0)
		return (&t->row[*place - 1].n);
	if (t->n == TALLY_ROWS || (t->n == t->cap / 2 && grow(t) != 0))
		return (&t->rest.n);
	place = find(t, key);
	*place = (uint32_t)t->n + 1;
	r = &t->row[t->n++];
	memset(r, 0, sizeof(*r));
	memcpy(r->key, key, strlen(key) + 1);
	return (&r->n);
}

/* Count a decision. */
void
tally_count(struct tally_sum *n, int32_t was, int32_t is)
{
	int w = was >= LK_REVIEW, i = is >= LK_REVIEW;

	n->decisions++;
	n->was_held += (uint64_t)w;
	n->is_held += (uint64_t)i;
	n->held += (uint64_t)(!w && i);
	n->released += (uint64_t)(w && !i);
	n->changed += (uint64_t)(was != is);
}

/* The order of the rows. */
static int
before(const void *a, const void *b)
{
	const struct tally_row *x = a, *y = b;
	uint64_t p = x->n.held + x->n.released, q = y->n.held + y->n.released;

	if (p != q)
		return (p < q ? 1 : -1);
	if (x->n.changed != y->n.changed)
		return (x->n.changed < y->n.changed ? 1 : -1);
	return (strcmp(x->key, y->key));
}

/* The rows, sorted. */
const struct tally_row *
tally_rows(struct tally *t, size_t *n)
{
	static const struct tally_row none;

	*n = t->n;
	if (t->n == 0)
		return (&none);
	qsort(t->row, t->n, sizeof(t->row[0]), before);
	t->sorted = 1;
	/* There is room for one more: rows grow before all places are taken. */
	if (t->rest.n.decisions != 0 && (t->n < t->cap / 2 || grow(t) == 0)) {
		t->row[t->n] = t->rest;
		*n = t->n + 1;
	}
	t->sorted = 1;
	return (t->row);
}
