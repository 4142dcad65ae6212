#ifndef LIANGKA_REPORT_OUTLETS_H_
#define LIANGKA_REPORT_OUTLETS_H_

/*
 * What outlets and institutions opened, held and refused, and how many of the cards that
 * they opened turned out to be involved in fraud: the league table that a centre circulates.
 *
 * The rate is of the cards opened in the period: how many of a thousand were named since,
 * by a list of cards or by a closing for that reason, whenever that was.  Cards of a
 * registered campaign stand in columns of their own and are left out of it, so that an
 * outlet is not judged by a university's first week.  Outlets are ordered by the lower end
 * of the 95 % interval: ten cards of twenty say less than a hundred of a thousand.  Below a
 * minimum of cards there is no rank.
 *
 * Kept: a record for each outlet, decision and involved card of the pass.
 */

#include <stdint.h>

#include "reportkind.h"

#define REPORT_OUTLETS_MIN 30

struct report_outlets_options {
	int32_t min;		/* cards below which there is no rank */
};

#define REPORT_OUTLETS_DEFAULTS { REPORT_OUTLETS_MIN }

extern const struct report_kind report_outlets;

#endif /* !LIANGKA_REPORT_OUTLETS_H_ */
