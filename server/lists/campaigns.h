#ifndef LIANGKA_CAMPAIGNS_H_
#define LIANGKA_CAMPAIGNS_H_

/*
 * Registered campaigns (a target, kind "campaigns"): batches that are known beforehand,
 * such as a payroll or freshmen week.  A configuration text (plugin/conf.h):
 *
 *	[campaign freshmen-2026]
 *	title = "…"
 *	organisation = "token (32 digits) of the organisation" # or
 *	outlets = icbc.0001, cmcc.0102	# institution.outlet
 *	batch = "payroll-acme-2026-09"	# batch_id that the host sends; optional
 *	products = sim, bank1
 *	from = 2026-09-01
 *	until = 2026-09-15
 *	expected = 4200			# heads
 *	lifts = HF-DAY, HF-KIT		# rules that the policy lets campaigns lift
 *	proposed = "wang"
 *	approved = "li"			# another person
 *
 * At least one of organisation, outlets and batch is there: a campaign for everybody is
 * none.  organisation: token of a credit code under K_person's newest epoch, label
 * TOKEN_ORG.  What nobody has approved lifts nothing.
 *
 * Threads: any; what was read never changes.
 */

#include <stddef.h>
#include <stdint.h>

#include "keys/token.h"
#include "plugin/conf.h"

struct campaigns;

#define CAMPAIGN_ID_MAX	32
#define CAMPAIGN_LIFTS_MAX 16
#define CAMPAIGN_OUTLETS_MAX 512
#define CAMPAIGNS_MAX_TEXT CONF_MAX_FILE
#define CAMPAIGN_DAYS_MAX 366	/* no campaign is longer */
#define CAMPAIGN_EXPECTED_MAX 10000000

struct campaign {
	char id[CAMPAIGN_ID_MAX];
	char title[128];
	char proposed[32];
	char approved[32];
	char batch[72];		/* "": any */
	struct token organisation; /* zeros: any */
	uint32_t products;	/* bit 1 << LK_PRODUCT_*: below 32; corporate is bit 31 */
	int32_t from, until;	/* days since 1970, UTC+8 */
	uint32_t expected;
	size_t nlifts;
	char lifts[CAMPAIGN_LIFTS_MAX][17];
	size_t noutlets;	/* 0: any */
	const char (*outlets)[64]; /* "institution.outlet", sorted */
};

extern const struct conf_name campaigns_products[]; /* words and bits */

/**
 * campaign_product_bit(product): The bit of an LK_PRODUCT_* in campaign.products; 0 when
 * there is no such product.
 * campaign_same_person(a, b): Are these names of staff one person?  Case does not tell
 * two apart.
 */
uint32_t campaign_product_bit(int32_t product);
int campaign_same_person(const char *a, const char *b);

/**
 * campaigns_read(name, text, len, sink): Read; every error goes to sink with its place.
 * campaigns_free(c): NULL is allowed.
 */
struct campaigns *campaigns_read(const char *name, const char *text, size_t len,
    const struct conf_sink *sink);
void campaigns_free(struct campaigns *c);

/* What an application is, to a campaign. */
struct campaign_case {
	const char *institution;
	const char *outlet;
	const char *batch;
	const struct token *organisation; /* of the employer or org, or zeros */
	int32_t product;
	int32_t day;
};

/**
 * campaigns_count(c), campaigns_at(c, i).  campaigns_find(c, id): by its id, or NULL.
 * campaigns_match(c, x): the first campaign that is approved, in force and fits, or NULL;
 * it neither allocates nor locks.  Head-counts are the caller's.
 */
size_t campaigns_count(const struct campaigns *c);
const struct campaign *campaigns_at(const struct campaigns *c, size_t i);
const struct campaign *campaigns_find(const struct campaigns *c, const char *id);
const struct campaign *campaigns_match(const struct campaigns *c,
    const struct campaign_case *x);

/**
 * campaigns_print(v, n, len): Return the text of these n campaigns, as campaigns_read()
 * takes it, for free(); NULL when out of memory.
 */
char *campaigns_print(const struct campaign *const *v, size_t n, size_t *len);

#endif /* !LIANGKA_CAMPAIGNS_H_ */
