#include <stdlib.h>
#include <string.h>

#include "keys/note.h"
#include "store/origin.h"

#include "config_log.h"

#define MS_DAY (INT64_C(24) * 3600 * 1000)
#define CFG(m) CONF_AT(struct config, m)

static const char k_domain[] = "domain", k_key[] = "key",
    k_witness[] = "witness", k_witness_key[] = "witness_key",
    k_earlier[] = "earlier", k_certificate[] = "certificate", k_staff_key[] = "key";
const char config_log_name[] = "log", config_seal_name[] = "seal",
    config_staff_name[] = "staff";

const struct conf_key config_log_keys[CONFIG_LOG_NKEYS] = {
	{ k_domain, CONF_STRING, CONF_REQUIRED, 1, ORIGIN_DOMAIN_MAX, NULL,
	    CFG(domain) },
	{ k_key, CONF_LIST, CONF_REQUIRED, 1, CONFIG_LOG_KEYS_MAX, NULL, 0, 0 },
	{ "interval", CONF_DURATION, 0, 0, 60000, NULL, CFG(log_interval) },
	{ "generation", CONF_INT, 0, 1, 9999, NULL, CFG(generation) },
	{ "first_seq", CONF_INT, 0, 1, INT64_MAX / 2, NULL, CFG(first_seq) },
	{ k_earlier, CONF_LIST, 0, 1, CONFIG_EARLIER_MAX, NULL, 0, 0 },
	{ k_witness, CONF_STRING, 0, 2, 900, NULL, CFG(witness) },
	{ k_witness_key, CONF_STRING, 0, 1, NOTE_VKEY_MAX - 1, NULL, 0, 0 },
};

const struct conf_key config_seal_keys[CONFIG_SEAL_NKEYS] = {
	{ k_certificate, CONF_STRING, CONF_REQUIRED, 2, 900, NULL,
	    CFG(seal_cert) },
	{ "retention", CONF_DURATION, 0, 1, 36525 * MS_DAY, NULL,
	    CFG(seal_retention) },
};

const struct conf_key config_staff_keys[CONFIG_STAFF_NKEYS] = {
	{ k_staff_key, CONF_STRING, CONF_REQUIRED, 1, NOTE_VKEY_MAX - 1, NULL,
	    0, 0 },
	{ "rights", CONF_NAMES, CONF_REQUIRED, 0, 0, staff_rights,
	    CONF_AT(struct counter_staff, rights) },
};

/* Begin a [staff NAME]. */
static void *
begin_staff(struct config_reader *r, const char *name, size_t at, size_t span)
{
	struct config *c = r->config;
	struct counter_staff *s;

	if (strlen(name) >= sizeof(s->name)) {
		conf_fail(&r->doc, at, span, "'%s' is longer than %d bytes",
		    name, (int)sizeof(s->name) - 1);
		return (NULL);
	}
	s = realloc(c->staff, (c->nstaff + 1) * sizeof(*s));
	if (s == NULL) {
		r->nomem = 1;
		return (NULL);
	}
	c->staff = s;
	s = &c->staff[c->nstaff++];
	memset(s, 0, sizeof(*s));
	memcpy(s->name, name, strlen(name) + 1);
	return (s);
}

/* A section begins. */
int
config_log_begin(struct config_reader *r, const struct conf_section *s,
    const char *instance, size_t at, size_t span, void **target)
{

	*target = r->config;
	if (s->name == config_log_name) {
		r->config->has_log = 1;
		return (1);
	}
	if (s->name == config_staff_name)
		*target = begin_staff(r, instance, at, span);
	return (s->name == config_seal_name || s->name == config_staff_name);
}

/* Keep the path of a log key. */
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
	memcpy(c->log_key[c->nlog_keys], v->string, v->length + 1);
	r->log_key[c->nlog_keys++] = (struct config_spot){ v->at, v->span };
}

/* Read a verifier key. */
static void
take_vkey(struct config_reader *r, const struct conf_value *v,
    struct note_verifier *key)
{
	char err[NOTE_ERROR_MAX];

	if (note_verifier_parse(key, v->string, v->length, err) != 0)
		conf_fail(&r->doc, v->at, v->span, "%s", err);
}

/* Read the key of the last member of staff. */
static void
take_staff_key(struct config_reader *r, const struct conf_value *v)
{
	struct config *c = r->config;
	struct counter_staff *s;
	size_t i;

	if (c->nstaff == 0)
		return;
	s = &c->staff[c->nstaff - 1];
	take_vkey(r, v, &s->key);
	if (s->key.name[0] == '\0')
		return;
	if (s->key.type != NOTE_ED25519)
		conf_fail(&r->doc, v->at, v->span, "an Ed25519 key is wanted");
	else if (strcmp(s->key.name, s->name) != 0)
		conf_fail(&r->doc, v->at, v->span, "this is the key of '%s'",
		    s->key.name);
	for (i = 0; i + 1 < c->nstaff; i++)
		if (memcmp(c->staff[i].key.key, s->key.key,
		    sizeof(s->key.key)) == 0)
			conf_fail(&r->doc, v->at, v->span, "'%s' has the same "
			    "key: each person has one of his own",
			    c->staff[i].name);
}

/* A value came. */
int
config_log_value(struct config_reader *r, const struct conf_value *v)
{
	const char *key = v->key->name;

	if (key == k_domain)
		r->domain = (struct config_spot){ v->at, v->span };
	else if (key == k_key)
		take_key(r, v);
	else if (key == k_earlier)
		take_vkey(r, v, &r->config->earlier[r->config->nearlier++]);
	else if (key == k_witness)
		r->witness = (struct config_spot){ v->at, v->span };
	else if (key == k_witness_key)
		take_vkey(r, v, &r->config->witness_key);
	else if (key == k_certificate)
		r->seal_cert = (struct config_spot){ v->at, v->span };
	else if (key == k_staff_key)
		take_staff_key(r, v);
	else
		return (0);
	return (1);
}

/* A path must not depend on where liangkad is started. */
static void
want_absolute(struct config_reader *r, const char *path,
    const struct config_spot *spot)
{

	if (path[0] != '\0' && path[0] != '/')
		conf_fail(&r->doc, spot->at, spot->span, "'%s': a path that "
		    "begins with '/' is wanted", path);
}

/* Look at the whole. */
void
config_log_check(struct config_reader *r)
{
	struct config *c = r->config;
	const char *s;

	if (c->sandbox && c->domain[0] == '\0')
		memcpy(c->domain, "sandbox.invalid", sizeof("sandbox.invalid"));
	for (s = c->domain; *s != '\0'; s++)
		if (!((*s >= 'a' && *s <= 'z') || (*s >= '0' && *s <= '9') ||
		    *s == '-' || *s == '.' || *s == '/')) {
			conf_fail(&r->doc, r->domain.at, r->domain.span, "a "
			    "domain is of a-z, 0-9, '-', '.' and '/', such as "
			    "\"afc.example.gov.cn\"");
			break;
		}
	want_absolute(r, c->witness, &r->witness);
	want_absolute(r, c->seal_cert, &r->seal_cert);
	if ((c->witness[0] == '\0') != (c->witness_key.name[0] == '\0'))
		conf_fail(&r->doc, r->witness.at, r->witness.span + 1,
		    "'witness' and 'witness_key' go together");
	if (!c->has_log && !c->sandbox)
		conf_fail(&r->doc, 0, 1, "there is no [log]: every decision "
		    "goes into a signed log; make its key with \"liangka-keys "
		    "new log --name DOMAIN/branch/NODE\"");
}
