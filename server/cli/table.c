#include <stdlib.h>
#include <string.h>

#include "table.h"
#include "width.h"

struct table {
	FILE *f;
	size_t n;
	size_t rows;
	int empty;	/* nothing but titles so far */
	size_t width[TABLE_COLUMNS];
	char *cell[TABLE_PAGE][TABLE_COLUMNS];
};

/* Make a table. */
struct table *
table_new(FILE *f, size_t n, const char *const *heads)
{
	struct table *t;

	if (n > TABLE_COLUMNS || (t = calloc(1, sizeof(*t))) == NULL)
		return (NULL);
	t->f = f;
	t->n = n;
	if (heads != NULL && table_row(t, heads) != 0) {
		free(t);
		return (NULL);
	}
	t->empty = 1;
	return (t);
}

/* Forget the rows that are held. */
static void
drop(struct table *t)
{
	size_t r, c;

	for (r = 0; r < t->rows; r++)
		for (c = 0; c < t->n; c++)
			free(t->cell[r][c]);
	t->rows = 0;
}

/* Write the rows that are held. */
static void
flush(struct table *t)
{
	size_t r, c, last;

	for (r = 0; r < t->rows; r++) {
		for (last = t->n; last > 0; last--)
			if (t->cell[r][last - 1][0] != '\0')
				break;
		for (c = 0; c < last; c++)
			width_pad(t->f, t->cell[r][c], c + 1 < last ?
			    t->width[c] + 2 : 0);
		(void)fputc('\n', t->f);
	}
	drop(t);
}

/* Add a row. */
int
table_row(struct table *t, const char *const *cells)
{
	char **row;
	size_t c, w;

	if (t->rows == TABLE_PAGE)
		flush(t);
	row = t->cell[t->rows];
	for (c = 0; c < t->n; c++) {
		if ((row[c] = strdup(cells[c])) == NULL) {
			while (c-- > 0)
				free(row[c]);
			return (-1);
		}
		w = width_of(cells[c]);
		if (w > t->width[c] && c + 1 < t->n)
			t->width[c] = w;
	}
	t->rows++;
	t->empty = 0;
	return (0);
}

/* Write the rest. */
void
table_end(struct table *t)
{

	if (t == NULL)
		return;
	if (t->empty)
		drop(t);
	else
		flush(t);
	free(t);
}
