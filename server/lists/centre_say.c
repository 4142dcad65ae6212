#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "keys/keyfile.h"
#include "store/disk.h"

#include "centre.h"
#include "centre_impl.h"

#define SAY_MAX 4096

/* Add a field; what would break the line becomes a space. */
static size_t
put(char *line, size_t n, const char *s, char end)
{

	for (; *s != '\0' && n < SAY_MAX - 8; s++)
		line[n++] = (unsigned char)*s < ' ' || *s == 0x7f ? ' ' : *s;
	line[n++] = end;
	return (n);
}

/* Write a line at the end of an open journal; all of it or nothing. */
static int
append(const struct disk *d, int fd, const char *line, size_t n)
{
	uint64_t size, end;
	char last = '\n';
	int saved;

	if (d->size(d->ctx, fd, &size) != 0)
		return (-1);
	end = size;
	/* What a crash has cut short gets its own line. */
	if (size > 0 && disk_read(d, fd, &last, 1, size - 1) != 1)
		return (-1);
	if (last != '\n' && disk_write(d, fd, "\n", 1, end++) != 0)
		goto undo;
	if (disk_write(d, fd, line, n, end) == 0 && d->fsync(d->ctx, fd) == 0)
		return (0);
undo:
	saved = errno;
	(void)d->ftruncate(d->ctx, fd, size);
	errno = saved;
	return (-1);
}

/* Say what was done. */
int
centre_say(struct centre *c, int64_t t, const char *who, const char *what,
    const char *why, char *err)
{
	char path[CENTRE_PATH_MAX], line[SAY_MAX];
	char when[KEYFILE_CREATED_LEN + 1] = "";
	const struct disk *d = c->disk;
	size_t n;
	int fd;

	if (c->lock == -1)
		return (centre_fail(err, "%s is open for reading only",
		    c->dir));
	(void)keyfile_time_print(when, t);
	n = put(line, 0, when, '\t');
	n = put(line, n, who != NULL ? who : "", '\t');
	n = put(line, n, what, '\t');
	n = put(line, n, why != NULL ? why : "", '\n');
	if (centre_path(c, path, sizeof(path), "journal") != 0)
		return (centre_fail(err, "%s: the path is too long", c->dir));
	if ((fd = d->open(d->ctx, path, O_RDWR | O_CREAT, 0600)) == -1)
		return (centre_fail(err, "%s: %s", path, strerror(errno)));
	if (append(d, fd, line, n) != 0) {
		(void)centre_fail(err, "%s: %s", path, strerror(errno));
		(void)d->close(d->ctx, fd);
		return (-1);
	}
	if (d->close(d->ctx, fd) != 0 || d->sync_dir(d->ctx, c->dir) != 0)
		return (centre_fail(err, "%s: %s", path, strerror(errno)));
	return (0);
}
