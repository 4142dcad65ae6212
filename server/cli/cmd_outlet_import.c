#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plugin.h"

#include "command.h"
#include "json.h"
#include "outlet_edit.h"
#include "width.h"

#define BAD_MAX 100	/* rows that are told of */

struct options {
	struct registers_by by;
	const char *reason;
	int32_t force;
	int32_t resume;
};

static const struct arg args[] = {
	REGISTERS_DIR_ARG(struct options, by),
	REGISTERS_WHO_ARG(struct options, by, ARG_REQUIRED),
	{ "reason", ARG_STRING, 0, "TEXT", "why, for the centre's journal; "
	    "wanted with --force", NULL, 0, 0, ARG_AT(struct options, reason) },
	{ "force", ARG_FLAG, 0, NULL, "take it though more outlets are missing "
	    "in it than the guard lets go", NULL, 0, 0,
	    ARG_AT(struct options, force) },
	{ "resume", ARG_FLAG, 0, NULL, "also end suspensions that the file does "
	    "not know of", NULL, 0, 0, ARG_AT(struct options, resume) },
	ARG_END
};

/* What an import changes. */
struct change {
	size_t added, removed, changed, kept;
};

/* Rows that cannot be taken. */
struct bad {
	const struct tool *t;
	size_t n;
};

/* Tell of a bad row. */
static void
bad_row(void *arg, const char *text)
{
	struct bad *b = arg;

	if (b->n++ < BAD_MAX) {
		width_put(b->t->err, text);
		(void)fputc('\n', b->t->err);
	} else if (b->n == BAD_MAX + 1)
		(void)fputs("...\n", b->t->err);
}

/* Does a row say the same? */
static int
same(const struct outlet *a, const struct outlet *b)
{

	return (a->area == b->area && a->status == b->status &&
	    a->from == b->from && a->until == b->until &&
	    strcmp(a->name, b->name) == 0 && strcmp(a->hours, b->hours) == 0 &&
	    strcmp(a->contact, b->contact) == 0 &&
	    strcmp(a->reason, b->reason) == 0);
}

/* Go through both registers; suspensions that the file does not know of stay. */
static void
compare(const struct options *o, const struct outlet_edit *e,
    struct outlet *row, size_t n, int32_t today, struct change *c)
{
	const struct outlet *was;
	size_t i, there = 0;

	memset(c, 0, sizeof(*c));
	for (i = 0; i < n; i++) {
		was = e->now != NULL ? outlets_find(e->now,
		    row[i].institution, row[i].outlet) : NULL;
		if (was == NULL) {
			c->added++;
			continue;
		}
		there++;
		if (!o->resume && was->status == OUTLET_SUSPENDED &&
		    row[i].status == OUTLET_OPEN &&
		    (was->until == 0 || was->until >= today)) {
			row[i].status = was->status;
			row[i].from = was->from;
			row[i].until = was->until;
			row[i].reason = was->reason;
			c->kept++;
		}
		c->changed += !same(was, &row[i]);
	}
	c->removed = e->n - there;
}

/* Do more outlets go than the guard lets? */
static int
guard(const struct tool *t, const struct options *o,
    const struct outlet_edit *e, const struct change *c)
{

	if (c->removed * 100 <= e->n * (size_t)e->centre.guard_percent)
		return (ARGS_GO);
	if (!o->force)
		return (tool_fail(t, TOOL_NO,
		    "文件中缺少 %zu 个已登记的网点（共 %zu 个），超过 %u%%，未作更改；"
		    "这些网点的核查将一律转人工。确需如此请加 --force --reason",
		    "%zu of %zu outlets in the register are missing in this "
		    "file, more than %u %%: nothing was changed; checks there "
		    "would all be held for review.  If it is meant, give "
		    "--force and --reason", c->removed, e->n,
		    (unsigned)e->centre.guard_percent));
	return (o->reason != NULL ? ARGS_GO : tool_fail(t, TOOL_USAGE,
	    "--force 须同时给出 --reason", "--force wants a --reason"));
}

/* Say what was done. */
static void
tell(const struct tool *t, size_t n, const struct change *c)
{
	struct json j;

	if (t->json) {
		json_begin(&j, t->out);
		json_u64(&j, "outlets", n);
		json_u64(&j, "added", c->added);
		json_u64(&j, "removed", c->removed);
		json_u64(&j, "changed", c->changed);
		json_u64(&j, "suspensions_kept", c->kept);
		json_end(&j);
		return;
	}
	(void)fprintf(t->out, tool_zh(t,
	    "登记网点 %zu 个：新增 %zu，删除 %zu，变更 %zu\n",
	    "%zu outlets: %zu new, %zu gone, %zu changed\n"), n, c->added,
	    c->removed, c->changed);
	if (c->kept > 0)
		(void)fprintf(t->out, tool_zh(t,
		    "文件未载明停业的 %zu 个网点仍保持停业（恢复请用 outlet resume 或 --resume）\n",
		    "%zu outlets stay suspended though the file does not say "
		    "so (\"outlet resume\", or --resume, ends that)\n"),
		    c->kept);
}

/* Put the imported register in place. */
static int
put(const struct tool *t, const struct options *o, struct outlet_edit *e,
    const struct outlets *in)
{
	size_t i, n = outlets_count(in);
	struct outlet *row;
	struct change c;
	char what[160];
	int rc;

	if ((row = malloc((n + 1) * sizeof(*row))) == NULL)
		return (tool_fail(t, TOOL_SYSTEM, "内存不足", "out of memory"));
	for (i = 0; i < n; i++)
		row[i] = *outlets_at(in, i);
	compare(o, e, row, n, registers_today(t), &c);
	(void)snprintf(what, sizeof(what), "outlet import %zu outlets: %zu new, "
	    "%zu gone, %zu changed%s", n, c.added, c.removed, c.changed,
	    o->force ? ", forced" : "");
	if (c.added + c.removed + c.changed == 0) {
		tell(t, n, &c);
		if (!t->json)
			(void)fputs(tool_zh(t, "没有变化\n",
			    "nothing is new\n"), t->out);
		rc = TOOL_OK;
	} else if ((rc = guard(t, o, e, &c)) == ARGS_GO &&
	    (rc = outlet_edit_save(t, e, &o->by, row, n, what,
	    o->reason != NULL ? o->reason : "")) == ARGS_GO) {
		tell(t, n, &c);
		outlet_edit_publish(t);
		rc = TOOL_OK;
	}
	free(row);
	return (rc);
}

/* Read the file and take it. */
static int
import(const struct tool *t, const struct options *o, struct outlet_edit *e,
    const char *path)
{
	struct bad b = { .t = t };
	const struct outlets_sink sink = { bad_row, &b,
		t->language == LK_LANG_EN };
	char err[OUTLETS_ERROR_MAX], *text;
	struct outlets *in;
	size_t len;
	int rc;

	if ((rc = registers_file(t, path, OUTLETS_MAX_TEXT, &text, &len)) !=
	    ARGS_GO)
		return (rc);
	in = outlets_import(path, text, len, &sink, err);
	free(text);
	if (in == NULL)
		return (tool_fail(t, TOOL_DATA, "%s", "%s", err));
	rc = put(t, o, e, in);
	outlets_free(in);
	return (rc);
}

/* The command. */
static int
run(struct tool *t, int argc, char **argv)
{
	struct options o = { .force = 0 };
	struct outlet_edit e;
	int rc;

	if ((rc = args_read(t, &o, &argc, argv)) != ARGS_GO ||
	    (rc = args_operands(t, argc, argv, 1, 1, "一个 CSV 文件",
	    "one CSV file")) != ARGS_GO ||
	    (o.reason != NULL && (rc = registers_line(t, "reason", o.reason,
	    REGISTERS_WHY_MAX)) != ARGS_GO) ||
	    (rc = outlet_edit_open(t, &o.by, 1, 0, &e)) != ARGS_GO)
		return (rc);
	rc = import(t, &o, &e, argv[0]);
	outlet_edit_close(&e);
	return (rc);
}

const struct command cmd_outlet_import = {
	.name = "outlet import",
	.synopsis = "FILE --dir DIR --who NAME [--force --reason TEXT] "
	    "[--resume] [options]",
	.brief = "take a whole outlet register from a file (导入网点登记)",
	.text = "FILE (\"-\": standard input) is a CSV in UTF-8, GB18030 or "
	    "UTF-16, separated by , ; | or tabs, with a line of headings: "
	    "institution, outlet, name, area (机构 网点 名称 区划, 6 digits), and "
	    "where they are known hours, contact, status, from, until, reason "
	    "(营业时间 联系方式 状态 停业起 停业止 原因).  It is the whole register: an "
	    "outlet that is not in it is unknown from then on, and every check "
	    "there is held for review.  So it is taken whole or not at all; "
	    "each bad row is told with file:row:column.\n"
	    "\n"
	    "A suspension by the centre stays where the file knows nothing of "
	    "it.  A file in which more outlets are missing than centre.conf's "
	    "guard_percent needs --force and a --reason.",
	.args = args,
	.exits = "0  taken, or nothing is new\n1  the guard has refused it\n"
	    "64 wrong usage\n65 the file or the register is wrong\n"
	    "66 there is no such file\n" REGISTERS_EXITS_READ,
	.examples = "liangka outlet import outlets-2026.csv --dir /srv/centre "
	    "--who 0412\n",
	.run = run,
};
