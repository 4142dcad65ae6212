/*
 * A campaign, told.
 */
#include <stdio.h>
#include <string.h>

#include "engine/day.h"
#include "plugin.h"

#include "campaign_edit.h"
#include "json.h"
#include "tool.h"
#include "width.h"

/* Where a campaign stands. */
const char *
campaign_edit_state(const struct tool *t, const struct campaign *g,
    int32_t today, int word)
{

	if (g->until < today)
		return (word ? "ended" : tool_zh(t, "已结束", "ended"));
	if (g->approved[0] == '\0')
		return (word ? "proposed" : tool_zh(t, "待批准", "proposed"));
	if (g->from > today)
		return (word ? "approved" : tool_zh(t, "已批准，未开始",
		    "approved, to begin"));
	return (word ? "in_force" : tool_zh(t, "进行中", "in force"));
}

/* Say when it takes effect. */
void
campaign_edit_publish(const struct tool *t)
{

	if (!t->json)
		(void)fputs(tool_zh(t,
		    "发布后生效：liangka repo publish\n",
		    "It takes effect when it is published: liangka repo "
		    "publish\n"), t->out);
}

/* Is it for one organisation? */
static int
has_organisation(const struct campaign *g)
{
	static const struct token zeros;

	return (memcmp(&g->organisation, &zeros, sizeof(zeros)) != 0);
}

/* Write it as JSON. */
static void
tell_json(const struct tool *t, const struct campaign *g, int32_t today)
{
	char from[DAY_TEXT], until[DAY_TEXT], hex[TOKEN_HEX_LEN + 1];
	struct json j;
	size_t i;

	day_print(from, g->from);
	day_print(until, g->until);
	token_hex(&g->organisation, hex);
	json_begin(&j, t->out);
	json_text(&j, "id", g->id);
	json_text(&j, "title", g->title);
	json_text(&j, "state", campaign_edit_state(t, g, today, 1));
	json_text(&j, "organisation", has_organisation(g) ? hex : NULL);
	json_text(&j, "batch", g->batch[0] != '\0' ? g->batch : NULL);
	json_list(&j, "outlets");
	for (i = 0; i < g->noutlets; i++)
		json_text(&j, NULL, g->outlets[i]);
	json_close(&j);
	json_bits(&j, "products", campaign_edit_products, g->products);
	json_text(&j, "from", from);
	json_text(&j, "until", until);
	json_u64(&j, "expected", g->expected);
	json_list(&j, "lifts");
	for (i = 0; i < g->nlifts; i++)
		json_text(&j, NULL, g->lifts[i]);
	json_close(&j);
	json_text(&j, "proposed", g->proposed);
	json_text(&j, "approved", g->approved[0] != '\0' ? g->approved : NULL);
	json_end(&j);
}

/* Begin a line. */
static void
label(const struct tool *t, const char *zh, const char *en)
{

	(void)fprintf(t->out, "  %s%s", t->language == LK_LANG_ZH ? zh : en,
	    tool_zh(t, "：", ": "));
}

/* Write a label and its value. */
static void
pair(const struct tool *t, const char *zh, const char *en, const char *value)
{

	if (value[0] == '\0')
		return;
	label(t, zh, en);
	width_put(t->out, value);
	(void)fputc('\n', t->out);
}

/* Write all about a campaign. */
void
campaign_edit_tell(const struct tool *t, const struct campaign *g)
{
	const int32_t today = registers_today(t);
	char from[DAY_TEXT], until[DAY_TEXT], text[512];
	size_t i;

	if (t->json) {
		tell_json(t, g, today);
		return;
	}
	day_print(from, g->from);
	day_print(until, g->until);
	(void)fprintf(t->out, "%s%s%s  ", tool_paint(t, TOOL_BOLD), g->id,
	    tool_paint(t, TOOL_PLAIN));
	width_put(t->out, g->title);
	(void)fputc('\n', t->out);
	pair(t, "状态", "state", campaign_edit_state(t, g, today, 0));
	pair(t, "单位", "organisation", has_organisation(g) ? tool_zh(t,
	    "一个单位（以令牌登记）", "one, kept as a token") : "");
	pair(t, "批次", "batch", g->batch);
	for (i = 0; i < g->noutlets; i++) {
		if (i == 0)
			label(t, "网点", "outlets");
		(void)fprintf(t->out, "%s%s", i == 0 ? "" : " ",
		    g->outlets[i]);
	}
	if (g->noutlets > 0)
		(void)fputc('\n', t->out);
	words_bits(campaign_edit_products, g->products, t->language ==
	    LK_LANG_ZH, text, sizeof(text));
	pair(t, "产品", "products", text);
	(void)snprintf(text, sizeof(text), "%s – %s", from, until);
	pair(t, "日期", "days", text);
	(void)snprintf(text, sizeof(text), "%u", g->expected);
	pair(t, "预计人数", "expected", text);
	label(t, "豁免规则", "lifts");
	for (i = 0; i < g->nlifts; i++)
		(void)fprintf(t->out, "%s%s", i == 0 ? "" : " ", g->lifts[i]);
	(void)fputc('\n', t->out);
	pair(t, "提出", "proposed by", g->proposed);
	pair(t, "批准", "approved by", g->approved);
}
