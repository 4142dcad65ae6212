/* What a key of each type signs, and what its signature looks like; for note*.c.
 *
 *	0x01, 0xff	the text; 64 bytes of signature
 *	0x04		"cosignature/v1\ntime " time "\n" text; the time as 8 bytes,
 *			big-endian, and 64 bytes of signature */
#ifndef LIANGKA_KEYS_NOTE_MESSAGE_H
#define LIANGKA_KEYS_NOTE_MESSAGE_H

#include "note.h"
#include "sign.h"

#define NOTE_MESSAGE_SIG_MAX	(8 + SIGN_LEN)
#define NOTE_MESSAGE_TIME_MAX	INT64_MAX	/* of a cosignature */

/* note_message_algorithm(type): Return the algorithm of a type of key. */
enum sign_algorithm note_message_algorithm(uint32_t type);

/* note_message_sign(sig, s, text, len, time):
 * Sign the text. Return the bytes of the signature, or 0 when it failed. */
size_t	note_message_sign(uint8_t sig[NOTE_MESSAGE_SIG_MAX],
	    const struct note_signer *s, const char *text, size_t len,
	    uint64_t time);

/* note_message_check(v, text, len, sig, siglen, time):
 * Verify a signature over the text; set *time of a cosignature, else 0. Return 0
 * when it is good, else -1 with *time 0. */
int	note_message_check(const struct note_verifier *v, const char *text,
	    size_t len, const uint8_t *sig, size_t siglen, uint64_t *time);

#endif
