#ifndef LIANGKA_ENCODING_H_
#define LIANGKA_ENCODING_H_

/*
 * Text of the outside world: UTF-8 checked, GB18030 converted by the C library's
 * iconv.
 */

#include <stddef.h>

struct encoding;

/**
 * encoding_open(void): Make a converter; NULL when this system's C library has no
 * GB18030 module.
 */
struct encoding *encoding_open(void);

/**
 * encoding_close(x): Free x; NULL is allowed.
 */
void encoding_close(struct encoding *x);

/**
 * encoding_valid(s, len): Return nonzero when the bytes are well-formed UTF-8
 * (Unicode 15, table 3-7: no surrogates, no overlong forms).
 */
int encoding_valid(const char *s, size_t len);

/**
 * encoding_plain(s, len): Return nonzero when valid UTF-8 holds no control
 * character (C0, DEL, C1), as identifiers must not.
 */
int encoding_plain(const char *s, size_t len);

/**
 * encoding_from(x, s, len, dst, size): Convert GB18030 to UTF-8.  Return the
 * length, or -1 when it is not GB18030 or does not fit.
 */
long encoding_from(struct encoding *x, const char *s, size_t len, char *dst,
    size_t size);

/**
 * encoding_to(x, s, dst, size): Convert a UTF-8 string to GB18030; whole
 * characters that do not fit are left out.  Return the length.
 */
size_t encoding_to(struct encoding *x, const char *s, char *dst, size_t size);

#endif /* !LIANGKA_ENCODING_H_ */
