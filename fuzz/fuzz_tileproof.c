#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "store/tileproof.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Whatever can be read as a proof is printed as the very same bytes. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t leaf[MERKLE_LEN];
	static struct tileproof p;
	static char again[TILEPROOF_MAX], err[NOTE_ERROR_MAX];
	struct checkpoint c;
	struct note n;

	if (tileproof_read(&p, (const char *)data, size, err) != 0) {
		assert(err[0] != '\0');
		return (0);
	}
	assert(p.checkpoint >= (const char *)data && p.checkpoint_len > 0 &&
	    p.checkpoint + p.checkpoint_len == (const char *)data + size);
	assert(tileproof_print(again, sizeof(again), &p) == size);
	assert(memcmp(again, data, size) == 0);
	assert(tileproof_check(&p, leaf, NULL, 0, &c, &n, err) == -1);
	return (0);
}
