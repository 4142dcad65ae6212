/* What could not be done faster: floors for the bench of lists. */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <lmdb.h>
#include <zstd.h>

#include "keys/sha256.h"
#include "lists/listfile.h"

#include "listdata.h"
#include "listfloor.h"

#define COMMIT	4096u		/* values in a transaction of LMDB */
#define PIECE	((size_t)4 << 20)

/* Where a floor puts what it has decompressed. */
struct sink {
	int fd;			/* a plain file, or */
	MDB_env *env;		/* an LMDB file of buckets */
	MDB_txn *txn;
	MDB_dbi dbi;
	size_t puts;
	struct listrec *held;	/* of the last bucket */
	size_t nheld;
	unsigned bits;
};

static void
must(int rc)
{

	if (rc != 0)
		listdata_die(mdb_strerror(rc));
}

static void
lmdb_begin(struct sink *s, const char *path, unsigned bits)
{

	memset(s, 0, sizeof(*s));
	s->fd = -1;
	s->bits = bits;
	s->held = malloc(65536 * sizeof(*s->held));
	(void)unlink(path);
	must(mdb_env_create(&s->env));
	must(mdb_env_set_mapsize(s->env, (size_t)4 << 30));
	must(mdb_env_open(s->env, path, MDB_NOSUBDIR | MDB_NOLOCK | MDB_NOSYNC |
	    MDB_NOTLS, 0600));
	must(mdb_txn_begin(s->env, NULL, 0, &s->txn));
	must(mdb_dbi_open(s->txn, NULL, 0, &s->dbi));
}

static void
lmdb_put(struct sink *s, const void *k, size_t klen, const void *v, size_t vlen)
{
	MDB_val key = { klen, (void *)(uintptr_t)k };
	MDB_val data = { vlen, (void *)(uintptr_t)v };

	must(mdb_put(s->txn, s->dbi, &key, &data, MDB_APPEND));
	if (++s->puts % COMMIT == 0) {
		must(mdb_txn_commit(s->txn));
		must(mdb_txn_begin(s->env, NULL, 0, &s->txn));
	}
}

/* Append the bucket that is held. */
static void
lmdb_bucket(struct sink *s)
{
	uint32_t i;
	uint8_t key[4];

	if (s->nheld == 0)
		return;
	i = listrec_bucket(&s->held[0].token, s->bits);
	for (int k = 0; k < 4; k++)
		key[k] = (uint8_t)(i >> (24 - 8 * k));
	lmdb_put(s, key, sizeof(key), s->held, s->nheld * sizeof(*s->held));
	s->nheld = 0;
}

static void
lmdb_end(struct sink *s)
{

	lmdb_bucket(s);
	must(mdb_txn_commit(s->txn));
	must(mdb_env_sync(s->env, 1));
	mdb_env_close(s->env);
	free(s->held);
}

static void
sink_add(struct sink *s, const uint8_t *p, size_t len)
{
	const struct listrec *r = (const struct listrec *)(const void *)p;

	if (s->fd != -1) {
		if (write(s->fd, p, len) != (ssize_t)len)
			listdata_die("write");
		/* As we do: the disk begins before it is waited for. */
		(void)sync_file_range(s->fd, 0, 0, SYNC_FILE_RANGE_WRITE);
		return;
	}
	for (size_t i = 0; i < len / sizeof(*r); i++) {
		if (s->nheld > 0 && listrec_bucket(&r[i].token, s->bits) !=
		    listrec_bucket(&s->held[0].token, s->bits))
			lmdb_bucket(s);
		s->held[s->nheld++] = r[i];
	}
}

/* Decompress, hash, append, sync: seconds. */
double
listfloor_build(const char *in, const char *out, unsigned bits, int lmdb)
{
	size_t n, cap = PIECE / 24 * 24, left;
	uint8_t *buf = malloc(PIECE), *to = malloc(cap), digest[32];
	ZSTD_DCtx *z = ZSTD_createDCtx();
	double begin = listdata_now();
	struct sha256 h;
	struct sink s;
	ssize_t got;
	int fd = open(in, O_RDONLY);

	if (lmdb)
		lmdb_begin(&s, out, bits);
	else
		s.fd = open(out, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	sha256_init(&h);
	left = LISTFILE_HEADER;
	n = 0;
	while ((got = read(fd, buf, PIECE)) > 0) {
		ZSTD_inBuffer i = { .src = buf, .size = (size_t)got };
		ZSTD_outBuffer o;

		do {
			o = (ZSTD_outBuffer){ .dst = to, .size = left > 0 ?
			    left : cap, .pos = n };
			if (ZSTD_isError(ZSTD_decompressStream(z, &o, &i)))
				listdata_die("zstd");
			n = o.pos;
			if (n == o.size) {
				sha256_update(&h, to, n);
				if (left == 0)
					sink_add(&s, to, n);
				left = n = 0;
			}
		} while (i.pos < i.size || o.pos == o.size);
	}
	sha256_update(&h, to, n);
	sink_add(&s, to, n);
	sha256_final(&h, digest);
	if (lmdb)
		lmdb_end(&s);
	else if (fsync(s.fd) != 0 || close(s.fd) != 0)
		listdata_die("fsync");
	begin = listdata_now() - begin;
	(void)close(fd);
	(void)ZSTD_freeDCtx(z);
	free(buf);
	free(to);
	return (begin);
}

/* The same records in LMDB, one key for each token. */
void
listfloor_tokens(const char *path, const struct listrec *r, size_t n)
{
	struct sink s;

	lmdb_begin(&s, path, 0);
	for (size_t i = 0; i < n; i++)
		lmdb_put(&s, r[i].token.b, 16, (const uint8_t *)&r[i] + 16, 8);
	lmdb_end(&s);
}

/* ns of a bare mdb_get of each token, or of its bucket. */
double
listfloor_get(const char *path, const struct token *q, size_t n, unsigned bits)
{
	unsigned long sum = 0;
	MDB_env *env;
	MDB_txn *txn;
	MDB_dbi dbi;
	double t;

	must(mdb_env_create(&env));
	must(mdb_env_set_mapsize(env, (size_t)4 << 30));
	must(mdb_env_open(env, path, MDB_NOSUBDIR | MDB_NOLOCK | MDB_RDONLY |
	    MDB_NORDAHEAD | MDB_NOTLS, 0600));
	must(mdb_txn_begin(env, NULL, MDB_RDONLY, &txn));
	must(mdb_dbi_open(txn, NULL, 0, &dbi));
	for (int pass = 0; pass < 2; pass++) {
		t = listdata_now();
		for (size_t i = 0; i < n; i++) {
			MDB_val k = { 16, (void *)(uintptr_t)q[i].b }, v;
			uint32_t b = listrec_bucket(&q[i], bits);
			uint8_t key[4] = { (uint8_t)(b >> 24),
				(uint8_t)(b >> 16), (uint8_t)(b >> 8),
				(uint8_t)b };

			if (bits != 0)
				k = (MDB_val){ 4, key };
			if (mdb_get(txn, dbi, &k, &v) == 0)
				sum += *(uint8_t *)v.mv_data;
		}
		t = listdata_now() - t;
	}
	mdb_txn_abort(txn);
	mdb_env_close(env);
	return (t * 1e9 / n + (sum == 1 ? 1e-9 : 0));
}
