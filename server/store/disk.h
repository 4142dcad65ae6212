#ifndef DISK_H_
#define DISK_H_

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/*
 * The disk as the store sees it: one function pointer per system call that
 * can fail or lose data, so that a test can own every one of them.  All
 * calls return 0 (or a count, or a descriptor) on success and -1 with errno
 * set on failure; ctx is handed back as the first argument.  Every call may
 * come from any thread.  An implementation never retries a write or a sync.
 */
struct disk {
	void *ctx;

	/* As open(2); O_CLOEXEC is added.  Returns a descriptor. */
	int (*open)(void *ctx, const char *path, int flags, unsigned mode);
	int (*close)(void *ctx, int fd);

	/* As pread(2) and pwrite(2), off in bytes from the start. */
	ssize_t (*pread)(void *ctx, int fd, void *buf, size_t len,
	    uint64_t off);
	ssize_t (*pwrite)(void *ctx, int fd, const void *buf, size_t len,
	    uint64_t off);

	int (*fdatasync)(void *ctx, int fd);
	int (*fsync)(void *ctx, int fd);

	/* Begin to write an open file's data back (wait 0), or see it through
	 * (wait 1).  Not a sync: no metadata, no flush of the device. */
	int (*sync_range)(void *ctx, int fd, int wait);

	/* Make all of the file system durable on which fd lies. */
	int (*syncfs)(void *ctx, int fd);

	/* Reserve the blocks 0 .. bytes and make the file that long. */
	int (*fallocate)(void *ctx, int fd, uint64_t bytes);
	int (*ftruncate)(void *ctx, int fd, uint64_t bytes);

	/* Length of the open file in bytes. */
	int (*size)(void *ctx, int fd, uint64_t *bytes);

	int (*rename)(void *ctx, const char *from, const char *to);
	int (*unlink)(void *ctx, const char *path);
	int (*mkdir)(void *ctx, const char *path, unsigned mode);
	int (*rmdir)(void *ctx, const char *path);

	/* Make creations, renames and unlinks in dir durable. */
	int (*sync_dir)(void *ctx, const char *dir);

	/* Call each(arg, name) per name in dir but . and ..; its non-zero
	 * return ends the walk and is returned. */
	int (*list)(void *ctx, const char *dir,
	    int (*each)(void *arg, const char *name), void *arg);

	/* Bytes that an unprivileged writer may still take where path is. */
	int (*space)(void *ctx, const char *path, uint64_t *bytes);
};

/**
 * disk_real:
 * The operating system's disk.
 */
extern const struct disk disk_real;

/**
 * disk_write(d, fd, buf, len, off):
 * Write the len bytes of buf at off with a single pwrite.  Return 0, or -1
 * with errno set; a short write is a failure (EIO) and is not continued.
 */
int disk_write(const struct disk *d, int fd, const void *buf, size_t len,
    uint64_t off);

/**
 * disk_read(d, fd, buf, len, off):
 * Read up to len bytes at off into buf, going on after short reads until len
 * bytes or the end of the file.  Return the count, or -1 with errno set.
 */
ssize_t disk_read(const struct disk *d, int fd, void *buf, size_t len,
    uint64_t off);

/**
 * disk_zero(d, fd, off, end):
 * Write zeros from off up to end in slices of 256 KiB.  Return 0, or -1 with
 * errno set.
 */
int disk_zero(const struct disk *d, int fd, uint64_t off, uint64_t end);

/**
 * disk_replace(d, dir, name, buf, len):
 * Make dir/name hold exactly the len bytes of buf: write dir/name.tmp (mode
 * 0600), fsync it, rename it over dir/name and sync dir.  A crash at any step
 * leaves the old or the new content.  Return 0, or -1 with errno set and the
 * temporary file removed.
 */
int disk_replace(const struct disk *d, const char *dir, const char *name,
    const void *buf, size_t len);

#endif /* !DISK_H_ */
