/* Checkpoints: other people's, ours, and which keys may speak for a log. */
#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/checkpoint.h"

#include "vectors.h"

#define NODE	"bank.example/branch/7"
#define ORIGIN	NODE "/decisions/2026.1"
#define ROOT	"SBNJTRN+FjG7owHVrKtue7eqdM4RhdRWVl71HXN2d7I="
#define TEXT	ORIGIN "\n3\n" ROOT "\n"
#define TESSERA	"example.com/log/testdata+33d7b496+" \
	"AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx"

static char err[NOTE_ERROR_MAX];
static struct note n;

/* Make a signer; the bytes of its secret count up from `first`. */
static struct note_signer
signer(const char *name, enum note_type type, uint8_t first)
{
	struct note_signer s;
	uint8_t secret[32];

	for (int i = 0; i < 32; i++)
		secret[i] = (uint8_t)(first + i);
	cr_assert_eq(note_signer_make(&s, name, type, secret), 0);
	return (s);
}

/* Append the line of a signer to a note. */
static void
append(char *note, const char *text, const struct note_signer *s)
{

	cr_assert_gt(note_sign_line(note + strlen(note), text, strlen(text), s,
	    1795323600), 0);
}

static int
read_text(struct checkpoint *c, const char *text)
{

	return (checkpoint_read(c, text, strlen(text), err));
}

static int
open_with(struct checkpoint *c, const char *note, const struct note_verifier *a,
    const struct note_verifier *b)
{
	const struct note_verifier *keys[2] = { a, b };
	static const struct checkpoint none;
	int rc;

	err[0] = '\0';
	rc = checkpoint_open(c, &n, note, strlen(note), keys, b != NULL ? 2 :
	    a != NULL ? 1 : 0, err);
	cr_assert_eq(rc == 0, err[0] == '\0', "%s", err);
	if (rc != 0)
		cr_assert(n.n == 0 && memcmp(c, &none, sizeof(none)) == 0);
	return (rc);
}

Test(checkpoint, text)
{
	static const uint64_t sizes[] = {
		0, 1, 9, 10, 20852163, 999999999999, INT64_MAX
	};
	struct checkpoint c, back;
	char text[CHECKPOINT_TEXT_MAX];
	size_t len;

	cr_assert_eq(read_text(&c, TEXT), 0, "%s", err);
	cr_assert_str_eq(c.origin, ORIGIN);
	cr_assert_eq(c.size, 3);
	cr_assert(c.root[0] == 0x48 && c.root[31] == 0xb2);
	cr_assert_eq(checkpoint_text(text, &c), strlen(TEXT));
	cr_assert_str_eq(text, TEXT);
	memset(c.origin, 'o', sizeof(c.origin) - 1);
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		c.size = sizes[i];
		len = checkpoint_text(text, &c);
		cr_assert_lt(len, CHECKPOINT_TEXT_MAX);
		cr_assert_eq(checkpoint_read(&back, text, len, err), 0);
		cr_assert_arr_eq(&back, &c, sizeof(c));
	}
	cr_assert_eq(read_text(&c, TEXT "more\nand more\n"), 0);
	cr_assert_eq(c.size, 3);
	cr_assert_eq(read_text(&c, "go.sum database tree\n0\n" ROOT "\n"), 0);
}

Test(checkpoint, texts_that_are_none)
{
	static const char *const bad[] = {
		"", "\n", "o", "o\n", "o\n3\n", "o\n3\n" ROOT, "\n3\n" ROOT "\n",
		"o\n\n3\n" ROOT "\n", "o\n3\n\n" ROOT "\n", "o\n3\n" ROOT "\n\n",
		"o\n3\n" ROOT "\n\nx\n", "o\n3\n" ROOT "\nx", "o\n\n" ROOT "\n",
		"o\n03\n" ROOT "\n", "o\n00\n" ROOT "\n", "o\n+3\n" ROOT "\n",
		"o\n-3\n" ROOT "\n", "o\n 3\n" ROOT "\n", "o\n3 \n" ROOT "\n",
		"o\n3x\n" ROOT "\n", "o\n0x3\n" ROOT "\n",
		"o\n9223372036854775808\n" ROOT "\n",
		"o\n18446744073709551616\n" ROOT "\n",
		"o\n99999999999999999999\n" ROOT "\n", "o\n3\nSBNJTRN+\n",
		"o\n3\n" ROOT "AAAA\n", "o\n3\n " ROOT "\n",
		"o\n3\nSBNJTRN+FjG7owHVrKtue7eqdM4RhdRWVl71HXN2d7J=\n",
		"o\n3\nSBNJTRN-FjG7owHVrKtue7eqdM4RhdRWVl71HXN2d7I=\n",
		"o\n3\nSBNJTRN+FjG7owHVrKtue7eqdM4RhdRWVl71HXN2d7I\n"
	};
	static const struct checkpoint none;
	static const char nul[] = "o\0o\n3\n" ROOT "\n";
	struct checkpoint c;
	char text[400];

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		memset(&c, 0x5a, sizeof(c));
		err[0] = '\0';
		cr_assert_eq(read_text(&c, bad[i]), -1, "%s", bad[i]);
		cr_assert_arr_eq(&c, &none, sizeof(c));
		cr_assert(err[0] != '\0');
	}
	cr_assert_eq(checkpoint_read(&c, nul, sizeof(nul) - 1, err), -1);
	memset(text, 'o', sizeof(text));
	strcpy(text + CHECKPOINT_ORIGIN_MAX, "\n3\n" ROOT "\n");
	cr_assert_eq(read_text(&c, text), -1);
	cr_assert_eq(read_text(&c, text + 1), 0);
}

Test(checkpoint, a_log_of_another_program)
{
	char path[VECTORS_PATH], name[128], *note;
	struct note_verifier v;
	struct checkpoint c;
	size_t len;

	cr_assert_eq(note_verifier_parse(&v, TESSERA, strlen(TESSERA), err), 0);
	for (unsigned size = 0; size <= 15; size++) {
		snprintf(name, sizeof(name), "tlog-tiles/tessera-testdata/"
		    "testdata/log/checkpoint.%u", size);
		if (vectors_find(path, name) != 0)
			cr_skip_test("skipped: no vectors");
		note = vectors_read(path, &len);
		cr_assert_not_null(note, "%s", path);
		cr_assert_eq(open_with(&c, note, &v, NULL), 0, "%s", err);
		cr_assert_str_eq(c.origin, "example.com/log/testdata");
		cr_assert_eq(c.size, size);
		cr_assert_eq(n.sig[0].by, &v);
		note[strlen("example.com/log/testdata\n")]++;
		cr_assert_eq(open_with(&c, note, &v, NULL), -1);
		free(note);
	}
}

Test(checkpoint, signed_and_opened)
{
	struct note_signer ed = signer(ORIGIN, NOTE_ED25519, 1);
	struct note_signer gm = signer(ORIGIN, NOTE_SM2, 2);
	struct note_signer other = signer(NODE, NOTE_ED25519, 3);
	struct note_signer witness = signer(ORIGIN, NOTE_COSIGNATURE, 3);
	const struct note_signer *s[2] = { &ed, &gm };
	struct checkpoint c, back;
	char note[2048];
	size_t len;

	cr_assert_eq(read_text(&c, TEXT), 0);
	len = checkpoint_sign(note, sizeof(note), &c, s, 2);
	cr_assert_gt(len, 0);
	for (size_t cap = 0; cap < len; cap += 11)
		cr_assert_eq(checkpoint_sign(note, cap, &c, s, 2), 0);
	cr_assert_eq(checkpoint_sign(note, len, &c, s, 2), len);
	note[len] = '\0';
	cr_assert_eq(open_with(&back, note, &ed.public, NULL), 0, "%s", err);
	cr_assert_arr_eq(&back, &c, sizeof(c));
	cr_assert_eq(open_with(&back, note, &gm.public, NULL), 0, "%s", err);
	cr_assert_eq(open_with(&back, note, &ed.public, &gm.public), 0);
	cr_assert(n.sig[0].by == &ed.public && n.sig[1].by == &gm.public);
	cr_assert_eq(n.text_len, strlen(TEXT));

	cr_assert_eq(checkpoint_sign(note, sizeof(note), &c, s, 0), 0);
	s[1] = &other;
	cr_assert_eq(checkpoint_sign(note, sizeof(note), &c, s, 2), 0);
	s[1] = &witness;
	cr_assert_eq(checkpoint_sign(note, sizeof(note), &c, s, 2), 0);
	c.size = (uint64_t)INT64_MAX + 1;
	cr_assert_eq(checkpoint_sign(note, sizeof(note), &c, s, 1), 0);
	c.size = 3;
	strcpy(c.origin, "");
	cr_assert_eq(checkpoint_sign(note, sizeof(note), &c, s, 1), 0);
	strcpy(c.origin, "a\n1");
	cr_assert_eq(checkpoint_sign(note, sizeof(note), &c, s, 1), 0);
	memset(c.origin, 'o', sizeof(c.origin));
	cr_assert_eq(checkpoint_sign(note, sizeof(note), &c, s, 1), 0);
}

/* A node's key serves all logs below its name, and no others. */
Test(checkpoint, keys_of_a_node)
{
	static const char *const good[] = {
		"bank.example", "bank.example/branch", NODE,
		NODE "/decisions", ORIGIN
	};
	static const char *const bad[] = {
		"bank.exampl", "bank.example/branch/", "bank.example/branch/70",
		ORIGIN "/x", ORIGIN "1", "BANK.example", "b", NODE "/decision"
	};
	struct note_signer s = signer(ORIGIN, NOTE_ED25519, 1);
	const struct note_signer *all[1] = { &s };
	struct note_verifier v = s.public, was;
	struct checkpoint c;
	char note[2048];

	cr_assert_eq(read_text(&c, TEXT), 0);
	note[checkpoint_sign(note, sizeof(note), &c, all, 1)] = '\0';
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		cr_assert_eq(note_verifier_name(&v, good[i]), 0);
		was = v;
		cr_assert_eq(open_with(&c, note, &v, NULL), 0, "%s", good[i]);
		cr_assert_eq(n.sig[0].by, &v);
		cr_assert_arr_eq(&was, &v, sizeof(v));
		/* The same key under both names is one. */
		cr_assert_eq(open_with(&c, note, &v, &s.public), 0, "%s", err);
		cr_assert_eq(open_with(&c, note, &s.public, &v), 0, "%s", err);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		cr_assert_eq(note_verifier_name(&v, bad[i]), 0);
		cr_assert_eq(open_with(&c, note, &v, NULL), -1, "%s", bad[i]);
		cr_assert(strstr(err, ORIGIN) != NULL &&
		    strstr(err, "none of the keys") != NULL, "%s", err);
	}
	cr_assert_eq(open_with(&c, note, NULL, NULL), -1);
}

Test(checkpoint, wrong_keys)
{
	struct note_signer s = signer(ORIGIN, NOTE_ED25519, 1);
	struct note_signer other = signer(NODE, NOTE_ED25519, 2);
	const struct note_signer *all[1] = { &s };
	struct note_verifier v = s.public;
	struct checkpoint c;
	char note[4096], *at;

	cr_assert_eq(read_text(&c, TEXT), 0);
	note[checkpoint_sign(note, sizeof(note), &c, all, 1)] = '\0';
	cr_assert_eq(open_with(&c, note, &other.public, NULL), -1);
	cr_assert_not_null(strstr(err, "no known key"), "%s", err);
	cr_assert_eq(open_with(&c, note, &other.public, &s.public), 0);
	v.key[0] ^= 1;			/* the id of one key over another */
	cr_assert_eq(open_with(&c, note, &v, NULL), -1);
	cr_assert_eq(open_with(&c, note, &v, &s.public), -1);
	cr_assert_not_null(strstr(err, "two known keys"), "%s", err);

	/* The text altered, and a text that is signed but no checkpoint. */
	at = strstr(note, "\n3\n");
	at[1] = '4';
	cr_assert_eq(open_with(&c, note, &s.public, NULL), -1);
	note[note_sign(note, sizeof(note), "a\nb\nc\n", 6, all, 1)] = '\0';
	cr_assert_eq(open_with(&c, note, &s.public, NULL), -1);
	/* A good signature of this key's, over another log's head. */
	note[note_sign(note, sizeof(note), "x\n3\n" ROOT "\n",
	    strlen("x\n3\n" ROOT "\n"), all, 1)] = '\0';
	cr_assert_eq(open_with(&c, note, &s.public, NULL), -1);
	/* An origin that would write to the terminal is not repeated. */
	note[note_sign(note, sizeof(note), "\xc2\x9b" "1m\n3\n" ROOT "\n",
	    strlen("\xc2\x9b" "1m\n3\n" ROOT "\n"), all, 1)] = '\0';
	cr_assert_eq(open_with(&c, note, &s.public, NULL), -1);
	cr_assert_null(strchr(err, '\x9b'), "%s", err);
}

/* Witnesses are verified along, and make no checkpoint good alone. */
Test(checkpoint, witnesses)
{
	struct note_signer log = signer(ORIGIN, NOTE_ED25519, 1);
	struct note_signer witness = signer("bank.example", NOTE_COSIGNATURE, 2);
	struct note_signer self = signer(ORIGIN, NOTE_COSIGNATURE, 3);
	struct checkpoint c;
	char note[4096];

	strcpy(note, TEXT "\n");
	append(note, TEXT, &witness);
	cr_assert_eq(open_with(&c, note, &witness.public, NULL), -1);
	cr_assert_eq(open_with(&c, note, &witness.public, &log.public), -1);
	append(note, TEXT, &log);
	cr_assert_eq(open_with(&c, note, &witness.public, &log.public), 0);
	cr_assert_eq(n.sig[0].by, &witness.public);
	cr_assert_eq(n.sig[0].time, 1795323600);
	cr_assert_eq(n.sig[1].by, &log.public);
	cr_assert_eq(open_with(&c, note, &log.public, NULL), 0);
	cr_assert_null(n.sig[0].by);

	strcpy(note, TEXT "\n");	/* its line is of another text */
	append(note, TEXT "more\n", &witness);
	append(note, TEXT, &log);
	cr_assert_eq(open_with(&c, note, &log.public, NULL), 0);
	cr_assert_eq(open_with(&c, note, &witness.public, &log.public), -1);

	strcpy(note, TEXT "\n");	/* a log that signs as a cosigner */
	append(note, TEXT, &self);
	cr_assert_eq(open_with(&c, note, &self.public, NULL), 0, "%s", err);
}

Test(checkpoint, limits)
{
	struct note_signer s = signer(ORIGIN, NOTE_ED25519, 1);
	const struct note_verifier *keys[CHECKPOINT_KEYS_MAX + 1];
	static char note[CHECKPOINT_MAX + 8192];
	struct checkpoint c;
	size_t len;

	strcpy(note, TEXT "\n");
	append(note, TEXT, &s);
	len = strlen(note);
	for (size_t i = 0; i <= CHECKPOINT_KEYS_MAX; i++)
		keys[i] = &s.public;
	cr_assert_eq(checkpoint_open(&c, &n, note, len, keys,
	    CHECKPOINT_KEYS_MAX, err), 0, "%s", err);
	cr_assert_eq(checkpoint_open(&c, &n, note, len, keys,
	    CHECKPOINT_KEYS_MAX + 1, err), -1);
	for (int i = 0; i < 16; i++) {		/* 16 of ML-DSA-44 more */
		len += (size_t)sprintf(note + len, "\xe2\x80\x94 w%d ", i);
		memset(note + len, 'A', 3248);
		len += 3248;
		note[len++] = '\n';
	}
	cr_assert_eq(checkpoint_open(&c, &n, note, len, keys, 1, err), 0, "%s",
	    err);
	for (int i = 0; i < 5; i++) {
		len += (size_t)sprintf(note + len, "\xe2\x80\x94 w%d ", i);
		memset(note + len, 'A', 3248);
		len += 3248;
		note[len++] = '\n';
	}
	cr_assert_gt(len, CHECKPOINT_MAX);
	cr_assert_eq(checkpoint_open(&c, &n, note, len, keys, 1, err), -1);
}
