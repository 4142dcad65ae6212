#include <stdlib.h>
#include <string.h>

#include "city.h"
#include "report_parts.h"
#include "text.h"

#define RINGS 4096
#define KINDS 64
#define FOURTH 4	/* a ring is caught before this card of its day */

/* What became of a ring, or of all rings of one kind, in one of the two days. */
struct tally {
	size_t held;
	size_t cards;
	size_t caught;
	size_t away;	/* cards that the city was not asked about */
};

/* A ring or a kind; 0: each alone, 1: with the city. */
struct lot {
	const char *id;
	const char *kind;
	size_t rings;
	struct tally in[2];
};

struct lots {
	size_t nrings, nkinds;
	struct lot ring[RINGS];
	struct lot kind[KINDS];
};

/* Find a lot or make it; NULL when there are too many. */
static struct lot *
lot_of(struct lot *lots, size_t *n, size_t most, const char *id)
{
	size_t i = 0;

	while (i < *n && strcmp(lots[i].id, id) != 0)
		i++;
	if (i == most)
		return (NULL);
	if (i == *n)
		lots[(*n)++].id = id;
	return (&lots[i]);
}

/* All ring rows of one of the days. */
static void
count_rings(struct lots *t, const struct day *d, int which)
{
	for (size_t i = 0; i < d->count; i++) {
		const struct day_answer *a = &d->answers[i];
		struct lot *l;
		if (a->row->ring[0] == '\0' || a->row->kind == PLAN_RETIRE ||
		    (l = lot_of(t->ring, &t->nrings, RINGS,
		    a->row->ring)) == NULL)
			continue;
		l->kind = a->row->group;
		l->in[which].held += (size_t)a->held;
		l->in[which].cards += (size_t)a->issued;
		l->in[which].away += a->issued &&
		    (a->result.flags & LK_R_OFFLINE) != 0;
	}
}

/* Was it held before its fourth card of the day was issued? */
static int
caught(const struct tally *t)
{

	return (t->held > 0 && t->cards < FOURTH);
}

/* Rings into kinds. */
static void
count_kinds(struct lots *t)
{
	for (size_t i = 0; i < t->nrings; i++) {
		struct lot *g = &t->ring[i], *k = lot_of(t->kind, &t->nkinds,
		    KINDS, g->kind);
		if (k == NULL)
			continue;
		k->rings++;
		for (int w = 0; w < 2; w++) {
			k->in[w].cards += g->in[w].cards;
			k->in[w].caught += (size_t)caught(&g->in[w]);
		}
	}
}

/* Known kinds first. */
static int
kind_compare(const void *va, const void *vb)
{
	const struct lot *a = va, *b = vb;
	size_t ra = report_rank(a->id), rb = report_rank(b->id);

	return (ra != rb ? (ra < rb ? -1 : 1) : strcmp(a->id, b->id));
}

/* One line. */
static void
line(const struct report *r, const char *name, const char *label,
    const struct lot *l)
{
	fputs("  ", r->f);
	text_pad(r->f, name, 11);
	text_pad(r->f, label, 23);
	fprintf(r->f, "%5zu", l->rings);
	for (int w = 0; w < 2; w++) {
		if (l->in[1].caught > l->in[0].caught)
			report_ink(r, w ? REPORT_GOOD : REPORT_BAD);
		fprintf(r->f, "%11zu", l->in[w].caught);
		report_ink(r, REPORT_PLAIN);
		fprintf(r->f, "%7zu", l->in[w].cards);
	}
	putc('\n', r->f);
}

/* Of the rings that the city missed: what it was not asked about. */
static void
missed(const struct report *r, const struct lots *t)
{
	size_t rings = 0, away = 0;

	for (size_t i = 0; i < t->nrings; i++) {
		if (caught(&t->ring[i].in[1]))
			continue;
		rings++;
		away += t->ring[i].in[1].away > 0;
	}
	fprintf(r->f, "  of the %zu rings missed, %zu had cards issued while the "
	    "city was away (断网)\n", rings, away);
}

/* People who should have passed, in one of the days. */
static void
people(const struct report *r, const struct day *d, const char *who)
{
	size_t asked = 0, held = 0, refused = 0, cleared = 0, away = 0;
	char n[32];

	for (size_t i = 0; i < d->count; i++) {
		const struct day_answer *a = &d->answers[i];
		if (a->row->ring[0] != '\0' || a->rc != LK_OK ||
		    (a->row->expect != PLAN_PASS &&
		    a->row->expect != PLAN_PASS_MUST))
			continue;
		asked++;
		held += a->held && a->result.decision < LK_REJECT;
		refused += a->held && a->result.decision >= LK_REJECT;
		cleared += (size_t)a->cleared;
		away += a->held && (a->result.flags & LK_R_OFFLINE) != 0;
	}
	fputs("  ", r->f);
	text_pad(r->f, who, 28);
	fprintf(r->f, "%s applications: %zu held, %zu of them cleared on the "
	    "spot; %zu refused", report_number(n, asked), held, cleared,
	    refused);
	if (away > 0)
		fprintf(r->f, "; %zu of all while the city was away", away);
	putc('\n', r->f);
}

/* The table and its sum. */
static int
print(const struct report *r, struct lots *t)
{
	struct lot all = { .rings = 0 };

	qsort(t->kind, t->nkinds, sizeof(t->kind[0]), kind_compare);
	fprintf(r->f, "  %39s  each institution    with the city\n", "");
	fprintf(r->f, "  %-34s%5s%11s%7s%11s%7s\n", "kind", "rings", "caught",
	    "cards", "caught", "cards");
	for (size_t i = 0; i < t->nkinds; i++) {
		const struct lot *k = &t->kind[i];
		line(r, strncmp(k->id, "ring-", 5) == 0 ? k->id + 5 : k->id,
		    report_label(k->id), k);
		all.rings += k->rings;
		for (int w = 0; w < 2; w++) {
			all.in[w].caught += k->in[w].caught;
			all.in[w].cards += k->in[w].cards;
		}
	}
	report_ink(r, REPORT_BOLD);
	line(r, "all", "合计", &all);
	report_ink(r, REPORT_PLAIN);
	return ((int)all.in[1].caught - (int)all.in[0].caught);
}

/* Both days, side by side. */
int
city_compare(const struct report *r, const struct day *alone)
{
	struct lots *t = calloc(1, sizeof(*t));
	int more;

	if (t == NULL)
		return (0);
	count_rings(t, alone, 0);
	count_rings(t, r->day, 1);
	count_kinds(t);
	report_heading(r, "同一天，各自为战与全市联网",
	    "The same day, each institution by itself and with the city");
	more = print(r, t);
	fprintf(r->f, "  caught: held or refused before its fourth card of the "
	    "day was issued; cards: issued to it\n");
	missed(r, t);
	report_heading(r, "正常群众", "People who should pass");
	people(r, alone, "各自为战 each by itself");
	people(r, r->day, "全市联网 with the city");
	fflush(r->f);
	free(t);
	return (more);
}
