#ifndef LIANGKA_REPORTKIND_H_
#define LIANGKA_REPORTKIND_H_

/*
 * A kind of report: something that is fed the entries of the journal, in order, and then
 * says what it found.  One pass is enough; what is kept is per person, outlet, teller or
 * decision of that pass (reporthash.h), never the entries.
 *
 * A kind sees entries from `back` before the period to `ahead` behind it, so that it knows
 * what a card in the period was preceded by and what became of it; reportkind_within()
 * says which are of the period itself.
 */

#include <stddef.h>
#include <stdint.h>

struct campaigns;
struct entry;
struct outlets;
struct report;
struct report_table;

#define REPORTKIND_ALL INT64_MAX	/* back, ahead: from the first, to the last */
#define REPORTKIND_MINUTE INT64_C(60000)
#define REPORTKIND_HOUR (60 * REPORTKIND_MINUTE)
#define REPORTKIND_DAY (24 * REPORTKIND_HOUR)

/* What every kind is told; what is NULL or 0 is not known or not asked for. */
struct report_options {
	int64_t since;		/* the period: UTC ms, 0: from the first entry */
	int64_t until;		/* before this; 0: to the last */
	int64_t now;
	size_t top;		/* rows that a page shows of a long table */
	const struct outlets *outlets; /* the register */
	const char *inst;	/* only this institution */
	const char *area;	/* only outlets whose area begins so */
	/* the word for a product, or NULL for an unknown one */
	const char *(*product)(int32_t product, int zh);
	const void *own;	/* the kind's own settings */
};

struct report_kind {
	const char *name;
	const char *zh, *en;	/* title */
	int64_t back, ahead;	/* ms */
	/* Begin; o lives until close.  NULL: out of memory. */
	void *(*open)(const struct report_options *o);
	/* An entry.  Return 0, or -1 when out of memory. */
	int (*entry)(void *x, const struct entry *e);
	/* Our answer to a question of a node below, which is no application yet, under */
	/* the number that its decision will have.  May be NULL.  Returns as entry does. */
	int (*asked)(void *x, const struct entry *e);
	/* Say what was found.  Return 0, or -1 when out of memory. */
	int (*finish)(void *x, struct report *r);
	void (*close)(void *x);
};

/**
 * reportkind_within(o, ms): Is this time of the period?
 * reportkind_wanted(o, e): Is the outlet of the entry one that is asked for?  An entry
 * without area goes by the register.  reportkind_place(o, inst, outlet, area): the same of
 * an outlet.
 */
int reportkind_within(const struct report_options *o, int64_t ms);
int reportkind_wanted(const struct report_options *o, const struct entry *e);
int reportkind_place(const struct report_options *o, const char *inst,
    const char *outlet, int32_t area);

/**
 * reportkind_take(e): Make of an entry what a report counts, so that what a node below
 * asked about, decided and told is one application.  Its question to us is none: it may
 * have decided otherwise, or not at all.  Its decision on that is one, under the number by
 * which later entries name it; so is one that it made alone.  A step in a case that came
 * too late is none.  Return 0 when the entry does not count.
 * reportkind_told(e): When we would have it had it been told at once, UTC ms: the node
 * below may have been cut off for days.
 */
int reportkind_take(struct entry *e);
int64_t reportkind_told(const struct entry *e);

/**
 * reportkind_happened(e): When what the entry is about happened, UTC ms.
 * reportkind_area(o, inst, outlet, area): The outlet's area: as the entry has it, or as
 * the register does; 0: not known.
 * reportkind_name(o, inst, outlet): The outlet's name in the register, or NULL.
 */
int64_t reportkind_happened(const struct entry *e);
int32_t reportkind_area(const struct report_options *o, const char *inst,
    const char *outlet, int32_t area);
const char *reportkind_name(const struct report_options *o, const char *inst,
    const char *outlet);

/**
 * reportkind_product(o, t, product): Fill a cell with a product.
 * reportkind_areas(t, area): Fill a cell with an area as six digits; empty for 0.
 * reportkind_day_text(day, buf): Print a day of UTC+8, e.g. "2026-11-22".
 */
void reportkind_product(const struct report_options *o, struct report_table *t,
    int32_t product);
void reportkind_areas(struct report_table *t, int32_t area);
const char *reportkind_day_text(int32_t day, char buf[16]);

#endif /* !LIANGKA_REPORTKIND_H_ */
