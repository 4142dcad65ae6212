#include <string.h>

#include "engine/day.h"

#include "intakemap_impl.h"

/* A moment being read. */
struct moment {
	int32_t year, month, day, hour, minute, second;
	int timed;		/* it told an hour */
};

/* A text being read; full-width forms are ASCII already. */
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

/* Read 1-2, 1/2, 1.2, 1月2日 or 0102 behind a year. */
static int
month_and_day(struct reading *r, struct moment *t)
{
	const char *sep = mark(r, "-") ? "-" : mark(r, "/") ? "/" :
	    mark(r, ".") ? "." : mark(r, "年") ? "月" : NULL;

	if (sep == NULL)
		return (number(r, 2, 2, &t->month) != 0 ||
		    number(r, 2, 2, &t->day) != 0 ? -1 : 0);
	if (number(r, 1, 2, &t->month) != 0 || !mark(r, sep) ||
	    number(r, 1, 2, &t->day) != 0)
		return (-1);
	return (strcmp(sep, "月") != 0 || mark(r, "日") ? 0 : -1);
}

/* Read 8:05, 08:05:09.5, 080509 or 8时5分9秒, to the end. */
static int
hour(struct reading *r, struct moment *t)
{
	int32_t ms;

	t->timed = 1;
	if (r->left == 6 || r->left == 4) {
		const char *p = r->p;

		if (number(r, 2, 2, &t->hour) == 0 &&
		    number(r, 2, 2, &t->minute) == 0 && (r->left == 0 ||
		    number(r, 2, 2, &t->second) == 0))
			return (r->left == 0 ? 0 : -1);
		r->left += (size_t)(r->p - p);
		r->p = p;
	}
	if (number(r, 1, 2, &t->hour) != 0 || (!mark(r, ":") &&
	    !mark(r, "时")) || number(r, 1, 2, &t->minute) != 0)
		return (-1);
	(void)mark(r, "分");
	t->second = 0;
	if ((mark(r, ":") || r->left > 0) &&
	    number(r, 1, 2, &t->second) != 0)
		return (-1);
	(void)mark(r, "秒");
	if (mark(r, ".") && number(r, 1, 9, &ms) != 0)
		return (-1);
	return (r->left == 0 ? 0 : -1);
}

/* The usual forms. */
static int
usual(struct reading *r, struct moment *t)
{

	if (number(r, 4, 4, &t->year) != 0 || month_and_day(r, t) != 0)
		return (-1);
	if (r->left == 0)
		return (0);
	(void)mark(r, "T");
	while (mark(r, " "))
		;
	return (hour(r, t));
}

/* By a form that the mapping gives. */
static int
by_form(const char *form, struct reading *r, struct moment *t)
{
	static const char *const parts[] = { "YYYY", "MM", "DD", "hh", "mm",
		"ss" };
	int32_t *const to[] = { &t->year, &t->month, &t->day, &t->hour,
		&t->minute, &t->second };
	size_t i, n;

	while (*form != '\0') {
		for (i = 0; i < 6; i++)
			if (strncmp(form, parts[i], strlen(parts[i])) == 0)
				break;
		if (i == 6) {
			if (r->left == 0 || *r->p != *form)
				return (-1);
			r->p++;
			r->left--;
			form++;
			continue;
		}
		n = strlen(parts[i]);
		if (number(r, i == 0 ? n : 1, n, to[i]) != 0)
			return (-1);
		t->timed |= i > 2;
		form += n;
	}
	return (r->left == 0 ? 0 : -1);
}

/* Is it a moment that exists? */
static int
exists(const struct moment *t)
{

	return (day_valid(t->year, t->month, t->day) && t->hour <= 23 &&
	    t->minute <= 59 && t->second <= 59 && t->year >= 1900 &&
	    t->year <= 2200);
}

/* Read a day, with or without an hour. */
static int
read_day(const struct intakemap *m, const char *p, size_t len,
    struct moment *t)
{
	struct reading r;
	unsigned i;

	for (i = 0; i < m->nformats; i++) {
		r = (struct reading){ p, len };
		memset(t, 0, sizeof(*t));
		if (by_form(m->format[i], &r, t) == 0)
			return (exists(t) ? 0 : -1);
	}
	r = (struct reading){ p, len };
	memset(t, 0, sizeof(*t));
	return (usual(&r, t) == 0 && exists(t) ? 0 : -1);
}

/* Read a moment. */
int
intakemap_time(const struct intakemap *m, const char *day, size_t daylen,
    const char *time, size_t timelen, int64_t *ms, int *dated)
{
	struct moment t, h;
	char form[64];
	struct reading r = { form, 0 };
	size_t n;

	if ((n = narrow(day, daylen, form, sizeof(form))) == 0 ||
	    read_day(m, form, n, &t) != 0)
		return (-1);
	if (timelen > 0) {
		memset(&h, 0, sizeof(h));
		if ((r.left = narrow(time, timelen, form, sizeof(form))) == 0 ||
		    hour(&r, &h) != 0 || h.hour > 23 || h.minute > 59 ||
		    h.second > 59)
			return (-1);
		t.hour = h.hour;
		t.minute = h.minute;
		t.second = h.second;
	}
	*ms = (day_start(day_from_civil(t.year, t.month, t.day)) +
	    t.hour * 3600 + t.minute * 60 + t.second) * 1000;
	*dated = t.hour == 0 && t.minute == 0 && t.second == 0;
	return (0);
}
