#include "listmodel.h"

#include <sys/resource.h>
#include <sys/wait.h>

#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "store/listbase.h"

#include "memdisk.h"

/* Base files: damaged ones, disks that fail, cuts of the power. */

TestSuite(listbase, .init = lm_begin, .fini = lm_end);

#define N	40u
#define BITS	2u

static char err[LIST_ERROR_MAX];

/* A small base file in memory, and what is in it. */
static uint8_t *
small(struct listrec **r, size_t *len)
{
	struct list_info info = lm_info(7, BITS);
	uint8_t *p = malloc(1 << 16);
	ssize_t n = -1;
	int fd;

	*r = lm_records(N, 1);
	cr_assert_eq(lm_build(lm_path("a.list"), &info, *r, N, &disk_real,
	    err), 0, "%s", err);
	fd = open(lm_path("a.list"), O_RDONLY);
	cr_assert(p != NULL && fd != -1 && (n = read(fd, p, 1 << 16)) > 0);
	close(fd);
	*len = (size_t)n;
	cr_assert_eq(*len, list_size(&info));
	return (p);
}

static void
spit(const char *name, const void *p, size_t len)
{
	int fd = open(lm_path(name), O_WRONLY | O_CREAT | O_TRUNC, 0600);

	cr_assert(fd != -1 && write(fd, p, len) == (ssize_t)len);
	close(fd);
}

/* The file is refused when it is verified, and never tells anything wrong. */
static void
damaged(const uint8_t *p, size_t len, const struct listrec *r, const char *words)
{
	struct listrec got;
	struct list *l;

	spit("b.list", p, len);
	err[0] = '\0';
	cr_assert_null(list_open(lm_path("b.list"), 1, err));
	cr_assert_not_null(strstr(err, words), "%s", err);
	if ((l = list_open(lm_path("b.list"), 0, err)) == NULL)
		return;
	for (size_t i = 0; i < N; i++) {
		int rc = list_get(l, &r[i].token, &got);

		cr_assert(rc == -1 || (rc == 1 &&
		    memcmp(&got, &r[i], sizeof(got)) == 0));
	}
	list_close(l);
}

Test(listbase, every_bit_counts)
{
	struct listrec *r;
	size_t len;
	uint8_t *p = small(&r, &len);

	for (size_t i = 0; i < len * 8; i++) {
		p[i / 8] ^= (uint8_t)(1u << i % 8);
		damaged(p, len, r, "");
		p[i / 8] ^= (uint8_t)(1u << i % 8);
	}
	free(p);
	free(r);
}

Test(listbase, cut_short_or_longer)
{
	struct listrec *r;
	size_t len;
	uint8_t *p = small(&r, &len);

	for (size_t i = 0; i < len; i++)
		damaged(p, i, r, "b.list: ");
	p[len] = 0;
	damaged(p, len + 1, r, "length");
	free(p);
	free(r);
}

Test(listbase, zeroed_pieces)
{
	struct listrec *r;
	size_t len;
	uint8_t *p = small(&r, &len), *q = malloc(1 << 16);

	for (size_t i = 0; i + 64 < len; i += 16) {
		memcpy(q, p, len);
		memset(q + i, 0, 64);
		/* What is zero anyway is no damage. */
		if (memcmp(p, q, len) != 0)
			damaged(q, len, r, "");
	}
	free(q);
	free(p);
	free(r);
}

static void
put64(uint8_t *p, uint64_t v)
{

	v = htole64(v);
	memcpy(p, &v, sizeof(v));
}

/* Put the checks against accident right again. */
static void
mend(uint8_t *p, size_t len)
{
	size_t tail = LISTBASE_HEADER + N * LISTREC_LEN, b = (size_t)1 << BITS;
	uint32_t start[(1 << BITS) + 1];

	memcpy(start, p + tail + b * 32, b * 4);
	start[b] = N;
	for (size_t i = 0; i < b; i++)
		put64(p + tail + b * 36 + i * 8, XXH3_64bits(p +
		    LISTBASE_HEADER + start[i] * LISTREC_LEN,
		    (start[i + 1] - start[i]) * LISTREC_LEN));
	put64(p + 112, XXH3_64bits(p + tail, len - tail));
	put64(p + 120, XXH3_64bits(p, 120));
}

/* Somebody who knows the format: the root tells, whatever he mends. */
Test(listbase, altered_with_care)
{
	struct listrec *r;
	size_t len, tail = LISTBASE_HEADER + N * LISTREC_LEN;
	uint8_t *p = small(&r, &len);

	mend(p, len);
	spit("c.list", p, len);
	{
		struct list *l = list_open(lm_path("c.list"), 1, err);

		cr_assert_not_null(l, "%s", err);
		lm_holds(l, r, N);
		list_close(l);
	}
	p[LISTBASE_HEADER + 16] ^= 1;		/* a category */
	mend(p, len);
	spit("b.list", p, len);
	cr_assert_null(list_open(lm_path("b.list"), 1, err));
	cr_assert_not_null(strstr(err, "not those of its root"), "%s", err);
	p[LISTBASE_HEADER + 16] ^= 1;
	p[tail] ^= 1;				/* the hash of a bucket */
	mend(p, len);
	spit("b.list", p, len);
	cr_assert_null(list_open(lm_path("b.list"), 0, err));
	cr_assert_not_null(strstr(err, "root"), "%s", err);
	p[tail] ^= 1;
	p[len - 1] ^= 1;			/* a filter */
	mend(p, len);
	spit("b.list", p, len);
	cr_assert_null(list_open(lm_path("b.list"), 1, err));
	cr_assert_not_null(strstr(err, "filter"), "%s", err);
	p[len - 1] ^= 1;
	p[tail + 4 * 32 + 4] ^= 1;		/* where a bucket begins */
	mend(p, len);
	spit("b.list", p, len);
	cr_assert_null(list_open(lm_path("b.list"), 1, err));
	p[tail + 4 * 32 + 4] ^= 1;
	p[tail + 4 * 32 + 7] ^= 0x80;
	put64(p + 112, XXH3_64bits(p + tail, len - tail));
	put64(p + 120, XXH3_64bits(p, 120));
	damaged(p, len, r, "index");
	free(p);
	free(r);
}

Test(listbase, headers_that_make_no_sense)
{
	struct listrec *r;
	size_t len;
	uint8_t *p = small(&r, &len);
	static const struct {
		size_t at;
		uint8_t to;
	} t[] = { { 20, 21 }, { 23, 0xff }, { 28, 1 }, { 31, 0xff },
		{ 87, 'x' } };

	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		uint8_t saved = p[t[i].at];

		p[t[i].at] = t[i].to;
		put64(p + 120, XXH3_64bits(p, 120));
		damaged(p, len, r, "makes no sense");
		p[t[i].at] = saved;
	}
	p[24]++;
	put64(p + 120, XXH3_64bits(p, 120));
	damaged(p, len, r, "length");
	free(p);
	free(r);
}

Test(listbase, what_is_no_base_file)
{

	cr_assert_null(list_open(lm_path("none"), 0, err));
	cr_assert_not_null(strstr(err, "No such file"), "%s", err);
	cr_assert_null(list_open(lm_dir, 0, err));
	cr_assert_not_null(strstr(err, "not a file"), "%s", err);
	cr_assert_eq(mkfifo(lm_path("f"), 0600), 0);
	cr_assert_null(list_open(lm_path("f"), 0, err));
	spit("e", "", 0);
	cr_assert_null(list_open(lm_path("e"), 0, err));
	cr_assert_not_null(strstr(err, "cut short"), "%s", err);
}

/* While it serves: an error of the look-ups that meet the damage, of no others. */
Test(listbase, damaged_while_it_serves)
{
	struct listrec *r = lm_records(2000, 3), got, d = { .category = 1 };
	struct list_info info = lm_info(1, 4);
	struct list *l = lm_list("a.list", &info, r, 2000);
	int fd = open(lm_path("a.list"), O_RDWR), bad = 0;
	uint32_t hurt = listrec_bucket(&r[700].token, 4);
	uint8_t byte = 0xee;

	cr_assert_eq(pwrite(fd, &byte, 1, LISTBASE_HEADER + 700 * 24 + 3), 1);
	for (size_t i = 0; i < 2000; i++) {
		int rc;

		errno = 0;
		rc = list_get(l, &r[i].token, &got);
		if (listrec_bucket(&r[i].token, 4) == hurt)
			cr_assert(rc == -1 && errno == EBADMSG && ++bad);
		else
			cr_assert(rc == 1 && got.category == r[i].category);
	}
	cr_assert_gt(bad, 50);
	cr_assert_eq(list_bucket(l, hurt, NULL, 0), -1);
	cr_assert_null(list_merge(l, lm_path("b.list"), &disk_real, err));
	d.token = r[700].token;
	info.version = 2;
	cr_assert_null(list_layer(l, &info, &d, 1, err));
	cr_assert_not_null(strstr(err, "damaged"), "%s", err);
	cr_assert_eq(lm_files(), 1);
	/* Cut short under its feet: an error, not the end of the process. */
	cr_assert_eq(ftruncate(fd, 4096), 0);
	cr_assert_eq(list_get(l, &r[1999].token, &got), -1);
	cr_assert_eq(list_get(l, &r[0].token, &got), 1);
	close(fd);
	list_close(l);
	free(r);
}

/* Two that open one file, and one whose name was given to another file. */
Test(listbase, replaced_while_it_serves)
{
	struct listrec *r = lm_records(2000, 3), *s = lm_records(1500, 4);
	struct list_info a = lm_info(1, 4), b = lm_info(2, 3);
	struct list *l = lm_list("a.list", &a, r, 2000), *k, *m;

	cr_assert_not_null(k = list_open(lm_path("a.list"), 0, err));
	m = lm_list("a.list", &b, s, 1500);
	list_close(k);
	lm_holds(l, r, 2000);
	lm_holds(m, s, 1500);
	list_close(l);
	lm_holds(m, s, 1500);
	list_close(m);
	free(r);
	free(s);
}

/* Build on a disk in memory. */
static int
build(struct memdisk *m, const struct listrec *r, size_t n)
{
	struct list_info info = lm_info(7, BITS);

	err[0] = '\0';
	return (lm_build("dir/a.list", &info, r, n, &m->disk, err));
}

/* Each step of the building fails in turn: no file, no leftover, the reason. */
Test(listbase, any_step_may_fail)
{
	static const struct {
		enum mem_step step;
		int error, gives;
		const char *words;
	} t[] = {
		{ MEM_OPEN, EACCES, EACCES, "make" },
		{ MEM_PWRITE, ENOSPC, ENOSPC, "No space" },
		{ MEM_PWRITE, EDQUOT, ENOSPC, "No space" },
		{ MEM_PWRITE, EIO, EIO, "write: Input/output" },
		{ MEM_SYNC, EIO, EIO, "sync: Input/output" },
		{ MEM_SYNC, ENOSPC, ENOSPC, "No space" },
		{ MEM_RENAME, EIO, EIO, "rename" },
		{ MEM_SYNC_DIR, EIO, EIO, "directory" },
	};
	struct listrec *r = lm_records(N, 1);

	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		for (long at = 1;; at++) {
			struct memdisk *m = memdisk_new();
			int rc;

			m->fail_step = t[i].step;
			m->fail_errno = t[i].error;
			m->fail_at = at;
			errno = 0;
			rc = build(m, r, N);
			cr_assert(rc == 0 || errno == t[i].gives);
			cr_assert(rc == 0 || strstr(err, t[i].words) != NULL,
			    "%s", err);
			for (int k = 0; rc != 0 && k < MEM_FILES; k++)
				cr_assert_null(m->now[k].file, "%s",
				    m->now[k].name);
			memdisk_free(m);
			if (rc == 0) {
				cr_assert_gt(at, 1);
				break;
			}
		}
	}
	free(r);
}

/* A write that EIO ended on a full disk was for want of room. */
Test(listbase, a_full_disk_is_told_from_a_broken_one)
{
	struct listrec *r = lm_records(N, 1);
	struct memdisk *m = memdisk_new();

	m->cap = 4096;
	m->fail_step = MEM_PWRITE;
	m->fail_errno = EIO;
	m->fail_at = 1;
	cr_assert_eq(build(m, r, N), -1);
	cr_assert_eq(errno, ENOSPC);
	cr_assert_not_null(strstr(err, "No space"), "%s", err);
	memdisk_free(m);
	/* A write cut short once is gone on with. */
	m = memdisk_new();
	m->fail_step = MEM_PWRITE;
	m->fail_errno = 0;
	m->fail_at = 2;
	cr_assert_eq(build(m, r, N), 0);
	cr_assert_neq(m->fail_at, 2);
	memdisk_free(m);
	free(r);
}

/* The bytes that a whole build leaves. */
static struct mem_file *
file_of(struct memdisk *m)
{
	struct mem_name *n = mem_find(m->now, "a.list");

	return (n != NULL ? n->file : NULL);
}

/*
 * The power goes at each step: under the name stands what stood there before, or
 * all of what was built.
 */
Test(listbase, a_power_cut_at_any_step)
{
	struct listrec *r = lm_records(N, 1);
	struct memdisk *whole = memdisk_new();
	long steps;

	cr_assert_eq(build(whole, r, N), 0);
	steps = whole->steps;
	for (long at = 1; at <= steps; at++) {
		for (uint64_t seed = 1; seed <= 40; seed++) {
			struct memdisk *m = memdisk_new(), *after;
			struct mem_file *f, *want = file_of(whole);
			int rc;

			memdisk_put(m, "a.list", "old", 3);
			m->fail_step = MEM_ANY;
			m->fail_errno = EIO;
			m->fail_at = at;
			m->fail_dead = 1;
			rc = build(m, r, N);
			after = memdisk_power_cut(m, seed);
			f = file_of(after);
			cr_assert_not_null(f);
			cr_assert(f->len == want->len ? memcmp(f->now,
			    want->now, f->len) == 0 : rc != 0 && f->len == 3 &&
			    memcmp(f->now, "old", 3) == 0);
			memdisk_free(after);
			memdisk_free(m);
		}
	}
	memdisk_free(whole);
	free(r);
}

/* The real disk, with a limit on how long a file may get. */
Test(listbase, a_limit_on_files)
{
	struct listrec *r = lm_records(20000, 1);
	struct list_info info = lm_info(1, 7);
	struct rlimit small_files = { 100000, 100000 };
	int status = -1;
	pid_t pid = fork();

	if (pid == 0) {
		signal(SIGXFSZ, SIG_IGN);
		setrlimit(RLIMIT_FSIZE, &small_files);
		_exit(lm_build(lm_path("a.list"), &info, r, 20000, &disk_real,
		    err) != -1 || errno != EFBIG || lm_files() != 0 ||
		    strstr(err, "File too large") == NULL);
	}
	cr_assert_eq(waitpid(pid, &status, 0), pid);
	cr_assert_eq(status, 0);
	cr_assert_eq(lm_files(), 0);
	free(r);
}

/* A merge that fails leaves the list serving, and no file. */
static long writes_left;

static ssize_t
few_writes(void *ctx, int fd, const void *buf, size_t len, uint64_t off)
{

	if (writes_left-- > 0)
		return (disk_real.pwrite(ctx, fd, buf, len, off));
	errno = ENOSPC;
	return (-1);
}

Test(listbase, a_merge_on_a_full_disk)
{
	struct listrec *r = lm_records(2000, 3);
	struct list_info info = lm_info(1, 4);
	struct list *l = lm_list("a.list", &info, r, 2000), *m = NULL;
	struct disk disk = disk_real;
	long n;

	disk.pwrite = few_writes;
	for (n = 0; m == NULL; n++) {
		cr_assert_lt(n, 50);
		writes_left = n;
		errno = 0;
		if ((m = list_merge(l, lm_path("b.list"), &disk, err)) == NULL)
			cr_assert(errno == ENOSPC && lm_files() == 1);
	}
	cr_assert_gt(n, 3);
	lm_holds(l, r, 2000);
	lm_holds(m, r, 2000);
	list_close(l);
	list_close(m);
	free(r);
}
