/* Replies that wait: none leaves early, none is lost, none overtakes. */
#include <criterion/criterion.h>

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "net/outbuf.h"
#include "plugin.h"
#include "plugin/wire.h"

static struct outbuf o;

static void
setup(void)
{

	memset(&o, 0, sizeof(o));
}

static void
teardown(void)
{

	free(o.buf);
}

TestSuite(outbuf, .init = setup, .fini = teardown);

static void
put(const char *s, uint64_t seq, uint64_t turn)
{

	cr_assert_eq(outbuf_put(&o, s, strlen(s), seq, turn), 0);
}

/* Exactly this may leave; let it. */
static void
leaves(const char *s)
{
	const uint8_t *p;

	cr_assert_eq(outbuf_sendable(&o, &p), strlen(s));
	if (s[0] != '\0')
		cr_assert_arr_eq(p, s, strlen(s));
	outbuf_sent(&o, strlen(s));
}

Test(outbuf, nothing_to_wait_for)
{

	put("one", 0, 1);
	leaves("one");
	leaves("");
	cr_expect_eq(outbuf_held(&o), 0);
}

Test(outbuf, waits_until_durable)
{

	put("five", 5, 1);
	leaves("");
	cr_expect(outbuf_release(&o, 4));
	leaves("");
	cr_expect_not(outbuf_release(&o, 5));
	leaves("five");
}

Test(outbuf, what_is_behind_waits_too)
{

	put("a", 0, 1);
	put("b", 9, 1);
	put("c", 0, 2);
	leaves("a");
	cr_expect(outbuf_release(&o, 8));
	leaves("");
	cr_expect_not(outbuf_release(&o, 9));
	leaves("bc");
}

Test(outbuf, an_earlier_seq_behind_a_later_one_does_not_lower_it)
{

	put("new", 20, 1);
	put("duplicate", 3, 2);
	cr_expect(outbuf_release(&o, 19));
	leaves("");
	cr_expect_not(outbuf_release(&o, 20));
	leaves("newduplicate");
}

Test(outbuf, turns_are_freed_one_by_one)
{

	put("a", 1, 1);
	put("b", 2, 1);
	put("c", 3, 2);
	cr_expect(outbuf_release(&o, 1));
	leaves("");
	cr_expect(outbuf_release(&o, 2));
	leaves("ab");
	cr_expect_not(outbuf_release(&o, 3));
	leaves("c");
}

Test(outbuf, more_turns_than_marks)
{
	uint64_t i, durable;
	size_t len, left = 0;
	const uint8_t *p;

	for (i = 1; i <= 50; i++)
		put("x", i, i);
	for (durable = 0; durable <= 50; durable++) {
		(void)outbuf_release(&o, durable);
		len = outbuf_sendable(&o, &p);
		left += len;
		cr_assert_leq(left, durable, "too early");
		outbuf_sent(&o, len);
	}
	cr_expect_eq(left, 50);
}

Test(outbuf, bytes_survive_growth_and_partial_sends)
{
	uint8_t want = 0, have = 0, chunk[700];
	const uint8_t *p;
	size_t n, k;
	uint64_t i, sent = 0, in = 0;

	for (i = 1; i < 300; i++) {
		n = 1 + (i * 37) % sizeof(chunk);
		for (k = 0; k < n; k++)
			chunk[k] = want++;
		cr_assert_eq(outbuf_put(&o, chunk, n, i, i), 0);
		in += n;
		(void)outbuf_release(&o, i > 3 ? i - 3 : 0);
		n = outbuf_sendable(&o, &p) * (i % 3) / 2;
		if (n > outbuf_sendable(&o, &p))
			n = outbuf_sendable(&o, &p);
		for (k = 0; k < n; k++)
			cr_assert_eq(p[k], have++);
		outbuf_sent(&o, n);
		sent += n;
		cr_assert_eq(outbuf_held(&o), in - sent);
	}
	cr_expect_not(outbuf_release(&o, 300));
	n = outbuf_sendable(&o, &p);
	for (k = 0; k < n; k++)
		cr_assert_eq(p[k], have++);
	cr_expect_eq(sent + n, in);
	outbuf_sent(&o, n);
	outbuf_trim(&o);
	cr_expect_null(o.buf);
	put("again", 0, 1);
	leaves("again");
}

/* Put a reply with a text in it. */
static size_t
reply(uint8_t id, const char *text, uint64_t seq, uint64_t turn)
{
	uint8_t frame[512], name[WIRE_ID];
	struct wire_out out;

	memset(name, id, sizeof(name));
	wire_out_init(&out, frame, sizeof(frame));
	wire_begin(&out, WIRE_CHECK | WIRE_REPLY, name);
	wire_put_u32(&out, WIRE_T_ERROR, LK_OK);
	wire_put_u32(&out, WIRE_T_DECISION, LK_PASS);
	wire_put_text(&out, WIRE_T_MESSAGE, text);
	cr_assert_eq(wire_end(&out), 0);
	cr_assert_eq(outbuf_put(&o, frame, out.len, seq, turn), 0);
	return (out.len);
}

Test(outbuf, unsure_replies_say_so_and_nothing_else)
{
	struct wire_header h;
	struct wire_fields f;
	const uint8_t *p;
	size_t free_len, len, at = 0;
	uint8_t id = 1;

	free_len = reply(1, "may leave", 0, 1);
	(void)reply(2, "must not leave", 7, 1);
	(void)reply(3, "", 0, 1);
	(void)reply(4, "nor this", 8, 2);
	outbuf_unsure(&o, LK_E_UNAVAIL);
	len = outbuf_sendable(&o, &p);
	cr_assert_eq(len, outbuf_held(&o));
	while (at < len) {
		cr_assert_eq(wire_header_read(&h, p + at), WIRE_OK);
		cr_assert_eq(wire_fields_read(&f, p + at + WIRE_HEADER,
		    h.length), WIRE_OK);
		cr_expect_eq(h.id[0], id);
		cr_expect_eq(h.type, WIRE_CHECK | WIRE_REPLY);
		cr_expect_eq((int)wire_u32(&f, WIRE_T_ERROR, 1), id == 1 ?
		    LK_OK : LK_E_UNAVAIL);
		cr_expect_eq(!wire_has(&f, WIRE_T_DECISION), id != 1);
		at += WIRE_HEADER + h.length;
		if (id++ == 1)
			cr_expect_eq(at, free_len);
	}
	cr_expect_eq(id, 5);
}
