#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "store/entry.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Whatever can be read as an entry is printed as the very same bytes. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct entry e;
	static char again[ENTRY_MAX];
	size_t where;

	if (entry_parse(&e, (const char *)data, size, &where) != 0) {
		assert(where <= size);
		return (0);
	}
	assert(entry_print(&e, again, sizeof(again)) == size);
	assert(memcmp(again, data, size) == 0);
	return (0);
}
