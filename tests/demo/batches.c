#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "batches.h"
#include "plan_columns.h"
#include "plugin.h"

/* An employer's clerk gives his phone and address and acts for all. */
#define LIFTS_EMPLOYER "HF-DAY,HF-KIT,HF-KIT-P,SH-PHONE,SH-ADDR,SH-AGENT," \
	"OUT-MANY,OUT-AWAY"
/* On a campus all live at one address. */
#define LIFTS_OUTLETS "HF-DAY,HF-KIT,HF-KIT-P,SH-ADDR,OUT-MANY,OUT-AWAY"

/* The rows of one campaign, by person. */
struct rows {
	const struct plan_row *const *row;
	size_t n;
};

/* By campaign, then by person. */
static int
compare(const void *va, const void *vb)
{
	const struct plan_row *a = *(const struct plan_row *const *)va;
	const struct plan_row *b = *(const struct plan_row *const *)vb;
	int c = strcmp(a->campaign, b->campaign);

	return (c != 0 ? c : strcmp(a->id_no, b->id_no));
}

/* How many people, and a tenth more. */
static size_t
expected(const struct rows *r)
{
	size_t n = 0;

	for (size_t i = 0; i < r->n; i++)
		n += i == 0 || strcmp(r->row[i]->id_no, r->row[i - 1]->id_no) != 0;
	return (n + (n + 9) / 10);
}

/* Is the outlet (or, where product is 1, the product) of row i a new one? */
static int
is_new(const struct rows *r, size_t i, int product)
{
	const struct plan_row *a = r->row[i], *b;

	for (size_t k = 0; k < i; k++) {
		b = r->row[k];
		if (product ? a->product == b->product :
		    strcmp(a->institution, b->institution) == 0 &&
		    strcmp(a->branch, b->branch) == 0)
			return (0);
	}
	return (1);
}

/* The word of a plan for a product. */
static const char *
product_word(int32_t product)
{
	for (size_t i = 0; i < PLAN_COLUMNS; i++) {
		const struct plan_word *w = plan_columns[i].words;
		if (strcmp(plan_columns[i].name, "product") != 0)
			continue;
		for (; w->word != NULL; w++)
			if (w->value == product)
				return (w->word);
	}
	return ("");
}

/* One campaign. */
static void
campaign_write(FILE *f, const struct rows *r)
{
	const struct plan_row *first = r->row[0];
	int by_employer = first->org_no[0] != '\0';
	const char *comma = "";

	fprintf(f, "%s|%s|", first->campaign, first->org_no);
	for (size_t i = 0; i < r->n && !by_employer; i++) {
		if (!is_new(r, i, 0))
			continue;
		fprintf(f, "%s%s.%s", comma, r->row[i]->institution,
		    r->row[i]->branch);
		comma = ",";
	}
	putc('|', f);
	comma = "";
	for (size_t i = 0; i < r->n; i++) {
		if (!is_new(r, i, 1))
			continue;
		fprintf(f, "%s%s", comma, product_word(r->row[i]->product));
		comma = ",";
	}
	fprintf(f, "|%zu|%s|%s\n", expected(r), by_employer ? LIFTS_EMPLOYER :
	    LIFTS_OUTLETS, by_employer ? "代发工资批量开户" : "新生入学集中办卡");
}

/* All of them. */
int
batches_write(const char *dir, const struct plan *plan)
{
	const struct plan_row **row = calloc(plan->count + 1, sizeof(*row));
	char path[4096];
	struct rows r;
	size_t n = 0;
	FILE *f;

	snprintf(path, sizeof(path), "%s/campaigns.txt", dir);
	f = row != NULL ? fopen(path, "we") : NULL;
	if (f == NULL) {
		fprintf(stderr, "demo-generate: %s: %s\n", path,
		    strerror(errno));
		free(row);
		return (-1);
	}
	for (size_t i = 0; i < plan->count; i++)
		if (plan->rows[i].campaign[0] != '\0')
			row[n++] = &plan->rows[i];
	qsort(row, n, sizeof(*row), compare);
	for (size_t i = 0; i < n; i += r.n) {
		r.row = &row[i];
		for (r.n = 1; i + r.n < n && strcmp(row[i]->campaign,
		    row[i + r.n]->campaign) == 0; r.n++)
			continue;
		campaign_write(f, &r);
	}
	free(row);
	return (fclose(f) == 0 ? 0 : -1);
}
