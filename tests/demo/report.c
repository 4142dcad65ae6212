#include <stdlib.h>
#include <string.h>

#include "report_parts.h"
#include "text.h"

/* Switch the colour where there is any. */
void
report_ink(const struct report *r, enum report_ink ink)
{
	static const char *const codes[] = {"\033[0m", "\033[1m", "\033[32m",
	    "\033[31m", "\033[33m"};

	if (r->colour)
		fputs(codes[ink], r->f);
}

/* Both languages on one line. */
void
report_heading(const struct report *r, const char *zh, const char *en)
{
	putc('\n', r->f);
	report_ink(r, REPORT_BOLD);
	fprintf(r->f, "%s  %s\n", zh, en);
	report_ink(r, REPORT_PLAIN);
}

/* From behind, three digits at a time. */
char *
report_number(char buf[32], size_t n)
{
	char digits[24];
	int len = snprintf(digits, sizeof(digits), "%zu", n);
	char *p = buf;

	for (int i = 0; i < len; i++) {
		if (i > 0 && (len - i) % 3 == 0)
			*p++ = ',';
		*p++ = digits[i];
	}
	*p = '\0';
	return (buf);
}

/* As plugin.h tells a host to take values it does not know. */
const char *
report_decision(int32_t decision)
{
	if (decision == LK_PASS)
		return ("PASS   可以办理");
	if (decision == LK_LIMIT)
		return ("LIMIT  限制功能");
	return (decision < LK_REJECT ? "REVIEW 暂缓办理" : "REJECT 不得办理");
}

/* Who may clear it. */
const char *
report_by(int32_t by)
{
	static const char *const words[] = {"-", "counter 网点双人",
	    "institution 本机构", "centre 反诈中心"};

	return (by >= 0 && by <= LK_BY_CENTRE ? words[by] : "?");
}

/* Ids are separated by single spaces. */
void
report_hits(struct report_rules *rules, const struct lk_result *result)
{
	const char *p = result->hits;

	while (*p != '\0') {
		size_t n = strcspn(p, " "), i = 0;
		while (i < rules->count && (strncmp(rules->rule[i].id, p, n) != 0 ||
		    rules->rule[i].id[n] != '\0'))
			i++;
		if (i == rules->count && n < sizeof(rules->rule[0].id) &&
		    i < REPORT_RULES) {
			memcpy(rules->rule[i].id, p, n);
			rules->rule[i].id[n] = '\0';
			rules->rule[i].hits = 0;
			rules->count++;
		}
		if (i < rules->count)
			rules->rule[i].hits++;
		p += n;
		p += strspn(p, " ");
	}
}

/* The most frequent first, as many as fit. */
char *
report_rules(const struct report_rules *rules, char *buf, size_t size)
{
	char used[REPORT_RULES] = {0}, one[48];
	size_t at = 0;

	buf[0] = '\0';
	for (size_t k = 0; k < rules->count; k++) {
		size_t best = REPORT_RULES;
		for (size_t i = 0; i < rules->count; i++) {
			if (!used[i] && (best == REPORT_RULES ||
			    rules->rule[i].hits > rules->rule[best].hits))
				best = i;
		}
		if (best == REPORT_RULES)
			break;
		used[best] = 1;
		size_t n = (size_t)snprintf(one, sizeof(one), "%s%s %u",
		    k > 0 ? ", " : "", rules->rule[best].id,
		    rules->rule[best].hits);
		if (at + n + (k + 1 < rules->count ? 6 : 1) > size) {
			snprintf(buf + at, size - at, ", …");
			break;
		}
		memcpy(buf + at, one, n + 1);
		at += n;
	}
	return (buf);
}

/* A hold of somebody who should have passed, or no answer at all. */
int
report_wrong(const struct day_answer *a)
{
	int32_t e = a->row->expect;

	return (a->row->kind != PLAN_RETIRE && a->row->ring[0] == '\0' &&
	    (e == PLAN_PASS || e == PLAN_PASS_MUST) &&
	    (a->held || a->rc != LK_OK));
}

/* Part after part. */
void
report_day(const struct report *r)
{
	report_decisions(r);
	report_rings(r);
	report_lists(r);
	report_people(r);
	report_clearing(r);
	report_samples(r);
	report_latency(r);
}

/* What is wrong with one row, or NULL. */
static const char *
fault(const struct day_answer *a)
{
	int32_t e = a->row->expect;

	if (!a->asked)
		return ("was never asked");
	if (e == PLAN_ERROR_MUST)
		return (a->rc == LK_E_INPUT ? NULL :
		    "wrong input was not refused");
	if (a->rc != LK_OK)
		return ("got no answer");
	if (a->row->kind == PLAN_RETRY && !a->same)
		return ("the retry got another answer than its check");
	if (e == PLAN_HOLD_MUST && !a->held)
		return ("should have been held");
	if (e == PLAN_LIMIT_MUST && a->result.decision != LK_LIMIT)
		return ("should have been given a limited account");
	if (e == PLAN_PASS_MUST && a->held)
		return ("should have passed");
	return (a->then_rc != LK_OK ? "what followed was not accepted" : NULL);
}

/* How many rows of this race were not held? */
static size_t
race_passed(const struct day *d, const char *race)
{
	size_t n = 0;

	for (size_t i = 0; i < d->count; i++)
		n += !d->answers[i].held &&
		    strcmp(d->answers[i].row->race, race) == 0;
	return (n);
}

/* Name the first few rows at fault. */
size_t
report_verdict(const struct report *r)
{
	size_t bad = 0;

	for (size_t i = 0; i < r->day->count; i++) {
		const struct day_answer *a = &r->day->answers[i];
		const char *why = fault(a);
		if (why == NULL && a->row->expect == PLAN_ONE_MUST &&
		    race_passed(r->day, a->row->race) > 1)
			why = "more than one of this race passed";
		if (why == NULL)
			continue;
		if (bad++ >= 12)
			continue;
		report_ink(r, REPORT_BAD);
		fprintf(r->f, "row %u (%s %s): %s", a->row->row,
		    a->row->group, a->row->ring, why);
		report_ink(r, REPORT_PLAIN);
		if (a->rc != LK_OK || a->then_rc != LK_OK)
			fprintf(r->f, ": %s %s", r->day->host->strerror(
			    a->rc != LK_OK ? a->rc : a->then_rc),
			    a->rc != LK_OK ? a->result.message : "");
		putc('\n', r->f);
	}
	if (bad > 12)
		fprintf(r->f, "... and %zu more\n", bad - 12);
	return (bad);
}
