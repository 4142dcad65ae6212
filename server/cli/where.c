#include <sys/stat.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "args.h"
#include "tool.h"
#include "where.h"
#include "where_names.h"

#define FILES_MAX 100000
#define FUTURE	300	/* seconds that a node's clock may be ahead */

/* Read what is asked. */
int
where_parse(struct where_want *w, const char *text)
{
	const char *at = strchr(text, '@'), *p = at != NULL ? at + 1 : text;
	size_t n = at != NULL ? (size_t)(at - text) : 0;
	uint64_t v = 0;

	if (n >= sizeof(w->list) || (at != NULL && n == 0))
		return (-1);
	memcpy(w->list, text, n);
	w->list[n] = '\0';
	if (*p < '1' || *p > '9')
		return (-1);
	for (; *p >= '0' && *p <= '9' && v <= UINT32_MAX; p++)
		v = v * 10 + (uint64_t)(*p - '0');
	w->version = (uint32_t)v;
	return (*p == '\0' && v <= UINT32_MAX ? 0 : -1);
}

/* Add a node; NULL when there is no memory. */
static struct where_node *
add(struct where *x)
{
	struct where_node *more;

	if ((x->n & (x->n - 1)) == 0) {
		more = reallocarray(x->node, x->n == 0 ? 1 : 2 * x->n,
		    sizeof(*more));
		if (more == NULL)
			return (NULL);
		x->node = more;
	}
	more = &x->node[x->n++];
	memset(more, 0, sizeof(*more));
	return (more);
}

/* Read a small file; its length, or -1 with errno. */
static ssize_t
slurp(const char *dir, const char *name, char *buf, size_t cap)
{
	char path[4096];
	struct stat st;
	ssize_t n;
	int fd;

	if ((size_t)snprintf(path, sizeof(path), "%s/%s", dir, name) >=
	    sizeof(path)) {
		errno = ENAMETOOLONG;
		return (-1);
	}
	if ((fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK |
	    O_NOFOLLOW)) == -1)
		return (-1);
	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
		(void)close(fd);
		errno = EINVAL;
		return (-1);
	}
	n = read(fd, buf, cap);
	(void)close(fd);
	return (n);
}

/* Which version of what is asked a node has. */
static uint32_t
version_of(const struct nodestatus *s, const struct where_want *w)
{
	size_t i;

	if (w->list[0] == '\0')
		return (s->targets);
	for (i = 0; i < s->nlists; i++)
		if (strcmp(s->list[i].id, w->list) == 0)
			return (s->list[i].version);
	return (0);
}

/* What a status means. */
static void
judge(struct where_node *x, const struct where_want *w)
{

	x->version = version_of(&x->s, w);
	if (x->version >= w->version)
		x->state = WHERE_REACHED;
	else if (x->s.time < w->now - w->silent)
		x->state = WHERE_SILENT;
	else
		x->state = WHERE_BEHIND;
}

/* Is a status believed?  0, or -1 with a sentence. */
static int
believe(struct nodestatus *s, const char *file, const char *p, size_t len,
    const struct where_keys *keys, const struct where_want *w, char *err)
{
	const struct note_verifier *const *own;
	char name[NODESTATUS_NODE_MAX + 16];
	size_t n;

	if (nodestatus_read(s, p, len, err) != 0)
		return (-1);
	own = where_keys_of(keys, s->node, &n);
	if (n == 0) {
		(void)snprintf(err, NODESTATUS_ERROR_MAX, "there is no key "
		    "of %s", s->node);
		return (-1);
	}
	if (nodestatus_verify(s, p, len, own, n, err) != 0)
		return (-1);
	if (nodestatus_file(s->node, name, sizeof(name)) != 0 ||
	    strcmp(name, file) != 0) {
		(void)snprintf(err, NODESTATUS_ERROR_MAX, "it is the status "
		    "of %s and belongs into %s", s->node, name);
		return (-1);
	}
	if (s->time <= w->now + FUTURE)
		return (0);
	(void)snprintf(err, NODESTATUS_ERROR_MAX, "it is of the future: the "
	    "clock of %s or of this machine is wrong", s->node);
	return (-1);
}

/* The name of the node whose file this is. */
static void
name_of(const char *file, char out[NODESTATUS_NODE_MAX])
{
	size_t n = strlen(file) - strlen(NODESTATUS_SUFFIX), i;

	(void)snprintf(out, NODESTATUS_NODE_MAX, "%.*s", (int)n, file);
	for (i = 0; out[i] != '\0'; i++)
		if (out[i] == '~')
			out[i] = '/';
}

/* Read one status file. */
static int
read_one(const struct tool *t, struct where *x, const struct where_want *w,
    const char *dir, const char *file, const struct where_keys *keys)
{
	char note[NODESTATUS_MAX + 1], err[NODESTATUS_ERROR_MAX] = "";
	struct where_node *node = add(x);
	ssize_t n;

	if (node == NULL)
		return (tool_fail(t, TOOL_SYSTEM, "内存不足", "out of memory"));
	name_of(file, node->name);
	if ((n = slurp(dir, file, note, sizeof(note))) == -1)
		(void)snprintf(err, sizeof(err), "%s", tool_errno(t, errno));
	else if (believe(&node->s, file, note, (size_t)n, keys, w, err) == 0) {
		judge(node, w);
		return (ARGS_GO);
	}
	memset(&node->s, 0, sizeof(node->s));
	node->state = WHERE_UNVERIFIED;
	if ((node->why = strdup(err)) == NULL)
		return (tool_fail(t, TOOL_SYSTEM, "内存不足", "out of memory"));
	return (ARGS_GO);
}

/* Is it the name of a status file? */
static int
is_status(const char *name)
{
	size_t n = strlen(name), s = strlen(NODESTATUS_SUFFIX);

	return (name[0] != '.' && n > s && strcmp(&name[n - s],
	    NODESTATUS_SUFFIX) == 0);
}

/* Read all status files. */
static int
read_all(const struct tool *t, struct where *x, const struct where_want *w,
    const char *dir, const struct where_keys *keys)
{
	struct dirent *e;
	int rc = ARGS_GO;
	DIR *d;

	if ((d = opendir(dir)) == NULL)
		return (tool_fail(t, errno == EACCES ? TOOL_DENIED :
		    TOOL_NOINPUT, "--status %s：%s", "--status %s: %s", dir,
		    tool_errno(t, errno)));
	while (rc == ARGS_GO && (e = readdir(d)) != NULL) {
		if (!is_status(e->d_name))
			continue;
		if (x->n == FILES_MAX)
			rc = tool_fail(t, TOOL_DATA, "%s：超过 %d 个状态文件",
			    "%s: more than %d status files", dir, FILES_MAX);
		else
			rc = read_one(t, x, w, dir, e->d_name, keys);
	}
	(void)closedir(d);
	return (rc);
}

/* Does a node bear this name, in full or by its last part? */
static int
bears(const char *node, const char *name)
{
	const char *last = strrchr(node, '/');

	return (strcmp(node, name) == 0 || (last != NULL &&
	    strcmp(last + 1, name) == 0));
}

/* Add the nodes that never were heard of, and mark those that are known. */
static int
join(const struct tool *t, struct where *x, const struct where_names *names)
{
	size_t heard = x->n, i, j, found;
	struct where_node *node;

	x->has_names = names->n > 0;
	for (j = 0; j < heard; j++)
		x->node[j].known = names->n == 0;
	for (i = 0; i < names->n; i++) {
		for (found = j = 0; j < heard; j++)
			if (bears(x->node[j].name, names->v[i]))
				found = (size_t)(x->node[j].known = 1);
		if (found)
			continue;
		if ((node = add(x)) == NULL)
			return (tool_fail(t, TOOL_SYSTEM, "内存不足",
			    "out of memory"));
		(void)snprintf(node->name, sizeof(node->name), "%s",
		    names->v[i]);
		node->state = WHERE_UNHEARD;
		node->known = 1;
	}
	for (i = 0; i < x->n; i++)
		if (x->node[i].known)
			x->count[x->node[i].state]++;
		else
			x->others++;
	return (ARGS_GO);
}

/* Which node comes first: the one that needs somebody to look. */
static int
by_state(const void *a, const void *b)
{
	const struct where_node *x = a, *y = b;

	return (x->state != y->state ? (x->state > y->state) - (x->state <
	    y->state) : strcmp(x->name, y->name));
}

/* Read it all. */
int
where_read(const struct tool *t, struct where *x,
    const struct where_want *want, const char *dir,
    const struct arg_list *keys, const char *names)
{
	struct where_names list = { .n = 0 };
	struct where_keys k;
	int rc;

	memset(x, 0, sizeof(*x));
	memset(&k, 0, sizeof(k));
	if ((rc = where_keys_read(t, &k, keys)) == ARGS_GO &&
	    (names == NULL || (rc = where_names_read(t, &list, names)) ==
	    ARGS_GO) && (rc = read_all(t, x, want, dir, &k)) == ARGS_GO &&
	    (rc = join(t, x, &list)) == ARGS_GO && x->n > 0)
		qsort(x->node, x->n, sizeof(*x->node), by_state);
	where_keys_free(&k);
	where_names_free(&list);
	return (rc);
}

/* Free it. */
void
where_free(struct where *x)
{

	while (x->n > 0)
		free(x->node[--x->n].why);
	free(x->node);
	x->node = NULL;
}
