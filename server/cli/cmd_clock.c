#include <stdio.h>

#include "command.h"
#include "json.h"
#include "moment.h"
#include "service.h"

struct options {
	const char *by;
	const char *reason;
};

static const struct arg args[] = {
	{ "by", ARG_STRING, ARG_REQUIRED, "PERSON", "who decides; recorded",
	    NULL, 0, 0, ARG_AT(struct options, by) },
	{ "reason", ARG_STRING, ARG_REQUIRED, "TEXT", "why, at most 255 bytes; "
	    "recorded", NULL, 0, 0, ARG_AT(struct options, reason) },
	ARG_END
};

/* Show the clock as it is after it. */
static int
show(const struct tool *t, const struct service *c)
{
	struct lk_status s = { .size = sizeof(s) };
	char buf[MOMENT_SIZE];
	struct json j;

	if (lk_status(c->handle, &s, 0) != 0)
		s.time_ms = 0;
	if (t->json) {
		json_begin(&j, t->out);
		json_i64(&j, "error", LK_OK);
		json_time(&j, "time", s.time_ms);
		json_i64(&j, "time_ms", s.time_ms);
		json_end(&j);
	} else
		(void)fprintf(t->out, tool_zh(t,
		    "日志时钟已按系统时钟重新校准：%s\n",
		    "the journal clock follows the wall clock again: %s\n"),
		    moment_print(s.time_ms, buf));
	return (TOOL_OK);
}

/* The command. */
static int
run(struct tool *t, int argc, char **argv)
{
	struct options o = { .by = NULL };
	struct service_word w = { .type = WIRE_CLOCK };
	struct service c;
	int rc;

	if ((rc = args_read(t, &o, &argc, argv)) != ARGS_GO ||
	    (rc = args_operands(t, argc, argv, 0, 0, "", "")) != ARGS_GO ||
	    (rc = service_open(t, &c)) != ARGS_GO)
		return (rc);
	w.by = o.by;
	w.note = o.reason;
	if ((rc = service_word(t, &c, &w)) != 0)
		rc = service_fail(t, &c, rc, c.message);
	else
		rc = show(t, &c);
	service_close(&c);
	return (rc);
}

const struct command cmd_clock_rebase = {
	.name = "clock rebase",
	.synopsis = "--by PERSON --reason TEXT [options]",
	.brief = "make the journal clock follow the wall clock again (校时)",
	.text = "After the wall clock stepped, the daemon goes on by its own "
	    "reckoning and marks what it records: see \"clock\" in \"liangka "
	    "status\".  Set the wall clock right first, then give this command. "
	    "It needs the right `admin` on the socket used and is recorded.",
	.args = args,
	.asks = 1,
	.exits = "0  done and recorded\n" COMMAND_EXITS_DAEMON,
	.examples = "liangka clock rebase --by li.na --reason \"ntp was off by "
	    "an hour, corrected\"\n",
	.run = run,
};
