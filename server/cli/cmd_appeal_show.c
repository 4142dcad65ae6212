#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/day.h"
#include "lists/appeal_store.h"
#include "plugin.h"

#include "appeal_tell.h"
#include "command.h"
#include "registers.h"
#include "table.h"

struct options {
	struct registers_by by;
	int32_t all;
};

static const struct arg args[] = {
	REGISTERS_DIR_ARG(struct options, by),
	{ "all", ARG_FLAG, 0, NULL, "decided ones too", NULL, 0, 0,
	    ARG_AT(struct options, all) },
	ARG_END
};

/* Appeals, to be put in order. */
struct rows {
	struct appeal *v;
	size_t n;
	int all;
};

/* Take an appeal into the rows. */
static int
take(void *arg, const struct appeal *a)
{
	struct rows *r = arg;
	void *p;

	if (!r->all && appeal_decided(a) != NULL)
		return (0);
	/* Powers of two. */
	if ((r->n & (r->n - 1)) == 0) {
		p = realloc(r->v, (r->n == 0 ? 1 : 2 * r->n) * sizeof(*r->v));
		if (p == NULL)
			return (1);
		r->v = p;
	}
	r->v[r->n++] = *a;
	return (0);
}

/* For qsort(): what is due first, decided ones last. */
static int
by_due(const void *x, const void *y)
{
	const struct appeal *a = x, *b = y;
	int ack;
	int32_t da = appeal_due(a, &ack), db = appeal_due(b, &ack);

	if (da != db)
		return (da == 0 ? 1 : db == 0 ? -1 : (da > db) - (da < db));
	return (strcmp(a->id, b->id));
}

/* Write the rows as a table. */
static int
table(const struct tool *t, const struct rows *r, int32_t today)
{
	const char *const heads[] = {
		tool_zh(t, "编号", "id"), tool_zh(t, "状态", "state"),
		tool_zh(t, "待办", "next"), tool_zh(t, "期限", "due"),
		tool_zh(t, "逾期", "late"), tool_zh(t, "事项", "about"),
		tool_zh(t, "登记", "opened")
	};
	char about[64], due[DAY_TEXT], late[32], opened[DAY_TEXT];
	struct table *p = table_new(t->out, 7, heads);
	int rc = p == NULL ? -1 : 0, ack;
	const struct appeal *a;
	int32_t day;
	size_t i;

	for (i = 0; i < r->n && rc == 0; i++) {
		a = &r->v[i];
		day = appeal_due(a, &ack);
		const char *const cells[] = { a->id, appeal_tell_state(t, a,
		    0), day == 0 ? "" : ack ? tool_zh(t, "受理",
		    "acknowledge") : tool_zh(t, "答复", "decide"), due, late,
		    appeal_tell_about(a, about, sizeof(about)), opened };

		due[0] = late[0] = '\0';
		if (day != 0)
			day_print(due, day);
		if (appeal_tell_overdue(a, today))
			(void)snprintf(late, sizeof(late), tool_zh(t,
			    "逾期 %d 天", "%d days"), (int)(today - day));
		day_print(opened, day_of(a->event[0].t));
		rc = table_row(p, cells);
	}
	table_end(p);
	return (rc);
}

/* List appeals. */
static int
list(const struct tool *t, const struct options *o, const struct centre *c)
{
	struct rows r = { .all = o->all };
	const int32_t today = registers_today(t);
	char err[CENTRE_ERROR_MAX];
	size_t i, late = 0;
	int rc;

	rc = appeal_store_each(c, take, &r, err);
	if (rc < 0) {
		free(r.v);
		return (tool_fail(t, TOOL_DATA, "%s", "%s", err));
	}
	if (r.n > 0)
		qsort(r.v, r.n, sizeof(*r.v), by_due);
	for (i = 0; i < r.n; i++) {
		late += (size_t)appeal_tell_overdue(&r.v[i], today);
		if (t->json)
			appeal_tell(t, &r.v[i], today);
	}
	if (rc == 0 && !t->json) {
		rc = table(t, &r, today);
		(void)fprintf(t->out, tool_zh(t, "共 %zu 件，逾期 %zu 件\n",
		    "%zu appeals, %zu overdue\n"), r.n, late);
	}
	free(r.v);
	return (rc == 0 ? TOOL_OK : tool_fail(t, TOOL_SYSTEM, "内存不足",
	    "out of memory"));
}

/* Show one. */
static int
show(const struct tool *t, const struct centre *c, const char *id)
{
	struct appeal *a = malloc(sizeof(*a));
	char err[CENTRE_ERROR_MAX];
	int rc;

	if (a == NULL)
		return (tool_fail(t, TOOL_SYSTEM, "内存不足", "out of memory"));
	if ((rc = appeal_store_load(c, id, a, err)) == 0)
		appeal_tell(t, a, registers_today(t));
	else if (rc > 0)
		rc = tool_fail(t, TOOL_NO, "没有申诉 %s",
		    "there is no appeal %s", id);
	else
		rc = tool_fail(t, TOOL_DATA, "%s", "%s", err);
	free(a);
	return (rc);
}

/* The command. */
static int
run(struct tool *t, int argc, char **argv)
{
	struct options o = { .all = 0 };
	struct centre c;
	int rc;

	if ((rc = args_read(t, &o, &argc, argv)) != ARGS_GO ||
	    (rc = args_operands(t, argc, argv, 0, 1, "最多一个申诉编号",
	    "at most one appeal's id")) != ARGS_GO ||
	    (rc = registers_open(t, &o.by, 0, &c)) != ARGS_GO)
		return (rc);
	rc = argc == 1 ? show(t, &c, argv[0]) : list(t, &o, &c);
	centre_close(&c);
	return (rc);
}

const struct command cmd_appeal_show = {
	.name = "appeal show",
	.synopsis = "[ID] --dir DIR [--all] [options]",
	.brief = "open appeals by what is due (申诉)",
	.text = "Lists open appeals, the one due soonest first, with those that "
	    "are late marked; or shows one with its history.",
	.args = args,
	.exits = "0  shown\n1  there is no such appeal\n64 wrong usage\n"
	    "65 an appeal is damaged\n" REGISTERS_EXITS_READ,
	.examples = "liangka appeal show --dir /srv/centre\n"
	    "liangka appeal show A-2026-0007 --dir /srv/centre --json\n",
	.run = run,
};
