#ifndef ENGINE_IDENTITY_H
#define ENGINE_IDENTITY_H

#include <stddef.h>
#include <stdint.h>

/*
 * Identity documents: what a teller typed becomes one canonical number, so that
 * one person is one token whatever the spelling and whichever of his papers of
 * the same number family he shows.  Pure functions: no allocation, no locale,
 * no clock, safe from any thread.  The id_type codes are LK_ID_* of plugin.h.
 *
 * The normal form (a change of any rule needs a new token label, because old
 * tokens would no longer be found):
 *
 * N1  The text is well-formed UTF-8 of at most 256 bytes.
 * N2  Spaces at both ends (ASCII, U+00A0, U+3000, tab, CR, LF) are dropped, and
 *     invisible characters (zero-width, direction marks, byte order mark)
 *     wherever they stand.
 * N3  Full-width forms U+FF01..FF5E become ASCII; dashes U+2010..2015 and
 *     U+2212 become '-'; the Roman ten U+2169 and U+2179, which is what the
 *     check character of a citizen number is, becomes X.
 * N4  a-z become A-Z.
 * N5  In opaque numbers (passport, other document, military or police card)
 *     spaces and - ( ) / . are dropped wherever they stand; in every other
 *     number they are an error.
 * N6  A 15-digit citizen number (types 1 to 4) gets its century after the area
 *     and a check digit at the end: the same person.  The century is 19; after
 *     the sequences 996 to 999 it is 18, because GB 11643-1989 kept these for
 *     people of a hundred years and more (GB 11643-1999 ended that with the
 *     four-digit year).
 * N7  A Hong Kong/Macao travel permit keeps H or M and its eight digits for
 *     life; the two digits that count the issues are dropped (Ministry of
 *     Public Security, 10 March 2010).
 * N8  A Taiwan travel permit keeps its eight digits for life; the two digits
 *     that count the issues and the issuing office, in brackets or as one or
 *     two letters, are dropped (rule of 25 September 2008, which took both out
 *     of the number).
 * N9  A country is three letters A-Z after N1 to N4 (the form of ISO 3166-1
 *     alpha-3; the list itself changes and is not checked).  A military or
 *     police card has the country CHN.  For other types a given country is
 *     ignored.
 *
 * What is checked, per type:
 *   1-4  18 digits of GB 11643-1999 (the last may be X) with the check
 *        character of ISO 7064 MOD 11-2 and a birth date that exists, is not
 *        before 1800 and not after today; or 15 digits with such a date.  A
 *        type 4 that does not begin with 14 digits is the card's own number:
 *        like 99, with the country CHN.
 *   5    The same 18 digits, beginning 81 or 82.
 *   6    The same, beginning 83.
 *   7    H or M and 8 or 10 digits.
 *   8    8 digits; or 10, with or without an issuing office.
 *   9    18 digits as above, beginning 9: then 2 digits of province, 3 of
 *        nationality, the birth date, 3 of sequence, the check character.
 *   10   3 letters and 12 digits; what they mean is not checked.
 *   11   5 to 20 letters and digits.
 *   12   GB 32100-2015: its alphabet (no I O S V Z), digits in places 3 to 8,
 *        the mod 31 check character.
 *   99   At least 4 letters and digits; Chinese characters may be among them;
 *        40 bytes at most.
 *
 * An area code is never judged: abolished counties stay on cards, and 000000 is
 * the sandbox's.  Nor is an age: a birth in 1880 passes.  A number without any
 * digit 1 to 9 where no check digit protects it is refused as a filler.  A type
 * that the number contradicts is an error of its own (IDENTITY_WRONG_TYPE),
 * also for an opaque type whose number is a valid 18-digit number: otherwise
 * the choice of a type would hide a person's history.
 */

enum identity_family {
	IDENTITY_CITIZEN = 1,		/* every 18-digit number: 1-6 and 9 */
	IDENTITY_PERMANENT_OLD = 2,	/* 3 letters + 12 digits */
	IDENTITY_HM_PERMIT = 3,
	IDENTITY_TW_PERMIT = 4,
	IDENTITY_PASSPORT = 5,		/* with its country */
	IDENTITY_OTHER = 6,		/* with its country */
	IDENTITY_ORG = 7		/* GB 32100 */
};

#define IDENTITY_NO_BIRTH	INT32_MIN
#define IDENTITY_NUMBER		41	/* bytes of a number and its NUL */
#define IDENTITY_TOKEN_INPUT	44	/* most bytes of a token input */

struct identity {
	uint8_t family;			/* enum identity_family */
	uint8_t id_type;		/* LK_ID_* as given */
	uint8_t nlen;			/* bytes of number */
	char number[IDENTITY_NUMBER];	/* normal form, NUL-terminated */
	char country[4];		/* PASSPORT and OTHER, else empty */
	int32_t birth;			/* day (day.h) or IDENTITY_NO_BIRTH */
	int32_t area;			/* GB/T 2260, 6 digits; 0 = unknown */
};

/* Codes are stable: they stand in journal entries and replies. */
enum identity_fault {
	IDENTITY_VALID = 0,
	IDENTITY_TYPE_UNKNOWN = 1,	/* no such id_type */
	IDENTITY_EMPTY = 2,		/* nothing but spaces */
	IDENTITY_ENCODING = 3,		/* not UTF-8 */
	IDENTITY_LENGTH = 4,		/* too many or too few characters */
	IDENTITY_CHARACTER = 5,		/* a character that cannot be there */
	IDENTITY_CHECK = 6,		/* check character does not fit */
	IDENTITY_DATE = 7,		/* birth date does not exist */
	IDENTITY_FUTURE = 8,		/* birth date is after today */
	IDENTITY_WRONG_TYPE = 9,	/* number of another kind of document */
	IDENTITY_NO_COUNTRY = 10,	/* the type needs a country */
	IDENTITY_BAD_COUNTRY = 11,	/* not three letters */
	IDENTITY_DAMAGED = 12,		/* rounded or 1.1E+17: a spreadsheet */
	IDENTITY_FILLER = 13,		/* zeros, or words like "none" */
	IDENTITY_FAULTS = 14
};

struct identity_error {
	int fault;			/* enum identity_fault */
	int where;			/* byte offset in the text, or -1 */
	int expected;			/* LENGTH: how many characters;
					 * WRONG_TYPE: the LK_ID_* that fits;
					 * 0 = cannot be said */
};

/**
 * identity_parse(out, id_type, number, len, country, today, err):
 * Check the ${len} bytes at ${number} (need not end in a NUL; may be NULL if
 * ${len} is 0) as a document of type ${id_type}, with ${country} (a string, or
 * NULL) where the type has one, on the UTC+8 day ${today}.  Return 0 with the
 * canonical document in ${out} and IDENTITY_VALID in ${err}; or -1 with ${out}
 * zeroed and the first fault in ${err}, which may be NULL.  ${out} is personal
 * data: the caller wipes it.  Nothing else of the text is kept.
 */
int identity_parse(struct identity *out, int32_t id_type, const char *number,
    size_t len, const char *country, int32_t today,
    struct identity_error *err);

/**
 * identity_fault_text(fault, lang):
 * Return a sentence for the teller, in Chinese (${lang} 0) or English (1), that
 * says what is wrong and what to do.  It is a constant, UTF-8, at most 200
 * bytes, and never holds any part of a number.
 */
const char *identity_fault_text(int fault, int lang);

/**
 * identity_token_input(id, out):
 * Write the bytes that stand for the person in a token: the family as one byte,
 * the three letters of the country if the family is PASSPORT or OTHER, the
 * number.  The document type is not among them.  Normal forms that differ give
 * bytes that differ.  Return how many, at most IDENTITY_TOKEN_INPUT; or 0 for a
 * zeroed ${id}.  The caller wipes ${out}.
 */
size_t identity_token_input(const struct identity *id,
    uint8_t out[IDENTITY_TOKEN_INPUT]);

/**
 * identity_wipe(id):
 * Overwrite ${id} with zeros in a way that the compiler does not remove.
 */
void identity_wipe(struct identity *id);

/**
 * identity_check_digit(first17):
 * Return the check character 0-9 or X (ISO 7064 MOD 11-2) of the 17 digits at
 * ${first17}, or NUL if one is no digit.
 */
char identity_check_digit(const char first17[17]);

/**
 * identity_org_check(first17):
 * Return the check character (GB 32100-2015, mod 31) of the 17 characters at
 * ${first17}, or NUL if one is not of the alphabet 0-9 A-Z without I O S V Z.
 */
char identity_org_check(const char first17[17]);

#endif
