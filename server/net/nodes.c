#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "keys/nodecert.h"

#include "config.h"
#include "nodes.h"

#define N(a) (sizeof(a) / sizeof((a)[0]))

static const char k_institution[] = "institution", k_rights[] = "rights",
    k_key[] = "key";

struct nodes {
	struct nodes_node *list;	/* sorted by id once read */
	size_t n;
};

/* A reading in progress. */
struct reading {
	struct conf_doc doc;
	struct nodes *nodes;
	int nomem;
};

static const struct conf_key keys[] = {
	{ k_institution, CONF_LIST, CONF_REQUIRED, 1, NODES_INSTITUTIONS, NULL,
	    0, 0 },
	{ k_rights, CONF_LIST, 0, 1, 16, NULL, 0, 0 },
	{ "area", CONF_INT, 0, 100000, 999999, NULL,
	    CONF_AT(struct nodes_node, area) },
	{ k_key, CONF_STRING, 0, 1, NOTE_VKEY_MAX - 1, NULL, 0, 0 },
};

static const struct conf_section sections[] = {
	{ "node", CONF_NAMED, keys, N(keys) },
};

/* A node begins. */
static void *
begin(void *arg, const struct conf_section *s, const char *instance,
    size_t at, size_t span)
{
	struct reading *r = arg;
	struct nodes *n = r->nodes;
	struct nodes_node *p;

	(void)s;
	if (!nodecert_good_node(instance)) {
		conf_fail(&r->doc, at, span, "the id of a node is 1 to 12 of "
		    "a-z, 0-9 and '-'");
		return (NULL);
	}
	if ((n->n & (n->n - 1)) == 0) {
		p = realloc(n->list, (n->n != 0 ? 2 * n->n : 1) * sizeof(*p));
		if (p == NULL) {
			r->nomem = 1;
			return (NULL);
		}
		n->list = p;
	}
	p = &n->list[n->n++];
	memset(p, 0, sizeof(*p));
	memcpy(p->id, instance, strlen(instance) + 1);
	return (p);
}

/* One institution more. */
static void
institution(struct reading *r, struct nodes_node *p,
    const struct conf_value *v)
{
	struct grant *g = &p->grant[p->n];
	size_t i;

	if (v->length == 0 || v->length >= sizeof(g->id)) {
		conf_fail(&r->doc, v->at, v->span, "the name of an institution "
		    "has 1 to %d bytes", (int)sizeof(g->id) - 1);
		return;
	}
	for (i = 0; i < p->n; i++)
		if (strcmp(p->grant[i].id, v->string) == 0) {
			conf_fail(&r->doc, v->at, v->span, "'%s' is here twice",
			    v->string);
			return;
		}
	memcpy(g->id, v->string, v->length + 1);
	g->any = strcmp(v->string, "*") == 0;
	p->n++;
}

/* The verifier key of a node's log, which is named after the node. */
static void
log_key(struct reading *r, struct nodes_node *p, const struct conf_value *v)
{
	char err[NOTE_ERROR_MAX];
	const char *name;

	if (note_verifier_parse(&p->key, v->string, v->length, err) != 0) {
		conf_fail(&r->doc, v->at, v->span, "%s", err);
		return;
	}
	name = strrchr(p->key.name, '/');
	if (name == NULL || strcmp(name + 1, p->id) != 0)
		conf_fail(&r->doc, v->at, v->span, "this is the key of %s; the "
		    "line in log.key.pub of node %s is wanted", p->key.name,
		    p->id);
	p->has_key = 1;
}

/* A value came. */
static void
value(void *arg, const struct conf_value *v)
{
	struct reading *r = arg;
	struct nodes_node *p;
	const char *key = v->key->name;
	uint32_t right;

	if (r->nomem || r->nodes->n == 0)
		return;
	p = &r->nodes->list[r->nodes->n - 1];
	if (key == k_institution)
		institution(r, p, v);
	else if (key == k_rights) {
		if ((right = grant_right(v->string, v->length)) == 0)
			conf_fail(&r->doc, v->at, v->span, "unknown right '%s': "
			    "there are %s", v->string, grant_right_names());
		p->rights |= right;
	} else if (key == k_key)
		log_key(r, p, v);
}

/* By id. */
static int
compare(const void *a, const void *b)
{
	const struct nodes_node *x = a, *y = b;

	return (strcmp(x->id, y->id));
}

/* Now that nothing moves any more: grants, and order. */
static void
finish(struct nodes *n)
{
	struct nodes_node *p;
	size_t i, k;

	if (n->n > 0)
		qsort(n->list, n->n, sizeof(*n->list), compare);
	for (i = 0; i < n->n; i++) {
		p = &n->list[i];
		if (p->rights == 0)
			p->rights = RIGHT_CHECK | RIGHT_CONFIRM |
			    RIGHT_REPORT | RIGHT_REVIEW;
		for (k = 0; k < p->n; k++) {
			p->grant[k].rights = p->rights;
			p->grant[k].area = p->area;
			p->grants[k] = &p->grant[k];
		}
	}
}

/* Read a register. */
struct nodes *
nodes_parse(const char *file, const char *text, size_t len,
    const struct conf_sink *sink)
{
	struct reading r = { .doc = { file, text, len, sink, 0 } };
	const struct conf_use use = { NULL, &r, begin, value };

	if ((r.nodes = calloc(1, sizeof(*r.nodes))) == NULL)
		return (NULL);
	if (conf_read(&r.doc, sections, N(sections), &use) != 0 || r.nomem ||
	    r.doc.errors > 0) {
		nodes_free(r.nodes);
		return (NULL);
	}
	finish(r.nodes);
	return (r.nodes);
}

/* Read a file. */
struct nodes *
nodes_load(const char *file, const struct conf_sink *sink, char *err,
    size_t errlen)
{
	struct nodes *n;
	size_t len;
	char *text;

	if ((text = config_slurp(file, CONF_MAX_FILE, &len, err, errlen)) ==
	    NULL)
		return (NULL);
	n = nodes_parse(file, text, len, sink);
	free(text);
	if (n == NULL)
		(void)snprintf(err, errlen, "%s: not taken", file);
	return (n);
}

/* Free it. */
void
nodes_free(struct nodes *n)
{

	if (n == NULL)
		return;
	free(n->list);
	free(n);
}

/* Find a node. */
const struct nodes_node *
nodes_find(const struct nodes *n, const char *id)
{
	size_t lo = 0, hi = n->n, mid;
	int rc;

	while (lo < hi) {
		mid = (lo + hi) / 2;
		rc = strcmp(n->list[mid].id, id);
		if (rc == 0)
			return (&n->list[mid]);
		if (rc < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return (NULL);
}

/* How many? */
size_t
nodes_count(const struct nodes *n)
{

	return (n->n);
}
