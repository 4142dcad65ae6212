#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "plugin.h"

#include "command.h"
#include "fleetlist.h"
#include "fleettext.h"
#include "json.h"
#include "service.h"
#include "table.h"
#include "width.h"

struct options {
	int32_t all;
};

static const struct arg args[] = {
	{ "all", ARG_FLAG, 0, NULL, "also nodes that were retired", NULL, 0, 0,
	    ARG_AT(struct options, all) },
	ARG_END
};

/* The sum of them. */
struct sum {
	size_t state[FLEETLIST_STATES];
	size_t up, fresh;	/* of the active ones */
	int well;
};

/* Add all up. */
static void
add_up(struct sum *s, const struct fleetlist *l)
{
	const struct fleetlist_node *n;
	size_t i;

	memset(s, 0, sizeof(*s));
	s->well = 1;
	for (i = 0; i < l->n; i++) {
		n = &l->v[i];
		s->state[n->state]++;
		if (n->state == FLEETLIST_ACTIVE) {
			s->up += n->up != 0;
			s->fresh += fleetlist_fresh(n, l->now) != 0;
		}
		s->well &= fleetlist_well(n, l->now);
	}
}

/* The sum as JSON. */
static void
sum_json(const struct tool *t, const struct sum *s, const struct fleetlist *l)
{
	struct json j;

	json_begin(&j, t->out);
	json_u64(&j, "active", s->state[FLEETLIST_ACTIVE]);
	json_u64(&j, "up", s->up);
	json_u64(&j, "cosigned_lately", s->fresh);
	json_u64(&j, "held", s->state[FLEETLIST_HELD]);
	json_u64(&j, "awaited", s->state[FLEETLIST_AWAITED]);
	json_u64(&j, "retired", s->state[FLEETLIST_RETIRED]);
	json_bool(&j, "well", s->well);
	json_time(&j, "time", l->now);
	json_end(&j);
}

/* The sum for people. */
static void
sum_text(const struct tool *t, const struct sum *s)
{

	(void)fprintf(t->out, tool_zh(t,
	    "%s%zu 个运行节点%s：已连 %zu，90 秒内已见证 %zu；冻结 %zu，待接入 %zu，停用 %zu\n",
	    "%s%zu active nodes%s: %zu up, %zu cosigned within 90 s; %zu held, "
	    "%zu awaited, %zu retired\n"),
	    tool_paint(t, s->well ? TOOL_GREEN : TOOL_RED),
	    s->state[FLEETLIST_ACTIVE], tool_paint(t, TOOL_PLAIN), s->up,
	    s->fresh, s->state[FLEETLIST_HELD], s->state[FLEETLIST_AWAITED],
	    s->state[FLEETLIST_RETIRED]);
	if (s->state[FLEETLIST_HELD] > 0)
		(void)fprintf(t->out, "%s%s%s\n", tool_paint(t, TOOL_RED),
		    tool_zh(t, "有节点被冻结：其磁盘曾被回退，现不受理业务；见 liangka node readmit --help",
		    "A node is HELD: its disk was wound back, and it serves "
		    "nobody; see \"liangka node readmit --help\""),
		    tool_paint(t, TOOL_PLAIN));
}

/* What the mark means. */
static void
legend(const struct tool *t, const struct fleettext_ours *o)
{

	(void)fputs(tool_zh(t, "* 与本节点不同：本节点版本 ",
	    "* not as here: version "), t->out);
	width_put(t->out, o->version);
	(void)fprintf(t->out, tool_zh(t, "，名单 %" PRIu64 "，规则 ",
	    ", lists %" PRIu64 ", policy "), o->lists);
	width_put(t->out, o->policy[0] != '\0' ? o->policy : "-");
	(void)fputc('\n', t->out);
}

/* Print all of them. */
static int
print(const struct tool *t, const struct options *o,
    const struct fleetlist *l, const struct fleettext_ours *ours)
{
	const char *cells[FLEETTEXT_CELLS];
	struct table *table = NULL;
	struct fleettext row = { .differs = 0 };
	struct sum s;
	size_t i, k;
	int rc = 0, differs = 0;

	add_up(&s, l);
	if (!t->json && (table = table_new(t->out, FLEETTEXT_CELLS,
	    fleettext_heads(t))) == NULL)
		return (tool_fail(t, TOOL_SYSTEM, "内存不足", "out of memory"));
	for (i = 0; i < l->n && rc == 0; i++) {
		if (l->v[i].state == FLEETLIST_RETIRED && !o->all)
			continue;
		if (t->json) {
			fleettext_json(t, &l->v[i], ours);
			continue;
		}
		fleettext_row(t, &row, &l->v[i], ours);
		differs |= row.differs;
		for (k = 0; k < FLEETTEXT_CELLS; k++)
			cells[k] = row.cell[k];
		rc = table_row(table, cells);
	}
	table_end(table);
	if (rc != 0)
		return (tool_fail(t, TOOL_SYSTEM, "内存不足", "out of memory"));
	if (t->json)
		sum_json(t, &s, l);
	else {
		if (differs)
			legend(t, ours);
		sum_text(t, &s);
	}
	return (tool_flush(t, s.well ? TOOL_OK : TOOL_NO));
}

/* Print one of them. */
static int
print_one(const struct tool *t, const char *name, const struct fleetlist *l,
    const struct fleettext_ours *ours)
{
	const struct fleetlist_node *n;
	size_t i;

	for (i = 0; i < l->n && strcmp(l->v[i].node, name) != 0; i++)
		continue;
	if (i == l->n)
		return (tool_fail(t, TOOL_NO, "没有接入过节点 %s",
		    "no node %s has ever linked here", name));
	n = &l->v[i];
	if (t->json)
		fleettext_json(t, n, ours);
	else
		fleettext_whole(t, n, ours);
	return (tool_flush(t, fleetlist_well(n, l->now) ? TOOL_OK : TOOL_NO));
}

/* The command. */
static int
run(struct tool *t, int argc, char **argv)
{
	struct lk_status s = { .size = sizeof(s) };
	struct fleettext_ours ours = { .version = s.version,
		.policy = s.policy_version };
	struct options o = { .all = 0 };
	struct fleetlist l = { .n = 0 };
	struct service c;
	int rc;

	if ((rc = args_read(t, &o, &argc, argv)) != ARGS_GO ||
	    (rc = args_operands(t, argc, argv, 0, 1, "节点标识",
	    "the id of one node")) != ARGS_GO ||
	    (rc = service_open(t, &c)) != ARGS_GO)
		return (rc);
	if ((rc = lk_status(c.handle, &s, 0)) != 0)
		rc = service_fail(t, &c, rc, s.message);
	else if ((rc = fleetlist_get(t, &c, &l)) != 0)
		rc = service_fail(t, &c, rc, c.message);
	else {
		ours.lists = (uint64_t)s.list_version;
		ours.now = l.now;
		rc = argc == 1 ? print_one(t, argv[0], &l, &ours) :
		    print(t, &o, &l, &ours);
	}
	fleetlist_free(&l);
	service_close(&c);
	return (rc);
}

const struct command cmd_fleet = {
	.name = "fleet",
	.synopsis = "[NODE] [--all] [options]",
	.brief = "how the nodes below are (下级节点)",
	.text = "Asks the daemon for the nodes that link to it, or all about "
	    "NODE.  STATE is active, held (its disk was wound back: it serves "
	    "nobody until \"liangka node readmit\"), awaited (it is to come "
	    "with a new generation of its log) or retired.  LINK is up or down, "
	    "and when it was last heard.  LAG is how many of its entries may "
	    "be missing here, and how old the last one taken is.  COSIGNED is "
	    "the size and age of the last head of its log that this node has "
	    "witnessed.  NODE ABOVE is how often it asked, since its start, and "
	    "how often it had to decide without an answer.  What was heard of a "
	    "node since the daemon's start is not kept over the next.\n"
	    "\n"
	    "As a check of a monitoring system: exit 0 means that every active "
	    "node is up, has no TROUBLE and had a head cosigned within 90 s, and none is held.  "
	    "Nodes that are awaited or retired do not count.",
	.args = args,
	.asks = 1,
	.exits = "0  all active nodes are up and cosigned within 90 s, none is "
	    "held\n1  some are not; or there is no such NODE\n"
	    COMMAND_EXITS_GIVEN COMMAND_EXITS_RECORD,
	.examples = "liangka fleet\nliangka fleet b017\nliangka fleet --json\n",
	.run = run,
};
