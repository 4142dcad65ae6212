/* A witness of logs: every rule of add-checkpoint, races, forks, roll-backs. */
#include <criterion/criterion.h>

#include <sys/stat.h>
#include <sys/wait.h>

#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "audit/witness.h"
#include "keys/base64.h"
#include "keys/note.h"
#include "keys/sha256.h"
#include "store/checkpoint.h"
#include "store/merkle.h"

#define ORIGIN "example.test/branch/b1/decisions/2026.1"
#define NOW UINT64_C(1795327200)
#define LEAVES 64

static char dir[64];
static struct note_signer node, other, witness_key;
static const struct note_verifier *known[1];
static struct witness witness;
static struct witness_answer a;

static void
setup(void)
{
	uint8_t secret[32];

	(void)snprintf(dir, sizeof(dir), "/tmp/liangka-witness.XXXXXX");
	cr_assert_not_null(mkdtemp(dir));
	memset(secret, 1, sizeof(secret));
	cr_assert_eq(note_signer_make(&node, "example.test/branch/b1",
	    NOTE_ED25519, secret), 0);
	memset(secret, 2, sizeof(secret));
	cr_assert_eq(note_signer_make(&other, "example.test/branch/b1",
	    NOTE_ED25519, secret), 0);
	memset(secret, 3, sizeof(secret));
	cr_assert_eq(note_signer_make(&witness_key, "example.test/witness",
	    NOTE_COSIGNATURE, secret), 0);
	known[0] = &node.public;
	witness = (struct witness){ .dir = dir, .signer = &witness_key,
		.logs = known, .nlogs = 1 };
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

	(void)nftw(dir, drop, 8, FTW_DEPTH | FTW_PHYS);
}

TestSuite(witness, .init = setup, .fini = teardown);

/* A tree whose leaf i says "<name>.<i>"; from leaf `fork` on, "x.<i>". */
struct tree {
	uint64_t fork;
};

static int
tree_hash(void *arg, unsigned level, uint64_t index, uint8_t out[MERKLE_LEN])
{
	const struct tree *t = arg;
	uint8_t left[MERKLE_LEN], right[MERKLE_LEN];
	char leaf[32];
	int n;

	if (level == 0) {
		n = snprintf(leaf, sizeof(leaf), "%c.%" PRIu64,
		    index >= t->fork ? 'x' : 'e', index);
		sha256_leaf(out, leaf, (size_t)n);
		return (0);
	}
	(void)tree_hash(arg, level - 1, 2 * index, left);
	(void)tree_hash(arg, level - 1, 2 * index + 1, right);
	sha256_node(out, left, right);
	return (0);
}

static struct tree straight = { .fork = UINT64_MAX }, forked = { .fork = 5 };

/* Sign the head of a tree, under the origin. */
static size_t
head(struct tree *t, uint64_t size, const char *origin,
    const struct note_signer *by, char note[CHECKPOINT_MAX])
{
	struct merkle_source s = { tree_hash, t };
	struct note_signer signer = *by;
	const struct note_signer *signers[] = { &signer };
	struct checkpoint c = { .size = size };
	size_t n;

	(void)snprintf(c.origin, sizeof(c.origin), "%s", origin);
	cr_assert_eq(merkle_root(c.root, size, &s), 0);
	cr_assert_eq(note_verifier_name(&signer.public, origin), 0);
	n = checkpoint_sign(note, CHECKPOINT_MAX, &c, signers, 1);
	cr_assert_gt(n, 0);
	return (n);
}

/* Make a request for a tree from one size to another. */
static size_t
request(struct tree *t, uint64_t old, uint64_t size, char body[])
{
	struct merkle_source s = { tree_hash, t };
	uint8_t proof[MERKLE_PROOF_MAX][MERKLE_LEN];
	char note[CHECKPOINT_MAX];
	size_t n = 0, len = head(t, size, ORIGIN, &node, note);

	if (old > 0 && old <= size)
		cr_assert_eq(merkle_prove_consistency(proof, &n, old, size, &s),
		    0);
	return (witness_request(body, WITNESS_REQUEST_MAX, old,
	    (const uint8_t (*)[MERKLE_LEN])proof, n, note, len));
}

/* Ask it; the status. */
static int
ask(struct tree *t, uint64_t old, uint64_t size)
{
	char body[WITNESS_REQUEST_MAX];
	size_t len = request(t, old, size, body);

	cr_assert_gt(len, 0);
	(void)witness_add(&witness, NOW, body, len, &a);
	return ((int)a.status);
}

static int
ask_text(const char *text)
{

	cr_expect_eq(witness_add(&witness, NOW, text, strlen(text), &a), -1);
	return ((int)a.status);
}

/* The size that is recorded. */
static uint64_t
seen(void)
{
	char err[WITNESS_ERROR_MAX];
	struct checkpoint c;

	cr_assert_geq(witness_seen(&witness, ORIGIN, &c, NULL, 0, err), 0,
	    "%s", err);
	return (c.size);
}

/* How many files of evidence there are. */
static int
evidence(void)
{
	const struct dirent *e;
	char path[96];
	int n = 0;
	DIR *d;

	(void)snprintf(path, sizeof(path), "%s/evidence", dir);
	if ((d = opendir(path)) == NULL)
		return (0);
	while ((e = readdir(d)) != NULL)
		n += e->d_name[0] != '.';
	(void)closedir(d);
	return (n);
}

Test(witness, cosigns_what_continues)
{
	const struct note_verifier *keys[] = { &node.public,
		&witness_key.public };
	static const uint64_t sizes[] = { 1, 2, 3, 7, 8, 13, 64, 64 };
	char text[CHECKPOINT_MAX + 2], err[WITNESS_ERROR_MAX];
	struct checkpoint c;
	struct note n;
	uint64_t old = 0;
	size_t i;
	long len;

	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		cr_assert_eq(ask(&straight, old, sizes[i]), 200, "%s", a.error);
		old = sizes[i];
		cr_expect_eq(seen(), old);
	}
	cr_expect_eq(strncmp(a.body, "\xe2\x80\x94 example.test/witness ", 25),
	    0);
	cr_expect_eq(a.body[a.len - 1], '\n');
	/* What is kept bears both signatures, verified by who knows the keys. */
	len = witness_seen(&witness, ORIGIN, &c, text, sizeof(text), err);
	cr_assert_gt(len, 0);
	cr_assert_eq(checkpoint_open(&c, &n, text, (size_t)len, keys, 2, err),
	    0, "%s", err);
	cr_expect_eq(n.n, 2);
	cr_expect_eq(n.sig[0].by, &node.public);
	cr_expect_eq(n.sig[1].by, &witness_key.public);
	cr_expect_eq(n.sig[1].time, NOW);
	cr_expect_not_null(strstr(text, a.body));
	cr_expect_eq(evidence(), 0);
}

Test(witness, bodies_that_are_no_request)
{
	static const char *const bad[] = { "", "\n", "old\n\n", "old 01\n\nx\n",
		"old -1\n\nx\n", "old 1", "old 0\n", "old 0\n\n",
		"old 99999999999999999999\n\nx\n", "old 0\nshort\n\nx\n",
		"old 0\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB=\n\nx\n",
		"old 0\n\nno note\n", "old 0\n\na\nb\nc\n\n",
		"old 0\r\n\r\n" };
	char body[WITNESS_REQUEST_MAX + 1];
	size_t i, len;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		cr_expect_eq(ask_text(bad[i]), 400, "%s", bad[i]);
	cr_expect_eq(ask_text("old 01\n\nx\n"), 400);
	cr_expect_not_null(strstr(a.error, "line 1:"), "%s", a.error);
	len = (size_t)sprintf(body, "old 1\n");
	for (i = 0; i < 64; i++)
		len += (size_t)sprintf(&body[len], "AAAAAAAAAAAAAAAAAAAAAAAAAAAA"
		    "AAAAAAAAAAAAAAA=\n");
	(void)sprintf(&body[len], "\nx\n");
	cr_expect_eq(ask_text(body), 400);
	cr_expect_not_null(strstr(a.error, "line 65"), "%s", a.error);
	memset(body, 'a', WITNESS_REQUEST_MAX);
	body[WITNESS_REQUEST_MAX] = '\0';
	cr_expect_eq(witness_add(&witness, NOW, body, sizeof(body), &a), -1);
	cr_expect_eq(a.status, 400);
	cr_expect_eq(seen(), 0);
}

Test(witness, an_origin_without_a_key)
{
	char note[CHECKPOINT_MAX], body[WITNESS_REQUEST_MAX];
	size_t n = head(&straight, 3, "example.test/branch/b11/decisions/2026.1",
	    &node, note);

	/* b1 is a beginning of b11, but not up to a '/'. */
	n = witness_request(body, sizeof(body), 0, NULL, 0, note, n);
	cr_expect_eq(witness_add(&witness, NOW, body, n, &a), -1);
	cr_expect_eq(a.status, 404);
	cr_expect_not_null(strstr(a.error, "b11"), "%s", a.error);
}

Test(witness, a_signature_that_is_not_the_logs)
{
	char note[CHECKPOINT_MAX], body[WITNESS_REQUEST_MAX];
	size_t n = head(&straight, 3, ORIGIN, &other, note), m;

	m = witness_request(body, sizeof(body), 0, NULL, 0, note, n);
	(void)witness_add(&witness, NOW, body, m, &a);
	cr_expect_eq(a.status, 403, "no line of a known key");
	n = head(&straight, 3, ORIGIN, &node, note);
	m = witness_request(body, sizeof(body), 0, NULL, 0, note, n);
	body[m - 20] = body[m - 20] == 'A' ? 'B' : 'A';
	(void)witness_add(&witness, NOW, body, m, &a);
	cr_expect_eq(a.status, 403, "a bad line of a known key");
	cr_expect_eq(seen(), 0);
}

Test(witness, old_sizes)
{

	cr_expect_eq(ask(&straight, 9, 8), 400, "larger than the new size");
	cr_expect_eq(ask(&straight, 4, 8), 409, "we never cosigned it");
	cr_expect_str_eq(a.body, "0\n");
	cr_assert_eq(ask(&straight, 0, 8), 200);
	cr_expect_eq(ask(&straight, 0, 9), 409);
	cr_expect_str_eq(a.body, "8\n");
	cr_expect_eq(ask(&straight, 4, 9), 409);
	cr_expect_str_eq(a.body, "8\n");
	/* A roll-back: the smaller head cannot go on from what we saw. */
	cr_expect_eq(ask(&straight, 4, 6), 409);
	cr_expect_eq(ask(&straight, 8, 6), 400);
	cr_expect_eq(seen(), 8);
}

Test(witness, forks_are_refused_and_kept)
{
	char body[WITNESS_REQUEST_MAX];
	size_t len;

	cr_assert_eq(ask(&straight, 0, 8), 200);
	cr_expect_eq(ask(&forked, 8, 8), 422, "another root at this size");
	cr_expect_not_null(strstr(a.error, "forked"), "%s", a.error);
	cr_expect(a.evidence);
	cr_expect_eq(evidence(), 2, "both heads");
	cr_expect_eq(ask(&forked, 8, 8), 422);
	cr_expect_eq(evidence(), 2, "the same once more");
	cr_expect_eq(ask(&forked, 8, 13), 422, "a proof of another history");
	cr_expect_eq(evidence(), 4);
	/* A good head whose proof was cut is refused too, and goes when whole. */
	len = request(&straight, 8, 13, body);
	memmove(&body[6], &body[6 + 45], len - 6 - 45);
	(void)witness_add(&witness, NOW, body, len - 45, &a);
	cr_expect_eq(a.status, 422);
	/* The same head with a proof too many contradicts nothing. */
	len = request(&straight, 8, 8, body);
	memmove(&body[6 + 45], &body[6], len - 6);
	memset(&body[6], 'A', 43);
	body[6 + 43] = '=';
	body[6 + 44] = '\n';
	(void)witness_add(&witness, NOW, body, len + 45, &a);
	cr_expect_eq(a.status, 422);
	cr_expect(!a.evidence);
	cr_expect_eq(seen(), 8);
	cr_expect_eq(ask(&straight, 8, 13), 200);
}

Test(witness, the_empty_tree)
{
	struct checkpoint c = { .origin = ORIGIN, .size = 0 };
	struct note_signer signer = node;
	const struct note_signer *signers[] = { &signer };
	char note[CHECKPOINT_MAX], body[WITNESS_REQUEST_MAX];
	uint8_t zero[1][MERKLE_LEN] = { { 0 } };
	size_t n;

	cr_assert_eq(note_verifier_name(&signer.public, ORIGIN), 0);
	n = checkpoint_sign(note, sizeof(note), &c, signers, 1);
	n = witness_request(body, sizeof(body), 0, NULL, 0, note, n);
	(void)witness_add(&witness, NOW, body, n, &a);
	cr_expect_eq(a.status, 422, "not the root of the empty tree");
	cr_expect_eq(ask(&straight, 0, 0), 200, "%s", a.error);
	n = head(&straight, 4, ORIGIN, &node, note);
	n = witness_request(body, sizeof(body), 0,
	    (const uint8_t (*)[MERKLE_LEN])zero, 1, note, n);
	(void)witness_add(&witness, NOW, body, n, &a);
	cr_expect_eq(a.status, 422, "a proof from nothing");
	cr_expect_eq(ask(&straight, 0, 4), 200);
}

Test(witness, damage_of_its_own_state_is_not_forgotten)
{
	char path[256], err[WITNESS_ERROR_MAX];
	struct checkpoint c;
	const struct dirent *e;
	DIR *d = opendir(dir);
	int fd = -1;

	cr_assert_eq(ask(&straight, 0, 8), 200);
	while (fd == -1 && (e = readdir(d)) != NULL) {
		(void)snprintf(path, sizeof(path), "%s/%.64s/checkpoint", dir,
		    e->d_name);
		fd = open(path, O_WRONLY | O_TRUNC);
	}
	(void)closedir(d);
	cr_assert_neq(fd, -1);
	(void)close(fd);
	cr_expect_eq(witness_seen(&witness, ORIGIN, &c, NULL, 0, err), -1);
	cr_expect_eq(ask(&straight, 0, 9), 500, "%s", a.error);
	cr_expect_null(strstr(a.body, dir), "a stranger learns no path: %s",
	    a.body);
	cr_assert_eq(truncate(path, 0), 0);
	cr_assert_eq(unlink(path), 0);
	cr_expect_eq(ask(&straight, 0, 9), 200, "put away by hand");
}

/* Both children have parsed and verified when they come to the lock. */
static pid_t
race(uint64_t size)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(ask(&straight, 0, size) == 200 ? 0 :
		    a.status == 409 && a.seen.size != size &&
		    a.seen.size != 0 ? 1 : 2);
	cr_assert_gt(pid, 0);
	return (pid);
}

/* While one is inside, a second waits and then finds what the first recorded. */
static int pipes[2];

static void
inside(void *arg)
{
	char byte;

	(void)arg;
	(void)!write(pipes[1], "x", 1);
	(void)!read(pipes[0], &byte, 1);
}

Test(witness, of_two_that_race_one_wins)
{
	int status[2], i, in[2], out[2];
	pid_t pid[2];
	char byte;

	cr_assert(pipe(in) == 0 && pipe(out) == 0);
	pipes[0] = in[0];
	pipes[1] = out[1];
	witness.locked = inside;
	pid[0] = race(8);
	pid[1] = race(13);
	/* One is inside; it has 409 or 200 to give only when let go. */
	cr_assert_eq(read(out[0], &byte, 1), 1);
	cr_assert_eq(fcntl(out[0], F_SETFL, O_NONBLOCK), 0);
	cr_expect_eq(read(out[0], &byte, 1), -1, "both are inside");
	cr_assert_eq(write(in[1], "gg", 2), 2);
	for (i = 0; i < 2; i++) {
		cr_assert_eq(waitpid(pid[i], &status[i], 0), pid[i]);
		cr_assert(WIFEXITED(status[i]));
	}
	cr_expect_eq(WEXITSTATUS(status[0]) + WEXITSTATUS(status[1]), 1,
	    "one cosigned, one told the size: %d %d", WEXITSTATUS(status[0]),
	    WEXITSTATUS(status[1]));
	cr_expect_eq(seen(), WEXITSTATUS(status[0]) == 0 ? 8 : 13);
}

Test(witness, evidence_has_a_bound)
{
	char path[128];
	int i, fd;

	cr_assert_eq(ask(&straight, 0, 8), 200);
	(void)snprintf(path, sizeof(path), "%s/evidence", dir);
	cr_assert_eq(mkdir(path, 0700), 0);
	for (i = 0; i < 2 * WITNESS_EVIDENCE_MAX; i++) {
		(void)snprintf(path, sizeof(path), "%s/evidence/%d", dir, i);
		cr_assert_neq(fd = open(path, O_CREAT | O_WRONLY, 0600), -1);
		(void)close(fd);
	}
	cr_expect_eq(ask(&forked, 8, 8), 422);
	cr_expect(!a.evidence);
	cr_expect_eq(evidence(), 2 * WITNESS_EVIDENCE_MAX);
}
