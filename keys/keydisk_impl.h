/* What keydisk.c and keydisk_write.c share. */
#ifndef LIANGKA_KEYS_KEYDISK_IMPL_H
#define LIANGKA_KEYS_KEYDISK_IMPL_H

#include "keyfile.h"

/* keydisk_fail(err, path, doing):
 * Say what the system refused (errno), and return -1. */
int	keydisk_fail(struct keyfile_error *err, const char *path,
	    const char *doing);

#endif
