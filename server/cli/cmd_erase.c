#include <inttypes.h>
#include <stdio.h>

#include "store/entry.h"

#include "command.h"
#include "entryref.h"
#include "json.h"
#include "logplace.h"
#include "service.h"
#include "statement.h"

#define TIMEOUT_MS 60000	/* it waits for the disk several times */

struct options {
	const char *data;
	struct statement_by by;
};

static const struct arg args[] = {
	STATEMENT_ARGS(struct options, by, ARG_REQUIRED),
	{ "data", ARG_STRING, 0, "DIR", "data directory of the daemon, where a "
	    "decision id is compared with the record (default " LOGPLACE_DATA
	    ")", NULL, 0, 0, ARG_AT(struct options, data) },
	ARG_END
};

/* Say that it is gone. */
static void
show(const struct tool *t, const struct entryref *ref,
    const struct statement_answer *answer)
{
	struct json j;

	if (t->json) {
		json_begin(&j, t->out);
		json_i64(&j, "error", LK_OK);
		json_u64(&j, "entry", ref->seq);
		json_u64(&j, "recorded", answer->seq);
		json_end(&j);
	} else
		(void)fprintf(t->out, tool_zh(t,
		    "记录 %" PRIu64 " 的身份信息已删除（见记录 %" PRIu64 "）；记录本身不变\n",
		    "the identity beside entry %" PRIu64 " is erased, as entry "
		    "%" PRIu64 " records; the entry itself stays\n"), ref->seq,
		    answer->seq);
}

/* The command. */
static int
run(struct tool *t, int argc, char **argv)
{
	struct options o = { .data = LOGPLACE_DATA };
	struct statement s = { .action = STAFFNOTE_ERASE };
	struct statement_answer answer;
	struct entryref ref;
	struct service c;
	struct entry e;
	int rc;

	if ((rc = args_read(t, &o, &argc, argv)) != ARGS_GO ||
	    (rc = args_operands(t, argc, argv, 1, 1, "记录序号或决定编号",
	    "the seq or decision id")) != ARGS_GO ||
	    (rc = entryref_parse(t, argv[0], &ref)) != ARGS_GO ||
	    (rc = statement_check(t, &o.by)) != ARGS_GO)
		return (rc);
	/* The digits of a decision id are there to be compared. */
	if (ref.form == 2 &&
	    (rc = entryref_load(t, o.data, &ref, &e)) != ARGS_GO)
		return (rc);
	if (t->timeout_ms == 0)
		t->timeout_ms = TIMEOUT_MS;
	if ((rc = service_open(t, &c)) != ARGS_GO)
		return (rc);
	s.entry = ref.seq;
	s.origin = ref.node[0] != '\0' ? ref.node : NULL;
	rc = statement_send(t, &c, &o.by, &s, &answer);
	service_close(&c);
	if (rc != ARGS_GO)
		return (rc);
	show(t, &ref, &answer);
	return (TOOL_OK);
}

const struct command cmd_erase = {
	.name = "erase",
	.synopsis = "INDEX --as FILE --reason TEXT [--data DIR] [options]",
	.brief = "overwrite a sealed identity whose time is over (删除身份信息)",
	.text = "INDEX is the seq of an entry, a decision id or a reference.  The "
	    "identity sealed beside it is overwritten where it stands, on the "
	    "daemon's own disk; copies elsewhere are for their keepers to "
	    "erase.  The entry with its tokens stays, and the log still "
	    "verifies.\n"
	    "\n"
	    "It needs the right `erase` in your [staff] section, and the socket "
	    "of an [operator].  While the law asks that it be kept "
	    "(反洗钱法 2024 Art. 34: ten years; see retention in [seal]) it is "
	    "refused with the day from which it may be done.  What was asked "
	    "for is recorded either way.",
	.args = args,
	.asks = 1,
	.exits = "0  erased and recorded\n"
	    "1  a decision id names no decision of the record\n"
	    COMMAND_EXITS_GIVEN STATEMENT_EXITS COMMAND_EXITS_AWAY,
	.examples = "liangka erase b017-1042-9f3ac1d2 --as lin.key --reason "
	    "\"retention is over\"\n"
	    "liangka erase 1042 --as lin.key --reason \"申请人要求\"\n",
	.run = run,
};
