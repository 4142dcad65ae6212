#include <stdio.h>
#include <string.h>
#include <time.h>

#include "jclock.h"

/* Read a system clock in milliseconds. */
static int64_t
read_clock(clockid_t id)
{
	struct timespec ts;

	if (clock_gettime(id, &ts) != 0)
		return (0);
	return ((int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000);
}

/* The system's wall clock. */
static int64_t
system_wall(void *arg)
{

	(void)arg;
	return (read_clock(CLOCK_REALTIME));
}

/* The system's time since boot. */
static int64_t
system_mono(void *arg)
{

	(void)arg;
	return (read_clock(CLOCK_BOOTTIME));
}

/* The kernel's id of this boot. */
static const char *
system_boot(void *arg)
{
	static char id[40];
	FILE *f;

	(void)arg;
	if (id[0] == '\0' &&
	    (f = fopen("/proc/sys/kernel/random/boot_id", "re")) != NULL) {
		if (fgets(id, sizeof(id), f) == NULL)
			id[0] = '\0';
		id[strcspn(id, "\n")] = '\0';
		fclose(f);
	}
	return (id);
}

const struct jclock_source jclock_system = {
	system_wall, system_mono, system_boot, NULL
};

/* Begin from the journal's last time. */
void
jclock_init(struct jclock *c, const struct jclock_source *source,
    int64_t last_t, int64_t anchor_t, int64_t anchor_mono)
{
	int64_t wall = source->wall(source->arg);

	c->source = source;
	c->mono = source->mono(source->arg);
	c->doubt = 0;
	if (anchor_t != 0 && c->mono >= anchor_mono) {
		c->t = anchor_t + (c->mono - anchor_mono);
		if (c->t < last_t)
			c->t = last_t;
	} else if (last_t != 0 && wall < last_t)
		c->t = last_t;
	else
		c->t = wall;
}

/* Return the journal time. */
int64_t
jclock_now(struct jclock *c)
{
	int64_t wall = c->source->wall(c->source->arg);
	int64_t mono = c->source->mono(c->source->arg);
	int64_t expected = c->t;

	if (mono > c->mono)
		expected += mono - c->mono;
	c->doubt = wall < expected - JCLOCK_BACK_MS ||
	    wall > expected + JCLOCK_AHEAD_MS;
	if (c->doubt)
		c->t = expected;
	else if (wall > c->t)
		c->t = wall;
	c->mono = mono;
	return (c->t);
}

/* Believe the wall clock. */
void
jclock_rebase(struct jclock *c)
{
	int64_t wall = c->source->wall(c->source->arg);

	c->mono = c->source->mono(c->source->arg);
	if (wall > c->t)
		c->t = wall;
	c->doubt = 0;
}
