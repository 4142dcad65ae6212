#ifndef LIANGKA_DATADIR_H_
#define LIANGKA_DATADIR_H_

/*
 * The data directory: ours alone, on a disk of this machine.
 *
 * Threads: any.
 */

#include <stddef.h>

/**
 * datadir_open(path, create, warning, warnlen, err, errlen): See that the
 * directory is fit for the journal: a directory and no symbolic link, of the
 * effective user, with no right for others, on a local file system; make it with
 * mode 0700 where it is missing and `create`.  warning receives a sentence, or "",
 * about a file system that forgets (tmpfs) or hides (overlay).  Return 0, or -1
 * with a sentence in err.
 */
int datadir_open(const char *path, int create, char *warning, size_t warnlen,
    char *err, size_t errlen);

/**
 * datadir_sub(path, name, err, errlen): Make the directory path/name with mode
 * 0700 where it is missing, durably.  Return 0, or -1 with a sentence in err.
 */
int datadir_sub(const char *path, const char *name, char *err, size_t errlen);

#endif /* !LIANGKA_DATADIR_H_ */
