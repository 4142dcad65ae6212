/*
 * Reading an appeal from its text.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/category.h"
#include "engine/day.h"
#include "keys/utf8.h"

#include "appeal.h"

#define N(a) (sizeof(a) / sizeof((a)[0]))
#define A(m) CONF_AT(struct appeal, m)
#define E(m) CONF_AT(struct appeal_event, m)

static const char s_appeal[] = "appeal", s_event[] = "event", k_at[] = "at",
    k_list[] = "list", k_category[] = "category", k_basis[] = "basis",
    k_found[] = "found";

static const struct conf_name abouts[] = {
	{ "entry", APPEAL_ENTRY }, { "decision", APPEAL_DECISION }, { NULL, 0 }
};

static const struct conf_name whats[] = {
	{ "opened", APPEAL_OPENED }, { "acknowledged", APPEAL_ACKNOWLEDGED },
	{ "upheld", APPEAL_UPHELD }, { "rejected", APPEAL_REJECTED },
	{ NULL, 0 }
};

static const struct conf_key appeal_keys[] = {
	{ "about", CONF_NAME, CONF_REQUIRED, 0, 0, abouts, A(about) },
	{ k_list, CONF_STRING, 0, 1, 23, NULL, A(list) },
	{ "serial", CONF_INT, 0, 1, INT64_MAX, NULL, A(serial) },
	{ k_category, CONF_STRING, 0, 1, 31, NULL, 0, 0 },
	{ k_basis, CONF_STRING, 0, 1, 31, NULL, 0, 0 },
	{ "case", CONF_STRING, 0, 1, 63, NULL, A(case_no) },
	{ "listed", CONF_STRING, 0, 1, 31, NULL, A(listed) },
	{ "until", CONF_DATE, 0, 1, DAY_MAX, NULL, A(until) },
	{ "decision", CONF_STRING, 0, 1, 39, NULL, A(decision) },
	{ "ack_due", CONF_DATE, CONF_REQUIRED, 1, DAY_MAX, NULL, A(ack_due) },
	{ "decide_due", CONF_DATE, CONF_REQUIRED, 1, DAY_MAX, NULL,
	    A(decide_due) },
};

static const struct conf_key event_keys[] = {
	{ k_at, CONF_STRING, CONF_REQUIRED, 25, 25, NULL, 0, 0 },
	{ "what", CONF_NAME, CONF_REQUIRED, 0, 0, whats, E(what) },
	{ "who", CONF_STRING, CONF_REQUIRED, 1, 31, NULL, E(who) },
	{ "text", CONF_STRING, 0, 1, APPEAL_TEXT_MAX, NULL, E(text) },
	{ k_found, CONF_STRING, 0, 1, APPEAL_FOUND_MAX, NULL, E(found) },
};

static const struct conf_section sections[] = {
	{ s_appeal, CONF_NAMED | CONF_REQUIRED, appeal_keys, N(appeal_keys) },
	{ s_event, CONF_NAMED | CONF_REQUIRED, event_keys, N(event_keys) },
};

/* A reading in progress. */
struct reader {
	struct appeal *a;
	struct conf_doc doc;
	size_t heads;
};

/* A section begins. */
static void *
begin(void *arg, const struct conf_section *s, const char *instance, size_t at,
    size_t span)
{
	struct reader *r = arg;
	char want[16];
	uint32_t number;
	int32_t year;

	if (s->name == s_appeal) {
		if (r->heads++ > 0)
			conf_fail(&r->doc, at, span, "a file holds one appeal");
		else if (appeal_id_read(instance, &year, &number) != 0)
			conf_fail(&r->doc, at, span, "an appeal's id is "
			    "written A-2026-0007");
		else
			memcpy(r->a->id, instance, strlen(instance) + 1);
		return (r->a);
	}
	if (r->heads == 0)
		conf_fail(&r->doc, at, span, "[appeal ID] comes first");
	if (r->a->nevents == APPEAL_EVENTS_MAX) {
		conf_fail(&r->doc, at, span, "more than %d events",
		    APPEAL_EVENTS_MAX);
		return (NULL);
	}
	(void)snprintf(want, sizeof(want), "%zu", r->a->nevents + 1);
	if (strcmp(instance, want) != 0)
		conf_fail(&r->doc, at, span, "[event %s] comes next", want);
	return (&r->a->event[r->a->nevents++]);
}

/* Read two digits below a bound; -1 when they are none. */
static int
two(const char *s, int below)
{
	int v;

	if (s[0] < '0' || s[0] > '9' || s[1] < '0' || s[1] > '9')
		return (-1);
	v = (s[0] - '0') * 10 + (s[1] - '0');
	return (v < below ? v : -1);
}

/* Read 2026-11-22T14:00:05+08:00. */
static int
moment(const char *s, int64_t *t)
{
	int32_t day;
	int h, m, sec;

	if (day_parse(&day, s, 10) != 0 || s[10] != 'T' || s[13] != ':' ||
	    s[16] != ':' || strcmp(&s[19], "+08:00") != 0 ||
	    (h = two(&s[11], 24)) < 0 || (m = two(&s[14], 60)) < 0 ||
	    (sec = two(&s[17], 60)) < 0)
		return (-1);
	*t = day_start(day) + h * 3600 + m * 60 + sec;
	return (0);
}

/* Does a text show whole?  What was found may have several lines. */
static int
shows(const struct conf_value *v)
{
	const char *s = v->string;
	size_t len = v->length, n;
	uint32_t c;

	for (; len > 0; s += n, len -= n)
		if ((n = utf8_next(&c, s, len)) == 0 || (utf8_hidden(c) &&
		    !(c == '\n' && v->key->name == k_found)))
			return (0);
	return (1);
}

/* Is this the id of a list? */
static int
is_list(const char *s)
{

	return (s[strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789-")] == '\0');
}

/* A value came. */
static void
value(void *arg, const struct conf_value *v)
{
	struct reader *r = arg;
	const char *key = v->key->name;
	struct appeal *a = r->a;

	if (v->key->kind != CONF_STRING)
		return;
	if (!shows(v))
		conf_fail(&r->doc, v->at, v->span, "it holds a character that "
		    "does not show");
	else if (key == k_list && !is_list(v->string))
		conf_fail(&r->doc, v->at, v->span, "a list's id is a-z, 0-9 "
		    "and '-'");
	else if (key == k_category && (a->category = category_find(v->string,
	    v->length)) == 0)
		conf_fail(&r->doc, v->at, v->span, "there is no such category");
	else if (key == k_basis && (a->basis = basis_find(v->string,
	    v->length)) == 0)
		conf_fail(&r->doc, v->at, v->span, "there is no such legal "
		    "basis");
	else if (key == k_at && a->nevents > 0 && moment(v->string,
	    &a->event[a->nevents - 1].t) != 0)
		conf_fail(&r->doc, v->at, v->span, "a moment is written "
		    "2026-11-22T14:00:05+08:00");
}

/* Do the parts fit each other? */
static void
whole(struct reader *r)
{
	const struct appeal *a = r->a;
	const int entry = a->list[0] != '\0' && a->serial != 0 &&
	    a->category != 0 && a->basis != 0;
	size_t i;

	if (a->about == APPEAL_ENTRY ? !entry || a->decision[0] != '\0' :
	    a->decision[0] == '\0' || a->list[0] != '\0' || a->serial != 0 ||
	    a->category != 0 || a->basis != 0 || a->case_no[0] != '\0' ||
	    a->listed[0] != '\0' || a->until != 0)
		conf_fail(&r->doc, 0, 1, "an entry has list, serial, category "
		    "and basis, a decision only its id");
	for (i = 0; i < a->nevents; i++) {
		if ((i == 0) != (a->event[i].what == APPEAL_OPENED) ||
		    (i > 1 && a->event[i].what == APPEAL_ACKNOWLEDGED) ||
		    (i > 0 && a->event[i - 1].what >= APPEAL_UPHELD))
			conf_fail(&r->doc, 0, 1, "event %zu cannot come "
			    "there", i + 1);
		if (a->event[i].found[0] != '\0' &&
		    a->event[i].what < APPEAL_UPHELD)
			conf_fail(&r->doc, 0, 1, "event %zu is no decision",
			    i + 1);
	}
}

/* Read an appeal. */
int
appeal_read(struct appeal *a, const char *name, const char *text, size_t len,
    const struct conf_sink *sink)
{
	struct reader r = { .a = a, .doc = { .file = name, .text = text,
		.len = len, .sink = sink } };
	const struct conf_use use = { .arg = &r, .begin = begin,
		.value = value };

	memset(a, 0, sizeof(*a));
	if (len > APPEAL_MAX_TEXT) {
		conf_fail(&r.doc, 0, 1, "an appeal has at most %d bytes",
		    APPEAL_MAX_TEXT);
		return (-1);
	}
	if (conf_read(&r.doc, sections, N(sections), &use) == 0)
		whole(&r);
	if (r.doc.errors == 0)
		return (0);
	memset(a, 0, sizeof(*a));
	return (-1);
}
