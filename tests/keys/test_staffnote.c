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
	s.action = (enum staffnote_action)9;
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
	cr_assert_str_eq(staffnote_action_name((enum staffnote_action)0), "?");
}
