#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lists/repo.h"

#include "command.h"
#include "json.h"
#include "moment.h"
#include "repotext.h"
#include "table.h"

struct options {
	const char *root;
	const char *with;
};

static const struct arg args[] = {
	{ "root", ARG_STRING, ARG_REQUIRED, "FILE", "the root to begin with, "
	    "1.root.json as a branch got it", NULL, 0, 0,
	    ARG_AT(struct options, root) },
	{ "with", ARG_STRING, 0, "DIR", "another mirror, checked too: their "
	    "release logs must be one history", NULL, 0, 0,
	    ARG_AT(struct options, with) },
	ARG_END
};

static const enum tuf_role order[] = { TUF_ROOT, TUF_TIMESTAMP, TUF_SNAPSHOT,
	TUF_TARGETS };

/* What was said, for JSON printed at the end. */
struct said {
	const struct tool *t;
	struct json j;
};

/* Say what is wrong. */
static void
say(void *arg, int error, const char *text)
{
	struct said *s = arg;

	if (s->t->json) {
		json_open(&s->j, NULL);
		json_text(&s->j, "level", error ? "error" : "warning");
		json_text(&s->j, "text", text);
		json_end(&s->j);
	} else
		(void)tool_fail(s->t, 0, "%s：%s", "%s: %s", error ?
		    tool_zh(s->t, "错误", "error") : tool_zh(s->t, "注意",
		    "note"), text);
}

/* The metadata in a table. */
static void
metadata(const struct tool *t, const struct repo_check *r)
{
	const char *heads[] = { tool_zh(t, "元数据", "METADATA"),
		tool_zh(t, "版本", "VERSION"), tool_zh(t, "字节", "BYTES"),
		tool_zh(t, "有效至", "GOOD UNTIL") };
	struct table *table = table_new(t->out, 4, heads);
	char version[24], bytes[24], until[MOMENT_SIZE];
	size_t i;

	for (i = 0; table != NULL && i < sizeof(order) / sizeof(order[0]);
	    i++) {
		const char *cells[] = { repotext_role(t, order[i]), version,
			bytes, until };

		if (r->version[order[i]] == 0)
			continue;
		(void)snprintf(version, sizeof(version), "%u",
		    r->version[order[i]]);
		(void)snprintf(bytes, sizeof(bytes), "%" PRIu64,
		    r->size[order[i]]);
		(void)moment_short(r->expires[order[i]] * 1000, until);
		(void)table_row(table, cells);
	}
	table_end(table);
}

/* What was found. */
static void
tell(const struct tool *t, struct said *s, const struct repo_check *r)
{
	static const char *const names[] = { [TUF_ROOT] = "root",
		[TUF_TIMESTAMP] = "timestamp", [TUF_SNAPSHOT] = "snapshot",
		[TUF_TARGETS] = "targets" };
	size_t i;

	if (!t->json) {
		metadata(t, r);
		(void)fprintf(t->out, tool_zh(t,
		    "%" PRIu64 " 个文件，%" PRIu64 " 字节；发布日志 %" PRIu64
		    " 条；错误 %d，注意 %d\n",
		    "%" PRIu64 " files, %" PRIu64 " bytes; %" PRIu64
		    " entries in the release log; %d errors, %d notes\n"),
		    r->files, r->bytes, r->releases, r->errors, r->warnings);
		return;
	}
	json_close(&s->j);
	for (i = 0; i < sizeof(order) / sizeof(order[0]); i++) {
		json_open(&s->j, names[order[i]]);
		json_u64(&s->j, "version", r->version[order[i]]);
		json_u64(&s->j, "bytes", r->size[order[i]]);
		json_time(&s->j, "expires", r->expires[order[i]] * 1000);
		json_end(&s->j);
	}
	json_u64(&s->j, "files", r->files);
	json_u64(&s->j, "bytes", r->bytes);
	json_u64(&s->j, "releases", r->releases);
	json_i64(&s->j, "errors", r->errors);
	json_i64(&s->j, "warnings", r->warnings);
	json_end(&s->j);
}

/* Check the other mirror, and whether both tell one history. */
static void
compare(struct said *s, const struct options *o, const char *repo,
    struct repo_check *r)
{
	char err[CENTRE_ERROR_MAX];
	struct repo_check other;

	if (repo_check(o->with, o->root, s->t->now_ms() / 1000, say, s, &other,
	    err) != 0) {
		r->errors++;
		say(s, 1, err);
		return;
	}
	r->errors += other.errors;
	r->warnings += other.warnings;
	if (r->release_key[0] == '\0' || other.release_key[0] == '\0' ||
	    repo_compare(repo, r->release_key, o->with, other.release_key,
	    err) == 0)
		return;
	r->errors++;
	say(s, 1, err);
}

/* The command. */
static int
run(struct tool *t, int argc, char **argv)
{
	struct options o = { .root = NULL };
	struct said s = { .t = t };
	char err[CENTRE_ERROR_MAX];
	struct repo_check r;
	int rc;

	if ((rc = args_read(t, &o, &argc, argv)) != ARGS_GO ||
	    (rc = args_operands(t, argc, argv, 1, 1, "发布库目录",
	    "DIR")) != ARGS_GO)
		return (rc);
	if (access(o.root, F_OK) != 0 || access(argv[0], F_OK) != 0 ||
	    (o.with != NULL && access(o.with, F_OK) != 0))
		return (tool_fail(t, TOOL_NOINPUT, "%s：不存在",
		    "%s: is not there", access(o.root, F_OK) != 0 ? o.root :
		    access(argv[0], F_OK) != 0 ? argv[0] : o.with));
	if (t->json) {
		json_begin(&s.j, t->out);
		json_list(&s.j, "said");
	}
	rc = repo_check(argv[0], o.root, t->now_ms() / 1000, say, &s, &r, err);
	if (rc != 0) {
		r.errors++;
		say(&s, 1, err);
	} else if (o.with != NULL)
		compare(&s, &o, argv[0], &r);
	tell(t, &s, &r);
	return (r.errors > 0 ? TOOL_NO : TOOL_OK);
}

const struct command cmd_repo_check = {
	.name = "repo check",
	.synopsis = "DIR --root FILE [options]",
	.brief = "check a repository as a stranger would (核查发布库)",
	.text = "DIR is repo/ of a centre, or a mirror of it, with metadata/, "
	    "targets/ and releases/ in it.  Beginning with a root that you "
	    "have from elsewhere, every root is walked; signatures, versions, "
	    "dates, lengths and digests are verified; every list is read whole "
	    "and its content root computed; policy and registers are read; and "
	    "every publication that is there must stand in the release log, "
	    "under the key that the targets name.  What earlier publications "
	    "left there must be unaltered.  What expires soon, and files that "
	    "no publication names, are noted.\n"
	    "\n"
	    "A centre, or a thief of its keys, might show one branch another "
	    "publication than all others and keep a release log for each.  "
	    "That shows where two are compared: --with takes a second mirror, "
	    "best a copy of what that branch has fetched.",
	.args = args,
	.exits = "0  good\n1  errors were found\n64 wrong usage\n66 no such "
	    "directory or root\n",
	.examples = "liangka repo check /srv/centre/repo --root 1.root.json\n"
	    "liangka repo check /srv/centre/repo --with /mnt/branch-12/repo "
	    "--root 1.root.json\n",
	.run = run,
};
