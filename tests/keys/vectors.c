#include <criterion/criterion.h>

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "vectors.h"

/* A text under the reader. */
struct reader {
	const char *p;
	const char *end;
	const char *where;
};

static struct vector *read_value(struct reader *r);

/* Fail the test over a broken text. */
static _Noreturn void
broken(const struct reader *r, const char *what)
{

	cr_assert_fail("%s: %s, %zu bytes before the end", r->where, what,
	    (size_t)(r->end - r->p));
	abort();
}

/* Return zeroed memory. */
static void *
must(size_t len)
{
	void *p = calloc(1, len);

	cr_assert_not_null(p);
	return (p);
}

/* Pass white space and return the character that follows, or 0. */
static char
peek(struct reader *r)
{

	while (r->p < r->end && strchr(" \t\r\n", *r->p) != NULL && *r->p != '\0')
		r->p++;
	return (r->p < r->end ? *r->p : '\0');
}

/* Read four hexadecimal digits. */
static unsigned
read_four(struct reader *r)
{
	char digits[5] = "";
	unsigned c;

	if (r->end - r->p < 4)
		broken(r, "short escape");
	memcpy(digits, r->p, 4);
	if (strspn(digits, "0123456789abcdefABCDEF") != 4)
		broken(r, "bad escape");
	c = (unsigned)strtoul(digits, NULL, 16);
	r->p += 4;
	return (c);
}

/* Append a character as UTF-8. */
static size_t
put_utf8(char *out, unsigned c)
{

	if (c < 0x80) {
		out[0] = (char)c;
		return (1);
	}
	if (c < 0x800) {
		out[0] = (char)(0xc0 | c >> 6);
		out[1] = (char)(0x80 | (c & 0x3f));
		return (2);
	}
	if (c < 0x10000) {
		out[0] = (char)(0xe0 | c >> 12);
		out[1] = (char)(0x80 | (c >> 6 & 0x3f));
		out[2] = (char)(0x80 | (c & 0x3f));
		return (3);
	}
	out[0] = (char)(0xf0 | c >> 18);
	out[1] = (char)(0x80 | (c >> 12 & 0x3f));
	out[2] = (char)(0x80 | (c >> 6 & 0x3f));
	out[3] = (char)(0x80 | (c & 0x3f));
	return (4);
}

/* Read what follows a backslash and write what it stands for. */
static size_t
read_escape(struct reader *r, char *out)
{
	static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
	const char *at;
	unsigned c, low;

	if (r->p == r->end)
		broken(r, "short escape");
	if (*r->p != 'u') {
		if (*r->p == '\0' || (at = strchr(from, *r->p)) == NULL)
			broken(r, "unknown escape");
		r->p++;
		*out = to[at - from];
		return (1);
	}
	r->p++;
	c = read_four(r);
	if (c >= 0xd800 && c < 0xdc00) {
		if (r->end - r->p < 6 || r->p[0] != '\\' || r->p[1] != 'u')
			broken(r, "half a character");
		r->p += 2;
		low = read_four(r);
		if (low < 0xdc00 || low > 0xdfff)
			broken(r, "half a character");
		c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
	}
	return (put_utf8(out, c));
}

/* Read a string. */
static char *
read_string(struct reader *r, size_t *len)
{
	const char *close;
	size_t n = 0;
	char *s;

	if (peek(r) != '"')
		broken(r, "no string");
	close = ++r->p;
	while (close < r->end && *close != '"')
		close += *close == '\\' ? 2 : 1;
	if (close >= r->end)
		broken(r, "endless string");
	s = must((size_t)(close - r->p) + 5);
	while (*r->p != '"') {
		if (*r->p == '\\') {
			r->p++;
			n += read_escape(r, s + n);
		} else
			s[n++] = *r->p++;
	}
	r->p++;
	s[n] = '\0';
	*len = n;
	return (s);
}

/* Read the members of an array or object. */
static void
read_members(struct reader *r, struct vector *v, char close)
{
	struct vector **tail = &v->first;
	char *name = NULL;
	size_t len;

	r->p++;
	if (peek(r) == close) {
		r->p++;
		return;
	}
	for (;;) {
		if (v->type == VECTOR_OBJECT) {
			name = read_string(r, &len);
			if (peek(r) != ':')
				broken(r, "no colon");
			r->p++;
		}
		*tail = read_value(r);
		(*tail)->name = name;
		tail = &(*tail)->next;
		if (peek(r) == close)
			break;
		if (peek(r) != ',')
			broken(r, "no comma");
		r->p++;
	}
	r->p++;
}

/* Read a number or one of the three words. */
static void
read_word(struct reader *r, struct vector *v)
{
	char word[32] = "";
	size_t n = 0;

	while (r->p < r->end && n < sizeof(word) - 1 &&
	    (isalnum((unsigned char)*r->p) ||
	    (*r->p != '\0' && strchr("+-.", *r->p) != NULL)))
		word[n++] = *r->p++;
	if (strcmp(word, "true") == 0 || strcmp(word, "false") == 0) {
		v->type = VECTOR_BOOL;
		v->number = word[0] == 't';
	} else if (word[0] == '-' || isdigit((unsigned char)word[0])) {
		v->type = VECTOR_NUMBER;
		v->number = strtoll(word, NULL, 10);
	} else if (strcmp(word, "null") != 0)
		broken(r, "unknown word");
}

/* Read a value. */
static struct vector *
read_value(struct reader *r)
{
	struct vector *v = must(sizeof(*v));

	switch (peek(r)) {
	case '{':
		v->type = VECTOR_OBJECT;
		read_members(r, v, '}');
		break;
	case '[':
		v->type = VECTOR_ARRAY;
		read_members(r, v, ']');
		break;
	case '"':
		v->type = VECTOR_STRING;
		v->text = read_string(r, &v->len);
		break;
	default:
		read_word(r, v);
	}
	return (v);
}

/* Read a JSON text. */
struct vector *
vectors_json(const char *text, size_t len, const char *where)
{
	struct reader r = { text, text + len, where };
	struct vector *v = read_value(&r);

	if (peek(&r) != '\0' || r.p != r.end)
		broken(&r, "more behind the value");
	return (v);
}

/* Name a file of the folder, or skip the test. */
void
vectors_path(char *out, size_t cap, const char *file)
{
	const char *folder = getenv("LIANGKA_VECTORS");
	struct stat st;
	int n;

	if (folder == NULL || *folder == '\0')
		folder = "../shared/vectors";
	if (stat(folder, &st) != 0 || !S_ISDIR(st.st_mode))
		cr_skip_test("skipped: no vectors");
	n = snprintf(out, cap, "%s/%s", folder, file);
	cr_assert(n > 0 && (size_t)n < cap);
}

/* Read a JSON file of the folder. */
struct vector *
vectors_load(const char *file)
{
	struct vector *v;
	char path[1024], *text;
	long len = 0;
	FILE *f;

	vectors_path(path, sizeof(path), file);
	f = fopen(path, "rb");
	cr_assert_not_null(f, "%s", path);
	cr_assert(fseek(f, 0, SEEK_END) == 0 && (len = ftell(f)) >= 0 &&
	    fseek(f, 0, SEEK_SET) == 0);
	text = must((size_t)len + 1);
	cr_assert_eq(fread(text, 1, (size_t)len, f), (size_t)len);
	fclose(f);
	v = vectors_json(text, (size_t)len, path);
	free(text);
	return (v);
}

/* Free a value and all that follow it. */
void
vectors_free(struct vector *v)
{
	struct vector *next;

	for (; v != NULL; v = next) {
		next = v->next;
		vectors_free(v->first);
		free(v->name);
		free(v->text);
		free(v);
	}
}

/* Find a member. */
const struct vector *
vectors_get(const struct vector *v, const char *name)
{
	const struct vector *m;

	for (m = v->first; m != NULL; m = m->next)
		if (m->name != NULL && strcmp(m->name, name) == 0)
			return (m);
	return (NULL);
}

/* Give the text of a member. */
const char *
vectors_text(const struct vector *v, const char *name)
{
	const struct vector *m = vectors_get(v, name);

	cr_assert(m != NULL && (m->type == VECTOR_STRING ||
	    m->type == VECTOR_NULL), "no text \"%s\"", name);
	return (m->text);
}

/* Give the number or bool of a member. */
long long
vectors_number(const struct vector *v, const char *name)
{
	const struct vector *m = vectors_get(v, name);

	cr_assert(m != NULL && (m->type == VECTOR_NUMBER ||
	    m->type == VECTOR_BOOL), "no number \"%s\"", name);
	return (m->number);
}

/* Read the hexadecimal digits of a member. */
size_t
vectors_hex(const struct vector *v, const char *name, uint8_t *out, size_t cap)
{
	const char *text = vectors_text(v, name);
	char two[3] = "";
	size_t i, n;

	cr_assert_not_null(text);
	n = strlen(text) / 2;
	cr_assert(strlen(text) % 2 == 0 && n <= cap &&
	    strspn(text, "0123456789abcdefABCDEF") == strlen(text),
	    "\"%s\" is no hexadecimal of up to %zu bytes", name, cap);
	for (i = 0; i < n; i++) {
		memcpy(two, text + 2 * i, 2);
		out[i] = (uint8_t)strtoul(two, NULL, 16);
	}
	return (n);
}
