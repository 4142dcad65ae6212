#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "keys/hex.h"
#include "keys/sha256.h"
#include "store/entry.h"

#include "command.h"
#include "json.h"
#include "logcsv.h"
#include "logplace.h"
#include "logquery.h"
#include "outfile.h"

#define PROGRESS 4096 /* entries from one sign of life to the next */

enum { JSONL, CSV };
enum { UTF8, GB18030 };

static const struct word words_format[] = {
	{ "jsonl", "jsonl", JSONL },
	{ "csv", "csv", CSV },
	{ NULL, NULL, 0 }
};

static const struct word words_encoding[] = {
	{ "utf_8", "utf_8", UTF8 },
	{ "utf8", "utf8", UTF8 },
	{ "gb18030", "gb18030", GB18030 },
	{ NULL, NULL, 0 }
};

struct options {
	struct logplace place;
	struct logfilter filter;
	const char *out;
	int32_t format;
	int32_t encoding;
	int32_t leaf;
	int32_t no_progress;
};

static const struct arg args[] = {
	LOGPLACE_ARGS(struct options, place),
	LOGFILTER_ARGS(struct options, filter),
	{ "format", ARG_CODE, 0, "FORMAT", "jsonl (default) or csv",
	    words_format, 0, 0, ARG_AT(struct options, format) },
	{ "encoding", ARG_CODE, 0, "NAME", "of CSV: utf-8 (default; with a byte "
	    "order mark, as spreadsheets want it) or gb18030", words_encoding,
	    0, 0, ARG_AT(struct options, encoding) },
	{ "out", ARG_STRING, 0, "FILE", "write there: mode 0600, whole or not "
	    "at all", NULL, 0, 0, ARG_AT(struct options, out) },
	{ "leaf", ARG_FLAG, 0, NULL, "JSONL with the RFC 6962 leaf hash: "
	    "{\"leaf\":…,\"entry\":…} (CSV always has it)", NULL, 0, 0,
	    ARG_AT(struct options, leaf) },
	{ "no-progress", ARG_FLAG, 0, NULL, "no count on the terminal", NULL, 0,
	    0, ARG_AT(struct options, no_progress) },
	ARG_END
};

/* An export. */
struct export {
	const struct tool *t;
	const struct options *o;
	FILE *f;
	struct logcsv *csv;
	size_t n;
	int progress;		/* on t->err */
};

/* Show how far it is. */
static void
progress(const struct export *x, int end)
{

	if (!x->progress)
		return;
	(void)fprintf(x->t->err, "\r%zu%s", x->n, end ? "\r\33[K" : "");
	(void)fflush(x->t->err);
}

/* Write an entry as a line of JSON. */
static void
put_json(const struct export *x, const struct package_entry *pe)
{
	char hex[2 * SHA256_LEN + 1];
	uint8_t leaf[SHA256_LEN];
	struct json j;

	if (!x->o->leaf) {
		(void)fwrite(pe->text, 1, pe->len, x->f);
		(void)fputc('\n', x->f);
		return;
	}
	sha256_leaf(leaf, pe->text, pe->len);
	hex_encode(hex, leaf, sizeof(leaf));
	json_begin(&j, x->f);
	json_text(&j, "leaf", hex);
	json_raw(&j, "entry", pe->text, pe->len);
	json_end(&j);
}

/* Write an entry. */
static int
put(void *arg, const struct package_entry *pe, const struct entry *e)
{
	struct export *x = arg;

	if (x->csv != NULL)
		logcsv_put(x->csv, e, pe->text, pe->len);
	else
		put_json(x, pe);
	if (++x->n % PROGRESS == 0)
		progress(x, 0);
	/* A disk that is full will not get better by reading on. */
	return (ferror(x->f) ? TOOL_IO : TOOL_OK);
}

/* Go through the record. */
static int
gather(struct export *x)
{
	struct logquery q = { .f = &x->o->filter, .put = put, .arg = x };
	int rc;

	if ((rc = logread_open(x->t, &x->o->place, &q.r)) != ARGS_GO)
		return (rc);
	if (x->o->format == CSV && (x->csv = logcsv_open(x->f,
	    x->o->encoding == GB18030)) == NULL)
		return (logread_close(q.r, tool_fail(x->t, TOOL_SYSTEM,
		    "无法转换为 GB18030：本机 C 库没有该编码",
		    "cannot write GB18030: the C library of this machine has no "
		    "such module")));
	rc = logquery_run(&q);
	logcsv_close(x->csv);
	progress(x, 1);
	return (logread_close(q.r, rc));
}

/* Export into a file. */
static int
into_file(struct export *x)
{
	struct outfile *o;
	int rc;

	if ((o = outfile_open(x->o->out, 0600)) == NULL)
		return (tool_fail(x->t, errno == EACCES ? TOOL_DENIED :
		    TOOL_IO, "%s：%s", "%s: %s", x->o->out, tool_errno(x->t, errno)));
	x->f = outfile_stream(o);
	rc = gather(x);
	if (rc != TOOL_OK && !ferror(x->f)) {
		outfile_drop(o);
		return (rc);
	}
	if (outfile_commit(o) != 0)
		return (tool_fail(x->t, TOOL_IO, "%s：%s", "%s: %s", x->o->out,
		    tool_errno(x->t, errno)));
	(void)fprintf(x->t->err, tool_zh(x->t, "%s：%zu 条记录\n",
	    "%s: %zu entries\n"), x->o->out, x->n);
	return (rc);
}

/* The command. */
static int
run(struct tool *t, int argc, char **argv)
{
	struct options o = { .filter = LOGFILTER_ANY };
	struct export x = { .t = t, .o = &o, .f = t->out };
	int rc;

	if ((rc = args_read(t, &o, &argc, argv)) != ARGS_GO ||
	    (rc = logplace_take(t, &o.place, argc, argv, 0, "", "")) !=
	    ARGS_GO || (rc = logfilter_take(t, &o.filter)) != ARGS_GO)
		return (rc);
	if (o.format == JSONL && o.encoding == GB18030)
		return (tool_fail(t, TOOL_USAGE,
		    "JSON 须为 UTF-8；gb18030 请用 --format csv",
		    "JSON is UTF-8: gb18030 goes with --format csv"));
	if (o.format == CSV && o.leaf)
		return (tool_fail(t, TOOL_USAGE, "CSV 已含 leaf 列，无需 --leaf",
		    "CSV has the leaf hash already: no --leaf"));
	x.progress = !o.no_progress && fileno(t->err) >= 0 &&
	    isatty(fileno(t->err)) && (o.out != NULL ||
	    !isatty(fileno(t->out)));
	return (o.out != NULL ? into_file(&x) : gather(&x));
}

const struct command cmd_log_export = {
	.name = "log export",
	.synopsis = "[DIR|URL | --data DIR] [--format jsonl|csv] [--encoding "
	    "utf-8|gb18030] [--out FILE] [conditions]",
	.brief = "write the journal to a file (导出日志)",
	.text = "JSONL has one entry a line, byte for byte as it is stored and "
	    "hashed.  CSV (RFC 4180) has the columns seq, time, at, kind, "
	    "outcome, institution, outlet, teller, terminal, txn, visit, "
	    "product, operation, channel, quantity, decision, floor, hits, "
	    "lifted, shadow, needs, reason, policy, expires, ref, decided_by, "
	    "second, note, flags, person, agent, leaf; later versions add "
	    "columns at the end only.  Times are UTC+8, codes English words, "
	    "person and agent tokens.  A text that a spreadsheet would take for "
	    "a formula gets a ' in front.  Spreadsheets spoil long numbers such "
	    "as transaction ids when they open a CSV: import those columns as "
	    "text.\n"
	    "\n"
	    "All entries are exported, heartbeats too, unless conditions are "
	    "given.  Nothing is written to FILE when the log is damaged.  The "
	    "export is personal data: it says who opened what, by token.",
	.args = args,
	.exits = "0  exported\n64 wrong usage\n"
	    "65 the log is damaged or cut: file, place and seq are told\n"
	    "66 there is no log\n74 read or write error\n"
	    "77 no right to read or write it\n",
	.examples = "liangka log export --out 2026.jsonl\n"
	    "liangka log export --format csv --encoding gb18030 --out "
	    "nov.csv --since 2026-11-01 --until 2026-12-01\n",
	.run = run,
};
