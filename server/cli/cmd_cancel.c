#include <stdio.h>

#include "command.h"
#include "json.h"
#include "service.h"

struct options {
	const char *txn;
	int32_t reason;
};

static const struct arg args[] = {
	{ "reason", ARG_CODE, ARG_REQUIRED, "WHY", "why no card was issued",
	    words_cancel, 0, 0, ARG_AT(struct options, reason) },
	{ "txn", ARG_STRING, 0, "ID", "transaction id of the check, in place "
	    "of the decision id", NULL, 0, 0, ARG_AT(struct options, txn) },
	ARG_END
};

/* Tell it. */
static int
tell(const struct tool *t, const struct codec_event *ev)
{
	const char *id = ev->decision_id != NULL ? ev->decision_id :
	    ev->txn_id;
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
		json_text(&j, ev->decision_id != NULL ? "decision_id" :
		    "txn_id", id);
		json_end(&j);
	} else
		(void)fprintf(t->out, tool_zh(t, "已撤销：%s\n",
		    "cancelled: %s\n"), id);
	service_close(&c);
	return (rc);
}

/* The command. */
static int
run(struct tool *t, int argc, char **argv)
{
	struct options o = { .txn = NULL };
	struct codec_event ev = { .type = WIRE_CANCEL };
	int rc;

	if ((rc = args_read(t, &o, &argc, argv)) != ARGS_GO ||
	    (rc = args_operands(t, argc, argv, o.txn == NULL, o.txn == NULL,
	    "决定编号（或 --txn）", "the decision id (or --txn)")) != ARGS_GO)
		return (rc);
	ev.decision_id = o.txn == NULL ? argv[0] : NULL;
	ev.txn_id = o.txn;
	ev.reason = o.reason;
	return (tell(t, &ev));
}

const struct command cmd_cancel = {
	.name = "cancel",
	.synopsis = "ID | --txn ID --reason WHY [options]",
	.brief = "tell that no card was issued: free the reservation (撤销)",
	.text = "ID is the decision id or reference that the check gave.  With "
	    "--txn also a check that may not have arrived is cancelled: if it "
	    "comes later it is refused.  Cancelling twice changes nothing.",
	.args = args,
	.asks = 1,
	.exits = "0  cancelled\n"
	    "1  it was confirmed before: see \"liangka help void\"\n"
	    COMMAND_EXITS_DAEMON,
	.examples = "liangka cancel b017-1042-9f3ac1d2 --reason typing\n"
	    "liangka cancel --txn K20261122-00017 --reason system\n",
	.run = run,
};
