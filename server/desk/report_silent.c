#include <stdlib.h>
#include <string.h>

#include "plugin.h"

#include "engine/day.h"
#include "lists/outlets.h"
#include "store/entry.h"

#include "report_silent_impl.h"

/* Read a time of day. */
static int
minutes(const char *s, int32_t *m)
{
	int i;

	for (i = 0; i < 5; i++)
		if (i == 2 ? s[i] != ':' : s[i] < '0' || s[i] > '9')
			return (-1);
	*m = ((s[0] - '0') * 10 + s[1] - '0') * 60 + (s[3] - '0') * 10 + s[4] -
	    '0';
	return (s[3] < '6' && *m <= 24 * 60 ? 0 : -1);
}

/* Read opening hours. */
int
silent_hours(const char *text, int32_t *opens, int32_t *closes)
{
	int32_t a, b;

	if (strlen(text) != 11 || text[5] != '-' ||
	    minutes(text, &a) != 0 || minutes(&text[6], &b) != 0 || a == b)
		return (-1);
	*opens = a;
	*closes = b;
	return (0);
}

/* Begin. */
struct silent *
silent_new(const struct silent_options *o, const struct report_options *ro)
{
	struct silent *s;

	if ((s = calloc(1, sizeof(*s))) == NULL)
		return (NULL);
	s->o = o != NULL ? *o : (struct silent_options){ SILENT_OPENS,
		SILENT_CLOSES };
	s->ro = ro;
	s->away = away_new();
	s->places = reporthash_new(sizeof(struct reporthash_outlet),
	    sizeof(struct silent_place));
	s->insts = reporthash_new(32, sizeof(struct silent_inst));
	if (s->away == NULL || s->places == NULL || s->insts == NULL) {
		silent_free(s);
		return (NULL);
	}
	return (s);
}

/* Free it. */
void
silent_free(struct silent *s)
{
	struct silent_place *p;
	size_t i;

	if (s == NULL)
		return;
	for (i = 0; s->places != NULL && i < reporthash_count(s->places); i++) {
		p = reporthash_value(s->places, i);
		free(p->checks.v);
		free(p->issued.v);
	}
	for (i = 0; s->insts != NULL && i < reporthash_count(s->insts); i++)
		free(((struct silent_inst *)reporthash_value(s->insts,
		    i))->checks);
	reporthash_free(s->places);
	reporthash_free(s->insts);
	away_free(s->away);
	free(s->outlets);
	free(s);
}

/* Note a moment. */
static int
note(struct silent_times *t, int64_t ms)
{
	size_t room = t->room != 0 ? 2 * t->room : 16;
	int64_t *v;

	if (t->n == t->room) {
		if (room > SIZE_MAX / sizeof(*v) ||
		    (v = realloc(t->v, room * sizeof(*v))) == NULL)
			return (-1);
		t->v = v;
		t->room = room;
	}
	t->v[t->n++] = ms;
	return (0);
}

/* A check, or a card that was issued without one. */
static int
told(struct silent *s, const struct entry *e, int check)
{
	struct reporthash_outlet key;
	struct silent_place *p;
	struct silent_inst *i;

	reporthash_outlet(e, &key);
	if ((p = reporthash_put(s->places, &key)) == NULL ||
	    (i = reporthash_put(s->insts, key.inst)) == NULL)
		return (-1);
	if (e->area != 0)
		p->area = e->area;
	if (!check)
		return (note(&p->issued, reportkind_happened(e)));
	if (i->first == 0)
		i->first = reportkind_told(e);
	return (note(&p->checks, reportkind_told(e)));
}

/* Take an entry. */
int
silent_entry(struct silent *s, const struct entry *e)
{

	if (away_entry(s->away, e) != 0)
		return (-1);
	if (e->outlet[0] == '\0')
		return (0);
	if (e->kind == ENTRY_DECISION && (e->flags & ENTRY_F_DRY) == 0)
		return (told(s, e, (e->flags & ENTRY_F_POSTHOC) == 0));
	if (e->kind == ENTRY_INTAKE && e->code == INTAKE_OPEN &&
	    (e->flags & ENTRY_F_STOCK) == 0)
		return (told(s, e, 0));
	return (0);
}

/* Is an outlet asked for? */
static int
wanted(const struct silent *s, const char *inst, const char *outlet,
    int32_t area)
{

	return (reportkind_place(s->ro, inst, outlet, area));
}

/* Add an outlet. */
static void
add(struct silent *s, const char *inst, const char *outlet,
    const struct silent_place *p, const struct outlet *reg)
{
	struct silent_outlet *x = &s->outlets[s->noutlets];
	int32_t area = p != NULL ? p->area : 0;

	if (reg != NULL && reg->area != 0)
		area = reg->area;
	if (!wanted(s, inst, outlet, area))
		return;
	*x = (struct silent_outlet){ .inst = inst, .outlet = outlet,
		.area = area, .chance = 1,
		.unknown = s->ro->outlets != NULL && reg == NULL };
	if (reg != NULL && reg->name[0] != '\0')
		x->name = reg->name;
	silent_measure(s, p, x);
	s->noutlets++;
}

/* Those first that want looking at. */
static int
compare(const void *a, const void *b)
{
	const struct silent_outlet *x = a, *y = b;
	int c = x->state - y->state;

	if (c == 0 && x->issued != y->issued)
		c = x->issued > y->issued ? -1 : 1;
	if (c == 0 && x->state != SILENT_USUAL && x->chance != y->chance)
		c = x->chance < y->chance ? -1 : 1;
	if (c == 0)
		c = strcmp(x->inst, y->inst);
	return (c != 0 ? c : strcmp(x->outlet, y->outlet));
}

/* Settle which period it is. */
static void
period(struct silent *s, int64_t now)
{
	int64_t first = away_first(s->away), last = away_last(s->away);

	s->from = s->ro->since > first ? s->ro->since : first;
	s->to = now != 0 && now < last ? now : last;
	if (s->ro->until != 0 && s->ro->until < s->to)
		s->to = s->ro->until;
	if (s->to < s->from)
		s->to = s->from;
	s->day = day_of(s->from / 1000);
	s->days = (size_t)day_of(s->to / 1000) - (size_t)s->day + 1;
}

/* Measure all outlets. */
int
silent_settle(struct silent *s, int64_t now)
{
	const struct outlets *reg = s->ro->outlets;
	const struct reporthash_outlet *key;
	const struct outlet *x;
	size_t n = reporthash_count(s->places), i;

	period(s, now);
	if (silent_measure_days(s) != 0 || (s->outlets = calloc(n + 1 +
	    (reg != NULL ? outlets_count(reg) : 0), sizeof(*s->outlets))) ==
	    NULL)
		return (-1);
	for (i = 0; i < n; i++) {
		key = reporthash_key(s->places, i);
		add(s, key->inst, key->outlet, reporthash_value(s->places, i),
		    reg != NULL ? outlets_find(reg, key->inst, key->outlet) :
		    NULL);
	}
	for (i = 0; reg != NULL && i < outlets_count(reg); i++) {
		struct reporthash_outlet k;

		x = outlets_at(reg, i);
		memset(&k, 0, sizeof(k));
		memcpy(k.inst, x->institution, strnlen(x->institution,
		    sizeof(k.inst) - 1));
		memcpy(k.outlet, x->outlet, strnlen(x->outlet,
		    sizeof(k.outlet) - 1));
		if (reporthash_get(s->places, &k) == NULL)
			add(s, x->institution, x->outlet, NULL, x);
	}
	qsort(s->outlets, s->noutlets, sizeof(*s->outlets), compare);
	return (0);
}

/* The outlets. */
const struct silent_outlet *
silent_outlets(const struct silent *s, size_t *n)
{

	*n = s->noutlets;
	return (s->outlets);
}

/* An institution with days on which nobody checked. */
int
silent_institution(const struct silent *s, size_t i, const char **inst,
    uint32_t *days)
{
	const struct silent_inst *x;
	size_t k;

	for (k = 0; k < reporthash_count(s->insts); k++) {
		x = reporthash_value(s->insts, k);
		if (x->all == 0 || i-- > 0)
			continue;
		*inst = reporthash_key(s->insts, k);
		*days = x->all;
		return (0);
	}
	return (-1);
}

/* When the node did not run. */
const struct away *
silent_away(const struct silent *s)
{

	return (s->away);
}
