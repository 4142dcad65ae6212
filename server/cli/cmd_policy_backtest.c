#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "audit/backtest.h"
#include "audit/package.h"
#include "engine/policy.h"
#include "plugin.h"

#include "backtesttext.h"
#include "command.h"
#include "logplace.h"
#include "logread.h"
#include "rules.h"

#define PROGRESS_MS 500
#define SINCE_MS (90 * INT64_C(86400000))
#define TOP 20

struct options {
	struct logplace place;
	int64_t since, until, at;
	int32_t rules;
	int32_t top;
};

static const struct arg args[] = {
	{ "since", ARG_TIME, 0, "TIME", "decisions of this time and later, e.g. "
	    "90d, 2026-11-22; default 90d", NULL, 0, 0,
	    ARG_AT(struct options, since) },
	{ "until", ARG_TIME, 0, "TIME", "decisions before this time", NULL, 0,
	    0, ARG_AT(struct options, until) },
	{ "at", ARG_TIME, 0, "TIME", "by the rules in force at this time; "
	    "default now, or when the last rule comes into force", NULL, 0, 0,
	    ARG_AT(struct options, at) },
	{ "rules", ARG_FLAG, 0, NULL, "the tables of rules alone, with those on "
	    "trial", NULL, 0, 0, ARG_AT(struct options, rules) },
	{ "top", ARG_NUMBER, 0, "N", "rows of outlets and areas, default 20",
	    NULL, 1, TALLY_ROWS, ARG_AT(struct options, top) },
	LOGPLACE_ARGS(struct options, place),
	ARG_END
};

/* A backtest under way. */
struct run {
	const struct tool *t;
	struct logread *read;
	struct backtest *b;
	int64_t told;		/* when progress was shown last, ms */
	int shows;		/* progress is shown */
	uint64_t last;		/* the last seq there is */
};

/* Fetch a policy file of the record. */
static char *
file(void *arg, const char *hash, size_t *len)
{
	struct run *r = arg;

	return (package_policy(logread_package(r->read), hash, len));
}

/* Show how far it is. */
static void
progress(struct run *r, uint64_t seq)
{
	int64_t now;

	if (!r->shows || seq % 1024 != 0)
		return;
	now = r->t->now_ms();
	if (now - r->told < PROGRESS_MS)
		return;
	r->told = now;
	(void)fprintf(r->t->err, "\r%s %" PRIu64 " / %" PRIu64 "\33[K",
	    tool_zh(r->t, "记录", "entry"), seq, r->last);
	(void)fflush(r->t->err);
}

/* Take one entry. */
static int
take(void *arg, const struct package_entry *e)
{
	struct run *r = arg;
	char err[BACKTEST_ERROR_MAX];

	progress(r, e->seq);
	if (backtest_entry(r->b, e->text, e->len, e->seq, err) != 0)
		return (logread_trouble(r->read, TOOL_DATA, "%s", "%s", err));
	return (TOOL_OK);
}

/* When all rules of a policy are in force, now at the earliest: UTC seconds. */
static int64_t
in_force(const struct policy *p, int64_t now_s)
{
	int rule, rules = (int)policy_rules(p);
	int64_t begins;

	for (rule = 0; rule < rules; rule++)
		if ((begins = policy_rule_begins(p, rule)) > now_s)
			now_s = begins;
	return (now_s);
}

/* Write what came of it. */
static int
tell(const struct run *r, const struct options *o, const struct rules *rules,
    int64_t at)
{
	const struct backtesttext x = { .t = r->t, .b = r->b,
		.file = rules->file, .policy = rules->policy, .in_force = at,
		.rules_only = o->rules, .top = (size_t)o->top };
	const struct backtest_result *n = backtest_result(r->b);

	if (n->all.decisions == 0 && !r->t->json)
		return (tool_fail(r->t, TOOL_NO, "这段时间内没有决定",
		    "there is no decision in this time"));
	if ((r->t->json ? backtesttext_json(&x) : backtesttext_write(&x)) != 0)
		return (tool_fail(r->t, TOOL_SYSTEM, "内存不足",
		    "out of memory"));
	return (n->all.decisions == 0 ? TOOL_NO : TOOL_OK);
}

/* Go through the record. */
static int
backtest(struct run *r, const struct options *o, const struct rules *rules)
{
	struct backtest_options b = { .policy = rules->policy,
		.since = o->since, .until = o->until, .tmp = getenv("TMPDIR"),
		.file = file, .arg = r };
	char err[BACKTEST_ERROR_MAX];
	int rc;

	b.in_force = o->at != 0 ? o->at / 1000 : in_force(rules->policy,
	    r->t->now_ms() / 1000);
	if ((r->b = backtest_open(&b, err)) == NULL)
		return (tool_fail(r->t, TOOL_SYSTEM, "%s", "%s", err));
	r->last = package_last(logread_package(r->read));
	rc = logread_each(r->read, 0, take, r);
	if (r->shows && r->told != 0) {
		(void)fputs("\r\33[K", r->t->err);
		(void)fflush(r->t->err);
	}
	if (rc == TOOL_OK)
		rc = tell(r, o, rules, b.in_force);
	backtest_close(r->b);
	return (rc);
}

/* The command. */
static int
run(struct tool *t, int argc, char **argv)
{
	struct options o = { .since = t->now_ms() - SINCE_MS, .top = TOP };
	struct run r = { .t = t };
	struct rules rules;
	int rc;

	if ((rc = args_read(t, &o, &argc, argv)) != ARGS_GO ||
	    (rc = logplace_take(t, &o.place, argc, argv, 1, "新规则文件",
	    "the new policy file")) != ARGS_GO ||
	    (rc = rules_load(t, argv[0], &rules, NULL)) != TOOL_OK)
		return (rc);
	if (rules.policy == NULL) {
		rc = tool_fail(t, TOOL_DATA, "%s：共 %u 处错误",
		    "%s: errors found: %u", rules.file, rules.errors);
		rules_free(&rules);
		return (rc);
	}
	if ((rc = logread_open(t, &o.place, &r.read)) == ARGS_GO) {
		r.shows = fileno(t->err) >= 0 && isatty(fileno(t->err)) == 1;
		rc = logread_close(r.read, backtest(&r, &o, &rules));
	}
	rules_free(&rules);
	return (rc);
}

const struct command cmd_policy_backtest = {
	.name = "policy backtest",
	.synopsis = "NEW [DIR|URL] [--since 90d] [--until TIME] [--at TIME] "
	    "[--rules] [--top N] [--json]",
	.brief = "what a new policy would have changed (规则回测)",
	.text = "Decides history once more by the policy file NEW and shows what "
	    "would change: from which outcome to which, by rule, by age, by "
	    "area and by outlet; how many people would be held who were not, "
	    "and the other way round.  A preview, to be read before a policy is "
	    "signed; nothing is changed by it.\n"
	    "\n"
	    "Every fact is counted from the journal as it stood before each "
	    "decision, as \"log replay --mode b\" does, and needs the journal "
	    "from its first entry on.  What only the day knew (age, lists, "
	    "registers) is taken from the entry where the policy of the day "
	    "asked for the same; else it is not known, and the output says in "
	    "how many decisions.\n"
	    "\n"
	    "History is taken as it happened.  What a changed decision would "
	    "have changed later is not replayed: a card that the new policy "
	    "would have held counts as opened in the decisions behind it, so "
	    "the numbers of a much stricter policy are somewhat high, those of "
	    "a milder one somewhat low.  A registered campaign lifts the rules "
	    "that it lifted then.\n"
	    "\n"
	    "Rules on trial (shadow = true) have a table of their own: what each "
	    "would do were it in force beside the others.  All rules count as in "
	    "force at one moment, see --at; their own dates do not hide a rule "
	    "that begins next week.",
	.args = args,
	.exits = "0  shown\n1  there is no decision in this time\n"
	    "64 wrong usage\n65 the policy has errors, or the log is damaged or "
	    "not whole\n66 there is no such file or log\n"
	    "71 no memory or no room for the private state\n"
	    "74 read or write error\n77 no right to read it\n",
	.examples = "liangka policy backtest new.policy --since 90d\n"
	    "liangka policy backtest new.policy /mnt/audit/b017/log --rules\n"
	    "liangka policy backtest new.policy --since 2026-11-01 --json\n",
	.run = run,
};
