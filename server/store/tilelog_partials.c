#include <stdio.h>
#include <string.h>

#include "tilelog_impl.h"

#define SUFFIX		".p"
#define GROUP		1000u	/* tiles to a directory */
#define BATCH		64	/* directories removed per look */

/* Partial tiles found in one directory. */
struct found {
	unsigned number[BATCH];
	size_t n;
};

/* Names of the files in one directory of partial tiles. */
struct widths {
	unsigned width[TILE_WIDTH];
	size_t n;
};

/* Read up to three digits; return what follows them, or NULL. */
static const char *
digits(const char *s, unsigned *v)
{
	size_t i;

	*v = 0;
	for (i = 0; i < 3 && s[i] >= '0' && s[i] <= '9'; i++)
		*v = *v * 10 + (unsigned)(s[i] - '0');
	return (i > 0 ? s + i : NULL);
}

/* Take the name of a partial tile. */
static int
take_width(void *arg, const char *name)
{
	struct widths *w = arg;
	const char *end = digits(name, &w->width[w->n]);

	if (end != NULL && *end == '\0' && w->width[w->n] < TILE_WIDTH &&
	    w->n + 1 < TILE_WIDTH)
		w->n++;
	return (0);
}

/* Remove the partial tiles of one tile, if any; a failure harms nobody. */
static void
clear_one(struct tilelog *l, int level, uint64_t index)
{
	const struct disk *d = l->disk;
	char name[TILE_PATH_MAX], path[TILELOG_PATH + 8];
	struct widths w = { .n = 0 };
	size_t len, i;

	(void)tile_path(name, level, index, TILE_WIDTH);
	tilelog_path(path, l, name);
	len = strlen(path);
	(void)snprintf(path + len, sizeof(path) - len, SUFFIX);
	if (d->list(d->ctx, path, take_width, &w) != 0)
		return;
	len = strlen(path);
	for (i = 0; i < w.n; i++) {
		(void)snprintf(path + len, sizeof(path) - len, "/%u",
		    w.width[i]);
		(void)d->unlink(d->ctx, path);
	}
	path[len] = '\0';
	(void)d->rmdir(d->ctx, path);
}

/* Remove the partial tiles of those that have become full. */
void
tilelog_clear_partials(struct tilelog *l, uint64_t from, uint64_t to)
{
	uint64_t index, end;
	int level, shift;

	for (level = TILE_ENTRIES; level < TILE_LEVELS; level++) {
		shift = level <= 0 ? 0 : 8 * level;
		end = (to >> shift) / TILE_WIDTH;
		for (index = (from >> shift) / TILE_WIDTH; index < end; index++)
			clear_one(l, level, index);
	}
}

/* Take the name of a directory of partial tiles. */
static int
take_partial(void *arg, const char *name)
{
	struct found *f = arg;
	const char *end = digits(name, &f->number[f->n]);

	if (end == name + 3 && strcmp(end, SUFFIX) == 0)
		f->n++;
	return (f->n == BATCH);
}

/* Remove the partial tiles of full tiles in one directory. */
static void
sweep_dir(struct tilelog *l, int level, uint64_t first, uint64_t end)
{
	const struct disk *d = l->disk;
	char name[TILE_PATH_MAX], path[TILELOG_PATH];
	struct found f = { .n = 0 };
	size_t i;

	(void)tile_path(name, level, first, TILE_WIDTH);
	*strrchr(name, '/') = '\0';
	tilelog_path(path, l, name);
	(void)d->list(d->ctx, path, take_partial, &f);
	for (i = 0; i < f.n; i++)
		if (first + f.number[i] < end)
			clear_one(l, level, first + f.number[i]);
}

/*
 * A crash right after a publication leaves the partial tiles that it had replaced;
 * they may lie far to the left when a backlog was published at once.
 */
void
tilelog_sweep(struct tilelog *l)
{
	uint64_t first, end;
	int level;

	for (level = TILE_ENTRIES; level < TILE_LEVELS; level++) {
		end = (l->head.size >> (level <= 0 ? 0 : 8 * level)) /
		    TILE_WIDTH;
		for (first = 0; first < end; first += GROUP)
			sweep_dir(l, level, first, end);
	}
}
