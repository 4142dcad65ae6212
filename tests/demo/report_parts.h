#ifndef DEMO_REPORT_PARTS_H_
#define DEMO_REPORT_PARTS_H_

/*
 * The parts of a report, one file each, and what they share.
 */

#include "report.h"

#define REPORT_RULES 32		/* rules told apart in one line */

/* Colours; "" where there are none. */
enum report_ink {
	REPORT_PLAIN,
	REPORT_BOLD,
	REPORT_GOOD,
	REPORT_BAD,
	REPORT_WARN
};

/* Which rules hit, and how often. */
struct report_rules {
	size_t count;
	struct {
		char id[24];
		unsigned hits;
	} rule[REPORT_RULES];
};

/**
 * report_ink(r, ink): Switch the colour.
 */
void report_ink(const struct report *r, enum report_ink ink);

/**
 * report_heading(r, zh, en): Print a heading with an empty line before it.
 */
void report_heading(const struct report *r, const char *zh, const char *en);

/**
 * report_number(buf, n): Write n with a comma at the thousands; return buf.
 */
char *report_number(char buf[32], size_t n);

/**
 * report_label(id): Return a Chinese name of a group or kind of ring, or "".
 */
const char *report_label(const char *id);

/**
 * report_rank(id): Return where such an id is shown: known ones in the order of
 * the generator's scenes, others after them.
 */
size_t report_rank(const char *id);

/**
 * report_decision(decision), report_by(by): Return the words in Chinese and
 * English.
 */
const char *report_decision(int32_t decision);
const char *report_by(int32_t by);

/**
 * report_hits(rules, result): Count the rules of one answer.  report_rules(rules,
 * buf, size): Write the most frequent ones, e.g. "HF-DAY 12, HF-7D 3"; return buf.
 */
void report_hits(struct report_rules *rules, const struct lk_result *result);
char *report_rules(const struct report_rules *rules, char *buf, size_t size);

/* Was this application one of an ordinary person, to be counted as wrong? */
int report_wrong(const struct day_answer *a);

void report_decisions(const struct report *r);
void report_rings(const struct report *r);
void report_people(const struct report *r);
void report_clearing(const struct report *r);
void report_latency(const struct report *r);
void report_samples(const struct report *r);
void report_lists(const struct report *r);

#endif /* !DEMO_REPORT_PARTS_H_ */
