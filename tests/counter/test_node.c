/*
 * Nodes below: how they join, what becomes of one that was wound back, what staff say of
 * them, and what an operator is shown.
 */
#include <criterion/criterion.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plugin.h"

#include "counter/above.h"
#include "counter/eventbatch.h"
#include "counter/staff.h"
#include "keys/staffnote.h"
#include "store/entry.h"
#include "store/journal.h"
#include "store/records.h"
#include "store/state.h"

#include "fixture.h"

#define FIELDS 17
#define ROWS_MAX 128

enum { STATUS = 1, LINK, BEAT, CURSOR, LAST, TAKEN, EVENTS, VERSION, POLICY,
	LISTS, COUNTS, ORIGIN, HEAD_SIZE, HEAD_T, HEAD_WHY, WHY };

static struct fixture x;
static struct counter_staff staff[2];
static struct note_signer signer[2];
static const struct above_options above = { .name = "city",
	.mode = ABOVE_ALWAYS, .deadline_ms = 300 };
static char buf[1100];
/* the fleet, as it was read last */
static char *row[ROWS_MAX][FIELDS];
static char text[ROWS_MAX * 2048];
static size_t rows, pages;

static void
setup(void)
{
	uint8_t secret[32] = { 55 };
	int i;

	fixture_open(&x, NULL);
	for (i = 0; i < 2; i++) {
		secret[1] = (uint8_t)i;
		cr_assert_eq(note_signer_make(&signer[i], i ? "wu" : "lin",
		    NOTE_ED25519, secret), 0);
		(void)snprintf(staff[i].name, sizeof(staff[i].name), "%s",
		    i ? "wu" : "lin");
		staff[i].key = signer[i].public;
		staff[i].rights = i ? STAFF_REVIEW : STAFF_NODE;
	}
	x.options.staff = staff;
	x.options.nstaff = 2;
	x.options.token_key = "1:test";
	fixture_reopen(&x);
}

static void
teardown(void)
{

	fixture_close(&x);
}

/* Begin a JOIN of the node whose certificate says `peer`. */
static void
ask_join(const char *peer, const char *node, const char *key, uint32_t gen,
    uint64_t base, uint64_t last)
{

	x.peer.node = peer;
	x.peer.joined = 0;
	ask(&x, WIRE_JOIN);
	with(&x, WIRE_T_NODE, node);
	withn(&x, WIRE_T_GENERATION, gen);
	withn(&x, WIRE_T_SEQ, (int64_t)base);
	withn(&x, WIRE_T_LAST_SEQ, (int64_t)last);
	with(&x, WIRE_T_TOKEN_KEY, key);
	with(&x, WIRE_T_DAEMON, "1.2.3");
	with(&x, WIRE_T_LOG_ORIGIN, "t.example/branch/b017/decisions/2026.1");
}

/* A node joins: the error. */
static int
join(const char *node, uint32_t gen, uint64_t base, uint64_t last)
{
	int rc;

	ask_join(node, node, "1:test", gen, base, last);
	rc = answer(&x);
	cr_assert_eq(x.done.joined, rc == LK_OK);
	cr_assert_eq(x.done.wait_seq, journal_seq(x.journal));
	x.peer.joined = x.done.joined;
	return (rc);
}

/* It tells one entry: the error. */
static int
tell(uint64_t after, uint64_t seq)
{
	static const uint8_t hash[32] = { 7 };
	static uint8_t bytes[EVENTBATCH_MAX];
	struct eventbatch b = { .buf = bytes };
	struct entry e;

	entry_clear(&e, ENTRY_REPORT);
	e.seq = seq;
	e.t = x.wall;
	e.code = LK_REPORT_OTHER;
	memcpy(e.inst, "abank", 6);
	memcpy(e.outlet, "001", 4);
	memcpy(e.teller, "t01", 4);
	cr_assert_eq(eventbatch_add(&b, &e), 0);
	ask(&x, WIRE_EVENTS);
	withn(&x, WIRE_T_AFTER, (int64_t)after);
	wire_put_bytes(&x.b, WIRE_T_LEAF, hash, sizeof(hash));
	wire_put_bytes(&x.b, WIRE_T_ENTRIES, bytes, b.len);
	return (answer(&x));
}

/* One of staff makes a statement about a node, on the operator's socket: the error. */
static int
say_as(int who, enum staffnote_action action, const char *node)
{
	const struct note_signer *by = &signer[who];
	struct staffnote n = { .action = action, .node = "t1", .origin = "t1",
		.reason = "disk of 3 December" };
	char said[STAFFNOTE_TEXT_MAX], note[2048];
	size_t len;

	x.peer.node = NULL;
	x.peer.joined = 0;
	fixture_pass(&x, 1);
	n.time = x.wall;
	(void)snprintf(n.detail, sizeof(n.detail), "%s", node);
	cr_assert_neq(len = staffnote_print(said, &n), 0);
	len = note_sign(note, sizeof(note) - 1, said, len, &by, 1);
	cr_assert_neq(len, 0);
	note[len] = '\0';
	ask(&x, WIRE_STAFF);
	with(&x, WIRE_T_STATEMENT, note);
	return (answer(&x));
}

static int
say(enum staffnote_action action, const char *node)
{

	return (say_as(0, action, node));
}

/* The last entry. */
static const struct entry *
last(void)
{
	static struct entry e;

	cr_assert_eq(journal_read(x.journal, journal_seq(x.journal), &e), 0);
	return (&e);
}

/* How many entries say this of a node. */
static int
steps(const char *node, int code)
{
	static struct entry e;
	uint64_t seq;
	int n = 0;

	for (seq = 1; seq <= journal_seq(x.journal); seq++)
		if (journal_read(x.journal, seq, &e) == 0 &&
		    e.kind == ENTRY_NODE && e.code == code &&
		    strcmp(e.node, node) == 0)
			n++;
	return (n);
}

/* What the reply says contains this. */
static void
says(const char *what)
{

	cr_assert_not_null(strstr(str(&x, WIRE_T_MESSAGE, buf), what), "%s",
	    buf);
}

/* Read all pages of the fleet. */
static void
fleet(void)
{
	uint64_t after = 0;
	const char *p;
	size_t len, used = 0, i;
	char *s, *end;

	x.peer.node = NULL;
	for (rows = pages = 0; pages == 0 || after != 0; pages++) {
		ask(&x, WIRE_FLEET);
		if (after != 0)
			withn(&x, WIRE_T_AFTER, (int64_t)after);
		cr_assert_eq(answer(&x), LK_OK);
		cr_assert_eq(num(&x, WIRE_T_TIME_MS), x.wall);
		p = wire_text(&x.r, WIRE_T_TABLE, &len);
		cr_assert_lt(used + len, sizeof(text));
		s = memcpy(&text[used], p, len);
		used += len;
		for (end = s + len; s < end; rows++) {
			cr_assert_lt(rows, ROWS_MAX);
			for (i = 0; i < FIELDS; i++) {
				row[rows][i] = s;
				s += strcspn(s, i + 1 < FIELDS ? "\t" : "\n");
				cr_assert_lt(s, end, "field %zu", i);
				*s++ = '\0';
				cr_assert_null(strchr(row[rows][i], '\n'));
			}
		}
		after = wire_u64(&x.r, WIRE_T_NEXT, 0);
	}
}

/* A field of a node's row. */
static const char *
field(const char *node, int i)
{
	size_t r;

	fleet();
	for (r = 0; r < rows; r++)
		if (strcmp(row[r][0], node) == 0)
			return (row[r][i]);
	cr_assert_fail("%s is not there", node);
	return ("");
}

#define IS(node, i, want) cr_assert_str_eq(field(node, i), want)

CASE(node, the_first_join_is_recorded_and_the_next_is_not)
{
	uint64_t seq;

	cr_assert_eq(join("b017", 1, 1, 9), LK_OK);
	cr_assert_eq(last()->kind, ENTRY_NODE);
	cr_assert_eq(last()->code, NODE_JOINED);
	cr_assert_str_eq(last()->node, "b017");
	cr_assert_eq(last()->count, 1);
	cr_assert_eq(last()->base, 1);
	cr_assert_eq(last()->alert, ALERT_NONE);
	cr_assert_eq(num(&x, WIRE_T_CURSOR), 0);
	cr_assert_eq(num(&x, WIRE_T_HELD), 0);
	cr_assert_str_eq(str(&x, WIRE_T_NODE, buf), "t1");
	seq = journal_seq(x.journal);
	cr_assert_eq(join("b017", 1, 1, 12), LK_OK);
	cr_assert_eq(journal_seq(x.journal), seq);
	fixture_reopen(&x);
	cr_assert_eq(join("b017", 1, 1, 12), LK_OK);
	cr_assert_eq(steps("b017", NODE_JOINED), 1);
	IS("b017", STATUS, "active");
	IS("b017", VERSION, "1.2.3");
	IS("b017", ORIGIN, "t.example/branch/b017/decisions/2026.1");
}

CASE(node, entries_move_the_cursor)
{

	cr_assert_eq(join("b017", 1, 1, 40), LK_OK);
	cr_assert_eq(tell(0, 40), LK_OK, "%s", str(&x, WIRE_T_MESSAGE, buf));
	cr_assert_eq(num(&x, WIRE_T_CURSOR), 40);
	cr_assert_eq(join("b017", 1, 1, 41), LK_OK);
	cr_assert_eq(num(&x, WIRE_T_CURSOR), 40);
	IS("b017", CURSOR, "40");
	IS("b017", LAST, "41");
	IS("b017", EVENTS, "1");
	cr_assert_eq(strtoll(field("b017", TAKEN), NULL, 10), x.wall);
}

CASE(node, one_that_was_wound_back_is_held_and_told_of_once)
{

	cr_assert_eq(join("b017", 1, 1, 40), LK_OK);
	cr_assert_eq(tell(0, 40), LK_OK);
	cr_assert_eq(join("b017", 1, 1, 39), LK_E_STATE);
	cr_assert_eq(num(&x, WIRE_T_HELD), 1);
	cr_assert_eq(num(&x, WIRE_T_CURSOR), 40);
	says("40");
	cr_assert_eq(last()->code, NODE_HELD);
	cr_assert_eq(last()->alert, ALERT_COUNTY);
	cr_assert_eq(last()->alert_kind, ALERT_NODE);
	/* Again, also with a later entry, and after a start: it stays held. */
	cr_assert_eq(join("b017", 1, 1, 39), LK_E_STATE);
	cr_assert_eq(join("b017", 1, 1, 4000), LK_E_STATE);
	fixture_reopen(&x);
	cr_assert_eq(join("b017", 1, 1, 4000), LK_E_STATE);
	/* So does one that begins anew by itself. */
	cr_assert_eq(join("b017", 2, 41, 41), LK_E_STATE);
	cr_assert_eq(steps("b017", NODE_HELD), 1);
	cr_assert_eq(tell(40, 41), LK_E_STATE);
	IS("b017", STATUS, "held");
	cr_assert_not_null(strstr(field("b017", WHY), "40"));
}

CASE(node, a_new_generation_that_nobody_expected_is_held)
{

	cr_assert_eq(join("b017", 1, 1, 40), LK_OK);
	cr_assert_eq(join("b017", 2, 41, 41), LK_E_STATE);
	cr_assert_eq(steps("b017", NODE_HELD), 1);
}

/* Readmitted, it may come behind its cursor, and nowhere else. */
CASE(node, readmitted)
{

	cr_assert_eq(join("b017", 1, 1, 40), LK_OK);
	cr_assert_eq(tell(0, 40), LK_OK);
	cr_assert_eq(join("b017", 1, 1, 40), LK_OK);
	cr_assert(wire_has(&x.r, WIRE_T_LEAF), "it is to compare its entry 40");
	cr_assert_eq(say(STAFFNOTE_NODE_READMIT, "b017"), LK_E_STATE);
	says("未被冻结");
	cr_assert_eq(join("b017", 1, 1, 39), LK_E_STATE);
	cr_assert_eq(say(STAFFNOTE_NODE_READMIT, "b017"), LK_OK, "%s",
	    str(&x, WIRE_T_MESSAGE, buf));
	cr_assert_eq(num(&x, WIRE_T_CURSOR), 40);
	cr_assert_eq(num(&x, WIRE_T_GENERATION), 1);
	cr_assert_eq(num(&x, WIRE_T_LAST_SEQ), 40);
	cr_assert_eq(num(&x, WIRE_T_SEQ), (int64_t)journal_seq(x.journal));
	cr_assert_eq(x.done.wait_seq, journal_seq(x.journal));
	cr_assert_str_eq(x.done.cut, "b017");
	cr_assert_eq(last()->kind, ENTRY_NODE);
	cr_assert_eq(last()->code, NODE_READMITTED);
	cr_assert_str_eq(last()->node, "b017");
	cr_assert_str_eq(last()->decided_by, "lin");
	cr_assert_str_eq(last()->note, "disk of 3 December");
	cr_assert_eq(strlen(last()->hash), 64);
	IS("b017", STATUS, "awaited");
	/* Once is enough. */
	cr_assert_eq(say(STAFFNOTE_NODE_READMIT, "b017"), LK_E_STATE);
	/* The old generation; a new one that begins within the old one. */
	cr_assert_eq(join("b017", 1, 1, 60), LK_E_STATE);
	cr_assert_eq(join("b017", 2, 40, 60), LK_E_STATE);
	cr_assert_eq(num(&x, WIRE_T_HELD), 1);
	cr_assert_eq(steps("b017", NODE_HELD), 1, "no second alert");
	cr_assert_eq(join("b017", 2, 41, 41), LK_OK);
	cr_assert_not(wire_has(&x.r, WIRE_T_LEAF), "its entry 40 is another");
	cr_assert_eq(last()->code, NODE_JOINED);
	cr_assert_eq(last()->count, 2);
	cr_assert_eq(last()->base, 41);
	cr_assert_eq(tell(40, 41), LK_OK);
	IS("b017", STATUS, "active");
	IS("b017", WHY, "");
	cr_assert_eq(join("b017", 1, 1, 60), LK_E_STATE, "the old machine");
}

/* What it said it had counts too, though it never told it. */
CASE(node, a_new_generation_begins_behind_all_that_is_known)
{

	cr_assert_eq(join("b017", 1, 11, 70), LK_OK);
	cr_assert_eq(tell(0, 40), LK_OK);
	cr_assert_eq(join("b017", 1, 11, 39), LK_E_STATE);
	cr_assert_eq(say(STAFFNOTE_NODE_READMIT, "b017"), LK_OK);
	cr_assert_eq(num(&x, WIRE_T_CURSOR), 40);
	cr_assert_eq(num(&x, WIRE_T_LAST_SEQ), 70);
	/* A head of 90 entries, which begin at 11. */
	counter_cosigned(x.counter, "b017", 200, "", 0, 90);
	cr_assert_eq(say(STAFFNOTE_NODE_REPLACE, "b017"), LK_OK);
	cr_assert_eq(num(&x, WIRE_T_LAST_SEQ), 100);
}

CASE(node, replaced)
{

	cr_assert_eq(say(STAFFNOTE_NODE_REPLACE, "b017"), LK_E_ARG);
	says("b017");
	cr_assert_eq(join("b017", 1, 1, 40), LK_OK);
	cr_assert_eq(tell(0, 40), LK_OK);
	cr_assert_eq(say(STAFFNOTE_NODE_REPLACE, "b017"), LK_OK);
	cr_assert_str_eq(x.done.cut, "b017");
	cr_assert_eq(last()->code, NODE_REPLACED);
	/* The old one's link may not be closed yet: nothing is taken from it. */
	x.peer.node = "b017";
	x.peer.joined = 1;
	cr_assert_eq(tell(40, 41), LK_E_DENIED);
	cr_assert_eq(steps("b017", NODE_HELD), 0);
	cr_assert_eq(join("b017", 1, 1, 41), LK_E_STATE);
	cr_assert_eq(join("b017", 2, 41, 41), LK_OK);
	IS("b017", CURSOR, "40");
}

CASE(node, retired)
{

	cr_assert_eq(join("b017", 1, 1, 40), LK_OK);
	cr_assert_eq(say(STAFFNOTE_NODE_RETIRE, "b017"), LK_OK);
	cr_assert_str_eq(x.done.cut, "b017");
	cr_assert_eq(last()->code, NODE_RETIRED);
	x.peer.node = "b017";
	x.peer.joined = 1;
	cr_assert_eq(tell(0, 40), LK_E_DENIED);
	ask(&x, WIRE_BEAT);
	cr_assert_eq(answer(&x), LK_E_DENIED);
	ask(&x, WIRE_PULL);
	cr_assert_eq(answer(&x), LK_E_DENIED);
	fixture_reopen(&x);
	cr_assert_eq(join("b017", 1, 1, 41), LK_E_DENIED);
	cr_assert_eq(num(&x, WIRE_T_HELD), 0);
	cr_assert_eq(join("b017", 2, 41, 41), LK_E_DENIED);
	/* For good. */
	cr_assert_eq(say(STAFFNOTE_NODE_RETIRE, "b017"), LK_E_STATE);
	cr_assert_eq(say(STAFFNOTE_NODE_REPLACE, "b017"), LK_E_STATE);
	cr_assert_eq(say(STAFFNOTE_NODE_READMIT, "b017"), LK_E_STATE);
	cr_assert_eq(steps("b017", NODE_RETIRED), 1);
	IS("b017", STATUS, "retired");
}

/* One that was never seen is retired before it comes. */
CASE(node, retired_before_it_ever_came)
{

	cr_assert_eq(say(STAFFNOTE_NODE_RETIRE, "b099"), LK_OK);
	cr_assert_eq(num(&x, WIRE_T_GENERATION), 0);
	fixture_reopen(&x);
	cr_assert_eq(join("b099", 1, 1, 1), LK_E_DENIED);
	cr_assert_eq(say(STAFFNOTE_NODE_REPLACE, "b099"), LK_E_STATE);
	IS("b099", STATUS, "retired");
}

CASE(node, who_may_say_so)
{

	cr_assert_eq(join("b017", 1, 1, 40), LK_OK);
	cr_assert_eq(say_as(1, STAFFNOTE_NODE_RETIRE, "b017"), LK_E_DENIED);
	says("node");
	/* Not of ourselves, nor of the node above. */
	cr_assert_eq(say(STAFFNOTE_NODE_RETIRE, "t1"), LK_E_ARG);
	x.options.above = &above;
	fixture_reopen(&x);
	cr_assert_eq(say(STAFFNOTE_NODE_RETIRE, "city"), LK_E_ARG);
	cr_assert_str_eq(x.done.cut, "");
	cr_assert_eq(steps("b017", NODE_RETIRED), 0);
}

CASE(node, what_is_no_join)
{
	uint64_t seq = journal_seq(x.journal);

	ask_join("b017", "b018", "1:test", 1, 1, 1);
	cr_assert_eq(answer(&x), LK_E_ARG);
	says("certificate");
	ask_join("b017", "b017", "1:other", 1, 1, 1);
	cr_assert_eq(answer(&x), LK_E_UNSUPPORTED);
	says("1:other");
	ask_join("b017", "b017", "1:test", 0, 1, 1);
	cr_assert_eq(answer(&x), LK_E_ARG);
	ask_join("b017", "b017", "1:test", 1, 0, 1);
	cr_assert_eq(answer(&x), LK_E_ARG);
	cr_assert_eq(x.done.joined, 0);
	cr_assert_eq(journal_seq(x.journal), seq);
	/* Nothing else is heard before it. */
	cr_assert_eq(tell(0, 1), LK_E_STATE);
	ask(&x, WIRE_BEAT);
	cr_assert_eq(answer(&x), LK_E_STATE);
	ask(&x, WIRE_PULL);
	cr_assert_eq(answer(&x), LK_E_STATE);
	ask(&x, WIRE_CONSULT);
	cr_assert_eq(answer(&x), LK_E_STATE);
	/* A link carries nothing of a branch. */
	ask(&x, WIRE_FLEET);
	cr_assert_eq(answer(&x), LK_E_UNSUPPORTED);
	x.peer.node = NULL;
	ask(&x, WIRE_JOIN);
	cr_assert_eq(answer(&x), LK_E_UNSUPPORTED);
}

CASE(node, a_beat_fills_the_table)
{

	cr_assert_eq(join("b017", 1, 1, 40), LK_OK);
	counter_link(x.counter, "b017", 1);
	fixture_pass(&x, 5000);
	ask(&x, WIRE_BEAT);
	withn(&x, WIRE_T_LAST_SEQ, 44);
	withn(&x, WIRE_T_LIST_VERSION, 412);
	with(&x, WIRE_T_DAEMON, "1.3\t\x1b[2J\xc2\x9b" "31m");
	with(&x, WIRE_T_POLICY_VERSION, "2026-1");
	with(&x, WIRE_T_COUNTS, "asked=5 silent=2 breaker=open");
	cr_assert_eq(answer(&x), LK_OK);
	IS("b017", LINK, "up");
	IS("b017", LAST, "44");
	IS("b017", LISTS, "412");
	IS("b017", VERSION, "1.3??[2J??" "31m");
	IS("b017", POLICY, "2026-1");
	IS("b017", COUNTS, "asked=5 silent=2 breaker=open");
	cr_assert_eq(strtoll(field("b017", BEAT), NULL, 10), x.wall);
	IS("b017", HEAD_T, "0");
	counter_cosigned(x.counter, "b017", 409, "40\n", 3, 0);
	IS("b017", HEAD_WHY, "409");
	IS("b017", HEAD_T, "0");
	counter_cosigned(x.counter, "b017", 200, "", 0, 41);
	IS("b017", HEAD_WHY, "");
	IS("b017", HEAD_SIZE, "41");
	cr_assert_eq(strtoll(field("b017", HEAD_T), NULL, 10), x.wall);
	counter_link(x.counter, "b017", 0);
	IS("b017", LINK, "down");
}

CASE(node, a_hundred_nodes_in_order_over_pages)
{
	char name[32];
	size_t i;
	int n;

	for (n = 99; n >= 0; n--) {
		(void)snprintf(name, sizeof(name), "b%03d", n);
		cr_assert_eq(join(name, 1, 1, 1), LK_OK);
	}
	fleet();
	cr_assert_eq(rows, 100);
	cr_assert_gt(pages, 1);
	for (i = 0; i < rows; i++) {
		(void)snprintf(name, sizeof(name), "b%03zu", i);
		cr_assert_str_eq(row[i][0], name);
	}
	/* From what lies on the disk, too. */
	fixture_reopen(&x);
	fleet();
	cr_assert_eq(rows, 100);
	/* Only an operator sees it. */
	x.peer.n = 3;
	ask(&x, WIRE_FLEET);
	cr_assert_eq(answer(&x), LK_E_DENIED);
	x.peer.n = 4;
}

/* The status with these nodes below. */
static void
status(int up, int known)
{

	x.peer.node = NULL;
	ask(&x, WIRE_STATUS);
	cr_assert_eq(answer(&x), LK_OK);
	cr_assert_eq(wire_has(&x.r, WIRE_T_NODES_KNOWN), known > 0);
	cr_assert_eq(num(&x, WIRE_T_NODES_UP), up);
	cr_assert_eq(num(&x, WIRE_T_NODES_KNOWN), known);
}

CASE(node, the_status_counts_nodes_below)
{

	status(0, 0);
	cr_assert(!wire_has(&x.r, WIRE_T_ABOVE_NAME));
	cr_assert_eq(join("b017", 1, 1, 40), LK_OK);
	cr_assert_eq(join("b018", 1, 1, 40), LK_OK);
	status(0, 2);
	counter_link(x.counter, "b017", 1);
	counter_link(x.counter, "b999", 1);	/* not joined yet */
	status(1, 2);
	counter_link(x.counter, "b017", 1);	/* a second connection */
	counter_link(x.counter, "b017", 0);
	status(1, 2);
	cr_assert_eq(say(STAFFNOTE_NODE_RETIRE, "b017"), LK_OK);
	cr_assert_eq(say(STAFFNOTE_NODE_RETIRE, "b500"), LK_OK);
	status(0, 1);
	fixture_reopen(&x);
	status(0, 1);
}

CASE(node, the_status_tells_of_the_node_above)
{

	x.options.above = &above;
	fixture_reopen(&x);
	status(0, 0);
	cr_assert_str_eq(str(&x, WIRE_T_ABOVE_NAME, buf), "city");
	cr_assert_eq(num(&x, WIRE_T_ABOVE_STATE), ABOVE_DOWN);
	counter_above(x.counter, ABOVE_PROBING, "asked=7 silent=1");
	status(0, 0);
	cr_assert_eq(num(&x, WIRE_T_ABOVE_STATE), ABOVE_PROBING);
	cr_assert_str_eq(str(&x, WIRE_T_ABOVE_COUNTS, buf),
	    "asked=7 silent=1");
	cr_assert_eq(num(&x, WIRE_T_READY), 1);
	cr_assert_eq(num(&x, WIRE_T_HELD), 0);
}

/* Who is held says so, is not ready, and is no node below itself. */
CASE(node, held_ourselves)
{

	cr_assert_eq(counter_hold(x.counter), LK_OK);
	status(0, 0);
	cr_assert_eq(num(&x, WIRE_T_HELD), 1);
	cr_assert_eq(num(&x, WIRE_T_READY), 0);
	says("HELD");
	fleet();
	cr_assert_eq(rows, 0);
	fixture_reopen(&x);
	status(0, 0);
	cr_assert_eq(num(&x, WIRE_T_HELD), 1);
}

/* What the node above answers to JOIN, taken in by us. */
static void
above_says(uint32_t gen, uint64_t base, uint64_t last)
{

	ask(&x, WIRE_JOIN);
	withn(&x, WIRE_T_GENERATION, gen);
	withn(&x, WIRE_T_SEQ, (int64_t)base);
	withn(&x, WIRE_T_LAST_SEQ, (int64_t)last);
	cr_assert_eq(wire_fields_read(&x.r, x.body, x.b.len), WIRE_OK);
	cr_assert_eq(counter_joined_above(x.counter, &x.r), LK_OK);
}

/* One entry of the node above, pulled. */
static void
pulled(uint64_t seq)
{
	static uint8_t bytes[EVENTBATCH_MAX];
	struct eventbatch b = { .buf = bytes };
	struct entry e;

	entry_clear(&e, ENTRY_ALERT);
	e.seq = seq;
	e.t = x.wall;
	e.code = ALERT_STEP_TAKE;
	cr_assert_eq(eventbatch_add(&b, &e), 0);
	ask(&x, WIRE_PULL);
	wire_put_bytes(&x.b, WIRE_T_ENTRIES, bytes, b.len);
	cr_assert_eq(wire_fields_read(&x.r, x.body, x.b.len), WIRE_OK);
	cr_assert_geq(counter_pulled(x.counter, &x.r), 0);
}

CASE(node, one_above_that_lost_its_disk_is_heard_again)
{
	uint64_t seq;

	x.options.above = &above;
	fixture_reopen(&x);
	above_says(1, 1, 900);
	pulled(900);
	cr_assert_eq(counter_pulled_to(x.counter), 900);
	/* The same journal again: nothing to note. */
	seq = journal_seq(x.journal);
	above_says(1, 1, 950);
	cr_assert_eq(journal_seq(x.journal), seq);
	/* It begins anew with an empty disk. */
	above_says(1, 1, 7);
	cr_assert_eq(counter_pulled_to(x.counter), 0);
	pulled(8);
	cr_assert_eq(counter_pulled_to(x.counter), 8);
	/* And in good order, behind all it ever said. */
	above_says(2, 901, 902);
	cr_assert_eq(counter_pulled_to(x.counter), 8);
	pulled(903);
	cr_assert_eq(counter_pulled_to(x.counter), 903);
	fixture_reopen(&x);
	cr_assert_eq(counter_pulled_to(x.counter), 903);
	/* It is none of the nodes below. */
	fleet();
	cr_assert_eq(rows, 0);
}

/* A decision of a node, made when its clock showed t: ours of it. */
static struct entry *
decided(uint64_t after, uint64_t seq, int64_t t)
{
	static uint8_t bytes[EVENTBATCH_MAX];
	static struct entry e;
	struct eventbatch b = { .buf = bytes };

	entry_clear(&e, ENTRY_DECISION);
	e.seq = seq;
	e.t = t;
	memcpy(e.inst, "abank", 6);
	memcpy(e.outlet, "001", 4);
	(void)snprintf(e.txn, sizeof(e.txn), "x%u", (unsigned)seq);
	e.epoch = 1;
	memset(&e.person, (int)seq, sizeof(e.person));
	memset(&e.digest, 9, sizeof(e.digest));
	e.id_type = e.operation = e.product = e.channel = e.quantity = 1;
	memcpy(e.policy, "p", 2);
	e.expires = t + 1800000;
	cr_assert_eq(eventbatch_add(&b, &e), 0);
	ask(&x, WIRE_EVENTS);
	withn(&x, WIRE_T_AFTER, (int64_t)after);
	wire_put_bytes(&x.b, WIRE_T_ENTRIES, bytes, b.len);
	cr_assert_eq(answer(&x), LK_OK);
	fixture_durable(&x);
	cr_assert_eq(journal_read(x.journal, journal_seq(x.journal), &e), 0);
	return (&e);
}

CASE(node, a_clock_that_is_behind_is_set_right)
{
	const int64_t days = INT64_C(2) * 86400000;
	struct entry *e;

	ask_join("b017", "b017", "1:test", 1, 1, 1);
	withn(&x, WIRE_T_TIME_MS, x.wall - days);
	cr_assert_eq(answer(&x), LK_OK);
	x.peer.joined = 1;
	e = decided(0, 4, x.wall - days);
	cr_expect_eq(e->at, x.wall, "%" PRId64, x.wall - e->at);
	cr_expect_eq(e->expires, x.wall + 1800000);
	/* What waited for the line to come back is as old as it says. */
	ask_join("b017", "b017", "1:test", 1, 1, 9);
	withn(&x, WIRE_T_TIME_MS, x.wall - 20000);
	cr_assert_eq(answer(&x), LK_OK);
	x.peer.joined = 1;
	e = decided(4, 5, x.wall - days);
	cr_expect_eq(e->at, x.wall - days);
	/* One that is ahead tells nothing of tomorrow. */
	ask_join("b017", "b017", "1:test", 1, 1, 9);
	withn(&x, WIRE_T_TIME_MS, x.wall + days);
	cr_assert_eq(answer(&x), LK_OK);
	x.peer.joined = 1;
	e = decided(5, 6, x.wall + days);
	cr_expect_eq(e->at, x.wall);
	cr_expect_eq(e->expires, x.wall + 1800000);
}
