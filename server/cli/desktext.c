#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plugin.h"

#include "desklist.h"
#include "desktext.h"
#include "json.h"
#include "moment.h"
#include "refid.h"
#include "tool.h"
#include "words.h"

#define MINUTE_MS 60000

/* The earlier due, then the earlier decided. */
static int
earlier(const void *a, const void *b)
{
	const struct desklist_case *x = a, *y = b;

	if (x->due != y->due)
		return (x->due < y->due ? -1 : 1);
	return (x->seq < y->seq ? -1 : x->seq > y->seq);
}

/* Order by due time. */
void
desktext_by_due(struct desklist *l)
{

	if (l->ncases > 0)
		qsort(l->c, l->ncases, sizeof(*l->c), earlier);
}

/* How long there is time. */
const char *
desktext_due(const struct tool *t, int64_t due, int64_t now,
    char buf[DESKTEXT_MAX])
{
	int64_t left = due - now, min;
	int late = left <= 0;
	char span[64];

	min = (late ? -left : left) / MINUTE_MS;
	if (min >= 48 * 60)
		(void)snprintf(span, sizeof(span), tool_zh(t, "%d天%d时",
		    "%d d %d h"), (int)(min / 1440), (int)(min / 60 % 24));
	else if (min >= 60)
		(void)snprintf(span, sizeof(span), tool_zh(t, "%d时%02d分",
		    "%d h %02d min"), (int)(min / 60), (int)(min % 60));
	else
		(void)snprintf(span, sizeof(span), tool_zh(t, "%d分",
		    "%d min"), (int)min);
	(void)snprintf(buf, DESKTEXT_MAX, "%s%s", late ? tool_zh(t, "逾期",
	    "overdue ") : "", span);
	return (buf);
}

/* What is odd about a case. */
const char *
desktext_note(const struct tool *t, const struct desklist_case *c,
    char buf[DESKTEXT_MAX])
{
	int zh = t->language == LK_LANG_ZH;
	const char *found = words_name(words_found, c->found, zh);
	size_t len = 0;

	buf[0] = '\0';
	if (c->proposer[0] != '\0')
		len += (size_t)snprintf(buf, DESKTEXT_MAX, tool_zh(t,
		    "%s 提请推翻拒绝，待另一人", "override proposed by %s"),
		    c->proposer);
	if (found != NULL)
		(void)snprintf(&buf[len], DESKTEXT_MAX - len, "%s%s%s",
		    len > 0 ? tool_zh(t, "；", "; ") : "", tool_zh(t, "现场：",
		    "found: "), found);
	else if (c->dispatched != 0)
		(void)snprintf(&buf[len], DESKTEXT_MAX - len, "%s%s",
		    len > 0 ? tool_zh(t, "；", "; ") : "", tool_zh(t,
		    "已派员到场", "people sent"));
	return (buf);
}

/* A product's word. */
const char *
desktext_product(const struct tool *t, int32_t product)
{
	const char *s = words_name(words_product, product, t->language ==
	    LK_LANG_ZH);

	return (s != NULL ? s : "?");
}

/* A text, or null. */
static void
text_or_null(struct json *j, const char *key, const char *s)
{

	json_text(j, key, s[0] != '\0' ? s : NULL);
}

/* The members of a case. */
void
desktext_case_json(struct json *j, const struct desklist_case *c, int64_t now)
{
	char ref[REFID_MAX];

	json_text(j, "decision_id", c->id);
	json_text(j, "reference", refid_print(ref, c->seq));
	json_u64(j, "seq", c->seq);
	json_word(j, "decision", words_decision, c->decision);
	json_word(j, "standing", words_standing, c->standing);
	json_time(j, "time", c->t);
	json_time(j, "due", c->due);
	json_i64(j, "due_ms", c->due);
	json_bool(j, "overdue", c->due <= now);
	json_text(j, "institution", c->inst);
	json_text(j, "outlet", c->outlet);
	json_i64(j, "area", c->area);
	json_word(j, "product", words_product, c->product);
	json_text(j, "reason", c->reason);
	text_or_null(j, "taker", c->taker);
	json_time(j, "taken", c->taken);
	json_time(j, "dispatched", c->dispatched);
	if (c->found != 0)
		json_word(j, "found", words_found, c->found);
	else
		json_nil(j, "found");
	text_or_null(j, "proposer", c->proposer);
}
