/*
 * The outlet register: what was read is found, and reads the same when printed; the
 * same bytes as people might send them.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lists/outlets.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Is a register what it says it is, and its print the same register? */
static void
check(struct outlets *o)
{
	char err[OUTLETS_ERROR_MAX], *text, *again;
	const struct outlet *x;
	struct outlets *p;
	size_t i, len, len2, n = outlets_count(o);

	for (i = 0; i < n; i++) {
		x = outlets_at(o, i);
		if (outlets_find(o, x->institution, x->outlet) != x ||
		    (x->status != OUTLET_SUSPENDED && (x->from != 0 ||
		    outlet_suspended(x, 20000))))
			abort();
	}
	text = outlets_print(n > 0 ? outlets_at(o, 0) : NULL, n, &len);
	if (text == NULL)
		return;
	if ((p = outlets_read("again", text, len, err)) == NULL ||
	    outlets_count(p) != n)
		abort();
	again = outlets_print(n > 0 ? outlets_at(p, 0) : NULL, n, &len2);
	if (again != NULL && (len != len2 || memcmp(text, again, len) != 0))
		abort();
	free(text);
	free(again);
	outlets_free(p);
}

/* A row that cannot be taken. */
static void
bad(void *arg, const char *text)
{

	(void)arg;
	if (strlen(text) >= OUTLETS_ERROR_MAX)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct outlets_sink sink = { bad, NULL, 1 };
	char err[OUTLETS_ERROR_MAX];
	struct outlets *o;

	if ((o = outlets_read("fuzz", (const char *)data, size, err)) != NULL)
		check(o);
	else if (memchr(err, '\0', sizeof(err)) == NULL)
		abort();
	outlets_free(o);
	for (; sink.english >= 0; sink.english--) {
		if ((o = outlets_import("fuzz", (const char *)data, size,
		    &sink, err)) != NULL)
			check(o);
		else if (memchr(err, '\0', sizeof(err)) == NULL)
			abort();
		outlets_free(o);
	}
	return (0);
}
