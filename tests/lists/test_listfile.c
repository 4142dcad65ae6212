#include "../store/listmodel.h"

#include <sys/mount.h>
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <sched.h>

#include <zstd.h>

#include "../store/memdisk.h"
#include "lists/listfile.h"

/* List files: written, read, built, applied; and every way in which one may be wrong. */

TestSuite(listfile, .init = lm_begin, .fini = lm_end);

#define N	5000u

static char err[LISTFILE_ERROR_MAX];

/* A snapshot in lm_dir; r is what it holds. */
static struct listfile_want
snapshot(const char *name, const struct listrec *r, size_t n,
    struct listfile_header *h)
{
	struct listfile_want w = { .id = "sanction", .subject = LIST_PERSON,
		.epoch = 3, .version = 7, .kind = LISTFILE_SNAPSHOT };

	memset(h, 0, sizeof(*h));
	h->kind = LISTFILE_SNAPSHOT;
	h->records = n;
	h->info = lm_info(7, listrec_bits(n));
	err[0] = '\0';
	cr_assert_eq(listfile_write(&disk_real, lm_dir, name, h, r, err), 0,
	    "%s", err);
	w.count = h->info.count;
	memcpy(w.root, h->info.root, sizeof(w.root));
	return (w);
}

/* A delta from version 7 to 8, over r[n]. */
static struct listfile_want
delta(const char *name, const struct listrec *r, size_t n,
    const struct listrec *d, size_t k)
{
	struct listrec *all = malloc((n + k + 1) * sizeof(*all));
	struct listfile_header h;
	struct listfile_want w;

	w = snapshot("next", all, listrun_apply(all, r, n, d, k), &h);
	free(all);
	/* Those buckets may be others: take the root of the old number. */
	h.info.bits = listrec_bits(n);
	h.kind = LISTFILE_DELTA;
	h.from = 7;
	h.info.version = 8;
	h.records = k;
	cr_assert_eq(listfile_write(&disk_real, lm_dir, name, &h, d, err), 0,
	    "%s", err);
	unlink(lm_path("next"));
	w.kind = LISTFILE_DELTA;
	w.from = 7;
	w.version = 8;
	return (w);
}

/* A whole file, in memory. */
static uint8_t *
slurp(const char *name, size_t *len)
{
	uint8_t *p = malloc(16 << 20);
	int fd = open(lm_path(name), O_RDONLY);
	ssize_t n = -1;

	cr_assert(p != NULL && fd != -1 && (n = read(fd, p, 16 << 20)) >= 0);
	close(fd);
	*len = (size_t)n;
	return (p);
}

static void
spit(const char *name, const void *p, size_t len)
{
	int fd = open(lm_path(name), O_WRONLY | O_CREAT | O_TRUNC, 0600);

	cr_assert(fd != -1 && write(fd, p, len) == (ssize_t)len);
	close(fd);
}

/* What a hostile writer may choose besides the bytes themselves. */
struct frame {
	int no_checksum, no_size, window_log;
};

/* Compress bytes as a file. */
static void
pack(const char *name, const void *p, size_t len, const struct frame *f)
{
	size_t cap = ZSTD_compressBound(len), n;
	uint8_t *out = malloc(cap);
	ZSTD_CCtx *c = ZSTD_createCCtx();

	ZSTD_CCtx_setParameter(c, ZSTD_c_checksumFlag, !f->no_checksum);
	ZSTD_CCtx_setParameter(c, ZSTD_c_contentSizeFlag, !f->no_size);
	if (f->window_log != 0)
		ZSTD_CCtx_setParameter(c, ZSTD_c_windowLog, f->window_log);
	n = ZSTD_compress2(c, out, cap, p, len);
	cr_assert(!ZSTD_isError(n), "%s", ZSTD_getErrorName(n));
	spit(name, out, n);
	ZSTD_freeCCtx(c);
	free(out);
}

/* The content of a file. */
static uint8_t *
unpack(const char *name, size_t *len)
{
	size_t n;
	uint8_t *p = slurp(name, &n), *out;

	*len = (size_t)ZSTD_getFrameContentSize(p, n);
	out = malloc(*len + 1000);
	cr_assert_eq(ZSTD_decompress(out, *len, p, n), *len);
	free(p);
	return (out);
}

static int
count(void *arg, const struct listfile_header *h, const struct listrec *r,
    size_t n)
{

	cr_assert(h->records >= n && n > 0 && r != NULL);
	*(uint64_t *)arg += n;
	return (0);
}

/* The snapshot is refused with these words, and no file is left of it. */
static void
refused(const char *name, const struct listfile_want *w, const char *words)
{
	int before = lm_files();

	err[0] = '\0';
	errno = 0;
	cr_assert_null(listfile_build(lm_path(name), w, lm_path("x.list"),
	    &disk_real, err));
	cr_assert_not_null(strstr(err, words), "%s", err);
	cr_assert_neq(errno, 0);
	cr_assert_eq(lm_files(), before);
}

Test(listfile, a_snapshot_is_written_and_built)
{
	static const size_t n[] = { 0, 1, 8192, 8193, N };
	struct listfile_header h, again;
	struct list *l;
	uint64_t seen;

	for (size_t i = 0; i < sizeof(n) / sizeof(n[0]); i++) {
		struct listrec *r = lm_records(n[i], i), *back;
		struct listfile_want w = snapshot("s", r, n[i], &h);

		seen = 0;
		cr_assert_eq(listfile_each(lm_path("s"), &again, count, &seen,
		    err), 0, "%s", err);
		cr_assert_eq(seen, n[i]);
		cr_assert(memcmp(&h, &again, sizeof(h)) == 0);
		back = listfile_read(lm_path("s"), &again, n[i], err);
		cr_assert_not_null(back, "%s", err);
		cr_assert(memcmp(back, r, n[i] * sizeof(*r)) == 0);
		free(back);
		l = listfile_build(lm_path("s"), &w, lm_path("s.list"),
		    &disk_real, err);
		cr_assert_not_null(l, "%s", err);
		lm_holds(l, r, n[i]);
		cr_assert_str_eq(list_path(l), lm_path("s.list"));
		list_close(l);
		free(r);
		cr_assert_eq(lm_files(), 2);
	}
}

Test(listfile, the_hash_of_the_file_is_checked_in_the_same_pass)
{
	struct listrec *r = lm_records(N, 1);
	struct listfile_header h;
	struct listfile_want w = snapshot("s", r, N, &h);
	uint8_t digest[32];
	struct list *l;
	size_t len;
	uint8_t *p = slurp("s", &len);

	sha256_of(digest, p, len);
	w.sha256 = digest;
	w.length = len;
	l = listfile_build(lm_path("s"), &w, lm_path("s.list"), &disk_real,
	    err);
	cr_assert_not_null(l, "%s", err);
	list_close(l);
	unlink(lm_path("s.list"));
	w.length++;
	refused("s", &w, "length");
	w.length--;
	digest[31] ^= 1;
	refused("s", &w, "SHA-256");
	free(p);
	free(r);
}

Test(listfile, a_delta_leads_to_what_was_signed)
{
	struct listrec *r = lm_records(N, 1), d[3], *all;
	struct listfile_header h;
	struct listfile_want s = snapshot("s", r, N, &h), w;
	uint64_t seed = 3;
	struct list *l, *m;
	size_t n;

	memset(d, 0, sizeof(d));
	d[0].token = r[100].token;
	d[0].flags[0] = LISTREC_GONE;
	d[1] = r[200];
	d[1].category = 0;
	d[1].flags[0] = LISTREC_CLEARED;
	d[2].token = lm_token(&seed);
	d[2].category = 4;
	qsort(d, 3, sizeof(d[0]), lm_order);
	w = delta("d", r, N, d, 3);
	l = listfile_build(lm_path("s"), &s, lm_path("s.list"), &disk_real,
	    err);
	cr_assert_not_null(l, "%s", err);
	m = listfile_apply(l, lm_path("d"), &w, err);
	cr_assert_not_null(m, "%s", err);
	cr_assert_eq(list_info(m)->version, 8);
	all = malloc((N + 3) * sizeof(*all));
	n = listrun_apply(all, r, N, d, 3);
	lm_holds(m, all, n);
	lm_holds(l, r, N);
	/* It is not applied twice, nor to what it does not lead on from. */
	cr_assert_null(listfile_apply(m, lm_path("d"), &w, err));
	cr_assert_not_null(strstr(err, "from version 8"), "%s", err);
	w.from = 8;
	cr_assert_null(listfile_apply(l, lm_path("d"), &w, err));
	list_close(l);
	list_close(m);
	free(all);
	free(r);
}

Test(listfile, a_delta_whose_root_does_not_come_out_is_refused)
{
	struct listrec *r = lm_records(N, 1), *other = lm_records(N, 2), d;
	struct listfile_header h;
	struct listfile_want s = snapshot("s", r, N, &h), w;
	struct list *l;

	memset(&d, 0, sizeof(d));
	d.token = r[100].token;
	d.category = 5;
	/* Made over another list of the same name and length. */
	w = delta("d", other, N, &d, 1);
	l = listfile_build(lm_path("s"), &s, lm_path("s.list"), &disk_real,
	    err);
	cr_assert_null(listfile_apply(l, lm_path("d"), &w, err));
	cr_assert_not_null(strstr(err, "were signed"), "%s", err);
	w = delta("d", r, N, &d, 1);
	w.root[0] ^= 1;
	cr_assert_null(listfile_apply(l, lm_path("d"), &w, err));
	cr_assert_not_null(strstr(err, "another root"), "%s", err);
	w.root[0] ^= 1;
	w.kind = LISTFILE_SNAPSHOT;
	cr_assert_null(listfile_apply(l, lm_path("d"), &w, err));
	lm_holds(l, r, N);
	list_close(l);
	free(r);
	free(other);
}

Test(listfile, a_delta_too_long_for_a_layer_is_refused_before_it_is_read)
{
	struct listrec *r = lm_records(LIST_LAYER_MAX + 1, 1);
	struct listfile_header h;
	struct listfile_want s = snapshot("s", r, 0, &h),
	    w = delta("d", r, 0, r, LIST_LAYER_MAX + 1);
	struct list *l = listfile_build(lm_path("s"), &s, lm_path("s.list"),
	    &disk_real, err);

	cr_assert_not_null(l, "%s", err);
	errno = 0;
	cr_assert_null(listfile_apply(l, lm_path("d"), &w, err));
	cr_assert_eq(errno, E2BIG, "%s", err);
	list_close(l);
	free(r);
}

Test(listfile, what_was_not_signed_is_refused)
{
	struct listrec *r = lm_records(N, 1);
	struct listfile_header h;
	const struct listfile_want w = snapshot("s", r, N, &h);
	struct listfile_want x;

	x = w, x.id = "sanctio";
	refused("s", &x, "of list sanction");
	x = w, x.subject = LIST_CARD;
	refused("s", &x, "subject");
	x = w, x.epoch = 4;
	refused("s", &x, "epoch 3, not 4");
	x = w, x.version = 8;
	refused("s", &x, "to 7");
	x = w, x.count++;
	refused("s", &x, "number of records");
	x = w, x.root[31] ^= 1;
	refused("s", &x, "another root");
	x = w, x.kind = LISTFILE_DELTA;
	refused("s", &x, "snapshot");
	free(r);
}

/* Alter a byte of the content, and compress it again as if nothing was. */
static void
altered(size_t at, uint8_t to, const char *words)
{
	struct listrec *r = lm_records(N, 1);
	struct listfile_header h;
	struct listfile_want w = snapshot("s", r, N, &h);
	struct frame f = { 0 };
	size_t len;
	uint8_t *p = unpack("s", &len);

	cr_assert_neq(p[at], to);
	p[at] = to;
	pack("s", p, len, &f);
	refused("s", &w, words);
	free(p);
	free(r);
}

Test(listfile, every_byte_of_the_header_counts)
{
	static const struct {
		size_t at;
		uint8_t to;
		const char *words;
	} t[] = {
		{ 0, 'l', "not a list file" }, { 7, 0, "not a list file" },
		{ 8, 3, "neither" }, { 11, 1, "neither" }, { 12, 3, "subject" },
		{ 16, 2, "epoch" }, { 20, 21, "buckets" }, { 24, 8, "version" },
		{ 28, 1, "contradicts" }, { 32, 7, "contradicts" },
		{ 36, 1, "contradicts" }, { 39, 0x80, "contradicts" },
		{ 40, 7, "contradicts" }, { 48, 1, "root" }, { 79, 1, "root" },
		{ 80, 'x', "of list" }, { 80, 0, "malformed" },
		{ 80, 'S', "malformed" }, { 89, 'x', "malformed" },
		{ 103, 'x', "malformed" }, { 104, 1, "not zero" },
		{ 127, 1, "not zero" },
	};

	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++)
		altered(t[i].at, t[i].to, t[i].words);
	/* Other buckets than were signed: another root. */
	altered(20, 3, "root");
}

Test(listfile, a_record_with_an_unknown_flag)
{
	altered(LISTFILE_HEADER + 24 * 100 + 18, 4, "record 100 has an unknown");
	altered(LISTFILE_HEADER + 24 * 100 + 19, 1, "record 100 has an unknown");
}

Test(listfile, a_tombstone_of_a_delta_in_a_snapshot)
{
	altered(LISTFILE_HEADER + 24 * 100 + 18, LISTREC_GONE, "of a delta");
}

Test(listfile, a_record_that_is_listed_and_cleared)
{
	altered(LISTFILE_HEADER + 24 * 101 + 18, LISTREC_CLEARED, "record 101");
	altered(LISTFILE_HEADER + 24 * 101 + 16, 0, "record 101");
}

Test(listfile, one_record_altered_gives_another_root)
{
	altered(LISTFILE_HEADER + 24 * 101 + 20, 0xff, "root");
	altered(LISTFILE_HEADER + 24 * 101 + 15, 0xff, "root");
}

/* Records that the writer would not write, by hand. */
static void
records(struct listrec *r, size_t n, const char *words)
{
	struct listrec *good = lm_records(N, 1);
	struct listfile_header h;
	struct listfile_want w = snapshot("s", good, N, &h);
	struct frame f = { 0 };
	size_t len;
	uint8_t *p = unpack("s", &len);

	memcpy(p + LISTFILE_HEADER, r, n * sizeof(*r));
	pack("s", p, LISTFILE_HEADER + n * sizeof(*r), &f);
	refused("s", &w, words);
	free(p);
	free(good);
}

Test(listfile, wrong_order)
{
	struct listrec *r = lm_records(N, 1), t = r[3000];

	r[3000] = r[3001];
	r[3001] = t;
	records(r, N, "record 3001 does not ascend");
	free(r);
}

Test(listfile, a_duplicate)
{
	struct listrec *r = lm_records(N, 1);

	r[3001].token = r[3000].token;
	records(r, N, "record 3001 does not ascend");
	free(r);
}

Test(listfile, a_duplicate_between_two_runs)
{
	struct listrec *r = lm_records(20000, 1), *bad;
	struct listfile_header h;
	struct listfile_want w = snapshot("s", r, 20000, &h);
	struct frame f = { 0 };
	size_t len;
	uint8_t *p = unpack("s", &len);
	uint64_t seen = 0;

	bad = (struct listrec *)(void *)(p + LISTFILE_HEADER);
	bad[8192].token = bad[8191].token;
	pack("s", p, len, &f);
	cr_assert_eq(listfile_each(lm_path("s"), &h, count, &seen, err), -1);
	cr_assert_not_null(strstr(err, "record 8192"), "%s", err);
	cr_assert_eq(seen, 8192);
	refused("s", &w, "record 8192 does not ascend");
	free(p);
	free(r);
}

Test(listfile, one_record_more_or_less_than_signed)
{
	struct listrec *r = lm_records(N, 1);

	records(r, N - 1, "number of records");
	r = realloc(r, (N + 1) * sizeof(*r));
	memset(&r[N], 0xff, sizeof(*r));
	records(r, N + 1, "number of records");
	free(r);
}

/* The bytes of the file itself. */
static void
bytes(const uint8_t *p, size_t len, const struct listfile_want *w,
    const char *words)
{
	struct listfile_header h;
	uint64_t seen = 0;

	spit("b", p, len);
	refused("b", w, words);
	cr_assert_eq(listfile_each(lm_path("b"), &h, count, &seen, err), -1);
}

Test(listfile, trailing_bytes)
{
	struct listrec *r = lm_records(N, 1);
	struct listfile_header h;
	struct listfile_want w = snapshot("s", r, N, &h);
	size_t len;
	uint8_t *p = slurp("s", &len);

	p[len] = 0;
	bytes(p, len + 1, &w, "behind its end");
	memset(p + len, 0, 300000);
	bytes(p, len + 300000, &w, "behind its end");
	free(p);
	free(r);
}

Test(listfile, a_second_frame)
{
	struct listrec *r = lm_records(N, 1);
	struct listfile_header h;
	struct listfile_want w = snapshot("s", r, N, &h);
	size_t len;
	uint8_t *p = slurp("s", &len);

	memcpy(p + len, p, len);
	bytes(p, 2 * len, &w, "behind its end");
	/* A skippable frame, before and behind. */
	memcpy(p + len, "\x50\x2a\x4d\x18\x04\0\0\0abcd", 12);
	bytes(p, len + 12, &w, "behind its end");
	memmove(p + 12, p, len);
	memcpy(p, "\x50\x2a\x4d\x18\x04\0\0\0abcd", 12);
	bytes(p, len + 12, &w, "not a zstd frame");
	free(p);
	free(r);
}

Test(listfile, cut_short_anywhere)
{
	struct listrec *r = lm_records(300, 1);
	struct listfile_header h;
	struct listfile_want w = snapshot("s", r, 300, &h);
	size_t len;
	uint8_t *p = slurp("s", &len);

	for (size_t i = 0; i < len; i += i < 40 || i > len - 10 ? 1 : 97)
		bytes(p, i, &w, "");
	free(p);
	free(r);
}

/* zstd has a few bits that say nothing: then the content is the same. */
Test(listfile, every_bit_of_a_small_file)
{
	struct listrec *r = lm_records(20, 1);
	struct listfile_header h;
	struct listfile_want w = snapshot("s", r, 20, &h);
	size_t len, same = 0;
	uint8_t *p = slurp("s", &len), digest[32];
	struct list *l;

	sha256_of(digest, p, len);
	for (size_t i = 0; i < len * 8; i++) {
		p[i / 8] ^= (uint8_t)(1u << i % 8);
		spit("b", p, len);
		l = listfile_build(lm_path("b"), &w, lm_path("x.list"),
		    &disk_real, err);
		if (l != NULL) {
			lm_holds(l, r, 20);
			list_close(l);
			unlink(lm_path("x.list"));
			same++;
		}
		w.sha256 = digest;
		w.length = len;
		refused("b", &w, "");
		w.sha256 = NULL;
		p[i / 8] ^= (uint8_t)(1u << i % 8);
	}
	cr_assert_leq(same, 8);
	free(p);
	free(r);
}

Test(listfile, a_frame_without_length_or_checksum)
{
	struct listrec *r = lm_records(N, 1);
	struct listfile_header h;
	struct listfile_want w = snapshot("s", r, N, &h);
	struct frame f = { .no_checksum = 1 };
	size_t len;
	uint8_t *p = unpack("s", &len);

	pack("s", p, len, &f);
	refused("s", &w, "checksum");
	f = (struct frame){ .no_size = 1 };
	pack("s", p, len, &f);
	refused("s", &w, "length");
	free(p);
	free(r);
}

/* Peak memory of this process, kB. */
static long
peak(void)
{
	char line[128];
	long kb = -1;
	FILE *f;

	/* Begin to measure anew. */
	if ((f = fopen("/proc/self/clear_refs", "w")) != NULL) {
		fputs("5", f);
		fclose(f);
	}
	cr_assert_not_null(f = fopen("/proc/self/status", "r"));
	while (fgets(line, sizeof(line), f) != NULL)
		if (sscanf(line, "VmHWM: %ld", &kb) == 1)
			break;
	fclose(f);
	return (kb);
}

/* 2 GB of zeros in 64 kB: its length is not the signed one, nor are zeros records. */
Test(listfile, a_bomb)
{
	struct listfile_header h;
	struct listrec *r = lm_records(N, 1);
	struct listfile_want w = snapshot("s", r, N, &h);
	uint64_t records = UINT64_C(90) << 20, total = LISTFILE_HEADER +
	    records * LISTREC_LEN, done = 0, seen = 0;
	ZSTD_CCtx *c = ZSTD_createCCtx();
	uint8_t *zeros = calloc(1, 1 << 20), *out = malloc(16 << 20);
	ZSTD_outBuffer o = { .dst = out, .size = 16 << 20 };
	struct list *l;
	size_t len, left;
	uint8_t *p = unpack("s", &len);
	long before;

	memcpy(p + 32, &records, 8);
	memcpy(p + 40, &records, 8);
	ZSTD_CCtx_setParameter(c, ZSTD_c_checksumFlag, 1);
	ZSTD_CCtx_setParameter(c, ZSTD_c_windowLog, 20);
	ZSTD_CCtx_setPledgedSrcSize(c, total);
	memcpy(zeros, p, LISTFILE_HEADER);
	for (size_t n = LISTFILE_HEADER; done < total; n = 1 << 20) {
		ZSTD_inBuffer in = { .src = zeros, .size = total - done < n ?
		    (size_t)(total - done) : n };

		done += in.size;
		do
			left = ZSTD_compressStream2(c, &o, &in, done == total ?
			    ZSTD_e_end : ZSTD_e_continue);
		while (in.pos < in.size || (done == total && left != 0));
		memset(zeros, 0, LISTFILE_HEADER);
	}
	cr_assert_lt(o.pos, 1 << 20);
	spit("b", out, o.pos);
	before = peak();
	refused("b", &w, "number of records");
	cr_assert_eq(listfile_each(lm_path("b"), &h, count, &seen, err), -1);
	cr_assert_not_null(strstr(err, "record 0"), "%s", err);
	cr_assert_null(listfile_read(lm_path("b"), &h, LIST_LAYER_MAX, err));
	w.kind = LISTFILE_SNAPSHOT;
	w.count = records;
	l = listfile_build(lm_path("b"), &w, lm_path("x.list"), &disk_real,
	    err);
	cr_assert_null(l);
	cr_assert_lt(peak() - before, 40 << 10);
	ZSTD_freeCCtx(c);
	free(zeros);
	free(out);
	free(p);
	free(r);
}

/* A window of 128 MB would take as much memory from whoever reads it. */
Test(listfile, a_frame_that_wants_much_memory)
{
	struct listrec *r = lm_records(400000, 1);
	struct listfile_header h;
	struct listfile_want w = snapshot("s", r, 400000, &h);
	struct frame f = { .window_log = 27 };
	size_t len;
	uint8_t *p = unpack("s", &len);

	pack("s", p, len, &f);
	refused("s", &w, "memory");
	free(p);
	free(r);
}

Test(listfile, what_is_not_a_file)
{
	struct listfile_want w = { .id = "sanction",
		.kind = LISTFILE_SNAPSHOT };

	cr_assert_eq(mkfifo(lm_path("f"), 0600), 0);
	refused("f", &w, "not a file");
	cr_assert_eq(mkdir(lm_path("d"), 0700), 0);
	refused("d", &w, "not a file");
	refused("none", &w, "No such file");
}

/* Nothing is written that would not be read. */
Test(listfile, the_writer_refuses_what_the_reader_would)
{
	struct listrec *r = lm_records(10, 1);
	struct listfile_header h = { .kind = LISTFILE_SNAPSHOT, .records = 10,
		.info = lm_info(1, 2) };

	r[5].flags[0] = LISTREC_GONE;
	cr_assert_eq(listfile_write(&disk_real, lm_dir, "s", &h, r, err), -1);
	r[5].flags[0] = 0;
	r[5].category = 1;
	r[4].token = r[5].token;
	cr_assert_eq(listfile_write(&disk_real, lm_dir, "s", &h, r, err), -1);
	memset(&r[4].token, 0, 16);
	cr_assert_eq(listfile_write(&disk_real, lm_dir, "s", &h, r, err), -1);
	h.info.id[0] = 'S';
	h.records = 0;
	cr_assert_eq(listfile_write(&disk_real, lm_dir, "s", &h, r, err), -1);
	h.info.id[0] = 's';
	h.kind = LISTFILE_DELTA;
	h.from = 1;
	cr_assert_eq(listfile_write(&disk_real, lm_dir, "s", &h, r, err), -1);
	cr_assert_not_null(strstr(err, "contradicts"), "%s", err);
	cr_assert_eq(lm_files(), 0);
	free(r);
}

/* A thousand changes of a list of ten million: at most 30 kB. */
Test(listfile, a_delta_of_a_thousand_is_small)
{
	struct listrec *r = lm_records(1000, 9);
	struct listfile_header h = { .kind = LISTFILE_DELTA, .records = 1000,
		.from = 1, .info = lm_info(2, 16) };
	struct stat st;

	h.info.count = 10000000;
	cr_assert_eq(listfile_write(&disk_real, lm_dir, "d", &h, r, err), 0);
	cr_assert_eq(stat(lm_path("d"), &st), 0);
	cr_assert_leq(st.st_size, 30 << 10);
	free(r);
}

/* Each step of the writing fails in turn: no file, no leftover. */
Test(listfile, any_step_of_writing_may_fail)
{
	struct listrec *r = lm_records(100, 1);
	long at = 1;
	int rc = -1;

	for (; rc != 0; at++) {
		struct listfile_header h = { .kind = LISTFILE_SNAPSHOT,
			.records = 100, .info = lm_info(1, 2) };
		struct memdisk *m = memdisk_new();

		m->fail_step = MEM_ANY;
		m->fail_errno = ENOSPC;
		m->fail_at = at;
		errno = 0;
		rc = listfile_write(&m->disk, "d", "s", &h, r, err);
		cr_assert(rc == 0 || errno == ENOSPC);
		for (int i = 0; rc != 0 && i < MEM_FILES; i++)
			cr_assert_null(m->now[i].file);
		memdisk_free(m);
	}
	cr_assert_gt(at, 5);
	free(r);
}

static int
little_room(void *ctx, const char *path, uint64_t *bytes)
{

	(void)ctx;
	(void)path;
	*bytes = 5000;
	return (0);
}

Test(listfile, a_disk_without_room_is_told_before_anything_is_written)
{
	struct listrec *r = lm_records(N, 1);
	struct listfile_header h;
	struct listfile_want w = snapshot("s", r, N, &h);
	struct disk disk = disk_real;

	disk.space = little_room;
	errno = 0;
	cr_assert_null(listfile_build(lm_path("s"), &w, lm_path("s.list"),
	    &disk, err));
	cr_assert_eq(errno, ENOSPC);
	cr_assert_not_null(strstr(err, "needs 1 MB, there are 0"), "%s", err);
	cr_assert_eq(lm_files(), 1);
	free(r);
}

static int
much_room(void *ctx, const char *path, uint64_t *bytes)
{

	(void)ctx;
	(void)path;
	*bytes = UINT64_MAX;
	return (0);
}

/* A real disk that gets full on the way: no file, and the last list serves on. */
Test(listfile, a_disk_that_gets_full)
{
	struct listrec *r = lm_records(20000, 1), *s = lm_records(100, 2);
	struct listfile_header h;
	struct listfile_want w = snapshot("s", s, 100, &h);
	struct disk disk = disk_real;
	struct list *l, *m;

	if (unshare(CLONE_NEWNS) != 0 || mount("none", "/", NULL, MS_REC |
	    MS_PRIVATE, NULL) != 0 || mkdir(lm_path("full"), 0700) != 0 ||
	    mount("none", lm_path("full"), "tmpfs", 0, "size=256k") != 0)
		cr_skip_test("skipped: may not mount a small disk");
	disk.space = much_room;
	l = listfile_build(lm_path("s"), &w, lm_path("full/old.list"), &disk,
	    err);
	cr_assert_not_null(l, "%s", err);
	w = snapshot("s", r, 20000, &h);
	errno = 0;
	cr_assert_null(listfile_build(lm_path("s"), &w, lm_path("full/new.list"),
	    &disk, err));
	cr_assert_eq(errno, ENOSPC, "%s", err);
	cr_assert_not_null(strstr(err, "No space left"), "%s", err);
	cr_assert_neq(access(lm_path("full/new.list"), F_OK), 0);
	cr_assert_neq(access(lm_path("full/new.list.tmp"), F_OK), 0);
	lm_holds(l, s, 100);
	/* And when there is room again it is built. */
	cr_assert_eq(mount("none", lm_path("full"), NULL, MS_REMOUNT,
	    "size=4m"), 0);
	m = listfile_build(lm_path("s"), &w, lm_path("full/new.list"), &disk,
	    err);
	cr_assert_not_null(m, "%s", err);
	lm_holds(m, r, 20000);
	list_close(l);
	list_close(m);
	cr_assert_eq(umount(lm_path("full")), 0);
	free(r);
	free(s);
}
