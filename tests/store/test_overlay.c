#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <criterion/criterion.h>

#include "store/overlay.h"
#include "store/state_key.h"

#define SEED	42

/* Encode record i; the hash may be forced to a constant. */
static void
key(struct state_key *k, uint32_t i, bool collide)
{
	uint8_t b[16] = { 0 };

	b[0] = (uint8_t)(i * 37);
	memcpy(&b[4], &i, sizeof(i));
	state_key_make(k, (uint8_t)(1 + i % 3), b, 8 + i % 9);
	k->hash = collide ? 7 : overlay_hash(k, SEED);
}

static uint64_t
rnd(uint64_t *x)
{

	*x ^= *x << 13;
	*x ^= *x >> 7;
	*x ^= *x << 17;
	return (*x);
}

/* Random puts against plain buffers. */
static void
against_buffers(bool collide, uint32_t keys, int steps)
{
	struct overlay *o = overlay_new(64 << 20);
	uint8_t **want = calloc(keys, sizeof(*want));
	size_t *len = calloc(keys, sizeof(*len));
	uint64_t x = 88172645463325252u;

	for (int step = 0; step < steps; step++) {
		uint32_t i = (uint32_t)(rnd(&x) % keys);
		size_t n = rnd(&x) % (step % 50 == 0 ? 65537 : 500);
		struct state_key k;

		key(&k, i, collide);
		struct overlay_record *r = overlay_find(o, &k);
		cr_assert((r == NULL) == (want[i] == NULL));
		cr_assert(r == NULL || (r->len == len[i] &&
		    memcmp(overlay_value(r), want[i], len[i]) == 0));

		cr_assert_not_null(r = overlay_put(o, &k, n));
		cr_assert_eq((uintptr_t)overlay_value(r) % 8, 0);
		cr_assert_not_null(want[i] = realloc(want[i], n + 1));
		if (n > len[i])
			memset(want[i] + len[i], 0, n - len[i]);
		len[i] = n;
		cr_assert_eq(memcmp(overlay_value(r), want[i], n), 0,
		    "grown part is not zero, or the old part is lost");
		for (size_t j = 0; j < n; j += 1 + n / 20)
			((uint8_t *)overlay_value(r))[j] = want[i][j] =
			    (uint8_t)rnd(&x);
	}
	overlay_check(o);
	overlay_free(o);
	for (uint32_t i = 0; i < keys; i++)
		free(want[i]);
	free(want);
	free(len);
}

Test(overlay, agrees_with_plain_buffers)
{

	against_buffers(false, 300, 20000);
}

Test(overlay, survives_equal_hashes)
{

	against_buffers(true, 40, 4000);
}

Test(overlay, grows_in_place)
{
	struct overlay *o = overlay_new(64 << 20);
	struct overlay_record *r;
	struct state_key k;

	for (uint32_t i = 0; i < 100000; i++) {
		key(&k, i, false);
		cr_assert_not_null(r = overlay_put(o, &k, 4));
		r->seq = i;
	}
	cr_assert_eq(overlay_records(o), 100000);
	overlay_check(o);
	for (uint32_t i = 0; i < 100000; i++) {
		key(&k, i, false);
		cr_assert_not_null(r = overlay_find(o, &k));
		cr_assert_eq(r->seq, i);
	}
	key(&k, 100000, false);
	cr_assert_null(overlay_find(o, &k));
	overlay_free(o);
}

Test(overlay, sorts_by_key)
{
	struct overlay *o = overlay_new(64 << 20);
	struct overlay_item *items;
	struct state_key k;
	size_t n;

	for (uint32_t i = 0; i < 3000; i++) {
		key(&k, i * 7919 % 3000, false);
		overlay_put(o, &k, 0);
	}
	cr_assert_not_null(items = overlay_sort(o, -1, &n));
	cr_assert_eq(n, 3000);
	for (size_t i = 1; i < n; i++) {
		const uint8_t *a = overlay_key(items[i - 1].r);
		const uint8_t *b = overlay_key(items[i].r);
		int c = memcmp(a, b, 2);
		cr_assert(c < 0 || (c == 0 && memcmp(a, b,
		    items[i].r->keysize) < 0));
	}
	free(items);
	cr_assert_not_null(items = overlay_sort(o, 2, &n));
	cr_assert_eq(n, 1000);
	for (size_t i = 0; i < n; i++)
		cr_assert_eq(overlay_key(items[i].r)[0], 2);
	free(items);
	overlay_free(o);
}

Test(overlay, keeps_what_room_promised)
{
	static const size_t lens[] = { 0, 1, 40, 41, 65, 200, 3000, 65536 };
	uint64_t x = 99;

	for (size_t l = 0; l < sizeof(lens) / sizeof(lens[0]); l++) {
		struct overlay *o = overlay_new(1 << 20);
		struct state_key k;
		uint32_t i = 0;

		/* Up to 32-byte keys, new and changing, to the last byte. */
		while (overlay_room(o, 3, 3 * lens[l])) {
			for (int j = 0; j < 3; j++) {
				uint8_t b[32] = { 0 };
				uint32_t id = j == 2 ? (uint32_t)(rnd(&x) %
				    (i + 1)) : i++;
				memcpy(b, &id, sizeof(id));
				state_key_make(&k, 1, b, 32);
				k.hash = overlay_hash(&k, SEED);
				cr_assert_not_null(overlay_put(o, &k,
				    lens[l]), "length %zu", lens[l]);
			}
		}
		cr_assert_leq(overlay_used(o), 1 << 20);
		cr_assert_geq(overlay_used(o), (1 << 20) / 2);
		overlay_check(o);
		overlay_free(o);
	}
}

Test(overlay, refuses_beyond_its_limit_and_recovers)
{
	struct overlay *o = overlay_new(1 << 20);
	struct state_key k;
	uint32_t i = 0;

	overlay_limit(o, 100000);
	do
		key(&k, i++, false);
	while (overlay_put(o, &k, 1000) != NULL);
	cr_assert_leq(overlay_used(o), 100000);
	cr_assert_null(overlay_find(o, &k), "a refused put left a record");
	overlay_check(o);

	/* A record that cannot grow stays as it was. */
	key(&k, 0, false);
	memset(overlay_value(overlay_find(o, &k)), 5, 1000);
	cr_assert_null(overlay_put(o, &k, 60000));
	struct overlay_record *r = overlay_find(o, &k);
	cr_assert(r->len == 1000 && ((uint8_t *)overlay_value(r))[999] == 5);

	overlay_limit(o, 10 << 20);		/* Clipped to 1 MiB. */
	cr_assert(overlay_room(o, 1, 60000));
	cr_assert_not(overlay_room(o, 1, 1 << 20));
	cr_assert_not_null(overlay_put(o, &k, 60000));
	overlay_free(o);
}

Test(overlay, reuses_blocks_of_growing_records)
{
	struct overlay *o = overlay_new(8 << 20);
	struct state_key k;

	/* A thousand records grow step by step to 1,000 bytes each. */
	for (size_t len = 40; len <= 1000; len += 24) {
		for (uint32_t i = 0; i < 1000; i++) {
			key(&k, i, false);
			cr_assert_not_null(overlay_put(o, &k, len));
		}
	}
	overlay_check(o);
	uint64_t used = overlay_used(o);
	for (uint32_t i = 1000; i < 2000; i++) {
		key(&k, i, false);
		cr_assert_not_null(overlay_put(o, &k, 400));
	}
	cr_assert_lt(overlay_used(o) - used, 100000,
	    "blocks that were outgrown are not used again");
	overlay_check(o);
	overlay_free(o);
}

Test(overlay, begins_afresh_when_emptied)
{
	struct overlay *o = overlay_new(4 << 20);
	uint64_t used = overlay_used(o);
	struct overlay_record *r;
	struct state_key k;
	size_t n;

	for (uint32_t round = 0; round < 4; round++) {
		for (uint32_t i = 0; i < 20000; i++) {
			key(&k, i + round, false);
			if ((r = overlay_put(o, &k, 90)) == NULL)
				break;
			cr_assert_eq(r->seq, 0);
			for (size_t j = 0; j < 90; j++)
				cr_assert_eq(((uint8_t *)overlay_value(r))[j],
				    0, "bytes of an earlier use");
			r->seq = 1;
			memset(overlay_value(r), 0xaa, 90);
		}
		overlay_check(o);
		overlay_empty(o);
		overlay_trim(o, (uint64_t)round << 20);
		cr_assert_eq(overlay_used(o), used);
		cr_assert_eq(overlay_records(o), 0);
		overlay_check(o);
		free(overlay_sort(o, -1, &n));
		cr_assert_eq(n, 0);
		key(&k, 5 + round, false);
		cr_assert_null(overlay_find(o, &k));
	}
	overlay_free(o);
}
