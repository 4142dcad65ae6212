#include <stdlib.h>
#include <string.h>

#include "plugin.h"
#include "store/entry.h"

#include "report_rules_impl.h"
#include "reporthash.h"

#define HITS_MAX 1024 /* rules of one entry: more than fit its text */

static void rules_close(void *arg);

/* Begin. */
static void *
rules_open(const struct report_options *o)
{
	struct rules_report *x;

	if ((x = calloc(1, sizeof(*x))) == NULL)
		return (NULL);
	x->o = o;
	x->rules = reporthash_new(RULES_ID, sizeof(struct rules_rule));
	x->cases = reporthash_new(sizeof(uint64_t), sizeof(struct rules_case));
	x->named = reporthash_new(sizeof(uint64_t), sizeof(int));
	x->asked = reporthash_new(sizeof(uint64_t),
	    sizeof(struct rules_asked));
	if (x->rules != NULL && x->cases != NULL && x->named != NULL &&
	    x->asked != NULL)
		return (x);
	rules_close(x);
	return (NULL);
}

/* End. */
static void
rules_close(void *arg)
{
	struct rules_report *x = arg;
	size_t i;

	for (i = 0; x->cases != NULL && i < reporthash_count(x->cases); i++)
		free(((struct rules_case *)reporthash_value(x->cases,
		    i))->rule);
	for (i = 0; x->rules != NULL && i < reporthash_count(x->rules); i++)
		free(((struct rules_rule *)reporthash_value(x->rules,
		    i))->took);
	for (i = 0; x->asked != NULL && i < reporthash_count(x->asked); i++)
		rules_forget(reporthash_value(x->asked, i));
	reporthash_free(x->asked);
	reporthash_free(x->rules);
	reporthash_free(x->cases);
	reporthash_free(x->named);
	free(x->bits);
	free(x);
}

/* The rule whose id stands at s; *s moves behind it.  NULL: out of memory. */
static struct rules_rule *
rule(struct rules_report *x, const char **s)
{
	size_t len = strcspn(*s, " "), n = reporthash_count(x->rules);
	char id[RULES_ID] = "";
	struct rules_rule *r;

	memcpy(id, *s, len < sizeof(id) ? len : sizeof(id) - 1);
	*s += len;
	*s += strspn(*s, " ");
	if ((r = reporthash_put(x->rules, id)) != NULL &&
	    reporthash_count(x->rules) > n)
		r->number = (uint32_t)n;
	return (r);
}

/* Read the rules of a text into v behind n, each once; how many then, -1: no memory. */
static int
read_rules(struct rules_report *x, const char *s, uint16_t *v, int n)
{
	struct rules_rule *r;
	int i;

	while (*s != '\0' && n < HITS_MAX) {
		if ((r = rule(x, &s)) == NULL)
			return (-1);
		for (i = 0; i < n && v[i] != r->number; i++)
			;
		if (i == n)
			v[n++] = (uint16_t)r->number;
	}
	return (n);
}

/* Count the rules of a text: what was lifted, or waived. */
static int
count_rules(struct rules_report *x, const char *s, int waived)
{
	struct rules_rule *r;

	while (*s != '\0') {
		if ((r = rule(x, &s)) == NULL)
			return (-1);
		if (waived)
			r->waived++;
		else
			r->lifted++;
	}
	return (0);
}

/* Make room for a bit before the first: a node below may settle an older question. */
static int
room_before(struct rules_report *x, uint64_t first)
{
	size_t n = (size_t)((x->first - first) / 8);
	uint8_t *more;

	if ((more = realloc(x->bits, x->nbits + n)) == NULL)
		return (-1);
	memmove(&more[n], more, x->nbits);
	memset(more, 0, n);
	x->bits = more;
	x->nbits += n;
	x->first = first;
	return (0);
}

/* Note that a decision passed. */
static int
note_passed(struct rules_report *x, uint64_t seq)
{
	const uint64_t first = seq - seq % 8;
	size_t at, room;
	uint8_t *more;

	if (x->nbits == 0)
		x->first = first;
	else if (first < x->first && room_before(x, first) != 0)
		return (-1);
	at = (size_t)((seq - x->first) / 8);
	if (at >= x->nbits) {
		room = 2 * at + 1024;
		if ((more = realloc(x->bits, room)) == NULL)
			return (-1);
		memset(&more[x->nbits], 0, room - x->nbits);
		x->bits = more;
		x->nbits = room;
	}
	x->bits[at] |= (uint8_t)(1u << (seq - x->first) % 8);
	x->passed++;
	return (0);
}

/* Did this decision of the period pass? */
static int
did_pass(const struct rules_report *x, uint64_t seq)
{
	uint64_t at = seq - x->first;

	return (seq >= x->first && at / 8 < x->nbits &&
	    (x->bits[at / 8] >> at % 8 & 1) != 0);
}

/* The applicant asked anew: the old question waits no longer. */
static void
gone(struct rules_report *x, uint64_t seq)
{
	struct rules_case *c = reporthash_get(x->cases, &seq);

	if (c != NULL && c->answer == RULES_OPEN)
		c->answer = RULES_WITHDRAWN;
}

/*
 * All rules of a decision, those with effect first: its own, those of the node above that
 * counted, and ours on the question where a node below decided.  Return how many, *n with
 * effect; -1 when out of memory.
 */
static int
gather(struct rules_report *x, const struct entry *e, uint16_t *v, int *n)
{
	struct rules_asked *a = reporthash_get(x->asked, &e->seq);
	int m;

	if (a != NULL && a->hits == NULL)
		a = NULL;
	if (count_rules(x, e->lifted, 0) != 0 ||
	    count_rules(x, e->waived, 1) != 0 ||
	    (a != NULL && (count_rules(x, a->lifted, 0) != 0 ||
	    count_rules(x, a->waived, 1) != 0)))
		return (-1);
	if ((m = read_rules(x, e->hits, v, 0)) < 0 ||
	    (m = read_rules(x, e->up_hits, v, m)) < 0 ||
	    (a != NULL && (m = read_rules(x, a->hits, v, m)) < 0))
		return (-1);
	*n = m;
	if ((m = read_rules(x, e->shadow, v, m)) < 0 ||
	    (a != NULL && (m = read_rules(x, a->shadow, v, m)) < 0))
		return (-1);
	if (a != NULL)
		rules_forget(a);
	return (m);
}

/* A check. */
static int
decision(struct rules_report *x, const struct entry *e)
{
	uint16_t v[HITS_MAX];
	struct rules_case *c;
	int n, m;

	if ((e->flags & ENTRY_F_DRY) != 0)
		return (0);
	if (e->superseded != 0)
		gone(x, e->superseded);
	if (!reportkind_within(x->o, reportkind_told(e)) ||
	    !reportkind_wanted(x->o, e))
		return (0);
	x->decisions++;
	if ((e->decision == LK_PASS || e->decision == LK_LIMIT) &&
	    note_passed(x, e->seq) != 0)
		return (-1);
	if ((m = gather(x, e, v, &n)) <= 0)
		return (m);
	if ((c = reporthash_put(x->cases, &e->seq)) == NULL ||
	    (c->rule = malloc((size_t)m * sizeof(v[0]))) == NULL)
		return (-1);
	memcpy(c->rule, v, (size_t)m * sizeof(v[0]));
	c->neffect = (uint16_t)n;
	c->nshadow = (uint16_t)(m - n);
	c->decision = (uint8_t)e->decision;
	c->t = reportkind_told(e);
	c->expires = e->expires;
	return (0);
}

/* A step in a review. */
static void
review(struct rules_report *x, const struct entry *e)
{
	struct rules_case *c = reporthash_get(x->cases, &e->ref);

	if (c == NULL)
		return;
	if (c->decision == LK_REJECT) {
		c->overridden |= e->code == REVIEW_APPROVE;
		return;
	}
	if (c->answer != RULES_OPEN)
		return;
	if (e->code == REVIEW_APPROVE || e->code == REVIEW_DENY) {
		c->answer = e->code == REVIEW_APPROVE ? RULES_APPROVED :
		    RULES_DENIED;
		c->answered = reportkind_told(e);
	} else if (e->code == REVIEW_TIMEOUT)
		c->answer = RULES_TIMEOUT;
	else if (e->code == REVIEW_CLOSE)
		c->answer = RULES_WITHDRAWN;
}

/* A list, or a closing, named whom we decided on. */
static int
named(struct rules_report *x, uint64_t seq)
{
	struct rules_case *c = reporthash_get(x->cases, &seq);

	if (c != NULL)
		c->named = 1;
	return (did_pass(x, seq) && reporthash_put(x->named, &seq) == NULL ?
	    -1 : 0);
}

/* A card was issued. */
static void
issued(struct rules_report *x, const struct entry *e)
{
	struct rules_case *c = reporthash_get(x->cases, &e->ref);

	if (c != NULL && (e->flags & (ENTRY_F_OVERRIDE |
	    ENTRY_F_AFTER_CANCEL)) != 0)
		c->overridden = 1;
}

/* An entry. */
static int
rules_entry(void *arg, const struct entry *e)
{
	struct rules_report *x = arg;

	x->last = e->t;
	switch (e->kind) {
	case ENTRY_DECISION:
		return (decision(x, e));
	case ENTRY_REVIEW:
		review(x, e);
		return (0);
	case ENTRY_CANCEL:
	case ENTRY_VOID:
		gone(x, e->ref);
		return (0);
	case ENTRY_CONFIRM:
	case ENTRY_MERGE:
		issued(x, e);
		return (0);
	case ENTRY_RETIRE:
		return (e->code == LK_RETIRE_INVOLVED ? named(x, e->ref) : 0);
	case ENTRY_RETRO:
		return (e->code == RETRO_HIT ? named(x, e->ref) : 0);
	default:
		return (0);
	}
}

/* Say what was found. */
static int
rules_finish(void *arg, struct report *r)
{

	return (rules_tell(arg, r));
}

const struct report_kind report_rules = {
	.name = "rules",
	.zh = "规则效果",
	.en = "What the rules did",
	.back = 0,
	.ahead = REPORTKIND_ALL,
	.open = rules_open,
	.entry = rules_entry,
	.asked = rules_asked,
	.finish = rules_finish,
	.close = rules_close,
};
