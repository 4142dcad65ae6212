#include <stdlib.h>
#include <string.h>

#include "engine/policy.h"
#include "plugin.h"

#include "report.h"
#include "report_rules_impl.h"
#include "reporthash.h"

#define COUNT(key, zh, en, flags) { key, zh, en, REPORT_NUMBER, flags, 0 }

static const struct report_column rule_columns[] = {
	{ "rule", "规则", "rule", REPORT_TEXT, REPORT_STRONG, 0 },
	{ "class", "类别", "class", REPORT_TEXT, 0, 0 },
	{ "then", "处置", "then", REPORT_TEXT, 0, 0 },
	{ "mode", "状态", "state", REPORT_TEXT, 0, 0 },
	COUNT("hits", "命中", "hits", 0),
	COUNT("effect", "生效", "with effect", 0),
	COUNT("held", "暂缓", "held", 0),
	COUNT("refused", "拒绝", "refused", 0),
	COUNT("alone", "唯一原因", "alone", 0),
	COUNT("shadow", "试行或仅提示", "on trial, or tells", REPORT_WIDE),
	COUNT("lifted", "豁免", "lifted", 0),
	COUNT("waived", "批次免除", "waived", 0),
	COUNT("overridden", "违反开卡或改判", "overridden", REPORT_WIDE),
};

static const struct report_column review_columns[] = {
	{ "rule", "规则", "rule", REPORT_TEXT, REPORT_STRONG, 0 },
	COUNT("held", "暂缓", "held", 0),
	COUNT("approved", "批准", "approved", 0),
	COUNT("denied", "驳回", "denied", 0),
	COUNT("timeout", "逾期未答", "timed out", 0),
	COUNT("withdrawn", "申请人离开", "withdrawn", 0),
	COUNT("lapsed", "自行失效", "lapsed", 0),
	COUNT("open", "待答", "open", 0),
	COUNT("overridden", "违反开卡", "overridden", 0),
	{ "precision", "驳回率 %", "denied, %", REPORT_RATE, 0, 100 },
	{ "median", "答复时间中位数", "median answer", REPORT_SPAN, 0, 0 },
	COUNT("approved_named", "批准后涉案或列名", "approved, named since",
	    REPORT_WIDE),
};

static const struct report_column trial_columns[] = {
	{ "rule", "规则", "rule", REPORT_TEXT, REPORT_STRONG, 0 },
	COUNT("shadow", "命中", "hits", 0),
	COUNT("passed", "其中已放行", "of these passed", 0),
	COUNT("named", "放行后涉案或列名", "passed, named since", 0),
	{ "rate", "每千例", "per 1,000", REPORT_RATE, 0, 1000 },
};

#define COLUMNS(v) (sizeof(v) / sizeof((v)[0]))

/* Count a case for one rule that had effect. */
static int
effect(struct rules_report *x, struct rules_rule *r,
    const struct rules_case *c)
{
	int64_t *more;

	r->effect++;
	r->alone += c->neffect == 1;
	r->overridden += c->overridden;
	if (c->decision == LK_REJECT)
		r->refused++;
	if (c->decision != LK_REVIEW)
		return (0);
	r->held++;
	if (c->answer == RULES_OPEN && c->expires != 0 && c->expires <= x->last)
		r->lapsed++;
	else
		r->answer[c->answer]++;
	r->approved_named += c->answer == RULES_APPROVED && c->named;
	if (c->answered == 0)
		return (0);
	if ((r->ntook & (r->ntook - 1)) == 0) {
		more = realloc(r->took, (r->ntook == 0 ? 1 : 2 *
		    (size_t)r->ntook) * sizeof(*more));
		if (more == NULL)
			return (-1);
		r->took = more;
	}
	r->took[r->ntook++] = c->answered - c->t;
	return (0);
}

/* Sum up all cases. */
static int
sum_up(struct rules_report *x)
{
	const struct rules_case *c;
	struct rules_rule *r;
	size_t i;
	int k;

	for (i = 0; i < reporthash_count(x->cases); i++) {
		c = reporthash_value(x->cases, i);
		for (k = 0; k < c->neffect; k++)
			if (effect(x, reporthash_value(x->rules, c->rule[k]),
			    c) != 0)
				return (-1);
		for (; k < c->neffect + c->nshadow; k++) {
			r = reporthash_value(x->rules, c->rule[k]);
			r->shadow++;
			if (c->decision == LK_PASS ||
			    c->decision == LK_LIMIT) {
				r->passed++;
				r->passed_named += c->named;
			}
		}
	}
	return (0);
}

/* In order of size. */
static int
by_size(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x < y ? -1 : x > y);
}

/* The time in the middle, or -1 when there is none. */
static int64_t
median(struct rules_rule *r)
{

	if (r->ntook == 0)
		return (-1);
	qsort(r->took, r->ntook, sizeof(*r->took), by_size);
	if (r->ntook % 2 != 0)
		return (r->took[r->ntook / 2]);
	return ((r->took[r->ntook / 2 - 1] + r->took[r->ntook / 2]) / 2);
}

/* All hits of a rule. */
static uint32_t
hits(const struct rules_rule *r)
{

	return (r->effect + r->shadow + r->lifted + r->waived);
}

/* Those that hit most first. */
static int
by_hits(const struct reporthash *h, size_t a, size_t b)
{
	uint32_t x = hits(reporthash_value(h, a));
	uint32_t y = hits(reporthash_value(h, b));

	return (x > y ? -1 : x < y);
}

/* Fill the cells that say what a rule is, by the policy that was given. */
static void
policy_cells(struct report_table *t, const struct rules_report *x,
    const char *id)
{
	static const struct {
		int code;
		const char *name, *zh, *en;
	} classes[] = { { POLICY_STATUTORY, "statutory", "法定", "statutory" },
		{ POLICY_QUANTITY_LIMIT, "quantity", "数量", "quantity" },
		{ POLICY_FREQUENCY, "frequency", "频次", "frequency" },
		{ POLICY_CONTEXT, "context", "情境", "context" } },
	    thens[] = { { LK_PASS, "tell", "仅提示", "tells" },
		{ LK_LIMIT, "limit", "限制", "limit" },
		{ LK_REVIEW, "review", "暂缓", "review" },
		{ LK_REJECT, "reject", "拒绝", "reject" } };
	const struct report_rules_options *own = x->o->own;
	const struct policy *p = own != NULL ? own->policy : NULL;
	int rule = p != NULL ? policy_rule_find(p, id) : POLICY_NO_RULE;
	size_t i;

	for (i = 0; i < 4; i++) {
		if (rule == POLICY_NO_RULE || classes[i].code !=
		    (int)policy_rule_class(p, rule))
			continue;
		report_word(t, classes[i].name, classes[i].zh, classes[i].en);
		break;
	}
	if (i == 4)
		report_empty(t);
	for (i = 0; i < 4; i++) {
		if (rule == POLICY_NO_RULE || thens[i].code !=
		    policy_rule_then(p, rule))
			continue;
		report_word(t, thens[i].name, thens[i].zh, thens[i].en);
		break;
	}
	if (i == 4)
		report_empty(t);
	if (p == NULL)
		report_empty(t);
	else if (rule == POLICY_NO_RULE)
		report_word(t, "absent", "规则文件中没有", "not in the policy");
	else if (policy_rule_shadow(p, rule))
		report_word(t, "trial", "试行", "on trial");
	else
		report_word(t, "in_force", "施行", "in force");
}

/* Write what each did. */
static void
hit_table(struct report *r, const struct rules_report *x, const size_t *order)
{
	static const struct report_chart chart = { .shape = REPORT_STACK,
		.zh = "各规则：暂缓、拒绝", .en = "Held and refused, by rule",
		.label = 0, .n = 2, .series = { 6, 7 } };
	struct report_table *t = report_table(r, "rules", "各规则命中情况",
	    "What each rule did", rule_columns, COLUMNS(rule_columns));
	const struct rules_rule *v;
	size_t i;

	report_main(t);
	report_chart(t, &chart);
	for (i = 0; i < reporthash_count(x->rules); i++) {
		v = reporthash_value(x->rules, order[i]);
		report_row(t);
		report_text(t, reporthash_key(x->rules, order[i]));
		policy_cells(t, x, reporthash_key(x->rules, order[i]));
		report_number(t, hits(v));
		report_number(t, v->effect);
		report_number(t, v->held);
		report_number(t, v->refused);
		report_number(t, v->alone);
		report_number(t, v->shadow);
		report_number(t, v->lifted);
		report_number(t, v->waived);
		report_number(t, v->overridden);
	}
	report_note(r, t, "一项申请可命中多条规则，各规则分别计数；“唯一原因”指没有其他"
	    "规则同时生效。", "An application that several rules hit is counted "
	    "for each; \"alone\" means that no other rule had effect.");
}

/* Write how reviews came out. */
static void
review_table(struct report *r, const struct rules_report *x,
    const size_t *order)
{
	static const struct report_chart stack = { .shape = REPORT_STACK,
		.zh = "暂缓后的结果", .en = "What became of what was held",
		.label = 0, .n = 6, .series = { 2, 3, 4, 5, 6, 7 } };
	static const struct report_chart dots = { .shape = REPORT_DOT,
		.zh = "驳回率及 95% 区间", .en = "Share denied of what was "
		"answered, with its 95 % interval", .label = 0, .n = 1,
		.series = { 9 } };
	struct report_table *t = report_table(r, "reviews", "审核结果",
	    "How reviews came out", review_columns, COLUMNS(review_columns));
	struct rules_rule *v;
	size_t i;

	report_chart(t, &stack);
	report_chart(t, &dots);
	for (i = 0; i < reporthash_count(x->rules); i++) {
		v = reporthash_value(x->rules, order[i]);
		if (v->held == 0)
			continue;
		report_row(t);
		report_text(t, reporthash_key(x->rules, order[i]));
		report_number(t, v->held);
		report_number(t, v->answer[RULES_APPROVED]);
		report_number(t, v->answer[RULES_DENIED]);
		report_number(t, v->answer[RULES_TIMEOUT]);
		report_number(t, v->answer[RULES_WITHDRAWN]);
		report_number(t, v->lapsed);
		report_number(t, v->answer[RULES_OPEN]);
		report_number(t, v->overridden);
		report_rate(t, v->answer[RULES_DENIED],
		    v->answer[RULES_DENIED] + v->answer[RULES_APPROVED]);
		report_span(t, median(v));
		report_number(t, v->approved_named);
	}
	report_note(r, t, "驳回率 = 驳回 ÷（批准 + 驳回），附 95%% 区间；无人答复的和申请人"
	    "自行离开的不计入。", "The share is denied ÷ (approved + denied), with "
	    "its 95 %% interval; what nobody answered, and who went away, is left "
	    "out.");
}

/* Write what rules without effect would have held. */
static void
trial_table(struct report *r, const struct rules_report *x,
    const size_t *order)
{
	static const struct report_chart dots = { .shape = REPORT_DOT,
		.zh = "放行后涉案或列名，每千例及 95% 区间（虚线为全部放行）", .en = "Named since, "
		"per 1,000 that passed, with the 95 % interval (dashed: all)", .label = 0,
		.n = 1, .series = { 4 } };
	struct report_table *t = report_table(r, "trial",
	    "试行规则与仅提示的规则", "Rules on trial, and rules that only tell",
	    trial_columns, COLUMNS(trial_columns));
	const struct rules_rule *v;
	size_t i, n = reporthash_count(x->named);

	for (i = 0; i < reporthash_count(x->rules); i++) {
		v = reporthash_value(x->rules, order[i]);
		if (v->shadow == 0)
			continue;
		report_row(t);
		report_text(t, reporthash_key(x->rules, order[i]));
		report_number(t, v->shadow);
		report_number(t, v->passed);
		report_number(t, v->passed_named);
		report_rate(t, v->passed_named, v->passed);
	}
	if (report_rows(t) == 0)
		return;
	report_row_as(t, REPORT_TOTAL);
	report_word(t, "all_passed", "全部放行", "all that passed");
	report_empty(t);
	report_number(t, (int64_t)x->passed);
	report_number(t, (int64_t)n);
	report_rate(t, n, x->passed);
	if (n > 0)
		report_chart(t, &dots);
	report_note(r, t, "如规则生效，放行的各例本会暂缓；放行后被列入名单或其卡涉案的，"
	    "是规则本可拦下的。与全部放行的同一比率比较。", "Had the rule been in "
	    "force, those that passed would have been held; those named since, "
	    "by a list or for an involved card, are what it would have caught.  "
	    "Compare with the same share of all that passed.");
}

/* Write the figures. */
static void
figures(struct report *r, const struct rules_report *x)
{
	const struct rules_case *c;
	uint64_t held = 0, refused = 0, n[RULES_WITHDRAWN + 1] = { 0 };
	size_t i;

	for (i = 0; i < reporthash_count(x->cases); i++) {
		c = reporthash_value(x->cases, i);
		refused += c->decision == LK_REJECT;
		if (c->decision != LK_REVIEW)
			continue;
		held++;
		n[c->answer]++;
	}
	report_figure(r, "decisions", "核查", "checks", (int64_t)x->decisions);
	report_figure(r, "held", "暂缓", "held", (int64_t)held);
	report_figure(r, "refused", "拒绝", "refused", (int64_t)refused);
	report_figure(r, "approved", "批准", "approved",
	    (int64_t)n[RULES_APPROVED]);
	report_figure(r, "denied", "驳回", "denied", (int64_t)n[RULES_DENIED]);
	report_figure(r, "timeout", "逾期未答", "timed out",
	    (int64_t)n[RULES_TIMEOUT]);
}

/* Write all of it. */
int
rules_tell(struct rules_report *x, struct report *r)
{
	size_t *order;

	if (sum_up(x) != 0 ||
	    (order = reporthash_sorted(x->rules, by_hits)) == NULL)
		return (-1);
	figures(r, x);
	hit_table(r, x, order);
	review_table(r, x, order);
	trial_table(r, x, order);
	free(order);
	return (0);
}
