/* Telling of alerts: levels, pauses, receivers that fail, restarts; the clock, the
 * journal and the receivers are the test's. */
#include <criterion/criterion.h>

#include <stdio.h>
#include <string.h>

#include "alertkit.h"

#define MIN INT64_C(60000)

#define TO(name) "[receiver " name "]\nkind = command\ncommand = \"/bin/true\"\n"
#define FOUR TO("o") TO("c") TO("s") TO("p")			\
	"[default]\noutlet = o\ncounty = c\ncity = s\nprovince = p\n"

Test(alert_send, tells_each_level_once_until_somebody_takes_it)
{
	struct alertkit *k = alertkit_new(FOUR);
	uint64_t seq;

	alertkit_noise(k);
	seq = alertkit_alert(k, 330327, ALERT_OUTLET);
	cr_assert_eq(alertkit_open(k), 0, "%s", k->err);
	cr_assert_eq(alertkit_run(k), 0);
	cr_expect_eq(alertkit_count(k, "o", seq), 1);
	cr_expect_eq(alertkit_count(k, "c", seq), 0);
	alertkit_time(30 * MIN - 2000);
	cr_assert_eq(alertkit_run(k), 0);
	cr_expect_eq(alertkit_count(k, "c", seq), 0, "not yet: %zu",
	    alertkit_count(k, "c", seq));
	alertkit_time(31 * MIN);
	cr_assert_eq(alertkit_run(k), 0);
	cr_expect_eq(alertkit_count(k, "c", seq), 1);
	alertkit_time(62 * MIN);
	cr_assert_eq(alertkit_run(k), 0);
	cr_expect_eq(alertkit_count(k, "s", seq), 1);
	alertkit_time(130 * MIN);
	cr_assert_eq(alertkit_run(k), 0);
	cr_expect_eq(alertkit_count(k, "p", seq), 1);
	alertkit_time(5000 * MIN);
	cr_assert_eq(alertkit_run(k), 0);
	cr_expect_eq(k->ntold, 4);
	cr_expect(alertkit_same_ids(k));
	alertkit_free(k);
}

Test(alert_send, one_that_is_taken_goes_no_higher)
{
	struct alertkit *k = alertkit_new(FOUR);
	uint64_t a, b, c, d;

	a = alertkit_alert(k, 330327, ALERT_OUTLET);
	b = alertkit_alert(k, 330327, ALERT_OUTLET);
	c = alertkit_alert(k, 330327, ALERT_OUTLET);
	d = alertkit_alert(k, 330327, ALERT_OUTLET);
	cr_assert_eq(alertkit_open(k), 0, "%s", k->err);
	cr_assert_eq(alertkit_run(k), 0);
	alertkit_take(k, a);
	alertkit_step(k, b, REVIEW_TAKE, "lin");
	alertkit_step(k, c, REVIEW_APPROVE, "");	/* the branch itself */
	alertkit_step(k, d, REVIEW_TIMEOUT, "");
	cr_assert_eq(alertkit_run(k), 0);
	alertkit_time(32 * MIN);
	cr_assert_eq(alertkit_run(k), 0);
	cr_expect_eq(alertkit_count(k, "c", a), 0);
	cr_expect_eq(alertkit_count(k, "c", b), 0);
	cr_expect_eq(alertkit_count(k, "c", c), 1);
	cr_expect_eq(alertkit_count(k, "c", d), 1);
	alertkit_free(k);
}

Test(alert_send, a_case_that_is_worked_on_takes_what_its_timeout_raised)
{
	struct alertkit *k = alertkit_new(FOUR);
	uint64_t decision, late;
	struct entry e;

	decision = alertkit_alert(k, 330327, ALERT_CITY);
	entry_clear(&e, ENTRY_REVIEW);
	e.ref = decision;
	e.code = REVIEW_TIMEOUT;
	e.alert = ALERT_COUNTY;
	e.alert_kind = ALERT_CASE;
	late = alertkit_add(k, &e);
	cr_assert_eq(alertkit_open(k), 0, "%s", k->err);
	cr_assert_eq(alertkit_run(k), 0);
	cr_expect_eq(alertkit_count(k, "c", late), 1);
	alertkit_step(k, decision, REVIEW_DISPATCH, "wu");
	cr_assert_eq(alertkit_run(k), 0);
	alertkit_time(3000 * MIN);
	cr_assert_eq(alertkit_run(k), 0);
	cr_expect_eq(alertkit_count(k, "s", late), 0);
	cr_expect_eq(alertkit_count(k, "p", decision), 0);
	alertkit_free(k);
}

Test(alert_send, goes_on_where_it_was_and_tells_no_level_twice)
{
	struct alertkit *k = alertkit_new(FOUR);
	uint64_t a, b;

	a = alertkit_alert(k, 330327, ALERT_OUTLET);
	cr_assert_eq(alertkit_open(k), 0, "%s", k->err);
	cr_assert_eq(alertkit_run(k), 0);
	cr_assert_eq(alertkit_close(k), 0);
	b = alertkit_alert(k, 330327, ALERT_OUTLET);
	alertkit_time(20 * MIN);
	cr_assert_eq(alertkit_open(k), 0, "%s", k->err);
	cr_assert_eq(alertkit_run(k), 0);
	cr_expect_eq(alertkit_count(k, "o", a), 1);
	cr_expect_eq(alertkit_count(k, "o", b), 1);
	cr_assert_eq(alertkit_close(k), 0);
	alertkit_time(35 * MIN);	/* of a's time 5 minutes are over, of b's none */
	cr_assert_eq(alertkit_open(k), 0, "%s", k->err);
	cr_assert_eq(alertkit_run(k), 0);
	cr_expect_eq(alertkit_count(k, "c", a), 1);
	cr_expect_eq(alertkit_count(k, "c", b), 0);
	cr_assert_eq(alertkit_close(k), 0);
	cr_assert_eq(alertkit_open(k), 0, "%s", k->err);
	cr_assert_eq(alertkit_run(k), 0);
	cr_expect_eq(alertkit_count(k, "c", a), 1);
	cr_expect_eq(k->ntold, 3);
	alertkit_free(k);
}

Test(alert_send, without_its_state_tells_anew_from_since_with_the_same_ids)
{
	struct alertkit *k = alertkit_new(FOUR);
	char path[200];
	uint64_t seq;
	size_t i;

	(void)alertkit_alert(k, 330327, ALERT_PROVINCE);
	alertkit_time(10 * MIN);
	seq = alertkit_alert(k, 330327, ALERT_PROVINCE);
	k->o.since = alertkit_now();
	for (i = 0; i < 2; i++) {
		cr_assert_eq(alertkit_open(k), 0, "%s", k->err);
		cr_assert_eq(alertkit_run(k), 0);
		cr_assert_eq(alertkit_close(k), 0);
		(void)snprintf(path, sizeof(path), "%s/state", k->dir);
		cr_assert_eq(remove(path), 0);
	}
	cr_expect_eq(k->ntold, 2);
	cr_expect_eq(alertkit_count(k, "p", seq), 2);
	cr_expect_str_eq(k->told[0].id, k->told[1].id);
	alertkit_free(k);
}

Test(alert_send, routes_by_the_longest_area_and_skips_empty_levels)
{
	struct alertkit *k = alertkit_new(TO("o") TO("c") TO("z")
	    "[default]\nprovince = z\n[route zj]\narea = \"33\"\noutlet = o\n"
	    "[route wz]\narea = \"3303\"\ncounty = c\n");
	uint64_t a, b, c;

	a = alertkit_alert(k, 330327, ALERT_COUNTY);
	b = alertkit_alert(k, 110101, ALERT_OUTLET);
	c = alertkit_alert(k, 0, ALERT_COUNTY);
	cr_assert_eq(alertkit_open(k), 0, "%s", k->err);
	cr_assert_eq(alertkit_run(k), 0);
	cr_expect_eq(alertkit_count(k, "c", a), 1);
	cr_expect_eq(alertkit_count(k, "z", b), 1);
	cr_expect_eq(alertkit_count(k, "z", c), 1);
	cr_expect_eq(k->ntold, 3);
	alertkit_free(k);
}

static enum alert_outcome
later(struct alertkit *k, const struct alert_receiver *to,
    const struct alert_message *m)
{

	(void)k, (void)m;
	return (strcmp(to->name, "p") == 0 ? ALERT_LATER : ALERT_DELIVERED);
}

Test(alert_send, waits_twice_as_long_after_each_failure_and_loses_nothing)
{
	static const int64_t want[] = { 1000, 2000, 4000, 8000, 16000, 32000,
	    64000, 128000, 256000, 512000, 900000, 900000, 900000 };
	struct alertkit *k = alertkit_new(FOUR);
	uint64_t seq = alertkit_alert(k, 330327, ALERT_PROVINCE);
	int64_t t = 0;
	size_t i;

	k->answer = later;
	cr_assert_eq(alertkit_open(k), 0, "%s", k->err);
	for (i = 0; i < sizeof(want) / sizeof(want[0]); i++) {
		cr_assert_eq(alertkit_run(k), 0);
		cr_assert_eq(k->ntold, i + 1, "%zu", k->ntold);
		cr_expect_eq(k->event[k->nevents - 1].next_ms, want[i],
		    "%zu: %lld", i, (long long)k->event[k->nevents -
		    1].next_ms);
		t += want[i] + 1000;
		alertkit_time(t);
	}
	k->answer = NULL;
	cr_assert_eq(alertkit_run(k), 0);
	cr_expect_eq(alertkit_count(k, "p", seq), 1);
	alertkit_free(k);
}

Test(alert_send, one_that_hangs_holds_up_nobody_else)
{
	struct alertkit *k = alertkit_new(TO("a") TO("b")
	    "[default]\ncity = a, b\n");
	uint64_t x, y;

	k->hangs = "a";
	x = alertkit_alert(k, 0, ALERT_CITY);
	cr_assert_eq(alertkit_open(k), 0, "%s", k->err);
	cr_assert_eq(alertkit_run(k), 0);
	y = alertkit_alert(k, 0, ALERT_CITY);
	cr_assert_eq(alertkit_run(k), 0);
	cr_expect_eq(alertkit_count(k, "b", x), 1);
	cr_expect_eq(alertkit_count(k, "b", y), 1);
	cr_expect_eq(alertkit_count(k, "a", 0), 0);
	k->hangs = NULL;
	cr_assert_eq(alertkit_run(k), 0);
	cr_expect_eq(alertkit_count(k, "a", x), 1);
	cr_expect_eq(alertkit_count(k, "a", y), 1);
	alertkit_free(k);
}

/* Refuses the second alert. */
static enum alert_outcome
refuse_second(struct alertkit *k, const struct alert_receiver *to,
    const struct alert_message *m)
{

	(void)k, (void)to;
	return (memmem(m->body, m->len, "\"seq\":2,", 8) != NULL ?
	    ALERT_REFUSED : ALERT_DELIVERED);
}

Test(alert_send, what_is_refused_is_put_aside_and_tried_again_by_itself)
{
	struct alertkit *k = alertkit_new(TO("p") "batch = 10\n"
	    "[default]\nprovince = p\n");
	int i;

	k->answer = refuse_second;
	for (i = 0; i < 5; i++)
		(void)alertkit_alert(k, 0, ALERT_PROVINCE);
	cr_assert_eq(alertkit_open(k), 0, "%s", k->err);
	cr_assert_eq(alertkit_run(k), 0);
	alertkit_time(3000);
	cr_assert_eq(alertkit_run(k), 0);
	for (i = 1; i <= 5; i++)
		cr_expect_eq(alertkit_count(k, "p", (uint64_t)i), i != 2,
		    "%d", i);
	cr_expect_geq(alertkit_events(k, ALERT_EV_REFUSED), 1);
	/* Over a restart too. */
	cr_assert_eq(alertkit_close(k), 0);
	cr_assert_eq(alertkit_open(k), 0, "%s", k->err);
	k->answer = NULL;
	alertkit_time(10 * MIN);
	cr_assert_eq(alertkit_run(k), 0);
	cr_expect_eq(alertkit_count(k, "p", 2), 0);
	alertkit_time(16 * MIN);
	cr_assert_eq(alertkit_run(k), 0);
	cr_expect_eq(alertkit_count(k, "p", 2), 1);
	cr_expect(alertkit_same_ids(k));
	alertkit_free(k);
}

static enum alert_outcome
refuse(struct alertkit *k, const struct alert_receiver *to,
    const struct alert_message *m)
{

	(void)k, (void)to, (void)m;
	return (ALERT_REFUSED);
}

Test(alert_send, a_receiver_that_refuses_everything_is_tried_slowly_and_loses_nothing)
{
	struct alertkit *k = alertkit_new(TO("p") "[default]\nprovince = p\n");
	size_t tried;
	int i;

	k->answer = refuse;
	for (i = 0; i < 50; i++)
		(void)alertkit_alert(k, 0, ALERT_PROVINCE);
	cr_assert_eq(alertkit_open(k), 0, "%s", k->err);
	cr_assert_eq(alertkit_run(k), 0);
	tried = k->ntold;
	cr_expect_leq(tried, 5, "%zu", tried);
	alertkit_time(5 * MIN);
	cr_assert_eq(alertkit_run(k), 0);
	cr_expect_eq(k->ntold, tried);
	k->answer = NULL;
	alertkit_time(20 * MIN);
	cr_assert_eq(alertkit_run(k), 0);
	for (i = 1; i <= 50; i++)
		cr_expect_eq(alertkit_count(k, "p", (uint64_t)i), 1, "%d", i);
	alertkit_free(k);
}

Test(alert_send, a_digest_gathers_and_sends_one_message)
{
	struct alertkit *k = alertkit_new(TO("p") "digest = 5min\n"
	    "[default]\nprovince = p\n");
	int i;

	cr_assert_eq(alertkit_open(k), 0, "%s", k->err);
	for (i = 0; i < 7; i++) {
		(void)alertkit_alert(k, 0, ALERT_PROVINCE);
		alertkit_time(i * 20000);
		cr_assert_eq(alertkit_run(k), 0);
	}
	cr_expect_eq(k->ntold, 0);
	alertkit_time(6 * MIN);
	cr_assert_eq(alertkit_run(k), 0);
	cr_expect_eq(k->ntold, 7);
	cr_expect_eq(k->nmessages, 1);
	/* A hundred are enough for a message. */
	for (i = 0; i < 250; i++)
		(void)alertkit_alert(k, 0, ALERT_PROVINCE);
	cr_assert_eq(alertkit_run(k), 0);
	cr_expect_eq(k->nmessages, 3);
	alertkit_time(20 * MIN);
	cr_assert_eq(alertkit_run(k), 0);
	cr_expect_eq(k->nmessages, 4);
	cr_expect_eq(alertkit_count(k, "p", 0), 257);
	alertkit_free(k);
}

Test(alert_send, what_a_receiver_that_is_gone_did_not_get_goes_to_others)
{
	struct alertkit *k = alertkit_new(FOUR);
	uint64_t a, b;

	k->answer = later;
	a = alertkit_alert(k, 0, ALERT_PROVINCE);
	cr_assert_eq(alertkit_open(k), 0, "%s", k->err);
	cr_assert_eq(alertkit_run(k), 0);
	cr_assert_eq(alertkit_close(k), 0);
	alertkit_routing(k, TO("q") TO("s") "[default]\nprovince = q\n");
	b = alertkit_alert(k, 0, ALERT_PROVINCE);
	cr_assert_eq(alertkit_open(k), 0, "%s", k->err);
	cr_assert_eq(alertkit_run(k), 0);
	cr_expect_eq(alertkit_count(k, "q", a), 1);
	cr_expect_eq(alertkit_count(k, "q", b), 1);
	cr_expect_eq(alertkit_events(k, ALERT_EV_MOVED), 1);
	cr_assert_eq(alertkit_close(k), 0);
	cr_assert_eq(alertkit_open(k), 0, "%s", k->err);
	cr_assert_eq(alertkit_run(k), 0);
	cr_expect_eq(alertkit_count(k, "q", 0), 2);
	alertkit_free(k);
}

Test(alert_send, says_what_is_missing_in_the_journal)
{
	struct alertkit *k = alertkit_new(FOUR);
	uint64_t a, b;

	a = alertkit_alert(k, 0, ALERT_PROVINCE);
	cr_assert_eq(alertkit_open(k), 0, "%s", k->err);
	cr_assert_eq(alertkit_run(k), 0);
	alertkit_noise(k);
	alertkit_noise(k);
	b = alertkit_alert(k, 0, ALERT_PROVINCE);
	k->forgot = 3;
	cr_assert_eq(alertkit_run(k), 0);
	cr_assert_eq(alertkit_events(k, ALERT_EV_GAP), 1);
	cr_expect_eq(k->event[k->nevents - 2].seq, 2);
	cr_expect_eq(k->event[k->nevents - 2].n, 2);
	cr_expect_eq(alertkit_count(k, "p", a), 1);
	cr_expect_eq(alertkit_count(k, "p", b), 1);
	alertkit_free(k);
}

Test(alert_send, waits_for_a_journal_that_cannot_be_read_and_says_so_once)
{
	struct alertkit *k = alertkit_new(FOUR);
	uint64_t seq = alertkit_alert(k, 0, ALERT_PROVINCE);
	int i;

	cr_assert_eq(alertkit_open(k), 0, "%s", k->err);
	k->broken = 1;
	for (i = 0; i < 5; i++)
		cr_assert_eq(alertkit_run(k), 0);
	cr_expect_eq(alertkit_events(k, ALERT_EV_JOURNAL), 1);
	k->broken = 0;
	cr_assert_eq(alertkit_run(k), 0);
	cr_expect_eq(alertkit_count(k, "p", seq), 1);
	alertkit_free(k);
}

Test(alert_send, an_alert_whose_entry_is_gone_is_told_all_the_same)
{
	struct alertkit *k = alertkit_new(FOUR);
	uint64_t seq = alertkit_alert(k, 330327, ALERT_PROVINCE);

	k->answer = later;
	cr_assert_eq(alertkit_open(k), 0, "%s", k->err);
	cr_assert_eq(alertkit_run(k), 0);
	k->answer = NULL;
	k->forgot = 1;
	alertkit_time(5000);
	cr_assert_eq(alertkit_run(k), 0);
	cr_expect_eq(alertkit_count(k, "p", seq), 1);
	cr_expect_eq(alertkit_events(k, ALERT_EV_UNREADABLE), 1);
	cr_expect(alertkit_same_ids(k));
	alertkit_free(k);
}

Test(alert_send, refuses_a_journal_that_was_set_back_and_a_state_that_is_damaged)
{
	struct alertkit *k = alertkit_new(FOUR);
	char path[200];
	FILE *f;

	(void)alertkit_alert(k, 0, ALERT_PROVINCE);
	alertkit_noise(k);
	cr_assert_eq(alertkit_open(k), 0, "%s", k->err);
	cr_assert_eq(alertkit_run(k), 0);
	cr_assert_eq(alertkit_close(k), 0);
	k->nlines--;
	cr_expect_eq(alertkit_open(k), -1);
	cr_expect(strstr(k->err, "read up to 2 before") != NULL, "%s", k->err);
	k->nlines++;
	(void)snprintf(path, sizeof(path), "%s/state", k->dir);
	cr_assert_not_null(f = fopen(path, "r+e"));
	(void)fseek(f, 40, SEEK_SET);
	(void)fputc('7', f);
	(void)fclose(f);
	cr_expect_eq(alertkit_open(k), -1);
	cr_expect(strstr(k->err, "Remove the state directory") != NULL, "%s",
	    k->err);
	alertkit_free(k);
}

Test(alert_send, one_at_a_time_for_each_state)
{
	struct alertkit *k = alertkit_new(FOUR);
	struct alert_send *other;
	char err[ALERT_SEND_ERROR_MAX];
	int busy;

	cr_assert_eq(alertkit_open(k), 0, "%s", k->err);
	other = alert_send_open(&k->o, &busy, err);
	cr_expect_null(other);
	cr_expect(busy);
	alertkit_free(k);
}

Test(alert_send, a_receiver_away_for_a_day_costs_a_file_and_no_memory)
{
	struct alertkit *k = alertkit_new(TO("p") "batch = 200\n" TO("q")
	    "batch = 200\n[default]\nprovince = p\ncity = q\n");
	struct alert_send_stats st;
	int i, n = 30000;

	k->answer = later;
	for (i = 0; i < n; i++)
		(void)alertkit_alert(k, 0, i % 2 ? ALERT_PROVINCE :
		    ALERT_CITY);
	cr_assert_eq(alertkit_open(k), 0, "%s", k->err);
	for (i = 1; i <= 48; i++) {
		cr_assert_eq(alertkit_run(k), 0);
		alertkit_time(i * 30 * MIN);
	}
	alert_send_stats(k->s, &st);
	cr_expect_eq(alertkit_count(k, "q", 0), (size_t)n / 2);
	/* Half of them at once, the others when nobody took them. */
	cr_expect_eq(st.pending, (uint64_t)n);
	cr_expect_eq(st.waiting, 0);
	cr_assert_eq(alertkit_close(k), 0);
	cr_assert_eq(alertkit_open(k), 0, "%s", k->err);
	k->answer = NULL;
	k->ntold = 0;
	cr_assert_eq(alertkit_run(k), 0);
	cr_expect_eq(alertkit_count(k, "p", 0), (size_t)n);
	alert_send_stats(k->s, &st);
	cr_expect_eq(st.pending, 0);
	alertkit_free(k);
}

Test(alert_send, writes_the_queue_anew_when_most_of_it_is_done_with)
{
	struct alertkit *k = alertkit_new(TO("p") "batch = 200\n" TO("q")
	    "batch = 200\n" TO("r") "[default]\nprovince = p, q\ncity = r\n");
	struct alert_send_stats st;
	uint64_t open_alert;
	int i;

	/* p is away from the 40,000th alert on. */
	cr_assert_eq(alertkit_open(k), 0, "%s", k->err);
	open_alert = alertkit_alert(k, 0, ALERT_CITY);
	for (i = 0; i < 40000; i++)
		(void)alertkit_alert(k, 0, ALERT_PROVINCE);
	k->answer = NULL;
	cr_assert_eq(alertkit_run(k), 0);
	k->ntold = 0;
	k->answer = later;
	for (i = 0; i < 300; i++)
		(void)alertkit_alert(k, 0, ALERT_PROVINCE);
	alertkit_time(2 * MIN);
	cr_assert_eq(alertkit_run(k), 0);
	alert_send_stats(k->s, &st);
	cr_expect_leq(st.queue, 700, "%llu", (unsigned long long)st.queue);
	cr_expect_eq(st.pending, 300, "%llu", (unsigned long long)st.pending);
	cr_expect_eq(alertkit_count(k, "q", 0), 300);
	/* The level that was told is known still, over a restart. */
	cr_assert_eq(alertkit_close(k), 0);
	cr_assert_eq(alertkit_open(k), 0, "%s", k->err);
	k->answer = NULL;
	k->ntold = 0;
	alertkit_time(50 * MIN);
	cr_assert_eq(alertkit_run(k), 0);
	cr_expect_eq(alertkit_count(k, "p", 0), 300);
	cr_expect_eq(alertkit_count(k, "r", 0), 0);
	alertkit_time(70 * MIN);
	cr_assert_eq(alertkit_run(k), 0);
	cr_expect_eq(alertkit_count(k, "p", open_alert), 1);
	cr_expect_eq(alertkit_count(k, "q", open_alert), 1);
	alertkit_free(k);
}

Test(alert_send, what_is_aside_or_under_way_keeps_its_place_in_a_new_queue)
{
	struct alertkit *k = alertkit_new("[escalate]\ncity = 0s\n" TO("p")
	    "batch = 200\n" TO("q") "[default]\nprovince = p\ncity = q\n");
	struct alert_send_stats st;
	uint64_t before, after;
	int i;

	k->answer = refuse_second;
	k->hangs = "q";
	(void)alertkit_alert(k, 0, ALERT_PROVINCE);
	(void)alertkit_alert(k, 0, ALERT_PROVINCE);	/* refused */
	before = alertkit_alert(k, 0, ALERT_CITY);
	cr_assert_eq(alertkit_open(k), 0, "%s", k->err);
	cr_assert_eq(alertkit_run(k), 0);
	alertkit_time(3000);
	cr_assert_eq(alertkit_run(k), 0);
	for (i = 0; i < 70000; i++)
		(void)alertkit_alert(k, 0, ALERT_PROVINCE);
	alertkit_time(MIN);
	cr_assert_eq(alertkit_run(k), 0);
	alertkit_time(3 * MIN);
	cr_assert_eq(alertkit_run(k), 0);
	alert_send_stats(k->s, &st);
	cr_expect_leq(st.queue, 10, "%llu", (unsigned long long)st.queue);
	after = alertkit_alert(k, 0, ALERT_CITY);
	k->hangs = NULL;
	k->answer = NULL;
	alertkit_time(30 * MIN);
	cr_assert_eq(alertkit_run(k), 0);
	cr_expect_eq(alertkit_count(k, "p", 2), 1);
	cr_expect_eq(alertkit_count(k, "q", before), 1);
	cr_expect_eq(alertkit_count(k, "q", after), 1);
	cr_expect_eq(alertkit_count(k, "p", 0), 70002);
	alert_send_stats(k->s, &st);
	cr_expect_eq(st.pending, 0);
	alertkit_free(k);
}
