#ifndef LIANGKA_WIRE_H_
#define LIANGKA_WIRE_H_

/*
 * The wire between plugin, daemon and parent: frames and their fields.  The
 * codec knows no socket, allocates nothing and never reads past what it is
 * given.  All integers are little-endian.
 *
 * Frame: a header of 32 bytes, then `length` bytes of body.
 *	 0  u32 magic "LKW1"	 4  u16 version	      6  u16 type
 *	 8  u32 flags (zero)	12  u32 length	     16  16 bytes request id
 * Body: fields, each u16 tag, u16 length, value.  A tag may stand once.  Every
 * tag has its kind and exact or greatest length in one table (wire_tags.h).
 * An unknown tag is an error when its high bit is clear, skipped when set.
 *
 * A reply has the type of its request with WIRE_REPLY set and the same request
 * id; whoever gets a reply with another id closes the connection.
 */

#include <stddef.h>
#include <stdint.h>

#define WIRE_MAGIC 0x31574b4cu /* "LKW1" */
#define WIRE_VERSION 1
#define WIRE_HEADER 32
#define WIRE_ID 16
#define WIRE_BODY_MAX 65504 /* header and body: 64 KiB less a cache line */
#define WIRE_REPLY 0x8000u

/* Message types. */
enum wire_type {
	WIRE_HELLO = 1,
	WIRE_CHECK = 16,
	WIRE_CONFIRM,
	WIRE_CANCEL,
	WIRE_RETIRE,
	WIRE_VOID,
	WIRE_REPORT,
	WIRE_REVIEW,
	WIRE_RESOLVE,
	WIRE_STATUS,
	WIRE_INTAKE,
	WIRE_DECIDE, /* the desk approves or denies a held case */
	WIRE_CLOCK,  /* an operator re-bases the journal clock */
	WIRE_STAFF,  /* staff looks up, unseals or erases: a signed statement */
	WIRE_DESK,   /* what waits at the desk: cases, alerts */
	WIRE_TAKEIN, /* many rows of a file at once */
	WIRE_FLEET,  /* an operator asks for the nodes below */
	/* from a node to the one above it, on a link */
	WIRE_JOIN = 48, /* who we are, and how far we are */
	WIRE_CONSULT,	/* what do you say of this applicant? */
	WIRE_EVENTS,	/* entries of our journal */
	WIRE_BEAT,	/* we live; the head of our log */
	WIRE_PULL,	/* what was said of our cases, since */
	WIRE_TYPE_MAX
};

enum wire_kind {
	WIRE_NONE,
	WIRE_U32,   /* exactly 4 bytes; also signed */
	WIRE_U64,   /* exactly 8 bytes; also signed */
	WIRE_TEXT,  /* 0..max bytes, no NUL; encoding as WIRE_T_ENCODING says */
	WIRE_BYTES, /* exactly max bytes */
	WIRE_BLOB,  /* 0..max bytes of any value */
};

enum wire_tag {
	WIRE_T_NONE = 0,
#define WIRE_TAG(id, NAME, name, kind, max) WIRE_T_##NAME = id,
#include "wire_tags.h"
#undef WIRE_TAG
	WIRE_T_MAX = 192
};

/* WIRE_T_ENCODING */
#define WIRE_UTF8 0
#define WIRE_GB18030 1

/* WIRE_T_INTAKE_KIND */
#define WIRE_INTAKE_OPEN 1
#define WIRE_INTAKE_CLOSE 2

/* WIRE_T_DESK_WHAT */
#define WIRE_DESK_CASES 1
#define WIRE_DESK_ALERTS 2

/* WIRE_T_ABOVE_STATE */
#define WIRE_ABOVE_DOWN 1
#define WIRE_ABOVE_UP 2
#define WIRE_ABOVE_PROBING 3 /* up, and not yet trusted to answer in time */

struct wire_header {
	uint16_t version;
	uint16_t type;
	uint32_t length;	/* of the body */
	uint8_t id[WIRE_ID];
};

enum wire_fault {
	WIRE_OK = 0,
	WIRE_BAD_MAGIC = -1,
	WIRE_BAD_VERSION = -2,
	WIRE_BAD_FLAGS = -3,
	WIRE_TOO_LONG = -4,
	WIRE_TRUNCATED = -5,
	WIRE_UNKNOWN_TAG = -6,
	WIRE_BAD_LENGTH = -7,
	WIRE_REPEATED = -8,
	WIRE_NUL = -9
};

/* The fields of one body, pointing into it: valid as long as the body is. */
struct wire_fields {
	uint64_t present[WIRE_T_MAX / 64];
	int bad_tag;		/* the tag a fault is about, or 0 */
	struct wire_view {
		const uint8_t *p;
		size_t len;
	} f[WIRE_T_MAX];
};

/* A frame being written into memory of the caller's; errors stick. */
struct wire_out {
	uint8_t *buf;
	size_t cap;
	size_t len;
	size_t start;		/* where the open frame begins */
	int failed;
};

/**
 * wire_header_read(h, p): Read the 32 bytes at p into h.  Return WIRE_OK, or
 * WIRE_BAD_MAGIC, WIRE_BAD_FLAGS, WIRE_TOO_LONG.  The version is not judged
 * here: HELLO must be readable from any.
 */
int wire_header_read(struct wire_header *h, const uint8_t p[WIRE_HEADER]);

/**
 * wire_fields_read(f, body, len): Find all fields in the body.  Return WIRE_OK,
 * or a fault with f->bad_tag set where a tag is to blame; then no field is
 * present.
 */
int wire_fields_read(struct wire_fields *f, const uint8_t *body, size_t len);

/**
 * wire_has(f, tag): Return nonzero when the field is there.
 */
static inline int
wire_has(const struct wire_fields *f, unsigned tag)
{

	return ((f->present[tag >> 6] >> (tag & 63)) & 1);
}

/**
 * wire_u32(f, tag, otherwise), wire_u64(f, tag, otherwise): Return a number, or
 * `otherwise` where the field is absent.
 */
uint32_t wire_u32(const struct wire_fields *f, unsigned tag,
    uint32_t otherwise);
uint64_t wire_u64(const struct wire_fields *f, unsigned tag,
    uint64_t otherwise);

/**
 * wire_text(f, tag, len): Return the bytes of a text field (not terminated) and
 * its length in *len; "" and 0 where absent.
 */
const char *wire_text(const struct wire_fields *f, unsigned tag, size_t *len);

/**
 * wire_copy(f, tag, dst, size): Copy a text field into dst as a NUL-terminated
 * string ("" where absent).  Return 0, or -1 (and "") when it does not fit.
 */
int wire_copy(const struct wire_fields *f, unsigned tag, char *dst,
    size_t size);

/**
 * wire_out_init(o, buf, cap): Begin to write frames at buf.
 */
void wire_out_init(struct wire_out *o, void *buf, size_t cap);

/**
 * wire_begin(o, type, id): Open a frame.  wire_end(o): close it, filling in the
 * length.  wire_end returns 0, or -1 when it did not fit; the frame is then
 * taken back wholly and o can go on.
 */
void wire_begin(struct wire_out *o, unsigned type, const uint8_t id[WIRE_ID]);
int wire_end(struct wire_out *o);

/**
 * wire_put_u32(o, tag, v), wire_put_u64(o, tag, v), wire_put_bytes(o, tag, p,
 * len), wire_put_text(o, tag, s): Add a field.  A text longer than its tag
 * allows, or an empty text, fails and is left out, respectively.
 */
void wire_put_u32(struct wire_out *o, unsigned tag, uint32_t v);
void wire_put_u64(struct wire_out *o, unsigned tag, uint64_t v);
void wire_put_bytes(struct wire_out *o, unsigned tag, const void *p,
    size_t len);
void wire_put_text(struct wire_out *o, unsigned tag, const char *s);

/**
 * wire_tag_name(tag), wire_fault_text(fault): Names for messages, e.g.
 * "txn_id"; never NULL.
 */
const char *wire_tag_name(unsigned tag);
const char *wire_fault_text(int fault);

/**
 * wire_tag_max(tag): Return the greatest length of a field, 0 for an unknown
 * tag.
 */
size_t wire_tag_max(unsigned tag);

#endif /* !LIANGKA_WIRE_H_ */
