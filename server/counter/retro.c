#include <stdlib.h>
#include <string.h>

#include "plugin.h"

#include "engine/day.h"
#include "engine/person.h"
#include "lists/adopt.h"
#include "store/entry.h"
#include "store/journal.h"
#include "store/list.h"
#include "store/names.h"
#include "store/records.h"
#include "store/state.h"

#include "listing.h"
#include "retro.h"

#define BUCKET_MAX 4096		/* records of a bucket that are looked at */
#define WRITES 8		/* entries of one step: each reads a decision back */

/* What is still to be looked at in one list. */
struct work {
	char id[LIST_ID_MAX];
	uint32_t epoch;		/* of the tokens in `touched` */
	uint32_t bucket;	/* next of the whole list */
	size_t at;		/* next record of that bucket */
	int whole;		/* the whole list is gone through */
	struct listrec *touched;
	size_t n, next;
};

struct retro {
	struct journal *j;
	const struct adopted *a;
	struct work work[ADOPT_LISTS_MAX];
	size_t nwork;
	uint64_t hits, clears;
	unsigned writes;	/* left in this step */
	struct person person;	/* scratch */
	struct entry old;	/* a decision read back */
	struct entry e;		/* the entry being written */
	const struct list *held; /* whose bucket stands in records; NULL: none */
	uint32_t bucket;
	size_t nrecords;
	struct listrec records[BUCKET_MAX];
};

/* Make it. */
struct retro *
retro_open(struct journal *j)
{
	struct retro *r;

	if ((r = calloc(1, sizeof(*r))) != NULL)
		r->j = j;
	return (r);
}

/* Free it. */
void
retro_close(struct retro *r)
{
	size_t i;

	if (r == NULL)
		return;
	for (i = 0; i < r->nwork; i++)
		free(r->work[i].touched);
	free(r);
}

/* The work of a list, made when there is none. */
static struct work *
work_of(struct retro *r, const char *id)
{
	size_t i;

	for (i = 0; i < r->nwork; i++)
		if (strcmp(r->work[i].id, id) == 0)
			return (&r->work[i]);
	if (r->nwork == ADOPT_LISTS_MAX)
		return (NULL);
	memset(&r->work[r->nwork], 0, sizeof(r->work[0]));
	memcpy(r->work[r->nwork].id, id, LIST_ID_MAX);
	return (&r->work[r->nwork++]);
}

/* Go through the whole list, from its beginning. */
static void
all(struct work *w)
{

	w->whole = 1;
	w->bucket = 0;
	w->at = 0;
}

/* Add records to what is to be looked at. */
static void
queue(struct work *w, struct adopted_list *al)
{
	struct listrec *more;
	size_t left = w->n - w->next;

	if (al->touched == NULL)
		return;
	if (left == 0) {
		free(w->touched);
		w->touched = al->touched;
		w->n = al->ntouched;
		w->next = 0;
		al->touched = NULL;
		return;
	}
	more = malloc((left + al->ntouched) * sizeof(*more));
	if (more == NULL) {
		all(w);		/* instead */
		return;
	}
	memcpy(more, &w->touched[w->next], left * sizeof(*more));
	memcpy(&more[left], al->touched, al->ntouched * sizeof(*more));
	free(w->touched);
	w->touched = more;
	w->n = left + al->ntouched;
	w->next = 0;
}

/* A generation is in force. */
void
retro_serve(struct retro *r, struct adopted *a)
{
	struct adopted_list *al;
	struct work *w;
	size_t i;

	r->a = a;
	r->held = NULL;
	for (i = 0; i < a->nlists; i++) {
		al = &a->list[i];
		if (!al->changed || (w = work_of(r, al->info.id)) == NULL)
			continue;
		if (w->n > 0 && w->epoch != al->info.epoch) {
			/* Under another key these are nobody's tokens. */
			free(w->touched);
			w->touched = NULL;
			w->n = w->next = 0;
			all(w);
		}
		w->epoch = al->info.epoch;
		if (al->touched == NULL)
			all(w);
		queue(w, al);
	}
}

/* The list that work is about, or NULL when it is served no more. */
static const struct list *
list_of(const struct retro *r, const struct work *w)
{
	size_t i;

	for (i = 0; r->a != NULL && i < r->a->nlists; i++)
		if (strcmp(r->a->list[i].info.id, w->id) == 0)
			return (r->a->list[i].list);
	return (NULL);
}

/* The record of a decision, or NULL. */
static const struct record_decision *
decision(struct retro *r, uint64_t seq)
{
	uint8_t key[8];

	record_seq_key(key, seq);
	return (state_get(journal_state(r->j), RECORD_DECISION, key, 8, NULL,
	    NULL));
}

/* A card that was issued: its token in the state, and what it is. */
struct card {
	struct token token;
	int32_t product;
};

/* Write what was found about the decision in r->old; card: that of a card list. */
static void
report(struct retro *r, int code, const struct list_info *info,
    const struct listrec *rec, const struct card *card)
{
	const struct entry *d = &r->old;
	struct entry *e = &r->e;
	uint8_t leaf[32];

	entry_clear(e, ENTRY_RETRO);
	e->ref = d->seq;
	e->code = code;
	e->at = d->at != 0 ? d->at : d->t;
	memcpy(e->inst, d->inst, sizeof(e->inst));
	memcpy(e->outlet, d->outlet, sizeof(e->outlet));
	memcpy(e->teller, d->teller, sizeof(e->teller));
	memcpy(e->list, info->id, sizeof(info->id));
	e->list_version = info->version;
	e->epoch = d->epoch;
	e->subject = d->subject;
	e->person = d->person;
	e->org = d->org;
	e->product = d->product;
	e->list_epoch = info->epoch;
	if (info->subject == LIST_PERSON)
		e->lperson = rec->token;
	else if (info->subject == LIST_PHONE)
		e->lphone = rec->token;
	if (card != NULL) {
		e->lcard = rec->token;
		e->card = card->token;
		e->product = card->product;
	}
	e->area = d->area;
	if (code == RETRO_HIT) {
		listing_print(e->listed, sizeof(e->listed), info, rec);
		e->alert = ALERT_CITY;
		e->alert_kind = ALERT_RETRO;
	}
	if (journal_write(r->j, e, leaf) != LK_OK) {
		r->writes = 0;
		return;
	}
	r->writes--;
	if (code == RETRO_HIT)
		r->hits++;
	else
		r->clears++;
}

/* Was this decision a pass that the list would not have let through? */
static void
look_pass(struct retro *r, uint64_t seq, const struct list_info *info,
    const struct listrec *rec, int64_t since)
{
	const struct record_decision *d = decision(r, seq);

	if (d == NULL || d->t < since || (d->flags & (DECISION_RETRO_HIT |
	    DECISION_DRY)) != 0 || (d->decision != LK_PASS &&
	    d->decision != LK_LIMIT && d->life != LIFE_ISSUED &&
	    d->standing != LK_STANDING_APPROVED) ||
	    (d->life != LIFE_ISSUED && d->life != LIFE_RESERVED))
		return;
	if (journal_read(r->j, seq, &r->old) != 0 ||
	    r->old.kind != ENTRY_DECISION ||
	    listing_matches(r->old.listed, info->id))
		return;
	report(r, RETRO_HIT, info, rec, NULL);
}

/* Was this decision held or refused for the list, which does not say so any more? */
static void
look_refusal(struct retro *r, uint64_t seq, const struct list_info *info,
    const struct listrec *rec, int64_t now)
{
	const struct record_decision *d = decision(r, seq);
	int64_t since = now - RETRO_WINDOW_MS;
	int32_t last;

	if (d == NULL || d->t < since || d->decision == LK_PASS ||
	    (d->flags & DECISION_LISTED) == 0 ||
	    (d->flags & (DECISION_RETRO_CLEAR | DECISION_DRY)) != 0 ||
	    journal_read(r->j, seq, &r->old) != 0 ||
	    r->old.kind != ENTRY_DECISION ||
	    !listing_matches(r->old.listed, info->id))
		return;
	/* The centre takes off what has run out, too: that is no withdrawal. */
	last = listing_until(r->old.listed, info->id);
	if (last != 0 && day_of(now / 1000) > last &&
	    (listrec_flags(rec) & LISTREC_CLEARED) == 0)
		return;
	report(r, RETRO_CLEAR, info, rec, NULL);
}

/* A person whose record changed: what did we decide on him? */
static void
look_person(struct retro *r, const struct list_info *info,
    const struct listrec *rec, int listed, const void *value, size_t len,
    int64_t now)
{
	int64_t since = now - RETRO_WINDOW_MS;
	size_t i, plen;
	const void *v;

	if (len != TOKEN_LEN)
		return;
	v = state_get(journal_state(r->j), RECORD_PERSON, value, TOKEN_LEN,
	    &plen, NULL);
	if (v == NULL || person_unpack(&r->person, v, plen) != 0)
		return;
	for (i = 0; listed && i < r->person.nopen && r->writes > 0; i++)
		look_pass(r, r->person.open[i].seq, info, rec, since);
	for (i = 0; !listed && i < r->person.natt && r->writes > 0; i++)
		look_refusal(r, r->person.att[i].seq, info, rec, now);
}

/* A card that is listed: by whom was it issued? */
static void
look_card(struct retro *r, const struct list_info *info,
    const struct listrec *rec, const void *value, size_t len)
{
	const struct record_card *c;
	struct card card;

	if (len != RECORD_CARD_KEY)
		return;
	c = state_get(journal_state(r->j), RECORD_CARD, value, len, NULL, NULL);
	if (c == NULL || c->told || journal_read(r->j, c->seq, &r->old) != 0)
		return;
	memcpy(&card.token, value, TOKEN_LEN);
	card.product = c->product;
	report(r, RETRO_HIT, info, rec, &card);
}

/* A phone whose record changed: what did we decide on who gave it? */
static void
look_phone(struct retro *r, const struct list_info *info,
    const struct listrec *rec, int listed, const void *value, size_t len,
    int64_t now)
{
	uint64_t seq[RECORD_SEEN_MAX];
	size_t i, n = len / sizeof(seq[0]);

	if (len % sizeof(seq[0]) != 0 || n > RECORD_SEEN_MAX)
		return;
	memcpy(seq, value, len);
	for (i = 0; i < n && r->writes > 0; i++)
		if (listed)
			look_pass(r, seq[i], info, rec, now - RETRO_WINDOW_MS);
		else
			look_refusal(r, seq[i], info, rec, now);
}

/* Look at one token of a list. */
static void
look(struct retro *r, const struct list *l, const struct listrec *was,
    int64_t now)
{
	const struct list_info *info = list_info(l);
	uint8_t key[RECORD_SEEN_KEY], copy[128];
	struct listrec rec;
	const void *v;
	int listed, rc;
	size_t len;

	record_seen_key(key, (int)info->subject, &was->token);
	v = state_get(journal_state(r->j), RECORD_SEEN, key, sizeof(key), &len,
	    NULL);
	if (v == NULL || len > sizeof(copy))
		return;
	memcpy(copy, v, len);	/* what state_get gave goes with the next one */
	/* As it stands now, not as it stood when this work was noted. */
	if ((rc = list_get(l, &was->token, &rec)) < 0)
		return;
	if (rc == 0) {
		rec = *was;
		rec.category = 0;
	}
	listed = rc > 0 && listing_effective(&rec, now);
	if (rc > 0 && !listed && (listrec_flags(&rec) & LISTREC_CLEARED) == 0)
		return;		/* run out by itself: nothing was withdrawn */
	if (info->subject == LIST_PERSON)
		look_person(r, info, &rec, listed, copy, len, now);
	else if (info->subject == LIST_CARD && listed)
		look_card(r, info, &rec, copy, len);
	else if (info->subject == LIST_PHONE)
		look_phone(r, info, &rec, listed, copy, len, now);
}

/* Go on with what was touched; return the look-ups that are left. */
static unsigned
step_touched(struct retro *r, struct work *w, const struct list *l,
    unsigned n, int64_t now)
{

	while (n > 0 && w->next < w->n) {
		look(r, l, &w->touched[w->next], now);
		n--;
		if (r->writes == 0)
			return (0);	/* the same token again */
		w->next++;
	}
	if (w->next == w->n && w->touched != NULL) {
		free(w->touched);
		w->touched = NULL;
		w->n = w->next = 0;
	}
	return (n);
}

/* Have a bucket's records at hand, and tell whether that cost anything; one that cannot
 * be read has none. */
static unsigned
hold(struct retro *r, const struct list *l, uint32_t bucket)
{
	int64_t n;

	if (r->held == l && r->bucket == bucket)
		return (0);
	n = list_bucket(l, bucket, r->records, BUCKET_MAX);
	r->nrecords = n < 0 ? 0 : n < BUCKET_MAX ? (size_t)n : BUCKET_MAX;
	r->held = l;
	r->bucket = bucket;
	return (1);
}

/* Go on with the whole list. */
static unsigned
step_whole(struct retro *r, struct work *w, const struct list *l, unsigned n,
    int64_t now)
{

	while (n > 0 && w->whole) {
		if (w->bucket >> list_info(l)->bits != 0) {
			w->whole = 0;
			break;
		}
		n -= hold(r, l, w->bucket);
		while (n > 0 && w->at < r->nrecords) {
			look(r, l, &r->records[w->at], now);
			if (r->writes == 0)
				return (0);	/* the same record again */
			w->at++;
			n--;
		}
		if (w->at >= r->nrecords) {
			w->bucket++;
			w->at = 0;
		}
	}
	return (n);
}

/* Do some of what is due. */
int
retro_step(struct retro *r, unsigned n)
{
	const struct list *l;
	int64_t now;
	size_t i;
	int more = 0;

	if (r->nwork == 0 || journal_ready(r->j) != LK_OK)
		return (0);
	now = journal_now(r->j, NULL);
	r->writes = WRITES;
	for (i = 0; i < r->nwork; i++) {
		struct work *w = &r->work[i];

		if (!w->whole && w->n == 0)
			continue;
		if ((l = list_of(r, w)) == NULL) {
			free(w->touched);
			*w = r->work[--r->nwork];
			i--;
			continue;
		}
		n = step_touched(r, w, l, n, now);
		n = step_whole(r, w, l, n, now);
		more |= w->whole || w->n > 0;
	}
	return (more);
}

/* What was found since the start. */
void
retro_counts(const struct retro *r, uint64_t *hits, uint64_t *clears)
{

	*hits = r->hits;
	*clears = r->clears;
}
