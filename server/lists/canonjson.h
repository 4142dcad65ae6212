#ifndef LIANGKA_CANONJSON_H_
#define LIANGKA_CANONJSON_H_

/*
 * Canonical JSON (OLPC): what TUF signatures and key ids are made over.  Objects sorted
 * by key bytes, no blanks, strings with only \" and \\ escaped, integers only.
 */

#include <stddef.h>

#include <jansson.h>

/**
 * canonjson_print(v, len): Return the canonical form of v, for free(), with its length;
 * NULL with errno EINVAL when v holds a number that is no integer, or ENOMEM.
 */
char *canonjson_print(const json_t *v, size_t *len);

/**
 * canonjson_load(text, len, err, errlen): Parse JSON as it comes from strangers: one
 * object, no duplicate keys, no text behind, nested at most CANONJSON_DEPTH deep.
 * Return a new reference or NULL with a sentence in err.
 */
#define CANONJSON_DEPTH 32
json_t *canonjson_load(const char *text, size_t len, char *err, size_t errlen);

#endif /* !LIANGKA_CANONJSON_H_ */
