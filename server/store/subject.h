#ifndef LIANGKA_SUBJECT_H_
#define LIANGKA_SUBJECT_H_

/*
 * Who is decided on: what the rules see of an application, taken from its journal
 * entry and the state before it.  The live path and replay call the same, so an
 * auditor's facts are those of the day.
 *
 * Threads: the state's.
 */

#include <stddef.h>
#include <stdint.h>

#include "engine/upstream.h"

struct application;
struct entry;
struct names;
struct person;
struct policy;
struct state;
struct token;

/**
 * subject_token(e): Whose record the entry is about: person or organisation.
 */
const struct token *subject_token(const struct entry *e);

/**
 * subject_load(p, s, e, now): Read the record of the entry's subject into p, as it
 * stands at `now` (UTC seconds).  Return 0, or -1 when the bytes are no record; a
 * state that has failed reads as nobody seen (see state_failed()).
 */
int subject_load(struct person *p, struct state *s, const struct entry *e,
    int64_t now);

/**
 * subject_describe(ap, p, n, policy, e, now): Describe the application of the
 * decision entry e, made at `now` (UTC seconds) by a person with the record p.
 * What neither entry nor state tells is left for the caller: birth, age and local are
 * "unknown", area and outlet_area are 0.  That the node above was asked in vain stands
 * in the entry once it is whole.
 */
void subject_describe(struct application *ap, const struct person *p,
    const struct names *n, const struct policy *policy, const struct entry *e,
    int64_t now);

/**
 * subject_own(ap, s, e): What a node below asks about takes the place of a reservation of
 * its own, not of one that another node has at an outlet of the same name.
 */
void subject_own(struct application *ap, struct state *s,
    const struct entry *e);

/**
 * subject_linked(p, scratch, s, e, now): Add to p, a record that subject_load() read,
 * those of the person's other documents: the one that the entry names in `prev`, and
 * those that links name, but where staff said that it is not so.  scratch is a record to
 * work in.  Return the entry flags that follow: ENTRY_F_LINKED where anything was joined,
 * ENTRY_F_CLAIMED where a link rests on the applicant's word alone; 0: p is unchanged.
 * Such a decision may hold but not refuse: policy_soften().  Where the applicant's own
 * document is refused by itself, it is decided by that alone and has neither flag.
 */
uint32_t subject_linked(struct person *p, struct person *scratch,
    struct state *s, const struct entry *e, int64_t now);

/**
 * subject_around(ap, s, e): Describe what stands in the state around the applicant: who
 * else used the phone, address, device, agent or employer of the entry, the outlet's days
 * and what it passed offline today.  ap->outlet is filled in before.  Pointers are good until the state changes.
 */
void subject_around(struct application *ap, struct state *s,
    const struct entry *e);

/**
 * subject_above(e, ours): Make of ${ours}, what our own rules said, what was decided,
 * with the answer of the node above that stands in the entry; where there is none, nothing
 * changes.  Return whose reason is told: of theirs it is up_reason.
 */
enum upstream_side subject_above(const struct entry *e, struct outcome *ours);

/**
 * subject_waived(policy, e, waived): Set waived[rule] (POLICY_MAX_RULES of them) for each
 * rule that `waived` of the entry names.
 * subject_listed(text, list): The category (engine/category.h) that the matched records
 * in `listed` or `agent_listed` of an entry give for a list, 0: none.
 */
void subject_waived(const struct policy *policy, const struct entry *e,
    uint8_t *waived);
int subject_listed(const char *text, const char *list);

#endif /* !LIANGKA_SUBJECT_H_ */
