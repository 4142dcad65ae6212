#ifndef LIANGKA_INTAKEROW_H_
#define LIANGKA_INTAKEROW_H_

/*
 * A row of an institution's file on its way to the daemon, many to a frame, and what
 * became of each.  Packed, little-endian:
 *
 *	u16 length of all this	u8 kind		u8 flags	u8 id_type
 *	u8 product		u8 operation	u8 channel	u16 quantity
 *	i64 at			then the texts of enum intakerow_text in that order,
 *				each u8 length and bytes, the last u16 length and bytes
 *
 * A result has four bytes: outcome, why, field, detail.  Whoever sends rows is not
 * believed: every code and text is judged anew by the daemon.  Pure; any thread.
 */

#include <stddef.h>
#include <stdint.h>

#define INTAKEROW_MAX 2048	/* bytes of a packed row */
#define INTAKEROW_ROWS 1000	/* rows of a frame: their results fit its reply */
#define INTAKEROW_RESULT 4	/* bytes of a result */

/* WIRE_T_INTAKE_FLAGS */
#define INTAKEROW_DRY 0x1u	/* judge, write nothing */
#define INTAKEROW_STOCK 0x2u	/* cards held before: nothing new happened */

enum intakerow_kind {
	INTAKEROW_OPEN = 1,	/* INTAKE_OPEN */
	INTAKEROW_CLOSE = 2,	/* INTAKE_CLOSE */
	INTAKEROW_FILE = 3	/* all of a file was sent: `at` = rows, REF = its SHA-256
				 * in hex, NOTE = what came of it */
};

/* intakerow.flags */
#define INTAKEROW_DATED 0x1u	/* `at` is the beginning of a UTC+8 day, no more is known */

enum intakerow_text {
	INTAKEROW_INST,
	INTAKEROW_REF,		/* the card reference */
	INTAKEROW_ID,
	INTAKEROW_COUNTRY,
	INTAKEROW_OUTLET,
	INTAKEROW_TELLER,
	INTAKEROW_TXN,
	INTAKEROW_VISIT,
	INTAKEROW_PHONE,
	INTAKEROW_NOTE,		/* the address */
	INTAKEROW_TEXTS
};

struct intakerow {
	int32_t kind;
	uint32_t flags;
	int32_t id_type;	/* LK_ID_* and so on; 0: not given */
	int32_t product;
	int32_t operation;
	int32_t channel;
	int32_t quantity;
	int64_t at;		/* UTC ms; 0: not known */
	struct {
		const char *p;	/* UTF-8, not terminated */
		size_t len;
	} text[INTAKEROW_TEXTS];
};

enum intakerow_outcome {
	INTAKEROW_NO_OUTCOME,
	INTAKEROW_NEW,		/* recorded; detail: 1 when an alert was raised */
	INTAKEROW_KNOWN,	/* as it stands; nothing was written */
	INTAKEROW_MERGED,	/* belongs to an opening that was checked here */
	INTAKEROW_AMBIGUOUS,	/* may belong to `detail` openings: not recorded */
	INTAKEROW_CLOSED,	/* the closing was recorded */
	INTAKEROW_BUSY,		/* not looked at: send it again */
	INTAKEROW_REFUSED,	/* see why */
	INTAKEROW_OUTCOMES
};

enum intakerow_why {
	INTAKEROW_FINE,
	INTAKEROW_MISSING,	/* the field is empty */
	INTAKEROW_LONG,		/* or too long */
	INTAKEROW_UNTEXT,	/* not UTF-8, or with control characters */
	INTAKEROW_CODE,		/* a code that nobody knows */
	INTAKEROW_DOCUMENT,	/* detail: enum identity_fault */
	INTAKEROW_TIME,		/* before 1990 or after now */
	INTAKEROW_RIGHT,	/* no right to speak for this institution */
	INTAKEROW_PERSON,	/* the reference is another person's */
	INTAKEROW_PRODUCT,	/* it is another product's */
	INTAKEROW_UNKNOWN,	/* a closing of a card that was never told */
	INTAKEROW_EARLIER,	/* closed before it was opened */
	INTAKEROW_ENTRY,	/* too much for one entry */
	INTAKEROW_WHYS
};

/* What a reason is about. */
enum intakerow_field {
	INTAKEROW_F_NONE,
	INTAKEROW_F_INST,
	INTAKEROW_F_REF,
	INTAKEROW_F_ID_TYPE,
	INTAKEROW_F_ID,
	INTAKEROW_F_COUNTRY,
	INTAKEROW_F_PRODUCT,
	INTAKEROW_F_OPENED,
	INTAKEROW_F_CLOSED,
	INTAKEROW_F_OUTLET,
	INTAKEROW_F_TELLER,
	INTAKEROW_F_TXN,
	INTAKEROW_F_VISIT,
	INTAKEROW_F_PHONE,
	INTAKEROW_F_ADDRESS,
	INTAKEROW_F_OPERATION,
	INTAKEROW_F_CHANNEL,
	INTAKEROW_F_QUANTITY,
	INTAKEROW_F_KIND,
	INTAKEROW_FIELDS
};

struct intakerow_result {
	uint8_t outcome;
	uint8_t why;
	uint8_t field;
	uint8_t detail;
};

/**
 * intakerow_put(r, buf, cap): Pack a row.  Return its bytes, 0 when it does not fit, or a
 * text is too long for its place (255 bytes; the last one 1,000).
 */
size_t intakerow_put(const struct intakerow *r, uint8_t *buf, size_t cap);

/**
 * intakerow_get(r, buf, len): Read the row that begins at buf; its texts point into it.
 * Return its bytes, 0 when they are no row.
 */
size_t intakerow_get(struct intakerow *r, const uint8_t *buf, size_t len);

/**
 * intakerow_count(buf, len): Return how many rows there are, or -1 when these bytes are
 * not whole rows and nothing else, or more than INTAKEROW_ROWS.
 */
int intakerow_count(const uint8_t *buf, size_t len);

/**
 * intakerow_why_text(r, english): Say why a row was refused, or is ambiguous: a sentence
 * for people, with no part of the row.  Constant.
 * intakerow_why_word(why), intakerow_field_word(field): for JSON; "" for none.
 */
const char *intakerow_why_text(const struct intakerow_result *r, int english);
const char *intakerow_why_word(int why);
const char *intakerow_field_word(int field);

#endif /* !LIANGKA_INTAKEROW_H_ */
