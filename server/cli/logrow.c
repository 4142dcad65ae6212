#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "keys/token.h"
#include "store/entry.h"

#include "logrow.h"
#include "moment.h"
#include "words.h"

enum { TIME, SEQ, KIND, INST, OUTLET, TELLER, PRODUCT, OUTCOME, WHAT };

_Static_assert(WHAT + 1 == LOGROW_CELLS, "nine columns");

/* A cell that grows. */
struct cell {
	char *p;
	size_t cap;
	size_t len;
	int zh;
};

/* Add a text, two spaces behind what stands there. */
static void __attribute__((format(printf, 2, 3)))
add(struct cell *c, const char *fmt, ...)
{
	va_list ap;
	int n;

	if (c->len > 0 && c->len + 2 < c->cap) {
		memcpy(&c->p[c->len], "  ", 3);
		c->len += 2;
	}
	va_start(ap, fmt);
	n = vsnprintf(&c->p[c->len], c->cap - c->len, fmt, ap);
	va_end(ap);
	if (n > 0)
		c->len += (size_t)n;
	if (c->len >= c->cap)
		c->len = c->cap - 1;
}

/* Add a name and a value, unless it is empty. */
static void
pair(struct cell *c, const char *zh, const char *en, const char *value)
{

	if (value[0] != '\0')
		add(c, "%s %s", c->zh ? zh : en, value);
}

/* Copy a word for a code, or its number. */
static void
word(char *dst, const struct word *table, int32_t code, int zh)
{
	const char *s = words_name(table, code, zh);

	if (s != NULL)
		(void)snprintf(dst, LOGROW_CELL, "%s", s);
	else if (code != 0)
		(void)snprintf(dst, LOGROW_CELL, "%d", code);
}

/* The titles. */
const char *const *
logrow_heads(int zh)
{
	static const char *const en[LOGROW_CELLS] = { "TIME (UTC+8)", "SEQ",
		"KIND", "INST", "OUTLET", "TELLER", "PRODUCT", "OUTCOME",
		"DETAILS" };
	static const char *const cn[LOGROW_CELLS] = { "时间（北京）", "序号",
		"类别", "机构", "网点", "柜员", "业务", "结果", "详情" };

	return (zh ? cn : en);
}

/* What the node above said. */
static void
above(struct cell *c, const struct entry *e)
{
	char what[LOGROW_CELL] = "";

	word(what, words_decision, e->up_decision, c->zh);
	add(c, c->zh ? "上级（其第 %" PRIu64 " 条）：%s%s%s" :
	    "the node above, entry %" PRIu64 ": %s%s%s", e->up_seq, what,
	    e->up_hits[0] != '\0' ? " " : "", e->up_hits);
}

/* What is to be told of a decision. */
static void
decision(struct cell *c, const struct entry *e)
{
	char needs[256];

	if (e->hits[0] != '\0')
		add(c, "%s", e->hits);
	pair(c, "豁免", "lifted", e->lifted);
	pair(c, "不生效", "without effect", e->shadow);
	pair(c, "名单命中", "listed", e->listed);
	pair(c, "代理人命中", "agent listed", e->agent_listed);
	pair(c, "批次", "campaign", e->campaign);
	pair(c, "批次放宽", "waived", e->waived);
	words_bits(words_need, e->needs, c->zh, needs, sizeof(needs));
	pair(c, "需要", "needs", needs);
	if (e->superseded != 0)
		add(c, "%s %" PRIu64, c->zh ? "取代" : "replaces",
		    e->superseded);
	if (e->quantity > 1)
		add(c, "×%d", e->quantity);
	pair(c, "交易", "txn", e->txn);
	if (e->up_seq != 0)
		above(c, e);
}

/* What is to be told of a refused minute. */
static void
refused(struct cell *c, const struct entry *e)
{
	const struct {
		const char *name, *zh;
		int32_t n;
	} counts[] = { { "arg", "参数有误", e->n_arg },
		{ "denied", "无权", e->n_denied },
		{ "busy", "繁忙", e->n_busy },
		{ "again", "过于频繁", e->n_again },
		{ "input", "录入有误", e->n_input } };
	size_t i;

	for (i = 0; i < sizeof(counts) / sizeof(counts[0]); i++)
		if (counts[i].n != 0)
			add(c, "%s %d", c->zh ? counts[i].zh : counts[i].name,
			    counts[i].n);
}

/* Which person was looked at: a token says nothing, but it can be compared. */
static void
whom(struct cell *c, const struct entry *e)
{
	char hex[TOKEN_HEX_LEN + 1];

	if (!entry_token_set(&e->person))
		return;
	token_hex(&e->person, hex);
	add(c, "%s %.16s", c->zh ? "个人" : "person", hex);
}

/* What is to be told of the other kinds. */
static void
rest(struct cell *c, const struct entry *e)
{
	char time[MOMENT_SIZE];

	if (e->ref != 0)
		add(c, "%s %" PRIu64, c->zh ? "关于" : "of", e->ref);
	pair(c, "交易", "txn", e->txn);
	pair(c, e->kind == ENTRY_REVIEW ? "审核人" : "经办人", "by",
	    e->decided_by);
	pair(c, "复核柜员", "second", e->second);
	pair(c, "理由", "reason", e->note);
	if (e->kind == ENTRY_REVIEW && e->code == REVIEW_RESULT) {
		const char *w = words_name(words_found, (int32_t)e->evidence,
		    c->zh);

		pair(c, "结果", "found", w != NULL ? w : "?");
	}
	if ((e->kind == ENTRY_INTAKE || e->kind == ENTRY_RETRO) &&
	    e->hits[0] != '\0')
		add(c, "%s", e->hits);
	if (e->clear_until != 0)
		add(c, "%s %s ×%d", c->zh ? "豁免至" : "cleared until",
		    moment_short(e->clear_until, time), e->clear_count);
	pair(c, "规则", "policy", e->policy);
	if (e->hash[0] != '\0')
		add(c, "sha256 %.16s", e->hash);
	if (e->list[0] != '\0')
		add(c, "%s %" PRIu64, e->list, e->list_version);
	if (e->kind == ENTRY_NODE && e->count != 0)
		add(c, c->zh ? "第 %" PRIu64 " 代" : "generation %" PRIu64,
		    e->count);
	else if (e->count != 0)
		add(c, c->zh ? "共 %" PRIu64 " 条" : "%" PRIu64 " records",
		    e->count);
	pair(c, "名单命中", "listed", e->listed);
	pair(c, "元数据", "metadata", e->meta);
	pair(c, "版本", "version", e->version);
	pair(c, "节点", "node", e->node);
	pair(c, "密钥", "keys", e->keys);
	if (e->kind == ENTRY_ACCESS || e->kind == ENTRY_UNSEAL)
		whom(c, e);
}

/* Whom it was told to. */
static void
alert(struct cell *c, const struct entry *e)
{
	const char *level = words_name(words_alert_level, e->alert, c->zh);
	const char *kind = words_name(words_alert_kind, e->alert_kind, c->zh);

	add(c, c->zh ? "告警（%s）：%s" : "alert (%s): %s", level != NULL ?
	    level : "?", kind != NULL ? kind : "?");
}

/* What is to be told of a log that begins. */
static void
new_log(struct cell *c, const struct entry *e)
{

	add(c, "%s", e->log);
	if (e->prev_log[0] == '\0') {
		add(c, "%s", c->zh ? "之前无日志" : "no log before it");
		return;
	}
	add(c, c->zh ? "上接 %s 共 %" PRIu64 " 条 根 %.16s" :
	    "after %s of %" PRIu64 " entries, root %.16s", e->prev_log,
	    e->prev_size, e->prev_root);
}

/* What is to be told of a time without a daemon. */
static void
gap(struct cell *c, const struct entry *e)
{
	char time[MOMENT_SIZE];

	if (e->at != 0 && e->at < e->t)
		add(c, c->zh ? "自 %s 起停顿 %" PRId64 " 秒" :
		    "nothing from %s on, %" PRId64 " s",
		    moment_short(e->at, time), (e->t - e->at) / 1000);
}

/* The word for the code of an entry. */
void
logrow_outcome(char dst[LOGROW_CELL], const struct entry *e, int zh)
{

	dst[0] = '\0';
	switch (e->kind) {
	case ENTRY_DECISION:
	case ENTRY_SETTLE:
		word(dst, words_decision, e->decision, zh);
		break;
	case ENTRY_CANCEL:
		word(dst, words_cancel, e->code, zh);
		break;
	case ENTRY_RETIRE:
		word(dst, words_retire, e->code, zh);
		break;
	case ENTRY_VOID:
		word(dst, words_void, e->code, zh);
		break;
	case ENTRY_REPORT:
		word(dst, words_report, e->code, zh);
		break;
	case ENTRY_REVIEW:
		word(dst, words_review, e->code, zh);
		break;
	case ENTRY_INTAKE:
		word(dst, words_intake, e->code, zh);
		break;
	case ENTRY_ACCESS:
	case ENTRY_UNSEAL:
	case ENTRY_ERASE:
		if (e->kind == ENTRY_ACCESS)
			word(dst, words_access, e->code, zh);
		if ((e->flags & ENTRY_F_REFUSED) != 0)
			(void)snprintf(dst, LOGROW_CELL, "%s", zh ? "不予办理" :
			    "refused");
		break;
	case ENTRY_RETRO:
		word(dst, words_retro, e->code, zh);
		break;
	case ENTRY_ALERT:
		word(dst, words_alert, e->code, zh);
		break;
	case ENTRY_LINK:
		word(dst, words_link, e->code, zh);
		break;
	case ENTRY_NODE:
		word(dst, words_node, e->code, zh);
		break;
	default:
		break;
	}
}

/* Make the row of an entry. */
void
logrow_make(struct logrow *row, const struct entry *e, int zh)
{
	struct cell c = { row->cell[WHAT], LOGROW_CELL, 0, zh };
	char flags[256], time[MOMENT_SIZE];
	size_t i;

	for (i = 0; i < LOGROW_CELLS; i++)
		row->cell[i][0] = '\0';
	(void)snprintf(row->cell[TIME], LOGROW_CELL, "%s",
	    moment_short(e->t, time));
	(void)snprintf(row->cell[SEQ], LOGROW_CELL, "%" PRIu64, e->seq);
	word(row->cell[KIND], words_kind, e->kind, zh);
	(void)snprintf(row->cell[INST], LOGROW_CELL, "%s", e->inst);
	(void)snprintf(row->cell[OUTLET], LOGROW_CELL, "%s", e->outlet);
	(void)snprintf(row->cell[TELLER], LOGROW_CELL, "%s", e->teller);
	if (e->product != 0)
		word(row->cell[PRODUCT], words_product, e->product, zh);
	logrow_outcome(row->cell[OUTCOME], e, zh);
	/* Who told it, or asked: a node below, or the one above. */
	if (e->from[0] != '\0' && e->from_seq != 0)
		add(&c, zh ? "来自 %s（其第 %" PRIu64 " 条）" :
		    "told by %s, its entry %" PRIu64, e->from, e->from_seq);
	else
		pair(&c, "询问节点", "asked by", e->from);
	pair(&c, "转告", "for", e->to);
	if (e->kind == ENTRY_SETTLE)
		add(&c, "%s %" PRIu64, zh ? "关于" : "of", e->ref);
	if (e->kind == ENTRY_DECISION || e->kind == ENTRY_SETTLE)
		decision(&c, e);
	else if (e->kind == ENTRY_REFUSED)
		refused(&c, e);
	else if (e->kind == ENTRY_LOG)
		new_log(&c, e);
	else if (e->kind == ENTRY_GAP)
		gap(&c, e);
	else
		rest(&c, e);
	if (e->alert != ALERT_NONE)
		alert(&c, e);
	/*
	 * What staff asked for and did not get stands in OUTCOME already, but for a step
	 * in a case that came too late; that a card is the first of its opening is what
	 * it mostly is.
	 */
	words_bits(words_entry_flag, e->flags & ~((e->kind != ENTRY_REVIEW ?
	    ENTRY_F_REFUSED : 0) | ENTRY_F_FIRST), zh, flags, sizeof(flags));
	if (flags[0] != '\0')
		add(&c, "[%s]", flags);
	if (e->at != 0 && e->at != e->t && e->kind != ENTRY_GAP)
		add(&c, "%s %s", zh ? "发生于" : "at",
		    moment_short(e->at, time));
}
