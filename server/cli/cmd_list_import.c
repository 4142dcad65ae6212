#include <sys/stat.h>

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engine/category.h"
#include "lists/csvfile.h"
#include "lists/import.h"
#include "plugin.h"

#include "command.h"
#include "listcmd.h"
#include "listimport.h"
#include "outfile.h"
#include "width.h"

#define SHOWN 10	/* bad rows on the terminal */
#define DOUBTS 3	/* and doubts */

struct options {
	struct registers_by by;
	const char *list, *reject;
	int32_t id_type;
	char id_country[4];
	const char *category, *basis, *case_no, *from, *until, *reason;
	int32_t encoding, replace, dry;
};

static const struct word encodings[] = {
	{ "utf-8", "utf-8", CSVFILE_UTF8 },
	{ "gb18030", "gb18030", CSVFILE_GB18030 },
	{ "gbk", "gbk", CSVFILE_GB18030 },
	{ "utf-16le", "utf-16le", CSVFILE_UTF16LE },
	{ "utf-16be", "utf-16be", CSVFILE_UTF16BE },
	{ NULL, NULL, 0 }
};

#define TEXT(name, value, help, member)					\
	{ name, ARG_STRING, 0, value, help, NULL, 0, 0,			\
	    ARG_AT(struct options, member) }

static const struct arg args[] = {
	REGISTERS_DIR_ARG(struct options, by),
	{ "list", ARG_STRING, ARG_REQUIRED, "LIST", "the list, e.g. sanction, "
	    "case, cards, phones", NULL, 0, 0, ARG_AT(struct options, list) },
	TEXT("reject", "FILE", "where bad rows go, with line and reason, in the "
	    "same columns; it holds the numbers that were given, readable to you "
	    "alone (default: FILE.rejected.csv)", reject),
	{ "dry-run", ARG_FLAG, 0, NULL, "judge every row, change nothing (试运行)",
	    NULL, 0, 0, ARG_AT(struct options, dry) },
	{ "replace", ARG_FLAG, 0, NULL, "rows count also where the number is "
	    "listed with other content", NULL, 0, 0,
	    ARG_AT(struct options, replace) },
	{ "type", ARG_CODE, 0, "TYPE", "kind of document (证件类型) where the file "
	    "has no such column; default resident", words_id_type, 0, 0,
	    ARG_AT(struct options, id_type) },
	{ "country", ARG_TEXT, 0, "CCC", "country of passports, ditto", NULL, 0,
	    0, ARG_AT(struct options, id_country) },
	TEXT("category", "WORD", "category (类别), ditto; default for cards and "
	    "phones: involved", category),
	TEXT("basis", "WORD", "legal basis (法律依据), ditto; default for cards and "
	    "phones: police", basis),
	TEXT("case", "TEXT", "case number (案号), ditto", case_no),
	TEXT("from", "DAY", "first day, ditto", from),
	TEXT("until", "DAY", "last day, ditto", until),
	{ "encoding", ARG_CODE, 0, "NAME", "encoding of the file, where the guess "
	    "is wrong: utf-8, gb18030, gbk, utf-16le, utf-16be", encodings, 0, 0,
	    ARG_AT(struct options, encoding) },
	REGISTERS_WHO_ARG(struct options, by, ARG_REQUIRED),
	LISTCMD_REASON_ARG(struct options, reason, 0),
	ARG_END
};

/* One run. */
struct run {
	struct tool *t;
	const struct options *o;
	const char *path, *name;	/* the file; its last part */
	FILE *f;
	int64_t size;			/* of it, 0: not known */
	struct csvfile *csv;
	struct listcmd l;
	char reject[CENTRE_PATH_MAX];
	char why[128];			/* of every entry */
	struct outfile *out;
	unsigned bad, doubts;		/* said so far */
	int progress;			/* a line of it stands there */
};

/* Read on. */
static ssize_t
get(void *arg, void *buf, size_t len)
{
	struct run *r = arg;
	size_t n = fread(buf, 1, len, r->f);

	return (n == 0 && ferror(r->f) ? -1 : (ssize_t)n);
}

/* Take the line of progress away. */
static void
unsay(struct run *r)
{

	if (r->progress)
		(void)fputs("\r\33[K", r->t->err);
	r->progress = 0;
}

/* Say how far it is. */
static void
step(void *arg, uint64_t rows)
{
	struct run *r = arg;
	int fd = fileno(r->t->err);

	if (fd < 0 || !isatty(fd))
		return;
	r->progress = 1;
	if (r->size > 0)
		(void)fprintf(r->t->err, tool_zh(r->t, "\r%" PRIu64 " 行，%d%%",
		    "\r%" PRIu64 " rows, %d%%"), rows,
		    (int)(csvfile_bytes(r->csv) * 100 / (uint64_t)r->size));
	else
		(void)fprintf(r->t->err, tool_zh(r->t, "\r%" PRIu64 " 行",
		    "\r%" PRIu64 " rows"), rows);
	(void)fflush(r->t->err);
}

/* Say one thing about a row. */
static void
say(struct run *r, unsigned *said, unsigned most, const char *kind,
    uint64_t line, size_t column, const char *why)
{

	if (++*said > most || r->t->json)
		return;
	unsay(r);
	width_put(r->t->err, r->name);
	(void)fprintf(r->t->err, ":%" PRIu64 ":", line);
	if (column != 0)
		(void)fprintf(r->t->err, "%zu:", column);
	(void)fprintf(r->t->err, " %s", kind);
	width_put(r->t->err, why);
	(void)fputc('\n', r->t->err);
	if (*said == most)
		(void)fprintf(r->t->err, tool_zh(r->t,
		    "……其余只计数\n", "... the others are only counted\n"));
}

/* A bad row. */
static void
bad(void *arg, uint64_t line, size_t column, const char *why)
{
	struct run *r = arg;

	say(r, &r->bad, SHOWN, "", line, column, why);
}

/* A doubt. */
static void
doubt(void *arg, uint64_t line, size_t column, int kind, const char *why)
{
	struct run *r = arg;

	(void)kind;
	say(r, &r->doubts, DOUBTS, tool_zh(r->t, "注意：", "note: "), line,
	    column, why);
}

/* Open the file. */
static int
open_file(struct run *r)
{
	struct tool *t = r->t;
	struct csvfile_source s = { get, r };
	char err[CSVFILE_ERROR_MAX];
	struct stat st;

	if (strcmp(r->path, "-") == 0)
		r->f = t->in;
	else if ((r->f = fopen(r->path, "re")) == NULL)
		return (tool_fail(t, errno == ENOENT ? TOOL_NOINPUT : errno ==
		    EACCES ? TOOL_DENIED : TOOL_IO, "%s：%s", "%s: %s",
		    r->path, tool_errno(t, errno)));
	if (fileno(r->f) >= 0 && fstat(fileno(r->f), &st) == 0 &&
	    S_ISREG(st.st_mode))
		r->size = st.st_size;
	if ((r->csv = csvfile_open(&s, r->name, r->o->encoding, err)) == NULL)
		return (tool_fail(t, TOOL_DATA, "%s", "%s", err));
	return (ARGS_GO);
}

/* Begin the reject file; never over one that somebody may still have to mend. */
static int
open_reject(struct run *r)
{
	const struct tool *t = r->t;
	int n;

	if (r->o->reject == NULL && strcmp(r->path, "-") == 0)
		return (tool_fail(t, TOOL_USAGE,
		    "从标准输入读取时须用 --reject 指定退回文件",
		    "with - as the file, say where bad rows go: --reject"));
	n = snprintf(r->reject, sizeof(r->reject), "%s%s", r->o->reject != NULL ?
	    r->o->reject : r->path, r->o->reject != NULL ? "" :
	    ".rejected.csv");
	if (n < 0 || (size_t)n >= sizeof(r->reject))
		return (tool_fail(t, TOOL_USAGE, "路径过长",
		    "the path is too long"));
	if (!r->o->dry && access(r->reject, F_OK) == 0)
		return (tool_fail(t, TOOL_NO,
		    "%s 已存在；请先更正并导入后删除，或用 --reject 另指文件",
		    "%s is there already: mend and import it, then remove it, or "
		    "name another with --reject", r->reject));
	if ((r->out = outfile_open(r->o->dry ? "/dev/null" : r->reject, 0600)) ==
	    NULL)
		return (tool_fail(t, TOOL_IO, "%s：无法写入：%s",
		    "%s: cannot write: %s", r->reject, tool_errno(t, errno)));
	return (ARGS_GO);
}

/* Keep the reject file when there is something in it. */
static int
close_reject(struct run *r, uint64_t rejected)
{
	struct outfile *out = r->out;

	r->out = NULL;
	if (rejected == 0 || r->o->dry) {
		outfile_drop(out);
		return (ARGS_GO);
	}
	if (outfile_commit(out) == 0)
		return (ARGS_GO);
	return (tool_fail(r->t, TOOL_IO,
	    "%s：无法写入：%s；好的行已列入，空出空间后再导入同一文件即可得到退回文件",
	    "%s: cannot write: %s; the good rows were taken: make room and import "
	    "the same file again to have the bad ones", r->reject,
	    tool_errno(r->t, errno)));
}

/* What the options say for the whole file. */
static int
read_options(const struct tool *t, const struct options *o,
    struct import_options *io)
{
	int rc;

	if ((rc = listcmd_category(t, o->category, &io->category)) != ARGS_GO ||
	    (rc = listcmd_basis(t, o->basis, &io->basis)) != ARGS_GO ||
	    (o->case_no != NULL && (rc = registers_line(t, "case", o->case_no,
	    63)) != ARGS_GO) || (o->from != NULL && (rc = registers_day(t,
	    "from", o->from, &io->from)) != ARGS_GO) || (o->until != NULL &&
	    (rc = registers_day(t, "until", o->until, &io->until)) !=
	    ARGS_GO) || (o->reason != NULL && (rc = listcmd_reason(t,
	    o->reason)) != ARGS_GO))
		return (rc);
	io->case_no = o->case_no;
	io->document.id_type = o->id_type != 0 ? o->id_type : LK_ID_RESIDENT;
	io->document.country = o->id_country;
	io->now = t->now_ms() / 1000;
	io->who = o->by.who;
	io->replace = o->replace;
	io->dry = o->dry;
	io->english = t->language != LK_LANG_ZH;
	return (ARGS_GO);
}

/* What is recorded of the file's name: nothing where that may hold a number. */
static const char *
recorded_name(const struct run *r)
{
	const char *p = r->name;
	size_t n;

	for (; *p != '\0'; p += n > 0 ? n : 1)
		if ((n = strspn(p, "0123456789")) >= 10)
			return ("");
	return (strlen(r->name) < 100 && ledger_plain(r->name) &&
	    strcmp(r->name, "-") != 0 ? r->name : "");
}

/* Why: as given, or the file's name. */
static void
give_reason(struct run *r)
{
	const char *name = recorded_name(r);

	if (r->o->reason != NULL)
		(void)snprintf(r->why, sizeof(r->why), "%s", r->o->reason);
	else
		(void)snprintf(r->why, sizeof(r->why), "import%s%s",
		    name[0] != '\0' ? " " : "", name);
}

/* What goes with every row. */
static void
equip(struct run *r, struct import_options *io)
{

	give_reason(r);
	io->why = r->why;
	io->ledger = r->l.ledger;
	io->keys = r->l.keys;
	io->document.subject = r->l.list->subject;
	if (io->document.subject != LIST_PERSON) {
		io->category = io->category != 0 ? io->category :
		    CATEGORY_INVOLVED;
		io->basis = io->basis != 0 ? io->basis : BASIS_POLICE;
	}
	io->reject = outfile_stream(r->out);
	io->bad = bad;
	io->doubt = doubt;
	io->step = step;
	io->arg = r;
}

/* Take the rows. */
static int
take(struct run *r, struct import_options *io)
{
	struct listimport told = { .path = r->path, .name = r->name, .list =
		r->l.list->id, .subject = r->l.list->subject, .reject =
		r->reject, .dry = r->o->dry };
	struct import_result x;
	char err[IMPORT_ERROR_MAX];
	int rc, done;

	equip(r, io);
	if (!r->o->dry && (rc = listcmd_say(r->t, &r->l.c, &r->o->by, r->why,
	    "list import %s begins: %s", r->l.list->id,
	    recorded_name(r))) != ARGS_GO)
		return (rc);
	done = import_run(r->csv, r->name, io, &x, err);
	unsay(r);
	if (!r->o->dry && (rc = listcmd_say(r->t, &r->l.c, &r->o->by, r->why,
	    "list import %s: %" PRIu64 " rows, %" PRIu64 " taken, %" PRIu64
	    " there already, %" PRIu64 " rejected%s: %s", r->l.list->id,
	    x.rows, x.taken, x.same, x.rejected, done != 0 ? ", broken off" : "",
	    recorded_name(r))) != ARGS_GO)
		return (rc);
	if (done == 1)
		return (tool_fail(r->t, TOOL_DATA,
		    "%s（按 %s 读取；编码不对时用 --encoding 指定）",
		    "%s (read as %s; if that is wrong, say --encoding)", err,
		    csvfile_encoding_name(csvfile_encoding(r->csv))));
	if (done != 0)
		return (tool_fail(r->t, TOOL_IO, "%s（已列入 %" PRIu64 " 行）",
		    "%s (%" PRIu64 " rows were taken)", err, x.taken));
	if ((rc = close_reject(r, x.rejected)) != ARGS_GO)
		return (rc);
	told.encoding = csvfile_encoding(r->csv);
	listimport_tell(r->t, &told, &x);
	return (x.rejected > 0 ? TOOL_DATA : TOOL_OK);
}

/* The command. */
static int
run(struct tool *t, int argc, char **argv)
{
	struct options o = { .by = { NULL, NULL } };
	struct run r = { .t = t, .o = &o };
	struct import_options io;
	int rc;

	memset(&io, 0, sizeof(io));
	if ((rc = args_read(t, &o, &argc, argv)) != ARGS_GO ||
	    (rc = args_operands(t, argc, argv, 1, 1, "文件（- 为标准输入）",
	    "a file (-: standard input)")) != ARGS_GO ||
	    (rc = read_options(t, &o, &io)) != ARGS_GO)
		return (rc);
	r.path = argv[0];
	r.name = strrchr(r.path, '/') != NULL ? strrchr(r.path, '/') + 1 :
	    r.path;
	if ((rc = open_file(&r)) == ARGS_GO && (rc = open_reject(&r)) ==
	    ARGS_GO && (rc = listcmd_open(t, &o.by, o.list, 1, &r.l)) ==
	    ARGS_GO) {
		rc = take(&r, &io);
		listcmd_close(&r.l);
	}
	outfile_drop(r.out);
	csvfile_close(r.csv);
	if (r.f != NULL && r.f != t->in)
		(void)fclose(r.f);
	return (rc);
}

const struct command cmd_list_import = {
	.name = "list import",
	.synopsis = "FILE --list LIST --dir DIR --who NAME [--reject FILE] "
	    "[--dry-run] [options]",
	.brief = "take the rows of a file into a list (导入名单)",
	.text = "Reads a table: CSV in UTF-8, GB18030 (GBK) or UTF-16, with , ; tab "
	    "or | between the cells, as spreadsheets and bank systems write it.  "
	    "The first row names the columns, in Chinese or English, in any "
	    "order: document type (证件类型), number (证件号码, 卡号, 手机号), country "
	    "(国籍), category (类别), legal basis (法律依据), case number (案号), from "
	    "(起始日期), until (截止日期); only the number is required, the rest may be "
	    "given for the whole file.  A file of numbers alone needs no heading.  "
	    "Days: 2026-01-31, 2026/1/31, 20260131, 2026年1月31日.\n"
	    "\n"
	    "Good rows are taken whatever the others are.  Bad ones go to the "
	    "reject file with their line and the reason: mend them there and "
	    "import that file.  A number that a spreadsheet has rounded "
	    "(1.10105E+17) is never guessed at.  Importing the same file again "
	    "changes nothing.\n"
	    "\n"
	    "Numbers become tokens at once; neither the ledger nor the journal "
	    "holds one.  The reject file does.",
	.args = args,
	.exits = "0  all rows are on the list\n"
	    "1  the reject file is there already\n"
	    "64 wrong usage\n"
	    "65 some rows were rejected, or the file cannot be used\n"
	    "66 there is no such file\n"
	    "71 out of memory\n74 read or write error\n"
	    "75 another program is writing there: try again\n"
	    "77 no right to read the file\n"
	    "78 this is no centre's directory, or a setting or key is wrong\n",
	.examples = "liangka list import 惩戒名单.csv --list sanction --dir "
	    "/srv/centre --who wang --reason \"city bureau, November\"\n"
	    "liangka list import 惩戒名单.csv.rejected.csv --list sanction --dir "
	    "/srv/centre --who wang\n"
	    "liangka list import phones.txt --list phones --dir /srv/centre "
	    "--who wang --case 2026-7 --dry-run\n",
	.run = run,
};
