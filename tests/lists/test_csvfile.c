/* Rows from files as people send them. */

#include <criterion/criterion.h>

#include <errno.h>
#include <iconv.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lists/csvfile.h"

/* Bytes handed out in pieces. */
struct bytes {
	const char *p;
	size_t len, piece;
	int fails;
};

static ssize_t
get(void *arg, void *buf, size_t len)
{
	struct bytes *b = arg;
	size_t n = b->piece != 0 && b->piece < len ? b->piece : len;

	if (b->fails) {
		errno = EIO;
		return (-1);
	}
	n = n < b->len ? n : b->len;
	memcpy(buf, b->p, n);
	b->p += n;
	b->len -= n;
	return ((ssize_t)n);
}

static struct bytes in;
static struct csvfile_row row;
static char err[CSVFILE_ERROR_MAX];

/* Begin to read bytes. */
static struct csvfile *
start(const char *p, size_t len, size_t piece)
{
	static struct csvfile_source s = { get, &in };
	struct csvfile *f;

	in = (struct bytes){ .p = p, .len = len, .piece = piece };
	f = csvfile_open(&s, "x.csv", CSVFILE_GUESS, err);
	cr_assert_not_null(f, "%s", err);
	return (f);
}

/* Print all rows: cells with a space between, rows with a line; faults by number. */
static const char *
all(const char *p, size_t len, size_t piece)
{
	static char out[1 << 16];
	struct csvfile *f = start(p, len, piece);
	size_t n = 0, i;

	out[0] = '\0';
	while (csvfile_next(f, &row, err) == 1) {
		n += (size_t)snprintf(&out[n], sizeof(out) - n, "%d:",
		    (int)row.line);
		if (row.fault != 0)
			n += (size_t)snprintf(&out[n], sizeof(out) - n,
			    "!%d", row.fault);
		for (i = 0; i < row.n; i++)
			n += (size_t)snprintf(&out[n], sizeof(out) - n,
			    "%s[%s]", row.cell[i].flags & CSVFILE_AS_TEXT ?
			    "=" : "", row.cell[i].text);
		n += (size_t)snprintf(&out[n], sizeof(out) - n, "\n");
	}
	csvfile_close(f);
	return (out);
}

#define ALL(s) all(s, sizeof(s) - 1, 0)

/* Convert UTF-8. */
static size_t
convert(const char *to, const char *s, char *out, size_t size)
{
	iconv_t c = iconv_open(to, "UTF-8");
	char *p = (char *)(uintptr_t)s, *q = out;
	size_t len = strlen(s), left = size;

	cr_assert_neq(c, (iconv_t)-1);
	cr_assert_neq(iconv(c, &p, &len, &q, &left), (size_t)-1);
	(void)iconv_close(c);
	return (size - left);
}

Test(csvfile, plain)
{

	cr_expect_str_eq(ALL("a,b\n1,2\r\n3,4"), "1:[a][b]\n2:[1][2]\n"
	    "3:[3][4]\n");
	cr_expect_str_eq(ALL("a\rb\rc\r"), "1:[a]\n2:[b]\n3:[c]\n");
	cr_expect_str_eq(ALL(""), "");
	cr_expect_str_eq(ALL("\n\n  \n,,,\n\x1a"), "", "nothing in any cell");
	cr_expect_str_eq(ALL("a,b\n\n,,\nc,d\n\x1a"), "1:[a][b]\n4:[c][d]\n");
}

Test(csvfile, separators)
{

	cr_expect_str_eq(ALL("a;b;c,d\n"), "1:[a][b][c,d]\n");
	cr_expect_str_eq(ALL("a\tb\tc,d\n"), "1:[a][b][c,d]\n");
	cr_expect_str_eq(ALL("a|b|c\n1||3\n"), "1:[a][b][c]\n2:[1][][3]\n");
	cr_expect_str_eq(ALL("sep=;\r\na,b;c\r\n"), "2:[a,b][c]\n");
	cr_expect_str_eq(ALL("\"x,y\";b\n"), "1:[x,y][b]\n");
	cr_expect_str_eq(ALL("number\n123\n"), "1:[number]\n2:[123]\n");
	cr_expect_str_eq(ALL("a\t\tb\n"), "1:[a][][b]\n");
}

Test(csvfile, quotes)
{

	cr_expect_str_eq(ALL("\"a \"\"b\"\" c\" , \"d,e\"\n"),
	    "1:[a \"b\" c][d,e]\n");
	cr_expect_str_eq(ALL("5\" pipe,b\n"), "1:[5\" pipe][b]\n");
	cr_expect_str_eq(ALL("a,b\n\"two\nlines\",2\n3,4\n"),
	    "1:[a][b]\n2:[two\nlines][2]\n4:[3][4]\n");
	cr_expect_str_eq(ALL("a,b\n\"x\"y,2\n3,4\n"),
	    "1:[a][b]\n2:!4\n3:[3][4]\n");
}

Test(csvfile, stray_quote_swallows_one_line)
{

	cr_expect_str_eq(ALL("a,b\n1,\"2\n3,4\n5,6\n"),
	    "1:[a][b]\n2:!4\n3:[3][4]\n4:[5][6]\n");
	cr_expect_str_eq(ALL("a,b\n\"1,2\n3,4\n5,6\",7,8\n"),
	    "1:[a][b]\n2:!4\n3:[3][4]\n4:[5][6\"][7][8]\n");
}

Test(csvfile, blanks_are_trimmed)
{

	cr_expect_str_eq(ALL(" a , \xe3\x80\x80" "b\xe3\x80\x80,\xc2\xa0" "c\t\n"),
	    "1:[a][b][c]\n");
}

Test(csvfile, excel_text_marks)
{

	cr_expect_str_eq(ALL("=\"110105194912310021\",'0571\n"),
	    "1:=[110105194912310021]=[0571]\n");
	cr_expect_str_eq(ALL("\"=\"\"110105194912310021\"\"\",x\n"),
	    "1:=[110105194912310021][x]\n");
}

Test(csvfile, encodings)
{
	static const char s[] = "证件类型,号码,备注\n身份证,１２3,路·镕\n";
	static const char want[] = "1:[证件类型][号码][备注]\n"
	    "2:[身份证][１２3][路·镕]\n";
	char buf[400], mark[400];
	size_t n, piece;

	for (piece = 1; piece < 9; piece++) {
		cr_expect_str_eq(all(s, sizeof(s) - 1, piece), want);
		(void)snprintf(mark, sizeof(mark), "\xef\xbb\xbf%s", s);
		cr_expect_str_eq(all(mark, strlen(mark), piece), want);
		n = convert("GB18030", s, buf, sizeof(buf));
		cr_expect_str_eq(all(buf, n, piece), want);
		memcpy(mark, "\xff\xfe", 2);
		n = convert("UTF-16LE", s, &mark[2], sizeof(mark) - 2);
		cr_expect_str_eq(all(mark, n + 2, piece), want);
		memcpy(mark, "\xfe\xff", 2);
		n = convert("UTF-16BE", s, &mark[2], sizeof(mark) - 2);
		cr_expect_str_eq(all(mark, n + 2, piece), want);
	}
}

/* Characters that only GB18030 has, of four bytes. */
Test(csvfile, four_bytes_of_gb18030)
{
	static const char s[] = "姓名|号\n㐀䶵𠀀|1\n";
	char buf[400];
	size_t n = convert("GB18030", s, buf, sizeof(buf));

	cr_expect_str_eq(all(buf, n, 1), "1:[姓名][号]\n2:[㐀䶵𠀀][1]\n");
}

/* All characters of GBK whose second byte is a bar. */
Test(csvfile, second_bytes_that_are_bars)
{
	char buf[1200], text[8], out[8], *p, *q;
	size_t n = 0, left, len, count = 0;
	struct csvfile *f;
	iconv_t c = iconv_open("UTF-8", "GB18030");
	int lead;

	memcpy(buf, "\xba\xc5|\xc3\xfb\n", 6);
	n = 6;
	for (lead = 0x81; lead <= 0xfe; lead++) {
		text[0] = (char)lead;
		text[1] = '|';
		p = text;
		q = out;
		len = 2;
		left = sizeof(out);
		(void)iconv(c, NULL, NULL, NULL, NULL);
		if (iconv(c, &p, &len, &q, &left) == (size_t)-1)
			continue;
		n += (size_t)snprintf(&buf[n], sizeof(buf) - n, "%c%c|7\n",
		    lead, '|');
		count++;
	}
	(void)iconv_close(c);
	cr_expect(count >= 118, "%zu", count);
	f = start(buf, n, 0);
	cr_expect_eq(csvfile_next(f, &row, err), 1);
	cr_expect_str_eq(row.cell[0].text, "号");
	cr_expect_eq(csvfile_encoding(f), CSVFILE_GB18030);
	cr_expect_eq(csvfile_separator(f), '|');
	while (count-- > 0) {
		cr_expect_eq(csvfile_next(f, &row, err), 1);
		cr_expect_eq(row.n, 2, "row %d", (int)row.line);
		cr_expect_str_eq(row.cell[1].text, "7");
	}
	cr_expect_eq(csvfile_next(f, &row, err), 0);
	csvfile_close(f);
}

/* A short file of GB18030 whose bytes happen to be UTF-8 too. */
Test(csvfile, pairs_alone_are_chinese)
{

	cr_expect_str_eq(ALL("\xc2\xb7,1\n"), "1:[路][1]\n");
}

/* GB18030 in which a few characters happen to be UTF-8 of three bytes. */
Test(csvfile, a_few_that_fit_do_not_make_it_utf8)
{
	static const char s[] = "证件号码,备注\n1,浣犲ソ\n";
	char buf[100];
	size_t n = convert("GB18030", s, buf, sizeof(buf));

	cr_expect_str_eq(all(buf, n, 0), "1:[证件号码][备注]\n2:[1][浣犲ソ]\n");
}

/* Chinese that comes after more than a window of ASCII. */
Test(csvfile, encoding_is_found_late)
{
	size_t n = 300000, i;
	char *buf = malloc(n + 64);
	struct csvfile *f;
	int utf8;

	cr_assert_not_null(buf);
	for (utf8 = 0; utf8 < 2; utf8++) {
		for (i = 0; i < n; i += 4)
			memcpy(&buf[i], "1,2\n", 4);
		memcpy(&buf[n], utf8 ? "\xe6\xb5\x99,1\n" : "\xd5\xe3,1 \n", 6);
		f = start(buf, n + 6, 1000);
		for (i = 0; i < n / 4; i++)
			cr_assert_eq(csvfile_next(f, &row, err), 1);
		cr_expect_eq(csvfile_next(f, &row, err), 1);
		cr_expect_str_eq(row.cell[0].text, "浙");
		cr_expect_eq(row.line, n / 4 + 1);
		cr_expect_eq(csvfile_next(f, &row, err), 0);
		cr_expect_eq(csvfile_bytes(f), n + 6);
		csvfile_close(f);
	}
	free(buf);
}

Test(csvfile, bad_bytes_cost_their_row_alone)
{

	cr_expect_str_eq(ALL("证件类型,号码\n身份证,1\xff\n身份证,2\n"),
	    "1:[证件类型][号码]\n2:!2\n3:[身份证][2]\n");
	cr_expect_str_eq(ALL("a,b\n1,\0\n3,4\n"), "1:[a][b]\n2:!3\n3:[3][4]\n");
	cr_expect_str_eq(ALL("\xff\xfe" "a\0,\0\x00\xd8\n\0" "b\0,\0c\0"),
	    "1:!2\n2:[b][c]\n");
	cr_expect_str_eq(ALL("\xff\xfe" "a\0,\0c\0d"), "1:!2\n");
}

Test(csvfile, utf16_without_a_mark_is_said)
{
	static struct csvfile_source s = { get, &in };

	in = (struct bytes){ .p = "a\0,\0", .len = 4 };
	cr_expect_null(csvfile_open(&s, "x.csv", CSVFILE_GUESS, err));
	cr_expect(strstr(err, "x.csv: this looks like UTF-16") != NULL, "%s",
	    err);
}

Test(csvfile, long_rows)
{
	size_t n = 3 * CSVFILE_ROW_MAX, i;
	char *buf = malloc(n + 32);
	struct csvfile *f;

	cr_assert_not_null(buf);
	memcpy(buf, "a,b\n", 4);
	for (i = 4; i < n; i += 3)
		memcpy(&buf[i], "浙", 3);
	memcpy(&buf[i], "\r\n1,2\n", 6);
	f = start(buf, i + 6, 0);
	cr_expect_eq(csvfile_next(f, &row, err), 1);
	cr_expect_eq(csvfile_next(f, &row, err), 1);
	cr_expect_eq(row.fault, CSVFILE_LONG);
	cr_expect_eq(row.line, 2);
	cr_expect_eq(row.rawlen % 3, 0);
	cr_expect_eq(memcmp(row.raw, "浙浙", 6), 0);
	cr_expect_eq(csvfile_next(f, &row, err), 1);
	cr_expect_eq(row.fault, 0);
	cr_expect_eq(row.line, 3);
	cr_expect_str_eq(row.cell[1].text, "2");
	cr_expect_eq(csvfile_next(f, &row, err), 0);
	csvfile_close(f);
	free(buf);
}

Test(csvfile, too_many_cells)
{
	char buf[400];

	memset(buf, ',', 100);
	memcpy(buf, "a", 1);
	memcpy(&buf[100], "b\n1,2\n", 7);
	cr_expect_str_eq(all(buf, 106, 0), "1:!5\n2:[1][2]\n");
}

Test(csvfile, source_that_fails)
{
	static struct csvfile_source s = { get, &in };

	in = (struct bytes){ .fails = 1 };
	cr_expect_null(csvfile_open(&s, "x.csv", CSVFILE_GUESS, err));
	cr_expect(strstr(err, "x.csv: ") != NULL, "%s", err);
}

/* Has a spreadsheet rounded this? */
static int
rounded(const char *text, unsigned flags)
{
	struct csvfile_cell c = { text, strlen(text), flags };

	return (csvfile_rounded(&c));
}

Test(csvfile, rounded)
{

	cr_expect_eq(rounded("1.10105E+17", 0), CSVFILE_EXPONENT);
	cr_expect_eq(rounded("1.10105e+17", CSVFILE_AS_TEXT), CSVFILE_EXPONENT);
	cr_expect_eq(rounded("１.１０１０５Ｅ＋１７", 0), CSVFILE_EXPONENT);
	cr_expect_eq(rounded("6E+18", 0), CSVFILE_EXPONENT);
	cr_expect_eq(rounded("110105194912310000", 0), CSVFILE_ZEROS);
	cr_expect_eq(rounded("6222021234567890000", 0), CSVFILE_ZEROS);
	cr_expect_eq(rounded("6222021234567890000", CSVFILE_AS_TEXT), 0);
	cr_expect_eq(rounded("110105194912310021", 0), 0);
	cr_expect_eq(rounded("123456789012000", 0), 0, "15 digits are exact");
	cr_expect_eq(rounded("12E4567", 0), 0, "a passport may look so");
	cr_expect_eq(rounded("11010519491231002X", 0), 0);
	cr_expect_eq(rounded("", 0), 0);
}

/* Write a cell, read it again. */
static void
both_ways(const char *text, const char *want)
{
	char *buf;
	size_t len;
	FILE *m = open_memstream(&buf, &len);
	struct csvfile *f;

	csvfile_put(m, text, strlen(text));
	(void)fputs(",x", m);
	(void)fclose(m);
	cr_expect(strncmp(buf, want, strlen(want)) == 0, "%s", buf);
	f = start(buf, len, 0);
	cr_expect_eq(csvfile_next(f, &row, err), 1);
	cr_expect_eq(row.n, 2, "%s", buf);
	cr_expect_str_eq(row.cell[0].text, text);
	csvfile_close(f);
	free(buf);
}

Test(csvfile, written_cells_read_back)
{

	both_ways("abc", "\"abc\"");
	both_ways("a \"b\", c", "\"a \"\"b\"\", c\"");
	both_ways("110105194912310021", "\"=\"\"110105194912310021\"\"\"");
	both_ways("0571", "\"=\"\"0571\"\"\"");
	both_ways("2026", "\"2026\"");
	both_ways("=cmd|' /C calc'!A0", "\"'=cmd");
	both_ways("+8613800138000", "\"'+86");
	both_ways("", "\"\"");
	both_ways("两行\n文字", "\"两行\n");
}

/* What is left of a long line with a fault in its beginning is no row of its own. */
Test(csvfile, long_line_with_a_stray_quote)
{
	static char text[80000];
	struct csvfile *f;
	size_t n = 0;

	n += (size_t)sprintf(text, "a,b\n\"q\"x");
	memset(&text[n], 'x', 70000);
	n += 70000;
	n += (size_t)sprintf(&text[n], "\n1,2\n");
	f = start(text, n, 0);
	cr_assert_eq(csvfile_next(f, &row, err), 1);
	cr_assert_eq(csvfile_next(f, &row, err), 1);
	cr_expect_eq(row.fault, CSVFILE_LONG);
	cr_expect_eq(row.line, 2);
	cr_assert_eq(csvfile_next(f, &row, err), 1);
	cr_expect_eq(row.fault, CSVFILE_FINE);
	cr_expect_eq(row.line, 3);
	cr_expect_eq(csvfile_next(f, &row, err), 0);
	csvfile_close(f);
}
