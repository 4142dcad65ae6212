#ifndef FAULT_H_
#define FAULT_H_

/*
 * A daemon's disk that fails on command: see preload/failsync.c for the words.
 */

#include "harness.h"

struct fault {
	char dir[64];
	char word[96], seen[112];	/* files */
	char env[3][4200];
	const char *list[4];
};

/**
 * fault_prepare(f, setup): Let a daemon started with setup fail on command.  Skips
 * the test when the library to be preloaded is not built.  fault_end(f): clean up.
 */
void fault_prepare(struct fault *f, struct daemon_setup *setup);
void fault_end(struct fault *f);

/**
 * fault_set(f, word): Fail so from now on; "" = not at all.
 */
void fault_set(struct fault *f, const char *word);

/**
 * fault_wait(f): Wait until it has failed, and forget that it has.  Fails the test
 * after a minute.
 */
void fault_wait(struct fault *f);

#endif /* !FAULT_H_ */
