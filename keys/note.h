#ifndef LIANGKA_KEYS_NOTE_H
#define LIANGKA_KEYS_NOTE_H

/*
 * Signed notes (C2SP signed-note v1.0.0): a text, an empty line, and signature lines
 *
 *	U+2014 <key name> base64(4-byte key id || signature)
 *
 * Signatures are over the text with its last newline.  Known types:
 *	0x01  Ed25519 over the text
 *	0x04  Ed25519 cosignature of a checkpoint with its time (C2SP
 *	      tlog-cosignature v1)
 *	0xff "sm2-sm3/v1"  SM2 with SM3 (GB/T 32918.2, distid
 *	      1234567812345678), r and s of 32 bytes each: the line that the gm
 *	      profile adds; other verifiers ignore it.  Its public key is the
 *	      64 bytes x || y.
 * A verifier key ("vkey") is <name>+<id, 8 hex digits>+base64(type || key), the
 * type of SM2 being 0xff followed by its name as above.
 *
 * Threads: any; structs belong to the caller.  No call writes a secret anywhere
 * but into a struct note_signer.
 */

#include <stddef.h>
#include <stdint.h>

#define NOTE_NAME_MAX	256	/* bytes of a key name with its NUL */
#define NOTE_TEXT_MAX	131072	/* bytes of a whole note: 16 post-quantum lines */
#define NOTE_SIGNATURES_MAX 64	/* lines; more are refused */
#define NOTE_VKEY_MAX	512	/* characters of a verifier key with its NUL */
#define NOTE_LINE_MAX	(NOTE_NAME_MAX + 160) /* a signature line */
#define NOTE_ERROR_MAX	512

enum note_type {
	NOTE_ED25519 = 0x01,
	NOTE_COSIGNATURE = 0x04,
	NOTE_SM2 = 0xff
};

/* Who may sign: a name and a public key. */
struct note_verifier {
	char name[NOTE_NAME_MAX];
	uint32_t id;
	uint32_t type;			/* enum note_type */
	uint8_t key[64];		/* 32 bytes of Ed25519, or x || y */
};

/* Who signs.  Holds a secret: note_signer_wipe() it. */
struct note_signer {
	struct note_verifier public;
	uint8_t secret[32];		/* Ed25519 seed, or SM2 scalar */
};

/* One signature line. */
struct note_signature {
	const char *name;		/* in the note, not terminated */
	size_t name_len;
	uint32_t id;
	uint8_t bytes[160];		/* behind the id; longer ones are cut */
	size_t len;			/* the whole length */
	const struct note_verifier *by;	/* set by note_verify(): a good one */
	uint64_t time;			/* of a good cosignature: Unix seconds */
};

struct note {
	const char *text;		/* in the caller's buffer */
	size_t text_len;		/* with its last newline */
	size_t n;
	struct note_signature sig[NOTE_SIGNATURES_MAX];
};

/**
 * note_verifier_parse(v, vkey, len, err):
 * Read a verifier key of len characters, without a newline.  Return 0, or -1 with
 * *v zeroed and a sentence in err (NOTE_ERROR_MAX bytes).
 */
int note_verifier_parse(struct note_verifier *v, const char *vkey, size_t len,
    char *err);

/**
 * note_verifier_print(v, vkey):
 * Write v as a verifier key, NUL-terminated.  Return its length.
 */
size_t note_verifier_print(const struct note_verifier *v,
    char vkey[NOTE_VKEY_MAX]);

/**
 * note_verifier_name(v, name):
 * Give v another key name and the key id that belongs to it.  Return 0, or -1 when
 * the name is empty, too long, or holds '+' or a space, or is not UTF-8.
 */
int note_verifier_name(struct note_verifier *v, const char *name);

/**
 * note_signer_make(s, name, type, secret):
 * Make the signer of a key: derive the public key from 32 secret bytes and the key
 * id from the name.  Return 0, or -1 when the name cannot be one (above) or the
 * secret is no key.
 */
int note_signer_make(struct note_signer *s, const char *name,
    enum note_type type, const uint8_t secret[32]);

/**
 * note_signer_wipe(s): Overwrite all of s.
 */
void note_signer_wipe(struct note_signer *s);

/**
 * note_parse(n, p, len, err):
 * Take the note in the len bytes at p apart; n points into them.  Return 0, or -1
 * with a sentence in err when it is not a note: no empty line, a malformed
 * signature line, not UTF-8, control characters, more than NOTE_SIGNATURES_MAX
 * lines.
 */
int note_parse(struct note *n, const char *p, size_t len, char *err);

/**
 * note_verify(n, keys, nkeys, err):
 * Verify the lines of known keys; lines of others are ignored.  Return how many
 * distinct known keys signed (their lines have `by` set, to one of keys; the same
 * key twice counts once, but each of its lines must be good), or -1 with a sentence
 * in err and no `by` set when a line of a known key (name and id) is bad, or two of
 * keys share name and id, be they one key or two.  0 known signatures is no error
 * here: who trusts a note asks for at least 1.
 */
int note_verify(struct note *n, const struct note_verifier *const *keys,
    size_t nkeys, char *err);

/**
 * note_sign_line(line, text, text_len, s, time):
 * Write the signature line of s over the text, with its newline, NUL-terminated.
 * time is used by NOTE_COSIGNATURE alone (Unix seconds, at most 2^63 - 1).  Return
 * its length, or 0 with an empty line when signing failed (time, or out of memory).
 */
size_t note_sign_line(char line[NOTE_LINE_MAX], const char *text,
    size_t text_len, const struct note_signer *s, uint64_t time);

/**
 * note_sign(out, cap, text, text_len, signers, n):
 * Write a whole note: text, empty line, one line per signer, 1 to
 * NOTE_SIGNATURES_MAX.  The text must end with a newline, be UTF-8 without other
 * control characters, and may lie at out itself.  Return the length (not
 * terminated), or 0 when it does not fit, the text cannot be a note's, a signer is
 * a cosigner (it needs a time: note_sign_line), or signing failed.
 */
size_t note_sign(char *out, size_t cap, const char *text, size_t text_len,
    const struct note_signer *const *signers, size_t n);

#endif
