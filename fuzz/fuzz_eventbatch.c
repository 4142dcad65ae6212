#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "counter/eventbatch.h"
#include "store/entry.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/*
 * Entries that a peer has sent.  What can be read is added again, wherever it fits, and
 * reads the same: nothing is left in it that is not told on.
 */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct entry e, again;
	static uint8_t buf[EVENTBATCH_MAX];
	static char first[ENTRY_MAX], second[ENTRY_MAX];
	struct eventbatch b = { .buf = buf };
	size_t pos = 0, before, at, n;
	int rc;

	for (;;) {
		before = pos;
		if ((rc = eventbatch_next(data, size, &pos, &e)) != 1)
			break;
		assert(pos > before + 2 && pos <= size);
		n = entry_print(&e, first, sizeof(first));
		assert(n > 0 && n <= pos - before - 2);
		(void)eventbatch_wanted(&e, "city");
		at = b.len;
		if (eventbatch_add(&b, &e) != 0) {
			assert(EVENTBATCH_MAX - b.len < 2 + ENTRY_MAX);
			b.len = b.n = 0;
			at = 0;
			assert(eventbatch_add(&b, &e) == 0);
		}
		assert(b.last == e.seq && b.len == at + 2 + n);
		assert(eventbatch_next(buf, b.len, &at, &again) == 1 &&
		    at == b.len);
		assert(entry_print(&again, second, sizeof(second)) == n &&
		    memcmp(first, second, n) == 0);
	}
	assert(rc == 0 ? pos == size : pos == before);
	return (0);
}
