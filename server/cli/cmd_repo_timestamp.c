#include <sys/stat.h>

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "lists/repo.h"

#include "command.h"
#include "json.h"
#include "moment.h"
#include "registers.h"

#define DAY	86400

struct options {
	struct registers_by by;
	const char *timestamp_key, *snapshot_key;
	int64_t every;
};

static const struct arg args[] = {
	REGISTERS_DIR_ARG(struct options, by),
	{ "timestamp-key", ARG_STRING, ARG_REQUIRED, "FILE", "key file of kind "
	    "timestamp", NULL, 0, 0, ARG_AT(struct options, timestamp_key) },
	{ "snapshot-key", ARG_STRING, 0, "FILE", "key file of kind snapshot: "
	    "the snapshot is signed anew too when half of its time is over",
	    NULL, 0, 0, ARG_AT(struct options, snapshot_key) },
	{ "every", ARG_DURATION, 0, "TIME", "go on, each time after so long, "
	    "e.g. 1h; ends with SIGTERM", NULL, 60 * 1000, 86400 * 1000,
	    ARG_AT(struct options, every) },
	ARG_END
};

static volatile sig_atomic_t stopped;

static void
stop(int sig)
{

	stopped = sig;
}

/* Sign once; the centre is open only so long. */
static int
once(const struct tool *t, const struct options *o)
{
	int64_t now = t->now_ms() / 1000, left;
	char err[CENTRE_ERROR_MAX], when[MOMENT_SIZE];
	struct centre c;
	struct json j;
	int rc, both;

	if ((rc = registers_open(t, &o->by, 1, &c)) != ARGS_GO)
		return (rc);
	rc = repo_fresh(&c, now, &left, err);
	both = rc == 0 && o->snapshot_key != NULL &&
	    left < (int64_t)c.snapshot_days * DAY / 2;
	if (rc == 0)
		rc = both ? repo_refresh(&c, o->snapshot_key, o->timestamp_key,
		    now, err) : repo_timestamp(&c, o->timestamp_key, now, err);
	left = both ? (int64_t)c.snapshot_days * DAY : left;
	centre_close(&c);
	if (rc != 0)
		return (tool_fail(t, TOOL_DATA, "%s", "%s", err));
	if (!both && left < 2 * DAY)
		(void)tool_fail(t, 0, "注意：快照将于 %s 到期；请给出 "
		    "--snapshot-key", "note: the snapshot expires at %s: give "
		    "the --snapshot-key", moment_short((now + left) * 1000,
		    when));
	if (t->json) {
		json_begin(&j, t->out);
		json_time(&j, "signed", now * 1000);
		json_bool(&j, "snapshot", both);
		json_time(&j, "snapshot_expires", (now + left) * 1000);
		json_end(&j);
	} else
		(void)fprintf(t->out, tool_zh(t, "%s：已更新%s\n",
		    "%s: signed anew: %s\n"), moment_short(now * 1000, when),
		    both ? tool_zh(t, "快照与时间戳", "snapshot and timestamp") :
		    tool_zh(t, "时间戳", "timestamp"));
	(void)fflush(t->out);
	return (TOOL_OK);
}

/* Wait; a signal ends it. */
static void
rest(int64_t ms)
{
	struct timespec until;

	(void)clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += (time_t)(ms / 1000);
	while (!stopped && clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME,
	    &until, NULL) == EINTR)
		continue;
}

/* The command. */
static int
run(struct tool *t, int argc, char **argv)
{
	struct options o = { .by.who = "timestamp" };
	struct sigaction sa = { .sa_handler = stop };
	int rc;

	if ((rc = args_read(t, &o, &argc, argv)) != ARGS_GO ||
	    (rc = args_operands(t, argc, argv, 0, 0, "", "")) != ARGS_GO)
		return (rc);
	(void)umask(022);	/* repo/ is for everybody to read */
	rc = once(t, &o);
	if (o.every == 0)
		return (rc);
	(void)sigaction(SIGTERM, &sa, NULL);
	(void)sigaction(SIGINT, &sa, NULL);
	while (!stopped) {
		/* a failure is said and tried again sooner */
		rest(rc == TOOL_OK || o.every < 60 * 1000 ? o.every :
		    60 * 1000);
		if (!stopped)
			rc = once(t, &o);
	}
	return (TOOL_OK);
}

const struct command cmd_repo_timestamp = {
	.name = "repo timestamp",
	.synopsis = "--dir DIR --timestamp-key FILE [--snapshot-key FILE] "
	    "[--every TIME] [options]",
	.brief = "keep the publication fresh (更新时间戳)",
	.text = "Branches believe a publication only while its timestamp is "
	    "good (a day, centre.conf), so that nobody can hold an old one up "
	    "to them for long.  This signs a new one; with --every it goes on "
	    "as a service.  The snapshot lasts a week and is signed anew here "
	    "too when its key is given.",
	.args = args,
	.exits = "0  signed\n64 wrong usage\n65 nothing is published yet, a key "
	    "is not the one, or the repository is damaged\n"
	    REGISTERS_EXITS_READ,
	.examples = "liangka repo timestamp --dir /srv/centre --timestamp-key "
	    "timestamp.key --snapshot-key snapshot.key --every 1h\n",
	.run = run,
};
