/* The state of telling: any bytes; what is accepted is what is printed. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "desk/alert_state.h"
#include "keys/hex.h"
#include "keys/sha256.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Read a text and print it again. */
static void
once(const char *text, size_t len)
{
	struct alert_state s;
	size_t again;
	char *out;

	if (alert_state_parse(&s, text, len) != 0)
		return;
	out = alert_state_print(&s, &again);
	if (out == NULL || again != len || memcmp(out, text, len) != 0)
		abort();
	free(out);
	alert_state_free(&s);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t digest[SHA256_LEN];
	char *text;

	once((const char *)data, size);
	/* And with a sum that fits. */
	if ((text = malloc(size + 2 * SHA256_LEN + 6)) == NULL)
		return (0);
	if (size > 0)
		memcpy(text, data, size);
	sha256_of(digest, data, size);
	memcpy(text + size, "sum ", 4);
	hex_encode(text + size + 4, digest, sizeof(digest));
	memcpy(text + size + 4 + 2 * SHA256_LEN, "\n", 2);
	once(text, size + 5 + 2 * SHA256_LEN);
	free(text);
	return (0);
}
