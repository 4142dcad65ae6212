#include <stdio.h>
#include <string.h>

#include "lookup.h"
#include "service.h"
#include "tool.h"

/* Do the options go together? */
int
lookup_check(const struct tool *t, const struct lookup *l, int required)
{
	int signs = l->by.as != NULL || l->by.reason != NULL;

	if (l->offline && signs)
		return (tool_fail(t, TOOL_USAGE,
		    "--offline 不留记录，不与 --as、--reason 同用",
		    "--offline records nothing: not with --as and --reason"));
	return (signs || (required && !l->offline) ?
	    statement_check(t, &l->by) : ARGS_GO);
}

/* The node that a decision id names: what stands before its last two parts. */
static const char *
node_of(const struct caseopen_id *id, char node[STAFFNOTE_NODE_MAX])
{
	const char *end;

	if (id->form != 2 || (end = strrchr(id->text, '-')) == NULL)
		return (NULL);
	while (end > id->text && end[-1] != '-')
		end--;
	if (end == id->text)
		return (NULL);
	(void)snprintf(node, STAFFNOTE_NODE_MAX, "%.*s",
	    (int)(end - id->text - 1), id->text);
	return (node);
}

/* Say that it is not recorded. */
void
lookup_unrecorded(const struct tool *t)
{

	(void)tool_fail(t, 0, "注意：本次查阅未记入日志",
	    "note: this look-up is recorded in no journal");
}

/* Have it recorded. */
int
lookup_entry(const struct tool *t, const struct lookup *l,
    const struct caseopen_id *id)
{
	struct statement s = { .action = STAFFNOTE_ENTRY, .entry = id->seq };
	struct statement_answer answer;
	char node[STAFFNOTE_NODE_MAX];
	struct service c;
	int rc;

	if (l->by.as == NULL) {
		lookup_unrecorded(t);
		return (ARGS_GO);
	}
	s.origin = node_of(id, node);
	if ((rc = service_open(t, &c)) != ARGS_GO)
		return (rc);
	rc = statement_send(t, &c, &l->by, &s, &answer);
	service_close(&c);
	return (rc);
}
