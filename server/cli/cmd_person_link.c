#include <stdio.h>
#include <string.h>

#include "command.h"
#include "json.h"
#include "service.h"
#include "statement.h"

struct options {
	struct statement_by by;
	int32_t id_type;
	char id_no[40];
	char id_country[4];
	int32_t prev_type;
	char prev_no[40];
	char prev_country[4];
};

#define AT(m) ARG_AT(struct options, m)

static const struct arg args[] = {
	{ "id-no", ARG_TEXT, ARG_SECRET | ARG_REQUIRED, "NUMBER", "number of "
	    "one document (证件号)", NULL, 0, 0, AT(id_no) },
	{ "id-type", ARG_CODE, 0, "TYPE", "its kind (default resident)",
	    words_id_type, 0, 0, AT(id_type) },
	{ "id-country", ARG_TEXT, 0, "CODE", "its country, e.g. USA", NULL, 0,
	    0, AT(id_country) },
	{ "prev-no", ARG_TEXT, ARG_SECRET | ARG_REQUIRED, "NUMBER", "number of "
	    "the other document", NULL, 0, 0, AT(prev_no) },
	{ "prev-type", ARG_CODE, 0, "TYPE", "its kind (default resident)",
	    words_id_type, 0, 0, AT(prev_type) },
	{ "prev-country", ARG_TEXT, 0, "CODE", "its country", NULL, 0, 0,
	    AT(prev_country) },
	STATEMENT_ARGS(struct options, by, ARG_REQUIRED),
	ARG_END
};

/* Tell what was recorded. */
static void
tell(const struct tool *t, const struct statement_answer *a, int join)
{
	struct json j;

	if (t->json) {
		json_begin(&j, t->out);
		json_i64(&j, "error", LK_OK);
		json_text(&j, "link", join ? "join" : "part");
		json_u64(&j, "seq", a->seq);
		json_end(&j);
		return;
	}
	(void)fprintf(t->out, join ? tool_zh(t,
	    "已记录（记录 %llu）：两个证件属于同一人，今后合并计算\n",
	    "recorded (entry %llu): both documents are of one person, and count "
	    "together from now on\n") : tool_zh(t,
	    "已记录（记录 %llu）：两个证件不属于同一人，今后分别计算\n",
	    "recorded (entry %llu): the documents are of two persons, and count "
	    "apart from now on\n"), (unsigned long long)a->seq);
}

/* State whose two documents are. */
static int
state(struct tool *t, int argc, char **argv, enum staffnote_action action)
{
	struct options o = { .id_type = LK_ID_RESIDENT,
		.prev_type = LK_ID_RESIDENT };
	struct statement s = { .action = action, .id_no = o.id_no,
		.prev_no = o.prev_no };
	struct statement_answer answer;
	struct service c;
	int rc;

	if ((rc = args_read(t, &o, &argc, argv)) == ARGS_GO &&
	    (rc = args_operands(t, argc, argv, 0, 0, "", "")) == ARGS_GO &&
	    (rc = statement_check(t, &o.by)) == ARGS_GO &&
	    (rc = service_open(t, &c)) == ARGS_GO) {
		s.id_type = o.id_type;
		s.prev_type = o.prev_type;
		s.id_country = o.id_country[0] != '\0' ? o.id_country : NULL;
		s.prev_country = o.prev_country[0] != '\0' ? o.prev_country :
		    NULL;
		rc = statement_send(t, &c, &o.by, &s, &answer);
		if (rc == ARGS_GO) {
			tell(t, &answer, action == STAFFNOTE_LINK);
			rc = TOOL_OK;
		}
		service_close(&c);
	}
	explicit_bzero(&o, sizeof(o));
	return (rc);
}

/* They are one person's. */
static int
run_link(struct tool *t, int argc, char **argv)
{

	return (state(t, argc, argv, STAFFNOTE_LINK));
}

/* They are not. */
static int
run_unlink(struct tool *t, int argc, char **argv)
{

	return (state(t, argc, argv, STAFFNOTE_UNLINK));
}

#define WHO "  It is signed with your personal key, recorded with your name " \
	"and the reason, and needs the right `link` of your [staff] section and " \
	"the socket of an [operator].  Give the numbers on standard input: " \
	"--id-no - --prev-no - reads a line each."
#define EXITS "0  recorded\n1  there is no room for another link\n"	\
	COMMAND_EXITS_GIVEN						\
	"66 standard input ended before a line came, or no such key file\n" \
	COMMAND_EXITS_AWAY

const struct command cmd_person_link = {
	.name = "person link",
	.synopsis = "--id-no - --prev-no - --as KEY --reason TEXT [options]",
	.brief = "record that two documents are of one person (证件关联)",
	.text = "From then on the openings, holds and refusals of both count "
	    "together, and may also refuse; what an applicant says himself "
	    "about an older document may hold, but never refuse." WHO,
	.args = args,
	.asks = 1,
	.exits = EXITS,
	.examples = "printf '%s\\n' \"$OLD\" \"$NEW\" | liangka person link "
	    "--id-no - --prev-no - --prev-type passport --prev-country USA "
	    "--as lin.key --reason \"both seen\"\n",
	.run = run_link,
};

const struct command cmd_person_unlink = {
	.name = "person unlink",
	.synopsis = "--id-no - --prev-no - --as KEY --reason TEXT [options]",
	.brief = "record that two documents are of two persons (解除关联)",
	.text = "Takes back a link, and stays: what an applicant claims about "
	    "them later joins nothing." WHO,
	.args = args,
	.asks = 1,
	.exits = EXITS,
	.examples = "liangka person unlink --id-no - --prev-no - --as lin.key "
	    "--reason \"twins\" <numbers\n",
	.run = run_unlink,
};
