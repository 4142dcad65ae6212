#include <criterion/criterion.h>
#include <dirent.h>
#include <inttypes.h>

#include "tape.h"

/* Some days of one of everything; return the seq of a review. */
static uint64_t
ordinary_days(void)
{
	static const char *const insts[] = { "abank", "bbank", "ctel" };
	uint64_t review = 0;
	char outlet[16];
	int day, i, rc;

	play_start(&x);
	for (day = 0; day < 6; day++) {
		for (i = 0; i < 12; i++) {
			snprintf(outlet, sizeof(outlet), "o%d", i % 4);
			rc = play_open(&x, insts[(day + i) % 3], outlet, i % 5,
			    i % 7 == 6 ? LK_PRODUCT_CREDIT : i % 2 ?
			    LK_PRODUCT_SIM : LK_PRODUCT_BANK1);
			cr_assert_geq(rc, 0);
			if (rc == LK_REVIEW)
				review = play_seq(&x);
			play_pass(&x, 7 * PLAY_MINUTE);
		}
		play_pass(&x, PLAY_DAY);
	}
	cr_assert_neq(review, 0);
	return (review);
}

Test(replay, agrees, .init = setup, .fini = teardown)
{
	ordinary_days();
	record();
	replay(REPLAY_A | REPLAY_B, 0, 0);
	cr_expect_eq(f.rc, 0, "%s", f.err);
	cr_expect_eq(f.counts.differences, 0, "%s", f.line[0]);
	cr_expect_eq(f.counts.decisions, 72);
	cr_expect_eq(f.counts.entries, tape.n);
	cr_expect_eq(f.counts.inputs, 72, "age");
	cr_expect_gt(f.counts.facts, 400);
	cr_expect_eq(f.counts.forced, 0);
}

/* The rest of a life: held, reviewed, cleared, cancelled, voided, retired. */
Test(replay, the_whole_life, .init = setup, .fini = teardown)
{
	char first[80], typed[80];

	play_start(&x);
	cr_expect_eq(play_open(&x, "abank", "o1", 1, LK_PRODUCT_BANK1), LK_PASS);
	strcpy(first, x.id);
	play_pass(&x, PLAY_DAY);
	cr_expect_eq(play_open(&x, "bbank", "o2", 1, LK_PRODUCT_BANK1),
	    LK_PASS);
	play_pass(&x, PLAY_DAY);
	cr_expect_eq(play_open(&x, "ctel", "o2", 1, LK_PRODUCT_SIM),
	    LK_REVIEW);
	play_ask(&x);
	play_text(&x, WIRE_T_DECISION_ID, x.id);
	play_number(&x, WIRE_T_OUTCOME, LK_RESOLVE_APPROVE);
	play_text(&x, WIRE_T_DECIDED_BY, "wang");
	play_text(&x, WIRE_T_NOTE, "合同已核");
	play_number(&x, WIRE_T_CLEAR_COUNT, 2);
	play_number(&x, WIRE_T_CLEAR_DAYS, 5);
	cr_expect_eq(play_send(&x, WIRE_DECIDE), LK_OK);
	play_settle(&x);
	cr_expect_eq(play_open(&x, "ctel", "o3", 1, LK_PRODUCT_SIM), LK_PASS,
	    "the clearance lifts");
	/* asked again at one outlet: the reservation is replaced */
	cr_expect_eq(play_check(&x, "ctel", "o4", 2, LK_PRODUCT_SIM), LK_PASS);
	cr_expect_eq(play_check(&x, "ctel", "o4", 2, LK_PRODUCT_SIM), LK_PASS);
	/* a dry run, which replaces nothing; then it was mistyped */
	strcpy(typed, x.id);
	play_applicant(&x, "ctel", "o4", 2, LK_PRODUCT_SIM);
	play_number(&x, WIRE_T_FLAGS, LK_F_DRY_RUN);
	cr_expect_geq(play_decide(&x), 0);
	play_ask(&x);
	play_text(&x, WIRE_T_DECISION_ID, typed);
	play_number(&x, WIRE_T_REASON_CODE, LK_CANCEL_TYPING);
	cr_expect_eq(play_send(&x, WIRE_CANCEL), LK_OK);
	/* one issued while away, in the past */
	play_applicant(&x, "ctel", "o5", 2, LK_PRODUCT_SIM);
	play_number(&x, WIRE_T_FLAGS, LK_F_POSTHOC);
	play_number(&x, WIRE_T_OPENED_MS, x.wall - PLAY_HOUR);
	cr_expect_geq(play_decide(&x), 0);
	play_applicant(&x, "ctel", "o5", 3, LK_PRODUCT_SIM);
	play_number(&x, WIRE_T_HELD_HERE, 5);
	cr_expect_eq(play_decide(&x), LK_REJECT);
	play_ask(&x);
	play_text(&x, WIRE_T_DECISION_ID, first);
	play_number(&x, WIRE_T_REASON_CODE, LK_VOID_TEST_ENTRY);
	play_text(&x, WIRE_T_TELLER, "t02");
	cr_expect_eq(play_send(&x, WIRE_VOID), LK_OK);
	play_settle(&x);
	play_pass(&x, 2 * PLAY_DAY);
	cr_expect_geq(play_open(&x, "abank", "o1", 1, LK_PRODUCT_BANK1), 0);
	record();
	replay(REPLAY_A | REPLAY_B, 0, 0);
	cr_expect_eq(f.rc, 0, "%s", f.err);
	cr_expect_eq(f.counts.differences, 0, "%s", f.line[0]);
	cr_expect_geq(f.counts.decisions, 9);
}

Test(replay, an_altered_fact_is_named, .init = setup, .fini = teardown)
{
	static struct entry e;
	uint64_t seq = ordinary_days();
	char want[64];

	record();
	altered(seq, &e);
	e.facts[2] += 1;
	put_back(&e);
	replay(REPLAY_B, 0, 0);
	cr_expect_eq(f.counts.differences, 1);
	snprintf(want, sizeof(want), "B %" PRIu64 " held(sim, here): ", seq);
	cr_expect_eq(strncmp(f.line[0], want, strlen(want)), 0, "%s",
	    f.line[0]);
	/* the rule does not care, so A has nothing to say */
	replay(REPLAY_A, 0, 0);
	cr_expect_eq(f.counts.differences, 0, "%s", f.line[0]);
}

Test(replay, an_altered_outcome_is_named, .init = setup, .fini = teardown)
{
	static struct entry e;
	uint64_t seq = ordinary_days();
	char want[64];
	size_t i;

	record();
	altered(seq, &e);
	e.decision = e.floor = LK_PASS;
	e.by = 0;
	e.due = 0;
	put_back(&e);
	replay(REPLAY_A, 0, 0);
	cr_expect_geq(f.counts.differences, 2);
	snprintf(want, sizeof(want), "A %" PRIu64 " decision: 0 | %d", seq,
	    LK_REVIEW);
	for (i = 0; i < f.n && strcmp(f.line[i], want) != 0; i++)
		continue;
	cr_expect(i < f.n, "%s is not among them: %s", want, f.line[0]);
	/* and outside of the range it is not looked at */
	replay(REPLAY_A, seq + 1, 0);
	cr_expect_eq(f.counts.differences, 0, "%s", f.line[0]);
}

/* Alter one field of an entry. */
static void
alter(struct entry *e, int field)
{
	switch (field) {
	case 0: e->floor = LK_REJECT; break;
	case 1: e->needs ^= LK_NEED_MANAGER; break;
	case 2: e->by = LK_BY_COUNTER + LK_BY_CENTRE - e->by; break;
	case 3: e->offer = LK_PRODUCT_BANK2; break;
	case 4: e->profile = 3; break;
	case 5: strcpy(e->hits, "OTHER"); break;
	case 6: strcpy(e->lifted, "OTHER"); break;
	case 7: strcpy(e->shadow, "OTHER"); break;
	case 8: e->hits_total++; break;
	case 9: strcpy(e->reason, "OTHER"); break;
	case 10: strcpy(e->policy, "play-0"); break;
	case 11: e->expires = e->t - 5000; e->due = e->expires; break;
	case 12: e->due += 1000; break;
	case 13: e->flags |= ENTRY_F_CLEARED; break;
	case 14: e->nfacts--; break;
	default: e->superseded = 3; break;
	}
}

Test(replay, every_field_is_compared, .init = setup, .fini = teardown)
{
	static const char *const names[] = { "floor", "needs", "by", "offer",
		"profile", "hits", "lifted", "shadow", "hits_total", "reason",
		"policy", "expires", "due", "flags.cleared", "facts",
		"superseded" };
	static struct entry e, was;
	uint64_t seq = ordinary_days();
	char want[64];
	size_t i, k;

	record();
	was = *altered(seq, &e);
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		e = was;
		alter(&e, (int)i);
		put_back(&e);
		/* Where nothing is altered in the state, nothing else differs. */
		replay(i < 15 ? REPLAY_A : REPLAY_B, seq, 0);
		snprintf(want, sizeof(want), " %" PRIu64 " %s: ", seq,
		    names[i]);
		for (k = 0; k < f.n && strstr(f.line[k], want) == NULL; k++)
			continue;
		cr_expect(k < f.n, "%s was altered: %s", names[i],
		    f.n > 0 ? f.line[0] : "nothing differs");
		if (i < 15)
			cr_expect_eq(f.n, 1, "%s: %s", names[i], f.line[1]);
	}
}

/* How long a reservation lasts may be configured; that is counted, not refused. */
Test(replay, a_configured_reservation, .init = setup, .fini = teardown)
{

	x.co.reservation_ms = 7 * PLAY_MINUTE;
	play_start(&x);
	cr_expect_eq(play_check(&x, "abank", "o1", 1, LK_PRODUCT_BANK1),
	    LK_PASS);
	record();
	replay(REPLAY_A, 0, 0);
	cr_expect_eq(f.counts.differences, 0, "%s", f.line[0]);
	cr_expect_eq(f.counts.ttl, 1);
}

/* A forged earlier opening shows in the decisions after it. */
Test(replay, a_forged_past_shows_later, .init = setup, .fini = teardown)
{
	static struct entry e;
	size_t i;

	ordinary_days();
	record();
	for (i = 0; i < tape.n; i++)
		if (altered(i + 1, &e)->kind == ENTRY_CONFIRM)
			break;
	memset(e.inst, 0, sizeof(e.inst));
	strcpy(e.inst, "zbank");
	put_back(&e);
	replay(REPLAY_B, 0, 0);
	cr_expect_geq(f.counts.differences, 1);
	cr_expect_not_null(strstr(f.line[0], "institutions(7d)"), "%s",
	    f.line[0]);
}

Test(replay, another_engine, .init = setup, .fini = teardown)
{
	static struct entry e;
	uint64_t seq = ordinary_days();

	record();
	altered(seq, &e);
	e.engine = POLICY_ENGINE + 1;
	put_back(&e);
	replay(REPLAY_A | REPLAY_B, 0, 0);
	cr_expect_eq(f.counts.differences, 1);
	cr_expect_not_null(strstr(f.line[0], "engine: 2 | 1"), "%s", f.line[0]);
}

Test(replay, a_policy_that_is_gone, .init = setup, .fini = teardown)
{

	ordinary_days();
	record();
	f.gone = 1;
	replay(REPLAY_A | REPLAY_B, 0, 0);
	f.gone = 0;
	cr_expect_eq(f.rc, 0);
	cr_expect_eq(f.counts.differences, 1, "told once");
	cr_expect_eq(f.counts.unknown, 72);
	cr_expect_eq(f.counts.decisions, 0);
	cr_expect_not_null(strstr(f.line[0], x.hash), "%s", f.line[0]);
}

/* The file is the one that is named, but it calls itself otherwise. */
Test(replay, a_policy_by_another_name, .init = setup, .fini = teardown)
{
	static struct entry e;
	size_t i;

	ordinary_days();
	record();
	for (i = 0; i < tape.n; i++)
		if (altered(i + 1, &e)->kind == ENTRY_POLICY)
			break;
	strcpy(e.policy, "play-9");
	put_back(&e);
	replay(REPLAY_A, 0, 0);
	cr_expect_eq(f.counts.differences, 1);
	cr_expect_not_null(strstr(f.line[0], "policy: play-9 | play-1"), "%s",
	    f.line[0]);
}

Test(replay, two_policies, .init = setup, .fini = teardown)
{

	play_start(&x);
	play_open(&x, "abank", "o1", 1, LK_PRODUCT_BANK1);
	play_policy(&x, "[policy]\nversion = \"play-2\"\n[rule ALL]\n"
	    "when = \"cards(30d) >= 1\"\nthen = review\n"
	    "by = counter\nreason = \"ALL\"\nmessage.zh = \"a\"\n"
	    "message.en = \"a\"\n");
	cr_expect_eq(play_check(&x, "abank", "o1", 2, LK_PRODUCT_BANK1),
	    LK_REVIEW);
	play_policy(&x, PLAY_POLICY);
	cr_expect_eq(play_check(&x, "abank", "o1", 3, LK_PRODUCT_BANK1),
	    LK_PASS);
	record();
	replay(REPLAY_A | REPLAY_B, 0, 0);
	cr_expect_eq(f.counts.differences, 0, "%s", f.line[0]);
	cr_expect_eq(f.counts.decisions, 3);
}

/* A fact about a list is compared with the matched records, unless they had no room. */
Test(replay, a_fact_about_a_list_and_its_record, .init = setup,
    .fini = teardown)
{
	static struct entry e;
	uint64_t seq;

	play_start(&x);
	play_policy(&x, "[policy]\nversion = \"play-2\"\n[rule L]\n"
	    "when = \"listed('b')\"\nthen = review\nreason = \"L\"\n"
	    "[rule A]\nwhen = \"agent_listed('b')\"\nthen = review\n"
	    "reason = \"A\"\n");
	play_check(&x, "abank", "o1", 2, LK_PRODUCT_BANK1);
	seq = play_seq(&x);
	record();
	(void)altered(seq, &e);
	cr_assert_eq(e.nfacts, 3);
	e.facts[1] = e.facts[2] = 8;
	/* 60 bytes of 127: the longest record of a list is not beside them. */
	snprintf(e.agent_listed, sizeof(e.agent_listed),
	    "a-list-of-some-length:4294967295:stop_payment:9:65535:joint2024");
	e.agent_listed[60] = '\0';
	put_back(&e);
	replay(REPLAY_B, 0, 0);
	cr_expect_eq(f.counts.differences, 1, "%s", f.line[1]);
	cr_expect_not_null(strstr(f.line[0], "listed('b'): 8 | 0"), "%s",
	    f.line[0]);
	/* 80 bytes of 255: there was room, so it was not found. */
	e.facts[2] = 0;
	snprintf(e.listed, sizeof(e.listed), "%s %.19s", e.agent_listed,
	    "c:1:found:8:0:police");
	put_back(&e);
	replay(REPLAY_B, 0, 0);
	cr_expect_eq(f.counts.differences, 1, "%s", f.line[0]);
}

Test(replay, the_sandbox_counts_apart, .init = setup, .fini = teardown)
{
	char id[19] = "00000019900101006?";

	x.co.sandbox = 1;
	play_start(&x);
	play_check(&x, "abank", "o1", 1, LK_PRODUCT_BANK1);
	id[17] = identity_check_digit(id);
	play_ask(&x);
	play_text(&x, WIRE_T_INSTITUTION, "abank");
	play_text(&x, WIRE_T_BRANCH, "o1");
	play_text(&x, WIRE_T_TELLER, "t01");
	play_text(&x, WIRE_T_TXN_ID, "magic");
	play_number(&x, WIRE_T_ID_TYPE, LK_ID_RESIDENT);
	play_text(&x, WIRE_T_ID_NO, id);
	play_number(&x, WIRE_T_PRODUCT, LK_PRODUCT_BANK1);
	cr_expect_eq(play_decide(&x), LK_REJECT);
	play_settle(&x);
	record();
	replay(REPLAY_A | REPLAY_B, 0, 0);
	cr_expect_eq(f.counts.differences, 0, "%s", f.line[0]);
	cr_expect_eq(f.counts.decisions, 2);
	cr_expect_eq(f.counts.forced, 1);
}

/* The private state is checkpointed when it is full, and nothing is left. */
Test(replay, a_full_overlay, .init = setup, .fini = teardown)
{
	struct dirent *d;
	char outlet[16];
	DIR *dir;
	int i;

	/* One segment: the next one may not be there yet on a slow disk. */
	x.jo.segment_bytes = 16 << 20;
	play_start(&x);
	for (i = 0; i < 3000; i++) {
		snprintf(outlet, sizeof(outlet), "o%d", i % 7);
		play_applicant(&x, i % 2 ? "abank" : "ctel", outlet, i % 900,
		    i % 2 ? LK_PRODUCT_BANK1 : LK_PRODUCT_SIM);
		cr_assert_geq(play_decide(&x), 0);
		if (i % 50 == 0)
			play_settle(&x);
		play_pass(&x, 20000);
	}
	play_settle(&x);
	record();
	replay(REPLAY_A | REPLAY_B, 0, 1 << 20);
	cr_expect_eq(f.rc, 0, "%s", f.err);
	cr_expect_eq(f.counts.differences, 0, "%s", f.line[0]);
	cr_expect_eq(f.counts.decisions, 3000);
	dir = opendir(x.dir);
	while ((d = readdir(dir)) != NULL)
		cr_expect_null(strstr(d->d_name, "replay"), "%s", d->d_name);
	closedir(dir);
}

Test(replay, entries_that_are_missing, .init = setup, .fini = teardown)
{
	size_t i;

	ordinary_days();
	record();
	free(tape.e[5].p);
	for (i = 5; i + 1 < tape.n; i++)
		tape.e[i] = tape.e[i + 1];
	tape.n--;
	replay(REPLAY_A, 0, 0);
	cr_expect_eq(f.rc, -1);
	cr_expect_not_null(strstr(f.err, "entries 6 to 6 are not there"), "%s",
	    f.err);
}

/* A log of a later year alone: its policy was named in the one before. */
Test(replay, a_journal_that_begins_later, .init = setup, .fini = teardown)
{
	size_t i;

	ordinary_days();
	record();
	for (i = 0; i < 4; i++)
		free(tape.e[i].p);
	tape.n -= 4;
	memmove(tape.e, &tape.e[4], tape.n * sizeof(tape.e[0]));
	replay(REPLAY_A, 0, 0);
	cr_expect_eq(f.rc, 0, "%s", f.err);
	cr_expect_gt(f.counts.unknown, 60);
	cr_expect_eq(f.counts.decisions, 0);
	cr_expect_eq(f.counts.differences, 1, "told once");
	replay(REPLAY_B, 0, 0);
	cr_expect_eq(f.rc, -1);
	cr_expect_not_null(strstr(f.err, "mode B needs the whole"), "%s",
	    f.err);
}

Test(replay, an_entry_that_is_garbled, .init = setup, .fini = teardown)
{

	ordinary_days();
	record();
	tape.e[9].p[0] = '[';
	replay(REPLAY_A, 0, 0);
	cr_expect_eq(f.rc, -1);
	cr_expect_not_null(strstr(f.err, "entry 10"), "%s", f.err);
}
