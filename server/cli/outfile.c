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

/* Work out the names. */
static int
name(struct outfile *o, const char *path)
{
	char *copy;
	int n;

	if ((o->path = strdup(path)) == NULL || (copy = strdup(path)) == NULL)
		return (-1);
	o->dir = strdup(dirname(copy));
	free(copy);
	if (o->dir == NULL || (copy = strdup(path)) == NULL)
		return (-1);
	n = asprintf(&o->temp, "%s/.%s.%ld.tmp", o->dir, basename(copy),
	    (long)getpid());
	free(copy);
	if (n == -1)
		o->temp = NULL;
	return (n == -1 ? -1 : 0);
}

/* Begin. */
struct outfile *
outfile_open(const char *path, mode_t mode)
{
	struct outfile *o;
	int fd;

	if ((o = calloc(1, sizeof(*o))) == NULL)
		return (NULL);
	if (name(o, path) != 0)
		goto err;
	if ((fd = open(o->dir, O_TMPFILE | O_WRONLY | O_CLOEXEC, mode)) == -1) {
		if (errno != EOPNOTSUPP && errno != EISDIR && errno != EINVAL)
			goto err;
		fd = open(o->temp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC |
		    O_NOFOLLOW, mode);
		o->named = fd != -1;
	}
	if (fd == -1)
		goto err;
	if ((o->f = fdopen(fd, "w")) != NULL && fchmod(fd, mode) == 0)
		return (o);
	if (o->f == NULL)
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

	if (fflush(o->f) == 0 && !ferror(o->f) && fsync(fileno(o->f)) == 0 &&
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
