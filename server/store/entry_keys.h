#ifndef LIANGKA_ENTRY_KEYS_H_
#define LIANGKA_ENTRY_KEYS_H_

/*
 * The keys of an entry in their fixed order, for printing and reading alike.
 */

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "entry.h"

#define ENTRY_NAME_MAX 16	/* bytes of a name */

enum entry_type {
	ENTRY_I32, ENTRY_U32, ENTRY_I64, ENTRY_U64, ENTRY_TEXT, ENTRY_TOKEN,
	ENTRY_NUMBERS		/* the facts */
};

struct entry_key {
	char name[ENTRY_NAME_MAX]; /* with quotes and colon */
	uint8_t len;
	uint8_t type;		/* enum entry_type */
	uint16_t at;		/* offset in struct entry */
	uint16_t size;
};

extern const struct entry_key entry_keys[];
extern const size_t entry_nkeys;

/**
 * entry_always(k, kind): Return nonzero when the key k stands in every entry of
 * this kind.
 */
int entry_always(const struct entry_key *k, int kind);

/**
 * entry_empty(k, e): Return nonzero when the key k is left out of the entry e.
 */
static inline int
entry_empty(const struct entry_key *k, const struct entry *e)
{
	const char *f = (const char *)e + k->at;
	uint64_t v[2] = { 0, 0 };

	_Static_assert(sizeof(struct token) == sizeof(v), "two words");
	switch (k->type) {
	case ENTRY_TEXT:
		v[0] = (uint8_t)*f;
		break;
	case ENTRY_NUMBERS:
		v[0] = e->nfacts;
		break;
	case ENTRY_TOKEN:
		memcpy(v, f, sizeof(v));
		break;
	case ENTRY_I32:
	case ENTRY_U32:
		memcpy(v, f, sizeof(int32_t));
		break;
	default:
		memcpy(v, f, sizeof(int64_t));
		break;
	}
	return ((v[0] | v[1]) == 0 && !entry_always(k, e->kind));
}

#endif /* !LIANGKA_ENTRY_KEYS_H_ */
