#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "adopt_impl.h"

#define PREFIX		"trusted."
#define NUMBER_MAX	(UINT64_MAX / 10 - 1)
#define OTHERS_MAX	1024	/* names that one clean-up removes at most */

static const char *const metadata[TUF_ROLES] = {
	"root.json", "timestamp.json", "snapshot.json", "targets.json"
};

/* Read the number of a generation; 0: it is none. */
static uint64_t
number(const char *p, size_t len)
{
	uint64_t n = 0;
	size_t i;

	if (len == 0 || p[0] == '0')
		return (0);
	for (i = 0; i < len; i++) {
		if (p[i] < '0' || p[i] > '9' || n > NUMBER_MAX / 10)
			return (0);
		n = n * 10 + (uint64_t)(p[i] - '0');
	}
	return (n);
}

/* Which generation is in force? */
int
adopt_keep_number(struct adopt *r, uint64_t *n)
{
	char path[ADOPT_PATH_MAX];
	void *data;
	size_t len;
	int rc;

	*n = 0;
	if (adopt_path(path, r->err, "%s/trusted", r->lists) != 0)
		return (-1);
	rc = adopt_slurp(r->disk, path, 64, 0, &data, &len, r->err);
	if (rc != 0)
		return (rc);
	if (len > 1 && ((char *)data)[len - 1] == '\n')
		*n = number(data, len - 1);
	free(data);
	return (*n != 0 ? 0 : adopt_fail(r->err, "%s: is damaged", path));
}

/* Keep the highest number among names. */
static int
highest(void *arg, const char *name)
{
	uint64_t *most = arg, n;

	if (strncmp(name, PREFIX, strlen(PREFIX)) == 0) {
		n = number(name + strlen(PREFIX), strlen(name) -
		    strlen(PREFIX));
		if (n > *most)
			*most = n;
	}
	return (0);
}

/* Make the names in a directory durable. */
static int
sync_dir(struct adopt *r, const char *dir)
{

	if (r->disk->sync_dir(r->disk->ctx, dir) == 0)
		return (0);
	return (adopt_fail(r->err, "%s: cannot be synced: %s", dir,
	    strerror(errno)));
}

/* Make a directory, durable in the one above it where that is named; it may be there. */
static int
make(struct adopt *r, const char *path, const char *above)
{

	if (r->disk->mkdir(r->disk->ctx, path, ADOPT_DIR_MODE) == 0)
		return (above != NULL ? sync_dir(r, above) : 0);
	if (errno == EEXIST && above != NULL)
		return (0);
	return (adopt_fail(r->err, "%s: cannot be made: %s", path,
	    strerror(errno)));
}

/* Make an empty stage. */
int
adopt_keep_begin(struct adopt *r)
{
	char built[ADOPT_PATH_MAX], files[ADOPT_PATH_MAX];

	if (adopt_path(built, r->err, "%s/built", r->lists) != 0 ||
	    adopt_path(files, r->err, "%s/files", r->stage) != 0)
		return (-1);
	adopt_tree(r->disk, r->stage);
	if (make(r, r->lists, r->o->data) != 0 ||
	    make(r, built, r->lists) != 0 || make(r, r->stage, NULL) != 0)
		return (-1);
	return (make(r, files, NULL));
}

/* Write roots, metadata and bases into the stage. */
static int
fill(struct adopt *r, const struct adopt_bases *b)
{
	char name[32], *text;
	const void *bytes;
	size_t i, len;
	int rc;

	for (i = 0; i < r->nroots; i++) {
		(void)snprintf(name, sizeof(name), "%" PRIu32 ".root.json",
		    r->root[i].version);
		if (adopt_put(r->disk, r->stage, name, r->root[i].data,
		    r->root[i].len, r->err) != 0)
			return (-1);
	}
	for (i = 0; i < TUF_ROLES; i++) {
		if ((bytes = tuf_bytes(r->tuf, (enum tuf_role)i, &len)) == NULL)
			return (adopt_fail(r->err, "%s: is not trusted",
			    metadata[i]));
		if (adopt_put(r->disk, r->stage, metadata[i], bytes, len,
		    r->err) != 0)
			return (-1);
	}
	if ((text = malloc(ADOPT_BASES_TEXT)) == NULL)
		return (adopt_fail(r->err, "no memory"));
	len = adopt_bases_print(b, text);
	rc = adopt_put(r->disk, r->stage, "bases", text, len, r->err);
	free(text);
	return (rc);
}

/* Make the stage the generation in force. */
int
adopt_keep_write(struct adopt *r, const struct adopt_bases *b, uint64_t *n)
{
	char path[ADOPT_PATH_MAX], files[ADOPT_PATH_MAX], line[32];
	uint64_t most = r->before != NULL ? r->before->generation : 0, in = 0;
	int len;

	adopt_step(r, "sync");
	if (adopt_path(files, r->err, "%s/files", r->stage) != 0 ||
	    fill(r, b) != 0 || sync_dir(r, files) != 0 ||
	    sync_dir(r, r->stage) != 0)
		return (-1);
	if (adopt_keep_number(r, &in) == 0 && in > most)
		most = in;
	if (r->disk->list(r->disk->ctx, r->lists, highest, &most) != 0)
		return (adopt_fail(r->err, "%s: %s", r->lists,
		    strerror(errno)));
	*n = most + 1;
	adopt_step(r, "rename");
	if (adopt_path(path, r->err, "%s/" PREFIX "%" PRIu64, r->lists,
	    *n) != 0)
		return (-1);
	if (r->disk->rename(r->disk->ctx, r->stage, path) != 0)
		return (adopt_fail(r->err, "%s: cannot be made: %s", path,
		    strerror(errno)));
	if (sync_dir(r, r->lists) != 0)
		return (-1);
	adopt_step(r, "trusted");
	len = snprintf(line, sizeof(line), "%" PRIu64 "\n", *n);
	if (disk_replace(r->disk, r->lists, "trusted", line, (size_t)len) != 0)
		return (adopt_fail(r->err, "%s/trusted: cannot be replaced: %s",
		    r->lists, strerror(errno)));
	return (0);
}

/* Only the timestamp is newer: one small file, replaced whole. */
int
adopt_keep_fresh(struct adopt *r)
{
	const void *bytes;
	size_t len;

	adopt_step(r, "fresh");
	bytes = tuf_bytes(r->tuf, TUF_TIMESTAMP, &len);
	if (disk_replace(r->disk, r->old, metadata[TUF_TIMESTAMP], bytes,
	    len) != 0)
		return (adopt_fail(r->err, "%s/%s: cannot be replaced: %s",
		    r->old, metadata[TUF_TIMESTAMP], strerror(errno)));
	return (0);
}

/* Have sync fetch snapshots too, until an adoption came through. */
void
adopt_keep_whole(struct adopt *r, int wanted)
{
	char path[ADOPT_PATH_MAX], err[ADOPT_ERROR_MAX];
	int fd;

	if (adopt_path(path, err, "%s/whole", r->lists) != 0)
		return;
	if ((fd = r->disk->open(r->disk->ctx, path, O_RDONLY | O_NOFOLLOW,
	    0)) != -1)
		r->disk->close(r->disk->ctx, fd);
	if (wanted && fd == -1)
		(void)adopt_put(r->disk, r->lists, "whole", "", 0, err);
	if (!wanted && fd != -1)
		(void)r->disk->unlink(r->disk->ctx, path);
}

/* What is to be kept, and what was found beside it. */
struct others {
	struct adopt *r;
	const struct adopt_bases *bases;
	char keep[64];
	char (*name)[128];
	size_t n;
};

/* Is this the name of a base that is needed? */
static int
needed(const struct others *s, const char *name)
{
	const struct adopted *b = s->r->before;
	const char *file;
	size_t i;

	for (i = 0; i < s->bases->n; i++)
		if (strcmp(name, s->bases->at[i].file) == 0)
			return (1);
	for (i = 0; b != NULL && i < b->nlists; i++) {
		if (b->list[i].list == NULL)
			continue;
		file = strrchr(list_path(b->list[i].list), '/');
		if (file != NULL && strcmp(name, file + 1) == 0)
			return (1);
	}
	return (0);
}

/* Note a generation, or what is left of one. */
static int
note_generation(void *arg, const char *name)
{
	struct others *s = arg;

	if (s->n < OTHERS_MAX && strlen(name) < sizeof(*s->name) &&
	    strncmp(name, PREFIX, strlen(PREFIX)) == 0 &&
	    strcmp(name, s->keep) != 0)
		memcpy(s->name[s->n++], name, strlen(name) + 1);
	return (0);
}

/* Note a base file that nothing needs. */
static int
note_base(void *arg, const char *name)
{
	struct others *s = arg;

	if (s->n < OTHERS_MAX && strlen(name) < sizeof(*s->name) &&
	    !needed(s, name))
		memcpy(s->name[s->n++], name, strlen(name) + 1);
	return (0);
}

/* After a failure: remove the bases that were made for nothing. */
void
adopt_keep_undo(struct adopt *r)
{
	struct others s = { .r = r, .bases = &r->bases };
	const char *path;
	size_t i;

	for (i = 0; r->before != NULL && i < ADOPT_LISTS_MAX; i++) {
		if (r->work[i].list == NULL)
			continue;
		path = list_path(r->work[i].list);
		if (strrchr(path, '/') != NULL &&
		    !needed(&s, strrchr(path, '/') + 1))
			(void)r->disk->unlink(r->disk->ctx, path);
	}
}

/* Remove what is not needed; what cannot be removed now is removed another time. */
void
adopt_keep_clean(struct adopt *r, uint64_t n, const struct adopt_bases *b)
{
	struct others s = { .r = r, .bases = b };
	char path[ADOPT_PATH_MAX], built[ADOPT_PATH_MAX], err[ADOPT_ERROR_MAX];
	size_t i;

	(void)snprintf(s.keep, sizeof(s.keep), PREFIX "%" PRIu64, n);
	if (adopt_path(built, err, "%s/built", r->lists) != 0 ||
	    (s.name = malloc(OTHERS_MAX * sizeof(*s.name))) == NULL)
		return;
	(void)r->disk->list(r->disk->ctx, r->lists, note_generation, &s);
	for (i = 0; i < s.n; i++) {
		if (adopt_path(path, err, "%s/%s", r->lists, s.name[i]) != 0)
			continue;
		/* disk_replace() leaves a file. */
		(void)r->disk->unlink(r->disk->ctx, path);
		adopt_tree(r->disk, path);
	}
	s.n = 0;
	(void)r->disk->list(r->disk->ctx, built, note_base, &s);
	for (i = 0; i < s.n; i++)
		if (adopt_path(path, err, "%s/%s", built, s.name[i]) == 0)
			(void)r->disk->unlink(r->disk->ctx, path);
	free(s.name);
}
