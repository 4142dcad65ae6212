/*
 * The reader of plans: any bytes; what was read is written and read again, and is
 * then the same.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/demo/plan.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
hear(void *arg, const char *file, unsigned row, const char *column,
    const char *message)
{
	size_t *told = arg;

	*told += strlen(file) + row + strlen(column) + strlen(message);
}

/* Read it, and abort when the way back does not lead to the same plan. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t told = 0, len = 0;
	struct plan_sink sink = {hear, &told};
	struct plan p, again;
	char *text = NULL;

	plan_init(&p);
	plan_init(&again);
	plan_parse(&p, "f", (const char *)data, size, &sink);
	if (p.bad > 0 && told == 0)
		abort();
	plan_sort(&p);
	FILE *f = open_memstream(&text, &len);
	if (f == NULL || plan_write(&p, f) < 0)
		abort();
	fclose(f);
	if (plan_parse(&again, "f", text, len, NULL) < 0 || again.bad > 0 ||
	    again.count != p.count)
		abort();
	for (size_t i = 0; i < p.count; i++) {
		const struct plan_row *a = &p.rows[i], *b = &again.rows[i];
		if (a->kind != b->kind || a->when != b->when ||
		    a->quantity != b->quantity || a->expect != b->expect ||
		    strcmp(a->id_no, b->id_no) != 0 ||
		    strcmp(a->address, b->address) != 0 ||
		    strcmp(a->note, b->note) != 0)
			abort();
	}
	free(text);
	plan_free(&p);
	plan_free(&again);
	return (0);
}
