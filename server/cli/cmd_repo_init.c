#include <sys/stat.h>

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "keys/signkey.h"
#include "lists/repo.h"

#include "command.h"
#include "json.h"
#include "registers.h"
#include "repotext.h"

struct options {
	struct registers_by by;
	const char *domain, *snapshot_key, *timestamp_key;
	struct arg_list root_key, targets_key;
};

static const struct arg args[] = {
	{ "dir", ARG_STRING, ARG_REQUIRED, "DIR", "the centre's directory; made "
	    "when it is not there", NULL, 0, 0, ARG_AT(struct options,
	    by.dir) },
	{ "domain", ARG_STRING, ARG_REQUIRED, "NAME", "name of the centre, such "
	    "as afc.example.gov.cn: it stands in the names of keys and logs",
	    NULL, 0, 0, ARG_AT(struct options, domain) },
	{ "root-key", ARG_LIST, ARG_REQUIRED, "PUB", "public half (.pub) of a "
	    "root key; given three times or more", NULL, 0, 0,
	    ARG_AT(struct options, root_key) },
	{ "targets-key", ARG_LIST, ARG_REQUIRED, "PUB", "of a targets key; "
	    "given three times or more", NULL, 0, 0,
	    ARG_AT(struct options, targets_key) },
	{ "snapshot-key", ARG_STRING, ARG_REQUIRED, "PUB", "of the snapshot "
	    "key", NULL, 0, 0, ARG_AT(struct options, snapshot_key) },
	{ "timestamp-key", ARG_STRING, ARG_REQUIRED, "PUB", "of the timestamp "
	    "key", NULL, 0, 0, ARG_AT(struct options, timestamp_key) },
	REGISTERS_WHO_ARG(struct options, by, ARG_REQUIRED),
	ARG_END
};

/* See that a key can be read before a directory is made. */
static int
look(const struct tool *t, const char *path)
{
	struct keyfile_error e;
	struct note_verifier v;

	if (signkey_verifier_load(&v, path, &e) == 0)
		return (ARGS_GO);
	return (tool_fail(t, e.fault == KEYFILE_ABSENT ? TOOL_NOINPUT :
	    e.fault == KEYFILE_DENIED ? TOOL_DENIED : TOOL_DATA, "%s", "%s",
	    e.text));
}

/* All of them. */
static int
look_all(const struct tool *t, const struct options *o)
{
	size_t i;
	int rc;

	for (i = 0; i < o->root_key.n; i++)
		if ((rc = look(t, o->root_key.v[i])) != ARGS_GO)
			return (rc);
	for (i = 0; i < o->targets_key.n; i++)
		if ((rc = look(t, o->targets_key.v[i])) != ARGS_GO)
			return (rc);
	if ((rc = look(t, o->snapshot_key)) != ARGS_GO)
		return (rc);
	return (look(t, o->timestamp_key));
}

/* Make the directory, unless an earlier attempt has. */
static int
make(const struct tool *t, const struct options *o, struct centre *c)
{
	char err[CENTRE_ERROR_MAX], conf[CENTRE_PATH_MAX];
	int rc;

	(void)snprintf(conf, sizeof(conf), "%s/centre.conf", o->by.dir);
	if (access(conf, F_OK) != 0 &&
	    centre_make(o->by.dir, o->domain, err) != 0)
		return (tool_fail(t, TOOL_IO, "%s", "%s", err));
	if ((rc = registers_open(t, &o->by, 1, c)) != ARGS_GO)
		return (rc);
	if (strcmp(c->domain, o->domain) == 0)
		return (ARGS_GO);
	centre_close(c);
	return (tool_fail(t, TOOL_USAGE,
	    "%s：属于 %s，而不是 %s", "%s: is that of %s, not of %s", o->by.dir,
	    c->domain, o->domain));
}

/* Say what comes next. */
static void
tell(const struct tool *t, const struct options *o)
{
	char path[CENTRE_PATH_MAX], err[CENTRE_ERROR_MAX];
	struct repo_plan p;
	struct json j;

	(void)snprintf(path, sizeof(path), "%s/pending", o->by.dir);
	if (repo_plan(path, &p, err) != 0)
		return;
	if (t->json) {
		json_begin(&j, t->out);
		json_text(&j, "pending", path);
		repotext_json(&j, &p);
		json_end(&j);
		return;
	}
	repotext_plan(t, &p);
	(void)fprintf(t->out, tool_zh(t,
	    "请两位根密钥保管人各自签名：liangka repo sign %s --key FILE；"
	    "再执行 liangka repo publish --finish --dir %s。\n"
	    "名单密钥与发布日志密钥见 %s/centre.conf 中 [keys]。\n",
	    "Next: two holders of root keys run \"liangka repo sign %s --key "
	    "FILE\", then \"liangka repo publish --finish --dir %s\".\n"
	    "The list key and the key of the release log are named in "
	    "%s/centre.conf, [keys].\n"), path, o->by.dir, o->by.dir);
}

/* The command. */
static int
run(struct tool *t, int argc, char **argv)
{
	struct options o = { .domain = NULL };
	char err[CENTRE_ERROR_MAX];
	struct centre c;
	int rc;

	if ((rc = args_read(t, &o, &argc, argv)) != ARGS_GO ||
	    (rc = args_operands(t, argc, argv, 0, 0, "", "")) != ARGS_GO ||
	    (rc = look_all(t, &o)) != ARGS_GO)
		return (rc);
	(void)umask(022);	/* repo/ is for everybody to read */
	if ((rc = make(t, &o, &c)) != ARGS_GO)
		return (rc);
	if (repo_init(&c, o.root_key.v, o.root_key.n, o.targets_key.v,
	    o.targets_key.n, o.snapshot_key, o.timestamp_key,
	    t->now_ms() / 1000, err) != 0)
		rc = tool_fail(t, TOOL_DATA, "%s", "%s", err);
	else if (centre_say(&c, t->now_ms() / 1000, o.by.who,
	    "began the repository", "", err) != 0)
		rc = tool_fail(t, TOOL_IO, "%s", "%s", err);
	else
		rc = TOOL_OK;
	centre_close(&c);
	if (rc == TOOL_OK)
		tell(t, &o);
	return (rc);
}

const struct command cmd_repo_init = {
	.name = "repo init",
	.synopsis = "--dir DIR --who NAME --domain NAME --root-key PUB... --targets-key "
	    "PUB... --snapshot-key PUB --timestamp-key PUB [options]",
	.brief = "begin the centre's repository (建立发布库)",
	.text = "Makes the centre's directory and a first root (The Update "
	    "Framework, specification 1.0), which names who may sign what: "
	    "root and targets by two of at least three custodians, whose keys "
	    "never come here; snapshot and timestamp by a key each, which sign "
	    "at the centre without anybody's doing.  No key serves two roles.\n"
	    "\n"
	    "Each custodian makes his key on a machine of his own "
	    "(\"liangka-keys new root --name NAME\") and hands over the .pub "
	    "file; its fingerprint is best compared by telephone.  The root "
	    "holds once two of its keys have signed it and it is finished; "
	    "repo/metadata/1.root.json is then what every branch begins to "
	    "trust by.",
	.args = args,
	.exits = "0  begun: pending/ is to be signed\n64 wrong usage\n"
	    "65 a key cannot be used\n66 no such key file\n"
	    "77 a key file may not be read\n" REGISTERS_EXITS_READ,
	.examples = "liangka repo init --dir /srv/centre --who wang --domain "
	    "afc.example.gov.cn --root-key r1.key.pub --root-key r2.key.pub "
	    "--root-key r3.key.pub --targets-key t1.key.pub --targets-key "
	    "t2.key.pub --targets-key t3.key.pub --snapshot-key "
	    "snapshot.key.pub --timestamp-key timestamp.key.pub\n",
	.run = run,
};
