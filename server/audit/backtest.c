#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/policy.h"

#include "backtest_impl.h"

#define OVERLAY ((uint64_t)1 << 30)

/* The rules of the new policy, with room for those of older ones. */
static int
make_rules(struct backtest *b)
{
	const struct policy *p = b->o.policy;
	size_t i;

	b->nrules = policy_rules(p);
	b->cap = b->nrules + BACKTEST_OLD_RULES;
	if ((b->rule = calloc(b->cap, sizeof(b->rule[0]))) == NULL)
		return (-1);
	for (i = 0; i < b->nrules; i++) {
		(void)snprintf(b->rule[i].id, sizeof(b->rule[i].id), "%s",
		    policy_rule_id(p, (int)i));
		b->rule[i].rule = (int)i;
		b->rule[i].shadow = policy_rule_shadow(p, (int)i);
	}
	return (0);
}

/* Begin. */
struct backtest *
backtest_open(const struct backtest_options *o, char *err)
{
	struct backtest *b;

	snprintf(err, BACKTEST_ERROR_MAX, "out of memory");
	if ((b = calloc(1, sizeof(*b))) == NULL)
		return (NULL);
	b->o = *o;
	if (b->o.until == 0)
		b->o.until = INT64_MAX;
	if (b->o.overlay_bytes == 0)
		b->o.overlay_bytes = OVERLAY;
	b->nfacts = policy_facts(o->policy, &b->fact);
	if (make_rules(b) != 0 || (b->outlet = tally_new()) == NULL ||
	    (b->area4 = tally_new()) == NULL ||
	    (b->area6 = tally_new()) == NULL || scratch_open(&b->scratch,
	    b->o.tmp, b->o.overlay_bytes, err) != 0) {
		backtest_close(b);
		return (NULL);
	}
	return (b);
}

/* Free it. */
void
backtest_close(struct backtest *b)
{
	struct backtest_policy *p;
	size_t i;

	if (b == NULL)
		return;
	while ((p = b->policies) != NULL) {
		b->policies = p->next;
		free(p);
	}
	for (i = 0; i < b->nrules && b->rule != NULL; i++)
		crowd_free(&b->rule[i].people);
	free(b->rule);
	crowd_free(&b->n.people);
	crowd_free(&b->n.held);
	crowd_free(&b->n.released);
	tally_free(b->outlet);
	tally_free(b->area4);
	tally_free(b->area6);
	scratch_close(&b->scratch);
	free(b);
}

/* Fetch and compile the policy that the entry names, for what its facts were. */
static void
load_policy(struct backtest *b, struct backtest_policy *p)
{
	struct policy *policy;
	size_t len;
	char *text;

	text = b->o.file != NULL ? b->o.file(b->o.arg, p->hash, &len) : NULL;
	if (text == NULL)
		return;
	policy = policy_compile(p->hash, text, len, NULL);
	free(text);
	if (policy == NULL)
		return;
	backtest_known(p, policy, b->fact, b->nfacts);
	policy_free(policy);
}

/* A policy comes into force. */
static int
enact(struct backtest *b)
{
	struct backtest_policy *p;

	for (p = b->policies; p != NULL; p = p->next)
		if (strcmp(p->hash, b->e.hash) == 0)
			break;
	if (p == NULL) {
		if ((p = calloc(1, sizeof(*p))) == NULL)
			return (-1);
		memcpy(p->hash, b->e.hash, sizeof(p->hash));
		p->next = b->policies;
		b->policies = p;
		load_policy(b, p);
	}
	b->now = p;
	return (0);
}

/* A decision: decide it by the new policy, when it is one that counts. */
static int
decision(struct backtest *b)
{
	const struct entry *e = &b->e;
	struct verdict v;
	int64_t age;
	int cleared;

	if (e->t < b->o.since || e->t >= b->o.until)
		return (0);
	if (e->from_seq != 0) {
		b->n.told++;
		return (0);
	}
	if ((e->flags & ENTRY_F_DRY) != 0) {
		b->n.dry++;
		return (0);
	}
	if ((e->flags & ENTRY_F_SANDBOX) != 0 &&
	    strcmp(e->reason, "SANDBOX") == 0) {
		b->n.sandbox++;
		return (0);
	}
	if (b->now == NULL || b->now->nfacts != e->nfacts)
		b->n.orphans++;
	if ((cleared = backtest_decide(b, &v, &age)) < 0)
		return (-1);
	backtest_count(b, &v, age, cleared);
	return (0);
}

/* Take the next entry. */
int
backtest_entry(struct backtest *b, const char *text, size_t len, uint64_t seq,
    char *err)
{
	size_t where = 0;

	if (entry_parse(&b->e, text, len, &where) != 0 || b->e.seq != seq) {
		snprintf(err, BACKTEST_ERROR_MAX, "entry %" PRIu64 " is not "
		    "well-formed at its byte %zu", seq, where);
		return (-1);
	}
	if (!sequence_follows(&b->sequence, &b->e) || (b->last == 0 &&
	    seq != 1)) {
		snprintf(err, BACKTEST_ERROR_MAX, "entries %" PRIu64 " to %"
		    PRIu64 " are not there: %s", b->last + 1, seq - 1,
		    b->last != 0 ? "verify the log" : "a backtest needs the "
		    "whole journal, whatever it is since");
		return (-1);
	}
	b->n.entries++;
	if (b->e.kind == ENTRY_POLICY && enact(b) != 0) {
		snprintf(err, BACKTEST_ERROR_MAX, "out of memory");
		return (-1);
	}
	if (b->e.kind == ENTRY_DECISION && decision(b) != 0) {
		snprintf(err, BACKTEST_ERROR_MAX, "entry %" PRIu64 ": the "
		    "applicant's record cannot be read", seq);
		return (-1);
	}
	if (scratch_fold(&b->scratch, &b->e, err) != 0)
		return (-1);
	b->last = seq;
	sequence_take(&b->sequence, &b->e);
	return (0);
}

/* What came of it. */
const struct backtest_result *
backtest_result(const struct backtest *b)
{

	return (&b->n);
}

/* By rule. */
const struct backtest_rule *
backtest_rules(const struct backtest *b, size_t *n)
{

	*n = b->nrules;
	return (b->rule);
}

/* By outlet. */
struct tally *
backtest_outlets(struct backtest *b)
{

	return (b->outlet);
}

/* By area. */
struct tally *
backtest_areas(struct backtest *b, int digits)
{

	return (digits == 4 ? b->area4 : b->area6);
}
