#include <string.h>

#include "keys/token.h"
#include "store/entry.h"

#include "logwant.h"

/* Is a wanted text that of the entry? */
static int
same(const char *want, const char *have)
{

	return (want == NULL || strcmp(want, have) == 0);
}

/* Is a rule among the hits? */
static int
hit(const char *rule, const char *hits)
{
	size_t n = strlen(rule), len;

	for (; *hits != '\0'; hits += len + (hits[len] == ' ')) {
		len = strcspn(hits, " ");
		if (len == n && memcmp(hits, rule, n) == 0)
			return (1);
	}
	return (0);
}

/* Is the entry about one of these persons? */
static int
of_person(const struct logwant *w, const struct entry *e)
{
	size_t i;

	for (i = 0; i < w->ntokens; i++)
		if (token_equal(&w->tokens[i], &e->person) ||
		    token_equal(&w->tokens[i], &e->agent_person) ||
		    token_equal(&w->tokens[i], &e->prev))
			return (1);
	return (w->ntokens == 0);
}

/* Is the entry wanted? */
int
logwant_fits(const struct logwant *w, const struct entry *e)
{

	if (w->about != 0 && e->seq != w->about && e->ref != w->about)
		return (0);
	if (w->decision != LOGWANT_ANY && ((e->kind != ENTRY_DECISION &&
	    e->kind != ENTRY_SETTLE) || e->decision != w->decision))
		return (0);
	if (w->rule != NULL && !hit(w->rule, e->hits))
		return (0);
	if ((w->since != 0 && e->t < w->since) ||
	    (w->until != 0 && e->t >= w->until))
		return (0);
	if (w->no_heartbeats && e->kind == ENTRY_HEARTBEAT)
		return (0);
	return (of_person(w, e) && (w->kind == LOGWANT_ANY || e->kind == w->kind) &&
	    same(w->txn, e->txn) && same(w->inst, e->inst) &&
	    same(w->outlet, e->outlet) && same(w->teller, e->teller));
}
