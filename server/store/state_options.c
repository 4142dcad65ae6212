#include <stdio.h>

#include "state.h"

#include "state_options.h"

/* Copy the options and fill in what was left to us. */
int
state_options_set(struct state_options *to, const struct state_options *from,
    char *err, size_t errlen)
{

	*to = *from;
	if (to->overlay_bytes == 0)
		to->overlay_bytes = (uint64_t)256 << 20;
	if (to->map_bytes == 0)
		to->map_bytes = (uint64_t)16 << 30;
	if (to->interval_ms == 0)
		to->interval_ms = 60000;
	if (to->txn_records == 0)
		to->txn_records = STATE_TXN_RECORDS;
	if (to->overlay_bytes < (uint64_t)1 << 20) {
		snprintf(err, errlen, "overlay below 1 MiB");
		return (-1);
	}
	return (0);
}
