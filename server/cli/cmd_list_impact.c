#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/category.h"
#include "plugin.h"
#include "store/entry.h"
#include "store/subject.h"

#include "command.h"
#include "json.h"
#include "listcmd.h"
#include "logplace.h"
#include "logread.h"
#include "moment.h"
#include "table.h"

#define COLUMNS 10
#define PLACES 64

struct options {
	struct registers_by by;
	struct listcmd_whom whom;
	const char *reason;
};

static const struct arg args[] = {
	REGISTERS_DIR_ARG(struct options, by),
	LISTCMD_NUMBER_ARGS(struct options, whom),
	REGISTERS_WHO_ARG(struct options, by, ARG_REQUIRED),
	LISTCMD_REASON_ARG(struct options, reason, ARG_REQUIRED),
	ARG_END
};

/* One search. */
struct impact {
	const struct tool *t;
	const char *list;
	uint32_t epoch;
	struct token token;
	char hex[TOKEN_HEX_LEN + 1];
	const char *place;	/* being read */
	struct table *table;
	struct entry e;
	uint64_t total, decision[LK_REJECT + 1], retro;
};

/* How an entry is touched. */
struct touch {
	const char *zh, *en;
	int category;
};

/* Is this the token, in the epoch of the list? */
static int
is(const struct impact *m, const struct token *t)
{

	return (m->e.list_epoch == m->epoch && token_equal(t, &m->token));
}

/* Does the entry at hand name the token by the list?  Return 1 with *how. */
static int
touched(const struct impact *m, struct touch *how)
{
	const struct entry *e = &m->e;

	how->category = subject_listed(e->listed, m->list);
	if (is(m, &e->lperson)) {
		how->zh = "本人";
		how->en = "applicant";
	} else if (is(m, &e->lphone)) {
		how->zh = "电话";
		how->en = "phone";
	} else if (is(m, &e->lcard)) {
		how->zh = "卡片账户";
		how->en = "card";
	} else if (is(m, &e->lagent)) {
		how->zh = "代办人";
		how->en = "agent";
		how->category = subject_listed(e->agent_listed, m->list);
	} else
		return (0);
	return (how->category != 0 || (e->kind == ENTRY_RETRO &&
	    strcmp(e->list, m->list) == 0));
}

/* What came of it, in one word. */
static const char *
outcome(const struct impact *m, int zh)
{
	const struct entry *e = &m->e;
	const char *s;

	s = e->kind == ENTRY_DECISION ? words_name(words_decision, e->decision,
	    zh) : e->kind == ENTRY_RETRO ? words_name(words_retro, e->code, zh) :
	    words_name(words_kind, e->kind, zh);
	return (s != NULL ? s : "");
}

/* Write it as JSON. */
static void
put_json(const struct impact *m, const struct touch *how)
{
	const struct entry *e = &m->e;
	struct json j;

	json_begin(&j, m->t->out);
	json_text(&j, "place", m->place);
	json_u64(&j, "seq", e->seq);
	json_time(&j, "time", e->t);
	json_text(&j, "kind", entry_kind_name(e->kind));
	json_text(&j, "as", how->en);
	json_text(&j, "list", m->list);
	json_text(&j, "category", category_name(how->category));
	json_u64(&j, "list_version", e->list_version);
	json_text(&j, "outcome", outcome(m, 0));
	json_text(&j, "reason", e->reason);
	json_text(&j, "inst", e->inst);
	json_text(&j, "outlet", e->outlet);
	json_text(&j, "teller", e->teller);
	json_text(&j, "product", words_name(words_product, e->product, 0));
	json_u64(&j, "ref", e->ref);
	json_end(&j);
}

/* Write it as a row. */
static int
put_row(const struct impact *m, const struct touch *how)
{
	int zh = m->t->language == LK_LANG_ZH;
	const char *cells[COLUMNS], *product;
	char when[MOMENT_SIZE], seq[24], match[96];

	product = words_name(words_product, m->e.product, zh);
	(void)snprintf(seq, sizeof(seq), "%" PRIu64, m->e.seq);
	(void)snprintf(match, sizeof(match), "%s", category_text(how->category,
	    !zh));
	cells[0] = moment_short(m->e.t, when);
	cells[1] = seq;
	cells[2] = m->e.inst;
	cells[3] = m->e.outlet;
	cells[4] = m->e.teller;
	cells[5] = product != NULL ? product : "";
	cells[6] = outcome(m, zh);
	cells[7] = m->e.reason;
	cells[8] = zh ? how->zh : how->en;
	cells[9] = match;
	return (table_row(m->table, cells) == 0 ? 0 : TOOL_SYSTEM);
}

/* Look at one entry of a journal. */
static int
look(void *arg, const struct package_entry *pe)
{
	struct impact *m = arg;
	struct touch how;
	size_t at;

	if (memmem(pe->text, pe->len, m->hex, TOKEN_HEX_LEN) == NULL ||
	    entry_parse(&m->e, pe->text, pe->len, &at) != 0 ||
	    !touched(m, &how))
		return (0);
	m->total++;
	if (m->e.kind == ENTRY_RETRO)
		m->retro++;
	else if (m->e.kind == ENTRY_DECISION && m->e.decision >= 0 &&
	    m->e.decision <= LK_REJECT)
		m->decision[m->e.decision]++;
	if (!m->t->json)
		return (put_row(m, &how));
	put_json(m, &how);
	return (0);
}

/* Read one journal. */
static int
read_place(struct impact *m, char *where)
{
	static const char *const en[COLUMNS] = { "TIME (UTC+8)", "SEQ", "INST",
		"OUTLET", "TELLER", "PRODUCT", "OUTCOME", "REASON", "AS",
		"LISTED AS" };
	static const char *const zh[COLUMNS] = { "时间（北京）", "序号", "机构",
		"网点", "柜员", "业务", "结果", "原因", "身份", "名单类别" };
	struct logplace p = { .data = NULL };
	struct logread *r;
	char *operand[2] = { where, NULL };
	int rc;

	if ((rc = logplace_take(m->t, &p, 1, operand, 0, "", "")) != ARGS_GO ||
	    (rc = logread_open(m->t, &p, &r)) != ARGS_GO)
		return (rc);
	m->place = where;
	if (!m->t->json && (m->table = table_new(m->t->out, COLUMNS,
	    m->t->language == LK_LANG_ZH ? zh : en)) == NULL)
		return (logread_close(r, tool_fail(m->t, TOOL_SYSTEM,
		    "内存不足", "out of memory")));
	rc = logread_each(r, 0, look, m);
	table_end(m->table);
	m->table = NULL;
	return (logread_close(r, rc));
}

/* Say how much it was. */
static void
tell(const struct impact *m, uint64_t serial)
{
	const struct tool *t = m->t;
	char entry[64];
	int zh = t->language == LK_LANG_ZH, i, more = 0;

	(void)snprintf(entry, sizeof(entry), "%s", m->list);
	if (serial != 0)
		(void)snprintf(entry, sizeof(entry), "%s/%" PRIu64, m->list,
		    serial);
	(void)fprintf(t->out, tool_zh(t, "%s：共影响 %" PRIu64 " 条记录",
	    "%s: %" PRIu64 " entries touched"), entry, m->total);
	for (i = 0; i <= LK_REJECT; i++)
		if (m->decision[i] > 0)
			(void)fprintf(t->out, "%s%s %" PRIu64, more++ ?
			    tool_zh(t, "、", ", ") :
			    tool_zh(t, "：", ": "), words_name(words_decision,
			    i, zh), m->decision[i]);
	if (m->retro > 0)
		(void)fprintf(t->out, tool_zh(t, "%s事后回查 %" PRIu64,
		    "%sretro-hits and clears %" PRIu64), more ?
		    tool_zh(t, "、", ", ") :
		    tool_zh(t, "：", ": "), m->retro);
	(void)fputs(tool_zh(t, "。\n", ".\n"), t->out);
}

/* Take LIST/SERIAL apart. */
static int
entry_named(const struct tool *t, char *text, struct listcmd_whom *w)
{
	char *slash = strchr(text, '/'), *end;

	if (slash == NULL)
		return (ARGS_GO);
	*slash = '\0';
	w->serial = strtoull(&slash[1], &end, 10);
	if (slash[1] >= '1' && slash[1] <= '9' && *end == '\0' &&
	    w->serial <= INT64_MAX)
		return (ARGS_GO);
	return (tool_fail(t, TOOL_USAGE, "“%s/%s”应写作 名单/序号，如 sanction/118",
	    "\"%s/%s\" should be LIST/SERIAL, e.g. sanction/118", text,
	    &slash[1]));
}

/* Find the token and say so in the centre's journal. */
static int
prepare(const struct tool *t, struct options *o, const char *list,
    struct impact *m)
{
	struct listcmd l;
	int rc;

	if ((rc = listcmd_open(t, &o->by, list, 1, &l)) != ARGS_GO)
		return (rc);
	m->epoch = token_keys_epoch(l.keys, 0);
	rc = listcmd_find(t, &l, &o->whom, &m->token);
	token_hex(&m->token, m->hex);
	if (rc == ARGS_GO)
		rc = listcmd_say(t, &l.c, &o->by, o->reason, "list impact %s, "
		    "token %s", list, m->hex);
	listcmd_close(&l);
	return (rc);
}

/* The command. */
static int
run(struct tool *t, int argc, char **argv)
{
	struct options o = { .whom = LISTCMD_NOBODY };
	struct impact *m = NULL;
	int i, rc;

	if ((rc = args_read(t, &o, &argc, argv)) != ARGS_GO ||
	    (rc = args_operands(t, argc, argv, 2, PLACES,
	    "条目（名单/序号）与至少一处日志（目录或地址）",
	    "an entry (LIST/SERIAL) and at least one journal (DIR or URL)")) !=
	    ARGS_GO || (rc = listcmd_reason(t, o.reason)) != ARGS_GO ||
	    (rc = entry_named(t, argv[0], &o.whom)) != ARGS_GO ||
	    (rc = listcmd_ask(t, &o.whom)) != ARGS_GO)
		goto out;
	if ((m = calloc(1, sizeof(*m))) == NULL) {
		rc = tool_fail(t, TOOL_SYSTEM, "内存不足", "out of memory");
		goto out;
	}
	m->t = t;
	m->list = argv[0];
	rc = prepare(t, &o, argv[0], m);
	for (i = 1; i < argc && (rc == ARGS_GO || rc == TOOL_OK); i++) {
		if (argc > 2 && !t->json)
			(void)fprintf(t->out, "== %s\n", argv[i]);
		rc = read_place(m, argv[i]);
	}
	if (rc == TOOL_OK && !t->json)
		tell(m, o.whom.serial);
	if (rc == TOOL_OK && m->total == 0)
		rc = TOOL_NO;
	free(m);
out:
	explicit_bzero(o.whom.id_no, sizeof(o.whom.id_no));
	return (rc);
}

const struct command cmd_list_impact = {
	.name = "list impact",
	.synopsis = "LIST/SERIAL DIR|URL ... --dir DIR --who NAME --reason TEXT | "
	    "LIST --id-no - DIR|URL ... --dir DIR --who NAME --reason TEXT",
	.brief = "every decision that an entry touched (条目影响)",
	.text = "Reads journals of nodes (data directories, copies of log/, or "
	    "their addresses) and shows every decision in which the person, "
	    "card or phone of an entry was matched on that list: as the "
	    "applicant, as an agent, by the contact phone, by the card; and "
	    "the retro-hits that were reported later.\n"
	    "\n"
	    "This is what has to be looked at when an entry was wrong: who was "
	    "refused for it, where, and by which product.  It is recorded in "
	    "the centre's journal.  A journal is read as it stands; \"log "
	    "verify\" tells whether it is whole.",
	.args = args,
	.exits = "0  shown\n1  no entry was touched\n" LISTCMD_EXITS,
	.examples = "liangka list impact sanction/118 /mnt/b017/log /mnt/b018/log "
	    "--dir /srv/centre --who li --reason \"appeal A-2026-0007\"\n"
	    "liangka list impact phones --id-no - https://b017.example/log --dir "
	    "/srv/centre --who li --reason \"wrong number\" --json\n",
	.run = run,
};
