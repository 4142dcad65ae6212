#include <criterion/criterion.h>
#include <string.h>

#include "store/tiles.h"

#include "memlog.h"

/* Reading a log: roots, entries and proofs, and what is altered or missing. */

#define SIZE	70000u

static struct memlog *m;
static struct tiles *t;

static void
open_log(uint64_t size)
{
	struct tiles_source s;

	m = memlog_make(size);
	s = memlog_source(m);
	cr_assert_not_null(t = tiles_open(&s, size));
}

static void
reopen(void)
{
	struct tiles_source s = memlog_source(m);

	tiles_close(t);
	cr_assert_not_null(t = tiles_open(&s, m->size));
}

static void
close_log(void)
{

	tiles_close(t);
	memlog_free(m);
}

TestSuite(tiles, .fini = close_log);

static void
entry_is_right(uint64_t i)
{
	uint8_t want[256];
	const uint8_t *p;
	size_t len;

	cr_assert_eq(tiles_entry(t, i, &p, &len), 0, "%s", tiles_error(t));
	cr_assert_eq(len, memlog_entry(i, want));
	cr_assert_arr_eq(p, want, len);
}

/* An entry is refused, in this file, with these words. */
static void
refused(uint64_t i, const char *file, const char *words)
{
	const uint8_t *p;
	size_t len;

	cr_assert_eq(tiles_entry(t, i, &p, &len), -1);
	cr_assert_str_eq(tiles_error_file(t), file);
	cr_assert_not_null(strstr(tiles_error(t), words), "%s",
	    tiles_error(t));
}

Test(tiles, every_entry_and_the_root)
{
	uint8_t root[MERKLE_LEN];

	open_log(SIZE);
	cr_assert_eq(tiles_size(t), SIZE);
	cr_assert_eq(tiles_root(t, root), 0, "%s", tiles_error(t));
	cr_assert_arr_eq(root, m->root, MERKLE_LEN);
	for (uint64_t i = 0; i < SIZE; i++)
		entry_is_right(i);
	/* Each bundle was read once. */
	for (size_t i = 0; i < m->n; i++)
		cr_assert(m->file[i].gets == 1 || strncmp(m->file[i].path,
		    "tile/entries", 12) != 0, "%s: %u", m->file[i].path,
		    m->file[i].gets);
	for (uint64_t i = SIZE; i-- > 0; i -= i % 11)
		entry_is_right(i);
	for (uint64_t i = 0; i < 273; i++)
		cr_assert_eq(tiles_check(t, 0, i), 0, "%s", tiles_error(t));
	cr_assert_eq(tiles_check(t, 0, 273), 0);
	cr_assert_eq(tiles_check(t, 1, 0), 0);
	cr_assert_eq(tiles_check(t, 1, 1), 0);
	cr_assert_eq(tiles_check(t, 2, 0), 0);
}

Test(tiles, sizes_at_the_edges_of_tiles)
{
	static const uint64_t sizes[] = { 0, 1, 2, 255, 256, 257, 511, 512,
	    65535, 65536, 65537, 65792 };
	uint8_t root[MERKLE_LEN];

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		open_log(sizes[i]);
		cr_assert_eq(tiles_root(t, root), 0, "%s", tiles_error(t));
		cr_assert_arr_eq(root, m->root, MERKLE_LEN);
		if (sizes[i] > 0) {
			entry_is_right(0);
			entry_is_right(sizes[i] - 1);
		}
		refused(sizes[i], "", "no entry");
		close_log();
	}
	open_log(0);
}

Test(tiles, proofs)
{
	uint8_t proof[MERKLE_PROOF_MAX][MERKLE_LEN];
	uint8_t leaf[MERKLE_LEN], old[MERKLE_LEN];
	const uint8_t (*p)[MERKLE_LEN] = (const uint8_t (*)[MERKLE_LEN])proof;
	struct merkle_source s;
	size_t n;

	open_log(SIZE);
	s = tiles_hasher(t);
	for (uint64_t i = 0; i < SIZE; i += 997) {
		cr_assert_eq(tiles_hash(t, 0, i, leaf), 0);
		cr_assert_eq(merkle_prove_inclusion(proof, &n, i, SIZE, &s), 0);
		cr_assert_eq(merkle_check_inclusion(leaf, i, SIZE, m->root, p,
		    n), 0);
		cr_assert_eq(merkle_root(old, i, &s), 0);
		cr_assert_eq(merkle_prove_consistency(proof, &n, i, SIZE, &s),
		    0);
		cr_assert_eq(merkle_check_consistency(i, old, SIZE, m->root, p,
		    n), 0);
	}
	cr_assert_eq(tiles_hash(t, 0, SIZE, leaf), -1);
	cr_assert_eq(tiles_hash(t, 16, 0, leaf), 0);
	cr_assert_eq(tiles_hash(t, 16, 1, leaf), -1);
	cr_assert_eq(tiles_hash(t, 17, 0, leaf), -1);
	cr_assert_eq(tiles_hash(t, 63, 0, leaf), -1);
	cr_assert_eq(tiles_hash(t, 64, 0, leaf), -1);
}

Test(tiles, full_tile_for_a_partial_one)
{
	const uint8_t (*hash)[MERKLE_LEN];
	uint8_t root[MERKLE_LEN], want[MERKLE_LEN];
	struct merkle_range r = { 0 };

	open_log(512);
	for (uint64_t i = 0; i < 300; i++) {
		cr_assert_eq(tiles_hash(t, 0, i, want), 0);
		merkle_range_add(&r, want);
	}
	merkle_range_root(&r, want);
	m->size = 300;		/* An older head; its partial tiles are gone */
	reopen();
	memlog_file(m, "tile/1/000.p/2")->len = 32;
	strcpy(memlog_file(m, "tile/1/000.p/2")->path, "tile/1/000.p/1");
	cr_assert_eq(tiles_root(t, root), 0, "%s", tiles_error(t));
	cr_assert_arr_eq(root, want, MERKLE_LEN);
	cr_assert_eq(tiles_tile(t, 0, 1, &hash), 44);
	entry_is_right(299);
	refused(300, "", "no entry");
}

Test(tiles, resize_keeps_what_is_read)
{
	uint8_t root[MERKLE_LEN];

	open_log(1000);
	cr_assert_eq(tiles_root(t, root), 0);
	entry_is_right(800);
	tiles_resize(t, 900);
	entry_is_right(800);
	refused(900, "", "no entry");
	tiles_resize(t, 1000);
	cr_assert_eq(tiles_root(t, root), 0);
	cr_assert_arr_eq(root, m->root, MERKLE_LEN);
	cr_assert_eq(memlog_file(m, "tile/0/003.p/232")->gets, 1);
	cr_assert_eq(memlog_file(m, "tile/entries/003.p/232")->gets, 1);

	/* More than what was read is not taken from the cache. */
	tiles_resize(t, 1001);
	refused(800, "tile/entries/003.p/233", "missing");
	tiles_resize(t, 1000);
	entry_is_right(800);
	tiles_resize(t, 1001);
	cr_assert_eq(tiles_root(t, root), -1);
	cr_assert_str_eq(tiles_error_file(t), "tile/0/003.p/233");
	tiles_resize(t, 1000);
	cr_assert_eq(tiles_root(t, root), 0);
}

Test(tiles, altered_entry)
{
	struct memlog_file *f;
	const uint8_t *p;
	size_t off = 0, len;

	open_log(1000);
	f = memlog_file(m, "tile/entries/001");
	for (unsigned i = 0; i <= 302 - 256; i++)
		cr_assert_eq(tile_bundle_next(f->p, f->len, &off, &p, &len), 1);
	f->p[off - 1] ^= 1;
	for (uint64_t i = 0; i < 302; i++)
		entry_is_right(i);
	refused(302, "tile/entries/001", "entry 302 does not have the hash "
	    "that its tile 0/1 has");
	entry_is_right(303);
}

Test(tiles, altered_length)
{
	struct memlog_file *f;

	open_log(1000);
	f = memlog_file(m, "tile/entries/000");
	f->p[1] = 2;			/* The first one was empty */
	refused(0, "tile/entries/000", "entry 0 ");
	f->p[0] = 0xff;
	reopen();
	refused(0, "tile/entries/000", "entry 0 ");
	refused(7, "tile/entries/000", "entry 0 is cut short");
	f->p[0] = f->p[1] = 0;
	reopen();
	f->len -= 1;
	entry_is_right(254);
	refused(255, "tile/entries/000", "entry 255 is cut short");
	f->len = 0;
	reopen();
	refused(0, "tile/entries/000", "entry 0 is missing");
}

Test(tiles, bytes_behind_the_last_entry)
{
	struct memlog_file *f;

	open_log(1000);
	f = memlog_file(m, "tile/entries/000");
	memset(f->p + f->len, 0, 4);
	f->len += 4;
	entry_is_right(254);
	refused(255, "tile/entries/000", "4 bytes follow its last entry 255");
	f = memlog_file(m, "tile/entries/003.p/232");
	f->len += 2;
	entry_is_right(998);
	refused(999, "tile/entries/003.p/232", "2 bytes follow");
}

Test(tiles, altered_tile)
{
	uint8_t root[MERKLE_LEN];

	open_log(1000);
	memlog_file(m, "tile/0/001")->p[32 * 9] ^= 0x10;
	refused(256 + 9, "tile/entries/001", "entry 265 ");
	cr_assert_eq(tiles_root(t, root), 0);
	cr_assert_arr_eq(root, m->root, MERKLE_LEN, "not on the right edge");
	cr_assert_eq(tiles_check(t, 0, 0), 0);
	cr_assert_eq(tiles_check(t, 0, 1), -1);
	cr_assert_str_eq(tiles_error_file(t), "tile/0/001");
	memlog_file(m, "tile/0/003.p/232")->p[0] ^= 1;
	reopen();
	cr_assert_eq(tiles_root(t, root), 0);
	cr_assert_neq(memcmp(root, m->root, MERKLE_LEN), 0);
}

/* Tile 64 has the place in the cache that tile 0 has. */
Test(tiles, failure_leaves_nothing_in_the_cache)
{
	const uint8_t (*hash)[MERKLE_LEN];
	struct memlog_file *f;

	open_log(17000);
	cr_assert_eq(tiles_tile(t, 0, 0, &hash), 256);
	f = memlog_file(m, "tile/0/064");
	strcpy(f->path, "gone");
	cr_assert_eq(tiles_tile(t, 0, 64, &hash), -1);
	cr_assert_eq(tiles_tile(t, 0, 64, &hash), -1);
	strcpy(f->path, "tile/0/064");
	cr_assert_eq(tiles_tile(t, 0, 64, &hash), 256);
	cr_assert_arr_eq(hash, f->p, f->len);
	cr_assert_eq(tiles_tile(t, 0, 0, &hash), 256);
	cr_assert_arr_eq(hash, memlog_file(m, "tile/0/000")->p, f->len);
}

Test(tiles, missing_and_cut_files)
{
	uint8_t root[MERKLE_LEN];
	struct memlog_file *f;
	const uint8_t *p;
	size_t len;

	open_log(1000);
	f = memlog_file(m, "tile/0/003.p/232");
	f->len -= 1;
	cr_assert_eq(tiles_root(t, root), -1);
	cr_assert_str_eq(tiles_error(t),
	    "tile/0/003.p/232: 7423 bytes, not 7424");
	f->len += 33;
	cr_assert_eq(tiles_root(t, root), -1);
	strcpy(f->path, "gone");
	cr_assert_eq(tiles_root(t, root), -1);
	cr_assert_str_eq(tiles_error(t),
	    "tile/0/003.p/232: missing, and so is tile/0/003");
	f = memlog_file(m, "tile/entries/002");
	strcpy(f->path, "gone too");
	refused(600, "tile/entries/002", "missing");
	cr_assert_eq(tiles_bundle(t, 2, &p, &len), -1);
	cr_assert_eq(tiles_bundle(t, 4, &p, &len), -1);
	m->broken = 1;
	refused(0, "tile/entries/000", "the wire is cut");
	m->broken = 0;
	entry_is_right(0);
}
