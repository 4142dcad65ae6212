#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "keys/hex.h"

#include "adopt_bases.h"

#define HEAD	"liangka bases 1"
#define DIGITS	"0123456789"

/* Is file the name of a base of this list? */
static int
name_good(const char *list, const char *file)
{
	size_t n = strlen(list), digits;
	uint8_t root[8];

	if (strncmp(file, list, n) != 0 || file[n++] != '.')
		return (0);
	digits = strspn(file + n, DIGITS);
	if (digits == 0 || digits > 10 || file[n] == '0' ||
	    file[n + digits] != '.')
		return (0);
	n += digits + 1;
	return (strlen(file + n) == 20 && strcmp(file + n + 16, ".mdb") == 0 &&
	    hex_decode(root, file + n, 8) == 0);
}

/* Read "<list> <file>". */
static int
read_list(struct adopt_bases *b, const char *line, size_t len)
{
	const char *blank = memchr(line, ' ', len);
	struct adopt_base *x = &b->at[b->n];
	size_t n;

	if (blank == NULL || b->n == ADOPT_BASE_LISTS)
		return (-1);
	n = (size_t)(blank - line);
	if (n == 0 || n >= sizeof(x->list) ||
	    len - n - 1 >= sizeof(x->file) ||
	    memchr(line, '\0', len) != NULL)
		return (-1);
	memcpy(x->list, line, n);
	x->list[n] = '\0';
	memcpy(x->file, blank + 1, len - n - 1);
	x->file[len - n - 1] = '\0';
	if (strspn(x->list, "abcdefghijklmnopqrstuvwxyz-" DIGITS) != n ||
	    !name_good(x->list, x->file))
		return (-1);
	if (b->n > 0 && strcmp(b->at[b->n - 1].list, x->list) >= 0)
		return (-1);
	b->n++;
	return (0);
}

/* Read "+ <64 digits>". */
static int
read_delta(struct adopt_bases *b, const char *line, size_t len)
{
	struct adopt_base *x;

	if (b->n == 0 || len != 66 || line[1] != ' ')
		return (-1);
	x = &b->at[b->n - 1];
	if (x->ndeltas == ADOPT_CHAIN_MAX ||
	    hex_decode(x->delta[x->ndeltas], line + 2, 32) != 0)
		return (-1);
	x->ndeltas++;
	return (0);
}

/* Read it whole. */
int
adopt_bases_read(struct adopt_bases *b, const char *text, size_t len)
{
	const char *p = text, *end = text + len, *eol;
	int line = 1, rc;

	memset(b, 0, sizeof(*b));
	for (; line == 1 || p < end; p = eol + 1, line++) {
		size_t n;

		eol = p < end ? memchr(p, '\n', (size_t)(end - p)) : NULL;
		if (eol == NULL)
			goto bad;
		n = (size_t)(eol - p);
		if (line == 1)
			rc = n == strlen(HEAD) && memcmp(p, HEAD, n) == 0 ?
			    0 : -1;
		else if (n > 0 && p[0] == '+')
			rc = read_delta(b, p, n);
		else
			rc = read_list(b, p, n);
		if (rc != 0)
			goto bad;
	}
	return (0);

bad:
	memset(b, 0, sizeof(*b));
	return (line);
}

/* Write it. */
size_t
adopt_bases_print(const struct adopt_bases *b, char *text)
{
	size_t i, j, n;
	char hex[65];

	n = (size_t)snprintf(text, ADOPT_BASES_TEXT, "%s\n", HEAD);
	for (i = 0; i < b->n; i++) {
		const struct adopt_base *x = &b->at[i];

		n += (size_t)snprintf(text + n, ADOPT_BASES_TEXT - n,
		    "%s %s\n", x->list, x->file);
		for (j = 0; j < x->ndeltas; j++) {
			hex_encode(hex, x->delta[j], 32);
			n += (size_t)snprintf(text + n, ADOPT_BASES_TEXT - n,
			    "+ %.64s\n", hex);
		}
	}
	return (n);
}

/* The entry of a list. */
const struct adopt_base *
adopt_bases_find(const struct adopt_bases *b, const char *list)
{
	size_t i;

	for (i = 0; i < b->n; i++)
		if (strcmp(b->at[i].list, list) == 0)
			return (&b->at[i]);
	return (NULL);
}

/* How the base file of a version is called. */
void
adopt_bases_name(char file[ADOPT_BASE_NAME], const struct list_info *info)
{
	char hex[17];

	hex_encode(hex, info->root, 8);
	(void)snprintf(file, ADOPT_BASE_NAME, "%s.%" PRIu32 ".%.16s.mdb",
	    info->id, info->version, hex);
}
