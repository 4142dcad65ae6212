#include <stdio.h>
#include <string.h>

#include "engine/day.h"
#include "lists/outlets.h"
#include "store/entry.h"

#include "report.h"
#include "reportkind.h"

/* Is this time of the period? */
int
reportkind_within(const struct report_options *o, int64_t ms)
{

	return (ms >= o->since && (o->until == 0 || ms < o->until));
}

/* When it happened. */
int64_t
reportkind_happened(const struct entry *e)
{

	return (e->at != 0 ? e->at : e->t);
}

/* Make of an entry what a report counts. */
int
reportkind_take(struct entry *e)
{

	switch (e->kind) {
	case ENTRY_DECISION:
		return ((e->flags & ENTRY_F_CONSULT) == 0);
	case ENTRY_SETTLE:
		e->kind = ENTRY_DECISION;
		e->seq = e->ref;
		e->ref = 0;
		return (1);
	case ENTRY_REVIEW:
		return ((e->flags & ENTRY_F_REFUSED) == 0);
	default:
		return (1);
	}
}

/* When we would have had it. */
int64_t
reportkind_told(const struct entry *e)
{

	return (e->from_seq != 0 && e->at != 0 ? e->at : e->t);
}

/* The outlet in the register. */
static const struct outlet *
find(const struct report_options *o, const char *inst, const char *outlet)
{

	return (o->outlets != NULL ? outlets_find(o->outlets, inst, outlet) :
	    NULL);
}

/* The outlet's area. */
int32_t
reportkind_area(const struct report_options *o, const char *inst,
    const char *outlet, int32_t area)
{
	const struct outlet *x;

	if (area != 0)
		return (area);
	x = find(o, inst, outlet);
	return (x != NULL ? x->area : 0);
}

/* The outlet's name. */
const char *
reportkind_name(const struct report_options *o, const char *inst,
    const char *outlet)
{
	const struct outlet *x = find(o, inst, outlet);

	return (x != NULL && x->name[0] != '\0' ? x->name : NULL);
}

/* Is the outlet one that is asked for? */
int
reportkind_place(const struct report_options *o, const char *inst,
    const char *outlet, int32_t area)
{
	char text[16];

	if (o->inst != NULL && strcmp(o->inst, inst) != 0)
		return (0);
	if (o->area == NULL)
		return (1);
	(void)snprintf(text, sizeof(text), "%06d", (int)reportkind_area(o, inst,
	    outlet, area));
	return (strncmp(text, o->area, strlen(o->area)) == 0);
}

/* The same of an entry's outlet. */
int
reportkind_wanted(const struct report_options *o, const struct entry *e)
{

	return (reportkind_place(o, e->inst, e->outlet, e->area));
}

/* Fill a cell with a product. */
void
reportkind_product(const struct report_options *o, struct report_table *t,
    int32_t product)
{
	const char *zh = NULL, *en = NULL;
	char number[16];

	if (o->product != NULL) {
		zh = o->product(product, 1);
		en = o->product(product, 0);
	}
	if (zh != NULL && en != NULL) {
		report_word(t, en, zh, en);
		return;
	}
	(void)snprintf(number, sizeof(number), "%d", (int)product);
	report_text(t, number);
}

/* Fill a cell with an area. */
void
reportkind_areas(struct report_table *t, int32_t area)
{
	char text[16];

	(void)snprintf(text, sizeof(text), "%06d", (int)area);
	report_text(t, area != 0 ? text : NULL);
}

/* Print a day. */
const char *
reportkind_day_text(int32_t day, char buf[16])
{
	struct day_civil d;

	day_to_civil(&d, day);
	(void)snprintf(buf, 16, "%04d-%02d-%02d", (int)d.year % 10000,
	    (int)d.month, (int)d.mday);
	return (buf);
}
