#ifndef LIANGKA_CONF_H_
#define LIANGKA_CONF_H_

#include <stddef.h>
#include <stdint.h>

/*
 * The configuration and policy text form: a strict subset of TOML with bare
 * words.
 *
 *	# a comment
 *	[section]                 or  [section instance]
 *	key = "text \" \\ \n \t \u4e2d"
 *	key = bare-word           letters, digits and _ . / : @ + -
 *	key = 1_000               integer
 *	key = true                boolean: true, false
 *	key = 30min               duration: ms s min h d
 *	key = 64K                 size: plain, K, M, G (powers of 1,024)
 *	key = 2026-01-31          date
 *	key = check, "confirm"    list
 *
 * UTF-8, with or without a byte order mark; lines end in LF or CRLF; a value
 * stands on one line.  A table says which sections and keys exist; whatever it
 * does not name is an error, and so is a key or an instance given twice.
 *
 * Nothing here allocates, does I/O, or looks at the locale, and no call keeps
 * state.  conf_read needs less than 8 KiB of stack.  Every call may be used
 * from any thread on its own document.
 */

#define CONF_MAX_FILE		1048576	/* bytes in a document */
#define CONF_MAX_VALUE		2047	/* bytes in a decoded value */
#define CONF_MAX_INSTANCE	63	/* bytes in the name of an instance */
#define CONF_MAX_SECTIONS	2048	/* section headers in a document */
#define CONF_MAX_KEYS		64	/* keys in one section's table */
#define CONF_MAX_TABLE		32	/* rows in a table of sections */
#define CONF_MAX_ERRORS		100	/* reports before giving up */
#define CONF_MAX_MESSAGE	384	/* bytes in a message, with its NUL */

/* One thing wrong with a document. */
struct conf_error {
	const char *	file;		/* as given in the document */
	uint32_t	line;		/* from 1 */
	uint32_t	column;		/* from 1, in characters */
	uint32_t	span;		/* characters, at least 1 */
	const char *	source;		/* the line, not NUL-terminated */
	size_t		source_len;	/* its bytes, without line end */
	const char *	message;	/* no full stop, no newline */
};

/* Where reports go.  The error and its strings live during the call only. */
struct conf_sink {
	void	(*report)(void *arg, const struct conf_error *e);
	void *	arg;
};

/* A text to be read.  The caller fills the first four, errors starts at 0. */
struct conf_doc {
	const char *			file;	/* name used in messages */
	const char *			text;
	size_t				len;
	const struct conf_sink *	sink;	/* may be NULL */
	unsigned			errors;	/* reports so far */
};

enum conf_kind {
	CONF_STRING,	/* text; lo and hi bound its bytes */
	CONF_INT,
	CONF_BOOL,	/* 0 or 1 */
	CONF_DURATION,	/* milliseconds */
	CONF_SIZE,	/* bytes */
	CONF_DATE,	/* days since 1970-01-01 */
	CONF_NAME,	/* one of names: its number */
	CONF_NAMES,	/* several of names: their numbers, or-ed */
	CONF_LIST	/* words or strings; lo and hi bound their count */
};

/* A word that a CONF_NAME or CONF_NAMES key takes.  Tables end with NULL. */
struct conf_name {
	const char *	name;
	int64_t		number;
};

/* Flags of a key or a section. */
#define CONF_REQUIRED	1u	/* its absence is an error */
#define CONF_NAMED	2u	/* a section with an instance; repeatable */

/* A key.  lo = hi = 0 means unbounded. */
struct conf_key {
	const char *			name;
	enum conf_kind			kind;
	unsigned			flags;
	int64_t				lo, hi;
	const struct conf_name *	names;
	size_t				offset;	/* in the target, see CONF_AT */
	size_t				size;	/* 0: no target, value() only */
};

/*
 * The offset and size of a member, for struct conf_key.  CONF_STRING wants a
 * char array (and never overfills it: a longer text is an error); the kinds
 * with a number want an int32_t, uint32_t, int64_t or uint64_t, with lo and hi
 * inside its range.  CONF_LIST has no target.
 */
#define CONF_AT(type, member)	\
	offsetof(type, member), sizeof(((type *)0)->member)

/* A section.  The name "" stands for keys before the first header. */
struct conf_section {
	const char *		name;
	unsigned		flags;
	const struct conf_key *	keys;
	size_t			nkeys;
};

/* A value as read.  Strings live during the call only. */
struct conf_value {
	const struct conf_section *	section;
	const struct conf_key *		key;
	const char *			instance;	/* "" without one */
	size_t				index;		/* in a CONF_LIST */
	int64_t				number;
	const char *			string;		/* NUL-terminated */
	size_t				length;
	size_t				at;	/* byte in doc->text */
	size_t				span;	/* bytes, with quotes */
};

/*
 * What the reader does with what it finds.  Each call-back may be NULL.
 * begin is called for each good header (and for "" when it is in the table)
 * and returns the struct which the keys of that instance are stored into, or
 * NULL for none; without begin, target is that struct.  value is called for
 * each good value, once per item of a CONF_LIST.  Both may call conf_fail.
 */
struct conf_use {
	void *	target;
	void *	arg;
	void *	(*begin)(void *arg, const struct conf_section *section,
		    const char *instance, size_t at, size_t span);
	void	(*value)(void *arg, const struct conf_value *v);
};

/**
 * conf_read(doc, sections, nsections, use):
 * Read ${doc} by the table ${sections} of ${nsections} rows (at most
 * CONF_MAX_TABLE, with at most CONF_MAX_KEYS keys each).  Every error is
 * reported, not only the first, except that a document which is not UTF-8 is
 * reported once and read no further.  Defaults are what the target held
 * before.  Return 0, or -1 if ${doc}->errors is not 0 at the end.
 */
int conf_read(struct conf_doc *doc, const struct conf_section *sections,
    size_t nsections, const struct conf_use *use);

/**
 * conf_check(doc):
 * Report what makes ${doc} no proper text at all: its length, bytes that are
 * not UTF-8 (the first only), and characters that hide or re-order what a
 * reader sees (controls, zero-width and direction marks, also in comments).
 * conf_read begins with this.  Return 0, or -1 if ${doc}->errors is not 0.
 */
int conf_check(struct conf_doc *doc);

/**
 * conf_fail(doc, at, span, fmt, ...):
 * Report an error about the ${span} bytes at the byte ${at} of ${doc}.  The
 * span ends at the end of its line at the latest.  ${fmt} knows %s, %.*s, %c,
 * %d, %u, %lld and %zu, nothing else; a message that is too long is cut
 * between characters.  Reports beyond CONF_MAX_ERRORS are counted, not made.
 */
void conf_fail(struct conf_doc *doc, size_t at, size_t span, const char *fmt,
    ...) __attribute__((format(printf, 4, 5)));

/**
 * conf_locate(doc, v_at, offset):
 * Return the byte of ${doc} where the decoded byte ${offset} of the value at
 * ${v_at} comes from: for pointing into a quoted string that has escapes.
 */
size_t conf_locate(const struct conf_doc *doc, size_t v_at, size_t offset);

/**
 * conf_format(e, buf, cap):
 * Print ${e} into ${buf} as compilers do:
 *	file:3:8: error: message
 *	  when = "institution(7d) >= 3"
 *	          ^~~~~~~~~~~
 * with a newline after each line and a NUL at the end.  The caret stands
 * below its character also after wide (CJK) ones; a long line is shown in
 * part; what a terminal would obey is shown as '?'.  Return the length; what
 * does not fit into ${cap} bytes is left out.
 */
size_t conf_format(const struct conf_error *e, char *buf, size_t cap);

/* A search for the known name that a wrong one was meant to be. */
struct conf_guess {
	const char *	word;
	size_t		len;
	unsigned	distance;
	const char *	best;	/* NULL while nothing is near */
};

/**
 * conf_guess_init(g, word, len):
 * Start a search for the name nearest to the ${len} bytes at ${word}, which
 * must stay there while ${g} is used.
 */
void conf_guess_init(struct conf_guess *g, const char *word, size_t len);

/**
 * conf_guess_try(g, name):
 * Offer ${name}.  Afterwards ${g}->best is the nearest name so far that is
 * near enough to be worth asking about (letters swapped, missing, added or
 * changed; case and - for _ are free), else NULL.
 */
void conf_guess_try(struct conf_guess *g, const char *name);

/**
 * conf_utf8(p, len, code):
 * Decode the first character of the ${len} bytes at ${p} into ${code}.
 * Return its bytes, or 0 if ${len} is 0 or they are not UTF-8 (overlong
 * forms, surrogates and what lies above U+10FFFF are not).
 */
size_t conf_utf8(const char *p, size_t len, uint32_t *code);

#endif /* !LIANGKA_CONF_H_ */
