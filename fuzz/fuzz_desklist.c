#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "cli/desklist.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Any bytes as a line of what waits at the desk: what is taken has its bounds. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct desklist_alert a;
	struct desklist_case c;

	if (desklist_read_case((const char *)data, size, &c) == 0) {
		assert(c.seq != 0 && c.due >= 0 && c.area >= 0);
		assert(memchr(c.inst, '\0', sizeof(c.inst)) != NULL);
		assert(memchr(c.id, '\0', sizeof(c.id)) != NULL);
	}
	if (desklist_read_alert((const char *)data, size, &a) == 0) {
		assert(a.seq != 0 && a.level >= 0 && a.taken >= 0);
		assert(memchr(a.taker, '\0', sizeof(a.taker)) != NULL);
	}
	return (0);
}
