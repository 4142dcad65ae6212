#include <stdio.h>
#include <string.h>

#include "hex.h"
#include "keymake.h"
#include "note.h"
#include "seal_cert.h"
#include "signkey.h"

/* Compute the public half. */
static int
publish(struct keyfile *k)
{
	uint8_t point[KEYFILE_POINT_LEN];
	struct note_signer s;

	if (k->kind == KEYFILE_SEAL) {
		if (seal_cert_point(point, k->secret) != 0)
			return (1);
		hex_encode(k->public, point, sizeof(point));
		return (0);
	}
	if (note_signer_make(&s, k->name,
	    signkey_type(k->kind, k->algorithm), k->secret) != 0)
		return (1);
	(void)note_verifier_print(&s.public, k->public);
	note_signer_wipe(&s);
	return (0);
}

/* Fill in the fields. */
static int
fill(struct keyfile *k, const struct keymake *m,
    const uint8_t secret[KEYFILE_SECRET_LEN], struct keyfile_error *err)
{

	k->kind = m->kind;
	k->algorithm = m->algorithm != 0 ? m->algorithm :
	    keyfile_kind_algorithm(m->kind, 0);
	memcpy(k->secret, secret, sizeof(k->secret));
	if (keyfile_time_print(k->created, m->created) != 0)
		return (keyfile_fail(err, KEYFILE_BAD, "the clock of this "
		    "machine is wrong; set it and try again"));
	if (m->expires == KEYMAKE_NEVER)
		memcpy(k->expires, "never", sizeof("never"));
	else if (keyfile_time_print(k->expires, m->expires) != 0)
		return (keyfile_fail(err, KEYFILE_BAD, "the time at which it "
		    "expires is not between the years 2000 and 9999"));
	if (!keyfile_kind_named(m->kind)) {
		k->epoch = m->epoch;
		return (0);
	}
	if (m->name == NULL ||
	    snprintf(k->name, sizeof(k->name), "%s", m->name) >=
	    (int)sizeof(k->name))
		return (keyfile_fail(err, KEYFILE_BAD, m->name == NULL ?
		    "a key of this kind needs a name" :
		    "the name is longer than 255 bytes"));
	return (0);
}

/* Build a key. */
int
keymake(struct keyfile *k, const struct keymake *m,
    const uint8_t secret[KEYFILE_SECRET_LEN], struct keyfile_error *err)
{
	int rc;

	keyfile_wipe(k);
	if (fill(k, m, secret, err) != 0) {
		keyfile_wipe(k);
		return (-1);
	}
	/* The first look finds a bad name before anything is derived of it. */
	if (keyfile_finish(k, err) != 0)
		return (-1);
	if (!keyfile_kind_named(k->kind))
		return (0);
	rc = publish(k);
	if (rc == 0)
		return (keyfile_finish(k, err));
	keyfile_wipe(k);
	return (rc);
}
