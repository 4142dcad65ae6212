#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/category.h"
#include "engine/day.h"
#include "engine/identity.h"
#include "engine/policy_why.h"
#include "plugin.h"

#include "screen_impl.h"

#define MEMOS	1024
#define MEMOS_FACTS 32768
#define MEMO_HITS 24
#define COUNTS	8	/* facts that one rule is told by */
#define NEAR_DAYS 2	/* between a day in the file and one in the record */

/* What decides about somebody who is not known. */
struct key {
	int32_t product, inst_code, id_type, age;
	uint32_t inst;
	int32_t known;		/* 1 where an entry is filled in */
};

/* On no list: is he let pass? */
struct memo {
	struct key key;
	int32_t pass;
};

/* What was decided by the same facts; most people's are few and alike. */
struct memo_facts {
	XXH128_hash_t hash;	/* of all values; both zero: empty */
	int32_t decision;
	uint32_t nhits;
	uint8_t hit[MEMO_HITS];
};

struct screen_judge {
	const struct screen_run *run;
	const struct policy *policy;
	struct screen_facts facts;
	int reads_age;
	uint8_t counts[POLICY_MAX_RULES][COUNTS];
	uint8_t ncounts[POLICY_MAX_RULES];
	int32_t listed[POLICY_MAX_LISTS];
	struct verdict v;
	struct memo memo[MEMOS];
	struct memo_facts memo_facts[MEMOS_FACTS];
	struct person p, other, own;	/* own: p before others were joined */
};

/* Does a fact count what stands in a record? */
static int
counts(int fn)
{

	return ((fn >= POLICY_CARDS && fn <= POLICY_MINUTES_SINCE) ||
	    fn == POLICY_OVERFLOW || fn == POLICY_ATTEMPT_INSTITUTIONS);
}

/* Note a fact that a rule is told by. */
static void
note(struct screen_judge *j, int rule, const struct policy_sum *s)
{
	size_t i, k;

	for (i = 0; i < s->n; i++) {
		for (k = 0; k < j->ncounts[rule]; k++)
			if (j->counts[rule][k] == s->slot[i])
				break;
		if (k == j->ncounts[rule] && k < COUNTS &&
		    /* NOLINTNEXTLINE(clang-analyzer-core.*): it has its facts */
		    counts(j->facts.fact[s->slot[i]].fn))
			j->counts[rule][j->ncounts[rule]++] = s->slot[i];
	}
}

/* Find the counts of each rule. */
static int
find_counts(struct screen_judge *j)
{
	struct policy_condition *c;
	size_t n, i;
	int rule, all;

	if ((c = calloc(POLICY_WHY_MAX, sizeof(*c))) == NULL)
		return (-1);
	for (rule = 0; rule < (int)policy_rules(j->policy); rule++) {
		n = policy_why(j->policy, rule, j->facts.value, c, POLICY_WHY_MAX,
		    &all);
		for (i = 0; i < n; i++) {
			note(j, rule, &c[i].left);
			note(j, rule, &c[i].right);
		}
	}
	free(c);
	return (0);
}

/* Make one for a thread. */
struct screen_judge *
screen_judge_new(struct screen_run *run)
{
	struct screen_judge *j;
	size_t i;

	if ((j = calloc(1, sizeof(*j))) == NULL)
		return (NULL);
	j->run = run;
	j->policy = run->o->policy;
	screen_facts_open(&j->facts, run, j->listed);
	for (i = 0; i < j->facts.n; i++)
		j->reads_age |= j->facts.fact[i].fn == POLICY_AGE;
	if (find_counts(j) != 0) {
		free(j);
		return (NULL);
	}
	return (j);
}

/* Wipe and free it. */
void
screen_judge_free(struct screen_judge *j)
{

	if (j != NULL)
		explicit_bzero(j, sizeof(*j));
	free(j);
}

/* Whose record is judged next. */
struct person *
screen_judge_person(struct screen_judge *j)
{

	return (&j->p);
}

/* His own record, where others are joined to it. */
struct person *
screen_judge_own(struct screen_judge *j)
{

	return (&j->own);
}

/* A second record, of another document. */
struct person *
screen_judge_other(struct screen_judge *j)
{

	return (&j->other);
}

/* The decision of the policy, as ours. */
static int
decision_of(int32_t decision)
{

	return (decision >= LK_REJECT ? SCREEN_REJECT : decision >= LK_REVIEW ?
	    SCREEN_REVIEW : decision >= LK_LIMIT ? SCREEN_LIMIT : SCREEN_PASS);
}

/* What decides about the holder of a row who is not known; return a hash of it. */
static uint32_t
key_of(const struct screen_judge *j, const struct screen_row *r, struct key *k)
{
	uint32_t h;

	*k = (struct key){ .product = r->product, .inst = r->inst,
		.inst_code = r->inst_code, .id_type = r->id_type, .age = -1,
		.known = 1 };
	if (j->reads_age && r->birth != IDENTITY_NO_BIRTH)
		k->age = screen_facts_age(r->birth, j->run->today);
	h = (uint32_t)k->age * 0x9e3779b1u ^
	    (uint32_t)k->product * 0x85ebca6bu ^ k->inst * 0xc2b2ae35u ^
	    (uint32_t)k->id_type * 0x27d4eb2fu ^ (uint32_t)k->inst_code;
	return (h >> 16 ^ h);
}

/* Is somebody who is not known and not listed let pass?  The same for all alike. */
int
screen_judge_pass(struct screen_judge *j, const struct screen_row *r)
{
	struct memo *m;
	struct key k;

	m = &j->memo[key_of(j, r, &k) % MEMOS];
	if (memcmp(&m->key, &k, sizeof(k)) == 0)
		return (m->pass);
	person_init(&j->other);
	memset(j->listed, 0, sizeof(j->listed));
	screen_facts_gather(&j->facts, &j->other, r, 0);
	policy_decide(j->policy, j->facts.value, j->run->now, &j->v);
	m->key = k;
	m->pass = j->v.decision == LK_PASS && j->v.nhits == 0;
	return (m->pass);
}

/* Decide by the facts that were gathered; of the verdict, decision and hits. */
static void
decide(struct screen_judge *j)
{
	XXH128_hash_t h = XXH3_128bits(j->facts.differs, j->facts.ndiffers *
	    sizeof(j->facts.differs[0]));
	struct memo_facts *m = &j->memo_facts[h.low64 % MEMOS_FACTS];

	if (XXH128_isEqual(m->hash, h)) {
		j->v.decision = m->decision;
		j->v.nhits = (uint16_t)m->nhits;
		memcpy(j->v.hit, m->hit, m->nhits);
		return;
	}
	policy_decide(j->policy, j->facts.value, j->run->now, &j->v);
	if (j->v.nhits > MEMO_HITS)
		return;
	m->hash = h;
	m->decision = j->v.decision;
	m->nhits = j->v.nhits;
	memcpy(m->hit, j->v.hit, m->nhits);
}

/* Is this opening the account of the row? */
static int
is_account(const struct opening *o, const struct screen_row *r)
{
	int32_t days = day_of(o->at) - r->opened;

	return (o->product == r->product && o->inst == r->inst &&
	    days >= -NEAR_DAYS && days <= NEAR_DAYS);
}

/* Count the account itself where the record of a known person lacks it. */
static void
add_account(struct screen_judge *j, const struct screen_row *r)
{
	struct opening o = { .seq = UINT64_MAX, .visit = UINT64_MAX,
		.inst = r->inst, .outlet = SCREEN_NEVER_SEEN, .quantity = 1,
		.product = r->product, .state = OPENING_ISSUED,
		.flags = OPENING_DATE_ONLY | OPENING_INTAKE,
		.operation = LK_OP_NEW };
	uint32_t i;

	if (r->opened == 0 || r->product == 0 || r->inst == 0 ||
	    r->opened > j->run->today || r->opened < 0)
		return;
	for (i = 0; i < j->p.nopen; i++)
		if (is_account(&j->p.open[i], r))
			return;
	o.at = (uint32_t)day_start(r->opened);
	person_open(&j->p, &o, (uint32_t)j->run->now);
}

/* Add what is said of a row. */
static void
say(struct screen_text *t, const char *word)
{

	screen_text_put(t, word, strlen(word));
}

/* The counts that the rules which hit have read, of somebody who is known. */
static void
say_counts(struct screen_judge *j, struct screen_text *t)
{
	uint8_t done[POLICY_MAX_FACTS] = { 0 };
	char name[96], text[128], *comma;
	int rule, slot, some = 0;
	size_t i, k;

	say(t, "\"");
	for (i = 0; i < j->v.nhits; i++) {
		rule = j->v.hit[i];
		for (k = 0; k < j->ncounts[rule]; k++) {
			slot = j->counts[rule][k];
			if (done[slot]++ != 0 || j->facts.value[slot] <= 0)
				continue;
			(void)policy_fact_name(&j->facts.fact[slot], name,
			    sizeof(name));
			/* held(bank, here): one word */
			if ((comma = strstr(name, ", ")) != NULL)
				memmove(comma + 1, comma + 2,
				    strlen(comma + 2) + 1);
			(void)snprintf(text, sizeof(text), "%s%s=%" PRId64,
			    some++ != 0 ? " " : "", name, j->facts.value[slot]);
			say(t, text);
		}
	}
	if (some != 0)
		say(t, "\"");
	else
		t->n--;
}

/* Print rules, matches and counts of a row that has any. */
static void
tell(struct screen_judge *j, struct screen_unit *u, struct screen_row *r,
    const struct screen_match *m, size_t nm, int card)
{
	struct screen_text *t = &u->tail;
	char rules[POLICY_MAX_IDS + 1];
	size_t i;

	if (j->v.nhits == 0 && nm == 0)
		return;
	r->tail = (uint32_t)t->n;
	(void)policy_hits(j->policy, j->v.hit, j->v.nhits, rules,
	    sizeof(rules));
	say(t, rules);
	if (card) {
		say(t, rules[0] != '\0' ? " " : "");
		say(t, SCREEN_CARD_RULE);
	}
	say(t, ",");
	for (i = 0; i < nm; i++) {
		say(t, i > 0 ? " " : "");
		say(t, m[i].list->info->id);
		say(t, ":");
		say(t, category_name(m[i].r.category));
	}
	say(t, ",");
	if ((r->flags & SCREEN_R_KNOWN) != 0)
		say_counts(j, t);
	screen_text_put(t, ",,", 3);	/* with the NUL */
}

/* Judge by the record in j->p alone. */
static void
by_record(struct screen_judge *j, const struct screen_row *r, int linked)
{

	if ((r->flags & SCREEN_R_KNOWN) != 0)
		add_account(j, r);
	screen_facts_gather(&j->facts, &j->p, r, linked);
	policy_decide(j->policy, j->facts.value, j->run->now, &j->v);
}

/*
 * Where a link rests on the person's word: what his own document would not be given, the
 * two together are not; what only the two would not be given holds and does not refuse.
 */
static void
by_claim(struct screen_judge *j, const struct screen_row *r)
{
	struct person joined = j->p;
	int32_t own;

	j->p = j->own;
	by_record(j, r, 0);
	if ((own = j->v.decision) == LK_REJECT)
		return;
	j->p = joined;
	by_record(j, r, 1);
	if (j->v.decision < own) {
		j->p = j->own;
		by_record(j, r, 0);
	} else
		policy_soften(j->policy, &j->v);
}

/* Judge a row whose person's record was read. */
void
screen_judge_row(struct screen_judge *j, struct screen_unit *u,
    struct screen_row *r, const struct screen_match *m, size_t nm, int linked,
    int claimed)
{
	int card = 0;
	size_t i;

	memset(j->listed, 0, sizeof(j->listed));
	for (i = 0; i < nm; i++) {
		card |= m[i].list->info->subject == LIST_CARD;
		if (m[i].list->slot >= 0 &&
		    m[i].list->info->subject != LIST_CARD)
			j->listed[m[i].list->slot] = m[i].r.category;
	}
	if (claimed)
		by_claim(j, r);
	else {
		if ((r->flags & SCREEN_R_KNOWN) != 0)
			add_account(j, r);
		screen_facts_gather(&j->facts, &j->p, r, linked);
		decide(j);
	}
	r->decision = (uint8_t)decision_of(j->v.decision);
	if (card && r->decision < SCREEN_REVIEW)
		r->decision = SCREEN_REVIEW;
	tell(j, u, r, m, nm, card);
}
