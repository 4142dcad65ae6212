#include <sys/random.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "describe.h"
#include "keysctl.h"
#include "seal_cert.h"
#include "wipe.h"

/* Fill a buffer from the system's random source. */
static int
fill_random(uint8_t *buf, size_t len)
{
	size_t have = 0;
	ssize_t n;

	while (have < len) {
		n = getrandom(buf + have, len - have, 0);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return (-1);
		have += (size_t)n;
	}
	return (0);
}

/* Name the file of the public half. */
int
keysctl_beside(char path[KEYSCTL_PATH_MAX], enum keyfile_kind kind,
    const char *out)
{
	size_t len = strlen(out);
	const char *end = ".pub";

	if (!keyfile_kind_named(kind))
		return (0);
	if (kind == KEYFILE_SEAL) {
		end = ".crt";
		if (len > 4 && strcmp(out + len - 4, ".key") == 0)
			len -= 4;
	}
	if (len + 5 > KEYSCTL_PATH_MAX)
		return (-1);
	memcpy(path, out, len);
	memcpy(path + len, end, 5);
	return (1);
}

/* Build a key of random bytes. */
static int
draw(struct keyfile *k, const struct keymake *m)
{
	uint8_t secret[KEYFILE_SECRET_LEN];
	struct keyfile_error err;
	int rc;

	do {
		if (fill_random(secret, sizeof(secret)) != 0) {
			(void)fprintf(stderr, "liangka-keys: no random "
			    "numbers: %s\n", strerror(errno));
			return (EX_OSERR);
		}
		rc = keymake(k, m, secret, &err);
		wipe(secret, sizeof(secret));
	} while (rc == 1);
	if (rc == 0)
		return (0);
	return (keysctl_usage(err.text, NULL));
}

/* Write the public half of k to path. */
static int
write_public(const struct keyfile *k, const char *path,
    struct keyfile_error *err)
{
	char text[SEAL_CERT_PEM_MAX];
	size_t len;

	if (k->kind == KEYFILE_SEAL) {
		len = seal_cert_make(text, k, err);
		if (len == 0)
			return (-1);
	} else
		len = (size_t)snprintf(text, sizeof(text), "%s\n", k->public);
	return (keydisk_write_public(text, len, path, err));
}

/* See that nothing is in the way of the public half. */
static int
look_beside(const char *path, struct keyfile_error *err)
{

	if (access(path, F_OK) != 0)
		return (0);
	return (keyfile_fail(err, KEYFILE_EXISTS, "%.300s: exists already, "
	    "where the public half of the new key belongs; choose another "
	    "--out", path));
}

/* Make a key, write it, and trust only what can be read back. */
int
keysctl_make(const struct keymake *m, const char *out, struct keyfile *k,
    struct keydisk_look *look)
{
	char beside[KEYSCTL_PATH_MAX];
	struct keyfile_error err;
	struct keyfile made;
	int has, rc;

	keyfile_wipe(k);
	memset(look, 0, sizeof(*look));
	has = keysctl_beside(beside, m->kind, out);
	if (has < 0)
		return (keysctl_usage("the name of the file is too long",
		    NULL));
	rc = draw(&made, m);
	if (rc != 0)
		return (rc);
	if ((has && look_beside(beside, &err) != 0) ||
	    keydisk_write(&made, out, &err) != 0 ||
	    (has && write_public(&made, beside, &err) != 0) ||
	    keydisk_look(k, look, out, &err) != 0)
		rc = keysctl_report(&err, 1);
	else if (memcmp(made.id, k->id, sizeof(made.id)) != 0) {
		(void)fprintf(stderr, "liangka-keys: %s: reads back as another "
		    "key\n", out);
		rc = EX_IOERR;
	}
	keyfile_wipe(&made);
	if (rc != 0)
		keyfile_wipe(k);
	return (rc);
}

/* Make a key as the command line says. */
int
keysctl_new(const struct keysctl_options *o, int argc, char **argv)
{
	struct keymake m = { .algorithm = o->algorithm, .epoch = o->epoch,
	    .name = o->name, .created = keysctl_now(), .expires = o->expires };
	struct keydisk_look look;
	struct keyfile k;
	const char *out = o->out;
	char path[64];
	int rc;

	if (argc < 1)
		return (keysctl_usage("\"new\" needs a kind of key", NULL));
	if (argc > 1)
		return (keysctl_usage("too much after \"new\" and the kind of "
		    "key", argv[1]));
	m.kind = strcmp(argv[0], "token") == 0 ? KEYFILE_TOKEN_PERSON :
	    keyfile_kind_find(argv[0], strlen(argv[0]));
	if (m.kind == 0)
		return (keysctl_usage("unknown kind of key", argv[0]));
	if (keyfile_kind_named(m.kind) && (o->given & KEYSCTL_EPOCH) != 0)
		return (keysctl_usage("a key of this kind has a --name, no "
		    "--epoch", argv[0]));
	if (!keyfile_kind_named(m.kind) && o->name != NULL)
		return (keysctl_usage("a key of this kind has an --epoch, no "
		    "--name", argv[0]));
	if (keyfile_kind_named(m.kind) && o->name == NULL)
		return (keysctl_usage("a key of this kind needs a --name",
		    argv[0]));
	if (out != NULL && strcmp(out, "-") == 0)
		return (keysctl_usage("--out needs the name of a file; a key "
		    "is never printed", NULL));
	if (out == NULL) {
		if (keyfile_kind_named(m.kind))
			(void)snprintf(path, sizeof(path), "%s.key",
			    keyfile_kind_name(m.kind));
		else
			(void)snprintf(path, sizeof(path), "%s-%u.key",
			    keyfile_kind_name(m.kind), (unsigned)m.epoch);
		out = path;
	}
	rc = keysctl_make(&m, out, &k, &look);
	if (rc != 0)
		return (rc);
	describe_key(&k, out, &look, m.created, o->json);
	if (!o->json)
		keysctl_explain(&k, out);
	if (look.access.fault != KEYFILE_FINE)
		rc = keysctl_report(&look.access, 1);
	keyfile_wipe(&k);
	return (rc);
}
