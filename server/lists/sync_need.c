#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "adopt.h"
#include "adopt_plan.h"
#include "sync.h"
#include "sync_need.h"

_Static_assert(ADOPT_ERROR_MAX <= SYNC_ERROR_MAX, "sentences fit");

#define EPOCHS_MAX 64	/* under which one list is published at once */

/* Say that there is no memory. */
static int
no_memory(char *err)
{

	(void)snprintf(err, SYNC_ERROR_MAX, "out of memory");
	return (-1);
}

/* Add a file, unless it is there. */
static int
add(struct sync_need *need, const struct tuf_target *g)
{
	struct tuf_target *more;
	size_t i;

	for (i = 0; i < need->n; i++)
		if (strcmp(need->g[i].name, g->name) == 0)
			return (0);
	if (need->n == need->cap) {
		need->cap = need->cap * 2 + 8;
		more = reallocarray(need->g, need->cap, sizeof(*more));
		if (more == NULL)
			return (-1);
		need->g = more;
	}
	need->g[need->n++] = *g;
	return (0);
}

/* What the node has of a list: the newest version that its own targets name. */
static struct adopt_held
held_of(const struct tuf *had, const char *list)
{
	struct adopt_held held = { .version = 0 };
	struct tuf_target g;
	size_t i;

	for (i = 0; had != NULL && tuf_target_at(had, i, &g) == 0; i++)
		if (strcmp(g.list, list) == 0 && (g.version > held.version ||
		    (g.version == held.version && g.epoch > held.epoch)))
			held = (struct adopt_held){ .epoch = g.epoch,
				.version = g.version };
	return (held);
}

/* The epochs that a list may go on under. */
static size_t
epochs_of(const struct adopt_targets *s, const char *list,
    const struct adopt_held *held, uint32_t epochs[EPOCHS_MAX])
{
	size_t i, j, n = 0;
	uint32_t e;

	if (held->version != 0 && adopt_plan_find(s, list, held->epoch) !=
	    NULL) {
		epochs[0] = held->epoch;
		return (1);
	}
	for (i = 0; i < s->n && n < EPOCHS_MAX; i++) {
		e = s->at[i].epoch;
		for (j = 0; j < n && epochs[j] != e; j++)
			continue;
		if (j == n && strcmp(s->at[i].list, list) == 0 &&
		    adopt_plan_find(s, list, e) != NULL)
			epochs[n++] = e;
	}
	return (n);
}

/* Add what one list needs. */
static int
add_list(const struct adopt_targets *s, const struct tuf *had,
    const char *list, struct sync_need *need, char *err)
{
	struct adopt_held held = held_of(had, list);
	uint32_t epochs[EPOCHS_MAX];
	size_t i, j, n = epochs_of(s, list, &held, epochs);
	struct adopt_plan p;
	int rc = 0;

	for (i = 0; i < n && rc == 0; i++) {
		if (adopt_plan(s, list, &held, &epochs[i], 1, 0, &p, err) != 0)
			return (-1);
		for (j = 0; j < p.nsteps && rc == 0; j++)
			rc = add(need, &p.step[j]);
		adopt_plan_free(&p);
	}
	return (rc == 0 ? 0 : no_memory(err));
}

/* All that is needed. */
int
sync_need_all(const struct tuf *t, const struct tuf *had,
    struct sync_need *need, char *err)
{
	struct adopt_targets s = { .n = 0 };
	size_t i;
	int rc = 0;

	memset(need, 0, sizeof(*need));
	if (adopt_targets_load(&s, t, err) != 0)
		return (-1);
	if ((s.policy != NULL && add(need, s.policy) != 0) ||
	    (s.outlets != NULL && add(need, s.outlets) != 0) ||
	    (s.campaigns != NULL && add(need, s.campaigns) != 0))
		rc = no_memory(err);
	for (i = 0; i < s.nlists && rc == 0; i++)
		rc = add_list(&s, had, s.list[i], need, err);
	adopt_targets_free(&s);
	return (rc);
}

/* Free it. */
void
sync_need_free(struct sync_need *need)
{

	free(need->g);
	memset(need, 0, sizeof(*need));
}
