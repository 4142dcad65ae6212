#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audit/logtail.h"
#include "keys/sha256.h"
#include "plugin.h"
#include "store/entry.h"
#include "store/wal.h"
#include "store/wal_segment.h"

#include "command.h"
#include "json.h"
#include "logrow.h"
#include "logwant.h"
#include "refid.h"
#include "table.h"

#define DATA "/var/lib/liangka"
#define LAST_MAX 100000

struct options {
	const char *data;
	const char *wal;
	const char *id;
	uint64_t from;
	uint64_t to;
	int32_t last;
	int32_t leaf;
	struct logwant want;
};

#define AT(member) ARG_AT(struct options, member)
#define STRING(name, value, help, member) \
	{ name, ARG_STRING, 0, value, help, NULL, 0, 0, AT(member) }

static const struct arg args[] = {
	STRING("data", "DIR", "data directory of the daemon; its wal/ is read "
	    "(default " DATA ")", data),
	STRING("wal", "DIR", "the log's directory itself, such as a copy of "
	    "wal/", wal),
	{ "from", ARG_NUMBER, 0, "SEQ", "from this entry on", NULL, 1,
	    INT64_MAX, AT(from) },
	{ "to", ARG_NUMBER, 0, "SEQ", "up to this entry", NULL, 1, INT64_MAX,
	    AT(to) },
	{ "since", ARG_TIME, 0, "TIME", "entries of this time and later, e.g. "
	    "2026-11-22, \"2026-11-22 14:05\" (UTC+8), 2h", NULL, 0, 0,
	    AT(want.since) },
	{ "until", ARG_TIME, 0, "TIME", "entries before this time", NULL, 0, 0,
	    AT(want.until) },
	{ "last", ARG_NUMBER, 0, "N", "only the last N that fit", NULL, 1,
	    LAST_MAX, AT(last) },
	{ "kind", ARG_CODE, 0, "KIND", "only this kind of entry", words_kind, 0,
	    0, AT(want.kind) },
	{ "decision", ARG_CODE, 0, "WORD", "only decisions with this outcome",
	    words_decision, 0, 0, AT(want.decision) },
	STRING("rule", "RULE", "only decisions that this rule hit", want.rule),
	STRING("id", "ID", "the decision with this id or reference, and all "
	    "that was recorded about it later", id),
	STRING("txn", "ID", "only entries with this transaction id", want.txn),
	STRING("inst", "ID", "only this institution (机构)", want.inst),
	STRING("outlet", "ID", "only this outlet (网点)", want.outlet),
	STRING("teller", "ID", "only this teller (柜员)", want.teller),
	{ "leaf", ARG_FLAG, 0, NULL, "with the RFC 6962 leaf hash of each; "
	    "with --json: {\"leaf\":…,\"entry\":…}", NULL, 0, 0, AT(leaf) },
	ARG_END
};

/* One entry that is kept until it is known to be among the last. */
struct kept {
	char *p;
	size_t len;
};

/* A reading of the log. */
struct show {
	const struct tool *t;
	const struct options *o;
	char dir[1024];
	struct table *table;
	struct kept *ring;	/* of o->last places, or NULL */
	size_t kept;		/* how many were ever put there */
	size_t shown;
	uint64_t next;		/* the seq that comes next */
	uint8_t prefix[4];	/* of the leaf hash in o->id */
	int form;		/* of o->id: see refid_parse() */
	char trouble[2048];	/* what is wrong with the log: told last */
	struct entry e;
	struct logrow row;
};

/* Write a leaf hash as hex digits. */
static void
leaf_hex(const char *p, size_t len, char hex[65])
{
	uint8_t leaf[SHA256_LEN];
	int i;

	sha256_leaf(leaf, p, len);
	for (i = 0; i < SHA256_LEN; i++)
		(void)snprintf(&hex[2 * i], 3, "%02x", leaf[i]);
}

/* Write an entry. */
static int
print(struct show *s, const char *p, size_t len)
{
	const char *cells[LOGROW_CELLS];
	char hex[65];
	struct json j;
	size_t at, i, n;

	s->shown++;
	if (s->o->leaf)
		leaf_hex(p, len, hex);
	if (s->t->json && s->o->leaf) {
		json_begin(&j, s->t->out);
		json_text(&j, "leaf", hex);
		json_raw(&j, "entry", p, len);
		json_end(&j);
		return (0);
	}
	if (s->t->json) {
		(void)fwrite(p, 1, len, s->t->out);
		(void)fputc('\n', s->t->out);
		return (0);
	}
	(void)entry_parse(&s->e, p, len, &at);
	logrow_make(&s->row, &s->e, s->t->language == LK_LANG_ZH);
	if (s->o->leaf) {
		n = strlen(s->row.cell[LOGROW_CELLS - 1]);
		(void)snprintf(&s->row.cell[LOGROW_CELLS - 1][n],
		    LOGROW_CELL - n, "%sleaf %s", n > 0 ? "  " : "", hex);
	}
	for (i = 0; i < LOGROW_CELLS; i++)
		cells[i] = s->row.cell[i];
	return (table_row(s->table, cells));
}

/* Keep an entry among the last. */
static int
keep(struct show *s, const char *p, size_t len)
{
	struct kept *k = &s->ring[s->kept % (size_t)s->o->last];
	char *copy;

	if ((copy = malloc(len)) == NULL)
		return (-1);
	memcpy(copy, p, len);
	free(k->p);
	k->p = copy;
	k->len = len;
	s->kept++;
	return (0);
}

/* Does the decision with this seq have the hash that its id claims? */
static int
mistyped(const struct show *s, const struct wal_entry *we)
{
	uint8_t leaf[SHA256_LEN];

	if (s->form != 2 || we->seq != s->o->want.about)
		return (0);
	sha256_leaf(leaf, we->entry, we->len);
	return (memcmp(leaf, s->prefix, sizeof(s->prefix)) != 0);
}

/* Keep what is wrong, to be told behind all rows. */
static int __attribute__((format(printf, 3, 5), format(printf, 4, 5)))
trouble(struct show *s, int code, const char *zh, const char *en, ...)
{
	va_list ap;

	va_start(ap, en);
	(void)vsnprintf(s->trouble, sizeof(s->trouble), tool_zh(s->t, zh, en),
	    ap);
	va_end(ap);
	return (code);
}

/* Take one entry of the log. */
static int
take(struct show *s, const struct wal_entry *we)
{
	const char *p = (const char *)we->entry;
	size_t at;
	int rc;

	if (entry_parse(&s->e, p, we->len, &at) != 0)
		return (trouble(s, TOOL_DATA,
		    "%s：seq %" PRIu64 "：记录内容有误（第 %zu 字节），请报告",
		    "%s: seq %" PRIu64 ": the entry is not well-formed at its "
		    "byte %zu; please report it", s->dir, we->seq, at));
	if (mistyped(s, we))
		return (trouble(s, TOOL_DATA,
		    "没有编号为 %s 的决定：第 %" PRIu64 " 条记录的校验码不同，请核对编号",
		    "there is no decision %s: entry %" PRIu64 " has other "
		    "check digits; was the id mistyped?", s->o->id, we->seq));
	if (!logwant_fits(&s->o->want, &s->e))
		return (TOOL_OK);
	rc = s->ring != NULL ? keep(s, p, we->len) : print(s, p, we->len);
	return (rc == 0 ? TOOL_OK : tool_fail(s->t, TOOL_SYSTEM, "内存不足",
	    "out of memory"));
}

/* Why the log cannot be opened. */
static int
closed(struct show *s, const char *err)
{
	uint64_t *firsts = NULL;
	size_t n = 0;
	int rc;

	errno = 0;
	rc = wal_segment_list(&disk_real, s->dir, &firsts, &n);
	if (rc != 0 && errno == EACCES)
		return (trouble(s, TOOL_DENIED, "%s；须由 root 或守护进程的用户读取",
		    "%s; read it as root or as the daemon's user", err));
	free(firsts);
	if (rc == 0 && n > 0)
		return (trouble(s, TOOL_DATA, "%s", "%s", err));
	return (trouble(s, TOOL_NOINPUT,
	    "%s；请用 --data 指定 liangkad.conf 中的 data 目录",
	    "%s; name the `data` directory of liangkad.conf with --data",
	    err));
}

/* The reader found no further entry: is that the end? */
static int
ended(struct show *s)
{
	char err[1400];

	switch (logtail_judge(s->dir, s->next, err, sizeof(err))) {
	case 0:
		return (TOOL_OK);
	case -1:
		return (trouble(s, TOOL_DATA,
		    "日志已损坏：%s。请保留现场，从备份恢复，并报告上级",
		    "the log is damaged: %s.  Keep all files as they are, "
		    "restore from a copy, and tell the centre", err));
	default:
		return (trouble(s, TOOL_IO, "%s", "%s", err));
	}
}

/* Read from an entry on to the end of what is wanted. */
static int
walk(struct show *s, uint64_t from)
{
	uint64_t to = s->o->to != 0 ? s->o->to : UINT64_MAX;
	struct wal_reader *r;
	struct wal_entry we;
	char err[1400];
	int rc = TOOL_OK, more;

	if ((r = wal_reader_open(NULL, s->dir, 0, from, err, sizeof(err))) ==
	    NULL)
		return (closed(s, err));
	s->next = from;
	while ((more = wal_reader_next(r, UINT64_MAX, &we)) == 1) {
		s->next = we.seq + 1;
		if (we.seq > to || (rc = take(s, &we)) != TOOL_OK)
			break;
	}
	if (more == -1)
		rc = trouble(s, TOOL_DATA, "%s", "%s", wal_reader_error(r));
	wal_reader_close(r);
	return (more != 0 || s->next > to ? rc : ended(s));
}

/* Begin as near to the end as gives enough entries. */
static int
walk_last(struct show *s)
{
	uint64_t *firsts, from;
	size_t n, step = 1;
	int rc = TOOL_OK;

	if (wal_segment_list(&disk_real, s->dir, &firsts, &n) != 0 || n == 0)
		return (walk(s, s->o->from));
	for (;; step *= 2) {
		from = step < n ? firsts[n - step] : firsts[0];
		if (from < s->o->from)
			from = s->o->from;
		s->kept = 0;
		if ((rc = walk(s, from)) != TOOL_OK ||
		    s->kept >= (size_t)s->o->last || step >= n ||
		    from <= s->o->from)
			break;
	}
	free(firsts);
	return (rc);
}

/* Write what was kept. */
static int
print_kept(struct show *s)
{
	size_t n = (size_t)s->o->last, i;
	struct kept *k;
	int rc = 0;

	i = s->kept > n ? s->kept - n : 0;
	for (; i < s->kept && rc == 0; i++) {
		k = &s->ring[i % n];
		rc = print(s, k->p, k->len);
	}
	return (rc == 0 ? TOOL_OK : TOOL_SYSTEM);
}

/* Which entry the id names. */
static int
name(struct show *s, struct options *o)
{

	if (o->id == NULL)
		return (ARGS_GO);
	if ((s->form = refid_parse(o->id, &o->want.about, s->prefix)) == 0)
		return (tool_fail(s->t, TOOL_USAGE,
		    "“%s”既不是决定编号，也不是参考号（校验字符不符），请核对",
		    "\"%s\" is neither a decision id nor a reference (its check "
		    "character does not fit): mistyped?", o->id));
	if (o->from < o->want.about)
		o->from = o->want.about;
	return (ARGS_GO);
}

/* Where the log is. */
static int
place(struct show *s)
{
	const struct options *o = s->o;
	int n;

	if (o->wal != NULL && o->data != NULL)
		return (tool_fail(s->t, TOOL_USAGE,
		    "--data 与 --wal 只能给出其一",
		    "give --data or --wal, not both"));
	n = o->wal != NULL ? snprintf(s->dir, sizeof(s->dir), "%s", o->wal) :
	    snprintf(s->dir, sizeof(s->dir), "%s/wal", o->data != NULL ?
	    o->data : DATA);
	if (n < 0 || (size_t)n >= sizeof(s->dir) - 64)
		return (tool_fail(s->t, TOOL_USAGE, "目录名过长",
		    "the name of the directory is too long"));
	return (ARGS_GO);
}

/* Show what is wanted. */
static int
show(struct show *s)
{
	const struct options *o = s->o;
	int rc, kept;
	size_t i;

	if (!s->t->json && (s->table = table_new(s->t->out, LOGROW_CELLS,
	    logrow_heads(s->t->language == LK_LANG_ZH))) == NULL)
		goto nomem;
	if (o->last != 0 && (s->ring = calloc((size_t)o->last,
	    sizeof(*s->ring))) == NULL)
		goto nomem;
	rc = o->last != 0 ? walk_last(s) : walk(s, o->from);
	if (s->ring != NULL) {
		if ((kept = print_kept(s)) != TOOL_OK && rc == TOOL_OK)
			rc = kept;
		for (i = 0; i < (size_t)o->last; i++)
			free(s->ring[i].p);
		free(s->ring);
	}
	table_end(s->table);
	if (s->trouble[0] != '\0')
		return (tool_fail(s->t, rc, "%s", "%s", s->trouble));
	if (rc == TOOL_OK && s->shown == 0 && o->id != NULL)
		rc = tool_fail(s->t, TOOL_NO, "日志中没有 %s",
		    "the journal has no %s", o->id);
	return (rc);

nomem:
	table_end(s->table);
	return (tool_fail(s->t, TOOL_SYSTEM, "内存不足", "out of memory"));
}

/* The command. */
static int
run(struct tool *t, int argc, char **argv)
{
	struct options o = { .want.kind = LOGWANT_ANY,
		.want.decision = LOGWANT_ANY };
	struct show *s;
	int rc;

	if ((rc = args_read(t, &o, &argc, argv)) != ARGS_GO ||
	    (rc = args_operands(t, argc, argv, 0, 0, "", "")) != ARGS_GO)
		return (rc);
	if ((s = calloc(1, sizeof(*s))) == NULL)
		return (tool_fail(t, TOOL_SYSTEM, "内存不足",
		    "out of memory"));
	s->t = t;
	s->o = &o;
	if ((rc = name(s, &o)) == ARGS_GO && (rc = place(s)) == ARGS_GO)
		rc = show(s);
	free(s);
	return (rc);
}

const struct command cmd_log_show = {
	.name = "log show",
	.synopsis = "[--data DIR | --wal DIR] [--last N] [--from SEQ] "
	    "[--to SEQ] [--kind KIND] [--decision WORD] [--id ID] [options]",
	.brief = "read the journal (查看日志)",
	.text = "Reads the journal itself, for reading only, beside a running "
	    "liangkad or without one.  It needs the right to read the data "
	    "directory: use the daemon's user or root.  Only what stands in an "
	    "entry is shown; applicants are in it as tokens.\n"
	    "\n"
	    "With --json each line is an entry byte for byte as it is stored "
	    "and hashed.  Several conditions must all hold.",
	.args = args,
	.exits = "0  shown\n1  no entry bears this --id\n64 wrong usage\n"
	    "65 the log is damaged: file, offset and seq are told\n"
	    "66 there is no log\n74 read or write error\n"
	    "77 no right to read it\n",
	.examples = "liangka log show --last 20\n"
	    "liangka log show --decision reject --since 2026-11-22\n"
	    "liangka log show --id b017-1042-9f3ac1d2 --json --leaf\n"
	    "liangka log show --teller t07 --since 2h --json | jq .hits\n",
	.run = run,
};
