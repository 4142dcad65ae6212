/*
 * Making UTF-8 of what people send.
 */
#include <errno.h>
#include <iconv.h>
#include <stdlib.h>
#include <string.h>

#include "keys/utf8.h"

#include "outlets_impl.h"

/* Is all of it UTF-8? */
static int
is_utf8(const char *s, size_t len)
{
	uint32_t c;
	size_t n;

	for (; len > 0; s += n, len -= n)
		if ((n = utf8_next(&c, s, len)) == 0)
			return (0);
	return (1);
}

/* Which encoding is it, and how long is its mark? */
static const char *
encoding(const char *s, size_t len, size_t *mark)
{

	*mark = 2;
	if (len >= 2 && memcmp(s, "\xff\xfe", 2) == 0)
		return ("UTF-16LE");
	if (len >= 2 && memcmp(s, "\xfe\xff", 2) == 0)
		return ("UTF-16BE");
	*mark = len >= 3 && memcmp(s, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
	return (is_utf8(s, len) ? "UTF-8" : "GB18030");
}

/* Make it UTF-8. */
int
outlets_utf8(const char *text, size_t len, char **out, size_t *outlen)
{
	size_t mark, left, room;
	const char *from = encoding(text, len, &mark);
	char *in = (char *)(uintptr_t)text + mark, *to;
	iconv_t cd = (iconv_t)-1;

	left = len - mark;
	/* Two bytes of GB18030 or UTF-16 become three at most. */
	room = 2 * left;
	if ((*out = malloc(room + 1)) == NULL)
		return (-1);
	to = *out;
	if (strcmp(from, "UTF-8") == 0) {
		if (left > 0)
			memcpy(to, in, left);
		to += left;
	} else {
		if ((cd = iconv_open("UTF-8", from)) == (iconv_t)-1)
			goto bad;
		if (iconv(cd, &in, &left, &to, &room) == (size_t)-1 ||
		    left > 0)
			goto bad;
		(void)iconv_close(cd);
	}
	*outlen = (size_t)(to - *out);
	*to = '\0';
	return (0);

bad:
	if (cd != (iconv_t)-1)
		(void)iconv_close(cd);
	free(*out);
	*out = NULL;
	errno = EILSEQ;
	return (-1);
}
