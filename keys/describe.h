/* What may be told of a key: everything but the secret. */
#ifndef LIANGKA_KEYS_DESCRIBE_H
#define LIANGKA_KEYS_DESCRIBE_H

#include "keydisk.h"
#include "keyfile.h"

/* describe_key(k, path, look, now, json):
 * Print k, which was read from path and looked after as look says, on standard
 * output: a line for each property for people, or one JSON object on one line when
 * json is 1. now (seconds since 1970, UTC) says whether it has expired. The caller
 * checks the stream at the end. */
void	describe_key(const struct keyfile *k, const char *path,
	    const struct keydisk_look *look, int64_t now, int json);

/* describe_json(text):
 * Print text as a JSON string on standard output; bytes that are no UTF-8 become
 * U+FFFD. */
void	describe_json(const char *text);

#endif
