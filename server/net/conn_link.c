/*
 * What a connection does that has to do with other nodes: whose link it is, and requests
 * that wait for the node above.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <event2/event.h>

#include "conn.h"
#include "tls.h"
#include "upstream.h"

/* How many of its requests may wait for the node above? */
unsigned
conn_parked_max(const struct conn *c)
{

	return (c->tls != NULL ? CONN_PARKED_LINK : CONN_PARKED);
}

/* After reading from a link: is it somebody's, and whose?  0: it was dropped. */
int
conn_link_goes_on(struct conn *c, ssize_t n)
{
	struct conns *s = c->set;
	int error = errno;	/* still wanted behind us */

	if (n < 0 && errno == EPROTO) {
		log_seldom(&s->said, conn_now(), LOG_LEVEL_WARNING,
		    "a link from below was refused: %s", tls_error(c->tls));
		conn_drop(c, CONN_BROKEN);
		return (0);
	}
	if (!c->known && tls_ready(c->tls)) {
		c->known = 1;
		c->refused = s->o.linked(s->o.arg, c->tls, &c->peer);
	}
	if (tls_wants_write(c->tls))
		conn_wait_writable(c);
	errno = error;
	return (1);
}

/* Nobody knows of it any more but the caller. */
static void
detach(struct parked *p)
{
	struct conn *c = p->conn;

	upstream_forget(c->set->upstream, p);
	TAILQ_REMOVE(&c->parked, p, conn_entry);
	c->nparked--;
}

/* Wipe and free it. */
static void
wipe(struct parked *p)
{

	explicit_bzero(p->body, p->h.length);
	free(p);
}

/* Forget a request that waits for the node above. */
void
conn_unpark(struct parked *p)
{

	detach(p);
	wipe(p);
}

/* The node above has answered. */
void
conn_resume(struct parked *p, const struct above_answer *a)
{
	struct conn *c = p->conn;

	detach(p);
	frame_resume(c, &p->h, p->body, a);
	wipe(p);
	if (c->fd != -1)
		conn_flush(c);
}
