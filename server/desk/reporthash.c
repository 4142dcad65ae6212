#include <stdlib.h>
#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "store/entry.h"

#include "reporthash.h"

#define PAGE 256 /* values that are allocated at once */

struct reporthash {
	size_t klen, vlen, stride; /* stride: of a value with its key behind it */
	size_t n;
	size_t slots;		/* a power of two */
	uint64_t seed;
	uint32_t *slot;		/* number + 1; 0: free */
	char **page;
	size_t pages;
};

/* Free it. */
void
reporthash_free(struct reporthash *h)
{
	size_t i;

	if (h == NULL)
		return;
	for (i = 0; i < h->pages; i++)
		free(h->page[i]);
	free(h->page);
	free(h->slot);
	free(h);
}

/* Make one. */
struct reporthash *
reporthash_new(size_t klen, size_t vlen)
{
	struct reporthash *h;

	if ((h = calloc(1, sizeof(*h))) == NULL)
		return (NULL);
	h->klen = klen;
	h->vlen = (vlen + 15) / 16 * 16;
	h->stride = (h->vlen + klen + 15) / 16 * 16;
	h->slots = 64;
	/* Names are others' choice: where the table lies is not. */
	h->seed = (uint64_t)(uintptr_t)h;
	if ((h->slot = calloc(h->slots, sizeof(*h->slot))) == NULL) {
		free(h);
		return (NULL);
	}
	return (h);
}

/* How many there are. */
size_t
reporthash_count(const struct reporthash *h)
{

	return (h->n);
}

/* A value. */
void *
reporthash_value(const struct reporthash *h, size_t i)
{

	return (h->page[i / PAGE] + i % PAGE * h->stride);
}

/* A key. */
const void *
reporthash_key(const struct reporthash *h, size_t i)
{

	return ((const char *)reporthash_value(h, i) + h->vlen);
}

/* The slot of a key, or the free one where it belongs. */
static size_t
place(const struct reporthash *h, const void *key)
{
	size_t i = (size_t)XXH3_64bits_withSeed(key, h->klen, h->seed);

	for (;; i++) {
		i &= h->slots - 1;
		if (h->slot[i] == 0 || memcmp(reporthash_key(h,
		    h->slot[i] - 1), key, h->klen) == 0)
			return (i);
	}
}

/* Find a key. */
void *
reporthash_get(const struct reporthash *h, const void *key)
{
	size_t i = place(h, key);

	return (h->slot[i] == 0 ? NULL : reporthash_value(h, h->slot[i] - 1));
}

/* Double the slots. */
static int
grow(struct reporthash *h)
{
	uint32_t *old = h->slot;
	size_t i;

	if (h->slots > UINT32_MAX / 4 ||
	    (h->slot = calloc(2 * h->slots, sizeof(*h->slot))) == NULL) {
		h->slot = old;
		return (-1);
	}
	h->slots *= 2;
	for (i = 0; i < h->n; i++)
		h->slot[place(h, reporthash_key(h, i))] = (uint32_t)i + 1;
	free(old);
	return (0);
}

/* Make room for one more value. */
static int
room(struct reporthash *h)
{
	char **pages;

	if (h->n < h->pages * PAGE)
		return (0);
	if ((h->pages & (h->pages - 1)) == 0) {
		pages = realloc(h->page, (h->pages == 0 ? 1 : 2 * h->pages) *
		    sizeof(*pages));
		if (pages == NULL)
			return (-1);
		h->page = pages;
	}
	if ((h->page[h->pages] = calloc(PAGE, h->stride)) == NULL)
		return (-1);
	h->pages++;
	return (0);
}

/* Find a key, or add it. */
void *
reporthash_put(struct reporthash *h, const void *key)
{
	size_t i = place(h, key);
	char *value;

	if (h->slot[i] != 0)
		return (reporthash_value(h, h->slot[i] - 1));
	if (room(h) != 0)
		return (NULL);
	if (4 * (h->n + 1) > 3 * h->slots) {
		if (grow(h) != 0)
			return (NULL);
		i = place(h, key);
	}
	h->slot[i] = (uint32_t)++h->n;
	value = reporthash_value(h, h->n - 1);
	memcpy(value + h->vlen, key, h->klen);
	return (value);
}

/* What a comparison of numbers needs. */
struct order {
	const struct reporthash *h;
	int (*cmp)(const struct reporthash *h, size_t a, size_t b);
};

/* Compare two numbers. */
static int
compare(const void *a, const void *b, void *arg)
{
	const struct order *o = arg;
	size_t x = *(const size_t *)a, y = *(const size_t *)b;
	int rc = o->cmp(o->h, x, y);

	return (rc != 0 ? rc : memcmp(reporthash_key(o->h, x),
	    reporthash_key(o->h, y), o->h->klen));
}

/* Sort. */
size_t *
reporthash_sorted(const struct reporthash *h,
    int (*cmp)(const struct reporthash *h, size_t a, size_t b))
{
	struct order o = { h, cmp };
	size_t *v, i;

	if ((v = malloc((h->n + 1) * sizeof(*v))) == NULL)
		return (NULL);
	for (i = 0; i < h->n; i++)
		v[i] = i;
	qsort_r(v, h->n, sizeof(*v), compare, &o);
	return (v);
}

/* The outlet of an entry. */
void
reporthash_outlet(const struct entry *e, struct reporthash_outlet *k)
{

	/* What stands behind the NUL of an entry's text is not its own. */
	memset(k, 0, sizeof(*k));
	memcpy(k->inst, e->inst, strnlen(e->inst, sizeof(k->inst) - 1));
	memcpy(k->outlet, e->outlet, strnlen(e->outlet, sizeof(k->outlet) - 1));
}

/* The teller of an entry. */
void
reporthash_teller(const struct entry *e, struct reporthash_teller *k)
{

	memset(k, 0, sizeof(*k));
	memcpy(k->inst, e->inst, strnlen(e->inst, sizeof(k->inst) - 1));
	memcpy(k->outlet, e->outlet, strnlen(e->outlet, sizeof(k->outlet) - 1));
	memcpy(k->teller, e->teller, strnlen(e->teller, sizeof(k->teller) - 1));
}
