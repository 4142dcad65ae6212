/* sync is killed, or its disk fails, at every single step. */
#include <sys/wait.h>

#include <criterion/criterion.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "store/disk.h"

#include "synckit.h"

/* A disk that counts the steps that change it, and at one of them kills the process
 * or, once, fails. */
struct stopdisk {
	struct disk disk;
	long steps, kill_at, fail_at;
	int error;
};

/* Count a step. */
static int
step(void *ctx)
{
	struct stopdisk *d = ctx;

	if (++d->steps == d->kill_at)
		(void)kill(getpid(), SIGKILL);
	if (d->steps != d->fail_at)
		return (0);
	errno = d->error;
	return (-1);
}

static int
sd_open(void *ctx, const char *path, int flags, unsigned mode)
{

	return ((flags & O_CREAT) != 0 && step(ctx) != 0 ? -1 :
	    disk_real.open(NULL, path, flags, mode));
}

static ssize_t
sd_pwrite(void *ctx, int fd, const void *p, size_t len, uint64_t off)
{
	struct stopdisk *d = ctx;

	/* A kill may find half of it written. */
	if (d->steps + 1 == d->kill_at)
		(void)disk_real.pwrite(NULL, fd, p, len / 2, off);
	return (step(ctx) != 0 ? -1 : disk_real.pwrite(NULL, fd, p, len, off));
}

static int
sd_fsync(void *ctx, int fd)
{

	return (step(ctx) != 0 ? -1 : disk_real.fsync(NULL, fd));
}

static int
sd_ftruncate(void *ctx, int fd, uint64_t bytes)
{

	return (step(ctx) != 0 ? -1 : disk_real.ftruncate(NULL, fd, bytes));
}

static int
sd_rename(void *ctx, const char *from, const char *to)
{

	return (step(ctx) != 0 ? -1 : disk_real.rename(NULL, from, to));
}

static int
sd_unlink(void *ctx, const char *path)
{

	return (step(ctx) != 0 ? -1 : disk_real.unlink(NULL, path));
}

static int
sd_mkdir(void *ctx, const char *path, unsigned mode)
{

	return (step(ctx) != 0 ? -1 : disk_real.mkdir(NULL, path, mode));
}

static int
sd_rmdir(void *ctx, const char *path)
{

	return (step(ctx) != 0 ? -1 : disk_real.rmdir(NULL, path));
}

static int
sd_sync_dir(void *ctx, const char *dir)
{

	return (step(ctx) != 0 ? -1 : disk_real.sync_dir(NULL, dir));
}

/* Make one. */
static void
make(struct stopdisk *d)
{

	memset(d, 0, sizeof(*d));
	d->disk = disk_real;
	d->disk.ctx = d;
	d->disk.open = sd_open;
	d->disk.pwrite = sd_pwrite;
	d->disk.fsync = d->disk.fdatasync = sd_fsync;
	d->disk.ftruncate = sd_ftruncate;
	d->disk.rename = sd_rename;
	d->disk.unlink = sd_unlink;
	d->disk.mkdir = sd_mkdir;
	d->disk.rmdir = sd_rmdir;
	d->disk.sync_dir = sd_sync_dir;
}

/* The version that the daemon comes to: it looks when the timestamp is another one. */
static int
daemon_sees(struct synckit *k, int had)
{
	static char before[8192];
	static size_t before_len;
	size_t len;
	char *p = tufkit_read(synckit_path(k,
	    "data/lists/incoming/metadata/timestamp.json"), &len);
	int same = p == NULL ? had == 0 : had != 0 && len == before_len &&
	    memcmp(p, before, len) == 0;

	if (had == -1 && p != NULL && len <= sizeof(before)) {
		memcpy(before, p, len);
		before_len = len;
	}
	free(p);
	return (same ? had : synckit_whole(k, NULL));
}

/* A repository at version 3 with a new root; the node is at version `had` of it. */
static struct synckit *
prepare(int had, const char **big)
{
	struct synckit *k = synckit_new();

	if (had == 1) {
		cr_assert_eq(synckit_once(k), 0, "%s", k->err);
		(void)daemon_sees(k, -1);
	}
	tufkit_publish(k->repo);
	synckit_drop_lists(k, "sanction");
	*big = synckit_snapshot(k, "sanction", 2, 150000);
	tufkit_rotate(k->repo, TUF_TIMESTAMP, 0);
	tufkit_publish_root(k->repo);
	tufkit_publish(k->repo);
	return (k);
}

/* A round in a process of its own that is killed at a step; 1 when it was. */
static int
killed(struct synckit *k, long at)
{
	int status;
	pid_t pid = fork();

	cr_assert_neq(pid, -1);
	if (pid == 0) {
		struct stopdisk d;

		make(&d);
		d.kill_at = at;
		k->o.disk = &d.disk;
		_exit(synckit_once(k) == 0 ? 0 : 1);
	}
	cr_assert_eq(waitpid(pid, &status, 0), pid);
	if (WIFSIGNALED(status))
		return (1);
	cr_expect_eq(WEXITSTATUS(status), 0);
	return (0);
}

/* Kill at every step; what the daemon sees is old or new, and the next round ends it. */
static void
kill_everywhere(int had)
{
	struct synckit *k;
	const char *big;
	long at;
	int seen, went = 1;

	for (at = 1; went; at++) {
		k = prepare(had, &big);
		went = killed(k, at);
		seen = daemon_sees(k, had);
		cr_expect(seen == had || (seen == 3 && synckit_whole(k,
		    (const char *[]){ big, NULL }) == 3), "step %ld: %d", at,
		    seen);
		cr_expect_eq(synckit_once(k), 0, "step %ld: %s", at, k->err);
		cr_expect_eq(synckit_whole(k, (const char *[]){ big, NULL }), 3,
		    "step %ld", at);
		/* Once more: what is left over is put away. */
		cr_expect_eq(synckit_once(k), 0, "step %ld: %s", at, k->err);
		cr_expect_eq(k->r.changed, 0, "step %ld", at);
		synckit_free(k);
	}
	cr_expect(at > 30, "%ld", at);
}

Test(sync_crash, killed_anywhere_while_it_begins)
{
	kill_everywhere(0);
}

Test(sync_crash, killed_anywhere_while_it_goes_on)
{
	kill_everywhere(1);
}

/* Fail one step; the round may fail or not, but nothing half is ever seen. */
static void
fail_everywhere(int error)
{
	struct stopdisk d;
	struct synckit *k;
	const char *big;
	int seen, rc;
	long at;

	for (at = 1; ; at++) {
		k = prepare(1, &big);
		make(&d);
		d.fail_at = at;
		d.error = error;
		k->o.disk = &d.disk;
		rc = synckit_once(k);
		seen = daemon_sees(k, 1);
		cr_expect(seen == 1 || seen == 3, "step %ld: %d", at, seen);
		cr_expect(rc == 0 ? seen == 3 : k->err[0] != '\0', "step %ld",
		    at);
		k->o.disk = NULL;
		cr_expect_eq(synckit_once(k), 0, "step %ld: %s", at, k->err);
		cr_expect_eq(synckit_whole(k, (const char *[]){ big, NULL }), 3,
		    "step %ld", at);
		synckit_free(k);
		if (d.steps < at)
			break;
	}
	cr_expect(at > 30, "%ld", at);
}

Test(sync_crash, disk_errors_anywhere)
{
	fail_everywhere(EIO);
}

Test(sync_crash, disk_full_anywhere)
{
	fail_everywhere(ENOSPC);
}
