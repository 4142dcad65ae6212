#include <string.h>

#include "keys/utf8.h"

#include "html.h"

static const char style[] =
    "@page{size:A4;margin:16mm 15mm 18mm}\n"
    "*{box-sizing:border-box}\n"
    "html{-webkit-text-size-adjust:100%}\n"
    "body{font:10.5pt/1.55 \"Noto Sans CJK SC\",\"Source Han Sans SC\","
    "\"PingFang SC\",\"Microsoft YaHei\",\"WenQuanYi Micro Hei\",sans-serif;"
    "color:#1a1a1a;background:#fff;max-width:186mm;margin:0 auto;"
    "padding:8mm 4mm;-webkit-print-color-adjust:exact;"
    "print-color-adjust:exact}\n"
    "h1{font-size:19pt;line-height:1.25;margin:0 0 1mm;font-weight:600}\n"
    "h1 span,h2 span{font-weight:400;color:#666;font-size:.68em;"
    "margin-left:.5em}\n"
    ".sub{color:#555;margin:0 0 5mm;padding-bottom:3mm;"
    "border-bottom:.6mm solid #1a1a1a}\n"
    "h2{font-size:13pt;margin:8mm 0 2.5mm;padding-bottom:1mm;"
    "border-bottom:.25mm solid #bbb;font-weight:600;break-after:avoid}\n"
    "h3{font-size:11pt;margin:4mm 0 1mm;font-weight:600;break-after:avoid}\n"
    "h3 .class{font-weight:400;color:#666;margin-left:.6em}\n"
    "p{margin:0 0 2mm}\n"
    ".en{color:#555;font-size:9.5pt}\n"
    ".note{color:#555;font-size:9pt}\n"
    ".outcome{border:.4mm solid;border-left-width:2.4mm;padding:3mm 4mm;"
    "margin:0 0 4mm;break-inside:avoid}\n"
    ".outcome b{font-size:15pt;font-weight:600;margin-right:.5em}\n"
    ".pass{border-color:#2e7d4f}.limit,.review{border-color:#b7791f}"
    ".reject{border-color:#b3382c}\n"
    "table{border-collapse:collapse;width:100%;margin:0 0 3mm}\n"
    "th,td{text-align:left;vertical-align:top;padding:1.1mm 2mm;"
    "border-bottom:.2mm solid #ddd;overflow-wrap:anywhere}\n"
    "tr{break-inside:avoid}\n"
    ".pairs th{width:42mm;font-weight:400;color:#555}\n"
    ".pairs th small{display:block;color:#888;font-size:8pt;"
    "line-height:1.2}\n"
    ".list th{font-size:9pt;color:#555;border-bottom:.35mm solid #999;"
    "font-weight:600}\n"
    ".list td{font-size:9.5pt}\n"
    ".list th,.list td:nth-child(-n+2){white-space:nowrap}\n"
    ".list td:nth-child(4){min-width:38mm}\n"
    "ul.why{list-style:none;margin:0 0 3mm;padding:0}\n"
    "ul.why li{padding:.8mm 0 .8mm 6mm;position:relative}\n"
    "ul.why li::before{position:absolute;left:0;font-weight:600}\n"
    "ul.why li.yes::before{content:\"\\2713\";color:#2e7d4f}\n"
    "ul.why li.no::before{content:\"\\2717\";color:#999}\n"
    "ul.why small{display:block;color:#666;font-size:9pt;line-height:1.4}\n"
    "code,pre{font-family:\"DejaVu Sans Mono\",\"Noto Sans Mono CJK SC\","
    "Menlo,Consolas,monospace}\n"
    "code{font-size:.88em}\n"
    "pre{font-size:8pt;line-height:1.45;background:#f6f6f4;"
    "border:.2mm solid #e2e2de;padding:2.5mm 3mm;margin:0 0 3mm;"
    "white-space:pre-wrap;overflow-wrap:anywhere}\n"
    "@media print{body{padding:0;max-width:none}}\n";

/* Begin a page. */
void
html_head(FILE *f, const char *zh, const char *en, const char *sub)
{

	(void)fputs("<!DOCTYPE html>\n<html lang=\"zh-CN\">\n<head>\n"
	    "<meta charset=\"utf-8\">\n<meta name=\"viewport\" "
	    "content=\"width=device-width,initial-scale=1\">\n"
	    "<meta http-equiv=\"Content-Security-Policy\" "
	    "content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
	    "<title>", f);
	html_text(f, zh);
	(void)fputc(' ', f);
	html_text(f, sub);
	(void)fprintf(f, "</title>\n<style>\n%s</style>\n</head>\n<body>\n<h1>",
	    style);
	html_text(f, zh);
	(void)fputs("<span>", f);
	html_text(f, en);
	(void)fputs("</span></h1>\n", f);
	html_para(f, "sub", sub);
}

/* End it. */
void
html_end(FILE *f)
{

	(void)fputs("</body>\n</html>\n", f);
}

/* Begin a section. */
void
html_section(FILE *f, const char *zh, const char *en)
{

	(void)fputs("<h2>", f);
	html_text(f, zh);
	(void)fputs("<span>", f);
	html_text(f, en);
	(void)fputs("</span></h2>\n", f);
}

/* Write the len bytes of one character, escaped. */
static void
put(FILE *f, const char *s, size_t len)
{

	switch (s[0]) {
	case '&':
		(void)fputs("&amp;", f);
		break;
	case '<':
		(void)fputs("&lt;", f);
		break;
	case '>':
		(void)fputs("&gt;", f);
		break;
	case '"':
		(void)fputs("&quot;", f);
		break;
	case '\'':
		(void)fputs("&#39;", f);
		break;
	default:
		(void)fwrite(s, 1, len, f);
		break;
	}
}

/* Write bytes, escaped; U+FFFD for what is not UTF-8, does not show, or re-orders. */
static void
escaped(FILE *f, const char *s, size_t len, const char *newline)
{
	uint32_t c;
	size_t n;

	for (; len > 0; s += n, len -= n) {
		n = utf8_next(&c, s, len);
		if (n > 0 && c == '\n')
			(void)fputs(newline, f);
		else if (n > 0 && (c == '\t' || !utf8_hidden(c)))
			put(f, s, n);
		else
			(void)fputs("\xef\xbf\xbd", f);
		n += n == 0;
	}
}

/* Write a text. */
void
html_text(FILE *f, const char *s)
{

	escaped(f, s, strlen(s), "<br>\n");
}

/* Write bytes as they stand. */
void
html_bytes(FILE *f, const char *p, size_t len)
{

	(void)fputs("<pre>", f);
	escaped(f, p, len, "\n");
	(void)fputs("</pre>\n", f);
}

/* Write a paragraph. */
void
html_para(FILE *f, const char *class, const char *s)
{

	if (s[0] == '\0')
		return;
	if (class[0] != '\0')
		(void)fprintf(f, "<p class=\"%s\">", class);
	else
		(void)fputs("<p>", f);
	html_text(f, s);
	(void)fputs("</p>\n", f);
}

/* Begin a table of labels and values. */
void
html_pairs(FILE *f)
{

	(void)fputs("<table class=\"pairs\">\n", f);
}

/* Add a row. */
void
html_pair(FILE *f, const char *zh, const char *en, const char *value)
{

	if (value[0] == '\0')
		return;
	(void)fputs("<tr><th>", f);
	html_text(f, zh);
	(void)fputs("<small>", f);
	html_text(f, en);
	(void)fputs("</small></th><td>", f);
	html_text(f, value);
	(void)fputs("</td></tr>\n", f);
}

/* Begin a table with columns. */
void
html_table(FILE *f, size_t n, const char *const *heads)
{
	size_t i;

	(void)fputs("<table class=\"list\">\n<thead><tr>", f);
	for (i = 0; i < n; i++) {
		(void)fputs("<th>", f);
		html_text(f, heads[i]);
		(void)fputs("</th>", f);
	}
	(void)fputs("</tr></thead>\n<tbody>\n", f);
}

/* Add a row. */
void
html_row(FILE *f, size_t n, const char *const *cells)
{
	size_t i;

	(void)fputs("<tr>", f);
	for (i = 0; i < n; i++) {
		(void)fputs("<td>", f);
		html_text(f, cells[i]);
		(void)fputs("</td>", f);
	}
	(void)fputs("</tr>\n", f);
}

/* End a table. */
void
html_table_end(FILE *f)
{

	(void)fputs("</table>\n", f); /* which ends a <tbody> too */
}
