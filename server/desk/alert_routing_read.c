#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alert_routing_impl.h"

#define MINUTE_MS INT64_C(60000)
#define DAY_MS INT64_C(86400000)
#define N(a) (sizeof(a) / sizeof((a)[0]))

/* A receiver that a route names. */
struct mention {
	size_t route;
	int level;
	char name[ALERT_NAME_MAX];
	size_t at, span;
};

/* The file as it is read. */
struct raw {
	struct alert_routing *r;
	struct conf_doc *doc;
	struct alert_keys *keys;	/* of each receiver */
	struct mention *mention;
	size_t nmentions, room;
	size_t *area_at;		/* of each route */
	int area;			/* target of "area"; unused */
	int64_t escalate[3];
	int has_default;
	int failed;			/* out of memory */
};

static const struct conf_name kinds[] = {
	{ "webhook", ALERT_WEBHOOK }, { "wecom", ALERT_WECOM },
	{ "dingtalk", ALERT_DINGTALK }, { "command", ALERT_COMMAND },
	{ "mail", ALERT_MAIL }, { NULL, 0 }
};
static const struct conf_name forms[] = {
	{ "markdown", ALERT_MARKDOWN }, { "text", ALERT_TEXT }, { NULL, 0 }
};
static const struct conf_name languages[] = {
	{ "zh", 0 }, { "en", 1 }, { NULL, 0 }
};

#define R(name, kind, flags, lo, hi, names, member)			\
	{ name, kind, flags, lo, hi, names,				\
	    CONF_AT(struct alert_receiver, member) }
static const struct conf_key keys_receiver[ALERT_KEYS] = {
	R("kind", CONF_NAME, CONF_REQUIRED, 0, 0, kinds, kind),
	R("url", CONF_STRING, 0, 8, ALERT_URL_MAX - 1, NULL, url),
	R("url_file", CONF_STRING, 0, 1, ALERT_PATH_MAX - 1, NULL, url_file),
	R("secret", CONF_STRING, 0, 1, ALERT_PATH_MAX - 1, NULL, secret_file),
	R("ca", CONF_STRING, 0, 1, ALERT_PATH_MAX - 1, NULL, ca),
	R("cert", CONF_STRING, 0, 1, ALERT_PATH_MAX - 1, NULL, cert),
	R("key", CONF_STRING, 0, 1, ALERT_PATH_MAX - 1, NULL, key),
	R("form", CONF_NAME, 0, 0, 0, forms, form),
	{ "command", CONF_LIST, 0, 1, ALERT_ARGS_MAX, NULL, 0, 0 },
	R("from", CONF_STRING, 0, 3, ALERT_ADDRESS_MAX - 1, NULL, from),
	{ "to", CONF_LIST, 0, 1, ALERT_TO_MAX, NULL, 0, 0 },
	R("user", CONF_STRING, 0, 1, 255, NULL, user),
	R("password", CONF_STRING, 0, 1, ALERT_PATH_MAX - 1, NULL,
	    password_file),
	R("language", CONF_NAME, 0, 0, 0, languages, language),
	R("timeout", CONF_DURATION, 0, 100, 5 * MINUTE_MS, NULL, timeout),
	R("digest", CONF_DURATION, 0, 1000, DAY_MS, NULL, digest),
	R("pause", CONF_DURATION, 0, 1, DAY_MS, NULL, pause),
	R("batch", CONF_INT, 0, 1, 200, NULL, batch),
};
const char *const alert_key_name[ALERT_KEYS] = {
	"kind", "url", "url_file", "secret", "ca", "cert", "key", "form",
	"command", "from", "to", "user", "password", "language", "timeout",
	"digest", "pause", "batch"
};

#define TO(name) { name, CONF_LIST, 0, 1, ALERT_ROUTE_TO_MAX, NULL, 0, 0 }
static const struct conf_key keys_route[] = {
	{ "area", CONF_STRING, CONF_REQUIRED, 1, 6, NULL, 0, 0 },
	TO("outlet"), TO("county"), TO("city"), TO("province"),
};
static const struct conf_key keys_default[] = {
	TO("outlet"), TO("county"), TO("city"), TO("province"),
};
#define E(name, i)							\
	{ name, CONF_DURATION, 0, 0, 30 * DAY_MS, NULL,			\
	    offsetof(struct raw, escalate) + (i) * sizeof(int64_t),	\
	    sizeof(int64_t) }
static const struct conf_key keys_escalate[] = {
	E("outlet", 0), E("county", 1), E("city", 2),
};

static const struct conf_section sections[] = {
	{ "escalate", 0, keys_escalate, N(keys_escalate) },
	{ "receiver", CONF_NAMED | CONF_REQUIRED, keys_receiver, ALERT_KEYS },
	{ "default", CONF_REQUIRED, keys_default, N(keys_default) },
	{ "route", CONF_NAMED, keys_route, N(keys_route) },
};

/* A receiver begins. */
static void *
begin_receiver(struct raw *w, const char *name, size_t at, size_t span)
{
	struct alert_routing *r = w->r;
	struct alert_receiver *to;

	if (r->nreceivers == ALERT_RECEIVERS_MAX) {
		conf_fail(w->doc, at, span, "more than %d receivers",
		    ALERT_RECEIVERS_MAX);
		return (NULL);
	}
	if ((to = calloc(1, sizeof(*to))) == NULL) {
		w->failed = 1;
		return (NULL);
	}
	(void)snprintf(to->name, sizeof(to->name), "%s", name);
	to->timeout = 10000;
	to->at = at;
	r->receiver[r->nreceivers++] = to;
	return (to);
}

/* A route begins; route 0 is [default]. */
static void
begin_route(struct raw *w, const char *name, size_t at, size_t span)
{
	struct alert_route *route;

	if (w->r->nroutes == ALERT_ROUTES_MAX) {
		conf_fail(w->doc, at, span, "more than %d routes",
		    ALERT_ROUTES_MAX - 1);
		return;
	}
	route = &w->r->route[w->r->nroutes];
	w->area_at[w->r->nroutes++] = at;
	(void)snprintf(route->name, sizeof(route->name), "%s", name);
}

/* A section begins. */
static void *
begin(void *arg, const struct conf_section *section, const char *instance,
    size_t at, size_t span)
{
	struct raw *w = arg;

	if (section == &sections[1])
		return (begin_receiver(w, instance, at, span));
	if (section == &sections[2])
		w->has_default = 1;
	else if (section == &sections[3])
		begin_route(w, instance, at, span);
	return (w);
}

/* A word of a receiver's list, and where its keys stand. */
static void
receiver_value(struct raw *w, const struct conf_value *v)
{
	struct alert_receiver *to;
	struct alert_keys *k;
	size_t i = (size_t)(v->key - keys_receiver);

	if (w->r->nreceivers == 0)
		return;
	to = w->r->receiver[w->r->nreceivers - 1];
	k = &w->keys[w->r->nreceivers - 1];
	if (v->index == 0) {
		k->at[i] = v->at;
		k->span[i] = v->span;
	}
	if (i == ALERT_K_COMMAND && to->nargs < ALERT_ARGS_MAX) {
		if ((to->argv[to->nargs] = strdup(v->string)) == NULL)
			w->failed = 1;
		else
			to->nargs++;
	} else if (i == ALERT_K_TO && to->nto < ALERT_TO_MAX) {
		if (v->length >= ALERT_ADDRESS_MAX ||
		    !alert_receiver_address(v->string))
			conf_fail(w->doc, v->at, v->span, "\"%s\" is no mail "
			    "address", v->string);
		else
			memcpy(to->to[to->nto++], v->string, v->length + 1);
	}
}

/* The area of a route: 2 to 6 digits. */
static void
route_area(struct raw *w, const struct conf_value *v)
{
	struct alert_route *route = &w->r->route[w->r->nroutes - 1];
	size_t i;

	for (i = 0, route->area = 0; i < v->length && v->string[i] >= '0' &&
	    v->string[i] <= '9'; i++)
		route->area = route->area * 10 + (uint32_t)(v->string[i] - '0');
	route->digits = (int)v->length;
	w->area_at[w->r->nroutes - 1] = v->at;
	if (i != v->length || (i != 2 && i != 4 && i != 6) ||
	    v->string[0] == '0')
		conf_fail(w->doc, v->at, v->span, "an area is the first 2, 4 "
		    "or 6 digits of a division code, e.g. 3303");
}

/* Somebody is named as a receiver of a route. */
static void
mention(struct raw *w, size_t route, int level, const struct conf_value *v)
{
	struct mention *m;

	if (v->length >= ALERT_NAME_MAX) {
		conf_fail(w->doc, v->at, v->span, "there is no [receiver %s]",
		    v->string);
		return;
	}
	if (w->nmentions == w->room) {
		m = realloc(w->mention, (w->room * 2 + 64) * sizeof(*m));
		if (m == NULL) {
			w->failed = 1;
			return;
		}
		w->mention = m;
		w->room = w->room * 2 + 64;
	}
	m = &w->mention[w->nmentions++];
	m->route = route;
	m->level = level;
	memcpy(m->name, v->string, v->length + 1);
	m->at = v->at;
	m->span = v->span;
}

/* A value. */
static void
value(void *arg, const struct conf_value *v)
{
	struct raw *w = arg;

	if (v->section == &sections[1])
		receiver_value(w, v);
	else if (v->section == &sections[2])
		mention(w, 0, (int)(v->key - keys_default) + ALERT_OUTLET, v);
	else if (v->section != &sections[3] || w->r->nroutes < 2)
		return;
	else if (v->key == &keys_route[0])
		route_area(w, v);
	else
		mention(w, w->r->nroutes - 1, (int)(v->key - keys_route), v);
}

/* Say that a name is nobody's, and whose it might be. */
static void
nobody(struct raw *w, const struct mention *m)
{
	struct conf_guess g;
	size_t i;

	conf_guess_init(&g, m->name, strlen(m->name));
	for (i = 0; i < w->r->nreceivers; i++)
		conf_guess_try(&g, w->r->receiver[i]->name);
	if (g.best != NULL)
		conf_fail(w->doc, m->at, m->span, "there is no [receiver %s]; "
		    "did you mean \"%s\"?", m->name, g.best);
	else
		conf_fail(w->doc, m->at, m->span, "there is no [receiver %s]",
		    m->name);
}

/* Find whom the routes name. */
static void
resolve(struct raw *w)
{
	struct alert_route *route;
	const struct mention *m;
	size_t i, j;
	int k;

	for (i = 0; i < w->nmentions; i++) {
		m = &w->mention[i];
		route = &w->r->route[m->route];
		if ((k = alert_routing_find(w->r, m->name)) < 0) {
			nobody(w, m);
			continue;
		}
		for (j = 0; j < route->n[m->level]; j++)
			if (route->to[m->level][j] == k)
				break;
		if (j < route->n[m->level])
			conf_fail(w->doc, m->at, m->span, "\"%s\" stands here "
			    "twice", m->name);
		else if (j < ALERT_ROUTE_TO_MAX)
			route->to[m->level][route->n[m->level]++] =
			    (uint16_t)k;
	}
}

/* See that the whole makes sense. */
static void
check(struct raw *w)
{
	const struct alert_route *a, *b;
	size_t i, j, n = 0;

	for (i = 0; i < w->r->nreceivers; i++)
		alert_receiver_check(w->doc, w->r->receiver[i], &w->keys[i]);
	resolve(w);
	for (i = ALERT_OUTLET; i <= ALERT_PROVINCE; i++)
		n += w->r->route[0].n[i];
	if (w->has_default && n == 0 && w->doc->errors == 0)
		conf_fail(w->doc, 0, 1, "[default] names nobody: alerts of "
		    "outlets without a route would reach no one");
	for (i = 1; i < w->r->nroutes; i++)
		for (j = 1, a = &w->r->route[i]; j < i; j++) {
			b = &w->r->route[j];
			if (a->digits == b->digits && a->area == b->area)
				conf_fail(w->doc, w->area_at[i], 1,
				    "area %u has a route already: [route %s]",
				    a->area, b->name);
		}
	w->r->escalate[ALERT_OUTLET] = w->escalate[0];
	w->r->escalate[ALERT_COUNTY] = w->escalate[1];
	w->r->escalate[ALERT_CITY] = w->escalate[2];
}

/* Make an empty routing. */
static struct alert_routing *
empty(void)
{
	struct alert_routing *r = calloc(1, sizeof(*r));

	if (r == NULL)
		return (NULL);
	r->receiver = calloc(ALERT_RECEIVERS_MAX, sizeof(*r->receiver));
	r->route = calloc(ALERT_ROUTES_MAX, sizeof(*r->route));
	r->nroutes = 1;
	if (r->receiver != NULL && r->route != NULL)
		return (r);
	alert_routing_free(r);
	return (NULL);
}

/* Read a routing file. */
struct alert_routing *
alert_routing_parse(const char *name, const char *text, size_t len,
    const struct conf_sink *sink)
{
	struct conf_doc doc = { name, text, len, sink, 0 };
	struct raw w = { .r = empty(), .doc = &doc, .escalate = {
		30 * MINUTE_MS, 30 * MINUTE_MS, 60 * MINUTE_MS } };
	struct conf_use use = { .arg = &w, .begin = begin, .value = value };

	w.keys = calloc(ALERT_RECEIVERS_MAX, sizeof(*w.keys));
	w.area_at = calloc(ALERT_ROUTES_MAX, sizeof(*w.area_at));
	if (w.r == NULL || w.keys == NULL || w.area_at == NULL)
		w.failed = 1;
	else {
		(void)conf_read(&doc, sections, N(sections), &use);
		check(&w);
	}
	if (w.failed)
		conf_fail(&doc, 0, 1, "out of memory");
	free(w.keys);
	free(w.mention);
	free(w.area_at);
	if (doc.errors == 0)
		return (w.r);
	alert_routing_free(w.r);
	return (NULL);
}
