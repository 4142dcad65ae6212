#include "fake.h"

/* The calls of plugin.h against a daemon that answers. */

static struct fake k;
static struct lk_result r;

/* Answer every kind of request, and look at what it carries. */
static void
answering(struct fake *f, int fd, int nth)
{
	static _Thread_local struct fake_frame q;
	struct wire_out o;
	uint8_t buf[2048];
	int english;

	(void)nth;
	if (fake_hello(f, fd) != 0)
		return;
	while (fake_read(f, fd, &q) == 0) {
		fake_begin(&o, buf, sizeof(buf), &q);
		english = wire_u32(&q.f, WIRE_T_LANGUAGE, LK_LANG_ZH) ==
		    LK_LANG_EN;
		switch (q.head.type) {
		case WIRE_CHECK:
		case WIRE_RESOLVE:
			fake_result(&o, LK_PASS);
			break;
		case WIRE_REVIEW:
			wire_put_u32(&o, WIRE_T_DECISION, LK_REVIEW);
			wire_put_u32(&o, WIRE_T_STANDING, LK_STANDING_OPEN);
			wire_put_text(&o, WIRE_T_DECISION_ID, "D-1");
			wire_put_text(&o, WIRE_T_MESSAGE,
			    english ? "hold" : "请稍候");
			wire_put_text(&o, WIRE_T_NOTICE, "notice");
			break;
		case WIRE_STATUS:
			wire_put_u32(&o, WIRE_T_READY, 1);
			wire_put_text(&o, WIRE_T_NODE, "n1");
			break;
		case WIRE_CONFIRM:
			wire_put_u32(&o, WIRE_T_ERROR, (uint32_t)LK_E_STATE);
			break;
		case WIRE_CANCEL:
			wire_put_u32(&o, WIRE_T_ERROR, 5); /* no error code */
			break;
		default:
			break;
		}
		fake_send(fd, &o);
	}
}

/* Open a handle to it. */
static int32_t
start(const char *lines)
{

	fake_start(&k, answering, lines);
	return (fake_open(&k));
}

/* Close all. */
static void
stop(int32_t h)
{

	cr_assert_eq(lk_close(h), LK_OK);
	fake_stop(&k);
}

Test(call, events)
{
	int32_t h = start("");

	cr_assert_eq(lk_confirm(h, "D-1", "6222", 0, 0, 0), LK_E_STATE);
	cr_assert_eq(lk_confirm(h, NULL, "6222", 0, 0, 0), LK_E_ARG);
	cr_assert_eq(lk_confirm(h, "D-1", "", 0, 0, 0), LK_E_ARG);
	cr_assert_eq(lk_confirm(h, "D\n1", "6222", 0, 0, 0), LK_E_ARG);
	cr_assert_eq(lk_confirm(h, "\xff", "6222", 0, 0, 0), LK_E_ENCODING);
	cr_assert_eq(lk_retire(h, "6222", 0, LK_RETIRE_CLOSED, 0), LK_OK);
	cr_assert_eq(lk_void(h, "D-1", LK_VOID_OTHER, NULL, 0), LK_OK);
	cr_assert_eq(lk_report(h, NULL, LK_REPORT_GROUP, NULL, "T2", 0), LK_OK);
	cr_assert_eq(lk_cancel(h, "D-1", NULL, LK_CANCEL_LEFT, 0),
	    LK_E_INTERNAL);
	cr_assert_eq(lk_cancel(h, NULL, NULL, LK_CANCEL_LEFT, 0), LK_E_ARG);
	cr_assert_eq(k.frames, 5);
	stop(h);
}

Test(call, review_resolve_status)
{
	struct lk_status s = { .size = sizeof(s), .ready = 7 };
	int32_t h = start("");

	r.size = sizeof(r);
	cr_assert_eq(lk_review(h, "D-1", &r, 0), LK_OK);
	cr_assert_eq(r.decision, LK_REVIEW);
	cr_assert_eq(r.standing, LK_STANDING_OPEN);
	r.decision = LK_PASS;
	cr_assert_eq(lk_review(h, "", &r, 0), LK_E_ARG);
	cr_assert_eq(r.decision, LK_REVIEW);
	cr_assert_not_null(strstr(r.message, "decision_id"));
	cr_assert_eq(lk_resolve(h, "D-1", LK_RESOLVE_APPROVE, 0, "T1", "T2",
	    &r, 0), LK_OK);
	cr_assert_eq(r.decision, LK_PASS);
	cr_assert_eq(lk_resolve(h, "D-1", LK_RESOLVE_APPROVE, 0, "T1", "T1",
	    &r, 0), LK_E_ARG);
	cr_assert_eq(r.decision, LK_REVIEW);
	cr_assert_eq(lk_resolve(h, "D-1", LK_RESOLVE_DENY, 0, "T1", NULL,
	    NULL, 0), LK_OK);
	cr_assert_eq(lk_status(h, &s, 0), LK_OK);
	cr_assert_eq(s.ready, 1);
	cr_assert_str_eq(s.node, "n1");
	s.size = 8;
	cr_assert_eq(lk_status(h, &s, 0), LK_E_SIZE);
	cr_assert_eq(lk_status(h, NULL, 0), LK_E_ARG);
	stop(h);
}

Test(call, message)
{
	int32_t h = start("");
	char buf[64];

	cr_assert_eq(lk_message(h, "D-1", LK_TEXT_TELLER, 0, buf, sizeof(buf),
	    0), LK_OK);
	cr_assert_str_eq(buf, "hold");
	cr_assert_eq(lk_message(h, "D-1", LK_TEXT_TELLER, LK_LANG_ZH, buf,
	    sizeof(buf), 0), LK_OK);
	cr_assert_str_eq(buf, "请稍候");
	cr_assert_eq(lk_message(h, "D-1", LK_TEXT_NOTICE, 0, buf, 7, 0), LK_OK);
	cr_assert_str_eq(buf, "notice");
	cr_assert_eq(lk_message(h, "D-1", LK_TEXT_NOTICE, 0, buf, 6, 0),
	    LK_E_BUFFER);
	cr_assert_str_eq(buf, "", "nothing is cut");
	cr_assert_eq(lk_message(h, "D-1", 2, 0, buf, 6, 0), LK_E_ARG);
	cr_assert_eq(lk_message(h, "D-1", 0, 3, buf, 6, 0), LK_E_ARG);
	cr_assert_eq(lk_message(h, "D-1", 0, 0, NULL, 6, 0), LK_E_ARG);
	stop(h);
}

Test(call, message_of_a_failed_open)
{
	char buf[512];

	cr_assert_eq(lk_open("/none/such", 0), LK_E_CONFIG);
	cr_assert_eq(lk_message(0, NULL, 0, 0, buf, sizeof(buf), 0), LK_OK);
	cr_assert_eq(strncmp(buf, "/none/such: error: ", 19), 0);
	cr_assert_eq(lk_message(0, NULL, 0, 0, buf, 5, 0), LK_E_BUFFER);
	cr_assert_eq(lk_message(0, "", 0, 0, buf, sizeof(buf), 0), LK_OK);
	cr_assert_eq(strncmp(buf, "/none/such: error: ", 19), 0);
}

Test(call, without_structures)
{
	char id[40], message[1024], big[80];
	int32_t h = start(""), d = LK_PASS;

	cr_assert_eq(lk_check_id(h, 1, "11010519491231002X", 1, "t", NULL,
	    NULL, &d, id, 40, message, 1024, 0), LK_OK);
	cr_assert_eq(d, LK_PASS);
	cr_assert_str_eq(id, "D-1");
	cr_assert_str_eq(message, "good");
	cr_assert_eq(lk_check_id(h, 1, "11010519491231002X", 1, "t", NULL,
	    NULL, &d, NULL, 0, NULL, 0, 0), LK_OK);
	cr_assert_eq(lk_check_id(h, 1, "1", 1, "t", NULL, NULL, &d, id, 39,
	    NULL, 0, 0), LK_E_BUFFER);
	cr_assert_eq(d, LK_REVIEW);
	cr_assert_eq(lk_check_id(h, 1, "1", 1, "t", NULL, NULL, &d, NULL, 40,
	    NULL, 0, 0), LK_E_ARG);
	cr_assert_eq(lk_check_id(h, 1, "1", 1, "t", NULL, NULL, NULL, NULL, 0,
	    NULL, 0, 0), LK_E_ARG);
	memset(big, '1', 79);
	big[79] = '\0';
	d = LK_PASS;
	cr_assert_eq(lk_check_id(h, 1, big, 1, "t", NULL, NULL, &d, NULL, 0,
	    NULL, 0, 0), LK_E_ARG);
	cr_assert_eq(d, LK_REVIEW);
	d = LK_PASS;
	cr_assert_eq(lk_check_id(h, 1, "1", 1, NULL, NULL, NULL, &d, NULL, 0,
	    message, 1024, 0), LK_E_ARG);
	cr_assert_eq(d, LK_REVIEW);
	cr_assert_not_null(strstr(message, "txn_id"));
	stop(h);
}

Test(call, without_structures_an_error_is_always_review)
{
	int32_t h, d = LK_PASS;

	fake_start(&k, NULL, "on_unavailable = reject\n");
	unlink(k.path);
	h = fake_open(&k);
	cr_assert_eq(lk_check_id(h, 1, "1", 1, "t", NULL, NULL, &d, NULL, 0,
	    NULL, 0, 0), LK_E_UNAVAIL);
	cr_assert_eq(d, LK_REVIEW);
	stop(h);
}

Test(call, own_texts_in_the_handles_encoding)
{
	struct lk_request rq = fake_request("");
	int32_t h;

	fake_start(&k, answering, "");
	fake_conf(&k, "[plugin]\nlanguage = zh\n");
	h = lk_open(k.conf, LK_OPEN_GB18030);
	cr_assert_gt(h, 0);
	r.size = sizeof(r);
	cr_assert_eq(lk_check(h, &rq, &r, 0), LK_E_ARG);
	cr_assert_eq(strncmp(r.message, "\xb2\xce\xca\xfd", 4), 0);
	rq.language = LK_LANG_EN;
	cr_assert_eq(lk_check(h, &rq, &r, 0), LK_E_ARG);
	cr_assert_eq(strncmp(r.message, "an argument", 11), 0);
	lk_close(h);
	h = lk_open(k.conf, 0);
	rq.language = LK_LANG_DEFAULT;
	cr_assert_eq(lk_check(h, &rq, &r, 0), LK_E_ARG);
	cr_assert_eq(strncmp(r.message, "参数", 6), 0);
	stop(h);
}

Test(call, pure_calls)
{
	int32_t code;

	cr_assert_eq(lk_abi(), LK_ABI);
	cr_assert_str_eq(lk_version(), "1.0.0");
	cr_assert_eq(lk_sizeof(LK_STRUCT_REQUEST), sizeof(struct lk_request));
	cr_assert_eq(lk_sizeof(LK_STRUCT_RESULT), sizeof(struct lk_result));
	cr_assert_eq(lk_sizeof(LK_STRUCT_STATUS), sizeof(struct lk_status));
	cr_assert_eq(lk_sizeof(0), 0);
	for (code = 0; code >= LK_E_INPUT; code--) {
		cr_assert_not_null(lk_strerror(code));
		cr_assert_str_neq(lk_strerror(code), "unknown error code");
	}
	cr_assert_str_eq(lk_strerror(1), "unknown error code");
	cr_assert_str_eq(lk_strerror(-21), "unknown error code");
	cr_assert_str_eq(lk_strerror(INT32_MIN), "unknown error code");
}
