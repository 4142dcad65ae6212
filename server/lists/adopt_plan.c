#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "keys/hex.h"

#include "adopt_impl.h"

/* The newest version of a list, under whatever epoch; NULL: none is named. */
static const struct tuf_target *
newest(const struct adopt_targets *s, const char *list)
{
	const struct tuf_target *g = NULL;
	size_t i;

	for (i = 0; i < s->n; i++)
		if (adopt_is_list(&s->at[i]) && strcmp(s->at[i].list, list) == 0 &&
		    (g == NULL || s->at[i].version > g->version))
			g = &s->at[i];
	return (g);
}

/* A target that names the newest version under an epoch. */
const struct tuf_target *
adopt_plan_find(const struct adopt_targets *s, const char *list, uint32_t epoch)
{
	const struct tuf_target *g = newest(s, list);
	size_t i;

	for (i = 0; g != NULL && i < s->n; i++)
		if (adopt_is_list(&s->at[i]) && strcmp(s->at[i].list, list) == 0 &&
		    s->at[i].version == g->version && s->at[i].epoch == epoch)
			return (&s->at[i]);
	return (NULL);
}

/* Add a step. */
static int
add_step(struct adopt_plan *p, const struct tuf_target *g)
{
	struct tuf_target *step;

	step = realloc(p->step, (p->nsteps + 1) * sizeof(*step));
	if (step == NULL)
		return (-1);
	p->step = step;
	p->step[p->nsteps++] = *g;
	p->bytes += g->length;
	return (0);
}

/* Does a delta lead farther than the best so far, or as far and is shorter? */
static int
farther(const struct tuf_target *g, const struct tuf_target *best)
{

	return (best == NULL || g->version > best->version ||
	    (g->version == best->version && g->length < best->length));
}

/* Take from `version` on the delta that leads farthest, until the goal is reached:
 * 1, 0 (no way) or -1 (no memory). */
static int
walk(const struct adopt_targets *s, struct adopt_plan *p, uint32_t version)
{
	const struct tuf_target *goal = &p->result, *best;
	size_t i;

	while (version < goal->version) {
		best = NULL;
		for (i = 0; i < s->n; i++) {
			const struct tuf_target *g = &s->at[i];

			if (strcmp(g->kind, "delta") == 0 &&
			    strcmp(g->list, goal->list) == 0 &&
			    g->epoch == goal->epoch && g->from <= version &&
			    g->version > version && farther(g, best))
				best = g;
		}
		if (best == NULL)
			return (0);
		if (add_step(p, best) != 0)
			return (-1);
		version = best->version;
	}
	return (1);
}

/* Begin with the newest snapshot from which the goal is reached; as walk(). */
static int
walk_whole(const struct adopt_targets *s, struct adopt_plan *p)
{
	const struct tuf_target *goal = &p->result, *snap;
	uint32_t below = UINT32_MAX;
	size_t i;
	int rc;

	for (;;) {
		snap = NULL;
		for (i = 0; i < s->n; i++) {
			const struct tuf_target *g = &s->at[i];

			if (strcmp(g->kind, "snapshot") == 0 &&
			    strcmp(g->list, goal->list) == 0 &&
			    g->epoch == goal->epoch && g->version < below &&
			    (snap == NULL || g->version > snap->version))
				snap = g;
		}
		if (snap == NULL)
			return (0);
		below = snap->version;
		p->nsteps = 0;
		p->bytes = 0;
		if (add_step(p, snap) != 0)
			return (-1);
		if ((rc = walk(s, p, snap->version)) != 0)
			return (rc);
	}
}

/* Which epoch to go on with: that which is held, else the highest that is known. */
static const struct tuf_target *
choose(const struct adopt_targets *s, const char *list,
    const struct adopt_held *held, const uint32_t *epochs, size_t n)
{
	const struct tuf_target *g, *best = NULL;
	size_t i;

	for (i = 0; i < n; i++) {
		if ((g = adopt_plan_find(s, list, epochs[i])) == NULL)
			continue;
		if (held->version != 0 && held->epoch == epochs[i])
			return (g);
		if (best == NULL || g->epoch > best->epoch)
			best = g;
	}
	return (best);
}

/* Plan how to make the newest version of a list. */
int
adopt_plan(const struct adopt_targets *s, const char *list,
    const struct adopt_held *held, const uint32_t *epochs, size_t n, int whole,
    struct adopt_plan *p, char *err)
{
	const struct tuf_target *g = newest(s, list);
	int rc;

	memset(p, 0, sizeof(*p));
	if (g == NULL)
		return (adopt_fail(err, "no file of list %s is named", list));
	if (held->version > g->version)
		return (adopt_fail(err, "list %s would go back from version %u to %u",
		    list, held->version, g->version));
	if ((g = choose(s, list, held, epochs, n)) == NULL) {
		g = newest(s, list);
		return (adopt_fail(err, "list %s version %u is under epoch %u of the "
		    "list key, which this node does not have: install that key",
		    list, g->version, g->epoch));
	}
	p->result = *g;
	if (!whole && held->version != 0 && held->epoch == g->epoch) {
		if ((rc = walk(s, p, held->version)) == 1)
			return (0);
		if (rc == -1)
			goto memory;
	}
	p->whole = 1;
	if ((rc = walk_whole(s, p)) == 1)
		return (0);
	if (rc == -1)
		goto memory;
	adopt_plan_free(p);
	return (adopt_fail(err, "no files lead to list %s version %u", list,
	    g->version));

memory:
	adopt_plan_free(p);
	return (adopt_fail(err, "no memory for the plan of list %s", list));
}

/* Free a plan's steps. */
void
adopt_plan_free(struct adopt_plan *p)
{

	free(p->step);
	memset(p, 0, sizeof(*p));
}

/* Where a target lies: the digest stands before the last part of its name. */
void
adopt_target_path(const struct tuf_target *g, char path[ADOPT_PATH_MAX])
{
	const char *slash = strrchr(g->name, '/');
	size_t dir = slash != NULL ? (size_t)(slash + 1 - g->name) : 0;
	char hex[65];

	hex_encode(hex, g->sha256, 32);
	hex[64] = '\0';
	(void)snprintf(path, ADOPT_PATH_MAX, "%.*s%s.%s", (int)dir, g->name,
	    hex, g->name + dir);
}
