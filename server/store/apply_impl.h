#ifndef LIANGKA_APPLY_IMPL_H_
#define LIANGKA_APPLY_IMPL_H_

/*
 * What the files of apply share: the applier, and the steps each effect is made
 * of.
 */

#include "engine/person.h"

#include "apply.h"

struct record_decision;
struct token;

struct apply {
	struct state *s;
	struct names *names;
	struct person person;	/* scratch */
	int failed;
};

/**
 * apply_seconds(ms): Journal time in whole seconds.  apply_happened(e): when the
 * thing itself happened, in seconds.
 */
uint32_t apply_seconds(int64_t ms);
uint32_t apply_happened(const struct entry *e);

/**
 * apply_whose(e): Whose record an entry is about: person or organisation.
 */
const struct token *apply_whose(const struct entry *e);

/**
 * apply_intern(a, e, class, scope, name): The number of a name of the entry.
 */
uint32_t apply_intern(struct apply *a, const struct entry *e, int class,
    const char *scope, const char *name);

/**
 * apply_person(a, e): Unpack the person's record for change, pruned to the
 * entry's time, or return NULL when it has the entry's effect already.
 * apply_person_done(a, e): store it.
 */
struct person *apply_person(struct apply *a, const struct entry *e);
void apply_person_done(struct apply *a, const struct entry *e);

/**
 * apply_decision_of(a, e, seq): Return the record of the decision `seq` for
 * change, or NULL when there is nothing to do.
 */
struct record_decision *apply_decision_of(struct apply *a,
    const struct entry *e, uint64_t seq);

/**
 * apply_txn(a, e, state): Note the transaction of an entry.
 */
void apply_txn(struct apply *a, const struct entry *e, uint32_t state);

/**
 * apply_superseded(a, e): The decision whose place the entry's takes is one no more.
 */
void apply_superseded(struct apply *a, const struct entry *e);

/* The effects, by kind of entry. */
void apply_decision(struct apply *a, const struct entry *e,
    const uint8_t leaf[32]);
void apply_confirm(struct apply *a, const struct entry *e);
void apply_withdraw(struct apply *a, const struct entry *e);
void apply_closing(struct apply *a, const struct entry *e);
void apply_told(struct apply *a, const struct entry *e);
void apply_review(struct apply *a, const struct entry *e);
void apply_list(struct apply *a, const struct entry *e);
void apply_policy(struct apply *a, const struct entry *e);
void apply_retro(struct apply *a, const struct entry *e);
void apply_settle(struct apply *a, const struct entry *e);
void apply_node(struct apply *a, const struct entry *e);

/**
 * apply_seen(a, e): Remember the list tokens of a decision.  apply_seen_card(a, e,
 * inst): that of a card which was issued.  apply_campaign(a, e): count a head.
 */
void apply_seen(struct apply *a, const struct entry *e);
void apply_seen_card(struct apply *a, const struct entry *e, uint32_t inst);
void apply_campaign(struct apply *a, const struct entry *e);

/* apply_around.c: what an application or opening changes around the person */

/**
 * apply_in_campaign(e): Does the application belong to a campaign that had room?
 * apply_shared(a, e): Note who uses the same phone and the like.  apply_outlet(a, e,
 * outlet, cards): count cards issued at the outlet, but for those of campaigns.  apply_outlet_told(a, e, outlet): note,
 * where it was told, that it is in no register or that its day is unusual.  apply_link(a, e): join two documents.
 */
int apply_in_campaign(const struct entry *e);
void apply_shared(struct apply *a, const struct entry *e);
void apply_outlet(struct apply *a, const struct entry *e, uint32_t outlet,
    unsigned cards);
void apply_outlet_told(struct apply *a, const struct entry *e,
    uint32_t outlet);
void apply_link(struct apply *a, const struct entry *e);

/* apply_node.c: nodes below and above */

/**
 * apply_told_by(a, e): What a node told: how far it is, which entry of its is which of
 * ours, and whom to tell.
 */
void apply_told_by(struct apply *a, const struct entry *e);

/* apply_desk.c: what waits at the desk */

/**
 * apply_case(a, e): A decision that becomes a case.  apply_case_settled(a, e): that of a node
 * below, which had asked us about it.  apply_case_step(a, e): a step in it.
 * apply_case_gone(a, e): its opening was withdrawn.  apply_alert(a, e): what any entry
 * raises.  apply_alert_step(a, e): an alert taken or closed.
 */
void apply_case(struct apply *a, const struct entry *e);
void apply_case_settled(struct apply *a, const struct entry *e);
void apply_case_step(struct apply *a, const struct entry *e);
void apply_case_gone(struct apply *a, const struct entry *e);
void apply_alert(struct apply *a, const struct entry *e);
void apply_alert_step(struct apply *a, const struct entry *e);

#endif /* !LIANGKA_APPLY_IMPL_H_ */
