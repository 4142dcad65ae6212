#include <stdlib.h>
#include <string.h>

#include "engine/day.h"

#include "report_openers_impl.h"
#include "reporthash.h"

#define DAY_S 86400

/* The person into which one was joined in the end. */
static struct openers_person *
root(const struct openers *x, struct openers_person *p)
{

	while (p->into != OPENERS_NONE)
		p = reporthash_value(x->persons, p->into);
	return (p);
}

/* Move all of b to a. */
static int
move(struct openers_person *a, struct openers_person *b)
{
	struct openers_row *v;

	v = realloc(a->v, ((size_t)a->n + b->n + 1) * sizeof(*v));
	if (v == NULL)
		return (-1);
	if (b->n > 0)
		memcpy(&v[a->n], b->v, b->n * sizeof(*v));
	a->v = v;
	a->n += b->n;
	a->room = a->n + 1;
	a->documents += 1 + b->documents;
	a->claimed |= b->claimed;
	b->n = 0;
	b->into = a->number;
	return (0);
}

/* Join what is of one person. */
int
openers_join(struct openers *x)
{
	struct openers_person *a, *b;
	const struct openers_link *k;
	size_t i;
	int how;

	for (i = 0; i < reporthash_count(x->links); i++) {
		k = reporthash_key(x->links, i);
		how = *(const int *)reporthash_value(x->links, i);
		if (how == OPENERS_PARTED ||
		    (a = reporthash_get(x->persons, &k->a)) == NULL ||
		    (b = reporthash_get(x->persons, &k->b)) == NULL)
			continue;
		a = root(x, a);
		b = root(x, b);
		if (a == b)
			continue;
		if (move(a, b) != 0)
			return (-1);
		a->claimed |= how == OPENERS_CLAIMED;
	}
	return (0);
}

/* In order of time, then of number. */
static int
by_time(const void *a, const void *b)
{
	const struct openers_row *x = a, *y = b;

	if (x->at != y->at)
		return (x->at < y->at ? -1 : 1);
	return (x->seq < y->seq ? -1 : x->seq > y->seq);
}

/* Does an application count? */
int
openers_counts(const struct openers_row *r, int held)
{

	return (r->state == OPENERS_ISSUED || (held &&
	    (r->state == OPENERS_HELD || r->state == OPENERS_DENIED ||
	    r->state == OPENERS_TIMED)));
}

/* The institution of an application. */
static uint32_t
inst_of(const struct openers *x, const struct openers_row *r)
{

	return (((const struct openers_outlet *)reporthash_value(x->outlets,
	    r->outlet))->inst);
}

/* The next application after k that counts: of its visit, or of its institution. */
static uint32_t
again(const struct openers *x, const struct openers_person *p, uint32_t k,
    int held, int visits)
{
	const struct openers_row *r = &p->v[k], *q;
	int64_t at = r->at / 1000;
	uint32_t m, inst = inst_of(x, r);

	for (m = k + 1; m < p->n; m++) {
		q = &p->v[m];
		/* Beyond it no window that holds k asks. */
		if (visits ? day_of(q->at / 1000) != day_of(at) :
		    q->at / 1000 >= at + 7 * DAY_S)
			break;
		if (!openers_counts(q, held) || (visits &&
		    (q->flags & OPENERS_DATED) != 0))
			continue;
		if (visits ? q->visit == r->visit : inst_of(x, q) == inst)
			return (m);
	}
	return (OPENERS_NONE);
}

/* Put a person's applications in order. */
void
openers_sort(const struct openers *x, struct openers_person *p)
{
	uint32_t i;
	int held;

	if (p->n > 1)
		qsort(p->v, p->n, sizeof(*p->v), by_time);
	for (i = 0; i < p->n; i++)
		for (held = 0; held < 2; held++) {
			p->v[i].visit_again[held] = again(x, p, i, held, 1);
			p->v[i].inst_again[held] = again(x, p, i, held, 0);
		}
}

/* What the windows hold that end with application i. */
void
openers_window(const struct openers_person *p, uint32_t i, int held,
    uint32_t n[REPORT_OPENERS_THRESHOLDS])
{
	int64_t now = p->v[i].at / 1000, at;
	const struct openers_row *r;
	uint32_t k;

	memset(n, 0, REPORT_OPENERS_THRESHOLDS * sizeof(*n));
	for (k = i + 1; k > 0; k--) {
		r = &p->v[k - 1];
		at = r->at / 1000;
		if (at <= now - 60 * DAY_S)
			break;
		if (!openers_counts(r, held))
			continue;
		n[3] += r->quantity;
		if (at > now - 30 * DAY_S)
			n[2] += r->quantity;
		if (at > now - 7 * DAY_S && r->inst_again[held] > i)
			n[1]++;
		if (day_of(at) == day_of(now) &&
		    (r->flags & OPENERS_DATED) == 0 &&
		    r->visit_again[held] > i)
			n[0]++;
	}
	/* What is known by its day only ends no window below two days. */
	if ((p->v[i].flags & OPENERS_DATED) != 0)
		n[0] = 0;
}

/* Note what one application of the period adds. */
static void
one(const struct openers *x, const struct openers_person *p, uint32_t i,
    int held, struct openers_found *f)
{
	uint32_t n[REPORT_OPENERS_THRESHOLDS];
	const struct openers_row *r = &p->v[i];
	int k;

	f->last = r;
	if (r->state == OPENERS_ISSUED) {
		f->openings += r->quantity;
		if ((r->flags & OPENERS_CAMPAIGN) != 0)
			f->campaign += r->quantity;
	} else
		f->held++;
	openers_window(p, i, held, n);
	for (k = 0; k < REPORT_OPENERS_THRESHOLDS; k++) {
		if (n[k] > f->most[k])
			f->most[k] = n[k];
		if (x->own.over[k] == 0 || n[k] < (uint32_t)x->own.over[k])
			continue;
		f->over |= 1u << k;
		if (f->crossed == 0)
			f->crossed = r->at;
	}
}

/* Go through a person. */
void
openers_find(const struct openers *x, const struct openers_person *p,
    int held, struct openers_found *f)
{
	uint32_t i;

	memset(f, 0, sizeof(*f));
	for (i = 0; i < p->n; i++) {
		if ((p->v[i].flags & OPENERS_SEALED) != 0 &&
		    p->v[i].seq > f->sealed)
			f->sealed = p->v[i].seq;
		if (!reportkind_within(x->o, p->v[i].at))
			continue;
		if (openers_counts(&p->v[i], held))
			one(x, p, i, held, f);
		else if (openers_counts(&p->v[i], 1))
			f->held++;
	}
}
