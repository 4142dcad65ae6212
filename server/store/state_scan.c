#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "overlay.h"
#include "state_key.h"
#include "state_layers.h"
#include "state_lmdb.h"
#include "state_stored.h"

#include "state_scan.h"

/* One overlay of the merge, sorted. */
struct run {
	struct overlay_item *items;
	size_t n;
	size_t i;
};

/* The merge: two runs and the place in LMDB. */
struct merge {
	struct run run[2];
	struct state_stored stored;
	int more;			/* stored is valid: 1; end: 0; or -1. */
	int kind;			/* Negative: all. */
};

/* Sort what an overlay has of a kind, or all of it. */
static int
run_init(struct run *run, const struct overlay *o, int kind)
{

	if (o == NULL)
		return (0);
	run->items = overlay_sort(o, kind, &run->n);
	return (run->items != NULL ? 0 : -1);
}

/* Return the head of a run, or NULL at its end. */
static const struct overlay_record *
run_head(const struct run *run)
{

	return (run->i < run->n ? run->items[run->i].r : NULL);
}

/* Order two encoded keys: their first two bytes fix their sizes. */
static int
key_cmp(const uint8_t *a, const uint8_t *b)
{
	int c = memcmp(a, b, 2);

	return (c != 0 ? c : memcmp(a + 2, b + 2, a[1]));
}

/* Note where LMDB's part of the kind ends. */
static void
stored_bound(struct merge *m)
{

	if (m->more == 1 && m->kind >= 0 && m->stored.key[0] != m->kind)
		m->more = 0;
}

/* Take the lowest key; of equal ones, the newest layer.  False at the end. */
static bool
merge_take(struct merge *m, const struct state_layers *l,
    struct state_record *out, bool *live)
{
	const struct overlay_record *head[2], *pick = NULL;
	const uint8_t *low = m->more == 1 ? m->stored.key : NULL;

	for (int i = 1; i >= 0; i--) {
		head[i] = run_head(&m->run[i]);
		if (head[i] != NULL && (low == NULL ||
		    key_cmp(overlay_key(head[i]), low) <= 0)) {
			pick = head[i];
			low = overlay_key(pick);
		}
	}
	if (low == NULL)
		return (false);

	*out = (struct state_record){ .kind = low[0], .key = low + 2,
	    .keylen = low[1] };
	out->value = pick != NULL ? overlay_value(pick) : m->stored.value;
	out->len = pick != NULL ? pick->len : m->stored.len;
	out->last_seq = pick != NULL ? pick->seq : m->stored.seq;
	*live = pick == NULL || !pick->deleted;

	for (int i = 0; i < 2; i++)
		if (head[i] != NULL && key_cmp(overlay_key(head[i]), low) == 0)
			m->run[i].i++;
	if (m->more == 1 && key_cmp(m->stored.key, low) == 0) {
		m->more = state_lmdb_next(l->db, &m->stored);
		stored_bound(m);
	}
	return (true);
}

/* Merge the layers for one kind, or all. */
static int
merge_run(const struct state_layers *l, int kind,
    int (*cb)(void *, const struct state_record *), void *arg)
{
	struct state_key from = { .size = 8 };
	struct merge m = { .kind = kind };
	struct state_record r;
	bool live;
	int rc = -1;

	from.b[0] = (uint8_t)(kind < 0 ? 1 : kind);
	if (run_init(&m.run[0], l->active, kind) == -1 ||
	    run_init(&m.run[1], l->frozen, kind) == -1)
		goto done;
	m.more = state_lmdb_first(l->db, &from, &m.stored);
	stored_bound(&m);
	rc = 0;
	while (rc == 0 && m.more != -1 && merge_take(&m, l, &r, &live))
		if (live)
			rc = cb(arg, &r);
	if (rc == 0 && m.more == -1)
		rc = -1;

done:
	free(m.run[0].items);
	free(m.run[1].items);
	return (rc);
}

/* Walk one kind. */
int
state_scan_each(const struct state_layers *l, uint8_t kind,
    int (*cb)(void *, const struct state_record *), void *arg)
{

	return (merge_run(l, kind, cb, arg));
}

#define DUMP_BUFFER	65536

/* A dump under way. */
struct dump {
	int (*sink)(void *, const char *, size_t);
	bool (*skip)(void *, const struct state_record *);
	void *arg;
	size_t used;
	char text[DUMP_BUFFER];
};

/* Hand over what is in the buffer, if less than need bytes are free. */
static int
dump_flush(struct dump *d, size_t need)
{
	size_t n = d->used;

	if (n == 0 || need <= sizeof(d->text) - n)
		return (0);
	d->used = 0;
	return (d->sink(d->arg, d->text, n));
}

/* Print bytes as hex. */
static int
dump_hex(struct dump *d, const uint8_t *p, size_t n)
{
	static const char digit[] = "0123456789abcdef";
	int rc;

	for (size_t i = 0; i < n; i++) {
		if ((rc = dump_flush(d, 2)) != 0)
			return (rc);
		d->text[d->used++] = digit[p[i] >> 4];
		d->text[d->used++] = digit[p[i] & 15];
	}
	return (0);
}

/* Print one record. */
static int
dump_record(void *arg, const struct state_record *r)
{
	struct dump *d = arg;
	int rc;

	if (d->skip != NULL && d->skip(d->arg, r))
		return (0);
	if ((rc = dump_flush(d, 256)) != 0)
		return (rc);
	d->used += (size_t)snprintf(d->text + d->used, 8, "%02x ", r->kind);
	dump_hex(d, r->key, r->keylen);
	d->used += (size_t)snprintf(d->text + d->used, 32, " %" PRIu64 " %s",
	    r->last_seq, r->len == 0 ? "-" : "");
	if ((rc = dump_hex(d, r->value, r->len)) != 0 ||
	    (rc = dump_flush(d, 1)) != 0)
		return (rc);
	d->text[d->used++] = '\n';
	return (0);
}

/* Walk all kinds at once. */
int
state_scan_dump(const struct state_layers *l,
    int (*sink)(void *, const char *, size_t),
    bool (*skip)(void *, const struct state_record *), void *arg)
{
	struct dump *d;
	int rc;

	if ((d = malloc(sizeof(*d))) == NULL)
		return (-1);
	d->sink = sink;
	d->skip = skip;
	d->arg = arg;
	d->used = 0;
	if ((rc = merge_run(l, -1, dump_record, d)) == 0)
		rc = dump_flush(d, sizeof(d->text) + 1);
	free(d);
	return (rc);
}
