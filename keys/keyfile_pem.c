#include <assert.h>
#include <string.h>

#include "base64.h"
#include "hex.h"
#include "keyfile_impl.h"
#include "wipe.h"

#define LINE	64			/* characters of a full line */

/*
 * PrivateKeyInfo (RFC 5958) with an ECPrivateKey (RFC 5915) of curve prime256v1:
 * before the 32 secret bytes, between them and the point, and all together.
 */
static const uint8_t before[] = {
	0x30, 0x81, 0x87, 0x02, 0x01, 0x00,
	0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01,
	0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07,
	0x04, 0x6d, 0x30, 0x6b, 0x02, 0x01, 0x01, 0x04, 0x20
};
static const uint8_t between[] = { 0xa1, 0x44, 0x03, 0x42, 0x00 };

enum {
	SECRET_AT = sizeof(before),
	POINT_AT = SECRET_AT + KEYFILE_SECRET_LEN + sizeof(between),
	DER_LEN = POINT_AT + KEYFILE_POINT_LEN
};

static const char head[] = "-----BEGIN PRIVATE KEY-----\n";
static const char foot[] = "-----END PRIVATE KEY-----\n";

static_assert(sizeof(head) - 1 + BASE64_LEN(DER_LEN) +
    (BASE64_LEN(DER_LEN) + LINE - 1) / LINE + sizeof(foot) - 1 ==
    KEYFILE_PEM_LEN, "KEYFILE_PEM_LEN counts every byte of the block");

/* Write the block. */
void
keyfile_pem_print(char pem[KEYFILE_PEM_LEN + 1], const struct keyfile *k)
{
	char text[BASE64_LEN(DER_LEN) + 1];
	uint8_t der[DER_LEN];
	size_t len, n;
	char *p = pem;

	memcpy(der, before, sizeof(before));
	memcpy(der + SECRET_AT, k->secret, KEYFILE_SECRET_LEN);
	memcpy(der + SECRET_AT + KEYFILE_SECRET_LEN, between, sizeof(between));
	if (hex_decode(der + POINT_AT, k->public, KEYFILE_POINT_LEN) != 0)
		memset(der + POINT_AT, 0, KEYFILE_POINT_LEN);
	len = base64_encode(text, der, sizeof(der));

	memcpy(p, head, sizeof(head) - 1);
	p += sizeof(head) - 1;
	for (size_t i = 0; i < len; i += n) {
		n = len - i < LINE ? len - i : LINE;
		memcpy(p, text + i, n);
		p += n;
		*p++ = '\n';
	}
	memcpy(p, foot, sizeof(foot));
	wipe(text, sizeof(text));
	wipe(der, sizeof(der));
}

/* Read the block: find the secret, and see that it is written so and only so. */
int
keyfile_pem_parse(struct keyfile *k, const char *text, size_t len)
{
	char joined[BASE64_LEN(DER_LEN)], pem[KEYFILE_PEM_LEN + 1];
	const char *p = text + sizeof(head) - 1;
	uint8_t der[DER_LEN];
	size_t n;
	int rc = -1;

	memset(der, 0, sizeof(der));
	if (len != KEYFILE_PEM_LEN)
		return (-1);
	for (size_t i = 0; i < sizeof(joined); i += n) {
		n = sizeof(joined) - i < LINE ? sizeof(joined) - i : LINE;
		memcpy(joined + i, p, n);
		p += n + 1;
	}
	if (base64_decode(der, sizeof(der), joined, sizeof(joined)) ==
	    (ssize_t)sizeof(der)) {
		memcpy(k->secret, der + SECRET_AT, KEYFILE_SECRET_LEN);
		keyfile_pem_print(pem, k);
		rc = memcmp(pem, text, KEYFILE_PEM_LEN) == 0 ? 0 : -1;
		wipe(pem, sizeof(pem));
	}
	if (rc != 0)
		wipe(k->secret, sizeof(k->secret));
	wipe(joined, sizeof(joined));
	wipe(der, sizeof(der));
	return (rc);
}
