#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "plugin.h"

#include "engine/policy.h"
#include "store/entry.h"

/* The printed form of an entry: one spelling, read back exactly. */

static char buf[ENTRY_MAX + 64];

/* A small generator, the same in every run. */
static uint64_t seed;

static uint64_t
draw(void)
{
	uint64_t z = (seed += 0x9e3779b97f4a7c15u);

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return (z ^ (z >> 31));
}

/* A text of some length, with what needs an escape. */
static void
text(char *dst, size_t size)
{
	static const char *const parts[] = { "a", "\"", "\\", "网", "7", "-" };
	size_t n = draw() % 6, i;

	dst[0] = '\0';
	for (i = 0; i < n; i++)
		if (strlen(dst) + 4 < size)
			strcat(dst, parts[draw() % 6]);
}

/* Any number, small ones more often. */
static int64_t
number(void)
{

	switch (draw() % 4) {
	case 0:
		return (0);
	case 1:
		return ((int64_t)(draw() % 100));
	case 2:
		return (-(int64_t)(draw() % 1000));
	default:
		return ((int64_t)draw());
	}
}

static void
random_entry(struct entry *e)
{
	uint32_t i;

	entry_clear(e, 1 + (int)(draw() % (ENTRY_KINDS - 1)));
	e->seq = draw();
	e->t = number();
	e->flags = (uint32_t)number();
	e->at = number();
	text(e->inst, sizeof(e->inst));
	text(e->txn, sizeof(e->txn));
	text(e->teller, sizeof(e->teller));
	text(e->hits, sizeof(e->hits));
	text(e->note, sizeof(e->note));
	text(e->listed, sizeof(e->listed));
	text(e->waived, sizeof(e->waived));
	e->list_version = draw() % 2 ? draw() : 0;
	e->visit_key = draw();
	e->held_here = (int32_t)number();
	e->quantity = (int32_t)number();
	e->decision = (int32_t)number();
	if (draw() % 2)
		memset(&e->person, (int)draw(), sizeof(e->person));
	e->nfacts = (uint32_t)(draw() % 20);
	for (i = 0; i < e->nfacts; i++)
		e->facts[i] = number();
	e->expires = number();
	e->superseded = draw() % 2 ? draw() : 0;
	e->uptime = number();
}

Test(entry, what_is_printed_is_read_back)
{
	static struct entry e, back;
	size_t n, where;
	int i;

	for (seed = 1, i = 0; i < 3000; i++) {
		random_entry(&e);
		n = entry_print(&e, buf, sizeof(buf));
		cr_assert_gt(n, 0);
		cr_assert_eq(entry_parse(&back, buf, n, &where), 0,
		    "at %zu of %.*s", where, (int)n, buf);
		cr_assert_eq(memcmp(&e, &back, offsetof(struct entry, hits)),
		    0, "%.*s", (int)n, buf);
		cr_assert_str_eq(e.hits, back.hits);
		cr_assert_str_eq(e.note, back.note);
		cr_assert_str_eq(e.listed, back.listed);
		cr_assert_str_eq(e.waived, back.waived);
	}
}

/* Whatever can be read is printed the same: there is one spelling. */
Test(entry, every_other_spelling_is_refused)
{
	static struct entry e, back;
	static char again[ENTRY_MAX];
	size_t n, k, i, where;

	seed = 7;
	random_entry(&e);
	entry_clear(&e, ENTRY_DECISION);
	e.seq = 12;
	e.t = 1795312800000;
	snprintf(e.inst, sizeof(e.inst), "a\"b");
	e.nfacts = 2;
	e.facts[1] = -5;
	e.decision = 10;
	n = entry_print(&e, buf, sizeof(buf));
	for (i = 0; i < n; i++)
		for (k = 1; k < 256; k++) {
			buf[i] ^= (char)k;
			if (entry_parse(&back, buf, n, &where) == 0) {
				cr_assert_eq(entry_print(&back, again,
				    sizeof(again)), n);
				cr_assert_eq(memcmp(again, buf, n), 0,
				    "two spellings: %.*s", (int)n, buf);
			}
			buf[i] ^= (char)k;
		}
	for (i = 0; i < n; i++)
		cr_assert_eq(entry_parse(&back, buf, i, &where), -1);
	buf[n] = ' ';
	cr_assert_eq(entry_parse(&back, buf, n + 1, &where), -1);
	cr_assert_eq(where, n);
}

Test(entry, the_longest_request_fits)
{
	static struct entry e;
	static struct { char *p; size_t n; } ids[] = {
		{ e.inst, sizeof(e.inst) }, { e.outlet, sizeof(e.outlet) },
		{ e.teller, sizeof(e.teller) },
		{ e.terminal, sizeof(e.terminal) },
		{ e.decided_by, sizeof(e.decided_by) },
		{ e.origin, sizeof(e.origin) }, { e.txn, sizeof(e.txn) },
		{ e.visit, sizeof(e.visit) }, { e.batch, sizeof(e.batch) },
		{ e.policy, sizeof(e.policy) } };
	size_t i, n;

	entry_clear(&e, ENTRY_DECISION);
	memset(&e.epoch, 0xff, sizeof(e.epoch));
	memset(&e.digest, 0xff, offsetof(struct entry, subject) -
	    offsetof(struct entry, digest));
	e.seq = e.superseded = e.visit_key = UINT64_MAX;
	e.t = e.at = e.expires = e.due = INT64_C(9999999999999); /* 2286 */
	e.flags = UINT32_MAX;
	/* No code beyond a byte is taken; the rest has bounds of its own. */
	e.subject = e.id_type = e.operation = e.product = e.channel =
	    e.purpose = e.relation = e.offer = e.engine = 255;
	e.quantity = 1000;
	e.held_here = 10000;
	e.decision = e.floor = e.hard = LK_REJECT;
	e.by = LK_BY_CENTRE;
	e.needs = 0xff;
	e.profile = 999999;
	e.hits_total = POLICY_MAX_RULES;
	/* Ids of nothing but quotes: each takes two bytes. */
	for (i = 0; i < sizeof(ids) / sizeof(ids[0]); i++)
		memset(ids[i].p, '"', ids[i].n - 1);
	memset(e.reason, 'R', sizeof(e.reason) - 1);
	e.list_version = UINT64_MAX;
	memset(&e.lcard, 0, sizeof(e.lcard));	/* of confirms only */
	memset(e.listed, 'l', sizeof(e.listed) - 1);
	memset(e.agent_listed, 'a', sizeof(e.agent_listed) - 1);
	memset(e.campaign, 'c', sizeof(e.campaign) - 1);
	memset(e.waived, 'W', sizeof(e.waived) - 1);
	e.hits[0] = e.lifted[0] = e.shadow[0] = 'x';
	e.area = 999999;
	/* A node in the middle: one below asked, one above had its word. */
	memset(e.from, 'f', sizeof(e.from) - 1);
	e.up_seq = UINT64_MAX;
	e.up_decision = e.up_floor = e.up_hard = LK_REJECT;
	e.up_needs = 0xff;
	e.up_by = LK_BY_CENTRE;
	e.up_offer = 255;
	e.up_profile = 999999;
	memset(e.up_reason, 'R', sizeof(e.up_reason) - 1);
	memset(e.up_leaf, 'a', 64);
	/* Not up_hits: see request_write(), which leaves them out first. */
	e.alert = ALERT_PROVINCE;
	e.alert_kind = ALERT_KINDS - 1;
	e.nfacts = 1;
	n = entry_print(&e, buf, sizeof(buf));
	cr_assert_gt(n, 0);
	/* POLICY_MAX_ENTRY_BYTES for facts and hits must fit beside it. */
	cr_assert_leq(n + POLICY_MAX_ENTRY_BYTES, ENTRY_MAX, "%zu", n);
}

Test(entry, a_decision_always_says_what_it_decided)
{
	static const char without[] =
	    "{\"seq\":1,\"t\":2,\"kind\":\"decision\",\"floor\":0}";
	static const char pass[] = "{\"seq\":1,\"t\":2,\"kind\":\"decision\","
	    "\"decision\":0,\"floor\":0}";
	static struct entry e;
	size_t where;

	cr_assert_eq(entry_parse(&e, pass, sizeof(pass) - 1, &where), 0);
	cr_assert_eq(entry_print(&e, buf, sizeof(buf)), sizeof(pass) - 1);
	cr_assert_eq(memcmp(buf, pass, sizeof(pass) - 1), 0);
	cr_assert_eq(entry_parse(&e, without, sizeof(without) - 1, &where),
	    -1);
}

Test(entry, too_long_is_refused_whole)
{
	static struct entry e;

	entry_clear(&e, ENTRY_START);
	cr_assert_eq(entry_print(&e, buf, 10), 0);
}

/* Numbers of every length, at the ends of each, and facts among short ones. */
Test(entry, numbers_are_printed_as_by_the_library)
{
	static struct entry e;
	char want[1024];
	uint64_t p = 1;
	int i, n;

	for (i = 0; i < 60; i++, p *= i % 3 == 0 ? 10 : 1) {
		uint64_t v = p + (uint64_t)(i % 3) - 1;

		entry_clear(&e, ENTRY_CLOCK);
		e.seq = v;
		e.t = -(int64_t)(v / 2);
		e.nfacts = 6;
		e.facts[1] = (int64_t)(v / 2);
		e.facts[2] = 9;
		e.facts[3] = 10;
		e.facts[5] = i % 2 ? INT64_MIN : 1;
		n = snprintf(want, sizeof(want), "{\"seq\":%llu,\"t\":%lld,"
		    "\"kind\":\"clock\",\"facts\":[0,%lld,9,10,0,%lld]}",
		    (unsigned long long)v, (long long)e.t,
		    (long long)e.facts[1], (long long)e.facts[5]);
		cr_assert_eq(entry_print(&e, buf, sizeof(buf)), (size_t)n);
		cr_assert_eq(memcmp(buf, want, (size_t)n), 0, "%.*s\n%s", n,
		    buf, want);
		/* To the byte, and nothing behind it. */
		memset(buf, '!', sizeof(buf));
		cr_assert_eq(entry_print(&e, buf, (size_t)n), (size_t)n);
		cr_assert_eq(buf[n], '!');
		cr_assert_eq(entry_print(&e, buf, (size_t)n - 1), 0);
	}
}
