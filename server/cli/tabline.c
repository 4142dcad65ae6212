#include <string.h>

#include "tabline.h"

/* Split a line into exactly all fields. */
int
tabline_split(struct tabline *t, const char *line, size_t len, size_t fields)
{
	const char *end = line + len, *tab;
	size_t i;

	memset(t, 0, sizeof(*t));
	if (fields > TABLINE_FIELDS)
		return (-1);
	for (i = 0; i < fields; i++) {
		tab = memchr(line, '\t', (size_t)(end - line));
		if ((tab == NULL) != (i + 1 == fields))
			return (-1);
		t->p[i] = line;
		t->len[i] = (size_t)((tab != NULL ? tab : end) - line);
		if (tab != NULL)
			line = tab + 1;
	}
	return (0);
}

/* Read a decimal number. */
int
tabline_decimal(const char *p, const char *end, uint64_t *v)
{

	*v = 0;
	if (p == end)
		return (-1);
	for (; p < end; p++) {
		if (*p < '0' || *p > '9' || *v > (UINT64_MAX - 9) / 10)
			return (-1);
		*v = *v * 10 + (uint64_t)(*p - '0');
	}
	return (0);
}

/* The next field, a number up to max. */
static uint64_t
number(struct tabline *t, uint64_t max)
{
	const char *p = t->p[t->n];
	uint64_t v;

	if (tabline_decimal(p, p + t->len[t->n], &v) != 0 || v > max)
		t->bad = 1;
	t->n++;
	return (t->bad ? 0 : v);
}

/* Numbers. */
uint64_t
tabline_u64(struct tabline *t)
{

	return (number(t, UINT64_MAX));
}

int64_t
tabline_i64(struct tabline *t)
{

	return ((int64_t)number(t, INT64_MAX));
}

int32_t
tabline_code(struct tabline *t)
{

	return ((int32_t)number(t, INT32_MAX));
}

/* The next field, a text. */
void
tabline_text(struct tabline *t, char *dst, size_t size)
{
	size_t len = t->len[t->n];

	if (len >= size || memchr(t->p[t->n], '\0', len) != NULL) {
		t->bad = 1;
		len = 0;
	}
	memcpy(dst, t->p[t->n], len);
	dst[len] = '\0';
	t->n++;
}

/* The next field, one of some words. */
int32_t
tabline_word(struct tabline *t, const char *const *words, int32_t n)
{
	const char *p = t->p[t->n];
	size_t len = t->len[t->n++];
	int32_t i;

	for (i = 0; i < n; i++)
		if (strlen(words[i]) == len && memcmp(words[i], p, len) == 0)
			return (i);
	t->bad = 1;
	return (0);
}
