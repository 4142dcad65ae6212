#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/policy.h"
#include "engine/policy_why.h"
#include "plugin.h"

#include "rules.h"
#include "tool.h"

#define TEXT_MAX 1100 /* of a message, with its NUL */
#define DAY_S INT64_C(86400)
#define AHEAD_DAYS 7305 /* 20 years */

/* Where the errors of one file go. */
struct sink {
	const struct tool *t;
	struct json *j;
	unsigned errors;
};

/* Write one error. */
static void
report(void *arg, const struct conf_error *e)
{
	struct sink *s = arg;
	char buf[2048];

	s->errors++;
	if (s->j == NULL) {
		(void)conf_format(e, buf, sizeof(buf));
		(void)fputs(buf, s->t->err);
		return;
	}
	json_open(s->j, NULL);
	json_u64(s->j, "line", e->line);
	json_u64(s->j, "column", e->column);
	json_text(s->j, "message", e->message);
	json_end(s->j);
}

/* Read the whole file. */
static int
slurp(const struct tool *t, const char *file, struct rules *r)
{
	int own = strcmp(file, "-") != 0, rc = TOOL_OK;
	FILE *f = own ? fopen(file, "re") : t->in;

	if (f == NULL)
		return (tool_fail(t, errno == EACCES ? TOOL_DENIED :
		    TOOL_NOINPUT, "%s：打不开：%s", "%s: cannot open: %s",
		    file, tool_errno(t, errno)));
	if ((r->text = malloc(POLICY_MAX_TEXT + 1)) == NULL)
		rc = tool_fail(t, TOOL_SYSTEM, "内存不足", "out of memory");
	else
		r->len = fread(r->text, 1, POLICY_MAX_TEXT + 1, f);
	if (rc == TOOL_OK && ferror(f))
		rc = tool_fail(t, TOOL_IO, "%s：读取出错：%s",
		    "%s: cannot read: %s", file, tool_errno(t, errno));
	if (own)
		(void)fclose(f);
	return (rc);
}

/* Read and compile. */
int
rules_load(const struct tool *t, const char *file, struct rules *r,
    struct json *j)
{
	struct sink s = { t, j, 0 };
	struct conf_sink sink = { report, &s };
	int rc;

	memset(r, 0, sizeof(*r));
	r->file = strcmp(file, "-") != 0 ? file : "<stdin>";
	if ((rc = slurp(t, file, r)) != TOOL_OK) {
		rules_free(r);
		return (rc);
	}
	(void)fflush(t->out);
	r->policy = policy_compile(r->file, r->text, r->len, &sink);
	r->errors = s.errors;
	return (TOOL_OK);
}

/* Free it. */
void
rules_free(struct rules *r)
{

	policy_free(r->policy);
	free(r->text);
	memset(r, 0, sizeof(*r));
}

/* The line where a rule begins. */
static uint32_t
line_of(const struct rules *r, const char *id)
{
	const char *p = r->text, *end = r->text + r->len, *q;
	size_t n = strlen(id);
	uint32_t line = 1;

	for (; p < end; p = q + 1, line++) {
		if ((q = memchr(p, '\n', (size_t)(end - p))) == NULL)
			q = end;
		while (p < q && (*p == ' ' || *p == '\t'))
			p++;
		if (q - p < 7 || memcmp(p, "[rule", 5) != 0)
			continue;
		for (p += 5; p < q && (*p == ' ' || *p == '\t'); p++)
			;
		if ((size_t)(q - p) > n && memcmp(p, id, n) == 0 &&
		    (p[n] == ']' || p[n] == ' ' || p[n] == '\t'))
			return (line);
	}
	return (0);
}

/* Is there a day from now on that the rule is in force on? */
static int
ever_live(const struct policy *p, int rule, int64_t now_s)
{
	int day;

	for (day = 0; day < AHEAD_DAYS; day++)
		if (policy_rule_live(p, rule, now_s + day * DAY_S))
			return (1);
	return (0);
}

/* Does the rule have a text of its own, beside the decision's general one? */
static int
speaks(const struct policy *p, int rule, enum policy_lang lang,
    enum policy_text which)
{
	char own[TEXT_MAX], general[TEXT_MAX];
	int32_t then = policy_rule_then(p, rule);

	(void)policy_message(p, rule, then, lang, which, own, sizeof(own));
	(void)policy_message(p, POLICY_NO_RULE, then, lang, which, general,
	    sizeof(general));
	return (strcmp(own, general) != 0);
}

/* Which of a rule's texts are missing?  "" when none is. */
static void
silent(const struct policy *p, int rule, char *buf, size_t cap)
{
	static const struct {
		const char *key;
		enum policy_lang lang;
		enum policy_text which;
	} texts[] = {
		{ "message.zh", POLICY_LANG_ZH, POLICY_TEXT_TELLER },
		{ "message.en", POLICY_LANG_EN, POLICY_TEXT_TELLER },
		{ "notice.zh", POLICY_LANG_ZH, POLICY_TEXT_NOTICE },
		{ "notice.en", POLICY_LANG_EN, POLICY_TEXT_NOTICE },
	};
	size_t i, len = 0;

	buf[0] = '\0';
	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (!speaks(p, rule, texts[i].lang, texts[i].which))
			len += (size_t)snprintf(&buf[len], cap - len, "%s%s",
			    len > 0 ? ", " : "", texts[i].key);
}

/* Does a clearance lift a rule about who is on a list, for want of a class? */
static int
lifts_list(const struct policy *p, int rule)
{
	static const int64_t none[POLICY_MAX_FACTS];
	struct policy_condition c[POLICY_WHY_MAX];
	const struct policy_fact *f;
	size_t n, i;
	int all;

	if (policy_rule_class(p, rule) != POLICY_FREQUENCY ||
	    !policy_rule_clearable(p, rule))
		return (0);
	(void)policy_facts(p, &f);
	n = policy_why(p, rule, none, c, POLICY_WHY_MAX, &all);
	for (i = 0; i < n; i++)
		if (c[i].left.n > 0 && f[c[i].left.slot[0]].list != NULL)
			return (1);
	return (0);
}

/* Report what is hardly meant. */
void
rules_doubts(const struct tool *t, const struct rules *r, int64_t now_s,
    void (*tell)(void *arg, const struct rules_doubt *d), void *arg)
{
	const struct policy *p = r->policy;
	struct rules_doubt d;
	char missing[64], text[256];
	int rule;

	for (rule = 0; rule < (int)policy_rules(p); rule++) {
		d.rule = policy_rule_id(p, rule);
		d.line = line_of(r, d.rule);
		d.text = text;
		if (!ever_live(p, rule, now_s)) {
			(void)snprintf(text, sizeof(text), "%s", tool_zh(t,
			    "该规则已过有效期，不会再起作用",
			    "its dates are over: it can never fire again"));
			tell(arg, &d);
			continue;
		}
		if (lifts_list(p, rule)) {
			(void)snprintf(text, sizeof(text), "%s", tool_zh(t,
			    "规则查询名单而类别为 frequency，豁免可使其失效；是否应为 "
			    "class = statutory？",
			    "it asks for a list and is of class frequency, so a "
			    "clearance lifts it: is class = statutory meant?"));
			tell(arg, &d);
		}
		silent(p, rule, missing, sizeof(missing));
		if (missing[0] == '\0' || policy_rule_shadow(p, rule) ||
		    policy_rule_tells(p, rule))
			continue;
		(void)snprintf(text, sizeof(text), tool_zh(t,
		    "没有自己的 %s，将显示通用文字",
		    "has no %s of its own: the general text is shown"),
		    missing);
		tell(arg, &d);
	}
}
