#include <stdlib.h>
#include <string.h>

#include "plugin/call.h"
#include "plugin/reply.h"

#include "desklist.h"
#include "service.h"
#include "tabline.h"
#include "tool.h"

#define CASE_FIELDS 16
#define ALERT_FIELDS 13

/* Read the line of a case. */
int
desklist_read_case(const char *line, size_t len, struct desklist_case *c)
{
	struct tabline f;

	memset(c, 0, sizeof(*c));
	if (tabline_split(&f, line, len, CASE_FIELDS) != 0)
		return (-1);
	c->seq = (uint64_t)tabline_i64(&f);
	c->t = tabline_i64(&f);
	c->due = tabline_i64(&f);
	c->standing = tabline_code(&f);
	c->decision = tabline_code(&f);
	tabline_text(&f, c->inst, sizeof(c->inst));
	tabline_text(&f, c->outlet, sizeof(c->outlet));
	c->area = tabline_code(&f);
	c->product = tabline_code(&f);
	tabline_text(&f, c->reason, sizeof(c->reason));
	tabline_text(&f, c->taker, sizeof(c->taker));
	c->taken = tabline_i64(&f);
	c->dispatched = tabline_i64(&f);
	c->found = tabline_code(&f);
	tabline_text(&f, c->proposer, sizeof(c->proposer));
	tabline_text(&f, c->id, sizeof(c->id));
	return (f.bad || c->seq == 0 ? -1 : 0);
}

/* Read the line of an alert. */
int
desklist_read_alert(const char *line, size_t len, struct desklist_alert *a)
{
	struct tabline f;

	memset(a, 0, sizeof(*a));
	if (tabline_split(&f, line, len, ALERT_FIELDS) != 0)
		return (-1);
	a->seq = (uint64_t)tabline_i64(&f);
	a->t = tabline_i64(&f);
	a->level = tabline_code(&f);
	a->kind = tabline_code(&f);
	a->entry = tabline_code(&f);
	a->ref = (uint64_t)tabline_i64(&f);
	tabline_text(&f, a->inst, sizeof(a->inst));
	tabline_text(&f, a->outlet, sizeof(a->outlet));
	a->area = tabline_code(&f);
	a->product = tabline_code(&f);
	tabline_text(&f, a->reason, sizeof(a->reason));
	tabline_text(&f, a->taker, sizeof(a->taker));
	a->taken = tabline_i64(&f);
	return (f.bad || a->seq == 0 ? -1 : 0);
}

/* Add a line to the list. */
static int
add(struct desklist *l, uint32_t what, const char *line, size_t len)
{
	int cases = what == WIRE_DESK_CASES;
	size_t n = cases ? l->ncases : l->nalerts;
	size_t size = cases ? sizeof(*l->c) : sizeof(*l->a);
	void *v;

	/* Room for 64, then twice as much each time. */
	if (n == 0 || (n >= 64 && (n & (n - 1)) == 0)) {
		v = realloc(cases ? (void *)l->c : (void *)l->a,
		    (n < 64 ? 64 : n * 2) * size);
		if (v == NULL)
			return (LK_E_NOMEM);
		if (cases)
			l->c = v;
		else
			l->a = v;
	}
	if ((cases ? desklist_read_case(line, len, &l->c[n]) :
	    desklist_read_alert(line, len, &l->a[n])) != 0)
		return (LK_E_INTERNAL);
	if (cases)
		l->ncases++;
	else
		l->nalerts++;
	return (0);
}

/* Read a page of the reply. */
static int
read_page(struct service *s, struct call *call, struct desklist *l,
    uint32_t what, uint64_t *after)
{
	struct wire_fields f;
	const uint8_t *body;
	const char *p, *end, *nl;
	size_t len;
	uint64_t next;
	int rc;

	body = call_body(call, &len);
	rc = reply_plain(body, len, 0);
	if (wire_fields_read(&f, body, len) != WIRE_OK)
		return (LK_E_INTERNAL);
	(void)wire_copy(&f, WIRE_T_MESSAGE, s->message, sizeof(s->message));
	if (rc != 0)
		return (rc);
	(void)wire_copy(&f, WIRE_T_NODE, l->node, sizeof(l->node));
	l->now = (int64_t)wire_u64(&f, WIRE_T_TIME_MS, 0);
	p = wire_text(&f, WIRE_T_TABLE, &len);
	for (end = p + len; p < end && rc == 0; p = nl + 1) {
		if ((nl = memchr(p, '\n', (size_t)(end - p))) == NULL)
			return (LK_E_INTERNAL);
		rc = add(l, what, p, (size_t)(nl - p));
	}
	next = wire_u64(&f, WIRE_T_NEXT, 0);
	if (next != 0 && next <= *after)
		return (LK_E_INTERNAL);	/* it would never end */
	*after = next;
	return (rc);
}

/* Ask for the page behind *after; 0 there when it was the last. */
static int
ask(const struct tool *t, struct service *s, struct desklist *l, uint32_t what,
    uint64_t *after)
{
	static const uint8_t id[WIRE_ID];
	struct wire_out o;
	struct call call;
	int rc;

	s->message[0] = '\0';
	if ((rc = call_begin(&call, s->handle, 0)) == 0 &&
	    (rc = call_link(&call, &o)) == 0) {
		wire_begin(&o, WIRE_DESK, id);
		wire_put_u32(&o, WIRE_T_REMAINING_MS, 1); /* codec_stamp sets it */
		if (t->language == LK_LANG_EN)
			wire_put_u32(&o, WIRE_T_LANGUAGE, LK_LANG_EN);
		wire_put_u32(&o, WIRE_T_DESK_WHAT, what);
		if (*after != 0)
			wire_put_u64(&o, WIRE_T_AFTER, *after);
		if (wire_end(&o) != 0)
			rc = LK_E_INTERNAL;
		else if ((rc = call_exchange(&call, &o)) == 0)
			rc = read_page(s, &call, l, what, after);
		if (rc == LK_E_INTERNAL)
			call_refuse(&call);
	}
	return (call_end(&call, rc));
}

/* Ask for all pages. */
static int
all(const struct tool *t, struct service *s, struct desklist *l, uint32_t what)
{
	uint64_t after = 0;
	int rc;

	do
		rc = ask(t, s, l, what, &after);
	while (rc == 0 && after != 0);
	return (rc);
}

/* All open cases. */
int
desklist_cases(const struct tool *t, struct service *s, struct desklist *l)
{

	return (all(t, s, l, WIRE_DESK_CASES));
}

/* All open alerts. */
int
desklist_alerts(const struct tool *t, struct service *s, struct desklist *l)
{

	return (all(t, s, l, WIRE_DESK_ALERTS));
}

/* One case. */
int
desklist_case(const struct tool *t, struct service *s, uint64_t seq,
    struct desklist_case *c)
{
	struct desklist l = { .ncases = 0 };
	uint64_t after = seq - 1;
	int rc;

	if ((rc = ask(t, s, &l, WIRE_DESK_CASES, &after)) == 0) {
		rc = l.ncases > 0 && l.c[0].seq == seq ? 0 : 1;
		if (rc == 0)
			*c = l.c[0];
	}
	desklist_free(&l);
	return (rc);
}

/* Free it. */
void
desklist_free(struct desklist *l)
{

	free(l->c);
	free(l->a);
	l->c = NULL;
	l->a = NULL;
	l->ncases = l->nalerts = 0;
}
