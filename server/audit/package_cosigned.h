#ifndef LIANGKA_PACKAGE_COSIGNED_H_
#define LIANGKA_PACKAGE_COSIGNED_H_

/*
 * What a witness left beside a log: its file `checkpoint.cosigned`, the newest head
 * that it has seen, with its cosignature.
 */

#include <stddef.h>

#include "package.h"

#define PACKAGE_COSIGNED "checkpoint.cosigned"

/**
 * package_cosigned(p, i, buf, cap): Read the file of the i-th log into buf and
 * terminate it; nothing in it is verified.  Return its length, 0 when there is
 * none, or -1 (package_error()).
 */
int package_cosigned(struct package *p, size_t i, char *buf, size_t cap);

/**
 * package_cut(p): Is a log shorter than the head that its witness left?  Return 0 if
 * not, -1 (package_error(): what is missing) if so.
 */
int package_cut(struct package *p);

/**
 * package_dir(p, i): The directory of the i-th log, or NULL when it is an address.
 */
const char *package_dir(const struct package *p, size_t i);

#endif /* !LIANGKA_PACKAGE_COSIGNED_H_ */
