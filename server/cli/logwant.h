#ifndef LIANGKA_LOGWANT_H_
#define LIANGKA_LOGWANT_H_

#include <stddef.h>
#include <stdint.h>

struct entry;
struct token;

#define LOGWANT_ANY (-1)

/* Which entries are wanted: all that is given must hold. */
struct logwant {
	uint64_t about;		/* this entry and what refers to it; 0: any */
	int64_t since;		/* journal time, UTC ms; 0: any */
	int64_t until;		/* before this; 0: any */
	int32_t kind;		/* ENTRY_* or LOGWANT_ANY */
	int32_t decision;	/* LK_PASS..., or LOGWANT_ANY */
	const char *rule;	/* among the hits; these may be NULL */
	const char *txn;
	const char *inst;
	const char *outlet;
	const char *teller;
	/* Of this person, as applicant, agent or by an older document; n 0: any */
	const struct token *tokens;
	size_t ntokens;
	int no_heartbeats;
};

/**
 * logwant_fits(w, e): Return 1 when the entry is wanted, else 0.
 */
int logwant_fits(const struct logwant *w, const struct entry *e);

#endif /* !LIANGKA_LOGWANT_H_ */
