#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "note_message.h"

/* Give the algorithm of a type. */
enum sign_algorithm
note_message_algorithm(uint32_t type)
{

	return (type == NOTE_SM2 ? SIGN_SM2 : SIGN_ED25519);
}

/* Build what a cosigner signs, to be freed by the caller. */
static char *
cosigned(const char *text, size_t len, uint64_t time, size_t *outlen)
{
	char head[64], *out;
	int n;

	n = snprintf(head, sizeof(head), "cosignature/v1\ntime %" PRIu64 "\n",
	    time);
	if ((out = malloc((size_t)n + len)) == NULL)
		return (NULL);
	memcpy(out, head, (size_t)n);
	memcpy(out + n, text, len);
	*outlen = (size_t)n + len;
	return (out);
}

/* Sign a text. */
size_t
note_message_sign(uint8_t sig[NOTE_MESSAGE_SIG_MAX],
    const struct note_signer *s, const char *text, size_t len, uint64_t time)
{
	const struct note_verifier *v = &s->public;
	enum sign_algorithm a = note_message_algorithm(v->type);
	char *message;
	size_t n;
	int rc;

	if (v->type != NOTE_COSIGNATURE)
		return (sign_make(a, sig, s->secret, v->key, text, len) == 0 ?
		    SIGN_LEN : 0);
	if (time > NOTE_MESSAGE_TIME_MAX ||
	    (message = cosigned(text, len, time, &n)) == NULL)
		return (0);
	for (int i = 0; i < 8; i++)
		sig[i] = (uint8_t)(time >> (56 - 8 * i));
	rc = sign_make(a, sig + 8, s->secret, v->key, message, n);
	free(message);
	return (rc == 0 ? 8 + SIGN_LEN : 0);
}

/* Verify a signature over a text. */
int
note_message_check(const struct note_verifier *v, const char *text, size_t len,
    const uint8_t *sig, size_t siglen, uint64_t *time)
{
	enum sign_algorithm a = note_message_algorithm(v->type);
	uint64_t t = 0;
	char *message;
	size_t n;
	int rc;

	*time = 0;
	if (v->type != NOTE_COSIGNATURE)
		return (siglen == SIGN_LEN ?
		    sign_check(a, sig, v->key, text, len) : -1);
	if (siglen != 8 + SIGN_LEN)
		return (-1);
	for (int i = 0; i < 8; i++)
		t = t << 8 | sig[i];
	if (t > NOTE_MESSAGE_TIME_MAX ||
	    (message = cosigned(text, len, t, &n)) == NULL)
		return (-1);
	rc = sign_check(a, sig + 8, v->key, message, n);
	free(message);
	if (rc == 0)
		*time = t;
	return (rc);
}
