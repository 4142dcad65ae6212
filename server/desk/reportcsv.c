#include <errno.h>
#include <iconv.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "keys/utf8.h"

#include "report.h"
#include "report_impl.h"
#include "reportcsv.h"

/* Would a spreadsheet take the text for a formula?  Some take wide signs too. */
static int
formula(const char *s)
{
	static const char *const signs[] = { "=", "+", "-", "@", "\t", "\r",
		"\n", "＝", "＋", "－", "＠" };
	size_t i;

	for (i = 0; i < sizeof(signs) / sizeof(signs[0]); i++)
		if (strncmp(s, signs[i], strlen(signs[i])) == 0)
			return (1);
	return (0);
}

/* Write a cell of text; what a terminal would obey, or nobody sees, becomes U+FFFD. */
static void
text(FILE *f, const char *s)
{
	int quoted = strpbrk(s, ",\"\r\n") != NULL;
	size_t len = strlen(s), n;
	uint32_t c;

	if (quoted)
		(void)fputc('"', f);
	if (formula(s))
		(void)fputc('\'', f);
	for (; len > 0; s += n, len -= n) {
		n = utf8_next(&c, s, len);
		if (n == 0 || (utf8_hidden(c) && strchr("\t\r\n", *s) ==
		    NULL)) {
			(void)fputs("\xef\xbf\xbd", f);
			n += n == 0;
			continue;
		}
		if (c == '"')
			(void)fputc('"', f);
		(void)fwrite(s, 1, n, f);
	}
	if (quoted)
		(void)fputc('"', f);
}

/* Write the heads. */
static void
heads(FILE *f, const struct report_table *t, int zh)
{
	const struct report_column *c;
	size_t i;

	for (i = 0; i < t->ncolumns; i++) {
		c = &t->columns[i];
		if (i > 0)
			(void)fputc(',', f);
		text(f, zh ? c->zh : c->en);
		if (c->type == REPORT_SPAN)
			(void)fputs(zh ? "（分钟）" : " (minutes)", f);
		if (c->type != REPORT_RATE)
			continue;
		(void)fputc(',', f);
		text(f, zh ? "95% 下限" : "95% low");
		(void)fputc(',', f);
		text(f, zh ? "95% 上限" : "95% high");
	}
	(void)fputs("\r\n", f);
}

/* Write a cell. */
static void
cell(FILE *f, const struct report_column *c, const struct report_cell *x,
    int zh)
{
	char buf[REPORT_PRINTED];

	if (!x->set) {
		if (c->type == REPORT_RATE)
			(void)fputs(",,", f);
		return;
	}
	switch (c->type) {
	case REPORT_NUMBER:
		(void)fprintf(f, "%" PRId64, x->n);
		break;
	case REPORT_RATE:
		(void)fprintf(f, "%.3f,%.3f,%.3f", x->x * c->per, x->lo *
		    c->per, x->hi * c->per);
		break;
	case REPORT_SPAN:
		(void)fprintf(f, "%.1f", (double)x->n / 60000);
		break;
	case REPORT_TIME:
		report_print_time(x->n, 1, buf);
		text(f, buf);
		break;
	case REPORT_TEXT:
	case REPORT_RATIO:
		text(f, report_print(c, x, zh, buf));
		break;
	}
}

/* Write the table in UTF-8. */
static void
table(FILE *f, const struct report_table *t, int zh)
{
	size_t i, k;

	heads(f, t, zh);
	for (i = 0; i < t->rows; i++) {
		for (k = 0; k < t->ncolumns; k++) {
			if (k > 0)
				(void)fputc(',', f);
			cell(f, &t->columns[k], report_cell(t, i, k), zh);
		}
		(void)fputs("\r\n", f);
	}
}

/* Write a text in GB18030; what is not UTF-8 becomes a question mark. */
static int
convert(FILE *f, char *in, size_t left)
{
	iconv_t to = iconv_open("GB18030", "UTF-8");
	char out[4096], *o;
	size_t room, n;

	if (to == (iconv_t)-1)
		return (-1);
	while (left > 0) {
		o = out;
		room = sizeof(out);
		n = iconv(to, &in, &left, &o, &room);
		(void)fwrite(out, 1, sizeof(out) - room, f);
		if (n == (size_t)-1 && errno != E2BIG && left > 0) {
			(void)fputc('?', f);
			in++;
			left--;
		}
	}
	(void)iconv_close(to);
	return (0);
}

/* Write the table in GB18030. */
static int
in_gb18030(FILE *f, const struct report_table *t, int zh)
{
	size_t len = 0;
	char *p = NULL;
	FILE *m;
	int rc;

	if ((m = open_memstream(&p, &len)) == NULL)
		return (-1);
	table(m, t, zh);
	if ((rc = fclose(m)) == 0)
		rc = convert(f, p, len);
	free(p);
	return (rc);
}

/* Write a table. */
int
reportcsv_write(FILE *f, const struct report *r, const char *key, int zh,
    int gb18030)
{
	const struct report_table *t = key == NULL ? r->main : NULL;
	size_t i;

	for (i = 0; t == NULL && i < r->ntables; i++)
		if (key == NULL || strcmp(r->tables[i]->key, key) == 0)
			t = r->tables[i];
	if (t == NULL)
		return (1);
	if (gb18030)
		return (in_gb18030(f, t, zh));
	(void)fputs("\xef\xbb\xbf", f);
	table(f, t, zh);
	return (0);
}
