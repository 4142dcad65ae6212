/*
 * What a decision or opening changes around the person: who else used the same phone,
 * address, device, agent or employer; the days of the outlet; documents that belong
 * together.
 */
#include <string.h>

#include "plugin.h"

#include "engine/day.h"
#include "engine/outletday.h"
#include "engine/policy.h"
#include "engine/shared.h"

#include "apply_impl.h"
#include "entry.h"
#include "records.h"
#include "state.h"

/* Note who used one of these. */
static void
shared(struct apply *a, const struct entry *e, int kind, const struct token *t)
{
	struct shared_use list[SHARED_MAX];
	uint8_t key[RECORD_SEEN_KEY];
	const void *old;
	uint64_t person;
	size_t len, n = 0;
	void *v;

	if (!entry_token_set(t))
		return;
	record_shared_key(key, kind, t);
	if (!state_fresh(a->s, RECORD_SHARED, key, sizeof(key), e->seq))
		return;
	old = state_get(a->s, RECORD_SHARED, key, sizeof(key), &len, NULL);
	if (old != NULL && len <= sizeof(list) && len % sizeof(list[0]) == 0) {
		memcpy(list, old, len);
		n = len / sizeof(list[0]);
	}
	memcpy(&person, apply_whose(e)->b, sizeof(person));
	n = shared_note(list, n, person, apply_happened(e));
	if ((v = state_put(a->s, RECORD_SHARED, key, sizeof(key), e->seq,
	    n * sizeof(list[0]))) == NULL)
		a->failed = 1;
	else
		memcpy(v, list, n * sizeof(list[0]));
}

/* Note what the application shares with others'. */
void
apply_shared(struct apply *a, const struct entry *e)
{

	if ((e->flags & (ENTRY_F_DRY | ENTRY_F_STOCK | ENTRY_F_OUTLET)) != 0)
		return;
	shared(a, e, SHARED_PHONE, &e->phone);
	shared(a, e, SHARED_ADDRESS, &e->address);
	shared(a, e, SHARED_DEVICE, &e->device);
	shared(a, e, SHARED_AGENT, &e->agent);
	if (e->subject == LK_SUBJECT_PERSON)
		shared(a, e, SHARED_EMPLOYER, &e->org);
}

/* Does the application belong to a campaign that had room? */
int
apply_in_campaign(const struct entry *e)
{

	return (e->campaign[0] != '\0' && (e->flags & ENTRY_F_FULL) == 0);
}

/* Is what is issued now part of a campaign?  A confirm's decision knows. */
static int
in_campaign(struct apply *a, const struct entry *e)
{
	const struct record_decision *d;
	uint8_t key[8];

	if (e->ref == 0)
		return (apply_in_campaign(e));
	record_seq_key(key, e->ref);
	d = state_get(a->s, RECORD_DECISION, key, 8, NULL, NULL);
	return (d != NULL && (d->flags & DECISION_CAMPAIGN) != 0);
}

/*
 * Is it a card that an outlet's days count?  A batch that was registered is no sign of
 * anything, and would be a measure for the days after it.
 */
static int
is_card(struct apply *a, const struct entry *e)
{

	return (e->operation != LK_OP_REPLACE && !in_campaign(a, e) &&
	    (policy_covers(POLICY_GROUP_BANK, e->product) ||
	    policy_covers(POLICY_GROUP_PHONE, e->product)));
}

/* Return an outlet's days for change, or NULL when they have the effect. */
static struct outletday *
outlet_of(struct apply *a, const struct entry *e, uint32_t outlet)
{
	struct outletday *o;
	uint8_t key[4];

	record_outlet_key(key, outlet);
	if (!state_fresh(a->s, RECORD_OUTLET, key, sizeof(key), e->seq))
		return (NULL);
	o = state_put(a->s, RECORD_OUTLET, key, sizeof(key), e->seq,
	    sizeof(*o));
	if (o == NULL) {
		a->failed = 1;
		return (NULL);
	}
	if ((e->flags & ENTRY_F_UNKNOWN) != 0)
		o->flags |= OUTLETDAY_TOLD;
	if (e->alert_kind == ALERT_UNUSUAL)
		o->told = day_of(apply_happened(e));
	return (o);
}

/* Cards that were issued at an outlet. */
void
apply_outlet(struct apply *a, const struct entry *e, uint32_t outlet,
    unsigned cards)
{
	struct outletday *o;

	if (cards == 0 || !is_card(a, e) || (e->flags & ENTRY_F_STOCK) != 0 ||
	    (o = outlet_of(a, e, outlet)) == NULL)
		return;
	outletday_add(o, day_of(apply_happened(e)), cards,
	    (e->flags & ENTRY_F_AWAY) != 0 ? cards : 0);
}

/* That an outlet is in no register, or has an unusual day, was told. */
void
apply_outlet_told(struct apply *a, const struct entry *e, uint32_t outlet)
{
	struct outletday *o;
	int alone;

	if ((e->flags & ENTRY_F_DRY) != 0)
		return;
	/*
	 * Passed though the node above could not be asked: there is a limit to that.  Where
	 * it answered without the one above it, the limit is its own.
	 */
	alone = e->kind == ENTRY_DECISION && e->up_seq == 0 &&
	    (e->flags & (ENTRY_F_OFFLINE | ENTRY_F_POSTHOC)) ==
	    ENTRY_F_OFFLINE && e->decision < LK_REVIEW && is_card(a, e);
	if (!alone && (e->flags & ENTRY_F_UNKNOWN) == 0 &&
	    e->alert_kind != ALERT_UNUSUAL)
		return;
	o = outlet_of(a, e, outlet);
	if (o != NULL && alone)
		outletday_offline_add(o, day_of(apply_happened(e)),
		    (unsigned)e->quantity);
}

/* Say of `from` how it stands with the document `to`. */
static void
link_one(struct apply *a, const struct entry *e, const struct token *from,
    const struct token *to, uint32_t state)
{
	struct record_link list[RECORD_LINKS_MAX];
	size_t len, n = 0, i;
	const void *old;
	void *v;

	if (!state_fresh(a->s, RECORD_LINK, from->b, TOKEN_LEN, e->seq))
		return;
	old = state_get(a->s, RECORD_LINK, from->b, TOKEN_LEN, &len, NULL);
	if (old != NULL && len <= sizeof(list) && len % sizeof(list[0]) == 0) {
		memcpy(list, old, len);
		n = len / sizeof(list[0]);
	}
	for (i = 0; i < n && !token_equal(&list[i].person, to); i++)
		continue;
	/* What staff say takes the place of a claim where there is no room. */
	if (i == RECORD_LINKS_MAX && state != LINKED_CLAIMED)
		for (i = 0; i < n && list[i].state != LINKED_CLAIMED; i++)
			continue;
	/* What staff have said stays; claims beyond the room are forgotten. */
	if ((i < n && state == LINKED_CLAIMED) || i == RECORD_LINKS_MAX)
		return;
	list[i] = (struct record_link){ .person = *to, .state = state,
		.at = apply_seconds(e->t) };
	n = i == n ? n + 1 : n;
	if ((v = state_put(a->s, RECORD_LINK, from->b, TOKEN_LEN, e->seq,
	    n * sizeof(list[0]))) == NULL)
		a->failed = 1;
	else
		memcpy(v, list, n * sizeof(list[0]));
}

/*
 * An applicant showed another document, or staff said whose two are.  What an applicant
 * says is remembered of him alone: anybody can name anybody's number.
 */
void
apply_link(struct apply *a, const struct entry *e)
{
	uint32_t state = e->kind != ENTRY_LINK ? LINKED_CLAIMED :
	    (e->flags & ENTRY_F_CLAIMED) != 0 ? LINKED_CLAIMED :
	    e->code == LINK_JOIN ? LINKED_VERIFIED : LINKED_NOT;

	if (!entry_token_set(&e->prev) || !entry_token_set(&e->person) ||
	    (e->flags & ENTRY_F_DRY) != 0 ||
	    token_equal(&e->prev, &e->person))
		return;
	/* That two are not one is no claim: it would be taken for its opposite. */
	if (e->kind == ENTRY_LINK && state == LINKED_CLAIMED &&
	    e->code != LINK_JOIN)
		return;
	link_one(a, e, &e->person, &e->prev, state);
	if (state != LINKED_CLAIMED)
		link_one(a, e, &e->prev, &e->person, state);
}
