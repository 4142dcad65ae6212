/* Wiping of secrets. */
#ifndef LIANGKA_KEYS_WIPE_H
#define LIANGKA_KEYS_WIPE_H

#include <stddef.h>
#include <string.h>

/* wipe(p, len):
 * Overwrite len bytes at p with zeros in a way the compiler keeps. Called by the
 * function that held the secret, on every way out of it. */
static inline void
wipe(void *p, size_t len)
{

	explicit_bzero(p, len);
}

#endif
