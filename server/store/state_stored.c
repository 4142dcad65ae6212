#include <endian.h>
#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "state_key.h"

#include "state_stored.h"

#define CHECK	16			/* Where the seq stands. */
#define LEN	24			/* Where the length stands. */
#define HEADER	32

/* Compute the check of a stored value. */
static void
stored_check(const uint8_t *key, size_t keysize, const uint8_t *p, size_t size,
    uint8_t check[CHECK])
{
	XXH128_canonical_t c;

	XXH128_canonicalFromHash(&c, XXH3_128bits_withSeed(p + CHECK,
	    size - CHECK, XXH3_64bits(key, keysize)));
	memcpy(check, c.digest, CHECK);
}

/* Return the size with header and padding. */
size_t
state_stored_size(size_t len)
{

	return (HEADER + ((len + 7) & ~(size_t)7));
}

/* Lay the record out, then check it as it lies. */
void
state_stored_write(const uint8_t *key, size_t keysize, uint64_t seq,
    const void *value, size_t len, uint8_t *p)
{
	size_t size = state_stored_size(len);
	uint64_t seq_le = htole64(seq);
	uint32_t len_le = htole32((uint32_t)len);

	memcpy(p + CHECK, &seq_le, sizeof(seq_le));
	memcpy(p + LEN, &len_le, sizeof(len_le));
	memset(p + LEN + sizeof(len_le), 0, HEADER - LEN - sizeof(len_le));
	memcpy(p + HEADER, value, len);
	memset(p + HEADER + len, 0, size - HEADER - len);
	stored_check(key, keysize, p, size, p);
}

/* Believe nothing before the check is right. */
int
state_stored_read(const uint8_t *key, size_t keysize, const uint8_t *p,
    size_t size, struct state_stored *r)
{
	uint8_t check[CHECK];
	uint64_t seq;
	uint32_t len;

	if (keysize < 8 || keysize > STATE_KEY_SIZE || keysize % 8 != 0 ||
	    (uintptr_t)p % 8 != 0 || size < HEADER)
		return (-1);
	memcpy(&seq, p + CHECK, sizeof(seq));
	memcpy(&len, p + LEN, sizeof(len));
	len = le32toh(len);
	if (state_stored_size(len) != size)
		return (-1);
	stored_check(key, keysize, p, size, check);
	if (memcmp(check, p, CHECK) != 0)
		return (-1);

	r->key = key;
	r->keysize = keysize;
	r->value = p + HEADER;
	r->len = len;
	r->seq = le64toh(seq);
	return (0);
}
