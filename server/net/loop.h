#ifndef LIANGKA_LOOP_H_
#define LIANGKA_LOOP_H_

/*
 * The loop: libevent's base, the journal's descriptors, ticks and signals, and
 * the end of each turn, where the log is flushed and replies leave.
 *
 * Threads: the one that calls loop_run().
 */

#include <stddef.h>

struct conf_sink;
struct config;
struct counter;
struct journal;
struct loop;

struct loop_options {
	const struct config *config;	/* not owned, as all of this */
	struct journal *journal;
	struct counter *counter;
	const char *version;
	void (*reload)(void *arg);	/* SIGHUP came */
	void *arg;
	struct adopter *adopter;	/* NULL: no signed lists */
	const struct conf_sink *sink;	/* for errors in the register of nodes */
};

/**
 * loop_open(o, err, errlen): Take over the signals and listen.  Return the loop,
 * or NULL with a sentence in err.
 */
struct loop *loop_open(const struct loop_options *o, char *err, size_t errlen);

/**
 * loop_run(l): Serve until SIGTERM or SIGINT, then answer what is in flight for
 * at most two seconds.  Return 0; or -1 as soon as the journal has failed, with
 * those who wait told so.
 */
int loop_run(struct loop *l);

/**
 * loop_reload_links(l, err, errlen): Read again what links with other nodes are made by:
 * certificates, authority, revocations, the register of nodes.  Links that are made go on.
 * Return 0, or -1 with a sentence; what was in force then stays.
 */
int loop_reload_links(struct loop *l, char *err, size_t errlen);

/**
 * loop_close(l): Drop all connections and free l; NULL is allowed.
 */
void loop_close(struct loop *l);

#endif /* !LIANGKA_LOOP_H_ */
