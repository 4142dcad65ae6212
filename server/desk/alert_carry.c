#include <sys/wait.h>

#include <curl/curl.h>

#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alert_carrier.h"
#include "alert_carry.h"
#include "alert_command.h"
#include "alert_text.h"

#define SLICE_MS 500		/* between two looks whether it is over */
#define COMMAND_SLICE_MS 5	/* and at commands that run */

struct alert_carry {
	CURLM *multi;
	int64_t (*now)(void);
	const volatile int *stop;
	struct alert_job *job[ALERT_RECEIVERS_MAX];
	size_t commands;		/* that run */
};

static pthread_once_t once = PTHREAD_ONCE_INIT;
static CURLcode ready = CURLE_FAILED_INIT;

/* Prepare the library. */
static void
prepare(void)
{

	ready = curl_global_init(CURL_GLOBAL_DEFAULT);
}

/* Open a carrier. */
struct alert_carry *
alert_carry_open(int64_t (*now)(void), const volatile int *stop)
{
	struct alert_carry *c;

	(void)pthread_once(&once, prepare);
	if (ready != CURLE_OK || (c = calloc(1, sizeof(*c))) == NULL)
		return (NULL);
	c->now = now;
	c->stop = stop;
	if ((c->multi = curl_multi_init()) != NULL)
		return (c);
	free(c);
	return (NULL);
}

/* Close it. */
void
alert_carry_close(struct alert_carry *c)
{
	size_t i;

	if (c == NULL)
		return;
	for (i = 0; i < ALERT_RECEIVERS_MAX; i++) {
		if (c->job[i] == NULL)
			continue;
		if (c->job[i]->busy && c->job[i]->curl != NULL)
			(void)curl_multi_remove_handle(c->multi,
			    c->job[i]->curl);
		alert_command_kill(&c->job[i]->command);
		alert_job_free(c->job[i]);
	}
	(void)curl_multi_cleanup(c->multi);
	free(c);
}

/* Start a command. */
static int
begin_command(struct alert_carry *c, struct alert_job *j,
    struct alert_answer *a)
{
	char name[ALERT_NAME_MAX + 32], id[ALERT_ID_MAX + 32];
	char *env[] = { name, id, NULL };

	(void)snprintf(name, sizeof(name), "LIANGKA_RECEIVER=%s", j->to->name);
	(void)snprintf(id, sizeof(id), "LIANGKA_DELIVERY=%s", j->m->id);
	if (alert_command_start(&j->command, j->to->argv, env, j->m->body,
	    j->m->len, c->now() + j->to->timeout) == 0) {
		c->commands++;
		return (0);
	}
	a->outcome = errno == EAGAIN || errno == ENOMEM || errno == EMFILE ||
	    errno == ENFILE ? ALERT_LATER : ALERT_REFUSED;
	(void)snprintf(a->why, sizeof(a->why), "it does not start: %s",
	    strerror(errno));
	return (-1);
}

/* Begin to bring a message. */
static int
begin(void *arg, size_t i, const struct alert_receiver *to,
    const struct alert_message *m, struct alert_answer *a)
{
	struct alert_carry *c = arg;
	struct alert_job *j;

	memset(a, 0, sizeof(*a));
	if (c->job[i] == NULL)
		c->job[i] = calloc(1, sizeof(*c->job[i]));
	if ((j = c->job[i]) == NULL)
		goto err0;
	j->to = to;
	j->m = m;
	j->command.in = -1;
	if (to->kind == ALERT_COMMAND) {
		if (begin_command(c, j, a) != 0)
			return (-1);
	} else {
		if (alert_job_aim(j) != 0)
			goto err0;
		if (curl_multi_add_handle(c->multi, j->curl) != CURLM_OK)
			goto err0;
	}
	j->busy = 1;
	return (0);

err0:
	a->outcome = ALERT_LATER;
	(void)snprintf(a->why, sizeof(a->why), "libcurl cannot begin");
	return (-1);
}

/* What a command's end means. */
static void
judge_command(const struct alert_job *j, int status, struct alert_answer *a)
{
	int code;

	memset(a, 0, sizeof(*a));
	a->outcome = ALERT_LATER;
	if (j->command.killed)
		(void)snprintf(a->why, sizeof(a->why), "it did not end in %"
		    PRId64 " ms and was killed", j->to->timeout);
	else if (status != -1 && WIFEXITED(status)) {
		code = WEXITSTATUS(status);
		if (code == 0)
			a->outcome = ALERT_DELIVERED;
		else if (code >= 64 && code <= 78 && code != 75)
			a->outcome = ALERT_REFUSED;
		if (code != 0)
			(void)snprintf(a->why, sizeof(a->why),
			    "it ended with %d", code);
	} else
		(void)snprintf(a->why, sizeof(a->why), "it was ended by "
		    "signal %d", status != -1 ? WTERMSIG(status) : 0);
}

/* Look after the commands. */
static int
look_commands(struct alert_carry *c, void (*done)(void *arg, size_t i,
    const struct alert_answer *a), void *done_arg)
{
	struct alert_answer a;
	struct alert_job *j;
	int status, some = 0;
	size_t i;

	for (i = 0; i < ALERT_RECEIVERS_MAX && c->commands > 0; i++) {
		j = c->job[i];
		if (j == NULL || !j->busy || j->command.pid == 0 ||
		    !alert_command_look(&j->command, c->now(), &status))
			continue;
		judge_command(j, status, &a);
		j->busy = 0;
		c->commands--;
		some = 1;
		done(done_arg, i, &a);
	}
	return (some);
}

/* Look after the transfers. */
static int
look_transfers(struct alert_carry *c, void (*done)(void *arg, size_t i,
    const struct alert_answer *a), void *done_arg)
{
	struct alert_answer a;
	int running, left, some = 0;
	CURLcode rc;
	CURLMsg *msg;
	CURL *curl;
	size_t i;

	(void)curl_multi_perform(c->multi, &running);
	while ((msg = curl_multi_info_read(c->multi, &left)) != NULL) {
		if (msg->msg != CURLMSG_DONE)
			continue;
		curl = msg->easy_handle;
		rc = msg->data.result;
		(void)curl_multi_remove_handle(c->multi, curl);
		for (i = 0; i < ALERT_RECEIVERS_MAX; i++)
			if (c->job[i] != NULL && c->job[i]->curl == curl)
				break;
		if (i == ALERT_RECEIVERS_MAX)
			continue;
		alert_job_judge(c->job[i], rc, &a);
		c->job[i]->busy = 0;
		some = 1;
		done(done_arg, i, &a);
	}
	return (some);
}

/* Wait until something is done. */
static void
wait_for(void *arg, uint32_t ms, void (*done)(void *arg, size_t i,
    const struct alert_answer *a), void *done_arg)
{
	struct alert_carry *c = arg;
	int64_t end = c->now() + ms, left;
	int some;

	for (;;) {
		some = look_transfers(c, done, done_arg);
		some |= look_commands(c, done, done_arg);
		left = end - c->now();
		if (some || left <= 0 || (c->stop != NULL && *c->stop != 0))
			return;
		if (left > SLICE_MS)
			left = SLICE_MS;
		if (c->commands > 0 && left > COMMAND_SLICE_MS)
			left = COMMAND_SLICE_MS;
		(void)curl_multi_poll(c->multi, NULL, 0, (int)left, NULL);
	}
}

/* Its calls. */
void
alert_carry_carrier(struct alert_carry *c, struct alert_carrier *carrier)
{

	carrier->arg = c;
	carrier->begin = begin;
	carrier->wait = wait_for;
}
