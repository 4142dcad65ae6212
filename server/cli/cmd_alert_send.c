#include <sys/random.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "plugin.h"

#include "desk/alert_journal.h"
#include "lists/outlets.h"
#include "plugin/conf.h"
#include "store/disk.h"

#include "command.h"
#include "json.h"
#include "logplace.h"
#include "refid.h"
#include "reportregister.h"

#define NICE	5		/* the counter on the same machine comes first */
#define POLL_MS 1000
#define TURN_MS 1000
#define SINCE_MS INT64_C(86400000)

struct options {
	const char *data, *routing, *state, *outlets;
	int64_t since;
	int64_t every;
	int32_t once, check;
};

static const struct arg args[] = {
	{ "data", ARG_STRING, 0, "DIR", "data directory of the daemon: its log/ "
	    "and wal/ are read; or a package (default " LOGPLACE_DATA ")",
	    NULL, 0, 0, ARG_AT(struct options, data) },
	{ "routing", ARG_STRING, ARG_REQUIRED, "FILE", "who is told: see "
	    "routing.conf", NULL, 0, 0, ARG_AT(struct options, routing) },
	{ "state", ARG_STRING, 0, "DIR", "a directory of its own, made where it "
	    "is missing: how far it has come; may be removed", NULL, 0, 0,
	    ARG_AT(struct options, state) },
	{ "since", ARG_TIME, 0, "TIME", "without a state: alerts of this time "
	    "and later (default: a day ago)", NULL, 0, 0,
	    ARG_AT(struct options, since) },
	{ "outlets", ARG_STRING, 0, "FILE", "the outlet register, as published "
	    "or as \"outlet import\" takes it: outlets are told with their names "
	    "(default: the one that the daemon has adopted)", NULL, 0, 0, ARG_AT(struct options, outlets) },
	{ "every", ARG_DURATION, 0, "TIME", "between two looks at the journal "
	    "(default: 1s)", NULL, 100, 600000,
	    ARG_AT(struct options, every) },
	{ "once", ARG_FLAG, 0, NULL, "tell what there is to tell, try everybody "
	    "once and end", NULL, 0, 0, ARG_AT(struct options, once) },
	{ "check", ARG_FLAG, 0, NULL, "read the routing file and what it names, "
	    "and end", NULL, 0, 0, ARG_AT(struct options, check) },
	ARG_END
};

static const struct word words_event[] = {
	{ "delivered", "已送达", ALERT_EV_DELIVERED },
	{ "failed", "未送达", ALERT_EV_FAILED },
	{ "refused", "被拒绝", ALERT_EV_REFUSED },
	{ "moved", "已转送", ALERT_EV_MOVED },
	{ "gap", "日志缺失", ALERT_EV_GAP },
	{ "unreadable", "记录无法读取", ALERT_EV_UNREADABLE },
	{ "journal", "日志暂不可读", ALERT_EV_JOURNAL },
	{ NULL, NULL, 0 }
};

/* A run of the command. */
struct run {
	const struct tool *t;
	struct options o;
	struct alert_routing *routing;
	struct outlets *outlets;
	struct alert_journal *journal;
	struct alert_source source;
	struct alert_carry *carry;
	struct alert_carrier carrier;
	struct alert_send *send;
	uint64_t delivered;
	char (*last)[256];	/* what each receiver's last failure was */
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

/* UTC milliseconds. */
static int64_t
now(void)
{

	return (clock_ms());
}

/* Chance. */
static uint32_t
chance(void *arg)
{
	uint32_t v = 0;

	(void)arg;
	return (getrandom(&v, sizeof(v), 0) == sizeof(v) ? v : 0);
}

/* The words that messages use. */
static const char *
word(enum alert_word what, int32_t code, int zh)
{
	static const struct word *const table[] = {
		[ALERT_WORD_LEVEL] = words_alert_level,
		[ALERT_WORD_KIND] = words_alert_kind,
		[ALERT_WORD_PRODUCT] = words_product,
		[ALERT_WORD_DECISION] = words_decision,
		[ALERT_WORD_REPORT] = words_report,
		[ALERT_WORD_FLAG] = words_entry_flag
	};

	return (words_name(table[what], code, zh));
}

/* An error of the routing file. */
static void
report(void *arg, const struct conf_error *e)
{
	char buf[2048];

	(void)conf_format(e, buf, sizeof(buf));
	(void)fputs(buf, ((const struct tool *)arg)->err);
}

/* An event as JSON. */
static void
tell_json(const struct run *x, const struct alert_event *e)
{
	struct json j;

	json_begin(&j, x->t->out);
	json_time(&j, "time", x->t->now_ms());
	json_word(&j, "event", words_event, (int32_t)e->kind);
	if (e->receiver != NULL)
		json_text(&j, "receiver", e->receiver);
	if (e->where != NULL && e->where[0] != '\0')
		json_text(&j, "where", e->where);
	if (e->id != NULL && e->id[0] != '\0')
		json_text(&j, "delivery", e->id);
	if (e->seq != 0)
		json_u64(&j, "seq", e->seq);
	if (e->n != 0)
		json_u64(&j, "alerts", e->n);
	if (e->level != 0)
		json_word(&j, "level", words_alert_level, e->level);
	if (e->why != NULL && e->why[0] != '\0')
		json_text(&j, "why", e->why);
	if (e->kind == ALERT_EV_FAILED || e->kind == ALERT_EV_REFUSED)
		json_i64(&j, "next_ms", e->next_ms);
	json_end(&j);
	(void)fflush(x->t->out);
}

/* That it was not delivered; the same reason once. */
static void
tell_failed(struct run *x, const struct alert_event *e)
{
	int i = alert_routing_find(x->routing, e->receiver);

	if (i < 0 || strcmp(x->last[i], e->why) == 0)
		return;
	(void)snprintf(x->last[i], sizeof(x->last[i]), "%s", e->why);
	if (e->kind == ALERT_EV_REFUSED)
		(void)tool_fail(x->t, TOOL_NO, "%s（%s）拒绝了告警 %" PRIu64
		    "：%s。请检查 routing.conf 与该接收方；%" PRId64
		    " 秒后再试", "%s (%s) refused alert %" PRIu64 ": %s.  "
		    "Look at routing.conf and at the receiver; again in %"
		    PRId64 " s", e->receiver, e->where, e->seq, e->why,
		    (e->next_ms + 999) / 1000);
	else
		(void)tool_fail(x->t, TOOL_NO, "%s（%s）未收到告警 %" PRIu64
		    "：%s（%" PRId64 " 秒后重试）", "%s (%s) did not get alert %"
		    PRIu64 ": %s (again in %" PRId64 " s)", e->receiver,
		    e->where, e->seq, e->why, (e->next_ms + 999) / 1000);
}

/* That it was delivered. */
static void
tell_delivered(struct run *x, const struct alert_event *e)
{
	const struct tool *t = x->t;
	const char *level = word(ALERT_WORD_LEVEL, e->level, t->language !=
	    LK_LANG_EN);
	int i = alert_routing_find(x->routing, e->receiver);

	if (i >= 0)
		x->last[i][0] = '\0';
	if (e->n > 1)
		(void)fprintf(t->out, tool_zh(t, "%s：已送达告警 %" PRIu64
		    " 等 %" PRIu64 " 条（%s）\n", "%s: alert %" PRIu64
		    " and the next, %" PRIu64 " in all, delivered (%s)\n"),
		    e->receiver, e->seq, e->n, level != NULL ? level : "?");
	else
		(void)fprintf(t->out, tool_zh(t, "%s：已送达告警 %" PRIu64
		    "（%s）\n", "%s: alert %" PRIu64 " delivered (%s)\n"),
		    e->receiver, e->seq, level != NULL ? level : "?");
	(void)fflush(t->out);
}

/* Tell of an event. */
static void
tell(void *arg, const struct alert_event *e)
{
	struct run *x = arg;

	if (e->kind == ALERT_EV_DELIVERED)
		x->delivered += e->n;
	if (x->t->json) {
		tell_json(x, e);
		return;
	}
	switch (e->kind) {
	case ALERT_EV_DELIVERED:
		tell_delivered(x, e);
		break;
	case ALERT_EV_FAILED:
	case ALERT_EV_REFUSED:
		tell_failed(x, e);
		break;
	case ALERT_EV_MOVED:
		(void)tool_fail(x->t, TOOL_NO, "接收方 %s 已不在 routing.conf "
		    "中，其未收到的 %" PRIu64 " 条告警改送他处",
		    "receiver %s is no longer in routing.conf: %" PRIu64
		    " alerts that it did not get go to others", e->receiver,
		    e->n);
		break;
	case ALERT_EV_GAP:
		(void)tool_fail(x->t, TOOL_DATA, "日志缺少记录 %" PRIu64 " 起的 %"
		    PRIu64 " 条，其中的告警无法送出", "the journal lacks entries "
		    "from seq %" PRIu64 " on, %" PRIu64 " of them: alerts among "
		    "them cannot be told", e->seq, e->n);
		break;
	case ALERT_EV_UNREADABLE:
		(void)tool_fail(x->t, TOOL_DATA, "记录 %" PRIu64 " 无法读取：%s",
		    "entry %" PRIu64 " cannot be read: %s", e->seq, e->why);
		break;
	case ALERT_EV_JOURNAL:
		(void)tool_fail(x->t, TOOL_IO, "日志暂不可读：%s",
		    "the journal cannot be read now: %s", e->why);
		break;
	}
}

/* Read the routing file. */
static int
read_routing(struct run *x)
{
	char err[ALERT_ROUTING_ERROR_MAX];
	union {
		const struct tool *in;
		void *out;
	} arg = { .in = x->t };
	struct conf_sink sink = { report, arg.out };

	x->routing = alert_routing_load(x->o.routing, &sink, err);
	if (x->routing == NULL && err[0] == '\0')
		return (tool_fail(x->t, TOOL_CONFIG, "%s 有误，见上",
		    "%s is wrong: see above", x->o.routing));
	if (x->routing == NULL)
		return (tool_fail(x->t, access(x->o.routing, F_OK) != 0 ?
		    TOOL_NOINPUT : TOOL_CONFIG, "%s", "%s", err));
	x->last = calloc(x->routing->nreceivers, sizeof(*x->last));
	return (x->last != NULL ? ARGS_GO : tool_fail(x->t, TOOL_SYSTEM,
	    "内存不足", "out of memory"));
}

/* Read the register: as published, as people send it, or the daemon's own. */
static int
read_outlets(struct run *x)
{
	char used[2048];

	return (reportregister_read(x->t, x->o.outlets, x->o.data, &x->outlets,
	    used, sizeof(used)));
}

/* Tell what there is to tell, and end. */
static int
once(struct run *x)
{
	struct alert_send_stats st;

	do {
		if (alert_send_turn(x->send, TURN_MS) != 0)
			return (tool_fail(x->t, TOOL_IO, "%s", "%s",
			    alert_send_error(x->send)));
	} while (!stop && !alert_send_rests(x->send));
	alert_send_stats(x->send, &st);
	if (st.journal_failed)
		return (TOOL_IO);
	if (st.pending == 0)
		return (TOOL_OK);
	return (tool_fail(x->t, TOOL_LATER, "还有 %" PRIu64
	    " 条告警未送达，下次再试", "%" PRIu64 " deliveries are left for the "
	    "next time", st.pending));
}

/* Tell until a signal comes. */
static int
serve(struct run *x)
{

	while (!stop)
		if (alert_send_turn(x->send, TURN_MS) != 0)
			return (tool_fail(x->t, TOOL_IO, "%s", "%s",
			    alert_send_error(x->send)));
	return (TOOL_OK);
}

/* Open what is needed and go on. */
static int
begin(struct run *x)
{
	struct alert_send_options so = { .state = x->o.state, .routing =
		x->routing, .names = { .word = word, .reference = refid_print,
		.outlets = x->outlets }, .source = &x->source, .carrier =
		&x->carrier, .disk = &disk_real, .since = x->o.since,
		.poll_ms = (uint32_t)x->o.every, .once = x->o.once, .now = now,
		.random = chance, .tell = tell, .tell_arg = x };
	char err[ALERT_SEND_ERROR_MAX];
	int busy, rc;

	x->journal = alert_journal_new(x->o.data);
	x->carry = alert_carry_open(now, &stop);
	if (x->journal == NULL || x->carry == NULL)
		return (tool_fail(x->t, TOOL_SYSTEM, "内存不足",
		    "out of memory"));
	alert_journal_source(x->journal, &x->source);
	alert_carry_carrier(x->carry, &x->carrier);
	x->send = alert_send_open(&so, &busy, err);
	if (x->send == NULL && busy)
		return (tool_fail(x->t, TOOL_LATER,
		    "%s：另一个 liangka alert send 正在使用这个状态目录",
		    "%s: another \"liangka alert send\" is at work with it",
		    x->o.state));
	if (x->send == NULL)
		return (tool_fail(x->t, TOOL_IO, "%s", "%s", err));
	rc = x->o.once ? once(x) : serve(x);
	alert_carry_close(x->carry);
	x->carry = NULL;
	if (alert_send_close(x->send) != 0 && rc == TOOL_OK)
		rc = TOOL_IO;
	return (rc);
}

/* With signals as a service has them. */
static int
guarded(struct run *x)
{
	struct sigaction end = { .sa_handler = on_signal }, was[3];
	struct sigaction ignore = { .sa_handler = SIG_IGN };
	int rc;

	stop = 0;
	(void)sigemptyset(&end.sa_mask);
	(void)sigemptyset(&ignore.sa_mask);
	(void)sigaction(SIGTERM, &end, &was[0]);
	(void)sigaction(SIGINT, &end, &was[1]);
	(void)sigaction(SIGPIPE, &ignore, &was[2]);
	(void)setpriority(PRIO_PROCESS, 0, NICE);
	rc = begin(x);
	(void)sigaction(SIGTERM, &was[0], NULL);
	(void)sigaction(SIGINT, &was[1], NULL);
	(void)sigaction(SIGPIPE, &was[2], NULL);
	return (rc);
}

/* Say what the routing file comes to. */
static int
show_routing(const struct run *x)
{
	const struct tool *t = x->t;

	(void)fprintf(t->out, tool_zh(t, "%s：%zu 个接收方，%zu 条路由\n",
	    "%s: %zu receivers, %zu routes\n"), x->o.routing,
	    x->routing->nreceivers, x->routing->nroutes - 1);
	return (tool_flush(t, TOOL_OK));
}

/* The command. */
static int
run(struct tool *t, int argc, char **argv)
{
	struct run x = { .t = t, .o = { .data = LOGPLACE_DATA, .every = POLL_MS,
		.since = t->now_ms() - SINCE_MS } };
	int rc;

	if ((rc = args_read(t, &x.o, &argc, argv)) != ARGS_GO ||
	    (rc = args_operands(t, argc, argv, 0, 0, "", "")) != ARGS_GO)
		return (rc);
	if (!x.o.check && x.o.state == NULL)
		return (tool_fail(t, TOOL_USAGE, "请用 --state 给出状态目录",
		    "give the state directory with --state"));
	clock_ms = t->now_ms;
	if ((rc = read_routing(&x)) == ARGS_GO &&
	    (rc = read_outlets(&x)) == ARGS_GO)
		rc = x.o.check ? show_routing(&x) : guarded(&x);
	alert_carry_close(x.carry);
	alert_journal_free(x.journal);
	alert_routing_free(x.routing);
	outlets_free(x.outlets);
	free(x.last);
	return (rc);
}

const struct command cmd_alert_send = {
	.name = "alert send",
	.synopsis = "--routing FILE --state DIR [--data DIR] [--once] [options]",
	.brief = "tell those responsible of alerts (告警送达)",
	.text = "Follows the journal beside the daemon, which need not run, and "
	    "tells every alert to the receivers that the routing file names for "
	    "its area and level: webhooks, WeCom and DingTalk robots, commands, "
	    "mail.  What nobody takes in time is told one level up: outlet, "
	    "county, city, province.\n"
	    "\n"
	    "Everything is told at least once, whatever ends or is away in "
	    "between: one that is away is tried again after 1 second, then "
	    "twice as long up to 15 minutes, and holds up no other.  What comes "
	    "twice has the same id.  No message says who the applicant is.\n"
	    "\n"
	    "A webhook checks HMAC-SHA-256 over \"TIMESTAMP.BODY\", hex, in the "
	    "header Liangka-Signature: sha256=...; TIMESTAMP is the header "
	    "Liangka-Timestamp.",
	.args = args,
	.exits = "0  with --once: everything was delivered; else: ended by "
	    "SIGTERM\n64 wrong usage\n65 the outlet register is wrong\n"
	    "66 no such file\n74 read or write error\n"
	    "75 with --once: something is left; another is at work there\n"
	    "78 the routing file or what it names is wrong\n",
	.examples = "liangka alert send --routing /etc/liangka/routing.conf "
	    "--state /var/lib/liangka-alert\n"
	    "liangka alert send --routing routing.conf --check\n",
	.run = run,
};
