#ifndef LIANGKA_JSON_H_
#define LIANGKA_JSON_H_

/*
 * A printer of JSON (RFC 8259), UTF-8, one object per line.  Bytes that are not
 * UTF-8 become U+FFFD.  No name here is one of libjansson's, which is linked too and
 * would call ours in place of its own: json_object, json_array, json_null.
 */

#include <stdint.h>
#include <stdio.h>

#include "words.h"

struct json {
	FILE *f;
	int more; /* a comma is due */
	int depth;
};

/**
 * json_begin(j, f): Begin an object on f.  json_end(j): end the innermost object;
 * the outermost is followed by a newline.
 */
void json_begin(struct json *j, FILE *f);
void json_end(struct json *j);

/**
 * json_open(j, key), json_list(j, key), json_close(j): Begin a member that is
 * an object or an array, and end the array.  In an array keys are NULL.
 */
void json_open(struct json *j, const char *key);
void json_list(struct json *j, const char *key);
void json_close(struct json *j);

/**
 * json_text, json_i64, json_u64, json_bool, json_null (j, key, value): Add a
 * member.  A NULL text is null.
 */
void json_text(struct json *j, const char *key, const char *s);
void json_i64(struct json *j, const char *key, int64_t v);
void json_u64(struct json *j, const char *key, uint64_t v);
void json_bool(struct json *j, const char *key, int v);
void json_nil(struct json *j, const char *key);

/**
 * json_raw(j, key, p, len): Add a member whose value is JSON already.
 */
void json_raw(struct json *j, const char *key, const char *p, size_t len);

/**
 * json_word(j, key, table, code): The English word of a code, or the number where
 * it has none.  json_bits(j, key, table, bits): an array of words.
 * json_time(j, key, ms): an RFC 3339 time, or null for 0.
 */
void json_word(struct json *j, const char *key, const struct word *table,
    int32_t code);
void json_bits(struct json *j, const char *key, const struct word *table,
    uint32_t bits);
void json_time(struct json *j, const char *key, int64_t ms);

#endif /* !LIANGKA_JSON_H_ */
