/*
 * Files of an institution, taken in: what a row belongs to, what it changes, and that it
 * changes nothing twice.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plugin.h"

#include "engine/identity.h"
#include "engine/intakerow.h"
#include "engine/person.h"
#include "engine/shared.h"
#include "keys/token.h"
#include "store/entry.h"
#include "store/journal.h"
#include "store/records.h"
#include "store/state.h"

#include "fixture.h"

#define DAY INT64_C(86400000)
#define HOUR INT64_C(3600000)

static struct fixture x;
static uint8_t packed[8192];
static size_t npacked;
static struct intakerow_result result[64];

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

static void
text(struct intakerow *r, int which, const char *s)
{

	r->text[which].p = s;
	r->text[which].len = strlen(s);
}

/* A row as tests mostly want it. */
static struct intakerow
opened(const char *inst, const char *outlet, int person, int product,
    const char *ref)
{
	static char ids[64][19];
	static unsigned turn;
	char *id = ids[turn++ % 64];
	struct intakerow r;

	memset(&r, 0, sizeof(r));
	fixture_id(id, person);
	r.kind = INTAKEROW_OPEN;
	r.id_type = LK_ID_RESIDENT;
	r.product = product;
	r.at = x.wall;
	text(&r, INTAKEROW_INST, inst);
	text(&r, INTAKEROW_REF, ref);
	text(&r, INTAKEROW_ID, id);
	text(&r, INTAKEROW_OUTLET, outlet);
	return (r);
}

static struct intakerow
closed(const char *inst, const char *ref)
{
	struct intakerow r;

	memset(&r, 0, sizeof(r));
	r.kind = INTAKEROW_CLOSE;
	r.at = x.wall;
	text(&r, INTAKEROW_INST, inst);
	text(&r, INTAKEROW_REF, ref);
	return (r);
}

static void
row(const struct intakerow *r)
{
	size_t n = intakerow_put(r, &packed[npacked], sizeof(packed) - npacked);

	cr_assert(n > 0);
	npacked += n;
}

/* Send the rows; return how many results came. */
static int
send_rows(uint32_t flags)
{
	const uint8_t *p;
	size_t len, i;
	int rc;

	ask(&x, WIRE_TAKEIN);
	withn(&x, WIRE_T_INTAKE_FLAGS, flags);
	wire_put_bytes(&x.b, WIRE_T_ROWS, packed, npacked);
	npacked = 0;
	if ((rc = answer(&x)) != 0)
		return (rc);
	p = (const uint8_t *)wire_text(&x.r, WIRE_T_RESULTS, &len);
	cr_assert_eq(len % 4, 0);
	for (i = 0; i < len / 4 && i < 64; i++)
		memcpy(&result[i], &p[4 * i], 4);
	return ((int)(len / 4));
}

/* Take one row in and return its outcome. */
static int
take(const struct intakerow *r, uint32_t flags)
{

	row(r);
	cr_assert_eq(send_rows(flags), 1);
	return (result[0].outcome);
}

static int
sink(void *arg, const char *s, size_t len)
{
	FILE *f = arg;

	return (fwrite(s, 1, len, f) == len ? 0 : -1);
}

/* The whole state as text. */
static char *
state_text(void)
{
	char *p = NULL;
	size_t n;
	FILE *f = open_memstream(&p, &n);

	cr_assert_eq(state_dump(journal_state(x.journal), sink, NULL, f), 0);
	cr_assert_eq(fclose(f), 0);
	return (p);
}

/* The person's record. */
static struct person *
record(int who)
{
	static struct person p;
	struct identity id;
	struct token t;
	uint8_t in[IDENTITY_TOKEN_INPUT];
	char no[19];
	const void *v;
	size_t len;

	fixture_id(no, who);
	cr_assert_eq(identity_parse(&id, LK_ID_RESIDENT, no, 18, NULL, 20600,
	    NULL), 0);
	len = identity_token_input(&id, in);
	token_make(&t, x.keys, 0, TOKEN_PERSON, in, len);
	v = state_get(journal_state(x.journal), RECORD_PERSON, t.b, TOKEN_LEN,
	    &len, NULL);
	cr_assert_eq(person_unpack(&p, v, len), 0);
	return (&p);
}

/* How many cards count as held or underway. */
static unsigned
held(int who)
{
	struct person *p = record(who);
	unsigned n = 0;
	uint32_t i;

	person_prune(p, (uint32_t)(x.wall / 1000));
	for (i = 0; i < p->nopen; i++)
		n += p->open[i].state != OPENING_CLOSED ? p->open[i].quantity :
		    0;
	return (n);
}

/* The last entry of the journal. */
static const struct entry *
last(void)
{
	static struct entry e;

	cr_assert_eq(journal_read(x.journal, journal_seq(x.journal), &e), 0);
	return (&e);
}

CASE(intake, new_rows_are_recorded_once)
{
	struct intakerow r = opened("abank", "o1", 1, LK_PRODUCT_BANK1, "6222 01");
	uint64_t seq;
	char *before, *after;

	text(&r, INTAKEROW_TELLER, "t9");
	cr_assert_eq(take(&r, 0), INTAKEROW_NEW);
	cr_assert_eq(last()->kind, ENTRY_INTAKE);
	cr_assert_eq(last()->code, INTAKE_OPEN);
	cr_assert_str_eq(last()->inst, "abank");
	cr_assert_str_eq(last()->origin, "desk");
	cr_assert_str_eq(last()->teller, "t9");
	cr_assert_eq(held(1), 1);
	seq = journal_seq(x.journal);
	before = state_text();
	text(&r, INTAKEROW_REF, "622201");	/* the same in another spelling */
	cr_assert_eq(take(&r, 0), INTAKEROW_KNOWN);
	cr_assert_eq(journal_seq(x.journal), seq, "nothing is written");
	after = state_text();
	cr_assert_str_eq(before, after);
	free(before);
	free(after);
}

CASE(intake, a_confirmed_day_changes_no_count)
{
	struct intakerow r;
	char id[40], ref[32], txn[32], *before, *after;
	uint64_t seq;
	int i;

	for (i = 0; i < 20; i++) {
		snprintf(txn, sizeof(txn), "t%d", i);
		snprintf(ref, sizeof(ref), "card%d", i);
		cr_assert(check(&x, "abank", "o1", 10 + i / 2, i % 2 ?
		    LK_PRODUCT_BANK2 : LK_PRODUCT_BANK1, txn) >= 0);
		cr_assert_eq(confirm(&x, decision_id(&x, id), ref), 0);
		fixture_pass(&x, 60000);
	}
	seq = journal_seq(x.journal);
	before = state_text();
	for (i = 0; i < 20; i++) {
		snprintf(ref, sizeof(ref), "card%d", i);
		r = opened("abank", "o1", 10 + i / 2, i % 2 ?
		    LK_PRODUCT_BANK2 : LK_PRODUCT_BANK1, ref);
		r.at = FIXTURE_START;
		r.flags = INTAKEROW_DATED;
		row(&r);
	}
	cr_assert_eq(send_rows(0), 20);
	for (i = 0; i < 20; i++)
		cr_assert_eq(result[i].outcome, INTAKEROW_KNOWN, "row %d", i);
	cr_assert_eq(journal_seq(x.journal), seq);
	after = state_text();
	cr_assert_str_eq(before, after);
	free(before);
	free(after);
}

CASE(intake, a_row_joins_its_check_by_transaction)
{
	struct intakerow r = opened("abank", "o2", 1, LK_PRODUCT_SIM, "139");
	uint64_t seq;

	cr_assert_eq(check(&x, "abank", "o1", 1, LK_PRODUCT_SIM, "txn-1"),
	    LK_PASS);
	seq = journal_seq(x.journal);
	cr_assert_eq(held(1), 1);
	text(&r, INTAKEROW_TXN, "txn-1");
	fixture_pass(&x, 60000);
	r.at = x.wall;
	cr_assert_eq(take(&r, 0), INTAKEROW_MERGED);
	cr_assert_eq(last()->kind, ENTRY_MERGE);
	cr_assert_eq(last()->ref, seq);
	cr_assert_eq(last()->flags, ENTRY_F_FIRST);
	cr_assert_eq(held(1), 1, "one card, not two");
	cr_assert_eq(record(1)->open[0].state, OPENING_ISSUED);
	cr_assert_eq(take(&r, 0), INTAKEROW_KNOWN);
	/* The decision has its card: another of the same txn is one more. */
	text(&r, INTAKEROW_REF, "138");
	cr_assert_eq(take(&r, 0), INTAKEROW_NEW);
	cr_assert_eq(held(1), 2);
}

CASE(intake, a_row_joins_the_one_opening_that_fits)
{
	struct intakerow r = opened("abank", "o7", 1, LK_PRODUCT_BANK1, "r1");
	uint64_t seq;

	cr_assert_eq(check(&x, "abank", "o1", 1, LK_PRODUCT_BANK1, "t1"),
	    LK_PASS);
	seq = journal_seq(x.journal);
	/* The reservation is over; the file comes in the evening and tells the day. */
	fixture_pass(&x, 9 * HOUR);
	r.at = FIXTURE_START - 10 * HOUR;
	r.flags = INTAKEROW_DATED;
	cr_assert_eq(take(&r, 0), INTAKEROW_MERGED);
	cr_assert_eq(last()->ref, seq);
	cr_assert_eq(last()->at, FIXTURE_START, "the check knows the hour");
	cr_assert_eq(last()->flags & ENTRY_F_LATE, 0);
	cr_assert_eq(held(1), 1);
	cr_assert_str_eq(last()->outlet, "o1");
}

CASE(intake, other_products_institutions_and_days_do_not_fit)
{
	struct intakerow r;

	cr_assert_eq(check(&x, "abank", "o1", 1, LK_PRODUCT_BANK1, "t1"),
	    LK_PASS);
	r = opened("abank", "o1", 1, LK_PRODUCT_BANK2, "r1");
	cr_assert_eq(take(&r, 0), INTAKEROW_NEW);
	r = opened("bbank", "o1", 1, LK_PRODUCT_BANK1, "r2");
	cr_assert_eq(take(&r, 0), INTAKEROW_NEW);
	fixture_pass(&x, 3 * DAY);
	r = opened("abank", "o1", 1, LK_PRODUCT_BANK1, "r3");
	cr_assert_eq(take(&r, 0), INTAKEROW_NEW);
	/* A file may tell a day before the check's, but two at most. */
	cr_assert(check(&x, "abank", "o1", 2, LK_PRODUCT_BANK1, "t2") >= 0);
	r = opened("abank", "o1", 2, LK_PRODUCT_BANK1, "r4");
	r.at -= 3 * DAY;
	cr_assert_eq(take(&r, 0), INTAKEROW_NEW);
	r = opened("abank", "o1", 2, LK_PRODUCT_BANK1, "r5");
	r.at -= 2 * DAY;
	cr_assert_eq(take(&r, 0), INTAKEROW_MERGED);
}

/* What is no news notes no contact; what a file tells of a day does. */
CASE(intake, stock_notes_no_contact)
{
	struct intakerow r = opened("abank", "o1", 1, LK_PRODUCT_BANK1, "r1");
	struct state *s = journal_state(x.journal);
	uint8_t key[RECORD_SEEN_KEY];
	struct token phone;

	text(&r, INTAKEROW_PHONE, "13800001111");
	cr_assert_eq(take(&r, 0), INTAKEROW_NEW);
	phone = last()->phone;
	record_shared_key(key, SHARED_PHONE, &phone);
	cr_assert_not_null(state_get(s, RECORD_SHARED, key, sizeof(key), NULL,
	    NULL));
	r = opened("abank", "o1", 2, LK_PRODUCT_BANK1, "r2");
	text(&r, INTAKEROW_PHONE, "13800002222");
	cr_assert_eq(take(&r, INTAKEROW_STOCK), INTAKEROW_NEW);
	cr_assert(!entry_token_set(&last()->phone), "not even recorded");
}

CASE(intake, two_sims_of_two_days_stay_two)
{
	struct intakerow r;
	char id[40];

	cr_assert_eq(check(&x, "ctel", "s1", 1, LK_PRODUCT_SIM, "t1"), LK_PASS);
	cr_assert_eq(confirm(&x, decision_id(&x, id), "13900000001"), 0);
	fixture_pass(&x, DAY);
	r = opened("ctel", "s1", 1, LK_PRODUCT_SIM, "13900000002");
	cr_assert_eq(take(&r, 0), INTAKEROW_NEW);
	cr_assert_eq(held(1), 2);
}

CASE(intake, two_that_count_still_are_ambiguous)
{
	struct intakerow r = opened("abank", "o9", 1, LK_PRODUCT_SIM, "r1");
	uint64_t seq;

	cr_assert_eq(check(&x, "abank", "o1", 1, LK_PRODUCT_SIM, "t1"),
	    LK_PASS);
	cr_assert(check(&x, "abank", "o2", 1, LK_PRODUCT_SIM, "t2") >= 0);
	seq = journal_seq(x.journal);
	cr_assert_eq(take(&r, 0), INTAKEROW_AMBIGUOUS);
	cr_assert_eq(result[0].detail, 2);
	cr_assert_eq(journal_seq(x.journal), seq);
	/* Where the row says at which outlet, that one it is. */
	r = opened("abank", "o2", 1, LK_PRODUCT_SIM, "r1");
	cr_assert_eq(take(&r, 0), INTAKEROW_MERGED);
	cr_assert_eq(last()->ref, seq);
}

CASE(intake, a_card_given_against_a_hold_is_told)
{
	struct intakerow r = opened("ctel", "s3", 1, LK_PRODUCT_SIM, "r1");
	uint64_t seq;

	r.at -= HOUR;
	row(&r);
	r = opened("bbank", "o2", 1, LK_PRODUCT_BANK2, "r2");
	r.at -= HOUR;
	row(&r);
	cr_assert_eq(send_rows(0), 2);
	cr_assert_eq(check(&x, "abank", "o1", 1, LK_PRODUCT_BANK1, "t1"),
	    LK_REVIEW);
	seq = journal_seq(x.journal);
	r = opened("abank", "o1", 1, LK_PRODUCT_BANK1, "r3");
	cr_assert_eq(take(&r, 0), INTAKEROW_MERGED);
	cr_assert_eq(last()->ref, seq);
	cr_assert(last()->flags & ENTRY_F_OVERRIDE);
	cr_assert_eq(last()->alert_kind, ALERT_OVERRIDE);
	cr_assert_eq(held(1), 3);
}

CASE(intake, several_cards_of_one_check)
{
	struct intakerow r = opened("ctel", "s1", 1, LK_PRODUCT_SIM, "a");
	static const char *const refs[] = { "a", "b", "c" };
	int i;

	applicant(&x, "ctel", "s1", 1, LK_PRODUCT_SIM, "t1");
	withn(&x, WIRE_T_QUANTITY, 2);
	cr_assert_eq(answer(&x), 0);
	cr_assert_eq(held(1), 2);
	for (i = 0; i < 3; i++) {
		text(&r, INTAKEROW_REF, refs[i]);
		cr_assert_eq(take(&r, 0), i < 2 ? INTAKEROW_MERGED :
		    INTAKEROW_NEW);
		cr_assert_eq(held(1), i < 2 ? 2 : 3);
	}
}

CASE(intake, the_same_reference_with_other_content_is_a_conflict)
{
	struct intakerow r = opened("abank", "o1", 1, LK_PRODUCT_BANK1, "r1");
	uint64_t seq;

	cr_assert_eq(take(&r, 0), INTAKEROW_NEW);
	seq = journal_seq(x.journal);
	r = opened("abank", "o1", 2, LK_PRODUCT_BANK1, "r1");
	cr_assert_eq(take(&r, 0), INTAKEROW_REFUSED);
	cr_assert_eq(result[0].why, INTAKEROW_PERSON);
	cr_assert_eq(result[0].field, INTAKEROW_F_REF);
	r = opened("abank", "o1", 1, LK_PRODUCT_BANK2, "r1");
	cr_assert_eq(take(&r, 0), INTAKEROW_REFUSED);
	cr_assert_eq(result[0].why, INTAKEROW_PRODUCT);
	cr_assert_eq(journal_seq(x.journal), seq);
	/* Another institution has references of its own. */
	r = opened("bbank", "o1", 2, LK_PRODUCT_BANK1, "r1");
	cr_assert_eq(take(&r, 0), INTAKEROW_NEW);
}

CASE(intake, closings)
{
	struct intakerow r = opened("abank", "o1", 1, LK_PRODUCT_SIM, "139");
	uint64_t seq;

	cr_assert_eq(take(&r, 0), INTAKEROW_NEW);
	r = closed("abank", "138");
	cr_assert_eq(take(&r, 0), INTAKEROW_REFUSED);
	cr_assert_eq(result[0].why, INTAKEROW_UNKNOWN);
	r = closed("abank", "139");
	r.at -= 5 * DAY;
	cr_assert_eq(take(&r, 0), INTAKEROW_REFUSED);
	cr_assert_eq(result[0].why, INTAKEROW_EARLIER);
	fixture_pass(&x, HOUR);
	r = closed("abank", "139");
	text(&r, INTAKEROW_ID, opened("abank", "o", 2, 1, "").text[
	    INTAKEROW_ID].p);
	r.id_type = LK_ID_RESIDENT;
	cr_assert_eq(take(&r, 0), INTAKEROW_REFUSED);
	cr_assert_eq(result[0].why, INTAKEROW_PERSON);
	r = closed("abank", "139");
	cr_assert_eq(take(&r, 0), INTAKEROW_CLOSED);
	cr_assert_eq(held(1), 0);
	seq = journal_seq(x.journal);
	cr_assert_eq(take(&r, 0), INTAKEROW_KNOWN);
	/* The opening is told once more: it is the one that was closed. */
	r = opened("abank", "o1", 1, LK_PRODUCT_SIM, "139");
	r.at = FIXTURE_START;
	cr_assert_eq(take(&r, 0), INTAKEROW_KNOWN);
	cr_assert_eq(journal_seq(x.journal), seq);
	/* Weeks later the number has its next customer. */
	fixture_pass(&x, 100 * DAY);
	r = opened("abank", "o1", 2, LK_PRODUCT_SIM, "139");
	cr_assert_eq(take(&r, 0), INTAKEROW_NEW);
	cr_assert_eq(held(2), 1);
	cr_assert_eq(held(1), 0);
}

CASE(intake, stock_is_held_and_nothing_else)
{
	struct intakerow r = opened("abank", "", 1, LK_PRODUCT_BANK1, "r1");

	r.at = 0;
	cr_assert_eq(take(&r, 0), INTAKEROW_REFUSED);
	cr_assert_eq(result[0].field, INTAKEROW_F_OPENED);
	cr_assert_eq(take(&r, INTAKEROW_STOCK), INTAKEROW_NEW);
	cr_assert(last()->flags & ENTRY_F_STOCK);
	cr_assert(last()->flags & ENTRY_F_DATE_ONLY);
	cr_assert_eq(last()->alert, ALERT_NONE);
	cr_assert_eq(held(1), 1);
	cr_assert_eq(take(&r, INTAKEROW_STOCK), INTAKEROW_KNOWN);
}

/* Third institution within a week: told, whoever checked nothing. */
CASE(intake, openers_are_found)
{
	static const char *const inst[] = { "abank", "bbank", "ctel" };
	struct intakerow r;
	int i;

	for (i = 0; i < 3; i++) {
		r = opened(inst[i], "o1", 1, i == 2 ? LK_PRODUCT_SIM :
		    LK_PRODUCT_BANK1, "r1");
		r.at = FIXTURE_START - 10 * HOUR;
		r.flags = INTAKEROW_DATED;
		cr_assert_eq(take(&r, 0), INTAKEROW_NEW);
		cr_assert_eq(strstr(last()->hits, "HF-3") != NULL, i == 2);
	}
	cr_assert_str_eq(last()->policy, "test-1");
	/* As stock the same is no news. */
	r = opened("abank", "o1", 1, LK_PRODUCT_CREDIT, "r9");
	r.at = FIXTURE_START;
	cr_assert_eq(take(&r, INTAKEROW_STOCK), INTAKEROW_NEW);
	cr_assert_str_eq(last()->hits, "");
}

/* A rule with `notify` that counts makes an alert of it; one of context does not. */
CASE(intake, openers_are_told)
{
	static const char policy[] = "[policy]\nversion = \"n-1\"\n"
	    "[rule TWO]\nwhen = \"cards(30d) >= 2\"\nthen = review\n"
	    "reason = \"TWO\"\nnotify = county\nmessage.zh = \"x\"\n"
	    "message.en = \"x\"\n"
	    "[rule CTX]\nclass = context\nwhen = \"cards(30d) >= 1\"\n"
	    "then = review\nreason = \"CTX\"\nnotify = city\n"
	    "message.zh = \"x\"\nmessage.en = \"x\"\n";
	struct intakerow r;

	fixture_close(&x);
	fixture_open(&x, policy);
	r = opened("abank", "o1", 1, LK_PRODUCT_BANK1, "r1");
	cr_assert_eq(take(&r, 0), INTAKEROW_NEW);
	cr_assert_eq(result[0].detail, 0);
	r = opened("bbank", "o1", 1, LK_PRODUCT_BANK1, "r2");
	cr_assert_eq(take(&r, 0), INTAKEROW_NEW);
	cr_assert_eq(result[0].detail, 1);
	cr_assert_str_eq(last()->hits, "TWO");
	cr_assert_eq(last()->alert, ALERT_COUNTY);
	cr_assert_eq(last()->alert_kind, ALERT_OPENER);
	/* A file of months ago names its rules and calls nobody. */
	r = opened("abank", "o1", 5, LK_PRODUCT_BANK1, "o1");
	r.at = FIXTURE_START - 61 * DAY;
	cr_assert_eq(take(&r, 0), INTAKEROW_NEW);
	r = opened("bbank", "o1", 5, LK_PRODUCT_BANK1, "o2");
	r.at = FIXTURE_START - 60 * DAY - HOUR;
	cr_assert_eq(take(&r, 0), INTAKEROW_NEW);
	cr_assert_str_eq(last()->hits, "TWO");
	cr_assert_eq(last()->alert, ALERT_NONE);
	/* A closing and a card of somebody else are nobody's alert. */
	r = opened("bbank", "o1", 2, LK_PRODUCT_BANK1, "r3");
	cr_assert_eq(take(&r, 0), INTAKEROW_NEW);
	cr_assert_eq(result[0].detail, 0);
}

/* The rows of one frame see each other, and are told apart from what is known. */
CASE(intake, a_frame_of_many)
{
	char ref[32], outlets[64][16];
	struct intakerow r;
	int i, n;

	for (n = 0; n < 2; n++) {
		for (i = 0; i < 50; i++) {
			snprintf(ref, sizeof(ref), "m%d", i / 2);
			snprintf(outlets[i], sizeof(outlets[i]), "o%d", i % 7);
			r = opened("abank", outlets[i], i / 2,
			    LK_PRODUCT_BANK1, ref);
			row(&r);
		}
		cr_assert_eq(send_rows(0), 50);
		for (i = 0; i < 50; i++)
			cr_assert_eq(result[i].outcome, i % 2 || n ?
			    INTAKEROW_KNOWN : INTAKEROW_NEW, "row %d", i);
	}
	cr_assert_eq(held(3), 1);
}

CASE(intake, a_rehearsal_writes_nothing)
{
	struct intakerow r = opened("abank", "o1", 1, LK_PRODUCT_BANK1, "r1");
	uint64_t seq = journal_seq(x.journal);

	cr_assert_eq(take(&r, INTAKEROW_DRY), INTAKEROW_NEW);
	r = closed("abank", "r1");
	cr_assert_eq(take(&r, INTAKEROW_DRY), INTAKEROW_REFUSED);
	cr_assert_eq(journal_seq(x.journal), seq);
}

CASE(intake, bad_rows_do_not_hold_up_good_ones)
{
	struct intakerow r;

	r = opened("abank", "o1", 1, LK_PRODUCT_BANK1, "r1");
	text(&r, INTAKEROW_ID, "110105194912310021");
	row(&r);
	r = opened("abank", "o1", 1, 99, "r2");
	row(&r);
	r = opened("abank", "", 1, LK_PRODUCT_BANK1, "r3");
	row(&r);
	r = opened("abank", "o1", 1, LK_PRODUCT_BANK1, "");
	row(&r);
	r = opened("abank", "o1", 1, LK_PRODUCT_BANK1, "r5");
	r.at = x.wall + DAY;
	row(&r);
	r = opened("abank", "o1\x1b[2J", 1, LK_PRODUCT_BANK1, "r6");
	row(&r);
	r = opened("abank", "o1", 1, LK_PRODUCT_BANK1, "r7");
	row(&r);
	r = opened("abank", "o1", 2, LK_PRODUCT_BANK1, "\x1b[31mr8");
	row(&r);
	r = opened("abank", "o1", 2, LK_PRODUCT_BANK1, "\tr9");
	row(&r);
	cr_assert_eq(send_rows(0), 9);
	cr_assert_eq(result[7].why, INTAKEROW_UNTEXT);
	cr_assert_eq(result[7].field, INTAKEROW_F_REF);
	cr_assert_eq(result[8].outcome, INTAKEROW_NEW);
	cr_assert_eq(result[0].why, INTAKEROW_DOCUMENT);
	cr_assert_eq(result[0].detail, IDENTITY_CHECK);
	cr_assert_eq(result[1].why, INTAKEROW_CODE);
	cr_assert_eq(result[2].why, INTAKEROW_MISSING);
	cr_assert_eq(result[2].field, INTAKEROW_F_OUTLET);
	cr_assert_eq(result[3].field, INTAKEROW_F_REF);
	cr_assert_eq(result[4].why, INTAKEROW_TIME);
	cr_assert_eq(result[5].why, INTAKEROW_UNTEXT);
	cr_assert_eq(result[6].outcome, INTAKEROW_NEW);
	cr_assert_eq(held(1), 1);
}

CASE(intake, rights_are_needed_and_frames_are_whole)
{
	struct intakerow r = opened("abank", "o1", 1, LK_PRODUCT_BANK1, "r1");

	x.grant[3].rights &= ~RIGHT_INTAKE;
	cr_assert_eq(take(&r, 0), INTAKEROW_REFUSED);
	cr_assert_eq(result[0].why, INTAKEROW_RIGHT);
	x.grant[3].rights |= RIGHT_INTAKE;
	row(&r);
	npacked--;
	cr_assert_eq(send_rows(0), LK_E_ARG);
	row(&r);
	cr_assert_eq(send_rows(0x80), LK_E_ARG);
	ask(&x, WIRE_TAKEIN);
	cr_assert_eq(answer(&x), LK_E_ARG);
}

CASE(intake, organisations_have_a_record_of_their_own)
{
	struct intakerow r = opened("abank", "o1", 1, LK_PRODUCT_CORPORATE,
	    "r1");

	r.id_type = LK_ID_CREDIT_CODE;
	text(&r, INTAKEROW_ID, "91350100M000100Y43");
	cr_assert_eq(take(&r, 0), INTAKEROW_NEW);
	cr_assert_eq(last()->subject, LK_SUBJECT_ORGANISATION);
	cr_assert_eq(take(&r, 0), INTAKEROW_KNOWN);
	r = closed("abank", "r1");
	cr_assert_eq(take(&r, 0), INTAKEROW_CLOSED);
}

CASE(intake, a_file_leaves_its_mark)
{
	struct intakerow r;

	memset(&r, 0, sizeof(r));
	r.kind = INTAKEROW_FILE;
	r.at = 1234;
	text(&r, INTAKEROW_INST, "abank");
	text(&r, INTAKEROW_REF, "0123456789abcdef0123456789abcdef"
	    "0123456789abcdef0123456789abcdef");
	text(&r, INTAKEROW_NOTE, "generic new=3");
	cr_assert_eq(take(&r, 0), INTAKEROW_NEW);
	cr_assert_eq(last()->code, INTAKE_FILE);
	cr_assert_eq(last()->count, 1234);
	cr_assert_str_eq(last()->note, "generic new=3");
	text(&r, INTAKEROW_REF, "0123");
	cr_assert_eq(take(&r, 0), INTAKEROW_REFUSED);
}
