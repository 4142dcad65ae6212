#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "outlet_edit.h"
#include "tool.h"

static const char file[] = "outlets.csv";

/* Read the register. */
static int
read_register(const struct tool *t, int must, struct outlet_edit *e)
{
	char err[OUTLETS_ERROR_MAX], *text;
	size_t len, i;
	int rc;

	if ((rc = registers_read(t, &e->centre, file, OUTLETS_MAX_TEXT, &text,
	    &len)) != ARGS_GO)
		return (rc);
	if (text == NULL)
		return (!must ? ARGS_GO : tool_fail(t, TOOL_NO,
		    "还没有网点登记表；先用 liangka outlet import 导入",
		    "there is no outlet register yet: begin with \"liangka "
		    "outlet import\""));
	e->now = outlets_read("registers/outlets.csv", text, len, err);
	free(text);
	if (e->now == NULL)
		return (tool_fail(t, TOOL_DATA, "%s", "%s", err));
	e->n = outlets_count(e->now);
	if ((e->row = malloc((e->n + 1) * sizeof(*e->row))) == NULL)
		return (tool_fail(t, TOOL_SYSTEM, "内存不足", "out of memory"));
	for (i = 0; i < e->n; i++)
		e->row[i] = *outlets_at(e->now, i);
	return (ARGS_GO);
}

/* Open the centre and its register. */
int
outlet_edit_open(const struct tool *t, const struct registers_by *by,
    int write, int must, struct outlet_edit *e)
{
	int rc;

	memset(e, 0, sizeof(*e));
	if ((rc = registers_open(t, by, write, &e->centre)) != ARGS_GO)
		return (rc);
	if ((rc = read_register(t, must, e)) != ARGS_GO)
		outlet_edit_close(e);
	return (rc);
}

/* Free all. */
void
outlet_edit_close(struct outlet_edit *e)
{

	outlets_free(e->now);
	free(e->row);
	centre_close(&e->centre);
}

/* Find a row. */
struct outlet *
outlet_edit_row(const struct tool *t, const struct outlet_edit *e,
    const char *name)
{
	char institution[OUTLET_ID_MAX + 1], outlet[OUTLET_ID_MAX + 1];
	const struct outlet *x;
	size_t i;

	if (outlets_split(name, institution, outlet) != 0) {
		(void)tool_fail(t, TOOL_USAGE,
		    "“%s”不是网点；请写成 机构.网点，例如 icbc.0001",
		    "\"%s\" is no outlet; write INSTITUTION.OUTLET, e.g. "
		    "icbc.0001", name);
		return (NULL);
	}
	if ((x = outlets_find(e->now, institution, outlet)) != NULL)
		return (&e->row[x - outlets_at(e->now, 0)]);
	for (i = 0; i < e->n; i++)
		if (strcmp(e->row[i].institution, institution) == 0)
			break;
	if (i < e->n)
		(void)tool_fail(t, TOOL_NO,
		    "机构 %s 没有网点 %s；见 liangka outlet list --of %s",
		    "institution %s has no outlet %s; see \"liangka outlet "
		    "list --of %s\"", institution, outlet, institution);
	else
		(void)tool_fail(t, TOOL_NO, "登记表中没有机构 %s",
		    "there is no institution %s in the register", institution);
	return (NULL);
}

/* Put rows in the place of the register. */
int
outlet_edit_save(const struct tool *t, struct outlet_edit *e,
    const struct registers_by *by, const struct outlet *row, size_t n,
    const char *what, const char *why)
{
	char err[OUTLETS_ERROR_MAX], *text;
	struct outlets *again;
	size_t len;
	int rc;

	if ((text = outlets_print(row, n, &len)) == NULL)
		return (tool_fail(t, TOOL_SYSTEM, "内存不足", "out of memory"));
	/* What is written must be a register. */
	if ((again = outlets_read(file, text, len, err)) == NULL)
		rc = tool_fail(t, TOOL_DATA, "%s", "%s", err);
	else
		rc = registers_write(t, &e->centre, by, file, text, len, what,
		    why);
	outlets_free(again);
	free(text);
	return (rc);
}

/* What people read. */
const char *
outlet_edit_status(const struct tool *t, const struct outlet *x)
{
	const int32_t today = registers_today(t);

	if (x->status == OUTLET_CLOSED)
		return (tool_zh(t, "已撤销", "closed"));
	if (x->status == OUTLET_OPEN)
		return (tool_zh(t, "营业", "open"));
	if (outlet_suspended(x, today))
		return (tool_zh(t, "停业", "suspended"));
	return (today < x->from ? tool_zh(t, "待停业", "to be suspended") :
	    tool_zh(t, "停业已满", "suspension over"));
}

/* Say when it takes effect. */
void
outlet_edit_publish(const struct tool *t)
{

	if (!t->json)
		(void)fputs(tool_zh(t,
		    "发布后生效：liangka repo publish\n",
		    "It takes effect when it is published: liangka repo "
		    "publish\n"), t->out);
}
