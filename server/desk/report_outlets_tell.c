#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lists/outlets.h"

#include "report.h"
#include "report_outlets_impl.h"
#include "reporthash.h"

#define COUNTED(name, zh, en, flags) \
	{ name, zh, en, REPORT_NUMBER, flags, 0 }

/* What every table ends with. */
#define COUNT_COLUMNS							\
	COUNTED("cards", "开卡", "cards", 0),				\
	COUNTED("involved", "其中涉案", "involved", REPORT_STRONG),	\
	{ "rate", "每千张涉案", "per 1,000", REPORT_RATE, 0, 1000 },	\
	COUNTED("checks", "核查", "checks", 0),				\
	COUNTED("passed", "通过", "passed", REPORT_WIDE),		\
	COUNTED("held", "暂缓", "held", 0),				\
	COUNTED("refused", "拒绝", "refused", 0),			\
	COUNTED("override", "违反决定开卡", "override", 0),		\
	COUNTED("late", "逾期确认", "late", 0),				\
	COUNTED("extra", "超出数量", "extra", REPORT_WIDE),		\
	COUNTED("file_only", "仅见于文件", "file only", 0),		\
	COUNTED("posthoc", "事后补录", "posthoc", REPORT_WIDE),		\
	COUNTED("voided", "作废", "voided", REPORT_WIDE),		\
	COUNTED("campaign_cards", "批次开卡", "of campaigns", 0),	\
	COUNTED("campaign_involved", "批次涉案", "of these involved",	\
	    REPORT_WIDE),						\
	COUNTED("told", "本期新增涉案", "told in the period", REPORT_WIDE), \
	COUNTED("listed", "开卡后列入名单", "listed since", REPORT_WIDE),	\
	COUNTED("alarms", "柜员报警", "alarms", 0)

#define COUNT_SERIES_RATE 2
#define COUNT_SERIES_HELD 5
#define COUNT_SERIES_REFUSED 6
#define COUNT_SERIES_PASSED 4

static const struct report_column outlet_columns[] = {
	COUNTED("rank", "名次", "rank", 0),
	{ "inst", "机构", "institution", REPORT_TEXT, 0, 0 },
	{ "outlet", "网点", "outlet", REPORT_TEXT, REPORT_STRONG, 0 },
	{ "name", "名称", "name", REPORT_TEXT, 0, 0 },
	{ "area", "区划", "area", REPORT_TEXT, 0, 0 },
	COUNT_COLUMNS
};

static const struct report_column inst_columns[] = {
	{ "inst", "机构", "institution", REPORT_TEXT, REPORT_STRONG, 0 },
	COUNTED("outlets", "网点数", "outlets", 0),
	COUNT_COLUMNS
};

static const struct report_column area_columns[] = {
	{ "area", "区划", "area", REPORT_TEXT, REPORT_STRONG, 0 },
	COUNTED("outlets", "网点数", "outlets", 0),
	COUNT_COLUMNS
};

static const struct report_column campaign_columns[] = {
	{ "campaign", "批次", "campaign", REPORT_TEXT, REPORT_STRONG, 0 },
	COUNTED("cards", "开卡", "cards", 0),
	COUNTED("involved", "涉案", "involved", 0),
	{ "rate", "每千张涉案", "per 1,000", REPORT_RATE, 0, 1000 },
};

#define COLUMNS(v) (sizeof(v) / sizeof((v)[0]))

/* Something that is summed up: an institution, an area, all. */
struct sum {
	struct outlets_place p;
	uint32_t outlets;
};

/* Was anything of it recorded in the period? */
static int
anything(const struct outlets_place *p)
{
	size_t i;

	for (i = 0; i < OUTLETS_COUNTS; i++)
		if (p->n[i] != 0)
			return (1);
	return (0);
}

/* Add an outlet to a sum. */
static void
add(struct sum *s, const struct outlets_place *p)
{
	size_t i;

	for (i = 0; i < OUTLETS_COUNTS; i++)
		s->p.n[i] += p->n[i];
	s->outlets++;
}

/* Fill the cells of counts. */
static void
count_cells(struct report_table *t, const struct outlets_place *p)
{
	static const enum outlets_count order[] = { OUTLETS_CHECKS,
		OUTLETS_PASSED, OUTLETS_HELD, OUTLETS_REFUSED, OUTLETS_OVERRIDE,
		OUTLETS_LATE, OUTLETS_EXTRA, OUTLETS_FILE, OUTLETS_POSTHOC,
		OUTLETS_VOIDED, OUTLETS_CAMPAIGN, OUTLETS_CAMPAIGN_INVOLVED,
		OUTLETS_TOLD, OUTLETS_LISTED, OUTLETS_ALARMS };
	size_t i;

	report_number(t, p->n[OUTLETS_CARDS]);
	report_number(t, p->n[OUTLETS_INVOLVED]);
	report_rate(t, p->n[OUTLETS_INVOLVED], p->n[OUTLETS_CARDS]);
	for (i = 0; i < COLUMNS(order); i++)
		report_number(t, p->n[order[i]]);
}

/* By the lower end of the interval, then the rate, then what else is amiss. */
static int
worse(const struct outlets_place *a, const struct outlets_place *b)
{
	double la, lb, h;
	uint64_t x, y;

	report_wilson(a->n[OUTLETS_INVOLVED], a->n[OUTLETS_CARDS], &la, &h);
	report_wilson(b->n[OUTLETS_INVOLVED], b->n[OUTLETS_CARDS], &lb, &h);
	if (la > lb || la < lb)
		return (la > lb ? -1 : 1);
	x = a->n[OUTLETS_OVERRIDE] + a->n[OUTLETS_LATE] + a->n[OUTLETS_FILE];
	y = b->n[OUTLETS_OVERRIDE] + b->n[OUTLETS_LATE] + b->n[OUTLETS_FILE];
	if (x != y)
		return (x > y ? -1 : 1);
	x = a->n[OUTLETS_CARDS];
	y = b->n[OUTLETS_CARDS];
	return (x > y ? -1 : x < y);
}

/* The same of numbers of a table. */
static int
by_rate(const struct reporthash *h, size_t a, size_t b)
{

	return (worse(reporthash_value(h, a), reporthash_value(h, b)));
}

/* By the bytes of the key alone. */
static int
by_key(const struct reporthash *h, size_t a, size_t b)
{

	(void)h;
	(void)a;
	(void)b;
	return (0);
}

/* Is it an outlet that the report is about? */
static int
wanted(const struct outlets_report *x, size_t i)
{
	const struct reporthash_outlet *k = reporthash_key(x->places, i);
	const struct outlets_place *p = reporthash_value(x->places, i);

	return (anything(p) && reportkind_place(x->o, k->inst, k->outlet,
	    p->area));
}

/* Has it enough cards for a rank? */
static int
enough(const struct outlets_report *x, const struct outlets_place *p)
{

	return (p->n[OUTLETS_CARDS] >= (uint32_t)x->own.min &&
	    p->n[OUTLETS_CARDS] > 0);
}

/* Add a row of an outlet. */
static void
outlet_row(struct report_table *t, const struct outlets_report *x, size_t i,
    int64_t rank)
{
	const struct reporthash_outlet *k = reporthash_key(x->places, i);
	const struct outlets_place *p = reporthash_value(x->places, i);

	report_row(t);
	if (rank != 0)
		report_number(t, rank);
	else
		report_empty(t);
	report_text(t, k->inst);
	report_text(t, k->outlet);
	report_text(t, reportkind_name(x->o, k->inst, k->outlet));
	reportkind_areas(t, reportkind_area(x->o, k->inst, k->outlet,
	    p->area));
	count_cells(t, p);
}

/* Add the row that sums up the outlets. */
static void
total_row(struct report_table *t, const struct sum *s)
{

	report_row_as(t, REPORT_TOTAL);
	report_empty(t);
	report_word(t, "total", "合计", "total");
	report_empty(t);
	report_empty(t);
	report_empty(t);
	count_cells(t, &s->p);
}

/* Write the outlets: those that can be ranked, and the rest. */
static void
league(struct report *r, const struct outlets_report *x, const size_t *order,
    const struct sum *all)
{
	static const struct report_chart chart = { .shape = REPORT_DOT,
		.zh = "每千张开卡涉案数及 95% 区间（前 20 名；虚线为合计）",
		.en = "Involved cards per 1,000 with their 95 % interval (the "
		    "first 20; dashed: all)",
		.label = 1, .labels = 3, .n = 1,
		.series = { 5 + COUNT_SERIES_RATE }, .rows = 20 };
	struct report_table *t, *few;
	const struct outlets_place *p;
	int64_t rank = 0;
	size_t i;

	t = report_table(r, "league", "网点排名", "Outlets by rank",
	    outlet_columns, COLUMNS(outlet_columns));
	report_main(t);
	few = report_table(r, "few", "开卡过少、不予排名的网点",
	    "Outlets with too few cards to rank", outlet_columns,
	    COLUMNS(outlet_columns));
	for (i = 0; i < reporthash_count(x->places); i++) {
		p = reporthash_value(x->places, order[i]);
		if (!wanted(x, order[i]))
			continue;
		if (!enough(x, p))
			outlet_row(few, x, order[i], 0);
		else
			outlet_row(t, x, order[i], p->n[OUTLETS_INVOLVED] > 0 ?
			    ++rank : 0);
	}
	if (report_rows(t) > 0)
		total_row(t, all);
	if (all->p.n[OUTLETS_INVOLVED] > 0)
		report_chart(t, &chart);
	report_show(t, x->o->top);
	report_show(few, x->o->top);
	report_note(r, t, "按 95%% 区间下限由高到低排列；没有涉案卡的网点无名次。合计含"
	    "不予排名的网点。", "In order of the lower end of the 95 %% interval; "
	    "an outlet without an involved card has no rank.  The total has "
	    "those without a rank too.");
}

/* Write the institutions. */
static int
institutions(struct report *r, const struct outlets_report *x,
    const struct sum *all)
{
	static const struct report_chart chart = { .shape = REPORT_STACK,
		.zh = "各机构核查结果", .en = "Checks by outcome", .label = 0,
		.n = 3, .series = { 2 + COUNT_SERIES_PASSED,
		    2 + COUNT_SERIES_HELD, 2 + COUNT_SERIES_REFUSED } };
	struct reporthash *h = reporthash_new(32, sizeof(struct sum));
	const struct reporthash_outlet *k;
	struct report_table *t;
	size_t i, *order = NULL;
	struct sum *s;
	int rc = h == NULL ? -1 : 0;

	for (i = 0; rc == 0 && i < reporthash_count(x->places); i++) {
		if (!wanted(x, i))
			continue;
		k = reporthash_key(x->places, i);
		if ((s = reporthash_put(h, k->inst)) == NULL)
			rc = -1;
		else
			add(s, reporthash_value(x->places, i));
	}
	/* The sum begins with the counts that the order goes by. */
	if (rc == 0 && (order = reporthash_sorted(h, by_rate)) == NULL)
		rc = -1;
	if (rc == 0) {
		t = report_table(r, "institutions", "按机构", "By institution",
		    inst_columns, COLUMNS(inst_columns));
		report_chart(t, &chart);
		for (i = 0; i < reporthash_count(h); i++) {
			s = reporthash_value(h, order[i]);
			report_row(t);
			report_text(t, reporthash_key(h, order[i]));
			report_number(t, s->outlets);
			count_cells(t, &s->p);
		}
		report_row_as(t, REPORT_TOTAL);
		report_word(t, "total", "合计", "total");
		report_number(t, all->outlets);
		count_cells(t, &all->p);
	}
	free(order);
	reporthash_free(h);
	return (rc);
}

/* Write the areas. */
static int
areas(struct report *r, const struct outlets_report *x)
{
	struct reporthash *h = reporthash_new(8, sizeof(struct sum));
	const struct reporthash_outlet *k;
	const struct outlets_place *p;
	struct report_table *t;
	size_t i, *order = NULL;
	char area[32];
	struct sum *s;
	int rc = h == NULL ? -1 : 0;

	for (i = 0; rc == 0 && i < reporthash_count(x->places); i++) {
		if (!wanted(x, i))
			continue;
		k = reporthash_key(x->places, i);
		p = reporthash_value(x->places, i);
		memset(area, 0, sizeof(area));
		(void)snprintf(area, sizeof(area), "%06d", (int)
		    reportkind_area(x->o, k->inst, k->outlet, p->area));
		area[6] = area[7] = '\0';
		if ((s = reporthash_put(h, area)) == NULL)
			rc = -1;
		else
			add(s, p);
	}
	if (rc == 0 && (order = reporthash_sorted(h, by_key)) == NULL)
		rc = -1;
	if (rc == 0) {
		t = report_table(r, "areas", "按区划", "By area", area_columns,
		    COLUMNS(area_columns));
		for (i = 0; i < reporthash_count(h); i++) {
			s = reporthash_value(h, order[i]);
			report_row(t);
			if (strcmp(reporthash_key(h, order[i]), "000000") == 0)
				report_word(t, "unknown", "不详", "not known");
			else
				report_text(t, reporthash_key(h, order[i]));
			report_number(t, s->outlets);
			count_cells(t, &s->p);
		}
	}
	free(order);
	reporthash_free(h);
	return (rc);
}

/* Write the campaigns. */
static int
campaigns(struct report *r, const struct outlets_report *x)
{
	struct report_table *t;
	const struct outlets_place *p;
	size_t i, *order;

	if ((order = reporthash_sorted(x->campaigns, by_key)) == NULL)
		return (-1);
	t = report_table(r, "campaigns", "已登记批次", "Registered campaigns",
	    campaign_columns, COLUMNS(campaign_columns));
	for (i = 0; i < reporthash_count(x->campaigns); i++) {
		p = reporthash_value(x->campaigns, order[i]);
		if (p->n[OUTLETS_CARDS] == 0)
			continue;
		report_row(t);
		report_text(t, reporthash_key(x->campaigns, order[i]));
		report_number(t, p->n[OUTLETS_CARDS]);
		report_number(t, p->n[OUTLETS_INVOLVED]);
		report_rate(t, p->n[OUTLETS_INVOLVED], p->n[OUTLETS_CARDS]);
	}
	free(order);
	return (0);
}

/* Write the figures. */
static void
figures(struct report *r, const struct outlets_report *x,
    const struct sum *all)
{

	report_param_number(r, "min", "排名最低开卡数", "cards for a rank",
	    x->own.min);
	report_figure(r, "outlets", "网点", "outlets", all->outlets);
	report_figure(r, "cards", "开卡", "cards", all->p.n[OUTLETS_CARDS]);
	report_figure(r, "campaign_cards", "批次开卡", "cards of campaigns",
	    all->p.n[OUTLETS_CAMPAIGN]);
	report_figure(r, "involved", "其中涉案", "of the cards: involved",
	    all->p.n[OUTLETS_INVOLVED]);
	report_figure(r, "told", "本期新增涉案", "told in the period",
	    all->p.n[OUTLETS_TOLD]);
	report_figure(r, "held", "暂缓", "held", all->p.n[OUTLETS_HELD]);
	report_figure(r, "refused", "拒绝", "refused",
	    all->p.n[OUTLETS_REFUSED]);
	report_figure(r, "override", "违反决定开卡", "issued against the "
	    "decision", all->p.n[OUTLETS_OVERRIDE]);
	report_figure(r, "file_only", "仅见于文件", "known by a file only",
	    all->p.n[OUTLETS_FILE]);
	report_figure(r, "alarms", "柜员报警", "tellers' alarms",
	    all->p.n[OUTLETS_ALARMS]);
}

/* Write what one must know to read it. */
static void
notes(struct report *r, const struct outlets_report *x)
{
	size_t i, idle = 0;

	report_note(r, NULL, "涉案数指本期所开的卡中，至今被涉案卡名单列入或以涉案为由"
	    "销卡的张数；批次开卡另列，不计入比率；补换卡和已作废的不计。",
	    "Involved are those of the cards opened in the period that a list "
	    "of cards, or a closing for that reason, has named until now.  "
	    "Cards of campaigns stand apart and outside of the rate; "
	    "replacements and what was taken back are not counted.");
	report_note(r, NULL, "“仅见于文件”：没有核查的文件行，含接入核查之前所开的；是否应"
	    "查而未查，见 liangka report reconcile。", "File only: rows of files "
	    "that have no check, those from before the institution began to "
	    "check too; whether one was due says liangka report reconcile.");
	report_note(r, NULL, "比率附 95%% 区间（Wilson）。区间相互重叠的网点，名次先后不"
	    "说明问题。", "The rate has its 95 %% interval (Wilson).  Between "
	    "outlets whose intervals overlap, rank means nothing.");
	if (x->o->outlets == NULL)
		return;
	for (i = 0; i < outlets_count(x->o->outlets); i++) {
		const struct outlet *u = outlets_at(x->o->outlets, i);
		struct reporthash_outlet k;

		memset(&k, 0, sizeof(k));
		memcpy(k.inst, u->institution, strnlen(u->institution,
		    sizeof(k.inst) - 1));
		memcpy(k.outlet, u->outlet, strnlen(u->outlet,
		    sizeof(k.outlet) - 1));
		idle += (size_t)(u->status == OUTLET_OPEN &&
		    reportkind_place(x->o, u->institution, u->outlet,
		    u->area) && reporthash_get(x->places, &k) == NULL);
	}
	if (idle > 0)
		report_note(r, NULL, "名册中另有 %zu 个营业网点没有任何记录。",
		    "%zu more outlets of the register are open and have no "
		    "entry at all.", idle);
}

/* Write all of it. */
int
outlets_tell(struct outlets_report *x, struct report *r)
{
	struct sum all;
	size_t i, *order;
	int rc = 0;

	memset(&all, 0, sizeof(all));
	if ((order = reporthash_sorted(x->places, by_rate)) == NULL)
		return (-1);
	for (i = 0; i < reporthash_count(x->places); i++)
		if (wanted(x, i))
			add(&all, reporthash_value(x->places, i));
	figures(r, x, &all);
	notes(r, x);
	league(r, x, order, &all);
	free(order);
	if (institutions(r, x, &all) != 0 || areas(r, x) != 0 ||
	    campaigns(r, x) != 0)
		rc = -1;
	return (rc);
}
