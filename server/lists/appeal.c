/*
 * One appeal: its days and its states, and how it is written.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/category.h"
#include "engine/day.h"

#include "appeal.h"

static const char *const whats[] = { "", "opened", "acknowledged", "upheld",
	"rejected" };

/* The word of an event. */
const char *
appeal_what_name(int what)
{

	return (what > 0 && what <= APPEAL_REJECTED ? whats[what] : "");
}

/* How was it decided? */
const struct appeal_event *
appeal_decided(const struct appeal *a)
{
	const struct appeal_event *last;

	if (a->nevents == 0)
		return (NULL);
	last = &a->event[a->nevents - 1];
	return (last->what >= APPEAL_UPHELD ? last : NULL);
}

/* Was it acknowledged? */
const struct appeal_event *
appeal_acknowledged(const struct appeal *a)
{

	return (a->nevents > 1 && a->event[1].what == APPEAL_ACKNOWLEDGED ?
	    &a->event[1] : NULL);
}

/* What is due next? */
int32_t
appeal_due(const struct appeal *a, int *ack)
{

	*ack = 0;
	if (appeal_decided(a) != NULL)
		return (0);
	if (appeal_acknowledged(a) != NULL || a->decide_due < a->ack_due)
		return (a->decide_due);
	*ack = 1;
	return (a->ack_due);
}

/* Count working days. */
int32_t
appeal_working(int32_t day, int n)
{

	while (n > 0) {
		day++;
		/* Day 0 was a Thursday: Monday is 0, Saturday 5. */
		if (((day + 3) % 7 + 7) % 7 < 5)
			n--;
	}
	return (day);
}

/* Write an id. */
void
appeal_id(char id[APPEAL_ID_MAX], int32_t year, uint32_t number)
{

	(void)snprintf(id, APPEAL_ID_MAX, "A-%04d-%04u", (int)(year % 10000),
	    (unsigned)(number % 1000000));
}

/* Take an id apart. */
int
appeal_id_read(const char *id, int32_t *year, uint32_t *number)
{
	char again[APPEAL_ID_MAX];
	uint32_t v[2] = { 0, 0 };
	const char *p = &id[2];
	size_t i, n;

	if (id[0] != 'A' || id[1] != '-')
		return (-1);
	for (i = 0; i < 2; i++, p += n + 1) {
		for (n = 0; p[n] >= '0' && p[n] <= '9' && n < 7; n++)
			v[i] = v[i] * 10 + (uint32_t)(p[n] - '0');
		if (p[n] != (i == 0 ? '-' : '\0'))
			return (-1);
	}
	if (v[0] == 0 || v[0] > 9999 || v[1] == 0)
		return (-1);
	appeal_id(again, (int32_t)v[0], v[1]);
	if (strcmp(again, id) != 0)
		return (-1);
	*year = (int32_t)v[0];
	*number = v[1];
	return (0);
}

/* Write a text in quotes. */
static void
text(FILE *f, const char *key, const char *s)
{

	if (s[0] == '\0')
		return;
	(void)fprintf(f, "%s = \"", key);
	for (; *s != '\0'; s++)
		if (*s == '\n')
			(void)fputs("\\n", f);
		else {
			if (*s == '"' || *s == '\\')
				(void)fputc('\\', f);
			(void)fputc(*s, f);
		}
	(void)fputs("\"\n", f);
}

/* Write a day. */
static void
day(FILE *f, const char *key, int32_t v)
{
	char buf[DAY_TEXT];

	day_print(buf, v);
	(void)fprintf(f, "%s = %s\n", key, buf);
}

/* Write the head. */
static void
put_head(FILE *f, const struct appeal *a)
{

	(void)fprintf(f, "[appeal %s]\nabout = %s\n", a->id, a->about ==
	    APPEAL_ENTRY ? "entry" : "decision");
	if (a->about == APPEAL_ENTRY) {
		(void)fprintf(f, "list = %s\nserial = %" PRId64
		    "\ncategory = %s\nbasis = %s\n", a->list, a->serial,
		    category_name(a->category), basis_name(a->basis));
		text(f, "case", a->case_no);
		text(f, "listed", a->listed);
		if (a->until != 0)
			day(f, "until", a->until);
	} else
		text(f, "decision", a->decision);
	day(f, "ack_due", a->ack_due);
	day(f, "decide_due", a->decide_due);
}

/* Print an appeal. */
char *
appeal_print(const struct appeal *a, size_t *len)
{
	const struct appeal_event *e;
	char *out = NULL, date[DAY_TEXT];
	int64_t s;
	size_t i;
	FILE *f;

	if ((f = open_memstream(&out, len)) == NULL)
		return (NULL);
	put_head(f, a);
	for (i = 0; i < a->nevents; i++) {
		e = &a->event[i];
		day_print(date, day_of(e->t));
		s = e->t - day_start(day_of(e->t));
		(void)fprintf(f, "\n[event %zu]\nat = \"%sT%02d:%02d:%02d"
		    "+08:00\"\nwhat = %s\n", i + 1, date, (int)(s / 3600),
		    (int)(s / 60 % 60), (int)(s % 60),
		    appeal_what_name(e->what));
		text(f, "who", e->who);
		text(f, "text", e->text);
		text(f, "found", e->found);
	}
	i = (size_t)ferror(f);
	if (fclose(f) != 0 || i != 0) {
		free(out);
		return (NULL);
	}
	return (out);
}
