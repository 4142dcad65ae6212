#include <string.h>

#include "wire.h"

/* The table of fields, by tag. */
static const struct {
	uint8_t kind;
	uint16_t max;
	const char *name;
} tags[WIRE_T_MAX] = {
#define WIRE_TAG(id, NAME, name, kind, max) [id] = { kind, max, name },
#include "wire_tags.h"
#undef WIRE_TAG
};

/* Read two bytes, little-endian. */
static unsigned
get16(const uint8_t *p)
{

	return (p[0] | (unsigned)p[1] << 8);
}

/* Read four bytes, little-endian. */
static uint32_t
get32(const uint8_t *p)
{

	return (p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 |
	    (uint32_t)p[3] << 24);
}

/* Write two bytes, little-endian. */
static void
put16(uint8_t *p, unsigned v)
{

	p[0] = (uint8_t)v;
	p[1] = (uint8_t)(v >> 8);
}

/* Write four bytes, little-endian. */
static void
put32(uint8_t *p, uint32_t v)
{

	put16(p, v & 0xffff);
	put16(&p[2], v >> 16);
}

/* Read a frame header. */
int
wire_header_read(struct wire_header *h, const uint8_t p[WIRE_HEADER])
{

	memset(h, 0, sizeof(*h));
	if (get32(p) != WIRE_MAGIC)
		return (WIRE_BAD_MAGIC);
	if (get32(&p[8]) != 0)
		return (WIRE_BAD_FLAGS);
	if (get32(&p[12]) > WIRE_BODY_MAX)
		return (WIRE_TOO_LONG);
	h->version = (uint16_t)get16(&p[4]);
	h->type = (uint16_t)get16(&p[6]);
	h->length = get32(&p[12]);
	memcpy(h->id, &p[16], WIRE_ID);
	return (WIRE_OK);
}

/* Is a value of this length right for its tag? */
static int
judge(unsigned tag, const uint8_t *p, size_t len)
{

	switch (tags[tag].kind) {
	case WIRE_U32:
	case WIRE_U64:
	case WIRE_BYTES:
		return (len == tags[tag].max ? WIRE_OK : WIRE_BAD_LENGTH);
	case WIRE_TEXT:
		if (len > tags[tag].max)
			return (WIRE_BAD_LENGTH);
		if (len > 0 && memchr(p, 0, len) != NULL)
			return (WIRE_NUL);
		return (WIRE_OK);
	case WIRE_BLOB:
		return (len > tags[tag].max ? WIRE_BAD_LENGTH : WIRE_OK);
	default:
		return (WIRE_UNKNOWN_TAG);
	}
}

/* Find all fields of a body. */
int
wire_fields_read(struct wire_fields *f, const uint8_t *body, size_t len)
{
	unsigned tag = 0;
	size_t pos = 0, n;
	int rc = WIRE_OK;

	memset(f->present, 0, sizeof(f->present));
	f->bad_tag = 0;
	while (pos < len) {
		tag = 0;
		if (len - pos < 4) {
			rc = WIRE_TRUNCATED;
			break;
		}
		tag = get16(&body[pos]);
		n = get16(&body[pos + 2]);
		pos += 4;
		if (n > len - pos) {
			rc = WIRE_TRUNCATED;
			break;
		}
		if (tag < WIRE_T_MAX) {
			if ((rc = judge(tag, &body[pos], n)) != WIRE_OK)
				break;
			if (wire_has(f, tag)) {
				rc = WIRE_REPEATED;
				break;
			}
			f->present[tag >> 6] |= (uint64_t)1 << (tag & 63);
			f->f[tag].p = &body[pos];
			f->f[tag].len = n;
		} else if ((tag & 0x8000) == 0) {
			rc = WIRE_UNKNOWN_TAG;
			break;
		}
		pos += n;
	}
	if (rc != WIRE_OK) {
		memset(f->present, 0, sizeof(f->present));
		f->bad_tag = (int)tag;
	}
	return (rc);
}

/* Return a 32-bit field. */
uint32_t
wire_u32(const struct wire_fields *f, unsigned tag, uint32_t otherwise)
{

	if (!wire_has(f, tag) || tags[tag].kind != WIRE_U32)
		return (otherwise);
	return (get32(f->f[tag].p));
}

/* Return a 64-bit field. */
uint64_t
wire_u64(const struct wire_fields *f, unsigned tag, uint64_t otherwise)
{
	const uint8_t *p;

	if (!wire_has(f, tag) || tags[tag].kind != WIRE_U64)
		return (otherwise);
	p = f->f[tag].p;
	return (get32(p) | (uint64_t)get32(p + 4) << 32);
}

/* Return a text field in place. */
const char *
wire_text(const struct wire_fields *f, unsigned tag, size_t *len)
{

	if (!wire_has(f, tag)) {
		*len = 0;
		return ("");
	}
	*len = f->f[tag].len;
	return ((const char *)f->f[tag].p);
}

/* Copy a text field out. */
int
wire_copy(const struct wire_fields *f, unsigned tag, char *dst, size_t size)
{
	const char *s;
	size_t len;

	s = wire_text(f, tag, &len);
	if (len >= size) {
		dst[0] = '\0';
		return (-1);
	}
	memcpy(dst, s, len);
	dst[len] = '\0';
	return (0);
}

/* Begin to write frames. */
void
wire_out_init(struct wire_out *o, void *buf, size_t cap)
{

	o->buf = buf;
	o->cap = cap;
	o->len = o->start = 0;
	o->failed = 0;
}

/* Open a frame. */
void
wire_begin(struct wire_out *o, unsigned type, const uint8_t id[WIRE_ID])
{
	uint8_t *p;

	o->start = o->len;
	o->failed = 0;
	if (o->cap - o->len < WIRE_HEADER) {
		o->failed = 1;
		return;
	}
	p = &o->buf[o->len];
	put32(p, WIRE_MAGIC);
	put16(&p[4], WIRE_VERSION);
	put16(&p[6], type);
	put32(&p[8], 0);
	put32(&p[12], 0);
	memcpy(&p[16], id, WIRE_ID);
	o->len += WIRE_HEADER;
}

/* Close a frame. */
int
wire_end(struct wire_out *o)
{
	size_t body = o->len - o->start - WIRE_HEADER;

	if (o->failed || body > WIRE_BODY_MAX) {
		o->len = o->start;
		o->failed = 0;
		return (-1);
	}
	put32(&o->buf[o->start + 12], (uint32_t)body);
	return (0);
}

/* Make room for a field and return where its value goes. */
static uint8_t *
room(struct wire_out *o, unsigned tag, size_t len)
{
	uint8_t *p;

	if (o->failed || o->cap - o->len < 4 + len || len > 0xffff) {
		o->failed = 1;
		return (NULL);
	}
	p = &o->buf[o->len];
	put16(p, tag);
	put16(&p[2], (unsigned)len);
	o->len += 4 + len;
	return (&p[4]);
}

/* Add a 32-bit field. */
void
wire_put_u32(struct wire_out *o, unsigned tag, uint32_t v)
{
	uint8_t *p;

	if ((p = room(o, tag, 4)) != NULL)
		put32(p, v);
}

/* Add a 64-bit field. */
void
wire_put_u64(struct wire_out *o, unsigned tag, uint64_t v)
{
	uint8_t *p;

	if ((p = room(o, tag, 8)) != NULL) {
		put32(p, (uint32_t)v);
		put32(&p[4], (uint32_t)(v >> 32));
	}
}

/* Add bytes or a text of known length. */
void
wire_put_bytes(struct wire_out *o, unsigned tag, const void *v, size_t len)
{
	uint8_t *p;

	if (len > wire_tag_max(tag)) {
		o->failed = 1;
		return;
	}
	if ((p = room(o, tag, len)) != NULL && len > 0)
		memcpy(p, v, len);
}

/* Add a text; an empty one is left out. */
void
wire_put_text(struct wire_out *o, unsigned tag, const char *s)
{
	size_t len = strlen(s);

	if (len > 0)
		wire_put_bytes(o, tag, s, len);
}

/* Return a tag's name. */
const char *
wire_tag_name(unsigned tag)
{

	if (tag >= WIRE_T_MAX || tags[tag].name == NULL)
		return ("unknown field");
	return (tags[tag].name);
}

/* Return a tag's greatest length. */
size_t
wire_tag_max(unsigned tag)
{

	return (tag < WIRE_T_MAX ? tags[tag].max : 0);
}

/* Return a sentence for a fault. */
const char *
wire_fault_text(int fault)
{

	switch (fault) {
	case WIRE_OK:
		return ("no fault");
	case WIRE_BAD_MAGIC:
		return ("not a liangka frame");
	case WIRE_BAD_VERSION:
		return ("protocol version not supported");
	case WIRE_BAD_FLAGS:
		return ("unknown frame flags");
	case WIRE_TOO_LONG:
		return ("frame longer than 64 KiB");
	case WIRE_TRUNCATED:
		return ("field runs past the end of the frame");
	case WIRE_UNKNOWN_TAG:
		return ("unknown field");
	case WIRE_BAD_LENGTH:
		return ("field has a wrong length");
	case WIRE_REPEATED:
		return ("field stands twice");
	case WIRE_NUL:
		return ("text holds a NUL byte");
	default:
		return ("unknown fault");
	}
}
