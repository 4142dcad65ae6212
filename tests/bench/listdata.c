/* Records for the benches of lists. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "store/listrun.h"

#include "listdata.h"

static uint64_t seed = 1;

void
listdata_die(const char *why)
{

	(void)fprintf(stderr, "bench_list: %s\n", why);
	exit(EXIT_FAILURE);
}

double
listdata_now(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return ((double)ts.tv_sec + (double)ts.tv_nsec / 1e9);
}

uint64_t
listdata_draw(void)
{
	uint64_t z = (seed += UINT64_C(0x9e3779b97f4a7c15));

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return (z ^ (z >> 31));
}

struct token
listdata_token(void)
{
	uint64_t v[2] = { listdata_draw(), listdata_draw() };
	struct token t;

	memcpy(&t, v, sizeof(t));
	return (t);
}

int
listdata_order(const void *a, const void *b)
{
	const struct listrec *x = a, *y = b;

	return (listrun_compare(&x->token, &y->token));
}

struct listrec
listdata_record(void)
{
	uint64_t v = listdata_draw();
	struct listrec r = { .token = listdata_token(),
		.category = (uint8_t)(1 + v % 3), .severity = 9,
		.source = { (uint8_t)(1 + (v >> 8) % 6), 0 } };
	unsigned day = 20500 + (unsigned)(v >> 16) % 1100;

	r.expiry[0] = (uint8_t)day;
	r.expiry[1] = (uint8_t)(day >> 8);
	return (r);
}

/* n records, ascending: sorted by their first 20 bits, then in each of those. */
struct listrec *
listdata_make(size_t n)
{
	struct listrec *r = malloc(n * sizeof(*r)), *s = malloc(n * sizeof(*s));
	size_t *at = calloc((1u << 20) + 1, sizeof(*at)), i;

	if (r == NULL || s == NULL || at == NULL)
		listdata_die("out of memory");
	for (i = 0; i < n; i++) {
		s[i] = listdata_record();
		at[listrec_bucket(&s[i].token, 20) + 1]++;
	}
	for (i = 0; i < 1u << 20; i++)
		at[i + 1] += at[i];
	for (i = 0; i < n; i++)
		r[at[listrec_bucket(&s[i].token, 20)]++] = s[i];
	for (i = 0; i < 1u << 20; i++) {
		size_t begin = i == 0 ? 0 : at[i - 1];

		qsort(r + begin, at[i] - begin, sizeof(*r), listdata_order);
	}
	free(s);
	free(at);
	return (r);
}
