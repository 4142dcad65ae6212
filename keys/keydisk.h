/* Key files on disk: read with suspicion, written once and never over another. */
#ifndef LIANGKA_KEYS_KEYDISK_H
#define LIANGKA_KEYS_KEYDISK_H

#include <sys/types.h>

#include "keyfile.h"

/* Who may reach a key file. */
struct keydisk_look {
	uid_t			owner;
	mode_t			mode;		/* permission bits only */
	struct keyfile_error	access;		/* KEYFILE_FINE or _DENIED */
};

/* keydisk_read(k, path, kind, err):
 * Read the key at path into *k, to be wiped by the caller. It must be a regular
 * file and no symbolic link, belong to the effective user or to root, grant
 * nothing to group and others, and hold one good key of that kind. Whether its
 * time is over is keyfile_fresh's to say, where the clock is. Return 0, or -1 with
 * *k zeroed and *err set. */
int	keydisk_read(struct keyfile *k, const char *path,
	    enum keyfile_kind kind, struct keyfile_error *err);

/* keydisk_look(k, look, path, err):
 * The same for a key of any kind, for showing it: wrong owner and mode are
 * reported in *look and do not stop it. Root may look at anybody's key. */
int	keydisk_look(struct keyfile *k, struct keydisk_look *look,
	    const char *path, struct keyfile_error *err);

/* keydisk_write(k, path, err):
 * Create path with mode 0400: whole and synced with its directory, or not at all.
 * A file that is there stays as it is (KEYFILE_EXISTS). Return 0, or -1 and *err.
 * A crash in between can leave ".<name>.<pid>.tmp" with the key beside it. */
int	keydisk_write(const struct keyfile *k, const char *path,
	    struct keyfile_error *err);

/* keydisk_write_public(text, len, path, err):
 * The same for the public half of a key, with mode 0444. */
int	keydisk_write_public(const char *text, size_t len, const char *path,
	    struct keyfile_error *err);

/* keydisk_read_secret(buf, size, path, err):
 * Read a secret that has another form than ours, such as a private key in PEM: kept
 * as keydisk_read wants it, shorter than size, and a NUL. Return its length, for the
 * caller to wipe, or -1 with buf wiped and *err set. */
ssize_t	keydisk_read_secret(char *buf, size_t size, const char *path,
	    struct keyfile_error *err);

/* keydisk_write_secret(text, len, path, err):
 * Create a file for such a secret as keydisk_write does, but with mode 0600. */
int	keydisk_write_secret(const char *text, size_t len, const char *path,
	    struct keyfile_error *err);

/* keydisk_read_public(buf, size, path, err):
 * Read a file that is no secret, whoever owns it: the whole of a regular file
 * shorter than size, and a NUL. Return its length, or -1 with *err set. */
ssize_t	keydisk_read_public(char *buf, size_t size, const char *path,
	    struct keyfile_error *err);

#endif
