#ifndef LIANGKA_LEDGER_IMPL_H_
#define LIANGKA_LEDGER_IMPL_H_

/*
 * What the files of ledger.h share.  The text of what is committed is mapped, that of
 * what was only taken is in memory; an action costs 20 bytes besides.
 *
 *	liangka-ledger 1 <TAB> list <TAB> epoch
 *	token serial time action category basis from until case who why check
 *
 * with a TAB between fields; check is the XXH3 hash of all before it, seeded with that
 * of the line above, so that no line can be lost, moved or changed unnoticed.
 */

#include "ledger.h"

#define LEDGER_LINE_MAX	1024	/* bytes of a line, more than any is */
#define LEDGER_SERIALS_MAX UINT32_MAX

struct ledger {
	struct centre *c;
	char path[CENTRE_PATH_MAX];
	char dir[CENTRE_PATH_MAX];
	uint32_t epoch;
	uint32_t subject;	/* enum list_subject */
	int fd;			/* -1: read only, and absent */
	char *map;		/* what is committed */
	size_t size;		/* its good bytes */
	size_t mapped;
	uint64_t chain;		/* check of the last line */
	/* what was taken and not committed */
	char *taken;
	size_t ntaken, captaken;
	uint64_t committed;	/* actions */
	uint64_t committed_chain;
	/* actions: serial s is [s - 1] */
	uint64_t *at;		/* where its line begins */
	uint32_t *before;	/* serial of the one before it on its token, or 0 */
	size_t n, cap;
	/* the last action of each token, by open addressing; 0: none */
	uint32_t *slot;
	size_t nslots;		/* a power of two, at most two thirds in use */
	size_t ntokens;
};

/**
 * ledger_line_head(l, buf): Print the first line; return its length.
 * ledger_line_print(e, chain, buf): Print an action as a line, and go on in *chain.
 * Return the length.
 * ledger_line_parse(e, p, len, chain, why): Read a line without its LF.  With chain, see
 * that the check fits and go on in *chain.  Return 0, or -1 with *why set to a static
 * text.
 */
size_t ledger_line_head(const struct ledger *l, const char *id,
    char buf[LEDGER_LINE_MAX]);
size_t ledger_line_print(const struct ledger_entry *e, uint64_t *chain,
    char buf[LEDGER_LINE_MAX]);
int ledger_line_parse(struct ledger_entry *e, const char *p, size_t len,
    uint64_t *chain, const char **why);
uint64_t ledger_line_chain(const char *p, size_t len);

/**
 * ledger_index_room(l, n): Make room for n more actions.  0 or -1 (no memory).
 * ledger_index_put(l, t, at): Index the next action, on token t.  There is room.
 * ledger_index_last(l, t): The serial of the last action on a token, or 0.
 * ledger_index_cut(l, n): Forget all actions behind the first n.
 */
int ledger_index_room(struct ledger *l, size_t n);
void ledger_index_put(struct ledger *l, const struct token *t, uint64_t at);
uint32_t ledger_index_last(const struct ledger *l, const struct token *t);
void ledger_index_cut(struct ledger *l, size_t n);

/**
 * ledger_get(l, serial, e): The action of a serial number, which exists.
 * ledger_token(l, serial, t): its token alone.
 */
void ledger_get(const struct ledger *l, uint32_t serial,
    struct ledger_entry *e);
void ledger_token(const struct ledger *l, uint32_t serial, struct token *t);

#endif /* !LIANGKA_LEDGER_IMPL_H_ */
