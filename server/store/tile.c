#include <assert.h>
#include <stdio.h>

#include "tile.h"

#define GROUP	1000u		/* three digits to a path element */
#define GROUPS	7u		/* elements of the largest number */

/* Write the level, the number three digits at a time, and the width. */
size_t
tile_path(char path[TILE_PATH_MAX], int level, uint64_t index, unsigned width)
{
	unsigned part[GROUPS], n = 0;
	int len;

	assert(width >= 1 && width <= TILE_WIDTH);
	do {
		part[n++] = (unsigned)(index % GROUP);
		index /= GROUP;
	} while (index > 0);

	if (level == TILE_ENTRIES)
		len = snprintf(path, TILE_PATH_MAX, "tile/entries/");
	else
		len = snprintf(path, TILE_PATH_MAX, "tile/%d/", level);
	while (n-- > 1)
		len += snprintf(path + len, TILE_PATH_MAX - (size_t)len,
		    "x%03u/", part[n]);
	len += snprintf(path + len, TILE_PATH_MAX - (size_t)len, "%03u",
	    part[0]);
	if (width < TILE_WIDTH)
		len += snprintf(path + len, TILE_PATH_MAX - (size_t)len,
		    ".p/%u", width);
	return ((size_t)len);
}

/* Count the hashes of the level and see where the tile lies among them. */
unsigned
tile_width(int level, uint64_t index, uint64_t size)
{
	uint64_t hashes;

	if (level >= TILE_LEVELS)
		return (0);
	hashes = level <= 0 ? size : size >> (8 * level);
	if (index < hashes / TILE_WIDTH)
		return (TILE_WIDTH);
	if (index > hashes / TILE_WIDTH)
		return (0);
	return ((unsigned)(hashes % TILE_WIDTH));
}

/* Read a length and step over as many bytes. */
int
tile_bundle_next(const uint8_t *p, size_t len, size_t *off,
    const uint8_t **entry, size_t *entry_len)
{
	size_t left, n;

	assert(*off <= len);
	left = len - *off;
	if (left == 0)
		return (0);
	if (left < 2)
		return (-1);
	n = (size_t)p[*off] << 8 | p[*off + 1];
	if (left - 2 < n)
		return (-1);
	*entry = p + *off + 2;
	*entry_len = n;
	*off += 2 + n;
	return (1);
}
