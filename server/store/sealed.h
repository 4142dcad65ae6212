#ifndef LIANGKA_SEALED_H_
#define LIANGKA_SEALED_H_

/*
 * Identities sealed for the centre, outside the hashed entries: sealed/<day>.seal,
 * one file per UTC+8 day of the entry's journal time, append-only with its own sync.
 *
 *	file   = magic "lkseal1\n", records
 *	record = length of body (4 bytes, big-endian), kind (1 byte), body,
 *		 XXH3-64 of the three (8 bytes, big-endian)
 *	kind 1, a data key: key number (8 bytes, random), CMS EnvelopedData (DER)
 *	kind 2, an identity: seq (8 bytes), key number (8), message (keys/seal.h) with
 *		 "<node id>" NUL seq (8 bytes) as associated data
 *	kind 3, an erased identity: seq (8 bytes), zeros in place of all else
 *
 * A data key's record stands before the first identity that needs it, in each file.
 * The text that is sealed is JSON: {"seq":N,"id_type":1,"id_no":"...","name":...}.
 * A torn tail is cut when the file is opened for appending.
 *
 * The sidecar of an entry in the write-ahead log is: number of its data key (8
 * bytes), length of the CMS (2 bytes, big-endian; 0 where an earlier sidecar of
 * this start and day has had it), CMS, message.
 *
 * Threads: one at a time per struct.
 */

#include <stddef.h>
#include <stdint.h>

struct disk;
struct sealed;

#define SEALED_ERROR_MAX 1024

/**
 * sealed_open(disk, dir, err, errlen): Open the directory for appending, making it
 * (0700) if it is absent.  disk NULL is disk_real.  sealed_close(s): NULL is
 * allowed; what was not synced may be lost.
 */
struct sealed *sealed_open(const struct disk *disk, const char *dir, char *err,
    size_t errlen);
void sealed_close(struct sealed *s);

/**
 * sealed_add(s, seq, t, sidecar, len): Append what the sidecar of an entry of journal
 * time t (UTC ms) says; a seq that is there already is passed over.  sealed_sync(s):
 * make all that was added durable.  Return 0, -1 with errno ENOSPC when the disk is
 * full (nothing was added), or -2 (sealed_error()): final.
 */
int sealed_add(struct sealed *s, uint64_t seq, int64_t t,
    const uint8_t *sidecar, size_t len);
int sealed_sync(struct sealed *s);

/**
 * sealed_erase(disk, dir, seq, t, err, errlen): Overwrite one identity in place and
 * sync.  t is the journal time of its entry.  Return 1 when it was there, 0 when it
 * was not or was erased before, -1 with a sentence.
 */
int sealed_erase(const struct disk *disk, const char *dir, uint64_t seq,
    int64_t t, char *err, size_t errlen);

/* One sealed identity as read. */
struct sealed_item {
	int erased;
	uint8_t cms[8192];	/* its data key */
	size_t cms_len;
	uint8_t message[16384];
	size_t message_len;
};

/**
 * sealed_find(disk, dir, seq, t, item, err, errlen): Read one identity.  Return 1, 0
 * when there is none, or -1 with a sentence.
 */
int sealed_find(const struct disk *disk, const char *dir, uint64_t seq,
    int64_t t, struct sealed_item *item, char *err, size_t errlen);

/**
 * sealed_error(s): The sentence that belongs to the last failure.
 */
const char *sealed_error(const struct sealed *s);

#endif /* !LIANGKA_SEALED_H_ */
