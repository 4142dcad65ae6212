#include <stdio.h>
#include <string.h>

#include "command.h"
#include "json.h"
#include "service.h"

struct options {
	char card_ref[64];
	int32_t reason;
	int64_t closed_ms;
};

static const struct arg args[] = {
	{ "card-ref", ARG_TEXT, ARG_REQUIRED | ARG_SECRET, "NO", "number of "
	    "the card, account or phone, as it was confirmed", NULL, 0, 0,
	    ARG_AT(struct options, card_ref) },
	{ "reason", ARG_CODE, ARG_REQUIRED, "WHY", "why it was closed",
	    words_retire, 0, 0, ARG_AT(struct options, reason) },
	{ "closed", ARG_TIME, 0, "TIME", "when; default now", NULL, 0, 0,
	    ARG_AT(struct options, closed_ms) },
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
		json_end(&j);
	} else
		(void)fputs(tool_zh(t, "已记录销卡\n", "recorded as closed\n"),
		    t->out);
	service_close(&c);
	return (rc);
}

/* The command. */
static int
run(struct tool *t, int argc, char **argv)
{
	struct options o = { .reason = 0 };
	struct codec_event ev = { .type = WIRE_RETIRE };
	int rc;

	if ((rc = args_read(t, &o, &argc, argv)) == ARGS_GO &&
	    (rc = args_operands(t, argc, argv, 0, 0, "", "")) == ARGS_GO) {
		ev.card_ref = o.card_ref;
		ev.reason = o.reason;
		ev.event_ms = o.closed_ms;
		rc = tell(t, &ev);
	}
	explicit_bzero(&o, sizeof(o));
	return (rc);
}

const struct command cmd_retire = {
	.name = "retire",
	.synopsis = "--card-ref - --reason WHY [options]",
	.brief = "tell that a card was closed (销卡)",
	.text = "The card no longer counts as held.  Retiring twice changes "
	    "nothing.",
	.args = args,
	.asks = 1,
	.exits = "0  recorded\n1  no such card is known here\n"
	    COMMAND_EXITS_SECRET,
	.examples = "liangka retire --card-ref - --reason closed <card.txt\n"
	    "liangka retire --card-ref - --reason involved --closed 2026-11-20\n",
	.run = run,
};
