#ifndef DEMO_CSV_H_
#define DEMO_CSV_H_

/*
 * Comma-separated values as RFC 4180 has them, read strictly and in place: UTF-8
 * with or without a byte order mark, lines ending in LF or CRLF, a field in
 * double quotes where it holds a comma or a quote, a quote in it written twice.
 * A field holds no line break, so that one bad row never swallows the next.
 * Empty lines and lines that begin with '#' are passed over.
 */

#include <stddef.h>
#include <stdio.h>

struct csv {
	char *p;		/* the rest of the text */
	char *end;
	unsigned row;		/* line of the record read last, from 1 */
};

/**
 * csv_init(c, text, len): Begin to read the `len` bytes at text, which are
 * changed by reading and must have room for one byte more.
 */
void csv_init(struct csv *c, char *text, size_t len);

/**
 * csv_next(c, fields, max, count, fault): Read one record into fields[0..max-1]
 * (NUL-terminated, lying in the text) and their number into *count.  Return 1;
 * 0 at the end; or -1 when the line is malformed, with a sentence in *fault and
 * in *count the fields before the bad one: the next call goes on with the next
 * line.
 */
int csv_next(struct csv *c, char **fields, size_t max, size_t *count,
    const char **fault);

/**
 * csv_write(f, s, last): Write one field, in quotes where it needs them, and a
 * comma or, after the last, a line feed.
 */
void csv_write(FILE *f, const char *s, int last);

#endif /* !DEMO_CSV_H_ */
