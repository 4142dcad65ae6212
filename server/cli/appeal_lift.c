#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "keys/token.h"
#include "keys/utf8.h"
#include "lists/ledger.h"

#include "appeal_lift.h"
#include "args.h"
#include "tool.h"

/* Copy a text; what does not fit is cut between characters. */
static void
cut(char *dst, size_t cap, const char *s)
{
	size_t n = 0, len = strlen(s), k;
	uint32_t c;

	while (n < len && (k = utf8_next(&c, &s[n], len - n)) > 0 &&
	    n + k < cap)
		n += k;
	memcpy(dst, s, n);
	dst[n] = '\0';
}

/*
 * Clear the entry.  When an earlier try has got so far and no further, it is clear
 * already; when it was removed meanwhile, there is nothing to clear.
 */
static int
clear(const struct tool *t, const struct appeal_lift *x, struct ledger *l,
    uint64_t *serial)
{
	const struct appeal *a = x->a;
	char err[CENTRE_ERROR_MAX], why[APPEAL_TEXT_MAX + 32];
	struct ledger_entry was, last, e = { .action = LEDGER_CLEAR };
	int rc;

	*serial = 0;
	if (!ledger_serial(l, (uint64_t)a->serial, &was) ||
	    !ledger_find(l, &was.token, &last))
		return (tool_fail(t, TOOL_DATA,
		    "名单 %s 没有第 %" PRId64 " 条",
		    "list %s has no entry %" PRId64, a->list, a->serial));
	if (last.action != LEDGER_ADD)
		return (ARGS_GO);
	if (last.serial != was.serial &&
	    !ledger_case_same(last.case_no, was.case_no))
		return (tool_fail(t, TOOL_NO,
		    "该条目已由第 %" PRIu64 " 条（案号 %s）取代；请就该条另行登记申诉",
		    "the entry was replaced by entry %" PRIu64 " (case %s): "
		    "that is a case of its own, register an appeal about it",
		    last.serial, last.case_no));
	(void)snprintf(why, sizeof(why), "%s: %s", a->id, x->reason);
	e.t = t->now_ms() / 1000;
	e.token = was.token;
	cut(e.case_no, sizeof(e.case_no), last.case_no[0] != '\0' ?
	    last.case_no : a->id);
	cut(e.who, sizeof(e.who), x->who);
	cut(e.why, sizeof(e.why), why);
	if ((rc = ledger_add(l, &e, 0, err)) < 0 || (rc == LEDGER_TAKEN &&
	    ledger_commit(l, err) != 0))
		return (tool_fail(t, TOOL_IO, "%s", "%s", err));
	*serial = e.serial;
	return (ARGS_GO);
}

/* Clear the entry in the ledger of its list. */
int
appeal_lift(const struct tool *t, const struct appeal_lift *x,
    struct centre *c, uint64_t *serial)
{
	const struct appeal *a = x->a;
	char err[CENTRE_ERROR_MAX];
	struct token_keys *keys;
	struct ledger *l;
	int rc;

	if (centre_list(c, a->list) == NULL)
		return (tool_fail(t, TOOL_CONFIG, "centre.conf 中没有名单 %s",
		    "there is no list %s in centre.conf", a->list));
	if ((keys = centre_tokens(c, t->now_ms() / 1000, err)) == NULL)
		return (tool_fail(t, TOOL_CONFIG, "%s", "%s", err));
	l = ledger_open(c, a->list, token_keys_epoch(keys, 0), err);
	rc = l != NULL ? clear(t, x, l, serial) :
	    tool_fail(t, TOOL_DATA, "%s", "%s", err);
	ledger_close(l);
	token_keys_free(keys);
	return (rc);
}
