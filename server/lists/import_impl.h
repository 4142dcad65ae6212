#ifndef LIANGKA_IMPORT_IMPL_H_
#define LIANGKA_IMPORT_IMPL_H_

/*
 * What the files of import.h share.
 */

#include "csvfile.h"
#include "import.h"

/* What a column is. */
enum import_column { IMPORT_C_NONE, IMPORT_C_TYPE, IMPORT_C_NUMBER,
	IMPORT_C_COUNTRY, IMPORT_C_CATEGORY, IMPORT_C_BASIS, IMPORT_C_CASE,
	IMPORT_C_FROM, IMPORT_C_UNTIL, IMPORT_C_LINE, IMPORT_C_REASON,
	IMPORT_COLUMNS };

struct import_columns {
	size_t n;
	uint8_t kind[CSVFILE_CELLS_MAX];
	size_t at[IMPORT_COLUMNS]; /* from 1; 0: there is none */
};

/* The last word of a column, and what it means: most rows repeat it. */
struct import_memo {
	char text[96];
	int code;
};

/* One run. */
struct import {
	const struct import_options *o;
	struct import_result *r;
	const char *name;
	struct import_columns c;
	int32_t today;
	int damaged;		/* the file has shown rounded numbers */
	struct import_memo type, category, basis;
	uint64_t pending;	/* taken and not committed */
	char *err;
	/* of the present row */
	char why[IMPORT_WHY_MAX];
	size_t column;		/* that the reason is about, 0: all */
	unsigned doubts;	/* 1 << enum import_doubt */
};

/**
 * import_heading(text, len): What a column with this heading is.
 * import_digits(c): How many digits a cell has, of either width.
 * import_columns_read(m, row): Find the columns by the first row.  Return 1 when it is a
 * heading, 0 when it is a row of a file without one, -1 with m->err.
 */
int import_heading(const char *text, size_t len);
size_t import_digits(const struct csvfile_cell *c);
int import_columns_read(struct import *m, const struct csvfile_row *row);

/**
 * import_row(m, row, e): Make an action of a row.  Return an enum import_reason, with
 * m->why and m->column.
 * import_why(m, column, reason, zh, en, ...): Note a reason and return it.
 */
int import_row(struct import *m, const struct csvfile_row *row,
    struct ledger_entry *e);
int import_why(struct import *m, int column, int reason, const char *zh,
    const char *en, ...) __attribute__((format(printf, 4, 6),
    format(printf, 5, 6)));

/**
 * import_cell_token(t, d, c, keys, today, english, why): As import_token(), of a cell,
 * which a spreadsheet may have damaged.
 */
int import_cell_token(struct token *t, const struct import_document *d,
    const struct csvfile_cell *c, const struct token_keys *keys, int32_t today,
    int english, char why[IMPORT_WHY_MAX]);

/**
 * import_reject_begin(m, row, heading): Write the head of the reject file.
 * import_reject(m, row): Write a bad row.
 */
void import_reject_begin(struct import *m, const struct csvfile_row *row,
    int heading);
void import_reject(struct import *m, const struct csvfile_row *row);

/**
 * import_fold(text, len, out, size): The form in which words are compared: ASCII lower
 * case, full-width as ASCII, without blanks, quotes, brackets, _ - . : / and their like.
 * Return its length.
 */
size_t import_fold(const char *text, size_t len, char *out, size_t size);

#endif /* !LIANGKA_IMPORT_IMPL_H_ */
