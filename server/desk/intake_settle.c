#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/day.h"
#include "lists/csvfile.h"

#include "intake_impl.h"

#define MARK_ROWS 50000		/* rows between two marks */

/* Write a text as a cell. */
static void
put(FILE *f, const char *s)
{

	csvfile_put(f, s, strlen(s));
}

/* Would a spreadsheet take the cell at p for a formula? */
static int
formula(const char *p, size_t len, char separator)
{
	size_t i = 0;

	while (i < len && (p[i] == ' ' || p[i] == '"'))
		i++;
	if (i + 1 >= len || memchr("=+-@", p[i], 4) == NULL)
		return (0);
	if (p[i] == '=' && p[i + 1] == '"')
		return (0);	/* ="0123" is how text is marked */
	return (p[i + 1] != separator && p[i + 1] != '"');
}

/* Write a row as it stood, but with nothing in it that acts. */
static void
put_raw(FILE *f, const char *p, size_t len, char separator)
{
	int inside = 0, begin = 1;
	size_t i;

	for (i = 0; i < len; i++) {
		if (begin && formula(&p[i], len - i, separator)) {
			if (p[i] == '"') {
				(void)fputc(p[i++], f);
				inside = 1;
			}
			(void)fputc('\'', f);
		}
		inside ^= p[i] == '"';
		begin = !inside && p[i] == separator;
		(void)fputc(p[i] == '\0' || (p[i] > 0 && p[i] < ' ' &&
		    p[i] != '\n' && p[i] != '\r' && p[i] != '\t') ? '?' : p[i],
		    f);
	}
}

/* Write the head of the reject file: the file's own, and what we add. */
void
intake_reject_begin(struct intake *x, const struct csvfile_row *row)
{
	FILE *f = x->o->reject;

	x->separator = csvfile_separator(x->f);
	if (f == NULL)
		return;
	(void)fputs("\xef\xbb\xbf", f);
	if (row == NULL)
		return;
	put_raw(f, row->raw, row->rawlen, x->separator);
	(void)fprintf(f, x->o->english ? "%cline%ccolumn%creason\r\n" :
	    "%c行号%c列号%c原因\r\n", x->separator, x->separator,
	    x->separator);
}

/* Write a rejected row. */
static void
reject(struct intake *x, const struct intake_frame *fr,
    const struct intake_line *l, size_t column, const char *why)
{
	size_t i, cells = x->c.n > 0 ? x->c.n : x->c.most;
	const char *raw = &fr->raw[l->raw];
	FILE *f = x->o->reject;

	if (f == NULL)
		return;
	/* Half a row is never to be taken in, and where no heading tells, a number of
	 * ours behind a short row would be one of its cells. */
	if (!l->unread && l->fault.why != INTAKEMAP_HALF &&
	    (x->c.n > 0 || l->fault.why != INTAKEMAP_CELLS))
		put_raw(f, raw, l->rawlen, x->separator);
	else {
		/* One cell of it, so that it harms none of its neighbours. */
		for (i = 0; i < l->rawlen && raw[i] != '\n' && raw[i] != '\r';
		    i++)
			;
		csvfile_put(f, raw, i);
		for (i = 1; i < cells; i++)
			(void)fputc(x->separator, f);
	}
	(void)fprintf(f, "%c%" PRIu64 "%c", x->separator, l->line,
	    x->separator);
	if (column != 0)
		(void)fprintf(f, "%zu", column);
	(void)fputc(x->separator, f);
	put(f, why);
	(void)fputs("\r\n", f);
}

/* Decide on rows whose numbers may have been rounded. */
void
intake_doubts(struct intake *x, struct intake_frame *fr)
{
	size_t i, k, n = 0, to = 0, first, end;
	struct intake_line *l;

	/* One that is wrong by itself speaks against those before it, too. */
	for (i = 0; i < fr->nlines; i++) {
		l = &fr->line[i];
		if (l->n > 0 && l->fault.doubt != 0 &&
		    !intakemap_believe(&x->c, &l->fault))
			l->n = 0;
	}
	for (i = 0; i < fr->nlines; i++) {
		l = &fr->line[i];
		if (l->n > 0 && l->fault.doubt != 0 &&
		    !intakemap_believe(&x->c, &l->fault))
			l->n = 0;
		for (k = l->first, first = n, end = k + l->n; k < end; k++) {
			size_t len = (k + 1 < fr->npacked ? fr->at[k + 1] :
			    fr->nblob) - fr->at[k];

			memmove(&fr->blob[to], &fr->blob[fr->at[k]], len);
			fr->at[n++] = to;
			to += len;
		}
		l->first = (uint16_t)first;
	}
	fr->npacked = n;
	fr->nblob = to;
	fr->doubts = 0;
}

/* Count one outcome; nonzero when it is a refusal. */
static int
count(struct intake_counts *c, const struct intakerow_result *res,
    struct intakemap_fault *fault)
{

	switch (res->outcome) {
	case INTAKEROW_NEW:
		c->fresh++;
		c->alerts += res->detail;
		return (0);
	case INTAKEROW_KNOWN:
		c->known++;
		return (0);
	case INTAKEROW_MERGED:
		c->merged++;
		c->alerts += res->detail;
		return (0);
	case INTAKEROW_CLOSED:
		c->closed++;
		return (0);
	case INTAKEROW_AMBIGUOUS:
		c->ambiguous++;
		fault->why = INTAKEMAP_AMBIGUOUS;
		fault->field = INTAKEROW_F_TXN;
		fault->detail = res->detail;
		return (1);
	default:
		fault->why = res->why < INTAKEROW_WHYS ? res->why :
		    INTAKEROW_ENTRY;
		fault->field = res->field < INTAKEROW_FIELDS ? res->field : 0;
		fault->detail = res->detail;
		return (1);
	}
}

/* Say why; of a field that has no column in the file, which one it is. */
static const char *
reason(const struct intake *x, const struct intakemap_fault *fault,
    char text[INTAKE_ERROR_MAX])
{
	const char *why = intakemap_why_text(fault, x->o->english);

	if (fault->field == INTAKEROW_F_NONE || x->c.at[fault->field] != 0 ||
	    fault->why == INTAKEMAP_AMBIGUOUS)
		return (why);
	if (fault->field == INTAKEROW_F_INST &&
	    fault->why == INTAKEROW_MISSING)
		return (x->o->english ? "no column says whose row it is: name "
		    "the institution with --institution" :
		    "没有机构列：请用 --institution 指明是哪家机构的文件");
	(void)snprintf(text, INTAKE_ERROR_MAX, x->o->english ? "%s (%s)" :
	    "%s（%s）", why, intakerow_field_word(fault->field));
	return (text);
}

/* Deal with one row whose outcome is known. */
static void
line(struct intake *x, struct intake_frame *fr, struct intake_line *l)
{
	struct intake_counts *c = &x->r->c;
	struct intakemap_fault fault = l->fault, other;
	int bad = l->n == 0;
	char text[INTAKE_ERROR_MAX];
	struct intakerow row;
	const char *why;
	unsigned i;

	c->rows++;
	for (i = 0; i < l->n; i++) {
		/* Of two refusals the first is told. */
		if (count(c, &fr->result[l->first + i], bad ? &other :
		    &fault) != 0)
			bad = 1;
		else if (x->o->totals && intakerow_get(&row,
		    &fr->blob[fr->at[l->first + i]], fr->nblob -
		    fr->at[l->first + i]) != 0)
			intake_total_add(x->r, &row, x->o->institution);
	}
	if (!bad)
		return;
	c->rejected++;
	c->why[fault.why]++;
	why = reason(x, &fault, text);
	reject(x, fr, l, x->c.at[fault.field], why);
	if (x->o->bad != NULL)
		x->o->bad(x->o->arg, l->line, x->c.at[fault.field], why);
}

/* Say how far all is done. */
static enum intake_end
mark(struct intake *x, const struct intake_frame *fr)
{
	struct intake_mark m = { .rows = fr->rows, .hash = fr->hash,
		.counts = x->r->c };

	x->marked = fr->rows;
	if (x->o->save == NULL)
		return (INTAKE_DONE);
	if ((x->o->reject != NULL && fflush(x->o->reject) != 0) ||
	    x->o->save(x->o->arg, &m) != 0) {
		(void)snprintf(x->err, INTAKE_ERROR_MAX, "%s",
		    strerror(errno));
		return (INTAKE_IO);
	}
	return (INTAKE_DONE);
}

/* Count what became of a frame's rows. */
enum intake_end
intake_settle(struct intake *x, struct intake_frame *fr)
{
	size_t i;

	for (i = 0; i < fr->nlines; i++)
		line(x, fr, &fr->line[i]);
	if (x->o->step != NULL)
		x->o->step(x->o->arg, &x->r->c);
	if (fr->rows - x->marked < MARK_ROWS)
		return (INTAKE_DONE);
	return (mark(x, fr));
}

/* Order totals. */
static int
compare(const void *pa, const void *pb)
{
	const struct intake_total *a = pa, *b = pb;
	int rc = strcmp(a->inst, b->inst);

	if (rc != 0)
		return (rc);
	if (a->day != b->day)
		return (a->day < b->day ? -1 : 1);
	return (a->product < b->product ? -1 : a->product > b->product);
}

/* Count a row in the totals. */
void
intake_total_add(struct intake_result *r, const struct intakerow *row,
    const char *otherwise)
{
	struct intake_total t = { .day = day_of(row->at / 1000),
		.product = row->product };
	struct intake_total *have;
	size_t n = row->text[INTAKEROW_INST].len, i;

	if (n == 0 && otherwise != NULL)
		(void)snprintf(t.inst, sizeof(t.inst), "%s", otherwise);
	else if (n < sizeof(t.inst))
		memcpy(t.inst, row->text[INTAKEROW_INST].p, n);
	if (row->kind == INTAKEROW_CLOSE)
		t.product = 0;
	/* Mostly it is one of the last. */
	for (i = r->ntotal; i > 0; i--)
		if (compare(&r->total[i - 1], &t) == 0)
			break;
	if (i == 0) {
		if (r->ntotal == INTAKE_TOTALS)
			return;
		if (r->total == NULL && (r->total = calloc(INTAKE_TOTALS,
		    sizeof(t))) == NULL)
			return;
		r->total[r->ntotal++] = t;
		i = r->ntotal;
	}
	have = &r->total[i - 1];
	if (row->kind == INTAKEROW_CLOSE)
		have->closed++;
	else
		have->opened++;
}

/* Sort the totals. */
void
intake_total_sort(struct intake_result *r)
{

	if (r->ntotal > 1)
		qsort(r->total, r->ntotal, sizeof(r->total[0]), compare);
}
