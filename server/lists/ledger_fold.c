#include <stdlib.h>
#include <string.h>

#include "engine/category.h"

#include "ledger_impl.h"

/* How many actions there are. */
uint64_t
ledger_count(const struct ledger *l)
{

	return (l->n);
}

/* The last action on a token. */
int
ledger_find(const struct ledger *l, const struct token *t,
    struct ledger_entry *e)
{
	uint32_t s = ledger_index_last(l, t);

	if (s == 0)
		return (0);
	ledger_get(l, s, e);
	return (1);
}

/* The action of a serial number. */
int
ledger_serial(const struct ledger *l, uint64_t n, struct ledger_entry *e)
{

	if (n == 0 || n > l->n)
		return (0);
	ledger_get(l, (uint32_t)n, e);
	return (1);
}

/* Every action on a token: the chain runs backwards, people read forwards. */
int
ledger_history(const struct ledger *l, const struct token *t,
    int (*each)(void *arg, const struct ledger_entry *e), void *arg)
{
	uint32_t s = ledger_index_last(l, t), *all;
	struct ledger_entry e;
	size_t n = 0, i;
	int rc = 0;

	for (i = s; i != 0; i = l->before[i - 1])
		n++;
	if (n == 0)
		return (0);
	if ((all = calloc(n, sizeof(*all))) == NULL)
		return (-1);
	for (i = n; s != 0; s = l->before[s - 1])
		all[--i] = s;
	for (i = 0; i < n && rc == 0; i++) {
		ledger_get(l, all[i], &e);
		rc = each(arg, &e);
	}
	free(all);
	return (rc);
}

/*
 * The action that counts on a day: the last, but an add whose day is still to come
 * leaves in force what stood before it.
 */
static int
in_force(const struct ledger *l, uint32_t s, int32_t day,
    struct ledger_entry *e)
{

	for (; s != 0; s = l->before[s - 1]) {
		ledger_get(l, s, e);
		if (e->action == LEDGER_REMOVE)
			return (0);
		if (e->action == LEDGER_CLEAR)
			return (1);
		if (e->from <= day)
			return (e->until == 0 || e->until >= day);
	}
	return (0);
}

/* What stands on a list on a day, one action for each token. */
int
ledger_each(const struct ledger *l, int32_t day,
    int (*each)(void *arg, const struct ledger_entry *e), void *arg)
{
	struct ledger_entry e;
	struct token t;
	uint32_t s;
	int rc = 0;

	for (s = 1; s <= l->n && rc == 0; s++) {
		ledger_token(l, s, &t);
		if (ledger_index_last(l, &t) == s && in_force(l, s, day, &e))
			rc = each(arg, &e);
	}
	return (rc);
}

/* The record of an action in force. */
static void
record(struct listrec *r, const struct ledger_entry *e)
{

	memset(r, 0, sizeof(*r));
	r->token = e->token;
	if (e->action == LEDGER_CLEAR) {
		r->flags[0] = LISTREC_CLEARED;
		return;
	}
	r->category = (uint8_t)e->category;
	r->severity = (uint8_t)category_severity(e->category);
	r->expiry[0] = (uint8_t)e->until;
	r->expiry[1] = (uint8_t)(e->until >> 8);
	r->source[0] = (uint8_t)e->basis;
	r->source[1] = (uint8_t)(e->basis >> 8);
}

/* Order by token. */
static int
by_token(const void *a, const void *b)
{

	return (memcmp(((const struct listrec *)a)->token.b,
	    ((const struct listrec *)b)->token.b, TOKEN_LEN));
}

/* Fold. */
int
ledger_fold(const struct ledger *l, int32_t day, struct listrec **r, size_t *n)
{
	struct ledger_entry e;
	size_t i;

	*n = 0;
	if ((*r = malloc((l->ntokens + 1) * sizeof(**r))) == NULL)
		return (-1);
	for (i = 0; i < l->nslots; i++)
		if (l->slot[i] != 0 && in_force(l, l->slot[i], day, &e))
			record(&(*r)[(*n)++], &e);
	qsort(*r, *n, sizeof(**r), by_token);
	return (0);
}
