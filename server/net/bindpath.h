#ifndef LIANGKA_BINDPATH_H_
#define LIANGKA_BINDPATH_H_

/*
 * A listening unix socket at a path: made, and taken away again.
 *
 * Threads: one at a time, since the umask is set while binding.
 */

#include <sys/types.h>

#include <stddef.h>

struct bindpath {
	int fd;			/* -1: not open */
	int ours;		/* we made the file */
	dev_t dev;
	ino_t ino;
	const char *path;	/* not owned */
};

/**
 * bindpath_open(b, path, err, errlen): Listen at path: on the socket that the
 * service manager handed over for it, or on a new one of mode 0660.  A socket
 * file at which nobody listens is replaced; anything else that is there, and a
 * socket that answers, is refused.  Return 0, or -1 with a sentence in err.
 */
int bindpath_open(struct bindpath *b, const char *path, char *err,
    size_t errlen);

/**
 * bindpath_close(b): Stop listening; remove the file if we made it and it is
 * still the same.
 */
void bindpath_close(struct bindpath *b);

#endif /* !LIANGKA_BINDPATH_H_ */
