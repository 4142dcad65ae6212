#include <criterion/criterion.h>
#include <string.h>

#include "plugin/charset.h"
#include "plugin/codec.h"

/* Requests as fields: what is refused here, and what is sent. */

static struct lk_request rq;
static struct codec_context cx = { 0, LK_LANG_ZH, "", "B1", "T1", "" };
static const char *field;
static uint8_t buf[8192];
static struct wire_out o;
static struct wire_fields f;

/* A request that is in order. */
static void
fill(void)
{

	memset(&rq, 0, sizeof(rq));
	rq.size = sizeof(rq);
	rq.id_type = LK_ID_RESIDENT;
	rq.product = LK_PRODUCT_SIM;
	rq.held_here = -1;
	strcpy(rq.id_no, "11010519491231002X");
	strcpy(rq.txn_id, "t1");
}

/* Expect the request to be refused for this field. */
static void
refused(int want, const char *name)
{
	int rc = codec_request_ok(&rq, &cx, &field);

	cr_assert_eq(rc, want, "%s: %d", name, rc);
	cr_assert_str_eq(field, name);
	fill();
}

/* Write the request and find its fields. */
static void
sent(const struct codec_context *with)
{

	wire_out_init(&o, buf, sizeof(buf));
	cr_assert_eq(codec_request(&o, &rq, with), 0);
	cr_assert_eq(wire_fields_read(&f, &buf[WIRE_HEADER],
	    o.len - WIRE_HEADER), WIRE_OK);
}

/* Is a text field this? */
static int
is(unsigned tag, const char *want)
{
	char got[600];

	return (wire_copy(&f, tag, got, sizeof(got)) == 0 &&
	    strcmp(got, want) == 0);
}

Test(codec, required_fields)
{

	fill();
	cr_assert_eq(codec_request_ok(&rq, &cx, &field), 0);
	cr_assert_null(field);
	rq.product = 0;
	refused(LK_E_ARG, "product");
	rq.id_type = 0;
	refused(LK_E_ARG, "id_type");
	rq.id_no[0] = '\0';
	refused(LK_E_ARG, "id_no");
	rq.txn_id[0] = '\0';
	refused(LK_E_ARG, "txn_id");
	rq.subject = LK_SUBJECT_ORGANISATION;
	refused(LK_E_ARG, "org_no");
	cx.branch = "";
	refused(LK_E_ARG, "branch");
}

Test(codec, ranges)
{

	fill();
	rq.quantity = 1001;
	refused(LK_E_ARG, "quantity");
	rq.quantity = -1;
	refused(LK_E_ARG, "quantity");
	rq.subject = 2;
	refused(LK_E_ARG, "subject");
	rq.held_here = -2;
	refused(LK_E_ARG, "held_here");
	rq.language = 3;
	refused(LK_E_ARG, "language");
	rq.opened_ms = -1;
	refused(LK_E_ARG, "opened_ms");
	rq.reserved[3] = 1;
	refused(LK_E_ARG, "reserved");
}

Test(codec, texts_that_fill_their_array)
{

	fill();
	memset(rq.decided_by, 'x', sizeof(rq.decided_by));
	refused(LK_E_ARG, "decided_by");
	memset(rq.id_country, 'C', sizeof(rq.id_country));
	refused(LK_E_ARG, "id_country");
	memset(rq.address, 'a', sizeof(rq.address));
	refused(LK_E_ARG, "address");
	memset(rq.address, 'a', sizeof(rq.address) - 1);
	cr_assert_eq(codec_request_ok(&rq, &cx, &field), 0);
}

Test(codec, encoding_and_control_characters)
{

	fill();
	strcpy(rq.name, "\xd5\xc5\xc8\xfd"); /* GB18030 */
	refused(LK_E_ENCODING, "name");
	strcpy(rq.txn_id, "a\nb");
	refused(LK_E_ARG, "txn_id");
	strcpy(rq.visit_id, "a\xc2\x85");
	refused(LK_E_ARG, "visit_id");
	strcpy(rq.terminal, "\xe2\x28\xa1");
	refused(LK_E_ENCODING, "terminal");
	cx.gb18030 = 1;
	strcpy(rq.name, "\xd5\xc5\xc8\xfd");
	cr_assert_eq(codec_request_ok(&rq, &cx, &field), 0);
	strcpy(rq.name, "\xd5");
	refused(LK_E_ENCODING, "name");
	strcpy(rq.teller, "\x81\x30\x81\x35"); /* U+0085 */
	refused(LK_E_ARG, "teller");
}

Test(codec, what_is_sent)
{
	struct codec_context en = { 1, LK_LANG_EN, "I1", "B1", "T1", "W1" };
	static const uint8_t id[WIRE_ID] = { 9, 8, 7 };
	struct wire_header h;

	fill();
	sent(&cx);
	cr_assert(wire_has(&f, WIRE_T_REMAINING_MS));
	cr_assert_not(wire_has(&f, WIRE_T_HELD_HERE));
	cr_assert_not(wire_has(&f, WIRE_T_LANGUAGE));
	cr_assert_not(wire_has(&f, WIRE_T_ENCODING));
	cr_assert_not(wire_has(&f, WIRE_T_INSTITUTION));
	cr_assert_not(wire_has(&f, WIRE_T_FLAGS));
	cr_assert(is(WIRE_T_BRANCH, "B1"));
	codec_stamp(buf, id, 1234);
	cr_assert_eq(wire_header_read(&h, buf), WIRE_OK);
	cr_assert_eq(h.type, WIRE_CHECK);
	cr_assert_eq(memcmp(h.id, id, sizeof(id)), 0);
	cr_assert_eq(wire_u32(&f, WIRE_T_REMAINING_MS, 0), 1234);
	codec_stamp(buf, id, 0);
	cr_assert_eq(wire_u32(&f, WIRE_T_REMAINING_MS, 0), 1);

	rq.held_here = 0;
	rq.flags = LK_F_POSTHOC;
	rq.opened_ms = 1700000000000;
	strcpy(rq.branch, "B9");
	sent(&en);
	cr_assert_eq(wire_u32(&f, WIRE_T_HELD_HERE, 5), 0);
	cr_assert_eq(wire_u32(&f, WIRE_T_FLAGS, 0), LK_F_POSTHOC);
	cr_assert_eq(wire_u64(&f, WIRE_T_OPENED_MS, 0), 1700000000000);
	cr_assert_eq(wire_u32(&f, WIRE_T_LANGUAGE, 0), LK_LANG_EN);
	cr_assert_eq(wire_u32(&f, WIRE_T_ENCODING, 0), WIRE_GB18030);
	cr_assert(is(WIRE_T_BRANCH, "B9"));
	cr_assert(is(WIRE_T_INSTITUTION, "I1"));
	cr_assert(is(WIRE_T_TERMINAL, "W1"));
	rq.language = LK_LANG_ZH;
	sent(&en);
	cr_assert_not(wire_has(&f, WIRE_T_LANGUAGE));
}

Test(codec, the_largest_request_fits)
{
	char *text = (char *)&rq + offsetof(struct lk_request, id_no);

	fill();
	memset(text, 'x', sizeof(rq) - offsetof(struct lk_request, id_no));
	rq.id_no[39] = rq.id_country[3] = rq.agent_id_no[39] = 0;
	rq.agent_country[3] = rq.prev_id_no[39] = rq.prev_country[3] = 0;
	rq.org_no[39] = rq.txn_id[71] = rq.visit_id[71] = 0;
	rq.batch_id[71] = rq.name[191] = rq.phone[23] = 0;
	rq.address[511] = rq.device[63] = rq.institution[31] = 0;
	rq.branch[31] = rq.teller[31] = rq.terminal[31] = 0;
	rq.decided_by[31] = 0;
	memset(rq.reserved, 0, sizeof(rq.reserved));
	cr_assert_eq(codec_request_ok(&rq, &cx, &field), 0, "%s", field);
	wire_out_init(&o, buf, 4096);
	cr_assert_eq(codec_request(&o, &rq, &cx), 0);
}

Test(codec, events_have_what_they_need)
{
	struct codec_event ev = { .type = WIRE_CONFIRM };

	cr_assert_eq(codec_event_ok(&ev, &cx, &field), LK_E_ARG);
	cr_assert_str_eq(field, "decision_id");
	ev.decision_id = "D";
	cr_assert_eq(codec_event_ok(&ev, &cx, &field), LK_E_ARG);
	cr_assert_str_eq(field, "card_ref");
	ev.card_ref = "123456789012345678901234567890123456789012345678901234"
	    "5678901234"; /* 64 bytes */
	cr_assert_eq(codec_event_ok(&ev, &cx, &field), LK_E_ARG);
	ev.card_ref = "6222";
	cr_assert_eq(codec_event_ok(&ev, &cx, &field), 0);
	ev.event_ms = -1;
	cr_assert_eq(codec_event_ok(&ev, &cx, &field), LK_E_ARG);

	ev = (struct codec_event){ .type = WIRE_CANCEL, .reason = 1 };
	cr_assert_eq(codec_event_ok(&ev, &cx, &field), LK_E_ARG);
	ev.txn_id = "t";
	cr_assert_eq(codec_event_ok(&ev, &cx, &field), 0);
	ev.reason = 0;
	cr_assert_eq(codec_event_ok(&ev, &cx, &field), LK_E_ARG);
	cr_assert_str_eq(field, "reason");
}

Test(codec, approval_needs_two_tellers)
{
	struct codec_event ev = { .type = WIRE_RESOLVE, .decision_id = "D",
		.outcome = LK_RESOLVE_APPROVE };

	cr_assert_eq(codec_event_ok(&ev, &cx, &field), LK_E_ARG);
	cr_assert_str_eq(field, "second_teller");
	ev.second_teller = "T1"; /* the teller of the configuration */
	cr_assert_eq(codec_event_ok(&ev, &cx, &field), LK_E_ARG);
	ev.second_teller = "T2";
	cr_assert_eq(codec_event_ok(&ev, &cx, &field), 0);
	ev.teller = "T2";
	cr_assert_eq(codec_event_ok(&ev, &cx, &field), LK_E_ARG);
	ev.outcome = LK_RESOLVE_DENY;
	ev.second_teller = NULL;
	cr_assert_eq(codec_event_ok(&ev, &cx, &field), 0);
}

Test(codec, cancel_by_one_of_two)
{
	struct codec_event ev = { .type = WIRE_CANCEL, .reason = 4,
		.decision_id = "D", .txn_id = "t" };

	wire_out_init(&o, buf, sizeof(buf));
	cr_assert_eq(codec_event(&o, &ev, &cx), 0);
	cr_assert_eq(wire_fields_read(&f, &buf[WIRE_HEADER],
	    o.len - WIRE_HEADER), WIRE_OK);
	cr_assert(is(WIRE_T_DECISION_ID, "D"));
	cr_assert_not(wire_has(&f, WIRE_T_TXN_ID));
	cr_assert_eq(wire_u32(&f, WIRE_T_REASON_CODE, 0), 4);
	cr_assert(is(WIRE_T_TELLER, "T1"));
}

Test(codec, charsets)
{

	cr_assert(charset_ok("\xe5\xbc\xa0", 3, 0));
	cr_assert_not(charset_ok("\xe5\xbc", 2, 0));
	cr_assert_not(charset_ok("\xed\xa0\x80", 3, 0), "surrogate");
	cr_assert_not(charset_ok("\xc0\xaf", 2, 0), "overlong");
	cr_assert(charset_ok("\x81\x30\x81\x30", 4, 1));
	cr_assert_not(charset_ok("\x81\x30\x81", 3, 1));
	cr_assert_not(charset_ok("\x80", 1, 1));
	cr_assert_not(charset_ok("\xff\x40", 2, 1));
	cr_assert_not(charset_ok("\x81\x7f", 2, 1));
	cr_assert(charset_ok("\x81\x7c", 2, 1), "ends in the byte |");
	cr_assert_not(charset_plain("a\x7f", 2, 0));
	cr_assert(charset_plain("\xc2\xa0", 2, 0));
}
