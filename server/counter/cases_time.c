/* Cases that nobody answered in time: the policy says what becomes of them. */
#include <stdio.h>
#include <string.h>

#include "plugin.h"

#include "engine/policy.h"
#include "store/entry.h"
#include "store/journal.h"
#include "store/names.h"
#include "store/records.h"
#include "store/state.h"

#include "cases.h"
#include "core.h"

/* Put into the entry what is known of a case. */
static int
describe(struct counter *c, struct entry *e, uint64_t seq)
{
	struct names *names = journal_names(c->journal);
	struct state *s = journal_state(c->journal);
	const struct record_decision *d;
	const struct record_case *r;
	uint8_t key[8];
	size_t len;

	record_seq_key(key, seq);
	r = state_get(s, RECORD_CASE, key, 8, &len, NULL);
	if (r == NULL || len != sizeof(*r))
		return (-1);
	entry_clear(e, ENTRY_REVIEW);
	e->ref = seq;
	if (r->organisation) {
		e->subject = LK_SUBJECT_ORGANISATION;
		e->org = r->person;
	} else
		e->person = r->person;
	e->product = r->product;
	e->area = r->area;
	memcpy(e->reason, r->reason, sizeof(e->reason));
	snprintf(e->inst, sizeof(e->inst), "%s", names_text(names, r->inst));
	snprintf(e->outlet, sizeof(e->outlet), "%s",
	    names_text(names, r->outlet));
	if ((d = state_get(s, RECORD_DECISION, key, 8, NULL, NULL)) != NULL) {
		e->epoch = d->epoch;
		e->by = d->by;
	}
	return (0);
}

/* Give what is overdue to the policy's action. */
void
cases_overdue(struct counter *c, unsigned n)
{
	struct entry *e = &c->entry;
	uint8_t leaf[32];
	uint64_t seq;

	if (c->policy == NULL)
		return;
	for (; n > 0 && journal_ready(c->journal) == LK_OK; n--) {
		seq = cases_due(c->cases, journal_now(c->journal, NULL));
		if (seq == 0 || describe(c, e, seq) != 0)
			return;
		e->code = REVIEW_TIMEOUT;
		e->decision = policy_review_timeout(c->policy);
		e->alert = ALERT_COUNTY;
		e->alert_kind = ALERT_CASE;
		if (c->o.sandbox)
			e->flags |= ENTRY_F_SANDBOX;
		if (journal_write(c->journal, e, leaf) != LK_OK)
			return;
	}
}
