#ifndef LIANGKA_OUTFILE_H_
#define LIANGKA_OUTFILE_H_

/*
 * A file that appears whole or not at all: written beside its name and renamed over
 * it.  Until then it has no name, or, where the file system cannot do that,
 * ".<name>.<pid>.tmp".  A device or a pipe is no such file and written as it is.
 */

#include <stdio.h>
#include <sys/types.h>

struct outfile;

/**
 * outfile_open(path, mode): Begin a file with these permissions.  Return it, or NULL
 * with errno set.
 */
struct outfile *outfile_open(const char *path, mode_t mode);

/**
 * outfile_stream(o): Where to write; stays open.
 */
FILE *outfile_stream(const struct outfile *o);

/**
 * outfile_commit(o): Sync it and give it its name; what bore the name is replaced.
 * Return 0, or -1 with errno set and nothing changed.  Frees o.
 * outfile_drop(o): give it up and free o; NULL is allowed.
 */
int outfile_commit(struct outfile *o);
void outfile_drop(struct outfile *o);

#endif /* !LIANGKA_OUTFILE_H_ */
