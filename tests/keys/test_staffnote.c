#include <criterion/criterion.h>

#include <stdio.h>
#include <string.h>

#include "keys/staffnote.h"

static const char example[] =
"liangka staff statement v1\n"
"node b017\n"
"time 1795312800000\n"
"action unseal\n"
"entry 42\n"
"origin b099\n"
"reason 投诉 2026-12\n";

static struct staffnote
good(void)
{
	struct staffnote s = { .action = STAFFNOTE_UNSEAL,
		.time = 1795312800000, .entry = 42, .node = "b017",
		.origin = "b099", .reason = "投诉 2026-12" };

	return (s);
}

static int
prints(const struct staffnote *s)
{
	char text[STAFFNOTE_TEXT_MAX];

	return (staffnote_print(text, s) != 0);
}

Test(staffnote, the_text_is_exactly_this)
{
	char text[STAFFNOTE_TEXT_MAX];
	struct staffnote s = good(), back;
	size_t n = staffnote_print(text, &s);

	cr_assert_str_eq(text, example);
	cr_assert_eq(n, strlen(example));
	cr_assert_eq(staffnote_parse(&back, text, n), 0);
	cr_assert_eq(back.action, STAFFNOTE_UNSEAL);
	cr_assert_eq(back.time, s.time);
	cr_assert_eq(back.entry, 42);
	cr_assert_str_eq(back.node, "b017");
	cr_assert_str_eq(back.origin, "b099");
	cr_assert_str_eq(back.reason, s.reason);
}

Test(staffnote, every_changed_byte_is_seen_or_means_something_else)
{
	char text[sizeof(example)], again[STAFFNOTE_TEXT_MAX];
	struct staffnote s;
	size_t i, n = sizeof(example) - 1;
	int c;

	for (i = 0; i < n; i++)
		for (c = 0; c < 256; c++) {
			memcpy(text, example, sizeof(text));
			text[i] = (char)c;
			if (staffnote_parse(&s, text, n) != 0)
				continue;
			cr_assert_eq(staffnote_print(again, &s), n);
			cr_assert_eq(memcmp(again, text, n), 0);
		}
	for (i = 0; i < n; i++)
		cr_assert_eq(staffnote_parse(&s, example, i), -1);
}

Test(staffnote, bounds)
{
	struct staffnote s = good();

	s.entry = 0;
	cr_assert(!prints(&s), "only a person is looked up without an entry");
	s.action = STAFFNOTE_PERSON;
	cr_assert(prints(&s));
	s.entry = 1;
	cr_assert(!prints(&s));
	s = good();
	s.time = 0;
	cr_assert(!prints(&s));
	s = good();
	s.action = STAFFNOTE_ACTIONS;
	cr_assert(!prints(&s));
	s = good();
	s.node[0] = '\0';
	cr_assert(!prints(&s));
	memset(s.node, 'n', sizeof(s.node));
	cr_assert(!prints(&s));
	s.node[31] = '\0';
	cr_assert(prints(&s));
	s.node[3] = ' ';
	cr_assert(!prints(&s));
	s = good();
	s.entry = UINT64_MAX;
	s.time = INT64_MAX;
	cr_assert(prints(&s));
}

Test(staffnote, reasons)
{
	char long_one[300];

	memset(long_one, 'r', sizeof(long_one));
	cr_assert(staffnote_reason(long_one, 255));
	cr_assert(!staffnote_reason(long_one, 256));
	cr_assert(!staffnote_reason("", 0));
	cr_assert(!staffnote_reason("  \t", 3));
	cr_assert(!staffnote_reason(" \xe3\x80\x80", 4), "an ideographic space");
	cr_assert(!staffnote_reason("a\nb", 3));
	cr_assert(!staffnote_reason("a\x7f", 2));
	cr_assert(!staffnote_reason("a\xe2\x80\xae" "b", 5), "bidi override");
	cr_assert(!staffnote_reason("a\xff", 2));
	cr_assert(staffnote_reason("到期", strlen("到期")));
}

Test(staffnote, names)
{

	cr_assert_str_eq(staffnote_action_name(STAFFNOTE_PERSON), "person");
	cr_assert_str_eq(staffnote_action_name(STAFFNOTE_ERASE), "erase");
	cr_assert_str_eq(staffnote_action_name(STAFFNOTE_ALERT_TAKE),
	    "alert-take");
	cr_assert_str_eq(staffnote_action_name((enum staffnote_action)0), "?");
	cr_assert_str_eq(staffnote_action_name(STAFFNOTE_ACTIONS), "?");
}

/* A statement about a case. */
static struct staffnote
about_case(enum staffnote_action action, const char *detail)
{
	struct staffnote s = good();

	s.action = action;
	(void)snprintf(s.detail, sizeof(s.detail), "%s", detail);
	return (s);
}

Test(staffnote, a_detail_stands_before_the_reason)
{
	char text[STAFFNOTE_TEXT_MAX];
	struct staffnote s = about_case(STAFFNOTE_APPROVE, "clear 90 2"), back;
	uint32_t days, count;
	size_t n = staffnote_print(text, &s);

	cr_assert_str_eq(text, "liangka staff statement v1\nnode b017\n"
	    "time 1795312800000\naction approve\nentry 42\norigin b099\n"
	    "detail clear 90 2\nreason 投诉 2026-12\n");
	cr_assert_eq(staffnote_parse(&back, text, n), 0);
	cr_assert_eq(back.action, STAFFNOTE_APPROVE);
	cr_assert_eq(staffnote_cleared(&back, &days, &count), 0);
	cr_assert_eq(days, 90);
	cr_assert_eq(count, 2);
}

Test(staffnote, every_action_has_its_own_detail)
{
	static const struct {
		enum staffnote_action action;
		const char *detail;
		int good;
	} c[] = {
		{ STAFFNOTE_APPROVE, "clear 0 0", 1 },
		{ STAFFNOTE_APPROVE, "clear 9999 9999", 1 },
		{ STAFFNOTE_APPROVE, "clear 10000 1", 0 },
		{ STAFFNOTE_APPROVE, "clear 1 0", 0 },
		{ STAFFNOTE_APPROVE, "clear 0 1", 0 },
		{ STAFFNOTE_APPROVE, "clear 01 1", 0 },
		{ STAFFNOTE_APPROVE, "clear 1 1 ", 0 },
		{ STAFFNOTE_APPROVE, "clear 1  1", 0 },
		{ STAFFNOTE_APPROVE, "clear 1", 0 },
		{ STAFFNOTE_APPROVE, "clear -1 1", 0 },
		{ STAFFNOTE_APPROVE, "", 0 },
		{ STAFFNOTE_DISPATCH, "城东三所", 1 },
		{ STAFFNOTE_DISPATCH, "", 0 },
		{ STAFFNOTE_DISPATCH, "  ", 0 },
		{ STAFFNOTE_DISPATCH, "a\nreason b", 0 },
		{ STAFFNOTE_RESULT, "genuine", 1 },
		{ STAFFNOTE_RESULT, "persuaded", 1 },
		{ STAFFNOTE_RESULT, "police", 1 },
		{ STAFFNOTE_RESULT, "gone", 1 },
		{ STAFFNOTE_RESULT, "other", 1 },
		{ STAFFNOTE_RESULT, "others", 0 },
		{ STAFFNOTE_RESULT, "", 0 },
		{ STAFFNOTE_TAKE, "", 1 },
		{ STAFFNOTE_TAKE, "x", 0 },
		{ STAFFNOTE_RELEASE, "", 1 },
		{ STAFFNOTE_DENY, "", 1 },
		{ STAFFNOTE_CLOSE, "", 1 },
		{ STAFFNOTE_ALERT_TAKE, "", 1 },
		{ STAFFNOTE_ALERT_CLOSE, "", 1 },
		{ STAFFNOTE_ALERT_CLOSE, "x", 0 },
		{ STAFFNOTE_UNSEAL, "x", 0 },
		{ STAFFNOTE_LINK, "", 0 },	/* of no entry */
	};
	char text[STAFFNOTE_TEXT_MAX];
	struct staffnote s, back;
	size_t i, n;

	for (i = 0; i < sizeof(c) / sizeof(c[0]); i++) {
		s = about_case(c[i].action, c[i].detail);
		n = staffnote_print(text, &s);
		cr_assert_eq(n != 0, c[i].good, "%zu: %s", i, c[i].detail);
		if (n == 0)
			continue;
		cr_assert_eq(staffnote_parse(&back, text, n), 0, "%zu", i);
		cr_assert_eq(back.action, c[i].action);
		cr_assert_str_eq(back.detail, c[i].detail);
	}
	s = about_case(STAFFNOTE_LINK, "");
	s.entry = 0;
	cr_assert(prints(&s));
	s.action = STAFFNOTE_UNLINK;
	cr_assert(prints(&s));
}

Test(staffnote, the_longest_fits)
{
	struct staffnote s = about_case(STAFFNOTE_DISPATCH, "");

	memset(s.detail, 't', sizeof(s.detail) - 1);
	memset(s.reason, 'r', sizeof(s.reason) - 1);
	memset(s.node, 'n', sizeof(s.node) - 1);
	memset(s.origin, 'o', sizeof(s.origin) - 1);
	s.entry = UINT64_MAX;
	s.time = INT64_MAX;
	cr_assert(prints(&s));
	s.detail[sizeof(s.detail) - 1] = 't';
	cr_assert(!prints(&s));
}

Test(staffnote, a_detail_line_that_is_not_due_or_empty)
{
	static const char *const bad[] = {
		"liangka staff statement v1\nnode b\ntime 1\naction take\n"
		    "entry 42\norigin b\ndetail \nreason r\n",
		"liangka staff statement v1\nnode b\ntime 1\naction take\n"
		    "entry 42\norigin b\ndetail x\nreason r\n",
		"liangka staff statement v1\nnode b\ntime 1\naction result\n"
		    "entry 42\norigin b\nreason r\n",
		"liangka staff statement v1\nnode b\ntime 1\naction result\n"
		    "entry 42\norigin b\nreason r\ndetail gone\n",
		"liangka staff statement v1\nnode b\ntime 1\naction result\n"
		    "entry 42\norigin b\ndetail gone\ndetail gone\n"
		    "reason r\n",
	};
	struct staffnote s;
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		cr_assert_eq(staffnote_parse(&s, bad[i], strlen(bad[i])), -1,
		    "%zu", i);
}

Test(staffnote, found)
{
	struct staffnote s = about_case(STAFFNOTE_RESULT, "police");

	cr_assert_eq(staffnote_found(&s), 3);
	s.action = STAFFNOTE_DISPATCH;
	cr_assert_eq(staffnote_found(&s), 0);
	cr_assert_str_eq(staffnote_found_name(1), "genuine");
	cr_assert_str_eq(staffnote_found_name(9), "other");
	cr_assert_null(staffnote_found_name(5));
	cr_assert_null(staffnote_found_name(10));
	cr_assert_null(staffnote_found_name(0));
}

/* A statement about a node. */
static struct staffnote
about_node(enum staffnote_action action, const char *node)
{
	struct staffnote s = about_case(action, node);

	s.entry = 0;
	return (s);
}

Test(staffnote, a_node_stands_as_the_detail)
{
	char text[STAFFNOTE_TEXT_MAX];
	struct staffnote s = about_node(STAFFNOTE_NODE_READMIT, "b017"), back;
	size_t n = staffnote_print(text, &s);

	cr_assert_str_eq(text, "liangka staff statement v1\nnode b017\n"
	    "time 1795312800000\naction node-readmit\nentry 0\norigin b099\n"
	    "detail b017\nreason 投诉 2026-12\n");
	cr_assert_eq(staffnote_parse(&back, text, n), 0);
	cr_assert_eq(back.action, STAFFNOTE_NODE_READMIT);
	cr_assert_str_eq(back.detail, "b017");
	cr_assert_str_eq(staffnote_action_name(STAFFNOTE_NODE_RETIRE),
	    "node-retire");
	cr_assert_str_eq(staffnote_action_name(STAFFNOTE_NODE_REPLACE),
	    "node-replace");
}

/* The id is one that a certificate can have; no entry is named. */
Test(staffnote, what_is_no_node)
{
	static const char *const bad[] = { "", "-b", "b-", "B017", "b 017",
		"b017\nreason x", "b0170000000000", "节点", "b/1", "b.1" };
	static const enum staffnote_action action[] = {
		STAFFNOTE_NODE_RETIRE, STAFFNOTE_NODE_REPLACE,
		STAFFNOTE_NODE_READMIT };
	struct staffnote s;
	size_t i, k;

	for (k = 0; k < 3; k++) {
		for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
			s = about_node(action[k], bad[i]);
			cr_assert(!prints(&s), "%s", bad[i]);
		}
		s = about_node(action[k], "b01700000000");
		cr_assert(prints(&s));
		s.entry = 1;
		cr_assert(!prints(&s));
	}
}
