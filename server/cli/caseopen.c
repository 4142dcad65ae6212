#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "args.h"
#include "caseopen.h"
#include "logread.h"
#include "refid.h"
#include "tool.h"

#define SEQ_DIGITS 19

/* Read what names a decision. */
int
caseopen_id(const struct tool *t, const char *text, struct caseopen_id *id)
{
	size_t n = strlen(text);

	memset(id, 0, sizeof(*id));
	id->text = text;
	if (n > 0 && n <= SEQ_DIGITS && strspn(text, "0123456789") == n) {
		id->seq = strtoull(text, NULL, 10);
		if (id->seq != 0)
			return (ARGS_GO);
	} else if ((id->form = refid_parse(text, &id->seq, id->prefix)) != 0)
		return (ARGS_GO);
	return (tool_fail(t, TOOL_USAGE,
	    "“%s”不是决定编号、参考号（校验字符不符）或记录序号，请核对",
	    "\"%s\" is no decision id, no reference (its check character does "
	    "not fit) and no seq: mistyped?", text));
}

/* The decision may be of a node below or above. */
static const char *
elsewhere(const struct tool *t)
{

	return (tool_zh(t,
	    "；每个节点各自编号，请到作出该决定的节点查询，或按交易号查找（liangka log search --txn）",
	    "; each node has numbers of its own: look at the node that made it, "
	    "or by its txn_id (\"liangka log search --txn\")"));
}

/* Why a case cannot be gathered. */
static int
failed(struct logread *r, const struct caseopen_id *id,
    enum casefile_fault fault, const char *err)
{
	const struct tool *t = logread_tool(r);

	const char *hint = id->form != 0 ? elsewhere(t) : "";

	switch (fault) {
	case CASEFILE_ABSENT:
		return (tool_fail(t, TOOL_NO, "日志中没有 %s：%s%s",
		    "the journal has no %s: %s%s", id->text, err, hint));
	case CASEFILE_OTHER:
		return (tool_fail(t, TOOL_NO, "%s 不是一个决定：%s%s",
		    "%s is not a decision: %s%s", id->text, err, hint));
	case CASEFILE_PACKAGE:
		return (logread_fault(r));
	case CASEFILE_DAMAGED:
		return (logread_damage(r, "%s", err));
	default:
		return (tool_fail(t, TOOL_SYSTEM, "%s", "%s", err));
	}
}

/* Gather the case. */
int
caseopen(struct logread *r, const struct caseopen_id *id, struct casefile **c)
{
	char err[CASEFILE_ERROR_MAX];
	enum casefile_fault fault;

	*c = casefile_open(logread_package(r), id->seq, getenv("TMPDIR"),
	    &fault, err);
	if (*c == NULL)
		return (failed(r, id, fault, err));
	if (id->form != 2 || memcmp((*c)->leaf, id->prefix,
	    sizeof(id->prefix)) == 0)
		return (ARGS_GO);
	casefile_close(*c);
	*c = NULL;
	return (tool_fail(logread_tool(r), TOOL_NO,
	    "没有编号为 %s 的决定：第 %" PRIu64 " 条记录的校验码不同，请核对编号%s",
	    "there is no decision %s: entry %" PRIu64 " has other check "
	    "digits, perhaps mistyped%s", id->text, id->seq,
	    elsewhere(logread_tool(r))));
}

/* Write its names. */
void
caseopen_names(const struct casefile *c, char id[80], char ref[REFID_MAX])
{
	const uint8_t *leaf = c->leaf;

	id[0] = '\0';
	if (c->node[0] != '\0')
		snprintf(id, 80, "%.12s-%" PRIu64 "-%02x%02x%02x%02x", c->node,
		    c->decision.e.seq, leaf[0], leaf[1], leaf[2], leaf[3]);
	(void)refid_print(ref, c->decision.e.seq);
}
