#include <stdio.h>
#include <string.h>

#include "hex.h"
#include "keyfile.h"
#include "keyfile_impl.h"

/* A reader of lines; the first error sticks and empties the rest. */
struct lines {
	const char		*at;
	const char		*end;
	const char		*name;
	unsigned		 line;
	int			 failed;
	struct keyfile_error	*err;
};

/* The value of one line, inside the text. */
struct span {
	const char	*p;
	size_t		 len;
};

/* Note the first error with its place. */
static void
complain(struct lines *l, const char *what)
{

	if (l->failed)
		return;
	l->failed = 1;
	if (l->line == 0)
		(void)keyfile_fail(l->err, KEYFILE_BAD, "%.200s: %s", l->name,
		    what);
	else
		(void)keyfile_fail(l->err, KEYFILE_BAD, "%.200s:%u: %s",
		    l->name, l->line, what);
}

/* Take the next line, which must be the word, one blank and a value. */
static struct span
take(struct lines *l, const char *word)
{
	struct span none = { "", 0 }, value;
	size_t n = strlen(word);
	const char *nl;
	char what[128];

	if (l->failed)
		return (none);
	l->line++;
	nl = memchr(l->at, '\n', (size_t)(l->end - l->at));
	if (nl == NULL) {
		(void)snprintf(what, sizeof(what), "the file ends in or before "
		    "the line \"%s\"; copy it again from the backup", word);
		complain(l, what);
		return (none);
	}
	if ((size_t)(nl - l->at) < n + 2 || memcmp(l->at, word, n) != 0 ||
	    l->at[n] != ' ') {
		(void)snprintf(what, sizeof(what),
		    "expected \"%s\", one blank and a value", word);
		complain(l, what);
		return (none);
	}
	value.p = l->at + n + 1;
	value.len = (size_t)(nl - value.p);
	if (value.p[value.len - 1] == '\r') {
		complain(l, "the line ends in CR LF; an editor or a transfer in "
		    "text mode changed the file: copy it again as it was");
		return (none);
	}
	l->at = nl + 1;
	return (value);
}

/* Say whether a value is a given word. */
static int
is(struct span value, const char *word)
{

	return (value.len == strlen(word) &&
	    memcmp(value.p, word, value.len) == 0);
}

/* Read an epoch; 0 for anything else. */
static uint32_t
epoch(struct span v)
{
	uint32_t n = 0;

	if (v.len == 0 || v.len > 5 || v.p[0] == '0')
		return (0);
	for (size_t i = 0; i < v.len; i++) {
		if (v.p[i] < '0' || v.p[i] > '9')
			return (0);
		n = n * 10 + (uint32_t)(v.p[i] - '0');
	}
	return (n <= KEYFILE_EPOCH_MAX ? n : 0);
}

/* Read which kind of key it is, and for which algorithm. */
static void
parse_kind(struct lines *l, struct keyfile *k)
{
	struct span v;

	v = take(l, "liangka-key");
	if (!is(v, "1"))
		complain(l, "the format is not version 1; read it with the "
		    "liangka-keys that made it");
	v = take(l, "kind");
	k->kind = keyfile_kind_find(v.p, v.len);
	if (k->kind == 0)
		complain(l, "unknown kind of key; known: token-person, "
		    "token-list, log, witness, staff, root, targets, snapshot, "
		    "timestamp, seal");
	v = take(l, "algorithm");
	k->algorithm = keyfile_algorithm_find(v.p, v.len);
	if (k->algorithm == 0)
		complain(l, "unknown algorithm; known: hmac-sha256, hmac-sm3, "
		    "ed25519, sm2-sm3, ecdh-p256");
	if (!l->failed &&
	    k->algorithm != keyfile_kind_algorithm(k->kind, 0) &&
	    k->algorithm != keyfile_kind_algorithm(k->kind, 1))
		complain(l, "a key of this kind is not for this algorithm");
}

/* Read the number or the name. */
static void
parse_which(struct lines *l, struct keyfile *k)
{
	const char *wrong;
	struct span v;

	if (l->failed)
		return;
	if (!keyfile_kind_named(k->kind)) {
		v = take(l, "epoch");
		k->epoch = epoch(v);
		if (k->epoch == 0)
			complain(l, "the epoch is not a number from 1 to "
			    "65535");
		return;
	}
	v = take(l, "name");
	wrong = keyfile_name_wrong(k->kind, v.p, v.len);
	if (wrong != NULL)
		complain(l, wrong);
	else
		memcpy(k->name, v.p, v.len);
}

/* Read from when to when. */
static void
parse_times(struct lines *l, struct keyfile *k)
{
	int64_t created, expires;
	struct span v;

	v = take(l, "created");
	if (keyfile_time_parse(&created, v.p, v.len) != 0)
		complain(l, "not a time such as 2026-11-22T05:00:00Z");
	else
		memcpy(k->created, v.p, v.len);
	if (!l->failed && l->end - l->at >= 3 && memcmp(l->at, "id ", 3) == 0) {
		l->line++;
		complain(l, "the line \"expires\" is missing: the key is from "
		    "before the first release; make a new one");
	}
	v = take(l, "expires");
	if (!is(v, "never") && (keyfile_time_parse(&expires, v.p, v.len) != 0 ||
	    expires <= created))
		complain(l, "neither \"never\" nor a time behind that of its "
		    "creation, such as 2027-11-22T05:00:00Z");
	else
		memcpy(k->expires, v.p, v.len);
}

/* Read the public half, in the shape it has; the id says whether it is right. */
static void
parse_public(struct lines *l, struct keyfile *k)
{
	uint8_t point[KEYFILE_POINT_LEN];
	size_t n = strlen(k->name);
	struct span v;
	int good;

	if (l->failed || !keyfile_kind_named(k->kind))
		return;
	v = take(l, "public");
	if (l->failed)
		return;
	if (k->kind == KEYFILE_SEAL)
		good = v.len == 2 * sizeof(point) &&
		    hex_decode(point, v.p, sizeof(point)) == 0;
	else {
		good = v.len < sizeof(k->public) && v.len > n + 1 &&
		    memcmp(v.p, k->name, n) == 0 && v.p[n] == '+';
		for (size_t i = n; good && i < v.len; i++)
			good = v.p[i] >= '!' && v.p[i] <= '~';
	}
	if (good)
		memcpy(k->public, v.p, v.len);
	else
		complain(l, "not the public half of a key of this kind and "
		    "name");
}

/* Read the id and the secret. */
static void
parse_secret(struct lines *l, struct keyfile *k)
{
	uint8_t bytes[KEYFILE_ID_HEX / 2];
	struct span v;

	v = take(l, "id");
	if (v.len != KEYFILE_ID_HEX || hex_decode(bytes, v.p, sizeof(bytes)))
		complain(l, "the id is not 16 lower-case hexadecimal digits");
	else
		memcpy(k->id, v.p, v.len);
	if (l->failed)
		return;
	if (k->kind == KEYFILE_SEAL) {
		l->line++;
		if (keyfile_pem_parse(k, l->at, (size_t)(l->end - l->at)) != 0)
			complain(l, "what follows is not exactly the PEM block "
			    "of this key; copy it again from the backup");
		return;
	}
	v = take(l, "secret");
	if (v.len != 2 * KEYFILE_SECRET_LEN ||
	    hex_decode(k->secret, v.p, KEYFILE_SECRET_LEN))
		complain(l, "the secret is not 64 lower-case hexadecimal "
		    "digits; copy the file again from the backup");
	if (l->at != l->end)
		complain(l, "something follows the line \"secret\"; one file "
		    "holds one key and nothing else");
}

/* Read a key: all lines, one look at the error, and the fingerprint. */
int
keyfile_parse(struct keyfile *k, const char *name, const char *text, size_t len,
    struct keyfile_error *err)
{
	struct lines l = { text, text + len, name, 0, 0, err };
	char id[KEYFILE_ID_HEX + 1];

	keyfile_wipe(k);
	err->fault = KEYFILE_FINE;
	err->text[0] = '\0';
	if (len >= KEYFILE_TEXT_MAX)
		complain(&l, "too long for a key file; is it another file?");
	parse_kind(&l, k);
	parse_which(&l, k);
	parse_times(&l, k);
	parse_public(&l, k);
	parse_secret(&l, k);
	if (!l.failed) {
		keyfile_id(k, id);
		if (memcmp(id, k->id, sizeof(id)) != 0)
			complain(&l, "the id does not match the content: the "
			    "file was altered or damaged; copy it again from "
			    "the backup");
	}
	if (l.failed) {
		keyfile_wipe(k);
		return (-1);
	}
	return (0);
}
