#include <sys/mman.h>

#include <assert.h>
#include <endian.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "state_key.h"

#include "overlay.h"

#define UNIT		8		/* Bytes per step of a reference. */
#define CLASSES		46
#define BUCKETS_MIN	1024
#define PRESIZE		128		/* Bytes of memory for each bucket */
					/* that is there from the start. */
#define VALUE_MAX	65536
#define AHEAD		16		/* Buckets looked at beforehand. */
#define ROOM_RECORD	96		/* Worst cost of a record beside 5/4 */
					/* of its value: see overlay_room(). */

struct overlay {
	uint8_t *base;			/* References count from here. */
	uint32_t *table;		/* Heads of chains; 0 = empty. */
	uint64_t reserved;		/* Of the whole mapping. */
	uint64_t capacity;		/* What overlay_new() was given. */
	uint64_t limit;
	uint64_t top;			/* Record bytes ever handed out. */
	uint64_t touched;		/* Highest top, of earlier uses too. */
	uint64_t records;
	uint32_t low;			/* Power of two. */
	uint32_t split;			/* Next bucket to split. */
	uint32_t spare[CLASSES];	/* Free lists. */
};

/* Return the class of the smallest block that holds size bytes. */
static unsigned
class_of(size_t size)
{

	if (size <= 48)
		return (0);
	if (size <= 128)
		return ((unsigned)((size + 15) / 16 - 3));
	unsigned e = 63 - (unsigned)__builtin_clzll(size - 1);
	return (6 + (e - 7) * 4 + (unsigned)((size - 1) >> (e - 2)) - 4);
}

/* Return the block size of a class. */
static size_t
class_size(unsigned class)
{

	if (class < 6)
		return ((size_t)(class + 3) * 16);
	unsigned e = (class - 6) / 4 + 7;
	return ((size_t)(5 + (class - 6) % 4) << (e - 2));
}

/* Turn a reference into its record. */
static struct overlay_record *
record_at(const struct overlay *o, uint32_t ref)
{

	return ((struct overlay_record *)(void *)(o->base +
	    (size_t)ref * UNIT));
}

/* Return the bytes a record with this key and value takes. */
static size_t
record_size(size_t keysize, size_t len)
{

	return (sizeof(struct overlay_record) + keysize + len);
}

/* Begin empty, with a table that seldom has to grow. */
static void
begin(struct overlay *o)
{

	o->limit = o->capacity;
	o->top = UNIT;
	o->records = 0;
	o->low = BUCKETS_MIN;
	while (o->low < o->capacity / PRESIZE)
		o->low *= 2;
	o->split = 0;
	memset(o->spare, 0, sizeof(o->spare));
}

/* Map the struct, the longest table that may be needed, and the records. */
struct overlay *
overlay_new(uint64_t bytes)
{
	uint64_t head = (sizeof(struct overlay) + 63) & ~(uint64_t)63;
	uint64_t table = bytes / 8 + BUCKETS_MIN * sizeof(uint32_t) + 64;

	if (bytes / UNIT > UINT32_MAX) {
		errno = EINVAL;
		return (NULL);
	}
	table &= ~(uint64_t)63;
	uint64_t reserved = head + table + bytes;
	uint8_t *p = mmap(NULL, reserved, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (p == MAP_FAILED)
		return (NULL);
	(void)madvise(p, reserved, MADV_DONTDUMP);
	/*
	 * The table is touched all over.  Records come one after the other, and
	 * the loop would stand still for each huge page that is zeroed.
	 */
	(void)madvise(p, head + table, MADV_HUGEPAGE);

	struct overlay *o = (struct overlay *)(void *)p;
	o->table = (uint32_t *)(void *)(p + head);
	o->base = p + head + table;
	o->reserved = reserved;
	o->capacity = bytes;
	begin(o);
	return (o);
}

/* Clear the buckets it begins with: a later one is set as it is made. */
void
overlay_empty(struct overlay *o)
{

	if (o->top > o->touched)
		o->touched = o->top;
	begin(o);
	memset(o->table, 0, o->low * sizeof(*o->table));
}

/* Drop the pages behind the last record that fits. */
void
overlay_trim(struct overlay *o, uint64_t bytes)
{
	uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
	uint64_t used = overlay_used(o);
	uint64_t keep = o->top + (bytes > used ? bytes - used : 0);
	uintptr_t from, end;

	if (keep >= o->touched)
		return;
	from = ((uintptr_t)o->base + keep + page - 1) & ~(uintptr_t)(page - 1);
	end = ((uintptr_t)o->base + o->touched + page - 1) &
	    ~(uintptr_t)(page - 1);
	if (from < end)
		(void)madvise((void *)from, end - from, MADV_DONTNEED);
	o->touched = keep;
}

/* Unmap everything at once. */
void
overlay_free(struct overlay *o)
{

	if (o != NULL)
		munmap(o, o->reserved);
}

/* Hash an encoded key. */
uint32_t
overlay_hash(const struct state_key *k, uint64_t seed)
{

	return ((uint32_t)XXH3_64bits_withSeed(k->b, k->size, seed));
}

/* Return the bucket of a hash by invariant 1. */
static uint32_t
bucket_of(const struct overlay *o, uint32_t hash)
{
	uint32_t b = hash & (2 * o->low - 1);

	return (b < o->low + o->split ? b : hash & (o->low - 1));
}

/* Follow the chain of a key; return the link that leads to its record. */
static uint32_t *
chain_find(const struct overlay *o, const struct state_key *k)
{
	uint32_t *link = &o->table[bucket_of(o, k->hash)];

	while (*link != 0) {
		struct overlay_record *r = record_at(o, *link);
		if (r->hash == k->hash && r->keysize == k->size &&
		    memcmp(r->body, k->b, k->size) == 0)
			break;
		link = &r->next;
	}
	return (link);
}

/* Look a key up. */
struct overlay_record *
overlay_find(const struct overlay *o, const struct state_key *k)
{
	uint32_t ref = *chain_find(o, k);

	return (ref != 0 ? record_at(o, ref) : NULL);
}

/* Have the head of a chain fetched meanwhile. */
void
overlay_expect(const struct overlay *o, const struct state_key *k)
{

	__builtin_prefetch(&o->table[bucket_of(o, k->hash)]);
}

/* A moment later: have the first record of the chain fetched. */
void
overlay_expect_record(const struct overlay *o, const struct state_key *k)
{
	uint32_t ref = o->table[bucket_of(o, k->hash)];

	if (ref != 0)
		__builtin_prefetch(record_at(o, ref));
}

/* Split one bucket: what belongs to its new twin moves there. */
static void
bucket_split(struct overlay *o)
{
	uint32_t twin = o->low + o->split;
	uint32_t *link = &o->table[o->split];
	uint32_t *tail = &o->table[twin];

	while (*link != 0) {
		struct overlay_record *r = record_at(o, *link);
		if ((r->hash & (2 * o->low - 1)) == twin) {
			*tail = *link;
			*link = r->next;
			tail = &r->next;
		} else {
			link = &r->next;
		}
	}
	*tail = 0;
	if (++o->split == o->low) {
		o->low *= 2;
		o->split = 0;
	}
}

/*
 * Keep four buckets for three records, memory permitting.  Two splits for an
 * insertion are enough, also to catch up, and overlay_room() counts on them.
 */
static void
table_grow(struct overlay *o)
{

	for (int i = 0; i < 2; i++) {
		if (o->records * 4 <= ((uint64_t)o->low + o->split) * 3 ||
		    overlay_used(o) + sizeof(uint32_t) > o->limit)
			return;
		bucket_split(o);
	}
}

/* Take a block from its free list or from the top; 0 if there is none. */
static uint32_t
block_take(struct overlay *o, unsigned class)
{
	uint32_t ref = o->spare[class];
	size_t size = class_size(class);

	if (ref != 0) {
		o->spare[class] = record_at(o, ref)->next;
		return (ref);
	}
	if (overlay_used(o) + size > o->limit)
		return (0);
	ref = (uint32_t)(o->top / UNIT);
	o->top += size;
	return (ref);
}

/* Put a block on its free list. */
static void
block_give(struct overlay *o, uint32_t ref, unsigned class)
{

	record_at(o, ref)->next = o->spare[class];
	o->spare[class] = ref;
}

/* Make a record of length 0 at the end of its chain. */
static uint32_t
record_new(struct overlay *o, uint32_t *link, const struct state_key *k,
    size_t len)
{
	unsigned class = class_of(record_size(k->size, len));
	uint32_t ref = block_take(o, class);

	if (ref == 0)
		return (0);
	struct overlay_record *r = record_at(o, ref);
	memset(r, 0, sizeof(*r));
	r->hash = k->hash;
	r->class = (uint8_t)class;
	r->keysize = (uint8_t)k->size;
	memcpy(r->body, k->b, k->size);
	*link = ref;
	o->records++;
	table_grow(o);
	return (ref);
}

/* Move a record to a block of another class; 0 if there is none. */
static uint32_t
record_move(struct overlay *o, uint32_t *link, unsigned class, size_t len)
{
	uint32_t old = *link;
	uint32_t ref = block_take(o, class);

	if (ref == 0)
		return (0);
	struct overlay_record *from = record_at(o, old);
	struct overlay_record *to = record_at(o, ref);
	size_t keep = from->len < len ? from->len : len;
	memcpy(to, from, record_size(from->keysize, keep));
	to->class = (uint8_t)class;
	*link = ref;
	block_give(o, old, from->class);
	return (ref);
}

/* Find or make the record and bring it to its new length. */
struct overlay_record *
overlay_put(struct overlay *o, const struct state_key *k, size_t len)
{
	uint32_t *link = chain_find(o, k);
	uint32_t ref = *link;

	assert(len <= VALUE_MAX);
	if (ref == 0) {
		if ((ref = record_new(o, link, k, len)) == 0)
			return (NULL);
	} else {
		size_t size = record_size(k->size, len);
		size_t block = class_size(record_at(o, ref)->class);
		uint32_t moved = 0;

		/* Grow if we must; shrink if it frees half and is possible. */
		if (size > block || size <= block / 2)
			moved = record_move(o, link, class_of(size), len);
		if (moved != 0)
			ref = moved;
		else if (size > block)
			return (NULL);
	}

	struct overlay_record *r = record_at(o, ref);
	if (len > r->len)
		memset((uint8_t *)overlay_value(r) + r->len, 0, len - r->len);
	r->len = (uint32_t)len;
	r->deleted = 0;
	return (r);
}

/*
 * Say whether worst-case puts fit.  A block is at most 5/4 of the record (16
 * bytes for the small classes), the header and key take at most 64 of it, and
 * a record asks for at most two buckets: 5/4 * 64 + 2 * 4 < ROOM_RECORD.
 */
bool
overlay_room(const struct overlay *o, size_t records, size_t bytes)
{
	uint64_t used = overlay_used(o);
	uint64_t left = used < o->limit ? o->limit - used : 0;

	if (records > left / ROOM_RECORD)
		return (false);
	left -= records * ROOM_RECORD;
	return (bytes <= left / 5 * 4);
}

/* Set the limit. */
void
overlay_limit(struct overlay *o, uint64_t bytes)
{

	o->limit = bytes < o->capacity ? bytes : o->capacity;
}

/* Sum up what is in use. */
uint64_t
overlay_used(const struct overlay *o)
{

	return (sizeof(*o) + ((uint64_t)o->low + o->split) * sizeof(uint32_t) +
	    o->top);
}

/* Return the number of records. */
uint64_t
overlay_records(const struct overlay *o)
{

	return (o->records);
}

/* Collect the records of all chains, or of one kind. */
static size_t
collect(const struct overlay *o, int first, struct overlay_item *items)
{
	uint32_t buckets = o->low + o->split;
	size_t n = 0;

	for (uint32_t b = 0; b < buckets; b++) {
		/* Records lie anywhere. */
		if (b + AHEAD < buckets)
			__builtin_prefetch(record_at(o, o->table[b + AHEAD]));
		for (uint32_t ref = o->table[b]; ref != 0;) {
			const struct overlay_record *r = record_at(o, ref);
			ref = r->next;
			if (first >= 0 && overlay_key(r)[0] != first)
				continue;
			items[n].prefix = be64toh(r->body[0]);
			items[n++].r = r;
		}
	}
	return (n);
}

/* Collect and sort. */
struct overlay_item *
overlay_sort(const struct overlay *o, int first, size_t *n)
{
	struct overlay_item *items;

	if ((items = malloc((o->records + 1) * sizeof(*items))) == NULL)
		return (NULL);
	*n = collect(o, first, items);
	overlay_order(items, *n);
	return (items);
}

/* Walk every chain and free list and account for every block. */
void
overlay_check(const struct overlay *o)
{
	uint64_t records = 0, bytes = UNIT;

	assert((o->low & (o->low - 1)) == 0 && o->split < o->low);
	for (uint32_t b = 0; b < o->low + o->split; b++) {
		for (uint32_t ref = o->table[b]; ref != 0; records++) {
			const struct overlay_record *r = record_at(o, ref);
			size_t block = class_size(r->class);

			assert(bucket_of(o, r->hash) == b);
			assert(record_size(r->keysize, r->len) <= block);
			assert(!r->deleted || r->len == 0);
			bytes += block;
			ref = r->next;
		}
	}
	for (unsigned c = 0; c < CLASSES; c++) {
		for (uint32_t ref = o->spare[c]; ref != 0;) {
			bytes += class_size(c);
			ref = record_at(o, ref)->next;
		}
	}
	assert(records == o->records && bytes == o->top);
	assert(overlay_used(o) <= o->capacity);
}
