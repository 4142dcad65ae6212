/*
 * What a policy says: its texts and the names of its rules and facts.
 */
#include <string.h>

#include "policy_names.h"
#include "policy_rule.h"
#include "plugin.h"

/* A bounded text under construction. */
struct out {
	char *	buf;
	size_t	cap;
	size_t	len;
};

/* Append text, cut between characters where it does not fit. */
static void
put(struct out *o, const char *s)
{
	size_t len = strlen(s);

	if (o->cap <= o->len)
		return;
	if (len > o->cap - o->len - 1) {
		len = o->cap - o->len - 1;
		while (len > 0 && ((unsigned char)s[len] & 0xc0) == 0x80)
			len--;
		o->cap = o->len + len + 1;
	}
	memcpy(o->buf + o->len, s, len);
	o->len += len;
	o->buf[o->len] = '\0';
}

/* Append a number that is not negative. */
static void
put_number(struct out *o, int32_t v)
{
	char digits[12];
	size_t i = sizeof(digits);

	digits[--i] = '\0';
	do
		digits[--i] = (char)('0' + v % 10);
	while ((v /= 10) > 0);
	put(o, digits + i);
}

/* The built-in texts, by decision, which and language. */
static const char *const builtin[4][2][2] = {
	{ { "可以办理。",
	    "May be issued." },
	  { "您的申请已通过核验。",
	    "Your application has passed the check." } },
	{ { "只可开立限制功能的账户，请按本机构的限额方案设置后办理。",
	    "Only a limited-function account may be issued: set it up with "
	    "your institution's limit profile." },
	  { "根据反电信网络诈骗有关规定，本次只能为您开立限制功能的账户。",
	    "Under the anti-fraud rules only a limited-function account can "
	    "be opened for you at present." } },
	{ { "请暂缓办理，按提示加强核查；核查通过前不得开卡。",
	    "Hold: make the checks asked for. Do not issue before they are "
	    "cleared." },
	  { "您的申请需要进一步核验身份和用途，请配合工作人员并携带能说明用途的"
	    "材料。",
	    "Your application needs a further check of identity and purpose. "
	    "Please help the staff and bring papers that show the purpose." } },
	{ { "不得办理。请向申请人说明原因类别和申诉渠道。",
	    "Do not issue. Tell the applicant the class of reason and the way "
	    "to appeal." },
	  { "根据反电信网络诈骗有关规定，本次申请暂不能办理。",
	    "Under the anti-fraud rules this application cannot be granted at "
	    "present." } },
};

static const char *const relief[2] = {
	"如有异议，可携带本人有效身份证件和相关证明材料，向本网点或属地反诈中心提出申诉；"
	"也可拨打反诈专线96110咨询。",
	"If you disagree, you may appeal at this outlet or at the local "
	"anti-fraud centre with your identity document and any supporting "
	"papers, or call the anti-fraud line 96110."
};

/* The row of a decision. */
int
policy_text_row(int32_t decision)
{

	return (decision <= LK_PASS ? 0 : decision <= LK_LIMIT ? 1 :
	    decision < LK_REJECT ? 2 : 3);
}

/* A built-in text. */
const char *
policy_text_builtin(int row, int which, int lang)
{

	return (builtin[row][which][lang]);
}

/* Find the rule whose texts are told, by the ids of all that hit. */
int
policy_speaker(const struct policy *p, const char *ids, int32_t decision,
    int32_t by)
{
	int rule = POLICY_NO_RULE, r;
	const char *s;
	char id[32];
	size_t n;

	for (s = ids; *s != '\0'; s += n, s += *s == ' ') {
		n = strcspn(s, " ");
		if (n >= sizeof(id))
			continue;
		memcpy(id, s, n);
		id[n] = '\0';
		r = policy_rule_find(p, id);
		if (r == POLICY_NO_RULE || policy_rule_then(p, r) != decision)
			continue;
		if (decision != LK_REVIEW || policy_rule_by(p, r) == by)
			return (r);
		if (rule == POLICY_NO_RULE)
			rule = r;
	}
	return (rule);
}

/* Write the text that goes with a decision. */
size_t
policy_message(const struct policy *p, int rule, int32_t decision,
    enum policy_lang lang, enum policy_text which, char *buf, size_t cap)
{
	struct out o = { buf, cap, 0 };
	int row = policy_text_row(decision);
	int w = which == POLICY_TEXT_NOTICE, l = lang == POLICY_LANG_EN;
	const char *s = NULL;

	if (cap > 0)
		buf[0] = '\0';
	if (rule >= 0 && (size_t)rule < p->nrules &&
	    p->rule[rule].then == decision)
		s = p->rule[rule].text[w][l];
	if (s == NULL)
		s = p->general[row][w][l];
	put(&o, s != NULL ? s : policy_text_builtin(row, w, l));
	if (w && row > 0) {
		put(&o, "\n");
		put(&o, p->relief[l] != NULL ? p->relief[l] : relief[l]);
	}
	return (o.len);
}

/* Write the ids of rules. */
size_t
policy_hits(const struct policy *p, const uint8_t *list, size_t n, char *buf,
    size_t cap)
{
	size_t i, at = 0, len;

	if (cap > 0)
		buf[0] = '\0';
	for (i = 0; i < n; i++) {
		len = strlen(p->rule[list[i]].id);
		if (at + (i > 0) + len + 1 > cap)
			break;
		if (i > 0)
			buf[at++] = ' ';
		memcpy(buf + at, p->rule[list[i]].id, len + 1);
		at += len;
	}
	return (i);
}

/* The name of a product or group. */
static const char *
product_name(int code)
{
	const struct conf_name *n;

	for (n = policy_names_products; n->name != NULL; n++) {
		if (n->number == code)
			return (n->name);
	}
	for (n = policy_names_groups; n->name != NULL; n++) {
		if (n->number == code)
			return (n->name);
	}
	return ("?");
}

/* Write a fact as a rule spells it. */
size_t
policy_fact_name(const struct policy_fact *f, char *buf, size_t cap)
{
	static const struct { int32_t s; const char *name; } units[] = {
		{ 86400, "d" }, { 3600, "h" }, { 60, "min" }, { 1, "s" },
	};
	const struct policy_fn_info *i = policy_names_of(f->fn);
	struct out o = { buf, cap, 0 };
	size_t u = 0;

	if (cap > 0)
		buf[0] = '\0';
	put(&o, i != NULL ? i->name : f->fn == POLICY_CLEARED ? "cleared" :
	    "?");
	if (f->list != NULL) {
		put(&o, "('");
		put(&o, f->list);
		put(&o, "')");
	} else if (f->product != 0) {
		put(&o, "(");
		put(&o, product_name(f->product));
		if (f->place != 0)
			put(&o, f->place == POLICY_HERE ? ", here" :
			    ", anywhere");
		put(&o, ")");
	} else if (f->window == POLICY_TODAY) {
		put(&o, "(today)");
	} else if (f->window > 0) {
		/* Hours below two days, as people write them. */
		while (f->window % units[u].s != 0 ||
		    (u == 0 && f->window < 2 * 86400))
			u++;
		put(&o, "(");
		put_number(&o, f->window / units[u].s);
		put(&o, units[u].name);
		put(&o, ")");
	}
	return (o.len);
}
