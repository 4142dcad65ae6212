#include <string.h>

#include "charset.h"
#include "reply.h"
#include "wire.h"

/* The tags that a reply may hold. */
static int
belongs(unsigned tag)
{

	return (tag == WIRE_T_DECISION_ID || tag == WIRE_T_TXN_ID ||
	    tag >= WIRE_T_ERROR);
}

/* Texts that people read: in the encoding of the handle. */
static int
readable(const struct wire_fields *f, unsigned tag, int gb18030)
{
	const char *s;
	size_t len;

	s = wire_text(f, tag, &len);
	return (charset_ok(s, len, gb18030));
}

/* Find the fields of a reply.  Return 0, the daemon's error or INTERNAL. */
static int
open_reply(struct wire_fields *f, const uint8_t *body, size_t len, int gb18030)
{
	int32_t error;
	unsigned tag;

	if (wire_fields_read(f, body, len) != WIRE_OK)
		return (LK_E_INTERNAL);
	for (tag = 1; tag < WIRE_T_MAX; tag++)
		if (wire_has(f, tag) && !belongs(tag))
			return (LK_E_INTERNAL);
	if (!readable(f, WIRE_T_MESSAGE, gb18030) ||
	    !readable(f, WIRE_T_NOTICE, gb18030))
		return (LK_E_INTERNAL);
	error = (int32_t)wire_u32(f, WIRE_T_ERROR, LK_OK);
	return (error > 0 ? LK_E_INTERNAL : error);
}

/* Read a signed number. */
static int32_t
number(const struct wire_fields *f, unsigned tag, int32_t otherwise)
{

	return ((int32_t)wire_u32(f, tag, (uint32_t)otherwise));
}

/* Read a time. */
static int64_t
moment(const struct wire_fields *f, unsigned tag)
{

	return ((int64_t)wire_u64(f, tag, 0));
}

/* Turn a decision of a later version into one of this. */
static int32_t
known(int32_t decision)
{

	switch (decision) {
	case LK_PASS:
	case LK_LIMIT:
	case LK_REVIEW:
	case LK_REJECT:
		return (decision);
	default:
		return (decision < LK_REJECT ? LK_REVIEW : LK_REJECT);
	}
}

/* Write a hash as hex digits. */
static void
hex(char *dst, const uint8_t *p, size_t len)
{
	static const char digits[] = "0123456789abcdef";

	for (; len > 0; len--, p++) {
		*dst++ = digits[*p >> 4];
		*dst++ = digits[*p & 15];
	}
	*dst = '\0';
}

/* Does the reply carry a receipt? */
static int
receipt(const struct wire_fields *f)
{

	return (wire_has(f, WIRE_T_LEAF) && wire_u64(f, WIRE_T_SEQ, 0) > 0);
}

/* Read decision and allowed, and judge whether they may stand. */
static int
verdict(struct lk_result *r, const struct wire_fields *f)
{
	int32_t decision, allowed;

	if (!wire_has(f, WIRE_T_DECISION))
		return (-1);
	decision = number(f, WIRE_T_DECISION, LK_REVIEW);
	allowed = number(f, WIRE_T_ALLOWED, decision);
	if (decision < 0 || allowed < 0)
		return (-1);
	r->decision = known(decision);
	r->allowed = known(allowed);
	r->standing = number(f, WIRE_T_STANDING, LK_STANDING_NONE);
	/* A review that was approved, or a refusal that two persons overrode. */
	if (r->allowed < r->decision && (r->decision < LK_REVIEW ||
	    r->standing != LK_STANDING_APPROVED))
		return (-1);
	if ((r->decision < LK_REVIEW || r->allowed < LK_REVIEW) && !receipt(f))
		return (-1);
	return (0);
}

/* Copy the texts of a result. */
static int
texts(struct lk_result *r, const struct wire_fields *f)
{
	const struct {
		unsigned tag;
		char *dst;
		size_t size;
	} t[] = {
		{ WIRE_T_POLICY_VERSION, r->policy_version,
		    sizeof(r->policy_version) },
		{ WIRE_T_DECISION_ID, r->decision_id, sizeof(r->decision_id) },
		{ WIRE_T_REFERENCE, r->reference, sizeof(r->reference) },
		{ WIRE_T_REASON, r->reason, sizeof(r->reason) },
		{ WIRE_T_HITS, r->hits, sizeof(r->hits) },
		{ WIRE_T_MESSAGE, r->message, sizeof(r->message) },
		{ WIRE_T_NOTICE, r->notice, sizeof(r->notice) },
	};
	size_t i;

	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++)
		if (wire_copy(f, t[i].tag, t[i].dst, t[i].size) != 0)
			return (-1);
	return (r->decision_id[0] != '\0' ? 0 : -1);
}

/* Fill a result. */
static int
fill(struct lk_result *r, const struct wire_fields *f)
{

	if (verdict(r, f) != 0 || texts(r, f) != 0)
		return (LK_E_INTERNAL);
	r->needs = wire_u32(f, WIRE_T_NEEDS, 0);
	r->by = number(f, WIRE_T_BY, LK_BY_NONE);
	r->offer = number(f, WIRE_T_OFFER, 0);
	r->limit_profile = number(f, WIRE_T_LIMIT_PROFILE, 0);
	r->flags = wire_u32(f, WIRE_T_RESULT_FLAGS, 0);
	r->hits_total = wire_u32(f, WIRE_T_HITS_TOTAL, 0);
	r->list_version = moment(f, WIRE_T_LIST_VERSION);
	r->time_ms = moment(f, WIRE_T_TIME_MS);
	r->expires_ms = moment(f, WIRE_T_EXPIRES_MS);
	r->due_ms = moment(f, WIRE_T_DUE_MS);
	r->seq = wire_u64(f, WIRE_T_SEQ, 0);
	if (wire_has(f, WIRE_T_LEAF))
		hex(r->leaf, f->f[WIRE_T_LEAF].p, f->f[WIRE_T_LEAF].len);
	return (0);
}

/* Read a reply that carries a result. */
int
reply_result(struct lk_result *r, const uint8_t *body, size_t len, int gb18030)
{
	struct wire_fields f;
	struct lk_result got;
	int rc;

	if ((rc = open_reply(&f, body, len, gb18030)) != 0) {
		if (number(&f, WIRE_T_ERROR, LK_OK) == rc &&
		    readable(&f, WIRE_T_MESSAGE, gb18030))
			(void)wire_copy(&f, WIRE_T_MESSAGE, r->message,
			    sizeof(r->message));
		return (rc);
	}
	memset(&got, 0, sizeof(got));
	if ((rc = fill(&got, &f)) != 0)
		return (rc);
	got.size = r->size;
	memcpy(r, &got, sizeof(got));
	return (0);
}

/* Read a reply without a result. */
int
reply_plain(const uint8_t *body, size_t len, int gb18030)
{
	struct wire_fields f;

	return (open_reply(&f, body, len, gb18030));
}

/* Read a reply to STATUS. */
int
reply_status(struct lk_status *s, const uint8_t *body, size_t len, int gb18030)
{
	struct wire_fields f;
	struct lk_status got;
	int rc;

	if ((rc = open_reply(&f, body, len, gb18030)) != 0)
		return (rc);
	memset(&got, 0, sizeof(got));
	got.size = s->size;
	got.ready = number(&f, WIRE_T_READY, 0);
	got.flags = wire_u32(&f, WIRE_T_RESULT_FLAGS, 0);
	got.connections = wire_u32(&f, WIRE_T_CONNECTIONS, 0);
	got.time_ms = moment(&f, WIRE_T_TIME_MS);
	got.started_ms = moment(&f, WIRE_T_STARTED_MS);
	got.seq = wire_u64(&f, WIRE_T_SEQ, 0);
	got.checks = wire_u64(&f, WIRE_T_CHECKS, 0);
	got.state_bytes = wire_u64(&f, WIRE_T_STATE_BYTES, 0);
	got.overlay_bytes = wire_u64(&f, WIRE_T_OVERLAY_BYTES, 0);
	got.list_version = moment(&f, WIRE_T_LIST_VERSION);
	if (wire_copy(&f, WIRE_T_POLICY_VERSION, got.policy_version,
	    sizeof(got.policy_version)) != 0 ||
	    wire_copy(&f, WIRE_T_NODE, got.node, sizeof(got.node)) != 0 ||
	    wire_copy(&f, WIRE_T_DAEMON, got.version,
	    sizeof(got.version)) != 0 ||
	    wire_copy(&f, WIRE_T_MESSAGE, got.message,
	    sizeof(got.message)) != 0)
		return (LK_E_INTERNAL);
	memcpy(s, &got, sizeof(got));
	return (0);
}
