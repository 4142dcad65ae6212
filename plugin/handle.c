#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "async.h"
#include "handle.h"
#include "lock.h"
#include "nonce.h"
#include "open.h"
#include "plugin.h"

#define INDEX_BITS 6 /* HANDLE_MAX is 2^6 */
#define GENERATION_MAX ((1u << (31 - INDEX_BITS)) - 1)

/* All under table_lock. */
static struct handle *table[HANDLE_MAX];
static struct handle *removed; /* closed, but still in use */
static uint32_t generation[HANDLE_MAX];
static pid_t owner; /* process that the table belongs to */
static int watched;
static struct lock table_lock;

/* Take the lock of the table. */
void
handle_lock(void)
{

	lock_take(&table_lock);
}

/* Give the lock of the table back. */
void
handle_unlock(void)
{

	lock_give(&table_lock);
}

/* Free a handle that is in no table and has no user. */
static void
destroy(struct handle *h)
{
	unsigned i;

	async_free(h->async);
	for (i = 0; i < SETTINGS_CONNECTIONS; i++) {
		if (h->slot[i].link == NULL)
			continue;
		link_close(h->slot[i].link);
		link_free(h->slot[i].link);
	}
	free(h);
}

/* Make a handle the child's own: nobody is inside, nothing is open. */
static void
inherit(struct handle *h)
{
	unsigned i;

	h->users = 0;
	for (i = 0; i < SETTINGS_CONNECTIONS; i++) {
		h->slot[i].busy = 0;
		if (h->slot[i].link != NULL)
			link_inherit(h->slot[i].link);
	}
	async_inherit(h->async);
}

/*
 * Make the table the child's own.  What was removed has lost its users: it is
 * closed, and its memory left, for they may have been changing it.
 */
static void
inherit_all(void)
{
	unsigned i;

	owner = getpid();
	for (i = 0; i < HANDLE_MAX; i++)
		if (table[i] != NULL)
			inherit(table[i]);
	for (; removed != NULL; removed = removed->next)
		inherit(removed);
}

/* Before a fork: wait until everything is whole.  This is the order of locks. */
static void
prepare(void)
{
	struct handle *h;
	unsigned i;

	handle_lock();
	for (i = 0; i < HANDLE_MAX; i++)
		if (table[i] != NULL)
			async_freeze(table[i]->async);
	for (h = removed; h != NULL; h = h->next)
		async_freeze(h->async);
	lock_guard();
}

/* After a fork, in the parent. */
static void
parent(void)
{
	struct handle *h;
	unsigned i;

	lock_unguard();
	for (h = removed; h != NULL; h = h->next)
		async_thaw(h->async);
	for (i = 0; i < HANDLE_MAX; i++)
		if (table[i] != NULL)
			async_thaw(table[i]->async);
	handle_unlock();
}

/* After a fork, in the child. */
static void
child(void)
{

	inherit_all();
	nonce_reset();
	open_inherit();
	lock_reset_guard();
	lock_reset(&table_lock);
}

/* See to it that forks are noticed. */
int
handle_watch_fork(void)
{
	int rc = 0;

	handle_lock();
	if (owner == 0)
		owner = getpid();
	if (!watched) {
		if (pthread_atfork(prepare, parent, child) != 0)
			rc = LK_E_NOMEM;
		else
			watched = 1;
	}
	handle_unlock();
	return (rc);
}

/* Make a handle. */
int32_t
handle_add(const struct settings *set)
{
	struct handle *h;
	int32_t number = LK_E_NOMEM;
	unsigned i;

	if ((h = calloc(1, sizeof(*h))) == NULL)
		return (LK_E_NOMEM);
	h->set = *set;
	h->cx.gb18030 = set->encoding == WIRE_GB18030;
	h->cx.language = set->language;
	h->cx.institution = h->set.institution;
	h->cx.branch = h->set.branch;
	h->cx.teller = h->set.teller;
	h->cx.terminal = h->set.terminal;
	h->peer.path = h->set.socket;
	h->peer.uid = h->set.uid;
	h->peer.uids = set->uids;
	handle_lock();
	for (i = 0; i < HANDLE_MAX && table[i] != NULL; i++)
		;
	if (i < HANDLE_MAX) {
		generation[i] = generation[i] % GENERATION_MAX + 1;
		number = (int32_t)(generation[i] << INDEX_BITS | i);
		h->number = number;
		table[i] = h;
	}
	handle_unlock();
	if (number < 0)
		free(h);
	return (number);
}

/* Find a handle; a child that was made without fork(3) is noticed here. */
struct handle *
handle_get(int32_t number)
{
	struct handle *h;

	if (number <= 0)
		return (NULL);
	handle_lock();
	if (owner != getpid())
		inherit_all();
	h = table[number & (HANDLE_MAX - 1)];
	if (h != NULL && h->number == number)
		h->users++;
	else
		h = NULL;
	handle_unlock();
	return (h);
}

/* Leave a handle. */
void
handle_put(struct handle *h)
{
	struct handle **p;
	int last;

	handle_lock();
	last = --h->users == 0 && h->number == 0;
	for (p = &removed; last && *p != NULL; p = &(*p)->next)
		if (*p == h) {
			*p = h->next;
			break;
		}
	handle_unlock();
	if (last)
		destroy(h);
}

/* Take a handle out of the table. */
int
handle_remove(struct handle *h)
{
	int rc = LK_E_HANDLE;

	handle_lock();
	if (h->number != 0) {
		table[h->number & (HANDLE_MAX - 1)] = NULL;
		h->number = 0;
		h->next = removed;
		removed = h;
		rc = 0;
	}
	handle_unlock();
	atomic_fetch_add(&h->given, 1);
	lock_wake(&h->given, SETTINGS_CONNECTIONS);
	return (rc);
}
