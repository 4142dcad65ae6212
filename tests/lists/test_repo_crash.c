#include <criterion/criterion.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lists/repo_impl.h"
#include "store/disk.h"

#include "repokit.h"

/*
 * A publication that ends at any step, as by kill -9: clients see the old one or the new
 * one whole, and the centre goes on from there.
 */

static struct repokit k;

/* The real disk, which dies at a step that changes it. */
static struct {
	struct disk disk;
	long at;	/* steps until then; 0: never */
	long steps;	/* done */
	int dead;
	int error;
} dying;

/* Count a step; -1 when the disk is dead. */
static int
step(void)
{

	if (!dying.dead && dying.at > 0 && dying.steps + 1 == dying.at)
		dying.dead = 1;
	if (dying.dead) {
		errno = dying.error;
		return (-1);
	}
	dying.steps++;
	return (0);
}

static int
d_open(void *ctx, const char *path, int flags, unsigned mode)
{

	if (((flags & O_CREAT) != 0 ? step() : dying.dead ? step() : 0) != 0)
		return (-1);
	return (disk_real.open(ctx, path, flags, mode));
}

static ssize_t
d_pwrite(void *ctx, int fd, const void *buf, size_t len, uint64_t off)
{

	if (step() != 0) {
		/* half of it is there */
		(void)disk_real.pwrite(ctx, fd, buf, len / 2, off);
		errno = dying.error;
		return (-1);
	}
	return (disk_real.pwrite(ctx, fd, buf, len, off));
}

/* Syncs only count: no test looks at what a power cut leaves. */
static int
d_sync(void *ctx, int fd)
{

	(void)ctx;
	(void)fd;
	return (step());
}

static int
d_rename(void *ctx, const char *from, const char *to)
{

	return (step() != 0 ? -1 : disk_real.rename(ctx, from, to));
}

static int
d_unlink(void *ctx, const char *path)
{

	return (step() != 0 ? -1 : disk_real.unlink(ctx, path));
}

static int
d_mkdir(void *ctx, const char *path, unsigned mode)
{

	return (step() != 0 ? -1 : disk_real.mkdir(ctx, path, mode));
}

static int
d_rmdir(void *ctx, const char *path)
{

	return (step() != 0 ? -1 : disk_real.rmdir(ctx, path));
}

static int
d_sync_dir(void *ctx, const char *dir)
{

	(void)ctx;
	(void)dir;
	return (step());
}

/* Have the centre write to a disk that dies at this step. */
static void
die_at(long at, int error)
{

	memset(&dying, 0, sizeof(dying));
	dying.disk = disk_real;
	dying.disk.open = d_open;
	dying.disk.pwrite = d_pwrite;
	dying.disk.fdatasync = d_sync;
	dying.disk.fsync = d_sync;
	dying.disk.syncfs = d_sync;
	dying.disk.rename = d_rename;
	dying.disk.unlink = d_unlink;
	dying.disk.mkdir = d_mkdir;
	dying.disk.rmdir = d_rmdir;
	dying.disk.sync_dir = d_sync_dir;
	dying.at = at;
	dying.error = error;
	k.c.disk = &dying.disk;
}

/* Open the centre anew, on a disk that works. */
static void
restart(void)
{

	centre_close(&k.c);
	cr_assert_eq(centre_open(&k.c, k.dir, 1, k.err), 0, "%s", k.err);
	k.c.disk = &dying.disk;
	dying.at = 0;
	dying.dead = 0;
}

/* Keep the centre as it is, to begin from it again and again. */
static void
keep(void)
{
	char command[1024];

	snprintf(command, sizeof(command), "cp -a '%s' '%s.kept'", k.dir,
	    k.dir);
	cr_assert_eq(system(command), 0);
}

static void
again(void)
{
	char command[1024];

	centre_close(&k.c);
	snprintf(command, sizeof(command), "rm -rf '%s' && cp -a '%s.kept' "
	    "'%s'", k.dir, k.dir, k.dir);
	cr_assert_eq(system(command), 0);
	cr_assert_eq(centre_open(&k.c, k.dir, 1, k.err), 0, "%s", k.err);
}

static void
forget(void)
{
	char command[1024];

	repokit_free(&k);
	snprintf(command, sizeof(command), "rm -rf '%s.kept'", k.dir);
	cr_assert_eq(system(command), 0);
}

static void
good(uint32_t version, const char *when, long at)
{
	char text[4096];
	uint32_t is;

	cr_assert_eq(repokit_check(&k, text, sizeof(text)), 0, "%s %ld: %s%s",
	    when, at, k.err, text);
	cr_assert_eq(repokit_client(&k, &is), 0, "%s %ld: %s", when, at,
	    k.err);
	cr_assert_eq(is, version, "%s %ld: %u", when, at, (unsigned)is);
}

/* What clients see now: the old version or the new one, whole.  Return it. */
static uint32_t
seen(uint32_t old, long at)
{
	uint32_t is, also;

	cr_assert_eq(repokit_follow(&k, "old", &is), 0, "%ld: %s", at, k.err);
	cr_assert(is == old || is == old + 1, "%ld: %u", at, (unsigned)is);
	cr_assert_eq(repokit_client(&k, &also), 0, "%ld: %s", at, k.err);
	cr_assert_eq(also, is, "%ld", at);
	return (is);
}

/* Releases that the log has. */
static uint64_t
releases(void)
{
	struct repo_check r;

	cr_assert_eq(repo_check(repokit_path(&k, "repo"), repokit_path(&k,
	    "repo/metadata/1.root.json"), k.now, (void (*)(void *, int,
	    const char *))abort, NULL, &r, k.err), 0);
	return (r.releases);
}

/* A second publication is signed and not finished. */
static void
second_signed(void)
{
	uint32_t is;

	repokit_new(&k);
	repokit_add(&k, "sanction", 0, 300);
	repokit_publish(&k, NULL);
	cr_assert_eq(repokit_follow(&k, "old", &is), 0, "%s", k.err);
	repokit_add(&k, "sanction", 1000, 2);
	repokit_add(&k, "cards", 2000, 3);
	cr_assert_eq(repokit_prepare(&k, NULL), 0, "%s", k.err);
	repokit_sign2(&k);
	keep();
}

Test(repo_crash, finishes_later, .timeout = 100)
{
	int rc, died;

	second_signed();
	for (long at = 1;; at++) {
		again();
		die_at(at, at % 2 == 0 ? EIO : ENOSPC);
		rc = repokit_finish(&k);
		died = dying.dead;
		(void)seen(1, at);
		restart();
		if (rc != 0)
			cr_assert_eq(repokit_finish(&k), 0, "%ld: %s", at,
			    k.err);
		good(2, "finished", at);
		cr_assert_eq(releases(), 2, "%ld: once in the log", at);
		if (!died)
			break;
		cr_assert_lt(at, 200);
	}
	cr_assert_neq(access(repokit_path(&k, "pending"), F_OK), 0);
	cr_assert_gt(dying.steps, 30);
	forget();
}

/* Or it is given up, and another is published in its place. */
Test(repo_crash, gives_up_later, .timeout = 100)
{
	uint32_t is;
	int rc;

	second_signed();
	for (long at = 1;; at += 3) {
		again();
		die_at(at, EIO);
		rc = repokit_finish(&k);
		restart();
		if (rc == 0)
			break;
		is = seen(1, at);
		if (repo_drop(&k.c, k.now, "wang", "crash", k.err) != 0)
			cr_assert_eq(is, 2, "%ld: %s", at, k.err);
		repokit_add(&k, "phones", 5000, 1);
		repokit_publish(&k, NULL);
		good(is + 1, "given up", at);
	}
	forget();
}

Test(repo_crash, prepares_later, .timeout = 100)
{
	int rc;

	repokit_new(&k);
	repokit_add(&k, "sanction", 0, 100);
	keep();
	for (long at = 1;; at += at > 20 ? 5 : 1) {
		again();
		die_at(at, at % 2 == 0 ? EIO : ENOSPC);
		rc = repokit_prepare(&k, NULL);
		restart();
		if (rc != 0 && access(repokit_path(&k, "pending/plan.json"),
		    F_OK) != 0)
			cr_assert_eq(repokit_prepare(&k, NULL), 0, "%ld: %s",
			    at, k.err);
		repokit_sign2(&k);
		cr_assert_eq(repokit_finish(&k), 0, "%ld: %s", at, k.err);
		good(1, "prepared", at);
		if (rc == 0)
			break;
	}
	forget();
}

/* A new root, of which clients walk every version. */
Test(repo_crash, rotates_later, .timeout = 100)
{
	uint32_t is;
	int rc;

	repokit_new(&k);
	repokit_add(&k, "sanction", 0, 100);
	repokit_publish(&k, NULL);
	cr_assert_eq(repokit_follow(&k, "old", &is), 0);
	repokit_make_key(&k, "targets", "targets-4");
	cr_assert_eq(repo_key(&k.c, TUF_TARGETS, repokit_key(&k,
	    "targets-4.key.pub"), "targets-3", k.now, k.err), 0, "%s", k.err);
	repokit_sign(&k, "root-1");
	repokit_sign(&k, "root-2");
	keep();
	for (long at = 1;; at++) {
		again();
		die_at(at, EIO);
		rc = repokit_finish(&k);
		cr_assert_eq(seen(1, at), 1);
		restart();
		cr_assert_eq(seen(1, at), 1);
		if (rc != 0)
			cr_assert_eq(repokit_finish(&k), 0, "%ld: %s", at,
			    k.err);
		good(1, "rotated", at);
		cr_assert_eq(access(repokit_path(&k,
		    "repo/metadata/2.root.json"), F_OK), 0);
		if (rc == 0)
			break;
	}
	forget();
}

Test(repo_crash, signs_a_timestamp_later)
{
	int rc;

	repokit_new(&k);
	repokit_add(&k, "sanction", 0, 100);
	repokit_publish(&k, NULL);
	for (long at = 1;; at++) {
		die_at(at, EIO);
		rc = repo_refresh(&k.c, repokit_key(&k, "snapshot.key"),
		    repokit_key(&k, "timestamp.key"), k.now, k.err);
		restart();
		good(1, "refreshed", at);
		if (rc == 0)
			break;
	}
	repokit_free(&k);
}
