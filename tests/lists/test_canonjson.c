/* Canonical JSON: what comes out, and what is not let in. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <criterion/criterion.h>

#include "lists/canonjson.h"

/* Read a text and print it: the canonical form, for free(), or NULL. */
static char *
again(const char *text)
{
	char err[256] = "", *out;
	json_t *v = canonjson_load(text, strlen(text), err, sizeof(err));
	size_t len = 0;

	if (v == NULL) {
		cr_expect(err[0] != '\0');
		return (NULL);
	}
	out = canonjson_print(v, &len);
	cr_expect(out == NULL || strlen(out) == len);
	json_decref(v);
	return (out);
}

static void
expect_form(const char *text, const char *form)
{
	char *out = again(text);

	cr_assert(out != NULL, "%s", text);
	cr_expect_str_eq(out, form);
	free(out);
}

static void
expect_refused(const char *text)
{
	char *out = again(text);

	cr_expect(out == NULL, "%s gives %s", text, out);
	free(out);
}

Test(canonjson, one_form)
{
	expect_form(" { } ", "{}");
	expect_form("{\"b\": 1, \"a\": [ 2 , -3, true, false, null ]}",
	    "{\"a\":[2,-3,true,false,null],\"b\":1}");
	expect_form("{\"aa\":1,\"a\":2,\"Z\":3,\"\\u00e9\":4,\"z\":5}",
	    "{\"Z\":3,\"a\":2,\"aa\":1,\"z\":5,\"\xc3\xa9\":4}");
	expect_form("{\"n\":9223372036854775807,\"m\":-9223372036854775808}",
	    "{\"m\":-9223372036854775808,\"n\":9223372036854775807}");
}

/* The quote and the backslash, and nothing else: control characters stand as they are. */
Test(canonjson, strings)
{
	expect_form("{\"s\":\"a\\\"b\\\\c\\/d\"}", "{\"s\":\"a\\\"b\\\\c/d\"}");
	expect_form("{\"s\":\"\\n\\t\\u0001\\u007f\"}",
	    "{\"s\":\"\n\t\x01\x7f\"}");
	expect_form("{\"\\u4e24\\u5361\":\"\\ud83d\\ude00\"}",
	    "{\"\xe4\xb8\xa4\xe5\x8d\xa1\":\"\xf0\x9f\x98\x80\"}");
	expect_form("{\"\":\"\"}", "{\"\":\"\"}");
}

Test(canonjson, long_values)
{
	size_t n = 100000, len;
	char *text = malloc(n + 16), *out;

	sprintf(text, "{\"k\":\"");
	memset(text + 6, 'x', n);
	strcpy(text + 6 + n, "\"}");
	out = again(text);
	cr_assert(out != NULL);
	len = strlen(out);
	cr_expect(len == n + 8 && strcmp(out, text) == 0);
	free(out);
	free(text);
}

Test(canonjson, what_is_not_let_in)
{
	expect_refused("");
	expect_refused("1");
	expect_refused("[]");
	expect_refused("{\"a\":1,\"a\":1}");
	expect_refused("{\"x\":{\"a\":1,\"\\u0061\":2}}");
	expect_refused("{\"a\":1} x");
	expect_refused("{\"a\":1}{}");
	expect_refused("{\"a\":01}");
	expect_refused("{\"a\":9223372036854775808}");
	expect_refused("{\"a\":\"\\u0000\"}");
	expect_refused("{\"a\":\"\\ud800\"}");
	expect_refused("{\"a\":\"\xff\"}");
	expect_refused("{'a':1}");
	expect_refused("{\"a\":1,}");
	expect_refused("{\"a\":NaN}");
	expect_refused("\xef\xbb\xbf{}");
}

/* A number with a fraction can be read, but nothing is signed over it. */
Test(canonjson, only_integers)
{
	char err[256];
	json_t *v = canonjson_load("{\"a\":1.0}", 9, err, sizeof(err));
	size_t len;

	cr_assert(v != NULL);
	errno = 0;
	cr_expect(canonjson_print(v, &len) == NULL && errno == EINVAL);
	json_decref(v);
	expect_refused("{\"a\":1e3}");
}

/* Depth is looked at before the parser is let in. */
Test(canonjson, depth)
{
	char text[4096], err[256];
	size_t n;
	json_t *v, *in;

	for (int depth = CANONJSON_DEPTH; depth <= CANONJSON_DEPTH + 1;
	    depth++) {
		n = (size_t)sprintf(text, "{\"a\":");
		memset(text + n, '[', (size_t)depth - 1);
		n += (size_t)depth - 1;
		memset(text + n, ']', (size_t)depth - 1);
		n += (size_t)depth - 1;
		text[n++] = '}';
		text[n] = '\0';
		if (depth == CANONJSON_DEPTH) {
			char *out = again(text);

			cr_expect(out != NULL && strcmp(out, text) == 0);
			free(out);
		} else {
			cr_expect(canonjson_load(text, n, err, sizeof(err)) ==
			    NULL && strstr(err, "nested") != NULL, "%s", err);
		}
	}
	/* brackets within strings are none */
	n = (size_t)sprintf(text, "{\"a\":\"\\\"");
	memset(text + n, '[', 200);
	strcpy(text + n + 200, "\"}");
	v = canonjson_load(text, strlen(text), err, sizeof(err));
	cr_expect(v != NULL, "%s", err);
	json_decref(v);
	/* nor is a tree of our own printed without end */
	v = json_array();
	for (int i = 0; i < CANONJSON_DEPTH; i++) {
		in = v;
		v = json_array();
		json_array_append_new(v, in);
	}
	cr_expect(canonjson_print(v, &n) == NULL && errno == EINVAL);
	json_decref(v);
}

/* A stranger's text never stands in our sentences. */
Test(canonjson, errors_do_not_repeat_the_text)
{
	static const char text[] = "{\"secret\x1b[31m\": tru}";
	char err[256];

	cr_expect(canonjson_load(text, strlen(text), err, sizeof(err)) == NULL);
	cr_expect(strstr(err, "secret") == NULL && strstr(err, "tru") == NULL,
	    "%s", err);
	cr_expect(strncmp(err, "Line 1, column ", 15) == 0, "%s", err);
	cr_expect(canonjson_load("{\"a\":1,\"a\":2}", 13, err,
	    sizeof(err)) == NULL);
	cr_expect_str_eq(err, "Line 1, column 10: duplicate object key.");
}
