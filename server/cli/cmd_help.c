#include <stdio.h>
#include <string.h>

#include "command.h"
#include "width.h"

#define COLUMNS 79
#define INDENT 24

/* Was this table of words told before, or has it no words in Chinese? */
static int
told(const struct arg *first, const struct arg *a)
{

	for (; first < a; first++)
		if (first->words == a->words)
			return (1);
	return (a->words == NULL || a->words == words_language ||
	    strcmp(a->words->name, a->words->zh) == 0);
}

/* Write one option of a table and what it does. */
static void
option(FILE *f, const struct arg *first, const struct arg *a)
{
	const struct word *w;
	char left[64], list[768];
	size_t len = 0;
	int n;

	(void)snprintf(left, sizeof(left), "  --%s%s%s", a->name,
	    a->value != NULL ? " " : "", a->value != NULL ? a->value : "");
	width_pad(f, left, INDENT);
	if (width_of(left) + 2 > INDENT)
		(void)fprintf(f, "\n%*s", INDENT, "");
	width_wrap(f, a->help, INDENT, COLUMNS);
	if ((a->flags & ARG_SECRET) != 0)
		(void)fprintf(f, "\n%*s(- reads it from standard input)",
		    INDENT, "");
	(void)fputc('\n', f);
	if (told(first, a))
		return;
	list[0] = '\0';
	for (w = a->words; w->name != NULL && len < sizeof(list); w++) {
		n = snprintf(&list[len], sizeof(list) - len, "%s%s%s%s",
		    w == a->words ? "" : ", ", w->name, " ", w->zh);
		len += n > 0 ? (size_t)n : 0;
	}
	(void)fprintf(f, "%*s", INDENT, "");
	width_wrap(f, list, INDENT, COLUMNS);
	(void)fputc('\n', f);
}

/* Write a table of options. */
static void
options(struct tool *t, const char *title, const struct arg *first)
{
	const struct arg *a = first;

	if (a == NULL)
		return;
	(void)fprintf(t->out, "\n%s%s%s\n", tool_paint(t, TOOL_BOLD), title,
	    tool_paint(t, TOOL_PLAIN));
	for (; a->name != NULL; a++)
		option(t->out, first, a);
}

/* Write lines, each two columns in. */
static void
lines(struct tool *t, const char *title, const char *text)
{
	size_t n;

	(void)fprintf(t->out, "\n%s%s%s\n", tool_paint(t, TOOL_BOLD), title,
	    tool_paint(t, TOOL_PLAIN));
	for (; *text != '\0'; text += n + (text[n] == '\n')) {
		n = strcspn(text, "\n");
		(void)fprintf(t->out, "  %.*s\n", (int)n, text);
	}
}

/* Write all help on a command. */
void
command_help(struct tool *t, const struct command *c)
{

	(void)fprintf(t->out, "%sliangka %s%s: %s\n\nusage: ",
	    tool_paint(t, TOOL_BOLD), c->name, tool_paint(t, TOOL_PLAIN),
	    c->brief);
	(void)fprintf(t->out, "liangka %s ", c->name);
	width_wrap(t->out, c->synopsis, 16 + strlen(c->name), COLUMNS);
	(void)fputs("\n\n", t->out);
	width_wrap(t->out, c->text, 0, COLUMNS);
	(void)fputc('\n', t->out);
	options(t, "Options", c->args);
	if (c->asks)
		options(t, "Where the daemon is", args_client);
	options(t, "Of every command", args_common);
	lines(t, "Exit codes", c->exits);
	lines(t, "Examples", c->examples);
}

/* Write the list of commands. */
void
command_overview(struct tool *t)
{
	size_t i, w = 0, n;

	(void)fputs("liangka: find high-frequency openers of bank cards and "
	    "SIM cards (两卡) at the\ncounter.  This program asks liangkad, "
	    "checks policies and reads the journal.\n\n"
	    "usage: liangka COMMAND [OPTIONS]\n\n", t->out);
	for (i = 0; commands[i] != NULL; i++)
		if ((n = strlen(commands[i]->name)) > w)
			w = n;
	for (i = 0; commands[i] != NULL; i++) {
		(void)fprintf(t->out, "  %s", tool_paint(t, TOOL_BOLD));
		width_pad(t->out, commands[i]->name, w + 2);
		(void)fprintf(t->out, "%s%s\n", tool_paint(t, TOOL_PLAIN),
		    commands[i]->brief);
	}
	(void)fputs("\n\"liangka help COMMAND\" tells all about one, with "
	    "examples.\n\"liangka --version\" prints the version.\n", t->out);
}

/* Write help on all commands that begin with this word. */
static int
family(struct tool *t, const char *word)
{
	size_t i, n = strlen(word);
	int found = 0;

	for (i = 0; commands[i] != NULL; i++)
		if (strncmp(commands[i]->name, word, n) == 0 &&
		    (commands[i]->name[n] == ' ' ||
		    commands[i]->name[n] == '\0')) {
			if (found++ > 0)
				(void)fputs("\n\n", t->out);
			command_help(t, commands[i]);
		}
	return (found);
}

/* The command itself. */
static int
run(struct tool *t, int argc, char **argv)
{
	const struct command *c;
	int words, rc;

	t->command = &cmd_help;
	if ((rc = args_read(t, NULL, &argc, argv)) != ARGS_GO)
		return (rc);
	if (argc == 0) {
		command_overview(t);
		return (TOOL_OK);
	}
	if ((c = commands_find(argc, argv, &words)) != NULL && words == argc) {
		command_help(t, c);
		return (TOOL_OK);
	}
	if (argc == 1 && family(t, argv[0]) > 0)
		return (TOOL_OK);
	return (tool_fail(t, TOOL_USAGE, "没有命令“%s%s%s”；见 liangka help",
	    "there is no command \"%s%s%s\"; see \"liangka help\"", argv[0],
	    argc > 1 ? " " : "", argc > 1 ? argv[1] : ""));
}

const struct command cmd_help = {
	.name = "help",
	.synopsis = "[COMMAND]",
	.brief = "tell about the commands (帮助)",
	.text = "Without a command: the list of them.  With the first word of "
	    "several (review, policy): all of these.",
	.exits = "0  help was printed\n64 there is no such command\n",
	.examples = "liangka help check\nliangka help review\n",
	.run = run,
};
