#ifndef JSONOK_H_
#define JSONOK_H_

/*
 * jsonok(text): Is the text nothing but well-formed JSON objects (RFC 8259, whole
 * numbers only), one a line?
 */

#include <stddef.h>
#include <string.h>

/* Each call steps over what it names, or sets p to NULL. */
struct jsonok {
	const char *p;
	int depth;
};

static inline void jsonok_value(struct jsonok *r);

static inline void
jsonok_want(struct jsonok *r, char c)
{

	if (r->p != NULL)
		r->p = *r->p == c ? r->p + 1 : NULL;
}

static inline void
jsonok_string(struct jsonok *r)
{
	int i;

	for (jsonok_want(r, '"'); r->p != NULL && *r->p != '"'; ) {
		if ((unsigned char)*r->p < 0x20) {
			r->p = NULL;
			return;
		}
		if (*r->p++ != '\\')
			continue;
		if (*r->p == 'u') {
			for (i = 1; i <= 4; i++)
				if (strchr("0123456789abcdefABCDEF",
				    r->p[i]) == NULL || r->p[i] == '\0') {
					r->p = NULL;
					return;
				}
			r->p += 5;
		} else if (*r->p != '\0' && strchr("\"\\/bfnrt", *r->p) != NULL)
			r->p++;
		else
			r->p = NULL;
	}
	jsonok_want(r, '"');
}

static inline void
jsonok_list(struct jsonok *r, char open, char close)
{

	jsonok_want(r, open);
	if (r->p != NULL && *r->p == close) {
		r->p++;
		return;
	}
	while (r->p != NULL && r->depth < 16) {
		if (open == '{') {
			jsonok_string(r);
			jsonok_want(r, ':');
		}
		r->depth++;
		jsonok_value(r);
		r->depth--;
		if (r->p == NULL || *r->p != ',')
			break;
		r->p++;
	}
	jsonok_want(r, close);
}

static inline void
jsonok_value(struct jsonok *r)
{
	static const char *const words[] = { "true", "false", "null" };
	size_t i, n;

	if (r->p == NULL)
		return;
	if (*r->p == '"')
		jsonok_string(r);
	else if (*r->p == '{')
		jsonok_list(r, '{', '}');
	else if (*r->p == '[')
		jsonok_list(r, '[', ']');
	else {
		for (i = 0; i < 3; i++)
			if (strncmp(r->p, words[i], strlen(words[i])) == 0) {
				r->p += strlen(words[i]);
				return;
			}
		n = strspn(r->p + (*r->p == '-'), "0123456789");
		r->p = n > 0 ? r->p + (*r->p == '-') + n : NULL;
	}
}

static inline int
jsonok(const char *text)
{
	struct jsonok r = { text, 0 };

	if (*text == '\0')
		return (0);
	while (r.p != NULL && *r.p != '\0') {
		jsonok_list(&r, '{', '}');
		jsonok_want(&r, '\n');
	}
	return (r.p != NULL);
}

#endif /* !JSONOK_H_ */
