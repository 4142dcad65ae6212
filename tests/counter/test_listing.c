#include "engine/outletday.h"
#include "engine/shared.h"
#include "store/names.h"
#include "store/records.h"
#include "store/state.h"

#include "listkit.h"

/* Lists, registers and campaigns as a check meets them. */

static char buf[1100];

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

/* The centre signed it "tomorrow": this clock cannot tell how old it is. */
CASE(listing, a_clock_that_is_behind_gains_nothing)
{
	int64_t wall = x.wall;

	x.wall += 2 * 3600 * 1000;
	publish();
	x.wall = wall;
	cr_expect_eq(check(&x, "abank", "1", 1, LK_PRODUCT_BANK1, "a"),
	    LK_PASS);
	cr_expect_neq(num(&x, WIRE_T_RESULT_FLAGS) & LK_R_STALE, 0);
	x.wall += 25 * 3600 * 1000;
	publish();
	x.wall = wall;
	cr_expect_eq(check(&x, "abank", "1", 2, LK_PRODUCT_BANK1, "b"),
	    LK_REVIEW);
	cr_expect(hits(&x, "STALE"));
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
	uint8_t key[RECORD_SEEN_KEY];

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
	applicant(&x, "abank", "1", 9, LK_PRODUCT_BANK1, "p");
	with(&x, WIRE_T_PHONE, "13800001111");
	cr_expect_eq(answer(&x), 0);
	record_shared_key(key, SHARED_PHONE, &last()->phone);
	cr_expect_null(state_get(journal_state(x.journal), RECORD_SHARED, key,
	    sizeof(key), NULL, NULL), "nor against who shares his phone");
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

/* That an outlet stands in no register is told once; a list hit each time, as what it is. */
CASE(listing, who_is_told_of_outlets_lists_and_campaigns)
{

	outlets_text = "institution,outlet,name,area,hours,contact,status,"
	    "from,until,reason\nabank,1,One,330102,,,open,,,\n";
	campaigns_text = "[campaign small]\ntitle = \"x\"\n"
	    "outlets = \"abank.1\"\nproducts = bank1\n"
	    "from = 2026-11-01\nuntil = 2026-11-30\nexpected = 1\n"
	    "lifts = DAY-2\nproposed = \"wang\"\napproved = \"li\"\n";
	set(SANCTION, person(4), CATEGORY_CANARY, 0, 0);
	set(SANCTION, person(5), CATEGORY_CONVICTED, 0, 0);
	publish();
	check(&x, "bbank", "7", 1, LK_PRODUCT_BANK1, "a");
	cr_expect_eq(last()->alert, ALERT_COUNTY);
	cr_expect_eq(last()->alert_kind, ALERT_RULE);
	check(&x, "bbank", "7", 2, LK_PRODUCT_BANK1, "b");
	cr_expect_str_eq(last()->hits, "UNKNOWN");
	cr_expect_eq(last()->alert, ALERT_NONE, "told before");
	check(&x, "bbank", "8", 2, LK_PRODUCT_BANK1, "c");
	cr_expect_eq(last()->alert, ALERT_COUNTY, "of another outlet not");
	check(&x, "abank", "1", 4, LK_PRODUCT_BANK2, "d");
	cr_expect_eq(last()->alert_kind, ALERT_CANARY);
	check(&x, "abank", "1", 5, LK_PRODUCT_BANK2, "e");
	cr_expect_eq(last()->alert_kind, ALERT_LIST);
	check(&x, "abank", "1", 6, LK_PRODUCT_BANK1, "f");
	cr_expect_neq(last()->flags & ENTRY_F_HEAD, 0);
	check(&x, "abank", "1", 7, LK_PRODUCT_BANK1, "g");
	cr_expect_eq(last()->alert_kind, ALERT_CAMPAIGN);
	check(&x, "abank", "1", 8, LK_PRODUCT_BANK1, "h");
	cr_expect_neq(last()->flags & ENTRY_F_FULL, 0);
	cr_expect_eq(last()->alert, ALERT_NONE, "one alert for a campaign");
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

/* Cards that the outlet's day of now counts. */
static int
counted(const char *inst, const char *outlet)
{
	const struct outletday *o;
	uint8_t key[4];

	record_outlet_key(key, names_find(journal_names(x.journal),
	    NAME_OUTLET, inst, outlet));
	o = state_get(journal_state(x.journal), RECORD_OUTLET, key, sizeof(key),
	    NULL, NULL);
	return (o == NULL ? 0 : (int)outletday_sum(o, day_of(x.wall / 1000), 1,
	    0));
}

CASE(listing, a_campaigns_cards_are_no_unusual_day)
{
	char id[40];

	campaigns_text = "[campaign pay]\ntitle = \"x\"\n"
	    "outlets = \"abank.1\"\nproducts = bank1\n"
	    "from = 2026-11-01\nuntil = 2026-11-30\nexpected = 1\n"
	    "lifts = DAY-2\nproposed = \"wang\"\napproved = \"li\"\n";
	publish();
	check(&x, "abank", "1", 1, LK_PRODUCT_BANK1, "a");
	cr_expect_eq(confirm(&x, decision_id(&x, id), "c1"), LK_OK);
	cr_expect_eq(counted("abank", "1"), 0);
	/* Another product, and a second head for whom there is no room. */
	check(&x, "abank", "1", 2, LK_PRODUCT_BANK2, "b");
	cr_expect_eq(confirm(&x, decision_id(&x, id), "c2"), LK_OK);
	cr_expect_eq(counted("abank", "1"), 1);
	check(&x, "abank", "1", 3, LK_PRODUCT_BANK1, "c");
	cr_expect_neq(last()->flags & ENTRY_F_FULL, 0);
	cr_expect_eq(confirm(&x, decision_id(&x, id), "c3"), LK_OK);
	cr_expect_eq(counted("abank", "1"), 2);
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

/* Who is refused, or only tried out, takes nobody's place in a campaign. */
CASE(listing, only_who_may_be_issued_is_a_head)
{

	campaigns_text = "[campaign fresh]\ntitle = \"x\"\n"
	    "outlets = \"ctel.1\"\nproducts = sim\n"
	    "from = 2026-11-01\nuntil = 2026-11-30\nexpected = 1\n"
	    "lifts = DAY-2\nproposed = \"wang\"\napproved = \"li\"\n";
	set(SANCTION, person(1), CATEGORY_CONVICTED, 0, 0);
	publish();
	cr_expect_eq(check(&x, "ctel", "1", 1, LK_PRODUCT_SIM, "a"),
	    LK_REJECT);
	cr_expect_eq(last()->flags & ENTRY_F_HEAD, 0);
	applicant(&x, "ctel", "1", 2, LK_PRODUCT_SIM, "b");
	withn(&x, WIRE_T_FLAGS, LK_F_DRY_RUN);
	cr_expect_eq(answer(&x), 0);
	cr_expect_eq(last()->flags & ENTRY_F_HEAD, 0);
	cr_expect_eq(check(&x, "ctel", "1", 3, LK_PRODUCT_SIM, "c"), LK_PASS);
	cr_expect_neq(last()->flags & ENTRY_F_HEAD, 0);
	cr_expect_eq(last()->flags & ENTRY_F_FULL, 0);
}

CASE(listing, the_gravest_match_stands_first)
{

	set(SANCTION, person(1), CATEGORY_VICTIM, 0, 0);
	set(PHONES, thing(TOKEN_PHONE, "13800001111"), CATEGORY_INVOLVED, 0, 0);
	publish();
	applicant(&x, "abank", "1", 1, LK_PRODUCT_BANK1, "a");
	with(&x, WIRE_T_PHONE, "13800001111");
	cr_expect_eq(answer(&x), 0);
	cr_expect_str_eq(last()->listed, "phones:2:involved:7:0:joint2024 "
	    "sanction:2:victim:2:0:joint2024");
}
