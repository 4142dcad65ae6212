#include <stdlib.h>
#include <string.h>

#include "report_parts.h"
#include "text.h"

/* One person's part in a group. */
struct part {
	size_t group;
	uint64_t person;
	int wrong;
};

/* A line of the table. */
struct line {
	const char *group;
	size_t people;
	size_t people_wrong;
	size_t wrong;		/* applications */
	size_t counter;		/* of these, what the counter may clear */
	size_t rightly;		/* held as it should be */
	struct report_rules rules;
};

#define LINES 96

/* Decisions by kind, with shares. */
void
report_decisions(const struct report *r)
{
	static const int32_t kinds[] = {LK_PASS, LK_LIMIT, LK_REVIEW,
	    LK_REJECT};
	size_t n[4] = {0}, by[4] = {0}, input = 0, none = 0, all = 0;
	char num[32];

	for (size_t i = 0; i < r->day->count; i++) {
		const struct day_answer *a = &r->day->answers[i];
		if (a->row->kind != PLAN_CHECK)
			continue;
		all++;
		if (a->rc == LK_E_INPUT) {
			input++;
		} else if (a->rc != LK_OK) {
			none++;
		} else {
			int32_t d = a->result.decision;
			n[d == LK_PASS ? 0 : d == LK_LIMIT ? 1 :
			    d < LK_REJECT ? 2 : 3]++;
			if (d > LK_LIMIT && d < LK_REJECT && a->result.by > 0 &&
			    a->result.by <= LK_BY_CENTRE)
				by[a->result.by]++;
		}
	}
	report_heading(r, "处理结果", "Decisions");
	for (int k = 0; k < 4; k++) {
		fprintf(r->f, "  %s %8s  %5.1f %%", report_decision(kinds[k]),
		    report_number(num, n[k]),
		    all > 0 ? 100.0 * (double)n[k] / (double)all : 0.0);
		if (kinds[k] == LK_REVIEW)
			fprintf(r->f, "   to be cleared by counter %zu, "
			    "institution %zu, centre %zu", by[1], by[2], by[3]);
		putc('\n', r->f);
	}
	fprintf(r->f, "  INPUT  证号有误 %8s  %5.1f %%   refused at once, no "
	    "decision\n", report_number(num, input),
	    all > 0 ? 100.0 * (double)input / (double)all : 0.0);
	if (none > 0)
		fprintf(r->f, "  no answer       %8s\n",
		    report_number(num, none));
}

/* Find the line of a group; append it when it is new. */
static size_t
line_of(struct line *lines, size_t *count, const char *group)
{
	size_t i = 0;

	while (i < *count && strcmp(lines[i].group, group) != 0)
		i++;
	if (i >= LINES - 1) {
		i = LINES - 1;
		group = "more groups";
	}
	if (i >= *count) {
		lines[i].group = group;
		*count = i + 1;
	}
	return (i);
}

/* By group, then by person. */
static int
part_compare(const void *va, const void *vb)
{
	const struct part *a = va, *b = vb;

	if (a->group != b->group)
		return (a->group < b->group ? -1 : 1);
	return (a->person < b->person ? -1 : a->person > b->person);
}

/* Count distinct people, all and those held wrongly. */
static void
count_people(struct line *lines, struct part *parts, size_t n)
{
	qsort(parts, n, sizeof(*parts), part_compare);
	for (size_t i = 0; i < n;) {
		struct line *l = &lines[parts[i].group];
		size_t k = i;
		int wrong = 0;
		while (k < n && part_compare(&parts[k], &parts[i]) == 0)
			wrong |= parts[k++].wrong;
		l->people++;
		l->people_wrong += (size_t)wrong;
		i = k;
	}
}

/* Gather the honest rows of the day; return how many. */
static size_t
gather(const struct day *d, struct line *lines, size_t *count,
    struct part *parts)
{
	size_t n = 0;

	for (size_t i = 0; i < d->count; i++) {
		const struct day_answer *a = &d->answers[i];
		if (a->row->ring[0] != '\0' || a->row->listed[0] != '\0' ||
		    a->row->kind == PLAN_RETIRE)
			continue;
		size_t g = line_of(lines, count, a->row->group);
		struct line *l = &lines[g];
		parts[n++] = (struct part){g, a->person, report_wrong(a)};
		l->rightly += a->held && !report_wrong(a);
		if (!report_wrong(a))
			continue;
		l->wrong++;
		l->counter += a->held && a->result.by == LK_BY_COUNTER;
		report_hits(&l->rules, &a->result);
	}
	return (n);
}

/* Known groups first. */
static int
line_compare(const void *va, const void *vb)
{
	const struct line *a = va, *b = vb;
	size_t ra = report_rank(a->group), rb = report_rank(b->group);

	return (ra != rb ? (ra < rb ? -1 : 1) : strcmp(a->group, b->group));
}

/* One line of the table. */
static void
line_print(const struct report *r, const struct line *l)
{
	char num[32], rules[128], lead[80];

	snprintf(lead, sizeof(lead), "%*s", 75, "");
	fputs("  ", r->f);
	text_pad(r->f, l->group, 15);
	text_pad(r->f, report_label(l->group), 21);
	fprintf(r->f, "%7s", report_number(num, l->people));
	fprintf(r->f, l->rightly > 0 ? "%6zu" : "%6.0zu", l->rightly);
	report_ink(r, l->people_wrong == 0 ? REPORT_GOOD : REPORT_WARN);
	fprintf(r->f, "%6zu %5.1f %%", l->people_wrong, l->people > 0 ?
	    100.0 * (double)l->people_wrong / (double)l->people : 0.0);
	report_ink(r, REPORT_PLAIN);
	if (l->wrong > 0)
		fprintf(r->f, "%8zu", l->counter);
	if (l->rules.count == 0) {
		putc('\n', r->f);
		return;
	}
	fputs("  ", r->f);
	text_wrap(r->f, report_rules(&l->rules, rules, sizeof(rules)), lead,
	    REPORT_WIDTH);
}

/* The honest people: who was held, and should not have been. */
void
report_people(const struct report *r)
{
	struct line *lines = calloc(LINES, sizeof(*lines));
	struct part *parts = calloc(r->day->count + 1, sizeof(*parts));
	struct line all = {.group = "all"};
	size_t count = 0;

	if (lines != NULL && parts != NULL) {
		count_people(lines, parts,
		    gather(r->day, lines, &count, parts));
		qsort(lines, count, sizeof(*lines), line_compare);
		report_heading(r, "正常群众被误拦情况",
		    "Ordinary people held wrongly");
		fprintf(r->f, "  %-36s%7s%6s%6s %7s%8s  %s\n", "group", "people",
		    "right", "wrong", "share", "counter", "by which rules");
		for (size_t i = 0; i < count; i++) {
			line_print(r, &lines[i]);
			all.people += lines[i].people;
			all.wrong += lines[i].wrong;
			all.counter += lines[i].counter;
			all.people_wrong += lines[i].people_wrong;
			all.rightly += lines[i].rightly;
		}
		report_ink(r, REPORT_BOLD);
		line_print(r, &all);
		fprintf(r->f, "  right: held as is meant (a limit is reached, a "
		    "child alone); wrong: people held who should\n  have passed; "
		    "counter: of their applications, those that the outlet itself "
		    "may clear\n");
	}
	free(parts);
	free(lines);
}

/* Held cases: what stays at the counter, and what goes on. */
void
report_clearing(const struct report *r)
{
	size_t held[4][2] = {{0}}, cleared = 0;

	for (size_t i = 0; i < r->day->count; i++) {
		const struct day_answer *a = &r->day->answers[i];
		if (!a->held || a->result.decision >= LK_REJECT ||
		    a->row->kind != PLAN_CHECK)
			continue;
		int by = a->result.by >= 0 && a->result.by <= LK_BY_CENTRE ?
		    a->result.by : 0;
		held[by][a->row->ring[0] != '\0']++;
		cleared += (size_t)a->cleared;
	}
	report_heading(r, "暂缓件由谁放行", "Who may clear what was held");
	fprintf(r->f, "  %-24s%10s%10s\n", "", "ordinary", "rings");
	for (int by = LK_BY_COUNTER; by <= LK_BY_CENTRE; by++) {
		fputs("  ", r->f);
		text_pad(r->f, report_by(by), 24);
		fprintf(r->f, "%10zu%10zu", held[by][0], held[by][1]);
		if (by == LK_BY_COUNTER && cleared > 0)
			fprintf(r->f, "   %zu cleared on the spot, papers seen "
			    "by two", cleared);
		putc('\n', r->f);
	}
}

/* Ascending. */
static int
ns_compare(const void *va, const void *vb)
{
	const int64_t *a = va, *b = vb;

	return (*a < *b ? -1 : *a > *b);
}

/* How long lk_check() took in the host. */
void
report_latency(const struct report *r)
{
	int64_t *ns = calloc(r->day->count + 1, sizeof(*ns));
	size_t n = 0, tries = 0;
	char num[32];

	if (ns == NULL)
		return;
	for (size_t i = 0; i < r->day->count; i++) {
		const struct day_answer *a = &r->day->answers[i];
		tries += (size_t)a->tries;
		if (a->rc == LK_OK && a->row->kind == PLAN_CHECK)
			ns[n++] = a->ns;
	}
	qsort(ns, n, sizeof(*ns), ns_compare);
	report_heading(r, "响应时间", "Time for one lk_check(), recorded on disk");
	if (n > 0)
		fprintf(r->f, "  p50 %.2f ms   p99 %.2f ms   max %.2f ms   "
		    "(%s checks", (double)ns[n / 2] / 1e6,
		    (double)ns[n - 1 - n / 100] / 1e6, (double)ns[n - 1] / 1e6,
		    report_number(num, n));
	if (n > 0)
		fprintf(r->f, " and what followed in %.1f s, %d threads)\n",
		    (double)r->day->ns / 1e9, DAY_THREADS);
	if (tries > 0)
		fprintf(r->f, "  asked again after a time-out: %zu\n", tries);
	free(ns);
}
