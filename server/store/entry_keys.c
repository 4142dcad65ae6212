#include <stdint.h>

#include "entry.h"
#include "entry_keys.h"

/* Keys in their fixed order; what is zero or empty is left out, but entry_always(). */
const struct entry_key entry_keys[] = {
#define KEY(name, field, type)						\
	{ "\"" name "\":", sizeof("\"" name "\":") - 1, type,		\
	    offsetof(struct entry, field),				\
	    sizeof(((struct entry *)0)->field) }
	KEY("flags", flags, ENTRY_U32),
	KEY("at", at, ENTRY_I64),
	KEY("inst", inst, ENTRY_TEXT),
	KEY("outlet", outlet, ENTRY_TEXT),
	KEY("teller", teller, ENTRY_TEXT),
	KEY("terminal", terminal, ENTRY_TEXT),
	KEY("by_person", decided_by, ENTRY_TEXT),
	KEY("second", second, ENTRY_TEXT),
	KEY("origin", origin, ENTRY_TEXT),
	KEY("txn", txn, ENTRY_TEXT),
	KEY("visit", visit, ENTRY_TEXT),
	KEY("visit_key", visit_key, ENTRY_U64),
	KEY("batch", batch, ENTRY_TEXT),
	KEY("epoch", epoch, ENTRY_U32),
	KEY("digest", digest, ENTRY_TOKEN),
	KEY("person", person, ENTRY_TOKEN),
	KEY("agent_person", agent_person, ENTRY_TOKEN),
	KEY("agent", agent, ENTRY_TOKEN),
	KEY("prev", prev, ENTRY_TOKEN),
	KEY("org", org, ENTRY_TOKEN),
	KEY("phone", phone, ENTRY_TOKEN),
	KEY("address", address, ENTRY_TOKEN),
	KEY("device", device, ENTRY_TOKEN),
	KEY("card", card, ENTRY_TOKEN),
	KEY("subject", subject, ENTRY_I32),
	KEY("id_type", id_type, ENTRY_I32),
	KEY("operation", operation, ENTRY_I32),
	KEY("product", product, ENTRY_I32),
	KEY("channel", channel, ENTRY_I32),
	KEY("purpose", purpose, ENTRY_I32),
	KEY("quantity", quantity, ENTRY_I32),
	KEY("held_here", held_here, ENTRY_I32),
	KEY("relation", relation, ENTRY_I32),
	KEY("policy", policy, ENTRY_TEXT),
	KEY("engine", engine, ENTRY_I32),
	{ "\"facts\":", sizeof("\"facts\":") - 1, ENTRY_NUMBERS, 0, 0 },
	KEY("hits", hits, ENTRY_TEXT),
	KEY("lifted", lifted, ENTRY_TEXT),
	KEY("shadow", shadow, ENTRY_TEXT),
	KEY("hits_total", hits_total, ENTRY_I32),
	KEY("reason", reason, ENTRY_TEXT),
	KEY("decision", decision, ENTRY_I32),
	KEY("floor", floor, ENTRY_I32),
	KEY("needs", needs, ENTRY_U32),
	KEY("by", by, ENTRY_I32),
	KEY("offer", offer, ENTRY_I32),
	KEY("profile", profile, ENTRY_I32),
	KEY("expires", expires, ENTRY_I64),
	KEY("due", due, ENTRY_I64),
	KEY("superseded", superseded, ENTRY_U64),
	KEY("ref", ref, ENTRY_U64),
	KEY("code", code, ENTRY_I32),
	KEY("evidence", evidence, ENTRY_U32),
	KEY("clear_until", clear_until, ENTRY_I64),
	KEY("clear_count", clear_count, ENTRY_I32),
	KEY("note", note, ENTRY_TEXT),
	KEY("n_arg", n_arg, ENTRY_I32),
	KEY("n_denied", n_denied, ENTRY_I32),
	KEY("n_busy", n_busy, ENTRY_I32),
	KEY("n_again", n_again, ENTRY_I32),
	KEY("n_input", n_input, ENTRY_I32),
	KEY("hash", hash, ENTRY_TEXT),
	KEY("version", version, ENTRY_TEXT),
	KEY("node", node, ENTRY_TEXT),
	KEY("boot", boot, ENTRY_TEXT),
	KEY("uptime", uptime, ENTRY_I64),
	KEY("log", log, ENTRY_TEXT),
	KEY("base", base, ENTRY_U64),
	KEY("prev_log", prev_log, ENTRY_TEXT),
	KEY("prev_size", prev_size, ENTRY_U64),
	KEY("prev_root", prev_root, ENTRY_TEXT),
	KEY("keys", keys, ENTRY_TEXT),
	KEY("list", list, ENTRY_TEXT),
	KEY("list_version", list_version, ENTRY_U64),
	KEY("count", count, ENTRY_U64),
	KEY("meta", meta, ENTRY_TEXT),
	KEY("list_epoch", list_epoch, ENTRY_U32),
	KEY("lperson", lperson, ENTRY_TOKEN),
	KEY("lagent", lagent, ENTRY_TOKEN),
	KEY("lphone", lphone, ENTRY_TOKEN),
	KEY("lcard", lcard, ENTRY_TOKEN),
	KEY("listed", listed, ENTRY_TEXT),
	KEY("agent_listed", agent_listed, ENTRY_TEXT),
	KEY("campaign", campaign, ENTRY_TEXT),
	KEY("waived", waived, ENTRY_TEXT),
	KEY("area", area, ENTRY_I32),
	KEY("hard", hard, ENTRY_I32),
	KEY("alert", alert, ENTRY_I32),
	KEY("alert_kind", alert_kind, ENTRY_I32),
	KEY("from", from, ENTRY_TEXT),
	KEY("from_seq", from_seq, ENTRY_U64),
	KEY("to", to, ENTRY_TEXT),
	KEY("up_seq", up_seq, ENTRY_U64),
	KEY("up_decision", up_decision, ENTRY_I32),
	KEY("up_floor", up_floor, ENTRY_I32),
	KEY("up_hard", up_hard, ENTRY_I32),
	KEY("up_needs", up_needs, ENTRY_U32),
	KEY("up_by", up_by, ENTRY_I32),
	KEY("up_offer", up_offer, ENTRY_I32),
	KEY("up_profile", up_profile, ENTRY_I32),
	KEY("up_reason", up_reason, ENTRY_TEXT),
	KEY("up_leaf", up_leaf, ENTRY_TEXT),
	KEY("up_hits", up_hits, ENTRY_TEXT),
#undef KEY
};

const size_t entry_nkeys = sizeof(entry_keys) / sizeof(entry_keys[0]);

/* Does this field always stand in an entry of this kind? */
int
entry_always(const struct entry_key *k, int kind)
{

	return ((kind == ENTRY_DECISION || kind == ENTRY_SETTLE) &&
	    (k->at == offsetof(struct entry, decision) ||
	    k->at == offsetof(struct entry, floor)));
}
