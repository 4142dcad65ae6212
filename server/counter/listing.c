#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plugin.h"

#include "engine/category.h"
#include "engine/day.h"
#include "engine/facts.h"
#include "lists/adopt.h"
#include "lists/campaigns.h"
#include "lists/outlets.h"
#include "store/entry.h"
#include "store/list.h"
#include "store/records.h"
#include "store/state.h"

#include "listing.h"

struct listing {
	struct listing_options o;
	struct adopted *a;	/* what is served, or NULL */
	const char *const *ids;	/* the lists that the policy asks for */
	size_t nids;
	int at[POLICY_MAX_LISTS]; /* where each stands in a->list, or -1 */
	int lacks;		/* one of them is not there */
};

/* Make it. */
struct listing *
listing_open(const struct listing_options *o)
{
	struct listing *l;

	if ((l = calloc(1, sizeof(*l))) != NULL)
		l->o = *o;
	return (l);
}

/* Free a generation. */
static void
drop(struct adopted *a)
{

	if (a == NULL)
		return;
	adopt_free(a);
	free(a);
}

/* Free it. */
void
listing_close(struct listing *l)
{

	if (l == NULL)
		return;
	drop(l->a);
	free(l);
}

/* Where a list stands in a generation, or -1. */
static int
place(const struct adopted *a, const char *id)
{
	size_t i;

	for (i = 0; a != NULL && i < a->nlists; i++)
		if (strcmp(a->list[i].info.id, id) == 0)
			return ((int)i);
	return (-1);
}

/* Find the policy's lists in what is served. */
static void
place_all(struct listing *l)
{
	size_t i;

	l->lacks = 0;
	for (i = 0; i < l->nids; i++) {
		l->at[i] = place(l->a, l->ids[i]);
		if (l->at[i] >= 0 && l->a->list[l->at[i]].list == NULL)
			l->at[i] = -1;
		l->lacks |= l->at[i] < 0;
	}
}

/* Serve a generation. */
struct adopted *
listing_serve(struct listing *l, struct adopted *a)
{
	struct adopted *old = l->a;
	size_t i;
	int j;

	for (i = 0; i < a->nlists; i++)
		if (a->list[i].list == NULL &&
		    (j = place(old, a->list[i].info.id)) >= 0) {
			a->list[i].list = old->list[j].list;
			old->list[j].list = NULL;
		}
	l->a = a;
	place_all(l);
	return (old);
}

/* What is served. */
const struct adopted *
listing_served(const struct listing *l)
{

	return (l->a);
}

/* Take note of the policy. */
void
listing_policy(struct listing *l, const struct policy *p)
{

	l->nids = policy_lists(p, &l->ids);
	place_all(l);
}

/* The first list that is not there. */
const char *
listing_lacks(const struct adopted *a, const struct policy *p)
{
	const char *const *ids;
	size_t i, n = policy_lists(p, &ids);

	for (i = 0; i < n; i++)
		if (place(a, ids[i]) < 0)
			return (ids[i]);
	return (NULL);
}

/* The keys of lists. */
const struct token_keys *
listing_keys(const struct listing *l)
{

	return (l->o.keys);
}

/* Are there no lists here? */
int
listing_none(const struct listing *l)
{

	return (l->o.none);
}

/* How old is it all? */
int
listing_age(const struct listing *l, int64_t now, int *stale)
{
	int64_t age;

	*stale = 0;
	if (l->o.none)
		return (0);
	if (l->a == NULL || l->a->signed_at == 0) {
		*stale = 1;
		return (1);
	}
	age = now - l->a->signed_at * 1000;
	if (age < 0)
		age = -age;	/* a clock that is behind gains nothing */
	*stale = l->lacks || age > l->o.hard_ms;
	return (*stale || age > l->o.soft_ms);
}

/* Does a record list anybody today? */
int
listing_effective(const struct listrec *r, int64_t now)
{
	unsigned last = listrec_expiry(r);

	return (r->category != CATEGORY_NONE &&
	    (listrec_flags(r) & (LISTREC_CLEARED | LISTREC_GONE)) == 0 &&
	    (last == 0 || day_of(now / 1000) <= (int32_t)last));
}

/* Where the record of a list stands among the matched ones, or NULL. */
static const char *
record_of(const char *text, const char *list)
{
	size_t n = strlen(list);

	while (*text != '\0') {
		if (strncmp(text, list, n) == 0 && text[n] == ':')
			return (text);
		text += strcspn(text, " ");
		text += *text == ' ';
	}
	return (NULL);
}

/* Is the list among the matched records? */
int
listing_matches(const char *text, const char *list)
{

	return (record_of(text, list) != NULL);
}

/* Its expiry stands behind version, category and severity. */
int32_t
listing_until(const char *text, const char *list)
{
	const char *p = record_of(text, list);
	int i;

	for (i = 0; p != NULL && i < 4; i++)
		if ((p = strchr(p, ':')) != NULL)
			p++;
	return (p != NULL ? (int32_t)strtol(p, NULL, 10) : 0);
}

/* One record that was found. */
struct match {
	const struct list_info *info;
	struct listrec r;
};

/* The tokens of a subject for lists of this epoch, or NULL. */
static const struct token *
token_for(const struct listing *l, const struct list_info *info,
    const struct listing_tokens *t, int agent)
{
	int i;

	/* Where lists are served there are keys, and an applicant to look up. */
	assert(l->o.keys != NULL && t != NULL);
	i = token_keys_find(l->o.keys, info->epoch);
	if (i < 0)
		return (NULL);
	if (agent)
		return (t->has_agent && info->subject == LIST_PERSON ?
		    &t->agent[i] : NULL);
	if (info->subject == LIST_PERSON)
		return (&t->person[i]);
	return (info->subject == LIST_PHONE && t->has_phone ? &t->phone[i] :
	    NULL);
}

/* Print one matched record. */
void
listing_print(char *buf, size_t cap, const struct list_info *info,
    const struct listrec *r)
{

	(void)snprintf(buf, cap, "%s:%u:%s:%u:%u:%s", info->id, info->version,
	    category_name(r->category), r->severity, listrec_expiry(r),
	    basis_name((int)listrec_source(r)));
}

/* Print matched records, the gravest first, as many whole ones as fit. */
static void
print(char *buf, size_t cap, const struct match *m, size_t n)
{
	char one[96];
	size_t len = 0, k, i;
	int severity;

	buf[0] = '\0';
	for (severity = 255; n > 0 && severity >= 0; severity--)
		for (i = 0; i < n; i++) {
			if (m[i].r.severity != severity)
				continue;
			listing_print(one, sizeof(one), m[i].info, &m[i].r);
			k = strlen(one);
			if (len + k + 1 >= cap)
				continue;
			if (len > 0)
				buf[len++] = ' ';
			memcpy(&buf[len], one, k + 1);
			len += k;
		}
}

/* Look one subject up on all lists; -1 when one could not be read. */
static int
look(struct listing *l, const struct listing_tokens *t, int agent, int64_t now,
    int32_t *listed, char *text, size_t cap)
{
	struct match found[POLICY_MAX_LISTS];
	const struct adopted_list *al;
	const struct token *token;
	size_t i, n = 0;
	int rc, bad = 0;

	for (i = 0; i < l->nids; i++) {
		listed[i] = CATEGORY_NONE;
		if (l->at[i] < 0)
			continue;
		al = &l->a->list[l->at[i]];
		token = token_for(l, list_info(al->list), t, agent);
		if (token == NULL)
			continue;
		rc = list_get(al->list, token, &found[n].r);
		bad |= rc < 0;
		if (rc <= 0 || !listing_effective(&found[n].r, now))
			continue;
		listed[i] = found[n].r.category;
		found[n++].info = list_info(al->list);
	}
	print(text, cap, found, n);
	return (bad ? -1 : 0);
}

/* What the register knows of the outlet. */
static void
look_outlet(const struct listing *l, const struct entry *e, int64_t now,
    struct application *ap)
{
	const struct outlet *x;

	ap->outlet_known = 1;
	ap->outlet_suspended = 0;
	if (l->a == NULL || l->a->outlets == NULL)
		return;
	x = outlets_find(l->a->outlets, e->inst, e->outlet);
	ap->outlet_known = x != NULL && x->status != OUTLET_CLOSED;
	if (x == NULL)
		return;
	ap->outlet_suspended = outlet_suspended(x, (int32_t)day_of(now / 1000));
	if (x->area != 0)
		ap->outlet_area = x->area;
}

/* Look the applicant up. */
void
listing_look(struct listing *l, const struct listing_tokens *t,
    struct entry *e, int64_t now, struct listing_case *c,
    struct application *ap)
{
	int old, bad;

	memset(c, 0, sizeof(*c));
	ap->listed = c->listed;
	ap->agent_listed = c->agent_listed;
	old = listing_age(l, now, &ap->stale);
	if (l->a != NULL) {
		e->list_version = l->a->targets;
		bad = look(l, t, 0, now, c->listed, e->listed,
		    sizeof(e->listed));
		if (t->has_agent)
			bad |= look(l, t, 1, now, c->agent_listed,
			    e->agent_listed, sizeof(e->agent_listed));
		ap->stale |= bad != 0;
	}
	if (old || ap->stale)
		e->flags |= ENTRY_F_STALE;
	look_outlet(l, e, now, ap);
}

/* Is this person counted in the campaign already? */
static int
counted(struct state *s, const char *campaign, const struct token *person)
{
	uint8_t key[RECORD_HASH_KEY];

	record_head_key(key, campaign, person);
	return (state_get(s, RECORD_HEAD, key, sizeof(key), NULL, NULL) !=
	    NULL);
}

/* Which rules the campaign lifts, of those that the policy lets it. */
static void
waive(const struct policy *p, const struct campaign *x, uint8_t *waived)
{
	size_t i;
	int rule;

	for (i = 0; i < x->nlifts; i++) {
		rule = policy_rule_find(p, x->lifts[i]);
		if (rule != POLICY_NO_RULE && policy_waivable(p, rule))
			waived[rule] = 1;
	}
}

/* Find the campaign of the case. */
void
listing_campaign(struct listing *l, const struct policy *p,
    struct state *s, struct entry *e, const struct token *person, int64_t now,
    struct listing_case *c, struct application *ap)
{
	const struct campaign_case x = { .institution = e->inst,
		.outlet = e->outlet, .batch = e->batch,
		.organisation = &e->org, .product = e->product,
		.day = (int32_t)day_of(now / 1000) };
	const struct record_campaign *r;
	const struct campaign *m;
	int member;

	if (l->a == NULL || l->a->campaigns == NULL ||
	    (m = campaigns_match(l->a->campaigns, &x)) == NULL)
		return;
	(void)snprintf(e->campaign, sizeof(e->campaign), "%s", m->id);
	member = counted(s, m->id, person);
	r = state_get(s, RECORD_CAMPAIGN, m->id, strlen(m->id), NULL, NULL);
	if (!member && r != NULL && r->heads >= m->expected) {
		e->flags |= ENTRY_F_FULL;
		return;
	}
	ap->campaign = 1;
	if (!member)
		e->flags |= ENTRY_F_HEAD;
	waive(p, m, c->waived);
}
