#include <stdlib.h>
#include <string.h>

#include "engine/category.h"
#include "engine/day.h"
#include "store/list.h"
#include "store/records.h"
#include "store/stateview.h"

#include "screen_impl.h"

#define AHEAD	32	/* filters are asked for this many rows in advance */

/* A row on a list. */
struct screen_hit {
	uint32_t row;
	uint32_t order;		/* as found: persons, then phones, then cards */
	struct screen_match m;
};

/* Room for the rows of a unit to be looked up. */
static int
room(struct screen_worker *w, const struct screen_unit *u)
{
	uint32_t *p;

	if (w->norder >= u->n)
		return (0);
	if ((p = realloc(w->order, u->cap * sizeof(*p))) == NULL)
		return (screen_fail(w->run, SCREEN_MEMORY, "out of memory"));
	w->order = p;
	w->norder = u->cap;
	return (0);
}

/* Tokens of all documents under a key. */
static void
documents(struct token *out, const struct screen_unit *u,
    const struct token_keys *keys, unsigned epoch, int orgs)
{
	size_t i;

	token_batch(out, keys, epoch, TOKEN_PERSON, u->id, u->n);
	for (i = 0; orgs && i < u->n; i++)
		if ((u->row[i].flags & SCREEN_R_ORG) != 0)
			token_make(&out[i], keys, epoch, TOKEN_ORG,
			    u->id[i].data, u->id[i].len);
}

/* Which rows may pass a filter: those with all bits of `flags` and no error. */
static size_t
sift(const struct screen_filter *f, const struct screen_unit *u,
    const struct token *t, unsigned flags, unsigned not, uint32_t *order)
{
	size_t i, n = 0;

	for (i = 0; i < u->n; i++) {
		if (i + AHEAD < u->n)
			screen_filter_expect(f, &t[i + AHEAD]);
		if (u->row[i].wrong == 0 && (u->row[i].flags & flags) ==
		    flags && (u->row[i].flags & not) == 0 &&
		    screen_filter_has(f, &t[i]))
			order[n++] = (uint32_t)i;
	}
	return (n);
}

/* Does a record list anybody today? */
static int
effective(const struct listrec *r, int32_t today)
{
	unsigned last = listrec_expiry(r);

	return (r->category != CATEGORY_NONE && (listrec_flags(r) &
	    (LISTREC_CLEARED | LISTREC_GONE)) == 0 && (last == 0 ||
	    today <= (int32_t)last));
}

/* Note a hit. */
static int
hit(struct screen_worker *w, uint32_t row, const struct screen_list *l,
    const struct listrec *r)
{
	struct screen_hit *p;

	if (w->nhits == w->hitcap) {
		p = realloc(w->hits, (w->hitcap * 2 + 256) * sizeof(*p));
		if (p == NULL)
			return (screen_fail(w->run, SCREEN_MEMORY,
			    "out of memory"));
		w->hits = p;
		w->hitcap = w->hitcap * 2 + 256;
	}
	p = &w->hits[w->nhits];
	p->row = row;
	p->order = (uint32_t)w->nhits++;
	p->m.list = l;
	p->m.r = *r;
	return (0);
}

/* Look the rows that passed up on each list of a subject under an epoch. */
static int
find(struct screen_worker *w, struct screen_unit *u, unsigned subject,
    unsigned epoch, const struct token *t, size_t n)
{
	struct screen_run *run = w->run;
	uint32_t number = token_keys_epoch(run->o->list_keys, epoch);
	const struct screen_list *l;
	struct listrec r;
	size_t i, k;
	int rc;

	for (k = 0; k < run->lists.n; k++) {
		l = &run->lists.list[k];
		if (l->info->subject != subject || l->info->epoch != number)
			continue;
		for (i = 0; i < n; i++) {
			rc = screen_lists_find(l, &t[w->order[i]], &r);
			if (rc < 0)
				return (screen_fail(run, SCREEN_STATE, "list "
				    "%s cannot be read", l->info->id));
			if (rc == 0 || !effective(&r, run->today))
				continue;
			u->row[w->order[i]].flags |= SCREEN_R_LISTED;
			if (hit(w, w->order[i], l, &r) != 0)
				return (-1);
		}
	}
	return (0);
}

/* One subject on all of its lists. */
static int
lists(struct screen_worker *w, struct screen_unit *u, unsigned subject,
    const struct token_text *texts, struct token *t, unsigned flags)
{
	const struct screen_lists *ls = &w->run->lists;
	const struct token_keys *keys = w->run->o->list_keys;
	unsigned e;
	size_t n;

	for (e = 0; e < TOKEN_EPOCHS_MAX && ls->epochs[subject] >> e != 0;
	    e++) {
		if ((ls->epochs[subject] >> e & 1) == 0)
			continue;
		if (subject == LIST_PERSON)
			documents(t, u, keys, e, 0);
		else
			token_batch(t, keys, e, subject == LIST_PHONE ?
			    TOKEN_PHONE : TOKEN_CARD, texts, u->n);
		n = sift(&ls->filter[subject][e], u, t, flags,
		    subject == LIST_PERSON ? SCREEN_R_ORG : 0, w->order);
		if (find(w, u, subject, e, t, n) != 0)
			return (-1);
	}
	return (0);
}

/* By row, then as found. */
static int
by_row(const void *a, const void *b)
{
	const struct screen_hit *x = a, *y = b;

	if (x->row != y->row)
		return (x->row < y->row ? -1 : 1);
	return (x->order < y->order ? -1 : 1);
}

/* The matches of a row. */
static size_t
matches(const struct screen_worker *w, uint32_t row,
    struct screen_match m[SCREEN_MATCHES])
{
	size_t lo = 0, hi = w->nhits, mid, n = 0;

	while (lo < hi) {
		mid = lo + (hi - lo) / 2;
		if (w->hits[mid].row < row)
			lo = mid + 1;
		else
			hi = mid;
	}
	for (; lo < w->nhits && w->hits[lo].row == row && n < SCREEN_MATCHES;
	    lo++)
		m[n++] = w->hits[lo].m;
	return (n);
}

/* Which rows the state may know, under any epoch, the newest first. */
static size_t
persons(struct screen_worker *w, struct screen_unit *u)
{
	const struct screen_run *run = w->run;
	const struct token_keys *keys = run->o->keys;
	unsigned e = token_keys_count(keys);
	size_t i, n;

	while (--e > 0) {
		documents(u->lperson, u, keys, e, 1);
		n = sift(&run->persons.filter, u, u->lperson, 0, 0, w->order);
		for (i = 0; i < n; i++) {
			u->person[w->order[i]] = u->lperson[w->order[i]];
			u->row[w->order[i]].flags |= SCREEN_R_MAYBE;
		}
	}
	if (token_keys_count(keys) == 1) {
		documents(u->person, u, keys, 0, 1);
		return (sift(&run->persons.filter, u, u->person, 0, 0,
		    w->order));
	}
	documents(u->lperson, u, keys, 0, 1);
	n = sift(&run->persons.filter, u, u->lperson, 0, 0, w->order);
	for (i = 0; i < n; i++) {
		u->person[w->order[i]] = u->lperson[w->order[i]];
		u->row[w->order[i]].flags |= SCREEN_R_MAYBE;
	}
	for (i = 0, n = 0; i < u->n; i++)
		if ((u->row[i].flags & SCREEN_R_MAYBE) != 0)
			w->order[n++] = (uint32_t)i;
	return (n);
}

static _Thread_local const struct token *sorted;

/* By token: the order of the tree. */
static int
by_token(const void *a, const void *b)
{

	return (memcmp(&sorted[*(const uint32_t *)a],
	    &sorted[*(const uint32_t *)b], sizeof(*sorted)));
}

/* Find the stored record of a token: 1, 0 or -1. */
static int
find_person(struct screen_worker *w, const struct token *t, const void **value,
    size_t *len)
{
	const struct screen_persons *p = &w->run->persons;
	struct stateview_record x;
	int rc;

	if (p->held) {
		*value = screen_hold_find(&p->hold[t->b[0] >> 7], t, len);
		return (*value != NULL);
	}
	rc = stateview_get(w->reader, RECORD_PERSON, t->b, TOKEN_LEN, &x);
	if (rc < 0)
		return (screen_fail(w->run, SCREEN_STATE, "%s",
		    stateview_why(w->reader)));
	*value = x.value;
	*len = x.len;
	return (rc);
}

/* Read the record of a token. */
static int
read_person(struct screen_worker *w, const struct token *t, struct person *p)
{
	const void *value = NULL;
	size_t len = 0;
	int rc;

	if ((rc = find_person(w, t, &value, &len)) < 0)
		return (-1);
	if (rc == 0)
		person_init(p);
	else if (person_unpack(p, value, len) != 0)
		return (screen_fail(w->run, SCREEN_STATE,
		    "state.mdb: a person's record cannot be read"));
	else
		person_prune(p, (uint32_t)w->run->now);
	return (rc);
}

/* Join the records of other documents; *claimed: one rests on the person's word. */
static int
join(struct screen_worker *w, const struct token *t, int *claimed)
{
	struct record_link link[RECORD_LINKS_MAX];
	struct stateview_record x;
	struct person *other = screen_judge_other(w->judge);
	size_t i, n;
	int rc, linked = 0;

	rc = stateview_get(w->reader, RECORD_LINK, t->b, TOKEN_LEN, &x);
	if (rc < 0)
		return (screen_fail(w->run, SCREEN_STATE, "%s",
		    stateview_why(w->reader)));
	if (rc == 0 || x.len > sizeof(link))
		return (0);
	memcpy(link, x.value, x.len);
	n = x.len / sizeof(link[0]);
	for (i = 0; i < n; i++) {
		if (link[i].state == LINKED_NOT)
			continue;
		if ((rc = read_person(w, &link[i].person, other)) < 0)
			return (-1);
		if (rc == 0)
			continue;
		if (!linked)
			*screen_judge_own(w->judge) =
			    *screen_judge_person(w->judge);
		person_join(screen_judge_person(w->judge), other);
		linked = 1;
		*claimed |= link[i].state == LINKED_CLAIMED;
	}
	return (linked);
}

/* Have what is looked up soon fetched: first where it begins, then it. */
static void
expect(const struct screen_worker *w, const struct screen_unit *u, size_t i,
    size_t n)
{
	const struct screen_hold *hold = w->run->persons.hold;
	const struct token *t;

	if (!w->run->persons.held)
		return;
	if (i + AHEAD < n) {
		t = &u->person[w->order[i + AHEAD]];
		screen_hold_expect(&hold[t->b[0] >> 7], t);
	}
	if (i + AHEAD / 2 < n) {
		t = &u->person[w->order[i + AHEAD / 2]];
		screen_hold_expect_more(&hold[t->b[0] >> 7], t);
	}
}

/* Judge the rows that the state may know. */
static int
known(struct screen_worker *w, struct screen_unit *u, size_t n)
{
	struct screen_match m[SCREEN_MATCHES];
	const struct token *t;
	struct screen_row *r;
	int is, linked, claimed;
	size_t i, nm;

	if ((!w->run->persons.held || w->run->persons.links) &&
	    stateview_tick(w->reader, w->run->o->mono_ms()) != 0)
		return (screen_fail(w->run, SCREEN_STATE, "%s",
		    stateview_why(w->reader)));
	sorted = u->person;
	if (!w->run->persons.held)
		qsort(w->order, n, sizeof(w->order[0]), by_token);
	for (i = 0; i < n; i++) {
		expect(w, u, i, n);
		r = &u->row[w->order[i]];
		t = &u->person[w->order[i]];
		claimed = linked = 0;
		if ((is = read_person(w, t, screen_judge_person(w->judge))) < 0)
			return (-1);
		if (w->run->persons.links && (linked = join(w, t, &claimed)) <
		    0)
			return (-1);
		if (!is && !linked)
			continue;
		r->flags |= SCREEN_R_KNOWN | SCREEN_R_JUDGED;
		nm = (r->flags & SCREEN_R_LISTED) != 0 ? matches(w,
		    w->order[i], m) : 0;
		screen_judge_row(w->judge, u, r, m, nm, linked, claimed);
	}
	return (0);
}

/* Judge all the others. */
static void
others(struct screen_worker *w, struct screen_unit *u)
{
	struct screen_match m[SCREEN_MATCHES];
	struct screen_row *r;
	size_t i, nm;

	for (i = 0; i < u->n; i++) {
		r = &u->row[i];
		if (r->wrong != 0 || (r->flags & SCREEN_R_JUDGED) != 0)
			continue;
		if ((r->flags & SCREEN_R_LISTED) == 0 &&
		    screen_judge_pass(w->judge, r))
			continue;
		nm = matches(w, (uint32_t)i, m);
		person_init(screen_judge_person(w->judge));
		screen_judge_row(w->judge, u, r, m, nm, 0, 0);
	}
}

/* Look all rows of a unit up and judge them. */
int
screen_look(struct screen_worker *w, struct screen_unit *u)
{
	int rc = 0;

	w->nhits = 0;
	u->tail.n = 1;		/* 0 stands for no tail */
	if (u->n == 0)
		return (0);
	if (room(w, u) != 0 || screen_text_room(&u->tail, 1) != 0)
		return (-1);
	if (lists(w, u, LIST_PERSON, u->id, u->lperson, 0) != 0 ||
	    (u->phone != NULL && lists(w, u, LIST_PHONE, u->phone, u->lphone,
	    SCREEN_R_PHONE) != 0) || (u->card != NULL && lists(w, u, LIST_CARD,
	    u->card, u->lcard, SCREEN_R_CARD) != 0))
		return (-1);
	if (w->nhits > 1)
		qsort(w->hits, w->nhits, sizeof(w->hits[0]), by_row);
	if (w->reader != NULL) {
		rc = known(w, u, persons(w, u));
		w->seq = stateview_seq(w->reader);
		stateview_rest(w->reader);
	}
	if (rc == 0)
		others(w, u);
	return (rc);
}
