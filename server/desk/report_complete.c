#include <stdlib.h>
#include <string.h>

#include "plugin.h"

#include "engine/day.h"
#include "store/entry.h"

#include "report_complete_impl.h"

#define MIDNIGHT_MS REPORTKIND_HOUR

static const struct complete_options no_options;

/* Begin. */
struct complete *
complete_new(const struct complete_options *o, const struct report_options *ro)
{
	struct complete *c;

	if ((c = calloc(1, sizeof(*c))) == NULL)
		return (NULL);
	c->o = o != NULL ? o : &no_options;
	c->ro = ro;
	c->checks = checks_new();
	c->counts = reporthash_new(sizeof(struct complete_key),
	    sizeof(struct complete_count));
	if (c->checks == NULL || c->counts == NULL) {
		complete_free(c);
		return (NULL);
	}
	return (c);
}

/* Free it. */
void
complete_free(struct complete *c)
{

	if (c == NULL)
		return;
	checks_free(c->checks);
	reporthash_free(c->counts);
	free(c->events);
	free(c->files);
	free(c->differences);
	free(c);
}

/* Make room for one more. */
void *
complete_room(void *v, size_t n, size_t *has, size_t size)
{
	size_t want = *has != 0 ? 2 * *has : 64;

	if (n < *has)
		return (v);
	if (want > SIZE_MAX / size || (v = realloc(v, want * size)) == NULL)
		return (NULL);
	*has = want;
	return (v);
}

/* Copy a name into a key, which is all zero behind it. */
static void
name(char out[32], const char *s)
{

	memset(out, 0, 32);
	memcpy(out, s, strnlen(s, 31));
}

/* The field of a count that is raised. */
static uint64_t *
field(struct complete_count *x, size_t at)
{

	return ((uint64_t *)(void *)((char *)x + at));
}

#define FIELD(f) offsetof(struct complete_count, f)
#define PART(p) (FIELD(part) + (size_t)(p) * sizeof(uint64_t))

/* Raise a field by n: of all and of this outlet, of all products and of this one. */
static int
raise_by(struct complete *c, const struct entry *e, int64_t at, int32_t product,
    size_t at_field, uint64_t n)
{
	struct complete_count *x;
	struct complete_key key;
	int i;

	memset(&key, 0, sizeof(key));
	name(key.inst, e->inst);
	key.day = day_of(at / 1000);
	for (i = 0; i < 4; i++) {
		if (((i & 1) != 0 && e->outlet[0] == '\0') ||
		    ((i & 2) != 0 && product == 0))
			continue;
		name(key.outlet, (i & 1) != 0 ? e->outlet : "");
		key.product = (i & 2) != 0 ? product : 0;
		if ((x = reporthash_put(c->counts, &key)) == NULL)
			return (-1);
		*field(x, at_field) += n;
	}
	return (0);
}

/* Note an event. */
static int
note(struct complete *c, int why, uint64_t seq, int64_t at, int32_t product,
    uint32_t place, const char *reason)
{
	struct complete_event *v = complete_room(c->events, c->nevents,
	    &c->events_room, sizeof(*v));

	if (v == NULL)
		return (-1);
	c->events = v;
	if (place == CHECKS_NOWHERE)
		return (-1);
	v += c->nevents++;
	memset(v, 0, sizeof(*v));
	v->why = why;
	v->seq = seq;
	v->at = at;
	v->day = day_of(at / 1000);
	v->product = product;
	v->place = place;
	memcpy(v->reason, reason, strnlen(reason, sizeof(v->reason) - 1));
	return (0);
}

/* Is it near the turn of the day? */
static int
near_midnight(int64_t at)
{
	int64_t since = at - day_start(day_of(at / 1000)) * 1000;

	return (since < MIDNIGHT_MS || since >= REPORTKIND_DAY - MIDNIGHT_MS);
}

/* How a card became known; which event that is, or -1. */
static int
part_of(const struct entry *e, const struct check *k, int *why)
{

	*why = -1;
	if (e->kind == ENTRY_DECISION) {
		*why = COMPLETE_WHY_POSTHOC;
		return (COMPLETE_POSTHOC);
	}
	if (e->kind == ENTRY_INTAKE) {
		*why = COMPLETE_WHY_FILE;
		return (COMPLETE_FILE);
	}
	if (e->kind == ENTRY_MERGE) {
		*why = COMPLETE_WHY_BY_FILE;
		return (k == NULL || k->issued > k->filed ? COMPLETE_PARTS :
		    COMPLETE_BY_FILE);
	}
	if ((e->flags & (ENTRY_F_OVERRIDE | ENTRY_F_AFTER_CANCEL)) != 0) {
		*why = COMPLETE_WHY_OVERRIDE;
		return (COMPLETE_OVERRIDE);
	}
	if ((e->flags & ENTRY_F_EXTRA) != 0) {
		*why = COMPLETE_WHY_EXTRA;
		return (COMPLETE_EXTRA);
	}
	if ((e->flags & ENTRY_F_LATE) != 0) {
		*why = COMPLETE_WHY_LATE;
		return (COMPLETE_LATE);
	}
	return (COMPLETE_CONFIRMED);
}

/* A card was issued. */
static int
issued(struct complete *c, const struct entry *e)
{
	const struct check *k = checks_before(c->checks, e);
	int64_t at = reportkind_happened(e);
	uint64_t n = 1;
	int part, why;
	uint32_t place;

	part = part_of(e, k, &why);
	if (part == COMPLETE_PARTS)
		return (raise_by(c, e, at, e->product, FIELD(merged), 1));
	if (e->kind == ENTRY_DECISION || e->kind == ENTRY_INTAKE)
		n = e->quantity > 0 ? (uint64_t)e->quantity : 1;
	if (raise_by(c, e, at, e->product, PART(part), n) != 0)
		return (-1);
	/* A confirm names no teller; its check does. */
	place = k != NULL ? k->place : checks_place(c->checks, e);
	if (why >= 0 && note(c, why, e->seq, at, e->product, place,
	    k != NULL ? k->reason : e->reason) != 0)
		return (-1);
	return (near_midnight(at) && (e->flags & ENTRY_F_DATE_ONLY) == 0 &&
	    note(c, COMPLETE_WHY_MIDNIGHT, e->seq, at, e->product, place,
	    e->reason) != 0 ? -1 : 0);
}

/* A decision is taken back: so are the cards that were issued on it. */
static int
voided(struct complete *c, const struct entry *e)
{
	const struct check *k = checks_before(c->checks, e);

	if (k == NULL || k->life != CHECK_ISSUED)
		return (0);
	if (raise_by(c, e, k->at, k->product, FIELD(voided), k->issued) != 0)
		return (-1);
	return (note(c, COMPLETE_WHY_VOIDED, e->seq, k->at, k->product,
	    k->place, k->reason));
}

/* A file was taken in. */
static int
file(struct complete *c, const struct entry *e)
{
	struct complete_file *v = complete_room(c->files, c->nfiles,
	    &c->files_room, sizeof(*v));

	if (v == NULL)
		return (-1);
	c->files = v;
	v += c->nfiles++;
	memset(v, 0, sizeof(*v));
	v->seq = e->seq;
	v->t = e->t;
	v->rows = e->count;
	v->stock = (e->flags & ENTRY_F_STOCK) != 0;
	name(v->inst, e->inst);
	memcpy(v->hash, e->hash, strnlen(e->hash, sizeof(v->hash) - 1));
	memcpy(v->note, e->note, strnlen(e->note, sizeof(v->note) - 1));
	return (0);
}

/* Count an entry of the period. */
static int
counted(struct complete *c, const struct entry *e)
{
	int64_t at = reportkind_happened(e);

	switch (e->kind) {
	case ENTRY_CONFIRM:
	case ENTRY_MERGE:
		return (issued(c, e));
	case ENTRY_DECISION:
		return ((e->flags & (ENTRY_F_POSTHOC | ENTRY_F_DRY)) ==
		    ENTRY_F_POSTHOC ? issued(c, e) : 0);
	case ENTRY_RETIRE:
		return (raise_by(c, e, at, e->product, FIELD(retired), 1));
	case ENTRY_INTAKE:
		if ((e->flags & ENTRY_F_STOCK) != 0)
			return (0);
		return (e->code == INTAKE_OPEN ? issued(c, e) :
		    raise_by(c, e, at, e->product, FIELD(closed_file), 1));
	default:
		return (0);
	}
}

/* Take an entry. */
int
complete_entry(struct complete *c, const struct entry *e)
{
	const struct check *k;
	int rc = 0;

	c->last = e->t;
	if (e->kind == ENTRY_INTAKE && e->code == INTAKE_FILE) {
		if (reportkind_within(c->ro, e->t) &&
		    reportkind_wanted(c->ro, e))
			rc = file(c, e);
	} else if (e->kind == ENTRY_VOID) {
		k = checks_before(c->checks, e);
		if (k != NULL && reportkind_within(c->ro, k->at) &&
		    reportkind_wanted(c->ro, e))
			rc = voided(c, e);
	} else if (reportkind_within(c->ro, reportkind_happened(e)) &&
	    reportkind_wanted(c->ro, e))
		rc = counted(c, e);
	return (rc != 0 ? rc : checks_entry(c->checks, e));
}

/* Count the checks, and those of which nobody said what became. */
static int
count_checks(struct complete *c)
{
	const struct reporthash_teller *p;
	const struct check *k;
	struct entry e;
	size_t i;
	int lapsed;

	entry_clear(&e, ENTRY_NONE);
	for (i = 0; i < checks_count(c->checks); i++) {
		k = checks_at(c->checks, i);
		p = checks_place_at(c->checks, k->place);
		name(e.inst, p->inst);
		name(e.outlet, p->outlet);
		if ((k->flags & (CHECK_DRY | CHECK_POSTHOC)) != 0 ||
		    !check_allowed(k) || !reportkind_within(c->ro, k->at) ||
		    !reportkind_wanted(c->ro, &e))
			continue;
		lapsed = check_lapsed(k, c->last);
		if (raise_by(c, &e, k->at, k->product, FIELD(checks), 1) != 0)
			return (-1);
		if (lapsed && (raise_by(c, &e, k->at, k->product,
		    FIELD(lapsed), 1) != 0 || note(c, COMPLETE_WHY_LAPSED,
		    k->seq, k->at, k->product, k->place, k->reason) != 0))
			return (-1);
	}
	return (0);
}

/* Compare. */
int
complete_settle(struct complete *c)
{

	return (count_checks(c) != 0 || complete_compare(c) != 0 ? -1 : 0);
}

/* The counts. */
const struct reporthash *
complete_counts(const struct complete *c)
{

	return (c->counts);
}

/* The files. */
const struct complete_file *
complete_files(const struct complete *c, size_t *n)
{

	*n = c->nfiles;
	return (c->files);
}

/* The checks. */
const struct checks *
complete_checks(const struct complete *c)
{

	return (c->checks);
}

/* Cards issued. */
int64_t
complete_issued(const struct complete_count *x)
{
	int64_t n = -(int64_t)x->voided;
	int i;

	for (i = 0; i < COMPLETE_PARTS; i++)
		n += (int64_t)x->part[i];
	return (n);
}

/* Cards closed. */
int64_t
complete_closed(const struct complete_count *x)
{

	return ((int64_t)(x->retired + x->closed_file));
}
