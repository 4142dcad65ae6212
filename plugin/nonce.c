#include <sys/random.h>

#include <string.h>
#include <unistd.h>

#include "deadline.h"
#include "lock.h"
#include "nonce.h"

static struct lock nonce_lock;
static pid_t owner; /* process that the prefix belongs to, 0 = none yet */
static uint8_t prefix[8];
static uint64_t count;

/* Choose a prefix; ids need be unique, not secret. */
static void
renew(pid_t pid)
{
	uint64_t mix;

	if (getrandom(prefix, sizeof(prefix), GRND_NONBLOCK) !=
	    (ssize_t)sizeof(prefix)) {
		mix = (uint64_t)deadline_now() ^ (uint64_t)pid << 40;
		memcpy(prefix, &mix, sizeof(prefix));
	}
	count = 0;
	owner = pid;
}

/* Write a new id. */
void
nonce_next(uint8_t id[WIRE_ID])
{
	pid_t pid = getpid();
	uint64_t n;
	unsigned i;

	lock_take(&nonce_lock);
	if (owner != pid)
		renew(pid);
	n = ++count;
	memcpy(id, prefix, sizeof(prefix));
	lock_give(&nonce_lock);
	for (i = 0; i < 8; i++)
		id[8 + i] = (uint8_t)(n >> (8 * i));
}

/* Return the counter of an id of this process. */
uint64_t
nonce_count(const uint8_t id[WIRE_ID])
{
	uint64_t n = 0;
	unsigned i;
	int ours;

	lock_take(&nonce_lock);
	ours = owner == getpid() && memcmp(id, prefix, sizeof(prefix)) == 0;
	for (i = 0; i < 8; i++)
		n |= (uint64_t)id[8 + i] << (8 * i);
	if (n > count)
		ours = 0;
	lock_give(&nonce_lock);
	return (ours ? n : 0);
}

/* Forget the parent's prefix. */
void
nonce_reset(void)
{

	lock_reset(&nonce_lock);
	owner = 0;
}
