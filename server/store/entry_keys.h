#ifndef LIANGKA_ENTRY_KEYS_H_
#define LIANGKA_ENTRY_KEYS_H_

/*
 * The keys of an entry in their fixed order, for printing and reading alike.
 */

#include <stddef.h>
#include <stdint.h>

struct entry;

enum entry_type {
	ENTRY_I32, ENTRY_U32, ENTRY_I64, ENTRY_U64, ENTRY_TEXT, ENTRY_TOKEN,
	ENTRY_NUMBERS		/* the facts */
};

struct entry_key {
	const char *name;	/* with quotes and colon */
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
int entry_empty(const struct entry_key *k, const struct entry *e);

#endif /* !LIANGKA_ENTRY_KEYS_H_ */
