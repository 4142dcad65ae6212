/* The signed logs of two linked nodes, through a wound-back disk: verified and replayed. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "audit/playcity.h"

#include "clitest.h"

#define BRANCH								\
    "[policy]\nversion = \"branch-1\"\n"				\
    "[rule ALONE]\nwhen = \"offline and outlet_offline(today) > 3\"\n"	\
    "then = review\nby = institution\nreason = \"OFF\"\n"
#define CITY								\
    "[policy]\nversion = \"city-1\"\n"					\
    "[rule C-2]\nwhen = \"institutions(7d) >= 2\"\nthen = review\n"	\
    "by = centre\nneeds = face_check\nreason = \"C2\"\n"

static struct playcity x;

/* The log of the city bears its own name. */
static void
sign_city(struct playlog *p)
{
	const uint8_t secret[32] = { 18 };
	struct note_verifier v;

	play_sign(p);
	cr_assert_eq(note_signer_make(&p->signer, "bank.example/branch/city",
	    NOTE_ED25519, secret), 0);
	v = p->signer.public;
	(void)note_verifier_print(&v, p->vkey);
}

/* Three people, the line down for the last; all is told, and heard. */
static uint64_t
play(uint64_t cursor, int first)
{

	cr_assert_eq(playcity_open(&x, "abank", "o1", first, LK_PRODUCT_BANK1),
	    LK_PASS);
	playcity_pass(&x, PLAY_MINUTE / 2);
	cr_assert_eq(playcity_check(&x, "bbank", "o1", first, LK_PRODUCT_SIM),
	    LK_REVIEW);
	cursor = playcity_tell(&x, cursor);
	x.silent = 1;
	(void)playcity_open(&x, "ctel", "o1", first, LK_PRODUCT_SIM);
	playcity_pass(&x, PLAY_MINUTE / 2);
	(void)playcity_open(&x, "ctel", "o1", first + 1, LK_PRODUCT_SIM);
	x.silent = 0;
	cursor = playcity_tell(&x, cursor);
	cr_assert_geq(playcity_hear(&x), 1);
	return (cursor);
}

/* Staff let it in again. */
static void
readmit(void)
{
	static struct entry e;

	entry_clear(&e, ENTRY_NODE);
	(void)snprintf(e.node, sizeof(e.node), "b017");
	e.code = NODE_READMITTED;
	e.t = journal_now(x.city.journal, NULL);
	cr_assert_eq(journal_write(x.city.journal, &e, NULL), LK_OK);
	play_settle(&x.city);
}

/* Must both hold? */
static void
good(struct playlog *p, const char *decisions, const char *told)
{
	const struct cli_run *r;
	char dir[256];

	(void)snprintf(dir, sizeof(dir), "%s/log", p->dir);
	r = cli(NULL, "log", "verify", dir, "--key", p->vkey, NULL);
	cr_expect_eq(r->rc, 0, "%s%s", r->out, r->err);
	r = cli(NULL, "log", "replay", p->dir, "--json", NULL);
	cr_expect_eq(r->rc, 0, "%s%s", r->out, r->err);
	cr_expect_not_null(strstr(r->out, "\"mode\":\"a+b\""), "%s", r->out);
	cr_expect_not_null(strstr(r->out, decisions), "%s", r->out);
	cr_expect_not_null(strstr(r->out, told), "%s", r->out);
}

Test(log_nodes, hold_through_a_disk_that_was_wound_back)
{
	uint64_t cursor;

	playcity_init(&x, BRANCH, CITY);
	play_sign(&x.branch);
	sign_city(&x.city);
	playcity_start(&x);
	cursor = play(0, 1);
	play_stop(&x.branch);
	x.branch.jo.generation = 2;
	x.branch.jo.first_seq = 1000;
	playcity_pass(&x, PLAY_MINUTE / 2);
	play_start(&x.branch);
	cr_assert_neq(playcity_join(&x), LK_OK, "nobody let it in");
	readmit();
	cr_assert_eq(playcity_join(&x), LK_OK);
	(void)play(cursor, 5);
	play_stop(&x.branch);
	play_stop(&x.city);
	good(&x.branch, "\"decisions\":8", "\"told\":0");
	good(&x.city, "\"decisions\":4", "\"told\":4");
	playcity_end(&x);
}
