/*
 * Test data by others (RFC 8259 JSON), found at run time: the folder that the
 * environment's LIANGKA_VECTORS names, else ../shared/vectors as seen from the
 * current one.  Only tests use this.  A broken file fails the test.
 */
#ifndef LIANGKA_TESTS_VECTORS_H
#define LIANGKA_TESTS_VECTORS_H

#include <stddef.h>
#include <stdint.h>

/* A JSON value. */
struct vector {
	enum {
		VECTOR_NULL, VECTOR_BOOL, VECTOR_NUMBER, VECTOR_STRING,
		VECTOR_ARRAY, VECTOR_OBJECT
	} type;
	char *name;			/* of a member of an object, else NULL */
	char *text;			/* a string, UTF-8, NUL-terminated */
	size_t len;			/* its bytes; it may hold NULs itself */
	long long number;		/* an integer, or 0 and 1 of a bool */
	struct vector *first;		/* of an array or object, else NULL */
	struct vector *next;		/* in the array or object around this */
};

/**
 * vectors_path(out, cap, file): Write the path of a file, given relative to the
 * folder.  Skips the test when the folder is absent.
 */
void vectors_path(char *out, size_t cap, const char *file);

/**
 * vectors_load(file): Read a JSON file.  Skips the test when the folder is absent.
 * vectors_free(v): Free what vectors_load() returned.
 */
struct vector *vectors_load(const char *file);
void vectors_free(struct vector *v);

/**
 * vectors_json(text, len, where): Read len bytes of JSON; where names them when they
 * are broken.
 */
struct vector *vectors_json(const char *text, size_t len, const char *where);

/**
 * vectors_get(v, name): Return the member of an object, or NULL.
 * vectors_text(v, name), vectors_number(v, name): Return the value of a member that
 * must be there; text of a null is NULL.
 * vectors_hex(v, name, out, cap): Read a member of hexadecimal digits.  Return the
 * number of bytes, which are at most cap.
 */
const struct vector *vectors_get(const struct vector *v, const char *name);
const char *vectors_text(const struct vector *v, const char *name);
long long vectors_number(const struct vector *v, const char *name);
size_t vectors_hex(const struct vector *v, const char *name, uint8_t *out,
    size_t cap);

#endif
