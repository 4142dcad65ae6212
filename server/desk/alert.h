#ifndef LIANGKA_ALERT_H_
#define LIANGKA_ALERT_H_

/*
 * What is told of an alert: a part of the entry that raised it, without anything that
 * says who the applicant is.  Below the level of a city nothing tells that somebody is on
 * a list which must be kept from him (category_secret()): such an alert then has the
 * kind "check", as the policy's rule CHECK-CENTRE speaks of it.
 *
 * Threads: any; nothing is kept.
 */

#include <stddef.h>
#include <stdint.h>

#include "store/entry.h"

struct outlets;

#define ALERT_ID_MAX 33		/* a delivery id with its NUL */
#define ALERT_REFERENCE_MAX 24
#define ALERT_NODE_MAX 192
#define ALERT_HITS_MAX 256	/* bytes of rule ids that are told */
#define ALERT_CATEGORIES_MAX 96
/* What is told of entry.flags. */
#define ALERT_FLAGS (ENTRY_F_LATE | ENTRY_F_OVERRIDE | ENTRY_F_EXTRA |	\
	ENTRY_F_AFTER_CANCEL | ENTRY_F_POSTHOC | ENTRY_F_SANDBOX |	\
	ENTRY_F_OUTLET | ENTRY_F_UNKNOWN | ENTRY_F_FULL)
#define ALERT_KIND_CHECK ALERT_KINDS /* in place of one that must not be told */

struct alert {
	uint64_t seq;		/* of the entry that raised it */
	uint64_t taken;		/* the number by which it is taken */
	int64_t t;		/* UTC ms */
	int64_t at;		/* when it happened, where that differs; else 0 */
	uint64_t ref;		/* the decision it is about, 0: none */
	int32_t entry;		/* enum entry_kind */
	int32_t level;		/* told first */
	int32_t kind;		/* enum alert_kind */
	int32_t area;
	int32_t product;
	int32_t decision;	/* of a decision */
	int32_t code;		/* of a teller's alarm */
	uint32_t flags;
	int secret;		/* on a list that must be kept from him */
	char inst[32];
	char outlet[32];
	char reason[16];
	char campaign[32];
	char hits[ALERT_HITS_MAX];
	char categories[ALERT_CATEGORIES_MAX]; /* words, a space between */
};

/* Words and names that rooms above this one know. */
enum alert_word {
	ALERT_WORD_LEVEL, ALERT_WORD_KIND, ALERT_WORD_PRODUCT,
	ALERT_WORD_DECISION, ALERT_WORD_REPORT,
	ALERT_WORD_FLAG		/* one bit of entry.flags */
};

struct alert_names {
	/* The word of a code, or NULL. */
	const char *(*word)(enum alert_word what, int32_t code, int zh);
	const char *(*reference)(char buf[ALERT_REFERENCE_MAX], uint64_t seq);
	const struct outlets *outlets;	/* or NULL: outlets have no names */
	char node[ALERT_NODE_MAX];	/* whose journal it is */
};

/* An alert on its way to one receiver. */
struct alert_told {
	struct alert a;
	int level;		/* told to now */
	int late;		/* nobody at a lower level took it in time */
	int64_t told;		/* when that became due, UTC ms */
	char id[ALERT_ID_MAX];	/* same at every attempt */
};

/**
 * alert_read(a, e): Take from an entry what is told of it.  Return 1, or 0 when it
 * raises no alert.
 * alert_taken(e): The seq of an alert that this entry says is taken or closed; or of a
 * decision, with *decision set, that the centre works on, by which alerts about it are
 * taken too.  0: neither.
 */
int alert_read(struct alert *a, const struct entry *e);
uint64_t alert_taken(const struct entry *e, int *decision);

/**
 * alert_id(id, node, seq, level, receiver): Write the delivery id: 32 hex digits of the
 * SHA-256 of the four, each behind the one before and a line feed.
 */
void alert_id(char id[ALERT_ID_MAX], const char *node, uint64_t seq, int level,
    const char *receiver);

/**
 * alert_show(out, a, level): Copy an alert as those of a level may see it.
 * alert_word_kind(names, a, zh): The word of its kind, "check" included.
 */
void alert_show(struct alert *out, const struct alert *a, int level);
const char *alert_word_kind(const struct alert_names *names,
    const struct alert *a, int zh);

#endif /* !LIANGKA_ALERT_H_ */
