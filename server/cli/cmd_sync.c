#include <sys/random.h>
#include <sys/resource.h>

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lists/sync.h"

#include "command.h"
#include "json.h"

#define NICE	10		/* the counter on the same machine comes first */

struct options {
	const char *data, *root;
	struct arg_list from;
	const char *ca, *cert, *key;
	const char *report;
	int32_t once, whole;
	int64_t every, timeout;
};

static const struct arg args[] = {
	{ "data", ARG_STRING, ARG_REQUIRED, "DIR", "the daemon's data directory",
	    NULL, 0, 0, ARG_AT(struct options, data) },
	{ "root", ARG_STRING, ARG_REQUIRED, "FILE", "root.json to begin to "
	    "trust with: the one that the daemon was given", NULL, 0, 0,
	    ARG_AT(struct options, root) },
	{ "from", ARG_LIST, ARG_REQUIRED, "URL|DIR", "where the repository is: "
	    "https://, http://, file:// or a directory; up to four, tried in "
	    "turn", NULL, 0, 0, ARG_AT(struct options, from) },
	{ "once", ARG_FLAG, 0, NULL, "look once and end", NULL, 0, 0,
	    ARG_AT(struct options, once) },
	{ "every", ARG_DURATION, 0, "TIME", "between two looks (default: 20s), "
	    "up to a fifth more or less", NULL, 1000, 86400000,
	    ARG_AT(struct options, every) },
	{ "timeout", ARG_DURATION, 0, "TIME", "give up on a server that is "
	    "silent so long (default: 30s)", NULL, 100, 600000,
	    ARG_AT(struct options, timeout) },
	{ "ca", ARG_STRING, 0, "FILE", "certificates that https servers are "
	    "known by (default: the system's)", NULL, 0, 0,
	    ARG_AT(struct options, ca) },
	{ "cert", ARG_STRING, 0, "FILE", "client certificate", NULL, 0, 0,
	    ARG_AT(struct options, cert) },
	{ "key", ARG_STRING, 0, "FILE", "its private key", NULL, 0, 0,
	    ARG_AT(struct options, key) },
	{ "report", ARG_STRING, 0, "URL|DIR", "where the node's own signed "
	    "status goes: PUT there, or written into the directory", NULL, 0,
	    0, ARG_AT(struct options, report) },
	{ "whole", ARG_FLAG, 0, NULL, "fetch all that a new node needs, "
	    "whatever this one has", NULL, 0, 0,
	    ARG_AT(struct options, whole) },
	ARG_END
};

static const struct word words_sync_fault[] = {
	{ "none", "无", SYNC_FINE },
	{ "busy", "占用", SYNC_BUSY },
	{ "away", "不可达", SYNC_AWAY },
	{ "local", "本机", SYNC_LOCAL },
	{ "refused", "拒绝", SYNC_REFUSED },
	{ NULL, NULL, 0 }
};

/* A run of the command. */
struct run {
	const struct tool *t;
	struct sync_options o;
	char last[SYNC_ERROR_MAX];	/* error that was told last */
	char last_report[SYNC_ERROR_MAX];
	int told;			/* of any round */
};

static volatile sig_atomic_t stop;
static int64_t (*clock_ms)(void);

/* It is to end. */
static void
on_signal(int signo)
{

	(void)signo;
	stop = 1;
}

/* UTC seconds. */
static int64_t
now(void)
{

	return (clock_ms() / 1000);
}

/* Chance. */
static uint32_t
chance(void *arg)
{
	uint32_t v = 0;

	(void)arg;
	/* None: then this round waits no longer and no less than others. */
	return (getrandom(&v, sizeof(v), 0) == sizeof(v) ? v : 0);
}

/* A round as JSON. */
static void
print_json(const struct run *x, const struct sync_result *r, const char *err,
    int64_t next_ms)
{
	struct json j;

	json_begin(&j, x->t->out);
	json_time(&j, "time", x->t->now_ms());
	json_bool(&j, "ok", err == NULL);
	json_bool(&j, "changed", r->changed);
	json_u64(&j, "targets", r->targets);
	json_u64(&j, "files", r->files);
	json_u64(&j, "bytes", r->bytes);
	json_u64(&j, "resumed_bytes", r->resumed_bytes);
	json_u64(&j, "source", r->source + 1);
	json_word(&j, "fault", words_sync_fault, (int32_t)r->fault);
	json_text(&j, "error", err);
	json_bool(&j, "reported", r->reported);
	json_text(&j, "report_error", r->report_error[0] != '\0' ?
	    r->report_error : NULL);
	if (next_ms >= 0)
		json_i64(&j, "next_ms", next_ms);
	json_end(&j);
	(void)fflush(x->t->out);
}

/* What came, for people. */
static void
print_text(const struct run *x, const struct sync_result *r)
{
	const struct tool *t = x->t;

	if (!r->changed)
		(void)fprintf(t->out, tool_zh(t, "没有更新：发布 %" PRIu32
		    "\n", "nothing new: version %" PRIu32 "\n"), r->targets);
	else
		(void)fprintf(t->out, tool_zh(t, "已取得发布 %" PRIu32 "：%"
		    PRIu64 " 个文件，%" PRIu64 " 字节（续传 %" PRIu64
		    " 字节）\n", "version %" PRIu32 " is here: %" PRIu64
		    " files, %" PRIu64 " bytes (%" PRIu64
		    " were here already)\n"), r->targets, r->files, r->bytes,
		    r->resumed_bytes);
	(void)fflush(t->out);
}

/* That the status could not be sent; once for each reason. */
static void
print_report(struct run *x, const struct sync_result *r)
{

	if (r->report_error[0] != '\0' && strcmp(x->last_report,
	    r->report_error) != 0)
		(void)tool_fail(x->t, TOOL_OK, "状态未能上报：%s",
		    "the node's status could not be sent: %s",
		    r->report_error);
	(void)snprintf(x->last_report, sizeof(x->last_report), "%s",
	    r->report_error);
}

/* What kind of failure it is, in Chinese: the sentence behind it is English. */
static const char *
kind_of(enum sync_fault fault)
{
	static const char *const kind[] = {
		[SYNC_FINE] = "", [SYNC_BUSY] = "已有同步在进行",
		[SYNC_AWAY] = "来源不可达或传输中断", [SYNC_LOCAL] = "本机读写失败",
		[SYNC_REFUSED] = "拒绝采用（未按要求签名，或过旧、过期、被改动）"
	};

	return (kind[fault]);
}

/* Tell of a round; people hear of what is new alone. */
static void
tell(void *arg, const struct sync_result *r, const char *err, uint32_t next_ms)
{
	struct run *x = arg;

	if (x->t->json) {
		print_json(x, r, err, next_ms);
		return;
	}
	if (err != NULL && strcmp(err, x->last) != 0)
		(void)tool_fail(x->t, TOOL_NO, "%s%s%s（%u 秒后重试）",
		    "%s%s%s (again in %u s)", tool_zh(x->t, kind_of(r->fault),
		    ""), tool_zh(x->t, "：", ""), err, next_ms / 1000);
	else if (err == NULL && (r->changed || x->last[0] != '\0' ||
	    !x->told))
		print_text(x, r);
	print_report(x, r);
	(void)snprintf(x->last, sizeof(x->last), "%s", err != NULL ? err : "");
	x->told = 1;
}

/* The exit code of a failed round. */
static int
exit_of(enum sync_fault fault)
{
	static const int code[] = {
		[SYNC_FINE] = TOOL_OK, [SYNC_BUSY] = TOOL_LATER,
		[SYNC_AWAY] = TOOL_AWAY, [SYNC_LOCAL] = TOOL_IO,
		[SYNC_REFUSED] = TOOL_NO
	};

	return (code[fault]);
}

/* Look once. */
static int
once(struct run *x)
{
	char err[SYNC_ERROR_MAX] = "";
	struct sync_result r;
	int rc = sync_once(&x->o, &r, err);

	if (x->t->json)
		print_json(x, &r, rc == 0 ? NULL : err, -1);
	else if (rc == 0)
		print_text(x, &r);
	if (rc == 0) {
		if (!x->t->json)
			print_report(x, &r);
		return (TOOL_OK);
	}
	return (x->t->json ? exit_of(r.fault) : tool_fail(x->t,
	    exit_of(r.fault), "%s%s%s", "%s%s%s", tool_zh(x->t,
	    kind_of(r.fault), ""), tool_zh(x->t, "：", ""), err));
}

/* Look until a signal comes. */
static int
serve(struct run *x)
{
	struct sigaction end = { .sa_handler = on_signal }, was[2];
	int rc;

	stop = 0;
	(void)sigemptyset(&end.sa_mask);
	(void)sigaction(SIGTERM, &end, &was[0]);
	(void)sigaction(SIGINT, &end, &was[1]);
	rc = sync_service(&x->o, &stop, tell, x);
	(void)sigaction(SIGTERM, &was[0], NULL);
	(void)sigaction(SIGINT, &was[1], NULL);
	return (rc == 0 ? TOOL_OK : TOOL_SYSTEM);
}

/* See that the options go together. */
static int
check(const struct tool *t, const struct options *o)
{
	const char *file[] = { o->root, o->ca, o->cert, o->key };
	size_t i;

	if (o->from.n > SYNC_SOURCES_MAX)
		return (tool_fail(t, TOOL_USAGE, "--from 最多 %d 个",
		    "--from: at most %d", SYNC_SOURCES_MAX));
	if ((o->cert == NULL) != (o->key == NULL))
		return (tool_fail(t, TOOL_USAGE, "--cert 与 --key 须一起给出",
		    "--cert and --key go together"));
	for (i = 0; i < sizeof(file) / sizeof(file[0]); i++)
		if (file[i] != NULL && access(file[i], R_OK) != 0)
			return (tool_fail(t, errno == EACCES ? TOOL_DENIED :
			    TOOL_NOINPUT, "%s：%s", "%s: %s", file[i],
			    tool_errno(t, errno)));
	if (access(o->data, R_OK | W_OK | X_OK) != 0)
		return (tool_fail(t, errno == EACCES ? TOOL_DENIED :
		    TOOL_NOINPUT, "--data %s：%s", "--data %s: %s", o->data,
		    tool_errno(t, errno)));
	return (ARGS_GO);
}

/* The command. */
static int
run(struct tool *t, int argc, char **argv)
{
	struct options o = { .every = SYNC_POLL_MS };
	struct sigaction ignore = { .sa_handler = SIG_IGN }, was;
	struct run x = { .t = t };
	size_t i;
	int rc;

	if ((rc = args_read(t, &o, &argc, argv)) != ARGS_GO ||
	    (rc = args_operands(t, argc, argv, 0, 0, "", "")) != ARGS_GO ||
	    (rc = check(t, &o)) != ARGS_GO)
		return (rc);
	clock_ms = t->now_ms;
	x.o = (struct sync_options){ .nsources = o.from.n, .data = o.data,
		.root = o.root, .ca = o.ca, .cert = o.cert, .key = o.key,
		.report = o.report, .poll_ms = (uint32_t)o.every, .jitter_pct =
		SYNC_JITTER_PCT, .timeout_ms = (uint32_t)o.timeout, .now = now,
		.random = chance, .whole = o.whole };
	for (i = 0; i < o.from.n; i++)
		x.o.source[i] = o.from.v[i];
	/* A server that hangs up amid TLS must not end us. */
	(void)sigemptyset(&ignore.sa_mask);
	(void)sigaction(SIGPIPE, &ignore, &was);
	(void)setpriority(PRIO_PROCESS, 0, NICE);
	rc = o.once ? once(&x) : serve(&x);
	(void)sigaction(SIGPIPE, &was, NULL);
	return (rc);
}

const struct command cmd_sync = {
	.name = "sync",
	.synopsis = "--data DIR --root FILE --from URL|DIR... [--once] [options]",
	.brief = "fetch lists and policy for the daemon (同步名单与策略)",
	.text = "Looks every 20 seconds whether the centre has published "
	    "anything, verifies it by the signatures that lead back to --root, "
	    "and leaves it in DIR/lists/incoming for the daemon, which verifies "
	    "it once more before it uses it.  Only what this node lacks is "
	    "fetched; a download that broke off goes on where it was.  After "
	    "failures the pause doubles, up to ten minutes.  DIR/lists/incoming "
	    "may be deleted at any time.\n"
	    "\n"
	    "The daemon need not run.  A branch without a line takes the "
	    "repository from a stick: --once --from /media/stick/repo.\n"
	    "\n"
	    "With --report the status that the daemon signs goes to the centre "
	    "as <node>.status, for liangka list where.",
	.args = args,
	.exits = "0  all that there is is here; as a service: ended by SIGTERM\n"
	    "With --once:\n"
	    "1  REFUSED: not signed as it must be, older, expired or altered\n"
	    "64 wrong usage\n66 no such file or directory\n"
	    "69 no source could be reached, or it broke off\n"
	    "74 read or write error\n75 another sync is at work there\n"
	    "77 no right to it\n",
	.examples = "liangka sync --data /var/lib/liangka --root "
	    "/etc/liangka/root.json --from https://lists.centre.example/repo "
	    "--report https://lists.centre.example/in\n"
	    "liangka sync --once --data /var/lib/liangka --root "
	    "/etc/liangka/root.json --from /media/stick/repo\n",
	.run = run,
};
