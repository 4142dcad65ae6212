#include "plan_columns.h"

static const struct plan_word kinds[] = {{"history-open", PLAN_OPEN},
    {"history-close", PLAN_CLOSE}, {"check", PLAN_CHECK},
    {"retry", PLAN_RETRY}, {"close", PLAN_RETIRE}, {NULL, 0}};

static const struct plan_word thens[] = {{"confirm", PLAN_THEN_CONFIRM},
    {"clear", PLAN_THEN_CLEAR}, {"left", PLAN_THEN_LEFT},
    {"questioned", PLAN_THEN_QUESTIONED}, {"typing", PLAN_THEN_TYPING},
    {"system", PLAN_THEN_SYSTEM}, {"product", PLAN_THEN_PRODUCT}, {NULL, 0}};

static const struct plan_word expects[] = {{"any", PLAN_ANY},
    {"pass", PLAN_PASS}, {"pass!", PLAN_PASS_MUST}, {"hold", PLAN_HOLD},
    {"hold!", PLAN_HOLD_MUST}, {"one!", PLAN_ONE_MUST}, {"later", PLAN_LATER},
    {"error!", PLAN_ERROR_MUST},
    {"limit!", PLAN_LIMIT_MUST}, {NULL, 0}};

static const struct plan_word products[] = {{"bank1", 1}, {"bank2", 2},
    {"bank3", 3}, {"credit", 4}, {"social", 5}, {"payment", 6}, {"ecny", 7},
    {"sim", 20}, {"sim2", 21}, {"iot", 22}, {"fixed", 23}, {"corporate", 40},
    {NULL, 0}};

static const struct plan_word operations[] = {{"new", 1}, {"replace", 2},
    {"reopen", 3}, {"upgrade", 4}, {"port_in", 5}, {"transfer", 6},
    {"activate", 7}, {NULL, 0}};

static const struct plan_word purposes[] = {{"unknown", 0}, {"salary", 1},
    {"student", 2}, {"social", 3}, {"pension", 4}, {"loan", 5}, {"family", 6},
    {"daily", 7}, {"other", 9}, {NULL, 0}};

static const struct plan_word channels[] = {{"counter", 1},
    {"self_service", 2}, {"online", 3}, {"mobile_team", 4}, {"batch", 5},
    {"agent_shop", 6}, {NULL, 0}};

static const struct plan_word documents[] = {{"resident", 1},
    {"temporary", 2}, {"household", 3}, {"military", 4}, {"hm_residence", 5},
    {"tw_residence", 6}, {"hm_travel", 7}, {"tw_travel", 8}, {"permanent", 9},
    {"permanent_old", 10}, {"passport", 11}, {"credit_code", 12},
    {"other", 99}, {NULL, 0}};

static const struct plan_word relations[] = {{"guardian", 1}, {"parent", 2},
    {"spouse", 3}, {"employer", 4}, {"carer", 5}, {"other", 9}, {NULL, 0}};

static const struct plan_word yes[] = {{"yes", 1}, {"no", 0}, {NULL, 0}};

#define AT(member) offsetof(struct plan_row, member)
#define TEXT(name, member, max, required, help) \
	{name, PLAN_TEXT, AT(member), 0, max, 0, required, NULL, help}
#define WORD(name, member, words, empty, required, help) \
	{name, PLAN_WORD, AT(member), 0, 0, empty, required, words, help}
#define NUMBER(name, member, lo, hi, empty, help) \
	{name, PLAN_NUMBER, AT(member), lo, hi, empty, 0, NULL, help}

#define OPEN PLAN_FOR(PLAN_OPEN)
#define CLOSED (PLAN_FOR(PLAN_CLOSE) | PLAN_FOR(PLAN_RETIRE))
#define ASK (PLAN_FOR(PLAN_CHECK) | PLAN_FOR(PLAN_RETRY))

const struct plan_column plan_columns[PLAN_COLUMNS] = {
	WORD("kind", kind, kinds, 0, ~0u,
	    "what the row is: history first, then the day"),
	{"when", PLAN_TIME, AT(when), 0, 0, 0, ~0u, NULL,
	    "history: -30d04:15:00 (before the play), 2026-10-12 09:30:00 "
	    "(UTC+8) or 2026-10-12; the day: 09:30:00"},
	TEXT("institution", institution, 31, ~0u,
	    "bank or carrier: letters, digits and -"),
	TEXT("branch", branch, 31, OPEN | ASK, "outlet"),
	NUMBER("area", area, 0, 999999, 0, "six-digit area of the outlet"),
	TEXT("teller", teller, 31, ASK, "who serves"),
	TEXT("txn_id", txn_id, 71, ASK,
	    "the host's own id; a retry repeats that of its check"),
	TEXT("visit_id", visit_id, 71, 0, "the same for what one visit opens"),
	TEXT("batch_id", batch_id, 71, 0, "payroll or campus batch"),
	WORD("id_type", id_type, documents, 0, OPEN | ASK, "document"),
	TEXT("id_no", id_no, 39, OPEN | ASK, "its number"),
	TEXT("id_country", id_country, 3, 0, "for passport and other: CHN, ..."),
	TEXT("org_no", org_no, 39, 0, "credit code, where a company applies; in "
	    "a batch the employer's"),
	WORD("product", product, products, 0, OPEN | ASK, "what is opened"),
	WORD("operation", operation, operations, 1, 0, "empty = new"),
	NUMBER("quantity", quantity, 1, 1000, 1, "empty = 1"),
	WORD("purpose", purpose, purposes, 0, 0, "empty = unknown"),
	WORD("channel", channel, channels, 1, 0, "empty = counter"),
	WORD("agent_type", agent_type, documents, 0, 0,
	    "document of who acts for the applicant"),
	TEXT("agent_no", agent_no, 39, 0, "its number"),
	WORD("relation", relation, relations, 0, 0, "who that is"),
	WORD("prev_type", prev_type, documents, 0, 0,
	    "an older document of the same person"),
	TEXT("prev_no", prev_no, 39, 0, "its number; of the same country"),
	WORD("guardian", guardian, yes, 0, 0, "the guardian is present"),
	NUMBER("held_here", held_here, -1, 1000, -1,
	    "live cards of this product here; empty = unknown"),
	TEXT("name", name, 191, 0, "applicant"),
	TEXT("phone", phone, 23, 0, "contact phone"),
	TEXT("address", address, 511, 0, "contact address"),
	TEXT("device", device, 63, 0, "device of an online applicant"),
	TEXT("card_ref", card_ref, 63, OPEN | CLOSED,
	    "number of the card; needed where one is confirmed"),
	WORD("then", then, thens, 0, 0,
	    "what follows: confirm, clear (the counter clears what it may, then "
	    "confirms) or a reason to cancel"),
	TEXT("race", race, 31, 0, "rows of one race are asked at the same moment"),
	TEXT("group", group, 31, ASK, "the truth: which kind of people"),
	TEXT("ring", ring, 31, 0, "the truth: which ring; empty = honest"),
	WORD("expect", expect, expects, 0, 0,
	    "pass or hold, with ! where the play fails otherwise; one! = only "
	    "one of a race may pass; later = no rule holds it; error! = wrong input; "
	    "limit! = a limited account"),
	TEXT("listed", listed, 63, 0,
	    "the truth: the list and category on which the applicant stands, e.g. "
	    "sanction:convicted; phones:involved is his phone, agent:sanction:found "
	    "who acts for him, outlet:suspended the outlet"),
	TEXT("campaign", campaign, 31, 0,
	    "what the centre knew beforehand: the registered campaign to which the row "
	    "belongs, by its employer where org_no is there, else by its outlets"),
	TEXT("note", note, 191, 0, "shown where the ring was missed"),
};
