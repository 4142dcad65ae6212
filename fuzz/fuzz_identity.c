#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "engine/identity.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Stop if a promise of identity.h is broken. */
static void
must(int held)
{

	if (!held)
		abort();
}

/*
 * What was accepted fits its arrays and is accepted again in its normal form.
 */
static void
check_valid(const struct identity *id, int32_t today)
{
	uint8_t out[IDENTITY_TOKEN_INPUT];
	struct identity again;

	must(id->nlen > 0 && id->nlen < IDENTITY_NUMBER);
	must(strlen(id->number) == id->nlen && strlen(id->country) <= 3);
	must(id->birth == IDENTITY_NO_BIRTH || id->birth <= today);
	must(id->area >= 0 && id->area <= 999999);
	must(identity_token_input(id, out) > id->nlen);
	must(identity_parse(&again, id->id_type, id->number, id->nlen,
	    id->country, today, NULL) == 0);
	must(memcmp(id, &again, sizeof(again)) == 0);
}

/*
 * The input is one byte of id_type (0 to 13, else 99), a country up to '|', and
 * the number.
 */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct identity none;
	const int32_t today = 20058;
	const uint8_t *bar = size > 0 ? memchr(data, '|', size) : NULL;
	struct identity_error err;
	struct identity id;
	char country[16];
	size_t clen, len;
	int32_t type;

	if (bar == NULL || bar == data || (size_t)(bar - data) > sizeof(country))
		return (0);
	type = data[0] >= 'a' && data[0] <= 'n' ? data[0] - 'a' : 99;
	clen = (size_t)(bar - data) - 1;
	memcpy(country, data + 1, clen);
	country[clen] = '\0';
	len = size - (size_t)(bar - data) - 1;
	if (identity_parse(&id, type, (const char *)bar + 1, len, country,
	    today, &err) == 0) {
		must(err.fault == IDENTITY_VALID);
		check_valid(&id, today);
	} else {
		must(err.fault > IDENTITY_VALID && err.fault < IDENTITY_FAULTS);
		must(err.where >= -1 && err.where <= (int)len);
		must(memcmp(&id, &none, sizeof(id)) == 0);
	}
	return (0);
}
