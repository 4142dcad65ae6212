#include <sys/file.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "keys/hex.h"
#include "lists/csvfile.h"

#include "args.h"
#include "intakefile.h"
#include "tool.h"

/* Read on. */
static ssize_t
get(void *arg, void *buf, size_t len)
{
	struct intakefile *f = arg;
	ssize_t n = read(f->fd, buf, len);

	if (n > 0) {
		sha256_update(&f->sha, buf, (size_t)n);
		f->bytes += (uint64_t)n;
	}
	return (n);
}

/* Begin to read. */
int
intakefile_again(struct intakefile *f, int encoding)
{
	struct csvfile_source s = { get, f };
	char err[CSVFILE_ERROR_MAX];

	csvfile_close(f->csv);
	f->csv = NULL;
	f->bytes = 0;
	sha256_init(&f->sha);
	if (f->fd != STDIN_FILENO && lseek(f->fd, 0, SEEK_SET) == -1 &&
	    errno != ESPIPE)
		return (tool_fail(f->t, TOOL_IO, "%s：%s", "%s: %s", f->path,
		    tool_errno(f->t, errno)));
	if ((f->csv = csvfile_open(&s, f->name, encoding, err)) == NULL)
		return (tool_fail(f->t, TOOL_DATA, "%s", "%s", err));
	return (ARGS_GO);
}

/* Open the file. */
int
intakefile_open(struct intakefile *f, struct tool *t, const char *path,
    int encoding)
{

	memset(f, 0, sizeof(*f));
	f->t = t;
	f->path = path;
	f->name = strrchr(path, '/') != NULL ? strrchr(path, '/') + 1 : path;
	f->fd = strcmp(path, "-") == 0 ? STDIN_FILENO : open(path, O_RDONLY |
	    O_CLOEXEC);
	if (f->fd == -1)
		return (tool_fail(t, errno == ENOENT ? TOOL_NOINPUT : errno ==
		    EACCES ? TOOL_DENIED : TOOL_IO, "%s：%s", "%s: %s",
		    path, tool_errno(t, errno)));
	if (fstat(f->fd, &f->st) != 0 || S_ISDIR(f->st.st_mode))
		return (tool_fail(t, TOOL_NOINPUT, "%s：不是可以读取的文件",
		    "%s: is no file to be read", path));
	(void)posix_fadvise(f->fd, 0, 0, POSIX_FADV_SEQUENTIAL);
	return (intakefile_again(f, encoding));
}

/* Close all. */
void
intakefile_close(struct intakefile *f)
{

	csvfile_close(f->csv);
	if (f->reject != NULL)
		(void)fclose(f->reject);
	if (f->fd > STDIN_FILENO)
		(void)close(f->fd);
	f->csv = NULL;
	f->reject = NULL;
	f->fd = -1;
}

/* Make a name beside the file. */
static int
beside(const struct intakefile *f, const char *suffix,
    char out[INTAKEFILE_PATH])
{
	size_t n = strlen(f->base), m = strlen(suffix);

	if (n + m + 1 > INTAKEFILE_PATH)
		return (-1);
	memcpy(out, f->base, n);
	memcpy(out + n, suffix, m + 1);
	return (0);
}

/* Read how far a run of the same key came. */
static void
read_mark(struct intakefile *f)
{
	char path[INTAKEFILE_PATH];
	struct stat st;
	uint64_t len;
	FILE *in;

	if (beside(f, ".intake.mark", path) != 0 ||
	    (in = fopen(path, "re")) == NULL)
		return;
	f->resumed = intake_mark_read(in, &f->mark, f->key, &len) == 0 &&
	    fstat(fileno(f->reject), &st) == 0 && (uint64_t)st.st_size >= len &&
	    ftruncate(fileno(f->reject), (off_t)len) == 0 &&
	    fseeko(f->reject, (off_t)len, SEEK_SET) == 0;
	(void)fclose(in);
}

/* Forget how far it came. */
int
intakefile_reset(struct intakefile *f)
{

	f->resumed = 0;
	memset(&f->mark, 0, sizeof(f->mark));
	if (f->reject != NULL && (fflush(f->reject) != 0 ||
	    ftruncate(fileno(f->reject), 0) != 0 ||
	    fseeko(f->reject, 0, SEEK_SET) != 0))
		return (tool_fail(f->t, TOOL_IO, "%s：%s", "%s: %s", f->base,
		    tool_errno(f->t, errno)));
	return (ARGS_GO);
}

/* Open the file of rejected rows, for us alone. */
static int
open_part(struct intakefile *f)
{
	char path[INTAKEFILE_PATH];
	struct tool *t = f->t;
	int fd;

	if (beside(f, ".intake.part", path) != 0)
		return (tool_fail(t, TOOL_USAGE, "路径过长",
		    "the path is too long"));
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd == -1)
		return (tool_fail(t, TOOL_IO,
		    "%s：无法写入：%s；可用 --rejects 指定另一位置",
		    "%s: cannot write: %s; name another place with --rejects",
		    path, tool_errno(t, errno)));
	if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
		(void)close(fd);
		return (tool_fail(t, TOOL_LATER, "%s：正在被另一次导入使用",
		    "%s: another run is taking this file in", path));
	}
	if (fchmod(fd, 0600) != 0 || (f->reject = fdopen(fd, "r+")) == NULL) {
		(void)close(fd);
		return (tool_fail(t, TOOL_IO, "%s：%s", "%s: %s", path,
		    tool_errno(t, errno)));
	}
	return (ARGS_GO);
}

/* Open the files beside it. */
int
intakefile_keep(struct intakefile *f, const char *reject, const char *key)
{
	const char *base = reject != NULL ? reject : f->path;
	int rc;

	if (reject == NULL && strcmp(f->path, "-") == 0)
		return (tool_fail(f->t, TOOL_USAGE,
		    "从标准输入读取时须用 --rejects 指定退回文件",
		    "with - as the file, say where bad rows go: --rejects"));
	if (strlen(base) + 32 > INTAKEFILE_PATH)
		return (tool_fail(f->t, TOOL_USAGE, "路径过长",
		    "the path is too long"));
	(void)snprintf(f->base, sizeof(f->base), "%s", base);
	(void)snprintf(f->key, sizeof(f->key), "%s", key);
	if (reject != NULL) {
		(void)snprintf(f->rejected, sizeof(f->rejected), "%s", reject);
		if (access(reject, F_OK) == 0)
			return (tool_fail(f->t, TOOL_NO,
			    "%s 已存在；请先更正并导入后删除，或另指文件",
			    "%s is there already: mend and take it in, then "
			    "remove it, or name another", reject));
	}
	if ((rc = open_part(f)) != ARGS_GO)
		return (rc);
	read_mark(f);
	return (f->resumed ? ARGS_GO : intakefile_reset(f));
}

/* Keep a mark. */
int
intakefile_save(struct intakefile *f, const struct intake_mark *m)
{
	char path[INTAKEFILE_PATH], temp[INTAKEFILE_PATH];
	off_t len = 0;
	FILE *out;
	int fd, rc;

	if (f->reject == NULL)
		return (0);
	if (beside(f, ".intake.mark", path) != 0 ||
	    beside(f, ".intake.mark.tmp", temp) != 0 ||
	    (len = ftello(f->reject)) == -1)
		return (-1);
	fd = open(temp, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW,
	    0600);
	if (fd == -1)
		return (-1);
	if ((out = fdopen(fd, "w")) == NULL) {
		(void)close(fd);
		return (-1);
	}
	rc = intake_mark_write(out, m, f->key, (uint64_t)len);
	if (fclose(out) != 0 || rc != 0)
		return (-1);
	/* No sync: a mark that a power cut takes away costs time, not rows. */
	return (rename(temp, path));
}

/* Find a name for the rejected rows that nobody has. */
static int
free_name(struct intakefile *f)
{
	char suffix[32];
	int i;

	if (f->rejected[0] != '\0')
		return (0);
	for (i = 1; i < 1000; i++) {
		if (i == 1)
			(void)snprintf(suffix, sizeof(suffix), ".rejected.csv");
		else
			(void)snprintf(suffix, sizeof(suffix),
			    ".rejected.%d.csv", i);
		if (beside(f, suffix, f->rejected) != 0)
			return (-1);
		if (access(f->rejected, F_OK) != 0)
			return (0);
	}
	errno = EEXIST;
	return (-1);
}

/* All is done. */
int
intakefile_end(struct intakefile *f, int any)
{
	char part[INTAKEFILE_PATH], mark[INTAKEFILE_PATH];

	if (f->reject == NULL)
		return (ARGS_GO);
	if (beside(f, ".intake.part", part) != 0 ||
	    beside(f, ".intake.mark", mark) != 0 || fflush(f->reject) != 0 ||
	    (any && (fsync(fileno(f->reject)) != 0 || free_name(f) != 0 ||
	    rename(part, f->rejected) != 0)) || (!any && unlink(part) != 0))
		return (tool_fail(f->t, TOOL_IO,
		    "%s：无法写入：%s；好的行已导入，空出空间后再导入同一文件即可得到退回文件",
		    "%s: cannot write: %s; the good rows were taken: make room "
		    "and take the same file in again to have the bad ones",
		    f->rejected[0] != '\0' ? f->rejected : part,
		    tool_errno(f->t, errno)));
	(void)unlink(mark);
	return (ARGS_GO);
}

/* What happened to the file while it was read? */
const char *
intakefile_changed(struct intakefile *f)
{
	struct sha256 sha = f->sha;
	uint8_t sum[SHA256_LEN];
	struct stat now, there;

	sha256_final(&sha, sum);
	hex_encode(f->hash, sum, sizeof(sum));
	if (!S_ISREG(f->st.st_mode) || fstat(f->fd, &now) != 0)
		return (NULL);
	if ((uint64_t)now.st_size > f->bytes || now.st_size > f->st.st_size)
		return ("grew");
	if ((uint64_t)now.st_size < f->bytes || now.st_size < f->st.st_size)
		return ("shrank");
	if (now.st_mtim.tv_sec != f->st.st_mtim.tv_sec ||
	    now.st_mtim.tv_nsec != f->st.st_mtim.tv_nsec)
		return ("changed");
	if (stat(f->path, &there) == 0 && (there.st_ino != f->st.st_ino ||
	    there.st_dev != f->st.st_dev))
		return ("replaced");
	return (NULL);
}
