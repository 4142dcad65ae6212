#ifndef LIANGKA_LISTBASE_IMPL_H_
#define LIANGKA_LISTBASE_IMPL_H_

/* What the files of listbase*.c share. */

#include <limits.h>
#include <stdatomic.h>

#include "listbase.h"

/* What is said of each bucket beside its hash. */
struct listbase_index {
	uint32_t *start;	/* 2^bits; in an open base one more: count */
	uint64_t *check;
	uint8_t *filter;	/* count bytes */
};

struct listbase {
	atomic_uint holders;
	char path[PATH_MAX];
	int fd;
	struct list_info info;
	struct listbase_index x;	/* in the machine's byte order */
};

/**
 * listbase_error(err, path, format, ...): Write "<path>: ..." to err; errno stays.
 * Return -1.
 */
int listbase_error(char *err, const char *path, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/**
 * listbase_header_write(buf, info, tail): Print a header.  listbase_header_read(buf,
 * info, tail): take one apart.  Return NULL, or what is wrong with it.
 */
void listbase_header_write(uint8_t buf[LISTBASE_HEADER],
    const struct list_info *info, uint64_t tail);
const char *listbase_header_read(const uint8_t buf[LISTBASE_HEADER],
    struct list_info *info, uint64_t *tail);

/**
 * listbase_dir(path, dir, cap): Write the directory of a path.  Return 0 or -1.
 */
int listbase_dir(const char *path, char *dir, size_t cap);

#endif /* !LIANGKA_LISTBASE_IMPL_H_ */
