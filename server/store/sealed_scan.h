#ifndef SEALED_SCAN_H_
#define SEALED_SCAN_H_

/*
 * The records of one file of sealed identities (see sealed.h), read in order and past
 * damage: a record that does not check is left out, the next that does is looked
 * for byte by byte.
 */

#include <stddef.h>
#include <stdint.h>

#include "disk.h"
#include "sealed.h"

#define SEALED_MAGIC	"lkseal1\n"
#define SEALED_MAGIC_LEN 8
#define SEALED_HEAD	5	/* length and kind */
#define SEALED_CHECK	8
#define SEALED_KEY	1
#define SEALED_IDENTITY	2
#define SEALED_ERASED	3
#define SEALED_BODY_MAX	(16 + SEALED_MESSAGE_MAX)
#define SEALED_RECORD_MAX (SEALED_HEAD + SEALED_BODY_MAX + SEALED_CHECK)

/* One record; data points into the scan until its next call. */
struct sealed_record {
	uint64_t off;		/* in the file */
	size_t size;		/* of all of it */
	int kind;
	int whole;		/* its check is right */
	uint64_t id;		/* key number, or seq */
	uint64_t key;		/* of an identity: its data key */
	const uint8_t *data;	/* CMS or message; of an erased one: zeros */
	size_t len;
};

struct sealed_scan {
	const struct disk *disk;
	int fd;
	uint64_t size;		/* of the file when the scan began */
	uint64_t off;		/* where to look next */
	uint64_t good;		/* end of the last record */
	int magic;		/* the file begins as it should */
	uint64_t damaged;	/* first damaged byte that a record follows */
	int damage;		/* there is one */
	uint64_t base;		/* of the window */
	size_t have;
	uint8_t window[4 * SEALED_RECORD_MAX];
};

/**
 * sealed_scan_new(disk, fd): Begin to read an open file.  Return the scan, for
 * free(), or NULL with errno set.
 */
struct sealed_scan *sealed_scan_new(const struct disk *disk, int fd);

/**
 * sealed_scan_next(s, r): Find the next record: one whose check is right, one half
 * erased, or (whole 0) one that is damaged but stands right between its neighbours.
 * Return 1, 0 at the end (s->good then ends the last record; what is behind it is a
 * torn tail), or -1 with errno set.
 */
int sealed_scan_next(struct sealed_scan *s, struct sealed_record *r);

/**
 * sealed_record_write(out, kind, id, key, data, len): Write a record; out has room
 * for SEALED_RECORD_MAX.  key is for an identity alone; an erased one gets len + 8
 * zeros.  Return its length.
 */
size_t sealed_record_write(uint8_t *out, int kind, uint64_t id, uint64_t key,
    const uint8_t *data, size_t len);

/**
 * sealed_put64(p, v), sealed_get64(p): Big-endian numbers.
 */
void sealed_put64(uint8_t *p, uint64_t v);
uint64_t sealed_get64(const uint8_t *p);

#endif /* !SEALED_SCAN_H_ */
