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

static const struct {
	const char *zh, *en;
} whys[OUTLETS_FAULTS] = {
	[OUTLETS_EMPTY] = { "不能为空", "it is empty" },
	[OUTLETS_LONG] = { "过长：编号最多 31 字节，名称 120，联系方式 64，原因 200",
	    "it is too long: an id has at most 31 bytes, a name 120, a contact "
	    "64, a reason 200" },
	[OUTLETS_ENCODING] = { "不是 UTF-8", "it is not UTF-8" },
	[OUTLETS_HIDDEN] = { "含有不可见字符", "it holds a character that does "
	    "not show" },
	[OUTLETS_BLANK] = { "编号中有空格、逗号或引号", "it holds a blank, a comma "
	    "or a quote" },
	[OUTLETS_DOT] = { "机构编号中不能有“.”", "an institution's id has no '.'" },
	[OUTLETS_AREA_FORM] = { "区划应为 6 位数字，不以 0 开头", "an area has 6 "
	    "digits and does not begin with 0" },
	[OUTLETS_HOURS_FORM] = { "营业时间请写成 08:30-17:00，或留空", "hours are "
	    "written 08:30-17:00, or left empty" },
	[OUTLETS_STATUS_WORD] = { "状态应为 open、suspended 或 closed", "the status "
	    "is open, suspended or closed" },
	[OUTLETS_DAY_FORM] = { "日期请写成 2026-11-22", "a day is written "
	    "2026-11-22" },
	[OUTLETS_NOT_SUSPENDED] = { "停业的网点才有起止日期与原因", "only a "
	    "suspended outlet has days and a reason" },
	[OUTLETS_NO_FROM] = { "停业须有起始日期", "a suspension has its first "
	    "day" },
	[OUTLETS_BACKWARDS] = { "止期早于起期", "it lies before the first day" },
	[OUTLETS_NO_REASON] = { "停业须有原因", "a suspension has its reason" },
	[OUTLETS_DAMAGED] = { "号码已被电子表格改坏；请把该列设为文本后重新导出", "a "
	    "spreadsheet has damaged this number; save the column as text" },
	[OUTLETS_FEWER] = { "单元格少于标题行", "fewer cells than the header has" },
	[OUTLETS_MORE] = { "单元格多于标题行", "more cells than the header has" },
	[OUTLETS_TWICE] = { "同一网点重复出现", "the same outlet once more" },
};

#define NSTATUSES ((int)(sizeof(statuses) / sizeof(statuses[0])))

/* The word of a status. */
const char *
outlet_status_name(int status)
{

	return (status >= 0 && status < NSTATUSES ? statuses[status] : "");
}

/* What is wrong. */
const char *
outlets_why(int fault, int english)
{

	if (fault <= OUTLETS_FINE || fault >= OUTLETS_FAULTS)
		return ("");
	return (english ? whys[fault].en : whys[fault].zh);
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
outlets_cells(char *line, char *end, char **cells, size_t max)
{
	char *p = line, *next;
	size_t n = 0;

	for (;;) {
		if (n == max)
			return (max + 1);
		cells[n] = p;
		if (p < end && *p == '"') {
			next = quoted(p, end);
			if (next == NULL || (next < end && *next != ','))
				return (0);
		} else {
			for (next = p; next < end && *next != ','; next++)
				if (*next == '"')
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

/* Does a text show whole, in at most so many bytes? */
static int
text(const char *s, size_t max)
{
	size_t len = strlen(s), n;
	uint32_t c;

	if (len > max)
		return (OUTLETS_LONG);
	for (; len > 0; s += n, len -= n) {
		if ((n = utf8_next(&c, s, len)) == 0)
			return (OUTLETS_ENCODING);
		if (utf8_hidden(c))
			return (OUTLETS_HIDDEN);
	}
	return (OUTLETS_FINE);
}

/* Is this an id? */
static int
id(const char *s, int dots)
{
	int fault = text(s, OUTLET_ID_MAX);
	size_t n, len = strlen(s);
	uint32_t c;

	if (fault != OUTLETS_FINE)
		return (fault);
	if (len == 0)
		return (OUTLETS_EMPTY);
	for (; len > 0; s += n, len -= n) {
		n = utf8_next(&c, s, len);
		if (utf8_blank(c) || c == ',' || c == '"')
			return (OUTLETS_BLANK);
		if (c == '.' && !dots)
			return (OUTLETS_DOT);
	}
	return (OUTLETS_FINE);
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

/* Are these hours?  They may be left empty. */
static int
hours(const char *s)
{

	return (s[0] == '\0' || (strlen(s) == 11 && s[5] == '-' &&
	    clock_time(s) && clock_time(&s[6]) && memcmp(s, &s[6], 5) != 0) ?
	    OUTLETS_FINE : OUTLETS_HOURS_FORM);
}

/* Read a day; it may be left empty. */
static int
day(const char *s, int32_t *v)
{

	*v = 0;
	return (s[0] == '\0' || (day_parse(v, s, strlen(s)) == 0 && *v > 0) ?
	    OUTLETS_FINE : OUTLETS_DAY_FORM);
}

/* What is wrong with the days and the reason, and in which column? */
static int
suspension(const struct outlet *x, int *column)
{

	if (x->status != OUTLET_SUSPENDED) {
		*column = x->from != 0 ? OUTLETS_FROM : x->until != 0 ?
		    OUTLETS_UNTIL : OUTLETS_REASON;
		return (x->from == 0 && x->until == 0 && x->reason[0] ==
		    '\0' ? OUTLETS_FINE : OUTLETS_NOT_SUSPENDED);
	}
	*column = OUTLETS_FROM;
	if (x->from == 0)
		return (OUTLETS_NO_FROM);
	*column = OUTLETS_UNTIL;
	if (x->until != 0 && x->until < x->from)
		return (OUTLETS_BACKWARDS);
	*column = OUTLETS_REASON;
	return (x->reason[0] == '\0' ? OUTLETS_NO_REASON : OUTLETS_FINE);
}

/* Take the cells of a row. */
int
outlets_row(const char *const *cells, struct outlet *x, int *column)
{
	const char *const area = cells[OUTLETS_AREA];
	int fault[OUTLETS_COLUMNS], i;

	*x = (struct outlet){ .institution = cells[OUTLETS_INSTITUTION],
		.outlet = cells[OUTLETS_OUTLET], .name = cells[OUTLETS_NAME],
		.hours = cells[OUTLETS_HOURS],
		.contact = cells[OUTLETS_CONTACT],
		.reason = cells[OUTLETS_REASON], .status = -1 };
	x->area = strlen(area) == 6 ? digits(area, 6) : -1;
	for (i = 0; i < NSTATUSES; i++)
		if (strcmp(cells[OUTLETS_STATUS], statuses[i]) == 0)
			x->status = i;
	fault[OUTLETS_INSTITUTION] = id(x->institution, 0);
	fault[OUTLETS_OUTLET] = id(x->outlet, 1);
	fault[OUTLETS_NAME] = text(x->name, OUTLET_NAME_MAX);
	fault[OUTLETS_AREA] = x->area < 100000 ? OUTLETS_AREA_FORM :
	    OUTLETS_FINE;
	fault[OUTLETS_HOURS] = hours(x->hours);
	fault[OUTLETS_CONTACT] = text(x->contact, OUTLET_CONTACT_MAX);
	fault[OUTLETS_STATUS] = x->status < 0 ? OUTLETS_STATUS_WORD :
	    OUTLETS_FINE;
	fault[OUTLETS_FROM] = day(cells[OUTLETS_FROM], &x->from);
	fault[OUTLETS_UNTIL] = day(cells[OUTLETS_UNTIL], &x->until);
	fault[OUTLETS_REASON] = text(x->reason, OUTLET_REASON_MAX);
	for (i = 0; i < OUTLETS_COLUMNS; i++)
		if (fault[i] != OUTLETS_FINE) {
			*column = i;
			return (fault[i]);
		}
	return (suspension(x, column));
}
