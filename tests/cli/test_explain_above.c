/* What other nodes had to do with a decision, in words: at the branch and in the city. */
#include <criterion/criterion.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "audit/playcity.h"

#include "clitest.h"
#include "jsonok.h"

#define BRANCH								\
    "[policy]\nversion = \"branch-1\"\n"				\
    "[rule CRED]\nwhen = \"product == credit\"\nthen = limit\n"		\
    "reason = \"CR\"\n"							\
    "[rule ALONE]\nwhen = \"offline and quantity >= 2\"\nthen = review\n" \
    "by = institution\nreason = \"OFF\"\n"
#define CITY								\
    "[policy]\nversion = \"city-1\"\n"					\
    "[rule C-2]\nwhen = \"institutions(7d) >= 2\"\nthen = review\n"	\
    "by = centre\nneeds = face_check\nreason = \"C2\"\n"

static struct playcity x;
static char held[24], alone[24], asked[24], told[24], settled[24];

/* The seq of the newest entry of a kind with these flags. */
static void
newest(struct playlog *p, int kind, uint32_t flags, char seq[24])
{
	static struct entry e;
	uint64_t i;

	for (i = play_seq(p); i > 0; i--) {
		cr_assert_eq(journal_read(p->journal, i, &e), 0);
		if (e.kind == kind && (e.flags & (ENTRY_F_CONSULT |
		    ENTRY_F_OFFLINE)) == flags) {
			snprintf(seq, 24, "%" PRIu64, i);
			return;
		}
	}
	cr_assert_fail("no entry of kind %d", kind);
}

static void
setup(void)
{
	uint64_t cursor;

	playcity_init(&x, BRANCH, CITY);
	playcity_start(&x);
	cr_assert_eq(playcity_open(&x, "abank", "o1", 1, LK_PRODUCT_BANK1),
	    LK_PASS);
	cr_assert_eq(playcity_check(&x, "bbank", "o1", 1, LK_PRODUCT_CREDIT),
	    LK_REVIEW);
	newest(&x.branch, ENTRY_DECISION, 0, held);
	cursor = playcity_tell(&x, 0);
	newest(&x.city, ENTRY_DECISION, ENTRY_F_CONSULT, asked);
	newest(&x.city, ENTRY_SETTLE, 0, settled);
	x.silent = 1;
	play_applicant(&x.branch, "ctel", "o2", 1, LK_PRODUCT_SIM);
	play_number(&x.branch, WIRE_T_QUANTITY, 2);
	cr_assert_eq(playcity_decide(&x), LK_REVIEW);
	newest(&x.branch, ENTRY_DECISION, ENTRY_F_OFFLINE, alone);
	cr_assert_eq(playcity_open(&x, "ctel", "o2", 1, LK_PRODUCT_SIM),
	    LK_PASS);
	(void)playcity_tell(&x, cursor);
	newest(&x.city, ENTRY_DECISION, ENTRY_F_OFFLINE, told);
	cr_assert_eq(playcity_hear(&x), 1);
	play_stop(&x.branch);
	play_stop(&x.city);
}

static void
teardown(void)
{

	playcity_end(&x);
}

TestSuite(explain_above, .init = setup, .fini = teardown);

#define HAS(text, part) \
	cr_expect_not_null(strstr(text, part), "%s is not in:\n%s", part, text)

/* Explain an entry, on one line. */
static const char *
explain(const struct playlog *p, const char *seq, const char *option)
{
	static char text[20000];
	const struct cli_run *r = cli(NULL, "explain", seq, p->dir,
	    "--offline", option, NULL);
	size_t i, n = 0;

	cr_expect_eq(r->rc, 0, "%s", r->err);
	for (i = 0; r->out[i] != '\0' && n < sizeof(text) - 1; i++) {
		if ((r->out[i] == '\n' && r->out[i + 1] != '\0') || (r->out[i] == ' ' && n > 0 &&
		    text[n - 1] == ' '))
			continue;
		text[n++] = r->out[i];
	}
	text[n] = '\0';
	return (text);
}

Test(explain_above, what_it_said_and_what_we_should_have)
{
	const char *s = explain(&x.branch, held, NULL);

	HAS(s, "The node above, in its entry");
	HAS(s, "said review, by centre, reason C2, rules C-2");
	HAS(s, "our own rules: limit. The stricter counts.");
	HAS(s, "the node above is asked then too");
	cr_expect_null(strstr(s, "beware"), "%s", s);
	s = explain(&x.branch, held, "--lang=zh");
	HAS(s, "答复：复核（由反诈中心审核），原因 C2");
	HAS(s, "规则 C-2。");
	HAS(s, "本节点的规则：限制");
	s = explain(&x.branch, held, "--json");
	cr_expect(jsonok(s), "%s", s);
	HAS(s, "\"ours\":\"limit\",\"above\":{\"seq\":");
	HAS(s, "\"decision\":\"review\",\"by\":\"centre\"");
	HAS(s, "\"hits\":\"C-2\"");
}

/* Once it answers again, what only its silence held passes. */
Test(explain_above, what_was_decided_without_it)
{
	const char *s = explain(&x.branch, alone, NULL);

	HAS(s, "The node above did not answer in time");
	HAS(s, "From 2026-11-22 10:00:01 on the same application passes");
	HAS(s, "the node above is asked then too");
	s = explain(&x.branch, alone, "--json");
	cr_expect(jsonok(s), "%s", s);
	HAS(s, "\"offline\":true");
}

Test(explain_above, what_a_node_below_asked)
{
	const char *s = explain(&x.city, asked, NULL);

	HAS(s, "The answer to a question of node b017");
	HAS(s, "C-2 high frequency → review, by centre");
	HAS(s, "settle review");
	s = explain(&x.city, asked, "--lang=zh");
	HAS(s, "下级定论 复核");
}

/* Its grounds are not here, and nothing is made up for them. */
Test(explain_above, what_a_node_below_decided)
{
	const char *s = explain(&x.city, told, NULL);

	HAS(s, "Made by node b017, its entry");
	HAS(s, "The node above did not answer it in time.");
	HAS(s, "branch-1");
	cr_expect_null(strstr(s, "C-2  "), "%s", s);
	cr_expect_null(strstr(s, "beware"), "%s", s);
	s = explain(&x.city, told, "--json");
	cr_expect(jsonok(s), "%s", s);
	HAS(s, "\"made_by\":\"b017\"");
	HAS(s, "\"rules\":[]");
}

Test(explain_above, in_the_list_of_entries)
{
	const struct cli_run *r = cli(NULL, "log", "show", x.city.dir, NULL);

	cr_expect_eq(r->rc, 0, "%s", r->err);
	HAS(r->out, "asked by b017");
	HAS(r->out, "told by b017, its entry");
	HAS(r->out, "for b017");
	HAS(r->out, "settle");
	HAS(r->out, "joined");
	HAS(r->out, "alert (county): late");
	r = cli(NULL, "log", "search", x.city.dir, "--decision", "review",
	    "--last", "99", NULL);
	HAS(r->out, settled);
	r = cli(NULL, "log", "show", x.branch.dir, NULL);
	HAS(r->out, "the node above, entry");
	HAS(r->out, "told by city, its entry");
	HAS(r->out, "above");
	HAS(r->out, "offline");
}

/* What the node above found is of no list here. */
Test(explain_above, among_what_was_listed_later)
{
	const struct cli_run *r = cli(NULL, "list", "retro", x.branch.dir,
	    NULL);

	cr_expect_eq(r->rc, 0, "%s", r->err);
	HAS(r->out, "nothing was found");
	r = cli(NULL, "log", "show", x.branch.dir, "--kind", "retro", NULL);
	HAS(r->out, "above");
}

/* Columns of other nodes stand behind those that others read by their place. */
Test(explain_above, as_csv)
{
	const struct cli_run *r = cli(NULL, "log", "export", x.city.dir, "--format",
	    "csv", NULL);

	cr_expect_eq(r->rc, 0, "%s", r->err);
	HAS(r->out, ",leaf,from,from_seq,to,above_seq,above_decision,above_hits");
	HAS(r->out, ",b017,");
}
