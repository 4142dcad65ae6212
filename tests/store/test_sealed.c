#include <sys/stat.h>

#include <criterion/criterion.h>

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "memdisk.h"
#include "store/sealed.h"
#include "store/sealed_scan.h"

#define T	INT64_C(1795312800000)	/* 2026-11-22 10:00 in Shanghai */
#define FILE_OF_T "2026-11-22.seal"
#define KEY	UINT64_C(0x0102030405060708)

/* memdisk's files only grow; this one can cut. */
static int
cut(void *ctx, int fd, uint64_t bytes)
{
	struct memdisk *m = ctx;

	if (m->dead) {
		errno = EIO;
		return (-1);
	}
	if (bytes < m->fds[fd]->len)
		m->fds[fd]->len = (size_t)bytes;
	return (0);
}

static struct memdisk *
new_disk(void)
{
	struct memdisk *m = memdisk_new();

	m->disk.ftruncate = cut;
	return (m);
}

static struct sealed *
must_open(struct memdisk *m)
{
	char err[SEALED_ERROR_MAX] = "";
	struct sealed *s = sealed_open(&m->disk, "sealed", err, sizeof(err));

	cr_assert_not_null(s, "%s", err);
	return (s);
}

/* The message of an entry: its bytes and length follow from seq. */
static size_t
make_message(uint64_t seq, uint8_t *p)
{
	uint64_t state = seq;
	size_t len = 60 + (size_t)(mem_random(&state) % 500), i;

	for (i = 0; i < len; i++)
		p[i] = (uint8_t)mem_random(&state);
	return (len);
}

static size_t
make_cms(uint64_t key, uint8_t *p)
{
	uint64_t state = ~key;
	size_t i;

	for (i = 0; i < 300; i++)
		p[i] = (uint8_t)mem_random(&state);
	return (300);
}

/* Add an entry's sidecar, with its data key's CMS or without. */
static int
add(struct sealed *s, uint64_t seq, int64_t t, uint64_t key, int with_cms)
{
	uint8_t message[1024], cms[512], sidecar[2048];
	struct sealed_sidecar sc = { .key = key, .message = message,
		.message_len = make_message(seq, message), .cms = cms,
		.cms_len = with_cms ? make_cms(key, cms) : 0 };
	size_t n = sealed_sidecar_write(sidecar, sizeof(sidecar), &sc);

	cr_assert_neq(n, 0);
	return (sealed_add(s, seq, t, sidecar, n));
}

/* Find it: 1 and all as it was written, 2 erased, 0, or -1. */
static int
find(struct memdisk *m, uint64_t seq, int64_t t, uint64_t key)
{
	static struct sealed_item item;
	uint8_t message[1024], cms[512];
	size_t n = make_message(seq, message), k = make_cms(key, cms);
	char err[SEALED_ERROR_MAX] = "";
	int rc = sealed_find(&m->disk, "sealed", seq, t, &item, err,
	    sizeof(err));

	cr_assert_eq(rc == -1, err[0] != '\0');
	if (rc != 1)
		return (rc);
	if (item.erased)
		return (2);
	cr_assert_eq(item.message_len, n);
	cr_assert_eq(memcmp(item.message, message, n), 0);
	cr_assert_eq(item.cms_len, k);
	cr_assert_eq(memcmp(item.cms, cms, k), 0);
	return (1);
}

static int
erase(struct memdisk *m, uint64_t seq, int64_t t)
{
	char err[SEALED_ERROR_MAX] = "";
	int rc = sealed_erase(&m->disk, "sealed", seq, t, err, sizeof(err));

	cr_assert_eq(rc == -1, err[0] != '\0');
	return (rc);
}

/* A synced file with the entries 1 .. n under one key. */
static struct memdisk *
filled(int n)
{
	struct memdisk *m = new_disk();
	struct sealed *s = must_open(m);
	int i;

	for (i = 1; i <= n; i++)
		cr_assert_eq(add(s, (uint64_t)i, T, KEY, i == 1), 0);
	cr_assert_eq(sealed_sync(s), 0);
	sealed_close(s);
	return (m);
}

static struct mem_file *
file_of(struct memdisk *m)
{

	return (mem_find(m->now, FILE_OF_T)->file);
}

Test(sealed, what_was_added_is_found)
{
	struct memdisk *m = filled(50);
	int i;

	for (i = 1; i <= 50; i++)
		cr_assert_eq(find(m, (uint64_t)i, T, KEY), 1);
	cr_assert_eq(find(m, 51, T, KEY), 0);
	cr_assert_eq(find(m, 1, T + 86400000, KEY), 0);
	cr_assert_eq(memcmp(file_of(m)->now, SEALED_MAGIC, 8), 0);
	memdisk_free(m);
}

Test(sealed, a_day_is_one_of_UTC_plus_8)
{
	const int64_t last = INT64_C(1795363199999); /* 23:59:59.999 there */
	struct memdisk *m = new_disk();
	struct sealed *s = must_open(m);

	cr_assert_eq(add(s, 1, last, KEY, 1), 0);
	cr_assert_eq(add(s, 2, last + 1, KEY + 1, 1), 0);
	cr_assert_eq(sealed_sync(s), 0);
	sealed_close(s);
	cr_assert_not_null(mem_find(m->now, "2026-11-22.seal"));
	cr_assert_not_null(mem_find(m->now, "2026-11-23.seal"));
	cr_assert_eq(find(m, 1, last, KEY), 1);
	cr_assert_eq(find(m, 2, last + 1, KEY + 1), 1);
	cr_assert_eq(find(m, 2, last, KEY + 1), 0);
	memdisk_free(m);
}

Test(sealed, the_day_before_is_synced_when_the_next_begins)
{
	struct memdisk *m = new_disk();
	struct sealed *s = must_open(m);
	struct memdisk *c;

	cr_assert_eq(add(s, 1, T, KEY, 1), 0);
	cr_assert_eq(add(s, 2, T + 86400000, KEY + 1, 1), 0);
	c = memdisk_power_cut(m, 3);
	c->disk.ftruncate = cut;
	cr_assert_eq(find(c, 1, T, KEY), 1);
	sealed_close(s);
	memdisk_free(c);
	memdisk_free(m);
}

Test(sealed, a_seq_that_is_there_is_passed_over)
{
	struct memdisk *m = filled(10);
	struct sealed *s = must_open(m);
	size_t len = file_of(m)->len;
	long writes = m->writes;

	cr_assert_eq(add(s, 10, T, KEY, 0), 0);
	cr_assert_eq(add(s, 1, T, KEY, 1), 0);
	/* Another run wrote them: they are written again, in place. */
	cr_assert_eq(m->writes, writes + 3);
	cr_assert_eq(add(s, 1, T, KEY, 1), 0);
	cr_assert_eq(m->writes, writes + 3);
	cr_assert_eq(file_of(m)->len, len);
	cr_assert_eq(add(s, 11, T, KEY, 1), 0);
	cr_assert_eq(sealed_sync(s), 0);
	sealed_close(s);
	cr_assert_eq(find(m, 11, T, KEY), 1);
	cr_assert_eq(find(m, 1, T, KEY), 1);
	memdisk_free(m);
}

Test(sealed, a_torn_tail_is_cut_and_written_anew)
{
	struct memdisk *m = filled(4), *whole = filled(5);
	size_t from = file_of(m)->len, to = file_of(whole)->len, n;
	const uint8_t *bytes = file_of(whole)->now;
	struct sealed *s;

	cr_assert_eq(memcmp(file_of(m)->now, bytes, from), 0);
	for (n = from; n < to; n++) {
		struct memdisk *c = new_disk();

		memdisk_put(c, FILE_OF_T, bytes, n);
		cr_assert_eq(find(c, 4, T, KEY), 1);
		cr_assert_eq(find(c, 5, T, KEY), 0);
		s = must_open(c);
		cr_assert_eq(add(s, 5, T, KEY, 0), 0);
		cr_assert_eq(sealed_sync(s), 0);
		sealed_close(s);
		cr_assert_eq(file_of(c)->len, to);
		cr_assert_eq(memcmp(file_of(c)->now, bytes, to), 0);
		memdisk_free(c);
	}
	memdisk_free(m);
	memdisk_free(whole);
}

Test(sealed, damage_harms_no_other_record)
{
	struct memdisk *m = filled(8);
	size_t len = file_of(m)->len, at;
	int i, bad, lost = 0;
	struct sealed *s;

	for (at = 0; at < len; at += at < 32 ? 1 : 7) {
		struct memdisk *c = new_disk();
		struct mem_file *f = memdisk_put(c, FILE_OF_T,
		    file_of(m)->now, len);

		f->now[at] ^= 0x40;
		for (i = 1, bad = 0; i <= 8; i++)
			bad += find(c, (uint64_t)i, T, KEY) != 1;
		/* The data key is all of them, a record is one. */
		cr_assert(bad <= 1 || (at >= 8 && at < 8 + 13 + 8 + 300),
		    "byte %zu: %d", at, bad);
		lost += bad == 1;
		if (at >= 8) {
			s = must_open(c);
			for (i = 1; i <= 9; i++)
				cr_assert_eq(add(s, (uint64_t)i, T, KEY,
				    i == 1), 0);
			cr_assert_eq(sealed_sync(s), 0);
			sealed_close(s);
			for (i = 1; i <= 9; i++)
				cr_assert_eq(find(c, (uint64_t)i, T, KEY), 1,
				    "byte %zu entry %d", at, i);
		}
		memdisk_free(c);
	}
	cr_assert_gt(lost, 100);
	memdisk_free(m);
}

Test(sealed, damage_is_told_rather_than_absence)
{
	struct memdisk *m = filled(3);

	/* In the record of entry 1, which follows the key's. */
	file_of(m)->now[8 + 321 + 100] ^= 1;
	cr_assert_eq(find(m, 1, T, KEY), -1);
	cr_assert_eq(find(m, 77, T, KEY), -1);
	cr_assert_eq(find(m, 3, T, KEY), 1);
	cr_assert_eq(erase(m, 77, T), -1);
	/* Its place and number can still be read: it can be erased. */
	cr_assert_eq(erase(m, 1, T), 1);
	cr_assert_eq(find(m, 1, T, KEY), 2);
	memdisk_free(m);
}

Test(sealed, a_damaged_length_swallows_no_good_record)
{
	struct memdisk *m = filled(3);
	struct mem_file *f = file_of(m);
	uint8_t message[1024];
	size_t at = 8 + 13 + 8 + 300;
	size_t body = 2 * (16 + 13) - 13 + make_message(1, message) +
	    make_message(2, message);

	/* The first identity now seems to end where the second ends. */
	f->now[at + 2] = (uint8_t)(body >> 8);
	f->now[at + 3] = (uint8_t)body;
	cr_assert_eq(find(m, 1, T, KEY), -1);
	cr_assert_eq(find(m, 2, T, KEY), 1);
	cr_assert_eq(find(m, 3, T, KEY), 1);
	memdisk_free(m);
}

Test(sealed, a_file_that_begins_otherwise_is_read_but_not_added_to)
{
	struct memdisk *m = filled(3);
	struct sealed *s;

	file_of(m)->now[2] = 'x';
	cr_assert_eq(find(m, 2, T, KEY), 1);
	s = must_open(m);
	cr_assert_eq(add(s, 4, T, KEY, 0), -2);
	cr_assert_not_null(strstr(sealed_error(s), FILE_OF_T));
	cr_assert_eq(add(s, 4, T + 86400000, KEY, 0), -2);
	sealed_close(s);
	memdisk_free(m);
}

Test(sealed, a_file_whose_making_was_cut_short_begins_anew)
{
	static const char *const begun[] = { "", "lks", "lkseal1\n" };
	static const uint8_t zeros[5000];
	struct memdisk *m;
	struct sealed *s;
	size_t i;

	for (i = 0; i < 4; i++) {
		m = new_disk();
		if (i < 3)
			memdisk_put(m, FILE_OF_T, begun[i], strlen(begun[i]));
		else
			memdisk_put(m, FILE_OF_T, zeros, sizeof(zeros));
		s = must_open(m);
		cr_assert_eq(add(s, 1, T, KEY, 1), 0);
		cr_assert_eq(sealed_sync(s), 0);
		sealed_close(s);
		cr_assert_eq(find(m, 1, T, KEY), 1);
		memdisk_free(m);
	}
}

Test(sealed, what_is_erased_is_gone)
{
	struct memdisk *m = filled(6);
	size_t len = file_of(m)->len;
	uint8_t message[1024];
	struct sealed *s;

	(void)make_message(3, message);
	cr_assert_not_null(memmem(file_of(m)->now, len, message, 16));
	cr_assert_eq(erase(m, 3, T), 1);
	cr_assert_eq(erase(m, 3, T), 0);
	cr_assert_eq(erase(m, 99, T), 0);
	cr_assert_eq(erase(m, 3, T + 86400000), 0);
	cr_assert_eq(file_of(m)->len, len);
	cr_assert_null(memmem(file_of(m)->now, len, message, 16));
	cr_assert_eq(file_of(m)->nwrites, 0, "not synced");
	cr_assert_eq(find(m, 2, T, KEY), 1);
	cr_assert_eq(find(m, 3, T, KEY), 2);
	cr_assert_eq(find(m, 4, T, KEY), 1);
	/* Moving it once more does not bring it back. */
	s = must_open(m);
	cr_assert_eq(add(s, 3, T, KEY, 0), 0);
	cr_assert_eq(sealed_sync(s), 0);
	sealed_close(s);
	cr_assert_eq(find(m, 3, T, KEY), 2);
	cr_assert_null(memmem(file_of(m)->now, file_of(m)->len, message, 16));
	memdisk_free(m);
}

Test(sealed, an_erasure_cut_short_is_whole_or_not_begun)
{
	uint8_t message[1024];
	uint64_t seed, victim;
	int at, erased = 0, there = 0;

	for (at = 1; at <= 5; at++)
		for (seed = 0; seed < 40; seed++) {
			struct memdisk *m = filled(6), *c;
			struct sealed *s;
			int rc, i;

			/* Some of them lie in two sectors. */
			victim = 2 + seed / 2 % 4;
			(void)make_message(victim, message);
			m->fail_step = MEM_ANY;
			m->fail_at = at;
			m->fail_dead = 1;
			m->fail_errno = EIO;
			(void)sealed_erase(&m->disk, "sealed", victim, T,
			    (char[256]){ 0 }, 256);
			c = memdisk_power_cut(m, seed);
			c->disk.ftruncate = cut;
			for (i = 1; i <= 6; i++)
				if (i != (int)victim)
					cr_assert_eq(find(c, (uint64_t)i, T,
					    KEY), 1);
			rc = find(c, victim, T, KEY);
			cr_assert(rc == 1 || rc == 2, "%d", rc);
			erased += rc == 2;
			there += rc == 1;
			if ((seed & 1) != 0) {
				/* Opening for appending ends it too. */
				s = must_open(c);
				cr_assert_eq(add(s, 7, T, KEY, 0), 0);
				cr_assert_eq(sealed_sync(s), 0);
				sealed_close(s);
				cr_assert_eq(erase(c, victim, T), rc == 1);
			} else
				cr_assert_geq(erase(c, victim, T), 0);
			cr_assert_eq(find(c, victim, T, KEY), 2);
			cr_assert_null(memmem(file_of(c)->now,
			    file_of(c)->len, message + 4, 16));
			memdisk_free(c);
			memdisk_free(m);
		}
	cr_assert_gt(erased, 20);
	cr_assert_gt(there, 20);
}

Test(sealed, the_last_record_can_be_half_erased_too)
{
	struct memdisk *m = filled(2);
	struct mem_file *f = file_of(m);
	uint8_t message[1024];
	size_t size = SEALED_HEAD + 16 + make_message(2, message) +
	    SEALED_CHECK;
	struct sealed *s;

	f->now[f->len - size + 4] = SEALED_ERASED;
	cr_assert_eq(find(m, 2, T, KEY), 2);
	s = must_open(m);
	cr_assert_eq(add(s, 3, T, KEY, 0), 0);
	cr_assert_eq(sealed_sync(s), 0);
	sealed_close(s);
	cr_assert_eq(find(m, 2, T, KEY), 2);
	cr_assert_eq(find(m, 3, T, KEY), 1);
	cr_assert_null(memmem(f->now, f->len, message, 16));
	memdisk_free(m);
}

Test(sealed, a_full_disk_takes_nothing_and_passes)
{
	struct memdisk *m = filled(3);
	size_t len = file_of(m)->len;
	struct sealed *s = must_open(m);
	int i;

	for (i = 0; i < 2; i++) {
		cr_assert_eq(add(s, 3, T, KEY, 0), 0);	/* opens the file */
		m->fail_step = MEM_PWRITE;
		m->fail_at = 1;
		m->fail_errno = i == 0 ? ENOSPC : 0;
		errno = 0;
		cr_assert_eq(add(s, 4, T, KEY + 1, 1), -1);
		cr_assert_eq(errno, ENOSPC);
		cr_assert_eq(file_of(m)->len, len);
		cr_assert_eq(find(m, 4, T, KEY + 1), 0);
	}
	cr_assert_eq(add(s, 4, T, KEY + 1, 1), 0);
	cr_assert_eq(sealed_sync(s), 0);
	cr_assert_eq(find(m, 4, T, KEY + 1), 1);
	/* So does one that is full when a day's file is to be made. */
	m->fail_step = MEM_OPEN;
	m->fail_at = 1;
	m->fail_errno = ENOSPC;
	cr_assert_eq(add(s, 5, T + 86400000, KEY, 1), -1);
	cr_assert_eq(add(s, 5, T + 86400000, KEY, 1), 0);
	sealed_close(s);
	memdisk_free(m);
}

/* A copy-on-write disk can be full for a record that stands there already. */
Test(sealed, a_disk_too_full_to_write_in_place_is_waited_for)
{
	struct memdisk *m = new_disk();
	struct sealed *s = must_open(m);

	cr_assert_eq(add(s, 1, T, KEY, 1), 0);
	cr_assert_eq(sealed_sync(s), 0);
	sealed_close(s);
	s = must_open(m);
	m->fail_step = MEM_PWRITE;
	m->fail_at = 1;
	m->fail_errno = ENOSPC;
	cr_assert_eq(add(s, 1, T, KEY, 1), -1);
	cr_assert_eq(errno, ENOSPC);
	cr_assert_eq(add(s, 1, T, KEY, 1), 0);
	cr_assert_eq(sealed_sync(s), 0);
	cr_assert_eq(find(m, 1, T, KEY), 1);
	sealed_close(s);
	memdisk_free(m);
}

Test(sealed, any_other_failure_is_final)
{
	static const enum mem_step steps[] = { MEM_OPEN, MEM_PWRITE, MEM_SYNC,
		MEM_SYNC_DIR };
	size_t i;

	for (i = 0; i < 4; i++) {
		struct memdisk *m = new_disk();
		struct sealed *s = must_open(m);
		int rc;

		m->fail_step = steps[i];
		m->fail_at = 1;
		m->fail_errno = EIO;
		if ((rc = add(s, 1, T, KEY, 1)) == 0)
			rc = sealed_sync(s);
		cr_assert_eq(rc, -2);
		cr_assert_neq(sealed_error(s)[0], '\0');
		cr_assert_eq(add(s, 2, T, KEY, 0), -2);
		cr_assert_eq(sealed_sync(s), -2);
		sealed_close(s);
		memdisk_free(m);
	}
}

Test(sealed, a_file_removed_or_replaced_in_use_is_told)
{
	struct memdisk *m;
	struct sealed *s;
	int replaced, fd;

	for (replaced = 0; replaced < 2; replaced++) {
		m = new_disk();
		s = must_open(m);
		cr_assert_eq(add(s, 1, T, KEY, 1), 0);
		cr_assert_eq(sealed_sync(s), 0);
		cr_assert_eq(m->disk.unlink(m->disk.ctx, FILE_OF_T), 0);
		if (replaced) {
			fd = m->disk.open(m->disk.ctx, FILE_OF_T, O_RDWR | O_CREAT,
			    0600);
			cr_assert_geq(fd, 0);
			m->disk.close(m->disk.ctx, fd);
		}
		cr_assert_eq(add(s, 2, T, KEY, 0), 0);
		cr_assert_eq(sealed_sync(s), -2);
		cr_assert_not_null(strstr(sealed_error(s), "was removed"));
		sealed_close(s);
		memdisk_free(m);
	}
}

Test(sealed, what_was_synced_survives_a_power_cut)
{
	uint64_t seed;
	int i;

	for (seed = 0; seed < 60; seed++) {
		struct memdisk *m = new_disk(), *c;
		struct sealed *s = must_open(m);

		for (i = 1; i <= 8; i++) {
			cr_assert_eq(add(s, (uint64_t)i, T, KEY, i == 1), 0);
			if (i == 4)
				cr_assert_eq(sealed_sync(s), 0);
		}
		c = memdisk_power_cut(m, seed);
		c->disk.ftruncate = cut;
		sealed_close(s);
		for (i = 1; i <= 4; i++)
			cr_assert_eq(find(c, (uint64_t)i, T, KEY), 1);
		/* The log has them all: they are moved again. */
		s = must_open(c);
		for (i = 3; i <= 8; i++)
			cr_assert_eq(add(s, (uint64_t)i, T, KEY, i == 1), 0);
		cr_assert_eq(sealed_sync(s), 0);
		sealed_close(s);
		for (i = 1; i <= 8; i++)
			cr_assert_eq(find(c, (uint64_t)i, T, KEY), 1,
			    "seed %d entry %d", (int)seed, i);
		memdisk_free(c);
		memdisk_free(m);
	}
}

Test(sealed, an_identity_without_its_key_is_kept_and_told)
{
	struct memdisk *m = new_disk();
	struct sealed *s = must_open(m);

	cr_assert_eq(add(s, 1, T, KEY, 0), 0);
	cr_assert_eq(find(m, 1, T, KEY), -1);
	/* It is found when its key comes after it all the same. */
	cr_assert_eq(add(s, 2, T, KEY, 1), 0);
	cr_assert_eq(find(m, 1, T, KEY), 1);
	sealed_close(s);
	memdisk_free(m);
}

Test(sealed, a_sidecar_that_cannot_be_read_is_final)
{
	struct memdisk *m = new_disk();
	struct sealed *s = must_open(m);

	cr_assert_eq(sealed_add(s, 1, T, (const uint8_t *)"0123456789", 10),
	    -2);
	cr_assert_not_null(strstr(sealed_error(s), "sidecar"));
	sealed_close(s);
	memdisk_free(m);
}

Test(sealed, sidecars_within_their_bounds)
{
	static uint8_t big[SEALED_MESSAGE_MAX + 1], out[40000];
	struct sealed_sidecar sc = { .key = 7, .cms = big,
		.cms_len = SEALED_CMS_MAX, .message = big,
		.message_len = SEALED_MESSAGE_MAX }, back;
	size_t n = sealed_sidecar_write(out, sizeof(out), &sc);

	cr_assert_eq(n, 10 + SEALED_CMS_MAX + SEALED_MESSAGE_MAX);
	cr_assert_eq(sealed_sidecar_read(&back, out, n), 0);
	cr_assert_eq(back.key, 7);
	cr_assert_eq(back.cms_len, SEALED_CMS_MAX);
	cr_assert_eq(back.message_len, SEALED_MESSAGE_MAX);
	cr_assert_eq(sealed_sidecar_read(&back, out, n + 1), -1);
	cr_assert_eq(sealed_sidecar_read(&back, out, 10 + SEALED_CMS_MAX), -1);
	cr_assert_eq(sealed_sidecar_write(out, n - 1, &sc), 0);
	sc.message_len++;
	cr_assert_eq(sealed_sidecar_write(out, sizeof(out), &sc), 0);
	sc.message_len = 0;
	cr_assert_eq(sealed_sidecar_write(out, sizeof(out), &sc), 0);
	sc.message_len = 1;
	sc.cms_len++;
	cr_assert_eq(sealed_sidecar_write(out, sizeof(out), &sc), 0);
}

Test(sealed, the_associated_data_names_node_and_entry)
{
	uint8_t ad[SEALED_AD_MAX];

	cr_assert_eq(sealed_ad(ad, "b017", 0x0102), 4 + 1 + 8);
	cr_assert_eq(memcmp(ad, "b017\0\0\0\0\0\0\0\1\2", 13), 0);
}

Test(sealed, on_a_real_disk)
{
	const char *tmp = getenv("TMPDIR");
	char base[512], dir[600], path[700], err[SEALED_ERROR_MAX] = "";
	static struct sealed_item item;
	struct sealed *s;
	struct stat st;
	FILE *f;

	snprintf(base, sizeof(base), "%s/sealedXXXXXX",
	    tmp != NULL ? tmp : "/tmp");
	cr_assert_not_null(mkdtemp(base));
	snprintf(dir, sizeof(dir), "%s/sealed", base);
	snprintf(path, sizeof(path), "%s/" FILE_OF_T, dir);
	cr_assert_not_null(s = sealed_open(NULL, dir, err, sizeof(err)),
	    "%s", err);
	cr_assert_eq(add(s, 1, T, KEY, 1), 0);
	cr_assert_eq(add(s, 2, T, KEY, 0), 0);
	cr_assert_eq(sealed_sync(s), 0);
	sealed_close(s);
	cr_assert_eq(stat(dir, &st), 0);
	cr_assert_eq(st.st_mode & 0777, 0700);
	cr_assert_eq(stat(path, &st), 0);
	cr_assert_eq(st.st_mode & 0777, 0600);
	cr_assert_eq(sealed_erase(NULL, dir, 1, T, err, sizeof(err)), 1);
	cr_assert_eq(sealed_find(NULL, dir, 1, T, &item, err, sizeof(err)),
	    1);
	cr_assert(item.erased);
	cr_assert_eq(sealed_find(NULL, dir, 2, T, &item, err, sizeof(err)),
	    1);
	cr_assert(!item.erased);
	cr_assert_eq(truncate(path, st.st_size - 1), 0);
	cr_assert_not_null(s = sealed_open(NULL, dir, err, sizeof(err)));
	cr_assert_eq(add(s, 2, T, KEY, 0), 0);
	cr_assert_eq(sealed_sync(s), 0);
	sealed_close(s);
	cr_assert_eq(stat(path, &st), 0);
	cr_assert_eq(sealed_find(NULL, dir, 2, T, &item, err, sizeof(err)),
	    1);
	unlink(path);
	rmdir(dir);
	/* A file in the directory's place is told at once. */
	cr_assert_not_null(f = fopen(dir, "w"));
	(void)fclose(f);
	cr_assert_null(sealed_open(NULL, dir, err, sizeof(err)));
	cr_assert_not_null(strstr(err, "cannot make"));
	unlink(dir);
	rmdir(base);
}
