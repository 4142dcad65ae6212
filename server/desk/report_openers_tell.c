#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "keys/hex.h"

#include "report.h"
#include "report_openers_impl.h"
#include "reporthash.h"

#define SHORT 4		/* bytes of a token that stand for it */

static const struct {
	const char *name, *zh, *en;
} thresholds[REPORT_OPENERS_THRESHOLDS] = {
	{ "day", "当日次数", "visits of a day" },
	{ "inst_7d", "7 日机构数", "institutions in 7 days" },
	{ "cards_30d", "30 日张数", "cards in 30 days" },
	{ "cards_60d", "60 日张数", "cards in 60 days" },
};

static const struct report_column people_columns[] = {
	{ "person", "人员", "person", REPORT_TEXT, REPORT_STRONG, 0 },
	{ "crossed", "首次达到", "first over", REPORT_TIME, 0, 0 },
	{ "over", "达到的阈值", "thresholds", REPORT_TEXT, 0, 0 },
	{ "day", "当日次数", "visits a day", REPORT_NUMBER, 0, 0 },
	{ "inst_7d", "7日机构", "inst. 7 d", REPORT_NUMBER, 0, 0 },
	{ "cards_30d", "30日张", "cards 30 d", REPORT_NUMBER, 0, 0 },
	{ "cards_60d", "60日张", "cards 60 d", REPORT_NUMBER, 0, 0 },
	{ "openings", "期间开卡", "cards in period", REPORT_NUMBER,
	    REPORT_WIDE, 0 },
	{ "campaign", "其中批次", "of a campaign", REPORT_NUMBER, REPORT_WIDE,
	    0 },
	{ "held", "暂缓", "held", REPORT_NUMBER, 0, 0 },
	{ "documents", "证件数", "documents", REPORT_NUMBER, REPORT_WIDE, 0 },
	{ "claimed", "证件关联仅为本人陈述", "link by the applicant's word",
	    REPORT_TEXT, REPORT_WIDE, 0 },
	{ "area", "区划", "area", REPORT_TEXT, 0, 0 },
	{ "last_outlet", "最近网点", "last outlet", REPORT_TEXT, 0, 0 },
	{ "last_name", "最近网点名称", "its name", REPORT_TEXT, REPORT_WIDE,
	    0 },
	{ "last_seq", "最近记录", "last entry", REPORT_NUMBER,
	    REPORT_WIDE | REPORT_NAME, 0 },
	{ "sealed_seq", "可启封记录", "entry to unseal", REPORT_NUMBER,
	    REPORT_NAME, 0 },
	{ "token", "令牌", "token", REPORT_TEXT, REPORT_WIDE, 0 },
};

static const struct report_column opening_columns[] = {
	{ "person", "人员", "person", REPORT_TEXT, REPORT_ONCE | REPORT_STRONG,
	    0 },
	{ "time", "时间", "time", REPORT_TIME, 0, 0 },
	{ "inst", "机构", "institution", REPORT_TEXT, 0, 0 },
	{ "outlet", "网点", "outlet", REPORT_TEXT, 0, 0 },
	{ "name", "网点名称", "outlet's name", REPORT_TEXT, REPORT_WIDE, 0 },
	{ "area", "区划", "area", REPORT_TEXT, 0, 0 },
	{ "product", "产品", "product", REPORT_TEXT, 0, 0 },
	{ "quantity", "张数", "cards", REPORT_NUMBER, 0, 0 },
	{ "how", "来源", "how known", REPORT_TEXT, 0, 0 },
	{ "reached", "此笔达到", "reached with it", REPORT_TEXT, 0, 0 },
	{ "seq", "记录", "entry", REPORT_NUMBER, REPORT_NAME, 0 },
	{ "campaign", "批次", "of a campaign", REPORT_TEXT, REPORT_WIDE, 0 },
};

/* How many bits are set. */
static int
bits(uint32_t v)
{
	int n = 0;

	for (; v != 0; v &= v - 1)
		n++;
	return (n);
}

/* The most striking first. */
static int
by_weight(const void *a, const void *b)
{
	const struct openers_found *x = &((const struct openers_told *)a)->f;
	const struct openers_found *y = &((const struct openers_told *)b)->f;
	int k;

	if (bits(x->over) != bits(y->over))
		return (bits(y->over) - bits(x->over));
	for (k = REPORT_OPENERS_THRESHOLDS - 1; k >= 0; k--)
		if (x->most[k] != y->most[k])
			return (x->most[k] > y->most[k] ? -1 : 1);
	if (x->crossed != y->crossed)
		return (x->crossed < y->crossed ? -1 : 1);
	return (x->last->seq < y->last->seq ? -1 : x->last->seq >
	    y->last->seq);
}

/* Does any of the person's openings in the period lie where was asked for? */
static int
wanted(const struct openers *x, const struct openers_person *p, int held)
{
	const struct reporthash_outlet *k;
	const struct openers_outlet *v;
	uint32_t i;

	if (x->o->inst == NULL && x->o->area == NULL)
		return (1);
	for (i = 0; i < p->n; i++) {
		if (!openers_counts(&p->v[i], held) ||
		    !reportkind_within(x->o, p->v[i].at))
			continue;
		k = reporthash_key(x->outlets, p->v[i].outlet);
		v = reporthash_value(x->outlets, p->v[i].outlet);
		if (reportkind_place(x->o, k->inst, k->outlet, v->area))
			return (1);
	}
	return (0);
}

/* Those who are over a threshold: by what was issued, or else with what was held. */
static struct openers_told *
gather(const struct openers *x, int held, size_t *n)
{
	size_t i, room = 0, all = reporthash_count(x->persons);
	struct openers_told *v = NULL, *more, one;
	const struct openers_person *p;
	struct openers_found issued;

	*n = 0;
	for (i = 0; i < all; i++) {
		p = reporthash_value(x->persons, i);
		one.number = (uint32_t)i;
		openers_find(x, p, held, &one.f);
		if (one.f.over == 0 || !wanted(x, p, held))
			continue;
		if (held) {
			openers_find(x, p, 0, &issued);
			if (issued.over != 0)
				continue;
		}
		if (*n == room) {
			room = room == 0 ? 64 : 2 * room;
			if ((more = realloc(v, room * sizeof(*v))) == NULL) {
				free(v);
				return (NULL);
			}
			v = more;
		}
		v[(*n)++] = one;
	}
	if (v == NULL)
		v = malloc(sizeof(*v));
	if (v != NULL && *n > 1)
		qsort(v, *n, sizeof(*v), by_weight);
	return (v);
}

/* Fill a cell with thresholds. */
static void
over_cell(struct report_table *t, uint32_t over)
{
	char name[128] = "", zh[128] = "", en[128] = "";
	size_t a = 0, b = 0, c = 0;
	int k;

	if (over == 0) {
		report_empty(t);
		return;
	}
	for (k = 0; k < REPORT_OPENERS_THRESHOLDS; k++) {
		if ((over & 1u << k) == 0)
			continue;
		a += (size_t)snprintf(&name[a], sizeof(name) - a, "%s%s",
		    a > 0 ? "," : "", thresholds[k].name);
		b += (size_t)snprintf(&zh[b], sizeof(zh) - b, "%s%s", b > 0 ?
		    "、" : "", thresholds[k].zh);
		c += (size_t)snprintf(&en[c], sizeof(en) - c, "%s%s", c > 0 ?
		    ", " : "", thresholds[k].en);
	}
	report_said(t, name, zh, en);
}

/* Fill a cell with the number of an entry. */
static void
seq_cell(struct report_table *t, uint64_t seq)
{

	if (seq != 0)
		report_number(t, (int64_t)seq);
	else
		report_empty(t);
}

/* Fill a cell with a person. */
static void
person_cell(struct report_table *t, const struct openers *x, uint32_t number,
    size_t len)
{
	const struct token *token = reporthash_key(x->persons, number);
	char hex[2 * TOKEN_LEN + 1];

	hex_encode(hex, token->b, len);
	report_text(t, hex);
}

/* Add a person. */
static void
person_row(struct report_table *t, const struct openers *x,
    const struct openers_told *m)
{
	const struct openers_person *p = reporthash_value(x->persons,
	    m->number);
	const struct openers_found *f = &m->f;
	const struct reporthash_outlet *k = reporthash_key(x->outlets,
	    f->last->outlet);
	char text[80];
	int i;

	report_row(t);
	person_cell(t, x, m->number, SHORT);
	report_time(t, f->crossed);
	over_cell(t, f->over);
	for (i = 0; i < REPORT_OPENERS_THRESHOLDS; i++)
		report_number(t, f->most[i]);
	report_number(t, f->openings);
	report_number(t, f->campaign);
	report_number(t, f->held);
	report_number(t, p->documents + 1);
	if (p->claimed)
		report_word(t, "claimed", "是", "yes");
	else
		report_empty(t);
	reportkind_areas(t, openers_area(x, f->last));
	(void)snprintf(text, sizeof(text), "%s.%s", k->inst, k->outlet);
	report_text(t, text);
	report_text(t, reportkind_name(x->o, k->inst, k->outlet));
	seq_cell(t, f->last->seq);
	seq_cell(t, f->sealed);
	person_cell(t, x, m->number, TOKEN_LEN);
}

/* Fill a cell with how an opening is known, or how an application stands. */
static void
how_cell(struct report_table *t, const struct openers_row *r)
{

	if (r->state == OPENERS_HELD)
		report_word(t, "held", "暂缓", "held");
	else if (r->state == OPENERS_DENIED)
		report_word(t, "denied", "审核驳回", "denied");
	else if (r->state == OPENERS_TIMED)
		report_word(t, "timeout", "审核逾期", "not answered");
	else if ((r->flags & OPENERS_OVERRIDE) != 0)
		report_word(t, "override", "违反决定", "override");
	else if ((r->flags & OPENERS_POSTHOC) != 0)
		report_word(t, "posthoc", "事后补录", "posthoc");
	else if ((r->flags & OPENERS_INTAKE) != 0)
		report_word(t, "intake", "仅文件", "file alone");
	else if ((r->flags & OPENERS_MERGED) != 0)
		report_word(t, "check_file", "核查及文件", "check, file");
	else
		report_word(t, "check", "核查", "check");
}

/* Which thresholds does application i reach that the one before did not? */
static uint32_t
reached(const struct openers *x, const struct openers_person *p, uint32_t i,
    int held, uint32_t *before)
{
	uint32_t n[REPORT_OPENERS_THRESHOLDS], over = 0, fresh;
	int k;

	if (!openers_counts(&p->v[i], held))
		return (0);
	openers_window(p, i, held, n);
	for (k = 0; k < REPORT_OPENERS_THRESHOLDS; k++)
		if (x->own.over[k] != 0 && n[k] >= (uint32_t)x->own.over[k])
			over |= 1u << k;
	fresh = over & ~*before;
	*before = over;
	return (fresh);
}

/* Add a person's openings, in order. */
static void
opening_rows(struct report_table *t, const struct openers *x,
    const struct openers_told *m, int held)
{
	const struct openers_person *p = reporthash_value(x->persons,
	    m->number);
	const struct reporthash_outlet *k;
	const struct openers_row *r;
	uint32_t i, before = 0, fresh;

	for (i = 0; i < p->n; i++) {
		r = &p->v[i];
		fresh = reached(x, p, i, held, &before);
		if (!openers_counts(r, 1) || r->at < m->f.crossed -
		    60 * REPORTKIND_DAY || (x->o->until != 0 && r->at >=
		    x->o->until))
			continue;
		k = reporthash_key(x->outlets, r->outlet);
		report_row_as(t, fresh != 0 ? REPORT_LOUD : REPORT_PLAIN);
		person_cell(t, x, m->number, SHORT);
		report_time(t, r->at);
		report_text(t, k->inst);
		report_text(t, k->outlet);
		report_text(t, reportkind_name(x->o, k->inst, k->outlet));
		reportkind_areas(t, openers_area(x, r));
		reportkind_product(x->o, t, r->product);
		report_number(t, r->quantity);
		how_cell(t, r);
		over_cell(t, fresh);
		seq_cell(t, r->seq);
		if ((r->flags & OPENERS_CAMPAIGN) != 0)
			report_word(t, "campaign", "是", "yes");
		else
			report_empty(t);
	}
}

/* Write people and their openings. */
static void
people(struct report *r, const struct openers *x, const struct openers_told *v,
    size_t n, int held)
{
	struct report_table *t, *each;
	size_t i, rows = 0;

	t = report_table(r, held ? "held" : "people", held ?
	    "若暂缓的申请均已开卡则达到阈值的人员" : "达到阈值的人员", held ?
	    "Who would be over a threshold, had what was held been issued" :
	    "Who is over a threshold", people_columns,
	    sizeof(people_columns) / sizeof(people_columns[0]));
	each = report_table(r, held ? "held_applications" : "openings", held ?
	    "上列人员的开卡与暂缓，按时间" : "上列人员的开卡，按时间", held ?
	    "Their openings and held applications, in order" :
	    "Their openings, in order", opening_columns,
	    sizeof(opening_columns) / sizeof(opening_columns[0]));
	for (i = 0; i < n; i++) {
		person_row(t, x, &v[i]);
		opening_rows(each, x, &v[i], held);
		if (i + 1 == x->o->top)
			rows = report_rows(each);
	}
	report_show(t, x->o->top);
	report_show(each, rows);
	if (!held)
		report_main(t);
}

/* Write the figures. */
static void
figures(struct report *r, const struct openers *x, const struct openers_told *v,
    size_t n, size_t held)
{
	int64_t each[REPORT_OPENERS_THRESHOLDS] = { 0 };
	size_t i;
	int k;

	for (i = 0; i < n; i++)
		for (k = 0; k < REPORT_OPENERS_THRESHOLDS; k++)
			each[k] += (v[i].f.over >> k & 1);
	report_figure(r, "people", "达到阈值人数", "people over a threshold",
	    (int64_t)n);
	report_figure(r, "over_day", "当日多次", "over: a day", each[0]);
	report_figure(r, "over_inst_7d", "7 日多家机构",
	    "over: institutions, 7 days", each[1]);
	report_figure(r, "over_cards_30d", "30 日多张", "over: cards, 30 days",
	    each[2]);
	report_figure(r, "over_cards_60d", "60 日多张", "over: cards, 60 days",
	    each[3]);
	report_figure(r, "held", "因暂缓而未达到", "kept below by a hold",
	    (int64_t)held);
	report_param_number(r, "min_day", "当日次数阈值", "visits of a day",
	    x->own.over[0]);
	report_param_number(r, "min_inst_7d", "7 日机构数阈值",
	    "institutions in 7 days", x->own.over[1]);
	report_param_number(r, "min_cards_30d", "30 日张数阈值",
	    "cards in 30 days", x->own.over[2]);
	report_param_number(r, "min_cards_60d", "60 日张数阈值",
	    "cards in 60 days", x->own.over[3]);
}

/* Write what one must know to read it. */
static void
notes(struct report *r)
{

	report_note(r, NULL, "开卡指实际开出的银行卡和电话卡：核查后确认、文件录入、"
	    "事后补录；已作废的、补换的、此前存量的不计，文件再次告知的不重复计。",
	    "An opening is a bank or phone card that was issued: confirmed after "
	    "a check, told by a file, or recorded later.  What was voided, "
	    "replacements and cards held before are not counted; what a file "
	    "tells of again is counted once.");
	report_note(r, NULL, "窗口逐笔滑动、精确计算，同日按到访次数计；仅知日期的不参"
	    "与当日计数。", "Windows slide exactly from opening to opening; a day "
	    "counts visits; what is known by its day only does not count there.");
	report_note(r, NULL, "人员以令牌前 8 位代称。反诈中心可对“可启封记录”执行 liangka "
	    "unseal 得知身份，须说明理由，并记入日志；没有可启封记录的，凭开卡记录向机构查询。",
	    "A person stands as the first 8 digits of the token.  The centre "
	    "learns who it is with \"liangka unseal\" of the entry to unseal, "
	    "giving a reason, which is recorded; where there is none, the "
	    "institution knows by the openings.");
}

/* Write all of it. */
int
openers_tell(struct openers *x, struct report *r)
{
	struct openers_told *over, *held = NULL;
	size_t n, nheld;
	int rc = -1;

	if ((over = gather(x, 0, &n)) != NULL &&
	    (held = gather(x, 1, &nheld)) != NULL) {
		figures(r, x, over, n, nheld);
		notes(r);
		rc = openers_tell_areas(r, x, over, n);
		if (rc == 0)
			rc = openers_tell_days(r, over, n);
		people(r, x, over, n, 0);
		people(r, x, held, nheld, 1);
	}
	free(over);
	free(held);
	return (rc);
}
