#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audit/package.h"

#include "alert_journal.h"

struct alert_journal {
	char *where;
	struct package *p;
	struct entry entry;
	int (*fn)(void *arg, uint64_t seq, const char *text, size_t len);
	void *fn_arg;
};

/* Make a reader. */
struct alert_journal *
alert_journal_new(const char *where)
{
	struct alert_journal *j = calloc(1, sizeof(*j));

	if (j == NULL)
		return (NULL);
	if ((j->where = strdup(where)) != NULL)
		return (j);
	free(j);
	return (NULL);
}

/* Free it. */
void
alert_journal_free(struct alert_journal *j)
{

	if (j == NULL)
		return;
	package_close(j->p);
	free(j->where);
	free(j);
}

/* The node, by the name of its newest log. */
static void
name_node(const struct package *p, char node[ALERT_NODE_MAX])
{
	const char *origin, *end;

	node[0] = '\0';
	if (package_count(p) == 0)
		return;
	origin = package_log(p, package_count(p) - 1)->head.origin;
	if ((end = strstr(origin, "/decisions/")) == NULL || end - origin >=
	    ALERT_NODE_MAX || memchr(origin, ' ', (size_t)(end - origin)) !=
	    NULL)
		return;
	(void)snprintf(node, ALERT_NODE_MAX, "%.*s", (int)(end - origin),
	    origin);
}

/* Look anew. */
static int
look(void *arg, char node[ALERT_NODE_MAX], char *err)
{
	struct alert_journal *j = arg;
	enum package_fault fault;
	char why[PACKAGE_ERROR_MAX];
	struct package *p = package_open(j->where, &fault, why);

	if (p == NULL) {
		(void)snprintf(err, ALERT_SEND_ERROR_MAX, "%s", why);
		return (-1);
	}
	package_close(j->p);
	j->p = p;
	name_node(p, node);
	return (0);
}

/* Hand an entry on. */
static int
step(void *arg, const struct package_entry *e)
{
	struct alert_journal *j = arg;

	return (j->fn(j->fn_arg, e->seq, e->text, e->len));
}

/* Every entry from one on. */
static int
each(void *arg, uint64_t from, int (*fn)(void *arg, uint64_t seq,
    const char *text, size_t len), void *fn_arg, char *err)
{
	struct alert_journal *j = arg;
	int rc;

	j->fn = fn;
	j->fn_arg = fn_arg;
	rc = package_each(j->p, from, step, j);
	if (rc == -1)
		(void)snprintf(err, ALERT_SEND_ERROR_MAX, "%s",
		    package_error(j->p));
	return (rc);
}

/* Read one. */
static int
get(struct alert_journal *j, uint64_t seq, struct entry *e)
{
	struct package_entry pe;
	size_t where;
	int rc = package_read(j->p, seq, &pe);

	if (rc != 0)
		return (rc);
	return (entry_parse(e, pe.text, pe.len, &where) == 0 ? 0 : 1);
}

/* Read one; what went from wal/ since the last look is in log/ now. */
static int
read_one(void *arg, uint64_t seq, struct entry *e, char *err)
{
	struct alert_journal *j = arg;
	char node[ALERT_NODE_MAX];
	int rc;

	if (j->p != NULL && get(j, seq, e) == 0)
		return (0);
	if (look(j, node, err) != 0)
		return (-1);
	if ((rc = get(j, seq, e)) == -1)
		(void)snprintf(err, ALERT_SEND_ERROR_MAX, "%s",
		    package_error(j->p));
	return (rc);
}

/* The highest seq. */
static uint64_t
last(void *arg)
{
	struct alert_journal *j = arg;

	return (j->p != NULL ? package_last(j->p) : 0);
}

/* Fill in the calls. */
void
alert_journal_source(struct alert_journal *j, struct alert_source *source)
{

	source->arg = j;
	source->open = look;
	source->each = each;
	source->read = read_one;
	source->last = last;
}
