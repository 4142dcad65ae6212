#include <stddef.h>

#include "plugin.h"

#include "core.h"

/* Is v one of the n codes? */
static int
among(int32_t v, const uint8_t *codes, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (codes[i] == v)
			return (1);
	return (0);
}

#define CODES(name, ...)						\
int									\
name(int32_t v)								\
{									\
	static const uint8_t codes[] = { __VA_ARGS__ };			\
									\
	return (among(v, codes, sizeof(codes)));			\
}

/* The code tables of plugin.h. */
CODES(code_id_type, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 99)
CODES(code_operation, 1, 2, 3, 4, 5, 6, 7)
CODES(code_product, 1, 2, 3, 4, 5, 6, 7, 20, 21, 22, 23, 40)
CODES(code_channel, 1, 2, 3, 4, 5, 6)
CODES(code_purpose, 0, 1, 2, 3, 4, 5, 6, 7, 9)
CODES(code_relation, 0, 1, 2, 3, 4, 5, 9)
CODES(code_subject, 0, 1)
CODES(code_cancel, 1, 2, 3, 4, 5)
CODES(code_void, 1, 2, 9)
CODES(code_retire, 1, 2, 3, 4, 9)
CODES(code_report, 1, 2, 3, 4, 5, 6, 7, 9)
CODES(code_outcome, 1, 2)
CODES(code_intake, 1, 2)
