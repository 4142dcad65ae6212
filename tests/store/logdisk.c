#include <sys/stat.h>

#include <criterion/criterion.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "logdisk.h"

/* Note that a file or directory holds what is not synced. */
static void
soil(struct logdisk *d, const char *path)
{
	size_t i;

	for (i = 0; i < d->ndirty; i++)
		if (strcmp(d->dirty[i], path) == 0)
			return;
	if (d->ndirty < LOGDISK_DIRTY)
		d->dirty[d->ndirty++] = strdup(path);
}

static void
soil_parent(struct logdisk *d, const char *path)
{
	char dir[LOGDISK_PATH], *slash;

	snprintf(dir, sizeof(dir), "%s", path);
	if ((slash = strrchr(dir, '/')) != NULL)
		*slash = '\0';
	soil(d, dir);
}

/* Note that it is synced now. */
static void
clean(struct logdisk *d, const char *path)
{
	size_t i;

	for (i = 0; i < d->ndirty; i++)
		if (path == NULL || strcmp(d->dirty[i], path) == 0) {
			free(d->dirty[i]);
			d->dirty[i--] = d->dirty[--d->ndirty];
		}
}

/* Count a step: 0, or -1 with errno when it is to fail; may not return at all. */
static int
step(struct logdisk *d, enum logdisk_step s, const char *path)
{
	int rc = 0;

	if (d->only != NULL && strstr(path, d->only) == NULL)
		return (0);
	pthread_mutex_lock(&d->lock);
	d->steps++;
	if (d->kill_at != 0 && d->steps == d->kill_at && s != LOGDISK_WRITE)
		kill(getpid(), SIGKILL);
	if (d->fail_at != 0 && (d->fail_step == LOGDISK_ANY ||
	    d->fail_step == s)) {
		if (d->fail_at > 1)
			d->fail_at--;
		else if (d->fail_for != 0) {
			d->fail_for -= d->fail_for > 0;
			d->failures++;
			errno = d->fail_errno;
			rc = -1;
		} else {
			d->fail_at = 0;
			d->failures++;
			errno = d->fail_errno;
			rc = -1;
		}
	}
	pthread_mutex_unlock(&d->lock);
	return (rc);
}

static int
ld_open(void *ctx, const char *path, int flags, unsigned mode)
{
	struct logdisk *d = ctx;
	int fd;

	if ((flags & O_CREAT) != 0 && step(d, LOGDISK_OPEN, path) != 0)
		return (-1);
	fd = disk_real.open(NULL, path, flags, mode);
	if (fd < 0 || fd >= 256)
		return (fd);
	pthread_mutex_lock(&d->lock);
	free(d->open[fd]);
	d->open[fd] = strdup(path);
	if ((flags & O_CREAT) != 0) {
		soil(d, path);
		soil_parent(d, path);
	}
	pthread_mutex_unlock(&d->lock);
	return (fd);
}

static int
ld_close(void *ctx, int fd)
{

	(void)ctx;
	return (disk_real.close(NULL, fd));
}

static ssize_t
ld_pread(void *ctx, int fd, void *buf, size_t len, uint64_t off)
{

	(void)ctx;
	return (disk_real.pread(NULL, fd, buf, len, off));
}

/* The path of a descriptor. */
static const char *
path_of(struct logdisk *d, int fd)
{

	return (fd >= 0 && fd < 256 && d->open[fd] != NULL ? d->open[fd] : "");
}

/* A write that the process dies of, or that fails short, is half done. */
static ssize_t
ld_pwrite(void *ctx, int fd, const void *buf, size_t len, uint64_t off)
{
	struct logdisk *d = ctx;

	if (step(d, LOGDISK_WRITE, path_of(d, fd)) != 0) {
		(void)disk_real.pwrite(NULL, fd, buf, len / 2, off);
		return (errno == 0 ? (ssize_t)(len / 2) : -1);
	}
	if (d->kill_at != 0 && d->steps == d->kill_at) {
		(void)disk_real.pwrite(NULL, fd, buf, len / 2, off);
		kill(getpid(), SIGKILL);
	}
	pthread_mutex_lock(&d->lock);
	soil(d, path_of(d, fd));
	pthread_mutex_unlock(&d->lock);
	return (disk_real.pwrite(NULL, fd, buf, len, off));
}

static int
ld_sync(void *ctx, int fd)
{
	struct logdisk *d = ctx;

	if (step(d, LOGDISK_SYNC, path_of(d, fd)) != 0)
		return (-1);
	pthread_mutex_lock(&d->lock);
	clean(d, path_of(d, fd));
	pthread_mutex_unlock(&d->lock);
	return (0);
}

static int
ld_sync_range(void *ctx, int fd, int wait)
{
	struct logdisk *d = ctx;

	return (wait ? step(d, LOGDISK_SYNC, path_of(d, fd)) : 0);
}

static int
ld_syncfs(void *ctx, int fd)
{
	struct logdisk *d = ctx;

	if (step(d, LOGDISK_SYNC, path_of(d, fd)) != 0)
		return (-1);
	pthread_mutex_lock(&d->lock);
	d->syncfs++;
	clean(d, NULL);
	pthread_mutex_unlock(&d->lock);
	return (0);
}

static int
ld_ftruncate(void *ctx, int fd, uint64_t bytes)
{

	(void)ctx;
	return (disk_real.ftruncate(NULL, fd, bytes));
}

static int
ld_fallocate(void *ctx, int fd, uint64_t bytes)
{

	(void)ctx;
	return (disk_real.fallocate(NULL, fd, bytes));
}

static int
ld_size(void *ctx, int fd, uint64_t *bytes)
{

	(void)ctx;
	return (disk_real.size(NULL, fd, bytes));
}

/* Whoever names a checkpoint has synced all below its directory, and sealed/. */
static void
watch(struct logdisk *d, const char *to)
{
	size_t n = strlen(to) - strlen("checkpoint"), i;

	for (i = 0; i < d->ndirty; i++)
		if ((strncmp(d->dirty[i], to, n) == 0 ||
		    strstr(d->dirty[i], "/sealed") != NULL) && !d->early) {
			d->early = 1;
			snprintf(d->what, sizeof(d->what), "%s", d->dirty[i]);
		}
}

static int
ld_rename(void *ctx, const char *from, const char *to)
{
	struct logdisk *d = ctx;
	size_t n = strlen(to);

	if (step(d, LOGDISK_RENAME, to) != 0)
		return (-1);
	pthread_mutex_lock(&d->lock);
	if (n > 11 && strcmp(to + n - 11, "/checkpoint") == 0)
		watch(d, to);
	soil_parent(d, to);
	pthread_mutex_unlock(&d->lock);
	return (disk_real.rename(NULL, from, to));
}

static int
ld_unlink(void *ctx, const char *path)
{

	if (step(ctx, LOGDISK_UNLINK, path) != 0)
		return (-1);
	return (disk_real.unlink(NULL, path));
}

static int
ld_mkdir(void *ctx, const char *path, unsigned mode)
{
	struct logdisk *d = ctx;
	int rc;

	if (step(d, LOGDISK_MKDIR, path) != 0)
		return (-1);
	if ((rc = disk_real.mkdir(NULL, path, mode)) == 0) {
		pthread_mutex_lock(&d->lock);
		soil_parent(d, path);
		pthread_mutex_unlock(&d->lock);
	}
	return (rc);
}

static int
ld_rmdir(void *ctx, const char *path)
{

	if (step(ctx, LOGDISK_UNLINK, path) != 0)
		return (-1);
	return (disk_real.rmdir(NULL, path));
}

static int
ld_sync_dir(void *ctx, const char *dir)
{
	struct logdisk *d = ctx;

	if (step(d, LOGDISK_SYNC, dir) != 0)
		return (-1);
	pthread_mutex_lock(&d->lock);
	clean(d, dir);
	pthread_mutex_unlock(&d->lock);
	return (0);
}

static int
ld_list(void *ctx, const char *dir, int (*each)(void *arg, const char *name),
    void *arg)
{

	(void)ctx;
	return (disk_real.list(NULL, dir, each, arg));
}

static int
ld_space(void *ctx, const char *path, uint64_t *bytes)
{
	struct logdisk *d = ctx;

	*bytes = 0;
	return (d->full ? 0 : disk_real.space(NULL, path, bytes));
}

struct logdisk *
logdisk_new(void)
{
	const char *tmp = getenv("TMPDIR");
	struct logdisk *d = calloc(1, sizeof(*d));

	snprintf(d->dir, sizeof(d->dir), "%s/lk-log.XXXXXX",
	    tmp != NULL ? tmp : "/tmp");
	if (mkdtemp(d->dir) == NULL)
		abort();
	pthread_mutex_init(&d->lock, NULL);
	d->disk = (struct disk){
		.ctx = d, .open = ld_open, .close = ld_close,
		.pread = ld_pread, .pwrite = ld_pwrite,
		.fdatasync = ld_sync, .fsync = ld_sync,
		.sync_range = ld_sync_range, .syncfs = ld_syncfs,
		.fallocate = ld_fallocate, .ftruncate = ld_ftruncate,
		.size = ld_size, .rename = ld_rename, .unlink = ld_unlink,
		.mkdir = ld_mkdir, .rmdir = ld_rmdir, .sync_dir = ld_sync_dir,
		.list = ld_list, .space = ld_space,
	};
	return (d);
}

static int
remove_one(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{

	(void)st;
	(void)flag;
	return (ftw->level == 0 ? 0 : remove(path));
}

void
logdisk_empty(struct logdisk *d)
{

	(void)nftw(d->dir, remove_one, 32, FTW_DEPTH | FTW_PHYS);
}

void
logdisk_free(struct logdisk *d)
{
	size_t i;

	logdisk_empty(d);
	rmdir(d->dir);
	clean(d, NULL);
	for (i = 0; i < 256; i++)
		free(d->open[i]);
	pthread_mutex_destroy(&d->lock);
	free(d);
}

const char *
logdisk_path(const struct logdisk *d, const char *name)
{
	static char path[4][2 * LOGDISK_PATH];
	static int turn;
	char *p = path[turn++ % 4];

	snprintf(p, sizeof(path[0]), "%s/%s", d->dir, name);
	return (p);
}

char *
logdisk_read(const char *path, size_t *len)
{
	FILE *f = fopen(path, "rb");
	size_t n, cap = 1 << 16;
	char *p;

	if (f == NULL)
		return (NULL);
	p = malloc(cap + 1);
	*len = 0;
	while ((n = fread(p + *len, 1, cap - *len, f)) > 0)
		if ((*len += n) == cap)
			p = realloc(p, (cap *= 2) + 1);
	fclose(f);
	p[*len] = '\0';
	return (p);
}

void
logdisk_write(const char *path, const void *p, size_t len)
{
	FILE *f = fopen(path, "wb");

	if (f == NULL || fwrite(p, 1, len, f) != len || fclose(f) != 0)
		abort();
}

int
logdisk_exists(const char *path)
{

	return (access(path, F_OK) == 0);
}

void
logdisk_flip(const char *path, size_t at)
{
	size_t len;
	char *p = logdisk_read(path, &len);

	if (p == NULL || at >= len)
		abort();
	p[at] ^= 1;
	logdisk_write(path, p, len);
	free(p);
}

/* Does b hold all the files of a, the same? */
static int
holds(const char *a, const char *b)
{
	char pa[LOGDISK_PATH], pb[LOGDISK_PATH];
	struct dirent *e;
	struct stat st;
	size_t na, nb;
	char *fa, *fb;
	int same = 1;
	DIR *dir;

	if ((dir = opendir(a)) == NULL)
		return (0);
	while (same && (e = readdir(dir)) != NULL) {
		if (e->d_name[0] == '.')
			continue;
		snprintf(pa, sizeof(pa), "%s/%s", a, e->d_name);
		snprintf(pb, sizeof(pb), "%s/%s", b, e->d_name);
		if (stat(pa, &st) == 0 && S_ISDIR(st.st_mode)) {
			same = holds(pa, pb);
			continue;
		}
		fa = logdisk_read(pa, &na);
		fb = logdisk_read(pb, &nb);
		same = fa != NULL && fb != NULL && na == nb &&
		    memcmp(fa, fb, na) == 0;
		if (!same)
			fprintf(stderr, "%s and %s differ\n", pa, pb);
		free(fa);
		free(fb);
	}
	closedir(dir);
	return (same);
}

int
logdisk_same(const char *a, const char *b)
{

	return (holds(a, b) && holds(b, a));
}
