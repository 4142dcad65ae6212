#ifndef LIANGKA_ADOPT_H_
#define LIANGKA_ADOPT_H_

/*
 * From what `liangka sync` left in incoming/ to what the daemon serves.
 *
 *	<data>/lists/incoming/metadata/  N.root.json ... timestamp.json (written last)
 *	<data>/lists/incoming/targets/	 <dir>/<sha256>.<name>, as in the repository
 *	<data>/lists/trusted.<n>/	 one whole generation: root.json timestamp.json
 *				snapshot.json targets.json, N.root.json for each root
 *				walked since the anchor, bases (adopt_bases.h), and
 *				files/ (deltas, policy, registers, by sha256)
 *	<data>/lists/trusted	 a file that names the generation in force
 *	<data>/lists/whole	 is there while sync is to fetch snapshots: what the node
 *				has does not serve to build upon
 *	<data>/lists/built/	 <list>.<version>.<root, 16 digits>.mdb
 *
 * incoming/ may vanish at any time and is believed in nothing.  The order of an adoption:
 * verify -> build, sync, rename -> a new trusted.<n> whole, synced -> `trusted` replaced.
 * Then the caller journals and swaps.  A kill at any step leaves the old or the new
 * generation; leftovers are removed at the next start.  A timestamp that is newer over
 * the same snapshot replaces timestamp.json of the generation in force.
 *
 * A list is made by deltas upon the one that is served, else, when one of them is not
 * there or does not fit, from a snapshot.  Deltas stay a layer in memory and in files/
 * until there are too many, which are then merged into a new base file.
 *
 * Threads: adopt_run may run in a thread of its own while the last adoption is served;
 * one at a time.
 */

#include <stddef.h>
#include <stdint.h>

#include "store/list.h"

#include "tuf.h"

#define ADOPT_ERROR_MAX	1024
#define ADOPT_LISTS_MAX	32

struct campaigns;
struct disk;
struct outlets;

struct adopt_options {
	const char *data;	/* data directory */
	const char *root;	/* file: the root to begin with (the trust anchor) */
	const struct disk *disk;
	const uint32_t *epochs;	/* of K_list that this node has */
	size_t nepochs;
	struct tuf_options tuf;	/* lapsed_ok is set where it belongs */
	/* for tests, may be NULL: before each step, "verify" "build" "sync" ... */
	void (*step)(void *arg, const char *name);
	void *step_arg;
};

/* One list of a generation. */
struct adopted_list {
	struct list *list;	/* owned; NULL when unchanged since `before` (unless its
				 * file had to be written anew) */
	struct list_info info;
	int changed;		/* another version or epoch than before */
	/* changed by deltas alone: their records, ascending by token within each delta,
	 * for free(); NULL: compare the lists */
	struct listrec *touched;
	size_t ntouched;
};

/* What a generation says; owned by whoever holds it. */
struct adopted {
	uint64_t generation;
	uint32_t root, timestamp, snapshot, targets; /* metadata versions */
	int64_t signed_at;	/* timestamp, UTC seconds */
	int64_t expires;	/* of the timestamp */
	struct adopted_list list[ADOPT_LISTS_MAX];
	size_t nlists;
	char policy[32];	/* version of the policy, "" : none is published */
	uint8_t policy_hash[32];
	char *policy_text;	/* for free() */
	size_t policy_len;
	struct outlets *outlets; /* NULL: no register is published */
	uint32_t outlets_version;
	uint8_t outlets_hash[32];
	struct campaigns *campaigns;
	uint32_t campaigns_version;
	uint8_t campaigns_hash[32];
	int fresh_only;		/* nothing but the timestamp is newer; no entry */
};

/*
 * Version floors: the four numbers of the last entry in the journal that told of an
 * adoption; nothing older is ever adopted or started with.  Those of timestamp and
 * snapshot hold under the root they were written under: a later root that revokes a
 * stolen key may have these two begin anew, as TUF has it.
 */
struct adopt_floor {
	uint32_t root, timestamp, snapshot, targets;
};

/**
 * adopt_start(o, floor, now, a, err): At start: open the generation in force, without
 * incoming/ and without network: signatures from the anchor on, hashes and versions are
 * verified again, every list is read and its root computed; expiry only ages it.  Return
 * 0 with *a; 1 when there is none yet; -1 with a sentence in err (ADOPT_ERROR_MAX bytes):
 * below the floor, damaged, or under a list key that the node lacks.  Nothing is removed
 * then; adopt_run() without `before` repairs it from an incoming/ that has snapshots.
 * adopt_run(o, floor, before, now, a, err): Look at incoming/: 1 when there is nothing
 * new (two small files are read); 0 with a whole new *a, which is in force on disk; -1
 * with a sentence in err that names the file, everything as it was.  `before` is what is
 * served, with its lists, or NULL; it is read only.  now is in UTC seconds and is taken
 * to be no earlier than the moment at which a trusted timestamp was signed.
 * adopt_carry(a, before): Move the lists that are unchanged into *a.  To be called when *a
 * takes the place of *before, which is then only to be freed.
 * adopt_free(a): Free what a holds, its lists too.
 */
int adopt_start(const struct adopt_options *o, const struct adopt_floor *floor,
    int64_t now, struct adopted *a, char *err);
int adopt_run(const struct adopt_options *o, const struct adopt_floor *floor,
    const struct adopted *before, int64_t now, struct adopted *a, char *err);
void adopt_carry(struct adopted *a, struct adopted *before);
void adopt_free(struct adopted *a);

#endif /* !LIANGKA_ADOPT_H_ */
