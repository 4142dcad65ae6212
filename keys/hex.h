/* Lower-case hexadecimal. Both calls take the same time whatever the bytes are,
 * since some of them are secrets. */
#ifndef LIANGKA_KEYS_HEX_H
#define LIANGKA_KEYS_HEX_H

#include <stddef.h>
#include <stdint.h>

/* hex_encode(out, in, len):
 * Write len bytes as 2 * len digits and a NUL. */
void	hex_encode(char *out, const uint8_t *in, size_t len);

/* hex_decode(out, text, len):
 * Read len bytes from 2 * len lower-case digits. Return 0, or -1 with out zeroed
 * when a character is not such a digit. */
int	hex_decode(uint8_t *out, const char *text, size_t len);

#endif
