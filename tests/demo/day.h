#ifndef DEMO_DAY_H_
#define DEMO_DAY_H_

/*
 * One day played: every row of the day is asked through the library, and what
 * follows is done.  Several threads work at once; what one person does keeps its
 * order, except in a race.
 */

#include <stddef.h>
#include <stdint.h>

#include "host.h"
#include "plan.h"

#define DAY_THREADS 8
#define DAY_RACERS 8		/* rows of one race at most */

struct day_answer {
	const struct plan_row *row;
	uint64_t person;	/* the same for one person, or one ring */
	int asked;
	int32_t rc;		/* of lk_check or lk_retire, the last try */
	int tries;
	int64_t ns;		/* of the last try */
	int held;		/* no card may be issued */
	int issued;		/* lk_confirm accepted */
	int cleared;		/* by the counter itself */
	int32_t then_rc;	/* of what followed; LK_OK where nothing did */
	int same;		/* a retry got the answer of its check */
	struct lk_result result;
};

struct day {
	struct host *host;
	size_t count;
	struct day_answer *answers; /* in the order of the clock */
	size_t from, until;	/* of them: what day_play() plays; at first all */
	int64_t spread_ns;	/* evenly over so long; 0: as fast as it goes */
	int64_t began_ns;	/* monotonic */
	int64_t ns;		/* from the first to the last */
};

/**
 * day_prepare(d, host, plan): Take the rows of the day, open the handles.  Return
 * 0, or -1 with the reason on standard error.
 */
int day_prepare(struct day *d, struct host *host, const struct plan *plan);

/**
 * day_part(d, from, until, seconds): Have day_play() play what has a time of the clock
 * from `from` to before `until`, seconds of the day, evenly over `seconds` seconds.
 */
void day_part(struct day *d, int64_t from, int64_t until, int64_t seconds);

/**
 * day_play(d): Play it.  Return 0, or -1 when no thread could be started.
 */
int day_play(struct day *d);

/**
 * day_free(d): Release the answers.
 */
void day_free(struct day *d);

#endif /* !DEMO_DAY_H_ */
