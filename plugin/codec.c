#include <string.h>

#include "charset.h"
#include "codec.h"

#define IDENTIFIER 0x1u /* no control characters */
#define REQUIRED 0x2u
#define QUANTITY_MAX 1000

/* The texts of lk_request.  home: where codec_context has a default, else -1. */
#define TEXT(member, tag, flags, home)					       \
	{ offsetof(struct lk_request, member),				       \
	    sizeof(((struct lk_request *)0)->member), WIRE_T_##tag, flags,     \
	    home, #member }
#define HOME(member) ((int)offsetof(struct codec_context, member))
static const struct text {
	size_t offset;
	size_t size;
	unsigned tag;
	unsigned flags;
	int home;
	const char *name;
} texts[] = {
	TEXT(id_no, ID_NO, REQUIRED, -1),
	TEXT(id_country, ID_COUNTRY, 0, -1),
	TEXT(agent_id_no, AGENT_ID_NO, 0, -1),
	TEXT(agent_country, AGENT_COUNTRY, 0, -1),
	TEXT(prev_id_no, PREV_ID_NO, 0, -1),
	TEXT(prev_country, PREV_COUNTRY, 0, -1),
	TEXT(org_no, ORG_NO, 0, -1),
	TEXT(txn_id, TXN_ID, IDENTIFIER | REQUIRED, -1),
	TEXT(visit_id, VISIT_ID, IDENTIFIER, -1),
	TEXT(batch_id, BATCH_ID, IDENTIFIER, -1),
	TEXT(name, NAME, 0, -1),
	TEXT(phone, PHONE, 0, -1),
	TEXT(address, ADDRESS, 0, -1),
	TEXT(device, DEVICE, IDENTIFIER, -1),
	TEXT(institution, INSTITUTION, IDENTIFIER, HOME(institution)),
	TEXT(branch, BRANCH, IDENTIFIER | REQUIRED, HOME(branch)),
	TEXT(teller, TELLER, IDENTIFIER | REQUIRED, HOME(teller)),
	TEXT(terminal, TERMINAL, IDENTIFIER, HOME(terminal)),
	TEXT(decided_by, DECIDED_BY, IDENTIFIER, -1),
};

/* The 32-bit numbers of lk_request; `absent` is what is not sent. */
#define NUMBER(member, tag, absent, lo, hi)				       \
	{ offsetof(struct lk_request, member), WIRE_T_##tag, absent, lo, hi,   \
	    #member }
static const struct number {
	size_t offset;
	unsigned tag;
	int32_t absent;
	int32_t lo, hi;
	const char *name;
} numbers[] = {
	NUMBER(flags, FLAGS, 0, INT32_MIN, INT32_MAX),
	NUMBER(subject, SUBJECT, 0, LK_SUBJECT_PERSON, LK_SUBJECT_ORGANISATION),
	NUMBER(id_type, ID_TYPE, 0, 1, INT32_MAX),
	NUMBER(operation, OPERATION, 0, 0, INT32_MAX),
	NUMBER(product, PRODUCT, 0, 1, INT32_MAX),
	NUMBER(channel, CHANNEL, 0, 0, INT32_MAX),
	NUMBER(purpose, PURPOSE, 0, 0, INT32_MAX),
	NUMBER(quantity, QUANTITY, 0, 0, QUANTITY_MAX),
	NUMBER(held_here, HELD_HERE, -1, -1, INT32_MAX),
	NUMBER(agent_id_type, AGENT_ID_TYPE, 0, 0, INT32_MAX),
	NUMBER(agent_relation, AGENT_RELATION, 0, 0, INT32_MAX),
	NUMBER(prev_id_type, PREV_ID_TYPE, 0, 0, INT32_MAX),
};

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

/* Return a text's default. */
static const char *
home(const struct text *t, const struct codec_context *cx)
{
	const char *s;

	if (t->home < 0)
		return ("");
	memcpy(&s, (const char *)cx + t->home, sizeof(s));
	return (s);
}

/* Return a number of the request. */
static int32_t
number(const struct lk_request *rq, size_t offset)
{
	int32_t v;

	memcpy(&v, (const char *)rq + offset, sizeof(v));
	return (v);
}

/* Judge a text of at most max bytes. */
static int
judge(const char *s, size_t max, unsigned flags, int gb18030)
{
	size_t len = strnlen(s, max + 1);

	if (len > max)
		return (LK_E_ARG);
	if (!charset_ok(s, len, gb18030))
		return (LK_E_ENCODING);
	if ((flags & IDENTIFIER) != 0 && !charset_plain(s, len, gb18030))
		return (LK_E_ARG);
	return (0);
}

/* Judge the numbers of a request. */
static const char *
numbers_fault(const struct lk_request *rq)
{
	const struct number *n;
	int32_t v;

	for (n = numbers; n < &numbers[COUNT(numbers)]; n++) {
		v = number(rq, n->offset);
		if (v < n->lo || v > n->hi)
			return (n->name);
	}
	if (rq->language < LK_LANG_DEFAULT || rq->language > LK_LANG_EN)
		return ("language");
	if (rq->opened_ms < 0)
		return ("opened_ms");
	return (NULL);
}

/* Judge a request. */
int
codec_request_ok(const struct lk_request *rq, const struct codec_context *cx,
    const char **field)
{
	const struct text *t;
	const char *s;
	int rc;

	if ((*field = numbers_fault(rq)) != NULL)
		return (LK_E_ARG);
	for (t = texts; t < &texts[COUNT(texts)]; t++) {
		s = (const char *)rq + t->offset;
		*field = t->name;
		rc = judge(s, t->size - 1, t->flags, cx->gb18030);
		if (rc != 0)
			return (rc);
		if ((t->flags & REQUIRED) != 0 && s[0] == '\0' &&
		    home(t, cx)[0] == '\0')
			return (LK_E_ARG);
	}
	*field = "org_no";
	if (rq->subject == LK_SUBJECT_ORGANISATION && rq->org_no[0] == '\0')
		return (LK_E_ARG);
	*field = "reserved";
	if (memcmp(rq->reserved, "\0\0\0", sizeof(rq->reserved)) != 0)
		return (LK_E_ARG);
	*field = NULL;
	return (0);
}

/* Open a frame and write what all have. */
static void
begin(struct wire_out *o, unsigned type, int32_t language,
    const struct codec_context *cx)
{
	static const uint8_t none[WIRE_ID];

	wire_begin(o, type, none);
	wire_put_u32(o, WIRE_T_REMAINING_MS, 0);
	if (cx->gb18030)
		wire_put_u32(o, WIRE_T_ENCODING, WIRE_GB18030);
	if (language == LK_LANG_DEFAULT)
		language = cx->language;
	if (language != LK_LANG_ZH)
		wire_put_u32(o, WIRE_T_LANGUAGE, (uint32_t)language);
}

/* Write a CHECK frame. */
int
codec_request(struct wire_out *o, const struct lk_request *rq,
    const struct codec_context *cx)
{
	const struct number *n;
	const struct text *t;
	const char *s;

	begin(o, WIRE_CHECK, rq->language, cx);
	for (n = numbers; n < &numbers[COUNT(numbers)]; n++)
		if (number(rq, n->offset) != n->absent)
			wire_put_u32(o, n->tag,
			    (uint32_t)number(rq, n->offset));
	if (rq->opened_ms != 0)
		wire_put_u64(o, WIRE_T_OPENED_MS, (uint64_t)rq->opened_ms);
	for (t = texts; t < &texts[COUNT(texts)]; t++) {
		s = (const char *)rq + t->offset;
		wire_put_text(o, t->tag, s[0] != '\0' ? s : home(t, cx));
	}
	return (wire_end(o));
}

/* Judge one text argument. */
static int
argument(const char *s, unsigned tag, int required, const char *name,
    const struct codec_context *cx, const char **field)
{

	*field = name;
	if (s == NULL || s[0] == '\0')
		return (required ? LK_E_ARG : 0);
	return (judge(s, wire_tag_max(tag), IDENTIFIER, cx->gb18030));
}

/* Judge the numbers of an event. */
static const char *
event_fault(const struct codec_event *ev)
{

	if (ev->event_ms < 0)
		return ("issued_ms or closed_ms");
	if (ev->product < 0)
		return ("product_issued");
	if (ev->language < LK_LANG_DEFAULT || ev->language > LK_LANG_EN)
		return ("language");
	if ((ev->type == WIRE_CANCEL || ev->type == WIRE_RETIRE ||
	    ev->type == WIRE_VOID || ev->type == WIRE_REPORT) &&
	    ev->reason <= 0)
		return (ev->type == WIRE_REPORT ? "code" : "reason");
	if (ev->type == WIRE_RESOLVE && ev->outcome != LK_RESOLVE_APPROVE &&
	    ev->outcome != LK_RESOLVE_DENY)
		return ("outcome");
	return (NULL);
}

/* Is this text given at all? */
static int
given(const char *s)
{

	return (s != NULL && s[0] != '\0');
}

/* Judge an event. */
int
codec_event_ok(const struct codec_event *ev, const struct codec_context *cx,
    const char **field)
{
	unsigned t = ev->type;
	int who = t == WIRE_VOID || t == WIRE_REPORT || t == WIRE_RESOLVE;
	int approve = t == WIRE_RESOLVE && ev->outcome == LK_RESOLVE_APPROVE;
	int which = t != WIRE_RETIRE && t != WIRE_REPORT && t != WIRE_STATUS &&
	    !(t == WIRE_CANCEL && given(ev->txn_id));
	int where = t == WIRE_REPORT && !given(ev->decision_id);
	const char *teller;
	int rc;

	if ((*field = event_fault(ev)) != NULL)
		return (LK_E_ARG);
	teller = given(ev->teller) ? ev->teller : cx->teller;
	if ((rc = argument(ev->decision_id, WIRE_T_DECISION_ID, which,
	    "decision_id", cx, field)) != 0 ||
	    (rc = argument(ev->txn_id, WIRE_T_TXN_ID, 0, "txn_id", cx,
	    field)) != 0 ||
	    (rc = argument(ev->card_ref, WIRE_T_CARD_REF, t == WIRE_CONFIRM ||
	    t == WIRE_RETIRE, "card_ref", cx, field)) != 0 ||
	    (rc = argument(ev->branch, WIRE_T_BRANCH, where &&
	    !given(cx->branch), "branch", cx, field)) != 0 ||
	    (rc = argument(ev->teller, WIRE_T_TELLER, who &&
	    !given(cx->teller), "teller", cx, field)) != 0 ||
	    (rc = argument(ev->second_teller, WIRE_T_SECOND_TELLER, approve,
	    "second_teller", cx, field)) != 0)
		return (rc);
	if (given(ev->second_teller) && strcmp(ev->second_teller, teller) == 0)
		return (LK_E_ARG);
	*field = NULL;
	return (0);
}

/* Write a text that may be NULL, or else its default. */
static void
put(struct wire_out *o, unsigned tag, const char *s, const char *otherwise)
{

	wire_put_text(o, tag, given(s) ? s : otherwise);
}

/* Write a number unless it is 0. */
static void
put_number(struct wire_out *o, unsigned tag, uint32_t v)
{

	if (v != 0)
		wire_put_u32(o, tag, v);
}

/* Write the frame of an event. */
int
codec_event(struct wire_out *o, const struct codec_event *ev,
    const struct codec_context *cx)
{

	begin(o, ev->type, ev->language, cx);
	if (ev->type == WIRE_STATUS)
		return (wire_end(o));
	put(o, WIRE_T_DECISION_ID, ev->decision_id, "");
	put(o, WIRE_T_TXN_ID, given(ev->decision_id) ? "" : ev->txn_id, "");
	put(o, WIRE_T_CARD_REF, ev->card_ref, "");
	put_number(o, WIRE_T_PRODUCT, (uint32_t)ev->product);
	if (ev->event_ms != 0)
		wire_put_u64(o, WIRE_T_EVENT_MS, (uint64_t)ev->event_ms);
	put_number(o, WIRE_T_REASON_CODE, (uint32_t)ev->reason);
	put_number(o, WIRE_T_OUTCOME, (uint32_t)ev->outcome);
	put_number(o, WIRE_T_EVIDENCE, ev->evidence);
	put(o, WIRE_T_SECOND_TELLER, ev->second_teller, "");
	wire_put_text(o, WIRE_T_INSTITUTION, cx->institution);
	put(o, WIRE_T_BRANCH, ev->branch, cx->branch);
	put(o, WIRE_T_TELLER, ev->teller, cx->teller);
	wire_put_text(o, WIRE_T_TERMINAL, cx->terminal);
	return (wire_end(o));
}

/* Set the id, at byte 16, and the value of the first field. */
void
codec_stamp(uint8_t *frame, const uint8_t id[WIRE_ID], int32_t remaining_ms)
{
	uint32_t v = remaining_ms > 0 ? (uint32_t)remaining_ms : 1;
	unsigned i;

	memcpy(&frame[16], id, WIRE_ID);
	for (i = 0; i < 4; i++)
		frame[WIRE_HEADER + 4 + i] = (uint8_t)(v >> (8 * i));
}
