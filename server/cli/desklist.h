#ifndef LIANGKA_DESKLIST_H_
#define LIANGKA_DESKLIST_H_

/*
 * What waits at the desk, as the daemon tells it (WIRE_DESK): open cases and alerts.
 */

#include <stddef.h>
#include <stdint.h>

struct service;
struct tool;

struct desklist_case {
	uint64_t seq;		/* of its decision */
	int64_t t;		/* ms */
	int64_t due;
	int64_t taken;		/* 0: never */
	int64_t dispatched;	/* 0: never */
	int32_t standing;	/* LK_STANDING_OPEN, _TAKEN, _DISPATCHED */
	int32_t decision;	/* LK_REVIEW, or LK_REJECT: one to be overridden */
	int32_t area;
	int32_t product;
	int32_t found;		/* enum review_found, 0: not yet */
	char inst[32];
	char outlet[32];
	char reason[17];
	char taker[32];		/* "": nobody */
	char proposer[32];	/* "": not of two persons */
	char id[48];		/* decision id */
};

struct desklist_alert {
	uint64_t seq;		/* of the entry that raised it */
	int64_t t;		/* ms */
	uint64_t ref;
	int64_t taken;		/* 0: never */
	int32_t level;		/* enum alert_level */
	int32_t kind;		/* enum alert_kind */
	int32_t entry;		/* enum entry_kind */
	int32_t area;
	int32_t product;
	char inst[32];
	char outlet[32];
	char reason[17];
	char taker[32];		/* "": nobody */
};

struct desklist {
	struct desklist_case *c;
	size_t ncases;
	struct desklist_alert *a;
	size_t nalerts;
	int64_t now;		/* the daemon's, ms */
	char node[32];
};

/**
 * desklist_cases(t, s, l), desklist_alerts(t, s, l): Ask the daemon for all of them, in
 * the order of their seqs, and add them to *l, which is zeroed at first.  Return 0 or an
 * LK_E_ code, with the daemon's text, if any, in s->message.
 * desklist_case(t, s, seq, c): ask for one case.  Return 0; 1 when it is not open; or an
 * LK_E_ code.
 * desklist_free(l): free what was added.
 */
int desklist_cases(const struct tool *t, struct service *s,
    struct desklist *l);
int desklist_alerts(const struct tool *t, struct service *s,
    struct desklist *l);
int desklist_case(const struct tool *t, struct service *s, uint64_t seq,
    struct desklist_case *c);
void desklist_free(struct desklist *l);

/**
 * desklist_read_case(line, len, c), desklist_read_alert(line, len, a): Read one line
 * without its newline.  Return 0, or -1 when it is none.
 */
int desklist_read_case(const char *line, size_t len, struct desklist_case *c);
int desklist_read_alert(const char *line, size_t len,
    struct desklist_alert *a);

#endif /* !LIANGKA_DESKLIST_H_ */
