#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "plugin.h"

#include "caseopen.h"
#include "explainpaper.h"
#include "explaintext.h"
#include "json.h"
#include "moment.h"
#include "tool.h"
#include "width.h"

#define COLUMNS 79

/* Write a labelled line. */
static void
line(const struct explainpaper *p, const char *zh, const char *en, const char *text)
{
	const char *label = p->zh ? zh : en;

	if (text[0] == '\0')
		return;
	(void)fputs("  ", p->t->out);
	width_pad(p->t->out, label, 13);
	width_wrap(p->t->out, text, 15, COLUMNS);
	(void)fputc('\n', p->t->out);
}

/* Write the conditions of a rule: all of them, or what keeps it from hitting. */
static void
conditions(const struct explainpaper *p, int rule, int brief)
{
	const struct entry *e = &p->c->decision.e;
	struct policy_condition w[POLICY_WHY_MAX];
	const struct tool *t = p->t;
	char text[EXPLAINTEXT_MAX];
	size_t n, i;
	int all;

	n = policy_why(p->c->policy, rule, e->facts, w, POLICY_WHY_MAX, &all);
	for (i = 0; i < n; i++) {
		if (brief && w[i].holds)
			continue;
		(void)fprintf(t->out, "      %s%s%s ", tool_paint(t,
		    w[i].holds ? TOOL_GREEN : TOOL_DIM), w[i].holds ? "✓" :
		    "✗", tool_paint(t, TOOL_PLAIN));
		explaintext_condition(p->c->policy, &w[i], e, p->zh, text);
		width_wrap(t->out, text, 8, COLUMNS);
		(void)fputc('\n', t->out);
		if (brief)
			break;
		explaintext_code(p->c->policy, &w[i], e, text);
		(void)fprintf(t->out, "        %s%s%s\n", tool_paint(t,
		    TOOL_DIM), text, tool_paint(t, TOOL_PLAIN));
	}
	if (brief || all)
		return;
	(void)fprintf(t->out, "      %s\n        ", p->zh ?
	    "各条件的组合：" : "they combine as:");
	width_wrap(t->out, policy_rule_when(p->c->policy, rule), 8, COLUMNS);
	(void)fputc('\n', t->out);
}

/* Write one rule. */
static void
rule(const struct explainpaper *p, const struct explain_rule *r)
{
	const struct policy *policy = p->c->policy;
	int brief = r->state >= EXPLAIN_QUIET;
	char text[EXPLAINTEXT_MAX];

	(void)fprintf(p->t->out, "  %s%s%s  %s%s", tool_paint(p->t, brief ?
	    TOOL_PLAIN : TOOL_BOLD), policy_rule_id(policy, r->rule),
	    tool_paint(p->t, TOOL_PLAIN), explaintext_class(policy, r->rule,
	    p->zh), policy_rule_shadow(policy, r->rule) ?
	    (p->zh ? "（试行）" : " (on trial)") : "");
	if (!brief) {
		explaintext_effect(policy, r->rule, p->zh, text);
		(void)fprintf(p->t->out, " → %s", text);
	}
	(void)fputc('\n', p->t->out);
	if (r->state != EXPLAIN_OFF)
		conditions(p, r->rule, brief);
}

/* Write all rules, with a title where the state changes. */
static void
rules(const struct explainpaper *p)
{
	size_t i;

	for (i = 0; i < p->x->n; i++) {
		if (i == 0 || p->x->rule[i].state != p->x->rule[i - 1].state)
			(void)fprintf(p->t->out, "\n%s%s%s\n",
			    tool_paint(p->t, TOOL_BOLD),
			    explaintext_state(p->x->rule[i].state, p->zh),
			    tool_paint(p->t, TOOL_PLAIN));
		rule(p, &p->x->rule[i]);
	}
}

/* Write what was decided. */
static void
head(const struct explainpaper *p)
{
	const struct entry *e = &p->c->decision.e;
	const struct tool *t = p->t;
	char id[80], ref[REFID_MAX], text[EXPLAINTEXT_MAX], time[MOMENT_SIZE];
	const char *what = words_name(words_decision, e->decision, p->zh);
	const char *s;

	caseopen_names(p->c, id, ref);
	(void)fprintf(t->out, "%s%s%s  %s  %s\n", tool_paint(t, e->decision ==
	    LK_PASS ? TOOL_GREEN : e->decision == LK_REJECT ? TOOL_RED :
	    TOOL_YELLOW), what != NULL ? what : "?", tool_paint(t, TOOL_PLAIN),
	    ref, id);
	line(p, "时间", "time", moment_print(e->t, time));
	(void)snprintf(text, sizeof(text), "%s %s", e->inst, e->outlet);
	line(p, "机构 网点", "place", text);
	s = words_name(words_product, e->product, p->zh);
	(void)snprintf(text, sizeof(text), "%s ×%d", s != NULL ? s : "?",
	    e->quantity);
	line(p, "业务", "asked for", text);
	line(p, "规则版本", "policy", e->policy);
	explaintext_campaign(e, p->zh, text);
	line(p, "登记活动", "campaign", text);
	if (e->decision == LK_REVIEW) {
		s = words_name(words_by, e->by, p->zh);
		line(p, "审核方", "cleared by", s != NULL ? s : "?");
		s = words_name(words_decision, e->floor, p->zh);
		line(p, "批准后", "if approved", s != NULL ? s : "?");
	}
	words_bits(words_need, e->needs, p->zh, text, sizeof(text));
	line(p, "需要", "needs", text);
	explaintext_above(p->x, p->c, p->zh, text);
	line(p, "其他节点", "other nodes", text);
	line(p, "注意", "note", explaintext_odd(p->x, p->c, p->zh));
	explaintext_standing(p->c, p->zh, text);
	line(p, "此后", "since then", text);
	explaintext_lapse(p->x, p->c, p->zh, text);
	line(p, "何时解除", "until when", text);
	/* What a node below has told the applicant is not known here. */
	if (e->from[0] != '\0')
		return;
	(void)policy_message(p->c->policy, p->x->v.speaker, e->decision,
	    p->zh ? POLICY_LANG_ZH : POLICY_LANG_EN, POLICY_TEXT_NOTICE, text,
	    sizeof(text));
	line(p, "告知申请人", "notice", text);
}

/* Write it for people. */
void
explainpaper_text(const struct explainpaper *p)
{

	head(p);
	rules(p);
}

/* Write a lapse as JSON. */
static void
json_lapse(struct json *j, const char *key, const struct lapse *l,
    const struct policy *p)
{
	char ids[512];

	json_open(j, key);
	json_text(j, "kind", l->kind == LAPSE_AT ? "at" : "never");
	if (l->kind == LAPSE_AT)
		json_time(j, "at", l->at * 1000);
	else {
		(void)policy_hits(p, l->left.hit, l->left.nhits, ids,
		    sizeof(ids));
		json_text(j, "left", ids);
	}
	json_end(j);
}

/* Write a rule as JSON. */
static void
json_rule(struct json *j, const struct explainpaper *p, const struct explain_rule *r)
{
	static const char *const states[] = { "hit", "lifted", "waived",
		"trial", "near", "quiet", "off" };
	const struct entry *e = &p->c->decision.e;
	const struct policy *policy = p->c->policy;
	struct policy_condition w[POLICY_WHY_MAX];
	char text[EXPLAINTEXT_MAX];
	size_t n, i;
	int all;

	json_open(j, NULL);
	json_text(j, "rule", policy_rule_id(policy, r->rule));
	json_text(j, "state", states[r->state]);
	json_text(j, "class", explaintext_class(policy, r->rule, p->zh));
	json_word(j, "then", words_then, policy_rule_then(policy, r->rule));
	json_text(j, "when", policy_rule_when(policy, r->rule));
	n = policy_why(policy, r->rule, e->facts, w, POLICY_WHY_MAX, &all);
	json_bool(j, "all", all);
	json_list(j, "conditions");
	for (i = 0; i < n; i++) {
		json_open(j, NULL);
		json_bool(j, "holds", w[i].holds);
		explaintext_code(policy, &w[i], e, text);
		json_text(j, "figures", text);
		explaintext_condition(policy, &w[i], e, p->zh, text);
		json_text(j, "text", text);
		json_end(j);
	}
	json_close(j);
	json_end(j);
}

/* Write what other nodes have to do with it as JSON. */
static void
json_above(struct json *j, const struct explainpaper *p)
{
	const struct entry *e = &p->c->decision.e;
	char text[EXPLAINTEXT_MAX];

	explaintext_above(p->x, p->c, p->zh, text);
	if (text[0] == '\0')
		return;
	json_open(j, "nodes");
	json_text(j, "text", text);
	if (e->from[0] != '\0')
		json_text(j, e->from_seq != 0 ? "made_by" : "asked_by",
		    e->from);
	if (e->from_seq != 0)
		json_u64(j, "its_seq", e->from_seq);
	json_bool(j, "offline", (e->flags & ENTRY_F_OFFLINE) != 0);
	if (e->up_seq != 0) {
		json_word(j, "ours", words_decision, p->x->v.decision);
		json_open(j, "above");
		json_u64(j, "seq", e->up_seq);
		json_text(j, "leaf", e->up_leaf);
		json_word(j, "decision", words_decision, e->up_decision);
		json_word(j, "by", words_by, e->up_by);
		json_bits(j, "needs", words_need, e->up_needs);
		json_text(j, "reason", e->up_reason);
		json_text(j, "hits", e->up_hits);
		json_end(j);
	}
	json_end(j);
}

/* Write it all as JSON. */
void
explainpaper_json(const struct explainpaper *p)
{
	const struct entry *e = &p->c->decision.e;
	char id[80], ref[REFID_MAX], text[EXPLAINTEXT_MAX];
	struct json j;
	size_t i;

	caseopen_names(p->c, id, ref);
	json_begin(&j, p->t->out);
	json_text(&j, "decision_id", id);
	json_text(&j, "reference", ref);
	json_u64(&j, "seq", e->seq);
	json_time(&j, "time", e->t);
	json_text(&j, "policy", e->policy);
	json_text(&j, "policy_sha256", p->c->hash);
	json_word(&j, "decision", words_decision, e->decision);
	json_word(&j, "floor", words_decision, e->floor);
	json_word(&j, "by", words_by, e->by);
	json_bits(&j, "needs", words_need, e->needs);
	if (e->campaign[0] != '\0')
		json_text(&j, "campaign", e->campaign);
	json_above(&j, p);
	json_list(&j, "rules");
	for (i = 0; i < p->x->n; i++)
		json_rule(&j, p, &p->x->rule[i]);
	json_close(&j);
	if (p->x->lapses) {
		json_lapse(&j, "lapse", &p->x->then, p->c->policy);
		json_lapse(&j, "lapse_now", &p->x->now, p->c->policy);
		explaintext_lapse(p->x, p->c, p->zh, text);
		json_text(&j, "lapse_text", text);
	}
	json_text(&j, "note", explaintext_odd(p->x, p->c, p->zh));
	explaintext_standing(p->c, p->zh, text);
	json_text(&j, "since", text);
	json_end(&j);
}
