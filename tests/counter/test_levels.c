#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plugin.h"

#include "counter/reference.h"
#include "engine/person.h"
#include "store/journal.h"
#include "store/records.h"
#include "store/state.h"

#include "linkkit.h"

/*
 * Three levels, driven at random: two branches, their city, the province.  Whatever is lost,
 * cut, repeated or restarted on the way: once everything was delivered, each level counts
 * the same openings, and knows the same of each decision.
 */

#define STEPS 700
#define DECISIONS 256
#define PERSONS 7

enum { PROVINCE, CITY, B1, B2, NODES };

static struct linknode node[NODES];
static struct linknode *const all[] = { &node[0], &node[1], &node[2],
	&node[3] };
static uint64_t seed;
static unsigned txns, cards;
static char id[2][DECISIONS][40];
static unsigned nid[2];

static unsigned
roll(unsigned n)
{

	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return ((unsigned)(seed >> 11) % n);
}

static const char *
inst(unsigned i)
{
	static const char *const names[] = { "abank", "bbank", "ctel" };

	return (names[i % 3]);
}

/* The links of a node are gone: its own, and of those below it. */
static void
unlink_all(int i)
{
	int k;

	node[i].peer.joined = 0;
	for (k = 0; k < NODES; k++)
		if (node[k].up == &node[i])
			node[k].peer.joined = 0;
}

static void
setup(void)
{
	int i;

	linkkit_open(&node[PROVINCE], "province", NULL, NULL);
	linkkit_open(&node[CITY], "city", &node[PROVINCE], NULL);
	linkkit_open(&node[B1], "b1", &node[CITY], NULL);
	linkkit_open(&node[B2], "b2", &node[CITY], NULL);
	linkkit_grant(&node[CITY], (const char *const[]){ "*", "" },
	    RIGHT_CHECK | RIGHT_CONFIRM | RIGHT_DESK);
	for (i = 0; i < NODES; i++)
		node[i].x.options.checks_per_minute = 0;
	for (i = 0; i < NODES; i++)
		linkkit_restart(&node[i]);
	for (i = 1; i < NODES; i++)
		cr_assert_eq(linkkit_join(&node[i]), LK_OK);
	txns = cards = nid[0] = nid[1] = 0;
}

static void
teardown(void)
{
	int i;

	for (i = NODES; i-- > 0;)
		linkkit_close(&node[i]);
}

/* An application, or one that was issued already. */
static void
apply(int b)
{
	static const int product[] = { LK_PRODUCT_BANK1, LK_PRODUCT_SIM,
		LK_PRODUCT_CREDIT, LK_PRODUCT_PAYMENT };
	struct linknode *n = &node[b];
	char txn[24], outlet[8];
	unsigned what = roll(10);

	snprintf(txn, sizeof(txn), "%s-%u", n->x.node, txns - (txns > 0 &&
	    roll(12) == 0));
	txns++;
	snprintf(outlet, sizeof(outlet), "o%u", roll(2));
	n->no_question = roll(5) == 0;
	n->no_answer = roll(5) == 0;
	node[CITY].no_question = roll(6) == 0;
	node[CITY].no_answer = roll(6) == 0;
	applicant(&n->x, inst(roll(3)), outlet, (int)roll(PERSONS),
	    product[roll(4)], txn);
	if (roll(4) == 0)
		withn(&n->x, WIRE_T_QUANTITY, 1 + roll(3));
	if (what == 0)
		withn(&n->x, WIRE_T_FLAGS, LK_F_POSTHOC);
	else if (what == 1)
		withn(&n->x, WIRE_T_FLAGS, LK_F_DRY_RUN);
	else if (what == 2)
		withn(&n->x, WIRE_T_OPENED_MS, n->x.wall - roll(86400000));
	if (linkkit_answer(n) == LK_OK && wire_has(&n->x.r,
	    WIRE_T_DECISION_ID))
		decision_id(&n->x, id[b - B1][nid[b - B1]++ % DECISIONS]);
}

/* One of the node's last decisions. */
static const char *
some(int b)
{
	unsigned n = nid[b - B1] < DECISIONS ? nid[b - B1] : DECISIONS;

	if (n == 0)
		return ("none");
	/* Mostly of the newest. */
	return (id[b - B1][(nid[b - B1] - 1 - roll(n < 12 || roll(4) == 0 ? n :
	    12)) % DECISIONS]);
}

/* What becomes of a decision. */
static void
go_on(int b)
{
	struct linknode *n = &node[b];
	char card[24];

	snprintf(card, sizeof(card), "%s-%u", n->x.node, cards);
	switch (roll(10)) {
	case 0: case 1: case 2: case 3:
		cards += roll(6) != 0;
		(void)confirm(&n->x, some(b), card);
		break;
	case 4:
		(void)cancel(&n->x, some(b), (int)(1 + roll(4)));
		break;
	case 5:
		ask(&n->x, WIRE_VOID);
		with(&n->x, WIRE_T_DECISION_ID, some(b));
		with(&n->x, WIRE_T_TELLER, "t1");
		withn(&n->x, WIRE_T_REASON_CODE, 1);
		(void)answer(&n->x);
		break;
	case 6:
		snprintf(card, sizeof(card), "%s-%u", n->x.node,
		    roll(cards + 1));
		ask(&n->x, WIRE_RETIRE);
		with(&n->x, WIRE_T_INSTITUTION, inst(roll(3)));
		withn(&n->x, WIRE_T_REASON_CODE, 1);
		with(&n->x, WIRE_T_CARD_REF, card);
		(void)answer(&n->x);
		break;
	case 7: case 8:
		ask(&n->x, WIRE_RESOLVE);
		with(&n->x, WIRE_T_DECISION_ID, some(b));
		with(&n->x, WIRE_T_TELLER, "t1");
		with(&n->x, WIRE_T_SECOND_TELLER, "t2");
		withn(&n->x, WIRE_T_OUTCOME, (int)(1 + roll(2)));
		withn(&n->x, WIRE_T_EVIDENCE, 0xff);
		(void)answer(&n->x);
		break;
	default:
		/* Whom nobody waits for: cancelled before it was checked. */
		snprintf(card, sizeof(card), "%s-%u", n->x.node, txns + 1);
		ask(&n->x, WIRE_CANCEL);
		with(&n->x, WIRE_T_INSTITUTION, inst(roll(3)));
		with(&n->x, WIRE_T_TXN_ID, card);
		withn(&n->x, WIRE_T_REASON_CODE, 1);
		(void)answer(&n->x);
		break;
	}
}

/* A row of a file: of a card nobody knows, or one that is known or expected. */
static void
intake(int b)
{
	struct fixture *x = &node[b].x;
	char no[19], card[24];

	fixture_id(no, (int)roll(PERSONS));
	snprintf(card, sizeof(card), "%s-%u", x->node, roll(3) == 0 ?
	    roll(cards + 1) : ++cards);
	ask(x, WIRE_INTAKE);
	with(x, WIRE_T_INSTITUTION, inst(roll(3)));
	with(x, WIRE_T_BRANCH, roll(2) ? "o0" : "o1");
	withn(x, WIRE_T_INTAKE_KIND, roll(4) == 0 ? 2 : 1);
	withn(x, WIRE_T_ID_TYPE, LK_ID_RESIDENT);
	with(x, WIRE_T_ID_NO, no);
	withn(x, WIRE_T_PRODUCT, roll(2) ? LK_PRODUCT_SIM : LK_PRODUCT_BANK1);
	with(x, WIRE_T_CARD_REF, card);
	withn(x, WIRE_T_EVENT_MS, x->wall - roll(86400000));
	withn(x, WIRE_T_DATE_ONLY, roll(2));
	(void)answer(x);
}

/* A case, picked at random. */
static int
pick(void *arg, const struct state_record *r)
{
	uint64_t *seq = arg;
	size_t i;

	if (*seq != 0 && roll(3) != 0)
		return (0);
	for (*seq = 0, i = 0; i < r->keylen; i++)
		*seq = *seq << 8 | r->key[i];
	return (0);
}

/* The centre answers a case, at any level. */
static void
decide(int i)
{
	struct fixture *x = &node[i].x;
	char ref[REFERENCE_ID_MAX];
	uint64_t seq = 0;

	cr_assert_eq(state_each(journal_state(x->journal), RECORD_CASE, pick,
	    &seq), 0);
	if (seq == 0)
		return;
	reference_short(ref, seq);
	ask(x, WIRE_DECIDE);
	with(x, WIRE_T_DECISION_ID, ref);
	with(x, WIRE_T_DECIDED_BY, "lin");
	with(x, WIRE_T_NOTE, "seen");
	withn(x, WIRE_T_OUTCOME, 1 + roll(2));
	/* Its time may be over, and the branch that sees to it silent. */
	if (answer(x) != LK_OK)
		cr_assert_eq(num(x, WIRE_T_ERROR), LK_E_STATE);
}

/* A batch goes up, cut anywhere, perhaps twice; or what was said above comes down. */
static void
link_step(int i)
{
	struct linknode *n = &node[i];
	uint64_t before;
	int rc, again;

	if (!n->peer.joined) {
		cr_assert_eq(linkkit_join(n), LK_OK, "%s", n->why);
		return;
	}
	if (roll(3) == 0) {
		(void)linkkit_pull(n);
		return;
	}
	before = n->cursor;
	rc = linkkit_events(n, 1 + roll(20));
	if (rc == LK_E_BUSY) {
		/* The disk is slow: what was taken counts, the rest comes again. */
		fixture_durable(&n->up->x);
		return;
	}
	cr_assert_geq(rc, 0, "%s: %s", n->x.node, n->why);
	if (rc > 0 && roll(3) == 0) {
		/* The reply was lost: the same once more. */
		n->cursor = before;
		fixture_durable(&n->up->x);
		again = linkkit_events(n, (unsigned)rc);
		cr_assert_eq(again, LK_E_CONFLICT, "%d: %s", again, n->why);
		cr_assert_gt(n->cursor, before);
	}
}

/* Something happens. */
static void
happen(void)
{
	int b = B1 + (int)roll(2), i = (int)roll(NODES);

	switch (roll(20)) {
	case 0: case 1: case 2: case 3: case 4: case 5:
		apply(b);
		break;
	case 6: case 7: case 8: case 9: case 10:
		go_on(b);
		break;
	case 11:
		intake(b);
		break;
	case 12:
		decide(i);
		break;
	case 13:
		linkkit_pass(all, NODES, roll(30) == 0 ? roll(80) * 3600000 :
		    roll(4) == 0 ? roll(1800000) : roll(30000));
		for (i = 0; i < NODES; i++)
			counter_tick(node[i].x.counter,
			    &(struct counter_load){ 0 });
		break;
	case 14:
		if (roll(4) != 0)
			break;
		if (roll(3) == 0)
			linkkit_rebuild(&node[i]);
		else
			linkkit_restart(&node[i]);
		unlink_all(i);
		break;
	default:
		link_step(CITY + (int)roll(NODES - CITY));
		break;
	}
}

/* Everything is delivered, upwards and downwards. */
static void
quiet(void)
{
	int i, turn;

	for (turn = 0; turn < 3; turn++) {
		for (i = NODES; i-- > CITY;)
			linkkit_deliver(&node[i]);
		for (i = CITY; i < NODES; i++)
			(void)linkkit_pull(&node[i]);
	}
	/* What was never settled lapses. */
	linkkit_pass(all, NODES, RECORD_CONSULT_MS + 1000);
}

/* How a decision stands, whatever its record says beside that. */
static int
standing(const struct record_decision *d)
{

	return (d->life == LIFE_CANCELLED || d->life == LIFE_VOIDED ||
	    d->life == LIFE_SUPERSEDED ? LK_STANDING_WITHDRAWN : d->standing);
}

/* A decision of a node as the one above knows it. */
static int
same(void *arg, const struct state_record *r)
{
	struct linknode *n = arg;
	const struct record_decision *d = r->value, *u;
	uint8_t key[RECORD_BELOW_KEY], k8[8];
	const uint64_t *v;
	uint64_t seq = 0;
	size_t i;

	for (i = 0; i < 8; i++)
		seq = seq << 8 | r->key[i];
	/* Neither dry runs nor what a node below asked about and never decided. */
	if ((d->flags & (DECISION_DRY | DECISION_CONSULT)) != 0)
		return (0);
	record_below_key(key, n->x.node, seq);
	v = state_get(journal_state(n->up->x.journal), RECORD_BELOW, key,
	    sizeof(key), NULL, NULL);
	cr_assert_not_null(v, "%s: decision %llu was not told", n->x.node,
	    (unsigned long long)seq);
	record_seq_key(k8, *v);
	u = state_get(journal_state(n->up->x.journal), RECORD_DECISION, k8, 8,
	    NULL, NULL);
	cr_assert_not_null(u);
	cr_assert_eq(d->decision, u->decision, "%s %llu", n->x.node,
	    (unsigned long long)seq);
	cr_assert_eq(standing(d), standing(u), "%s %llu: standing %d, above %d",
	    n->x.node, (unsigned long long)seq, standing(d), standing(u));
	cr_assert_eq(d->life, u->life, "%s %llu: life %d, above %d", n->x.node,
	    (unsigned long long)seq, d->life, u->life);
	cr_assert_eq(d->confirms, u->confirms, "%s %llu", n->x.node,
	    (unsigned long long)seq);
	return (0);
}

/* Lines of a sorted text that another does not have. */
static void
only(char *out, size_t size, const char *a, const char *b, char mark)
{
	size_t at = strlen(out), n, m;
	int rc;

	while (*a != '\0') {
		n = strcspn(a, "\n") + 1;
		m = *b != '\0' ? strcspn(b, "\n") + 1 : 0;
		rc = m == 0 ? -1 : strncmp(a, b, n < m ? n : m);
		if (rc == 0 && n == m) {
			a += n;
			b += m;
		} else if (rc <= 0) {
			if (at < size)
				at += (size_t)snprintf(out + at, size - at,
				    "%c%.*s", mark, (int)n, a);
			a += n;
		} else
			b += m;
	}
}

/* See that two nodes count the same. */
static void
alike(const char *what, const char *a, const char *b)
{
	char diff[2048] = "";

	only(diff, sizeof(diff), a, b, '-');
	only(diff, sizeof(diff), b, a, '+');
	cr_assert_str_eq(diff, "", "%s:\n%s", what, diff);
}

/* Each level counts the same. */
static void
compare(void)
{
	char *below, *city, *province;
	int i;

	below = linkkit_openings(&all[B1], 2);
	city = linkkit_openings(&all[CITY], 1);
	province = linkkit_openings(&all[PROVINCE], 1);
	alike("city", below, city);
	alike("province", city, province);
	for (i = CITY; i < NODES; i++)
		cr_assert_eq(state_each(journal_state(node[i].x.journal),
		    RECORD_DECISION, same, &node[i]), 0);
	free(below);
	free(city);
	free(province);
}

static void
play(uint64_t s)
{
	const char *more = getenv("LIANGKA_LEVELS_STEPS");
	const char *other = getenv("LIANGKA_LEVELS_SEED");
	int i, n = more != NULL ? atoi(more) : STEPS;

	s += other != NULL ? strtoull(other, NULL, 10) : 0;
	seed = s * UINT64_C(0x9e3779b97f4a7c15) + 1;
	for (i = 0; i < n; i++) {
		happen();
		if (i % 350 == 349) {
			quiet();
			compare();
		}
	}
	quiet();
	compare();
	cr_assert_gt(linkkit_count(&node[PROVINCE], -1, OPENING_ISSUED), 10);
}

CASE(levels, seed_1)
{

	play(1);
}

CASE(levels, seed_2)
{

	play(2);
}

CASE(levels, seed_3)
{

	play(3);
}
