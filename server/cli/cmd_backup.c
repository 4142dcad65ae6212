#include <sys/resource.h>

#include "backupconf.h"
#include "command.h"

#define NICE	10	/* behind the daemon, which answers people */

struct options {
	struct backupconf conf;
	int32_t check;
};

static const struct arg args[] = {
	{ "data", ARG_STRING, 0, "DIR", "data directory of the daemon (default: "
	    "that of its configuration)", NULL, 0, 0,
	    ARG_AT(struct options, conf.data) },
	BACKUPCONF_ARGS(struct options, conf),
	{ "check", ARG_FLAG, 0, NULL, "make none: verify the one in DIR", NULL,
	    0, 0, ARG_AT(struct options, check) },
	ARG_END
};

/* The command. */
static int
run(struct tool *t, int argc, char **argv)
{
	struct options o = { .check = 0 };
	char err[BACKUP_ERROR_MAX];
	enum backup_fault fault;
	struct backup_options bo;
	struct backup_info x;
	int rc;

	if ((rc = args_read(t, &o, &argc, argv)) != ARGS_GO ||
	    (rc = args_operands(t, argc, argv, 1, 1, "备份目录",
	    "the directory of the backup")) != ARGS_GO)
		return (rc);
	if ((rc = backupconf_take(t, &o.conf, !o.check)) == ARGS_GO) {
		bo = backupconf_options(t, &o.conf);
		bo.from = o.check ? argv[0] : o.conf.place;
		bo.to = o.check ? NULL : argv[0];
		(void)setpriority(PRIO_PROCESS, 0, NICE);
		rc = o.check ? backup_check(&bo, &x, &fault, err) :
		    backup_make(&bo, &x, &fault, err);
		if (rc == 0) {
			backupconf_tell(t, argv[0], &x);
			rc = TOOL_OK;
		} else
			rc = backupconf_failed(t, fault, err);
	}
	backupconf_free(&o.conf);
	return (tool_flush(t, rc));
}

const struct command cmd_backup = {
	.name = "backup",
	.synopsis = "DIR [--data DIR] [--key VKEY|FILE...] [--liangkad FILE] "
	    "[--check] [--json]",
	.brief = "copy the record of a running daemon (备份)",
	.text = "Makes the directory DIR, which must not exist: all signed logs "
	    "with their policies, the sealed identities, the lists in force, "
	    "the entries that were durable and not signed yet, and "
	    "manifest.txt, which has the SHA-256 of every file.  The daemon "
	    "goes on meanwhile and need not be told.\n"
	    "\n"
	    "What is guaranteed: everything that the newest signed head named "
	    "when the command began, and the durable entries behind it.  Before "
	    "DIR gets its name, the copy is verified: all hashes, and every log "
	    "from its signature to its entries, under the keys that you give. "
	    " If anything is wrong, or the disk is full, there is no DIR.\n"
	    "\n"
	    "No key is copied: keep those of the node apart (liangka-keys). "
	    " state.mdb is not copied either: it is made anew.  DIR holds "
	    "identities as they were sealed on that day; one that is erased "
	    "later is still in it, so backups have to be kept and destroyed as "
	    "the record itself.",
	.args = args,
	.exits = "0  the copy is whole\n"
	    "1  the record or the copy is damaged: file and reason are told\n"
	    "64 wrong usage, or no key\n65 DIR is there already, or a key "
	    "cannot be used\n66 there is no log, or no backup\n"
	    "71 out of memory\n74 read or write error, or the disk is full\n"
	    "77 no right to read or write it\n78 the daemon's configuration "
	    "is missing\n",
	.examples = "liangka backup /mnt/backup/b017-2026-11-22\n"
	    "liangka backup /mnt/backup/today --data /var/lib/liangka --key "
	    "b017.key.pub\n"
	    "liangka backup --check /mnt/backup/b017-2026-11-22 --key "
	    "b017.key.pub\n",
	.run = run,
};
