#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "outfile.h"

struct outfile {
	FILE *f;
	char *path;
	char *dir;
	char *temp;
	int named;	/* temp exists */
	int direct;	/* a device or a pipe: written as it is */
};

/* Free all but the file. */
static void
dispose(struct outfile *o)
{
	int saved = errno;

	if (o->f != NULL)
		(void)fclose(o->f);
	if (o->named)
		(void)unlink(o->temp);
	free(o->temp);
	free(o->dir);
	free(o->path);
	free(o);
	errno = saved;
}

/* Work out the names: a link is followed, and stays. */
static int
name(struct outfile *o, const char *path)
{
	struct stat st;
	char *copy;
	size_t n;

	if (stat(path, &st) == 0) {
		if (S_ISDIR(st.st_mode)) {
			errno = EISDIR;
			return (-1);
		}
		o->direct = !S_ISREG(st.st_mode);
		o->path = o->direct ? strdup(path) : realpath(path, NULL);
	} else
		o->path = strdup(path);
	if (o->path == NULL || (copy = strdup(o->path)) == NULL)
		return (-1);
	o->dir = strdup(dirname(copy));
	free(copy);
	if (o->dir == NULL || (copy = strdup(o->path)) == NULL)
		return (-1);
	n = strlen(o->dir) + strlen(copy) + 40;
	if ((o->temp = malloc(n)) != NULL)
		(void)snprintf(o->temp, n, "%s/.%s.%ld.tmp", o->dir,
		    basename(copy), (long)getpid());
	free(copy);
	return (o->temp != NULL ? 0 : -1);
}

/* Open what is written to. */
static int
begin(struct outfile *o, mode_t mode)
{
	int fd;

	if (o->direct)
		return (open(o->path, O_WRONLY | O_CLOEXEC));
	fd = open(o->dir, O_TMPFILE | O_WRONLY | O_CLOEXEC, mode);
	if (fd == -1 && (errno == EOPNOTSUPP || errno == EISDIR ||
	    errno == EINVAL)) {
		fd = open(o->temp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC |
		    O_NOFOLLOW, mode);
		o->named = fd != -1;
	}
	if (fd != -1 && fchmod(fd, mode) != 0) {
		(void)close(fd);
		return (-1);
	}
	return (fd);
}

/* Begin. */
struct outfile *
outfile_open(const char *path, mode_t mode)
{
	struct outfile *o;
	int fd;

	if ((o = calloc(1, sizeof(*o))) == NULL)
		return (NULL);
	if (name(o, path) != 0 || (fd = begin(o, mode)) == -1)
		goto err;
	if ((o->f = fdopen(fd, "w")) != NULL)
		return (o);
	(void)close(fd);
err:
	dispose(o);
	return (NULL);
}

/* Where to write. */
FILE *
outfile_stream(const struct outfile *o)
{

	return (o->f);
}

/* Give a file without a name the temporary one. */
static int
give_name(struct outfile *o)
{
	char self[64];

	if (o->named)
		return (0);
	(void)snprintf(self, sizeof(self), "/proc/self/fd/%d", fileno(o->f));
	if (linkat(AT_FDCWD, self, AT_FDCWD, o->temp, AT_SYMLINK_FOLLOW) != 0)
		return (-1);
	o->named = 1;
	return (0);
}

/* Make the change of a directory durable. */
static int
sync_dir(const char *dir)
{
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC), rc;

	if (fd == -1)
		return (-1);
	rc = fsync(fd);
	(void)close(fd);
	return (rc);
}

/* End well. */
int
outfile_commit(struct outfile *o)
{
	int rc = -1;

	if (o->direct)
		rc = fflush(o->f) == 0 && !ferror(o->f) ? 0 : -1;
	else if (fflush(o->f) == 0 && !ferror(o->f) && fsync(fileno(o->f)) == 0 &&
	    give_name(o) == 0 && rename(o->temp, o->path) == 0) {
		o->named = 0;
		rc = sync_dir(o->dir);
	}
	dispose(o);
	return (rc);
}

/* Give it up. */
void
outfile_drop(struct outfile *o)
{

	if (o != NULL)
		dispose(o);
}
