#include <assert.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "keys/sha256.h"
#include "store/tiles.h"

/*
 * A log whose files are all made of the input: the size (2 bytes), then files, each
 * headed by its length (2 bytes, all ones: missing, one less: unreadable), which
 * follow each other to whoever asks.  With a length above 0x8000 a file of zeros
 * of that many bytes more, so that full tiles need not be spelled out.
 */

struct input {
	const uint8_t *p;
	size_t len;
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int64_t
get(void *arg, const char *path, uint8_t *buf, size_t cap, char *err,
    size_t errlen)
{
	struct input *in = arg;
	size_t n;

	assert(strncmp(path, "tile/", 5) == 0 && strlen(path) < TILE_PATH_MAX);
	if (in->len < 2)
		return (TILES_ABSENT);
	n = (size_t)in->p[0] << 8 | in->p[1];
	in->p += 2;
	in->len -= 2;
	if (n == 0xffff)
		return (TILES_ABSENT);
	if (n == 0xfffe || (n & 0x7fff) > cap) {
		snprintf(err, errlen, "%s: unreadable", path);
		return (-1);
	}
	if (n >= 0x8000) {
		memset(buf, 0, n - 0x8000);
		return ((int64_t)n - 0x8000);
	}
	n = n < in->len ? n : in->len;
	memcpy(buf, in->p, n);
	in->p += n;
	in->len -= n;
	return ((int64_t)n);
}

/* Read what there is; an entry that is handed out has the hash of its tile. */
static void
read_log(struct tiles *t, uint64_t size)
{
	uint8_t hash[MERKLE_LEN], leaf[MERKLE_LEN];
	uint8_t proof[MERKLE_PROOF_MAX][MERKLE_LEN];
	struct merkle_source s = tiles_hasher(t);
	const uint8_t *p;
	size_t n;

	(void)tiles_root(t, hash);
	for (uint64_t i = 0; i <= size && i < UINT64_MAX / 2; i += 1 + i / 3) {
		if (tiles_entry(t, i, &p, &n) != 0) {
			assert(tiles_error(t)[0] != '\0');
			continue;
		}
		sha256_leaf(leaf, p, n);
		assert(i < size && tiles_hash(t, 0, i, hash) == 0);
		assert(memcmp(leaf, hash, sizeof(leaf)) == 0);
	}
	for (int level = 0; level < 3; level++)
		for (uint64_t i = 0; i < 3; i++)
			(void)tiles_check(t, level, i);
	(void)merkle_prove_inclusion(proof, &n, size / 2, size, &s);
	(void)merkle_prove_consistency(proof, &n, size / 3, size, &s);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = { .p = data + 2, .len = size - 2 };
	struct tiles_source src = { .get = get, .arg = &in };
	struct tiles *t;
	uint64_t entries;

	if (size < 2)
		return (0);
	entries = (uint64_t)data[0] << 8 | data[1];
	if (data[0] >= 0xf0)
		entries = UINT64_MAX >> (data[0] & 15) * 4 >> data[1] % 4;
	if ((t = tiles_open(&src, entries)) == NULL)
		return (0);
	read_log(t, entries);
	tiles_resize(t, entries / 2);
	read_log(t, entries / 2);
	tiles_close(t);
	return (0);
}
