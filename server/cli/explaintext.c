#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "engine/category.h"
#include "engine/policy_names.h"
#include "plugin.h"
#include "store/entry.h"

#include "explaintext.h"
#include "words.h"

/* A text that grows up to its bound. */
struct grow {
	char *p;
	size_t len;
	int zh;
	int code;	/* as rules are written */
};

/* Add to it. */
static void __attribute__((format(printf, 2, 3)))
add(struct grow *g, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(&g->p[g->len], EXPLAINTEXT_MAX - g->len, fmt, ap);
	va_end(ap);
	if (n > 0)
		g->len += (size_t)n;
	if (g->len >= EXPLAINTEXT_MAX)
		g->len = EXPLAINTEXT_MAX - 1;
}

/* Add one of two texts. */
static void
say(struct grow *g, const char *zh, const char *en)
{

	add(g, "%s", g->zh ? zh : en);
}

/* What each function counts, without window and product. */
static const struct {
	uint8_t fn;
	const char *zh, *en;
} counts[] = {
	{ POLICY_CARDS, "办理的银行卡和电话卡（含本次）",
	    "bank and phone cards opened %s, this one included" },
	{ POLICY_BANK, "办理的银行卡（含本次）",
	    "bank cards opened %s, this one included" },
	{ POLICY_SIM, "办理的电话卡（含本次）",
	    "phone cards opened %s, this one included" },
	{ POLICY_ACCOUNTS, "开立的支付账户和数字人民币钱包（含本次）",
	    "payment accounts and wallets opened %s, this one included" },
	{ POLICY_INSTITUTIONS, "办理业务的不同机构（含本次）",
	    "different institutions %s, this one included" },
	{ POLICY_OUTLETS, "办理业务的不同网点（含本次）",
	    "different outlets %s, this one included" },
	{ POLICY_VISITS, "到网点办理的次数（含本次）",
	    "visits %s, this one included" },
	{ POLICY_ATTEMPTS, "申请的次数（含本次）",
	    "applications %s, this one included" },
	{ POLICY_ATTEMPT_INSTITUTIONS, "申请过的不同机构（含本次）",
	    "different institutions asked %s, this one included" },
	{ POLICY_REJECTS, "被拒绝的次数", "refusals %s" },
	{ POLICY_REPLACED, "补换卡的次数（含本次）",
	    "replacements %s, this one included" },
	{ POLICY_SHARED_PHONE, "使用同一联系电话的人数（含本人）",
	    "people who gave the same contact phone %s, the applicant "
	    "included" },
	{ POLICY_SHARED_ADDRESS, "使用同一联系地址的人数（含本人）",
	    "people who gave the same address %s, the applicant included" },
	{ POLICY_SHARED_DEVICE, "使用同一设备的人数（含本人）",
	    "people who used the same device %s, the applicant included" },
	{ POLICY_SHARED_AGENT, "由同一代办人办理的人数（含本人）",
	    "people for whom the same agent acted %s, the applicant "
	    "included" },
	{ POLICY_SHARED_EMPLOYER, "登记同一单位的人数（含本人）",
	    "people of the same employer %s, the applicant included" },
	{ POLICY_OUTLET_CARDS, "本网点开出的银行卡和电话卡（含本次）",
	    "bank and phone cards issued at this outlet %s, this one "
	    "included" },
	{ POLICY_OUTLET_MEAN, "本网点此前八周的同期平均开卡数",
	    "cards issued at this outlet %s, on average of the 8 weeks "
	    "before" },
	{ POLICY_OUTLET_AWAY, "本网点为外地申请人开出的卡（含本次）",
	    "cards issued at this outlet %s to people of another area, this "
	    "one included" },
	{ POLICY_OUTLET_AWAY_MEAN, "本网点此前八周为外地申请人的同期平均开卡数",
	    "cards issued at this outlet %s to people of another area, on "
	    "average of the 8 weeks before" },
	{ POLICY_OUTLET_OFFLINE, "本网点在上级无应答时放行的卡（含本次）",
	    "cards passed at this outlet %s while the node above did not "
	    "answer, this one included" },
};

/* Facts that stand alone. */
static const struct {
	uint8_t fn;
	const char *zh, *en;
} plain[] = {
	{ POLICY_CLEARED, "有豁免", "a clearance is in force" },
	{ POLICY_HELD_KNOWN, "机构告知了已持有数量",
	    "the institution told how many are held" },
	{ POLICY_AREA_LOCAL, "申请人与网点同属一地",
	    "applicant and outlet are of one area" },
	{ POLICY_OVERFLOW, "开户记录过多，未能全数留存",
	    "more openings than the record holds" },
	{ POLICY_OFFLINE, "上级节点未及时应答",
	    "the node above did not answer in time" },
	{ POLICY_LINKED, "合并计算本人的多份证件",
	    "counted over several documents of the person" },
	{ POLICY_GUARDIAN, "监护人到场", "a guardian is present" },
	{ POLICY_STALE, "名单超过有效时限", "the lists are too old" },
	{ POLICY_OUTLET_KNOWN, "网点在登记册中",
	    "the outlet is in the register" },
	{ POLICY_OUTLET_SUSPENDED, "网点暂停业务", "the outlet is suspended" },
	{ POLICY_CAMPAIGN, "属于有名额的登记活动",
	    "within a registered campaign that has room" },
	{ POLICY_AGE, "年龄", "age" },
	{ POLICY_HOUR, "办理时的钟点（0–23）", "hour of the day (0-23)" },
	{ POLICY_QUANTITY, "本次申请数量", "items asked for" },
	{ POLICY_CHANNEL, "渠道", "channel" },
	{ POLICY_PRODUCT, "业务", "product" },
	{ POLICY_OPERATION, "操作", "operation" },
	{ POLICY_PURPOSE, "用途", "purpose" },
	{ POLICY_ID_TYPE, "证件类型", "kind of document" },
	{ POLICY_SUBJECT, "申请主体", "subject" },
	{ POLICY_INSTITUTION, "机构", "institution" },
};

/* The words of a product or group. */
static const char *
product(int code, int zh)
{
	const char *s;

	switch (code) {
	case POLICY_GROUP_BANK:
		return (zh ? "银行卡" : "bank cards");
	case POLICY_GROUP_PHONE:
		return (zh ? "电话卡（含副卡）" : "phone cards");
	case POLICY_GROUP_ACCOUNT:
		return (zh ? "支付账户和数字人民币钱包" :
		    "payment accounts and wallets");
	default:
		s = words_name(words_product, code, zh);
		return (s != NULL ? s : "?");
	}
}

/* A window in words. */
static void
window(int32_t w, int zh, char buf[64])
{

	if (w == POLICY_TODAY)
		snprintf(buf, 64, "%s", zh ? "当日" : "on this day");
	else if (w % 86400 == 0 && w > 86400)
		snprintf(buf, 64, zh ? "近%d天" : "in the last %d days",
		    w / 86400);
	else
		snprintf(buf, 64, zh ? "近%d小时" : "in the last %d hours",
		    w / 3600);
}

/* Add what a fact counts. */
static void
fact(struct grow *g, const struct policy_fact *f)
{
	char w[64];
	size_t i;

	window(f->window, g->zh, w);
	for (i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
		if (counts[i].fn != f->fn)
			continue;
		if (g->zh) {
			add(g, "%s%s", w, counts[i].zh);
			return;
		}
		add(g, "%.*s%s%s", (int)strcspn(counts[i].en, "%"),
		    counts[i].en, w, strchr(counts[i].en, '%') + 2);
		return;
	}
	if (f->fn == POLICY_HELD && g->zh)
		add(g, "%s名下现有的%s", f->place == POLICY_HERE ?
		    "在本机构" : "在各机构", product(f->product, 1));
	else if (f->fn == POLICY_HELD)
		add(g, "%s held %s", product(f->product, 0), f->place ==
		    POLICY_HERE ? "at this institution" : "everywhere");
	else if (f->fn == POLICY_MINUTES_SINCE && g->zh)
		add(g, "距上次办理%s的分钟数", product(f->product, 1));
	else if (f->fn == POLICY_MINUTES_SINCE)
		add(g, "minutes since %s were last opened",
		    product(f->product, 0));
	else if (f->list != NULL)
		add(g, g->zh ? "%s在名单“%s”上" : "%s on the list '%s'",
		    f->fn == POLICY_LISTED ? (g->zh ? "申请人" :
		    "the applicant") : g->zh ? "代办人" : "the agent", f->list);
	for (i = 0; i < sizeof(plain) / sizeof(plain[0]); i++)
		if (plain[i].fn == f->fn)
			say(g, plain[i].zh, plain[i].en);
}

/* Write what a fact counts. */
void
explaintext_fact(const struct policy_fact *f, int zh,
    char buf[EXPLAINTEXT_MAX])
{
	struct grow g = { buf, 0, zh, 0 };

	buf[0] = '\0';
	fact(&g, f);
}

/* The table of a choice. */
static const struct word *
table(int fn)
{

	switch (fn) {
	case POLICY_CHANNEL:
		return (words_channel);
	case POLICY_PRODUCT:
		return (words_product);
	case POLICY_OPERATION:
		return (words_operation);
	case POLICY_PURPOSE:
		return (words_purpose);
	case POLICY_ID_TYPE:
		return (words_id_type);
	case POLICY_SUBJECT:
		return (words_subject);
	default:
		return (NULL);
	}
}

/* Add what is on a list. */
static void
category(struct grow *g, int64_t code)
{
	const char *s = code <= 0 ? (g->zh ? "未列入" : "not listed") :
	    g->code ? category_name((int)code) : category_text((int)code,
	    !g->zh);

	/* One of a later version has no name yet. */
	if (s[0] != '\0')
		add(g, "%s", s);
	else
		add(g, "%" PRId64, code);
}

/* Add one name of a choice. */
static void
name(struct grow *g, const struct policy *p, int fn, int64_t code,
    const struct entry *e)
{
	const struct word *words = table(fn);
	const char *s;

	if (fn == POLICY_LISTED || fn == POLICY_AGENT_LISTED) {
		category(g, code);
		return;
	}
	if (words == NULL) {
		s = policy_why_institution(p, (int32_t)code);
		add(g, "%s", s[0] != '\0' ? s : e->inst);
		return;
	}
	if ((s = words_name(words, (int32_t)code, g->zh)) != NULL)
		add(g, "%s", s);
	else
		add(g, "%" PRId64, code);
}

/* What an operator means, in words and as it is written; by `not`, the other. */
static const struct {
	const char *zh, *en, *sign;
} operators[][2] = {
	[POLICY_IS] = { { "等于 ", "exactly ", "==" },
	    { "不等于 ", "other than ", "!=" } },
	[POLICY_IS_NOT] = { { "不等于 ", "other than ", "!=" },
	    { "等于 ", "exactly ", "==" } },
	[POLICY_LESS] = { { "少于 ", "less than ", "<" },
	    { "达到 ", "at least ", ">=" } },
	[POLICY_AT_MOST] = { { "不超过 ", "at most ", "<=" },
	    { "超过 ", "more than ", ">" } },
	[POLICY_MORE] = { { "超过 ", "more than ", ">" },
	    { "不超过 ", "at most ", "<=" } },
	[POLICY_AT_LEAST] = { { "达到 ", "at least ", ">=" },
	    { "少于 ", "less than ", "<" } },
};

/* Add a side of a comparison: its facts with their values, and the sum. */
static void
sum(struct grow *g, const struct policy *p, const struct policy_sum *s,
    const struct entry *e)
{
	const struct policy_fact *f;
	size_t i, times, terms = s->n + (s->constant != 0);

	(void)policy_facts(p, &f);
	for (i = 0; i < s->n; i += times) {
		/* Three times a mean is written as a sum of three. */
		for (times = 1; i + times < s->n &&
		    s->slot[i + times] == s->slot[i]; times++)
			continue;
		if (i > 0)
			add(g, " + ");
		if (times > 1)
			add(g, "%zu × ", times);
		fact(g, &f[s->slot[i]]);
		if (e->facts[s->slot[i]] < 0)
			say(g, "：不详", ": not known");
		else
			add(g, "%s%" PRId64, terms > 1 ? " " : g->zh ? "：" :
			    ": ", e->facts[s->slot[i]]);
	}
	if (s->constant != 0)
		add(g, " + %" PRId64, s->constant);
	if (terms > 1 && s->unknown)
		say(g, " = 不详", " = not known");
	else if (terms > 1)
		add(g, " = %" PRId64, s->value);
}

/* Add what a comparison is with. */
static void
bound(struct grow *g, const struct policy *p, const struct policy_condition *c,
    const struct entry *e)
{

	say(g, operators[c->op][c->negated].zh, operators[c->op][c->negated].en);
	if (c->right.n == 0)
		add(g, "%" PRId64, c->right.value);
	else
		sum(g, p, &c->right, e);
}

/* Write a condition. */
void
explaintext_condition(const struct policy *p,
    const struct policy_condition *c, const struct entry *e, int zh,
    char buf[EXPLAINTEXT_MAX])
{
	struct grow g = { buf, 0, zh, 0 };
	const struct policy_fact *f;
	int fn = 0;
	size_t i;

	buf[0] = '\0';
	(void)policy_facts(p, &f);
	if (c->left.n > 0)
		fn = f[c->left.slot[0]].fn;
	switch (c->kind) {
	case POLICY_WHY_FLAG:
		fact(&g, &f[c->left.slot[0]]);
		say(&g, "：", ": ");
		say(&g, c->left.value > 0 ? "是" : "否", c->left.value > 0 ?
		    "yes" : "no");
		if (c->left.value > 0 && f[c->left.slot[0]].list != NULL) {
			say(&g, "，", ", ");
			category(&g, c->left.value);
		}
		add(&g, zh ? "（规则：%s）" : " (the rule: %s)", c->negated ?
		    (zh ? "否" : "no") : zh ? "是" : "yes");
		return;
	case POLICY_WHY_IN:
		fact(&g, &f[c->left.slot[0]]);
		say(&g, "：", ": ");
		name(&g, p, fn, c->left.value, e);
		say(&g, "（规则：", " (the rule: ");
		if (c->negated)
			say(&g, "不是", "not ");
		for (i = 0; i < c->n; i++) {
			if (i > 0)
				say(&g, "、", i + 1 == c->n ? " or " : ", ");
			name(&g, p, fn, c->item[i], e);
		}
		if (c->n == POLICY_WHY_ITEMS)
			add(&g, "…");
		say(&g, "）", ")");
		return;
	default:
		sum(&g, p, &c->left, e);
		say(&g, "（规则：", " (the rule: ");
		bound(&g, p, c, e);
		say(&g, "）", ")");
		return;
	}
}

/* Add a side as it is written in a rule. */
static void
written(struct grow *g, const struct policy *p, const struct policy_sum *s)
{
	const struct policy_fact *f;
	char buf[64];
	size_t i;

	(void)policy_facts(p, &f);
	for (i = 0; i < s->n; i++) {
		(void)policy_fact_name(&f[s->slot[i]], buf, sizeof(buf));
		add(g, "%s%s", i > 0 ? " + " : "", buf);
	}
	if (s->constant != 0 || s->n == 0)
		add(g, "%s%" PRId64, s->n > 0 ? " + " : "", s->constant);
}

/* Add what a side comes to. */
static void
comes_to(struct grow *g, const struct policy_sum *s)
{

	if (s->unknown)
		add(g, "unknown");
	else
		add(g, "%" PRId64, s->value);
}

/* Write a condition as rules are written. */
void
explaintext_code(const struct policy *p, const struct policy_condition *c,
    const struct entry *e, char buf[EXPLAINTEXT_MAX])
{
	struct grow g = { buf, 0, 0, 1 };
	const struct policy_fact *f;
	size_t i;

	buf[0] = '\0';
	(void)policy_facts(p, &f);
	written(&g, p, &c->left);
	add(&g, " = ");
	if (c->kind == POLICY_WHY_FLAG) {
		if (c->left.value > 0 && f[c->left.slot[0]].list != NULL)
			category(&g, c->left.value);
		else
			add(&g, "%s", c->left.value > 0 ? "true" : "false");
		add(&g, ", needs %s", c->negated ? "false" : "true");
		return;
	}
	if (c->kind == POLICY_WHY_COMPARE) {
		comes_to(&g, &c->left);
		add(&g, ", needs %s ", operators[c->op][c->negated].sign);
		written(&g, p, &c->right);
		if (c->right.n > 0) {
			add(&g, " = ");
			comes_to(&g, &c->right);
		}
		return;
	}
	name(&g, p, f[c->left.slot[0]].fn, c->left.value, e);
	add(&g, c->negated ? ", needs not " : ", needs ");
	for (i = 0; i < c->n; i++) {
		add(&g, "%s", i > 0 ? "|" : "");
		name(&g, p, f[c->left.slot[0]].fn, c->item[i], e);
	}
}
