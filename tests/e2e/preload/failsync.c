/*
 * Preloaded into liangkad: a disk that fails on command.  $LK_FAULT names a file
 * whose first word says how; it is read at every call, so a test changes it while
 * the daemon runs:
 *
 *	sync-eio	one fdatasync of the log fails, the next ones succeed
 *	write-short	one pwrite to the log writes half
 *	write-eio	one pwrite to the log writes nothing and fails
 *	sync-hang	fdatasync of the log returns when the word has changed
 *	sync-slow	fdatasync of the log takes 400 ms more
 *	state-eio	one fdatasync of the state fails, the next ones succeed
 *	no-space	no room: fallocate fails, statvfs says so
 *
 * Each time a line goes to $LK_FAULT.seen.  Those that happen once put an empty word
 * in their place.
 */
#include <sys/stat.h>
#include <sys/statvfs.h>

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SLOW_MS 400
#define LOG "/wal/"
#define STATE "/state.mdb"

/* Find the function that ours hides. */
static void
find(void *fn, const char *name)
{
	void *p = dlsym(RTLD_NEXT, name);

	if (p == NULL)
		abort();
	memcpy(fn, &p, sizeof(p));
}

/* Is this the word in force? */
static int
told(const char *word)
{
	const char *path = getenv("LK_FAULT");
	char text[32];
	ssize_t n;
	int fd;

	if (path == NULL || (fd = open(path, O_RDONLY | O_CLOEXEC)) == -1)
		return (0);
	n = read(fd, text, sizeof(text) - 1);
	(void)close(fd);
	text[n > 0 ? n : 0] = '\0';
	return (strcmp(text, word) == 0);
}

/* Tell the test; and, where it is to happen once, take the word away. */
static void
tell(const char *what, int once)
{
	char path[4096];
	int fd;

	if (once && (fd = open(getenv("LK_FAULT"), O_WRONLY | O_TRUNC |
	    O_CLOEXEC)) != -1)
		(void)close(fd);
	(void)snprintf(path, sizeof(path), "%s.seen", getenv("LK_FAULT"));
	fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	if (fd == -1 || dprintf(fd, "%s\n", what) < 0)
		abort();
	(void)close(fd);
}

/* Does the file's path have this in it? */
static int
is_of(int fd, const char *part)
{
	char link[64], path[4096];
	ssize_t n;

	(void)snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	n = readlink(link, path, sizeof(path) - 1);
	if (n < 0)
		return (0);
	path[n] = '\0';
	return (strstr(path, part) != NULL);
}

int
fdatasync(int fd)
{
	int (*real)(int);

	find(&real, "fdatasync");
	if ((is_of(fd, LOG) && told("sync-eio")) ||
	    (is_of(fd, STATE) && told("state-eio"))) {
		tell("eio", 1);
		errno = EIO;
		return (-1);
	}
	if (!is_of(fd, LOG))
		return (real(fd));
	if (told("sync-slow")) {
		tell("sync-slow", 0);
		(void)poll(NULL, 0, SLOW_MS);
	}
	if (told("sync-hang")) {
		tell("sync-hang", 0);
		while (told("sync-hang"))
			(void)poll(NULL, 0, 1);
	}
	return (real(fd));
}

ssize_t
pwrite(int fd, const void *buf, size_t len, off_t off)
{
	ssize_t (*real)(int, const void *, size_t, off_t);

	find(&real, "pwrite");
	if (!is_of(fd, LOG))
		return (real(fd, buf, len, off));
	if (told("write-short")) {
		tell("write-short", 1);
		return (real(fd, buf, len / 2, off));
	}
	if (told("write-eio")) {
		tell("write-eio", 1);
		errno = EIO;
		return (-1);
	}
	return (real(fd, buf, len, off));
}

int
fallocate(int fd, int mode, off_t off, off_t len)
{
	int (*real)(int, int, off_t, off_t);

	find(&real, "fallocate");
	if (!told("no-space"))
		return (real(fd, mode, off, len));
	tell("no-space", 0);
	errno = ENOSPC;
	return (-1);
}

int
statvfs(const char *path, struct statvfs *sv)
{
	int (*real)(const char *, struct statvfs *);
	int rc;

	find(&real, "statvfs");
	if ((rc = real(path, sv)) == 0 && told("no-space")) {
		tell("no-space", 0);
		sv->f_bavail = 0;
	}
	return (rc);
}
