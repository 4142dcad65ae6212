#ifndef LIANGKA_LEDGER_H_
#define LIANGKA_LEDGER_H_

/*
 * What the centre did to one list: an append-only text, one line for each action, from
 * which the records to publish are folded.  It holds tokens, never numbers.  A line cut
 * short by a crash is dropped at the next open; everything else that does not read is
 * an error with its line.  Each line carries a check over itself and all lines above.
 *
 * Rules of folding: the last action on a token counts; `clear` (a successful appeal)
 * wins over a later `add` with the case number that was cleared, or with none, which is
 * refused when it is made (brackets, blanks and width do not make a case number new); an
 * entry whose `from` lies ahead is not published before its day, until which what stood
 * before it stands; one whose `until` has passed is left out.
 *
 * Threads: one at a time per struct.
 */

#include <stddef.h>
#include <stdint.h>

#include "store/listrec.h"

#include "centre.h"

struct ledger;

enum ledger_action { LEDGER_ADD = 1, LEDGER_REMOVE, LEDGER_CLEAR };

struct ledger_entry {
	uint64_t serial;	/* 1.. within the list; ledger_append() gives it */
	int64_t t;		/* UTC seconds */
	int action;
	struct token token;
	int category;		/* enum category, add */
	int basis;		/* enum basis, add */
	int32_t from;		/* days since 1970 (UTC+8) to 65535; 0: at once */
	int32_t until;		/* last day, ditto; 0: none */
	char case_no[64];	/* add: of the finding; clear: that which is cleared, or
				 * the appeal's id */
	char who[32];
	char why[128];
};

enum ledger_verdict {
	LEDGER_TAKEN,		/* will be appended */
	LEDGER_SAME,		/* says what is there already: nothing to do */
	LEDGER_OTHER,		/* listed already, with another category or case */
	LEDGER_CLEARED,		/* cleared on appeal; the case number is not new */
	LEDGER_ABSENT		/* remove, clear: not listed */
};

/**
 * ledger_open(c, id, epoch, err): Open the ledger of list id; when it is absent, it is
 * made, or reads as empty where the centre is open for reading only.  All tokens are of
 * K_list's epoch.  The centre must stay open longer.  ledger_close(l): forget what was
 * not committed; NULL is allowed.
 */
struct ledger *ledger_open(struct centre *c, const char *id, uint32_t epoch,
    char *err);
void ledger_close(struct ledger *l);

/**
 * ledger_add(l, e, force, err): Judge one action and, when it is TAKEN (or force is
 * given for OTHER), take it and set e->serial.  It is not durable before
 * ledger_commit().  An add over an entry whose `until` has passed is TAKEN.
 * Return an enum ledger_verdict, or -1 when it can be no action of this list.
 * ledger_commit(l, err): write and sync all that was taken; 0, or -1 with all still
 * taken and the file as it was.  ledger_drop(l): forget what was taken.
 */
int ledger_add(struct ledger *l, struct ledger_entry *e, int force, char *err);
int ledger_commit(struct ledger *l, char *err);
void ledger_drop(struct ledger *l);

/**
 * ledger_count(l): How many actions there are, those taken too.
 * ledger_find(l, t, e): The last action on a token: 1, or 0.
 * ledger_serial(l, n, e): The action of a serial number: 1, or 0.
 * ledger_history(l, t, each, arg): every action on a token, oldest first.
 * ledger_each(l, day, each, arg): what stands on a day (adds in force, clears), one for
 * each token, those that were touched last last.  Both end at each()'s first non-zero
 * return, which they return; ledger_history() returns -1 without memory.
 */
uint64_t ledger_count(const struct ledger *l);
int ledger_find(const struct ledger *l, const struct token *t,
    struct ledger_entry *e);
int ledger_serial(const struct ledger *l, uint64_t n, struct ledger_entry *e);
int ledger_history(const struct ledger *l, const struct token *t,
    int (*each)(void *arg, const struct ledger_entry *e), void *arg);
int ledger_each(const struct ledger *l, int32_t day,
    int (*each)(void *arg, const struct ledger_entry *e), void *arg);

/**
 * ledger_case_same(a, b): Do two case numbers name the same case?
 * ledger_plain(s): May this text stand in a ledger: UTF-8 that shows (utf8_hidden())?
 */
int ledger_plain(const char *s);
int ledger_case_same(const char *a, const char *b);

/**
 * ledger_fold(l, day, r, n): The records to publish on a day (days since 1970, UTC+8),
 * ascending, CLEARED ones too; *r is for free().  Return 0 or -1 (no memory).
 */
int ledger_fold(const struct ledger *l, int32_t day, struct listrec **r,
    size_t *n);

#endif /* !LIANGKA_LEDGER_H_ */
