#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "plugin.h"

#include "engine/policy.h"
#include "store/entry.h"
#include "store/journal.h"

#include "fixture.h"

/* What a check refuses, whom it answers, and what stands in its entry. */

static struct fixture x;
static char buf[1100];

static void
setup(void)
{

	fixture_open(&x, NULL);
}

static void
teardown(void)
{

	fixture_close(&x);
}

static const char *
message(void)
{

	return (str(&x, WIRE_T_MESSAGE, buf));
}

/* A refusal names its field, in the language asked for, and writes nothing. */
static void
refused(int code, const char *word)
{
	uint64_t seq = journal_seq(x.journal);

	cr_assert_eq(answer(&x), code, "%s", message());
	cr_assert_not_null(strstr(message(), word), "'%s' is not in '%s'",
	    word, message());
	cr_assert_not(wire_has(&x.r, WIRE_T_DECISION));
	cr_assert_eq(journal_seq(x.journal), seq);
}

CASE(check, bad_documents_are_input_errors)
{
	applicant(&x, "abank", "001", 1, LK_PRODUCT_BANK1, "a");
	x.b.len = 0;
	with(&x, WIRE_T_INSTITUTION, "abank");
	with(&x, WIRE_T_BRANCH, "001");
	with(&x, WIRE_T_TELLER, "t");
	with(&x, WIRE_T_TXN_ID, "a");
	withn(&x, WIRE_T_ID_TYPE, LK_ID_RESIDENT);
	withn(&x, WIRE_T_PRODUCT, LK_PRODUCT_BANK1);
	with(&x, WIRE_T_ID_NO, "110105194912310021");
	refused(LK_E_INPUT, "id_no");
	cr_assert_null(strstr(message(), "194912"), "the number is not told");
}

CASE(check, unknown_codes_and_missing_fields)
{
	applicant(&x, "abank", "001", 1, 77, "a");
	refused(LK_E_ARG, "product");
	applicant(&x, "abank", "", 1, LK_PRODUCT_BANK1, "a");
	refused(LK_E_ARG, "branch");
	applicant(&x, "abank", "001", 1, LK_PRODUCT_BANK1, "");
	refused(LK_E_ARG, "txn_id");
	applicant(&x, "abank", "001", 1, LK_PRODUCT_BANK1, "a");
	withn(&x, WIRE_T_QUANTITY, 1001);
	refused(LK_E_ARG, "quantity");
	applicant(&x, "abank", "001", 1, LK_PRODUCT_BANK1, "a");
	withn(&x, WIRE_T_FLAGS, 0x80);
	refused(LK_E_ARG, "flags");
	applicant(&x, "abank", "001", 1, LK_PRODUCT_BANK1, "a");
	withn(&x, WIRE_T_FLAGS, LK_F_GUARDIAN_PRESENT);
	withn(&x, WIRE_T_LANGUAGE, LK_LANG_EN);
	refused(LK_E_ARG, "guardian's document");
	applicant(&x, "abank", "001", 1, LK_PRODUCT_BANK1, "a");
	withn(&x, WIRE_T_OPENED_MS, FIXTURE_START + 86400000);
	refused(LK_E_ARG, "opened_ms");
}

CASE(check, unknown_encoding_or_language)
{
	applicant(&x, "abank", "001", 1, LK_PRODUCT_BANK1, "a");
	withn(&x, WIRE_T_ENCODING, 7);
	refused(LK_E_ARG, "encoding");
	applicant(&x, "abank", "001", 1, LK_PRODUCT_BANK1, "a");
	withn(&x, WIRE_T_LANGUAGE, 9);
	refused(LK_E_ARG, "language");
}

CASE(check, text_must_be_text)
{
	applicant(&x, "abank", "001", 1, LK_PRODUCT_BANK1, "a");
	with(&x, WIRE_T_NAME, "\xff\xfe");
	refused(LK_E_ENCODING, "name");
	applicant(&x, "abank", "0\n1", 1, LK_PRODUCT_BANK1, "a");
	refused(LK_E_ARG, "branch");
	applicant(&x, "abank", "001", 1, LK_PRODUCT_BANK1, "a");
	withn(&x, WIRE_T_ENCODING, WIRE_GB18030);
	with(&x, WIRE_T_NAME, "\x81");
	cr_assert_eq(answer(&x), LK_E_ENCODING);
}

CASE(check, gb18030_and_utf8_are_one_person_and_one_text)
{
	struct entry a, b;

	applicant(&x, "abank", "001", 2, LK_PRODUCT_BANK1, "u");
	with(&x, WIRE_T_ADDRESS, "杭州市上城区 1 号");
	cr_assert_eq(answer(&x), LK_OK);
	cr_assert_eq(journal_read(x.journal, journal_seq(x.journal), &a), 0);
	applicant(&x, "abank", "001", 2, LK_PRODUCT_BANK1, "g");
	withn(&x, WIRE_T_ENCODING, WIRE_GB18030);
	with(&x, WIRE_T_ADDRESS,
	    "\xba\xbc\xd6\xdd\xca\xd0\xc9\xcf\xb3\xc7\xc7\xf8\xa1\xa1"
	    "1\xba\xc5");
	cr_assert_eq(answer(&x), LK_OK);
	cr_assert_eq(journal_read(x.journal, journal_seq(x.journal), &b), 0);
	cr_assert_eq(memcmp(&a.address, &b.address, TOKEN_LEN), 0);
	cr_assert_eq(memcmp(&a.person, &b.person, TOKEN_LEN), 0);
}

CASE(check, authority_is_listener_and_uid)
{
	uint32_t rights = x.grant[0].rights;

	applicant(&x, "zbank", "001", 1, LK_PRODUCT_BANK1, "a");
	/* The desk may act for any institution, but has no right to check. */
	refused(LK_E_DENIED, "zbank");
	x.grant[0].rights = RIGHT_REPORT;
	applicant(&x, "abank", "001", 1, LK_PRODUCT_BANK1, "a");
	refused(LK_E_DENIED, "abank");
	x.grant[0].rights = rights;
	applicant(&x, "", "001", 1, LK_PRODUCT_BANK1, "a");
	refused(LK_E_ARG, "institution");
	x.peer.n = 1;
	applicant(&x, "", "001", 1, LK_PRODUCT_BANK1, "a");
	cr_assert_eq(answer(&x), LK_OK, "one institution needs no name");
}

CASE(check, another_institution_cannot_look)
{
	char id[40];

	check(&x, "abank", "001", 3, LK_PRODUCT_BANK1, "a");
	decision_id(&x, id);
	x.grants[0] = &x.grant[1];
	x.peer.n = 1;
	ask(&x, WIRE_REVIEW);
	with(&x, WIRE_T_DECISION_ID, id);
	refused(LK_E_INPUT, id);
}

CASE(check, ids_that_are_wrong_are_not_found)
{
	char id[40], ref[1100];

	check(&x, "abank", "001", 3, LK_PRODUCT_BANK1, "a");
	decision_id(&x, id);
	str(&x, WIRE_T_REFERENCE, ref);
	ask(&x, WIRE_REVIEW);
	with(&x, WIRE_T_DECISION_ID, ref);
	cr_assert_eq(answer(&x), LK_OK, "a reference is as good");
	id[strlen(id) - 1] ^= 1;
	ask(&x, WIRE_REVIEW);
	with(&x, WIRE_T_DECISION_ID, id);
	refused(LK_E_INPUT, id);
	ref[0] = ref[0] == '2' ? '3' : '2';
	ask(&x, WIRE_REVIEW);
	with(&x, WIRE_T_DECISION_ID, ref);
	refused(LK_E_INPUT, ref);
}

CASE(check, teller_limits_are_kept_as_state)
{
	char txn[32];
	int i;

	for (i = 0; i < 100; i++) {
		snprintf(txn, sizeof(txn), "m%d", i);
		cr_assert_geq(check(&x, "abank", "001", i, LK_PRODUCT_BANK1,
		    txn), 0);
	}
	applicant(&x, "abank", "001", 1, LK_PRODUCT_BANK1, "more");
	refused(LK_E_AGAIN, "t01");
	/* A retry of an answered one costs nothing. */
	cr_assert_geq(check(&x, "abank", "001", 5, LK_PRODUCT_BANK1, "m5"),
	    0);
	fixture_reopen(&x);
	applicant(&x, "abank", "001", 1, LK_PRODUCT_BANK1, "more");
	refused(LK_E_AGAIN, "t01");
	fixture_pass(&x, 60000);
	applicant(&x, "abank", "001", 100, LK_PRODUCT_BANK1, "new");
	refused(LK_E_DENIED, "100");
	cr_assert_geq(check(&x, "abank", "001", 7, LK_PRODUCT_BANK1, "old"),
	    0, "a person asked about before is no new one");
	cr_assert_geq(check(&x, "abank", "002", 100, LK_PRODUCT_BANK1, "o"),
	    0, "another outlet's t01 is another teller");
	fixture_pass(&x, 86400000);
	cr_assert_geq(check(&x, "abank", "001", 100, LK_PRODUCT_BANK1, "n"),
	    0);
}

CASE(check, refusals_are_summed_by_the_minute)
{
	struct counter_load load = { 0 };
	struct entry e;
	int i;

	counter_tick(x.counter, &load);
	for (i = 0; i < 3; i++) {
		applicant(&x, "abank", "001", 1, 77, "a");
		cr_assert_eq(answer(&x), LK_E_ARG);
	}
	applicant(&x, "zbank", "001", 1, LK_PRODUCT_BANK1, "a");
	cr_assert_eq(answer(&x), LK_E_DENIED);
	fixture_pass(&x, 60000);
	counter_tick(x.counter, &load);
	check(&x, "abank", "001", 1, LK_PRODUCT_BANK1, "a");
	cr_assert_eq(journal_read(x.journal, journal_seq(x.journal) - 1, &e),
	    0);
	cr_assert_eq(e.kind, ENTRY_REFUSED);
	cr_assert_str_eq(e.inst, "abank");
	cr_assert_str_eq(e.teller, "t01");
	cr_assert_eq(e.n_arg, 3);
}

CASE(check, the_entry_holds_the_grounds)
{
	struct entry e;

	check(&x, "abank", "001", 4, LK_PRODUCT_CREDIT, "c");
	cr_assert_eq(num(&x, WIRE_T_DECISION), LK_LIMIT);
	cr_assert_eq(num(&x, WIRE_T_LIMIT_PROFILE), 7);
	cr_assert_eq(journal_read(x.journal, journal_seq(x.journal), &e), 0);
	cr_assert_eq(e.kind, ENTRY_DECISION);
	cr_assert_str_eq(e.hits, "CREDIT");
	cr_assert_str_eq(e.policy, "test-1");
	cr_assert_gt(e.nfacts, 3);
	cr_assert_eq(e.engine, 1);
	cr_assert_eq(e.decision, LK_LIMIT);
	cr_assert_eq(e.t, FIXTURE_START);
	cr_assert(entry_token_set(&e.person));
	cr_assert(entry_token_set(&e.digest));
}

/* I6: an entry's own facts replay to the same decision, bit for bit. */
CASE(check, an_entry_replays_to_its_decision)
{
	struct policy *p = policy_compile("test", fixture_policy,
	    strlen(fixture_policy), NULL);
	char txn[32], ids[1024];
	static struct entry e;
	struct verdict v;
	uint64_t seq;
	int i, n = 0;

	for (i = 0; i < 40; i++) {
		snprintf(txn, sizeof(txn), "r%d", i);
		snprintf(buf, sizeof(buf), "o%d", i % 7);
		fixture_pass(&x, 600 * 1000);
		check(&x, i % 3 == 0 ? "abank" : i % 3 == 1 ? "bbank" : "ctel",
		    buf, i % 5, i % 4 == 0 ? LK_PRODUCT_CREDIT :
		    LK_PRODUCT_SIM, txn);
	}
	for (seq = 1; seq <= journal_seq(x.journal); seq++) {
		cr_assert_eq(journal_read(x.journal, seq, &e), 0);
		if (e.kind != ENTRY_DECISION)
			continue;
		policy_decide(p, e.facts, e.t / 1000, &v);
		cr_assert_eq(v.decision, e.decision);
		cr_assert_eq(v.floor, e.floor);
		cr_assert_eq(v.needs, e.needs);
		cr_assert_eq(v.by, e.by);
		policy_hits(p, v.hit, v.nhits, ids, sizeof(ids));
		cr_assert_str_eq(ids, e.hits);
		policy_hits(p, v.shadow, v.nshadow, ids, sizeof(ids));
		cr_assert_str_eq(ids, e.shadow);
		n += e.decision != LK_PASS;
	}
	cr_assert_gt(n, 5, "not all were passed: %d", n);
	policy_free(p);
}

/* I4: nothing personal reaches the disk. */
CASE(check, no_clear_text_on_disk)
{
	static const char *const secrets[] = { "张三丰一号", "13912345678",
		"文三路 478 号", "文三路478号" };
	char path[256], id[19];
	static char data[2 << 20];
	size_t i, n, k;
	FILE *f;

	applicant(&x, "abank", "001", 5, LK_PRODUCT_BANK1, "a");
	with(&x, WIRE_T_NAME, secrets[0]);
	with(&x, WIRE_T_PHONE, secrets[1]);
	with(&x, WIRE_T_ADDRESS, secrets[2]);
	cr_assert_eq(answer(&x), LK_OK);
	fixture_id(id, 5);
	fixture_reopen(&x);
	for (i = 0; i < 2; i++) {
		snprintf(path, sizeof(path), "%s/%s", x.dir, i == 0 ?
		    "state.mdb" : "wal/00000000000000000001.wal");
		cr_assert_not_null(f = fopen(path, "rb"));
		n = fread(data, 1, sizeof(data), f);
		fclose(f);
		cr_assert_gt(n, 4096);
		cr_assert_null(memmem(data, n, id, 18));
		for (k = 0; k < 4; k++)
			cr_assert_null(memmem(data, n, secrets[k],
			    strlen(secrets[k])));
		/* The audit trail is there: this search can find things. */
		if (i == 1)
			cr_assert_not_null(memmem(data, n, "\"t01\"", 5));
	}
}

CASE(check, area_000000_is_for_the_sandbox)
{
	applicant(&x, "abank", "001", 1, LK_PRODUCT_BANK1, "a");
	x.b.len = 0;
	with(&x, WIRE_T_INSTITUTION, "abank");
	with(&x, WIRE_T_BRANCH, "001");
	with(&x, WIRE_T_TELLER, "t");
	with(&x, WIRE_T_TXN_ID, "a");
	withn(&x, WIRE_T_ID_TYPE, LK_ID_RESIDENT);
	withn(&x, WIRE_T_PRODUCT, LK_PRODUCT_BANK1);
	with(&x, WIRE_T_ID_NO, "000000199001010018");
	refused(LK_E_INPUT, "000000");
}

/* Two rules hold: the teller is told by whom it may be cleared, and no other. */
Test(speaker, tells_who_may_clear)
{
	fixture_open(&x, "[policy]\nversion = \"s\"\n"
	    "[rule A]\nwhen = \"quantity >= 2\"\nthen = review\n"
	    "by = counter\nreason = \"A\"\nmessage.zh = \"本网点放行\"\n"
	    "message.en = \"clear it here\"\n"
	    "[rule B]\nwhen = \"quantity >= 2\"\nthen = review\n"
	    "by = centre\nreason = \"B\"\nmessage.zh = \"等待中心\"\n"
	    "message.en = \"wait for the centre\"\n");
	applicant(&x, "abank", "001", 1, LK_PRODUCT_SIM, "a");
	withn(&x, WIRE_T_QUANTITY, 2);
	cr_assert_eq(answer(&x), LK_OK);
	cr_assert_eq(num(&x, WIRE_T_BY), LK_BY_CENTRE);
	cr_assert_str_eq(message(), "等待中心");
	fixture_close(&x);
}
