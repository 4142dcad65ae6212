#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "keys/hex.h"

#include "adopt_impl.h"

/* Read a delta of the old generation; its name is its digest. */
int
adopt_list_old(struct adopt *r, const uint8_t sha256[32], void **data,
    size_t *len, char path[ADOPT_PATH_MAX])
{
	struct tuf_target g = { .has_sha256 = 1 };
	int rc;

	memcpy(g.sha256, sha256, sizeof(g.sha256));
	if (adopt_list_delta(r, path, r->old, sha256) != 0)
		return (-1);
	rc = adopt_slurp(r->disk, path, ADOPT_DELTA_MAX, 0, data, len, r->err);
	if (rc != 0)
		return (rc == 1 ? adopt_fail(r->err, "%s: is missing", path) :
		    -1);
	g.length = *len;
	if (tuf_target_good(&g, *data, *len) == 0)
		return (0);
	free(*data);
	return (adopt_fail(r->err, "%s: is damaged (SHA-256)", path));
}

/* Take the files of a plan: verified, and deltas into the stage. */
static int
fetch_steps(struct adopt *r, const struct adopt_work *w)
{
	char below[ADOPT_PATH_MAX], path[ADOPT_PATH_MAX], dir[ADOPT_PATH_MAX];
	const struct tuf_target *g;
	char hex[65];
	void *data;
	size_t i, len;
	int rc;

	for (i = 0; i < w->plan.nsteps; i++) {
		g = &w->plan.step[i];
		adopt_target_path(g, below);
		if (adopt_path(path, r->err, "%s/incoming/targets/%s", r->lists,
		    below) != 0 || adopt_path(dir, r->err, "%s/files",
		    r->stage) != 0)
			return (-1);
		if (g->kind[0] == 's') {
			if (adopt_same(r->disk, path, g, r->err) != 0)
				return (-1);
			continue;
		}
		if (g->length > ADOPT_DELTA_MAX)
			return (adopt_fail(r->err, "%s: %llu bytes are too "
			    "many for a delta", path,
			    (unsigned long long)g->length));
		if (adopt_take(r->disk, path, g, &data, &len, r->err) != 0)
			return (-1);
		hex_encode(hex, g->sha256, 32);
		rc = adopt_put(r->disk, dir, hex, data, len, r->err);
		free(data);
		if (rc != 0)
			return (-1);
	}
	return (0);
}

/* Plan a list and take its files. */
static int
plan(struct adopt *r, struct adopt_work *w, const char *id, int whole)
{
	struct adopt_held held = { 0, 0 };
	const struct list_info *info;

	if (w->old != NULL)
		held = (struct adopt_held){ w->old->info.epoch,
		    w->old->info.version };
	adopt_plan_free(&w->plan);
	if (adopt_plan(&r->targets, id, &held, r->o->epochs, r->o->nepochs,
	    whole || w->old == NULL || w->old->list == NULL, &w->plan,
	    r->err) != 0)
		return (-1);
	if (w->old != NULL) {
		info = &w->old->info;
		if (info->version == w->plan.result.version &&
		    info->epoch == w->plan.result.epoch &&
		    memcmp(info->root, w->plan.result.root, 32) != 0)
			return (adopt_fail(r->err, "list %s version %u is "
			    "signed with another content than before", id,
			    info->version));
	}
	return (fetch_steps(r, w));
}

/* Upon what is held, else from a snapshot; tell of both when neither will do. */
int
adopt_list_again(struct adopt *r, struct adopt_work *w)
{
	char first[ADOPT_ERROR_MAX / 2], then[ADOPT_ERROR_MAX / 2 - 32];
	char id[LIST_ID_MAX];

	(void)snprintf(first, sizeof(first), "%.*s", (int)sizeof(first) - 1,
	    r->err);
	memcpy(id, w->plan.result.list, sizeof(id));
	if (plan(r, w, id, 1) == 0)
		return (0);
	adopt_keep_whole(r, 1);
	(void)snprintf(then, sizeof(then), "%.*s", (int)sizeof(then) - 1,
	    r->err);
	return (adopt_fail(r->err, "%s; nor from a snapshot: %s", first, then));
}

/* Plan a list and have all of its files verified. */
int
adopt_list_fetch(struct adopt *r, struct adopt_work *w, const char *id)
{

	if (plan(r, w, id, 0) == 0)
		return (0);
	if (w->plan.nsteps == 0 || w->plan.whole)
		return (-1);
	return (adopt_list_again(r, w));
}
