#ifndef TEST_VECTORS_H_
#define TEST_VECTORS_H_

/*
 * Test data of others, which lies beside the repository: the folder that
 * LIANGKA_VECTORS names, else ../shared/vectors.  A test without it is skipped.
 */

#include <stddef.h>
#include <stdint.h>

#define VECTORS_PATH	4096

/**
 * vectors_find(path, name): Write the path of a file or folder of the vectors.
 * Return 0, or -1 when it is not there.
 */
int vectors_find(char path[VECTORS_PATH], const char *name);

/**
 * vectors_each(dir, suffix, each, arg): Call each(arg, path) for the files below dir
 * whose name ends so, in whatever order.  Return their number, or -1 when a folder
 * cannot be read.
 */
int vectors_each(const char *dir, const char *suffix,
    void (*each)(void *arg, const char *path), void *arg);

/**
 * vectors_read(path, len): Read a whole file; the caller frees it, a NUL follows it.
 * Return NULL when that fails.
 */
char *vectors_read(const char *path, size_t *len);

#endif /* !TEST_VECTORS_H_ */
