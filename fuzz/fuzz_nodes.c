/* The register of nodes below: any bytes; what is accepted keeps every promise of nodes.h. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "keys/nodecert.h"
#include "net/nodes.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static unsigned reports;

static void
report(void *arg, const struct conf_error *e)
{
	char buf[1024];

	(void)arg;
	reports++;
	if (e->line == 0 || e->message[0] == '\0' ||
	    conf_format(e, buf, sizeof(buf)) == 0)
		abort();
}

/* A node that was named, and what it may do. */
static void
examine(const struct nodes *n, const char *id)
{
	const struct nodes_node *p = nodes_find(n, id);
	struct peer peer = { .n = 0 };
	size_t i;

	if (p == NULL)
		return;
	if (strcmp(p->id, id) != 0 || !nodecert_good_node(p->id) ||
	    p->n == 0 || p->n > NODES_INSTITUTIONS || p->rights == 0)
		abort();
	peer.n = p->n;
	peer.grants = p->grants;
	for (i = 0; i < p->n; i++)
		if (p->grants[i] != &p->grant[i] || p->grant[i].id[0] == '\0' ||
		    p->grant[i].rights != p->rights ||
		    grant_for(&peer, p->grant[i].id, p->rights) == NULL)
			abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct conf_sink sink = { report, NULL };
	struct nodes *n;

	reports = 0;
	n = nodes_parse("fuzz", (const char *)data, size, &sink);
	if (n == NULL)
		return (0);
	if (reports != 0)
		abort();
	examine(n, "b017");
	examine(n, "b018");
	examine(n, "county");
	nodes_free(n);
	return (0);
}
