#include <stdio.h>

#include "plugin.h"

#include "caseopen.h"
#include "command.h"
#include "explainpaper.h"
#include "logplace.h"
#include "logread.h"
#include "lookup.h"

struct options {
	struct logplace place;
	struct lookup lookup;
};

static const struct arg args[] = {
	LOGPLACE_ARGS(struct options, place),
	LOOKUP_ARGS(struct options, lookup),
	ARG_END
};

/* Explain a case. */
static int
explain(struct tool *t, const struct casefile *c, int zh)
{
	static struct explain x;
	struct explainpaper p = { t, zh, c, &x };

	switch (c->policy == NULL ? 1 : explain_make(&x, c)) {
	case 0:
		break;
	case 1:
		return (tool_fail(t, TOOL_DATA,
		    "作出该决定的规则文件（%s，sha256 %.16s…）不在日志包内或与记录不符，无法解释",
		    "the policy that decided this (%s, sha256 %.16s...) is not "
		    "in the record, or does not fit the entry: it cannot be "
		    "explained", c->decision.e.policy, c->hash));
	default:
		return (tool_fail(t, TOOL_SYSTEM, "内存不足",
		    "out of memory"));
	}
	if (t->json)
		explainpaper_json(&p);
	else
		explainpaper_text(&p);
	return (TOOL_OK);
}

/* The command. */
static int
run(struct tool *t, int argc, char **argv)
{
	struct options o = { .lookup.by.as = NULL };
	struct caseopen_id id;
	struct casefile *c;
	struct logread *r;
	int rc;

	if ((rc = args_read(t, &o, &argc, argv)) != ARGS_GO ||
	    (rc = logplace_take(t, &o.place, argc, argv, 1, "决定编号",
	    "the decision")) != ARGS_GO ||
	    (rc = caseopen_id(t, argv[0], &id)) != ARGS_GO ||
	    (rc = lookup_check(t, &o.lookup, 1)) != ARGS_GO ||
	    (rc = lookup_entry(t, &o.lookup, &id)) != ARGS_GO ||
	    (rc = logread_open(t, &o.place, &r)) != ARGS_GO)
		return (rc);
	if ((rc = caseopen(r, &id, &c)) == ARGS_GO) {
		rc = explain(t, c, t->language == LK_LANG_ZH);
		casefile_close(c);
	}
	return (logread_close(r, rc));
}

const struct command cmd_explain = {
	.name = "explain",
	.synopsis = "ID [DIR|URL] {--as FILE --reason TEXT | --offline} "
	    "[--lang zh|en] [--json]",
	.brief = "say why a decision came out so (解释决定)",
	.text = "ID is a decision id, a reference, or the number of the entry. "
	    "Every rule of the policy then in force is listed with its "
	    "conditions and the figures that stand in the entry: first those "
	    "that hit, then those that a clearance or a campaign lifted, those "
	    "on trial or that only tell, those that would hit were each count "
	    "one higher, and the rest with what keeps it from hitting.\n"
	    "\n"
	    "It also says when the same application would pass by itself, as "
	    "openings leave the rules' windows, if nothing further is opened; "
	    "each such moment was tried with the rules themselves.  What is "
	    "counted as held, and what the law says, does not go away by "
	    "waiting.\n"
	    "\n"
	    "The applicant stands in the record as a token; no identity is "
	    "shown or needed.  With --as and --reason the daemon records who "
	    "looked; from a package without a daemon, say --offline.",
	.args = args,
	.asks = 1,
	.exits = "0  explained\n1  there is no such decision\n64 wrong usage\n"
	    "65 the log is damaged, or the policy file is not in it\n"
	    "66 there is no log, or no such key file\n"
	    COMMAND_EXITS_RECORD,
	.examples = "liangka explain 7K3M-2Q9F --lang zh --as lin.key --reason "
	    "\"申请人来访询问\"\n"
	    "liangka explain b017-1042-9f3ac1d2 /mnt/audit/b017/log --offline "
	    "--json\n",
	.run = run,
};
