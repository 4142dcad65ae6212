#include <string.h>

#include "config_lists.h"

#define MS_DAY (INT64_C(24) * 3600 * 1000)
#define CFG(m) CONF_AT(struct config, m)

static const char k_use[] = "use", k_root[] = "root", k_key[] = "key",
    k_soft[] = "soft_age", k_hard[] = "hard_age";
const char config_lists_name[] = "lists";

static const struct conf_name uses[] = {
	{ "signed", CONFIG_LISTS_SIGNED },
	{ "none", CONFIG_LISTS_NONE },
	{ NULL, 0 }
};

const struct conf_key config_lists_keys[CONFIG_LISTS_NKEYS] = {
	{ k_use, CONF_NAME, 0, 0, 0, uses, CFG(lists_use) },
	{ k_root, CONF_STRING, 0, 2, 900, NULL, CFG(lists_root) },
	{ k_key, CONF_LIST, 0, 1, CONFIG_KEYS_MAX, NULL, 0, 0 },
	{ k_soft, CONF_DURATION, 0, 60000, 366 * MS_DAY, NULL, CFG(lists_soft) },
	{ k_hard, CONF_DURATION, 0, 60000, 366 * MS_DAY, NULL, CFG(lists_hard) },
};

/* A section begins. */
int
config_lists_begin(struct config_reader *r, const struct conf_section *s)
{

	if (s->name != config_lists_name)
		return (0);
	r->config->has_lists = 1;
	r->lists = (struct config_spot){ 0, 1 };
	return (1);
}

/* Keep the path of a list key. */
static void
take_key(struct config_reader *r, const struct conf_value *v)
{
	struct config *c = r->config;

	if (v->length == 0 || v->length >= CONFIG_PATH_MAX ||
	    v->string[0] != '/') {
		conf_fail(&r->doc, v->at, v->span, "the path of a key file is "
		    "wanted, beginning with '/'");
		return;
	}
	memcpy(c->list_key[c->nlist_keys], v->string, v->length + 1);
	r->list_key[c->nlist_keys++] = (struct config_spot){ v->at, v->span };
}

/* A value came. */
int
config_lists_value(struct config_reader *r, const struct conf_value *v)
{
	const char *key = v->key->name;

	if (key == k_key)
		take_key(r, v);
	else if (key == k_root) {
		r->lists_root = (struct config_spot){ v->at, v->span };
		if (v->string[0] != '/')
			conf_fail(&r->doc, v->at, v->span, "'%s': a path that "
			    "begins with '/' is wanted", v->string);
	} else if (key == k_hard || key == k_soft || key == k_use)
		r->lists = (struct config_spot){ v->at, v->span };
	else
		return (0);
	return (1);
}

/* Look at the whole. */
void
config_lists_check(struct config_reader *r)
{
	struct config *c = r->config;

	/* A sandbox has no real lists, whatever is written. */
	if (c->sandbox) {
		c->lists_use = CONFIG_LISTS_NONE;
		c->nlist_keys = 0;
	}
	if (c->lists_use != CONFIG_LISTS_SIGNED) {
		if (!c->sandbox && (c->lists_root[0] != '\0' ||
		    c->nlist_keys > 0))
			conf_fail(&r->doc, r->lists.at, r->lists.span + 1,
			    "with `use = none` there is no root and no key");
		return;
	}
	if (!c->has_lists) {
		c->lists_use = CONFIG_LISTS_ABSENT;
		return;
	}
	if (c->lists_root[0] == '\0' || c->nlist_keys == 0)
		conf_fail(&r->doc, r->lists.at, r->lists.span + 1,
		    "[lists] wants `root` (the centre's root.json) and `key` "
		    "(the list token key); a node that is to have no lists "
		    "says `use = none`");
	if (c->lists_hard < c->lists_soft)
		conf_fail(&r->doc, r->lists.at, r->lists.span + 1,
		    "`hard_age` is shorter than `soft_age`");
	if (r->policy.span > 0)
		conf_fail(&r->doc, r->policy.at, r->policy.span, "with [lists] "
		    "the policy comes signed by the centre: remove `policy`");
}
