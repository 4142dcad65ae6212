/*
 * A mapping, an empty line, and a file that is read by it: any bytes.  What is read as a
 * mapping never makes more than two packed rows of one row, and each of them can be read
 * again.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "desk/intakemap.h"
#include "lists/csvfile.h"
#include "plugin/conf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct input {
	const char *p;
	size_t len;
};

static ssize_t
get(void *arg, void *buf, size_t len)
{
	struct input *in = arg;
	size_t n = len < in->len ? len : in->len;

	memcpy(buf, in->p, n);
	in->p += n;
	in->len -= n;
	return ((ssize_t)n);
}

static void
hear(void *arg, const struct conf_error *e)
{

	*(size_t *)arg += strlen(e->message) + e->line;
}

/* One row. */
static void
row(struct intakemap_columns *c, const struct csvfile_row *r, int stock)
{
	struct intakemap_fault fault = { 0, 0, 0, 0 };
	uint8_t buf[INTAKEROW_MAX];
	struct intakerow out[2], back;
	size_t n;
	int made, i;

	made = intakemap_row(c, r, stock, out, &fault);
	if (made < 0 || made > 2 || (made == 0 && fault.why == 0))
		abort();
	if (made == 0 && (intakemap_why_text(&fault, 0)[0] == '\0' ||
	    fault.field >= INTAKEROW_FIELDS))
		abort();
	if (fault.doubt != 0)
		(void)intakemap_believe(c, &fault);
	for (i = 0; i < made; i++) {
		n = intakerow_put(&out[i], buf, sizeof(buf));
		if (n != 0 && (intakerow_get(&back, buf, n) != n ||
		    back.at != out[i].at || back.kind != out[i].kind))
			abort();
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data, *end;
	size_t told = 0, len = size;
	struct conf_sink sink = { hear, &told };
	struct csvfile_source s;
	struct intakemap_columns c;
	struct csvfile_row r;
	struct intakemap *m;
	struct csvfile *f;
	struct input in;
	char err[CSVFILE_ERROR_MAX];
	int missing, stock = size % 2 == 1;

	if ((end = memmem(text, size, "\n\n", 2)) != NULL)
		len = (size_t)(end - text) + 1;
	m = intakemap_read("m", text, len, &sink);
	if (m == NULL) {
		if (told == 0)
			abort();
		return (0);
	}
	in.p = end != NULL ? end + 2 : text + size;
	in.len = (size_t)(text + size - in.p);
	s = (struct csvfile_source){ get, &in };
	if ((f = csvfile_open(&s, "t", CSVFILE_GUESS, err)) != NULL &&
	    (!intakemap_heading(m) || csvfile_next(f, &r, err) == 1) &&
	    intakemap_bind(&c, m, intakemap_heading(m) ? &r : NULL, stock,
	    &missing) == 0)
		while (csvfile_next(f, &r, err) == 1)
			row(&c, &r, stock);
	csvfile_close(f);
	intakemap_free(m);
	return (0);
}
