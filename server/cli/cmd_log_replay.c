#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "audit/package.h"
#include "audit/replay.h"
#include "plugin.h"

#include "command.h"
#include "json.h"
#include "logplace.h"
#include "logread.h"
#include "width.h"

#define PROGRESS_MS 500

enum { MODE_BOTH, MODE_A = REPLAY_A, MODE_B = REPLAY_B };

static const struct word words_mode[] = {
	{ "a", "a", MODE_A },
	{ "b", "b", MODE_B },
	{ NULL, NULL, 0 }
};

struct options {
	struct logplace place;
	int32_t mode;
	uint64_t from;
	uint64_t to;
};

static const struct arg args[] = {
	LOGPLACE_ARGS(struct options, place),
	{ "mode", ARG_CODE, 0, "MODE", "a: decide from each entry's own facts; "
	    "b: count every fact anew from the whole journal; default both",
	    words_mode, 0, 0, ARG_AT(struct options, mode) },
	{ "from", ARG_NUMBER, 0, "SEQ", "compare decisions from this entry on",
	    NULL, 1, INT64_MAX, ARG_AT(struct options, from) },
	{ "to", ARG_NUMBER, 0, "SEQ", "compare decisions up to this entry",
	    NULL, 1, INT64_MAX, ARG_AT(struct options, to) },
	ARG_END
};

/* A replay under way. */
struct run {
	const struct tool *t;
	const struct options *o;
	struct logread *read;
	struct replay *replay;	/* once the first entry is seen */
	unsigned modes;
	int64_t told;		/* when progress was shown last, ms */
	int shows;		/* progress is shown */
	uint64_t last;		/* the last seq there is */
};

/* Fetch a policy file. */
static char *
policy(void *arg, const char *hash, size_t *len)
{
	struct run *r = arg;

	return (package_policy(logread_package(r->read), hash, len));
}

/* The word for a value, where it is a code. */
static const char *
worded(const struct tool *t, const char *field, const char *value)
{
	const struct word *table = strcmp(field, "decision") == 0 ||
	    strcmp(field, "floor") == 0 ? words_decision :
	    strcmp(field, "by") == 0 ? words_by :
	    strcmp(field, "offer") == 0 || strcmp(field, "product") == 0 ?
	    words_product : NULL;
	const char *s;

	if (table == NULL)
		return (value);
	s = words_name(table, atoi(value), t->language == LK_LANG_ZH);
	return (s != NULL ? s : value);
}

/* Take the progress line away. */
static void
wipe(struct run *r)
{

	if (r->shows && r->told != 0) {
		(void)fputs("\r\33[K", r->t->err);
		(void)fflush(r->t->err);
	}
}

/* Write a difference. */
static void
differs(void *arg, const struct replay_difference *d)
{
	struct run *r = arg;
	const struct tool *t = r->t;
	const char *mode = d->mode == REPLAY_A ? "A" : "B";
	struct json j;

	wipe(r);
	if (t->json) {
		json_begin(&j, t->out);
		json_u64(&j, "seq", d->seq);
		json_text(&j, "field", d->field);
		json_text(&j, "journal", d->journal);
		json_text(&j, "replayed", d->replayed);
		json_text(&j, "mode", mode);
		json_end(&j);
		return;
	}
	(void)fprintf(t->out, "%s%s %" PRIu64 " ", tool_paint(t, TOOL_RED),
	    tool_zh(t, "记录", "entry"), d->seq);
	width_put(t->out, d->field);
	(void)fprintf(t->out, "%s: %s \"", tool_paint(t, TOOL_PLAIN),
	    tool_zh(t, "日志为", "the journal says"));
	width_put(t->out, worded(t, d->field, d->journal));
	(void)fprintf(t->out, "\"%s %s \"", tool_zh(t, "，", ","),
	    tool_zh(t, "重演为", "replay gives"));
	width_put(t->out, worded(t, d->field, d->replayed));
	(void)fprintf(t->out, "\" (%s)\n", mode);
}

/* Show how far it is. */
static void
progress(struct run *r, uint64_t seq)
{
	int64_t now;

	if (!r->shows || seq % 1024 != 0)
		return;
	now = r->t->now_ms();
	if (now - r->told < PROGRESS_MS)
		return;
	r->told = now;
	(void)fprintf(r->t->err, "\r%s %" PRIu64 " / %" PRIu64 "\33[K",
	    tool_zh(r->t, "记录", "entry"), seq, r->last);
	(void)fflush(r->t->err);
}

/* Begin, now that it is known where the journal begins. */
static int
begin(struct run *r, uint64_t first)
{
	struct replay_options o = { .from = r->o->from, .to = r->o->to,
		.tmp = getenv("TMPDIR"), .policy = policy, .differs = differs,
		.arg = r };
	char err[REPLAY_ERROR_MAX];

	r->modes = r->o->mode == MODE_BOTH ? REPLAY_A | REPLAY_B :
	    (unsigned)r->o->mode;
	if (first != 1 && r->o->mode == MODE_BOTH) {
		r->modes = REPLAY_A;
		(void)fprintf(r->t->err, tool_zh(r->t, "日志自第 %" PRIu64
		    " 条开始：只能按 a 方式重演\n", "the journal begins at "
		    "entry %" PRIu64 ": mode a only\n"), first);
	}
	o.modes = r->modes;
	if ((r->replay = replay_open(&o, err)) == NULL)
		return (tool_fail(r->t, TOOL_SYSTEM, "%s", "%s", err));
	return (TOOL_OK);
}

/* Take one entry. */
static int
take(void *arg, const struct package_entry *e)
{
	struct run *r = arg;
	char err[REPLAY_ERROR_MAX];
	int rc;

	if (r->o->to != 0 && e->seq > r->o->to)
		return (LOGREAD_END);
	if (r->replay == NULL && (rc = begin(r, e->seq)) != TOOL_OK)
		return (rc);
	progress(r, e->seq);
	if (replay_entry(r->replay, e->text, e->len, e->seq, err) != 0)
		return (logread_trouble(r->read, TOOL_DATA, "%s", "%s", err));
	return (TOOL_OK);
}

/* Write a count that is worth a line. */
static void
count(const struct tool *t, const char *zh, const char *en, uint64_t n)
{

	if (n != 0)
		(void)fprintf(t->out, "  %s: %" PRIu64 "\n", tool_zh(t, zh, en),
		    n);
}

/* Write what came of it. */
static void
summary(const struct run *r, const struct replay_counts *n)
{
	const char *modes = r->modes == REPLAY_A ? "a" : r->modes == REPLAY_B ?
	    "b" : "a+b";
	const struct tool *t = r->t;
	struct json j;

	if (t->json) {
		json_begin(&j, t->out);
		json_text(&j, "mode", modes);
		json_u64(&j, "entries", n->entries);
		json_u64(&j, "decisions", n->decisions);
		json_u64(&j, "differences", n->differences);
		json_u64(&j, "unknown", n->unknown);
		json_u64(&j, "told", n->told);
		json_u64(&j, "sandbox", n->forced);
		json_u64(&j, "facts", n->facts);
		json_u64(&j, "facts_given", n->inputs);
		json_u64(&j, "ttl_configured", n->ttl);
		json_end(&j);
		return;
	}
	(void)fprintf(t->out, tool_zh(t, "已重演 %" PRIu64 " 个决定（共 %" PRIu64
	    " 条记录，方式 %s）：%s\n", "%" PRIu64 " decisions replayed, of %"
	    PRIu64 " entries, mode %s: %s\n"), n->decisions, n->entries, modes,
	    n->differences == 0 && n->unknown == 0 ? tool_zh(t, "无差异",
	    "no difference") : tool_zh(t, "有差异", "NOT THE SAME"));
	count(t, "差异", "differences", n->differences);
	count(t, "未重演（规则文件缺失或未知）",
	    "not replayed: their policy is not there", n->unknown);
	count(t, "下级节点所作的决定（见其自己的日志）",
	    "made by nodes below: their own logs have the grounds", n->told);
	count(t, "沙箱指定结果的", "outcomes asked for in the sandbox",
	    n->forced);
	count(t, "重新清点的事实", "facts counted anew", n->facts);
	count(t, "取自记录的事实（age、area_local、名单时效、网点、批次：出自证件、配置和名单）",
	    "facts taken as given (age, area_local, stale, outlet, campaign: from "
	    "documents, configuration and registers)", n->inputs);
	count(t, "保留时间按配置而非规则的", "reservations that last as the "
	    "configuration says, not the policy", n->ttl);
}

/* Replay all that is there. */
static int
replay(struct run *r)
{
	static const struct replay_counts none;
	const struct replay_counts *n;
	int rc;

	r->last = package_last(logread_package(r->read));
	rc = logread_each(r->read, 0, take, r);
	wipe(r);
	n = r->replay != NULL ? replay_counts(r->replay) : &none;
	if (rc == TOOL_OK)
		summary(r, n);
	if (rc == TOOL_OK && (n->differences != 0 || n->unknown != 0))
		rc = TOOL_NO;
	replay_close(r->replay);
	return (rc);
}

/* The command. */
static int
run(struct tool *t, int argc, char **argv)
{
	struct options o = { .mode = MODE_BOTH };
	struct run r = { .t = t, .o = &o };
	int rc;

	if ((rc = args_read(t, &o, &argc, argv)) != ARGS_GO ||
	    (rc = logplace_take(t, &o.place, argc, argv, 0, "", "")) !=
	    ARGS_GO || (rc = logread_open(t, &o.place, &r.read)) != ARGS_GO)
		return (rc);
	r.shows = fileno(t->err) >= 0 && isatty(fileno(t->err)) == 1;
	rc = replay(&r);
	return (logread_close(r.read, rc));
}

const struct command cmd_log_replay = {
	.name = "log replay",
	.synopsis = "[DIR|URL] [--mode a|b] [--from SEQ] [--to SEQ] [--json]",
	.brief = "decide everything once more (重演日志)",
	.text = "Takes every decision of the journal and decides it again, with "
	    "the policy that was then in force.\n"
	    "\n"
	    "Mode a decides from the facts that the entry itself states and "
	    "compares the outcome: decision, floor, needs, who may clear it, "
	    "offer, rules that hit, reason, times.  Mode b folds the whole "
	    "journal as the daemon does and counts every fact anew before each "
	    "decision.  Without --mode it does both.  Age and locality stand "
	    "in the document and the configuration alone; they are taken as "
	    "the entry has them and are counted apart, and so are outcomes "
	    "that a sandbox was asked for.  Where the node above was asked, its "
	    "answer is taken from the entry; what nodes below decided and told "
	    "us is counted on, not decided again: replay their logs.\n"
	    "\n"
	    "Mode b needs the journal from its first entry on; --from and --to "
	    "say which decisions are compared.  Its private state is made in "
	    "TMPDIR (default /tmp) and is gone when it ends.",
	.args = args,
	.exits = "0  every decision is the same\n"
	    "1  something differs, or a policy is missing: each is told\n"
	    "64 wrong usage\n65 the log is damaged\n66 there is no log\n"
	    "71 no memory or no room for the private state\n"
	    "74 read or write error\n77 no right to read it\n",
	.examples = "liangka log replay\n"
	    "liangka log replay /mnt/audit/b017/log --mode a\n"
	    "liangka log replay https://b017.example/log --json\n",
	.run = run,
};
