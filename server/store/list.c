#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "list_impl.h"
#include "listrun.h"

/* Open a base file without a layer. */
struct list *
list_open(const char *path, int verify, char *err)
{
	struct list *l;

	if ((l = calloc(1, sizeof(*l))) == NULL) {
		(void)snprintf(err, LIST_ERROR_MAX, "%.300s: out of memory",
		    path);
		return (NULL);
	}
	if ((l->base = listbase_open(path, verify, &l->tree, err)) == NULL) {
		free(l);
		return (NULL);
	}
	l->info = *listbase_info(l->base);
	return (l);
}

/* Let go of the base; free the rest. */
void
list_close(struct list *l)
{

	if (l == NULL)
		return;
	listbase_drop(l->base);
	listtree_free(&l->tree);
	free(l->layer);
	free(l);
}

/* What it says of itself. */
const struct list_info *
list_info(const struct list *l)
{

	return (&l->info);
}

/* Its base file. */
const char *
list_path(const struct list *l)
{

	return (listbase_path(l->base));
}

/* The version of the base alone. */
uint32_t
list_base_version(const struct list *l)
{

	return (listbase_info(l->base)->version);
}

/* How much stands above the base. */
size_t
list_layered(const struct list *l)
{

	return (l->nlayer);
}

/* The layer first: what it says of a token counts. */
int
list_get(const struct list *l, const struct token *t, struct listrec *r)
{
	const struct listrec *found = listrun_find(l->layer, l->nlayer, t, 0);

	if (found == NULL)
		return (listbase_get(l->base, t, r));
	if ((listrec_flags(found) & LISTREC_GONE) != 0)
		return (0);
	*r = *found;
	return (1);
}

/* From the first record of the bucket to the first of the next. */
const struct listrec *
list_layer_of(const struct list *l, uint32_t i, size_t *n)
{
	struct token first = { { 0 } };
	size_t low, high;
	unsigned bits = l->info.bits;

	for (unsigned k = 0; k < 4; k++)
		first.b[k] = (uint8_t)((uint64_t)i << (32 - bits) >>
		    (24 - 8 * k));
	low = listrun_floor(l->layer, l->nlayer, &first, 0);
	for (high = low; high < l->nlayer &&
	    listrec_bucket(&l->layer[high].token, bits) == i; high++)
		;
	*n = high - low;
	return (low == 0 ? l->layer : l->layer + low);
}

/* Read the base's bucket and lay the layer's records over it. */
int64_t
list_bucket(const struct list *l, uint32_t i, struct listrec *r, size_t cap)
{
	const struct listrec *top;
	struct listbase_bucket k;
	struct listrec *all;
	size_t ntop, n;

	if (i >> l->info.bits != 0) {
		errno = EINVAL;
		return (-1);
	}
	if (listbase_bucket(l->base, i, &k) != 0)
		return (-1);
	top = list_layer_of(l, i, &ntop);
	if (ntop == 0) {
		n = k.n;
		if (cap > 0 && n > 0)
			memcpy(r, k.r, (n < cap ? n : cap) * sizeof(*r));
	} else if (k.n + ntop <= cap) {
		n = listrun_apply(r, k.r, k.n, top, ntop);
	} else {
		if ((all = malloc((k.n + ntop) * sizeof(*all))) == NULL) {
			listbase_bucket_free(&k);
			return (-1);
		}
		n = listrun_apply(all, k.r, k.n, top, ntop);
		if (cap > 0 && n > 0)
			memcpy(r, all, (n < cap ? n : cap) * sizeof(*r));
		free(all);
	}
	listbase_bucket_free(&k);
	return ((int64_t)n);
}

/* All nodes are at hand. */
int
list_prove(const struct list *l, const struct token *t,
    uint8_t (*proof)[32], size_t *n)
{

	listtree_prove(&l->tree, listrec_bucket(t, l->info.bits), proof);
	*n = l->info.bits;
	return (0);
}
