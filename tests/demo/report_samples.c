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
		{LK_NEED_GUARDIAN, "监护人"},
		{LK_NEED_PURPOSE_PROOF, "用途证明"},
		{LK_NEED_FACE_CHECK, "核对本人"},
		{LK_NEED_MANAGER, "主管确认"},
		{LK_NEED_CENTRE, "反诈中心核实"},
		{LK_NEED_KEEP_WAITING, "请其稍候"},
	};
	int first = 1;

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if ((needs & words[i].bit) == 0)
			continue;
		fprintf(f, "%s%s", first ? "" : "、", words[i].text);
		first = 0;
	}
	if (first)
		fputs("-", f);
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
	fprintf(r->f, "   编号 %s   放行 %s   需要 ", s->reference,
	    report_by(s->by));
	needs_print(r->f, s->needs);
	putc('\n', r->f);
	fprintf(r->f, "    %s/%s %s   %s%s%s   %s\n", a->row->institution,
	    a->row->branch, a->row->teller, a->row->group,
	    a->row->ring[0] != '\0' ? ", " : "", a->row->ring, s->hits);
	fputs("    柜员:", r->f);
	text_wrap(r->f, s->message, "          ", REPORT_WIDTH);
	if (s->notice[0] != '\0') {
		fputs("    告知:", r->f);
		text_wrap(r->f, s->notice, "          ", REPORT_WIDTH);
	}
}

/* Has an answer with this decision and reason been shown? */
static int
shown(const struct day_answer *const *seen, size_t n,
    const struct day_answer *a)
{
	for (size_t i = 0; i < n; i++) {
		if (seen[i]->result.decision == a->result.decision &&
		    strcmp(seen[i]->result.reason, a->result.reason) == 0 &&
		    seen[i]->result.by == a->result.by)
			return (1);
	}
	return (0);
}

/* The first answer of each kind. */
void
report_samples(const struct report *r)
{
	const struct day_answer *seen[SAMPLES];
	size_t n = 0;

	report_heading(r, "柜面所见", "Answers as the teller reads them");
	for (size_t i = 0; i < r->day->count && n < SAMPLES; i++) {
		const struct day_answer *a = &r->day->answers[i];
		if (a->rc != LK_OK || a->row->kind != PLAN_CHECK ||
		    shown(seen, n, a))
			continue;
		seen[n++] = a;
		sample_print(r, a);
	}
}
