/* What a member of staff signs before he may look at a person or an entry, unseal an
 * identity or erase one, screen a file of accounts, work on a case or an alert, join two
 * documents, or say what becomes of a node below: the text of a signed note (note.h),
 * exactly these lines:
 *
 *	liangka staff statement v1
 *	node <id of the node that is asked>
 *	time <UTC ms, decimal>
 *	action <word>
 *	entry <seq, decimal; 0 for person, link, unlink and node-...>
 *	origin <id of the node whose record it is about>
 *	detail <of some actions only>
 *	reason <1 to 255 bytes>
 *
 * action		entry		detail
 * person		0
 * entry unseal erase	that entry
 * take release deny	the case's
 *	close		decision
 * approve		ditto		clear <days> <openings>: the clearance granted,
 *					both 0 or both 1 to 9999
 * dispatch		ditto		the team: 1 to 63 bytes, as a reason
 * result		ditto		genuine | persuaded | police | gone | other
 * alert-take		the alert
 *	alert-close
 * link unlink		0
 * screen		the last entry that
 *			the state shows
 * node-retire		0		the id of the node below, as nodecert.h has it
 *	node-replace
 *	node-readmit
 *
 * The reason is UTF-8 in one line, without characters that do not show, and not
 * blank. Numbers have no leading zeros. There is exactly one way to write a
 * statement: an action that has no detail has no such line. All calls are thread-safe on
 * different structs. */
#ifndef LIANGKA_KEYS_STAFFNOTE_H
#define LIANGKA_KEYS_STAFFNOTE_H

#include <stddef.h>
#include <stdint.h>

#define STAFFNOTE_NODE_MAX	32	/* bytes of a node id with its NUL */
#define STAFFNOTE_REASON_MAX	256	/* the same of a reason */
#define STAFFNOTE_DETAIL_MAX	64	/* the same of a detail */
#define STAFFNOTE_TEXT_MAX	576	/* bytes of the longest text with its NUL */

enum staffnote_action {
	STAFFNOTE_PERSON = 1,
	STAFFNOTE_ENTRY,
	STAFFNOTE_UNSEAL,
	STAFFNOTE_ERASE,
	STAFFNOTE_TAKE,
	STAFFNOTE_RELEASE,
	STAFFNOTE_APPROVE,
	STAFFNOTE_DENY,
	STAFFNOTE_DISPATCH,
	STAFFNOTE_RESULT,
	STAFFNOTE_CLOSE,
	STAFFNOTE_ALERT_TAKE,
	STAFFNOTE_ALERT_CLOSE,
	STAFFNOTE_LINK,
	STAFFNOTE_UNLINK,
	STAFFNOTE_SCREEN,
	STAFFNOTE_NODE_RETIRE,
	STAFFNOTE_NODE_REPLACE,
	STAFFNOTE_NODE_READMIT,
	STAFFNOTE_ACTIONS
};

struct staffnote {
	enum staffnote_action	action;
	int64_t			time;	/* UTC ms, above 0 */
	uint64_t		entry;
	char			node[STAFFNOTE_NODE_MAX];
	char			origin[STAFFNOTE_NODE_MAX];
	char			detail[STAFFNOTE_DETAIL_MAX]; /* or "" */
	char			reason[STAFFNOTE_REASON_MAX];
};

/* staffnote_print(text, s):
 * Write the text, NUL-terminated. Return its length, or 0 when s is no statement:
 * a field is out of its bounds. */
size_t	staffnote_print(char text[STAFFNOTE_TEXT_MAX],
	    const struct staffnote *s);

/* staffnote_parse(s, text, len):
 * Read a text. Return 0, or -1 with *s zeroed when it is not exactly what
 * staffnote_print() writes. */
int	staffnote_parse(struct staffnote *s, const char *text, size_t len);

/* staffnote_reason(reason, len):
 * 1 when len bytes may be a reason, else 0. */
int	staffnote_reason(const char *reason, size_t len);

/* staffnote_action_name(action):
 * The word in the text, as a static string. */
const char *staffnote_action_name(enum staffnote_action action);

/* staffnote_clear(s, days, count):
 * Write the detail of an approval. Return 0, or -1 when one of them is out of its bounds.
 * staffnote_cleared(s, days, count): read it. Return 0, or -1 when it is none. */
int	staffnote_clear(struct staffnote *s, uint32_t days, uint32_t count);
int	staffnote_cleared(const struct staffnote *s, uint32_t *days,
	    uint32_t *count);

/* staffnote_found_name(found), staffnote_found(s):
 * The word for what the people sent have found, a code of enum review_found, or NULL; and
 * the code that stands in a result, or 0. */
const char *staffnote_found_name(int found);
int	staffnote_found(const struct staffnote *s);

#endif
