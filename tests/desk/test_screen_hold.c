#include <criterion/criterion.h>

#include <stdlib.h>
#include <string.h>

#include "desk/screen_hold.h"

#define N 20000

/* Token i, with a first bit; not in order. */
static struct token
token_of(unsigned i, int high)
{
	uint64_t x = (i + 1) * 0x9e3779b97f4a7c15ull;
	struct token t;

	x ^= x >> 29;
	x *= 0xbf58476d1ce4e5b9ull;
	memcpy(t.b, &x, 8);
	x ^= x >> 32;
	memcpy(t.b + 8, &x, 8);
	t.b[0] = (uint8_t)((t.b[0] & 0x7f) | (high ? 0x80 : 0));
	return (t);
}

static int
by_token(const void *a, const void *b)
{

	return (memcmp(a, b, sizeof(struct token)));
}

/* Fill one; value: the token's last bytes, over and over. */
static struct token *
fill(struct screen_hold *h, unsigned n, uint64_t expected, int high,
    size_t max)
{
	struct token *t = calloc(n + 1, sizeof(*t));
	uint8_t value[256];
	unsigned i;

	cr_assert_not_null(t);
	for (i = 0; i < n; i++)
		t[i] = token_of(i, high);
	qsort(t, n, sizeof(*t), by_token);
	cr_assert_eq(screen_hold_new(h, expected, 1, max), 0);
	for (i = 0; i < n; i++) {
		memset(value, t[i].b[15], sizeof(value));
		screen_hold_add(h, &t[i], value, t[i].b[15]);
	}
	screen_hold_end(h);
	return (t);
}

/* All are found as they were added, wherever their number was guessed wrong; no others. */
Test(screen_hold, finds_what_was_added)
{
	const uint64_t expected[] = { 0, 1, 10, N, N * 50 };
	struct screen_hold h;
	struct token *t, other;
	const uint8_t *p;
	size_t len, k, e;
	unsigned i;

	for (e = 0; e < 10; e++) {
		unsigned n = expected[e / 2] < 10 ? 300 : N;

		t = fill(&h, n, expected[e / 2], e % 2, (size_t)16 << 20);
		cr_assert_not_null(h.data);
		for (i = 0; i < n; i++) {
			screen_hold_expect(&h, &t[i]);
			screen_hold_expect_more(&h, &t[i]);
			p = screen_hold_find(&h, &t[i], &len);
			cr_assert_not_null(p);
			cr_assert_eq((uintptr_t)p % 8, 0);
			cr_assert_eq(len, t[i].b[15]);
			for (k = 0; k < len; k++)
				cr_assert_eq(p[k], t[i].b[15]);
			other = token_of(n + i, e % 2);
			cr_assert_null(screen_hold_find(&h, &other, &len));
		}
		free(t);
		screen_hold_free(&h);
	}
}

/* The first and the last token that there can be; and none at all. */
Test(screen_hold, ends)
{
	struct screen_hold h;
	struct token t;
	size_t len;

	cr_assert_eq(screen_hold_new(&h, 4, 0, 4096), 0);
	memset(&t, 0, sizeof(t));
	screen_hold_add(&h, &t, "", 0);
	memset(&t, 0xff, sizeof(t));
	screen_hold_add(&h, &t, "end", 3);
	screen_hold_end(&h);
	cr_assert_eq(memcmp(screen_hold_find(&h, &t, &len), "end", 3), 0);
	cr_assert_eq(len, 3);
	t.b[15] = 0xfe;
	cr_assert_null(screen_hold_find(&h, &t, &len));
	memset(&t, 0, sizeof(t));
	cr_assert_not_null(screen_hold_find(&h, &t, &len));
	cr_assert_eq(len, 0);
	screen_hold_free(&h);
	cr_assert_eq(screen_hold_new(&h, 0, 1, 4096), 0);
	screen_hold_end(&h);
	cr_assert_null(screen_hold_find(&h, &t, &len));
	screen_hold_free(&h);
	screen_hold_free(&h);
}

/* What does not fit gives all up. */
Test(screen_hold, too_small)
{
	struct screen_hold h;
	struct token t = { .b = { 1 } };

	free(fill(&h, 1000, 1000, 0, 65536));
	cr_assert_null(h.data);
	cr_assert_null(h.start);
	screen_hold_add(&h, &t, "", 0);
	screen_hold_end(&h);
	cr_assert_null(h.data);
	screen_hold_free(&h);
	/* To the last byte: a head of 24 and a word. */
	cr_assert_eq(screen_hold_new(&h, 2, 1, 64), 0);
	screen_hold_add(&h, &t, "12345678", 8);
	t.b[1] = 1;
	screen_hold_add(&h, &t, "1", 1);
	cr_assert_not_null(h.data);
	t.b[1] = 2;
	screen_hold_add(&h, &t, "", 0);
	cr_assert_null(h.data);
	screen_hold_free(&h);
}
