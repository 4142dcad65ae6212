#include <stdlib.h>
#include <string.h>

#include "keys/hex.h"

#include "tuf_impl.h"

/* A path that stays below the folder it is put in. */
static int
name_good(const char *name)
{
	const char *p = name, *end;
	size_t len = strlen(name);

	if (len == 0 || len >= TUF_NAME_MAX)
		return (0);
	for (size_t i = 0; i < len; i++)
		if ((unsigned char)name[i] < 0x20 || name[i] == 0x7f ||
		    name[i] == '\\')
			return (0);
	for (;; p = end + 1) {
		end = strchrnul(p, '/');
		if (end == p || (end == p + 1 && p[0] == '.') ||
		    (end == p + 2 && p[0] == '.' && p[1] == '.'))
			return (0);
		if (*end == '\0')
			return (1);
	}
}

/* A string of our own fields; one that is absent is "". */
static int
custom_string(char *out, size_t cap, const json_t *custom, const char *name)
{
	const json_t *v = json_object_get(custom, name);

	if (v == NULL)
		return (0);
	if (!json_is_string(v) || json_string_length(v) >= cap)
		return (-1);
	memcpy(out, json_string_value(v), json_string_length(v) + 1);
	return (0);
}

/* A number of our own fields; one that is absent is 0. */
static int
custom_number(uint64_t *out, uint64_t max, const json_t *custom,
    const char *name)
{
	const json_t *v = json_object_get(custom, name);

	if (v == NULL)
		return (0);
	if (!json_is_integer(v) || json_integer_value(v) < 0 ||
	    (uint64_t)json_integer_value(v) > max)
		return (-1);
	*out = (uint64_t)json_integer_value(v);
	return (0);
}

/* "custom" is ours when it says a kind; then all of it must be well-formed. */
static int
read_custom(struct tuf_target *g, const json_t *custom)
{
	uint64_t version = 0, from = 0, epoch = 0;
	const json_t *root = json_object_get(custom, "root");

	if (custom != NULL && !json_is_object(custom))
		return (-1);
	if (json_object_get(custom, "kind") == NULL)
		return (0);
	if (custom_string(g->kind, sizeof(g->kind), custom, "kind") != 0 ||
	    custom_string(g->list, sizeof(g->list), custom, "list") != 0 ||
	    custom_string(g->subject, sizeof(g->subject), custom,
	    "subject") != 0 ||
	    custom_string(g->policy, sizeof(g->policy), custom,
	    "policy") != 0 ||
	    custom_number(&version, UINT32_MAX, custom, "version") != 0 ||
	    custom_number(&from, UINT32_MAX, custom, "from") != 0 ||
	    custom_number(&epoch, UINT32_MAX, custom, "epoch") != 0 ||
	    custom_number(&g->count, INT64_MAX, custom, "count") != 0)
		return (-1);
	g->version = (uint32_t)version;
	g->from = (uint32_t)from;
	g->epoch = (uint32_t)epoch;
	if (root != NULL) {
		if (!json_is_string(root) || json_string_length(root) != 64 ||
		    hex_decode(g->root, json_string_value(root), 32) != 0)
			return (-1);
		g->has_root = 1;
	}
	return (0);
}

/* One target. */
static int
read_target(struct tuf_target *g, const char *name, const json_t *v)
{
	const json_t *length = json_object_get(v, "length");
	struct tuf_file f = { .version = 0 };

	memset(g, 0, sizeof(*g));
	if (!name_good(name) || !json_is_integer(length) ||
	    json_integer_value(length) < 0 ||
	    tuf_meta_hashes(&f, json_object_get(v, "hashes")) != 0)
		return (-1);
	memcpy(g->name, name, strlen(name) + 1);
	g->length = (uint64_t)json_integer_value(length);
	g->has_sha256 = f.has_sha256;
	g->has_sha512 = f.has_sha512;
	memcpy(g->sha256, f.sha256, sizeof(g->sha256));
	memcpy(g->sha512, f.sha512, sizeof(g->sha512));
	return (read_custom(g, json_object_get(v, "custom")));
}

/* Order of targets: by name. */
static int
target_order(const void *a, const void *b)
{
	const struct tuf_target *x = a, *y = b;

	return (strcmp(x->name, y->name));
}

/* All of them, or none. */
int
tuf_targets_read(const json_t *body, struct tuf_target **list, size_t *n,
    struct tuf_error *err)
{
	json_t *targets = json_object_get(body, "targets"), *v;
	size_t i = 0, count = json_object_size(targets);
	struct tuf_target *g;
	const char *name;

	if (!json_is_object(targets))
		return (tuf_fail(err, TUF_FORM,
		    "The targets metadata has no list of targets."));
	if ((g = calloc(count + 1, sizeof(*g))) == NULL)
		return (tuf_fail(err, TUF_SYSTEM, "No memory."));
	json_object_foreach(targets, name, v) {
		if (read_target(&g[i++], name, v) != 0) {
			free(g);
			return (tuf_fail(err, TUF_FORM, "Entry %zu of the targets "
			    "metadata is not well-formed: path, length, hashes or "
			    "custom fields.", i));
		}
	}
	qsort(g, count, sizeof(*g), target_order);
	*list = g;
	*n = count;
	return (0);
}

/* None when the targets held are not the ones in force. */
size_t
tuf_targets_count(const struct tuf *t)
{

	return (t->targets_in_force ? t->ntargets : 0);
}

/* The i-th by name. */
int
tuf_target_at(const struct tuf *t, size_t i, struct tuf_target *out)
{

	if (i >= tuf_targets_count(t))
		return (-1);
	*out = t->target[i];
	return (0);
}

/* Order of a name and a target. */
static int
name_order(const void *name, const void *target)
{
	const struct tuf_target *g = target;

	return (strcmp(name, g->name));
}

/* By name. */
int
tuf_target_find(const struct tuf *t, const char *name, struct tuf_target *out)
{
	const struct tuf_target *g;

	if (tuf_targets_count(t) == 0)
		return (-1);
	g = bsearch(name, t->target, t->ntargets, sizeof(*g), name_order);
	if (g == NULL)
		return (-1);
	*out = *g;
	return (0);
}

/* Length and digests; a target without a digest that we know is never good. */
int
tuf_target_good(const struct tuf_target *g, const void *data, size_t len)
{
	struct tuf_file f = {
		.hashed = 1, .has_sha256 = g->has_sha256,
		.has_sha512 = g->has_sha512,
	};

	memcpy(f.sha256, g->sha256, sizeof(f.sha256));
	memcpy(f.sha512, g->sha512, sizeof(f.sha512));
	return (g->length == len && tuf_meta_matches(&f, data, len) ? 0 : -1);
}
