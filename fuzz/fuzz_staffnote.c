#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "keys/note.h"
#include "keys/staffnote.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/*
 * Any bytes as a statement, and as a signed note with one in it: what can be read is
 * printed as the very same bytes.
 */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct note n;
	char again[STAFFNOTE_TEXT_MAX], err[NOTE_ERROR_MAX];
	struct staffnote s;

	if (staffnote_parse(&s, (const char *)data, size) == 0) {
		assert(staffnote_print(again, &s) == size);
		assert(memcmp(again, data, size) == 0);
		assert(s.time > 0 && s.reason[0] != '\0');
		assert(memchr(s.reason, '\n', strlen(s.reason)) == NULL);
	} else
		assert(s.action == 0 && s.reason[0] == '\0');
	if (note_parse(&n, (const char *)data, size, err) == 0 &&
	    staffnote_parse(&s, n.text, n.text_len) == 0)
		assert(staffnote_print(again, &s) == n.text_len);
	return (0);
}
