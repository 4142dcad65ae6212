#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "keys/hex.h"
#include "plugin.h"
#include "store/entry.h"

#include "command.h"
#include "json.h"
#include "logplace.h"
#include "logquery.h"
#include "logrow.h"
#include "logsample.h"
#include "table.h"

#define SAMPLE_MAX 100000

enum { BY_NOTHING, BY_OUTLET, BY_TELLER, BY_INSTITUTION, BY_RULE };

static const struct word words_sample_by[] = {
	{ "outlet", "网点", BY_OUTLET },
	{ "teller", "柜员", BY_TELLER },
	{ "institution", "机构", BY_INSTITUTION },
	{ "rule", "规则", BY_RULE },
	{ NULL, NULL, 0 }
};

struct options {
	struct logplace place;
	struct logfilter filter;
	int32_t by;
	uint64_t size;
};

static const struct arg args[] = {
	LOGPLACE_DATA_ARG(struct options, place),
	LOGFILTER_ARGS(struct options, filter),
	{ "by", ARG_CODE, 0, "WHAT", "N of each outlet, teller, institution or "
	    "rule", words_sample_by, 0, 0, ARG_AT(struct options, by) },
	{ "size", ARG_NUMBER, 0, "N", "as the newest log was when it had N "
	    "entries: to draw the same again later", NULL, 1, INT64_MAX,
	    ARG_AT(struct options, size) },
	ARG_END
};

/* A draw. */
struct sample {
	const struct tool *t;
	const struct options *o;
	struct logread *r;
	struct package *p;
	struct logsample *s;
	struct checkpoint newest; /* head of the newest log that is drawn from */
	struct table *table;
	struct entry e;
	struct logrow row;
};

/* Read the N of the command line. */
static int
number(const struct tool *t, const char *s, size_t *n)
{
	char *end;
	long v = strtol(s, &end, 10);

	if (*s < '1' || *s > '9' || *end != '\0' || v > SAMPLE_MAX)
		return (tool_fail(t, TOOL_USAGE,
		    "N 应为 1 至 %d 的整数，而不是“%s”",
		    "N: wants a whole number from 1 to %d, not \"%s\"",
		    SAMPLE_MAX, s));
	*n = (size_t)v;
	return (ARGS_GO);
}

/* Add an entry to the group of each rule that hit. */
static int
add_rules(struct sample *x, const struct package_entry *pe,
    const struct entry *e, const uint8_t rank[SHA256_LEN])
{
	const char *p = e->hits;
	char rule[64];
	size_t n;
	int rc = 0;

	for (; *p != '\0' && rc == 0; p += n + (p[n] == ' ')) {
		n = strcspn(p, " ");
		(void)snprintf(rule, sizeof(rule), "%.*s", (int)n, p);
		rc = logsample_add(x->s, rule, rank, pe->text, pe->len);
	}
	return (rc);
}

/* The head of a log that its entries are drawn from. */
static const struct checkpoint *
head_of(const struct sample *x, size_t log)
{

	return (log + 1 == package_count(x->p) ? &x->newest :
	    &package_log(x->p, log)->head);
}

/* An entry that qualifies. */
static int
put(void *arg, const struct package_entry *pe, const struct entry *e)
{
	struct sample *x = arg;
	char group[72] = "";
	uint8_t rank[SHA256_LEN];
	int rc;

	/* What no head names, such as what stands in the wal/, is not drawn. */
	if (pe->log >= package_count(x->p) || pe->seq -
	    package_log(x->p, pe->log)->base >= head_of(x, pe->log)->size)
		return (TOOL_OK);
	logsample_rank(rank, head_of(x, pe->log)->root, pe->seq);
	if (x->o->by == BY_RULE)
		rc = add_rules(x, pe, e, rank);
	else {
		if (x->o->by == BY_INSTITUTION)
			(void)snprintf(group, sizeof(group), "%s", e->inst);
		else if (x->o->by != BY_NOTHING && e->inst[0] != '\0')
			(void)snprintf(group, sizeof(group), "%s/%s", e->inst,
			    x->o->by == BY_OUTLET ? e->outlet : e->teller);
		rc = logsample_add(x->s, group, rank, pe->text, pe->len);
	}
	return (rc == 0 ? TOOL_OK : logread_trouble(x->r, TOOL_SYSTEM,
	    "内存不足", "out of memory"));
}

/* Write one that was drawn, as JSON. */
static int
show_json(const struct sample *x, const struct logsample_drawn *d)
{
	char hex[2 * SHA256_LEN + 1];
	struct json j;

	hex_encode(hex, d->rank, SHA256_LEN);
	json_begin(&j, x->t->out);
	if (x->o->by != BY_NOTHING)
		json_text(&j, "group", d->group);
	json_u64(&j, "of", d->of);
	json_text(&j, "rank", hex);
	json_raw(&j, "entry", d->text, d->len);
	json_end(&j);
	return (TOOL_OK);
}

/* Write one that was drawn. */
static int
show(void *arg, const struct logsample_drawn *d)
{
	struct sample *x = arg;
	const char *cells[LOGROW_CELLS + 1];
	char group[128];
	size_t i, at, skip = x->o->by == BY_NOTHING;

	if (x->t->json)
		return (show_json(x, d));
	(void)entry_parse(&x->e, d->text, d->len, &at);
	logrow_make(&x->row, &x->e, x->t->language == LK_LANG_ZH);
	(void)snprintf(group, sizeof(group), "%s (%zu)", d->group[0] != '\0' ?
	    d->group : tool_zh(x->t, "（无）", "(none)"), d->of);
	cells[0] = group;
	for (i = 0; i < LOGROW_CELLS; i++)
		cells[i + 1] = x->row.cell[i];
	return (table_row(x->table, &cells[skip]) == 0 ? TOOL_OK :
	    logread_trouble(x->r, TOOL_SYSTEM, "内存不足", "out of memory"));
}

/* Make the table. */
static int
open_table(struct sample *x)
{
	const char *heads[LOGROW_CELLS + 1];
	const char *const *rest;
	size_t i, skip = x->o->by == BY_NOTHING;

	if (x->t->json)
		return (0);
	rest = logrow_heads(x->t->language == LK_LANG_ZH);
	heads[0] = tool_zh(x->t, "分组（总数）", "GROUP (ALL)");
	for (i = 0; i < LOGROW_CELLS; i++)
		heads[i + 1] = rest[i];
	x->table = table_new(x->t->out, LOGROW_CELLS + 1 - skip, &heads[skip]);
	return (x->table != NULL ? 0 : -1);
}

/* Take the head of the newest log, or what it was at an earlier size. */
static int
take_newest(struct sample *x)
{
	size_t last = package_count(x->p);
	struct merkle_source s;

	if (last-- == 0)
		return (logread_trouble(x->r, TOOL_NOINPUT,
		    "没有签名的日志可供抽样", "there is no signed log to draw "
		    "from"));
	x->newest = package_log(x->p, last)->head;
	if (x->o->size == 0)
		return (TOOL_OK);
	if (x->o->size > x->newest.size)
		return (logread_trouble(x->r, TOOL_NO,
		    "%s 只有 %" PRIu64 " 条", "%s has but %" PRIu64 " entries",
		    x->newest.origin, x->newest.size));
	s = tiles_hasher(package_tiles(x->p, last));
	x->newest.size = x->o->size;
	return (merkle_root(x->newest.root, x->o->size, &s) == 0 ? TOOL_OK :
	    logread_damage(x->r, "%s: %s", x->newest.origin,
	    tiles_error(package_tiles(x->p, last))));
}

/* Tell what the sample is drawn from, seeing that the tiles have that root. */
static int
tell_roots(struct sample *x)
{
	const struct package_log *log;
	char hex[2 * MERKLE_LEN + 1];
	uint8_t root[MERKLE_LEN];
	size_t i;
	int rc;

	if ((rc = take_newest(x)) != TOOL_OK)
		return (rc);
	for (i = 0; i < package_count(x->p); i++) {
		log = package_log(x->p, i);
		if (tiles_root(package_tiles(x->p, i), root) != 0)
			return (logread_damage(x->r, "%s: %s", log->name,
			    tiles_error(package_tiles(x->p, i))));
		if (memcmp(root, log->head.root, sizeof(root)) != 0)
			return (logread_damage(x->r, "%s: its tiles have "
			    "another root than its checkpoint",
			    log->head.origin));
		hex_encode(hex, head_of(x, i)->root, MERKLE_LEN);
		if (!x->t->json)
			(void)fprintf(x->t->err, tool_zh(x->t,
			    "抽自 %s，%" PRIu64 " 条，根 %s\n",
			    "drawn from %s, %" PRIu64 " entries, root %s\n"),
			    log->head.origin, head_of(x, i)->size, hex);
	}
	return (TOOL_OK);
}

/* Draw. */
static int
draw(struct sample *x, size_t n)
{
	struct logquery q = { .f = &x->o->filter, .put = put, .arg = x };
	int rc;

	if ((rc = logread_open(x->t, &x->o->place, &x->r)) != ARGS_GO)
		return (rc);
	x->p = logread_package(x->r);
	q.r = x->r;
	if ((x->s = logsample_new(n)) == NULL || open_table(x) != 0)
		rc = logread_trouble(x->r, TOOL_SYSTEM, "内存不足",
		    "out of memory");
	else if ((rc = tell_roots(x)) == TOOL_OK &&
	    (rc = logquery_run(&q)) == TOOL_OK)
		rc = logsample_each(x->s, show, x);
	table_end(x->table);
	logsample_free(x->s);
	return (logread_close(x->r, rc));
}

/* The command. */
static int
run(struct tool *t, int argc, char **argv)
{
	struct options o = { .filter = LOGFILTER_ANY };
	struct sample *x;
	size_t n = 0;
	int rc;

	if ((rc = args_read(t, &o, &argc, argv)) != ARGS_GO ||
	    (rc = logplace_take(t, &o.place, argc, argv, 1, "N", "N")) !=
	    ARGS_GO || (rc = number(t, argv[0], &n)) != ARGS_GO ||
	    (rc = logfilter_take(t, &o.filter)) != ARGS_GO)
		return (rc);
	o.filter.want.no_heartbeats = o.filter.want.kind == LOGWANT_ANY;
	if ((x = calloc(1, sizeof(*x))) == NULL)
		return (tool_fail(t, TOOL_SYSTEM, "内存不足", "out of memory"));
	x->t = t;
	x->o = &o;
	rc = draw(x, n);
	free(x);
	return (rc);
}

const struct command cmd_log_sample = {
	.name = "log sample",
	.synopsis = "N [DIR|URL | --data DIR] [--by WHAT] [--size N] [--kind "
	    "KIND] [--decision WORD] [conditions]",
	.brief = "draw entries that neither side picks (抽样)",
	.text = "Draws N of the entries that qualify, or with --by N of each "
	    "group.  Which ones follows from the root of the log's head alone: "
	    "the branch cannot choose and neither can the auditor, and both can "
	    "draw the same again.  Drawn are those with the smallest\n"
	    "\n"
	    "    rank = SHA-256(root || seq)\n"
	    "\n"
	    "root: the 32 bytes of the root of the log that holds the entry, as "
	    "printed in hex; seq: its number as 8 bytes, big-endian.  In a "
	    "shell:\n"
	    "    printf '%s%016x' ROOT SEQ | xxd -r -p | sha256sum\n"
	    "Entries that no head names yet are not drawn.  An entry that "
	    "several rules hit is in the group of each.\n"
	    "\n"
	    "A log that grows has another root every second: note the size, and "
	    "draw the same again with --size.  Name the moment yourself, or "
	    "take the size that the witness has cosigned, so that the branch "
	    "cannot wait for a root that it likes.  Verify the log first: the "
	    "signature of the head is not looked at here.",
	.args = args,
	.exits = "0  drawn\n1  the log has fewer entries than --size\n"
	    "64 wrong usage\n"
	    "65 the log is damaged or cut: file, place and seq are told\n"
	    "66 there is no signed log\n74 read or write error\n"
	    "77 no right to read it\n",
	.examples = "liangka log sample 20 --decision reject --by outlet\n"
	    "liangka log sample 5 /mnt/usb/log --by teller --since "
	    "2026-11-01 --json\n",
	.run = run,
};
