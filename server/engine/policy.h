#ifndef LIANGKA_POLICY_H_
#define LIANGKA_POLICY_H_

/*
 * The policy: rules as text, compiled once, decided by a pure function.
 *
 * A policy is a configuration text (plugin/conf.h) with one [policy] section,
 * any number of [rule ID] sections and, where the built-in texts are not wanted,
 * [text pass], [text limit], [text review] and [text reject].  default.policy
 * in this folder is the shipped one and shows every key.
 *
 * A rule hits when its `when` holds:
 *
 *	or-expr   = and-expr { "or" and-expr }
 *	and-expr  = not-expr { "and" not-expr }
 *	not-expr  = "not" not-expr | "(" or-expr ")" | condition
 *	condition = flag | sum compare sum | choice ("==" | "!=") name
 *	flag      = word | list "(" 'id' { "," category } ")"
 *	          | choice ["not"] "in" "(" name { "," name } ")"
 *	sum       = term { "+" term }           term = integer | count
 *	compare   = "==" "!=" "<" "<=" ">" ">="
 *
 * What a rule can ask for.  "The present" is the application being decided.
 * Reserved and issued openings count; cancelled, voided and expired ones do not.
 * REPLACE counts in replaced() only; input errors and dry runs count nowhere.
 * Window W = 1h..400d means the seconds (now - W, now]; `today` is the UTC+8
 * day.  An opening known by its day only is outside every window under 48h.
 *
 *   function               counts                        present  worked example
 *   cards(W)               bank and SIM cards: products   yes     a Ⅰ card 3 days ago, asks for a SIM:
 *                          of the groups bank and phone           cards(7d) = 2
 *   bank(W)                group bank                     yes     the same: bank(7d) = 1
 *   sim(W)                 group phone                    yes     the same: sim(7d) = 1
 *   accounts(W)            group account                  yes     two wallets today, asks for a SIM: = 2
 *   institutions(W)        distinct institutions of       yes     SIM at A, Ⅰ at B, asks at B for Ⅱ:
 *                          all openings                           institutions(7d) = 2
 *   outlets(W)             distinct (institution, outlet) yes     Ⅰ and SIM at two shops of A: 2
 *   visits(W)              distinct visit ids; without ids  yes  Ⅰ, Ⅱ and wallet in one visit: 1
 *                          all of one outlet and UTC+8
 *                          day are one visit
 *   attempts(W)            checks, whatever their answer  yes     asked twice, left after questions,
 *                          (not typed-wrong cancels)              asks again: attempts(24h) = 3
 *   attempt_institutions(W) distinct institutions that    yes     left A and B without a card, asks
 *                          were asked, whatever they              at C: attempt_institutions(7d) = 3
 *                          answered
 *   rejects(W)             REJECT answers                 no      refused this morning: rejects(24h) = 1
 *   replaced(W)            replacements                   yes     lost card replaced in May and now:
 *                                                                 replaced(400d) = 2
 *   held(P, here)          live items of product or group no      3 SIMs at A, 4 at B, asks A for a SIM:
 *                          P at this institution: the             held(phone, here) = 3
 *                          greater of ours and, for the
 *                          product asked for, held_here
 *   held(P, anywhere)      the same, all institutions     no      the same: held(phone, anywhere) = 7
 *   minutes_since(P)       minutes since the last opening no      a SIM at 09:00, now 10:30:
 *                          of P known by its hour; -1 = none      minutes_since(phone) = 90
 *   shared_phone(W)        distinct persons who gave the   yes    two others gave it last week:
 *                          same contact phone; 0 = the            shared_phone(30d) = 3; who gives it
 *                          application names none                 twice is one person
 *   shared_address(W)      the same contact address        yes    a couple at one address: 2
 *   shared_device(W)       the same device                 yes    own phone, used alone: 1
 *   shared_agent(W)        the same agent                  yes    nobody acts for the applicant: 0
 *   shared_employer(W)     the same employer               yes    the 66th of a payroll batch: 65, and
 *                                                                 so for all after: counts end there
 *   outlet_cards(D)        bank and SIM cards issued at    yes    40 today, asks for one more:
 *                          the outlet; no replacements,           outlet_cards(today) = 41; 200 for a
 *                          none of a registered campaign          registered payroll besides: still 41
 *   outlet_mean(D)         what the outlet issued in as    no     560 cards in 56 days: (today) = 10,
 *                          many days, on average of the           (7d) = 70; the first card was 9 days
 *                          8 weeks before, rounded up; -1         ago: not known
 *                          = it is younger than 14 days
 *   outlet_away(D)         the part of outlet_cards whose  yes    3 of the 40, and now one more, from
 *                          applicants are of another              another city: outlet_away(today) = 4
 *                          4-digit area than the outlet
 *   outlet_away_mean(D)    its mean                        no     112 in 56 days: (today) = 2
 *   outlet_offline(today)  bank and SIM cards passed or    while  20 passed since the line went down at
 *                          limited at the outlet while the offline nine, asks for one more: = 21; the
 *                          node above did not answer              line is back, asks for one more: = 20
 *   quantity               items asked for                        1..1000
 *   age                    completed years, UTC+8; -1 =           born 2012-11-23, on 2026-11-22: 13
 *                          the document does not tell
 *   hour                   hour of the day, UTC+8                 00:30 in Shanghai: 0
 *   held_known             flag: the host told held_here          held_here = -1: false
 *   area_local             flag: applicant and outlet are         110105 at an outlet of 110100: true
 *                          of one 4-digit area, or either
 *                          area is not known
 *   overflow               flag: openings did not fit the
 *                          person's record
 *   offline                flag: the node above was asked         the city answers within its deadline,
 *                          and did not answer in time, or         or this node has no node above: false;
 *                          could not be asked                     the line is down: true
 *   linked                 flag: what the other documents of      asks with a passport, 2 cards on the
 *                          the person opened and tried is         resident card: true, cards(30d) = 3
 *                          counted too
 *   guardian               flag: a guardian is present
 *                          (LK_F_GUARDIAN_PRESENT)
 *   listed('L')            flag: the list L holds the applicant   convicted, on L = 'sanction':
 *                                                                 listed('sanction') = true
 *   listed('L', C, ...)    flag: with one of these categories     the same: listed('sanction', found,
 *                                                                 convicted) = true, (.., found) = false
 *   agent_listed('L', ...) flag: the same, of who acts for him    the applicant's father is convicted:
 *                                                                 listed false, agent_listed true
 *   stale                  flag: a list that the policy asks      the newest list is of last week, the
 *                          for is beyond its hard age, or there   hard age 3 days: true
 *                          is none yet
 *   outlet_known           flag: the outlet stands in the         shop 0007 is not in it: false; no
 *                          register, or there is no register      register was published: true
 *   outlet_suspended       flag: suspended on this UTC+8 day      from 11-20 until 11-22, on 11-22: true
 *   campaign               flag: within a registered campaign     the 4,201st head of 4,200 expected:
 *                          that has room                          false
 *   product channel operation purpose id_type subject             choices: the words of the code tables
 *   institution            choice: ids in quotes                  institution in ('icbc', 'abc')
 *
 * Items count by their quantity in cards, bank, sim, accounts, held and outlet_*,
 * and once in the rest.  D is `today` or 1d..7d, and means whole UTC+8 days that
 * end today: 1d is today.  A comparison of an age, of minutes or of a mean that is
 * not known (-1) is false, whichever it is, and so is one of a sum with such a term;
 * so is a flag that is not known.  Shared counts end at 65 (SHARED_MAX + 1).
 * A node that asks another knows its own institution's openings alone while `offline`,
 * so counts over institutions are then lower bounds.
 * There is no multiplication: three times the mean is written
 * outlet_mean(today) + outlet_mean(today) + outlet_mean(today).
 *
 * A rule with `then = tell` only tells those whom `notify` names: it changes neither
 * decision nor needs, is never the reason told, and stands in the record beside the
 * hits of rules on trial, so that a replay finds it.  A campaign may lift it.
 *
 * A list's id is 1 to 23 of a-z, 0-9 and -, in quotes; categories are the words of
 * category.h.  Whom listed() is about follows from what the list holds: of persons
 * the applicant (of an organisation its legal person), of phones the contact phone.
 * A list of cards tells nothing here: there is no card yet.  A list that this node
 * does not have holds nobody, and makes it `stale`.
 *
 * A rule with `campaign = true` may be lifted by a registered campaign, which names
 * the rules that it lifts.  Only rules of class frequency and context may say so,
 * and none whose `when` asks for a list or counts institutions, or compares held()
 * with anything but what was opened in a window (as a rule about first cards does):
 * a campaign lifts no list, quantity or cross-institution rule.  A rule of class
 * statutory is lifted by nothing.
 *
 * Product groups, for `in`, held() and minutes_since():
 *   bank    = bank1 bank2 bank3 credit      (the social-security card is not)
 *   phone   = sim sim2
 *   account = payment ecny
 */

#include <stddef.h>
#include <stdint.h>

#include "plugin/conf.h"

/*
 * Raised by any change of what policy_decide answers for the same input.  Words that
 * were refused before (lists, registers, campaign = true, offline) are no such change.
 */
#define POLICY_ENGINE		1

#define POLICY_MAX_TEXT		262144	/* bytes of a policy */
#define POLICY_MAX_FACTS	64
#define POLICY_MAX_RULES	96
#define POLICY_MAX_ID		16	/* letters of a rule id */
#define POLICY_MAX_ENTRY_BYTES	1028	/* see policy_worst_bytes */
#define POLICY_MAX_IDS		1023	/* bytes of all rule ids and spaces */
#define POLICY_MAX_WAIVABLE	127	/* ditto, of those with campaign = true */
#define POLICY_MAX_LISTS	16
#define POLICY_MAX_LIST_ID	23	/* letters of a list's id */
#define POLICY_NO_RULE		(-1)

enum policy_fn {
	POLICY_CLEARED,		/* slot 0: a clearance is in force (0, 1) */
	POLICY_CARDS, POLICY_BANK, POLICY_SIM, POLICY_ACCOUNTS,
	POLICY_INSTITUTIONS, POLICY_OUTLETS, POLICY_VISITS, POLICY_ATTEMPTS,
	POLICY_REJECTS, POLICY_REPLACED,
	POLICY_HELD, POLICY_MINUTES_SINCE,
	POLICY_HELD_KNOWN, POLICY_AREA_LOCAL, POLICY_OVERFLOW, POLICY_GUARDIAN,
	POLICY_AGE, POLICY_HOUR, POLICY_QUANTITY,
	POLICY_CHANNEL, POLICY_PRODUCT, POLICY_OPERATION, POLICY_PURPOSE,
	POLICY_ID_TYPE, POLICY_SUBJECT, POLICY_INSTITUTION,
	POLICY_LISTED, POLICY_AGENT_LISTED, /* value: enum category, 0 = not */
	POLICY_STALE, POLICY_OUTLET_KNOWN, POLICY_OUTLET_SUSPENDED,
	POLICY_CAMPAIGN,
	POLICY_ATTEMPT_INSTITUTIONS,
	POLICY_SHARED_PHONE, POLICY_SHARED_ADDRESS, POLICY_SHARED_DEVICE,
	POLICY_SHARED_AGENT, POLICY_SHARED_EMPLOYER,
	POLICY_OUTLET_CARDS, POLICY_OUTLET_MEAN,
	POLICY_OUTLET_AWAY, POLICY_OUTLET_AWAY_MEAN,
	POLICY_OUTLET_OFFLINE, POLICY_OFFLINE,
	POLICY_LINKED,
	POLICY_FNS
};

/* policy_fact.place */
#define POLICY_HERE		1
#define POLICY_ANYWHERE		2

/* policy_fact.window: `today` */
#define POLICY_TODAY		(-1)

/* Product groups, in policy_fact.product beside LK_PRODUCT_* */
#define POLICY_GROUP_BANK	1001
#define POLICY_GROUP_PHONE	1002
#define POLICY_GROUP_ACCOUNT	1003

/* One value that the policy can read. */
struct policy_fact {
	uint8_t		fn;		/* enum policy_fn */
	uint8_t		place;		/* held: POLICY_HERE, _ANYWHERE; else 0 */
	uint16_t	product;	/* held, minutes_since; listed, agent_listed: */
					/* index of policy_lists(); else 0 */
	int32_t		window;		/* seconds, POLICY_TODAY, or 0 */
	const char *	list;		/* listed, agent_listed: its id, which lives */
					/* as long as the policy; else NULL */
};

enum policy_class {
	POLICY_STATUTORY, POLICY_QUANTITY_LIMIT, POLICY_FREQUENCY, POLICY_CONTEXT
};

/* Who is told; the numbers are those of enum alert_level of a journal entry. */
enum policy_notify {
	POLICY_NOTIFY_NONE, POLICY_NOTIFY_OUTLET, POLICY_NOTIFY_COUNTY,
	POLICY_NOTIFY_CITY, POLICY_NOTIFY_PROVINCE
};

/*
 * What was decided.  Rules are numbered from 0 in file order.  The four lists
 * are disjoint and each in order of precedence: class, then strictness, then
 * file order.  What both a campaign and a clearance would lift stands in waived: a
 * clearance is not used up where none is needed.
 */
struct verdict {
	int32_t		decision;	/* LK_PASS, _LIMIT, _REVIEW, _REJECT */
	int32_t		floor;		/* what approval of a review yields */
	uint32_t	needs;		/* LK_NEED_*, of all hits */
	int32_t		by;		/* LK_BY_*, when decision is LK_REVIEW */
	int32_t		offer;		/* LK_PRODUCT_* or 0 */
	int32_t		limit_profile;	/* when floor is LK_LIMIT */
	int16_t		headline;	/* rule whose reason is told, or -1 */
	int16_t		speaker;	/* rule whose texts are told, or -1 */
	uint16_t	nhits;		/* hits with effect */
	uint16_t	nlifted;	/* hits that a clearance took away */
	uint16_t	nshadow;	/* hits without effect: rules on trial, and */
					/* those that only tell */
	uint8_t		hit[POLICY_MAX_RULES];
	uint8_t		lifted[POLICY_MAX_RULES];
	uint8_t		shadow[POLICY_MAX_RULES];
	uint16_t	nwaived;	/* hits that a campaign took away */
	uint8_t		waived[POLICY_MAX_RULES];
};

struct policy;

/**
 * policy_compile(file, text, len, sink):
 * Compile the ${len} bytes at ${text}; ${file} is its name in messages.  Return
 * the policy, which the caller frees with policy_free and which keeps no pointer
 * to ${text}; or NULL after every error was reported through ${sink} (which may
 * be NULL).  Allocates once.
 */
struct policy *policy_compile(const char *file, const char *text, size_t len,
    const struct conf_sink *sink);

/**
 * policy_free(p):
 * Free ${p}, which may be NULL.
 */
void policy_free(struct policy *p);

/**
 * policy_facts(p, facts):
 * Point ${facts} at the facts that ${p} reads, in slot order, and return their
 * number, 1..POLICY_MAX_FACTS.  Slot 0 is always POLICY_CLEARED.
 */
size_t policy_facts(const struct policy *p, const struct policy_fact **facts);

/**
 * policy_fact_name(f, buf, cap):
 * Write ${f} as it stands in a rule, such as "held(phone, here)", into the
 * ${cap} bytes at ${buf} (64 are always enough).  Return its length.
 */
size_t policy_fact_name(const struct policy_fact *f, char *buf, size_t cap);

/**
 * policy_covers(code, product):
 * Does the product or group ${code} of a fact take in the LK_PRODUCT_* code
 * ${product}?  Return 1 or 0.
 */
int policy_covers(int code, int product);

/**
 * policy_institution_code(p, id):
 * Return the value of a POLICY_INSTITUTION fact for the institution ${id}: its
 * number in ${p}'s own table of names, from 1, or 0 if no rule names it.
 */
int policy_institution_code(const struct policy *p, const char *id);

/**
 * policy_lists(p, ids):
 * Point ${ids} at the ids of the lists that ${p} asks for, in the order of their
 * index in a fact, and return their number, at most POLICY_MAX_LISTS.
 */
size_t policy_lists(const struct policy *p, const char *const **ids);

/**
 * policy_waivable(p, rule):
 * Return 1 if a registered campaign may lift the rule (it says `campaign = true`),
 * else 0.
 */
int policy_waivable(const struct policy *p, int rule);

/**
 * policy_decide_waiving(p, facts, waived, now_s, v):
 * As policy_decide, with the rules for which ${waived}[rule] (one for each rule) is
 * not 0 lifted by a campaign: those that hit stand in ${v}->waived.  NULL: none.  A
 * rule that is not waivable stays.  The same ${v} follows when only the rules of
 * ${v}->waived are waived, so these are all that a record needs.
 */
void policy_decide_waiving(const struct policy *p, const int64_t *facts,
    const uint8_t *waived, int64_t now_s, struct verdict *v);

/**
 * policy_decide(p, facts, now_s, v):
 * Decide by the values ${facts}, one for each slot, at the UTC second ${now_s}
 * (which chooses the rules in force), and fill in ${v} wholly.  Values lie
 * within an int32_t; what lies outside is taken as the nearer end.  Pure: the
 * same arguments give the same answer for the same POLICY_ENGINE.  Does not
 * allocate; any thread may call it at any time.
 */
void policy_decide(const struct policy *p, const int64_t *facts, int64_t now_s,
    struct verdict *v);

/**
 * policy_hard(p, v):
 * Return the strictest `then` of the statutory rules among ${v}->hit, LK_PASS where none
 * hit: what nobody at a desk may override.
 */
int32_t policy_hard(const struct policy *p, const struct verdict *v);

/**
 * policy_soften(p, v):
 * Where ${v} rejects and no statutory rule among its hits does, make it a REVIEW by the
 * centre, with the floor LK_PASS.  For facts that rest on the applicant's own word: they
 * hold, but do not refuse (see store/subject.h).
 */
void policy_soften(const struct policy *p, struct verdict *v);

/**
 * policy_rule_reads(p, rule, fn):
 * Return 1 if the rule's `when` asks for a fact of the function ${fn}, else 0.
 */
int policy_rule_reads(const struct policy *p, int rule, int fn);

/**
 * policy_review_timeout(p):
 * Return what becomes of a case that nobody answers in time: LK_REVIEW (it lapses, and the
 * applicant is checked anew) or LK_REJECT (it counts as refused).  Never LK_PASS.
 */
int32_t policy_review_timeout(const struct policy *p);

/**
 * policy_rules(p):
 * Return the number of rules.
 */
size_t policy_rules(const struct policy *p);

/**
 * policy_rule_find(p, id):
 * Return the number of the rule ${id}, or POLICY_NO_RULE.
 */
int policy_rule_find(const struct policy *p, const char *id);

/*
 * What rule number ${rule} (0..policy_rules(p) - 1) says.  Strings live as long
 * as the policy.
 */
const char *policy_rule_id(const struct policy *p, int rule);
const char *policy_rule_reason(const struct policy *p, int rule);
const char *policy_rule_when(const struct policy *p, int rule);
enum policy_class policy_rule_class(const struct policy *p, int rule);
int32_t policy_rule_then(const struct policy *p, int rule);	/* LK_LIMIT.., */
					/* LK_PASS: it only tells */
int32_t policy_rule_by(const struct policy *p, int rule);	/* LK_BY_* */
uint32_t policy_rule_needs(const struct policy *p, int rule);	/* LK_NEED_* */
enum policy_notify policy_rule_notify(const struct policy *p, int rule);
int policy_rule_clearable(const struct policy *p, int rule);
int policy_rule_shadow(const struct policy *p, int rule);

/**
 * policy_rule_tells(p, rule):
 * Return 1 if the rule is in force only to tell (`then = tell`, not on trial), else 0.
 */
int policy_rule_tells(const struct policy *p, int rule);

/**
 * policy_rule_live(p, rule, now_s):
 * Return 1 if the UTC second ${now_s} lies within the rule's `from` and `until`
 * (both days of UTC+8, both inclusive), else 0.
 */
int policy_rule_live(const struct policy *p, int rule, int64_t now_s);

/**
 * policy_rule_begins(p, rule):
 * Return the first UTC second of the rule's `from`, INT64_MIN where it has none.
 */
int64_t policy_rule_begins(const struct policy *p, int rule);

/**
 * policy_version(p):
 * Return the version that the policy gives itself, 1..31 bytes.
 */
const char *policy_version(const struct policy *p);

/* How long a reservation, an open review, and an approval last, in seconds. */
int64_t policy_reservation_ttl(const struct policy *p);	/* default 30min */
int64_t policy_review_ttl(const struct policy *p);	/* default 72h */
int64_t policy_approve_ttl(const struct policy *p);	/* default 24h */

/**
 * policy_worst_bytes(p):
 * Return the bytes that facts and hits of ${p} can take in a journal entry at
 * their worst.  policy_compile refuses a policy where this is above
 * POLICY_MAX_ENTRY_BYTES, so that every entry stays within its limit.
 */
size_t policy_worst_bytes(const struct policy *p);

enum policy_text { POLICY_TEXT_TELLER, POLICY_TEXT_NOTICE };
enum policy_lang { POLICY_LANG_ZH, POLICY_LANG_EN };

/**
 * policy_message(p, rule, decision, lang, which, buf, cap):
 * Write the text for the teller or the notice for the applicant of a
 * ${decision} that ${rule} (verdict.speaker; POLICY_NO_RULE = none) speaks for
 * into the ${cap} bytes at ${buf}, with a NUL, cut between characters if it must
 * be (1,024 bytes are always enough).  A rule that has no such text, or whose
 * own `then` is not ${decision}, leaves it to the decision's general text.  A
 * notice of a decision other than LK_PASS ends with the policy's relief text.
 * Return the bytes written.
 */
size_t policy_message(const struct policy *p, int rule, int32_t decision,
    enum policy_lang lang, enum policy_text which, char *buf, size_t cap);

/**
 * policy_speaker(p, ids, decision, by):
 * Return the rule whose texts are told for a ${decision} that ${by} may clear, where
 * the rules named in ${ids}, with a space between, have hit here or at a node above:
 * the first that asks for that much, rather one that the same may clear.
 * POLICY_NO_RULE when ${p} has none of them.
 */
int policy_speaker(const struct policy *p, const char *ids, int32_t decision,
    int32_t by);

/**
 * policy_hits(p, list, n, buf, cap):
 * Write the ids of the ${n} rules in ${list} (verdict.hit, lifted, ...) with
 * a space between them into the ${cap} bytes at ${buf}, with a NUL: as many whole
 * ids as fit.  Return how many of the rules were written.
 */
size_t policy_hits(const struct policy *p, const uint8_t *list, size_t n,
    char *buf, size_t cap);

#endif /* !LIANGKA_POLICY_H_ */
