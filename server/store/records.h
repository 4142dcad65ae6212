#ifndef LIANGKA_RECORDS_H_
#define LIANGKA_RECORDS_H_

/*
 * What stands in the state, by kind.  Numbers are in the machine's own byte
 * order (state.mdb never leaves it); keys are big-endian.
 *
 *	kind	      key				value
 *	RECORD_NAME   id, 4 bytes			a name
 *	RECORD_CARD   card token, institution id	struct record_card
 *	RECORD_DECISION seq, 8 bytes			struct record_decision
 *	RECORD_PERSON token				engine/person.h
 *	RECORD_TXN    SHA-256(institution, txn)[16]	struct record_txn
 *	RECORD_TELLER SHA-256(inst, outlet, teller)[16] struct record_teller
 *	RECORD_CLOCK  "start"				struct record_clock
 *	RECORD_CLOCK  "log"				struct record_log
 *	RECORD_CLOCK  "policy"				SHA-256 of the policy in force
 *	RECORD_LIST   list id				struct record_list
 *	RECORD_LIST   "*"				struct record_list: version floors
 *	RECORD_SEEN   subject, list token		person: its token in the state; card:
 *							the key of RECORD_CARD; phone: up to
 *							RECORD_SEEN_MAX decisions, seq each
 *	RECORD_CAMPAIGN campaign id			struct record_campaign
 *	RECORD_HEAD   SHA-256(campaign, person)[16]	one byte: was counted
 *	RECORD_SHARED enum shared_kind, token		struct shared_use each
 *	RECORD_OUTLET outlet id, 4 bytes		engine/outletday.h
 *	RECORD_LINK   person token			struct record_link each
 *	RECORD_CASE   seq of its decision, 8 bytes	struct record_case: as long as
 *							somebody has to decide
 *	RECORD_ALERT  seq of what raised it, 8 bytes	struct record_alert: until it is
 *							closed
 *	RECORD_NODE   id of a node below, or above	struct record_node; under our own:
 *							whether we are held
 *	RECORD_BELOW  node id, its seq			our seq of the same, 8 bytes
 *	RECORD_ABOVE  our seq				struct record_above: which entry of
 *							which node below it is
 *	RECORD_DOWN   node id, our seq			nothing: that node has to be told
 */

#include <stddef.h>
#include <stdint.h>

#include "keys/token.h"

#define RECORD_ALERT 'A'
#define RECORD_OUTLET 'B'
#define RECORD_CASE 'C'
#define RECORD_NODE 'D'
#define RECORD_BELOW 'E'
#define RECORD_ABOVE 'F'
#define RECORD_DOWN 'G'
#define RECORD_SHARED 'H'
#define RECORD_LINK 'J'
#define RECORD_NAME 'N'
#define RECORD_CAMPAIGN 'K'
#define RECORD_HEAD 'L'
#define RECORD_LIST 'M'
#define RECORD_CARD 'O'
#define RECORD_DECISION 'Q'
#define RECORD_PERSON 'R'
#define RECORD_SEEN 'S'
#define RECORD_TXN 'T'
#define RECORD_TELLER 'U'
#define RECORD_CLOCK 'V'

#define RECORD_CARD_KEY (TOKEN_LEN + 4)
#define RECORD_HASH_KEY 16

/* How long decisions and transactions are known, in journal time. */
#define RECORD_KEEP_MS ((int64_t)400 * 86400 * 1000)

/* How long a node below has what it asked us about reserved, until it decides. */
#define RECORD_CONSULT_MS 60000

/* record_decision.life */
enum life {
	LIFE_NONE,		/* nothing was reserved: REJECT, dry run */
	LIFE_RESERVED,
	LIFE_ISSUED,
	LIFE_CANCELLED,
	LIFE_VOIDED,
	LIFE_SUPERSEDED
};

#define DECISION_DRY 0x1u
#define DECISION_POSTHOC 0x2u
#define DECISION_REPORTED 0x4u
#define DECISION_ORGANISATION 0x8u
#define DECISION_REPLACED 0x10u
#define DECISION_SANDBOX 0x20u
#define DECISION_CLOCK 0x40u
#define DECISION_STALE 0x80u
#define DECISION_RETRO_HIT 0x100u	/* was reported */
#define DECISION_RETRO_CLEAR 0x200u	/* ditto */
#define DECISION_LISTED 0x400u	/* the applicant stood on a list */
#define DECISION_AWAY 0x800u	/* he is of another area than the outlet */
#define DECISION_CAMPAIGN 0x1000u /* within a registered campaign that had room */
#define DECISION_OFFLINE 0x2000u /* without the word of the node above */
#define DECISION_CONSULT 0x4000u /* for a node below, which has not decided yet */

/* One decision; `nhits` bytes of rule ids follow it. */
struct record_decision {
	int64_t t;		/* ms */
	int64_t expires;	/* ms; of the reservation, or of the approval */
	int64_t due;		/* ms */
	uint64_t visit;
	struct token person;	/* or organisation: whose record it is */
	struct token card;	/* the first that was confirmed */
	uint8_t leaf[32];
	uint32_t inst;		/* interned names */
	uint32_t outlet;
	uint32_t policy;
	uint32_t flags;
	uint32_t needs;
	int32_t offer;
	int32_t profile;
	int32_t hits_total;
	uint16_t quantity;
	uint16_t confirms;
	uint16_t nhits;
	uint8_t life;
	uint8_t standing;
	uint8_t decision;
	uint8_t floor;
	uint8_t by;
	uint8_t product;
	uint8_t operation;
	uint8_t hard;		/* strictest outcome of statutory rules */
	uint8_t spare[2];
	uint32_t list_version;
	uint32_t epoch;
	char reason[16];
};

#define TXN_DECIDED 1
#define TXN_TOMBSTONE 2

struct record_txn {
	struct token digest;	/* of the request's content */
	uint64_t seq;		/* of its decision */
	int64_t t;		/* ms */
	uint32_t state;		/* TXN_DECIDED or TXN_TOMBSTONE */
	uint32_t epoch;		/* of the digest */
};

#define CARD_OPEN 1
#define CARD_CLOSED 2

struct record_card {
	struct token person;
	uint64_t seq;		/* of the opening it belongs to */
	uint32_t outlet;
	uint8_t product;
	uint8_t state;
	uint8_t organisation;
	uint8_t told;		/* that it is on a list of cards was reported */
};

/* What a teller did today; `n` sorted 64-bit person prefixes follow it. */
struct record_teller {
	uint32_t day;		/* UTC+8 */
	uint32_t minute;	/* since 1970 */
	uint32_t in_minute;
	uint32_t in_day;
	uint32_t n;
	uint32_t spare;
};

/*
 * The last start: judges the wall clock at another start in the same boot, and the
 * token key at any other.
 */
struct record_clock {
	int64_t t;		/* ms */
	int64_t uptime;		/* ms */
	char boot[40];
	char token[40];		/* "epoch:id" of the newest token key, or "" */
};

/* The log that entries go to. */
struct record_log {
	uint64_t base;		/* seq of its entry 0 */
	int32_t year;
	int32_t n;
	char origin[192];
};

/* A list or register in force; under the id "*" the metadata it came by. */
struct record_list {
	int64_t t;		/* ms */
	uint64_t version;	/* "*": of targets */
	uint64_t count;
	uint32_t root, timestamp, snapshot, targets;
	uint8_t hash[32];
};

struct record_campaign {
	uint64_t heads;
	int64_t full;		/* ms: when it was first found full, 0: never */
};

/* Another document of the same person. */
struct record_link {
	struct token person;
	uint32_t state;		/* LINKED_* */
	uint32_t at;		/* UTC seconds: since when */
};

#define LINKED_CLAIMED 1	/* the applicant says so */
#define LINKED_VERIFIED 2	/* staff have seen both */
#define LINKED_NOT 3		/* staff said that it is not so */

#define RECORD_LINKS_MAX 4

/* A case at the centre's desk: a review of its own, or a refusal to be overridden. */
struct record_case {
	int64_t t;		/* of the decision, ms */
	int64_t due;		/* ms */
	int64_t taken;		/* ms, 0: never */
	int64_t dispatched;	/* ms, 0: never */
	struct token person;
	uint32_t inst;		/* interned names */
	uint32_t outlet;
	uint32_t taker;		/* NAME_STAFF, 0: nobody */
	uint32_t proposer;	/* ditto: the first of two */
	int32_t area;
	uint8_t standing;	/* LK_STANDING_OPEN, _TAKEN, _DISPATCHED */
	uint8_t decision;	/* LK_REVIEW or LK_REJECT */
	uint8_t product;
	uint8_t found;		/* enum review_found, 0: not yet */
	uint8_t organisation;
	uint8_t spare[7];
	char reason[16];
};

struct record_alert {
	int64_t t;		/* ms */
	int64_t taken;		/* ms, 0: never */
	uint64_t ref;		/* decision or entry it is about, 0: itself */
	struct token person;	/* or organisation; zero: about nobody */
	uint32_t inst;		/* interned names */
	uint32_t outlet;
	uint32_t taker;		/* NAME_STAFF, 0: nobody */
	int32_t area;
	uint8_t level;		/* enum alert_level */
	uint8_t kind;		/* enum alert_kind */
	uint8_t product;
	uint8_t entry;		/* enum entry_kind of what raised it */
	uint8_t spare[4];
	char reason[16];
};

/* How a node stands with us. */
enum record_node_status {
	RECORD_NODE_ACTIVE,
	RECORD_NODE_RETIRED,
	RECORD_NODE_AWAITED,	/* it is to come with a new generation */
	RECORD_NODE_HELD	/* it was wound back, and records nothing */
};

struct record_node {
	int64_t t;		/* ms: of the last entry about it, or from it */
	int64_t joined;		/* ms: when its generation was first seen */
	uint64_t cursor;	/* the last of its entries that was taken */
	uint64_t events;	/* how many were */
	uint64_t base;		/* where its generation begins */
	uint64_t leaf_seq;	/* whose hash `leaf` is, 0: none */
	uint8_t leaf[32];
	uint32_t generation;
	uint32_t status;	/* enum record_node_status */
};

/* An entry of ours and the same one in the journal of the node that told it. */
struct record_above {
	uint64_t seq;
	char node[16];
};

#define RECORD_BELOW_KEY (16 + 8)

#define RECORD_SEEN_MAX 8	/* decisions remembered of one phone */
#define RECORD_SEEN_KEY (TOKEN_LEN + 1)

#define TELLER_PERSONS_MAX 4096 /* prefixes kept; the limit is at most this */

_Static_assert(sizeof(struct record_decision) == 168, "no padding");
_Static_assert(sizeof(struct record_txn) == 40, "no padding");
_Static_assert(sizeof(struct record_card) == 32, "no padding");
_Static_assert(sizeof(struct record_teller) == 24, "no padding");
_Static_assert(sizeof(struct record_log) == 208, "no padding");
_Static_assert(sizeof(struct record_list) == 72, "no padding");
_Static_assert(sizeof(struct record_campaign) == 16, "no padding");
_Static_assert(sizeof(struct record_link) == 24, "no padding");
_Static_assert(sizeof(struct record_case) == 96, "no padding");
_Static_assert(sizeof(struct record_alert) == 80, "no padding");
_Static_assert(sizeof(struct record_node) == 88, "no padding");
_Static_assert(sizeof(struct record_above) == 24, "no padding");

/**
 * record_seq_key(key, seq): Write the key of a decision.
 */
void record_seq_key(uint8_t key[8], uint64_t seq);

/**
 * record_txn_key(key, from, inst, txn, dry): Write the key of a transaction that the node
 * `from` below us told of, "": nobody did; dry runs have a space of their own.
 */
void record_txn_key(uint8_t key[RECORD_HASH_KEY], const char *from,
    const char *inst, const char *txn, int dry);

/**
 * record_teller_key(key, inst, outlet, teller): Write the key of a teller.
 */
void record_teller_key(uint8_t key[RECORD_HASH_KEY], const char *inst,
    const char *outlet, const char *teller);

/**
 * record_card_key(key, card, inst): Write the key of a card of an institution.
 */
void record_card_key(uint8_t key[RECORD_CARD_KEY], const struct token *card,
    uint32_t inst);

/**
 * record_seen_key(key, subject, t): Write the key of a list token seen here.
 * record_head_key(key, campaign, person): write that of a head of a campaign.
 */
void record_seen_key(uint8_t key[RECORD_SEEN_KEY], int subject,
    const struct token *t);
void record_head_key(uint8_t key[RECORD_HASH_KEY], const char *campaign,
    const struct token *person);

/**
 * record_shared_key(key, kind, t): Write the key of a contact phone or the like (enum
 * shared_kind).  record_outlet_key(key, outlet): that of an outlet's days.
 */
void record_shared_key(uint8_t key[RECORD_SEEN_KEY], int kind,
    const struct token *t);
void record_outlet_key(uint8_t key[4], uint32_t outlet);

/**
 * record_below_key(key, node, seq): Write the key of RECORD_BELOW and RECORD_DOWN.
 */
void record_below_key(uint8_t key[RECORD_BELOW_KEY], const char *node,
    uint64_t seq);

#endif /* !LIANGKA_RECORDS_H_ */
