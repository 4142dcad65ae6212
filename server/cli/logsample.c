#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "logsample.h"

/* One entry that may be drawn. */
struct drawn {
	uint8_t rank[SHA256_LEN];
	char *text;
	size_t len;
};

/* The entries of one group, ascending by rank. */
struct group {
	char *name;
	size_t of;
	size_t n;
	struct drawn drawn[];
};

struct logsample {
	size_t n;
	void *tree;		/* of groups, by name */
	/* while walking: */
	int (*fn)(void *arg, const struct logsample_drawn *d);
	void *arg;
	int rc;
};

/* The rank of an entry. */
void
logsample_rank(uint8_t rank[SHA256_LEN], const uint8_t root[MERKLE_LEN],
    uint64_t seq)
{
	uint8_t be[8];
	struct sha256 h;
	int i;

	for (i = 0; i < 8; i++)
		be[i] = (uint8_t)(seq >> (56 - 8 * i));
	sha256_init(&h);
	sha256_update(&h, root, MERKLE_LEN);
	sha256_update(&h, be, sizeof(be));
	sha256_final(&h, rank);
}

/* Begin. */
struct logsample *
logsample_new(size_t n)
{
	struct logsample *s;

	if ((s = calloc(1, sizeof(*s))) != NULL)
		s->n = n;
	return (s);
}

/* Free a group. */
static void
drop(void *p)
{
	struct group *g = p;
	size_t i;

	for (i = 0; i < g->n; i++)
		free(g->drawn[i].text);
	free(g->name);
	free(g);
}

/* End. */
void
logsample_free(struct logsample *s)
{

	if (s == NULL)
		return;
	tdestroy(s->tree, drop);
	free(s);
}

/* The order of groups. */
static int
compare(const void *a, const void *b)
{
	const struct group *x = a, *y = b;

	return (strcmp(x->name, y->name));
}

/* Find a group, or make it. */
static struct group *
find(struct logsample *s, const char *name)
{
	struct group key = { .name = (char *)(uintptr_t)name }, *g;
	void *node;

	if ((node = tfind(&key, &s->tree, compare)) != NULL)
		return (*(struct group **)node);
	if ((g = calloc(1, sizeof(*g) + s->n * sizeof(g->drawn[0]))) == NULL)
		return (NULL);
	if ((g->name = strdup(name)) == NULL ||
	    tsearch(g, &s->tree, compare) == NULL) {
		drop(g);
		return (NULL);
	}
	return (g);
}

/* Add an entry. */
int
logsample_add(struct logsample *s, const char *group,
    const uint8_t rank[SHA256_LEN], const char *text, size_t len)
{
	struct group *g = find(s, group);
	char *copy;
	size_t i;

	if (g == NULL)
		return (-1);
	g->of++;
	if (g->n == s->n && memcmp(rank, g->drawn[g->n - 1].rank,
	    SHA256_LEN) >= 0)
		return (0);
	if ((copy = malloc(len)) == NULL)
		return (-1);
	memcpy(copy, text, len);
	if (g->n == s->n)
		free(g->drawn[--g->n].text);
	for (i = g->n; i > 0 && memcmp(rank, g->drawn[i - 1].rank,
	    SHA256_LEN) < 0; i--)
		g->drawn[i] = g->drawn[i - 1];
	memcpy(g->drawn[i].rank, rank, SHA256_LEN);
	g->drawn[i].text = copy;
	g->drawn[i].len = len;
	g->n++;
	return (0);
}

/* Hand on one group. */
static void
walk(const void *node, VISIT visit, void *arg)
{
	const struct group *g = *(struct group *const *)node;
	struct logsample *s = arg;
	struct logsample_drawn d;
	size_t i;

	if (visit != postorder && visit != leaf)
		return;
	for (i = 0; i < g->n && s->rc == 0; i++) {
		d = (struct logsample_drawn){ g->name, g->drawn[i].rank,
			g->drawn[i].text, g->drawn[i].len, g->of };
		s->rc = s->fn(s->arg, &d);
	}
}

/* Hand on all. */
int
logsample_each(struct logsample *s,
    int (*fn)(void *arg, const struct logsample_drawn *d), void *arg)
{

	s->fn = fn;
	s->arg = arg;
	s->rc = 0;
	twalk_r(s->tree, walk, s);
	return (s->rc);
}
