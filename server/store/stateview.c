#include <sys/stat.h>

#include <endian.h>
#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <lmdb.h>

#include "state_key.h"
#include "state_stored.h"

#include "stateview.h"

#define FORMAT	3	/* of the meta record, see state_lmdb.c */
#define SLICE	4096	/* keys between looks at the clock */
#define WHY	192

struct stateview {
	MDB_env *env;
	MDB_dbi dbi;
	/* Held for reading while a snapshot is used: the map may move without it. */
	pthread_rwlock_t map;
};

struct stateview_reader {
	struct stateview *v;
	MDB_txn *txn;
	int live;		/* the snapshot is there, the map is held */
	int64_t since;		/* when it was taken; 0: not known yet */
	uint64_t seq;
	char why[WHY];
};

/* Keep the first reason. */
static int
fail(struct stateview_reader *r, const char *verb, int rc)
{
	char buf[80];

	if (r->why[0] == '\0')
		(void)snprintf(r->why, sizeof(r->why), "state.mdb: %s: %s",
		    verb, rc < 0 ? mdb_strerror(rc) :
		    strerror_r(rc, buf, sizeof(buf)));
	return (-1);
}

/* Turn what was found into a record. */
static int
found(struct stateview_reader *r, int rc, const MDB_val *key,
    const MDB_val *data, struct stateview_record *x)
{
	struct state_stored s;

	if (rc == MDB_NOTFOUND)
		return (0);
	if (rc != 0)
		return (fail(r, "read", rc));
	if (state_stored_read(key->mv_data, key->mv_size, data->mv_data,
	    data->mv_size, &s) != 0) {
		(void)snprintf(r->why, sizeof(r->why), "state.mdb: damaged "
		    "record of kind %u", *(const uint8_t *)key->mv_data);
		return (-1);
	}
	x->key = s.key + 2;
	x->keylen = s.key[1];
	x->value = s.value;
	x->len = s.len;
	x->seq = s.seq;
	return (1);
}

/* Read up to where the snapshot goes. */
static int
read_meta(struct stateview_reader *r)
{
	static const uint8_t meta[8] = { 0, 4, 'm', 'e', 't', 'a' };
	MDB_val key = { sizeof(meta), (void *)(uintptr_t)meta }, data;
	struct stateview_record x = { .len = 0 };
	uint64_t v[3];
	int rc;

	rc = found(r, mdb_get(r->txn, r->v->dbi, &key, &data), &key, &data, &x);
	r->seq = 0;
	if (rc <= 0)
		return (rc);
	if (x.len != sizeof(v)) {
		(void)snprintf(r->why, sizeof(r->why),
		    "state.mdb: bad meta record");
		return (-1);
	}
	memcpy(v, x.value, sizeof(v));
	if (le64toh(v[0]) != FORMAT) {
		(void)snprintf(r->why, sizeof(r->why), "state.mdb: format "
		    "%llu, not %d: it is of another version of liangkad",
		    (unsigned long long)le64toh(v[0]), FORMAT);
		return (-1);
	}
	r->seq = le64toh(v[1]);
	return (0);
}

/* Let the snapshot go. */
static void
let_go(struct stateview_reader *r)
{

	if (!r->live)
		return;
	mdb_txn_reset(r->txn);
	(void)pthread_rwlock_unlock(&r->v->map);
	r->live = 0;
}

/* The daemon has made the map larger: follow, while nobody reads. */
static int
follow(struct stateview *v)
{
	int rc;

	(void)pthread_rwlock_wrlock(&v->map);
	rc = mdb_env_set_mapsize(v->env, 0);
	(void)pthread_rwlock_unlock(&v->map);
	return (rc);
}

/* Take a snapshot. */
static int
take(struct stateview_reader *r)
{
	int rc = 0, i;

	for (i = 0; i < 8; i++) {
		(void)pthread_rwlock_rdlock(&r->v->map);
		rc = r->txn != NULL ? mdb_txn_renew(r->txn) :
		    mdb_txn_begin(r->v->env, NULL, MDB_RDONLY, &r->txn);
		if (rc == 0) {
			r->live = 1;
			return (read_meta(r));
		}
		(void)pthread_rwlock_unlock(&r->v->map);
		if (rc != MDB_MAP_RESIZED || (rc = follow(r->v)) != 0)
			break;
	}
	return (fail(r, "begin reading", rc));
}

/* Is the file there, and ours? */
static int
look(const char *path, char *err)
{
	struct stat st;

	if (lstat(path, &st) != 0) {
		int e = errno;

		(void)snprintf(err, STATEVIEW_ERROR_MAX, "%.300s: %s", path,
		    strerror(e));
		errno = e;
		return (-1);
	}
	if (!S_ISREG(st.st_mode) || st.st_uid != geteuid()) {
		(void)snprintf(err, STATEVIEW_ERROR_MAX, "%.300s: it belongs to "
		    "uid %u: run this as that user (for example sudo -u "
		    "liangka)", path, (unsigned)st.st_uid);
		errno = EACCES;
		return (-1);
	}
	return (0);
}

/* Find the one tree of the file. */
static int
open_tree(struct stateview *v)
{
	MDB_txn *txn;
	int rc;

	if ((rc = mdb_txn_begin(v->env, NULL, MDB_RDONLY, &txn)) != 0)
		return (rc);
	rc = mdb_dbi_open(txn, NULL, 0, &v->dbi);
	if (rc == 0)
		rc = mdb_txn_commit(txn);
	else
		mdb_txn_abort(txn);
	return (rc);
}

/* Open it for reading. */
struct stateview *
stateview_open(const char *dir, char *err)
{
	char path[PATH_MAX];
	struct stateview *v;
	int rc;

	(void)snprintf(path, sizeof(path), "%s/state.mdb", dir);
	if (look(path, err) != 0)
		return (NULL);
	if ((v = calloc(1, sizeof(*v))) == NULL) {
		(void)snprintf(err, STATEVIEW_ERROR_MAX, "out of memory");
		return (NULL);
	}
	(void)pthread_rwlock_init(&v->map, NULL);
	if ((rc = mdb_env_create(&v->env)) == 0 &&
	    (rc = mdb_env_open(v->env, path, MDB_RDONLY | MDB_NOSUBDIR |
	    MDB_NOTLS | MDB_NORDAHEAD, 0600)) == 0 && (rc = open_tree(v)) == 0)
		return (v);
	(void)snprintf(err, STATEVIEW_ERROR_MAX, "%.300s: %s", path,
	    mdb_strerror(rc));
	errno = rc > 0 ? rc : EIO;
	rc = errno;
	stateview_close(v);
	errno = rc;
	return (NULL);
}

/* Close it. */
void
stateview_close(struct stateview *v)
{

	if (v == NULL)
		return;
	if (v->env != NULL)
		mdb_env_close(v->env);
	(void)pthread_rwlock_destroy(&v->map);
	free(v);
}

/* Begin to read. */
struct stateview_reader *
stateview_reader(struct stateview *v, char *err)
{
	struct stateview_reader *r;

	if ((r = calloc(1, sizeof(*r))) == NULL) {
		(void)snprintf(err, STATEVIEW_ERROR_MAX, "out of memory");
		return (NULL);
	}
	r->v = v;
	if (take(r) == 0)
		return (r);
	(void)snprintf(err, STATEVIEW_ERROR_MAX, "%s", r->why);
	stateview_reader_end(r);
	return (NULL);
}

/* End. */
void
stateview_reader_end(struct stateview_reader *r)
{

	if (r == NULL)
		return;
	let_go(r);
	if (r->txn != NULL)
		mdb_txn_abort(r->txn);
	free(r);
}

/* Take a newer snapshot when it is time. */
int
stateview_tick(struct stateview_reader *r, int64_t mono_ms)
{

	if (r->why[0] != '\0')
		return (-1);
	if (r->since == 0)
		r->since = mono_ms;
	if (r->live && mono_ms - r->since < STATEVIEW_HOLD_MS)
		return (0);
	let_go(r);
	r->since = mono_ms;
	return (take(r));
}

/* Hold nothing while waiting. */
void
stateview_rest(struct stateview_reader *r)
{

	let_go(r);
}

/* How far it goes. */
uint64_t
stateview_seq(const struct stateview_reader *r)
{

	return (r->seq);
}

/* How many records it has. */
uint64_t
stateview_records(const struct stateview_reader *r)
{
	MDB_stat st;

	if (r->why[0] != '\0' || mdb_stat(r->txn, r->v->dbi, &st) != 0)
		return (0);
	return (st.ms_entries);
}

/* Find one. */
int
stateview_get(struct stateview_reader *r, uint8_t kind, const void *key,
    size_t keylen, struct stateview_record *x)
{
	struct state_key k;
	MDB_val mk, data;
	int rc;

	if (r->why[0] != '\0')
		return (-1);
	state_key_make(&k, kind, key, keylen);
	mk = (MDB_val){ k.size, k.b };
	rc = found(r, mdb_get(r->txn, r->v->dbi, &mk, &data), &mk, &data, x);
	if (rc == 1)
		x->key = key;	/* the other is on our stack */
	return (rc);
}

/* Does a stored key bear this kind and length? */
static int
is_of(const MDB_val *key, uint8_t kind, size_t keylen)
{
	const uint8_t *b = key->mv_data;

	return (key->mv_size >= 8 && b[0] == kind && b[1] == keylen &&
	    key->mv_size == ((2 + keylen + 7) & ~(size_t)7));
}

/* Find the last one: that before the first that is behind them. */
int
stateview_last(struct stateview_reader *r, uint8_t kind, size_t keylen,
    struct stateview_record *x)
{
	uint8_t behind[8] = { kind, (uint8_t)(keylen + 1) };
	MDB_val key = { sizeof(behind), behind }, data;
	MDB_cursor *c;
	int rc;

	if (r->why[0] != '\0')
		return (-1);
	if ((rc = mdb_cursor_open(r->txn, r->v->dbi, &c)) != 0)
		return (fail(r, "cursor", rc));
	rc = mdb_cursor_get(c, &key, &data, MDB_SET_RANGE);
	rc = mdb_cursor_get(c, &key, &data, rc == 0 ? MDB_PREV : MDB_LAST);
	if (rc == 0 && !is_of(&key, kind, keylen))
		rc = MDB_NOTFOUND;
	rc = found(r, rc, &key, &data, x);
	mdb_cursor_close(c);
	return (rc);
}

/* Walk over a kind. */
int
stateview_each(struct stateview_reader *r, uint8_t kind,
    int (*each)(void *arg, const struct stateview_record *x), void *arg)
{
	uint8_t from[8] = { kind };
	MDB_val key = { sizeof(from), from }, data;
	struct stateview_record x;
	MDB_cursor *c;
	int rc, mrc;

	if (r->why[0] != '\0')
		return (-1);
	if ((rc = mdb_cursor_open(r->txn, r->v->dbi, &c)) != 0)
		return (fail(r, "cursor", rc));
	mrc = mdb_cursor_get(c, &key, &data, MDB_SET_RANGE);
	for (rc = 0; rc == 0; mrc = mdb_cursor_get(c, &key, &data, MDB_NEXT)) {
		if (mrc == 0 && *(const uint8_t *)key.mv_data != kind)
			mrc = MDB_NOTFOUND;
		if ((rc = found(r, mrc, &key, &data, &x)) != 1)
			break;
		rc = each(arg, &x);
	}
	mdb_cursor_close(c);
	return (rc);
}

/* What is called on a walk: one of the two. */
struct walk {
	void (*key)(void *arg, const uint8_t *key);
	void (*record)(void *arg, const struct stateview_record *x);
	void *arg;
	int64_t n;
};

/* Tell of one record. */
static int
visit(struct stateview_reader *r, struct walk *w, const MDB_val *key,
    const MDB_val *data)
{
	struct stateview_record x;

	w->n++;
	if (w->key != NULL)
		w->key(w->arg, (const uint8_t *)key->mv_data + 2);
	else if (found(r, 0, key, data, &x) == 1)
		w->record(w->arg, &x);
	else
		return (-1);
	return (0);
}

/* A run of records from k on, which is then that of the next.  Return 0 at the end. */
static int
slice(struct stateview_reader *r, struct state_key *k, size_t keylen,
    uint8_t last, struct walk *w)
{
	MDB_val key = { k->size, k->b }, data;
	MDB_cursor *c;
	uint8_t kind = k->b[0];
	size_t i;
	int rc, bad = 0;

	if ((rc = mdb_cursor_open(r->txn, r->v->dbi, &c)) != 0)
		return (fail(r, "cursor", rc));
	rc = mdb_cursor_get(c, &key, &data, MDB_SET_RANGE);
	for (i = 0; rc == 0 && !bad; i++) {
		if (!is_of(&key, kind, keylen) ||
		    ((const uint8_t *)key.mv_data)[2] > last)
			rc = MDB_NOTFOUND;
		else if (i == SLICE) {
			memcpy(k->b, key.mv_data, key.mv_size);
			break;
		} else if ((bad = visit(r, w, &key, &data)) == 0)
			rc = mdb_cursor_get(c, &key, &data, MDB_NEXT);
	}
	mdb_cursor_close(c);
	if (bad)
		return (-1);
	return (rc == 0 ? 1 : rc == MDB_NOTFOUND ? 0 : fail(r, "read", rc));
}

/* Walk over those whose first byte is from first to last. */
static int64_t
walk(struct stateview_reader *r, uint8_t kind, size_t keylen, uint8_t first,
    uint8_t last, int64_t (*mono_ms)(void), struct walk *w)
{
	struct state_key k;
	uint8_t from[32] = { first };
	int rc;

	if (r->why[0] != '\0')
		return (-1);
	state_key_make(&k, kind, from, keylen);
	while ((rc = slice(r, &k, keylen, last, w)) == 1)
		if (stateview_tick(r, mono_ms()) != 0)
			return (-1);
	return (rc == 0 ? w->n : -1);
}

/* Walk over keys. */
int64_t
stateview_keys(struct stateview_reader *r, uint8_t kind, size_t keylen,
    uint8_t first, uint8_t last, int64_t (*mono_ms)(void),
    void (*each)(void *arg, const uint8_t *key), void *arg)
{
	struct walk w = { .key = each, .arg = arg };

	return (walk(r, kind, keylen, first, last, mono_ms, &w));
}

/* Walk over records. */
int64_t
stateview_range(struct stateview_reader *r, uint8_t kind, size_t keylen,
    uint8_t first, uint8_t last, int64_t (*mono_ms)(void),
    void (*each)(void *arg, const struct stateview_record *x), void *arg)
{
	struct walk w = { .record = each, .arg = arg };

	return (walk(r, kind, keylen, first, last, mono_ms, &w));
}

/* Say why. */
const char *
stateview_why(const struct stateview_reader *r)
{

	return (r->why);
}
