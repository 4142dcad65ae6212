#include <sys/stat.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/disk.h"

#include "package_impl.h"

#define LOGS_MAX (64u << 10)	/* bytes of the file `logs` */
#define SENTENCE 1200

/* Is `<dir>/<name>` there as a directory (or, else, anything)?  -1: no right. */
int
package_there(const char *dir, const char *name, int directory)
{
	char path[4096];
	struct stat st;
	int n;

	n = snprintf(path, sizeof(path), "%s/%s", dir, name);
	if (n < 0 || (size_t)n >= sizeof(path))
		return (0);
	if (stat(path, &st) != 0)
		return (errno == EACCES ? -1 : 0);
	return (!directory || S_ISDIR(st.st_mode));
}

/* Join a base and a name; for free(). */
char *
package_join(const char *base, const char *name)
{
	char *s;

	return (asprintf(&s, "%s/%s", base, name) == -1 ? NULL : s);
}

/* Read "<year>.<n>"; return 0, or -1 when the name is not of that form. */
int
package_name(const char *s, size_t len, int *year, int *n)
{
	size_t i;

	if (len < 6 || len > 13 || s[4] != '.' || s[5] == '0')
		return (-1);
	for (*year = 0, i = 0; i < 4; i++) {
		if (s[i] < '0' || s[i] > '9')
			return (-1);
		*year = *year * 10 + (s[i] - '0');
	}
	for (*n = 0; ++i < len;) {
		if (s[i] < '0' || s[i] > '9')
			return (-1);
		*n = *n * 10 + (s[i] - '0');
	}
	return (0);
}

/* Find a log by its name. */
static struct package_part *
find(const struct package *p, int year, int n)
{
	size_t i;

	for (i = 0; i < p->count; i++)
		if (p->part[i]->year == year && p->part[i]->n == n)
			return (p->part[i]);
	return (NULL);
}

/* Add a log by its name, once. */
static int
add(struct package *p, const char *name, size_t len, int listed)
{
	struct package_part *part;
	char text[32];
	int year, n;

	if (package_name(name, len, &year, &n) != 0)
		return (listed ? package_fail(p, PACKAGE_DAMAGED, "%s/logs: "
		    "\"%.*s\" is not the name of a log", p->root.base,
		    (int)(len < 40 ? len : 40), name) : 0);
	if ((part = find(p, year, n)) == NULL) {
		if (p->count == PACKAGE_LOGS_MAX)
			return (package_fail(p, PACKAGE_DAMAGED, "%s: too many "
			    "logs", p->root.base));
		(void)snprintf(text, sizeof(text), "%.*s", (int)len, name);
		if ((part = package_part_new(p, package_join(p->root.base, text))) == NULL)
			return (-1);
		part->year = year;
		part->n = n;
		memcpy(part->log.name, text, sizeof(text));
	} else if (listed && part->listed == 1)
		return (package_fail(p, PACKAGE_DAMAGED, "%s/logs: %.*s stands "
		    "there twice", p->root.base, (int)len, name));
	part->listed = listed;
	return (0);
}

/* Read the file `logs`: 1, 0 when there is none, -1. */
static int
read_list(struct package *p)
{
	char *text, *s, *end, err[SENTENCE];
	int64_t len;
	int rc = 0;

	if ((text = malloc(LOGS_MAX + 1)) == NULL)
		return (package_fail(p, PACKAGE_AWAY, "out of memory"));
	len = package_get(&p->root, "logs", (uint8_t *)text, LOGS_MAX, err,
	    sizeof(err));
	if (len == TILES_ABSENT)
		goto out;
	if (len < 0) {
		rc = package_fail(p, p->root.fault, "%s", err);
		goto out;
	}
	text[len] = '\0';
	p->has_list = 1;
	for (s = text; rc == 0 && s < text + len; s = end + 1) {
		if ((end = memchr(s, '\n', (size_t)(text + len - s))) == NULL)
			rc = package_fail(p, PACKAGE_DAMAGED, "%s/logs: the "
			    "last line has no end", p->root.base);
		else
			rc = add(p, s, (size_t)(end - s), 1);
		if (end == NULL)
			break;
	}
	if (rc == 0)
		rc = 1;
out:
	free(text);
	return (rc);
}

/* Take a name of a directory that may be a log. */
static int
each_name(void *arg, const char *name)
{
	struct package *p = arg;
	char path[64];
	int year, n;

	if (package_name(name, strlen(name), &year, &n) != 0 ||
	    find(p, year, n) != NULL)
		return (0);
	/* One that has no checkpoint yet is about to be made. */
	(void)snprintf(path, sizeof(path), "%s/checkpoint", name);
	if (package_there(p->root.base, path, 0) == 0)
		return (0);
	return (add(p, name, strlen(name), 0) == 0 ? 0 : 1);
}

/* By year and number. */
static int
order(const void *a, const void *b)
{
	const struct package_part *x = *(struct package_part *const *)a;
	const struct package_part *y = *(struct package_part *const *)b;

	if (x->year != y->year)
		return (x->year < y->year ? -1 : 1);
	return (x->n < y->n ? -1 : x->n > y->n);
}

/* Do the logs follow each other by their seqs? */
static int
check_order(struct package *p)
{
	const struct package_log *a, *b;
	size_t i;

	for (i = 0; i + 1 < p->count; i++) {
		a = &p->part[i]->log;
		b = &p->part[i + 1]->log;
		if (b->head.size > 0 && b->base < a->base + a->head.size)
			return (package_fail(p, PACKAGE_DAMAGED, "the logs %s "
			    "and %s overlap", a->name, b->name));
	}
	return (0);
}

/* Open the logs below p->root. */
int
package_open_logs(struct package *p)
{
	size_t i;
	int rc;

	if ((rc = read_list(p)) < 0)
		return (-1);
	if (rc == 0 && p->fetch != NULL)
		return (0);
	if (p->fetch == NULL) {
		rc = disk_real.list(disk_real.ctx, p->root.base, each_name, p);
		if (rc == 1)
			return (-1);
		if (rc != 0)
			return (package_fail(p, errno == EACCES ?
			    PACKAGE_DENIED : PACKAGE_AWAY, "%s: %s",
			    p->root.base, strerror(errno)));
	}
	for (i = 0; i < p->count; i++) {
		if (package_part_load(p, p->part[i]) != 0) {
			/* What `logs` names must be there. */
			if (p->fault == PACKAGE_ABSENT)
				p->fault = PACKAGE_DAMAGED;
			return (-1);
		}
	}
	if (p->count > 1)
		qsort(p->part, p->count, sizeof(*p->part), order);
	p->whole = 1;
	return (p->o.damaged ? 0 : check_order(p));
}

