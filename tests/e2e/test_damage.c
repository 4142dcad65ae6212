/* A data directory that somebody or something laid hands on between two runs. */
#include <criterion/criterion.h>

#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "branch.h"

#define MADE 40			/* decisions before the damage */

static struct branch b;
static struct lk_result made[MADE];

/* The i-th request. */
static void
request(struct lk_request *r, unsigned i)
{
	char txn[32];

	(void)snprintf(txn, sizeof(txn), "damage-%02u", i);
	host_request(r, 50000 + i, LK_PRODUCT_BANK1, txn);
}

/* Start a daemon, have some decisions made, and stop it. */
static void
start_and_stop(const struct daemon_setup *setup)
{
	struct lk_request r;
	unsigned i;

	branch_open(&b, setup);
	for (i = 0; i < MADE; i++) {
		request(&r, i);
		cr_assert_eq(branch_check(&b, b.zh, &r, &made[i]), LK_OK);
	}
	cr_assert_eq(daemon_kill(b.d, SIGTERM), 0);
}

/* All of them are there. */
static void
want_made(void)
{
	struct lk_request r;
	struct lk_result a;
	unsigned i;

	for (i = 0; i < MADE; i++) {
		request(&r, i);
		cr_assert_eq(branch_check(&b, b.zh, &r, &a), LK_OK);
		cr_expect(a.flags & LK_R_DUPLICATE, "%u was lost", i);
		cr_expect_str_eq(a.decision_id, made[i].decision_id);
		cr_expect_str_eq(a.leaf, made[i].leaf);
	}
}

/* Remove a file of the data directory. */
static void
drop(const char *name)
{
	char path[256];

	(void)snprintf(path, sizeof(path), "%s/%s", daemon_data(b.d), name);
	cr_assert(unlink(path) == 0 || errno == ENOENT);
}

Test(damage, state_deleted)
{

	start_and_stop(NULL);
	drop("state.mdb");
	drop("state.mdb-lock");
	daemon_restart(b.d);
	want_made();
	branch_answers(&b);
	branch_close(&b);
}

Test(damage, state_of_an_earlier_day)
{
	char from[256], to[256], command[600];

	start_and_stop(NULL);
	(void)snprintf(from, sizeof(from), "%s/state.mdb", daemon_data(b.d));
	(void)snprintf(to, sizeof(to), "%s/state.old", daemon_dir(b.d));
	(void)snprintf(command, sizeof(command), "cp '%s' '%s'", from, to);
	cr_assert_eq(system(command), 0);
	daemon_restart(b.d);
	branch_answers(&b);
	cr_assert_eq(daemon_kill(b.d, SIGTERM), 0);
	/* A backup of it was put back: the log knows the rest. */
	cr_assert_eq(rename(to, from), 0);
	daemon_restart(b.d);
	want_made();
	branch_close(&b);
}

/* The log's only segment. */
static void
find_segment(char *path, size_t size)
{
	char dir[256];
	struct dirent *e;
	int found = 0;
	DIR *d;

	(void)snprintf(dir, sizeof(dir), "%s/wal", daemon_data(b.d));
	cr_assert_not_null(d = opendir(dir));
	while ((e = readdir(d)) != NULL)
		if (strspn(e->d_name, "0123456789abcdef") > 7) {
			(void)snprintf(path, size, "%s/%s", dir, e->d_name);
			found++;
		}
	(void)closedir(d);
	cr_assert_eq(found, 1, "%d segments", found);
}

/* Read it. */
static uint8_t *
read_segment(const char *path, size_t *len)
{
	struct stat st;
	uint8_t *p;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	cr_assert(fd >= 0 && fstat(fd, &st) == 0);
	*len = (size_t)st.st_size;
	cr_assert_not_null(p = malloc(*len));
	cr_assert_eq(read(fd, p, *len), (ssize_t)*len);
	(void)close(fd);
	return (p);
}

/* Write one byte of it. */
static void
put_byte(const char *path, size_t off, uint8_t v)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	cr_assert(fd >= 0 && pwrite(fd, &v, 1, (off_t)off) == 1);
	(void)close(fd);
}

/* Neither serving nor looking at the state starts; both say where. */
static void
want_refused(const char *path, size_t off)
{
	static const char *const options[] = { "--foreground", "--dump-state" };
	const char *said, *at;
	unsigned long where;
	size_t i, before;
	char *out;
	int status;

	for (i = 0; i < 2; i++) {
		before = strlen(daemon_log(b.d));
		out = daemon_run(b.d, options[i], &status);
		cr_expect(WIFEXITED(status) &&
		    WEXITSTATUS(status) == EX_CANTCREAT, "%s: status 0x%x",
		    options[i], (unsigned)status);
		cr_expect_str_eq(out, "");
		free(out);
		said = daemon_log(b.d) + before;
		cr_expect_not_null(strstr(said, path), "%s", said);
		cr_expect_not_null(strstr(said, "corrupt"), "%s", said);
		cr_assert_not_null(at = strstr(said, "offset "), "%s", said);
		where = strtoul(at + 7, NULL, 10);
		cr_expect_leq(where, off, "%s", said);
		cr_expect_gt(where + 4096, off, "%s", said);
	}
}

Test(damage, byte_of_the_log_flipped)
{
	char path[600], txn[32];
	uint8_t *p, *at;
	size_t len, off;
	unsigned i;

	start_and_stop(NULL);
	find_segment(path, sizeof(path));
	p = read_segment(path, &len);
	/* In the first, one in the middle and the last decision. */
	for (i = 0; i < MADE; i = i == 0 ? MADE / 2 : i == MADE / 2 ? MADE - 1 :
	    MADE) {
		(void)snprintf(txn, sizeof(txn), "damage-%02u", i);
		at = memmem(p, len, txn, strlen(txn));
		cr_assert_not_null(at);
		off = (size_t)(at - p);
		put_byte(path, off, *at ^ 1);
		want_refused(path, off);
		put_byte(path, off, *at);
	}
	free(p);
	/* Undone, nothing is wrong: refusing has changed nothing. */
	daemon_restart(b.d);
	want_made();
	branch_close(&b);
}

Test(damage, log_cut_short)
{
	char path[600];
	uint8_t *p, *at;
	size_t len;
	int status;
	char *out;

	start_and_stop(NULL);
	find_segment(path, sizeof(path));
	p = read_segment(path, &len);
	cr_assert_not_null(at = memmem(p, len, "damage-20", 9));
	/* To where no disk of ours ends: in the middle of what was sealed. */
	cr_assert_eq(truncate(path, at - p), 0);
	out = daemon_run(b.d, "--foreground", &status);
	cr_expect(WIFEXITED(status) && WEXITSTATUS(status) == EX_CANTCREAT,
	    "status 0x%x", (unsigned)status);
	cr_expect_not_null(strstr(daemon_log(b.d), path), "%s",
	    daemon_log(b.d));
	free(out);
	free(p);
	(void)b.h.lk_close(b.zh);
	daemon_discard(b.d);
}

Test(damage, log_of_another_node)
{
	char command[600];
	int status;
	char *out;

	start_and_stop(NULL);
	(void)snprintf(command, sizeof(command),
	    "sed -i 's/^node = .*/node = \"t2\"/' '%s'", daemon_conf(b.d));
	cr_assert_eq(system(command), 0);
	drop("state.mdb");
	out = daemon_run(b.d, "--dump-state", &status);
	cr_expect(WIFEXITED(status) && WEXITSTATUS(status) == EX_CANTCREAT,
	    "status 0x%x", (unsigned)status);
	cr_expect_not_null(strstr(daemon_log(b.d), "node"), "%s",
	    daemon_log(b.d));
	free(out);
	daemon_discard(b.d);
}

Test(damage, two_daemons_on_one_data_directory)
{
	char command[600];
	size_t before;
	int status;
	char *out;

	branch_open(&b, NULL);
	branch_answers(&b);
	/* Sockets of its own, so that only the data are shared. */
	(void)snprintf(command, sizeof(command),
	    "sed -i 's/\\.sock/-2.sock/' '%s'", daemon_conf(b.d));
	cr_assert_eq(system(command), 0);
	before = strlen(daemon_log(b.d));
	out = daemon_run(b.d, "--foreground", &status);
	free(out);
	cr_expect(WIFEXITED(status) && WEXITSTATUS(status) == EX_CANTCREAT,
	    "status 0x%x", (unsigned)status);
	cr_expect_not_null(strstr(daemon_log(b.d) + before,
	    daemon_data(b.d)), "%s", daemon_log(b.d));
	free(daemon_run(b.d, "--dump-state", &status));
	cr_expect(WIFEXITED(status) && WEXITSTATUS(status) == EX_CANTCREAT,
	    "--dump-state: status 0x%x", (unsigned)status);
	branch_answers(&b);
	branch_close(&b);
}

/* Check new persons until one is not answered; return how he was. */
static int32_t
check_until(struct lk_request *r, struct lk_result *a)
{
	char txn[32];
	int32_t rc;

	do {
		(void)snprintf(txn, sizeof(txn), "fill-%u", b.person);
		branch_request(&b, r, txn);
		rc = branch_check(&b, b.zh, r, a);
	} while (rc == LK_OK && b.person < 50000);
	return (rc);
}

static const struct daemon_setup often = {
	.daemon = "checkpoint_interval = 1s\n",
	.limits = "checks_per_teller_minute = 0\npersons_per_teller_day = 0\n" };

/* Start a daemon on a small disk, which ends with this process. */
static void
start_small(const char *options)
{

	if (geteuid() != 0 || unshare(CLONE_NEWNS) != 0 ||
	    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0)
		cr_skip("skipped: needs root");
	branch_open(&b, &often);
	cr_assert_eq(daemon_kill(b.d, SIGTERM), 0);
	cr_assert_eq(mount("none", daemon_data(b.d), "tmpfs", 0, options), 0);
	daemon_restart(b.d);
}

/* Give it a larger one. */
static void
enlarge(void)
{

	cr_assert_eq(mount("none", daemon_data(b.d), "tmpfs", MS_REMOUNT,
	    "size=64m"), 0);
}

/* End, and remove what the mount had hidden. */
static void
end_small(void)
{
	char dir[128], data[160], command[160];

	(void)snprintf(dir, sizeof(dir), "%s", daemon_dir(b.d));
	(void)snprintf(data, sizeof(data), "%s", daemon_data(b.d));
	branch_close(&b);
	cr_assert_eq(umount2(data, MNT_DETACH), 0);
	(void)snprintf(command, sizeof(command), "rm -rf '%s'", dir);
	cr_assert_eq(system(command), 0);
}

Test(damage, disk_full_and_enlarged, .timeout = 120)
{
	struct lk_request r;
	struct lk_result a;
	int32_t rc;
	int i;

	/* 1 MiB each: reserve, log, next segment; and the state. */
	start_small("size=6m,mode=0700");
	rc = check_until(&r, &a);
	cr_expect_eq(rc, LK_E_BUSY, "%d: %s", rc, a.message);
	cr_expect_eq(a.decision, LK_REVIEW);
	enlarge();
	for (i = 0; (rc = branch_check(&b, b.zh, &r, &a)) == LK_E_BUSY; i++) {
		cr_assert_lt(i, 3000, "still busy");
		(void)poll(NULL, 0, 10);
	}
	cr_expect_eq(rc, LK_OK, "%d: %s", rc, a.message);
	branch_answers(&b);
	end_small();
}

/* Has it ended?  Looked at for three seconds, in which it saves its state. */
static int
ends(void)
{
	siginfo_t si;
	int i;

	for (i = 0; i < 300; i++) {
		memset(&si, 0, sizeof(si));
		cr_assert_eq(waitid(P_PID, (id_t)daemon_pid(b.d), &si,
		    WEXITED | WNOHANG | WNOWAIT), 0);
		if (si.si_pid != 0)
			return (1);
		(void)poll(NULL, 0, 10);
	}
	return (0);
}

/*
 * Not even the state has room to be saved: whether the daemon waits or ends, it
 * forgets nothing.
 */
Test(damage, disk_too_full_for_the_state, .timeout = 120)
{
	struct lk_request r;
	struct lk_result a;
	unsigned i, n;
	char txn[32];
	int32_t rc;
	int status;

	start_small("size=3200k,mode=0700");
	rc = check_until(&r, &a);
	n = b.person - 1;
	cr_expect(rc == LK_E_BUSY || rc == LK_E_UNAVAIL, "%d: %s", rc,
	    a.message);
	cr_expect_eq(a.decision, LK_REVIEW);
	if (ends()) {
		status = daemon_wait(b.d);
		cr_expect(WIFEXITED(status) && WEXITSTATUS(status) == EX_IOERR,
		    "status 0x%x", (unsigned)status);
		cr_expect_not_null(strstr(daemon_log(b.d), "state.mdb"), "%s",
		    daemon_log(b.d));
		enlarge();
		daemon_restart(b.d);
	} else
		enlarge();
	for (i = 0; i < n; i++) {
		(void)snprintf(txn, sizeof(txn), "fill-%u", i);
		host_request(&r, i, LK_PRODUCT_BANK1, txn);
		cr_assert_eq(branch_check(&b, b.zh, &r, &a), LK_OK, "%s",
		    a.message);
		cr_assert(a.flags & LK_R_DUPLICATE, "%s was lost", txn);
	}
	end_small();
}
