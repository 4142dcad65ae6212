/* Bad input through the library: told what is wrong, held, and nothing broken. */
#include <criterion/criterion.h>

#include <iconv.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/identity.h"

#include "branch.h"

/* Convert a text between encodings; it must be valid in the first. */
static void
convert(const char *to, const char *from, const char *s, char *dst, size_t size)
{
	char *in = (char *)(uintptr_t)s;
	size_t len = strlen(s);
	iconv_t cd = iconv_open(to, from);

	cr_assert_neq(cd, (iconv_t)-1);
	memset(dst, 0, size--);
	cr_assert_eq(iconv(cd, &in, &len, &dst, &size), 0, "not %s: %s", from,
	    s);
	cr_assert_eq(len, 0);
	(void)iconv_close(cd);
}

Test(host, over_long_text)
{
	struct lk_request r;
	struct branch b;

#define FULL(field)							\
	do {								\
		branch_request(&b, &r, "long");				\
		memset(r.field, '1', sizeof(r.field));			\
		branch_refused(&b, &r, LK_E_ARG, #field);		\
	} while (0)
	branch_open(&b, NULL);
	FULL(id_no);
	FULL(id_country);
	FULL(agent_id_no);
	FULL(agent_country);
	FULL(prev_id_no);
	FULL(prev_country);
	FULL(org_no);
	FULL(txn_id);
	FULL(visit_id);
	FULL(batch_id);
	FULL(name);
	FULL(phone);
	FULL(address);
	FULL(device);
	FULL(institution);
	FULL(branch);
	FULL(teller);
	FULL(terminal);
	FULL(decided_by);
	branch_close(&b);
#undef FULL
}

Test(host, longest_text_is_taken)
{
	struct lk_request r;
	struct lk_result a;
	struct branch b;

	branch_open(&b, NULL);
	branch_request(&b, &r, "");
	memset(r.txn_id, 't', sizeof(r.txn_id) - 1);
	memset(r.visit_id, 'v', sizeof(r.visit_id) - 1);
	memset(r.batch_id, 'b', sizeof(r.batch_id) - 1);
	memset(r.name, 'n', sizeof(r.name) - 1);
	memset(r.phone, '1', sizeof(r.phone) - 1);
	memset(r.address, 'a', sizeof(r.address) - 1);
	memset(r.device, 'd', sizeof(r.device) - 1);
	memset(r.branch, 'o', sizeof(r.branch) - 1);
	memset(r.teller, 'l', sizeof(r.teller) - 1);
	memset(r.terminal, 'm', sizeof(r.terminal) - 1);
	memset(r.decided_by, 'y', sizeof(r.decided_by) - 1);
	cr_expect_eq(branch_check(&b, b.zh, &r, &a), LK_OK, "%s", a.message);
	branch_close(&b);
}

Test(host, text_that_is_not_utf8)
{
	static const char *const bad[] = { "\xff", "\xc0\xaf", "\xed\xa0\x80",
		"\xe5\xbc", "\xf5\x80\x80\x80", "\xd5\xc5\xc8\xfd" };
	struct lk_request r;
	struct branch b;
	size_t i;

	branch_open(&b, NULL);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		branch_request(&b, &r, "utf8");
		(void)snprintf(r.name, sizeof(r.name), "%s", bad[i]);
		branch_refused(&b, &r, LK_E_ENCODING, "name");
	}
	branch_request(&b, &r, "utf8");
	(void)snprintf(r.address, sizeof(r.address), "\xff");
	branch_refused(&b, &r, LK_E_ENCODING, "address");
	branch_request(&b, &r, "utf8");
	(void)snprintf(r.teller, sizeof(r.teller), "\xff");
	branch_refused(&b, &r, LK_E_ENCODING, "teller");
	branch_close(&b);
}

Test(host, text_that_is_not_gb18030)
{
	/* No second byte; a second byte out of range; half of a four-byte one. */
	static const char *const bad[] = { "\xd5", "\xd5\x20", "\x81\x30\x81",
		"\xff\xff" };
	char text[1024];
	struct lk_request r;
	struct lk_result a;
	struct branch b;
	size_t i;

	branch_open(&b, NULL);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		branch_request(&b, &r, "gb");
		(void)snprintf(r.name, sizeof(r.name), "%s", bad[i]);
		cr_expect_eq(branch_check(&b, b.gb, &r, &a), LK_E_ENCODING,
		    "%zu", i);
		convert("UTF-8", "GB18030", a.message, text, sizeof(text));
		cr_expect(branch_is_chinese(text), "%s", text);
		cr_expect_not_null(strstr(text, "name"), "%s", text);
		r.language = LK_LANG_EN;
		cr_expect_eq(branch_check(&b, b.gb, &r, &a), LK_E_ENCODING);
		cr_expect(branch_is_ascii(a.message), "%s", a.message);
		cr_expect_not_null(strstr(a.message, "name"));
		branch_answers(&b);
	}
	branch_close(&b);
}

Test(host, gb18030_both_ways)
{
	char text[1024], again[1024], teller[64];
	struct lk_request r;
	struct lk_result a, z;
	struct branch b;

	branch_open(&b, NULL);
	branch_request(&b, &r, "gb-1");
	/* The third character has four bytes in GB18030. */
	convert("GB18030", "UTF-8", "张三㐂", r.name, sizeof(r.name));
	convert("GB18030", "UTF-8", "浙江省杭州市西湖区文三路１号", r.address,
	    sizeof(r.address));
	convert("GB18030", "UTF-8", "柜员甲", r.teller, sizeof(r.teller));
	cr_assert_eq(branch_check(&b, b.gb, &r, &a), LK_OK);
	cr_expect_eq(a.decision, LK_PASS);
	convert("UTF-8", "GB18030", a.message, text, sizeof(text));
	cr_expect(branch_is_chinese(text), "%s", text);
	/* The same in UTF-8 is the same content. */
	convert("UTF-8", "GB18030", r.name, again, sizeof(again));
	(void)strcpy(r.name, again);
	convert("UTF-8", "GB18030", r.address, again, sizeof(again));
	(void)strcpy(r.address, again);
	convert("UTF-8", "GB18030", r.teller, teller, sizeof(teller));
	memset(r.teller, 0, sizeof(r.teller));
	(void)strcpy(r.teller, teller);
	cr_expect_eq(branch_check(&b, b.zh, &r, &z), LK_OK, "%s", z.message);
	cr_expect(z.flags & LK_R_DUPLICATE);
	cr_expect_str_eq(z.decision_id, a.decision_id);
	cr_expect_str_eq(z.message, text);
	/* And the daemon's refusals come in GB18030 too. */
	branch_request(&b, &r, "gb-2");
	r.id_no[17] = r.id_no[17] == '1' ? '2' : '1';
	cr_expect_eq(branch_check(&b, b.gb, &r, &a), LK_E_INPUT);
	convert("UTF-8", "GB18030", a.message, text, sizeof(text));
	cr_expect(branch_is_chinese(text), "%s", text);
	cr_expect_not_null(strstr(text, "id_no"), "%s", text);
	branch_close(&b);
}

Test(host, control_characters)
{
	struct lk_request r;
	struct branch b;

	branch_open(&b, NULL);
	branch_request(&b, &r, "a\nb");
	branch_refused(&b, &r, LK_E_ARG, "txn_id");
	branch_request(&b, &r, "ctl");
	(void)strcpy(r.branch, "0\x7f");
	branch_refused(&b, &r, LK_E_ARG, "branch");
	branch_close(&b);
}

Test(host, missing_fields)
{
	struct lk_request r;
	struct branch b;

	branch_open(&b, NULL);
	branch_request(&b, &r, "");
	branch_refused(&b, &r, LK_E_ARG, "txn_id");
	branch_request(&b, &r, "miss");
	r.id_no[0] = '\0';
	branch_refused(&b, &r, LK_E_ARG, "id_no");
	branch_request(&b, &r, "miss");
	r.branch[0] = '\0';
	branch_refused(&b, &r, LK_E_ARG, "branch");
	branch_request(&b, &r, "miss");
	r.teller[0] = '\0';
	branch_refused(&b, &r, LK_E_ARG, "teller");
	branch_request(&b, &r, "miss");
	r.id_type = 0;
	branch_refused(&b, &r, LK_E_ARG, "id_type");
	branch_request(&b, &r, "miss");
	r.subject = LK_SUBJECT_ORGANISATION;
	branch_refused(&b, &r, LK_E_ARG, "org_no");
	branch_request(&b, &r, "miss");
	r.id_type = LK_ID_PASSPORT;
	(void)strcpy(r.id_no, "E12345678");
	branch_refused(&b, &r, LK_E_INPUT, "id_country");
	branch_request(&b, &r, "miss");
	r.flags = LK_F_GUARDIAN_PRESENT;
	branch_refused(&b, &r, LK_E_ARG, "agent_id_");
	branch_close(&b);
}

Test(host, impossible_date)
{
	static const char *const dates[] = { "19900230", "19901301", "19900100",
		"21990101" };
	struct lk_request r;
	struct branch b;
	size_t i;

	branch_open(&b, NULL);
	for (i = 0; i < sizeof(dates) / sizeof(dates[0]); i++) {
		branch_request(&b, &r, "date");
		memcpy(&r.id_no[6], dates[i], 8);
		r.id_no[17] = (char)identity_check_digit(r.id_no);
		branch_refused(&b, &r, LK_E_INPUT, "id_no");
	}
	branch_request(&b, &r, "date");
	r.flags = LK_F_POSTHOC;
	r.opened_ms = 4102444800000;
	branch_refused(&b, &r, LK_E_ARG, "opened_ms");
	branch_close(&b);
}

Test(host, wrong_check_digit)
{
	struct lk_request r;
	struct branch b;

	branch_open(&b, NULL);
	branch_request(&b, &r, "digit");
	r.id_no[17] = r.id_no[17] == '1' ? '2' : '1';
	branch_refused(&b, &r, LK_E_INPUT, "id_no");
	branch_request(&b, &r, "digit");
	r.agent_id_type = LK_ID_RESIDENT;
	r.agent_relation = LK_AGENT_PARENT;
	(void)strcpy(r.agent_id_no, "110101199001010011");
	branch_refused(&b, &r, LK_E_INPUT, "agent_id_no");
	branch_request(&b, &r, "digit");
	r.id_no[10] = 'O';
	branch_refused(&b, &r, LK_E_INPUT, "id_no");
	branch_close(&b);
}

Test(host, unknown_codes)
{
	struct lk_request r;
	struct branch b;

#define CODE(field, value)						\
	do {								\
		branch_request(&b, &r, "code");				\
		r.field = (value);					\
		branch_refused(&b, &r, LK_E_ARG, #field);		\
	} while (0)
	branch_open(&b, NULL);
	CODE(product, 0);
	CODE(product, 8);
	CODE(product, 99);
	CODE(product, -1);
	CODE(operation, 8);
	CODE(channel, 7);
	CODE(purpose, 8);
	CODE(quantity, 1001);
	CODE(quantity, -1);
	CODE(held_here, -2);
	CODE(id_type, 13);
	CODE(subject, 2);
	CODE(agent_relation, 7);
	CODE(flags, 0x80);
	CODE(language, 3);
	branch_request(&b, &r, "code");
	r.reserved[1] = 1;
	branch_refused(&b, &r, LK_E_ARG, "reserved");
	branch_close(&b);
#undef CODE
}

Test(host, area_of_the_sandbox)
{
	struct lk_request r;
	struct branch b;

	branch_open(&b, NULL);
	branch_request(&b, &r, "area");
	(void)strcpy(r.id_no, citizen(0, 19900101, 1));
	branch_refused(&b, &r, LK_E_INPUT, "id_no");
	branch_close(&b);
}

Test(host, institution_of_somebody_else)
{
	struct lk_request r;
	struct lk_result a;
	struct branch b;

	branch_open(&b, NULL);
	branch_request(&b, &r, "inst");
	(void)strcpy(r.institution, "telco");
	cr_expect_eq(branch_check(&b, b.zh, &r, &a), LK_E_DENIED);
	cr_expect(branch_is_chinese(a.message));
	cr_expect_not_null(strstr(a.message, "telco"));
	cr_expect_eq(branch_check(&b, b.en, &r, &a), LK_E_DENIED);
	cr_expect(branch_is_ascii(a.message));
	cr_expect_not_null(strstr(a.message, "telco"));
	branch_answers(&b);
	branch_close(&b);
}

Test(host, wrong_structure_size)
{
	struct big { struct lk_request r; char more[64]; } q;
	struct lk_result a;
	struct branch b;

	branch_open(&b, NULL);
	memset(&q, 0, sizeof(q));
	branch_request(&b, &q.r, "size");
	q.r.size = sizeof(q.r) - 1;
	branch_refused(&b, &q.r, LK_E_SIZE, "request");
	q.r.size = 0;
	branch_refused(&b, &q.r, LK_E_SIZE, "request");
	q.r.size = UINT32_MAX;
	branch_refused(&b, &q.r, LK_E_SIZE, "request");
	q.r.size = sizeof(q);
	q.more[63] = 1;
	branch_refused(&b, &q.r, LK_E_SIZE, "request");
	q.more[63] = 0;
	cr_expect_eq(branch_check(&b, b.zh, &q.r, &a), LK_OK, "%s", a.message);
	branch_close(&b);
}

Test(host, wrong_result_size)
{
	struct big { struct lk_result a; char more[64]; } x;
	struct lk_status *s = calloc(1, sizeof(*s));
	struct lk_request r;
	struct branch b;
	size_t i;

	branch_open(&b, NULL);
	branch_request(&b, &r, "size");
	memset(&x, 0, sizeof(x));
	x.a.size = sizeof(x.a) - 8;
	cr_expect_eq(b.h.lk_check(b.zh, &r, &x.a, BRANCH_MS), LK_E_SIZE);
	cr_expect_eq(x.a.decision, LK_REVIEW);
	x.a.decision = LK_PASS;
	x.a.size = sizeof(x);
	x.more[0] = 1;
	cr_expect_eq(b.h.lk_check(b.zh, &r, &x.a, BRANCH_MS), LK_E_SIZE);
	cr_expect_eq(x.a.decision, LK_REVIEW);
	x.a.decision = LK_PASS;
	x.more[0] = 0;
	cr_expect_eq(b.h.lk_check(b.zh, &r, &x.a, BRANCH_MS), LK_OK);
	cr_expect_eq(x.a.size, sizeof(x));
	for (i = 0; i < sizeof(x.more); i++)
		cr_expect_eq(x.more[i], 0);
	/* Of a result that holds no more than its size, nothing is written. */
	memset(&x, 0x5a, sizeof(x));
	x.a.size = 4;
	cr_expect_eq(b.h.lk_review(b.zh, "x", &x.a, BRANCH_MS), LK_E_SIZE);
	cr_expect_eq(x.a.decision, 0x5a5a5a5a);
	cr_assert_not_null(s);
	cr_expect_eq(b.h.lk_status(b.zh, s, BRANCH_MS), LK_E_SIZE);
	s->size = sizeof(*s);
	cr_expect_eq(b.h.lk_status(b.zh, s, BRANCH_MS), LK_OK);
	free(s);
	branch_answers(&b);
	branch_close(&b);
}

Test(host, null_pointers)
{
	int32_t decision = LK_PASS, id = 0;
	struct lk_request r;
	struct lk_result a;
	struct branch b;

	branch_open(&b, NULL);
	branch_request(&b, &r, "null");
	branch_refused(&b, NULL, LK_E_ARG, "request");
	cr_expect_eq(b.h.lk_check(b.zh, &r, NULL, BRANCH_MS), LK_E_ARG);
	cr_expect_eq(b.h.lk_check(b.zh, NULL, NULL, BRANCH_MS), LK_E_ARG);
	cr_expect_eq(b.h.lk_submit(b.zh, NULL, BRANCH_MS), LK_E_ARG);
	cr_expect_eq(b.h.lk_collect(b.zh, &id, NULL, -1), LK_E_ARG);
	a.size = sizeof(a);
	a.decision = LK_PASS;
	cr_expect_eq(b.h.lk_collect(b.zh, NULL, &a, -1), LK_E_ARG);
	cr_expect_eq(a.decision, LK_REVIEW);
	cr_expect_eq(b.h.lk_status(b.zh, NULL, BRANCH_MS), LK_E_ARG);
	cr_expect_eq(b.h.lk_review(b.zh, "x", NULL, BRANCH_MS), LK_E_ARG);
	a.decision = LK_PASS;
	cr_expect_eq(b.h.lk_review(b.zh, NULL, &a, BRANCH_MS), LK_E_ARG);
	cr_expect_eq(a.decision, LK_REVIEW);
	cr_expect_not_null(strstr(a.message, "decision_id"));
	cr_expect_eq(b.h.lk_message(b.zh, "x", 0, 0, NULL, 9, BRANCH_MS),
	    LK_E_ARG);
	cr_expect_eq(b.h.lk_check_id(b.zh, LK_ID_RESIDENT, NULL, 1, "t", "1",
	    "t", &decision, NULL, 0, NULL, 0, BRANCH_MS), LK_E_ARG);
	cr_expect_eq(decision, LK_REVIEW);
	cr_expect_eq(b.h.lk_check_id(b.zh, LK_ID_RESIDENT, r.id_no, 1, "t", "1",
	    "t", NULL, NULL, 0, NULL, 0, BRANCH_MS), LK_E_ARG);
	cr_expect_eq(b.h.lk_confirm(b.zh, NULL, NULL, 0, 0, 0), LK_E_ARG);
	cr_expect_eq(b.h.lk_cancel(b.zh, NULL, NULL, 1, 0), LK_E_ARG);
	cr_expect_eq(b.h.lk_retire(b.zh, NULL, 0, 1, 0), LK_E_ARG);
	cr_expect_eq(b.h.lk_void(b.zh, NULL, 1, NULL, 0), LK_E_ARG);
	cr_expect_eq(b.h.lk_report(b.zh, NULL, 1, NULL, NULL, 0), LK_E_ARG);
	branch_answers(&b);
	branch_close(&b);
}

/* Use a handle that is none for everything. */
static void
want_no_handle(struct branch *b, int32_t handle)
{
	struct lk_status s = { .size = sizeof(s) };
	int32_t decision = LK_PASS, id = 0;
	struct lk_request r;
	struct lk_result a;
	char buf[1024];

	branch_request(b, &r, "handle");
	cr_expect_eq(branch_check(b, handle, &r, &a), LK_E_HANDLE);
	cr_expect_not_null(strstr(a.message, "handle"), "%s", a.message);
	cr_expect_eq(b->h.lk_submit(handle, &r, 0), LK_E_HANDLE);
	cr_expect_eq(b->h.lk_collect(handle, &id, &a, -1), LK_E_HANDLE);
	cr_expect_eq(a.decision, LK_REVIEW);
	cr_expect_eq(b->h.lk_abandon(handle, 1), LK_E_HANDLE);
	cr_expect_eq(b->h.lk_fd(handle), LK_E_HANDLE);
	cr_expect_eq(b->h.lk_check_id(handle, LK_ID_RESIDENT, r.id_no, 1, "t",
	    "1", "t", &decision, NULL, 0, buf, sizeof(buf), 0), LK_E_HANDLE);
	cr_expect_eq(decision, LK_REVIEW);
	cr_expect_eq(b->h.lk_confirm(handle, "x", "c", 0, 0, 0), LK_E_HANDLE);
	cr_expect_eq(b->h.lk_cancel(handle, "x", NULL, 1, 0), LK_E_HANDLE);
	cr_expect_eq(b->h.lk_retire(handle, "x", 0, 1, 0), LK_E_HANDLE);
	cr_expect_eq(b->h.lk_void(handle, "x", 1, "t", 0), LK_E_HANDLE);
	cr_expect_eq(b->h.lk_report(handle, "x", 1, "1", "t", 0), LK_E_HANDLE);
	cr_expect_eq(b->h.lk_review(handle, "x", &a, 0), LK_E_HANDLE);
	cr_expect_eq(b->h.lk_resolve(handle, "x", 1, 0, "t", "u", &a, 0),
	    LK_E_HANDLE);
	cr_expect_eq(a.decision, LK_REVIEW);
	cr_expect_eq(b->h.lk_status(handle, &s, 0), LK_E_HANDLE);
	cr_expect_eq(b->h.lk_message(handle, "x", 0, 0, buf, sizeof(buf), 0),
	    LK_E_HANDLE);
	cr_expect_eq(b->h.lk_close(handle), LK_E_HANDLE);
	branch_answers(b);
}

Test(host, handle_never_opened)
{
	static const int32_t none[] = { 0, -1, -6, 1, 77, INT32_MAX,
		INT32_MIN };
	struct branch b;
	size_t i;

	branch_open(&b, NULL);
	for (i = 0; i < sizeof(none) / sizeof(none[0]); i++)
		if (none[i] != b.zh && none[i] != b.en && none[i] != b.gb)
			want_no_handle(&b, none[i]);
	branch_close(&b);
}

Test(host, handle_closed_and_closed_twice)
{
	struct branch b;
	int32_t h;

	branch_open(&b, NULL);
	h = branch_handle(&b, "bank", "", 0);
	cr_expect_eq(b.h.lk_close(h), LK_OK);
	cr_expect_eq(b.h.lk_close(h), LK_E_HANDLE);
	want_no_handle(&b, h);
	/* Nor is it the one opened next in its place. */
	cr_expect_neq(branch_handle(&b, "bank", "", 0), h);
	want_no_handle(&b, h);
	branch_close(&b);
}
