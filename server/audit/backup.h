#ifndef LIANGKA_BACKUP_H_
#define LIANGKA_BACKUP_H_

/*
 * A copy of a node's data directory, taken while the daemon runs, and put back.
 *
 *	manifest.txt	every other file with its SHA-256, and what the copy holds
 *	log/		all logs, as of their heads when the copy began, and policies
 *	wal/		what follows the newest head: the entries that were durable
 *			then and that no checkpoint named yet, with their sealed
 *			identities; at least the last entry of log/, so that whoever
 *			starts from it knows that nothing is missing behind it
 *	sealed/		identities only the centre can read
 *	lists/		the generation in force, and built/
 *
 * Never a key, nor state.mdb, which is made anew.  What is guaranteed: everything that
 * the newest signed head named when the command began, and the durable entries behind
 * it.  The order is heads, wal/, log/, sealed/, lists/: what is copied later may know
 * more than what was copied earlier, never less.  The daemon is not asked and waits for
 * nothing but one sync of its newest segment.
 *
 * Whether the copy is whole is not believed but looked at: every file has the hash in
 * the manifest, every log verifies under the keys that the caller trusts, and wal/ can
 * be read to the end that the manifest names.  The manifest bears no signature: it finds
 * accidents in all files; forgery is found in log/ alone, by the signature of its head.
 *
 * Threads: any; verify_run() makes one of its own.
 */

#include <stddef.h>
#include <stdint.h>

#include "store/checkpoint.h"
#include "store/disk.h"

#include "verify.h"

#define BACKUP_ERROR_MAX 2048
#define BACKUP_MANIFEST "manifest.txt"

/* Why a call failed, for the exit code. */
enum backup_fault {
	BACKUP_FINE,
	BACKUP_EXISTS,		/* what is to be made is there already */
	BACKUP_ABSENT,		/* no data directory, no backup, or no log in it */
	BACKUP_DENIED,		/* no right */
	BACKUP_DAMAGED,		/* a file is missing, altered or not to be read */
	BACKUP_FAILED		/* I/O error, disk full, out of memory */
};

struct backup_options {
	const char *from;	/* data directory; of a restore, the backup */
	const char *to;		/* must not exist; its parent must */
	const struct disk *disk; /* NULL: the real one */
	const char *version;	/* for the manifest */
	int64_t now;		/* UTC ms, the same */
	struct verify_options verify; /* keys, and who is told of findings */
};

/* What a backup holds. */
struct backup_info {
	struct checkpoint head;	/* of the newest log */
	uint64_t head_seq;	/* last seq that it names */
	uint64_t last_seq;	/* last seq there is */
	int64_t t;		/* when it was taken, UTC ms */
	size_t files;
	uint64_t bytes;
	uint64_t findings;	/* what verify_run() found */
};

/**
 * backup_make(o, info, fault, err): Copy the data directory o->from to o->to, verify the
 * copy, and let it have its name when it is whole and synced; until then it is called
 * <o->to>.part, and it is removed if anything fails.  Return 0; or -1 with a sentence
 * in err (BACKUP_ERROR_MAX bytes) and *fault set.
 */
int backup_make(const struct backup_options *o, struct backup_info *info,
    enum backup_fault *fault, char *err);

/**
 * backup_check(o, info, fault, err): Verify the backup o->from.  Return as above.
 */
int backup_check(const struct backup_options *o, struct backup_info *info,
    enum backup_fault *fault, char *err);

/**
 * backup_restore(o, info, fault, err): Verify the backup o->from while it is copied to
 * the data directory o->to, verify that, and let it have its name.  Return as above.
 */
int backup_restore(const struct backup_options *o, struct backup_info *info,
    enum backup_fault *fault, char *err);

#endif /* !LIANGKA_BACKUP_H_ */
