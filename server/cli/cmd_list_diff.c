#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/category.h"
#include "lists/centre_published.h"
#include "plugin.h"

#include "command.h"
#include "json.h"
#include "listcmd.h"
#include "table.h"

#define COLUMNS 7

struct options {
	struct registers_by by;
	uint32_t from, to;
	int32_t entries;
	const char *day;
};

static const struct arg args[] = {
	REGISTERS_DIR_ARG(struct options, by),
	{ "entries", ARG_FLAG, 0, NULL, "each entry that would change, too",
	    NULL, 0, 0, ARG_AT(struct options, entries) },
	{ "from", ARG_NUMBER, 0, "VERSION", "compare from this published version "
	    "of LIST on (default: the newest)", NULL, 1, INT32_MAX,
	    ARG_AT(struct options, from) },
	{ "to", ARG_NUMBER, 0, "VERSION", "to this one (default: what the ledger "
	    "says today)", NULL, 1, INT32_MAX, ARG_AT(struct options, to) },
	{ "day", ARG_STRING, 0, "DAY", "what the ledger says on that day, e.g. "
	    "tomorrow's", NULL, 0, 0, ARG_AT(struct options, day) },
	ARG_END
};

/* One comparison. */
struct diff {
	const struct tool *t;
	const struct options *o;
	int32_t day;
	struct listcmd l;
	struct centre_published before, after;
	struct listrec *wanted;	/* by the ledger */
	size_t nwanted;
	struct table *table;	/* of entries */
	uint64_t changes;
};

/* What happens to a record. */
static int
kind(const struct listrec *a, const struct listrec *b)
{

	if (b == NULL)
		return (1);
	if ((listrec_flags(b) & LISTREC_CLEARED) != 0)
		return (3);
	return (a == NULL ? 0 : 2);
}

static const char *const words[] = { "added", "removed", "changed", "cleared" };
static const char *const hanzi[] = { "新增", "移出", "变更", "申诉撤销" };

/* Write one changed entry. */
static int
put(void *arg, const struct listrec *a, const struct listrec *b)
{
	struct diff *d = arg;
	const struct tool *t = d->t;
	int zh = t->language == LK_LANG_ZH, k = kind(a, b);
	const struct listrec *r = b != NULL && k != 3 ? b : a;
	struct ledger_entry e;
	char id[64], until[16];
	const char *cells[COLUMNS];
	struct json j;

	if (!ledger_find(d->l.ledger, &(b != NULL ? b : a)->token, &e))
		memset(&e, 0, sizeof(e));
	if (t->json) {
		json_begin(&j, t->out);
		json_text(&j, "list", d->l.list->id);
		json_text(&j, "change", words[k]);
		json_u64(&j, "serial", e.serial);
		json_text(&j, "category", r != NULL ? category_name(
		    r->category) : NULL);
		json_text(&j, "was", a != NULL ? category_name(a->category) :
		    NULL);
		json_text(&j, "case", e.case_no);
		json_text(&j, "who", e.who);
		json_text(&j, "reason", e.why);
		json_end(&j);
		return (0);
	}
	(void)snprintf(id, sizeof(id), "%s/%" PRIu64, d->l.list->id, e.serial);
	cells[0] = (zh ? hanzi : words)[k];
	cells[1] = e.serial != 0 ? id : "-";
	cells[2] = r != NULL ? category_text(r->category, !zh) : "";
	cells[3] = listcmd_day(r != NULL ? (int32_t)listrec_expiry(r) : 0,
	    until);
	cells[4] = e.case_no;
	cells[5] = e.who;
	cells[6] = e.why;
	return (table_row(d->table, cells) == 0 ? 0 : tool_fail(t, TOOL_SYSTEM,
	    "内存不足", "out of memory"));
}

/* Would the guard of a publication stop it? */
static int
guarded(const struct diff *d, const struct centre_change *ch)
{
	uint64_t n = ch->added + ch->removed + ch->changed + ch->cleared;

	return (ch->before > 0 && d->o->to == 0 && (ch->after < ch->before ||
	    n > ch->before * d->l.c.guard_percent / 100));
}

/* Write the counts. */
static void
tell(const struct diff *d, const struct centre_change *ch)
{
	const struct tool *t = d->t;
	char from[32], to[32];
	struct json j;

	if (t->json) {
		json_begin(&j, t->out);
		json_text(&j, "list", d->l.list->id);
		json_u64(&j, "from", d->before.info.version);
		json_u64(&j, "to", d->o->to);
		json_u64(&j, "before", ch->before);
		json_u64(&j, "after", ch->after);
		json_u64(&j, "added", ch->added);
		json_u64(&j, "removed", ch->removed);
		json_u64(&j, "changed", ch->changed);
		json_u64(&j, "cleared", ch->cleared);
		json_bool(&j, "guarded", guarded(d, ch));
		json_end(&j);
		return;
	}
	if (d->before.info.version != 0 && d->o->to == 0 && ch->added +
	    ch->removed + ch->changed + ch->cleared == 0) {
		(void)fprintf(t->out, tool_zh(t, "%s：第 %u 版，%" PRIu64
		    " 条，没有变化\n", "%s: version %u, %" PRIu64 " records, "
		    "nothing would change\n"), d->l.list->id,
		    (unsigned)d->before.info.version, ch->before);
		return;
	}
	if (d->before.info.version == 0)
		(void)snprintf(from, sizeof(from), "%s", tool_zh(t, "尚未发布",
		    "not published yet"));
	else
		(void)snprintf(from, sizeof(from), tool_zh(t, "第 %u 版",
		    "version %u"), (unsigned)d->before.info.version);
	if (d->o->to == 0)
		(void)snprintf(to, sizeof(to), "%s", tool_zh(t, "现台账",
		    "the ledger"));
	else
		(void)snprintf(to, sizeof(to), tool_zh(t, "第 %u 版",
		    "version %u"), (unsigned)d->o->to);
	(void)fprintf(t->out, tool_zh(t, "%s：%s → %s，%" PRIu64 " → %" PRIu64
	    " 条：新增 %" PRIu64 "，移出 %" PRIu64 "，变更 %" PRIu64 "，申诉撤销 %"
	    PRIu64 "%s\n", "%s: %s -> %s, %" PRIu64 " -> %" PRIu64
	    " records: %" PRIu64 " added, %" PRIu64 " removed, %" PRIu64
	    " changed, %" PRIu64 " cleared%s\n"), d->l.list->id, from, to,
	    ch->before, ch->after, ch->added, ch->removed, ch->changed,
	    ch->cleared, guarded(d, ch) ? tool_zh(t, "；超出防误限度，发布须加 "
	    "--force --reason（仅撤销可用 --expedited）", "; the guard will ask "
	    "for --force --reason (or --expedited, for withdrawals alone)") :
	    "");
}

/* Load what is compared. */
static int
load(struct diff *d)
{
	const char *id = d->l.list->id;
	char err[CENTRE_ERROR_MAX];
	int rc;

	rc = centre_published_load(&d->l.c, id, d->o->from, &d->before, err);
	if (rc == 1 && d->o->from != 0)
		return (tool_fail(d->t, TOOL_NO, "%s", "%s", err));
	if (rc == -1)
		return (tool_fail(d->t, TOOL_IO, "%s", "%s", err));
	if (d->o->to != 0) {
		rc = centre_published_load(&d->l.c, id, d->o->to, &d->after,
		    err);
		return (rc == 0 ? ARGS_GO : tool_fail(d->t, rc == 1 ? TOOL_NO :
		    TOOL_IO, "%s", "%s", err));
	}
	if (ledger_fold(d->l.ledger, d->day, &d->wanted, &d->nwanted) == 0)
		return (ARGS_GO);
	return (tool_fail(d->t, TOOL_SYSTEM, "内存不足", "out of memory"));
}

/* Compare one list. */
static int
compare(struct diff *d)
{
	static const char *const en[COLUMNS] = { "CHANGE", "ENTRY", "CATEGORY",
		"UNTIL", "CASE", "WHO", "WHY" };
	static const char *const zh[COLUMNS] = { "变化", "条目", "类别", "截止",
		"案号", "经办", "事由" };
	const struct tool *t = d->t;
	struct centre_change ch;
	int rc;

	if ((rc = load(d)) != ARGS_GO)
		return (rc);
	if (d->o->entries && !t->json && (d->table = table_new(t->out, COLUMNS,
	    t->language == LK_LANG_ZH ? zh : en)) == NULL)
		return (tool_fail(t, TOOL_SYSTEM, "内存不足", "out of memory"));
	rc = centre_compare(d->before.r, d->before.n, d->o->to != 0 ?
	    d->after.r : d->wanted, d->o->to != 0 ? d->after.n : d->nwanted, &ch,
	    d->o->entries ? put : NULL, d);
	table_end(d->table);
	d->table = NULL;
	if (rc != 0)
		return (rc);
	d->changes += ch.added + ch.removed + ch.changed + ch.cleared;
	tell(d, &ch);
	return (ARGS_GO);
}

/* Compare a list by its id. */
static int
one(struct diff *d, const char *id)
{
	int rc;

	if ((rc = listcmd_open(d->t, &d->o->by, id, 0, &d->l)) != ARGS_GO)
		return (rc);
	rc = compare(d);
	centre_published_free(&d->before);
	centre_published_free(&d->after);
	free(d->wanted);
	d->wanted = NULL;
	listcmd_close(&d->l);
	return (rc);
}

/* Compare all lists. */
static int
all(struct diff *d)
{
	struct centre c;
	size_t i;
	int rc;

	if ((rc = registers_open(d->t, &d->o->by, 0, &c)) != ARGS_GO)
		return (rc);
	for (i = 0; i < c.nlists && rc == ARGS_GO; i++)
		rc = one(d, c.list[i].id);
	centre_close(&c);
	return (rc);
}

/* The command. */
static int
run(struct tool *t, int argc, char **argv)
{
	struct options o = { .by = { NULL, NULL } };
	struct diff d = { .t = t, .o = &o, .day = registers_today(t) };
	int i, rc;

	if ((rc = args_read(t, &o, &argc, argv)) != ARGS_GO ||
	    (rc = args_operands(t, argc, argv, 0, CENTRE_LISTS_MAX, "名单",
	    "lists")) != ARGS_GO || (o.day != NULL && (rc = registers_day(t,
	    "day", o.day, &d.day)) != ARGS_GO))
		return (rc);
	if ((o.from != 0 || o.to != 0) && argc != 1)
		return (tool_fail(t, TOOL_USAGE, "--from、--to 须与一个名单同用",
		    "--from and --to go with one list"));
	if (argc == 0)
		rc = all(&d);
	for (i = 0; i < argc && rc == ARGS_GO; i++)
		rc = one(&d, argv[i]);
	return (rc != ARGS_GO ? rc : d.changes > 0 ? TOOL_NO : TOOL_OK);
}

const struct command cmd_list_diff = {
	.name = "list diff",
	.synopsis = "[LIST ...] --dir DIR [--entries] [--from VERSION] [--to "
	    "VERSION] [options]",
	.brief = "what the next publication would change (对比已发布)",
	.text = "Compares what the ledger says today with what is published: how "
	    "many entries would be added, removed, changed and cleared, and "
	    "whether the guard of \"repo publish\" would stop it.  Entries that "
	    "end or begin by their days are among them.\n"
	    "\n"
	    "With --from and --to two published versions are compared, as long "
	    "as repo/ has their files.",
	.args = args,
	.exits = "0  nothing would change\n1  something would, or there is no such "
	    "version\n" LISTCMD_EXITS,
	.examples = "liangka list diff --dir /srv/centre\n"
	    "liangka list diff sanction --dir /srv/centre --entries\n"
	    "liangka list diff sanction --dir /srv/centre --from 12 --to 13 "
	    "--entries --json\n",
	.run = run,
};
