#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "engine/category.h"
#include "plugin.h"

#include "command.h"
#include "json.h"
#include "listcmd.h"
#include "moment.h"
#include "table.h"
#include "words.h"

#define COLUMNS 8

struct options {
	struct registers_by by;
	struct listcmd_whom whom;
	const char *category, *basis, *case_no, *reason;
	int32_t all, person, card, phone;
};

#define FLAG(name, help, member)					\
	{ name, ARG_FLAG, 0, NULL, help, NULL, 0, 0,			\
	    ARG_AT(struct options, member) }

static const struct arg args[] = {
	REGISTERS_DIR_ARG(struct options, by),
	{ "category", ARG_STRING, 0, "WORD", "only this category (类别)", NULL, 0,
	    0, ARG_AT(struct options, category) },
	{ "basis", ARG_STRING, 0, "WORD", "only this legal basis (法律依据)", NULL,
	    0, 0, ARG_AT(struct options, basis) },
	{ "case", ARG_STRING, 0, "TEXT", "only this case number (案号); brackets, "
	    "blanks and width do not matter", NULL, 0, 0,
	    ARG_AT(struct options, case_no) },
	FLAG("all", "every action ever taken, also what is over, removed or "
	    "still to come", all),
	LISTCMD_SERIAL_ARG(struct options, whom),
	FLAG("person", "one person, by the number: all that was done, on every "
	    "list or on LIST", person),
	FLAG("card", "one card or account, ditto", card),
	FLAG("phone", "one phone number, ditto", phone),
	LISTCMD_NUMBER_ARGS(struct options, whom),
	REGISTERS_WHO_ARG(struct options, by, 0),
	LISTCMD_REASON_ARG(struct options, reason, 0),
	ARG_END
};

/* One showing. */
struct showing {
	const struct tool *t;
	const struct options *o;
	const char *list;
	struct ledger *ledger;
	int category, basis;
	int32_t day;
	int standing;		/* what is shown stands on the list */
	struct table *table;
	uint64_t shown;
};

/* The state of an action: behind which others came, it is history. */
static int
state_of(const struct showing *s, const struct ledger_entry *e)
{
	struct ledger_entry last;

	if (!s->standing && ledger_find(s->ledger, &e->token, &last) &&
	    last.serial > e->serial)
		return (LISTCMD_PAST);
	return (listcmd_state(e, s->day));
}

/* Begin the table. */
static int
head(struct showing *s)
{
	static const char *const en[COLUMNS] = { "ENTRY", "CATEGORY", "BASIS",
		"CASE", "FROM", "UNTIL", "STATE", "WHO, WHEN, WHY" };
	static const char *const zh[COLUMNS] = { "条目", "类别", "法律依据", "案号",
		"起始", "截止", "状态", "经办、时间、事由" };

	if (s->t->json || s->table != NULL)
		return (ARGS_GO);
	s->table = table_new(s->t->out, COLUMNS, s->t->language == LK_LANG_ZH ?
	    zh : en);
	return (s->table != NULL ? ARGS_GO : tool_fail(s->t, TOOL_SYSTEM,
	    "内存不足", "out of memory"));
}

/* Write one action. */
static int
put(void *arg, const struct ledger_entry *e)
{
	struct showing *s = arg;
	char id[64], from[16], until[16], when[MOMENT_SIZE], who[320];
	const char *cells[COLUMNS];
	int english = s->t->language != LK_LANG_ZH, state = state_of(s, e);
	struct json j;

	if ((s->category != 0 && e->category != s->category) ||
	    (s->basis != 0 && e->basis != s->basis) || (s->o->case_no != NULL &&
	    !ledger_case_same(e->case_no, s->o->case_no)))
		return (0);
	s->shown++;
	if (s->t->json) {
		json_begin(&j, s->t->out);
		listcmd_json(&j, s->list, e, state);
		json_end(&j);
		return (0);
	}
	(void)snprintf(id, sizeof(id), "%s/%" PRIu64, s->list, e->serial);
	(void)snprintf(who, sizeof(who), "%s, %s, %s", e->who,
	    moment_short(e->t * 1000, when), e->why);
	cells[0] = id;
	cells[1] = e->action == LEDGER_ADD ? category_text(e->category,
	    english) : "";
	cells[2] = basis_name(e->basis);
	cells[3] = e->case_no;
	cells[4] = e->action == LEDGER_ADD ? listcmd_day(e->from, from) : "";
	cells[5] = e->action == LEDGER_ADD ? listcmd_day(e->until, until) : "";
	cells[6] = listcmd_state_text(s->t, state);
	cells[7] = who;
	return (table_row(s->table, cells) == 0 ? 0 : tool_fail(s->t,
	    TOOL_SYSTEM, "内存不足", "out of memory"));
}

/* Every action there is. */
static int
put_all(struct showing *s)
{
	struct ledger_entry e;
	uint64_t i;
	int rc = 0;

	for (i = 1; rc == 0 && ledger_serial(s->ledger, i, &e); i++)
		rc = put(s, &e);
	return (rc);
}

/* What stands on one list. */
static int
show_list(struct showing *s, const struct listcmd *l)
{
	struct ledger_entry e;
	int rc;

	s->list = l->list->id;
	s->ledger = l->ledger;
	if ((rc = head(s)) != ARGS_GO)
		return (rc);
	if (s->o->whom.serial != 0) {
		if (!ledger_serial(l->ledger, s->o->whom.serial, &e))
			return (TOOL_OK);
		return (ledger_history(l->ledger, &e.token, put, s));
	}
	if (s->o->all)
		return (put_all(s));
	s->standing = 1;
	return (ledger_each(l->ledger, s->day, put, s));
}

/* How much stands on each list. */
static int
count(void *arg, const struct ledger_entry *e)
{
	uint64_t *n = arg;

	n[e->action == LEDGER_CLEAR]++;
	return (0);
}

/* All lists, a line each. */
static int
overview(struct showing *s, const struct registers_by *by,
    const struct centre *c)
{
	static const char *const en[] = { "LIST", "TITLE", "SUBJECT",
		"IN FORCE", "CLEARED", "ACTIONS" };
	static const char *const zh[] = { "名单", "名称", "对象", "有效条目",
		"申诉撤销", "操作次数" };
	static const char *const words[] = { "person", "card", "phone" };
	static const char *const hanzi[] = { "个人", "卡片账户", "电话" };
	const struct tool *t = s->t;
	int chinese = t->language == LK_LANG_ZH, rc = TOOL_OK;
	char cell[3][24];
	const char *cells[6];
	struct table *table = NULL;
	struct listcmd l;
	struct json j;
	uint64_t n[2];
	size_t i;

	if (!t->json && (table = table_new(t->out, 6, chinese ? zh : en)) ==
	    NULL)
		return (tool_fail(t, TOOL_SYSTEM, "内存不足", "out of memory"));
	for (i = 0; i < c->nlists && rc == TOOL_OK; i++) {
		if ((rc = listcmd_open(t, by, c->list[i].id, 0, &l)) != ARGS_GO)
			break;
		n[0] = n[1] = 0;
		rc = ledger_each(l.ledger, s->day, count, n);
		(void)snprintf(cell[0], 24, "%" PRIu64, n[0]);
		(void)snprintf(cell[1], 24, "%" PRIu64, n[1]);
		(void)snprintf(cell[2], 24, "%" PRIu64, ledger_count(l.ledger));
		cells[0] = l.list->id;
		cells[1] = chinese ? l.list->title_zh : l.list->title_en;
		cells[2] = (chinese ? hanzi : words)[l.list->subject];
		cells[3] = cell[0];
		cells[4] = cell[1];
		cells[5] = cell[2];
		if (t->json) {
			json_begin(&j, t->out);
			json_text(&j, "list", l.list->id);
			json_text(&j, "title_zh", l.list->title_zh);
			json_text(&j, "title_en", l.list->title_en);
			json_text(&j, "subject", words[l.list->subject]);
			json_u64(&j, "in_force", n[0]);
			json_u64(&j, "cleared", n[1]);
			json_u64(&j, "actions", ledger_count(l.ledger));
			json_end(&j);
		} else if (table_row(table, cells) != 0)
			rc = tool_fail(t, TOOL_SYSTEM, "内存不足",
			    "out of memory");
		listcmd_close(&l);
	}
	table_end(table);
	return (rc == ARGS_GO ? TOOL_OK : rc);
}

/* The whole history of one number on one list. */
static int
history(struct showing *s, struct ledger *ledger, const char *list,
    const struct token *token)
{

	s->list = list;
	s->ledger = ledger;
	return (ledger_history(ledger, token, put, s));
}

/* One number, on every list of its kind.  The look-up is recorded first. */
static int
look_up(struct showing *s, struct options *o, struct centre *c,
    const char *only)
{
	uint32_t subject = o->card ? LIST_CARD : o->phone ? LIST_PHONE :
	    LIST_PERSON;
	const struct tool *t = s->t;
	struct token_keys *keys;
	struct ledger *ledger;
	char err[CENTRE_ERROR_MAX], hex[TOKEN_HEX_LEN + 1];
	struct token token;
	size_t i;
	int rc;

	if ((keys = centre_tokens(c, t->now_ms() / 1000, err)) == NULL)
		return (tool_fail(t, TOOL_CONFIG, "%s", "%s", err));
	rc = listcmd_token(t, &o->whom, subject, keys, &token);
	token_hex(&token, hex);
	if (rc == ARGS_GO && (rc = listcmd_say(t, c, &o->by, o->reason,
	    "list show --%s, token %s", subject == LIST_CARD ? "card" :
	    subject == LIST_PHONE ? "phone" : "person", hex)) == ARGS_GO)
		rc = head(s);
	for (i = 0; i < c->nlists && (rc == ARGS_GO || rc == 0); i++) {
		if (c->list[i].subject != subject || (only != NULL &&
		    strcmp(only, c->list[i].id) != 0))
			continue;
		if ((ledger = ledger_open(c, c->list[i].id,
		    token_keys_epoch(keys, 0), err)) == NULL) {
			rc = tool_fail(t, TOOL_IO, "%s", "%s", err);
			break;
		}
		rc = history(s, ledger, c->list[i].id, &token);
		ledger_close(ledger);
	}
	token_keys_free(keys);
	return (rc == ARGS_GO ? TOOL_OK : rc);
}

/* See that the options fit each other. */
static int
fits(const struct tool *t, const struct options *o, int one, int argc)
{

	if (o->person + o->card + o->phone > 1)
		return (tool_fail(t, TOOL_USAGE,
		    "--person、--card、--phone 只能给出其一",
		    "give one of --person, --card and --phone"));
	if (!one && strcmp(o->whom.id_no, LISTCMD_NOT_GIVEN) != 0)
		return (tool_fail(t, TOOL_USAGE,
		    "--id-no 须与 --person、--card 或 --phone 同用",
		    "--id-no goes with --person, --card or --phone"));
	if (one && (o->by.who == NULL || o->reason == NULL))
		return (tool_fail(t, TOOL_USAGE,
		    "按号码查询须有 --who 与 --reason，并记入中心日志",
		    "a look-up by number needs --who and --reason: it is "
		    "recorded"));
	if (o->whom.serial != 0 && (one || argc == 0))
		return (tool_fail(t, TOOL_USAGE, "--serial 须与一个名单同用",
		    "--serial goes with a list"));
	return (one ? listcmd_reason(t, o->reason) : ARGS_GO);
}

/* Show what was asked for. */
static int
show(struct tool *t, struct options *o, struct showing *s, int one,
    const char *list)
{
	struct listcmd l;
	struct centre c;
	int rc;

	if (!one && list != NULL) {
		if ((rc = listcmd_open(t, &o->by, list, 0, &l)) != ARGS_GO)
			return (rc);
		rc = show_list(s, &l);
		listcmd_close(&l);
		return (rc);
	}
	if (one && (rc = listcmd_ask(t, &o->whom)) != ARGS_GO)
		return (rc);
	if ((rc = registers_open(t, &o->by, one, &c)) != ARGS_GO)
		return (rc);
	if (list != NULL && listcmd_list(t, &c, list) == NULL)
		rc = TOOL_USAGE;
	else
		rc = one ? look_up(s, o, &c, list) : overview(s, &o->by, &c);
	centre_close(&c);
	return (rc);
}

/* The command. */
static int
run(struct tool *t, int argc, char **argv)
{
	struct options o = { .whom = LISTCMD_NOBODY };
	struct showing s = { .t = t, .o = &o, .day = registers_today(t) };
	int rc, one;

	rc = args_read(t, &o, &argc, argv);
	one = o.person || o.card || o.phone;
	if (rc == ARGS_GO && (rc = args_operands(t, argc, argv, 0, 1, "名单",
	    "a list")) == ARGS_GO && (rc = fits(t, &o, one, argc)) ==
	    ARGS_GO && (rc = listcmd_category(t, o.category, &s.category)) ==
	    ARGS_GO && (rc = listcmd_basis(t, o.basis, &s.basis)) == ARGS_GO)
		rc = show(t, &o, &s, one, argc > 0 ? argv[0] : NULL);
	explicit_bzero(o.whom.id_no, sizeof(o.whom.id_no));
	table_end(s.table);
	if (rc == TOOL_OK && s.shown == 0 && (one || argc > 0))
		return (tool_fail(t, TOOL_NO, "没有符合的条目",
		    "there is no such entry"));
	return (rc);
}

const struct command cmd_list_show = {
	.name = "list show",
	.synopsis = "[LIST] --dir DIR [--serial N | --all | --category WORD | "
	    "--basis WORD | --case TEXT] | --person --id-no - --who NAME "
	    "--reason TEXT [options]",
	.brief = "what stands on the centre's lists (查看名单)",
	.text = "Without LIST: all lists and how much stands on each.  With LIST: "
	    "its entries in force, or with --all every action.  --serial shows "
	    "all that was done to the person, card or phone of one entry.\n"
	    "\n"
	    "--person, --card or --phone asks for a number and shows its whole "
	    "history on every list of that kind: who listed it, on what "
	    "grounds, who removed or cleared it.  Such a look-up is recorded "
	    "in the centre's journal first.\n"
	    "\n"
	    "What the centre wants is not yet what branches have: see \"list "
	    "diff\".",
	.args = args,
	.exits = "0  shown\n1  there is no such entry\n" LISTCMD_EXITS,
	.examples = "liangka list show --dir /srv/centre\n"
	    "liangka list show sanction --dir /srv/centre --category found\n"
	    "liangka list show --person --id-no - --dir /srv/centre --who li "
	    "--reason \"complaint 2026-118\" --json\n",
	.run = run,
};
