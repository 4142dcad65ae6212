#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "plugin.h"

#include "keys/hex.h"
#include "keys/sha256.h"
#include "keys/token.h"
#include "store/entry.h"
#include "store/journal.h"
#include "store/sealed.h"

#include "fixture.h"
#include "staffkit.h"

/* Signed statements of staff: look-ups, unsealing, erasing. */

static struct fixture x;
static struct staffkit k;
static char buf[1100], no[19];

static void
setup(void)
{

	fixture_open(&x, NULL);
	staffkit_open(&k, &x);
}

static void
teardown(void)
{

	fixture_close(&x);
	staffkit_close(&k);
}

/* The entry of a number. */
static const struct entry *
entry(uint64_t seq)
{
	static struct entry e;

	cr_assert_eq(journal_read(x.journal, seq, &e), 0);
	return (&e);
}

static const struct entry *
last(void)
{

	return (entry(journal_seq(x.journal)));
}

/* Have a person held; the seq of it. */
static uint64_t
hold(int person)
{
	char one[20], two[20];

	snprintf(one, sizeof(one), "a%d", person);
	snprintf(two, sizeof(two), "b%d", person);
	check(&x, "abank", "001", person, LK_PRODUCT_BANK1, one);
	cr_assert_eq(check(&x, "abank", "002", person, LK_PRODUCT_BANK1, two),
	    LK_REVIEW);
	return (journal_seq(x.journal));
}

/* It is refused, nothing is written, and the text says why. */
static void
refused(int code, int want, const char *zh)
{

	cr_assert_eq(code, want, "%d %s", code, str(&x, WIRE_T_MESSAGE, buf));
	cr_assert_not_null(strstr(str(&x, WIRE_T_MESSAGE, buf), zh), "%s",
	    buf);
	cr_assert(!wire_has(&x.r, WIRE_T_TOKENS));
	cr_assert(!wire_has(&x.r, WIRE_T_SEQ));
}

CASE(staff, a_screening_is_recorded)
{
	uint64_t seq = hold(1);

	cr_assert_eq(staffkit_say(&x, &k, WU, STAFFNOTE_SCREEN, seq), LK_OK,
	    "%s", str(&x, WIRE_T_MESSAGE, buf));
	cr_assert_eq(x.done.wait_seq, journal_seq(x.journal));
	cr_assert_eq(last()->kind, ENTRY_ACCESS);
	cr_assert_eq(last()->code, ACCESS_SCREEN);
	cr_assert_eq(last()->ref, seq);
}

CASE(staff, an_entry_is_looked_up)
{
	uint64_t seq = hold(1);

	cr_assert_eq(staffkit_say(&x, &k, WU, STAFFNOTE_ENTRY, seq), LK_OK,
	    "%s", str(&x, WIRE_T_MESSAGE, buf));
	cr_assert_eq(num(&x, WIRE_T_SEQ), (int64_t)journal_seq(x.journal));
	cr_assert_eq(x.done.wait_seq, journal_seq(x.journal));
	cr_assert_eq(last()->kind, ENTRY_ACCESS);
	cr_assert_eq(last()->code, ACCESS_ENTRY);
	cr_assert_eq(last()->ref, seq);
	cr_assert_str_eq(last()->decided_by, "wu");
	cr_assert_str_eq(last()->note, "case 12/2026");
	cr_assert_str_eq(last()->origin, "");
	cr_assert_eq(last()->flags, 0);
}

CASE(staff, the_whole_statement_is_named_by_its_hash)
{
	struct staffnote n = staffkit_note(&x, STAFFNOTE_ENTRY, hold(1));
	uint8_t hash[SHA256_LEN];
	char hex[65];
	size_t len;

	staffkit_ask(&x, &k, LIN, &n);
	len = x.b.len - 4;	/* one field: tag and length before it */
	sha256_of(hash, x.body + 4, len);
	hex_encode(hex, hash, sizeof(hash));
	cr_assert_eq(answer(&x), LK_OK);
	cr_assert_str_eq(last()->hash, hex);
}

CASE(staff, a_person_is_looked_up_by_all_tokens)
{
	struct staffnote n = staffkit_note(&x, STAFFNOTE_PERSON, 0);
	struct token t;
	char hex[TOKEN_HEX_LEN + 1], want[80];

	check(&x, "abank", "001", 3, LK_PRODUCT_BANK1, "a");
	t = last()->person;
	fixture_pass(&x, 1);
	n = staffkit_note(&x, STAFFNOTE_PERSON, 0);
	fixture_id(no, 3);
	staffkit_ask(&x, &k, WU, &n);
	withn(&x, WIRE_T_ID_TYPE, LK_ID_RESIDENT);
	with(&x, WIRE_T_ID_NO, no);
	cr_assert_eq(answer(&x), LK_OK, "%s", str(&x, WIRE_T_MESSAGE, buf));
	token_hex(&t, hex);
	snprintf(want, sizeof(want), "1:%s", hex);
	cr_assert_str_eq(str(&x, WIRE_T_TOKENS, buf), want);
	cr_assert_eq(last()->kind, ENTRY_ACCESS);
	cr_assert_eq(last()->code, ACCESS_PERSON);
	cr_assert(token_equal(&last()->person, &t));
	cr_assert_eq(last()->epoch, 1);
	cr_assert_eq(last()->ref, 0);
}

CASE(staff, an_organisation_is_looked_up_by_its_credit_code)
{
	struct staffnote n = staffkit_note(&x, STAFFNOTE_PERSON, 0);

	staffkit_ask(&x, &k, WU, &n);
	withn(&x, WIRE_T_ID_TYPE, LK_ID_CREDIT_CODE);
	with(&x, WIRE_T_ID_NO, "91350100M000100Y43");
	cr_assert_eq(answer(&x), LK_OK, "%s", str(&x, WIRE_T_MESSAGE, buf));
	cr_assert(entry_token_set(&last()->org));
	cr_assert(!entry_token_set(&last()->person));
	cr_assert_eq(last()->subject, LK_SUBJECT_ORGANISATION);
}

CASE(staff, a_person_needs_a_document_that_can_be_one)
{
	struct staffnote n = staffkit_note(&x, STAFFNOTE_PERSON, 0);
	uint64_t seq = journal_seq(x.journal);

	staffkit_ask(&x, &k, WU, &n);
	refused(answer(&x), LK_E_ARG, "id_type");
	n = staffkit_note(&x, STAFFNOTE_PERSON, 0);
	staffkit_ask(&x, &k, WU, &n);
	withn(&x, WIRE_T_ID_TYPE, LK_ID_RESIDENT);
	with(&x, WIRE_T_ID_NO, "330102199001010001");
	refused(answer(&x), LK_E_INPUT, "id_no");
	cr_assert_eq(journal_seq(x.journal), seq);
}

CASE(staff, unsealing_is_recorded)
{
	uint64_t seq = hold(1);

	refused(staffkit_say(&x, &k, WU, STAFFNOTE_UNSEAL, seq), LK_E_DENIED,
	    "unseal");
	cr_assert_eq(staffkit_say(&x, &k, LIN, STAFFNOTE_UNSEAL, seq), LK_OK);
	cr_assert_eq(last()->kind, ENTRY_UNSEAL);
	cr_assert_eq(last()->ref, seq);
	cr_assert_str_eq(last()->decided_by, "lin");
	refused(staffkit_say(&x, &k, LIN, STAFFNOTE_UNSEAL, seq - 1),
	    LK_E_ARG, "没有封存");
	refused(staffkit_say(&x, &k, LIN, STAFFNOTE_UNSEAL, 999), LK_E_ARG,
	    "没有编号为 999");
}

CASE(staff, the_record_of_another_node_is_named)
{
	struct staffnote n = staffkit_note(&x, STAFFNOTE_UNSEAL, 4711);

	snprintf(n.origin, sizeof(n.origin), "b099");
	staffkit_ask(&x, &k, LIN, &n);
	cr_assert_eq(answer(&x), LK_OK);
	cr_assert_eq(last()->kind, ENTRY_UNSEAL);
	cr_assert_eq(last()->ref, 4711);
	cr_assert_str_eq(last()->origin, "b099");
	n = staffkit_note(&x, STAFFNOTE_ERASE, 4711);
	snprintf(n.origin, sizeof(n.origin), "b099");
	staffkit_ask(&x, &k, LIN, &n);
	refused(answer(&x), LK_E_ARG, "b099");
}

CASE(staff, what_the_law_keeps_is_not_erased)
{
	uint64_t seq = hold(1), next;

	next = journal_seq(x.journal) + 1;
	refused(staffkit_say(&x, &k, LIN, STAFFNOTE_ERASE, seq), LK_E_DENIED,
	    "2036-11-2");
	cr_assert_not_null(strstr(buf, "反洗钱法"));
	cr_assert_eq(journal_seq(x.journal), next);
	cr_assert_eq(last()->kind, ENTRY_ERASE);
	cr_assert_eq(last()->flags, ENTRY_F_REFUSED);
	cr_assert_eq(last()->ref, seq);
	cr_assert_str_eq(last()->note, "case 12/2026");
	cr_assert_eq(x.done.wait_seq, next, "the refusal is durable first");
	cr_assert_not_null(staffkit_unseal(&x, &k, seq, NULL));
	/* In English too. */
	ask(&x, WIRE_STAFF);
	{
		struct staffnote n = staffkit_note(&x, STAFFNOTE_ERASE, seq);

		staffkit_ask(&x, &k, LIN, &n);
	}
	withn(&x, WIRE_T_LANGUAGE, LK_LANG_EN);
	refused(answer(&x), LK_E_DENIED, "from 2036-11-2");
}

CASE(staff, what_is_past_its_time_is_erased)
{
	uint64_t seq, other;
	int erased;

	x.options.seal_retention_ms = 1000;
	fixture_reopen(&x);
	seq = hold(1);
	other = hold(2);
	/* The next day begins before the law's time is over: not yet. */
	refused(staffkit_say(&x, &k, LIN, STAFFNOTE_ERASE, other),
	    LK_E_DENIED, "2026-11-2");
	fixture_pass(&x, 1000);
	cr_assert_eq(staffkit_say(&x, &k, WU, STAFFNOTE_ERASE, other),
	    LK_E_DENIED);
	cr_assert_eq(staffkit_say(&x, &k, LIN, STAFFNOTE_ERASE, other), LK_OK,
	    "%s", str(&x, WIRE_T_MESSAGE, buf));
	cr_assert_eq(last()->kind, ENTRY_ERASE);
	cr_assert_eq(last()->ref, other);
	cr_assert_eq(last()->flags, 0);
	cr_assert_null(staffkit_unseal(&x, &k, other, &erased));
	cr_assert(erased);
	/* The entry itself stays, and so does what is sealed beside others. */
	cr_assert_eq(entry(other)->flags & ENTRY_F_SEALED, ENTRY_F_SEALED);
	cr_assert_not_null(staffkit_unseal(&x, &k, seq, &erased));
	cr_assert(!erased);
	refused(staffkit_say(&x, &k, LIN, STAFFNOTE_ERASE, seq - 1), LK_E_ARG,
	    "没有封存");
	/* What is gone can be erased again. */
	cr_assert_eq(staffkit_say(&x, &k, LIN, STAFFNOTE_ERASE, other),
	    LK_OK);
}

/* The first that is sealed carries the data key of the whole day. */
Test(erasure, the_data_key_of_others_does_not_go_with_it)
{
	static struct sealed_item item;
	char dir[200], why[SEALED_ERROR_MAX] = "";
	uint64_t first, second;
	struct note_signer s;
	int64_t t;
	int i;

	for (i = 0; i < 5; i++) {
		fixture_open(&x, NULL);
		cr_assert_eq(note_signer_make(&s, "t.example/branch/t1",
		    NOTE_ED25519, (const uint8_t[32]){ 3 }), 0);
		x.signer = &s;
		/* A signed log begins with its journal. */
		fixture_renew(&x);
		x.options.seal_retention_ms = 1;
		staffkit_open(&k, &x);
		first = hold(1);
		second = hold(2);
		t = last()->t;
		fixture_pass(&x, 10);
		cr_assert_eq(staffkit_say(&x, &k, LIN, STAFFNOTE_ERASE,
		    first), LK_OK, "%s", str(&x, WIRE_T_MESSAGE, buf));
		fixture_reopen(&x);
		snprintf(dir, sizeof(dir), "%s/sealed", x.dir);
		cr_assert_eq(sealed_find(NULL, dir, first, t, &item, why,
		    sizeof(why)), 1, "%s", why);
		cr_assert(item.erased);
		cr_assert_eq(sealed_find(NULL, dir, second, t, &item, why,
		    sizeof(why)), 1, "%s", why);
		cr_assert(!item.erased);
		fixture_close(&x);
		staffkit_close(&k);
	}
}

CASE(staff, only_an_operators_socket_hears_staff)
{
	struct staffnote n = staffkit_note(&x, STAFFNOTE_ENTRY, hold(1));
	uint64_t seq = journal_seq(x.journal);

	x.peer.n = 3;
	staffkit_ask(&x, &k, LIN, &n);
	refused(answer(&x), LK_E_DENIED, "operator");
	cr_assert_eq(journal_seq(x.journal), seq);
	x.peer.n = 4;
	/* He may say it there then: it was not heard. */
	staffkit_ask(&x, &k, LIN, &n);
	cr_assert_eq(answer(&x), LK_OK);
}

CASE(staff, a_statement_is_good_once)
{
	uint64_t seq = hold(1);
	struct staffnote n = staffkit_note(&x, STAFFNOTE_ENTRY, seq), older;

	staffkit_ask(&x, &k, LIN, &n);
	cr_assert_eq(answer(&x), LK_OK);
	refused(answer(&x), LK_E_DENIED, "已用过");
	older = n;
	older.time--;
	staffkit_ask(&x, &k, LIN, &older);
	refused(answer(&x), LK_E_DENIED, "已用过");
	/* Another's time is his own. */
	staffkit_ask(&x, &k, WU, &n);
	cr_assert_eq(answer(&x), LK_OK);
	/* Not after a restart either. */
	fixture_pass(&x, 10);
	fixture_reopen(&x);
	staffkit_ask(&x, &k, LIN, &n);
	refused(answer(&x), LK_E_DENIED, "已用过");
	n = staffkit_note(&x, STAFFNOTE_ENTRY, seq);
	staffkit_ask(&x, &k, LIN, &n);
	cr_assert_eq(answer(&x), LK_OK);
}

CASE(staff, a_statement_that_was_refused_is_used_up)
{
	uint64_t seq = hold(1);
	struct staffnote n = staffkit_note(&x, STAFFNOTE_UNSEAL, seq);

	staffkit_ask(&x, &k, WU, &n);
	refused(answer(&x), LK_E_DENIED, "unseal");
	refused(answer(&x), LK_E_DENIED, "已用过");
}

CASE(staff, a_statement_is_of_now_and_to_us)
{
	static const int64_t off[] = { -300001, 300001 };
	uint64_t seq = hold(1);
	struct staffnote n;
	size_t i;

	fixture_pass(&x, 1000000);
	for (i = 0; i < 2; i++) {
		n = staffkit_note(&x, STAFFNOTE_ENTRY, seq);
		n.time += off[i];
		staffkit_ask(&x, &k, LIN, &n);
		refused(answer(&x), LK_E_DENIED, "5 分钟");
		n.time -= off[i] / 300001;
		staffkit_ask(&x, &k, LIN, &n);
		cr_assert_eq(answer(&x), LK_OK);
	}
	n = staffkit_note(&x, STAFFNOTE_ENTRY, seq);
	n.time += 301000;
	snprintf(n.node, sizeof(n.node), "b099");
	staffkit_ask(&x, &k, LIN, &n);
	refused(answer(&x), LK_E_DENIED, "b099");
}

CASE(staff, only_known_staff_is_heard)
{
	struct staffnote n = staffkit_note(&x, STAFFNOTE_ENTRY, hold(1));

	staffkit_ask(&x, &k, MO, &n);
	refused(answer(&x), LK_E_DENIED, "[staff]");
}

/* A text with the signatures of several. */
static void
ask_signed_by(const struct staffnote *n, const int *who, size_t count)
{
	const struct note_signer *signers[3];
	char text[STAFFNOTE_TEXT_MAX], note[2048];
	size_t i, len = staffnote_print(text, n);

	for (i = 0; i < count; i++)
		signers[i] = &k.signer[who[i]];
	len = note_sign(note, sizeof(note) - 1, text, len, signers, count);
	note[len] = '\0';
	ask(&x, WIRE_STAFF);
	with(&x, WIRE_T_STATEMENT, note);
}

CASE(staff, exactly_one_of_them_signs)
{
	struct staffnote n = staffkit_note(&x, STAFFNOTE_ENTRY, hold(1));

	ask_signed_by(&n, (const int[]){ LIN, WU }, 2);
	refused(answer(&x), LK_E_DENIED, "签名");
	/* A line of somebody else beside it does no harm. */
	ask_signed_by(&n, (const int[]){ MO, WU }, 2);
	cr_assert_eq(answer(&x), LK_OK);
	cr_assert_str_eq(last()->decided_by, "wu");
}

CASE(staff, every_changed_byte_of_a_statement_is_refused)
{
	struct staffnote n = staffkit_note(&x, STAFFNOTE_ENTRY, hold(1));
	uint64_t seq = journal_seq(x.journal);
	char note[2048];
	size_t i, len;
	int rc;

	staffkit_ask(&x, &k, LIN, &n);
	len = x.b.len - 4;
	memcpy(note, x.body + 4, len);
	for (i = 0; i < len; i++) {
		note[i] ^= 0x01;
		ask(&x, WIRE_STAFF);
		wire_put_bytes(&x.b, WIRE_T_STATEMENT, note, len);
		rc = answer(&x);
		cr_assert(rc == LK_E_DENIED || rc == LK_E_ARG, "byte %zu", i);
		note[i] ^= 0x01;
	}
	cr_assert_eq(journal_seq(x.journal), seq);
	ask(&x, WIRE_STAFF);
	wire_put_bytes(&x.b, WIRE_T_STATEMENT, note, len);
	cr_assert_eq(answer(&x), LK_OK);
}

CASE(staff, what_is_no_statement_is_told)
{
	ask(&x, WIRE_STAFF);
	refused(answer(&x), LK_E_ARG, "statement");
	ask(&x, WIRE_STAFF);
	with(&x, WIRE_T_STATEMENT, "let me in");
	refused(answer(&x), LK_E_ARG, "statement");
}

CASE(staff, nobody_is_heard_where_nobody_is_configured)
{
	x.options.nstaff = 0;
	fixture_reopen(&x);
	refused(staffkit_say(&x, &k, LIN, STAFFNOTE_ENTRY, 1), LK_E_DENIED,
	    "[staff]");
}

CASE(staff, refusals_are_summed_under_his_name)
{
	const struct counter_load load = { 1 };
	uint64_t seq = hold(1);

	(void)staffkit_say(&x, &k, WU, STAFFNOTE_UNSEAL, seq);
	(void)staffkit_say(&x, &k, WU, STAFFNOTE_ERASE, seq);
	fixture_pass(&x, 60000);
	counter_tick(x.counter, &load);
	(void)check(&x, "abank", "001", 9, LK_PRODUCT_BANK1, "z");
	cr_assert_eq(entry(journal_seq(x.journal) - 1)->kind, ENTRY_REFUSED);
	cr_assert_str_eq(entry(journal_seq(x.journal) - 1)->inst, "desk");
	cr_assert_str_eq(entry(journal_seq(x.journal) - 1)->teller, "wu");
	cr_assert_eq(entry(journal_seq(x.journal) - 1)->n_denied, 2);
}
