#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/syscall.h>

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "plugin.h"

#include "counter/counter.h"
#include "engine/policy.h"
#include "keys/token.h"
#include "lists/adopt.h"
#include "lists/sync.h"
#include "store/disk.h"
#include "store/journal.h"
#include "store/records.h"
#include "store/state.h"

#include "adopter.h"
#include "config.h"
#include "log.h"
#include "nodereport.h"
#include "offer.h"

#define NICE	10
#define PAUSE_NS 1000000 /* at least, after each slice of a base file */
#define PAUSE_MAX 20	/* seconds: what was refused is looked at less and less often */

/* What the thread is asked to do. */
struct errand {
	const struct adopted *before;
	struct adopt_floor floor;
	int64_t now;			/* UTC seconds */
};

struct adopter {
	struct adopter_options o;
	struct adopt_options ao;
	struct disk disk;		/* the real one, in no hurry */
	uint32_t epochs[TOKEN_EPOCHS_MAX];
	struct counter_news news;
	char last_error[ADOPT_ERROR_MAX];
	int fd;
	int started;
	int reported;			/* seconds until the node's status is told */
	int pause, wait;		/* after a refusal: seconds until the next look */
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t wake;
	/* under lock */
	int asked, stop, done;
	struct errand errand;
	struct offer offer;
	int rc;
	char err[ADOPT_ERROR_MAX];
	struct adopted *garbage;	/* to be freed where it holds nobody up */
};

/* Free a generation. */
static void
drop(struct adopted *a)
{

	if (a == NULL)
		return;
	adopt_free(a);
	free(a);
}

/* Version floors, from the journal. */
static void
floors(struct journal *j, struct adopt_floor *f)
{
	const struct record_list *l;

	memset(f, 0, sizeof(*f));
	l = state_get(journal_state(j), RECORD_LIST, "*", 1, NULL, NULL);
	if (l == NULL)
		return;
	f->root = l->root;
	f->timestamp = l->timestamp;
	f->snapshot = l->snapshot;
	f->targets = l->targets;
}

/* Put an offer into force; -1 when the journal cannot take it now. */
static int
install(struct adopter *a, struct offer *of)
{
	struct adopted *old = NULL;
	int rc;

	rc = counter_lists(a->o.counter, of->adopted, of->policy.policy,
	    of->policy.hash, &old);
	if (rc != LK_OK)
		return (-1);
	a->garbage = old;
	of->adopted = NULL;
	of->policy.policy = NULL;
	return (0);
}

/* Tell the log of an error once. */
static void
say_error(struct adopter *a, const char *err)
{
	size_t len;

	(void)snprintf(a->news.error, sizeof(a->news.error), "%s", err);
	if (strcmp(a->last_error, err) == 0)
		return;
	(void)snprintf(a->last_error, sizeof(a->last_error), "%s", err);
	len = strlen(err);
	len -= len > 0 && err[len - 1] == '.';
	if (len > 0)
		log_say(LOG_LEVEL_ERROR, "lists: %.*s; what is in force stays",
		    (int)len, err);
}

/* Tell the log what came into force. */
static void
say_news(struct adopter *a, const struct adopted *ad, const char *warning)
{

	a->news.adopted_ms = journal_now(a->o.journal, NULL);
	say_error(a, warning);
	if (ad->fresh_only)
		return;
	log_say(LOG_LEVEL_NOTICE, "lists: version %u in force: %zu lists, "
	    "policy %s", ad->targets, ad->nlists, ad->policy[0] != '\0' ?
	    ad->policy : "(none)");
}

/* No signed policy can be had at start: the last that was in force goes on. */
static void
fall_back(struct adopter *a)
{
	struct policyfile p;
	int rc;

	rc = offer_last_policy(a->o.config, a->o.journal, &p);
	if (rc < 0)
		log_say(LOG_LEVEL_ERROR, "lists: the copy of the policy that "
		    "was last in force is missing or altered: no answers until "
		    "\"liangka sync\" has brought lists and policy");
	if (rc != 0)
		return;
	if (counter_policy(a->o.counter, p.policy, p.hash) == LK_OK)
		p.policy = NULL;
	policyfile_drop(&p);
}

/* At start: what is on the disk. */
static int
start(struct adopter *a, char *err, size_t errlen)
{
	struct adopt_floor floor;
	struct offer of = { .adopted = calloc(1, sizeof(*of.adopted)) };
	char why[ADOPT_ERROR_MAX] = "";
	size_t i;
	int rc, had;

	if (of.adopted == NULL) {
		(void)snprintf(err, errlen, "out of memory");
		return (-1);
	}
	floors(a->o.journal, &floor);
	rc = adopt_start(&a->ao, &floor, journal_now(a->o.journal, NULL) / 1000,
	    of.adopted, why);
	if (rc != 0) {
		free(of.adopted);
		if (rc < 0)
			say_error(a, why);
		else
			log_say(LOG_LEVEL_NOTICE, "lists: none yet; \"liangka "
			    "sync\" fetches them");
		fall_back(a);
		return (0);
	}
	/* What the last run had not looked back at is not known: once more. */
	for (i = 0; i < of.adopted->nlists; i++)
		of.adopted->list[i].changed = 1;
	offer_compile(a->o.config, &of);
	had = of.policy.policy != NULL;
	if (!had)
		fall_back(a);
	if (install(a, &of) != 0) {
		(void)snprintf(err, errlen, "the journal cannot take the lists "
		    "in force");
		policy_free(of.policy.policy);
		drop(of.adopted);
		return (-1);
	}
	say_news(a, counter_lists_served(a->o.counter), of.warning);
	return (0);
}

/* Wait for what was written, then as long again, so that the log's syncs get through. */
static int
gentle_sync_range(void *ctx, int fd, int wait)
{
	struct timespec a, b;
	int rc;

	(void)clock_gettime(CLOCK_MONOTONIC, &a);
	rc = disk_real.sync_range(ctx, fd, wait);
	if (!wait)
		return (rc);
	(void)clock_gettime(CLOCK_MONOTONIC, &b);
	b.tv_sec -= a.tv_sec;
	b.tv_nsec -= a.tv_nsec;
	if (b.tv_nsec < 0) {
		b.tv_nsec += 1000000000;
		b.tv_sec--;
	}
	if (b.tv_sec == 0 && b.tv_nsec < PAUSE_NS)
		b.tv_nsec = PAUSE_NS;
	if (b.tv_sec == 0)
		(void)nanosleep(&b, NULL);
	return (rc);
}

/* The thread: one look at a time. */
static void *
work(void *arg)
{
	struct adopter *a = arg;
	struct adopted *garbage, *ad;
	struct errand er;
	struct offer of;
	uint64_t one = 1;
	int rc;

	(void)setpriority(PRIO_PROCESS, (id_t)syscall(SYS_gettid), NICE);
	pthread_mutex_lock(&a->lock);
	for (;;) {
		/* Not before the loop has taken the last offer: what was in force
		 * then may be gone now. */
		while ((!a->asked || a->done) && !a->stop)
			pthread_cond_wait(&a->wake, &a->lock);
		if (a->stop)
			break;
		a->asked = 0;
		er = a->errand;
		garbage = a->garbage;
		a->garbage = NULL;
		pthread_mutex_unlock(&a->lock);

		drop(garbage);
		memset(&of, 0, sizeof(of));
		if ((ad = calloc(1, sizeof(*ad))) == NULL) {
			rc = -1;
			(void)snprintf(a->err, sizeof(a->err), "out of memory");
		} else
			rc = adopt_run(&a->ao, &er.floor, er.before, er.now, ad,
			    a->err);
		if (rc == 0) {
			of.adopted = ad;
			offer_compare(er.before, ad);
			offer_compile(a->o.config, &of);
		} else
			free(ad);

		pthread_mutex_lock(&a->lock);
		a->rc = rc;
		a->offer = of;
		a->done = 1;
		if (write(a->fd, &one, sizeof(one)) != sizeof(one))
			break;		/* cannot happen: an eventfd of ours */
	}
	pthread_mutex_unlock(&a->lock);
	return (NULL);
}

/* Start the thread with signals left to the loop. */
static int
spawn(struct adopter *a)
{
	sigset_t all, old;
	int rc;

	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_SETMASK, &all, &old);
	rc = pthread_create(&a->thread, NULL, work, a);
	(void)pthread_sigmask(SIG_SETMASK, &old, NULL);
	a->started = rc == 0;
	if (a->started)
		(void)pthread_setname_np(a->thread, "adopter");
	return (rc);
}

/* Make it. */
struct adopter *
adopter_open(const struct adopter_options *o, char *err, size_t errlen)
{
	struct adopter *a;
	unsigned i, n;
	int rc;

	if ((a = calloc(1, sizeof(*a))) == NULL) {
		(void)snprintf(err, errlen, "out of memory");
		return (NULL);
	}
	a->o = *o;
	n = token_keys_count(o->list_keys);
	for (i = 0; i < n; i++)
		a->epochs[i] = token_keys_epoch(o->list_keys, i);
	a->disk = disk_real;
	a->disk.sync_range = gentle_sync_range;
	a->ao = (struct adopt_options){ .data = o->config->data,
		.root = o->config->lists_root, .disk = &a->disk,
		.epochs = a->epochs, .nepochs = n };
	(void)pthread_mutex_init(&a->lock, NULL);
	(void)pthread_cond_init(&a->wake, NULL);
	if ((a->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) == -1) {
		(void)snprintf(err, errlen, "eventfd: %s", strerror(errno));
		adopter_close(a);
		return (NULL);
	}
	if (start(a, err, errlen) != 0) {
		adopter_close(a);
		return (NULL);
	}
	if ((rc = spawn(a)) != 0) {
		(void)snprintf(err, errlen, "cannot start a thread: %s",
		    strerror(rc));
		adopter_close(a);
		return (NULL);
	}
	adopter_tick(a);
	return (a);
}

/* Stop and free it. */
void
adopter_close(struct adopter *a)
{

	if (a == NULL)
		return;
	if (a->started) {
		pthread_mutex_lock(&a->lock);
		a->stop = 1;
		pthread_cond_signal(&a->wake);
		pthread_mutex_unlock(&a->lock);
		(void)pthread_join(a->thread, NULL);
	}
	policy_free(a->offer.policy.policy);
	drop(a->offer.adopted);
	drop(a->garbage);
	if (a->fd != -1)
		(void)close(a->fd);
	(void)pthread_cond_destroy(&a->wake);
	(void)pthread_mutex_destroy(&a->lock);
	free(a);
}

/* The descriptor to watch. */
int
adopter_fd(const struct adopter *a)
{

	return (a->fd);
}

/* Write what this node has in force, for the centre. */
static void
report(struct adopter *a)
{

	(void)nodereport_write(a->o.config, a->o.nodekeys,
	    counter_lists_served(a->o.counter), &a->news,
	    journal_now(a->o.journal, NULL));
	a->reported = NODEREPORT_SECONDS;
}

/* What was refused is verified again less and less often. */
static void
set_pause(struct adopter *a)
{

	a->pause = a->rc >= 0 ? 0 : a->pause == 0 ? 1 :
	    2 * a->pause < PAUSE_MAX ? 2 * a->pause : PAUSE_MAX;
	a->wait = a->pause;
}

/* Take what the thread has made. */
void
adopter_collect(struct adopter *a)
{
	struct offer *of = &a->offer;
	uint64_t n;

	if (read(a->fd, &n, sizeof(n)) != sizeof(n) && errno != EAGAIN)
		return;
	pthread_mutex_lock(&a->lock);
	if (a->done)
		set_pause(a);
	if (a->done && a->rc != 1)
		a->news.tried_ms = journal_now(a->o.journal, NULL);
	if (a->done && a->rc == 0) {
		if (install(a, of) != 0) {
			/* The journal is busy: again at the next tick. */
			pthread_mutex_unlock(&a->lock);
			return;
		}
		say_news(a, counter_lists_served(a->o.counter), of->warning);
		report(a);
	} else if (a->done && a->rc < 0)
		say_error(a, a->err);
	a->done = a->asked = 0;
	pthread_mutex_unlock(&a->lock);
}

/* What sync tells of itself. */
static void
news_of_sync(struct adopter *a)
{
	struct sync_status *s;

	if ((s = calloc(1, sizeof(*s))) == NULL)
		return;
	if (sync_status_read(a->o.config->data, s) == 0) {
		a->news.sync_tried_ms = s->last_attempt * 1000;
		a->news.sync_ms = s->last_success * 1000;
		a->news.sync_refused = s->fault == SYNC_REFUSED;
		(void)snprintf(a->news.sync_source,
		    sizeof(a->news.sync_source), "%.*s",
		    (int)sizeof(a->news.sync_source) - 1, s->source);
		(void)snprintf(a->news.sync_error, sizeof(a->news.sync_error),
		    "%.*s", (int)sizeof(a->news.sync_error) - 1,
		    s->last_error);
	}
	free(s);
	counter_news(a->o.counter, &a->news);
}

/* Have the thread look, unless it is at work or has something for us. */
void
adopter_tick(struct adopter *a)
{

	adopter_collect(a);	/* what the journal had no room for */
	pthread_mutex_lock(&a->lock);
	if (a->wait > 0)
		a->wait--;
	else if (!a->done && !a->asked) {
		a->errand.before = counter_lists_served(a->o.counter);
		floors(a->o.journal, &a->errand.floor);
		a->errand.now = journal_now(a->o.journal, NULL) / 1000;
		a->asked = 1;
		pthread_cond_signal(&a->wake);
	}
	pthread_mutex_unlock(&a->lock);
	news_of_sync(a);
	if (a->reported-- <= 0)
		report(a);
}
