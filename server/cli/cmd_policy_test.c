#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/category.h"
#include "engine/policy.h"
#include "engine/policy_names.h"
#include "plugin.h"
#include "plugin/conf.h"

#include "answer.h"
#include "command.h"
#include "json.h"
#include "moment.h"
#include "rules.h"
#include "width.h"

struct options {
	int64_t at_ms;
	struct arg_list listed, agent, lifts;
	int32_t stale, suspended, unknown, campaign;
};

static const struct arg args[] = {
	{ "at", ARG_TIME, 0, "TIME", "decide by the rules in force at this "
	    "time; default now", NULL, 0, 0, ARG_AT(struct options, at_ms) },
	{ "listed", ARG_LIST, 0, "LIST=CATEGORY", "the applicant stands on "
	    "this list; may be given for several", NULL, 0, 0,
	    ARG_AT(struct options, listed) },
	{ "agent-listed", ARG_LIST, 0, "LIST=CATEGORY", "who acts for the "
	    "applicant does", NULL, 0, 0, ARG_AT(struct options, agent) },
	{ "stale", ARG_FLAG, 0, NULL, "the lists are beyond their hard age",
	    NULL, 0, 0, ARG_AT(struct options, stale) },
	{ "outlet-suspended", ARG_FLAG, 0, NULL, "the register says so", NULL,
	    0, 0, ARG_AT(struct options, suspended) },
	{ "outlet-unknown", ARG_FLAG, 0, NULL, "the outlet is not in the "
	    "register", NULL, 0, 0, ARG_AT(struct options, unknown) },
	{ "campaign", ARG_FLAG, 0, NULL, "within a campaign with room that "
	    "lifts every rule that one may lift", NULL, 0, 0,
	    ARG_AT(struct options, campaign) },
	{ "lifts", ARG_LIST, 0, "RULE", "within a campaign that lifts this "
	    "rule alone; may be given for several", NULL, 0, 0,
	    ARG_AT(struct options, lifts) },
	ARG_END
};

/* The facts of a policy and the values they are to have. */
struct facts {
	const struct policy *p;
	const struct policy_fact *fact;
	size_t n;
	int64_t value[POLICY_MAX_FACTS];
	char name[POLICY_MAX_FACTS][64];
};

/* What a fact is when nothing is said about it: nothing, and an adult. */
static void
defaults(struct facts *f)
{
	size_t i;

	for (i = 0; i < f->n; i++) {
		switch (f->fact[i].fn) {
		case POLICY_MINUTES_SINCE:
		case POLICY_OUTLET_MEAN:
		case POLICY_OUTLET_AWAY_MEAN:
			f->value[i] = -1;
			break;
		case POLICY_AGE:
			f->value[i] = 30;
			break;
		case POLICY_HOUR:
			f->value[i] = 10;
			break;
		case POLICY_QUANTITY:
		case POLICY_AREA_LOCAL:
		case POLICY_OUTLET_KNOWN:
		case POLICY_CHANNEL:
		case POLICY_OPERATION:
		case POLICY_ID_TYPE:
			f->value[i] = 1;
			break;
		default:
			f->value[i] = 0;
		}
	}
}

/* Read the value of a fact: a number, a word of its choice, a name. */
static int
value(const struct facts *f, size_t i, const char *s, int64_t *v)
{
	const struct policy_fn_info *info = policy_names_of(f->fact[i].fn);
	const struct conf_name *name;
	char *end;

	if (f->fact[i].fn == POLICY_INSTITUTION) {
		*v = policy_institution_code(f->p, s);
		return (0);
	}
	if (f->fact[i].list != NULL && (*v = category_find(s, strlen(s))) != 0)
		return (0);
	if (info != NULL && info->names != NULL && (name =
	    policy_names_find(info->names, s, strlen(s))) != NULL) {
		*v = name->number;
		return (0);
	}
	if (f->fact[i].list == NULL &&
	    (strcmp(s, "true") == 0 || strcmp(s, "false") == 0)) {
		*v = s[0] == 't';
		return (0);
	}
	*v = strtoll(s, &end, 10);
	return (*s == '\0' || *end != '\0' || *v < -1 || *v > INT32_MAX ? -1 :
	    0);
}

/* Take one FACT=VALUE. */
static int
assign(const struct tool *t, struct facts *f, char *word)
{
	char *eq = strrchr(word, '=');
	struct conf_guess g;
	size_t i;

	if (eq == NULL)
		return (tool_fail(t, TOOL_USAGE, "“%s”：请写成 事实=取值",
		    "\"%s\": write FACT=VALUE", word));
	*eq = '\0';
	conf_guess_init(&g, word, strlen(word));
	for (i = 0; i < f->n; i++) {
		if (strcmp(f->name[i], word) == 0)
			break;
		conf_guess_try(&g, f->name[i]);
	}
	if (i < f->n) {
		if (value(f, i, eq + 1, &f->value[i]) == 0)
			return (ARGS_GO);
		return (tool_fail(t, TOOL_USAGE, "%s 没有“%s”这个取值",
		    "%s has no value \"%s\"", word, eq + 1));
	}
	if (g.best != NULL)
		return (tool_fail(t, TOOL_USAGE,
		    "该规则文件不读事实“%s”，是否指“%s”？",
		    "this policy reads no fact \"%s\"; did you mean \"%s\"?",
		    word, g.best));
	return (tool_fail(t, TOOL_USAGE,
	    "该规则文件不读事实“%s”；可用的事实见 liangka policy show",
	    "this policy reads no fact \"%s\"; \"liangka policy show\" lists "
	    "those it reads", word));
}

/* Set a fact that an option is about. */
static int
told(const struct tool *t, struct facts *f, const char *fact, const char *v)
{
	char word[128];

	(void)snprintf(word, sizeof(word), "%s=%s", fact, v);
	return (assign(t, f, word));
}

/* Put somebody on lists, each LIST=CATEGORY. */
static int
on_lists(const struct tool *t, struct facts *f, const char *fn,
    const struct arg_list *lists)
{
	char fact[64];
	const char *eq;
	size_t i;
	int rc;

	for (i = 0; i < lists->n; i++) {
		eq = strchr(lists->v[i], '=');
		if (eq == NULL || eq - lists->v[i] > POLICY_MAX_LIST_ID)
			return (tool_fail(t, TOOL_USAGE,
			    "“%s”：请写成 名单=类别，如 sanction=convicted",
			    "\"%s\": write LIST=CATEGORY, such as "
			    "sanction=convicted", lists->v[i]));
		(void)snprintf(fact, sizeof(fact), "%s('%.*s')", fn,
		    (int)(eq - lists->v[i]), lists->v[i]);
		if ((rc = told(t, f, fact, eq + 1)) != ARGS_GO)
			return (rc);
	}
	return (ARGS_GO);
}

/* Take what options say of lists, registers and a campaign. */
static int
registers(const struct tool *t, struct facts *f, const struct options *o)
{
	const struct { int32_t given; const char *fact, *value; } flags[] = {
		{ o->stale, "stale", "true" },
		{ o->suspended, "outlet_suspended", "true" },
		{ o->unknown, "outlet_known", "false" },
	};
	size_t i;
	int rc;

	if ((rc = on_lists(t, f, "listed", &o->listed)) != ARGS_GO ||
	    (rc = on_lists(t, f, "agent_listed", &o->agent)) != ARGS_GO)
		return (rc);
	for (i = 0; i < sizeof(flags) / sizeof(flags[0]); i++)
		if (flags[i].given && (rc = told(t, f, flags[i].fact,
		    flags[i].value)) != ARGS_GO)
			return (rc);
	/* Few rules ask for a campaign: most are lifted by it. */
	for (i = 0; i < f->n; i++)
		if (f->fact[i].fn == POLICY_CAMPAIGN)
			f->value[i] |= o->campaign || o->lifts.n > 0;
	return (ARGS_GO);
}

/* Which rules does the campaign lift? */
static int
lifted(const struct tool *t, const struct policy *p, const struct options *o,
    uint8_t waived[POLICY_MAX_RULES])
{
	size_t i;
	int rule;

	memset(waived, o->campaign && o->lifts.n == 0, POLICY_MAX_RULES);
	for (i = 0; i < o->lifts.n; i++) {
		rule = policy_rule_find(p, o->lifts.v[i]);
		if (rule == POLICY_NO_RULE)
			return (tool_fail(t, TOOL_USAGE,
			    "规则文件中没有规则“%s”",
			    "there is no rule \"%s\" in the policy",
			    o->lifts.v[i]));
		if (!policy_waivable(p, rule))
			return (tool_fail(t, TOOL_USAGE,
			    "活动不能豁免规则“%s”：规则中没有 campaign = true",
			    "a campaign cannot lift the rule \"%s\": it does "
			    "not say campaign = true", o->lifts.v[i]));
		waived[rule] = 1;
	}
	return (ARGS_GO);
}

/* Write the verdict. */
static void
print(const struct tool *t, const struct policy *p, const struct verdict *v)
{
	int zh = t->language == LK_LANG_ZH;
	char ids[2048], text[1100], needs[256];
	struct json j;

	(void)policy_message(p, v->speaker, v->decision, zh ? POLICY_LANG_ZH :
	    POLICY_LANG_EN, POLICY_TEXT_TELLER, text, sizeof(text));
	(void)policy_hits(p, v->hit, v->nhits, ids, sizeof(ids));
	if (t->json) {
		json_begin(&j, t->out);
		json_word(&j, "decision", words_decision, v->decision);
		json_word(&j, "floor", words_decision, v->floor);
		json_bits(&j, "needs", words_need, v->needs);
		json_word(&j, "by", words_by, v->by);
		json_text(&j, "reason", v->headline == POLICY_NO_RULE ? "" :
		    policy_rule_reason(p, v->headline));
		json_text(&j, "hits", ids);
		(void)policy_hits(p, v->lifted, v->nlifted, ids, sizeof(ids));
		json_text(&j, "lifted", ids);
		(void)policy_hits(p, v->waived, v->nwaived, ids, sizeof(ids));
		json_text(&j, "waived", ids);
		(void)policy_hits(p, v->shadow, v->nshadow, ids, sizeof(ids));
		json_text(&j, "shadow", ids);
		json_text(&j, "message", text);
		json_end(&j);
		return;
	}
	words_bits(words_need, v->needs, zh, needs, sizeof(needs));
	(void)fprintf(t->out, "%s%s%s%s\n", words_name(words_decision,
	    v->decision, zh), ids[0] != '\0' ? "  " : "", ids,
	    v->nshadow > 0 ? tool_zh(t, "（另有不生效的规则命中）",
	    " (and rules without effect)") : "");
	if (needs[0] != '\0')
		(void)fprintf(t->out, "  %s%s\n", tool_zh(t, "需要：",
		    "needs: "), needs);
	if (v->nwaived > 0) {
		(void)policy_hits(p, v->waived, v->nwaived, ids, sizeof(ids));
		(void)fprintf(t->out, "  %s%s\n", tool_zh(t,
		    "登记的活动豁免：", "lifted by the campaign: "), ids);
	}
	(void)fputs("  ", t->out);
	width_wrap(t->out, text, 2, 79);
	(void)fputc('\n', t->out);
}

/* Decide by the facts that are given. */
static int
decide(const struct tool *t, const struct rules *r, const struct options *o,
    int argc, char **argv)
{
	struct facts f = { .p = r->policy };
	uint8_t waived[POLICY_MAX_RULES];
	struct verdict v;
	int i, rc;

	f.n = policy_facts(r->policy, &f.fact);
	for (i = 0; i < (int)f.n; i++)
		(void)policy_fact_name(&f.fact[i], f.name[i],
		    sizeof(f.name[i]));
	defaults(&f);
	for (i = 0; i < argc; i++)
		if ((rc = assign(t, &f, argv[i])) != ARGS_GO)
			return (rc);
	if ((rc = registers(t, &f, o)) != ARGS_GO ||
	    (rc = lifted(t, r->policy, o, waived)) != ARGS_GO)
		return (rc);
	policy_decide_waiving(r->policy, f.value, waived, o->at_ms / 1000, &v);
	print(t, r->policy, &v);
	return (answer_exit(v.decision));
}

/* The command. */
static int
run(struct tool *t, int argc, char **argv)
{
	struct options o = { .at_ms = t->now_ms() };
	struct rules r;
	int rc;

	if ((rc = args_read(t, &o, &argc, argv)) != ARGS_GO ||
	    (rc = args_operands(t, argc, argv, 1, 1 + POLICY_MAX_FACTS,
	    "规则文件", "the policy file")) != ARGS_GO ||
	    (rc = rules_load(t, argv[0], &r, NULL)) != TOOL_OK)
		return (rc);
	if (r.policy == NULL)
		rc = tool_fail(t, TOOL_DATA, "%s：共 %u 处错误",
		    "%s: errors found: %u", r.file, r.errors);
	else
		rc = decide(t, &r, &o, argc - 1, &argv[1]);
	rules_free(&r);
	return (rc);
}

const struct command cmd_policy_test = {
	.name = "policy test",
	.synopsis = "FILE [FACT=VALUE ...] [--listed LIST=CATEGORY] [--stale] "
	    "[--outlet-suspended] [--campaign] [--at TIME] [--json]",
	.brief = "decide by facts that you make up (试算规则)",
	.text = "Decides by the rules of FILE and the values given, without a "
	    "daemon and without any record.  Facts are those that \"liangka "
	    "policy show FILE\" lists, written as they stand there; what is "
	    "not given is: no openings, a grown-up of this place at the counter "
	    "at 10 o'clock, one item, a new one, on no list, at an outlet that "
	    "is known.  Say at least what the product is.\n"
	    "\n"
	    "The options about lists, registers and campaigns set facts too; "
	    "categories are convicted, found, investigation, stop_payment, "
	    "frozen, lost_document, victim, self_protection, deceased, canary "
	    "and involved.",
	.args = args,
	.exits = "0  PASS\n5  LIMIT\n10 REVIEW\n20 REJECT\n"
	    "64 wrong usage\n65 the file has errors\n66 no such file\n",
	.examples = "liangka policy test default.policy product=sim "
	    "\"cards(30d)=4\" \"institutions(7d)=3\"\n"
	    "liangka policy test default.policy product=bank1 "
	    "\"held(bank1, here)=1\" --json\n"
	    "liangka policy test default.policy product=bank1 --listed "
	    "sanction=convicted\n"
	    "liangka policy test default.policy product=sim \"visits(today)=2\" "
	    "\"cards(today)=2\" --lifts HF-DAY\n",
	.run = run,
};
