#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "keys/hex.h"
#include "keys/sha256.h"
#include "plugin.h"
#include "store/entry.h"
#include "store/tileproof.h"

#include "command.h"
#include "json.h"
#include "logkeys.h"
#include "logplace.h"
#include "logrow.h"
#include "moment.h"
#include "width.h"

#define COLUMNS 79

struct options {
	struct logfilter filter;
	struct arg_list key;
	struct arg_list witness;
	const char *entry;
};

static const struct arg args[] = {
	{ "key", ARG_LIST, ARG_REQUIRED, "VKEY|FILE", "verifier key of the log "
	    "or its node; may be given several times; a file holds one a line",
	    NULL, 0, 0, ARG_AT(struct options, key) },
	{ "witness", ARG_LIST, 0, "VKEY|FILE", "a witness that must have "
	    "cosigned; several: all of them", NULL, 0, 0,
	    ARG_AT(struct options, witness) },
	{ "entry", ARG_STRING, 0, "FILE", "the entry, where it is not in the "
	    "proof or is to be compared: as \"log show --json\" prints it",
	    NULL, 0, 0, ARG_AT(struct options, entry) },
	LOGFILTER_TEXT("id", "ID", "the decision id or reference that the entry "
	    "must have", struct options, filter.id),
	ARG_END
};

/* A check. */
struct check {
	const struct tool *t;
	const struct options *o;
	struct logkeys keys;	/* of logs, then of witnesses */
	size_t nlogs;
	char text[TILEPROOF_MAX + 1];
	size_t len;
	char entry[ENTRY_MAX + 2];
	size_t entry_len;
	struct tileproof p;
	struct checkpoint c;
	struct note n;
	struct entry e;
	struct logrow row;
};

/* Read a whole small file or, for "-", standard input. */
static int
slurp(const struct tool *t, const char *path, char *buf, size_t cap,
    size_t *len)
{
	int input = strcmp(path, "-") == 0, failed;
	FILE *f;

	if ((f = input ? t->in : fopen(path, "re")) == NULL)
		return (tool_fail(t, errno == EACCES ? TOOL_DENIED :
		    TOOL_NOINPUT, "%s：%s", "%s: %s", path, tool_errno(t, errno)));
	*len = fread(buf, 1, cap, f);
	failed = ferror(f);
	if (!input)
		(void)fclose(f);
	if (failed)
		return (tool_fail(t, TOOL_IO, "%s：%s", "%s: %s", path,
		    tool_errno(t, errno)));
	if (*len == cap)
		return (tool_fail(t, TOOL_DATA, "%s：过长", "%s: too long",
		    path));
	return (ARGS_GO);
}

/* Take the entry out of the proof, or from its file. */
static int
take_entry(struct check *x)
{
	const char *path = x->o->entry;
	int rc;

	if (path == NULL) {
		if (x->p.extra_len == 0)
			return (tool_fail(x->t, TOOL_USAGE,
			    "证明中没有记录原文，请用 --entry 给出",
			    "the proof has no entry in it: give it with "
			    "--entry"));
		if (x->p.extra_len > ENTRY_MAX)
			return (tool_fail(x->t, TOOL_DATA,
			    "证明中的记录过长", "the entry in the proof is "
			    "longer than an entry can be"));
		memcpy(x->entry, x->p.extra, x->p.extra_len);
		x->entry_len = x->p.extra_len;
		return (ARGS_GO);
	}
	if ((rc = slurp(x->t, path, x->entry, sizeof(x->entry),
	    &x->entry_len)) != ARGS_GO)
		return (rc);
	if (x->entry_len > 0 && x->entry[x->entry_len - 1] == '\n')
		x->entry_len--;
	if (x->p.extra_len > 0 && (x->p.extra_len != x->entry_len ||
	    memcmp(x->p.extra, x->entry, x->entry_len) != 0))
		return (tool_fail(x->t, TOOL_NO,
		    "不成立：%s 与证明中的记录不同",
		    "NOT PROVED: %s is not the entry in the proof", path));
	return (ARGS_GO);
}

/* Has every witness that must have cosigned done so? */
static int
witnesses(const struct check *x)
{
	size_t i, j;

	for (i = x->nlogs; i < x->keys.n; i++) {
		for (j = 0; j < x->n.n; j++)
			if (x->n.sig[j].by == x->keys.v[i])
				break;
		if (j == x->n.n)
			return (tool_fail(x->t, TOOL_NO,
			    "不成立：%s 没有会签", "NOT PROVED: %s has not "
			    "cosigned the head", x->keys.v[i]->name));
	}
	return (ARGS_GO);
}

/* Is the entry the one with the id? */
static int
is_meant(const struct check *x, const uint8_t leaf[MERKLE_LEN])
{
	const struct logfilter *f = &x->o->filter;

	if (f->id == NULL || (x->e.seq == f->want.about && (f->form != 2 ||
	    memcmp(leaf, f->prefix, sizeof(f->prefix)) == 0)))
		return (ARGS_GO);
	return (tool_fail(x->t, TOOL_NO, "不成立：所证明的不是 %s",
	    "NOT PROVED: this is not %s", f->id));
}

/* Check it. */
static int
check(struct check *x, const char *file)
{
	char err[NOTE_ERROR_MAX];
	uint8_t leaf[MERKLE_LEN];
	size_t at;
	int rc;

	if (tileproof_read(&x->p, x->text, x->len, err) != 0)
		return (tool_fail(x->t, TOOL_DATA, "%s：%s", "%s: %s", file,
		    err));
	if ((rc = take_entry(x)) != ARGS_GO)
		return (rc);
	sha256_leaf(leaf, x->entry, x->entry_len);
	if (tileproof_check(&x->p, leaf, logkeys_const(&x->keys), x->keys.n,
	    &x->c, &x->n, err) != 0)
		return (tool_fail(x->t, TOOL_NO, "不成立：%s",
		    "NOT PROVED: %s", err));
	if (entry_parse(&x->e, x->entry, x->entry_len, &at) != 0)
		return (tool_fail(x->t, TOOL_NO, "不成立：日志中的这一条不是"
		    "记录（第 %zu 字节）", "NOT PROVED: what is in the log is "
		    "not an entry (byte %zu)", at));
	if ((rc = witnesses(x)) != ARGS_GO)
		return (rc);
	return (is_meant(x, leaf));
}

/* Tell who signed, as JSON. */
static void
signatures_json(const struct check *x, struct json *j)
{
	const struct note_signature *g;
	size_t i;

	json_list(j, "signatures");
	for (i = 0; i < x->n.n; i++) {
		if ((g = &x->n.sig[i])->by == NULL)
			continue;
		json_open(j, NULL);
		json_text(j, "name", g->by->name);
		if (g->time != 0)
			json_time(j, "time", (int64_t)g->time * 1000);
		json_end(j);
	}
	json_close(j);
}

/* Tell what is proved, as JSON. */
static void
show_json(const struct check *x)
{
	char root[2 * MERKLE_LEN + 1];
	struct json j;

	hex_encode(root, x->c.root, sizeof(x->c.root));
	json_begin(&j, x->t->out);
	json_bool(&j, "proved", 1);
	json_text(&j, "origin", x->c.origin);
	json_u64(&j, "index", x->p.index);
	json_u64(&j, "size", x->c.size);
	json_text(&j, "root", root);
	signatures_json(x, &j);
	json_raw(&j, "entry", x->entry, x->entry_len);
	json_end(&j);
}

/* Tell what is proved. */
static void
show(struct check *x)
{
	FILE *f = x->t->out;
	int zh = x->t->language == LK_LANG_ZH;
	const char *const *heads = logrow_heads(zh);
	const struct note_signature *g;
	char time[MOMENT_SIZE];
	size_t i, wide = 0;

	logrow_make(&x->row, &x->e, zh);
	(void)fprintf(f, tool_zh(x->t,
	    "%s成立%s：记录 %" PRIu64 "（叶序号 %" PRIu64 "）在 %s 的 %" PRIu64
	    " 条记录之中\n", "%sPROVED%s: seq %" PRIu64 " (index %" PRIu64
	    ") is in %s of %" PRIu64 " entries\n"),
	    tool_paint(x->t, TOOL_GREEN), tool_paint(x->t, TOOL_PLAIN),
	    x->e.seq, x->p.index, x->c.origin, x->c.size);
	for (i = 0; i < x->n.n; i++) {
		if ((g = &x->n.sig[i])->by == NULL)
			continue;
		if (g->time != 0)
			(void)fprintf(f, tool_zh(x->t, "  会签 %s 于 %s\n",
			    "  cosigned by %s at %s\n"), g->by->name,
			    moment_print((int64_t)g->time * 1000, time));
		else
			(void)fprintf(f, tool_zh(x->t, "  签名 %s\n",
			    "  signed by %s\n"), g->by->name);
	}
	for (i = 0; i < LOGROW_CELLS; i++)
		if (x->row.cell[i][0] != '\0' && width_of(heads[i]) > wide)
			wide = width_of(heads[i]);
	for (i = 0; i < LOGROW_CELLS; i++) {
		if (x->row.cell[i][0] == '\0')
			continue;
		(void)fputs("  ", f);
		width_pad(f, heads[i], wide + 2);
		width_wrap(f, x->row.cell[i], wide + 4, COLUMNS);
		(void)fputc('\n', f);
	}
}

/* Read all that is needed and check. */
static int
begin(struct check *x, const char *file)
{
	int rc;

	if ((rc = logkeys_read(x->t, &x->keys, "key", &x->o->key)) != ARGS_GO)
		return (rc);
	x->nlogs = x->keys.n;
	if ((rc = logkeys_read(x->t, &x->keys, "witness", &x->o->witness)) !=
	    ARGS_GO || (rc = slurp(x->t, file, x->text, sizeof(x->text),
	    &x->len)) != ARGS_GO || (rc = check(x, file)) != ARGS_GO)
		return (rc);
	if (x->t->json)
		show_json(x);
	else
		show(x);
	return (TOOL_OK);
}

/* The command. */
static int
run(struct tool *t, int argc, char **argv)
{
	struct options o = { .filter = LOGFILTER_ANY };
	struct check *x;
	int rc;

	if ((rc = args_read(t, &o, &argc, argv)) != ARGS_GO ||
	    (rc = args_operands(t, argc, argv, 1, 1, "证明文件", "FILE")) !=
	    ARGS_GO || (rc = logfilter_take(t, &o.filter)) != ARGS_GO)
		return (rc);
	if ((x = calloc(1, sizeof(*x))) == NULL)
		return (tool_fail(t, TOOL_SYSTEM, "内存不足", "out of memory"));
	x->t = t;
	x->o = &o;
	rc = begin(x, argv[0]);
	logkeys_free(&x->keys);
	free(x);
	return (rc);
}

const struct command cmd_log_check_proof = {
	.name = "log check-proof",
	.synopsis = "FILE --key VKEY|FILE... [--witness VKEY|FILE...] [--id ID] "
	    "[--entry FILE]",
	.brief = "check such a proof, offline (核验存在证明)",
	.text = "Needs nothing but the file (- is standard input) and public "
	    "keys: verifies the signature of the head by the log's key, the "
	    "cosignature of each witness that is named, and that the hashes "
	    "lead from the entry to the root.  Then it tells what is proved.  "
	    "Get the keys from the centre, not from who shows you the proof.",
	.args = args,
	.exits = "0  proved\n1  NOT proved: why is told\n64 wrong usage\n"
	    "65 the file is no proof (the line is told), or a key malformed\n"
	    "66 there is no such file\n74 read error\n"
	    "77 no right to read it\n",
	.examples = "liangka log check-proof 1042.tlog-proof --key "
	    "b017.key.pub\n"
	    "liangka log check-proof p.tlog-proof --key branches.vkeys "
	    "--witness centre.key.pub --id b017-1042-9f3ac1d2\n",
	.run = run,
};
