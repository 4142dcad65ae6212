#include <sys/stat.h>

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lists/nodestatus.h"
#include "lists/outlets.h"

#include "args.h"
#include "tool.h"
#include "where_names.h"

#define REGISTER "institution,outlet,"

/* Which key comes first. */
static int
by_name(const void *a, const void *b)
{
	const struct note_verifier *const *x = a, *const *y = b;

	return (strcmp((*x)->name, (*y)->name));
}

/* Read the keys in the files of a directory, some at a time. */
static int
read_dir(const struct tool *t, struct where_keys *k, const char *dir, DIR *d)
{
	struct arg_list some = { .n = 0 };
	struct dirent *e;
	char *path;
	size_t n, i;
	int rc = ARGS_GO, more = 1;

	while (rc == ARGS_GO && more) {
		if ((e = readdir(d)) == NULL)
			more = 0;
		else if ((n = strlen(e->d_name)) > 4 && e->d_name[0] != '.' &&
		    strcmp(&e->d_name[n - 4], ".pub") == 0) {
			if (asprintf(&path, "%s/%s", dir, e->d_name) == -1)
				rc = tool_fail(t, TOOL_SYSTEM, "内存不足",
				    "out of memory");
			else
				some.v[some.n++] = path;
		}
		if (rc == ARGS_GO && (some.n == ARG_LIST_MAX ||
		    (!more && some.n > 0))) {
			rc = logkeys_read(t, &k->all, "keys", &some);
			for (i = 0; i < some.n; i++)
				free((char *)(uintptr_t)some.v[i]);
			some.n = 0;
		}
	}
	for (i = 0; i < some.n; i++)
		free((char *)(uintptr_t)some.v[i]);
	return (rc);
}

/* Read the keys. */
int
where_keys_read(const struct tool *t, struct where_keys *k,
    const struct arg_list *l)
{
	struct arg_list one = { .n = 1 };
	int rc = ARGS_GO;
	size_t i;
	DIR *d;

	for (i = 0; i < l->n && rc == ARGS_GO; i++) {
		one.v[0] = l->v[i];
		if ((d = opendir(l->v[i])) == NULL) {
			rc = logkeys_read(t, &k->all, "keys", &one);
			continue;
		}
		rc = read_dir(t, k, l->v[i], d);
		(void)closedir(d);
	}
	if (rc == ARGS_GO && k->all.n == 0)
		return (tool_fail(t, TOOL_NOINPUT, "--keys：没有校验公钥",
		    "--keys: no verifier key in it"));
	if (k->all.n > 0)
		qsort(k->all.v, k->all.n, sizeof(struct note_verifier *),
		    by_name);
	return (rc);
}

/* Free them. */
void
where_keys_free(struct where_keys *k)
{

	logkeys_free(&k->all);
}

/* The keys of one name stand together. */
const struct note_verifier *const *
where_keys_of(const struct where_keys *k, const char *name, size_t *n)
{
	size_t lo = 0, hi = k->all.n, mid;

	while (lo < hi) {
		mid = lo + (hi - lo) / 2;
		if (strcmp(k->all.v[mid]->name, name) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	while (hi < k->all.n && strcmp(k->all.v[hi]->name, name) == 0)
		hi++;
	*n = hi - lo;
	return (logkeys_const(&k->all) + lo);
}

/* Add a name. */
static int
add(const struct tool *t, struct where_names *x, const char *name, size_t len)
{
	char **more;

	if (x->n == x->cap) {
		x->cap = 2 * x->cap + 64;
		more = reallocarray(x->v, x->cap, sizeof(*more));
		if (more == NULL)
			goto err0;
		x->v = more;
	}
	if ((x->v[x->n] = strndup(name, len)) == NULL)
		goto err0;
	x->n++;
	return (ARGS_GO);

err0:
	return (tool_fail(t, TOOL_SYSTEM, "内存不足", "out of memory"));
}

/* The names of an outlet register. */
static int
read_register(const struct tool *t, struct where_names *x, const char *path,
    const char *text, size_t len)
{
	char err[OUTLETS_ERROR_MAX], name[256];
	const struct outlet *o;
	struct outlets *all;
	int rc = ARGS_GO;
	size_t i;

	if ((all = outlets_read(path, text, len, err)) == NULL)
		return (tool_fail(t, TOOL_DATA, "%s", "%s", err));
	for (i = 0; i < outlets_count(all) && rc == ARGS_GO; i++) {
		o = outlets_at(all, i);
		if (o->status == OUTLET_CLOSED)
			continue;
		(void)snprintf(name, sizeof(name), "%s.%s", o->institution,
		    o->outlet);
		rc = add(t, x, name, strlen(name));
	}
	outlets_free(all);
	return (rc);
}

/* The names of a file, one a line. */
static int
read_lines(const struct tool *t, struct where_names *x, const char *path,
    const char *p)
{
	size_t len, n;
	int line, rc = ARGS_GO;

	for (line = 1; *p != '\0' && rc == ARGS_GO; line++) {
		len = strcspn(p, "\n");
		for (n = len; n > 0 && (p[n - 1] == '\r' || p[n - 1] == ' '); )
			n--;
		if (n > 0 && p[0] != '#') {
			if (n >= NODESTATUS_NODE_MAX || memchr(p, ' ', n) !=
			    NULL)
				return (tool_fail(t, TOOL_DATA,
				    "%s:%d：不是节点名",
				    "%s:%d: not the name of a node", path,
				    line));
			rc = add(t, x, p, n);
		}
		p += len + (p[len] == '\n');
	}
	return (rc);
}

/* Read a whole file, a NUL behind it; NULL after saying why. */
static char *
slurp(const struct tool *t, const char *path, size_t *len, int *rc)
{
	FILE *f = fopen(path, "re");
	struct stat st;
	char *p = NULL;

	if (f == NULL || fstat(fileno(f), &st) != 0) {
		*rc = tool_fail(t, errno == EACCES ? TOOL_DENIED :
		    TOOL_NOINPUT, "--nodes %s：%s", "--nodes %s: %s", path,
		    tool_errno(t, errno));
		goto done;
	}
	if (!S_ISREG(st.st_mode) || (uint64_t)st.st_size > OUTLETS_MAX_TEXT) {
		*rc = tool_fail(t, TOOL_DATA, "--nodes %s：不是节点名单",
		    "--nodes %s: not a file of nodes", path);
		goto done;
	}
	if ((p = malloc((size_t)st.st_size + 1)) == NULL) {
		*rc = tool_fail(t, TOOL_SYSTEM, "内存不足", "out of memory");
		goto done;
	}
	*len = fread(p, 1, (size_t)st.st_size, f);
	p[*len] = '\0';
done:
	if (f != NULL)
		(void)fclose(f);
	return (p);
}

/* Read the names. */
int
where_names_read(const struct tool *t, struct where_names *names,
    const char *path)
{
	int rc = ARGS_GO;
	size_t len = 0;
	char *text;

	if ((text = slurp(t, path, &len, &rc)) == NULL)
		return (rc);
	if (strncmp(text, REGISTER, sizeof(REGISTER) - 1) == 0)
		rc = read_register(t, names, path, text, len);
	else
		rc = read_lines(t, names, path, text);
	free(text);
	if (rc == ARGS_GO && names->n == 0)
		rc = tool_fail(t, TOOL_DATA, "--nodes %s：没有节点名",
		    "--nodes %s: no names in it", path);
	return (rc);
}

/* Free them. */
void
where_names_free(struct where_names *names)
{

	while (names->n > 0)
		free(names->v[--names->n]);
	free(names->v);
	names->v = NULL;
}
