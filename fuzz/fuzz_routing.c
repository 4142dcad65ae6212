/* The routing file of alerts: any bytes; what it accepts routes every area. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "desk/alert_routing.h"
#include "plugin/conf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
report(void *arg, const struct conf_error *e)
{

	(void)arg;
	if (e->line == 0 || e->column == 0 || e->message[0] == '\0')
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const int32_t area[] = { 0, 330327, 110101, 999999, -1 };
	const struct conf_sink sink = { report, NULL };
	uint16_t to[ALERT_ROUTE_TO_MAX];
	struct alert_routing *r;
	char shown[64];
	size_t i, n, k;
	int level;

	r = alert_routing_parse("routing.conf", (const char *)data, size,
	    &sink);
	if (r == NULL)
		return (0);
	for (i = 0; i < sizeof(area) / sizeof(area[0]); i++) {
		for (level = ALERT_OUTLET; level <= ALERT_PROVINCE; level++) {
			n = alert_routing_to(r, area[i], level, to);
			for (k = 0; k < n; k++)
				if (to[k] >= r->nreceivers)
					abort();
			k = (size_t)alert_routing_first(r, area[i], level);
			if (k == 0 || alert_routing_to(r, area[i], (int)k,
			    to) == 0)
				abort();
		}
	}
	for (i = 0; i < r->nreceivers; i++)
		(void)alert_routing_shown(r->receiver[i], shown,
		    sizeof(shown));
	alert_routing_free(r);
	return (0);
}
