#include <string.h>

#include "keys/utf8.h"

#include "report.h"
#include "report_impl.h"
#include "reportchart.h"
#include "reporthtml.h"

static const char style[] =
    "@page{size:A4;margin:14mm 12mm 16mm}\n"
    "*{box-sizing:border-box}\n"
    "body{font:10pt/1.5 \"Noto Sans CJK SC\",\"Source Han Sans SC\","
    "\"PingFang SC\",\"Microsoft YaHei\",\"WenQuanYi Micro Hei\",sans-serif;"
    "color:#1a1a1a;background:#fff;max-width:210mm;margin:0 auto;"
    "padding:9mm 6mm;-webkit-print-color-adjust:exact;"
    "print-color-adjust:exact}\n"
    "body.broad{max-width:280mm}\n"
    "h1{font-size:19pt;line-height:1.25;margin:0 0 1.5mm;font-weight:600}\n"
    "h2{font-size:13pt;margin:9mm 0 2.5mm;padding-bottom:1mm;"
    "border-bottom:.3mm solid #888;font-weight:600;break-after:avoid}\n"
    ".params{color:#444;font-size:9pt;margin:0 0 5mm;padding-bottom:3mm;"
    "border-bottom:.6mm solid #1a1a1a}\n"
    ".params span{display:inline-block;margin-right:5mm}\n"
    ".params b{font-weight:600;color:#1a1a1a}\n"
    ".figures{display:flex;flex-wrap:wrap;gap:2.5mm;margin:0 0 5mm}\n"
    ".figures div{border:.25mm solid #999;padding:2mm 3mm;min-width:27mm;"
    "break-inside:avoid}\n"
    ".figures b{display:block;font-size:16pt;line-height:1.2;"
    "font-weight:600;font-variant-numeric:tabular-nums}\n"
    ".figures span{color:#444;font-size:9pt}\n"
    ".notes{color:#333;font-size:9pt;margin:1mm 0 4mm;padding-left:5mm}\n"
    ".notes li{margin:0 0 .6mm}\n"
    ".differences{border:.4mm solid #a8431f;border-left-width:2.4mm;"
    "padding:2mm 4mm;margin:0 0 5mm}\n"
    ".differences b{font-weight:600}\n"
    ".differences ul{margin:1mm 0 0;padding-left:5mm}\n"
    ".none{color:#444}\n"
    "table{border-collapse:collapse;width:100%;margin:0 0 2mm}\n"
    "thead{display:table-header-group}\n"
    "tr{break-inside:avoid}\n"
    "th,td{text-align:left;vertical-align:top;padding:.8mm 1.6mm;"
    "border-bottom:.2mm solid #ccc;overflow-wrap:break-word}\n"
    "th{font-size:8.5pt;line-height:1.3;color:#333;vertical-align:bottom;"
    "border-bottom:.4mm solid #666;font-weight:600;overflow-wrap:normal}\n"
    "td{font-size:9pt}\n"
    "th.n,td.n{text-align:right;font-variant-numeric:tabular-nums}\n"
    "td.n,td.t,th.t{white-space:nowrap}\n"
    "td small{color:#444;font-size:8pt}\n"
    "tr.new td{border-top:.5mm solid #777}\n"
    "th.n+th:not(.n),td.n+td:not(.n){padding-left:3.5mm}\n"
    "td.strong{font-weight:600}\n"
    "tr.total td{font-weight:600;border-top:.4mm solid #666}\n"
    "tr.loud td:first-child{border-left:1.4mm solid #a8431f}\n"
    ".many th,.many td{font-size:8pt;padding:.7mm 1mm}\n"
    "figure{margin:0 0 5mm;break-inside:avoid;max-width:190mm}\n"
    "figure.tall{max-width:150mm}\n"
    "figcaption{font-size:9.5pt;margin:0 0 1.5mm}\n"
    "figcaption b{font-weight:600;margin-right:4mm}\n"
    ".key{display:inline-block;margin-right:4mm;font-size:9pt;color:#333}\n"
    ".key svg{vertical-align:-.5mm;margin-right:1.2mm}\n"
    "figure>svg{display:block;width:100%;height:auto}\n"
    "svg text{font-size:11.5px;fill:#222}\n"
    "svg .ax{font-size:10.5px;fill:#444}\n"
    "svg .grid{stroke:#ddd;stroke-width:1}\n"
    "svg .base{stroke:#555;stroke-width:1}\n"
    "svg.defs{position:absolute}\n"
    "footer{color:#555;font-size:8pt;margin-top:8mm}\n"
    "@media print{body,body.broad{padding:0;max-width:none}}\n";

/* Tables with many columns lie across the paper. */
static const char broad[] =
    "@page{size:A4 landscape;margin:12mm 12mm 14mm}\n";

#define BROAD 11 /* columns that still stand upright */

/* Write a text. */
void
reporthtml_text(FILE *f, const char *s)
{
	size_t len = strlen(s), n;
	uint32_t c;

	for (; len > 0; s += n, len -= n) {
		n = utf8_next(&c, s, len);
		if (n == 0 || utf8_hidden(c))
			(void)fputs("\xef\xbf\xbd", f);
		else if (c == '&')
			(void)fputs("&amp;", f);
		else if (c == '<')
			(void)fputs("&lt;", f);
		else if (c == '>')
			(void)fputs("&gt;", f);
		else if (c == '"')
			(void)fputs("&quot;", f);
		else if (c == '\'')
			(void)fputs("&#39;", f);
		else
			(void)fwrite(s, 1, n, f);
		n += n == 0;
	}
}

/* How many columns a page shows. */
static size_t
columns(const struct report_table *t)
{
	size_t i, n = 0;

	for (i = 0; i < t->ncolumns; i++)
		n += (size_t)report_visible(t, i);
	return (n);
}

/* Write a setting or figure. */
static void
param(FILE *f, const struct report_param *p, int figure, int zh)
{
	struct report_column c = { .type = p->type };
	char buf[REPORT_PRINTED];
	const char *s = report_print(&c, &p->cell, zh, buf);

	if (s[0] == '\0')
		return;
	(void)fputs(figure ? "<div><b>" : "<span>", f);
	reporthtml_text(f, figure ? s : zh ? p->zh : p->en);
	(void)fputs(figure ? "</b><span>" : zh ? "：<b>" : ": <b>", f);
	reporthtml_text(f, figure ? zh ? p->zh : p->en : s);
	(void)fputs(figure ? "</span></div>\n" : "</b></span>\n", f);
}

/* Write notes. */
static void
notes(FILE *f, const struct report_notes *l, const char *class, int zh)
{
	size_t i;

	if (l->n == 0)
		return;
	(void)fprintf(f, "<ul class=\"%s\">\n", class);
	for (i = 0; i < l->n; i++) {
		(void)fputs("<li>", f);
		reporthtml_text(f, zh ? l->v[i].zh : l->v[i].en);
		(void)fputs("</li>\n", f);
	}
	(void)fputs("</ul>\n", f);
}

/* Write what stands above the tables. */
static void
head(FILE *f, const struct report *r, int zh)
{
	size_t i;

	(void)fputs("<h1>", f);
	reporthtml_text(f, zh ? r->zh : r->en);
	(void)fputs("</h1>\n<p class=\"params\">\n", f);
	for (i = 0; i < r->nparams; i++)
		param(f, &r->params[i], 0, zh);
	(void)fputs("</p>\n", f);
	if (r->nfigures > 0) {
		(void)fputs("<div class=\"figures\">\n", f);
		for (i = 0; i < r->nfigures; i++)
			param(f, &r->figures[i], 1, zh);
		(void)fputs("</div>\n", f);
	}
	if (r->differences.n > 0) {
		(void)fprintf(f, "<div class=\"differences\"><b>%s</b>\n", zh ?
		    "不符之处，须逐项查明" : "What does not agree and needs "
		    "looking at");
		notes(f, &r->differences, "", zh);
		(void)fputs("</div>\n", f);
	}
	notes(f, &r->notes, "notes", zh);
}

/* Write the heads of a table. */
static void
heads(FILE *f, const struct report_table *t, int zh)
{
	const struct report_column *c;
	size_t i;

	(void)fprintf(f, "<table%s>\n<thead><tr>", columns(t) > 9 ?
	    " class=\"many\"" : "");
	for (i = 0; i < t->ncolumns; i++) {
		c = &t->columns[i];
		if (!report_visible(t, i))
			continue;
		(void)fprintf(f, "<th%s>", c->type == REPORT_TEXT ? "" :
		    c->type == REPORT_TIME ? " class=\"t\"" : " class=\"n\"");
		reporthtml_text(f, zh ? c->zh : c->en);
		if (c->type == REPORT_RATE)
			(void)fputs("<br><small>95%</small>", f);
		(void)fputs("</th>", f);
	}
	(void)fputs("</tr></thead>\n<tbody>\n", f);
}

/* Write a cell. */
static void
cell(FILE *f, const struct report_table *t, size_t row, size_t column, int zh)
{
	const struct report_column *c = &t->columns[column];
	const struct report_cell *x = report_cell(t, row, column);
	int strong = (c->flags & REPORT_STRONG) != 0;
	char buf[REPORT_PRINTED];

	(void)fprintf(f, "<td class=\"%s%s\">", c->type == REPORT_TEXT ? "" :
	    c->type == REPORT_TIME ? "t" : "n", strong ? " strong" : "");
	if (c->type == REPORT_RATE && x->set)
		(void)fprintf(f, "%.1f <small>(%.1f–%.1f)</small>", x->x *
		    c->per, x->lo * c->per, x->hi * c->per);
	else if (!report_repeats(t, row, column))
		reporthtml_text(f, report_print(c, x, zh, buf));
	(void)fputs("</td>", f);
}

/* Write a row. */
static void
row(FILE *f, const struct report_table *t, size_t i, int zh)
{
	int fresh = i > 0 && (t->columns[0].flags & REPORT_ONCE) != 0 &&
	    !report_repeats(t, i, 0);
	size_t c;

	(void)fprintf(f, "<tr%s>", t->how[i] == REPORT_TOTAL ?
	    " class=\"total\"" : t->how[i] == REPORT_LOUD && fresh ?
	    " class=\"loud new\"" : t->how[i] == REPORT_LOUD ?
	    " class=\"loud\"" : fresh ? " class=\"new\"" : "");
	for (c = 0; c < t->ncolumns; c++)
		if (report_visible(t, c))
			cell(f, t, i, c, zh);
	(void)fputs("</tr>\n", f);
}

/* Write a table with its charts and notes. */
static void
table(FILE *f, const struct report_table *t, int zh)
{
	size_t i, n = report_shown(t);

	(void)fputs("<section>\n<h2>", f);
	reporthtml_text(f, zh ? t->zh : t->en);
	(void)fputs("</h2>\n", f);
	if (t->rows == 0)
		(void)fprintf(f, "<p class=\"none\">%s</p>\n", zh ? "无" :
		    "None.");
	for (i = 0; i < t->ncharts; i++)
		reportchart_write(f, t, &t->charts[i], zh);
	if (t->rows > 0 && !t->drawn) {
		heads(f, t, zh);
		for (i = 0; i < n; i++)
			row(f, t, i, zh);
		for (; i < t->rows; i++)
			if (t->how[i] == REPORT_TOTAL)
				row(f, t, i, zh);
		(void)fputs("</tbody></table>\n", f);
	}
	if (n < report_plain(t) && !t->drawn)
		(void)fprintf(f, zh ? "<p class=\"none\">仅列前 %zu 行，共 %zu 行；"
		    "全部见 CSV 或 JSON。</p>\n" : "<p class=\"none\">The first "
		    "%zu of %zu rows; all of them are in CSV and JSON.</p>\n", n,
		    report_plain(t));
	notes(f, &t->notes, "notes", zh);
	(void)fputs("</section>\n", f);
}

/* Write the page. */
void
reporthtml_write(FILE *f, const struct report *r, int zh)
{
	size_t i, most = 0;

	for (i = 0; i < r->ntables; i++)
		if (columns(r->tables[i]) > most)
			most = columns(r->tables[i]);
	(void)fprintf(f, "<!DOCTYPE html>\n<html lang=\"%s\">\n<head>\n"
	    "<meta charset=\"utf-8\">\n<meta name=\"viewport\" "
	    "content=\"width=device-width,initial-scale=1\">\n"
	    "<meta http-equiv=\"Content-Security-Policy\" "
	    "content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
	    "<title>", zh ? "zh-CN" : "en");
	reporthtml_text(f, zh ? r->zh : r->en);
	(void)fprintf(f, "</title>\n<style>\n%s%s</style>\n</head>\n"
	    "<body%s>\n", style, most > BROAD ? broad : "", most > BROAD ?
	    " class=\"broad\"" : "");
	reportchart_patterns(f);
	head(f, r, zh);
	for (i = 0; i < r->ntables; i++)
		table(f, r->tables[i], zh);
	(void)fprintf(f, "<footer>%s</footer>\n</body>\n</html>\n", zh ?
	    "个人以令牌代称，属个人信息，仅限反诈工作使用；用毕销毁。" :
	    "Persons stand as tokens; this is personal data, for work against "
	    "fraud alone.  Destroy it after use.");
}
