#include <endian.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <criterion/criterion.h>

#include "store/overlay.h"
#include "store/state_key.h"

/* Room for a record that is nothing but its key. */
struct one {
	uint64_t room[(sizeof(struct overlay_record) + STATE_KEY_SIZE) / 8];
};

static struct overlay_record *
record(struct one *o)
{

	return ((struct overlay_record *)(void *)o);
}

static uint64_t
rnd(uint64_t *x)
{

	*x ^= *x << 13;
	*x ^= *x >> 7;
	*x ^= *x << 17;
	return (*x);
}

static int
by_key(const void *a, const void *b)
{
	const struct overlay_item *x = a, *y = b;
	uint8_t kx = x->r->keysize, ky = y->r->keysize;
	int c = memcmp(overlay_key(x->r), overlay_key(y->r), kx < ky ? kx : ky);

	return (c != 0 ? c : (kx > ky) - (kx < ky));
}

/* Sort n keys made by key_of both ways. */
static void
against_qsort(size_t n, void (*key_of)(struct state_key *, size_t, uint64_t *))
{
	struct one *all = calloc(n + 1, sizeof(*all));
	struct overlay_item *got = calloc(n + 1, sizeof(*got));
	struct overlay_item *want = calloc(n + 1, sizeof(*want));
	uint64_t x = 88172645463325252u + n, first;
	struct state_key k;

	cr_assert(all != NULL && got != NULL && want != NULL);
	for (size_t i = 0; i < n; i++) {
		key_of(&k, i, &x);
		record(&all[i])->keysize = (uint8_t)k.size;
		memcpy(record(&all[i])->body, k.b, k.size);
		memcpy(&first, k.b, sizeof(first));
		got[i].prefix = be64toh(first);
		got[i].r = record(&all[i]);
	}
	memcpy(want, got, n * sizeof(*got));
	overlay_order(got, n);
	qsort(want, n, sizeof(*want), by_key);
	for (size_t i = 0; i < n; i++)
		cr_assert_eq(by_key(&got[i], &want[i]), 0, "item %zu of %zu",
		    i, n);
	/* No item twice, none lost. */
	for (size_t i = 0; i < n; i++)
		((struct overlay_record *)(uintptr_t)got[i].r)->seq++;
	for (size_t i = 0; i < n; i++)
		cr_assert_eq(record(&all[i])->seq, 1);
	free(all);
	free(got);
	free(want);
}

static const size_t sizes[] = { 0, 1, 2, 255, 256, 257, 1000, 30011 };

static void
every_size(void (*key_of)(struct state_key *, size_t, uint64_t *))
{

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
		against_qsort(sizes[i], key_of);
}

/* As tokens are: kinds and lengths that are few, bytes by chance. */
static void
tokens(struct state_key *k, size_t i, uint64_t *x)
{
	uint64_t b[4] = { rnd(x), rnd(x), rnd(x), rnd(x) };

	state_key_make(k, (uint8_t)(1 + i % 5), b, i % 5 == 1 ? 20 : 16);
}

Test(overlay_order, orders_tokens)
{

	every_size(tokens);
}

/* Numbers that go up, as the entries of a log do. */
static void
rising(struct state_key *k, size_t i, uint64_t *x)
{
	uint64_t b = htobe64(i);

	(void)x;
	state_key_make(k, 3, &b, sizeof(b));
}

Test(overlay_order, orders_what_is_in_order)
{

	every_size(rising);
}

/* The same the other way round. */
static void
falling(struct state_key *k, size_t i, uint64_t *x)
{
	uint64_t b = htobe64(UINT64_MAX - i);

	(void)x;
	state_key_make(k, 3, &b, sizeof(b));
}

Test(overlay_order, orders_what_is_in_reverse)
{

	every_size(falling);
}

/* One prefix for all: what tells them apart comes last. */
static void
late(struct state_key *k, size_t i, uint64_t *x)
{
	uint8_t b[32] = { 0 };
	uint64_t n = rnd(x) << 20 | i;

	memcpy(&b[24], &n, sizeof(n));
	state_key_make(k, 200, b, sizeof(b));
}

Test(overlay_order, orders_by_what_follows_the_prefix)
{

	every_size(late);
}

/* A few prefixes, the extreme ones among them, each for many. */
static void
clumps(struct state_key *k, size_t i, uint64_t *x)
{
	uint8_t b[20];
	uint64_t n = i;

	memset(b, (int)(rnd(x) % 3 * 0xff / 2), sizeof(b));
	memcpy(&b[10], &n, sizeof(n));
	state_key_make(k, rnd(x) % 2 != 0 ? 255 : 1, b, sizeof(b));
}

Test(overlay_order, orders_clumps)
{

	every_size(clumps);
}

/* Any kind, any length: the length is part of the order. */
static void
any(struct state_key *k, size_t i, uint64_t *x)
{
	uint64_t b[4] = { rnd(x) & rnd(x), rnd(x), rnd(x), rnd(x) };

	(void)i;
	state_key_make(k, (uint8_t)(1 + rnd(x) % 255), b,
	    (size_t)(8 + rnd(x) % 25));
}

Test(overlay_order, orders_any_key)
{

	every_size(any);
}
