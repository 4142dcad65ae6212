#ifndef LIANGKA_CATEGORY_H_
#define LIANGKA_CATEGORY_H_

/*
 * Why somebody, a card or a phone stands on a list: categories, and the legal bases
 * they rest on.  Numbers are part of list files and journals and are never changed;
 * later ones are appended.  Pure.
 */

#include <stddef.h>
#include <stdint.h>

enum category {
	CATEGORY_NONE,		/* not listed; a tombstone in a list file */
	CATEGORY_CONVICTED,	/* 联合惩戒: convicted */
	CATEGORY_FOUND,		/* 联合惩戒: found to have sold, rented, lent */
	CATEGORY_INVESTIGATION,	/* under investigation: neutral text */
	CATEGORY_STOP_PAYMENT,	/* holder of an account under stop payment */
	CATEGORY_FROZEN,	/* ditto, frozen */
	CATEGORY_LOST_DOCUMENT,
	CATEGORY_VICTIM,	/* of identity theft: protected, never punished */
	CATEGORY_SELF_PROTECTION, /* asked for by the citizen */
	CATEGORY_DECEASED,
	CATEGORY_CANARY,	/* nobody real: a hit is an alarm */
	CATEGORY_INVOLVED,	/* a card or phone involved in a case (涉案) */
	CATEGORIES
};

/* What an entry rests on. */
enum basis {
	BASIS_NONE,
	BASIS_JOINT_2024,	/* 联合惩戒办法, in force 2024-12-01 */
	BASIS_LAW_31,		/* 反电信网络诈骗法 Art. 31 */
	BASIS_NOTICE_2016,	/* findings under the notices of 2016 */
	BASIS_NOTICE_2019,	/* and 2019, with their own terms */
	BASIS_COURT,		/* judgment or order of a court */
	BASIS_POLICE,		/* decision of police in a case */
	BASIS_REQUEST,		/* asked for by the citizen himself */
	BASIS_ISSUER,		/* told by the document's issuer */
	BASIS_CIVIL,		/* civil register: death */
	BASIS_CENTRE,		/* the centre's own: canaries */
	BASES
};

/**
 * category_name(c), basis_name(b): Return the word, e.g. "convicted", "joint2024"; ""
 * for an unknown number.  category_find(word, len), basis_find(word, len): its number,
 * or 0.
 */
const char *category_name(int c);
int category_find(const char *word, size_t len);
const char *basis_name(int b);
int basis_find(const char *word, size_t len);

/**
 * category_text(c, english): Return what people read, e.g. "联合惩戒（判决）".
 * basis_text(b, english): ditto.
 */
const char *category_text(int c, int english);
const char *basis_text(int b, int english);

/**
 * category_severity(c): Return 1 (a note) to 9 (a sanction after judgment), 0 for an
 * unknown one.  category_secret(c): must it be kept from whom it is about (an
 * investigation, a canary, and what would give these away by being told)?  An unknown
 * one is.  category_subjects(c): which subjects it fits, as bits 1 << enum
 * list_subject (store/listrec.h).
 */
int category_severity(int c);
int category_secret(int c);
unsigned category_subjects(int c);

#endif /* !LIANGKA_CATEGORY_H_ */
