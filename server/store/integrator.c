#include <sys/resource.h>
#include <sys/syscall.h>

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "disk.h"
#include "integrator_impl.h"
#include "sealed.h"

#define INTERVAL	1000	/* ms between two checkpoints */
#define BACKLOG		4096u	/* entries that are not left to the next tick */
#define NICE		10
#define DIR_MODE	0700

/* When a monotonic time in ms is. */
static struct timespec
at(int64_t ms)
{
	struct timespec ts = { .tv_sec = ms / 1000,
		.tv_nsec = ms % 1000 * 1000000 };

	return (ts);
}

/* Stand back behind the loop and the log thread, as far as the system lets. */
static void
priority_lower(void)
{
	struct sched_param param = { 0 };

	(void)pthread_setschedparam(pthread_self(), SCHED_BATCH, &param);
	(void)setpriority(PRIO_PROCESS, (id_t)syscall(SYS_gettid), NICE);
}

/* Wait for work; tell whether it is time to publish, and whether to stop. */
static int
await(struct integrator *i, int *stop)
{
	const struct timespec ts = at(i->due);
	int publish;

	pthread_mutex_lock(&i->lock);
	while (!i->stop && !i->kicked && integrator_now() < i->due)
		if (pthread_cond_timedwait(&i->wake, &i->lock, &ts) ==
		    ETIMEDOUT)
			break;
	i->kicked = 0;
	*stop = i->stop;
	publish = i->stop || i->want > i->done || integrator_now() >= i->due;
	pthread_mutex_unlock(&i->lock);
	return (publish);
}

/* Wait for room on the disk; what waits for us has to wait, too. */
static void
await_room(struct integrator *i)
{
	const struct timespec ts = at(integrator_now() + i->interval);

	pthread_mutex_lock(&i->lock);
	i->full = 1;
	pthread_cond_broadcast(&i->news);
	while (!i->stop)
		if (pthread_cond_timedwait(&i->wake, &i->lock, &ts) ==
		    ETIMEDOUT)
			break;
	pthread_mutex_unlock(&i->lock);
}

/* Say how the last round went; nonzero when there is no other. */
static int
settle(struct integrator *i, int rc)
{

	pthread_mutex_lock(&i->lock);
	if (rc == TILELOG_OK)
		i->full = 0;
	if (rc == TILELOG_FAILED) {
		i->failed = 1;
		(void)snprintf(i->why, sizeof(i->why), "%s", i->error);
		pthread_cond_broadcast(&i->news);
	}
	pthread_mutex_unlock(&i->lock);
	return (rc == TILELOG_FAILED);
}

/* Remove the segments that nobody needs any more. */
static void
trim(struct integrator *i)
{
	uint64_t done = i->done, floor = i->floor;

	(void)wal_trim(i->wal, (done < floor ? done : floor) + 1);
}

/* The thread. */
static void *
run(void *arg)
{
	struct integrator *i = arg;
	int stop = 0, publish, rc;

	priority_lower();
	i->due = integrator_now();
	while (!stop) {
		publish = await(i, &stop);
		trim(i);
		rc = integrator_carry(i);
		if (rc == TILELOG_OK && publish) {
			rc = integrator_publish(i);
			i->due = integrator_now() + i->interval;
		}
		if (settle(i, rc))
			break;
		if (rc == TILELOG_FULL && !stop)
			await_room(i);
	}
	return (NULL);
}

/* Start the thread with all signals blocked: they are for the loop. */
static int
start(struct integrator *i)
{
	sigset_t all, old;
	int rc;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	rc = pthread_create(&i->thread, NULL, run, i);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	if (rc != 0)
		return (integrator_fail(i, "cannot start a thread: %s",
		    strerror(rc)));
	(void)pthread_setname_np(i->thread, "integrator");
	return (0);
}

/* Copy the keys. */
static int
copy_keys(struct integrator *i, const struct integrator_options *o)
{
	size_t k;

	i->signer = calloc(o->nsigners + 1, sizeof(*i->signer));
	i->signers = calloc(o->nsigners + 1, sizeof(*i->signers));
	i->earlier = calloc(o->nearlier + 1, sizeof(*i->earlier));
	i->earliers = calloc(o->nearlier + 1, sizeof(*i->earliers));
	if (i->signer == NULL || i->signers == NULL || i->earlier == NULL ||
	    i->earliers == NULL)
		return (integrator_fail(i, "out of memory"));
	i->nsigners = o->nsigners;
	for (k = 0; k < o->nsigners; k++) {
		i->signer[k] = *o->signers[k];
		i->signers[k] = &i->signer[k];
	}
	i->nearlier = o->nearlier;
	for (k = 0; k < o->nearlier; k++) {
		i->earlier[k] = *o->earlier[k];
		i->earliers[k] = &i->earlier[k];
	}
	return (0);
}

/* Make log/ where it is absent, and open sealed/. */
static int
open_dirs(struct integrator *i, const char *data)
{
	const struct disk *d = i->disk;
	char sealed[INTEGRATOR_PATH];

	if (snprintf(i->wal_dir, sizeof(i->wal_dir), "%s/wal", data) >=
	    (int)sizeof(i->wal_dir) - 32)
		return (integrator_fail(i, "%s: path too long", data));
	(void)snprintf(i->log_dir, sizeof(i->log_dir), "%s/log", data);
	(void)snprintf(sealed, sizeof(sealed), "%s/sealed", data);
	if (d->mkdir(d->ctx, i->log_dir, DIR_MODE) == 0) {
		if (d->sync_dir(d->ctx, data) != 0)
			return (integrator_fail(i, "%s: cannot sync: %s", data,
			    strerror(errno)));
	} else if (errno != EEXIST)
		return (integrator_fail(i, "%s: cannot make: %s", i->log_dir,
		    strerror(errno)));
	i->sealed = sealed_open(d, sealed, i->error, sizeof(i->error));
	return (i->sealed != NULL ? 0 : -1);
}

/* Free all, the thread being gone. */
static void
drop(struct integrator *i)
{
	size_t k;

	tilelog_close(i->log);
	wal_reader_close(i->reader);
	sealed_close(i->sealed);
	for (k = 0; k < i->nsigners; k++)
		note_signer_wipe(&i->signer[k]);
	free(i->signer);
	free(i->signers);
	free(i->earlier);
	free(i->earliers);
	pthread_cond_destroy(&i->news);
	pthread_cond_destroy(&i->wake);
	pthread_mutex_destroy(&i->lock);
	free(i);
}

/* Open the newest log and start the thread. */
struct integrator *
integrator_open(const struct integrator_options *o, char *err, size_t errlen)
{
	pthread_condattr_t attr;
	struct integrator *i;

	if ((i = calloc(1, sizeof(*i))) == NULL) {
		(void)snprintf(err, errlen, "out of memory");
		return (NULL);
	}
	i->disk = o->disk != NULL ? o->disk : &disk_real;
	i->wal = o->wal;
	i->interval = o->interval_ms != 0 ? o->interval_ms : INTERVAL;
	i->step = o->step;
	i->step_arg = o->step_arg;
	(void)pthread_condattr_init(&attr);
	(void)pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	(void)pthread_mutex_init(&i->lock, NULL);
	(void)pthread_cond_init(&i->wake, &attr);
	(void)pthread_cond_init(&i->news, &attr);
	(void)pthread_condattr_destroy(&attr);
	if (copy_keys(i, o) == 0 && open_dirs(i, o->data) == 0 &&
	    integrator_recover(i, o->wal_node) == 0 && start(i) == 0)
		return (i);
	(void)snprintf(err, errlen, "%s", i->error);
	drop(i);
	return (NULL);
}

/* Publish what is durable and stop. */
int
integrator_close(struct integrator *i)
{
	int rc = 0;

	if (i == NULL)
		return (0);
	pthread_mutex_lock(&i->lock);
	i->stop = 1;
	pthread_cond_signal(&i->wake);
	pthread_mutex_unlock(&i->lock);
	pthread_join(i->thread, NULL);
	if (i->failed || i->done < wal_durable(i->wal))
		rc = -1;
	drop(i);
	return (rc);
}

/* The last entry that is published. */
uint64_t
integrator_done(const struct integrator *i)
{

	return (i->done);
}

/* The state has all up to seq. */
void
integrator_floor(struct integrator *i, uint64_t seq)
{

	i->floor = seq;
}

/* Wake the thread. */
static void
wake(struct integrator *i)
{

	pthread_mutex_lock(&i->lock);
	i->kicked = 1;
	pthread_cond_signal(&i->wake);
	pthread_mutex_unlock(&i->lock);
}

/* Have what is durable carried at once if it is much. */
void
integrator_kick(struct integrator *i)
{

	if (wal_durable(i->wal) - i->carried >= BACKLOG)
		wake(i);
}

/* Have everything up to seq published. */
int
integrator_wait(struct integrator *i, uint64_t seq, uint32_t ms,
    struct checkpoint *head)
{
	const struct timespec ts = at(integrator_now() + ms);
	uint64_t durable = wal_durable(i->wal);
	int rc = 0;

	pthread_mutex_lock(&i->lock);
	if (durable > seq)
		durable = seq;
	if (durable > i->want)
		i->want = durable;
	i->kicked = 1;
	pthread_cond_signal(&i->wake);
	/* Who waits here is the loop: it must not wait for room, too. */
	while (i->done < seq && !i->failed && !i->full && rc == 0)
		rc = pthread_cond_timedwait(&i->news, &i->lock, &ts);
	rc = i->done >= seq ? 0 : -1;
	if (rc == 0)
		*head = i->head;
	pthread_mutex_unlock(&i->lock);
	return (rc);
}

/* The newest published head. */
void
integrator_head(struct integrator *i, struct checkpoint *c, uint64_t *base)
{

	pthread_mutex_lock(&i->lock);
	*c = i->head;
	*base = i->head_base;
	pthread_mutex_unlock(&i->lock);
}

/* Has it failed? */
int
integrator_failed(struct integrator *i, char *why, size_t len)
{
	int failed;

	pthread_mutex_lock(&i->lock);
	if ((failed = i->failed) && why != NULL)
		(void)snprintf(why, len, "%s", i->why);
	pthread_mutex_unlock(&i->lock);
	return (failed);
}

/* Does it wait for room? */
int
integrator_full(struct integrator *i)
{
	int full;

	pthread_mutex_lock(&i->lock);
	full = i->full;
	pthread_mutex_unlock(&i->lock);
	return (full);
}
