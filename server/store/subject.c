#include <stdio.h>
#include <string.h>

#include "plugin.h"

#include "engine/category.h"
#include "engine/day.h"
#include "engine/facts.h"
#include "engine/identity.h"
#include "engine/outletday.h"
#include "engine/person.h"
#include "engine/policy.h"

#include "entry.h"
#include "names.h"
#include "records.h"
#include "state.h"
#include "subject.h"

/* Whose record an entry is about. */
const struct token *
subject_token(const struct entry *e)
{

	return (e->subject == LK_SUBJECT_ORGANISATION ? &e->org : &e->person);
}

/* Read the subject's record. */
int
subject_load(struct person *p, struct state *s, const struct entry *e,
    int64_t now)
{
	const void *v;
	size_t len;

	v = state_get(s, RECORD_PERSON, subject_token(e)->b, TOKEN_LEN, &len,
	    NULL);
	if (person_unpack(p, v, len) != 0)
		return (-1);
	person_prune(p, (uint32_t)now);
	return (0);
}

/* Describe an application. */
void
subject_describe(struct application *ap, const struct person *p,
    const struct names *n, const struct policy *policy, const struct entry *e,
    int64_t now)
{
	const struct opening *o;

	*ap = (struct application){ .now = now, .visit = e->visit_key,
		.inst = names_find(n, NAME_INST, "", e->inst),
		.outlet = names_find(n, NAME_OUTLET, e->inst, e->outlet),
		.institution = policy_institution_code(policy, e->inst),
		.product = e->product, .operation = e->operation,
		.channel = e->channel, .purpose = e->purpose,
		.quantity = e->quantity, .held_here = e->held_here,
		.id_type = e->id_type, .subject = e->subject,
		.birth = IDENTITY_NO_BIRTH, .age = -1, .local = -1,
		.guardian = (e->flags & ENTRY_F_GUARDIAN) != 0,
		.cleared = p->clear_left > 0,
		.offline = (e->flags & ENTRY_F_OFFLINE) != 0 && e->up_seq == 0 };
	if (ap->outlet == 0)
		return;
	o = person_reservation(p, ap->inst, ap->outlet, e->product,
	    (uint32_t)now);
	if (o != NULL)
		ap->superseded = o->seq;
}

/* Whose reservation is it? */
void
subject_own(struct application *ap, struct state *s, const struct entry *e)
{
	const struct record_above *r;
	uint8_t key[8];

	if (e->from[0] == '\0' || ap->superseded == 0)
		return;
	record_seq_key(key, ap->superseded);
	r = state_get(s, RECORD_ABOVE, key, 8, NULL, NULL);
	if (r != NULL && strcmp(r->node, e->from) != 0)
		ap->superseded = 0;
}

/* Join the record of one more document. */
static uint32_t
join(struct person *p, struct person *scratch, struct state *s,
    const struct token *t, uint32_t state, int64_t now)
{
	const void *v;
	size_t len;

	v = state_get(s, RECORD_PERSON, t->b, TOKEN_LEN, &len, NULL);
	if (v == NULL || person_unpack(scratch, v, len) != 0)
		return (0);
	person_prune(scratch, (uint32_t)now);
	person_join(p, scratch);
	return (ENTRY_F_LINKED |
	    (state == LINKED_CLAIMED ? ENTRY_F_CLAIMED : 0));
}

/* Join the records of the person's other documents. */
uint32_t
subject_linked(struct person *p, struct person *scratch, struct state *s,
    const struct entry *e, int64_t now)
{
	const struct record_link *link;
	struct record_link list[RECORD_LINKS_MAX];
	int claimed = entry_token_set(&e->prev) &&
	    !token_equal(&e->prev, &e->person);
	uint32_t flags = 0;
	size_t len, n = 0, i;

	if (e->subject == LK_SUBJECT_ORGANISATION)
		return (0);
	link = state_get(s, RECORD_LINK, e->person.b, TOKEN_LEN, &len, NULL);
	if (link != NULL && len <= sizeof(list)) {
		memcpy(list, link, len);
		n = len / sizeof(list[0]);
	}
	for (i = 0; i < n; i++) {
		if (token_equal(&list[i].person, &e->prev))
			claimed = 0;
		if (list[i].state != LINKED_NOT)
			flags |= join(p, scratch, s, &list[i].person,
			    list[i].state, now);
	}
	if (claimed)
		flags |= join(p, scratch, s, &e->prev, LINKED_CLAIMED, now);
	return (flags);
}

/* Who else used it? */
static void
around(struct application *ap, struct state *s, int kind,
    const struct token *t)
{
	uint8_t key[RECORD_SEEN_KEY];
	const void *v;
	size_t len;

	if (!entry_token_set(t))
		return;
	ap->named[kind] = 1;
	record_shared_key(key, kind, t);
	v = state_get(s, RECORD_SHARED, key, sizeof(key), &len, NULL);
	if (v == NULL || len % sizeof(struct shared_use) != 0)
		return;
	ap->shared[kind].use = v;
	ap->shared[kind].n = len / sizeof(struct shared_use);
}

/* Describe what stands around the applicant. */
void
subject_around(struct application *ap, struct state *s, const struct entry *e)
{
	const void *v;
	uint8_t key[4];
	size_t len;

	ap->away = (e->flags & ENTRY_F_AWAY) != 0;
	memcpy(&ap->whose, subject_token(e)->b, sizeof(ap->whose));
	around(ap, s, SHARED_PHONE, &e->phone);
	around(ap, s, SHARED_ADDRESS, &e->address);
	around(ap, s, SHARED_DEVICE, &e->device);
	around(ap, s, SHARED_AGENT, &e->agent);
	if (e->subject == LK_SUBJECT_PERSON)
		around(ap, s, SHARED_EMPLOYER, &e->org);
	if (ap->outlet == 0)
		return;
	record_outlet_key(key, ap->outlet);
	v = state_get(s, RECORD_OUTLET, key, sizeof(key), &len, NULL);
	if (v == NULL || len != sizeof(struct outletday))
		return;
	ap->outlet_days = v;
	ap->offline_today = outletday_offline(v, day_of(ap->now));
}

/* Combine with what the node above said. */
enum upstream_side
subject_above(const struct entry *e, struct outcome *ours)
{
	const struct outcome theirs = { e->up_decision, e->up_floor,
		e->up_hard, e->up_needs, e->up_by, e->up_offer,
		e->up_profile };

	return (e->up_seq != 0 ? upstream_combine(ours, &theirs) :
	    UPSTREAM_OURS);
}

/* Which rules a campaign lifted. */
void
subject_waived(const struct policy *policy, const struct entry *e,
    uint8_t *waived)
{
	const char *s = e->waived;
	char id[POLICY_MAX_ID + 1];
	size_t n;
	int rule;

	memset(waived, 0, POLICY_MAX_RULES);
	for (; *s != '\0'; s += n, s += *s == ' ') {
		n = strcspn(s, " ");
		if (n == 0 || n > POLICY_MAX_ID)
			continue;
		(void)snprintf(id, sizeof(id), "%.*s", (int)n, s);
		if ((rule = policy_rule_find(policy, id)) != POLICY_NO_RULE)
			waived[rule] = 1;
	}
}

/* What the matched records say of a list: list:version:category:... */
int
subject_listed(const char *text, const char *list)
{
	size_t n = strlen(list), len;
	const char *c;

	for (; *text != '\0'; text += len, text += *text == ' ') {
		len = strcspn(text, " ");
		if (len <= n || memcmp(text, list, n) != 0 || text[n] != ':')
			continue;
		if ((c = memchr(text + n + 1, ':', len - n - 1)) == NULL)
			return (0);
		c++;
		return (category_find(c, strcspn(c, ": ")));
	}
	return (0);
}
