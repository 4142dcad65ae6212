#ifndef LIANGKA_TEXT_H_
#define LIANGKA_TEXT_H_

#include <stddef.h>

/*
 * The library's own words: for what the daemon could not say itself.  Chinese
 * stands in the table in both encodings, so that nothing needs converting.
 */

#define TEXT_VERSION "1.0.0"

/* How a text is wanted. */
enum text_form { TEXT_ENGLISH, TEXT_UTF8, TEXT_GB18030 };

/**
 * text_error(dst, size, code, field, form): Write a sentence for the error `code`
 * with the name of the field that is to blame (ASCII, or NULL) as a
 * NUL-terminated string.  256 bytes are enough for any.
 */
void text_error(char *dst, size_t size, int code, const char *field,
    enum text_form form);

#endif /* !LIANGKA_TEXT_H_ */
