#ifndef LIANGKA_CHARSET_H_
#define LIANGKA_CHARSET_H_

#include <stddef.h>

/*
 * Judging texts of the host.  Nothing is converted here: the daemon does that.
 */

/**
 * charset_ok(p, len, gb18030): Return 1 when the bytes are UTF-8 (RFC 3629) or,
 * with gb18030, have the form of GB18030: one, two or four bytes a character,
 * whole.  Else 0.
 */
int charset_ok(const char *p, size_t len, int gb18030);

/**
 * charset_plain(p, len, gb18030): Return 1 when valid text holds no control
 * character (U+0000..001F, 007F..009F), else 0.
 */
int charset_plain(const char *p, size_t len, int gb18030);

#endif /* !LIANGKA_CHARSET_H_ */
