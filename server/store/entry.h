#ifndef LIANGKA_ENTRY_H_
#define LIANGKA_ENTRY_H_

/*
 * One journal entry: a flat structure and its printed form.  The printed form is
 * one JSON object with a fixed key order, no spaces, integers only; it is what
 * is hashed and stored, at most ENTRY_MAX bytes.  Keys that hold nothing are
 * left out.  entry_parse() accepts exactly what entry_print() writes, so what
 * apply() sees in the live path and in recovery is the same (I2).
 */

#include <stddef.h>
#include <stdint.h>

#include "keys/token.h"

#define ENTRY_MAX 4096
#define ENTRY_FACTS 64
#define ENTRY_LISTED 256
#define ENTRY_AGENT 128
#define ENTRY_WAIVED 128
#define ENTRY_IDS 1024 /* all rule ids of a policy fit, POLICY_MAX_IDS */

enum entry_kind {
	ENTRY_NONE,
	ENTRY_DECISION,		/* an applicant was checked */
	ENTRY_CONFIRM,		/* the card was issued */
	ENTRY_CANCEL,		/* it was not */
	ENTRY_RETIRE,		/* a card was closed */
	ENTRY_VOID,		/* a decision is taken back */
	ENTRY_REPORT,		/* a teller's alarm */
	ENTRY_REVIEW,		/* a step in a held case: enum review_step */
	ENTRY_INTAKE,		/* an opening or closing told from elsewhere */
	ENTRY_REFUSED,		/* requests of a minute that got no decision */
	ENTRY_POLICY,		/* a policy came into force */
	ENTRY_CLOCK,		/* an operator re-based the journal clock */
	ENTRY_START,
	ENTRY_STOP,
	ENTRY_LOG,		/* entry 0 of a log: its name, and the log before it */
	ENTRY_HEARTBEAT,	/* nothing else was written for a minute */
	ENTRY_GAP,		/* the daemon stood still for longer than that */
	ENTRY_ACCESS,		/* staff looked a person or an entry up */
	ENTRY_UNSEAL,		/* staff read a sealed identity */
	ENTRY_ERASE,		/* a sealed identity was erased, or not: REFUSED */
	ENTRY_LIST,		/* a list or register came into force */
	ENTRY_RETRO,		/* who was passed is listed now (code RETRO_HIT), or who
				 * was held is not listed any more (RETRO_CLEAR) */
	ENTRY_MERGE,		/* a row of a file belongs to an opening counted before */
	ENTRY_ALERT,		/* an alert was taken or closed */
	ENTRY_LINK,		/* two documents are of one person, or are not */
	ENTRY_SETTLE,		/* a node below has decided what it had asked us about */
	ENTRY_NODE,		/* a node below was admitted, retired, ...; or we are held */
	ENTRY_KINDS
};

/* entry.flags */
#define ENTRY_F_CLOCK 0x1u	/* the wall clock was not believed */
#define ENTRY_F_DRY 0x2u
#define ENTRY_F_POSTHOC 0x4u	/* issued while the daemon was away */
#define ENTRY_F_GUARDIAN 0x8u
#define ENTRY_F_LATE 0x10u	/* confirmed after the reservation had ended */
#define ENTRY_F_OVERRIDE 0x20u	/* confirmed against the decision */
#define ENTRY_F_CLEARED 0x40u	/* a clearance was in force and was used */
#define ENTRY_F_TOMBSTONE 0x80u /* cancelled before the check arrived */
#define ENTRY_F_DATE_ONLY 0x100u /* `at` is known by its day only */
#define ENTRY_F_EXTRA 0x200u	/* more cards than were asked for */
#define ENTRY_F_SANDBOX 0x400u
#define ENTRY_F_AFTER_CANCEL 0x800u
#define ENTRY_F_UNWIND 0x1000u	/* the attempt is taken back too */
#define ENTRY_F_SEALED 0x2000u	/* the identity stands sealed beside it */
#define ENTRY_F_REFUSED 0x4000u	/* what staff asked for was refused */
#define ENTRY_F_STALE 0x8000u	/* decided with lists beyond their soft age */
#define ENTRY_F_OUTLET 0x10000u	/* the outlet was refused, not the applicant */
#define ENTRY_F_HEAD 0x20000u	/* a further head of the campaign */
#define ENTRY_F_FULL 0x40000u	/* the campaign had no room any more */
#define ENTRY_F_CLAIMED 0x80000u /* facts are those of two documents that only the
				 * applicant says are one person's: see subject.h */
#define ENTRY_F_AWAY 0x100000u	/* the applicant is of another area than the outlet */
#define ENTRY_F_STOCK 0x200000u	/* intake: a card held before, of no new day */
#define ENTRY_F_LINKED 0x400000u /* facts are those of all documents of the person */
#define ENTRY_F_FIRST 0x2000000u /* confirm: the first card of its opening */
#define ENTRY_F_UNKNOWN 0x1000000u /* the outlet is in no register, first told here */
#define ENTRY_F_SECOND 0x800000u /* review: the second of two persons */
#define ENTRY_F_OFFLINE 0x4000000u /* decided without the word of the node above */
#define ENTRY_F_CONSULT 0x8000000u /* decided for a node below, which decides in its turn:
				 * reserved for a minute, until it says how */

/* entry.code of ENTRY_RETRO */
#define RETRO_HIT 1
#define RETRO_CLEAR 2
#define RETRO_ABOVE 3	/* the node above found what we could not see */

/* entry.code of ENTRY_REVIEW; `decided_by` says who, `ref` which decision */
enum review_step {
	REVIEW_APPROVE = 1,	/* LK_RESOLVE_APPROVE */
	REVIEW_DENY = 2,	/* LK_RESOLVE_DENY */
	REVIEW_TAKE = 3,	/* somebody works on it */
	REVIEW_RELEASE = 4,	/* and does not any more */
	REVIEW_DISPATCH = 5,	/* people were sent to the outlet: `note` whom */
	REVIEW_RESULT = 6,	/* what they found: `evidence`, enum review_found */
	REVIEW_PROPOSE = 7,	/* a refusal is to be overridden: the first of two */
	REVIEW_CLOSE = 8,	/* nothing left to decide: the applicant is gone */
	REVIEW_TIMEOUT = 9	/* nobody answered in time */
};

/* entry.evidence of REVIEW_RESULT */
enum review_found {
	FOUND_GENUINE = 1,	/* the applicant himself, for himself */
	FOUND_PERSUADED = 2,	/* was talked out of it */
	FOUND_POLICE = 3,	/* handed to the police */
	FOUND_GONE = 4,		/* nobody there any more */
	FOUND_OTHER = 9
};

/* entry.code of ENTRY_INTAKE */
#define INTAKE_OPEN 1		/* WIRE_INTAKE_OPEN */
#define INTAKE_CLOSE 2		/* WIRE_INTAKE_CLOSE */
#define INTAKE_FILE 3		/* a file was taken in: `hash`, `count`, `note` */

/* entry.code of ENTRY_NODE; `node` says which, `count` its generation, `base` where that
 * begins */
enum node_step {
	NODE_JOINED = 1,	/* seen for the first time, or with a new generation */
	NODE_RETIRED,		/* shall not link any more */
	NODE_REPLACED,		/* its machine is a new one: a new generation is due */
	NODE_READMITTED,	/* the same of a node that was wound back */
	NODE_HELD		/* it was found wound back; by the node itself too */
};

/* entry.code of ENTRY_ALERT */
#define ALERT_STEP_TAKE 1
#define ALERT_STEP_CLOSE 2

/* entry.code of ENTRY_ACCESS */
#define ACCESS_PERSON 1		/* a person was looked up */
#define ACCESS_ENTRY 2		/* an entry of the journal */
#define ACCESS_SCREEN 3		/* a file of accounts was screened */

/* entry.code of ENTRY_LINK */
#define LINK_JOIN 1
#define LINK_PART 2

/* entry.alert: the level that is told first */
enum alert_level {
	ALERT_NONE, ALERT_OUTLET, ALERT_COUNTY, ALERT_CITY, ALERT_PROVINCE
};

/* entry.alert_kind */
enum alert_kind {
	ALERT_NO_KIND,
	ALERT_RULE,		/* a rule with `notify` hit */
	ALERT_LIST,		/* on a list */
	ALERT_CANARY,		/* somebody asked for a person who does not exist */
	ALERT_TELLER,		/* a teller's alarm */
	ALERT_OVERRIDE,		/* issued against the decision, late or twice */
	ALERT_RETRO,		/* passed, and listed since */
	ALERT_OPENER,		/* found when a file was taken in */
	ALERT_CAMPAIGN,		/* a campaign is beyond its number */
	ALERT_CASE,		/* a case that nobody answered in time */
	ALERT_UNUSUAL,		/* an outlet's day is unlike its others */
	ALERT_LATE,		/* passed while the line was down, and should not have been */
	ALERT_NODE,		/* a node below was wound back */
	ALERT_KINDS
};

struct entry {
	uint64_t seq;
	int64_t t;		/* journal time, UTC ms */
	int32_t kind;
	uint32_t flags;
	int64_t at;		/* when it happened, UTC ms, where it differs */
	/* who, in clear: the audit trail */
	char inst[32];
	char outlet[32];
	char teller[32];
	char terminal[32];
	char decided_by[32];
	char second[32];	/* second teller */
	char origin[32];	/* who told it, where not the institution */
	char txn[72];
	char visit[72];
	uint64_t visit_key;	/* of the visit: 64 bits of its XXH3 hash */
	char batch[72];
	/* whom, as tokens of `epoch` */
	uint32_t epoch;
	struct token digest;	/* of the whole request: idempotency */
	struct token person;
	struct token agent_person; /* the agent, as a person */
	struct token agent;	/* the agent, as an agent */
	struct token prev;	/* an older document */
	struct token org;
	struct token phone;
	struct token address;
	struct token device;
	struct token card;
	/* the same as tokens of lists, of `list_epoch` */
	uint32_t list_epoch;
	struct token lperson;
	struct token lagent;
	struct token lphone;
	struct token lcard;
	/* what */
	int32_t subject;
	int32_t id_type;
	int32_t operation;
	int32_t product;
	int32_t channel;
	int32_t purpose;
	int32_t quantity;
	int32_t held_here;	/* -1 = unknown */
	int32_t relation;
	int32_t area;		/* of the outlet, 6 digits; 0: not known */
	/* on what grounds */
	char policy[32];
	int32_t engine;
	uint32_t nfacts;
	int64_t facts[ENTRY_FACTS];
	int32_t hits_total;
	char reason[16];
	/* the outcome */
	int32_t decision;
	int32_t floor;
	int32_t hard;		/* the strictest outcome of statutory rules, which
				 * nobody at a desk overrides; 0: none hit */
	uint32_t needs;
	int32_t by;
	int32_t offer;
	int32_t profile;
	int64_t expires;	/* UTC ms */
	int64_t due;
	uint64_t superseded;	/* seq of the reservation this one replaces */
	/* which node it concerns: see store/DESIGN of links */
	char from[16];		/* the node below that told it, or asked; or the one above */
	uint64_t from_seq;	/* its entry that tells it; 0: it asked */
	char to[16];		/* the node below that is to be told */
	/* what the node above said; up_seq 0: nothing */
	uint64_t up_seq;	/* its entry */
	int32_t up_decision;
	int32_t up_floor;
	int32_t up_hard;
	uint32_t up_needs;
	int32_t up_by;
	int32_t up_offer;
	int32_t up_profile;
	char up_reason[16];
	char up_leaf[68];	/* hash of its entry, hex */
	char up_hits[128];	/* its rule ids, as many as fit */
	/* what is said about an earlier entry */
	uint64_t ref;		/* its seq */
	int32_t code;		/* reason, report code, intake kind, outcome */
	uint32_t evidence;
	int64_t clear_until;	/* clearance granted, UTC ms */
	int32_t clear_count;
	/* whom it is told to: any kind of entry may raise an alert */
	int32_t alert;		/* enum alert_level */
	int32_t alert_kind;
	/* refused: how many of each */
	int32_t n_arg;
	int32_t n_denied;
	int32_t n_busy;
	int32_t n_again;
	int32_t n_input;
	/* policy, start */
	char hash[68];		/* SHA-256 of the policy file, hex */
	char version[32];	/* of the daemon */
	char node[32];
	char boot[40];		/* boot id */
	int64_t uptime;		/* ms since boot */
	/* lists: the version of the repository's targets in force; of ENTRY_LIST and
	 * _RETRO that of the list, whose id is `list` ("outlets", "campaigns": the
	 * registers) */
	uint64_t list_version;
	uint64_t count;		/* of its records; of what a node below told of a node
				 * below it: the number by which it goes on naming that
				 * decision, where it is not from_seq */
	char list[32];
	char meta[64];		/* root.timestamp.snapshot.targets: their versions */
	char campaign[32];	/* a registered campaign that the case belongs to */
	/* long texts stand last: entry_clear() clears their first byte alone */
	char hits[ENTRY_IDS];	/* rule ids, in precedence order */
	char lifted[ENTRY_IDS]; /* hits that a clearance removed */
	char shadow[ENTRY_IDS]; /* hits without effect: on trial, or only told */
	char note[256];		/* staff's reason */
	/* matched records, whole: list:version:category:severity:expiry:basis with a
	 * space between, the gravest first; expiry is a day as in list files */
	char listed[ENTRY_LISTED];
	char agent_listed[ENTRY_AGENT];
	char waived[ENTRY_WAIVED]; /* rule ids that the campaign lifts */
	/* log: entry 0 of a log */
	uint64_t base;		/* its seq: leaf index = seq - base */
	uint64_t prev_size;	/* of the log before it, 0 = none */
	char log[192];		/* origin of this log */
	char prev_log[192];	/* of the log before it */
	char prev_root[68];	/* its root, hex */
	char keys[192];		/* start: the keys in force, by id */
};

/**
 * entry_clear(e, kind): Make e an empty entry of this kind.
 */
void entry_clear(struct entry *e, int kind);

/**
 * entry_print(e, buf, cap): Print e into buf (not terminated).  Return its
 * length, or 0 when it would be longer than cap or ENTRY_MAX.
 */
size_t entry_print(const struct entry *e, char *buf, size_t cap);

/**
 * entry_parse(e, buf, len): Read a printed entry.  Return 0, or -1 when it is
 * not exactly what entry_print() writes for it; *where is then the offset of the
 * first byte that is wrong.
 */
int entry_parse(struct entry *e, const char *buf, size_t len, size_t *where);

/**
 * entry_kind_name(kind): Return e.g. "decision"; "" for an unknown one.
 */
const char *entry_kind_name(int kind);

/**
 * entry_flags(kind): Return the flags that an entry of this kind can have.
 */
uint32_t entry_flags(int kind);

/**
 * entry_token_set(t): Return nonzero unless t is all zeros (absent).
 */
int entry_token_set(const struct token *t);

#endif /* !LIANGKA_ENTRY_H_ */
