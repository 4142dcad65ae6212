#ifndef LIANGKA_IMPORT_H_
#define LIANGKA_IMPORT_H_

/*
 * Take the rows of a file into a list's ledger.  Columns are found by their heading, in
 * Chinese or English, in any order: document type, number, country, category, legal
 * basis, case number, from, until; what stands for the whole file may be given instead.
 * A file of one column needs no heading.  Numbers become tokens at once.
 *
 * A good row is taken whatever the others are; a bad one goes to the reject file with
 * its line and the reason, in the same columns, so that it can be mended and imported
 * again.  What is listed already as it stands in the row is counted, not an error, so a
 * file may be imported again after a crash.
 *
 * Threads: one at a time per ledger.
 */

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "ledger.h"

struct csvfile;
struct token_keys;

#define IMPORT_WHY_MAX	384	/* bytes of a reason with its NUL */
#define IMPORT_ERROR_MAX 2048

/* Why a row is rejected. */
enum import_reason {
	IMPORT_FINE,
	IMPORT_UNREADABLE,	/* see csvfile.h */
	IMPORT_NO_NUMBER,
	IMPORT_TYPE,		/* unknown document type */
	IMPORT_NUMBER,		/* no such number */
	IMPORT_DAMAGED,		/* a spreadsheet has rounded it */
	IMPORT_CATEGORY,
	IMPORT_BASIS,
	IMPORT_CASE,
	IMPORT_DATE,
	IMPORT_OTHER,		/* listed already, otherwise */
	IMPORT_CLEARED,		/* cleared on appeal, no new case */
	IMPORT_REASONS
};

/* What may be odd about a row that is taken. */
enum import_doubt {
	IMPORT_TERM,		/* not the term of the law */
	IMPORT_NO_END,		/* a sanction without an end */
	IMPORT_NO_CASE,		/* a sanction without a case number */
	IMPORT_OVER,		/* it has ended already */
	IMPORT_ZEROS,		/* the number ends as a rounded one would */
	IMPORT_DOUBTS
};

/* What a number is. */
struct import_document {
	uint32_t subject;	/* enum list_subject */
	int32_t id_type;	/* LK_ID_*, of a person */
	const char *country;	/* or NULL */
};

struct import_options {
	struct ledger *ledger;
	const struct token_keys *keys;
	struct import_document document; /* where the file does not say it */
	int category, basis;	/* ditto; 0: the file must */
	const char *case_no;	/* ditto, or NULL */
	int32_t from, until;	/* ditto, 0: none */
	int64_t now;		/* UTC seconds */
	const char *who, *why;
	int replace;		/* also what is listed otherwise: this row counts */
	int dry;		/* judge all, take nothing */
	int english;		/* language of reasons */
	FILE *reject;		/* or NULL */
	/* May be NULL: each bad row; each doubt; now and then. */
	void (*bad)(void *arg, uint64_t line, size_t column, const char *why);
	void (*doubt)(void *arg, uint64_t line, size_t column, int doubt,
	    const char *why);
	void (*step)(void *arg, uint64_t rows);
	void *arg;
};

struct import_result {
	uint64_t rows;		/* without the heading */
	uint64_t taken;		/* new on the list */
	uint64_t same;		/* stood there already */
	uint64_t rejected;
	uint64_t reason[IMPORT_REASONS];
	uint64_t doubts[IMPORT_DOUBTS];
	char ignored[256];	/* headings that are not known, "" when none */
};

/**
 * import_run(f, name, o, r, err): Take all rows of f, called name in messages.  What was
 * taken is durable, in batches as it goes on.  Return 0 at the end of the file, rejected
 * rows or not; 1 when the file cannot be used (err names place and reason; nothing was
 * taken); -1 when reading or writing failed (what *r says was taken, was).
 */
int import_run(struct csvfile *f, const char *name,
    const struct import_options *o, struct import_result *r, char *err);

/**
 * import_token(t, d, text, len, keys, today, english, why): Make the token of one number.
 * Return IMPORT_FINE, or why not with a sentence in why.
 */
int import_token(struct token *t, const struct import_document *d,
    const char *text, size_t len, const struct token_keys *keys, int32_t today,
    int english, char why[IMPORT_WHY_MAX]);

/**
 * import_date(day, text, len): Read a day: 2026-01-02, 2026/1/2, 2026.1.2, 20260102,
 * 2026年1月2日, with a time of day behind it, which is left out; empty, "-", "无", "长期"
 * and such are 0.  Return 0 or -1.
 * import_category(text, len), import_basis(text, len), import_id_type(text, len): The
 * number of a word, in Chinese or English, as institutions write it; 0: unknown.
 */
int import_date(int32_t *day, const char *text, size_t len);
int import_category(const char *text, size_t len);
int import_basis(const char *text, size_t len);
int32_t import_id_type(const char *text, size_t len);

/**
 * import_reason_text(reason, english), import_doubt_text(doubt, english): for a count.
 * import_reason_word(reason), import_doubt_word(doubt): for JSON.
 */
const char *import_reason_text(int reason, int english);
const char *import_doubt_text(int doubt, int english);
const char *import_reason_word(int reason);
const char *import_doubt_word(int doubt);

/**
 * import_term_doubt(e, today): The doubt that the dates of an add raise, or
 * IMPORT_DOUBTS.
 */
int import_term_doubt(const struct ledger_entry *e, int32_t today);

#endif /* !LIANGKA_IMPORT_H_ */
