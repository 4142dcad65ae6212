#include <string.h>

#include "report_parts.h"
#include "text.h"

#define SAMPLES 6

/* What the branch is asked to do, in Chinese. */
static void
needs_print(FILE *f, uint32_t needs)
{
	static const struct {
		uint32_t bit;
		const char *text;
	} words[] = {
		{LK_NEED_GUARDIAN, "监护人到场"},
		{LK_NEED_PURPOSE_PROOF, "用途证明"},
		{LK_NEED_FACE_CHECK, "人脸核验"},
		{LK_NEED_MANAGER, "主管确认"},
		{LK_NEED_CENTRE, "反诈中心审核"},
		{LK_NEED_KEEP_WAITING, "请其稍候"},
	};
	int first = 1;

	fputs("   需要 ", f);
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if ((needs & words[i].bit) == 0)
			continue;
		fprintf(f, "%s%s", first ? "" : "、", words[i].text);
		first = 0;
	}
}

/* One answer, as it stands on the teller's screen. */
static void
sample_print(const struct report *r, const struct day_answer *a)
{
	const struct lk_result *s = &a->result;

	fputs("  ", r->f);
	report_ink(r, s->decision <= LK_LIMIT ? REPORT_GOOD :
	    s->decision < LK_REJECT ? REPORT_WARN : REPORT_BAD);
	fputs(report_decision(s->decision), r->f);
	report_ink(r, REPORT_PLAIN);
	fprintf(r->f, "   编号 %s", s->reference);
	if (s->by != LK_BY_NONE)
		fprintf(r->f, "   放行 %s", report_by(s->by));
	if (s->needs != 0)
		needs_print(r->f, s->needs);
	if (s->offer != 0)
		fprintf(r->f, "   可改办 %s", s->offer == LK_PRODUCT_BANK2 ?
		    "Ⅱ类户" : s->offer == LK_PRODUCT_BANK3 ? "Ⅲ类户" : "其他产品");
	putc('\n', r->f);
	fprintf(r->f, "    %s/%s %s   %s%s%s%s%s\n", a->row->institution,
	    a->row->branch, a->row->teller, a->row->group,
	    a->row->ring[0] != '\0' ? ", " : "", a->row->ring,
	    s->hits[0] != '\0' ? "   " : "", s->hits);
	fputs("    柜员：", r->f);
	text_wrap(r->f, s->message, "          ", REPORT_WIDTH);
	if (s->notice[0] != '\0') {
		fputs("    告知：", r->f);
		text_wrap(r->f, s->notice, "          ", REPORT_WIDTH);
	}
}

/*
 * Has the like been shown?  The like is an answer with the same decision that the
 * same people may clear; with `reason`, one that gives the same reason.
 */
static int
shown(const struct day_answer *const *seen, size_t n,
    const struct day_answer *a, int reason)
{
	for (size_t i = 0; i < n; i++) {
		const struct lk_result *s = &seen[i]->result;
		if (reason ? strcmp(s->reason, a->result.reason) == 0 :
		    s->decision == a->result.decision &&
		    s->by == a->result.by)
			return (1);
	}
	return (0);
}

/* Add answers unlike those shown so far. */
static size_t
choose(const struct day *d, const struct day_answer **seen, size_t n,
    int reason)
{
	for (size_t i = 0; i < d->count && n < SAMPLES; i++) {
		const struct day_answer *a = &d->answers[i];
		if (a->rc == LK_OK && a->row->kind == PLAN_CHECK &&
		    !shown(seen, n, a, reason))
			seen[n++] = a;
	}
	return (n);
}

/* The first answer of each decision and each way to clear it, then others. */
void
report_samples(const struct report *r)
{
	const struct day_answer *seen[SAMPLES];
	size_t n = 0;

	n = choose(r->day, seen, n, 0);
	n = choose(r->day, seen, n, 1);
	report_heading(r, "柜面所见", "Answers as the teller reads them");
	for (size_t i = 0; i < n; i++)
		sample_print(r, seen[i]);
}
