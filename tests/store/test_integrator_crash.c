#include <sys/wait.h>

#include <criterion/criterion.h>

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "integratortest.h"

#define HEADS	64
#define HOUR_MS	3600000

/* The integrator runs out of room, fails, or is killed, at every step. */

/* No room for a while: it waits, says so, and goes on. */
Test(integrator_crash, a_full_disk_is_waited_for, .timeout = 60)
{
	struct nodelog *n = make_node(300);
	struct checkpoint head;
	char why[4096] = "";
	int turn;

	n->own_disk = 1;
	n->o.interval_ms = 1;
	for (turn = 0; turn < 3; turn++) {
		must_open(n);
		n->d->only = turn == 0 ? "/tile/" : turn == 1 ?
		    "checkpoint.tmp" : "/sealed/";
		n->d->fail_step = LOGDISK_WRITE;
		n->d->fail_errno = ENOSPC;
		n->d->fail_for = -1;
		n->d->failures = 0;
		pthread_mutex_lock(&n->d->lock);
		n->d->fail_at = turn == 2 ? 2 : 1;	/* 1: in place */
		pthread_mutex_unlock(&n->d->lock);
		cr_assert_eq(nodelog_put(n, 300), 0, "%s", n->error);
		/* The loop asks, and is told at once, the second time too. */
		cr_assert_eq(integrator_wait(n->i, wal_durable(n->wal),
		    HOUR_MS, &head), -1);
		(void)integrator_failed(n->i, why, sizeof(why));
		cr_assert_str_eq(why, "");
		cr_assert(integrator_full(n->i));
		cr_assert_eq(integrator_wait(n->i, wal_durable(n->wal),
		    HOUR_MS, &head), -1);
		cr_assert_not(integrator_failed(n->i, NULL, 0));
		pthread_mutex_lock(&n->d->lock);
		n->d->fail_at = 0;
		pthread_mutex_unlock(&n->d->lock);
		while (integrator_full(n->i))
			sched_yield();
		cr_assert_eq(nodelog_wait(n, &head), 0, "%s", n->error);
		cr_assert_eq(nodelog_close(n), 0);
		cr_assert_eq(nodelog_whole(n, 600 + (uint64_t)turn * 300), 0,
		    "%s", n->error);
	}
	nodelog_free(n);
}

/* Closing does not wait for room, but says that not all is published. */
Test(integrator_crash, closes_on_a_full_disk)
{
	struct nodelog *n = make_node(300);

	n->own_disk = 1;
	must_open(n);
	n->d->fail_step = LOGDISK_WRITE;
	n->d->fail_errno = ENOSPC;
	n->d->fail_for = -1;
	n->d->fail_at = 1;
	cr_assert_eq(nodelog_put(n, 10), 0, "%s", n->error);
	cr_assert_eq(nodelog_close(n), -1);
	n->d->fail_at = 0;
	must_open(n);
	cr_assert_eq(nodelog_close(n), 0);
	cr_assert_eq(nodelog_whole(n, 310), 0, "%s", n->error);
	nodelog_free(n);
}

/* A sync that fails is final, and opening anew helps. */
Test(integrator_crash, a_failed_sync_is_final)
{
	struct nodelog *n = make_node(300);
	struct checkpoint head;
	char why[4096];

	n->own_disk = 1;
	n->d->only = "/log/";
	must_open(n);
	(void)grow(n, 1);
	n->d->fail_step = LOGDISK_SYNC;
	n->d->fail_errno = EIO;
	n->d->fail_at = 1;
	cr_assert_eq(nodelog_put(n, 10), 0, "%s", n->error);
	cr_assert_eq(nodelog_wait(n, &head), -1);
	cr_assert(integrator_failed(n->i, why, sizeof(why)));
	cr_assert_not_null(strstr(why, "Input/output error"), "%s", why);
	cr_assert_eq(integrator_done(n->i), 301);
	cr_assert_eq(nodelog_close(n), -1);
	must_open(n);
	(void)grow(n, 1);
	cr_assert_eq(nodelog_whole(n, 312), 0, "%s", n->error);
	nodelog_free(n);
}

/* What a killed child tells through its pipe. */
struct told {
	uint64_t durable;
	int has_head;
	struct checkpoint head;
};

static struct {
	long left;		/* steps until the end, 0: endless */
	int pipe;
} child;

/* Die at the step that was chosen. */
static void
step(void *arg, const char *name)
{

	(void)arg;
	(void)name;
	if (child.left > 0 && --child.left == 0)
		kill(getpid(), SIGKILL);
}

/* Tell what is durable and, if head is not NULL, shown. */
static int
tell(struct nodelog *n, const struct checkpoint *head)
{
	struct told t = { .durable = wal_durable(n->wal) };

	if (head != NULL) {
		t.has_head = 1;
		t.head = *head;
	}
	return (write(child.pipe, &t, sizeof(t)) == sizeof(t) ? 0 : -1);
}

/* Put, tell, have it published, tell. */
static int
round_of(struct nodelog *n, int count, struct checkpoint *head)
{

	return (nodelog_put(n, count) != 0 || tell(n, NULL) != 0 ||
	    nodelog_wait(n, head) != 0 || tell(n, head) != 0 ? -1 : 0);
}

/* A short life of a node over the turn of the year. */
static int
live(struct nodelog *n)
{
	struct checkpoint head;

	if (nodelog_open(n) != 0 ||
	    nodelog_begin(n, 2026, 1, NULL) != 0 ||
	    round_of(n, 3, &head) != 0 || round_of(n, 300, &head) != 0 ||
	    nodelog_begin(n, 2027, 1, &head) != 0 ||
	    round_of(n, 8, &head) != 0 || nodelog_put(n, 250) != 0 ||
	    tell(n, NULL) != 0)
		return (-1);
	return (nodelog_close(n));
}

/* Remember a head unless it is known. */
static size_t
keep(struct checkpoint *heads, size_t n, const struct checkpoint *c)
{

	if (n > 0 && heads[n - 1].size == c->size &&
	    strcmp(heads[n - 1].origin, c->origin) == 0)
		return (n);
	heads[n] = *c;
	return (n + 1);
}

/* Live in a child that is killed; return 1 if it died of that. */
static int
live_and_die(struct nodelog *n, long at_step, long at_disk, uint64_t *durable,
    struct checkpoint *heads, size_t *nheads)
{
	struct told t;
	int fd[2], status;
	pid_t pid;

	cr_assert_eq(pipe(fd), 0);
	if ((pid = fork()) == 0) {
		close(fd[0]);
		child.pipe = fd[1];
		child.left = at_step;
		n->o.step = step;
		n->d->steps = 0;
		n->d->kill_at = at_disk;
		n->own_disk = at_disk > 0;
		_exit(live(n) == 0 ? 0 : 1);
	}
	close(fd[1]);
	*durable = 0;
	*nheads = 0;
	while (read(fd[0], &t, sizeof(t)) == sizeof(t)) {
		*durable = t.durable;
		if (t.has_head)
			*nheads = keep(heads, *nheads, &t.head);
	}
	close(fd[0]);
	cr_assert_eq(waitpid(pid, &status, 0), pid);
	cr_assert(WIFSIGNALED(status) || WEXITSTATUS(status) == 0,
	    "the child failed at %ld, %ld", at_step, at_disk);
	return (WIFSIGNALED(status));
}

/* Add the heads that lie on the disk. */
static size_t
heads_on_disk(struct nodelog *n, struct checkpoint *heads, size_t count)
{
	struct logset *s = logset_open(NULL, n->log_dir, n->error,
	    sizeof(n->error));
	size_t i;

	cr_assert_not_null(s, "%s", n->error);
	for (i = 0; i < logset_count(s); i++)
		heads[count++] = logset_log(s, i)->head;
	logset_close(s);
	return (count);
}

/* Kill at every step of one kind; return how many there were. */
static long
kill_everywhere(int disk)
{
	struct checkpoint heads[HEADS], head;
	struct nodelog *n;
	uint64_t durable;
	size_t count, i;
	int died = 1;
	long k;

	for (k = 1; died; k++) {
		n = nodelog_new();
		died = live_and_die(n, disk ? 0 : k, disk ? k : 0, &durable,
		    heads, &count);
		count = heads_on_disk(n, heads, count);
		must_open(n);
		cr_assert_geq(wal_durable(n->wal), durable);
		durable = wal_durable(n->wal);
		if (durable > 0) {
			cr_assert_eq(nodelog_wait(n, &head), 0, "%s",
			    n->error);
			cr_assert_eq(nodelog_whole(n, durable), 0, "%s",
			    n->error);
		}
		for (i = 0; i < count; i++)
			cr_assert_eq(nodelog_descends(n, &heads[i]), 0, "%s",
			    n->error);
		nodelog_free(n);
	}
	return (k);
}

Test(integrator_crash, killed_between_every_two_steps)
{

	cr_assert_gt(kill_everywhere(0), 60);
}

Test(integrator_crash, killed_at_every_change_of_the_disk)
{

	cr_assert_gt(kill_everywhere(1), 100);
}
