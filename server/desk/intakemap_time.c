#include <string.h>

#include "engine/day.h"
#include "lists/daytext.h"

#include "intakemap_impl.h"

/* A moment being read. */
struct moment {
	int32_t year, month, day, hour, minute, second;
	int timed;		/* it told an hour */
};

/* Read 8:05, 08:05:09.5, 080509 or 8时5分9秒, to the end. */
static int
hour(struct daytext *r, struct moment *t)
{
	int32_t ms;

	t->timed = 1;
	if (r->left == 6 || r->left == 4) {
		const char *p = r->p;

		if (daytext_number(r, 2, 2, &t->hour) == 0 &&
		    daytext_number(r, 2, 2, &t->minute) == 0 && (r->left == 0 ||
		    daytext_number(r, 2, 2, &t->second) == 0))
			return (r->left == 0 ? 0 : -1);
		r->left += (size_t)(r->p - p);
		r->p = p;
	}
	if (daytext_number(r, 1, 2, &t->hour) != 0 || (!daytext_mark(r, ":") &&
	    !daytext_mark(r, "时")) || daytext_number(r, 1, 2, &t->minute) != 0)
		return (-1);
	(void)daytext_mark(r, "分");
	t->second = 0;
	if ((daytext_mark(r, ":") || r->left > 0) &&
	    daytext_number(r, 1, 2, &t->second) != 0)
		return (-1);
	(void)daytext_mark(r, "秒");
	if (daytext_mark(r, ".") && daytext_number(r, 1, 9, &ms) != 0)
		return (-1);
	return (r->left == 0 ? 0 : -1);
}

/* The usual forms. */
static int
usual(struct daytext *r, struct moment *t)
{

	if (daytext_number(r, 4, 4, &t->year) != 0 ||
	    daytext_month_day(r, &t->month, &t->day) != 0)
		return (-1);
	if (r->left == 0)
		return (0);
	(void)daytext_mark(r, "T");
	while (daytext_mark(r, " "))
		;
	return (hour(r, t));
}

/* By a form that the mapping gives. */
static int
by_form(const char *form, struct daytext *r, struct moment *t)
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
		if (daytext_number(r, i == 0 ? n : 1, n, to[i]) != 0)
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
	struct daytext r;
	unsigned i;

	for (i = 0; i < m->nformats; i++) {
		r = (struct daytext){ p, len };
		memset(t, 0, sizeof(*t));
		if (by_form(m->format[i], &r, t) == 0)
			return (exists(t) ? 0 : -1);
	}
	r = (struct daytext){ p, len };
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
	struct daytext r = { form, 0 };
	size_t n;

	if ((n = daytext_narrow(day, daylen, form, sizeof(form))) == 0 ||
	    read_day(m, form, n, &t) != 0)
		return (-1);
	if (timelen > 0) {
		memset(&h, 0, sizeof(h));
		if ((r.left = daytext_narrow(time, timelen, form, sizeof(form))) == 0 ||
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
