#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "plugin/conf.h"

#include "csvfile_impl.h"

#define BAD "\xef\xbf\xbd" /* U+FFFD */

static const char *const names[] = { "?", "UTF-8", "GB18030", "UTF-16LE",
	"UTF-16BE" };

/* What an encoding is called. */
const char *
csvfile_encoding_name(int encoding)
{

	return (encoding >= 0 && encoding <= CSVFILE_UTF16BE ?
	    names[encoding] : names[0]);
}

/* Read on until `in` is full or the source ends. */
static int
read_in(struct csvfile *f, char *err)
{
	ssize_t n;

	while (!f->eof && f->nin < sizeof(f->in)) {
		n = f->s.read(f->s.arg, &f->in[f->nin], sizeof(f->in) - f->nin);
		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1) {
			(void)snprintf(err, CSVFILE_ERROR_MAX, "%s: %s",
			    f->name, strerror(errno));
			return (-1);
		}
		f->eof = n == 0;
		f->nin += (size_t)n;
		f->bytes += (uint64_t)n;
	}
	return (0);
}

/*
 * Which encoding are bytes that are not ASCII?  UTF-8 when nearly all of them are that
 * and some characters have three bytes, as Chinese ones have.  Pairs alone are Chinese in
 * GB18030, hardly ever Greek or Latin in UTF-8.
 */
static int
guess(const char *p, size_t len, int all)
{
	size_t pairs = 0, wide = 0, bad = 0, n;
	uint32_t c;

	for (; len > 0; p += n, len -= n) {
		if ((n = conf_utf8(p, len, &c)) == 0) {
			if (!all && len < 4)
				break;	/* cut at the end of what is here */
			bad++;
			n = 1;
		}
		pairs += n == 2;
		wide += n > 2;
	}
	if (wide > 8 * bad)
		return (CSVFILE_UTF8);
	return (pairs > 0 || bad > 0 ? CSVFILE_GB18030 : CSVFILE_UTF8);
}

/* Begin to convert from an encoding. */
static int
begin(struct csvfile *f, int encoding, char *err)
{

	f->encoding = encoding;
	if (encoding == CSVFILE_GUESS || encoding == CSVFILE_UTF8)
		return (0);
	f->conv = iconv_open("UTF-8", names[encoding]);
	if (f->conv != (iconv_t)-1)
		return (0);
	(void)snprintf(err, CSVFILE_ERROR_MAX, "%s: this system cannot convert "
	    "from %s (glibc's gconv modules are missing)", f->name,
	    names[encoding]);
	return (-1);
}

/* Leave out the first n bytes of `in`. */
static void
drop(struct csvfile *f, size_t n)
{

	memmove(f->in, &f->in[n], f->nin - n);
	f->nin -= n;
}

/* Find the encoding by a mark, or leave it open until a byte is not ASCII. */
int
csvfile_detect(struct csvfile *f, char *err)
{
	int given = f->encoding, mark = CSVFILE_GUESS;
	size_t n = 0;

	if (read_in(f, err) != 0)
		return (-1);
	if (f->nin >= 3 && memcmp(f->in, "\xef\xbb\xbf", 3) == 0) {
		mark = CSVFILE_UTF8;
		n = 3;
	} else if (f->nin >= 2 && memcmp(f->in, "\xff\xfe", 2) == 0) {
		mark = CSVFILE_UTF16LE;
		n = 2;
	} else if (f->nin >= 2 && memcmp(f->in, "\xfe\xff", 2) == 0) {
		mark = CSVFILE_UTF16BE;
		n = 2;
	} else if (given == CSVFILE_GUESS && f->nin >= 2 &&
	    (f->in[0] == '\0') != (f->in[1] == '\0')) {
		(void)snprintf(err, CSVFILE_ERROR_MAX, "%s: this looks like "
		    "UTF-16 without a byte order mark: save it as \"CSV UTF-8\"",
		    f->name);
		return (-1);
	}
	if (mark != CSVFILE_GUESS && (given == CSVFILE_GUESS || given == mark))
		drop(f, n);
	return (begin(f, given != CSVFILE_GUESS ? given : mark, err));
}

/* Give out bytes of UTF-8; those that are not become U+FFFD.  Return how many of `in`
 * are done. */
static size_t
take_utf8(struct csvfile *f)
{
	size_t i = 0, n;
	uint32_t c;

	while (i < f->nin && f->ntext + 4 <= sizeof(f->text)) {
		if ((unsigned char)f->in[i] < 0x80) {
			f->text[f->ntext++] = f->in[i++];
			continue;
		}
		n = conf_utf8(&f->in[i], f->nin - i, &c);
		if (n == 0 && !f->eof && f->nin - i < 4)
			break;
		if (n == 0) {
			memcpy(&f->text[f->ntext], BAD, 3);
			f->ntext += 3;
			i++;
			continue;
		}
		memcpy(&f->text[f->ntext], &f->in[i], n);
		f->ntext += n;
		i += n;
	}
	return (i);
}

/* Give out ASCII up to the first byte that is not. */
static size_t
take_ascii(struct csvfile *f)
{
	size_t i = 0;

	while (i < f->nin && f->ntext < sizeof(f->text) &&
	    (unsigned char)f->in[i] < 0x80)
		f->text[f->ntext++] = f->in[i++];
	return (i);
}

/* Convert; what cannot be becomes U+FFFD, a byte (or unit) at a time. */
static size_t
take_converted(struct csvfile *f)
{
	size_t unit = f->encoding == CSVFILE_GB18030 ? 1 : 2;
	char *in = f->in, *out = &f->text[f->ntext];
	size_t nin = f->nin, nout = sizeof(f->text) - f->ntext;

	while (nin > 0 && nout >= 8) {
		if (iconv(f->conv, &in, &nin, &out, &nout) != (size_t)-1)
			break;
		if (errno == E2BIG || (errno == EINVAL && !f->eof))
			break;
		/* EILSEQ, or EINVAL at the end: cut in the middle. */
		if (nout < 8)
			break;
		memcpy(out, BAD, 3);
		out += 3;
		nout -= 3;
		unit = unit < nin ? unit : nin;
		in += unit;
		nin -= unit;
		(void)iconv(f->conv, NULL, NULL, NULL, NULL);
	}
	f->ntext = (size_t)(out - f->text);
	return (f->nin - nin);
}

/* Convert some of `in`. */
static int
convert(struct csvfile *f, char *err)
{
	size_t n;

	if (f->encoding == CSVFILE_GUESS) {
		n = take_ascii(f);
		drop(f, n);
		if (f->nin == 0 || f->ntext == sizeof(f->text))
			return (0);
		if (read_in(f, err) != 0 || begin(f, guess(f->in, f->nin,
		    f->eof), err) != 0)
			return (-1);
	}
	n = f->encoding == CSVFILE_UTF8 ? take_utf8(f) : take_converted(f);
	drop(f, n);
	return (0);
}

/* Have enough text for a row. */
int
csvfile_fill(struct csvfile *f, char *err)
{

	if (f->ntext - f->at >= CSVFILE_ROW_MAX)
		return (0);
	memmove(f->text, &f->text[f->at], f->ntext - f->at);
	f->ntext -= f->at;
	f->at = 0;
	while (f->ntext < CSVFILE_ROW_MAX && (!f->eof || f->nin > 0))
		if (read_in(f, err) != 0 || convert(f, err) != 0)
			return (-1);
	return (0);
}
