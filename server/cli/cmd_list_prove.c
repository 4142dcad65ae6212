#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/category.h"
#include "lists/centre_published.h"
#include "lists/listprooftext.h"
#include "plugin.h"
#include "store/disk.h"

#include "command.h"
#include "json.h"
#include "listcmd.h"
#include "outfile.h"

struct options {
	struct registers_by by;
	struct listcmd_whom whom;
	uint32_t version;
	const char *out, *reason;
};

static const struct arg prove_args[] = {
	REGISTERS_DIR_ARG(struct options, by),
	LISTCMD_NUMBER_ARGS(struct options, whom),
	LISTCMD_SERIAL_ARG(struct options, whom),
	{ "version", ARG_NUMBER, 0, "N", "version of the list (default: the newest "
	    "that is published)", NULL, 1, INT32_MAX,
	    ARG_AT(struct options, version) },
	{ "out", ARG_STRING, 0, "FILE", "where to write the proof (default: "
	    "standard output)", NULL, 0, 0, ARG_AT(struct options, out) },
	REGISTERS_WHO_ARG(struct options, by, ARG_REQUIRED),
	LISTCMD_REASON_ARG(struct options, reason, ARG_REQUIRED),
	ARG_END
};

/* What the proof says. */
static const char *
said(const struct tool *t, int present, const struct listrec *r)
{

	if (present == 0)
		return (tool_zh(t, "不在名单上", "is not on the list"));
	if ((listrec_flags(r) & LISTREC_CLEARED) != 0)
		return (tool_zh(t, "已因申诉成功撤销", "was cleared on appeal"));
	return (tool_zh(t, "在名单上", "is on the list"));
}

/* The same for programs. */
static const char *
word(int present, const struct listrec *r)
{

	return (present == 0 ? "absent" : (listrec_flags(r) &
	    LISTREC_CLEARED) != 0 ? "cleared" : "present");
}

/* Write the proof to a file. */
static int
to_file(const struct tool *t, const struct listprooftext *p, const char *path)
{
	struct outfile *out = outfile_open(path, 0600);

	if (out != NULL) {
		listprooftext_print(p, outfile_stream(out));
		if (outfile_commit(out) == 0)
			return (ARGS_GO);
	}
	return (tool_fail(t, TOOL_IO, "%s：无法写入：%s", "%s: cannot write: %s",
	    path, tool_errno(t, errno)));
}

/* Write the proof where it is wanted, and say what it proves. */
static int
hand_over(const struct tool *t, const struct options *o,
    const struct listprooftext *p)
{
	struct listrec r;
	struct json j;
	int present = listprooftext_proves(p, &r), rc;

	if (o->out == NULL && !t->json) {
		listprooftext_print(p, t->out);
		return (TOOL_OK);
	}
	if (o->out != NULL && (rc = to_file(t, p, o->out)) != ARGS_GO)
		return (rc);
	if (t->json) {
		json_begin(&j, t->out);
		json_text(&j, "list", p->info.id);
		json_u64(&j, "version", p->info.version);
		json_text(&j, "result", word(present, &r));
		json_text(&j, "category", present == 1 ? category_name(
		    r.category) : NULL);
		json_text(&j, "file", o->out);
		json_end(&j);
	} else
		(void)fprintf(t->out, tool_zh(t,
		    "名单 %s 第 %u 版：该号码%s；证明已写入 %s\n",
		    "list %s, version %u: the number %s; the proof is in %s\n"),
		    p->info.id, (unsigned)p->info.version, said(t, present, &r),
		    o->out);
	return (TOOL_OK);
}

/* Make the proof. */
static int
prove(const struct tool *t, struct options *o, struct listcmd *l)
{
	struct centre_published x;
	struct listprooftext p;
	char err[CENTRE_ERROR_MAX], hex[TOKEN_HEX_LEN + 1];
	struct token token;
	int rc;

	if ((rc = listcmd_find(t, l, &o->whom, &token)) != ARGS_GO)
		return (rc);
	rc = centre_published_load(&l->c, l->list->id, o->version, &x, err);
	if (rc != 0)
		return (tool_fail(t, rc == 1 ? TOOL_NO : TOOL_IO, "%s", "%s",
		    err));
	if (x.info.epoch != token_keys_epoch(l->keys, 0))
		rc = tool_fail(t, TOOL_NO, "该版本由第 %u 期名单密钥生成，现用第 %u 期",
		    "that version is of epoch %u of K_list, the key here is of "
		    "epoch %u", (unsigned)x.info.epoch,
		    (unsigned)token_keys_epoch(l->keys, 0));
	else if (listprooftext_make(&p, &x.info, x.r, x.n, &token,
	    x.targets_version, x.targets, x.targets_len) != 0)
		rc = tool_fail(t, TOOL_SYSTEM, "无法生成证明",
		    "the proof cannot be made");
	else {
		token_hex(&token, hex);
		if ((rc = listcmd_say(t, &l->c, &o->by, o->reason,
		    "list prove %s, version %u, token %s", l->list->id,
		    (unsigned)x.info.version, hex)) == ARGS_GO)
			rc = hand_over(t, o, &p);
		listprooftext_free(&p);
	}
	centre_published_free(&x);
	return (rc);
}

/* The command. */
static int
run_prove(struct tool *t, int argc, char **argv)
{
	struct options o = { .whom = LISTCMD_NOBODY };
	struct listcmd l;
	int rc;

	if ((rc = args_read(t, &o, &argc, argv)) == ARGS_GO &&
	    (rc = args_operands(t, argc, argv, 1, 1, "名单", "a list")) ==
	    ARGS_GO && (rc = listcmd_reason(t, o.reason)) == ARGS_GO &&
	    (rc = listcmd_ask(t, &o.whom)) == ARGS_GO &&
	    (rc = listcmd_open(t, &o.by, argv[0], 1, &l)) == ARGS_GO) {
		rc = prove(t, &o, &l);
		listcmd_close(&l);
	}
	explicit_bzero(o.whom.id_no, sizeof(o.whom.id_no));
	return (rc);
}

const struct command cmd_list_prove = {
	.name = "list prove",
	.synopsis = "LIST --dir DIR (--id-no - | --serial N) [--version N] [--out "
	    "FILE] --who NAME --reason TEXT [options]",
	.brief = "prove that a number is, or is not, on a published list (出具证明)",
	.text = "Writes a proof about one person, card or phone and one published "
	    "version of a list: that it is on it, was cleared on appeal, or is "
	    "not on it.  Whoever has the centre's root.json can check it "
	    "without us: \"list check-proof\".\n"
	    "\n"
	    "The proof holds the token of the number, never the number; and all "
	    "tokens of its bucket (160 on average), for only a whole bucket "
	    "proves that somebody is absent.  Those of others say nothing to "
	    "anybody without K_list.  It can be made as long as repo/ has the "
	    "files of that version.  Making one is recorded in the centre's "
	    "journal.",
	.args = prove_args,
	.exits = "0  written\n1  there is no such version\n" LISTCMD_EXITS,
	.examples = "liangka list prove sanction --dir /srv/centre --id-no - --out "
	    "proof.txt --who li --reason \"asked for by the court\"\n",
	.run = run_prove,
};

struct check_options {
	const char *root;
	struct registers_by by;
	struct listcmd_whom whom;
};

static const struct arg check_args[] = {
	{ "root", ARG_STRING, ARG_REQUIRED, "FILE", "the centre's root.json that "
	    "you trust, in force when the version was published", NULL, 0, 0,
	    ARG_AT(struct check_options, root) },
	{ "dir", ARG_STRING, 0, "DIR", "the centre's directory: see that the proof "
	    "is about the number that is given", NULL, 0, 0,
	    ARG_AT(struct check_options, by.dir) },
	LISTCMD_NUMBER_ARGS(struct check_options, whom),
	ARG_END
};

/* Is the proof about this number? */
static int
about(struct tool *t, struct check_options *o, const struct listprooftext *p)
{
	struct token token;
	struct listcmd l;
	int rc;

	if (o->by.dir == NULL)
		return (strcmp(o->whom.id_no, LISTCMD_NOT_GIVEN) == 0 ? ARGS_GO :
		    tool_fail(t, TOOL_USAGE, "核对号码须有 --dir（名单密钥在中心）",
		    "--id-no needs --dir: the key of the lists is at the "
		    "centre"));
	if ((rc = listcmd_ask(t, &o->whom)) != ARGS_GO ||
	    (rc = listcmd_open(t, &o->by, p->info.id, 0, &l)) != ARGS_GO)
		return (rc);
	if ((rc = listcmd_find(t, &l, &o->whom, &token)) == ARGS_GO &&
	    !token_equal(&token, &p->token))
		rc = tool_fail(t, TOOL_NO, "该证明说的不是这个号码",
		    "the proof is about another number");
	listcmd_close(&l);
	return (rc);
}

/* Say what is proven. */
static void
tell(const struct tool *t, const struct check_options *o,
    const struct listprooftext *p, int present, const struct listrec *r)
{
	char hex[TOKEN_HEX_LEN + 1], until[16];
	int english = t->language != LK_LANG_ZH;
	struct json j;

	token_hex(&p->token, hex);
	if (t->json) {
		json_begin(&j, t->out);
		json_text(&j, "list", p->info.id);
		json_u64(&j, "version", p->info.version);
		json_u64(&j, "targets", p->targets_version);
		json_text(&j, "token", hex);
		json_bool(&j, "number_checked", o->by.dir != NULL);
		json_text(&j, "result", word(present, r));
		json_text(&j, "category", present == 1 ? category_name(
		    r->category) : NULL);
		json_end(&j);
		return;
	}
	(void)fprintf(t->out, tool_zh(t, "证明成立：名单 %s 第 %u 版（第 %u 次发布，"
	    "签名有效），%s%s：%s\n", "PROVEN: list %s, version %u (publication %u, "
	    "signatures good): %s%s %s\n"), p->info.id,
	    (unsigned)p->info.version, (unsigned)p->targets_version,
	    o->by.dir != NULL ? tool_zh(t, "所给号码", "the number given") :
	    tool_zh(t, "令牌 ", "token "), o->by.dir != NULL ? "" : hex,
	    said(t, present, r));
	if (present == 1 && (listrec_flags(r) & LISTREC_CLEARED) == 0)
		(void)fprintf(t->out, tool_zh(t, "  %s，%s，截止 %s\n",
		    "  %s, %s, until %s\n"), category_text(r->category,
		    english), basis_text((int)listrec_source(r), english),
		    listcmd_day((int32_t)listrec_expiry(r), until));
}

/* Check a proof that was read. */
static int
check(struct tool *t, struct check_options *o, const char *name,
    const struct listprooftext *p)
{
	char err[CENTRE_ERROR_MAX];
	struct listrec r;
	int present = listprooftext_proves(p, &r), rc;

	memset(err, 0, sizeof(err));
	if (present == -1)
		return (tool_fail(t, TOOL_NO,
		    "%s：不成立：桶与路径算不出所写的根",
		    "%s: proves nothing: bucket and path do not yield the root",
		    name));
	if (listprooftext_signed(p, &disk_real, o->root, err) != 0)
		return (tool_fail(t, TOOL_NO, "%s：不成立：%s",
		    "%s: proves nothing: %s", name, err));
	if ((rc = about(t, o, p)) != ARGS_GO)
		return (rc);
	tell(t, o, p, present, &r);
	return (TOOL_OK);
}

/* The command. */
static int
run_check(struct tool *t, int argc, char **argv)
{
	struct check_options o = { .whom = LISTCMD_NOBODY };
	char err[LISTPROOFTEXT_ERROR_MAX], *text = NULL;
	struct listprooftext p;
	size_t len;
	int rc;

	if ((rc = args_read(t, &o, &argc, argv)) == ARGS_GO &&
	    (rc = args_operands(t, argc, argv, 1, 1, "证明文件（- 为标准输入）",
	    "the file of a proof (-: standard input)")) == ARGS_GO &&
	    (rc = registers_file(t, argv[0], LISTPROOFTEXT_MAX, &text, &len)) ==
	    ARGS_GO) {
		if (listprooftext_read(&p, argv[0], text, len, err) != 0)
			rc = tool_fail(t, TOOL_DATA, "%s", "%s", err);
		else {
			rc = check(t, &o, argv[0], &p);
			listprooftext_free(&p);
		}
		free(text);
	}
	explicit_bzero(o.whom.id_no, sizeof(o.whom.id_no));
	return (rc);
}

const struct command cmd_list_check_proof = {
	.name = "list check-proof",
	.synopsis = "FILE --root FILE [--dir DIR --id-no -] [options]",
	.brief = "check such a proof, without a network (验证证明)",
	.text = "Checks a proof that \"list prove\" made: that the bucket and its "
	    "path yield the root of the list, that the targets file in the proof "
	    "names this root for this version, and that enough of the keys of "
	    "--root have signed it.  Needs nothing but the two files.\n"
	    "\n"
	    "A proof is about a token.  Whether that is the token of a certain "
	    "number only the centre can tell, which has the key: with --dir and "
	    "--id-no this is checked too.",
	.args = check_args,
	.exits = "0  proven; the text says what\n1  it proves nothing, or is about "
	    "another number\n" LISTCMD_EXITS,
	.examples = "liangka list check-proof proof.txt --root root.json\n",
	.run = run_check,
};
