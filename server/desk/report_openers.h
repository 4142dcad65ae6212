#ifndef LIANGKA_REPORT_OPENERS_H_
#define LIANGKA_REPORT_OPENERS_H_

/*
 * Who opened many bank and phone cards in a short time.  Windows are exact and slide: for
 * each opening what lies in (its time - window, its time] is counted, as rules count
 * (engine/facts.h): replacements are no openings, what is known by its day only stands in no
 * window below two days, "the same day" counts visits.  An opening is what was issued: a
 * confirmed check, a row of a file, a card issued while the daemon was away; one that a
 * file tells of again is not counted again, one that was taken back is not counted at all.
 * Documents that staff have joined are one person; those that an applicant claims are, too,
 * and it is said.
 *
 * Kept: a record for each person and each application of the pass.
 */

#include <stdint.h>

#include "reportkind.h"

#define REPORT_OPENERS_THRESHOLDS 4

/* Thresholds; 0 switches one off.  Defaults are those of the shipped policy. */
struct report_openers_options {
	int32_t over[REPORT_OPENERS_THRESHOLDS]; /* visits of a day, institutions in
				 * 7 days, cards in 30 days, cards in 60 days */
};

#define REPORT_OPENERS_DEFAULTS { { 2, 3, 5, 8 } }

extern const struct report_kind report_openers;

#endif /* !LIANGKA_REPORT_OPENERS_H_ */
