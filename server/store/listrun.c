#include <endian.h>
#include <string.h>

#include "listrun.h"

/* Eight bytes of a token as a number that orders like them. */
static uint64_t
half(const struct token *t, size_t at)
{
	uint64_t v;

	memcpy(&v, t->b + at, sizeof(v));
	return (be64toh(v));
}

/* Compare by halves. */
int
listrun_compare(const struct token *a, const struct token *b)
{
	uint64_t x = half(a, 0), y = half(b, 0);

	if (x == y) {
		x = half(a, 8);
		y = half(b, 8);
	}
	return (x < y ? -1 : x > y);
}

/* Look for the first that does not ascend. */
size_t
listrun_ascends(const struct listrec *r, size_t n)
{

	for (size_t i = 1; i < n; i++)
		if (listrun_compare(&r[i - 1].token, &r[i].token) >= 0)
			return (i);
	return (n);
}

/*
 * Tokens are uniform, so begin where t should stand, step away from there in strides
 * that double until it is passed, and halve what lies in between.
 */
size_t
listrun_floor(const struct listrec *r, size_t n, const struct token *t,
    unsigned bits)
{
	size_t low, high, stride = 1;

	if (n == 0)
		return (0);
	low = high = (size_t)(((half(t, 0) << bits >> 32) * n) >> 32);
	if (listrun_compare(&r[low].token, t) < 0) {
		do {
			low = high + 1;
			high = n - high > stride ? high + stride : n;
			stride *= 2;
		} while (high < n && listrun_compare(&r[high].token, t) < 0);
	} else {
		while (low > 0 && listrun_compare(&r[low - 1].token, t) >= 0) {
			high = low - 1;
			low = low > stride ? low - stride : 0;
			stride *= 2;
		}
	}
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (listrun_compare(&r[middle].token, t) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return (low);
}

/* See whether what stands there is it. */
const struct listrec *
listrun_find(const struct listrec *r, size_t n, const struct token *t,
    unsigned bits)
{
	size_t i = listrun_floor(r, n, t, bits);

	return (i < n && listrun_compare(&r[i].token, t) == 0 ? &r[i] : NULL);
}

/* Walk both runs; where both have a token the upper one counts. */
size_t
listrun_apply(struct listrec *out, const struct listrec *r, size_t n,
    const struct listrec *top, size_t ntop)
{
	size_t i = 0, j = 0, k = 0;

	while (i < n || j < ntop) {
		const struct listrec *p;
		int c = i == n ? 1 : j == ntop ? -1 :
		    listrun_compare(&r[i].token, &top[j].token);

		p = c < 0 ? &r[i] : &top[j];
		i += c <= 0;
		j += c >= 0;
		if (c >= 0 && (listrec_flags(p) & LISTREC_GONE) != 0)
			continue;
		if (out != NULL)
			out[k] = *p;
		k++;
	}
	return (k);
}
