/*
 * Reading a configuration text by a table: lines, headers, keys.
 */
#include <string.h>

#include "conf_value.h"

/* A reading in progress. */
struct reader {
	struct conf_doc *		doc;
	const struct conf_section *	table;
	size_t				ntable;
	const struct conf_use *		use;

	size_t				end;	/* of the present line */
	uint32_t			line;

	const struct conf_section *	section;	/* NULL: unknown */
	char				instance[CONF_MAX_INSTANCE + 1];
	size_t				header, header_span;
	int				loose;	/* no header yet */
	void *				target;
	uint32_t			key_line[CONF_MAX_KEYS];

	uint32_t			seen[CONF_MAX_TABLE];	/* lines */
	size_t				nheads;

	struct conf_item		item;
};

/* Is this a letter of a key or a section? */
static int
is_name(char c)
{

	return ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	    (c >= '0' && c <= '9') || c == '_' || c == '.' || c == '-');
}

/* Is this a letter of an instance?  They may be in any script. */
static int
is_instance(char c)
{

	return (is_name(c) || (c & 0x80));
}

/* Skip blanks. */
static size_t
blanks(const struct reader *r, size_t at)
{

	while (at < r->end && (r->doc->text[at] == ' ' ||
	    r->doc->text[at] == '\t'))
		at++;
	return (at);
}

/* Skip a word; return where it ends. */
static size_t
word(const struct reader *r, size_t at, int (*is)(char))
{

	while (at < r->end && is(r->doc->text[at]))
		at++;
	return (at);
}

/* Does only a comment follow?  Report what else does. */
static int
line_end(struct reader *r, size_t at, const char *wanted)
{

	at = blanks(r, at);
	if (at == r->end || r->doc->text[at] == '#')
		return (0);
	conf_value_odd(r->doc, at, r->end, wanted);
	return (-1);
}

/* The section is complete: are its required keys there? */
static void
finish_section(struct reader *r)
{
	size_t i;

	if (r->section == NULL)
		return;
	for (i = 0; i < r->section->nkeys; i++) {
		const struct conf_key *k = &r->section->keys[i];

		if (!(k->flags & CONF_REQUIRED) || r->key_line[i] != 0)
			continue;
		if (r->section->name[0] == '\0')
			conf_fail(r->doc, 0, 1, "'%s' is missing", k->name);
		else
			conf_fail(r->doc, r->header, r->header_span,
			    "'%s' is missing in this section", k->name);
	}
}

/* Enter a section of the table. */
static void
start_section(struct reader *r, const struct conf_section *s)
{

	r->section = s;
	r->seen[s - r->table] = r->line;
	memset(r->key_line, 0, sizeof(r->key_line));
	r->target = r->use->target;
	if (r->use->begin != NULL)
		r->target = r->use->begin(r->use->arg, s, r->instance,
		    r->header, r->header_span);
}

/* Find a section by name, or report that there is none. */
static const struct conf_section *
find_section(struct reader *r, size_t at, size_t len)
{
	const char *p = r->doc->text + at;
	struct conf_guess g;
	size_t i;

	conf_guess_init(&g, p, len);
	for (i = 0; i < r->ntable; i++) {
		const char *name = r->table[i].name;

		if (name[0] == '\0')
			continue;
		if (strlen(name) == len && memcmp(name, p, len) == 0)
			return (&r->table[i]);
		conf_guess_try(&g, name);
	}
	if (g.best != NULL)
		conf_fail(r->doc, at, len, "unknown section '%.*s', "
		    "did you mean '%s'?", (int)(len < 64 ? len : 64), p,
		    g.best);
	else
		conf_fail(r->doc, at, len, "unknown section '%.*s'",
		    (int)(len < 64 ? len : 64), p);
	return (NULL);
}

/* Does the line at `at` begin the section s with the len bytes at name? */
static int
is_head(const struct reader *r, size_t at, const struct conf_section *s,
    const char *name, size_t len)
{
	const char *t = r->doc->text;
	size_t n = strlen(s->name);

	at = blanks(r, at);
	if (at >= r->end || t[at] != '[')
		return (0);
	at = blanks(r, at + 1);
	if (r->end - at <= n || memcmp(t + at, s->name, n) != 0 ||
	    is_name(t[at + n]))
		return (0);
	at = blanks(r, at + n);
	return (r->end - at > len && memcmp(t + at, name, len) == 0 &&
	    !is_instance(t[at + len]));
}

/*
 * Was this instance there before?  The text itself is asked, since a list of all
 * instances would not fit on the host's stack.
 */
static int
note_head(struct reader *r, const struct conf_section *s, size_t at, size_t len)
{
	const char *t = r->doc->text, *lf;
	size_t line = 0;

	while ((lf = memchr(t + line, '\n', at - line)) != NULL) {
		if (is_head(r, line, s, t + at, len)) {
			conf_fail(r->doc, at, len, "[%s %.*s] is here twice",
			    s->name, (int)len, t + at);
			return (-1);
		}
		line = (size_t)(lf - t) + 1;
	}
	if (r->nheads++ == CONF_MAX_SECTIONS) {
		conf_fail(r->doc, at, len, "more than %d sections",
		    CONF_MAX_SECTIONS);
		return (-1);
	}
	return (0);
}

/* Take the instance of a header; return where it ends, or 0. */
static size_t
read_instance(struct reader *r, const struct conf_section *s, size_t at)
{
	size_t end = word(r, at, is_instance);

	if (end == at) {
		conf_value_odd(r->doc, at, r->end, "a name after the section");
		return (0);
	}
	if (!(s->flags & CONF_NAMED)) {
		conf_fail(r->doc, at, end - at,
		    "section '%s' takes no name", s->name);
		return (0);
	}
	if (end - at > CONF_MAX_INSTANCE) {
		conf_fail(r->doc, at, end - at, "longer than %d bytes",
		    CONF_MAX_INSTANCE);
		return (0);
	}
	if (note_head(r, s, at, end - at))
		return (0);
	memcpy(r->instance, r->doc->text + at, end - at);
	r->instance[end - at] = '\0';
	return (end);
}

/* A line with a header. */
static void
read_header(struct reader *r, size_t open)
{
	const struct conf_section *s;
	size_t at, end;

	finish_section(r);
	/* Until the header proves good, the keys below it are skipped. */
	r->section = NULL;
	r->loose = 0;
	r->instance[0] = '\0';
	at = blanks(r, open + 1);
	end = word(r, at, is_name);
	if (end == at) {
		conf_value_odd(r->doc, at, r->end, "the name of a section");
		return;
	}
	if ((s = find_section(r, at, end - at)) == NULL)
		return;
	if (!(s->flags & CONF_NAMED) && r->seen[s - r->table] != 0) {
		conf_fail(r->doc, at, end - at, "[%s] is here twice, first in "
		    "line %u", s->name, r->seen[s - r->table]);
		return;
	}
	r->seen[s - r->table] = r->line;
	at = blanks(r, end);
	if (at < r->end && r->doc->text[at] != ']') {
		if ((at = read_instance(r, s, at)) == 0)
			return;
		at = blanks(r, at);
	} else if (s->flags & CONF_NAMED) {
		conf_fail(r->doc, end, 1, "a name is missing: [%s NAME]",
		    s->name);
		return;
	}
	if (at >= r->end || r->doc->text[at] != ']') {
		conf_value_odd(r->doc, at, r->end, "']'");
		return;
	}
	if (line_end(r, at + 1, "the end of the line"))
		return;
	r->header = open;
	r->header_span = at + 1 - open;
	start_section(r, s);
}

/* Find a key by name, or report that there is none. */
static const struct conf_key *
find_key(struct reader *r, size_t at, size_t len)
{
	const char *p = r->doc->text + at;
	struct conf_guess g;
	size_t i;

	conf_guess_init(&g, p, len);
	for (i = 0; i < r->section->nkeys; i++) {
		const char *name = r->section->keys[i].name;

		if (strlen(name) == len && memcmp(name, p, len) == 0)
			break;
		conf_guess_try(&g, name);
	}
	if (i == r->section->nkeys) {
		if (g.best != NULL)
			conf_fail(r->doc, at, len, "unknown key '%.*s', "
			    "did you mean '%s'?", (int)(len < 64 ? len : 64),
			    p, g.best);
		else
			conf_fail(r->doc, at, len, "unknown key '%.*s'",
			    (int)(len < 64 ? len : 64), p);
		return (NULL);
	}
	if (r->key_line[i] != 0) {
		conf_fail(r->doc, at, len, "'%.*s' is here twice, first in "
		    "line %u", (int)len, p, r->key_line[i]);
		return (NULL);
	}
	r->key_line[i] = r->line;
	return (&r->section->keys[i]);
}

/* Store a value in its target and hand it on. */
static void
deliver(struct reader *r, const struct conf_key *k, struct conf_value *v)
{
	char *to = r->target == NULL ? NULL : (char *)r->target + k->offset;
	uint32_t narrow = (uint32_t)v->number;

	v->section = r->section;
	v->key = k;
	v->instance = r->instance;
	if (to != NULL && k->size > 0) {
		if (k->kind == CONF_STRING)
			memcpy(to, v->string, v->length + 1);
		else if (k->size == sizeof(narrow))
			memcpy(to, &narrow, sizeof(narrow));
		else
			memcpy(to, &v->number, sizeof(v->number));
	}
	if (r->use->value != NULL)
		r->use->value(r->use->arg, v);
}

/* A string: are its bytes within bounds? */
static int
check_string(struct reader *r, const struct conf_key *k)
{
	int64_t hi = k->hi > 0 ? k->hi : CONF_MAX_VALUE;

	if (k->size > 0 && hi > (int64_t)k->size - 1)
		hi = (int64_t)k->size - 1;
	if ((int64_t)r->item.len > hi)
		conf_fail(r->doc, r->item.at, r->item.span,
		    "%s is too long: %zu bytes, at most %lld", k->name,
		    r->item.len, (long long)hi);
	else if ((int64_t)r->item.len < k->lo)
		conf_fail(r->doc, r->item.at, r->item.span,
		    r->item.len == 0 ? "%s is empty" :
		    "%s is too short", k->name);
	else
		return (0);
	return (-1);
}

/* Several items with commas between them: a list or a set of names. */
static void
read_list(struct reader *r, const struct conf_key *k, size_t at)
{
	struct conf_value v = { .at = at, .string = r->item.text };
	int64_t bits = 0, n = 0;

	for (;; n++) {
		if (conf_value_item(r->doc, at, r->end, &r->item))
			return;
		if (k->kind == CONF_LIST) {
			v.at = r->item.at;
			v.span = r->item.span;
			v.length = r->item.len;
			v.index = (size_t)n;
			if (k->hi > 0 && n >= k->hi) {
				conf_fail(r->doc, v.at, v.span,
				    "%s takes at most %lld", k->name,
				    (long long)k->hi);
				return;
			}
			deliver(r, k, &v);
		} else {
			if (conf_value_number(r->doc, k, &r->item, &v.number))
				return;
			if (bits & v.number) {
				conf_fail(r->doc, r->item.at, r->item.span,
				    "'%s' is here twice", r->item.text);
				return;
			}
			bits |= v.number;
		}
		at = blanks(r, r->item.at + r->item.span);
		if (at >= r->end || r->doc->text[at] != ',')
			break;
		at = blanks(r, at + 1);
	}
	if (line_end(r, at, "',' or the end of the line"))
		return;
	if (k->kind == CONF_LIST) {
		if (n + 1 < k->lo)
			conf_fail(r->doc, v.at, v.span, "%s wants at least "
			    "%lld", k->name, (long long)k->lo);
		return;
	}
	v.number = bits;
	v.span = r->item.at + r->item.span - v.at;
	v.string = "";
	deliver(r, k, &v);
}

/* A line with a key. */
static void
read_key(struct reader *r, size_t at)
{
	struct conf_value v = { .string = r->item.text };
	const struct conf_key *k;
	size_t end = word(r, at, is_name);

	if (end == at) {
		conf_value_odd(r->doc, at, r->end, "a key or a [section]");
		return;
	}
	if ((k = find_key(r, at, end - at)) == NULL)
		return;
	at = blanks(r, end);
	if (at >= r->end || r->doc->text[at] != '=') {
		conf_value_odd(r->doc, at, r->end, "'='");
		return;
	}
	at = blanks(r, at + 1);
	if (k->kind == CONF_LIST || k->kind == CONF_NAMES) {
		read_list(r, k, at);
		return;
	}
	if (conf_value_item(r->doc, at, r->end, &r->item) ||
	    line_end(r, at + r->item.span, "the end of the line") ||
	    (k->kind == CONF_STRING ? check_string(r, k) :
	    conf_value_number(r->doc, k, &r->item, &v.number)))
		return;
	v.at = r->item.at;
	v.span = r->item.span;
	v.length = r->item.len;
	deliver(r, k, &v);
}

/* One line. */
static void
read_line(struct reader *r, size_t at)
{

	at = blanks(r, at);
	if (at == r->end || r->doc->text[at] == '#')
		return;
	if (r->doc->text[at] == '[')
		read_header(r, at);
	else if (r->section != NULL)
		read_key(r, at);
	else if (r->loose) {
		conf_fail(r->doc, at, word(r, at, is_name) - at,
		    "this must stand below a [section]");
		r->loose = 0;
	}
}

/* Read a document by a table. */
int
conf_read(struct conf_doc *doc, const struct conf_section *sections,
    size_t nsections, const struct conf_use *use)
{
	struct reader r = { .doc = doc, .table = sections, .ntable = nsections,
	    .use = use, .loose = 1 };
	size_t at, next, i;

	if (conf_check(doc))
		return (-1);
	for (i = 0; i < nsections; i++) {
		if (sections[i].name[0] == '\0')
			start_section(&r, &sections[i]);
	}
	at = doc->len >= 3 && memcmp(doc->text, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
	for (; at < doc->len; at = next) {
		for (r.end = at; r.end < doc->len &&
		    doc->text[r.end] != '\n'; r.end++)
			continue;
		next = r.end + 1;
		if (r.end > at && doc->text[r.end - 1] == '\r')
			r.end--;
		r.line++;
		read_line(&r, at);
	}
	finish_section(&r);
	for (i = 0; i < nsections; i++) {
		if ((sections[i].flags & CONF_REQUIRED) && r.seen[i] == 0 &&
		    sections[i].name[0] != '\0')
			conf_fail(doc, doc->len, 1, "section [%s] is missing",
			    sections[i].name);
	}
	return (doc->errors ? -1 : 0);
}
