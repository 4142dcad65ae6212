#include <inttypes.h>
#include <stdio.h>

#include "engine/category.h"
#include "engine/day.h"
#include "plugin.h"

#include "appeal_tell.h"
#include "json.h"
#include "moment.h"
#include "tool.h"
#include "width.h"

#define COLUMNS 79

/* Words for what happened. */
static const struct {
	const char *zh, *en;
} whats[] = {
	{ "", "" }, { "登记", "opened" }, { "受理", "acknowledged" },
	{ "申诉成立", "upheld" }, { "申诉不成立", "rejected" }
};

/* Where does it stand? */
const char *
appeal_tell_state(const struct tool *t, const struct appeal *a, int word)
{
	const int32_t what = a->event[a->nevents - 1].what;

	if (word)
		return (appeal_what_name(what));
	return (t->language == LK_LANG_ZH ? whats[what].zh : whats[what].en);
}

/* Is something late? */
int
appeal_tell_overdue(const struct appeal *a, int32_t today)
{
	int ack;
	const int32_t due = appeal_due(a, &ack);

	return (due != 0 && due < today);
}

/* What is it about? */
const char *
appeal_tell_about(const struct appeal *a, char *buf, size_t cap)
{

	if (a->about == APPEAL_ENTRY)
		(void)snprintf(buf, cap, "%s/%" PRId64, a->list, a->serial);
	else
		(void)snprintf(buf, cap, "%s", a->decision);
	return (buf);
}

/* Write it as JSON. */
static void
tell_json(const struct tool *t, const struct appeal *a, int32_t today)
{
	char buf[DAY_TEXT];
	struct json j;
	size_t i;

	json_begin(&j, t->out);
	json_text(&j, "id", a->id);
	json_text(&j, "state", appeal_tell_state(t, a, 1));
	if (a->about == APPEAL_ENTRY) {
		json_text(&j, "list", a->list);
		json_i64(&j, "serial", a->serial);
		json_text(&j, "category", category_name(a->category));
		json_text(&j, "basis", basis_name(a->basis));
		json_text(&j, "case", a->case_no);
		json_text(&j, "listed_by", a->listed);
		day_print(buf, a->until);
		json_text(&j, "until", a->until != 0 ? buf : NULL);
	} else
		json_text(&j, "decision", a->decision);
	day_print(buf, a->ack_due);
	json_text(&j, "ack_due", buf);
	day_print(buf, a->decide_due);
	json_text(&j, "decide_due", buf);
	json_bool(&j, "overdue", appeal_tell_overdue(a, today));
	json_list(&j, "history");
	for (i = 0; i < a->nevents; i++) {
		json_open(&j, NULL);
		json_time(&j, "time", a->event[i].t * 1000);
		json_text(&j, "what", appeal_what_name(a->event[i].what));
		json_text(&j, "who", a->event[i].who);
		json_text(&j, "text", a->event[i].text);
		if (a->event[i].found[0] != '\0')
			json_text(&j, "found", a->event[i].found);
		json_end(&j);
	}
	json_close(&j);
	json_end(&j);
}

/* Write a label and its value. */
static void
pair(const struct tool *t, const char *zh, const char *en, const char *value)
{

	if (value[0] == '\0')
		return;
	(void)fprintf(t->out, "  %s%s", t->language == LK_LANG_ZH ? zh : en,
	    tool_zh(t, "：", ": "));
	width_put(t->out, value);
	(void)fputc('\n', t->out);
}

/* Write when something is due. */
static void
due(const struct tool *t, const struct appeal *a, int32_t today)
{
	char day[DAY_TEXT];
	int ack;
	const int32_t v = appeal_due(a, &ack);

	if (v == 0)
		return;
	day_print(day, v);
	(void)fprintf(t->out, tool_zh(t, "  %s期限：%s", "  %s due: %s"), ack ?
	    tool_zh(t, "受理", "acknowledgement") : tool_zh(t, "答复",
	    "answer"), day);
	if (v < today)
		(void)fprintf(t->out, tool_zh(t, "  %s逾期 %d 天%s",
		    "  %soverdue by %d days%s"), tool_paint(t, TOOL_RED),
		    (int)(today - v), tool_paint(t, TOOL_PLAIN));
	(void)fputc('\n', t->out);
}

/* Write the history. */
static void
history(const struct tool *t, const struct appeal *a)
{
	const struct appeal_event *e;
	char time[MOMENT_SIZE];
	size_t i;

	for (i = 0; i < a->nevents; i++) {
		e = &a->event[i];
		(void)fprintf(t->out, "  %.16s  %s  ", moment_short(e->t * 1000,
		    time), t->language == LK_LANG_ZH ? whats[e->what].zh :
		    whats[e->what].en);
		width_put(t->out, e->who);
		(void)fputc('\n', t->out);
		if (e->text[0] != '\0') {
			(void)fputs("      ", t->out);
			width_wrap(t->out, e->text, 6, COLUMNS);
			(void)fputc('\n', t->out);
		}
		if (e->found[0] != '\0') {
			(void)fprintf(t->out, "      %s", tool_zh(t,
			    "核查情况：", "found: "));
			width_wrap(t->out, e->found, 6, COLUMNS);
			(void)fputc('\n', t->out);
		}
	}
}

/* Write all about one. */
void
appeal_tell(const struct tool *t, const struct appeal *a, int32_t today)
{
	const int en = t->language == LK_LANG_EN;
	char buf[64], day[DAY_TEXT];

	if (t->json) {
		tell_json(t, a, today);
		return;
	}
	(void)fprintf(t->out, "%s%s%s  %s\n", tool_paint(t, TOOL_BOLD), a->id,
	    tool_paint(t, TOOL_PLAIN), appeal_tell_state(t, a, 0));
	pair(t, a->about == APPEAL_ENTRY ? "名单条目" : "决定",
	    a->about == APPEAL_ENTRY ? "entry" : "decision",
	    appeal_tell_about(a, buf, sizeof(buf)));
	if (a->about == APPEAL_ENTRY) {
		pair(t, "类别", "category", category_text(a->category, en));
		pair(t, "依据", "legal basis", basis_text(a->basis, en));
		pair(t, "案号", "case", a->case_no);
		pair(t, "列入人", "listed by", a->listed);
		day_print(day, a->until);
		pair(t, "有效期至", "until", a->until != 0 ? day : "");
	}
	due(t, a, today);
	history(t, a);
}
