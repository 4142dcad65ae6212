#include <string.h>

#include "plugin/conf.h"

#include "command.h"
#include "version.h"

const struct command *const commands[] = {
	&cmd_check,
	&cmd_confirm,
	&cmd_cancel,
	&cmd_retire,
	&cmd_void,
	&cmd_resolve,
	&cmd_review_list,
	&cmd_review_show,
	&cmd_review_wait,
	&cmd_review_take,
	&cmd_review_release,
	&cmd_review_approve,
	&cmd_review_deny,
	&cmd_review_dispatch,
	&cmd_review_result,
	&cmd_review_close,
	&cmd_handover,
	&cmd_alert_list,
	&cmd_alert_take,
	&cmd_alert_close,
	&cmd_alert_send,
	&cmd_intake,
	&cmd_screen,
	&cmd_status,
	&cmd_fleet,
	&cmd_node_ca,
	&cmd_node_invite,
	&cmd_node_enroll,
	&cmd_node_sign,
	&cmd_node_install,
	&cmd_node_renew,
	&cmd_node_revoke,
	&cmd_node_retire,
	&cmd_node_replace,
	&cmd_node_readmit,
	&cmd_policy_check,
	&cmd_policy_show,
	&cmd_policy_test,
	&cmd_policy_backtest,
	&cmd_list_show,
	&cmd_list_import,
	&cmd_list_add,
	&cmd_list_remove,
	&cmd_list_clear,
	&cmd_list_diff,
	&cmd_list_prove,
	&cmd_list_check_proof,
	&cmd_list_impact,
	&cmd_list_retro,
	&cmd_list_where,
	&cmd_log_show,
	&cmd_log_search,
	&cmd_log_prove,
	&cmd_log_check_proof,
	&cmd_log_export,
	&cmd_log_sample,
	&cmd_log_verify,
	&cmd_log_witness,
	&cmd_log_replay,
	&cmd_explain,
	&cmd_unseal,
	&cmd_erase,
	&cmd_log_dossier,
	&cmd_person_report,
	&cmd_person_link,
	&cmd_person_unlink,
	&cmd_outlet_import,
	&cmd_outlet_list,
	&cmd_outlet_show,
	&cmd_outlet_suspend,
	&cmd_outlet_resume,
	&cmd_campaign_propose,
	&cmd_campaign_approve,
	&cmd_campaign_withdraw,
	&cmd_campaign_show,
	&cmd_appeal_open,
	&cmd_appeal_ack,
	&cmd_appeal_decide,
	&cmd_appeal_letter,
	&cmd_appeal_show,
	&cmd_sync,
	&cmd_repo_init,
	&cmd_repo_key,
	&cmd_repo_publish,
	&cmd_repo_sign,
	&cmd_repo_timestamp,
	&cmd_repo_check,
	&cmd_report_openers,
	&cmd_report_outlets,
	&cmd_report_rules,
	&cmd_report_reconcile,
	&cmd_report_snoop,
	&cmd_report_silent,
	&cmd_report_complete,
	&cmd_backup,
	&cmd_restore,
	&cmd_clock_rebase,
	&cmd_help,
	NULL
};

/* Does the command line begin with this name?  Return its words, or 0. */
static int
begins(const char *name, int argc, char **argv)
{
	const char *space = strchr(name, ' ');
	size_t n;

	if (argc < 1)
		return (0);
	if (space == NULL)
		return (strcmp(argv[0], name) == 0);
	n = (size_t)(space - name);
	if (argc < 2 || strlen(argv[0]) != n || memcmp(argv[0], name, n) != 0)
		return (0);
	/* "review --wait" is how branches know it. */
	if (strcmp(name, "review wait") == 0 && strcmp(argv[1], "--wait") == 0)
		return (2);
	return (strcmp(argv[1], space + 1) == 0 ? 2 : 0);
}

/* Find a command. */
const struct command *
commands_find(int argc, char **argv, int *words)
{
	size_t i;

	for (i = 0; commands[i] != NULL; i++)
		if ((*words = begins(commands[i]->name, argc, argv)) != 0)
			return (commands[i]);
	return (NULL);
}

/* Say what was probably meant. */
static int
unknown(struct tool *t, int argc, char **argv)
{
	const char *word = argv[0];
	struct conf_guess first, whole;
	char both[64], head[32];
	size_t i, n;
	int family = 0;

	(void)snprintf(both, sizeof(both), "%s%s%s", word, argc > 1 ? " " : "",
	    argc > 1 ? argv[1] : "");
	conf_guess_init(&first, word, strlen(word));
	conf_guess_init(&whole, both, strlen(both));
	for (i = 0; commands[i] != NULL; i++) {
		n = strcspn(commands[i]->name, " ");
		(void)snprintf(head, sizeof(head), "%.*s", (int)n,
		    commands[i]->name);
		family |= strcmp(head, word) == 0;
		conf_guess_try(&whole, commands[i]->name);
		if (commands[i]->name[n] == '\0')
			conf_guess_try(&first, commands[i]->name);
	}
	if (whole.best != NULL || (!family && first.best != NULL))
		return (tool_fail(t, TOOL_USAGE,
		    "没有命令“%s”，是否指 liangka %s？",
		    "there is no command \"%s\"; did you mean \"liangka %s\"?",
		    family || whole.best != NULL ? both : word,
		    whole.best != NULL ? whole.best : first.best));
	if (family)
		return (tool_fail(t, TOOL_USAGE,
		    "“%s”还缺少后续命令；见 liangka help %s",
		    "\"%s\" is not a whole command; see \"liangka help %s\"",
		    both, word));
	return (tool_fail(t, TOOL_USAGE, "没有命令“%s”；见 liangka help",
	    "there is no command \"%s\"; see \"liangka help\"", word));
}

/* Is help asked for before "--"? */
static int
wants_help(int argc, char **argv)
{
	int i;

	for (i = 0; i < argc && strcmp(argv[i], "--") != 0; i++)
		if (strcmp(argv[i], "--help") == 0 ||
		    strcmp(argv[i], "-h") == 0)
			return (1);
	return (0);
}

/* Run a command. */
int
commands_run(struct tool *t, int argc, char **argv)
{
	const struct command *c;
	int words;

	if (argc < 2) {
		command_overview(t);
		return (TOOL_USAGE);
	}
	if (strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "-V") == 0) {
		(void)fprintf(t->out, "liangka " LIANGKA_VERSION "\n");
		return (TOOL_OK);
	}
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
		command_overview(t);
		return (TOOL_OK);
	}
	if ((c = commands_find(argc - 1, &argv[1], &words)) == NULL) {
		if (argc == 3 && wants_help(1, &argv[2])) {
			argv[2] = argv[1];
			return (cmd_help.run(t, 2, &argv[1]));
		}
		return (unknown(t, argc - 1, &argv[1]));
	}
	t->command = c;
	if (wants_help(argc - 1 - words, &argv[1 + words])) {
		command_help(t, c);
		return (TOOL_OK);
	}
	return (c->run(t, argc - words, &argv[words]));
}
