/*
 * bench_token: what one token of an identity number costs, with HMAC-SHA-256, with
 * HMAC-SM3, and what HMAC-SM3 would cost by OpenSSL's EVP with copied contexts.  The
 * three take turns; the best of many short runs is printed.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <openssl/evp.h>

#include "keys/keymake.h"
#include "keys/token.h"

#define TURNS	4000
#define RUN	500		/* tokens in one short run */

static const char number[] = "111010519491231002X";

/* Nanoseconds of the steady clock. */
static double
now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ((double)ts.tv_sec * 1e9 + (double)ts.tv_nsec);
}

/* Make the keys of one epoch. */
static struct token_keys *
keys(enum keyfile_algorithm algorithm)
{
	const struct keymake m = { .kind = KEYFILE_TOKEN_PERSON, .epoch = 1,
		.algorithm = algorithm, .created = 1795323600,
		.expires = KEYMAKE_NEVER };
	static const uint8_t secret[KEYFILE_SECRET_LEN];
	struct token_keys *made;
	struct keyfile_error e;
	struct keyfile k;
	char err[256];

	if (keymake(&k, &m, secret, &e) != 0 ||
	    (made = token_keys_from(&k, 1, err, sizeof(err))) == NULL) {
		(void)fprintf(stderr, "bench_token: no key\n");
		exit(EXIT_FAILURE);
	}
	return (made);
}

/* Time a run of tokens. */
static double
run_token(const struct token_keys *k)
{
	struct token t;
	double begin = now();

	for (int i = 0; i < RUN; i++)
		token_make(&t, k, 0, TOKEN_PERSON, number, sizeof(number) - 1);
	return ((now() - begin) / RUN);
}

/* Time a run of the same by EVP; the two contexts stand for inner and outer key. */
static double
run_evp(const EVP_MD_CTX *begun, EVP_MD_CTX *c)
{
	uint8_t digest[EVP_MAX_MD_SIZE];
	double begin = now();

	for (int i = 0; i < RUN; i++)
		if (EVP_MD_CTX_copy_ex(c, begun) != 1 ||
		    EVP_DigestUpdate(c, number, sizeof(number) - 1) != 1 ||
		    EVP_DigestFinal_ex(c, digest, NULL) != 1 ||
		    EVP_MD_CTX_copy_ex(c, begun) != 1 ||
		    EVP_DigestUpdate(c, digest, 32) != 1 ||
		    EVP_DigestFinal_ex(c, digest, NULL) != 1)
			exit(EXIT_FAILURE);
	return ((now() - begin) / RUN);
}

/* Keep the least. */
static void
keep(double *best, double t)
{

	if (*best == 0 || t < *best)
		*best = t;
}

int
main(void)
{
	struct token_keys *sha256 = keys(KEYFILE_HMAC_SHA256);
	struct token_keys *sm3 = keys(KEYFILE_HMAC_SM3);
	EVP_MD_CTX *begun = EVP_MD_CTX_new(), *c = EVP_MD_CTX_new();
	double best[3] = { 0, 0, 0 };
	uint8_t block[64] = { 0x36 };

	if (begun == NULL || c == NULL ||
	    EVP_DigestInit_ex(begun, EVP_sm3(), NULL) != 1 ||
	    EVP_DigestUpdate(begun, block, sizeof(block)) != 1)
		return (EXIT_FAILURE);
	for (int i = 0; i < TURNS; i++) {
		keep(&best[0], run_token(sha256));
		keep(&best[1], run_token(sm3));
		keep(&best[2], run_evp(begun, c));
	}
	(void)printf("token sha256=%.0f ns sm3=%.0f ns (by EVP %.0f ns)\n",
	    best[0], best[1], best[2]);
	EVP_MD_CTX_free(c);
	EVP_MD_CTX_free(begun);
	token_keys_free(sha256);
	token_keys_free(sm3);
	return (EXIT_SUCCESS);
}
