#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "disk.h"
#include "tiles.h"

#define PATH_LEN	4096

/* Say what went wrong with which file. */
static int64_t
fail(const struct disk *d, int fd, char *err, size_t errlen, const char *path,
    const char *why)
{

	snprintf(err, errlen, "%s: %s", path, why);
	if (fd != -1)
		d->close(d->ctx, fd);
	return (-1);
}

/*
 * Read a whole file.  The directory may be anybody's: what is no regular file is
 * refused, and opening a pipe does not wait for its other end.
 */
int64_t
tiles_dir_get(void *arg, const char *path, uint8_t *buf, size_t cap, char *err,
    size_t errlen)
{
	const struct tiles_dir *td = arg;
	const struct disk *d = td->disk != NULL ? td->disk : &disk_real;
	char name[PATH_LEN];
	uint64_t size;
	ssize_t n;
	int fd;

	n = snprintf(name, sizeof(name), "%s/%s", td->dir, path);
	if (n < 0 || (size_t)n >= sizeof(name))
		return (fail(d, -1, err, errlen, path, "path too long"));
	if ((fd = d->open(d->ctx, name, O_RDONLY | O_NONBLOCK, 0)) == -1) {
		if (errno == ENOENT || errno == ENOTDIR)
			return (TILES_ABSENT);
		return (fail(d, -1, err, errlen, name, strerror(errno)));
	}
	if (d->size(d->ctx, fd, &size) != 0)
		return (fail(d, fd, err, errlen, name, errno == EINVAL ?
		    "not a regular file" : strerror(errno)));
	if (size > cap)
		return (fail(d, fd, err, errlen, name, "too long"));
	if ((n = disk_read(d, fd, buf, (size_t)size, 0)) == -1)
		return (fail(d, fd, err, errlen, name, strerror(errno)));
	d->close(d->ctx, fd);
	return (n);
}
