#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "verify_impl.h"

/* Tell of a finding. */
void
verify_find(struct verify *v, const struct verify_place *place, const char *zh,
    const char *en, ...)
{
	struct verify_finding f = { .seq = place->seq, .index = place->index,
		.offset = place->offset };
	va_list ap;

	if (v->stop)
		return;
	v->findings++;
	if (!v->o->all)
		v->stop = 1;
	if (v->o->finding == NULL)
		return;
	if (place->path == NULL)
		(void)snprintf(f.file, sizeof(f.file), "%s", place->file);
	else
		(void)snprintf(f.file, sizeof(f.file), "%s/%s",
		    package_log(v->p, v->i)->name, place->path);
	va_start(ap, en);
	(void)vsnprintf(f.zh, sizeof(f.zh), zh, ap);
	va_end(ap);
	va_start(ap, en);
	(void)vsnprintf(f.en, sizeof(f.en), en, ap);
	va_end(ap);
	v->o->finding(v->o->arg, &f);
}

/* Tell of something else. */
void
verify_remark(struct verify *v, const char *zh, const char *en, ...)
{
	char text[2][VERIFY_TEXT_MAX];
	va_list ap;

	if (v->o->remark == NULL)
		return;
	va_start(ap, en);
	(void)vsnprintf(text[0], sizeof(text[0]), zh, ap);
	va_end(ap);
	va_start(ap, en);
	(void)vsnprintf(text[1], sizeof(text[1]), en, ap);
	va_end(ap);
	v->o->remark(v->o->arg, text[0], text[1]);
}

/* A read of the log begins. */
void
verify_read_begin(struct verify *v)
{

	v->p->part[v->i]->source.fault = PACKAGE_FINE;
}

/* What is wrong with a file, without its name. */
static const char *
reason(const struct tiles *t)
{
	const char *file = tiles_error_file(t), *text = tiles_error(t);
	size_t n = strlen(file);

	return (n > 0 && strncmp(text, file, n) == 0 && text[n] == ':' &&
	    text[n + 1] == ' ' ? text + n + 2 : text);
}

/* A read of the log failed. */
int
verify_unread(struct verify *v)
{
	enum package_fault fault = v->p->part[v->i]->source.fault;
	struct verify_place at = { .index = -1, .offset = -1,
		.path = tiles_error_file(v->tiles) };

	if (fault == PACKAGE_AWAY || fault == PACKAGE_DENIED) {
		(void)package_fail(v->p, fault, "%s: %s", v->l->name,
		    tiles_error(v->tiles));
		v->broken = v->stop = 1;
		return (0);
	}
	if (strncmp(reason(v->tiles), "missing", 7) == 0)
		verify_find(v, &at, "缺少此文件", "the file is missing");
	else
		verify_find(v, &at, "文件不完整或无法读取：%s",
		    "the file is not whole or cannot be read: %s",
		    reason(v->tiles));
	return (1);
}

/* Bring the state up to date with the log at hand. */
static int
remember(struct verify *v, struct verify_state *s)
{
	struct verify_seen seen;

	memset(&seen, 0, sizeof(seen));
	seen.head = v->l->head;
	seen.base = v->l->base;
	seen.t = v->t;
	seen.kind = v->kind;
	seen.due = v->due;
	seen.finished = v->i + 1 < package_count(v->p);
	memcpy(seen.policy, v->policy, sizeof(seen.policy));
	return (verify_state_put(s, &seen));
}

/* Is an origin one of this node's? */
static int
same_node(const char *a, const char *b)
{
	const char *end = strrchr(a, '/');
	size_t n = end != NULL ? (size_t)(end - a) + 1 : 0;

	return (n > 0 && strncmp(a, b, n) == 0 && strrchr(b, '/') ==
	    b + n - 1);
}

/* Is a log with this origin in the package? */
static int
present(const struct package *p, const char *origin)
{
	size_t i;

	for (i = 0; i < package_count(p); i++)
		if (strcmp(package_log(p, i)->head.origin, origin) == 0)
			return (1);
	return (0);
}

/* Logs that were seen and are gone, and logs that `logs` does not name. */
static void
check_set(struct verify *v)
{
	struct verify_place at = { .file = "logs", .index = -1, .offset = -1 };
	const struct verify_state *s = v->o->state;
	size_t i, n = package_count(v->p);
	const struct verify_seen *seen;

	for (i = 0; i + 1 < n; i++)
		if (package_listed(v->p, i) == 0)
			verify_find(v, &at, "文件 logs 没有列出 %s", "the file "
			    "`logs` does not name %s",
			    package_log(v->p, i)->name);
	if (s == NULL || !package_whole(v->p))
		return;
	for (i = 0; i < s->n && !v->stop; i++) {
		seen = &s->seen[i];
		if (present(v->p, seen->head.origin) ||
		    !same_node(seen->head.origin,
		    package_log(v->p, n - 1)->head.origin))
			continue;
		if (seen->finished)
			verify_remark(v, "曾见过的日志 %s 已不在此处",
			    "the log %s, seen before, is not here any more",
			    seen->head.origin);
		else
			verify_find(v, &at, "曾见过的日志 %s（%" PRIu64
			    " 条）不见了", "the log %s (%" PRIu64 " entries), "
			    "seen before, is gone", seen->head.origin,
			    seen->head.size);
	}
}

/* Entries that stand in wal/ alone. */
struct unsigned_entries {
	size_t logs;
	uint64_t n;
};

/* Count one. */
static int
count(void *arg, const struct package_entry *e)
{
	struct unsigned_entries *u = arg;

	u->n += e->log == u->logs;
	return (0);
}

/* Tell how much stands in wal/ behind the checkpoint. */
static void
tell_wal(struct verify *v)
{
	struct verify_place at = { .index = -1, .offset = -1, .file = "wal" };
	struct unsigned_entries u = { package_count(v->p), 0 };

	if (package_wal(v->p) == NULL || v->findings > 0)
		return;
	if (package_each(v->p, package_end(v->p), count, &u) != 0) {
		if (package_fault(v->p) == PACKAGE_DAMAGED)
			verify_find(v, &at, "%s", "%s", package_error(v->p));
		else
			v->broken = v->stop = 1;
	} else if (u.n > 0)
		verify_remark(v, "wal/ 中另有 %" PRIu64 " 条记录尚未列入检查点，没有签名可核对",
		    "%" PRIu64 " more entries are in wal/, which no checkpoint "
		    "names yet: there is no signature to verify", u.n);
}

/* Verify the logs one after the other. */
static int
check_all(struct verify *v)
{
	struct verify_state *s = v->o->state, next = { 0, NULL };
	size_t i;
	int rc = 0;

	for (i = 0; s != NULL && i < s->n; i++)
		rc |= verify_state_put(&next, &s->seen[i]);
	for (i = 0; i < package_count(v->p) && !v->stop; i++) {
		verify_log_check(v, i);
		if (s != NULL && v->findings == 0 && !v->stop)
			rc |= remember(v, &next);
	}
	if (!v->stop)
		check_set(v);
	if (!v->stop)
		tell_wal(v);
	if (rc != 0 && !v->broken) {
		(void)package_fail(v->p, PACKAGE_AWAY, "the state does not "
		    "take so many logs, or memory is short");
		v->broken = 1;
	}
	if (s != NULL && v->findings == 0 && !v->broken) {
		verify_state_free(s);
		*s = next;
	} else
		verify_state_free(&next);
	return (v->broken ? -1 : 0);
}

/* Verify a package. */
int
verify_run(struct package *p, const struct verify_options *o,
    uint64_t *findings)
{
	struct verify *v;
	int rc = -1;

	*findings = 0;
	if ((v = calloc(1, sizeof(*v))) == NULL ||
	    (v->pool = verify_pool_new(o->alone)) == NULL) {
		(void)package_fail(p, PACKAGE_AWAY, "out of memory");
		free(v);
		return (-1);
	}
	v->p = p;
	v->o = o;
	rc = check_all(v);
	*findings = v->findings;
	verify_pool_free(v->pool);
	verify_told_forget(v);
	free(v);
	return (rc);
}
