#include <sys/stat.h>
#include <sys/statvfs.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "disk.h"

#define ZERO_SLICE	(256u << 10)

/* The system calls themselves, with the context dropped. */
static int
real_open(void *ctx, const char *path, int flags, unsigned mode)
{
	(void)ctx;
	return (open(path, flags | O_CLOEXEC, (mode_t)mode));
}

static int
real_close(void *ctx, int fd)
{
	(void)ctx;
	return (close(fd));
}

static ssize_t
real_pread(void *ctx, int fd, void *buf, size_t len, uint64_t off)
{
	(void)ctx;
	return (pread(fd, buf, len, (off_t)off));
}

static ssize_t
real_pwrite(void *ctx, int fd, const void *buf, size_t len, uint64_t off)
{
	(void)ctx;
	return (pwrite(fd, buf, len, (off_t)off));
}

static int
real_fdatasync(void *ctx, int fd)
{
	(void)ctx;
	return (fdatasync(fd));
}

static int
real_fsync(void *ctx, int fd)
{
	(void)ctx;
	return (fsync(fd));
}

/* A file system that cannot do it has the sync do all of the work. */
static int
real_sync_range(void *ctx, int fd, int wait)
{
	unsigned flags = SYNC_FILE_RANGE_WRITE;

	(void)ctx;
	if (wait)
		flags |= SYNC_FILE_RANGE_WAIT_BEFORE |
		    SYNC_FILE_RANGE_WAIT_AFTER;
	if (sync_file_range(fd, 0, 0, flags) == 0 || errno == ENOSYS ||
	    errno == ESPIPE)
		return (0);
	return (-1);
}

static int
real_syncfs(void *ctx, int fd)
{
	(void)ctx;
	return (syncfs(fd));
}

/* A file system without fallocate has the blocks taken by the writes. */
static int
real_fallocate(void *ctx, int fd, uint64_t bytes)
{
	(void)ctx;
	if (fallocate(fd, 0, 0, (off_t)bytes) == 0)
		return (0);
	if (errno != EOPNOTSUPP)
		return (-1);
	return (ftruncate(fd, (off_t)bytes));
}

static int
real_ftruncate(void *ctx, int fd, uint64_t bytes)
{
	(void)ctx;
	return (ftruncate(fd, (off_t)bytes));
}

static int
real_size(void *ctx, int fd, uint64_t *bytes)
{
	struct stat st;

	(void)ctx;
	if (fstat(fd, &st) != 0)
		return (-1);
	if (!S_ISREG(st.st_mode)) {
		errno = EINVAL;
		return (-1);
	}
	*bytes = (uint64_t)st.st_size;
	return (0);
}

static int
real_rename(void *ctx, const char *from, const char *to)
{
	(void)ctx;
	return (rename(from, to));
}

static int
real_unlink(void *ctx, const char *path)
{
	(void)ctx;
	return (unlink(path));
}

static int
real_mkdir(void *ctx, const char *path, unsigned mode)
{
	(void)ctx;
	return (mkdir(path, (mode_t)mode));
}

static int
real_rmdir(void *ctx, const char *path)
{
	(void)ctx;
	return (rmdir(path));
}

static int
real_sync_dir(void *ctx, const char *dir)
{
	int fd, rc, saved;

	(void)ctx;
	if ((fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) == -1)
		return (-1);
	rc = fsync(fd);
	saved = errno;
	close(fd);
	errno = saved;
	return (rc);
}

static int
real_list(void *ctx, const char *dir,
    int (*each)(void *arg, const char *name), void *arg)
{
	DIR *d;
	struct dirent *e;
	int rc = 0, saved;

	(void)ctx;
	if ((d = opendir(dir)) == NULL)
		return (-1);
	while (rc == 0) {
		errno = 0;
		if ((e = readdir(d)) == NULL) {
			rc = errno != 0 ? -1 : 0;
			break;
		}
		if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0)
			rc = each(arg, e->d_name);
	}
	saved = errno;
	closedir(d);
	errno = saved;
	return (rc);
}

static int
real_space(void *ctx, const char *path, uint64_t *bytes)
{
	struct statvfs sv;

	(void)ctx;
	if (statvfs(path, &sv) != 0)
		return (-1);
	*bytes = (uint64_t)sv.f_bavail * (uint64_t)sv.f_frsize;
	return (0);
}

const struct disk disk_real = {
	.open = real_open,
	.close = real_close,
	.pread = real_pread,
	.pwrite = real_pwrite,
	.fdatasync = real_fdatasync,
	.fsync = real_fsync,
	.sync_range = real_sync_range,
	.syncfs = real_syncfs,
	.fallocate = real_fallocate,
	.ftruncate = real_ftruncate,
	.size = real_size,
	.rename = real_rename,
	.unlink = real_unlink,
	.mkdir = real_mkdir,
	.rmdir = real_rmdir,
	.sync_dir = real_sync_dir,
	.list = real_list,
	.space = real_space,
};

/* One pwrite, all or nothing as far as the caller is concerned. */
int
disk_write(const struct disk *d, int fd, const void *buf, size_t len,
    uint64_t off)
{
	ssize_t n;

	if ((n = d->pwrite(d->ctx, fd, buf, len, off)) == -1)
		return (-1);
	if ((size_t)n != len) {
		errno = EIO;
		return (-1);
	}
	return (0);
}

/* Read until len bytes or the end of the file. */
ssize_t
disk_read(const struct disk *d, int fd, void *buf, size_t len, uint64_t off)
{
	size_t got = 0;
	ssize_t n;

	while (got < len) {
		n = d->pread(d->ctx, fd, (uint8_t *)buf + got, len - got,
		    off + got);
		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1)
			return (-1);
		if (n == 0)
			break;
		got += (size_t)n;
	}
	return ((ssize_t)got);
}

/* Fill off .. end with zeros. */
int
disk_zero(const struct disk *d, int fd, uint64_t off, uint64_t end)
{
	static const uint8_t zeros[ZERO_SLICE];

	while (off < end) {
		size_t n = end - off < ZERO_SLICE ? (size_t)(end - off) :
		    ZERO_SLICE;

		if (disk_write(d, fd, zeros, n, off) != 0)
			return (-1);
		off += n;
	}
	return (0);
}

/* Temporary file, fsync, rename, sync of the directory. */
int
disk_replace(const struct disk *d, const char *dir, const char *name,
    const void *buf, size_t len)
{
	char path[4096], temp[4096];
	int fd, n, saved;

	n = snprintf(temp, sizeof(temp), "%s/%s.tmp", dir, name);
	if (n < 0 || (size_t)n >= sizeof(temp)) {
		errno = ENAMETOOLONG;
		return (-1);
	}
	snprintf(path, sizeof(path), "%.*s", n - 4, temp);
	fd = d->open(d->ctx, temp, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	if (fd == -1)
		return (-1);
	if (disk_write(d, fd, buf, len, 0) != 0 || d->fsync(d->ctx, fd) != 0)
		goto err1;
	if (d->close(d->ctx, fd) != 0)
		goto err0;
	if (d->rename(d->ctx, temp, path) != 0)
		goto err0;
	return (d->sync_dir(d->ctx, dir));

err1:
	saved = errno;
	d->close(d->ctx, fd);
	errno = saved;
err0:
	saved = errno;
	d->unlink(d->ctx, temp);
	errno = saved;
	return (-1);
}
