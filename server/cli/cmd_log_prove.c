#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "audit/package_cosigned.h"
#include "keys/sha256.h"
#include "store/tileproof.h"

#include "command.h"
#include "logplace.h"
#include "logread.h"
#include "lookup.h"
#include "moment.h"
#include "outfile.h"
#include "refid.h"

struct options {
	struct logplace place;
	struct logfilter filter;
	uint64_t seq;
	const char *out;
};

static const struct arg args[] = {
	LOGPLACE_DATA_ARG(struct options, place),
	{ "seq", ARG_NUMBER, 0, "SEQ", "the entry with this number, in place of "
	    "an ID: of any kind", NULL, 1, INT64_MAX,
	    ARG_AT(struct options, seq) },
	{ "out", ARG_STRING, 0, "FILE", "write the proof there (mode 0600; the "
	    "usual ending is .tlog-proof) and not on the output", NULL, 0, 0,
	    ARG_AT(struct options, out) },
	ARG_END
};

/* A proof in the making. */
struct prove {
	const struct tool *t;
	const struct options *o;
	struct logread *r;
	struct package *p;
	uint64_t seq;
	size_t log;		/* in which log */
	struct package_entry pe;
	uint8_t leaf[MERKLE_LEN];
	char cosigned[CHECKPOINT_MAX + 1];
	struct checkpoint head;	/* that the proof leads to */
	struct tileproof proof;
	char text[TILEPROOF_MAX];
	size_t len;
};

/* Find the entry and see that it is the one that is meant. */
static int
find(struct prove *x)
{
	const struct logfilter *f = &x->o->filter;

	switch (package_read(x->p, x->seq, &x->pe)) {
	case 0:
		break;
	case 1:
		return (logread_trouble(x->r, TOOL_NO,
		    "日志中没有第 %" PRIu64 " 条记录",
		    "the journal has no entry %" PRIu64, x->seq));
	default:
		return (logread_fault(x->r));
	}
	sha256_leaf(x->leaf, x->pe.text, x->pe.len);
	if (f->form == 2 && memcmp(x->leaf, f->prefix, sizeof(f->prefix)) != 0)
		return (logread_trouble(x->r, TOOL_DATA,
		    "没有编号为 %s 的决定：第 %" PRIu64 " 条记录的校验码不同，请核对编号",
		    "there is no decision %s: entry %" PRIu64 " has other "
		    "check digits; was the id mistyped?", f->id, x->seq));
	if (x->pe.log >= package_count(x->p))
		return (logread_trouble(x->r, TOOL_LATER,
		    "第 %" PRIu64 " 条记录尚未被已签名的检查点涵盖：请稍候一秒再试",
		    "entry %" PRIu64 " is not under a signed head yet: wait a "
		    "second and try again", x->seq));
	x->log = x->pe.log;
	if (x->pe.len > sizeof(x->proof.extra))
		return (logread_damage(x->r, "entry %" PRIu64 " is too long",
		    x->seq));
	memcpy(x->proof.extra, x->pe.text, x->pe.len);
	x->proof.extra_len = x->pe.len;
	x->proof.index = x->seq - package_log(x->p, x->log)->base;
	return (TOOL_OK);
}

/* Take the head with the witness's cosignature, where it covers the entry. */
static int
cosigned(struct prove *x)
{
	const struct package_log *log = package_log(x->p, x->log);
	char err[NOTE_ERROR_MAX];
	struct checkpoint c;
	struct note n;
	int len;

	len = package_cosigned(x->p, x->log, x->cosigned, sizeof(x->cosigned));
	if (len <= 0 || note_parse(&n, x->cosigned, (size_t)len, err) != 0 ||
	    checkpoint_read(&c, n.text, n.text_len, err) != 0 ||
	    strcmp(c.origin, log->head.origin) != 0 ||
	    c.size <= x->proof.index || c.size > log->head.size)
		return (0);
	x->head = c;
	x->proof.checkpoint = x->cosigned;
	x->proof.checkpoint_len = (size_t)len;
	return (1);
}

/* Make the proof and see that it holds. */
static int
make(struct prove *x)
{
	const struct package_log *log = package_log(x->p, x->log);
	struct merkle_source s = tiles_hasher(package_tiles(x->p, x->log));

	if (!cosigned(x)) {
		x->head = log->head;
		x->proof.checkpoint = log->note;
		x->proof.checkpoint_len = log->note_len;
	}
	if (merkle_prove_inclusion(x->proof.hash, &x->proof.n, x->proof.index,
	    x->head.size, &s) != 0)
		return (logread_damage(x->r, "%s: %s", log->name,
		    tiles_error(package_tiles(x->p, x->log))));
	if (merkle_check_inclusion(x->leaf, x->proof.index, x->head.size,
	    x->head.root, (const uint8_t (*)[MERKLE_LEN])x->proof.hash,
	    x->proof.n) != 0)
		return (logread_damage(x->r, "%s: its tiles have another root "
		    "than its head of %" PRIu64 " entries%s", x->head.origin,
		    x->head.size, x->proof.checkpoint == x->cosigned ?
		    ", which a witness has cosigned" : ""));
	x->len = tileproof_print(x->text, sizeof(x->text), &x->proof);
	return (x->len > 0 ? TOOL_OK : logread_damage(x->r,
	    "%s: its checkpoint is too long", log->name));
}

/* Write it. */
static int
write_out(struct prove *x)
{
	struct outfile *o;
	int rc = -1;

	if (x->o->out == NULL) {
		(void)fwrite(x->text, 1, x->len, x->t->out);
		return (TOOL_OK);
	}
	if ((o = outfile_open(x->o->out, 0600)) != NULL) {
		(void)fwrite(x->text, 1, x->len, outfile_stream(o));
		rc = outfile_commit(o);
	}
	if (rc != 0)
		return (tool_fail(x->t, TOOL_IO, "%s：%s", "%s: %s", x->o->out,
		    tool_errno(x->t, errno)));
	(void)fprintf(x->t->err, tool_zh(x->t,
	    "%s：第 %" PRIu64 " 条记录在 %s 的 %" PRIu64 " 条之中%s\n",
	    "%s: entry %" PRIu64 " is in %s of %" PRIu64 " entries%s\n"),
	    x->o->out, x->seq, x->head.origin, x->head.size,
	    x->proof.checkpoint == x->cosigned ?
	    tool_zh(x->t, "（已会签）", " (cosigned)") : "");
	return (TOOL_OK);
}

/* Prove. */
static int
prove(struct prove *x)
{
	int rc;

	if ((rc = logread_open(x->t, &x->o->place, &x->r)) != ARGS_GO)
		return (rc);
	x->p = logread_package(x->r);
	if ((rc = find(x)) == TOOL_OK)
		rc = make(x);
	if ((rc = logread_close(x->r, rc)) == TOOL_OK)
		rc = write_out(x);
	return (rc);
}

/* The command. */
static int
run(struct tool *t, int argc, char **argv)
{
	struct options o = { .filter = LOGFILTER_ANY };
	struct prove *x;
	int rc, ids;

	if ((rc = args_read(t, &o, &argc, argv)) != ARGS_GO)
		return (rc);
	ids = o.seq == 0;
	if ((rc = logplace_take(t, &o.place, argc, argv, ids, "编号", "ID")) !=
	    ARGS_GO)
		return (rc);
	o.filter.id = ids ? argv[0] : NULL;
	if ((rc = logfilter_take(t, &o.filter)) != ARGS_GO)
		return (rc);
	if ((x = calloc(1, sizeof(*x))) == NULL)
		return (tool_fail(t, TOOL_SYSTEM, "内存不足", "out of memory"));
	x->t = t;
	x->o = &o;
	lookup_unrecorded(t);
	x->seq = ids ? o.filter.want.about : o.seq;
	rc = prove(x);
	free(x);
	return (rc);
}

const struct command cmd_log_prove = {
	.name = "log prove",
	.synopsis = "{ID | --seq SEQ} [DIR|URL | --data DIR] [--out FILE]",
	.brief = "prove that an entry is in the log (出具存在证明)",
	.text = "Writes a proof (c2sp.org/tlog-proof@v1) that anyone can check "
	    "offline with the node's public key, with \"log check-proof\" or a "
	    "program of his own: the entry itself, its place, the hashes that "
	    "lead to the root, and the signed head.  The head is the one that a "
	    "witness has cosigned, where that covers the entry "
	    "(checkpoint.cosigned beside the log), else the newest.\n"
	    "\n"
	    "The proof holds the whole entry: treat it as personal data.  That "
	    "it was made is recorded nowhere, which is said; \"log dossier\" has "
	    "it recorded and puts a proof beside the other papers.",
	.args = args,
	.exits = "0  written\n1  there is no such entry\n64 wrong usage\n"
	    "65 the log is damaged, or the id mistyped\n66 there is no log\n"
	    "74 read or write error\n"
	    "75 no signed head covers the entry yet: wait a second\n"
	    "77 no right to read it\n",
	.examples = "liangka log prove b017-1042-9f3ac1d2 --out "
	    "1042.tlog-proof\n"
	    "liangka log prove --seq 7 https://b017.bank.example/log\n",
	.run = run,
};
