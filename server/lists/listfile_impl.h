#ifndef LIANGKA_LISTFILE_IMPL_H_
#define LIANGKA_LISTFILE_IMPL_H_

/* What the files of listfile*.c share. */

#include "listfile.h"

/**
 * listfile_error(err, path, format, ...): Write "<path>: ..." to err; errno stays.
 * Return -1.
 */
int listfile_error(char *err, const char *path, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/**
 * listfile_header_write(buf, h): Print a header.  listfile_header_read(buf, h): take one
 * apart.  Return NULL, or what is wrong with it.
 */
void listfile_header_write(uint8_t buf[LISTFILE_HEADER],
    const struct listfile_header *h);
const char *listfile_header_read(const uint8_t buf[LISTFILE_HEADER],
    struct listfile_header *h);

/**
 * listfile_records(kind, last, r, n, bad): May these records follow the token last
 * (NULL: none) in a file of this kind?  Return NULL, or what is wrong with r[*bad].
 */
const char *listfile_records(uint32_t kind, const struct token *last,
    const struct listrec *r, size_t n, size_t *bad);

/**
 * listfile_pass(path, want, h, each, arg, err): listfile_each() of a file of which
 * something is expected (NULL: nothing): wrong length and header are found before each
 * is called first, a wrong hash at the end.
 */
int listfile_pass(const char *path, const struct listfile_want *want,
    struct listfile_header *h, int (*each)(void *arg,
    const struct listfile_header *h, const struct listrec *r, size_t n),
    void *arg, char *err);

#endif /* !LIANGKA_LISTFILE_IMPL_H_ */
