#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "describe.h"
#include "keysctl.h"

/*
 * Name the successor of a file: x-3.key after x-2.key; x-2.key after x.key, with
 * the new epoch in place of 2 where there is one.
 */
static int
name_next(char path[KEYSCTL_PATH_MAX], const char *old, uint32_t epoch)
{
	size_t len = strlen(old), digits;
	unsigned long n = epoch != 0 ? epoch : 2;
	const char *end = "";
	int written;

	if (len > 4 && strcmp(old + len - 4, ".key") == 0) {
		end = ".key";
		len -= 4;
	}
	for (digits = 0; digits < len && digits < 5 &&
	    old[len - digits - 1] >= '0' && old[len - digits - 1] <= '9'; )
		digits++;
	if (digits > 0 && digits < len && old[len - digits - 1] == '-') {
		if (epoch == 0) {
			n = 0;
			for (size_t i = len - digits; i < len; i++)
				n = n * 10 + (unsigned long)(old[i] - '0');
			n++;
		}
		len -= digits + 1;
	}
	written = snprintf(path, KEYSCTL_PATH_MAX, "%.*s-%lu%s", (int)len, old,
	    n, end);
	return (written > 0 && written < KEYSCTL_PATH_MAX ? 0 : -1);
}

/* Say what the successor of a key is to be. */
static int
plan(struct keymake *m, const struct keyfile *old,
    const struct keysctl_options *o)
{
	int64_t created, expires;

	m->kind = old->kind;
	m->algorithm = old->algorithm;
	m->name = old->name;
	m->created = keysctl_now();
	m->expires = o->expires;
	if (!keyfile_kind_named(old->kind)) {
		if (old->epoch == KEYFILE_EPOCH_MAX) {
			(void)fprintf(stderr, "liangka-keys: epoch %d is the "
			    "last one\n", KEYFILE_EPOCH_MAX);
			return (EX_DATAERR);
		}
		m->epoch = old->epoch + 1;
	}
	/* It lasts as long as the old one was to, unless told otherwise. */
	if ((o->given & KEYSCTL_EXPIRES) == 0 &&
	    keyfile_time_parse(&expires, old->expires,
	    strlen(old->expires)) == 0 &&
	    keyfile_time_parse(&created, old->created,
	    strlen(old->created)) == 0)
		m->expires = m->created + (expires - created);
	return (0);
}

/* Make the successor of a key; the old file stays as it is. */
int
keysctl_rotate(const struct keysctl_options *o, int argc, char **argv)
{
	char next[KEYSCTL_PATH_MAX];
	struct keydisk_look look;
	struct keyfile_error err;
	struct keyfile old, k;
	struct keymake m;
	const char *out = o->out;
	int rc;

	if (argc != 1)
		return (keysctl_usage("\"rotate\" needs one key file", NULL));
	if (out != NULL && strcmp(out, "-") == 0)
		return (keysctl_usage("--out needs the name of a file; a key "
		    "is never printed", NULL));
	if (keydisk_look(&old, &look, argv[0], &err) != 0)
		return (keysctl_report(&err, 0));
	memset(&m, 0, sizeof(m));
	rc = look.access.fault != KEYFILE_FINE ?
	    keysctl_report(&look.access, 0) : plan(&m, &old, o);
	if (rc == 0 && out == NULL &&
	    name_next(next, argv[0], m.epoch) != 0)
		rc = keysctl_usage("the name of the file is too long; choose "
		    "another one with --out", NULL);
	if (rc == 0) {
		out = out != NULL ? out : next;
		rc = keysctl_make(&m, out, &k, &look);
	}
	if (rc == 0) {
		describe_key(&k, out, &look, m.created, o->json);
		if (!o->json)
			keysctl_explain_rotated(&k, out, argv[0]);
		keyfile_wipe(&k);
	}
	keyfile_wipe(&old);
	return (rc);
}
