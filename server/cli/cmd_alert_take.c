/*
 * What officers do with an alert, one signed step each.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plugin.h"

#include "command.h"
#include "desklist.h"
#include "json.h"
#include "moment.h"
#include "service.h"
#include "statement.h"

struct options {
	struct statement_by by;
};

static const struct arg args[] = {
	STATEMENT_ARGS(struct options, by, ARG_REQUIRED),
	ARG_END
};

/* Read the seq of an alert. */
static int
read_seq(const struct tool *t, const char *text, uint64_t *seq)
{
	size_t n = strlen(text);

	*seq = strtoull(text, NULL, 10);
	if (n > 0 && n <= 19 && strspn(text, "0123456789") == n && *seq != 0)
		return (ARGS_GO);
	return (tool_fail(t, TOOL_USAGE,
	    "“%s”不是告警序号；见 liangka alert list", "\"%s\" is not the "
	    "number of an alert; see \"liangka alert list\"", text));
}

/* Who has it?  Say so and return the exit code, or ARGS_GO when nobody has. */
static int
taken(const struct tool *t, struct service *c, const struct options *o,
    uint64_t seq)
{
	struct desklist l = { .nalerts = 0 };
	char when[MOMENT_SIZE], name[32];
	size_t i;
	int rc;

	if ((rc = statement_name(t, &o->by, name)) != ARGS_GO)
		return (rc);
	/* A daemon that may not show it says by itself what is wrong. */
	if (desklist_alerts(t, c, &l) != 0)
		return (ARGS_GO);
	for (i = 0; i < l.nalerts && l.a[i].seq != seq; i++)
		continue;
	rc = ARGS_GO;
	if (i < l.nalerts && l.a[i].taker[0] != '\0' && strcmp(l.a[i].taker,
	    name) != 0)
		rc = tool_fail(t, TOOL_NO, "告警 %" PRIu64 " 已由 %s 于 %s "
		    "接收", "alert %" PRIu64 " was taken by %s at %s", seq,
		    l.a[i].taker, moment_short(l.a[i].taken, when));
	desklist_free(&l);
	return (rc);
}

/* Tell what came of it. */
static int
tell(const struct tool *t, uint64_t alert, int closed,
    const struct statement_answer *answer)
{
	struct json j;

	if (t->json) {
		json_begin(&j, t->out);
		json_u64(&j, "alert", alert);
		json_text(&j, "step", closed ? "close" : "take");
		json_u64(&j, "seq", answer->seq);
		json_text(&j, "node", answer->node);
		json_end(&j);
	} else if (answer->seq == alert)
		(void)fprintf(t->out, tool_zh(t, "告警 %" PRIu64
		    " 此前已由您接收\n", "alert %" PRIu64 " was yours "
		    "already\n"), alert);
	else
		(void)fprintf(t->out, closed ? tool_zh(t, "告警 %" PRIu64
		    " 已办结（记录 %" PRIu64 "）\n", "alert %" PRIu64
		    " is closed (entry %" PRIu64 ")\n") : tool_zh(t, "告警 %"
		    PRIu64 " 已接收（记录 %" PRIu64 "）\n", "alert %" PRIu64
		    " is taken (entry %" PRIu64 ")\n"), alert, answer->seq);
	return (tool_flush(t, TOOL_OK));
}

/* Do a step with an alert. */
static int
step(struct tool *t, int argc, char **argv, int closed)
{
	struct options o = { .by = { NULL, NULL } };
	struct statement s = { .action = closed ? STAFFNOTE_ALERT_CLOSE :
		STAFFNOTE_ALERT_TAKE };
	struct statement_answer answer;
	struct service c;
	int rc;

	if ((rc = args_read(t, &o, &argc, argv)) != ARGS_GO ||
	    (rc = args_operands(t, argc, argv, 1, 1, "告警序号",
	    "the number of the alert")) != ARGS_GO ||
	    (rc = read_seq(t, argv[0], &s.entry)) != ARGS_GO ||
	    (rc = statement_check(t, &o.by)) != ARGS_GO ||
	    (rc = service_open(t, &c)) != ARGS_GO)
		return (rc);
	rc = closed ? ARGS_GO : taken(t, &c, &o, s.entry);
	if (rc == ARGS_GO)
		rc = statement_send(t, &c, &o.by, &s, &answer);
	if (rc == ARGS_GO)
		rc = tell(t, s.entry, closed, &answer);
	service_close(&c);
	return (rc);
}

/* Take one. */
static int
run_take(struct tool *t, int argc, char **argv)
{

	return (step(t, argc, argv, 0));
}

/* Close one. */
static int
run_close(struct tool *t, int argc, char **argv)
{

	return (step(t, argc, argv, 1));
}

#define WHO "It is signed with your personal key, recorded with your name and " \
	"the reason, and needs the right `alert` of your [staff] section and " \
	"the socket of an [operator]."
#define EXITS "0  recorded\n1  there is no such open alert, or another has it\n" \
	COMMAND_EXITS_GIVEN STATEMENT_EXITS COMMAND_EXITS_AWAY

const struct command cmd_alert_take = {
	.name = "alert take",
	.synopsis = "N --as KEY --reason TEXT [options]",
	.brief = "take an alert: it is told to no higher level (接收告警)",
	.text = "An alert is one officer's: whoever comes second is told who has "
	    "it and since when.  Whoever works on the case of the decision keeps "
	    "its alert from higher levels too; it stays in the list until it is "
	    "closed.  " WHO,
	.args = args,
	.asks = 1,
	.exits = EXITS,
	.examples = "liangka alert take 81234 --as lin.key --reason "
	    "\"on duty\"\n",
	.run = run_take,
};

const struct command cmd_alert_close = {
	.name = "alert close",
	.synopsis = "N --as KEY --reason TEXT [options]",
	.brief = "close an alert: nothing is left to do (办结告警)",
	.text = "The reason says what was found or done.  Anybody at the desk "
	    "may close an alert, whoever has taken it.  " WHO,
	.args = args,
	.asks = 1,
	.exits = EXITS,
	.examples = "liangka alert close 81234 --as lin.key --reason "
	    "\"outlet called, applicant's employer confirmed\"\n",
	.run = run_close,
};
