#include <string.h>

#include "daytext.h"

/* Make full-width digits and signs ASCII. */
size_t
daytext_narrow(const char *text, size_t len, char *out, size_t size)
{
	const unsigned char *p = (const unsigned char *)text;
	size_t k = 0;
	unsigned v;

	while (len > 0 && k < size) {
		v = len >= 3 && p[0] == 0xef && (p[1] == 0xbc || p[1] == 0xbd) ?
		    (p[1] & 0x3fu) << 6 | (p[2] & 0x3fu) : 0;
		if (v >= 0xf01 && v <= 0xf5e) {
			out[k++] = (char)(v - 0xf01 + '!');
			p += 3;
			len -= 3;
		} else {
			out[k++] = (char)*p++;
			len--;
		}
	}
	return (len > 0 ? 0 : k);
}

/* Read digits. */
int
daytext_number(struct daytext *r, size_t lo, size_t hi, int32_t *v)
{
	size_t n;

	*v = 0;
	for (n = 0; n < hi && n < r->left && r->p[n] >= '0' && r->p[n] <= '9';
	    n++)
		*v = *v * 10 + (r->p[n] - '0');
	r->p += n;
	r->left -= n;
	return (n >= lo ? 0 : -1);
}

/* Read a mark. */
int
daytext_mark(struct daytext *r, const char *m)
{
	size_t n = strlen(m);

	if (r->left < n || memcmp(r->p, m, n) != 0)
		return (0);
	r->p += n;
	r->left -= n;
	return (1);
}

/* Read month and day. */
int
daytext_month_day(struct daytext *r, int32_t *month, int32_t *day)
{
	const char *sep = daytext_mark(r, "-") ? "-" :
	    daytext_mark(r, "/") ? "/" : daytext_mark(r, ".") ? "." :
	    daytext_mark(r, "年") ? "月" : NULL;

	if (sep == NULL)
		return (daytext_number(r, 2, 2, month) != 0 ||
		    daytext_number(r, 2, 2, day) != 0 ? -1 : 0);
	if (daytext_number(r, 1, 2, month) != 0 || !daytext_mark(r, sep) ||
	    daytext_number(r, 1, 2, day) != 0)
		return (-1);
	return (strcmp(sep, "月") != 0 || daytext_mark(r, "日") ? 0 : -1);
}
