#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "audit/witness_heads_impl.h"
#include "keys/sha256.h"
#include "store/little.h"

/*
 * Any bytes as the file of a witness's heads, with the hash of each block made right,
 * since a fuzzer cannot guess one.  What is taken in can be written down as
 * one block, which is read as the same heads.
 */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
drop(struct witness_heads *h)
{
	size_t i;

	for (i = 0; i < h->n; i++)
		free((void *)(uintptr_t)h->kept[i].h.note);
	free(h->kept);
}

static void
make_right(uint8_t *p, size_t len)
{
	size_t used;

	for (; len >= 64; p += WITNESS_HEADS_BLOCK, len -= WITNESS_HEADS_BLOCK) {
		used = little_get32(&p[20]);
		if (used <= len - 64) {
			memset(&p[32], 0, SHA256_LEN);
			sha256_of(&p[32], p, 64 + used);
		}
		if (len < WITNESS_HEADS_BLOCK)
			break;
	}
}

static void
run(const uint8_t *data, size_t size)
{
	struct witness_heads h = { .n = 0 }, again = { .n = 0 };
	uint64_t first, last, one, other;
	const struct witness_head *a, *b;
	uint8_t *p;
	size_t i, len;

	(void)witness_heads_beyond(data, size, 0);
	if (witness_heads_replay(&h, data, size, &first, &last) == 0) {
		assert(first <= last && (last == 0) == (first == 0));
		p = witness_heads_block(&h, HEADS_SNAPSHOT, last + 1, &len);
		if (p == NULL)
			abort();
		assert(witness_heads_replay(&again, p, len, &one, &other) == 0);
		assert(last == UINT64_MAX || (one == last + 1 && other == one));
		assert(last == UINT64_MAX || again.n == h.n);
		for (i = 0; i < again.n; i++) {
			a = &h.kept[i].h;
			b = &again.kept[i].h;
			assert(a->len == b->len && memcmp(a->note, b->note,
			    a->len) == 0);
		}
		free(p);
	}
	drop(&h);
	drop(&again);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *copy = malloc(size + 1);

	if (copy == NULL)
		abort();
	run(data, size);
	if (size > 0)
		memcpy(copy, data, size);
	make_right(copy, size);
	run(copy, size);
	free(copy);
	return (0);
}
