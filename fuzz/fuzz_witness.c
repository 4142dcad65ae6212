#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "audit/witness_impl.h"
#include "keys/note.h"

/*
 * Any bytes as an add-checkpoint request.  There is one way to write a request, so
 * what is taken apart and put together again is the same.
 */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct witness_asked q;
	static char again[WITNESS_REQUEST_MAX];
	char err[WITNESS_ERROR_MAX], why[NOTE_ERROR_MAX];
	struct checkpoint c;
	struct note n;
	size_t len;

	if (size > WITNESS_REQUEST_MAX + 1 ||
	    witness_parse(&q, (const char *)data, size, err) != 0)
		return (0);
	assert(q.n <= WITNESS_PROOF_MAX);
	assert(q.note + q.note_len == (const char *)data + size);
	len = witness_request(again, sizeof(again), q.old,
	    (const uint8_t (*)[MERKLE_LEN])q.proof, q.n, q.note, q.note_len);
	assert(len == size && memcmp(again, data, size) == 0);
	if (note_parse(&n, q.note, q.note_len, why) == 0)
		(void)checkpoint_read(&c, n.text, n.text_len, why);
	return (0);
}
