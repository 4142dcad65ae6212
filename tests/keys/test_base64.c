/* Base 64: the values of RFC 4648 section 10, and one text per value. */
#include <criterion/criterion.h>

#include <stdlib.h>
#include <string.h>

#include "keys/base64.h"

static const struct {
	const char *bytes;
	const char *text;
} pairs[] = {
	{ "", "" }, { "f", "Zg==" }, { "fo", "Zm8=" }, { "foo", "Zm9v" },
	{ "foob", "Zm9vYg==" }, { "fooba", "Zm9vYmE=" },
	{ "foobar", "Zm9vYmFy" }, { "\xfb\xff\xfe", "+//+" }
};

Test(base64, values_of_the_rfc)
{
	char text[16], bytes[16];
	size_t len;

	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		len = strlen(pairs[i].bytes);
		memset(text, 'x', sizeof(text));
		cr_assert_eq(base64_encode(text, pairs[i].bytes, len),
		    BASE64_LEN(len));
		cr_assert_str_eq(text, pairs[i].text);
		memset(bytes, 'x', sizeof(bytes));
		cr_assert_eq(base64_decode(bytes, len, text, strlen(text)),
		    (ssize_t)len);
		cr_assert_arr_eq(bytes, pairs[i].bytes, len);
		cr_assert_eq(bytes[len], 'x');
	}
}

Test(base64, every_length_and_byte)
{
	char text[BASE64_LEN(300) + 1];
	uint8_t in[300], out[300];

	for (size_t i = 0; i < sizeof(in); i++)
		in[i] = (uint8_t)(i * 167 + 13);
	for (size_t len = 0; len <= sizeof(in); len++) {
		size_t n = base64_encode(text, in, len);

		cr_assert_eq(n, BASE64_LEN(len));
		cr_assert_eq(strlen(text), n);
		cr_assert_eq(base64_decode(out, len, text, n), (ssize_t)len);
		cr_assert_arr_eq(out, in, len);
		if (len > 0)
			cr_assert_eq(base64_decode(out, len - 1, text, n), -1);
	}
}

Test(base64, other_spellings_are_refused)
{
	static const char *const bad[] = {
		"Z", "Zg", "Zg=", "Zm8", "Zm9vY", "=", "==", "===", "====",
		"Z===", "Zg==Zg==", "Zm8=Zm9v", "Zm=v", "Z=9v", "=m9v",
		"Zh==", "Zm9=", "Zm9v\n", "Zm9v    ", " Zm9", "Zm 9", "Zm-_",
		"Zm9\xc3", "Zg==\n\n\n\n", "Zg=a"
	};
	uint8_t out[32];

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		cr_assert_eq(base64_decode(out, sizeof(out), bad[i],
		    strlen(bad[i])), -1, "%s", bad[i]);
	cr_assert_eq(base64_decode(out, sizeof(out), "Zm9\0", 4), -1);
	for (size_t len = 5; len < 8; len++)
		cr_assert_eq(base64_decode(out, sizeof(out), "Zm9vYmFy", len),
		    -1);
}

/* Each value has one text: of all four-character ends, one decodes to each. */
Test(base64, one_text_per_value)
{
	char text[5] = "AAAA", again[5];
	uint8_t out[3];
	int good = 0;

	for (int c = 1; c < 256; c++)
		for (int d = 1; d < 256; d++) {
			ssize_t n;

			text[2] = (char)c;
			text[3] = (char)d;
			if ((n = base64_decode(out, 3, text, 4)) < 0)
				continue;
			base64_encode(again, out, (size_t)n);
			cr_assert_str_eq(again, text);
			good++;
		}
	cr_assert_eq(good, 64 * 64 + 16 + 1);
}
