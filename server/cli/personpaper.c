#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "html.h"
#include "json.h"
#include "moment.h"
#include "personpaper.h"
#include "persontext.h"
#include "tool.h"
#include "width.h"
#include "words.h"

#define COLUMNS 79

/* Is an entry to be told? */
static int
told(const struct personpaper *p, const struct entry *e)
{

	return (!p->applicant || (e->kind != ENTRY_REPORT &&
	    (e->kind != ENTRY_RETRO || !persontext_withheld(e, 0))));
}

/* How many of a list are told. */
static size_t
count(const struct personpaper *p, const struct casefile_list *l)
{
	size_t i, n = 0;

	for (i = 0; i < l->n; i++)
		n += (size_t)told(p, &l->v[i].e);
	return (n);
}

/* Write one sentence behind time and number. */
static void
line(const struct personpaper *p, const struct entry *e, const char *text,
    const char *kept)
{
	FILE *f = p->t->out;
	char time[MOMENT_SIZE];

	(void)fprintf(f, "  %.16s  %s%" PRIu64 "%s\n    ", moment_short(e->t,
	    time), tool_paint(p->t, TOOL_DIM), e->seq, tool_paint(p->t,
	    TOOL_PLAIN));
	width_wrap(f, text, 4, COLUMNS);
	(void)fputc('\n', f);
	if (kept[0] == '\0')
		return;
	(void)fprintf(f, "    %s", tool_paint(p->t, TOOL_DIM));
	width_wrap(f, kept, 4, COLUMNS);
	(void)fprintf(f, "%s\n", tool_paint(p->t, TOOL_PLAIN));
}

/* Write a list as text. */
static void
list(const struct personpaper *p, const struct casefile_list *l, int what,
    const char *zh, const char *en)
{
	char text[PERSONTEXT_MAX], kept[PERSONTEXT_MAX];
	const struct entry *e;
	size_t i;

	(void)fprintf(p->t->out, "\n%s%s (%zu)%s\n", tool_paint(p->t,
	    TOOL_BOLD), p->zh ? zh : en, count(p, l), tool_paint(p->t,
	    TOOL_PLAIN));
	if (count(p, l) == 0)
		(void)fprintf(p->t->out, "  %s\n", p->zh ? "无" : "none");
	for (i = 0; i < l->n; i++) {
		e = &l->v[i].e;
		if (!told(p, e))
			continue;
		kept[0] = '\0';
		if (what == 2)
			persontext_look(p->h, e, p->zh, text);
		else {
			persontext_entry(e, what, p->zh, text);
			persontext_kept(p->h, e, p->zh, kept);
		}
		line(p, e, text, kept);
	}
}

/* What is held, in general. */
static const char *const held_zh =
	"日志不保存姓名，证件号码、电话和住址也不以明文保存，只保存以密钥算得的标识"
	"（令牌）；须人工审核或被拒绝的申请，身份信息另行加密封存，只有获授权的工作人员"
	"说明理由后方可启封，每次启封均有记录。日志经签名留存，不可更改，依网络安全法至少保存六个月。";
static const char *const held_en =
	"The journal holds no name, and tokens (keyed hashes) in place of number, "
	"phone and address.  Of an application that was held or refused the identity is "
	"kept too, sealed: only named staff can open it, with a reason, and each "
	"opening is recorded.  The journal is signed and is not altered; it is "
	"kept for six months at least, as the Cybersecurity Law (网络安全法) asks.";
static const char *const rights_zh =
	"您有权查阅、复制、请求更正或删除您的个人信息，并有权要求解释处理规则（个人信息"
	"保护法第四十四至四十八条）；对决定有异议，可向办理网点或属地反诈中心申诉，也可拨打"
	"96110。法律规定的保存期未满的，期满后删除。";
static const char *const rights_en =
	"You may see and copy what is held, ask for it to be put right or erased, "
	"and ask how it is used (个人信息保护法 Art. 44 to 48).  If you disagree with "
	"a decision, appeal at the outlet or the local anti-fraud centre, or call "
	"96110.  What the law has kept is erased when its time is over.";

/* Write it as text. */
void
personpaper_text(const struct personpaper *p)
{
	const struct tool *t = p->t;
	char time[MOMENT_SIZE];

	(void)fprintf(t->out, p->zh ? "节点 %s，%s，共查阅 %" PRIu64
	    " 条记录；本次查询已记为第 %" PRIu64 " 条\n" : "node %s, %s, %"
	    PRIu64 " entries gone through; this look-up is entry %" PRIu64
	    "\n", p->node, moment_print(p->now, time), p->h->entries, p->seq);
	list(p, &p->h->own, 0, "作为申请人", "as the applicant");
	list(p, &p->h->agent, 1, "作为代理人", "as somebody's agent");
	list(p, &p->h->seen, 2, "谁查阅过", "who looked");
	(void)fputc('\n', t->out);
	width_wrap(t->out, p->zh ? held_zh : held_en, 0, COLUMNS);
	(void)fputs("\n\n", t->out);
	width_wrap(t->out, p->zh ? rights_zh : rights_en, 0, COLUMNS);
	(void)fputc('\n', t->out);
}

/* Write a list as JSON. */
static void
json_entries(struct json *j, const struct personpaper *p, const char *key,
    const struct casefile_list *l, int what)
{
	char text[PERSONTEXT_MAX];
	const struct entry *e;
	size_t i;

	json_list(j, key);
	for (i = 0; i < l->n; i++) {
		e = &l->v[i].e;
		if (!told(p, e))
			continue;
		json_open(j, NULL);
		json_u64(j, "seq", e->seq);
		json_time(j, "time", e->t);
		json_word(j, "kind", words_kind, e->kind);
		if (what == 2) {
			json_text(j, "by", e->decided_by);
			json_text(j, "reason", e->note);
			json_bool(j, "refused", (e->flags & ENTRY_F_REFUSED) !=
			    0);
			persontext_look(p->h, e, p->zh, text);
		} else {
			persontext_entry(e, what, p->zh, text);
			json_bool(j, "sealed", (e->flags & ENTRY_F_SEALED) !=
			    0);
			json_time(j, "sealed_until",
			    holding_erased(p->h, e->seq) != 0 ? 0 :
			    persontext_seal_until(e));
			json_time(j, "erased", holding_erased(p->h, e->seq));
		}
		json_text(j, "text", text);
		if (p->applicant && persontext_withheld(e, what == 1))
			json_bool(j, "entry_withheld", 1);
		else
			json_raw(j, "entry", l->v[i].text, l->v[i].len);
		json_end(j);
	}
	json_close(j);
}

/* Write it as JSON. */
void
personpaper_json(const struct personpaper *p)
{
	struct json j;

	json_begin(&j, p->t->out);
	json_text(&j, "node", p->node);
	json_time(&j, "time", p->now);
	json_word(&j, "id_type", words_id_type, p->id_type);
	json_u64(&j, "entries", p->h->entries);
	json_u64(&j, "recorded", p->seq);
	json_entries(&j, p, "applicant", &p->h->own, 0);
	json_entries(&j, p, "agent", &p->h->agent, 1);
	json_entries(&j, p, "looks", &p->h->seen, 2);
	json_end(&j);
}

/* Write a list as rows. */
static void
html_list(FILE *f, const struct personpaper *p, const struct casefile_list *l,
    int what, const char *zh, const char *en)
{
	static const char *const heads[] = { "时间 Time", "记录 Entry",
		"内容 What it says", "保存 Kept" };
	char text[2 * PERSONTEXT_MAX + 1], kept[2 * PERSONTEXT_MAX + 1];
	char seq[24], time[MOMENT_SIZE];
	const char *cells[4] = { time, seq, text, kept };
	size_t n = what == 2 ? 3 : 4, i, k;

	html_section(f, zh, en);
	if (count(p, l) == 0) {
		html_para(f, "", "无 None");
		return;
	}
	html_table(f, n, heads);
	for (i = 0; i < l->n; i++) {
		const struct entry *e = &l->v[i].e;

		if (!told(p, e))
			continue;
		(void)moment_short(e->t, time);
		time[16] = '\0';
		(void)snprintf(seq, sizeof(seq), "%" PRIu64, e->seq);
		for (k = 0; k < 2; k++) {
			char *at = k == 0 ? text : &text[strlen(text)];

			if (k == 1)
				*at++ = '\n';
			if (what == 2)
				persontext_look(p->h, e, k == 0, at);
			else
				persontext_entry(e, what, k == 0, at);
		}
		persontext_kept(p->h, e, 1, kept);
		k = strlen(kept);
		if (k > 0)
			kept[k++] = '\n';
		persontext_kept(p->h, e, 0, &kept[k]);
		html_row(f, n, cells);
	}
	html_table_end(f);
}

/* Write it as a page. */
void
personpaper_html(const struct personpaper *p, FILE *f)
{
	char sub[256], time[MOMENT_SIZE], buf[128];
	const char *zh = words_name(words_id_type, p->id_type, 1);
	const char *en = words_name(words_id_type, p->id_type, 0);

	(void)snprintf(sub, sizeof(sub), "节点 node %s · %s", p->node,
	    moment_print(p->now, time));
	html_head(f, "个人信息查询结果", "What is held on you, and who looked",
	    sub);
	html_pairs(f);
	(void)snprintf(buf, sizeof(buf), "%s %s", zh != NULL ? zh : "",
	    en != NULL ? en : "");
	html_pair(f, "证件", "document", buf);
	html_pair(f, "证件号码", "number", "（不打印 not printed）");
	html_pair(f, "经办人", "asked by", p->by);
	(void)snprintf(buf, sizeof(buf), "%" PRIu64, p->seq);
	html_pair(f, "本次查询记为", "this look-up is entry", buf);
	(void)snprintf(buf, sizeof(buf), "%" PRIu64, p->h->entries);
	html_pair(f, "查阅的记录数", "entries gone through", buf);
	html_table_end(f);
	html_list(f, p, &p->h->own, 0, "您作为申请人", "As the applicant");
	html_list(f, p, &p->h->agent, 1, "您作为代理人", "As somebody's agent");
	html_list(f, p, &p->h->seen, 2, "谁查阅过", "Who looked");
	html_section(f, "保存了什么", "What is kept");
	html_para(f, "", held_zh);
	html_para(f, "en", held_en);
	html_section(f, "您的权利", "Your rights");
	html_para(f, "", rights_zh);
	html_para(f, "en", rights_en);
	html_end(f);
}
