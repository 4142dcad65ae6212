#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/policy.h"
#include "plugin.h"

#include "campaign_edit.h"
#include "rules.h"
#include "tool.h"

static const char file[] = "campaigns.conf";

const struct word campaign_edit_products[] = {
	{ "bank1", "Ⅰ类户", 1 << LK_PRODUCT_BANK1 },
	{ "bank2", "Ⅱ类户", 1 << LK_PRODUCT_BANK2 },
	{ "bank3", "Ⅲ类户", 1 << LK_PRODUCT_BANK3 },
	{ "credit", "信用卡", 1 << LK_PRODUCT_CREDIT },
	{ "social", "社保卡", 1 << LK_PRODUCT_SOCIAL },
	{ "payment", "支付账户", 1 << LK_PRODUCT_PAYMENT },
	{ "ecny", "数字人民币", 1 << LK_PRODUCT_ECNY },
	{ "sim", "电话卡", 1 << LK_PRODUCT_SIM },
	{ "sim2", "副卡", 1 << LK_PRODUCT_SIM2 },
	{ "iot", "物联网卡", 1 << LK_PRODUCT_IOT },
	{ "fixed", "固话", 1 << LK_PRODUCT_FIXED },
	{ "corporate", "对公账户", INT32_MIN },
	{ NULL, NULL, 0 }
};

/* Write one error of the register. */
static void
report(void *arg, const struct conf_error *e)
{
	const struct tool *t = arg;
	char buf[2048];

	(void)conf_format(e, buf, sizeof(buf));
	(void)fputs(buf, t->err);
}

/* Read the register; none is as good as an empty one. */
static int
read_register(const struct tool *t, struct campaign_edit *e)
{
	const struct conf_sink sink = { report, (void *)(uintptr_t)t };
	char *text;
	size_t len, i;
	int rc;

	if ((rc = registers_read(t, &e->centre, file, CAMPAIGNS_MAX_TEXT,
	    &text, &len)) != ARGS_GO)
		return (rc);
	e->now = campaigns_read("registers/campaigns.conf", text != NULL ?
	    text : "", len, &sink);
	free(text);
	if (e->now == NULL)
		return (tool_fail(t, TOOL_DATA,
		    "registers/campaigns.conf 有误，见上",
		    "registers/campaigns.conf is wrong, see above"));
	e->n = campaigns_count(e->now);
	if ((e->v = malloc((e->n + 1) * sizeof(*e->v))) == NULL)
		return (tool_fail(t, TOOL_SYSTEM, "内存不足", "out of memory"));
	for (i = 0; i < e->n; i++)
		e->v[i] = campaigns_at(e->now, i);
	return (ARGS_GO);
}

/* Open the centre and its campaigns. */
int
campaign_edit_open(const struct tool *t, const struct registers_by *by,
    int write, struct campaign_edit *e)
{
	int rc;

	memset(e, 0, sizeof(*e));
	if ((rc = registers_open(t, by, write, &e->centre)) != ARGS_GO)
		return (rc);
	if ((rc = read_register(t, e)) != ARGS_GO)
		campaign_edit_close(e);
	return (rc);
}

/* Free all. */
void
campaign_edit_close(struct campaign_edit *e)
{

	campaigns_free(e->now);
	free(e->v);
	centre_close(&e->centre);
}

/* Find a campaign. */
size_t
campaign_edit_find(const struct tool *t, const struct campaign_edit *e,
    const char *id)
{
	struct conf_guess g;
	size_t i;

	conf_guess_init(&g, id, strlen(id));
	for (i = 0; i < e->n; i++) {
		if (strcmp(e->v[i]->id, id) == 0)
			return (i);
		conf_guess_try(&g, e->v[i]->id);
	}
	if (g.best != NULL)
		(void)tool_fail(t, TOOL_NO, "没有活动 %s，是否指 %s？",
		    "there is no campaign %s; did you mean %s?", id, g.best);
	else
		(void)tool_fail(t, TOOL_NO, "没有活动 %s",
		    "there is no campaign %s", id);
	return (e->n);
}

/* Is this rule among those that it lifts? */
static int
lifted(const struct campaign *g, const char *rule)
{
	size_t i;

	for (i = 0; i < g->nlifts; i++)
		if (strcmp(g->lifts[i], rule) == 0)
			return (1);
	return (0);
}

/* Note what may have been forgotten: a rule that tells the same reason. */
static void
note_same_reason(const struct tool *t, const struct campaign *g,
    const struct policy *p)
{
	const char *reason, *id;
	size_t i, k;

	for (i = 0; i < g->nlifts; i++) {
		reason = policy_rule_reason(p, policy_rule_find(p,
		    g->lifts[i]));
		for (k = 0; k < policy_rules(p); k++) {
			id = policy_rule_id(p, (int)k);
			if (strcmp(policy_rule_reason(p, (int)k), reason) ==
			    0 && policy_waivable(p, (int)k) && !lifted(g, id))
				(void)tool_fail(t, 0, "注意：规则 %s 与 %s "
				    "的原因同为 %s，未列入 --lifts，仍然有效",
				    "note: rule %s is told with the same reason "
				    "as %s (%s) and is not lifted", id,
				    g->lifts[i], reason);
		}
	}
}

/* See that a policy lets a campaign lift its rules. */
int
campaign_edit_rules(const struct tool *t, const struct campaign *g,
    const char *policy)
{
	struct rules r;
	size_t i;
	int rc, rule;

	if ((rc = rules_load(t, policy, &r, NULL)) != TOOL_OK)
		return (rc);
	rc = ARGS_GO;
	if (r.policy == NULL)
		rc = tool_fail(t, TOOL_DATA, "%s：策略有误，见上",
		    "%s: the policy is wrong, see above", policy);
	for (i = 0; i < g->nlifts && rc == ARGS_GO; i++) {
		rule = policy_rule_find(r.policy, g->lifts[i]);
		if (rule == POLICY_NO_RULE)
			rc = tool_fail(t, TOOL_NO,
			    "策略 %s 中没有规则 %s", "policy %s has no rule %s",
			    policy_version(r.policy), g->lifts[i]);
		else if (!policy_waivable(r.policy, rule))
			rc = tool_fail(t, TOOL_NO,
			    "策略 %s 不允许活动豁免规则 %s",
			    "policy %s does not let campaigns lift rule %s",
			    policy_version(r.policy), g->lifts[i]);
	}
	if (rc == ARGS_GO)
		note_same_reason(t, g, r.policy);
	rules_free(&r);
	return (rc);
}

/* Put the campaigns in place. */
int
campaign_edit_save(const struct tool *t, struct campaign_edit *e,
    const struct registers_by *by, const char *what, const char *why)
{
	const struct conf_sink sink = { report, (void *)(uintptr_t)t };
	struct campaigns *again;
	char *text;
	size_t len;
	int rc;

	if ((text = campaigns_print(e->v, e->n, &len)) == NULL)
		return (tool_fail(t, TOOL_SYSTEM, "内存不足", "out of memory"));
	/* What is written must read. */
	if ((again = campaigns_read(file, text, len, &sink)) == NULL)
		rc = tool_fail(t, TOOL_DATA, "活动有误，见上；未作更改",
		    "the campaign is wrong, see above; nothing was changed");
	else
		rc = registers_write(t, &e->centre, by, file, text, len, what,
		    why);
	campaigns_free(again);
	free(text);
	return (rc);
}
