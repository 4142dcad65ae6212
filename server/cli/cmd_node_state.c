/*
 * What becomes of a node below, one signed step each.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "keys/nodecert.h"

#include "command.h"
#include "json.h"
#include "service.h"
#include "statement.h"

struct options {
	struct statement_by by;
};

static const struct arg args[] = {
	STATEMENT_ARGS(struct options, by, ARG_REQUIRED),
	ARG_END
};

/* Tell it as JSON. */
static void
tell_json(const struct tool *t, const char *node, enum staffnote_action action,
    const struct statement_answer *a)
{
	int goes_on = action != STAFFNOTE_NODE_RETIRE;
	struct json j;

	json_begin(&j, t->out);
	json_text(&j, "node", node);
	json_text(&j, "step", action == STAFFNOTE_NODE_RETIRE ? "retire" :
	    action == STAFFNOTE_NODE_REPLACE ? "replace" : "readmit");
	json_u64(&j, "seq", a->seq);
	json_text(&j, "above", a->node);
	json_u64(&j, "cursor", a->cursor);
	json_u64(&j, "heard", a->heard);
	if (goes_on) {
		json_u64(&j, "generation", (uint64_t)a->generation + 1);
		json_u64(&j, "first_seq", a->heard + 1);
	} else {
		json_nil(&j, "generation");
		json_nil(&j, "first_seq");
	}
	json_end(&j);
}

/* Tell what is to be done at the node, so that it goes on. */
static void
tell_next(const struct tool *t, const char *node, int replaced,
    const struct statement_answer *a)
{

	(void)fprintf(t->out, replaced ? tool_zh(t,
	    "下一步，在 %s 的新机器上（旧机器的证书请吊销：liangka node revoke）：\n",
	    "Next, on the new machine of %s (revoke the certificate of the "
	    "old one: \"liangka node revoke\"):\n") : tool_zh(t,
	    "下一步，在 %s 上：\n", "Next, on %s:\n"), node);
	(void)fprintf(t->out, tool_zh(t,
	    "  1. 在 liangkad.conf 的 [log] 中设置（first_seq 可以更大，不可更小）：\n"
	    "         generation = %" PRIu64 "\n         first_seq = %" PRIu64
	    "\n  2. 启动（或重新启动）liangkad\n"
	    "  3. 在本节点用 liangka fleet %s 查看其是否已接入\n",
	    "  1. in liangkad.conf, under [log] (first_seq may be higher, never "
	    "lower):\n         generation = %" PRIu64 "\n         first_seq = %"
	    PRIu64 "\n  2. start liangkad, or restart it\n"
	    "  3. here, \"liangka fleet %s\" shows when it has linked\n"),
	    (uint64_t)a->generation + 1, a->heard + 1, node);
}

/* Tell what came of it. */
static void
tell(const struct tool *t, const char *node, enum staffnote_action action,
    const struct statement_answer *a)
{

	if (t->json) {
		tell_json(t, node, action, a);
		return;
	}
	(void)fprintf(t->out, action == STAFFNOTE_NODE_RETIRE ? tool_zh(t,
	    "节点 %s 已停用（记录 %" PRIu64 "）：其连接已断开，此后不再接入\n",
	    "Node %s is retired (entry %" PRIu64 "): its link is closed, and "
	    "it never links again\n") : action == STAFFNOTE_NODE_REPLACE ?
	    tool_zh(t, "节点 %s 已登记换机（记录 %" PRIu64
	    "）：等待新机器以新一代日志接入\n", "Node %s is to be replaced (entry %"
	    PRIu64 "): it is awaited with a new generation of its log\n") :
	    tool_zh(t, "节点 %s 已获准重新接纳（记录 %" PRIu64
	    "）：等待其以新一代日志接入\n", "Node %s is readmitted (entry %" PRIu64
	    "): it is awaited with a new generation of its log\n"), node,
	    a->seq);
	if (action == STAFFNOTE_NODE_RETIRE)
		(void)fprintf(t->out, tool_zh(t,
		    "下一步：吊销其证书（liangka node revoke %s），并从 [children] "
		    "的 nodes 文件中删除 [node %s]\n",
		    "Next: revoke its certificate (\"liangka node revoke %s\") "
		    "and take [node %s] out of the file that [children] names as "
		    "nodes\n"), node, node);
	else
		tell_next(t, node, action == STAFFNOTE_NODE_REPLACE, a);
}

/* Say what becomes of a node. */
static int
state(struct tool *t, int argc, char **argv, enum staffnote_action action)
{
	struct options o = { .by = { NULL, NULL } };
	struct statement s = { .action = action };
	struct statement_answer answer;
	struct service c;
	int rc;

	if ((rc = args_read(t, &o, &argc, argv)) != ARGS_GO ||
	    (rc = args_operands(t, argc, argv, 1, 1, "节点标识",
	    "the node id")) != ARGS_GO)
		return (rc);
	if (!nodecert_good_node(argv[0]))
		return (tool_fail(t, TOOL_USAGE,
		    "“%s”不是节点标识：1 至 12 个 a-z、0-9 与 -，首尾不为 -",
		    "\"%s\" is no node id: 1 to 12 of a-z, 0-9 and '-', with no "
		    "'-' at either end", argv[0]));
	if ((rc = statement_check(t, &o.by)) != ARGS_GO ||
	    (rc = service_open(t, &c)) != ARGS_GO)
		return (rc);
	s.detail = argv[0];
	if ((rc = statement_send(t, &c, &o.by, &s, &answer)) == ARGS_GO) {
		tell(t, argv[0], action, &answer);
		rc = tool_flush(t, TOOL_OK);
	}
	service_close(&c);
	return (rc);
}

/* It shall not link any more. */
static int
run_retire(struct tool *t, int argc, char **argv)
{

	return (state(t, argc, argv, STAFFNOTE_NODE_RETIRE));
}

/* Its machine is a new one. */
static int
run_replace(struct tool *t, int argc, char **argv)
{

	return (state(t, argc, argv, STAFFNOTE_NODE_REPLACE));
}

/* It was wound back, and may come again. */
static int
run_readmit(struct tool *t, int argc, char **argv)
{

	return (state(t, argc, argv, STAFFNOTE_NODE_READMIT));
}

#define WHO "\n\nSaid to the node above NODE, on the socket of an [operator].  It " \
	"is signed with your personal key, recorded with your name and the " \
	"reason, and needs the right `node` of your [staff] section."
#define NUMBERS "The answer says which `generation` and first_seq the node has to " \
	"be given: first_seq stands behind every number that is known here to " \
	"have been given out."
#define EXITS "0  recorded\n1  not possible as the node stands\n"	\
	COMMAND_EXITS_GIVEN STATEMENT_EXITS COMMAND_EXITS_AWAY

const struct command cmd_node_retire = {
	.name = "node retire",
	.synopsis = "NODE --as KEY --reason TEXT [options]",
	.brief = "have a node below never link again (节点停用)",
	.text = "Its link is closed at once, and its id is not used again.  What "
	    "it has told stays counted.  A node that has never linked may be "
	    "retired too, so that a certificate that went astray is of no "
	    "use." WHO,
	.args = args,
	.asks = 1,
	.exits = EXITS,
	.examples = "liangka node retire b017 --as lin.key --reason "
	    "\"outlet closed\"\n",
	.run = run_retire,
};

const struct command cmd_node_replace = {
	.name = "node replace",
	.synopsis = "NODE --as KEY --reason TEXT [options]",
	.brief = "expect a node below on a new machine (节点换机)",
	.text = "For a node whose disk or machine is lost, or is to be changed: "
	    "the old one's link is closed, nothing more is taken from it, and "
	    "the node is awaited with a new generation of its log.  " NUMBERS
	    WHO,
	.args = args,
	.asks = 1,
	.exits = EXITS,
	.examples = "liangka node replace b017 --as lin.key --reason "
	    "\"disk failed on 3 December\"\n",
	.run = run_replace,
};

const struct command cmd_node_readmit = {
	.name = "node readmit",
	.synopsis = "NODE --as KEY --reason TEXT [options]",
	.brief = "let a held node come again (重新接纳)",
	.text = "A node that knows less than it has told, because an old copy of "
	    "its disk was put back, is held: it answers no check, until it is "
	    "readmitted and goes on with a new generation of its log.  Find "
	    "out first who put the copy back.  " NUMBERS WHO,
	.args = args,
	.asks = 1,
	.exits = EXITS,
	.examples = "liangka node readmit b017 --as lin.key --reason "
	    "\"snapshot of Tuesday was restored by mistake\"\n",
	.run = run_readmit,
};
