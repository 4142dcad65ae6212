/* liangkad.conf: any bytes; what is accepted keeps every promise of config.h. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "net/config.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static unsigned reports;

static void
report(void *arg, const struct conf_error *e)
{
	char buf[1024];

	(void)arg;
	reports++;
	if (e->line == 0 || e->column == 0 || e->span == 0 ||
	    e->message[0] == '\0' || conf_format(e, buf, sizeof(buf)) == 0)
		abort();
}

/* Look at all that a good configuration points to. */
static void
examine(const struct config *c)
{
	const struct config_grant *g;
	size_t i, k;

	if (c->ngrants == 0 || c->nlisteners == 0 || c->node[0] == '\0' ||
	    c->data[0] != '/' || c->policy[0] != '/' ||
	    (c->nkeys == 0) != (c->sandbox != 0))
		abort();
	for (i = 0; i < c->ngrants; i++) {
		g = &c->grants[i];
		if (g->listener >= c->nlisteners || g->nuids == 0 ||
		    g->grant.rights == 0 || g->grant.id[0] == '\0' ||
		    c->listeners[g->listener].path[0] != '/' ||
		    strlen(c->listeners[g->listener].path) > CONFIG_SOCKET_MAX)
			abort();
		for (k = 0; k < i; k++)
			if (c->grants[k].listener == g->listener &&
			    strcmp(c->grants[k].grant.id, g->grant.id) == 0)
				abort();
	}
	for (i = 0; i < c->noutlets; i++)
		if (outlet_area_find(c->outlets, c->noutlets,
		    c->outlets[i].institution, c->outlets[i].outlet) < 100000)
			abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct conf_sink sink = { report, NULL };
	struct config *c;

	reports = 0;
	c = config_parse("fuzz", (const char *)data, size, 0, &sink);
	if ((c != NULL) != (reports == 0))
		abort();
	if (c != NULL)
		examine(c);
	config_free(c);
	return (0);
}
