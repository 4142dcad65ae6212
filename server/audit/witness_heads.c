#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "witness.h"
#include "witness_heads_impl.h"

/* Find a log. */
int
witness_heads_find(const struct witness_heads *h, const char *origin,
    size_t *at)
{
	size_t lo = 0, hi = h->n, mid;
	int c;

	while (lo < hi) {
		mid = lo + (hi - lo) / 2;
		c = strcmp(origin, h->kept[mid].h.c.origin);
		if (c == 0) {
			*at = mid;
			return (1);
		}
		if (c < 0)
			hi = mid;
		else
			lo = mid + 1;
	}
	*at = lo;
	return (0);
}

/* Has a node all the logs that it may have?  Those of one key stand together. */
static int
has_many(const struct witness_heads *h, const char *key)
{
	char first[CHECKPOINT_ORIGIN_MAX + 1];
	size_t at, i, len;

	if ((size_t)snprintf(first, sizeof(first), "%s/", key) >= sizeof(first))
		return (0);	/* no origin is so long */
	len = strlen(first);
	(void)witness_heads_find(h, first, &at);
	for (i = at; i < h->n && i - at < WITNESS_HEADS_EACH; i++)
		if (strncmp(h->kept[i].h.c.origin, first, len) != 0)
			return (0);
	return (i - at == WITNESS_HEADS_EACH);
}

/* Make room for one more at an index. */
static struct witness_kept *
insert(struct witness_heads *h, size_t at)
{
	struct witness_kept *grown;
	size_t cap = h->cap == 0 ? 64 : 2 * h->cap;

	if (h->n == h->cap) {
		if ((grown = realloc(h->kept, cap * sizeof(*grown))) == NULL)
			return (NULL);
		h->kept = grown;
		h->cap = cap;
	}
	memmove(&h->kept[at + 1], &h->kept[at], (h->n - at) *
	    sizeof(*h->kept));
	memset(&h->kept[at], 0, sizeof(h->kept[at]));
	h->n++;
	return (&h->kept[at]);
}

/* Put a head. */
int
witness_heads_put(struct witness_heads *h, const char *key,
    const struct checkpoint *c, const char *note, size_t len, char *err)
{
	struct witness_kept *k;
	char *copy;
	size_t at;
	int known = witness_heads_find(h, c->origin, &at);

	if (!known && key != NULL && has_many(h, key)) {
		(void)snprintf(err, WITNESS_ERROR_MAX, "%s: it has %d logs "
		    "already", key, WITNESS_HEADS_EACH);
		return (-1);
	}
	copy = malloc(len);
	k = copy == NULL ? NULL : known ? &h->kept[at] : insert(h, at);
	if (k == NULL) {
		free(copy);
		(void)snprintf(err, WITNESS_ERROR_MAX, "out of memory");
		return (-1);
	}
	memcpy(copy, note, len);
	free((void *)(uintptr_t)k->h.note);
	k->h = (struct witness_head){ .c = *c, .note = copy, .len = len };
	h->ndirty += !k->dirty;
	k->dirty = 1;
	return (0);
}

/* What is kept of a log. */
const struct witness_head *
witness_heads_get(const struct witness_heads *h, const char *origin)
{
	size_t at;

	return (witness_heads_find(h, origin, &at) ? &h->kept[at].h : NULL);
}

/* How many logs. */
size_t
witness_heads_count(const struct witness_heads *h)
{

	return (h->n);
}

/* One of them. */
const struct witness_head *
witness_heads_at(const struct witness_heads *h, size_t i)
{

	return (&h->kept[i].h);
}
