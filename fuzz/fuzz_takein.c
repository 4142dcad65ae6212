/*
 * Rows as the daemon gets them, packed: any bytes.  What is read as rows is written to the
 * same bytes, and the count of rows is theirs.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "engine/intakerow.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t again[INTAKEROW_MAX];
	struct intakerow_result res;
	struct intakerow r;
	size_t at = 0, n, sum = 0;
	int rows = 0, i, counted = intakerow_count(data, size);

	while (at < size && (n = intakerow_get(&r, data + at, size - at)) > 0) {
		if (n > size - at || intakerow_put(&r, again,
		    sizeof(again)) != n || memcmp(again, data + at, n) != 0)
			abort();
		for (i = 0; i < INTAKEROW_TEXTS; i++)
			if (r.text[i].len > 0)
				sum += (uint8_t)r.text[i].p[r.text[i].len - 1];
		at += n;
		rows++;
	}
	if (counted >= 0 ? at != size || counted != rows :
	    at == size && rows <= INTAKEROW_ROWS)
		abort();
	if (size >= 4) {
		res = (struct intakerow_result){ data[0], data[1], data[2],
			data[3] };
		sum += strlen(intakerow_why_text(&res, 0)) +
		    strlen(intakerow_why_text(&res, 1)) +
		    strlen(intakerow_why_word(res.why)) +
		    strlen(intakerow_field_word(res.field));
	}
	return (sum == SIZE_MAX);
}
