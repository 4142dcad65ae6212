#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "answer.h"
#include "json.h"
#include "moment.h"
#include "tool.h"
#include "width.h"

#define INDENT 14
#define COLUMNS 79

/* The exit code of a decision. */
int
answer_exit(int32_t decision)
{

	switch (decision) {
	case LK_PASS:
		return (TOOL_OK);
	case LK_LIMIT:
		return (TOOL_LIMIT);
	case LK_REJECT:
		return (TOOL_REJECT);
	default:
		return (TOOL_REVIEW);
	}
}

/* Add the hits as an array. */
static void
hits(struct json *j, const char *s)
{
	char id[32];
	size_t n;

	json_list(j, "hits");
	for (; *s != '\0'; s += n + (s[n] == ' ')) {
		n = strcspn(s, " ");
		(void)snprintf(id, sizeof(id), "%.*s", (int)n, s);
		json_text(j, NULL, id);
	}
	json_close(j);
}

/* Write it as JSON. */
static void
print_json(const struct tool *t, const struct lk_result *r, const char *txn)
{
	struct json j;

	json_begin(&j, t->out);
	json_i64(&j, "error", LK_OK);
	json_word(&j, "decision", words_decision, r->decision);
	json_word(&j, "allowed", words_decision, r->allowed);
	json_word(&j, "standing", words_standing, r->standing);
	json_bits(&j, "needs", words_need, r->needs);
	json_word(&j, "by", words_by, r->by);
	if (r->offer != 0)
		json_word(&j, "offer", words_product, r->offer);
	if (r->limit_profile != 0)
		json_i64(&j, "limit_profile", r->limit_profile);
	json_bits(&j, "flags", words_result_flag, r->flags);
	json_text(&j, "reason", r->reason);
	hits(&j, r->hits);
	json_u64(&j, "hits_total", r->hits_total);
	json_text(&j, "message", r->message);
	json_text(&j, "notice", r->notice);
	json_text(&j, "decision_id", r->decision_id);
	json_text(&j, "reference", r->reference);
	if (txn != NULL)
		json_text(&j, "txn_id", txn);
	json_text(&j, "policy_version", r->policy_version);
	json_i64(&j, "list_version", r->list_version);
	json_time(&j, "time", r->time_ms);
	json_time(&j, "expires", r->expires_ms);
	json_time(&j, "due", r->due_ms);
	json_i64(&j, "time_ms", r->time_ms);
	json_i64(&j, "expires_ms", r->expires_ms);
	json_i64(&j, "due_ms", r->due_ms);
	json_u64(&j, "seq", r->seq);
	json_text(&j, "leaf", r->leaf);
	json_end(&j);
}

/* Write one labelled text, unless it is empty. */
static void
line(const struct tool *t, const char *zh, const char *en, const char *text)
{

	if (text[0] == '\0')
		return;
	(void)fputs("  ", t->out);
	width_pad(t->out, tool_zh(t, zh, en), INDENT - 2);
	width_wrap(t->out, text, INDENT, COLUMNS);
	(void)fputc('\n', t->out);
}

/* What a decision means at the counter. */
static const char *
meaning(const struct tool *t, int32_t decision)
{

	switch (decision) {
	case LK_PASS:
		return (tool_zh(t, "可以办理", "may be issued"));
	case LK_LIMIT:
		return (tool_zh(t, "只能开立功能受限的账户",
		    "only a limited-function account may be issued"));
	case LK_REJECT:
		return (tool_zh(t, "不得办理", "must not be issued"));
	default:
		return (tool_zh(t, "请暂缓办理，等待审核",
		    "hold it until a person has decided"));
	}
}

/* What may be done now: as was decided, or what became of it since. */
static void
put_present(const struct tool *t, const struct lk_result *r)
{
	const char *since = "", *what = meaning(t, r->decision);

	switch (r->standing) {
	case LK_STANDING_APPROVED:
		since = tool_zh(t, "审核已批准：", "approved since: ");
		what = meaning(t, r->allowed);
		break;
	case LK_STANDING_DENIED:
		since = tool_zh(t, "审核未批准：", "refused since: ");
		what = meaning(t, LK_REJECT);
		break;
	case LK_STANDING_EXPIRED:
		what = tool_zh(t, "已过期，请重新核查",
		    "expired since: check again");
		break;
	case LK_STANDING_WITHDRAWN:
		what = tool_zh(t, "已撤回，不可凭此办理",
		    "withdrawn since: nothing may be issued by it");
		break;
	default:
		break;
	}
	(void)fprintf(t->out, "%s%s", since, what);
}

/* The decision itself, in its colour. */
static void
headline(const struct tool *t, const struct lk_result *r)
{
	enum tool_colour colour = r->decision == LK_PASS ? TOOL_GREEN :
	    r->decision == LK_REJECT ? TOOL_RED : TOOL_YELLOW;
	char flags[512];
	const char *en[] = { "PASS", "LIMIT", "REVIEW", "REJECT" };
	size_t i = r->decision == LK_PASS ? 0 : r->decision == LK_LIMIT ? 1 :
	    r->decision == LK_REJECT ? 3 : 2;

	words_bits(words_result_flag, r->flags, t->language == LK_LANG_ZH,
	    flags, sizeof(flags));
	(void)fprintf(t->out, "%s%s%s  ", tool_paint(t, colour),
	    tool_zh(t, words_decision[i].zh, en[i]), tool_paint(t,
	    TOOL_PLAIN));
	put_present(t, r);
	if (flags[0] != '\0')
		(void)fprintf(t->out, "%s%s%s", tool_zh(t, "（", " ("), flags,
		    tool_zh(t, "）", ")"));
	(void)fputc('\n', t->out);
}

/* Has something become of it since, so that what it told the teller is over? */
static int
settled(const struct lk_result *r)
{

	return (r->standing == LK_STANDING_APPROVED ||
	    r->standing == LK_STANDING_DENIED ||
	    r->standing == LK_STANDING_EXPIRED ||
	    r->standing == LK_STANDING_WITHDRAWN);
}

/* How a review stands, and who may clear it. */
static void
standing(const struct tool *t, const struct lk_result *r)
{
	int zh = t->language == LK_LANG_ZH;
	char buf[256];
	const char *s;

	if (r->standing != LK_STANDING_NONE) {
		s = words_name(words_standing, r->standing, zh);
		(void)snprintf(buf, sizeof(buf), "%s", s != NULL ? s : "?");
		if (r->standing == LK_STANDING_APPROVED) {
			s = words_name(words_decision, r->allowed, zh);
			(void)snprintf(buf, sizeof(buf), "%s%s", tool_zh(t,
			    "已批准，可按此办理：", "approved, may be issued "
			    "as: "), s != NULL ? s : "?");
		}
		line(t, "审核", "review", buf);
	}
	if (r->by != LK_BY_NONE && (s = words_name(words_by, r->by, zh)) !=
	    NULL)
		line(t, "审核方", "cleared by", s);
	if (settled(r))
		return;
	words_bits(words_need, r->needs, zh, buf, sizeof(buf));
	line(t, "需要", "needs", buf);
	if (r->offer != 0 && (s = words_name(words_product, r->offer, zh)) !=
	    NULL)
		line(t, "可改办", "offer", s);
}

/* Write it for a person. */
static void
print_text(const struct tool *t, const struct lk_result *r, const char *txn)
{
	char buf[512], time[MOMENT_SIZE];

	headline(t, r);
	standing(t, r);
	if (!settled(r))
		line(t, "柜员提示", "for teller", r->message);
	/* Whoever is refused hears why, and where to appeal. */
	if (!settled(r) || r->standing == LK_STANDING_DENIED)
		line(t, "告知客户", "for client", r->notice);
	if (r->decision_id[0] != '\0') {
		(void)snprintf(buf, sizeof(buf), "%s  (%s %s)", r->decision_id,
		    tool_zh(t, "参考号", "reference"), r->reference);
		line(t, "决定编号", "decision", buf);
	}
	if (txn != NULL)
		line(t, "交易号", "txn_id", txn);
	line(t, "命中规则", "hits", r->hits);
	line(t, "规则版本", "policy", r->policy_version);
	if (r->list_version != 0) {
		(void)snprintf(buf, sizeof(buf), "%" PRId64, r->list_version);
		line(t, "名单版本", "lists", buf);
	}
	if (r->expires_ms != 0)
		line(t, "有效至", "valid until", moment_print(r->expires_ms,
		    time));
	if (r->due_ms != 0 && r->due_ms != r->expires_ms)
		line(t, "审核期限", "review due", moment_print(r->due_ms,
		    time));
	if (r->seq != 0) {
		(void)snprintf(buf, sizeof(buf), "seq %" PRIu64 "  leaf %s",
		    r->seq, r->leaf);
		line(t, "回执", "receipt", buf);
	}
}

/* Write a decision. */
void
answer_print(const struct tool *t, const struct lk_result *r, const char *txn)
{

	if (t->json)
		print_json(t, r, txn);
	else
		print_text(t, r, txn);
}
