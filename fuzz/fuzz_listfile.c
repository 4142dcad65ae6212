#include <sys/mman.h>

#include <assert.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <zstd.h>

#include "lists/listfile.h"
#include "store/listrun.h"

/*
 * Any bytes as a list file: as they stand, and as the content of a frame that is right,
 * with the sizes in the header put right too, so that the checks behind are reached.
 * What is handed over ascends and is as much as the header says.
 */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What was handed over. */
struct seen {
	uint64_t n;
	struct token last;
};

static int
each(void *arg, const struct listfile_header *h, const struct listrec *r,
    size_t n)
{
	struct seen *s = arg;

	assert(n > 0 && s->n + n <= h->records);
	assert(h->kind == LISTFILE_DELTA || h->info.count == h->records);
	assert(h->info.bits <= LIST_BITS_MAX && h->info.subject <= LIST_PHONE);
	assert(s->n == 0 || listrun_compare(&s->last, &r[0].token) < 0);
	assert(listrun_ascends(r, n) == n);
	s->last = r[n - 1].token;
	s->n += n;
	return (0);
}

/* Read a file of these bytes, in runs and whole. */
static int
read_file(const uint8_t *p, size_t len)
{
	char path[64], err[LISTFILE_ERROR_MAX] = "";
	int fd = memfd_create("list", MFD_CLOEXEC), rc;
	struct seen s = { 0 };
	struct listfile_header h;
	struct listrec *r;

	if (fd == -1 || write(fd, p, len) != (ssize_t)len)
		abort();
	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	rc = listfile_each(path, &h, each, &s, err);
	assert(rc == 0 ? s.n == h.records : rc == -1 && err[0] != '\0');
	r = listfile_read(path, &h, 1000, err);
	assert((r != NULL) == (rc == 0 && h.records <= 1000));
	free(r);
	(void)close(fd);
	return (rc);
}

/* Pack bytes as a writer does. */
static void
read_packed(uint8_t *p, size_t len)
{
	size_t cap = ZSTD_compressBound(len), n;
	ZSTD_CCtx *c = ZSTD_createCCtx();
	uint8_t *out = malloc(cap);

	if (c == NULL || out == NULL)
		abort();
	(void)ZSTD_CCtx_setParameter(c, ZSTD_c_checksumFlag, 1);
	(void)ZSTD_CCtx_setParameter(c, ZSTD_c_compressionLevel, 1);
	n = ZSTD_compress2(c, out, cap, p, len);
	assert(!ZSTD_isError(n));
	(void)read_file(out, n);
	if (len >= LISTFILE_HEADER) {
		uint64_t records = (len - LISTFILE_HEADER) / LISTREC_LEN;

		len = LISTFILE_HEADER + (size_t)records * LISTREC_LEN;
		for (int i = 0; i < 8; i++)
			p[32 + i] = (uint8_t)(records >> 8 * i);
		if (p[8] == LISTFILE_SNAPSHOT)
			memcpy(p + 40, p + 32, 8);
		n = ZSTD_compress2(c, out, cap, p, len);
		assert(!ZSTD_isError(n));
		(void)read_file(out, n);
	}
	(void)ZSTD_freeCCtx(c);
	free(out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *p;

	if (size > 1 << 20 || (p = malloc(size + 1)) == NULL)
		return (0);
	(void)read_file(data, size);
	if (size > 0)
		memcpy(p, data, size);
	read_packed(p, size);
	free(p);
	return (0);
}
