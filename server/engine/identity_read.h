#ifndef ENGINE_IDENTITY_READ_H
#define ENGINE_IDENTITY_READ_H

#include <stddef.h>
#include <stdint.h>

#include "identity.h"
#include "number.h"

/*
 * Within the identity files only: one document being read, and one reader per
 * kind of document.  A reader takes a number of at least one character and
 * fills family, number, and birth, area and country where the document says
 * them; it returns 0, or -1 with the fault noted.
 */

struct identity_reading {
	struct identity *out;
	struct number in;
	int32_t today;
	struct identity_error *err;
};

int identity_citizen(struct identity_reading *r);	/* 1-3, 5, 6, 9 */
int identity_military(struct identity_reading *r);	/* 4 */
int identity_hm_permit(struct identity_reading *r);	/* 7 */
int identity_tw_permit(struct identity_reading *r);	/* 8 */
int identity_permanent_old(struct identity_reading *r);	/* 10 */
int identity_passport(struct identity_reading *r);	/* 11 */
int identity_org(struct identity_reading *r);		/* 12 */
int identity_other(struct identity_reading *r);		/* 99 */

/**
 * identity_hidden(in):
 * Return the LK_ID_* of the valid 18-digit number that the opaque number ${in}
 * in truth is, or 0.
 */
int32_t identity_hidden(const struct number *in);

/**
 * identity_fail(err, fault, where, expected), identity_fail_at(r, fault,
 * index), identity_fail_length(r, max, expected):
 * Note a fault at a byte offset (-1: at the whole), at a character, or of
 * length, pointing at the first character beyond ${max}.  Return -1.
 */
int identity_fail(struct identity_error *err, int fault, int where,
    int expected);
int identity_fail_at(const struct identity_reading *r, int fault, size_t index);
int identity_fail_length(const struct identity_reading *r, size_t max,
    int expected);

/**
 * identity_value(s, n):
 * Return the value of the ${n} <= 9 digits at ${s}, which are known to be
 * digits.
 */
int32_t identity_value(const char *s, int n);

/**
 * identity_take(to, in, from, n):
 * Copy ${n} characters of ${in}, known to be ASCII, beginning with the one
 * numbered ${from}.
 */
void identity_take(char *to, const struct number *in, size_t from, size_t n);

/**
 * identity_set(out, family, s, n):
 * Fill family and number of ${out}; ${n} < IDENTITY_NUMBER.
 */
void identity_set(struct identity *out, int family, const char *s, size_t n);

/**
 * identity_has_digit(in, from, to):
 * Return 1 if one of the characters ${from}..${to}-1 is a digit 1-9, else 0.
 */
int identity_has_digit(const struct number *in, size_t from, size_t to);

/**
 * identity_org_value(c):
 * Return the value 0..30 of a character of a credit code, or -1.
 */
int identity_org_value(uint32_t c);

#endif
