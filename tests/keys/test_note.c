/* Signed notes: what other programs signed, what we sign, and what is no note. */
#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "keys/note.h"
#include "keys/sign.h"

#include "notes.h"
#include "vectors.h"

/* Parse and verify a note that lies in memory of its size.  Return the number of
 * its signers, -1 when verify refused it, or -2 when parse did. */
static int
open_note(const char *text, size_t len, const struct note_verifier *v, size_t nv)
{
	const struct note_verifier *keys[16];
	static struct note n;
	char *copy = malloc(len > 0 ? len : 1);
	int rc;

	cr_assert(copy != NULL && nv <= 16);
	memcpy(copy, text, len);
	for (size_t i = 0; i < nv; i++)
		keys[i] = &v[i];
	err[0] = '\0';
	if (note_parse(&n, copy, len, err) != 0) {
		cr_assert_eq(n.n, 0);
		rc = -2;
	} else
		rc = note_verify(&n, keys, nv, err);
	cr_assert_eq(rc < 0, err[0] != '\0');
	free(copy);
	return (rc);
}

static int
open_text(const char *text, const struct note_verifier *v, size_t nv)
{

	return (open_note(text, strlen(text), v, nv));
}

Test(note, keys_and_lines_of_another_program)
{
	const struct note_signer s[3] = {
		signer(ORIGIN, NOTE_ED25519, 0),
		signer(WITNESS, NOTE_COSIGNATURE, 0),
		signer(ORIGIN, NOTE_SM2, 0)
	};
	static const char *const vkey[3] = { VKEY, VKEY4, VKEY_GM };
	struct note_verifier v[3];
	char text[NOTE_VKEY_MAX], line[NOTE_LINE_MAX];

	for (int i = 0; i < 3; i++) {
		v[i] = verifier(vkey[i]);
		cr_assert_eq(note_verifier_print(&s[i].public, text),
		    strlen(vkey[i]));
		cr_assert_str_eq(text, vkey[i]);
		cr_assert_arr_eq(&v[i], &s[i].public, sizeof(v[i]));
	}
	cr_assert_eq(note_sign_line(line, TEXT, strlen(TEXT), &s[0], 0),
	    strlen(LINE));
	cr_assert_str_eq(line, LINE);
	cr_assert_eq(note_sign_line(line, TEXT, strlen(TEXT), &s[1], TIME),
	    strlen(LINE4));
	cr_assert_str_eq(line, LINE4);
	cr_assert_eq(open_text(TEXT "\n" LINE LINE4 LINE_GM, v, 3), 3, "%s", err);
	cr_assert_eq(open_text(TEXT "\n" LINE_GM, v + 2, 1), 1, "%s", err);
	cr_assert_eq(open_text(TEXT "\n" LINE LINE4 LINE_GM, v, 1), 1);
	cr_assert_eq(open_text("a" TEXT "\n" LINE, v, 1), -1);
	cr_assert_eq(open_text("a" TEXT "\n" LINE4, v + 1, 1), -1);
	cr_assert_eq(open_text("a" TEXT "\n" LINE_GM, v + 2, 1), -1);
}

Test(note, the_example_of_the_specification)
{
	struct note_verifier v = verifier("example.com/foo+530d903a+"
	    "AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k");

	cr_assert_eq(open_text("This is an example message.\n\n" DASH
	    "example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7"
	    "Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n", &v, 1), 1);
}

/* Write the note of a vector.  Return its length. */
static size_t
note_bytes(char *out, size_t cap, const struct vector *t)
{
	const struct vector *m = vectors_get(t, "note_utf8");
	size_t n = 0;

	cr_assert_not_null(m);
	if (m->type == VECTOR_STRING) {
		cr_assert_leq(m->len, cap);
		memcpy(out, m->text, m->len);
		return (m->len);
	}
	m = vectors_get(t, "note_latin1");	/* a character for each byte */
	cr_assert(m != NULL && m->type == VECTOR_STRING && m->len <= cap);
	for (const char *p = m->text; p < m->text + m->len; p++)
		if ((*p & 0x80) == 0)
			out[n++] = *p;
		else {
			cr_assert_eq(*p & 0xfc, 0xc0);
			out[n++] = (char)((*p & 3) << 6 | (p[1] & 0x3f));
			p++;
		}
	return (n);
}

Test(note, notes_of_others)
{
	struct vector *file = vectors_load("note/signed-note.json");
	const struct vector *t, *k, *want;
	struct note_verifier v[16];
	static char text[65536];
	int n = 0, good = 0;

	for (t = vectors_get(file, "vectors")->first; t != NULL; t = t->next) {
		size_t nv = 0, len = note_bytes(text, sizeof(text), t);
		int rc, signers = 0;

		for (k = vectors_get(t, "vkeys")->first; k != NULL; k = k->next)
			v[nv++] = verifier(k->text);
		want = vectors_get(t, "verified")->first;
		for (; want != NULL; want = want->next)
			signers++;
		rc = open_note(text, len, v, nv);
		cr_assert_eq(rc > 0, vectors_number(t, "want_ok"), "%s: %d %s",
		    vectors_text(t, "desc"), rc, err);
		if (rc > 0)
			cr_assert_eq(rc, signers);
		else if (strcmp(vectors_text(t, "err"), "malformed") == 0)
			cr_assert_eq(rc, -2);
		else
			cr_assert_eq(rc, strcmp(vectors_text(t, "err"),
			    "invalid signature") == 0 ? -1 : 0);
		good += rc > 0;
		n++;
	}
	cr_assert(n >= 15 && good >= 5 && good < n, "%d of %d", good, n);
	vectors_free(file);
}

/* Keys of the longest name make lines and texts that fit, and read them again. */
Test(note, longest_lines)
{
	static const enum note_type types[] = {
		NOTE_ED25519, NOTE_COSIGNATURE, NOTE_SM2
	};
	char name[NOTE_NAME_MAX] = "", text[NOTE_VKEY_MAX];
	char note[2 + NOTE_LINE_MAX];
	struct note_verifier v;
	struct note_signer s;
	size_t n;

	memset(name, 'n', sizeof(name) - 1);
	for (int i = 0; i < 3; i++) {
		s = signer(name, types[i], 7);
		n = note_verifier_print(&s.public, text);
		cr_assert(n == strlen(text) && n < NOTE_VKEY_MAX);
		v = verifier(text);
		memcpy(note, "\n\n", 2);
		n = note_sign_line(note + 2, "\n", 1, &s, INT64_MAX);
		cr_assert(n == strlen(note + 2) && n > 0 && n < NOTE_LINE_MAX);
		cr_assert_eq(open_note(note, 2 + n, &v, 1), 1, "%s", err);
	}
	note_signer_wipe(&s);
	for (size_t i = 0; i < sizeof(s); i++)
		cr_assert_eq(((const uint8_t *)&s)[i], 0);
	cr_assert_eq(note_signer_make(&s, "a", (enum note_type)2, sm2_secret),
	    -1);
}

Test(note, several_signers)
{
	struct note_signer s[5] = {
		signer("one", NOTE_ED25519, 1), signer("two", NOTE_SM2, 2),
		signer("three", NOTE_ED25519, 3), signer("one", NOTE_ED25519, 4),
		signer("one", NOTE_SM2, 5)
	};
	const struct note_signer *all[5] = { s, s + 1, s + 2, s + 3, s + 4 };
	const struct note_verifier *keys[5];
	struct note_verifier v[5];
	static struct note n;
	char out[2048];
	size_t len;

	for (int i = 0; i < 5; i++) {
		v[i] = s[i].public;
		keys[4 - i] = &v[i];
	}
	len = note_sign(out, sizeof(out), "a\n\nb\n\n", 6, all, 5);
	cr_assert_gt(len, 0);
	for (size_t known = 0; known <= 5; known++)
		cr_assert_eq(open_note(out, len, v, known), (int)known);
	cr_assert_eq(note_parse(&n, out, len, err), 0);
	cr_assert(n.text == out && n.text_len == 6 && n.n == 5);
	cr_assert_eq(note_verify(&n, keys, 5, err), 5);
	for (int i = 0; i < 5; i++) {
		cr_assert_eq(n.sig[i].by, &v[i]);
		cr_assert_eq(n.sig[i].id, v[i].id);
		cr_assert_eq(n.sig[i].name_len, strlen(v[i].name));
		cr_assert_eq(n.sig[i].len, 64);
		cr_assert_eq(n.sig[i].time, 0);
	}
	/* A line that shares name or id with a known key, not both, is nobody's. */
	v[0].id++;
	cr_assert_eq(open_note(out, len, v, 1), 0);
	v[0].id--;
	strcpy(v[0].name, "eno");
	cr_assert_eq(open_note(out, len, v, 1), 0);
	strcpy(v[0].name, "one");
	/* The right name and id over another key reject the note. */
	v[0].key[5] ^= 1;
	cr_assert_eq(open_note(out, len, v, 5), -1);
	/* Cut and written to too little room. */
	cr_assert_eq(note_sign(out, len, "a\n\nb\n\n", 6, all, 5), len);
	for (size_t cap = 0; cap < len; cap += 7)
		cr_assert_eq(note_sign(out, cap, "a\n\nb\n\n", 6, all, 5), 0);
}

Test(note, two_keys_of_one_name_and_id)
{
	struct note_verifier v[3] = { verifier(VKEY), verifier(VKEY4),
	    verifier(VKEY) };

	cr_assert_eq(open_text(TEXT "\n" LINE, v, 3), -1);
	cr_assert_eq(open_text(TEXT "\n" LINE4, v, 3), -1);
	v[2].key[0] ^= 1;
	cr_assert_eq(open_text(TEXT "\n" LINE, v, 3), -1);
	cr_assert_not_null(strstr(err, "91e20e1f"), "%s", err);
}

Test(note, every_line_of_a_known_key_counts)
{
	struct note_verifier v[2] = { verifier(VKEY), verifier(VKEY4) };
	struct note_signer s = signer(WITNESS, NOTE_COSIGNATURE, 0);
	const struct note_verifier *keys[2] = { v, v + 1 };
	char later[NOTE_LINE_MAX], two[2048], *at;
	static struct note n;

	cr_assert_eq(open_text(TEXT "\n" LINE LINE LINE, v, 1), 1);
	cr_assert_gt(note_sign_line(later, TEXT, strlen(TEXT), &s, TIME + 60),
	    0);
	snprintf(two, sizeof(two), "%s\n%s%s%s", TEXT, LINE4, LINE, later);
	cr_assert_eq(note_parse(&n, two, strlen(two), err), 0);
	cr_assert_eq(note_verify(&n, keys, 2, err), 2);
	cr_assert_eq(n.sig[0].time, TIME);
	cr_assert_eq(n.sig[1].time, 0);
	cr_assert_eq(n.sig[2].time, TIME + 60);
	cr_assert(n.sig[0].by == &v[1] && n.sig[2].by == &v[1]);

	/* One of them spoiled: the note falls, and nothing stays good. */
	at = strrchr(two, 'A');
	cr_assert_not_null(at);
	at = two + strlen(two) - 20;
	*at = *at == 'x' ? 'y' : 'x';
	cr_assert_eq(note_parse(&n, two, strlen(two), err), 0);
	cr_assert_eq(note_verify(&n, keys, 2, err), -1);
	for (size_t i = 0; i < n.n; i++)
		cr_assert(n.sig[i].by == NULL && n.sig[i].time == 0);
	cr_assert_eq(note_verify(&n, keys, 1, err), 1, "unknown then");
}

/* Each bit of each known signature matters; so does each of a cosigner's time. */
Test(note, flipped_bits)
{
	static const char *const lines[3] = { LINE, LINE4, LINE_GM };
	static const char *const vkeys[3] = { VKEY, VKEY4, VKEY_GM };
	static struct note n;
	char text[1024];

	for (int i = 0; i < 3; i++) {
		struct note_verifier v = verifier(vkeys[i]);
		const struct note_verifier *keys[1] = { &v };

		snprintf(text, sizeof(text), "%s\n%s", TEXT, lines[i]);
		cr_assert_eq(note_parse(&n, text, strlen(text), err), 0);
		for (size_t bit = 0; bit < n.sig[0].len * 8; bit += 3) {
			n.sig[0].bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
			cr_assert_eq(note_verify(&n, keys, 1, err), -1,
			    "%d: bit %zu", i, bit);
			n.sig[0].bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
		}
		cr_assert_eq(note_verify(&n, keys, 1, err), 1);
		n.sig[0].len--;
		cr_assert_eq(note_verify(&n, keys, 1, err), -1);
		n.sig[0].len += 2;
		cr_assert_eq(note_verify(&n, keys, 1, err), -1);
	}
}

#define LATE	"cosignature/v1\ntime 9223372036854775808\na\n"

Test(note, time_of_a_cosignature)
{
	struct note_signer s = signer("w", NOTE_COSIGNATURE, 9);
	struct note_signer plain = signer("w", NOTE_ED25519, 9);
	const struct note_signer *one = &s;
	const struct note_verifier *keys[1] = { &s.public };
	char line[NOTE_LINE_MAX], text[1024];
	static struct note n;

	cr_assert_neq(s.public.id, plain.public.id);
	cr_assert_arr_eq(s.public.key, plain.public.key, 64);
	cr_assert_eq(note_sign_line(line, "a\n", 2, &s, (uint64_t)INT64_MAX +
	    1), 0);
	cr_assert_str_eq(line, "");
	cr_assert_eq(note_sign(text, sizeof(text), "a\n", 2, &one, 1), 0,
	    "a note has no time");
	cr_assert_gt(note_sign_line(line, "a\n", 2, &s, 0), 0);
	snprintf(text, sizeof(text), "a\n\n%s", line);
	cr_assert_eq(note_parse(&n, text, strlen(text), err), 0);
	cr_assert_eq(note_verify(&n, keys, 1, err), 1);
	n.sig[0].bytes[0] = 0x80;
	cr_assert_eq(note_verify(&n, keys, 1, err), -1);
	cr_assert_eq(sign_make(SIGN_ED25519, n.sig[0].bytes + 8, s.secret,
	    s.public.key, LATE, strlen(LATE)), 0);
	cr_assert_eq(note_verify(&n, keys, 1, err), -1, "signed, yet too late");
}

Test(note, what_is_no_note)
{
	static const char *const bad[] = {
		"", "\n", "\n\n", "\n\n\n", "a\n", "a", "a\n\n", "a\n" LINE,
		LINE, "\n" LINE, TEXT "\n" LINE "\n", TEXT "\n" LINE "x",
		TEXT "\n" LINE "x\n", TEXT "\nx\n" LINE, TEXT "\n" LINE "\n" TEXT,
		"a\n\n" DASH "n \n", "a\n\n" DASH " AAAAAAA=\n",
		"a\n\n" DASH "n\n", "a\n\n" DASH "\n", "a\n\n\xe2\x80\x94n AAAAAAA=\n",
		"a\n\n- n AAAAAAA=\n", "a\n\n" DASH "n  AAAAAAA=\n",
		"a\n\n" DASH "n AAAAAAA= \n", "a\n\n" DASH "n+n AAAAAAA=\n",
		"a\n\n" DASH "n\xc2\xa0n AAAAAAA=\n", "a\n\n" DASH "n AAAAAAA\n",
		"a\n\n" DASH "n AAAAAA==\n", "a\n\n" DASH "n AAAAAAB=\n",
		"a\n\n" DASH "n AAAAAAA=AAAA\n", "a\n\n" DASH "n AAAA\n",
		"a\r\n\r\n" DASH "n AAAAAAA=\r\n", "a\tb\n\n" DASH "n AAAAAAA=\n",
		"a\xff\n\n" DASH "n AAAAAAA=\n", "a\xe2\n\n" DASH "n AAAAAAA=\n",
		"a\n\n" DASH "n AAAAAAA=\xe2\x80\n", "a\x1b[1m\n\n" DASH "n AAAAAAA=\n"
	};
	static const char nul[] = "a\0b\n\n" DASH "n AAAAAAA=\n";

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		cr_assert_eq(open_text(bad[i], NULL, 0), -2, "%zu: %s", i,
		    bad[i]);
	cr_assert_eq(open_note(nul, sizeof(nul) - 1, NULL, 0), -2);
	cr_assert_eq(open_text("a\n\n" DASH "n AAAAAAA=\n", NULL, 0), 0);
	cr_assert_eq(open_text("\n\n" DASH "n AAAAAAA=\n", NULL, 0), 0);
	cr_assert_eq(open_text("a\x7f\n\n" DASH "n AAAAAAA=\n", NULL, 0), 0);
}

/* Every beginning of a good note is refused, or verifies fewer lines. */
Test(note, every_cut)
{
	static const char text[] = TEXT "\n" LINE LINE4;
	struct note_verifier v[2] = { verifier(VKEY), verifier(VKEY4) };
	size_t first = strlen(TEXT "\n" LINE);

	for (size_t len = 0; len < sizeof(text) - 1; len++)
		cr_assert_eq(open_note(text, len, v, 2), len == first ? 1 : -2,
		    "%zu", len);
}

/* What a reader must take of others: 16 signatures of nearly 5 kB. */
Test(note, many_and_long_signatures_of_others)
{
	struct note_verifier v = verifier(VKEY);
	static char text[200000], base64[6600 + 1];
	static struct note n;
	size_t len;

	memset(base64, 'A', sizeof(base64) - 1);
	len = (size_t)sprintf(text, "%s\n%s", TEXT, LINE);
	for (int i = 0; i < 15; i++)
		len += (size_t)sprintf(text + len, DASH "other %s\n", base64);
	cr_assert_eq(open_note(text, len, &v, 1), 1, "%s", err);
	cr_assert_eq(note_parse(&n, text, len, err), 0);
	cr_assert_eq(n.sig[15].len, 6600 / 4 * 3 - 4);
	for (size_t back = 2; back < 600; back++) {	/* '=' inside */
		text[len - back - 2] = '=';
		cr_assert_eq(open_note(text, len, &v, 1), -2, "%zu",
		    back);
		text[len - back - 2] = 'A';
	}
	text[len - 6602 + 256] = '=';		/* and at a reader's seam */
	cr_assert_eq(open_note(text, len, &v, 1), -2);

	len = (size_t)sprintf(text, "%s\n", TEXT);
	for (int i = 0; i < NOTE_SIGNATURES_MAX; i++)
		len += (size_t)sprintf(text + len, "%s", LINE);
	cr_assert_eq(open_note(text, len, &v, 1), 1);
	len += (size_t)sprintf(text + len, "%s", LINE);
	cr_assert_eq(open_note(text, len, &v, 1), -2);

	len = strlen(LINE) + 1;				/* the longest text */
	memset(text, 'a', NOTE_TEXT_MAX + 1);
	text[NOTE_TEXT_MAX - len] = '\n';
	sprintf(text + NOTE_TEXT_MAX - len, "\n\n%s", LINE);
	cr_assert_eq(open_note(text, NOTE_TEXT_MAX + 1, NULL, 0), -2);
	cr_assert_eq(open_note(text + 1, NOTE_TEXT_MAX, NULL, 0), 0, "%s", err);
}

Test(note, texts_that_cannot_be_signed)
{
	struct note_signer s = signer("n", NOTE_ED25519, 0);
	const struct note_signer *many[NOTE_SIGNATURES_MAX + 1];
	static char out[40000];
	size_t len;

	for (size_t i = 0; i <= NOTE_SIGNATURES_MAX; i++)
		many[i] = &s;
	cr_assert_eq(note_sign(out, sizeof(out), "", 0, many, 1), 0);
	cr_assert_eq(note_sign(out, sizeof(out), "a", 1, many, 1), 0);
	cr_assert_eq(note_sign(out, sizeof(out), "a\r\n", 3, many, 1), 0);
	cr_assert_eq(note_sign(out, sizeof(out), "\xff\n", 2, many, 1), 0);
	cr_assert_eq(note_sign(out, sizeof(out), "a\n", 2, many, 0), 0);
	cr_assert_eq(note_sign(out, sizeof(out), "a\n", 2, many,
	    NOTE_SIGNATURES_MAX + 1), 0);
	len = note_sign(out, sizeof(out), "a\n", 2, many, NOTE_SIGNATURES_MAX);
	cr_assert_gt(len, 0);
	cr_assert_eq(open_note(out, len, &s.public, 1), 1);
	memcpy(out, "here\n", 5);
	len = note_sign(out, sizeof(out), out, 5, many, 1);
	cr_assert_eq(open_note(out, len, &s.public, 1), 1, "in place");
}
