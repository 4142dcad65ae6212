#include <sys/statvfs.h>

#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <lmdb.h>

#include "state_key.h"
#include "state_stored.h"

#include "state_lmdb.h"

#define FORMAT		3
#define READERS		64		/* This process and the screens. */
#define WHY		192

struct state_lmdb {
	MDB_env *env;
	MDB_dbi dbi;
	char path[PATH_MAX];

	/* Read side. */
	MDB_txn *read;
	MDB_cursor *cursor;		/* Of state_lmdb_first(), or NULL. */
	struct state_meta meta;
	char why[WHY];

	/* Write side. */
	MDB_txn *write;
	MDB_cursor *puts;		/* Where the last put was, or NULL. */
	int rc;				/* First error in the transaction. */
	const char *verb;		/* What had it. */
	char write_why[WHY];
};

static const struct state_key meta_key = {
	.b = { 0, 4, 'm', 'e', 't', 'a' }, .size = 8
};

/* Store the first reason of a side. */
static int __attribute__((format(printf, 2, 3)))
fail(char *why, const char *fmt, ...)
{
	va_list ap;

	if (why[0] == '\0') {
		va_start(ap, fmt);
		vsnprintf(why, WHY, fmt, ap);
		va_end(ap);
	}
	return (-1);
}

/* Store the first reason of a side, an LMDB error code. */
static int
fail_rc(char *why, const char *verb, int rc)
{
	char buf[80];

	return (fail(why, "state.mdb: %s: %s", verb, rc < 0 ?
	    mdb_strerror(rc) : strerror_r(rc, buf, sizeof(buf))));
}

/* Turn the end of a look-up into its answer. */
static int
found(struct state_lmdb *db, int rc, const MDB_val *key, const MDB_val *data,
    struct state_stored *r)
{

	if (rc == MDB_NOTFOUND)
		return (0);
	if (rc != 0)
		return (fail_rc(db->why, "read", rc));
	if (state_stored_read(key->mv_data, key->mv_size, data->mv_data,
	    data->mv_size, r) == -1)
		return (fail(db->why, "state.mdb: damaged record of kind %u",
		    key->mv_size > 0 ? *(uint8_t *)key->mv_data : 0));
	return (1);
}

/* Read the meta record of the snapshot. */
static int
meta_read(struct state_lmdb *db)
{
	struct state_stored r = { .len = 0 };
	MDB_stat st;
	uint64_t v[3];
	int rc;

	memset(&db->meta, 0, sizeof(db->meta));
	if ((rc = state_lmdb_get(db, &meta_key, &r)) == -1)
		return (-1);
	if (rc == 0) {
		if ((rc = mdb_stat(db->read, db->dbi, &st)) != 0)
			return (fail_rc(db->why, "stat", rc));
		return (st.ms_entries == 0 ? 0 :
		    fail(db->why, "state.mdb: records, but no meta record"));
	}
	if (r.len != sizeof(v))
		return (fail(db->why, "state.mdb: bad meta record"));
	memcpy(v, r.value, sizeof(v));
	if (le64toh(v[0]) != FORMAT)
		return (fail(db->why, "state.mdb: format %llu, not %d: "
		    "remove it and replay the journal",
		    (unsigned long long)le64toh(v[0]), FORMAT));
	db->meta.seq = le64toh(v[1]);
	db->meta.horizon = le64toh(v[2]);
	return (0);
}

/* Make the names of new files durable. */
static int
parent_sync(struct state_lmdb *db)
{
	char dir[PATH_MAX];
	char *slash;
	int fd, rc;

	memcpy(dir, db->path, sizeof(dir));
	if ((slash = strrchr(dir, '/')) == NULL)
		memcpy(dir, ".", 2);
	else
		slash[slash == dir] = '\0';
	if ((fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) == -1)
		return (fail_rc(db->why, "open directory", errno));
	rc = fsync(fd);
	if (rc == -1)
		fail_rc(db->why, "sync directory", errno);
	close(fd);
	return (rc);
}

/*
 * Open the environment.  Flags are the default ones, but for a single file,
 * and MDB_NOTLS because recovery may run in another thread than the loop.
 */
static int
env_open(struct state_lmdb *db, uint64_t map_bytes)
{
	int rc;

	if ((rc = mdb_env_create(&db->env)) != 0)
		return (fail_rc(db->why, "create", rc));
	if ((rc = mdb_env_set_mapsize(db->env, map_bytes)) != 0 ||
	    (rc = mdb_env_set_maxreaders(db->env, READERS)) != 0)
		return (fail_rc(db->why, "set up", rc));
	if ((rc = mdb_env_open(db->env, db->path, MDB_NOSUBDIR | MDB_NOTLS,
	    0600)) != 0)
		return (fail_rc(db->why, "open", rc));
	if ((rc = mdb_reader_check(db->env, NULL)) != 0)
		return (fail_rc(db->why, "reader check", rc));
	if (parent_sync(db) == -1)
		return (-1);
	if ((rc = mdb_txn_begin(db->env, NULL, MDB_RDONLY, &db->read)) != 0)
		return (fail_rc(db->why, "begin reading", rc));
	if ((rc = mdb_dbi_open(db->read, NULL, 0, &db->dbi)) != 0)
		return (fail_rc(db->why, "open tree", rc));
	return (meta_read(db));
}

/* Open the file and take the first snapshot. */
struct state_lmdb *
state_lmdb_open(const char *path, uint64_t map_bytes, char *err, size_t errlen)
{
	struct state_lmdb *db;

	if ((db = calloc(1, sizeof(*db))) == NULL) {
		snprintf(err, errlen, "state.mdb: out of memory");
		return (NULL);
	}
	if (strlen(path) >= sizeof(db->path)) {
		fail(db->why, "state.mdb: path too long");
		goto err;
	}
	memcpy(db->path, path, strlen(path) + 1);
	if (env_open(db, map_bytes) == -1)
		goto err;
	return (db);

err:
	snprintf(err, errlen, "%s", db->why);
	state_lmdb_close(db);
	return (NULL);
}

/* Close what is open. */
void
state_lmdb_close(struct state_lmdb *db)
{

	if (db == NULL)
		return;
	if (db->cursor != NULL)
		mdb_cursor_close(db->cursor);
	if (db->read != NULL)
		mdb_txn_abort(db->read);
	if (db->env != NULL)
		mdb_env_close(db->env);
	free(db);
}

/* Let the old snapshot go and take the newest. */
int
state_lmdb_renew(struct state_lmdb *db)
{
	int rc;

	if (db->why[0] != '\0')
		return (-1);
	mdb_txn_reset(db->read);
	if ((rc = mdb_txn_renew(db->read)) != 0)
		return (fail_rc(db->why, "renew", rc));
	return (meta_read(db));
}

/* Copy the meta record. */
void
state_lmdb_meta(const struct state_lmdb *db, struct state_meta *m)
{

	*m = db->meta;
}

/* Find one record. */
int
state_lmdb_get(struct state_lmdb *db, const struct state_key *k,
    struct state_stored *r)
{
	MDB_val key = { k->size, (void *)(uintptr_t)k->b };
	MDB_val data;

	if (db->why[0] != '\0')
		return (-1);
	return (found(db, mdb_get(db->read, db->dbi, &key, &data), &key, &data,
	    r));
}

/* Begin to walk. */
int
state_lmdb_first(struct state_lmdb *db, const struct state_key *from,
    struct state_stored *r)
{
	MDB_val key = { from->size, (void *)(uintptr_t)from->b };
	MDB_val data;
	int rc;

	if (db->why[0] != '\0')
		return (-1);
	if (db->cursor == NULL)
		rc = mdb_cursor_open(db->read, db->dbi, &db->cursor);
	else
		rc = mdb_cursor_renew(db->read, db->cursor);
	if (rc != 0)
		return (fail_rc(db->why, "cursor", rc));
	rc = mdb_cursor_get(db->cursor, &key, &data, MDB_SET_RANGE);
	return (found(db, rc, &key, &data, r));
}

/* Walk on. */
int
state_lmdb_next(struct state_lmdb *db, struct state_stored *r)
{
	MDB_val key, data;

	if (db->why[0] != '\0')
		return (-1);
	return (found(db, mdb_cursor_get(db->cursor, &key, &data, MDB_NEXT),
	    &key, &data, r));
}

/* Map twice as much; the snapshot must not be in use meanwhile. */
int
state_lmdb_grow(struct state_lmdb *db)
{
	MDB_envinfo info;
	int rc;

	if (db->why[0] != '\0')
		return (-1);
	mdb_txn_reset(db->read);
	if ((rc = mdb_env_info(db->env, &info)) != 0 ||
	    (rc = mdb_env_set_mapsize(db->env, info.me_mapsize * 2)) != 0)
		return (fail_rc(db->why, "grow map", rc));
	return (state_lmdb_renew(db));
}

/* How many pages has the file? */
uint64_t
state_lmdb_pages(const struct state_lmdb *db)
{
	MDB_envinfo info;

	return (mdb_env_info(db->env, &info) == 0 ?
	    (uint64_t)info.me_last_pgno + 1 : UINT64_MAX);
}

/* Ask LMDB for its figures. */
void
state_lmdb_stat(const struct state_lmdb *db, uint64_t *records,
    uint64_t *bytes, uint64_t *map_bytes)
{
	MDB_envinfo info;
	MDB_stat st;

	*records = *bytes = *map_bytes = 0;
	if (db->why[0] != '\0' || mdb_env_info(db->env, &info) != 0 ||
	    mdb_stat(db->read, db->dbi, &st) != 0)
		return;
	*records = st.ms_entries > 0 ? st.ms_entries - 1 : 0;
	*bytes = ((uint64_t)info.me_last_pgno + 1) * st.ms_psize;
	*map_bytes = info.me_mapsize;
}

/* Say why reading failed. */
const char *
state_lmdb_why(const struct state_lmdb *db)
{

	return (db->why);
}

/* Walk some keys in a snapshot of our own. */
int
state_lmdb_keys(struct state_lmdb *db, struct state_key *from, size_t max,
    void (*cb)(void *, const struct state_key *), void *arg)
{
	MDB_val key = { from->size, from->b }, data;
	MDB_cursor *c;
	MDB_txn *txn;
	size_t n = 0;
	int rc;

	if (mdb_txn_begin(db->env, NULL, MDB_RDONLY, &txn) != 0)
		return (-1);
	if ((rc = mdb_cursor_open(txn, db->dbi, &c)) == 0) {
		rc = mdb_cursor_get(c, &key, &data, MDB_SET_RANGE);
		for (; rc == 0 && n < max; n++) {
			memset(from, 0, sizeof(*from));
			from->size = key.mv_size < STATE_KEY_SIZE ?
			    (uint32_t)key.mv_size : STATE_KEY_SIZE;
			memcpy(from->b, key.mv_data, from->size);
			cb(arg, from);
			rc = mdb_cursor_get(c, &key, &data, MDB_NEXT);
		}
		mdb_cursor_close(c);
	}
	mdb_txn_abort(txn);
	return (rc == 0 ? 1 : rc == MDB_NOTFOUND ? 0 : -1);
}

/* Keep the first error of the transaction. */
static void
keep(struct state_lmdb *db, const char *verb, int rc)
{

	if (rc != 0 && db->rc == 0) {
		db->rc = rc;
		db->verb = verb;
	}
}

/* Begin to write. */
void
state_lmdb_begin(struct state_lmdb *db)
{

	db->rc = 0;
	db->write = NULL;
	db->puts = NULL;
	if (db->write_why[0] == '\0')
		keep(db, "begin writing",
		    mdb_txn_begin(db->env, NULL, 0, &db->write));
	else
		keep(db, "begin writing", MDB_PANIC);
}

/*
 * Lay the stored form out in LMDB's own page.  Keys come in order, so a cursor that
 * stays finds most of them in the page where it is, without a walk from the root.
 */
void
state_lmdb_put(struct state_lmdb *db, const uint8_t *key, size_t keysize,
    uint64_t seq, const void *value, size_t len)
{
	MDB_val k = { keysize, (void *)(uintptr_t)key };
	MDB_val data = { state_stored_size(len), NULL };

	if (db->rc != 0)
		return;
	if (db->puts == NULL)
		keep(db, "cursor",
		    mdb_cursor_open(db->write, db->dbi, &db->puts));
	if (db->rc == 0)
		keep(db, "put",
		    mdb_cursor_put(db->puts, &k, &data, MDB_RESERVE));
	if (db->rc == 0)
		state_stored_write(key, keysize, seq, value, len,
		    data.mv_data);
}

/* Let the cursor go before a record under it does. */
static void
puts_end(struct state_lmdb *db)
{

	if (db->puts != NULL)
		mdb_cursor_close(db->puts);
	db->puts = NULL;
}

/* Delete a record. */
void
state_lmdb_delete(struct state_lmdb *db, const uint8_t *key, size_t keysize)
{
	MDB_val k = { keysize, (void *)(uintptr_t)key };
	int rc;

	if (db->rc != 0)
		return;
	puts_end(db);
	rc = mdb_del(db->write, db->dbi, &k, NULL);
	if (rc != MDB_NOTFOUND)
		keep(db, "delete", rc);
}

/* Write a mark: a record without a value. */
void
state_lmdb_mark(struct state_lmdb *db, const uint8_t *key, size_t keysize,
    uint64_t seq)
{
	struct state_key k;

	state_key_mark(&k, key, keysize);
	state_lmdb_put(db, k.b, k.size, seq, "", 0);
}

/* Remove the first mark until there is none. */
bool
state_lmdb_unmark(struct state_lmdb *db, size_t max)
{
	struct state_key from;
	MDB_cursor *c;
	size_t n = 0;

	if (db->rc == 0)
		keep(db, "cursor",
		    mdb_cursor_open(db->write, db->dbi, &c));
	if (db->rc != 0)
		return (false);
	state_key_marks(&from);
	while (n < max && db->rc == 0) {
		MDB_val key = { from.size, from.b }, data;
		int rc = mdb_cursor_get(c, &key, &data, MDB_SET_RANGE);

		if (rc == MDB_NOTFOUND ||
		    (rc == 0 && !state_key_is_mark(key.mv_data, key.mv_size)))
			break;
		keep(db, "find mark", rc);
		if (db->rc == 0)
			keep(db, "remove mark", mdb_cursor_del(c, 0));
		n++;
	}
	mdb_cursor_close(c);
	return (n > 0);
}

/* Write the meta record. */
void
state_lmdb_set_meta(struct state_lmdb *db, const struct state_meta *m)
{
	uint64_t v[3];

	v[0] = htole64(FORMAT);
	v[1] = htole64(m->seq);
	v[2] = htole64(m->horizon);
	state_lmdb_put(db, meta_key.b, meta_key.size, m->seq, v, sizeof(v));
}

/*
 * Commit, and latch on every failure but a full map.  A full disk arrives as
 * EIO, so say how much is free.
 */
int
state_lmdb_commit(struct state_lmdb *db)
{
	struct statvfs fs;

	puts_end(db);
	if (db->rc == 0) {
		MDB_txn *txn = db->write;
		db->write = NULL;
		keep(db, "commit", mdb_txn_commit(txn));
	}
	state_lmdb_abort(db);
	if (db->rc == 0)
		return (0);
	if (db->rc == MDB_MAP_FULL)
		return (STATE_LMDB_FULL);
	if (db->rc == EIO && statvfs(db->path, &fs) == 0)
		return (fail(db->write_why, "state.mdb: %s: I/O error with "
		    "%llu KiB free", db->verb, (unsigned long long)
		    fs.f_bavail * fs.f_frsize / 1024));
	return (fail_rc(db->write_why, db->verb, db->rc));
}

/* Abandon the transaction. */
void
state_lmdb_abort(struct state_lmdb *db)
{

	puts_end(db);
	if (db->write != NULL)
		mdb_txn_abort(db->write);
	db->write = NULL;
}

/* Say why writing failed. */
const char *
state_lmdb_write_why(const struct state_lmdb *db)
{

	return (db->write_why);
}
