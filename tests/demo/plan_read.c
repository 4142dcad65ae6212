#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "csv.h"
#include "plan_columns.h"

#define MAX_FILE (256u << 20)

/* One file being read. */
struct reading {
	struct plan *plan;
	const char *file;
	const struct plan_sink *sink;
	struct csv csv;
	int place[PLAN_COLUMNS];	/* field of each column, or -1 */
	size_t width;			/* fields in the header */
};

/* Tell the sink. */
static void
report(struct reading *r, const char *column, const char *message)
{
	if (r->sink != NULL)
		r->sink->report(r->sink->arg, r->file, r->csv.row, column,
		    message);
}

/* Where the columns stand; each name must be known and stand once. */
static int
header_read(struct reading *r, char **fields, size_t count)
{
	int bad = 0;

	for (size_t c = 0; c < PLAN_COLUMNS; c++)
		r->place[c] = -1;
	r->width = count;
	for (size_t i = 0; i < count; i++) {
		size_t c = 0;
		while (c < PLAN_COLUMNS &&
		    strcmp(plan_columns[c].name, fields[i]) != 0)
			c++;
		if (c == PLAN_COLUMNS || r->place[c] >= 0) {
			report(r, fields[i], c == PLAN_COLUMNS ?
			    "no such column" : "this column stands twice");
			bad = 1;
			continue;
		}
		r->place[c] = (int)i;
	}
	for (size_t c = 0; c < PLAN_COLUMNS; c++) {
		if (plan_columns[c].required == ~0u && r->place[c] < 0) {
			report(r, plan_columns[c].name, "the column is missing");
			bad = 1;
		}
	}
	return (bad ? -1 : 0);
}

/* A whole number within the column's bounds. */
static const char *
number_read(const struct plan_column *c, const char *s, int32_t *out)
{
	char *end;

	errno = 0;
	long v = strtol(s, &end, 10);
	if (*end != '\0' || errno != 0 || *s == ' ' || *s == '+')
		return ("not a whole number");
	if (v < c->lo || v > c->hi)
		return ("the number is out of range");
	*out = (int32_t)v;
	return (NULL);
}

/* One of the column's words. */
static const char *
word_read(const struct plan_column *c, const char *s, int32_t *out)
{
	for (const struct plan_word *w = c->words; w->word != NULL; w++) {
		if (strcmp(w->word, s) == 0) {
			*out = w->value;
			return (NULL);
		}
	}
	return ("no such word; --help lists them");
}

/* Damage that spreadsheets do to long numbers: never guess what it was. */
static const char *
damage(const struct plan_column *c, const char *s)
{
	size_t mantissa = strspn(s, "0123456789.");

	if (*s == '=' || *s == '\'')
		return ("begins like a spreadsheet formula: keep it as text");
	if (c->offset != offsetof(struct plan_row, address) && mantissa > 2 &&
	    (strncmp(s + mantissa, "E+", 2) == 0 ||
	    strncmp(s + mantissa, "e+", 2) == 0))
		return ("the number was damaged by a spreadsheet");
	return (NULL);
}

/* A text of bounded length; it lies in the plan already. */
static const char *
text_read(const struct plan_column *c, char *s, char *at)
{
	const char *fault = damage(c, s);

	if (fault != NULL)
		return (fault);
	if (strlen(s) > (size_t)c->hi)
		return ("the text is too long");
	if (c->offset == offsetof(struct plan_row, institution) &&
	    s[strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789-")] != '\0')
		return ("only a-z, 0-9 and - may stand here");
	const char *text = s;
	memcpy(at, &text, sizeof(text));
	return (NULL);
}

/* One field into its place in the row. */
static const char *
field_read(struct plan_row *row, const struct plan_column *c, char *s)
{
	char *at = (char *)row + c->offset;
	int32_t value = 0;
	const char *fault;

	if (*s == '\0') {
		int needs = (c->required & PLAN_FOR(row->kind)) != 0;
		return (needs ? "must not be empty in such a row" : NULL);
	}
	if (c->type == PLAN_TEXT)
		return (text_read(c, s, at));
	if (c->type == PLAN_TIME)
		return (plan_when_read(row, s));
	fault = c->type == PLAN_WORD ? word_read(c, s, &value) :
	    number_read(c, s, &value);
	if (fault == NULL)
		memcpy(at, &value, sizeof(value));
	return (fault);
}

/* What no single field can tell. */
static int
row_judge(struct reading *r, const struct plan_row *row)
{
	int day = row->kind >= PLAN_CHECK;

	if (day != (row->when_form == PLAN_CLOCK)) {
		report(r, "when", day ? "a row of the day takes HH:MM:SS" :
		    "history needs a date or a time before the play");
		return (-1);
	}
	if ((row->then == PLAN_THEN_CONFIRM || row->then == PLAN_THEN_CLEAR) &&
	    row->card_ref[0] == '\0') {
		report(r, "card_ref", "a confirmed row needs one");
		return (-1);
	}
	return (0);
}

/* All columns of one record; every error in it is reported. */
static int
row_read(struct reading *r, char **fields, size_t count, struct plan_row *row)
{
	static char none[1];
	int bad = 0;

	plan_blank(row);
	row->row = r->csv.row;
	if (count != r->width) {
		report(r, "", "the number of fields is not that of the header");
		return (-1);
	}
	for (size_t c = 0; c < PLAN_COLUMNS; c++) {
		char *s = r->place[c] >= 0 ? fields[r->place[c]] : none;
		const char *fault = field_read(row, &plan_columns[c], s);
		if (fault == NULL)
			continue;
		report(r, plan_columns[c].name, fault);
		bad = 1;
		if (c == 0)	/* without its kind nothing can be judged */
			break;
	}
	return (bad ? -1 : row_judge(r, row));
}

/* Records up to the end; the first is the header. */
static int
records_read(struct reading *r)
{
	char *fields[PLAN_COLUMNS];
	struct plan_row row;
	const char *fault;
	size_t count;
	int got, header = 0;

	while ((got = csv_next(&r->csv, fields, PLAN_COLUMNS, &count,
	    &fault)) != 0) {
		if (got < 0)
			report(r, "", fault);
		if (!header) {
			if (got < 0 || header_read(r, fields, count) < 0)
				return (-1);
			header = 1;
		} else if (got < 0 || row_read(r, fields, count, &row) < 0) {
			r->plan->bad++;
		} else if (plan_add(r->plan, &row) < 0) {
			report(r, "", "out of memory");
			return (-1);
		}
	}
	if (!header)
		report(r, "", "there is no header");
	return (header ? 0 : -1);
}

/* The copy is the plan's own block, and its rows point into it. */
int
plan_parse(struct plan *p, const char *file, const char *text, size_t len,
    const struct plan_sink *sink)
{
	struct reading r = {.plan = p, .file = file, .sink = sink};
	char *copy = plan_room(p, len + 1);

	if (copy == NULL) {
		report(&r, "", "out of memory");
		return (-1);
	}
	memcpy(copy, text, len);
	csv_init(&r.csv, copy, len);
	return (records_read(&r));
}

/* Read a stream to its end into a buffer that grows. */
static char *
slurp(FILE *f, size_t *len)
{
	char *buf = NULL;
	size_t room = 0;

	for (*len = 0; *len < MAX_FILE;) {
		if (room - *len < 65536) {
			room = room > 0 ? room * 2 : 1u << 20;
			char *more = realloc(buf, room);
			if (more == NULL)
				break;
			buf = more;
		}
		size_t n = fread(buf + *len, 1, room - *len, f);
		*len += n;
		if (n == 0 && !ferror(f))
			return (buf);
		if (n == 0)
			break;
	}
	if (*len >= MAX_FILE)
		errno = EFBIG;
	free(buf);
	return (NULL);
}

/* Open, slurp, parse. */
int
plan_read(struct plan *p, const char *path, const struct plan_sink *sink)
{
	struct reading r = {.plan = p, .file = path, .sink = sink};
	FILE *f = strcmp(path, "-") == 0 ? stdin : fopen(path, "re");
	size_t len = 0;

	char *text = f != NULL ? slurp(f, &len) : NULL;
	if (text == NULL)
		report(&r, "", strerror(errno));
	if (f != NULL && f != stdin)
		fclose(f);
	if (text == NULL)
		return (-1);
	int rc = plan_parse(p, path, text, len, sink);
	free(text);
	return (rc);
}

/* The sink for programs. */
static void
print_error(void *arg, const char *file, unsigned row, const char *column,
    const char *message)
{
	(void)arg;
	fprintf(stderr, "%s:", file);
	if (row > 0)
		fprintf(stderr, "%u:", row);
	if (column[0] != '\0')
		fprintf(stderr, "%s:", column);
	fprintf(stderr, " %s\n", message);
}

const struct plan_sink plan_stderr = {print_error, NULL};
