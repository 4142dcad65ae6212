#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "caseopen.h"
#include "command.h"
#include "dossier.h"
#include "json.h"
#include "logplace.h"
#include "logread.h"
#include "lookup.h"
#include "outfile.h"

#define PATH 2048

struct options {
	struct logplace place;
	struct lookup lookup;
	const char *out;
};

static const struct arg args[] = {
	LOGPLACE_ARGS(struct options, place),
	{ "out", ARG_STRING, ARG_REQUIRED, "DIR|FILE.tar", "where to: a "
	    "directory (made if need be) for the page and the archive, or the "
	    "archive alone", NULL, 0, 0, ARG_AT(struct options, out) },
	LOOKUP_ARGS(struct options, lookup),
	ARG_END
};

/* Say that a file cannot be written. */
static int
unwritten(const struct tool *t, const char *path)
{

	return (tool_fail(t, TOOL_IO, "%s：无法写入：%s",
	    "%s: cannot write: %s", path, tool_errno(t, errno)));
}

/* Write the page. */
static int
write_page(const struct tool *t, const struct dossier *d, const char *path)
{
	const struct dossier_part *page = dossier_page(d);
	struct outfile *o;

	if ((o = outfile_open(path, 0600)) == NULL)
		return (unwritten(t, path));
	(void)fwrite(page->data, 1, page->len, outfile_stream(o));
	return (outfile_commit(o) == 0 ? TOOL_OK : unwritten(t, path));
}

/* Write the archive. */
static int
write_tar(const struct tool *t, const struct dossier *d, const char *path)
{
	struct outfile *o;

	if ((o = outfile_open(path, 0600)) == NULL)
		return (unwritten(t, path));
	if (dossier_tar(d, outfile_stream(o)) != 0) {
		outfile_drop(o);
		return (unwritten(t, path));
	}
	return (outfile_commit(o) == 0 ? TOOL_OK : unwritten(t, path));
}

/* Does the name end like an archive's? */
static int
is_tar(const char *name)
{
	size_t n = strlen(name);

	return (n > 4 && strcmp(&name[n - 4], ".tar") == 0);
}

/* Tell what was written. */
static void
tell(const struct tool *t, const struct dossier *d, const char *page,
    const char *tar)
{
	struct json j;

	if (t->json) {
		json_begin(&j, t->out);
		json_text(&j, "reference", d->ref);
		json_text(&j, "decision_id", d->id);
		json_text(&j, "page", page[0] != '\0' ? page : NULL);
		json_text(&j, "archive", tar);
		json_u64(&j, "files", d->n);
		json_bool(&j, "proved", d->proved);
		json_bool(&j, "explained", d->explained);
		json_u64(&j, "later", d->c->later.n);
		json_u64(&j, "seen", d->c->seen.n);
		json_end(&j);
	} else
		(void)fprintf(t->out, "%s%s%s\n", page, page[0] != '\0' ? "\n" :
		    "", tar);
	if (!d->proved)
		(void)tool_fail(t, 0, "注意：该记录尚未被已签名的检查点涵盖，档案中没有存在证明",
		    "note: no signed head covers the entry yet: there is no "
		    "proof in it");
	if (!d->explained)
		(void)tool_fail(t, 0, "注意：规则文件不在日志包内，档案中没有解释",
		    "note: the policy is not in the record: there is no "
		    "explanation in it");
}

/* Write all papers. */
static int
deliver(const struct tool *t, const struct dossier *d, const char *out)
{
	char page[PATH] = "", tar[PATH];
	int rc = TOOL_OK;

	if (is_tar(out))
		(void)snprintf(tar, sizeof(tar), "%s", out);
	else if (mkdir(out, 0700) != 0 && errno != EEXIST)
		return (unwritten(t, out));
	else if (snprintf(page, sizeof(page), "%s/dossier-%s.html", out,
	    d->ref) >= PATH || snprintf(tar, sizeof(tar), "%s/dossier-%s.tar",
	    out, d->ref) >= PATH)
		return (tool_fail(t, TOOL_USAGE, "目录名过长",
		    "the name of the directory is too long"));
	if (page[0] != '\0')
		rc = write_page(t, d, page);
	if (rc == TOOL_OK && (rc = write_tar(t, d, tar)) == TOOL_OK)
		tell(t, d, page, tar);
	return (rc);
}

/* Make all papers and write them. */
static int
dossier(const struct tool *t, struct logread *r, const struct casefile *c,
    const char *out)
{
	char err[PACKAGE_ERROR_MAX];
	struct dossier *d;
	int rc;

	if ((d = calloc(1, sizeof(*d))) == NULL)
		return (tool_fail(t, TOOL_SYSTEM, "内存不足", "out of memory"));
	if (dossier_make(d, t, logread_package(r), c, err) != 0)
		rc = d->failed ? tool_fail(t, TOOL_SYSTEM, "内存不足",
		    "out of memory") : logread_damage(r, "%s", err);
	else
		rc = deliver(t, d, out);
	dossier_free(d);
	free(d);
	return (rc);
}

/* The command. */
static int
run(struct tool *t, int argc, char **argv)
{
	struct options o = { .out = NULL };
	struct caseopen_id id;
	struct casefile *c;
	struct logread *r;
	int rc;

	if ((rc = args_read(t, &o, &argc, argv)) != ARGS_GO ||
	    (rc = logplace_take(t, &o.place, argc, argv, 1, "决定编号",
	    "the decision")) != ARGS_GO ||
	    (rc = caseopen_id(t, argv[0], &id)) != ARGS_GO ||
	    (rc = lookup_check(t, &o.lookup, 1)) != ARGS_GO ||
	    (rc = lookup_entry(t, &o.lookup, &id)) != ARGS_GO ||
	    (rc = logread_open(t, &o.place, &r)) != ARGS_GO)
		return (rc);
	if ((rc = caseopen(r, &id, &c)) == ARGS_GO) {
		rc = dossier(t, r, c, o.out);
		casefile_close(c);
	}
	return (logread_close(r, rc));
}

const struct command cmd_log_dossier = {
	.name = "log dossier",
	.synopsis = "ID [DIR|URL] --out DIR|FILE.tar {--as FILE --reason TEXT | "
	    "--offline}",
	.brief = "put together all papers on a decision (决定档案)",
	.text = "Gathers what the record holds about one decision: the entry as "
	    "it is stored, the proof that it is in the signed log, the policy "
	    "then in force and the rules that hit, why it came out so, what "
	    "teller and applicant were told, what happened since, and who "
	    "looked at it.\n"
	    "\n"
	    "The page is one HTML file in Chinese and English that fetches "
	    "nothing and prints on A4.  The archive (tar) holds the page and "
	    "all papers, with a README.txt that says how to check them with "
	    "other people's programs.\n"
	    "\n"
	    "Making a dossier is a look-up: the daemon records who and why, "
	    "and that entry is in it.  From a package without a daemon, say "
	    "--offline.",
	.args = args,
	.asks = 1,
	.exits = "0  written\n1  there is no such decision\n64 wrong usage\n"
	    "65 the log is damaged, or what was given is wrong\n"
	    "66 there is no log, or no such key file\n"
	    COMMAND_EXITS_RECORD,
	.examples = "liangka log dossier 7K3M-2Q9F --out /tmp/case --as me.key "
	    "--reason \"complaint 2026-118\"\n"
	    "liangka log dossier b017-1042-9f3ac1d2 /mnt/usb/log --out 1042.tar "
	    "--offline\n",
	.run = run,
};
