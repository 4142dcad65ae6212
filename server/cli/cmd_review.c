#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "answer.h"
#include "command.h"
#include "desklist.h"
#include "desktext.h"
#include "json.h"
#include "moment.h"
#include "service.h"
#include "width.h"

#define WAIT_MS (INT64_C(10) * 60000)
#define POLL_FIRST_MS 500
#define POLL_MS 5000
#define INDENT 14

struct wait_options {
	int64_t timeout;
};

static const struct arg wait_args[] = {
	{ "for", ARG_DURATION, 0, "TIME", "how long, at most (default: 10min)",
	    NULL, 1, INT64_C(7) * 86400000, ARG_AT(struct wait_options,
	    timeout) },
	ARG_END
};

/* The exit code: a case that was refused is one, though the decision never changes. */
static int
exit_of(const struct lk_result *r)
{

	return (r->standing == LK_STANDING_DENIED ? TOOL_REJECT :
	    answer_exit(r->allowed));
}

/* Write one labelled text, unless it is empty. */
static void
line(const struct tool *t, const char *zh, const char *en, const char *text)
{

	if (text[0] == '\0')
		return;
	(void)fputs("  ", t->out);
	width_pad(t->out, tool_zh(t, zh, en), INDENT - 2);
	width_put(t->out, text);
	(void)fputc('\n', t->out);
}

/* Write the case behind the decision, where there is one that may be seen. */
static void
print_case(const struct tool *t, const struct lk_result *r,
    const struct desklist_case *c)
{
	char buf[DESKTEXT_MAX], time[MOMENT_SIZE];
	struct json j;

	if (t->json) {
		json_begin(&j, t->out);
		desktext_case_json(&j, c, t->now_ms());
		json_end(&j);
		return;
	}
	if (c->taker[0] != '\0') {
		(void)snprintf(buf, sizeof(buf), tool_zh(t, "%s，%s 起",
		    "%s, since %s"), c->taker, moment_short(c->taken, time));
		line(t, "接办人", "officer", buf);
	}
	if (c->dispatched != 0)
		line(t, "派员到场", "people sent", moment_short(c->dispatched,
		    time));
	if (r->decision == LK_REJECT || c->found != 0)
		line(t, "备注", "note", desktext_note(t, c, buf));
}

/* Show how a decision stands. */
static int
run_show(struct tool *t, int argc, char **argv)
{
	struct lk_result r = { .size = sizeof(r) };
	struct desklist_case k;
	struct service c;
	int rc;

	if ((rc = args_read(t, NULL, &argc, argv)) != ARGS_GO ||
	    (rc = args_operands(t, argc, argv, 1, 1, "决定编号",
	    "the decision id")) != ARGS_GO ||
	    (rc = service_open(t, &c)) != ARGS_GO)
		return (rc);
	if ((rc = lk_review(c.handle, argv[0], &r, 0)) != 0)
		rc = service_fail(t, &c, rc, r.message);
	else {
		answer_print(t, &r, NULL);
		if (desklist_case(t, &c, r.seq, &k) == 0)
			print_case(t, &r, &k);
		rc = exit_of(&r);
	}
	service_close(&c);
	return (rc);
}

/* Is it still in somebody's hands? */
static int
pending(const struct lk_result *r)
{

	return (r->standing == LK_STANDING_OPEN || r->standing ==
	    LK_STANDING_TAKEN || r->standing == LK_STANDING_DISPATCHED);
}

/* An error that may pass: the daemon restarts, or is busy. */
static int
passing(int rc)
{

	return (rc == LK_E_UNAVAIL || rc == LK_E_TIMEOUT || rc == LK_E_BUSY ||
	    rc == LK_E_AGAIN);
}

/* Tell on standard error how the case goes on, so that the branch sees it. */
static void
tell_progress(const struct tool *t, const struct lk_result *r, int *told)
{
	const char *s = words_name(words_standing, r->standing,
	    t->language == LK_LANG_ZH);

	if (*told == r->standing || s == NULL)
		return;
	*told = r->standing;
	width_put(t->err, r->reference);
	(void)fprintf(t->err, " %s\n", s);
}

/* Sleep. */
static void
pause_ms(int64_t ms)
{
	struct timespec left = { (time_t)(ms / 1000), (long)(ms % 1000) *
		1000000 };

	while (nanosleep(&left, &left) != 0 && errno == EINTR)
		continue;
}

/* A clock that nobody sets. */
static int64_t
mono_ms(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return ((int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000);
}

/* Ask again and again, ever less often, until somebody has decided or time is over. */
static int
poll_case(const struct tool *t, struct service *c, const char *id,
    int64_t timeout, struct lk_result *r)
{
	int64_t end = mono_ms() + timeout, step = POLL_FIRST_MS, left;
	struct lk_result now;
	int rc, seen = 0, told = LK_STANDING_OPEN;

	for (;;) {
		memset(&now, 0, sizeof(now));
		now.size = sizeof(now);
		rc = lk_review(c->handle, id, &now, 0);
		if (rc != 0 && (!seen || !passing(rc))) {
			*r = now;
			return (rc);
		}
		if (rc == 0) {
			*r = now;
			seen = 1;
			if (!pending(r))
				return (0);
			tell_progress(t, r, &told);
		}
		if ((left = end - mono_ms()) <= 0)
			return (0);
		pause_ms(step < left ? step : left);
		step = step * 2 < POLL_MS ? step * 2 : POLL_MS;
	}
}

/* Wait until somebody has decided. */
static int
run_wait(struct tool *t, int argc, char **argv)
{
	struct wait_options o = { WAIT_MS };
	struct lk_result r = { .size = sizeof(r) };
	struct service c;
	int rc;

	if ((rc = args_read(t, &o, &argc, argv)) != ARGS_GO ||
	    (rc = args_operands(t, argc, argv, 1, 1, "决定编号",
	    "the decision id")) != ARGS_GO ||
	    (rc = service_open(t, &c)) != ARGS_GO)
		return (rc);
	if ((rc = poll_case(t, &c, argv[0], o.timeout, &r)) != 0)
		rc = service_fail(t, &c, rc, r.message);
	else {
		answer_print(t, &r, NULL);
		rc = exit_of(&r);
	}
	service_close(&c);
	return (rc);
}

#define EXITS "0  PASS\n5  LIMIT\n10 REVIEW: held still, or to be checked " \
	"anew\n20 REJECT, or the review was denied\n" COMMAND_EXITS_DAEMON

const struct command cmd_review_show = {
	.name = "review show",
	.synopsis = "ID [options]",
	.brief = "show how a decision stands now (查询审核)",
	.text = "ID is a decision id or reference.  The exit code says what may "
	    "be issued as things stand: after an approval that of the approval, "
	    "else that of the decision.  On a socket of the desk it also shows "
	    "who works on the case.",
	.asks = 1,
	.exits = EXITS,
	.examples = "liangka review show b017-1042-9f3ac1d2\n"
	    "liangka review show 2346-89AB --json\n",
	.run = run_show,
};

const struct command cmd_review_wait = {
	.name = "review wait",
	.synopsis = "ID [--for TIME] [options]",
	.brief = "wait for the answer to a held case (等待审核结果)",
	.text = "For the branch: returns when the case was approved or denied, "
	    "was withdrawn, or has lapsed, and at the latest after the time "
	    "given.  The exit code says what may be issued then.  Meanwhile it "
	    "tells on standard error that somebody took the case or was sent. "
	    "It asks ever less often, in the end every 5 seconds, and goes on "
	    "while the daemon is restarted.  \"liangka review --wait ID\" is the "
	    "same.",
	.args = wait_args,
	.asks = 1,
	.exits = EXITS,
	.examples = "liangka review wait 2346-89AB --for 30min && echo issue\n",
	.run = run_wait,
};
