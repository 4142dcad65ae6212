/* What entries say of other nodes, as an auditor looks at it. */

#include <criterion/criterion.h>

#include <stdio.h>
#include <string.h>

#include "plugin.h"
#include "store/tilelog.h"

#include "verifytest.h"

static char dir[200];
static char logs[220];
static struct makelog m;
static struct entry e;

static void
setup(void)
{

	verifytest_temp(dir);
	(void)snprintf(logs, sizeof(logs), "%s/log", dir);
	makelog_open(&m, logs);
	makelog_fill(&m, 10);
}

static void
teardown(void)
{

	makelog_remove(dir);
}

TestSuite(told, .init = setup, .fini = teardown);

/* The entry added last must be the finding. */
static void
last_is_bad(const char *text)
{
	char file[64];
	int64_t index = (int64_t)(m.seq - m.base) - 1;

	makelog_close(&m);
	(void)snprintf(file, sizeof(file), "%d.%d/tile/entries/000.p/%d",
	    m.year, m.n, (int)index + 1);
	verifytest_bad(logs, &m, file, index, text);
}

/* Begin an entry that a node told as its own n-th. */
static struct entry *
of(const char *node, uint64_t n, int kind)
{

	if (kind == ENTRY_DECISION)
		makelog_decision(&m, &e);
	else
		entry_clear(&e, kind);
	if (kind == ENTRY_DECISION && n != 0) {
		/* On grounds of its own, by a policy of its own. */
		e.engine = 0;
		e.nfacts = 0;
		(void)snprintf(e.policy, sizeof(e.policy), "another");
	}
	(void)snprintf(e.from, sizeof(e.from), "%s", node);
	e.from_seq = n;
	return (&e);
}

/* What a node asks, decides, and does about it. */
static void
opening(const char *node, uint64_t n)
{

	of(node, 0, ENTRY_DECISION)->flags |= ENTRY_F_CONSULT;
	e.ref = 0;
	makelog_add(&m, &e);
	of(node, n, ENTRY_SETTLE)->ref = m.seq - 1;
	e.decision = LK_LIMIT;
	e.floor = LK_LIMIT;
	e.flags = ENTRY_F_OFFLINE | ENTRY_F_AWAY;
	(void)snprintf(e.to, sizeof(e.to), "%s", node);
	makelog_add(&m, &e);
	of(node, n + 1, ENTRY_CONFIRM)->ref = m.seq - 2;
	memset(e.up_leaf, 'a', 64);
	makelog_add(&m, &e);
}

/* Begin a decision that has an answer of the node above. */
static struct entry *
answered(void)
{

	makelog_decision(&m, &e);
	e.up_seq = 17;
	memset(e.up_leaf, '0', 64);
	e.up_decision = LK_REVIEW;
	e.up_floor = LK_LIMIT;
	e.up_by = LK_BY_CENTRE;
	return (&e);
}

Test(told, what_is_right_is_good)
{

	opening("b017", 3);
	opening("b018", 3);
	opening("b017", 99);
	of("b017", 200, ENTRY_DECISION)->flags |= ENTRY_F_OFFLINE;
	makelog_add(&m, &e);
	/* It speaks of what we never had. */
	makelog_add(&m, of("b017", 201, ENTRY_CANCEL));
	makelog_add(&m, of("b017", 202, ENTRY_VOID));
	of("b017", 203, ENTRY_REVIEW)->flags = ENTRY_F_REFUSED;
	makelog_add(&m, &e);
	of("b017", 204, ENTRY_LINK)->flags = ENTRY_F_CLAIMED;
	makelog_add(&m, &e);
	makelog_add(&m, of("b017", 205, ENTRY_INTAKE));
	/* From above: without effect, and with. */
	makelog_add(&m, of("city", 4, ENTRY_ALERT));
	of("city", 5, ENTRY_RETRO)->ref = m.last_decision;
	e.code = RETRO_ABOVE;
	makelog_add(&m, &e);
	makelog_add(&m, answered());
	entry_clear(&e, ENTRY_NODE);
	(void)snprintf(e.node, sizeof(e.node), "b017");
	e.code = NODE_RETIRED;
	makelog_add(&m, &e);
	makelog_close(&m);
	verifytest_good(logs, &m);
}

Test(told, twice)
{

	opening("b017", 3);
	of("b017", 4, ENTRY_CONFIRM)->ref = m.seq - 3;
	makelog_add(&m, &e);
	last_is_bad("node b017 told its entry 4 twice");
}

Test(told, out_of_order)
{

	opening("b017", 30);
	opening("b018", 3);
	makelog_add(&m, of("b017", 29, ENTRY_INTAKE));
	last_is_bad("its entry 31 came before");
}

/* Over the end of a year too. */
Test(told, twice_over_two_logs)
{

	opening("b017", 30);
	makelog_turn(&m);
	makelog_add(&m, of("b017", 31, ENTRY_INTAKE));
	last_is_bad("node b017 told its entry 31 twice");
}

Test(told, a_settlement_refers)
{

	of("b017", 3, ENTRY_SETTLE);
	makelog_add(&m, &e);
	last_is_bad("does not say which decision");
}

Test(told, a_settlement_is_told)
{

	entry_clear(&e, ENTRY_SETTLE);
	e.ref = m.last_decision;
	makelog_add(&m, &e);
	last_is_bad("cannot come from where it says");
}

Test(told, a_settlement_decides)
{

	of("b017", 3, ENTRY_SETTLE)->ref = m.last_decision;
	e.decision = 7;
	makelog_add(&m, &e);
	last_is_bad("decision code 7");
}

Test(told, what_is_ours_refers)
{

	entry_clear(&e, ENTRY_VOID);
	makelog_add(&m, &e);
	last_is_bad("does not say which decision");
}

Test(told, a_question_names_who_asked)
{

	makelog_decision(&m, &e);
	e.flags |= ENTRY_F_CONSULT;
	makelog_add(&m, &e);
	last_is_bad("cannot come from where it says");
}

Test(told, what_is_told_bears_a_number)
{

	makelog_add(&m, of("b017", 0, ENTRY_INTAKE));
	last_is_bad("cannot come from where it says");
}

Test(told, nobody_tells_of_a_start)
{

	makelog_add(&m, of("b017", 8, ENTRY_HEARTBEAT));
	last_is_bad("cannot come from where it says");
}

Test(told, a_node_has_a_name)
{

	makelog_add(&m, of("B 17", 8, ENTRY_INTAKE));
	last_is_bad("names a node that is none");
}

Test(told, an_addressee_has_a_name)
{

	of("b017", 8, ENTRY_INTAKE);
	(void)snprintf(e.to, sizeof(e.to), "-b");
	makelog_add(&m, &e);
	last_is_bad("names a node that is none");
}

Test(told, a_step_with_a_node_is_known)
{

	entry_clear(&e, ENTRY_NODE);
	(void)snprintf(e.node, sizeof(e.node), "b017");
	e.code = NODE_HELD + 1;
	makelog_add(&m, &e);
	last_is_bad("code 6 of a `node` entry");
}

Test(told, an_answer_has_its_hash)
{

	answered()->up_leaf[63] = '\0';
	makelog_add(&m, &e);
	last_is_bad("answer of the node above");
}

Test(told, an_answer_is_a_decision)
{

	answered()->up_hard = 7;
	makelog_add(&m, &e);
	last_is_bad("answer of the node above");
}

Test(told, an_answer_without_its_entry)
{

	answered()->up_seq = 0;
	makelog_add(&m, &e);
	last_is_bad("answer of the node above");
}

Test(told, an_answer_belongs_to_a_decision)
{

	entry_clear(&e, ENTRY_INTAKE);
	e.up_seq = 3;
	memset(e.up_leaf, '0', 64);
	makelog_add(&m, &e);
	last_is_bad("answer of the node above");
}

/* Our own decisions are by the policy in force, whatever nodes below go by. */
Test(told, our_policy_is_ours)
{

	of("b017", 0, ENTRY_DECISION)->flags |= ENTRY_F_CONSULT;
	(void)snprintf(e.policy, sizeof(e.policy), "another");
	makelog_add(&m, &e);
	last_is_bad("by policy another");
}

Test(told, offline_is_a_decision)
{

	entry_clear(&e, ENTRY_CONFIRM);
	e.ref = m.last_decision;
	e.flags = ENTRY_F_OFFLINE;
	makelog_add(&m, &e);
	last_is_bad("flags that do not belong");
}
