#ifndef LIANGKA_APPEAL_H_
#define LIANGKA_APPEAL_H_

/*
 * Appeals, one file each in the centre's appeals/: what it is about, when an answer is due,
 * and what was done.  Who complains is not in it: neither name nor number nor token.  A
 * configuration text (plugin/conf.h):
 *
 *	[appeal A-2026-0007]
 *	about = entry			# or: decision
 *	list = sanction			# of an entry: where it stands, and what it said
 *	serial = 118
 *	category = found
 *	basis = joint2024
 *	case = "…"
 *	listed = "li"			# who has listed it
 *	until = 2028-11-22		# its last day, if it has one
 *	decision = "b0001-123-89abcdef"	# of a decision: its id or reference
 *	ack_due = 2026-11-25
 *	decide_due = 2026-12-07
 *
 *	[event 1]			# in order; the first is the opening
 *	at = "2026-11-22T14:00:05+08:00"
 *	what = opened			# acknowledged, upheld, rejected
 *	who = "wang"
 *	text = "…"			# what was said, or why
 *	found = "…"			# of the decision: what the letter says was found
 *
 * An appeal is acknowledged once at most and decided once at most, and nothing follows
 * that.
 *
 * Threads: any, each on its own struct.
 */

#include <stddef.h>
#include <stdint.h>

#include "plugin/conf.h"

#define APPEAL_ID_MAX	16
#define APPEAL_EVENTS_MAX 3
#define APPEAL_TEXT_MAX	255	/* bytes */
#define APPEAL_FOUND_MAX 1000
#define APPEAL_MAX_TEXT	16384	/* bytes of a file */

/* Default times to answer in; the law (反电信网络诈骗法 Art. 32) says "in time". */
#define APPEAL_ACK_DAYS	3	/* working days */
#define APPEAL_DECIDE_DAYS 15	/* days */

enum appeal_about { APPEAL_ENTRY = 1, APPEAL_DECISION };

enum appeal_what { APPEAL_OPENED = 1, APPEAL_ACKNOWLEDGED, APPEAL_UPHELD,
	APPEAL_REJECTED };

struct appeal_event {
	int64_t t;		/* UTC seconds */
	int32_t what;		/* enum appeal_what */
	char who[32];
	char text[APPEAL_TEXT_MAX + 1];
	char found[APPEAL_FOUND_MAX + 1];
};

struct appeal {
	char id[APPEAL_ID_MAX];
	int32_t about;		/* enum appeal_about */
	/* of an entry */
	char list[24];
	int64_t serial;
	int32_t category;	/* enum category */
	int32_t basis;		/* enum basis */
	char case_no[64];
	char listed[32];
	int32_t until;		/* 0: none */
	/* of a decision */
	char decision[40];

	int32_t ack_due, decide_due; /* days since 1970, UTC+8 */
	struct appeal_event event[APPEAL_EVENTS_MAX];
	size_t nevents;
};

/**
 * appeal_read(a, name, text, len, sink): Read one; every error goes to sink with its
 * place.  Return 0 or -1.
 * appeal_print(a, len): Its text, for free(); NULL when out of memory.
 */
int appeal_read(struct appeal *a, const char *name, const char *text,
    size_t len, const struct conf_sink *sink);
char *appeal_print(const struct appeal *a, size_t *len);

/**
 * appeal_decided(a): How it was decided, or NULL while it is open.
 * appeal_acknowledged(a): When it was acknowledged, or NULL.
 * appeal_due(a, ack): The day on which the next thing is due, and with ack whether that is
 * the acknowledgement; 0 when it is decided.
 */
const struct appeal_event *appeal_decided(const struct appeal *a);
const struct appeal_event *appeal_acknowledged(const struct appeal *a);
int32_t appeal_due(const struct appeal *a, int *ack);

/**
 * appeal_working(day, n): The n-th working day after a day; Saturdays and Sundays are
 * none, holidays are not known.
 * appeal_id(id, year, number): Write A-<year>-<number>.  appeal_id_read(id, year, number):
 * Take one apart: 0, or -1.
 * appeal_what_name(what): "opened", ...
 */
int32_t appeal_working(int32_t day, int n);
void appeal_id(char id[APPEAL_ID_MAX], int32_t year, uint32_t number);
int appeal_id_read(const char *id, int32_t *year, uint32_t *number);
const char *appeal_what_name(int what);

#endif /* !LIANGKA_APPEAL_H_ */
