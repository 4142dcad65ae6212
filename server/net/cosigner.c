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

#include "audit/witness_heads.h"
#include "keys/note.h"
#include "store/disk.h"

#include "cosigner_impl.h"

#define NICE 10

struct cosigner {
	struct cosigner_bench bench;
	struct cosigner_nodes nodes;	/* only the loop uses them */
	size_t njobs, bytes;		/* here, answered ones included */
	unsigned queue, pause_ms;
	int fd;
	int started;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t wake;
	/* under lock */
	int stop;
	struct cosigner_job *todo, **todo_end;
	struct cosigner_job *done, **done_end;
};

/* Until when the thread waits after a batch that began at t. */
static void
later(struct timespec *t, unsigned ms)
{

	t->tv_sec += (time_t)(ms / 1000);
	t->tv_nsec += (long)(ms % 1000) * 1000000;
	if (t->tv_nsec >= 1000000000) {
		t->tv_nsec -= 1000000000;
		t->tv_sec++;
	}
}

/* Wait for requests, and at least until the pause is over; NULL: stop. */
static struct cosigner_job *
next_batch(struct cosigner *c, const struct timespec *until)
{
	struct cosigner_job *jobs;

	pthread_mutex_lock(&c->lock);
	while (c->todo == NULL && !c->stop)
		pthread_cond_wait(&c->wake, &c->lock);
	while (!c->stop && c->pause_ms > 0 && pthread_cond_timedwait(&c->wake,
	    &c->lock, until) != ETIMEDOUT)
		continue;
	jobs = c->stop ? NULL : c->todo;
	if (jobs != NULL) {
		c->todo = NULL;
		c->todo_end = &c->todo;
	}
	pthread_mutex_unlock(&c->lock);
	return (jobs);
}

/* The thread: a batch at a time. */
static void *
work(void *arg)
{
	struct cosigner *c = arg;
	struct cosigner_job *jobs, *j;
	struct timespec until = { 0, 0 };
	uint64_t one = 1;

	(void)setpriority(PRIO_PROCESS, (id_t)syscall(SYS_gettid), NICE);
	while ((jobs = next_batch(c, &until)) != NULL) {
		(void)clock_gettime(CLOCK_MONOTONIC, &until);
		later(&until, c->pause_ms);
		cosigner_judge(&c->bench, jobs);
		pthread_mutex_lock(&c->lock);
		*c->done_end = jobs;
		for (j = jobs; j->next != NULL; j = j->next)
			continue;
		c->done_end = &j->next;
		pthread_mutex_unlock(&c->lock);
		if (write(c->fd, &one, sizeof(one)) != sizeof(one))
			break;		/* cannot happen: an eventfd of ours */
	}
	return (NULL);
}

/* Start the thread with signals left to the loop. */
static int
spawn(struct cosigner *c)
{
	sigset_t all, old;
	int rc;

	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_SETMASK, &all, &old);
	rc = pthread_create(&c->thread, NULL, work, c);
	(void)pthread_sigmask(SIG_SETMASK, &old, NULL);
	c->started = rc == 0;
	if (c->started)
		(void)pthread_setname_np(c->thread, "cosigner");
	return (rc);
}

/* Make the directory, durably, unless it is there. */
static int
make_dir(const char *dir, char *err, size_t errlen)
{
	char up[COSIGNER_PATH_MAX + 4];

	(void)snprintf(up, sizeof(up), "%s/..", dir);
	if (disk_real.mkdir(disk_real.ctx, dir, 0700) == 0 ?
	    disk_real.sync_dir(disk_real.ctx, up) == 0 : errno == EEXIST)
		return (0);
	(void)snprintf(err, errlen, "%s: %s", dir, strerror(errno));
	return (-1);
}

/* Read what was cosigned before. */
static int
start(struct cosigner *c, char *err, size_t errlen)
{
	struct cosigner_bench *b = &c->bench;
	char why[WITNESS_ERROR_MAX];
	size_t i;

	if (b->signer.public.type != NOTE_COSIGNATURE) {
		(void)snprintf(err, errlen, "the witness's key %s is not one "
		    "that cosigns", b->signer.public.name);
		return (-1);
	}
	if (b->disk == NULL && make_dir(b->dir, err, errlen) != 0)
		return (-1);
	b->heads = witness_heads_open(b->disk, b->dir, 0, why);
	if (b->heads == NULL) {
		(void)snprintf(err, errlen, "%s", why);
		return (-1);
	}
	for (i = 0; i < witness_heads_count(b->heads); i++)
		if (cosigner_nodes_remember(&c->nodes, witness_heads_at(b->heads,
		    i), &b->signer.public) != 0) {
			(void)snprintf(err, errlen, "out of memory");
			return (-1);
		}
	return (0);
}

/* Make it. */
struct cosigner *
cosigner_open(const struct cosigner_options *o, char *err, size_t errlen)
{
	struct cosigner *c;
	pthread_condattr_t monotonic;
	int rc;

	if (strlen(o->dir) >= sizeof(c->bench.dir) ||
	    (c = calloc(1, sizeof(*c))) == NULL) {
		(void)snprintf(err, errlen, "%.900s: %s", o->dir,
		    strlen(o->dir) >= sizeof(c->bench.dir) ?
		    "the path is too long" : "out of memory");
		return (NULL);
	}
	memcpy(c->bench.dir, o->dir, strlen(o->dir) + 1);
	c->bench.disk = o->disk;
	c->bench.signer = *o->signer;
	c->queue = o->queue != 0 ? o->queue : COSIGNER_QUEUE;
	c->pause_ms = o->pause_ms;
	c->todo_end = &c->todo;
	c->done_end = &c->done;
	(void)pthread_mutex_init(&c->lock, NULL);
	(void)pthread_condattr_init(&monotonic);
	(void)pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	(void)pthread_cond_init(&c->wake, &monotonic);
	(void)pthread_condattr_destroy(&monotonic);
	if ((c->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) == -1) {
		(void)snprintf(err, errlen, "eventfd: %s", strerror(errno));
		goto err;
	}
	if (start(c, err, errlen) != 0)
		goto err;
	if ((rc = spawn(c)) != 0) {
		(void)snprintf(err, errlen, "cannot start a thread: %s",
		    strerror(rc));
		goto err;
	}
	return (c);

err:
	cosigner_close(c);
	return (NULL);
}

/* Free a list of requests. */
static void
drop(struct cosigner_job *j)
{
	struct cosigner_job *next;

	for (; j != NULL; j = next) {
		next = j->next;
		free(j);
	}
}

/* Stop and free it. */
void
cosigner_close(struct cosigner *c)
{

	if (c == NULL)
		return;
	if (c->started) {
		pthread_mutex_lock(&c->lock);
		c->stop = 1;
		pthread_cond_signal(&c->wake);
		pthread_mutex_unlock(&c->lock);
		(void)pthread_join(c->thread, NULL);
	}
	drop(c->todo);
	drop(c->done);
	cosigner_nodes_free(&c->nodes);
	witness_heads_close(c->bench.heads);
	note_signer_wipe(&c->bench.signer);
	if (c->fd != -1)
		(void)close(c->fd);
	(void)pthread_cond_destroy(&c->wake);
	(void)pthread_mutex_destroy(&c->lock);
	free(c);
}

/* Hand a request over. */
int
cosigner_add(struct cosigner *c, const struct note_verifier *log,
    const char *body, size_t len, uint64_t time, uint64_t tag)
{
	struct cosigner_job *j;
	struct cosigner_node *n;

	if (c->njobs == c->queue || len > WITNESS_REQUEST_MAX ||
	    len > COSIGNER_BYTES - c->bytes ||
	    (n = cosigner_nodes_of(&c->nodes, log->name, strlen(log->name))) ==
	    NULL || n->busy ||
	    (j = malloc(sizeof(*j) + len)) == NULL)
		return (-1);
	j->next = NULL;
	j->tag = tag;
	j->time = time;
	j->log = *log;
	j->len = len;
	memcpy(j->body, body, len);
	memset(&j->answer, 0, sizeof(j->answer));
	n->busy = 1;
	c->njobs++;
	c->bytes += len;
	pthread_mutex_lock(&c->lock);
	*c->todo_end = j;
	c->todo_end = &j->next;
	pthread_cond_signal(&c->wake);
	pthread_mutex_unlock(&c->lock);
	return (0);
}

/* The descriptor to watch. */
int
cosigner_fd(const struct cosigner *c)
{

	return (c->fd);
}

/* Note what became of a request. */
static void
note_answer(struct cosigner *c, const struct cosigner_job *j)
{
	const struct witness_answer *a = &j->answer;
	struct cosigner_node *n = cosigner_nodes_of(&c->nodes, j->log.name,
	    strlen(j->log.name));

	c->njobs--;
	c->bytes -= j->len;
	if (n == NULL)
		return;		/* cannot happen: it is there since it asked */
	n->busy = 0;
	n->seen.refused = a->status == WITNESS_COSIGNED ? 0 :
	    (int32_t)a->status;
	if (a->status == WITNESS_COSIGNED)
		cosigner_nodes_head(n, &a->offered, j->time);
	else
		n->seen.refused_time = j->time;
	n->seen.contradictions += a->status == WITNESS_INCONSISTENT;
}

/* Hand the answers out. */
void
cosigner_collect(struct cosigner *c,
    void (*fn)(void *arg, const struct cosigner_answer *a), void *arg)
{
	struct cosigner_job *j, *next;
	struct cosigner_answer a;
	uint64_t n;

	if (read(c->fd, &n, sizeof(n)) != sizeof(n) && errno != EAGAIN)
		return;
	pthread_mutex_lock(&c->lock);
	j = c->done;
	c->done = NULL;
	c->done_end = &c->done;
	pthread_mutex_unlock(&c->lock);
	for (; j != NULL; j = next) {
		next = j->next;
		note_answer(c, j);
		a = (struct cosigner_answer){ .tag = j->tag,
			.node = j->log.name, .status = j->answer.status,
			.body = j->answer.body, .len = j->answer.len,
			.offered = j->answer.offered.size,
			.seen = j->answer.seen.size,
			.evidence = j->answer.evidence,
			.error = j->answer.error };
		fn(arg, &a);
		free(j);
	}
}

/* Tell of a node. */
int
cosigner_seen(const struct cosigner *c, const char *node,
    struct cosigner_seen *s)
{
	const struct cosigner_node *n = cosigner_nodes_find(&c->nodes, node);

	memset(s, 0, sizeof(*s));
	if (n == NULL)
		return (-1);
	*s = n->seen;
	return (0);
}
