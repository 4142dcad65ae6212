#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "keys/keydisk.h"
#include "keys/wipe.h"

#include "alert_routing_impl.h"

/* Read it from disk, with what it names. */
struct alert_routing *
alert_routing_load(const char *path, const struct conf_sink *sink, char *err)
{
	char dir[ALERT_PATH_MAX], *text;
	struct alert_routing *r = NULL;
	struct keyfile_error e;
	const char *slash;
	ssize_t len;
	size_t i;

	err[0] = '\0';
	if ((text = malloc(CONF_MAX_FILE + 2)) == NULL) {
		(void)snprintf(err, ALERT_ROUTING_ERROR_MAX, "out of memory");
		return (NULL);
	}
	if ((len = keydisk_read_public(text, CONF_MAX_FILE + 2, path, &e)) ==
	    -1)
		(void)snprintf(err, ALERT_ROUTING_ERROR_MAX, "%s", e.text);
	else
		r = alert_routing_parse(path, text, (size_t)len, sink);
	free(text);
	if (r == NULL)
		return (NULL);
	slash = strrchr(path, '/');
	(void)snprintf(dir, sizeof(dir), "%.*s", slash == NULL ? 1 :
	    slash == path ? 1 : (int)(slash - path), slash == NULL ? "." :
	    path);
	for (i = 0; i < r->nreceivers; i++)
		if (alert_receiver_secrets(r->receiver[i], dir, err) != 0) {
			alert_routing_free(r);
			return (NULL);
		}
	return (r);
}

/* Free it. */
void
alert_routing_free(struct alert_routing *r)
{
	struct alert_receiver *to;
	size_t i, j;

	if (r == NULL)
		return;
	for (i = 0; i < r->nreceivers; i++) {
		to = r->receiver[i];
		for (j = 0; j < to->nargs; j++)
			free(to->argv[j]);
		wipe(to, sizeof(*to));
		free(to);
	}
	free(r->receiver);
	free(r->route);
	free(r);
}

/* Find a receiver. */
int
alert_routing_find(const struct alert_routing *r, const char *name)
{
	size_t i;

	for (i = 0; i < r->nreceivers; i++)
		if (strcmp(r->receiver[i]->name, name) == 0)
			return ((int)i);
	return (-1);
}

/* Does a route hold for an area? */
static int
holds(const struct alert_route *route, int32_t area)
{
	static const uint32_t below[] = { [2] = 10000, [4] = 100, [6] = 1 };

	if (route->digits == 0)
		return (1);
	return (area > 0 && (uint32_t)area / below[route->digits] ==
	    route->area);
}

/* Who is told. */
size_t
alert_routing_to(const struct alert_routing *r, int32_t area, int level,
    uint16_t to[ALERT_ROUTE_TO_MAX])
{
	const struct alert_route *best = NULL, *route;
	size_t i;

	if (level < ALERT_OUTLET || level > ALERT_PROVINCE)
		return (0);
	for (i = 0; i < r->nroutes; i++) {
		route = &r->route[i];
		if (route->n[level] > 0 && holds(route, area) &&
		    (best == NULL || route->digits > best->digits))
			best = route;
	}
	if (best == NULL)
		return (0);
	memcpy(to, best->to[level], sizeof(best->to[level]));
	return (best->n[level]);
}

/* The next level that has anybody. */
int
alert_routing_next(const struct alert_routing *r, int32_t area, int level)
{
	uint16_t to[ALERT_ROUTE_TO_MAX];

	while (++level <= ALERT_PROVINCE)
		if (alert_routing_to(r, area, level, to) > 0)
			return (level);
	return (0);
}

/* The level that is told first. */
int
alert_routing_first(const struct alert_routing *r, int32_t area, int level)
{
	uint16_t to[ALERT_ROUTE_TO_MAX];
	int up = alert_routing_next(r, area, level - 1);

	if (up != 0)
		return (up);
	while (--level > ALERT_NONE)
		if (alert_routing_to(r, area, level, to) > 0)
			return (level);
	return (0);
}
