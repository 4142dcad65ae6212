#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "keys/sha256.h"
#include "store/tileproof.h"
#include "store/tiles.h"

#include "memlog.h"
#include "vectors.h"

/* A proof as a text: printed, read back, checked; nothing altered passes. */

#define ORIGIN		"example.net/branch/7/decisions/2026.1"
#define SIZE		1000u
#define LOG_OF_OTHERS	"tlog-tiles/tessera-testdata/testdata/log"
#define KEY_OF_OTHERS	"example.com/log/testdata+33d7b496+" \
	"AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx"

static struct memlog *m;
static struct tiles *t;
static struct note_signer signer;
static char head[CHECKPOINT_MAX], text[TILEPROOF_MAX + 2], err[NOTE_ERROR_MAX];
static size_t head_len;
static struct tileproof made, got;

/* A log and its signed head. */
static void
set_up(void)
{
	const struct note_signer *s = &signer;
	struct checkpoint c = { .origin = ORIGIN, .size = SIZE };
	struct tiles_source src;
	uint8_t secret[32];

	memset(secret, 7, sizeof(secret));
	cr_assert_eq(note_signer_make(&signer, ORIGIN, NOTE_ED25519, secret),
	    0);
	m = memlog_make(SIZE);
	src = memlog_source(m);
	cr_assert_not_null(t = tiles_open(&src, SIZE));
	memcpy(c.root, m->root, MERKLE_LEN);
	head_len = checkpoint_sign(head, sizeof(head), &c, &s, 1);
	cr_assert_gt(head_len, 0);
}

static void
tear_down(void)
{

	tiles_close(t);
	memlog_free(m);
}

TestSuite(tileproof, .init = set_up, .fini = tear_down);

/* Make the proof of an entry, with the entry as extra data. */
static size_t
make(struct tiles *log, uint64_t index, uint64_t size, const char *checkpoint,
    size_t len)
{
	struct merkle_source s = tiles_hasher(log);
	const uint8_t *p;

	memset(&made, 0, sizeof(made));
	made.index = index;
	cr_assert_eq(tiles_entry(log, index, &p, &made.extra_len), 0, "%s",
	    tiles_error(log));
	memcpy(made.extra, p, made.extra_len);
	cr_assert_eq(merkle_prove_inclusion(made.hash, &made.n, index, size,
	    &s), 0);
	made.checkpoint = checkpoint;
	made.checkpoint_len = len;
	len = tileproof_print(text, TILEPROOF_MAX, &made);
	cr_assert_gt(len, 0);
	return (len);
}

/* Read the text and check it with the extra data as the entry. */
static int
check(size_t len, const struct note_verifier *key)
{
	struct checkpoint c;
	uint8_t leaf[32];
	struct note n;

	if (tileproof_read(&got, text, len, err) != 0)
		return (-1);
	sha256_leaf(leaf, got.extra, got.extra_len);
	return (tileproof_check(&got, leaf, &key, 1, &c, &n, err));
}

Test(tileproof, printed_and_read_back)
{
	char again[TILEPROOF_MAX];
	size_t len;

	for (uint64_t i = 0; i < SIZE; i += 37) {
		len = make(t, i, SIZE, head, head_len);
		cr_assert_eq(check(len, &signer.public), 0, "%s", err);
		cr_assert_eq(got.index, i);
		cr_assert_eq(got.extra_len, made.extra_len);
		cr_assert_arr_eq(got.extra, made.extra, got.extra_len);
		cr_assert_eq(tileproof_print(again, sizeof(again), &got), len);
		cr_assert_arr_eq(again, text, len);
		cr_assert_eq(tileproof_print(again, len, &got), len);
		cr_assert_eq(tileproof_print(again, len - 1, &got), 0);
	}
}

Test(tileproof, spelling)
{
	struct tileproof p = { .index = 73894, .n = 1, .extra = "age",
	    .extra_len = 3, .checkpoint = "x\n", .checkpoint_len = 2 };
	const char *want = "c2sp.org/tlog-proof@v1\nextra YWdl\nindex 73894\n"
	    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n\nx\n";
	size_t len = tileproof_print(text, sizeof(text), &p);

	cr_assert_eq(len, strlen(want));
	cr_assert_arr_eq(text, want, len);
	p.extra_len = p.n = 0;
	p.index = 0;
	want = "c2sp.org/tlog-proof@v1\nindex 0\n\nx\n";
	len = tileproof_print(text, sizeof(text), &p);
	cr_assert_eq(len, strlen(want));
	cr_assert_arr_eq(text, want, len);
}

/* Whatever byte is altered, dropped or added: it does not pass.  Only the bytes of
 * a signature line are not ours alone; here there is one line of a known key. */
Test(tileproof, every_byte_counts)
{
	size_t len = make(t, 300, SIZE, head, head_len);
	char *whole = malloc(len);

	memcpy(whole, text, len);
	for (size_t i = 0; i < len; i++) {
		text[i] ^= 1;
		cr_assert_eq(check(len, &signer.public), -1, "byte %zu", i);
		text[i] ^= 1;
	}
	for (size_t n = 0; n < len; n += n < len - 150 ? 7 : 1)
		cr_assert_eq(check(n, &signer.public), -1, "cut at %zu", n);
	for (size_t i = 0; i < len; i += 3) {
		memmove(text + i, whole + i + 1, len - i - 1);
		cr_assert_eq(check(len - 1, &signer.public), -1);
		memcpy(text + i, whole + i, len - i);
	}
	cr_assert_eq(check(len, &signer.public), 0);
	free(whole);
}

/* A text is refused with a sentence that begins so. */
static void
refused(const char *begin, const char *s)
{
	size_t len = strlen(s);
	char *exact = malloc(len + 1);

	memcpy(exact, s, len + 1);
	cr_assert_eq(tileproof_read(&got, exact, len, err), -1);
	cr_assert_eq(strncmp(err, begin, strlen(begin)), 0, "%s", err);
	free(exact);
}

#define FIRST	"c2sp.org/tlog-proof@v1\n"
#define HASH	"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="

Test(tileproof, refused_texts)
{
	refused("line 1: the proof ends", "");
	refused("line 1: no newline", "c2sp.org/tlog-proof@v1");
	refused("line 1: not", "c2sp.org/tlog-proof@v2\nindex 0\n\nx\n");
	refused("line 1: not", "c2sp.org/tlog-proof@v1 \nindex 0\n\nx\n");
	refused("line 1: not", "c2sp.org/tlog-proof@v1\r\nindex 0\r\n\r\nx\r\n");
	refused("line 2: the proof ends", FIRST);
	refused("line 2: not \"index\"", FIRST "\nx\n");
	refused("line 2: not \"index\"", FIRST "index\n\nx\n");
	refused("line 2: not \"index\"", FIRST "index \n\nx\n");
	refused("line 2: not \"index\"", FIRST "index 00\n\nx\n");
	refused("line 2: not \"index\"", FIRST "index 01\n\nx\n");
	refused("line 2: not \"index\"", FIRST "index +1\n\nx\n");
	refused("line 2: not \"index\"", FIRST "index 1 \n\nx\n");
	refused("line 2: not \"index\"",
	    FIRST "index 18446744073709551616\n\nx\n");
	refused("line 2: the extra", FIRST "extra \nindex 0\n\nx\n");
	refused("line 2: the extra", FIRST "extra YQ\nindex 0\n\nx\n");
	refused("line 2: the extra", FIRST "extra YR==\nindex 0\n\nx\n");
	refused("line 3: not \"index\"",
	    FIRST "extra YQ==\nextra YQ==\nindex 0\n\nx\n");
	refused("line 3: not a hash", FIRST "index 0\nx\n\nx\n");
	refused("line 3: not a hash", FIRST "index 0\n" HASH " \n\nx\n");
	refused("line 3: no newline", FIRST "index 0\n" HASH);
	refused("line 4: the proof ends", FIRST "index 0\n" HASH "\n");
	refused("line 4: no checkpoint", FIRST "index 0\n\n");
}

Test(tileproof, bounds)
{
	size_t len = strlen(FIRST "index 0\n");

	memcpy(text, FIRST "index 0\n", len);
	for (unsigned i = 0; i <= MERKLE_PROOF_MAX; i++) {
		memcpy(text + len, HASH "\n", strlen(HASH "\n"));
		len += strlen(HASH "\n");
		memcpy(text + len, "\nx\n", 3);
		cr_assert_eq(tileproof_read(&got, text, len + 3, err),
		    i < MERKLE_PROOF_MAX ? 0 : -1);
	}
	cr_assert_str_eq(err, "line 67: more than 64 hashes");

	len = strlen(FIRST "index 0\n\n");
	memset(text, 'x', sizeof(text));
	memcpy(text, FIRST "index 0\n\n", len);
	cr_assert_eq(tileproof_read(&got, text, len + CHECKPOINT_MAX, err), 0);
	cr_assert_eq(tileproof_read(&got, text, len + CHECKPOINT_MAX + 1, err),
	    -1);
	cr_assert_eq(tileproof_read(&got, text, TILEPROOF_MAX + 1, err), -1);

	memset(text, 'A', sizeof(text));
	memcpy(text, FIRST "extra ", strlen(FIRST "extra "));
	memcpy(text + strlen(FIRST "extra ") + TILEPROOF_EXTRA_MAX / 3 * 4 + 4,
	    "\nindex 0\n\nx\n", strlen("\nindex 0\n\nx\n"));
	cr_assert_eq(tileproof_read(&got, text, 30000, err), -1);
	cr_assert_eq(strncmp(err, "line 2: the extra data is not 1 to 16384",
	    40), 0, "%s", err);
}

/* A good proof for another entry, another head or another key. */
Test(tileproof, foreign_parts)
{
	struct note_signer other;
	uint8_t secret[32] = { 1 }, leaf[32];
	const struct note_verifier *key = &signer.public;
	struct checkpoint c;
	struct note n;
	size_t len = make(t, 300, SIZE, head, head_len);

	cr_assert_eq(note_signer_make(&other, ORIGIN, NOTE_ED25519, secret), 0);
	cr_assert_eq(check(len, &other.public), -1);
	cr_assert_eq(check(len, &signer.public), 0);

	sha256_leaf(leaf, "another", 7);
	cr_assert_eq(tileproof_check(&got, leaf, &key, 1, &c, &n, err), -1);
	cr_assert_not_null(strstr(err, "entry 300"), "%s", err);
	sha256_leaf(leaf, got.extra, got.extra_len);
	got.index = SIZE;
	cr_assert_eq(tileproof_check(&got, leaf, &key, 1, &c, &n, err), -1);
	cr_assert_str_eq(err, "entry 1000 is not in a log of 1000 entries");
	got.index = 301;
	cr_assert_eq(tileproof_check(&got, leaf, &key, 1, &c, &n, err), -1);
}

/* Proofs from the log of others, under all of their heads. */
Test(tileproof, log_of_others)
{
	char path[VECTORS_PATH], name[32], checkpoint[1024], why[256];
	struct tiles_dir dir = { .dir = path };
	struct tiles_source src = { .get = tiles_dir_get, .arg = &dir };
	struct note_verifier key;
	struct tiles *theirs;
	int64_t len;

	if (vectors_find(path, LOG_OF_OTHERS) != 0)
		cr_skip_test("skipped: no vectors");
	cr_assert_eq(note_verifier_parse(&key, KEY_OF_OTHERS,
	    strlen(KEY_OF_OTHERS), err), 0, "%s", err);
	for (unsigned size = 1; size <= 15; size++) {
		snprintf(name, sizeof(name), "checkpoint.%u", size);
		len = tiles_dir_get(&dir, name, (uint8_t *)checkpoint,
		    sizeof(checkpoint), why, sizeof(why));
		cr_assert_gt(len, 0);
		cr_assert_not_null(theirs = tiles_open(&src, size));
		for (unsigned i = 0; i < size; i++)
			cr_assert_eq(check(make(theirs, i, size, checkpoint,
			    (size_t)len), &key), 0, "%s", err);
		tiles_close(theirs);
	}
}
