#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plugin.h"

#include "engine/day.h"
#include "keys/seal.h"
#include "keys/sha256.h"
#include "store/sealed.h"

#include "core.h"
#include "sealing.h"

#define TEXT_MAX 12288	/* all texts of a request, each byte escaped */
#define SIDECAR_MAX 16384	/* the log takes no longer one */

struct sealing {
	const struct seal_cert *cert;
	const char *node;
	struct seal_key *key;		/* NULL: none yet */
	int32_t day;			/* of the key */
	uint64_t number;		/* of the key */
	int sent;			/* its CMS stands in the journal */
	uint8_t message[TEXT_MAX + SEAL_OVERHEAD];
	uint8_t sidecar[SIDECAR_MAX];
};

/* The JSON being written; wiped by whoever holds it. */
struct text_out {
	char p[TEXT_MAX];
	size_t len;
	int full;
};

/* What of a request is sealed, in this order. */
static const struct {
	unsigned tag;
	unsigned needs;	/* a type counts only where its number is given */
} parts[] = {
	{ WIRE_T_ID_TYPE, WIRE_T_ID_NO },
	{ WIRE_T_ID_NO, 0 },
	{ WIRE_T_ID_COUNTRY, WIRE_T_ID_NO },
	{ WIRE_T_NAME, 0 },
	{ WIRE_T_PHONE, 0 },
	{ WIRE_T_ADDRESS, 0 },
	{ WIRE_T_AGENT_ID_TYPE, WIRE_T_AGENT_ID_NO },
	{ WIRE_T_AGENT_ID_NO, 0 },
	{ WIRE_T_AGENT_COUNTRY, WIRE_T_AGENT_ID_NO },
	{ WIRE_T_PREV_ID_TYPE, WIRE_T_PREV_ID_NO },
	{ WIRE_T_PREV_ID_NO, 0 },
	{ WIRE_T_PREV_COUNTRY, WIRE_T_PREV_ID_NO },
	{ WIRE_T_ORG_NO, 0 },
};

/* Make a sealer. */
struct sealing *
sealing_open(const struct seal_cert *cert, const char *node)
{
	struct sealing *s;

	if ((s = calloc(1, sizeof(*s))) == NULL)
		return (NULL);
	s->cert = cert;
	s->node = node;
	return (s);
}

/* Free it. */
void
sealing_close(struct sealing *s)
{

	if (s == NULL)
		return;
	seal_key_free(s->key);
	explicit_bzero(s, sizeof(*s));
	free(s);
}

/* Add bytes. */
static void
put(struct text_out *o, const char *s, size_t len)
{

	if (len > sizeof(o->p) - o->len) {
		o->full = 1;
		return;
	}
	memcpy(&o->p[o->len], s, len);
	o->len += len;
}

/* Add a number. */
static void
put_u64(struct text_out *o, uint64_t v)
{
	char digits[24];
	size_t i = sizeof(digits);

	do
		digits[--i] = (char)('0' + v % 10);
	while ((v /= 10) != 0);
	put(o, &digits[i], sizeof(digits) - i);
	explicit_bzero(digits, sizeof(digits));
}

/* Add a JSON string. */
static void
put_string(struct text_out *o, const char *s, size_t len)
{
	static const char hex[] = "0123456789abcdef";
	unsigned char c;
	size_t i;

	put(o, "\"", 1);
	for (i = 0; i < len; i++) {
		c = (unsigned char)s[i];
		if (c == '"' || c == '\\') {
			put(o, "\\", 1);
			put(o, &s[i], 1);
		} else if (c < 0x20) {
			put(o, "\\u00", 4);
			put(o, &hex[c >> 4], 1);
			put(o, &hex[c & 15], 1);
		} else
			put(o, &s[i], 1);
	}
	put(o, "\"", 1);
}

/* Write the JSON; return whether it names anybody, or -1 (refused). */
static int
write_text(struct text_out *o, struct request *q, uint64_t seq)
{
	int any = 0, number;
	struct text t;
	size_t i;

	put(o, "{\"seq\":", 7);
	put_u64(o, seq);
	for (i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		unsigned tag = parts[i].tag;

		number = tag == WIRE_T_ID_TYPE || tag == WIRE_T_AGENT_ID_TYPE ||
		    tag == WIRE_T_PREV_ID_TYPE;
		if (!wire_has(q->f, tag) || (parts[i].needs != 0 &&
		    q->f->f[parts[i].needs].len == 0))
			continue;
		if (!number && request_text(q, tag, &t) != 0)
			return (-1);
		if (!number && t.len == 0)
			continue;
		put(o, ",\"", 2);
		put(o, wire_tag_name(tag), strlen(wire_tag_name(tag)));
		put(o, "\":", 2);
		if (number)
			put_u64(o, wire_u32(q->f, tag, 0));
		else {
			put_string(o, t.p, t.len);
			any = 1;
		}
	}
	put(o, "}", 1);
	return (any);
}

/* Have a data key of this day. */
static int
renew(struct sealing *s, int32_t day)
{
	uint8_t digest[SHA256_LEN];
	char err[SEAL_ERROR_MAX];
	const uint8_t *cms;
	size_t len, i;

	if (s->key != NULL && s->day == day)
		return (0);
	seal_key_free(s->key);
	s->sent = 0;
	if ((s->key = seal_key_new(s->cert, err)) == NULL)
		return (-1);
	s->day = day;
	cms = seal_key_wrapped(s->key, &len);
	/* The CMS is random, so its digest is. */
	sha256_of(digest, cms, len);
	for (i = 0, s->number = 0; i < 8; i++)
		s->number = s->number << 8 | digest[i];
	return (0);
}

/* Seal the text and put the sidecar together; return its length, or 0. */
static size_t
seal(struct sealing *s, const struct text_out *o, uint64_t seq)
{
	struct sealed_sidecar sc = { .message = s->message };
	uint8_t ad[SEALED_AD_MAX];
	size_t n = sealed_ad(ad, s->node, seq);

	if (o->full)
		return (0);
	sc.key = s->number;
	if (!s->sent)
		sc.cms = seal_key_wrapped(s->key, &sc.cms_len);
	sc.message_len = seal_close(s->message, s->key, o->p, o->len, ad, n);
	return (sc.message_len == 0 ? 0 : sealed_sidecar_write(s->sidecar,
	    sizeof(s->sidecar), &sc));
}

/* Seal an identity. */
const uint8_t *
sealing_make(struct sealing *s, struct request *q, uint64_t seq, size_t *len)
{
	struct text_out o;
	int any;

	o.len = 0;
	o.full = 0;
	*len = 0;
	if ((any = write_text(&o, q, seq)) == 1 &&
	    renew(s, day_of(q->now / 1000)) == 0)
		*len = seal(s, &o, seq);
	explicit_bzero(&o, sizeof(o));
	if (any == 0 || *len != 0)
		return (s->sidecar);
	if (any == 1)
		request_refuse(q, LK_E_UNAVAIL,
		    "身份信息无法加密留存，暂停受理，请联系管理员",
		    "the identity cannot be sealed for the centre: call the "
		    "operator");
	return (NULL);
}

/* Its sidecar was taken. */
void
sealing_taken(struct sealing *s)
{

	s->sent = 1;
}
