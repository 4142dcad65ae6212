/*
 * The file that intake.sh takes in: one new card for each of so many people, as a bank
 * would write it.
 *
 *	bench_intake PEOPLE >file.csv
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "applicant.h"

#define OUTLETS 1200
#define STRIDE 1000003		/* a prime: people come in no order */

/* A number that looks like chance and is always the same. */
static uint64_t
mix(uint64_t v)
{

	v += UINT64_C(0x9e3779b97f4a7c15);
	v = (v ^ v >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	v = (v ^ v >> 27) * UINT64_C(0x94d049bb133111eb);
	return (v ^ v >> 31);
}

int
main(int argc, char **argv)
{
	uint64_t n = argc > 1 ? strtoull(argv[1], NULL, 10) : 0, i, m;
	static char buf[1 << 20];
	struct applicant a;
	unsigned second;

	if (n == 0 || n > APPLICANT_MAX || n % STRIDE == 0) {
		(void)fputs("usage: bench_intake PEOPLE >FILE\n", stderr);
		return (64);
	}
	(void)setvbuf(stdout, buf, _IOFBF, sizeof(buf));
	(void)puts("institution,card_ref,id_type,id_no,product,opened,outlet,"
	    "teller,txn");
	for (i = 0; i < n; i++) {
		applicant_make(&a, (uint32_t)(i * STRIDE % n));
		m = mix(i);
		second = (unsigned)(m % 36000);
		(void)printf("icbc,6222%012" PRIu64 ",resident,%.18s,bank1,"
		    "2026-01-05 %02u:%02u:%02u,o%04u,t%03u,T%010" PRIu64 "\n",
		    i, a.id_no, 8 + second / 3600, second / 60 % 60,
		    second % 60, (unsigned)(m >> 20) % OUTLETS,
		    (unsigned)(m >> 40) % 20, i);
	}
	return (fflush(stdout) == 0 ? 0 : 74);
}
