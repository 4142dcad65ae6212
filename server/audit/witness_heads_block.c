#include <stdlib.h>
#include <string.h>

#include "keys/note.h"
#include "keys/sha256.h"
#include "store/little.h"

#include "witness.h"
#include "witness_heads_impl.h"

/* Offsets in the beginning of a block. */
#define B_NUMBER	8
#define B_FLAGS		16
#define B_LENGTH	20	/* of what follows the beginning */
#define B_COUNT		24
#define B_HASH		32
#define B_LEN		64

static const uint8_t magic[8] = "LKHEADS1";

/* The hash of a block, as if its place were zeros. */
static void
block_hash(const uint8_t *p, size_t len, uint8_t hash[SHA256_LEN])
{
	static const uint8_t zero[SHA256_LEN];
	struct sha256 h;

	sha256_init(&h);
	sha256_update(&h, p, B_HASH);
	sha256_update(&h, zero, sizeof(zero));
	sha256_update(&h, &p[B_LEN], len - B_LEN);
	sha256_final(&h, hash);
}

/* Make a block. */
uint8_t *
witness_heads_block(const struct witness_heads *h, uint32_t flags,
    uint64_t number, size_t *len)
{
	const struct witness_kept *k;
	size_t i, at = B_LEN, used = B_LEN;
	uint32_t count = 0;
	uint8_t *p;

	for (i = 0; i < h->n; i++)
		if (h->kept[i].dirty || (flags & HEADS_SNAPSHOT) != 0)
			used += 4 + h->kept[i].h.len;
	*len = (used + WITNESS_HEADS_BLOCK - 1) / WITNESS_HEADS_BLOCK *
	    WITNESS_HEADS_BLOCK;
	if (used > UINT32_MAX || (p = calloc(1, *len)) == NULL)
		return (NULL);
	for (i = 0; i < h->n; i++) {
		k = &h->kept[i];
		if (!k->dirty && (flags & HEADS_SNAPSHOT) == 0)
			continue;
		little_put32(&p[at], (uint32_t)k->h.len);
		memcpy(&p[at + 4], k->h.note, k->h.len);
		at += 4 + k->h.len;
		count++;
	}
	memcpy(p, magic, sizeof(magic));
	little_put64(&p[B_NUMBER], number);
	little_put32(&p[B_FLAGS], flags);
	little_put32(&p[B_LENGTH], (uint32_t)(used - B_LEN));
	little_put32(&p[B_COUNT], count);
	block_hash(p, used, &p[B_HASH]);
	return (p);
}

/* The length of the sound block at p without its padding, or 0. */
static size_t
sound(const uint8_t *p, size_t len)
{
	uint8_t hash[SHA256_LEN];
	size_t used;

	if (len < B_LEN || memcmp(p, magic, sizeof(magic)) != 0)
		return (0);
	used = little_get32(&p[B_LENGTH]);
	if (used > len - B_LEN)
		return (0);
	block_hash(p, B_LEN + used, hash);
	return (memcmp(hash, &p[B_HASH], sizeof(hash)) == 0 ? B_LEN + used : 0);
}

/* Take in the heads of a sound block. */
static int
take(struct witness_heads *h, const uint8_t *p, size_t len)
{
	char why[NOTE_ERROR_MAX], err[WITNESS_ERROR_MAX];
	uint32_t i, n, count = little_get32(&p[B_COUNT]);
	struct checkpoint c;
	struct note note;
	size_t at = B_LEN;

	for (i = 0; i < count; i++) {
		if (len - at < 4 || (n = little_get32(&p[at])) > len - at - 4)
			return (-1);
		at += 4;
		if (note_parse(&note, (const char *)&p[at], n, why) != 0 ||
		    checkpoint_read(&c, note.text, note.text_len, why) != 0 ||
		    witness_heads_put(h, NULL, &c, (const char *)&p[at], n,
		    err) != 0)
			return (-1);
		at += n;
	}
	return (at == len ? 0 : -1);
}

/* Take in the blocks of a file. */
int
witness_heads_replay(struct witness_heads *h, const uint8_t *p, size_t len,
    uint64_t *first, uint64_t *last)
{
	size_t at = 0, used;
	uint64_t number;
	uint32_t flags;

	*first = *last = 0;
	while ((used = sound(&p[at], len - at)) != 0) {
		number = little_get64(&p[at + B_NUMBER]);
		flags = little_get32(&p[at + B_FLAGS]);
		/* What lies behind may be left from the file's last turn. */
		if (at == 0 ? flags != HEADS_SNAPSHOT || number == 0 :
		    flags != 0 || number != *last + 1)
			break;
		if (at == 0)
			*first = number;
		*last = number;
		if (h != NULL && take(h, &p[at], used) != 0)
			return (-1);
		used = (used + WITNESS_HEADS_BLOCK - 1) / WITNESS_HEADS_BLOCK *
		    WITNESS_HEADS_BLOCK;
		if (used > len - at)
			break;
		at += used;
	}
	return (0);
}

/* Is there a later block? */
int
witness_heads_beyond(const uint8_t *p, size_t len, uint64_t number)
{
	size_t at;

	for (at = 0; len - at >= B_LEN; at += WITNESS_HEADS_BLOCK) {
		if (little_get64(&p[at + B_NUMBER]) > number &&
		    sound(&p[at], len - at) != 0)
			return (1);
		if (len - at <= WITNESS_HEADS_BLOCK)
			break;
	}
	return (0);
}
