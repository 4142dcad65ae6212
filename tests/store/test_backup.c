/* A backup that fails, or is killed, at each of its steps: there is no half copy. */
#include <sys/wait.h>

#include <criterion/criterion.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "audit/backup.h"
#include "integratortest.h"
#include "keys/note.h"

TestSuite(backup, .timeout = 120);

/* What is to be copied, and where to. */
struct copy {
	struct nodelog *n;
	const struct note_verifier *key[1];
	struct backup_options o;
	struct backup_info info;
	enum backup_fault fault;
	char data[2 * LOGDISK_PATH], to[2 * LOGDISK_PATH];
	char err[BACKUP_ERROR_MAX];
};

static void
say(void *arg, const struct verify_finding *f)
{

	(void)arg;
	cr_log_error("%s: %s", f->file, f->en);
}

/* A closed node in <dir>/data, so that <dir>/copy is beside it. */
static void
begin(struct copy *c)
{
	const char *names[] = { "wal", "log", "sealed" };
	char from[2 * LOGDISK_PATH], to[2 * LOGDISK_PATH];
	size_t i;

	memset(c, 0, sizeof(*c));
	c->n = make_node(600);
	snprintf(c->data, sizeof(c->data), "%s", logdisk_path(c->n->d, "data"));
	snprintf(c->to, sizeof(c->to), "%s", logdisk_path(c->n->d, "copy"));
	cr_assert_eq(disk_real.mkdir(NULL, c->data, 0700), 0);
	for (i = 0; i < 3; i++) {
		snprintf(from, sizeof(from), "%s", logdisk_path(c->n->d,
		    names[i]));
		snprintf(to, sizeof(to), "%.1000s/%s", c->data, names[i]);
		cr_assert_eq(rename(from, to), 0);
	}
	c->key[0] = &c->n->signer.public;
	c->o = (struct backup_options){ .from = c->data, .to = c->to,
		.disk = &c->n->d->disk, .version = "test", .now = 1,
		.verify = { .keys = c->key, .nkeys = 1, .finding = say } };
	c->n->d->only = "/copy";
}

static int
make(struct copy *c)
{

	return (backup_make(&c->o, &c->info, &c->fault, c->err));
}

static int
there(const struct copy *c, const char *suffix)
{
	char path[3 * LOGDISK_PATH];

	snprintf(path, sizeof(path), "%s%s", c->to, suffix);
	return (access(path, F_OK) == 0);
}

Test(backup, copies_entries_and_identities)
{
	struct copy c;

	begin(&c);
	cr_assert_eq(make(&c), 0, "%s", c.err);
	cr_assert_eq(c.info.head_seq, 600);
	cr_assert_eq(c.info.last_seq, 600);
	cr_assert_eq(c.info.head.size, 600);
	/* The copy in the place of the node: all is there, and it goes on. */
	snprintf(c.n->wal_dir, sizeof(c.n->wal_dir), "%.1000s/wal",
	    c.to);
	snprintf(c.n->log_dir, sizeof(c.n->log_dir), "%.1000s/log",
	    c.to);
	snprintf(c.n->sealed_dir, sizeof(c.n->sealed_dir), "%.1000s/sealed",
	    c.to);
	c.n->o.data = c.to;
	must_open(c.n);
	cr_assert_eq(nodelog_whole(c.n, 600), 0, "%s", c.n->error);
	(void)grow(c.n, 300);
	cr_assert_eq(nodelog_whole(c.n, 900), 0, "%s", c.n->error);
	nodelog_free(c.n);
}

/* Fail every step of a kind in turn; return how many there were. */
static long
fail_each(enum logdisk_step step, int error)
{
	struct copy c;
	long at;
	int rc;

	begin(&c);
	for (at = 1;; at++) {
		c.n->d->fail_step = step;
		c.n->d->fail_errno = error;
		c.n->d->fail_at = at;
		c.n->d->failures = 0;
		rc = make(&c);
		if (c.n->d->failures == 0)
			break;
		/* The sync behind the rename: it has its name, and we are told. */
		if (there(&c, "")) {
			cr_assert_eq(rc, -1);
			cr_assert_eq(step, LOGDISK_SYNC);
			cr_assert_eq(rename(c.to, logdisk_path(c.n->d, "old")),
			    0);
			continue;
		}
		cr_assert_eq(rc, -1, "step %ld of %d", at, (int)step);
		cr_assert_eq(c.fault, BACKUP_FAILED, "%s", c.err);
		cr_assert(strstr(c.err, strerror(error)) != NULL ||
		    strstr(c.err, "cannot be written") != NULL, "%s", c.err);
		cr_assert_not(there(&c, ".part"));
	}
	cr_assert_eq(rc, 0, "%s", c.err);
	c.n->d->fail_at = 0;
	c.o.from = c.to;
	cr_assert_eq(backup_check(&c.o, &c.info, &c.fault, c.err), 0, "%s",
	    c.err);
	nodelog_free(c.n);
	return (at);
}

Test(backup, a_disk_that_fills_up_leaves_nothing)
{

	cr_assert_gt(fail_each(LOGDISK_WRITE, ENOSPC), 15);
}

Test(backup, a_sync_that_fails_leaves_nothing)
{

	cr_assert_gt(fail_each(LOGDISK_SYNC, EIO), 15);
}

Test(backup, a_file_that_cannot_be_made_leaves_nothing)
{

	cr_assert_gt(fail_each(LOGDISK_OPEN, ENOSPC), 8);
	cr_assert_gt(fail_each(LOGDISK_MKDIR, ENOSPC), 5);
	cr_assert_gt(fail_each(LOGDISK_RENAME, EIO), 1);
}

/* Killed: what has its name is whole, and the rest says whose it is. */
Test(backup, killed_at_every_step)
{
	char part[3 * LOGDISK_PATH];
	struct copy c;
	int status;
	long at;
	pid_t pid;

	begin(&c);
	snprintf(part, sizeof(part), "%s.part", c.to);
	for (at = 1;; at++) {
		if ((pid = fork()) == 0) {
			c.n->d->steps = 0;
			c.n->d->kill_at = at;
			_exit(make(&c) == 0 ? 0 : 1);
		}
		cr_assert_eq(waitpid(pid, &status, 0), pid);
		if (there(&c, "")) {
			struct backup_options o = c.o;

			o.from = c.to;
			cr_assert_eq(backup_check(&o, &c.info, &c.fault,
			    c.err), 0, "%s", c.err);
			if (!WIFSIGNALED(status))
				break;
			cr_assert_eq(rename(c.to, logdisk_path(c.n->d, "old")),
			    0);
			continue;
		}
		cr_assert(WIFSIGNALED(status), "%ld", at);
		if (!there(&c, ".part"))
			continue;
		cr_assert_eq(make(&c), -1);
		cr_assert_eq(c.fault, BACKUP_EXISTS);
		cr_assert_not_null(strstr(c.err, "left of an earlier run"));
		cr_assert_eq(rename(part, logdisk_path(c.n->d, "rest")), 0);
		cr_assert_eq(nodelog_close(c.n), 0);
		(void)snprintf(part, sizeof(part), "rm -rf '%s'",
		    logdisk_path(c.n->d, "rest"));
		cr_assert_eq(system(part), 0);
		snprintf(part, sizeof(part), "%s.part", c.to);
	}
	cr_assert_eq(WEXITSTATUS(status), 0);
	cr_assert_gt(at, 50);
	nodelog_free(c.n);
}
