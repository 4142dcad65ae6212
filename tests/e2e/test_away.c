/* A daemon that is not there, does not move, or is asked by two processes. */
#include <criterion/criterion.h>

#include <sys/wait.h>

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "branch.h"

/* Monotonic milliseconds. */
static int64_t
now(void)
{
	struct timespec ts;

	cr_assert_eq(clock_gettime(CLOCK_MONOTONIC, &ts), 0);
	return ((int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000);
}

/* Check with a deadline of 300 ms; it must be kept, with room for a slow day. */
static int32_t
check_300(struct branch *b, int32_t handle, const struct lk_request *r,
    struct lk_result *a)
{
	int64_t t = now();
	int32_t rc;

	memset(a, 0, sizeof(*a));
	a->size = sizeof(*a);
	rc = b->h.lk_check(handle, r, a, 300);
	cr_expect_lt(now() - t, 5000);
	return (rc);
}

/* No answer: held or refused as configured, and said so. */
static void
want_fallback(const struct lk_result *a, int decision)
{

	cr_expect_eq(a->decision, decision);
	cr_expect_eq(a->allowed, decision);
	cr_expect_eq(a->flags, LK_R_FALLBACK);
	cr_expect_eq(a->seq, 0);
	cr_expect_neq(a->message[0], '\0');
}

/* Stop it, and see that it stands. */
static void
freeze(struct branch *b)
{
	int status;

	cr_assert_eq(kill(daemon_pid(b->d), SIGSTOP), 0);
	cr_assert_eq(waitpid(daemon_pid(b->d), &status, WUNTRACED),
	    daemon_pid(b->d));
	cr_assert(WIFSTOPPED(status));
}

Test(away, absent)
{
	struct lk_status s = { .size = sizeof(s) };
	int32_t reject, id, decision = LK_PASS;
	struct lk_request r;
	struct lk_result a;
	struct branch b;
	char text[1024];

	branch_open(&b, NULL);
	branch_answers(&b);
	reject = branch_handle(&b, "bank", "on_unavailable = reject\n", 0);
	daemon_kill(b.d, SIGTERM);
	branch_request(&b, &r, "absent");
	cr_expect_eq(branch_check(&b, b.zh, &r, &a), LK_E_UNAVAIL);
	want_fallback(&a, LK_REVIEW);
	cr_expect(branch_is_chinese(a.message), "%s", a.message);
	cr_expect_eq(branch_check(&b, b.en, &r, &a), LK_E_UNAVAIL);
	want_fallback(&a, LK_REVIEW);
	cr_expect(branch_is_ascii(a.message), "%s", a.message);
	memset(&a, 0, sizeof(a));
	a.size = sizeof(a);
	cr_expect_eq(b.h.lk_check(reject, &r, &a, 0), LK_E_UNAVAIL);
	want_fallback(&a, LK_REJECT);
	cr_expect_eq(b.h.lk_check_id(b.zh, r.id_type, r.id_no, r.product,
	    "absent-2", "001", "t", &decision, NULL, 0, text, sizeof(text), 0),
	    LK_E_UNAVAIL);
	cr_expect_eq(decision, LK_REVIEW);
	cr_expect(branch_is_chinese(text), "%s", text);
	id = b.h.lk_submit(b.zh, &r, BRANCH_MS);
	cr_expect_gt(id, 0);
	cr_expect_eq(b.h.lk_collect(b.zh, &id, &a, BRANCH_MS), LK_E_UNAVAIL);
	want_fallback(&a, LK_REVIEW);
	cr_expect_eq(b.h.lk_confirm(b.zh, "x", "c", 0, 0, 0), LK_E_UNAVAIL);
	cr_expect_eq(b.h.lk_cancel(b.zh, "x", NULL, 1, 0), LK_E_UNAVAIL);
	cr_expect_eq(b.h.lk_review(b.zh, "x", &a, 0), LK_E_UNAVAIL);
	cr_expect_eq(a.decision, LK_REVIEW);
	cr_expect_eq(b.h.lk_status(b.zh, &s, 0), LK_E_UNAVAIL);
	/* It comes back: the same handles, the same transaction. */
	daemon_restart(b.d);
	cr_expect_eq(branch_check(&b, b.zh, &r, &a), LK_OK, "%s", a.message);
	cr_expect_eq(a.decision, LK_PASS);
	cr_expect_eq(a.flags & LK_R_DUPLICATE, 0);
	cr_expect_eq(b.h.lk_close(reject), LK_OK);
	branch_close(&b);
}

Test(away, stopped_before_anything_was_asked)
{
	struct lk_request r;
	struct lk_result a;
	struct branch b;

	branch_open(&b, NULL);
	freeze(&b);
	branch_request(&b, &r, "stopped");
	/* The connection is taken by the kernel, the HELLO by nobody. */
	cr_expect_eq(check_300(&b, b.zh, &r, &a), LK_E_UNAVAIL);
	want_fallback(&a, LK_REVIEW);
	cr_assert_eq(kill(daemon_pid(b.d), SIGCONT), 0);
	cr_expect_eq(branch_check(&b, b.zh, &r, &a), LK_OK);
	cr_expect_eq(a.decision, LK_PASS);
	branch_close(&b);
}

Test(away, stopped_in_mid_call)
{
	struct lk_request r, other;
	struct lk_result a;
	struct branch b;
	int32_t id;

	branch_open(&b, NULL);
	branch_answers(&b);
	freeze(&b);
	branch_request(&b, &r, "stopped");
	cr_expect_eq(check_300(&b, b.zh, &r, &a), LK_E_TIMEOUT);
	want_fallback(&a, LK_REVIEW);
	cr_expect(branch_is_chinese(a.message));
	branch_request(&b, &other, "stopped-async");
	id = b.h.lk_submit(b.zh, &other, 300);
	cr_expect_gt(id, 0);
	cr_expect_lt(b.h.lk_collect(b.zh, &id, &a, BRANCH_MS), 0);
	want_fallback(&a, LK_REVIEW);
	cr_assert_eq(kill(daemon_pid(b.d), SIGCONT), 0);
	/* Nobody else gets that answer, and the same transaction has its own. */
	branch_answers(&b);
	cr_expect_eq(branch_check(&b, b.zh, &r, &a), LK_OK, "%s", a.message);
	cr_expect_eq(a.decision, LK_PASS);
	branch_close(&b);
}

Test(away, another_user_is_not_trusted)
{
	struct lk_request r;
	struct lk_result a;
	struct branch b;
	char path[256];
	int32_t h;
	FILE *f;

	branch_open(&b, NULL);
	(void)snprintf(path, sizeof(path), "%s/other.conf", daemon_dir(b.d));
	cr_assert_not_null(f = fopen(path, "we"));
	(void)fprintf(f, "socket = \"%s\"\nserver_uid = \"4242\"\n",
	    daemon_socket(b.d, "bank"));
	cr_assert_eq(fclose(f), 0);
	h = b.h.lk_open(path, 0);
	cr_assert_gt(h, 0);
	branch_request(&b, &r, "uid");
	memset(&a, 0, sizeof(a));
	a.size = sizeof(a);
	cr_expect_lt(b.h.lk_check(h, &r, &a, 1000), 0);
	cr_expect_eq(a.decision, LK_REVIEW);
	cr_expect_eq(b.h.lk_close(h), LK_OK);
	branch_answers(&b);
	branch_close(&b);
}

/* Ask for one outcome of the sandbox over and over. */
static int
ask_for(struct branch *b, unsigned code, int decision, const char *who)
{
	struct lk_request r;
	struct lk_result a;
	unsigned i;

	for (i = 0; i < 100; i++) {
		host_request(&r, 0, LK_PRODUCT_BANK1, "");
		(void)snprintf(r.txn_id, sizeof(r.txn_id), "%s-%u", who, i);
		(void)strcpy(r.id_no, citizen(0, 19500101 + i % 28, code));
		memset(&a, 0, sizeof(a));
		a.size = sizeof(a);
		if (b->h.lk_check(b->zh, &r, &a, BRANCH_MS) != LK_OK ||
		    a.decision != decision)
			return (-1);
	}
	return (0);
}

static const struct daemon_setup sandbox = { .sandbox = 1, .limits =
	"checks_per_teller_minute = 0\npersons_per_teller_day = 0\n" };

Test(away, fork_in_the_host)
{
	struct branch b;
	int status;
	pid_t pid;

	branch_open(&b, &sandbox);
	cr_assert_eq(ask_for(&b, 1, LK_PASS, "before"), 0);
	pid = fork();
	cr_assert(pid >= 0);
	if (pid == 0)
		_exit(ask_for(&b, 6, LK_REJECT, "child") != 0);
	cr_expect_eq(ask_for(&b, 1, LK_PASS, "parent"), 0);
	cr_assert_eq(waitpid(pid, &status, 0), pid);
	cr_expect_eq(status, 0, "child: 0x%x", (unsigned)status);
	branch_close(&b);
}

/* One of several threads. */
struct asker {
	pthread_t thread;
	struct branch *b;
	unsigned code;
	int decision, rc;
};

static void *
ask(void *arg)
{
	struct asker *a = arg;
	char who[16];

	(void)snprintf(who, sizeof(who), "t%u", a->code);
	a->rc = ask_for(a->b, a->code, a->decision, who);
	return (NULL);
}

Test(away, threads_of_the_host_get_their_own_answers)
{
	static const int decisions[] = { LK_PASS, LK_LIMIT, LK_REVIEW,
		LK_REVIEW, LK_REVIEW, LK_REJECT };
	struct asker a[6];
	struct branch b;
	unsigned i;

	branch_open(&b, &sandbox);
	for (i = 0; i < 6; i++) {
		a[i] = (struct asker){ .b = &b, .code = i + 1,
			.decision = decisions[i] };
		cr_assert_eq(pthread_create(&a[i].thread, NULL, ask, &a[i]), 0);
	}
	for (i = 0; i < 6; i++) {
		(void)pthread_join(a[i].thread, NULL);
		cr_expect_eq(a[i].rc, 0, "%u", i);
	}
	branch_close(&b);
}
