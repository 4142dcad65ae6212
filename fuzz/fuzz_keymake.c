/* Making keys from any name and time: what is made is printed, and what is printed is
 * read back as the same key.  Input: kind, algorithm, created and expires (4 bytes
 * each), 32 bytes of secret, the name. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "keys/keymake.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Read a big-endian number. */
static uint32_t
number(const uint8_t *p)
{

	return ((uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
	    (uint32_t)p[2] << 8 | p[3]);
}

/* Make a key and look at it twice. */
static void
make(const struct keymake *m, const uint8_t *secret)
{
	static const struct keyfile zero;
	char text[KEYFILE_TEXT_MAX];
	struct keyfile_error err = { KEYFILE_IO, "" };
	struct keyfile k, back;
	size_t len;
	int rc;

	rc = keymake(&k, m, secret, &err);
	if (rc != 0) {
		if (memcmp(&k, &zero, sizeof(k)) != 0 ||
		    (rc == -1 && err.fault != KEYFILE_BAD))
			abort();
		return;
	}
	len = keyfile_print(&k, text);
	if (keyfile_parse(&back, "fuzz", text, len, &err) != 0 ||
	    memcmp(&k, &back, sizeof(k)) != 0)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct keymake m;
	char *name;

	if (size < 42)
		return (0);
	name = malloc(size - 42 + 1);
	if (name == NULL)
		return (0);
	memcpy(name, data + 42, size - 42);
	name[size - 42] = '\0';
	memset(&m, 0, sizeof(m));
	m.kind = (enum keyfile_kind)(data[0] % KEYFILE_SEAL + 1);
	m.algorithm = (enum keyfile_algorithm)(data[1] %
	    (KEYFILE_ECDH_P256 + 1));
	m.created = number(data + 2);
	m.expires = number(data + 6) == 0 ? KEYMAKE_NEVER : number(data + 6);
	m.epoch = number(data + 10) % 70000;
	m.name = name;
	make(&m, data + 10);
	free(name);
	return (0);
}
