/* What a member of staff signs before he may look at a person or an entry, unseal an
 * identity or erase one: the text of a signed note (note.h), exactly these lines:
 *
 *	liangka staff statement v1
 *	node <id of the node that is asked>
 *	time <UTC ms, decimal>
 *	action person | entry | unseal | erase
 *	entry <seq, decimal; 0 for person>
 *	origin <id of the node whose record it is about>
 *	reason <1 to 255 bytes>
 *
 * The reason is UTF-8 in one line, without characters that do not show, and not
 * blank. Numbers have no leading zeros. There is exactly one way to write a
 * statement. All calls are thread-safe on different structs. */
#ifndef LIANGKA_KEYS_STAFFNOTE_H
#define LIANGKA_KEYS_STAFFNOTE_H

#include <stddef.h>
#include <stdint.h>

#define STAFFNOTE_NODE_MAX	32	/* bytes of a node id with its NUL */
#define STAFFNOTE_REASON_MAX	256	/* the same of a reason */
#define STAFFNOTE_TEXT_MAX	512	/* bytes of the longest text with its NUL */

enum staffnote_action {
	STAFFNOTE_PERSON = 1,
	STAFFNOTE_ENTRY,
	STAFFNOTE_UNSEAL,
	STAFFNOTE_ERASE
};

struct staffnote {
	enum staffnote_action	action;
	int64_t			time;	/* UTC ms, above 0 */
	uint64_t		entry;
	char			node[STAFFNOTE_NODE_MAX];
	char			origin[STAFFNOTE_NODE_MAX];
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

#endif
