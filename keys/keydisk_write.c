#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "keydisk.h"
#include "keydisk_impl.h"
#include "wipe.h"

/* A file being made: its directory, its name there and the one it has so far. */
struct making {
	int		 dir;
	const char	*path;
	const char	*name;
	char		 temp[300];
	const char	*text;
	size_t		 len;
	mode_t		 mode;
};

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
			return (keydisk_fail(err, path, "cannot create"));
		}
		memcpy(dir, path, len);
		dir[len] = '\0';
	}
	if (m->name[0] == '\0' || strlen(m->name) > 200) {
		errno = m->name[0] == '\0' ? EISDIR : ENAMETOOLONG;
		return (keydisk_fail(err, path, "cannot create"));
	}
	(void)snprintf(m->temp, sizeof(m->temp), ".%s.%ld.tmp", m->name,
	    (long)getpid());
	m->dir = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (m->dir < 0)
		return (keydisk_fail(err, path, "cannot open the folder"));
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
fill(const struct making *m, struct keyfile_error *err)
{
	int fd, rc;

	fd = openat(m->dir, m->temp, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW |
	    O_CLOEXEC, 0400);
	if (fd < 0)
		return (keydisk_fail(err, m->path, "cannot create a file beside it"));
	rc = write_synced(fd, m->text, m->len);
	if (rc == 0 && m->mode != 0400)
		rc = fchmod(fd, m->mode);
	if (rc != 0)
		rc = keydisk_fail(err, m->path, "cannot write");
	if (close(fd) != 0 && rc == 0)
		rc = keydisk_fail(err, m->path, "cannot write");
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
			(void)keydisk_fail(err, m->path, "cannot name the new file");
		(void)unlinkat(m->dir, m->temp, 0);
		return (-1);
	}
	if (fsync(m->dir) != 0)
		return (keydisk_fail(err, m->path, "the key was written, but its folder "
		    "could not be synced"));
	return (0);
}

/* Create a file. */
static int
create(const char *path, const char *text, size_t len, mode_t mode,
    struct keyfile_error *err)
{
	struct making m;
	int rc;

	err->fault = KEYFILE_FINE;
	err->text[0] = '\0';
	m.text = text;
	m.len = len;
	m.mode = mode;
	if (begin(&m, path, err) != 0)
		return (-1);
	rc = fill(&m, err);
	if (rc == 0)
		rc = publish(&m, err);
	(void)close(m.dir);
	return (rc);
}

/* Create a key file. */
int
keydisk_write(const struct keyfile *k, const char *path,
    struct keyfile_error *err)
{
	char text[KEYFILE_TEXT_MAX];
	size_t len = keyfile_print(k, text);
	int rc;

	rc = create(path, text, len, 0400, err);
	wipe(text, sizeof(text));
	return (rc);
}

/* Create a file for a secret of another form. */
int
keydisk_write_secret(const char *text, size_t len, const char *path,
    struct keyfile_error *err)
{

	return (create(path, text, len, 0600, err));
}

/* Create a file that is no secret. */
int
keydisk_write_public(const char *text, size_t len, const char *path,
    struct keyfile_error *err)
{

	return (create(path, text, len, 0444, err));
}
