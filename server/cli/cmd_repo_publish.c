#include <sys/stat.h>

#include <stdio.h>
#include <string.h>

#include "lists/repo.h"

#include "command.h"
#include "json.h"
#include "registers.h"
#include "repotext.h"

struct options {
	struct registers_by by;
	int32_t prepare, finish, drop;
	const char *policy, *reason, *snapshot_key, *timestamp_key;
	int32_t force, expedited, full;
	struct arg_list from;
};

static const struct arg args[] = {
	REGISTERS_DIR_ARG(struct options, by),
	REGISTERS_WHO_ARG(struct options, by, ARG_REQUIRED),
	{ "prepare", ARG_FLAG, 0, NULL, "make pending/ from ledgers and "
	    "registers, to be signed (制备)", NULL, 0, 0,
	    ARG_AT(struct options, prepare) },
	{ "finish", ARG_FLAG, 0, NULL, "make public what enough custodians "
	    "have signed (发布)", NULL, 0, 0, ARG_AT(struct options, finish) },
	{ "drop", ARG_FLAG, 0, NULL, "give up what is pending (放弃)", NULL, 0,
	    0, ARG_AT(struct options, drop) },
	{ "policy", ARG_STRING, 0, "FILE", "a new policy; it must compile, and "
	    "ask for published lists only", NULL, 0, 0,
	    ARG_AT(struct options, policy) },
	{ "force", ARG_FLAG, 0, NULL, "pass the guard: it refuses to change "
	    "more of a list than centre.conf allows (2 %), or to shrink it",
	    NULL, 0, 0, ARG_AT(struct options, force) },
	{ "expedited", ARG_FLAG, 0, NULL, "a withdrawal: take removals and "
	    "clearances over, nothing else; lists may shrink (加急撤出)", NULL,
	    0, 0, ARG_AT(struct options, expedited) },
	{ "full", ARG_FLAG, 0, NULL, "write whole snapshots, not deltas", NULL,
	    0, 0, ARG_AT(struct options, full) },
	{ "reason", ARG_STRING, 0, "TEXT", "why, with --force, --expedited and "
	    "--drop; public in the release log: no person's data in it", NULL,
	    0, 0, ARG_AT(struct options, reason) },
	{ "from", ARG_LIST, 0, "DIR", "with --finish: a copy of pending/, e.g. "
	    "on a stick, whose signatures are taken over first", NULL, 0, 0,
	    ARG_AT(struct options, from) },
	{ "snapshot-key", ARG_STRING, 0, "FILE", "with --finish: key file of "
	    "kind snapshot", NULL, 0, 0, ARG_AT(struct options,
	    snapshot_key) },
	{ "timestamp-key", ARG_STRING, 0, "FILE", "with --finish: key file of "
	    "kind timestamp", NULL, 0, 0, ARG_AT(struct options,
	    timestamp_key) },
	ARG_END
};

/* See that the options fit each other. */
static int
fits(const struct tool *t, const struct options *o)
{
	int prepares = o->policy != NULL || o->force || o->expedited ||
	    o->full, finishes = o->from.n > 0 || o->snapshot_key != NULL ||
	    o->timestamp_key != NULL, rc;

	if (o->prepare + o->finish + o->drop != 1)
		return (tool_fail(t, TOOL_USAGE,
		    "请给出 --prepare、--finish、--drop 之一",
		    "give one of --prepare, --finish and --drop"));
	if ((prepares && !o->prepare) || (finishes && !o->finish))
		return (tool_fail(t, TOOL_USAGE,
		    "--policy、--force、--expedited、--full 用于 --prepare；"
		    "--from 与密钥用于 --finish",
		    "--policy, --force, --expedited and --full go with "
		    "--prepare; --from and keys with --finish"));
	if ((o->force || o->expedited || o->drop) && o->reason == NULL)
		return (tool_fail(t, TOOL_USAGE,
		    "--force、--expedited、--drop 须写明 --reason",
		    "--force, --expedited and --drop need a --reason"));
	if (o->reason != NULL && (rc = registers_line(t, "reason", o->reason,
	    REPO_REASON_MAX - 1)) != ARGS_GO)
		return (rc);
	if (o->expedited && (o->policy != NULL || o->full))
		return (tool_fail(t, TOOL_USAGE,
		    "--expedited 只含移出与申诉撤销，不与 --policy、--full 同用",
		    "--expedited takes removals and clearances alone: not with "
		    "--policy or --full"));
	return (ARGS_GO);
}

/* Show a plan. */
static void
tell(const struct tool *t, const char *state, const char *path,
    const struct repo_plan *p)
{
	struct json j;

	if (t->json) {
		json_begin(&j, t->out);
		json_text(&j, "state", state);
		json_text(&j, "pending", path);
		repotext_json(&j, p);
		json_end(&j);
		return;
	}
	repotext_plan(t, p);
}

/* Prepare. */
static int
prepare(const struct tool *t, const struct options *o, struct centre *c)
{
	struct repo_prepare p = { .now = t->now_ms() / 1000, .who = o->by.who,
		.reason = o->reason, .policy = o->policy, .force = o->force,
		.expedited = o->expedited, .full = o->full };
	char err[CENTRE_ERROR_MAX], path[CENTRE_PATH_MAX];
	struct repo_plan plan;
	int rc;

	(void)snprintf(path, sizeof(path), "%s/pending", o->by.dir);
	rc = repo_prepare(c, &p, &plan, err);
	if (rc == -1)
		return (tool_fail(t, TOOL_DATA, "%s", "%s", err));
	if (rc == 1) {
		if (t->json)
			tell(t, "nothing", NULL, &(struct repo_plan){ .t = 0 });
		else
			(void)fputs(tool_zh(t, "没有新内容，未制备发布。\n",
			    "Nothing is new: no publication is pending.\n"),
			    t->out);
		return (TOOL_OK);
	}
	if (rc == 2) {
		tell(t, "refused", NULL, &plan);
		repotext_guard(t, c, &plan);
		return (tool_fail(t, TOOL_NO,
		    "变动超出限制，未制备发布。核实后可加 --force --reason",
		    "REFUSED: nothing is pending.  If that is what is meant, "
		    "say --force --reason TEXT"));
	}
	/* signatures are counted as a signer counts them */
	if (repo_plan(path, &plan, err) != 0)
		return (tool_fail(t, TOOL_DATA, "%s", "%s", err));
	tell(t, "pending", path, &plan);
	if (plan.targets_version == 1 && plan.policy[0] == '\0')
		(void)tool_fail(t, TOOL_OK,
		    "注意：首次发布不含策略；策略发布之前，各网点不能办理核查（--policy）",
		    "note: the first publication, without a policy: branches "
		    "cannot answer a check before one is published (--policy)");
	if (!t->json)
		(void)fprintf(t->out, tool_zh(t,
		    "待签名：%s（可整个复制到 U 盘），保管人执行 liangka repo sign\n",
		    "To be signed: %s, or a copy of it on a stick, by \"liangka "
		    "repo sign\"\n"), path);
	return (TOOL_OK);
}

/* Take over signatures that were made on copies. */
static int
collect(const struct tool *t, const struct options *o, struct centre *c)
{
	char err[CENTRE_ERROR_MAX];
	size_t i;
	int n;

	for (i = 0; i < o->from.n; i++) {
		if (repo_collect(c, o->from.v[i], &n, err) != 0)
			return (tool_fail(t, TOOL_DATA, "--from %s：%s",
			    "--from %s: %s", o->from.v[i], err));
		if (!t->json)
			(void)fprintf(t->out, tool_zh(t,
			    "%s：取得签名 %d 个\n", "%s: signatures taken over: "
			    "%d\n"), o->from.v[i], n);
	}
	return (ARGS_GO);
}

/* What the centre's journal says of it. */
static void
published(const struct repo_plan *p, char what[96])
{
	int n = snprintf(what, 96, "published");

	if (p->root)
		n += snprintf(what + n, 96 - (size_t)n, " root %u",
		    p->root_version);
	if (p->targets_version != 0)
		(void)snprintf(what + n, 96 - (size_t)n, "%s publication %u",
		    p->root ? "," : "", p->targets_version);
}

/* Finish. */
static int
finish(const struct tool *t, const struct options *o, struct centre *c)
{
	char err[CENTRE_ERROR_MAX], path[CENTRE_PATH_MAX], what[96];
	struct repo_plan plan;
	int rc;

	if ((rc = collect(t, o, c)) != ARGS_GO)
		return (rc);
	(void)snprintf(path, sizeof(path), "%s/pending", o->by.dir);
	memset(&plan, 0, sizeof(plan));
	/* after a crash its files may be in their places already */
	(void)repo_plan(path, &plan, err);
	if (repo_finish(c, o->snapshot_key, o->timestamp_key,
	    t->now_ms() / 1000, err) != 0)
		return (tool_fail(t, TOOL_NO, "%s", "%s", err));
	published(&plan, what);
	if (centre_say(c, t->now_ms() / 1000, o->by.who, what, plan.reason,
	    err) != 0)
		return (tool_fail(t, TOOL_IO, "%s", "%s", err));
	tell(t, "published", NULL, &plan);
	if (!t->json)
		(void)fprintf(t->out, tool_zh(t, "已发布：%s/repo\n",
		    "Published: %s/repo\n"), o->by.dir);
	return (TOOL_OK);
}

/* Give it up. */
static int
drop(const struct tool *t, const struct options *o, struct centre *c)
{
	char err[CENTRE_ERROR_MAX];
	struct json j;

	if (repo_drop(c, t->now_ms() / 1000, o->by.who, o->reason, err) != 0)
		return (tool_fail(t, TOOL_NO, "%s", "%s", err));
	if (t->json) {
		json_begin(&j, t->out);
		json_text(&j, "state", "dropped");
		json_end(&j);
	} else
		(void)fputs(tool_zh(t, "已放弃待发布内容。\n",
		    "What was pending is given up.\n"), t->out);
	return (TOOL_OK);
}

/* The command. */
static int
run(struct tool *t, int argc, char **argv)
{
	struct options o = { .prepare = 0 };
	struct centre c;
	int rc;

	if ((rc = args_read(t, &o, &argc, argv)) != ARGS_GO ||
	    (rc = args_operands(t, argc, argv, 0, 0, "", "")) != ARGS_GO ||
	    (rc = fits(t, &o)) != ARGS_GO ||
	    (rc = registers_open(t, &o.by, 1, &c)) != ARGS_GO)
		return (rc);
	(void)umask(022);	/* repo/ is for everybody to read */
	rc = o.prepare ? prepare(t, &o, &c) : o.finish ? finish(t, &o, &c) :
	    drop(t, &o, &c);
	centre_close(&c);
	return (rc);
}

const struct command cmd_repo_publish = {
	.name = "repo publish",
	.synopsis = "{--prepare | --finish | --drop} --dir DIR --who NAME "
	    "[options]",
	.brief = "publish lists, policy and registers (发布名单与策略)",
	.text = "In three steps: --prepare at the centre writes pending/: the "
	    "files of every list that changes and the targets that name them. "
	    "Two custodians sign it, each on his own machine (\"liangka repo "
	    "sign\").  --finish at the centre makes it public in repo/, signs "
	    "snapshot and timestamp, and appends a line to the release log, so "
	    "that no publication stays a secret.  A client sees the old "
	    "publication or the new one whole; if --finish is interrupted, run "
	    "it again.\n"
	    "\n"
	    "A list travels as a snapshot and deltas over it.  The guard "
	    "refuses to change more of a list than centre.conf allows, or to "
	    "let it become shorter: --force passes it, with a reason that the "
	    "release log keeps.  A successful appeal is withdrawn by "
	    "--expedited, with the same signatures.\n"
	    "\n"
	    "When custodians sign copies at two places, bring both back: "
	    "--from DIR takes their signatures over.",
	.args = args,
	.exits = "0  done; with --prepare also when nothing is new\n"
	    "1  the guard refuses; signatures are missing; nothing is pending\n"
	    "64 wrong usage\n65 a ledger, register, policy or key is wrong\n"
	    REGISTERS_EXITS_READ,
	.examples = "liangka repo publish --prepare --dir /srv/centre --who "
	    "wang --policy 2026-11.policy\n"
	    "liangka repo publish --prepare --expedited --reason \"appeal "
	    "2026-014\" --dir /srv/centre --who wang\n"
	    "liangka repo publish --finish --from /media/stick/pending "
	    "--snapshot-key snapshot.key --timestamp-key timestamp.key --dir "
	    "/srv/centre --who wang\n",
	.run = run,
};
