#ifndef LIANGKA_LISTREC_H_
#define LIANGKA_LISTREC_H_

/*
 * One record of a list: 24 bytes, the same in the files that the centre publishes, in
 * the built list and in memory; numbers are little-endian.  Records of a list stand
 * strictly ascending by token, so there is at most one for each.
 *
 * A list's tree: the token space is cut into 2^bits buckets by the token's leading
 * bits; leaf i of an RFC 6962 tree is the concatenation of the records of bucket i
 * (possibly none), so leaf hash = SHA-256(0x00 || records).  The root over all
 * buckets is the content root that a target of the repository names.
 */

#include <stdint.h>

#include "keys/token.h"

#define LISTREC_LEN	24
#define LIST_ID_MAX	24	/* bytes of a list's id with the NUL: a-z 0-9 - */
#define LIST_BITS_MAX	20

enum list_subject { LIST_PERSON, LIST_CARD, LIST_PHONE };

/* listrec.flags */
#define LISTREC_CLEARED 0x1u	/* was listed, an appeal succeeded: category is 0; it
				 * stands in snapshots too, as a proof */
#define LISTREC_GONE	0x2u	/* in a delta only: the token is not listed any more */

struct listrec {
	struct token token;	/* under K_list of the list's epoch */
	uint8_t category;	/* enum category */
	uint8_t severity;	/* 1..9 */
	uint8_t flags[2];	/* LISTREC_*, little-endian */
	uint8_t expiry[2];	/* last day (UTC+8, days since 1970), 0: none */
	uint8_t source[2];	/* enum basis */
};

_Static_assert(sizeof(struct listrec) == LISTREC_LEN, "no padding");

/* What a list says of itself, beside its records. */
struct list_info {
	char id[LIST_ID_MAX];
	uint32_t subject;	/* enum list_subject */
	uint32_t epoch;		/* of K_list */
	uint32_t version;	/* rises by one with each publication */
	uint32_t bits;
	uint64_t count;		/* of records, cleared ones too */
	uint8_t root[32];
};

static inline unsigned
listrec_flags(const struct listrec *r)
{

	return (r->flags[0] | (unsigned)r->flags[1] << 8);
}

static inline unsigned
listrec_expiry(const struct listrec *r)
{

	return (r->expiry[0] | (unsigned)r->expiry[1] << 8);
}

static inline unsigned
listrec_source(const struct listrec *r)
{

	return (r->source[0] | (unsigned)r->source[1] << 8);
}

/**
 * listrec_bucket(t, bits): Return the bucket of a token.
 */
static inline uint32_t
listrec_bucket(const struct token *t, unsigned bits)
{
	uint32_t top = (uint32_t)t->b[0] << 24 | (uint32_t)t->b[1] << 16 |
	    (uint32_t)t->b[2] << 8 | t->b[3];

	return (bits == 0 ? 0 : top >> (32 - bits));
}

/**
 * listrec_bits(count): Return the bits that a new snapshot of so many records gets:
 * the fewest with at most 160 records a bucket on average.
 */
static inline unsigned
listrec_bits(uint64_t count)
{
	unsigned bits = 0;

	while (bits < LIST_BITS_MAX && count >> bits > 160)
		bits++;
	return (bits);
}

#endif /* !LIANGKA_LISTREC_H_ */
