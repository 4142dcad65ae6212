#ifndef LIANGKA_ALERT_CARRIER_H_
#define LIANGKA_ALERT_CARRIER_H_

/*
 * What brings messages to their receivers, several at once: through libcurl's multi
 * interface (webhooks, robots, mail) and by commands.  No delivery holds up another and
 * every one ends: by an answer or by the receiver's time-out.
 *
 * What an answer means:
 *	2xx				delivered; of a robot, if its errcode is 0 too
 *	408, 425, 429, 5xx		later
 *	no answer, cut off, too long	later
 *	3xx (never followed), other 4xx	refused
 *	a robot's errcode 45009, -1	later (WeCom: too often, busy)
 *	130101, 410100			later (DingTalk: too often)
 *	other errcodes			refused
 *	SMTP 4yz / 5yz			later / refused
 *	a command's exit code 0		delivered
 *	64 to 78 but 75			refused
 *	others, a signal, the time-out	later
 *
 * Threads: one at a time per struct.
 */

#include <stddef.h>
#include <stdint.h>

#include "alert_message.h"

#define ALERT_WHY_MAX 512

enum alert_outcome { ALERT_DELIVERED, ALERT_LATER, ALERT_REFUSED };

struct alert_answer {
	enum alert_outcome outcome;
	int64_t after;		/* ms that the receiver asks to be spared, or 0 */
	char why[ALERT_WHY_MAX]; /* "" when delivered */
};

struct alert_carrier {
	void *arg;
	/* Begin to bring message m, which stays as it is until it is done, to receiver
	 * `to`, known as i.  Return 0, or -1 with *a filled in. */
	int (*begin)(void *arg, size_t i, const struct alert_receiver *to,
	    const struct alert_message *m, struct alert_answer *a);
	/* Wait up to ms until something is done; tell of all that is. */
	void (*wait)(void *arg, uint32_t ms, void (*done)(void *arg, size_t i,
	    const struct alert_answer *a), void *done_arg);
};

/* The real one. */
struct alert_carry;

/**
 * alert_carry_open(now, stop): Return a carrier; now tells the time in UTC ms, and *stop
 * not 0 ends a wait within a second.  NULL when libcurl does not start.
 * alert_carry_close(c): End what is under way; commands are killed.  NULL is allowed.
 * alert_carry_carrier(c, carrier): Fill in the calls above.
 */
struct alert_carry *alert_carry_open(int64_t (*now)(void),
    const volatile int *stop);
void alert_carry_close(struct alert_carry *c);
void alert_carry_carrier(struct alert_carry *c, struct alert_carrier *carrier);

#endif /* !LIANGKA_ALERT_CARRIER_H_ */
