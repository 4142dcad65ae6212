#ifndef LIANGKA_REPORT_SNOOP_IMPL_H_
#define LIANGKA_REPORT_SNOOP_IMPL_H_

/*
 * The parts of a look at who looks.
 */

#include "keys/token.h"

#include "checks.h"
#include "report_snoop.h"
#include "reporthash.h"

/* Something was opened. */
struct snoop_opening {
	struct token person;
	int64_t at;		/* ms */
	uint64_t ref;		/* the check, or 0 */
};

/* What staff do. */
struct snoop_desk {
	struct reporthash *staff;	/* struct snoop_staff by name */
	struct reporthash *pairs;	/* name and person: seen */
	struct reporthash *reasons;	/* uint64_t by name and reason */
	struct reporthash *items;	/* struct item by seq */
	struct reporthash *about;	/* newest item + 1 by person */
};

struct snoop {
	struct snoop_options o;
	const struct report_options *ro;
	struct checks *checks;
	struct reporthash *sums;	/* struct snoop_teller by place */
	struct snoop_opening *openings;
	size_t nopenings, openings_room;
	struct snoop_teller *tellers;
	size_t ntellers, ranked;
	int64_t last;			/* ms of the last entry */
	struct snoop_desk desk;
};

/**
 * snoop_desk_open(d), snoop_desk_close(d): Begin and end.
 * snoop_desk_entry(d, s, e): Take an entry, before s->checks does.  Both return 0 or -1.
 */
int snoop_desk_open(struct snoop_desk *d);
void snoop_desk_close(struct snoop_desk *d);
int snoop_desk_entry(struct snoop_desk *d, const struct snoop *s,
    const struct entry *e);

/**
 * snoop_say(s, out): Write what was found into a report.
 */
void snoop_say(const struct snoop *s, struct report *out);

#endif /* !LIANGKA_REPORT_SNOOP_IMPL_H_ */
