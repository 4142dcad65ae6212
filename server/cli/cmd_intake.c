#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "desk/intake.h"
#include "desk/intakelink.h"
#include "desk/intakemap.h"
#include "lists/csvfile.h"
#include "plugin.h"
#include "plugin/conf.h"
#include "plugin/handle.h"

#include "command.h"
#include "intakefile.h"
#include "intaketell.h"
#include "service.h"
#include "width.h"

#define REPLY_MS 10000	/* a frame of rows may take that long */
#define PATIENCE_MS 30000

struct options {
	const char *format, *rejects, *show;
	int32_t dry, stock, totals, quiet, encoding;
	int64_t patience;
};

static const struct word encodings[] = {
	{ "utf-8", "utf-8", CSVFILE_UTF8 },
	{ "gb18030", "gb18030", CSVFILE_GB18030 },
	{ "gbk", "gbk", CSVFILE_GB18030 },
	{ "utf-16le", "utf-16le", CSVFILE_UTF16LE },
	{ "utf-16be", "utf-16be", CSVFILE_UTF16BE },
	{ NULL, NULL, 0 }
};

static const struct arg args[] = {
	{ "format", ARG_STRING, 0, "NAME", "what the columns are (映射): generic, "
	    "bank-daily, carrier-daily, closures, or a file of your own; "
	    "default: the one whose headings fit", NULL, 0, 0,
	    ARG_AT(struct options, format) },
	{ "show-format", ARG_STRING, 0, "NAME", "print a mapping that comes with "
	    "the program, to begin one of your own with", NULL, 0, 0,
	    ARG_AT(struct options, show) },
	{ "dry-run", ARG_FLAG, 0, NULL, "judge every row, change nothing (试运行)",
	    NULL, 0, 0, ARG_AT(struct options, dry) },
	{ "stock", ARG_FLAG, 0, NULL, "cards held before this system began (存量): "
	    "they count as held, and are no news", NULL, 0, 0,
	    ARG_AT(struct options, stock) },
	{ "rejects", ARG_STRING, 0, "FILE", "where bad rows go, with line, column "
	    "and reason; it holds the numbers that were given, readable to you "
	    "alone (default: FILE.rejected.csv)", NULL, 0, 0,
	    ARG_AT(struct options, rejects) },
	{ "totals", ARG_FLAG, 0, NULL, "print how many were opened and closed, by "
	    "institution, day and product", NULL, 0, 0,
	    ARG_AT(struct options, totals) },
	{ "encoding", ARG_CODE, 0, "NAME", "encoding of the file, where the guess "
	    "is wrong: utf-8, gb18030, gbk, utf-16le, utf-16be", encodings, 0, 0,
	    ARG_AT(struct options, encoding) },
	{ "no-progress", ARG_FLAG, 0, NULL, "no line of progress on the terminal",
	    NULL, 0, 0, ARG_AT(struct options, quiet) },
	{ "patience", ARG_DURATION, 0, "TIME", "wait so long for a daemon that "
	    "went away (default 30s)", NULL, 0, 86400000,
	    ARG_AT(struct options, patience) },
	ARG_END
};

/* One run over all files. */
struct run {
	struct tool *t;
	const struct options *o;
	struct service c;
	struct handle *h;
	struct intakelink *link;
	struct intakemap *map;		/* NULL: found by the heading */
	struct intake_options io;
	struct intakefile f;
	struct intaketell tell;
	int worst;
};

/* Show an error of a mapping as compilers do. */
static void
report(void *arg, const struct conf_error *e)
{
	struct tool *t = arg;
	char text[1024];

	(void)conf_format(e, text, sizeof(text));
	width_lines(t->err, text);
}

/* Read a file whole. */
static char *
slurp(const char *path, size_t *len)
{
	char *p = malloc(INTAKEMAP_MAX + 1);
	FILE *f = fopen(path, "re");

	*len = p != NULL && f != NULL ? fread(p, 1, INTAKEMAP_MAX + 1, f) : 0;
	if (p != NULL && f != NULL && !ferror(f)) {
		(void)fclose(f);
		return (p);
	}
	if (f != NULL)
		(void)fclose(f);
	free(p);
	return (NULL);
}

/* Have the mapping that was named. */
static int
read_format(struct run *r)
{
	struct conf_sink sink = { report, r->t };
	const char *name = r->o->format, *text;
	struct conf_guess g;
	size_t i, len;
	char *own = NULL;

	if (name == NULL)
		return (ARGS_GO);
	if ((text = intakemap_shipped_text(name)) != NULL)
		len = strlen(text);
	else if ((text = own = slurp(name, &len)) == NULL) {
		conf_guess_init(&g, name, strlen(name));
		for (i = 0; intakemap_shipped(i) != NULL; i++)
			conf_guess_try(&g, intakemap_shipped(i));
		return (tool_fail(r->t, TOOL_NOINPUT, g.best != NULL ?
		    "--format %s：没有这个映射或文件（%s）；是否指 %s？" :
		    "--format %s：没有这个映射或文件（%s）%s", g.best != NULL ?
		    "--format %s: there is no such mapping or file (%s); do "
		    "you mean %s?" : "--format %s: there is no such mapping or "
		    "file (%s)%s", name, tool_errno(r->t, errno), g.best != NULL ?
		    g.best : ""));
	}
	r->map = intakemap_read(name, text, len, &sink);
	free(own);
	if (r->map == NULL)
		return (tool_fail(r->t, TOOL_CONFIG, "映射 %s 不可用",
		    "the mapping %s cannot be used", name));
	return (ARGS_GO);
}

/* Print a mapping. */
static int
show(struct tool *t, const char *name)
{
	const char *text = intakemap_shipped_text(name);

	if (text == NULL)
		return (tool_fail(t, TOOL_NOINPUT, "没有名为 %s 的内置映射；"
		    "可用：generic, bank-daily, carrier-daily, closures",
		    "no mapping %s comes with the program: generic, bank-daily, "
		    "carrier-daily or closures", name));
	(void)fputs(text, t->out);
	return (TOOL_OK);
}

/* A bad row, a step, a mark. */
static void
bad(void *arg, uint64_t line, size_t column, const char *why)
{

	intaketell_bad(&((struct run *)arg)->tell, line, column, why);
}

static void
step(void *arg, const struct intake_counts *c)
{

	intaketell_step(&((struct run *)arg)->tell, c);
}

static int
save(void *arg, const struct intake_mark *m)
{

	return (intakefile_save(&((struct run *)arg)->f, m));
}

/* Open the daemon and the way rows go to it. */
static int
connect_daemon(struct run *r)
{
	int32_t ms = r->t->timeout_ms != 0 ? (int32_t)r->t->timeout_ms :
	    REPLY_MS;
	int rc, code;

	if ((rc = service_open(r->t, &r->c)) != ARGS_GO)
		return (rc);
	if ((r->h = handle_get(r->c.handle)) == NULL)
		return (service_fail(r->t, &r->c, LK_E_NOMEM, ""));
	r->link = intakelink_open(&r->h->peer, ms,
	    (int32_t)r->o->patience, &code);
	if (r->link == NULL)
		return (service_fail(r->t, &r->c, code, ""));
	intakelink_wire(r->link, &r->io.wire);
	r->io.institution = r->h->set.institution;
	return (ARGS_GO);
}

/* What a mark is of: a run that would send the same. */
static void
make_key(const struct run *r, char key[200])
{

	(void)snprintf(key, 200, "%.100s %.31s %u %d %d", r->o->format != NULL ?
	    r->o->format : "auto", r->io.institution, r->io.flags,
	    (int)r->o->encoding, (int)r->io.english);
}

/* Record what came in, for whoever audits; not where nothing was new. */
static int
leave_mark(struct run *r, const struct intake_result *x, const char *changed)
{
	const struct intake_counts *c = &x->c;
	char note[250];
	int code;
	size_t i;

	if (r->o->dry || (c->fresh + c->merged + c->closed == 0 &&
	    !r->f.resumed))
		return (ARGS_GO);
	(void)snprintf(note, sizeof(note), "%s rows=%" PRIu64 " new=%" PRIu64
	    " known=%" PRIu64 " merged=%" PRIu64 " closed=%" PRIu64
	    " ambiguous=%" PRIu64 " rejected=%" PRIu64 "%s%s", x->format,
	    c->rows, c->fresh, c->known, c->merged, c->closed, c->ambiguous,
	    c->rejected, changed != NULL ? " file " : "", changed != NULL ?
	    changed : "");
	for (i = 0; i < x->ninst; i++)
		if (intake_tell(&r->io, x->institution[i], r->f.hash,
		    x->sent[i], note, &code) != 0)
			return (service_fail(r->t, &r->c, code, ""));
	return (ARGS_GO);
}

/* What went wrong with a file. */
static int
went_wrong(struct run *r, enum intake_end end, const struct intake_result *x,
    const char *err)
{

	if (end == INTAKE_USELESS)
		return (tool_fail(r->t, TOOL_DATA, "%s", "%s", err));
	if (end == INTAKE_AWAY) {
		(void)tool_fail(r->t, TOOL_AWAY, "%s：%" PRIu64
		    " 行已处理；再次运行同一命令即从该处继续",
		    "%s: %" PRIu64 " rows are done; the same command goes on "
		    "from there", r->f.path, x->c.rows);
		return (service_fail(r->t, &r->c, x->code, err));
	}
	return (tool_fail(r->t, TOOL_IO, "%s：%s（%" PRIu64 " 行已处理）",
	    "%s: %s (%" PRIu64 " rows are done)", r->f.path, err, x->c.rows));
}

/* Say that the file changed under our eyes. */
static int
tell_changed(const struct run *r, const char *changed)
{
	static const struct { const char *word, *zh, *en; } all[] = {
		{ "grew", "读取期间变长：可能仍在写入",
		    "it grew while it was read: was it still being written?" },
		{ "shrank", "读取期间变短", "it shrank while it was read" },
		{ "changed", "读取期间被修改", "it was changed while it was read" },
		{ "replaced", "读取期间被另一文件替换",
		    "another file took its name while it was read" } };
	size_t i;

	for (i = 0; i < 3 && strcmp(all[i].word, changed) != 0; i++)
		;
	return (tool_fail(r->t, TOOL_DATA, "%s：%s；已读取的行有效，请在文件完整后再导入一次",
	    "%s: %s; what was read counts: take the file in again when it is "
	    "whole", r->f.path, tool_zh(r->t, all[i].zh, all[i].en)));
}

/* Run over the open file, from a mark where that fits. */
static enum intake_end
run_file(struct run *r, struct intake_result *x, char *err, int *rc)
{
	enum intake_end end;

	*rc = ARGS_GO;
	r->io.from = r->f.resumed ? &r->f.mark : NULL;
	r->io.reject = r->f.reject;
	intaketell_begin(&r->tell, r->t, &r->f, r->o->quiet);
	/* Whoever comes after a crash knows that something was begun. */
	if (!r->f.resumed && intakefile_save(&r->f, &r->f.mark) != 0) {
		*rc = tool_fail(r->t, TOOL_IO, "%s：%s", "%s: %s", r->f.base,
		    tool_errno(r->t, errno));
		return (INTAKE_IO);
	}
	end = intake_run(r->f.csv, r->f.name, &r->io, x, err);
	if (end != INTAKE_OTHER)
		return (end);
	free(x->total);
	if ((*rc = intakefile_reset(&r->f)) != ARGS_GO ||
	    (*rc = intakefile_again(&r->f, r->o->encoding)) != ARGS_GO)
		return (INTAKE_IO);
	r->io.from = NULL;
	return (intake_run(r->f.csv, r->f.name, &r->io, x, err));
}

/* Take one open file in. */
static int
take(struct run *r)
{
	struct intake_result x;
	char err[INTAKE_ERROR_MAX];
	int64_t begun = r->t->now_ms();
	const char *changed;
	enum intake_end end;
	int rc;

	memset(&x, 0, sizeof(x));
	end = run_file(r, &x, err, &rc);
	intaketell_clear(&r->tell);
	if (rc != ARGS_GO)
		return (rc);
	if (end != INTAKE_DONE) {
		free(x.total);
		if (end == INTAKE_USELESS)
			(void)intakefile_end(&r->f, 0);
		return (went_wrong(r, end, &x, err));
	}
	changed = intakefile_changed(&r->f);
	if ((rc = leave_mark(r, &x, changed)) == ARGS_GO &&
	    (rc = intakefile_end(&r->f, x.c.rejected > 0)) == ARGS_GO)
		intaketell_result(r->t, &r->f, &x, r->o->dry, r->map == NULL,
		    changed, r->t->now_ms() - begun);
	free(x.total);
	if (rc != ARGS_GO)
		return (rc);
	if (changed != NULL)
		return (tell_changed(r, changed));
	/* Not one was for us to tell: the socket is the wrong one. */
	if (x.c.why[INTAKEROW_RIGHT] > 0 && x.c.fresh + x.c.known +
	    x.c.merged + x.c.closed + x.c.ambiguous == 0)
		return (TOOL_DENIED);
	return (x.c.rejected > 0 ? TOOL_DATA : TOOL_OK);
}

/* Take one file in. */
static int
one(struct run *r, const char *path)
{
	char key[200];
	int rc;

	make_key(r, key);
	if ((rc = intakefile_open(&r->f, r->t, path, r->o->encoding)) ==
	    ARGS_GO && (r->o->dry || (rc = intakefile_keep(&r->f,
	    r->o->rejects, key)) == ARGS_GO))
		rc = take(r);
	intakefile_close(&r->f);
	return (rc);
}

/* All files; one that is bad does not hold up the next, unless the daemon is gone. */
static int
all(struct run *r, int argc, char **argv)
{
	int i, rc, worst = TOOL_OK;

	r->io.map = r->map;
	r->io.flags = (r->o->dry ? INTAKEROW_DRY : 0) |
	    (r->o->stock ? INTAKEROW_STOCK : 0);
	r->io.english = r->t->language != LK_LANG_ZH;
	r->io.totals = r->o->totals;
	r->io.bad = bad;
	r->io.step = step;
	r->io.save = r->o->dry ? NULL : save;
	r->io.arg = r;
	for (i = 0; i < argc; i++) {
		rc = one(r, argv[i]);
		(void)fflush(r->t->out);
		if (rc != TOOL_OK)
			worst = rc;
		if (rc == TOOL_AWAY || rc == TOOL_LATER || rc == TOOL_DENIED)
			break;
	}
	return (worst);
}

/* The command. */
static int
run(struct tool *t, int argc, char **argv)
{
	struct options o = { .patience = PATIENCE_MS };
	struct run *r;
	int rc;

	if ((rc = args_read(t, &o, &argc, argv)) != ARGS_GO)
		return (rc);
	if (o.show != NULL)
		return (show(t, o.show));
	if ((rc = args_operands(t, argc, argv, 1, 10000,
	    "文件（- 为标准输入）", "a file (-: standard input)")) != ARGS_GO)
		return (rc);
	if (o.rejects != NULL && argc > 1)
		return (tool_fail(t, TOOL_USAGE, "--rejects 只能用于一个文件",
		    "--rejects is for one file only"));
	if ((r = calloc(1, sizeof(*r))) == NULL)
		return (tool_fail(t, TOOL_SYSTEM, "内存不足", "out of memory"));
	r->t = t;
	r->o = &o;
	if ((rc = read_format(r)) == ARGS_GO &&
	    (rc = connect_daemon(r)) == ARGS_GO)
		rc = all(r, argc, argv);
	intakelink_close(r->link);
	if (r->h != NULL)
		handle_put(r->h);
	if (r->c.handle != 0)
		service_close(&r->c);
	intakemap_free(r->map);
	free(r);
	return (rc);
}

const struct command cmd_intake = {
	.name = "intake",
	.synopsis = "FILE... [--format NAME] [--dry-run] [--stock] [--rejects "
	    "FILE] [options]",
	.brief = "take in an institution's daily file (导入每日文件)",
	.text = "Reads a table of new cards and closures: CSV in UTF-8, GB18030 "
	    "(GBK) or UTF-16, with , ; tab or | between the cells, as spreadsheets "
	    "and bank systems write it.  "
	    "What the columns are a mapping says; without --format it is the one "
	    "that comes with the program and whose headings fit, and it is told "
	    "which.\n"
	    "\n"
	    "A row joins what was checked and confirmed here: by its card "
	    "reference, else by its transaction, else when one opening of the same "
	    "person, product and institution within two days has no card of its "
	    "own yet.  So a day that was confirmed and whose file is taken in "
	    "counts once.  A row that may belong to several is not counted but "
	    "rejected.  What nobody checked is new; a person who has opened too "
	    "much by then is told as an alert.\n"
	    "\n"
	    "Good rows are taken whatever the others are.  Bad ones go to the "
	    "reject file with line, column and reason: mend them there and take "
	    "that file in.  A number that a spreadsheet has rounded (1.10105E+17) "
	    "is never guessed at.  Taking the same file in again changes nothing; "
	    "a run that was cut off is gone on with by the same command.\n"
	    "\n"
	    "Whose rows they are a column says, or [fixed] of the mapping; else "
	    "it is --institution.\n"
	    "\n"
	    "A mapping of your own begins with a copy of one that comes with the "
	    "program (--show-format).  [columns] names headings, other ones behind "
	    "a comma, or numbers from 1; [fixed] is what stands for the whole "
	    "file; [product] and the like are what words mean.  In [mapping], "
	    "heading = false is for a file that has none (then columns have "
	    "numbers), kind = close for one of closures, dates = \"DD/MM/YYYY "
	    "hh:mm\" for dates written otherwise.",
	.args = args,
	.asks = 1,
	.exits = "0  all rows are in, or were\n"
	    "1  the reject file is there already\n"
	    "64 wrong usage\n"
	    "65 some rows were rejected, or the file changed or cannot be used\n"
	    "66 there is no such file or mapping\n"
	    "69 the daemon is away or cannot record: the same command goes on\n"
	    "71 out of memory\n74 read or write error\n"
	    "75 no answer in time, or too busy: ask again\n"
	    "76 the daemon speaks another version\n77 no right to do that\n"
	    "78 the configuration is missing or wrong, or the mapping is\n",
	.examples = "liangka intake 20261122.txt --institution abank\n"
	    "liangka intake 20261122.txt --dry-run --totals\n"
	    "liangka intake --show-format bank-daily >abank.map\n"
	    "liangka intake stock.csv --stock --format abank.map\n",
	.run = run,
};
