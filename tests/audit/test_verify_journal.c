/* What an honest daemon writes has no finding, whatever happens to its clock. */

#include <criterion/criterion.h>

#include "playlog.h"
#include "verifytest.h"

#define DAY_MS INT64_C(86400000)

static struct playlog x;
static struct makelog key;	/* only its key is used */

/* Clocks that go on with every look at them, as real ones do. */
static int64_t
ticking_wall(void *arg)
{

	(void)arg;
	return (x.wall++);
}

static int64_t
ticking_mono(void *arg)
{

	(void)arg;
	return (x.mono++);
}

static void
setup(void)
{

	play_init(&x, NULL);
	play_sign(&x);
	x.clock.wall = ticking_wall;
	x.clock.mono = ticking_mono;
	key.signer = x.signer;
	play_start(&x);
}

static void
teardown(void)
{

	play_end(&x);
}

TestSuite(journal, .init = setup, .fini = teardown);

/*
 * Open a card.  The turn of a year waits for the disk, and what is asked meanwhile may be
 * BUSY: a host asks again.
 */
static void
open_card(const char *inst, const char *outlet, int person, int product)
{
	int i, rc = LK_E_BUSY;

	for (i = 0; i < 100 && rc == LK_E_BUSY; i++)
		rc = play_open(&x, inst, outlet, person, product);
	cr_assert_geq(rc, 0, "%d", rc);
}

/* Stop the daemon, verify what it left, and start it again. */
static void
verify(size_t logs)
{
	struct verifytest v = { .rc = 0 };

	play_stop(&x);
	verifytest_run(&v, x.dir, &key);
	cr_assert_eq(v.rc, 0, "%s", v.error);
	cr_assert_eq(v.findings, 0, "%s: entry %lld: %s", v.first.file,
	    (long long)v.first.index, v.first.en);
	cr_expect_eq(v.nlogs, logs);
	play_start(&x);
}

/* Ask the daemon to believe the wall clock. */
static void
rebase(void)
{

	play_ask(&x);
	play_text(&x, WIRE_T_DECIDED_BY, "op1");
	play_text(&x, WIRE_T_NOTE, "looked at the clock");
	cr_assert_eq(play_send(&x, WIRE_CLOCK), 0);
	play_settle(&x);
}

Test(journal, ordinary_day)
{
	int i;

	for (i = 0; i < 40; i++) {
		(void)play_open(&x, i % 2 ? "abank" : "ctel", "o1", i % 7,
		    i % 2 ? LK_PRODUCT_BANK1 : LK_PRODUCT_SIM);
		play_pass(&x, 40000);
		journal_tick(x.journal);
	}
	for (i = 0; i < 5; i++) {
		play_pass(&x, PLAY_MINUTE);
		journal_tick(x.journal);
	}
	verify(1);
	(void)play_check(&x, "abank", "o1", 3, LK_PRODUCT_BANK1);
	play_ask(&x);
	play_text(&x, WIRE_T_DECISION_ID, x.id);
	play_text(&x, WIRE_T_TELLER, "t01");
	play_number(&x, WIRE_T_REASON_CODE, 1);
	(void)play_send(&x, WIRE_VOID);
	play_applicant(&x, "abank", "o1", 9, LK_PRODUCT_BANK2);
	play_number(&x, WIRE_T_FLAGS, LK_F_DRY_RUN);
	(void)play_decide(&x);
	play_settle(&x);
	verify(1);
}

Test(journal, machine_that_slept)
{

	(void)play_open(&x, "abank", "o1", 1, LK_PRODUCT_BANK1);
	play_pass(&x, 10 * PLAY_MINUTE);
	(void)play_open(&x, "abank", "o1", 2, LK_PRODUCT_BANK1);
	verify(1);
	play_pass(&x, 3 * DAY_MS);
	journal_tick(x.journal);
	verify(1);
}

Test(journal, clock_that_steps)
{

	(void)play_open(&x, "abank", "o1", 1, LK_PRODUCT_BANK1);
	x.wall -= PLAY_HOUR;
	(void)play_open(&x, "abank", "o1", 2, LK_PRODUCT_BANK1);
	rebase();
	(void)play_open(&x, "abank", "o1", 3, LK_PRODUCT_BANK1);
	x.wall += 9 * PLAY_HOUR;
	(void)play_open(&x, "abank", "o1", 4, LK_PRODUCT_BANK1);
	rebase();
	(void)play_open(&x, "abank", "o1", 5, LK_PRODUCT_BANK1);
	verify(1);
}

Test(journal, year_that_turns_while_it_runs)
{

	open_card("abank", "o1", 1, LK_PRODUCT_BANK1);
	/* 2027-01-01 00:00 in Shanghai, and a moment before */
	play_pass(&x, INT64_C(1798732800000) - 20 -
	    x.wall);
	journal_tick(x.journal);
	open_card("abank", "o1", 2, LK_PRODUCT_BANK1);
	play_pass(&x, 30);
	open_card("abank", "o1", 3, LK_PRODUCT_BANK1);
	verify(2);
}

Test(journal, year_that_turns_while_it_sleeps)
{

	open_card("abank", "o1", 1, LK_PRODUCT_BANK1);
	play_pass(&x, 60 * DAY_MS);
	open_card("abank", "o1", 2, LK_PRODUCT_BANK1);
	verify(2);
}

Test(journal, year_that_turns_while_it_is_stopped)
{

	(void)play_open(&x, "abank", "o1", 1, LK_PRODUCT_BANK1);
	play_stop(&x);
	play_pass(&x, 60 * DAY_MS);
	play_start(&x);
	(void)play_open(&x, "abank", "o1", 2, LK_PRODUCT_BANK1);
	verify(2);
}
