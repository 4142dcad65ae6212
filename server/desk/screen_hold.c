#include <sys/mman.h>

#include <endian.h>
#include <stdlib.h>
#include <string.h>

#include "screen_hold.h"

#define BITS_MAX 28
#define LINE	64	/* bytes that the processor fetches at once */

/* What stands before a value, which is padded to words. */
struct head {
	struct token t;
	uint64_t len;
};

_Static_assert(sizeof(struct head) == 24, "no padding");

/* The words of a record. */
static size_t
words(size_t len)
{

	return ((sizeof(struct head) + len + 7) / 8);
}

/* The bucket of a token. */
static uint64_t
bucket(const struct screen_hold *h, const struct token *t)
{
	uint64_t x;

	memcpy(&x, t->b, sizeof(x));
	return (be64toh(x) << h->skip >> (64 - h->bits));
}

/* Address space is taken at once, memory as it is filled. */
int
screen_hold_new(struct screen_hold *h, uint64_t n, unsigned skip, size_t max)
{

	memset(h, 0, sizeof(*h));
	h->max = max / 8 < UINT32_MAX ? max & ~(size_t)7 :
	    (size_t)UINT32_MAX * 8;
	h->skip = skip;
	for (h->bits = 1; h->bits < BITS_MAX && n >> h->bits != 0; h->bits++)
		;
	h->start = malloc((((size_t)1 << h->bits) + 1) * sizeof(*h->start));
	h->data = mmap(NULL, h->max, PROT_READ | PROT_WRITE, MAP_PRIVATE |
	    MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (h->data == MAP_FAILED)
		h->data = NULL;
	if (h->data == NULL || h->start == NULL) {
		screen_hold_free(h);
		return (-1);
	}
	(void)madvise(h->data, h->max, MADV_HUGEPAGE);
	return (0);
}

/* Give it all back. */
void
screen_hold_free(struct screen_hold *h)
{

	if (h->data != NULL)
		(void)munmap(h->data, h->max);
	free(h->start);
	memset(h, 0, sizeof(*h));
}

/* Buckets up to this one begin here, those that have begun excepted. */
static void
begin(struct screen_hold *h, uint64_t upto)
{

	while (h->filled <= upto)
		h->start[h->filled++] = (uint32_t)(h->n / 8);
}

/* Add one behind the others. */
void
screen_hold_add(struct screen_hold *h, const struct token *t,
    const void *value, size_t len)
{
	struct head head = { .t = *t, .len = len };
	size_t more = words(len) * 8;

	if (h->data == NULL)
		return;
	if (more > h->max - h->n) {
		screen_hold_free(h);
		return;
	}
	begin(h, bucket(h, t));
	memcpy(h->data + h->n, &head, sizeof(head));
	memcpy(h->data + h->n + sizeof(head), value, len);
	h->n += more;
}

/* All further buckets are empty. */
void
screen_hold_end(struct screen_hold *h)
{

	if (h->data != NULL)
		begin(h, (uint64_t)1 << h->bits);
}

/* Go through the bucket. */
const void *
screen_hold_find(const struct screen_hold *h, const struct token *t,
    size_t *len)
{
	uint64_t b = bucket(h, t);
	size_t at = h->start[b], end = h->start[b + 1];
	struct head head;

	for (; at < end; at += words(head.len)) {
		memcpy(&head, h->data + at * 8, sizeof(head));
		if (memcmp(&head.t, t, sizeof(*t)) != 0)
			continue;
		*len = head.len;
		return (h->data + at * 8 + sizeof(head));
	}
	return (NULL);
}

/* Fetch where its bucket begins. */
void
screen_hold_expect(const struct screen_hold *h, const struct token *t)
{

	__builtin_prefetch(&h->start[bucket(h, t)]);
}

/* Fetch the bucket: a record is some lines long. */
void
screen_hold_expect_more(const struct screen_hold *h, const struct token *t)
{
	const uint8_t *p = h->data + (size_t)h->start[bucket(h, t)] * 8;

	__builtin_prefetch(p);
	__builtin_prefetch(p + LINE);
	__builtin_prefetch(p + 2 * LINE);
}
