/* The key file reader: what it accepts has one spelling, which it gives back. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "keys/keyfile.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct keyfile zero;
	char text[KEYFILE_TEXT_MAX];
	struct keyfile_error err = { KEYFILE_IO, "" };
	struct keyfile k;

	if (keyfile_parse(&k, "fuzz", (const char *)data, size, &err) == 0) {
		if (err.fault != KEYFILE_FINE ||
		    keyfile_print(&k, text) != size ||
		    memcmp(text, data, size) != 0)
			abort();
	} else if (err.fault != KEYFILE_BAD || err.text[0] == '\0' ||
	    memcmp(&k, &zero, sizeof(k)) != 0)
		abort();
	return (0);
}
