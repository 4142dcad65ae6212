/*
 * What officers do with a case, one signed step each.
 */
#include <stdio.h>
#include <string.h>

#include "answer.h"
#include "command.h"
#include "json.h"
#include "service.h"
#include "statement.h"
#include "width.h"
#include "words.h"

struct options {
	struct statement_by by;
	int32_t clear_days;
	int32_t clear_count;
	const char *team;
	int32_t found;
};

#define AT(m) ARG_AT(struct options, m)

static const struct arg plain_args[] = {
	STATEMENT_ARGS(struct options, by, ARG_REQUIRED),
	ARG_END
};

static const struct arg approve_args[] = {
	STATEMENT_ARGS(struct options, by, ARG_REQUIRED),
	{ "clear-days", ARG_NUMBER, 0, "N", "grant a clearance (豁免) for so "
	    "many days, at most 400: it lifts frequency and context rules",
	    NULL, 1, 400, AT(clear_days) },
	{ "clear-count", ARG_NUMBER, 0, "N", "for so many openings, at most "
	    "100; default 1", NULL, 1, 100, AT(clear_count) },
	ARG_END
};

static const struct arg dispatch_args[] = {
	STATEMENT_ARGS(struct options, by, ARG_REQUIRED),
	{ "team", ARG_STRING, ARG_REQUIRED, "WHOM", "who is sent, at most 63 "
	    "bytes", NULL, 0, 0, AT(team) },
	ARG_END
};

static const struct arg result_args[] = {
	STATEMENT_ARGS(struct options, by, ARG_REQUIRED),
	{ "found", ARG_CODE, ARG_REQUIRED, "WHAT", "what they found",
	    words_found, 0, 0, AT(found) },
	ARG_END
};

/* The detail that goes into the statement. */
static int
detail(const struct tool *t, const struct options *o, struct staffnote *n)
{

	switch (n->action) {
	case STAFFNOTE_APPROVE:
		if (o->clear_count != 0 && o->clear_days == 0)
			return (tool_fail(t, TOOL_USAGE,
			    "--clear-count 须与 --clear-days 一起给出",
			    "--clear-count needs --clear-days"));
		(void)staffnote_clear(n, (uint32_t)o->clear_days,
		    o->clear_days == 0 ? 0 : o->clear_count == 0 ? 1 :
		    (uint32_t)o->clear_count);
		break;
	case STAFFNOTE_DISPATCH:
		if (strlen(o->team) >= sizeof(n->detail) ||
		    !staffnote_reason(o->team, strlen(o->team)))
			return (tool_fail(t, TOOL_USAGE,
			    "--team：应为一行 1 至 63 字节的 UTF-8 文字",
			    "--team: wants one line of 1 to 63 bytes of "
			    "UTF-8"));
		(void)snprintf(n->detail, sizeof(n->detail), "%s", o->team);
		break;
	case STAFFNOTE_RESULT:
		(void)snprintf(n->detail, sizeof(n->detail), "%s",
		    staffnote_found_name(o->found));
		break;
	default:
		break;
	}
	return (ARGS_GO);
}

/* Say what was recorded. */
static void
recorded(const struct tool *t, const struct options *o, int action)
{
	int zh = t->language == LK_LANG_ZH;

	if (action == STAFFNOTE_TAKE)
		(void)fputs(tool_zh(t, "已接办", "The case is taken"), t->out);
	else if (action == STAFFNOTE_RELEASE)
		(void)fputs(tool_zh(t, "已退回，等待他人接办",
		    "The case is free again"), t->out);
	else if (action == STAFFNOTE_DISPATCH) {
		(void)fputs(tool_zh(t, "已记录派员：", "Recorded as sent: "),
		    t->out);
		width_put(t->out, o->team);
	} else if (action == STAFFNOTE_RESULT)
		(void)fprintf(t->out, tool_zh(t,
		    "已记录现场结果：%s；案件仍待批准、驳回或结案",
		    "Recorded as found: %s; the case is still to be approved, "
		    "denied or closed"), words_name(words_found, o->found, zh));
	else if (action == STAFFNOTE_APPROVE && o->clear_days != 0)
		(void)fprintf(t->out, tool_zh(t,
		    "已批准，并给予豁免：%d 天内 %d 次",
		    "Approved, with a clearance: %d days, openings: %d"),
		    (int)o->clear_days, o->clear_count == 0 ? 1 :
		    (int)o->clear_count);
	else
		return;
	(void)fputc('\n', t->out);
}

/* Tell what came of it. */
static void
tell(const struct tool *t, const struct options *o, const struct lk_result *r,
    int action)
{
	int proposed = action == STAFFNOTE_APPROVE && r->decision ==
	    LK_REJECT && r->standing != LK_STANDING_APPROVED;

	if (!proposed && !t->json)
		recorded(t, o, action);
	else if (!t->json)
		(void)fprintf(t->out, "%s%s%s\n", tool_paint(t, TOOL_YELLOW),
		    tool_zh(t, "已提请推翻拒绝决定，尚未生效：须由另一人再次批准",
		    "The override is proposed, and not in force: another "
		    "person has to approve it too"), tool_paint(t,
		    TOOL_PLAIN));
	answer_print(t, r, NULL);
}

/* Do a step in the case of a decision. */
static int
step(struct tool *t, int argc, char **argv, enum staffnote_action action)
{
	struct options o = { .by = { NULL, NULL } };
	struct staffnote n = { .action = action };
	struct lk_result now = { .size = sizeof(now) }, r;
	struct statement s = { .action = action, .result = &r };
	struct statement_answer answer;
	struct service c;
	int rc;

	if ((rc = args_read(t, &o, &argc, argv)) != ARGS_GO ||
	    (rc = args_operands(t, argc, argv, 1, 1, "决定编号",
	    "the decision id")) != ARGS_GO ||
	    (rc = statement_check(t, &o.by)) != ARGS_GO ||
	    (rc = detail(t, &o, &n)) != ARGS_GO ||
	    (rc = service_open(t, &c)) != ARGS_GO)
		return (rc);
	if (n.detail[0] != '\0')
		s.detail = n.detail;
	/* Which decision it is: a mistyped id must not hit another one. */
	if ((rc = lk_review(c.handle, argv[0], &now, 0)) != 0)
		rc = service_fail(t, &c, rc, now.message);
	else {
		s.entry = now.seq;
		rc = statement_send(t, &c, &o.by, &s, &answer);
		if (rc == ARGS_GO) {
			tell(t, &o, &r, action);
			rc = TOOL_OK;
		}
	}
	service_close(&c);
	return (rc);
}

#define RUN(name, ACTION)						\
	static int							\
	run_##name(struct tool *t, int argc, char **argv)		\
	{								\
									\
		return (step(t, argc, argv, STAFFNOTE_##ACTION));	\
	}
RUN(take, TAKE)
RUN(release, RELEASE)
RUN(approve, APPROVE)
RUN(deny, DENY)
RUN(dispatch, DISPATCH)
RUN(result, RESULT)
RUN(close, CLOSE)

#define WHO "It is signed with your personal key, recorded with your name and " \
	"the reason, and needs the right `review` of your [staff] section and " \
	"the socket of an [operator]."
#define EXITS "0  recorded\n1  not possible as the case stands\n"	\
	COMMAND_EXITS_GIVEN STATEMENT_EXITS COMMAND_EXITS_AWAY

const struct command cmd_review_take = {
	.name = "review take",
	.synopsis = "ID --as KEY --reason TEXT [options]",
	.brief = "take a case to work on (受理)",
	.text = "A case is one officer's: whoever comes second is told who has "
	    "it and since when.  Deciding a case that nobody has taken takes "
	    "it.  " WHO,
	.args = plain_args,
	.asks = 1,
	.exits = EXITS,
	.examples = "liangka review take 2346-89AB --as lin.key --reason "
	    "\"morning shift\"\n",
	.run = run_take,
};

const struct command cmd_review_release = {
	.name = "review release",
	.synopsis = "ID --as KEY --reason TEXT [options]",
	.brief = "give a case back to the desk (退回)",
	.text = "Whoever has taken it may, and anybody else in his place: to go "
	    "on with a colleague's case, release it and take it; both are "
	    "recorded.  " WHO,
	.args = plain_args,
	.asks = 1,
	.exits = EXITS,
	.examples = "liangka review release 2346-89AB --as wu.key --reason "
	    "\"lin has gone home\"\n",
	.run = run_release,
};

const struct command cmd_review_approve = {
	.name = "review approve",
	.synopsis = "ID --as KEY --reason TEXT [--clear-days N "
	    "[--clear-count N]] [options]",
	.brief = "let a held case go ahead (批准)",
	.text = "The word of the anti-fraud centre (反诈中心) on a case that is "
	    "held for review.  What may be issued then is what the policy says "
	    "for an approved case.  A branch clears what it may clear itself "
	    "with \"liangka resolve\".\n"
	    "\n"
	    "A refusal (REJECT) is overridden by two persons: the first "
	    "approval proposes it, that of another person lets it go ahead, "
	    "for this application alone.  The same person never counts as the "
	    "second, whichever key he uses.  A refusal on statutory grounds is "
	    "not overridden: the applicant may appeal.\n"
	    "\n"
	    WHO,
	.args = approve_args,
	.asks = 1,
	.exits = EXITS,
	.examples = "liangka review approve 2346-89AB --as lin.key --reason "
	    "\"payroll list seen\"\n"
	    "liangka review approve 2346-89AB --as lin.key --reason appeal "
	    "--clear-days 90 --clear-count 2\n",
	.run = run_approve,
};

const struct command cmd_review_deny = {
	.name = "review deny",
	.synopsis = "ID --as KEY --reason TEXT [options]",
	.brief = "refuse a held case (驳回)",
	.text = "The word of the anti-fraud centre (反诈中心) on a case that is "
	    "held for review, or on the proposal to override a refusal.  " WHO,
	.args = plain_args,
	.asks = 1,
	.exits = EXITS,
	.examples = "liangka review deny 2346-89AB --as lin.key --reason "
	    "\"could not say what the cards are for\"\n",
	.run = run_deny,
};

const struct command cmd_review_dispatch = {
	.name = "review dispatch",
	.synopsis = "ID --team WHOM --as KEY --reason TEXT [options]",
	.brief = "send people to the outlet (派员到场)",
	.text = "Recorded with whom was sent; the branch sees that somebody is "
	    "on the way.  Tell afterwards what they found: \"liangka review "
	    "result\".  " WHO,
	.args = dispatch_args,
	.asks = 1,
	.exits = EXITS,
	.examples = "liangka review dispatch 2346-89AB --team \"城东派出所\" "
	    "--as lin.key --reason \"three applicants with one phone\"\n",
	.run = run_dispatch,
};

const struct command cmd_review_result = {
	.name = "review result",
	.synopsis = "ID --found WHAT --as KEY --reason TEXT [options]",
	.brief = "record what the people sent have found (现场结果)",
	.text = "The case stays open: approve, deny or close it then.  " WHO,
	.args = result_args,
	.asks = 1,
	.exits = EXITS,
	.examples = "liangka review result 2346-89AB --found persuaded --as "
	    "lin.key --reason \"was promised 500 yuan for each card\"\n",
	.run = run_result,
};

const struct command cmd_review_close = {
	.name = "review close",
	.synopsis = "ID --as KEY --reason TEXT [options]",
	.brief = "close a case with nothing left to decide (结案)",
	.text = "For a case whose applicant has left or given up, and to "
	    "withdraw the proposal to override a refusal.  Nothing may be "
	    "issued by that decision then.  " WHO,
	.args = plain_args,
	.asks = 1,
	.exits = EXITS,
	.examples = "liangka review close 2346-89AB --as lin.key --reason "
	    "\"left before anybody came\"\n",
	.run = run_close,
};
