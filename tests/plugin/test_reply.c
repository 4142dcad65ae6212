#include <criterion/criterion.h>
#include <string.h>

#include "plugin/reply.h"
#include "plugin/wire.h"

/* Replies from bytes: what permits must prove, and nothing is half taken. */

static uint8_t buf[8192];
static struct wire_out o;
static struct lk_result r;
static const uint8_t leaf[32] = { 0x01, 0xfe };

/* Begin a body that has all but decision and receipt. */
static void
begin(void)
{
	static const uint8_t id[WIRE_ID];

	memset(&r, 0x5a, sizeof(r));
	r.size = sizeof(r);
	r.message[0] = '\0';
	wire_out_init(&o, buf, sizeof(buf));
	wire_begin(&o, WIRE_CHECK | WIRE_REPLY, id);
	wire_put_text(&o, WIRE_T_DECISION_ID, "D-1");
}

/* Add a receipt. */
static void
receipt(void)
{

	wire_put_u64(&o, WIRE_T_SEQ, 12);
	wire_put_bytes(&o, WIRE_T_LEAF, leaf, sizeof(leaf));
}

/* Decode what was written. */
static int
decode(void)
{

	cr_assert_eq(wire_end(&o), 0);
	return (reply_result(&r, &buf[WIRE_HEADER], o.len - WIRE_HEADER, 0));
}

/* Decode a reply of this decision and `allowed` (-1 = absent). */
static int
verdict(int32_t decision, int32_t allowed, int32_t standing, int proof)
{

	begin();
	wire_put_u32(&o, WIRE_T_DECISION, (uint32_t)decision);
	if (allowed >= 0)
		wire_put_u32(&o, WIRE_T_ALLOWED, (uint32_t)allowed);
	if (standing > 0)
		wire_put_u32(&o, WIRE_T_STANDING, (uint32_t)standing);
	if (proof)
		receipt();
	return (decode());
}

Test(reply, what_permits_needs_its_receipt)
{

	cr_assert_eq(verdict(LK_PASS, -1, 0, 1), 0);
	cr_assert_eq(r.decision, LK_PASS);
	cr_assert_eq(r.allowed, LK_PASS);
	cr_assert_eq(strncmp(r.leaf, "01fe0000", 8), 0);
	cr_assert_eq(strlen(r.leaf), 64);
	cr_assert_eq(verdict(LK_PASS, -1, 0, 0), LK_E_INTERNAL);
	cr_assert_eq(r.decision, 0x5a5a5a5a, "nothing is half taken");
	cr_assert_eq(verdict(LK_LIMIT, -1, 0, 0), LK_E_INTERNAL);
	cr_assert_eq(verdict(LK_REVIEW, -1, 0, 0), 0);
	cr_assert_eq(verdict(LK_REJECT, -1, 0, 0), 0);
}

Test(reply, half_a_receipt_is_none)
{

	begin();
	wire_put_u32(&o, WIRE_T_DECISION, LK_PASS);
	wire_put_u64(&o, WIRE_T_SEQ, 12);
	cr_assert_eq(decode(), LK_E_INTERNAL);
	begin();
	wire_put_u32(&o, WIRE_T_DECISION, LK_PASS);
	wire_put_bytes(&o, WIRE_T_LEAF, leaf, sizeof(leaf));
	cr_assert_eq(decode(), LK_E_INTERNAL);
	begin();
	wire_put_u32(&o, WIRE_T_DECISION, LK_PASS);
	wire_put_u64(&o, WIRE_T_SEQ, 0);
	wire_put_bytes(&o, WIRE_T_LEAF, leaf, sizeof(leaf));
	cr_assert_eq(decode(), LK_E_INTERNAL);
}

Test(reply, only_what_was_approved_may_allow_more)
{

	cr_assert_eq(verdict(LK_REVIEW, LK_PASS, LK_STANDING_APPROVED, 1), 0);
	cr_assert_eq(r.decision, LK_REVIEW);
	cr_assert_eq(r.allowed, LK_PASS);
	cr_assert_eq(verdict(LK_REVIEW, LK_PASS, LK_STANDING_APPROVED, 0),
	    LK_E_INTERNAL);
	cr_assert_eq(verdict(LK_REVIEW, LK_PASS, LK_STANDING_OPEN, 1),
	    LK_E_INTERNAL);
	/* A refusal that two persons have overridden, with a receipt. */
	cr_assert_eq(verdict(LK_REJECT, LK_PASS, LK_STANDING_APPROVED, 1), 0);
	cr_assert_eq(r.decision, LK_REJECT);
	cr_assert_eq(r.allowed, LK_PASS);
	cr_assert_eq(verdict(LK_REJECT, LK_PASS, LK_STANDING_APPROVED, 0),
	    LK_E_INTERNAL);
	cr_assert_eq(verdict(LK_REJECT, LK_PASS, LK_STANDING_TAKEN, 1),
	    LK_E_INTERNAL);
	cr_assert_eq(verdict(LK_REJECT, LK_REVIEW, LK_STANDING_NONE, 1),
	    LK_E_INTERNAL);
	cr_assert_eq(verdict(LK_LIMIT, LK_PASS, LK_STANDING_APPROVED, 1),
	    LK_E_INTERNAL);
	cr_assert_eq(verdict(LK_PASS, LK_REVIEW, 0, 1), 0);
}

Test(reply, decisions_of_a_later_version)
{

	cr_assert_eq(verdict(7, -1, 0, 1), 0);
	cr_assert_eq(r.decision, LK_REVIEW);
	cr_assert_eq(verdict(1, -1, 0, 1), 0);
	cr_assert_eq(r.decision, LK_REVIEW);
	cr_assert_eq(verdict(19, 19, 0, 1), 0);
	cr_assert_eq(r.allowed, LK_REVIEW);
	cr_assert_eq(verdict(21, -1, 0, 0), 0);
	cr_assert_eq(r.decision, LK_REJECT);
	cr_assert_eq(verdict(-1, -1, 0, 1), LK_E_INTERNAL);
}

Test(reply, a_decision_is_required_and_an_id)
{
	static const uint8_t id[WIRE_ID];

	begin();
	receipt();
	cr_assert_eq(decode(), LK_E_INTERNAL);
	begin();
	wire_out_init(&o, buf, sizeof(buf));
	wire_begin(&o, WIRE_CHECK | WIRE_REPLY, id);
	wire_put_u32(&o, WIRE_T_DECISION, LK_REVIEW);
	cr_assert_eq(decode(), LK_E_INTERNAL);
}

Test(reply, an_error_with_a_decision_is_an_error)
{

	begin();
	wire_put_u32(&o, WIRE_T_ERROR, (uint32_t)LK_E_CONFLICT);
	wire_put_u32(&o, WIRE_T_DECISION, LK_PASS);
	receipt();
	wire_put_text(&o, WIRE_T_MESSAGE, "other content");
	cr_assert_eq(decode(), LK_E_CONFLICT);
	cr_assert_str_eq(r.message, "other content");
	cr_assert_eq(r.decision, 0x5a5a5a5a);
	begin();
	wire_put_u32(&o, WIRE_T_ERROR, 3);
	wire_put_u32(&o, WIRE_T_DECISION, LK_PASS);
	receipt();
	cr_assert_eq(decode(), LK_E_INTERNAL);
}

Test(reply, a_field_of_a_request_is_out_of_place)
{

	begin();
	wire_put_u32(&o, WIRE_T_DECISION, LK_REVIEW);
	wire_put_text(&o, WIRE_T_CARD_REF, "6222");
	cr_assert_eq(decode(), LK_E_INTERNAL);
}

Test(reply, texts_are_in_the_encoding)
{

	begin();
	wire_put_u32(&o, WIRE_T_DECISION, LK_REVIEW);
	wire_put_text(&o, WIRE_T_MESSAGE, "\xc7\xeb"); /* GB18030 */
	cr_assert_eq(wire_end(&o), 0);
	cr_assert_eq(reply_result(&r, &buf[WIRE_HEADER], o.len - WIRE_HEADER,
	    0), LK_E_INTERNAL);
	cr_assert_eq(reply_result(&r, &buf[WIRE_HEADER], o.len - WIRE_HEADER,
	    1), 0);
	cr_assert_str_eq(r.message, "\xc7\xeb");
}

Test(reply, every_cut_is_refused)
{
	size_t len;

	begin();
	wire_put_u32(&o, WIRE_T_DECISION, LK_PASS);
	receipt();
	wire_put_text(&o, WIRE_T_NOTICE, "n");
	cr_assert_eq(wire_end(&o), 0);
	for (len = 0; len < o.len - WIRE_HEADER; len++) {
		memset(&r, 0x5a, sizeof(r));
		if (reply_result(&r, &buf[WIRE_HEADER], len, 0) != 0)
			cr_assert_eq(r.decision, 0x5a5a5a5a);
		else
			cr_assert_eq(r.seq, 12, "cut between two fields");
	}
}

Test(reply, status)
{
	static const uint8_t id[WIRE_ID];
	struct lk_status s = { .size = sizeof(s) };

	wire_out_init(&o, buf, sizeof(buf));
	wire_begin(&o, WIRE_STATUS | WIRE_REPLY, id);
	wire_put_u32(&o, WIRE_T_READY, 1);
	wire_put_u64(&o, WIRE_T_SEQ, 99);
	wire_put_text(&o, WIRE_T_NODE, "n1");
	wire_put_text(&o, WIRE_T_DAEMON, "1.0.0");
	wire_put_text(&o, WIRE_T_MESSAGE, "fine");
	cr_assert_eq(wire_end(&o), 0);
	cr_assert_eq(reply_status(&s, &buf[WIRE_HEADER], o.len - WIRE_HEADER,
	    0), 0);
	cr_assert_eq(s.ready, 1);
	cr_assert_eq(s.seq, 99);
	cr_assert_str_eq(s.node, "n1");
	cr_assert_str_eq(s.version, "1.0.0");
	cr_assert_eq(s.size, sizeof(s));
}
