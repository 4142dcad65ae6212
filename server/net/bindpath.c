#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "bindpath.h"
#include "notify.h"

#define BACKLOG 1024

/* Make the address of a path. */
static int
address(struct sockaddr_un *un, const char *path, char *err, size_t errlen)
{
	size_t len = strlen(path);

	memset(un, 0, sizeof(*un));
	un->sun_family = AF_UNIX;
	if (len >= sizeof(un->sun_path)) {
		(void)snprintf(err, errlen, "%s: longer than %zu bytes", path,
		    sizeof(un->sun_path) - 1);
		return (-1);
	}
	memcpy(un->sun_path, path, len + 1);
	return (0);
}

/* Does somebody listen at the address?  1, 0, or -1 with errno set. */
static int
answers(const struct sockaddr_un *un)
{
	int fd, rc;

	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd == -1)
		return (-1);
	if (connect(fd, (const struct sockaddr *)un, sizeof(*un)) == 0 ||
	    errno == EAGAIN)
		rc = 1;
	else if (errno == ECONNREFUSED || errno == ENOENT)
		rc = 0;
	else
		rc = -1;
	(void)close(fd);
	return (rc);
}

/* Clear the way: remove a socket at which nobody listens. */
static int
clear_way(const struct sockaddr_un *un, char *err, size_t errlen)
{
	const char *path = un->sun_path;
	struct stat st;

	if (lstat(path, &st) != 0) {
		if (errno == ENOENT)
			return (0);
		(void)snprintf(err, errlen, "%s: %s", path, strerror(errno));
		return (-1);
	}
	if (!S_ISSOCK(st.st_mode)) {
		(void)snprintf(err, errlen, "%s: is there and is no socket; "
		    "it is left alone", path);
		return (-1);
	}
	switch (answers(un)) {
	case 0:
		break;
	case 1:
		(void)snprintf(err, errlen, "%s: another liangkad listens "
		    "there; stop it first", path);
		return (-1);
	default:
		(void)snprintf(err, errlen, "%s: cannot see whether somebody "
		    "listens there: %s", path, strerror(errno));
		return (-1);
	}
	if (unlink(path) != 0 && errno != ENOENT) {
		(void)snprintf(err, errlen, "%s: cannot remove the stale "
		    "socket: %s", path, strerror(errno));
		return (-1);
	}
	return (0);
}

/* Bind, let the group in, listen. */
static int
bind_listen(struct bindpath *b, const struct sockaddr_un *un)
{
	struct stat st;
	mode_t old;
	int rc;

	old = umask(0177);
	rc = bind(b->fd, (const struct sockaddr *)un, sizeof(*un));
	(void)umask(old);
	if (rc != 0)
		return (-1);
	b->ours = 1;
	if (lstat(un->sun_path, &st) != 0)
		return (-1);
	b->dev = st.st_dev;
	b->ino = st.st_ino;
	if (listen(b->fd, BACKLOG) != 0)
		return (-1);
	/* Whoever connects now is served: so the mode comes last. */
	return (chmod(un->sun_path, 0660));
}

/* Listen at a path. */
int
bindpath_open(struct bindpath *b, const char *path, char *err, size_t errlen)
{
	struct sockaddr_un un;

	memset(b, 0, sizeof(*b));
	b->path = path;
	if ((b->fd = notify_listener(path)) != -1)
		return (0);
	if (address(&un, path, err, errlen) != 0 ||
	    clear_way(&un, err, errlen) != 0)
		return (-1);
	b->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (b->fd == -1 || bind_listen(b, &un) != 0) {
		(void)snprintf(err, errlen, "%s: cannot listen there: %s", path,
		    strerror(errno));
		bindpath_close(b);
		return (-1);
	}
	return (0);
}

/* Stop listening. */
void
bindpath_close(struct bindpath *b)
{
	struct stat st;

	if (b->fd == -1)
		return;
	if (b->ours && lstat(b->path, &st) == 0 && st.st_dev == b->dev &&
	    st.st_ino == b->ino)
		(void)unlink(b->path);
	(void)close(b->fd);
	b->fd = -1;
}
