#include <stdio.h>
#include <string.h>

#include "engine/normal.h"

#include "csvfile.h"

#define EXACT_DIGITS 15	/* that a spreadsheet keeps of a number */
#define SHOWN_DIGITS 11	/* above this it shows 1.1E+11 */

/* How many digits stand here. */
static size_t
digits(const char *p, size_t len)
{
	size_t n = 0;

	while (n < len && p[n] >= '0' && p[n] <= '9')
		n++;
	return (n);
}

/* Is it written like 1.10105E+17? */
static int
exponent(const char *p, size_t len)
{
	size_t i = digits(p, len), n;
	int marks = 0;

	if (i == 0)
		return (0);
	if (i < len && p[i] == '.') {
		marks++;
		i++;
		i += digits(&p[i], len - i);
	}
	if (i == len || p[i++] != 'E')
		return (0);
	if (i < len && p[i] == '+') {
		marks++;
		i++;
	}
	n = digits(&p[i], len - i);
	return (marks > 0 && n >= 1 && n <= 3 && i + n == len);
}

/* Has a spreadsheet rounded it? */
int
csvfile_rounded(const struct csvfile_cell *c)
{
	char form[NORMAL_MAX];
	size_t n, i;
	int rc = 0;

	n = normal_card(c->text, c->len, form);
	if (exponent(form, n))
		rc = CSVFILE_EXPONENT;
	else if ((c->flags & CSVFILE_AS_TEXT) == 0 && n > EXACT_DIGITS &&
	    digits(form, n) == n && strpbrk(c->text, " -") == NULL) {
		for (i = EXACT_DIGITS; i < n && form[i] == '0'; i++)
			;
		rc = i == n ? CSVFILE_ZEROS : 0;
	}
	explicit_bzero(form, sizeof(form));
	return (rc);
}

/* Write a cell. */
void
csvfile_put(FILE *f, const char *text, size_t len)
{
	int number = len > 0 && digits(text, len) == len &&
	    (len > SHOWN_DIGITS || text[0] == '0');
	size_t i;

	if (number) {
		(void)fprintf(f, "\"=\"\"%.*s\"\"\"", (int)len, text);
		return;
	}
	(void)fputc('"', f);
	if (len > 0 && memchr("=+-@'", text[0], 5) != NULL)
		(void)fputc('\'', f);
	for (i = 0; i < len; i++) {
		if (text[i] == '"')
			(void)fputc('"', f);
		(void)fputc(text[i] == '\0' ? '?' : text[i], f);
	}
	(void)fputc('"', f);
}
