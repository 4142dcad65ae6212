/*
 * Keys and lines for the tests of notes.
 */
#ifndef LIANGKA_TESTS_NOTES_H
#define LIANGKA_TESTS_NOTES_H

#include <criterion/criterion.h>

#include <string.h>

#include "keys/note.h"

#define DASH	"\xe2\x80\x94 "
#define ORIGIN	"bank.example/branch/7/decisions/2026.1"
#define WITNESS	"centre.example/witness"
#define TEXT	ORIGIN "\n3\nSBNJTRN+FjG7owHVrKtue7eqdM4RhdRWVl71HXN2d7I=\n"

/* Made with openssl(1) alone, from the secret 00 01 .. 1f and the SM2 key of
 * GB/T 32918.5. */
#define VKEY	ORIGIN "+91e20e1f+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4"
#define VKEY4	WITNESS "+42316621+BAOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4"
#define VKEY_GM	ORIGIN "+11876963+/3NtMi1zbTMvdjEJ+d8xHlQhoVDdfRYeS8XGchefrRgz" \
	"/AdrsI/zVvNQIMzqSQziZ3WlLcbqcYzBqmAK7QX7814ISmYy9gctqa0T"
#define LINE	DASH ORIGIN " keIOH0QJShqKFGg1LXCg6+8aZaiRwIRoIyuLLu4aAddTn3c4" \
	"LbEpHmrafsDJHdYfgVs9T1sw1DZA4/qZSk4YWbIfcQQ=\n"
#define LINE4	DASH WITNESS " QjFmIQAAAABrAnbQreHFCfOJg68QU5CBHfieC6KhBSxfskLa" \
	"QNdvBHw76/isSJs93BfiUjlMIkemCGebyQbfxqtezwEfpS1djKZpCw==\n"
#define LINE_GM	DASH ORIGIN " EYdpY+DhSlGF5iyPgxX47UhprEsrfVxgeUPndTFQbXsQMIQV" \
	"2wtB9uTGQZqEK3K+c6PJwmhdWu0vy34ntHGM9Qe1fAM=\n"
#define TIME	1795323600

static const uint8_t sm2_secret[32] = {
	0x39, 0x45, 0x20, 0x8f, 0x7b, 0x21, 0x44, 0xb1, 0x3f, 0x36, 0xe3,
	0x8a, 0xc6, 0xd3, 0x9f, 0x95, 0x88, 0x93, 0x93, 0x69, 0x28, 0x60,
	0xb5, 0x1a, 0x42, 0xfb, 0x81, 0xef, 0x4d, 0xf7, 0xc5, 0xb8
};

static char err[NOTE_ERROR_MAX];

/* Make a signer; the seed's bytes count up from `first`. */
static inline struct note_signer
signer(const char *name, enum note_type type, uint8_t first)
{
	struct note_signer s;
	uint8_t secret[32];

	for (int i = 0; i < 32; i++)
		secret[i] = (uint8_t)(first + i);
	if (type == NOTE_SM2)
		memcpy(secret, sm2_secret, 32);
	cr_assert_eq(note_signer_make(&s, name, type, secret), 0, "%s", name);
	return (s);
}

/* Read a verifier key that is good. */
static inline struct note_verifier
verifier(const char *vkey)
{
	struct note_verifier v;

	cr_assert_eq(note_verifier_parse(&v, vkey, strlen(vkey), err), 0,
	    "%s: %s", vkey, err);
	return (v);
}

#endif
