#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "engine/category.h"
#include "engine/day.h"
#include "lists/import.h"
#include "plugin.h"

#include "json.h"
#include "listcmd.h"
#include "secret.h"
#include "tool.h"

/* Find a list, or say which there are. */
const struct centre_list *
listcmd_list(const struct tool *t, const struct centre *c, const char *id)
{
	const struct centre_list *list = centre_list(c, id);
	char all[CENTRE_LISTS_MAX * 26];
	size_t i, n = 0;

	if (list != NULL)
		return (list);
	all[0] = '\0';
	for (i = 0; i < c->nlists; i++)
		n += (size_t)snprintf(&all[n], sizeof(all) - n, "%s%s",
		    i > 0 ? ", " : "", c->list[i].id);
	(void)tool_fail(t, TOOL_USAGE, "没有名单“%s”；现有：%s",
	    "there is no list \"%s\"; there are %s", id, all);
	return (NULL);
}

/* Open a list. */
int
listcmd_open(const struct tool *t, const struct registers_by *by,
    const char *id, int write, struct listcmd *l)
{
	char err[CENTRE_ERROR_MAX];
	int rc;

	memset(l, 0, sizeof(*l));
	if ((rc = registers_open(t, by, write, &l->c)) != ARGS_GO)
		return (rc);
	if ((l->list = listcmd_list(t, &l->c, id)) == NULL)
		rc = TOOL_USAGE;
	else if ((l->keys = centre_tokens(&l->c, t->now_ms() / 1000, err)) ==
	    NULL)
		rc = tool_fail(t, TOOL_CONFIG, "%s", "%s", err);
	else if ((l->ledger = ledger_open(&l->c, id,
	    token_keys_epoch(l->keys, 0), err)) == NULL)
		rc = tool_fail(t, TOOL_IO, "%s", "%s", err);
	if (rc != ARGS_GO)
		listcmd_close(l);
	return (rc);
}

/* Close it. */
void
listcmd_close(struct listcmd *l)
{

	ledger_close(l->ledger);
	token_keys_free(l->keys);
	centre_close(&l->c);
}

/* Read the number. */
int
listcmd_ask(struct tool *t, struct listcmd_whom *w)
{
	int rc;

	if (w->serial != 0)
		return (strcmp(w->id_no, LISTCMD_NOT_GIVEN) == 0 ? ARGS_GO :
		    tool_fail(t, TOOL_USAGE, "--serial 与 --id-no 只能给出其一",
		    "give --serial or --id-no, not both"));
	if (strcmp(w->id_no, LISTCMD_NOT_GIVEN) == 0 && (rc = secret_read(t,
	    "id-no", w->id_no, sizeof(w->id_no))) != ARGS_GO)
		return (rc);
	return (ARGS_GO);
}

/* Make the token of a number. */
int
listcmd_token(const struct tool *t, struct listcmd_whom *w,
    uint32_t subject, const struct token_keys *keys, struct token *token)
{
	struct import_document d = { .subject = subject, .id_type =
		w->id_type != 0 ? w->id_type : LK_ID_RESIDENT,
		.country = w->id_country };
	char why[IMPORT_WHY_MAX];
	int rc;

	rc = import_token(token, &d, w->id_no, strlen(w->id_no), keys,
	    day_of(t->now_ms() / 1000), t->language != LK_LANG_ZH, why);
	explicit_bzero(w->id_no, sizeof(w->id_no));
	return (rc == IMPORT_FINE ? ARGS_GO : tool_fail(t, TOOL_DATA, "%s",
	    "%s", why));
}

/* Find what is meant. */
int
listcmd_find(const struct tool *t, const struct listcmd *l,
    struct listcmd_whom *w, struct token *token)
{
	struct ledger_entry e;

	if (w->serial == 0)
		return (listcmd_token(t, w, l->list->subject, l->keys, token));
	if (ledger_serial(l->ledger, w->serial, &e) == 0)
		return (tool_fail(t, TOOL_DATA, "名单 %s 没有序号 %llu",
		    "list %s has no serial number %llu", l->list->id,
		    (unsigned long long)w->serial));
	*token = e.token;
	return (ARGS_GO);
}

/* Say that a word is not known, and which are. */
static int
unknown(const struct tool *t, const char *option, const char *word,
    const char *(*name)(int), int n)
{
	char all[512];
	size_t len = 0;
	int i;

	all[0] = '\0';
	for (i = 1; i < n; i++)
		len += (size_t)snprintf(&all[len], sizeof(all) - len, "%s%s",
		    i > 1 ? ", " : "", name(i));
	return (tool_fail(t, TOOL_USAGE, "--%s：没有“%s”；可用：%s",
	    "--%s: there is no \"%s\"; it takes one of %s", option, word, all));
}

/* Read a category. */
int
listcmd_category(const struct tool *t, const char *word, int *v)
{

	*v = word != NULL ? import_category(word, strlen(word)) : 0;
	return (word == NULL || *v != 0 ? ARGS_GO : unknown(t, "category", word,
	    category_name, CATEGORIES));
}

/* Read a legal basis. */
int
listcmd_basis(const struct tool *t, const char *word, int *v)
{

	*v = word != NULL ? import_basis(word, strlen(word)) : 0;
	return (word == NULL || *v != 0 ? ARGS_GO : unknown(t, "basis", word,
	    basis_name, BASES));
}

/* Can this be a reason? */
int
listcmd_reason(const struct tool *t, const char *reason)
{

	return (registers_line(t, "reason", reason, REGISTERS_WHY_MAX));
}

/* Write a text to the journal. */
static int
say(const struct tool *t, struct centre *c, const struct registers_by *by,
    const char *what, const char *why)
{
	char err[CENTRE_ERROR_MAX];

	if (centre_say(c, t->now_ms() / 1000, by->who, what, why, err) == 0)
		return (ARGS_GO);
	return (tool_fail(t, TOOL_IO, "%s", "%s", err));
}

/* Write to the journal. */
int
listcmd_say(const struct tool *t, struct centre *c,
    const struct registers_by *by, const char *why, const char *format, ...)
{
	char what[512];
	va_list ap;

	va_start(ap, format);
	(void)vsnprintf(what, sizeof(what), format, ap);
	va_end(ap);
	return (say(t, c, by, what, why));
}

/* Write to the journal, then to the ledger. */
int
listcmd_commit(const struct tool *t, struct listcmd *l,
    const struct registers_by *by, const char *why, const char *format, ...)
{
	char what[512], undone[540], err[CENTRE_ERROR_MAX];
	va_list ap;
	int rc;

	va_start(ap, format);
	(void)vsnprintf(what, sizeof(what), format, ap);
	va_end(ap);
	if ((rc = say(t, &l->c, by, what, why)) != ARGS_GO)
		return (rc);
	if (ledger_commit(l->ledger, err) == 0)
		return (ARGS_GO);
	(void)snprintf(undone, sizeof(undone), "not done: %s", what);
	(void)say(t, &l->c, by, undone, err);
	return (tool_fail(t, TOOL_IO, "%s", "%s", err));
}

/* The state of an action. */
int
listcmd_state(const struct ledger_entry *e, int32_t day)
{

	if (e->action == LEDGER_REMOVE)
		return (LISTCMD_REMOVED);
	if (e->action == LEDGER_CLEAR)
		return (LISTCMD_CLEARED);
	if (e->until != 0 && e->until < day)
		return (LISTCMD_OVER);
	return (e->from > day ? LISTCMD_AHEAD : LISTCMD_IN_FORCE);
}

static const char *const states[][3] = {
	[LISTCMD_IN_FORCE] = { "in_force", "有效", "in force" },
	[LISTCMD_AHEAD] = { "ahead", "尚未生效", "not yet" },
	[LISTCMD_OVER] = { "over", "已期满", "over" },
	[LISTCMD_REMOVED] = { "removed", "已移出", "removed" },
	[LISTCMD_CLEARED] = { "cleared", "申诉撤销", "cleared on appeal" },
	[LISTCMD_PAST] = { "past", "以往", "past" },
};

/* For people. */
const char *
listcmd_state_text(const struct tool *t, int state)
{

	return (states[state][t->language == LK_LANG_ZH ? 1 : 2]);
}

/* For programs. */
const char *
listcmd_state_word(int state)
{

	return (states[state][0]);
}

/* A day. */
const char *
listcmd_day(int32_t day, char buf[16])
{

	if (day == 0)
		return ("-");
	day_print(buf, day);
	return (buf);
}

/* A day in JSON. */
static void
json_day(struct json *j, const char *key, int32_t day)
{
	char buf[16];

	json_text(j, key, day != 0 ? listcmd_day(day, buf) : NULL);
}

/* An action in JSON. */
void
listcmd_json(struct json *j, const char *list, const struct ledger_entry *e,
    int state)
{
	static const char *const actions[] = { "", "add", "remove", "clear" };

	json_text(j, "list", list);
	json_u64(j, "serial", e->serial);
	json_time(j, "time", e->t * 1000);
	json_text(j, "action", actions[e->action]);
	if (state >= 0)
		json_text(j, "state", listcmd_state_word(state));
	if (e->action == LEDGER_ADD) {
		json_text(j, "category", category_name(e->category));
		json_text(j, "basis", basis_name(e->basis));
		json_day(j, "from", e->from);
		json_day(j, "until", e->until);
	}
	json_text(j, "case", e->case_no);
	json_text(j, "who", e->who);
	json_text(j, "reason", e->why);
}
