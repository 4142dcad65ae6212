#include <stdio.h>
#include <string.h>

#include "import_impl.h"

#define HEADING_DIGITS 6	/* with more it is a number */

/* How many digits the cell has, of either width. */
size_t
import_digits(const struct csvfile_cell *c)
{
	char form[256];
	size_t i, n = 0, len;

	len = import_fold(c->text, c->len, form, sizeof(form));
	for (i = 0; i < len; i++)
		n += form[i] >= '0' && form[i] <= '9';
	explicit_bzero(form, sizeof(form));
	return (n);
}

/* Note a heading that is not known. */
static void
ignore(struct import_result *r, const struct csvfile_cell *c)
{
	size_t n = strlen(r->ignored);

	if (c->len > 0 && n + c->len + 3 < sizeof(r->ignored) &&
	    import_digits(c) <= HEADING_DIGITS)
		(void)snprintf(&r->ignored[n], sizeof(r->ignored) - n, "%s%s",
		    n > 0 ? ", " : "", c->text);
}

/* The file cannot be used. */
static int
useless(struct import *m, const struct csvfile_row *row, const char *why)
{

	(void)snprintf(m->err, IMPORT_ERROR_MAX, "%s:%d: %s", m->name,
	    (int)row->line, why);
	return (-1);
}

/* Note what each column is. */
static int
name_columns(struct import *m, const struct csvfile_row *row)
{
	char why[200];
	size_t i;
	int kind;

	for (i = 0; i < row->n; i++) {
		kind = import_heading(row->cell[i].text, row->cell[i].len);
		if (kind != IMPORT_C_NONE && kind < IMPORT_C_LINE &&
		    m->c.at[kind] != 0) {
			(void)snprintf(why, sizeof(why), m->o->english ?
			    "columns %zu and %zu are headed alike (%.60s): "
			    "remove one or rename it" :
			    "第 %zu 列与第 %zu 列含义相同（%.60s），请删去一列或改名",
			    m->c.at[kind], i + 1, row->cell[i].text);
			return (useless(m, row, why));
		}
		m->c.kind[i] = (uint8_t)kind;
		if (kind != IMPORT_C_NONE)
			m->c.at[kind] = i + 1;
		else
			ignore(m->r, &row->cell[i]);
	}
	m->c.n = row->n;
	return (0);
}

/* Find the columns. */
int
import_columns_read(struct import *m, const struct csvfile_row *row)
{

	if (row->fault != CSVFILE_FINE)
		return (useless(m, row, csvfile_fault_text(row->fault,
		    m->o->english)));
	if (name_columns(m, row) != 0)
		return (-1);
	if (m->c.at[IMPORT_C_NUMBER] != 0)
		return (1);
	if (row->n == 1 && import_digits(&row->cell[0]) >= 5) {
		m->r->ignored[0] = '\0';
		m->c.kind[0] = IMPORT_C_NUMBER;
		m->c.at[IMPORT_C_NUMBER] = 1;
		return (0);
	}
	return (useless(m, row, m->o->english ?
	    "no column is headed as the number (number, id_no, card, phone, "
	    "证件号码, 卡号, 手机号 ...): the first row must name the columns" :
	    "没有号码列：首行须为列名，如 证件号码、卡号、手机号 或 number"));
}
