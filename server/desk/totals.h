#ifndef LIANGKA_TOTALS_H_
#define LIANGKA_TOTALS_H_

/*
 * An institution's own daily totals, as it sends them: a table in any encoding and form
 * that lists/csvfile.h knows, with a heading, in any order of columns:
 *
 *	institution 机构	required
 *	day 日期		required; 2026-11-22, 2026/11/22, 20261122, 2026年11月22日
 *	issued 开卡		required: how many cards were issued on that day (UTC+8)
 *	closed 销卡		how many were closed; empty: not told
 *	product 产品		a word or number of the code table; all, 全部, 合计 or
 *				empty: all products
 *	outlet 网点		empty: all outlets
 *
 * It is taken whole or not at all: a row that is left out would look like a difference.
 *
 * Threads: any; what was read never changes.
 */

#include <stddef.h>
#include <stdint.h>

struct totals;

#define TOTALS_ERROR_MAX 512
#define TOTALS_MAX_TEXT (64u << 20)
#define TOTALS_MAX_COUNT 999999999

struct totals_row {
	char inst[32];
	char outlet[32];	/* "": all */
	int32_t day;		/* days since 1970, UTC+8 */
	int32_t product;	/* 0: all */
	int64_t issued;
	int64_t closed;		/* -1: not told */
	uint64_t line;		/* of the file */
};

struct totals_reader {
	/* A bad row: name:line: what is wrong, below TOTALS_ERROR_MAX bytes. */
	void (*bad)(void *arg, const char *text);
	void *arg;
	int english;	/* language of what is said, in err too */
	/* Read the word for a product.  Return 0, or -1 for an unknown one. */
	int (*product)(const char *text, int32_t *code);
};

/**
 * totals_read(name, text, len, r, err): Read a file.  Return it, or NULL with one sentence in
 * err (TOTALS_ERROR_MAX bytes).  totals_free(t): NULL is allowed.
 * totals_count(t), totals_at(t, i): its rows, by institution, day, outlet and product.
 */
struct totals *totals_read(const char *name, const char *text, size_t len,
    const struct totals_reader *r, char *err);
void totals_free(struct totals *t);
size_t totals_count(const struct totals *t);
const struct totals_row *totals_at(const struct totals *t, size_t i);

#endif /* !LIANGKA_TOTALS_H_ */
