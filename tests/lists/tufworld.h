#ifndef TUFWORLD_H_
#define TUFWORLD_H_

/*
 * A centre's repository, a client that follows it, and the line between them, for the
 * tests of the TUF client.
 */

#include <stdint.h>

#include "lists/tufclient.h"

#include "tufkit.h"

#define TUFWORLD_NOW	INT64_C(1795318307)	/* 2026-11-22T03:31:47Z */
#define TUFWORLD_TARGET	"lists/case/1.snap.zst"
#define TUFWORLD_BYTES	"records of version 1"

struct tufworld {
	struct tufkit *kit;		/* the centre */
	char *dir;			/* of the client's trusted files */
	struct tufkit_source source;
	struct tufclient *c;
	struct tuf *t;			/* of c */
	struct tuf_error err;		/* of the last call */
	int64_t now;			/* the client's clock */
};

/**
 * tufworld_new(): One publication with one target; the client has only the root.
 * tufworld_free(w).
 */
struct tufworld *tufworld_new(void);
void tufworld_free(struct tufworld *w);

/**
 * tufworld_refresh(w): As tufclient_refresh, from w->source.
 * tufworld_reopen(w): Close the client and open it again from its files.
 * tufworld_is(w, root, timestamp, snapshot, targets): 1 when these versions are in force
 * and a client that is opened anew from the files finds the same.
 */
int tufworld_refresh(struct tufworld *w);
void tufworld_reopen(struct tufworld *w);
int tufworld_is(struct tufworld *w, uint32_t root, uint32_t timestamp,
    uint32_t snapshot, uint32_t targets);

/**
 * tufworld_begin(w, o): Trust the repository's first root, without a directory; for
 * tuf_close().
 * tufworld_step(w, t, role, name, now, local): Hand metadata/<name> of the repository to
 * the step of a role, with w->err.
 */
struct tuf *tufworld_begin(struct tufworld *w, const struct tuf_options *o);
int tufworld_step(struct tufworld *w, struct tuf *t, enum tuf_role role,
    const char *name, int64_t now, int local);

/**
 * tufworld_mirror(w): Answer from a copy of the repository as it is now, which is then
 * the attacker's to change.  Return it as a kit that holds none of the centre's
 * keys: all of its keys are new.  tufworld_take_key(m, w, role, i): the attacker has
 * stolen a key.
 */
struct tufkit *tufworld_mirror(struct tufworld *w);
void tufworld_take_key(struct tufkit *m, const struct tufworld *w,
    enum tuf_role role, size_t i);

#endif /* !TUFWORLD_H_ */
