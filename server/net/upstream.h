#ifndef LIANGKA_UPSTREAM_LINK_H_
#define LIANGKA_UPSTREAM_LINK_H_

/*
 * The link to the node above: made and made anew, HELLO, JOIN, then questions with a
 * deadline, our journal's entries, a beat each second, and what it says of our cases.
 *
 * A link is up when JOIN was answered.  While it is not, or while the breaker is open, nobody
 * waits for it: what has to be decided is decided here, and told later.
 *
 * Threads: the loop's; reading the journal and proving heads is done by uplink.h's thread.
 */

#include <stddef.h>
#include <stdint.h>

struct config;
struct counter;
struct event_base;
struct journal;
struct parked;
struct tls_context;
struct upstream;

struct upstream_options {
	struct event_base *base;	/* not owned, as all of this but tls */
	const struct config *config;
	struct counter *counter;
	struct journal *journal;
	struct tls_context *tls;	/* for clients; a reference is taken over */
};

/**
 * upstream_open(o, err, errlen): Prepare the link; it is made at the first tick.  Return
 * NULL with a sentence.  upstream_close(u): nothing may be parked any more.  NULL is
 * allowed.
 */
struct upstream *upstream_open(const struct upstream_options *o, char *err,
    size_t errlen);
void upstream_close(struct upstream *u);

/**
 * upstream_ready(u): Is there any use in asking?
 * upstream_ask(u, frame, len, ms, p): Send the question, whose request id is replaced, and
 * have conn_resume(p) called with the answer, or with silence after ms milliseconds or as
 * soon as none can come.  Return 0, or -1 with nothing done.
 * upstream_forget(u, p): nobody waits for it any more.
 */
int upstream_ready(const struct upstream *u);
int upstream_ask(struct upstream *u, const uint8_t *frame, size_t len,
    uint32_t ms, struct parked *p);
void upstream_forget(struct upstream *u, struct parked *p);

/**
 * upstream_turn(u): End a turn of the loop: send what was gathered.
 * upstream_tick(u): To be called some four times a second.
 */
void upstream_turn(struct upstream *u);
void upstream_tick(struct upstream *u);

/**
 * upstream_tls(u, tls): Use another context from the next connection on; a reference is
 * taken over.  The link is dropped if the other side would not be believed by it.
 * upstream_quiet(u): make no further link and drop this one: the daemon ends.
 */
void upstream_tls(struct upstream *u, struct tls_context *tls);
void upstream_quiet(struct upstream *u);

/**
 * upstream_certificate(u): The context in use, to look at its times.
 */
const struct tls_context *upstream_certificate(const struct upstream *u);

/**
 * upstream_tried(u): Nonzero once the first attempt to link has come to an end, either way.
 */
int upstream_tried(const struct upstream *u);

#endif /* !LIANGKA_UPSTREAM_LINK_H_ */
