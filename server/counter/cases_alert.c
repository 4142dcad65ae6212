/* What staff do with an alert, and with two documents of one person. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "plugin.h"

#include "engine/identity.h"
#include "keys/staffnote.h"
#include "keys/token.h"
#include "store/entry.h"
#include "store/journal.h"
#include "store/names.h"
#include "store/records.h"
#include "store/state.h"

#include "core.h"

/* Read an open alert. */
static int
find(struct request *q, uint64_t seq, struct record_alert *a)
{
	uint8_t key[8];
	size_t len;
	const void *v;

	record_seq_key(key, seq);
	v = state_get(journal_state(q->c->journal), RECORD_ALERT, key, 8, &len,
	    NULL);
	if (v == NULL || len != sizeof(*a)) {
		request_refuse(q, LK_E_STATE,
		    "没有编号为 %" PRIu64 " 的未结告警",
		    "there is no open alert %" PRIu64, seq);
		return (-1);
	}
	memcpy(a, v, sizeof(*a));
	return (0);
}

/* Take an alert, or close it; anybody may close one, whoever has taken it. */
int
cases_alert(struct request *q, const struct staffnote *s)
{
	struct names *names = journal_names(q->c->journal);
	struct entry *e = q->e;
	struct record_alert a;
	uint8_t leaf[32];
	const char *taker;

	if (find(q, s->entry, &a) != 0)
		return (-1);
	taker = names_text(names, a.taker);
	if (s->action == STAFFNOTE_ALERT_TAKE && a.taker != 0) {
		if (strcmp(taker, e->decided_by) == 0) {
			e->seq = s->entry; /* taken before: nothing to write */
			return (0);
		}
		return (request_refuse(q, LK_E_STATE, "该告警已由 %s 接收",
		    "%s has taken this alert", taker));
	}
	e->kind = ENTRY_ALERT;
	e->code = s->action == STAFFNOTE_ALERT_TAKE ? ALERT_STEP_TAKE :
	    ALERT_STEP_CLOSE;
	e->area = a.area;
	snprintf(e->inst, sizeof(e->inst), "%s", names_text(names, a.inst));
	snprintf(e->outlet, sizeof(e->outlet), "%s",
	    names_text(names, a.outlet));
	return (request_write(q, leaf));
}

/* Is there room to say of one document what it is to the other? */
static int
room(struct request *q, const struct token *one, const struct token *other)
{
	const struct record_link *l;
	size_t len, i;

	l = state_get(journal_state(q->c->journal), RECORD_LINK, one->b,
	    TOKEN_LEN, &len, NULL);
	if (l == NULL || len < RECORD_LINKS_MAX * sizeof(*l))
		return (0);
	for (i = 0; i < RECORD_LINKS_MAX; i++)
		if (l[i].state == LINKED_CLAIMED || token_equal(&l[i].person,
		    other))
			return (0);
	return (request_refuse(q, LK_E_STATE,
	    "该证件已有 %d 项关联记录，不能再加",
	    "%d statements about this document's links stand already: no room "
	    "for another", RECORD_LINKS_MAX));
}

/* Say that two documents are of one person, or that they are not. */
int
cases_link(struct request *q, const struct staffnote *s)
{
	struct identity a = { .nlen = 0 }, b = { .nlen = 0 };
	struct entry *e = q->e;
	uint8_t leaf[32];
	int rc;

	rc = request_identity(q, WIRE_T_ID_TYPE, WIRE_T_ID_NO,
	    WIRE_T_ID_COUNTRY, &a);
	if (rc == 0)
		rc = request_identity(q, WIRE_T_PREV_ID_TYPE,
		    WIRE_T_PREV_ID_NO, WIRE_T_PREV_COUNTRY, &b);
	if (rc == 0 && (a.family == IDENTITY_ORG || b.family == IDENTITY_ORG))
		rc = request_refuse(q, LK_E_ARG,
		    "只能关联个人的证件", "only documents of persons are "
		    "joined");
	if (rc == 0) {
		e->kind = ENTRY_LINK;
		e->code = s->action == STAFFNOTE_LINK ? LINK_JOIN : LINK_PART;
		e->epoch = token_keys_epoch(q->c->o.keys, 0);
		request_person_token(q, &a, TOKEN_PERSON, &e->person);
		request_person_token(q, &b, TOKEN_PERSON, &e->prev);
	}
	identity_wipe(&a);
	identity_wipe(&b);
	if (rc != 0)
		return (-1);
	if (token_equal(&e->person, &e->prev))
		return (request_refuse(q, LK_E_ARG,
		    "两个证件号码是同一个", "both documents are the same"));
	if (room(q, &e->person, &e->prev) != 0 ||
	    room(q, &e->prev, &e->person) != 0)
		return (-1);
	return (request_write(q, leaf));
}
