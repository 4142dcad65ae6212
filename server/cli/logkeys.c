#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "logkeys.h"
#include "tool.h"

#define LINES_MAX 10000 /* of a file of keys */

/* Add a key; place says where it stands. */
static int
add(const struct tool *t, struct logkeys *k, const char *place,
    const char *text, size_t len)
{
	struct note_verifier *v, **more;
	char err[NOTE_ERROR_MAX];

	if ((v = malloc(sizeof(*v))) == NULL || (more = reallocarray(k->v,
	    k->n + 1, sizeof(struct note_verifier *))) == NULL) {
		free(v);
		return (tool_fail(t, TOOL_SYSTEM, "内存不足", "out of memory"));
	}
	k->v = more;
	if (note_verifier_parse(v, text, len, err) == 0) {
		k->v[k->n++] = v;
		return (ARGS_GO);
	}
	free(v);
	return (tool_fail(t, TOOL_DATA, "%s：不是校验公钥：%s",
	    "%s: not a verifier key: %s", place, err));
}

/* Add the keys of a file. */
static int
add_file(const struct tool *t, struct logkeys *k, const char *path, FILE *f)
{
	char line[NOTE_VKEY_MAX + 64], place[1100];
	int number = 0, found = 0, rc;
	size_t len;

	while (fgets(line, sizeof(line), f) != NULL) {
		if (number++ == LINES_MAX)
			return (tool_fail(t, TOOL_DATA, "%s：超过 %d 行，不是公钥文件",
			    "%s: more than %d lines: no file of keys", path,
			    LINES_MAX));
		len = strcspn(line, "\r\n");
		if (len == 0 || line[0] == '#')
			continue;
		(void)snprintf(place, sizeof(place), "%.1000s:%d", path,
		    number);
		if ((rc = add(t, k, place, line, len)) != ARGS_GO)
			return (rc);
		found = 1;
	}
	if (ferror(f))
		return (tool_fail(t, TOOL_IO, "%s：%s", "%s: %s", path,
		    tool_errno(t, errno)));
	if (!found)
		return (tool_fail(t, TOOL_DATA, "%s：没有校验公钥",
		    "%s: no verifier key in it", path));
	return (ARGS_GO);
}

/* See that no two share a name and an id, but differ. */
static int
distinct(const struct tool *t, const struct logkeys *k)
{
	size_t i, j;

	for (i = 0; i < k->n; i++)
		for (j = 0; j < i; j++)
			if (k->v[i]->id == k->v[j]->id &&
			    strcmp(k->v[i]->name, k->v[j]->name) == 0 &&
			    (k->v[i]->type != k->v[j]->type ||
			    memcmp(k->v[i]->key, k->v[j]->key,
			    sizeof(k->v[i]->key)) != 0))
				return (tool_fail(t, TOOL_DATA,
				    "两把公钥同名同号，无法区分：%s+%08x",
				    "two keys share name and id and cannot be "
				    "told apart: %s+%08x", k->v[i]->name,
				    k->v[i]->id));
	return (ARGS_GO);
}

/* Drop what was given twice. */
static void
unique(struct logkeys *k)
{
	size_t i, j, n = 0;

	for (i = 0; i < k->n; i++) {
		for (j = 0; j < n; j++)
			if (memcmp(k->v[i], k->v[j], sizeof(*k->v[i])) == 0)
				break;
		if (j < n)
			free(k->v[i]);
		else
			k->v[n++] = k->v[i];
	}
	k->n = n;
}

/* Read the keys of an option. */
int
logkeys_read(const struct tool *t, struct logkeys *k, const char *option,
    const struct arg_list *l)
{
	char place[64];
	size_t i;
	FILE *f;
	int rc;

	(void)snprintf(place, sizeof(place), "--%s", option);
	for (i = 0; i < l->n; i++) {
		if ((f = fopen(l->v[i], "re")) != NULL) {
			rc = add_file(t, k, l->v[i], f);
			(void)fclose(f);
		} else if (strchr(l->v[i], '+') == NULL)
			rc = tool_fail(t, errno == EACCES ? TOOL_DENIED :
			    TOOL_NOINPUT, "--%s %s：%s", "--%s %s: %s", option,
			    l->v[i], tool_errno(t, errno));
		else
			rc = add(t, k, place, l->v[i], strlen(l->v[i]));
		if (rc != ARGS_GO)
			return (rc);
	}
	unique(k);
	return (distinct(t, k));
}

/* As others want it. */
const struct note_verifier *const *
logkeys_const(const struct logkeys *k)
{

	return ((const struct note_verifier *const *)k->v);
}

/* Free them. */
void
logkeys_free(struct logkeys *k)
{

	while (k->n > 0)
		free(k->v[--k->n]);
	free(k->v);
	k->v = NULL;
}
