#ifndef LIANGKA_CSVFILE_H_
#define LIANGKA_CSVFILE_H_

/*
 * Rows from a file as people send it: tables in text, from any program, in any
 * encoding that is met.
 *
 *	encoding	UTF-8 with or without a byte order mark, GB18030 (GBK and GB 2312 are
 *			parts of it), UTF-16 of either order with a mark.  It is converted
 *			before anything is split: the second byte of a GB18030 character
 *			may be '|'.
 *	rows		end in LF, CRLF or CR; those without content are passed over
 *	separator	, ; tab or |, the one that the first row has most of, or a line
 *			"sep=;" says it
 *	quotes		"a ""b"" c"; a quoted cell may have line breaks when that gives
 *			the row as many cells as the first one, so that one stray quote
 *			does not swallow the rows behind it
 *	Excel		="0123" and '0123 are the text 0123
 *
 * Memory is bounded whatever the file is.  A row that cannot be read is handed over as
 * such, and the next one is read: nothing is guessed and nothing is left out.  What was
 * read is wiped.
 *
 * Threads: one at a time per struct.
 */

#include <sys/types.h>

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define CSVFILE_ROW_MAX	65536	/* bytes of a row in UTF-8 */
#define CSVFILE_CELLS_MAX 64
#define CSVFILE_ERROR_MAX 512

struct csvfile;

enum csvfile_encoding { CSVFILE_GUESS, CSVFILE_UTF8, CSVFILE_GB18030,
	CSVFILE_UTF16LE, CSVFILE_UTF16BE };

/* Why a row cannot be read. */
enum csvfile_fault {
	CSVFILE_FINE,
	CSVFILE_LONG,		/* longer than CSVFILE_ROW_MAX */
	CSVFILE_ENCODING_BAD,	/* bytes that are no text in the encoding */
	CSVFILE_NUL,		/* NUL bytes */
	CSVFILE_QUOTE,		/* a quote that is not closed, or text behind it */
	CSVFILE_CELLS,		/* more than CSVFILE_CELLS_MAX */
	CSVFILE_FAULTS
};

/* csvfile_cell.flags */
#define CSVFILE_QUOTED	1u	/* stood in quotes */
#define CSVFILE_AS_TEXT	2u	/* was marked as text: ="..." or '... */

/* A cell: UTF-8, NUL-terminated, without blanks (U+3000 too) at both ends. */
struct csvfile_cell {
	const char *text;
	size_t len;
	unsigned flags;
};

/* A row; good until the next call. */
struct csvfile_row {
	uint64_t line;		/* of the file on which it begins, from 1 */
	int fault;		/* enum csvfile_fault; then there are no cells */
	size_t at;		/* with a fault: the cell it is in, from 1 */
	int ended;		/* a line end stands behind it, as behind all but perhaps
				 * the last */
	size_t n;
	struct csvfile_cell cell[CSVFILE_CELLS_MAX];
	const char *raw;	/* all of it as it stands, not terminated; of a row */
	size_t rawlen;		/* that is too long the beginning */
};

/* Where bytes come from: as read(2), 0 at the end, -1 with errno set. */
struct csvfile_source {
	ssize_t (*read)(void *arg, void *buf, size_t len);
	void *arg;
};

/**
 * csvfile_open(s, name, encoding, err): Begin to read; name stands in messages.  The
 * source is read no sooner than needed, at least once here.  Return the file, or NULL
 * with a sentence in err (CSVFILE_ERROR_MAX bytes).
 * csvfile_close(f): Wipe and free it; NULL is allowed.
 */
struct csvfile *csvfile_open(const struct csvfile_source *s, const char *name,
    int encoding, char *err);
void csvfile_close(struct csvfile *f);

/**
 * csvfile_next(f, row, err): Read the next row, the heading too.  Return 1, 0 at the
 * end, or -1 when the source fails.
 */
int csvfile_next(struct csvfile *f, struct csvfile_row *row, char *err);

/**
 * csvfile_encoding(f): What it is read as; ASCII so far is CSVFILE_UTF8.
 * csvfile_separator(f): the character, once a row was read.
 * csvfile_bytes(f): how many bytes of the source are behind us.
 * csvfile_encoding_name(encoding): "UTF-8", "GB18030", ...
 */
int csvfile_encoding(const struct csvfile *f);
char csvfile_separator(const struct csvfile *f);
uint64_t csvfile_bytes(const struct csvfile *f);
const char *csvfile_encoding_name(int encoding);

/**
 * csvfile_fault_text(fault, english): Return what is wrong with a row, for people.
 */
const char *csvfile_fault_text(int fault, int english);

/**
 * csvfile_rounded(c): Return nonzero when the cell is a number that a spreadsheet has
 * made unreadable: 1.10105E+17, full-width digits too, or more than 15 digits that end
 * in zeros from the sixteenth on and were not marked as text.  What has a check digit
 * may still be right in the second case.
 */
#define CSVFILE_EXPONENT 1
#define CSVFILE_ZEROS	2
int csvfile_rounded(const struct csvfile_cell *c);

/**
 * csvfile_put(f, text, len): Write a cell so that csvfile and a spreadsheet read the same
 * text: with quotes where needed, long numbers as ="...", what would be taken for a
 * formula with ' in front.
 */
void csvfile_put(FILE *f, const char *text, size_t len);

#endif /* !LIANGKA_CSVFILE_H_ */
