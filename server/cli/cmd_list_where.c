#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plugin.h"

#include "command.h"
#include "json.h"
#include "moment.h"
#include "table.h"
#include "where.h"

#define SILENT_MS 600000

struct options {
	const char *status;
	struct arg_list keys;
	const char *nodes;
	int64_t silent;
	int32_t all;
};

static const struct arg args[] = {
	{ "status", ARG_STRING, ARG_REQUIRED, "DIR", "where the nodes' status "
	    "files arrive (--report of liangka sync)", NULL, 0, 0,
	    ARG_AT(struct options, status) },
	{ "keys", ARG_LIST, ARG_REQUIRED, "VKEY|FILE|DIR", "verifier keys of the "
	    "nodes' logs; a file holds one a line, of a directory the files "
	    "*.pub are read", NULL, 0, 0, ARG_AT(struct options, keys) },
	{ "nodes", ARG_STRING, 0, "FILE", "which nodes are to report: one name "
	    "a line (in full, or the last part), or an outlet register whose "
	    "nodes are called institution.outlet", NULL, 0, 0,
	    ARG_AT(struct options, nodes) },
	{ "silent", ARG_DURATION, 0, "TIME", "a status older than that is of a "
	    "silent node (default: 10min)", NULL, 1000, INT64_C(31536000000),
	    ARG_AT(struct options, silent) },
	{ "all", ARG_FLAG, 0, NULL, "also the nodes that are on it", NULL, 0, 0,
	    ARG_AT(struct options, all) },
	ARG_END
};

static const struct word words_where[] = {
	{ "reached", "已到达", WHERE_REACHED },
	{ "behind", "落后", WHERE_BEHIND },
	{ "silent", "失联", WHERE_SILENT },
	{ "never_heard", "从未上报", WHERE_UNHEARD },
	{ "unverified", "验证失败", WHERE_UNVERIFIED },
	{ NULL, NULL, 0 }
};

/* How many nodes there are, and are to be. */
static size_t
total(const struct where *x)
{
	size_t n = 0;
	int i;

	for (i = 0; i < WHERE_STATES; i++)
		n += x->count[i];
	return (n);
}

/* The nodes reached, in thousandths; none are all. */
static unsigned
share(const struct where *x)
{
	size_t n = total(x);

	return (n == 0 ? 1000 : (unsigned)(x->count[WHERE_REACHED] * 1000 / n));
}

/* One node as JSON. */
static void
print_node_json(const struct tool *t, const struct where_node *n)
{
	struct json j;
	size_t i;

	json_begin(&j, t->out);
	json_text(&j, "node", n->name);
	json_word(&j, "state", words_where, (int32_t)n->state);
	if (n->state == WHERE_UNVERIFIED)
		json_text(&j, "error", n->why);
	else if (n->state != WHERE_UNHEARD) {
		json_u64(&j, "version", n->version);
		json_u64(&j, "targets", n->s.targets);
		json_time(&j, "heard", n->s.time * 1000);
		json_time(&j, "signed", n->s.signed_at * 1000);
		json_text(&j, "policy", n->s.policy[0] != '\0' ? n->s.policy :
		    NULL);
		json_u64(&j, "outlets", n->s.outlets);
		json_u64(&j, "campaigns", n->s.campaigns);
		json_text(&j, "trouble", nodestatus_word(n->s.error));
		json_open(&j, "lists");
		for (i = 0; i < n->s.nlists; i++)
			json_u64(&j, n->s.list[i].id, n->s.list[i].version);
		json_end(&j);
	}
	json_end(&j);
}

/* The sum as JSON. */
static void
print_sum_json(const struct tool *t, const struct where *x,
    const struct where_want *w)
{
	struct json j;
	int i;

	json_begin(&j, t->out);
	json_text(&j, "list", w->list[0] != '\0' ? w->list : NULL);
	json_u64(&j, "version", w->version);
	json_u64(&j, "nodes", total(x));
	for (i = 0; i < WHERE_STATES; i++)
		json_u64(&j, words_where[i].name, x->count[i]);
	json_u64(&j, "others", x->others);
	json_u64(&j, "permille", share(x));
	json_end(&j);
}

/* One node as a row. */
static int
print_row(const struct tool *t, struct table *table,
    const struct where_node *n)
{
	char version[16] = "-", targets[16] = "-", time[MOMENT_SIZE] = "-";
	int zh = t->language == LK_LANG_ZH;
	const char *cell[6] = { n->name, zh ? words_where[n->state].zh :
	    words_where[n->state].name, version, targets, time, "" };

	if (n->state == WHERE_UNVERIFIED)
		cell[5] = n->why;
	else if (n->state != WHERE_UNHEARD) {
		if (n->version != 0)
			(void)snprintf(version, sizeof(version), "%" PRIu32,
			    n->version);
		(void)snprintf(targets, sizeof(targets), "%" PRIu32,
		    n->s.targets);
		(void)moment_short(n->s.time * 1000, time);
		if (n->s.error != NODESTATUS_NONE)
			cell[5] = nodestatus_word(n->s.error);
	}
	return (table_row(table, cell));
}

/* The sum, for people. */
static void
print_sum(const struct tool *t, const struct where *x,
    const struct where_want *w)
{
	unsigned s = share(x);
	size_t n = total(x);

	(void)fprintf(t->out, tool_zh(t,
	    "%s%s%s%s 版本 %" PRIu32 "：%zu 个节点中 %zu 个已到达（%u.%u %%）；"
	    "落后 %zu，失联 %zu，从未上报 %zu，验证失败 %zu%s\n",
	    "%s%s%s%s version %" PRIu32 ": %zu nodes, %zu on it (%u.%u %%); "
	    "%zu behind, %zu silent, %zu never heard, %zu unverified%s\n"),
	    tool_paint(t, x->count[WHERE_REACHED] == n ? TOOL_GREEN :
	    TOOL_YELLOW), w->list[0] != '\0' ? tool_zh(t, "名单 ", "list ") :
	    "", w->list[0] != '\0' ? w->list : tool_zh(t, "发布",
	    "targets"), tool_paint(t, TOOL_PLAIN), w->version, n,
	    x->count[WHERE_REACHED], s / 10, s % 10, x->count[WHERE_BEHIND],
	    x->count[WHERE_SILENT], x->count[WHERE_UNHEARD],
	    x->count[WHERE_UNVERIFIED], n == 0 ? tool_zh(t, "（没有节点）",
	    " (no nodes)") : "");
	if (x->others > 0)
		(void)fprintf(t->out, tool_zh(t,
		    "另有 %zu 个节点不在 --nodes 中，未计入\n",
		    "%zu others report that are not in --nodes; not counted\n"),
		    x->others);
}

/* Print what was found. */
static int
print(const struct tool *t, const struct options *o, const struct where *x,
    const struct where_want *w)
{
	const char *heads[6] = { tool_zh(t, "节点", "NODE"), tool_zh(t, "状态",
	    "STATE"), tool_zh(t, "版本", "VERSION"), tool_zh(t, "发布",
	    "TARGETS"), tool_zh(t, "最近上报", "LAST HEARD"), tool_zh(t, "故障",
	    "TROUBLE") };
	struct table *table = NULL;
	size_t i;
	int rc = 0;

	if (!t->json && (table = table_new(t->out, 6, heads)) == NULL)
		return (tool_fail(t, TOOL_SYSTEM, "内存不足", "out of memory"));
	for (i = 0; i < x->n && rc == 0; i++) {
		if ((x->node[i].state == WHERE_REACHED && !o->all) ||
		    !x->node[i].known)
			continue;
		if (t->json)
			print_node_json(t, &x->node[i]);
		else
			rc = print_row(t, table, &x->node[i]);
	}
	table_end(table);
	if (rc != 0)
		return (tool_fail(t, TOOL_SYSTEM, "内存不足", "out of memory"));
	if (t->json)
		print_sum_json(t, x, w);
	else
		print_sum(t, x, w);
	return (x->count[WHERE_REACHED] == total(x) && total(x) > 0 ?
	    TOOL_OK : TOOL_NO);
}

/* The command. */
static int
run(struct tool *t, int argc, char **argv)
{
	struct options o = { .silent = SILENT_MS };
	struct where_want w = { .version = 0 };
	struct where x = { .n = 0 };
	int rc;

	if ((rc = args_read(t, &o, &argc, argv)) != ARGS_GO ||
	    (rc = args_operands(t, argc, argv, 1, 1, "版本", "[LIST@]VERSION"))
	    != ARGS_GO)
		return (rc);
	if (where_parse(&w, argv[0]) != 0)
		return (tool_fail(t, TOOL_USAGE,
		    "应为版本号或“名单@版本号”，而不是“%s”",
		    "wants a version or LIST@VERSION, not \"%s\"", argv[0]));
	w.now = t->now_ms() / 1000;
	w.silent = o.silent / 1000;
	if ((rc = where_read(t, &x, &w, o.status, &o.keys, o.nodes)) ==
	    ARGS_GO)
		rc = print(t, &o, &x, &w);
	where_free(&x);
	return (rc);
}

const struct command cmd_list_where = {
	.name = "list where",
	.synopsis = "[LIST@]VERSION --status DIR --keys VKEY|FILE|DIR... "
	    "[--nodes FILE] [--all]",
	.brief = "which nodes are not on a version yet (名单到达情况)",
	.text = "Reads the status that each node signs and sends, believes it "
	    "from the node's own key alone, and shows the nodes that do not "
	    "have VERSION of the targets (or of one list) yet, those that fell "
	    "silent before they had it, those of --nodes that were never heard "
	    "of, and files that cannot be believed; at the end, what share has "
	    "it.  A node that has a newer version has this one too.\n"
	    "\n"
	    "TROUBLE is what goes wrong at the node: away (sync does not get "
	    "through), refused (it gets what it must not believe); or why the "
	    "last adoption failed: unsigned, old, expired, mismatch, form, key "
	    "(it lacks the list key of that epoch), disk, other.",
	.args = args,
	.exits = "0  all nodes have it\n1  not all of them\n64 wrong usage\n"
	    "65 a key or the file of nodes is wrong\n"
	    "66 no such file or directory\n71 out of memory\n"
	    "74 read or write error\n77 no right to read it\n",
	.examples = "liangka list where 412 --status /srv/in --keys "
	    "/etc/liangka/nodes --nodes nodes.txt\n"
	    "liangka list where sanction@96 --status /srv/in --keys nodes.vkeys "
	    "--json\n",
	.run = run,
};
