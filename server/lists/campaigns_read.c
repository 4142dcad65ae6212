/*
 * Reading campaigns from their text.
 */
#include <stdlib.h>
#include <string.h>

#include "engine/policy.h"
#include "keys/utf8.h"
#include "plugin.h"

#include "campaigns_impl.h"
#include "outlets.h"

#define N(a) (sizeof(a) / sizeof((a)[0]))
#define BIT(p) (INT64_C(1) << (p))
#define G(m) CONF_AT(struct campaign, m)

static const char k_organisation[] = "organisation", k_outlets[] = "outlets",
    k_lifts[] = "lifts", k_approved[] = "approved",
    k_until[] = "until";

const struct conf_name campaigns_products[] = {
	{ "bank1", BIT(LK_PRODUCT_BANK1) },
	{ "bank2", BIT(LK_PRODUCT_BANK2) },
	{ "bank3", BIT(LK_PRODUCT_BANK3) },
	{ "credit", BIT(LK_PRODUCT_CREDIT) },
	{ "social", BIT(LK_PRODUCT_SOCIAL) },
	{ "payment", BIT(LK_PRODUCT_PAYMENT) },
	{ "ecny", BIT(LK_PRODUCT_ECNY) },
	{ "sim", BIT(LK_PRODUCT_SIM) },
	{ "sim2", BIT(LK_PRODUCT_SIM2) },
	{ "iot", BIT(LK_PRODUCT_IOT) },
	{ "fixed", BIT(LK_PRODUCT_FIXED) },
	{ "corporate", BIT(31) },
	{ NULL, 0 }
};

static const struct conf_key keys[] = {
	{ "title", CONF_STRING, CONF_REQUIRED, 1, 127, NULL, G(title) },
	{ k_organisation, CONF_STRING, 0, 32, 32, NULL, 0, 0 },
	{ k_outlets, CONF_LIST, 0, 1, CAMPAIGN_OUTLETS_MAX, NULL, 0, 0 },
	{ "batch", CONF_STRING, 0, 1, 71, NULL, G(batch) },
	{ "products", CONF_NAMES, CONF_REQUIRED, 0, 0, campaigns_products,
	    G(products) },
	{ "from", CONF_DATE, CONF_REQUIRED, 0, 0, NULL, G(from) },
	{ k_until, CONF_DATE, CONF_REQUIRED, 0, 0, NULL, G(until) },
	{ "expected", CONF_INT, CONF_REQUIRED, 1, CAMPAIGN_EXPECTED_MAX, NULL,
	    G(expected) },
	{ k_lifts, CONF_LIST, CONF_REQUIRED, 1, CAMPAIGN_LIFTS_MAX, NULL, 0,
	    0 },
	{ "proposed", CONF_STRING, CONF_REQUIRED, 1, 31, NULL, G(proposed) },
	{ k_approved, CONF_STRING, 0, 1, 31, NULL, G(approved) },
};

static const struct conf_section sections[] = {
	{ "campaign", CONF_NAMED, keys, N(keys) },
};

/* A reading in progress, and where the last section's parts stand. */
struct reader {
	struct campaigns *c;
	struct conf_doc doc;
	int nomem;
	size_t head, head_span;
	size_t until, until_span;
	size_t approved, approved_span;
};

/* The campaign being read, or NULL. */
static struct campaign *
last(const struct reader *r)
{

	return (r->c->n > 0 ? &r->c->v[r->c->n - 1] : NULL);
}

/* For qsort() of names of outlets. */
static int
by_text(const void *a, const void *b)
{

	return (strcmp(a, b));
}

/* Sort the outlets; is one there twice? */
static void
sort_outlets(struct reader *r, struct campaign *g)
{
	char (*v)[64] = (char (*)[64])(uintptr_t)g->outlets;
	size_t i;

	if (g->noutlets == 0)
		return;
	qsort(v, g->noutlets, sizeof(*v), by_text);
	for (i = 1; i < g->noutlets; i++)
		if (strcmp(v[i - 1], v[i]) == 0) {
			conf_fail(&r->doc, r->head, r->head_span,
			    "outlet %s is here twice", v[i]);
			return;
		}
}

/* Look at a campaign as a whole, once all of it was read. */
static void
finish(struct reader *r)
{
	static const struct token zeros;
	struct campaign *g = last(r);

	if (g == NULL || r->nomem)
		return;
	sort_outlets(r, g);
	if (g->noutlets == 0 && g->batch[0] == '\0' &&
	    memcmp(&g->organisation, &zeros, sizeof(zeros)) == 0)
		conf_fail(&r->doc, r->head, r->head_span, "campaign %s is "
		    "for everybody: an organisation, outlets or a batch is "
		    "wanted", g->id);
	if (r->until_span > 0 && g->until < g->from)
		conf_fail(&r->doc, r->until, r->until_span,
		    "it ends before it begins");
	else if (r->until_span > 0 &&
	    (int64_t)g->until - g->from >= CAMPAIGN_DAYS_MAX)
		conf_fail(&r->doc, r->until, r->until_span, "a campaign has "
		    "at most %d days", CAMPAIGN_DAYS_MAX);
	if (r->approved_span > 0 &&
	    campaign_same_person(g->proposed, g->approved))
		conf_fail(&r->doc, r->approved, r->approved_span, "%s has "
		    "proposed it: another person approves", g->approved);
}

/* Make room for one more. */
static struct campaign *
grow(struct campaigns *c)
{
	size_t room = c->room == 0 ? 8 : 2 * c->room;
	struct campaign *v;

	if (c->n == c->room) {
		if ((v = realloc(c->v, room * sizeof(*v))) == NULL)
			return (NULL);
		c->v = v;
		c->room = room;
	}
	memset(&c->v[c->n], 0, sizeof(*c->v));
	return (&c->v[c->n++]);
}

/* Is this the id of a campaign? */
static int
is_id(const char *s, size_t max)
{
	size_t n = strspn(s, "abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.");

	return (n > 0 && s[n] == '\0' && n <= max);
}

/* A section begins. */
static void *
begin(void *arg, const struct conf_section *s, const char *instance, size_t at,
    size_t span)
{
	struct reader *r = arg;
	struct campaign *g;

	(void)s;
	finish(r);
	r->head = at;
	r->head_span = span;
	r->until_span = r->approved_span = 0;
	if (r->nomem || (g = grow(r->c)) == NULL) {
		r->nomem = 1;
		return (NULL);
	}
	if (!is_id(instance, CAMPAIGN_ID_MAX - 1))
		conf_fail(&r->doc, at, span, "a campaign's id is 1 to 31 of "
		    "a-z, 0-9, '-', '_' and '.'");
	else
		memcpy(g->id, instance, strlen(instance) + 1);
	return (g);
}

/* Add an outlet. */
static void
add_outlet(struct reader *r, struct campaign *g, const struct conf_value *v)
{
	char institution[OUTLET_ID_MAX + 1], outlet[OUTLET_ID_MAX + 1];
	char (*p)[64] = (char (*)[64])(uintptr_t)g->outlets, (*more)[64];

	if (outlets_split(v->string, institution, outlet) != 0) {
		conf_fail(&r->doc, v->at, v->span, "INSTITUTION.OUTLET is "
		    "wanted, each of 1 to 31 bytes");
		return;
	}
	/* Powers of two. */
	if ((g->noutlets & (g->noutlets - 1)) == 0) {
		more = realloc(p, (g->noutlets == 0 ? 1 : 2 * g->noutlets) *
		    sizeof(*p));
		if (more == NULL) {
			r->nomem = 1;
			return;
		}
		g->outlets = (const char (*)[64])(p = more);
	}
	memset(p[g->noutlets], 0, sizeof(*p));
	memcpy(p[g->noutlets++], v->string, v->length);
}

/* Add a rule. */
static void
add_lift(struct reader *r, struct campaign *g, const struct conf_value *v)
{
	size_t i;

	if (!is_id(v->string, POLICY_MAX_ID)) {
		conf_fail(&r->doc, v->at, v->span, "the id of a rule is "
		    "wanted, at most %d letters", POLICY_MAX_ID);
		return;
	}
	for (i = 0; i < g->nlifts; i++)
		if (strcmp(g->lifts[i], v->string) == 0) {
			conf_fail(&r->doc, v->at, v->span, "rule %s is here "
			    "twice", v->string);
			return;
		}
	if (g->nlifts < CAMPAIGN_LIFTS_MAX)
		memcpy(g->lifts[g->nlifts++], v->string, v->length + 1);
}

/* A text shows whole, and has no blanks around. */
static int
check_text(struct reader *r, const struct conf_value *v)
{
	const char *s = v->string;
	size_t len = v->length, n;
	uint32_t c;

	for (; len > 0; s += n, len -= n) {
		if ((n = utf8_next(&c, s, len)) == 0 || utf8_hidden(c)) {
			conf_fail(&r->doc, conf_locate(&r->doc, v->at,
			    v->length - len), 1, "this character does not show");
			return (-1);
		}
		if (utf8_blank(c) && (len == v->length || len == n)) {
			conf_fail(&r->doc, v->at, v->span, "it begins or ends "
			    "with a blank");
			return (-1);
		}
	}
	return (0);
}

/* A value came. */
static void
value(void *arg, const struct conf_value *v)
{
	static const struct token zeros;
	struct reader *r = arg;
	struct campaign *g = last(r);
	const char *key = v->key->name;

	if (r->nomem || g == NULL)
		return;
	if ((v->key->kind == CONF_STRING || v->key->kind == CONF_LIST) &&
	    check_text(r, v) != 0)
		return;
	if (key == k_outlets)
		add_outlet(r, g, v);
	else if (key == k_lifts)
		add_lift(r, g, v);
	else if (key == k_organisation &&
	    (token_unhex(&g->organisation, v->string, v->length) != 0 ||
	    memcmp(&g->organisation, &zeros, sizeof(zeros)) == 0))
		conf_fail(&r->doc, v->at, v->span, "a token is 32 digits of "
		    "0-9 and a-f");
	if (key == k_until) {
		r->until = v->at;
		r->until_span = v->span;
	} else if (key == k_approved) {
		r->approved = v->at;
		r->approved_span = v->span;
	}
}

/* Note what a check looks at first. */
static int
index_live(struct campaigns *c)
{
	const struct campaign *g;
	size_t i;

	if ((c->live = malloc((c->n + 1) * sizeof(*c->live))) == NULL)
		return (-1);
	for (i = 0; i < c->n; i++) {
		g = &c->v[i];
		if (g->approved[0] != '\0')
			c->live[c->nlive++] = (struct campaigns_live){ g->from,
				g->until, g->products, (uint32_t)i };
	}
	return (0);
}

/* Read campaigns. */
struct campaigns *
campaigns_read(const char *name, const char *text, size_t len,
    const struct conf_sink *sink)
{
	struct reader r = { .doc = { .file = name, .text = text, .len = len,
		.sink = sink } };
	const struct conf_use use = { .arg = &r, .begin = begin,
		.value = value };

	if ((r.c = calloc(1, sizeof(*r.c))) == NULL) {
		conf_fail(&r.doc, 0, 1, "out of memory");
		return (NULL);
	}
	(void)conf_read(&r.doc, sections, N(sections), &use);
	finish(&r);
	if (!r.nomem && r.doc.errors == 0 && index_live(r.c) == 0)
		return (r.c);
	if (r.doc.errors == 0)
		conf_fail(&r.doc, 0, 1, "out of memory");
	campaigns_free(r.c);
	return (NULL);
}

/* Free campaigns. */
void
campaigns_free(struct campaigns *c)
{
	size_t i;

	if (c == NULL)
		return;
	for (i = 0; i < c->n; i++)
		free((void *)(uintptr_t)c->v[i].outlets);
	free(c->v);
	free(c->live);
	free(c);
}
