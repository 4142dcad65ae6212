#include <stdio.h>

#include "command.h"
#include "json.h"
#include "service.h"

struct options {
	const char *teller;
	int32_t reason;
};

static const struct arg args[] = {
	{ "reason", ARG_CODE, ARG_REQUIRED, "WHY", "why it is taken back",
	    words_void, 0, 0, ARG_AT(struct options, reason) },
	{ "teller", ARG_STRING, 0, "ID", "who answers for it; default: the "
	    "configuration's teller", NULL, 0, 0,
	    ARG_AT(struct options, teller) },
	ARG_END
};

/* Tell it. */
static int
tell(const struct tool *t, const struct codec_event *ev)
{
	struct service c;
	struct json j;
	int rc;

	if ((rc = service_open(t, &c)) != ARGS_GO)
		return (rc);
	if ((rc = service_event(t, &c, ev)) != 0)
		rc = service_fail(t, &c, rc, c.message);
	else if (t->json) {
		json_begin(&j, t->out);
		json_i64(&j, "error", LK_OK);
		json_text(&j, "decision_id", ev->decision_id);
		json_end(&j);
	} else
		(void)fprintf(t->out, tool_zh(t, "已作废：%s\n",
		    "taken back: %s\n"), ev->decision_id);
	service_close(&c);
	return (rc);
}

/* The command. */
static int
run(struct tool *t, int argc, char **argv)
{
	struct options o = { .teller = NULL };
	struct codec_event ev = { .type = WIRE_VOID };
	int rc;

	if ((rc = args_read(t, &o, &argc, argv)) != ARGS_GO ||
	    (rc = args_operands(t, argc, argv, 1, 1, "决定编号",
	    "the decision id")) != ARGS_GO)
		return (rc);
	ev.decision_id = argv[0];
	ev.reason = o.reason;
	ev.teller = o.teller;
	return (tell(t, &ev));
}

const struct command cmd_void = {
	.name = "void",
	.synopsis = "ID --reason WHY [--teller ID] [options]",
	.brief = "take back a decision for the wrong person (作废)",
	.text = "Takes back all effects of the decision on the person it was "
	    "made for, also after a confirm.  It is recorded under the "
	    "teller's name and reported.  The entries themselves stay.  "
	    "Voiding twice changes nothing.",
	.args = args,
	.asks = 1,
	.exits = "0  taken back\n" COMMAND_EXITS_DAEMON,
	.examples = "liangka void b017-1042-9f3ac1d2 --reason wrong_person "
	    "--teller t07\n",
	.run = run,
};
