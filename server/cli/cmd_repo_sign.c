#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lists/repo.h"

#include "command.h"
#include "json.h"
#include "registers.h"
#include "repotext.h"

struct options {
	const char *key;
	const char *root;
	int32_t yes;
};

static const struct arg args[] = {
	{ "key", ARG_STRING, 0, "FILE", "your key file, of kind root or "
	    "targets; without it nothing is signed, only shown", NULL, 0, 0,
	    ARG_AT(struct options, key) },
	{ "root", ARG_STRING, 0, "FILE", "a root that you have from elsewhere, "
	    "e.g. 1.root.json: what is said to be in force must be signed by "
	    "whom it names", NULL, 0, 0, ARG_AT(struct options, root) },
	{ "yes", ARG_FLAG, 0, NULL, "sign without asking", NULL, 0, 0,
	    ARG_AT(struct options, yes) },
	ARG_END
};

/* Ask whoever sits there. */
static int
ask(struct tool *t)
{
	char line[32];
	int fd = fileno(t->in);

	if (fd < 0 || !isatty(fd))
		return (tool_fail(t, TOOL_USAGE,
		    "不在终端上运行时，须以 --yes 确认",
		    "this is no terminal: say --yes to sign what is shown"));
	(void)fputs(tool_zh(t, "签名？[y/N] ", "Sign this? [y/N] "), t->out);
	(void)fflush(t->out);
	if (fgets(line, sizeof(line), t->in) != NULL && (line[0] == 'y' ||
	    line[0] == 'Y'))
		return (ARGS_GO);
	return (tool_fail(t, TOOL_NO, "未签名", "nothing was signed"));
}

/* Show what is pending, or what it is now. */
static int
show(const struct tool *t, const char *pending, const char *key,
    struct repo_plan *p)
{
	char err[CENTRE_ERROR_MAX];
	struct json j;

	if (repo_plan(pending, p, err) != 0)
		return (tool_fail(t, TOOL_DATA, "%s", "%s", err));
	if (!t->json)
		return (ARGS_GO);
	json_begin(&j, t->out);
	json_text(&j, "pending", pending);
	json_text(&j, "signed", key);
	repotext_json(&j, p);
	json_end(&j);
	return (ARGS_GO);
}

/* Sign. */
static int
sign(const struct tool *t, const struct options *o, const char *pending,
    const struct repo_plan *shown)
{
	char err[CENTRE_ERROR_MAX];
	int have, need;

	if (repo_sign_shown(pending, o->key, shown->digest, t->now_ms() / 1000,
	    &have, &need, err) != 0)
		return (tool_fail(t, TOOL_DATA, "%s", "%s", err));
	return (ARGS_GO);
}

/* Where the text of a new policy is, below pending. */
static const char *
policy_path(const struct repo_plan *p, char path[80])
{

	(void)snprintf(path, 80, "/targets/policy/%.31s.policy", p->policy);
	return (path);
}

/* The command. */
static int
run(struct tool *t, int argc, char **argv)
{
	struct options o = { .key = NULL };
	int32_t json;
	struct repo_plan p;
	char path[80], err[CENTRE_ERROR_MAX];
	int rc;

	if ((rc = args_read(t, &o, &argc, argv)) != ARGS_GO ||
	    (rc = args_operands(t, argc, argv, 1, 1, "待签名目录",
	    "PENDING")) != ARGS_GO)
		return (rc);
	if (o.root != NULL && repo_trust(argv[0], o.root, err) != 0)
		return (tool_fail(t, TOOL_DATA, "%s", "%s", err));
	json = t->json;
	t->json = json && o.key == NULL;
	rc = show(t, argv[0], NULL, &p);
	t->json = json;
	if (rc != ARGS_GO)
		return (rc);
	if (!json) {
		repotext_plan(t, &p);
		if (p.policy[0] != '\0')
			(void)fprintf(t->out, tool_zh(t, "策略全文：%s%s\n",
			    "Read the policy: %s%s\n"), argv[0],
			    policy_path(&p, path));
	}
	if (o.key == NULL) {
		if (!json)
			repotext_signatures(t, &p);
		return (TOOL_OK);
	}
	if ((!o.yes && (rc = ask(t)) != ARGS_GO) ||
	    (rc = sign(t, &o, argv[0], &p)) != ARGS_GO ||
	    (rc = show(t, argv[0], o.key, &p)) != ARGS_GO)
		return (rc);
	if (!json) {
		(void)fprintf(t->out, tool_zh(t, "已用 %s 签名。\n",
		    "Signed with %s.\n"), o.key);
		repotext_signatures(t, &p);
	}
	return (TOOL_OK);
}

const struct command cmd_repo_sign = {
	.name = "repo sign",
	.synopsis = "PENDING [--key FILE] [--yes] [options]",
	.brief = "sign a pending publication as a custodian (保管人签名)",
	.text = "PENDING is pending/ of the centre, or a copy of it on a stick: "
	    "nothing else of the centre is needed, and no network.  Before you "
	    "sign you read what would change: lists with their counts, policy, "
	    "registers, keys of the root.  All of it is read from the metadata "
	    "that you sign; files are hashed, and numbers that the centre adds "
	    "are compared with them.  If they do not agree nothing is signed.\n"
	    "\n"
	    "A key of kind root signs a pending root, one of kind targets "
	    "pending targets.  Two different custodians are needed for each. "
	    "Without --key it is only shown.  A key is shown with the digits "
	    "that \"liangka-keys fingerprint\" calls repo.\n"
	    "\n"
	    "What it is compared with comes in pending/ too.  With --root, a "
	    "root that you keep yourself, you need not believe that: nobody "
	    "can then show you a small change of what was never in force.",
	.args = args,
	.exits = "0  signed, or shown\n1  you did not want to\n64 wrong usage\n"
	    "65 nothing is pending there, it is damaged or altered, or the key "
	    "is none that may sign it\n",
	.examples = "liangka repo sign /media/stick/pending\n"
	    "liangka repo sign /media/stick/pending --key targets-wang.key\n",
	.run = run,
};
