/* Which bases a generation stands on: any bytes; what reads is written the same. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lists/adopt_bases.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct adopt_bases b;
	static char text[ADOPT_BASES_TEXT];
	char *copy;

	if (size > ADOPT_BASES_TEXT - 1 || (copy = malloc(size + 1)) == NULL)
		return (0);
	memcpy(copy, data, size);
	if (adopt_bases_read(&b, copy, size) == 0) {
		if (adopt_bases_print(&b, text) != size ||
		    memcmp(text, copy, size) != 0)
			abort();
		for (size_t i = 0; i < b.n; i++)
			if (strchr(b.at[i].file, '/') != NULL ||
			    adopt_bases_find(&b, b.at[i].list) != &b.at[i])
				abort();
	} else if (b.n != 0) {
		abort();
	}
	free(copy);
	return (0);
}
