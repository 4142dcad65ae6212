#include <assert.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lists/listprooftext.h"

/*
 * A proof about a list as it comes from strangers: what is read is printed as it was.
 */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char err[LISTPROOFTEXT_ERROR_MAX], *text;
	struct listprooftext p;
	struct listrec r;
	size_t len;
	FILE *f;

	if (listprooftext_read(&p, "fuzz", (const char *)data, size, err) !=
	    0) {
		assert(strncmp(err, "fuzz:", 5) == 0);
		return (0);
	}
	(void)listprooftext_proves(&p, &r);
	f = open_memstream(&text, &len);
	listprooftext_print(&p, f);
	(void)fclose(f);
	assert(len == size && memcmp(text, data, len) == 0);
	free(text);
	listprooftext_free(&p);
	return (0);
}
