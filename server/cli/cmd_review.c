#include <stdio.h>

#include "answer.h"
#include "command.h"
#include "service.h"

struct options {
	const char *by;
	const char *reason;
	int32_t clear_days;
	int32_t clear_count;
};

static const struct arg deny_args[] = {
	{ "by", ARG_STRING, ARG_REQUIRED, "PERSON", "who decides; recorded",
	    NULL, 0, 0, ARG_AT(struct options, by) },
	{ "reason", ARG_STRING, ARG_REQUIRED, "TEXT", "why, at most 255 bytes; "
	    "recorded: no applicant's data in it", NULL, 0, 0,
	    ARG_AT(struct options, reason) },
	ARG_END
};

static const struct arg approve_args[] = {
	{ "by", ARG_STRING, ARG_REQUIRED, "PERSON", "who decides; recorded",
	    NULL, 0, 0, ARG_AT(struct options, by) },
	{ "reason", ARG_STRING, ARG_REQUIRED, "TEXT", "why, at most 255 bytes; "
	    "recorded: no applicant's data in it", NULL, 0, 0,
	    ARG_AT(struct options, reason) },
	{ "clear-days", ARG_NUMBER, 0, "N", "grant a clearance (豁免) for so "
	    "many days, at most 400: it lifts frequency and context rules",
	    NULL, 1, 400, ARG_AT(struct options, clear_days) },
	{ "clear-count", ARG_NUMBER, 0, "N", "for so many openings, at most "
	    "100; default 1", NULL, 1, 100,
	    ARG_AT(struct options, clear_count) },
	ARG_END
};

/* Show how a decision stands. */
static int
run_show(struct tool *t, int argc, char **argv)
{
	struct lk_result r = { .size = sizeof(r) };
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
		rc = answer_exit(r.allowed);
	}
	service_close(&c);
	return (rc);
}

/* Send the centre's word. */
static int
decide(struct tool *t, int argc, char **argv, int32_t outcome)
{
	struct options o = { .by = NULL };
	struct service_word w = { .type = WIRE_DECIDE, .outcome = outcome };
	struct lk_result r;
	struct service c;
	int rc;

	if ((rc = args_read(t, &o, &argc, argv)) != ARGS_GO ||
	    (rc = args_operands(t, argc, argv, 1, 1, "决定编号",
	    "the decision id")) != ARGS_GO)
		return (rc);
	if (o.clear_count != 0 && o.clear_days == 0)
		return (tool_fail(t, TOOL_USAGE,
		    "--clear-count 须与 --clear-days 一起给出",
		    "--clear-count needs --clear-days"));
	if ((rc = service_open(t, &c)) != ARGS_GO)
		return (rc);
	w.decision_id = argv[0];
	w.by = o.by;
	w.note = o.reason;
	w.clear_days = (uint32_t)o.clear_days;
	w.clear_count = (uint32_t)o.clear_count;
	if ((rc = service_word(t, &c, &w, &r)) != 0)
		rc = service_fail(t, &c, rc, c.message);
	else
		answer_print(t, &r, NULL);
	service_close(&c);
	return (rc);
}

/* Approve. */
static int
run_approve(struct tool *t, int argc, char **argv)
{

	return (decide(t, argc, argv, LK_RESOLVE_APPROVE));
}

/* Deny. */
static int
run_deny(struct tool *t, int argc, char **argv)
{

	return (decide(t, argc, argv, LK_RESOLVE_DENY));
}

const struct command cmd_review_show = {
	.name = "review show",
	.synopsis = "ID [options]",
	.brief = "show how a decision stands now (查询审核)",
	.text = "ID is a decision id or reference.  The exit code says what may "
	    "be issued as things stand: after an approval that of the approval, "
	    "else that of the decision.",
	.asks = 1,
	.exits = "0  PASS\n5  LIMIT\n10 REVIEW: still held\n20 REJECT\n"
	    COMMAND_EXITS_DAEMON,
	.examples = "liangka review show b017-1042-9f3ac1d2\n"
	    "liangka review show 2346-89AB --json\n",
	.run = run_show,
};

const struct command cmd_review_approve = {
	.name = "review approve",
	.synopsis = "ID --by PERSON --reason TEXT [--clear-days N "
	    "[--clear-count N]] [options]",
	.brief = "let a held case go ahead (批准)",
	.text = "The word of the anti-fraud centre (反诈中心) on a case that is "
	    "held for review.  It needs the right `desk` on the socket used.  "
	    "What may be issued then is what the policy says for an approved "
	    "case.  A branch clears what it may clear itself with lk_resolve().",
	.args = approve_args,
	.asks = 1,
	.exits = "0  recorded\n1  there is no open review\n"
	    COMMAND_EXITS_DAEMON,
	.examples = "liangka review approve 2346-89AB --by zhang.w --reason "
	    "\"payroll list seen\"\n"
	    "liangka review approve 2346-89AB --by zhang.w --reason appeal "
	    "--clear-days 90 --clear-count 2\n",
	.run = run_approve,
};

const struct command cmd_review_deny = {
	.name = "review deny",
	.synopsis = "ID --by PERSON --reason TEXT [options]",
	.brief = "refuse a held case (驳回)",
	.text = "The word of the anti-fraud centre (反诈中心) on a case that is "
	    "held for review.  It needs the right `desk` on the socket used.",
	.args = deny_args,
	.asks = 1,
	.exits = "0  recorded\n1  there is no open review\n"
	    COMMAND_EXITS_DAEMON,
	.examples = "liangka review deny 2346-89AB --by zhang.w --reason "
	    "\"could not say what the cards are for\"\n",
	.run = run_deny,
};
