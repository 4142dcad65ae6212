/*
 * The appeals of a centre, on disk.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/disk.h"

#include "appeal_store.h"
#include "centre_impl.h"

static const char suffix[] = ".appeal";

/* The first error of a file. */
struct first {
	char *err;
	int n;
};

/* Keep the first error. */
static void
report(void *arg, const struct conf_error *e)
{
	struct first *f = arg;

	if (f->n++ == 0)
		(void)snprintf(f->err, CENTRE_ERROR_MAX, "%s:%u:%u: %s",
		    e->file, (unsigned)e->line, (unsigned)e->column,
		    e->message);
}

/* Read one. */
int
appeal_store_load(const struct centre *c, const char *id, struct appeal *a,
    char *err)
{
	char path[CENTRE_PATH_MAX], text[APPEAL_MAX_TEXT + 1];
	struct first first = { err, 0 };
	const struct conf_sink sink = { report, &first };
	const struct disk *d = c->disk;
	uint32_t number;
	int32_t year;
	ssize_t n;
	int fd;

	if (appeal_id_read(id, &year, &number) != 0)
		return (1);
	if (centre_path(c, path, sizeof(path), "appeals/%s%s", id, suffix) !=
	    0)
		return (centre_fail(err, "%s: the path is too long", c->dir));
	if ((fd = d->open(d->ctx, path, O_RDONLY, 0)) == -1)
		return (errno == ENOENT ? 1 : centre_fail(err, "%s: %s", path,
		    strerror(errno)));
	n = disk_read(d, fd, text, sizeof(text), 0);
	if (n < 0)
		(void)centre_fail(err, "%s: %s", path, strerror(errno));
	(void)d->close(d->ctx, fd);
	if (n < 0 || appeal_read(a, path, text, (size_t)n, &sink) != 0)
		return (-1);
	if (strcmp(a->id, id) != 0)
		return (centre_fail(err, "%s: it is the appeal %s", path,
		    a->id));
	return (0);
}

/* Write one. */
int
appeal_store_save(struct centre *c, const struct appeal *a, char *err)
{
	char dir[CENTRE_PATH_MAX], name[APPEAL_ID_MAX + sizeof(suffix)], *text;
	struct first first = { err, 0 };
	const struct conf_sink sink = { report, &first };
	struct appeal *again = malloc(sizeof(*again));
	size_t len;
	int rc = -1;

	text = appeal_print(a, &len);
	(void)snprintf(name, sizeof(name), "%s%s", a->id, suffix);
	if (text == NULL || again == NULL)
		(void)centre_fail(err, "out of memory");
	else if (centre_path(c, dir, sizeof(dir), "appeals") != 0)
		(void)centre_fail(err, "%s: the path is too long", c->dir);
	/* What is written must read. */
	else if (appeal_read(again, name, text, len, &sink) == 0) {
		if (disk_replace(c->disk, dir, name, text, len) == 0)
			rc = 0;
		else
			(void)centre_fail(err, "%s/%s: %s", dir, name,
			    strerror(errno));
	}
	free(again);
	free(text);
	return (rc);
}

/* Ids, as they are found. */
struct ids {
	char (*v)[APPEAL_ID_MAX];
	size_t n;
	uint32_t top;	/* the greatest number of the year */
	int32_t year;
};

/* Take a name of the directory. */
static int
take(void *arg, const char *name)
{
	size_t len = strlen(name), stem = len - (sizeof(suffix) - 1);
	char id[APPEAL_ID_MAX];
	struct ids *ids = arg;
	uint32_t number;
	int32_t year;
	void *p;

	if (len <= sizeof(suffix) - 1 || stem >= sizeof(id) ||
	    strcmp(&name[stem], suffix) != 0)
		return (0);
	memcpy(id, name, stem);
	id[stem] = '\0';
	if (appeal_id_read(id, &year, &number) != 0)
		return (0);
	if (year == ids->year && number > ids->top)
		ids->top = number;
	/* Powers of two. */
	if ((ids->n & (ids->n - 1)) == 0) {
		p = realloc(ids->v, (ids->n == 0 ? 1 : 2 * ids->n) *
		    sizeof(*ids->v));
		if (p == NULL)
			return (-2);
		ids->v = p;
	}
	memcpy(ids->v[ids->n++], id, sizeof(id));
	return (0);
}

/* Find all ids. */
static int
find(const struct centre *c, struct ids *ids, char *err)
{
	char dir[CENTRE_PATH_MAX];
	int rc;

	if (centre_path(c, dir, sizeof(dir), "appeals") != 0)
		return (centre_fail(err, "%s: the path is too long", c->dir));
	rc = c->disk->list(c->disk->ctx, dir, take, ids);
	if (rc == 0)
		return (0);
	(void)centre_fail(err, "%s: %s", dir, rc == -2 ? "out of memory" :
	    strerror(errno));
	free(ids->v);
	return (-1);
}

/* The next id. */
int
appeal_store_next(const struct centre *c, int32_t year,
    char id[APPEAL_ID_MAX], char *err)
{
	struct ids ids = { .year = year };

	if (find(c, &ids, err) != 0)
		return (-1);
	free(ids.v);
	if (ids.top >= 999999)
		return (centre_fail(err, "%s: no more appeals fit this year",
		    c->dir));
	appeal_id(id, year, ids.top + 1);
	return (0);
}

/* For qsort(): by year and number, for which the shorter number is the smaller. */
static int
by_id(const void *a, const void *b)
{
	size_t na = strlen(a), nb = strlen(b);
	int c = strncmp(a, b, 7);

	if (c != 0)
		return (c);
	return (na != nb ? (na > nb) - (na < nb) : strcmp(a, b));
}

/* Hand over all. */
int
appeal_store_each(const struct centre *c,
    int (*each)(void *arg, const struct appeal *a), void *arg, char *err)
{
	struct ids ids = { .year = 0 };
	struct appeal *a;
	size_t i;
	int rc = 0;

	if (find(c, &ids, err) != 0)
		return (-1);
	if ((a = malloc(sizeof(*a))) == NULL) {
		free(ids.v);
		return (centre_fail(err, "out of memory"));
	}
	if (ids.n > 0)
		qsort(ids.v, ids.n, sizeof(*ids.v), by_id);
	for (i = 0; i < ids.n && rc == 0; i++) {
		rc = appeal_store_load(c, ids.v[i], a, err);
		if (rc == 0)
			rc = each(arg, a);
		else if (rc == 1)
			rc = 0;	/* gone meanwhile */
	}
	free(a);
	free(ids.v);
	return (rc);
}
