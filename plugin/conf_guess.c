/*
 * Which known name was probably meant by a wrong one.
 */
#include <string.h>

#include "conf.h"

#define LONGEST	32	/* letters in a word worth guessing about */

/* Start a search for the nearest name. */
void
conf_guess_init(struct conf_guess *g, const char *word, size_t len)
{

	g->word = word;
	g->len = len;
	g->best = NULL;
	/* A third of the letters may be wrong, at least one. */
	g->distance = (unsigned)(len < LONGEST ? len : LONGEST) / 3 + 1;
	if (g->distance < 2)
		g->distance = 2;
}

/* Fold what people mix up for free. */
static char
fold(char c)
{

	return (c >= 'A' && c <= 'Z' ? (char)(c + 32) : c == '-' ? '_' : c);
}

/* Edits between two words, a swap of neighbours being one. */
static unsigned
edits(const char *a, size_t alen, const char *b, size_t blen)
{
	unsigned char row[3][LONGEST + 1];
	unsigned best;
	size_t i, j;

	for (j = 0; j <= blen; j++)
		row[0][j] = (unsigned char)j;
	for (i = 1; i <= alen; i++) {
		unsigned char *now = row[i % 3], *up = row[(i + 2) % 3];
		unsigned char *upup = row[(i + 1) % 3];

		now[0] = (unsigned char)i;
		for (j = 1; j <= blen; j++) {
			int same = fold(a[i - 1]) == fold(b[j - 1]);

			best = up[j - 1] + (same ? 0u : 1u);
			if (up[j] + 1u < best)
				best = up[j] + 1u;
			if (now[j - 1] + 1u < best)
				best = now[j - 1] + 1u;
			if (i > 1 && j > 1 && upup[j - 2] + 1u < best &&
			    fold(a[i - 1]) == fold(b[j - 2]) &&
			    fold(a[i - 2]) == fold(b[j - 1]))
				best = upup[j - 2] + 1u;
			now[j] = (unsigned char)best;
		}
	}
	return (row[alen % 3][blen]);
}

/* Offer a name to the search. */
void
conf_guess_try(struct conf_guess *g, const char *name)
{
	size_t len = strlen(name);
	unsigned d;

	if (g->len == 0 || g->len > LONGEST || len > LONGEST)
		return;
	d = edits(g->word, g->len, name, len);
	if (d < g->distance && d < len) {
		g->distance = d;
		g->best = name;
	}
}
