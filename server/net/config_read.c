#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "store/records.h"

#include "config_link.h"
#include "config_lists.h"
#include "config_log.h"
#include "config_read.h"

#define MS_MIN 1000
#define MS_HOUR INT64_C(3600000)
#define MS_DAY (24 * MS_HOUR)
#define N(a) (sizeof(a) / sizeof((a)[0]))

/* Keys by which value() knows what it got. */
static const char k_node[] = "node", k_data[] = "data", k_policy[] = "policy",
    k_token_key[] = "token_key", k_socket[] = "socket", k_uid[] = "uid",
    k_rights[] = "rights", k_sandbox[] = "sandbox", k_profile[] = "profile";
static const char s_institution[] = "institution", s_operator[] = "operator",
    s_outlet[] = "outlet", s_limits[] = "limits";

#define CFG(m) CONF_AT(struct config, m)
#define LIM(m) CONF_AT(struct config_limits, m)

static const struct conf_name profiles[] = {
	{ "standard", CONFIG_STANDARD },
	{ "gm", CONFIG_GM },
	{ NULL, 0 }
};

static const struct conf_key daemon_keys[] = {
	{ k_node, CONF_STRING, CONF_REQUIRED, 1, 12, NULL, CFG(node) },
	{ k_data, CONF_STRING, 0, 2, 900, NULL, CFG(data) },
	{ k_token_key, CONF_LIST, 0, 1, CONFIG_KEYS_MAX, NULL, 0, 0 },
	{ k_policy, CONF_STRING, 0, 2, 900, NULL, CFG(policy) },
	{ k_sandbox, CONF_BOOL, 0, 0, 0, NULL, CFG(sandbox) },
	{ k_profile, CONF_NAME, 0, 0, 0, profiles, CFG(profile) },
	{ "overlay_mb", CONF_INT, 0, 16, 65536, NULL, CFG(overlay_mb) },
	{ "segment_mb", CONF_INT, 0, 1, 1024, NULL, CFG(segment_mb) },
	{ "checkpoint_interval", CONF_DURATION, 0, MS_MIN, MS_HOUR, NULL,
	    CFG(checkpoint_interval) },
	{ "reservation_ttl", CONF_DURATION, 0, MS_MIN, MS_DAY, NULL,
	    CFG(reservation_ttl) },
	{ "review_ttl", CONF_DURATION, 0, MS_MIN, 60 * MS_DAY, NULL,
	    CFG(review_ttl) },
	{ "approve_ttl", CONF_DURATION, 0, MS_MIN, 60 * MS_DAY, NULL,
	    CFG(approve_ttl) },
};

static const struct conf_key limit_keys[] = {
	{ "connections", CONF_INT, 0, 1, 65536, NULL, LIM(connections) },
	{ "connections_per_uid", CONF_INT, 0, 1, 65536, NULL,
	    LIM(connections_per_uid) },
	{ "first_frame", CONF_DURATION, 0, 50, 60000, NULL, LIM(first_frame) },
	{ "frame", CONF_DURATION, 0, 50, 60000, NULL, LIM(frame) },
	{ "idle", CONF_DURATION, 0, 0, MS_DAY, NULL, LIM(idle) },
	{ "write_stall", CONF_DURATION, 0, 50, 60000, NULL, LIM(write_stall) },
	{ "output", CONF_SIZE, 0, 16384, 16 << 20, NULL, LIM(output) },
	{ "checks_per_teller_minute", CONF_INT, 0, 0, 1000000, NULL,
	    LIM(checks_per_teller_minute) },
	{ "persons_per_teller_day", CONF_INT, 0, 0, TELLER_PERSONS_MAX, NULL,
	    LIM(persons_per_teller_day) },
};

static const struct conf_key institution_keys[] = {
	{ k_socket, CONF_STRING, CONF_REQUIRED, 2, CONFIG_SOCKET_MAX, NULL,
	    0, 0 },
	{ k_uid, CONF_LIST, 0, 1, CONFIG_UIDS_MAX, NULL, 0, 0 },
	{ k_rights, CONF_LIST, 0, 1, 16, NULL, 0, 0 },
	{ "area", CONF_INT, 0, 100000, 999999, NULL,
	    CONF_AT(struct config_grant, grant.area) },
};

static const struct conf_key operator_keys[] = {
	{ k_socket, CONF_STRING, CONF_REQUIRED, 2, CONFIG_SOCKET_MAX, NULL,
	    0, 0 },
	{ k_uid, CONF_LIST, 0, 1, CONFIG_UIDS_MAX, NULL, 0, 0 },
	{ k_rights, CONF_LIST, CONF_REQUIRED, 1, 16, NULL, 0, 0 },
};

static const struct conf_key outlet_keys[] = {
	{ "area", CONF_INT, CONF_REQUIRED, 100000, 999999, NULL,
	    CONF_AT(struct config_outlet, area) },
};

static const struct conf_section sections[] = {
	{ "daemon", CONF_REQUIRED, daemon_keys, N(daemon_keys) },
	{ s_limits, 0, limit_keys, N(limit_keys) },
	{ s_institution, CONF_NAMED, institution_keys, N(institution_keys) },
	{ s_operator, CONF_NAMED, operator_keys, N(operator_keys) },
	{ s_outlet, CONF_NAMED, outlet_keys, N(outlet_keys) },
	{ config_lists_name, 0, config_lists_keys, CONFIG_LISTS_NKEYS },
	{ config_link_name, 0, config_link_keys, CONFIG_LINK_NKEYS },
	{ config_children_name, 0, config_children_keys,
	    CONFIG_CHILDREN_NKEYS },
	{ config_upstream_name, 0, config_upstream_keys,
	    CONFIG_UPSTREAM_NKEYS },
	{ config_log_name, 0, config_log_keys, CONFIG_LOG_NKEYS },
	{ config_seal_name, 0, config_seal_keys, CONFIG_SEAL_NKEYS },
	{ config_staff_name, CONF_NAMED, config_staff_keys,
	    CONFIG_STAFF_NKEYS },
};

/* Make room for one more element of a growing array. */
static void *
grow(struct config_reader *r, void *array, size_t n, size_t size)
{
	void *p;

	/* Powers of two, from 8 on. */
	if (n != 0 && (n < 8 || (n & (n - 1)) != 0))
		return (array);
	p = realloc(array, (n == 0 ? 8 : 2 * n) * size);
	if (p == NULL)
		r->nomem = 1;
	return (p);
}

/* Begin an [institution] or [operator]. */
static void *
begin_grant(struct config_reader *r, const char *id, int any, size_t at,
    size_t span)
{
	struct config *c = r->config;
	struct config_grant *g;
	void *p;

	p = grow(r, c->grants, c->ngrants, sizeof(*c->grants));
	if (p == NULL)
		return (NULL);
	c->grants = p;
	p = grow(r, r->section, c->ngrants, sizeof(*r->section));
	if (p == NULL)
		return (NULL);
	r->section = p;
	memset(&r->section[c->ngrants], 0, sizeof(*r->section));
	r->section[c->ngrants].head = (struct config_spot){ at, span };
	g = &c->grants[c->ngrants++];
	memset(g, 0, sizeof(*g));
	g->grant.any = any;
	if (strlen(id) >= sizeof(g->grant.id))
		conf_fail(&r->doc, at, span, "'%s' is longer than %d bytes", id,
		    (int)sizeof(g->grant.id) - 1);
	else
		memcpy(g->grant.id, id, strlen(id) + 1);
	return (g);
}

/* Begin an [outlet]. */
static void *
begin_outlet(struct config_reader *r, const char *name, size_t at, size_t span)
{
	struct config_outlet *o;
	void *p;

	p = grow(r, r->outlet, r->noutlets, sizeof(*r->outlet));
	if (p == NULL)
		return (NULL);
	r->outlet = p;
	o = &r->outlet[r->noutlets++];
	memset(o, 0, sizeof(*o));
	memcpy(o->name, name, strlen(name) + 1);
	o->head = (struct config_spot){ at, span };
	return (o);
}

/* A section begins: where do its values go? */
static void *
begin(void *arg, const struct conf_section *s, const char *instance, size_t at,
    size_t span)
{
	struct config_reader *r = arg;
	void *target;

	if (r->nomem)
		return (NULL);
	if (config_log_begin(r, s, instance, at, span, &target))
		return (target);
	if (config_lists_begin(r, s) || config_link_begin(r, s, at, span))
		return (r->config);
	if (s->name == s_institution)
		return (begin_grant(r, instance, 0, at, span));
	if (s->name == s_operator)
		return (begin_grant(r, instance, 1, at, span));
	if (s->name == s_outlet)
		return (begin_outlet(r, instance, at, span));
	if (s->name == s_limits)
		return (&r->config->limits);
	return (r->config);
}

/* A path must not depend on where liangkad is started. */
static void
want_absolute(struct config_reader *r, const struct conf_value *v,
    const char *path)
{

	if (path[0] != '/')
		conf_fail(&r->doc, v->at, v->span, "'%s': a path that begins "
		    "with '/' is wanted", path);
}

/* Add one uid to the last section. */
static void
add_uid(struct config_reader *r, const char *word, size_t len, size_t at)
{
	struct config_grant *g = &r->config->grants[r->config->ngrants - 1];
	uint64_t uid = 0;
	size_t i;

	for (i = 0; i < len && word[i] >= '0' && word[i] <= '9' && i < 11; i++)
		uid = uid * 10 + (uint64_t)(word[i] - '0');
	if (i < len || len == 0 || uid >= UINT32_MAX) {
		conf_fail(&r->doc, at, len > 0 ? len : 1, "'%.*s' is no user "
		    "number (as \"id -u\" shows it)", (int)len, word);
		return;
	}
	for (i = 0; i < g->nuids; i++)
		if (g->uid[i] == uid) {
			conf_fail(&r->doc, at, len, "uid %u is here twice",
			    (unsigned)uid);
			return;
		}
	if (g->nuids == CONFIG_UIDS_MAX) {
		conf_fail(&r->doc, at, len, "more than %d uids",
		    CONFIG_UIDS_MAX);
		return;
	}
	g->uid[g->nuids++] = (uint32_t)uid;
}

/* Add one right to the last section. */
static void
add_right(struct config_reader *r, const char *word, size_t len, size_t at)
{
	struct config_grant *g = &r->config->grants[r->config->ngrants - 1];
	uint32_t right = grant_right(word, len);

	r->section[r->config->ngrants - 1].rights_given = 1;
	if (right == 0)
		conf_fail(&r->doc, at, len > 0 ? len : 1, "unknown right "
		    "'%.*s': there are %s", (int)(len < 64 ? len : 64), word,
		    grant_right_names());
	else if (right == RIGHT_DESK && !g->grant.any)
		conf_fail(&r->doc, at, len, "only an [operator] may speak for "
		    "the centre (right 'desk')");
	else if (g->grant.rights & right)
		conf_fail(&r->doc, at, len, "'%.*s' is here twice", (int)len,
		    word);
	g->grant.rights |= right;
}

/* Add one key file. */
static void
add_key(struct config_reader *r, const char *word, size_t len, size_t at)
{
	struct config *c = r->config;

	if (len >= CONFIG_PATH_MAX || len == 0 || word[0] != '/')
		conf_fail(&r->doc, at, len > 0 ? len : 1, "the path of a key "
		    "file is wanted, beginning with '/'");
	else if (c->nkeys == CONFIG_KEYS_MAX)
		conf_fail(&r->doc, at, len, "more than %d keys",
		    CONFIG_KEYS_MAX);
	else {
		memcpy(c->token_key[c->nkeys], word, len);
		c->token_key[c->nkeys][len] = '\0';
		r->key[c->nkeys++] = (struct config_spot){ at, len };
	}
}

/* Take apart a list item: a word, or a text with several between commas. */
static void
each_word(struct config_reader *r, const struct conf_value *v,
    void (*add)(struct config_reader *, const char *, size_t, size_t))
{
	const char *s = v->string;
	size_t from = 0, to, end, at;

	for (;;) {
		while (from < v->length && s[from] == ' ')
			from++;
		for (to = from; to < v->length && s[to] != ','; to++)
			continue;
		for (end = to; end > from && s[end - 1] == ' '; end--)
			continue;
		at = v->at;
		if (r->doc.text[v->at] == '"')
			at = conf_locate(&r->doc, v->at, from);
		add(r, s + from, end - from, at);
		if (to >= v->length)
			return;
		from = to + 1;
	}
}

/* Keep the path of a socket. */
static void
take_socket(struct config_reader *r, const struct conf_value *v)
{
	struct config_section *s = &r->section[r->config->ngrants - 1];

	want_absolute(r, v, v->string);
	memcpy(s->socket_path, v->string, v->length + 1);
	s->socket = (struct config_spot){ v->at, v->span };
}

/* A value came. */
static void
value(void *arg, const struct conf_value *v)
{
	struct config_reader *r = arg;
	const char *key = v->key->name;
	struct config_spot spot = { v->at, v->span };

	if (r->nomem || config_log_value(r, v) ||
	    config_lists_value(r, v) || config_link_value(r, v))
		return;
	if (key == k_node) {
		r->node = spot;
	} else if (key == k_data) {
		want_absolute(r, v, v->string);
		r->data = spot;
	} else if (key == k_policy) {
		want_absolute(r, v, v->string);
		r->policy = spot;
	} else if (key == k_token_key) {
		each_word(r, v, add_key);
	} else if (key == k_socket) {
		take_socket(r, v);
	} else if (key == k_uid) {
		each_word(r, v, add_uid);
	} else if (key == k_rights) {
		each_word(r, v, add_right);
	}
}

/* A node's id goes into file names and the origin of its log. */
static void
check_node(struct config_reader *r)
{
	const char *s = r->config->node;
	size_t i, len = strlen(s);

	if (len == 0)
		return;
	for (i = 0; i < len; i++)
		if (!((s[i] >= 'a' && s[i] <= 'z') ||
		    (s[i] >= '0' && s[i] <= '9') || s[i] == '-'))
			break;
	if (i < len || s[0] == '-' || s[len - 1] == '-')
		conf_fail(&r->doc, r->node.at, r->node.span, "a node id is 1 "
		    "to 12 of a-z, 0-9 and '-', with no '-' at either end");
}

/* Find or add the listener of a section. */
static void
place(struct config_reader *r, size_t i)
{
	struct config *c = r->config;
	const struct config_section *s = &r->section[i];
	size_t k;
	void *p;

	for (k = 0; k < c->nlisteners; k++)
		if (strcmp(c->listeners[k].path, s->socket_path) == 0)
			break;
	if (k == c->nlisteners) {
		p = grow(r, c->listeners, k, sizeof(*c->listeners));
		if (p == NULL)
			return;
		c->listeners = p;
		memcpy(c->listeners[k].path, s->socket_path,
		    sizeof(s->socket_path));
		c->nlisteners++;
	}
	c->grants[i].listener = k;
}

/* Fill in what a section left out, and look for the same id on one socket. */
static void
check_grant(struct config_reader *r, size_t i)
{
	struct config *c = r->config;
	struct config_grant *g = &c->grants[i];
	uint32_t me = (uint32_t)geteuid();
	size_t k;

	if (g->nuids == 0) {
		g->uid[g->nuids++] = me;
		if (me != 0)
			g->uid[g->nuids++] = 0;
	}
	if (!r->section[i].rights_given)
		g->grant.rights = RIGHT_CHECK | RIGHT_CONFIRM | RIGHT_REPORT |
		    RIGHT_REVIEW;
	place(r, i);
	for (k = 0; k < i; k++)
		if (c->grants[k].listener == g->listener &&
		    strcmp(c->grants[k].grant.id, g->grant.id) == 0)
			conf_fail(&r->doc, r->section[i].head.at,
			    r->section[i].head.span, "'%s' is on this socket "
			    "twice", g->grant.id);
}

/* Split "institution.outlet" by the institutions there are. */
static void
check_outlet(struct config_reader *r, const struct config_outlet *o,
    struct outlet_area *out)
{
	const struct config *c = r->config;
	size_t i, n, best = 0;

	for (i = 0; i < c->ngrants; i++) {
		n = strlen(c->grants[i].grant.id);
		if (!c->grants[i].grant.any && n > best &&
		    strncmp(o->name, c->grants[i].grant.id, n) == 0 &&
		    o->name[n] == '.')
			best = n;
	}
	if (best == 0) {
		conf_fail(&r->doc, o->head.at, o->head.span, "[outlet "
		    "INSTITUTION.OUTLET] wants the name of an [institution] of "
		    "this file first");
		return;
	}
	if (o->name[best + 1] == '\0' ||
	    strlen(o->name + best + 1) >= sizeof(out->outlet)) {
		conf_fail(&r->doc, o->head.at, o->head.span, "the name of an "
		    "outlet has 1 to %d bytes", (int)sizeof(out->outlet) - 1);
		return;
	}
	memcpy(out->institution, o->name, best);
	memcpy(out->outlet, o->name + best + 1, strlen(o->name + best + 1) + 1);
	out->area = o->area;
}

/* Make the sorted list of outlets, and of institutions for all their others. */
static void
check_outlets(struct config_reader *r)
{
	struct config *c = r->config;
	struct outlet_area *x;
	size_t i;

	c->outlets = calloc(r->noutlets + c->ngrants + 1, sizeof(*c->outlets));
	if (c->outlets == NULL) {
		r->nomem = 1;
		return;
	}
	for (i = 0; i < r->noutlets; i++)
		check_outlet(r, &r->outlet[i], &c->outlets[i]);
	c->noutlets = r->noutlets;
	for (i = 0; i < c->ngrants; i++) {
		if (c->grants[i].grant.any || c->grants[i].grant.area == 0)
			continue;
		x = &c->outlets[c->noutlets++];
		memcpy(x->institution, c->grants[i].grant.id,
		    sizeof(x->institution));
		x->area = c->grants[i].grant.area;
	}
	outlet_area_sort(c->outlets, c->noutlets);
}

/* Read and check a configuration. */
void
config_read(struct config_reader *r, unsigned flags)
{
	const struct conf_use use = { NULL, r, begin, value };
	struct config *c = r->config;
	size_t i;

	if (conf_read(&r->doc, sections, N(sections), &use) != 0 || r->nomem)
		return;
	if (flags & CONFIG_SANDBOX)
		c->sandbox = 1;
	check_node(r);
	for (i = 0; i < c->ngrants && !r->nomem; i++)
		check_grant(r, i);
	if (c->ngrants == 0 && !c->has_children)
		conf_fail(&r->doc, 0, 1, "there is no [institution NAME]: "
		    "nobody could ask");
	check_outlets(r);
	config_log_check(r);
	config_lists_check(r);
	config_link_check(r);
	if (c->nkeys == 0 && !c->sandbox)
		conf_fail(&r->doc, 0, 1, "'token_key' is missing in [daemon]: "
		    "make one with \"liangka-keys new token\"");
	/* A sandbox makes a key of its own: no real one is even looked at. */
	if (c->sandbox)
		c->nkeys = c->nlog_keys = 0;
}
