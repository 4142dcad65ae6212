#ifndef LIANGKA_PACE_H_
#define LIANGKA_PACE_H_

/*
 * How much of our journal may be on its way to the node above at once.  A question waits
 * behind what is on the line before it, and so does a beat, by which a link is judged: on a
 * slow line only little may be there.  On a fast one it takes many batches to keep disk and
 * line at work.  Begins with little; grows while batches are answered soon, shrinks when they
 * are not.  Pure: the caller tells what happened.
 */

#include <stdint.h>

#define PACE_WINDOW 32		/* batches on their way, at most */
#define PACE_ENTRIES 32		/* of a batch: taking one in holds up the node above for a
				 * sixth of a millisecond */
#define PACE_ENTRIES_MIN 8
#define PACE_SOON_US 100000
#define PACE_LATE_US 300000

struct pace {
	unsigned window;	/* batches */
	unsigned entries;	/* of each */
	int64_t sent_us[PACE_WINDOW];
	unsigned first, n;	/* those on their way */
};

/**
 * pace_begin(p): A link was made; nothing is on its way.
 */
static inline void
pace_begin(struct pace *p)
{

	p->window = 1;
	p->entries = PACE_ENTRIES_MIN;
	p->first = p->n = 0;
}

/**
 * pace_room(p): May one more be sent?  pace_sent(p, us): one was, at this moment.
 */
static inline int
pace_room(const struct pace *p)
{

	return (p->n < p->window);
}

static inline void
pace_sent(struct pace *p, int64_t us)
{

	p->sent_us[(p->first + p->n++) % PACE_WINDOW] = us;
}

/**
 * pace_answered(p, us): The first of those on their way was answered.
 */
static inline void
pace_answered(struct pace *p, int64_t us)
{
	int64_t took;

	if (p->n == 0)
		return;
	took = us - p->sent_us[p->first];
	p->first = (p->first + 1) % PACE_WINDOW;
	p->n--;
	if (took <= PACE_SOON_US) {
		if (p->entries < PACE_ENTRIES)
			p->entries *= 2;
		else if (p->window < PACE_WINDOW)
			p->window++;
	} else if (took > PACE_LATE_US) {
		if (p->window > 1)
			p->window /= 2;
		else if (p->entries > PACE_ENTRIES_MIN)
			p->entries /= 2;
	}
}

#endif /* !LIANGKA_PACE_H_ */
