#ifndef DEMO_PERSON_H_
#define DEMO_PERSON_H_

/*
 * Invented people: valid identity numbers on real county codes, names by chance,
 * phones on a prefix that no operator has (100...).  Any likeness to a real
 * person's number is an accident of the check digit.
 */

#include <stddef.h>
#include <stdint.h>

#include "areas.h"
#include "prng.h"
#include "town.h"

struct person {
	int32_t id_type;
	char id_no[40];
	char country[4];
	char name[64];
	char phone[24];
	char address[256];
	int age;
	int local;		/* the document is from the prefecture */
	uint8_t bank1[TOWN_BANKS]; /* class I accounts per bank, 0 or 1 */
	uint8_t debit[TOWN_BANKS]; /* cards per bank */
	uint8_t small[TOWN_BANKS]; /* class II and III accounts per bank */
	uint8_t sims[TOWN_INSTITUTIONS - TOWN_BANKS]; /* per carrier */
};

enum person_origin {
	PERSON_MIXED,		/* seven of ten are locals */
	PERSON_LOCAL,
	PERSON_AWAY		/* from another prefecture */
};

/**
 * person_make(p, r, areas, day, age_lo, age_hi, origin): Invent somebody with a
 * resident identity card who on `day` (days since 1970) is of that age in years.
 */
void person_make(struct person *p, struct prng *r, const struct areas *areas,
    int64_t day, int age_lo, int age_hi, enum person_origin origin);

/**
 * person_document(p, r, day, id_type): Give the person another document instead:
 * LK_ID_PASSPORT, _PERMANENT, _PERMANENT_OLD, _HM_RESIDENCE, _TW_RESIDENCE,
 * _HM_TRAVEL or _TW_TRAVEL, with a fitting name.
 */
void person_document(struct person *p, struct prng *r, int64_t day,
    int32_t id_type);

/**
 * person_short(out, id_no): Write the old 15-digit form of an 18-digit number of
 * the 20th century.
 */
void person_short(char out[40], const char *id_no);

/**
 * person_phone(out, r), person_address(out, size, r, area): Invent one.
 */
void person_phone(char out[24], struct prng *r);
void person_address(char *out, size_t size, struct prng *r,
    const struct area *area);

/**
 * person_check_digit(first17): Return the check character of ISO 7064 MOD 11-2.
 */
char person_check_digit(const char *first17);

/**
 * person_company(out, r): Write a valid unified social credit code (GB 32100)
 * of 18 characters and its NUL.
 */
void person_company(char out[40], struct prng *r);

/**
 * person_key(out, id_type, id_no): Write what is the same for one person whatever
 * form of the number is used: 15 digits become 18.
 */
void person_key(char out[48], int32_t id_type, const char *id_no);

#endif /* !DEMO_PERSON_H_ */
