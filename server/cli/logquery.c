#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "keys/sha256.h"
#include "store/entry.h"

#include "logplace.h"
#include "logquery.h"
#include "tool.h"

#define BACK 512 /* entries in the first step back from the end */

/* One entry that is kept until it is known to be among the last. */
struct kept {
	struct package_entry pe;
	char *text;
};

/* A run. */
struct walk {
	const struct logquery *q;
	struct kept *ring;	/* of last places, or NULL */
	size_t kept;		/* how many were ever put there */
	struct entry e;
};

/* Is it the decision's seq, but not the hash that the id claims? */
static int
mistyped(const struct logfilter *f, const struct package_entry *pe)
{
	uint8_t leaf[SHA256_LEN];

	if (f->form != 2 || pe->seq != f->want.about)
		return (0);
	sha256_leaf(leaf, pe->text, pe->len);
	return (memcmp(leaf, f->prefix, sizeof(f->prefix)) != 0);
}

/* Keep an entry among the last. */
static int
keep(struct walk *w, const struct package_entry *pe)
{
	struct kept *k = &w->ring[w->kept % (size_t)w->q->f->last];
	char *copy;

	if ((copy = malloc(pe->len)) == NULL)
		return (logread_trouble(w->q->r, TOOL_SYSTEM, "内存不足",
		    "out of memory"));
	memcpy(copy, pe->text, pe->len);
	free(k->text);
	k->pe = *pe;
	k->pe.text = k->text = copy;
	w->kept++;
	return (TOOL_OK);
}

/* Take one entry of the record. */
static int
take(void *arg, const struct package_entry *pe)
{
	struct walk *w = arg;
	const struct logfilter *f = w->q->f;
	size_t at;
	int rc = TOOL_OK;

	if (f->to != 0 && pe->seq > f->to)
		return (LOGREAD_END);
	if (entry_parse(&w->e, pe->text, pe->len, &at) != 0)
		return (logread_trouble(w->q->r, TOOL_DATA,
		    "seq %" PRIu64 "：记录内容有误（第 %zu 字节），请报告",
		    "seq %" PRIu64 ": the entry is not well-formed at its byte "
		    "%zu; please report it", pe->seq, at));
	if (mistyped(f, pe))
		return (logread_trouble(w->q->r, TOOL_DATA,
		    "没有编号为 %s 的决定：第 %" PRIu64 " 条记录的校验码不同，请核对编号",
		    "there is no decision %s: entry %" PRIu64 " has other "
		    "check digits; was the id mistyped?", f->id, pe->seq));
	if (logwant_fits(&f->want, &w->e))
		rc = w->ring != NULL ? keep(w, pe) :
		    w->q->put(w->q->arg, pe, &w->e);
	return (rc == TOOL_OK && pe->seq == f->to ? LOGREAD_END : rc);
}

/* Begin as near to the end as gives enough entries. */
static int
walk_last(struct walk *w)
{
	const struct logfilter *f = w->q->f;
	uint64_t last = package_last(logread_package(w->q->r)), back = BACK;
	uint64_t from;
	int rc;

	if (f->to != 0 && last > f->to)
		last = f->to;
	for (;; back *= 4) {
		from = last > back ? last - back : 0;
		if (from < f->from)
			from = f->from;
		w->kept = 0;
		rc = logread_each(w->q->r, from, take, w);
		if (rc != TOOL_OK || w->kept >= (size_t)f->last ||
		    from <= f->from)
			return (rc);
	}
}

/* Hand on what was kept. */
static int
put_kept(struct walk *w)
{
	size_t n = (size_t)w->q->f->last, i, at;
	const struct kept *k;
	int rc = TOOL_OK;

	i = w->kept > n ? w->kept - n : 0;
	for (; i < w->kept && rc == TOOL_OK; i++) {
		k = &w->ring[i % n];
		(void)entry_parse(&w->e, k->pe.text, k->pe.len, &at);
		rc = w->q->put(w->q->arg, &k->pe, &w->e);
	}
	return (rc);
}

/* Go through it. */
int
logquery_run(const struct logquery *q)
{
	size_t n = (size_t)q->f->last, i;
	struct walk *w;
	int rc, kept;

	if ((w = calloc(1, sizeof(*w))) == NULL || (n > 0 &&
	    (w->ring = calloc(n, sizeof(*w->ring))) == NULL)) {
		free(w);
		return (logread_trouble(q->r, TOOL_SYSTEM, "内存不足",
		    "out of memory"));
	}
	w->q = q;
	if (n == 0)
		rc = logread_each(q->r, q->f->from, take, w);
	else {
		rc = walk_last(w);
		if ((kept = put_kept(w)) != TOOL_OK && rc == TOOL_OK)
			rc = kept;
		for (i = 0; i < n; i++)
			free(w->ring[i].text);
	}
	free(w->ring);
	free(w);
	return (rc);
}
