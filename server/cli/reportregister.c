#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lists/outlets.h"
#include "plugin.h"

#include "args.h"
#include "registers.h"
#include "reportregister.h"
#include "tool.h"
#include "width.h"

#define PATH_SIZE 2048

/* How every published register begins. */
static const char head[] = "institution,outlet,name,area,";

/* Tell of a bad row. */
static void
bad_row(void *arg, const char *text)
{
	const struct tool *t = arg;

	width_put(t->err, text);
	(void)fputc('\n', t->err);
}

/* Read the one that the user names. */
static int
given(const struct tool *t, const char *path, struct outlets **o)
{
	char err[OUTLETS_ERROR_MAX], *text;
	struct outlets_sink sink = { .bad = bad_row,
		.arg = (void *)(uintptr_t)t,
		.english = t->language == LK_LANG_EN };
	size_t len;
	int rc;

	if ((rc = registers_file(t, path, OUTLETS_MAX_TEXT, &text, &len)) !=
	    ARGS_GO)
		return (rc);
	if ((*o = outlets_read(path, text, len, err)) == NULL)
		*o = outlets_import(path, text, len, &sink, err);
	free(text);
	return (*o != NULL ? ARGS_GO : tool_fail(t, TOOL_DATA, "%s", "%s",
	    err));
}

/* Does the file begin as a register does? */
static int
is_register(const char *path)
{
	char buf[sizeof(head)] = "";
	FILE *f;
	size_t n;

	if ((f = fopen(path, "re")) == NULL)
		return (0);
	n = fread(buf, 1, sizeof(head) - 1, f);
	(void)fclose(f);
	return (n == sizeof(head) - 1 && memcmp(buf, head, n) == 0);
}

/* Where the generation of lists in force keeps its files; 0, or -1. */
static int
generation(const char *dir, char path[PATH_SIZE])
{
	unsigned long n;
	FILE *f;
	int rc;

	(void)snprintf(path, PATH_SIZE, "%s/lists/trusted", dir);
	if ((f = fopen(path, "re")) == NULL)
		return (-1);
	rc = fscanf(f, "%9lu", &n);
	(void)fclose(f);
	(void)snprintf(path, PATH_SIZE, "%s/lists/trusted.%lu/files", dir, n);
	return (rc == 1 ? 0 : -1);
}

/* Read the one that the daemon has adopted, if it can be read. */
static int
adopted(const struct tool *t, const char *dir, struct outlets **o, char *used,
    size_t cap)
{
	char path[PATH_SIZE], file[PATH_SIZE + 300], err[OUTLETS_ERROR_MAX];
	const struct dirent *e;
	char *text;
	size_t len;
	DIR *d;

	if (generation(dir, path) != 0 || (d = opendir(path)) == NULL)
		return (ARGS_GO);
	while (*o == NULL && (e = readdir(d)) != NULL) {
		(void)snprintf(file, sizeof(file), "%s/%s", path, e->d_name);
		if (e->d_name[0] == '.' || !is_register(file) ||
		    registers_file(t, file, OUTLETS_MAX_TEXT, &text, &len) !=
		    ARGS_GO)
			continue;
		*o = outlets_read(file, text, len, err);
		free(text);
		if (*o != NULL)
			(void)snprintf(used, cap, "%s", path);
	}
	(void)closedir(d);
	return (ARGS_GO);
}

/* Read the register. */
int
reportregister_read(const struct tool *t, const char *path, const char *dir,
    struct outlets **o, char *used, size_t cap)
{

	*o = NULL;
	used[0] = '\0';
	if (path == NULL)
		return (adopted(t, dir, o, used, cap));
	(void)snprintf(used, cap, "%s", path);
	return (given(t, path, o));
}
