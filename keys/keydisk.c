#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "keydisk.h"
#include "wipe.h"

/* A file being made: its directory, its name there and the one it has so far. */
struct making {
	int		 dir;
	const char	*path;
	const char	*name;
	char		 temp[300];
};

/* Say what the system refused. */
static int
fail(struct keyfile_error *err, const char *path, const char *doing)
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
		return (fail(err, path, "cannot open the key file"));
	if (fstat(fd, st) != 0) {
		(void)fail(err, path, "cannot examine the key file");
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
		rc = fail(err, path, "cannot read the key file");
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

/* Open the directory of a path and choose a name for the unfinished file. */
static int
begin(struct making *m, const char *path, struct keyfile_error *err)
{
	const char *slash = strrchr(path, '/');
	char dir[4096] = ".";
	size_t len;

	m->dir = -1;
	m->path = path;
	m->name = slash == NULL ? path : slash + 1;
	if (slash != NULL) {
		len = slash == path ? 1 : (size_t)(slash - path);
		if (len >= sizeof(dir)) {
			errno = ENAMETOOLONG;
			return (fail(err, path, "cannot create"));
		}
		memcpy(dir, path, len);
		dir[len] = '\0';
	}
	if (m->name[0] == '\0' || strlen(m->name) > 200) {
		errno = m->name[0] == '\0' ? EISDIR : ENAMETOOLONG;
		return (fail(err, path, "cannot create"));
	}
	(void)snprintf(m->temp, sizeof(m->temp), ".%s.%ld.tmp", m->name,
	    (long)getpid());
	m->dir = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (m->dir < 0)
		return (fail(err, path, "cannot open the folder"));
	return (0);
}

/* Write all bytes and make them durable. */
static int
write_synced(int fd, const char *text, size_t len)
{
	ssize_t n;

	while (len > 0) {
		n = write(fd, text, len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return (-1);
		text += n;
		len -= (size_t)n;
	}
	return (fsync(fd));
}

/* Write the unfinished file. */
static int
fill(const struct making *m, const struct keyfile *k, struct keyfile_error *err)
{
	char text[KEYFILE_TEXT_MAX];
	size_t len;
	int fd, rc;

	fd = openat(m->dir, m->temp, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW |
	    O_CLOEXEC, 0400);
	if (fd < 0)
		return (fail(err, m->path, "cannot create a file beside it"));
	len = keyfile_print(k, text);
	rc = write_synced(fd, text, len);
	wipe(text, sizeof(text));
	if (rc != 0)
		rc = fail(err, m->path, "cannot write");
	if (close(fd) != 0 && rc == 0)
		rc = fail(err, m->path, "cannot write");
	if (rc != 0)
		(void)unlinkat(m->dir, m->temp, 0);
	return (rc);
}

/* Give the file its name unless that is taken. */
static int
publish(const struct making *m, struct keyfile_error *err)
{
	int rc;

	rc = renameat2(m->dir, m->temp, m->dir, m->name, RENAME_NOREPLACE);
	if (rc != 0 && (errno == EINVAL || errno == ENOSYS)) {
		rc = linkat(m->dir, m->temp, m->dir, m->name, 0);
		if (rc == 0)
			(void)unlinkat(m->dir, m->temp, 0);
	}
	if (rc != 0) {
		if (errno == EEXIST)
			(void)keyfile_fail(err, KEYFILE_EXISTS, "%.300s: exists "
			    "already and a key is never overwritten; choose "
			    "another name", m->path);
		else
			(void)fail(err, m->path, "cannot name the new file");
		(void)unlinkat(m->dir, m->temp, 0);
		return (-1);
	}
	if (fsync(m->dir) != 0)
		return (fail(err, m->path, "the key was written, but its folder "
		    "could not be synced"));
	return (0);
}

/* Create a key file. */
int
keydisk_write(const struct keyfile *k, const char *path,
    struct keyfile_error *err)
{
	struct making m;
	int rc;

	err->fault = KEYFILE_FINE;
	err->text[0] = '\0';
	if (begin(&m, path, err) != 0)
		return (-1);
	rc = fill(&m, k, err);
	if (rc == 0)
		rc = publish(&m, err);
	(void)close(m.dir);
	return (rc);
}
