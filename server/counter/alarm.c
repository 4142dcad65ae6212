/*
 * Who is told, and where: the alert that an entry raises and the area it is routed by.
 * An alert is a field of the entry that gives rise to it, so it is as durable as that.
 */
#include <string.h>

#include "plugin.h"

#include "engine/category.h"
#include "engine/day.h"
#include "engine/facts.h"
#include "engine/outletday.h"
#include "engine/policy.h"
#include "lists/adopt.h"
#include "lists/outlets.h"
#include "store/journal.h"
#include "store/records.h"
#include "store/state.h"

#include "core.h"

/* Raise the entry's alert to a level at least; the gravest names the kind. */
static void
raise_to(struct entry *e, int level, int kind)
{

	if (level > e->alert) {
		e->alert = level;
		e->alert_kind = kind;
	}
}

/* The area of an outlet. */
int32_t
alarm_area(const struct counter *c, const char *inst, const char *outlet)
{
	const struct adopted *a = listing_served(c->listing);
	const struct outlet *x = NULL;

	if (a != NULL && a->outlets != NULL)
		x = outlets_find(a->outlets, inst, outlet);
	if (x != NULL && x->area != 0)
		return (x->area);
	return (outlet_area_find(c->o.outlets, c->o.noutlets, inst, outlet));
}

/* Does a matched record name this category? */
static int
names_category(const char *listed, int category)
{
	const char *c, *word = category_name(category);
	size_t n = strlen(word), len;
	int i;

	for (; *listed != '\0'; listed += len, listed += *listed == ' ') {
		len = strcspn(listed, " ");
		for (c = listed, i = 0; i < 2 && c != NULL; i++)
			if ((c = memchr(c, ':', len - (size_t)(c - listed))) !=
			    NULL)
				c++;
		if (c != NULL && strncmp(c, word, n) == 0 && c[n] == ':')
			return (1);
	}
	return (0);
}

/* Is it a campaign's first head for whom there was no room? */
static int
first_full(struct request *q)
{
	const struct record_campaign *r;
	const struct entry *e = q->e;

	if ((e->flags & ENTRY_F_FULL) == 0)
		return (0);
	r = state_get(journal_state(q->c->journal), RECORD_CAMPAIGN,
	    e->campaign, strlen(e->campaign), NULL, NULL);
	return (r == NULL || r->full == 0);
}

/* Rules that only tell.  Of an unusual day of an outlet once is enough. */
static void
tell(struct request *q, const struct application *ap, const struct verdict *v)
{
	const struct policy *p = q->c->policy;
	const struct outletday *o = ap->outlet_days;
	int rule, kind;
	uint16_t i;

	for (i = 0; i < v->nshadow; i++) {
		rule = v->shadow[i];
		if (!policy_rule_tells(p, rule))
			continue;
		kind = policy_rule_reads(p, rule, POLICY_OUTLET_CARDS) ||
		    policy_rule_reads(p, rule, POLICY_OUTLET_AWAY) ?
		    ALERT_UNUSUAL : ALERT_RULE;
		if (kind == ALERT_UNUSUAL && o != NULL &&
		    o->told == day_of(ap->now))
			continue;
		raise_to(q->e, (int)policy_rule_notify(p, rule), kind);
	}
}

/*
 * The decision that this one takes the place of, or NULL.  What that one hit was told
 * then, or before it; what it did not hit is news.
 */
static const struct record_decision *
before(struct request *q)
{

	return (q->e->superseded != 0 ? decision_record(q, q->e->superseded) :
	    NULL);
}

/* Had that one hit the rule too? */
static int
hit_before(const struct policy *p, const struct record_decision *old, int rule)
{
	const char *id = policy_rule_id(p, rule), *s, *end;
	size_t n = strlen(id), len;

	if (old == NULL)
		return (0);
	s = (const char *)(old + 1);
	for (end = s + old->nhits; s < end; s += len + 1) {
		for (len = 0; s + len < end && s[len] != ' '; len++)
			continue;
		if (len == n && memcmp(s, id, n) == 0)
			return (1);
	}
	return (0);
}

/* The alert of a decision or of an opening that was taken in. */
void
alarm_verdict(struct request *q, const struct application *ap,
    const struct verdict *v, int kind)
{
	const struct policy *p = q->c->policy;
	const struct record_decision *old = before(q);
	struct entry *e = q->e;
	int told, rule, level, news = old == NULL || v->nhits == 0;
	uint16_t i;

	if ((e->flags & ENTRY_F_DRY) != 0)
		return;
	told = ap->outlet_days != NULL &&
	    (ap->outlet_days->flags & OUTLETDAY_TOLD) != 0;
	for (i = 0; i < v->nhits; i++) {
		rule = v->hit[i];
		/* Asked once more at the same counter: told already. */
		if (hit_before(p, old, rule))
			continue;
		news = 1;
		level = (int)policy_rule_notify(p, rule);
		/* That an outlet is in no register is told once. */
		if (!ap->outlet_known &&
		    policy_rule_reads(p, rule, POLICY_OUTLET_KNOWN)) {
			if (told || level == ALERT_NONE)
				continue;
			e->flags |= ENTRY_F_UNKNOWN;
		}
		raise_to(e, level, kind);
	}
	tell(q, ap, v);
	if ((e->listed[0] != '\0' && (old == NULL ||
	    (old->flags & DECISION_LISTED) == 0)) ||
	    (e->agent_listed[0] != '\0' && news)) {
		raise_to(e, ALERT_OUTLET, ALERT_LIST);
		e->alert_kind = names_category(e->listed, CATEGORY_CANARY) ?
		    ALERT_CANARY : ALERT_LIST;
	}
	/* Issued while nobody could be asked, and it would have been held. */
	if ((e->flags & ENTRY_F_POSTHOC) != 0 && (e->decision == LK_REVIEW ||
	    e->decision == LK_REJECT))
		raise_to(e, ALERT_COUNTY, ALERT_OVERRIDE);
	if (first_full(q))
		raise_to(e, ALERT_COUNTY, ALERT_CAMPAIGN);
}

/* The area of the entry's outlet; of one that nobody knows, the institution's. */
static int32_t
area_of(const struct request *q)
{
	int32_t area = alarm_area(q->c, q->e->inst, q->e->outlet);

	return (area != 0 || q->grant == NULL ? area : q->grant->area);
}

/* A card was issued: was that allowed? */
void
alarm_confirm(struct request *q)
{
	struct entry *e = q->e;

	e->area = area_of(q);
	if ((e->flags & (ENTRY_F_OVERRIDE | ENTRY_F_AFTER_CANCEL |
	    ENTRY_F_EXTRA)) != 0)
		raise_to(e, ALERT_COUNTY, ALERT_OVERRIDE);
	else if ((e->flags & ENTRY_F_LATE) != 0)
		raise_to(e, ALERT_OUTLET, ALERT_OVERRIDE);
}

/* A teller's alarm; somebody who seems to be forced needs help at once. */
void
alarm_report(struct request *q)
{
	struct entry *e = q->e;

	e->area = area_of(q);
	raise_to(e, e->code == LK_REPORT_COERCED ? ALERT_CITY : ALERT_COUNTY,
	    ALERT_TELLER);
}
