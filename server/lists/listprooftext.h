#ifndef LIANGKA_LISTPROOFTEXT_H_
#define LIANGKA_LISTPROOFTEXT_H_

/*
 * The proof that one token stands, or does not stand, on a version of a list, as a file
 * that can be carried anywhere: the bucket of the token with all of its records, the
 * inclusion proof of the bucket (store/listproof.h), and the signed targets file that
 * names the root.
 *
 *	liangka-list-proof 1
 *	list sanction
 *	version 12
 *	epoch 1
 *	count 118004
 *	bits 10
 *	root <64 digits>
 *	token <32 digits>
 *	records 2
 *	<48 digits> for each
 *	hashes 10
 *	<64 digits> for each
 *	targets 5 <bytes>
 *	<the file as it is>
 *
 * There is one way to write it.  Threads: any, each on its own struct.
 */

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "store/listrec.h"

#define LISTPROOFTEXT_ERROR_MAX 1024
#define LISTPROOFTEXT_MAX ((size_t)8 << 20) /* bytes of a file */
#define LISTPROOFTEXT_RECORDS_MAX 65536

struct disk;

struct listprooftext {
	struct list_info info;	/* subject is not part of it */
	struct token token;
	struct listrec *r;	/* the bucket, owned */
	size_t n;
	size_t hashes;		/* info.bits of them */
	uint8_t hash[LIST_BITS_MAX][32];
	uint32_t targets_version;
	char *targets;		/* owned */
	size_t targets_len;
};

/**
 * listprooftext_make(p, info, r, n, t, targets_version, targets, len): Make the proof of
 * token t out of all n records of a list; the targets file is copied.  Return 0, or -1
 * (no memory, or the records do not yield the root).  For listprooftext_free().
 * listprooftext_free(p): A zeroed one is allowed.
 */
int listprooftext_make(struct listprooftext *p, const struct list_info *info,
    const struct listrec *r, size_t n, const struct token *t,
    uint32_t targets_version, const char *targets, size_t len);
void listprooftext_free(struct listprooftext *p);

/**
 * listprooftext_print(p, f): Write it.
 * listprooftext_read(p, name, text, len, err): Read one; name stands in messages with a
 * line.  Return 0, for listprooftext_free(), or -1.
 */
void listprooftext_print(const struct listprooftext *p, FILE *f);
int listprooftext_read(struct listprooftext *p, const char *name,
    const char *text, size_t len, char *err);

/**
 * listprooftext_proves(p, r): Does it prove, against its own root, that the token stands
 * on the list (1, its record in *r; see LISTREC_CLEARED), that it does not (0), or
 * nothing (-1)?
 * listprooftext_signed(p, disk, root, err): Was that root signed?  root is a root.json
 * that the caller trusts, in force when the version was published.  Return 0 or -1.
 */
int listprooftext_proves(const struct listprooftext *p, struct listrec *r);
int listprooftext_signed(const struct listprooftext *p, const struct disk *disk,
    const char *root, char *err);

#endif /* !LIANGKA_LISTPROOFTEXT_H_ */
