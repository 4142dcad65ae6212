#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "keys/base64.h"

#include "tufreplay.h"

#define FILE_NAME	"tuf/recorded.json"

/* Look where the environment says, else beside the repository. */
int
tufreplay_load(struct tufreplay *r)
{
	const char *root = getenv("LIANGKA_VECTORS");
	char path[4096];

	memset(r, 0, sizeof(*r));
	snprintf(path, sizeof(path), "%s/" FILE_NAME, root != NULL ? root :
	    "../shared/vectors");
	if ((r->whole = json_load_file(path, 0, NULL)) == NULL)
		return (-1);
	r->blobs = json_object_get(r->whole, "blobs_b64");
	r->tests = json_object_get(r->whole, "tests");
	return (json_array_size(r->tests) > 0 ? 0 : -1);
}

/* Forget it. */
void
tufreplay_free(struct tufreplay *r)
{

	json_decref(r->whole);
	memset(r, 0, sizeof(*r));
}

/* What follows the last "::". */
const char *
tufreplay_name(const json_t *test)
{
	const char *name = json_string_value(json_object_get(test, "test"));
	const char *p = name != NULL ? strstr(name, "::") : NULL;

	return (p != NULL ? p + 2 : name);
}

/* Is it the file of a top-level role? */
static int
top_level(const char *file)
{

	return (strcmp(file, "root.json") == 0 ||
	    strcmp(file, "timestamp.json") == 0 ||
	    strcmp(file, "snapshot.json") == 0 ||
	    strcmp(file, "targets.json") == 0);
}

/* The reference client trusted a role below the top level. */
int
tufreplay_delegates(const json_t *test)
{
	json_t *steps = json_object_get(test, "steps"), *step, *v;
	const char *file;
	size_t i;

	json_array_foreach(steps, i, step)
		json_object_foreach(json_object_get(step, "after"), file, v)
			if (!top_level(file))
				return (1);
	return (0);
}

/* Replies are kept once each, by digest. */
void *
tufreplay_blob(const struct tufreplay *r, const char *digest, size_t *len)
{
	const json_t *v = json_object_get(r->blobs, digest);
	size_t n = json_string_length(v);
	char *p = malloc(n + 1);
	ssize_t got;

	if (p == NULL || v == NULL ||
	    (got = base64_decode(p, n, json_string_value(v), n)) == -1) {
		free(p);
		return (NULL);
	}
	*len = (size_t)got;
	return (p);
}

/* The same as the suite's server. */
void
tufreplay_quote(char *out, size_t cap, const char *path)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~/";
	size_t n = 0;

	for (; *path != '\0' && n + 4 < cap; path++)
		if (strchr(plain, *path) != NULL)
			out[n++] = *path;
		else
			n += (size_t)snprintf(out + n, 4, "%%%02X",
			    (unsigned char)*path);
	out[n] = '\0';
}

/* Find the reply to a path, and hand over its body. */
int
tufreplay_get(struct tufreplay_source *s, const char *base, const char *path,
    size_t max, void **data, size_t *len)
{
	const char *from = json_string_value(json_object_get(s->step, base));
	json_t *list = json_object_get(s->step, "requests"), *e;
	char quoted[1024], full[2048];
	size_t i;

	tufreplay_quote(quoted, sizeof(quoted), path);
	snprintf(full, sizeof(full), "%s%s", from, quoted);
	json_array_foreach(list, i, e) {
		if (strcmp(json_string_value(json_object_get(e, "path")),
		    full) != 0)
			continue;
		if (json_integer_value(json_object_get(e, "status")) != 200)
			return (1);
		*data = tufreplay_blob(s->replay,
		    json_string_value(json_object_get(e, "body")), len);
		if (*data != NULL && *len > max) {
			free(*data);
			*data = NULL;
		}
		return (*data != NULL ? 0 : -1);
	}
	if (s->unknown[0] == '\0')
		snprintf(s->unknown, sizeof(s->unknown), "%.255s", full);
	return (1);
}

/* Metadata, for the library. */
static int
get_metadata(void *arg, const char *path, size_t max, void **data, size_t *len,
    char *err)
{
	int rc = tufreplay_get(arg, "metadata_base", path, max, data, len);

	if (rc == -1)
		snprintf(err, TUF_ERROR_MAX, "longer than allowed");
	return (rc);
}

/* Begin to answer. */
void
tufreplay_source(struct tufreplay_source *s, const struct tufreplay *r,
    const json_t *step)
{

	memset(s, 0, sizeof(*s));
	s->metadata.get = get_metadata;
	s->metadata.arg = s;
	s->replay = r;
	s->step = step;
}
