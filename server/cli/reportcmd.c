#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "desk/report.h"
#include "desk/reportcsv.h"
#include "desk/reporthtml.h"
#include "desk/reportkind.h"
#include "engine/day.h"
#include "lists/outlets.h"
#include "plugin.h"
#include "store/entry.h"

#include "logread.h"
#include "outfile.h"
#include "reportcmd.h"
#include "reportregister.h"
#include "reporttext.h"
#include "tool.h"

#define PROGRESS 4096	/* entries from one sign of life to the next */
#define DAY_MS INT64_C(86400000)
#define LAST_MS INT64_C(253402300799999) /* the end of the year 9999 */

enum { UTF8, GB18030 };

const struct word reportcmd_encodings[] = {
	{ "utf_8", "utf_8", UTF8 },
	{ "utf8", "utf8", UTF8 },
	{ "gb18030", "gb18030", GB18030 },
	{ NULL, NULL, 0 }
};

/* A pass over the journal. */
struct pass {
	const struct tool *t;
	struct logread *r;
	const struct report_kind *kind;
	const struct report_options *o;
	void *x;		/* the kind's */
	struct entry e;
	uint64_t n, first, last; /* entries read: how many, seq */
	int64_t from, to;	/* times of these */
	char node[32];
	char reg[1024];		/* the register's file, or "" */
	int progress;
};

/* The word for a product. */
static const char *
product(int32_t code, int zh)
{

	return (words_name(words_product, code, zh));
}

/* See that the options fit each other. */
static int
fits(const struct tool *t, const struct reportcmd *c)
{

	if ((c->csv != 0) + (c->html != NULL) + (t->json != 0) > 1)
		return (tool_fail(t, TOOL_USAGE,
		    "--csv、--html、--json 只能给出其一",
		    "give one form: --csv, --html or --json"));
	if (c->out != NULL && !c->csv)
		return (tool_fail(t, TOOL_USAGE, "--out 须与 --csv 同用",
		    "--out goes with --csv"));
	if (c->encoding != UTF8 && !c->csv)
		return (tool_fail(t, TOOL_USAGE,
		    "--csv-encoding 须与 --csv 同用",
		    "--csv-encoding goes with --csv"));
	if (c->area != NULL && (strlen(c->area) > 6 ||
	    strlen(c->area) % 2 != 0 || c->area[0] == '\0' || strspn(c->area, "0123456789") != strlen(c->area)))
		return (tool_fail(t, TOOL_USAGE,
		    "--area 应为 2、4 或 6 位数字：%s",
		    "--area: not 2, 4 or 6 digits: %s", c->area));
	return (ARGS_GO);
}

/* The period. */
static int
period(const struct tool *t, struct reportcmd *c)
{
	int32_t day;

	if (c->day != NULL) {
		if (c->since != 0 || c->until != 0)
			return (tool_fail(t, TOOL_USAGE,
			    "--day 不能与 --since、--until 同用",
			    "--day is a period by itself: no --since or "
			    "--until"));
		if (day_parse(&day, c->day, strlen(c->day)) != 0)
			return (tool_fail(t, TOOL_USAGE,
			    "--day：应为 2026-11-22 的形式：%s",
			    "--day: not a day like 2026-11-22: %s", c->day));
		c->since = day_start(day) * 1000;
		c->until = c->since + DAY_MS;
	}
	if (c->until != 0 && c->until <= c->since)
		return (tool_fail(t, TOOL_USAGE, "--until 不晚于 --since",
		    "--until is not later than --since"));
	return (ARGS_GO);
}

/* Show how far it is. */
static void
progress(const struct pass *p, int end)
{

	if (!p->progress)
		return;
	(void)fprintf(p->t->err, "\r%" PRIu64 "%s", p->n, end ? "\r\33[K" :
	    "");
	(void)fflush(p->t->err);
}

/* Is it a moment that can be?  Nobody has looked at the journal's signature. */
static int
moment(int64_t ms)
{

	return (ms >= 0 && ms <= LAST_MS);
}

/* Have the report count it, if it counts. */
static int
count(struct pass *p)
{

	if (p->e.kind == ENTRY_DECISION && p->kind->asked != NULL &&
	    (p->e.flags & ENTRY_F_CONSULT) != 0)
		return (p->kind->asked(p->x, &p->e));
	return (reportkind_take(&p->e) ? p->kind->entry(p->x, &p->e) : 0);
}

/* Take an entry. */
static int
take(void *arg, const struct package_entry *pe)
{
	struct pass *p = arg;
	size_t at;

	if (entry_parse(&p->e, pe->text, pe->len, &at) != 0)
		return (logread_trouble(p->r, TOOL_DATA,
		    "seq %" PRIu64 "：记录内容有误（第 %zu 字节），请报告",
		    "seq %" PRIu64 ": the entry is not well-formed at its byte "
		    "%zu; please report it", pe->seq, at));
	if (!moment(p->e.t) || !moment(p->e.at) || !moment(p->e.expires) ||
	    !moment(p->e.due))
		return (logread_trouble(p->r, TOOL_DATA,
		    "seq %" PRIu64 "：记录的时间不可能成立，请用 liangka log verify "
		    "核验", "seq %" PRIu64 ": the entry tells of a time that "
		    "cannot be; see liangka log verify", pe->seq));
	if (p->o->until != 0 && p->kind->ahead != REPORTKIND_ALL &&
	    p->e.t >= p->o->until + p->kind->ahead)
		return (LOGREAD_END);
	if (p->n++ == 0) {
		p->first = pe->seq;
		p->from = p->e.t;
	}
	p->last = pe->seq;
	p->to = p->e.t;
	/* A `node` entry names another one. */
	if (p->e.kind == ENTRY_START)
		memcpy(p->node, p->e.node, sizeof(p->node));
	if (p->n % PROGRESS == 0)
		progress(p, 0);
	return (count(p) == 0 ? TOOL_OK : logread_trouble(p->r, TOOL_SYSTEM,
	    "内存不足", "out of memory"));
}

/* The time of the entry seq, or -1 when it cannot be told. */
static int64_t
time_of(struct pass *p, uint64_t seq)
{
	struct package_entry pe;
	size_t at;

	if (package_read(logread_package(p->r), seq, &pe) != 0 ||
	    entry_parse(&p->e, pe.text, pe.len, &at) != 0)
		return (-1);
	return (p->e.t);
}

/* The first entry that the kind needs: times never fall from one to the next. */
static uint64_t
begin(struct pass *p)
{
	struct package *k = logread_package(p->r);
	int64_t since = p->o->since, t;
	uint64_t lo, hi, mid;

	if (since == 0 || p->kind->back == REPORTKIND_ALL ||
	    package_count(k) == 0)
		return (0);
	since -= p->kind->back;
	lo = package_log(k, 0)->base;
	hi = package_last(k) + 1;
	while (lo < hi) {
		mid = lo + (hi - lo) / 2;
		if ((t = time_of(p, mid)) == -1)
			return (0);
		if (t < since)
			lo = mid + 1;
		else
			hi = mid;
	}
	/* One entry is always read, so that the record is seen to be there. */
	return (lo > package_last(k) ? package_last(k) : lo);
}

/* Say of what record and period the report is. */
static void
describe(const struct pass *p, const struct reportcmd *c, struct report *r)
{
	char seqs[64];

	report_param(r, "source", "日志", "journal", c->place.dir);
	if (p->node[0] != '\0')
		report_param(r, "node", "节点", "node", p->node);
	report_param_time(r, "since", "期间自", "period from", p->o->since);
	report_param_time(r, "until", "至（不含）", "until before",
	    p->o->until);
	if (p->o->since == 0 && p->o->until == 0)
		report_param(r, "period", "期间", "period", tool_zh(p->t,
		    "日志全部", "all of the journal"));
	(void)snprintf(seqs, sizeof(seqs), "%" PRIu64 "–%" PRIu64, p->first,
	    p->last);
	report_param(r, "entries", "记录序号", "entries", p->n > 0 ? seqs :
	    "-");
	report_param_time(r, "read_from", "首条记录", "first entry", p->from);
	report_param_time(r, "read_to", "末条记录", "last entry", p->to);
	report_param_time(r, "made", "制表时间", "made", p->o->now);
	if (c->inst != NULL)
		report_param(r, "inst", "机构", "institution", c->inst);
	if (c->area != NULL)
		report_param(r, "area", "区划", "area", c->area);
	if (p->reg[0] != '\0')
		report_param(r, "register", "网点名册", "outlet register",
		    p->reg);
}

/* Feed the kind, and let it say what it found. */
static int
feed(struct pass *p, const struct reportcmd *c, struct report *r)
{
	int rc;

	rc = logread_each(p->r, begin(p), take, p);
	progress(p, 1);
	if (rc != TOOL_OK)
		return (rc);
	describe(p, c, r);
	if (p->kind->finish(p->x, r) != 0 || report_failed(r))
		return (logread_trouble(p->r, TOOL_SYSTEM, "内存不足",
		    "out of memory"));
	return (TOOL_OK);
}

/* Write into a file that appears whole or not at all. */
static int
into_file(const struct tool *t, const struct reportcmd *c,
    const struct report *r)
{
	const char *path = c->html != NULL ? c->html : c->out;
	int zh = t->language == LK_LANG_ZH, rc = 0;
	struct outfile *o;

	if ((o = outfile_open(path, 0600)) == NULL)
		return (tool_fail(t, errno == EACCES ? TOOL_DENIED : TOOL_IO,
		    "%s：%s", "%s: %s", path, tool_errno(t, errno)));
	if (c->html != NULL)
		reporthtml_write(outfile_stream(o), r, zh);
	else
		rc = reportcsv_write(outfile_stream(o), r, c->table, zh,
		    c->encoding == GB18030);
	if (rc != 0) {
		outfile_drop(o);
		return (rc);
	}
	if (outfile_commit(o) != 0)
		return (tool_fail(t, TOOL_IO, "%s：%s", "%s: %s", path,
		    tool_errno(t, errno)));
	return (TOOL_OK);
}

/* Print the report in the form that was asked for. */
static int
print(const struct tool *t, const struct reportcmd *c, const struct report *r)
{
	char keys[256];
	int rc = 0;

	if (t->json)
		reporttext_json(t, r);
	else if (c->html != NULL || c->out != NULL)
		rc = into_file(t, c, r);
	else if (c->csv)
		rc = reportcsv_write(t->out, r, c->table, t->language ==
		    LK_LANG_ZH, c->encoding == GB18030);
	else
		rc = reporttext_write(t, r, c->table);
	if (rc == 1) {
		reporttext_keys(r, keys, sizeof(keys));
		return (tool_fail(t, TOOL_USAGE, "没有名为 %s 的表；可用：%s",
		    "this report has no table called %s: %s", c->table, keys));
	}
	if (rc == -1)
		return (tool_fail(t, TOOL_SYSTEM,
		    "无法转换为 GB18030：%s", "cannot write GB18030: %s",
		    tool_errno(t, errno)));
	return (rc);
}

/* Make the report. */
static int
make(struct pass *p, const struct reportcmd *c)
{
	struct report *r;
	int rc;

	r = report_new(p->kind->name, p->kind->zh, p->kind->en);
	p->x = p->kind->open(p->o);
	if (r == NULL || p->x == NULL)
		rc = logread_trouble(p->r, TOOL_SYSTEM, "内存不足",
		    "out of memory");
	else
		rc = feed(p, c, r);
	/* What is wrong is told first; a report of a damaged log is none. */
	rc = logread_close(p->r, rc);
	if (rc == TOOL_OK)
		rc = print(p->t, c, r);
	if (p->x != NULL)
		p->kind->close(p->x);
	report_free(r);
	return (rc);
}

/* Run the command. */
int
reportcmd_run(struct tool *t, struct reportcmd *c, int argc, char **argv,
    const struct report_kind *kind, const void *own)
{
	struct report_options o = { .now = t->now_ms(), .product = product,
		.own = own };
	struct outlets *reg = NULL;
	struct pass *p;
	int rc;

	if ((p = calloc(1, sizeof(*p))) == NULL)
		return (tool_fail(t, TOOL_SYSTEM, "内存不足", "out of memory"));
	if ((rc = logplace_take(t, &c->place, argc, argv, 0, "", "")) !=
	    ARGS_GO || (rc = fits(t, c)) != ARGS_GO ||
	    (rc = period(t, c)) != ARGS_GO ||
	    (rc = reportregister_read(t, c->reg, c->place.dir, &reg, p->reg,
	    sizeof(p->reg))) != ARGS_GO) {
		free(p);
		return (rc);
	}
	o.since = c->since;
	o.until = c->until;
	o.top = (size_t)c->top;
	o.outlets = reg;
	o.inst = c->inst;
	o.area = c->area;
	if ((rc = logread_open(t, &c->place, &p->r)) == ARGS_GO) {
		p->t = t;
		p->kind = kind;
		p->o = &o;
		p->progress = !c->no_progress && fileno(t->err) >= 0 &&
		    isatty(fileno(t->err));
		rc = make(p, c);
	}
	free(p);
	outlets_free(reg);
	return (rc);
}
