#ifndef LIANGKA_TABPAGE_H_
#define LIANGKA_TABPAGE_H_

/*
 * A table that the daemon answers with page by page: asked for, and handed on line by line.
 *
 * Threads: any, on different structs.
 */

#include <stddef.h>
#include <stdint.h>

struct service;
struct tool;

struct tabpage {
	unsigned type;		/* of the message, WIRE_DESK, WIRE_FLEET */
	uint32_t what;		/* WIRE_T_DESK_WHAT, 0: not said */
	int (*line)(void *arg, const char *line, size_t len); /* 0 or an LK_E_ code */
	void *arg;
	uint64_t after;		/* what stands behind this; 0 after the last page */
	int64_t now;		/* the daemon's, ms */
	char node[32];		/* its name, where it is said */
};

/**
 * tabpage_ask(t, s, p): Ask for one page, behind p->after.  Return 0 or an LK_E_ code, with
 * the daemon's text, if any, in s->message.
 * tabpage_all(t, s, p): the same for all that follow.
 */
int tabpage_ask(const struct tool *t, struct service *s, struct tabpage *p);
int tabpage_all(const struct tool *t, struct service *s, struct tabpage *p);

#endif /* !LIANGKA_TABPAGE_H_ */
