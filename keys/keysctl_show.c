#include <stdio.h>
#include <string.h>

#include "describe.h"
#include "hex.h"
#include "keysctl.h"
#include "seal_cert.h"
#include "sha256.h"
#include "signkey.h"

#define GROUPS	8		/* of four digits: 128 bits */

/* Say whether a name ends in these characters. */
static int
ends(const char *path, const char *end)
{
	size_t n = strlen(path), m = strlen(end);

	return (n >= m && strcmp(path + n - m, end) == 0);
}

/* Print digits in groups of four. */
static void
print_groups(const char *label, const char *digits, size_t n)
{

	(void)printf("  %-7s", label);
	for (size_t i = 0; i < n; i += 4)
		(void)printf(" %.4s", digits + i);
	(void)putchar('\n');
}

/* Hash a verifier key as the line that its file holds. */
static void
print_of(char digits[2 * SHA256_LEN + 1], const char *vkey)
{
	char line[NOTE_VKEY_MAX + 1];
	uint8_t hash[SHA256_LEN];
	int n;

	n = snprintf(line, sizeof(line), "%s\n", vkey);
	sha256_of(hash, line, (size_t)n);
	hex_encode(digits, hash, sizeof(hash));
}

/* The id under which the metadata of a repository name an Ed25519 key (TUF 1.0: the
 * SHA-256 of its canonical object), as "liangka repo sign" shows its beginning. */
static void
print_repo_id(const struct note_verifier *v)
{
	char public[2 * 32 + 1], key[160], digits[2 * SHA256_LEN + 1];
	uint8_t hash[SHA256_LEN];
	int n;

	if (v->type != NOTE_ED25519)
		return;
	hex_encode(public, v->key, 32);
	n = snprintf(key, sizeof(key), "{\"keytype\":\"ed25519\",\"keyval\":"
	    "{\"public\":\"%s\"},\"scheme\":\"ed25519\"}", public);
	sha256_of(hash, key, (size_t)n);
	hex_encode(digits, hash, sizeof(hash));
	print_groups("repo", digits, KEYFILE_ID_HEX);
}

/* Name the algorithm of a verifier key. */
static const char *
type_name(const struct note_verifier *v)
{

	if (v->type == NOTE_COSIGNATURE)
		return ("ed25519, cosignatures with their time");
	return (v->type == NOTE_SM2 ? "sm2-sm3" : "ed25519");
}

/* Show a verifier key. */
static int
show_public(const char *path, const struct keysctl_options *o, int brief)
{
	char vkey[NOTE_VKEY_MAX], digits[2 * SHA256_LEN + 1];
	struct keyfile_error err;
	struct note_verifier v;

	if (signkey_verifier_load(&v, path, &err) != 0)
		return (keysctl_report(&err, 0));
	(void)note_verifier_print(&v, vkey);
	print_of(digits, vkey);
	if (o->json) {
		(void)printf("{\"file\":");
		describe_json(path);
		(void)printf(",\"kind\":\"public\",\"algorithm\":\"%s\","
		    "\"cosignature\":%s,\"name\":",
		    v.type == NOTE_SM2 ? "sm2-sm3" : "ed25519",
		    v.type == NOTE_COSIGNATURE ? "true" : "false");
		describe_json(v.name);
		(void)printf(",\"public\":");
		describe_json(vkey);
		(void)printf(",\"key_id\":\"%08x\",\"sha256\":\"%s\"}\n",
		    (unsigned)v.id, digits);
	} else if (brief) {
		(void)printf("%s: %s\n", path, v.name);
		print_groups("public", digits, 4 * (size_t)GROUPS);
		print_repo_id(&v);
	} else
		(void)printf("file       %s\nkind       public half\n"
		    "algorithm  %s\nname       %s\npublic     %s\n"
		    "key id     %08x\nsha256     %s\n", path, type_name(&v),
		    v.name, vkey, (unsigned)v.id, digits);
	return (0);
}

/* Show a certificate. */
static int
show_certificate(const char *path, const struct keysctl_options *o, int brief)
{
	char digits[2 * SHA256_LEN + 1], now[KEYFILE_CREATED_LEN + 1];
	struct seal_cert_info info;
	struct keyfile_error err;
	int expired;

	if (seal_cert_read(&info, path, &err) != 0)
		return (keysctl_report(&err, 0));
	hex_encode(digits, info.print, sizeof(info.print));
	/* Times of one form compare as text; "never" lies behind all of them. */
	expired = keyfile_time_print(now, keysctl_now()) == 0 &&
	    strcmp(now, info.expires) >= 0;
	if (o->json) {
		(void)printf("{\"file\":");
		describe_json(path);
		(void)printf(",\"kind\":\"certificate\",\"algorithm\":"
		    "\"ecdh-p256\",\"name\":");
		describe_json(info.name);
		(void)printf(",\"created\":\"%s\",\"expires\":\"%s\","
		    "\"expired\":%s,\"sha256\":\"%s\"}\n", info.created,
		    info.expires, expired ? "true" : "false", digits);
	} else if (brief) {
		(void)printf("%s: certificate %s\n", path, info.name);
		print_groups("public", digits, 4 * (size_t)GROUPS);
	} else
		(void)printf("file       %s\nkind       certificate of a "
		    "sealing key\nalgorithm  ecdh-p256\nname       %s\n"
		    "created    %s\nexpires    %s%s\nsha256     %s\n", path,
		    info.name, info.created, info.expires,
		    expired ? " (EXPIRED)" : "", digits);
	return (0);
}

/* Print the fingerprints of a key. */
static void
print_fingerprint(const struct keyfile *k, const char *path, int json)
{
	char digits[2 * SHA256_LEN + 1], err[NOTE_ERROR_MAX];
	int named = keyfile_kind_named(k->kind);
	struct note_verifier v;

	print_of(digits, k->public);
	if (!json) {
		(void)printf("%s: %s ", path, keyfile_kind_name(k->kind));
		if (named)
			(void)printf("%s\n", k->name);
		else
			(void)printf("epoch %u\n", (unsigned)k->epoch);
		print_groups("id", k->id, KEYFILE_ID_HEX);
		if (keyfile_kind_signs(k->kind))
			print_groups("public", digits, 4 * (size_t)GROUPS);
		if (k->kind >= KEYFILE_ROOT && k->kind <= KEYFILE_TIMESTAMP &&
		    note_verifier_parse(&v, k->public, strlen(k->public),
		    err) == 0)
			print_repo_id(&v);
		return;
	}
	(void)printf("{\"file\":");
	describe_json(path);
	(void)printf(",\"kind\":\"%s\",", keyfile_kind_name(k->kind));
	if (named) {
		(void)printf("\"name\":");
		describe_json(k->name);
	} else
		(void)printf("\"epoch\":%u", (unsigned)k->epoch);
	(void)printf(",\"id\":\"%s\"", k->id);
	if (keyfile_kind_signs(k->kind))
		(void)printf(",\"sha256\":\"%s\"", digits);
	(void)printf("}\n");
}

/* Show one key file. */
static int
show_key(const char *path, const struct keysctl_options *o, int brief)
{
	struct keydisk_look look;
	struct keyfile_error err;
	struct keyfile k;

	if (keydisk_look(&k, &look, path, &err) != 0) {
		/* An unsafe mode is worth saying about a damaged key too. */
		if (look.access.fault != KEYFILE_FINE)
			(void)keysctl_report(&look.access, 0);
		return (keysctl_report(&err, 0));
	}
	if (brief)
		print_fingerprint(&k, path, o->json);
	else
		describe_key(&k, path, &look, keysctl_now(), o->json);
	keyfile_wipe(&k);
	if (look.access.fault != KEYFILE_FINE)
		return (keysctl_report(&look.access, 0));
	return (0);
}

/* Show each file as what its name says it is; the first fault is the exit code. */
static int
show_all(const struct keysctl_options *o, int argc, char **argv, int brief)
{
	int rc, worst = 0;

	if (argc < 1)
		return (keysctl_usage(brief ? "\"fingerprint\" needs a key file"
		    : "\"show\" needs a key file", NULL));
	for (int i = 0; i < argc; i++) {
		if (i > 0 && !o->json && !brief)
			(void)putchar('\n');
		if (ends(argv[i], ".pub"))
			rc = show_public(argv[i], o, brief);
		else if (ends(argv[i], ".crt") || ends(argv[i], ".pem"))
			rc = show_certificate(argv[i], o, brief);
		else
			rc = show_key(argv[i], o, brief);
		if (rc != 0 && worst == 0)
			worst = rc;
	}
	return (worst);
}

/* Say all that may be known of files. */
int
keysctl_show(const struct keysctl_options *o, int argc, char **argv)
{

	return (show_all(o, argc, argv, 0));
}

/* Say what two people compare over the telephone. */
int
keysctl_fingerprint(const struct keysctl_options *o, int argc, char **argv)
{

	return (show_all(o, argc, argv, 1));
}
