#include <criterion/criterion.h>

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/command.h"
#include "plugin.h"

#include "clitest.h"

#define WORDS 32

/* The moment at which all tests run. */
static int64_t
now(void)
{

	return (CLI_NOW);
}

/* Run one command line. */
const struct cli_run *
cli(const char *input, const char *word, ...)
{
	static struct cli_run runs[4];
	static unsigned turn;
	struct cli_run *run = &runs[turn++ % 4];
	char *argv[WORDS + 1], *given[WORDS];
	size_t nout, nerr;
	struct tool t;
	FILE *in, *out, *err;
	const char *w;
	va_list ap;
	int argc = 0, i;

	free(run->out);
	free(run->err);
	argv[argc++] = strdup("liangka");
	va_start(ap, word);
	for (w = word; w != NULL && argc < WORDS; w = va_arg(ap, const char *))
		argv[argc++] = strdup(w);
	va_end(ap);
	argv[argc] = NULL;
	in = fmemopen((char *)(uintptr_t)(input != NULL ? input : "\n"),
	    input != NULL && *input != '\0' ? strlen(input) : 1, "r");
	if (input == NULL || *input == '\0')
		(void)getc(in);
	out = open_memstream(&run->out, &nout);
	err = open_memstream(&run->err, &nerr);
	cr_assert(in != NULL && out != NULL && err != NULL);
	tool_init(&t, in, out, err);
	t.language = LK_LANG_EN;
	t.now_ms = now;
	memcpy(given, argv, sizeof(given));
	run->rc = tool_flush(&t, commands_run(&t, argc, argv));
	(void)fclose(in);
	(void)fclose(out);
	(void)fclose(err);
	for (i = 0; i < argc; i++)
		free(given[i]);
	return (run);
}
