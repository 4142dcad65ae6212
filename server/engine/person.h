#ifndef LIANGKA_PERSON_H_
#define LIANGKA_PERSON_H_

/*
 * The record of one person: what is open, reserved or was tried, in time order,
 * from which every sliding window is counted exactly.
 *
 * Invariants (person_check() tests them)
 *  1. Openings are ordered by (at, seq); attempts by seq.
 *  2. nopen <= PERSON_OPENINGS and natt <= PERSON_ATTEMPTS.
 *  3. An opening that is issued and not closed is never dropped: not by age, not
 *     by attempts, not by newer openings.  When nothing else can go and there is
 *     no room, the newcomer is left out and PERSON_OVERFLOW set for good.
 *  4. What was cancelled, voided, superseded or has expired is not in the record.
 */

#include <stddef.h>
#include <stdint.h>

#define PERSON_VERSION 1
#define PERSON_OPENINGS 256
#define PERSON_ATTEMPTS 64
#define PERSON_KEEP_S (400 * 86400) /* closed openings and attempts */

#define PERSON_OVERFLOW 0x1u	/* openings were left out */
#define PERSON_ATT_OVERFLOW 0x2u /* attempts younger than that were left out */

enum opening_state {
	OPENING_RESERVED = 1,	/* counts while now < until */
	OPENING_HELD = 2,	/* the same, under review */
	OPENING_ISSUED = 3,
	OPENING_CLOSED = 4	/* until = when it was closed */
};

#define OPENING_DATE_ONLY 0x1u	/* known by its day, not its hour */
#define OPENING_OVERRIDE 0x2u	/* issued against the decision or too late */
#define OPENING_INTAKE 0x4u	/* reported, not checked here */

struct opening {
	uint64_t seq;		/* of the decision, or of the entry itself */
	uint64_t visit;
	uint32_t at;		/* UTC seconds */
	uint32_t until;		/* UTC seconds */
	uint32_t inst;		/* interned names */
	uint32_t outlet;
	uint16_t quantity;
	uint8_t product;
	uint8_t state;
	uint8_t flags;
	uint8_t operation;
	uint8_t spare[2];
};

struct attempt {
	uint64_t seq;
	uint32_t at;
	uint8_t decision;
	uint8_t inst[3];	/* interned name, low byte first */
};

/* A record unpacked for reading and change; about 11 KiB. */
struct person {
	uint32_t flags;
	uint32_t nopen;
	uint32_t natt;
	uint32_t clear_until;	/* a clearance: UTC seconds, 0 = none */
	uint32_t clear_left;	/* openings it still covers */
	struct opening open[PERSON_OPENINGS];
	struct attempt att[PERSON_ATTEMPTS];
};

/**
 * person_init(p): Make p the record of somebody never seen.
 */
void person_init(struct person *p);

/**
 * person_unpack(p, buf, len): Read a stored record; NULL or len 0 gives
 * person_init().  Return 0, or -1 when the bytes are no record (p is then as
 * after person_init()).
 */
int person_unpack(struct person *p, const void *buf, size_t len);

/**
 * person_packed(p): Return the stored size in bytes.  person_pack(p, buf): write
 * that many bytes to buf.
 */
size_t person_packed(const struct person *p);
void person_pack(const struct person *p, void *buf);

/**
 * person_prune(p, now): Drop reservations that have expired by now (UTC
 * seconds), and closed openings and attempts older than PERSON_KEEP_S.
 */
void person_prune(struct person *p, uint32_t now);

/**
 * person_open(p, o, now): Add an opening in time order.  When there is no room,
 * closed openings go, oldest first; else o is left out and PERSON_OVERFLOW set.
 */
void person_open(struct person *p, const struct opening *o, uint32_t now);

/**
 * person_find(p, seq): Return the opening of this seq that is not closed, else a
 * closed one, else NULL.
 */
struct opening *person_find(struct person *p, uint64_t seq);

/**
 * person_reservation(p, inst, outlet, product, now): Return the live reservation
 * (reserved or held) of this outlet and product, or NULL.
 */
const struct opening *person_reservation(const struct person *p, uint32_t inst,
    uint32_t outlet, int product, uint32_t now);

/**
 * person_remove(p, o): Drop an opening that person_find() returned.
 */
void person_remove(struct person *p, struct opening *o);

/**
 * person_move(p, o, at): Change when the opening happened, keeping time order.
 * Return where it now is.
 */
struct opening *person_move(struct person *p, struct opening *o, uint32_t at);

/**
 * person_close(p, o, at, quantity): Close `quantity` of the opening's items.
 */
void person_close(struct person *p, struct opening *o, uint32_t at,
    unsigned quantity);

/**
 * person_attempt(p, seq, at, decision, inst): Note an attempt.  When there is no room
 * the oldest goes and PERSON_ATT_OVERFLOW is set.
 */
void person_attempt(struct person *p, uint64_t seq, uint32_t at, int decision,
    uint32_t inst);

/**
 * person_attempted(p, seq, decision): An attempt was decided otherwise in the end.
 */
void person_attempted(struct person *p, uint64_t seq, int decision);

/**
 * person_attempt_inst(t): Return the institution that was asked.
 */
static inline uint32_t
person_attempt_inst(const struct attempt *t)
{

	return (t->inst[0] | (uint32_t)t->inst[1] << 8 |
	    (uint32_t)t->inst[2] << 16);
}

/**
 * person_unattempt(p, seq): Take an attempt back.
 */
void person_unattempt(struct person *p, uint64_t seq);

/**
 * person_join(p, other): Add what another document of the same person opened and tried,
 * so that windows count all of it.  What does not fit sets PERSON_OVERFLOW or
 * PERSON_ATT_OVERFLOW; a clearance stays with its own document.  The result is for
 * counting only: it is not stored.
 */
void person_join(struct person *p, const struct person *other);

/**
 * person_check(p): Return 0 when the invariants hold.
 */
int person_check(const struct person *p);

#endif /* !LIANGKA_PERSON_H_ */
