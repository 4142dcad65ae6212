#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "canonjson.h"

/* Text in the making; once failed it stays so. */
struct text {
	char *p;
	size_t len, cap;
	int error;		/* errno, 0: good */
};

static void put_value(struct text *t, const json_t *v, int depth);

/* Append bytes. */
static void
put(struct text *t, const char *p, size_t len)
{
	size_t cap = t->cap != 0 ? t->cap : 512;
	char *q;

	if (t->error != 0)
		return;
	while (cap - t->len <= len)
		cap *= 2;
	if (cap != t->cap) {
		if ((q = realloc(t->p, cap)) == NULL) {
			t->error = ENOMEM;
			return;
		}
		t->p = q;
		t->cap = cap;
	}
	memcpy(t->p + t->len, p, len);
	t->len += len;
}

/* A string: only the quote and the backslash are escaped. */
static void
put_string(struct text *t, const char *p, size_t len)
{
	size_t from = 0;

	put(t, "\"", 1);
	for (size_t i = 0; i < len; i++)
		if (p[i] == '"' || p[i] == '\\') {
			put(t, p + from, i - from);
			put(t, "\\", 1);
			from = i;
		}
	put(t, p + from, len - from);
	put(t, "\"", 1);
}

/* Order of keys: by their bytes. */
static int
key_order(const void *a, const void *b)
{

	return (strcmp(*(const char *const *)a, *(const char *const *)b));
}

/* An object, its members sorted. */
static void
put_object(struct text *t, const json_t *v, int depth)
{
	size_t n = json_object_size(v), i = 0;
	const char **keys;
	json_t *o = (json_t *)(uintptr_t)v;	/* the walk takes no const */

	if ((keys = calloc(n + 1, sizeof(*keys))) == NULL) {
		t->error = ENOMEM;
		return;
	}
	for (void *it = json_object_iter(o); it != NULL && i < n;
	    it = json_object_iter_next(o, it))
		keys[i++] = json_object_iter_key(it);
	qsort(keys, n, sizeof(*keys), key_order);
	put(t, "{", 1);
	for (i = 0; i < n && t->error == 0; i++) {
		if (i > 0)
			put(t, ",", 1);
		put_string(t, keys[i], strlen(keys[i]));
		put(t, ":", 1);
		put_value(t, json_object_get(v, keys[i]), depth + 1);
	}
	put(t, "}", 1);
	free(keys);
}

/* An array, in its order. */
static void
put_array(struct text *t, const json_t *v, int depth)
{

	put(t, "[", 1);
	for (size_t i = 0; i < json_array_size(v) && t->error == 0; i++) {
		if (i > 0)
			put(t, ",", 1);
		put_value(t, json_array_get(v, i), depth + 1);
	}
	put(t, "]", 1);
}

/* Any value but a number that is no integer. */
static void
put_value(struct text *t, const json_t *v, int depth)
{
	char number[32];

	if (v == NULL || depth > CANONJSON_DEPTH) {
		t->error = EINVAL;
		return;
	}
	switch (json_typeof(v)) {
	case JSON_OBJECT:
		put_object(t, v, depth);
		return;
	case JSON_ARRAY:
		put_array(t, v, depth);
		return;
	case JSON_STRING:
		put_string(t, json_string_value(v), json_string_length(v));
		return;
	case JSON_INTEGER:
		snprintf(number, sizeof(number), "%" JSON_INTEGER_FORMAT,
		    json_integer_value(v));
		put(t, number, strlen(number));
		return;
	case JSON_TRUE:
		put(t, "true", 4);
		return;
	case JSON_FALSE:
		put(t, "false", 5);
		return;
	case JSON_NULL:
		put(t, "null", 4);
		return;
	case JSON_REAL:
		break;
	}
	t->error = EINVAL;
}

/* Print with our own emitter: signatures hang on every byte. */
char *
canonjson_print(const json_t *v, size_t *len)
{
	struct text t = { .p = NULL };

	put_value(&t, v, 1);
	put(&t, "", 1);
	if (t.error != 0) {
		free(t.p);
		errno = t.error;
		return (NULL);
	}
	*len = t.len - 1;
	return (t.p);
}

/* How deep arrays and objects are nested, strings left out. */
static int
depth_of(const char *text, size_t len)
{
	int depth = 0, most = 0, quoted = 0;

	for (size_t i = 0; i < len; i++) {
		if (quoted) {
			if (text[i] == '\\')
				i++;
			else if (text[i] == '"')
				quoted = 0;
		} else if (text[i] == '"') {
			quoted = 1;
		} else if (text[i] == '{' || text[i] == '[') {
			if (++depth > most)
				most = depth;
		} else if (text[i] == '}' || text[i] == ']') {
			depth--;
		}
	}
	return (most);
}

/* The depth is looked at before the parser, which goes down by recursion. */
json_t *
canonjson_load(const char *text, size_t len, char *err, size_t errlen)
{
	json_error_t e;
	json_t *v;
	char *near;

	if (depth_of(text, len) > CANONJSON_DEPTH) {
		snprintf(err, errlen, "It is nested more than %d deep.",
		    CANONJSON_DEPTH);
		return (NULL);
	}
	if ((v = json_loadb(text, len, JSON_REJECT_DUPLICATES, &e)) == NULL) {
		/* what follows "near" is the stranger's own text */
		if ((near = strstr(e.text, " near ")) != NULL)
			*near = '\0';
		snprintf(err, errlen, "Line %d, column %d: %s.", e.line,
		    e.column, e.text);
		return (NULL);
	}
	if (!json_is_object(v)) {
		snprintf(err, errlen, "It is no JSON object.");
		json_decref(v);
		return (NULL);
	}
	return (v);
}
