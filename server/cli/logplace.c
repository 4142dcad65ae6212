#include <stdio.h>
#include <string.h>

#include "logplace.h"
#include "refid.h"
#include "tool.h"

/* Where the command reads. */
int
logplace_take(const struct tool *t, struct logplace *p, int argc, char **argv,
    int lo, const char *zh, const char *en)
{
	const char *dir;
	int rc, n;

	if ((rc = args_operands(t, argc, argv, lo, lo + 1, zh, en)) != ARGS_GO)
		return (rc);
	p->operand = argc > lo ? argv[lo] : NULL;
	if ((p->data != NULL) + (p->wal != NULL) + (p->operand != NULL) > 1)
		return (tool_fail(t, TOOL_USAGE,
		    "--data、--wal、%s 只能给出其一",
		    "give one place to read: --data, --wal or %s",
		    p->operand != NULL ? p->operand : "DIR|URL"));
	dir = p->wal != NULL ? p->wal : p->data != NULL ? p->data :
	    p->operand != NULL ? p->operand : LOGPLACE_DATA;
	n = snprintf(p->dir, sizeof(p->dir), "%s", dir);
	if (n <= 0 || (size_t)n >= sizeof(p->dir) - 64)
		return (tool_fail(t, TOOL_USAGE, "目录名为空或过长",
		    "the name of the directory is empty or too long"));
	while (n > 1 && p->dir[n - 1] == '/')
		p->dir[--n] = '\0';
	return (ARGS_GO);
}

/* Which entry the id names. */
int
logfilter_take(const struct tool *t, struct logfilter *f)
{

	if (f->id == NULL)
		return (ARGS_GO);
	if ((f->form = refid_parse(f->id, &f->want.about, f->prefix)) == 0)
		return (tool_fail(t, TOOL_USAGE,
		    "“%s”既不是决定编号，也不是参考号（校验字符不符），请核对",
		    "\"%s\" is neither a decision id nor a reference (its check "
		    "character does not fit): mistyped?", f->id));
	if (f->from < f->want.about)
		f->from = f->want.about;
	return (ARGS_GO);
}
