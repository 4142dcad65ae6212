#ifndef LIANGKA_INTAKEMAP_H_
#define LIANGKA_INTAKEMAP_H_

/*
 * What the columns of an institution's file are: a small text in the form of plugin/conf.h.
 *
 *	[mapping]
 *	name    = "abank-daily"
 *	heading = true			# the first row names the columns
 *	kind    = open			# of rows that do not say it; or close
 *	dates   = "DD/MM/YYYY hh:mm"	# where the usual forms are not enough
 *
 *	[columns]			# by heading, other headings behind a comma,
 *	card    = "卡号", "账号"	# or by number from 1
 *	id_no   = 4
 *
 *	[fixed]				# what stands for the whole file
 *	institution = "abank"
 *	product = bank1
 *
 *	[product]			# what the words of a column mean
 *	bank1   = "借记卡", "I类"
 *
 * Columns: institution card id_type id_no country product opened opened_time closed
 * closed_time outlet teller txn visit phone address operation channel quantity kind.  Words:
 * [product] [id_type] [operation] [channel] [kind].  The codes' own names and numbers are
 * known, and the usual words for documents.  Headings and words are compared without
 * blanks, case, width and marks.
 *
 * Days, where nothing else is said: 2026-01-02, 2026/1/2, 2026.1.2, 2026年1月2日, 20260102,
 * with a time of day behind or without (all UTC+8).  Midnight to the second is what
 * spreadsheets write behind a day: it is known by its day only.
 *
 * Pure but for allocation; any thread.
 */

#include <stddef.h>
#include <stdint.h>

#include "engine/intakerow.h"
#include "lists/csvfile.h"

struct conf_sink;
struct intakemap;

#define INTAKEMAP_MAX 65536	/* bytes of a mapping */

/* Columns beyond enum intakerow_field: the time of day, where it has its own. */
#define INTAKEMAP_OPENED_TIME INTAKEROW_FIELDS
#define INTAKEMAP_CLOSED_TIME (INTAKEROW_FIELDS + 1)
#define INTAKEMAP_COLUMNS (INTAKEROW_FIELDS + 2)

/* Reasons beyond enum intakerow_why, that a row does not even get to the daemon. */
enum intakemap_why {
	INTAKEMAP_UNREADABLE = INTAKEROW_WHYS, /* detail: enum csvfile_fault */
	INTAKEMAP_HALF,		/* the last row, cut off */
	INTAKEMAP_CELLS,	/* not as many cells as the heading has */
	INTAKEMAP_DAMAGED,	/* a spreadsheet has rounded it */
	INTAKEMAP_WORD,		/* a word that the mapping does not know */
	INTAKEMAP_DATE,		/* no date */
	INTAKEMAP_GONE,		/* stock: closed already */
	INTAKEMAP_TWICE,	/* rehearsal: other content further up in the file */
	INTAKEMAP_AMBIGUOUS,	/* the daemon's: see intakerow.h */
	INTAKEMAP_WHYS
};

/* A mapping and the columns of one file. */
struct intakemap_columns {
	const struct intakemap *m;
	size_t at[INTAKEMAP_COLUMNS];	/* from 1; 0: there is none */
	size_t n;		/* cells of the heading; 0: there is none */
	size_t most;		/* the last column that is used */
	unsigned found;
	int damaged;		/* the file has shown rounded numbers */
	unsigned exact;		/* and INTAKEMAP_DOUBT_*: ones with all their digits */
	struct intakemap_memo {
		char text[48];
		size_t len;
		int code;
	} memo[INTAKEROW_FIELDS]; /* what the word above meant */
};

/* intakemap_fault.doubt: the number ends in zeros as one does that was rounded to 15
 * digits, and its check digit is wrong or it has none. */
#define INTAKEMAP_DOUBT_ID 1u
#define INTAKEMAP_DOUBT_REF 2u
#define INTAKEMAP_DOUBT_WRONG 4u

/* Why a row was not made. */
struct intakemap_fault {
	int why;		/* enum intakerow_why or intakemap_why */
	int field;		/* enum intakerow_field */
	int detail;
	unsigned doubt;		/* the row was made: see intakemap_believe() */
};

/**
 * intakemap_read(file, text, len, sink): Read a mapping.  Return it, or NULL after every
 * error was reported to sink with line and column.  intakemap_free(m): NULL is allowed.
 */
struct intakemap *intakemap_read(const char *file, const char *text, size_t len,
    const struct conf_sink *sink);
void intakemap_free(struct intakemap *m);

/**
 * intakemap_name(m): What it calls itself.  intakemap_heading(m): does the first row name
 * the columns?
 */
const char *intakemap_name(const struct intakemap *m);
int intakemap_heading(const struct intakemap *m);

/**
 * intakemap_shipped(i): The name of the i-th mapping that comes with the program, NULL
 * behind the last.  intakemap_shipped_text(name): its text, or NULL.
 */
const char *intakemap_shipped(size_t i);
const char *intakemap_shipped_text(const char *name);

/**
 * intakemap_bind(c, m, row, stock): Find the columns by a heading (row NULL: the mapping
 * has none).  Return 0; or -1 with c->at as far as found, and in *missing the first column
 * (INTAKEROW_F_*) without which no row of the file can be taken in.  stock: see
 * INTAKEROW_STOCK.
 */
int intakemap_bind(struct intakemap_columns *c, const struct intakemap *m,
    const struct csvfile_row *row, int stock, int *missing);

/**
 * intakemap_row(c, row, stock, out, fault): Make what the daemon is sent of a row: an
 * opening, a closing, or both of one row.  The texts point into row.  Return how many (1,
 * 2), or 0 with *fault.
 */
int intakemap_row(struct intakemap_columns *c, const struct csvfile_row *row,
    int stock, struct intakerow out[2], struct intakemap_fault *fault);

/**
 * intakemap_believe(c, fault): Is a row with fault->doubt to be taken?  To be asked when
 * some hundred rows around it were made: they tell whether numbers of this file have all
 * their digits.  Return nonzero, or 0 with the reason in *fault.
 */
int intakemap_believe(struct intakemap_columns *c,
    struct intakemap_fault *fault);

/**
 * intakemap_institution(c, row, len): Whose row it is: "" where nothing says it.
 */
const char *intakemap_institution(const struct intakemap_columns *c,
    const struct csvfile_row *row, size_t *len);

/**
 * intakemap_time(m, day, daylen, hour, hourlen, ms, dated): Read a moment.  hour is the
 * time of day where that has a column of its own, else "".  Return 0 or -1.
 */
int intakemap_time(const struct intakemap *m, const char *day, size_t daylen,
    const char *hour, size_t hourlen, int64_t *ms, int *dated);

/**
 * intakemap_why_text(f, english): Say why, for people: constant.  intakemap_why_word(why),
 * intakemap_column_word(column): for JSON and headings.
 */
const char *intakemap_why_text(const struct intakemap_fault *f, int english);
const char *intakemap_why_word(int why);
const char *intakemap_column_word(int column);

#endif /* !LIANGKA_INTAKEMAP_H_ */
