#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "counter/reference.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A number that was read as a reference is written as one that reads the same. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char text[REFERENCE_MAX];
	uint8_t prefix[4];
	uint64_t seq, again;
	int form;

	form = reference_parse((const char *)data, size, "b017", &seq, prefix);
	assert(form >= 0 && form <= 2);
	if (form != 1)
		return (0);
	reference_short(text, seq);
	assert(reference_parse(text, strlen(text), "b017", &again, prefix) ==
	    1);
	assert(again == seq);
	return (0);
}
