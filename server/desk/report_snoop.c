#include <stdlib.h>
#include <string.h>

#include "plugin.h"

#include "engine/day.h"
#include "store/entry.h"

#include "report_snoop_impl.h"

/* Begin. */
struct snoop *
snoop_new(const struct snoop_options *o, const struct report_options *ro)
{
	struct snoop *s;

	if ((s = calloc(1, sizeof(*s))) == NULL)
		return (NULL);
	s->o = o != NULL ? *o : (struct snoop_options){ SNOOP_WITHIN_DAYS,
		SNOOP_MINIMUM };
	s->ro = ro;
	s->checks = checks_new();
	s->sums = reporthash_new(sizeof(uint32_t), sizeof(struct snoop_teller));
	if (snoop_desk_open(&s->desk) != 0 || s->checks == NULL ||
	    s->sums == NULL) {
		snoop_free(s);
		return (NULL);
	}
	return (s);
}

/* Free it. */
void
snoop_free(struct snoop *s)
{

	if (s == NULL)
		return;
	snoop_desk_close(&s->desk);
	reporthash_free(s->sums);
	checks_free(s->checks);
	free(s->openings);
	free(s->tellers);
	free(s);
}

/* The sums of the teller that an entry names; NULL with *rc -1 when out of memory. */
static struct snoop_teller *
teller_of(struct snoop *s, uint32_t place, int *rc)
{
	struct snoop_teller *x;

	if (place == CHECKS_NOWHERE ||
	    (x = reporthash_put(s->sums, &place)) == NULL) {
		*rc = -1;
		return (NULL);
	}
	x->place = place;
	return (x);
}

/* Something was opened. */
static int
opened(struct snoop *s, const struct entry *e)
{
	size_t want = s->openings_room != 0 ? 2 * s->openings_room : 1024;
	struct snoop_opening *v;

	if (s->nopenings == s->openings_room) {
		if (want > SIZE_MAX / sizeof(*v) || (v = realloc(s->openings,
		    want * sizeof(*v))) == NULL)
			return (-1);
		s->openings = v;
		s->openings_room = want;
	}
	s->openings[s->nopenings++] = (struct snoop_opening){
		*checks_whose(e), reportkind_happened(e),
		e->kind == ENTRY_DECISION ? e->seq : e->ref };
	return (0);
}

/* Requests that were refused, or a decision taken back. */
static int
told(struct snoop *s, const struct entry *e)
{
	struct snoop_teller *x;
	int rc = 0;

	if (!reportkind_within(s->ro, reportkind_told(e)) ||
	    !reportkind_wanted(s->ro, e) ||
	    (e->kind == ENTRY_REFUSED && e->outlet[0] == '\0' &&
	    e->teller[0] != '\0'))
		return (0);
	if ((x = teller_of(s, checks_place(s->checks, e), &rc)) == NULL)
		return (rc);
	if (e->kind == ENTRY_VOID) {
		x->voids++;
		return (0);
	}
	x->denied += (uint64_t)e->n_denied;
	x->again += (uint64_t)e->n_again;
	x->wrong += (uint64_t)((int64_t)e->n_arg + e->n_input);
	return (0);
}

/* Take an entry. */
int
snoop_entry(struct snoop *s, const struct entry *e)
{
	int rc = 0;

	if (e->t > s->last)
		s->last = e->t;
	if (snoop_desk_entry(&s->desk, s, e) != 0)
		return (-1);
	switch (e->kind) {
	case ENTRY_DECISION:
		if ((e->flags & ENTRY_F_POSTHOC) != 0 &&
		    (e->flags & ENTRY_F_DRY) == 0)
			rc = opened(s, e);
		break;
	case ENTRY_CONFIRM:
	case ENTRY_MERGE:
		rc = opened(s, e);
		break;
	case ENTRY_INTAKE:
		if (e->code == INTAKE_OPEN)
			rc = opened(s, e);
		break;
	case ENTRY_VOID:
	case ENTRY_REFUSED:
		rc = told(s, e);
		break;
	default:
		break;
	}
	return (rc != 0 ? rc : checks_entry(s->checks, e));
}

/* ---- who never opened anything ---- */

/* The order of openings: by person and time. */
static int
compare_openings(const void *a, const void *b)
{
	const struct snoop_opening *x = a, *y = b;
	int c = memcmp(&x->person, &y->person, sizeof(x->person));

	return (c != 0 ? c : (x->at > y->at) - (x->at < y->at));
}

/* Sort the openings; those taken back are none. */
static void
sort_openings(struct snoop *s)
{
	const struct check *k;
	size_t i, n = 0;

	for (i = 0; i < s->nopenings; i++) {
		k = checks_find(s->checks, s->openings[i].ref);
		if (k == NULL || k->life != CHECK_VOIDED)
			s->openings[n++] = s->openings[i];
	}
	s->nopenings = n;
	if (n > 0)
		qsort(s->openings, n, sizeof(*s->openings), compare_openings);
}

/* Did the person open anything between two times? */
static int
opens(const struct snoop *s, const struct token *person, int64_t from,
    int64_t to)
{
	struct snoop_opening key = { .person = *person, .at = from };
	size_t lo = 0, hi = s->nopenings, mid;
	const struct snoop_opening *o;

	while (lo < hi) {
		mid = (lo + hi) / 2;
		if (compare_openings(&s->openings[mid], &key) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	o = &s->openings[lo];
	return (lo < s->nopenings && o->at <= to &&
	    memcmp(&o->person, person, sizeof(*person)) == 0);
}

/* The order of checks: by teller, person and time. */
static int
compare_checks(const void *a, const void *b)
{
	const struct check *const *x = a, *const *y = b;
	int c = ((*x)->place > (*y)->place) - ((*x)->place < (*y)->place);

	if (c == 0)
		c = memcmp(&(*x)->person, &(*y)->person, sizeof((*x)->person));
	return (c != 0 ? c : ((*x)->seq > (*y)->seq) - ((*x)->seq < (*y)->seq));
}

/* What n checks of one teller about one person came to. */
static void
person(const struct snoop *s, struct snoop_teller *x,
    const struct check *const *v, size_t n)
{
	int64_t within = s->o.within_days * REPORTKIND_DAY;
	int64_t last = v[n - 1]->t;
	/* Files know the day alone. */
	int64_t from = day_start(day_of(v[0]->t / 1000)) * 1000;
	int allowed = 0, asked = 0;
	uint32_t flags = 0;
	size_t i;

	for (i = 0; i < n; i++) {
		allowed |= check_allowed(v[i]);
		asked |= (v[i]->flags & CHECK_DRY) == 0;
		flags |= v[i]->flags;
	}
	x->persons++;
	x->listed += (flags & CHECK_LISTED) != 0;
	x->canary += (flags & CHECK_CANARY) != 0;
	if (opens(s, &v[0]->person, from, last + within))
		x->settled++;
	else if (asked && !allowed)
		x->kept++;
	else if (last + within >= s->last)
		x->recent++;
	else {
		x->settled++;
		x->never++;
	}
}

/* What one check came to. */
static void
check(struct snoop_teller *x, const struct check *k)
{

	if ((k->flags & CHECK_DRY) != 0) {
		x->dry++;
		return;
	}
	x->checks++;
	x->issued += k->life == CHECK_ISSUED;
	if (k->life != CHECK_CANCELLED)
		return;
	x->left += k->cancel == LK_CANCEL_LEFT ||
	    k->cancel == LK_CANCEL_LEFT_QUESTIONED;
	x->typing += k->cancel == LK_CANCEL_TYPING;
}

/* Is a check of the period, and its place asked for? */
static int
wanted(const struct snoop *s, const struct check *k)
{
	const struct reporthash_teller *p = checks_place_at(s->checks,
	    k->place);
	struct entry e;

	if (!reportkind_within(s->ro, k->t))
		return (0);
	if (s->ro->inst == NULL && s->ro->area == NULL)
		return (1);
	entry_clear(&e, ENTRY_NONE);
	memcpy(e.inst, p->inst, sizeof(e.inst));
	memcpy(e.outlet, p->outlet, sizeof(e.outlet));
	return (reportkind_wanted(s->ro, &e));
}

/* Sum all checks up by teller. */
static int
sum(struct snoop *s)
{
	size_t all = checks_count(s->checks), n = 0, i, k;
	const struct check **v;
	struct snoop_teller *x;
	int rc = 0;

	if ((v = malloc((all + 1) * sizeof(*v))) == NULL)
		return (-1);
	for (i = 0; i < all; i++)
		if (wanted(s, checks_at(s->checks, i)))
			v[n++] = checks_at(s->checks, i);
	qsort(v, n, sizeof(*v), compare_checks);
	for (i = 0; i < n && rc == 0; i = k) {
		if ((x = teller_of(s, v[i]->place, &rc)) == NULL)
			break;
		for (k = i; k < n && v[k]->place == v[i]->place &&
		    memcmp(&v[k]->person, &v[i]->person,
		    sizeof(v[k]->person)) == 0; k++)
			check(x, v[k]);
		person(s, x, &v[i], k - i);
	}
	free(v);
	return (rc);
}

/* ---- the order ---- */

/* A teller's share, for the median. */
struct share {
	const char *inst;
	double share;
};

/* By institution and share. */
static int
compare_shares(const void *a, const void *b)
{
	const struct share *x = a, *y = b;
	int c = strcmp(x->inst, y->inst);

	return (c != 0 ? c : (x->share > y->share) - (x->share < y->share));
}

/* Does it suffice for a comparison? */
static int
suffices(const struct snoop *s, const struct snoop_teller *x)
{

	return (x->settled > 0 && x->settled >= (uint64_t)s->o.minimum);
}

/* The institution of a teller. */
static const char *
inst_of(const struct snoop *s, const struct snoop_teller *x)
{

	return (checks_place_at(s->checks, x->place)->inst);
}

/* Give each teller the median of his institution. */
static int
medians(struct snoop *s)
{
	struct snoop_teller *x;
	size_t n = 0, i, a, b;
	struct share *v;

	if ((v = malloc((s->ntellers + 1) * sizeof(*v))) == NULL)
		return (-1);
	for (i = 0; i < s->ntellers; i++) {
		x = &s->tellers[i];
		if (suffices(s, x))
			v[n++] = (struct share){ inst_of(s, x),
				(double)x->never / (double)x->settled };
	}
	qsort(v, n, sizeof(*v), compare_shares);
	for (i = 0; i < s->ntellers; i++) {
		x = &s->tellers[i];
		x->median = -1;
		for (a = 0; a < n && strcmp(v[a].inst, inst_of(s, x)) != 0; a++)
			continue;
		for (b = a; b < n && strcmp(v[b].inst, inst_of(s, x)) == 0; b++)
			continue;
		if (a < b)
			x->median = (v[(a + b - 1) / 2].share +
			    v[(a + b) / 2].share) / 2;
	}
	free(v);
	return (0);
}

/* Those with the minimum by the lower end, then the others. */
static int
compare_tellers(const void *a, const void *b)
{
	const struct snoop_teller *x = a, *y = b;

	if (x->lo != y->lo)
		return (x->lo > y->lo ? -1 : 1);
	if (x->canary != y->canary)
		return (x->canary > y->canary ? -1 : 1);
	if (x->never != y->never)
		return (x->never > y->never ? -1 : 1);
	return ((x->place > y->place) - (x->place < y->place));
}

/* Compare. */
int
snoop_settle(struct snoop *s)
{
	struct snoop_teller *x;
	double hi;
	size_t i;

	sort_openings(s);
	if (sum(s) != 0)
		return (-1);
	s->ntellers = reporthash_count(s->sums);
	if ((s->tellers = calloc(s->ntellers + 1, sizeof(*x))) == NULL)
		return (-1);
	for (i = 0; i < s->ntellers; i++) {
		x = &s->tellers[i];
		*x = *(struct snoop_teller *)reporthash_value(s->sums, i);
		/* Below the minimum: behind all others. */
		x->lo = -1;
		if (suffices(s, x)) {
			report_wilson(x->never, x->settled, &x->lo, &hi);
			s->ranked++;
		}
	}
	if (medians(s) != 0)
		return (-1);
	qsort(s->tellers, s->ntellers, sizeof(*s->tellers), compare_tellers);
	return (0);
}

/* The tellers. */
const struct snoop_teller *
snoop_tellers(const struct snoop *s, size_t *n, size_t *ranked)
{

	*n = s->ntellers;
	*ranked = s->ranked;
	return (s->tellers);
}

/* Staff. */
const struct reporthash *
snoop_staff(const struct snoop *s)
{

	return (s->desk.staff);
}

/* Their reasons. */
const struct reporthash *
snoop_reasons(const struct snoop *s)
{

	return (s->desk.reasons);
}

/* The checks. */
const struct checks *
snoop_checks(const struct snoop *s)
{

	return (s->checks);
}
