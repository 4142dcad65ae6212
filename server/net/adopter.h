#ifndef LIANGKA_ADOPTER_H_
#define LIANGKA_ADOPTER_H_

/*
 * Takes over what "liangka sync" left: a thread of low priority verifies it, builds lists
 * and compiles the policy; the loop then journals and serves it.  Until then, and whenever
 * anything is wrong, what was in force stays so.
 *
 * Threads: the loop makes every call.
 */

#include <stddef.h>
#include <stdint.h>

struct adopter;
struct config;
struct counter;
struct journal;
struct nodekeys;
struct token_keys;

struct adopter_options {
	const struct config *config;	/* not owned, as all of this */
	const struct token_keys *list_keys;
	const struct nodekeys *nodekeys; /* sign the node's status */
	struct journal *journal;
	struct counter *counter;
};

/**
 * adopter_open(o, err, errlen): Put the generation that is on the disk into force, as far
 * as it is sound, and start the thread.  What is wrong with it is logged: the daemon then
 * answers without lists, which the policy's `stale` tells, until sync brings good ones.
 * Return NULL with a sentence in err when the thread cannot be had.
 * adopter_close(a): Stop the thread; NULL is allowed.  Call it before the counter goes.
 */
struct adopter *adopter_open(const struct adopter_options *o, char *err,
    size_t errlen);
void adopter_close(struct adopter *a);

/**
 * adopter_fd(a): becomes readable when adopter_collect(a) has something to put into
 * force.  adopter_tick(a): about once a second: have the thread look.
 */
int adopter_fd(const struct adopter *a);
void adopter_collect(struct adopter *a);
void adopter_tick(struct adopter *a);

#endif /* !LIANGKA_ADOPTER_H_ */
