#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "desk/report_silent.h"
#include "lists/campaigns.h"
#include "lists/outlets.h"
#include "plugin/conf.h"
#include "store/entry.h"

#include "desktext.h"
#include "handover.h"
#include "logread.h"
#include "registers.h"
#include "service.h"
#include "tool.h"
#include "width.h"

#define LOOK_BACK_MS (INT64_C(28) * 86400000) /* for the pace of outlets */
#define FULL_MS (INT64_C(2) * 86400000)

/* Count the cases. */
static void
count_cases(struct handover *h)
{
	const struct desklist_case *c;
	size_t i;

	for (i = 0; i < h->desk.ncases; i++) {
		c = &h->desk.c[i];
		h->cases.overdue += c->due <= h->now;
		h->cases.soon += c->due > h->now && c->due - h->now <=
		    HANDOVER_SOON_MS;
		h->cases.free += c->taker[0] == '\0';
		h->cases.out += c->dispatched != 0 && c->found == 0;
		h->cases.proposed += c->proposer[0] != '\0';
	}
}

/* The higher level first, then the older. */
static int
graver(const void *a, const void *b)
{
	const struct desklist_alert *x = a, *y = b;

	if ((x->taker[0] == '\0') != (y->taker[0] == '\0'))
		return (x->taker[0] == '\0' ? -1 : 1);
	if (x->level != y->level)
		return (y->level - x->level);
	return (x->seq < y->seq ? -1 : x->seq > y->seq);
}

/* Count the alerts, and order them: those that nobody has taken first. */
static void
count_alerts(struct handover *h)
{
	const struct desklist_alert *a;
	size_t i;

	for (i = 0; i < h->desk.nalerts; i++) {
		a = &h->desk.a[i];
		if (a->level >= 0 && a->level < HANDOVER_LEVELS)
			h->alerts.level[a->level]++;
		if (a->taker[0] != '\0')
			continue;
		h->alerts.free++;
		if (h->alerts.oldest == 0 || a->t < h->alerts.oldest)
			h->alerts.oldest = a->t;
	}
	if (h->desk.nalerts > 0)
		qsort(h->desk.a, h->desk.nalerts, sizeof(*h->desk.a), graver);
}

/* Ask the daemon. */
static int
ask(const struct tool *t, struct handover *h)
{
	struct service c;
	int rc;

	if ((rc = service_open(t, &c)) != ARGS_GO)
		return (rc);
	h->status.size = sizeof(h->status);
	if ((rc = lk_status(c.handle, &h->status, 0)) != 0)
		rc = service_fail(t, &c, rc, h->status.message);
	else if ((rc = liststatus_get(t, &c, &h->lists)) != 0 ||
	    (rc = desklist_cases(t, &c, &h->desk)) != 0 ||
	    (rc = desklist_alerts(t, &c, &h->desk)) != 0)
		rc = service_fail(t, &c, rc, c.message);
	else {
		h->now = h->desk.now;
		desktext_by_due(&h->desk);
		count_cases(h);
		count_alerts(h);
		rc = ARGS_GO;
	}
	service_close(&c);
	return (rc);
}

/* Read the nodes' status files. */
static int
read_nodes(const struct tool *t, const struct handover_options *o,
    struct handover *h)
{
	struct where_want w = { .now = t->now_ms() / 1000,
		.silent = o->silent / 1000 };

	if (o->status == NULL)
		return (ARGS_GO);
	if (o->keys.n == 0)
		return (tool_fail(t, TOOL_USAGE,
		    "--status 须与 --keys 一起给出",
		    "--status needs --keys"));
	w.version = (uint32_t)h->lists.version;
	h->has_nodes = 1;
	return (where_read(t, &h->nodes, &w, o->status, &o->keys, o->nodes));
}

/* Tell of what is wrong with the campaigns. */
static void
bad_line(void *arg, const struct conf_error *e)
{
	const struct tool *t = arg;
	char buf[2048];

	(void)conf_format(e, buf, sizeof(buf));
	width_lines(t->err, buf);
}

/* Read the register of campaigns. */
static int
read_campaigns(const struct tool *t, const char *path, struct handover *h)
{
	const struct conf_sink sink = { bad_line, (void *)(uintptr_t)t };
	size_t len;
	char *text;
	int rc;

	if (path == NULL)
		return (ARGS_GO);
	if ((rc = registers_file(t, path, CAMPAIGNS_MAX_TEXT, &text, &len)) !=
	    ARGS_GO)
		return (rc);
	h->campaigns = campaigns_read(path, text, len, &sink);
	free(text);
	return (h->campaigns != NULL ? ARGS_GO : tool_fail(t, TOOL_DATA,
	    "%s：不是批次登记表", "%s: this is no register of campaigns",
	    path));
}

/* Tell of a bad row of the register. */
static void
bad_row(void *arg, const char *text)
{
	const struct tool *t = arg;

	width_put(t->err, text);
	(void)fputc('\n', t->err);
}

/* Read the register of outlets. */
static int
read_outlets(const struct tool *t, const char *path, struct handover *h)
{
	struct outlets_sink sink = { .bad = bad_row,
		.arg = (void *)(uintptr_t)t,
		.english = t->language == LK_LANG_EN };
	char err[OUTLETS_ERROR_MAX], *text;
	size_t len;
	int rc;

	if (path == NULL)
		return (ARGS_GO);
	if ((rc = registers_file(t, path, OUTLETS_MAX_TEXT, &text, &len)) !=
	    ARGS_GO)
		return (rc);
	if ((h->outlets = outlets_read(path, text, len, err)) == NULL)
		h->outlets = outlets_import(path, text, len, &sink, err);
	free(text);
	return (h->outlets != NULL ? ARGS_GO : tool_fail(t, TOOL_DATA, "%s",
	    "%s", err));
}

/* A pass over the last weeks of the journal. */
struct pass {
	struct logread *r;
	struct handover *h;
	struct entry e;
};

/* Remember a campaign that had no room. */
static void
full(struct handover *h, const struct entry *e)
{

	if ((e->flags & ENTRY_F_FULL) == 0 || e->t < h->now - FULL_MS ||
	    h->nfull == HANDOVER_FULL_MAX || handover_is_full(h, e->campaign))
		return;
	memcpy(h->full[h->nfull++], e->campaign, sizeof(h->full[0]));
}

/* Take an entry. */
static int
take(void *arg, const struct package_entry *pe)
{
	struct pass *p = arg;
	size_t at;

	if (entry_parse(&p->e, pe->text, pe->len, &at) != 0)
		return (logread_trouble(p->r, TOOL_DATA,
		    "seq %llu：记录内容有误，请报告",
		    "seq %llu: the entry is not well-formed; please report it",
		    (unsigned long long)pe->seq));
	if (!reportkind_take(&p->e))
		return (TOOL_OK);
	full(p->h, &p->e);
	return (silent_entry(p->h->silent, &p->e) == 0 ? TOOL_OK :
	    logread_trouble(p->r, TOOL_SYSTEM, "内存不足", "out of memory"));
}

/* The first entry of a time or later: times never fall from one to the next. */
static uint64_t
first_since(struct pass *p, int64_t since)
{
	struct package *k = logread_package(p->r);
	uint64_t lo, hi, mid;
	struct package_entry pe;
	size_t at;

	if (package_count(k) == 0)
		return (0);
	lo = package_log(k, 0)->base;
	hi = package_last(k) + 1;
	while (lo < hi) {
		mid = lo + (hi - lo) / 2;
		if (package_read(k, mid, &pe) != 0 || entry_parse(&p->e,
		    pe.text, pe.len, &at) != 0)
			return (0);
		if (p->e.t < since)
			lo = mid + 1;
		else
			hi = mid;
	}
	return (lo > package_last(k) ? package_last(k) : lo);
}

/* Read the journal for outlets that are silent. */
static int
read_journal(const struct tool *t, struct handover_options *o,
    struct handover *h, struct report_options *ro)
{
	struct pass *p;
	int rc;

	if (o->place.data == NULL)
		return (ARGS_GO);
	if ((rc = logplace_take(t, &o->place, 0, NULL, 0, "", "")) != ARGS_GO)
		return (rc);
	ro->outlets = h->outlets;
	ro->since = h->now - LOOK_BACK_MS;
	ro->now = h->now;
	p = calloc(1, sizeof(*p));
	h->silent = silent_new(NULL, ro);
	if (p == NULL || h->silent == NULL) {
		free(p);
		return (tool_fail(t, TOOL_SYSTEM, "内存不足",
		    "out of memory"));
	}
	p->h = h;
	if ((rc = logread_open(t, &o->place, &p->r)) == ARGS_GO) {
		rc = logread_each(p->r, first_since(p, ro->since), take, p);
		if (rc == TOOL_OK && silent_settle(h->silent, h->now) != 0)
			rc = logread_trouble(p->r, TOOL_SYSTEM, "内存不足",
			    "out of memory");
		rc = logread_close(p->r, rc);
		rc = rc == TOOL_OK ? ARGS_GO : rc;
	}
	free(p);
	return (rc);
}

/* Gather all of it. */
int
handover_collect(const struct tool *t, struct handover_options *o,
    struct handover *h)
{
	int rc;

	if ((rc = ask(t, h)) == ARGS_GO &&
	    (rc = read_nodes(t, o, h)) == ARGS_GO &&
	    (rc = read_campaigns(t, o->campaigns, h)) == ARGS_GO &&
	    (rc = read_outlets(t, o->reg, h)) == ARGS_GO)
		rc = read_journal(t, o, h, &h->report);
	return (rc);
}

/* Had this campaign no room lately? */
int
handover_is_full(const struct handover *h, const char *campaign)
{
	size_t i;

	for (i = 0; i < h->nfull; i++)
		if (strcmp(h->full[i], campaign) == 0)
			return (1);
	return (0);
}

/* Does this campaign run? */
int
handover_runs(const struct campaign *g, int32_t today)
{

	return (g->approved[0] != '\0' && g->from <= today &&
	    g->until >= today);
}

/* Is this outlet silent? */
int
handover_silent(const struct silent_outlet *o)
{

	return (o->standing && (o->state == SILENT_ISSUES ||
	    o->state == SILENT_NOW));
}

/* Free it. */
void
handover_free(struct handover *h)
{

	desklist_free(&h->desk);
	if (h->has_nodes)
		where_free(&h->nodes);
	silent_free(h->silent);
	outlets_free(h->outlets);
	campaigns_free(h->campaigns);
}
