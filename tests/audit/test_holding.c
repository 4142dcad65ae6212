#include <criterion/criterion.h>

#include "audit/holding.h"
#include "engine/identity.h"
#include "store/entry.h"

#include "playlog.h"

static struct playlog x;
static struct package *package;
static struct holding h;

static void
setup(void)
{
	play_init(&x, NULL);
	play_start(&x);
}

static void
teardown(void)
{
	holding_free(&h);
	package_close(package);
	play_end(&x);
}

/* Find all on a person. */
static void
find(int person)
{
	uint8_t in[IDENTITY_TOKEN_INPUT];
	char id[19], err[PACKAGE_ERROR_MAX] = "";
	struct identity_error ie;
	enum casefile_fault fault;
	enum package_fault pf;
	struct identity who;
	struct token t;
	size_t n;

	play_person(id, person);
	cr_assert_eq(identity_parse(&who, LK_ID_RESIDENT, id, 18, "", 20000,
	    &ie), 0);
	n = identity_token_input(&who, in);
	token_make(&t, x.keys, 0, TOKEN_PERSON, in, n);
	play_stop(&x);
	package = package_open(x.dir, &pf, err);
	cr_assert_not_null(package, "%s", err);
	cr_assert_eq(holding_find(&h, package, &t, 1, &fault, err), 0, "%s",
	    err);
}

/* Write an entry as staff's look-up becomes one. */
static void
look(int kind, uint64_t ref, const char *origin, uint32_t flags)
{
	struct entry e;
	uint8_t leaf[32];

	entry_clear(&e, kind);
	e.ref = ref;
	e.flags = flags;
	strcpy(e.decided_by, "lin");
	strcpy(e.note, "why");
	strcpy(e.origin, origin);
	cr_assert_eq(journal_write(x.journal, &e, leaf), LK_OK);
	play_settle(&x);
}

Test(holding, own_entries_and_what_came_of_them, .init = setup,
    .fini = teardown)
{
	play_open(&x, "abank", "o1", 1, LK_PRODUCT_BANK1);
	play_open(&x, "abank", "o1", 2, LK_PRODUCT_BANK1);
	play_check(&x, "bbank", "o1", 1, LK_PRODUCT_SIM);
	find(1);
	cr_expect_eq(h.own.n, 3, "two checks and a confirm");
	cr_expect_eq(h.own.v[0].e.kind, ENTRY_DECISION);
	cr_expect_eq(h.own.v[1].e.kind, ENTRY_CONFIRM);
	cr_expect_eq(h.agent.n, 0);
	cr_expect_eq(h.seen.n, 0);
	cr_expect_gt(h.entries, 6);
}

Test(holding, as_an_agent_and_by_an_older_document, .init = setup,
    .fini = teardown)
{
	char id[19];

	play_person(id, 1);
	play_applicant(&x, "abank", "o1", 2, LK_PRODUCT_BANK1);
	play_number(&x, WIRE_T_AGENT_ID_TYPE, LK_ID_RESIDENT);
	play_text(&x, WIRE_T_AGENT_ID_NO, id);
	play_number(&x, WIRE_T_AGENT_RELATION, LK_AGENT_PARENT);
	cr_assert_eq(play_decide(&x), LK_PASS);
	play_applicant(&x, "abank", "o1", 3, LK_PRODUCT_BANK1);
	play_number(&x, WIRE_T_PREV_ID_TYPE, LK_ID_RESIDENT);
	play_text(&x, WIRE_T_PREV_ID_NO, id);
	cr_assert_eq(play_decide(&x), LK_PASS);
	play_settle(&x);
	find(1);
	cr_expect_eq(h.agent.n, 1);
	cr_expect_eq(h.own.n, 1);
}

Test(holding, who_looked, .init = setup, .fini = teardown)
{
	uint64_t his, other;

	play_check(&x, "abank", "o1", 1, LK_PRODUCT_BANK1);
	his = play_seq(&x);
	play_check(&x, "abank", "o1", 2, LK_PRODUCT_BANK1);
	other = play_seq(&x);
	look(ENTRY_ACCESS, his, "", 0);
	look(ENTRY_ACCESS, other, "", 0);
	look(ENTRY_ACCESS, his, "b018", 0);	/* of another node's record */
	look(ENTRY_UNSEAL, his, "", 0);
	look(ENTRY_ERASE, his, "", ENTRY_F_REFUSED);
	cr_expect_eq(holding_erased(&h, his), 0);
	look(ENTRY_ERASE, his, "", 0);
	find(1);
	cr_expect_eq(h.own.n, 1);
	cr_expect_eq(h.seen.n, 4);
	cr_expect_eq(h.seen.v[1].e.kind, ENTRY_UNSEAL);
	cr_expect_eq(holding_erased(&h, his), h.seen.v[3].e.t);
	cr_expect_eq(holding_erased(&h, other), 0);
}

Test(holding, of_nobody, .init = setup, .fini = teardown)
{
	play_check(&x, "abank", "o1", 1, LK_PRODUCT_BANK1);
	find(7);
	cr_expect_eq(h.own.n + h.agent.n + h.seen.n, 0);
}
