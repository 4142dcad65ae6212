/* The service ends at any step of what it writes: nothing is lost, and what comes twice
 * has the same id. */
#include <criterion/criterion.h>

#include <stdio.h>
#include <string.h>

#include "alertkit.h"

#define MIN INT64_C(60000)
#define TO(name) "[receiver " name "]\nkind = command\ncommand = \"/bin/true\"\n"
#define TWO TO("c") TO("p") "[default]\ncounty = c\nprovince = p\n"

static enum alert_outcome
now_and_then(struct alertkit *k, const struct alert_receiver *to,
    const struct alert_message *m)
{

	(void)to, (void)m;
	return (k->nmessages % 3 == 1 ? ALERT_LATER : k->nmessages % 7 == 3 ?
	    ALERT_REFUSED : ALERT_DELIVERED);
}

/* A day: alerts come, some are taken, nobody takes others. */
static int
play(struct alertkit *k, int64_t *t)
{
	int i;

	for (i = 0; i < 6; i++) {
		if (alertkit_run(k) != 0)
			return (-1);
		*t += 7 * MIN;
		alertkit_time(*t);
	}
	return (0);
}

/* Was everything told? */
static void
check(struct alertkit *k, long step)
{
	uint64_t seq;

	for (seq = 1; seq <= 9; seq++) {
		cr_expect_geq(alertkit_count(k, "c", seq), 1,
		    "step %ld: %llu was never told", step,
		    (unsigned long long)seq);
		if (seq > 3)
			cr_expect_geq(alertkit_count(k, "p", seq), 1,
			    "step %ld: %llu went no higher", step,
			    (unsigned long long)seq);
	}
	cr_expect(alertkit_same_ids(k), "step %ld", step);
}

/* End at one step, go on, and see; 0 when it never came to that step. */
static int
end_at(long step, int half)
{
	struct alertkit *k = alertkit_new(TWO);
	int64_t t = 0;
	int i, ended;

	for (i = 0; i < 9; i++)
		(void)alertkit_alert(k, 330327, ALERT_COUNTY);
	k->answer = now_and_then;
	k->fatal = step;
	k->half = half;
	ended = alertkit_open(k) != 0;
	if (!ended)
		ended = play(k, &t) != 0;
	(void)alertkit_close(k);
	k->fatal = -1;
	for (i = 1; i <= 3; i++)
		alertkit_take(k, (uint64_t)i);
	cr_assert_eq(alertkit_open(k), 0, "step %ld: %s", step, k->err);
	cr_assert_eq(play(k, &t), 0);
	k->answer = NULL;
	t += 40 * MIN;
	alertkit_time(t);
	cr_assert_eq(play(k, &t), 0);
	check(k, step);
	alertkit_free(k);
	return (ended);
}

Test(alert_kill, at_every_step)
{
	long step;

	for (step = 0; end_at(step, 0); step++)
		continue;
	cr_expect_gt(step, 30, "%ld steps", step);
}

Test(alert_kill, in_the_middle_of_every_write)
{
	long step;

	for (step = 0; end_at(step, 1); step++)
		continue;
	cr_expect_gt(step, 30, "%ld steps", step);
}

/* While the queue is written anew. */
Test(alert_kill, while_the_queue_is_written_anew)
{
	long step;
	int ended = 1, i;

	for (step = 0; ended; step++) {
		struct alertkit *k = alertkit_new(TO("c") "batch = 200\n"
		    TO("p") "batch = 200\n[default]\ncounty = c\n"
		    "province = p, c\n");

		k->o.routing = k->routing;
		for (i = 0; i < 33000; i++)
			(void)alertkit_alert(k, 0, ALERT_PROVINCE);
		cr_assert_eq(alertkit_open(k), 0, "%s", k->err);
		cr_assert_eq(alert_send_turn(k->s, 0), 0);
		cr_assert_eq(alertkit_run(k), 0);
		k->ntold = 0;
		for (i = 0; i < 10; i++)
			(void)alertkit_alert(k, 0, ALERT_PROVINCE);
		alertkit_time(5 * MIN);
		k->steps = 0;
		k->fatal = step;
		ended = alertkit_run(k) != 0;
		(void)alertkit_close(k);
		k->fatal = -1;
		cr_assert_eq(alertkit_open(k), 0, "step %ld: %s", step,
		    k->err);
		cr_assert_eq(alertkit_run(k), 0);
		for (i = 1; i <= 10; i++) {
			cr_expect_geq(alertkit_count(k, "c",
			    (uint64_t)(33000 + i)), 1, "step %ld", step);
			cr_expect_geq(alertkit_count(k, "p",
			    (uint64_t)(33000 + i)), 1, "step %ld", step);
		}
		alertkit_free(k);
	}
	cr_expect_gt(step, 5, "%ld", step);
}
