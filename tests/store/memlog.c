#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "keys/sha256.h"

#include "memlog.h"

/* Entries of all lengths from 0 to 200. */
size_t
memlog_entry(uint64_t i, uint8_t buf[256])
{
	size_t len = (size_t)(i * 37 % 201);

	for (size_t k = 0; k < len; k++)
		buf[k] = (uint8_t)(i >> (8 * (k % 4)));
	return (len);
}

/* A new empty file. */
static struct memlog_file *
add(struct memlog *m, int level, uint64_t index, unsigned width)
{
	struct memlog_file *f = &m->file[m->n++];

	cr_assert(m->n <= MEMLOG_FILES);
	tile_path(f->path, level, index, width);
	cr_assert_not_null(f->p = malloc(256u * 258));
	return (f);
}

/* The bundles; their leaf hashes go to leaf. */
static void
make_bundles(struct memlog *m, uint8_t (*leaf)[MERKLE_LEN])
{
	struct memlog_file *f = NULL;
	uint8_t buf[256];

	for (uint64_t i = 0; i < m->size; i++) {
		size_t len = memlog_entry(i, buf);

		if (i % 256 == 0)
			f = add(m, TILE_ENTRIES, i / 256, m->size - i < 256 ?
			    (unsigned)(m->size - i) : 256);
		f->p[f->len++] = (uint8_t)(len >> 8);
		f->p[f->len++] = (uint8_t)len;
		memcpy(f->p + f->len, buf, len);
		f->len += len;
		sha256_leaf(leaf[i], buf, len);
	}
}

/* The tiles of one level after the other, each made from the full ones below. */
struct memlog *
memlog_make(uint64_t size)
{
	uint8_t (*hash)[MERKLE_LEN];
	struct memlog *m;
	struct merkle_range r = { 0 };
	uint64_t n = size;

	cr_assert_not_null(m = calloc(1, sizeof(*m)));
	cr_assert_not_null(hash = calloc(size + 1, MERKLE_LEN));
	m->size = size;
	make_bundles(m, hash);
	for (uint64_t i = 0; i < size; i++)
		merkle_range_add(&r, hash[i]);
	merkle_range_root(&r, m->root);

	for (int level = 0; n > 0; level++, n /= 256)
		for (uint64_t i = 0; i * 256 < n; i++) {
			unsigned w = n - i * 256 < 256 ?
			    (unsigned)(n - i * 256) : 256;
			struct memlog_file *f = add(m, level, i, w);

			f->len = w * MERKLE_LEN;
			memcpy(f->p, hash[i * 256], f->len);
			if (w == 256)
				merkle_fold(hash[i], (const uint8_t (*)
				    [MERKLE_LEN])hash + i * 256, 256);
		}
	free(hash);
	return (m);
}

void
memlog_free(struct memlog *m)
{

	for (size_t i = 0; i < m->n; i++)
		free(m->file[i].p);
	free(m);
}

static struct memlog_file *
find(struct memlog *m, const char *path)
{

	for (size_t i = 0; i < m->n; i++)
		if (strcmp(m->file[i].path, path) == 0)
			return (&m->file[i]);
	return (NULL);
}

struct memlog_file *
memlog_file(struct memlog *m, const char *path)
{
	struct memlog_file *f = find(m, path);

	cr_assert_not_null(f, "the log has no %s", path);
	return (f);
}

static int64_t
get(void *arg, const char *path, uint8_t *buf, size_t cap, char *err,
    size_t errlen)
{
	struct memlog *m = arg;
	struct memlog_file *f = find(m, path);

	if (m->broken) {
		snprintf(err, errlen, "%s: the wire is cut", path);
		return (-1);
	}
	if (f == NULL)
		return (TILES_ABSENT);
	f->gets++;
	if (f->len > cap) {
		snprintf(err, errlen, "%s: too long", path);
		return (-1);
	}
	memcpy(buf, f->p, f->len);
	return ((int64_t)f->len);
}

struct tiles_source
memlog_source(struct memlog *m)
{

	return ((struct tiles_source){ .get = get, .arg = m });
}
