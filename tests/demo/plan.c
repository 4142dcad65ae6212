#include <stdlib.h>
#include <string.h>

#include "csv.h"
#include "plan_columns.h"
#include "text.h"

#define BLOCK_BYTES 65536

/* Texts lie in blocks that never move. */
struct plan_block {
	struct plan_block *next;
	size_t room;
	size_t used;
	char text[];
};

/* Nothing in it. */
void
plan_init(struct plan *p)
{

	memset(p, 0, sizeof(*p));
}

/* Rows and texts. */
void
plan_free(struct plan *p)
{
	while (p->blocks != NULL) {
		struct plan_block *b = p->blocks;
		p->blocks = b->next;
		free(b);
	}
	free(p->rows);
	plan_init(p);
}

/* Room doubles. */
int
plan_add(struct plan *p, const struct plan_row *row)
{
	if (p->count == p->room) {
		size_t room = p->room > 0 ? p->room * 2 : 1024;
		struct plan_row *rows = realloc(p->rows, room * sizeof(*rows));
		if (rows == NULL)
			return (-1);
		p->rows = rows;
		p->room = room;
	}
	p->rows[p->count++] = *row;
	return (0);
}

/* From the newest block, or a new one. */
char *
plan_room(struct plan *p, size_t len)
{
	if (p->blocks == NULL || p->blocks->room - p->blocks->used < len) {
		size_t room = len > BLOCK_BYTES ? len : BLOCK_BYTES;
		struct plan_block *b = malloc(sizeof(*b) + room);
		if (b == NULL)
			return (NULL);
		b->next = p->blocks;
		b->room = room;
		b->used = 0;
		p->blocks = b;
	}
	char *at = p->blocks->text + p->blocks->used;
	p->blocks->used += len;
	return (at);
}

/* The empty text needs no copy. */
const char *
plan_text(struct plan *p, const char *s)
{
	size_t len = strlen(s) + 1;

	if (len == 1)
		return ("");
	char *at = plan_room(p, len);
	if (at != NULL)
		memcpy(at, s, len);
	return (at);
}

/* What each column is when it is empty. */
void
plan_blank(struct plan_row *row)
{
	memset(row, 0, sizeof(*row));
	for (size_t i = 0; i < PLAN_COLUMNS; i++) {
		const struct plan_column *c = &plan_columns[i];
		char *at = (char *)row + c->offset;
		if (c->type == PLAN_TEXT) {
			const char *none = "";
			memcpy(at, &none, sizeof(none));
		} else if (c->type != PLAN_TIME) {
			memcpy(at, &c->empty, sizeof(c->empty));
		}
	}
}

/* Rows with their place, because qsort(3) forgets it. */
struct placed {
	struct plan_row row;
	size_t place;
};

/* History first; older first; the day by its clock. */
static int
placed_compare(const void *va, const void *vb)
{
	const struct placed *a = va, *b = vb;
	int day_a = a->row.kind >= PLAN_CHECK, day_b = b->row.kind >= PLAN_CHECK;
	int64_t wa = a->row.when, wb = b->row.when;

	if (day_a != day_b)
		return (day_a - day_b);
	if (a->row.when_form != b->row.when_form)
		return (a->row.when_form < b->row.when_form ? -1 : 1);
	if (wa != wb) {
		int back = a->row.when_form == PLAN_AGO ? -1 : 1;
		return (wa < wb ? -back : back);
	}
	return (a->place < b->place ? -1 : a->place > b->place);
}

/* Without memory the order stays as it is. */
void
plan_sort(struct plan *p)
{
	struct placed *a = malloc((p->count + 1) * sizeof(*a));

	if (a == NULL)
		return;
	for (size_t i = 0; i < p->count; i++) {
		a[i].row = p->rows[i];
		a[i].place = i;
	}
	qsort(a, p->count, sizeof(*a), placed_compare);
	for (size_t i = 0; i < p->count; i++)
		p->rows[i] = a[i].row;
	free(a);
}

/* The word for a value, or its number where there is none. */
static void
word_print(const struct plan_column *c, int32_t value, char *buf, size_t size)
{
	for (const struct plan_word *w = c->words; w->word != NULL; w++) {
		if (w->value == value) {
			snprintf(buf, size, "%s", w->word);
			return;
		}
	}
	snprintf(buf, size, "%d", (int)value);
}

/* One field as text: in buf, or the row's own. */
static const char *
field_print(const struct plan_row *row, const struct plan_column *c, char *buf,
    size_t size)
{
	const char *at = (const char *)row + c->offset;
	const char *text;
	int32_t value;

	buf[0] = '\0';
	if (c->type == PLAN_TEXT) {
		memcpy(&text, at, sizeof(text));
		return (text);
	}
	if (c->type == PLAN_TIME) {
		plan_when_print(row, buf, size);
		return (buf);
	}
	memcpy(&value, at, sizeof(value));
	if (value != c->empty && c->type == PLAN_WORD)
		word_print(c, value, buf, size);
	else if (value != c->empty)
		snprintf(buf, size, "%d", (int)value);
	return (buf);
}

/* Comment, header, rows. */
int
plan_write(const struct plan *p, FILE *f)
{
	char buf[64];

	plan_help(f, "# ");
	for (size_t i = 0; i < PLAN_COLUMNS; i++)
		csv_write(f, plan_columns[i].name, i + 1 == PLAN_COLUMNS);
	for (size_t r = 0; r < p->count; r++) {
		for (size_t i = 0; i < PLAN_COLUMNS; i++)
			csv_write(f, field_print(&p->rows[r], &plan_columns[i],
			    buf, sizeof(buf)), i + 1 == PLAN_COLUMNS);
	}
	return (fflush(f) != 0 || ferror(f) ? -1 : 0);
}

/* A column a line, its words on lines of their own. */
void
plan_help(FILE *f, const char *prefix)
{
	char lead[64], words[256];

	fprintf(f, "%sA plan: CSV in UTF-8, a header, one row a line; columns in "
	    "any order.\n%sColumns that are left out are empty. Lines that "
	    "begin with # are comments.\n", prefix, prefix);
	snprintf(lead, sizeof(lead), "%.40s  %-12s ", prefix, "");
	for (size_t i = 0; i < PLAN_COLUMNS; i++) {
		const struct plan_column *c = &plan_columns[i];
		size_t at = 0;
		fprintf(f, "%s  %-12s ", prefix, c->name);
		text_wrap(f, c->help, lead, 79);
		if (c->words == NULL)
			continue;
		for (const struct plan_word *w = c->words; w->word != NULL; w++)
			at += (size_t)snprintf(words + at, sizeof(words) - at,
			    at > 0 ? " %s" : "%s", w->word);
		fputs(lead, f);
		text_wrap(f, words, lead, 79);
	}
}
