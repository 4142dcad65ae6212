#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/policy.h"

#include "replay_impl.h"

#define OVERLAY ((uint64_t)1 << 30)

/* Begin. */
struct replay *
replay_open(const struct replay_options *o, char *err)
{
	struct replay *r;

	if ((r = calloc(1, sizeof(*r))) == NULL) {
		snprintf(err, REPLAY_ERROR_MAX, "out of memory");
		return (NULL);
	}
	r->o = *o;
	if (r->o.to == 0)
		r->o.to = UINT64_MAX;
	if (r->o.overlay_bytes == 0)
		r->o.overlay_bytes = OVERLAY;
	if ((r->o.modes & REPLAY_B) != 0 && scratch_open(&r->scratch, r->o.tmp,
	    r->o.overlay_bytes, err) != 0) {
		replay_close(r);
		return (NULL);
	}
	return (r);
}

/* Free it. */
void
replay_close(struct replay *r)
{
	struct replay_policy *p;

	if (r == NULL)
		return;
	while ((p = r->policies) != NULL) {
		r->policies = p->next;
		policy_free(p->policy);
		free(p);
	}
	scratch_close(&r->scratch);
	free(r);
}

/* Return what was done. */
const struct replay_counts *
replay_counts(const struct replay *r)
{

	return (&r->n);
}

/* Report a difference. */
void
replay_differs(struct replay *r, unsigned mode, const char *field,
    const char *journal, const char *replayed)
{
	struct replay_difference d = { r->e.seq, field, journal, replayed,
		mode };

	r->n.differences++;
	if (r->o.differs != NULL)
		r->o.differs(r->o.arg, &d);
}

/* Report two numbers, when they differ. */
void
replay_number(struct replay *r, unsigned mode, const char *field,
    int64_t journal, int64_t replayed)
{
	char a[24], b[24];

	if (journal == replayed)
		return;
	snprintf(a, sizeof(a), "%" PRId64, journal);
	snprintf(b, sizeof(b), "%" PRId64, replayed);
	replay_differs(r, mode, field, a, b);
}

/* Fetch and compile the policy that the entry names. */
static void
load_policy(struct replay *r, struct replay_policy *p)
{
	size_t len;
	char *text;

	text = r->o.policy != NULL ? r->o.policy(r->o.arg, p->hash, &len) :
	    NULL;
	if (text == NULL) {
		replay_differs(r, REPLAY_A, "hash", p->hash,
		    "(no policy file with this SHA-256)");
		return;
	}
	p->policy = policy_compile(p->hash, text, len, NULL);
	free(text);
	if (p->policy == NULL)
		replay_differs(r, REPLAY_A, "hash", p->hash,
		    "(this policy file does not compile)");
	else if (strcmp(r->e.policy, policy_version(p->policy)) != 0)
		replay_differs(r, REPLAY_A, "policy", r->e.policy,
		    policy_version(p->policy));
}

/* A policy comes into force. */
static int
enact(struct replay *r)
{
	struct replay_policy *p;

	for (p = r->policies; p != NULL; p = p->next)
		if (strcmp(p->hash, r->e.hash) == 0)
			break;
	if (p == NULL) {
		if ((p = calloc(1, sizeof(*p))) == NULL)
			return (-1);
		memcpy(p->hash, r->e.hash, sizeof(p->hash));
		p->next = r->policies;
		r->policies = p;
		load_policy(r, p);
	}
	r->now = p;
	return (0);
}

/* A decision: decide it anew, unless a node below made it and told us. */
static void
decision(struct replay *r)
{

	if (r->e.seq < r->o.from || r->e.seq > r->o.to)
		return;
	if (r->e.from_seq != 0) {
		r->n.told++;
		return;
	}
	if (r->now == NULL || r->now->policy == NULL) {
		if (r->n.unknown++ == 0 && r->now == NULL)
			replay_differs(r, REPLAY_A, "policy", r->e.policy,
			    "(no policy entry before this one)");
		return;
	}
	r->n.decisions++;
	if ((r->o.modes & REPLAY_A) != 0)
		replay_decide(r);
	if ((r->o.modes & REPLAY_B) != 0)
		replay_facts(r);
}

/* Take the next entry. */
int
replay_entry(struct replay *r, const char *text, size_t len, uint64_t seq,
    char *err)
{
	size_t where = 0;

	if (entry_parse(&r->e, text, len, &where) != 0 || r->e.seq != seq) {
		snprintf(err, REPLAY_ERROR_MAX, "entry %" PRIu64 " is not "
		    "well-formed at its byte %zu", seq, where);
		return (-1);
	}
	if (!sequence_follows(&r->sequence, &r->e) || (r->last == 0 &&
	    seq != 1 && (r->o.modes & REPLAY_B) != 0)) {
		snprintf(err, REPLAY_ERROR_MAX, "entries %" PRIu64 " to %"
		    PRIu64 " are not there: %s", r->last + 1, seq - 1,
		    r->last != 0 ? "verify the log" : "mode B needs the whole "
		    "journal, mode A does not");
		return (-1);
	}
	r->n.entries++;
	if (r->e.kind == ENTRY_POLICY && enact(r) != 0) {
		snprintf(err, REPLAY_ERROR_MAX, "out of memory");
		return (-1);
	}
	if (r->e.kind == ENTRY_DECISION)
		decision(r);
	if ((r->o.modes & REPLAY_B) != 0 &&
	    scratch_fold(&r->scratch, &r->e, err) != 0)
		return (-1);
	r->last = seq;
	sequence_take(&r->sequence, &r->e);
	return (0);
}
