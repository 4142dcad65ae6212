#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "keys/sha256.h"

#include "tilelog_impl.h"

#define NAME		"checkpoint"
#define TEMP		"checkpoint.tmp"
#define FILE_MODE	0600

/* Write the partial tiles and the partial bundle that head does not name yet. */
static int
write_partials(struct tilelog *l)
{
	char name[TILE_PATH_MAX];
	struct tilelog_level *v;
	uint64_t index;
	unsigned i;
	int rc;

	for (i = 0; i < TILE_LEVELS; i++) {
		v = &l->level[i];
		if (v->n == v->shown)
			continue;
		index = (l->size >> (8 * i)) / TILE_WIDTH;
		if (i == 0) {
			(void)tile_path(name, TILE_ENTRIES, index, v->n);
			rc = tilelog_write(l, name, l->bundle, l->bundle_len);
			if (rc != TILELOG_OK)
				return (rc);
		}
		(void)tile_path(name, (int)i, index, v->n);
		rc = tilelog_write(l, name, v->hash,
		    v->n * sizeof(v->hash[0]));
		if (rc != TILELOG_OK)
			return (rc);
	}
	return (TILELOG_OK);
}

/* Give the hash of a subtree that is written in the rightmost tiles. */
static int
edge_hash(void *arg, unsigned level, uint64_t index, uint8_t out[MERKLE_LEN])
{
	const struct tilelog *l = arg;
	unsigned i = level / 8, low = level % 8;
	uint64_t first = index << low;

	if (i >= TILE_LEVELS || first / TILE_WIDTH !=
	    (l->size >> (8 * i)) / TILE_WIDTH)
		return (-1);
	merkle_fold(out, (const uint8_t (*)[MERKLE_LEN])
	    &l->level[i].hash[first % TILE_WIDTH], (size_t)1 << low);
	return (0);
}

/* Write checkpoint.tmp whole; nothing is left of a failed attempt. */
static int
write_temp(struct tilelog *l, const char *note, size_t len)
{
	const struct disk *d = l->disk;
	char path[TILELOG_PATH];
	int fd, rc = TILELOG_OK;

	tilelog_step(l, "checkpoint-write");
	tilelog_path(path, l, TEMP);
	fd = d->open(d->ctx, path, O_WRONLY | O_CREAT | O_TRUNC, FILE_MODE);
	if (fd == -1)
		return (tilelog_fail(l, "cannot make", TEMP));
	if (disk_write(d, fd, note, len, 0) != 0)
		rc = tilelog_fail(l, "cannot be written", TEMP);
	if (rc == TILELOG_OK) {
		tilelog_step(l, "checkpoint-sync");
		if (d->fsync(d->ctx, fd) != 0)
			rc = tilelog_fail(l, "cannot sync", TEMP);
	}
	if (d->close(d->ctx, fd) != 0 && rc == TILELOG_OK)
		rc = tilelog_fail(l, "cannot close", TEMP);
	if (rc != TILELOG_OK)
		(void)d->unlink(d->ctx, path);
	return (rc);
}

/* Put it in the place of the checkpoint. */
static int
show(struct tilelog *l)
{
	const struct disk *d = l->disk;
	char from[TILELOG_PATH], to[TILELOG_PATH];

	tilelog_step(l, "rename");
	tilelog_path(from, l, TEMP);
	tilelog_path(to, l, NAME);
	if (d->rename(d->ctx, from, to) != 0)
		return (tilelog_fail(l, "cannot be put in place", NAME));
	tilelog_step(l, "sync-dir");
	if (d->sync_dir(d->ctx, l->dir) != 0)
		return (tilelog_fail_sync(l, "cannot sync", "."));
	return (TILELOG_OK);
}

/* Sign the tree as it is on disk now. */
static int
name_tree(struct tilelog *l)
{
	const struct merkle_source edge = { edge_hash, l };
	struct checkpoint c = l->head;
	char note[CHECKPOINT_MAX];
	size_t len;
	int rc;

	tilelog_step(l, "sign");
	c.size = l->size;
	if (c.size == 0)
		sha256_of(c.root, NULL, 0);
	else if (merkle_root(c.root, c.size, &edge) != 0) {
		errno = EINVAL;
		return (tilelog_fail(l, "cannot compute the root", NAME));
	}
	len = checkpoint_sign(note, sizeof(note), &c, l->signers,
	    l->nsigners);
	if (len == 0) {
		errno = EINVAL;
		return (tilelog_fail(l, "cannot be signed", NAME));
	}
	if ((rc = write_temp(l, note, len)) != TILELOG_OK ||
	    (rc = show(l)) != TILELOG_OK)
		return (rc);
	l->head = c;
	return (TILELOG_OK);
}

/* Publish what was added. */
int
tilelog_publish(struct tilelog *l)
{
	uint64_t before = l->head.size;
	unsigned i;
	int rc;

	if (l->failed)
		return (TILELOG_FAILED);
	if (l->published && l->size == before)
		return (TILELOG_OK);
	if ((rc = tilelog_flush(l)) != TILELOG_OK ||
	    (rc = write_partials(l)) != TILELOG_OK ||
	    (rc = tilelog_sync(l)) != TILELOG_OK ||
	    (rc = name_tree(l)) != TILELOG_OK)
		return (rc);
	l->published = 1;
	for (i = 0; i < TILE_LEVELS; i++)
		l->level[i].shown = l->level[i].n;
	tilelog_step(l, "remove-partials");
	tilelog_clear_partials(l, before, l->size);
	return (TILELOG_OK);
}
