#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "audit/holding.h"
#include "engine/category.h"
#include "plugin.h"
#include "store/records.h"

#include "moment.h"
#include "persontext.h"
#include "refid.h"
#include "words.h"

#define SEAL_KEEP_MS (INT64_C(3653) * 86400 * 1000) /* ten years */

/* A sentence that grows. */
struct sentence {
	char *p;
	size_t len;
	int zh;
};

/* Add to it. */
static void __attribute__((format(printf, 2, 3)))
add(struct sentence *s, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(&s->p[s->len], PERSONTEXT_MAX - s->len, fmt, ap);
	va_end(ap);
	s->len += n > 0 ? (size_t)n : 0;
	if (s->len >= PERSONTEXT_MAX)
		s->len = PERSONTEXT_MAX - 1;
}

/* The word of a code. */
static const char *
word(const struct word *table, int32_t code, int zh)
{
	const char *s = words_name(table, code, zh);

	return (s != NULL ? s : "?");
}

/* A product as people call it. */
static const char *
product(int32_t code, int zh)
{
	static const struct word plain[] = {
		{ "a class Ⅰ bank account", "Ⅰ类户", LK_PRODUCT_BANK1 },
		{ "a class Ⅱ bank account", "Ⅱ类户", LK_PRODUCT_BANK2 },
		{ "a class Ⅲ bank account", "Ⅲ类户", LK_PRODUCT_BANK3 },
		{ "a credit card", "信用卡", LK_PRODUCT_CREDIT },
		{ "a social-security card", "社保卡", LK_PRODUCT_SOCIAL },
		{ "a payment account", "支付账户", LK_PRODUCT_PAYMENT },
		{ "an e-CNY wallet", "数字人民币钱包", LK_PRODUCT_ECNY },
		{ "a phone card", "电话卡", LK_PRODUCT_SIM },
		{ "a secondary phone card", "副卡", LK_PRODUCT_SIM2 },
		{ "an IoT card", "物联网卡", LK_PRODUCT_IOT },
		{ "a fixed line", "固定电话", LK_PRODUCT_FIXED },
		{ "a corporate account", "对公账户", LK_PRODUCT_CORPORATE },
		{ NULL, NULL, 0 }
	};

	return (word(plain, code, zh));
}

/* Words of options are written with '_' where people write a space. */
static void
spaced(char *s)
{

	for (; *s != '\0'; s++)
		if (*s == '_')
			*s = ' ';
}

/* Add one of two texts with a text in it, unless that is empty. */
static void
say(struct sentence *s, const char *zh, const char *en, const char *what)
{

	if (what[0] != '\0')
		add(s, "%s%s", s->zh ? zh : en, what);
}

/* A decision. */
static void
decision(struct sentence *s, const struct entry *e, int agent)
{
	const char *what = product(e->product, s->zh);
	const char *op = word(words_operation, e->operation, s->zh);
	const char *how = word(words_decision, e->decision, s->zh);
	char ref[REFID_MAX], needs[256];

	(void)refid_print(ref, e->seq);
	if (s->zh)
		add(s, "%s在 %s %s 申请%s（%s）× %d，结果：%s", agent ?
		    "您作为代理人陪同他人" : "您", e->inst, e->outlet, what,
		    op, e->quantity, how);
	else
		add(s, "%s at %s, %s for %s (%s) x %d; the outcome was %s",
		    agent ? "You acted as the agent of somebody who applied" :
		    "You applied", e->inst, e->outlet, what, op,
		    e->quantity, how);
	if (e->decision == LK_REVIEW)
		say(s, "，审核方：", ", to be cleared by the ", word(words_by,
		    e->by, s->zh));
	/* Why somebody else was held is for him to ask. */
	if (!agent) {
		say(s, "；命中的规则：", "; rules that hit: ", e->hits);
		say(s, "；因豁免未适用：", "; lifted by a clearance: ",
		    e->lifted);
		say(s, "；因登记活动未适用：", "; lifted by a campaign: ",
		    e->waived);
	}
	/* By which rules is not told: they may be about lists that are kept from him. */
	if (e->up_seq != 0)
		say(s, "；上级节点：", "; the node above: ", word(
		    words_decision, e->up_decision, s->zh));
	/* That somebody was to be kept waiting is not told to whom it is about. */
	words_bits(words_need, e->needs & ~LK_NEED_KEEP_WAITING, s->zh, needs,
	    sizeof(needs));
	spaced(needs);
	say(s, "；需要：", "; needed: ", needs);
	if ((e->flags & ENTRY_F_DRY) != 0)
		add(s, "%s", s->zh ? "（仅试算）" : " (a trial run only)");
	if (e->from_seq != 0)
		say(s, "（由该节点告知：", " (told by the node ", e->from);
	else
		say(s, "（答复节点的询问，由其自行决定：",
		    " (an answer to a node, which decides itself: ", e->from);
	if (e->from[0] != '\0')
		add(s, "%s", s->zh ? "）" : ")");
	say(s, "。参考号 ", ".  Reference ", ref);
}

/* What a node below has decided. */
static void
settled(struct sentence *s, const struct entry *e)
{

	add(s, s->zh ? "对记录 %" PRIu64 "，节点 %s 的决定：%s" :
	    "On entry %" PRIu64 " the node %s has decided: %s", e->ref,
	    e->from, word(words_decision, e->decision, s->zh));
	say(s, "；命中的规则：", "; rules that hit: ", e->hits);
}

/* A review. */
static void
review(struct sentence *s, const struct entry *e)
{
	char time[MOMENT_SIZE];

	add(s, s->zh ? "对记录 %" PRIu64 : "The review of entry %" PRIu64,
	    e->ref);
	add(s, "%s%s", s->zh ? " 的审核结果：" : " came out: ",
	    word(words_outcome, e->code, s->zh));
	say(s, "，审核人：", ", by ", e->decided_by[0] != '\0' ?
	    e->decided_by : e->teller);
	say(s, "，理由：", ", because: ", e->note);
	if (e->clear_until != 0) {
		add(s, "%s", s->zh ? "；豁免至 " : "; cleared until ");
		add(s, "%s × %d", moment_short(e->clear_until, time),
		    e->clear_count);
	}
}

/* An opening or closing told from elsewhere. */
static void
intake(struct sentence *s, const struct entry *e)
{
	char time[MOMENT_SIZE];

	add(s, s->zh ? "由 %s 告知：%s 在 %s %s %s" :
	    "Told by %s: on %s, at %s %s, %s", e->origin[0] != '\0' ?
	    e->origin : e->inst, moment_short(e->at != 0 ? e->at : e->t, time),
	    e->inst, e->outlet, word(words_intake, e->code, s->zh));
	if (e->product != 0)
		add(s, " %s × %d", product(e->product, s->zh),
		    e->quantity);
}

/* A kind with a reason code, about an earlier entry. */
static void
about(struct sentence *s, const struct entry *e, const char *zh,
    const char *en, const struct word *reasons)
{

	add(s, "%s", s->zh ? zh : en);
	if (e->product != 0)
		add(s, s->zh ? "：%s × %d" : ": %s x %d", product(e->product,
		    s->zh), e->quantity);
	if (e->ref != 0)
		add(s, s->zh ? "（记录 %" PRIu64 "）" : " (entry %" PRIu64
		    ")", e->ref);
	if (reasons != NULL)
		say(s, "，原因：", ", reason: ", word(reasons, e->code, s->zh));
	if (e->inst[0] != '\0')
		add(s, s->zh ? "，%s %s" : ", at %s %s", e->inst, e->outlet);
}

/* Write what happened. */
void
persontext_entry(const struct entry *e, int agent, int zh,
    char buf[PERSONTEXT_MAX])
{
	struct sentence s = { buf, 0, zh };

	buf[0] = '\0';
	switch (e->kind) {
	case ENTRY_DECISION:
		decision(&s, e, agent);
		break;
	case ENTRY_SETTLE:
		settled(&s, e);
		break;
	case ENTRY_CONFIRM:
		about(&s, e, "已办成", "It was issued", NULL);
		break;
	case ENTRY_CANCEL:
		about(&s, e, "申请已撤销", "The application was withdrawn",
		    words_cancel);
		break;
	case ENTRY_RETIRE:
		about(&s, e, "卡或账户已注销", "A card or account was closed",
		    words_retire);
		break;
	case ENTRY_VOID:
		about(&s, e, "决定已作废", "The decision was taken back",
		    words_void);
		break;
	case ENTRY_REPORT:
		about(&s, e, "柜员提示异常", "The teller gave an alarm",
		    words_report);
		break;
	case ENTRY_REVIEW:
		review(&s, e);
		break;
	case ENTRY_INTAKE:
		intake(&s, e);
		break;
	default:
		about(&s, e, word(words_kind, e->kind, 1), word(words_kind,
		    e->kind, 0), NULL);
		break;
	}
	add(&s, "%s", zh ? "。" : ".");
}

/* Is one of these matched records kept from whom it is about? */
static int
secret(const char *records)
{
	const char *s = records, *c;
	size_t len, n;

	/* Each is list:version:category:... */
	for (; *s != '\0'; s += len, s += *s == ' ') {
		len = strcspn(s, " ");
		n = strcspn(s, ": ");
		c = s + n + (s[n] == ':');
		c += strcspn(c, ": ");
		c += *c == ':';
		n = strcspn(c, ": ");
		if (category_find(c, n) == CATEGORY_NONE ||
		    category_secret(category_find(c, n)))
			return (1);
	}
	return (0);
}

/* Does an entry hold what is not for the person? */
int
persontext_withheld(const struct entry *e, int agent)
{
	const char *others = agent ? e->listed : e->agent_listed;

	return (secret(e->listed) || secret(e->agent_listed) ||
	    others[0] != '\0');
}

/* What was done about a sealed identity; gone: it had been erased before. */
static void
sealed_look(struct sentence *s, const struct entry *e, int gone)
{
	int zh = s->zh;

	if (e->kind == ENTRY_UNSEAL)
		add(s, "%s", gone ? (zh ? "要求启封身份信息，而该信息此前已删除" :
		    "asked to read the sealed identity, which had been erased") :
		    zh ? "启封并读取了封存的身份信息" :
		    "read the sealed identity");
	else if ((e->flags & ENTRY_F_REFUSED) != 0)
		add(s, "%s", zh ? "申请删除封存的身份信息，因法定保存期未满未予执行" :
		    "asked to erase the sealed identity, which was refused: the "
		    "law still has it kept");
	else
		add(s, "%s", gone ? (zh ? "再次要求删除身份信息，而该信息此前已删除" :
		    "asked once more to erase the sealed identity, which had been "
		    "erased") : zh ? "删除了封存的身份信息" :
		    "erased the sealed identity");
}

/* Write who looked. */
void
persontext_look(const struct holding *h, const struct entry *e, int zh,
    char buf[PERSONTEXT_MAX])
{
	struct sentence s = { buf, 0, zh };
	int64_t erased = e->ref != 0 && e->origin[0] == '\0' ?
	    holding_erased(h, e->ref) : 0;

	buf[0] = '\0';
	add(&s, "%s ", e->decided_by);
	switch (e->kind) {
	case ENTRY_UNSEAL:
	case ENTRY_ERASE:
		sealed_look(&s, e, erased != 0 && erased < e->t);
		break;
	default:
		add(&s, "%s", e->ref != 0 ? (zh ? "查阅了一条记录" :
		    "looked at one entry") : zh ? "按证件查询了全部记录" :
		    "looked the person up by the document");
		break;
	}
	if (e->ref != 0)
		add(&s, zh ? "（记录 %" PRIu64 "）" : " (entry %" PRIu64 ")",
		    e->ref);
	say(&s, "，理由：", ", reason: ", e->note);
	say(&s, "，节点 ", ", record of node ", e->origin);
	add(&s, "%s", zh ? "。" : ".");
}

/* Until when the law has the sealed identity kept. */
int64_t
persontext_seal_until(const struct entry *e)
{

	return ((e->flags & ENTRY_F_SEALED) != 0 ? e->t + SEAL_KEEP_MS : 0);
}

/* Write how long it is kept. */
void
persontext_kept(const struct holding *h, const struct entry *e, int zh,
    char buf[PERSONTEXT_MAX])
{
	struct sentence s = { buf, 0, zh };
	int64_t erased = holding_erased(h, e->seq);
	char time[MOMENT_SIZE];

	buf[0] = '\0';
	if (e->kind == ENTRY_DECISION && e->t + RECORD_KEEP_MS > h->last_t)
		add(&s, zh ? "计入核查至 %.10s" : "counts in decisions until "
		    "%.10s", moment_short(e->t + RECORD_KEEP_MS, time));
	if ((e->flags & ENTRY_F_SEALED) == 0)
		return;
	if (s.len > 0)
		add(&s, "%s", zh ? "；" : "; ");
	if (erased != 0)
		add(&s, zh ? "封存的身份信息已于 %.10s 删除" :
		    "the sealed identity was erased on %.10s",
		    moment_short(erased, time));
	else
		add(&s, zh ? "封存的身份信息保存至 %.10s（反洗钱法第三十四条）" :
		    "the sealed identity is kept until %.10s (反洗钱法 Art. 34)",
		    moment_short(persontext_seal_until(e), time));
}
