#include <stdint.h>

#include "charset.h"
#include "conf.h"

/* Return the bytes of the GB18030 character at p, or 0 when it is none. */
static size_t
gb_char(const unsigned char *p, size_t len)
{

	if (p[0] < 0x80)
		return (1);
	if (p[0] == 0x80 || p[0] == 0xff || len < 2)
		return (0);
	if (p[1] >= 0x40)
		return (p[1] == 0x7f || p[1] == 0xff ? 0 : 2);
	if (p[1] < 0x30 || p[1] > 0x39 || len < 4)
		return (0);
	if (p[2] < 0x81 || p[2] == 0xff || p[3] < 0x30 || p[3] > 0x39)
		return (0);
	return (4);
}

/* Judge a text's encoding. */
int
charset_ok(const char *p, size_t len, int gb18030)
{
	uint32_t code;
	size_t n;

	for (; len > 0; p += n, len -= n) {
		n = gb18030 ? gb_char((const unsigned char *)p, len) :
		    conf_utf8(p, len, &code);
		if (n == 0)
			return (0);
	}
	return (1);
}

/* Look for control characters; those above 7F take 4 bytes in GB18030. */
int
charset_plain(const char *p, size_t len, int gb18030)
{
	const unsigned char *s;
	uint32_t code;
	size_t n;

	for (; len > 0; p += n, len -= n) {
		s = (const unsigned char *)p;
		if (gb18030) {
			n = gb_char(s, len);
			code = n == 1 ? s[0] : 0x100;
			if (n == 4 && s[0] == 0x81 && s[1] == 0x30)
				code = 0x80 + (s[2] - 0x81u) * 10 +
				    (s[3] - 0x30u);
		} else
			n = conf_utf8(p, len, &code);
		if (n == 0 || code < 0x20 || (code >= 0x7f && code < 0xa0))
			return (0);
	}
	return (1);
}
