#include <stdlib.h>
#include <string.h>

#include "ledger_impl.h"

/* The line of an action. */
static const char *
line(const struct ledger *l, uint32_t serial)
{
	uint64_t at = l->at[serial - 1];

	return (at < l->size ? &l->map[at] : &l->taken[at - l->size]);
}

/* The token of an action. */
void
ledger_token(const struct ledger *l, uint32_t serial, struct token *t)
{

	(void)token_unhex(t, line(l, serial), TOKEN_HEX_LEN);
}

/* An action. */
void
ledger_get(const struct ledger *l, uint32_t serial, struct ledger_entry *e)
{
	const char *p = line(l, serial), *why;

	(void)ledger_line_parse(e, p, strcspn(p, "\n"), NULL, &why);
}

/* Where a token stands, or would: its bytes are as good as random. */
static size_t
place(const struct ledger *l, const struct token *t)
{
	struct token other;
	uint64_t h;
	size_t i;

	memcpy(&h, t->b, sizeof(h));
	for (i = h & (l->nslots - 1); l->slot[i] != 0;
	    i = (i + 1) & (l->nslots - 1)) {
		ledger_token(l, l->slot[i], &other);
		if (memcmp(&other, t, sizeof(other)) == 0)
			break;
	}
	return (i);
}

/* The last action on a token. */
uint32_t
ledger_index_last(const struct ledger *l, const struct token *t)
{

	return (l->nslots == 0 ? 0 : l->slot[place(l, t)]);
}

/* Make the table of tokens larger. */
static int
grow_slots(struct ledger *l, size_t want)
{
	uint32_t *old = l->slot;
	size_t n = l->nslots, i;
	struct token t;

	while (want > l->nslots / 3 * 2)
		l->nslots = l->nslots == 0 ? 64 : l->nslots * 2;
	if (l->nslots == n)
		return (0);
	if ((l->slot = calloc(l->nslots, sizeof(*l->slot))) == NULL) {
		l->slot = old;
		l->nslots = n;
		return (-1);
	}
	for (i = 0; i < n; i++)
		if (old[i] != 0) {
			ledger_token(l, old[i], &t);
			l->slot[place(l, &t)] = old[i];
		}
	free(old);
	return (0);
}

/* Make room. */
int
ledger_index_room(struct ledger *l, size_t n)
{
	size_t cap = l->cap;
	void *p;

	if (n > LEDGER_SERIALS_MAX - l->n)
		return (-1);
	while (cap < l->n + n)
		cap = cap == 0 ? 256 : cap + cap / 2;
	if (cap != l->cap) {
		if ((p = realloc(l->at, cap * sizeof(*l->at))) == NULL)
			return (-1);
		l->at = p;
		if ((p = realloc(l->before, cap * sizeof(*l->before))) == NULL)
			return (-1);
		l->before = p;
		l->cap = cap;
	}
	return (grow_slots(l, l->ntokens + n));
}

/* Index an action. */
void
ledger_index_put(struct ledger *l, const struct token *t, uint64_t at)
{
	size_t i = place(l, t);

	l->at[l->n] = at;
	l->before[l->n] = l->slot[i];
	l->ntokens += l->slot[i] == 0;
	l->slot[i] = (uint32_t)++l->n;
}

/* Forget the last actions: the table is made anew. */
void
ledger_index_cut(struct ledger *l, size_t n)
{
	struct token t;
	size_t i;

	if (l->n == n)
		return;
	memset(l->slot, 0, l->nslots * sizeof(*l->slot));
	l->ntokens = 0;
	l->n = n;
	for (i = 1; i <= n; i++) {
		size_t k;

		ledger_token(l, (uint32_t)i, &t);
		k = place(l, &t);
		l->ntokens += l->slot[k] == 0;
		l->slot[k] = (uint32_t)i;
	}
}
