#ifndef LIANGKA_HANDLE_H_
#define LIANGKA_HANDLE_H_

#include <stdatomic.h>
#include <stdint.h>

#include "codec.h"
#include "link.h"
#include "settings.h"

/*
 * The table of handles, and what a fork does to it.
 *
 * Invariants, whenever handle_lock() is free:
 * 1. A handle is in the table from handle_add() until handle_remove(); its number
 *    is not given out again for 2^25 openings of the same place.
 * 2. It is freed when it is out of the table and has no user.
 * 3. A link is in a slot of its handle as long as it exists.  It is `busy` while
 *    exactly one call uses it.
 * 4. A child of a fork has no open descriptor of its parent's, no busy link and
 *    no user: the threads that had them are not in it.
 */

#define HANDLE_MAX 64

struct async;

struct handle {
	int32_t number;	    /* 0 = not in the table any more */
	unsigned users;	    /* calls inside */
	struct settings set;
	struct codec_context cx;
	struct link_peer peer;
	_Atomic uint32_t given; /* rises when a link is given back */
	struct slot {
		struct link *link; /* NULL = not made yet */
		int busy;
	} slot[SETTINGS_CONNECTIONS];
	struct handle *next; /* of those removed but in use */
	struct async *async; /* NULL until the first lk_submit or lk_fd */
};

/**
 * handle_lock(), handle_unlock(): Hold the table: its handles, their users, slots
 * and `async`.  Order of locks: this, one async's, lock_guard().
 */
void handle_lock(void);
void handle_unlock(void);

/**
 * handle_add(set): Make a handle with these settings.  Return its number, or
 * LK_E_NOMEM.
 */
int32_t handle_add(const struct settings *set);

/**
 * handle_get(number): Return the handle with one more user, or NULL when there is
 * none of that number.  handle_put(h): one user less; frees it at the end.
 */
struct handle *handle_get(int32_t number);
void handle_put(struct handle *h);

/**
 * handle_remove(h): Take the handle, which the caller uses, out of the table and
 * wake who waits for its links.  Return 0, or LK_E_HANDLE when another thread did.
 */
int handle_remove(struct handle *h);

/**
 * handle_watch_fork(): See to it that forks are noticed; once per process.  Return
 * 0 or LK_E_NOMEM.
 */
int handle_watch_fork(void);

#endif /* !LIANGKA_HANDLE_H_ */
