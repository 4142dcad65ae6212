#ifndef ENGINE_NUMBER_H
#define ENGINE_NUMBER_H

#include <stddef.h>
#include <stdint.h>

/*
 * The characters of a document number as a person typed, pasted or scanned it,
 * brought into one spelling.  This is the lexical half of the normalisation;
 * identity.h states its rules (N1 to N5) beside those of each document.
 */

#define NUMBER_MAX	64		/* characters kept at most */
#define NUMBER_BYTES	256		/* bytes of text read at most */

enum number_status {
	NUMBER_OK = 0,
	NUMBER_ENCODING = 1,		/* not well-formed UTF-8 */
	NUMBER_LONG = 2			/* beyond NUMBER_MAX or NUMBER_BYTES */
};

struct number {
	size_t n;			/* characters */
	uint32_t ch[NUMBER_MAX];	/* code points after N2 to N4 */
	int32_t at[NUMBER_MAX];		/* byte offset of each in the text */
};

/**
 * number_scan(out, text, len, where):
 * Read the ${len} bytes at ${text} into ${out}: spaces at both ends and
 * invisible characters dropped, full-width forms made ASCII, letters made
 * capital.  Return NUMBER_OK; or another status with ${out} zeroed and the byte
 * offset of the trouble in ${where}.  ${out} holds personal data: the caller
 * wipes it.
 */
enum number_status number_scan(struct number *out, const char *text,
    size_t len, int32_t *where);

/**
 * number_squeeze(num):
 * Drop the separators within ${num}: spaces, and the marks - ( ) / and full
 * stop.
 */
void number_squeeze(struct number *num);

/**
 * number_skip_digits(num, from, to), number_skip_letters(num, from, to):
 * Return the index of the first character in ${from}..${to}-1 that is not a
 * digit 0-9 (a letter A-Z), or ${to} if there is none.  ${to} is at most
 * num->n.
 */
size_t number_skip_digits(const struct number *num, size_t from, size_t to);
size_t number_skip_letters(const struct number *num, size_t from, size_t to);

/**
 * number_skip_opaque(num, cjk):
 * Return the index of the first character that is neither a digit, nor a letter
 * A-Z, nor (if ${cjk}) a Chinese character, or num->n if there is none.
 */
size_t number_skip_opaque(const struct number *num, int cjk);

/**
 * number_damaged(num):
 * Return 1 if ${num} is what a spreadsheet leaves of a long number, such as
 * 1.10105E+17, else 0.
 */
int number_damaged(const struct number *num);

/**
 * number_print(out, size, num):
 * Write ${num} as UTF-8 and a NUL into the ${size} bytes at ${out}.  Return its
 * length; or 0 with an empty string if it is empty or does not fit.
 */
size_t number_print(char *out, size_t size, const struct number *num);

#endif
