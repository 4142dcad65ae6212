#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "keys/hex.h"
#include "plugin.h"

#include "dossier.h"
#include "entryhtml.h"
#include "explaintext.h"
#include "html.h"
#include "moment.h"
#include "words.h"

#define TEXT_MAX 1100	/* of a policy's message, with its NUL */

/* The word of a code. */
static const char *
word(const struct word *table, int32_t code, int zh)
{
	const char *s = words_name(table, code, zh);

	return (s != NULL ? s : "?");
}

/* The Chinese and the English word of a code, side by side. */
static const char *
both(const struct word *table, int32_t code, char buf[128])
{

	(void)snprintf(buf, 128, "%s %s", word(table, code, 1), word(table,
	    code, 0));
	return (buf);
}

/* The box that says how it came out. */
static void
outcome(const struct dossier *d, FILE *f)
{
	static const char *const class[] = { "pass", "limit", "review",
		"reject" };
	const struct entry *e = &d->c->decision.e;
	char buf[128], zh[EXPLAINTEXT_MAX], en[EXPLAINTEXT_MAX];
	int i = e->decision == LK_PASS ? 0 : e->decision == LK_LIMIT ? 1 :
	    e->decision == LK_REVIEW ? 2 : 3;

	(void)fprintf(f, "<div class=\"outcome %s\">\n<p><b>", class[i]);
	html_text(f, both(words_decision, e->decision, buf));
	(void)fputs("</b>", f);
	if (e->decision == LK_REVIEW) {
		html_text(f, "由");
		html_text(f, word(words_by, e->by, 1));
		html_text(f, "审核 · to be cleared by the ");
		html_text(f, word(words_by, e->by, 0));
	}
	(void)fputs("</p>\n", f);
	explaintext_standing(d->c, 1, zh);
	explaintext_standing(d->c, 0, en);
	if (zh[0] != '\0') {
		(void)fputs("<p>此后：", f);
		html_text(f, zh);
		(void)fputs("</p>\n<p class=\"en\">Since then: ", f);
		html_text(f, en);
		(void)fputs("</p>\n", f);
	}
	explaintext_above(&d->x, d->c, 1, zh);
	explaintext_above(&d->x, d->c, 0, en);
	html_para(f, "", zh);
	html_para(f, "en", en);
	if (d->explained) {
		html_para(f, "", explaintext_odd(&d->x, d->c, 1));
		html_para(f, "en", explaintext_odd(&d->x, d->c, 0));
		explaintext_lapse(&d->x, d->c, 1, zh);
		explaintext_lapse(&d->x, d->c, 0, en);
		html_para(f, "", zh);
		html_para(f, "en", en);
	}
	(void)fputs("</div>\n", f);
}

/* What was decided, for whom and where. */
static void
facts(const struct dossier *d, FILE *f)
{
	const struct entry *e = &d->c->decision.e;
	char buf[EXPLAINTEXT_MAX], pair[128], time[MOMENT_SIZE], zh[256];

	html_pairs(f);
	html_pair(f, "决定编号", "decision id", d->id);
	html_pair(f, "参考号", "reference", d->ref);
	html_pair(f, "时间", "time", moment_print(e->t, time));
	(void)snprintf(buf, sizeof(buf), "%s · %s", e->inst, e->outlet);
	html_pair(f, "机构 · 网点", "institution, outlet", buf);
	html_pair(f, "柜员", "teller", e->teller);
	(void)snprintf(buf, sizeof(buf), "%s × %d", both(words_product,
	    e->product, pair), e->quantity);
	html_pair(f, "申请业务", "asked for", buf);
	html_pair(f, "操作", "operation", both(words_operation, e->operation,
	    pair));
	html_pair(f, "渠道", "channel", both(words_channel, e->channel, pair));
	if (e->purpose != 0)
		html_pair(f, "用途", "purpose", both(words_purpose,
		    e->purpose, pair));
	words_bits(words_need, e->needs, 1, zh, sizeof(zh));
	words_bits(words_need, e->needs, 0, pair, sizeof(pair));
	(void)snprintf(buf, sizeof(buf), "%s %s", zh, pair);
	html_pair(f, "办理须有", "needs", e->needs != 0 ? buf : "");
	if (e->decision == LK_REVIEW)
		html_pair(f, "审核批准后", "if approved", both(words_decision,
		    e->floor, pair));
	if (e->offer != 0)
		html_pair(f, "可改办", "may be offered", both(words_product,
		    e->offer, pair));
	if (e->expires != 0)
		html_pair(f, e->due != 0 ? "审核期限" : "保留至", e->due != 0 ?
		    "review ends" : "kept until", moment_print(e->expires,
		    time));
	html_pair(f, "规则版本", "policy", e->policy);
	html_pair(f, "交易号", "transaction", e->txn);
	html_table_end(f);
}

/* The conditions of a rule. */
static void
conditions(const struct dossier *d, FILE *f, int rule)
{
	const struct entry *e = &d->c->decision.e;
	struct policy_condition w[POLICY_WHY_MAX];
	char text[EXPLAINTEXT_MAX];
	size_t n, i;
	int all;

	n = policy_why(d->c->policy, rule, e->facts, w, POLICY_WHY_MAX, &all);
	(void)fputs("<ul class=\"why\">\n", f);
	for (i = 0; i < n; i++) {
		(void)fprintf(f, "<li class=\"%s\">", w[i].holds ? "yes" :
		    "no");
		explaintext_condition(d->c->policy, &w[i], e, 1, text);
		html_text(f, text);
		(void)fputs("<small>", f);
		explaintext_condition(d->c->policy, &w[i], e, 0, text);
		html_text(f, text);
		(void)fputs(" · <code>", f);
		explaintext_code(d->c->policy, &w[i], e, text);
		html_text(f, text);
		(void)fputs("</code></small></li>\n", f);
	}
	(void)fputs("</ul>\n", f);
	if (!all)
		html_para(f, "note", "各条件按规则原文组合，见下。 How they combine "
		    "is in the text of the rule below.");
}

/* The heading of a rule. */
static void
rule_head(const struct dossier *d, FILE *f, const struct explain_rule *r)
{
	char zh[EXPLAINTEXT_MAX], en[EXPLAINTEXT_MAX];

	explaintext_effect(d->c->policy, r->rule, 1, zh);
	explaintext_effect(d->c->policy, r->rule, 0, en);
	(void)fputs("<h3>", f);
	html_text(f, policy_rule_id(d->c->policy, r->rule));
	(void)fputs("<span class=\"class\">", f);
	html_text(f, explaintext_state(r->state, 1));
	html_text(f, " · ");
	html_text(f, explaintext_class(d->c->policy, r->rule, 1));
	html_text(f, " → ");
	html_text(f, zh);
	(void)fputs("</span></h3>\n", f);
	(void)fputs("<p class=\"en\">", f);
	html_text(f, explaintext_state(r->state, 0));
	html_text(f, ", ");
	html_text(f, explaintext_class(d->c->policy, r->rule, 0));
	html_text(f, " → ");
	html_text(f, en);
	(void)fputs("</p>\n", f);
}

/* Why: the rules that hit, and those that nearly did. */
static void
why(const struct dossier *d, FILE *f)
{
	char list[2048] = "";
	size_t i, n = 0;

	html_section(f, "为何如此", "Why it came out so");
	if (d->c->decision.e.from_seq != 0) {
		html_para(f, "", "由下级节点作出，依据见该节点的日志。 A node below "
		    "made it: the grounds are in its own log.");
		return;
	}
	if (!d->explained) {
		html_para(f, "", "作出该决定的规则文件不在日志包内，无法解释。 The "
		    "policy that decided this is not in the record.");
		return;
	}
	if (d->x.n == 0 || d->x.rule[0].state > EXPLAIN_TRIAL)
		html_para(f, "", "没有规则命中。 No rule hit.");
	for (i = 0; i < d->x.n && d->x.rule[i].state <= EXPLAIN_TRIAL; i++) {
		rule_head(d, f, &d->x.rule[i]);
		conditions(d, f, d->x.rule[i].rule);
	}
	for (; i < d->x.n && d->x.rule[i].state == EXPLAIN_NEAR; i++)
		n += (size_t)snprintf(&list[n], sizeof(list) - n, "%s%s",
		    n > 0 ? ", " : "", policy_rule_id(d->c->policy,
		    d->x.rule[i].rule));
	if (n > 0) {
		(void)fputs("<p class=\"note\">接近命中（各项计数再加一即命中） "
		    "Nearly hit, were each count one higher: ", f);
		html_text(f, list);
		(void)fputs("</p>\n", f);
	}
}

/* What was said to teller and applicant. */
static void
said(const struct dossier *d, FILE *f)
{
	static const struct {
		const char *zh, *en;
		enum policy_text which;
	} texts[] = { { "柜员提示", "for the teller", POLICY_TEXT_TELLER },
		{ "告知申请人", "notice for the applicant",
		    POLICY_TEXT_NOTICE } };
	char buf[TEXT_MAX];
	size_t i;
	int lang;

	if (!d->explained)
		return;
	html_section(f, "告知内容", "What was said");
	html_pairs(f);
	for (i = 0; i < 2; i++)
		for (lang = POLICY_LANG_ZH; lang <= POLICY_LANG_EN; lang++) {
			(void)policy_message(d->c->policy, d->x.v.speaker,
			    d->c->decision.e.decision, (enum policy_lang)lang,
			    texts[i].which, buf, sizeof(buf));
			html_pair(f, lang == POLICY_LANG_ZH ? texts[i].zh : "",
			    lang == POLICY_LANG_ZH ? texts[i].en : "", buf);
		}
	html_table_end(f);
}

/* The rules as they are written. */
static void
rule_texts(const struct dossier *d, FILE *f)
{
	const char *p;
	size_t i, len;

	if (!d->explained || d->x.n == 0 ||
	    d->x.rule[0].state > EXPLAIN_TRIAL)
		return;
	html_section(f, "规则原文", "The rules as written");
	for (i = 0; i < d->x.n && d->x.rule[i].state <= EXPLAIN_TRIAL; i++)
		if ((p = dossier_rule(d, d->x.rule[i].rule, &len)) != NULL)
			html_bytes(f, p, len);
}

/* Entries about it, or none. */
static void
entries(FILE *f, const struct casefile_list *l, const char *zh,
    const char *en, const char *none)
{
	size_t i;

	html_section(f, zh, en);
	if (l->n == 0) {
		html_para(f, "", none);
		return;
	}
	entryhtml_begin(f);
	for (i = 0; i < l->n; i++)
		entryhtml_row(f, &l->v[i].e);
	html_table_end(f);
}

/* That it stands in the signed log. */
static void
proof(const struct dossier *d, FILE *f)
{
	char buf[256];

	html_section(f, "证明", "Proof");
	html_pairs(f);
	(void)snprintf(buf, sizeof(buf), "%" PRIu64, d->c->decision.e.seq);
	html_pair(f, "记录序号", "entry", buf);
	hex_encode(buf, d->c->leaf, 32);
	html_pair(f, "叶哈希", "leaf hash, RFC 6962", buf);
	html_pair(f, "规则文件 SHA-256", "policy file", d->c->hash);
	if (d->proved) {
		html_pair(f, "日志", "log", d->prove.head.origin);
		(void)snprintf(buf, sizeof(buf), "%" PRIu64 " / %" PRIu64,
		    d->prove.proof.index, d->prove.head.size);
		html_pair(f, "叶序号 / 日志条数", "leaf index, size of log",
		    buf);
		hex_encode(buf, d->prove.head.root, 32);
		html_pair(f, "树根", "root", buf);
	}
	html_table_end(f);
	if (!d->proved) {
		html_para(f, "", "该记录尚未被已签名的检查点涵盖，暂无存在证明。 No "
		    "signed head of the log covers this entry yet: there is no "
		    "proof so far.");
		return;
	}
	html_para(f, "note", "已签名的检查点（checkpoint）及存在证明另存于附件包，"
	    "核验方法见包内 README.txt。 The signed head of the log; the proof "
	    "is in the archive, and its README.txt says how to check it.");
	html_bytes(f, d->prove.note, d->prove.note_len);
}

/* Write the page. */
void
dossier_html(const struct dossier *d, FILE *f)
{
	char sub[256], time[MOMENT_SIZE];

	(void)snprintf(sub, sizeof(sub), "%s · %s", d->ref, moment_print(
	    d->c->decision.e.t, time));
	html_head(f, "决定档案", "Dossier of a decision", sub);
	outcome(d, f);
	facts(d, f);
	why(d, f);
	said(d, f);
	entries(f, &d->c->later, "此后发生的", "What happened since",
	    "至今没有其他记录。 Nothing was recorded about it since.");
	entries(f, &d->c->seen, "谁查阅过", "Who looked at it",
	    "没有查阅记录。 Nobody's look-up of it is recorded.");
	rule_texts(d, f);
	proof(d, f);
	html_section(f, "记录原文", "The entry as stored");
	html_para(f, "note", "申请人以令牌表示，日志中没有其姓名与证件号码。 The "
	    "applicant stands in it as tokens; the log holds neither name nor "
	    "number.");
	html_bytes(f, d->c->decision.text, d->c->decision.len);
	html_end(f);
}
