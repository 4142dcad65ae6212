/*
 * A node above that does not answer: what passes meanwhile, what is counted of it, and
 * what its answer does where there is one.
 */
#include <criterion/criterion.h>

#include <poll.h>
#include <string.h>

#include "plugin.h"

#include "counter/above.h"
#include "engine/day.h"
#include "engine/outletday.h"
#include "store/journal.h"
#include "store/names.h"
#include "store/records.h"
#include "store/state.h"

#include "fixture.h"

static const char policy[] =
    "[policy]\nversion = \"o1\"\n"
    "[rule WEEK]\nwhen = \"offline and bank(7d) + sim(7d) >= 2\"\n"
    "then = review\nby = counter\nneeds = purpose_proof\nreason = WEEK\n"
    "[rule CAP]\nclass = context\nwhen = \"offline and "
    "outlet_offline(today) > 2\"\nthen = review\nby = counter\n"
    "needs = manager\nreason = CAP\n";

static struct fixture x;
static const struct above_options above = { "city", ABOVE_ALWAYS, 300 };
static const struct above_answer silence = { .silent = 1 };

static void
setup(void)
{

	fixture_open(&x, policy);
	x.options.above = &above;
	fixture_reopen(&x);
}

static void
teardown(void)
{

	fixture_close(&x);
}

/* Wait until all that was written is durable. */
static void
settle(void)
{
	struct pollfd p = { .fd = journal_fd(x.journal, 0),
		.events = POLLIN };

	journal_flush(x.journal, 1);
	while (journal_durable(x.journal) < journal_seq(x.journal)) {
		cr_assert_eq(poll(&p, 1, 10000), 1, "the log stands still");
		journal_collect(x.journal);
	}
}

/* Send the request; the node above is asked, and says this.  Return the decision. */
static int
told(const struct above_answer *a)
{
	struct wire_header h = { .version = 1, .type = WIRE_CHECK,
		.id = { 7 } };
	uint64_t before = journal_seq(x.journal);
	static struct wire_fields f;

	cr_assert_eq(wire_fields_read(&f, x.body, x.b.len), WIRE_OK);
	wire_out_init(&x.w, x.out, sizeof(x.out));
	counter_answer(x.counter, &x.peer, &h, &f, &x.w, &x.done);
	cr_assert(x.done.ask, "it is asked");
	cr_assert_eq(journal_seq(x.journal), before, "nothing is decided yet");
	wire_out_init(&x.w, x.out, sizeof(x.out));
	counter_answer_with(x.counter, &x.peer, &h, &f, a, &x.w, &x.done);
	settle();
	cr_assert_eq(wire_header_read(&x.rh, x.out), WIRE_OK);
	cr_assert_eq(wire_fields_read(&x.r, x.out + WIRE_HEADER,
	    x.rh.length), WIRE_OK);
	cr_assert_eq(num(&x, WIRE_T_ERROR), 0);
	return ((int)num(&x, WIRE_T_DECISION));
}

/* A person asks for a product; so does the node above hear, and says this. */
static int
asks(int person, int product, const char *txn, const struct above_answer *a)
{

	applicant(&x, "abank", "1", person, product, txn);
	return (told(a));
}

/* What the outlet passed so far, by its record. */
static int
passed(void)
{
	const struct outletday *o;
	uint8_t key[4];

	record_outlet_key(key, names_find(journal_names(x.journal),
	    NAME_OUTLET, "abank", "1"));
	o = state_get(journal_state(x.journal), RECORD_OUTLET, key,
	    sizeof(key), NULL, NULL);
	return (o == NULL ? 0 : outletday_offline(o, day_of(x.wall / 1000)));
}

/* The reason of the last reply. */
static const char *
reason(void)
{
	static char buf[1100];

	return (str(&x, WIRE_T_REASON, buf));
}

CASE(offline, first_cards_pass_up_to_a_number_for_a_day)
{

	cr_expect_eq(asks(1, LK_PRODUCT_BANK1, "a", &silence), LK_PASS);
	cr_expect(num(&x, WIRE_T_RESULT_FLAGS) & LK_R_OFFLINE);
	cr_expect_eq(passed(), 1);
	cr_expect_eq(asks(2, LK_PRODUCT_BANK2, "b", &silence), LK_PASS);
	cr_expect_eq(passed(), 2);
	cr_expect_eq(asks(3, LK_PRODUCT_CREDIT, "c", &silence), LK_REVIEW);
	cr_expect_str_eq(reason(), "CAP");
	cr_expect_eq(num(&x, WIRE_T_BY), LK_BY_COUNTER);
	cr_expect_eq(passed(), 2, "what was held was not passed");
	/* Another outlet has a number of its own; the next day begins anew. */
	applicant(&x, "abank", "2", 4, LK_PRODUCT_BANK1, "d");
	cr_expect_eq(told(&silence), LK_PASS);
	cr_expect_eq(passed(), 2);
	fixture_reopen(&x);
	cr_expect_eq(asks(5, LK_PRODUCT_BANK1, "e", &silence), LK_REVIEW,
	    "a start forgets nothing");
	fixture_pass(&x, 86400 * 1000);
	cr_expect_eq(passed(), 0);
	cr_expect_eq(asks(6, LK_PRODUCT_BANK1, "f", &silence), LK_PASS);
	cr_expect_eq(passed(), 1);
}

/* What gives nobody a card more is no card passed. */
CASE(offline, only_cards_are_counted)
{

	cr_expect_eq(asks(1, LK_PRODUCT_ECNY, "a", &silence), LK_PASS);
	cr_expect_eq(passed(), 0);
	applicant(&x, "abank", "1", 2, LK_PRODUCT_BANK1, "b");
	withn(&x, WIRE_T_OPERATION, LK_OP_REPLACE);
	cr_expect_eq(told(&silence), LK_PASS);
	cr_expect_eq(passed(), 0);
	applicant(&x, "abank", "1", 3, LK_PRODUCT_BANK1, "c");
	withn(&x, WIRE_T_QUANTITY, 2);
	cr_expect_eq(told(&silence), LK_REVIEW, "two are a second card");
	cr_expect_str_eq(reason(), "WEEK");
	cr_expect_eq(passed(), 0);
	applicant(&x, "abank", "1", 4, LK_PRODUCT_BANK1, "d");
	withn(&x, WIRE_T_FLAGS, LK_F_DRY_RUN);
	cr_expect_eq(told(&silence), LK_PASS);
	cr_expect_eq(passed(), 0, "a dry run");
}

CASE(offline, who_was_here_lately_shows_a_paper)
{

	cr_expect_eq(asks(1, LK_PRODUCT_BANK1, "a", &silence), LK_PASS);
	fixture_pass(&x, 3 * 86400 * 1000);
	cr_expect_eq(asks(1, LK_PRODUCT_BANK2, "b", &silence), LK_PASS,
	    "the first was not issued");
	cr_expect_eq(asks(1, LK_PRODUCT_CREDIT, "c", &silence), LK_REVIEW);
	cr_expect_str_eq(reason(), "WEEK");
}

/* With an answer neither rule looks, and nothing is counted. */
CASE(offline, an_answer_counts_nothing_and_the_stricter_holds)
{
	struct above_answer a = { .seq = 7, .o = { .decision = LK_PASS } };

	cr_expect_eq(asks(1, LK_PRODUCT_BANK1, "a", &a), LK_PASS);
	cr_expect_eq(num(&x, WIRE_T_RESULT_FLAGS) & LK_R_OFFLINE, 0);
	cr_expect_eq(passed(), 0);
	cr_expect_eq(asks(1, LK_PRODUCT_CREDIT, "b", &a), LK_PASS,
	    "two of its own, and the city sees no more");
	a.o = (struct outcome){ LK_REVIEW, LK_PASS, LK_PASS, LK_NEED_CENTRE,
		LK_BY_CENTRE, 0, 0 };
	strcpy(a.reason, "HF-7D");
	cr_expect_eq(asks(2, LK_PRODUCT_BANK1, "c", &a), LK_REVIEW);
	cr_expect_str_eq(reason(), "HF-7D");
	cr_expect_eq(num(&x, WIRE_T_BY), LK_BY_CENTRE);
	cr_expect_eq(num(&x, WIRE_T_NEEDS), LK_NEED_CENTRE);
	/* It answered without the one above it: that limit is its own. */
	a.o = (struct outcome){ .decision = LK_PASS };
	a.reason[0] = '\0';
	a.offline = 1;
	cr_expect_eq(asks(3, LK_PRODUCT_BANK1, "d", &a), LK_PASS);
	cr_expect(num(&x, WIRE_T_RESULT_FLAGS) & LK_R_OFFLINE);
	cr_expect_eq(passed(), 0);
}
