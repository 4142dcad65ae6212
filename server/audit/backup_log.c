#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "keys/note.h"
#include "store/logset.h"
#include "store/tile.h"
#include "store/tiles.h"

#include "backup_impl.h"

#define VKEY_MAX	8192
#define NAMES_MAX	65536

/* Free the heads. */
void
backup_heads_free(struct backup_heads *h)
{

	while (h->n > 0) {
		free(h->v[--h->n].note);
		free(h->v[h->n].cosigned);
	}
	free(h->v);
	h->v = NULL;
}

/* Read a small file of a log: 1, 0 when there is none, or -1. */
static int
small(struct backup *b, const char *log, const char *name, size_t cap,
    char **p, size_t *len)
{
	char dir[BACKUP_PATH];
	struct tiles_dir src = { b->disk, dir };
	int64_t n;

	(void)snprintf(dir, sizeof(dir), "%s/log/%s", b->o->from, log);
	n = tiles_dir_get(&src, name, b->buf, cap, b->err, BACKUP_ERROR_MAX);
	if (n == TILES_ABSENT)
		return (0);
	if (n < 0) {
		*b->fault = errno == EACCES ? BACKUP_DENIED : BACKUP_DAMAGED;
		return (-1);
	}
	if ((*p = malloc((size_t)n + 1)) == NULL)
		return (backup_fail(b, BACKUP_FAILED, "out of memory"));
	memcpy(*p, b->buf, (size_t)n);
	*len = (size_t)n;
	return (1);
}

/* Read the head of one log.  What the witness left is read first: it knows no more. */
static int
read_head(struct backup *b, const struct logset_log *l, struct backup_head *v)
{
	struct checkpoint c;
	char err[NOTE_ERROR_MAX];
	struct note *n;
	int rc;

	memset(v, 0, sizeof(*v));
	(void)snprintf(v->name, sizeof(v->name), "%s", l->name);
	v->base = l->base;
	if (small(b, l->name, "checkpoint.cosigned", CHECKPOINT_MAX,
	    &v->cosigned, &v->cosigned_len) == -1 ||
	    (rc = small(b, l->name, "checkpoint", CHECKPOINT_MAX, &v->note,
	    &v->note_len)) == -1)
		return (-1);
	if (rc == 0)
		return (backup_fail(b, BACKUP_DAMAGED, "%s/log/%s/checkpoint: "
		    "missing", b->o->from, l->name));
	if ((n = malloc(sizeof(*n))) == NULL)
		return (backup_fail(b, BACKUP_FAILED, "out of memory"));
	rc = note_parse(n, v->note, v->note_len, err);
	if (rc == 0)
		rc = checkpoint_read(&c, n->text, n->text_len, err);
	free(n);
	if (rc != 0)
		return (backup_fail(b, BACKUP_DAMAGED, "%s/log/%s/checkpoint: "
		    "%s", b->o->from, l->name, err));
	v->size = c.size;
	b->info->head = c;
	b->info->head_seq = v->base + v->size - 1;
	return (0);
}

/* Read the heads of all logs. */
int
backup_heads(struct backup *b, struct backup_heads *h)
{
	char dir[BACKUP_PATH];
	struct logset *s;
	size_t n;
	int rc = 0;

	memset(h, 0, sizeof(*h));
	if (snprintf(dir, sizeof(dir), "%s/log", b->o->from) >=
	    (int)sizeof(dir) - 64)
		return (backup_fail(b, BACKUP_FAILED, "%s: path too long",
		    b->o->from));
	*b->fault = BACKUP_DAMAGED;
	if ((s = logset_open(b->disk, dir, b->err, BACKUP_ERROR_MAX)) == NULL) {
		if (errno == EACCES)
			*b->fault = BACKUP_DENIED;
		return (-1);
	}
	if ((n = logset_count(s)) == 0)
		rc = backup_fail(b, BACKUP_ABSENT, "%s: there is no signed log "
		    "yet", dir);
	else if ((h->v = calloc(n, sizeof(*h->v))) == NULL) {
		rc = backup_fail(b, BACKUP_FAILED, "out of memory");
		n = 0;
	}
	for (; rc == 0 && h->n < n; h->n++)
		rc = read_head(b, logset_log(s, h->n), &h->v[h->n]);
	if (rc == 0) {
		h->end = b->info->head_seq + 1;
		*b->fault = BACKUP_FINE;
	}
	logset_close(s);
	return (rc);
}

/* Make the directories that a path below the copy needs. */
static int
dirs_of(struct backup *b, const char *name)
{
	char dir[BACKUP_NAME];
	const char *p;

	for (p = strchr(name, '/'); p != NULL; p = strchr(p + 1, '/')) {
		(void)snprintf(dir, sizeof(dir), "%.*s", (int)(p - name), name);
		if (backup_dir(b, dir) != 0)
			return (-1);
	}
	return (0);
}

/* The bytes of the first `width` entries of a bundle; 0 when they are not there. */
static size_t
cut_bundle(const uint8_t *p, size_t len, unsigned width)
{
	const uint8_t *entry;
	size_t off = 0, n;

	while (width-- > 0)
		if (tile_bundle_next(p, len, &off, &entry, &n) != 1)
			return (0);
	return (off);
}

/*
 * Copy a tile or bundle as a log of this size has it.  Where the daemon has replaced
 * the partial one by the full one meanwhile, that one's beginning.
 */
static int
copy_tile(struct backup *b, const struct backup_head *v, int level,
    uint64_t index, unsigned width)
{
	char dir[BACKUP_PATH], path[TILE_PATH_MAX], name[BACKUP_NAME];
	char partial[TILE_PATH_MAX];
	struct tiles_dir src = { b->disk, dir };
	int64_t n;
	size_t len;

	(void)snprintf(dir, sizeof(dir), "%s/log/%s", b->o->from, v->name);
	(void)tile_path(partial, level, index, width);
	memcpy(path, partial, sizeof(path));
	n = tiles_dir_get(&src, path, b->buf, TILES_FILE_MAX, b->err,
	    BACKUP_ERROR_MAX);
	if (n == TILES_ABSENT && width < TILE_WIDTH) {
		(void)tile_path(path, level, index, TILE_WIDTH);
		n = tiles_dir_get(&src, path, b->buf, TILES_FILE_MAX, b->err,
		    BACKUP_ERROR_MAX);
	}
	if (n == TILES_ABSENT)
		return (backup_fail(b, BACKUP_DAMAGED, "%s/%s: missing", dir,
		    partial));
	if (n < 0) {
		*b->fault = BACKUP_DAMAGED;
		return (-1);
	}
	len = level == TILE_ENTRIES ? cut_bundle(b->buf, (size_t)n, width) :
	    (size_t)width * MERKLE_LEN;
	if (len == 0 || len > (size_t)n)
		return (backup_fail(b, BACKUP_DAMAGED, "%s/%s: cut short", dir,
		    path));
	(void)snprintf(name, sizeof(name), "log/%s/%s", v->name, partial);
	return (dirs_of(b, name) != 0 ? -1 : backup_put(b, name, b->buf, len));
}

/* Copy all tiles of one level. */
static int
copy_level(struct backup *b, const struct backup_head *v, int level)
{
	uint64_t i;
	unsigned width;

	for (i = 0; (width = tile_width(level, i, v->size)) > 0; i++)
		if (copy_tile(b, v, level, i, width) != 0)
			return (-1);
	return (0);
}

/* Copy one log: what its head names, then the head. */
static int
copy_log(struct backup *b, const struct backup_head *v)
{
	char name[BACKUP_NAME], *p = NULL;
	size_t len;
	int level, rc;

	(void)snprintf(name, sizeof(name), "log/%s/", v->name);
	if (dirs_of(b, name) != 0 || copy_level(b, v, TILE_ENTRIES) != 0)
		return (-1);
	for (level = 0; level < TILE_LEVELS; level++)
		if (copy_level(b, v, level) != 0)
			return (-1);
	if ((rc = small(b, v->name, "vkey", VKEY_MAX, &p, &len)) == -1)
		return (-1);
	(void)snprintf(name, sizeof(name), "log/%s/vkey", v->name);
	rc = rc == 1 ? backup_put(b, name, p, len) : 0;
	free(p);
	(void)snprintf(name, sizeof(name), "log/%s/checkpoint.cosigned",
	    v->name);
	if (rc == 0 && v->cosigned != NULL)
		rc = backup_put(b, name, v->cosigned, v->cosigned_len);
	(void)snprintf(name, sizeof(name), "log/%s/checkpoint", v->name);
	return (rc != 0 ? -1 : backup_put(b, name, v->note, v->note_len));
}

/* Copy a policy. */
static int
copy_policy(void *arg, const char *file)
{
	struct backup *b = arg;
	char from[BACKUP_PATH], name[BACKUP_NAME];
	size_t n = strlen(file);

	if (n < 8 || strcmp(file + n - 7, ".policy") != 0 || n > 100)
		return (0);
	(void)snprintf(from, sizeof(from), "%s/log/policy/%s", b->o->from,
	    file);
	(void)snprintf(name, sizeof(name), "log/policy/%s", file);
	return (dirs_of(b, name) != 0 || backup_copy(b, from, name) != 0);
}

/* Copy log/. */
int
backup_log(struct backup *b, const struct backup_heads *h)
{
	char dir[BACKUP_PATH], *names;
	size_t i, len = 0;
	int rc = 0;

	if (backup_dir(b, "log") != 0)
		return (-1);
	for (i = 0; i < h->n; i++)
		if (copy_log(b, &h->v[i]) != 0)
			return (-1);
	(void)snprintf(dir, sizeof(dir), "%s/log/policy", b->o->from);
	if (b->disk->list(b->disk->ctx, dir, copy_policy, b) != 0 &&
	    (*b->fault != BACKUP_FINE || errno != ENOENT))
		return (*b->fault != BACKUP_FINE ? -1 :
		    backup_fail_errno(b, "cannot list", dir));
	if ((names = malloc(NAMES_MAX)) == NULL)
		return (backup_fail(b, BACKUP_FAILED, "out of memory"));
	for (i = 0; i < h->n; i++)
		len += (size_t)snprintf(names + len, NAMES_MAX - len, "%s\n",
		    h->v[i].name);
	rc = backup_put(b, "log/logs", names, len);
	free(names);
	return (rc);
}
