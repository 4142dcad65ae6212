#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "keys/base64.h"

#include "witness_impl.h"

#define HASH_LINE BASE64_LEN(MERKLE_LEN)

/* Take a line off a text; NULL when there is no newline. */
static const char *
line(const char **p, const char *end, size_t *len)
{
	const char *s = *p, *nl;

	nl = s < end ? memchr(s, '\n', (size_t)(end - s)) : NULL;
	if (nl == NULL)
		return (NULL);
	*len = (size_t)(nl - s);
	*p = nl + 1;
	return (s);
}

/* Read "old <size>". */
static int
old_size(const char *s, size_t len, uint64_t *old)
{
	uint64_t v = 0;
	size_t i;

	if (len < 5 || len > 4 + 19 || memcmp(s, "old ", 4) != 0 ||
	    (s[4] == '0' && len > 5))
		return (-1);
	for (i = 4; i < len; i++) {
		if (s[i] < '0' || s[i] > '9')
			return (-1);
		v = v * 10 + (uint64_t)(s[i] - '0');
	}
	*old = v;
	return (0);
}

/* Take a request apart. */
int
witness_parse(struct witness_asked *q, const char *body, size_t len, char *err)
{
	const char *p = body, *end = body + len, *s;
	size_t n;

	memset(q, 0, sizeof(*q));
	if (len > WITNESS_REQUEST_MAX) {
		(void)snprintf(err, WITNESS_ERROR_MAX, "the request is longer "
		    "than %d bytes", WITNESS_REQUEST_MAX);
		return (-1);
	}
	if ((s = line(&p, end, &n)) == NULL || old_size(s, n, &q->old) != 0) {
		(void)snprintf(err, WITNESS_ERROR_MAX,
		    "line 1: not \"old\" and a size");
		return (-1);
	}
	while ((s = line(&p, end, &n)) != NULL && n > 0) {
		if (q->n == WITNESS_PROOF_MAX) {
			(void)snprintf(err, WITNESS_ERROR_MAX, "line %zu: more "
			    "than %d hashes", q->n + 2, WITNESS_PROOF_MAX);
			return (-1);
		}
		if (n != HASH_LINE || base64_decode(q->proof[q->n], MERKLE_LEN,
		    s, n) != MERKLE_LEN) {
			(void)snprintf(err, WITNESS_ERROR_MAX,
			    "line %zu: not a hash in base64", q->n + 2);
			return (-1);
		}
		q->n++;
	}
	if (s == NULL) {
		(void)snprintf(err, WITNESS_ERROR_MAX,
		    "no empty line and checkpoint behind the proof");
		return (-1);
	}
	q->note = p;
	q->note_len = (size_t)(end - p);
	return (0);
}

/* Write a request. */
size_t
witness_request(char *out, size_t cap, uint64_t old,
    const uint8_t (*proof)[MERKLE_LEN], size_t n, const char *note,
    size_t note_len)
{
	char first[32];
	size_t len, i;

	len = (size_t)snprintf(first, sizeof(first), "old %" PRIu64 "\n", old);
	if (len + n * (HASH_LINE + 1) + 1 + note_len > cap)
		return (0);
	memcpy(out, first, len);
	for (i = 0; i < n; i++) {
		char hash[HASH_LINE + 1];

		(void)base64_encode(hash, proof[i], MERKLE_LEN);
		memcpy(&out[len], hash, HASH_LINE);
		len += HASH_LINE;
		out[len++] = '\n';
	}
	out[len++] = '\n';
	memcpy(&out[len], note, note_len);
	return (len + note_len);
}
