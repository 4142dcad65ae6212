#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/day.h"
#include "engine/identity.h"
#include "keys/token.h"
#include "lists/outlets.h"
#include "plugin.h"

#include "campaign_edit.h"
#include "command.h"

struct options {
	struct registers_by by;
	const char *title;
	char organisation[40];
	struct arg_list outlets;
	const char *batch;
	uint32_t products;
	const char *from, *until;
	uint64_t expected;
	struct arg_list lifts;
	const char *policy;
};

static const struct arg args[] = {
	REGISTERS_DIR_ARG(struct options, by),
	REGISTERS_WHO_ARG(struct options, by, ARG_REQUIRED),
	{ "title", ARG_STRING, ARG_REQUIRED, "TEXT", "what it is, at most 127 "
	    "bytes", NULL, 0, 0, ARG_AT(struct options, title) },
	{ "organisation", ARG_TEXT, ARG_SECRET, "CODE", "credit code "
	    "(统一社会信用代码) of the employer or school; \"-\" reads it; kept as a "
	    "token", NULL, 0, 0, ARG_AT(struct options, organisation) },
	{ "outlet", ARG_LIST, 0, "LIST", "outlets (INSTITUTION.OUTLET) with "
	    "commas between; may be given again", NULL, 0, 0,
	    ARG_AT(struct options, outlets) },
	{ "batch", ARG_STRING, 0, "ID", "batch_id that hosts send with its "
	    "applications", NULL, 0, 0, ARG_AT(struct options, batch) },
	{ "products", ARG_BITS, ARG_REQUIRED, "LIST", "products with commas "
	    "between", campaign_edit_products, 0, 0,
	    ARG_AT(struct options, products) },
	{ "from", ARG_STRING, ARG_REQUIRED, "DAY", "first day, e.g. 2026-09-01",
	    NULL, 0, 0, ARG_AT(struct options, from) },
	{ "until", ARG_STRING, ARG_REQUIRED, "DAY", "last day", NULL, 0, 0,
	    ARG_AT(struct options, until) },
	{ "expected", ARG_NUMBER, ARG_REQUIRED, "HEADS", "how many people are "
	    "expected", NULL, 1, CAMPAIGN_EXPECTED_MAX,
	    ARG_AT(struct options, expected) },
	{ "lifts", ARG_LIST, ARG_REQUIRED, "RULES", "rules that do not hold for "
	    "it, with commas between", NULL, 0, 0,
	    ARG_AT(struct options, lifts) },
	{ "policy", ARG_STRING, 0, "FILE", "the policy in force: see that it "
	    "has these rules and lets campaigns lift them", NULL, 0, 0,
	    ARG_AT(struct options, policy) },
	ARG_END
};

/* Take the next of the words of a list option, across what was given again. */
static int
next_word(const struct arg_list *l, size_t *i, size_t *at, char *buf,
    size_t cap)
{
	const char *s;
	size_t n;

	for (; *i < l->n; (*i)++, *at = 0) {
		s = &l->v[*i][*at];
		n = strspn(s, ", ");
		s += n;
		*at += n;
		if ((n = strcspn(s, ", ")) == 0)
			continue;
		*at += n;
		(void)snprintf(buf, cap, "%.*s", (int)(n < cap ? n : cap - 1),
		    s);
		return (1);
	}
	return (0);
}

/* Take the rules. */
static int
take_lifts(const struct tool *t, const struct options *o, struct campaign *g)
{
	char word[64];
	size_t i = 0, at = 0;

	while (next_word(&o->lifts, &i, &at, word, sizeof(word))) {
		if (g->nlifts == CAMPAIGN_LIFTS_MAX)
			return (tool_fail(t, TOOL_USAGE, "--lifts：最多 %d 条",
			    "--lifts: at most %d rules", CAMPAIGN_LIFTS_MAX));
		if (strlen(word) >= sizeof(g->lifts[0]))
			return (tool_fail(t, TOOL_USAGE,
			    "--lifts：“%s”不是规则编号",
			    "--lifts: \"%s\" is no rule's id", word));
		memcpy(g->lifts[g->nlifts++], word, strlen(word) + 1);
	}
	return (g->nlifts > 0 ? ARGS_GO : tool_fail(t, TOOL_USAGE,
	    "--lifts：没有给出规则", "--lifts: no rule is named"));
}

/* Read the outlet register, if there is one. */
static int
read_outlets(const struct tool *t, const struct centre *c, struct outlets **r)
{
	char err[OUTLETS_ERROR_MAX], *text;
	size_t len;
	int rc;

	*r = NULL;
	if ((rc = registers_read(t, c, "outlets.csv", OUTLETS_MAX_TEXT, &text,
	    &len)) != ARGS_GO || text == NULL)
		return (rc);
	*r = outlets_read("registers/outlets.csv", text, len, err);
	free(text);
	return (*r != NULL ? ARGS_GO : tool_fail(t, TOOL_DATA, "%s", "%s",
	    err));
}

/* Take the outlets; the register must know them. */
static int
take_outlets(const struct tool *t, const struct options *o,
    const struct outlets *reg, char (*v)[64], size_t *n)
{
	char word[128], institution[OUTLET_ID_MAX + 1],
	    outlet[OUTLET_ID_MAX + 1];
	size_t i = 0, at = 0;

	while (next_word(&o->outlets, &i, &at, word, sizeof(word))) {
		if (outlets_split(word, institution, outlet) != 0)
			return (tool_fail(t, TOOL_USAGE,
			    "“%s”不是网点；请写成 机构.网点，例如 icbc.0001",
			    "\"%s\" is no outlet; write INSTITUTION.OUTLET, "
			    "e.g. icbc.0001", word));
		if (reg != NULL && outlets_find(reg, institution, outlet) ==
		    NULL)
			return (tool_fail(t, TOOL_NO, "登记表中没有网点 %s",
			    "there is no outlet %s in the register", word));
		if (*n == CAMPAIGN_OUTLETS_MAX)
			return (tool_fail(t, TOOL_USAGE, "网点最多 %d 个",
			    "at most %d outlets", CAMPAIGN_OUTLETS_MAX));
		memcpy(v[(*n)++], word, strlen(word) + 1);
	}
	return (ARGS_GO);
}

/* Make the organisation's token, as the daemon does of a credit code. */
static int
take_organisation(const struct tool *t, const struct centre *c,
    const char *code, struct token *out)
{
	const char *path = c->person_key;
	uint8_t in[IDENTITY_TOKEN_INPUT];
	struct identity_error bad;
	struct token_keys *keys;
	struct identity id;
	char err[CENTRE_ERROR_MAX];
	size_t n;

	if (identity_parse(&id, LK_ID_CREDIT_CODE, code, strlen(code), NULL,
	    registers_today(t), &bad) != 0)
		return (tool_fail(t, TOOL_DATA, "--organisation：%s",
		    "--organisation: %s", identity_fault_text(bad.fault,
		    t->language == LK_LANG_EN)));
	if (path[0] == '\0')
		return (tool_fail(t, TOOL_CONFIG,
		    "centre.conf 的 [keys] 没有 person：登记单位需要本地区的令牌密钥；"
		    "也可改用 --outlet 或 --batch",
		    "centre.conf names no person key in [keys]: a campaign of "
		    "an organisation needs the region's token key; --outlet "
		    "or --batch do without"));
	if ((keys = token_keys_load(&path, 1, err, sizeof(err))) == NULL)
		return (tool_fail(t, TOOL_CONFIG, "%s", "%s", err));
	n = identity_token_input(&id, in);
	token_make(out, keys, 0, TOKEN_ORG, in, n);
	explicit_bzero(in, sizeof(in));
	identity_wipe(&id);
	token_keys_free(keys);
	return (ARGS_GO);
}

/* Take what needs no look at the centre. */
static int
take_plain(const struct tool *t, const struct options *o, const char *id,
    struct campaign *g)
{
	int rc;

	memset(g, 0, sizeof(*g));
	if (strlen(id) >= sizeof(g->id) || id[0] == '\0' || id[strspn(id,
	    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_."
	    )] != '\0')
		return (tool_fail(t, TOOL_USAGE,
		    "“%s”不能作活动编号：1 至 31 个字母、数字、- _ .",
		    "\"%s\" cannot be a campaign's id: 1 to 31 letters, digits, "
		    "- _ .", id));
	if ((rc = registers_line(t, "title", o->title, sizeof(g->title) - 1)) !=
	    ARGS_GO || (o->batch != NULL && (rc = registers_line(t, "batch",
	    o->batch, sizeof(g->batch) - 1)) != ARGS_GO) ||
	    (rc = registers_day(t, "from", o->from, &g->from)) != ARGS_GO ||
	    (rc = registers_day(t, "until", o->until, &g->until)) != ARGS_GO ||
	    (rc = registers_line(t, "who", o->by.who, REGISTERS_WHO_MAX)) !=
	    ARGS_GO || (rc = take_lifts(t, o, g)) != ARGS_GO)
		return (rc);
	if (g->until < g->from || g->until < registers_today(t) ||
	    g->until - g->from >= CAMPAIGN_DAYS_MAX)
		return (tool_fail(t, TOOL_USAGE,
		    "--until：不能早于首日或今日，且活动最长 %d 天",
		    "--until: not before the first day or today, and a "
		    "campaign has at most %d days", CAMPAIGN_DAYS_MAX));
	if (o->outlets.n == 0 && o->batch == NULL && o->organisation[0] ==
	    '\0')
		return (tool_fail(t, TOOL_USAGE,
		    "须限定 --organisation、--outlet 或 --batch，否则人人适用",
		    "name an --organisation, an --outlet or a --batch, else it "
		    "would be for everybody"));
	memcpy(g->id, id, strlen(id) + 1);
	memcpy(g->title, o->title, strlen(o->title) + 1);
	if (o->batch != NULL)
		memcpy(g->batch, o->batch, strlen(o->batch) + 1);
	memcpy(g->proposed, o->by.who, strlen(o->by.who) + 1);
	g->products = o->products;
	g->expected = (uint32_t)o->expected;
	return (ARGS_GO);
}

/* Take the rest, and put the campaign into the register. */
static int
propose(const struct tool *t, const struct options *o,
    struct campaign_edit *e, struct campaign *g, char (*v)[64])
{
	struct outlets *reg = NULL;
	char what[96];
	int rc;

	if (campaigns_find(e->now, g->id) != NULL)
		return (tool_fail(t, TOOL_NO, "已有活动 %s",
		    "there is a campaign %s already", g->id));
	if ((rc = read_outlets(t, &e->centre, &reg)) != ARGS_GO)
		return (rc);
	rc = take_outlets(t, o, reg, v, &g->noutlets);
	outlets_free(reg);
	g->outlets = (const char (*)[64])v;
	if (rc == ARGS_GO && o->organisation[0] != '\0')
		rc = take_organisation(t, &e->centre, o->organisation,
		    &g->organisation);
	if (rc == ARGS_GO && o->policy != NULL)
		rc = campaign_edit_rules(t, g, o->policy);
	if (rc != ARGS_GO)
		return (rc);
	e->v[e->n++] = g;
	(void)snprintf(what, sizeof(what), "campaign propose %s", g->id);
	if ((rc = campaign_edit_save(t, e, &o->by, what, g->title)) != ARGS_GO)
		return (rc);
	campaign_edit_tell(t, g);
	if (!t->json)
		(void)fprintf(t->out, tool_zh(t,
		    "%s须由另一人批准：liangka campaign approve %s\n",
		    "%sAnother person must approve it: liangka campaign "
		    "approve %s\n"), o->policy == NULL ? tool_zh(t,
		    "未核对规则（可加 --policy）。",
		    "The rules were not checked (--policy).  ") : "", g->id);
	return (TOOL_OK);
}

/* Open the centre and propose. */
static int
propose_in(const struct tool *t, const struct options *o, struct campaign *g)
{
	struct campaign_edit e;
	char (*v)[64];
	int rc;

	if ((v = calloc(CAMPAIGN_OUTLETS_MAX, sizeof(*v))) == NULL)
		return (tool_fail(t, TOOL_SYSTEM, "内存不足", "out of memory"));
	if ((rc = campaign_edit_open(t, &o->by, 1, &e)) == ARGS_GO) {
		rc = propose(t, o, &e, g, v);
		campaign_edit_close(&e);
	}
	free(v);
	return (rc);
}

/* The command. */
static int
run(struct tool *t, int argc, char **argv)
{
	struct options o = { .products = 0 };
	struct campaign g;
	int rc;

	if ((rc = args_read(t, &o, &argc, argv)) == ARGS_GO &&
	    (rc = args_operands(t, argc, argv, 1, 1, "一个活动编号",
	    "one id for the campaign")) == ARGS_GO &&
	    (rc = take_plain(t, &o, argv[0], &g)) == ARGS_GO)
		rc = propose_in(t, &o, &g);
	explicit_bzero(o.organisation, sizeof(o.organisation));
	return (rc);
}

const struct command cmd_campaign_propose = {
	.name = "campaign propose",
	.synopsis = "ID --dir DIR --who NAME --title TEXT --products LIST --from "
	    "DAY --until DAY --expected HEADS --lifts RULES [--organisation -] "
	    "[--outlet LIST] [--batch ID] [--policy FILE] [options]",
	.brief = "propose a batch that is known beforehand (报备活动)",
	.text = "A campaign is a batch that is known beforehand: a payroll, "
	    "freshmen week.  For its people the rules that it names do not "
	    "hold, on its days, for its products, up to the expected number; "
	    "above that the centre is told once.  Only rules of which the "
	    "policy says \"campaign = true\" can be lifted, never a list, a "
	    "quantity limit or a count over several institutions.\n"
	    "\n"
	    "It must be bound to an organisation, outlets or a batch id.  It "
	    "lifts nothing until another person has approved it and it is "
	    "published.  Where two campaigns fit, the one proposed first "
	    "counts.\n"
	    "\n"
	    "Name rules, not reasons: HF-KIT-P, for those who state a purpose, "
	    "tells the reason HF-KIT too.  With --policy such a rule is noted "
	    "when it is left out.",
	.args = args,
	.exits = "0  proposed\n1  there is one of this id, or the policy, or the "
	    "outlet register does not allow it\n64 wrong usage\n"
	    "65 what was given is wrong\n66 there is no such file\n"
	    REGISTERS_EXITS_READ,
	.examples = "liangka campaign propose freshmen-2027 --dir /srv/centre "
	    "--who 0412 --title \"新生周\" --outlet icbc.0001,cmcc.0102 --products "
	    "sim,bank1 --from 2027-09-01 --until 2027-09-15 --expected 4200 "
	    "--lifts HF-DAY,HF-KIT,HF-KIT-P --policy 2026-11.policy\n",
	.run = run,
};
