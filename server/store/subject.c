#include <stdio.h>
#include <string.h>

#include "plugin.h"

#include "engine/category.h"
#include "engine/facts.h"
#include "engine/identity.h"
#include "engine/person.h"
#include "engine/policy.h"

#include "entry.h"
#include "names.h"
#include "records.h"
#include "state.h"
#include "subject.h"

/* Whose record an entry is about. */
const struct token *
subject_token(const struct entry *e)
{

	return (e->subject == LK_SUBJECT_ORGANISATION ? &e->org : &e->person);
}

/* Read the subject's record. */
int
subject_load(struct person *p, struct state *s, const struct entry *e,
    int64_t now)
{
	const void *v;
	size_t len;

	v = state_get(s, RECORD_PERSON, subject_token(e)->b, TOKEN_LEN, &len,
	    NULL);
	if (person_unpack(p, v, len) != 0)
		return (-1);
	person_prune(p, (uint32_t)now);
	return (0);
}

/* Describe an application. */
void
subject_describe(struct application *ap, const struct person *p,
    const struct names *n, const struct policy *policy, const struct entry *e,
    int64_t now)
{
	const struct opening *o;

	*ap = (struct application){ .now = now, .visit = e->visit_key,
		.inst = names_find(n, NAME_INST, "", e->inst),
		.outlet = names_find(n, NAME_OUTLET, e->inst, e->outlet),
		.institution = policy_institution_code(policy, e->inst),
		.product = e->product, .operation = e->operation,
		.channel = e->channel, .purpose = e->purpose,
		.quantity = e->quantity, .held_here = e->held_here,
		.id_type = e->id_type, .subject = e->subject,
		.birth = IDENTITY_NO_BIRTH,
		.guardian = (e->flags & ENTRY_F_GUARDIAN) != 0,
		.cleared = p->clear_left > 0 };
	if (ap->outlet == 0)
		return;
	o = person_reservation(p, ap->inst, ap->outlet, e->product,
	    (uint32_t)now);
	if (o != NULL)
		ap->superseded = o->seq;
}

/* Which rules a campaign lifted. */
void
subject_waived(const struct policy *policy, const struct entry *e,
    uint8_t *waived)
{
	const char *s = e->waived;
	char id[POLICY_MAX_ID + 1];
	size_t n;
	int rule;

	memset(waived, 0, POLICY_MAX_RULES);
	for (; *s != '\0'; s += n, s += *s == ' ') {
		n = strcspn(s, " ");
		if (n == 0 || n > POLICY_MAX_ID)
			continue;
		(void)snprintf(id, sizeof(id), "%.*s", (int)n, s);
		if ((rule = policy_rule_find(policy, id)) != POLICY_NO_RULE)
			waived[rule] = 1;
	}
}

/* What the matched records say of a list: list:version:category:... */
int
subject_listed(const char *text, const char *list)
{
	size_t n = strlen(list), len;
	const char *c;

	for (; *text != '\0'; text += len, text += *text == ' ') {
		len = strcspn(text, " ");
		if (len <= n || memcmp(text, list, n) != 0 || text[n] != ':')
			continue;
		if ((c = memchr(text + n + 1, ':', len - n - 1)) == NULL)
			return (0);
		c++;
		return (category_find(c, strcspn(c, ": ")));
	}
	return (0);
}
