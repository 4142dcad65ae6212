#include <stdlib.h>
#include <string.h>

#include "report_parts.h"
#include "text.h"

#define RINGS 4096
#define KINDS 64

/* One planted ring. */
struct ring {
	const char *id;
	const char *kind;	/* its group */
	const char *note;
	int must;		/* of the rules of today */
	int caught;
	size_t cards;		/* issued to it in spite of all */
};

/* All rings of one kind. */
struct kind {
	const char *group;
	int must;
	size_t rings;
	size_t caught;
	size_t asked;
	size_t held;
	size_t cards;
	size_t by[LK_BY_CENTRE + 1];
	struct report_rules rules;
};

struct rings {
	size_t count;
	size_t kinds;
	struct ring ring[RINGS];
	struct kind kind[KINDS];
};

/* Find a ring or make it. */
static struct ring *
ring_of(struct rings *t, const struct plan_row *row)
{
	size_t i = 0;

	while (i < t->count && strcmp(t->ring[i].id, row->ring) != 0)
		i++;
	if (i == RINGS)
		return (NULL);
	if (i == t->count) {
		t->ring[i].id = row->ring;
		t->ring[i].kind = row->group;
		t->ring[i].note = "";
		t->count++;
	}
	if (row->note[0] != '\0')
		t->ring[i].note = row->note;
	return (&t->ring[i]);
}

/* Find a kind or make it. */
static struct kind *
kind_of(struct rings *t, const char *group)
{
	size_t i = 0;

	while (i < t->kinds && strcmp(t->kind[i].group, group) != 0)
		i++;
	if (i == KINDS)
		return (NULL);
	if (i == t->kinds)
		t->kind[t->kinds++].group = group;
	return (&t->kind[i]);
}

/* Take one answer into its ring and kind. */
static void
count_answer(struct rings *t, const struct day_answer *a)
{
	struct ring *ring = ring_of(t, a->row);
	struct kind *kind = kind_of(t, a->row->group);
	int32_t e = a->row->expect;
	int wanted = e == PLAN_HOLD || e == PLAN_HOLD_MUST ||
	    e == PLAN_ONE_MUST || e == PLAN_LATER;

	if (ring == NULL || kind == NULL)
		return;
	ring->must |= wanted && e != PLAN_LATER;
	ring->caught |= wanted && a->held;
	ring->cards += (size_t)a->issued;
	kind->asked++;
	kind->cards += (size_t)a->issued;
	if (!a->held)
		return;
	kind->held++;
	if (a->result.by >= 0 && a->result.by <= LK_BY_CENTRE)
		kind->by[a->result.by]++;
	report_hits(&kind->rules, &a->result);
}

/* All ring rows of the day, then rings into kinds. */
static void
count_rings(struct rings *t, const struct day *d)
{
	for (size_t i = 0; i < d->count; i++) {
		const struct day_answer *a = &d->answers[i];
		if (a->row->ring[0] != '\0' && a->row->kind != PLAN_RETIRE)
			count_answer(t, a);
	}
	for (size_t i = 0; i < t->count; i++) {
		struct kind *k = kind_of(t, t->ring[i].kind);
		if (k == NULL)
			continue;
		k->must |= t->ring[i].must;
		k->rings++;
		k->caught += (size_t)t->ring[i].caught;
	}
}

/* Known kinds first. */
static int
kind_compare(const void *va, const void *vb)
{
	const struct kind *a = va, *b = vb;
	size_t ra = report_rank(a->group), rb = report_rank(b->group);

	return (ra != rb ? (ra < rb ? -1 : 1) : strcmp(a->group, b->group));
}

/* By name. */
static int
ring_compare(const void *va, const void *vb)
{
	const struct ring *a = va, *b = vb;

	return (strcmp(a->id, b->id));
}

/* One line for a kind. */
static void
kind_print(const struct report *r, const struct kind *k)
{
	char rules[128], lead[80];

	const char *name = strncmp(k->group, "ring-", 5) == 0 ?
	    k->group + 5 : k->group;

	snprintf(lead, sizeof(lead), "%*s", 76, "");
	fputs("  ", r->f);
	text_pad(r->f, name, 11);
	text_pad(r->f, report_label(k->group), 23);
	fprintf(r->f, "%5zu", k->rings);
	report_ink(r, REPORT_GOOD);
	fprintf(r->f, "%8zu", k->caught);
	if (k->caught < k->rings)
		report_ink(r, k->must ? REPORT_BAD : REPORT_WARN);
	else
		report_ink(r, REPORT_PLAIN);
	fprintf(r->f, "%8zu", k->rings - k->caught);
	report_ink(r, REPORT_PLAIN);
	fprintf(r->f, "%6zu/%-4zu%6zu", k->held, k->asked, k->cards);
	if (k->rules.count == 0) {
		putc('\n', r->f);
		return;
	}
	fputs("  ", r->f);
	text_wrap(r->f, report_rules(&k->rules, rules, sizeof(rules)), lead,
	    REPORT_WIDTH);
}

/* Rings that got through, each with what is to come. */
static void
missed_print(const struct report *r, const struct rings *t)
{
	int first = 1;

	for (size_t k = 0; k < t->kinds; k++) {
		const char *note = "";
		size_t n = 0;
		for (size_t i = 0; i < t->count; i++) {
			const struct ring *g = &t->ring[i];
			if (g->caught || strcmp(g->kind, t->kind[k].group) != 0)
				continue;
			fprintf(r->f, n > 0 ? " %s" : first ?
			    "  missed: %s" : "          %s", g->id);
			note = g->note;
			first = 0;
			n++;
		}
		if (n == 0)
			continue;
		if (note[0] != '\0')
			fprintf(r->f, "\n            %s", note);
		putc('\n', r->f);
	}
}

/* Rings by kind, caught and missed. */
void
report_rings(const struct report *r)
{
	struct rings *t = calloc(1, sizeof(*t));
	size_t rings = 0, caught = 0, cards = 0;

	if (t == NULL)
		return;
	count_rings(t, r->day);
	qsort(t->ring, t->count, sizeof(t->ring[0]), ring_compare);
	qsort(t->kind, t->kinds, sizeof(t->kind[0]), kind_compare);
	if (t->count > 0) {
		report_heading(r, "植入的团伙", "Planted rings");
		fprintf(r->f, "  %-34s%5s%8s%8s%11s%6s  %s\n", "kind", "rings",
		    "caught", "missed", "held/asked", "cards",
		    "by which rules");
		for (size_t i = 0; i < t->kinds; i++) {
			kind_print(r, &t->kind[i]);
			rings += t->kind[i].rings;
			caught += t->kind[i].caught;
			cards += t->kind[i].cards;
		}
		report_ink(r, REPORT_BOLD);
		fprintf(r->f, "  %-34s%5zu%8zu%8zu%11s%6zu\n", "all", rings,
		    caught, rings - caught, "", cards);
		report_ink(r, REPORT_PLAIN);
		missed_print(r, t);
	}
	free(t);
}
