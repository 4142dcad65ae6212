#ifndef LIANGKA_LISTSTATUS_H_
#define LIANGKA_LISTSTATUS_H_

/*
 * What the daemon says of its links, its lists and its desk beside lk_status(): of lists,
 * what is in force, and the last look, adoption and round of sync, each apart.
 */

#include <stdint.h>

#include "linkstatus.h"

struct json;
struct service;
struct tool;

struct liststatus {
	char lists[1024];	/* "id version records" lines, "none", "" */
	int64_t version;	/* of the repository's targets */
	int64_t signed_ms, tried_ms, adopted_ms, sync_tried_ms, sync_ms;
	char error[512];
	char sync_source[128];
	char sync_error[256];
	int64_t hits, clears;
	int64_t cases, alerts;	/* what waits at the desk */
	struct linkstatus link;
};

/**
 * liststatus_get(t, c, s): Ask the daemon.  Return 0 or an LK_E_ code.
 * liststatus_print(t, s): write it for a person.  liststatus_json(j, s): as JSON.
 */
int liststatus_get(const struct tool *t, struct service *c,
    struct liststatus *s);
void liststatus_print(const struct tool *t, const struct liststatus *s);
void liststatus_json(struct json *j, const struct liststatus *s);

#endif /* !LIANGKA_LISTSTATUS_H_ */
