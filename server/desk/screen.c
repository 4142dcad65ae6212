#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engine/day.h"
#include "store/stateview.h"

#include "screen_impl.h"

/* One block after another, until there are none. */
static void *
work(void *arg)
{
	struct screen_worker *w = arg;
	struct screen_unit *u;

	while (screen_turn_take(w, &u) == 1)
		if ((!w->run->streams && screen_plain_cut(w, u) < 0) ||
		    screen_turn_publish(w, u) != 0 || screen_look(w, u) != 0 ||
		    screen_print(w->run, u) != 0 || screen_turn_done(w, u) != 0)
			break;
	return (NULL);
}

/* Make what a thread works with. */
static int
worker_open(struct screen_run *run, struct screen_worker *w)
{
	char err[STATEVIEW_ERROR_MAX];

	w->run = run;
	if ((w->judge = screen_judge_new(run)) == NULL)
		return (screen_fail(run, SCREEN_MEMORY, "out of memory"));
	if (run->o->state == NULL)
		return (0);
	if ((w->reader = stateview_reader(run->o->state, err)) == NULL)
		return (screen_fail(run, SCREEN_STATE, "%s", err));
	stateview_rest(w->reader);
	return (0);
}

/* Wipe and free it. */
static void
worker_close(struct screen_worker *w)
{

	stateview_reader_end(w->reader);
	screen_judge_free(w->judge);
	free(w->order);
	free(w->hits);
	explicit_bzero(w, sizeof(*w));
}

/* Let the threads work. */
static int
work_all(struct screen_run *run, size_t n)
{
	struct screen_worker w[SCREEN_THREADS_MAX];
	size_t i;

	memset(w, 0, sizeof(w));
	for (i = 0; i < n; i++)
		if (worker_open(run, &w[i]) != 0)
			break;
	for (i = 1; i < n && run->fault == SCREEN_FINE; i++)
		w[i].started = pthread_create(&w[i].thread, NULL, work,
		    &w[i]) == 0;
	if (run->fault == SCREEN_FINE)
		(void)work(&w[0]);
	for (i = 1; i < n; i++)
		if (w[i].started)
			(void)pthread_join(w[i].thread, NULL);
	for (i = 0; i < n; i++)
		worker_close(&w[i]);
	return (run->fault == SCREEN_FINE ? 0 : -1);
}

/* How many threads: as many as processors that we may use. */
static size_t
threads(const struct screen_options *o)
{
	cpu_set_t set;
	int n = o->threads;

	if (n <= 0 && sched_getaffinity(0, sizeof(set), &set) == 0)
		n = CPU_COUNT(&set);
	return (n < 1 ? 1 : n > SCREEN_THREADS_MAX ? SCREEN_THREADS_MAX :
	    (size_t)n);
}

/* Open the file. */
static int
open_input(struct screen_run *run)
{
	const struct screen_options *o = run->o;
	struct stat st;

	run->fd = open(o->input, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (run->fd == -1 || fstat(run->fd, &st) != 0)
		return (screen_fail(run, SCREEN_INPUT, "%s: %s", o->name,
		    strerror(errno)));
	if (!S_ISREG(st.st_mode))
		return (screen_fail(run, SCREEN_INPUT, o->english ?
		    "%s: a regular file is wanted" : "%s：须为普通文件", o->name));
	run->size = (uint64_t)st.st_size;
	(void)posix_fadvise(run->fd, 0, 0, POSIX_FADV_SEQUENTIAL);
	return (0);
}

/* Take the lists. */
static void *
load_lists(void *arg)
{

	(void)screen_lists_load(arg);
	return (NULL);
}

/* Take lists and persons into memory, both at once. */
static int
load(struct screen_run *run)
{
	pthread_t thread;
	int started;

	started = pthread_create(&thread, NULL, load_lists, run) == 0;
	(void)screen_persons_load(run);
	if (started)
		(void)pthread_join(thread, NULL);
	else
		(void)load_lists(run);
	return (run->fault == SCREEN_FINE ? 0 : -1);
}

/* Prepare all that stands before the first block. */
static int
prepare(struct screen_run *run, size_t nunits)
{
	size_t i;

	if (open_input(run) != 0 || screen_csv_begin(run) != 0)
		return (-1);
	run->streams = run->encoding == CSVFILE_UTF16LE ||
	    run->encoding == CSVFILE_UTF16BE;
	if (run->streams && run->o->resume)
		return (screen_fail(run, SCREEN_NOTHING, run->o->english ?
		    "%s: a file in UTF-16 is screened in one go: leave --resume "
		    "out and remove %s" : "%s：UTF-16 文件只能一次筛查完成，请去掉 "
		    "--resume 并删除 %s", run->o->name, run->part));
	run->known_encoding = run->encoding;
	run->next_from = run->end = run->prefix_len;
	run->lines = run->streams ? 0 : run->prefix_lines;
	if (load(run) != 0)
		return (-1);
	if ((run->hash = XXH3_createState()) == NULL ||
	    (run->unit = calloc(nunits, sizeof(*run->unit))) == NULL)
		return (screen_fail(run, SCREEN_MEMORY, "out of memory"));
	(void)XXH3_128bits_reset(run->hash);
	for (; run->nunits < nunits; run->nunits++)
		if (screen_unit_open(&run->unit[run->nunits], run,
		    run->o->block) != 0)
			return (screen_fail(run, SCREEN_MEMORY,
			    "out of memory"));
	if (screen_result_open(run) != 0)
		return (-1);
	run->today = day_of(run->now);
	run->saved_ms = run->o->mono_ms();
	for (i = 0; i < run->nunits; i++)
		run->unit[i].seq = UINT64_MAX;
	return (0);
}

/* Wipe and free everything. */
static void
finish(struct screen_run *run)
{
	size_t i;

	for (i = 0; i < run->nunits; i++)
		screen_unit_close(&run->unit[i], run->o->block);
	free(run->unit);
	(void)XXH3_freeState(run->hash);
	screen_csv_end(run);
	screen_lists_free(&run->lists);
	screen_persons_free(&run->persons);
	if (run->fd != -1)
		(void)close(run->fd);
	if (run->out != -1)
		(void)close(run->out);
	(void)pthread_cond_destroy(&run->changed);
	(void)pthread_mutex_destroy(&run->lock);
	(void)pthread_mutex_destroy(&run->read_lock);
}

/* Say what came of it. */
static void
tell(struct screen_run *run)
{
	const struct screen_progress *p = &run->state;
	struct screen_totals *t = run->t;

	t->rows = p->rows;
	memcpy(t->decided, p->decided, sizeof(t->decided));
	t->listed = p->listed;
	t->known = p->known;
	t->now = run->now;
	t->encoding = run->known_encoding == CSVFILE_GUESS ? CSVFILE_UTF8 :
	    run->known_encoding;
	t->seq[0] = p->seq;
	t->seq_ms[0] = p->seq_ms;
	screen_persons_end(run);
}

/* Screen a file. */
int
screen_run(const struct screen_options *given, struct screen_totals *t,
    char *err)
{
	struct screen_options o = *given;
	struct screen_run run = { .o = &o, .now = o.now, .today =
		day_of(o.now), .fd = -1, .out = -1, .err = err, .t = t };
	size_t n = threads(&o);
	int fault;

	memset(t, 0, sizeof(*t));
	err[0] = '\0';
	if (o.block == 0)
		o.block = SCREEN_BLOCK;
	(void)pthread_mutex_init(&run.lock, NULL);
	(void)pthread_mutex_init(&run.read_lock, NULL);
	(void)pthread_cond_init(&run.changed, NULL);
	if ((size_t)snprintf(run.part, sizeof(run.part), "%s.part",
	    o.result) >= sizeof(run.part) ||
	    (size_t)snprintf(run.progress, sizeof(run.progress), "%s.progress",
	    o.result) >= sizeof(run.progress))
		(void)screen_fail(&run, SCREEN_OUTPUT, "%s: %s", "--out",
		    strerror(ENAMETOOLONG));
	else if (prepare(&run, 2 * n) == 0 && work_all(&run, n) == 0 &&
	    screen_result_finish(&run) == 0)
		tell(&run);
	fault = run.fault;
	finish(&run);
	return (fault);
}
