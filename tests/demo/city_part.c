#include <stdlib.h>

#include "city.h"
#include "report_parts.h"

/* By size. */
static int
ns_compare(const void *va, const void *vb)
{
	const int64_t *a = va, *b = vb;

	return (*a < *b ? -1 : *a > *b);
}

/* Take one answer in. */
static void
count(struct city_part *p, const struct day_answer *a)
{
	int32_t d = a->result.decision;

	p->again += (size_t)a->tries;
	p->input += a->rc == LK_E_INPUT;
	p->unanswered += a->rc != LK_OK && a->rc != LK_E_INPUT;
	p->checks += a->rc == LK_OK;
	if (a->rc != LK_OK || (a->result.flags & LK_R_OFFLINE) == 0)
		return;
	p->passed += d <= LK_LIMIT;
	p->held += d > LK_LIMIT && d < LK_REJECT;
	p->refused += d >= LK_REJECT;
}

/* Only checks; a closing asks nothing. */
int
city_part(struct city_part *p, const struct day *d)
{
	int64_t *ns = calloc(d->until - d->from + 1, sizeof(*ns));
	size_t n = 0;

	*p = (struct city_part){ .checks = 0 };
	if (ns == NULL)
		return (-1);
	for (size_t i = d->from; i < d->until; i++) {
		const struct day_answer *a = &d->answers[i];
		if (a->row->kind == PLAN_RETIRE)
			continue;
		count(p, a);
		if (a->rc == LK_OK)
			ns[n++] = a->ns;
	}
	if (n > 0) {
		qsort(ns, n, sizeof(*ns), ns_compare);
		p->p50 = (double)ns[n / 2] / 1e6;
		p->p99 = (double)ns[n - 1 - n / 100] / 1e6;
		p->worst = (double)ns[n - 1] / 1e6;
	}
	free(ns);
	return (0);
}

/* Two lines, or three. */
void
city_part_print(const struct report *r, const struct city_part *p,
    const struct day *d, int away)
{
	char n[32];

	fprintf(r->f, "  %s checks in %.1f s: p50 %.1f ms   p99 %.1f ms   "
	    "worst %.1f ms; ", report_number(n, p->checks),
	    (double)d->ns / 1e9, p->p50, p->p99, p->worst);
	report_ink(r, p->unanswered > 0 ? REPORT_BAD : REPORT_GOOD);
	if (p->unanswered > 0)
		fprintf(r->f, "%zu without an answer", p->unanswered);
	else
		fprintf(r->f, "every one was answered");
	report_ink(r, REPORT_PLAIN);
	putc('\n', r->f);
	if (away || p->passed + p->held + p->refused > 0)
		fprintf(r->f, "  decided without the city (离线决定): %zu passed, "
		    "%zu held, %zu refused\n", p->passed, p->held,
		    p->refused);
	if (p->again > 0)
		fprintf(r->f, "  asked again after a time-out: %zu\n", p->again);
	fflush(r->f);
}
