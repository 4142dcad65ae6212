#ifndef LIANGKA_ADOPT_BASES_H_
#define LIANGKA_ADOPT_BASES_H_

/*
 * The file `bases` of a generation: which base file each list begins with, and which
 * delta files (by SHA-256, in files/) lie upon it, in order.  It is believed in nothing:
 * the root that comes out is compared with the signed one.
 *
 *	liangka bases 1
 *	cards cards.12.0011223344556677.mdb
 *	sanction sanction.7.8899aabbccddeeff.mdb
 *	+ <64 digits>
 *
 * Lists ascend by id; nothing else may stand in it.
 */

#include <stddef.h>
#include <stdint.h>

#include "store/listrec.h"

#define ADOPT_BASE_LISTS 32
#define ADOPT_CHAIN_MAX	64	/* deltas upon one base; more are merged into a new one */
#define ADOPT_BASE_NAME	64	/* <list>.<version>.<root, 16 digits>.mdb */
#define ADOPT_BASES_TEXT 160000	/* bytes at most */

struct adopt_base {
	char list[LIST_ID_MAX];
	char file[ADOPT_BASE_NAME];
	size_t ndeltas;
	uint8_t delta[ADOPT_CHAIN_MAX][32];
};

struct adopt_bases {
	size_t n;
	struct adopt_base at[ADOPT_BASE_LISTS];
};

/**
 * adopt_bases_read(b, text, len): Read it.  Return 0, or the number of the first line
 * that is wrong with *b zeroed.
 * adopt_bases_print(b, text): Write it, with a NUL, to ADOPT_BASES_TEXT bytes; return
 * its length.
 * adopt_bases_find(b, list): The entry of a list, or NULL.
 * adopt_bases_name(file, info): The name of the base file of this version.
 */
int adopt_bases_read(struct adopt_bases *b, const char *text, size_t len);
size_t adopt_bases_print(const struct adopt_bases *b, char *text);
const struct adopt_base *adopt_bases_find(const struct adopt_bases *b,
    const char *list);
void adopt_bases_name(char file[ADOPT_BASE_NAME], const struct list_info *info);

#endif /* !LIANGKA_ADOPT_BASES_H_ */
