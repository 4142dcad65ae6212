#include <stdio.h>
#include <string.h>

#include "engine/person.h"
#include "keys/hex.h"

#include "apply_impl.h"
#include "entry.h"
#include "listrec.h"
#include "names.h"
#include "records.h"
#include "state.h"

/* Put one record of a list or of the floors. */
static void
put_list(struct apply *a, const struct entry *e, const char *id)
{
	struct record_list *l;
	size_t len = strlen(id);

	if (len == 0 || len >= LIST_ID_MAX ||
	    !state_fresh(a->s, RECORD_LIST, id, len, e->seq))
		return;
	l = state_put(a->s, RECORD_LIST, id, len, e->seq, sizeof(*l));
	if (l == NULL) {
		a->failed = 1;
		return;
	}
	memset(l, 0, sizeof(*l));
	l->t = e->t;
	l->version = e->list_version;
	l->count = e->count;
	(void)sscanf(e->meta, "%u.%u.%u.%u", &l->root, &l->timestamp,
	    &l->snapshot, &l->targets);
	if (strlen(e->hash) == 64)
		(void)hex_decode(l->hash, e->hash, 32);
}

/* A list came into force, by metadata that is a floor from now on. */
void
apply_list(struct apply *a, const struct entry *e)
{

	put_list(a, e, e->list);
	put_list(a, e, "*");
}

/* A policy came into force, maybe by signed metadata. */
void
apply_policy(struct apply *a, const struct entry *e)
{
	uint8_t *hash;

	if (e->meta[0] != '\0')
		put_list(a, e, "*");
	if (strlen(e->hash) != 64 ||
	    !state_fresh(a->s, RECORD_CLOCK, "policy", 6, e->seq))
		return;
	if ((hash = state_put(a->s, RECORD_CLOCK, "policy", 6, e->seq,
	    32)) == NULL)
		a->failed = 1;
	else
		(void)hex_decode(hash, e->hash, 32);
}

/* Remember whose a list token is: written once, so that most checks cost a look. */
static void
seen(struct apply *a, const struct entry *e, int subject,
    const struct token *t, const void *value, size_t len)
{
	uint8_t key[RECORD_SEEN_KEY];
	const void *old;
	size_t oldlen;
	void *v;

	record_seen_key(key, subject, t);
	if (!state_fresh(a->s, RECORD_SEEN, key, sizeof(key), e->seq))
		return;
	old = state_get(a->s, RECORD_SEEN, key, sizeof(key), &oldlen, NULL);
	if (old != NULL && oldlen == len && memcmp(old, value, len) == 0)
		return;
	if ((v = state_put(a->s, RECORD_SEEN, key, sizeof(key), e->seq,
	    len)) == NULL)
		a->failed = 1;
	else
		memcpy(v, value, len);
}

/* Remember the decision among those that named a phone, newest last. */
static void
seen_phone(struct apply *a, const struct entry *e)
{
	uint64_t list[RECORD_SEEN_MAX];
	uint8_t key[RECORD_SEEN_KEY];
	const void *old;
	size_t len, n = 0;
	void *v;

	record_seen_key(key, LIST_PHONE, &e->lphone);
	if (!state_fresh(a->s, RECORD_SEEN, key, sizeof(key), e->seq))
		return;
	old = state_get(a->s, RECORD_SEEN, key, sizeof(key), &len, NULL);
	if (old != NULL && len % 8 == 0 && len <= sizeof(list)) {
		memcpy(list, old, len);
		n = len / 8;
	}
	if (n == RECORD_SEEN_MAX)
		memmove(&list[0], &list[1], --n * sizeof(list[0]));
	list[n++] = e->seq;
	if ((v = state_put(a->s, RECORD_SEEN, key, sizeof(key), e->seq,
	    n * sizeof(list[0]))) == NULL)
		a->failed = 1;
	else
		memcpy(v, list, n * sizeof(list[0]));
}

/* The list tokens of a decision, or of an opening told from elsewhere. */
void
apply_seen(struct apply *a, const struct entry *e)
{

	if (e->list_epoch == 0 || (e->flags & ENTRY_F_DRY) != 0)
		return;
	if (e->subject == 0 && entry_token_set(&e->lperson))
		seen(a, e, LIST_PERSON, &e->lperson, &e->person,
		    sizeof(e->person));
	if (entry_token_set(&e->lphone))
		seen_phone(a, e);
}

/* The list token of a card that was issued. */
void
apply_seen_card(struct apply *a, const struct entry *e, uint32_t inst)
{
	uint8_t key[RECORD_CARD_KEY];

	if (e->list_epoch == 0 || !entry_token_set(&e->lcard) ||
	    !entry_token_set(&e->card))
		return;
	record_card_key(key, &e->card, inst);
	seen(a, e, LIST_CARD, &e->lcard, key, sizeof(key));
}

/* A further head of a campaign, or one for whom there was no room. */
void
apply_campaign(struct apply *a, const struct entry *e)
{
	struct record_campaign *c, was = { 0, 0 };
	const struct record_campaign *old;
	uint8_t key[RECORD_HASH_KEY], *mark;
	size_t n = strlen(e->campaign);

	if (n == 0 || (e->flags & ENTRY_F_DRY) != 0 ||
	    (e->flags & (ENTRY_F_HEAD | ENTRY_F_FULL)) == 0)
		return;
	if (state_fresh(a->s, RECORD_CAMPAIGN, e->campaign, n, e->seq)) {
		old = state_get(a->s, RECORD_CAMPAIGN, e->campaign, n, NULL,
		    NULL);
		if (old != NULL)
			was = *old;
		if ((e->flags & ENTRY_F_HEAD) != 0)
			was.heads++;
		if ((e->flags & ENTRY_F_FULL) != 0 && was.full == 0)
			was.full = e->t;
		if ((c = state_put(a->s, RECORD_CAMPAIGN, e->campaign, n,
		    e->seq, sizeof(*c))) == NULL)
			a->failed = 1;
		else
			*c = was;
	}
	if ((e->flags & ENTRY_F_HEAD) == 0)
		return;
	record_head_key(key, e->campaign, apply_whose(e));
	if (!state_fresh(a->s, RECORD_HEAD, key, sizeof(key), e->seq))
		return;
	if ((mark = state_put(a->s, RECORD_HEAD, key, sizeof(key), e->seq,
	    1)) == NULL)
		a->failed = 1;
	else
		*mark = 1;
}

/* A card was reported: not once more. */
static void
told_card(struct apply *a, const struct entry *e)
{
	uint32_t inst = apply_intern(a, e, NAME_INST, "", e->inst);
	uint8_t key[RECORD_CARD_KEY];
	struct record_card *c;
	size_t len;

	record_card_key(key, &e->card, inst);
	if (!state_fresh(a->s, RECORD_CARD, key, sizeof(key), e->seq) ||
	    state_get(a->s, RECORD_CARD, key, sizeof(key), &len, NULL) == NULL)
		return;
	c = state_put(a->s, RECORD_CARD, key, sizeof(key), e->seq, len);
	if (c == NULL)
		a->failed = 1;
	else
		c->told = 1;
}

/* What was refused by an entry since withdrawn is held against nobody. */
static void
unattempt(struct apply *a, const struct entry *e)
{
	struct person *p = apply_person(a, e);

	if (p == NULL)
		return;
	person_unattempt(p, e->ref);
	apply_person_done(a, e);
}

/* Somebody was reported: not once more. */
void
apply_retro(struct apply *a, const struct entry *e)
{
	struct record_decision *d;

	if (entry_token_set(&e->card)) {
		told_card(a, e);
		return;
	}
	if (e->code == RETRO_CLEAR && e->ref != 0)
		unattempt(a, e);
	if (e->code == RETRO_ABOVE || e->ref == 0)
		return;
	if ((d = apply_decision_of(a, e, e->ref)) != NULL)
		d->flags |= e->code == RETRO_HIT ? DECISION_RETRO_HIT :
		    DECISION_RETRO_CLEAR;
}
