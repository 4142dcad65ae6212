#include <string.h>

#include "csvfile_impl.h"

/* A cell being cut. */
struct cutter {
	struct csvfile *f;
	const char *p, *end;
	int multi;
	char *out;		/* where the next byte of the cell goes */
	struct csvfile_row *row;
};

/* The bytes of a blank that begins here, or 0. */
static size_t
blank(const char *p, size_t len)
{

	if (len >= 1 && (p[0] == ' ' || p[0] == '\t' || p[0] == '\v' ||
	    p[0] == '\f'))
		return (1);
	if (len >= 2 && memcmp(p, "\xc2\xa0", 2) == 0)
		return (2);
	if (len >= 3 && (memcmp(p, "\xe3\x80\x80", 3) == 0 ||
	    memcmp(p, "\xef\xbb\xbf", 3) == 0))
		return (3);
	return (0);
}

/* Leave out blanks. */
const char *
csvfile_trim(const char *p, size_t *len)
{
	size_t n;

	while ((n = blank(p, *len)) != 0) {
		p += n;
		*len -= n;
	}
	for (;;) {
		for (n = 3; n > 0; n--)
			if (*len >= n && blank(&p[*len - n], n) == n)
				break;
		if (n == 0)
			return (p);
		*len -= n;
	}
}

/* Does a line end here? */
static int
at_line_end(const struct cutter *c)
{

	return (c->p == c->end || *c->p == '\n' || *c->p == '\r');
}

/* Does the cell end here? */
static int
at_cell_end(const struct cutter *c)
{

	return (at_line_end(c) || *c->p == c->f->separator);
}

/* Pass over blanks that are no separator. */
static void
skip_blanks(struct cutter *c)
{
	size_t n;

	while (!at_cell_end(c) && (n = blank(c->p,
	    (size_t)(c->end - c->p))) != 0)
		c->p += n;
}

/* Read a quoted cell from its quote on.  Return 0, or -1 when it does not end well. */
static int
quoted(struct cutter *c)
{

	for (c->p++;; c->p++) {
		if (c->p == c->end || (!c->multi && at_line_end(c)))
			return (-1);
		if (*c->p != '"') {
			*c->out++ = *c->p;
			continue;
		}
		if (c->p + 1 == c->end || c->p[1] != '"')
			break;
		*c->out++ = *c->p++;
	}
	c->p++;
	skip_blanks(c);
	return (at_cell_end(c) ? 0 : -1);
}

/* Take off what Excel writes around text. */
static unsigned
unmark(const char **p, size_t *len)
{

	if (*len >= 3 && (*p)[0] == '=' && (*p)[1] == '"' &&
	    (*p)[*len - 1] == '"') {
		*p += 2;
		*len -= 3;
	} else if (*len >= 1 && (*p)[0] == '\'') {
		(*p)++;
		(*len)--;
	} else if (*len >= 3 && memcmp(*p, "\xe2\x80\x98", 3) == 0) {
		*p += 3;	/* U+2018: typed by hand in a Chinese input */
		*len -= 3;
	} else
		return (0);
	return (CSVFILE_AS_TEXT);
}

/* Read one cell. */
static int
cell(struct cutter *c)
{
	struct csvfile_cell *to = &c->row->cell[c->row->n];
	const char *text = c->out;
	size_t len;

	to->flags = 0;
	skip_blanks(c);
	if (!at_cell_end(c) && *c->p == '"') {
		to->flags = CSVFILE_QUOTED;
		if (quoted(c) != 0)
			return (-1);
	} else
		while (!at_cell_end(c))
			*c->out++ = *c->p++;
	len = (size_t)(c->out - text);
	text = csvfile_trim(text, &len);
	to->flags |= unmark(&text, &len);
	text = csvfile_trim(text, &len);
	/* What follows is written over what was left out. */
	c->out = (char *)&c->f->cells[text - c->f->cells] + len;
	*c->out++ = '\0';
	to->text = text;
	to->len = len;
	c->row->n++;
	return (0);
}

/* Go to the next line. */
static size_t
to_line_end(struct cutter *c, const char *begin)
{

	while (!at_line_end(c))
		c->p++;
	if (c->p < c->end && *c->p++ == '\r' && c->p < c->end && *c->p == '\n')
		c->p++;
	return ((size_t)(c->p - begin));
}

/* Cut cells out of text. */
size_t
csvfile_split(struct csvfile *f, const char *p, size_t len, int end, int multi,
    struct csvfile_row *row)
{
	struct cutter c = { .f = f, .p = p, .end = p + len, .multi = multi,
		.out = f->cells, .row = row };

	row->n = 0;
	row->fault = CSVFILE_FINE;
	for (;;) {
		if (row->n == CSVFILE_CELLS_MAX) {
			row->fault = CSVFILE_CELLS;
			break;
		}
		if (cell(&c) != 0) {
			row->fault = c.p == c.end && !end ? CSVFILE_LONG :
			    CSVFILE_QUOTE;
			break;
		}
		if (at_line_end(&c))
			break;
		c.p++;
	}
	row->at = row->fault != CSVFILE_FINE ? row->n + 1 : 0;
	if (c.p == c.end && !end)
		row->fault = CSVFILE_LONG;
	if (multi && row->fault != CSVFILE_FINE)
		return (0);
	/* Also behind a fault: what is left of a long line is no row of its own. */
	while (!at_line_end(&c))
		c.p++;
	if (c.p == c.end && !end)
		row->fault = CSVFILE_LONG;
	return (to_line_end(&c, p));
}
