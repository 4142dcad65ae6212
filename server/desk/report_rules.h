#ifndef LIANGKA_REPORT_RULES_H_
#define LIANGKA_REPORT_RULES_H_

/*
 * What each rule did: how often it hit, what a clearance or a campaign took off, what held
 * on its account alone, and how the reviews of what it held came out.  Its precision is the
 * share of denied reviews among those that somebody answered; what nobody answered, and who
 * went away, says nothing about the rule.
 *
 * Rules on trial, and rules that only tell, are measured by what they would have held: how
 * many of those passed, and how many of these were named since, by a list or as the holder
 * of an involved card, beside the same share of all that passed.
 *
 * Kept: a record for each decision with a hit, and one bit for each entry of the pass.
 */

#include "reportkind.h"

struct policy;

/* Its settings; all may be left out. */
struct report_rules_options {
	const struct policy *policy; /* says what each rule is */
};

extern const struct report_kind report_rules;

#endif /* !LIANGKA_REPORT_RULES_H_ */
