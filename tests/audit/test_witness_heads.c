/* Many heads kept together: what was synced is there after any end. */
#include <criterion/criterion.h>

#include <sys/stat.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "audit/witness.h"
#include "audit/witness_heads.h"
#include "keys/note.h"
#include "keys/sha256.h"
#include "store/memdisk.h"

#include "makelog.h"

#define LOGS	5
#define ROUNDS	12
#define ROOM	((size_t)3 * WITNESS_HEADS_BLOCK) /* so that files take turns often */

static char err[WITNESS_ERROR_MAX];
static struct note_signer node;

static void
setup(void)
{
	uint8_t secret[32];

	memset(secret, 1, sizeof(secret));
	cr_assert_eq(note_signer_make(&node, "example.test/branch/b1",
	    NOTE_ED25519, secret), 0);
}

TestSuite(witness_heads, .init = setup);

/* A head of log number i with this size. */
static size_t
head(int i, uint64_t size, struct checkpoint *c, char note[CHECKPOINT_MAX])
{
	struct note_signer signer = node;
	const struct note_signer *signers[] = { &signer };
	size_t n;

	memset(c, 0, sizeof(*c));
	(void)snprintf(c->origin, sizeof(c->origin),
	    "example.test/branch/b1/decisions/%d.1", 2026 + i);
	c->size = size;
	memset(c->root, (int)size, sizeof(c->root));
	cr_assert_eq(note_verifier_name(&signer.public, c->origin), 0);
	n = checkpoint_sign(note, CHECKPOINT_MAX, c, signers, 1);
	cr_assert_gt(n, 0);
	return (n);
}

static int
put(struct witness_heads *h, int i, uint64_t size)
{
	char note[CHECKPOINT_MAX];
	struct checkpoint c;
	size_t n = head(i, size, &c, note);

	return (witness_heads_put(h, node.public.name, &c, note, n, err));
}

static uint64_t
size_of(const struct witness_heads *h, int i)
{
	char note[CHECKPOINT_MAX];
	struct checkpoint c;
	const struct witness_head *k;

	(void)head(i, 1, &c, note);
	if ((k = witness_heads_get(h, c.origin)) == NULL)
		return (0);
	cr_expect_eq(k->c.root[9], (uint8_t)k->c.size);
	return (k->c.size);
}

/* Rounds of new heads until the disk gives out; what was synced, what was only put. */
static void
work(struct memdisk *m, uint64_t acked[LOGS], uint64_t tried[LOGS])
{
	struct witness_heads *h;
	int round, i;

	memset(acked, 0, LOGS * sizeof(*acked));
	memset(tried, 0, LOGS * sizeof(*tried));
	if ((h = witness_heads_open(&m->disk, "w", ROOM, err)) == NULL)
		return;
	for (round = 1; round <= ROUNDS; round++) {
		for (i = round % 2; i < LOGS; i += 2) {
			cr_assert_eq(put(h, i, (uint64_t)round), 0);
			tried[i] = (uint64_t)round;
		}
		if (witness_heads_sync(h, err) != 0) {
			cr_expect_eq(witness_heads_sync(h, err), -1,
			    "it stays failed");
			break;
		}
		memcpy(acked, tried, LOGS * sizeof(*acked));
	}
	witness_heads_close(h);
}

/* A disk on which it is found again must have at least what was synced. */
static void
check_left(struct memdisk *m, const uint64_t acked[LOGS],
    const uint64_t tried[LOGS], const char *what, long at)
{
	struct witness_heads *h;
	uint64_t got;
	int i;

	h = witness_heads_open(&m->disk, "w", ROOM, err);
	cr_assert_not_null(h, "%s at %ld: %s", what, at, err);
	for (i = 0; i < LOGS; i++) {
		got = size_of(h, i);
		cr_expect(got == acked[i] || got == tried[i], "%s at %ld: log "
		    "%d has %" PRIu64 ", %" PRIu64 " was synced", what, at, i,
		    got, acked[i]);
	}
	witness_heads_close(h);
}

Test(witness_heads, at_every_step_of_the_disk)
{
	uint64_t acked[LOGS], tried[LOGS], cut;
	struct memdisk *m = memdisk_new(), *left, *again;
	long at, steps;
	int i;

	work(m, acked, tried);
	steps = m->steps;
	for (i = 0; i < LOGS; i++)
		cr_assert_geq(acked[i], ROUNDS - 1);
	memdisk_free(m);
	cr_assert_gt(steps, 2 * ROUNDS);
	for (at = 1; at <= steps; at++) {
		m = memdisk_new();
		m->fail_step = MEM_ANY;
		m->fail_at = at;
		m->fail_errno = at % 2 == 0 ? EIO : 0;
		m->fail_dead = 1;
		work(m, acked, tried);
		for (cut = 0; cut < 6; cut++) {
			left = memdisk_power_cut(m, (uint64_t)at * 6 + cut);
			check_left(left, acked, tried, "power cut", at);
			/* A second cut behind the first start. */
			again = memdisk_power_cut(left, cut);
			check_left(again, acked, tried, "second cut", at);
			memdisk_free(again);
			memdisk_free(left);
		}
		left = memdisk_killed(m);
		check_left(left, acked, tried, "kill", at);
		memdisk_free(left);
		memdisk_free(m);
	}
}

/* What a failed sync leaves in memory alone is not built on. */
Test(witness_heads, a_sync_that_failed)
{
	struct memdisk *m = memdisk_new(), *left;
	struct witness_heads *h = witness_heads_open(&m->disk, "w", ROOM, err);
	uint64_t seed;

	cr_assert_not_null(h, "%s", err);
	cr_assert_eq(put(h, 0, 3), 0);
	cr_assert_eq(witness_heads_sync(h, err), 0, "%s", err);
	cr_assert_eq(put(h, 0, 4), 0);
	m->fail_step = MEM_SYNC;
	m->fail_at = 1;
	m->fail_errno = EIO;
	cr_expect_eq(witness_heads_sync(h, err), -1);
	cr_expect_not_null(strstr(err, "heads."), "%s", err);
	witness_heads_close(h);
	/* The write is there for whoever reads it, not yet on the disk. */
	h = witness_heads_open(&m->disk, "w", ROOM, err);
	cr_assert_not_null(h, "%s", err);
	cr_expect_eq(size_of(h, 0), 4);
	cr_assert_eq(put(h, 1, 9), 0);
	cr_assert_eq(witness_heads_sync(h, err), 0, "%s", err);
	witness_heads_close(h);
	for (seed = 0; seed < 20; seed++) {
		left = memdisk_power_cut(m, seed);
		h = witness_heads_open(&left->disk, "w", ROOM, err);
		cr_assert_not_null(h, "%s", err);
		cr_expect_eq(size_of(h, 0), 4);
		cr_expect_eq(size_of(h, 1), 9);
		witness_heads_close(h);
		memdisk_free(left);
	}
	memdisk_free(m);
}

/* A byte that changed below what was synced later is noticed. */
Test(witness_heads, damage_is_no_beginning)
{
	struct memdisk *m = memdisk_new(), *left;
	struct witness_heads *h;
	size_t at, bad = 0;
	int file, i;

	h = witness_heads_open(&m->disk, "w", 16 * (size_t)WITNESS_HEADS_BLOCK,
	    err);
	for (i = 1; i <= 8; i++) {
		cr_assert_eq(put(h, 0, (uint64_t)i), 0);
		cr_assert_eq(witness_heads_sync(h, err), 0, "%s", err);
	}
	witness_heads_close(h);
	for (at = 0; at < 8 * (size_t)WITNESS_HEADS_BLOCK; at += 97) {
		left = memdisk_killed(m);
		for (file = 0; file < MEM_FILES; file++)
			if (left->now[file].file != NULL)
				left->now[file].file->now[at] ^= 1;
		h = witness_heads_open(&left->disk, "w", 0, err);
		if (h == NULL)
			bad++;
		else
			cr_expect_eq(size_of(h, 0), 8, "byte %zu: it has "
			    "forgotten", at);
		witness_heads_close(h);
		memdisk_free(left);
	}
	cr_expect_gt(bad, 8);
	memdisk_free(m);
}

Test(witness_heads, files_grow_with_what_they_hold)
{
	struct memdisk *m = memdisk_new();
	struct witness_heads *h = witness_heads_open(&m->disk, "w", 4096, err);
	int i, round;

	cr_assert_not_null(h);
	for (round = 1; round <= 3; round++) {
		for (i = 0; i < 100; i++)
			cr_assert_eq(put(h, i, (uint64_t)round), 0);
		cr_assert_eq(witness_heads_sync(h, err), 0, "%s", err);
	}
	witness_heads_close(h);
	h = witness_heads_open(&m->disk, "w", 4096, err);
	cr_assert_not_null(h, "%s", err);
	cr_expect_eq(witness_heads_count(h), 100);
	for (i = 0; i < 100; i++)
		cr_expect_eq(size_of(h, i), 3);
	for (i = 100; i < WITNESS_HEADS_EACH; i++)
		cr_assert_eq(put(h, i, 1), 0);
	cr_expect_eq(put(h, i, 1), -1, "a node that makes up logs");
	cr_expect_not_null(strstr(err, "b1"), "%s", err);
	cr_expect_eq(put(h, 7, 4), 0, "its other logs go on");
	witness_heads_close(h);
	memdisk_free(m);
}

/* What the program of the centre kept goes over to the daemon, who then has it alone. */
Test(witness_heads, takes_over_a_directory)
{
	char dir[64] = "/tmp/liangka-heads.XXXXXX", body[WITNESS_REQUEST_MAX];
	char note[CHECKPOINT_MAX];
	const struct note_verifier *logs[1] = { &node.public };
	struct note_signer key;
	struct witness w = { .dir = dir, .signer = &key, .logs = logs,
		.nlogs = 1 };
	static struct witness_answer a;
	struct checkpoint c;
	uint8_t secret[32];
	size_t n;

	cr_assert_not_null(mkdtemp(dir));
	memset(secret, 3, sizeof(secret));
	cr_assert_eq(note_signer_make(&key, "example.test/witness",
	    NOTE_COSIGNATURE, secret), 0);
	n = head(0, 7, &c, note);
	n = witness_request(body, sizeof(body), 0, NULL, 0, note, n);
	cr_assert_eq(witness_add(&w, 1795327200, body, n, &a), 0, "%s", a.error);
	w.heads = witness_heads_open(NULL, dir, 0, err);
	cr_assert_not_null(w.heads, "%s", err);
	cr_expect_null(witness_heads_open(NULL, dir, 0, err), "it is locked");
	cr_expect_not_null(strstr(err, "another process"), "%s", err);
	cr_expect_eq(size_of(w.heads, 0), 7);
	cr_expect_eq(witness_add(&w, 1795327200, body, n, &a), -1);
	cr_expect_eq(a.status, WITNESS_CONFLICT);
	cr_expect_str_eq(a.body, "7\n");
	n = head(1, 5, &c, note);
	n = witness_request(body, sizeof(body), 0, NULL, 0, note, n);
	cr_assert_eq(witness_add(&w, 1795327200, body, n, &a), 0, "%s", a.error);
	cr_assert_eq(witness_heads_sync(w.heads, err), 0, "%s", err);
	witness_heads_close(w.heads);
	/* Even while no daemon runs the old way would know too little. */
	w.heads = NULL;
	cr_expect_eq(witness_add(&w, 1795327200, body, n, &a), -1);
	cr_expect_eq(a.status, WITNESS_FAILED);
	cr_expect_not_null(strstr(a.error, "daemon"), "%s", a.error);
	w.heads = witness_heads_open(NULL, dir, 0, err);
	cr_assert_not_null(w.heads, "%s", err);
	cr_expect_eq(size_of(w.heads, 1), 5);
	witness_heads_close(w.heads);
	makelog_remove(dir);
}

Test(witness_heads, saved_while_they_are_open)
{
	char dir[64] = "/tmp/liangka-heads.XXXXXX", to[96];
	struct witness_heads *h, *copy;
	int i;

	cr_assert_not_null(mkdtemp(dir));
	(void)snprintf(to, sizeof(to), "%s/to", dir);
	cr_assert_eq(mkdir(to, 0700), 0);
	cr_expect_eq(witness_heads_save(dir, to, err), 0, "none are kept");
	cr_expect(!witness_heads_used(to));
	h = witness_heads_open(NULL, dir, 0, err);
	cr_assert_not_null(h, "%s", err);
	for (i = 0; i < LOGS; i++)
		cr_assert_eq(put(h, i, 7), 0);
	cr_assert_eq(witness_heads_sync(h, err), 0, "%s", err);
	cr_expect_eq(witness_heads_save(dir, to, err), 0, "%s", err);
	cr_expect_eq(witness_heads_save(dir, to, err), -1, "not over another");
	copy = witness_heads_open(NULL, to, 0, err);
	cr_assert_not_null(copy, "%s", err);
	for (i = 0; i < LOGS; i++)
		cr_expect_eq(size_of(copy, i), 7);
	witness_heads_close(copy);
	cr_assert_eq(put(h, 0, 8), 0);
	cr_assert_eq(witness_heads_sync(h, err), 0, "%s", err);
	witness_heads_close(h);
	makelog_remove(dir);
}

Test(witness_heads, a_damaged_directory_is_not_taken_over)
{
	char dir[64] = "/tmp/liangka-heads.XXXXXX", path[160];
	FILE *f;

	cr_assert_not_null(mkdtemp(dir));
	(void)snprintf(path, sizeof(path), "%s/%064d", dir, 7);
	cr_assert_eq(mkdir(path, 0700), 0);
	(void)snprintf(path, sizeof(path), "%s/%064d/checkpoint", dir, 7);
	cr_assert_not_null(f = fopen(path, "w"));
	(void)fputs("rubbish\n", f);
	(void)fclose(f);
	cr_expect_null(witness_heads_open(NULL, dir, 0, err));
	cr_expect_not_null(strstr(err, "damaged"), "%s", err);
	(void)unlink(path);
	{
		struct witness_heads *h = witness_heads_open(NULL, dir, 0, err);

		cr_expect_not_null(h, "%s", err);
		witness_heads_close(h);
	}
	makelog_remove(dir);
}
