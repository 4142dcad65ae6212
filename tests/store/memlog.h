#ifndef MEMLOG_H_
#define MEMLOG_H_

/*
 * A tlog-tiles log in memory for the tests of its readers: files by path, made from
 * the words of the format, each of which a test can alter or take away.
 */

#include <stddef.h>
#include <stdint.h>

#include "store/merkle.h"
#include "store/tiles.h"

#define MEMLOG_FILES	2048

struct memlog_file {
	char path[TILE_PATH_MAX];
	uint8_t *p;			/* room for some bytes more */
	size_t len;
	unsigned gets;
};

struct memlog {
	uint64_t size;
	struct memlog_file file[MEMLOG_FILES];
	size_t n;
	uint8_t root[MERKLE_LEN];
	int broken;			/* every get fails */
};

/**
 * memlog_make(size): Make a log of that many entries, entry i as memlog_entry()
 * tells, with the partial tiles of this size alone.  memlog_free(m): free it.
 */
struct memlog *memlog_make(uint64_t size);
void memlog_free(struct memlog *m);

/**
 * memlog_entry(i, buf): Write entry i into buf (256 bytes); return its length, which
 * may be 0.
 */
size_t memlog_entry(uint64_t i, uint8_t buf[256]);

/**
 * memlog_file(m, path): The file of that path; fails the test if there is none.
 */
struct memlog_file *memlog_file(struct memlog *m, const char *path);

/**
 * memlog_source(m): The log as a source for tiles_open().
 */
struct tiles_source memlog_source(struct memlog *m);

#endif /* !MEMLOG_H_ */
