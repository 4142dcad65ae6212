#include <stdio.h>
#include <string.h>

#include "sync_need.h"

/* Is it a file of this list? */
static int
of_list(const struct tuf_target *g, const char *list)
{

	return (strcmp(g->list, list) == 0 && (strcmp(g->kind, "snapshot") ==
	    0 || strcmp(g->kind, "delta") == 0));
}

/* The newest version that is named. */
int
sync_need_version(const struct tuf *t, const char *list, uint32_t *version,
    uint32_t *epoch)
{
	struct tuf_target g;
	int found = 0;
	size_t i;

	*version = *epoch = 0;
	for (i = 0; tuf_target_at(t, i, &g) == 0; i++) {
		if (!of_list(&g, list) || (found && (g.version < *version ||
		    (g.version == *version && g.epoch <= *epoch))))
			continue;
		*version = g.version;
		*epoch = g.epoch;
		found = 1;
	}
	return (found ? 0 : -1);
}

/* The shortest delta from a version to the newest; 0, or -1. */
static int
find_delta(const struct tuf *t, const char *list, uint32_t from, uint32_t to,
    uint32_t epoch, struct tuf_target *out)
{
	struct tuf_target g;
	int found = 0;
	size_t i;

	for (i = 0; tuf_target_at(t, i, &g) == 0; i++) {
		if (!of_list(&g, list) || strcmp(g.kind, "delta") != 0 ||
		    g.version != to || g.epoch != epoch || g.from > from ||
		    from >= to || (found && g.length >= out->length))
			continue;
		*out = g;
		found = 1;
	}
	return (found ? 0 : -1);
}

/* The newest snapshot of an epoch; 0, or -1. */
static int
find_snapshot(const struct tuf *t, const char *list, uint32_t epoch,
    struct tuf_target *out)
{
	struct tuf_target g;
	int found = 0;
	size_t i;

	for (i = 0; tuf_target_at(t, i, &g) == 0; i++) {
		if (!of_list(&g, list) || strcmp(g.kind, "snapshot") != 0 ||
		    g.epoch != epoch || (found && g.version <= out->version))
			continue;
		*out = g;
		found = 1;
	}
	return (found ? 0 : -1);
}

/* The way to the newest version of a list. */
int
sync_need_list(const struct tuf *t, const char *list, uint32_t have,
    uint32_t epoch, struct tuf_target out[2], char *err)
{
	uint32_t to, to_epoch;

	if (sync_need_version(t, list, &to, &to_epoch) != 0) {
		(void)snprintf(err, TUF_ERROR_MAX, "the targets name no list "
		    "%s", list);
		return (-1);
	}
	if (have != 0 && epoch == to_epoch) {
		if (have == to)
			return (0);
		if (find_delta(t, list, have, to, to_epoch, &out[0]) == 0)
			return (1);
	}
	if (find_snapshot(t, list, to_epoch, &out[0]) == 0) {
		if (out[0].version == to)
			return (1);
		if (find_delta(t, list, out[0].version, to, to_epoch,
		    &out[1]) == 0)
			return (2);
	}
	(void)snprintf(err, TUF_ERROR_MAX, "list %s: no snapshot and delta of "
	    "those that are published lead to version %u; publish the list "
	    "anew", list, (unsigned)to);
	return (-1);
}

/* Add what one list needs. */
static int
add_list(const struct tuf *t, const struct tuf *had, const char *list,
    struct sync_need *need, char *err)
{
	uint32_t have = 0, epoch = 0;
	struct tuf_target way[2];
	int i, n;

	if (had != NULL)
		(void)sync_need_version(had, list, &have, &epoch);
	if ((n = sync_need_list(t, list, have, epoch, way, err)) == -1)
		return (-1);
	for (i = 0; i < n && need->n < SYNC_NEED_MAX; i++)
		need->g[need->n++] = way[i];
	return (0);
}

/* Was this list looked at already?  If not, it is now. */
static int
seen(char lists[SYNC_NEED_LISTS][sizeof(((struct tuf_target *)0)->list)],
    size_t *n, const char *list)
{
	size_t i;

	for (i = 0; i < *n; i++)
		if (strcmp(lists[i], list) == 0)
			return (1);
	if (*n < SYNC_NEED_LISTS)
		(void)snprintf(lists[(*n)++], sizeof(lists[0]), "%s", list);
	return (0);
}

/* All that is needed. */
int
sync_need_all(const struct tuf *t, const struct tuf *had,
    struct sync_need *need, char *err)
{
	char lists[SYNC_NEED_LISTS][sizeof(((struct tuf_target *)0)->list)];
	struct tuf_target g;
	size_t i, n = 0;

	need->n = 0;
	for (i = 0; tuf_target_at(t, i, &g) == 0; i++) {
		if (need->n == SYNC_NEED_MAX || n == SYNC_NEED_LISTS) {
			(void)snprintf(err, TUF_ERROR_MAX, "the targets name "
			    "more than %d lists or files for a node to take",
			    SYNC_NEED_LISTS - 1);
			return (-1);
		}
		if (strcmp(g.kind, "policy") == 0 ||
		    strcmp(g.kind, "outlets") == 0 ||
		    strcmp(g.kind, "campaigns") == 0)
			need->g[need->n++] = g;
		else if (g.list[0] != '\0' && of_list(&g, g.list) &&
		    !seen(lists, &n, g.list) &&
		    add_list(t, had, g.list, need, err) != 0)
			return (-1);
	}
	return (0);
}
