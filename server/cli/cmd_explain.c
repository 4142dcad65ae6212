#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audit/explain.h"
#include "plugin.h"

#include "caseopen.h"
#include "command.h"
#include "explaintext.h"
#include "json.h"
#include "logplace.h"
#include "logread.h"
#include "moment.h"
#include "width.h"

#define COLUMNS 79

struct options {
	struct logplace place;
	int32_t lang;
};

static const struct arg args[] = {
	LOGPLACE_ARGS(struct options, place),
	{ "lang", ARG_CODE, 0, "LANG", "language of the explanation, zh or en; "
	    "default as the environment says", words_language, 0, 0,
	    ARG_AT(struct options, lang) },
	ARG_END
};

/* An explanation being written. */
struct paper {
	struct tool *t;
	int zh;
	const struct casefile *c;
	const struct explain *x;
};

/* Write a labelled line. */
static void
line(const struct paper *p, const char *zh, const char *en, const char *text)
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
conditions(const struct paper *p, int rule, int brief)
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
	(void)fprintf(t->out, "      %s", p->zh ? "各条件的组合：" :
	    "they combine as: ");
	width_wrap(t->out, policy_rule_when(p->c->policy, rule), 8, COLUMNS);
	(void)fputc('\n', t->out);
}

/* Write one rule. */
static void
rule(const struct paper *p, const struct explain_rule *r)
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
rules(const struct paper *p)
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
head(const struct paper *p)
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
	if (e->decision == LK_REVIEW) {
		s = words_name(words_by, e->by, p->zh);
		line(p, "审核方", "cleared by", s != NULL ? s : "?");
		s = words_name(words_decision, e->floor, p->zh);
		line(p, "批准后", "if approved", s != NULL ? s : "?");
	}
	words_bits(words_need, e->needs, p->zh, text, sizeof(text));
	line(p, "需要", "needs", text);
	explaintext_standing(p->c, p->zh, text);
	line(p, "此后", "since then", text);
	explaintext_lapse(p->x, p->c, p->zh, text);
	line(p, "何时解除", "until when", text);
	(void)policy_message(p->c->policy, p->x->v.speaker, e->decision,
	    p->zh ? POLICY_LANG_ZH : POLICY_LANG_EN, POLICY_TEXT_NOTICE, text,
	    sizeof(text));
	line(p, "告知申请人", "notice", text);
}

/* Write a lapse as JSON. */
static void
json_lapse(struct json *j, const char *key, const struct lapse *l,
    const struct policy *p)
{
	char ids[512];

	json_object(j, key);
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
json_rule(struct json *j, const struct paper *p, const struct explain_rule *r)
{
	static const char *const states[] = { "hit", "lifted", "trial", "near",
		"quiet", "off" };
	const struct entry *e = &p->c->decision.e;
	const struct policy *policy = p->c->policy;
	struct policy_condition w[POLICY_WHY_MAX];
	char text[EXPLAINTEXT_MAX];
	size_t n, i;
	int all;

	json_object(j, NULL);
	json_text(j, "rule", policy_rule_id(policy, r->rule));
	json_text(j, "state", states[r->state]);
	json_text(j, "class", explaintext_class(policy, r->rule, p->zh));
	json_word(j, "then", words_decision, policy_rule_then(policy, r->rule));
	json_text(j, "when", policy_rule_when(policy, r->rule));
	n = policy_why(policy, r->rule, e->facts, w, POLICY_WHY_MAX, &all);
	json_bool(j, "all", all);
	json_array(j, "conditions");
	for (i = 0; i < n; i++) {
		json_object(j, NULL);
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

/* Write it all as JSON. */
static void
print_json(const struct paper *p)
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
	json_array(&j, "rules");
	for (i = 0; i < p->x->n; i++)
		json_rule(&j, p, &p->x->rule[i]);
	json_close(&j);
	if (p->x->lapses) {
		json_lapse(&j, "lapse", &p->x->then, p->c->policy);
		json_lapse(&j, "lapse_now", &p->x->now, p->c->policy);
		explaintext_lapse(p->x, p->c, p->zh, text);
		json_text(&j, "lapse_text", text);
	}
	explaintext_standing(p->c, p->zh, text);
	json_text(&j, "since", text);
	json_end(&j);
}

/* Explain a case. */
static int
explain(struct tool *t, const struct casefile *c, int zh)
{
	static struct explain x;
	struct paper p = { t, zh, c, &x };

	switch (c->policy == NULL ? 1 : explain_make(&x, c)) {
	case 0:
		break;
	case 1:
		return (tool_fail(t, TOOL_DATA,
		    "作出该决定的规则文件（%s，sha256 %.16s…）不在日志包内或与记录不符，无法解释",
		    "the policy that decided this (%s, sha256 %.16s...) is not "
		    "in the record, or does not fit the entry: it cannot be "
		    "explained", c->decision.e.policy, c->hash));
	default:
		return (tool_fail(t, TOOL_SYSTEM, "内存不足",
		    "out of memory"));
	}
	if (t->json)
		print_json(&p);
	else {
		head(&p);
		rules(&p);
	}
	return (TOOL_OK);
}

/* The command. */
static int
run(struct tool *t, int argc, char **argv)
{
	struct options o = { .lang = t->language };
	struct caseopen_id id;
	struct casefile *c;
	struct logread *r;
	int rc;

	if ((rc = args_read(t, &o, &argc, argv)) != ARGS_GO ||
	    (rc = logplace_take(t, &o.place, argc, argv, 1, "决定编号",
	    "the decision")) != ARGS_GO ||
	    (rc = caseopen_id(t, argv[0], &id)) != ARGS_GO ||
	    (rc = logread_open(t, &o.place, &r)) != ARGS_GO)
		return (rc);
	if ((rc = caseopen(r, &id, &c)) == ARGS_GO) {
		rc = explain(t, c, o.lang == LK_LANG_ZH);
		casefile_close(c);
	}
	return (logread_close(r, rc));
}

const struct command cmd_explain = {
	.name = "explain",
	.synopsis = "ID [DIR|URL] [--lang zh|en] [--json]",
	.brief = "say why a decision came out so (解释决定)",
	.text = "ID is a decision id, a reference, or the number of the entry. "
	    "Every rule of the policy then in force is listed with its "
	    "conditions and the figures that stand in the entry: first those "
	    "that hit, then those that a clearance lifted, those on trial, "
	    "those that would hit were each count one higher, and the rest "
	    "with what keeps it from hitting.\n"
	    "\n"
	    "It also says when the same application would pass by itself, as "
	    "openings leave the rules' windows, if nothing further is opened; "
	    "each such moment was tried with the rules themselves.  What is "
	    "counted as held, and what the law says, does not go away by "
	    "waiting.\n"
	    "\n"
	    "The applicant stands in the record as a token; no identity is "
	    "shown or needed.",
	.args = args,
	.exits = "0  explained\n1  there is no such decision\n64 wrong usage\n"
	    "65 the log is damaged, or the policy file is not in it\n"
	    "66 there is no log\n71 no memory\n74 read or write error\n"
	    "77 no right to read it\n",
	.examples = "liangka explain 7K3M-2Q9F --lang zh\n"
	    "liangka explain b017-1042-9f3ac1d2 /mnt/audit/b017/log --json\n"
	    "liangka explain 1042\n",
	.run = run,
};
