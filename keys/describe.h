/* What may be told of a key: everything but the secret. */
#ifndef LIANGKA_KEYS_DESCRIBE_H
#define LIANGKA_KEYS_DESCRIBE_H

#include "keydisk.h"
#include "keyfile.h"

/* describe_key(k, path, look, json):
 * Print k, which was read from path and looked after as look says, on standard
 * output: seven lines for people, or one JSON object on one line when json is 1.
 * The caller checks the stream at the end. */
void	describe_key(const struct keyfile *k, const char *path,
	    const struct keydisk_look *look, int json);

#endif
