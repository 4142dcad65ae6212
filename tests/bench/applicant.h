#ifndef BENCH_APPLICANT_H_
#define BENCH_APPLICANT_H_

/*
 * A made-up population, each person known by a number: the identity number has a
 * true county code, birth date and check digit, all numbers differ.  All texts
 * have one length for everybody, so that a prepared frame can be overwritten in
 * place.
 */

#include <stdint.h>

#define APPLICANT_MAX 200000000u /* so many persons there are */
#define APPLICANT_ID_NO 18
#define APPLICANT_NAME 9	/* three characters */
#define APPLICANT_PHONE 11
#define APPLICANT_ADDRESS 57

/* Not terminated. */
struct applicant {
	char id_no[APPLICANT_ID_NO];
	char name[APPLICANT_NAME];
	char phone[APPLICANT_PHONE];
	char address[APPLICANT_ADDRESS];
};

/**
 * applicant_make(a, n): Write down person n, 0..APPLICANT_MAX-1.  [one thread]
 */
void applicant_make(struct applicant *a, uint32_t n);

/**
 * applicant_digits(p, width, v): Write v as `width` decimal digits, without a NUL.
 */
void applicant_digits(char *p, unsigned width, uint64_t v);

#endif /* !BENCH_APPLICANT_H_ */
