/* Signed notes and verifier keys: what is read is printed, signed and read again. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "keys/note.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The keys of the seeds: secret 00 01 .. 1f, and that of GB/T 32918.5. */
static const char *const vkeys[3] = {
	"bank.example/branch/7/decisions/2026.1+91e20e1f+"
	    "AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4",
	"centre.example/witness+42316621+"
	    "BAOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4",
	"bank.example/branch/7/decisions/2026.1+11876963+/3NtMi1zbTMvdjEJ+d8xHlQ"
	    "hoVDdfRYeS8XGchefrRgz/AdrsI/zVvNQIMzqSQziZ3WlLcbqcYzBqmAK7QX7814ISm"
	    "Yy9gctqa0T"
};

static struct note_verifier key[3];
static const struct note_verifier *const keys[3] = { key, key + 1, key + 2 };
static struct note_signer signer;

/* Make the keys, once. */
static void
begin(void)
{
	static const uint8_t secret[32] = { 1 };
	char err[NOTE_ERROR_MAX];

	for (int i = 0; i < 3; i++)
		if (note_verifier_parse(&key[i], vkeys[i], strlen(vkeys[i]),
		    err) != 0)
			abort();
	if (note_signer_make(&signer, "fuzz", NOTE_ED25519, secret) != 0)
		abort();
}

/* A verifier key has one text; a refused one leaves nothing. */
static void
try_vkey(const char *p, size_t len)
{
	static const struct note_verifier none;
	char vkey[NOTE_VKEY_MAX], err[NOTE_ERROR_MAX] = "";
	struct note_verifier v;

	if (note_verifier_parse(&v, p, len, err) != 0) {
		if (err[0] == '\0' || memcmp(&v, &none, sizeof(v)) != 0)
			abort();
		return;
	}
	if (note_verifier_print(&v, vkey) != len || memcmp(vkey, p, len) != 0)
		abort();
}

/* Sign the text of a note again and read that. */
static void
sign_again(const struct note *n)
{
	const struct note_signer *s = &signer;
	const struct note_verifier *k = &signer.public;
	static char out[NOTE_TEXT_MAX];
	static struct note again;
	char err[NOTE_ERROR_MAX];
	size_t len;

	len = note_sign(out, sizeof(out), n->text, n->text_len, &s, 1);
	if (len == 0 && n->text_len + NOTE_LINE_MAX > sizeof(out))
		return;
	if (len == 0 || note_parse(&again, out, len, err) != 0 ||
	    again.n != 1 || again.text_len != n->text_len ||
	    memcmp(again.text, n->text, n->text_len) != 0 ||
	    note_verify(&again, &k, 1, err) != 1)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *p = (const char *)data;
	char err[NOTE_ERROR_MAX] = "";
	static struct note n;
	int rc;

	if (key[0].type == 0)
		begin();
	try_vkey(p, size);
	err[0] = '\0';
	if (note_parse(&n, p, size, err) != 0) {
		if (err[0] == '\0' || n.n != 0)
			abort();
		return (0);
	}
	if (n.text != p || n.text_len == 0 || n.text_len >= size ||
	    p[n.text_len - 1] != '\n' || p[n.text_len] != '\n' || n.n == 0)
		abort();
	for (size_t i = 0; i < n.n; i++)
		if (n.sig[i].name < p + n.text_len || n.sig[i].name_len == 0 ||
		    n.sig[i].name + n.sig[i].name_len >= p + size ||
		    n.sig[i].len == 0)
			abort();
	if (note_verify(&n, NULL, 0, err) != 0)
		abort();
	rc = note_verify(&n, keys, 3, err);
	for (size_t i = 0; i < n.n; i++)
		if (rc <= 0 && n.sig[i].by != NULL)
			abort();
	sign_again(&n);
	return (0);
}
