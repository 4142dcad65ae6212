#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "desk/screen.h"
#include "engine/policy.h"
#include "lists/csvfile.h"
#include "plugin.h"
#include "store/stateview.h"

#include "command.h"
#include "json.h"
#include "lookup.h"
#include "moment.h"
#include "screenconf.h"
#include "service.h"
#include "width.h"

#define PROGRESS_MS 500

struct options {
	struct screenconf_options at;
	const char *out;
	int32_t id_type, product;
	char id_country[4];
	const char *inst, *copy;
	int32_t encoding, resume, silent, threads;
	struct lookup look;
};

static const struct word encodings[] = {
	{ "utf-8", "utf-8", CSVFILE_UTF8 },
	{ "gb18030", "gb18030", CSVFILE_GB18030 },
	{ "gbk", "gbk", CSVFILE_GB18030 },
	{ "utf-16le", "utf-16le", CSVFILE_UTF16LE },
	{ "utf-16be", "utf-16be", CSVFILE_UTF16BE },
	{ NULL, NULL, 0 }
};

#define TEXT(name, value, help, member)					\
	{ name, ARG_STRING, 0, value, help, NULL, 0, 0,			\
	    ARG_AT(struct options, member) }
#define FLAG(name, help, member)					\
	{ name, ARG_FLAG, 0, NULL, help, NULL, 0, 0,			\
	    ARG_AT(struct options, member) }

static const struct arg args[] = {
	{ "out", ARG_STRING, ARG_REQUIRED, "RESULT", "where the result goes, "
	    "readable to you alone; it must not be there yet", NULL, 0, 0,
	    ARG_AT(struct options, out) },
	FLAG("resume", "go on with a run that was ended: RESULT.part and "
	    "RESULT.progress are there", resume),
	TEXT("copy", "HEADING", "copy this column into the result, such as the "
	    "account", copy),
	{ "type", ARG_CODE, 0, "TYPE", "kind of document (证件类型) where the row "
	    "does not say it; default resident", words_id_type, 0, 0,
	    ARG_AT(struct options, id_type) },
	{ "country", ARG_TEXT, 0, "CCC", "country of passports, ditto", NULL, 0,
	    0, ARG_AT(struct options, id_country) },
	{ "product", ARG_CODE, 0, "PRODUCT", "what the accounts are (产品), ditto",
	    words_product, 0, 0, ARG_AT(struct options, product) },
	TEXT("held-by", "ID", "institution that the accounts are of (机构), ditto",
	    inst),
	{ "encoding", ARG_CODE, 0, "NAME", "encoding of the file, where the guess "
	    "is wrong: utf-8, gb18030, gbk, utf-16le, utf-16be", encodings, 0, 0,
	    ARG_AT(struct options, encoding) },
	TEXT("liangkad", "FILE", "the daemon's configuration, which names what "
	    "follows (default: " SCREENCONF_FILE ")", at.conf),
	TEXT("data", "DIR", "its data directory", at.data),
	{ "token-key", ARG_LIST, 0, "FILE", "its token keys", NULL, 0, 0,
	    ARG_AT(struct options, at.key) },
	{ "list-key", ARG_LIST, 0, "FILE", "its list keys", NULL, 0, 0,
	    ARG_AT(struct options, at.list_key) },
	TEXT("root", "FILE", "root.json that it begins to trust with", at.root),
	TEXT("policy", "FILE", "decide by this policy, in place of the one in "
	    "force", at.policy),
	FLAG("no-lists", "windows alone", at.no_lists),
	FLAG("no-windows", "lists alone: the state is not read", at.no_windows),
	{ "threads", ARG_NUMBER, 0, "N", "threads (default: one a processor)",
	    NULL, 1, SCREEN_THREADS_MAX, ARG_AT(struct options, threads) },
	FLAG("no-progress", "show no progress", silent),
	LOOKUP_ARGS(struct options, look),
	ARG_END
};

/* A run of the command. */
struct run {
	const struct tool *t;
	const struct options *o;
	const char *name;
	int shows;
	int64_t began, told;
	uint64_t first;		/* row that this run began with */
	int line;		/* of progress stands there */
};

static volatile sig_atomic_t stop;

/* A signal asks to end. */
static void
on_signal(int sig)
{

	(void)sig;
	stop = 1;
}

/* Milliseconds of the steady clock. */
static int64_t
mono_ms(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return ((int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000);
}

/* Show how far it is, how fast, and how long it will take. */
static int
step(void *arg, uint64_t rows, uint64_t bytes, uint64_t size)
{
	struct run *r = arg;
	int64_t now = mono_ms(), ms = now - r->began;
	uint64_t done = rows - r->first;

	if (r->began == 0) {
		r->began = now;
		r->first = rows;
	} else if (r->shows && now - r->told >= PROGRESS_MS && ms > 0) {
		r->told = now;
		r->line = 1;
		(void)fprintf(r->t->err, tool_zh(r->t, "\r%" PRIu64 " 行，%d%%，"
		    "每秒 %" PRIu64 " 行，约剩 %" PRId64 " 秒\33[K", "\r%" PRIu64
		    " rows, %d%%, %" PRIu64 " rows/s, about %" PRId64 " s "
		    "left\33[K"), rows, size > 0 ? (int)(bytes * 100 / size) :
		    100, done * 1000 / (uint64_t)ms, bytes > 0 ? (int64_t)
		    ((double)ms / 1000 * (double)(size - bytes) /
		    (double)bytes) : 0);
		(void)fflush(r->t->err);
	}
	return (stop != 0);
}

/* Take the line of progress away. */
static void
unsay(struct run *r)
{

	if (r->line)
		(void)fputs("\r\33[K", r->t->err);
	r->line = 0;
}

/* The exit code of a fault. */
static int
exit_of(int fault)
{

	switch (fault) {
	case SCREEN_INPUT:
		return (TOOL_NOINPUT);
	case SCREEN_USELESS:
	case SCREEN_CHANGED:
		return (TOOL_DATA);
	case SCREEN_THERE:
	case SCREEN_NOTHING:
	case SCREEN_OTHER:
		return (TOOL_NO);
	case SCREEN_OUTPUT:
	case SCREEN_STATE:
		return (TOOL_IO);
	case SCREEN_STOPPED:
		return (TOOL_LATER);
	default:
		return (TOOL_SYSTEM);
	}
}

/* Write the totals as JSON. */
static void
tell_json(const struct run *r, const struct screenconf *c,
    const struct screen_totals *x)
{
	struct json j;
	int i;

	json_begin(&j, r->t->out);
	json_text(&j, "result", r->o->out);
	json_u64(&j, "rows", x->rows);
	for (i = 0; i < SCREEN_DECISIONS; i++)
		json_u64(&j, screen_word(i), x->decided[i]);
	json_u64(&j, "listed", x->listed);
	json_u64(&j, "known", x->known);
	json_u64(&j, "resumed", x->resumed);
	json_time(&j, "as_of", x->now * 1000);
	json_text(&j, "policy", policy_version(c->rules_policy));
	json_text(&j, "policy_sha256", c->hash);
	if (c->has_lists) {
		json_u64(&j, "lists_version", c->adopted.targets);
		json_time(&j, "lists_signed", c->adopted.signed_at * 1000);
	}
	if (c->state != NULL) {
		json_u64(&j, "state_from_seq", x->seq[0]);
		json_u64(&j, "state_to_seq", x->seq[1]);
		json_time(&j, "state_to", x->seq_ms[1]);
	}
	json_text(&j, "encoding", csvfile_encoding_name(x->encoding));
	json_text(&j, "ignored", x->ignored);
	json_end(&j);
}

/* Write them for people. */
static void
tell(const struct run *r, const struct screenconf *c,
    const struct screen_totals *x)
{
	const struct tool *t = r->t;
	char when[MOMENT_SIZE];

	if (t->json) {
		tell_json(r, c, x);
		return;
	}
	(void)fprintf(t->out, tool_zh(t, "已筛查 %" PRIu64 " 行（%s）：通过 %" PRIu64
	    "，限制 %" PRIu64 "，复核 %" PRIu64 "，拒绝 %" PRIu64 "，错误 %" PRIu64
	    "\n", "%" PRIu64 " rows screened (%s): %" PRIu64 " pass, %" PRIu64
	    " limit, %" PRIu64 " review, %" PRIu64 " reject, %" PRIu64
	    " errors\n"), x->rows, csvfile_encoding_name(x->encoding),
	    x->decided[SCREEN_PASS], x->decided[SCREEN_LIMIT],
	    x->decided[SCREEN_REVIEW], x->decided[SCREEN_REJECT],
	    x->decided[SCREEN_ERROR]);
	if (c->has_lists) {
		(void)moment_print(c->adopted.signed_at * 1000, when);
		(void)fprintf(t->out, tool_zh(t, "名单：版本 %u，签署于 %s，命中 %"
		    PRIu64 " 行\n", "lists: version %u, signed %s, matching %"
		    PRIu64 " rows\n"), c->adopted.targets, when, x->listed);
	}
	if (c->state != NULL) {
		(void)moment_print(x->seq_ms[1], when);
		(void)fprintf(t->out, tool_zh(t, "记录：至第 %" PRIu64 " 条（%s），"
		    "有开卡记录的 %" PRIu64 " 行；守护进程此后的变化未计入\n",
		    "record: up to entry %" PRIu64 " (%s), which knows the "
		    "holders of %" PRIu64 " rows; what the daemon did later is "
		    "not counted\n"), x->seq[1], x->seq_ms[1] != 0 ? when : "-",
		    x->known);
	}
	if (x->ignored[0] != '\0') {
		(void)fputs(tool_zh(t, "未用的列：", "columns not used: "),
		    t->out);
		width_put(t->out, x->ignored);
		(void)fputc('\n', t->out);
	}
	(void)fprintf(t->out, tool_zh(t, "规则：%s\n结果（含个人信息）：",
	    "policy: %s\nresult (personal data): "),
	    policy_version(c->rules_policy));
	width_put(t->out, r->o->out);
	(void)fputc('\n', t->out);
}

/*
 * Have it recorded who looks so many people up: as a look at the entry up to which the
 * record is read.
 */
static int
record(const struct tool *t, const struct options *o,
    const struct screenconf *c)
{
	struct statement s = { .action = STAFFNOTE_SCREEN, .entry = 1 };
	struct statement_answer answer;
	char err[STATEVIEW_ERROR_MAX];
	struct stateview_reader *r;
	struct service service;
	int rc;

	if (o->look.by.as == NULL) {
		if (screenconf_served(c))
			return (tool_fail(t, TOOL_USAGE, "守护进程正在运行：筛查须留下"
			    "经手人与原因，请给出 --as KEY 与 --reason TEXT",
			    "the daemon is at work: a screening is recorded "
			    "with a name and a reason: give --as KEY and "
			    "--reason TEXT"));
		lookup_unrecorded(t);
		return (ARGS_GO);
	}
	if (c->state != NULL && (r = stateview_reader(c->state, err)) != NULL) {
		if (stateview_seq(r) > 0)
			s.entry = stateview_seq(r);
		stateview_reader_end(r);
	}
	if ((rc = service_open(t, &service)) != ARGS_GO)
		return (rc);
	rc = statement_send(t, &service, &o->look.by, &s, &answer);
	service_close(&service);
	return (rc);
}

/* Screen the file. */
static int
screen(struct run *r, const char *path, const struct screenconf *c)
{
	const struct options *o = r->o;
	const struct tool *t = r->t;
	struct screen_options so = { .input = path, .result = o->out,
		.name = r->name, .policy = c->rules_policy,
		.policy_hash = c->hash, .lists = c->has_lists ? &c->adopted :
		NULL, .list_keys = c->list_keys, .state = c->state,
		.keys = c->keys, .now = t->now_ms() / 1000,
		.encoding = o->encoding, .id_type = o->id_type,
		.country = o->id_country[0] != '\0' ? o->id_country : NULL,
		.product = o->product, .institution = o->inst,
		.copy = o->copy, .english = t->language == LK_LANG_EN,
		.resume = o->resume, .threads = o->threads,
		.mono_ms = mono_ms, .step = step, .arg = r };
	struct sigaction end = { .sa_handler = on_signal }, was[2];
	char err[SCREEN_ERROR_MAX];
	struct screen_totals x;
	int rc;

	stop = 0;
	(void)sigemptyset(&end.sa_mask);
	(void)sigaction(SIGTERM, &end, &was[0]);
	(void)sigaction(SIGINT, &end, &was[1]);
	rc = screen_run(&so, &x, err);
	(void)sigaction(SIGTERM, &was[0], NULL);
	(void)sigaction(SIGINT, &was[1], NULL);
	unsay(r);
	if (rc == SCREEN_STOPPED)
		return (tool_fail(t, TOOL_LATER, "已中断；用 --resume 继续",
		    "ended early; go on by --resume"));
	if (rc != SCREEN_FINE)
		return (tool_fail(t, exit_of(rc), "%s", "%s", err));
	tell(r, c, &x);
	return (tool_flush(t, x.decided[SCREEN_ERROR] > 0 ? TOOL_DATA :
	    TOOL_OK));
}

/* The command. */
static int
run(struct tool *t, int argc, char **argv)
{
	struct options o = { .id_type = LK_ID_RESIDENT };
	struct run r = { .t = t, .o = &o };
	struct screenconf c;
	int rc;

	if ((rc = args_read(t, &o, &argc, argv)) != ARGS_GO ||
	    (rc = args_operands(t, argc, argv, 1, 1, "文件", "a file")) !=
	    ARGS_GO || (rc = lookup_check(t, &o.look, 1)) != ARGS_GO)
		return (rc);
	if (o.at.no_lists && o.at.no_windows)
		return (tool_fail(t, TOOL_USAGE,
		    "--no-lists 与 --no-windows 不能同用：没有可对照的",
		    "--no-lists and --no-windows leave nothing to compare "
		    "with"));
	r.name = strrchr(argv[0], '/') != NULL ? strrchr(argv[0], '/') + 1 :
	    argv[0];
	r.shows = !o.silent && !t->json && isatty(fileno(t->err));
	if (access(argv[0], R_OK) != 0)
		return (tool_fail(t, errno == EACCES ? TOOL_DENIED :
		    TOOL_NOINPUT, "%s：%s", "%s: %s", argv[0],
		    tool_errno(t, errno)));
	if ((rc = screenconf_open(t, &o.at, &c)) == ARGS_GO &&
	    (rc = record(t, &o, &c)) == ARGS_GO)
		rc = screen(&r, argv[0], &c);
	screenconf_close(&c);
	return (rc);
}

const struct command cmd_screen = {
	.name = "screen",
	.synopsis = "FILE --out RESULT --as KEY --reason TEXT | --offline "
	    "[--resume] [options]",
	.brief = "screen existing accounts by lists and windows (存量筛查)",
	.text = "Goes through a file of accounts, millions of rows, and asks for "
	    "each: what would the policy say today if the holder had come for "
	    "the account that he has, wanting nothing more?  CSV in UTF-8, "
	    "GB18030 (GBK) or UTF-16, with , ; tab or | between the cells.  The "
	    "first row names the columns, in Chinese or English, in any order: "
	    "number (证件号码), document type (证件类型), country (国籍), phone "
	    "(手机号), card or account (卡号, 账号), institution (开户机构), product "
	    "(账户类型), day of opening (开户日期); only the number is required.\n"
	    "\n"
	    "Lists: those in force here, as at the counter: persons, contact "
	    "phones, and cards; a card that is listed is a review, by the name "
	    SCREEN_CARD_RULE ".  Windows: the person's record as of the daemon's "
	    "last checkpoint, up to a minute old; the end of the output tells up "
	    "to which entry.  Nothing is added to the counts, since nobody "
	    "applies: cards(30d) >= 5 holds when five were opened.  Rules see the "
	    "operation new, quantity 0, the account's product (else --product, "
	    "else that of the person's last opening) and institution, an unknown "
	    "channel and purpose; guardian, outlet_known and area_local are true, "
	    "hour is 12, and what only an application tells (campaign, stale, "
	    "agents, shared contacts, the outlet's days) hits no rule.  An "
	    "account with institution, product and day of opening that the "
	    "record lacks is counted for its own row.\n"
	    "\n"
	    "The result is CSV: row, line, decision (pass limit review reject "
	    "error), rules, list:category, counts, column and reason of what "
	    "cannot be read.  Each row has one, in the same order; nothing is "
	    "guessed and nothing is left out.  It holds personal data only "
	    "where --copy puts it there, and whose rows they are is in the file. "
	    "It gets its name when it is whole; after a kill or Ctrl-C, --resume "
	    "goes on, if file, lists and policy are still the same.\n"
	    "\n"
	    "To look so many people up is recorded in the daemon's journal, with "
	    "--as and --reason, before it begins.  --offline is for a machine "
	    "without a daemon.  Run it as the daemon's user, who owns the "
	    "record.",
	.args = args,
	.asks = 1,
	.exits = "0  all rows were screened\n"
	    "1  a result, or half of one, is there already; or none to resume\n"
	    "64 wrong usage\n"
	    "65 all were screened, some rows are errors; or the file cannot be "
	    "used, or changed\n"
	    "66 there is no such file\n"
	    "69 the daemon is away or cannot record\n"
	    "71 out of memory\n74 read or write error\n"
	    "75 ended by a signal: go on by --resume; or no answer in time\n"
	    "76 the daemon speaks another version\n"
	    "77 no right to do that\n"
	    "78 the configuration is missing or wrong, or a key is\n",
	.examples = "liangka screen accounts.csv --out screened.csv --as wang.key "
	    "--reason \"存量账户排查 2026-11\"\n"
	    "liangka screen 账户.csv --out 结果.csv --product bank1 --held-by icbc "
	    "--copy 账号 --as wang.key --reason \"quarterly\"\n"
	    "liangka screen accounts.csv --out screened.csv --resume --as "
	    "wang.key --reason \"went on after a power cut\"\n",
	.run = run,
};
