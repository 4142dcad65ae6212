#include <inttypes.h>
#include <string.h>

#include "plugin/conf.h"

#include "json.h"
#include "moment.h"

/* Write a text in quotes. */
static void
quote(FILE *f, const char *s)
{
	size_t len = strlen(s), n;
	uint32_t c;

	(void)fputc('"', f);
	for (; len > 0; s += n, len -= n) {
		n = conf_utf8(s, len, &c);
		if (n == 0) {
			(void)fputs("\xef\xbf\xbd", f);
			n = 1;
		} else if (c == '"' || c == '\\')
			(void)fprintf(f, "\\%c", (int)c);
		else if (c == '\n')
			(void)fputs("\\n", f);
		else if (c == '\t')
			(void)fputs("\\t", f);
		else if (c < 0x20 || (c >= 0x7f && c < 0xa0))
			(void)fprintf(f, "\\u%04" PRIx32, c);
		else
			(void)fwrite(s, 1, n, f);
	}
	(void)fputc('"', f);
}

/* The comma that is due, and the key. */
static void
member(struct json *j, const char *key)
{

	if (j->more)
		(void)fputc(',', j->f);
	j->more = 1;
	if (key != NULL) {
		quote(j->f, key);
		(void)fputc(':', j->f);
	}
}

/* Begin. */
void
json_begin(struct json *j, FILE *f)
{

	j->f = f;
	j->more = 0;
	j->depth = 1;
	(void)fputc('{', f);
}

/* End an object. */
void
json_end(struct json *j)
{

	(void)fputc('}', j->f);
	j->more = 1;
	if (--j->depth == 0)
		(void)fputc('\n', j->f);
}

/* A member that is an object. */
void
json_open(struct json *j, const char *key)
{

	member(j, key);
	(void)fputc('{', j->f);
	j->more = 0;
	j->depth++;
}

/* A member that is an array. */
void
json_list(struct json *j, const char *key)
{

	member(j, key);
	(void)fputc('[', j->f);
	j->more = 0;
}

/* End an array. */
void
json_close(struct json *j)
{

	(void)fputc(']', j->f);
	j->more = 1;
}

/* A text. */
void
json_text(struct json *j, const char *key, const char *s)
{

	member(j, key);
	if (s == NULL)
		(void)fputs("null", j->f);
	else
		quote(j->f, s);
}

/* A signed number. */
void
json_i64(struct json *j, const char *key, int64_t v)
{

	member(j, key);
	(void)fprintf(j->f, "%" PRId64, v);
}

/* An unsigned number. */
void
json_u64(struct json *j, const char *key, uint64_t v)
{

	member(j, key);
	(void)fprintf(j->f, "%" PRIu64, v);
}

/* A truth value. */
void
json_bool(struct json *j, const char *key, int v)
{

	member(j, key);
	(void)fputs(v ? "true" : "false", j->f);
}

/* Nothing. */
void
json_nil(struct json *j, const char *key)
{

	json_text(j, key, NULL);
}

/* JSON that is printed already. */
void
json_raw(struct json *j, const char *key, const char *p, size_t len)
{

	member(j, key);
	(void)fwrite(p, 1, len, j->f);
}

/* The word of a code. */
void
json_word(struct json *j, const char *key, const struct word *table,
    int32_t code)
{
	const char *name = words_name(table, code, 0);

	if (name != NULL)
		json_text(j, key, name);
	else
		json_i64(j, key, code);
}

/* The words of bits. */
void
json_bits(struct json *j, const char *key, const struct word *table,
    uint32_t bits)
{
	const struct word *w;

	json_list(j, key);
	for (w = table; w->name != NULL; w++) {
		if ((bits & (uint32_t)w->code) != 0)
			json_text(j, NULL, w->name);
		bits &= ~(uint32_t)w->code;
	}
	if (bits != 0)
		json_u64(j, NULL, bits);
	json_close(j);
}

/* A time. */
void
json_time(struct json *j, const char *key, int64_t ms)
{
	char buf[MOMENT_SIZE];

	json_text(j, key, ms == 0 ? NULL : moment_iso(ms, buf));
}
