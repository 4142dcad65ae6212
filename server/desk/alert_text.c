#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "lists/outlets.h"
#include "plugin/conf.h"

#include "alert_text.h"

#define ZONE_S 28800	/* UTC+8 */
#define LINE_MAX_BYTES 512

/* Append bytes. */
void
alert_text_add(struct alert_text *t, const char *s, size_t len)
{

	if (t->full || len >= t->cap - t->len) {
		t->full = 1;
		return;
	}
	memcpy(t->p + t->len, s, len);
	t->len += len;
	t->p[t->len] = '\0';
}

/* Append a line. */
void
alert_text_put(struct alert_text *t, const char *format, ...)
{
	char line[2 * LINE_MAX_BYTES];
	va_list ap;
	int n;

	va_start(ap, format);
	n = vsnprintf(line, sizeof(line), format, ap);
	va_end(ap);
	if (n < 0 || (size_t)n >= sizeof(line))
		t->full = 1;
	else
		alert_text_add(t, line, (size_t)n);
}

/* Append a JSON string. */
void
alert_text_json(struct alert_text *t, const char *s)
{
	size_t left = strlen(s), n;
	uint32_t c;

	alert_text_add(t, "\"", 1);
	for (; left > 0; s += n, left -= n) {
		if ((n = conf_utf8(s, left, &c)) == 0) {
			alert_text_add(t, "\xef\xbf\xbd", 3);
			n = 1;
		} else if (c == '"' || c == '\\')
			alert_text_put(t, "\\%c", (char)c);
		else if (c == '\n')
			alert_text_add(t, "\\n", 2);
		else if (c < 0x20 || c == 0x7f || c == 0x2028 || c == 0x2029)
			alert_text_put(t, "\\u%04x", c);
		else
			alert_text_add(t, s, n);
	}
	alert_text_add(t, "\"", 1);
}

/* Does this character hide, or re-order what one reads? */
static int
odd(uint32_t c)
{

	return (c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x61c ||
	    (c >= 0x200b && c <= 0x200f) || (c >= 0x2028 && c <= 0x202e) ||
	    (c >= 0x2060 && c <= 0x206f) || c == 0xfeff);
}

/* Copy a text of others' making. */
char *
alert_text_clean(char *out, size_t cap, const char *s, int markdown)
{
	static const char obeyed[] = "<>[]()*`#@!|~\\";
	size_t left = strlen(s), n, len = 0;
	char wide[4];
	const char *p;
	uint32_t c;

	for (; left > 0; s += n, left -= n) {
		p = s;
		if ((n = conf_utf8(s, left, &c)) == 0 || odd(c)) {
			n = n == 0 ? 1 : n;
			p = "?";
		} else if (markdown && c < 0x7f && strchr(obeyed, (int)c) !=
		    NULL) {
			c += 0xff00 - 0x20;
			(void)snprintf(wide, sizeof(wide), "%c%c%c",
			    (int)(0xe0 | c >> 12), (int)(0x80 | (c >> 6 &
			    0x3f)), (int)(0x80 | (c & 0x3f)));
			p = wide;
		}
		if (len + (p == s ? n : strlen(p)) >= cap)
			break;
		memcpy(out + len, p, p == s ? n : strlen(p));
		len += p == s ? n : strlen(p);
	}
	out[len] = '\0';
	return (out);
}

/* A time for people. */
const char *
alert_text_time(int64_t ms, int iso, char buf[40])
{
	time_t s = (time_t)(ms / 1000 + ZONE_S);
	struct tm tm;

	if (ms <= 0 || gmtime_r(&s, &tm) == NULL) {
		(void)snprintf(buf, 40, "-");
		return (buf);
	}
	(void)strftime(buf, 40, iso ? "%Y-%m-%dT%H:%M:%S+08:00" :
	    "%Y-%m-%d %H:%M:%S", &tm);
	return (buf);
}

/* The name of an outlet. */
const char *
alert_text_place(const struct alert_names *names, const struct alert *a,
    char *out, size_t cap)
{
	const struct outlet *x = NULL;

	if (names->outlets != NULL && a->outlet[0] != '\0')
		x = outlets_find(names->outlets, a->inst, a->outlet);
	(void)snprintf(out, cap, "%s", x != NULL ? x->name : "");
	return (out);
}

/* An area. */
const char *
alert_text_area(int32_t area, char out[8])
{

	if (area > 0 && area <= 999999)
		(void)snprintf(out, 8, "%06" PRId32, area);
	else
		out[0] = '\0';
	return (out);
}

/* The word of a level. */
static const char *
level_of(const struct alert_names *names, int level, int zh)
{
	const char *s = names->word(ALERT_WORD_LEVEL, level, zh);

	return (s != NULL ? s : "?");
}

/* The line above. */
void
alert_text_title(struct alert_text *t, const struct alert_names *names,
    const struct alert_told *v, size_t n, int english)
{
	const struct alert_told *grave = v;
	struct alert a;
	size_t i;

	for (i = 1; i < n; i++)
		if (v[i].level > grave->level)
			grave = &v[i];
	alert_show(&a, &grave->a, grave->level);
	alert_text_put(t, english ? "[liangka] %s: %s" : "【两卡告警】%s级：%s",
	    level_of(names, grave->level, !english),
	    alert_word_kind(names, &a, !english));
	if (n > 1)
		alert_text_put(t, english ? " and %zu more" : " 等 %zu 条",
		    english ? n - 1 : n);
	if (grave->late)
		alert_text_put(t, "%s", english ? " (not taken in time)" :
		    "（逾期无人接收）");
}

/* A line of an alert for people. */
struct lines {
	struct alert_text *t;
	const char *lead, *end;
	int english, markdown;
};

static void __attribute__((format(printf, 4, 5)))
line(const struct lines *l, const char *zh, const char *en,
    const char *format, ...)
{
	char raw[LINE_MAX_BYTES], clean[2 * LINE_MAX_BYTES];
	va_list ap;

	va_start(ap, format);
	(void)vsnprintf(raw, sizeof(raw), format, ap);
	va_end(ap);
	(void)alert_text_clean(clean, sizeof(clean), raw, l->markdown);
	alert_text_add(l->t, l->lead, strlen(l->lead));
	if (l->english)
		alert_text_put(l->t, "%s: ", en);
	else
		alert_text_put(l->t, "%s：", zh);
	alert_text_add(l->t, clean, strlen(clean));
	alert_text_add(l->t, l->end, strlen(l->end));
}

/* A word of a table, or its number. */
static const char *
word(const struct alert_names *names, enum alert_word what, int32_t code,
    int zh, char buf[16])
{
	const char *s = names->word(what, code, zh);

	if (s != NULL)
		return (s);
	(void)snprintf(buf, 16, "%" PRId32, code);
	return (buf);
}

/* Where it came up. */
static void
where(const struct lines *l, const struct alert_names *names,
    const struct alert *a)
{
	char name[OUTLET_NAME_MAX + 1], area[8];

	if (a->outlet[0] != '\0') {
		(void)alert_text_place(names, a, name, sizeof(name));
		line(l, "网点", "outlet", "%s %s%s%s", a->inst, a->outlet,
		    name[0] != '\0' ? " " : "", name);
	} else if (a->inst[0] != '\0')
		line(l, "机构", "institution", "%s", a->inst);
	if (a->area != 0)
		line(l, "区划", "area", "%s", alert_text_area(a->area, area));
}

/* What is said of the entry's flags, with a space between. */
void
alert_text_flags(const struct alert_names *names, const struct alert *a,
    int zh, char *out, size_t cap)
{
	const char *s;
	uint32_t bit;

	out[0] = '\0';
	for (bit = 1; bit != 0; bit <<= 1) {
		if ((a->flags & bit) == 0 || (s = names->word(ALERT_WORD_FLAG,
		    (int32_t)bit, zh)) == NULL)
			continue;
		(void)snprintf(&out[strlen(out)], cap - strlen(out), "%s%s",
		    out[0] != '\0' ? " " : "", s);
	}
}

/* What is the matter. */
static void
matter(const struct lines *l, const struct alert_names *names,
    const struct alert *a)
{
	char buf[16], flags[256];

	alert_text_flags(names, a, !l->english, flags, sizeof(flags));
	if (flags[0] != '\0')
		line(l, "情形", "what", "%s", flags);
	if (a->product != 0)
		line(l, "产品", "product", "%s", word(names,
		    ALERT_WORD_PRODUCT, a->product, !l->english, buf));
	if (a->entry == ENTRY_DECISION || a->entry == ENTRY_SETTLE)
		line(l, "决定", "decision", "%s", word(names,
		    ALERT_WORD_DECISION, a->decision, !l->english, buf));
	if (a->entry == ENTRY_REPORT)
		line(l, "警报", "alarm", "%s", word(names, ALERT_WORD_REPORT,
		    a->code, !l->english, buf));
	if (a->reason[0] != '\0')
		line(l, "原因", "reason", "%s", a->reason);
	if (a->hits[0] != '\0')
		line(l, "规则", "rules", "%s", a->hits);
	if (a->categories[0] != '\0')
		line(l, "名单类别", "categories", "%s", a->categories);
	if (a->campaign[0] != '\0')
		line(l, "批次", "campaign", "%s", a->campaign);
}

/* One alert for people. */
void
alert_text_lines(struct alert_text *t, const struct alert_names *names,
    const struct alert_told *x, int english, const char *lead,
    const char *end, int markdown)
{
	const struct lines l = { t, lead, end, english, markdown };
	char buf[40], ref[ALERT_REFERENCE_MAX];
	struct alert a;

	alert_show(&a, &x->a, x->level);
	line(&l, "告警", "alert", "%" PRIu64 " %s", a.seq,
	    alert_word_kind(names, &a, !english));
	line(&l, "时间", "time", "%s", alert_text_time(a.at != 0 ? a.at : a.t,
	    0, buf));
	where(&l, names, &a);
	matter(&l, names, &a);
	if (x->late)
		line(&l, "逾期", "late", english ? "not taken in time: %s level "
		    "is told" : "下级未按时接收，上报%s级", level_of(names,
		    x->level, !english));
	if (a.ref != 0)
		line(&l, "核查", "see", "liangka review show %s",
		    names->reference(ref, a.ref));
	else
		line(&l, "核查", "see", "liangka log show --from %" PRIu64
		    " --to %" PRIu64, a.seq, a.seq);
	line(&l, "接收", "take", "liangka alert take %" PRIu64, a.taken);
}
