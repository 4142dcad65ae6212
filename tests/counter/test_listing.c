#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plugin.h"

#include "counter/listing.h"
#include "engine/category.h"
#include "engine/day.h"
#include "engine/identity.h"
#include "engine/normal.h"
#include "engine/policy.h"
#include "keys/keyfile.h"
#include "keys/token.h"
#include "lists/adopt.h"
#include "lists/campaigns.h"
#include "lists/outlets.h"
#include "store/disk.h"
#include "store/entry.h"
#include "store/journal.h"
#include "store/list.h"

#include "fixture.h"

/*
 * Lists, registers and campaigns as a check meets them, and what a new version means
 * for what was decided before.
 */

static struct fixture x;
static struct token_keys *list_keys;
static char buf[1100];

static const char policy[] =
    "[policy]\nversion = \"lists-1\"\n"
    "[rule L-BANK]\nclass = statutory\nwhen = \"listed('sanction', convicted) "
    "and product in (bank1, bank2, bank3)\"\nthen = limit\nlimit_profile = 3\n"
    "reason = \"L1\"\nmessage.zh = \"x\"\nmessage.en = \"x\"\n"
    "[rule L-SIM]\nclass = statutory\nwhen = \"listed('sanction') and "
    "product == sim\"\nthen = reject\nreason = \"L2\"\nmessage.zh = \"x\"\n"
    "message.en = \"x\"\n"
    "[rule A-SANCTION]\nclass = context\nwhen = \"agent_listed('sanction')\"\n"
    "then = review\nby = institution\nreason = \"A1\"\nmessage.zh = \"x\"\n"
    "message.en = \"x\"\n"
    "[rule PHONE]\nclass = context\nwhen = \"listed('phones')\"\nthen = review\n"
    "by = centre\nneeds = centre\nreason = \"P1\"\nmessage.zh = \"x\"\n"
    "message.en = \"x\"\n"
    "[rule STALE]\nclass = context\nwhen = \"stale\"\nthen = review\n"
    "by = institution\nreason = \"S1\"\nmessage.zh = \"x\"\nmessage.en = \"x\"\n"
    "[rule OUTLET_SUSPENDED]\nclass = statutory\nwhen = \"outlet_suspended\"\n"
    "then = reject\nreason = \"OUTLET_SUSPEND\"\nmessage.zh = \"x\"\n"
    "message.en = \"x\"\n"
    "[rule UNKNOWN]\nclass = context\nwhen = \"not outlet_known\"\n"
    "then = review\nby = institution\nreason = \"U1\"\nmessage.zh = \"x\"\n"
    "message.en = \"x\"\n"
    "[rule DAY-2]\ncampaign = true\nwhen = \"visits(today) >= 2\"\n"
    "then = review\nby = counter\nneeds = purpose_proof\nreason = \"DAY2\"\n"
    "message.zh = \"x\"\nmessage.en = \"x\"\n"
    "[rule TRY-2]\nshadow = true\nwhen = \"attempts(24h) >= 2\"\n"
    "then = review\nreason = \"T2\"\nmessage.zh = \"x\"\nmessage.en = \"x\"\n";

/* Three lists, empty to begin with; tests fill them. */
enum { SANCTION, PHONES, CARDS, LISTS };
static struct {
	const char *id;
	int subject;
	uint32_t version;
	size_t n;
	struct listrec r[16];
} lists[LISTS] = {
	{ .id = "sanction", .subject = LIST_PERSON },
	{ .id = "phones", .subject = LIST_PHONE },
	{ .id = "cards", .subject = LIST_CARD },
};
static const char *outlets_text, *campaigns_text;
static uint32_t targets, epoch;
static struct keyfile k[2];

static void
setup(void)
{
	const uint8_t secret[2][32] = { { 7 }, { 8 } };
	char err[512];
	size_t i;

	for (i = 0; i < 2; i++)
		cr_assert_eq(keyfile_make(&k[i], KEYFILE_TOKEN_LIST,
		    (unsigned)i + 1, 1700000000, secret[i]), 0);
	list_keys = token_keys_from(k, 1, err, sizeof(err));
	cr_assert_not_null(list_keys, "%s", err);
	fixture_open(&x, policy);
	x.options.lists_none = 0;
	x.options.list_keys = list_keys;
	x.options.lists_soft_ms = 3600 * 1000;
	x.options.lists_hard_ms = 24 * 3600 * 1000;
	fixture_reopen(&x);
	for (i = 0; i < LISTS; i++)
		lists[i].n = lists[i].version = 0;
	outlets_text = campaigns_text = NULL;
	targets = 0;
	epoch = 1;
}

static void
teardown(void)
{

	fixture_close(&x);
	token_keys_free(list_keys);
}

/* The list token of a person. */
static struct token
person(int n)
{
	uint8_t in[IDENTITY_TOKEN_INPUT];
	struct identity_error e;
	struct identity id;
	struct token t;
	char no[19];

	fixture_id(no, n);
	cr_assert_eq(identity_parse(&id, LK_ID_RESIDENT, no, 18, "",
	    day_of(FIXTURE_START / 1000), &e), 0);
	token_make(&t, list_keys,
	    (unsigned)token_keys_find(list_keys, epoch), TOKEN_PERSON, in,
	    identity_token_input(&id, in));
	return (t);
}

/* The list token of a phone or card. */
static struct token
thing(int label, const char *text)
{
	char norm[NORMAL_MAX];
	struct token t;
	size_t n;

	n = label == TOKEN_PHONE ? normal_phone(text, strlen(text), norm) :
	    normal_card(text, strlen(text), norm);
	token_make(&t, list_keys, 0, (enum token_label)label, norm, n);
	return (t);
}

static int
ascending(const void *a, const void *b)
{

	return (memcmp(a, b, TOKEN_LEN));
}

/* Set what a list says of a token; category 0 with no flags takes it off. */
static void
set(int l, struct token t, int category, unsigned flags, int expiry)
{
	struct listrec r = { .token = t, .category = (uint8_t)category,
		.severity = (uint8_t)category_severity(category),
		.flags = { (uint8_t)flags, 0 },
		.expiry = { (uint8_t)expiry, (uint8_t)(expiry >> 8) },
		.source = { BASIS_JOINT_2024, 0 } };
	size_t i;

	for (i = 0; i < lists[l].n; i++)
		if (memcmp(&lists[l].r[i].token, &t, sizeof(t)) == 0)
			break;
	if (category == 0 && flags == 0) {
		lists[l].r[i] = lists[l].r[--lists[l].n];
	} else {
		lists[l].r[i] = r;
		lists[l].n += i == lists[l].n;
	}
	qsort(lists[l].r, lists[l].n, sizeof(r), ascending);
	lists[l].version++;
}

/* Build the lists and registers as they are now. */
static struct adopted *
generation(void)
{
	struct adopted *a = calloc(1, sizeof(*a));
	char path[300], err[LIST_ERROR_MAX] = "";
	struct list_builder *b;
	struct list_info info;
	size_t i;

	cr_assert_not_null(a);
	a->generation = a->root = a->timestamp = a->snapshot = 1;
	a->targets = ++targets;
	a->timestamp = targets;
	a->signed_at = x.wall / 1000;
	for (i = 0; i < LISTS; i++) {
		memset(&info, 0, sizeof(info));
		snprintf(info.id, sizeof(info.id), "%s", lists[i].id);
		info.subject = (uint32_t)lists[i].subject;
		info.epoch = epoch;
		info.version = lists[i].version + 1;
		snprintf(path, sizeof(path), "%s/%s.%u.%u", x.dir,
		    lists[i].id, info.version, targets);
		b = list_build(path, &info, &disk_real, err);
		cr_assert_not_null(b, "%s", err);
		cr_assert_eq(list_build_add(b, lists[i].r, lists[i].n, err), 0,
		    "%s", err);
		cr_assert_eq(list_build_finish(b, &info, err), 0, "%s", err);
		a->list[i].list = list_open(path, 1, err);
		cr_assert_not_null(a->list[i].list, "%s", err);
		a->list[i].info = info;
		a->list[i].changed = 1;
	}
	a->nlists = LISTS;
	if (outlets_text != NULL) {
		a->outlets = outlets_read("o", outlets_text,
		    strlen(outlets_text), err);
		cr_assert_not_null(a->outlets, "%s", err);
		a->outlets_version = targets;
	}
	if (campaigns_text != NULL) {
		a->campaigns = campaigns_read("c", campaigns_text,
		    strlen(campaigns_text), NULL);
		cr_assert_not_null(a->campaigns);
		a->campaigns_version = targets;
	}
	return (a);
}

/* Put a generation into force, free the old one. */
static void
serve(struct adopted *a)
{
	struct adopted *old;

	cr_assert_eq(counter_lists(x.counter, a, NULL, NULL, &old), LK_OK);
	if (old != NULL) {
		adopt_free(old);
		free(old);
	}
}

/* Publish and put into force what is set now. */
static void
publish(void)
{

	serve(generation());
}

/* The last entry of the journal, when it is durable. */
static const struct entry *
last(void)
{
	static struct entry e;

	cr_assert_eq(journal_read(x.journal, journal_seq(x.journal), &e), 0);
	return (&e);
}

/* Do all that new lists mean, and return how many entries that made. */
static uint64_t
look_back(void)
{
	uint64_t seq = journal_seq(x.journal), n;
	int i;

	for (i = 0; i < 100 && counter_work(x.counter, 1000); i++)
		;
	cr_assert_lt(i, 100, "the work does not end");
	n = journal_seq(x.journal) - seq;
	ask(&x, WIRE_STATUS);	/* and wait until it is durable */
	cr_assert_eq(answer(&x), 0);
	return (n);
}

CASE(listing, a_sanctioned_person_gets_a_limited_account_and_no_sim)
{
	set(SANCTION, person(1), CATEGORY_CONVICTED, 0, 0);
	publish();
	cr_expect_eq(check(&x, "abank", "1", 1, LK_PRODUCT_BANK1, "a"),
	    LK_LIMIT);
	cr_expect_eq(num(&x, WIRE_T_LIST_VERSION), 1);
	cr_expect_eq(num(&x, WIRE_T_RESULT_FLAGS) & LK_R_STALE, 0);
	cr_expect_str_eq(last()->listed, "sanction:2:convicted:9:0:joint2024");
	cr_expect_eq(last()->list_version, 1);
	cr_expect_eq(last()->list_epoch, 1);
	cr_expect_eq(check(&x, "ctel", "1", 1, LK_PRODUCT_SIM, "b"),
	    LK_REJECT);
	cr_expect_eq(check(&x, "abank", "1", 2, LK_PRODUCT_BANK1, "c"),
	    LK_PASS);
	cr_expect_str_eq(last()->listed, "");
}

CASE(listing, entries_run_out_by_themselves)
{
	int today = (int)day_of(x.wall / 1000);

	set(SANCTION, person(1), CATEGORY_CONVICTED, 0, today);
	publish();
	cr_expect_eq(check(&x, "ctel", "1", 1, LK_PRODUCT_SIM, "a"),
	    LK_REJECT);
	fixture_pass(&x, 24 * 3600 * 1000);
	set(SANCTION, person(9), CATEGORY_CONVICTED, 0, 0);
	publish();
	cr_expect_eq(check(&x, "ctel", "1", 1, LK_PRODUCT_SIM, "b"), LK_PASS);
	cr_expect_eq(look_back(), 0, "run out is not withdrawn");
}

CASE(listing, who_was_cleared_is_not_listed)
{
	set(SANCTION, person(1), CATEGORY_NONE, LISTREC_CLEARED, 0);
	publish();
	cr_expect_eq(check(&x, "ctel", "1", 1, LK_PRODUCT_SIM, "a"), LK_PASS);
}

CASE(listing, agents_and_phones_are_looked_up)
{
	char id[19];

	set(SANCTION, person(3), CATEGORY_FOUND, 0, 0);
	set(PHONES, thing(TOKEN_PHONE, "13800001111"), CATEGORY_INVOLVED, 0, 0);
	publish();
	applicant(&x, "abank", "1", 1, LK_PRODUCT_BANK1, "a");
	fixture_id(id, 3);
	withn(&x, WIRE_T_AGENT_ID_TYPE, LK_ID_RESIDENT);
	with(&x, WIRE_T_AGENT_ID_NO, id);
	withn(&x, WIRE_T_AGENT_RELATION, LK_AGENT_CARER);
	cr_expect_eq(answer(&x), 0);
	cr_expect_eq(num(&x, WIRE_T_DECISION), LK_REVIEW);
	cr_expect(hits(&x, "A-SANCTION"));
	cr_expect_str_eq(last()->agent_listed,
	    "sanction:2:found:8:0:joint2024");
	applicant(&x, "abank", "1", 2, LK_PRODUCT_BANK1, "b");
	with(&x, WIRE_T_PHONE, "+86 138-0000-1111");
	cr_expect_eq(answer(&x), 0);
	cr_expect(hits(&x, "PHONE"));
}

CASE(listing, age_is_told_and_then_decides)
{

	publish();
	cr_expect_eq(check(&x, "abank", "1", 1, LK_PRODUCT_BANK1, "a"),
	    LK_PASS);
	fixture_pass(&x, 3601 * 1000);
	cr_expect_eq(check(&x, "abank", "1", 2, LK_PRODUCT_BANK1, "b"),
	    LK_PASS);
	cr_expect_neq(num(&x, WIRE_T_RESULT_FLAGS) & LK_R_STALE, 0);
	fixture_pass(&x, 24 * 3600 * 1000);
	cr_expect_eq(check(&x, "abank", "1", 3, LK_PRODUCT_BANK1, "c"),
	    LK_REVIEW);
	cr_expect(hits(&x, "STALE"));
	publish();
	cr_expect_eq(check(&x, "abank", "1", 4, LK_PRODUCT_BANK1, "d"),
	    LK_PASS);
}

CASE(listing, without_lists_nobody_passes_unseen)
{

	cr_expect_eq(check(&x, "abank", "1", 1, LK_PRODUCT_BANK1, "a"),
	    LK_REVIEW);
	cr_expect(hits(&x, "STALE"));
	cr_expect_neq(num(&x, WIRE_T_RESULT_FLAGS) & LK_R_STALE, 0);
}

CASE(listing, a_list_that_the_policy_asks_for_must_be_there)
{
	struct adopted *a = generation();

	a->nlists = 1;		/* phones and cards were not published */
	list_close(a->list[1].list);
	list_close(a->list[2].list);
	a->list[1].list = a->list[2].list = NULL;
	serve(a);
	cr_expect_eq(check(&x, "abank", "1", 1, LK_PRODUCT_BANK1, "a"),
	    LK_REVIEW);
	cr_expect(hits(&x, "STALE"));
}

/* The outlet is refused; nothing is counted against the applicant. */
CASE(listing, a_suspended_outlet_counts_against_nobody)
{

	outlets_text = "institution,outlet,name,area,hours,contact,status,"
	    "from,until,reason\n"
	    "abank,1,One,330102,,,suspended,2026-11-01,,audit\n"
	    "abank,2,Two,330102,,,open,,,\n";
	publish();
	cr_expect_eq(check(&x, "abank", "1", 1, LK_PRODUCT_BANK1, "a"),
	    LK_REJECT);
	cr_expect_str_eq(str(&x, WIRE_T_REASON, buf), "OUTLET_SUSPEND");
	cr_expect(hits(&x, "OUTLET_SUSPENDED"));
	cr_expect_neq(last()->flags & ENTRY_F_OUTLET, 0);
	cr_expect_eq(last()->flags & ENTRY_F_SEALED, 0);
	cr_expect_eq(check(&x, "abank", "2", 1, LK_PRODUCT_BANK1, "b"),
	    LK_PASS);
	cr_expect_str_eq(last()->shadow, "", "the refusal was no attempt");
	cr_expect_eq(check(&x, "bbank", "7", 2, LK_PRODUCT_BANK1, "c"),
	    LK_REVIEW);
	cr_expect(hits(&x, "UNKNOWN"));
	outlets_text = "institution,outlet,name,area,hours,contact,status,"
	    "from,until,reason\n"
	    "abank,1,One,330102,,,open,,,\n";
	publish();
	cr_expect_eq(check(&x, "abank", "1", 3, LK_PRODUCT_BANK1, "d"),
	    LK_PASS);
}

CASE(listing, a_campaign_lifts_its_rules_for_its_heads)
{

	campaigns_text = "[campaign fresh]\ntitle = \"x\"\n"
	    "outlets = \"abank.1\", \"ctel.1\"\nproducts = bank1, sim\n"
	    "from = 2026-11-01\nuntil = 2026-11-30\nexpected = 2\n"
	    "lifts = DAY-2\nproposed = \"wang\"\napproved = \"li\"\n";
	publish();
	cr_expect_eq(check(&x, "abank", "1", 1, LK_PRODUCT_BANK1, "a1"),
	    LK_PASS);
	cr_expect_str_eq(last()->campaign, "fresh");
	cr_expect_neq(last()->flags & ENTRY_F_HEAD, 0);
	cr_expect_eq(check(&x, "ctel", "1", 1, LK_PRODUCT_SIM, "a2"), LK_PASS);
	cr_expect_str_eq(last()->waived, "DAY-2");
	cr_expect_eq(last()->flags & ENTRY_F_HEAD, 0, "one head once");
	cr_expect_eq(check(&x, "abank", "1", 2, LK_PRODUCT_BANK1, "b1"),
	    LK_PASS);
	/* There are two heads now: the third gets nothing lifted. */
	cr_expect_eq(check(&x, "abank", "1", 3, LK_PRODUCT_BANK1, "c1"),
	    LK_PASS);
	cr_expect_neq(last()->flags & ENTRY_F_FULL, 0);
	cr_expect_eq(check(&x, "ctel", "1", 3, LK_PRODUCT_SIM, "c2"),
	    LK_REVIEW);
	cr_expect_str_eq(last()->waived, "");
	/* Who is in it stays in it; elsewhere nothing is lifted. */
	cr_expect_eq(check(&x, "ctel", "1", 2, LK_PRODUCT_SIM, "b2"), LK_PASS);
	cr_expect_eq(check(&x, "ctel", "9", 2, LK_PRODUCT_SIM, "b3"),
	    LK_REVIEW);
}

CASE(listing, who_passed_and_is_listed_now_is_reported_once)
{
	uint64_t passed;

	publish();
	cr_expect_eq(check(&x, "ctel", "7", 1, LK_PRODUCT_SIM, "a"), LK_PASS);
	passed = (uint64_t)num(&x, WIRE_T_SEQ);
	(void)look_back();
	set(SANCTION, person(1), CATEGORY_CONVICTED, 0, 0);
	publish();
	cr_expect_eq(look_back(), 1);
	cr_expect_eq(last()->kind, ENTRY_RETRO);
	cr_expect_eq(last()->code, RETRO_HIT);
	cr_expect_eq(last()->ref, passed);
	cr_expect_str_eq(last()->inst, "ctel");
	cr_expect_str_eq(last()->outlet, "7");
	cr_expect_str_eq(last()->teller, "t01");
	cr_expect_str_eq(last()->listed, "sanction:2:convicted:9:0:joint2024");
	set(SANCTION, person(2), CATEGORY_CONVICTED, 0, 0);
	publish();
	cr_expect_eq(look_back(), 0, "once");
	/* What is decided with the list in force is no news to it. */
	cr_expect_eq(check(&x, "abank", "1", 2, LK_PRODUCT_BANK1, "b"),
	    LK_LIMIT);
	publish();
	cr_expect_eq(look_back(), 0);
}

/* Held, then approved: he passed too, whether the card is issued yet or not. */
CASE(listing, who_was_approved_and_is_listed_now_is_reported)
{
	char id[40];

	set(PHONES, thing(TOKEN_PHONE, "13800001111"), CATEGORY_INVOLVED, 0, 0);
	publish();
	applicant(&x, "abank", "1", 1, LK_PRODUCT_BANK1, "a");
	with(&x, WIRE_T_PHONE, "13800001111");
	cr_expect_eq(answer(&x), 0);
	cr_assert_eq(num(&x, WIRE_T_DECISION), LK_REVIEW);
	decision_id(&x, id);
	(void)look_back();
	set(SANCTION, person(1), CATEGORY_CONVICTED, 0, 0);
	publish();
	cr_expect_eq(look_back(), 0, "he is held still");
	ask(&x, WIRE_DECIDE);
	with(&x, WIRE_T_DECISION_ID, id);
	withn(&x, WIRE_T_OUTCOME, LK_RESOLVE_APPROVE);
	with(&x, WIRE_T_DECIDED_BY, "officer-7");
	with(&x, WIRE_T_NOTE, "case 17");
	cr_assert_eq(answer(&x), 0);
	set(SANCTION, person(1), CATEGORY_FOUND, 0, 0);
	publish();
	cr_expect_eq(look_back(), 1);
	cr_expect_eq(last()->code, RETRO_HIT);
}

/* The loop has time for a few look-ups at a turn, not for a bucket at once. */
CASE(listing, the_smallest_slices_find_all_of_them)
{
	uint64_t seq;
	char txn[8];
	int i;

	publish();
	for (i = 0; i < 10; i++) {
		snprintf(txn, sizeof(txn), "%d", i);
		cr_expect_eq(check(&x, "ctel", "7", i, LK_PRODUCT_SIM, txn),
		    LK_PASS);
		set(SANCTION, person(i), CATEGORY_CONVICTED, 0, 0);
	}
	(void)look_back();
	publish();
	seq = journal_seq(x.journal);
	cr_expect_neq(counter_work(x.counter, 4), 0);
	cr_expect_leq(journal_seq(x.journal), seq + 4);
	for (i = 0; i < 50 && counter_work(x.counter, 1); i++)
		;
	cr_expect_lt(i, 50);
	cr_expect_eq(journal_seq(x.journal), seq + 10);
}

CASE(listing, who_passed_long_ago_is_left_alone)
{

	publish();
	cr_expect_eq(check(&x, "ctel", "7", 1, LK_PRODUCT_SIM, "a"), LK_PASS);
	fixture_pass(&x, INT64_C(91) * 86400 * 1000);
	set(SANCTION, person(1), CATEGORY_CONVICTED, 0, 0);
	publish();
	cr_expect_eq(look_back(), 0);
}

CASE(listing, who_was_refused_by_a_withdrawn_entry_is_reported_once)
{
	uint64_t refused;

	set(SANCTION, person(1), CATEGORY_CONVICTED, 0, 0);
	set(SANCTION, person(2), CATEGORY_CONVICTED, 0, 0);
	publish();
	cr_expect_eq(check(&x, "ctel", "7", 1, LK_PRODUCT_SIM, "a"),
	    LK_REJECT);
	refused = (uint64_t)num(&x, WIRE_T_SEQ);
	cr_expect_eq(check(&x, "ctel", "7", 2, LK_PRODUCT_SIM, "b"),
	    LK_REJECT);
	(void)look_back();
	set(SANCTION, person(1), CATEGORY_NONE, LISTREC_CLEARED, 0);
	publish();
	cr_expect_eq(look_back(), 1);
	cr_expect_eq(last()->code, RETRO_CLEAR);
	cr_expect_eq(last()->ref, refused);
	cr_expect_eq(check(&x, "ctel", "7", 1, LK_PRODUCT_SIM, "c"), LK_PASS);
	cr_expect_str_eq(last()->shadow, "", "what was refused wrongly is no "
	    "attempt of his");
	publish();
	cr_expect_eq(look_back(), 0, "once");
}

/* Put into force what is set now, by a delta that took a person off. */
static void
publish_gone(int n)
{
	struct listrec gone = { .token = person(n), .flags = { LISTREC_GONE } };
	struct adopted *a;

	set(SANCTION, gone.token, CATEGORY_NONE, 0, 0);
	a = generation();
	a->list[0].touched = malloc(sizeof(gone));
	memcpy(a->list[0].touched, &gone, sizeof(gone));
	a->list[0].ntouched = 1;
	a->list[1].changed = a->list[2].changed = 0;
	serve(a);
}

/* Gone without a tombstone: only what was touched tells. */
CASE(listing, an_entry_that_is_gone_is_found_by_what_was_touched)
{

	set(SANCTION, person(1), CATEGORY_CONVICTED, 0, 0);
	publish();
	cr_expect_eq(check(&x, "ctel", "7", 1, LK_PRODUCT_SIM, "a"),
	    LK_REJECT);
	(void)look_back();
	publish_gone(1);
	cr_expect_eq(look_back(), 1);
	cr_expect_eq(last()->code, RETRO_CLEAR);
}

/* The centre takes off what has run out: that is no withdrawal. */
CASE(listing, an_entry_that_ran_out_and_is_gone_was_not_withdrawn)
{
	int today = (int)day_of(x.wall / 1000);

	set(SANCTION, person(1), CATEGORY_CONVICTED, 0, today);
	set(SANCTION, person(2), CATEGORY_CONVICTED, 0, today + 9);
	publish();
	cr_expect_eq(check(&x, "ctel", "7", 1, LK_PRODUCT_SIM, "a"),
	    LK_REJECT);
	cr_expect_eq(check(&x, "ctel", "7", 2, LK_PRODUCT_SIM, "b"),
	    LK_REJECT);
	(void)look_back();
	fixture_pass(&x, 24 * 3600 * 1000);
	publish_gone(1);
	cr_expect_eq(look_back(), 0);
	publish_gone(2);
	cr_expect_eq(look_back(), 1);
	cr_expect_eq(last()->code, RETRO_CLEAR);
}

/* Under another list key everybody has another token: nobody was withdrawn. */
CASE(listing, another_epoch_clears_nobody)
{
	struct token_keys *one;
	struct listrec r;
	struct adopted *a;
	struct token t;
	char err[512];

	set(SANCTION, person(1), CATEGORY_CONVICTED, 0, 0);
	publish();
	cr_expect_eq(check(&x, "ctel", "7", 1, LK_PRODUCT_SIM, "a"),
	    LK_REJECT);
	(void)look_back();
	one = list_keys;
	list_keys = token_keys_from(k, 2, err, sizeof(err));
	cr_assert_not_null(list_keys, "%s", err);
	x.options.list_keys = list_keys;
	fixture_reopen(&x);
	token_keys_free(one);
	publish();
	(void)look_back();
	/* His record changes, and before that was looked at the list comes under
	 * another key. */
	t = person(1);
	set(SANCTION, t, CATEGORY_FOUND, 0, 0);
	r = lists[SANCTION].r[0];
	a = generation();
	a->list[0].touched = malloc(sizeof(r));
	memcpy(a->list[0].touched, &r, sizeof(r));
	a->list[0].ntouched = 1;
	serve(a);
	set(SANCTION, t, CATEGORY_NONE, 0, 0);
	epoch = 2;
	set(SANCTION, person(1), CATEGORY_FOUND, 0, 0);
	publish();
	cr_expect_eq(look_back(), 0);
}

CASE(listing, who_was_held_for_a_phone_since_withdrawn_is_reported_once)
{
	struct token phone = thing(TOKEN_PHONE, "13800001111");

	set(PHONES, phone, CATEGORY_INVOLVED, 0, 0);
	publish();
	applicant(&x, "abank", "1", 2, LK_PRODUCT_BANK1, "a");
	with(&x, WIRE_T_PHONE, "13800001111");
	cr_expect_eq(answer(&x), 0);
	cr_assert_eq(num(&x, WIRE_T_DECISION), LK_REVIEW);
	(void)look_back();
	set(PHONES, phone, CATEGORY_NONE, LISTREC_CLEARED, 0);
	publish();
	cr_expect_eq(look_back(), 1);
	cr_expect_eq(last()->code, RETRO_CLEAR);
	cr_expect_str_eq(last()->list, "phones");
	publish();
	cr_expect_eq(look_back(), 0, "once");
}

CASE(listing, an_involved_card_leads_to_outlet_and_teller)
{
	char id[40];

	publish();
	cr_expect_eq(check(&x, "abank", "5", 1, LK_PRODUCT_BANK1, "a"),
	    LK_PASS);
	cr_expect_eq(confirm(&x, decision_id(&x, id), "6222 0000 1111 2222"),
	    0);
	fixture_pass(&x, INT64_C(40) * 86400 * 1000);
	set(CARDS, thing(TOKEN_CARD, "6222000011112222"), CATEGORY_INVOLVED, 0,
	    0);
	publish();
	cr_expect_eq(look_back(), 1);
	cr_expect_str_eq(last()->inst, "abank");
	cr_expect_str_eq(last()->outlet, "5");
	cr_expect_str_eq(last()->teller, "t01");
	cr_expect_eq((last()->t - last()->at) / 86400000, 40);
	publish();
	cr_expect_eq(look_back(), 0, "once");
}

CASE(listing, a_restart_serves_and_reports_nothing_twice)
{

	publish();
	cr_expect_eq(check(&x, "ctel", "7", 1, LK_PRODUCT_SIM, "a"), LK_PASS);
	set(SANCTION, person(1), CATEGORY_CONVICTED, 0, 0);
	publish();
	cr_expect_eq(look_back(), 1);
	fixture_reopen(&x);
	publish();
	cr_expect_eq(look_back(), 0);
	cr_expect_eq(check(&x, "ctel", "7", 1, LK_PRODUCT_SIM, "b"),
	    LK_REJECT);
}

/* A generation that is in force already is not told a second time. */
CASE(listing, what_is_in_force_is_written_once)
{
	uint64_t seq;

	set(SANCTION, person(1), CATEGORY_CONVICTED, 0, 0);
	publish();
	(void)look_back();
	cr_expect_eq(last()->kind, ENTRY_LIST);
	cr_expect_eq(last()->list_version, lists[CARDS].version + 1);
	seq = journal_seq(x.journal);
	publish();
	cr_expect_eq(journal_seq(x.journal), seq);
}

/* A root that takes a stolen key away must hold after a restart too, whatever is put
 * back on the disk: its version is a floor even when no list has changed. */
CASE(listing, a_newer_root_is_told_though_no_list_changed)
{
	struct adopted *a;
	uint64_t seq;

	set(SANCTION, person(1), CATEGORY_CONVICTED, 0, 0);
	publish();
	(void)look_back();
	seq = journal_seq(x.journal);
	a = generation();
	a->root = 2;
	serve(a);
	(void)look_back();
	cr_expect_eq(journal_seq(x.journal), seq + 1);
	cr_expect_eq(last()->kind, ENTRY_LIST);
	cr_expect_eq(strncmp(last()->meta, "2.", 2), 0, "%s", last()->meta);
	a = generation();
	a->root = 2;
	serve(a);
	cr_expect_eq(journal_seq(x.journal), seq + 1, "once");
}
