/* Hexadecimal digits. */
#include <criterion/criterion.h>

#include <string.h>

#include "keys/hex.h"

Test(hex, every_byte_there_and_back)
{
	uint8_t in[256], out[256];
	char text[513];

	for (size_t i = 0; i < 256; i++)
		in[i] = (uint8_t)i;
	hex_encode(text, in, sizeof(in));
	cr_assert_eq(strlen(text), 512);
	cr_assert_eq(strspn(text, "0123456789abcdef"), 512);
	cr_assert_eq(memcmp(text, "000102", 6), 0);
	cr_assert_str_eq(text + 506, "fdfeff");
	cr_assert_eq(hex_decode(out, text, sizeof(out)), 0);
	cr_assert_arr_eq(out, in, sizeof(in));
}

Test(hex, only_lower_case_digits)
{
	char text[3] = "00";
	uint8_t out;

	for (int place = 0; place < 2; place++) {
		for (int c = 0; c < 256; c++) {
			int good = (c >= '0' && c <= '9') ||
			    (c >= 'a' && c <= 'f');

			text[0] = text[1] = '7';
			text[place] = (char)c;
			out = 0xff;
			cr_assert_eq(hex_decode(&out, text, 1), good ? 0 : -1,
			    "character %d", c);
			if (!good)
				cr_assert_eq(out, 0);
		}
	}
}
