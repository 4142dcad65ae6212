#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/day.h"
#include "lists/campaigns.h"
#include "plugin.h"

#define TAIL "from = 2026-09-01\nuntil = 2026-09-15\nexpected = 4200\n"	\
	"lifts = HF-DAY, HF-KIT\nproposed = \"wang\"\n"
#define ORG "0123456789abcdef0123456789abcdef"

static char said[4096];

/* Keep the first message. */
static void
report(void *arg, const struct conf_error *e)
{

	(void)arg;
	if (said[0] == '\0')
		(void)snprintf(said, sizeof(said), "%u:%u: %s", e->line,
		    e->column, e->message);
}

/* Read campaigns. */
static struct campaigns *
read_text(const char *text)
{
	const struct conf_sink sink = { report, NULL };

	said[0] = '\0';
	return (campaigns_read("c.conf", text, strlen(text), &sink));
}

/* Campaigns that must not read, and what is said. */
static void
refused(const char *text, const char *want)
{

	cr_assert_null(read_text(text), "%s", text);
	cr_expect_str_eq(said, want);
}

/* A day. */
static int32_t
day(const char *text)
{
	int32_t d;

	cr_assert_eq(day_parse(&d, text, strlen(text)), 0);
	return (d);
}

/* Which campaign does an application get? */
static const char *
match(const struct campaigns *c, const char *institution, const char *outlet,
    const char *batch, int32_t product, const char *on)
{
	const struct campaign *g;
	const struct campaign_case x = { .institution = institution,
		.outlet = outlet, .batch = batch, .product = product,
		.day = day(on) };

	g = campaigns_match(c, &x);
	return (g != NULL ? g->id : "");
}

Test(campaigns, fit_by_outlet_product_and_day)
{
	struct campaigns *c = read_text("[campaign freshmen-2026]\n"
	    "title = \"新生周\"\noutlets = icbc.0001, cmcc.0102, icbc.00.2\n"
	    "products = sim, bank1\n" TAIL "approved = li\n");

	cr_assert_not_null(c, "%s", said);
	cr_expect_eq(campaigns_count(c), 1);
	cr_expect_eq(campaigns_at(c, 0)->expected, 4200);
	cr_expect_eq(campaigns_at(c, 0)->nlifts, 2);
	cr_expect_str_eq(campaigns_at(c, 0)->lifts[1], "HF-KIT");
	cr_expect_eq(campaigns_find(c, "freshmen-2026"), campaigns_at(c, 0));
	cr_expect_null(campaigns_find(c, "freshmen"));
	cr_expect_str_eq(match(c, "icbc", "0001", "", LK_PRODUCT_SIM,
	    "2026-09-01"), "freshmen-2026");
	cr_expect_str_eq(match(c, "icbc", "00.2", NULL, LK_PRODUCT_BANK1,
	    "2026-09-15"), "freshmen-2026");
	cr_expect_str_eq(match(c, "icbc", "0001", "", LK_PRODUCT_SIM,
	    "2026-08-31"), "");
	cr_expect_str_eq(match(c, "icbc", "0001", "", LK_PRODUCT_SIM,
	    "2026-09-16"), "");
	cr_expect_str_eq(match(c, "icbc", "0001", "", LK_PRODUCT_BANK2,
	    "2026-09-02"), "");
	cr_expect_str_eq(match(c, "icbc", "0102", "", LK_PRODUCT_SIM,
	    "2026-09-02"), "");
	cr_expect_str_eq(match(c, "icbc", "", "", LK_PRODUCT_SIM,
	    "2026-09-02"), "");
	campaigns_free(c);
	campaigns_free(NULL);
}

Test(campaigns, fit_by_organisation_and_batch)
{
	struct campaigns *c = read_text("[campaign pay]\ntitle = t\n"
	    "organisation = " ORG "\nbatch = \"payroll-1\"\n"
	    "products = corporate, bank1\n" TAIL "approved = li\n");
	struct campaign_case x = { .institution = "a", .outlet = "b",
		.batch = "payroll-1", .product = LK_PRODUCT_BANK1,
		.day = day("2026-09-02") };
	struct token org, other = { { 1 } };

	cr_assert_not_null(c, "%s", said);
	cr_assert_eq(token_unhex(&org, ORG, 32), 0);
	cr_expect_null(campaigns_match(c, &x));
	x.organisation = &other;
	cr_expect_null(campaigns_match(c, &x));
	x.organisation = &org;
	cr_expect_not_null(campaigns_match(c, &x));
	x.product = LK_PRODUCT_CORPORATE;
	cr_expect_not_null(campaigns_match(c, &x));
	x.product = 31;
	cr_expect_null(campaigns_match(c, &x), "31 is no product");
	x.product = LK_PRODUCT_BANK1;
	x.batch = "payroll-2";
	cr_expect_null(campaigns_match(c, &x));
	x.batch = NULL;
	cr_expect_null(campaigns_match(c, &x));
	campaigns_free(c);
}

Test(campaigns, that_nobody_approved_fit_nothing)
{
	struct campaigns *c = read_text("[campaign a]\ntitle = t\nbatch = b\n"
	    "products = sim\n" TAIL
	    "[campaign b]\ntitle = t\nbatch = b\nproducts = sim\n" TAIL
	    "approved = li\n"
	    "[campaign c]\ntitle = t\nbatch = b\nproducts = sim\n" TAIL
	    "approved = li\n");

	cr_assert_not_null(c, "%s", said);
	cr_expect_str_eq(match(c, "i", "o", "b", LK_PRODUCT_SIM,
	    "2026-09-02"), "b", "the first that is approved");
	campaigns_free(c);
}

Test(campaigns, may_be_none)
{
	struct campaigns *c = read_text("# none now\n");

	cr_assert_not_null(c, "%s", said);
	cr_expect_eq(campaigns_count(c), 0);
	cr_expect_null(campaigns_at(c, 0));
	cr_expect_str_eq(match(c, "i", "o", "b", LK_PRODUCT_SIM,
	    "2026-09-02"), "");
	campaigns_free(c);
}

Test(campaigns, that_are_wrong_are_refused_with_their_place)
{
#define ONE "[campaign a]\ntitle = t\nbatch = b\nproducts = sim\n"
	refused(ONE TAIL "approved = WANG\n", "10:12: WANG has proposed it: "
	    "another person approves");
	refused("[campaign a]\ntitle = t\nproducts = sim\n" TAIL, "1:1: "
	    "campaign a is for everybody: an organisation, outlets or a batch "
	    "is wanted");
	refused("[campaign a/b]\n", "1:12: expected ']', found '/'");
	refused(ONE "from = 2026-09-02\nuntil = 2026-09-01\nexpected = 1\n"
	    "lifts = A\nproposed = p\n", "6:9: it ends before it begins");
	refused(ONE "from = 2026-09-02\nuntil = 2027-09-03\nexpected = 1\n"
	    "lifts = A\nproposed = p\n",
	    "6:9: a campaign has at most 366 days");
	refused(ONE "from = 2026-09-02\nuntil = 2026-09-03\nexpected = 0\n"
	    "lifts = A\nproposed = p\n", "7:12: expected is out of range: 1 "
	    "to 10000000");
	refused(ONE "outlets = icbc\n" TAIL, "5:11: INSTITUTION.OUTLET is "
	    "wanted, each of 1 to 31 bytes");
	refused(ONE "outlets = i.1, i.2, i.1\n" TAIL,
	    "1:1: outlet i.1 is here twice");
	refused(ONE "from = 2026-09-02\nuntil = 2026-09-03\nexpected = 1\n"
	    "lifts = A, A\nproposed = p\n", "8:12: rule A is here twice");
	refused(ONE "organisation = 0123456789ABCDEF0123456789ABCDEF\n" TAIL,
	    "5:16: a token is 32 digits of 0-9 and a-f");
	refused(ONE "organisation = 00000000000000000000000000000000\n" TAIL,
	    "5:16: a token is 32 digits of 0-9 and a-f");
	refused("[campaign a]\ntitle = \"x\\ny\"\nbatch = b\n"
	    "products = sim\n" TAIL, "2:11: this character does not show");
	refused(ONE TAIL "approved = \"li \"\n",
	    "10:12: it begins or ends with a blank");
	refused(ONE TAIL "colour = red\n", "10:1: unknown key 'colour'");
}

Test(campaigns, print_as_a_text_that_reads_the_same)
{
	static const char text[] = "[campaign a]\n"
	    "title = \"x \\\"y\\\" \\\\ 中\"\n"
	    "organisation = \"" ORG "\"\n"
	    "outlets = \"cmcc.0102\", \"icbc.0001\"\nbatch = \"b 1\"\n"
	    "products = bank1, sim, corporate\n" TAIL "\n"
	    "[campaign b]\ntitle = \"t\"\nbatch = \"b\"\nproducts = iot\n" TAIL
	    "approved = \"li\"\n";
	struct campaigns *c = read_text(text);
	const struct campaign *v[2];
	char *printed;
	size_t len;

	cr_assert_not_null(c, "%s", said);
	v[0] = campaigns_at(c, 0);
	v[1] = campaigns_at(c, 1);
	cr_assert_not_null(printed = campaigns_print(v, 2, &len));
	cr_expect_str_eq(printed, text);
	free(printed);
	campaigns_free(c);
}
