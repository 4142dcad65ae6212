#include <string.h>

#include "plugin.h"

#include "identity.h"
#include "identity_read.h"

/* The types of document, and who reads each. */
static const struct kind {
	int32_t id_type;
	int country;			/* one has to be given */
	int (*read)(struct identity_reading *);
} kinds[] = {
	{ LK_ID_RESIDENT, 0, identity_citizen },
	{ LK_ID_TEMPORARY, 0, identity_citizen },
	{ LK_ID_HOUSEHOLD, 0, identity_citizen },
	{ LK_ID_MILITARY, 0, identity_military },
	{ LK_ID_HM_RESIDENCE, 0, identity_citizen },
	{ LK_ID_TW_RESIDENCE, 0, identity_citizen },
	{ LK_ID_HM_TRAVEL, 0, identity_hm_permit },
	{ LK_ID_TW_TRAVEL, 0, identity_tw_permit },
	{ LK_ID_PERMANENT, 0, identity_citizen },
	{ LK_ID_PERMANENT_OLD, 0, identity_permanent_old },
	{ LK_ID_PASSPORT, 1, identity_passport },
	{ LK_ID_CREDIT_CODE, 0, identity_org },
	{ LK_ID_OTHER, 1, identity_other },
};

/* Find the row of a type, or NULL. */
static const struct kind *
kind_of(int32_t id_type)
{

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (kinds[i].id_type == id_type)
			return (&kinds[i]);
	return (NULL);
}

/* Scan the text and keep out what no type accepts. */
static int
read_text(struct identity_reading *r, const char *text, size_t len)
{
	int32_t where;

	switch (number_scan(&r->in, text, len, &where)) {
	case NUMBER_ENCODING:
		return (identity_fail(r->err, IDENTITY_ENCODING, where, 0));
	case NUMBER_LONG:
		return (identity_fail(r->err, IDENTITY_LENGTH, where, 0));
	case NUMBER_OK:
		break;
	}
	if (r->in.n == 0)
		return (identity_fail(r->err, IDENTITY_EMPTY, -1, 0));
	if (number_damaged(&r->in))
		return (identity_fail(r->err, IDENTITY_DAMAGED, -1, 0));
	return (0);
}

/* Read the country of a type that has one. */
static int
read_country(struct identity_reading *r, const char *country)
{
	struct number c;
	int32_t where;

	if (number_scan(&c, country, country == NULL ? 0 : strlen(country),
	    &where) != NUMBER_OK)
		return (identity_fail(r->err, IDENTITY_BAD_COUNTRY, -1, 0));
	if (c.n == 0)
		return (identity_fail(r->err, IDENTITY_NO_COUNTRY, -1, 0));
	if (c.n != 3 || number_skip_letters(&c, 0, 3) != 3)
		return (identity_fail(r->err, IDENTITY_BAD_COUNTRY, -1, 0));
	identity_take(r->out->country, &c, 0, 3);
	return (0);
}

/* Read a document. */
int
identity_parse(struct identity *out, int32_t id_type, const char *number,
    size_t len, const char *country, int32_t today, struct identity_error *err)
{
	const struct kind *kind = kind_of(id_type);
	struct identity_error own = { 0 };
	struct identity_reading r = { .out = out, .today = today };
	int rc;

	r.err = err != NULL ? err : &own;
	*r.err = (struct identity_error){ IDENTITY_VALID, -1, 0 };
	memset(out, 0, sizeof(*out));
	if (kind == NULL)
		return (identity_fail(r.err, IDENTITY_TYPE_UNKNOWN, -1, 0));
	out->id_type = (uint8_t)id_type;
	out->birth = IDENTITY_NO_BIRTH;
	rc = read_text(&r, number, len);
	if (rc == 0)
		rc = kind->read(&r);
	if (rc == 0 && kind->country)
		rc = read_country(&r, country);
	explicit_bzero(&r.in, sizeof(r.in));
	if (rc != 0)
		identity_wipe(out);
	return (rc);
}

/* Write what a token is made of. */
size_t
identity_token_input(const struct identity *id,
    uint8_t out[IDENTITY_TOKEN_INPUT])
{
	size_t n = 0;

	if (id->family == 0)
		return (0);
	out[n++] = id->family;
	if (id->family == IDENTITY_PASSPORT || id->family == IDENTITY_OTHER) {
		memcpy(out + n, id->country, 3);
		n += 3;
	}
	memcpy(out + n, id->number, id->nlen);
	return (n + id->nlen);
}

/* Forget a document. */
void
identity_wipe(struct identity *id)
{

	explicit_bzero(id, sizeof(*id));
}
