#ifndef LIANGKA_LINKS_H_
#define LIANGKA_LINKS_H_

/*
 * Links from nodes below: the listening socket, whose a link is by its certificate, and the
 * heads of their logs that we cosign.
 *
 * A certificate of the domain's authority names the node; the register (nodes.h) says what
 * it may do.  A node links once: a further link with the same certificate takes the place of
 * the first, one with another certificate is refused as long as the first lives.
 *
 * Threads: the loop's.
 */

#include <stddef.h>
#include <stdint.h>

struct config;
struct conf_sink;
struct conns;
struct counter;
struct event_base;
struct links;
struct peer;
struct tls;
struct tls_context;

struct links_options {
	struct event_base *base;	/* not owned, as all of this */
	const struct config *config;
	struct counter *counter;
	struct conns *conns;
	const struct conf_sink *sink;	/* for errors in the register */
};

/**
 * links_open(o, err, errlen): Read certificate, authority and register, and listen.
 * Return NULL with a sentence.  links_close(l): NULL is allowed; all connections are gone.
 * links_stop(l): take no further ones.
 */
struct links *links_open(const struct links_options *o, char *err,
    size_t errlen);
void links_close(struct links *l);
void links_stop(struct links *l);

/**
 * links_reload(l, err, errlen): Read all of it again, for links that are made from now on;
 * a node that is not in the register any more, or revoked, is dropped.  Return 0, or -1 with
 * a sentence and nothing changed.
 */
int links_reload(struct links *l, char *err, size_t errlen);

/**
 * links_certificate(l): The context in use, to look at its times.
 */
const struct tls_context *links_certificate(const struct links *l);

/**
 * links_tick(l): To be called some four times a second.
 * links_linked(l, tls, peer), links_unlinked(l, peer), links_head(l, peer, body, len): See
 * conns.h.
 */
void links_tick(struct links *l);
const char *links_linked(struct links *l, const struct tls *tls,
    struct peer *peer);
void links_unlinked(struct links *l, const struct peer *peer);
void links_head(struct links *l, const struct peer *peer,
    const uint8_t *body, size_t len);

#endif /* !LIANGKA_LINKS_H_ */
