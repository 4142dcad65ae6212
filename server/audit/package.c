#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/policy.h"
#include "keys/hex.h"
#include "keys/sha256.h"

#include "package_impl.h"

/* How many logs. */
size_t
package_count(const struct package *p)
{

	return (p->count);
}

/* One log. */
const struct package_log *
package_log(const struct package *p, size_t i)
{

	return (&p->part[i]->log);
}

/* Its reader. */
struct tiles *
package_tiles(struct package *p, size_t i)
{

	return (p->part[i]->tiles);
}

/* Why it cannot be read. */
const char *
package_trouble(const struct package *p, size_t i)
{

	return (p->part[i]->trouble);
}

/* The caller knows its base. */
void
package_base(struct package *p, size_t i, uint64_t base)
{

	p->part[i]->log.base = base;
}

/* Is it named in `logs`? */
int
package_listed(const struct package *p, size_t i)
{

	return (p->has_list ? p->part[i]->listed : -1);
}

/* Where its wal/ is. */
const char *
package_wal(const struct package *p)
{

	return (p->wal);
}

/* Is it a whole log/? */
int
package_whole(const struct package *p)
{

	return (p->whole);
}

/* The last failure. */
const char *
package_error(const struct package *p)
{

	return (p->error);
}

/* Its reason. */
enum package_fault
package_fault(const struct package *p)
{

	return (p->fault);
}

/* The end of the logs. */
uint64_t
package_end(const struct package *p)
{
	size_t i;

	for (i = p->count; i > 0; i--)
		if (p->part[i - 1]->log.head.size > 0)
			return (p->part[i - 1]->log.base +
			    p->part[i - 1]->log.head.size);
	return (0);
}

/* The reader of a log failed. */
static int
tiles_failed(struct package *p, const struct package_part *part)
{
	enum package_fault fault = part->source.fault;

	return (package_fail(p, fault != PACKAGE_FINE ? fault :
	    PACKAGE_DAMAGED, "%s: %s", part->log.name,
	    tiles_error(part->tiles)));
}

/* Read the entry of a log at an index. */
static int
read_tiled(struct package *p, size_t i, uint64_t index,
    struct package_entry *e)
{
	struct package_part *part = p->part[i];
	const uint8_t *text;

	part->source.fault = PACKAGE_FINE;
	if (tiles_entry(part->tiles, index, &text, &e->len) != 0)
		return (tiles_failed(p, part));
	e->text = (const char *)text;
	e->seq = part->log.base + index;
	e->log = i;
	return (0);
}

/* Read the logs from a seq on. */
static int
each_tiled(struct package *p, uint64_t from,
    int (*fn)(void *arg, const struct package_entry *e), void *arg)
{
	const struct package_log *log;
	struct package_entry e;
	uint64_t index;
	size_t i;
	int rc;

	for (i = 0; i < p->count; i++) {
		log = &p->part[i]->log;
		if (from >= log->base + log->head.size)
			continue;
		index = from > log->base ? from - log->base : 0;
		for (; index < log->head.size; index++)
			if ((rc = read_tiled(p, i, index, &e)) != 0 ||
			    (rc = fn(arg, &e)) != 0)
				return (rc);
	}
	return (0);
}

/* The logs have grown, by a daemon that runs: learn how far. */
static int
refresh(struct package *p)
{
	struct package_part *part;

	if (p->count == 0)
		return (0);
	part = p->part[p->count - 1];
	if (part->trouble != NULL || package_head(p, part) != 0)
		return (-1);
	tiles_resize(part->tiles, part->log.head.size);
	return (0);
}

/* Every entry from one on. */
int
package_each(struct package *p, uint64_t from,
    int (*fn)(void *arg, const struct package_entry *e), void *arg)
{
	uint64_t end;
	int rc, looks = 0;

	/*
	 * Beside a running daemon wal/ may have been trimmed since the heads
	 * were read: what went is in the tiles by then.
	 */
	for (;;) {
		if ((rc = each_tiled(p, from, fn, arg)) != 0)
			return (rc);
		end = package_end(p);
		if (from < end)
			from = end;
		if (p->wal == NULL)
			return (0);
		rc = package_wal_each(p, from, fn, arg);
		if (rc != -1 || p->count == 0 || looks++ > 0 ||
		    p->fault != PACKAGE_DAMAGED)
			return (rc);
		if (refresh(p) != 0 || package_end(p) == end)
			return (package_wal_each(p, from, fn, arg));
	}
}

/* Keep one entry of wal/. */
static int
hold(void *arg, const struct package_entry *e)
{
	struct package_entry *want = arg;

	if (e->seq != want->seq || e->len > WAL_ENTRY_MAX)
		return (2);
	memcpy((void *)(uintptr_t)want->text, e->text, e->len);
	want->len = e->len;
	want->log = e->log;
	return (1);
}

/* Read one entry. */
int
package_read(struct package *p, uint64_t seq, struct package_entry *e)
{
	const struct package_log *log;
	size_t i;

	for (i = 0; i < p->count; i++) {
		log = &p->part[i]->log;
		if (seq >= log->base && seq - log->base < log->head.size)
			return (read_tiled(p, i, seq - log->base, e));
	}
	if (seq == 0 || p->wal == NULL || seq < package_end(p) ||
	    (p->count == 0 && package_wal_older(p, seq)))
		return (1);
	e->seq = seq;
	e->text = (const char *)p->held;
	switch (package_wal_each(p, seq, hold, e)) {
	case 1:
		return (0);
	case -1:
		return (-1);
	default:
		return (1);
	}
}

/* The highest seq. */
uint64_t
package_last(struct package *p)
{
	uint64_t end = package_end(p), last;

	last = p->wal != NULL ? package_wal_last(p) : 0;
	if (end > 0 && last < end)
		last = end - 1;
	return (last);
}

/* Read a policy. */
char *
package_policy(struct package *p, const char *hash, size_t *len)
{
	uint8_t want[SHA256_LEN], got[SHA256_LEN];
	char path[128], err[1200], *text;
	int64_t n;

	if (strlen(hash) != 2 * SHA256_LEN ||
	    hex_decode(want, hash, SHA256_LEN) != 0) {
		(void)package_fail(p, PACKAGE_DAMAGED,
		    "\"%.70s\" is not a SHA-256", hash);
		return (NULL);
	}
	(void)snprintf(path, sizeof(path), "%spolicy/%s.policy",
	    p->whole || p->count == 0 ? "" : "../", hash);
	if ((text = malloc(POLICY_MAX_TEXT + 1)) == NULL) {
		(void)package_fail(p, PACKAGE_AWAY, "out of memory");
		return (NULL);
	}
	n = package_get(&p->root, path, (uint8_t *)text, POLICY_MAX_TEXT, err,
	    sizeof(err));
	if (n == TILES_ABSENT)
		(void)package_fail(p, PACKAGE_ABSENT, "%s/%s: not there",
		    p->root.base, path);
	else if (n < 0)
		(void)package_fail(p, p->root.fault, "%s", err);
	if (n < 0)
		goto err0;
	sha256_of(got, text, (size_t)n);
	if (memcmp(got, want, sizeof(got)) != 0) {
		(void)package_fail(p, PACKAGE_DAMAGED, "%s/%s: altered: it has "
		    "another SHA-256 than its name", p->root.base, path);
		goto err0;
	}
	text[n] = '\0';
	*len = (size_t)n;
	return (text);

err0:
	free(text);
	return (NULL);
}

/* Read the vkey file of a log. */
int
package_vkey(struct package *p, size_t i, char *buf, size_t cap)
{
	struct package_part *part = p->part[i];
	char err[1200];
	int64_t n;

	n = package_get(&part->source, "vkey", (uint8_t *)buf, cap - 1, err,
	    sizeof(err));
	if (n == TILES_ABSENT)
		return (package_fail(p, PACKAGE_ABSENT, "%s/vkey: not there",
		    part->source.base));
	if (n < 0)
		return (package_fail(p, part->source.fault, "%s", err));
	buf[n] = '\0';
	return ((int)n);
}
