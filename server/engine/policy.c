/*
 * Reading a compiled policy.
 */
#include <string.h>

#include "plugin.h"

#include "person.h"
#include "policy_names.h"
#include "policy_rule.h"

/* The bytes of a value in an entry, with its comma. */
#define FLAG_BYTES	2
#define LIST_BYTES	4	/* a category is one byte */
#define CODE_BYTES	4	/* up to 999; no request with an unknown code is taken */

/* Items of all openings of a record, whatever each holds, and those told as held. */
#define ITEMS		(PERSON_OPENINGS * UINT16_MAX + 10000)

/* The facts, in slot order. */
size_t
policy_facts(const struct policy *p, const struct policy_fact **facts)
{

	*facts = p->fact;
	return (p->nfacts);
}

/* The number of an institution in the policy's own table. */
int
policy_institution_code(const struct policy *p, const char *id)
{
	size_t i;

	for (i = 0; i < p->nnames; i++) {
		if (strcmp(p->name[i], id) == 0)
			return ((int)i + 1);
	}
	return (0);
}

/* The lists that it asks for. */
size_t
policy_lists(const struct policy *p, const char *const **ids)
{

	*ids = p->list;
	return (p->nlists);
}

/* Does it count items?  Then hi is what is likely, and no bound. */
static int
items(int fn)
{

	return (fn == POLICY_CARDS || fn == POLICY_BANK || fn == POLICY_SIM ||
	    fn == POLICY_ACCOUNTS || fn == POLICY_HELD);
}

/* The bytes of a fact in an entry at its worst, with its comma. */
static size_t
fact_bytes(const struct policy_fact *f)
{
	const struct policy_fn_info *i = policy_names_of(f->fn);
	size_t n = 2;
	int32_t v;

	if (f->list != NULL)
		return (LIST_BYTES);
	if (i == NULL || i->type == POLICY_TYPE_FLAG)
		return (FLAG_BYTES);
	if (i->type >= POLICY_TYPE_CHOICE)
		return (CODE_BYTES);
	for (v = items(f->fn) ? ITEMS : i->hi; v >= 10; v /= 10)
		n++;
	return (n);
}

/* What facts and hits take in a journal entry at their worst. */
size_t
policy_worst_bytes(const struct policy *p)
{
	size_t i, n = 0;

	for (i = 0; i < p->nfacts; i++)
		n += fact_bytes(&p->fact[i]);
	/* A rule is in one of the four lists at most, with one separator. */
	for (i = 0; i < p->nrules; i++)
		n += strlen(p->rule[i].id) + 1;
	return (n);
}

/* How many rules there are. */
size_t
policy_rules(const struct policy *p)
{

	return (p->nrules);
}

/* Find a rule by its name. */
int
policy_rule_find(const struct policy *p, const char *id)
{
	size_t i;

	for (i = 0; i < p->nrules; i++) {
		if (strcmp(p->rule[i].id, id) == 0)
			return ((int)i);
	}
	return (POLICY_NO_RULE);
}

/* A rule's name. */
const char *
policy_rule_id(const struct policy *p, int rule)
{

	return (p->rule[rule].id);
}

/* A rule's reason code. */
const char *
policy_rule_reason(const struct policy *p, int rule)
{

	return (p->rule[rule].reason);
}

/* A rule's condition, as written. */
const char *
policy_rule_when(const struct policy *p, int rule)
{

	return (p->rule[rule].when);
}

/* A rule's class. */
enum policy_class
policy_rule_class(const struct policy *p, int rule)
{

	return ((enum policy_class)p->rule[rule].class);
}

/* What a rule asks for when it hits. */
int32_t
policy_rule_then(const struct policy *p, int rule)
{

	return (p->rule[rule].then);
}

/* Who may clear a rule's review. */
int32_t
policy_rule_by(const struct policy *p, int rule)
{

	return (p->rule[rule].by);
}

/* What a rule's review needs. */
uint32_t
policy_rule_needs(const struct policy *p, int rule)
{

	return (p->rule[rule].needs);
}

/* Whom a rule's hit is told. */
enum policy_notify
policy_rule_notify(const struct policy *p, int rule)
{

	return ((enum policy_notify)p->rule[rule].notify);
}

/* May a clearance lift a rule? */
int
policy_rule_clearable(const struct policy *p, int rule)
{

	return (p->rule[rule].clearable);
}

/* Is a rule on trial? */
int
policy_rule_shadow(const struct policy *p, int rule)
{

	return (p->rule[rule].shadow);
}

/* Does a rule only tell somebody? */
int
policy_rule_tells(const struct policy *p, int rule)
{

	return (p->rule[rule].then == LK_PASS && !p->rule[rule].shadow);
}

/* May a campaign lift a rule? */
int
policy_waivable(const struct policy *p, int rule)
{

	return (p->rule[rule].campaign);
}

/* The version that the policy gives itself. */
const char *
policy_version(const struct policy *p)
{

	return (p->version);
}

/* How long a reservation lasts. */
int64_t
policy_reservation_ttl(const struct policy *p)
{

	return (p->reservation_ms / 1000);
}

/* How long an open review lasts. */
int64_t
policy_review_ttl(const struct policy *p)
{

	return (p->review_ms / 1000);
}

/* How long an approval lasts. */
int64_t
policy_approve_ttl(const struct policy *p)
{

	return (p->approve_ms / 1000);
}

/* What no desk overrides. */
int32_t
policy_hard(const struct policy *p, const struct verdict *v)
{
	int32_t hard = LK_PASS;
	uint16_t i;

	for (i = 0; i < v->nhits; i++)
		if (p->rule[v->hit[i]].class == POLICY_STATUTORY &&
		    p->rule[v->hit[i]].then > hard)
			hard = p->rule[v->hit[i]].then;
	return (hard);
}

/* A refusal that rests on the applicant's own word becomes a review. */
void
policy_soften(const struct policy *p, struct verdict *v)
{

	if (v->decision != LK_REJECT || policy_hard(p, v) == LK_REJECT)
		return;
	v->decision = LK_REVIEW;
	v->floor = policy_hard(p, v) == LK_LIMIT ? LK_LIMIT : LK_PASS;
	v->by = LK_BY_CENTRE;
	v->needs |= LK_NEED_CENTRE;
}

/* Does a rule ask for facts of a function? */
int
policy_rule_reads(const struct policy *p, int rule, int fn)
{
	const struct policy_rule *r = &p->rule[rule];
	const struct policy_insn *c = &p->code[r->code];
	uint16_t i;

	for (i = 0; i < r->ncode; i++)
		if (c[i].op == POLICY_OP_FACT && p->fact[c[i].arg].fn == fn)
			return (1);
	return (0);
}

/* What becomes of a case that nobody answers. */
int32_t
policy_review_timeout(const struct policy *p)
{

	return (p->review_timeout);
}
