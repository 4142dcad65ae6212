#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "keys/sha256.h"

#include "tilelog_impl.h"
#include "tiles.h"

#define DIR_MODE	0700
#define VKEYS_MAX	8192	/* bytes of the file vkey */

/* Keep a sentence. */
static int __attribute__((format(printf, 2, 3)))
say(struct tilelog *l, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	(void)vsnprintf(l->error, sizeof(l->error), format, ap);
	va_end(ap);
	return (-1);
}

/* Copy the signers under the name of the origin. */
static int
copy_signers(struct tilelog *l, const struct tilelog_options *o)
{
	size_t i;

	if (o->nsigners == 0)
		return (say(l, "%s: no key to sign with", l->dir));
	l->nsigners = o->nsigners;
	l->signer = calloc(o->nsigners, sizeof(*l->signer));
	l->signers = calloc(o->nsigners, sizeof(*l->signers));
	if (l->signer == NULL || l->signers == NULL)
		return (say(l, "out of memory"));
	for (i = 0; i < o->nsigners; i++) {
		l->signer[i] = *o->signers[i];
		l->signers[i] = &l->signer[i];
		if (note_verifier_name(&l->signer[i].public, o->origin) != 0)
			return (say(l, "%s: cannot be the name of a key",
			    o->origin));
	}
	return (0);
}

/* Make the directory, durably, hold it open, and drop what a crash left. */
static int
open_dir(struct tilelog *l)
{
	const struct disk *d = l->disk;
	char path[TILELOG_PATH], *slash;

	if (d->mkdir(d->ctx, l->dir, DIR_MODE) == 0) {
		(void)snprintf(path, sizeof(path), "%s", l->dir);
		slash = strrchr(path, '/');
		if (slash != NULL && slash > path)
			*slash = '\0';
		if (d->sync_dir(d->ctx, slash == NULL ? "." : slash == path ?
		    "/" : path) != 0)
			return (say(l, "%s: cannot sync: %s", path,
			    strerror(errno)));
	} else if (errno != EEXIST)
		return (say(l, "%s: cannot make: %s", l->dir,
		    strerror(errno)));
	l->dirfd = d->open(d->ctx, l->dir, O_RDONLY | O_DIRECTORY, 0);
	if (l->dirfd == -1)
		return (say(l, "%s: %s", l->dir, strerror(errno)));
	tilelog_path(path, l, "checkpoint.tmp");
	(void)d->unlink(d->ctx, path);
	tilelog_path(path, l, "vkey.tmp");
	(void)d->unlink(d->ctx, path);
	return (0);
}

/* Verify the checkpoint's bytes by our own keys. */
static int
verify(struct tilelog *l, const struct tilelog_options *o, const char *p,
    size_t len)
{
	const size_t nkeys = o->nsigners + o->nearlier;
	const struct note_verifier **keys;
	struct note_verifier *earlier;
	char err[NOTE_ERROR_MAX] = "";
	struct checkpoint c;
	struct note *n;
	size_t i;
	int rc = -1;

	n = malloc(sizeof(*n));
	keys = calloc(nkeys, sizeof(*keys));
	earlier = calloc(o->nearlier + 1, sizeof(*earlier));
	if (n == NULL || keys == NULL || earlier == NULL) {
		(void)say(l, "out of memory");
		goto out;
	}
	for (i = 0; i < o->nsigners; i++)
		keys[i] = &l->signer[i].public;
	for (i = 0; i < o->nearlier; i++) {
		earlier[i] = *o->earlier[i];
		(void)note_verifier_name(&earlier[i], o->origin);
		keys[o->nsigners + i] = &earlier[i];
	}
	if (note_parse(n, p, len, err) != 0 ||
	    checkpoint_read(&c, n->text, n->text_len, err) != 0)
		(void)say(l, "%s/checkpoint: %s", l->dir, err);
	else if (strcmp(c.origin, o->origin) != 0)
		(void)say(l, "%s/checkpoint: is of the log %s, not of %s",
		    l->dir, c.origin, o->origin);
	else if (checkpoint_open(&c, n, p, len, keys, nkeys, err) != 0)
		(void)say(l, "%s/checkpoint: %s", l->dir, err);
	else
		rc = 0;
	if (rc == 0)
		l->head = c;
out:
	free(earlier);
	free(keys);
	free(n);
	return (rc);
}

/* Load the last bundle and compare its entries with their tile. */
static int
load_bundle(struct tilelog *l, struct tiles *t)
{
	const struct tilelog_level *v = &l->level[0];
	const uint64_t index = l->size / TILE_WIDTH;
	uint8_t leaf[MERKLE_LEN];
	const uint8_t *p, *entry;
	size_t len, n, off = 0;
	unsigned i;

	if (v->n == 0)
		return (0);
	if (tiles_bundle(t, index, &p, &len) != 0)
		return (say(l, "%s", tiles_error(t)));
	for (i = 0; i < v->n; i++) {
		if (tile_bundle_next(p, len, &off, &entry, &n) != 1)
			return (say(l, "%s/tile/entries: bundle %llu is cut "
			    "short", l->dir, (unsigned long long)index));
		sha256_leaf(leaf, entry, n);
		if (memcmp(leaf, v->hash[i], sizeof(leaf)) != 0)
			return (say(l, "%s/tile/entries: entry %llu is not "
			    "what its tile says", l->dir,
			    (unsigned long long)index * TILE_WIDTH + i));
	}
	if (tilelog_reserve(l, off) != 0)
		return (say(l, "out of memory"));
	memcpy(l->bundle, p, off);
	l->bundle_len = off;
	return (0);
}

/* Load the tiles on the right edge, which must yield the root. */
static int
load_edge(struct tilelog *l, struct tiles *t)
{
	const uint8_t (*hashes)[MERKLE_LEN];
	uint8_t root[MERKLE_LEN];
	struct tilelog_level *v;
	int i;

	if (tiles_root(t, root) != 0)
		return (say(l, "%s", tiles_error(t)));
	if (memcmp(root, l->head.root, sizeof(root)) != 0)
		return (say(l, "%s/checkpoint: names a root that its tiles do "
		    "not yield: a tile on the right edge was altered",
		    l->dir));
	for (i = 0; i < TILE_LEVELS; i++) {
		v = &l->level[i];
		v->n = v->shown = (unsigned)((l->size >> (8 * i)) % TILE_WIDTH);
		if (v->n == 0)
			continue;
		if (tiles_tile(t, i, (l->size >> (8 * i)) / TILE_WIDTH,
		    &hashes) < (int)v->n)
			return (say(l, "%s", tiles_error(t)));
		memcpy(v->hash, hashes, v->n * sizeof(v->hash[0]));
	}
	return (load_bundle(l, t));
}

/* Stand where the checkpoint says; without one the log is empty. */
static int
load(struct tilelog *l, const struct tilelog_options *o)
{
	struct tiles_dir td = { l->disk, l->dir };
	struct tiles_source src = { tiles_dir_get, &td };
	uint8_t p[CHECKPOINT_MAX];
	struct tiles *t;
	int64_t n;
	int rc;

	n = tiles_dir_get(&td, "checkpoint", p, sizeof(p), l->error,
	    sizeof(l->error));
	if (n == TILES_ABSENT)
		return (0);
	if (n < 0 || verify(l, o, (const char *)p, (size_t)n) != 0)
		return (-1);
	l->size = l->head.size;
	l->published = 1;
	if ((t = tiles_open(&src, l->size)) == NULL)
		return (say(l, "out of memory"));
	rc = load_edge(l, t);
	tiles_close(t);
	if (rc == 0)
		tilelog_sweep(l);
	return (rc);
}

/* Is this line in the text already? */
static int
has_line(const char *text, const char *line)
{
	const size_t len = strlen(line);
	const char *p;

	for (p = text; (p = strstr(p, line)) != NULL; p += len)
		if ((p == text || p[-1] == '\n') && p[len] == '\n')
			return (1);
	return (0);
}

/* Name the keys for whoever reads the log; keys of before stay. */
static int
write_vkey(struct tilelog *l)
{
	struct tiles_dir td = { l->disk, l->dir };
	char text[VKEYS_MAX + 1], vkey[NOTE_VKEY_MAX];
	size_t i, len, was;
	int64_t n;

	n = tiles_dir_get(&td, "vkey", (uint8_t *)text, VKEYS_MAX, l->error,
	    sizeof(l->error));
	if (n == -1)
		return (-1);
	was = len = n == TILES_ABSENT ? 0 : (size_t)n;
	text[len] = '\0';
	for (i = 0; i < l->nsigners; i++) {
		size_t k = note_verifier_print(&l->signer[i].public, vkey);

		if (has_line(text, vkey))
			continue;
		if (len + k + 1 > VKEYS_MAX)
			return (say(l, "%s/vkey: too long", l->dir));
		memcpy(text + len, vkey, k);
		text[len + k] = '\n';
		text[len += k + 1] = '\0';
	}
	if (len != was && disk_replace(l->disk, l->dir, "vkey", text, len) != 0)
		return (say(l, "%s/vkey: %s", l->dir, strerror(errno)));
	return (0);
}

/* Open a log. */
struct tilelog *
tilelog_open(const struct tilelog_options *o, char *err, size_t errlen)
{
	struct tilelog *l;
	int saved;

	errno = 0;
	if ((l = calloc(1, sizeof(*l))) == NULL) {
		(void)snprintf(err, errlen, "out of memory");
		return (NULL);
	}
	l->disk = o->disk != NULL ? o->disk : &disk_real;
	l->dirfd = -1;
	l->step = o->step;
	l->step_arg = o->step_arg;
	if (strlen(o->dir) + TILE_PATH_MAX > TILELOG_PATH ||
	    strlen(o->origin) >= sizeof(l->head.origin)) {
		(void)say(l, "%s, log %s: too long a name", o->dir, o->origin);
		goto fail;
	}
	memcpy(l->head.origin, o->origin, strlen(o->origin) + 1);
	if ((l->dir = strdup(o->dir)) == NULL) {
		(void)say(l, "out of memory");
		goto fail;
	}
	if (copy_signers(l, o) != 0 || open_dir(l) != 0 || load(l, o) != 0 ||
	    write_vkey(l) != 0)
		goto fail;
	return (l);

fail:
	saved = errno;
	(void)snprintf(err, errlen, "%s", l->error);
	tilelog_close(l);
	errno = saved;
	return (NULL);
}

/* Free a log. */
void
tilelog_close(struct tilelog *l)
{
	size_t i;

	if (l == NULL)
		return;
	tilelog_forget(l);
	if (l->dirfd != -1)
		(void)l->disk->close(l->disk->ctx, l->dirfd);
	for (i = 0; l->signer != NULL && i < l->nsigners; i++)
		note_signer_wipe(&l->signer[i]);
	free(l->signer);
	free(l->signers);
	free(l->bundle);
	free(l->dir);
	free(l);
}
