/* Checkpoints: the three lines that are read are the ones that are written. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "store/checkpoint.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The node's key of the seeds, whose secret is 00 01 .. 1f. */
#define PUBLIC	"\x03\xa1\x07\xbf\xf3\xce\x10\xbe\x1d\x70\xdd\x18\xe7\x4b\xc0" \
	"\x99\x67\xe4\xd6\x30\x9b\xa5\x0d\x5f\x1d\xdc\x86\x64\x12\x55\x31\xb8"

/* What was read must be the beginning of the text. */
static void
compare(const struct checkpoint *c, const char *p, size_t len)
{
	char text[CHECKPOINT_TEXT_MAX];
	size_t n = checkpoint_text(text, c);

	if (n > len || memcmp(text, p, n) != 0 || text[n] != '\0')
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct checkpoint none;
	const char *p = (const char *)data;
	struct note_verifier v = { .type = NOTE_ED25519 };
	const struct note_verifier *key = &v;
	char err[NOTE_ERROR_MAX] = "";
	static struct note n;
	struct checkpoint c;

	if (checkpoint_read(&c, p, size, err) == 0)
		compare(&c, p, size);
	else if (err[0] == '\0' || memcmp(&c, &none, sizeof(c)) != 0)
		abort();

	memcpy(v.key, PUBLIC, 32);
	if (note_verifier_name(&v, "bank.example/branch/7") != 0)
		abort();
	err[0] = '\0';
	if (checkpoint_open(&c, &n, p, size, &key, 1, err) == 0) {
		compare(&c, n.text, n.text_len);
		if (n.text != p || strncmp(c.origin, v.name,
		    strlen(v.name)) != 0)
			abort();
	} else if (err[0] == '\0' || n.n != 0 ||
	    memcmp(&c, &none, sizeof(c)) != 0)
		abort();
	return (0);
}
