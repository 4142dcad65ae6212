#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "adopt_impl.h"
#include "campaigns.h"
#include "outlets.h"

/* Tell a test what comes next. */
void
adopt_step(struct adopt *r, const char *name)
{

	if (r->o->step != NULL)
		r->o->step(r->o->step_arg, name);
}

/* Begin a call.  It is large: bases hold whole chains. */
static struct adopt *
begin(const struct adopt_options *o, const struct adopt_floor *floor,
    const struct adopted *before, int64_t now, char *err)
{
	struct adopt *r = calloc(1, sizeof(*r));

	err[0] = '\0';
	if (r == NULL) {
		adopt_fail(err, "no memory");
		return (NULL);
	}
	r->o = o;
	r->disk = o->disk;
	r->floor = floor;
	r->before = before;
	r->now = now;
	r->err = err;
	if (adopt_path(r->lists, err, "%s/lists", o->data) != 0 ||
	    adopt_path(r->stage, err, "%s/" ADOPT_STAGE, r->lists) != 0) {
		free(r);
		return (NULL);
	}
	return (r);
}

/* End it. */
static void
end(struct adopt *r)
{
	size_t i;

	for (i = 0; i < ADOPT_LISTS_MAX; i++) {
		list_close(r->work[i].list);
		free(r->work[i].touched);
		adopt_plan_free(&r->work[i].plan);
	}
	adopt_targets_free(&r->targets);
	adopt_trust_done(r);
	free(r);
}

/* Say of which metadata a generation is. */
static void
versions(const struct adopt *r, struct adopted *a, uint64_t generation)
{

	a->generation = generation;
	a->root = tuf_version(r->tuf, TUF_ROOT);
	a->timestamp = tuf_version(r->tuf, TUF_TIMESTAMP);
	a->snapshot = tuf_version(r->tuf, TUF_SNAPSHOT);
	a->targets = tuf_version(r->tuf, TUF_TARGETS);
	a->signed_at = tuf_signed_at(r->tuf);
	a->expires = tuf_expires(r->tuf, TUF_TIMESTAMP);
}

/* Read the bases of the generation in r->old: 0, or -1. */
static int
read_bases(struct adopt *r)
{
	char path[ADOPT_PATH_MAX];
	void *data;
	size_t len;
	int rc;

	if (adopt_path(path, r->err, "%s/bases", r->old) != 0)
		return (-1);
	rc = adopt_slurp(r->disk, path, ADOPT_BASES_TEXT, 0, &data, &len,
	    r->err);
	if (rc != 0)
		return (rc == 1 ? adopt_fail(r->err, "%s: is missing", path) :
		    -1);
	rc = adopt_bases_read(&r->bases, data, len);
	free(data);
	return (rc == 0 ? 0 : adopt_fail(r->err, "%s:%d: is damaged", path,
	    rc));
}

/* Open one list of the generation and compare it with what is signed. */
static int
start_list(struct adopt *r, const char *id, struct adopted_list *x)
{
	const struct adopt_base *b = adopt_bases_find(&r->bases, id);
	const struct tuf_target *g;
	size_t i;

	if (b == NULL)
		return (adopt_fail(r->err, "%s/bases: list %s is missing",
		    r->old, id));
	if ((x->list = adopt_list_open(r, b)) == NULL)
		return (-1);
	x->info = *list_info(x->list);
	g = adopt_plan_find(&r->targets, id, x->info.epoch);
	if (g == NULL || strcmp(x->info.id, id) != 0 ||
	    g->version != x->info.version || g->count != x->info.count ||
	    adopt_list_subject(g) != x->info.subject ||
	    memcmp(g->root, x->info.root, sizeof(x->info.root)) != 0)
		return (adopt_fail(r->err, "list %s: %s/built/%s and its "
		    "deltas do not make the version that is signed: damaged",
		    id, r->lists, b->file));
	for (i = 0; i < r->o->nepochs; i++)
		if (r->o->epochs[i] == x->info.epoch)
			return (0);
	return (adopt_fail(r->err, "list %s version %u is under epoch %u of "
	    "the list key, which this node does not have: install that key",
	    id, x->info.version, x->info.epoch));
}

/* Open the generation in force. */
static int
start(struct adopt *r, struct adopted *a)
{
	uint64_t n;
	size_t i;
	int rc;

	if ((rc = adopt_keep_number(r, &n)) != 0) {
		if (rc == 1 && r->floor->targets != 0)
			return (adopt_fail(r->err, "%s: no lists are here, "
			    "though the journal names targets version %u",
			    r->lists, r->floor->targets));
		return (rc);
	}
	if (adopt_path(r->old, r->err, "%s/trusted.%llu", r->lists,
	    (unsigned long long)n) != 0)
		return (-1);
	adopt_step(r, "verify");
	if (adopt_trust_old(r) != 0 || adopt_trust_floor(r) != 0 ||
	    adopt_targets_load(&r->targets, r->tuf, r->err) != 0 ||
	    read_bases(r) != 0)
		return (-1);
	adopt_step(r, "build");
	for (i = 0; i < r->targets.nlists; i++) {
		a->nlists = i + 1;
		if (start_list(r, r->targets.list[i], &a->list[i]) != 0)
			return (-1);
	}
	if (adopt_text_load(r, a, 0) != 0)
		return (-1);
	versions(r, a, n);
	adopt_step(r, "clean");
	adopt_keep_whole(r, 0);
	adopt_keep_clean(r, n, &r->bases);
	return (0);
}

/* Open the generation in force, at start. */
int
adopt_start(const struct adopt_options *o, const struct adopt_floor *floor,
    int64_t now, struct adopted *a, char *err)
{
	struct adopt *r;
	int rc;

	memset(a, 0, sizeof(*a));
	if ((r = begin(o, floor, NULL, now, err)) == NULL)
		return (-1);
	if ((rc = start(r, a)) != 0)
		adopt_free(a);
	if (rc == -1)
		adopt_keep_whole(r, 1);
	end(r);
	return (rc);
}

/* Verify all files that are needed, then make all lists. */
static int
make(struct adopt *r, struct adopted *a, struct adopt_bases *b)
{
	size_t i, j, n = r->targets.nlists;

	for (i = 0; i < n; i++) {
		for (j = 0; r->before != NULL && j < r->before->nlists; j++)
			if (strcmp(r->before->list[j].info.id,
			    r->targets.list[i]) == 0)
				r->work[i].old = &r->before->list[j];
		if (adopt_list_fetch(r, &r->work[i], r->targets.list[i]) != 0)
			return (-1);
	}
	if (adopt_text_load(r, a, 1) != 0)
		return (-1);
	adopt_step(r, "build");
	for (i = 0; i < n; i++) {
		if (adopt_list_make(r, &r->work[i]) != 0 ||
		    adopt_list_stage(r, &r->work[i]) != 0)
			return (-1);
		b->at[b->n++] = r->work[i].base;
	}
	return (0);
}

/* Hand the lists over. */
static void
hand(struct adopt *r, struct adopted *a)
{
	size_t i;

	for (i = 0; i < r->targets.nlists; i++) {
		struct adopt_work *w = &r->work[i];
		struct adopted_list *x = &a->list[i];

		x->list = w->list;
		x->info = w->list != NULL ? *list_info(w->list) : w->old->info;
		x->changed = w->old == NULL ||
		    w->old->info.version != x->info.version ||
		    w->old->info.epoch != x->info.epoch;
		x->touched = w->touched;
		x->ntouched = w->ntouched;
		w->list = NULL;
		w->touched = NULL;
	}
	a->nlists = r->targets.nlists;
}

/* A newer timestamp over the same lists, which stay where they are. */
static int
fresh(struct adopt *r, struct adopted *a)
{
	const struct adopted *b = r->before;
	size_t i;

	if (adopt_text_load(r, a, 0) != 0 || adopt_keep_fresh(r) != 0)
		return (-1);
	versions(r, a, b->generation);
	a->fresh_only = 1;
	a->nlists = b->nlists;
	for (i = 0; i < b->nlists; i++)
		a->list[i].info = b->list[i].info;
	return (0);
}

/* Is nothing new but the timestamp? */
static int
only_fresh(const struct adopt *r)
{
	const struct adopted *b = r->before;

	return (b != NULL && tuf_version(r->tuf, TUF_ROOT) == b->root &&
	    tuf_version(r->tuf, TUF_SNAPSHOT) == b->snapshot &&
	    tuf_version(r->tuf, TUF_TARGETS) == b->targets);
}

/* Adopt what incoming/ has. */
static int
run(struct adopt *r, struct adopted *a, struct adopt_bases *bases)
{
	const struct adopted *b = r->before;
	uint64_t n;
	int rc;

	if (b != NULL && adopt_path(r->old, r->err, "%s/trusted.%llu", r->lists,
	    (unsigned long long)b->generation) != 0)
		return (-1);
	adopt_step(r, "verify");
	if ((rc = adopt_trust_new(r)) != 0)
		return (rc);
	if (adopt_targets_load(&r->targets, r->tuf, r->err) != 0)
		return (-1);
	if (only_fresh(r)) {
		if (fresh(r, a) == 0)
			return (0);
		/* Something is damaged on disk: write all of it again. */
		adopt_free(a);
	}
	/* Without it, what the lists stand on is written anew. */
	if (b != NULL && read_bases(r) != 0)
		r->bases.n = 0;
	if (adopt_keep_begin(r) != 0)
		return (-1);
	if (make(r, a, bases) != 0) {
		adopt_keep_undo(r);
		adopt_tree(r->disk, r->stage);
		return (-1);
	}
	/* From here on the disk may name the new generation, whatever fails. */
	if (adopt_keep_write(r, bases, &n) != 0)
		return (-1);
	hand(r, a);
	versions(r, a, n);
	adopt_step(r, "clean");
	adopt_keep_whole(r, 0);
	adopt_keep_clean(r, n, bases);
	r->err[0] = '\0';
	return (0);
}

/* Look at incoming/. */
int
adopt_run(const struct adopt_options *o, const struct adopt_floor *floor,
    const struct adopted *before, int64_t now, struct adopted *a, char *err)
{
	struct adopt_bases *bases = calloc(1, sizeof(*bases));
	struct adopt *r;
	int rc;

	memset(a, 0, sizeof(*a));
	if (bases == NULL)
		return (adopt_fail(err, "no memory"));
	if ((r = begin(o, floor, before, now, err)) == NULL) {
		free(bases);
		return (-1);
	}
	if ((rc = run(r, a, bases)) != 0)
		adopt_free(a);
	end(r);
	free(bases);
	return (rc);
}

/* Take over what did not change. */
void
adopt_carry(struct adopted *a, struct adopted *before)
{
	size_t i, j;

	for (i = 0; i < a->nlists; i++) {
		for (j = 0; j < before->nlists; j++) {
			if (a->list[i].list != NULL || strcmp(
			    a->list[i].info.id, before->list[j].info.id) != 0)
				continue;
			a->list[i].list = before->list[j].list;
			before->list[j].list = NULL;
		}
	}
}

/* Free what a holds. */
void
adopt_free(struct adopted *a)
{
	size_t i;

	for (i = 0; i < ADOPT_LISTS_MAX; i++) {
		list_close(a->list[i].list);
		free(a->list[i].touched);
	}
	free(a->policy_text);
	outlets_free(a->outlets);
	campaigns_free(a->campaigns);
	memset(a, 0, sizeof(*a));
}
