#include <sys/stat.h>

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/disk.h"
#include "store/wal_segment.h"

#include "package_impl.h"

/* Keep a fault. */
int
package_fail(struct package *p, enum package_fault fault, const char *format,
    ...)
{
	va_list ap;

	p->fault = fault;
	va_start(ap, format);
	(void)vsnprintf(p->error, sizeof(p->error), format, ap);
	va_end(ap);
	return (-1);
}

/* Open a single log: its policies lie beside it, if anywhere. */
static int
open_single(struct package *p, const char *where)
{
	struct package_part *part;
	const char *end;

	if ((part = package_part_new(p, strdup(where))) == NULL ||
	    package_head(p, part) != 0)
		return (-1);
	end = strrchr(part->log.head.origin, '/');
	end = end != NULL ? end + 1 : part->log.head.origin;
	(void)snprintf(part->log.name, sizeof(part->log.name), "%.31s", end);
	(void)package_name(end, strlen(end), &part->year, &part->n);
	tiles_resize(part->tiles, part->log.head.size);
	return (p->o.damaged ? 0 : package_part_base(p, part));
}

/* Does this directory hold segments of a write-ahead log?  -1: no right. */
static int
has_segments(const char *dir)
{
	uint64_t *firsts = NULL;
	size_t n = 0;

	errno = 0;
	if (wal_segment_list(&disk_real, dir, &firsts, &n) != 0)
		return (errno == EACCES ? -1 : 0);
	free(firsts);
	return (n > 0);
}

/* Open a directory. */
static int
open_directory(struct package *p, const char *where)
{
	struct stat st;
	int log, wal;

	errno = 0;
	if (stat(where, &st) != 0 || !S_ISDIR(st.st_mode)) {
		if (errno == EACCES)
			goto denied;
		return (package_fail(p, PACKAGE_ABSENT, "%s: there is no such "
		    "directory", where));
	}
	if (package_there(where, "checkpoint", 0) != 0)
		return (open_single(p, where));
	log = package_there(where, "log", 1);
	wal = package_there(where, "wal", 1);
	if (log == -1 || wal == -1)
		goto denied;
	if (wal && ((p->wal = package_join(where, "wal")) == NULL))
		return (package_fail(p, PACKAGE_AWAY, "out of memory"));
	if (wal && (wal = has_segments(p->wal)) == -1)
		goto denied;
	if (log) {
		free(p->root.base);
		if ((p->root.base = package_join(where, "log")) == NULL)
			return (package_fail(p, PACKAGE_AWAY,
			    "out of memory"));
	}
	if (!wal && has_segments(where) == 1) {
		free(p->wal);
		wal = 1;
		if ((p->wal = strdup(where)) == NULL)
			return (package_fail(p, PACKAGE_AWAY,
			    "out of memory"));
	} else if (!wal) {
		free(p->wal);
		p->wal = NULL;
	}
	if ((log || !wal) && package_open_logs(p) != 0)
		return (-1);
	if (p->count == 0 && !wal)
		return (package_fail(p, PACKAGE_ABSENT, "%s: no log here",
		    where));
	return (0);

denied:
	return (package_fail(p, PACKAGE_DENIED, "%s: %s", where,
	    strerror(EACCES)));
}

/* Open an address. */
static int
open_address(struct package *p, const char *where)
{

	if ((p->root.fetch = p->fetch = fetch_open(p->o.timeout_ms,
	    p->error)) == NULL) {
		p->fault = PACKAGE_AWAY;
		return (-1);
	}
	if (strpbrk(where, "?#") != NULL)
		return (package_fail(p, PACKAGE_ABSENT, "%s: an address here "
		    "has no ? and no #", where));
	if (package_open_logs(p) != 0)
		return (-1);
	if (p->has_list && p->count == 0)
		return (package_fail(p, PACKAGE_ABSENT, "%s/logs: it names no "
		    "log", where));
	if (p->count > 0)
		return (0);
	p->whole = 0;
	if (open_single(p, where) == 0)
		return (0);
	return (p->fault == PACKAGE_ABSENT ? package_fail(p, PACKAGE_ABSENT,
	    "%s: neither `logs` nor `checkpoint` is there", where) : -1);
}

/* Open a package. */
struct package *
package_open_with(const char *where, const struct package_options *o,
    enum package_fault *fault, char *err)
{
	struct package *p;
	size_t len;
	char *copy;
	int rc;

	*fault = PACKAGE_AWAY;
	(void)snprintf(err, PACKAGE_ERROR_MAX, "out of memory");
	if ((p = calloc(1, sizeof(*p))) == NULL)
		return (NULL);
	p->o = *o;
	p->root.base = copy = strdup(where);
	if (copy == NULL) {
		package_close(p);
		return (NULL);
	}
	for (len = strlen(copy); len > 1 && copy[len - 1] == '/'; len--)
		copy[len - 1] = '\0';
	if ((copy = strdup(copy)) == NULL) {
		package_close(p);
		return (NULL);
	}
	rc = fetch_is_address(copy) ? open_address(p, copy) :
	    open_directory(p, copy);
	free(copy);
	if (rc == 0) {
		*fault = PACKAGE_FINE;
		err[0] = '\0';
		return (p);
	}
	*fault = p->fault;
	(void)snprintf(err, PACKAGE_ERROR_MAX, "%s", p->error);
	package_close(p);
	return (NULL);
}

/* The common way. */
struct package *
package_open(const char *where, enum package_fault *fault, char *err)
{
	const struct package_options o = { 0 };

	return (package_open_with(where, &o, fault, err));
}

/* Close it. */
void
package_close(struct package *p)
{
	size_t i;

	if (p == NULL)
		return;
	for (i = 0; i < p->count; i++)
		package_part_free(p->part[i]);
	free(p->part);
	fetch_close(p->fetch);
	free(p->root.base);
	free(p->wal);
	free(p);
}
