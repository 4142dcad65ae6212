#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "keys/keydisk.h"
#include "keys/keyfile.h"
#include "keys/keymake.h"
#include "keys/seal.h"
#include "keys/seal_cert.h"
#include "store/sealed.h"
#include "store/wal.h"

#include "staffkit.h"

static const char *const names[STAFFKIT_N] = { "lin", "wu", "mo" };

/* Make the centre's sealing key and its certificate. */
static void
make_centre(struct staffkit *k, struct fixture *x)
{
	const struct keymake m = { .kind = KEYFILE_SEAL, .name = "centre",
		.created = 1700000000, .expires = KEYMAKE_NEVER };
	const uint8_t secret[32] = { 1, 2, 3 };
	char pem[SEAL_CERT_PEM_MAX], err[SEAL_ERROR_MAX] = "";
	struct keyfile_error fault = { .fault = KEYFILE_FINE };
	struct keyfile key;
	FILE *f;

	snprintf(k->key, sizeof(k->key), "%s/seal.key", x->dir);
	snprintf(k->crt, sizeof(k->crt), "%s/seal.crt", x->dir);
	cr_assert_eq(keymake(&key, &m, secret, &fault), 0, "%s", fault.text);
	cr_assert_eq(keydisk_write(&key, k->key, &fault), 0, "%s", fault.text);
	cr_assert_neq(seal_cert_make(pem, &key, &fault), 0, "%s", fault.text);
	cr_assert_not_null(f = fopen(k->crt, "w"));
	fputs(pem, f);
	fclose(f);
	k->cert = seal_cert_load(k->crt, err);
	cr_assert_not_null(k->cert, "%s", err);
}

void
staffkit_open(struct staffkit *k, struct fixture *x)
{
	uint8_t secret[32] = { 9 };
	int i;

	memset(k, 0, sizeof(*k));
	make_centre(k, x);
	for (i = 0; i < STAFFKIT_N; i++) {
		secret[1] = (uint8_t)i;
		cr_assert_eq(note_signer_make(&k->signer[i], names[i],
		    NOTE_ED25519, secret), 0);
	}
	for (i = 0; i < 2; i++) {
		snprintf(k->staff[i].name, sizeof(k->staff[i].name), "%s",
		    names[i]);
		k->staff[i].key = k->signer[i].public;
	}
	k->staff[LIN].rights = STAFF_ACCESS | STAFF_UNSEAL | STAFF_ERASE;
	k->staff[WU].rights = STAFF_ACCESS;
	x->options.staff = k->staff;
	x->options.nstaff = 2;
	x->options.seal = k->cert;
	fixture_reopen(x);
}

void
staffkit_close(struct staffkit *k)
{

	seal_cert_free(k->cert);
}

struct staffnote
staffkit_note(struct fixture *x, enum staffnote_action action, uint64_t entry)
{
	struct staffnote n = { .action = action, .entry = entry,
		.node = "t1", .origin = "t1", .reason = "case 12/2026" };

	fixture_pass(x, 1);
	n.time = x->wall;
	return (n);
}

void
staffkit_ask(struct fixture *x, const struct staffkit *k, int who,
    const struct staffnote *n)
{
	const struct note_signer *signer = &k->signer[who];
	char text[STAFFNOTE_TEXT_MAX], note[2048];
	size_t len = staffnote_print(text, n);

	cr_assert_neq(len, 0);
	len = note_sign(note, sizeof(note) - 1, text, len, &signer, 1);
	cr_assert_neq(len, 0);
	note[len] = '\0';
	ask(x, WIRE_STAFF);
	with(x, WIRE_T_STATEMENT, note);
}

int
staffkit_say(struct fixture *x, const struct staffkit *k, int who,
    enum staffnote_action action, uint64_t entry)
{
	struct staffnote n = staffkit_note(x, action, entry);

	staffkit_ask(x, k, who, &n);
	return (answer(x));
}

/* Read the log from its beginning. */
static struct wal_reader *
open_log(struct fixture *x)
{
	char dir[200], err[512] = "";
	struct wal_reader *r;

	snprintf(dir, sizeof(dir), "%s/wal", x->dir);
	r = wal_reader_open(NULL, dir, 0, 0, err, sizeof(err));
	cr_assert_not_null(r, "%s", err);
	return (r);
}

const char *
staffkit_unseal(struct fixture *x, const struct staffkit *k, uint64_t seq,
    int *erased)
{
	static char text[16384];
	static uint8_t cms[8][SEAL_CMS_MAX];
	uint64_t number[8];
	uint8_t ad[SEALED_AD_MAX], key[SEAL_KEY_LEN];
	size_t len[8], n = 0, i, adlen = sealed_ad(ad, "t1", seq);
	char err[SEAL_ERROR_MAX] = "";
	struct wal_reader *r = open_log(x);
	struct sealed_sidecar sc;
	struct wal_entry e;
	int64_t got = -1;

	if (erased != NULL)
		*erased = 0;
	while (wal_reader_next(r, UINT64_MAX, &e) == 1 && e.seq <= seq) {
		if (erased != NULL && e.seq == seq)
			*erased = e.erased;
		if (e.sidecar == NULL)
			continue;
		cr_assert_eq(sealed_sidecar_read(&sc, e.sidecar,
		    e.sidecar_len), 0);
		if (sc.cms_len > 0) {
			cr_assert_lt(n, 8);
			memcpy(cms[n], sc.cms, sc.cms_len);
			len[n] = sc.cms_len;
			number[n++] = sc.key;
		}
		if (e.seq != seq)
			continue;
		for (i = 0; i < n && number[i] != sc.key; i++)
			continue;
		cr_assert_lt(i, n, "the data key is not there");
		cr_assert_eq(seal_unwrap(key, cms[i], len[i], k->key, err), 0,
		    "%s", err);
		got = seal_open((uint8_t *)text, key, sc.message,
		    sc.message_len, ad, adlen);
		cr_assert_geq(got, 0, "it does not open");
		text[got] = '\0';
	}
	wal_reader_close(r);
	return (got >= 0 ? text : NULL);
}

int
staffkit_data_keys(struct fixture *x)
{
	struct wal_reader *r = open_log(x);
	struct sealed_sidecar sc;
	struct wal_entry e;
	int n = 0;

	while (wal_reader_next(r, UINT64_MAX, &e) == 1)
		if (e.sidecar != NULL && sealed_sidecar_read(&sc, e.sidecar,
		    e.sidecar_len) == 0)
			n += sc.cms_len > 0;
	wal_reader_close(r);
	return (n);
}
