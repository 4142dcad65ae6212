#ifndef LIANGKA_REPORT_RULES_IMPL_H_
#define LIANGKA_REPORT_RULES_IMPL_H_

/*
 * Inside of the report on rules: gathering (report_rules.c, report_rules_asked.c), summing up
 * and telling (report_rules_tell.c).
 */

#include <stddef.h>
#include <stdint.h>

#include "report_rules.h"

struct entry;
struct reporthash;

#define RULES_ID 32	/* bytes of a rule's id as a key */

/* How a review came out. */
enum rules_answer {
	RULES_OPEN,		/* or lapsed, by its time */
	RULES_APPROVED,
	RULES_DENIED,
	RULES_TIMEOUT,
	RULES_WITHDRAWN		/* the applicant went, or asked anew */
};

/* A decision on which some rule hit. */
struct rules_case {
	uint16_t *rule;		/* numbers of rules: those with effect first */
	uint16_t neffect, nshadow;
	uint8_t decision;
	uint8_t answer;		/* enum rules_answer */
	uint8_t overridden;	/* issued against it, or a refusal was lifted */
	uint8_t named;		/* listed or involved since */
	int64_t t, expires;	/* UTC ms */
	int64_t answered;	/* when; 0: not */
};

/* Our rules on a question of a node below, until it tells what it decided. */
struct rules_asked {
	char *hits, *shadow, *lifted, *waived; /* ids; NULL: nothing is kept */
};

struct rules_rule {
	uint32_t number;
	/* counted as entries come */
	uint32_t lifted, waived;
	/* counted at the end, over cases */
	uint32_t effect, held, refused, alone, shadow;
	uint32_t answer[RULES_WITHDRAWN + 1];
	uint32_t lapsed, overridden, approved_named;
	uint32_t passed, passed_named; /* as a shadow hit */
	int64_t *took;		/* ms from decision to answer */
	uint32_t ntook;
};

struct rules_report {
	const struct report_options *o;
	struct reporthash *rules; /* char[RULES_ID] -> rules_rule */
	struct reporthash *cases; /* seq -> rules_case */
	struct reporthash *named; /* seq -> int: passed in the period, and named */
	struct reporthash *asked; /* seq -> rules_asked */
	uint8_t *bits;		/* decisions of the period that passed */
	uint64_t first;		/* seq of bit 0; 0: none yet */
	size_t nbits;		/* bytes */
	uint64_t decisions, passed; /* in the period */
	int64_t last;		/* time of the last entry */
};

/**
 * rules_asked(x, e): report_kind.asked.  rules_forget(a): free what a holds.
 */
int rules_asked(void *x, const struct entry *e);
void rules_forget(struct rules_asked *a);

/**
 * rules_tell(x, r): Write the tables.  Return 0, or -1 when out of memory.
 */
int rules_tell(struct rules_report *x, struct report *r);

#endif /* !LIANGKA_REPORT_RULES_IMPL_H_ */
