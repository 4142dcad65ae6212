#include <stdlib.h>
#include <string.h>

#include "desklist.h"
#include "service.h"
#include "tabline.h"
#include "tabpage.h"
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

/* A line of a case, of an alert. */
static int
add_case(void *arg, const char *line, size_t len)
{

	return (add(arg, WIRE_DESK_CASES, line, len));
}

static int
add_alert(void *arg, const char *line, size_t len)
{

	return (add(arg, WIRE_DESK_ALERTS, line, len));
}

/* What to ask for. */
static struct tabpage
page(struct desklist *l, uint32_t what)
{

	return ((struct tabpage){ .type = WIRE_DESK, .what = what,
		.line = what == WIRE_DESK_CASES ? add_case : add_alert,
		.arg = l });
}

/* Ask for all pages. */
static int
all(const struct tool *t, struct service *s, struct desklist *l, uint32_t what)
{
	struct tabpage p = page(l, what);
	int rc = tabpage_all(t, s, &p);

	l->now = p.now;
	memcpy(l->node, p.node, sizeof(l->node));
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
	struct tabpage p = page(&l, WIRE_DESK_CASES);
	int rc;

	p.after = seq - 1;
	if ((rc = tabpage_ask(t, s, &p)) == 0) {
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
