#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "answer.h"
#include "command.h"
#include "service.h"

struct options {
	const char *teller;
	const char *second;
	uint32_t evidence;
};

static const struct arg args[] = {
	{ "teller", ARG_STRING, ARG_REQUIRED, "ID", "who clears it", NULL, 0, 0,
	    ARG_AT(struct options, teller) },
	{ "second", ARG_STRING, 0, "ID", "the second person, another than the "
	    "teller; needed to approve", NULL, 0, 0,
	    ARG_AT(struct options, second) },
	{ "evidence", ARG_BITS, 0, "WORDS", "what was seen, with a comma "
	    "between; to approve, all that the review needs", words_need, 0, 0,
	    ARG_AT(struct options, evidence) },
	ARG_END
};

/* The command. */
static int
run(struct tool *t, int argc, char **argv)
{
	struct options o = { .teller = NULL };
	struct lk_result r = { .size = sizeof(r) };
	struct service c;
	int32_t outcome;
	int rc;

	if ((rc = args_read(t, &o, &argc, argv)) != ARGS_GO ||
	    (rc = args_operands(t, argc, argv, 2, 2, "决定编号与 approve 或 deny",
	    "the decision id, and approve or deny")) != ARGS_GO)
		return (rc);
	if (words_find(words_outcome, argv[1], &outcome) != 0)
		return (tool_fail(t, TOOL_USAGE,
		    "“%s”：应为 approve（批准）或 deny（驳回）",
		    "\"%s\": wants approve or deny", argv[1]));
	if (outcome == LK_RESOLVE_APPROVE && o.second == NULL)
		return (tool_fail(t, TOOL_USAGE,
		    "批准须由另一人复核：请给出 --second ID",
		    "an approval needs a second person: give --second ID"));
	if (outcome == LK_RESOLVE_APPROVE &&
	    strcasecmp(o.second, o.teller) == 0)
		return (tool_fail(t, TOOL_USAGE,
		    "--second：须是 --teller 以外的另一人",
		    "--second: wants another person than --teller"));
	if ((rc = service_open(t, &c)) != ARGS_GO)
		return (rc);
	rc = lk_resolve(c.handle, argv[0], outcome, o.evidence, o.teller,
	    o.second, &r, 0);
	if (rc != 0)
		rc = service_fail(t, &c, rc, r.message);
	else
		answer_print(t, &r, NULL);
	service_close(&c);
	return (rc);
}

const struct command cmd_resolve = {
	.name = "resolve",
	.synopsis = "ID approve|deny --teller ID [--second ID] "
	    "[--evidence WORDS] [options]",
	.brief = "clear a branch's or institution's own review (自行审核)",
	.text = "For reviews that the policy leaves to the counter or to the "
	    "institution; those of the centre are answered at its desk.  An "
	    "approval wants a second person and all the evidence that the "
	    "decision asked for; it is recorded with both names.  A review of "
	    "the counter's needs the right `confirm`, one of the institution's "
	    "the right `review`.",
	.args = args,
	.asks = 1,
	.exits = "0  recorded\n1  there is no open review, or evidence is "
	    "missing\n" COMMAND_EXITS_DAEMON,
	.examples = "liangka resolve 2346-89AB approve --teller t07 --second "
	    "t02 --evidence face_check,purpose_proof\n"
	    "liangka resolve 2346-89AB deny --teller t07\n",
	.run = run,
};
