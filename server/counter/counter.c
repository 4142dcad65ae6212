#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plugin.h"

#include "engine/policy.h"
#include "keys/hex.h"
#include "lists/adopt.h"
#include "store/checkpoint.h"
#include "store/journal.h"
#include "store/records.h"
#include "store/state.h"

#include "above.h"
#include "cases.h"
#include "core.h"
#include "down.h"
#include "fleet.h"
#include "retro.h"
#include "sealing.h"

#define OVERDUE_MAX 128	/* cases of one tick: some milliseconds */

/* Every message and who answers it. */
struct message {
	uint16_t type;
	void (*answer)(struct request *q);
};

static const struct message table[] = {
	{ WIRE_CHECK, check_answer },
	{ WIRE_CONFIRM, confirm_answer },
	{ WIRE_CANCEL, cancel_answer },
	{ WIRE_RETIRE, retire_answer },
	{ WIRE_VOID, void_answer },
	{ WIRE_REPORT, report_answer },
	{ WIRE_REVIEW, review_answer },
	{ WIRE_RESOLVE, resolve_answer },
	{ WIRE_STATUS, status_answer },
	{ WIRE_INTAKE, intake_answer },
	{ WIRE_TAKEIN, takein_answer },
	{ WIRE_DECIDE, decide_answer },
	{ WIRE_CLOCK, clock_answer },
	{ WIRE_STAFF, staff_answer },
	{ WIRE_DESK, desk_answer },
	{ WIRE_FLEET, fleet_answer },
};

/* The same from a node below, on its link. */
static const struct message links[] = {
	{ WIRE_JOIN, join_answer },
	{ WIRE_CONSULT, consult_answer },
	{ WIRE_EVENTS, events_answer },
	{ WIRE_BEAT, beat_answer },
	{ WIRE_PULL, pull_answer },
};

/* Free all that counter_open() makes. */
static void
drop(struct counter *c)
{

	journal_watch(c->o.journal, NULL, NULL);
	cases_close(c->cases);
	down_close(c->down);
	fleet_close(c->fleet);
	retro_close(c->retro);
	listing_close(c->listing);
	policy_free(c->policy);
	encoding_close(c->encoding);
	refused_close(c->refused);
	sealing_close(c->sealing);
	staff_close(c->staff);
	explicit_bzero(c, sizeof(*c));
	free(c);
}

/* An entry was written. */
static void
watched(void *arg, const struct entry *e)
{
	struct counter *c = arg;

	cases_watch(c->cases, e);
	down_watch(c->down, e);
	fleet_watch(c->fleet, e);
}

/* Number of the log that we write, of its year. */
static uint32_t
generation(struct journal *j, uint64_t *base)
{
	const struct record_log *l;

	l = state_get(journal_state(j), RECORD_CLOCK, "log", 3, NULL, NULL);
	if (base != NULL)
		*base = l != NULL ? l->base : 1;
	return (l != NULL ? (uint32_t)l->n : 1);
}

/* Were we found wound back, and not begun anew since? */
static int
held_before(const struct counter_options *o)
{
	const struct record_node *r;

	r = state_get(journal_state(o->journal), RECORD_NODE, o->node,
	    strlen(o->node), NULL, NULL);
	return (r != NULL && r->status == RECORD_NODE_HELD &&
	    r->generation >= generation(o->journal, NULL));
}

/* Hold this node. */
int
counter_hold(struct counter *c)
{
	struct entry *e = &c->entry;

	c->held = 1;
	/* Where there was no room for the entry it is tried again when we hear so again. */
	if (held_before(&c->o))
		return (LK_OK);
	entry_clear(e, ENTRY_NODE);
	memcpy(e->node, c->o.node, strnlen(c->o.node, sizeof(e->node) - 1));
	e->code = NODE_HELD;
	e->count = generation(c->journal, NULL);
	return (journal_write(c->journal, e, NULL));
}

/* Are we held? */
int
counter_held(const struct counter *c)
{

	return (c->held);
}

/* Who we are and how far, for the node above. */
void
counter_whoami(struct counter *c, struct wire_out *out)
{
	struct checkpoint head;
	uint64_t base, named;

	wire_put_u32(out, WIRE_T_GENERATION, generation(c->journal, &base));
	wire_put_text(out, WIRE_T_NODE, c->o.node);
	wire_put_u64(out, WIRE_T_SEQ, base);
	wire_put_u64(out, WIRE_T_LAST_SEQ, journal_durable(c->journal));
	wire_put_u64(out, WIRE_T_TIME_MS,
	    (uint64_t)journal_now(c->journal, NULL));
	wire_put_text(out, WIRE_T_TOKEN_KEY, c->o.token_key);
	wire_put_text(out, WIRE_T_DAEMON, c->o.version);
	if (journal_head(c->journal, &head, &named) == 0)
		wire_put_text(out, WIRE_T_LOG_ORIGIN, head.origin);
	if (c->policy != NULL)
		wire_put_text(out, WIRE_T_POLICY_VERSION,
		    policy_version(c->policy));
	if (listing_served(c->listing) != NULL)
		wire_put_u64(out, WIRE_T_LIST_VERSION,
		    listing_served(c->listing)->targets);
}

/* The node above has told who it is. */
int
counter_joined_above(struct counter *c, const struct wire_fields *f)
{
	struct entry *e = &c->entry;
	const struct record_node *r;
	const char *name = c->o.above->name;
	uint32_t n = wire_u32(f, WIRE_T_GENERATION, 0);
	uint64_t base = wire_u64(f, WIRE_T_SEQ, 0);

	r = state_get(journal_state(c->journal), RECORD_NODE, name,
	    strlen(name), NULL, NULL);
	/* One that lost its disk counts anew: what it says now is news. */
	if (c->held || n == 0 || base == 0 || (r != NULL &&
	    r->generation == n && r->base == base &&
	    r->cursor <= wire_u64(f, WIRE_T_LAST_SEQ, UINT64_MAX)))
		return (LK_OK);
	entry_clear(e, ENTRY_NODE);
	memcpy(e->node, name, strnlen(name, sizeof(e->node) - 1));
	e->code = NODE_JOINED;
	e->count = n;
	e->base = base;
	return (journal_write(c->journal, e, NULL));
}

/* How many were decided, and how many alone? */
void
counter_counts(const struct counter *c, uint64_t *checks, uint64_t *offline)
{

	*checks = c->checks;
	*offline = c->offline;
}

/* A link with a node below was made, or is gone. */
void
counter_link(struct counter *c, const char *node, int up)
{

	fleet_link(c->fleet, node, up);
}

/* A link with a node below was refused. */
void
counter_link_refused(struct counter *c, const char *node, const char *why)
{

	fleet_refused(c->fleet, node, why);
}

/* A head of a node below was judged. */
void
counter_cosigned(struct counter *c, const char *node, int status,
    const char *body, size_t len, uint64_t size)
{

	fleet_cosigned(c->fleet, node, status, body, len, size,
	    journal_now(c->journal, NULL));
}

/* How the link to the node above is. */
void
counter_above(struct counter *c, enum above_link state, const char *counts)
{

	c->above = state;
	(void)snprintf(c->above_counts, sizeof(c->above_counts), "%s", counts);
}

/* And why. */
void
counter_above_why(struct counter *c, const char *why)
{
	size_t n = strnlen(why, sizeof(c->above_why) - 1);

	while (n > 0 && n < strlen(why) && (why[n] & 0xc0) == 0x80)
		n--;
	memcpy(c->above_why, why, n);
	c->above_why[n] = '\0';
}

/* Make a counter. */
struct counter *
counter_open(const struct counter_options *o, char *err, size_t errlen)
{
	const struct listing_options lo = { .none = o->lists_none,
		.keys = o->list_keys, .soft_ms = o->lists_soft_ms,
		.hard_ms = o->lists_hard_ms };
	struct counter *c;

	if ((c = calloc(1, sizeof(*c))) == NULL) {
		snprintf(err, errlen, "out of memory");
		return (NULL);
	}
	c->o = *o;
	if (c->o.seal_retention_ms == 0)
		c->o.seal_retention_ms = COUNTER_RETENTION_MS;
	if ((c->refused = refused_open()) == NULL ||
	    (c->staff = staff_open(&c->o)) == NULL ||
	    (c->listing = listing_open(&lo)) == NULL ||
	    (c->fleet = fleet_open(o->journal, o->node, o->above != NULL ?
	    o->above->name : "")) == NULL ||
	    (c->retro = retro_open(o->journal)) == NULL || (o->seal != NULL &&
	    (c->sealing = sealing_open(o->seal, o->node)) == NULL)) {
		snprintf(err, errlen, "out of memory");
		drop(c);
		return (NULL);
	}
	if ((c->encoding = encoding_open()) == NULL) {
		snprintf(err, errlen, "the C library cannot convert GB18030: "
		    "its gconv modules are missing (Debian: libc-bin)");
		drop(c);
		return (NULL);
	}
	if ((c->cases = cases_open(o->journal)) == NULL) {
		snprintf(err, errlen, "the open cases cannot be read");
		drop(c);
		return (NULL);
	}
	if ((c->down = down_open(o->journal)) == NULL) {
		snprintf(err, errlen, "what nodes below are to be told cannot "
		    "be read");
		drop(c);
		return (NULL);
	}
	journal_watch(o->journal, watched, c);
	c->held = held_before(o);
	c->journal = o->journal;
	c->started = journal_now(c->journal, NULL);
	return (c);
}

/* Write the sums of what was refused. */
static void
write_refused(struct counter *c)
{
	uint8_t leaf[32];

	while (journal_ready(c->journal) == LK_OK &&
	    refused_next(c->refused, &c->entry))
		if (journal_write(c->journal, &c->entry, leaf) != LK_OK)
			break;
}

/* Free a counter. */
void
counter_close(struct counter *c)
{

	write_refused(c);
	drop(c);
}

/* Put a policy into force. */
int
counter_policy(struct counter *c, struct policy *p, const uint8_t hash[32])
{
	struct entry *e = &c->entry;
	uint8_t leaf[32];
	int rc;

	if (c->policy != NULL && memcmp(hash, c->policy_hash, 32) == 0) {
		policy_free(c->policy);
		c->policy = p;
		listing_policy(c->listing, p);
		return (LK_OK);
	}
	entry_clear(e, ENTRY_POLICY);
	snprintf(e->policy, sizeof(e->policy), "%s", policy_version(p));
	e->engine = POLICY_ENGINE;
	hex_encode(e->hash, hash, 32);
	memcpy(e->meta, c->meta, sizeof(e->meta));
	if ((rc = journal_write(c->journal, e, leaf)) != LK_OK)
		return (rc);
	policy_free(c->policy);
	c->policy = p;
	listing_policy(c->listing, p);
	memcpy(c->policy_hash, hash, 32);
	return (LK_OK);
}

/* Write a reply that only says no. */
void
counter_refuse(struct counter *c, const struct peer *peer,
    const struct wire_header *h, int code, const char *text,
    struct wire_out *out)
{
	const struct grant *only = grant_only(peer);

	wire_begin(out, (h->type & ~WIRE_REPLY) | WIRE_REPLY, h->id);
	wire_put_u32(out, WIRE_T_ERROR, (uint32_t)code);
	wire_put_text(out, WIRE_T_MESSAGE, text);
	(void)wire_end(out);
	refused_add(c->refused, only != NULL ? only->id : "", "", "", code);
}

/* Answer one request that needs no word from above, or asks for it. */
void
counter_answer(struct counter *c, const struct peer *peer,
    const struct wire_header *h, const struct wire_fields *f,
    struct wire_out *out, struct counter_done *done)
{

	counter_answer_with(c, peer, h, f, NULL, out, done);
}

/* What answers a message of this peer, or NULL. */
static const struct message *
handler(const struct peer *peer, unsigned type)
{
	const struct message *list = peer->node != NULL ? links : table;
	size_t i, n = peer->node != NULL ? sizeof(links) / sizeof(links[0]) :
	    sizeof(table) / sizeof(table[0]);

	for (i = 0; i < n; i++)
		if (list[i].type == type)
			return (&list[i]);
	return (NULL);
}

/* Answer one request. */
void
counter_answer_with(struct counter *c, const struct peer *peer,
    const struct wire_header *h, const struct wire_fields *f,
    const struct above_answer *above, struct wire_out *out,
    struct counter_done *done)
{
	struct request q = { .c = c, .peer = peer, .h = h, .f = f,
		.out = out, .done = done, .e = &c->entry, .above = above };
	const struct message *m = handler(peer, h->type);

	memset(done, 0, sizeof(*done));
	c->used = 0;
	q.gb18030 = wire_u32(f, WIRE_T_ENCODING, WIRE_UTF8) == WIRE_GB18030;
	/* What nodes tell each other goes to their logs. */
	q.english = peer->node != NULL ||
	    wire_u32(f, WIRE_T_LANGUAGE, LK_LANG_ZH) == LK_LANG_EN;
	/* An entry that has to stand before ours must not be later than it. */
	(void)journal_begin(c->journal);
	q.now = journal_now(c->journal, NULL);
	entry_clear(q.e, ENTRY_NONE);
	if (wire_u32(f, WIRE_T_ENCODING, WIRE_UTF8) > WIRE_GB18030 ||
	    wire_u32(f, WIRE_T_LANGUAGE, LK_LANG_ZH) > LK_LANG_EN)
		request_refuse(&q, LK_E_ARG, "encoding 或 language 的代码未知",
		    "unknown code in encoding or language");
	if (q.error != LK_OK)
		;
	else if (m == NULL)
		request_refuse(&q, LK_E_UNSUPPORTED, "不支持的请求类型 %u",
		    "request type %u is not supported", h->type);
	else if (peer->node == NULL || h->type == WIRE_JOIN ||
	    join_stands(&q) == 0)
		m->answer(&q);
	if (c->used > 0)
		explicit_bzero(c->arena, c->used);
	if (q.error == LK_OK)
		return;
	reply_refusal(&q);
	refused_add(c->refused, q.e->inst, q.e->outlet, q.e->teller, q.error);
}

/* Do what is due. */
void
counter_tick(struct counter *c, const struct counter_load *load)
{
	int64_t minute = journal_now(c->journal, NULL) / 60000;

	c->connections = load->connections;
	cases_overdue(c, OVERDUE_MAX);
	if (minute == c->minute)
		return;
	c->minute = minute;
	write_refused(c);
}
