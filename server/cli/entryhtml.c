#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

#include "store/entry.h"

#include "entryhtml.h"
#include "html.h"
#include "logrow.h"
#include "moment.h"
#include "words.h"

#define CELL 2048

/* Begin a table. */
void
entryhtml_begin(FILE *f)
{
	static const char *const heads[] = { "时间 Time", "记录 Entry",
		"事项 What", "经手 By", "说明 Details" };

	html_table(f, 5, heads);
}

/* Add to a cell, with a comma where something stands before. */
static void __attribute__((format(printf, 2, 3)))
add(char cell[CELL], const char *fmt, ...)
{
	size_t n = strlen(cell);
	va_list ap;

	if (n > 0 && n + 3 < CELL) {
		memcpy(&cell[n], ", ", 3);
		n += 2;
	}
	va_start(ap, fmt);
	(void)vsnprintf(&cell[n], CELL - n, fmt, ap);
	va_end(ap);
}

/* What an entry says, and what came of it. */
static void
what(char cell[CELL], const struct entry *e)
{
	char zh[LOGROW_CELL] = "", en[LOGROW_CELL] = "";
	const char *a = words_name(words_kind, e->kind, 1);
	const char *b = words_name(words_kind, e->kind, 0);

	logrow_outcome(zh, e, 1);
	logrow_outcome(en, e, 0);
	(void)snprintf(cell, CELL, "%s%s%s\n%s%s%s", a != NULL ? a : "?",
	    zh[0] != '\0' ? "：" : "", zh, b != NULL ? b : "?",
	    en[0] != '\0' ? ": " : "", en);
}

/* Who did it. */
static void
who(char cell[CELL], const struct entry *e)
{

	if (e->decided_by[0] != '\0')
		add(cell, "%s", e->decided_by);
	if (e->teller[0] != '\0')
		add(cell, "%s", e->teller);
	if (e->second[0] != '\0')
		add(cell, "%s", e->second);
	if (e->inst[0] != '\0')
		add(cell, "%s %s", e->inst, e->outlet);
	if (e->origin[0] != '\0')
		add(cell, "%s", e->origin);
	if (e->from[0] != '\0' && e->from_seq != 0)
		add(cell, "节点 node %s: %" PRIu64, e->from, e->from_seq);
	else if (e->from[0] != '\0')
		add(cell, "节点 node %s", e->from);
}

/* The word for what the node above said. */
static const char *
above_word(const struct entry *e, int zh)
{
	const char *s = words_name(words_decision, e->up_decision, zh);

	return (s != NULL ? s : "?");
}

/* The rest of it. */
static void
details(char cell[CELL], const struct entry *e)
{
	char zh[256], en[256], time[MOMENT_SIZE];
	const char *s;

	if (e->product != 0 && (s = words_name(words_product, e->product, 1)) !=
	    NULL)
		add(cell, "%s %s × %d", s, words_name(words_product,
		    e->product, 0), e->quantity);
	if ((e->kind == ENTRY_DECISION || e->kind == ENTRY_SETTLE ||
	    e->kind == ENTRY_RETRO) && e->hits[0] != '\0')
		add(cell, "规则 rules: %s", e->hits);
	if (e->up_seq != 0)
		add(cell, "上级 above %" PRIu64 ": %s %s", e->up_seq,
		    above_word(e, 1), above_word(e, 0));
	if (e->up_hits[0] != '\0')
		add(cell, "上级规则 its rules: %s", e->up_hits);
	if (e->ref != 0)
		add(cell, "关于 of %" PRIu64, e->ref);
	if (e->note[0] != '\0')
		add(cell, "理由 reason: %s", e->note);
	if (e->clear_until != 0)
		add(cell, "豁免至 cleared until %s × %d", moment_short(
		    e->clear_until, time), e->clear_count);
	if (e->flags != 0) {
		words_bits(words_entry_flag, e->flags, 1, zh, sizeof(zh));
		words_bits(words_entry_flag, e->flags, 0, en, sizeof(en));
		add(cell, "%s %s", zh, en);
	}
}

/* Add an entry. */
void
entryhtml_row(FILE *f, const struct entry *e)
{
	char cell[5][CELL] = { "", "", "", "", "" }, time[MOMENT_SIZE];
	const char *cells[5];
	size_t i;

	(void)snprintf(cell[0], CELL, "%s", moment_short(e->t, time));
	(void)snprintf(cell[1], CELL, "%" PRIu64, e->seq);
	what(cell[2], e);
	who(cell[3], e);
	details(cell[4], e);
	for (i = 0; i < 5; i++)
		cells[i] = cell[i];
	html_row(f, 5, cells);
}
