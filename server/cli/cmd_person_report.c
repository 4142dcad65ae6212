#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "keys/token.h"
#include "plugin.h"

#include "command.h"
#include "logplace.h"
#include "logread.h"
#include "outfile.h"
#include "personpaper.h"
#include "secret.h"
#include "service.h"
#include "statement.h"

struct options {
	struct logplace place;
	struct statement_by by;
	int32_t id_type;
	char id_no[40];
	char id_country[4];
	int32_t applicant;
	const char *html;
};

static const struct arg args[] = {
	LOGPLACE_DATA_ARG(struct options, place),
	{ "id-no", ARG_TEXT, ARG_SECRET, "NUMBER", "number of the document "
	    "(证件号); left out on a terminal, it is asked for unseen",
	    NULL, 0, 0, ARG_AT(struct options, id_no) },
	{ "id-type", ARG_CODE, 0, "TYPE", "kind of that document (default "
	    "resident)", words_id_type, 0, 0, ARG_AT(struct options, id_type) },
	{ "id-country", ARG_TEXT, 0, "CODE", "country of a passport, e.g. USA",
	    NULL, 0, 0, ARG_AT(struct options, id_country) },
	STATEMENT_ARGS(struct options, by, ARG_REQUIRED),
	{ "html", ARG_STRING, 0, "FILE", "write a page to print there (mode "
	    "0600), in Chinese and English", NULL, 0, 0,
	    ARG_AT(struct options, html) },
	{ "applicant", ARG_FLAG, 0, NULL, "to be handed to the person: leaves "
	    "out tellers' alarms, which are not told to whom they are about",
	    NULL, 0, 0, ARG_AT(struct options, applicant) },
	ARG_END
};

/* The tokens of a person, and what the daemon said with them. */
struct asked {
	struct token token[TOKEN_EPOCHS_MAX];
	size_t n;
	struct statement_answer answer;
};

/* State to the daemon who is looked up, and take the tokens. */
static int
ask(const struct tool *t, const struct options *o, struct asked *a)
{
	struct statement s = { .action = STAFFNOTE_PERSON,
		.id_type = o->id_type, .id_no = o->id_no,
		.id_country = o->id_country[0] != '\0' ? o->id_country :
		    NULL };
	char hex[TOKEN_HEX_LEN + 1];
	struct service c;
	uint32_t epoch;
	unsigned i;
	int rc;

	a->n = 0;
	if ((rc = service_open(t, &c)) != ARGS_GO)
		return (rc);
	rc = statement_send(t, &c, &o->by, &s, &a->answer);
	service_close(&c);
	if (rc != ARGS_GO)
		return (rc);
	for (i = 0; a->n < TOKEN_EPOCHS_MAX &&
	    statement_tokens(&a->answer, i, &epoch, hex); i++)
		a->n += token_unhex(&a->token[a->n], hex, TOKEN_HEX_LEN) == 0;
	return (a->n > 0 ? ARGS_GO : tool_fail(t, TOOL_PROTOCOL,
	    "守护进程没有给出令牌", "the daemon gave no token"));
}

/* Write the page. */
static int
write_page(const struct tool *t, const struct personpaper *p, const char *path)
{
	struct outfile *o = outfile_open(path, 0600);

	if (o != NULL) {
		personpaper_html(p, outfile_stream(o));
		if (outfile_commit(o) == 0)
			return (TOOL_OK);
	}
	return (tool_fail(t, TOOL_IO, "%s：无法写入：%s",
	    "%s: cannot write: %s", path, tool_errno(t, errno)));
}

/* Who is named in the entry that records the look-up. */
static const char *
asker(const struct holding *h, uint64_t seq)
{
	size_t i;

	for (i = h->seen.n; i-- > 0;)
		if (h->seen.v[i].e.seq == seq)
			return (h->seen.v[i].e.decided_by);
	return ("");
}

/* Write what was found. */
static int
tell(const struct tool *t, const struct options *o, const struct asked *a,
    const struct holding *h)
{
	struct personpaper p = { .t = t, .h = h,
		.zh = t->language == LK_LANG_ZH, .applicant = o->applicant,
		.node = a->answer.node, .by = asker(h, a->answer.seq),
		.seq = a->answer.seq, .now = t->now_ms(),
		.id_type = o->id_type };
	int rc;

	if (o->html != NULL && (rc = write_page(t, &p, o->html)) != TOOL_OK)
		return (rc);
	if (t->json)
		personpaper_json(&p);
	else if (o->html == NULL)
		personpaper_text(&p);
	return (TOOL_OK);
}

/* Find what is held. */
static int
report(const struct tool *t, const struct options *o, const struct asked *a)
{
	char err[HOLDING_ERROR_MAX];
	enum casefile_fault fault;
	struct logread *r;
	struct holding h;
	int rc;

	if ((rc = logread_open(t, &o->place, &r)) != ARGS_GO)
		return (rc);
	if (holding_find(&h, logread_package(r), a->token, a->n, &fault,
	    err) == 0) {
		rc = tell(t, o, a, &h);
		holding_free(&h);
	} else if (fault == CASEFILE_PACKAGE)
		rc = logread_fault(r);
	else if (fault == CASEFILE_DAMAGED)
		rc = logread_damage(r, "%s", err);
	else
		rc = tool_fail(t, TOOL_SYSTEM, "%s", "%s", err);
	return (logread_close(r, rc));
}

/* The command. */
static int
run(struct tool *t, int argc, char **argv)
{
	struct options o = { .id_type = LK_ID_RESIDENT };
	struct asked a;
	int rc;

	if ((rc = args_read(t, &o, &argc, argv)) == ARGS_GO &&
	    (rc = logplace_take(t, &o.place, argc, argv, 0, "", "")) ==
	    ARGS_GO && (rc = statement_check(t, &o.by)) == ARGS_GO &&
	    (o.id_no[0] != '\0' || (rc = secret_read(t, "id-no", o.id_no,
	    sizeof(o.id_no))) == ARGS_GO))
		rc = ask(t, &o, &a);
	explicit_bzero(o.id_no, sizeof(o.id_no));
	return (rc == ARGS_GO ? report(t, &o, &a) : rc);
}

const struct command cmd_person_report = {
	.name = "person report",
	.synopsis = "[DIR|URL] [--id-type TYPE] --id-no - --as FILE --reason "
	    "TEXT [--html FILE] [--applicant] [options]",
	.brief = "what is held on a person, and who looked (个人信息查询)",
	.text = "Answers \"what do you hold on me, and who looked\": every entry "
	    "about the person as an applicant (by an older document too) and "
	    "as somebody's agent, what each says in plain words, how long it is "
	    "kept, and everyone who looked the person or one of these entries "
	    "up, read a sealed identity or had it erased.\n"
	    "\n"
	    "The daemon turns the number into the tokens that stand in the "
	    "journal, of all key epochs that are live; the number is never "
	    "printed.  Asking is a look-up: it needs your personal key and a "
	    "reason, is recorded first, and is the last in the report.\n"
	    "\n"
	    "With --applicant tellers' alarms are left out, and so is what "
	    "lists say of somebody else or must keep secret: the report may "
	    "then be handed over.",
	.args = args,
	.asks = 1,
	.exits = "0  written, also when nothing is held\n64 wrong usage\n"
	    "65 the log is damaged, or what was given is wrong\n"
	    "66 there is no log, no such key file, or standard input ended\n"
	    COMMAND_EXITS_RECORD,
	.examples = "liangka person report --id-no - --as me.key --reason "
	    "\"asked at the counter\" --html report.html --applicant\n"
	    "liangka person report --id-type passport --id-country USA --id-no "
	    "- --as me.key --reason \"complaint 2026-118\" --json\n",
	.run = run,
};
