#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "import_impl.h"

/* Do we write this column ourselves? */
static int
ours(const struct import *m, size_t i)
{

	return (i < m->c.n && m->c.kind[i] >= IMPORT_C_LINE);
}

/* Write a text as a cell. */
static void
put(FILE *f, const char *s)
{

	csvfile_put(f, s, strlen(s));
}

/* Write the head. */
void
import_reject_begin(struct import *m, const struct csvfile_row *row,
    int heading)
{
	FILE *f = m->o->reject;
	size_t i;

	if (f == NULL)
		return;
	(void)fputs("\xef\xbb\xbf", f);
	if (!heading)
		put(f, m->o->english ? "number" : "号码");
	for (i = 0; heading && i < row->n; i++) {
		if (ours(m, i))
			continue;
		put(f, row->cell[i].text);
		(void)fputc(',', f);
	}
	if (!heading)
		(void)fputc(',', f);
	put(f, m->o->english ? "line" : "行号");
	(void)fputc(',', f);
	put(f, m->o->english ? "reason" : "原因");
	(void)fputs("\r\n", f);
}

/* Write a row that could not be cut into cells: as it stands, in the first column. */
static void
put_raw(const struct import *m, const struct csvfile_row *row)
{
	size_t i, n = row->rawlen, left = 0;
	char *text = malloc(n + 4);

	/* Line ends would make it more than one row again. */
	for (i = 0; i < n && row->raw[i] != '\n' && row->raw[i] != '\r'; i++)
		;
	if (text != NULL) {
		memcpy(text, row->raw, i);
		/* Only the beginning of it is here: that alone is no row. */
		memcpy(&text[i], "…", row->fault == CSVFILE_LONG ? 3 : 0);
		csvfile_put(m->o->reject, text, i + (row->fault ==
		    CSVFILE_LONG ? 3 : 0));
		explicit_bzero(text, n);
	}
	free(text);
	for (i = 0; i < m->c.n; i++)
		left += !ours(m, i);
	for (i = 0; i < (left > 1 ? left : 1); i++)
		(void)fputc(',', m->o->reject);
}

/* Write a cell.  A number that was rounded is not marked as text: unless somebody mends
 * it, it is rejected again. */
static void
put_cell(FILE *f, const struct csvfile_cell *c)
{

	if (csvfile_rounded(c) == CSVFILE_ZEROS)
		(void)fprintf(f, "\"%s\"", c->text);
	else
		csvfile_put(f, c->text, c->len);
}

/* Write a bad row. */
void
import_reject(struct import *m, const struct csvfile_row *row)
{
	FILE *f = m->o->reject;
	size_t i;

	if (f == NULL)
		return;
	if (row->fault != CSVFILE_FINE)
		put_raw(m, row);
	for (i = 0; row->fault == CSVFILE_FINE && (i < row->n ||
	    i < m->c.n); i++) {
		if (ours(m, i))
			continue;
		if (i < row->n)
			put_cell(f, &row->cell[i]);
		(void)fputc(',', f);
	}
	(void)fprintf(f, "%" PRIu64 ",", row->line);
	put(f, m->why);
	(void)fputs("\r\n", f);
}
