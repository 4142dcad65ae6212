#include <stdio.h>
#include <string.h>

#include "lists/repo.h"

#include "command.h"
#include "json.h"
#include "registers.h"
#include "repotext.h"

struct options {
	struct registers_by by;
	const char *reason;
};

static const struct arg args[] = {
	REGISTERS_DIR_ARG(struct options, by),
	REGISTERS_WHO_ARG(struct options, by, ARG_REQUIRED),
	{ "reason", ARG_STRING, 0, "TEXT", "why; recorded in the centre's "
	    "journal", NULL, 0, 0, ARG_AT(struct options, reason) },
	ARG_END
};

/* What is asked for. */
struct wish {
	enum tuf_role role;
	const char *add, *drop;
};

/* Read the name of a role. */
static int
role_of(const struct tool *t, const char *word, enum tuf_role *role)
{
	static const char *const words[TUF_ROLES] = { [TUF_ROOT] = "root",
		[TUF_TIMESTAMP] = "timestamp", [TUF_SNAPSHOT] = "snapshot",
		[TUF_TARGETS] = "targets" };
	int i;

	for (i = 0; i < TUF_ROLES; i++)
		if (strcmp(word, words[i]) == 0) {
			*role = (enum tuf_role)i;
			return (ARGS_GO);
		}
	return (tool_fail(t, TOOL_USAGE,
	    "没有角色“%s”；只有 root、targets、snapshot、timestamp",
	    "there is no role \"%s\": root, targets, snapshot or timestamp",
	    word));
}

/* Read the operands. */
static int
wish_of(const struct tool *t, int argc, char **argv, struct wish *w)
{
	int rc;

	*w = (struct wish){ TUF_ROOT, NULL, NULL };
	if (argc == 1 && strcmp(argv[0], "renew") == 0)
		return (ARGS_GO);
	if (argc == 3 && strcmp(argv[0], "add") == 0)
		w->add = argv[2];
	else if (argc == 3 && strcmp(argv[0], "drop") == 0)
		w->drop = argv[2];
	else if (argc == 4 && strcmp(argv[0], "replace") == 0) {
		w->drop = argv[2];
		w->add = argv[3];
	} else
		return (tool_fail(t, TOOL_USAGE,
		    "请写 add 角色 PUB、drop 角色 KEY、replace 角色 KEY PUB 或 renew",
		    "say add ROLE PUB, drop ROLE KEY, replace ROLE KEY PUB, or "
		    "renew"));
	if ((rc = role_of(t, argv[1], &w->role)) != ARGS_GO)
		return (rc);
	return (ARGS_GO);
}

/* Show what is pending. */
static int
tell(const struct tool *t, const char *dir)
{
	char path[CENTRE_PATH_MAX], err[CENTRE_ERROR_MAX];
	struct repo_plan p;
	struct json j;

	(void)snprintf(path, sizeof(path), "%s/pending", dir);
	if (repo_plan(path, &p, err) != 0)
		return (tool_fail(t, TOOL_DATA, "%s", "%s", err));
	if (t->json) {
		json_begin(&j, t->out);
		json_text(&j, "pending", path);
		repotext_json(&j, &p);
		json_end(&j);
		return (TOOL_OK);
	}
	repotext_plan(t, &p);
	repotext_signatures(t, &p);
	return (TOOL_OK);
}

/* The command. */
static int
run(struct tool *t, int argc, char **argv)
{
	struct options o = { .reason = NULL };
	char err[CENTRE_ERROR_MAX], what[128];
	struct centre c;
	struct wish w;
	int rc;

	if ((rc = args_read(t, &o, &argc, argv)) != ARGS_GO ||
	    (rc = wish_of(t, argc, argv, &w)) != ARGS_GO ||
	    (rc = registers_open(t, &o.by, 1, &c)) != ARGS_GO)
		return (rc);
	(void)snprintf(what, sizeof(what), "began a new root: %s %s",
	    argv[0], argc > 1 ? argv[1] : "");
	rc = TOOL_OK;
	if (repo_key(&c, w.role, w.add, w.drop, t->now_ms() / 1000, err) != 0)
		rc = tool_fail(t, TOOL_DATA, "%s", "%s", err);
	else if (centre_say(&c, t->now_ms() / 1000, o.by.who, what,
	    o.reason != NULL ? o.reason : "", err) != 0)
		rc = tool_fail(t, TOOL_IO, "%s", "%s", err);
	centre_close(&c);
	return (rc == TOOL_OK ? tell(t, o.by.dir) : rc);
}

const struct command cmd_repo_key = {
	.name = "repo key",
	.synopsis = "{add ROLE PUB | drop ROLE KEY | replace ROLE KEY PUB | "
	    "renew} --dir DIR --who NAME [options]",
	.brief = "change who may sign, or renew the root (密钥轮换)",
	.text = "Begins the next version of the root.  ROLE is root, targets, "
	    "snapshot or timestamp; PUB the public half (.pub) of a new key; "
	    "KEY the name of a key that leaves, or the first digits of its id. "
	    "renew changes no key: the root only lasts longer.\n"
	    "\n"
	    "It is signed by two holders of root keys of the present root and "
	    "by two of the new one (mostly the same two), then finished.  "
	    "Branches walk every version, so one that was away for years "
	    "follows too.  Where the targets in force would lack signatures "
	    "under the new root they become pending with it and are signed "
	    "anew.\n"
	    "\n"
	    "A snapshot or timestamp key that leaks no secret is best replaced "
	    "in two versions: add the new one, finish with it, drop the old "
	    "one.  Then no branch meets metadata that its root does not know, "
	    "not for a moment.",
	.args = args,
	.exits = "0  begun: pending/ is to be signed\n64 wrong usage\n"
	    "65 a key cannot be used, or something is pending already\n"
	    REGISTERS_EXITS_READ,
	.examples = "liangka repo key replace targets li li-2.key.pub --dir "
	    "/srv/centre --who wang --reason \"Li has left\"\n"
	    "liangka repo key renew --dir /srv/centre --who wang\n",
	.run = run,
};
