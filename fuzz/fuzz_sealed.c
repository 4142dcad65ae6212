#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "store/sealed.h"
#include "store/sealed_scan.h"

/*
 * Any bytes as a file of sealed identities: read it, add to it, erase in it.  The
 * checks would keep nearly every mutation out, so it is all done a second time
 * with the checks put right.  What is added can be found, and what is erased
 * cannot, whatever stood there.
 */

#define BOUND	(64u << 10)
#define ROOM	(BOUND + 4096)
#define T	INT64_C(1795312800000)
#define SEQ	UINT64_C(0x1234567890abcdef)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint8_t file[ROOM];
static size_t file_len;

/* A disk that has one file. */
static int
one_open(void *ctx, const char *path, int flags, unsigned mode)
{
	(void)ctx, (void)path, (void)flags, (void)mode;
	return (0);
}

static int
one_close(void *ctx, int fd)
{
	(void)ctx, (void)fd;
	return (0);
}

static ssize_t
one_pread(void *ctx, int fd, void *buf, size_t len, uint64_t off)
{
	(void)ctx, (void)fd;
	if (off >= file_len)
		return (0);
	if (len > file_len - off)
		len = file_len - (size_t)off;
	memcpy(buf, file + off, len);
	return ((ssize_t)len);
}

static ssize_t
one_pwrite(void *ctx, int fd, const void *buf, size_t len, uint64_t off)
{
	(void)ctx, (void)fd;
	assert(off <= file_len && len <= ROOM - off);
	memcpy(file + off, buf, len);
	if (off + len > file_len)
		file_len = (size_t)off + len;
	return ((ssize_t)len);
}

static int
one_sync(void *ctx, int fd)
{
	(void)ctx, (void)fd;
	return (0);
}

static int
one_cut(void *ctx, int fd, uint64_t bytes)
{
	(void)ctx, (void)fd;
	assert(bytes <= file_len);
	file_len = (size_t)bytes;
	return (0);
}

static int
one_size(void *ctx, int fd, uint64_t *bytes)
{
	(void)ctx, (void)fd;
	*bytes = file_len;
	return (0);
}

static int
one_mkdir(void *ctx, const char *path, unsigned mode)
{
	(void)ctx, (void)path, (void)mode;
	errno = EEXIST;
	return (-1);
}

static int
one_sync_dir(void *ctx, const char *dir)
{
	(void)ctx, (void)dir;
	return (0);
}

static const struct disk disk = { .open = one_open, .close = one_close,
	.pread = one_pread, .pwrite = one_pwrite, .fdatasync = one_sync,
	.ftruncate = one_cut, .size = one_size, .mkdir = one_mkdir,
	.sync_dir = one_sync_dir };

/* Put the checks right as far as the lengths make sense. */
static void
mend(void)
{
	static uint8_t record[SEALED_RECORD_MAX];
	size_t off = SEALED_MAGIC_LEN, body, head, n;
	int kind;

	if (file_len < SEALED_MAGIC_LEN)
		return;
	memcpy(file, SEALED_MAGIC, SEALED_MAGIC_LEN);
	while (file_len - off > SEALED_HEAD + 16 + SEALED_CHECK) {
		body = (size_t)file[off + 2] << 8 | file[off + 3];
		kind = file[off + 4];
		head = kind == SEALED_KEY ? 8 : 16;
		if (file[off] != 0 || file[off + 1] != 0 || body <= head ||
		    kind < SEALED_KEY || kind > SEALED_ERASED ||
		    body > SEALED_BODY_MAX || body + SEALED_HEAD +
		    SEALED_CHECK > file_len - off)
			break;
		n = sealed_record_write(record, kind,
		    sealed_get64(&file[off + SEALED_HEAD]), kind ==
		    SEALED_IDENTITY ? sealed_get64(&file[off + SEALED_HEAD +
		    8]) : 0, &file[off + SEALED_HEAD + head], body - head);
		memcpy(&file[off], record, n);
		off += n;
	}
}

/* Read, add, find, erase. */
static void
use(void)
{
	static struct sealed_item item;
	static const uint8_t message[40] = "message", cms[20] = "cms";
	const struct sealed_sidecar sc = { .key = SEQ, .cms = cms,
		.cms_len = sizeof(cms), .message = message,
		.message_len = sizeof(message) };
	char err[SEALED_ERROR_MAX];
	uint8_t sidecar[128];
	struct sealed *s;
	size_t n = sealed_sidecar_write(sidecar, sizeof(sidecar), &sc);
	int rc;
	int before = sealed_find(&disk, "", SEQ, T, &item, err, sizeof(err));

	s = sealed_open(&disk, "", err, sizeof(err));
	assert(s != NULL);
	if (sealed_add(s, SEQ, T, sidecar, n) == 0) {
		assert(sealed_sync(s) == 0);
		rc = sealed_find(&disk, "", SEQ, T, &item, err, sizeof(err));
		assert(rc == 1 || before == -1);
		if (before == 0)
			assert(item.message_len == sizeof(message));
		rc = sealed_erase(&disk, "", SEQ, T, err, sizeof(err));
		assert(rc == 1 || (rc == 0 && before != 0));
		assert(sealed_find(&disk, "", SEQ, T, &item, err,
		    sizeof(err)) == 1 && item.erased);
	}
	sealed_close(s);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sealed_sidecar sc;
	int round;

	if (size > BOUND)
		return (0);
	if (sealed_sidecar_read(&sc, data, size) == 0) {
		assert(sc.message + sc.message_len == data + size);
		assert(sc.message_len > 0);
	}
	for (round = 0; round < 2; round++) {
		if (size > 0)
			memcpy(file, data, size);
		file_len = size;
		if (round == 1)
			mend();
		use();
	}
	return (0);
}
