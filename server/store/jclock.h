#ifndef LIANGKA_JCLOCK_H_
#define LIANGKA_JCLOCK_H_

/*
 * Journal time: milliseconds UTC that never fall and that no step of the wall
 * clock can bend.  While the wall clock agrees with the monotonic one it is
 * followed; when it has stepped back by more than JCLOCK_BACK_MS or forward by
 * more than JCLOCK_AHEAD_MS, journal time goes on by the monotonic clock and is
 * in doubt until the wall clock agrees again or an operator re-bases it.
 */

#include <stdint.h>

#define JCLOCK_BACK_MS 5000
#define JCLOCK_AHEAD_MS 3600000

/* Where time comes from; both in milliseconds. */
struct jclock_source {
	int64_t (*wall)(void *arg);	/* UTC */
	int64_t (*mono)(void *arg);	/* since boot, suspends included */
	const char *(*boot)(void *arg); /* an id of this boot */
	void *arg;
};

extern const struct jclock_source jclock_system;

struct jclock {
	const struct jclock_source *source;
	int64_t t;		/* last journal time given out */
	int64_t mono;		/* when that was */
	int doubt;
};

/**
 * jclock_init(c, source, last_t, anchor_t, anchor_mono): Begin.  last_t is the
 * time of the last entry (0 = none).  anchor_t is a journal time of this same
 * boot at anchor_mono (0 = none known): the wall clock is judged by it.
 */
void jclock_init(struct jclock *c, const struct jclock_source *source,
    int64_t last_t, int64_t anchor_t, int64_t anchor_mono);

/**
 * jclock_now(c): Return the journal time now.  c->doubt tells whether the wall
 * clock was not believed.
 */
int64_t jclock_now(struct jclock *c);

/**
 * jclock_rebase(c): Believe the wall clock as it is now, for an operator who has
 * looked at it.  Journal time still never falls.
 */
void jclock_rebase(struct jclock *c);

#endif /* !LIANGKA_JCLOCK_H_ */
