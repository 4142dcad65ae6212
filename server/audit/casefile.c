#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/policy.h"
#include "keys/sha256.h"
#include "store/subject.h"

#include "casefile.h"

#define OVERLAY ((uint64_t)16 << 20)

/* A reading under way. */
struct reading {
	struct casefile *c;
	struct entry e;		/* scratch */
	enum casefile_fault fault;
	char *err;
};

/* Copy an entry. */
static int
keep(struct casefile_entry *k, const struct entry *e, const char *text,
    size_t len)
{

	if ((k->text = malloc(len + 1)) == NULL)
		return (-1);
	memcpy(k->text, text, len);
	k->text[len] = '\0';
	k->len = len;
	k->e = *e;
	return (0);
}

/* Add an entry to a list. */
int
casefile_add(struct casefile_list *l, const struct entry *e,
    const char *text, size_t len)
{
	struct casefile_entry *v;

	if ((v = realloc(l->v, (l->n + 1) * sizeof(*v))) == NULL)
		return (-1);
	l->v = v;
	if (keep(&v[l->n], e, text, len) != 0)
		return (-1);
	l->n++;
	return (0);
}

/* Is it a look-up of an entry, or of what is sealed beside it? */
int
casefile_looks(const struct entry *e)
{

	return (e->kind == ENTRY_ACCESS || e->kind == ENTRY_UNSEAL ||
	    e->kind == ENTRY_ERASE);
}

/* Does an entry belong to the applicant's history, by any of the documents? */
static int
his(const struct casefile *c, const struct entry *e)
{
	const struct token *own = subject_token(&c->decision.e);
	const struct token *t = subject_token(e);
	size_t i;

	if (casefile_looks(e) || !entry_token_set(t))
		return (0);
	for (i = 0; i < c->ndocuments && !token_equal(t, &c->document[i]); i++)
		continue;
	return (i < c->ndocuments || token_equal(t, own));
}

/* Read a record of the applicant as it stands at `now`, with the other documents'. */
static int
load(struct casefile *c, struct person *p, int64_t now)
{
	const struct entry *e = &c->decision.e;

	if (subject_load(p, c->scratch.state, e, now) != 0)
		return (-1);
	if (c->ndocuments > 0)
		(void)subject_linked(p, &c->other, c->scratch.state, e, now);
	return (0);
}

/* Fold an entry of the applicant's history. */
static int
history(struct reading *r)
{
	struct casefile *c = r->c;
	const struct entry *e = &r->e;

	if (scratch_fold(&c->scratch, e, r->err) != 0)
		return (-1);
	c->last_about = e->seq;
	if (e->seq != c->decision.e.seq)
		return (0);
	if (load(c, &c->after, e->t / 1000) == 0)
		return (0);
	snprintf(r->err, CASEFILE_ERROR_MAX, "the applicant's record cannot "
	    "be read");
	return (-1);
}

/* Take an entry. */
static int
take(void *arg, const struct package_entry *p)
{
	struct reading *r = arg;
	struct casefile *c = r->c;
	struct entry *e = &r->e;
	const uint64_t seq = c->decision.e.seq;
	size_t where = 0;
	int rc = 0;

	if (entry_parse(e, p->text, p->len, &where) != 0) {
		snprintf(r->err, CASEFILE_ERROR_MAX, "entry %" PRIu64 " is not "
		    "well-formed at its byte %zu", p->seq, where);
		r->fault = CASEFILE_DAMAGED;
		return (1);
	}
	c->last_t = e->t;
	if (e->kind == ENTRY_POLICY && e->seq < seq)
		memcpy(c->hash, e->hash, sizeof(c->hash));
	if (e->kind == ENTRY_START && e->seq < seq)
		memcpy(c->node, e->node, sizeof(c->node));
	/* What staff looked at in another node's record bears its origin. */
	if (e->seq > seq && (e->ref == seq || e->superseded == seq) &&
	    (!casefile_looks(e) || e->origin[0] == '\0'))
		rc = casefile_add(casefile_looks(e) ? &c->seen : &c->later, e,
		    p->text, p->len);
	if (rc != 0)
		snprintf(r->err, CASEFILE_ERROR_MAX, "out of memory");
	else if (his(c, e))
		rc = history(r);
	if (rc != 0)
		r->fault = CASEFILE_SYSTEM;
	return (rc != 0);
}

/* Note another document, unless there is no room. */
static void
document(struct casefile *c, const struct token *t)
{
	size_t i;

	for (i = 0; i < c->ndocuments; i++)
		if (token_equal(t, &c->document[i]))
			return;
	if (i < sizeof(c->document) / sizeof(c->document[0]) &&
	    entry_token_set(t))
		c->document[c->ndocuments++] = *t;
}

/* Find the documents that entries name together with the applicant's. */
static int
take_links(void *arg, const struct package_entry *p)
{
	struct reading *r = arg;
	const struct token *own = &r->c->decision.e.person;
	size_t where;

	/* What is not well-formed is told when it is read again. */
	if (entry_parse(&r->e, p->text, p->len, &where) != 0 ||
	    !entry_token_set(&r->e.prev))
		return (0);
	if (token_equal(&r->e.person, own))
		document(r->c, &r->e.prev);
	else if (token_equal(&r->e.prev, own))
		document(r->c, &r->e.person);
	return (0);
}

/* Read the decision itself. */
static enum casefile_fault
read_decision(struct casefile *c, struct package *p, uint64_t seq, char *err)
{
	struct package_entry pe;
	struct entry e;
	size_t where = 0;

	switch (package_read(p, seq, &pe)) {
	case 0:
		break;
	case 1:
		snprintf(err, CASEFILE_ERROR_MAX, "there is no entry %" PRIu64,
		    seq);
		return (CASEFILE_ABSENT);
	default:
		return (CASEFILE_PACKAGE);
	}
	if (entry_parse(&e, pe.text, pe.len, &where) != 0) {
		snprintf(err, CASEFILE_ERROR_MAX, "entry %" PRIu64 " is not "
		    "well-formed at its byte %zu", seq, where);
		return (CASEFILE_DAMAGED);
	}
	if (e.kind != ENTRY_DECISION) {
		snprintf(err, CASEFILE_ERROR_MAX, "entry %" PRIu64 " is no "
		    "decision: its kind is %s", seq, entry_kind_name(e.kind));
		return (CASEFILE_OTHER);
	}
	sha256_leaf(c->leaf, pe.text, pe.len);
	c->log = pe.log;
	return (keep(&c->decision, &e, pe.text, pe.len) == 0 ? CASEFILE_FINE :
	    CASEFILE_SYSTEM);
}

/* Fetch the policy that was in force. */
static void
read_policy(struct casefile *c, struct package *p)
{

	if (c->hash[0] == '\0')
		return;
	c->policy_text = package_policy(p, c->hash, &c->policy_len);
	if (c->policy_text != NULL)
		c->policy = policy_compile(c->hash, c->policy_text,
		    c->policy_len, NULL);
}

/* Gather all. */
struct casefile *
casefile_open(struct package *p, uint64_t seq, const char *tmp,
    enum casefile_fault *fault, char *err)
{
	struct reading r = { .fault = CASEFILE_FINE, .err = err };

	snprintf(err, CASEFILE_ERROR_MAX, "out of memory");
	*fault = CASEFILE_SYSTEM;
	if ((r.c = calloc(1, sizeof(*r.c))) == NULL)
		return (NULL);
	if ((*fault = read_decision(r.c, p, seq, err)) != CASEFILE_FINE)
		goto fail;
	*fault = CASEFILE_SYSTEM;
	if (scratch_open(&r.c->scratch, tmp, OVERLAY, err) != 0)
		goto fail;
	if (((r.c->decision.e.flags & ENTRY_F_LINKED) != 0 &&
	    package_each(p, 0, take_links, &r) != 0) ||
	    package_each(p, 0, take, &r) != 0) {
		*fault = r.fault != CASEFILE_FINE ? r.fault : CASEFILE_PACKAGE;
		goto fail;
	}
	if (load(r.c, &r.c->now, r.c->last_t / 1000) != 0)
		goto fail;
	read_policy(r.c, p);
	*fault = CASEFILE_FINE;
	return (r.c);

fail:
	casefile_close(r.c);
	return (NULL);
}

/* Free a list. */
void
casefile_forget(struct casefile_list *l)
{

	while (l->n > 0)
		free(l->v[--l->n].text);
	free(l->v);
	l->v = NULL;
}

/* Free it. */
void
casefile_close(struct casefile *c)
{

	if (c == NULL)
		return;
	free(c->decision.text);
	casefile_forget(&c->later);
	casefile_forget(&c->seen);
	policy_free(c->policy);
	free(c->policy_text);
	scratch_close(&c->scratch);
	free(c);
}
