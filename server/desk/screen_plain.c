#include <string.h>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include "plugin/conf.h"

#include "screen_impl.h"

/*
 * Blocks without anything unusual: UTF-8, no quotes, no NUL, lines that end in LF or
 * CRLF.  Their rows and cells are found in one pass and are those that csvfile would
 * find; test_screen_cut compares them.
 */

#define ROW_MAX (CSVFILE_ROW_MAX - 8)	/* longer ones are left to csvfile */

#define SEEN_ODD 1u	/* a quote, a NUL, a DOS end of file */
#define SEEN_CR 2u
#define SEEN_HIGH 4u	/* bytes that are not ASCII */

/* How many line ends there are: LF, CRLF, CR. */
uint64_t
screen_line_ends(const char *p, size_t len)
{
	uint64_t n = 0;
	size_t i;

	for (i = 0; i < len; i++)
		n += p[i] == '\n' || (p[i] == '\r' && (i + 1 == len ||
		    p[i + 1] != '\n'));
	return (n);
}

/* Where separators and line ends stand, and which of them are line ends. */
struct index {
	uint32_t *pos, *line;
	size_t n, nlines;
	unsigned seen;
};

/* What kinds of bytes there are and where, one at a time. */
static void
index_some(struct index *x, const char *p, size_t from, size_t to,
    char separator)
{
	size_t i;

	for (i = from; i < to; i++) {
		if (p[i] == '\n')
			x->line[x->nlines++] = (uint32_t)x->n;
		if (p[i] == separator || p[i] == '\n')
			x->pos[x->n++] = (uint32_t)i;
		if (p[i] == '"' || p[i] == '\0' || p[i] == '\x1a')
			x->seen |= SEEN_ODD;
		if (p[i] == '\r')
			x->seen |= SEEN_CR;
		if ((unsigned char)p[i] >= 0x80)
			x->seen |= SEEN_HIGH;
	}
}

#if defined(__SSE2__)
/* The same of a whole block, 16 bytes at a time. */
static void
index_all(struct index *x, const char *p, size_t len, char separator)
{
	const __m128i sep = _mm_set1_epi8(separator), lf = _mm_set1_epi8('\n'),
	    cr = _mm_set1_epi8('\r'), quote = _mm_set1_epi8('"'),
	    nul = _mm_setzero_si128(), eof = _mm_set1_epi8('\x1a');
	__m128i odd = nul, ret = nul, high = nul, v, end;
	uint32_t *pos = x->pos;
	size_t i, n = 0;
	unsigned m, ends, at;

	for (i = 0; i + 16 <= len; i += 16) {
		v = _mm_loadu_si128((const __m128i *)(const void *)(p + i));
		end = _mm_cmpeq_epi8(v, lf);
		m = (unsigned)_mm_movemask_epi8(_mm_or_si128(
		    _mm_cmpeq_epi8(v, sep), end));
		ends = (unsigned)_mm_movemask_epi8(end);
		for (; m != 0; m &= m - 1) {
			at = (unsigned)__builtin_ctz(m);
			pos[n] = (uint32_t)i + at;
			x->line[x->nlines] = (uint32_t)n++;
			x->nlines += ends >> at & 1;
		}
		odd = _mm_or_si128(odd, _mm_or_si128(_mm_cmpeq_epi8(v, quote),
		    _mm_or_si128(_mm_cmpeq_epi8(v, nul),
		    _mm_cmpeq_epi8(v, eof))));
		ret = _mm_or_si128(ret, _mm_cmpeq_epi8(v, cr));
		high = _mm_or_si128(high, v);
	}
	x->n = n;
	x->seen |= _mm_movemask_epi8(odd) != 0 ? SEEN_ODD : 0;
	x->seen |= _mm_movemask_epi8(ret) != 0 ? SEEN_CR : 0;
	x->seen |= _mm_movemask_epi8(high) != 0 ? SEEN_HIGH : 0;
	index_some(x, p, i, len, separator);
}
#else
static void
index_all(struct index *x, const char *p, size_t len, char separator)
{

	index_some(x, p, 0, len, separator);
}
#endif

/* Do all CRs stand before an LF? */
static int
crlf_only(const char *p, size_t len)
{
	const char *end = p + len;

	while ((p = memchr(p, '\r', (size_t)(end - p))) != NULL)
		if (++p == end || *p != '\n')
			return (0);
	return (1);
}

/* Three bytes of U+4000 to U+9FFF, as nearly all that are not ASCII. */
static int
is_han(const char *p)
{
	const unsigned char *b = (const unsigned char *)p;

	return (b[0] >= 0xe4 && b[0] <= 0xe9 && (b[1] & 0xc0) == 0x80 &&
	    (b[2] & 0xc0) == 0x80);
}

/* Is it UTF-8 without U+FFFD, which csvfile takes for damage? */
static int
good_utf8(const char *p, size_t len)
{
	const char *end = p + len;
	uint64_t eight;
	uint32_t c;
	size_t n;

	while (p < end) {
		if (end - p >= 8) {
			memcpy(&eight, p, sizeof(eight));
			if ((eight & 0x8080808080808080ull) == 0) {
				p += 8;
				continue;
			}
		}
		if ((unsigned char)*p < 0x80) {
			p++;
			continue;
		}
		if (end - p >= 3 && is_han(p)) {
			p += 3;
			continue;
		}
		n = conf_utf8(p, (size_t)(end - p), &c);
		if (n == 0 || c == 0xfffd)
			return (0);
		p += n;
	}
	return (1);
}

/* The bytes of a blank at the beginning, as csvfile sees it, or 0. */
static size_t
blank(const char *p, size_t len)
{

	if (len >= 1 && (*p == ' ' || *p == '\t' || *p == '\v' || *p == '\f'))
		return (1);
	if (len >= 2 && memcmp(p, "\xc2\xa0", 2) == 0)
		return (2);
	if (len >= 3 && (memcmp(p, "\xe3\x80\x80", 3) == 0 ||
	    memcmp(p, "\xef\xbb\xbf", 3) == 0))
		return (3);
	return (0);
}

/* Leave out blanks at both ends. */
static void
trim(struct csvfile_cell *c)
{
	size_t n;

	while ((n = blank(c->text, c->len)) != 0) {
		c->text += n;
		c->len -= n;
	}
	for (;;) {
		for (n = 3; n > 0; n--)
			if (c->len >= n && blank(c->text + c->len - n, n) == n)
				break;
		if (n == 0)
			return;
		c->len -= n;
	}
}

/* Make a cell of bytes; Excel's mark of text before a number goes. */
static void
bare(struct csvfile_cell *c, const char *p, size_t len)
{
	unsigned char a, z;

	c->text = p;
	c->len = len;
	c->flags = 0;
	if (len == 0)
		return;
	a = (unsigned char)p[0];
	z = (unsigned char)p[len - 1];
	if (a > ' ' && a < 0x7f && a != '\'' && z > ' ' && z < 0x7f)
		return;
	trim(c);
	if (c->len >= 1 && c->text[0] == '\'') {
		c->text++;
		c->len--;
	} else if (c->len >= 3 && memcmp(c->text, "\xe2\x80\x98", 3) == 0) {
		c->text += 3;
		c->len -= 3;
	} else
		return;
	c->flags = CSVFILE_AS_TEXT;
	trim(c);
}

/* The same, terminated where its separator stood. */
static void
cell(struct csvfile_cell *c, char *buf, size_t begin, size_t end)
{

	bare(c, buf + begin, end - begin);
	buf[c->text + c->len - buf] = '\0';
}

/*
 * Make cells of a line: those of columns that count, or all others up to n, for it is
 * known only then whether the line is empty.  Return 1 if any of them is not.
 */
static int
cells(const struct screen_columns *columns, struct screen_unit *u,
    struct csvfile_cell *c, size_t begin, const uint32_t *pos, size_t k,
    size_t n, size_t end, int others)
{
	int some = 0, is;
	size_t i;

	for (i = 0; i < n; i++) {
		is = i < columns->n && (columns->kind[i] != SCREEN_C_NONE ||
		    i == columns->copy);
		if (is != others) {
			cell(&c[i], u->buf, begin, i + 1 < k ? pos[i] : end);
			some |= c[i].len > 0;
		}
		begin = (size_t)pos[i] + 1;
	}
	return (some);
}

/* Make the row of a line: k cells that end at pos[], the last at `end`. */
static int
row(struct screen_worker *w, struct screen_unit *u, size_t begin,
    const uint32_t *pos, size_t k, size_t end, uint64_t line)
{
	const struct screen_columns *columns = &w->run->columns;
	struct csvfile_cell c[CSVFILE_CELLS_MAX];
	struct screen_row *r;
	size_t n, used;

	n = k < CSVFILE_CELLS_MAX ? k : CSVFILE_CELLS_MAX;
	used = n < columns->n ? n : columns->n;
	if (!cells(columns, u, c, begin, pos, k, used, end, 0) &&
	    k <= CSVFILE_CELLS_MAX &&
	    !cells(columns, u, c, begin, pos, k, n, end, 1))
		return (0);
	if ((r = screen_row_new(u)) == NULL)
		return (screen_fail(w->run, SCREEN_MEMORY, "out of memory"));
	r->line = line;
	if (k > CSVFILE_CELLS_MAX) {
		r->wrong = SCREEN_W_CSV;
		r->code = CSVFILE_CELLS;
		r->decision = SCREEN_ERROR;
		r->at = CSVFILE_CELLS_MAX + 1;
		return (0);
	}
	screen_row_cells(w, u, r, c, used);
	return (0);
}

/* Make rows of all lines. */
static int
rows(struct screen_worker *w, struct screen_unit *u, struct index *x)
{
	const char *p = u->buf;
	size_t begin = 0, first = 0, i, end, last;

	/* A last line without an end gets one behind the block. */
	if (u->len > 0 && p[u->len - 1] != '\n') {
		x->line[x->nlines++] = (uint32_t)x->n;
		x->pos[x->n++] = (uint32_t)u->len;
	}
	for (i = 0; i < x->nlines; i++) {
		last = x->line[i];
		end = x->pos[last];
		if (end > begin && p[end - 1] == '\r' && end < u->len)
			end--;
		if (end > begin && row(w, u, begin, &x->pos[first],
		    last - first + 1, end, i) != 0)
			return (-1);
		begin = (size_t)x->pos[last] + 1;
		first = last + 1;
	}
	u->lines = x->nlines;
	u->end = u->to;
	return (0);
}

/* Is one of the rows as long as to need csvfile? */
static int
has_long(const struct screen_unit *u, const struct index *x)
{
	size_t begin = 0, i, at;

	for (i = 0; i < x->nlines; i++) {
		at = x->pos[x->line[i]];
		if (at - begin > ROW_MAX)
			return (1);
		begin = at;
	}
	return (u->len - begin > ROW_MAX);
}

/* Cut a plain block.  Return 1, 0 when it is none, -1 when the run has failed. */
int
screen_plain_cut(struct screen_worker *w, struct screen_unit *u)
{
	struct index x = { .pos = u->pos, .line = u->line };

	if (u->outside || (u->encoding != CSVFILE_UTF8 && u->encoding !=
	    CSVFILE_GUESS))
		return (0);
	index_all(&x, u->buf, u->len, w->run->separator);
	if ((x.seen & SEEN_ODD) != 0 || has_long(u, &x) ||
	    ((x.seen & SEEN_CR) != 0 && !crlf_only(u->buf, u->len)))
		return (0);
	if ((x.seen & SEEN_HIGH) != 0 && (u->encoding == CSVFILE_GUESS ||
	    !good_utf8(u->buf, u->len)))
		return (0);
	u->plain = 1;
	return (rows(w, u, &x) == 0 ? 1 : -1);
}
