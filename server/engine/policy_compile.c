/*
 * From the text of a policy to its compiled form.
 */
#include <stdlib.h>
#include <string.h>

#include "policy_parse.h"
#include "plugin.h"

/* Where the keys of a rule stand, for what is only seen when it is whole. */
enum place {
	AT_ID, AT_THEN, AT_BY, AT_NEEDS, AT_PROFILE, AT_CLEARABLE, AT_CAMPAIGN,
	AT_OFFER, AT_UNTIL, PLACES
};

struct where {
	uint32_t	at, span;
};

/* A compilation in progress. */
struct build {
	struct conf_doc		doc;
	struct policy *		p;
	struct policy_rule *	rule;	/* being read, or NULL */
	struct where		where[POLICY_MAX_RULES][PLACES];
};


static const struct conf_name outcomes[] = {
	{ "tell", LK_PASS }, { "limit", LK_LIMIT }, { "review", LK_REVIEW },
	{ "reject", LK_REJECT }, { NULL, 0 }
};
static const struct conf_name classes[] = {
	{ "statutory", POLICY_STATUTORY },
	{ "quantity", POLICY_QUANTITY_LIMIT },
	{ "frequency", POLICY_FREQUENCY }, { "context", POLICY_CONTEXT },
	{ NULL, 0 }
};
static const struct conf_name levels[] = {
	{ "counter", LK_BY_COUNTER }, { "institution", LK_BY_INSTITUTION },
	{ "centre", LK_BY_CENTRE }, { NULL, 0 }
};
static const struct conf_name needs[] = {
	{ "guardian", LK_NEED_GUARDIAN },
	{ "purpose_proof", LK_NEED_PURPOSE_PROOF },
	{ "face_check", LK_NEED_FACE_CHECK }, { "manager", LK_NEED_MANAGER },
	{ "centre", LK_NEED_CENTRE },
	{ "keep_waiting", LK_NEED_KEEP_WAITING }, { NULL, 0 }
};
static const struct conf_name notifies[] = {
	{ "none", POLICY_NOTIFY_NONE }, { "outlet", POLICY_NOTIFY_OUTLET },
	{ "county", POLICY_NOTIFY_COUNTY }, { "city", POLICY_NOTIFY_CITY },
	{ "province", POLICY_NOTIFY_PROVINCE }, { NULL, 0 }
};
/* `pass` is named to be refused with a reason: see value(). */
static const struct conf_name timeouts[] = {
	{ "expire", LK_REVIEW }, { "deny", LK_REJECT }, { "pass", LK_PASS },
	{ NULL, 0 }
};

#define DAY_MS	INT64_C(86400000)
#define TEXTS								\
	{ "message.zh", CONF_STRING, 0, 1, POLICY_MAX_MESSAGE, NULL, 0, 0 }, \
	{ "message.en", CONF_STRING, 0, 1, POLICY_MAX_MESSAGE, NULL, 0, 0 }, \
	{ "notice.zh", CONF_STRING, 0, 1, POLICY_MAX_MESSAGE, NULL, 0, 0 },  \
	{ "notice.en", CONF_STRING, 0, 1, POLICY_MAX_MESSAGE, NULL, 0, 0 }

static const struct conf_key policy_keys[] = {
	{ "version", CONF_STRING, CONF_REQUIRED, 1, 31, NULL,
	    CONF_AT(struct policy, version) },
	{ "reservation_ttl", CONF_DURATION, 0, 60000, DAY_MS, NULL,
	    CONF_AT(struct policy, reservation_ms) },
	{ "review_ttl", CONF_DURATION, 0, 3600000, 30 * DAY_MS, NULL,
	    CONF_AT(struct policy, review_ms) },
	{ "approve_ttl", CONF_DURATION, 0, 3600000, 30 * DAY_MS, NULL,
	    CONF_AT(struct policy, approve_ms) },
	{ "review_timeout", CONF_NAME, 0, 0, 0, timeouts,
	    CONF_AT(struct policy, review_timeout) },
	{ "relief.zh", CONF_STRING, 0, 1, 400, NULL, 0, 0 },
	{ "relief.en", CONF_STRING, 0, 1, 400, NULL, 0, 0 },
};
static const struct conf_key rule_keys[] = {
	TEXTS,
	{ "when", CONF_STRING, CONF_REQUIRED, 0, 0, NULL, 0, 0 },
	{ "reason", CONF_STRING, CONF_REQUIRED, 1, 15, NULL, 0, 0 },
	{ "then", CONF_NAME, CONF_REQUIRED, 0, 0, outcomes, 0, 0 },
	{ "class", CONF_NAME, 0, 0, 0, classes, 0, 0 },
	{ "by", CONF_NAME, 0, 0, 0, levels, 0, 0 },
	{ "needs", CONF_NAMES, 0, 0, 0, needs, 0, 0 },
	{ "offer", CONF_NAME, 0, 0, 0, policy_names_products, 0, 0 },
	{ "limit_profile", CONF_INT, 0, 1, 999999, NULL, 0, 0 },
	{ "clearable", CONF_BOOL, 0, 0, 0, NULL, 0, 0 },
	{ "campaign", CONF_BOOL, 0, 0, 0, NULL, 0, 0 },
	{ "notify", CONF_NAME, 0, 0, 0, notifies, 0, 0 },
	{ "shadow", CONF_BOOL, 0, 0, 0, NULL, 0, 0 },
	{ "from", CONF_DATE, 0, 0, 0, NULL, 0, 0 },
	{ "until", CONF_DATE, 0, 0, 0, NULL, 0, 0 },
};
static const struct conf_key text_keys[] = { TEXTS };

#define COUNT(a)	(sizeof(a) / sizeof((a)[0]))

static const struct conf_section sections[] = {
	{ "policy", CONF_REQUIRED, policy_keys, COUNT(policy_keys) },
	{ "rule", CONF_NAMED, rule_keys, COUNT(rule_keys) },
	{ "text", CONF_NAMED, text_keys, COUNT(text_keys) },
};

/* Which decision does a [text NAME] belong to? */
static int
text_row(const char *instance)
{
	static const char *const names[] = { "pass", "limit", "review",
	    "reject" };
	int i;

	for (i = 0; i < 4; i++) {
		if (strcmp(instance, names[i]) == 0)
			return (i);
	}
	return (-1);
}

/* Does a rule's name read well in every log and on the phone? */
static int
id_ok(const char *id)
{
	size_t i;

	for (i = 0; id[i] != '\0'; i++) {
		if (!((id[i] >= 'A' && id[i] <= 'Z') || id[i] == '-' ||
		    id[i] == '_' || (id[i] >= '0' && id[i] <= '9')))
			return (0);
	}
	return (i <= POLICY_MAX_ID);
}

/* A section begins. */
static void *
begin(void *arg, const struct conf_section *section, const char *instance,
    size_t at, size_t span)
{
	struct build *b = arg;
	struct policy_rule *r;

	b->rule = NULL;
	if (section == &sections[0])
		return (b->p);
	if (section == &sections[2]) {
		if (text_row(instance) < 0)
			conf_fail(&b->doc, at, span, "[text] is one of pass, "
			    "limit, review and reject");
		return (NULL);
	}
	if (!id_ok(instance))
		conf_fail(&b->doc, at, span, "a rule's name is at most %d "
		    "of A-Z, 0-9, - and _", POLICY_MAX_ID);
	if (b->p->nrules == POLICY_MAX_RULES) {
		conf_fail(&b->doc, at, span, "more than %d rules",
		    POLICY_MAX_RULES);
		return (NULL);
	}
	b->where[b->p->nrules][AT_ID].at = (uint32_t)at;
	b->where[b->p->nrules][AT_ID].span = (uint32_t)span;
	b->rule = r = &b->p->rule[b->p->nrules++];
	memcpy(r->id, instance, strnlen(instance, POLICY_MAX_ID));
	r->class = POLICY_FREQUENCY;
	r->from = INT32_MIN;
	r->until = INT32_MAX;
	return (NULL);
}

/* A text in one of two languages: keep it. */
static void
set_text(struct build *b, const struct conf_value *v)
{
	int en = v->key->name[strlen(v->key->name) - 2] == 'e';
	int notice = v->key->name[0] == 'n';
	const char *s = policy_parse_string(b->p, v->string, v->length);
	int row;

	if (v->key->name[0] == 'r')
		b->p->relief[en] = s;
	else if (b->rule != NULL)
		b->rule->text[notice][en] = s;
	else if ((row = text_row(v->instance)) >= 0)
		b->p->general[row][notice][en] = s;
}

/* Remember where a key of a rule stands. */
static void
note(struct build *b, enum place place, const struct conf_value *v)
{
	struct where *w = &b->where[b->rule - b->p->rule][place];

	w->at = (uint32_t)v->at;
	w->span = (uint32_t)v->span;
}

/* A key of a rule that is no text. */
static void
set_rule(struct build *b, const struct conf_value *v)
{
	struct policy_rule *r = b->rule;
	const char *k = v->key->name;

	if (strcmp(k, "when") == 0) {
		r->when = policy_parse_string(b->p, v->string, v->length);
		(void)policy_parse(b->p, r, &b->doc, v->at, v->string,
		    v->length);
	} else if (strcmp(k, "reason") == 0) {
		memcpy(r->reason, v->string, v->length);
	} else if (strcmp(k, "then") == 0) {
		r->then = (int32_t)v->number, note(b, AT_THEN, v);
	} else if (strcmp(k, "class") == 0) {
		r->class = (uint8_t)v->number;
	} else if (strcmp(k, "by") == 0) {
		r->by = (int32_t)v->number, note(b, AT_BY, v);
	} else if (strcmp(k, "needs") == 0) {
		r->needs = (uint32_t)v->number, note(b, AT_NEEDS, v);
	} else if (strcmp(k, "offer") == 0) {
		r->offer = (int32_t)v->number, note(b, AT_OFFER, v);
	} else if (strcmp(k, "limit_profile") == 0) {
		r->profile = (int32_t)v->number, note(b, AT_PROFILE, v);
	} else if (strcmp(k, "clearable") == 0) {
		r->clearable = v->number != 0, note(b, AT_CLEARABLE, v);
	} else if (strcmp(k, "campaign") == 0) {
		r->campaign = v->number != 0, note(b, AT_CAMPAIGN, v);
	} else if (strcmp(k, "notify") == 0) {
		r->notify = (uint8_t)v->number;
	} else if (strcmp(k, "shadow") == 0) {
		r->shadow = v->number != 0;
	} else if (strcmp(k, "from") == 0) {
		r->from = (int32_t)v->number;
	} else {
		r->until = (int32_t)v->number, note(b, AT_UNTIL, v);
	}
}

/* A value was read. */
static void
value(void *arg, const struct conf_value *v)
{
	struct build *b = arg;

	if (v->key->names == timeouts && v->number == LK_PASS)
		conf_fail(&b->doc, v->at, v->span, "a case that nobody answers "
		    "never passes: use expire or deny");
	if (v->key->kind == CONF_STRING && strchr(v->key->name, '.') != NULL)
		set_text(b, v);
	else if (b->rule != NULL && v->section == &sections[1])
		set_rule(b, v);
}

/* Report an error about a key of a rule. */
static void
rule_fail(struct build *b, size_t rule, enum place place, const char *message)
{
	const struct where *w = &b->where[rule][place];

	conf_fail(&b->doc, w->at, w->span, "%s", message);
}

/* Does a rule that only tells say whom, and nothing about the applicant? */
static void
check_telling(struct build *b, size_t n)
{
	const struct policy_rule *r = &b->p->rule[n];
	const struct where *w = b->where[n];

	if (r->notify == POLICY_NOTIFY_NONE)
		rule_fail(b, n, AT_THEN, "a rule that only tells says whom: "
		    "notify = outlet, county, city or province");
	if (r->clearable)
		rule_fail(b, n, AT_CLEARABLE, "a rule that only tells holds "
		    "nobody up: there is nothing to clear");
	if (w[AT_NEEDS].span != 0)
		rule_fail(b, n, AT_NEEDS, "a rule that only tells needs "
		    "nothing");
	if (w[AT_OFFER].span != 0)
		rule_fail(b, n, AT_OFFER, "a rule that only tells offers "
		    "nothing");
}

/* Do the keys of a rule go together?  Fill in what it left out. */
static void
check_rule(struct build *b, size_t n)
{
	struct policy_rule *r = &b->p->rule[n];
	const struct where *w = b->where[n];
	const char *why;
	int fixed = r->class == POLICY_STATUTORY ||
	    r->class == POLICY_QUANTITY_LIMIT;
	int tells = r->then == LK_PASS && w[AT_THEN].span != 0;

	if (r->class == POLICY_CONTEXT && r->then == LK_REJECT)
		rule_fail(b, n, AT_THEN, "a rule of class context never "
		    "rejects: use review");
	if (w[AT_CLEARABLE].span == 0)
		r->clearable = !fixed && !tells;
	else if (r->clearable && fixed)
		rule_fail(b, n, AT_CLEARABLE, "a clearance lifts only rules "
		    "of class frequency and context");
	if (tells)
		check_telling(b, n);
	if (r->campaign && (why = policy_campaign_refusal(b->p, (int)n)) !=
	    NULL)
		rule_fail(b, n, AT_CAMPAIGN, why);
	if (w[AT_BY].span == 0)
		r->by = r->then == LK_REVIEW ? LK_BY_CENTRE : LK_BY_NONE;
	else if (r->then != LK_REVIEW && w[AT_THEN].span != 0)
		rule_fail(b, n, AT_BY, "only a review is cleared by somebody");
	if (w[AT_NEEDS].span != 0 && r->then == LK_REJECT)
		rule_fail(b, n, AT_NEEDS, "a rejection needs nothing");
	if (w[AT_PROFILE].span != 0 && r->then != LK_LIMIT)
		rule_fail(b, n, AT_PROFILE, "only 'then = limit' has a "
		    "profile");
	if (r->until < r->from)
		rule_fail(b, n, AT_UNTIL, "this is before 'from'");
}

/* Order the rules by class, strictness and place. */
static void
order_rules(struct policy *p)
{
	size_t i, j;

	for (i = 0; i < p->nrules; i++) {
		const struct policy_rule *r = &p->rule[i];

		for (j = i; j > 0; j--) {
			const struct policy_rule *o = &p->rule[p->order[j - 1]];

			if (o->class < r->class || (o->class == r->class &&
			    o->then >= r->then))
				break;
			p->order[j] = p->order[j - 1];
		}
		p->order[j] = (uint8_t)i;
	}
}

/* What concerns the policy as a whole. */
static void
check_policy(struct build *b)
{
	size_t i, worst, ids = 0, waivable = 0;

	for (i = 0; i < b->p->nrules; i++) {
		check_rule(b, i);
		ids += strlen(b->p->rule[i].id) + 1;
		if (b->p->rule[i].campaign)
			waivable += strlen(b->p->rule[i].id) + 1;
	}
	if (ids > POLICY_MAX_IDS)
		conf_fail(&b->doc, 0, 1, "the names of all rules together take "
		    "%zu bytes, at most %d: use fewer rules or shorter names",
		    ids, POLICY_MAX_IDS);
	if (waivable > POLICY_MAX_WAIVABLE)
		conf_fail(&b->doc, 0, 1, "the names of all rules that a "
		    "campaign may lift take %zu bytes, at most %d", waivable,
		    POLICY_MAX_WAIVABLE);
	if (b->p->nrules == 0)
		conf_fail(&b->doc, b->doc.len, 1, "a policy without a [rule] "
		    "passes everybody");
	worst = policy_worst_bytes(b->p);
	if (worst > POLICY_MAX_ENTRY_BYTES)
		conf_fail(&b->doc, 0, 1, "facts and rules can take %zu bytes "
		    "of a journal entry, at most %d: use fewer rules, fewer "
		    "different windows or shorter names", worst,
		    POLICY_MAX_ENTRY_BYTES);
}

/* Make room for a policy from a text of this length. */
static struct policy *
allocate(size_t len)
{
	/* Each text kept is shorter than its key; `when` and names may both. */
	struct policy *p = calloc(1, sizeof(*p) + 2 * len + 2);

	if (p == NULL)
		return (NULL);
	p->reservation_ms = 30 * INT64_C(60000);
	p->review_ms = 3 * DAY_MS;
	p->approve_ms = DAY_MS;
	p->review_timeout = LK_REVIEW;
	p->nfacts = 1;
	p->fact[0].fn = POLICY_CLEARED;
	return (p);
}

/* Compile a policy. */
struct policy *
policy_compile(const char *file, const char *text, size_t len,
    const struct conf_sink *sink)
{
	struct build b = { .doc = { file, text, len, sink, 0 } };
	struct conf_use use = { .arg = &b, .begin = begin, .value = value };

	if (len > POLICY_MAX_TEXT) {
		conf_fail(&b.doc, 0, 1, "longer than %d bytes",
		    POLICY_MAX_TEXT);
		return (NULL);
	}
	if ((b.p = allocate(len)) == NULL) {
		conf_fail(&b.doc, 0, 1, "out of memory");
		return (NULL);
	}
	(void)conf_read(&b.doc, sections, COUNT(sections), &use);
	check_policy(&b);
	if (b.doc.errors > 0) {
		policy_free(b.p);
		return (NULL);
	}
	order_rules(b.p);
	return (b.p);
}

/* Free a policy. */
void
policy_free(struct policy *p)
{

	free(p);
}
