#include <stdlib.h>
#include <string.h>

#include "plugin.h"

#include "engine/day.h"
#include "engine/facts.h"
#include "engine/person.h"
#include "engine/policy_why.h"
#include "store/entry.h"
#include "store/subject.h"

#include "lapse.h"

#define HOUR_S INT64_C(3600)
#define DAYS_AHEAD 401	/* longer than any window */
#define HOURS 24

/* Moments worth trying. */
struct moments {
	int64_t *v;
	size_t n, cap;
	int64_t from;
	int failed;
};

/* What is asked about. */
struct question {
	const struct policy *p;
	const struct entry *e;
	const struct person *record;
	const struct names *names;
	const struct policy_fact *fact;
	size_t nfacts;
	uint8_t waived[POLICY_MAX_RULES];
};

/* Add a moment, unless it is past. */
static void
add(struct moments *m, int64_t at)
{
	size_t cap;
	int64_t *v;

	if (at < m->from || m->failed)
		return;
	if (m->n == m->cap) {
		cap = m->cap != 0 ? m->cap * 2 : 1024;
		if ((v = realloc(m->v, cap * sizeof(*v))) == NULL) {
			m->failed = 1;
			return;
		}
		m->v = v;
		m->cap = cap;
	}
	m->v[m->n++] = at;
}

static int
earlier(const void *a, const void *b)
{
	int64_t x, y;

	memcpy(&x, a, sizeof(x));
	memcpy(&y, b, sizeof(y));
	return ((x > y) - (x < y));
}

/* When something of the second `at` leaves each window. */
static void
leaves(struct moments *m, const struct question *q, int64_t at)
{
	size_t i;

	for (i = 0; i < q->nfacts; i++)
		if (q->fact[i].window > 0)
			add(m, at + q->fact[i].window);
}

/* When the minutes since an opening reach what a rule compares them with. */
static void
minutes(struct moments *m, const struct question *q, int64_t at)
{
	struct policy_condition why[POLICY_WHY_MAX];
	int rule, all, rules = (int)policy_rules(q->p);
	size_t n, i;
	int64_t c;

	for (rule = 0; rule < rules; rule++) {
		n = policy_why(q->p, rule, q->e->facts, why, POLICY_WHY_MAX,
		    &all);
		for (i = 0; i < n; i++) {
			if (why[i].left.n == 0 ||
			    q->fact[why[i].left.slot[0]].fn !=
			    POLICY_MINUTES_SINCE)
				continue;
			c = why[i].right.constant;
			add(m, at + c * 60);
			add(m, at + (c + 1) * 60);
		}
	}
}

/*
 * The last day of the matched record that a fact comes from, 0 when it has none.  In an
 * entry a record is list:version:category:severity:expiry:basis.
 */
static int32_t
expiry(const struct question *q, const struct policy_fact *f)
{
	const char *s = f->fn == POLICY_LISTED ? q->e->listed :
	    q->e->agent_listed;
	size_t n, len;
	int colons;

	if (f->list == NULL)
		return (0);
	for (n = strlen(f->list); *s != '\0'; s += len, s += *s == ' ') {
		len = strcspn(s, " ");
		if (len <= n || memcmp(s, f->list, n) != 0 || s[n] != ':')
			continue;
		for (colons = 0; *s != '\0' && *s != ' ' && colons < 4; s++)
			colons += *s == ':';
		return (colons == 4 ? (int32_t)strtol(s, NULL, 10) : 0);
	}
	return (0);
}

/* When records of lists end. */
static void
expiries(struct moments *m, const struct question *q)
{
	int32_t last;
	size_t i;

	for (i = 0; i < q->nfacts; i++)
		if ((last = expiry(q, &q->fact[i])) != 0)
			add(m, day_start(last + 1));
}

/* Does the policy read this? */
static int
reads(const struct question *q, int fn)
{
	size_t i;

	for (i = 0; i < q->nfacts; i++)
		if (q->fact[i].fn == fn)
			return (1);
	return (0);
}

/* Gather every moment at which a fact can change. */
static void
gather(struct moments *m, const struct question *q)
{
	const struct person *r = q->record;
	int since = reads(q, POLICY_MINUTES_SINCE);
	size_t n, k;
	uint32_t i;

	add(m, m->from);
	for (i = 0; i < r->nopen; i++) {
		leaves(m, q, r->open[i].at);
		if (r->open[i].state == OPENING_RESERVED ||
		    r->open[i].state == OPENING_HELD)
			add(m, r->open[i].until);
		if (since)
			minutes(m, q, r->open[i].at);
	}
	for (i = 0; i < r->natt; i++)
		leaves(m, q, r->att[i].at);
	/* `today`, and the days that rules come and go. */
	for (k = 1; k <= DAYS_AHEAD; k++)
		add(m, day_start(day_of(m->from) + (int32_t)k));
	expiries(m, q);
	if (!reads(q, POLICY_HOUR))
		return;
	n = m->n;
	for (k = 0; k < n * HOURS && !m->failed; k++)
		add(m, (m->v[k / HOURS] / HOUR_S + (int64_t)(k % HOURS) + 1) *
		    HOUR_S);
}

/*
 * What was told from outside that day and is taken to be so at a later moment; but the node
 * above will answer again, and of the cards passed without it only a day's are counted.
 */
static int64_t
told(const struct question *q, size_t slot, int64_t at)
{
	int32_t last = expiry(q, &q->fact[slot]);
	int fn = q->fact[slot].fn;

	if (fn == POLICY_OFFLINE || (fn == POLICY_OUTLET_OFFLINE &&
	    day_of(at) != day_of(q->e->t / 1000)))
		return (0);
	return (last != 0 && day_of(at) > last ? 0 : q->e->facts[slot]);
}

/* Is it not of the applicant's own record, and so taken as it stands? */
static int
given(int fn)
{

	return (facts_told(fn) || fn == POLICY_LINKED ||
	    (fn >= POLICY_SHARED_PHONE && fn <= POLICY_OFFLINE));
}

/* Decide the application at a moment. */
static void
decide(const struct question *q, int64_t at, struct verdict *v)
{
	int64_t facts[POLICY_MAX_FACTS];
	const struct entry *e = q->e;
	struct person record = *q->record;
	struct application ap;
	size_t i;

	person_prune(&record, (uint32_t)at);
	subject_describe(&ap, &record, q->names, q->p, e, at);
	/* Another day is another visit; no opening bears the number 0. */
	if (day_of(at) != day_of((e->at != 0 ? e->at : e->t) / 1000))
		ap.visit = 0;
	facts_gather(q->fact, q->nfacts, &record, &ap, facts);
	for (i = 0; i < q->nfacts; i++)
		if (given(q->fact[i].fn))
			facts[i] = told(q, i, at);
	policy_decide_waiving(q->p, facts, q->waived, at, v);
}

/* Find the moment. */
int
lapse_find(struct lapse *l, const struct policy *p, const struct entry *e,
    const struct person *record, const struct names *names, int64_t from)
{
	struct question q = { .p = p, .e = e, .record = record,
		.names = names };
	struct moments m = { .from = from };
	struct verdict v;
	size_t i;

	memset(l, 0, sizeof(*l));
	q.nfacts = policy_facts(p, &q.fact);
	subject_waived(p, e, q.waived);
	gather(&m, &q);
	if (m.failed) {
		free(m.v);
		return (-1);
	}
	qsort(m.v, m.n, sizeof(*m.v), earlier);
	l->kind = LAPSE_NEVER;
	for (i = 0; i < m.n && l->kind == LAPSE_NEVER; i++) {
		if (i > 0 && m.v[i] == m.v[i - 1])
			continue;
		decide(&q, m.v[i], &v);
		if (v.decision == LK_PASS) {
			l->kind = LAPSE_AT;
			l->at = m.v[i];
		}
	}
	if (l->kind == LAPSE_NEVER)
		l->left = v;
	free(m.v);
	return (0);
}
