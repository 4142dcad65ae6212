/*
 * plugin.h: the public interface of libliangka.so.1, version 1 (frozen).
 *
 * liangka answers one question before a bank card, payment account or SIM is
 * issued: is this applicant a high-frequency opener (高频开卡) or on a risk
 * list, and what may the branch do?  A host program loads this library, asks
 * with lk_check(), and tells the outcome with lk_confirm() or lk_cancel().
 *
 * Rules of this header
 *   Versions  Structures begin with their size and only ever grow at the end.
 *             Calls, codes and field meanings are never changed or renumbered.
 *             A caller sets `size` to sizeof the structure it was compiled
 *             with.  A larger structure is accepted when all bytes the library
 *             does not know are zero, else LK_E_SIZE; a smaller one than
 *             version 1 is LK_E_SIZE.  The library writes at most `size` bytes.
 *   Numbers   int32/uint32/int64/uint64 in the host's byte order.  Times are
 *             UTC milliseconds since 1970-01-01; 0 = not given.
 *   Text      Fixed arrays, NUL-terminated; the stated width counts the NUL.
 *             A text that fills its array without NUL is LK_E_ARG: nothing is
 *             ever cut.  UTF-8, or GB18030 where the handle was opened so.
 *             Identifiers (institution, branch, teller, txn_id …) must not
 *             hold control characters.  NULL for a text argument means "".
 *   Safety    Each call that takes a result first writes LK_REVIEW into it, so
 *             that a host which ignores return codes never issues by mistake.
 *             The library never fills in LK_PASS or LK_LIMIT by itself.
 *   Deadlines `timeout_ms` bounds the whole call, connecting included.  0 =
 *             the configured default (`timeout`, 3000 ms when not set); at
 *             most 600000, else LK_E_ARG.
 *   Threads   Every call may be made from any thread at any time [any].  Calls
 *             marked [pure] touch no handle and never block.  After fork() the
 *             child may go on using its handles (it connects anew); what was
 *             submitted asynchronously before belongs to the parent.
 *   Guest     No thread, signal handler, environment change, output, exit,
 *             locale or umask change is ever made in the host process; at most
 *             16 KiB of stack are used.
 *   Privacy   Identity numbers, names, phones and addresses pass through to the
 *             local daemon only; the library keeps and logs none of them.
 *
 * Not thread-safe is only this: closing a handle while another thread uses it
 * makes that thread's call return LK_E_HANDLE or finish normally; both are
 * harmless.
 *
 * History
 *   2026-11-22  version 1.
 */
#ifndef LIANGKA_PLUGIN_H_
#define LIANGKA_PLUGIN_H_

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(LK_BUILD) && defined(__GNUC__)
#define LK_API __attribute__((visibility("default")))
#else
#define LK_API
#endif

/** Version of this interface, as lk_abi() returns it. */
#define LK_ABI 1

/*
 * Decisions.  A host that meets a value it does not know treats 1..19 as
 * LK_REVIEW and 20 or above as LK_REJECT.
 */
#define LK_PASS 0	/* may be issued */
#define LK_LIMIT 5	/* only a limited-function account may be issued */
#define LK_REVIEW 10	/* hold for a person; see `by` and `needs` */
#define LK_REJECT 20	/* must not be issued */

/* Errors: negative, never renumbered. */
#define LK_OK 0
#define LK_E_ARG (-1)		/* an argument or field is wrong; message says which */
#define LK_E_SIZE (-2)		/* a structure's size is not acceptable */
#define LK_E_HANDLE (-3)	/* no such handle: never opened, or closed */
#define LK_E_CONFIG (-4)	/* configuration missing, unreadable or wrong */
#define LK_E_UNAVAIL (-5)	/* the daemon cannot be reached, or cannot record */
#define LK_E_TIMEOUT (-6)	/* the deadline passed; the outcome is not known */
#define LK_E_AGAIN (-7)		/* nothing yet; or a rate limit: try again later */
#define LK_E_BUSY (-8)		/* no free connection or queue place by the deadline */
#define LK_E_DENIED (-9)	/* this peer has no right to that */
#define LK_E_VERSION (-10)	/* library and daemon share no protocol version */
#define LK_E_STATE (-11)	/* not possible as things stand (see each call) */
#define LK_E_STALE (-12)	/* the daemon's lists or policy are too old */
#define LK_E_BUFFER (-13)	/* the buffer given is too small */
#define LK_E_ENCODING (-14)	/* text is not valid UTF-8 or GB18030 */
#define LK_E_FORK (-15)		/* submitted by the parent process */
#define LK_E_NOMEM (-16)	/* out of memory or descriptors */
#define LK_E_INTERNAL (-17)	/* a fault of liangka's own; please report */
#define LK_E_CONFLICT (-18)	/* this txn_id was used with different content */
#define LK_E_UNSUPPORTED (-19)	/* this build or daemon does not do that */
#define LK_E_INPUT (-20)	/* a document is not valid; message names the field */

/* lk_request.flags */
#define LK_F_DRY_RUN 0x1u	   /* decide and record, reserve nothing */
#define LK_F_GUARDIAN_PRESENT 0x2u /* needs agent_id_no with relation 1 or 2 */
#define LK_F_POSTHOC 0x4u	   /* already issued, at opened_ms: record it */

/* lk_request.subject */
#define LK_SUBJECT_PERSON 0
#define LK_SUBJECT_ORGANISATION 1

/* Identity documents (GB 11643-1999, GB 32100-2015 and the permits' rules). */
#define LK_ID_RESIDENT 1	  /* resident identity card, 18 or 15 digits */
#define LK_ID_TEMPORARY 2	  /* temporary resident identity card */
#define LK_ID_HOUSEHOLD 3	  /* household booklet */
#define LK_ID_MILITARY 4	  /* military or police card */
#define LK_ID_HM_RESIDENCE 5	  /* Hong Kong/Macao residence permit, 81…/82… */
#define LK_ID_TW_RESIDENCE 6	  /* Taiwan residence permit, 83… */
#define LK_ID_HM_TRAVEL 7	  /* Hong Kong/Macao travel permit */
#define LK_ID_TW_TRAVEL 8	  /* Taiwan travel permit */
#define LK_ID_PERMANENT 9	  /* foreign permanent residence, 18 digits, 9… */
#define LK_ID_PERMANENT_OLD 10	  /* the same, 3 letters + 12 digits */
#define LK_ID_PASSPORT 11	  /* passport; id_country is required */
#define LK_ID_CREDIT_CODE 12	  /* unified social credit code (organisation) */
#define LK_ID_OTHER 99		  /* other document; id_country is required */

/* Operations */
#define LK_OP_NEW 1
#define LK_OP_REPLACE 2		/* a lost or damaged card made anew */
#define LK_OP_REOPEN 3		/* a dormant or closed account opened again */
#define LK_OP_UPGRADE 4		/* e.g. class Ⅱ to class Ⅰ */
#define LK_OP_PORT_IN 5		/* number carried over from another operator */
#define LK_OP_TRANSFER 6	/* taken over from another holder */
#define LK_OP_ACTIVATE 7	/* a card delivered earlier is activated */

/* Products */
#define LK_PRODUCT_BANK1 1	/* bank account class Ⅰ */
#define LK_PRODUCT_BANK2 2	/* class Ⅱ */
#define LK_PRODUCT_BANK3 3	/* class Ⅲ */
#define LK_PRODUCT_CREDIT 4	/* credit card */
#define LK_PRODUCT_SOCIAL 5	/* social-security card, outside the card limit */
#define LK_PRODUCT_PAYMENT 6	/* payment account */
#define LK_PRODUCT_ECNY 7	/* e-CNY wallet */
#define LK_PRODUCT_SIM 20	/* phone card */
#define LK_PRODUCT_SIM2 21	/* secondary phone card */
#define LK_PRODUCT_IOT 22	/* IoT card */
#define LK_PRODUCT_FIXED 23	/* fixed line */
#define LK_PRODUCT_CORPORATE 40 /* corporate account */

/* Channels */
#define LK_CHANNEL_COUNTER 1
#define LK_CHANNEL_SELF_SERVICE 2
#define LK_CHANNEL_ONLINE 3
#define LK_CHANNEL_MOBILE_TEAM 4
#define LK_CHANNEL_BATCH 5
#define LK_CHANNEL_AGENT_SHOP 6

/* Purposes */
#define LK_PURPOSE_UNKNOWN 0
#define LK_PURPOSE_SALARY 1
#define LK_PURPOSE_STUDENT 2
#define LK_PURPOSE_SOCIAL 3
#define LK_PURPOSE_PENSION 4
#define LK_PURPOSE_LOAN 5
#define LK_PURPOSE_FAMILY 6
#define LK_PURPOSE_DAILY 7
#define LK_PURPOSE_OTHER 9

/* Who acts for the applicant */
#define LK_AGENT_NONE 0
#define LK_AGENT_GUARDIAN 1
#define LK_AGENT_PARENT 2
#define LK_AGENT_SPOUSE 3
#define LK_AGENT_EMPLOYER 4
#define LK_AGENT_CARER 5
#define LK_AGENT_OTHER 9

/* lk_result.needs: what a REVIEW or LIMIT asks for; also evidence bits. */
#define LK_NEED_GUARDIAN 0x1u
#define LK_NEED_PURPOSE_PROOF 0x2u
#define LK_NEED_FACE_CHECK 0x4u
#define LK_NEED_MANAGER 0x8u
#define LK_NEED_CENTRE 0x10u
#define LK_NEED_KEEP_WAITING 0x20u

/* lk_result.by: who may clear a REVIEW */
#define LK_BY_NONE 0
#define LK_BY_COUNTER 1		/* the branch itself: lk_resolve() */
#define LK_BY_INSTITUTION 2	/* the institution: lk_resolve() with the right */
#define LK_BY_CENTRE 3		/* the anti-fraud centre's desk */

/* lk_result.standing: how the case stands now; the decision never changes. */
#define LK_STANDING_NONE 0	/* nothing to clear */
#define LK_STANDING_OPEN 1
#define LK_STANDING_TAKEN 2
#define LK_STANDING_DISPATCHED 3
#define LK_STANDING_APPROVED 4	/* `allowed` says what may be issued */
#define LK_STANDING_DENIED 5
#define LK_STANDING_EXPIRED 6	/* reservation or review lapsed */
#define LK_STANDING_WITHDRAWN 7 /* cancelled, superseded or voided */

/* lk_result.flags */
#define LK_R_FALLBACK 0x1u	/* no answer: filled in from on_unavailable */
#define LK_R_STALE 0x2u		/* decided with old lists */
#define LK_R_DUPLICATE 0x4u	/* this txn_id was answered before: same answer */
#define LK_R_REPLACED 0x8u	/* superseded an open reservation of this branch */
#define LK_R_DRY_RUN 0x10u
#define LK_R_OFFLINE 0x20u	/* decided without the parent's word */
#define LK_R_LATE 0x40u		/* answered after the deadline it was given */
#define LK_R_SANDBOX 0x80u	/* a test daemon: means nothing for real people */
#define LK_R_CLOCK 0x100u	/* the daemon's wall clock is in doubt */

/* lk_open() flags */
#define LK_OPEN_GB18030 0x1u	/* texts of this handle are GB18030 */
#define LK_OPEN_ENGLISH 0x2u	/* messages in English (default zh-CN) */

/* lk_message() */
#define LK_TEXT_TELLER 0	/* for the teller: what to do and why */
#define LK_TEXT_NOTICE 1	/* for the applicant: reason, relief, documents */
#define LK_LANG_DEFAULT 0	/* the handle's */
#define LK_LANG_ZH 1
#define LK_LANG_EN 2

/* lk_cancel() reasons */
#define LK_CANCEL_LEFT 1	   /* the applicant left */
#define LK_CANCEL_LEFT_QUESTIONED 2 /* left after being questioned: stays counted */
#define LK_CANCEL_TYPING 3	   /* typed wrong */
#define LK_CANCEL_SYSTEM 4	   /* system fault, time-out */
#define LK_CANCEL_PRODUCT 5	   /* another product was chosen */

/* lk_void() reasons */
#define LK_VOID_WRONG_PERSON 1
#define LK_VOID_TEST_ENTRY 2
#define LK_VOID_OTHER 9

/* lk_retire() reasons */
#define LK_RETIRE_CLOSED 1	/* closed by its holder */
#define LK_RETIRE_PORTED_OUT 2
#define LK_RETIRE_REPLACED 3
#define LK_RETIRE_INVOLVED 4	/* closed because involved in a case (涉案) */
#define LK_RETIRE_OTHER 9

/* lk_report() codes: what the teller saw */
#define LK_REPORT_COACHED 1	/* answers as if taught, reads from a phone */
#define LK_REPORT_ACCOMPANIED 2 /* somebody waits, watches or gives orders */
#define LK_REPORT_DOCUMENTS 3	/* documents look wrong */
#define LK_REPORT_FACE 4	/* does not look like the photograph */
#define LK_REPORT_RESELLING 5	/* spoke of selling or lending the card */
#define LK_REPORT_GROUP 6	/* several strangers come together */
#define LK_REPORT_COERCED 7	/* seems to act under pressure: help needed */
#define LK_REPORT_OTHER 9

/* lk_resolve() outcomes */
#define LK_RESOLVE_APPROVE 1
#define LK_RESOLVE_DENY 2

/* lk_sizeof() */
#define LK_STRUCT_REQUEST 1
#define LK_STRUCT_RESULT 2
#define LK_STRUCT_STATUS 3

/**
 * struct lk_request: one application, as the teller has it.
 *
 * Required: size, product, operation (0 is taken as LK_OP_NEW), id_type, id_no,
 * txn_id, branch and teller (the latter two may come from the configuration).
 * For an organisation: subject 1 and org_no, with id_* for its legal person.
 */
struct lk_request {
	uint32_t size;		/* sizeof(struct lk_request) */
	uint32_t flags;		/* LK_F_* */
	int32_t subject;	/* LK_SUBJECT_* */
	int32_t id_type;	/* LK_ID_* */
	int32_t operation;	/* LK_OP_*; 0 = LK_OP_NEW */
	int32_t product;	/* LK_PRODUCT_* */
	int32_t channel;	/* LK_CHANNEL_*; 0 = LK_CHANNEL_COUNTER */
	int32_t purpose;	/* LK_PURPOSE_* */
	int32_t quantity;	/* 1..1000; 0 = 1 */
	int32_t held_here;	/* host's own count of live cards of this product */
				/* that the person holds; -1 = unknown */
	int32_t agent_id_type;	/* LK_ID_* of who acts for the applicant, or 0 */
	int32_t agent_relation; /* LK_AGENT_* */
	int32_t prev_id_type;	/* LK_ID_* of an older document, or 0 */
	int32_t language;	/* LK_LANG_* for message and notice */
	int64_t opened_ms;	/* LK_F_POSTHOC only: when it was issued */
	char id_no[40];		/* document number; full-width digits are fine */
	char id_country[4];	/* ISO 3166 alpha-3, for passport and other */
	char agent_id_no[40];
	char agent_country[4];
	char prev_id_no[40];	/* an older document of the same person */
	char prev_country[4];
	char org_no[40];	/* unified social credit code */
	char reserved[4];	/* zero */
	char txn_id[72];	/* the host's own id; same id = same answer */
	char visit_id[72];	/* one visit may open several things */
	char batch_id[72];	/* payroll or campus batch */
	char name[192];		/* never a rule input */
	char phone[24];		/* contact phone */
	char address[512];	/* contact address */
	char device[64];	/* device fingerprint of an online applicant */
	char institution[32];	/* "" where the peer has only one */
	char branch[32];	/* outlet (网点) */
	char teller[32];
	char terminal[32];
	char decided_by[32];	/* person who answers for it, where not the teller */
};

/**
 * struct lk_result: one answer.
 *
 * `decision` with `seq` and `leaf` is the receipt: keep them with the card's
 * record, an inclusion proof is later asked for by them.
 */
struct lk_result {
	uint32_t size;		/* sizeof(struct lk_result) */
	int32_t decision;	/* LK_PASS … LK_REJECT; never changes */
	int32_t standing;	/* LK_STANDING_* */
	int32_t allowed;	/* what may be issued as things stand now: the */
				/* decision; once approved what approval */
				/* yields; REVIEW once withdrawn or expired */
	uint32_t needs;		/* LK_NEED_* */
	int32_t by;		/* LK_BY_* */
	int32_t offer;		/* LK_PRODUCT_* that may still be issued, or 0 */
	int32_t limit_profile;	/* for LK_LIMIT: the institution's own profile */
	uint32_t flags;		/* LK_R_* */
	uint32_t hits_total;	/* how many rules hit; `hits` names those that fit */
	int64_t list_version;	/* 0 = no lists in force */
	int64_t time_ms;	/* when it was decided */
	int64_t expires_ms;	/* reservation ends; 0 = none */
	int64_t due_ms;		/* when a review is due; 0 = none */
	uint64_t seq;		/* number of the journal entry */
	char leaf[72];		/* its RFC 6962 leaf hash, 64 hex digits */
	char policy_version[32];
	char decision_id[40];	/* accepted by every call below */
	char reference[24];	/* short form for the phone, ditto */
	char reason[16];	/* reason code of the headline rule */
	char hits[256];		/* rule ids, separated by a space */
	char message[1024];	/* for the teller */
	char notice[1024];	/* for the applicant (反电信网络诈骗法 Art. 32) */
};

/** struct lk_status: how the daemon is. */
struct lk_status {
	uint32_t size;		/* sizeof(struct lk_status) */
	int32_t ready;		/* 1 = answers checks */
	uint32_t flags;		/* LK_R_STALE, _OFFLINE, _SANDBOX, _CLOCK */
	uint32_t connections;	/* open now */
	int64_t time_ms;	/* journal time */
	int64_t started_ms;
	uint64_t seq;		/* last entry that is durable */
	uint64_t checks;	/* since start */
	uint64_t state_bytes;	/* size of the state file */
	uint64_t overlay_bytes; /* memory held by recent changes */
	int64_t list_version;
	char policy_version[32];
	char node[32];
	char version[32];	/* of the daemon */
	char message[256];	/* what is wrong, "" when nothing is */
};

/** lk_abi(): Return LK_ABI of the library that was loaded.  [pure] */
LK_API uint32_t lk_abi(void);

/** lk_version(): Return the library's version, e.g. "1.0.0".  [pure] */
LK_API const char *lk_version(void);

/**
 * lk_sizeof(which): Return the library's size in bytes of the structure `which`
 * (LK_STRUCT_*), or 0 where unknown.  For hosts without a C compiler.  [pure]
 */
LK_API uint32_t lk_sizeof(int32_t which);

/**
 * lk_strerror(code): Return an English sentence for LK_OK or an LK_E_ code;
 * never NULL.  [pure]
 */
LK_API const char *lk_strerror(int32_t code);

/**
 * lk_open(config, flags): Read the configuration file `config` (NULL or "":
 * $LIANGKA_CONF unless the process is set-id, else /etc/liangka/plugin.conf)
 * and return a handle > 0.  The daemon need not be running: connections are
 * made when needed.  flags: LK_OPEN_*.  At most 64 handles at once.  [any]
 * Errors: CONFIG (see lk_message with handle 0), ARG (unknown flag), NOMEM.
 */
LK_API int32_t lk_open(const char *config, uint32_t flags);

/**
 * lk_close(handle): Close the handle and its connections.  Requests submitted
 * and not collected are cancelled as best effort.  [any]
 * Errors: HANDLE (never opened or closed before).
 */
LK_API int32_t lk_close(int32_t handle);

/**
 * lk_check(handle, request, result, timeout_ms): Ask whether the card may be
 * issued, and reserve it unless rejected.  Returns LK_OK when `result` holds
 * the daemon's recorded decision.  The same txn_id with the same content gives
 * the same answer (LK_R_DUPLICATE) for 400 days; after TIMEOUT or UNAVAIL ask
 * again with the same txn_id.  [any]
 * Errors: ARG, SIZE, HANDLE, ENCODING, INPUT (message names the field),
 * CONFLICT, UNSUPPORTED, DENIED, AGAIN (rate limit), BUSY, VERSION, FORK, NOMEM,
 * INTERNAL: `result` is LK_REVIEW.  STATE: the txn_id was cancelled before.
 * UNAVAIL, TIMEOUT, STALE: `result` is filled in from `on_unavailable` (REVIEW
 * or REJECT) with LK_R_FALLBACK.
 */
LK_API int32_t lk_check(int32_t handle, const struct lk_request *request,
    struct lk_result *result, int32_t timeout_ms);

/**
 * lk_check_id(handle, id_type, id_no, product, txn_id, branch, teller, decision,
 *     decision_id, decision_id_size, message, message_size, timeout_ms):
 * lk_check() for hosts without structures: a person, LK_OP_NEW, at the counter.
 * *decision receives LK_PASS … LK_REJECT (LK_REVIEW on any error); decision_id
 * (at least 40 bytes) and message (at least 1024) receive text and may be NULL
 * with size 0.  [any]  Errors: as lk_check(), and BUFFER.
 */
LK_API int32_t lk_check_id(int32_t handle, int32_t id_type, const char *id_no,
    int32_t product, const char *txn_id, const char *branch,
    const char *teller, int32_t *decision, char *decision_id,
    uint32_t decision_id_size, char *message, uint32_t message_size,
    int32_t timeout_ms);

/**
 * lk_confirm(handle, decision_id, card_ref, product_issued, issued_ms,
 *     timeout_ms):
 * The card was issued.  `card_ref` (1..63 bytes) is the card, account or phone
 * number; only a keyed token of it is stored.  product_issued 0 = as asked.
 * issued_ms 0 = now.  Never lost: a confirm after expiry, after a cancel, or
 * against REVIEW or REJECT is recorded, counted and alerted all the same.  The
 * same confirm again is LK_OK and changes nothing.  [any]
 * Errors: STATE = recorded, but it was not allowed.  HANDLE, ARG, ENCODING,
 * INPUT (no such decision), DENIED, AGAIN, BUSY, VERSION, UNAVAIL, TIMEOUT,
 * NOMEM, INTERNAL: not recorded or not known; call again.
 */
LK_API int32_t lk_confirm(int32_t handle, const char *decision_id,
    const char *card_ref, int32_t product_issued, int64_t issued_ms,
    int32_t timeout_ms);

/**
 * lk_cancel(handle, decision_id, txn_id, reason, timeout_ms): The card was not
 * issued: free the reservation.  Give decision_id, or txn_id of the check (also
 * one that may not have arrived: a later check with it gets STATE).  reason:
 * LK_CANCEL_*.  Cancelling twice is LK_OK.  [any]
 * Errors: STATE (confirmed before), INPUT (no such decision), else as
 * lk_confirm().
 */
LK_API int32_t lk_cancel(int32_t handle, const char *decision_id,
    const char *txn_id, int32_t reason, int32_t timeout_ms);

/**
 * lk_retire(handle, card_ref, closed_ms, reason, timeout_ms): A card was closed;
 * it no longer counts as held.  closed_ms 0 = now; reason LK_RETIRE_*.  Retiring
 * twice is LK_OK.  [any]
 * Errors: STATE (no such card is known), else as lk_confirm().
 */
LK_API int32_t lk_retire(int32_t handle, const char *card_ref,
    int64_t closed_ms, int32_t reason, int32_t timeout_ms);

/**
 * lk_void(handle, decision_id, reason, teller, timeout_ms): The decision was for
 * the wrong person: its effect is taken back at every level.  Recorded under
 * the teller's name and reported.  reason LK_VOID_*.  Voiding twice is LK_OK.
 * [any]  Errors: INPUT (no such decision), else as lk_confirm().
 */
LK_API int32_t lk_void(int32_t handle, const char *decision_id, int32_t reason,
    const char *teller, int32_t timeout_ms);

/**
 * lk_report(handle, decision_id, code, branch, teller, timeout_ms): The teller
 * raises an alarm: LK_REPORT_* (no free text), about decision_id or, where that
 * is NULL, about the branch in general.  [any]  Errors: as lk_void().
 */
LK_API int32_t lk_report(int32_t handle, const char *decision_id, int32_t code,
    const char *branch, const char *teller, int32_t timeout_ms);

/**
 * lk_review(handle, decision_id, result, timeout_ms): How the decision stands
 * now: `standing` and `allowed`, with the decision's own fields.  [any]
 * Errors: SIZE, INPUT (no such decision), else as lk_confirm(); the result then
 * is LK_REVIEW.
 */
LK_API int32_t lk_review(int32_t handle, const char *decision_id,
    struct lk_result *result, int32_t timeout_ms);

/**
 * lk_resolve(handle, decision_id, outcome, evidence, teller, second_teller,
 *     result, timeout_ms):
 * Clear (LK_RESOLVE_APPROVE) or refuse (LK_RESOLVE_DENY) a REVIEW that the
 * branch (LK_BY_COUNTER) or institution (LK_BY_INSTITUTION) may answer itself.
 * evidence: the LK_NEED_* bits that were met; approval needs all of `needs`.
 * second_teller: another person than teller, required to approve.  result may
 * be NULL.  [any]
 * Errors: STATE (no open review, evidence missing), DENIED (only the centre
 * may), ARG (same teller twice), else as lk_review().
 */
LK_API int32_t lk_resolve(int32_t handle, const char *decision_id,
    int32_t outcome, uint32_t evidence, const char *teller,
    const char *second_teller, struct lk_result *result, int32_t timeout_ms);

/**
 * lk_status(handle, status, timeout_ms): Ask the daemon how it is.  [any]
 * Errors: SIZE, HANDLE, ARG, UNAVAIL, TIMEOUT, BUSY, VERSION, NOMEM.
 */
LK_API int32_t lk_status(int32_t handle, struct lk_status *status,
    int32_t timeout_ms);

/**
 * lk_message(handle, decision_id, which, language, buf, size, timeout_ms): Write
 * the text `which` (LK_TEXT_*) of a decision in `language` (LK_LANG_*) into buf
 * as a NUL-terminated string in the handle's encoding.  With handle 0 and
 * decision_id NULL: why the last lk_open() of this thread's process failed
 * (file:line:column and what to do; UTF-8).  [any]
 * Errors: BUFFER (nothing is cut), else as lk_review().
 */
LK_API int32_t lk_message(int32_t handle, const char *decision_id,
    int32_t which, int32_t language, char *buf, uint32_t size,
    int32_t timeout_ms);

/**
 * lk_submit(handle, request, timeout_ms): Start an lk_check() and return its id
 * > 0 at once.  At most 256 per handle are under way.  [any]
 * Errors: as lk_check() where found at once; BUSY = 256 under way.
 */
LK_API int32_t lk_submit(int32_t handle, const struct lk_request *request,
    int32_t timeout_ms);

/**
 * lk_fd(handle): Return a descriptor that polls readable when lk_collect() has
 * something to do.  It stays the same until lk_close(); never read, write or
 * close it.  After fork() ask again.  [any]  Errors: HANDLE, NOMEM.
 */
LK_API int32_t lk_fd(int32_t handle);

/**
 * lk_collect(handle, id, result, timeout_ms): Fetch one finished request.  *id
 * on entry: the id wanted, or 0 for any; on return: the id answered.  timeout_ms
 * -1 = do not wait.  Return value and result are those of lk_check().  [any]
 * Errors besides: AGAIN (nothing finished yet), HANDLE, ARG (no such id), FORK.
 */
LK_API int32_t lk_collect(int32_t handle, int32_t *id, struct lk_result *result,
    int32_t timeout_ms);

/**
 * lk_abandon(handle, id): Forget a submitted request; its reservation is
 * cancelled as best effort and a late answer is thrown away.  [any]
 * Errors: HANDLE, ARG (no such id), FORK.
 */
LK_API int32_t lk_abandon(int32_t handle, int32_t id);

#ifdef __cplusplus
} /* extern "C" */
#endif

/* Layout: the same on 32- and 64-bit hosts, big- and little-endian. */
#ifdef __cplusplus
#if __cplusplus >= 201103L
#define LK_ASSERT_(c, m) static_assert(c, #m)
#else
#define LK_ASSERT_(c, m) typedef char lk_assert_##m[(c) ? 1 : -1]
#endif
#elif defined(__STDC_VERSION__) && __STDC_VERSION__ >= 201112L
#define LK_ASSERT_(c, m) _Static_assert(c, #m)
#else
#define LK_ASSERT_(c, m) typedef char lk_assert_##m[(c) ? 1 : -1]
#endif
LK_ASSERT_(sizeof(struct lk_request) == 1408, request_size);
LK_ASSERT_(offsetof(struct lk_request, opened_ms) == 56, request_opened_ms);
LK_ASSERT_(offsetof(struct lk_request, id_no) == 64, request_id_no);
LK_ASSERT_(offsetof(struct lk_request, txn_id) == 240, request_txn_id);
LK_ASSERT_(offsetof(struct lk_request, decided_by) == 1376, request_last);
LK_ASSERT_(sizeof(struct lk_result) == 2568, result_size);
LK_ASSERT_(offsetof(struct lk_result, list_version) == 40, result_list);
LK_ASSERT_(offsetof(struct lk_result, seq) == 72, result_seq);
LK_ASSERT_(offsetof(struct lk_result, message) == 520, result_message);
LK_ASSERT_(sizeof(struct lk_status) == 424, status_size);
LK_ASSERT_(offsetof(struct lk_status, time_ms) == 16, status_time);
LK_ASSERT_(offsetof(struct lk_status, policy_version) == 72, status_policy);

#endif /* !LIANGKA_PLUGIN_H_ */
