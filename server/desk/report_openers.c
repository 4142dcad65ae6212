#include <stdlib.h>
#include <string.h>

#include "engine/policy.h"
#include "plugin.h"
#include "store/entry.h"

#include "report_openers_impl.h"
#include "reporthash.h"

static void openers_close(void *arg);

/* Begin. */
static void *
openers_open(const struct report_options *o)
{
	static const struct report_openers_options standard =
	    REPORT_OPENERS_DEFAULTS;
	struct openers *x;

	if ((x = calloc(1, sizeof(*x))) == NULL)
		return (NULL);
	x->o = o;
	x->own = o->own != NULL ?
	    *(const struct report_openers_options *)o->own : standard;
	x->persons = reporthash_new(sizeof(struct token),
	    sizeof(struct openers_person));
	x->outlets = reporthash_new(sizeof(struct reporthash_outlet),
	    sizeof(struct openers_outlet));
	x->insts = reporthash_new(32, sizeof(uint32_t));
	x->links = reporthash_new(sizeof(struct openers_link), sizeof(int));
	if (x->persons != NULL && x->outlets != NULL && x->insts != NULL &&
	    x->links != NULL)
		return (x);
	openers_close(x);
	return (NULL);
}

/* End. */
static void
openers_close(void *arg)
{
	struct openers *x = arg;
	size_t i;

	for (i = 0; x->persons != NULL && i < reporthash_count(x->persons);
	    i++)
		free(((struct openers_person *)reporthash_value(x->persons,
		    i))->v);
	reporthash_free(x->persons);
	reporthash_free(x->outlets);
	reporthash_free(x->insts);
	reporthash_free(x->links);
	free(x);
}

/* The person of an entry, with `make` made where there is none; NULL: none, or memory. */
static struct openers_person *
person(struct openers *x, const struct entry *e, int make)
{
	size_t n = reporthash_count(x->persons);
	struct openers_person *p;

	if (!make)
		return (reporthash_get(x->persons, &e->person));
	if ((p = reporthash_put(x->persons, &e->person)) != NULL &&
	    reporthash_count(x->persons) > n) {
		p->number = (uint32_t)n;
		p->into = OPENERS_NONE;
	}
	return (p);
}

/* The application of this number, or NULL; the newest are looked at first. */
static struct openers_row *
row(struct openers_person *p, uint64_t seq)
{
	uint32_t i;

	for (i = p != NULL ? p->n : 0; i > 0; i--)
		if (p->v[i - 1].seq == seq)
			return (&p->v[i - 1]);
	return (NULL);
}

/* The number of the entry's outlet; -1 when out of memory. */
static int
outlet(struct openers *x, const struct entry *e, uint32_t *number)
{
	size_t n = reporthash_count(x->outlets), m;
	struct reporthash_outlet k;
	struct openers_outlet *v;
	uint32_t *inst;

	reporthash_outlet(e, &k);
	if ((v = reporthash_put(x->outlets, &k)) == NULL)
		return (-1);
	if (reporthash_count(x->outlets) > n) {
		m = reporthash_count(x->insts);
		if ((inst = reporthash_put(x->insts, k.inst)) == NULL)
			return (-1);
		if (reporthash_count(x->insts) > m)
			*inst = (uint32_t)m;
		v->number = (uint32_t)n;
		v->inst = *inst;
	}
	if (e->area != 0)
		v->area = e->area;
	*number = v->number;
	return (0);
}

/* Add an application. */
static struct openers_row *
add(struct openers *x, const struct entry *e, uint64_t seq)
{
	struct openers_person *p = person(x, e, 1);
	struct openers_row *v;
	uint32_t room, at;

	if (p == NULL || outlet(x, e, &at) != 0)
		return (NULL);
	if (p->n == p->room) {
		room = p->room == 0 ? 4 : 2 * p->room;
		if ((v = realloc(p->v, room * sizeof(*v))) == NULL)
			return (NULL);
		p->v = v;
		p->room = room;
	}
	v = &p->v[p->n++];
	memset(v, 0, sizeof(*v));
	v->seq = seq;
	v->at = reportkind_happened(e);
	v->visit = e->visit_key;
	v->outlet = at;
	v->quantity = (uint16_t)(e->quantity > 0 ? e->quantity : 1);
	v->product = (uint8_t)e->product;
	return (v);
}

/* Is it about a card of a person that counts at all? */
static int
counted(const struct entry *e)
{

	return (e->subject != LK_SUBJECT_ORGANISATION &&
	    entry_token_set(&e->person) && e->operation != LK_OP_REPLACE &&
	    (policy_covers(POLICY_GROUP_BANK, e->product) ||
	    policy_covers(POLICY_GROUP_PHONE, e->product)));
}

/* Remember that two documents are said to be of one person, or not to be. */
static int
link_documents(struct openers *x, const struct entry *e, int what)
{
	struct openers_link k;
	int *state;

	if (!entry_token_set(&e->prev) || !entry_token_set(&e->person) ||
	    token_equal(&e->prev, &e->person))
		return (0);
	k.a = memcmp(&e->prev, &e->person, sizeof(k.a)) < 0 ? e->prev :
	    e->person;
	k.b = token_equal(&k.a, &e->prev) ? e->person : e->prev;
	if ((state = reporthash_put(x->links, &k)) == NULL)
		return (-1);
	/* What staff said stands against what applicants claim later. */
	if (what != OPENERS_CLAIMED || *state == 0)
		*state = what;
	return (0);
}

/* A check. */
static int
decision(struct openers *x, const struct entry *e)
{
	struct openers_row *r;

	if ((e->flags & ENTRY_F_DRY) != 0)
		return (0);
	if (link_documents(x, e, OPENERS_CLAIMED) != 0)
		return (-1);
	if (!counted(e) || (e->flags & ENTRY_F_OUTLET) != 0)
		return (0);
	if (e->superseded != 0 && (r = row(person(x, e, 0), e->superseded)) !=
	    NULL && r->state != OPENERS_ISSUED)
		r->state = OPENERS_GONE;
	if ((r = add(x, e, e->seq)) == NULL)
		return (-1);
	if ((e->flags & ENTRY_F_POSTHOC) != 0) {
		r->state = OPENERS_ISSUED;
		r->flags |= OPENERS_POSTHOC;
		if (e->decision == LK_REVIEW || e->decision == LK_REJECT)
			r->flags |= OPENERS_OVERRIDE;
	} else
		r->state = e->decision == LK_REVIEW ? OPENERS_HELD :
		    e->decision == LK_REJECT ? OPENERS_REFUSED : OPENERS_ASKED;
	if (e->campaign[0] != '\0')
		r->flags |= OPENERS_CAMPAIGN;
	if ((e->flags & ENTRY_F_SEALED) != 0)
		r->flags |= OPENERS_SEALED;
	return (0);
}

/* A card was issued: told by the branch, or by a file that names the check. */
static int
issued(struct openers *x, const struct entry *e)
{
	uint64_t seq = (e->flags & ENTRY_F_EXTRA) != 0 ? e->seq : e->ref;
	struct openers_row *r;

	if (!counted(e))
		return (0);
	/* A file had told of it before its own node did. */
	if (e->superseded != 0 && (r = row(person(x, e, 0), e->superseded)) !=
	    NULL)
		r->state = OPENERS_GONE;
	if ((r = row(person(x, e, 0), seq)) == NULL &&
	    (r = add(x, e, seq)) == NULL)
		return (-1);
	if (e->kind == ENTRY_MERGE)
		r->flags |= OPENERS_MERGED;
	if ((e->flags & (ENTRY_F_LATE | ENTRY_F_OVERRIDE | ENTRY_F_EXTRA |
	    ENTRY_F_AFTER_CANCEL)) != 0)
		r->flags |= OPENERS_OVERRIDE;
	if (r->state == OPENERS_ISSUED)
		return (0);
	r->state = OPENERS_ISSUED;
	r->at = reportkind_happened(e);
	r->product = (uint8_t)e->product;
	return (outlet(x, e, &r->outlet));
}

/* A file told of it. */
static int
intake(struct openers *x, const struct entry *e)
{
	struct openers_row *r;

	/* A card held before is no new opening. */
	if (e->code != INTAKE_OPEN || (e->flags & ENTRY_F_STOCK) != 0 ||
	    !counted(e))
		return (0);
	if ((r = add(x, e, e->seq)) == NULL)
		return (-1);
	r->state = OPENERS_ISSUED;
	r->flags |= OPENERS_INTAKE;
	if ((e->flags & ENTRY_F_DATE_ONLY) != 0)
		r->flags |= OPENERS_DATED;
	return (0);
}

/* What became of an application that was not issued. */
static void
answered(struct openers *x, const struct entry *e)
{
	struct openers_row *r = row(person(x, e, 0), e->ref);

	if (r == NULL)
		return;
	if (e->kind == ENTRY_VOID)
		r->state = OPENERS_GONE;
	if (r->state == OPENERS_ISSUED || r->state == OPENERS_GONE)
		return;
	if (e->kind == ENTRY_CANCEL) {
		if (r->state == OPENERS_ASKED ||
		    (e->flags & ENTRY_F_UNWIND) != 0)
			r->state = OPENERS_GONE;
	} else if (e->kind == ENTRY_RETRO) {
		if (e->code == RETRO_CLEAR)
			r->state = OPENERS_GONE;
	} else if (e->code == REVIEW_APPROVE)
		r->state = OPENERS_ASKED;
	else if (e->code == REVIEW_DENY)
		r->state = OPENERS_DENIED;
	else if (e->code == REVIEW_TIMEOUT)
		r->state = OPENERS_TIMED;
}

/* An entry. */
static int
openers_entry(void *arg, const struct entry *e)
{
	struct openers *x = arg;

	switch (e->kind) {
	case ENTRY_DECISION:
		return (decision(x, e));
	case ENTRY_CONFIRM:
	case ENTRY_MERGE:
		return (issued(x, e));
	case ENTRY_INTAKE:
		return (intake(x, e));
	case ENTRY_LINK:
		/* Of a node that may not speak for the centre: a claim, if anything. */
		if ((e->flags & ENTRY_F_CLAIMED) != 0 && e->code != LINK_JOIN)
			return (0);
		return (link_documents(x, e, (e->flags & ENTRY_F_CLAIMED) !=
		    0 ? OPENERS_CLAIMED : e->code == LINK_JOIN ?
		    OPENERS_JOINED : OPENERS_PARTED));
	case ENTRY_CANCEL:
	case ENTRY_VOID:
	case ENTRY_REVIEW:
	case ENTRY_RETRO:
		answered(x, e);
		return (0);
	default:
		return (0);
	}
}

/* Say what was found. */
static int
openers_finish(void *arg, struct report *r)
{
	struct openers *x = arg;
	size_t i;

	if (openers_join(x) != 0)
		return (-1);
	for (i = 0; i < reporthash_count(x->persons); i++)
		openers_sort(x, reporthash_value(x->persons, i));
	return (openers_tell(x, r));
}

const struct report_kind report_openers = {
	.name = "openers",
	.zh = "高频开卡人员",
	.en = "People who open many cards",
	/* The longest window; a check and its answer lie before the card. */
	.back = 75 * REPORTKIND_DAY,
	.ahead = REPORTKIND_ALL,
	.open = openers_open,
	.entry = openers_entry,
	.finish = openers_finish,
	.close = openers_close,
};
