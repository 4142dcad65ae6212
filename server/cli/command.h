#ifndef LIANGKA_COMMAND_H_
#define LIANGKA_COMMAND_H_

/*
 * The commands: one row each, with all of its help.  A new command is one file
 * and one line in commands.c.
 */

#include "args.h"
#include "tool.h"

struct command {
	const char *name;	/* one or two words */
	const char *synopsis;	/* operands and options, for a usage line */
	const char *brief;	/* one line */
	const char *text;	/* paragraphs, with \n between */
	const struct arg *args; /* its own options, or NULL */
	int asks;		/* it asks the daemon: args_client too */
	const char *exits;	/* "CODE meaning" lines */
	const char *examples;	/* lines, as they stand */
	int (*run)(struct tool *t, int argc, char **argv);
};

extern const struct command cmd_check, cmd_confirm, cmd_cancel, cmd_retire,
    cmd_void, cmd_status,
    cmd_policy_check, cmd_policy_show, cmd_policy_test, cmd_log_show,
    cmd_policy_backtest,
    cmd_clock_rebase, cmd_help;
extern const struct command cmd_backup, cmd_restore;
extern const struct command cmd_review_list, cmd_review_show, cmd_review_wait,
    cmd_review_take, cmd_review_release, cmd_review_approve, cmd_review_deny,
    cmd_review_dispatch, cmd_review_result, cmd_review_close, cmd_resolve;
extern const struct command cmd_handover;
extern const struct command cmd_node_ca, cmd_node_invite, cmd_node_enroll,
    cmd_node_sign, cmd_node_install, cmd_node_renew, cmd_node_revoke;
extern const struct command cmd_node_retire, cmd_node_replace,
    cmd_node_readmit;
extern const struct command cmd_fleet;
extern const struct command cmd_alert_list, cmd_alert_take, cmd_alert_close,
    cmd_alert_send;
extern const struct command cmd_person_link, cmd_person_unlink;
extern const struct command cmd_intake;
extern const struct command cmd_screen;
extern const struct command cmd_explain;
extern const struct command cmd_log_dossier;
extern const struct command cmd_person_report;
extern const struct command cmd_log_replay;
extern const struct command cmd_log_verify;
extern const struct command cmd_log_search, cmd_log_witness, cmd_log_prove,
    cmd_log_check_proof, cmd_log_export, cmd_log_sample;
extern const struct command cmd_unseal, cmd_erase, cmd_list_retro;
extern const struct command cmd_outlet_import, cmd_outlet_list,
    cmd_outlet_show, cmd_outlet_suspend, cmd_outlet_resume;
extern const struct command cmd_campaign_propose, cmd_campaign_approve,
    cmd_campaign_withdraw, cmd_campaign_show;
extern const struct command cmd_appeal_open, cmd_appeal_ack, cmd_appeal_decide,
    cmd_appeal_letter, cmd_appeal_show;
extern const struct command cmd_report_openers, cmd_report_outlets,
    cmd_report_rules;
extern const struct command cmd_report_reconcile, cmd_report_snoop,
    cmd_report_silent, cmd_report_complete;
extern const struct command cmd_sync, cmd_list_where;
extern const struct command cmd_list_show, cmd_list_import, cmd_list_add,
    cmd_list_remove, cmd_list_clear, cmd_list_diff, cmd_list_prove,
    cmd_list_check_proof, cmd_list_impact;
extern const struct command cmd_repo_init, cmd_repo_key, cmd_repo_publish,
    cmd_repo_sign, cmd_repo_timestamp, cmd_repo_check;

/* All of them, in the order of the help; ends with NULL. */
extern const struct command *const commands[];

/* Exit codes of every command that asks the daemon; between the halves there is
 * room for those of reading standard input.  _RECORD: of those that read the
 * record besides. */
#define COMMAND_EXITS_GIVEN						\
	"64 wrong usage\n"						\
	"65 the daemon found something wrong in what was given\n"
#define COMMAND_EXITS_STDIN						\
	"66 standard input ended before a line came\n"
#define COMMAND_EXITS_NODAEMON						\
	"69 the daemon is away or cannot record\n"
#define COMMAND_EXITS_LATER						\
	"75 no answer in time, or too busy: ask again\n"		\
	"76 the daemon speaks another version\n"			\
	"77 no right to do that\n"					\
	"78 the configuration is missing or wrong\n"
#define COMMAND_EXITS_AWAY COMMAND_EXITS_NODAEMON COMMAND_EXITS_LATER
#define COMMAND_EXITS_RECORD						\
	COMMAND_EXITS_NODAEMON						\
	"71 out of memory\n74 read or write error\n"			\
	COMMAND_EXITS_LATER
#define COMMAND_EXITS_DAEMON COMMAND_EXITS_GIVEN COMMAND_EXITS_AWAY
#define COMMAND_EXITS_SECRET						\
	COMMAND_EXITS_GIVEN COMMAND_EXITS_STDIN COMMAND_EXITS_AWAY

/**
 * commands_run(t, argc, argv): Run the command that argv[1..] names.  Return the
 * exit code.
 */
int commands_run(struct tool *t, int argc, char **argv);

/**
 * commands_find(argc, argv, words): Find the command whose name argv[0..] begins
 * with, and of how many words it is.  NULL when there is none.
 */
const struct command *commands_find(int argc, char **argv, int *words);

/**
 * command_help(t, c): Write all help on one command to t->out.
 * command_overview(t): the list of all commands.
 */
void command_help(struct tool *t, const struct command *c);
void command_overview(struct tool *t);

#endif /* !LIANGKA_COMMAND_H_ */
