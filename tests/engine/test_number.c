#include <criterion/criterion.h>

#include <string.h>

#include "engine/number.h"

/* Scan a string that must be good and print it. */
static const char *
spell(const char *text)
{
	static char out[NUMBER_BYTES + 1];
	struct number num;
	int32_t where;

	cr_assert_eq(number_scan(&num, text, strlen(text), &where), NUMBER_OK,
	    "%s", text);
	cr_expect_eq(where, -1);
	number_print(out, sizeof(out), &num);
	return (out);
}

Test(number, one_spelling)
{

	cr_expect_str_eq(spell(""), "");
	cr_expect_str_eq(spell(" \t\r\n\u00a0\u3000"), "");
	cr_expect_str_eq(spell("  a b  "), "A B");
	cr_expect_str_eq(spell("ａｚＡＺ０９（－）"), "AZAZ09(-)");
	cr_expect_str_eq(spell("1‐2‑3–4—5−6"), "1-2-3-4-5-6");
	cr_expect_str_eq(spell("\u200e1\u202a2\u20603\u2066\ufeff"), "123");
	cr_expect_str_eq(spell("Ⅹⅹ"), "XX");
	cr_expect_str_eq(spell("éß中𠀀"), "éß中𠀀");
}

/*
 * Every code point is either read and written back as itself, or is one that N2
 * to N4 name.
 */
Test(number, every_code_point)
{
	uint32_t changed = 0;

	for (uint32_t c = 1; c <= 0x10ffff; c++) {
		unsigned char t[4];
		char out[8];
		size_t n = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
		struct number num;
		int32_t where;
		enum number_status rc;

		for (size_t i = n; i-- > 1;)
			t[i] = (unsigned char)(0x80 |
			    (c >> 6 * (n - 1 - i) & 0x3f));
		t[0] = (unsigned char)(n == 1 ? c :
		    (0xf00U >> n & 0xff) | c >> 6 * (n - 1));
		rc = number_scan(&num, (char *)t, n, &where);
		if (c >= 0xd800 && c <= 0xdfff) {
			cr_assert_eq(rc, NUMBER_ENCODING);
			cr_assert_eq(where, 0);
			continue;
		}
		cr_assert_eq(rc, NUMBER_OK, "U+%04X", (unsigned)c);
		if (num.n == 1 && num.ch[0] == c) {
			cr_assert_eq(number_print(out, sizeof(out), &num), n);
			cr_assert_eq(memcmp(out, t, n), 0);
		} else
			changed++;
	}
	/* Letters, full-width, dashes, tens, spaces, invisible ones. */
	cr_expect_eq(changed, 26 + 94 + 7 + 2 + 6 + 20);
}

Test(number, print_needs_room)
{
	struct number num;
	int32_t where;
	char out[8] = "zzzzzzz";

	cr_assert_eq(number_scan(&num, "12中", 5, &where), NUMBER_OK);
	cr_expect_eq(number_print(out, 6, &num), 5);
	cr_expect_str_eq(out, "12中");
	cr_expect_eq(number_print(out, 5, &num), 0);
	cr_expect_eq(memcmp(out, "\0\0\0\0\0", 5), 0);
	num.n = 0;
	cr_expect_eq(number_print(out, 1, &num), 0);
	cr_expect_eq(out[0], '\0');
}

Test(number, refused_text_leaves_nothing)
{
	static const struct number none;
	struct number num;
	int32_t where;

	cr_expect_eq(number_scan(&num, "110105\xff", 7, &where),
	    NUMBER_ENCODING);
	cr_expect_eq(where, 6);
	cr_expect_eq(memcmp(&num, &none, sizeof(num)), 0);
}

Test(number, offsets_point_into_the_text)
{
	struct number num;
	int32_t where;

	cr_assert_eq(number_scan(&num, "\u3000１-\u200bx ", 12, &where),
	    NUMBER_OK);
	cr_assert_eq(num.n, 3);
	cr_expect_eq(num.at[0], 3);
	cr_expect_eq(num.at[1], 6);
	cr_expect_eq(num.at[2], 10);
	number_squeeze(&num);
	cr_assert_eq(num.n, 2);
	cr_expect_eq(num.ch[1], 'X');
	cr_expect_eq(num.at[1], 10);
}

Test(number, damaged)
{
	static const struct {
		const char *text;
		int damaged;
	} t[] = {
		{ "1.10105E+17", 1 }, { "1.10105e17", 1 }, { "1E+17", 1 },
		{ "1.E17", 1 }, { "1.1E-17", 1 }, { "1.1E+017", 1 },
		{ "１.１Ｅ＋１７", 1 },
		{ "", 0 }, { "1", 0 }, { "1.1", 0 }, { "1E17", 0 },
		{ "1E-17", 0 }, { "E+17", 0 }, { ".1E+17", 0 }, { "1.1E", 0 },
		{ "1.1E+", 0 }, { "1.1E+17A", 0 }, { "1.1E+1700", 0 },
		{ "1.1F+17", 0 }, { "1..1E+17", 0 },
	};

	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		struct number num;
		int32_t where;

		cr_assert_eq(number_scan(&num, t[i].text, strlen(t[i].text),
		    &where), NUMBER_OK);
		cr_expect_eq(number_damaged(&num), t[i].damaged, "%s",
		    t[i].text);
	}
}
