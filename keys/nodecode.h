/* One-time codes that are read out on the telephone: 15 random bytes as six groups of
 * five characters,
 *
 *	7K2MQ-0ZD4B-M8XEV-...
 *
 * of the 32 characters 0-9 and A-Z without I, L, O and U.  The fifth of each group is
 * its check character: over the field of 32 elements (x^5 + x^2 + 1, x = 2), and with
 * the group's place in it, so that any one wrong character, two neighbours in the
 * wrong order and two groups in the wrong order show, and where. */
#ifndef LIANGKA_KEYS_NODECODE_H
#define LIANGKA_KEYS_NODECODE_H

#include <stdint.h>

#define NODECODE_LEN	15	/* bytes */
#define NODECODE_GROUPS	6
#define NODECODE_TEXT	36	/* characters with the NUL */

/* nodecode_print(text, code):
 * Write a code for people. */
void	nodecode_print(char text[NODECODE_TEXT],
	    const uint8_t code[NODECODE_LEN]);

/* nodecode_read(code, text):
 * Read what people typed: letters of any size, I and L for 1, O for 0, blanks and
 * hyphens anywhere.  Return 0; or with code zeroed the number of the group that is
 * wrong, from 1, or -1 when there are not thirty such characters. */
int	nodecode_read(uint8_t code[NODECODE_LEN], const char *text);

#endif
