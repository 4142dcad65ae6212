#include <assert.h>
#include <string.h>

#include "overlay.h"
#include "state.h"
#include "state_filter.h"
#include "state_key.h"
#include "state_lmdb.h"
#include "state_stored.h"

#include "state_layers.h"

/* Hash a key once for both overlays. */
void
state_layers_key(const struct state_layers *l, struct state_key *k,
    uint8_t kind, const void *key, size_t keylen)
{

	assert(kind != 0);
	state_key_make(k, kind, key, keylen);
	k->hash = overlay_hash(k, l->hash_seed);
}

/* Point at an overlay's record. */
static int
point(const struct overlay_record *o, struct state_stored *r, bool *deleted)
{

	r->value = overlay_value(o);
	r->len = o->len;
	r->seq = o->seq;
	*deleted = o->deleted;
	return (1);
}

/* Look below the active overlay. */
static int
find_below(const struct state_layers *l, const struct state_key *k,
    struct state_stored *r, bool *deleted)
{
	const struct overlay_record *o = NULL;

	*deleted = false;
	if (l->frozen != NULL)
		o = overlay_find(l->frozen, k);
	if (o != NULL)
		return (point(o, r, deleted));
	if (l->filter != NULL && !state_filter_may(l->filter, k->hash))
		return (0);
	return (state_lmdb_get(l->db, k, r));
}

/* Look from the newest layer to the oldest. */
int
state_layers_find(struct state_layers *l, const struct state_key *k,
    struct state_stored *r, bool *deleted)
{
	const struct overlay_record *o = overlay_find(l->active, k);
	struct state_layers_memo *m;

	if (o != NULL)
		return (point(o, r, deleted));
	m = &l->memo[k->hash & (STATE_LAYERS_MEMO - 1)];
	if (m->k.size != k->size || memcmp(m->k.b, k->b, k->size) != 0) {
		m->k.size = 0;
		m->rc = find_below(l, k, &m->r, &m->deleted);
		if (m->rc != -1)
			m->k = *k;
	}
	*r = m->r;
	*deleted = m->deleted;
	return (m->rc);
}

/* Forget what was found. */
void
state_layers_forget(struct state_layers *l)
{
	unsigned i;

	for (i = 0; i < STATE_LAYERS_MEMO; i++)
		l->memo[i].k.size = 0;
}

/* Touch both tables and the filter. */
void
state_layers_expect(const struct state_layers *l, const struct state_key *k)
{

	overlay_expect(l->active, k);
	if (l->frozen != NULL)
		overlay_expect(l->frozen, k);
	if (l->filter != NULL)
		state_filter_expect(l->filter, k->hash);
}

/* A moment later: have the records fetched. */
void
state_layers_expect_record(const struct state_layers *l,
    const struct state_key *k)
{

	overlay_expect_record(l->active, k);
	if (l->frozen != NULL)
		overlay_expect_record(l->frozen, k);
}

/* Let the new one have what the frozen one leaves. */
int
state_layers_freeze(struct state_layers *l, struct overlay *spare,
    uint64_t bytes)
{
	uint64_t used = overlay_used(l->active);
	uint64_t left = used < bytes ? bytes - used : 0;

	if (spare == NULL && (spare = overlay_new(bytes)) == NULL)
		return (-1);
	overlay_trim(spare, left);
	overlay_limit(spare, left);
	l->frozen = l->active;
	l->active = spare;
	state_layers_forget(l);
	return (0);
}

/* Go back to two layers. */
void
state_layers_thaw(struct state_layers *l, uint64_t bytes)
{

	l->frozen = NULL;
	overlay_limit(l->active, bytes);
	state_layers_forget(l);
}

/* Copy on the first write; later ones find the copy in place. */
struct overlay_record *
state_layers_put(const struct state_layers *l, const struct state_key *k,
    size_t len, const struct state_stored *old)
{
	bool copy = old != NULL && overlay_find(l->active, k) == NULL;
	struct overlay_record *r = overlay_put(l->active, k, len);

	if (r != NULL && copy)
		memcpy(overlay_value(r), old->value,
		    old->len < len ? old->len : len);
	return (r);
}

/* Load the marks that a checkpoint cut short left. */
int
state_layers_marks(const struct state_layers *l, uint64_t seq)
{
	struct state_stored r;
	struct state_key from, k;
	struct overlay_record *mark;
	int rc;

	state_key_marks(&from);
	for (rc = state_lmdb_first(l->db, &from, &r);
	    rc == 1 && state_key_is_mark(r.key, r.keysize);
	    rc = state_lmdb_next(l->db, &r)) {
		if (r.seq <= seq)
			continue;
		state_layers_key(l, &k, r.key[2], &r.key[4], r.key[3]);
		if ((mark = overlay_put(l->active, &k, 0)) == NULL)
			return (0);
		mark->seq = r.seq;
		mark->deleted = 1;
	}
	return (rc == -1 ? -1 : 1);
}

/* Add up the layers. */
void
state_layers_stats(const struct state_layers *l, struct state_stats *st)
{

	st->overlay_bytes = overlay_used(l->active);
	st->overlay_records = overlay_records(l->active);
	if (l->frozen != NULL) {
		st->frozen = true;
		st->overlay_bytes += overlay_used(l->frozen);
		st->overlay_records += overlay_records(l->frozen);
	}
	state_lmdb_stat(l->db, &st->lmdb_records, &st->lmdb_bytes,
	    &st->map_bytes);
	st->map_alarm = st->lmdb_bytes > st->map_bytes / 10 * 6;
}
