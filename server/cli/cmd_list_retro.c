#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "plugin.h"

#include "engine/category.h"
#include "store/entry.h"
#include "store/subject.h"

#include "command.h"
#include "json.h"
#include "logplace.h"
#include "logquery.h"
#include "moment.h"
#include "table.h"

#define COLUMNS 10
#define CELL 64
#define MS_DAY INT64_C(86400000)

struct options {
	struct logplace place;
	struct logfilter filter;
	int32_t what;
	const char *list;
};

static const struct arg args[] = {
	LOGPLACE_ARGS(struct options, place),
	{ "what", ARG_CODE, 0, "WORD", "only hits (who was passed and is listed "
	    "now) or clears (who was held by an entry since withdrawn)",
	    words_retro, 0, 0, ARG_AT(struct options, what) },
	{ "list", ARG_STRING, 0, "LIST", "only this list", NULL, 0, 0,
	    ARG_AT(struct options, list) },
	{ "since", ARG_TIME, 0, "TIME", "reported at this time and later, e.g. "
	    "2026-11-22, 2h", NULL, 0, 0,
	    ARG_AT(struct options, filter.want.since) },
	{ "inst", ARG_STRING, 0, "ID", "only this institution (机构)", NULL, 0, 0,
	    ARG_AT(struct options, filter.want.inst) },
	{ "outlet", ARG_STRING, 0, "ID", "only this outlet (网点)", NULL, 0, 0,
	    ARG_AT(struct options, filter.want.outlet) },
	LOGFILTER_LAST_ARG(struct options, filter),
	ARG_END
};

/* What the rows are made for. */
struct rows {
	const struct tool *t;
	const struct options *o;
	struct table *table;
	uint64_t hits, clears;
};

/* What the entry is about: person, card or phone. */
static const char *
subject(const struct tool *t, const struct entry *e)
{

	if (entry_token_set(&e->lcard))
		return (tool_zh(t, "卡片", "card"));
	return (entry_token_set(&e->lphone) ? tool_zh(t, "电话", "phone") :
	    tool_zh(t, "个人", "person"));
}

/* Write one as JSON. */
static void
print_json(const struct rows *r, const struct entry *e)
{
	struct json j;

	json_begin(&j, r->t->out);
	json_u64(&j, "seq", e->seq);
	json_time(&j, "time", e->t);
	json_text(&j, "what", words_name(words_retro, e->code, 0));
	json_text(&j, "subject", entry_token_set(&e->lcard) ? "card" :
	    entry_token_set(&e->lphone) ? "phone" : "person");
	json_text(&j, "list", e->list);
	json_u64(&j, "list_version", e->list_version);
	json_text(&j, "category", category_name(subject_listed(e->listed,
	    e->list)));
	json_u64(&j, "decision_seq", e->ref);
	json_time(&j, "decided", e->at);
	json_i64(&j, "days", (e->t - e->at) / MS_DAY);
	json_text(&j, "inst", e->inst);
	json_text(&j, "outlet", e->outlet);
	json_text(&j, "teller", e->teller);
	json_text(&j, "product", words_name(words_product, e->product, 0));
	json_end(&j);
}

/* Add one row. */
static int
print_row(struct rows *r, const struct entry *e)
{
	int zh = r->t->language == LK_LANG_ZH;
	char cell[COLUMNS][CELL], time[MOMENT_SIZE];
	const char *cells[COLUMNS], *product;
	int i;

	product = words_name(words_product, e->product, zh);
	(void)snprintf(cell[0], CELL, "%s", moment_short(e->t, time));
	(void)snprintf(cell[1], CELL, "%s", words_name(words_retro, e->code,
	    zh));
	(void)snprintf(cell[2], CELL, "%s %" PRIu64, e->list, e->list_version);
	(void)snprintf(cell[3], CELL, "%s %s", subject(r->t, e),
	    category_text(subject_listed(e->listed, e->list), !zh));
	(void)snprintf(cell[4], CELL, "%s", e->inst);
	(void)snprintf(cell[5], CELL, "%s", e->outlet);
	(void)snprintf(cell[6], CELL, "%s", e->teller);
	(void)snprintf(cell[7], CELL, "%s", product != NULL ? product : "");
	(void)snprintf(cell[8], CELL, "%" PRIu64, e->ref);
	(void)snprintf(cell[9], CELL, "%" PRId64, (e->t - e->at) / MS_DAY);
	for (i = 0; i < COLUMNS; i++)
		cells[i] = cell[i];
	return (table_row(r->table, cells) == 0 ? 0 : tool_fail(r->t,
	    TOOL_SYSTEM, "内存不足", "out of memory"));
}

/* Take an entry of the record. */
static int
put(void *arg, const struct package_entry *pe, const struct entry *e)
{
	struct rows *r = arg;

	(void)pe;
	/* What the node above found is of no list here: only where it is asked for. */
	if ((r->o->what == 0 && e->code == RETRO_ABOVE) ||
	    (r->o->what != 0 && e->code != r->o->what) ||
	    (r->o->list != NULL && strcmp(e->list, r->o->list) != 0))
		return (0);
	if (e->code == RETRO_CLEAR)
		r->clears++;
	else
		r->hits++;
	if (!r->t->json)
		return (print_row(r, e));
	print_json(r, e);
	return (0);
}

/* The command. */
static int
run(struct tool *t, int argc, char **argv)
{
	static const char *const en[COLUMNS] = { "TIME (UTC+8)", "WHAT", "LIST",
		"SUBJECT", "INST", "OUTLET", "TELLER", "PRODUCT", "DECISION",
		"DAYS" };
	static const char *const cn[COLUMNS] = { "时间（北京）", "回查", "名单",
		"对象", "机构", "网点", "柜员", "业务", "决定序号", "相隔天数" };
	struct options o = { .filter = LOGFILTER_ANY };
	struct rows r = { .t = t, .o = &o };
	struct logquery q = { .f = &o.filter, .put = put, .arg = &r };
	int rc;

	if ((rc = args_read(t, &o, &argc, argv)) != ARGS_GO ||
	    (rc = logplace_take(t, &o.place, argc, argv, 0, "", "")) !=
	    ARGS_GO || (rc = logfilter_take(t, &o.filter)) != ARGS_GO)
		return (rc);
	o.filter.want.kind = ENTRY_RETRO;
	if (!t->json && (r.table = table_new(t->out, COLUMNS, t->language ==
	    LK_LANG_ZH ? cn : en)) == NULL)
		return (tool_fail(t, TOOL_SYSTEM, "内存不足", "out of memory"));
	if ((rc = logread_open(t, &o.place, &q.r)) == ARGS_GO)
		rc = logread_close(q.r, logquery_run(&q));
	table_end(r.table);
	if (rc == 0 && !t->json && r.hits + r.clears == 0)
		(void)fprintf(t->out, "%s\n", tool_zh(t, "没有回查记录",
		    "nothing was found by looking back"));
	return (rc);
}

const struct command cmd_list_retro = {
	.name = "list retro",
	.synopsis = "[DIR|URL] [options]",
	.brief = "show who passed and was listed later, and the reverse (回查)",
	.text = "When a new version of a list comes into force, liangkad goes "
	    "through what it decided in the last 90 days: who was passed and is "
	    "listed now (a hit), a card that it saw issued and that is involved "
	    "in a case now, and who was held or refused by an entry that has "
	    "been withdrawn since (a clear).  Each is recorded once.  DAYS is "
	    "the time from the opening to that day: how long a card lived "
	    "before it was known.\n"
	    "The record says no name and no number; DECISION leads to the "
	    "decision (liangka log show --from, log dossier).",
	.args = args,
	.exits = "0  shown, also when there is nothing\n"
	    "64 wrong usage\n65 the record contradicts itself\n"
	    "66 no such record\n69 a server is away\n74 read error\n",
	.examples = "liangka list retro --data /var/lib/liangka --what hit\n"
	    "liangka list retro https://afc.example.gov.cn/b017/log --json\n",
	.run = run,
};
