#include <string.h>

#include "report_parts.h"
#include "text.h"

/* What became of those who stand on one list. */
struct kind {
	const char *group;
	size_t asked, passed, limited, held, rejected;
	struct report_rules rules;
};

#define KINDS 16

/* Find or add the line of a group. */
static struct kind *
kind_of(struct kind *kinds, size_t *count, const char *group)
{
	for (size_t i = 0; i < *count; i++)
		if (strcmp(kinds[i].group, group) == 0)
			return (&kinds[i]);
	if (*count == KINDS)
		return (NULL);
	memset(&kinds[*count], 0, sizeof(kinds[0]));
	kinds[*count].group = group;
	return (&kinds[(*count)++]);
}

/* Count one answer. */
static void
count(struct kind *k, const struct day_answer *a)
{
	int32_t d = a->result.decision;

	k->asked++;
	if (d == LK_PASS)
		k->passed++;
	else if (d == LK_LIMIT)
		k->limited++;
	else if (d < LK_REJECT)
		k->held++;
	else
		k->rejected++;
	report_hits(&k->rules, &a->result);
}

/* Those whom a list names, and what the list did. */
void
report_lists(const struct report *r)
{
	struct kind kinds[KINDS];
	char rules[160];
	size_t n = 0;

	for (size_t i = 0; i < r->day->count; i++) {
		const struct day_answer *a = &r->day->answers[i];
		struct kind *k;
		if (a->row->listed[0] == '\0' || a->rc != LK_OK ||
		    (k = kind_of(kinds, &n, a->row->group)) == NULL)
			continue;
		count(k, a);
	}
	if (n == 0)
		return;
	report_heading(r, "名单命中", "Hits on the centre's signed lists");
	fprintf(r->f, "  %-44s%6s%6s%7s%8s%8s  %s\n", "group", "asked", "pass",
	    "limit", "review", "reject", "by which rules");
	for (size_t i = 0; i < n; i++) {
		fputs("  ", r->f);
		text_pad(r->f, kinds[i].group, 20);
		text_pad(r->f, report_label(kinds[i].group), 24);
		fprintf(r->f, "%6zu%6zu%7zu%8zu%8zu  %s\n", kinds[i].asked,
		    kinds[i].passed, kinds[i].limited, kinds[i].held,
		    kinds[i].rejected, report_rules(&kinds[i].rules, rules,
		    sizeof(rules)));
	}
}
