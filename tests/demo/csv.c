#include <string.h>

#include "csv.h"
#include "text.h"

/* Pass over a byte order mark. */
void
csv_init(struct csv *c, char *text, size_t len)
{
	c->p = text;
	c->end = text + len;
	c->row = 0;
	*c->end = '\0';
	if (len >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0)
		c->p += 3;
}

/* Cut the next line off; return NULL at the end. */
static char *
next_line(struct csv *c, size_t *len)
{
	if (c->p >= c->end)
		return (NULL);
	char *line = c->p;
	char *lf = memchr(line, '\n', (size_t)(c->end - line));
	char *stop = lf != NULL ? lf : c->end;

	c->p = lf != NULL ? lf + 1 : c->end;
	c->row++;
	if (stop > line && stop[-1] == '\r')
		stop--;
	*stop = '\0';
	*len = (size_t)(stop - line);
	return (line);
}

/* Take the quotes off the field at *p; *p is left behind its closing quote. */
static const char *
unquote(char **p)
{
	char *from = *p + 1, *to = *p;

	for (;; from++) {
		if (*from == '\0')
			return ("the closing quote is missing");
		if (*from == '"') {
			if (from[1] != '"')
				break;
			from++;
		}
		*to++ = *from;
	}
	if (from[1] != ',' && from[1] != '\0')
		return ("text after the closing quote");
	*p = from + 1;
	/* The byte at `to` is a quote's or the field's own: never the comma. */
	*to = '\0';
	return (NULL);
}

/* Split a line that is known to be clean text. */
static const char *
split(char *p, char **fields, size_t max, size_t *count)
{
	for (;;) {
		const char *fault;
		if (*count == max)
			return ("more fields than there can be");
		fields[*count] = p;
		if (*p == '"') {
			if ((fault = unquote(&p)) != NULL)
				return (fault);
		} else {
			p += strcspn(p, ",\"");
			if (*p == '"')
				return ("a quote inside a field without quotes");
		}
		(*count)++;
		if (*p == '\0')
			return (NULL);
		*p++ = '\0';
	}
}

/* Control characters have no place in a plan, nor has NUL. */
static int
has_control(const char *s, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if ((unsigned char)s[i] < 0x20 || s[i] == 0x7f)
			return (1);
	}
	return (0);
}

/* A line, its bytes judged before its commas. */
int
csv_next(struct csv *c, char **fields, size_t max, size_t *count,
    const char **fault)
{
	char *line;
	size_t len;

	*count = 0;
	*fault = NULL;
	do {
		if ((line = next_line(c, &len)) == NULL)
			return (0);
	} while (len == 0 || *line == '#');
	if (has_control(line, len))
		*fault = "a control character";
	else if (!text_valid(line, len))
		*fault = "not UTF-8: save the file as UTF-8";
	else
		*fault = split(line, fields, max, count);
	return (*fault == NULL ? 1 : -1);
}

/* Quotes are written only where they are needed. */
void
csv_write(FILE *f, const char *s, int last)
{
	if (s[strcspn(s, ",\"")] == '\0' && *s != '#') {
		fputs(s, f);
	} else {
		putc('"', f);
		for (; *s != '\0'; s++) {
			if (*s == '"')
				putc('"', f);
			putc(*s, f);
		}
		putc('"', f);
	}
	putc(last ? '\n' : ',', f);
}
