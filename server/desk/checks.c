#include <stdlib.h>
#include <string.h>

#include "plugin.h"

#include "store/entry.h"

#include "checks.h"
#include "reporthash.h"
#include "reportkind.h"

#define DAY_MS INT64_C(86400000)

struct checks {
	struct reporthash *checks; /* struct check by seq */
	struct reporthash *places; /* number + 1 by struct reporthash_teller */
};

/* Make one. */
struct checks *
checks_new(void)
{
	struct checks *c;

	if ((c = calloc(1, sizeof(*c))) == NULL)
		return (NULL);
	c->checks = reporthash_new(sizeof(uint64_t), sizeof(struct check));
	c->places = reporthash_new(sizeof(struct reporthash_teller),
	    sizeof(uint32_t));
	if (c->checks == NULL || c->places == NULL) {
		checks_free(c);
		return (NULL);
	}
	return (c);
}

/* Free it. */
void
checks_free(struct checks *c)
{

	if (c == NULL)
		return;
	reporthash_free(c->checks);
	reporthash_free(c->places);
	free(c);
}

/* Whom an entry is about. */
const struct token *
checks_whose(const struct entry *e)
{

	return (e->subject != 0 ? &e->org : &e->person);
}

/* Does a matched record name this category? */
int
checks_listed_as(const char *listed, const char *word)
{
	size_t n = strlen(word), len;
	const char *p, *end;

	for (p = listed; *p != '\0'; p = end + (*end == ' ')) {
		len = strcspn(p, " ");
		end = p + len;
		/* list:version:category:... */
		if ((p = memchr(p, ':', len)) == NULL || p > end)
			continue;
		p++;
		if ((p = memchr(p, ':', (size_t)(end - p))) == NULL)
			continue;
		p++;
		if ((size_t)(end - p) > n && strncmp(p, word, n) == 0 &&
		    p[n] == ':')
			return (1);
	}
	return (0);
}

/* The number of a place. */
uint32_t
checks_place(struct checks *c, const struct entry *e)
{
	struct reporthash_teller key;
	uint32_t *number;

	reporthash_teller(e, &key);
	if ((number = reporthash_put(c->places, &key)) == NULL)
		return (CHECKS_NOWHERE);
	if (*number == 0)
		*number = (uint32_t)reporthash_count(c->places);
	return (*number - 1);
}

/* A place. */
const struct reporthash_teller *
checks_place_at(const struct checks *c, uint32_t i)
{

	return (reporthash_key(c->places, i));
}

/* How many there are. */
size_t
checks_places(const struct checks *c)
{

	return (reporthash_count(c->places));
}

/* How many there are. */
size_t
checks_count(const struct checks *c)
{

	return (reporthash_count(c->checks));
}

/* One. */
struct check *
checks_at(const struct checks *c, size_t i)
{

	return (reporthash_value(c->checks, i));
}

/* The check of a seq, for change. */
static struct check *
find(const struct checks *c, uint64_t seq)
{

	return (reporthash_get(c->checks, &seq));
}

/* The check of a seq. */
const struct check *
checks_find(const struct checks *c, uint64_t seq)
{

	return (find(c, seq));
}

/* The check that an entry is about. */
const struct check *
checks_before(const struct checks *c, const struct entry *e)
{

	return (e->ref != 0 ? find(c, e->ref) : NULL);
}

/* A decision. */
static int
decided(struct checks *c, const struct entry *e)
{
	uint32_t place = checks_place(c, e);
	struct check *k, *old;

	if (place == CHECKS_NOWHERE ||
	    (k = reporthash_put(c->checks, &e->seq)) == NULL)
		return (-1);
	k->seq = e->seq;
	k->t = reportkind_told(e);
	k->at = reportkind_happened(e);
	k->expires = e->expires;
	k->person = *checks_whose(e);
	k->place = place;
	k->quantity = (uint16_t)(e->quantity > 0 ? e->quantity : 1);
	k->decision = (uint8_t)e->decision;
	k->product = (uint8_t)e->product;
	k->by = (uint8_t)e->by;
	memcpy(k->reason, e->reason, sizeof(k->reason));
	if (e->listed[0] != '\0')
		k->flags |= CHECK_LISTED;
	if (checks_listed_as(e->listed, "canary"))
		k->flags |= CHECK_CANARY;
	if ((e->flags & ENTRY_F_DRY) != 0) {
		k->flags |= CHECK_DRY;
		k->life = CHECK_NOTHING;
		return (0);
	}
	if ((e->flags & ENTRY_F_POSTHOC) != 0) {
		k->flags |= CHECK_POSTHOC;
		k->life = CHECK_ISSUED;
		k->issued = k->quantity;
	} else if (e->decision == LK_REJECT)
		k->life = CHECK_NOTHING;
	if (e->superseded != 0 && (old = find(c, e->superseded)) != NULL &&
	    old->life == CHECK_OPEN) {
		old->life = CHECK_SUPERSEDED;
		old->later = e->seq;
	}
	return (0);
}

/* A card was issued, as the institution says, or a row of its file. */
static void
issued(struct check *k, const struct entry *e)
{
	int odd = (e->flags & (ENTRY_F_LATE | ENTRY_F_OVERRIDE |
	    ENTRY_F_AFTER_CANCEL | ENTRY_F_EXTRA)) != 0;

	/* What a file says of cards that were confirmed is nothing new. */
	if ((e->kind == ENTRY_MERGE && k->issued > k->filed) ||
	    k->issued == UINT16_MAX)
		return;
	k->issued++;
	if (e->kind == ENTRY_MERGE)
		k->filed++;
	else if (odd)
		k->odd++;
	k->life = CHECK_ISSUED;
}

/* A step of a review. */
static void
reviewed(struct check *k, const struct entry *e)
{

	switch (e->code) {
	case REVIEW_APPROVE:
		k->flags |= CHECK_APPROVED;
		k->expires = e->expires;
		if (k->life == CHECK_NOTHING || k->life == CHECK_ENDED)
			k->life = CHECK_OPEN;
		break;
	case REVIEW_DENY:
	case REVIEW_CLOSE:
	case REVIEW_TIMEOUT:
		if (k->life == CHECK_OPEN)
			k->life = CHECK_ENDED;
		break;
	default:
		break;
	}
}

/* Take an entry. */
int
checks_entry(struct checks *c, const struct entry *e)
{
	struct check *k;

	if (e->kind == ENTRY_DECISION)
		return (decided(c, e));
	if (e->ref == 0 || (k = find(c, e->ref)) == NULL)
		return (0);
	switch (e->kind) {
	case ENTRY_CONFIRM:
	case ENTRY_MERGE:
		issued(k, e);
		break;
	case ENTRY_CANCEL:
		if (k->life == CHECK_OPEN || k->life == CHECK_ENDED) {
			k->life = CHECK_CANCELLED;
			k->cancel = e->code;
		}
		break;
	case ENTRY_VOID:
		k->life = CHECK_VOIDED;
		break;
	case ENTRY_REVIEW:
		reviewed(k, e);
		break;
	default:
		break;
	}
	return (0);
}

/* Might the card be issued on it? */
int
check_allowed(const struct check *k)
{

	return (k->decision == LK_PASS || k->decision == LK_LIMIT ||
	    (k->flags & CHECK_APPROVED) != 0);
}

/* Did it lapse? */
int
check_lapsed(const struct check *k, int64_t now)
{

	return (k->life == CHECK_OPEN && k->expires != 0 && k->expires <= now);
}

/* A check in the order of person, product, institution and time. */
struct ordered {
	const struct check *k;
	const char *inst;
};

/* That order; without the time where it is not asked for. */
static int
compare_what(const struct ordered *x, const struct ordered *y)
{
	int c = memcmp(&x->k->person, &y->k->person, sizeof(x->k->person));

	if (c == 0)
		c = (x->k->product > y->k->product) -
		    (x->k->product < y->k->product);
	return (c != 0 ? c : strcmp(x->inst, y->inst));
}

/* The order. */
static int
compare(const void *a, const void *b)
{
	const struct ordered *x = a, *y = b;
	int c = compare_what(x, y);

	return (c != 0 ? c : (x->k->seq > y->k->seq) - (x->k->seq < y->k->seq));
}

/* Mark those behind which the same was asked again. */
int
checks_again(struct checks *c, int days)
{
	struct ordered *v;
	struct check *k;
	size_t all = checks_count(c), n = 0, i;

	if ((v = malloc((all + 1) * sizeof(*v))) == NULL)
		return (-1);
	for (i = 0; i < all; i++) {
		k = checks_at(c, i);
		if ((k->flags & CHECK_DRY) == 0)
			v[n++] = (struct ordered){ k,
				checks_place_at(c, k->place)->inst };
	}
	qsort(v, n, sizeof(*v), compare);
	for (i = 0; i + 1 < n; i++) {
		k = find(c, v[i].k->seq);
		if ((k->life == CHECK_OPEN || k->life == CHECK_CANCELLED ||
		    k->life == CHECK_ENDED) &&
		    compare_what(&v[i], &v[i + 1]) == 0 && v[i + 1].k->t <=
		    (k->expires > k->t ? k->expires : k->t) + days * DAY_MS) {
			k->flags |= CHECK_AGAIN;
			k->later = v[i + 1].k->seq;
		}
	}
	free(v);
	return (0);
}
