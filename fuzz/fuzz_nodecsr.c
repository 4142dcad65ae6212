/* Requests for certificates from anybody: what is taken names a good node and a good
 * domain, and has a proof of one of two kinds; what is refused leaves nothing. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "keys/nodecsr.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t code[NODECODE_LEN] = { 1, 2, 3 };
	static const struct nodecsr none;
	struct keyfile_error err = { KEYFILE_FINE, "" };
	struct nodecsr r;

	if (nodecsr_read(&r, (const char *)data, size, &err) != 0) {
		if (memcmp(&r, &none, sizeof(r)) != 0 ||
		    err.fault == KEYFILE_FINE || err.text[0] == '\0')
			abort();
		return (0);
	}
	if (!nodecert_good_node(r.node) || !nodecert_good_domain(r.domain) ||
	    r.len == 0 || r.len > sizeof(r.bytes) ||
	    (r.proof != NODECSR_CODE && r.proof != NODECSR_RENEWAL) ||
	    (r.proof == NODECSR_RENEWAL) != (r.serial[0] != '\0'))
		abort();
	(void)nodecsr_proved(&r, code, &err);
	return (0);
}
