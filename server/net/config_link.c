#include <stdio.h>
#include <string.h>

#include "counter/above.h"
#include "keys/nodecert.h"

#include "config_link.h"

#define CFG(m) CONF_AT(struct config, m)

static const char k_certificate[] = "certificate", k_key[] = "key",
    k_ca[] = "ca", k_revoked[] = "revoked", k_listen[] = "listen",
    k_nodes[] = "nodes", k_witness[] = "witness_key",
    k_address[] = "address", k_name[] = "name";
const char config_link_name[] = "link", config_children_name[] = "children",
    config_upstream_name[] = "upstream";

static const struct conf_name modes[] = {
	{ "never", ABOVE_NEVER },
	{ "unless-local-reject", ABOVE_UNLESS_REJECT },
	{ "always", ABOVE_ALWAYS },
	{ NULL, 0 }
};

const struct conf_key config_link_keys[CONFIG_LINK_NKEYS] = {
	{ k_certificate, CONF_STRING, CONF_REQUIRED, 2, 900, NULL,
	    CFG(link_certificate) },
	{ k_key, CONF_STRING, CONF_REQUIRED, 2, 900, NULL, CFG(link_key) },
	{ k_ca, CONF_STRING, CONF_REQUIRED, 2, 900, NULL, CFG(link_ca) },
	{ k_revoked, CONF_STRING, 0, 2, 900, NULL, CFG(link_revoked) },
};

const struct conf_key config_children_keys[CONFIG_CHILDREN_NKEYS] = {
	{ k_listen, CONF_STRING, CONF_REQUIRED, 3, CONFIG_ADDRESS_MAX - 1, NULL,
	    CFG(children_listen) },
	{ k_nodes, CONF_STRING, CONF_REQUIRED, 2, 900, NULL, CFG(nodes) },
	{ k_witness, CONF_STRING, 0, 2, 900, NULL, CFG(cosign_key) },
};

const struct conf_key config_upstream_keys[CONFIG_UPSTREAM_NKEYS] = {
	{ k_address, CONF_STRING, CONF_REQUIRED, 3, CONFIG_ADDRESS_MAX - 1,
	    NULL, CFG(upstream_address) },
	{ k_name, CONF_STRING, CONF_REQUIRED, 1, 12, NULL, CFG(upstream_name) },
	{ "deadline", CONF_DURATION, 0, 10, 10000, NULL, CFG(upstream_deadline) },
	{ "mode", CONF_NAME, 0, 0, 0, modes, CFG(upstream_mode) },
	{ k_witness, CONF_STRING, 0, 1, NOTE_VKEY_MAX - 1, NULL, 0, 0 },
};

/* A section begins. */
int
config_link_begin(struct config_reader *r, const struct conf_section *s,
    size_t at, size_t span)
{
	struct config *c = r->config;

	if (s->name == config_link_name) {
		c->has_link = 1;
		r->link_files = (struct config_spot){ at, span };
		return (1);
	}
	if (s->name == config_children_name)
		c->has_children = 1;
	else if (s->name == config_upstream_name)
		c->has_upstream = 1;
	else
		return (0);
	r->link = (struct config_spot){ at, span };
	if (c->has_children && s->name == config_children_name)
		r->children = r->link;
	r->in_upstream = s->name == config_upstream_name;
	return (1);
}

/* A path. */
static void
absolute(struct config_reader *r, const struct conf_value *v)
{

	if (v->string[0] != '/')
		conf_fail(&r->doc, v->at, v->span, "'%s': a path that begins "
		    "with '/' is wanted", v->string);
}

/* An address: host:port. */
static void
address(struct config_reader *r, const struct conf_value *v)
{
	const char *colon = strrchr(v->string, ':'), *p;
	unsigned long port = 0;

	for (p = colon != NULL ? colon + 1 : ""; *p >= '0' && *p <= '9' &&
	    port <= 65535; p++)
		port = port * 10 + (unsigned long)(*p - '0');
	if (colon == NULL || colon == v->string || *p != '\0' || port == 0 ||
	    port > 65535)
		conf_fail(&r->doc, v->at, v->span, "'%s': an address and a port "
		    "are wanted, as in \"city.example:7031\", \"10.0.0.1:7031\" "
		    "or \"[::1]:7031\"", v->string);
}

/* The key of the witness above. */
static void
witness(struct config_reader *r, const struct conf_value *v)
{
	char err[NOTE_ERROR_MAX];

	if (note_verifier_parse(&r->config->upstream_witness, v->string,
	    v->length, err) != 0)
		conf_fail(&r->doc, v->at, v->span, "%s", err);
	else if (r->config->upstream_witness.type != NOTE_COSIGNATURE)
		conf_fail(&r->doc, v->at, v->span, "this is no key of a "
		    "witness: the .pub file of a key of kind witness holds "
		    "one");
	else
		r->config->upstream_witness_set = 1;
}

/* A value came. */
int
config_link_value(struct config_reader *r, const struct conf_value *v)
{
	const char *key = v->key->name;

	if (key == k_address || key == k_listen)
		address(r, v);
	else if (key == k_certificate || key == k_key || key == k_ca ||
	    key == k_revoked || key == k_nodes)
		absolute(r, v);
	else if (key == k_witness && r->in_upstream)
		witness(r, v);
	else if (key == k_witness)
		absolute(r, v);
	else if (key == k_name) {
		if (!nodecert_good_node(v->string))
			conf_fail(&r->doc, v->at, v->span, "the id of a node is "
			    "1 to 12 of a-z, 0-9 and '-'");
	} else
		return (0);
	return (1);
}

/* Look at the whole. */
void
config_link_check(struct config_reader *r)
{
	struct config *c = r->config;

	if (!c->has_children && !c->has_upstream)
		return;
	if (c->sandbox)
		conf_fail(&r->doc, r->link.at, r->link.span, "a sandbox has no "
		    "links: leave out [children] and [upstream]");
	else if (!c->has_link)
		conf_fail(&r->doc, r->link.at, r->link.span, "links want a "
		    "section [link] with `certificate`, `key` and `ca`");
	else if (!c->has_log)
		conf_fail(&r->doc, r->link.at, r->link.span, "links want a "
		    "section [log]: its `domain` is that of the certificates");
	/* What the node above cosigned is what a start is compared with. */
	if (c->has_upstream && c->upstream_witness_set &&
	    c->witness[0] == '\0') {
		(void)snprintf(c->witness, sizeof(c->witness), "%.900s/witnessed",
		    c->data);
		c->witness_key = c->upstream_witness;
		c->witness_ours = 1;
	}
	if (c->has_upstream && strcmp(c->upstream_name, c->node) == 0)
		conf_fail(&r->doc, r->link.at, r->link.span, "the node above "
		    "cannot be this node, %s", c->node);
}
