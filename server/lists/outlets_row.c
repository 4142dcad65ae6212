/*
 * One row of a register: cells and what may stand in them.
 */
#include <string.h>

#include "engine/day.h"
#include "keys/utf8.h"

#include "outlets_impl.h"

const char *const outlets_heads[OUTLETS_COLUMNS] = {
	"institution", "outlet", "name", "area", "hours", "contact", "status",
	"from", "until", "reason"
};

static const char *const statuses[] = { "open", "suspended", "closed" };

#define NSTATUSES ((int)(sizeof(statuses) / sizeof(statuses[0])))

/* The word of a status. */
const char *
outlet_status_name(int status)
{

	return (status >= 0 && status < NSTATUSES ? statuses[status] : "");
}

/* Compare two outlets' names. */
int
outlets_order(const struct outlet *a, const struct outlet *b)
{
	int c = strcmp(a->institution, b->institution);

	return (c != 0 ? c : strcmp(a->outlet, b->outlet));
}

/* Count lines; the last need not end. */
size_t
outlets_lines(const char *text, size_t len)
{
	const char *p = text, *end = text + len;
	size_t n = 0;

	while (p < end) {
		n++;
		if ((p = memchr(p, '\n', (size_t)(end - p))) == NULL)
			break;
		p++;
	}
	return (n);
}

/* Take a quoted cell at p, in place; return what follows it, NULL: unterminated. */
static char *
quoted(char *p, char *end)
{
	char *to = p++;

	for (; p < end; p++) {
		if (*p == '"' && (++p == end || *p != '"')) {
			*to = '\0';
			return (p);
		}
		*to++ = *p;
	}
	return (NULL);
}

/* Take a line apart. */
size_t
outlets_cells(char *line, char *end, char separator, int loose, char **cells,
    size_t max)
{
	char *p = line, *next;
	size_t n = 0;

	for (;;) {
		if (n == max)
			return (max + 1);
		cells[n] = p;
		if (p < end && *p == '"') {
			next = quoted(p, end);
			if (next == NULL || (next < end && *next != separator))
				return (0);
		} else {
			for (next = p; next < end && *next != separator; next++)
				if (*next == '"' && !loose)
					return (0);
		}
		n++;
		if (next == end) {
			*end = '\0';
			return (n);
		}
		*next = '\0';
		p = next + 1;
	}
}

/* Is this a text that shows whole and has at most so many bytes? */
static const char *
text(const char *s, size_t max, const char *too_long)
{
	size_t len = strlen(s), n;
	uint32_t c;

	if (len > max)
		return (too_long);
	for (; len > 0; s += n, len -= n) {
		if ((n = utf8_next(&c, s, len)) == 0)
			return ("it is not UTF-8");
		if (utf8_hidden(c))
			return ("it holds a character that does not show");
	}
	return (NULL);
}

/* Is this an id? */
static const char *
id(const char *s, int dots)
{
	const char *why = text(s, OUTLET_ID_MAX, "it is longer than 31 bytes");
	size_t n, len = strlen(s);
	uint32_t c;

	if (why != NULL)
		return (why);
	if (len == 0)
		return ("it is empty");
	for (; len > 0; s += n, len -= n) {
		n = utf8_next(&c, s, len);
		if (utf8_blank(c) || c == ',' || c == '"')
			return ("it holds a blank, a comma or a quote");
		if (c == '.' && !dots)
			return ("an institution's id has no '.'");
	}
	return (NULL);
}

/* Read so many digits; -1 when they are none. */
static int32_t
digits(const char *s, size_t n)
{
	int32_t v = 0;

	for (; n > 0; n--, s++) {
		if (*s < '0' || *s > '9')
			return (-1);
		v = v * 10 + (*s - '0');
	}
	return (v);
}

/* Is this a time of day? */
static int
clock_time(const char *s)
{
	int32_t h = digits(s, 2), m;

	if (h < 0 || s[2] != ':' || (m = digits(&s[3], 2)) < 0)
		return (0);
	return (m < 60 && (h < 24 || (h == 24 && m == 0)));
}

/* Are these hours? */
static const char *
hours(const char *s)
{

	if (s[0] == '\0' || (strlen(s) == 11 && s[5] == '-' && clock_time(s) &&
	    clock_time(&s[6]) && memcmp(s, &s[6], 5) != 0))
		return (NULL);
	return ("hours are written 08:30-17:00, or left empty");
}

/* Read a day; it may be empty. */
static const char *
day(const char *s, int32_t *v)
{

	*v = 0;
	if (s[0] == '\0' || (day_parse(v, s, strlen(s)) == 0 && *v > 0))
		return (NULL);
	return ("a day is written 2026-11-22");
}

/* What is wrong with the days and the reason, and in which column? */
static const char *
suspension(const struct outlet *x, int *column)
{

	if (x->status != OUTLET_SUSPENDED) {
		if (x->from == 0 && x->until == 0 && x->reason[0] == '\0')
			return (NULL);
		*column = x->from != 0 ? OUTLETS_FROM : x->until != 0 ?
		    OUTLETS_UNTIL : OUTLETS_REASON;
		return ("only a suspended outlet has days and a reason");
	}
	*column = OUTLETS_FROM;
	if (x->from == 0)
		return ("a suspension has its first day");
	*column = OUTLETS_UNTIL;
	if (x->until != 0 && x->until < x->from)
		return ("it lies before the first day");
	*column = OUTLETS_REASON;
	return (x->reason[0] == '\0' ? "a suspension has its reason" : NULL);
}

/* Take the cells of a row. */
int
outlets_row(char *const *cells, struct outlet *x, int *column,
    const char **why)
{
	const char *const area = cells[OUTLETS_AREA];
	const char *faults[OUTLETS_COLUMNS] = { NULL };
	int i;

	*x = (struct outlet){ .institution = cells[OUTLETS_INSTITUTION],
		.outlet = cells[OUTLETS_OUTLET], .name = cells[OUTLETS_NAME],
		.hours = cells[OUTLETS_HOURS],
		.contact = cells[OUTLETS_CONTACT],
		.reason = cells[OUTLETS_REASON], .status = -1 };
	x->area = strlen(area) == 6 ? digits(area, 6) : -1;
	for (i = 0; i < NSTATUSES; i++)
		if (strcmp(cells[OUTLETS_STATUS], statuses[i]) == 0)
			x->status = i;
	faults[OUTLETS_INSTITUTION] = id(x->institution, 0);
	faults[OUTLETS_OUTLET] = id(x->outlet, 1);
	faults[OUTLETS_NAME] = text(x->name, OUTLET_NAME_MAX,
	    "it is longer than 120 bytes");
	if (x->area < 100000)
		faults[OUTLETS_AREA] = "an area has 6 digits and does not "
		    "begin with 0";
	faults[OUTLETS_HOURS] = hours(x->hours);
	faults[OUTLETS_CONTACT] = text(x->contact, OUTLET_CONTACT_MAX,
	    "it is longer than 64 bytes");
	if (x->status < 0)
		faults[OUTLETS_STATUS] = "the status is open, suspended or "
		    "closed";
	faults[OUTLETS_FROM] = day(cells[OUTLETS_FROM], &x->from);
	faults[OUTLETS_UNTIL] = day(cells[OUTLETS_UNTIL], &x->until);
	faults[OUTLETS_REASON] = text(x->reason, OUTLET_REASON_MAX,
	    "it is longer than 200 bytes");
	for (i = 0; i < OUTLETS_COLUMNS; i++)
		if ((*why = faults[i]) != NULL) {
			*column = i;
			return (-1);
		}
	return ((*why = suspension(x, column)) != NULL ? -1 : 0);
}
