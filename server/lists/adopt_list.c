#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "keys/hex.h"

#include "adopt_impl.h"
#include "listfile.h"

#define MERGE_AT	(LIST_LAYER_MAX / 2)	/* records of a layer */

/* Write the path of a delta in a generation. */
int
adopt_list_delta(struct adopt *r, char path[ADOPT_PATH_MAX], const char *dir,
    const uint8_t sha256[32])
{
	char hex[65];

	hex_encode(hex, sha256, 32);
	return (adopt_path(path, r->err, "%s/files/%.64s", dir, hex));
}

/* The subject of a target; its word was looked at. */
uint32_t
adopt_list_subject(const struct tuf_target *g)
{

	return (strcmp(g->subject, "card") == 0 ? LIST_CARD :
	    strcmp(g->subject, "phone") == 0 ? LIST_PHONE : LIST_PERSON);
}

/* What the signed target says that a file has to be. */
static struct listfile_want
want_of(const struct tuf_target *g)
{
	struct listfile_want want = {
		.id = g->list, .epoch = g->epoch, .version = g->version,
		.from = g->from, .count = g->count,
		.kind = g->kind[0] == 's' ? LISTFILE_SNAPSHOT : LISTFILE_DELTA,
		.subject = adopt_list_subject(g),
	};

	want.sha256 = g->sha256;
	want.length = g->length;
	memcpy(want.root, g->root, sizeof(want.root));
	return (want);
}

/* Write base and layer of *l as one new base; deltas are no longer needed. */
static int
merge(struct adopt *r, struct adopt_work *w, const struct list *l)
{
	char path[ADOPT_PATH_MAX], e[LIST_ERROR_MAX];
	const struct list_info *info = list_info(l);
	struct adopt_base base = { .ndeltas = 0 };
	struct list *merged;

	memcpy(base.list, info->id, sizeof(base.list));
	adopt_bases_name(base.file, info);
	if (adopt_path(path, r->err, "%s/built/%s", r->lists, base.file) != 0)
		return (-1);
	/* The list itself is not changed, only shared. */
	merged = list_merge((struct list *)(uintptr_t)l, path, r->disk, e);
	if (merged == NULL)
		return (adopt_fail(r->err, "list %s: %s", info->id, e));
	list_close(w->list);
	w->list = merged;
	w->base = base;
	w->merge = 0;
	return (0);
}

/* Put a delta upon the list of w (or that of before, where w has none yet). */
static int
layer(struct adopt *r, struct adopt_work *w, const char *path,
    const struct listfile_header *h, const struct listrec *rec,
    const uint8_t sha256[32])
{
	struct list *l = w->list != NULL ? w->list : w->old->list, *next;
	char e[LIST_ERROR_MAX];

	if (w->base.ndeltas == ADOPT_CHAIN_MAX) {
		if (merge(r, w, l) != 0)
			return (-1);
		l = w->list;
	}
	errno = 0;
	next = list_layer(l, &h->info, rec, (size_t)h->records, e);
	if (next == NULL && errno == E2BIG && list_layered(l) > 0) {
		if (merge(r, w, l) != 0)
			return (-1);
		next = list_layer(w->list, &h->info, rec, (size_t)h->records,
		    e);
	}
	if (next == NULL)
		return (adopt_fail(r->err, "%s: %s", path, e));
	list_close(w->list);
	w->list = next;
	memcpy(w->base.delta[w->base.ndeltas++], sha256, 32);
	return (0);
}

/* Read a delta of the old generation; its name is its digest. */
static struct listrec *
read_old(struct adopt *r, const uint8_t sha256[32], struct listfile_header *h,
    char path[ADOPT_PATH_MAX])
{
	struct listrec *rec = NULL;
	char e[LIST_ERROR_MAX];
	void *data;
	size_t len;

	if (adopt_list_old(r, sha256, &data, &len, path) != 0)
		return (NULL);
	free(data);
	if ((rec = listfile_read(path, h, LIST_LAYER_MAX, e)) == NULL)
		adopt_fail(r->err, "%s", e);
	return (rec);
}

/* Open a base of the old generation and put its deltas upon it again. */
struct list *
adopt_list_open(struct adopt *r, const struct adopt_base *b)
{
	struct adopt_work w = { .list = NULL };
	char path[ADOPT_PATH_MAX], e[LIST_ERROR_MAX];
	struct listfile_header h;
	struct listrec *rec;
	size_t i;
	int rc;

	if (adopt_path(path, r->err, "%s/built/%s", r->lists, b->file) != 0)
		return (NULL);
	if ((w.list = list_open(path, 1, e)) == NULL) {
		adopt_fail(r->err, "list %s: %s", b->list, e);
		return (NULL);
	}
	for (i = 0; i < b->ndeltas; i++) {
		if ((rec = read_old(r, b->delta[i], &h, path)) == NULL)
			goto err0;
		rc = layer(r, &w, path, &h, rec, b->delta[i]);
		free(rec);
		if (rc != 0)
			goto err0;
	}
	return (w.list);

err0:
	list_close(w.list);
	return (NULL);
}

/* Build the base of a list from a snapshot in incoming/. */
static int
build(struct adopt *r, struct adopt_work *w, const struct tuf_target *g)
{
	char below[ADOPT_PATH_MAX], path[ADOPT_PATH_MAX], file[ADOPT_PATH_MAX];
	struct listfile_want want = want_of(g);	/* it may have been swapped since */
	struct list_info info = { .version = g->version };
	char e[LIST_ERROR_MAX];

	memcpy(info.id, g->list, sizeof(info.id));
	memcpy(info.root, g->root, sizeof(info.root));
	memset(&w->base, 0, sizeof(w->base));
	memcpy(w->base.list, g->list, sizeof(w->base.list));
	adopt_bases_name(w->base.file, &info);
	w->merge = 0;
	adopt_target_path(g, below);
	if (adopt_path(path, r->err, "%s/incoming/targets/%s", r->lists,
	    below) != 0 || adopt_path(file, r->err, "%s/built/%s", r->lists,
	    w->base.file) != 0)
		return (-1);
	w->list = listfile_build(path, &want, file, r->disk, e);
	if (w->list == NULL)
		return (adopt_fail(r->err, "%s: %s", g->name, e));
	return (0);
}

/* Remember what a delta touched. */
static int
touch(struct adopt_work *w, const struct listrec *rec, size_t n)
{
	struct listrec *p;

	if (n == 0)
		return (0);
	p = realloc(w->touched, (w->ntouched + n) * sizeof(*p));
	if (p == NULL)
		return (-1);
	memcpy(p + w->ntouched, rec, n * sizeof(*p));
	w->touched = p;
	w->ntouched += n;
	return (0);
}

/* Put a delta from the stage upon the list. */
static int
apply(struct adopt *r, struct adopt_work *w, const struct tuf_target *g)
{
	struct listfile_want want = want_of(g);
	char path[ADOPT_PATH_MAX], e[LIST_ERROR_MAX];
	struct listfile_header h;
	struct listrec *rec;
	int rc = -1;

	if (adopt_list_delta(r, path, r->stage, g->sha256) != 0)
		return (-1);
	if ((rec = listfile_read_wanted(path, &want, &h, LIST_LAYER_MAX,
	    e)) == NULL)
		adopt_fail(r->err, "%s: %s", g->name, e);
	else if (!w->plan.whole && touch(w, rec, (size_t)h.records) != 0)
		adopt_fail(r->err, "%s: no memory", g->name);
	else
		rc = layer(r, w, g->name, &h, rec, g->sha256);
	free(rec);
	return (rc);
}

/* Is what came out what is signed? */
static int
agrees(struct adopt *r, const struct adopt_work *w)
{
	const struct list_info *info = list_info(w->list);
	const struct tuf_target *g = &w->plan.result;

	if (strcmp(info->id, g->list) == 0 && info->version == g->version &&
	    info->epoch == g->epoch && info->count == g->count &&
	    info->subject == adopt_list_subject(g) &&
	    memcmp(info->root, g->root, sizeof(info->root)) == 0)
		return (0);
	return (adopt_fail(r->err, "list %s: version %u did not come out as "
	    "it is signed", g->list, g->version));
}

/* Go through the steps of the plan. */
static int
go(struct adopt *r, struct adopt_work *w)
{
	const struct adopt_base *b;
	size_t i;

	list_close(w->list);
	w->list = NULL;
	free(w->touched);
	w->touched = NULL;
	w->ntouched = 0;
	memset(&w->base, 0, sizeof(w->base));
	if (!w->plan.whole) {
		b = adopt_bases_find(&r->bases, w->plan.result.list);
		if (b != NULL)
			w->base = *b;
		w->merge = b == NULL;
	}
	for (i = 0; i < w->plan.nsteps; i++) {
		const struct tuf_target *g = &w->plan.step[i];

		if ((g->kind[0] == 's' ? build(r, w, g) :
		    apply(r, w, g)) != 0)
			return (-1);
	}
	return (w->list == NULL ? 0 : agrees(r, w));
}

/* Make a list: upon what is held, else from a snapshot. */
int
adopt_list_make(struct adopt *r, struct adopt_work *w)
{

	if (go(r, w) != 0 && (w->plan.whole ||
	    adopt_list_again(r, w) != 0 || go(r, w) != 0))
		return (-1);
	/* A layer is searched first and begins each start: keep it small.  Where a new
	 * base cannot be written now, the layer will do. */
	if (w->list != NULL && list_layered(w->list) > MERGE_AT)
		(void)merge(r, w, w->list);
	return (0);
}

/* Have one delta of the chain in the stage. */
static int
stage_delta(struct adopt *r, const uint8_t sha256[32])
{
	char path[ADOPT_PATH_MAX], dir[ADOPT_PATH_MAX], hex[65];
	void *data;
	size_t len;
	int rc, fd;

	if (adopt_list_delta(r, path, r->stage, sha256) != 0 ||
	    adopt_path(dir, r->err, "%s/files", r->stage) != 0)
		return (-1);
	if ((fd = r->disk->open(r->disk->ctx, path, O_RDONLY, 0)) != -1) {
		r->disk->close(r->disk->ctx, fd);
		return (0);
	}
	if (adopt_list_old(r, sha256, &data, &len, path) != 0)
		return (-1);
	hex_encode(hex, sha256, 32);
	rc = adopt_put(r->disk, dir, hex, data, len, r->err);
	free(data);
	return (rc);
}

/* Is the base on disk, and are its deltas in the stage? */
static int
staged(struct adopt *r, const struct adopt_work *w)
{
	char path[ADOPT_PATH_MAX];
	size_t i;
	int fd;

	if (w->merge || adopt_path(path, r->err, "%s/built/%s", r->lists,
	    w->base.file) != 0)
		return (-1);
	if ((fd = r->disk->open(r->disk->ctx, path, O_RDONLY, 0)) == -1)
		return (-1);
	r->disk->close(r->disk->ctx, fd);
	for (i = 0; i < w->base.ndeltas; i++)
		if (stage_delta(r, w->base.delta[i]) != 0)
			return (-1);
	return (0);
}

/* See that the next start will find the list; what is damaged is written anew. */
int
adopt_list_stage(struct adopt *r, struct adopt_work *w)
{
	char path[ADOPT_PATH_MAX];
	size_t i, j;

	if (staged(r, w) != 0 && merge(r, w, w->list != NULL ? w->list :
	    w->old->list) != 0)
		return (-1);
	for (i = 0; i < w->plan.nsteps; i++) {
		const struct tuf_target *g = &w->plan.step[i];

		for (j = 0; j < w->base.ndeltas; j++)
			if (memcmp(w->base.delta[j], g->sha256, 32) == 0)
				break;
		if (j == w->base.ndeltas && g->kind[0] == 'd' &&
		    adopt_list_delta(r, path, r->stage, g->sha256) == 0)
			(void)r->disk->unlink(r->disk->ctx, path);
	}
	return (0);
}
