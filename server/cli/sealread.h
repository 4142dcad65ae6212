#ifndef LIANGKA_SEALREAD_H_
#define LIANGKA_SEALREAD_H_

/*
 * A sealed identity, opened: from sealed/ of a data directory or, where it was not
 * moved there yet, from its wal/.
 */

#include <stddef.h>
#include <stdint.h>

struct entry;
struct tool;

#define SEALREAD_MAX 16384	/* bytes of a text with its NUL */

/**
 * sealread_text(t, dir, node, e, key, text): Open the identity that is sealed beside
 * the entry e of this node with the private key in the file `key`, and write its
 * JSON into text (SEALREAD_MAX bytes), terminated; the caller wipes it.  Return
 * ARGS_GO, or an exit code after saying what is wrong.
 */
int sealread_text(const struct tool *t, const char *dir, const char *node,
    const struct entry *e, const char *key, char *text);

/**
 * sealread_key(t, key): See that the file holds a sealing key, before anything is
 * recorded.  Return as above.
 */
int sealread_key(const struct tool *t, const char *key);

/* A member of such a text. */
struct sealread_member {
	const char *name;	/* not terminated, as value is not */
	size_t name_len;
	const char *value;	/* a number, or what stands between the quotes */
	size_t len;
	int string;
};

/**
 * sealread_next(p, m): Take the next member of the object at *p, which is moved on;
 * begin with *p at the text.  Return 1; 0 at its end; -1 when it is not such a text.
 * sealread_string(m, buf, cap): Write a string with \" and \\ resolved, terminated and
 * cut to fit.
 */
int sealread_next(const char **p, struct sealread_member *m);
void sealread_string(const struct sealread_member *m, char *buf, size_t cap);

#endif /* !LIANGKA_SEALREAD_H_ */
