#include <string.h>

#include "keydisk.h"
#include "signkey.h"

/* Say which signatures a key makes. */
enum note_type
signkey_type(enum keyfile_kind kind, enum keyfile_algorithm algorithm)
{

	if (kind == KEYFILE_WITNESS)
		return (NOTE_COSIGNATURE);
	return (algorithm == KEYFILE_SM2_SM3 ? NOTE_SM2 : NOTE_ED25519);
}

/* Make the signer of a key. */
int
signkey_from(struct note_signer *s, const struct keyfile *k, const char *path,
    int64_t now, struct keyfile_error *err)
{
	char vkey[NOTE_VKEY_MAX];

	memset(s, 0, sizeof(*s));
	if (!keyfile_kind_signs(k->kind))
		return (keyfile_fail(err, KEYFILE_BAD, "%.300s: a key of kind "
		    "%s makes no signatures", path,
		    keyfile_kind_name(k->kind)));
	if (keyfile_fresh(k, path, now, err) != 0)
		return (-1);
	if (note_signer_make(s, k->name, signkey_type(k->kind, k->algorithm),
	    k->secret) != 0) {
		note_signer_wipe(s);
		return (keyfile_fail(err, KEYFILE_BAD, "%.300s: the secret is "
		    "no key of algorithm %s", path,
		    keyfile_algorithm_name(k->algorithm)));
	}
	(void)note_verifier_print(&s->public, vkey);
	if (strcmp(vkey, k->public) != 0) {
		note_signer_wipe(s);
		return (keyfile_fail(err, KEYFILE_BAD, "%.300s: the line "
		    "\"public\" does not belong to the secret; copy the file "
		    "again from the backup", path));
	}
	return (0);
}

/* Read the signer of a key file. */
int
signkey_load(struct note_signer *s, const char *path, enum keyfile_kind kind,
    int64_t now, struct keyfile_error *err)
{
	struct keyfile k;
	int rc;

	memset(s, 0, sizeof(*s));
	if (keydisk_read(&k, path, kind, err) != 0)
		return (-1);
	rc = signkey_from(s, &k, path, now, err);
	keyfile_wipe(&k);
	return (rc);
}

/* Read a verifier key, written out or in a file. */
int
signkey_verifier_load(struct note_verifier *v, const char *arg,
    struct keyfile_error *err)
{
	char line[NOTE_VKEY_MAX + 1], wrong[NOTE_ERROR_MAX];
	const char *vkey = line;
	ssize_t len;

	memset(v, 0, sizeof(*v));
	len = keydisk_read_public(line, sizeof(line), arg, err);
	if (len < 0) {
		if (err->fault != KEYFILE_ABSENT || strchr(arg, '+') == NULL)
			return (-1);
		vkey = arg;
		len = (ssize_t)strlen(arg);
	} else if (len == 0 || line[--len] != '\n' ||
	    memchr(line, '\n', (size_t)len) != NULL)
		return (keyfile_fail(err, KEYFILE_BAD, "%.300s: does not hold "
		    "one verifier key on one line; the file that does ends in "
		    ".pub", arg));
	if (note_verifier_parse(v, vkey, (size_t)len, wrong) != 0)
		return (keyfile_fail(err, KEYFILE_BAD, "%.150s: %.300s",
		    vkey == arg ? "the verifier key" : arg, wrong));
	return (0);
}

/* See that no two keys would be mistaken for each other. */
int
signkey_distinct(const struct note_verifier *const *v, size_t n,
    struct keyfile_error *err)
{

	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < i; j++)
			if (v[i]->id == v[j]->id &&
			    strcmp(v[i]->name, v[j]->name) == 0)
				return (keyfile_fail(err, KEYFILE_BAD, "two "
				    "keys have one name and id: %.200s+%08x",
				    v[i]->name, (unsigned)v[i]->id));
	return (0);
}
