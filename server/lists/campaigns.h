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
 * Threads: any; what was read never changes.
 */

#include <stddef.h>
#include <stdint.h>

#include "keys/token.h"

struct campaigns;
struct conf_sink;

#define CAMPAIGN_ID_MAX	32
#define CAMPAIGN_LIFTS_MAX 16
#define CAMPAIGN_OUTLETS_MAX 512
#define CAMPAIGNS_MAX_TEXT (4u << 20)

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
 * campaigns_count(c), campaigns_at(c, i).  campaigns_match(c, x): the first campaign that
 * is approved, in force and fits, or NULL.  Head-counts are the caller's.
 */
size_t campaigns_count(const struct campaigns *c);
const struct campaign *campaigns_at(const struct campaigns *c, size_t i);
const struct campaign *campaigns_match(const struct campaigns *c,
    const struct campaign_case *x);

#endif /* !LIANGKA_CAMPAIGNS_H_ */
