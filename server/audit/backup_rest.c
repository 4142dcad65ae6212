#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "store/disk.h"
#include "store/tiles.h"

#include "backup_impl.h"
#include "witness.h"
#include "witness_heads.h"

#define TRIES	5
#define TRUSTED_MAX 64		/* bytes of lists/trusted */

/* A directory that is copied flat, with what may be in it. */
struct walk {
	struct backup *b;
	const char *name;		/* below the data directory */
	const char *suffix;		/* "": all */
	int deeper;			/* with files/ in it */
};

static int copy_dir(struct backup *b, const char *name, const char *suffix,
    int deeper);

/* Copy one name. */
static int
copy_one(void *arg, const char *file)
{
	const struct walk *w = arg;
	const size_t n = strlen(file), m = strlen(w->suffix);
	char from[BACKUP_PATH], name[BACKUP_NAME];

	if (n < m || strcmp(file + n - m, w->suffix) != 0)
		return (0);
	if (snprintf(name, sizeof(name), "%s/%s", w->name, file) >=
	    (int)sizeof(name))
		return (backup_fail(w->b, BACKUP_DAMAGED, "%s/%s: a name that "
		    "none of ours has", w->name, file) != 0);
	if (w->deeper && strcmp(file, "files") == 0)
		return (copy_dir(w->b, name, "", 0) != 0);
	(void)snprintf(from, sizeof(from), "%s/%s", w->b->o->from, name);
	return (backup_copy(w->b, from, name) != 0);
}

/* Copy the files of a directory, if it is there. */
static int
copy_dir(struct backup *b, const char *name, const char *suffix, int deeper)
{
	struct walk w = { b, name, suffix, deeper };
	char from[BACKUP_PATH];
	int rc;

	(void)snprintf(from, sizeof(from), "%s/%s", b->o->from, name);
	if (backup_dir(b, name) != 0)
		return (-1);
	rc = b->disk->list(b->disk->ctx, from, copy_one, &w);
	if (rc == 0 || (rc == -1 && errno == ENOENT))
		return (0);
	return (rc == 1 ? -1 : backup_fail_errno(b, "cannot list", from));
}

/* Read which generation of lists is in force: 1, 0 when there is none, or -1. */
static int
trusted(struct backup *b, char text[TRUSTED_MAX + 1], size_t *len,
    char name[BACKUP_NAME])
{
	char dir[BACKUP_PATH];
	struct tiles_dir src = { b->disk, dir };
	int64_t n;
	char *end;
	unsigned long long k;

	(void)snprintf(dir, sizeof(dir), "%s/lists", b->o->from);
	n = tiles_dir_get(&src, "trusted", (uint8_t *)text, TRUSTED_MAX, b->err,
	    BACKUP_ERROR_MAX);
	if (n == TILES_ABSENT)
		return (0);
	if (n >= 0) {
		text[n] = '\0';
		*len = (size_t)n;
		k = strtoull(text, &end, 10);
		if (end != text && (*end == '\n' || *end == '\0')) {
			(void)snprintf(name, BACKUP_NAME, "lists/trusted.%llu",
			    k);
			return (1);
		}
		return (backup_fail(b, BACKUP_DAMAGED, "%s/trusted: names no "
		    "generation", dir));
	}
	*b->fault = BACKUP_DAMAGED;
	return (-1);
}

/* Forget the files that were copied since; the directories stay. */
static void
forget(struct backup *b, size_t n)
{
	const struct disk *d = b->disk;
	char path[BACKUP_PATH + BACKUP_NAME];

	while (b->n > n) {
		(void)snprintf(path, sizeof(path), "%s/%s", b->to,
		    b->file[--b->n].name);
		(void)d->unlink(d->ctx, path);
	}
}

/*
 * Copy the generation in force with the files that its lists are served from.  The
 * daemon may put the next one in its place and remove this one meanwhile.
 */
static int
copy_lists(struct backup *b)
{
	char text[TRUSTED_MAX + 1], name[BACKUP_NAME];
	size_t len = 0, before = b->n;
	int i, rc;

	for (i = 0;; i++) {
		if ((rc = trusted(b, text, &len, name)) != 1)
			return (rc);
		if (backup_dir(b, "lists") == 0 &&
		    copy_dir(b, name, "", 1) == 0 &&
		    copy_dir(b, "lists/built", ".mdb", 0) == 0) {
			char now[TRUSTED_MAX + 1], other[BACKUP_NAME];
			size_t n = 0;

			rc = trusted(b, now, &n, other);
			if (rc == 1 && n == len && memcmp(now, text, n) == 0)
				return (backup_put(b, "lists/trusted", text,
				    len));
			if (rc == -1)
				return (-1);
		} else if (*b->fault != BACKUP_DAMAGED || i + 1 == TRIES)
			return (-1);
		if (i + 1 == TRIES)
			return (backup_fail(b, BACKUP_FAILED, "%s/lists changes "
			    "all the time", b->o->from));
		forget(b, before);
		*b->fault = BACKUP_FINE;
	}
}

/* Copy what was cosigned of nodes below: the two files of it belong together. */
static int
copy_witness(struct backup *b)
{
	static const char *const names[] = { "witness/heads.0",
		"witness/heads.1" };
	char from[BACKUP_PATH + 16], to[BACKUP_PATH + 16];
	char path[BACKUP_PATH + 32], err[WITNESS_ERROR_MAX];
	size_t i;

	(void)snprintf(from, sizeof(from), "%s/witness", b->o->from);
	if (!witness_heads_used(from))
		return (0);
	if (backup_dir(b, "witness") != 0)
		return (-1);
	(void)snprintf(to, sizeof(to), "%s/witness", b->to);
	if (witness_heads_save(from, to, err) != 0)
		return (backup_fail(b, BACKUP_FAILED, "%s", err));
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		(void)snprintf(path, sizeof(path), "%s/%s", b->to, names[i]);
		if (access(path, F_OK) == 0 && backup_note(b, names[i]) != 0)
			return (-1);
	}
	(void)snprintf(path, sizeof(path), "%s/evidence", from);
	return (access(path, F_OK) != 0 ? 0 :
	    copy_dir(b, "witness/evidence", "", 0));
}

/* Copy sealed/, lists/ and witness/. */
int
backup_rest(struct backup *b)
{

	if (copy_dir(b, "sealed", ".seal", 0) != 0 || copy_witness(b) != 0)
		return (-1);
	return (copy_lists(b));
}
