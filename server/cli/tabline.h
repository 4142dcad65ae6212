#ifndef LIANGKA_TABLINE_H_
#define LIANGKA_TABLINE_H_

/*
 * A line of a table that the daemon answers with: fields with tabs between, numbers decimal.
 * Reading goes from field to field; what is not as it should be makes the line bad.
 *
 * Threads: any, on different structs.
 */

#include <stddef.h>
#include <stdint.h>

#define TABLINE_FIELDS 24

struct tabline {
	const char *p[TABLINE_FIELDS];
	size_t len[TABLINE_FIELDS];
	size_t n;		/* fields read so far */
	int bad;
};

/**
 * tabline_split(t, line, len, fields): Begin with a line of exactly so many fields.  Return
 * 0, or -1 when it has more or fewer.
 */
int tabline_split(struct tabline *t, const char *line, size_t len,
    size_t fields);

/**
 * tabline_u64(t), tabline_i64(t), tabline_code(t): The next field, a number up to
 * UINT64_MAX, INT64_MAX, INT32_MAX; 0 when it is none.
 * tabline_text(t, dst, size): a text.
 * tabline_word(t, words, n): one of n words: which.
 */
uint64_t tabline_u64(struct tabline *t);
int64_t tabline_i64(struct tabline *t);
int32_t tabline_code(struct tabline *t);
void tabline_text(struct tabline *t, char *dst, size_t size);
int32_t tabline_word(struct tabline *t, const char *const *words, int32_t n);

/**
 * tabline_decimal(p, end, v): Read a decimal number that ends at `end`.  Return 0 or -1.
 */
int tabline_decimal(const char *p, const char *end, uint64_t *v);

#endif /* !LIANGKA_TABLINE_H_ */
