#ifndef LIANGKA_SANDBOXKEY_H_
#define LIANGKA_SANDBOXKEY_H_

/*
 * The throw-away token key of a sandbox, made at its first start in
 * <data>/sandbox.key.  The file also marks the directory: no sandbox is ever run
 * on a real journal, and no real daemon on a sandbox's.
 *
 * Threads: any.
 */

#include <stddef.h>

struct token_keys;

/**
 * sandboxkey_load(data, err, errlen): Return the sandbox's keys, made now if the
 * directory holds no journal yet; NULL with a sentence in err, also when it holds
 * a real one.
 */
struct token_keys *sandboxkey_load(const char *data, char *err,
    size_t errlen);

/**
 * sandboxkey_absent(data, err, errlen): Return 0 when the directory is no
 * sandbox's; -1 with a sentence in err when it is.
 */
int sandboxkey_absent(const char *data, char *err, size_t errlen);

#endif /* !LIANGKA_SANDBOXKEY_H_ */
