#include <stdlib.h>
#include <string.h>

#include "plugin.h"

#include "engine/person.h"

#include "apply_impl.h"
#include "entry.h"
#include "names.h"
#include "origin.h"
#include "records.h"
#include "state.h"
#include "subject.h"

/* Journal time in whole seconds. */
uint32_t
apply_seconds(int64_t ms)
{

	return ((uint32_t)(ms / 1000));
}

/* When the thing happened: `at` where it differs from `t`. */
uint32_t
apply_happened(const struct entry *e)
{

	return (apply_seconds(e->at != 0 ? e->at : e->t));
}

/* Whose record an entry is about. */
const struct token *
apply_whose(const struct entry *e)
{

	return (subject_token(e));
}

/* Intern a name of the entry. */
uint32_t
apply_intern(struct apply *a, const struct entry *e, int class, const char *scope,
    const char *name)
{
	uint32_t id;

	id = names_intern(a->names, a->s, e->seq, class, scope, name);
	if (id == 0)
		a->failed = 1;
	return (id);
}

/* Unpack the person's record for change, or NULL when it has the effect. */
struct person *
apply_person(struct apply *a, const struct entry *e)
{
	const struct token *t = apply_whose(e);
	const void *v;
	size_t len;

	if (!state_fresh(a->s, RECORD_PERSON, t->b, TOKEN_LEN, e->seq))
		return (NULL);
	v = state_get(a->s, RECORD_PERSON, t->b, TOKEN_LEN, &len, NULL);
	if (person_unpack(&a->person, v, len) != 0) {
		a->failed = 1;
		return (NULL);
	}
	person_prune(&a->person, apply_seconds(e->t));
	return (&a->person);
}

/* Store the person's record. */
void
apply_person_done(struct apply *a, const struct entry *e)
{
	const struct token *t = apply_whose(e);
	void *v;

	v = state_put(a->s, RECORD_PERSON, t->b, TOKEN_LEN, e->seq,
	    person_packed(&a->person));
	if (v == NULL)
		a->failed = 1;
	else
		person_pack(&a->person, v);
}

/* Return a decision's record for change; NULL when there is nothing to do. */
struct record_decision *
apply_decision_of(struct apply *a, const struct entry *e, uint64_t seq)
{
	uint8_t key[8];
	size_t len;
	void *v;

	record_seq_key(key, seq);
	if (!state_fresh(a->s, RECORD_DECISION, key, 8, e->seq) ||
	    state_get(a->s, RECORD_DECISION, key, 8, &len, NULL) == NULL)
		return (NULL);
	if ((v = state_put(a->s, RECORD_DECISION, key, 8, e->seq, len)) == NULL)
		a->failed = 1;
	return (v);
}

/* A decision: the transaction that asked for it. */
void
apply_txn(struct apply *a, const struct entry *e, uint32_t state)
{
	uint8_t key[RECORD_HASH_KEY];
	struct record_txn *x;

	record_txn_key(key, e->from, e->inst, e->txn,
	    (e->flags & ENTRY_F_DRY) != 0);
	if (!state_fresh(a->s, RECORD_TXN, key, sizeof(key), e->seq))
		return;
	x = state_put(a->s, RECORD_TXN, key, sizeof(key), e->seq, sizeof(*x));
	if (x == NULL) {
		a->failed = 1;
		return;
	}
	x->digest = e->digest;
	x->seq = e->seq;
	x->t = e->t;
	x->state = state;
	x->epoch = e->epoch;
}

/* Which token key the record of keys in force names first. */
void
apply_token_key(char out[40], const char *keys)
{
	static const char word[] = "token ";
	size_t n;

	memset(out, 0, 40);
	if (strncmp(keys, word, sizeof(word) - 1) != 0)
		return;
	keys += sizeof(word) - 1;
	n = strcspn(keys, " ");
	memcpy(out, keys, n < 40 ? n : 39);
}

/* A start: the anchor of the clock, and the key that tokens are made with. */
static void
apply_start(struct apply *a, const struct entry *e)
{
	struct record_clock *c;

	if (!state_fresh(a->s, RECORD_CLOCK, "start", 5, e->seq))
		return;
	c = state_put(a->s, RECORD_CLOCK, "start", 5, e->seq, sizeof(*c));
	if (c == NULL) {
		a->failed = 1;
		return;
	}
	c->t = e->t;
	c->uptime = e->uptime;
	memcpy(c->boot, e->boot, sizeof(c->boot));
	apply_token_key(c->token, e->keys);
}

/* A new log: what entries go to from now on.  Its name ends with <year>.<n>. */
static void
apply_log(struct apply *a, const struct entry *e)
{
	struct record_log *l;
	int year, n;

	if (!state_fresh(a->s, RECORD_CLOCK, "log", 3, e->seq))
		return;
	l = state_put(a->s, RECORD_CLOCK, "log", 3, e->seq, sizeof(*l));
	if (l == NULL) {
		a->failed = 1;
		return;
	}
	memset(l, 0, sizeof(*l));
	l->base = e->base;
	if (origin_parse(e->log, &year, &n) == 0) {
		l->year = year;
		l->n = n;
	}
	memcpy(l->origin, e->log, strnlen(e->log, sizeof(l->origin) - 1));
}

/* Make an applier. */
struct apply *
apply_open(struct state *s)
{
	struct apply *a;

	if ((a = calloc(1, sizeof(*a))) == NULL)
		return (NULL);
	a->s = s;
	if ((a->names = names_load(s)) == NULL) {
		free(a);
		return (NULL);
	}
	return (a);
}

/* Free an applier. */
void
apply_close(struct apply *a)
{

	if (a == NULL)
		return;
	names_free(a->names);
	free(a);
}

/* Return the interned names. */
struct names *
apply_names(struct apply *a)
{

	return (a->names);
}

/* Apply one entry. */
int
apply_entry(struct apply *a, const struct entry *e, const uint8_t leaf[32])
{
	struct record_decision *d;

	switch (e->kind) {
	case ENTRY_DECISION:
		apply_decision(a, e, leaf);
		break;
	case ENTRY_CONFIRM:
	case ENTRY_MERGE:
		apply_confirm(a, e);
		break;
	case ENTRY_CANCEL:
	case ENTRY_VOID:
		apply_withdraw(a, e);
		break;
	case ENTRY_RETIRE:
		apply_closing(a, e);
		break;
	case ENTRY_INTAKE:
		if (e->code == INTAKE_CLOSE)
			apply_closing(a, e);
		else if (e->code == INTAKE_OPEN)
			apply_told(a, e);
		break;
	case ENTRY_REVIEW:
		apply_review(a, e);
		break;
	case ENTRY_REPORT:
		if (e->ref != 0 && (d = apply_decision_of(a, e, e->ref)) != NULL)
			d->flags |= DECISION_REPORTED;
		break;
	case ENTRY_START:
		apply_start(a, e);
		break;
	case ENTRY_LOG:
		apply_log(a, e);
		break;
	case ENTRY_LIST:
		apply_list(a, e);
		break;
	case ENTRY_POLICY:
		apply_policy(a, e);
		break;
	case ENTRY_RETRO:
		apply_retro(a, e);
		break;
	case ENTRY_ALERT:
		apply_alert_step(a, e);
		break;
	case ENTRY_LINK:
		apply_link(a, e);
		break;
	case ENTRY_SETTLE:
		apply_settle(a, e);
		break;
	case ENTRY_NODE:
		apply_node(a, e);
		break;
	default:
		break;
	}
	apply_alert(a, e);
	apply_told_by(a, e);
	if (state_applied(a->s, e->seq) != 0)
		a->failed = 1;
	return (a->failed ? -1 : 0);
}
