#ifndef LIANGKA_TILELOG_H_
#define LIANGKA_TILELOG_H_

/*
 * One log in C2SP tlog-tiles form, written.  The order of a publication is
 *
 *	tiles and bundles -> sync -> sign -> checkpoint.tmp -> sync -> rename
 *	-> sync directory -> remove partial tiles whose full tile is there
 *
 * so that a checkpoint never names an entry that is not on disk.  Whatever lies
 * beyond the checkpoint after a crash is made anew from the journal; a full tile
 * that the checkpoint covers is never written again.
 *
 * Threads: one at a time per struct.
 */

#include <stddef.h>
#include <stdint.h>

#include "checkpoint.h"
#include "merkle.h"

struct disk;
struct tilelog;

#define TILELOG_ERROR_MAX 1024

enum {
	TILELOG_OK = 0,
	TILELOG_FULL = -1,	/* no room on the disk: try again later */
	TILELOG_FAILED = -2	/* I/O error: final, open anew */
};

struct tilelog_options {
	const struct disk *disk;	/* NULL: disk_real */
	const char *dir;		/* of this log; made if it is absent */
	const char *origin;
	/* Ed25519, and SM2 with the gm profile; any name: the origin is used */
	const struct note_signer *const *signers;
	size_t nsigners;
	/* Earlier keys of ours that the last checkpoint may still bear; any name */
	const struct note_verifier *const *earlier;
	size_t nearlier;
	/* For tests, may be NULL: called before each step: "tile", "sync", "sign",
	 * "checkpoint-write", "checkpoint-sync", "rename", "sync-dir",
	 * "remove-partials" */
	void (*step)(void *arg, const char *name);
	void *step_arg;
};

/**
 * tilelog_open(o, err, errlen): Open a log for writing where its checkpoint says it
 * stands; without one it is empty.  The checkpoint must bear our own good signature
 * and origin, the tiles on the right edge must yield its root, and the entries of
 * the last bundle must be those of its tile.  <dir>/vkey is written: the verifier
 * keys of the signers under the name of the origin, one a line, below any that stand
 * there.  The options are copied (signers too).  Return the log, or NULL with a
 * sentence in err, and errno ENOSPC or EDQUOT when it is for want of room.
 */
struct tilelog *tilelog_open(const struct tilelog_options *o, char *err,
    size_t errlen);

/**
 * tilelog_close(l): Free l; what was not published is dropped.  NULL is allowed.
 */
void tilelog_close(struct tilelog *l);

/**
 * tilelog_size(l): Entries added.  tilelog_head(l, c): the published checkpoint.
 */
uint64_t tilelog_size(const struct tilelog *l);
void tilelog_head(const struct tilelog *l, struct checkpoint *c);

/**
 * tilelog_add(l, entry, len): Append an entry of 1 to 65535 bytes.  Full tiles are
 * written as they fill, not yet synced.  Return TILELOG_OK, TILELOG_FULL with
 * nothing done (call it again with the same entry), or TILELOG_FAILED.
 */
int tilelog_add(struct tilelog *l, const void *entry, size_t len);

/**
 * tilelog_backlog(l, on): Say whether a backlog is being added.  Then everything is
 * synced with the whole file system at once, which is quicker, but has all others
 * who write to that disk wait; else file by file.
 */
void tilelog_backlog(struct tilelog *l, int on);

/**
 * tilelog_publish(l): Make all that was added durable and name it by a signed
 * checkpoint, in the order above; nothing is done when it is so already.  Return
 * TILELOG_OK, TILELOG_FULL (the old checkpoint stands, call again later) or
 * TILELOG_FAILED.  A log without a checkpoint gets one, be it empty.  A sync that
 * fails is always final, since what it was about may be lost.
 */
int tilelog_publish(struct tilelog *l);

/**
 * tilelog_error(l): The sentence that belongs to the last failure.
 */
const char *tilelog_error(const struct tilelog *l);

#endif /* !LIANGKA_TILELOG_H_ */
