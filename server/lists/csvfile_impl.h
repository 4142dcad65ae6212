#ifndef LIANGKA_CSVFILE_IMPL_H_
#define LIANGKA_CSVFILE_IMPL_H_

/*
 * What the files of csvfile.h share: bytes of the source come through `in` and its
 * conversion into `text`, from which rows are cut.
 */

#include <iconv.h>

#include "csvfile.h"

#define CSVFILE_IN	65536
#define CSVFILE_TEXT	(4 * CSVFILE_ROW_MAX)

struct csvfile {
	struct csvfile_source s;
	char name[128];
	int encoding;		/* CSVFILE_GUESS: only ASCII so far */
	iconv_t conv;		/* (iconv_t)-1: none */
	uint64_t bytes;
	int eof;		/* of the source */
	char in[CSVFILE_IN];
	size_t nin;
	char text[CSVFILE_TEXT]; /* UTF-8; what was no text is U+FFFD */
	size_t at, ntext;
	int cr;			/* the last line ended in CR, perhaps in CRLF */
	uint64_t line;		/* on which text[at] stands */
	char separator;		/* 0: not known yet */
	size_t columns;		/* of the first row */
	char cells[CSVFILE_ROW_MAX + CSVFILE_CELLS_MAX];
};

/**
 * csvfile_detect(f, err): Fill `in` and see which encoding it is.  0 or -1.
 * csvfile_fill(f, err): See that CSVFILE_ROW_MAX bytes of text are there, or all that
 * there are.  0 or -1.
 */
int csvfile_detect(struct csvfile *f, char *err);
int csvfile_fill(struct csvfile *f, char *err);

/**
 * csvfile_split(f, p, len, end, multi, row): Cut cells out of the text at p, up to the
 * end of the row, of at most len bytes; end: nothing comes behind these.  With multi a
 * quoted cell may have line breaks.  Set row->n and cells, or row->fault and at.
 * Return how many bytes the row has, with its line end.
 */
size_t csvfile_split(struct csvfile *f, const char *p, size_t len, int end,
    int multi, struct csvfile_row *row);

/**
 * csvfile_trim(p, len): Leave out blanks at both ends; return where it begins.
 */
const char *csvfile_trim(const char *p, size_t *len);

#endif /* !LIANGKA_CSVFILE_IMPL_H_ */
