#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "store/tile.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Entries and their lengths, put together, are the bytes that were walked. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t off = 0, was = 0, len;
	const uint8_t *entry;
	int rc;

	while ((rc = tile_bundle_next(data, size, &off, &entry, &len)) == 1) {
		assert(len <= 65535 && off == was + 2 + len && off <= size);
		assert(entry == data + was + 2);
		assert((size_t)(data[was] << 8 | data[was + 1]) == len);
		was = off;
	}
	assert(off == was);
	assert(rc == 0 ? off == size : rc == -1 && off < size);
	return (0);
}
