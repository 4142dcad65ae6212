#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "keydisk.h"
#include "keydisk_impl.h"
#include "wipe.h"

/* Say what the system refused. */
int
keydisk_fail(struct keyfile_error *err, const char *path, const char *doing)
{
	int e = errno;
	enum keyfile_fault fault = KEYFILE_IO;

	if (e == ENOENT || e == ENOTDIR)
		fault = KEYFILE_ABSENT;
	else if (e == EACCES || e == EPERM)
		fault = KEYFILE_DENIED;
	return (keyfile_fail(err, fault, "%.300s: %s: %s", path, doing,
	    strerror(e)));
}

/* Judge owner and mode; an ACL shows in the group bits. */
static void
judge(struct keydisk_look *look, const struct stat *st, const char *path,
    uid_t me)
{

	look->owner = st->st_uid;
	look->mode = st->st_mode & 07777;
	look->access.fault = KEYFILE_FINE;
	look->access.text[0] = '\0';
	if (st->st_uid != me && st->st_uid != 0)
		(void)keyfile_fail(&look->access, KEYFILE_DENIED,
		    "%.300s: belongs to user %u; it must belong to the user "
		    "that reads it (%u) or to root: use chown", path,
		    (unsigned)st->st_uid, (unsigned)me);
	else if ((look->mode & ~(mode_t)0600) != 0)
		(void)keyfile_fail(&look->access, KEYFILE_DENIED,
		    "%.300s: mode %04o lets others at the key: run "
		    "\"chmod 0400\" on it, and if others could have read it, "
		    "treat it as disclosed and replace it", path,
		    (unsigned)look->mode);
}

/* Open a key file without following a link or waiting for a pipe. */
static int
open_key(const char *path, struct stat *st, struct keyfile_error *err)
{
	int fd;

	memset(st, 0, sizeof(*st));
	fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC |
	    O_NOCTTY);
	if (fd < 0 && errno == ELOOP)
		return (keyfile_fail(err, KEYFILE_DENIED, "%.300s: is a symbolic "
		    "link; name the key file itself", path));
	if (fd < 0)
		return (keydisk_fail(err, path, "cannot open the key file"));
	if (fstat(fd, st) != 0) {
		(void)keydisk_fail(err, path, "cannot examine the key file");
		goto bad;
	}
	if (!S_ISREG(st->st_mode)) {
		(void)keyfile_fail(err, KEYFILE_BAD,
		    "%.300s: is not a regular file", path);
		goto bad;
	}
	return (fd);

bad:
	(void)close(fd);
	return (-1);
}

/* Read up to size bytes, fewer only at the end of the file. */
static ssize_t
read_all(int fd, char *buf, size_t size)
{
	size_t have = 0;
	ssize_t n;

	while (have < size) {
		n = read(fd, buf + have, size - have);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return (-1);
		if (n == 0)
			break;
		have += (size_t)n;
	}
	return ((ssize_t)have);
}

/* Read and parse an open key file. */
static int
read_key(struct keyfile *k, int fd, const char *path, struct keyfile_error *err)
{
	char text[KEYFILE_TEXT_MAX + 1];
	ssize_t n;
	int rc;

	n = read_all(fd, text, sizeof(text));
	if (n < 0)
		rc = keydisk_fail(err, path, "cannot read the key file");
	else if (n == 0)
		rc = keyfile_fail(err, KEYFILE_BAD, "%.300s: the file is empty; "
		    "copy it again from the backup", path);
	else
		rc = keyfile_parse(k, path, text, (size_t)n, err);
	wipe(text, sizeof(text));
	return (rc);
}

/* Read a key whatever its owner and mode, and say what they are. */
int
keydisk_look(struct keyfile *k, struct keydisk_look *look, const char *path,
    struct keyfile_error *err)
{
	struct stat st;
	int fd, rc;

	keyfile_wipe(k);
	memset(look, 0, sizeof(*look));
	fd = open_key(path, &st, err);
	if (fd < 0)
		return (-1);
	judge(look, &st, path, geteuid() == 0 ? st.st_uid : geteuid());
	rc = read_key(k, fd, path, err);
	(void)close(fd);
	return (rc);
}

/* Read a key that is kept as it should be. */
int
keydisk_read(struct keyfile *k, const char *path, enum keyfile_kind kind,
    struct keyfile_error *err)
{
	struct keydisk_look look;
	struct stat st;
	int fd, rc;

	keyfile_wipe(k);
	fd = open_key(path, &st, err);
	if (fd < 0)
		return (-1);
	judge(&look, &st, path, geteuid());
	if (look.access.fault != KEYFILE_FINE) {
		*err = look.access;
		rc = -1;
	} else
		rc = read_key(k, fd, path, err);
	(void)close(fd);
	if (rc == 0 && k->kind != kind) {
		rc = keyfile_fail(err, KEYFILE_BAD, "%.300s: holds a key of kind "
		    "%s where one of kind %s is needed", path,
		    keyfile_kind_name(k->kind), keyfile_kind_name(kind));
		keyfile_wipe(k);
	}
	return (rc);
}

/* Read a secret of another form. */
ssize_t
keydisk_read_secret(char *buf, size_t size, const char *path,
    struct keyfile_error *err)
{
	struct keydisk_look look;
	struct stat st;
	ssize_t n = -1;
	int fd;

	fd = open_key(path, &st, err);
	if (fd < 0)
		return (-1);
	judge(&look, &st, path, geteuid());
	if (look.access.fault != KEYFILE_FINE)
		*err = look.access;
	else if ((n = read_all(fd, buf, size)) < 0)
		(void)keydisk_fail(err, path, "cannot read the key file");
	else if ((size_t)n == size)
		n = keyfile_fail(err, KEYFILE_BAD, "%.300s: is too long; it "
		    "has %zu bytes or more", path, size);
	else
		buf[n] = '\0';
	if (n < 0)
		wipe(buf, size);
	(void)close(fd);
	return (n);
}

/* Read a file that is no secret. */
ssize_t
keydisk_read_public(char *buf, size_t size, const char *path,
    struct keyfile_error *err)
{
	struct stat st;
	ssize_t n = -1;
	int fd;

	fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
	if (fd < 0)
		return (keydisk_fail(err, path, "cannot open"));
	if (fstat(fd, &st) != 0)
		(void)keydisk_fail(err, path, "cannot examine");
	else if (!S_ISREG(st.st_mode))
		(void)keyfile_fail(err, KEYFILE_BAD,
		    "%.300s: is not a regular file", path);
	else if ((n = read_all(fd, buf, size)) < 0)
		(void)keydisk_fail(err, path, "cannot read");
	else if ((size_t)n == size)
		n = keyfile_fail(err, KEYFILE_BAD, "%.300s: is too long; it "
		    "has %zu bytes or more", path, size);
	else
		buf[n] = '\0';
	(void)close(fd);
	return (n);
}
