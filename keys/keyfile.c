#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "hex.h"
#include "keyfile.h"
#include "keyfile_impl.h"
#include "label.h"
#include "sha256.h"
#include "utf8.h"
#include "wipe.h"

#define COUNT(table)	(sizeof(table) / sizeof((table)[0]))

/* What there is to know of each kind. */
static const struct {
	const char		*word;
	enum keyfile_algorithm	 algorithm[2];
	int			 named;
	int			 signs;
} kinds[] = {
	[KEYFILE_TOKEN_PERSON] = { "token-person",
	    { KEYFILE_HMAC_SHA256, KEYFILE_HMAC_SM3 }, 0, 0 },
	[KEYFILE_TOKEN_LIST] = { "token-list",
	    { KEYFILE_HMAC_SHA256, KEYFILE_HMAC_SM3 }, 0, 0 },
	[KEYFILE_LOG] = { "log",
	    { KEYFILE_ED25519, KEYFILE_SM2_SM3 }, 1, 1 },
	[KEYFILE_WITNESS] = { "witness", { KEYFILE_ED25519 }, 1, 1 },
	[KEYFILE_STAFF] = { "staff", { KEYFILE_ED25519 }, 1, 1 },
	[KEYFILE_ROOT] = { "root", { KEYFILE_ED25519 }, 1, 1 },
	[KEYFILE_TARGETS] = { "targets", { KEYFILE_ED25519 }, 1, 1 },
	[KEYFILE_SNAPSHOT] = { "snapshot", { KEYFILE_ED25519 }, 1, 1 },
	[KEYFILE_TIMESTAMP] = { "timestamp", { KEYFILE_ED25519 }, 1, 1 },
	[KEYFILE_SEAL] = { "seal", { KEYFILE_ECDH_P256 }, 1, 0 },
};

static const char *const algorithms[] = {
	[KEYFILE_HMAC_SHA256] = "hmac-sha256",
	[KEYFILE_HMAC_SM3] = "hmac-sm3",
	[KEYFILE_ED25519] = "ed25519",
	[KEYFILE_SM2_SM3] = "sm2-sm3",
	[KEYFILE_ECDH_P256] = "ecdh-p256",
};

/* Set the error. */
int
keyfile_fail(struct keyfile_error *err, enum keyfile_fault fault,
    const char *format, ...)
{
	va_list ap;

	err->fault = fault;
	va_start(ap, format);
	(void)vsnprintf(err->text, sizeof(err->text), format, ap);
	va_end(ap);
	return (-1);
}

/* Name a kind. */
const char *
keyfile_kind_name(enum keyfile_kind kind)
{

	assert(kind > 0 && kind < COUNT(kinds));
	return (kinds[kind].word);
}

/* Name an algorithm. */
const char *
keyfile_algorithm_name(enum keyfile_algorithm algorithm)
{

	assert(algorithm > 0 && algorithm < COUNT(algorithms));
	return (algorithms[algorithm]);
}

/* Find a kind by its word. */
enum keyfile_kind
keyfile_kind_find(const char *word, size_t len)
{

	for (unsigned i = 1; i < COUNT(kinds); i++)
		if (strlen(kinds[i].word) == len &&
		    memcmp(kinds[i].word, word, len) == 0)
			return ((enum keyfile_kind)i);
	return ((enum keyfile_kind)0);
}

/* Find an algorithm by its word. */
enum keyfile_algorithm
keyfile_algorithm_find(const char *word, size_t len)
{

	for (unsigned i = 1; i < COUNT(algorithms); i++)
		if (strlen(algorithms[i]) == len &&
		    memcmp(algorithms[i], word, len) == 0)
			return ((enum keyfile_algorithm)i);
	return ((enum keyfile_algorithm)0);
}

/* Give an algorithm of a kind. */
enum keyfile_algorithm
keyfile_kind_algorithm(enum keyfile_kind kind, unsigned i)
{

	assert(kind > 0 && kind < COUNT(kinds));
	return (i < 2 ? kinds[kind].algorithm[i] : (enum keyfile_algorithm)0);
}

/* Say whether keys of this kind have a name. */
int
keyfile_kind_named(enum keyfile_kind kind)
{

	assert(kind > 0 && kind < COUNT(kinds));
	return (kinds[kind].named);
}

/* Say whether keys of this kind sign. */
int
keyfile_kind_signs(enum keyfile_kind kind)
{

	assert(kind > 0 && kind < COUNT(kinds));
	return (kinds[kind].signs);
}

/* Say whether a name has the form <domain>/branch/<node>. */
static int
is_branch(const char *name, size_t len)
{
	static const char middle[] = "/branch/";
	const size_t n = sizeof(middle) - 1;
	const char *slash = memrchr(name, '/', len);
	size_t before;

	if (slash == NULL || slash + 1 == name + len)
		return (0);
	before = (size_t)(slash - name) + 1;
	return (before > n && memcmp(name + before - n, middle, n) == 0);
}

/* Judge a name. */
const char *
keyfile_name_wrong(enum keyfile_kind kind, const char *name, size_t len)
{
	size_t n, characters = 0;
	uint32_t c;

	if (len == 0)
		return ("the name is empty");
	if (len >= KEYFILE_NAME_MAX)
		return ("the name is longer than 255 bytes");
	for (size_t i = 0; i < len; i += n) {
		n = utf8_next(&c, name + i, len - i);
		if (n == 0)
			return ("the name is not UTF-8");
		if (c == '+' || utf8_blank(c))
			return ("the name holds a blank or a '+', which "
			    "signatures cannot carry");
		if (utf8_hidden(c))
			return ("the name holds a character that does not "
			    "show");
		characters++;
	}
	if (kind == KEYFILE_LOG && !is_branch(name, len))
		return ("the name of a log's key is <domain>/branch/<node>, "
		    "such as bank.example/branch/0571-0012");
	if (kind == KEYFILE_SEAL && characters > KEYFILE_COMMON_MAX)
		return ("the name of a sealing key has more than 64 "
		    "characters, which a certificate cannot carry");
	return (NULL);
}

/* Write the lines from kind to expires or public, which the id covers. */
static size_t
print_head(const struct keyfile *k, char *text, size_t size)
{
	int named = keyfile_kind_named(k->kind);
	char epoch[8];
	int n;

	(void)snprintf(epoch, sizeof(epoch), "%u", (unsigned)k->epoch);
	n = snprintf(text, size,
	    "kind %s\nalgorithm %s\n%s %s\ncreated %s\nexpires %s\n%s%s%s",
	    keyfile_kind_name(k->kind), keyfile_algorithm_name(k->algorithm),
	    named ? "name" : "epoch", named ? k->name : epoch, k->created,
	    k->expires, named ? "public " : "", named ? k->public : "",
	    named ? "\n" : "");
	assert(n > 0 && (size_t)n < size);
	return ((size_t)n);
}

/* Compute the fingerprint. */
void
keyfile_id(const struct keyfile *k, char id[KEYFILE_ID_HEX + 1])
{
	struct sha256_hmac h;
	uint8_t mac[SHA256_LEN];
	char head[KEYFILE_TEXT_MAX];
	size_t len;

	len = print_head(k, head, sizeof(head));
	sha256_hmac_init(&h, k->secret, sizeof(k->secret));
	label_absorb(&h, "liangka/v1/key-id");
	sha256_hmac_update(&h, head, len);
	sha256_hmac_final(&h, mac);
	hex_encode(id, mac, KEYFILE_ID_HEX / 2);
	wipe(mac, sizeof(mac));
}

/* Say what does not fit in a key in the making. */
static const char *
unfit(const struct keyfile *k)
{
	int64_t created, expires;

	if (k->kind < 1 || k->kind >= COUNT(kinds))
		return ("there is no such kind of key");
	if (k->algorithm == 0 ||
	    (k->algorithm != kinds[k->kind].algorithm[0] &&
	    k->algorithm != kinds[k->kind].algorithm[1]))
		return ("this kind of key is not for that algorithm");
	if (keyfile_time_parse(&created, k->created, strlen(k->created)) != 0)
		return ("the time of creation is impossible");
	if (strcmp(k->expires, "never") != 0 &&
	    (keyfile_time_parse(&expires, k->expires,
	    strlen(k->expires)) != 0 || expires <= created))
		return ("the key would expire before it is made");
	if (kinds[k->kind].named)
		return (keyfile_name_wrong(k->kind, k->name, strlen(k->name)));
	if (k->epoch < 1 || k->epoch > KEYFILE_EPOCH_MAX)
		return ("the epoch is not a number from 1 to 65535");
	return (NULL);
}

/* Check a new key and give it its id. */
int
keyfile_finish(struct keyfile *k, struct keyfile_error *err)
{
	const char *wrong = unfit(k);

	err->fault = KEYFILE_FINE;
	err->text[0] = '\0';
	if (wrong != NULL) {
		keyfile_wipe(k);
		return (keyfile_fail(err, KEYFILE_BAD, "%s", wrong));
	}
	keyfile_id(k, k->id);
	return (0);
}

/* Build a new token key. */
int
keyfile_make(struct keyfile *k, enum keyfile_kind kind, uint32_t epoch,
    int64_t created, const uint8_t secret[KEYFILE_SECRET_LEN])
{
	struct keyfile_error err;

	keyfile_wipe(k);
	if (kind != KEYFILE_TOKEN_PERSON && kind != KEYFILE_TOKEN_LIST)
		return (-1);
	k->kind = kind;
	k->algorithm = KEYFILE_HMAC_SHA256;
	k->epoch = epoch;
	(void)keyfile_time_print(k->created, created);
	memcpy(k->expires, "never", sizeof("never"));
	memcpy(k->secret, secret, sizeof(k->secret));
	return (keyfile_finish(k, &err));
}

/* Write a key. */
size_t
keyfile_print(const struct keyfile *k, char text[KEYFILE_TEXT_MAX])
{
	static const char first[] = "liangka-key 1\n";
	size_t len = sizeof(first) - 1;
	int n;

	memcpy(text, first, len);
	len += print_head(k, text + len, KEYFILE_TEXT_MAX - len);
	n = snprintf(text + len, KEYFILE_TEXT_MAX - len, "id %s\n", k->id);
	assert(n > 0);
	len += (size_t)n;
	assert(len + KEYFILE_PEM_LEN + 1 <= KEYFILE_TEXT_MAX);
	if (k->kind == KEYFILE_SEAL) {
		keyfile_pem_print(text + len, k);
		return (len + KEYFILE_PEM_LEN);
	}
	memcpy(text + len, "secret ", 7);
	len += 7;
	hex_encode(text + len, k->secret, sizeof(k->secret));
	len += 2 * KEYFILE_SECRET_LEN;
	text[len++] = '\n';
	text[len] = '\0';
	return (len);
}

/* Say whether the time of a key is over. */
int
keyfile_expired(const struct keyfile *k, int64_t now)
{
	int64_t expires;

	if (keyfile_time_parse(&expires, k->expires, strlen(k->expires)) != 0)
		return (0);		/* never */
	return (now >= expires);
}

/* Refuse a key whose time is over. */
int
keyfile_fresh(const struct keyfile *k, const char *path, int64_t now,
    struct keyfile_error *err)
{

	if (!keyfile_expired(k, now))
		return (0);
	return (keyfile_fail(err, KEYFILE_EXPIRED, "%.300s: the %s key expired "
	    "at %s; make its successor with \"liangka-keys rotate\"", path,
	    keyfile_kind_name(k->kind), k->expires));
}

/* Forget a key. */
void
keyfile_wipe(struct keyfile *k)
{

	wipe(k, sizeof(*k));
}
