#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "engine/day.h"
#include "engine/identity.h"
#include "lists/adopt.h"

#include "screen_impl.h"

#define NUMBERS 48	/* bytes of two numbers and a word */

static const char *const words[SCREEN_DECISIONS] = { "pass", "limit",
	"review", "reject", "error" };

/* The word for a decision. */
const char *
screen_word(int decision)
{

	return (decision >= 0 && decision < SCREEN_DECISIONS ?
	    words[decision] : "");
}

/* What is wrong with a row. */
static const char *
reason(const struct screen_row *r, int english)
{

	switch (r->wrong) {
	case SCREEN_W_CSV:
		return (csvfile_fault_text(r->code, english));
	case SCREEN_W_DOCUMENT:
		return (identity_fault_text(r->code, english));
	case SCREEN_W_ROUNDED:
		return (english ? "a spreadsheet has rounded the number: it "
		    "cannot be recovered" :
		    "号码已被电子表格改成科学计数或舍入，无法恢复");
	case SCREEN_W_MISSING:
		return (english ? "there is no number" : "没有证件号码");
	case SCREEN_W_TYPE:
		return (english ? "unknown kind of document" : "证件类型无法识别");
	case SCREEN_W_PHONE:
		return (english ? "this is no phone number" : "不是电话号码");
	case SCREEN_W_CARD:
		return (english ? "this is no card or account number" :
		    "不是卡号或账号");
	case SCREEN_W_INSTITUTION:
		return (english ? "this is no id of an institution" :
		    "不是机构代码");
	case SCREEN_W_PRODUCT:
		return (english ? "unknown product" : "产品类型无法识别");
	case SCREEN_W_OPENED:
		return (english ? "this is no day" : "不是日期");
	default:
		return ("");
	}
}

/* A number in decimal before `end`. */
static char *
number(char *end, uint64_t x)
{

	do
		*--end = (char)('0' + x % 10);
	while ((x /= 10) != 0);
	return (end);
}

/* The beginning of a row: its number, its line, the decision. */
static size_t
begin(char *p, uint64_t row, uint64_t line, int decision)
{
	char buf[NUMBERS], *end = buf + sizeof(buf), *q;
	size_t n, k = strlen(words[decision]);

	*--end = ',';
	q = number(end, line);
	*--q = ',';
	q = number(q, row);
	n = (size_t)(end + 1 - q);
	memcpy(p, q, n);
	memcpy(p + n, words[decision], k);
	p[n + k] = ',';
	return (n + k + 1);
}

/* Text in quotes, so that a spreadsheet takes it as text. */
static void
quoted(struct screen_text *t, const char *p, size_t len)
{
	size_t i, digits = 0;

	for (i = 0; i < len; i++)
		digits += p[i] >= '0' && p[i] <= '9';
	if (len > 0 && digits == len && (len > 11 || p[0] == '0')) {
		screen_text_put(t, "\"=\"\"", 4);
		screen_text_put(t, p, len);
		screen_text_put(t, "\"\"\"", 3);
		return;
	}
	screen_text_put(t, "\"", 1);
	if (len > 0 && memchr("=+-@'", p[0], 5) != NULL)
		screen_text_put(t, "'", 1);
	for (i = 0; i < len; i++) {
		if (p[i] == '"')
			screen_text_put(t, "\"", 1);
		screen_text_put(t, &p[i], 1);
	}
	screen_text_put(t, "\"", 1);
}

/* The end of the row of an error: where and why. */
static void
error(struct screen_text *t, const struct screen_row *r, int english)
{
	char at[16];
	const char *why = reason(r, english);
	int n = r->at != 0 ? snprintf(at, sizeof(at), "%u,", r->at) :
	    snprintf(at, sizeof(at), ",");

	screen_text_put(t, ",,,", 3);
	screen_text_put(t, at, (size_t)n);
	quoted(t, why, strlen(why));
}

/* Print all rows of a unit, whose first row and line are known by now. */
int
screen_print(struct screen_run *run, struct screen_unit *u)
{
	struct screen_text *t = &u->out;
	const struct screen_row *r;
	const char *tail;
	size_t i;

	t->n = 0;
	memset(u->decided, 0, sizeof(u->decided));
	u->listed = u->known = 0;
	for (i = 0; i < u->n; i++) {
		r = &u->row[i];
		if (screen_text_room(t, SCREEN_TAIL_MAX + 2 * r->copylen) != 0)
			return (screen_fail(run, SCREEN_MEMORY,
			    "out of memory"));
		u->decided[r->decision]++;
		u->listed += (r->flags & SCREEN_R_LISTED) != 0;
		u->known += (r->flags & SCREEN_R_KNOWN) != 0;
		t->n += begin(&t->p[t->n], u->row0 + i + 1,
		    u->line0 + r->line + 1, r->decision);
		if (r->wrong != 0)
			error(t, r, run->o->english);
		else {
			tail = r->tail != 0 ? &u->tail.p[r->tail] : ",,,,";
			screen_text_put(t, tail, strlen(tail));
		}
		if (run->columns.copy != SIZE_MAX) {
			screen_text_put(t, ",", 1);
			quoted(t, r->copylen != 0 ? &u->copies.p[r->copy] : "",
			    r->copylen);
		}
		screen_text_put(t, "\n", 1);
	}
	return (0);
}

/* Put text into a line that begins with #: nothing may end it. */
static void
plain(struct screen_text *t, const char *p)
{

	for (; *p != '\0'; p++)
		screen_text_put(t, (unsigned char)*p < ' ' || *p == 0x7f ?
		    "?" : p, 1);
}

/* A moment in words, UTC+8. */
static void
moment(char buf[48], int64_t s)
{
	time_t at = (time_t)(s + 8 * 3600);
	struct tm tm;

	(void)gmtime_r(&at, &tm);
	(void)strftime(buf, 48, "%Y-%m-%d %H:%M:%S+08:00", &tm);
}

/* The line that tells what the file is, and the heading. */
int
screen_print_head(struct screen_run *run, struct screen_text *t)
{
	char when[48], state[48] = "", text[512];

	moment(when, run->now);
	(void)snprintf(text, sizeof(text), "# 个人信息，限反诈工作使用 personal data: "
	    "liangka screen, as of %s, policy %s, lists %u, state ", when,
	    policy_version(run->o->policy),
	    run->o->lists != NULL ? run->o->lists->targets : 0);
	screen_text_put(t, text, strlen(text));
	if (run->o->state != NULL && run->persons.seq_ms != 0)
		moment(state, run->persons.seq_ms / 1000);
	(void)snprintf(text, sizeof(text), run->o->state != NULL ?
	    "to entry %" PRIu64 "%s%s" : "none", run->persons.seq,
	    state[0] != '\0' ? " of " : "", state);
	screen_text_put(t, text, strlen(text));
	screen_text_put(t, ", file ", 7);
	plain(t, run->o->name);
	(void)snprintf(text, sizeof(text), "\nrow,line,decision,rules,listed,"
	    "counts,column,reason%s", run->o->copy != NULL ? "," : "");
	screen_text_put(t, text, strlen(text));
	if (run->o->copy != NULL)
		quoted(t, run->o->copy, strlen(run->o->copy));
	screen_text_put(t, "\n", 1);
	return (0);
}
