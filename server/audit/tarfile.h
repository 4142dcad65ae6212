#ifndef LIANGKA_TARFILE_H_
#define LIANGKA_TARFILE_H_

/*
 * A tar archive (POSIX ustar) of plain files, written front to back.  Owners are 0
 * and modes 0644, so that the same files give the same bytes.
 */

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define TARFILE_NAME_MAX 100	/* bytes of a name, as ustar has room for */

/**
 * tarfile_add(f, name, data, len, mtime): Append a file of len bytes; mtime is in UTC
 * seconds.  Return 0, or -1 when the name is longer than TARFILE_NAME_MAX or writing
 * failed.
 */
int tarfile_add(FILE *f, const char *name, const void *data, size_t len,
    int64_t mtime);

/**
 * tarfile_end(f): Append the end of the archive.  Return 0, or -1 when writing failed.
 */
int tarfile_end(FILE *f);

#endif /* !LIANGKA_TARFILE_H_ */
