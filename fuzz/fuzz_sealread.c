#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "cli/sealread.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Any text as an unsealed identity: every member lies within it, in order. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sealread_member m;
	const char *p, *end, *last;
	char buf[16], *text;
	int rc;

	if ((text = malloc(size + 1)) == NULL)
		return (0);
	if (size > 0)
		memcpy(text, data, size);
	text[size] = '\0';
	end = text + strlen(text);
	p = last = text;
	while ((rc = sealread_next(&p, &m)) == 1) {
		assert(p > last && p <= end);
		assert(m.name >= last && m.name + m.name_len < m.value);
		assert(m.value + m.len <= p);
		sealread_string(&m, buf, sizeof(buf));
		assert(strlen(buf) < sizeof(buf) && strlen(buf) <= m.len);
		last = p;
	}
	assert(rc == 0 || rc == -1);
	free(text);
	return (0);
}
