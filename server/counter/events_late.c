/*
 * What a node passed while it could not ask us, and should not have: found out when it
 * tells us.
 */
#include <string.h>

#include "plugin.h"

#include "engine/facts.h"
#include "engine/identity.h"
#include "engine/policy.h"
#include "keys/token.h"
#include "store/records.h"

#include "core.h"
#include "deciding.h"
#include "events.h"

/* Have it told: at the county's level at least, and to the node. */
static void
tell(struct request *q)
{
	struct entry *e = q->e;

	if (e->alert < ALERT_COUNTY)
		e->alert = ALERT_COUNTY;
	e->alert_kind = ALERT_LATE;
	memcpy(e->to, e->from, sizeof(e->to));
}

/* Does it still count as something that may be issued? */
static int
passed(const struct entry *e)
{

	return ((e->decision == LK_PASS || e->decision == LK_LIMIT) &&
	    (e->flags & ENTRY_F_DRY) == 0);
}

/* Put into the entry what we would have said. */
static void
note(struct request *q, const struct verdict *v)
{
	const struct policy *p = q->c->policy;
	struct entry *e = q->e;
	const char *reason;

	e->hits_total = v->nhits;
	policy_hits(p, v->hit, v->nhits, e->hits, sizeof(e->hits));
	memset(e->reason, 0, sizeof(e->reason));
	if (v->headline != POLICY_NO_RULE) {
		reason = policy_rule_reason(p, v->headline);
		memcpy(e->reason, reason, strnlen(reason,
		    sizeof(e->reason) - 1));
	}
	tell(q);
}

/* Leave only hits of rules that ask for nothing which a told decision does not say. */
static void
keep_known(const struct policy *p, struct verdict *v)
{
	int decision = LK_PASS, then;
	uint16_t i, n = 0;

	for (i = 0; i < v->nhits; i++) {
		if (policy_rule_reads(p, v->hit[i], POLICY_AGE) ||
		    policy_rule_reads(p, v->hit[i], POLICY_AREA_LOCAL))
			continue;
		then = (int)policy_rule_then(p, v->hit[i]);
		if (then > decision)
			decision = then;
		v->hit[n++] = v->hit[i];
	}
	v->nhits = n;
	if (decision < v->decision) {
		v->decision = decision;
		v->headline = n > 0 ? v->hit[0] : POLICY_NO_RULE;
	}
}

/* Judge what was decided without us. */
void
events_late(struct request *q)
{
	struct application ap = { .now = 0 };
	struct listing_tokens lists;
	struct listing_case lc;
	struct bearing b = { .birth = IDENTITY_NO_BIRTH, .age = -1,
		.local = -1, .lists = &lists };
	struct entry *e = q->e;
	uint64_t superseded = e->superseded;
	uint32_t flags = e->flags;
	int32_t area = e->area;
	struct verdict v;

	if (!passed(e) || q->c->policy == NULL)
		return;
	memset(&lists, 0, sizeof(lists));
	q->grant = grant_for(q->peer, e->inst, 0);
	if (q->grant == NULL || deciding_gather(q, &b, &ap, &lc) != 0) {
		q->error = LK_OK;
		return;
	}
	deciding_verdict(q, &ap, &lc, &v);
	keep_known(q->c->policy, &v);
	e->nfacts = 0;
	e->flags = flags;
	e->area = area != 0 ? area : e->area;
	e->superseded = superseded;
	e->listed[0] = e->agent_listed[0] = '\0';
	e->campaign[0] = '\0';
	e->list_version = 0;
	if (v.decision > e->decision && v.nhits > 0)
		note(q, &v);
}

/* Compare with what we had answered. */
void
events_late_answer(struct request *q)
{
	const struct record_decision *d = decision_record(q, q->e->ref);
	struct entry *e = q->e;
	size_t n;

	if (d == NULL || !passed(e) || d->decision <= e->decision)
		return;
	n = d->nhits < sizeof(e->hits) - 1 ? d->nhits : sizeof(e->hits) - 1;
	memcpy(e->hits, d + 1, n);
	e->hits[n] = '\0';
	memcpy(e->reason, d->reason, sizeof(e->reason));
	tell(q);
}
