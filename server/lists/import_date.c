#include <string.h>

#include "engine/day.h"

#include "import_impl.h"

/* A date being read; full-width forms are ASCII already. */
struct reading {
	const char *p;
	size_t left;
};

/* Read lo to hi digits. */
static int
number(struct reading *r, size_t lo, size_t hi, int32_t *v)
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
static int
mark(struct reading *r, const char *m)
{
	size_t n = strlen(m);

	if (r->left < n || memcmp(r->p, m, n) != 0)
		return (0);
	r->p += n;
	r->left -= n;
	return (1);
}

/* Leave out a time of day: 0:00, 00:00:00, T00:00:00. */
static int
rest(struct reading *r)
{
	int32_t v;

	if (r->left == 0)
		return (0);
	if (!mark(r, " ") && !mark(r, "T"))
		return (-1);
	while (mark(r, " "))
		;
	if (number(r, 1, 2, &v) != 0 || v > 23)
		return (-1);
	while (mark(r, ":"))
		if (number(r, 2, 2, &v) != 0 || v > 59)
			return (-1);
	return (r->left == 0 ? 0 : -1);
}

/* Does it stand for no day? */
static int
none(const char *text, size_t len)
{
	static const char *const words[] = { "", "-", "--", "/", "无", "长期",
		"永久", "立即", "即日起", "none", "forever", "now" };
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strlen(words[i]) == len && memcmp(words[i], text, len) == 0)
			return (1);
	return (0);
}

/* Read 1-2, 1/2, 1.2 or 1月2日 behind a year. */
static int
month_and_day(struct reading *r, int32_t *m, int32_t *d)
{
	const char *sep = mark(r, "-") ? "-" : mark(r, "/") ? "/" :
	    mark(r, ".") ? "." : mark(r, "年") ? "月" : NULL;

	if (sep == NULL) /* 20260102 */
		return (number(r, 2, 2, m) != 0 || number(r, 2, 2, d) != 0 ? -1 :
		    0);
	if (number(r, 1, 2, m) != 0 || !mark(r, sep) ||
	    number(r, 1, 2, d) != 0)
		return (-1);
	if (strcmp(sep, "月") == 0 && !mark(r, "日"))
		return (-1);
	return (0);
}

/* Make full-width digits and signs ASCII. */
static size_t
narrow(const char *text, size_t len, char *out, size_t size)
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

/* Read a day. */
int
import_date(int32_t *day, const char *text, size_t len)
{
	int32_t y, m, d;
	char form[64];
	struct reading r = { form, 0 };

	*day = 0;
	if (none(text, len))
		return (0);
	if ((r.left = narrow(text, len, form, sizeof(form))) == 0 ||
	    number(&r, 4, 4, &y) != 0 || month_and_day(&r, &m, &d) != 0 ||
	    rest(&r) != 0 || !day_valid(y, m, d))
		return (-1);
	*day = day_from_civil(y, m, d);
	return (*day > 0 && *day <= UINT16_MAX ? 0 : -1);
}
