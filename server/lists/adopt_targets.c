#include <stdlib.h>
#include <string.h>

#include "store/listrec.h"

#include "adopt_impl.h"

#define LENGTH_MAX	(UINT64_C(64) << 30)	/* bytes of any one file */

/* Is this a list's id: a-z 0-9 - , and no register's name? */
static int
id_good(const char *id)
{
	size_t n = strspn(id, "abcdefghijklmnopqrstuvwxyz0123456789-");

	return (n > 0 && n < LIST_ID_MAX && id[n] == '\0' &&
	    strcmp(id, "outlets") != 0 && strcmp(id, "campaigns") != 0);
}

/* Does a target's path stay below the directory it is looked for in? */
static int
name_good(const char *name)
{
	const char *p = name, *end;

	for (;; p = end + 1) {
		size_t n;

		end = strchr(p, '/');
		n = end != NULL ? (size_t)(end - p) : strlen(p);
		if (n == 0 || (n == 1 && p[0] == '.') ||
		    (n == 2 && p[0] == '.' && p[1] == '.'))
			return (0);
		if (end == NULL)
			break;
	}
	for (p = name; *p != '\0'; p++)
		if ((unsigned char)*p < 0x20 || *p == '\\' || *p == 0x7f)
			return (0);
	return (1);
}

/* Is this a kind of list file? */
int
adopt_is_list(const struct tuf_target *g)
{

	return (strcmp(g->kind, "snapshot") == 0 ||
	    strcmp(g->kind, "delta") == 0);
}

/* Does a target of a list say all that has to be said? */
static int
list_good(const struct tuf_target *g, char *err)
{

	if (!id_good(g->list))
		return (adopt_fail(err, "%s: no list is named", g->name));
	if (strcmp(g->subject, "person") != 0 &&
	    strcmp(g->subject, "card") != 0 && strcmp(g->subject, "phone") != 0)
		return (adopt_fail(err, "%s: \"%s\" is no subject of a list", g->name,
		    g->subject));
	if (g->version == 0 || g->epoch == 0 || !g->has_root)
		return (adopt_fail(err, "%s: version, epoch or root is missing",
		    g->name));
	if (g->kind[0] == 's' ? g->from != 0 : g->from == 0 ||
	    g->from >= g->version)
		return (adopt_fail(err, "%s: a %s cannot lead from version %u to %u",
		    g->name, g->kind, g->from, g->version));
	return (0);
}

/* Two targets that name one version of a list have to agree. */
static int
agree(const struct tuf_target *a, const struct tuf_target *b, char *err)
{

	if (strcmp(a->list, b->list) != 0)
		return (0);
	if (strcmp(a->subject, b->subject) != 0)
		return (adopt_fail(err, "%s and %s differ in the subject of list %s",
		    a->name, b->name, a->list));
	if (a->version == b->version && a->epoch == b->epoch &&
	    (a->count != b->count || memcmp(a->root, b->root, 32) != 0))
		return (adopt_fail(err, "%s and %s name different contents of list "
		    "%s version %u", a->name, b->name, a->list, a->version));
	return (0);
}

/* Keep the one target of a kind: of registers the newest, of policies the only. */
static int
one(const struct tuf_target **p, const struct tuf_target *g, uint64_t max,
    char *err)
{

	if (g->length > max)
		return (adopt_fail(err, "%s: %llu bytes are too many", g->name,
		    (unsigned long long)g->length));
	if (strcmp(g->kind, "policy") == 0 ? g->policy[0] == '\0' :
	    g->version == 0)
		return (adopt_fail(err, "%s: its version is missing", g->name));
	if (*p == NULL) {
		*p = g;
		return (0);
	}
	if (strcmp(g->kind, "policy") == 0 || g->version == (*p)->version)
		return (adopt_fail(err, "%s and %s: only one %s can be in force",
		    (*p)->name, g->name, g->kind));
	if (g->version > (*p)->version)
		*p = g;
	return (0);
}

/* Sort a target into what it is for. */
static int
sort_in(struct adopt_targets *s, const struct tuf_target *g, char *err)
{
	size_t i;

	if (strcmp(g->kind, "policy") == 0)
		return (one(&s->policy, g, ADOPT_POLICY_MAX, err));
	if (strcmp(g->kind, "outlets") == 0)
		return (one(&s->outlets, g, UINT64_C(64) << 20, err));
	if (strcmp(g->kind, "campaigns") == 0)
		return (one(&s->campaigns, g, UINT64_C(4) << 20, err));
	for (i = 0; i < s->nlists; i++) {
		int c = strcmp(g->list, s->list[i]);

		if (c == 0)
			return (0);
		if (c < 0)
			break;
	}
	if (s->nlists == ADOPT_LISTS_MAX)
		return (adopt_fail(err, "more than %d lists are named",
		    ADOPT_LISTS_MAX));
	memmove(s->list + i + 1, s->list + i,
	    (s->nlists - i) * sizeof(*s->list));
	memcpy(s->list[i], g->list, sizeof(g->list));
	s->nlists++;
	return (0);
}

/* Is this a target of ours, and well-formed?  1, 0 (of another kind) or -1. */
static int
target_good(const struct tuf_target *g, char *err)
{

	if (!adopt_is_list(g) && strcmp(g->kind, "policy") != 0 &&
	    strcmp(g->kind, "outlets") != 0 &&
	    strcmp(g->kind, "campaigns") != 0)
		return (0);
	if (!name_good(g->name))
		return (adopt_fail(err, "target \"%.64s\" has no acceptable path",
		    g->name));
	if (!g->has_sha256)
		return (adopt_fail(err, "%s: no sha256 is named", g->name));
	if (g->length > LENGTH_MAX)
		return (adopt_fail(err, "%s: %llu bytes are too many", g->name,
		    (unsigned long long)g->length));
	if (adopt_is_list(g) && list_good(g, err) != 0)
		return (-1);
	return (1);
}

/* Read what the trusted targets name. */
int
adopt_targets_load(struct adopt_targets *s, const struct tuf *t, char *err)
{
	size_t i, j, n = tuf_targets_count(t);

	memset(s, 0, sizeof(*s));
	if (n > ADOPT_TARGETS_MAX)
		return (adopt_fail(err, "targets.json names more than %d files",
		    ADOPT_TARGETS_MAX));
	s->at = calloc(n + 1, sizeof(*s->at));
	s->list = calloc(ADOPT_LISTS_MAX + 1, sizeof(*s->list));
	if (s->at == NULL || s->list == NULL) {
		adopt_fail(err, "no memory for %zu targets", n);
		goto err0;
	}
	for (i = 0; i < n; i++) {
		struct tuf_target *g = &s->at[s->n];
		int good;

		if (tuf_target_at(t, i, g) != 0) {
			adopt_fail(err, "targets.json: file %zu cannot be read", i);
			goto err0;
		}
		if ((good = target_good(g, err)) == -1)
			goto err0;
		if (good == 0)
			continue;
		for (j = 0; adopt_is_list(g) && j < s->n; j++)
			if (adopt_is_list(&s->at[j]) &&
			    agree(&s->at[j], g, err) != 0)
				goto err0;
		s->n++;
	}
	for (i = 0; i < s->n; i++)
		if (sort_in(s, &s->at[i], err) != 0)
			goto err0;
	return (0);

err0:
	adopt_targets_free(s);
	return (-1);
}

/* Free what was loaded. */
void
adopt_targets_free(struct adopt_targets *s)
{

	free(s->at);
	free(s->list);
	memset(s, 0, sizeof(*s));
}
