#ifndef BENCH_LOAD_H_
#define BENCH_LOAD_H_

/*
 * The load: connections with one CHECK under way on each, sent again as soon as
 * the reply is there (a closed loop), by one thread with epoll.  The same load
 * goes to liangkad and to the echo server.  With a rate, applications come at
 * random moments instead (an open loop) and a reply's time counts from the moment
 * at which its application came, also when it had to wait for a connection.
 */

#include <stdatomic.h>
#include <stdint.h>
#include <sys/types.h>

#include "hist.h"

struct load_options {
	const char *socket;
	unsigned connections;
	double seconds;		/* measured */
	double warm;		/* before that, not measured */
	uint32_t people;
	uint32_t tellers;
	uint32_t outlets;
	const char *run;	/* as request_init() has it */
	pid_t server;		/* whose CPU time is told, or 0 */
	const char *reply;	/* a file: see load_args() */
	size_t reply_bytes;	/* so long the echo's replies shall be, or 0 */
	const char *seen;	/* map of people already met, or NULL */
	double rate;		/* applications per second, or 0: a closed loop */
	/* for a caller in another thread, or NULL: */
	const atomic_int *stop;	/* ends the measured time */
	struct hist *phases;	/* each time is counted in phases[*phase] too */
	const atomic_int *phase;
};

struct load {
	struct hist latency;
	double seconds;
	uint64_t decisions[4];	/* PASS, LIMIT, REVIEW, REJECT */
	uint64_t errors;	/* replies with an error, also before measuring */
	uint64_t all;		/* replies, measured or not */
	uint64_t reply_bytes;	/* of the measured replies */
	uint64_t request_bytes;	/* of one request */
	double server_cpu;	/* seconds, during the measured time */
	double client_cpu;
	uint32_t met;		/* different people so far, by the map */
};

/**
 * load_args(o, argc, argv): Read the command line over the defaults.  Return 0, or
 * -1 after telling how to use the program.
 */
int load_args(struct load_options *o, int argc, char **argv);

/**
 * load_run(o, l): Do it.  Return 0, or -1 after telling what went wrong: the
 * server hung up, answered garbage, was silent for 10 s, or gave an error.
 */
int load_run(const struct load_options *o, struct load *l);

/**
 * load_print(o, l, what): Print the outcome as one line of name=value.
 */
void load_print(const struct load_options *o, const struct load *l,
    const char *what);

/**
 * load_connect(path): Connect to a unix socket and exchange HELLO.  Return the
 * descriptor, or -1 with errno set.
 */
int load_connect(const char *path);

#endif /* !BENCH_LOAD_H_ */
