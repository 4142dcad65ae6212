#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "csvfile_impl.h"

#define CSVFILE_KEPT 512	/* bytes kept of a row that is too long */

static const char *const faults[CSVFILE_FAULTS][2] = {
	[CSVFILE_FINE] = { "", "" },
	[CSVFILE_LONG] = { "该行过长", "the row is too long" },
	[CSVFILE_ENCODING_BAD] = { "有无法识别的字节，文件编码可能不对",
	    "bytes that are no text: is the file's encoding another?" },
	[CSVFILE_NUL] = { "含有 NUL 字节", "it holds NUL bytes" },
	[CSVFILE_QUOTE] = { "引号没有配对",
	    "a quote is not closed, or text follows it" },
	[CSVFILE_CELLS] = { "列数过多", "it has too many columns" },
};

/* What is wrong with a row. */
const char *
csvfile_fault_text(int fault, int english)
{

	return (fault > 0 && fault < CSVFILE_FAULTS ? faults[fault][english != 0]
	    : "");
}

/* Begin. */
struct csvfile *
csvfile_open(const struct csvfile_source *s, const char *name, int encoding,
    char *err)
{
	struct csvfile *f;

	if ((f = calloc(1, sizeof(*f))) == NULL) {
		(void)snprintf(err, CSVFILE_ERROR_MAX, "%s: out of memory",
		    name);
		return (NULL);
	}
	f->s = *s;
	f->encoding = encoding;
	f->conv = (iconv_t)-1;
	f->line = 1;
	(void)snprintf(f->name, sizeof(f->name), "%s", name);
	if (csvfile_detect(f, err) == 0)
		return (f);
	csvfile_close(f);
	return (NULL);
}

/* End. */
void
csvfile_close(struct csvfile *f)
{

	if (f == NULL)
		return;
	if (f->conv != (iconv_t)-1)
		(void)iconv_close(f->conv);
	explicit_bzero(f, sizeof(*f));
	free(f);
}

/* What it is read as. */
int
csvfile_encoding(const struct csvfile *f)
{

	return (f->encoding == CSVFILE_GUESS ? CSVFILE_UTF8 : f->encoding);
}

/* What separates cells. */
char
csvfile_separator(const struct csvfile *f)
{

	return (f->separator);
}

/* How far the source is read. */
uint64_t
csvfile_bytes(const struct csvfile *f)
{

	return (f->bytes - f->nin);
}

/* Find the separator that a line has most of, outside quotes. */
static char
separator_of(const char *p, size_t len)
{
	static const char all[] = "\t|;,";
	size_t count[sizeof(all)] = { 0 }, i, best = sizeof(all) - 2;
	const char *hit;
	int inside = 0;

	for (i = 0; i < len && p[i] != '\n' && p[i] != '\r'; i++) {
		inside ^= p[i] == '"';
		if (!inside && p[i] != '\0' &&
		    (hit = strchr(all, p[i])) != NULL)
			count[hit - all]++;
	}
	for (i = 0; i < sizeof(all) - 1; i++)
		if (count[i] > count[best])
			best = i;
	return (all[best]);
}

/* Is there nothing in this line?  A DOS end of file is nothing too. */
static int
empty_line(const char *p, size_t len)
{

	while (len > 0 && (*p == ' ' || *p == '\t' || *p == '\x1a')) {
		p++;
		len--;
	}
	return (len == 0 || *p == '\n' || *p == '\r');
}

/* Is there nothing in any cell? */
static int
empty_row(const struct csvfile_row *row)
{
	size_t i;

	for (i = 0; i < row->n; i++)
		if (row->cell[i].len > 0)
			return (0);
	return (row->fault == CSVFILE_FINE);
}

/* Go on behind n bytes, counting lines. */
static void
advance(struct csvfile *f, size_t n)
{
	const char *p = &f->text[f->at];
	size_t i;

	for (i = 0; i < n; i++)
		f->line += p[i] == '\n' || (p[i] == '\r' && (i + 1 == n ||
		    p[i + 1] != '\n'));
	if (n > 0)
		f->cr = p[n - 1] == '\r';
	f->at += n;
}

/* Pass over the rest of a line that is too long. */
static int
skip_line(struct csvfile *f, char *err)
{
	size_t i, n;

	for (;;) {
		if (csvfile_fill(f, err) != 0)
			return (-1);
		n = f->ntext - f->at;
		for (i = 0; i < n && f->text[f->at + i] != '\n' &&
		    f->text[f->at + i] != '\r'; i++)
			;
		if (i == n && n > 0) {
			f->at += n;
			continue;
		}
		advance(f, i < n ? i + 1 : i);
		return (0);
	}
}

/* See what no cell may hold. */
static void
inspect(struct csvfile_row *row)
{

	if (row->fault != CSVFILE_FINE)
		return;
	if (memchr(row->raw, '\0', row->rawlen) != NULL)
		row->fault = CSVFILE_NUL;
	else if (memmem(row->raw, row->rawlen, "\xef\xbf\xbd", 3) != NULL)
		row->fault = CSVFILE_ENCODING_BAD;
	else
		return;
	row->at = 0;
	row->n = 0;
}

/* Cut the next row out of the text; it is `have` bytes and not empty. */
static size_t
cut(struct csvfile *f, size_t have, struct csvfile_row *row)
{
	const char *p = &f->text[f->at];
	int end = f->eof && f->nin == 0 && f->at + have == f->ntext;
	const char *line = memchr(p, '\n', have);
	size_t n;

	if (memchr(p, '"', line != NULL ? (size_t)(line - p) : have) != NULL) {
		n = csvfile_split(f, p, have, end, 1, row);
		if (n != 0 && (f->columns == 0 || row->n == f->columns))
			return (n);
		/* Perhaps a stray quote: then one line of it only. */
	}
	return (csvfile_split(f, p, have, end, 0, row));
}

/* "sep=;" in the first line. */
static int
says_separator(struct csvfile *f, size_t have)
{
	const char *p = &f->text[f->at];

	if (f->line != 1 || have < 5 || memcmp(p, "sep=", 4) != 0 ||
	    p[4] == '\0' || strchr(",;|\t", p[4]) == NULL ||
	    (have > 5 && p[5] != '\r' && p[5] != '\n'))
		return (0);
	f->separator = p[4];
	advance(f, have > 6 && p[5] == '\r' && p[6] == '\n' ? 7 : have > 5 ? 6 :
	    5);
	return (1);
}

/* Of a row that is too long its beginning is kept, where cells would be. */
static void
keep_beginning(struct csvfile *f, struct csvfile_row *row)
{
	size_t n = CSVFILE_KEPT;

	while (n > 0 && ((unsigned char)row->raw[n] & 0xc0) == 0x80)
		n--;
	memcpy(f->cells, row->raw, n);
	row->raw = f->cells;
	row->rawlen = n;
}

/* Read the next row. */
int
csvfile_next(struct csvfile *f, struct csvfile_row *row, char *err)
{
	size_t have, n;

	for (;;) {
		if (csvfile_fill(f, err) != 0)
			return (-1);
		have = f->ntext - f->at;
		if (have > CSVFILE_ROW_MAX)
			have = CSVFILE_ROW_MAX;
		if (have == 0)
			return (0);
		if (f->cr && f->text[f->at] == '\n') {
			f->cr = 0;	/* the rest of a CRLF */
			f->at++;
			continue;
		}
		if (f->separator == 0 && says_separator(f, have))
			continue;
		row->line = f->line;
		row->raw = &f->text[f->at];
		if (f->separator == 0 && !empty_line(row->raw, have))
			f->separator = separator_of(row->raw, have);
		n = cut(f, have, row);
		row->rawlen = n;
		if (row->fault != CSVFILE_FINE)
			row->n = 0;
		if (row->fault == CSVFILE_LONG) {
			keep_beginning(f, row);
			row->ended = 1;
			f->at += n;
			return (skip_line(f, err) == 0 ? 1 : -1);
		}
		advance(f, n);
		row->ended = n > 0 && (row->raw[n - 1] == '\n' ||
		    row->raw[n - 1] == '\r');
		while (row->rawlen > 0 && (row->raw[row->rawlen - 1] == '\n' ||
		    row->raw[row->rawlen - 1] == '\r'))
			row->rawlen--;
		if (empty_line(row->raw, row->rawlen) || empty_row(row))
			continue;
		inspect(row);
		if (f->columns == 0)
			f->columns = row->n;
		return (1);
	}
}
