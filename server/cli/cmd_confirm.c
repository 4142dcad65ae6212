#include <stdio.h>
#include <string.h>

#include "command.h"
#include "json.h"
#include "service.h"

struct options {
	char card_ref[64];
	int32_t product;
	int64_t issued_ms;
};

static const struct arg args[] = {
	{ "card-ref", ARG_TEXT, ARG_REQUIRED | ARG_SECRET, "NO", "number of "
	    "the card, account or phone; only a keyed token of it is stored",
	    NULL, 0, 0, ARG_AT(struct options, card_ref) },
	{ "product", ARG_CODE, 0, "PRODUCT", "what was really issued; default: "
	    "what was asked for", words_product, 0, 0,
	    ARG_AT(struct options, product) },
	{ "issued", ARG_TIME, 0, "TIME", "when; default now. E.g. \"2026-11-22 "
	    "14:05\" (UTC+8) or 20min", NULL, 0, 0,
	    ARG_AT(struct options, issued_ms) },
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
		(void)fprintf(t->out, tool_zh(t, "已确认开卡：%s\n",
		    "confirmed: %s\n"), ev->decision_id);
	service_close(&c);
	return (rc);
}

/* The command. */
static int
run(struct tool *t, int argc, char **argv)
{
	struct options o = { .product = 0 };
	struct codec_event ev = { .type = WIRE_CONFIRM };
	int rc;

	if ((rc = args_read(t, &o, &argc, argv)) == ARGS_GO &&
	    (rc = args_operands(t, argc, argv, 1, 1, "决定编号",
	    "the decision id")) == ARGS_GO) {
		ev.decision_id = argv[0];
		ev.card_ref = o.card_ref;
		ev.product = o.product;
		ev.event_ms = o.issued_ms;
		rc = tell(t, &ev);
	}
	explicit_bzero(&o, sizeof(o));
	return (rc);
}

const struct command cmd_confirm = {
	.name = "confirm",
	.synopsis = "ID --card-ref - [options]",
	.brief = "tell that the card was issued (确认开卡)",
	.text = "ID is the decision id or reference that the check gave.  A "
	    "card that was really issued is always recorded, also after the "
	    "reservation expired or against the decision: it is then counted, "
	    "alerted, and the exit code is 1.  The same confirm again changes "
	    "nothing.",
	.args = args,
	.asks = 1,
	.exits = "0  recorded\n1  recorded, but it was not allowed\n"
	    COMMAND_EXITS_SECRET,
	.examples = "liangka confirm b017-1042-9f3ac1d2 --card-ref - <card.txt\n"
	    "liangka confirm 2346-89AB --card-ref - --issued 20min\n",
	.run = run,
};
