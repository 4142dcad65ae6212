#include <stdio.h>
#include <time.h>

#include <event2/event.h>

#include "counter/above.h"

#include "config.h"
#include "conn.h"
#include "conns.h"
#include "links.h"
#include "log.h"
#include "loop_impl.h"
#include "tls.h"
#include "upstream.h"

#define CERTS_MS INT64_C(3600000)
#define FIRST_LINK_MS 1000	/* at the start */

/* Warn of what will keep links from being made before it does. */
static void
warn_of_ends(const struct tls_context *c)
{
	int64_t now = (int64_t)time(NULL);
	int64_t revoked = tls_context_revoked_ends(c);
	int days = tls_context_days(c, now);

	if (days < TLS_WARN_DAYS)
		log_say(LOG_LEVEL_WARNING, days < 0 ? "this node's certificate "
		    "is over: no link can be made; \"liangka node renew\"" :
		    "this node's certificate ends in %d days: \"liangka node "
		    "renew\"", days);
	if (revoked != 0 && revoked - now < TLS_WARN_DAYS * 86400)
		log_say(LOG_LEVEL_WARNING, "the revocation list is outdated in "
		    "%d days, and then no link can be made: \"liangka node "
		    "revoke --renew\"", (int)((revoked - now) / 86400));
}

/* Once an hour, and at the start. */
void
loop_links_watch(struct loop *l, int64_t now)
{

	if (now < l->certs_ms)
		return;
	l->certs_ms = now + CERTS_MS;
	if (l->upstream != NULL)
		warn_of_ends(upstream_certificate(l->upstream));
	else if (l->links != NULL)
		warn_of_ends(links_certificate(l->links));
}

/* A link of a node below: whose? */
static const char *
linked(void *arg, const struct tls *tls, struct peer *peer)
{
	struct loop *l = arg;

	return (links_linked(l->links, tls, peer));
}

/* It is gone. */
static void
unlinked(void *arg, const struct peer *peer)
{
	struct loop *l = arg;

	links_unlinked(l->links, peer);
}

/* The head of its log came. */
static void
head(void *arg, const struct peer *peer, const uint8_t *body, size_t len)
{
	struct loop *l = arg;

	links_head(l->links, peer, body, len);
}

/* Load the certificate for the link to the node above. */
static struct tls_context *
client_context(const struct config *c, char *err, size_t errlen)
{
	const struct tls_files f = { .certificate = c->link_certificate,
		.key = c->link_key, .ca = c->link_ca,
		.revoked = c->link_revoked, .domain = c->domain,
		.node = c->node };

	return (tls_context_load(&f, TLS_CLIENT, err, errlen));
}

/* Links with other nodes, below and above. */
int
loop_links_open(struct loop *l, char *err, size_t errlen)
{
	const struct config *c = l->o.config;
	const struct links_options lo = { .base = l->base, .config = c,
		.counter = l->o.counter, .conns = l->conns,
		.sink = l->o.sink };
	struct upstream_options uo = { .base = l->base, .config = c,
		.counter = l->o.counter, .journal = l->o.journal };

	if (c->has_children && (l->links = links_open(&lo, err, errlen)) ==
	    NULL)
		return (-1);
	if (!c->has_upstream)
		return (0);
	if ((uo.tls = client_context(c, err, errlen)) == NULL)
		return (-1);
	if ((l->upstream = upstream_open(&uo, err, errlen)) == NULL)
		return (-1);
	if (c->upstream_mode != ABOVE_NEVER)
		conns_upstream(l->conns, l->upstream);
	return (0);
}

/* Read certificates, authority, revocations and the register of nodes again. */
int
loop_reload_links(struct loop *l, char *err, size_t errlen)
{
	struct tls_context *tls;

	if (l->links != NULL && links_reload(l->links, err, errlen) != 0)
		return (-1);
	if (l->upstream == NULL)
		return (0);
	if ((tls = client_context(l->o.config, err, errlen)) == NULL)
		return (-1);
	upstream_tls(l->upstream, tls);
	return (0);
}

/*
 * A node that was wound back hears so from the node above: give that a moment before the
 * first branch is served.  Where the line is down the first attempt fails at once.
 */
void
loop_links_await(struct loop *l)
{
	int64_t until = conn_now() + FIRST_LINK_MS;

	if (l->upstream == NULL)
		return;
	upstream_tick(l->upstream);
	while (!upstream_tried(l->upstream) && conn_now() < until && !l->done) {
		(void)conns_begin(l->conns);
		if (event_base_loop(l->base, EVLOOP_ONCE) == -1)
			return;
		loop_end_turn(l);
	}
}

/* What connections ask about links. */
void
loop_links(struct conns_options *co, struct loop *l)
{

	co->linked = linked;
	co->unlinked = unlinked;
	co->head = head;
	co->arg = l;
}
