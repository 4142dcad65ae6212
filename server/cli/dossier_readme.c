#include <inttypes.h>
#include <stdio.h>

#include "keys/hex.h"

#include "dossier.h"

/* What each file is. */
static void
files(const struct dossier *d, FILE *f)
{

	(void)fputs("Files\n"
	    "  dossier.html        the page, to read and to print\n"
	    "  entry.json          the journal entry, byte for byte as it was "
	    "hashed (no newline)\n"
	    "  receipt.txt         what the branch was given when it was "
	    "decided\n", f);
	if (d->proved)
		(void)fputs("  entry.tlog-proof    that the entry is in the "
		    "log (c2sp.org/tlog-proof@v1)\n"
		    "  checkpoint          the signed head of the log "
		    "(c2sp.org/tlog-checkpoint)\n"
		    "  vkey                the key as it lies beside the log: "
		    "compare it with the one you\n"
		    "                      were handed by the node's owner\n",
		    f);
	if (d->c->policy_text != NULL)
		(void)fputs("  <sha256>.policy     all rules that were in "
		    "force; its name is its SHA-256\n", f);
	if (d->explained)
		(void)fputs("  rules.txt           those of them that hit\n"
		    "  explanation.*.txt   every rule with its figures\n"
		    "  messages.txt        what teller and applicant were "
		    "told\n", f);
	(void)fputs("  later/<n>.json      entries that were recorded about it "
	    "since\n"
	    "  seen/<n>.json       entries that say who looked at it\n\n", f);
}

/* How to check the proof. */
static void
checks(const struct dossier *d, FILE *f)
{
	char hex[65];

	hex_encode(hex, d->c->leaf, 32);
	(void)fprintf(f, "1. The leaf hash is SHA-256 of a zero byte and the "
	    "entry (RFC 6962, 2.1):\n\n"
	    "     { printf '\\000'; cat entry.json; } | sha256sum\n"
	    "     %s\n\n", hex);
	if (!d->proved) {
		(void)fputs("   No signed head of the log covers the entry "
		    "yet: there is no proof so far.\n\n", f);
		return;
	}
	(void)fprintf(f, "2. It is leaf %" PRIu64 " of the log\n\n     %s\n\n"
	    "   of %" PRIu64 " entries.  entry.tlog-proof holds the entry in "
	    "base64 (\"extra\"), the index, the\n"
	    "   hashes from the leaf's sibling up to the root's child, and the "
	    "signed head.\n\n"
	    "   With liangka, and the key FILE that you were handed:\n\n"
	    "     liangka log check-proof entry.tlog-proof --key FILE\n\n"
	    "   With Go (golang.org/x/mod/sumdb):\n\n"
	    "     v, _ := note.NewVerifier(vkey)\n"
	    "     n, _ := note.Open(checkpoint, note.VerifierList(v))\n"
	    "     // n.Text is origin, size, root in base64: a line each\n"
	    "     err := tlog.CheckRecord(proof, size, root, index, "
	    "tlog.RecordHash(entry))\n\n"
	    "   The name in the key has to be the origin above; a node's key "
	    "serves all of its logs, under\n"
	    "   each log's own origin.\n\n", d->prove.proof.index,
	    d->prove.head.origin, d->prove.head.size);
}

/* Write it. */
void
dossier_readme(const struct dossier *d, FILE *f)
{

	(void)fprintf(f, "决定档案 Dossier of the decision %s %s\n\n", d->ref,
	    d->id);
	(void)fputs("中文摘要\n"
	    "  dossier.html 供阅读与打印。其余文件供核验：entry.json 是日志记录的原文，"
	    "entry.tlog-proof\n"
	    "  证明它在已签名的日志之中，checkpoint 是已签名的检查点。请用节点所有者"
	    "交给您的公钥核验，\n"
	    "  不要只信本包内的 vkey。包内以令牌代表申请人，没有其姓名与证件号码；"
	    "仍请按个人信息保管。\n\n", f);
	files(d, f);
	checks(d, f);
	if (d->c->policy_text != NULL)
		(void)fprintf(f, "3. The policy file is the one that the last "
		    "`policy` entry before this one names:\n\n"
		    "     sha256sum *.policy\n     %s\n\n", d->c->hash);
	(void)fputs("4. That the decision follows from its facts by that "
	    "policy, and the facts from the journal before\n"
	    "   it, is checked over the whole log:\n\n"
	    "     liangka log verify LOG --key FILE\n"
	    "     liangka log replay LOG\n\n"
	    "The applicant stands in these files as tokens.  Treat them as "
	    "personal data all the same.\n", f);
}
