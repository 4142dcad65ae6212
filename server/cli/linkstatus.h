#ifndef LIANGKA_LINKSTATUS_H_
#define LIANGKA_LINKSTATUS_H_

/*
 * What the daemon says of its links in the reply to STATUS: the node above, those below,
 * and whether it is held.
 */

#include <stdint.h>

struct json;
struct tool;
struct wire_fields;

struct linkstatus {
	int held;		/* it records nothing */
	char name[16];		/* the node above, "": none */
	int32_t state;		/* WIRE_ABOVE_DOWN, _UP, _PROBING */
	char counts[256];	/* see counter/fleet.h */
	char why[256];		/* it is down, or does not answer; "": all is well */
	uint64_t up, known;	/* nodes below */
};

/**
 * linkstatus_read(s, f): Read it from the fields of a reply.
 * linkstatus_print(t, s): write it for a person, nothing where there are no links.
 * linkstatus_json(j, s): as members of a JSON object.
 */
void linkstatus_read(struct linkstatus *s, const struct wire_fields *f);
void linkstatus_print(const struct tool *t, const struct linkstatus *s);
void linkstatus_json(struct json *j, const struct linkstatus *s);

#endif /* !LIANGKA_LINKSTATUS_H_ */
