/* What peers say, in the log. */
#include <criterion/criterion.h>

#include <string.h>

#include "net/log.h"

/* Neither a line of its own nor what a terminal obeys. */
Test(log_plain, shows_and_does_nothing_else)
{
	static const struct {
		const char *from, *to;
	} cases[] = {
		{ "", "" },
		{ "retired", "retired" },
		{ "节点已停用", "节点已停用" },
		{ "a\nliangkad: error: b", "a?liangkad: error: b" },
		{ "a\r\tb", "a??b" },
		{ "\033[31mred\033]0;x\a", "?[31mred?]0;x?" },
		{ "\x7f", "?" },
		{ "a\xc2\x9b" "31m", "a??31m" },
		{ "a\x9b" "31m", "a?31m" },
		{ "a\xe2\x80\xae" "b", "a???b" },
		{ "cut \xe8\x8a", "cut ??" },
	};
	char buf[64];
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		strcpy(buf, cases[i].from);
		cr_expect_str_eq(log_plain(buf), cases[i].to);
		cr_expect_eq(log_plain(buf), buf);
	}
}
