#include <sys/stat.h>

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "keys/base64.h"
#include "keys/sha256.h"
#include "store/disk.h"
#include "store/tiles.h"

#include "vectors.h"

/* A folder as a log: the log that transparency-dev/tessera wrote, and bad folders. */

#define LOG_OF_OTHERS	"tlog-tiles/tessera-testdata/testdata/log"
#define HEADS		16u

static char err[TILES_ERROR_MAX];

static int64_t
get(const struct tiles_dir *dir, const char *path, uint8_t *buf, size_t cap)
{
	err[0] = '\0';
	return (tiles_dir_get((void *)(uintptr_t)dir, path, buf, cap, err,
	    sizeof(err)));
}

/* The root in their checkpoint of this size: the third line. */
static void
head(const struct tiles_dir *dir, unsigned size, uint8_t root[MERKLE_LEN])
{
	char name[32], text[1024], *line, *end;
	int64_t n;

	snprintf(name, sizeof(name), "checkpoint.%u", size);
	n = get(dir, name, (uint8_t *)text, sizeof(text) - 1);
	cr_assert_gt(n, 0, "%s", err);
	text[n] = '\0';
	cr_assert_not_null(line = strchr(text, '\n'));
	cr_assert_eq(strtoul(line + 1, &end, 10), size);
	cr_assert_eq(*end, '\n');
	cr_assert_eq(base64_decode(root, MERKLE_LEN, end + 1,
	    strcspn(end + 1, "\n")), MERKLE_LEN);
}

/* Entries and inclusion proofs of the log as it was at one size. */
static void
at_size(struct tiles *t, unsigned size, const uint8_t root[MERKLE_LEN],
    uint8_t (*leaf)[MERKLE_LEN])
{
	uint8_t got[MERKLE_LEN], proof[MERKLE_PROOF_MAX][MERKLE_LEN];
	struct merkle_source s = tiles_hasher(t);
	const uint8_t *p;
	size_t len, n;

	cr_assert_eq(tiles_root(t, got), 0, "%s", tiles_error(t));
	cr_assert_arr_eq(got, root, MERKLE_LEN, "size %u", size);
	for (unsigned i = 0; i < size; i++) {
		cr_assert_eq(tiles_entry(t, i, &p, &len), 0, "%s",
		    tiles_error(t));
		sha256_leaf(got, p, len);
		if (i + 1 == size)
			memcpy(leaf[i], got, MERKLE_LEN);
		cr_assert_arr_eq(got, leaf[i], MERKLE_LEN);
		cr_assert_eq(merkle_prove_inclusion(proof, &n, i, size, &s), 0);
		cr_assert_eq(merkle_check_inclusion(got, i, size, root,
		    (const uint8_t (*)[MERKLE_LEN])proof, n), 0);
	}
	cr_assert_eq(tiles_entry(t, size, &p, &len), -1);
}

Test(tiles_dir, log_of_others)
{
	uint8_t root[HEADS][MERKLE_LEN], leaf[HEADS][MERKLE_LEN];
	uint8_t proof[MERKLE_PROOF_MAX][MERKLE_LEN];
	char path[VECTORS_PATH];
	struct tiles_dir dir = { .dir = path };
	struct tiles_source src = { .get = tiles_dir_get, .arg = &dir };
	struct tiles *t, *again;
	struct merkle_source s;
	size_t n;

	if (vectors_find(path, LOG_OF_OTHERS) != 0)
		cr_skip_test("skipped: no vectors");
	cr_assert_not_null(again = tiles_open(&src, 0));
	for (unsigned size = 0; size < HEADS; size++) {
		head(&dir, size, root[size]);
		cr_assert_not_null(t = tiles_open(&src, size));
		at_size(t, size, root[size], leaf);
		tiles_resize(again, size);
		at_size(again, size, root[size], leaf);
		s = tiles_hasher(t);
		for (unsigned old = 0; old <= size; old++) {
			cr_assert_eq(merkle_prove_consistency(proof, &n, old,
			    size, &s), 0);
			cr_assert_eq(merkle_check_consistency(old, root[old],
			    size, root[size],
			    (const uint8_t (*)[MERKLE_LEN])proof, n), 0);
		}
		tiles_close(t);
	}
	tiles_close(again);
}

/* A private folder. */
static char tmp[256];

static void
make_folder(void)
{
	snprintf(tmp, sizeof(tmp), "%s/liangka-tiles.XXXXXX",
	    getenv("TMPDIR") != NULL ? getenv("TMPDIR") : "/tmp");
	cr_assert_not_null(mkdtemp(tmp));
}

static const char *
in(const char *name)
{
	static char path[512];

	snprintf(path, sizeof(path), "%s/%s", tmp, name);
	return (path);
}

static void
remove_folder(void)
{
	static const char *const names[] = { "tile/0/000", "tile/0/001",
	    "tile/0", "tile", "pipe", "" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		remove(in(names[i]));
}

static void
write_file(const char *name, size_t len)
{
	int fd = open(in(name), O_WRONLY | O_CREAT | O_TRUNC, 0600);

	cr_assert_neq(fd, -1);
	cr_assert_eq(ftruncate(fd, (off_t)len), 0);
	close(fd);
}

Test(tiles_dir, folders_that_are_no_log, .init = make_folder,
    .fini = remove_folder)
{
	struct tiles_dir dir = { .dir = tmp };
	uint8_t buf[64];

	cr_assert_eq(get(&dir, "tile/0/000", buf, sizeof(buf)), TILES_ABSENT);
	mkdir(in("tile"), 0700);
	mkdir(in("tile/0"), 0700);
	cr_assert_eq(get(&dir, "tile/0/000", buf, sizeof(buf)), TILES_ABSENT);
	write_file("tile/0/000", 64);
	cr_assert_eq(get(&dir, "tile/0/000", buf, sizeof(buf)), 64);
	cr_assert_eq(get(&dir, "tile/0/000/x", buf, sizeof(buf)), TILES_ABSENT);
	write_file("tile/0/000", 65);
	cr_assert_eq(get(&dir, "tile/0/000", buf, sizeof(buf)), -1);
	cr_assert_not_null(strstr(err, "tile/0/000: too long"));
	write_file("tile/0/000", 0);
	cr_assert_eq(get(&dir, "tile/0/000", buf, sizeof(buf)), 0);
	cr_assert_eq(get(&dir, "tile/0", buf, sizeof(buf)), -1);
	cr_assert_not_null(strstr(err, "tile/0: not a regular file"), "%s",
	    err);
	cr_assert_eq(mkfifo(in("pipe"), 0600), 0);
	cr_assert_eq(get(&dir, "pipe", buf, sizeof(buf)), -1);
	cr_assert_not_null(strstr(err, "not a regular file"));
	cr_assert_eq(symlink("001", in("tile/0/001")), 0);
	cr_assert_eq(get(&dir, "tile/0/001", buf, sizeof(buf)), -1);
}

/* A disk whose reads fail after some bytes. */
static ssize_t
bad_pread(void *ctx, int fd, void *buf, size_t len, uint64_t off)
{

	(void)ctx;
	if (off >= 32) {
		errno = EIO;
		return (-1);
	}
	return (pread(fd, buf, len > 32 ? 32 : len, (off_t)off));
}

Test(tiles_dir, disk_that_fails, .init = make_folder, .fini = remove_folder)
{
	struct disk bad = disk_real;
	struct tiles_dir dir = { .disk = &bad, .dir = tmp };
	struct tiles_source src = { .get = tiles_dir_get, .arg = &dir };
	struct tiles *t;
	uint8_t buf[64];

	bad.pread = bad_pread;
	mkdir(in("tile"), 0700);
	mkdir(in("tile/0"), 0700);
	write_file("tile/0/000", 8192);
	cr_assert_eq(get(&dir, "tile/0/000", buf, sizeof(buf)), -1);
	cr_assert_not_null(t = tiles_open(&src, 256));
	cr_assert_eq(tiles_hash(t, 0, 0, buf), -1);
	cr_assert_not_null(strstr(tiles_error(t), strerror(EIO)), "%s",
	    tiles_error(t));
	cr_assert_str_eq(tiles_error_file(t), "tile/0/000");
	tiles_close(t);
}
