/*
 * demo-daily: the file that an institution of a plan would send in the evening: what it
 * confirmed during the day, cards that were issued though the counter had told that the
 * applicant left, what a fallback counter opened without asking, closures, and what goes wrong with such files on their way.  In
 * GB18030, '|' between the cells.
 */
#include <iconv.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "civil.h"
#include "plan.h"

#define LEFT 3		/* who "left", and got a card all the same */
#define FALLBACK 5	/* opened at a counter that could not ask */
#define CLOSURES 3

/* An address whose second character ends in the byte '|' in GB18030. */
#define ADDRESS "浙倈省武林门外大街1号"

static const char heading[] = "机构代码|卡号账号|证件类型|证件号码|国籍|账户类型|"
    "开户日期|销户日期|开户网点|柜员号|流水号|联系地址|状态\r\n";

/* What is being written. */
struct daily {
	FILE *f;
	iconv_t conv;
	const char *institution;
	char today[16];
	unsigned known, left, fallback, closed, bad;
	int failed;
};

/* Write a text in GB18030. */
static void __attribute__((format(printf, 2, 3)))
say(struct daily *d, const char *format, ...)
{
	char text[2048], out[4096], *in = text, *o = out;
	size_t nin, nout = sizeof(out);
	va_list ap;

	va_start(ap, format);
	(void)vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	nin = strlen(text);
	if (iconv(d->conv, &in, &nin, &o, &nout) == (size_t)-1)
		d->failed = 1;
	(void)fwrite(out, 1, sizeof(out) - nout, d->f);
}

/* What a bank calls a product; NULL: not in this file. */
static const char *
product(int32_t code)
{
	static const char *const words[] = { NULL, "Ⅰ类户", "Ⅱ类户", "Ⅲ类户",
		"信用卡", "社保卡", "支付账户", "数字人民币" };

	return (code >= 1 && code <= 7 ? words[code] : code == 20 ? "SIM卡" :
	    code == 21 ? "副卡" : NULL);
}

/* What it calls a document. */
static const char *
document(int32_t code)
{
	static const char *const words[] = { "", "居民身份证", "临时身份证",
		"户口簿", "军官证", "港澳居民居住证", "台湾居民居住证", "回乡证",
		"台胞证", "外国人永久居留身份证", "10", "护照", "12" };

	return (code >= 1 && code <= 12 ? words[code] : "其他证件");
}

/* A row. */
static void
row(struct daily *d, const struct plan_row *r, const char *card,
    const char *outlet, const char *txn)
{

	say(d, "%s|%s|%s|%s|%s|%s|%s||%s|%s|%s|" ADDRESS "|开户\r\n",
	    d->institution, card, document(r->id_type), r->id_no,
	    r->id_country, product(r->product), d->today, outlet, r->teller,
	    txn);
}

/* Is it one of this institution's that was most likely passed? */
static int
passed(const struct daily *d, const struct plan_row *r)
{

	return (r->kind == PLAN_CHECK && r->org_no[0] == '\0' &&
	    strcmp(r->institution, d->institution) == 0 && r->quantity == 1 &&
	    product(r->product) != NULL && r->operation == 1 &&
	    r->race[0] == '\0' && r->ring[0] == '\0' &&
	    (r->expect == PLAN_PASS || r->expect == PLAN_PASS_MUST));
}

/* What the counters did: confirmed, or issued after they had taken it back. */
static void
counters(struct daily *d, const struct plan *p)
{
	const struct plan_row *r;
	char card[32];
	size_t i;

	for (i = 0; i < p->count; i++) {
		r = &p->rows[i];
		if (!passed(d, r))
			continue;
		if (r->then == PLAN_THEN_CONFIRM || r->then == PLAN_THEN_CLEAR) {
			row(d, r, r->card_ref, r->branch, r->txn_id);
			d->known++;
		} else if (r->then == PLAN_THEN_LEFT && d->left < LEFT) {
			(void)snprintf(card, sizeof(card), "%s-L%06u",
			    d->institution, ++d->left);
			row(d, r, card, r->branch, r->txn_id);
		}
	}
}

/* What was opened where nobody could ask: people of whom the history knows. */
static void
fallback(struct daily *d, const struct plan *p)
{
	const struct plan_row *r;
	char card[32];
	size_t i;

	for (i = 0; i < p->count && d->fallback < FALLBACK; i += 97) {
		r = &p->rows[i];
		if (r->kind != PLAN_OPEN || product(r->product) == NULL ||
		    r->product > 7 || r->id_type != 1 || r->org_no[0] != '\0' ||
		    strcmp(r->institution, d->institution) == 0)
			continue;
		(void)snprintf(card, sizeof(card), "%s-F%06u", d->institution,
		    ++d->fallback);
		row(d, r, card, "应急柜台", "");
	}
}

/* Was a card closed meanwhile? */
static int
closed_before(const struct plan *p, const char *card)
{
	size_t i;

	for (i = 0; i < p->count; i++)
		if ((p->rows[i].kind == PLAN_CLOSE ||
		    p->rows[i].kind == PLAN_RETIRE) &&
		    strcmp(p->rows[i].card_ref, card) == 0)
			return (1);
	return (0);
}

/* Old cards that were given back. */
static void
closures(struct daily *d, const struct plan *p)
{
	const struct plan_row *r;
	size_t i;

	for (i = 0; i < p->count && d->closed < CLOSURES; i++) {
		r = &p->rows[i];
		if (r->kind != PLAN_OPEN || r->card_ref[0] == '\0' ||
		    strcmp(r->institution, d->institution) != 0 ||
		    closed_before(p, r->card_ref))
			continue;
		say(d, "%s|%s|||||" "|%s||||" "|销户\r\n", d->institution,
		    r->card_ref, d->today);
		d->closed++;
	}
}

/* What goes wrong on the way; every line of it has to be refused. */
static void
damage(struct daily *d)
{
	const char *i = d->institution, *t = d->today;

	say(d, "%s|%s-X1|居民身份证|3.30102E+17||Ⅰ类户|%s||o|t||" ADDRESS
	    "|开户\r\n", i, i, t);
	say(d, "%s|6.22202E+18|居民身份证|11010519491231002X||Ⅰ类户|%s||o|t||"
	    ADDRESS "|开户\r\n", i, t);
	say(d, "%s|%s-X3|居民身份证|110105194912310021||Ⅰ类户|%s||o|t||" ADDRESS
	    "|开户\r\n", i, i, t);
	say(d, "%s|%s-X4|居民身份证|11010519491231002X||Ⅰ类户|2026-02-30||o|t||"
	    ADDRESS "|开户\r\n", i, i);
	say(d, "%s|%s-X5|居民身份证|11010519491231002X||金卡|%s||o|t||" ADDRESS
	    "|开户\r\n", i, i, t);
	say(d, "%s|%s-X6|居民身份证|11010519491231002X||Ⅰ类户|%s\r\n", i, i, t);
	say(d, "%s|%s-X7|居民身份证|11010519491231002X||Ⅰ类户|%s||o|t||", i, i,
	    t);
	/* Of a file in another encoding, joined to this one. */
	(void)fputs("\xff\xfe\xb0|", d->f);
	say(d, "开户\r\n");
	/* The same reference, another person. */
	say(d, "%s|%s-F000001|居民身份证|440524188001010014||Ⅰ类户|%s||o|t||"
	    ADDRESS "|开户\r\n", i, i, t);
	say(d, "%s|%s-NONE|||||" "|%s||||" "|销户\r\n", i, i, t);
	/* And the file ends before the program had written it all. */
	say(d, "%s|%s-X10|居民身份证|1101051949", i, i);
	d->bad = 10;
}

/* The day of UTC+8, as a bank writes it. */
static void
note_day(struct daily *d)
{
	int y, m, mday;

	civil_date(((int64_t)time(NULL) + 8 * 3600) / 86400, &y, &m, &mday);
	(void)snprintf(d->today, sizeof(d->today), "%04d%02d%02d", y % 10000,
	    m % 100, mday % 100);
}

/* Write the file. */
static int
write_file(struct daily *d, const struct plan *p, const char *out)
{

	if ((d->conv = iconv_open("GB18030", "UTF-8")) == (iconv_t)-1 ||
	    (d->f = fopen(out, "w")) == NULL) {
		perror(out);
		return (74);
	}
	note_day(d);
	say(d, "%s", heading);
	counters(d, p);
	fallback(d, p);
	closures(d, p);
	damage(d);
	d->failed |= ferror(d->f) != 0;
	d->failed |= fclose(d->f) != 0;
	(void)iconv_close(d->conv);
	if (d->failed) {
		perror(out);
		return (74);
	}
	printf("confirmed %u, issued after a cancel %u, fallback counter %u, "
	    "closed %u, damaged %u\n", d->known, d->left, d->fallback, d->closed,
	    d->bad);
	return (0);
}

int
main(int argc, char **argv)
{
	const char *plan = NULL, *out = NULL;
	struct daily d = { .institution = NULL };
	struct plan p;
	int i, rc;

	for (i = 1; i + 1 < argc; i += 2) {
		if (strcmp(argv[i], "--plan") == 0)
			plan = argv[i + 1];
		else if (strcmp(argv[i], "--institution") == 0)
			d.institution = argv[i + 1];
		else if (strcmp(argv[i], "--out") == 0)
			out = argv[i + 1];
		else
			break;
	}
	if (i != argc || plan == NULL || out == NULL || d.institution == NULL) {
		(void)fputs("usage: demo-daily --plan PLAN.csv --institution ID "
		    "--out FILE\n", stderr);
		return (64);
	}
	plan_init(&p);
	if (plan_read(&p, plan, &plan_stderr) != 0)
		return (66);
	rc = write_file(&d, &p, out);
	plan_free(&p);
	return (rc);
}
