#include <string.h>

#include "base64.h"
#include "note.h"
#include "note_message.h"
#include "note_text.h"

#define DASH	"\xe2\x80\x94 "		/* U+2014 and a space */
#define DASH_LEN	4

/* Write a signature line. */
size_t
note_sign_line(char line[NOTE_LINE_MAX], const char *text, size_t text_len,
    const struct note_signer *s, uint64_t time)
{
	uint8_t sig[4 + NOTE_MESSAGE_SIG_MAX];
	size_t n, len = strlen(s->public.name);
	char *p = line;

	line[0] = '\0';
	n = note_message_sign(sig + 4, s, text, text_len, time);
	if (n == 0)
		return (0);
	for (int i = 0; i < 4; i++)
		sig[i] = (uint8_t)(s->public.id >> (24 - 8 * i));
	memcpy(p, DASH, DASH_LEN);
	memcpy(p + DASH_LEN, s->public.name, len);
	p += DASH_LEN + len;
	*p++ = ' ';
	p += base64_encode(p, sig, 4 + n);
	*p++ = '\n';
	*p = '\0';
	return ((size_t)(p - line));
}

/* Write a whole note. */
size_t
note_sign(char *out, size_t cap, const char *text, size_t text_len,
    const struct note_signer *const *signers, size_t n)
{
	char line[NOTE_LINE_MAX];
	size_t len, used = text_len + 1;

	if (n == 0 || n > NOTE_SIGNATURES_MAX || text_len == 0 ||
	    text[text_len - 1] != '\n' || !note_text_good(text, text_len) ||
	    text_len >= cap || used > NOTE_TEXT_MAX)
		return (0);
	memmove(out, text, text_len);
	out[text_len] = '\n';
	for (size_t i = 0; i < n; i++) {
		if (signers[i]->public.type == NOTE_COSIGNATURE ||
		    (len = note_sign_line(line, out, text_len, signers[i],
		    0)) == 0 || len > cap - used || len > NOTE_TEXT_MAX - used)
			return (0);
		memcpy(out + used, line, len);
		used += len;
	}
	return (used);
}
