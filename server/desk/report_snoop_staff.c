/*
 * What staff look up, and whether a case or an alert about the person was open then.
 */
#include <string.h>

#include "plugin.h"

#include "store/entry.h"

#include "report_snoop_impl.h"

#define AFTER_MS REPORTKIND_DAY	/* a case that was closed is wound up */
#define OPEN INT64_MAX
#define NEVER INT64_MIN

/* A case or an alert, or both, that one entry raised. */
struct item {
	struct token person;
	int64_t case_until;	/* ms */
	int64_t alert_until;
	size_t before;		/* the one before about this person, + 1 */
};

/* Keys. */
struct pair {
	char name[32];
	struct token person;
};

struct reason {
	char name[32];
	char note[256];
};

/* Begin. */
int
snoop_desk_open(struct snoop_desk *d)
{

	d->staff = reporthash_new(32, sizeof(struct snoop_staff));
	d->pairs = reporthash_new(sizeof(struct pair), 1);
	d->reasons = reporthash_new(sizeof(struct reason), sizeof(uint64_t));
	d->items = reporthash_new(sizeof(uint64_t), sizeof(struct item));
	d->about = reporthash_new(sizeof(struct token), sizeof(size_t));
	return (d->staff != NULL && d->pairs != NULL && d->reasons != NULL &&
	    d->items != NULL && d->about != NULL ? 0 : -1);
}

/* End. */
void
snoop_desk_close(struct snoop_desk *d)
{

	reporthash_free(d->staff);
	reporthash_free(d->pairs);
	reporthash_free(d->reasons);
	reporthash_free(d->items);
	reporthash_free(d->about);
}

/* The item of an entry, made where there is none. */
static struct item *
item(struct snoop_desk *d, uint64_t seq, const struct token *person)
{
	struct item *x = reporthash_get(d->items, &seq);
	size_t *newest;

	if (x != NULL)
		return (x);
	if ((newest = reporthash_put(d->about, person)) == NULL ||
	    (x = reporthash_put(d->items, &seq)) == NULL)
		return (NULL);
	x->person = *person;
	x->case_until = x->alert_until = NEVER;
	x->before = *newest;
	*newest = reporthash_count(d->items);
	return (x);
}

/* A case is over. */
static void
over(struct snoop_desk *d, uint64_t seq, int64_t t)
{
	struct item *x = reporthash_get(d->items, &seq);

	if (x != NULL && x->case_until > t + AFTER_MS)
		x->case_until = t + AFTER_MS;
}

/* A step of a case. */
static int
step(struct snoop_desk *d, const struct entry *e)
{
	struct item *x;

	switch (e->code) {
	case REVIEW_PROPOSE:
		if ((x = item(d, e->ref, checks_whose(e))) == NULL)
			return (-1);
		x->case_until = OPEN;
		break;
	case REVIEW_APPROVE:
	case REVIEW_DENY:
	case REVIEW_CLOSE:
	case REVIEW_TIMEOUT:
		over(d, e->ref, e->t);
		break;
	default:
		break;
	}
	return (0);
}

/* Keep account of what is open. */
static int
account(struct snoop_desk *d, const struct entry *e)
{
	struct item *x;

	if (e->kind == ENTRY_DECISION && e->superseded != 0 &&
	    (e->flags & ENTRY_F_DRY) == 0)
		over(d, e->superseded, e->t);
	if (e->kind == ENTRY_DECISION && e->decision == LK_REVIEW &&
	    e->by == LK_BY_CENTRE &&
	    (e->flags & (ENTRY_F_DRY | ENTRY_F_POSTHOC)) == 0) {
		if ((x = item(d, e->seq, checks_whose(e))) == NULL)
			return (-1);
		x->case_until = e->due != 0 ? e->due + AFTER_MS : OPEN;
	}
	if (e->alert != 0 && entry_token_set(checks_whose(e))) {
		if ((x = item(d, e->seq, checks_whose(e))) == NULL)
			return (-1);
		x->alert_until = OPEN;
	}
	if (e->kind == ENTRY_REVIEW)
		return (step(d, e));
	if (e->kind == ENTRY_CANCEL || e->kind == ENTRY_VOID)
		over(d, e->ref, e->t);
	if (e->kind == ENTRY_ALERT && e->code == ALERT_STEP_CLOSE &&
	    (x = reporthash_get(d->items, &e->ref)) != NULL)
		x->alert_until = e->t + AFTER_MS;
	return (0);
}

/* Was anything about the person open? */
static int
in_case(const struct snoop_desk *d, const struct token *person, int64_t t)
{
	const size_t *newest = reporthash_get(d->about, person);
	const struct item *x;
	size_t i;

	for (i = newest != NULL ? *newest : 0; i != 0; i = x->before) {
		x = reporthash_value(d->items, i - 1);
		if (x->case_until >= t || x->alert_until >= t)
			return (1);
	}
	return (0);
}

/* Whom a look-up is about; NULL: nobody, or nobody we know of. */
static const struct token *
looked_at(const struct snoop_desk *d, const struct snoop *s,
    const struct entry *e)
{
	const struct check *k;
	const struct item *x;

	if (entry_token_set(checks_whose(e)))
		return (checks_whose(e));
	if ((k = checks_find(s->checks, e->ref)) != NULL)
		return (&k->person);
	return ((x = reporthash_get(d->items, &e->ref)) != NULL ?
	    &x->person : NULL);
}

/* Copy a text into a key, which is all zero behind it. */
static void
key_text(char *dst, size_t size, const char *s)
{

	memset(dst, 0, size);
	memcpy(dst, s, strnlen(s, size - 1));
}

/* The sums of a member of staff. */
static struct snoop_staff *
staff_of(struct snoop_desk *d, const char *name)
{
	char key[32];

	key_text(key, sizeof(key), name);
	return (reporthash_put(d->staff, key));
}

/* Whom he looked at: a further person?  Outside of a case? */
static int
look(struct snoop_desk *d, const struct snoop *s, const struct entry *e,
    struct snoop_staff *x)
{
	const struct token *person;
	struct pair pair;
	char *seen;

	/* The number of another node's entry says nothing here. */
	if (e->origin[0] != '\0' && e->ref != 0) {
		x->elsewhere++;
		return (0);
	}
	if ((person = looked_at(d, s, e)) == NULL)
		return (0);
	key_text(pair.name, sizeof(pair.name), e->decided_by);
	pair.person = *person;
	if ((seen = reporthash_put(d->pairs, &pair)) == NULL)
		return (-1);
	x->persons += *seen == 0;
	*seen = 1;
	x->outside += !in_case(d, person, e->t);
	return (0);
}

/* Somebody looked something up. */
static int
looked(struct snoop_desk *d, const struct snoop *s, const struct entry *e)
{
	struct snoop_staff *x = staff_of(d, e->decided_by);
	struct reason reason;
	uint64_t *times;

	if (x == NULL)
		return (-1);
	if (e->kind == ENTRY_UNSEAL)
		x->unsealed++;
	else if (e->kind == ENTRY_ERASE)
		x->erased++;
	else if (e->ref != 0)
		x->entries++;
	else
		x->persons_asked++;
	x->last = e->t;
	key_text(reason.name, sizeof(reason.name), e->decided_by);
	key_text(reason.note, sizeof(reason.note), e->note);
	if ((times = reporthash_put(d->reasons, &reason)) == NULL)
		return (-1);
	x->reasons += *times == 0;
	*times += 1;
	return (look(d, s, e, x));
}

/* Take an entry. */
int
snoop_desk_entry(struct snoop_desk *d, const struct snoop *s,
    const struct entry *e)
{
	struct snoop_staff *x;

	if (account(d, e) != 0)
		return (-1);
	if (!reportkind_within(s->ro, e->t))
		return (0);
	switch (e->kind) {
	case ENTRY_ACCESS:
	case ENTRY_UNSEAL:
	case ENTRY_ERASE:
		return (looked(d, s, e));
	case ENTRY_REFUSED:
		/* Staff are told apart by name, and have no outlet. */
		if (e->outlet[0] != '\0' || e->teller[0] == '\0')
			return (0);
		if ((x = staff_of(d, e->teller)) == NULL)
			return (-1);
		x->refused += (uint64_t)((int64_t)e->n_denied +
		    e->n_again + e->n_arg + e->n_input);
		return (0);
	default:
		return (0);
	}
}
