#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "keys/sha256.h"

#include "tilelog_impl.h"

#define BUNDLE_FIRST	(256u << 10)	/* bytes of a bundle to begin with */
#define ENTRY_LEN_MAX	65535u
#define LENGTH		2u		/* bytes before an entry */

/* Tell the tests what comes next. */
void
tilelog_step(struct tilelog *l, const char *name)
{

	if (l->step != NULL)
		l->step(l->step_arg, name);
}

/* Entries added. */
uint64_t
tilelog_size(const struct tilelog *l)
{

	return (l->size);
}

/* The published checkpoint. */
void
tilelog_head(const struct tilelog *l, struct checkpoint *c)
{

	*c = l->head;
}

/* The last failure. */
const char *
tilelog_error(const struct tilelog *l)
{

	return (l->error);
}

/* Make the bundle's buffer larger when the entry does not fit. */
int
tilelog_reserve(struct tilelog *l, size_t len)
{
	size_t cap = l->bundle_cap > 0 ? l->bundle_cap : BUNDLE_FIRST;
	uint8_t *p;

	if (l->bundle_cap - l->bundle_len >= len)
		return (0);
	while (cap - l->bundle_len < len)
		cap *= 2;
	if ((p = realloc(l->bundle, cap)) == NULL)
		return (-1);
	l->bundle = p;
	l->bundle_cap = cap;
	return (0);
}

/* Write the full bundle and tile of level 0. */
static int
flush_entries(struct tilelog *l, uint64_t index)
{
	char name[TILE_PATH_MAX];
	int rc;

	(void)tile_path(name, TILE_ENTRIES, index, TILE_WIDTH);
	if ((rc = tilelog_write(l, name, l->bundle, l->bundle_len)) != 0)
		return (rc);
	l->bundle_len = 0;
	return (TILELOG_OK);
}

/* Write the full tiles, from the leaves upwards, and carry each to its parent. */
int
tilelog_flush(struct tilelog *l)
{
	char name[TILE_PATH_MAX];
	struct tilelog_level *v;
	uint64_t index;
	unsigned i;
	int rc;

	for (i = 0; i < TILE_LEVELS; i++) {
		v = &l->level[i];
		if (v->n < TILE_WIDTH)
			continue;
		index = (l->size >> (8 * i)) / TILE_WIDTH - 1;
		if (i == 0 && l->bundle_len > 0 &&
		    (rc = flush_entries(l, index)) != TILELOG_OK)
			return (rc);
		(void)tile_path(name, (int)i, index, TILE_WIDTH);
		rc = tilelog_write(l, name, v->hash, sizeof(v->hash));
		if (rc != TILELOG_OK)
			return (rc);
		if (i + 1 < TILE_LEVELS)
			merkle_fold(v[1].hash[v[1].n++],
			    (const uint8_t (*)[MERKLE_LEN])v->hash, TILE_WIDTH);
		v->n = v->shown = 0;
	}
	return (TILELOG_OK);
}

/* Append an entry; what it fills is written now, or by the next call. */
int
tilelog_add(struct tilelog *l, const void *entry, size_t len)
{
	struct tilelog_level *v = &l->level[0];
	uint8_t *p;
	int rc;

	if (l->failed)
		return (TILELOG_FAILED);
	if ((rc = tilelog_flush(l)) != TILELOG_OK)
		return (rc);
	if (len < 1 || len > ENTRY_LEN_MAX) {
		errno = EINVAL;
		return (tilelog_fail(l, "cannot hold an entry of this length",
		    "tile/entries"));
	}
	if (tilelog_reserve(l, LENGTH + len) != 0)
		return (tilelog_fail(l, "no memory for", "tile/entries"));
	p = l->bundle + l->bundle_len;
	p[0] = (uint8_t)(len >> 8);
	p[1] = (uint8_t)len;
	memcpy(p + LENGTH, entry, len);
	l->bundle_len += LENGTH + len;
	sha256_leaf(v->hash[v->n++], entry, len);
	l->size++;
	if (v->n == TILE_WIDTH && tilelog_flush(l) == TILELOG_FAILED)
		return (TILELOG_FAILED);
	return (TILELOG_OK);
}
