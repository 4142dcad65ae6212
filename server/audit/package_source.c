#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "package_impl.h"

#define PATH_MAX_BYTES 4096

/* Which fault an errno is. */
static enum package_fault
fault_of(int e)
{

	return (e == EACCES || e == EPERM ? PACKAGE_DENIED : PACKAGE_AWAY);
}

/* Read an open file whole; its length, or -1 with errno. */
static int64_t
slurp(int fd, uint8_t *buf, size_t cap)
{
	struct stat st;
	size_t len = 0;
	ssize_t n;

	if (fstat(fd, &st) != 0)
		return (-1);
	if (!S_ISREG(st.st_mode)) {
		errno = S_ISDIR(st.st_mode) ? EISDIR : EINVAL;
		return (-1);
	}
	if ((uint64_t)st.st_size > cap) {
		errno = EFBIG;
		return (-1);
	}
	while (len < cap) {
		if ((n = read(fd, buf + len, cap - len)) == -1 &&
		    errno == EINTR)
			continue;
		if (n == -1)
			return (-1);
		if (n == 0)
			break;
		len += (size_t)n;
	}
	return ((int64_t)len);
}

/* Read a file of a directory. */
static int64_t
get_file(struct package_source *s, const char *path, uint8_t *buf, size_t cap,
    char *err, size_t errlen)
{
	char name[PATH_MAX_BYTES];
	int64_t len;
	int fd, n;

	n = snprintf(name, sizeof(name), "%s/%s", s->base, path);
	if (n < 0 || (size_t)n >= sizeof(name)) {
		errno = ENAMETOOLONG;
		goto err0;
	}
	/* A pipe in the place of a file must not hold us up. */
	if ((fd = open(name, O_RDONLY | O_CLOEXEC | O_NONBLOCK)) == -1) {
		if (errno == ENOENT || errno == ENOTDIR)
			return (TILES_ABSENT);
		goto err0;
	}
	if ((len = slurp(fd, buf, cap)) == -1)
		goto err1;
	(void)close(fd);
	return (len);

err1:
	n = errno;
	(void)close(fd);
	errno = n;
err0:
	/* What no good package has is damage, not a disk that fails. */
	s->fault = errno == EFBIG || errno == EISDIR || errno == EINVAL ||
	    errno == ELOOP ? PACKAGE_DAMAGED : fault_of(errno);
	if (errno == EFBIG)
		(void)snprintf(err, errlen, "%s/%s: longer than the %zu bytes "
		    "that such a file can have", s->base, path, cap);
	else
		(void)snprintf(err, errlen, "%s/%s: %s", s->base, path,
		    errno == EINVAL ? "not a regular file" : strerror(errno));
	return (-1);
}

/* Read a file of a server. */
static int64_t
get_address(struct package_source *s, const char *path, uint8_t *buf,
    size_t cap, char *err, size_t errlen)
{
	char why[FETCH_ERROR_MAX];
	int64_t len;

	if ((len = fetch_get(s->fetch, s->base, path, buf, cap, why)) >= 0)
		return (len);
	if (len == FETCH_ABSENT)
		return (TILES_ABSENT);
	s->fault = len == FETCH_DENIED ? PACKAGE_DENIED : len == FETCH_LONG ?
	    PACKAGE_DAMAGED : PACKAGE_AWAY;
	(void)snprintf(err, errlen, "%s", why);
	return (-1);
}

/* Read a file. */
int64_t
package_get(void *source, const char *path, uint8_t *buf, size_t cap,
    char *err, size_t errlen)
{
	struct package_source *s = source;

	if (s->fetch != NULL)
		return (get_address(s, path, buf, cap, err, errlen));
	return (get_file(s, path, buf, cap, err, errlen));
}
