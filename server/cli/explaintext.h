#ifndef LIANGKA_EXPLAINTEXT_H_
#define LIANGKA_EXPLAINTEXT_H_

/*
 * What audit/explain.h found, in words for a teller and for a citizen, in Chinese
 * or English.
 */

#include <stddef.h>

#include "audit/explain.h"
#include "engine/policy_why.h"

struct casefile;
struct entry;

#define EXPLAINTEXT_MAX 1024	/* bytes of any of these texts, with the NUL */

/**
 * explaintext_fact(f, zh, buf): Write what a fact counts, such as "different
 * institutions in the last 7 days, this one included".
 */
void explaintext_fact(const struct policy_fact *f, int zh,
    char buf[EXPLAINTEXT_MAX]);

/**
 * explaintext_condition(p, c, e, zh, buf): Write a condition with its figures:
 * "different institutions ...: 3 (the rule: 3 or more)".
 */
void explaintext_condition(const struct policy *p,
    const struct policy_condition *c, const struct entry *e, int zh,
    char buf[EXPLAINTEXT_MAX]);

/**
 * explaintext_code(p, c, e, buf): The same as rules are written: "institutions(7d) =
 * 3, needs >= 3".
 */
void explaintext_code(const struct policy *p,
    const struct policy_condition *c, const struct entry *e,
    char buf[EXPLAINTEXT_MAX]);

/**
 * explaintext_state(state, zh): The word for what a rule did.
 */
const char *explaintext_state(enum explain_state state, int zh);

/**
 * explaintext_effect(p, rule, zh, buf): Write what a rule asks for when it hits.
 * explaintext_class(p, rule, zh): the word for its class.
 */
void explaintext_effect(const struct policy *p, int rule, int zh,
    char buf[EXPLAINTEXT_MAX]);
const char *explaintext_class(const struct policy *p, int rule, int zh);

/**
 * explaintext_lapse(x, c, zh, buf): Write when the same application would pass by
 * itself, as a sentence or two; "" for a decision that passed.
 */
void explaintext_lapse(const struct explain *x, const struct casefile *c,
    int zh, char buf[EXPLAINTEXT_MAX]);

/**
 * explaintext_above(x, c, zh, buf): Write what other nodes have to do with the decision:
 * what the node above said, that it did not answer, that a node below asked about it or
 * made it; "" when nothing.
 */
void explaintext_above(const struct explain *x, const struct casefile *c,
    int zh, char buf[EXPLAINTEXT_MAX]);

/**
 * explaintext_standing(c, zh, buf): Write what became of the decision, from the later
 * entries; "" when nothing.  explaintext_campaign(e, zh, buf): Write of which campaign the
 * decision is, and whether that had room; "" of none.
 */
void explaintext_standing(const struct casefile *c, int zh,
    char buf[EXPLAINTEXT_MAX]);
void explaintext_campaign(const struct entry *e, int zh,
    char buf[EXPLAINTEXT_MAX]);

/**
 * explaintext_odd(x, c, zh): Return what is odd about the decision: asked for in a
 * sandbox, or not what its facts lead to; "" when nothing is.
 */
const char *explaintext_odd(const struct explain *x, const struct casefile *c,
    int zh);

#endif /* !LIANGKA_EXPLAINTEXT_H_ */
