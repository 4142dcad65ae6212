#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "cli/fleetlist.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Any bytes as a line about a node below: what is taken has its bounds. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fleetlist_node n;
	uint64_t v;

	if (fleetlist_read((const char *)data, size, &n) != 0)
		return (0);
	assert(n.node[0] != '\0');
	assert(n.state >= 0 && n.state < FLEETLIST_STATES);
	assert(n.beat >= 0 && n.taken >= 0 && n.head_t >= 0);
	assert(memchr(n.counts, '\0', sizeof(n.counts)) != NULL);
	assert(memchr(n.why, '\0', sizeof(n.why)) != NULL);
	(void)fleetlist_count(n.counts, "asked", &v);
	(void)fleetlist_open(n.counts);
	assert(fleetlist_lag(&n) == 0 || n.counts[0] != '\0' ||
	    n.last > n.cursor);
	return (0);
}
