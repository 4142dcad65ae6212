/* The thread that cosigns the heads of the nodes below. */
#include <criterion/criterion.h>

#include <sys/stat.h>

#include <dirent.h>
#include <ftw.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "audit/witness.h"
#include "keys/note.h"
#include "keys/sha256.h"
#include "net/cosigner.h"
#include "store/checkpoint.h"
#include "store/memdisk.h"
#include "store/merkle.h"

#define NOW	UINT64_C(1795327200)
#define NODES	40
#define ANSWERS	128

static char dir[64], err[1024];
static struct note_signer node[NODES], stranger, key;
static struct cosigner *c;
static struct cosigner_options options;

/* What came back, by tag. */
static struct got {
	int n;
	enum witness_status status;
	char body[WITNESS_ANSWER_MAX];
	char error[WITNESS_ERROR_MAX];
	int evidence;
} got[ANSWERS];
static int ngot;

static void
setup(void)
{
	uint8_t secret[32];
	char name[64];
	int i;

	(void)snprintf(dir, sizeof(dir), "/tmp/liangka-cosigner.XXXXXX");
	cr_assert_not_null(mkdtemp(dir));
	for (i = 0; i < NODES; i++) {
		memset(secret, i + 1, sizeof(secret));
		(void)snprintf(name, sizeof(name), "example.test/branch/b%d",
		    i);
		cr_assert_eq(note_signer_make(&node[i], name, NOTE_ED25519,
		    secret), 0);
	}
	memset(secret, 200, sizeof(secret));
	cr_assert_eq(note_signer_make(&stranger, "example.test/branch/b0",
	    NOTE_ED25519, secret), 0);
	memset(secret, 201, sizeof(secret));
	cr_assert_eq(note_signer_make(&key, "example.test/witness",
	    NOTE_COSIGNATURE, secret), 0);
	options = (struct cosigner_options){ .dir = dir, .signer = &key };
	memset(got, 0, sizeof(got));
	ngot = 0;
}

static void
start(void)
{

	c = cosigner_open(&options, err, sizeof(err));
	cr_assert_not_null(c, "%s", err);
}

static int
drop(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{

	(void)st, (void)flag, (void)ftw;
	return (remove(path));
}

static void
teardown(void)
{

	cosigner_close(c);
	(void)nftw(dir, drop, 8, FTW_DEPTH | FTW_PHYS);
}

TestSuite(cosigner, .init = setup, .fini = teardown);

/* The tree of a node: leaf i says who and what; from `fork` on something else. */
struct tree {
	int node;
	uint64_t fork;
};

static int
hash(void *arg, unsigned level, uint64_t index, uint8_t out[MERKLE_LEN])
{
	const struct tree *t = arg;
	uint8_t left[MERKLE_LEN], right[MERKLE_LEN];
	char leaf[64];
	int n;

	if (level == 0) {
		n = snprintf(leaf, sizeof(leaf), "%d.%c.%" PRIu64, t->node,
		    index >= t->fork ? 'x' : 'e', index);
		sha256_leaf(out, leaf, (size_t)n);
		return (0);
	}
	(void)hash(arg, level - 1, 2 * index, left);
	(void)hash(arg, level - 1, 2 * index + 1, right);
	sha256_node(out, left, right);
	return (0);
}

/* A request for a node's tree from one size to another, signed by any key. */
static size_t
request(int i, uint64_t fork, uint64_t old, uint64_t size, int year,
    const struct note_signer *by, char body[WITNESS_REQUEST_MAX])
{
	struct tree t = { i, fork };
	struct merkle_source s = { hash, &t };
	uint8_t proof[MERKLE_PROOF_MAX][MERKLE_LEN];
	struct note_signer signer = *by;
	const struct note_signer *signers[] = { &signer };
	struct checkpoint head = { .size = size };
	char note[CHECKPOINT_MAX];
	size_t n = 0, len;

	(void)snprintf(head.origin, sizeof(head.origin),
	    "example.test/branch/b%d/decisions/%d.1", i, year);
	cr_assert_eq(merkle_root(head.root, size, &s), 0);
	cr_assert_eq(note_verifier_name(&signer.public, head.origin), 0);
	len = checkpoint_sign(note, sizeof(note), &head, signers, 1);
	cr_assert_gt(len, 0);
	if (old > 0)
		cr_assert_eq(merkle_prove_consistency(proof, &n, old, size, &s),
		    0);
	len = witness_request(body, WITNESS_REQUEST_MAX, old,
	    (const uint8_t (*)[MERKLE_LEN])proof, n, note, len);
	cr_assert_gt(len, 0);
	return (len);
}

static int
ask_of(int i, uint64_t fork, uint64_t old, uint64_t size, int year,
    const struct note_signer *by, uint64_t tag)
{
	static char body[WITNESS_REQUEST_MAX];
	size_t len = request(i, fork, old, size, year, by, body);

	return (cosigner_add(c, &node[i].public, body, len, NOW + size, tag));
}

static int
ask(int i, uint64_t old, uint64_t size, uint64_t tag)
{

	return (ask_of(i, UINT64_MAX, old, size, 2026, &node[i], tag));
}

static void
take(void *arg, const struct cosigner_answer *a)
{

	(void)arg;
	cr_assert_lt(a->tag, ANSWERS);
	got[a->tag].n++;
	got[a->tag].status = a->status;
	cr_assert_eq(a->len, strlen(a->body));
	(void)snprintf(got[a->tag].body, sizeof(got[0].body), "%s", a->body);
	(void)snprintf(got[a->tag].error, sizeof(got[0].error), "%s", a->error);
	got[a->tag].evidence = a->evidence;
	ngot++;
}

/* Collect until so many have come. */
static void
collect(int n)
{
	struct pollfd p = { .fd = cosigner_fd(c), .events = POLLIN };

	while (ngot < n) {
		cr_assert_eq(poll(&p, 1, 20000), 1, "no answer");
		cosigner_collect(c, take, NULL);
	}
	cr_assert_eq(ngot, n);
}

static uint64_t
seen(int i)
{
	struct cosigner_seen s;

	(void)cosigner_seen(c, node[i].public.name, &s);
	return (s.head.size);
}

Test(cosigner, many_children)
{
	struct cosigner_seen s;
	int i;

	start();
	for (i = 0; i < NODES; i++)
		cr_assert_eq(ask(i, 0, 3, (uint64_t)i), 0);
	collect(NODES);
	for (i = 0; i < NODES; i++) {
		cr_expect_eq(got[i].n, 1);
		cr_expect_eq(got[i].status, WITNESS_COSIGNED, "%s",
		    got[i].error);
		cr_expect_not_null(strstr(got[i].body,
		    " example.test/witness "));
		cr_assert_eq(ask(i, 3, 8, (uint64_t)(NODES + i)), 0);
	}
	collect(2 * NODES);
	cosigner_close(c);
	start();
	for (i = 0; i < NODES; i++) {
		cr_assert_eq(cosigner_seen(c, node[i].public.name, &s), 0);
		cr_expect_eq(s.head.size, 8, "over a restart");
		cr_expect_eq(s.time, NOW + 8);
		cr_expect_eq(s.refused, 0);
	}
	cr_expect_eq(cosigner_seen(c, "example.test/branch/b", &s), -1);
	cr_expect_eq(cosigner_seen(c, "example.test/branch/b1x", &s), -1);
	cr_assert_eq(ask(4, 0, 8, 0), 0);
	collect(2 * NODES + 1);
	cr_expect_eq(got[0].status, WITNESS_CONFLICT);
	cr_expect_str_eq(got[0].body, "8\n");
}

Test(cosigner, what_is_refused)
{
	struct cosigner_seen s;
	char path[96];
	DIR *d;
	const struct dirent *e;
	int files = 0;

	start();
	cr_assert_eq(ask(0, 0, 8, 0), 0);
	collect(1);
	/* Two children under one name: one of them has another history. */
	cr_assert_eq(ask_of(0, 5, 8, 13, 2026, &node[0], 1), 0);
	collect(2);
	cr_expect_eq(got[1].status, WITNESS_INCONSISTENT);
	cr_expect(got[1].evidence);
	cr_assert_eq(cosigner_seen(c, node[0].public.name, &s), 0);
	cr_expect_eq(s.head.size, 8);
	cr_expect_eq(s.refused, WITNESS_INCONSISTENT);
	cr_expect_eq(s.refused_time, NOW + 13);
	cr_expect_eq(s.contradictions, 1);
	(void)snprintf(path, sizeof(path), "%s/evidence", dir);
	cr_assert_not_null(d = opendir(path));
	while ((e = readdir(d)) != NULL)
		files += e->d_name[0] != '.';
	(void)closedir(d);
	cr_expect_eq(files, 2);
	/* Signed by a key that is not the node's. */
	cr_assert_eq(ask_of(0, UINT64_MAX, 8, 9, 2026, &stranger, 2), 0);
	collect(3);
	cr_expect_eq(got[2].status, WITNESS_UNSIGNED);
	/* The log of another node, well signed by that. */
	{
		char body[WITNESS_REQUEST_MAX];
		size_t len = request(1, UINT64_MAX, 0, 4, 2026, &node[1], body);

		cr_assert_eq(cosigner_add(c, &node[0].public, body, len, NOW,
		    3), 0);
		collect(4);
	}
	cr_expect_eq(got[3].status, WITNESS_UNKNOWN);
	cr_assert_eq(ask(0, 8, 13, 4), 0);
	collect(5);
	cr_expect_eq(got[4].status, WITNESS_COSIGNED, "the true one goes on");
	cr_assert_eq(cosigner_seen(c, node[0].public.name, &s), 0);
	cr_expect_eq(s.refused, 0);
	cr_expect_eq(s.contradictions, 1);
}

Test(cosigner, the_newest_log_is_told)
{
	struct cosigner_seen s;

	start();
	cr_assert_eq(ask_of(2, UINT64_MAX, 0, 9, 2027, &node[2], 0), 0);
	collect(1);
	cr_assert_eq(ask_of(2, UINT64_MAX, 0, 30, 2026, &node[2], 1), 0);
	collect(2);
	cr_assert_eq(cosigner_seen(c, node[2].public.name, &s), 0);
	cr_expect_eq(s.head.size, 9);
	cr_expect_not_null(strstr(s.head.origin, "2027.1"));
	cosigner_close(c);
	start();
	cr_assert_eq(cosigner_seen(c, node[2].public.name, &s), 0);
	cr_expect_eq(s.head.size, 9);
}

/* Bodies that are no requests, as the fuzzer has them. */
Test(cosigner, bodies_of_the_fuzzer)
{
	static char body[WITNESS_REQUEST_MAX + 2];
	const char *where = "fuzz/corpus/witness";
	char path[512];
	const struct dirent *e;
	size_t len;
	FILE *f;
	DIR *d;
	int n = 0;

	start();
	cr_expect_eq(cosigner_add(c, &node[0].public, body,
	    WITNESS_REQUEST_MAX + 1, NOW, 0), -1, "too long");
	if ((d = opendir(where)) == NULL)
		cr_skip_test("not in the top folder");
	while ((e = readdir(d)) != NULL) {
		if (e->d_name[0] == '.')
			continue;
		(void)snprintf(path, sizeof(path), "%s/%s", where, e->d_name);
		cr_assert_not_null(f = fopen(path, "r"));
		len = fread(body, 1, sizeof(body), f);
		(void)fclose(f);
		if (len > WITNESS_REQUEST_MAX)
			continue;
		cr_assert_eq(cosigner_add(c, &node[0].public, body, len, NOW,
		    0), 0);
		collect(++n);
		cr_expect(got[0].status >= 400 && got[0].status < 500, "%s: %d",
		    path, (int)got[0].status);
	}
	(void)closedir(d);
	cr_expect_gt(n, 5);
	cr_expect_eq(seen(0), 0);
}

Test(cosigner, a_full_queue)
{
	struct memdisk *m = memdisk_new();
	int i;

	options.disk = &m->disk;
	options.queue = 3;
	start();
	pthread_mutex_lock(&m->gate);	/* no sync ends */
	cr_assert_eq(ask(0, 0, 3, 0), 0);
	cr_expect_eq(ask(0, 3, 4, 9), -1, "it has one here");
	for (i = 1; i < 3; i++)
		cr_assert_eq(ask(i, 0, 3, (uint64_t)i), 0);
	cr_expect_eq(ask(3, 0, 3, 9), -1, "full");
	pthread_mutex_unlock(&m->gate);
	collect(3);
	cr_expect_eq(ask(0, 3, 4, 3), 0);
	cr_expect_eq(ask(3, 0, 3, 4), 0);
	collect(5);
	cr_expect_eq(got[3].status, WITNESS_COSIGNED, "%s", got[3].error);
	cr_expect_eq(got[4].status, WITNESS_COSIGNED, "%s", got[4].error);
	cosigner_close(c);
	c = NULL;
	memdisk_free(m);
}

/* Nothing is answered for that is not on the disk. */
Test(cosigner, a_disk_that_fails)
{
	struct memdisk *m = memdisk_new();

	options.disk = &m->disk;
	start();
	cr_assert_eq(ask(0, 0, 3, 0), 0);
	collect(1);
	pthread_mutex_lock(&m->lock);
	m->fail_step = MEM_SYNC;
	m->fail_at = 1;
	m->fail_errno = EIO;
	pthread_mutex_unlock(&m->lock);
	cr_assert_eq(ask(0, 3, 5, 1), 0);
	collect(2);
	cr_expect_eq(got[1].status, WITNESS_FAILED);
	cr_expect_str_eq(got[1].body, "the witness cannot record it\n");
	cr_expect_not_null(strstr(got[1].error, "heads."), "%s", got[1].error);
	cr_expect_eq(seen(0), 3);
	/* It was read again; what was written then may count or not. */
	cr_assert_eq(ask(0, 5, 9, 2), 0);
	collect(3);
	cr_expect_eq(got[2].status, WITNESS_COSIGNED, "%s", got[2].error);
	pthread_mutex_lock(&m->lock);
	m->dead = 1;
	pthread_mutex_unlock(&m->lock);
	cr_assert_eq(ask(0, 9, 10, 3), 0);
	cr_assert_eq(ask(1, 0, 10, 4), 0);
	collect(5);
	cr_expect_eq(got[3].status, WITNESS_FAILED);
	cr_expect_eq(got[4].status, WITNESS_FAILED);
	cr_expect_eq(seen(1), 0);
	cosigner_close(c);
	c = NULL;
	memdisk_free(m);
}

Test(cosigner, what_cannot_be_opened)
{
	struct note_signer plain = key;
	struct cosigner *other;

	start();
	other = cosigner_open(&options, err, sizeof(err));
	cr_expect_null(other, "two of them");
	cr_expect_not_null(strstr(err, "another process"), "%s", err);
	plain.public.type = NOTE_ED25519;
	options.signer = &plain;
	cr_expect_null(cosigner_open(&options, err, sizeof(err)));
	options.signer = &key;
	options.dir = "/proc/none/witness";
	cr_expect_null(cosigner_open(&options, err, sizeof(err)));
	cr_expect_not_null(strstr(err, "/proc/none"), "%s", err);
}

/* What waits when it ends is dropped; nobody is told, so nothing is lost. */
Test(cosigner, the_end_with_requests_waiting)
{
	int i;

	options.pause_ms = 3600 * 1000;
	start();
	cr_assert_eq(ask(0, 0, 3, 0), 0);
	collect(1);
	for (i = 1; i < 5; i++)
		cr_assert_eq(ask(i, 0, 3, (uint64_t)i), 0);
	cosigner_close(c);
	options.pause_ms = 0;
	start();
	cr_expect_eq(seen(0), 3);
	cr_expect_eq(seen(1), 0);
}
