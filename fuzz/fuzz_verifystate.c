/* The verifier's state: what is read has one spelling, which is given back. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "audit/verify_state.h"
#include "keys/hex.h"
#include "keys/sha256.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Read it, and print what was read. */
static void
once(const char *text, size_t len)
{
	char err[VERIFY_STATE_ERROR_MAX] = "", *again;
	struct verify_state s;
	size_t n;

	if (verify_state_read(&s, text, len, err) != 0) {
		if (err[0] == '\0' || s.n != 0 || s.seen != NULL)
			abort();
		return;
	}
	again = verify_state_print(&s, &n);
	if (again == NULL || n != len || memcmp(again, text, len) != 0)
		abort();
	free(again);
	verify_state_free(&s);
}

/* As it is, and with a sum that fits, which no mutation would hit upon. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const size_t tail = 4 + 2 * SHA256_LEN + 1;
	uint8_t sum[SHA256_LEN];
	char *text, *p;

	once((const char *)data, size);
	if (size < tail || (text = malloc(size + 1)) == NULL)
		return (0);
	memcpy(text, data, size);
	p = text + size - tail;
	sha256_of(sum, text, size - tail);
	memcpy(p, "end ", 4);
	hex_encode(p + 4, sum, sizeof(sum));
	text[size - 1] = '\n';
	once(text, size);
	free(text);
	return (0);
}
