#ifndef TILELOGTEST_H_
#define TILELOGTEST_H_

/* What the tests of the log's writer share. */

#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "keys/sha256.h"
#include "logdisk.h"
#include "store/tile.h"
#include "store/tilelog.h"
#include "store/tiles.h"

#define NODE	"a.example/branch/n1"
#define ORIGIN	NODE "/decisions/2026.1"

static struct note_signer signer, other;
static const struct note_signer *signers[1] = { &signer };

/* Make the keys. */
static inline void
make_keys(void)
{
	const uint8_t one[32] = { 1 }, two[32] = { 2 };

	if (note_signer_make(&signer, NODE, NOTE_ED25519, one) != 0 ||
	    note_signer_make(&other, NODE, NOTE_ED25519, two) != 0)
		abort();
}

static inline struct tilelog_options
options(struct logdisk *d)
{
	static char dir[2 * LOGDISK_PATH];
	struct tilelog_options o = { .disk = &d->disk, .dir = dir,
		.origin = ORIGIN, .signers = signers, .nsigners = 1 };

	snprintf(dir, sizeof(dir), "%s", logdisk_path(d, "log"));
	return (o);
}

static inline struct tilelog *
must_open(struct logdisk *d)
{
	struct tilelog_options o = options(d);
	char err[TILELOG_ERROR_MAX] = "";
	struct tilelog *l = tilelog_open(&o, err, sizeof(err));

	cr_assert_not_null(l, "%s", err);
	return (l);
}

/* Entry i: its length and bytes follow from i. */
static inline size_t
entry(uint64_t i, char buf[64])
{

	return ((size_t)snprintf(buf, 64, "entry %llu%.*s",
	    (unsigned long long)i, (int)(i % 20), "____________________"));
}

/* Add entries until the log holds `size`; the first that is not taken ends it. */
static inline int
fill(struct tilelog *l, uint64_t size)
{
	char buf[64];
	int rc = TILELOG_OK;

	while (rc == TILELOG_OK && tilelog_size(l) < size)
		rc = tilelog_add(l, buf, entry(tilelog_size(l), buf));
	return (rc);
}

/* The root of a tree of the first `size` entries. */
static inline void
root_of(uint64_t size, uint8_t root[MERKLE_LEN])
{
	struct merkle_range r = { .size = 0 };
	uint8_t leaf[MERKLE_LEN];
	char buf[64];
	uint64_t i;

	for (i = 0; i < size; i++) {
		sha256_leaf(leaf, buf, entry(i, buf));
		merkle_range_add(&r, leaf);
	}
	merkle_range_root(&r, root);
}

/* What the checkpoint on disk says: 1, or 0 when there is none; -1 if it is bad. */
static inline int
visible(struct logdisk *d, struct checkpoint *c)
{
	struct note_verifier key = signer.public;
	const struct note_verifier *keys[1] = { &key };
	char err[NOTE_ERROR_MAX], *p;
	static struct note n;
	size_t len;
	int rc;

	if ((p = logdisk_read(logdisk_path(d, "log/checkpoint"), &len)) == NULL)
		return (0);
	rc = checkpoint_open(c, &n, p, len, keys, 1, err);
	free(p);
	return (rc == 0 ? 1 : -1);
}

/* The log on disk is whole: every entry, every tile, the root. */
static inline void
must_be_whole(struct logdisk *d, uint64_t size)
{
	struct tiles_dir td = { NULL, logdisk_path(d, "log") };
	struct tiles_source src = { tiles_dir_get, &td };
	uint8_t root[MERKLE_LEN], want[MERKLE_LEN];
	struct checkpoint c;
	struct tiles *t;
	const uint8_t *p;
	char buf[64];
	uint64_t i;
	size_t len;
	int level;

	cr_assert_eq(visible(d, &c), 1);
	cr_assert_eq(c.size, size);
	cr_assert_str_eq(c.origin, ORIGIN);
	root_of(size, want);
	cr_assert_arr_eq(c.root, want, MERKLE_LEN);
	t = tiles_open(&src, size);
	cr_assert_eq(tiles_root(t, root), 0, "%s", tiles_error(t));
	cr_assert_arr_eq(root, want, MERKLE_LEN);
	for (i = 0; i < size; i++) {
		cr_assert_eq(tiles_entry(t, i, &p, &len), 0, "%s",
		    tiles_error(t));
		cr_assert_eq(len, entry(i, buf));
		cr_assert_arr_eq(p, buf, len);
	}
	for (level = 0; level < 2; level++)
		for (i = 0; tile_width(level, i, size) == TILE_WIDTH; i++)
			cr_assert_eq(tiles_check(t, level, i), 0);
	tiles_close(t);
}

/* Fill and publish, or fail the test. */
static inline void
grow(struct tilelog *l, uint64_t size)
{

	cr_assert_eq(fill(l, size), TILELOG_OK, "%s", tilelog_error(l));
	cr_assert_eq(tilelog_publish(l), TILELOG_OK, "%s", tilelog_error(l));
}

/* A log of 300 published entries. */
static inline struct logdisk *
make_300(void)
{
	struct logdisk *d = logdisk_new();
	struct tilelog *l = must_open(d);

	grow(l, 300);
	tilelog_close(l);
	return (d);
}

#endif /* !TILELOGTEST_H_ */
