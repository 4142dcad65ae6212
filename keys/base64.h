/* Base 64 (RFC 4648 section 4), padded and canonical: one text per value. */
#ifndef LIANGKA_KEYS_BASE64_H
#define LIANGKA_KEYS_BASE64_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define BASE64_LEN(n)	(((n) + 2) / 3 * 4)	/* characters for n bytes */

/* base64_encode(out, in, len):
 * Write len bytes as BASE64_LEN(len) characters and a NUL; return their number. */
size_t	base64_encode(char *out, const void *in, size_t len);

/* base64_decode(out, cap, text, len):
 * Read len characters. Return the number of bytes written, or -1 when the text is
 * not canonical (length, alphabet, padding, stray bits) or longer than cap. */
ssize_t	base64_decode(void *out, size_t cap, const char *text, size_t len);

#endif
