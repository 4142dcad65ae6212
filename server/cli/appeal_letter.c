#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "engine/category.h"
#include "engine/day.h"

#include "appeal_letter.h"
#include "args.h"
#include "html.h"
#include "outfile.h"
#include "tool.h"
#include "width.h"

#define COLUMNS 76
#define PART_MAX 1280

/* The parts of a letter, in its language. */
struct parts {
	char opened[32], decided[32];	/* days */
	char about[PART_MAX];
	char class[PART_MAX];		/* "" where it is not told */
	char found[PART_MAX];
	char change[PART_MAX];
	const char *outcome;
	const char *relief;
};

static const char *const relief_zh =
	"对本答复有异议的，您可以补充新的材料再次提出申诉，也可以依法申请行政复议或者提起"
	"行政诉讼。咨询可拨打 96110。依据：《中华人民共和国反电信网络诈骗法》第三十二条。";
static const char *const relief_en =
	"If you do not agree with this answer, you may appeal again with new "
	"material, and you may apply for administrative reconsideration or bring "
	"administrative litigation as the law provides.  Questions: call 96110.  "
	"Legal basis: Law against Telecom and Online Fraud, Article 32 "
	"(反电信网络诈骗法第三十二条).";

/* Is it a class of which the letter must not tell? */
int
appeal_letter_untold(const struct appeal *a)
{

	return (a->category == CATEGORY_INVESTIGATION ||
	    a->category == CATEGORY_CANARY);
}

/* Write a day as a letter has it. */
static void
day(int32_t v, int english, char buf[32])
{
	struct day_civil d;

	day_to_civil(&d, v);
	if (english)
		day_print(buf, v);
	else
		(void)snprintf(buf, 32, "%d年%d月%d日", (int)d.year,
		    (int)d.month, (int)d.mday);
}

/* What is it about? */
static void
about(const struct appeal_letter *l, struct parts *p)
{
	const struct appeal *a = l->a;
	const int en = l->english;

	p->class[0] = '\0';
	if (a->about == APPEAL_DECISION)
		(void)snprintf(p->about, sizeof(p->about), en ?
		    "the answer to your application, number %s" :
		    "对您业务申请的答复（编号 %s）", a->decision);
	else if (appeal_letter_untold(a))
		(void)snprintf(p->about, sizeof(p->about), "%s", en ?
		    "a record that led to a check of your applications" :
		    "办理业务时需要核查的一项记录");
	else {
		(void)snprintf(p->about, sizeof(p->about), en ?
		    "an entry in the list \"%s\"" : "列入“%s”的记录", l->list);
		(void)snprintf(p->class, sizeof(p->class), en ? "%s; %s%s%s" :
		    "%s；依据：%s%s%s", category_text(a->category, en),
		    basis_text(a->basis, en), a->case_no[0] == '\0' ? "" : en ?
		    ", case " : "，案号 ", a->case_no);
	}
}

/* What changes, and from when? */
static void
change(const struct appeal_letter *l, int upheld, struct parts *p)
{
	const struct appeal *a = l->a;
	const int en = l->english;
	char until[32] = "";

	if (a->until != 0)
		day(a->until, en, until);
	if (a->about == APPEAL_DECISION)
		(void)snprintf(p->change, sizeof(p->change), upheld ? (en ?
		    "The answer no longer stands from %s on.  You may apply "
		    "again; bring this letter." :
		    "自%s起，该答复不再维持。您可以持本答复书重新申请办理。") : (en ?
		    "The answer of that time stands; this was decided on %s.  "
		    "It does not keep you from applying again." :
		    "维持原答复（%s作出本决定）。您仍可以再次申请办理。"),
		    p->decided);
	else if (upheld)
		(void)snprintf(p->change, sizeof(p->change), en ?
		    "The record was withdrawn on %s.  The withdrawal is "
		    "published at once; from its publication on, outlets no "
		    "longer restrict or refuse you because of it.  You may "
		    "apply again for what was refused." :
		    "该记录已于%s撤销，并随即加急发布；自发布之时起，各网点不再据此限制或者"
		    "拒绝为您办理业务。此前因此未能办理的业务，您可以重新申请。",
		    p->decided);
	else if (a->until != 0 && !appeal_letter_untold(a))
		(void)snprintf(p->change, sizeof(p->change), en ?
		    "The record stands (decided on %s).  It ends by itself "
		    "after %s." :
		    "该记录继续有效（%s作出本决定），至%s届满后自动失效。",
		    p->decided, until);
	else
		(void)snprintf(p->change, sizeof(p->change), en ?
		    "The record stands (decided on %s)." :
		    "该记录继续有效（%s作出本决定）。", p->decided);
}

/* Put the parts together. */
static void
compose(const struct appeal_letter *l, struct parts *p)
{
	const struct appeal_event *d = appeal_decided(l->a);
	const int upheld = d->what == APPEAL_UPHELD, en = l->english;

	day(day_of(l->a->event[0].t), en, p->opened);
	day(day_of(d->t), en, p->decided);
	about(l, p);
	p->outcome = upheld ? (en ? "Your appeal is upheld." : "申诉成立") :
	    (en ? "Your appeal is not upheld." : "申诉不成立");
	(void)snprintf(p->found, sizeof(p->found), "%s", d->found[0] != '\0' ?
	    d->found : d->text);
	change(l, upheld, p);
	p->relief = en ? relief_en : relief_zh;
}

/* Add a row, labelled in the letter's language and the other. */
static void
row(FILE *f, int english, const char *zh, const char *en, const char *value)
{

	html_pair(f, english ? en : zh, english ? zh : en, value);
}

/* Write the letter as a page. */
void
appeal_letter_html(const struct appeal_letter *l, FILE *f)
{
	const int en = l->english;
	char sub[160], line[PART_MAX];
	struct parts p;

	compose(l, &p);
	(void)snprintf(sub, sizeof(sub), "%s · %s", l->a->id, p.decided);
	html_head(f, en ? "Answer to your appeal" : "申诉答复书", en ?
	    "申诉答复书" : "Answer to your appeal", sub);
	(void)fprintf(f, "<p>%s <span style=\"display:inline-block;width:60mm;"
	    "border-bottom:.25mm solid #1a1a1a\">&nbsp;</span>%s</p>\n",
	    en ? "To" : "致", en ? "" : "：");
	(void)snprintf(line, sizeof(line), en ? "You appealed on %s (number "
	    "%s).  The appeal has been looked into; this is our answer." :
	    "您于%s提出的申诉（编号 %s）已核查完毕，现答复如下。", p.opened,
	    l->a->id);
	html_para(f, "", line);
	(void)fprintf(f, "<div class=\"outcome %s\"><b>", appeal_decided(
	    l->a)->what == APPEAL_UPHELD ? "pass" : "limit");
	html_text(f, p.outcome);
	(void)fputs("</b></div>\n", f);
	html_pairs(f);
	row(f, en, "申诉事项", "What it is about", p.about);
	row(f, en, "原类别与依据", "Class and legal basis", p.class);
	row(f, en, "核查情况", "What was found", p.found);
	row(f, en, "处理结果", "What changes and when", p.change);
	row(f, en, "救济渠道", "Where else to turn", p.relief);
	html_table_end(f);
	(void)fputs("<p style=\"margin:16mm 0 0;text-align:right\">", f);
	html_text(f, l->office);
	(void)fprintf(f, "<br>\n%s<br>\n", en ? "(stamp)" : "（盖章）");
	html_text(f, p.decided);
	(void)fputs("</p>\n", f);
	html_end(f);
}

/* Write a part as text. */
static void
part(FILE *f, const char *label, const char *value)
{

	if (value[0] == '\0')
		return;
	(void)fprintf(f, "%s\n    ", label);
	width_wrap(f, value, 4, COLUMNS);
	(void)fputs("\n\n", f);
}

/* Write the letter as text. */
void
appeal_letter_text(const struct appeal_letter *l, FILE *f)
{
	const int en = l->english;
	char line[PART_MAX];
	struct parts p;

	compose(l, &p);
	(void)fprintf(f, "%s\n%s\n\n%s ____________________%s\n\n", en ?
	    "Answer to your appeal" : "申诉答复书", l->a->id, en ? "To" : "致",
	    en ? "" : "：");
	(void)snprintf(line, sizeof(line), en ? "You appealed on %s (number "
	    "%s).  The appeal has been looked into; this is our answer." :
	    "您于%s提出的申诉（编号 %s）已核查完毕，现答复如下。", p.opened,
	    l->a->id);
	width_wrap(f, line, 0, COLUMNS);
	(void)fprintf(f, "\n\n%s\n\n", p.outcome);
	part(f, en ? "What it is about" : "申诉事项", p.about);
	part(f, en ? "Class and legal basis" : "原类别与依据", p.class);
	part(f, en ? "What was found" : "核查情况", p.found);
	part(f, en ? "What changes and when" : "处理结果", p.change);
	part(f, en ? "Where else to turn" : "救济渠道", p.relief);
	width_put(f, l->office);
	(void)fprintf(f, "\n%s\n%s\n", en ? "(stamp)" : "（盖章）", p.decided);
}

/* Write one file. */
static int
write_file(const struct tool *t, const struct appeal_letter *l,
    const char *name, const char *suffix,
    void (*put)(const struct appeal_letter *, FILE *))
{
	struct outfile *o;
	char path[4096];

	if ((size_t)snprintf(path, sizeof(path), "%s%s", name, suffix) >=
	    sizeof(path))
		return (tool_fail(t, TOOL_USAGE, "--letter：路径过长",
		    "--letter: the path is too long"));
	if ((o = outfile_open(path, 0600)) != NULL) {
		put(l, outfile_stream(o));
		if (outfile_commit(o) == 0)
			return (ARGS_GO);
	}
	return (tool_fail(t, TOOL_IO, "%s：无法写入：%s", "%s: cannot write: %s",
	    path, tool_errno(t, errno)));
}

/* Write both files. */
int
appeal_letter_files(const struct tool *t, const struct appeal_letter *l,
    const char *name)
{
	int rc;

	if ((rc = write_file(t, l, name, ".html", appeal_letter_html)) ==
	    ARGS_GO && (rc = write_file(t, l, name, ".txt",
	    appeal_letter_text)) == ARGS_GO && !t->json)
		(void)fprintf(t->out, tool_zh(t,
		    "答复书：%s.html 与 %s.txt（姓名由手工填写）\n",
		    "letter: %s.html and %s.txt (fill in the name by hand)\n"),
		    name, name);
	return (rc);
}
