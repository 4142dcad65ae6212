#include <stdio.h>
#include <string.h>

#include "keys/token.h"
#include "plugin.h"

#include "command.h"
#include "loglist.h"
#include "logplace.h"
#include "secret.h"
#include "service.h"
#include "statement.h"

struct options {
	struct logplace place;
	struct logfilter filter;
	struct statement_by by;
	int32_t id_type;
	char id_no[40];
	char id_country[4];
	int32_t offline;
	int32_t leaf;
	int32_t csv;
};

static const struct arg args[] = {
	LOGPLACE_ARGS(struct options, place),
	LOGFILTER_ARGS(struct options, filter),
	LOGFILTER_LAST_ARG(struct options, filter),
	{ "id-no", ARG_TEXT, ARG_SECRET, "NUMBER", "only entries of the person "
	    "with this document (证件号); on a terminal - asks for it "
	    "unseen", NULL, 0, 0, ARG_AT(struct options, id_no) },
	{ "id-type", ARG_CODE, 0, "TYPE", "kind of that document (default "
	    "resident)", words_id_type, 0, 0, ARG_AT(struct options, id_type) },
	{ "id-country", ARG_TEXT, 0, "CODE", "country of a passport, e.g. USA",
	    NULL, 0, 0, ARG_AT(struct options, id_country) },
	STATEMENT_ARGS(struct options, by, 0),
	{ "offline", ARG_FLAG, 0, NULL, "look up --id in a package without a "
	    "daemon: no access is recorded, which is said", NULL, 0, 0,
	    ARG_AT(struct options, offline) },
	{ "leaf", ARG_FLAG, 0, NULL, "with the RFC 6962 leaf hash of each",
	    NULL, 0, 0, ARG_AT(struct options, leaf) },
	{ "csv", ARG_FLAG, 0, NULL, "as CSV in UTF-8; see \"log export\" for "
	    "the columns", NULL, 0, 0, ARG_AT(struct options, csv) },
	ARG_END
};

#define NOT_GIVEN "\n" /* no line can be that */

/* The tokens of the person that is searched for. */
struct tokens {
	struct token v[TOKEN_EPOCHS_MAX];
	size_t n;
};

/* Is a person searched for? */
static int
of_person(const struct options *o)
{

	return (strcmp(o->id_no, NOT_GIVEN) != 0 || o->id_type != 0 ||
	    o->id_country[0] != '\0');
}

/* Is anything searched for? */
static int
of_anything(const struct options *o)
{
	const struct logwant *w = &o->filter.want;

	return (of_person(o) || o->filter.id != NULL || o->filter.from != 0 ||
	    o->filter.to != 0 || w->since != 0 || w->until != 0 ||
	    w->kind != LOGWANT_ANY || w->decision != LOGWANT_ANY ||
	    w->rule != NULL || w->txn != NULL || w->inst != NULL ||
	    w->outlet != NULL || w->teller != NULL);
}

/* See that the options fit each other. */
static int
fits(const struct tool *t, const struct options *o)
{
	int one = of_person(o) || (o->filter.id != NULL && !o->offline);

	if (!of_anything(o))
		return (tool_fail(t, TOOL_USAGE,
		    "请给出查询条件；要看全部，用 liangka log show",
		    "say what to search for; \"liangka log show\" shows all"));
	if (o->offline && of_person(o))
		return (tool_fail(t, TOOL_USAGE,
		    "按证件号查询须经守护进程，不能用 --offline",
		    "a document number is only turned into a token by the "
		    "daemon: not with --offline"));
	if (!one && (o->by.as != NULL || o->by.reason != NULL))
		return (tool_fail(t, TOOL_USAGE,
		    "--as 与 --reason 用于 --id-no 或 --id 查询",
		    "--as and --reason go with --id-no or --id: nothing else is "
		    "the look-up of a person or an entry"));
	if (one && (o->by.as == NULL || o->by.reason == NULL))
		return (tool_fail(t, TOOL_USAGE, "查阅个人或单条记录须有 --as 与 "
		    "--reason%s", "looking up a person or an entry needs --as "
		    "and --reason: it is recorded%s", of_person(o) ? "" :
		    tool_zh(t, "；没有守护进程时用 --offline",
		    "; where there is no daemon, --offline")));
	return (one ? statement_check(t, &o->by) : ARGS_GO);
}

/* Ask for the number where it was not given. */
static int
ask(struct tool *t, struct options *o)
{
	int rc;

	if (!of_person(o))
		return (ARGS_GO);
	if (o->id_type == 0)
		o->id_type = LK_ID_RESIDENT;
	if (strcmp(o->id_no, NOT_GIVEN) == 0 && (rc = secret_read(t, "id-no",
	    o->id_no, sizeof(o->id_no))) != ARGS_GO)
		return (rc);
	return (o->id_no[0] != '\0' ? ARGS_GO : tool_fail(t, TOOL_USAGE,
	    "--id-no 为空", "--id-no: the number is empty"));
}

/* The node whose record an id is about: what stands before its last two parts. */
static const char *
node_of(const struct logfilter *f, char node[STAFFNOTE_NODE_MAX])
{
	const char *end;

	if (f->form != 2)
		return (NULL);
	end = strrchr(f->id, '-');
	while (end > f->id && end[-1] != '-')
		end--;
	(void)snprintf(node, STAFFNOTE_NODE_MAX, "%.*s",
	    (int)(end - f->id - 1), f->id);
	return (node);
}

/* State to the daemon what is looked up; take the tokens of a person. */
static int
state(const struct tool *t, const struct options *o, struct tokens *tokens)
{
	struct statement s = { .action = STAFFNOTE_ENTRY,
		.entry = o->filter.want.about };
	struct statement_answer answer;
	struct service c;
	char hex[TOKEN_HEX_LEN + 1], node[STAFFNOTE_NODE_MAX];
	uint32_t epoch;
	unsigned i;
	int rc;

	if (o->filter.id != NULL)
		s.origin = node_of(&o->filter, node);

	if (of_person(o)) {
		s.action = STAFFNOTE_PERSON;
		s.entry = 0;
		s.origin = NULL;
		s.id_type = o->id_type;
		s.id_no = o->id_no;
		s.id_country = o->id_country[0] != '\0' ? o->id_country : NULL;
	}
	if ((rc = service_open(t, &c)) != ARGS_GO)
		return (rc);
	rc = statement_send(t, &c, &o->by, &s, &answer);
	service_close(&c);
	if (rc != ARGS_GO || !of_person(o))
		return (rc);
	for (i = 0; tokens->n < TOKEN_EPOCHS_MAX &&
	    statement_tokens(&answer, i, &epoch, hex); i++)
		tokens->n += token_unhex(&tokens->v[tokens->n], hex,
		    TOKEN_HEX_LEN) == 0;
	return (tokens->n > 0 ? ARGS_GO : tool_fail(t, TOOL_PROTOCOL,
	    "守护进程没有给出令牌", "the daemon gave no token"));
}

/* Search. */
static int
search(const struct tool *t, const struct options *o)
{
	struct loglist_form form = { .leaf = o->leaf, .csv = o->csv };
	size_t shown;
	int rc;

	rc = loglist_run(t, &o->place, &o->filter, &form, &shown);
	return (rc != TOOL_OK || shown > 0 ? rc : tool_fail(t, TOOL_NO,
	    "没有符合条件的记录", "no entry fits"));
}

/* Make sure that it may be looked up and that this is recorded. */
static int
permitted(const struct tool *t, struct options *o, struct tokens *tokens)
{

	if (o->filter.id != NULL && o->offline)
		(void)tool_fail(t, 0, "注意：--offline 查阅未记入日志",
		    "note: looked up with --offline, which no journal records");
	else if (o->filter.id != NULL || of_person(o))
		return (state(t, o, tokens));
	return (ARGS_GO);
}

/* The command. */
static int
run(struct tool *t, int argc, char **argv)
{
	struct options o = { .filter = LOGFILTER_ANY, .id_no = NOT_GIVEN };
	struct tokens tokens = { .n = 0 };
	int rc;

	if ((rc = args_read(t, &o, &argc, argv)) == ARGS_GO &&
	    (rc = logplace_take(t, &o.place, argc, argv, 0, "", "")) ==
	    ARGS_GO && (rc = logfilter_take(t, &o.filter)) == ARGS_GO &&
	    (rc = fits(t, &o)) == ARGS_GO && (rc = ask(t, &o)) == ARGS_GO)
		rc = permitted(t, &o, &tokens);
	explicit_bzero(o.id_no, sizeof(o.id_no));
	if (rc != ARGS_GO)
		return (rc);
	o.filter.want.no_heartbeats = o.filter.want.kind == LOGWANT_ANY;
	o.filter.want.tokens = tokens.v;
	o.filter.want.ntokens = tokens.n;
	return (search(t, &o));
}

const struct command cmd_log_search = {
	.name = "log search",
	.synopsis = "[DIR|URL] [--id ID | --txn ID | --teller ID | --outlet ID | "
	    "--inst ID | --rule RULE | --decision WORD | --kind KIND | "
	    "--since TIME | --id-no -] [--as FILE --reason TEXT] [options]",
	.brief = "find entries of the journal (查询日志)",
	.text = "Finds the entries for which all conditions hold.  To search for "
	    "a person, give the document with --id-no: the daemon turns the "
	    "number into the tokens that stand in the entries (it is never "
	    "printed, and no command line shows it when it is read with -).  "
	    "The person is found as the applicant, as an agent and by an older "
	    "document.\n"
	    "\n"
	    "Looking up a person, or one entry by its id, is itself recorded: "
	    "it needs your personal key and a reason, and the daemon writes an "
	    "`access` entry before anything is shown.  An auditor with a "
	    "package and no daemon looks entries up with --offline.",
	.args = args,
	.asks = 1,
	.exits = "0  found\n1  no entry fits\n"
	    "64 wrong usage\n"
	    "65 the log is damaged or cut, or what was given is wrong\n"
	    "66 there is no log, no such key file, or standard input ended\n"
	    COMMAND_EXITS_RECORD,
	.examples = "liangka log search --teller t07 --decision reject --since "
	    "7d\n"
	    "liangka log search --rule HF-7D --since 2026-11-01 --csv >hits.csv\n"
	    "liangka log search --id-no - --as me.key --reason \"complaint "
	    "2026-118\"\n"
	    "liangka log search --id b017-1042-9f3ac1d2 /mnt/usb/log "
	    "--offline\n",
	.run = run,
};
