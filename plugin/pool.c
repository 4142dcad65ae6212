#include <limits.h>

#include "deadline.h"
#include "lock.h"
#include "plugin.h"
#include "pool.h"

/* Find a free slot: one that is connected, or else any.  Under the table lock. */
static struct slot *
find(struct handle *h)
{
	struct slot *s, *best = NULL;
	int32_t i;

	for (i = 0; i < h->set.connections; i++) {
		s = &h->slot[i];
		if (s->busy)
			continue;
		if (s->link != NULL && s->link->fd >= 0)
			return (s);
		if (best == NULL || (best->link == NULL && s->link != NULL))
			best = s;
	}
	return (best);
}

/* Try to take a link.  Return 0, BUSY, HANDLE or NOMEM. */
static int
take(struct handle *h, struct link **l, uint32_t *seen)
{
	struct slot *s;
	int rc = 0;

	handle_lock();
	*seen = atomic_load(&h->given);
	if (h->number == 0)
		rc = LK_E_HANDLE;
	else if ((s = find(h)) == NULL)
		rc = LK_E_BUSY;
	else if (s->link == NULL && (s->link = link_new()) == NULL)
		rc = LK_E_NOMEM;
	else {
		s->busy = 1;
		*l = s->link;
	}
	handle_unlock();
	return (rc);
}

/* Take a link, waiting for one. */
int
pool_take(struct handle *h, int64_t deadline, struct link **l)
{
	uint32_t seen;
	int rc;

	while ((rc = take(h, l, &seen)) == LK_E_BUSY &&
	    deadline_left(deadline) > 0)
		lock_sleep(&h->given, seen, deadline);
	return (rc);
}

/* Give a link back. */
void
pool_give(struct handle *h, struct link *l)
{
	int32_t i;
	int closing;

	handle_lock();
	closing = h->number == 0;
	handle_unlock();
	if (closing)
		link_close(l);
	handle_lock();
	for (i = 0; i < h->set.connections; i++)
		if (h->slot[i].link == l)
			h->slot[i].busy = 0;
	handle_unlock();
	atomic_fetch_add(&h->given, 1);
	lock_wake(&h->given, 1);
}

/* Close the links that are not in use; the others are when given back. */
void
pool_close(struct handle *h)
{
	struct slot *s;
	int32_t i;
	int idle;

	for (i = 0; i < h->set.connections; i++) {
		s = &h->slot[i];
		handle_lock();
		idle = s->link != NULL && !s->busy;
		if (idle)
			s->busy = 1;
		handle_unlock();
		if (idle)
			link_close(s->link);
	}
}
