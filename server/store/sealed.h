#ifndef LIANGKA_SEALED_H_
#define LIANGKA_SEALED_H_

/*
 * Identities sealed for the centre, outside the hashed entries: sealed/<day>.seal,
 * one file per UTC+8 day of the entry's journal time (2026-11-22.seal),
 * append-only with its own sync.
 *
 *	file   = magic "lkseal1\n", records
 *	record = length of body (4 bytes), kind (1 byte), body, XXH3-64 of the three
 *		 with seed 0 (8 bytes)
 *	kind 1, a data key: key number (8 bytes, random), CMS EnvelopedData (DER)
 *	kind 2, an identity: seq (8 bytes), key number (8), message (keys/seal.h) with
 *		 "<node id>" NUL seq (8 bytes) as associated data
 *	kind 3, an erased identity: seq (8 bytes), zeros in place of all else
 *
 * All numbers are big-endian.  A data key's record stands before the first identity
 * that needs it, in each file.  The text that is sealed is JSON:
 * {"seq":N,"id_type":1,"id_no":"...","name":...}.
 *
 * A torn tail is cut when the file is opened for appending.  Damaged bytes that
 * good records follow stay, are passed over, and harm no other record.  An identity
 * is erased in two steps: its kind becomes 3 and that is synced, then all else; a
 * record of kind 3 whose check is wrong is one half erased and counts as erased.
 *
 * The sidecar of an entry in the write-ahead log is: number of its data key (8
 * bytes), length of the CMS (2 bytes; 0 where an earlier sidecar of this start and
 * day has had it), CMS, message.
 *
 * Threads: one at a time per struct sealed; sealed_erase() and sealed_find() any,
 * also beside an appender of the same directory.
 */

#include <stddef.h>
#include <stdint.h>

struct disk;
struct sealed;

#define SEALED_ERROR_MAX 1024
#define SEALED_CMS_MAX	8192
#define SEALED_MESSAGE_MAX 16384
#define SEALED_AD_MAX	64	/* bytes of associated data */

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
 * time t (UTC ms) says; a seq that is there already is not added again (but is made
 * durable anew).  A sidecar whose data key is unknown is kept all the same.
 * sealed_sync(s): make all that was added durable.  Return 0, -1 with errno ENOSPC
 * when the disk is full (nothing was added), or -2 (sealed_error()): final; that a
 * file was removed or replaced behind our back is.
 */
int sealed_add(struct sealed *s, uint64_t seq, int64_t t,
    const uint8_t *sidecar, size_t len);
int sealed_sync(struct sealed *s);

/**
 * sealed_erase(disk, dir, seq, t, err, errlen): Overwrite one identity in place and
 * sync.  t is the journal time of its entry.  Return 1 when it was there, 0 when it
 * was not or was erased before, -1 with a sentence; also when it was not found but
 * the file holds damaged bytes that may be it.
 */
int sealed_erase(const struct disk *disk, const char *dir, uint64_t seq,
    int64_t t, char *err, size_t errlen);

/* One sealed identity as read. */
struct sealed_item {
	int erased;
	uint8_t cms[SEALED_CMS_MAX];	/* its data key */
	size_t cms_len;
	uint8_t message[SEALED_MESSAGE_MAX];
	size_t message_len;
};

/**
 * sealed_find(disk, dir, seq, t, item, err, errlen): Read one identity.  Return 1, 0
 * when there is none, or -1 with a sentence: the file cannot be read, the identity
 * is there but its data key is not, or the bytes that may be it are damaged.
 */
int sealed_find(const struct disk *disk, const char *dir, uint64_t seq,
    int64_t t, struct sealed_item *item, char *err, size_t errlen);

/**
 * sealed_error(s): The sentence that belongs to the last failure.
 */
const char *sealed_error(const struct sealed *s);

/* A sidecar, taken apart; the pointers are the caller's. */
struct sealed_sidecar {
	uint64_t key;		/* number of the data key */
	const uint8_t *cms;
	size_t cms_len;		/* 0: an earlier sidecar has it */
	const uint8_t *message;
	size_t message_len;
};

/**
 * sealed_sidecar_write(out, cap, sc): Write a sidecar.  Return its length, or 0 when
 * it does not fit or a length is out of bounds.
 * sealed_sidecar_read(sc, p, len): Take one apart.  Return 0, or -1 when it is none.
 */
size_t sealed_sidecar_write(uint8_t *out, size_t cap,
    const struct sealed_sidecar *sc);
int sealed_sidecar_read(struct sealed_sidecar *sc, const uint8_t *p,
    size_t len);

/**
 * sealed_ad(out, node, seq): Write the associated data of the message of entry seq
 * of a node.  Return its length.  A node id is at most 31 bytes; what is longer is
 * cut.
 */
size_t sealed_ad(uint8_t out[SEALED_AD_MAX], const char *node, uint64_t seq);

#endif /* !LIANGKA_SEALED_H_ */
