#include <stdlib.h>
#include <string.h>

#include "plugin/call.h"
#include "plugin/reply.h"

#include "desklist.h"
#include "service.h"
#include "tool.h"

#define FIELDS_MAX 16
#define CASE_FIELDS 16
#define ALERT_FIELDS 13

/* The fields of a line. */
struct fields {
	const char *p[FIELDS_MAX];
	size_t len[FIELDS_MAX];
	size_t n;		/* fields read so far */
	int bad;
};

/* Split a line into exactly so many fields. */
static int
split(struct fields *f, const char *line, size_t len, size_t want)
{
	const char *end = line + len, *tab;
	size_t i;

	memset(f, 0, sizeof(*f));
	for (i = 0; i < want; i++) {
		tab = memchr(line, '\t', (size_t)(end - line));
		if ((tab == NULL) != (i + 1 == want))
			return (-1);
		f->p[i] = line;
		f->len[i] = (size_t)((tab != NULL ? tab : end) - line);
		if (tab != NULL)
			line = tab + 1;
	}
	return (0);
}

/* The next field, a number. */
static int64_t
number(struct fields *f)
{
	const char *p = f->p[f->n];
	size_t len = f->len[f->n++], i;
	int64_t v = 0;

	if (len == 0 || len > 18)
		f->bad = 1;
	for (i = 0; i < len && !f->bad; i++) {
		if (p[i] < '0' || p[i] > '9')
			f->bad = 1;
		v = v * 10 + (p[i] - '0');
	}
	return (v);
}

/* The same, a code. */
static int32_t
code(struct fields *f)
{
	int64_t v = number(f);

	if (v > INT32_MAX)
		f->bad = 1;
	return (f->bad ? 0 : (int32_t)v);
}

/* The next field, a text. */
static void
text(struct fields *f, char *dst, size_t size)
{
	size_t len = f->len[f->n];

	if (len >= size) {
		f->bad = 1;
		len = 0;
	}
	memcpy(dst, f->p[f->n], len);
	dst[len] = '\0';
	f->n++;
}

/* Read the line of a case. */
int
desklist_read_case(const char *line, size_t len, struct desklist_case *c)
{
	struct fields f;

	memset(c, 0, sizeof(*c));
	if (split(&f, line, len, CASE_FIELDS) != 0)
		return (-1);
	c->seq = (uint64_t)number(&f);
	c->t = number(&f);
	c->due = number(&f);
	c->standing = code(&f);
	c->decision = code(&f);
	text(&f, c->inst, sizeof(c->inst));
	text(&f, c->outlet, sizeof(c->outlet));
	c->area = code(&f);
	c->product = code(&f);
	text(&f, c->reason, sizeof(c->reason));
	text(&f, c->taker, sizeof(c->taker));
	c->taken = number(&f);
	c->dispatched = number(&f);
	c->found = code(&f);
	text(&f, c->proposer, sizeof(c->proposer));
	text(&f, c->id, sizeof(c->id));
	return (f.bad || c->seq == 0 ? -1 : 0);
}

/* Read the line of an alert. */
int
desklist_read_alert(const char *line, size_t len, struct desklist_alert *a)
{
	struct fields f;

	memset(a, 0, sizeof(*a));
	if (split(&f, line, len, ALERT_FIELDS) != 0)
		return (-1);
	a->seq = (uint64_t)number(&f);
	a->t = number(&f);
	a->level = code(&f);
	a->kind = code(&f);
	a->entry = code(&f);
	a->ref = (uint64_t)number(&f);
	text(&f, a->inst, sizeof(a->inst));
	text(&f, a->outlet, sizeof(a->outlet));
	a->area = code(&f);
	a->product = code(&f);
	text(&f, a->reason, sizeof(a->reason));
	text(&f, a->taker, sizeof(a->taker));
	a->taken = number(&f);
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
