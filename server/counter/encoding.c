#include <iconv.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "encoding.h"

struct encoding {
	iconv_t from;
	iconv_t to;
};

/* Make a converter. */
struct encoding *
encoding_open(void)
{
	struct encoding *x;

	if ((x = malloc(sizeof(*x))) == NULL)
		return (NULL);
	if ((x->from = iconv_open("UTF-8", "GB18030")) == (iconv_t)-1)
		goto err1;
	if ((x->to = iconv_open("GB18030", "UTF-8")) == (iconv_t)-1)
		goto err2;
	return (x);

err2:
	iconv_close(x->from);
err1:
	free(x);
	return (NULL);
}

/* Free a converter. */
void
encoding_close(struct encoding *x)
{

	if (x == NULL)
		return;
	iconv_close(x->from);
	iconv_close(x->to);
	free(x);
}

/* Return the length of the well-formed character at s, or 0. */
static size_t
character(const unsigned char *s, size_t len)
{
	size_t n, i;

	if (s[0] < 0x80)
		return (1);
	if (s[0] < 0xc2 || s[0] > 0xf4)
		return (0);
	n = s[0] < 0xe0 ? 2 : s[0] < 0xf0 ? 3 : 4;
	if (len < n)
		return (0);
	for (i = 1; i < n; i++)
		if ((s[i] & 0xc0) != 0x80)
			return (0);
	if ((s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xed && s[1] > 0x9f) ||
	    (s[0] == 0xf0 && s[1] < 0x90) || (s[0] == 0xf4 && s[1] > 0x8f))
		return (0);
	return (n);
}

/* Is this well-formed UTF-8? */
int
encoding_valid(const char *s, size_t len)
{
	const unsigned char *p = (const unsigned char *)s;
	size_t n;

	while (len > 0) {
		if ((n = character(p, len)) == 0)
			return (0);
		p += n;
		len -= n;
	}
	return (1);
}

/* Is it free of control characters? */
int
encoding_plain(const char *s, size_t len)
{
	const unsigned char *p = (const unsigned char *)s;
	size_t i;

	for (i = 0; i < len; i++) {
		if (p[i] < 0x20 || p[i] == 0x7f)
			return (0);
		if (p[i] == 0xc2 && i + 1 < len && p[i + 1] < 0xa0)
			return (0);
	}
	return (1);
}

/* Convert GB18030 to UTF-8. */
long
encoding_from(struct encoding *x, const char *s, size_t len, char *dst,
    size_t size)
{
	char *in = (char *)(uintptr_t)s, *out = dst;
	size_t left = size;

	iconv(x->from, NULL, NULL, NULL, NULL);
	if (iconv(x->from, &in, &len, &out, &left) != 0 || len != 0)
		return (-1);
	return ((long)(size - left));
}

/* Convert UTF-8 to GB18030. */
size_t
encoding_to(struct encoding *x, const char *s, char *dst, size_t size)
{
	char *in = (char *)(uintptr_t)s, *out = dst;
	size_t len = strlen(s), left = size;

	iconv(x->to, NULL, NULL, NULL, NULL);
	(void)iconv(x->to, &in, &len, &out, &left);
	return (size - left);
}
