#include <stdlib.h>
#include <string.h>

#include "keys/token.h"
#include "plugin.h"
#include "store/entry.h"

#include "report_outlets_impl.h"
#include "reporthash.h"

#define CAMPAIGN 0x1u
#define ISSUED 0x2u	/* a card came of it */
#define COUNTED 0x4u	/* and was counted: it is of the period */

/* What is kept of a decision, or of an opening that was told. */
struct opening {
	struct outlets_place *place;
	struct outlets_place *campaign; /* its campaign, or NULL */
	uint32_t cards;		/* that were counted */
	uint32_t flags;		/* of above */
	uint32_t how;		/* the counts besides its cards, as bits */
};

/* A card that was named: by institution, as state knows it. */
struct card {
	char inst[32];
	struct token card;
};

static void outlets_close(void *arg);

/* Begin. */
static void *
outlets_open(const struct report_options *o)
{
	static const struct report_outlets_options standard =
	    REPORT_OUTLETS_DEFAULTS;
	struct outlets_report *x;

	if ((x = calloc(1, sizeof(*x))) == NULL)
		return (NULL);
	x->o = o;
	x->own = o->own != NULL ?
	    *(const struct report_outlets_options *)o->own : standard;
	x->places = reporthash_new(sizeof(struct reporthash_outlet),
	    sizeof(struct outlets_place));
	x->openings = reporthash_new(sizeof(uint64_t), sizeof(struct opening));
	x->cards = reporthash_new(sizeof(struct card), sizeof(int));
	x->campaigns = reporthash_new(32, sizeof(struct outlets_place));
	if (x->places != NULL && x->openings != NULL && x->cards != NULL &&
	    x->campaigns != NULL)
		return (x);
	outlets_close(x);
	return (NULL);
}

/* End. */
static void
outlets_close(void *arg)
{
	struct outlets_report *x = arg;

	reporthash_free(x->places);
	reporthash_free(x->openings);
	reporthash_free(x->cards);
	reporthash_free(x->campaigns);
	free(x);
}

/* The outlet of an entry; NULL when out of memory. */
static struct outlets_place *
place(struct outlets_report *x, const struct entry *e)
{
	struct reporthash_outlet k;
	struct outlets_place *p;

	reporthash_outlet(e, &k);
	if ((p = reporthash_put(x->places, &k)) != NULL && e->area != 0)
		p->area = e->area;
	return (p);
}

/* The decision or opening `seq`, of the entry's outlet where it is new. */
static struct opening *
opening(struct outlets_report *x, const struct entry *e, uint64_t seq)
{
	struct opening *o = reporthash_put(x->openings, &seq);

	if (o != NULL && o->place == NULL)
		o->place = place(x, e);
	return (o != NULL && o->place != NULL ? o : NULL);
}

/* The campaign of a decision. */
static int
campaign(struct outlets_report *x, const struct entry *e, struct opening *o)
{
	char id[32];

	if (e->campaign[0] == '\0')
		return (0);
	memset(id, 0, sizeof(id));
	memcpy(id, e->campaign, strnlen(e->campaign, sizeof(id) - 1));
	o->flags |= CAMPAIGN;
	o->campaign = reporthash_put(x->campaigns, id);
	return (o->campaign != NULL ? 0 : -1);
}

/* Add to the counts of an opening, or take off. */
static void
count(struct opening *o, int sign)
{
	unsigned which = (o->flags & CAMPAIGN) != 0 ? OUTLETS_CAMPAIGN :
	    OUTLETS_CARDS;
	uint32_t one = sign > 0 ? 1 : UINT32_MAX, i;

	/* Unsigned: adding the greatest number takes one off. */
	o->place->n[which] += one * o->cards;
	if (o->campaign != NULL)
		o->campaign->n[OUTLETS_CARDS] += one * o->cards;
	for (i = 0; i < OUTLETS_COUNTS; i++)
		if ((o->how & 1u << i) != 0)
			o->place->n[i] += one;
}

/* A card came of it. */
static void
issue(struct outlets_report *x, const struct entry *e, struct opening *o,
    uint32_t how)
{

	if ((o->flags & ISSUED) != 0)
		return;
	o->flags |= ISSUED;
	/* The new card of an old opening is none. */
	if (e->operation == LK_OP_REPLACE ||
	    !reportkind_within(x->o, reportkind_happened(e)))
		return;
	o->flags |= COUNTED;
	o->cards = (uint32_t)(e->quantity > 0 ? e->quantity : 1);
	o->how = how;
	count(o, 1);
}

/* A check. */
static int
decision(struct outlets_report *x, const struct entry *e)
{
	struct opening *o;

	if ((e->flags & ENTRY_F_DRY) != 0)
		return (0);
	if ((o = opening(x, e, e->seq)) == NULL || campaign(x, e, o) != 0)
		return (-1);
	if ((e->flags & ENTRY_F_POSTHOC) != 0) {
		issue(x, e, o, 1u << OUTLETS_POSTHOC | (e->decision ==
		    LK_REVIEW || e->decision == LK_REJECT ?
		    1u << OUTLETS_OVERRIDE : 0));
		return (0);
	}
	if (!reportkind_within(x->o, reportkind_told(e)))
		return (0);
	o->place->n[OUTLETS_CHECKS]++;
	o->place->n[e->decision == LK_REVIEW ? OUTLETS_HELD : e->decision ==
	    LK_REJECT ? OUTLETS_REFUSED : OUTLETS_PASSED]++;
	return (0);
}

/* A card was issued. */
static int
issued(struct outlets_report *x, const struct entry *e)
{
	int extra = (e->flags & ENTRY_F_EXTRA) != 0;
	struct opening *o, *first;
	uint32_t how = 0;

	if ((o = opening(x, e, extra ? e->seq : e->ref)) == NULL)
		return (-1);
	if (extra && (first = reporthash_get(x->openings, &e->ref)) != NULL) {
		o->flags |= first->flags & CAMPAIGN;
		o->campaign = first->campaign;
	}
	if ((e->flags & (ENTRY_F_OVERRIDE | ENTRY_F_AFTER_CANCEL)) != 0)
		how |= 1u << OUTLETS_OVERRIDE;
	if ((e->flags & ENTRY_F_LATE) != 0)
		how |= 1u << OUTLETS_LATE;
	if (extra)
		how |= 1u << OUTLETS_EXTRA;
	issue(x, e, o, how);
	return (0);
}

/* A file told of an opening. */
static int
intake(struct outlets_report *x, const struct entry *e)
{
	struct opening *o;

	if ((o = opening(x, e, e->seq)) == NULL)
		return (-1);
	if ((e->flags & ENTRY_F_STOCK) == 0)
		issue(x, e, o, 1u << OUTLETS_FILE);
	return (0);
}

/* It was taken back. */
static void
voided(struct outlets_report *x, const struct entry *e)
{
	struct opening *o = reporthash_get(x->openings, &e->ref);

	if (o == NULL)
		return;
	if ((o->flags & COUNTED) != 0) {
		count(o, -1);
		o->place->n[OUTLETS_VOIDED]++;
	}
	/* A card that comes of it after all counts. */
	o->flags &= ~(COUNTED | ISSUED);
}

/* A card was named as involved. */
static int
involved(struct outlets_report *x, const struct entry *e)
{
	struct opening *o = reporthash_get(x->openings, &e->ref);
	struct outlets_place *p;
	struct card k;
	int *seen;

	memset(&k, 0, sizeof(k));
	memcpy(k.inst, e->inst, strnlen(e->inst, sizeof(k.inst) - 1));
	k.card = e->card;
	if ((seen = reporthash_put(x->cards, &k)) == NULL ||
	    (p = place(x, e)) == NULL)
		return (-1);
	if ((*seen)++ > 0)
		return (0);
	if (reportkind_within(x->o, reportkind_told(e)))
		p->n[OUTLETS_TOLD]++;
	if (o == NULL || (o->flags & COUNTED) == 0)
		return (0);
	if ((o->flags & CAMPAIGN) != 0)
		o->place->n[OUTLETS_CAMPAIGN_INVOLVED]++;
	else
		o->place->n[OUTLETS_INVOLVED]++;
	if (o->campaign != NULL)
		o->campaign->n[OUTLETS_INVOLVED]++;
	return (0);
}

/* What a list brought to light about what was passed. */
static int
retro(struct outlets_report *x, const struct entry *e)
{
	struct outlets_place *p;

	if (e->code != RETRO_HIT)
		return (0);
	if (entry_token_set(&e->card))
		return (involved(x, e));
	if (!reportkind_within(x->o, reportkind_happened(e)))
		return (0);
	if ((p = place(x, e)) == NULL)
		return (-1);
	p->n[OUTLETS_LISTED]++;
	return (0);
}

/* A teller's alarm. */
static int
alarm_of(struct outlets_report *x, const struct entry *e)
{
	struct outlets_place *p;

	if (!reportkind_within(x->o, reportkind_told(e)))
		return (0);
	if ((p = place(x, e)) == NULL)
		return (-1);
	p->n[OUTLETS_ALARMS]++;
	return (0);
}

/* An entry. */
static int
outlets_entry(void *arg, const struct entry *e)
{
	struct outlets_report *x = arg;

	switch (e->kind) {
	case ENTRY_DECISION:
		return (decision(x, e));
	case ENTRY_CONFIRM:
	case ENTRY_MERGE:
		return (issued(x, e));
	case ENTRY_INTAKE:
		return (e->code == INTAKE_OPEN ? intake(x, e) : 0);
	case ENTRY_RETIRE:
		return (e->code == LK_RETIRE_INVOLVED ? involved(x, e) : 0);
	case ENTRY_RETRO:
		return (retro(x, e));
	case ENTRY_REPORT:
		return (alarm_of(x, e));
	case ENTRY_VOID:
		voided(x, e);
		return (0);
	default:
		return (0);
	}
}

/* Say what was found. */
static int
outlets_finish(void *arg, struct report *r)
{

	return (outlets_tell(arg, r));
}

const struct report_kind report_outlets = {
	.name = "outlets",
	.zh = "网点涉案情况通报",
	.en = "Outlets and what became of their cards",
	/* A held check may wait for days before its card. */
	.back = 30 * REPORTKIND_DAY,
	.ahead = REPORTKIND_ALL,
	.open = outlets_open,
	.entry = outlets_entry,
	.finish = outlets_finish,
	.close = outlets_close,
};
