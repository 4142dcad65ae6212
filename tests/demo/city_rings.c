#include <string.h>

#include "city.h"
#include "report_parts.h"
#include "text.h"

#define SHOWN 3
#define CARDS 16	/* of one ring */

/* A ring, by its rows in both days. */
struct band {
	const struct day_answer *alone[CARDS], *city[CARDS];
	size_t n;
};

/* Gather the rows of a ring. */
static void
gather(struct band *b, const struct day *alone, const struct day *city,
    const char *ring)
{
	b->n = 0;
	for (size_t i = 0; i < city->count && b->n < CARDS; i++) {
		if (city->answers[i].row->kind != PLAN_CHECK ||
		    strcmp(city->answers[i].row->ring, ring) != 0)
			continue;
		b->alone[b->n] = &alone->answers[i];
		b->city[b->n++] = &city->answers[i];
	}
}

/* Did every institution see one opening and pass it, and the city hold some? */
static int
unseen(const struct band *b)
{
	int held = 0;

	for (size_t i = 0; i < b->n; i++) {
		if (b->alone[i]->rc != LK_OK || b->city[i]->rc != LK_OK ||
		    b->alone[i]->result.decision != LK_PASS)
			return (0);
		for (size_t k = 0; k < i; k++)
			if (strcmp(b->alone[i]->row->institution,
			    b->alone[k]->row->institution) == 0)
				return (0);
		/* What is told of an application that was withdrawn is that. */
		held |= b->city[i]->held &&
		    b->city[i]->row->then <= PLAN_THEN_CLEAR;
	}
	return (b->n > 2 && held);
}

/* Has the like been shown? */
static int
shown(const char *const *kinds, int n, const char *kind)
{
	for (int i = 0; i < n; i++)
		if (strcmp(kinds[i], kind) == 0)
			return (1);
	return (0);
}

/* The ring with most cards of a kind not shown yet. */
static int
choose(struct band *best, const struct report *r, const struct day *alone,
    const char *const *kinds, int n)
{
	const struct day *d = r->day;
	struct band b;

	best->n = 0;
	for (size_t i = 0; i < d->count; i++) {
		const struct plan_row *row = d->answers[i].row;
		if (row->ring[0] == '\0' || shown(kinds, n, row->group))
			continue;
		gather(&b, alone, d, row->ring);
		if (b.n > best->n && unseen(&b))
			*best = b;
	}
	return (best->n > 0);
}

/* What is asked for. */
static const char *
product(int32_t code)
{
	static const char *const words[] = { "", "Ⅰ类户", "Ⅱ类户", "Ⅲ类户",
		"信用卡", "社保卡", "支付账户", "数字人民币" };

	return (code >= 1 && code <= 7 ? words[code] : code >= 20 ? "电话卡" :
	    "");
}

/* The word for a decision. */
static const char *
word(int32_t d)
{

	return (d == LK_PASS ? "PASS" : d == LK_LIMIT ? "LIMIT" :
	    d < LK_REJECT ? "REVIEW" : "REJECT");
}

/* One application, as both days answered it. */
static void
card(const struct report *r, const struct day_answer *alone,
    const struct day_answer *city)
{
	const struct plan_row *row = city->row;
	char where[80];

	fprintf(r->f, "    %02d:%02d  ", (int)(row->when / 3600),
	    (int)(row->when / 60 % 60));
	(void)snprintf(where, sizeof(where), "%s/%s", row->institution,
	    row->branch);
	text_pad(r->f, where, 15);
	text_pad(r->f, product(row->product), 11);
	fprintf(r->f, "alone %-8scity ", word(alone->result.decision));
	report_ink(r, city->held ? REPORT_WARN : REPORT_GOOD);
	fputs(word(city->result.decision), r->f);
	report_ink(r, REPORT_PLAIN);
	if (city->result.hits[0] != '\0')
		fprintf(r->f, "  %s", city->result.hits);
	fputs((city->result.flags & LK_R_OFFLINE) != 0 ?
	    "  (city away 离线)\n" : "\n", r->f);
}

/* What the teller is told, in both languages. */
static void
words(const struct report *r, const struct day_answer *a)
{
	const struct host *h = r->day->host;
	char en[2048] = "";

	fputs("      柜员：", r->f);
	text_wrap(r->f, a->result.message, "            ", REPORT_WIDTH);
	if (h->message(host_handle(h, a->row->institution),
	    a->result.decision_id, LK_TEXT_TELLER, LK_LANG_EN, en, sizeof(en),
	    0) != LK_OK)
		return;
	fputs("      Teller: ", r->f);
	text_wrap(r->f, en, "            ", REPORT_WIDTH);
}

/* One ring. */
static void
print(const struct report *r, const struct band *b)
{
	const struct plan_row *row = b->city[0]->row;
	const struct day_answer *first = NULL;

	fputs("  ", r->f);
	report_ink(r, REPORT_BOLD);
	fprintf(r->f, "%s", row->ring);
	report_ink(r, REPORT_PLAIN);
	fprintf(r->f, "  %s: %zu institutions, one card asked for at each\n",
	    report_label(row->group), b->n);
	for (size_t i = 0; i < b->n; i++) {
		card(r, b->alone[i], b->city[i]);
		if (first == NULL && b->city[i]->held &&
		    b->city[i]->row->then <= PLAN_THEN_CLEAR)
			first = b->city[i];
	}
	if (first == NULL)
		return;
	fprintf(r->f, "    the first that was held, at %s:\n",
	    first->row->institution);
	words(r, first);
}

/* Some of them. */
int
city_rings(const struct report *r, const struct day *alone)
{
	const char *kinds[SHOWN];
	struct band b;
	int n = 0;

	report_heading(r, "哪一家都看不出的团伙",
	    "Rings of which every institution saw one harmless opening");
	while (n < SHOWN && choose(&b, r, alone, kinds, n)) {
		print(r, &b);
		kinds[n++] = b.city[0]->row->group;
	}
	fflush(r->f);
	return (n);
}
