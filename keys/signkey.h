/* From key files to signers and verifiers of signed notes. */
#ifndef LIANGKA_KEYS_SIGNKEY_H
#define LIANGKA_KEYS_SIGNKEY_H

#include <stddef.h>
#include <stdint.h>

#include "keyfile.h"
#include "note.h"

/* signkey_type(kind, algorithm):
 * The type of the signatures made by such keys: that of a witness is the
 * cosignature, all others follow from the algorithm. */
enum note_type signkey_type(enum keyfile_kind kind,
	    enum keyfile_algorithm algorithm);

/* signkey_from(s, k, path, now, err):
 * Make the signer of a key in memory; path names it in messages. now is in seconds
 * since 1970 (UTC). Return 0 with *s to be wiped by note_signer_wipe, or -1 with *s
 * zeroed and *err set when the key does not sign, has expired, or its public half
 * is not its own. */
int	signkey_from(struct note_signer *s, const struct keyfile *k,
	    const char *path, int64_t now, struct keyfile_error *err);

/* signkey_load(s, path, kind, now, err):
 * The same from a key file, with every check of keydisk_read. */
int	signkey_load(struct note_signer *s, const char *path,
	    enum keyfile_kind kind, int64_t now, struct keyfile_error *err);

/* signkey_verifier_load(v, arg, err):
 * Read a verifier key: arg is the key itself, or the path of a file with it on one
 * line, as "liangka-keys new" writes it beside a key (<key file>.pub). What holds a
 * '+' and names no file is taken for the key itself. Return 0, or -1 with *v zeroed
 * and *err set. */
int	signkey_verifier_load(struct note_verifier *v, const char *arg,
	    struct keyfile_error *err);

/* signkey_distinct(v, n, err):
 * See that no two of n verifier keys share a name and a key id, since neither could
 * be told from the other in a note. Return 0, or -1 with *err set. */
int	signkey_distinct(const struct note_verifier *const *v, size_t n,
	    struct keyfile_error *err);

#endif
