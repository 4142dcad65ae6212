#include <stdio.h>
#include <string.h>

#include "engine/policy.h"
#include "plugin.h"

#include "command.h"
#include "json.h"
#include "rules.h"
#include "table.h"

static const char *const classes[] = {
	[POLICY_STATUTORY] = "statutory", [POLICY_QUANTITY_LIMIT] = "quantity",
	[POLICY_FREQUENCY] = "frequency", [POLICY_CONTEXT] = "context"
};
static const char *const classes_zh[] = {
	[POLICY_STATUTORY] = "法定", [POLICY_QUANTITY_LIMIT] = "数量",
	[POLICY_FREQUENCY] = "频次", [POLICY_CONTEXT] = "情境"
};

/* Where doubts go. */
struct doubts {
	const struct tool *t;
	const struct rules *r;
	struct json *j;
	unsigned n;
};

/* Write one doubt. */
static void
doubt(void *arg, const struct rules_doubt *d)
{
	struct doubts *s = arg;

	s->n++;
	if (s->j != NULL) {
		json_open(s->j, NULL);
		json_u64(s->j, "line", d->line);
		json_text(s->j, "rule", d->rule);
		json_text(s->j, "message", d->text);
		json_end(s->j);
	} else
		(void)fprintf(s->t->err, "%s:%u:1: warning: %s: %s\n",
		    s->r->file, d->line, d->rule, d->text);
}

/* Write the lists that a policy asks for as JSON. */
static void
lists_json(struct json *j, const struct policy *p)
{
	const char *const *ids;
	size_t n = policy_lists(p, &ids), i;

	json_list(j, "lists");
	for (i = 0; i < n; i++)
		json_text(j, NULL, ids[i]);
	json_close(j);
}

/* Write them for a person. */
static void
lists(const struct tool *t, const struct policy *p)
{
	const char *const *ids;
	size_t n = policy_lists(p, &ids), i;

	if (n == 0)
		return;
	(void)fputs(tool_zh(t, "查询的名单：", "lists asked for: "), t->out);
	for (i = 0; i < n; i++)
		(void)fprintf(t->out, "%s%s", i == 0 ? "" : tool_zh(t, "、",
		    ", "), ids[i]);
	(void)fputc('\n', t->out);
}

/* Check one file and write JSON. */
static int
check_json(const struct tool *t, const char *file)
{
	const struct policy_fact *facts;
	struct rules r;
	struct json j;
	struct doubts d = { t, &r, &j, 0 };
	int rc, ok = 0;

	json_begin(&j, t->out);
	json_text(&j, "file", file);
	json_list(&j, "errors");
	rc = rules_load(t, file, &r, &j);
	json_close(&j);
	json_list(&j, "warnings");
	if (rc == TOOL_OK && r.policy != NULL)
		rules_doubts(t, &r, t->now_ms() / 1000, doubt, &d);
	json_close(&j);
	if (rc == TOOL_OK && r.policy != NULL) {
		ok = 1;
		json_text(&j, "version", policy_version(r.policy));
		json_u64(&j, "rules", policy_rules(r.policy));
		json_u64(&j, "facts", policy_facts(r.policy, &facts));
		json_u64(&j, "worst_entry_bytes", policy_worst_bytes(r.policy));
		lists_json(&j, r.policy);
	}
	json_bool(&j, "ok", ok);
	json_end(&j);
	if (rc != TOOL_OK)
		return (rc);
	rules_free(&r);
	return (ok ? TOOL_OK : TOOL_DATA);
}

/* Check one file. */
static int
check(const struct tool *t, const char *file)
{
	const struct policy_fact *facts;
	struct rules r;
	struct doubts d = { t, &r, NULL, 0 };
	int rc;

	if (t->json)
		return (check_json(t, file));
	if ((rc = rules_load(t, file, &r, NULL)) != TOOL_OK)
		return (rc);
	if (r.policy == NULL) {
		(void)fprintf(t->out, tool_zh(t, "%s：%u 处错误%s\n",
		    "%s: %u error%s\n"), r.file, r.errors, t->language ==
		    LK_LANG_ZH || r.errors == 1 ? "" : "s");
		rc = TOOL_DATA;
	} else {
		rules_doubts(t, &r, t->now_ms() / 1000, doubt, &d);
		(void)fprintf(t->out, tool_zh(t,
		    "%s：%zu 条规则，%zu 项事实，每条记录最多 %zu 字节：正确\n",
		    "%s: %zu rules, %zu facts, worst entry %zu bytes: ok\n"),
		    r.file, policy_rules(r.policy),
		    policy_facts(r.policy, &facts),
		    policy_worst_bytes(r.policy));
		lists(t, r.policy);
	}
	rules_free(&r);
	return (rc);
}

/* Check all files. */
static int
run_check(struct tool *t, int argc, char **argv)
{
	int rc, i, worst = TOOL_OK;

	if ((rc = args_read(t, NULL, &argc, argv)) != ARGS_GO ||
	    (rc = args_operands(t, argc, argv, 1, 4096, "规则文件",
	    "the policy file")) != ARGS_GO)
		return (rc);
	for (i = 0; i < argc; i++)
		if ((rc = check(t, argv[i])) != TOOL_OK && worst == TOOL_OK)
			worst = rc;
	return (worst);
}

/* Who may clear a review of this rule; "" when it makes none. */
static const char *
by(const struct tool *t, const struct policy *p, int rule)
{
	int32_t who = policy_rule_by(p, rule);
	const char *s;

	if (who == LK_BY_NONE)
		return ("");
	s = words_name(words_by, who, t->language == LK_LANG_ZH);
	return (s != NULL ? s : "?");
}

/* What is particular about a rule. */
static void
marks(const struct tool *t, const struct policy *p, int rule, char *buf,
    size_t cap)
{
	const char *who = words_name(words_alert_level,
	    (int32_t)policy_rule_notify(p, rule), t->language == LK_LANG_ZH);
	char needs[160];
	size_t len;

	words_bits(words_need, policy_rule_needs(p, rule), t->language ==
	    LK_LANG_ZH, needs, sizeof(needs));
	(void)snprintf(buf, cap, "%s%s%s%s%s%s%s%s", policy_rule_shadow(p, rule) ?
	    tool_zh(t, "[试行] ", "[on trial] ") : "",
	    policy_rule_live(p, rule, t->now_ms() / 1000) ? "" :
	    tool_zh(t, "[今日不生效] ", "[not in force today] "),
	    policy_rule_clearable(p, rule) || policy_rule_tells(p, rule) ? "" :
	    tool_zh(t, "[不可豁免] ", "[not clearable] "),
	    policy_waivable(p, rule) ? tool_zh(t, "[登记活动可豁免] ",
	    "[campaigns may lift it] ") : "", who == NULL ? "" : tool_zh(t,
	    "[告知", "[tells the "), who == NULL ? "" : who, who == NULL ? "" :
	    "] ", needs);
	for (len = strlen(buf); len > 0 && buf[len - 1] == ' '; len--)
		buf[len - 1] = '\0';
}

/* List the rules. */
static int
show_rules(const struct tool *t, const struct policy *p)
{
	const char *const en[] = { "RULE", "CLASS", "THEN", "BY", "REMARKS" };
	const char *const zh[] = { "规则", "类别", "结果", "审核方", "说明" };
	int is_zh = t->language == LK_LANG_ZH, rule, rc = 0;
	const char *cells[5];
	struct table *table;
	char remark[256];

	if ((table = table_new(t->out, 5, is_zh ? zh : en)) == NULL)
		return (-1);
	for (rule = 0; rule < (int)policy_rules(p) && rc == 0; rule++) {
		marks(t, p, rule, remark, sizeof(remark));
		cells[0] = policy_rule_id(p, rule);
		cells[1] = (is_zh ? classes_zh : classes)[policy_rule_class(p,
		    rule)];
		cells[2] = words_name(words_then, policy_rule_then(p,
		    rule), is_zh);
		cells[3] = by(t, p, rule);
		cells[4] = remark;
		rc = table_row(table, cells);
	}
	table_end(table);
	return (rc);
}

/* Show a policy to a person. */
static int
show(const struct tool *t, const struct rules *r)
{
	const struct policy *p = r->policy;
	const struct policy_fact *facts;
	size_t n = policy_facts(p, &facts), i;
	char name[64];
	int rule;

	(void)fprintf(t->out, tool_zh(t, "%s：版本 %s，引擎 %d\n"
	    "预约保留 %lld 秒，复核期限 %lld 秒，批准后保留 %lld 秒\n"
	    "无人处理的案件：%s\n\n",
	    "%s: version %s, engine %d\n"
	    "a reservation lasts %lld s, an open review %lld s, an approval "
	    "%lld s\na case that nobody answers: %s\n\n"), r->file, policy_version(p), POLICY_ENGINE,
	    (long long)policy_reservation_ttl(p),
	    (long long)policy_review_ttl(p), (long long)policy_approve_ttl(p),
	    policy_review_timeout(p) == LK_REJECT ?
	    tool_zh(t, "视为拒绝", "counts as refused") :
	    tool_zh(t, "到期失效，须重新申请", "lapses, to be asked anew"));
	if (show_rules(t, p) != 0)
		return (tool_fail(t, TOOL_SYSTEM, "内存不足",
		    "out of memory"));
	(void)fputc('\n', t->out);
	for (rule = 0; rule < (int)policy_rules(p); rule++)
		(void)fprintf(t->out, "%s: %s\n", policy_rule_id(p, rule),
		    policy_rule_when(p, rule));
	(void)fprintf(t->out, tool_zh(t,
	    "\n所读事实 %zu 项（按记录中的次序），每条记录最多 %zu 字节：\n",
	    "\n%zu facts, in the order of an entry; worst entry %zu bytes:\n"),
	    n, policy_worst_bytes(p));
	for (i = 0; i < n; i++) {
		(void)policy_fact_name(&facts[i], name, sizeof(name));
		(void)fprintf(t->out, "%3zu  %s\n", i, name);
	}
	lists(t, p);
	return (TOOL_OK);
}

/* Show one rule as JSON. */
static void
rule_json(const struct tool *t, struct json *j, const struct policy *p,
    int rule)
{

	json_open(j, NULL);
	json_text(j, "id", policy_rule_id(p, rule));
	json_text(j, "class", classes[policy_rule_class(p, rule)]);
	json_text(j, "when", policy_rule_when(p, rule));
	json_word(j, "then", words_then, policy_rule_then(p, rule));
	if (policy_rule_notify(p, rule) == POLICY_NOTIFY_NONE)
		json_nil(j, "notify");
	else
		json_word(j, "notify", words_alert_level,
		    (int32_t)policy_rule_notify(p, rule));
	json_word(j, "by", words_by, policy_rule_by(p, rule));
	json_bits(j, "needs", words_need, policy_rule_needs(p, rule));
	json_text(j, "reason", policy_rule_reason(p, rule));
	json_bool(j, "clearable", policy_rule_clearable(p, rule));
	json_bool(j, "campaign", policy_waivable(p, rule));
	json_bool(j, "shadow", policy_rule_shadow(p, rule));
	json_bool(j, "live", policy_rule_live(p, rule, t->now_ms() / 1000));
	json_end(j);
}

/* Show a policy as JSON. */
static void
show_json(const struct tool *t, const struct rules *r)
{
	const struct policy *p = r->policy;
	const struct policy_fact *facts;
	size_t n = policy_facts(p, &facts), i;
	char name[64];
	struct json j;
	int rule;

	json_begin(&j, t->out);
	json_text(&j, "file", r->file);
	json_text(&j, "version", policy_version(p));
	json_i64(&j, "engine", POLICY_ENGINE);
	json_i64(&j, "reservation_ttl_s", policy_reservation_ttl(p));
	json_i64(&j, "review_ttl_s", policy_review_ttl(p));
	json_i64(&j, "approve_ttl_s", policy_approve_ttl(p));
	json_text(&j, "review_timeout", policy_review_timeout(p) == LK_REJECT ?
	    "deny" : "expire");
	json_u64(&j, "worst_entry_bytes", policy_worst_bytes(p));
	json_list(&j, "rules");
	for (rule = 0; rule < (int)policy_rules(p); rule++)
		rule_json(t, &j, p, rule);
	json_close(&j);
	json_list(&j, "facts");
	for (i = 0; i < n; i++) {
		(void)policy_fact_name(&facts[i], name, sizeof(name));
		json_text(&j, NULL, name);
	}
	json_close(&j);
	lists_json(&j, p);
	json_end(&j);
}

/* Show a policy. */
static int
run_show(struct tool *t, int argc, char **argv)
{
	struct rules r;
	int rc;

	if ((rc = args_read(t, NULL, &argc, argv)) != ARGS_GO ||
	    (rc = args_operands(t, argc, argv, 1, 1, "规则文件",
	    "the policy file")) != ARGS_GO ||
	    (rc = rules_load(t, argv[0], &r, NULL)) != TOOL_OK)
		return (rc);
	if (r.policy == NULL)
		rc = tool_fail(t, TOOL_DATA, "%s：共 %u 处错误",
		    "%s: errors found: %u", r.file, r.errors);
	else if (t->json)
		show_json(t, &r);
	else
		rc = show(t, &r);
	rules_free(&r);
	return (rc);
}

#define EXITS_FILE							\
	"64 wrong usage\n65 the file has errors; each is told with its "\
	"place\n66 no such file\n74 read or write error\n"		\
	"77 no right to read it\n"

const struct command cmd_policy_check = {
	.name = "policy check",
	.synopsis = "FILE ... [--json]",
	.brief = "look for errors in policy files (检查规则)",
	.text = "Compiles each file (- is standard input) as liangkad would.  "
	    "Every error is told with file:line:column and the place marked; "
	    "warnings are about what compiles but is hardly meant: rules whose "
	    "dates are over, rules without texts of their own, rules about a "
	    "list that a clearance lifts.",
	.exits = "0  all files are good\n" EXITS_FILE,
	.examples = "liangka policy check /etc/liangka/liangka.policy\n"
	    "liangka policy check --json new.policy\n",
	.run = run_check,
};

const struct command cmd_policy_show = {
	.name = "policy show",
	.synopsis = "FILE [--json]",
	.brief = "list the rules of a policy and the facts it reads (查看规则)",
	.text = "Shows the rules with class, outcome, who may clear them and "
	    "their conditions; the facts, in the order in which a journal "
	    "entry holds their values; the bytes that these take at worst; and "
	    "the lists that the policy asks for, which the centre has to "
	    "publish under these names.",
	.exits = "0  shown\n" EXITS_FILE,
	.examples = "liangka policy show /etc/liangka/liangka.policy\n"
	    "liangka policy show --json new.policy | jq '.rules[].id'\n",
	.run = run_show,
};
