#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base64.h"
#include "hex.h"
#include "note.h"
#include "note_message.h"
#include "note_text.h"
#include "sha256.h"
#include "wipe.h"

#define SM2_TYPE	"\xffsm2-sm3/v1"	/* what a type byte is to others */
#define MATERIAL_MAX	(sizeof(SM2_TYPE) - 1 + SIGN_PUBLIC_MAX)

/* Write type and public key as they are hashed and printed.  Return the length. */
static size_t
material(uint8_t out[MATERIAL_MAX], const struct note_verifier *v)
{
	size_t n = 1, len = sign_public_len(note_message_algorithm(v->type));

	out[0] = (uint8_t)v->type;
	if (v->type == NOTE_SM2) {
		n = sizeof(SM2_TYPE) - 1;
		memcpy(out, SM2_TYPE, n);
	}
	memcpy(out + n, v->key, len);
	return (n + len);
}

/* Compute the key id: SHA-256(name || newline || type || key), 4 bytes of it. */
static uint32_t
key_id(const struct note_verifier *v)
{
	uint8_t m[MATERIAL_MAX], hash[SHA256_LEN];
	struct sha256 h;

	sha256_init(&h);
	sha256_update(&h, v->name, strlen(v->name));
	sha256_update(&h, "\n", 1);
	sha256_update(&h, m, material(m, v));
	sha256_final(&h, hash);
	return ((uint32_t)hash[0] << 24 | (uint32_t)hash[1] << 16 |
	    (uint32_t)hash[2] << 8 | hash[3]);
}

/* Set the name of a key and the id that follows from it. */
static int
set_name(struct note_verifier *v, const char *name, size_t len)
{
	char copy[NOTE_NAME_MAX] = "";

	if (len >= sizeof(copy) || !note_text_name(name, len))
		return (-1);
	memcpy(copy, name, len);		/* name may be v->name itself */
	memcpy(v->name, copy, sizeof(copy));
	v->id = key_id(v);
	return (0);
}

/* Take type and public key from the bytes of a verifier key. */
static int
set_material(struct note_verifier *v, const uint8_t *m, size_t len, char *err)
{
	size_t n = 1;

	if (len > sizeof(SM2_TYPE) - 1 &&
	    memcmp(m, SM2_TYPE, sizeof(SM2_TYPE) - 1) == 0) {
		v->type = NOTE_SM2;
		n = sizeof(SM2_TYPE) - 1;
	} else if (len > 0 && (m[0] == NOTE_ED25519 ||
	    m[0] == NOTE_COSIGNATURE))
		v->type = m[0];
	else {
		(void)snprintf(err, NOTE_ERROR_MAX,
		    "the verifier key is of an unknown type");
		return (-1);
	}
	if (len - n != sign_public_len(note_message_algorithm(v->type))) {
		(void)snprintf(err, NOTE_ERROR_MAX,
		    "the public key has %zu bytes, not %zu", len - n,
		    sign_public_len(note_message_algorithm(v->type)));
		return (-1);
	}
	memcpy(v->key, m + n, len - n);
	if (!sign_public_good(note_message_algorithm(v->type), v->key)) {
		(void)snprintf(err, NOTE_ERROR_MAX,
		    "the public key is no point of the curve");
		return (-1);
	}
	return (0);
}

/* Read name, id and key of a verifier key that stand between '+'. */
static int
parse(struct note_verifier *v, const char *p, size_t len, char *err)
{
	const char *plus = memchr(p, '+', len), *end = p + len;
	uint8_t m[NOTE_VKEY_MAX], id[4];
	ssize_t n;

	if (plus == NULL || end - plus < 10 || plus[9] != '+' ||
	    hex_decode(id, plus + 1, sizeof(id)) != 0) {
		(void)snprintf(err, NOTE_ERROR_MAX, "a verifier key is "
		    "<name>+<8 digits 0-9a-f>+<base64>, and this is not");
		return (-1);
	}
	n = base64_decode(m, sizeof(m), plus + 10, (size_t)(end - plus - 10));
	if (n <= 0) {
		(void)snprintf(err, NOTE_ERROR_MAX,
		    "the public key is not in base64");
		return (-1);
	}
	if (set_material(v, m, (size_t)n, err) != 0)
		return (-1);
	if (set_name(v, p, (size_t)(plus - p)) != 0) {
		(void)snprintf(err, NOTE_ERROR_MAX, "the key name is empty, "
		    "longer than %d bytes, or holds what it must not",
		    NOTE_NAME_MAX - 1);
		return (-1);
	}
	if (v->id != ((uint32_t)id[0] << 24 | (uint32_t)id[1] << 16 |
	    (uint32_t)id[2] << 8 | id[3])) {
		(void)snprintf(err, NOTE_ERROR_MAX, "the key id is not that of "
		    "this name and key, which is %08" PRIx32, v->id);
		return (-1);
	}
	return (0);
}

/* Read a verifier key. */
int
note_verifier_parse(struct note_verifier *v, const char *vkey, size_t len,
    char *err)
{

	memset(v, 0, sizeof(*v));
	if (len < NOTE_VKEY_MAX) {
		if (parse(v, vkey, len, err) == 0)
			return (0);
	} else
		(void)snprintf(err, NOTE_ERROR_MAX, "a verifier key has at most "
		    "%d characters", NOTE_VKEY_MAX - 1);
	memset(v, 0, sizeof(*v));
	return (-1);
}

/* Write a verifier key. */
size_t
note_verifier_print(const struct note_verifier *v, char vkey[NOTE_VKEY_MAX])
{
	uint8_t m[MATERIAL_MAX];
	size_t n = strlen(v->name);

	memcpy(vkey, v->name, n);
	n += (size_t)snprintf(vkey + n, NOTE_VKEY_MAX - n, "+%08" PRIx32 "+",
	    v->id);
	return (n + base64_encode(vkey + n, m, material(m, v)));
}

/* Give a key another name. */
int
note_verifier_name(struct note_verifier *v, const char *name)
{

	return (set_name(v, name, strnlen(name, NOTE_NAME_MAX)));
}

/* Make a signer from its secret. */
int
note_signer_make(struct note_signer *s, const char *name, enum note_type type,
    const uint8_t secret[32])
{
	uint8_t copy[32];
	int rc = -1;

	memcpy(copy, secret, sizeof(copy));	/* it may be s->secret */
	memset(s, 0, sizeof(*s));
	s->public.type = (uint32_t)type;
	if (type != NOTE_ED25519 && type != NOTE_COSIGNATURE && type != NOTE_SM2)
		goto done;
	if (sign_public(note_message_algorithm(type), s->public.key, copy) != 0)
		goto done;
	if (note_verifier_name(&s->public, name) != 0)
		goto done;
	memcpy(s->secret, copy, sizeof(copy));
	rc = 0;
done:
	wipe(copy, sizeof(copy));
	if (rc != 0)
		note_signer_wipe(s);
	return (rc);
}

/* Overwrite a signer. */
void
note_signer_wipe(struct note_signer *s)
{

	wipe(s, sizeof(*s));
}
