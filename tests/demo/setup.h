#ifndef DEMO_SETUP_H_
#define DEMO_SETUP_H_

/*
 * The configuration a plan needs: its institutions, each with a socket of its
 * own, and its outlets with their areas.
 */

#include "plan.h"

#define SETUP_INSTITUTIONS 60 /* at most: the library opens 64 handles */

struct setup {
	const char *dir;	/* liangkad.conf, plugin/ID.conf, data/ */
	const char *run;	/* sockets; short enough for sun_path */
	const char *policy;
	const char *key;
};

/**
 * setup_write(s, plan): Write the files.  Return 0, or -1 with the reason on
 * standard error.
 */
int setup_write(const struct setup *s, const struct plan *plan);

#endif /* !DEMO_SETUP_H_ */
