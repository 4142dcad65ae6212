#include <inttypes.h>
#include <string.h>

#include "store/origin.h"

#include "backupconf.h"
#include "command.h"

struct options {
	struct backupconf conf;
};

static const struct arg args[] = {
	{ "data", ARG_STRING, ARG_REQUIRED, "DIR", "the new data directory; it "
	    "must not exist", NULL, 0, 0, ARG_AT(struct options, conf.data) },
	BACKUPCONF_ARGS(struct options, conf),
	ARG_END
};

/* Say what has to be done before the daemon may start. */
static void
tell_next(const struct tool *t, const struct options *o,
    const struct backup_info *x)
{
	int year = 0, n = 1;

	if (t->json)
		return;
	(void)origin_parse(x->head.origin, &year, &n);
	(void)fprintf(t->out, tool_zh(t,
	    "下一步：\n"
	    "  1. 在 liangkad.conf 中写 data = \"%s\"，并把该目录交给 liangkad 的用户（chown -R）。\n"
	    "  2. 如果节点在备份之后还运行过，或者不能确定：在 [log] 中写 generation = %d，first_seq 写"
	    "大于别人见过的最大序号的数（至少 %" PRIu64
	    "）。有上级时，由上级执行 liangka node replace，它会给出这两个数；否则以见证人的检查点为准。\n"
	    "     只有节点确实停在 seq %" PRIu64 " 时，才可不改而继续。\n"
	    "  3. 启动 liangkad；state.mdb 会由记录重建。\n",
	    "Next:\n"
	    "  1. Write data = \"%s\" in liangkad.conf, and give that directory "
	    "to the daemon's user (chown -R).\n"
	    "  2. If the node has run on after the backup, or you are not sure: "
	    "write generation = %d in [log], and a first_seq above every number "
	    "that others have seen, at least %" PRIu64 ".  Where there is a node "
	    "above, \"liangka node replace\" there says both; else a witness "
	    "tells by its head.\n"
	    "     Only a node that truly stopped at seq %" PRIu64 " may go on as "
	    "it is.\n"
	    "  3. Start liangkad; state.mdb is made anew from the record.\n"),
	    o->conf.data, n + 1, x->last_seq + 1, x->last_seq);
}

/* The command. */
static int
run(struct tool *t, int argc, char **argv)
{
	struct options o = { .conf = { .conf = NULL } };
	char err[BACKUP_ERROR_MAX];
	enum backup_fault fault;
	struct backup_options bo;
	struct backup_info x;
	int rc;

	if ((rc = args_read(t, &o, &argc, argv)) != ARGS_GO ||
	    (rc = args_operands(t, argc, argv, 1, 1, "备份目录",
	    "the directory of the backup")) != ARGS_GO)
		return (rc);
	if ((rc = backupconf_take(t, &o.conf, 0)) == ARGS_GO) {
		bo = backupconf_options(t, &o.conf);
		bo.from = argv[0];
		bo.to = o.conf.data;
		if (backup_restore(&bo, &x, &fault, err) == 0) {
			backupconf_tell(t, o.conf.data, &x);
			tell_next(t, &o, &x);
			rc = TOOL_OK;
		} else
			rc = backupconf_failed(t, fault, err);
	}
	backupconf_free(&o.conf);
	return (tool_flush(t, rc));
}

const struct command cmd_restore = {
	.name = "restore",
	.synopsis = "DIR --data NEW [--key VKEY|FILE...] [--liangkad FILE] "
	    "[--json]",
	.brief = "make a data directory from a backup (恢复)",
	.text = "Copies the backup in DIR to the data directory NEW, which must "
	    "not exist.  Every file must have the SHA-256 that manifest.txt "
	    "says, and the copy is verified like the backup was: NEW appears "
	    "only if it is whole.\n"
	    "\n"
	    "A node that was put back must not give out numbers a second time. "
	    " What it has recorded after the backup is lost on this disk, but "
	    "others have seen it: the node above, a witness, hosts.  So it "
	    "begins a new generation of its log behind all those numbers: the "
	    "command says what to write into the configuration.  The gap "
	    "stands on the record for ever, between two logs of which the "
	    "later names the earlier.",
	.args = args,
	.exits = "0  NEW is there and whole\n"
	    "1  the backup is damaged: file and reason are told\n"
	    "64 wrong usage, or no key\n65 NEW is there already, or a key "
	    "cannot be used\n66 there is no backup\n"
	    "71 out of memory\n74 read or write error, or the disk is full\n"
	    "77 no right to read or write it\n78 the daemon's configuration "
	    "is missing\n",
	.examples = "liangka restore /mnt/backup/b017-2026-11-22 --data "
	    "/var/lib/liangka.new\n",
	.run = run,
};
