#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "audit/package_cosigned.h"
#include "plugin.h"
#include "store/entry.h"
#include "store/sequence.h"

#include "args.h"
#include "logplace.h"
#include "logread.h"
#include "tool.h"

struct logread {
	const struct tool *t;
	struct package *p;
	uint64_t next;		/* the seq that comes next, 0: any */
	char trouble[PACKAGE_ERROR_MAX + 512];
	int (*fn)(void *arg, const struct package_entry *e);
	void *arg;
	int ended;		/* fn has seen enough */
	char empty[LOGPLACE_MAX + 8]; /* a wal/ without a segment, or "" */
};

/* Keep what is wrong. */
int
logread_trouble(struct logread *r, int code, const char *zh, const char *en,
    ...)
{
	va_list ap;

	if (r->trouble[0] != '\0')
		return (code);
	va_start(ap, en);
	(void)vsnprintf(r->trouble, sizeof(r->trouble), tool_zh(r->t, zh, en),
	    ap);
	va_end(ap);
	return (code);
}

/* Say in Chinese that nothing is there; err as the package says it. */
static const char *
absent(const struct tool *t, const char *err, char *buf, size_t cap)
{
	static const struct { const char *en, *zh; } all[] = {
		{ ": there is no such directory", "：没有这个目录" },
		{ ": no log here", "：此处没有日志" } };
	size_t i, n, len = strlen(err);

	for (i = 0; t->language == LK_LANG_ZH && i < 2; i++) {
		n = strlen(all[i].en);
		if (len > n && strcmp(err + len - n, all[i].en) == 0) {
			(void)snprintf(buf, cap, "%.*s%s", (int)(len - n), err,
			    all[i].zh);
			return (buf);
		}
	}
	return (err);
}

/* Keep a failure of the package. */
static int
fault(struct logread *r, enum package_fault f, const char *err)
{
	char buf[PACKAGE_ERROR_MAX];

	switch (f) {
	case PACKAGE_ABSENT:
		return (logread_trouble(r, TOOL_NOINPUT,
		    "%s；请用 --data 指定 liangkad.conf 中的 data 目录，或给出日志包的位置",
		    "%s; name the `data` directory of liangkad.conf with --data, "
		    "or the place of a package", absent(r->t, err, buf,
		    sizeof(buf))));
	case PACKAGE_DENIED:
		return (logread_trouble(r, TOOL_DENIED,
		    "%s；须由 root 或守护进程的用户读取",
		    "%s; read it as root or as the daemon's user", err));
	case PACKAGE_DAMAGED:
		return (logread_trouble(r, TOOL_DATA,
		    "日志已损坏：%s。请保留现场，从备份恢复，并报告上级",
		    "the log is damaged: %s.  Keep all files as they are, "
		    "restore from a copy, and tell the centre", err));
	default:
		return (logread_trouble(r, TOOL_IO, "%s", "%s", err));
	}
}

/* The same for one that is open. */
int
logread_fault(struct logread *r)
{

	return (fault(r, package_fault(r->p), package_error(r->p)));
}

/* What is not as it must be. */
int
logread_damage(struct logread *r, const char *en, ...)
{
	char err[PACKAGE_ERROR_MAX];
	va_list ap;

	va_start(ap, en);
	(void)vsnprintf(err, sizeof(err), en, ap);
	va_end(ap);
	return (fault(r, PACKAGE_DAMAGED, err));
}

/* Begin. */
int
logread_open(const struct tool *t, const struct logplace *p,
    struct logread **rp)
{
	enum package_fault f = PACKAGE_FINE;
	char err[PACKAGE_ERROR_MAX] = "";
	struct logread *r;

	*rp = NULL;
	if ((r = calloc(1, sizeof(*r))) == NULL)
		return (tool_fail(t, TOOL_SYSTEM, "内存不足", "out of memory"));
	r->t = t;
	if ((r->p = package_open(p->dir, &f, err)) == NULL)
		return (logread_close(r, fault(r, f, err)));
	(void)snprintf(r->empty, sizeof(r->empty), "%s/wal", p->dir);
	if (package_wal(r->p) != NULL || access(r->empty, F_OK) != 0)
		r->empty[0] = '\0';
	*rp = r;
	return (ARGS_GO);
}

/* Does an entry begin a log behind the one that ends before r->next? */
static int
follows(const struct logread *r, const struct package_entry *pe)
{
	const struct package_log *l;
	struct sequence s = { .last = r->next - 1 };
	struct entry *e;
	size_t i;
	int rc = 0;

	if ((e = malloc(sizeof(*e))) == NULL)
		return (0);
	for (i = 0; i < package_count(r->p); i++) {
		l = package_log(r->p, i);
		if (l->base != 0 && l->base < r->next) {
			s.base = l->base;
			(void)snprintf(s.log, sizeof(s.log), "%s",
			    l->head.origin);
		}
	}
	if (entry_parse(e, pe->text, pe->len, NULL) == 0)
		rc = sequence_follows(&s, e);
	free(e);
	return (rc);
}

/* Hand one entry on, seeing that none is skipped. */
static int
step(void *arg, const struct package_entry *e)
{
	struct logread *r = arg;
	int rc;

	if (r->next != 0 && e->seq != r->next && !follows(r, e))
		return (logread_damage(r, "entry %" PRIu64 " is followed by %"
		    PRIu64 ": those in between are missing", r->next - 1,
		    e->seq));
	r->next = e->seq + 1;
	rc = r->fn(r->arg, e);
	r->ended = rc == LOGREAD_END;
	return (rc);
}

/* Read on from an entry. */
int
logread_each(struct logread *r, uint64_t from,
    int (*fn)(void *arg, const struct package_entry *e), void *arg)
{
	int rc;

	r->fn = fn;
	r->arg = arg;
	r->ended = 0;
	r->next = 0;
	rc = package_each(r->p, from, step, r);
	if (r->ended)
		return (TOOL_OK);
	if (rc == -1 || (rc == 0 && package_cut(r->p) != 0))
		rc = logread_fault(r);
	/* A daemon always leaves the newest segment, even when it stops. */
	if (rc == TOOL_OK && r->empty[0] != '\0')
		rc = logread_damage(r, "%s: it holds no segment: what was "
		    "recorded behind seq %" PRIu64 ", if anything, is missing",
		    r->empty, r->next > 0 ? r->next - 1 : package_last(r->p));
	return (rc);
}

/* The package. */
struct package *
logread_package(const struct logread *r)
{

	return (r->p);
}

/* The tool. */
const struct tool *
logread_tool(const struct logread *r)
{

	return (r->t);
}

/* End. */
int
logread_close(struct logread *r, int rc)
{

	if (r == NULL)
		return (rc);
	if (r->trouble[0] != '\0')
		rc = tool_fail(r->t, rc, "%s", "%s", r->trouble);
	package_close(r->p);
	free(r);
	return (rc);
}
