#include <ctype.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "audit/casefile.h"
#include "plugin.h"
#include "store/entry.h"
#include "store/subject.h"

#include "explaintext.h"
#include "moment.h"
#include "refid.h"
#include "words.h"

/* The word for what a rule did. */
const char *
explaintext_state(enum explain_state state, int zh)
{
	static const char *const en[] = { "hit", "lifted by a clearance",
		"lifted by a campaign", "without effect (on trial, or only told)", "nearly",
		"not hit", "not in force that day" };
	static const char *const cn[] = { "命中", "已豁免", "登记活动豁免",
		"命中但不生效（试行或仅告知）", "接近命中", "未命中", "当日未生效" };

	return (zh ? cn[state] : en[state]);
}

/* The word for a rule's class. */
const char *
explaintext_class(const struct policy *p, int rule, int zh)
{
	static const char *const en[] = { "statutory", "quantity limit",
		"high frequency", "context" };
	static const char *const cn[] = { "法定", "数量限制", "高频开卡", "情境" };
	enum policy_class class = policy_rule_class(p, rule);

	return (zh ? cn[class] : en[class]);
}

/* What a rule asks for. */
void
explaintext_effect(const struct policy *p, int rule, int zh,
    char buf[EXPLAINTEXT_MAX])
{
	int32_t then = policy_rule_then(p, rule);
	const char *by = words_name(words_by, policy_rule_by(p, rule), zh);
	const char *what = words_name(words_then, then, zh);
	char needs[256], *c;

	words_bits(words_need, policy_rule_needs(p, rule), zh, needs,
	    sizeof(needs));
	for (c = needs; *c != '\0'; c++)
		if (*c == '_')
			*c = ' ';
	snprintf(buf, EXPLAINTEXT_MAX, zh ? "%s%s%s%s%s%s" : "%s%s%s%s%s%s",
	    what != NULL ? what : "?", then == LK_REVIEW && by != NULL ?
	    (zh ? "，由" : ", by ") : "", then == LK_REVIEW && by != NULL ? by :
	    "", then == LK_REVIEW && by != NULL && zh ? "审核" : "",
	    needs[0] != '\0' ? (zh ? "，需要：" : ", needs: ") : "", needs);
}

/* Add to a text of EXPLAINTEXT_MAX bytes, of which n are used. */
static size_t __attribute__((format(printf, 3, 4)))
add(char *buf, size_t n, const char *fmt, ...)
{
	va_list ap;
	int more;

	va_start(ap, fmt);
	more = vsnprintf(&buf[n], EXPLAINTEXT_MAX - n, fmt, ap);
	va_end(ap);
	n += more > 0 ? (size_t)more : 0;
	return (n < EXPLAINTEXT_MAX ? n : EXPLAINTEXT_MAX - 1);
}

/* Do all rules that are left rest on what others do, not on the applicant's windows? */
static int
others(const struct policy *p, const struct verdict *v)
{
	uint16_t i;
	int fn;

	for (i = 0; i < v->nhits; i++) {
		for (fn = POLICY_SHARED_PHONE; fn <= POLICY_OFFLINE; fn++)
			if (policy_rule_reads(p, v->hit[i], fn))
				break;
		if (fn > POLICY_OFFLINE)
			return (0);
	}
	return (1);
}

/* Add what a node answered: "review by centre, reason C3, rules C-3 C-7". */
static size_t
answer(char *buf, size_t n, const struct entry *e, int zh)
{
	const char *what = words_name(words_decision, e->up_decision, zh);
	const char *by = words_name(words_by, e->up_by, zh);

	n = add(buf, n, "%s", what != NULL ? what : "?");
	if (e->up_decision == LK_REVIEW && by != NULL)
		n = add(buf, n, zh ? "（由%s审核）" : ", by %s", by);
	if (e->up_reason[0] != '\0')
		n = add(buf, n, zh ? "，原因 %s" : ", reason %s",
		    e->up_reason);
	if (e->up_hits[0] != '\0')
		n = add(buf, n, zh ? "，规则 %s" : ", rules %s", e->up_hits);
	return (n);
}

/* What other nodes have to do with it. */
void
explaintext_above(const struct explain *x, const struct casefile *c, int zh,
    char buf[EXPLAINTEXT_MAX])
{
	const struct entry *e = &c->decision.e;
	const char *own = words_name(words_decision, x->v.decision, zh);
	size_t n = 0;

	buf[0] = '\0';
	if (e->from_seq != 0)
		n = add(buf, n, zh ? "由节点 %s 作出（其第 %" PRIu64 " 条记录）；依据见"
		    "该节点的日志。" : "Made by node %s, its entry %" PRIu64
		    "; the grounds are in its own log.  ", e->from,
		    e->from_seq);
	else if (e->from[0] != '\0')
		n = add(buf, n, zh ? "节点 %s 询问时的答复，保留一分钟；由该节点自行"
		    "决定。" : "The answer to a question of node %s, kept for a "
		    "minute; that node decides itself.  ", e->from);
	if (e->up_seq != 0) {
		n = add(buf, n, zh ? "上级节点（其第 %" PRIu64 " 条记录）答复：" :
		    "The node above, in its entry %" PRIu64 ", said ",
		    e->up_seq);
		n = answer(buf, n, e, zh);
		n = add(buf, n, zh ? "。本节点的规则：%s；取较严者。" : "; our own "
		    "rules: %s.  The stricter counts.", own != NULL ? own :
		    "?");
		if ((e->flags & ENTRY_F_OFFLINE) != 0)
			(void)add(buf, n, "%s", zh ? "它当时未得到更上一级的答复。" :
			    "  It had no answer of the node above it.");
	} else if ((e->flags & ENTRY_F_OFFLINE) != 0 && e->from_seq != 0)
		(void)add(buf, n, "%s", zh ? "它当时未得到上级节点的及时答复。" :
		    "The node above did not answer it in time.");
	else if ((e->flags & ENTRY_F_OFFLINE) != 0)
		(void)add(buf, n, "%s", zh ? "上级节点未及时应答，只依本节点的规则决定。" :
		    "The node above did not answer in time: decided by our "
		    "own rules alone.");
	n = strlen(buf);
	while (n > 0 && buf[n - 1] == ' ')
		buf[--n] = '\0';
}

/* Add one moment at which it passes, or that there is none. */
static size_t
when(char *buf, size_t n, const struct lapse *l, const struct policy *p,
    int zh)
{
	char time[MOMENT_SIZE], ids[512];

	if (l->kind == LAPSE_AT)
		return (add(buf, n, zh ? "自 %s 起，同样的申请会自动通过" :
		    "From %s on the same application passes by itself",
		    moment_short(l->at * 1000, time)));
	(void)policy_hits(p, l->left.hit, l->left.nhits, ids, sizeof(ids));
	if (others(p, &l->left))
		return (add(buf, n, zh ? "%s 取决于他人共用的联系方式、网点的办理情况"
		    "或与上级的连线，何时消失无法预计" : "%s rests on what others do (shared "
		    "contacts, the outlet's figures, the line to the node "
		    "above): when it goes away cannot be foretold", ids));
	return (add(buf, n, zh ? "等待不会使其自动通过：%s 不随时间消失" :
	    "Waiting alone never makes it pass: %s does not go away with "
	    "time", ids));
}

/* Is it over: reviewed, issued, withdrawn, replaced? */
static int
settled(const struct casefile *c)
{
	size_t i;

	for (i = 0; i < c->later.n; i++)
		if (c->later.v[i].e.kind != ENTRY_REPORT &&
		    (c->later.v[i].e.flags & ENTRY_F_REFUSED) == 0)
			return (1);
	return (0);
}

/* When it settles itself. */
void
explaintext_lapse(const struct explain *x, const struct casefile *c, int zh,
    char buf[EXPLAINTEXT_MAX])
{
	const struct entry *e = &c->decision.e;
	const struct lapse *then = &x->then, *now = &x->now;
	char time[MOMENT_SIZE];
	size_t n, at;

	buf[0] = '\0';
	if (!x->lapses)
		return;
	n = when(buf, 0, then, c->policy, zh);
	if (then->kind == LAPSE_AT)
		n = add(buf, n, "%s", zh ? "（按作出决定时的记录，且其间不再开卡）" :
		    ", by the record as it then was and if nothing further is "
		    "opened");
	n = add(buf, n, "%s", zh ? "。" : ".");
	if (e->up_seq != 0 || (e->flags & ENTRY_F_OFFLINE) != 0)
		n = add(buf, n, "%s", zh ? "这是依本节点的规则；届时还会询问上级节点。" :
		    "  That is by our own rules; the node above is asked then "
		    "too.");
	/* Told again where what came later has moved it. */
	if (c->last_about > e->seq && (now->kind != then->kind ||
	    (now->kind == LAPSE_AT && now->at != then->at &&
	    now->at * 1000 > c->last_t))) {
		n = add(buf, n, "%s", zh ? "按现在的记录：" :
		    "  And by the record as it is now: ");
		at = n;
		n = when(buf, n, now, c->policy, zh);
		if (!zh && at < n)	/* the sentence goes on */
			buf[at] = (char)tolower((unsigned char)buf[at]);
		n = add(buf, n, "%s", zh ? "。" : ".");
	}
	if (e->due != 0 && !settled(c))
		(void)add(buf, n, zh ? "若无人处理，本次审核于 %s 到期，届时须重新申请。" :
		    "  If nobody decides it, this review ends at %s and the "
		    "applicant has to apply again.", moment_short(e->due,
		    time));
}

/* Who decided or did it, so that people of two levels can speak of the same thing. */
static const char *
there(const struct entry *e, int zh, char buf[96])
{
	char ref[REFID_MAX];

	buf[0] = '\0';
	if (e->kind == ENTRY_SETTLE && e->from_seq != 0)
		(void)snprintf(buf, 96, zh ? "（节点 %s 的参考号 %s）" :
		    " (at %s: reference %s)", e->from,
		    refid_print(ref, e->count != 0 ? e->count : e->from_seq));
	else if (e->kind == ENTRY_REVIEW && e->decided_by[0] != '\0')
		(void)snprintf(buf, 96, zh ? "（%.48s%s%.12s）" :
		    " (%.48s%s%.12s)", e->decided_by, e->from_seq != 0 ?
		    " @" : "", e->from_seq != 0 ? e->from : "");
	return (buf);
}

/* What became of it. */
void
explaintext_standing(const struct casefile *c, int zh,
    char buf[EXPLAINTEXT_MAX])
{
	const struct entry *d = &c->decision.e, *e;
	char time[MOMENT_SIZE], list[128], where[96];
	const char *what, *code;
	size_t i, n = 0;

	buf[0] = '\0';
	for (i = 0; i < c->later.n && n < EXPLAINTEXT_MAX; i++) {
		e = &c->later.v[i].e;
		what = words_name(words_kind, e->kind, zh);
		code = e->kind == ENTRY_REVIEW ? words_name(words_review,
		    e->code, zh) : e->kind == ENTRY_SETTLE ? words_name(
		    words_decision, e->decision, zh) : NULL;
		if (e->kind == ENTRY_DECISION)
			what = zh ? "被新的申请取代" :
			    "replaced by a new application";
		if (e->kind == ENTRY_RETRO && e->code == RETRO_ABOVE) {
			(void)snprintf(list, sizeof(list), zh ? "上级节点事后查出 %s" :
			    "found by the node above after the fact: %s",
			    e->hits);
			what = list;
		} else if (e->kind == ENTRY_RETRO) {
			(void)snprintf(list, sizeof(list), e->code ==
			    RETRO_HIT ? (zh ? "事后列入名单“%s”" : "put on the "
			    "list '%s' after the fact") : (zh ?
			    "从名单“%s”撤出" : "withdrawn from the list '%s'"),
			    e->list);
			what = list;
		}
		n += (size_t)snprintf(&buf[n], EXPLAINTEXT_MAX - n,
		    "%s%s %s%s%s%s%s", n > 0 ? (zh ? "；" : "; ") : "",
		    moment_short(e->t, time), what != NULL ? what : "?",
		    code != NULL ? " " : "", code != NULL ? code : "",
		    there(e, zh, where),
		    (e->flags & ENTRY_F_REFUSED) == 0 ? "" : zh ? "（未生效）" :
		    " (without effect)");
	}
	if (c->later.n == 0 && d->expires != 0 && c->last_t >= d->expires)
		snprintf(buf, EXPLAINTEXT_MAX, zh ? "已于 %s 到期" :
		    "ended unused at %s", moment_short(d->expires, time));
}

/* Of which campaign it is. */
void
explaintext_campaign(const struct entry *e, int zh, char buf[EXPLAINTEXT_MAX])
{

	(void)snprintf(buf, EXPLAINTEXT_MAX, "%s%s", e->campaign,
	    (e->flags & ENTRY_F_FULL) == 0 ? "" : zh ? "（人数已满，不再豁免）" :
	    " (no room any more: it lifts nothing)");
}

/* What is odd about it. */
const char *
explaintext_odd(const struct explain *x, const struct casefile *c, int zh)
{
	const struct entry *e = &c->decision.e;
	struct outcome o = { x->v.decision, x->v.floor, 0, x->v.needs,
		x->v.by, x->v.offer, x->v.limit_profile };

	if ((e->flags & ENTRY_F_SANDBOX) != 0 &&
	    strcmp(e->reason, "SANDBOX") == 0)
		return (zh ? "测试环境：该结果由测试证件号指定，并非规则得出" :
		    "sandbox: the document's number asked for this outcome; no "
		    "rule gave it");
	(void)subject_above(e, &o);
	if (o.decision != e->decision && e->from_seq == 0)
		return (zh ? "注意：记录的结果与其事实不符，请用 liangka log replay 核查" :
		    "beware: the outcome in the entry does not follow from its "
		    "facts; see liangka log replay");
	return ("");
}
