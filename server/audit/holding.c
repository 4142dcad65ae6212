#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "holding.h"

/* A reading under way. */
struct reading {
	struct holding *h;
	const struct token *tokens;
	size_t n;
	struct entry e;		/* scratch */
	enum casefile_fault fault;
	char *err;
};

/* Is it one of the person's tokens? */
static int
his(const struct reading *r, const struct token *t)
{
	size_t i;

	for (i = 0; i < r->n; i++)
		if (token_equal(t, &r->tokens[i]))
			return (1);
	return (0);
}

/* Does a list hold the entry seq?  Lists are in order. */
static int
holds(const struct casefile_list *l, uint64_t seq)
{
	size_t lo = 0, hi = l->n, mid;

	while (lo < hi) {
		mid = (lo + hi) / 2;
		if (l->v[mid].e.seq < seq)
			lo = mid + 1;
		else
			hi = mid;
	}
	return (lo < l->n && l->v[lo].e.seq == seq);
}

/* Where an entry belongs; NULL when it is about somebody else. */
static struct casefile_list *
place(const struct reading *r)
{
	const struct entry *e = &r->e;
	struct holding *h = r->h;
	int own = his(r, &e->person) || his(r, &e->org) || his(r, &e->prev);

	if (casefile_looks(e))
		return (own || (e->ref != 0 && e->origin[0] == '\0' &&
		    (holds(&h->own, e->ref) || holds(&h->agent, e->ref))) ?
		    &h->seen : NULL);
	if (own)
		return (&h->own);
	return (his(r, &e->agent_person) ? &h->agent : NULL);
}

/* Take an entry. */
static int
take(void *arg, const struct package_entry *p)
{
	struct reading *r = arg;
	struct casefile_list *l;
	size_t where = 0;

	if (entry_parse(&r->e, p->text, p->len, &where) != 0) {
		snprintf(r->err, HOLDING_ERROR_MAX, "entry %" PRIu64 " is not "
		    "well-formed at its byte %zu", p->seq, where);
		r->fault = CASEFILE_DAMAGED;
		return (1);
	}
	r->h->entries++;
	r->h->last_t = r->e.t;
	if ((l = place(r)) == NULL || casefile_add(l, &r->e, p->text,
	    p->len) == 0)
		return (0);
	snprintf(r->err, HOLDING_ERROR_MAX, "out of memory");
	r->fault = CASEFILE_SYSTEM;
	return (1);
}

/* Find all. */
int
holding_find(struct holding *h, struct package *p, const struct token *tokens,
    size_t n, enum casefile_fault *fault, char *err)
{
	struct reading r = { .h = h, .tokens = tokens, .n = n,
		.fault = CASEFILE_PACKAGE, .err = err };

	memset(h, 0, sizeof(*h));
	*fault = CASEFILE_FINE;
	if (package_each(p, 0, take, &r) == 0)
		return (0);
	*fault = r.fault;
	holding_free(h);
	return (-1);
}

/* Free it. */
void
holding_free(struct holding *h)
{

	casefile_forget(&h->own);
	casefile_forget(&h->agent);
	casefile_forget(&h->seen);
}

/* When was a sealed identity erased? */
int64_t
holding_erased(const struct holding *h, uint64_t seq)
{
	const struct entry *e;
	size_t i;

	for (i = 0; i < h->seen.n; i++) {
		e = &h->seen.v[i].e;
		if (e->kind == ENTRY_ERASE && e->ref == seq &&
		    (e->flags & ENTRY_F_REFUSED) == 0)
			return (e->t);
	}
	return (0);
}
